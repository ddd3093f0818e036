//! What a subscription waits for.

use chrono::TimeDelta;
use model::{Channel, Held, HeldFor, Seq};
use store::{DueSubscription, NewDelivery, NewDigest};

use crate::world::{World, digest, noon};

fn due(world: &World, minute: i64) -> Option<DueSubscription> {
    world.ledger.due_subscriptions(noon(minute)).unwrap().into_iter().next()
}

fn held(since: i64, until: i64, why: HeldFor) -> Held {
    Held { since: noon(since), until: noon(until), why: vec![why] }
}

/// A world in which something was found for who is told as it happens.
fn found() -> World {
    let mut world = World::new(&["brand", "other"]);
    world.ledger.schedule(&"press".into(), None).unwrap();
    world.read_articles(&["one"], &["brand"], noon(0));
    world
}

#[test]
fn what_waits_is_due_again_then_and_knows_why_it_was_held() {
    let mut world = found();
    assert_eq!(world.ledger.next_digest_due().unwrap(), None);
    let now = due(&world, 0).unwrap();
    assert_eq!(now.held, None);
    world.ledger.wait(&now, noon(1), None).unwrap();
    assert_eq!(world.ledger.next_digest_due().unwrap(), Some(noon(1)));
    assert_eq!(due(&world, 0), None);

    let now = due(&world, 1).unwrap();
    let night = held(1, 60, HeldFor::Quiet);
    world.ledger.wait(&now, noon(60), Some(&night)).unwrap();
    world.crash();
    assert_eq!(due(&world, 59), None);
    let later = due(&world, 60).unwrap();
    assert_eq!(later.held, Some(night));
    world.ledger.wait(&later, noon(90), Some(&held(60, 90, HeldFor::Day { mails: 40 }))).unwrap();
    let later = due(&world, 90).unwrap();
    let why = vec![HeldFor::Quiet, HeldFor::Day { mails: 40 }];
    let both = Held { since: noon(1), until: noon(90), why };
    assert_eq!(later.held, Some(both.clone()));
    let state = world.ledger.subscriptions().unwrap().remove(0);
    assert_eq!((state.waits_until, state.held), (Some(noon(90)), Some(both)));

    // Declared anew, it is looked at at once, and has not forgotten.
    world.declare(&[("brand", "brand"), ("other", "other")], &["press"], noon(70));
    assert_eq!(due(&world, 70).unwrap().held.unwrap().since, noon(1));

    let moved_on = due(&world, 90).unwrap();
    world.ledger.enqueue(&digest(Seq(0), Seq(1), noon(90)), noon(90)).unwrap();
    world.ledger.wait(&moved_on, noon(99), Some(&held(0, 99, HeldFor::Away))).unwrap();
    let state = world.ledger.subscriptions().unwrap().remove(0);
    assert_eq!((state.waits_until, state.held), (None, None), "who was told waits for nothing");
    world.assert_sound();
}

#[test]
fn a_schedule_that_waits_is_next_due_when_the_wait_ends() {
    let mut world = World::new(&["brand"]);
    world.ledger.schedule(&"press".into(), Some(noon(60))).unwrap();
    let now = due(&world, 60).unwrap();
    world.ledger.wait(&now, noon(300), Some(&held(60, 300, HeldFor::Away))).unwrap();
    assert_eq!(world.ledger.next_digest_due().unwrap(), Some(noon(300)));
    assert_eq!(due(&world, 299), None);
    assert_eq!(due(&world, 300).unwrap().at, Some(noon(60)));
}

