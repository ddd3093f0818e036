//! Opening: new, older, newer, foreign and damaged files.

use model::Seq;
use rusqlite::Connection;
use store::{FILE_NAME, Ledger, LedgerError, OpenError};

use crate::world::{World, article, found, noon, open};

#[test]
fn an_empty_directory_becomes_a_ledger_with_a_name_for_life() {
    let dir = tempfile::tempdir().unwrap();
    let deep = dir.path().join("deep/data");
    let first = open(&deep);
    let uuid = first.uuid().to_owned();
    drop(first);
    assert_eq!(open(&deep).uuid(), uuid);
    assert_eq!(uuid.len(), 36);
    assert_eq!(&uuid[14..15], "4");
    assert_ne!(open(dir.path()).uuid(), uuid);
}

#[test]
fn an_empty_file_of_format_0_is_migrated() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE_NAME), "").unwrap();
    assert_eq!(open(dir.path()).check().unwrap(), []);
}

#[test]
fn a_ledger_of_format_1_keeps_its_items_and_can_hold_details() {
    let dir = tempfile::tempdir().unwrap();
    let connection = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    connection.execute_batch(include_str!("../../migrations/001_ledger.sql")).unwrap();
    connection
        .execute_batch(
            "INSERT INTO ledger (only, uuid, created_at) VALUES (1, 'the-old-one', 0);
             INSERT INTO source (number, id, origin, declared_url, url, name, kind, host, next_check)
             VALUES (1, 'gazette', 'configuration', 'https://gazette.example/feed',
                     'https://gazette.example/feed', 'The gazette', 'news', 'gazette.example', 0);
             INSERT INTO host (name, next_visit) VALUES ('gazette.example', 0);
             UPDATE log_head SET head = 1;
             INSERT INTO item (id, source, seq, version, kind, first_seen, date)
             VALUES (1, 1, 1, 1, 'news', 0, 0);
             INSERT INTO item_version (seq, item, version, seen_at, content, title, text)
             VALUES (1, 1, 1, 0, x'00000000000000000000000000000000', 'Old', 'As it was.');
             PRAGMA application_id = 0x56494749;
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(connection);

    let mut world = World { ledger: open(dir.path()), dir };
    assert_eq!(world.ledger.uuid(), "the-old-one");
    world.assert_sound();
    let items = world.ledger.items_after(Seq(0), 10).unwrap();
    assert_eq!((items.len(), items[0].item.text.as_str()), (1, "As it was."));
    assert!(items[0].item.details.is_empty());
    let mut liked = article("new");
    liked.details.engagement.likes = Some(3);
    world.read(vec![found(liked.clone(), &[])], noon(0));
    assert_eq!(world.ledger.items_after(Seq(1), 10).unwrap()[0].item, liked);
}

#[test]
fn writes_survive_a_loss_of_power_and_do_not_wait_for_readers() {
    let world = World::new(&[]);
    let connection = Connection::open(world.dir.path().join(FILE_NAME)).unwrap();
    let mode: String = connection.query_row("PRAGMA journal_mode", (), |row| row.get(0)).unwrap();
    assert_eq!(mode, "wal");
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_ledger() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new(&[]);
    for name in [FILE_NAME.to_owned(), format!("{FILE_NAME}-wal")] {
        let mode = std::fs::metadata(world.dir.path().join(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_newer_ledger_is_refused_with_both_formats_and_left_alone() {
    let mut world = World::new(&["brand"]);
    world.read_articles(&["one"], &["brand"], noon(0));
    let path = world.dir.path().join(FILE_NAME);
    let connection = Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();

    let refused = Ledger::open(world.dir.path(), noon(0)).unwrap_err();
    assert!(matches!(refused, OpenError::Newer { found: 99, known: 4, .. }), "{refused:?}");
    let message = refused.to_string();
    assert!(message.contains("format 99") && message.contains("up to 4"), "{message}");
    let version: i64 = connection.query_row("PRAGMA user_version", (), |row| row.get(0)).unwrap();
    assert_eq!(version, 99);
}

#[test]
fn another_program_s_file_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE bookmark (url)").unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    let refused = Ledger::open(dir.path(), noon(0)).unwrap_err();
    assert!(matches!(refused, OpenError::Foreign { .. }), "{refused:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    let text = "Dear diary, ".repeat(1000);
    std::fs::write(&path, &text).unwrap();
    let refused = Ledger::open(dir.path(), noon(0)).unwrap_err();
    assert!(matches!(refused, OpenError::Foreign { .. }), "{refused:?}");
    assert!(refused.to_string().contains("not an SQLite database"), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_damaged_ledger_is_said_to_be_damaged() {
    let mut world = World::new(&["brand"]);
    world.read_articles(&["one"], &["brand"], noon(0));
    world.ledger.checkpoint().unwrap();
    let mut bytes = std::fs::read(world.dir.path().join(FILE_NAME)).unwrap();
    bytes[4096..].fill(0xFF);
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(FILE_NAME), bytes).unwrap();
    let refused = Ledger::open(dir.path(), noon(0)).unwrap_err();
    let OpenError::Ledger { source: LedgerError::Damaged(_), .. } = refused else {
        panic!("{refused:?}");
    };
}

#[test]
fn a_file_in_place_of_the_directory_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data");
    std::fs::write(&path, "").unwrap();
    let refused = Ledger::open(&path, noon(0)).unwrap_err();
    assert!(matches!(refused, OpenError::Directory { .. }), "{refused:?}");
}

#[test]
fn a_checkpoint_empties_the_write_ahead_log() {
    let mut world = World::new(&["brand"]);
    world.read_articles(&["one"], &["brand"], noon(0));
    let wal = world.dir.path().join(format!("{FILE_NAME}-wal"));
    assert_ne!(std::fs::metadata(&wal).unwrap().len(), 0);
    world.ledger.checkpoint().unwrap();
    assert_eq!(std::fs::metadata(&wal).unwrap().len(), 0);
    assert_eq!(open(world.dir.path()).head().unwrap(), world.ledger.head().unwrap());
}

#[test]
fn the_check_names_what_does_not_hold() {
    let check = |damage: &str, expect: &str| {
        let mut world = World::new(&["brand"]);
        world.read_articles(&["one", "two"], &["brand"], noon(0));
        world.assert_sound();
        let path = world.dir.path().join(FILE_NAME);
        let connection = Connection::open(path).unwrap();
        connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {damage}")).unwrap();
        let problems = world.ledger.check().unwrap();
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert!(messages.contains(&expect), "{damage}: {messages:?}");
    };
    check("UPDATE log_head SET head = 5", "3 positions are missing");
    check("UPDATE log_head SET head = 1", "1 positions stand beyond the head");
    check(
        "UPDATE item SET version = 2 WHERE id = 1",
        "1 items do not stand at their newest version",
    );
    check("DELETE FROM item WHERE id = 1", "1 hits have no item or stand beyond the head");
    check("UPDATE volume SET items = 3", "1 hours do not count their hits");
    check("DELETE FROM volume", "1 hours with hits are not counted");
    check("UPDATE subscription SET told = 9", "1 subscriptions were told beyond the head");
    check("DELETE FROM query", "3 rows refer to none");
}
