-- Whether something has asked for another visit since the present one began: what that one has fetched may
-- be older than what is to be seen.
ALTER TABLE source ADD COLUMN wanted INTEGER NOT NULL DEFAULT 0 CHECK (wanted IN (0, 1));
