-- How far into its past a source is to be read, as its owner says; NULL for nothing said.
ALTER TABLE source ADD COLUMN history_ms INTEGER;
-- The date that was reached on the way back, the pages that it took, and why it ended; NULL while it
-- goes on.
ALTER TABLE source ADD COLUMN history_back_to INTEGER;
ALTER TABLE source ADD COLUMN history_pages INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN history_end TEXT
    CHECK (history_end IN ('reached', 'exhausted', 'spent', 'failed'));
-- Whether the page leads back into the past: what it has is history, and known things do not end it.
ALTER TABLE page ADD COLUMN history INTEGER NOT NULL DEFAULT 0 CHECK (history IN (0, 1));
