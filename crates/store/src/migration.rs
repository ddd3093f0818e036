//! Migrations: the numbered steps from an empty file to today's format, never edited once released.

use model::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

/// Step N brings a ledger of format N − 1 to format N.
const STEPS: &[&str] = &[
    include_str!("../migrations/001_ledger.sql"),
    include_str!("../migrations/002_details.sql"),
    include_str!("../migrations/003_pages.sql"),
    include_str!("../migrations/004_hosts.sql"),
    include_str!("../migrations/005_watch.sql"),
    include_str!("../migrations/006_quota.sql"),
    include_str!("../migrations/007_push.sql"),
    include_str!("../migrations/008_history.sql"),
    include_str!("../migrations/009_enrich.sql"),
    include_str!("../migrations/010_wanted.sql"),
    include_str!("../migrations/011_signals.sql"),
    include_str!("../migrations/012_recipients.sql"),
    include_str!("../migrations/013_endpoints.sql"),
    include_str!("../migrations/014_cadence.sql"),
    include_str!("../migrations/015_routing.sql"),
    include_str!("../migrations/016_feeds.sql"),
    include_str!("../migrations/017_assignments.sql"),
    include_str!("../migrations/018_open.sql"),
];

/// SQLite's mark of whose file it is: `VIGI` in ASCII.
const APPLICATION_ID: i32 = 0x5649_4749;

/// What a file turned out to be, or to be now.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Migrated {
    Current,
    Newer { found: i64, known: i64 },
    Foreign { reason: String },
}

/// Brings a ledger to today's format, in one transaction, so that a crash leaves the old one.
pub(crate) fn migrate(connection: &mut Connection, now: Timestamp) -> rusqlite::Result<Migrated> {
    migrate_by(STEPS, connection, now)
}

fn migrate_by(
    steps: &[&str],
    connection: &mut Connection,
    now: Timestamp,
) -> rusqlite::Result<Migrated> {
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    // Read inside the transaction: another process may be migrating the same file.
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let application: i32 = tx.query_row("PRAGMA application_id", (), |row| row.get(0))?;
    let found: i64 = tx.query_row("PRAGMA user_version", (), |row| row.get(0))?;
    let tables: i64 = tx.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;

    let empty = application == 0 && tables == 0;
    if !empty && application != APPLICATION_ID {
        let reason = "it is another program's database".to_owned();
        return Ok(Migrated::Foreign { reason });
    }
    if found > known {
        return Ok(Migrated::Newer { found, known });
    }
    for step in steps.iter().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(step)?;
    }
    if empty {
        name_ledger(&tx, now)?;
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", known)?;
    tx.commit()?;
    Ok(Migrated::Current)
}

/// Gives a new ledger its uuid (RFC 9562, version 4), by which an index knows whose it is.
fn name_ledger(tx: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    tx.execute(
        "WITH random(hex) AS (SELECT lower(hex(randomblob(16))))
         INSERT INTO ledger (only, uuid, created_at)
         SELECT 1, substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-4' || substr(hex, 14, 3)
                || '-a' || substr(hex, 18, 3) || '-' || substr(hex, 21, 12), ?1
         FROM random",
        [now.timestamp_millis()],
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "CREATE TABLE ledger (only, uuid, created_at);
                         CREATE TABLE note (text); INSERT INTO note VALUES ('kept');";
    const SECOND: &str = "ALTER TABLE note ADD COLUMN lang TEXT DEFAULT 'fr'";

    fn memory() -> (Connection, Timestamp) {
        (Connection::open_in_memory().unwrap(), "2026-03-01T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn an_older_format_is_brought_up_to_date_with_its_rows() {
        let (mut connection, now) = memory();
        assert_eq!(migrate_by(&[FIRST], &mut connection, now).unwrap(), Migrated::Current);
        assert_eq!(migrate_by(&[FIRST, SECOND], &mut connection, now).unwrap(), Migrated::Current);
        let note: (String, String) = connection
            .query_row("SELECT text, lang FROM note", (), |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(note, ("kept".to_owned(), "fr".to_owned()));
    }

    #[test]
    fn a_step_that_fails_leaves_the_older_format_whole() {
        let (mut connection, now) = memory();
        migrate_by(&[FIRST], &mut connection, now).unwrap();
        migrate_by(&[FIRST, SECOND, "CREATE TABLE note (text)"], &mut connection, now).unwrap_err();
        let version: i64 =
            connection.query_row("PRAGMA user_version", (), |row| row.get(0)).unwrap();
        assert_eq!(version, 1);
        connection.query_row("SELECT lang FROM note", (), |_| Ok(())).unwrap_err();
    }

    #[test]
    fn a_newer_format_is_refused_with_both_numbers() {
        let (mut connection, now) = memory();
        migrate_by(&[FIRST, SECOND], &mut connection, now).unwrap();
        let refused = migrate_by(&[FIRST], &mut connection, now).unwrap();
        assert_eq!(refused, Migrated::Newer { found: 2, known: 1 });
    }

    #[test]
    fn deliveries_of_an_older_ledger_keep_their_numbers_and_subscriptions() {
        let (mut connection, now) = memory();
        migrate_by(&STEPS[..10], &mut connection, now).unwrap();
        connection
            .execute_batch(
                "INSERT INTO subscription (id, told, due) VALUES ('press', 0, 'unscheduled');
                 INSERT INTO digest VALUES (3, 'press', 1, 0, 0, 1);
                 INSERT INTO delivery VALUES (7, 3, 'a@b.example', 'mail', '<7@x>', '{}', 'dead', 1, 5, 'no');
                 INSERT INTO delivery VALUES (8, 3, 'c@b.example', 'mail', '<8@x>', '', 'sent', 1, 1, NULL);
                 DELETE FROM delivery WHERE id = 8;",
            )
            .unwrap();
        migrate_by(STEPS, &mut connection, now).unwrap();
        let kept: (i64, String, String, String) = connection
            .query_row("SELECT id, subscription, state, reason FROM delivery", (), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .unwrap();
        assert_eq!(kept, (7, "press".to_owned(), "dead".to_owned(), "no".to_owned()));
        connection
            .execute(
                "INSERT INTO delivery
                     (subscription, recipient, channel, message_id, payload, state, at, attempt)
                 VALUES ('press', 'd@b.example', 'mail', '<9@x>', '', 'due', 1, 0)",
                (),
            )
            .unwrap();
        assert_eq!(connection.last_insert_rowid(), 9, "no number comes twice");
    }

    #[test]
    fn another_program_s_database_is_left_alone() {
        let (mut connection, now) = memory();
        connection.execute_batch("CREATE TABLE bookmark (url)").unwrap();
        let refused = migrate_by(&[FIRST], &mut connection, now).unwrap();
        assert!(matches!(refused, Migrated::Foreign { .. }), "{refused:?}");
    }
}
