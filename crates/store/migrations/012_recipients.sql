-- Who gets the mails of a subscription, and whether they want them. They are kept when they leave: who has
-- unsubscribed must not be told again because somebody enters them anew.
CREATE TABLE recipient (
    number       INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription TEXT    NOT NULL,
    address      TEXT    NOT NULL, -- in lower case, without a name
    consent      TEXT    NOT NULL
        CHECK (consent IN ('entered', 'asked', 'confirmed', 'unsubscribed', 'refused')),
    since        INTEGER NOT NULL,
    asked        INTEGER NOT NULL DEFAULT 0, -- how often they were asked whether they want the mails
    reason       TEXT,                       -- what the mail server said of them
    paused_until INTEGER,
    epoch        INTEGER NOT NULL DEFAULT 0, -- links of another are void
    -- Whether they have unsubscribed and not said yes since, whatever they were asked.
    has_left     INTEGER NOT NULL DEFAULT 0 CHECK (has_left IN (0, 1)),
    UNIQUE (subscription, address)
) STRICT;
CREATE INDEX recipient_of_address ON recipient (address);

-- Who was told before anyone could be asked stays told.
INSERT OR IGNORE INTO recipient (subscription, address, consent, since)
    SELECT g.subscription,
           lower(rtrim(substr(d.recipient, instr(d.recipient, '<') + 1), '>')),
           'confirmed', max(d.at)
    FROM delivery d JOIN digest g ON g.id = d.digest
    WHERE d.state = 'sent' AND d.channel = 'mail' GROUP BY 1, 2;

CREATE INDEX digest_by_time ON digest (created_at);

-- What links in mails are signed with. Without it all that were given out are void.
CREATE TABLE link_key (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    key  BLOB    NOT NULL
) STRICT;
