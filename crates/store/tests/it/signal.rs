//! Counts by bucket, what had been read by then, and signals with their log and deliveries.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use model::SignalTurn::{Acknowledged, Ended, Grew, Opened};
use model::{
    Item, QueryName, Rating, Severity, SignalId, SignalKind, SignalTurn, Timestamp, ToneReading,
};
use store::{
    Counts, Gap, HitTone, NewAssessment, NewSignalEvent, Outcome, Seen, SignalsAsked, States,
    Turned, Undated, Visit,
};

use crate::world::{World, article, at, found, noon, visit};

const HOUR: Duration = Duration::from_hours(1);

fn brand() -> QueryName {
    "brand".into()
}

fn dated(name: &str, published: &str) -> Item {
    Item { published: Some(at(published)), ..article(name) }
}

fn counts(world: &World) -> Vec<Counts> {
    let times = (noon(-100_000), noon(100_000));
    world.ledger.counts(&brand(), None, times, HOUR, &[]).unwrap().0
}

fn fail(world: &mut World, now: Timestamp) {
    let due = world.claim(now);
    let outcome = Outcome::Failed { reason: "503".into(), missing: false, ends_round: true };
    let failed: Visit = visit(&world.ledger, &due, outcome, now);
    world.ledger.record_fetch(&failed, now).unwrap();
}

fn assessment(after: Option<Timestamp>, upto: Timestamp) -> NewAssessment {
    NewAssessment {
        query: brand(),
        edition: 1,
        settings: "as usual".into(),
        after,
        upto,
        head: model::Seq(0),
        lives: "{}".into(),
        begins_anew: false,
        states: None,
        events: Vec::new(),
        lasting: Vec::new(),
    }
}

fn event(turn: SignalTurn) -> NewSignalEvent {
    NewSignalEvent {
        kind: SignalKind::Rise,
        turn,
        onset: noon(-60),
        opened: noon(0),
        last: noon(0),
        peak_days: 40.0,
        is_news: true,
        evidence: (turn != Ended).then(|| "{\"observed\":9}".into()),
        severity: Severity::Warning,
    }
}

fn settled(world: &World) -> Option<Timestamp> {
    let assessed = world.ledger.assessed().unwrap();
    assessed[0].last.as_ref().expect("the query was assessed").settled
}

#[test]
fn findings_are_counted_in_the_bucket_that_their_items_date_from() {
    let mut world = World::new(&["brand", "recall"]);
    let rating = Rating::new(2000, 1000, 5000);
    let mut review = dated("two", "2026-03-01T09:59:00Z");
    review.author = Some("Zoé".into());
    review.details.rating = rating;
    world.read(
        vec![
            found(dated("one", "2026-03-01T09:00:00Z"), &["brand", "recall"]),
            found(review, &["brand"]),
            found(dated("three", "2026-03-01T11:30:00Z"), &["brand"]),
            found(dated("other", "2026-03-01T11:30:00Z"), &["recall"]),
        ],
        noon(0),
    );
    let items = world.ledger.items_after(model::Seq(0), 9).unwrap();
    let reading = |tone| ToneReading { tone, score: 0.0, confidence: 0.9, words: Vec::new() };
    let tones: Vec<HitTone> = [Some(model::Tone::Negative), Some(model::Tone::Neutral), None]
        .into_iter()
        .zip(&items)
        .map(|(tone, item)| HitTone {
            query: brand(),
            item: item.id,
            seq: item.seq,
            reading: reading(tone),
        })
        .collect();
    world.ledger.record_tones(&tones).unwrap();

    let times = (at("2026-03-01T09:00:00Z"), at("2026-03-01T12:00:00Z"));
    let theme = QueryName::new("recall");
    let (counts, undated) = world.ledger.counts(&brand(), Some(&theme), times, HOUR, &[]).unwrap();
    let nine = Counts {
        start: at("2026-03-01T09:00:00Z"),
        items: 2,
        stories: 2,
        authors: 1,
        sources: 1,
        toned: 2,
        negative: 1,
        rated: 1,
        withheld: 0.75,
        themed: 1,
    };
    let eleven = Counts {
        start: at("2026-03-01T11:00:00Z"),
        items: 1,
        stories: 1,
        sources: 1,
        ..Counts::default()
    };
    assert_eq!(counts, [nine, eleven]);
    assert_eq!(undated, []);
    let only_nine = (times.0, at("2026-03-01T11:30:00Z"));
    assert_eq!(world.ledger.counts(&brand(), None, only_nine, HOUR, &[]).unwrap().0.len(), 1);
    assert_eq!(world.ledger.counts(&brand(), None, times, HOUR, &[1]).unwrap().0, []);
}

