//! The way back into the past of a source: to a date, over rounds and crashes, and never for ever.

use std::time::Duration;

use chrono::TimeDelta;
use model::{Source, Timestamp, Validators};
use store::{Declaration, DueSource, Found, Listed, Outcome, PastEnd, Recorded, Sight};
use url::Url;

use crate::world::{World, article, found, noon, source, visit};

const FEED: &str = "https://gazette.example/feed";

/// A world whose source is wanted so many days back.
fn wanting(days: u64) -> World {
    let mut world = World::new(&[]);
    want(&mut world, Some(days));
    world
}

fn want(world: &mut World, days: Option<u64>) {
    let since = days.map(|days| Duration::from_hours(days * 24));
    let sources = [Source { since, ..source("gazette", FEED) }];
    let declaration = Declaration { sources: &sources, queries: &[], subscriptions: &[] };
    world.ledger.declare(&declaration, noon(0)).unwrap();
}

/// A page that shows the newest first, so many days old, with one that follows.
fn page(name: &str, days: i64, next: Option<&str>) -> (Vec<Found>, Sight) {
    let mut item = article(name);
    let dated = noon(0) - TimeDelta::days(days);
    item.published = Some(dated);
    let sight = Sight {
        next: next.map(url),
        newest_first: true,
        around: Some(dated),
        ends: Some(format!("{name}\n{name}")),
        budget: 2,
        ..Sight::default()
    };
    (vec![found(item, &[])], sight)
}

fn url(path: &str) -> Url {
    Url::parse("https://gazette.example/").unwrap().join(path).unwrap()
}

fn see(
    world: &mut World,
    due: &DueSource,
    (items, sight): (Vec<Found>, Sight),
    now: Timestamp,
) -> Recorded {
    let outcome = Outcome::Read {
        items,
        problems: Vec::new(),
        validators: Validators::default(),
        moved_to: None,
        sight,
    };
    world.ledger.record_fetch(&visit(&world.ledger, due, outcome, now), now).unwrap()
}

fn claim(world: &mut World, expect: &str, now: Timestamp) -> DueSource {
    let due = world.claim(now);
    assert_eq!(due.url(), &url(expect));
    due
}

fn past(world: &World) -> (Option<i64>, Option<PastEnd>) {
    let status = world.ledger.status(noon(0)).unwrap();
    let past = status.sources[0].past.unwrap();
    (past.back_to.map(|at| (noon(0) - at).num_days()), past.end)
}

#[test]
fn a_source_is_read_back_to_a_date_over_rounds_and_crashes() {
    let mut world = wanting(30);
    let due = claim(&mut world, "feed", noon(0));
    assert!(see(&mut world, &due, page("a", 1, Some("p/2")), noon(0)).goes_on);
    assert_eq!(past(&world), (Some(1), None));
    let due = claim(&mut world, "p/2", noon(1));
    assert!(due.page.as_ref().unwrap().leads_back);
    see(&mut world, &due, page("b", 10, Some("p/3")), noon(1));
    world.crash();
    let due = claim(&mut world, "p/3", noon(2));
    assert!(
        !see(&mut world, &due, page("c", 20, Some("p/4")), noon(2)).goes_on,
        "the round is over"
    );

    // What the next round finds on its own page is known; the way goes on all the same.
    let due = claim(&mut world, "feed", noon(200));
    see(&mut world, &due, page("a", 1, Some("p/2")), noon(200));
    let due = claim(&mut world, "p/4", noon(201));
    assert!(!see(&mut world, &due, page("d", 31, Some("p/5")), noon(201)).goes_on);
    assert_eq!(past(&world), (Some(31), Some(PastEnd::Reached)));
    let due = claim(&mut world, "feed", noon(400));
    assert!(!see(&mut world, &due, page("a", 1, Some("p/2")), noon(400)).goes_on, "it has ended");
    world.assert_sound();
}

#[test]
fn a_new_wish_begins_another_way_back_through_what_is_known() {
    let mut world = wanting(5);
    let due = claim(&mut world, "feed", noon(0));
    see(&mut world, &due, page("a", 6, Some("p/2")), noon(0));
    assert_eq!(past(&world), (Some(6), Some(PastEnd::Reached)));
    want(&mut world, Some(5));
    assert_eq!(past(&world).1, Some(PastEnd::Reached), "the same wish is no new one");
    want(&mut world, Some(30));
    assert_eq!(past(&world).1, None);
    let due = claim(&mut world, "feed", noon(100));
    assert_eq!(due.validators, Validators::default(), "or it would be unchanged");
    assert!(see(&mut world, &due, page("a", 6, Some("p/2")), noon(100)).goes_on);
    want(&mut world, None);
    assert_eq!(world.ledger.status(noon(0)).unwrap().sources[0].past, None);
}

