//! What is told: due subscriptions, new hits, digests and the outbox.

use chrono::TimeDelta;
use model::{Channel, DeliveryState, Kind, QueryName, Seq, Timestamp, Tone};
use store::{Enqueued, NewDelivery, NewDigest, OutboxCounts};

use crate::world::{self, LEASE, World, article, found, noon};

fn brand() -> Vec<QueryName> {
    vec!["brand".into()]
}

fn delivery(recipient: &str, message_id: &str) -> NewDelivery {
    NewDelivery {
        recipient: recipient.to_owned(),
        channel: Channel::Mail,
        message_id: message_id.to_owned(),
        payload: format!("to {recipient}"),
        severity: Some(model::Severity::Info),
    }
}

fn digest(since: u64, upto: u64, deliveries: Vec<NewDelivery>) -> NewDigest {
    let bare = world::digest(Seq(since), Seq(upto), noon(60));
    NewDigest { next_due: Some(noon(120)), deliveries, ..bare }
}

fn due(world: &World, now: Timestamp) -> Vec<(String, u64)> {
    let due = world.ledger.due_subscriptions(now).unwrap();
    due.into_iter().map(|due| (due.id.to_string(), due.since.0)).collect()
}

/// A world with three hits, a subscription due at one o'clock, and its deliveries of these ids.
fn told(ids: &[&str]) -> World {
    let mut world = World::new(&["brand"]);
    world.ledger.schedule(&"press".into(), Some(noon(60))).unwrap();
    world.read_articles(&["one", "two", "three"], &["brand"], noon(0));
    let deliveries =
        ids.iter().enumerate().map(|(n, id)| delivery(&format!("{n}@brand.example"), id)).collect();
    let written = world.ledger.enqueue(&digest(0, 3, deliveries), noon(60)).unwrap();
    assert_eq!(written, Enqueued::Written);
    world
}

fn outbox(world: &World) -> OutboxCounts {
    world.ledger.status(noon(0)).unwrap().outbox
}

#[test]
fn a_subscription_is_due_at_its_time() {
    let mut world = World::new(&["brand"]);
    assert_eq!(due(&world, noon(999)), [], "its schedule is not known");
    world.ledger.schedule(&"press".into(), Some(noon(60))).unwrap();
    assert_eq!(world.ledger.next_digest_due().unwrap(), Some(noon(60)));
    assert_eq!(due(&world, noon(59)), []);
    assert_eq!(due(&world, noon(60)), [("press".to_owned(), 0)]);
}

#[test]
fn as_it_happens_is_due_once_something_is_found() {
    let mut world = World::new(&["brand"]);
    world.ledger.schedule(&"press".into(), None).unwrap();
    world.read_articles(&["one"], &[], noon(0));
    assert_eq!(due(&world, noon(0)), []);
    world.read_articles(&["two"], &["brand"], noon(5));
    assert_eq!(due(&world, noon(5)), [("press".to_owned(), 0)]);

    let mut empty = digest(0, 2, Vec::new());
    empty.next_due = None;
    assert_eq!(world.ledger.enqueue(&empty, noon(5)).unwrap(), Enqueued::Written);
    assert_eq!(due(&world, noon(9)), [], "an empty digest moves it on");
    assert_eq!(outbox(&world), OutboxCounts::default());
}

#[test]
fn the_newest_hits_come_by_position_and_the_others_are_counted() {
    let mut world = World::new(&["brand", "rival"]);
    world.read_articles(&["one", "two"], &["brand", "rival"], noon(0));
    world.read_articles(&["three"], &[], noon(5));
    let names = [QueryName::new("brand"), QueryName::new("rival")];
    let page = |names: &[QueryName], since, max| {
        let found = world.hits_since(names, Seq(since), max);
        let hits: Vec<(u64, String)> =
            found.hits.iter().map(|hit| (hit.seq.0, hit.query.to_string())).collect();
        (hits, found.older.get(&Kind::News).copied().unwrap_or(0), found.upto.0)
    };
    let hit = |seq, query: &str| (seq, query.to_owned());
    let both = |seq| [hit(seq, "brand"), hit(seq, "rival")];
    assert_eq!(page(&names, 0, 9), ([both(1), both(2)].concat(), 0, 3));
    assert_eq!(page(&names, 0, 1), (both(2).to_vec(), 1, 3), "a position is never parted");
    assert_eq!(page(&names, 1, 9), (both(2).to_vec(), 0, 3));
    assert_eq!(page(&names[..1], 0, 9), (vec![hit(1, "brand"), hit(2, "brand")], 0, 3));
    assert_eq!(page(&[], 0, 9), (vec![], 0, 3));
}

