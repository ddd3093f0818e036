//! History runs: counted, never told, whole after any crash.

use model::{ItemId, QueryName, Seq};
use store::{HistoryProgress, HistoryRun};

use crate::world::{World, article, found, noon};

/// The items that a query has hits on, as `(item, seq)`, live ones only.
fn live(world: &World, query: &str) -> Vec<(u64, u64)> {
    let hits = world.hits_since(&[query.into()], Seq(0), 100).hits;
    hits.into_iter().map(|hit| (hit.item.id.0, hit.seq.0)).collect()
}

fn volume(world: &World, query: &str) -> u64 {
    let status = world.ledger.status(noon(0)).unwrap();
    status.queries.into_iter().find(|status| status.name == query.into()).unwrap().hits_24h
}

fn due(world: &World) -> HistoryRun {
    world.ledger.history_due().unwrap().expect("a history run is due")
}

/// Records all that is left of a run, in one batch.
fn finish(world: &mut World, matched: &[ItemId]) {
    let run = due(world);
    let progress = world.ledger.record_history(&run, run.until, matched, noon(0)).unwrap();
    assert_eq!(progress, HistoryProgress::Done);
}

#[test]
fn the_first_declaration_has_no_past_to_visit() {
    let world = World::new(&["brand"]);
    assert_eq!(world.ledger.history_due().unwrap(), None);
}

#[test]
fn a_new_query_s_past_is_counted_and_never_told() {
    let mut world = World::new(&[]);
    let ids = world.read_articles(&["one", "two", "three"], &[], noon(0));
    world.declare(&[("brand", "brand")], &["press"], noon(1));
    let run = due(&world);
    let expect = HistoryRun {
        query: "brand".into(),
        text: "brand".to_owned(),
        after: Seq(0),
        until: Seq(3),
    };
    assert_eq!(run, expect);

    world.read_articles(&["four"], &["brand"], noon(5));
    finish(&mut world, &ids[..2]);
    assert_eq!(world.ledger.history_due().unwrap(), None);
    assert_eq!(volume(&world, "brand"), 3);
    assert_eq!(live(&world, "brand"), [(4, 4)]);
    world.assert_sound();
}

#[test]
fn a_run_goes_on_where_a_crash_left_it() {
    let mut world = World::new(&[]);
    let ids = world.read_articles(&["one", "two", "three"], &[], noon(0));
    world.declare(&[("brand", "brand")], &[], noon(1));
    let first = due(&world);
    let progress = world.ledger.record_history(&first, Seq(2), &ids[..1], noon(1)).unwrap();
    assert!(matches!(progress, HistoryProgress::Continues(_)));
    world.crash();
    let second = due(&world);
    assert_eq!(progress, HistoryProgress::Continues(second.clone()));
    assert_eq!((second.after, second.until), (Seq(2), Seq(3)));
    let again = world.ledger.record_history(&first, Seq(2), &ids[..1], noon(1)).unwrap();
    assert_eq!(again, HistoryProgress::Superseded);
    finish(&mut world, &ids[2..]);
    assert_eq!(volume(&world, "brand"), 2);
    world.assert_sound();
}

#[test]
fn an_edit_keeps_what_still_matches_in_its_place_and_drops_the_rest_at_the_end() {
    let mut world = World::new(&["brand"]);
    let ids = world.read_articles(&["one", "two", "three"], &["brand"], noon(0));
    world.declare(&[("brand", "brand NOT two")], &["press"], noon(1));
    let run = due(&world);
    assert_eq!(run.text, "brand NOT two");
    world.ledger.record_history(&run, Seq(2), &ids[..1], noon(1)).unwrap();
    assert_eq!(volume(&world, "brand"), 3, "nothing goes before the run is over");
    finish(&mut world, &ids[2..]);
    assert_eq!(live(&world, "brand"), [(1, 1), (3, 3)], "still to be told");
    assert_eq!(volume(&world, "brand"), 2);
    world.assert_sound();
}

#[test]
fn an_edit_finds_in_the_past_what_is_not_told() {
    let mut world = World::new(&["brand"]);
    let ids = world.read_articles(&["one", "two"], &[], noon(0));
    world.declare(&[("brand", "one OR two")], &[], noon(1));
    finish(&mut world, &ids);
    assert_eq!(volume(&world, "brand"), 2);
    assert_eq!(live(&world, "brand"), []);
}

#[test]
fn a_run_whose_query_is_edited_again_is_superseded() {
    let mut world = World::new(&[]);
    let ids = world.read_articles(&["one"], &[], noon(0));
    world.declare(&[("brand", "first")], &[], noon(1));
    let first = due(&world);
    world.declare(&[("brand", "second")], &[], noon(2));
    let progress = world.ledger.record_history(&first, first.until, &ids, noon(3)).unwrap();
    assert_eq!(progress, HistoryProgress::Superseded);
    assert_eq!(volume(&world, "brand"), 0);
    assert_eq!(due(&world).text, "second");
}

#[test]
fn a_query_that_returns_visits_only_what_it_missed() {
    let mut world = World::new(&["brand"]);
    world.read_articles(&["one"], &["brand"], noon(0));
    world.declare(&[], &[], noon(1));
    let ids = world.read_articles(&["two"], &["brand"], noon(5));
    assert_eq!(world.ledger.history_due().unwrap(), None);
    world.declare(&[("brand", "brand")], &[], noon(6));
    let run = due(&world);
    assert_eq!((run.after, run.until), (Seq(1), Seq(2)));
    finish(&mut world, &ids);
    assert_eq!(volume(&world, "brand"), 2);
    assert_eq!(live(&world, "brand"), [(1, 1)]);
}

#[test]
fn a_query_that_returns_with_its_run_unfinished_finishes_it() {
    let mut world = World::new(&[]);
    world.read_articles(&["one", "two"], &[], noon(0));
    world.declare(&[("brand", "brand")], &[], noon(1));
    let run = due(&world);
    world.ledger.record_history(&run, Seq(1), &[], noon(1)).unwrap();
    world.declare(&[], &[], noon(2));
    world.read_articles(&["three"], &[], noon(5));
    world.declare(&[("brand", "brand")], &[], noon(6));
    assert_eq!((due(&world).after, due(&world).until), (Seq(1), Seq(3)));
}

#[test]
fn an_item_that_changes_during_the_run_is_still_the_past() {
    let mut world = World::new(&[]);
    world.read_articles(&["one", "two"], &[], noon(0));
    world.declare(&[("brand", "brand")], &[], noon(1));
    let mut edited = article("one");
    edited.text = "Edited while the run is under way.".to_owned();
    world.read(vec![found(edited, &["brand"])], noon(5));
    finish(&mut world, &[]);
    assert_eq!(volume(&world, "brand"), 1);
    assert_eq!(live(&world, "brand"), [], "it was there before the query");

    let mut edited = article("two");
    edited.text = "Edited after the run.".to_owned();
    let names: Vec<QueryName> = vec!["brand".into()];
    world.read(vec![found(edited, &["brand"])], noon(10));
    assert_eq!(world.hits_since(&names, Seq(0), 9).hits.len(), 1, "news");
    world.assert_sound();
}
