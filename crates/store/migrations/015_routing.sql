-- How grave a signal is at its worst, and was at each turn.
ALTER TABLE signal ADD COLUMN severity TEXT NOT NULL DEFAULT 'warning'
    CHECK (severity IN ('warning', 'crisis'));
ALTER TABLE signal_event ADD COLUMN severity TEXT NOT NULL DEFAULT 'warning'
    CHECK (severity IN ('warning', 'crisis'));

-- Up to where of the log of signals a subscription was told by letters. What of it waits is told later:
-- `heard` says what was told of those behind the first that waits.
CREATE TABLE listener (
    subscription TEXT    PRIMARY KEY REFERENCES subscription (id),
    told         INTEGER NOT NULL,
    revision     INTEGER NOT NULL DEFAULT 0, -- grows with whatever is told
    letter_at    INTEGER,                    -- when the last letter of signals was written
    noted        INTEGER NOT NULL            -- who acknowledged what was said in digests up to here
) STRICT, WITHOUT ROWID;
INSERT INTO listener (subscription, told, noted)
    SELECT id, n.last, n.last FROM subscription,
           (SELECT coalesce(max(number), 0) AS last FROM signal_event) n;

-- What a subscription was told of a signal: the last entry of its log, how grave it was, and when.
CREATE TABLE heard (
    subscription TEXT    NOT NULL REFERENCES subscription (id),
    signal       INTEGER NOT NULL REFERENCES signal (id),
    entry        INTEGER NOT NULL,
    severity     TEXT    NOT NULL CHECK (severity IN ('warning', 'crisis')),
    at           INTEGER NOT NULL,
    PRIMARY KEY (subscription, signal)
) STRICT, WITHOUT ROWID;
CREATE INDEX heard_signal ON heard (signal);
-- Who follows which query is not known here: signals that last may have been told to anybody.
INSERT INTO heard
    SELECT u.id, s.id, max(e.number), 'warning', max(e.at)
    FROM subscription u, signal s JOIN signal_event e ON e.signal = s.id
    WHERE s.ended IS NULL AND e.is_news GROUP BY u.id, s.id;
-- The same by address: one that several subscriptions name is told once.
CREATE TABLE warned (
    address  TEXT    NOT NULL, -- in lower case
    signal   INTEGER NOT NULL REFERENCES signal (id),
    entry    INTEGER NOT NULL,
    severity TEXT    NOT NULL CHECK (severity IN ('warning', 'crisis')),
    PRIMARY KEY (address, signal)
) STRICT, WITHOUT ROWID;

-- Crises that an endpoint was told of; or follows and was not told of, since their queries were muted.
CREATE TABLE crisis_told (
    endpoint INTEGER NOT NULL REFERENCES endpoint (number),
    signal   INTEGER NOT NULL REFERENCES signal (id),
    is_told  INTEGER NOT NULL CHECK (is_told IN (0, 1)),
    PRIMARY KEY (endpoint, signal)
) STRICT, WITHOUT ROWID;

-- Who is told nothing for a time: a query's mails and messages, a subscription, an endpoint; or of a query
-- and one of the other two what is of both.
CREATE TABLE mute (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    query        TEXT,
    subscription TEXT,
    endpoint     TEXT,
    since        INTEGER NOT NULL,
    until        INTEGER NOT NULL,
    person       TEXT    NOT NULL, -- who said so
    why          TEXT    NOT NULL DEFAULT '',
    lifted_at    INTEGER,
    CHECK (coalesce(query, subscription, endpoint) IS NOT NULL),
    CHECK (subscription IS NULL OR endpoint IS NULL)
) STRICT;
CREATE INDEX mute_until ON mute (until) WHERE lifted_at IS NULL;

-- Queries that a subscription or an endpoint is not told of for now: each has a position of its own from
-- which on its hits wait, while those of other queries are told.
CREATE TABLE withheld (
    number       INTEGER PRIMARY KEY,
    subscription TEXT    REFERENCES subscription (id),
    endpoint     TEXT    REFERENCES endpoint (id),
    query        INTEGER NOT NULL REFERENCES query (number),
    told         INTEGER NOT NULL, -- up to here it was told of this query
    since        INTEGER NOT NULL,
    muted_by     TEXT,             -- NULL: its reader knows of a crisis
    UNIQUE (subscription, query),
    UNIQUE (endpoint, query),
    CHECK ((subscription IS NULL) <> (endpoint IS NULL))
) STRICT;