#[test]
fn what_was_found_is_counted_from_its_first_by_story() {
    let mut world = found();
    world.read_articles(&["two"], &["other"], noon(5));
    world.read_articles(&["three"], &["brand", "other"], noon(9));
    let names = ["brand", "other"].map(Into::into);
    let first =
        |names: &[model::QueryName], since| world.ledger.first_found(names, Seq(since)).unwrap();
    assert_eq!(first(&names, 0), Some(noon(0)));
    assert_eq!(first(&names[1..], 0), Some(noon(5)));
    assert_eq!(first(&names, 2), Some(noon(9)));
    assert_eq!(first(&names, 3), None);
    assert_eq!(first(&[], 0), None);
    let count = |since, upto, minute| {
        world.ledger.stories_found(&names, Seq(since), Seq(upto), noon(minute)).unwrap()
    };
    assert_eq!(count(0, 3, 9), 3, "one that two queries found is one");
    assert_eq!(count(0, 3, 8), 2);
    assert_eq!((count(0, 2, 9), count(1, 3, 9), count(0, 3, -1)), (2, 2, 0));
}

#[test]
fn mails_are_counted_by_address_from_when_they_were_written() {
    let mut world = World::new(&["brand", "other"]);
    let mut tell = |to: &[&str], minute: i64| {
        let since = world.ledger.head().unwrap();
        world.read_articles(&[&format!("at {minute}")], &["brand"], noon(minute));
        let delivery = |to: &&str| NewDelivery {
            recipient: (*to).to_owned(),
            channel: Channel::Mail,
            message_id: format!("{to} {minute}"),
            payload: "letter".to_owned(),
            severity: Some(model::Severity::Info),
        };
        let bare = digest(since, world.ledger.head().unwrap(), noon(minute));
        let digest = NewDigest { deliveries: to.iter().map(delivery).collect(), ..bare };
        world.ledger.enqueue(&digest, noon(minute)).unwrap();
    };
    tell(&["Anne <Anne@brand.example>", "paul@brand.example"], 10);
    tell(&["anne@brand.example"], 20);
    let mails = |to, since| -> Vec<model::Timestamp> {
        let mails = world.ledger.mails_since(to, noon(since)).unwrap();
        assert!(mails.iter().all(|mail| mail.subscription == "press".into()));
        assert!(mails.iter().all(|mail| mail.severity == Some(model::Severity::Info)));
        mails.iter().map(|mail| mail.at).collect()
    };
    assert_eq!(mails("anne@Brand.example", 0), [noon(10), noon(20)]);
    assert_eq!(
        (mails("anne@brand.example", 10).len(), mails("anne@brand.example", 11).len()),
        (2, 1)
    );
    assert_eq!(mails("paul@brand.example", 0), [noon(10)]);
    assert_eq!(mails("ne@brand.example", 0).len() + mails("%", 0).len(), 0);
    let press = "press".into();
    assert_eq!(world.ledger.last_digest(&press).unwrap(), Some(noon(20)));
    assert_eq!(world.ledger.last_digest(&"none".into()).unwrap(), None);

    // One that was given up was no mail.
    let due = world.ledger.claim_deliveries(noon(30), 1, crate::world::LEASE, |_| None).unwrap();
    let at = noon(30) + TimeDelta::seconds(1);
    let dead = model::DeliveryState::Dead { at, reason: "550".to_owned() };
    world.ledger.settle(due[0].id, &dead, None).unwrap();
    let mails = |to| world.ledger.mails_since(to, noon(0)).unwrap().len();
    assert_eq!(mails("anne@brand.example") + mails("paul@brand.example"), 2);
}

#[test]
fn who_comes_back_was_held_for_nothing() {
    let mut world = found();
    let now = due(&world, 0).unwrap();
    world.ledger.wait(&now, noon(60), Some(&held(1, 60, HeldFor::Away))).unwrap();
    let queries = [("brand", "brand"), ("other", "other")];
    world.declare(&queries, &[], noon(2));
    world.declare(&queries, &["press"], noon(3));
    let state = world.ledger.subscriptions().unwrap().remove(0);
    assert_eq!((state.waits_until, state.held), (None, None));
    world.ledger.schedule(&"press".into(), None).unwrap();
    assert_eq!(due(&world, 3), None, "there is nothing after its beginning");
    world.read_articles(&["two"], &["brand"], noon(4));
    assert_eq!(due(&world, 4).unwrap().held, None);
}
