-- Who has taken on what was found. The last row of an item holds.
CREATE TABLE assignment (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    item   INTEGER NOT NULL,
    person TEXT,             -- NULL: nobody has it any more
    said   TEXT    NOT NULL  -- who said so
) STRICT;
CREATE INDEX assignment_of_item ON assignment (item, number);
