-- The story that an item tells: the first item of it, itself for one that stands alone; NULL until it was
-- compared with others.
ALTER TABLE item ADD COLUMN story INTEGER;
CREATE INDEX item_of_story ON item (story) WHERE story IS NOT NULL AND story <> id;
-- The position up to which items were compared.
ALTER TABLE ledger ADD COLUMN stories_upto INTEGER NOT NULL DEFAULT 0;
-- What items are compared by, of those that are recent enough.
CREATE TABLE fingerprint (
    item  INTEGER PRIMARY KEY REFERENCES item (id),
    at    INTEGER NOT NULL,
    print BLOB    NOT NULL
) STRICT;
CREATE INDEX fingerprint_at ON fingerprint (at);

-- How an item speaks of what the query looks for, as JSON with its reasons; NULL until it was read. A word
-- of a person's stands above it.
ALTER TABLE hit ADD COLUMN tone TEXT;
ALTER TABLE hit ADD COLUMN tone_said TEXT
    CHECK (tone_said IN ('negative', 'neutral', 'positive', 'unsure'));
-- What a person said of whether it is meant. What is not is counted in no volume, and told to nobody.
ALTER TABLE hit ADD COLUMN relevance TEXT CHECK (relevance IN ('relevant', 'irrelevant'));
CREATE INDEX hit_unread ON hit (item) WHERE tone IS NULL;
CREATE INDEX hit_of_item ON hit (item);
CREATE INDEX hit_by_hour ON hit (query, hour);
CREATE INDEX hit_judged ON hit (query) WHERE relevance IS NOT NULL;

-- What people set right, in the order in which they did.
CREATE TABLE correction (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    person TEXT    NOT NULL,
    what   TEXT    NOT NULL CHECK (what IN ('relevance', 'tone', 'story')),
    query  INTEGER REFERENCES query (number), -- NULL where it is about the item itself
    item   INTEGER NOT NULL,
    was    TEXT,                              -- what stood there
    said   TEXT    NOT NULL
) STRICT;
CREATE INDEX correction_of_item ON correction (item);
CREATE INDEX correction_of_stories ON correction (number) WHERE what = 'story';