#[test]
fn a_digest_moves_its_subscription_on_in_the_same_transaction() {
    let world = told(&["m1", "m2"]);
    assert_eq!(due(&world, noon(60)), []);
    assert_eq!(due(&world, noon(120)), [("press".to_owned(), 3)]);
    assert_eq!(world.hits_since(&brand(), Seq(3), 9).hits, []);
    assert_eq!(outbox(&world).due, 2);
}

#[test]
fn a_digest_is_written_once() {
    let mut world = told(&["m1"]);
    let again = digest(0, 3, vec![delivery("0@brand.example", "m2")]);
    assert_eq!(world.ledger.enqueue(&again, noon(60)).unwrap(), Enqueued::AlreadyTold);
    assert_eq!(outbox(&world).due, 1);

    let mut later = again;
    later.period_end = noon(61);
    let told = world.ledger.enqueue(&later, noon(61)).unwrap();
    assert_eq!(told, Enqueued::AlreadyTold, "another composer was faster");
    let mut stranger = digest(0, 0, vec![delivery("0@brand.example", "m2")]);
    stranger.subscription = "nobody".into();
    assert_eq!(world.ledger.enqueue(&stranger, noon(61)).unwrap(), Enqueued::AlreadyTold);

    // Of a source in trouble: nothing was found, so that only the period tells it apart.
    let mut trouble = digest(3, 3, vec![delivery("0@brand.example", "m3")]);
    trouble.period_end = noon(120);
    assert_eq!(world.ledger.enqueue(&trouble, noon(120)).unwrap(), Enqueued::Written);
    assert_eq!(world.ledger.enqueue(&trouble, noon(120)).unwrap(), Enqueued::AlreadyTold);
    assert_eq!(outbox(&world).due, 2);
}

#[test]
fn two_digests_of_one_moment_are_both_written() {
    let mut world = told(&["m1"]);
    world.read_articles(&["four"], &["brand"], noon(60));
    let next = digest(3, 4, vec![delivery("0@brand.example", "m2")]);
    assert_eq!(world.ledger.enqueue(&next, noon(60)).unwrap(), Enqueued::Written);
}

#[test]
fn a_message_id_that_was_used_is_refused_with_the_whole_digest() {
    let mut world = told(&["m1"]);
    world.read_articles(&["four"], &["brand"], noon(70));
    let next = digest(3, 4, vec![delivery("a@brand.example", "m2"), delivery("b@x.example", "m1")]);
    world.ledger.enqueue(&next, noon(120)).unwrap_err();
    assert_eq!(outbox(&world).due, 1);
    assert_eq!(due(&world, noon(120)), [("press".to_owned(), 3)]);
}

#[test]
fn a_delivery_is_leased_to_one_sender_until_the_lease_ends() {
    let mut world = told(&["m1"]);
    assert_eq!(world.ledger.next_delivery_due().unwrap(), Some(noon(60)));
    let first = world.ledger.claim_deliveries(noon(60), 9, LEASE, |_| None).unwrap();
    assert_eq!(first.len(), 1);
    assert_eq!((first[0].message_id.as_str(), first[0].attempt), ("m1", 1));
    assert_eq!(first[0].payload, "to 0@brand.example");
    assert_eq!(world.ledger.claim_deliveries(noon(61), 9, LEASE, |_| None).unwrap(), []);
    assert_eq!(world.ledger.next_delivery_due().unwrap(), Some(noon(60) + LEASE));
    let second = world.ledger.claim_deliveries(noon(62), 9, LEASE, |_| None).unwrap();
    assert_eq!((second[0].message_id.as_str(), second[0].attempt), ("m1", 2));

    // The first sender was slow, not dead.
    let retry = DeliveryState::Due { at: noon(63), attempt: 1 };
    world.ledger.settle(first[0].id, &retry, None).unwrap();
    assert_eq!(
        world.ledger.claim_deliveries(noon(63), 9, LEASE, |_| None).unwrap(),
        [],
        "not its to give"
    );
    world.ledger.settle(first[0].id, &DeliveryState::Sent { at: noon(63) }, None).unwrap();
    let failed = DeliveryState::Due { at: noon(70), attempt: 2 };
    world.ledger.settle(second[0].id, &failed, None).unwrap();
    assert_eq!(outbox(&world), OutboxCounts { sent: 1, ..OutboxCounts::default() });
    assert_eq!(world.ledger.next_delivery_due().unwrap(), None);
}

