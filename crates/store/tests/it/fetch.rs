//! Claiming sources and recording visits.

use chrono::TimeDelta;
use model::{Country, Details, Engagement, Health, Item, Problem, Rating, Seq, Tone, Validators};
use store::{Declaration, LastOutcome, Outcome, Provenance, RecordError, Recorded, Sight, Visit};

use crate::world::{LEASE, PAUSE, World, article, found, noon, open, reading, room, source, visit};

fn well(validators: &str) -> Validators {
    Validators { etag: Some(validators.to_owned()), last_modified: None, body_digest: None }
}

#[test]
fn new_items_get_dense_positions_and_their_hits_are_counted() {
    let mut world = World::new(&["brand", "rival"]);
    let items = vec![
        found(article("one"), &["brand"]),
        found(article("two"), &[]),
        found(article("three"), &["brand", "rival", "undeclared"]),
    ];
    let recorded = world.read(items, noon(0));
    assert_eq!(recorded, Recorded { new: 3, changed: 0, hits: 3, ..Recorded::default() });

    let items = world.ledger.items_after(Seq(0), 10).unwrap();
    let seqs: Vec<u64> = items.iter().map(|item| item.seq.0).collect();
    assert_eq!(seqs, [1, 2, 3]);
    assert_eq!(items[2].item, article("three"));
    assert_eq!(items[2].first_seen, noon(0));
    assert_eq!(items[2].version, 1);
    let volume: Vec<u64> =
        world.ledger.status(noon(0)).unwrap().queries.iter().map(|query| query.hits_24h).collect();
    assert_eq!(volume, [2, 1]);
    world.assert_sound();
}

#[test]
fn the_provenance_of_items_tells_when_their_source_was_first_read() {
    let mut world = World::new(&[]);
    world.read(vec![found(article("one"), &[])], noon(0));
    let mut edited = article("one");
    edited.text = "Another text.".to_owned();
    let undated = Item { published: None, url: None, ..article("two") };
    world.read(vec![found(edited, &[]), found(undated, &[])], noon(5));
    let ids: Vec<_> =
        world.ledger.items_after(Seq(0), 10).unwrap().iter().map(|item| item.id).collect();
    let [one, two] = ids[..] else { panic!("{ids:?}") };
    let told = world.ledger.provenance(&[two, model::ItemId(99), one]).unwrap();
    let expect = [
        Provenance {
            id: two,
            seq: Seq(3),
            source: "gazette".into(),
            source_name: "The gazette".to_owned(),
            url: None,
            published: None,
            first_seen: noon(5),
            first_read: Some(noon(0)),
        },
        Provenance {
            id: one,
            seq: Seq(2),
            source: "gazette".into(),
            source_name: "The gazette".to_owned(),
            url: article("one").url,
            published: article("one").published,
            first_seen: noon(0),
            first_read: Some(noon(0)),
        },
    ];
    assert_eq!(told, expect);
}

#[test]
fn the_same_page_again_changes_nothing() {
    let mut world = World::new(&["brand"]);
    world.read(vec![found(article("one"), &["brand"])], noon(0));
    let recorded = world.read(vec![found(article("one"), &["brand"])], noon(5));
    assert_eq!(recorded, Recorded::default());
    assert_eq!(world.ledger.head().unwrap(), Seq(1));
}

#[test]
fn another_text_is_a_new_version_at_the_next_position_with_its_new_hits() {
    let mut world = World::new(&["brand", "rival"]);
    world.read(vec![found(article("one"), &["brand"]), found(article("two"), &[])], noon(0));
    let mut edited = article("one");
    edited.text = "A rival is named.".to_owned();
    edited.published = Some(noon(3));
    edited.updated = Some(noon(4));
    let recorded = world.read(vec![found(edited, &["rival"])], noon(5));
    assert_eq!(recorded, Recorded { new: 0, changed: 1, hits: 1, ..Recorded::default() });

    let items = world.ledger.items_after(Seq(0), 10).unwrap();
    let stand: Vec<(u64, u32)> = items.iter().map(|item| (item.seq.0, item.version)).collect();
    assert_eq!(stand, [(2, 1), (3, 2)]);
    assert_eq!(items[1].item.text, "A rival is named.");
    assert_eq!(items[1].item.published, article("one").published, "the first version's");
    assert_eq!(items[1].item.updated, Some(noon(4)));
    let both = world.hits_since(&["brand".into(), "rival".into()], Seq(0), 10);
    let hits: Vec<(&str, u64)> =
        both.hits.iter().map(|hit| (hit.query.as_str(), hit.seq.0)).collect();
    assert_eq!(hits, [("brand", 1), ("rival", 3)]);
    world.assert_sound();
}

