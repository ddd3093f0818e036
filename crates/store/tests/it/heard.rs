//! What subscriptions are told of signals: each turn once, whatever waits and whoever dies half-way.

use std::time::Duration;

use model::{Channel, QueryName, Severity, SignalId, SignalKind, SignalTurn, Timestamp};
use store::{
    Enqueued, Listener, NewAssessment, NewDelivery, NewDispatches, NewSignalEvent, NewSignalLetter,
    SignalsWanted, ToldSignal, Untold, Waiting,
};

use crate::world::{World, noon};

/// Writes a turn of the signal of a query, at a minute, as it stands by then.
fn turn(world: &mut World, query: &str, turn: SignalTurn, severity: Severity, minute: i64) {
    let name = QueryName::new(query);
    let assessed = world.ledger.assessed().unwrap();
    let row = assessed.iter().find(|row| row.query == name).unwrap();
    let event = NewSignalEvent {
        kind: SignalKind::Rise,
        turn,
        onset: noon(-60),
        opened: noon(0),
        last: noon(minute),
        peak_days: 40.0,
        is_news: true,
        evidence: Some(format!("{{\"minute\":{minute}}}")),
        severity,
    };
    let assessment = NewAssessment {
        query: name,
        edition: row.edition,
        settings: "as usual".into(),
        after: row.last.as_ref().map(|last| last.upto),
        upto: noon(minute),
        head: model::Seq(0),
        lives: "{}".into(),
        begins_anew: false,
        states: None,
        events: vec![event],
        lasting: Vec::new(),
    };
    assert!(world.ledger.record_assessment(&assessment, noon(minute)).unwrap());
}

/// What a subscription that wants all was not told.
struct Seen {
    listener: Listener,
    signals: Vec<Untold>,
    waits: Option<u64>,
}

fn look(world: &World, subscription: &str, queries: &[&str], max: usize) -> Option<Seen> {
    look_at_open(world, subscription, (queries, &Severity::ALL), max)
}

/// The same where only some of it may be told.
fn look_at_open(
    world: &World,
    subscription: &str,
    (queries, severities): (&[&str], &[Severity]),
    max: usize,
) -> Option<Seen> {
    let listener = world.ledger.listener(&subscription.into()).unwrap()?;
    let open: Vec<QueryName> = queries.iter().map(|query| QueryName::new(*query)).collect();
    let wanted = SignalsWanted {
        queries: &[QueryName::new("brand"), QueryName::new("other")],
        severities: &Severity::ALL,
        open_queries: &open,
        open_severities: severities,
    };
    let told = listener.told;
    let untold = world.ledger.untold_signals(&subscription.into(), told, &wanted, max).unwrap();
    Some(Seen { listener, signals: untold.signals, waits: untold.waits })
}

fn untold(world: &World) -> Seen {
    look(world, "press", &["brand", "other"], 99).unwrap()
}

fn told(untold: &Untold) -> ToldSignal {
    let signal = &untold.signal;
    ToldSignal { signal: signal.id, entry: untold.entry, severity: signal.severity }
}

fn tell(world: &mut World, told: &[ToldSignal], upto: u64, now: Timestamp) -> Enqueued {
    let revision = untold(world).listener.revision;
    let delivery = |told: &ToldSignal| NewDelivery {
        recipient: "Anne <Anne@ozalee.example>".into(),
        channel: Channel::Mail,
        message_id: format!("<{}-{}@x>", told.signal, told.entry),
        payload: "{}".into(),
        severity: Some(model::Severity::Info),
    };
    let letter = NewSignalLetter {
        subscription: "press".into(),
        revision,
        upto,
        told: told.to_vec(),
        passed: Vec::new(),
        deliveries: told.iter().map(|told| (delivery(told), vec![*told])).collect(),
    };
    world.ledger.tell_signals(&letter, now).unwrap()
}

