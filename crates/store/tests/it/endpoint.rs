//! Endpoints: what they are told, once each, and how their dispatches come and go.

use std::time::Duration;

use chrono::TimeDelta;
use model::{
    Ailment, Channel, Cursor, DeliveryState, DispatchId, EndpointHealth, EndpointId, EventKind,
    ItemId, QueryName, Seq, SignalId, SignalKind, SignalTurn, Timestamp, Tone, ToneReading,
};
use store::{
    Conclusion, Dispatch, Enqueued, Followed, Fresh, HitTone, NewAssessment, NewDelivery,
    NewDigest, NewDispatch, NewDispatches, NewSignalEvent, Outcome, Settled, Standing, Told,
    Upshot, Waiting,
};

use crate::world::{LEASE, World, digest, noon, reading, visit};

const MAX: usize = 100;

fn crm() -> EndpointId {
    "crm".into()
}

/// A ledger with queries `brand` and `recall`, and the endpoint `crm`.
fn world() -> World {
    let mut world = World::new(&["brand", "recall"]);
    world.ledger.declare_endpoints(&[(crm(), "there".into())], noon(0)).unwrap();
    // Their past is empty.
    while let Some(run) = world.ledger.history_due().unwrap() {
        world.ledger.record_history(&run, run.until, &[], noon(0)).unwrap();
    }
    world
}

/// What `crm` was not told, if it follows all events of these queries and waits for nothing.
fn fresh(world: &World, queries: &[&str], now: Timestamp) -> Fresh {
    fresh_within(world, queries, Some(Duration::ZERO), MAX, now)
}

fn fresh_within(
    world: &World,
    queries: &[&str],
    patience: Option<Duration>,
    max: usize,
    now: Timestamp,
) -> Fresh {
    let queries: Vec<QueryName> = queries.iter().copied().map(QueryName::new).collect();
    let followed = Followed { kinds: &EventKind::ALL, queries: &queries, patience };
    world.ledger.fresh(told(world), followed, max, now).unwrap()
}

fn told(world: &World) -> Cursor {
    world.ledger.endpoints().unwrap()[0].told
}

fn health(world: &World) -> EndpointHealth {
    world.ledger.endpoints().unwrap()[0].health.clone()
}

fn tell(world: &mut World, ids: &[&str], now: Timestamp) -> Enqueued {
    let dispatches = ids.iter().map(|id| NewDispatch {
        id: (*id).to_owned(),
        about: format!("about {id}"),
        payload: format!("{{\"id\":\"{id}\"}}"),
    });
    let from = told(world);
    let told = NewDispatches {
        endpoint: crm(),
        from,
        upto: Cursor { hits: Seq(from.hits.0 + 1), ..from },
        dispatches: dispatches.collect(),
        waiting: Waiting::default(),
    };
    world.ledger.tell(&told, now).unwrap()
}

fn claim(world: &mut World, max: usize, now: Timestamp) -> Vec<Dispatch> {
    world.ledger.claim_dispatches(&crm(), max, LEASE, now).unwrap()
}

fn settle(
    world: &mut World,
    number: DispatchId,
    state: DeliveryState,
    health: &EndpointHealth,
    now: Timestamp,
) {
    let failure = Some("500".to_owned());
    let settled = Settled { endpoint: crm(), number, state, failure };
    let upshot = |_: usize, _: &_| Upshot { health: health.clone(), notice: None };
    world.ledger.settle_dispatches(&[settled], upshot, now).unwrap();
}

fn ids(dispatches: &[Dispatch]) -> Vec<&str> {
    dispatches.iter().map(|dispatch| dispatch.id.as_str()).collect()
}

fn found(fresh: &Fresh) -> Vec<(&str, &str)> {
    let of = |hit: &'_ store::FreshHit| hit.mention.item.item.title.clone();
    let titles: Vec<String> = fresh.hits.iter().map(of).collect();
    let titles = titles.into_iter().map(|title| &*title.leak());
    fresh.hits.iter().map(|hit| hit.query.as_str()).zip(titles).collect()
}

