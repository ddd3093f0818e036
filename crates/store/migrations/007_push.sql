-- Feeds that hubs push (WebSub). A source has at most one that is not on its way out.
CREATE TABLE hub_subscription (
    number    INTEGER PRIMARY KEY,
    source    INTEGER NOT NULL REFERENCES source (number),
    hub       TEXT    NOT NULL,
    hub_host  TEXT    NOT NULL,
    topic     TEXT    NOT NULL,
    -- offered: by the feed, and the hub does not push; live: it does, until the end of the lease;
    -- leaving: the hub is to stop; gone: it has.
    state     TEXT    NOT NULL CHECK (state IN ('offered', 'live', 'leaving', 'gone')),
    -- The callback's last part, which nobody can guess, and what the hub signs with.
    token     TEXT    UNIQUE,
    secret    TEXT,
    due       INTEGER,          -- when to ask the hub; NULL for never
    asked_at  INTEGER,          -- when it was asked last; NULL where no answer is waited for
    failures  INTEGER NOT NULL DEFAULT 0, -- questions in a row that it has not verified
    reason    TEXT,             -- what it said to the last of them
    lease_end INTEGER,
    pushed_at INTEGER,          -- when it pushed last
    missed    INTEGER NOT NULL DEFAULT 0 -- visits that found news since, which it had not pushed
) STRICT;
CREATE UNIQUE INDEX hub_subscription_of ON hub_subscription (source)
    WHERE state IN ('offered', 'live');
CREATE INDEX hub_subscription_due ON hub_subscription (due) WHERE due IS NOT NULL;

-- The address that callbacks begin with; NULL where hubs cannot reach us.
ALTER TABLE ledger ADD COLUMN callbacks TEXT;

-- What was pushed and is still to be read. A row goes in the transaction that keeps its items.
CREATE TABLE push (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    source       INTEGER NOT NULL REFERENCES source (number),
    received_at  INTEGER NOT NULL,
    topic        TEXT    NOT NULL,
    content_type TEXT,
    link         TEXT,
    body         BLOB    NOT NULL
) STRICT;
CREATE INDEX push_of ON push (source);
