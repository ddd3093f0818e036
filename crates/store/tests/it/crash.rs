//! A crash between any two transactions, and a loss of power in the middle of one.

use std::path::Path;
use std::time::Duration;

use model::{Channel, DeliveryState, EndpointHealth, EndpointId, EventKind, Seq};
use rusqlite::Connection;
use rusqlite::types::Value;
use store::{
    FILE_NAME, Followed, NewDelivery, NewDigest, NewDispatch, NewDispatches, Settled, Upshot,
    Waiting,
};

use crate::world::{LEASE, World, article, digest, found, noon, open, reading, visit};

/// Everything in the ledger that a crash could change, one row a line.
fn dump(dir: &Path) -> Vec<String> {
    const TABLES: &[&str] = &[
        "log_head",
        "source",
        "host",
        "item",
        "item_version",
        "item_key",
        "query",
        "hit",
        "volume",
        "subscription",
        "digest",
        "delivery",
        "event",
        "endpoint",
        "dispatch",
    ];
    let connection = Connection::open(dir.join(FILE_NAME)).unwrap();
    let mut lines = Vec::new();
    for table in TABLES {
        let mut select =
            connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2")).unwrap();
        let columns = select.column_count();
        let mut rows = select.query(()).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<Value> = (0..columns).map(|n| row.get(n).unwrap()).collect();
            lines.push(format!("{table} {values:?}"));
        }
    }
    lines
}

/// A day in the life of a ledger. After each transaction `between` is called; what it stands for
/// is done again when it asks for it, as by a process that does not know whether it had done it.
fn live_a_day(world: &mut World, between: impl Fn(&mut World) -> Repeat) {
    let step = |world: &mut World, work: &dyn Fn(&mut World)| {
        work(world);
        if between(world) == Repeat::Yes {
            work(world);
        }
    };
    step(world, &|world| {
        world.ledger.declare_endpoints(&[("crm".into(), "there".into())], noon(0)).unwrap();
    });
    step(world, &|world| world.ledger.schedule(&"press".into(), Some(noon(60))).unwrap());
    for (minutes, names) in [(0, ["one", "two"]), (5, ["two", "three"]), (10, ["three", "four"])] {
        // A claim is not repeated: the lease of a crashed visitor must run out first.
        let due = world.claim(noon(minutes));
        between(world);
        let items = names.map(|name| {
            let mut item = article(name);
            item.text = format!("{name}, as of {}", minutes / 10);
            item.details.engagement.views = u64::try_from(minutes).ok();
            found(item, &["brand"])
        });
        let visit = visit(&world.ledger, &due, reading(items.to_vec()), noon(minutes));
        step(world, &|world| {
            world.ledger.record_fetch(&visit, noon(minutes)).ok();
        });
    }
    step(world, &|world| world.declare(&[("brand", "edited")], &["press"], noon(20)));
    while let Some(run) = world.ledger.history_due().unwrap() {
        let items = world.ledger.items_after(run.after, 2).unwrap();
        let upto = items.last().map_or(run.until, |item| item.seq);
        let matched: Vec<_> =
            items.iter().filter(|item| item.seq.0 % 2 == 0).map(|item| item.id).collect();
        step(world, &|world| {
            world.ledger.record_history(&run, upto, &matched, noon(20)).unwrap();
        });
    }
    let due = world.ledger.due_subscriptions(noon(60)).unwrap().remove(0);
    let found = world.hits_since(&["brand".into()], due.since, 100);
    let deliveries = ["a", "b"].map(|recipient| NewDelivery {
        recipient: format!("{recipient}@brand.example"),
        channel: Channel::Mail,
        message_id: format!("{recipient}-{}", found.upto),
        payload: format!("{} hits", found.hits.len()),
        severity: Some(model::Severity::Info),
    });
    let bare = digest(due.since, found.upto, noon(60));
    let digest = NewDigest { next_due: Some(noon(120)), deliveries: deliveries.to_vec(), ..bare };
    step(world, &|world| {
        world.ledger.enqueue(&digest, noon(60)).unwrap();
    });
    let claimed = world.ledger.claim_deliveries(noon(60), 10, LEASE, |_| None).unwrap();
    assert_eq!(claimed.len(), 2);
    between(world);
    let ends = [
        DeliveryState::Sent { at: noon(61) },
        DeliveryState::Dead { at: noon(61), reason: "550".to_owned() },
    ];
    for (delivery, end) in claimed.iter().zip(&ends) {
        step(world, &|world| world.ledger.settle(delivery.id, end, None).unwrap());
    }
    tell_an_endpoint(world, step);
}

