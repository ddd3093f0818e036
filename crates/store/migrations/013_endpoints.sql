-- What happened besides items and hits, in the order in which it did: written in the transaction of the fact.
-- Its numbers are given out in the order of commits, like the log's positions.
CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    key    TEXT    NOT NULL UNIQUE, -- what happened: it happens once
    kind   TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    query  INTEGER REFERENCES query (number), -- whose it is; NULL where it is nobody's, or a story's
    story  INTEGER,                           -- the first item of the story that it is about
    data   TEXT    NOT NULL                   -- JSON
) STRICT;
CREATE INDEX event_at ON event (at);

-- Who is told of events, and up to where: hits up to a position of the log, events up to a number.
CREATE TABLE endpoint (
    number      INTEGER PRIMARY KEY,
    id          TEXT    NOT NULL UNIQUE,
    retired_at  INTEGER,
    target      TEXT    NOT NULL, -- tells whether it leads elsewhere than before; not where
    told_hits   INTEGER NOT NULL,
    told_events INTEGER NOT NULL,
    -- All of the first three, or none: its last tries failed, and it is left alone until then.
    failures    INTEGER NOT NULL DEFAULT 0,
    since       INTEGER,
    rests_until INTEGER,
    reason      TEXT,
    off_at      INTEGER,          -- nothing is sent there any more
    noticed_at  INTEGER,          -- when its owner was last told of that
    sent        INTEGER NOT NULL DEFAULT 0, -- ever
    CHECK ((failures > 0) = (since IS NOT NULL)),
    CHECK ((failures > 0) = (rests_until IS NOT NULL))
) STRICT;

CREATE TABLE dispatch (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint   INTEGER NOT NULL REFERENCES endpoint (number),
    id         TEXT    NOT NULL UNIQUE, -- what a receiver tells a repeat by
    about      TEXT    NOT NULL,        -- for people
    payload    TEXT    NOT NULL,        -- what the channel sends; '' once it was sent
    state      TEXT    NOT NULL CHECK (state IN ('due', 'leased', 'sent', 'dead')),
    at         INTEGER NOT NULL, -- when it is due, when the lease ends, when it was sent or died
    attempt    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    reason     TEXT
) STRICT;
CREATE INDEX dispatch_due ON dispatch (endpoint, at, number) WHERE state IN ('due', 'leased');
CREATE INDEX dispatch_dead ON dispatch (endpoint, number) WHERE state = 'dead';
CREATE INDEX dispatch_sent ON dispatch (at) WHERE state = 'sent';
