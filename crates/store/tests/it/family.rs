//! Sources of one family, and hosts that allow so many requests in such a time.

use std::time::Duration;

use chrono::TimeDelta;
use model::Timestamp;
use store::{Declaration, Ledger, Outcome, Recorded, Sight};

use crate::world::{LEASE, World, article, found, noon, room, source, visit};

/// Declares two searches of one platform, one of another, and a feed, each at a host of its own so that all
/// are due together.
fn declare(ledger: &mut Ledger) {
    let searches = [
        source("hn.ozalee", "https://one.hn.example/?q=ozalee"),
        source("hn.tea", "https://two.hn.example/?q=tea"),
        source("hnx.tea", "https://hnx.example/?q=tea"),
        source("hn", "https://one.example/feed"),
    ];
    let queries = [("brand".into(), "brand".to_owned())];
    let declaration = Declaration { sources: &searches, queries: &queries, subscriptions: &[] };
    ledger.declare(&declaration, noon(0)).unwrap();
}

/// Visits a source that finds these articles, newest first, with more of them on another page.
fn read(ledger: &mut Ledger, id: &str, names: &[&str], now: Timestamp) -> Recorded {
    let mut claimed = ledger.claim_due_sources(now, room(10), LEASE).unwrap();
    let at = claimed.iter().position(|due| due.source.id.as_str() == id).unwrap();
    let due = claimed.remove(at);
    let items = names.iter().map(|name| found(article(name), &["brand"])).collect();
    let next = due.page.is_none().then(|| due.source.url.join("?q=more").unwrap());
    let outcome = Outcome::Read {
        items,
        problems: Vec::new(),
        validators: model::Validators::default(),
        moved_to: None,
        sight: Sight { next, newest_first: true, budget: 3, ..Sight::default() },
    };
    // The leases of the others run out.
    ledger.record_fetch(&visit(ledger, &due, outcome, now), now).unwrap()
}

#[test]
fn what_one_search_has_found_is_not_new_to_another_of_its_family() {
    let mut world = World::new(&["brand"]);
    declare(&mut world.ledger);
    let after = |minutes: i64| noon(0) + TimeDelta::minutes(minutes);
    let first = read(&mut world.ledger, "hn.ozalee", &["one", "two"], after(1));
    assert_eq!((first.new, first.hits), (2, 2));
    // It has found them too, and what follows may hold what no other has: the walk goes on.
    let second = read(&mut world.ledger, "hn.tea", &["two", "one"], after(10));
    assert_eq!((second.new, second.changed, second.hits, second.goes_on), (0, 0, 0, true));
    // The first goes on as well, and meets the end.
    assert!(!read(&mut world.ledger, "hn.ozalee", &["two"], after(15)).goes_on);
    // What it met itself ends it.
    let again = read(&mut world.ledger, "hn.tea", &["two", "one"], after(20));
    assert_eq!((again.new, again.goes_on), (0, false));
    let other = read(&mut world.ledger, "hnx.tea", &["two"], after(30));
    assert_eq!(other.new, 1, "another platform's items are its own");
    let feed = read(&mut world.ledger, "hn", &["two"], after(40));
    assert_eq!(feed.new, 1, "a source of its own is of no family");
    world.assert_sound();
}

#[test]
fn requests_are_counted_over_restarts() {
    let mut world = World::new(&["brand"]);
    let hour = Duration::from_hours(1);
    let gazette = "gazette".into();
    world.read_articles(&["one"], &[], noon(0));
    let spend = |world: &mut World, minutes| {
        world.ledger.spend(&gazette, (3, hour), noon(minutes)).unwrap().as_secs()
    };
    assert_eq!(spend(&mut world, 0), 0);
    assert_eq!(spend(&mut world, 10), 0);
    world.crash();
    assert_eq!(spend(&mut world, 15), 45 * 60, "the third in this hour was the last");
    assert_eq!(spend(&mut world, 20), 40 * 60);
    assert_eq!(spend(&mut world, 61), 0, "another hour");
    assert_eq!(world.ledger.spend(&"nobody".into(), (1, hour), noon(0)).unwrap(), Duration::ZERO);
}