#[test]
fn a_signal_waits_while_another_is_told_and_each_turn_is_told_once() {
    let mut world = World::new(&["brand", "other"]);
    turn(&mut world, "brand", SignalTurn::Opened, Severity::Warning, 1);
    turn(&mut world, "other", SignalTurn::Opened, Severity::Crisis, 2);
    let first = untold(&world);
    let queries: Vec<&str> = first.signals.iter().map(|one| one.signal.query.as_str()).collect();
    assert_eq!(queries, ["other", "brand"], "the crisis first");
    assert_eq!((first.listener.told, first.listener.last, first.waits), (0, 2, None));
    assert!(first.signals.iter().all(|one| one.heard.is_none() && !one.grew));

    // The crisis is told; the warning, which stands before it, waits.
    assert_eq!(tell(&mut world, &[told(&first.signals[0])], 0, noon(3)), Enqueued::Written);
    world.crash();
    let second = untold(&world);
    assert_eq!(second.signals.len(), 1);
    assert_eq!((second.signals[0].signal.query.as_str(), second.listener.told), ("brand", 0));
    assert_eq!(second.listener.letter_at, Some(noon(3)));
    turn(&mut world, "brand", SignalTurn::Grew, Severity::Crisis, 4);
    let grown = untold(&world).signals.remove(0);
    assert_eq!((grown.first, grown.entry, grown.since, grown.grew), (1, 3, noon(1), true));
    assert_eq!(grown.signal.severity, Severity::Crisis);
    assert_eq!(grown.signal.evidence, "{\"minute\":4}", "as it stands by now");

    assert_eq!(tell(&mut world, &[told(&grown)], 3, noon(5)), Enqueued::Written);
    let nothing = untold(&world);
    assert_eq!((nothing.signals.len(), nothing.listener.told, nothing.listener.last), (0, 3, 3));
    turn(&mut world, "other", SignalTurn::Grew, Severity::Crisis, 6);
    let again = untold(&world).signals.remove(0);
    assert_eq!(again.heard.map(|heard| (heard.entry, heard.severity)), Some((2, Severity::Crisis)));
    // Its end alone is nothing to tell.
    assert_eq!(tell(&mut world, &[told(&again)], 4, noon(7)), Enqueued::Written);
    turn(&mut world, "other", SignalTurn::Ended, Severity::Crisis, 8);
    assert_eq!(untold(&world).signals, []);
    world.assert_sound();
}

#[test]
fn what_was_told_meanwhile_is_not_told_again_by_who_looked_before() {
    let mut world = World::new(&["brand", "other"]);
    turn(&mut world, "brand", SignalTurn::Opened, Severity::Warning, 1);
    let seen = untold(&world);
    let letter = |revision| NewSignalLetter {
        subscription: "press".into(),
        revision,
        upto: 1,
        told: vec![told(&seen.signals[0])],
        passed: Vec::new(),
        deliveries: Vec::new(),
    };
    assert_eq!(
        world.ledger.tell_signals(&letter(seen.listener.revision), noon(2)).unwrap(),
        Enqueued::Written
    );
    let again = world.ledger.tell_signals(&letter(seen.listener.revision), noon(2)).unwrap();
    assert_eq!(again, Enqueued::AlreadyTold);
    world.declare(&[("brand", "ozalee")], &[], noon(3));
    let revision = seen.listener.revision + 1;
    let retired = world.ledger.tell_signals(&letter(revision), noon(4)).unwrap();
    assert_eq!(retired, Enqueued::AlreadyTold, "there is no such subscription any more");
}

#[test]
fn a_new_or_returned_subscription_hears_of_what_happens_from_then_on() {
    let mut world = World::new(&["brand", "other"]);
    turn(&mut world, "brand", SignalTurn::Opened, Severity::Warning, 1);
    let queries = [("brand", "ozalee"), ("other", "ozalee")];
    world.declare(&queries, &["press", "late"], noon(2));
    let of = |world: &World| look(world, "late", &["brand"], 9).map(|seen| seen.signals);
    assert_eq!(of(&world).unwrap(), []);
    turn(&mut world, "brand", SignalTurn::Grew, Severity::Crisis, 3);
    assert_eq!(of(&world).unwrap().len(), 1);
    assert_eq!(untold(&world).signals.len(), 1, "press has waited all the while");
    world.declare(&queries, &["press"], noon(4));
    assert_eq!(of(&world), None);
    world.declare(&queries, &["press", "late"], noon(5));
    assert_eq!(of(&world).unwrap(), []);
}