#[test]
fn white_space_case_and_dates_make_no_version_but_the_update_is_noted() {
    let mut world = World::new(&[]);
    world.read(vec![found(article("one"), &[])], noon(0));
    let mut same = article("one");
    same.title = "OZALÉE:  one ".to_owned();
    same.updated = Some(noon(4));
    assert_eq!(world.read(vec![found(same, &[])], noon(5)), Recorded::default());
    let items = world.ledger.items_after(Seq(0), 10).unwrap();
    assert_eq!((items[0].version, items[0].item.updated), (1, Some(noon(4))));
}

/// The article `one`, as so many like it.
fn liked(likes: u64) -> Item {
    let mut item = article("one");
    item.details.engagement.likes = Some(likes);
    item.details.tags = vec!["Thé".to_owned()];
    item
}

#[test]
fn what_an_item_carries_comes_back_with_it() {
    let mut world = World::new(&["brand"]);
    let mut rich = article("rich");
    rich.details = Details {
        links: vec!["https://rival.example/".parse().unwrap()],
        image: true,
        tags: vec!["Thé".to_owned()],
        country: Country::from_code("fr"),
        rating: Rating::new(2500, 0, 10_000),
        tone: Some(Tone::Negative),
        thread: Some("42".to_owned()),
        thread_title: "Which tea?".to_owned(),
        thread_url: Some("https://gazette.example/t/42".parse().unwrap()),
        number: Some(7),
        reply: Some(true),
        answers: Some("p41".to_owned()),
        product: Some("Ozalée brut".to_owned()),
        verified: Some(true),
        owner_reply: "Thank you.".to_owned(),
        quote: "They say: sparkling.".to_owned(),
        engagement: Engagement { views: Some(u64::MAX), ..Engagement::default() },
        author_url: Some("https://gazette.example/u/zoe".parse().unwrap()),
    };
    world.read(vec![found(rich.clone(), &["brand"]), found(article("bare"), &[])], noon(0));
    let items = world.ledger.items_after(Seq(0), 10).unwrap();
    assert_eq!((&items[0].item, &items[1].item), (&rich, &article("bare")));
    assert_eq!(world.ledger.items(&[items[0].id]).unwrap()[0].item, rich);
    let told = world.hits_since(&["brand".into()], Seq(0), 10);
    assert_eq!(told.hits[0].item.item, rich);
    let connection = rusqlite::Connection::open(world.dir.path().join(store::FILE_NAME)).unwrap();
    let bare: Option<String> = connection
        .query_row("SELECT details FROM item WHERE id = ?1", [items[1].id.0.cast_signed()], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(bare, None);
}

#[test]
fn another_count_of_readers_is_noted_without_a_version_or_a_hit() {
    let mut world = World::new(&["popular"]);
    world.read(vec![found(liked(3), &[])], noon(0));
    assert_eq!(world.read(vec![found(liked(90), &["popular"])], noon(5)), Recorded::default());
    let items = world.ledger.items_after(Seq(0), 10).unwrap();
    assert_eq!((items[0].version, items[0].seq, &items[0].item), (1, Seq(1), &liked(90)));
    assert_eq!(world.ledger.head().unwrap(), Seq(1));

    world.read(vec![found(article("one"), &[])], noon(10));
    assert_eq!(world.ledger.items_after(Seq(0), 10).unwrap()[0].item, article("one"));
    world.assert_sound();
}

#[test]
fn a_new_version_brings_its_details_and_a_text_that_comes_back_none() {
    let mut world = World::new(&[]);
    let mut edited = liked(7);
    edited.text = "All about it, and more.".to_owned();
    world.read(vec![found(liked(3), &[])], noon(0));
    assert_eq!(world.read(vec![found(edited.clone(), &[])], noon(5)).changed, 1);
    assert_eq!(world.ledger.items_after(Seq(0), 10).unwrap()[0].item, edited);
    world.read(vec![found(liked(4), &[])], noon(10));
    assert_eq!(world.ledger.items_after(Seq(0), 10).unwrap()[0].item, edited);
}

#[test]
fn details_that_cannot_be_read_cost_nothing_else() {
    let mut world = World::new(&[]);
    world.read(vec![found(liked(3), &[])], noon(0));
    let connection = rusqlite::Connection::open(world.dir.path().join(store::FILE_NAME)).unwrap();
    connection.execute_batch("UPDATE item SET details = '{\"links\": 7}'").unwrap();
    assert_eq!(world.ledger.items_after(Seq(0), 10).unwrap()[0].item, article("one"));
    world.read(vec![found(liked(3), &[])], noon(5));
    assert_eq!(world.ledger.items_after(Seq(0), 10).unwrap()[0].item, liked(3));
}

#[test]
fn a_text_that_comes_back_is_not_a_third_version() {
    let mut world = World::new(&[]);
    let other = || {
        let mut other = article("one");
        other.text = "From the server that lags behind.".to_owned();
        found(other, &[])
    };
    world.read(vec![found(article("one"), &[])], noon(0));
    assert_eq!(world.read(vec![other()], noon(5)).changed, 1);
    assert_eq!(world.read(vec![found(article("one"), &[])], noon(10)).changed, 0);
    assert_eq!(world.read(vec![other()], noon(15)).changed, 0);
    assert_eq!(world.ledger.head().unwrap(), Seq(2));
}

#[test]
fn a_page_that_changes_at_every_visit_keeps_its_place_in_the_log_and_its_last_texts() {
    let mut world = World::new(&[]);
    for visits in 0..40 {
        let mut counter = article("counter");
        counter.text = format!("{visits} visitors");
        world.read(vec![found(counter, &[])], noon(visits * 5));
    }
    let items = world.ledger.items_after(Seq(0), 10).unwrap();
    assert_eq!((items.len(), items[0].seq, items[0].version), (1, Seq(40), 40));
    assert_eq!(items[0].item.text, "39 visitors");
    world.assert_sound();
}

#[test]
fn an_item_that_moves_is_a_version_that_followers_see_once() {
    let mut world = World::new(&[]);
    let mut moved = article("one");
    moved.url = Some("https://gazette.example/archive/one".parse().unwrap());
    world.read(vec![found(article("one"), &[])], noon(0));
    assert_eq!(world.read(vec![found(moved.clone(), &[])], noon(5)).changed, 1);
    assert_eq!(world.read(vec![found(article("one"), &[])], noon(10)).changed, 0, "flaps");
    let items = world.ledger.items_after(Seq(0), 10).unwrap();
    assert_eq!((items[0].seq, &items[0].item.url), (Seq(2), &moved.url));
}

#[test]
fn a_guid_that_is_used_again_for_another_article_makes_another_item() {
    let mut world = World::new(&[]);
    let latest = |name: &str, minutes| {
        let mut item = article(name);
        item.guid = Some("latest".to_owned());
        item.published = Some(noon(minutes));
        found(item, &[])
    };
    assert_eq!(world.read(vec![latest("one", -20)], noon(0)).new, 1);
    assert_eq!(world.read(vec![latest("two", -10)], noon(5)).new, 1);
    let mut bumped = latest("two", -5);
    bumped.item.text = "Edited, and dated anew.".to_owned();
    let recorded = world.read(vec![bumped], noon(10));
    assert_eq!(recorded, Recorded { new: 0, changed: 1, hits: 0, ..Recorded::default() });
}

#[test]
fn a_purged_item_does_not_come_back() {
    let mut world = World::new(&["brand"]);
    world.read(vec![found(article("one"), &["brand"])], noon(0));
    let connection = rusqlite::Connection::open(world.dir.path().join(store::FILE_NAME)).unwrap();
    connection.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM item").unwrap();
    let recorded = world.read(vec![found(liked(3), &["brand"])], noon(5));
    assert_eq!(recorded, Recorded::default());
    assert_eq!(world.ledger.items_after(Seq(0), 10).unwrap(), []);
}

#[test]
fn a_stale_visit_is_refused_and_writes_nothing() {
    let mut world = World::new(&["brand"]);
    let first = world.claim(noon(0));
    let second = world.claim(noon(3)); // the lease has run out
    let late =
        visit(&world.ledger, &first, reading(vec![found(article("one"), &["brand"])]), noon(3));
    let refused = world.ledger.record_fetch(&late, noon(3)).unwrap_err();
    assert!(matches!(refused, RecordError::Stale { visited } if visited == "gazette".into()));
    assert_eq!(world.ledger.head().unwrap(), Seq(0));

    let good =
        visit(&world.ledger, &second, reading(vec![found(article("one"), &["brand"])]), noon(3));
    assert_eq!(world.ledger.record_fetch(&good, noon(3)).unwrap().new, 1);
    world.ledger.record_fetch(&good, noon(3)).unwrap_err();
}

#[test]
fn a_visit_matched_without_a_query_is_to_be_matched_again() {
    let mut world = World::new(&["brand"]);
    let due = world.claim(noon(0));
    world.declare(&[("brand", "brand"), ("rival", "rival")], &["press"], noon(1));
    let one = reading(vec![found(article("one"), &["brand"])]);
    let seeing = visit(&world.ledger, &due, one, noon(1));
    let blind = Visit { queries_version: seeing.queries_version - 1, ..seeing.clone() };
    let refused = world.ledger.record_fetch(&blind, noon(1)).unwrap_err();
    assert!(matches!(refused, RecordError::QueriesChanged), "{refused}");
    assert_eq!(world.ledger.head().unwrap(), Seq(0));

    world.declare(&[("brand", "brand"), ("rival", "rival")], &["press"], noon(2));
    assert_eq!(world.ledger.record_fetch(&seeing, noon(2)).unwrap().new, 1, "nothing changed");
}

#[test]
fn a_host_has_one_visitor_at_a_time_and_rests_between_two() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(dir.path());
    let sources = [
        source("a", "https://host.example/a"),
        source("b", "https://host.example/b"),
        source("c", "https://host.example:8443/c"),
        source("d", "https://other.example/d"),
    ];
    let declaration = Declaration { sources: &sources, queries: &[], subscriptions: &[] };
    ledger.declare(&declaration, noon(0)).unwrap();
    let claimed =
        |ledger: &mut store::Ledger, now| ledger.claim_due_sources(now, room(10), LEASE).unwrap();
    let ids = |due: &[store::DueSource]| {
        due.iter().map(|due| due.source.id.as_str().to_owned()).collect::<Vec<_>>()
    };

    let first = claimed(&mut ledger, noon(0));
    assert_eq!(ids(&first), ["a", "c", "d"]);
    assert_eq!(ids(&claimed(&mut ledger, noon(1))), [""; 0], "a still has the host");
    let failed =
        Outcome::Failed { reason: "refused".to_owned(), missing: false, ends_round: false };
    let mut done = visit(&ledger, &first[0], failed, noon(1));
    done.next_check = noon(60);
    ledger.record_fetch(&done, noon(1)).unwrap();
    assert_eq!(ids(&claimed(&mut ledger, noon(1))), [""; 0], "the host rests");
    assert_eq!(ledger.next_source_due().unwrap(), Some(noon(1) + PAUSE));
    assert_eq!(ids(&claimed(&mut ledger, noon(1) + PAUSE)), ["b"]);
}