#[test]
fn hits_are_told_in_their_order_and_none_is_parted_from_its_item() {
    let mut world = world();
    world.read_articles(&["one", "two"], &["brand", "recall"], noon(1));
    world.read_articles(&["three"], &["recall"], noon(3));
    let all = fresh(&world, &["brand", "recall"], noon(4));
    let expect = [
        ("brand", "Ozalée: one"),
        ("recall", "Ozalée: one"),
        ("brand", "Ozalée: two"),
        ("recall", "Ozalée: two"),
        ("recall", "Ozalée: three"),
    ];
    assert_eq!(found(&all), expect);
    assert_eq!((all.upto.hits, all.is_full), (world.ledger.head().unwrap(), false));
    let cut = fresh_within(&world, &["brand", "recall"], Some(Duration::ZERO), 3, noon(4));
    assert_eq!((found(&cut), cut.upto.hits, cut.is_full), (expect[..2].to_vec(), Seq(1), true));
    assert_eq!(found(&fresh(&world, &["brand"], noon(4))), [expect[0], expect[2]]);
    assert_eq!(found(&fresh(&world, &[], noon(4))), []);
}

#[test]
fn a_hit_waits_until_it_is_read_or_too_late() {
    let mut world = world();
    let ids = world.read_articles(&["one", "two"], &["brand"], noon(1));
    let minute = Some(Duration::from_mins(1));
    let check = |world: &World, patience, now, expect: usize| {
        assert_eq!(fresh_within(world, &["brand"], patience, MAX, now).hits.len(), expect);
    };
    check(&world, minute, noon(1), 0);
    check(&world, minute, noon(2), 2);
    check(&world, None, noon(200), 0);

    let told = |item: ItemId| Told { item, story: item, at: noon(1), fingerprint: vec![1] };
    let (head, told) =
        (world.ledger.head().unwrap(), ids.iter().copied().map(told).collect::<Vec<_>>());
    assert!(world.ledger.record_stories(Seq(0), head, &told, noon(0)).unwrap());
    check(&world, minute, noon(1), 0);
    let words = vec!["fuite".to_owned()];
    let reading = ToneReading { tone: Some(Tone::Negative), score: -0.5, confidence: 0.9, words };
    let tone = HitTone { query: "brand".into(), item: ids[0], seq: Seq(1), reading };
    world.ledger.record_tones(&[tone]).unwrap();
    check(&world, minute, noon(1), 1);
    check(&world, None, noon(1), 1);
    let known = fresh_within(&world, &["brand"], None, MAX, noon(1));
    assert_eq!(known.hits[0].mention.tone(), Some(Tone::Negative));
    assert_eq!((known.hits[0].story_items, known.upto.hits, known.is_full), (1, Seq(1), false));
}

#[test]
fn hits_of_a_query_that_is_searched_for_in_the_past_wait_for_its_end() {
    let mut world = world();
    world.read_articles(&["one"], &["brand"], noon(1));
    world.declare(&[("brand", "edited"), ("recall", "recall")], &["press"], noon(2));
    assert_eq!(fresh(&world, &["brand"], noon(300)).hits, []);
    world.read_articles(&["two"], &["brand"], noon(3));
    assert_eq!(fresh(&world, &["brand"], noon(300)).hits, [], "nor those that follow");
    let run = world.ledger.history_due().unwrap().unwrap();
    world.ledger.record_history(&run, run.until, &[], noon(4)).unwrap();
    assert_eq!(found(&fresh(&world, &["brand"], noon(300))), [("brand", "Ozalée: two")]);
}

#[test]
fn an_endpoint_is_told_nothing_from_before_it_was_declared_or_while_it_was_gone() {
    let mut world = World::new(&["brand"]);
    world.read_articles(&["before"], &["brand"], noon(1));
    world.ledger.declare_endpoints(&[(crm(), "there".into())], noon(2)).unwrap();
    assert_eq!(fresh(&world, &["brand"], noon(300)).hits, []);
    world.ledger.declare_endpoints(&[], noon(3)).unwrap();
    assert_eq!(world.ledger.endpoints().unwrap(), []);
    world.read_articles(&["gone"], &["brand"], noon(4));
    world.ledger.declare_endpoints(&[(crm(), "there".into())], noon(5)).unwrap();
    assert_eq!(fresh(&world, &["brand"], noon(300)).hits, []);
}