#[test]
fn an_item_without_a_date_came_between_two_readings() {
    let mut world = World::new(&["brand"]);
    let undated = |name| Item { published: None, ..article(name) };
    // At the first reading nobody knows how old it is; and minutes later it is that hour's.
    world.read(vec![found(undated("old"), &["brand"])], noon(0));
    world.read(vec![found(undated("prompt"), &["brand"])], noon(30));
    world.read(vec![found(undated("late"), &["brand"])], noon(300));
    let times = (noon(-600), noon(600));
    let (counts, between) = world.ledger.counts(&brand(), None, times, HOUR, &[]).unwrap();
    assert_eq!(counts.iter().map(|bucket| bucket.items).collect::<Vec<_>>(), [2, 0]);
    assert_eq!(between, [Undated { after: noon(30), until: noon(300) }]);
}

#[test]
fn what_a_source_said_while_it_was_not_read_does_not_count() {
    let mut world = World::new(&["brand"]);
    world.read(vec![found(dated("one", "2026-03-01T11:00:00Z"), &["brand"])], noon(0));
    fail(&mut world, noon(60));
    fail(&mut world, noon(120));
    let seen = |until| [Seen { source: 1, since: noon(0), until, is_retired: false }];
    assert_eq!(world.ledger.seen().unwrap(), seen(noon(0)));
    let found_there = world.ledger.findings_by_source(&brand(), noon(-600)).unwrap();
    assert_eq!(found_there, [(1, 1)].into());

    world.read(vec![found(dated("two", "2026-03-01T14:00:00Z"), &["brand"])], noon(180));
    assert_eq!(
        world.ledger.gaps(noon(0)).unwrap(),
        [Gap { source: 1, since: noon(0), until: noon(180) }]
    );
    assert_eq!(counts(&world).len(), 1, "14:00 lies in the gap");
    assert_eq!(world.ledger.seen().unwrap(), seen(noon(180)));
    // One that failed for a moment has no gap.
    fail(&mut world, noon(240));
    world.read(Vec::new(), noon(250));
    assert_eq!(world.ledger.gaps(noon(0)).unwrap().len(), 1);

    world.ledger.note_absence(noon(300), noon(900)).unwrap();
    assert_eq!(world.ledger.gaps(noon(300)).unwrap().len(), 1);
}

#[test]
fn states_are_of_no_use_once_something_older_is_counted() {
    let mut world = World::new(&["brand"]);
    world.read(vec![found(dated("one", "2026-03-01T11:00:00Z"), &["brand"])], noon(0));
    assert_eq!(world.ledger.assessed().unwrap()[0].last, None);

    let states =
        States { settled: at("2026-03-01T10:00:00Z"), series: vec![("items".into(), vec![1, 2])] };
    let first = NewAssessment { states: Some(states), ..assessment(None, noon(0)) };
    assert!(world.ledger.record_assessment(&first, noon(1)).unwrap());
    assert_eq!(settled(&world), Some(at("2026-03-01T10:00:00Z")));
    assert_eq!(world.ledger.series(&brand()).unwrap(), [("items".to_owned(), vec![1, 2])]);

    // What is newer than the states is counted when they are taken up again.
    world.read(vec![found(dated("new", "2026-03-01T10:30:00Z"), &["brand"])], noon(2));
    assert_eq!(settled(&world), Some(at("2026-03-01T10:00:00Z")));
    world.read(vec![found(dated("late", "2026-03-01T09:30:00Z"), &["brand"])], noon(4));
    assert_eq!(settled(&world), None);

    // Without new states it stays so.
    let second = assessment(Some(noon(0)), noon(60));
    assert!(world.ledger.record_assessment(&second, noon(60)).unwrap());
    assert_eq!(settled(&world), None);
    assert!(!world.ledger.record_assessment(&second, noon(61)).unwrap(), "it has moved on");

    world.declare(&[("brand", "another text")], &["press"], noon(62));
    assert_eq!(world.ledger.assessed().unwrap()[0].last, None);
    let third = assessment(Some(noon(60)), noon(120));
    assert!(!world.ledger.record_assessment(&third, noon(120)).unwrap(), "it has another text");
    world.assert_sound();
}