/// Tells the endpoint of the mentions and of the digest; it takes the first and refuses the second.
fn tell_an_endpoint(world: &mut World, step: impl Fn(&mut World, &dyn Fn(&mut World))) {
    let endpoint: EndpointId = "crm".into();
    let (from, _) = world.ledger.queue(&endpoint, 0).unwrap().unwrap();
    let followed = Followed {
        kinds: &EventKind::ALL,
        queries: &["brand".into()],
        patience: Some(Duration::ZERO),
    };
    let fresh = world.ledger.fresh(from, followed, 100, noon(62)).unwrap();
    assert_eq!((fresh.hits.len(), fresh.events.len()), (2, 1));
    let dispatch = |id: &str| NewDispatch { id: id.into(), about: id.into(), payload: id.into() };
    let dispatches = ["one", "two", "digest"].map(dispatch).into();
    let told = NewDispatches {
        endpoint: endpoint.clone(),
        from,
        upto: fresh.upto,
        dispatches,
        waiting: Waiting::default(),
    };
    step(world, &|world| {
        world.ledger.tell(&told, noon(62)).unwrap();
    });
    let claimed = world.ledger.claim_dispatches(&endpoint, 2, LEASE, noon(62)).unwrap();
    let ends = [
        (DeliveryState::Sent { at: noon(63) }, EndpointHealth::Well),
        (
            DeliveryState::Due { at: noon(70), attempt: 1 },
            EndpointHealth::Failing {
                since: noon(63),
                failures: 1,
                until: noon(70),
                reason: "500".into(),
            },
        ),
    ];
    for (dispatch, (state, health)) in claimed.iter().zip(ends) {
        let settled = Settled {
            endpoint: endpoint.clone(),
            number: dispatch.number,
            state,
            failure: Some("500".into()),
        };
        step(world, &|world| {
            let upshot = |_: usize, _: &_| Upshot { health: health.clone(), notice: None };
            let settled = std::slice::from_ref(&settled);
            world.ledger.settle_dispatches(settled, upshot, noon(63)).unwrap();
        });
    }
}

#[derive(PartialEq, Eq)]
enum Repeat {
    Yes,
    No,
}

#[test]
fn a_crash_after_any_transaction_changes_nothing() {
    let mut straight = World::new(&["brand"]);
    live_a_day(&mut straight, |_| Repeat::No);
    straight.assert_sound();
    let expect = dump(straight.dir.path());
    assert!(expect.iter().any(|line| line.starts_with("delivery") && line.contains("2 hits")));

    let mut crashed = World::new(&["brand"]);
    live_a_day(&mut crashed, |world| {
        world.crash();
        Repeat::No
    });
    assert_eq!(dump(crashed.dir.path()), expect);
}

#[test]
fn a_process_that_does_again_what_it_had_done_changes_nothing() {
    let mut straight = World::new(&["brand"]);
    live_a_day(&mut straight, |_| Repeat::No);
    let mut repeated = World::new(&["brand"]);
    live_a_day(&mut repeated, |world| {
        world.crash();
        Repeat::Yes
    });
    assert_eq!(dump(repeated.dir.path()), dump(straight.dir.path()));
}

/// What was on the disk when the power went: the file, and the log up to some byte.
#[test]
fn a_log_cut_at_any_byte_holds_whole_transactions() {
    let mut world = World::new(&["brand"]);
    world.ledger.checkpoint().unwrap();
    live_a_day(&mut world, |_| Repeat::No);
    let file = std::fs::read(world.dir.path().join(FILE_NAME)).unwrap();
    let log = std::fs::read(world.dir.path().join(format!("{FILE_NAME}-wal"))).unwrap();

    let mut heads = Vec::new();
    let cuts = (0..=60).map(|n| log.len() * n / 60);
    for cut in cuts {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(FILE_NAME), &file).unwrap();
        std::fs::write(dir.path().join(format!("{FILE_NAME}-wal")), &log[..cut]).unwrap();
        let ledger = open(dir.path());
        assert_eq!(ledger.check().unwrap(), [], "cut at byte {cut}");
        heads.push(ledger.head().unwrap());
    }
    assert!(heads.is_sorted(), "{heads:?}");
    assert_eq!(heads.first(), Some(&Seq(0)));
    assert_eq!(heads.last(), Some(&world.ledger.head().unwrap()), "all of it, with the whole log");
    // A visit is recorded as a whole: its items stand together or not at all.
    heads.dedup();
    assert_eq!(heads, [Seq(0), Seq(2), Seq(3), Seq(5)]);
}
