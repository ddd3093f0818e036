-- What queries find, for feed readers: each feed at an address that is its secret.
CREATE TABLE feed (
    number        INTEGER PRIMARY KEY AUTOINCREMENT,
    secret        BLOB    NOT NULL UNIQUE, -- the hash of what only its address has
    query         TEXT,                    -- what it follows, by name: one of the two
    subscription  TEXT,
    reader        TEXT    NOT NULL,        -- whom it was made for; '' for nobody named
    created_at    INTEGER NOT NULL,
    revoked_at    INTEGER,
    fetched_at    INTEGER,
    agent         TEXT,                    -- by which program
    -- The rest is of feeds that a hub is told of: it must be given the address itself.
    token         TEXT,
    forms         INTEGER NOT NULL DEFAULT 0, -- those that were ever fetched, a bit each
    pushed        INTEGER NOT NULL,        -- the hub knows of all that was found up to this position
    push_at       INTEGER NOT NULL DEFAULT 0, -- it is not told before
    push_failures INTEGER NOT NULL DEFAULT 0, -- in a row
    push_reason   TEXT,                    -- what it said to the last of them
    CHECK ((query IS NULL) <> (subscription IS NULL))
) STRICT;
