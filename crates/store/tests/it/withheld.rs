//! Queries that wait while others are told: each from its own position, and nothing twice.

use model::{QueryName, Seq};
use store::{Enqueued, NewDigest, NewDispatches, Standpoint, Waiting, Why};

use crate::world::{World, article, digest, found, noon};

fn titles(world: &World, at: &Standpoint) -> Vec<(String, String)> {
    let hits = world.ledger.untold_hits(at, 99).unwrap().hits;
    let pair = |hit: store::Hit| (hit.query.to_string(), hit.item.item.guid.unwrap());
    hits.into_iter().map(pair).collect()
}

fn told(at: &[(&str, u64)]) -> Vec<(QueryName, Seq)> {
    at.iter().map(|(query, seq)| (QueryName::new(*query), Seq(*seq))).collect()
}

#[test]
fn a_query_that_waited_is_read_from_where_it_stood_but_for_what_another_told() {
    let mut world = World::new(&["brand", "other"]);
    world.read(
        vec![
            found(article("one"), &["brand"]),
            found(article("two"), &["brand", "other"]),
            found(article("three"), &["other"]),
        ],
        noon(0),
    );
    let guids = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let guid = |name: &str| article(name).guid.unwrap();
        pairs.iter().map(|(query, name)| ((*query).to_owned(), guid(name))).collect()
    };
    // The other query was told of all while this one waited.
    let at =
        Standpoint { told: Seq(3), read: told(&[("brand", 0), ("other", 3)]), waiting: Vec::new() };
    assert_eq!(titles(&world, &at), guids(&[("brand", "one")]));
    assert_eq!(world.ledger.withheld_items(&at, &"brand".into()).unwrap(), 1);
    // It waits too: nobody has told of the second.
    let at =
        Standpoint { told: Seq(3), read: told(&[("brand", 0)]), waiting: told(&[("other", 0)]) };
    assert_eq!(titles(&world, &at), guids(&[("brand", "one"), ("brand", "two")]));
    // Both are released at once: one item, found by two.
    let both = told(&[("brand", 0), ("other", 1)]);
    let at = Standpoint { told: Seq(3), read: both, waiting: Vec::new() };
    let all = [("brand", "one"), ("brand", "two"), ("other", "two"), ("other", "three")];
    assert_eq!(titles(&world, &at), guids(&all));
    // The third says that there are older ones, counted as they would be told.
    let at =
        Standpoint { told: Seq(3), read: told(&[("brand", 0), ("other", 3)]), waiting: Vec::new() };
    let newest = world.ledger.untold_hits(&at, 1).unwrap();
    assert_eq!((newest.hits.len(), newest.older.len(), newest.upto), (1, 0, Seq(3)));
}

#[test]
fn who_waits_changes_with_the_digest_or_not_at_all() {
    let mut world = World::new(&["brand", "other"]);
    world.read(vec![found(article("one"), &["brand"])], noon(0));
    let digest = |since, upto, waiting: &Waiting| NewDigest {
        waiting: waiting.clone(),
        ..digest(Seq(since), Seq(upto), noon(1))
    };
    let waiting = Waiting {
        withhold: vec![
            ("brand".into(), Why::Crisis),
            ("other".into(), Why::Mute { person: "Zoé: really".into() }),
        ],
        ..Waiting::default()
    };
    let stale = world.ledger.enqueue(&digest(7, 8, &waiting), noon(1)).unwrap();
    assert_eq!(stale, Enqueued::AlreadyTold);
    assert_eq!(world.ledger.withheld(&"press".into()).unwrap(), []);
    let written = world.ledger.enqueue(&digest(0, 1, &waiting), noon(1)).unwrap();
    assert_eq!(written, Enqueued::Written);
    world.crash();
    // Said again later, it stays as it began.
    world.ledger.enqueue(&digest(1, 1, &waiting), noon(2)).unwrap();
    let withheld = world.ledger.withheld(&"press".into()).unwrap();
    let places: Vec<_> = withheld.iter().map(|one| (one.told, one.since)).collect();
    assert_eq!(places, [(Seq(0), noon(1)); 2]);
    assert_eq!(withheld[0].why, Why::Crisis);
    assert_eq!(withheld[1].why, Why::Mute { person: "Zoé: really".into() });
    assert_eq!(world.ledger.due_subscriptions(noon(3)).unwrap().len(), 1, "it may be released");

    let release = Waiting { release: vec!["brand".into()], ..Waiting::default() };
    world.ledger.enqueue(&digest(1, 1, &release), noon(3)).unwrap();
    assert_eq!(world.ledger.withheld(&"press".into()).unwrap().len(), 1);
    // Who returns is told nothing from before.
    let queries = [("brand", "ozalee"), ("other", "ozalee")];
    world.declare(&queries, &[], noon(4));
    world.declare(&queries, &["press"], noon(5));
    assert_eq!(world.ledger.withheld(&"press".into()).unwrap(), []);
    world.assert_sound();
}

#[test]
fn an_endpoint_that_is_taken_back_is_told_anew_what_waits_too() {
    let mut world = World::new(&["brand"]);
    let room = || model::EndpointId::new("room");
    world.ledger.declare_endpoints(&[(room(), "there".into())], noon(0)).unwrap();
    world.read_articles(&["one", "two"], &["brand"], noon(1));
    let (from, _) = world.ledger.queue(&room(), 9).unwrap().unwrap();
    let upto = model::Cursor { hits: Seq(2), ..from };
    let moved = |from, upto, waiting| NewDispatches {
        endpoint: room(),
        from,
        upto,
        dispatches: Vec::new(),
        waiting,
    };
    world.ledger.tell(&moved(from, upto, Waiting::default()), noon(2)).unwrap();
    let waiting = Waiting { withhold: vec![("brand".into(), Why::Crisis)], ..Waiting::default() };
    world.ledger.tell(&moved(upto, upto, waiting), noon(3)).unwrap();
    let place = |world: &World| world.ledger.withheld_from(&room()).unwrap()[0].told;
    assert_eq!(place(&world), Seq(2));
    assert!(world.ledger.replay(&room(), noon(1)).unwrap());
    assert_eq!(place(&world), Seq(0));
    world.ledger.declare_endpoints(&[], noon(4)).unwrap();
    world.ledger.declare_endpoints(&[(room(), "there".into())], noon(5)).unwrap();
    assert_eq!(world.ledger.withheld_from(&room()).unwrap(), []);
}