#[test]
fn each_turn_of_a_signal_s_life_is_logged_once() {
    let mut world = World::new(&["brand"]);
    let opened = event(SignalTurn::Opened);
    let first = NewAssessment { events: vec![opened], ..assessment(None, noon(0)) };
    assert!(world.ledger.record_assessment(&first, noon(1)).unwrap());
    assert!(!world.ledger.record_assessment(&first, noon(1)).unwrap());
    world.crash();

    let lasts = NewAssessment {
        lasting: vec![(SignalKind::Rise, noon(60), 55.0)],
        ..assessment(Some(noon(0)), noon(60))
    };
    assert!(world.ledger.record_assessment(&lasts, noon(61)).unwrap());
    let raised = world.ledger.signals(&SignalsAsked::default()).unwrap().remove(0);
    assert_eq!((raised.id, raised.onset, raised.last), (SignalId(1), noon(-60), noon(60)));
    assert!((raised.peak_days - 55.0).abs() < 1e-9 && raised.ended.is_none() && raised.was_news);

    let mut acknowledge =
        |id| world.ledger.acknowledge_signal(SignalId(id), "zoe", noon(70)).unwrap();
    assert_eq!(acknowledge(1), Turned::Acknowledged);
    assert_eq!(acknowledge(1), Turned::Before(noon(70), "zoe".to_owned()));
    assert_eq!(acknowledge(2), Turned::Unknown);

    let grew = NewSignalEvent { peak_days: 2000.0, ..event(SignalTurn::Grew) };
    let worse = NewAssessment { events: vec![grew], ..assessment(Some(noon(60)), noon(120)) };
    assert!(world.ledger.record_assessment(&worse, noon(121)).unwrap());
    let raised = world.ledger.signals(&SignalsAsked::default()).unwrap().remove(0);
    assert_eq!(raised.acknowledged, Some((noon(70), "zoe".to_owned())), "somebody sees to it");

    let crisis =
        NewSignalEvent { peak_days: 9000.0, severity: Severity::Crisis, ..event(SignalTurn::Grew) };
    let worse = NewAssessment { events: vec![crisis], ..assessment(Some(noon(120)), noon(150)) };
    assert!(world.ledger.record_assessment(&worse, noon(151)).unwrap());
    let raised = world.ledger.signals(&SignalsAsked::default()).unwrap().remove(0);
    assert_eq!(raised.acknowledged, None, "a crisis is to be seen again");

    let ends = NewAssessment {
        events: vec![event(SignalTurn::Ended)],
        ..assessment(Some(noon(150)), noon(180))
    };
    assert!(world.ledger.record_assessment(&ends, noon(181)).unwrap());
    let only_open = SignalsAsked { only_open: true, ..SignalsAsked::default() };
    assert_eq!(world.ledger.signals(&only_open).unwrap(), []);

    let told = world.ledger.signal_events_after(0, 9).unwrap();
    let turns: Vec<SignalTurn> = told.iter().map(|event| event.turn).collect();
    assert_eq!(turns, [Opened, Acknowledged, Grew, Grew, Ended]);
    let severities: Vec<Severity> = told.iter().map(|event| event.severity).collect();
    let (warning, crisis) = (Severity::Warning, Severity::Crisis);
    assert_eq!(severities, [warning, warning, warning, crisis, crisis]);
    assert!(told.iter().all(|event| event.evidence == "{\"observed\":9}"));
    assert_eq!(world.ledger.signal_events_after(told[2].number, 9).unwrap().len(), 2);
    world.assert_sound();
}

