-- What an item carries beside its words, as JSON; NULL for nothing. On the item and not on its
-- versions: counts of readers change at every visit, and to note one must not write the text anew.
ALTER TABLE item ADD COLUMN details TEXT;