#[test]
fn a_late_visitor_does_not_free_the_host_of_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = open(dir.path());
    let sources = [source("a", "https://host.example/a"), source("b", "https://host.example/b")];
    let declaration = Declaration { sources: &sources, queries: &[], subscriptions: &[] };
    ledger.declare(&declaration, noon(0)).unwrap();
    let late = ledger.claim_due_sources(noon(0), room(1), LEASE).unwrap().remove(0);
    assert_eq!(late.source.id, "a".into());
    let next = ledger.claim_due_sources(noon(2), room(1), LEASE).unwrap().remove(0);
    assert_eq!(next.source.id, "b".into());
    let mut done = visit(&ledger, &late, reading(Vec::new()), noon(2));
    done.next_check = noon(2);
    ledger.record_fetch(&done, noon(2)).unwrap();
    assert_eq!(ledger.claim_due_sources(noon(3), room(9), LEASE).unwrap(), [], "b has the host");
}

#[test]
fn health_counts_failures_and_remembers_since_when() {
    let mut world = World::new(&[]);
    let health = |world: &World| world.ledger.status(noon(0)).unwrap().sources[0].health.clone();
    let fail = |world: &mut World, reason: &str, now| {
        let due = world.claim(now);
        let outcome =
            Outcome::Failed { reason: reason.to_owned(), missing: false, ends_round: false };
        world.ledger.record_fetch(&visit(&world.ledger, &due, outcome, now), now).unwrap();
        due
    };
    assert_eq!(health(&world), Health::Unvisited);
    fail(&mut world, "timed out", noon(0));
    fail(&mut world, "no such host", noon(5));
    let reason = "no such host".to_owned();
    assert_eq!(health(&world), Health::Failing { since: noon(0), failures: 2, reason });
    let due = world.claim(noon(10));
    assert_eq!((due.failures, due.failing_since), (2, Some(noon(0))));
    let unchanged = Outcome::Unchanged { validators: well("v1"), budget: 0 };
    world.ledger.record_fetch(&visit(&world.ledger, &due, unchanged, noon(10)), noon(10)).unwrap();
    assert_eq!(health(&world), Health::Well { since: noon(10) });
    let due = world.claim(noon(15));
    assert_eq!(due.validators, well("v1"));
    assert_eq!(due.failures, 0);
}