#[test]
fn signals_are_asked_for_by_query_and_time() {
    let mut world = World::new(&["brand", "other"]);
    let opens = NewAssessment {
        events: vec![event(SignalTurn::Opened), event(SignalTurn::Ended)],
        ..assessment(None, noon(0))
    };
    assert!(world.ledger.record_assessment(&opens, noon(1)).unwrap());
    let asked = |query: Option<&str>, since: Option<Timestamp>| {
        let asked = SignalsAsked { query: query.map(QueryName::new), since, only_open: false };
        world.ledger.signals(&asked).unwrap().len()
    };
    assert_eq!(asked(Some("brand"), None), 1);
    assert_eq!(asked(Some("other"), None), 0);
    assert_eq!(asked(None, Some(noon(-1))), 1);
    assert_eq!(asked(None, Some(noon(0) + TimeDelta::seconds(1))), 0);
}

#[test]
fn signals_of_a_query_that_is_gone_or_has_another_text_end() {
    let mut world = World::new(&["brand"]);
    let opens =
        NewAssessment { events: vec![event(SignalTurn::Opened)], ..assessment(None, noon(0)) };
    assert!(world.ledger.record_assessment(&opens, noon(1)).unwrap());
    assert_eq!(world.ledger.end_orphans(noon(2)).unwrap(), 0);
    world.declare(&[("brand", "another text")], &["press"], noon(3));
    assert_eq!(world.ledger.end_orphans(noon(4)).unwrap(), 1);
    assert_eq!(world.ledger.end_orphans(noon(5)).unwrap(), 0);
    let told = world.ledger.signal_events_after(0, 9).unwrap();
    assert_eq!((told[1].turn, told[1].is_news), (SignalTurn::Ended, false));
}

#[test]
fn who_has_seen_a_signal_has_seen_its_matter_and_what_an_edited_query_raises_of_it() {
    let mut world = World::new(&["brand"]);
    let slow = NewSignalEvent { kind: SignalKind::Slow, ..event(SignalTurn::Opened) };
    let silence = NewSignalEvent { kind: SignalKind::Silence, ..slow.clone() };
    let events = vec![event(SignalTurn::Opened), slow, silence];
    let opens = NewAssessment { events, ..assessment(None, noon(0)) };
    assert!(world.ledger.record_assessment(&opens, noon(1)).unwrap());
    world.ledger.acknowledge_signal(SignalId(1), "zoe", noon(2)).unwrap();
    let seen = |world: &World| {
        let raised = world.ledger.signals(&SignalsAsked::default()).unwrap();
        let seen = raised.iter().filter(|one| one.acknowledged.is_some());
        seen.map(|one| one.id.0).collect::<BTreeSet<u64>>()
    };
    assert_eq!(seen(&world), [1, 2].into(), "a rise and its slow side");

    world.declare(&[("brand", "another text")], &["press"], noon(3));
    world.ledger.end_orphans(noon(3)).unwrap();
    let assessed = world.ledger.assessed().unwrap();
    assert_eq!((&assessed[0].last, assessed[0].former), (&None, Some(noon(0))));
    let again = NewSignalEvent { opened: noon(-15), is_news: false, ..event(SignalTurn::Opened) };
    let later = NewSignalEvent {
        onset: noon(50),
        opened: noon(60),
        is_news: false,
        ..event(SignalTurn::Opened)
    };
    let edition = assessed[0].edition;
    let raised =
        NewAssessment { edition, events: vec![again, later], ..assessment(None, noon(60)) };
    assert!(world.ledger.record_assessment(&raised, noon(61)).unwrap());
    assert_eq!(seen(&world), [1, 2, 4].into(), "the same again, and not what came later");
}
