//! What the ledger puts right by itself: leases of the dead, clocks that were wrong, sites that moved
//! by mistake, names that changed.

use std::time::Duration;

use model::Validators;
use store::{Declaration, Outcome, Sight};

use crate::world::{LEASE, World, article, at, found, noon, reading, room, source, visit};

const DAY: Duration = Duration::from_hours(24);

#[test]
fn what_a_killed_process_had_leased_is_free_at_once() {
    let mut world = World::new(&["brand"]);
    let due = world.claim(noon(0));
    assert_eq!(world.ledger.claim_due_sources(noon(1), room(9), LEASE).unwrap(), []);
    world.ledger.take_over(noon(1), DAY).unwrap();
    assert_eq!(world.claim(noon(1)).source, due.source);

    let late = visit(&world.ledger, &due, reading(Vec::new()), noon(1));
    world.ledger.record_fetch(&late, noon(1)).unwrap_err();
}

#[test]
fn a_clock_that_was_years_ahead_does_not_silence_a_source() {
    let mut world = World::new(&["brand"]);
    let ahead = at("2036-03-01T12:00:00Z");
    world.read(Vec::new(), ahead);
    assert_eq!(world.ledger.claim_due_sources(noon(60), room(9), LEASE).unwrap(), []);
    world.ledger.take_over(noon(60), DAY).unwrap();
    assert_eq!(world.ledger.next_source_due().unwrap(), Some(noon(60) + DAY));
}

#[test]
fn a_source_that_fails_where_it_was_moved_goes_back_to_the_address_it_was_given() {
    let mut world = World::new(&["brand"]);
    let moved_to = Some("https://elsewhere.example/feed".parse().unwrap());
    let (validators, problems) = (Validators::default(), Vec::new());
    let outcome = Outcome::Read {
        items: Vec::new(),
        problems,
        validators,
        moved_to,
        sight: Sight::default(),
    };
    let due = world.claim(noon(0));
    let done = visit(&world.ledger, &due, outcome, noon(0));
    world.ledger.record_fetch(&done, noon(0)).unwrap();
    let mut asked = Vec::new();
    for hours in 1..=4 {
        let now = noon(60 * hours);
        let due = world.claim(now);
        asked.push(due.source.url.host_str().unwrap().to_owned());
        let failed =
            Outcome::Failed { reason: "no answer".to_owned(), missing: false, ends_round: false };
        let failed = visit(&world.ledger, &due, failed, now);
        world.ledger.record_fetch(&failed, now).unwrap();
    }
    let moved = "elsewhere.example";
    assert_eq!(asked, [moved, moved, moved, "gazette.example"]);
}

#[test]
fn a_renamed_source_keeps_its_items() {
    let mut world = World::new(&["brand"]);
    world.read(vec![found(article("one"), &["brand"])], noon(0));
    let renamed = [source("journal", "https://gazette.example/feed")];
    let queries = [("brand".into(), "brand".to_owned())];
    let declaration = Declaration { sources: &renamed, queries: &queries, subscriptions: &[] };
    world.ledger.declare(&declaration, noon(5)).unwrap();
    let due = world.claim(noon(5));
    assert_eq!(due.source.id, "journal".into());
    assert_eq!(due.first_read, Some(noon(0)));
    let items = reading(vec![found(article("one"), &["brand"])]);
    let again = visit(&world.ledger, &due, items, noon(5));
    assert_eq!(world.ledger.record_fetch(&again, noon(5)).unwrap().new, 0);
}

#[test]
fn a_source_with_another_address_is_read_as_if_for_the_first_time() {
    let mut world = World::new(&["brand"]);
    world.read(Vec::new(), noon(0));
    assert_eq!(world.claim(noon(5)).first_read, Some(noon(0)));
    let elsewhere = [source("gazette", "https://gazette.example/other")];
    let declaration = Declaration { sources: &elsewhere, queries: &[], subscriptions: &[] };
    world.ledger.declare(&declaration, noon(10)).unwrap();
    assert_eq!(world.claim(noon(10)).first_read, None);
}

#[test]
fn only_a_source_of_the_command_line_can_be_removed_there() {
    let mut world = World::new(&["brand"]);
    world.ledger.add_source(&source("herald", "https://herald.example/feed"), noon(0)).unwrap();
    assert!(!world.ledger.remove_source(&"gazette".into(), noon(1)).unwrap());
    assert!(world.ledger.remove_source(&"herald".into(), noon(1)).unwrap());
    assert!(!world.ledger.remove_source(&"herald".into(), noon(1)).unwrap());
    let left = world.ledger.sources().unwrap();
    assert_eq!(left.iter().map(|source| source.id.as_str()).collect::<Vec<_>>(), ["gazette"]);
}
