-- How often a host was asked in the present stretch of time, where its platform allows so many requests in
-- such a time to all.
ALTER TABLE host ADD COLUMN spent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN spent_since INTEGER NOT NULL DEFAULT 0;
