//! Who gets mails: entered, asked, confirmed, gone.

use model::{Channel, DeliveryState, Seq, SubscriptionId, Timestamp};
use rusqlite::Connection;
use store::{Consent, Enqueued, FILE_NAME, NewDelivery, NewDigest, Recipient};

use crate::world::{LEASE, World, digest, noon, open};

const ANNE: &str = "anne@corp.example";

fn press() -> SubscriptionId {
    "press".into()
}

fn anne(world: &mut World) -> Recipient {
    world.ledger.recipients(&press(), &[ANNE], noon(0)).unwrap().remove(0)
}

fn delivery(to: &str, now: Timestamp) -> NewDelivery {
    NewDelivery {
        recipient: to.to_owned(),
        channel: Channel::Mail,
        message_id: format!("{to} {now}"),
        payload: "letter".to_owned(),
        severity: Some(model::Severity::Info),
    }
}

/// Writes a digest to these recipients, after `world` had one more hit.
fn tell(world: &mut World, to: &[&str], now: Timestamp) {
    let since = world.ledger.head().unwrap();
    world.read_articles(&[&format!("at {now}")], &["brand"], now);
    let deliveries = to.iter().map(|to| delivery(to, now)).collect();
    let upto = world.ledger.head().unwrap();
    let digest = NewDigest { deliveries, ..digest(since, upto, now) };
    assert_eq!(world.ledger.enqueue(&digest, now).unwrap(), Enqueued::Written);
}

fn waiting(world: &World) -> (u64, u64) {
    let outbox = world.ledger.status(noon(0)).unwrap().outbox;
    (outbox.due + outbox.leased, outbox.dead)
}

#[test]
fn a_recipient_is_entered_once_and_known_in_any_case() {
    let mut world = World::new(&["brand"]);
    let both = world.ledger.recipients(&press(), &["Paul@Corp.example", ANNE], noon(0)).unwrap();
    assert_eq!(both[0].address, "paul@corp.example");
    assert_eq!((both[1].consent.clone(), both[1].since), (Consent::Entered, noon(0)));
    let again = world.ledger.recipients(&press(), &[ANNE, "PAUL@corp.example"], noon(9)).unwrap();
    assert_eq!([&again[1], &again[0]], [&both[0], &both[1]]);
    let elsewhere = world.ledger.recipients(&"other".into(), &[ANNE], noon(9)).unwrap();
    assert_ne!(elsewhere[0].number, both[1].number);
    assert_eq!(world.ledger.recipient(both[1].number).unwrap().as_ref(), Some(&both[1]));
    assert_eq!(world.ledger.recipient(u64::MAX).unwrap(), None);
}

#[test]
fn who_is_asked_has_not_answered_until_they_confirm() {
    let mut world = World::new(&["brand"]);
    let number = anne(&mut world).number;
    let ask = |world: &mut World, minutes| {
        let question = (number, delivery(ANNE, noon(minutes)));
        world.ledger.ask(&press(), &[question], noon(minutes)).unwrap()
    };
    assert_eq!(ask(&mut world, 1), 1);
    assert_eq!(waiting(&world), (1, 0));
    let asked = anne(&mut world);
    assert_eq!((asked.consent, asked.asked, asked.since), (Consent::Asked, 1, noon(1)));
    assert_eq!(ask(&mut world, 2), 0, "once is enough");
    world.ledger.ask_anew(number, noon(3)).unwrap();
    assert_eq!(ask(&mut world, 3), 1);
    assert_eq!(waiting(&world), (2, 0));
    world.ledger.confirm(number, noon(5)).unwrap();
    let confirmed = anne(&mut world);
    assert_eq!((confirmed.consent, confirmed.since), (Consent::Confirmed, noon(5)));
    // The owner's word is not theirs, until they give it.
    world.ledger.ask_anew(number, noon(5)).unwrap();
    world.ledger.allow(number, noon(5)).unwrap();
    assert_eq!(anne(&mut world).consent, Consent::Allowed);
    world.ledger.confirm(number, noon(5)).unwrap();
    // Begun before they said yes.
    assert_eq!(ask(&mut world, 6), 0);
    assert_eq!(anne(&mut world).consent, Consent::Confirmed);
}