#[test]
fn what_was_not_tried_is_put_back_without_losing_a_try() {
    let mut world = told(&["m1"]);
    let claimed = world.ledger.claim_deliveries(noon(60), 9, LEASE, |_| None).unwrap().remove(0);
    world.ledger.put_back(&[claimed.id], noon(61)).unwrap();
    assert_eq!(world.ledger.claim_deliveries(noon(60), 9, LEASE, |_| None).unwrap(), []);
    let again = world.ledger.claim_deliveries(noon(61), 9, LEASE, |_| None).unwrap().remove(0);
    assert_eq!((again.message_id.as_str(), again.attempt), ("m1", 1));
}

#[test]
fn what_has_to_wait_is_not_leased_and_keeps_no_other_waiting() {
    let mut world = told(&["m1", "m2", "m3"]);
    let waits = |one: &store::Delivery| (one.message_id != "m3").then(|| noon(62));
    let claimed = world.ledger.claim_deliveries(noon(60), 1, LEASE, waits).unwrap();
    assert_eq!((claimed.len(), claimed[0].message_id.as_str()), (1, "m3"));
    world.crash();
    assert_eq!(world.ledger.claim_deliveries(noon(61), 9, LEASE, waits).unwrap(), []);
    assert_eq!(outbox(&world), OutboxCounts { due: 2, leased: 1, ..OutboxCounts::default() });
    world.ledger.settle(claimed[0].id, &DeliveryState::Sent { at: noon(61) }, None).unwrap();
    let due = world.ledger.claim_deliveries(noon(62), 9, LEASE, |_| None).unwrap();
    let due: Vec<_> = due.iter().map(|one| (one.message_id.as_str(), one.attempt)).collect();
    assert_eq!(due, [("m1", 1), ("m2", 1)], "no try was lost");
}

#[test]
fn a_sent_delivery_gives_its_payload_up() {
    let mut world = told(&["m1"]);
    let claimed = world.ledger.claim_deliveries(noon(60), 9, LEASE, |_| None).unwrap().remove(0);
    world.ledger.settle(claimed.id, &DeliveryState::Sent { at: noon(60) }, None).unwrap();
    drop(world.ledger.claim_deliveries(noon(999), 9, LEASE, |_| None).unwrap());
    let ledger = std::fs::read(world.dir.path().join(store::FILE_NAME)).unwrap();
    let log = std::fs::read(world.dir.path().join("ledger.sqlite-wal")).unwrap_or_default();
    world.ledger.checkpoint().unwrap();
    let after = std::fs::read(world.dir.path().join(store::FILE_NAME)).unwrap();
    let holds = |bytes: &[u8]| bytes.windows(8).filter(|part| *part == b"to 0@bra").count();
    assert!(holds(&ledger) + holds(&log) > 0, "it was there");
    assert_eq!(holds(&after), 0, "it is gone");
}

#[test]
fn a_failed_delivery_is_due_again_when_it_was_said() {
    let mut world = told(&["m1"]);
    let first = world.ledger.claim_deliveries(noon(60), 9, LEASE, |_| None).unwrap().remove(0);
    let retry = DeliveryState::Due { at: noon(75), attempt: 1 };
    world.ledger.settle(first.id, &retry, Some("451 later")).unwrap();
    let waiting = &world.ledger.status(noon(60)).unwrap().retries[0];
    assert_eq!((waiting.reason.as_str(), waiting.at), ("451 later", noon(75)));
    assert_eq!(world.ledger.claim_deliveries(noon(74), 9, LEASE, |_| None).unwrap(), []);
    let second = world.ledger.claim_deliveries(noon(75), 9, LEASE, |_| None).unwrap().remove(0);
    assert_eq!(second.attempt, 2);
}