#[test]
fn what_lasts_and_nobody_acknowledged_can_be_told_again() {
    let mut world = World::new(&["brand", "other"]);
    turn(&mut world, "brand", SignalTurn::Opened, Severity::Warning, 1);
    let first = untold(&world).signals.remove(0);
    tell(&mut world, &[told(&first)], 1, noon(2));
    let lasting = |world: &World, before| {
        let names = [QueryName::new("brand")];
        world.ledger.lasting_signals(&"press".into(), &names, before).unwrap().len()
    };
    assert_eq!((lasting(&world, noon(1)), lasting(&world, noon(2))), (0, 1));
    let acknowledgements = |world: &World| {
        let names = [QueryName::new("brand")];
        world.ledger.acknowledgements(&"press".into(), &names).unwrap()
    };
    assert_eq!(acknowledgements(&world), []);
    world.ledger.acknowledge_signal(SignalId(1), "zoe", noon(3)).unwrap();
    assert_eq!(lasting(&world, noon(9)), 0);
    let said = acknowledgements(&world).remove(0);
    assert_eq!((said.person.as_str(), said.at, said.entry), ("zoe", noon(3), 2));
}

#[test]
fn who_was_told_is_known_by_address_and_a_letter_of_the_same_name_is_written_once() {
    let mut world = World::new(&["brand", "other"]);
    turn(&mut world, "brand", SignalTurn::Opened, Severity::Warning, 1);
    let first = untold(&world).signals.remove(0);
    let warned = |world: &World| {
        world.ledger.warned("ANNE@ozalee.example", &[SignalId(1), SignalId(2)]).unwrap()
    };
    assert!(warned(&world).is_empty());
    tell(&mut world, &[told(&first)], 1, noon(2));
    let is_told = told(&first);
    assert_eq!((is_told.entry, is_told.severity), (1, Severity::Warning));
    assert_eq!(warned(&world), [(SignalId(1), is_told)].into());
    // Told once more by the same name, it stays one letter.
    tell(&mut world, &[told(&first)], 1, noon(3));
    let hour = Duration::from_hours(1);
    assert_eq!(world.ledger.claim_deliveries(noon(4), 9, hour, |_| None).unwrap().len(), 1);
}

#[test]
fn an_endpoint_knows_of_the_crises_that_it_was_told_of_itself() {
    let mut world = World::new(&["brand", "other"]);
    let rooms = ["told", "new"].map(|id| (model::EndpointId::new(id), "there".to_owned()));
    world.ledger.declare_endpoints(&rooms, noon(0)).unwrap();
    for query in ["brand", "other"] {
        turn(&mut world, query, SignalTurn::Opened, Severity::Crisis, 1);
    }
    let told = |world: &World, room: usize| world.ledger.crises_told(&rooms[room].0).unwrap();
    let (from, _) = world.ledger.queue(&rooms[0].0, 9).unwrap().unwrap();
    let upto = model::Cursor { events: 2, ..from };
    let endpoint = rooms[0].0.clone();
    // There is no ninth.
    let crises = vec![SignalId(1), SignalId(2), SignalId(9)];
    let waiting = Waiting { crises, ..Waiting::default() };
    let tell = NewDispatches { endpoint, from, upto, dispatches: Vec::new(), waiting };
    let stale = NewDispatches { from: upto, ..tell.clone() };
    assert_eq!(world.ledger.tell(&stale, noon(2)).unwrap(), Enqueued::AlreadyTold);
    assert_eq!(told(&world, 0), []);
    assert_eq!(world.ledger.tell(&tell, noon(2)).unwrap(), Enqueued::Written);
    world.crash();
    assert_eq!(told(&world, 0), ["brand".into(), "other".into()]);
    assert_eq!(told(&world, 1), []);

    world.ledger.acknowledge_signal(SignalId(1), "zoe", noon(3)).unwrap();
    assert_eq!(told(&world, 0), ["other".into()]);
    // Who returns knows of none.
    world.ledger.declare_endpoints(&rooms[1..], noon(4)).unwrap();
    world.ledger.declare_endpoints(&rooms, noon(5)).unwrap();
    assert_eq!(told(&world, 0), []);
    world.assert_sound();
}