#[test]
fn who_unsubscribes_gets_none_of_what_waits_and_nothing_later() {
    let mut world = World::new(&["brand"]);
    let number = anne(&mut world).number;
    let named = format!("Anne <{ANNE}>");
    tell(&mut world, &[&named, "joanne@corp.example"], noon(1));
    let claimed = world.ledger.claim_deliveries(noon(2), 10, LEASE, |_| None).unwrap();
    world.ledger.unsubscribe(number, noon(2)).unwrap();
    assert_eq!(waiting(&world), (1, 1));
    // One that was leaving, and was refused for now, does not come back.
    let later = DeliveryState::Due { at: noon(3), attempt: 1 };
    world.ledger.settle(claimed[0].id, &later, Some("busy")).unwrap();
    assert_eq!(waiting(&world), (1, 1));
    // Nor does it when the owner has all tried again that was given up.
    assert!(!world.ledger.revive(claimed[0].id, noon(3)).unwrap());

    tell(&mut world, &[&named, "ANNE@corp.example", "joanne@corp.example"], noon(4));
    assert_eq!(waiting(&world), (2, 1));
    let again = anne(&mut world);
    assert_eq!((again.consent, again.since), (Consent::Unsubscribed, noon(2)));
    world.assert_sound();

    world.ledger.confirm(number, noon(5)).unwrap();
    tell(&mut world, &[&named], noon(6));
    assert_eq!(waiting(&world), (3, 1));
}

#[test]
fn an_address_that_a_server_refuses_is_out_everywhere_until_it_is_asked_anew() {
    let mut world = World::new(&["brand"]);
    let number = anne(&mut world).number;
    let other = world.ledger.recipients(&"other".into(), &[ANNE], noon(0)).unwrap()[0].number;
    tell(&mut world, &[ANNE, "paul@corp.example"], noon(1));
    let why = "550 5.1.1 who?";
    let claimed = world.ledger.claim_deliveries(noon(2), 1, LEASE, |_| None).unwrap();
    let notice = delivery("owner@corp.example", noon(2));
    let refuse = |world: &mut World, minutes| {
        let dead = DeliveryState::Dead { at: noon(minutes), reason: why.to_owned() };
        let failure = (why, Some("Anne@corp.example"));
        let now = noon(minutes);
        world.ledger.give_up(claimed[0].id, &dead, failure, Some(&notice), now).unwrap();
        waiting(world)
    };
    assert_eq!(refuse(&mut world, 2), (2, 1), "paul's, and a word to the owner");
    assert_eq!(refuse(&mut world, 3), (2, 1), "which is said once");
    let refused = Consent::Refused { reason: "550 5.1.1 who?".to_owned() };
    for number in [number, other] {
        assert_eq!(world.ledger.recipient(number).unwrap().unwrap().consent, refused);
    }
    world.ledger.ask_anew(number, noon(4)).unwrap();
    let asked = anne(&mut world);
    assert_eq!((asked.consent, asked.asked), (Consent::Asked, 0));
}

#[test]
fn a_pause_ends_by_itself_and_a_new_epoch_stays() {
    let mut world = World::new(&["brand"]);
    let number = anne(&mut world).number;
    world.ledger.pause(number, Some(noon(60))).unwrap();
    let paused = anne(&mut world);
    assert!(paused.is_paused(noon(59)) && !paused.is_paused(noon(60)));
    world.ledger.pause(number, None).unwrap();
    assert!(!anne(&mut world).is_paused(noon(1)));
    world.ledger.void_links(number).unwrap();
    assert_eq!(anne(&mut world).epoch, 1);
}

#[test]
fn the_key_of_links_is_the_first_that_was_given_for_ever() {
    let mut world = World::new(&["brand"]);
    assert_eq!(world.ledger.link_key([7; 32]).unwrap(), [7; 32]);
    world.crash();
    assert_eq!(world.ledger.link_key([8; 32]).unwrap(), [7; 32]);
}