#[test]
fn a_lease_can_be_made_longer_by_its_holder() {
    let mut world = told(&["m1"]);
    let first = world.ledger.claim_deliveries(noon(60), 9, LEASE, |_| None).unwrap().remove(0);
    let longer = DeliveryState::Leased { until: noon(90), attempt: 1 };
    world.ledger.settle(first.id, &longer, None).unwrap();
    assert_eq!(world.ledger.claim_deliveries(noon(89), 9, LEASE, |_| None).unwrap(), []);
    assert_eq!(world.ledger.claim_deliveries(noon(90), 9, LEASE, |_| None).unwrap().len(), 1);
}

#[test]
fn a_dead_letter_keeps_its_reason_and_can_be_revived() {
    let mut world = told(&["m1", "m2"]);
    let claimed = world.ledger.claim_deliveries(noon(60), 1, LEASE, |_| None).unwrap().remove(0);
    let dead = DeliveryState::Dead { at: noon(61), reason: "550 no such user".to_owned() };
    world.ledger.settle(claimed.id, &dead, None).unwrap();
    let status = world.ledger.status(noon(61)).unwrap();
    assert_eq!((status.outbox.dead, status.outbox.due), (1, 1));
    let letter = &status.dead_letters[0];
    assert_eq!((letter.id, letter.reason.as_str()), (claimed.id, "550 no such user"));
    assert_eq!(letter.subscription, "press".into());

    assert!(world.ledger.revive(claimed.id, noon(62)).unwrap());
    assert!(!world.ledger.revive(claimed.id, noon(62)).unwrap(), "it is dead no more");
    let due = world.ledger.claim_deliveries(noon(62), 9, LEASE, |_| None).unwrap();
    let again = due.iter().find(|delivery| delivery.id == claimed.id).unwrap();
    assert_eq!((again.attempt, again.message_id.as_str()), (1, "m1"));
}

#[test]
fn deliveries_of_a_retired_subscription_still_leave() {
    let mut world = told(&["m1"]);
    world.declare(&[("brand", "brand")], &[], noon(61));
    assert_eq!(due(&world, noon(999)), []);
    assert_eq!(world.ledger.claim_deliveries(noon(61), 9, LEASE, |_| None).unwrap().len(), 1);
}

#[test]
fn an_unfinished_period_has_no_end_before_its_time() {
    let world = told(&["m1"]);
    assert_eq!(world.ledger.next_digest_due().unwrap(), Some(noon(60) + TimeDelta::hours(1)));
}

#[test]
fn hits_say_their_story_and_tone_and_what_is_still_to_be_read() {
    let mut world = World::new(&["brand"]);
    let ids = world.read_articles(&["one", "two"], &["brand"], noon(0));
    let hits = |world: &World| world.hits_since(&brand(), Seq(0), 10).hits;
    assert!(hits(&world).iter().all(|hit| hit.is_unread && hit.tone.is_none()));
    assert_eq!(hits(&world)[1].story, ids[1]);

    let same = store::Word::SameStory(ids[0]);
    for (query, word) in
        [(None, same), (Some(&brand()[0]), store::Word::Tone(Some(Tone::Negative)))]
    {
        let correction = store::NewCorrection { person: "anne", item: ids[1], query, word };
        world.ledger.correct(&correction, noon(1)).unwrap();
    }
    let hits = hits(&world);
    assert_eq!(
        (hits[1].story, hits[1].tone, hits[1].is_unread),
        (ids[0], Some(Tone::Negative), false)
    );
    assert!(hits[0].is_unread);
}

#[test]
fn hits_of_long_texts_are_fewer_and_the_others_are_counted() {
    let mut world = World::new(&["brand"]);
    let long = "é".repeat(500_000);
    let items = (0..70).map(|nth| {
        let mut item = article(&nth.to_string());
        item.text = format!("{nth} {long}");
        found(item, &["brand"])
    });
    world.read(items.collect(), noon(0));
    let found = world.hits_since(&brand(), Seq(0), 1_000);
    let older: u64 = found.older.values().sum();
    assert_eq!(found.hits.len() as u64 + older, 70);
    assert!((64..70).contains(&found.hits.len()), "{}", found.hits.len());
    assert_eq!(found.hits.last().unwrap().seq, found.upto);
}
