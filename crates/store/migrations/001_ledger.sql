-- Times are milliseconds since 1970 in UTC; hours are whole hours since 1970 in UTC.

CREATE TABLE ledger (
    only       INTEGER PRIMARY KEY CHECK (only = 1),
    uuid       TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    -- Grows whenever the active queries or their texts change.
    queries_version INTEGER NOT NULL DEFAULT 0
) STRICT;

-- The last position given out. Its row lock makes the order of commits the order of positions.
CREATE TABLE log_head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    head INTEGER NOT NULL
) STRICT;
INSERT INTO log_head VALUES (1, 0);

CREATE TABLE source (
    number        INTEGER PRIMARY KEY,
    id            TEXT    NOT NULL UNIQUE,
    origin        TEXT    NOT NULL CHECK (origin IN ('configuration', 'command')),
    retired_at    INTEGER,
    declared_url  TEXT    NOT NULL,
    url           TEXT    NOT NULL, -- the one to fetch: differs once the site has moved for good
    name          TEXT    NOT NULL,
    kind          TEXT    NOT NULL,
    lang          TEXT,
    every_ms      INTEGER,
    host          TEXT    NOT NULL,
    -- A lease is a next check moved to the lease's end; a visit with another epoch is stale.
    next_check    INTEGER NOT NULL,
    epoch         INTEGER NOT NULL DEFAULT 0,
    etag          TEXT,
    last_modified TEXT,
    body_digest   TEXT,
    failures      INTEGER NOT NULL DEFAULT 0,
    failure       TEXT,
    since         INTEGER, -- when the present run of successes or failures began
    first_read    INTEGER, -- since it was declared, got another URL or came back
    last_check    INTEGER,
    last_outcome  TEXT CHECK (last_outcome IN ('read', 'unchanged', 'failed')),
    last_new_item INTEGER,
    problem_count INTEGER NOT NULL DEFAULT 0,
    problems      TEXT    NOT NULL DEFAULT '[]',
    evidence      TEXT    NOT NULL DEFAULT '{}' -- what is known about its items' identity
) STRICT;
CREATE INDEX source_due ON source (next_check) WHERE retired_at IS NULL;

-- One visitor at a time: while a source of the host is leased, next_visit is the lease's end.
CREATE TABLE host (
    name       TEXT    PRIMARY KEY,
    next_visit INTEGER NOT NULL,
    visitor    INTEGER REFERENCES source (number)
) STRICT, WITHOUT ROWID;

-- AUTOINCREMENT: the number of an item that was purged must not come back as another item.
CREATE TABLE item (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    source     INTEGER NOT NULL REFERENCES source (number),
    seq        INTEGER NOT NULL UNIQUE, -- of the newest version
    version    INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    guid       TEXT,
    first_seen INTEGER NOT NULL,
    published  INTEGER,
    updated    INTEGER,
    date       INTEGER NOT NULL -- published, but never after first_seen
) STRICT;
CREATE INDEX item_by_date ON item (source, date);

-- The log: one row for each position that was ever given out.
CREATE TABLE item_version (
    seq     INTEGER PRIMARY KEY,
    item    INTEGER NOT NULL REFERENCES item (id),
    version INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    content BLOB    NOT NULL, -- the hash of title and text
    url     TEXT,
    title   TEXT,    -- NULL, like text, once enough newer versions exist
    text    TEXT,
    author  TEXT,
    lang    TEXT,
    UNIQUE (item, version)
) STRICT;

-- What an item was ever known by. No reference to item: keys outlive a purged item, or it would
-- come back as new.
CREATE TABLE item_key (
    source INTEGER NOT NULL,
    kind   INTEGER NOT NULL, -- 1 guid, 2 address, 3 content
    hash   BLOB    NOT NULL,
    item   INTEGER NOT NULL,
    PRIMARY KEY (source, kind, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE query (
    number        INTEGER PRIMARY KEY,
    name          TEXT    NOT NULL UNIQUE,
    text          TEXT    NOT NULL,
    edition       INTEGER NOT NULL DEFAULT 1, -- counts the texts it has had
    retired_at    INTEGER,
    retired_seq   INTEGER,
    -- The positions (after, until] that its history run still has to visit.
    history_after INTEGER,
    history_until INTEGER,
    CHECK ((history_after IS NULL) = (history_until IS NULL))
) STRICT;

CREATE TABLE hit (
    query    INTEGER NOT NULL REFERENCES query (number),
    item     INTEGER NOT NULL REFERENCES item (id),
    seq      INTEGER NOT NULL, -- the position at which it was found
    history  INTEGER NOT NULL CHECK (history IN (0, 1)),
    edition  INTEGER NOT NULL, -- the newest edition of the query that found it
    hour     INTEGER NOT NULL, -- the hour of volume it is counted in
    found_at INTEGER NOT NULL,
    PRIMARY KEY (query, item)
) STRICT, WITHOUT ROWID;
CREATE INDEX hit_live ON hit (query, seq) WHERE history = 0;

CREATE TABLE volume (
    query INTEGER NOT NULL REFERENCES query (number),
    hour  INTEGER NOT NULL,
    items INTEGER NOT NULL CHECK (items > 0),
    PRIMARY KEY (query, hour)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscription (
    id         TEXT    PRIMARY KEY,
    retired_at INTEGER,
    told       INTEGER NOT NULL, -- the cursor: every position up to here has been told
    due        TEXT    NOT NULL CHECK (due IN ('unscheduled', 'as_it_happens', 'at')),
    due_at     INTEGER,
    CHECK ((due = 'at') = (due_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE digest (
    id           INTEGER PRIMARY KEY,
    subscription TEXT    NOT NULL REFERENCES subscription (id),
    period_end   INTEGER NOT NULL,
    since        INTEGER NOT NULL,
    upto         INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    UNIQUE (subscription, period_end, upto)
) STRICT;

CREATE TABLE delivery (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    digest     INTEGER NOT NULL REFERENCES digest (id),
    recipient  TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    message_id TEXT    NOT NULL UNIQUE,
    payload    TEXT    NOT NULL,
    state      TEXT    NOT NULL CHECK (state IN ('due', 'leased', 'sent', 'dead')),
    at         INTEGER NOT NULL, -- when it is due, when the lease ends, when it was sent or died
    attempt    INTEGER NOT NULL,
    reason     TEXT,
    UNIQUE (digest, recipient, channel)
) STRICT;
CREATE INDEX delivery_due ON delivery (at) WHERE state IN ('due', 'leased');
CREATE INDEX delivery_state ON delivery (state) WHERE state <> 'sent';