#[test]
fn who_was_told_by_an_earlier_version_stays_told() {
    let dir = tempfile::tempdir().unwrap();
    let connection = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    for step in [
        include_str!("../../migrations/001_ledger.sql"),
        include_str!("../../migrations/002_details.sql"),
        include_str!("../../migrations/003_pages.sql"),
        include_str!("../../migrations/004_hosts.sql"),
        include_str!("../../migrations/005_watch.sql"),
        include_str!("../../migrations/006_quota.sql"),
        include_str!("../../migrations/007_push.sql"),
        include_str!("../../migrations/008_history.sql"),
        include_str!("../../migrations/009_enrich.sql"),
        include_str!("../../migrations/010_wanted.sql"),
    ] {
        connection.execute_batch(step).unwrap();
    }
    connection
        .execute_batch(
            "INSERT INTO ledger (only, uuid, created_at) VALUES (1, 'the-old-one', 0);
             INSERT INTO subscription (id, told, due) VALUES ('press', 0, 'as_it_happens');
             INSERT INTO digest (id, subscription, period_end, since, upto, created_at)
             VALUES (1, 'press', 60000, 0, 1, 60000);
             INSERT INTO delivery (digest, recipient, channel, message_id, payload, state, at, attempt)
             VALUES (1, 'Anne <Anne@Corp.example>', 'mail', '1', '', 'sent', 61000, 1),
                    (1, 'paul@corp.example', 'mail', '2', '', 'dead', 61000, 1);
             PRAGMA application_id = 0x56494749;
             PRAGMA user_version = 10;",
        )
        .unwrap();
    drop(connection);
    let mut ledger = open(dir.path());
    let both = ledger.recipients(&press(), &[ANNE, "paul@corp.example"], noon(0)).unwrap();
    assert_eq!(both[0].consent, Consent::Confirmed);
    assert_eq!((both[0].since.timestamp(), both[1].consent.clone()), (61, Consent::Entered));
    assert_eq!(ledger.head().unwrap(), Seq(0));
}

#[test]
fn a_start_brings_no_try_forward_but_what_a_clock_that_was_ahead_has_put_off() {
    let mut world = World::new(&["brand"]);
    world.ledger.schedule(&press(), None).unwrap();
    tell(&mut world, &[ANNE, "ben@agency.example"], noon(0));
    let lease = std::time::Duration::from_mins(1);
    let claimed = world.ledger.claim_deliveries(noon(0), 9, lease, |_| None).unwrap();
    for (delivery, hours) in claimed.iter().zip([26, 24 * 365]) {
        let later = DeliveryState::Due { at: noon(60 * hours), attempt: 7 };
        world.ledger.settle(delivery.id, &later, Some("busy")).unwrap();
    }
    world.crash();
    world.ledger.take_over(noon(60), lease).unwrap();
    assert_eq!(world.ledger.next_delivery_due().unwrap(), Some(noon(60 * 26)));
    let due = world.ledger.claim_deliveries(noon(60 * 32), 9, lease, |_| None).unwrap();
    assert_eq!(due.len(), 2);
}

#[test]
fn what_nothing_could_carry_is_due_once_something_leaves() {
    let mut world = World::new(&["brand"]);
    world.ledger.schedule(&press(), None).unwrap();
    tell(&mut world, &[ANNE, "ben@agency.example", "zoe@agency.example"], noon(0));
    let lease = std::time::Duration::from_mins(1);
    let claimed = world.ledger.claim_deliveries(noon(0), 9, lease, |_| None).unwrap();
    for (delivery, minute) in claimed.iter().zip([600, 700, 800]) {
        let later = DeliveryState::Due { at: noon(minute), attempt: 1 };
        world.ledger.settle(delivery.id, &later, Some("away")).unwrap();
    }
    world.ledger.note_server_away(claimed[0].id).unwrap();
    world.ledger.note_server_away(claimed[1].id).unwrap();
    // One of them was tried once more, and refused for itself.
    let tried = world.ledger.claim_deliveries(noon(600), 1, lease, |_| None).unwrap();
    let later = DeliveryState::Due { at: noon(900), attempt: 2 };
    world.ledger.settle(tried[0].id, &later, Some("busy")).unwrap();
    world.crash();
    assert_eq!(world.ledger.next_delivery_due().unwrap(), Some(noon(700)));
    assert_eq!(world.ledger.note_server_back(noon(650)).unwrap(), 1);
    assert_eq!(world.ledger.next_delivery_due().unwrap(), Some(noon(650)));
    let due = world.ledger.claim_deliveries(noon(650), 9, lease, |_| None).unwrap();
    assert_eq!(due.iter().map(|due| due.id).collect::<Vec<_>>(), [claimed[1].id]);
    assert_eq!(world.ledger.note_server_back(noon(650)).unwrap(), 0);
}
