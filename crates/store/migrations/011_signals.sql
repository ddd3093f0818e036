-- What is known of how much a query usually finds, and what is unusual about it now.
CREATE TABLE assessment (
    query    INTEGER PRIMARY KEY REFERENCES query (number),
    edition  INTEGER NOT NULL, -- of the query's text that was assessed
    settings TEXT    NOT NULL, -- what it was assessed by; with others all of it is made anew
    settled  INTEGER NOT NULL, -- the end of the last bucket that the states of its series hold
    upto     INTEGER NOT NULL, -- the end of the last bucket that was assessed
    lives    TEXT    NOT NULL, -- where its signals are in their lives, as JSON
    -- Whether something was counted before `settled` since: the states are made anew.
    stale    INTEGER NOT NULL DEFAULT 0 CHECK (stale IN (0, 1))
) STRICT;
CREATE TABLE series (
    query   INTEGER NOT NULL REFERENCES query (number),
    measure TEXT    NOT NULL,
    state   BLOB    NOT NULL, -- in the form of whoever assesses
    PRIMARY KEY (query, measure)
) STRICT, WITHOUT ROWID;

-- Something unusual that began.
CREATE TABLE signal (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    query        INTEGER NOT NULL REFERENCES query (number),
    kind         TEXT    NOT NULL,
    onset        INTEGER NOT NULL, -- when it is estimated to have begun
    opened       INTEGER NOT NULL, -- the end of the bucket that gave it away
    last         INTEGER NOT NULL, -- the end of the last bucket that was unusual
    ended        INTEGER,
    acknowledged INTEGER,
    acknowledged_by TEXT,
    peak_days    REAL    NOT NULL, -- how rare it is at its most unusual: once in so many days
    evidence     TEXT    NOT NULL, -- as of its last event, as JSON
    UNIQUE (query, kind, opened)
) STRICT;
CREATE INDEX signal_open ON signal (query) WHERE ended IS NULL;
-- What happened to signals, in order: who tells of them follows this log.
CREATE TABLE signal_event (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,
    signal   INTEGER NOT NULL REFERENCES signal (id),
    at       INTEGER NOT NULL,
    what     TEXT    NOT NULL CHECK (what IN ('opened', 'grew', 'acknowledged', 'ended')),
    -- 0 for what was over, or long begun, when it was found: it is told to nobody.
    is_news  INTEGER NOT NULL CHECK (is_news IN (0, 1)),
    evidence TEXT    NOT NULL
) STRICT;
CREATE INDEX signal_event_of ON signal_event (signal);

-- Stretches of time in which a source was not read: what it said then is neither counted nor missed.
CREATE TABLE gap (
    source INTEGER NOT NULL REFERENCES source (number),
    since  INTEGER NOT NULL,
    until  INTEGER NOT NULL,
    PRIMARY KEY (source, since)
) STRICT, WITHOUT ROWID;
-- When a source was last read without a fault.
ALTER TABLE source ADD COLUMN last_good INTEGER;
UPDATE source SET last_good = CASE failures WHEN 0 THEN last_check ELSE since END
WHERE first_read IS NOT NULL;
-- Of an item that does not say when it was published: when its source was last read without it.
ALTER TABLE item ADD COLUMN absent_at INTEGER;

-- A delivery tells a digest or what happened to a signal.
CREATE TABLE delivery_of_any (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription TEXT    NOT NULL,
    digest       INTEGER REFERENCES digest (id),
    event        INTEGER REFERENCES signal_event (number),
    recipient    TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    message_id   TEXT    NOT NULL UNIQUE,
    payload      TEXT    NOT NULL,
    state        TEXT    NOT NULL CHECK (state IN ('due', 'leased', 'sent', 'dead')),
    at           INTEGER NOT NULL, -- when it is due, when the lease ends, when it was sent or died
    attempt      INTEGER NOT NULL,
    reason       TEXT,
    UNIQUE (digest, recipient, channel),
    UNIQUE (event, recipient, channel)
) STRICT;
INSERT INTO delivery_of_any
    SELECT d.id, g.subscription, d.digest, NULL, d.recipient, d.channel, d.message_id, d.payload, d.state,
           d.at, d.attempt, d.reason
    FROM delivery d JOIN digest g ON g.id = d.digest;
-- The numbers of deliveries go on where they were.
UPDATE sqlite_sequence
SET seq = max(seq, (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'delivery'))
WHERE name = 'delivery_of_any';
DROP TABLE delivery;
ALTER TABLE delivery_of_any RENAME TO delivery;
CREATE INDEX delivery_due ON delivery (at) WHERE state IN ('due', 'leased');
CREATE INDEX delivery_state ON delivery (state) WHERE state <> 'sent';
