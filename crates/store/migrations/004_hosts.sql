-- What is remembered of a host between visits.
ALTER TABLE host ADD COLUMN faults    INTEGER NOT NULL DEFAULT 0; -- visits in a row without an answer
ALTER TABLE host ADD COLUMN pleas     INTEGER NOT NULL DEFAULT 0; -- in a row: be patient, and not how long
ALTER TABLE host ADD COLUMN is_prompt INTEGER NOT NULL DEFAULT 0 CHECK (is_prompt IN (0, 1));
ALTER TABLE host ADD COLUMN day       INTEGER NOT NULL DEFAULT 0; -- of the last visit: days since 1970 in UTC
ALTER TABLE host ADD COLUMN pages     INTEGER NOT NULL DEFAULT 0; -- on that day
-- Why none of its sources is visited before a time.
ALTER TABLE host ADD COLUMN rests_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE host ADD COLUMN rest_reason TEXT;

-- When one of its sources may be visited; NULL where it has none. With thousands of sources what is due
-- is then found by the index, and a visit costs the same whatever their number.
ALTER TABLE host ADD COLUMN ready INTEGER;
DROP INDEX source_due;
CREATE INDEX source_of_host ON source (host, next_check) WHERE retired_at IS NULL;
CREATE INDEX host_ready ON host (is_prompt, ready) WHERE ready IS NOT NULL;

INSERT INTO host (name, next_visit) SELECT DISTINCT host, 0 FROM source WHERE true
ON CONFLICT DO NOTHING;
UPDATE host SET ready = max(next_visit, (SELECT min(next_check) FROM source
                                         WHERE source.host = host.name AND retired_at IS NULL));

-- Whoever writes the one or the other needs not know of it.
CREATE TRIGGER source_enters AFTER INSERT ON source BEGIN
    INSERT INTO host (name, next_visit) VALUES (new.host, 0) ON CONFLICT DO NOTHING;
    UPDATE host SET ready = max(next_visit, rests_until, (SELECT min(s.next_check) FROM source s
                                WHERE s.host = host.name AND s.retired_at IS NULL))
    WHERE name = new.host;
END;
CREATE TRIGGER source_changes AFTER UPDATE OF host, next_check, retired_at ON source
WHEN old.host <> new.host OR old.next_check <> new.next_check OR old.retired_at IS NOT new.retired_at
BEGIN
    INSERT INTO host (name, next_visit) VALUES (new.host, 0) ON CONFLICT DO NOTHING;
    UPDATE host SET ready = max(next_visit, rests_until, (SELECT min(s.next_check) FROM source s
                                WHERE s.host = host.name AND s.retired_at IS NULL))
    WHERE name IN (old.host, new.host);
END;
CREATE TRIGGER host_changes AFTER UPDATE OF next_visit, rests_until ON host BEGIN
    UPDATE host SET ready = max(next_visit, rests_until, (SELECT min(s.next_check) FROM source s
                                WHERE s.host = host.name AND s.retired_at IS NULL))
    WHERE name = new.name;
END;