#[test]
fn who_was_told_by_another_meanwhile_is_not_told_again() {
    let mut world = world();
    world.read_articles(&["one"], &["brand"], noon(1));
    let stale = NewDispatches {
        endpoint: crm(),
        from: told(&world),
        upto: fresh(&world, &["brand"], noon(2)).upto,
        dispatches: vec![NewDispatch { id: "b".into(), about: "b".into(), payload: "b".into() }],
        waiting: Waiting::default(),
    };
    assert_eq!(tell(&mut world, &["a"], noon(2)), Enqueued::Written);
    assert_eq!(world.ledger.tell(&stale, noon(2)).unwrap(), Enqueued::AlreadyTold);
    assert_eq!(ids(&claim(&mut world, MAX, noon(2))), ["a"]);
}

#[test]
fn a_dispatch_is_leased_once_and_settled_once() {
    let mut world = world();
    tell(&mut world, &["a", "b", "c"], noon(0));
    let claimed = claim(&mut world, 2, noon(0));
    assert_eq!(ids(&claimed), ["a", "b"]);
    assert_eq!((claimed[0].attempt, claimed[0].payload.as_str()), (1, "{\"id\":\"a\"}"));
    assert_eq!(ids(&claim(&mut world, MAX, noon(0))), ["c"]);
    assert_eq!(ids(&claim(&mut world, MAX, noon(1))), [""; 0]);
    let well = EndpointHealth::Well;
    settle(&mut world, claimed[0].number, DeliveryState::Sent { at: noon(1) }, &well, noon(1));
    settle(&mut world, claimed[0].number, DeliveryState::Sent { at: noon(1) }, &well, noon(1));
    // The other senders have died.
    let again = claim(&mut world, MAX, noon(5));
    assert_eq!((ids(&again), again[0].attempt), (vec!["b", "c"], 2));
    // One that wakes up late has nothing to say but that it was sent.
    let late = DeliveryState::Dead { at: noon(5), reason: "late".into() };
    settle(&mut world, claimed[0].number, late, &well, noon(5));
    let state = world.ledger.endpoints().unwrap().remove(0);
    assert_eq!((state.dispatches.sent, state.dispatches.leased, state.dispatches.dead), (1, 2, 0));
    world.ledger.put_back_dispatches(&[again[0].number], noon(5)).unwrap();
    world.ledger.take_over(noon(5), Duration::from_hours(1)).unwrap();
    let again = claim(&mut world, MAX, noon(5));
    assert_eq!(again.iter().map(|dispatch| dispatch.attempt).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn one_that_fails_is_tried_with_one_dispatch_and_hurried_when_it_is_well() {
    let mut world = world();
    tell(&mut world, &["a", "b", "c"], noon(0));
    let first = claim(&mut world, 1, noon(0)).remove(0);
    let failing = EndpointHealth::Failing {
        since: noon(0),
        failures: 1,
        until: noon(10),
        reason: "500".into(),
    };
    let later = DeliveryState::Due { at: noon(600), attempt: 1 };
    settle(&mut world, first.number, later, &failing, noon(0));
    assert_eq!(health(&world), failing);
    assert_eq!(claim(&mut world, MAX, noon(9)), []);
    assert_eq!(world.ledger.next_dispatch_due().unwrap(), Some(noon(10)));
    let probe = claim(&mut world, MAX, noon(10));
    assert_eq!(ids(&probe), ["b"]);
    assert_eq!(claim(&mut world, MAX, noon(10)), [], "one at a time");
    let sent = DeliveryState::Sent { at: noon(10) };
    settle(&mut world, probe[0].number, sent, &EndpointHealth::Well, noon(10));
    assert_eq!(ids(&claim(&mut world, MAX, noon(10))), ["c", "a"], "also what was to wait");
}

#[test]
fn one_that_is_off_gets_nothing_until_its_owner_says_so_or_it_leads_elsewhere() {
    let mut world = world();
    tell(&mut world, &["a", "b"], noon(0));
    let first = claim(&mut world, 1, noon(0)).remove(0);
    let off = EndpointHealth::Off { at: noon(0), reason: "410 Gone".into() };
    let dead = DeliveryState::Dead { at: noon(0), reason: "410 Gone".into() };
    settle(&mut world, first.number, dead.clone(), &off, noon(0));
    world.crash();
    world.ledger.declare_endpoints(&[(crm(), "there".into())], noon(1)).unwrap();
    assert_eq!((health(&world), claim(&mut world, MAX, noon(100))), (off.clone(), vec![]));
    assert_eq!(world.ledger.next_dispatch_due().unwrap(), None);
    assert!(world.ledger.resume(&crm(), noon(100)).unwrap());
    assert!(!world.ledger.resume(&"other".into(), noon(100)).unwrap());
    assert_eq!(ids(&claim(&mut world, MAX, noon(100))), ["b"]);
    assert!(world.ledger.revive_dispatch(first.number, noon(100)).unwrap());
    assert!(!world.ledger.revive_dispatch(first.number, noon(100)).unwrap());
    let first = claim(&mut world, MAX, noon(100)).remove(0);
    assert_eq!((first.id.as_str(), first.attempt), ("a", 1));
    settle(&mut world, first.number, dead, &off, noon(100));
    world.ledger.declare_endpoints(&[(crm(), "elsewhere".into())], noon(101)).unwrap();
    assert_eq!(health(&world), EndpointHealth::Well);
}

#[test]
fn a_replay_tells_again_under_the_same_ids_what_was_sent_but_not_what_is_on_its_way() {
    let mut world = world();
    world.read_articles(&["one"], &["brand"], noon(1));
    world.read_articles(&["two"], &["brand"], noon(5));
    let before = told(&world);
    let upto = fresh(&world, &["brand"], noon(6)).upto;
    let dispatch = |id: &str| NewDispatch { id: id.into(), about: id.into(), payload: id.into() };
    let dispatches: Vec<_> = ["one", "two"].map(dispatch).into();
    let endpoint = crm();
    let mut told_of =
        NewDispatches { endpoint, from: before, upto, dispatches, waiting: Waiting::default() };
    world.ledger.tell(&told_of, noon(6)).unwrap();
    let sent = DeliveryState::Sent { at: noon(6) };
    let first = claim(&mut world, 1, noon(6)).remove(0);
    settle(&mut world, first.number, sent.clone(), &EndpointHealth::Well, noon(6));
    let second = claim(&mut world, 1, noon(6)).remove(0);

    assert!(world.ledger.replay(&crm(), noon(2)).unwrap());
    assert_eq!(found(&fresh(&world, &["brand"], noon(6))), [("brand", "Ozalée: two")]);
    assert!(world.ledger.replay(&crm(), noon(0)).unwrap());
    assert_eq!(found(&fresh(&world, &["brand"], noon(6))).len(), 2);
    assert!(world.ledger.replay(&crm(), noon(50)).unwrap(), "nothing has happened since");
    assert_eq!(told(&world), before);
    told_of.from = told(&world);
    assert_eq!(world.ledger.tell(&told_of, noon(7)).unwrap(), Enqueued::Written);
    let again = claim(&mut world, MAX, noon(7));
    assert_eq!((ids(&again), again[0].attempt), (vec!["one"], 1), "the other is on its way");
    settle(&mut world, second.number, sent, &EndpointHealth::Well, noon(7));
    let shown = world.ledger.dispatches(Some(&crm()), None, 10).unwrap();
    assert_eq!(shown.len(), 2);
}

#[test]
fn a_story_is_told_at_its_sizes_to_who_follows_one_of_its_items() {
    let mut world = world();
    let copies = world.read_articles(&["a", "b", "c", "d"], &["brand"], noon(1));
    let told = |item: ItemId, story: ItemId| Told { item, story, at: noon(1), fingerprint: vec![] };
    let joined: Vec<Told> = copies.iter().map(|item| told(*item, copies[0])).collect();
    let mut record = |after, upto, told: &[Told]| {
        assert!(world.ledger.record_stories(Seq(after), Seq(upto), told, noon(0)).unwrap());
    };
    record(0, 2, &joined[..2]);
    record(2, 3, &joined[2..3]);
    record(3, 4, &joined[3..]);
    record(4, 4, &joined);
    let events = fresh(&world, &["brand"], noon(1)).events;
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!((events[0].kind, events[0].story), (EventKind::StoryGrew, Some(copies[0])));
    assert_eq!(events[0].data, serde_json::json!({"items": 3, "sources": 1, "reached": 3}));
    assert_eq!(fresh(&world, &["recall"], noon(1)).events, []);
}

#[test]
fn troubles_and_recoveries_of_sources_are_told_once_each() {
    let mut world = world();
    let mut visited = |minutes: i64, standing: Standing| {
        let due = world.claim(noon(minutes));
        let visit = visit(&world.ledger, &due, reading(vec![]), noon(minutes));
        let conclude = |_: &_| Conclusion {
            standing: standing.clone(),
            ..Conclusion::come_again(visit.next_check)
        };
        world.ledger.record_concluded(&visit, conclude, noon(minutes)).unwrap();
    };
    let ill = Standing::Trouble {
        ailment: Ailment::Emptied,
        reason: "nothing is there".into(),
        since: noon(2),
    };
    for (minutes, standing) in [
        (1, Standing::Well),
        (2, ill.clone()),
        (3, Standing::Doubtful),
        (4, ill.clone()),
        (5, Standing::Well),
        (6, Standing::Well),
        (7, ill),
    ] {
        visited(minutes, standing);
    }
    let events = fresh(&world, &[], noon(8)).events;
    let told: Vec<_> = events.iter().map(|event| (event.kind, event.at)).collect();
    let (troubled, recovered) = (EventKind::SourceTroubled, EventKind::SourceRecovered);
    assert_eq!(told, [(troubled, noon(2)), (recovered, noon(5)), (troubled, noon(7))]);
    let source = serde_json::json!({"id": "gazette", "name": "The gazette"});
    let trouble = serde_json::json!({
        "code": "emptied", "reason": "nothing is there", "since": "2026-03-01T12:02:00Z",
    });
    let expect = serde_json::json!({"source": source, "trouble": trouble});
    assert_eq!((&events[0].data, &events[1].data), (&expect, &expect));
}

#[test]
fn a_digest_is_told_once_none_of_its_mails_waits() {
    let mut world = world();
    world.read_articles(&["one"], &["brand"], noon(1));
    let deliveries = ["a", "b"].map(|to| NewDelivery {
        recipient: to.into(),
        channel: Channel::Mail,
        message_id: format!("<{to}@x>"),
        payload: "letter".into(),
        severity: Some(model::Severity::Info),
    });
    let since = world.ledger.subscriptions().unwrap()[0].told;
    let digest = NewDigest { deliveries: deliveries.into(), ..digest(since, Seq(1), noon(2)) };
    world.ledger.enqueue(&digest, noon(2)).unwrap();
    let mails = world.ledger.claim_deliveries(noon(2), 10, LEASE, |_| None).unwrap();
    world.ledger.settle(mails[0].id, &DeliveryState::Sent { at: noon(3) }, None).unwrap();
    assert_eq!(fresh(&world, &[], noon(3)).events, []);
    let dead = DeliveryState::Dead { at: noon(4), reason: "550".into() };
    world.ledger.settle(mails[1].id, &dead, None).unwrap();
    let events = fresh(&world, &[], noon(4)).events;
    assert_eq!((events.len(), events[0].kind, events[0].at), (1, EventKind::DigestSent, noon(4)));
    let expect = serde_json::json!({
        "digest": 1, "subscription": "press", "period_end": "2026-03-01T12:02:00Z",
        "recipients": 1, "given_up": 1,
    });
    assert_eq!(events[0].data, expect);
}

#[test]
fn a_question_whether_somebody_wants_a_digest_is_no_digest() {
    let told = |mails: &[(&str, Option<model::Severity>)], settled: &[usize]| {
        let mut world = world();
        world.read_articles(&["one"], &["brand"], noon(1));
        let deliveries = mails.iter().map(|(to, severity)| NewDelivery {
            recipient: (*to).to_owned(),
            channel: Channel::Mail,
            message_id: format!("<{to}@x>"),
            payload: "letter".into(),
            severity: *severity,
        });
        let since = world.ledger.subscriptions().unwrap()[0].told;
        let deliveries = deliveries.collect();
        let digest = NewDigest { deliveries, ..digest(since, Seq(1), noon(2)) };
        world.ledger.enqueue(&digest, noon(2)).unwrap();
        let claimed = world.ledger.claim_deliveries(noon(2), 10, LEASE, |_| None).unwrap();
        for mail in settled {
            let mail = claimed.iter().find(|it| it.recipient == mails[*mail].0).unwrap();
            world.ledger.settle(mail.id, &DeliveryState::Sent { at: noon(3) }, None).unwrap();
        }
        let events = fresh(&world, &[], noon(4)).events;
        events.iter().map(|event| event.data["recipients"].as_u64().unwrap()).collect::<Vec<u64>>()
    };
    let mail = |to| (to, Some(model::Severity::Info));
    let question = |to| (to, None);
    assert_eq!(told(&[question("a"), question("b")], &[0, 1]), [0_u64; 0]);
    assert_eq!(told(&[mail("a"), question("b")], &[0, 1]), [1], "one was sent");
    assert_eq!(told(&[mail("a"), question("b")], &[0]), [1], "a question keeps nobody waiting");
    assert_eq!(told(&[mail("a"), question("b")], &[1]), [0_u64; 0], "the mail still waits");
}

#[test]
fn what_was_told_long_ago_is_forgotten_unless_somebody_was_not_told() {
    let mut world = world();
    let due = world.claim(noon(1));
    let failed = Outcome::Failed { reason: "500".into(), missing: false, ends_round: true };
    let visit = visit(&world.ledger, &due, failed, noon(1));
    let conclude = |_: &_| Conclusion {
        standing: Standing::Trouble {
            ailment: Ailment::Unreachable,
            reason: "500".into(),
            since: noon(1),
        },
        ..Conclusion::come_again(visit.next_check)
    };
    world.ledger.record_concluded(&visit, conclude, noon(1)).unwrap();
    tell(&mut world, &["a", "b"], noon(1));
    let first = claim(&mut world, 1, noon(1)).remove(0);
    let sent = DeliveryState::Sent { at: noon(1) };
    settle(&mut world, first.number, sent, &EndpointHealth::Well, noon(1));
    let later = noon(1) + TimeDelta::minutes(1);
    assert_eq!(world.ledger.forget_told(noon(1), 10).unwrap(), 0);
    assert_eq!(world.ledger.forget_told(later, 10).unwrap(), 1, "the dispatch alone");
    let from = told(&world);
    let upto = fresh(&world, &[], later).upto;
    let told = NewDispatches {
        endpoint: crm(),
        from,
        upto,
        dispatches: vec![],
        waiting: Waiting::default(),
    };
    world.ledger.tell(&told, later).unwrap();
    assert_eq!(world.ledger.forget_told(later, 10).unwrap(), 1, "the event, too");
    assert_eq!(fresh(&world, &[], later).upto, upto, "its number does not come back");
    assert_eq!(ids(&claim(&mut world, MAX, later)), ["b"]);
    assert_eq!(world.ledger.endpoints().unwrap()[0].dispatches.sent, 1);
}

#[test]
fn signals_are_told_to_who_follows_their_query_and_so_is_their_end() {
    let mut world = world();
    let mut after = None;
    let mut assess = |world: &mut World, minutes, turn, is_news| {
        let event = NewSignalEvent {
            kind: SignalKind::Rise,
            turn,
            onset: noon(-60),
            opened: noon(0),
            last: noon(minutes),
            peak_days: 40.0,
            is_news,
            evidence: Some(format!("{{\"observed\":{minutes}}}")),
            severity: model::Severity::Warning,
        };
        let assessment = NewAssessment {
            query: "brand".into(),
            edition: 1,
            settings: String::new(),
            after,
            upto: noon(minutes),
            head: Seq(0),
            lives: "{}".into(),
            begins_anew: false,
            states: None,
            events: vec![event],
            lasting: Vec::new(),
        };
        assert!(world.ledger.record_assessment(&assessment, noon(minutes)).unwrap());
        after = Some(noon(minutes));
    };
    assess(&mut world, 5, SignalTurn::Opened, true);
    assess(&mut world, 10, SignalTurn::Grew, true);
    assess(&mut world, 15, SignalTurn::Grew, false);
    let signal = SignalId(1);
    world.ledger.acknowledge_signal(signal, "Zoé", noon(16)).unwrap();
    assess(&mut world, 20, SignalTurn::Ended, false);
    let told = fresh(&world, &["brand"], noon(21)).events;
    let kinds: Vec<_> = told.iter().map(|event| (event.kind, event.at)).collect();
    let expect = [
        (EventKind::SignalOpened, noon(5)),
        (EventKind::SignalGrew, noon(10)),
        (EventKind::SignalEnded, noon(20)),
    ];
    assert_eq!(kinds, expect);
    let told_as =
        serde_json::json!({"signal": 1, "severity": "warning", "evidence": {"observed": 5}});
    assert_eq!(told[0].data, told_as);
    assert_eq!(told[0].query, Some("brand".into()));
    assert_eq!(fresh(&world, &["recall"], noon(21)).events, []);
}

#[test]
fn a_notice_to_the_owner_is_a_mail_of_the_same_transaction() {
    let mut world = world();
    tell(&mut world, &["a"], noon(0));
    let claimed = claim(&mut world, 1, noon(0)).remove(0);
    let off = EndpointHealth::Off { at: noon(1), reason: "410".into() };
    let notice = NewDelivery {
        recipient: "owner".into(),
        channel: Channel::Mail,
        message_id: "<off@x>".into(),
        payload: "letter".into(),
        severity: None,
    };
    let dead = DeliveryState::Dead { at: noon(1), reason: "410".into() };
    let settled = Settled { endpoint: crm(), number: claimed.number, state: dead, failure: None };
    let upshot = |_: usize, _: &_| Upshot { health: off.clone(), notice: Some(notice.clone()) };
    world.ledger.settle_dispatches(&[settled], upshot, noon(1)).unwrap();
    let mails = world.ledger.claim_deliveries(noon(1), 10, LEASE, |_| None).unwrap();
    assert_eq!((mails.len(), mails[0].payload.as_str()), (1, "letter"));
    let state = world.ledger.endpoints().unwrap().remove(0);
    assert_eq!((state.health, state.noticed), (off.clone(), Some(noon(1))));
    world.ledger.settle(mails[0].id, &DeliveryState::Sent { at: noon(1) }, None).unwrap();
    assert_eq!(fresh(&world, &[], noon(1)).events, [], "it is no digest");
}

#[test]
fn an_item_that_very_many_queries_find_is_told_of_all_of_them() {
    let names: Vec<String> = (0..250).map(|n| format!("q{n:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut world = World::new(&names);
    world.ledger.declare_endpoints(&[(crm(), "there".into())], noon(0)).unwrap();
    while let Some(run) = world.ledger.history_due().unwrap() {
        world.ledger.record_history(&run, run.until, &[], noon(0)).unwrap();
    }
    world.read_articles(&["one"], &names, noon(1));
    world.read_articles(&["two"], &names[..1], noon(2));
    let fresh = fresh(&world, &names, noon(9));
    assert_eq!((fresh.hits.len(), fresh.upto.hits, fresh.is_full), (250, Seq(1), true));
    let told: std::collections::BTreeSet<&str> =
        fresh.hits.iter().map(|hit| hit.query.as_str()).collect();
    assert_eq!(told.len(), 250, "each once");
    assert!(!fresh.hits[0].mention.item.item.text.is_empty());
    assert!(fresh.hits[249].mention.item.item.text.is_empty(), "it stands with the first");
}

#[test]
fn what_waits_for_an_endpoint_that_is_gone_is_given_up() {
    let mut world = world();
    tell(&mut world, &["a", "b"], noon(1));
    assert_eq!(world.ledger.declare_endpoints(&[(crm(), "there".into())], noon(2)).unwrap(), []);
    let given_up = world.ledger.declare_endpoints(&[], noon(3)).unwrap();
    assert_eq!(given_up, [(crm(), 2)]);
    assert_eq!(world.ledger.declare_endpoints(&[], noon(4)).unwrap(), [], "it is told once");
    let dead = world.ledger.dispatches(None, Some("dead"), MAX).unwrap();
    assert_eq!(dead.len(), 2);
    assert!(dead[0].reason.as_deref().unwrap().contains("no longer in the configuration"));
    world.ledger.declare_endpoints(&[(crm(), "there".into())], noon(5)).unwrap();
    assert!(claim(&mut world, MAX, noon(6)).is_empty(), "it stays so when it returns");
    assert!(world.ledger.revive_dispatch(dead[0].number, noon(7)).unwrap());
    assert_eq!(claim(&mut world, MAX, noon(8)).len(), 1, "unless somebody wants it");
}