#[test]
fn a_crisis_that_an_endpoint_missed_is_known_until_it_is_told() {
    let mut world = World::new(&["brand", "other"]);
    let room = [(model::EndpointId::new("room"), "there".to_owned())];
    world.ledger.declare_endpoints(&room, noon(0)).unwrap();
    turn(&mut world, "brand", SignalTurn::Opened, Severity::Crisis, 1);
    let endpoint = room[0].0.clone();
    let state = |world: &World| {
        let missed = world.ledger.crises_missed(&endpoint).unwrap();
        let missed: Vec<u64> = missed.into_iter().map(|one| one.id.0).collect();
        (missed, world.ledger.crises_told(&endpoint).unwrap().len())
    };
    let tell = |world: &mut World, waiting: Waiting| {
        let (from, _) = world.ledger.queue(&endpoint, 9).unwrap().unwrap();
        let endpoint = endpoint.clone();
        let tell = NewDispatches { endpoint, from, upto: from, dispatches: Vec::new(), waiting };
        world.ledger.tell(&tell, noon(2)).unwrap();
        world.crash();
    };
    let crises = vec![SignalId(1)];
    tell(&mut world, Waiting { missed: crises.clone(), ..Waiting::default() });
    assert_eq!(state(&world), (vec![1], 0));
    tell(&mut world, Waiting { crises: crises.clone(), ..Waiting::default() });
    assert_eq!(state(&world), (vec![], 1));
    tell(&mut world, Waiting { missed: crises, ..Waiting::default() });
    assert_eq!(state(&world), (vec![], 1), "it knows of it by now");
    assert_eq!(world.ledger.crisis_since(SignalId(1)).unwrap(), Some(noon(1)));
    assert_eq!(world.ledger.crisis_since(SignalId(2)).unwrap(), None);
    world.assert_sound();
}

#[test]
fn what_waits_hides_nothing_behind_it_and_holds_the_place_in_the_log() {
    let mut world = World::new(&["brand", "other"]);
    turn(&mut world, "brand", SignalTurn::Opened, Severity::Warning, 1);
    turn(&mut world, "other", SignalTurn::Opened, Severity::Crisis, 2);
    let seen = |world: &World, open, severities, max| {
        let seen = look_at_open(world, "press", (open, severities), max).unwrap();
        let ids: Vec<u64> = seen.signals.iter().map(|one| one.signal.id.0).collect();
        (ids, seen.waits)
    };
    let (all, crises) = (&Severity::ALL[..], &[Severity::Crisis][..]);
    assert_eq!(seen(&world, &["brand", "other"], crises, 9), (vec![2], Some(1)), "held");
    assert_eq!(seen(&world, &["brand"], all, 9), (vec![1], Some(2)), "muted");
    assert_eq!(seen(&world, &["brand", "other"], all, 1), (vec![2], Some(1)), "too many");
    assert_eq!(seen(&world, &[], all, 9), (vec![], Some(1)));
}

#[test]
fn the_end_and_who_has_seen_to_it_are_no_news() {
    let mut world = World::new(&["brand", "other"]);
    turn(&mut world, "brand", SignalTurn::Opened, Severity::Warning, 1);
    turn(&mut world, "brand", SignalTurn::Grew, Severity::Warning, 2);
    world.ledger.acknowledge_signal(SignalId(1), "zoe", noon(3)).unwrap();
    turn(&mut world, "brand", SignalTurn::Ended, Severity::Warning, 4);
    let one = untold(&world).signals.remove(0);
    assert_eq!((one.first, one.entry, one.grew), (1, 2, true));
    assert!(one.signal.ended.is_some());
    tell(&mut world, &[told(&one)], 0, noon(5));
    assert_eq!(untold(&world).signals, []);
}

#[test]
fn who_was_told_of_what_ended_long_ago_is_forgotten_once_nobody_may_tell_of_it() {
    let mut world = World::new(&["brand", "other"]);
    turn(&mut world, "brand", SignalTurn::Opened, Severity::Warning, 1);
    turn(&mut world, "other", SignalTurn::Opened, Severity::Warning, 2);
    let signals: Vec<ToldSignal> = untold(&world).signals.iter().map(told).collect();
    tell(&mut world, &signals, 0, noon(3));
    turn(&mut world, "brand", SignalTurn::Ended, Severity::Warning, 4);
    let known = |world: &World| {
        let of = [SignalId(1), SignalId(2)];
        let mut known: Vec<_> =
            world.ledger.warned("anne@ozalee.example", &of).unwrap().into_keys().collect();
        known.sort_unstable();
        known
    };
    let forget = |world: &mut World, before| {
        while world.ledger.forget_told(before, 1).unwrap() > 0 {}
        known(world).len()
    };
    assert_eq!(forget(&mut world, noon(9)), 2, "press may still tell of it");
    tell(&mut world, &[], 3, noon(5));
    assert_eq!(forget(&mut world, noon(4)), 2, "it ended just now");
    assert_eq!(forget(&mut world, noon(9)), 1);
    assert_eq!(known(&world), [SignalId(2)], "what lasts stays known");
}