#[test]
fn a_way_back_ends_where_the_site_does() {
    let mut world = wanting(300);
    let due = claim(&mut world, "feed", noon(0));
    see(&mut world, &due, page("a", 1, None), noon(0));
    assert_eq!(past(&world), (Some(1), Some(PastEnd::Exhausted)), "a feed shows only its newest");

    for is_missing in [true, false] {
        let mut world = wanting(300);
        let due = claim(&mut world, "feed", noon(0));
        see(&mut world, &due, page("a", 1, Some("p/2")), noon(0));
        let mut now = noon(1);
        let mut due = claim(&mut world, "p/2", now);
        for _ in 0..10 {
            let reason = "no".to_owned();
            let outcome = Outcome::Failed { reason, missing: is_missing, ends_round: false };
            world.ledger.record_fetch(&visit(&world.ledger, &due, outcome, now), now).unwrap();
            if past(&world).1.is_some() {
                break;
            }
            now += TimeDelta::hours(12);
            let own = claim(&mut world, "feed", now);
            see(&mut world, &own, page("a", 1, Some("p/2")), now);
            now += TimeDelta::minutes(1);
            due = claim(&mut world, "p/2", now);
        }
        let expect = if is_missing { PastEnd::Exhausted } else { PastEnd::Failed };
        assert_eq!(past(&world).1, Some(expect));
    }
}

#[test]
fn a_page_that_leads_to_the_first_again_ends_the_way() {
    let mut world = wanting(300);
    let due = claim(&mut world, "feed", noon(0));
    see(&mut world, &due, page("a", 1, Some("p/2")), noon(0));
    let due = claim(&mut world, "p/2", noon(1));
    see(&mut world, &due, page("b", 2, Some("p/3")), noon(1));
    let due = claim(&mut world, "p/3", noon(2));
    see(&mut world, &due, page("b", 2, Some("p/4")), noon(2));
    assert_eq!(past(&world).1, Some(PastEnd::Exhausted));
}

#[test]
fn of_a_board_no_conversation_is_read_that_ended_before_the_date() {
    let mut world = wanting(30);
    let topic = |path: &str, days| Listed {
        url: url(path),
        title: path.to_owned(),
        mark: "1".to_owned(),
        active: Some(noon(0) - TimeDelta::days(days)),
    };
    let board = |topics, around, next: Option<&str>| Sight {
        topics,
        around: Some(noon(0) - TimeDelta::days(around)),
        next: next.map(url),
        budget: 9,
        ..Sight::default()
    };
    let due = claim(&mut world, "feed", noon(0));
    let topics = vec![topic("t/pinned", 400), topic("t/1", 2)];
    see(&mut world, &due, (Vec::new(), board(topics, 2, Some("board/2"))), noon(0));
    let due = claim(&mut world, "t/1", noon(1));
    see(&mut world, &due, page("one", 2, None), noon(1));
    let due = claim(&mut world, "board/2", noon(2));
    let topics = vec![topic("t/2", 29), topic("t/3", 35), topic("t/4", 40)];
    see(&mut world, &due, (Vec::new(), board(topics, 35, Some("board/3"))), noon(2));
    assert_eq!(past(&world), (Some(35), Some(PastEnd::Reached)));
    let due = claim(&mut world, "t/2", noon(3));
    assert!(!see(&mut world, &due, page("two", 29, None), noon(3)).goes_on);
}

#[test]
fn what_is_new_since_is_never_behind_the_way_back() {
    let mut world = wanting(300);
    let due = claim(&mut world, "feed", noon(0));
    see(&mut world, &due, page("a", 1, Some("p/2")), noon(0));
    for (minute, name, at, next) in [(1, "b", "p/2", "p/3"), (2, "c", "p/3", "p/4")] {
        let due = claim(&mut world, at, noon(minute));
        see(&mut world, &due, page(name, 9, Some(next)), noon(minute));
    }
    // All of the own page is new: what stood on it may be on the second page now.
    let due = claim(&mut world, "feed", noon(200));
    see(&mut world, &due, page("new", 0, Some("p/2")), noon(200));
    claim(&mut world, "p/2", noon(201));
}
