//! Declaring, retiring and adding.

use model::{Seq, Source};
use store::{AddError, Declaration, Due, Outcome};

use crate::world::{LEASE, World, article, found, noon, reading, room, source, visit};

fn declare_sources(world: &mut World, sources: &[Source], minutes: i64) {
    let declaration = Declaration { sources, queries: &[], subscriptions: &[] };
    world.ledger.declare(&declaration, noon(minutes)).unwrap();
}

fn active(world: &World) -> Vec<String> {
    world.ledger.sources().unwrap().into_iter().map(|source| source.id.to_string()).collect()
}

#[test]
fn what_is_declared_is_what_is_active() {
    let mut world = World::new(&["brand"]);
    assert_eq!(active(&world), ["gazette"]);
    assert_eq!(world.ledger.queries().unwrap().queries, [("brand".into(), "brand".to_owned())]);
    let mut herald = source("herald", "https://herald.example/feed");
    herald.lang = model::Lang::from_tag("fr");
    herald.every = Some(std::time::Duration::from_mins(15));
    declare_sources(&mut world, std::slice::from_ref(&herald), 1);
    assert_eq!(world.ledger.sources().unwrap(), [herald]);
    assert_eq!(world.ledger.queries().unwrap().queries, []);
    assert_eq!(world.ledger.subscriptions().unwrap(), []);
}

#[test]
fn a_retired_source_is_not_visited_and_comes_back_with_its_items() {
    let mut world = World::new(&[]);
    world.read(vec![found(article("one"), &[])], noon(0));
    let under_way = world.claim(noon(5));
    declare_sources(&mut world, &[], 6);
    let late = visit(&world.ledger, &under_way, reading(vec![found(article("two"), &[])]), noon(6));
    world.ledger.record_fetch(&late, noon(6)).unwrap_err();
    assert_eq!(world.ledger.claim_due_sources(noon(90), room(10), LEASE).unwrap(), []);
    assert_eq!(world.ledger.next_source_due().unwrap(), None);
    assert_eq!(world.ledger.items_after(Seq(0), 10).unwrap().len(), 1);

    declare_sources(&mut world, &[source("gazette", "https://gazette.example/feed")], 100);
    let recorded = world.read(vec![found(article("one"), &[])], noon(100));
    assert_eq!(recorded.new, 0, "its items are still known");
}

#[test]
fn a_source_added_by_hand_outlives_declarations_until_it_is_declared() {
    let mut world = World::new(&[]);
    let added = source("herald", "https://herald.example/feed");
    world.ledger.add_source(&added, noon(0)).unwrap();
    let refused = world.ledger.add_source(&added, noon(0)).unwrap_err();
    assert!(matches!(refused, AddError::Taken { source_id } if source_id == "herald".into()));
    declare_sources(&mut world, &[], 1);
    assert_eq!(active(&world), ["herald"]);

    let declared = source("herald", "https://herald.example/atom");
    declare_sources(&mut world, std::slice::from_ref(&declared), 2);
    assert_eq!(world.ledger.sources().unwrap(), [declared], "the configuration wins");
    declare_sources(&mut world, &[], 3);
    assert_eq!(active(&world), [""; 0]);
    world.ledger.add_source(&added, noon(4)).unwrap();
    assert_eq!(active(&world), ["herald"]);
}

#[test]
fn a_source_starts_over_only_at_another_place() {
    let mut world = World::new(&[]);
    let since = |world: &World| world.ledger.seen().unwrap().first().map(|seen| seen.since);
    let declare = |world: &mut World, url: &str, minutes| {
        let sources = [source("gazette", url)];
        let declaration = Declaration { sources: &sources, queries: &[], subscriptions: &[] };
        world.ledger.declare(&declaration, noon(minutes)).unwrap()
    };
    assert_eq!(declare(&mut world, "http://gazette.example/feed", 0), ["gazette".into()]);
    world.read(vec![found(article("one"), &[])], noon(0));
    assert_eq!(since(&world), Some(noon(0)));

    assert_eq!(declare(&mut world, "https://gazette.example/feed", 10), []);
    assert_eq!(since(&world), Some(noon(0)), "it is asked for by https, and was read since noon");
    let due = world.claim(noon(600));
    assert_eq!(due.source.url.as_str(), "https://gazette.example/feed");
    let moved_to = Some("https://gazette.example/atom".parse().unwrap());
    let mut moved = visit(&world.ledger, &due, reading(Vec::new()), noon(600));
    let Outcome::Read { moved_to: place, .. } = &mut moved.outcome else { panic!() };
    *place = moved_to;
    world.ledger.record_fetch(&moved, noon(600)).unwrap();
    assert_eq!(declare(&mut world, "https://gazette.example/atom", 610), []);
    assert_eq!(since(&world), Some(noon(0)), "it had moved there by itself");

    assert_eq!(declare(&mut world, "http://gazette.example/atom", 620), ["gazette".into()]);
    assert_eq!(since(&world), None);
    assert_eq!(declare(&mut world, "http://gazette.example/atom", 630), []);
}

#[test]
fn a_shorter_pause_takes_effect_at_once() {
    let mut world = World::new(&[]);
    let due = world.claim(noon(0));
    let mut done = visit(&world.ledger, &due, reading(Vec::new()), noon(0));
    done.next_check = noon(600);
    world.ledger.record_fetch(&done, noon(0)).unwrap();
    let mut often = source("gazette", "https://gazette.example/feed");
    often.every = Some(std::time::Duration::from_mins(15));
    declare_sources(&mut world, &[often], 10);
    assert_eq!(world.ledger.next_source_due().unwrap(), Some(noon(25)));
}

#[test]
fn a_new_or_returned_subscription_starts_at_the_head() {
    let mut world = World::new(&["brand"]);
    world.read(vec![found(article("one"), &["brand"])], noon(0));
    let state = |world: &World| {
        let states = world.ledger.subscriptions().unwrap();
        states
            .into_iter()
            .map(|state| (state.id.to_string(), state.told.0, state.due))
            .collect::<Vec<_>>()
    };
    let queries = [("brand", "brand")];
    world.declare(&queries, &["press", "board"], noon(1));
    let expect: Vec<(String, u64, Due)> =
        vec![("board".to_owned(), 1, Due::Unscheduled), ("press".to_owned(), 0, Due::Unscheduled)];
    assert_eq!(state(&world), expect);

    world.ledger.schedule(&"press".into(), Some(noon(60))).unwrap();
    world.ledger.schedule(&"board".into(), None).unwrap();
    world.declare(&queries, &["press", "board"], noon(2));
    let expect: Vec<(String, u64, Due)> =
        vec![("board".to_owned(), 1, Due::AsItHappens), ("press".to_owned(), 0, Due::At(noon(60)))];
    assert_eq!(state(&world), expect);

    world.declare(&queries, &["board"], noon(3));
    world.declare(&queries, &["board", "press"], noon(4));
    assert_eq!(
        state(&world)[1],
        ("press".to_owned(), 1, Due::Unscheduled),
        "what was found while it was away is not told"
    );
}
