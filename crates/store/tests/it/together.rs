//! Several ledgers on one file.

use std::collections::BTreeSet;

use model::{Source, SourceId};
use store::Declaration;

use crate::world::{LEASE, PAUSE, World, article, found, noon, open, reading, room, source, visit};

#[test]
fn many_may_create_one_ledger_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let uuids: BTreeSet<String> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..8).map(|_| scope.spawn(|| open(dir.path()).uuid().to_owned())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(uuids.len(), 1);
}

#[test]
fn no_source_is_claimed_twice() {
    const SOURCES: usize = 200;
    let dir = tempfile::tempdir().unwrap();
    let sources: Vec<Source> = (0..SOURCES)
        .map(|n| source(&format!("s{n}"), &format!("https://host{n}.example/feed")))
        .collect();
    let declaration = Declaration { sources: &sources, queries: &[], subscriptions: &[] };
    open(dir.path()).declare(&declaration, noon(0)).unwrap();

    let worker = || {
        let mut ledger = open(dir.path());
        let mut claimed: Vec<SourceId> = Vec::new();
        loop {
            let due = ledger.claim_due_sources(noon(0), room(3), LEASE).unwrap();
            if due.is_empty() {
                return claimed;
            }
            for due in due {
                let mut done =
                    visit(&ledger, &due, reading(vec![found(article("one"), &[])]), noon(0));
                done.next_check = noon(60);
                ledger.record_fetch(&done, noon(0)).unwrap();
                claimed.push(due.source.id);
            }
        }
    };
    let claimed: Vec<SourceId> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..2).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(claimed.len(), SOURCES);
    assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), SOURCES);
    let ledger = open(dir.path());
    assert_eq!(usize::try_from(ledger.head().unwrap().0).unwrap(), SOURCES);
    assert_eq!(ledger.check().unwrap(), []);
}

#[test]
fn what_one_records_another_reads() {
    let mut world = World::new(&["brand"]);
    let reader = open(world.dir.path());
    assert_eq!(reader.next_source_due().unwrap(), Some(noon(0)));
    world.read_articles(&["one"], &["brand"], noon(0));
    assert_eq!(reader.items_after(model::Seq(0), 9).unwrap().len(), 1);
    assert_eq!(reader.next_source_due().unwrap(), Some(noon(1).max(noon(0) + PAUSE)));
}

#[test]
fn items_are_given_in_the_order_asked_for() {
    let mut world = World::new(&[]);
    let ids = world.read_articles(&["one", "two", "three"], &[], noon(0));
    let asked = [ids[2], model::ItemId(99), ids[0]];
    let items = world.ledger.items(&asked).unwrap();
    let titles: Vec<&str> = items.iter().map(|item| item.item.title.as_str()).collect();
    assert_eq!(titles, ["Ozalée: three", "Ozalée: one"]);
}
