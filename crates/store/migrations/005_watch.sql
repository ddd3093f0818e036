-- What was learnt of when and what a source publishes: what the crawler keeps between its visits.
CREATE TABLE watch (
    source INTEGER PRIMARY KEY REFERENCES source (number),
    rhythm BLOB,              -- NULL until it was first read
    weight REAL,              -- its share of a common budget of visits
    usual  TEXT NOT NULL      -- what it usually shows, as JSON
) STRICT;

-- Why its readers can't rely on it, whether its visits fail or not; all NULL if they can.
ALTER TABLE source ADD COLUMN trouble TEXT;
ALTER TABLE source ADD COLUMN trouble_reason TEXT;
ALTER TABLE source ADD COLUMN trouble_since INTEGER;
