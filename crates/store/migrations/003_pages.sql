-- How the owner says that a source is read, and what was learnt of how it is written, as JSON.
ALTER TABLE source ADD COLUMN preset TEXT;
ALTER TABLE source ADD COLUMN full_text INTEGER NOT NULL DEFAULT 0 CHECK (full_text IN (0, 1));
ALTER TABLE source ADD COLUMN zone TEXT;
ALTER TABLE source ADD COLUMN habits TEXT NOT NULL DEFAULT '{}';
-- How many of its pages may still be read before it rests until its next check.
ALTER TABLE source ADD COLUMN budget INTEGER NOT NULL DEFAULT 0;
-- The page that is being read, if not the source's own.
ALTER TABLE source ADD COLUMN walking INTEGER;

-- What a source leads to: the conversations of a board, and what continues a page.
CREATE TABLE page (
    number   INTEGER PRIMARY KEY,
    source   INTEGER NOT NULL REFERENCES source (number),
    url      TEXT    NOT NULL, -- where it begins
    -- What it is: a conversation, a list of pages, or what is older than the source's own page shows.
    role     TEXT    NOT NULL CHECK (role IN ('posts', 'listing', 'older')),
    title    TEXT    NOT NULL DEFAULT '',
    listed   TEXT    NOT NULL DEFAULT '', -- what the list says of its size and age; '' for nothing
    mark     TEXT,             -- what the list said when it was last read to its end
    active   INTEGER,          -- when something was last said there, as listed
    due      INTEGER,          -- the greatest goes first; NULL where there is nothing to read
    retry_at INTEGER NOT NULL DEFAULT 0,
    resume   TEXT,             -- where to go on: the last page that was read, or the one after it
    steps    INTEGER NOT NULL DEFAULT 0, -- pages read since it became due
    ends     TEXT,             -- what the first and last record where it begins are known by
    read_at  INTEGER,          -- when it was last read to its end
    failures INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, url)
) STRICT;
CREATE INDEX page_due ON page (source, due) WHERE due IS NOT NULL;

-- The page that an item stands on; NULL for the source's own.
ALTER TABLE item ADD COLUMN page INTEGER REFERENCES page (number);
CREATE INDEX item_by_page ON item (page) WHERE page IS NOT NULL;
-- When an item was found to be gone from where it had been.
ALTER TABLE item ADD COLUMN removed_at INTEGER;

-- What sites reckon of all reviews of a thing, in thousandths: one row for each change.
CREATE TABLE average (
    source      INTEGER NOT NULL REFERENCES source (number),
    product     TEXT    NOT NULL,
    seen_at     INTEGER NOT NULL,
    value_milli INTEGER NOT NULL,
    worst_milli INTEGER NOT NULL,
    best_milli  INTEGER NOT NULL,
    ratings     INTEGER, -- how many it is reckoned from
    PRIMARY KEY (source, product, seen_at)
) STRICT, WITHOUT ROWID;
