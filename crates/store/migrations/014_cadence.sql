-- A subscription that waits: until when. Of one whose mails are held besides, since when and for what (words
-- with a comma between them), until they are told.
ALTER TABLE subscription ADD COLUMN wait_until INTEGER;
ALTER TABLE subscription ADD COLUMN held_since INTEGER;
ALTER TABLE subscription ADD COLUMN held_for TEXT;

-- Who gets a mail, by the bare address in lower case, and when it was written: so much a day is enough.
ALTER TABLE delivery ADD COLUMN address TEXT;
ALTER TABLE delivery ADD COLUMN created_at INTEGER;
UPDATE delivery SET
    address = lower(rtrim(substr(recipient, instr(recipient, '<') + 1), '>')),
    created_at = coalesce((SELECT g.created_at FROM digest g WHERE g.id = digest),
                          (SELECT e.at FROM signal_event e WHERE e.number = event));
CREATE INDEX delivery_of_address ON delivery (address, created_at);

-- Whether its last try failed because no mail could leave at all: it is tried again as soon as one does.
ALTER TABLE delivery ADD COLUMN waits_for_server INTEGER NOT NULL DEFAULT 0 CHECK (waits_for_server IN (0, 1));
-- How grave what it tells is; NULL where it tells nothing that was found: questions, and words to the owner.
ALTER TABLE delivery ADD COLUMN severity TEXT CHECK (severity IN ('info', 'warning', 'crisis'));
UPDATE delivery SET severity = CASE WHEN digest IS NOT NULL THEN 'info' WHEN event IS NOT NULL THEN 'warning' END;
CREATE INDEX delivery_of_server ON delivery (at) WHERE waits_for_server = 1;