#[test]
fn a_reading_s_problems_are_counted_and_the_first_are_kept() {
    let mut world = World::new(&[]);
    let due = world.claim(noon(0));
    let problems = (0..30).map(|n| Problem::new(format!("entry {n}"), "no title")).collect();
    let validators = well("v1");
    let items = vec![found(article("one"), &[])];
    let outcome =
        Outcome::Read { items, problems, validators, moved_to: None, sight: Sight::default() };
    world.ledger.record_fetch(&visit(&world.ledger, &due, outcome, noon(0)), noon(0)).unwrap();
    let status = world.ledger.status(noon(1)).unwrap().sources.remove(0);
    assert_eq!((status.problem_count, status.problems.len()), (30, 20));
    assert_eq!(status.problems[19].place, "entry 19");
    assert_eq!(status.last_outcome, Some(LastOutcome::Read));
    assert_eq!((status.last_check, status.last_new_item), (Some(noon(0)), Some(noon(0))));
    assert_eq!(status.next_check, noon(1));
}

#[test]
fn a_source_that_moved_for_good_is_read_there_until_another_place_is_declared() {
    let mut world = World::new(&[]);
    let due = world.claim(noon(0));
    let outcome = Outcome::Read {
        items: Vec::new(),
        problems: Vec::new(),
        validators: well("v1"),
        moved_to: Some("https://new.gazette.example/feed".parse().unwrap()),
        sight: Sight::default(),
    };
    world.ledger.record_fetch(&visit(&world.ledger, &due, outcome, noon(0)), noon(0)).unwrap();
    world.declare(&[], &[], noon(1)); // declared as before
    let due = world.claim(noon(5));
    assert_eq!(due.source.url.as_str(), "https://new.gazette.example/feed");
    assert_eq!(world.ledger.sources().unwrap()[0].url.as_str(), "https://gazette.example/feed");

    let elsewhere = [source("gazette", "https://elsewhere.example/feed")];
    let declaration = Declaration { sources: &elsewhere, queries: &[], subscriptions: &[] };
    world.ledger.declare(&declaration, noon(6)).unwrap();
    let due = world.claim(noon(6));
    assert_eq!(due.source.url.as_str(), "https://elsewhere.example/feed");
    assert_eq!(due.validators, Validators::default());
}

#[test]
fn the_rhythm_is_told_by_the_newest_dates_none_after_it_was_seen() {
    let mut world = World::new(&[]);
    let dated = |name, minutes: i64| {
        let mut item = article(name);
        item.published = Some(noon(minutes));
        found(item, &[])
    };
    let items = vec![dated("old", -90), dated("new", -10), dated("future", 600)];
    world.read(items, noon(0));
    let due = world.claim(noon(2));
    assert_eq!(due.published, [noon(0), noon(-10), noon(-90)]);
    assert_eq!(world.ledger.next_source_due().unwrap(), Some(noon(2) + TimeDelta::minutes(2)));
}
