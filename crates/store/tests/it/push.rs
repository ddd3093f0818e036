//! What is agreed with hubs, and what they push.

use std::time::Duration;

use chrono::TimeDelta;
use model::{Seq, Timestamp};
use store::{
    Declaration, HubAsk, HubOffer, HubState, Kept, Ledger, Outcome, PushRead, RecordError, Sight,
};
use url::Url;

use crate::world::{World, article, found, noon, reading, visit};

const PAUSE: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_mins(10);
const TOPIC: &str = "https://gazette.example/feed";

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn offer(hub: &str) -> HubOffer {
    HubOffer { hub: url(hub), topic: url(TOPIC) }
}

impl World {
    /// Visits the one source, which offers this and has these articles.
    fn visit(&mut self, offer: impl Into<Option<HubOffer>>, names: &[&str], now: Timestamp) {
        let due = self.claim(now);
        let items = names.iter().map(|name| found(article(name), &["brand"])).collect();
        let Outcome::Read { items, problems, validators, moved_to, .. } = reading(items) else {
            unreachable!()
        };
        let sight = Sight { offer: offer.into(), ..Sight::default() };
        let outcome = Outcome::Read { items, problems, validators, moved_to, sight };
        self.ledger.record_fetch(&visit(&self.ledger, &due, outcome, now), now).unwrap();
    }

    fn asks(&mut self, now: Timestamp) -> Vec<HubAsk> {
        let mut drawn = 0;
        let draw = || {
            drawn += 1;
            format!("{}-{drawn}", now.timestamp_millis())
        };
        self.ledger
            .claim_hub_asks(10, PAUSE, draw, |failures, _| PATIENCE * (failures + 1), now)
            .unwrap()
    }

    /// Has the hub push for an hour.
    fn subscribe(&mut self, now: Timestamp) -> HubAsk {
        let mut asks = self.asks(now);
        assert_eq!(asks.len(), 1, "{asks:?}");
        let ask = asks.remove(0);
        assert!(self.confirm(&ask, now));
        ask
    }

    fn confirm(&mut self, ask: &HubAsk, now: Timestamp) -> bool {
        let hour = TimeDelta::hours(1);
        let renewal = now + TimeDelta::minutes(45);
        self.ledger.confirm_push(&ask.token, ask.topic.as_str(), now + hour, renewal).unwrap()
    }

    fn is_pushed(&self, now: Timestamp) -> bool {
        self.ledger.is_pushed(&"gazette".into(), now).unwrap()
    }

    fn push(&mut self, ask: &HubAsk, body: &str, now: Timestamp) -> Kept {
        self.ledger.keep_push(&ask.token, Some("text/xml"), None, body.as_bytes(), now).unwrap()
    }

    fn state(&self) -> Vec<(HubState, u32)> {
        self.ledger.hubs().unwrap().iter().map(|hub| (hub.state, hub.failures)).collect()
    }
}

fn push_read(ledger: &Ledger, number: u64, names: &[&str]) -> PushRead {
    let items = names.iter().map(|name| found(article(name), &["brand"])).collect();
    let queries_version = ledger.queries().unwrap().version;
    PushRead { number, queries_version, items: Some(items), visit: false }
}

#[test]
fn a_hub_is_asked_once_and_again_only_after_growing_pauses() {
    let mut world = World::new(&["brand"]);
    assert_eq!(world.asks(noon(0)), []);
    world.visit(offer("https://hub.example/"), &["one"], noon(0));
    let first = world.asks(noon(0));
    let [ask] = first.as_slice() else { panic!("{first:?}") };
    assert_eq!((ask.hub.as_str(), ask.topic.as_str()), ("https://hub.example/", TOPIC));
    assert!(ask.subscribe && ask.token != ask.secret);
    assert!(!world.is_pushed(noon(0)));
    world.crash();
    // It did not verify: ten minutes, then twenty.
    for (minutes, count) in [(9, 0), (10, 1), (29, 0), (30, 1), (59, 0)] {
        let asks = world.asks(noon(minutes));
        assert_eq!(asks.len(), count, "{minutes}");
        assert!(asks.iter().all(|again| again.token == ask.token && again.secret == ask.secret));
    }
    assert_eq!(world.state(), [(HubState::Offered, 3)]);
    world.ledger.hub_refused(ask.number, "no", Duration::from_hours(5), noon(59)).unwrap();
    assert_eq!(world.asks(noon(60 * 5)).len(), 0, "a hub that asks for patience gets it");
    assert_eq!(world.asks(noon(60 * 6)).len(), 1);
    // A late yes is a yes.
    assert!(world.confirm(ask, noon(361)));
    assert_eq!(world.state(), [(HubState::Live, 0)]);
}

#[test]
fn a_lease_is_renewed_and_one_that_ends_is_noticed() {
    let mut world = World::new(&["brand"]);
    world.visit(offer("https://hub.example/"), &["one"], noon(0));
    let ask = world.subscribe(noon(0));
    assert!(world.is_pushed(noon(59)) && !world.is_pushed(noon(60)));
    assert_eq!(world.asks(noon(44)), []);
    assert_eq!(world.asks(noon(45)).len(), 1, "before the end");
    assert!(world.is_pushed(noon(46)), "it pushes until then");
    assert!(world.confirm(&ask, noon(46)));
    assert!(world.is_pushed(noon(105)));
    // This time the hub does not answer, and the lease ends: the source is visited at once.
    assert_eq!(world.asks(noon(91)).len(), 1);
    world.visit(offer("https://hub.example/"), &["one"], noon(100));
    assert_eq!(world.ledger.next_source_due().unwrap(), Some(noon(101)));
    world.visit(offer("https://hub.example/"), &["one"], noon(105));
    assert_eq!(world.asks(noon(106)).len(), 1, "and the hub is asked when its patience is over");
    assert_eq!(world.state(), [(HubState::Offered, 2)]);
    assert_eq!(world.ledger.next_source_due().unwrap(), Some(noon(106)));
}

#[test]
fn only_what_was_asked_is_confirmed() {
    let mut world = World::new(&["brand"]);
    world.visit(offer("https://hub.example/"), &["one"], noon(0));
    let ask = world.asks(noon(0)).remove(0);
    let mut confirm = |token: &str, topic: &str| {
        world.ledger.confirm_push(token, topic, noon(60), noon(45)).unwrap()
    };
    assert!(!confirm("guessed", TOPIC));
    assert!(!confirm(&ask.token, "https://other.example/"));
    assert!(confirm(&ask.token, TOPIC));
    assert!(!world.ledger.confirm_stop(&ask.token, TOPIC).unwrap());
    assert!(world.is_pushed(noon(1)));
    assert!(
        !world
            .ledger
            .hub_denied(&ask.token, "https://other.example/", "no", noon(99), noon(1))
            .unwrap()
    );
    assert!(world.ledger.hub_denied(&ask.token, TOPIC, "no more", noon(99), noon(1)).unwrap());
    assert!(!world.is_pushed(noon(1)));
    assert_eq!(world.ledger.hubs().unwrap()[0].reason.as_deref(), Some("no more"));
    assert_eq!(world.asks(noon(98)), []);
    assert_eq!(world.asks(noon(99)).len(), 1);
}

#[test]
fn a_pushed_body_is_read_once_and_a_visit_beside_it_changes_nothing() {
    let mut world = World::new(&["brand"]);
    world.visit(offer("https://hub.example/"), &["one"], noon(0));
    let ask = world.subscribe(noon(0));
    // A visit is under way while the hub pushes.
    let due = world.claim(noon(2));
    assert_eq!(world.push(&ask, "<two>", noon(2)), Kept::Kept);
    assert_eq!(world.push(&ask, "<three>", noon(2)), Kept::Kept);
    world.crash();
    let pushed = world.ledger.next_push().unwrap().unwrap();
    assert_eq!((pushed.body.as_slice(), pushed.topic.as_str()), (b"<two>".as_slice(), TOPIC));
    assert_eq!(pushed.due.source.id, "gazette".into());
    let read = push_read(&world.ledger, pushed.number, &["two"]);
    assert_eq!(world.ledger.record_push(&read, noon(2)).unwrap().new, 1);
    assert_eq!(world.ledger.record_push(&read, noon(2)).unwrap().new, 0, "it is gone");

    let items = ["one", "two"].map(|name| found(article(name), &["brand"])).to_vec();
    let visit = visit(&world.ledger, &due, reading(items), noon(3));
    assert_eq!(world.ledger.record_fetch(&visit, noon(3)).unwrap().new, 0);
    let pushed = world.ledger.next_push().unwrap().unwrap();
    let read = push_read(&world.ledger, pushed.number, &["three", "two"]);
    let recorded = world.ledger.record_push(&read, noon(3)).unwrap();
    assert_eq!((recorded.new, recorded.hits), (1, 1));
    assert_eq!(world.ledger.next_push().unwrap(), None);
    assert_eq!(world.ledger.items_after(Seq(0), 10).unwrap().len(), 3);
    world.assert_sound();
}

#[test]
fn what_was_matched_with_former_queries_is_matched_again() {
    let mut world = World::new(&["brand"]);
    world.visit(offer("https://hub.example/"), &["one"], noon(0));
    let ask = world.subscribe(noon(0));
    world.push(&ask, "<two>", noon(1));
    let pushed = world.ledger.next_push().unwrap().unwrap();
    let read = push_read(&world.ledger, pushed.number, &["two"]);
    world.declare(&[("brand", "another")], &[], noon(1));
    let refused = world.ledger.record_push(&read, noon(1)).unwrap_err();
    assert!(matches!(refused, RecordError::QueriesChanged), "{refused:?}");
    assert_eq!(world.ledger.next_push().unwrap().unwrap(), pushed, "it is still there");
}

#[test]
fn what_is_no_feed_has_the_source_visited() {
    let mut world = World::new(&["brand"]);
    world.visit(offer("https://hub.example/"), &["one"], noon(0));
    let ask = world.subscribe(noon(0));
    world.push(&ask, "ping", noon(0));
    let number = world.ledger.next_push().unwrap().unwrap().number;
    let read = PushRead { items: None, ..push_read(&world.ledger, number, &[]) };
    world.ledger.record_push(&read, noon(0) + TimeDelta::seconds(10)).unwrap();
    assert_eq!(world.ledger.next_push().unwrap(), None);
    let due = world.ledger.next_source_due().unwrap().unwrap();
    assert_eq!(due, noon(0) + TimeDelta::seconds(10));
}

#[test]
fn what_is_pushed_during_a_visit_has_the_source_visited_again() {
    let mut world = World::new(&["brand"]);
    world.visit(offer("https://hub.example/"), &[], noon(0));
    let ask = world.subscribe(noon(0));
    let under_way = world.claim(noon(5));
    world.ledger.visit_instead(&ask.token, noon(5)).unwrap();
    let found = reading(vec![]);
    let brought = visit(&world.ledger, &under_way, found, noon(6));
    world.ledger.record_fetch(&brought, noon(6)).unwrap();
    let now = noon(6) + PAUSE;
    let again = world.claim(now);
    let brought = visit(&world.ledger, &again, reading(vec![]), now);
    world.ledger.record_fetch(&brought, now).unwrap();
    let due = world.ledger.claim_due_sources(now + PAUSE, crate::world::room(9), PATIENCE);
    assert_eq!(due.unwrap(), [], "once");
}

#[test]
fn a_hub_that_pushes_too_much_has_to_come_again() {
    let mut world = World::new(&["brand"]);
    world.visit(offer("https://hub.example/"), &["one"], noon(0));
    let ask = world.subscribe(noon(0));
    for _ in 0..100 {
        assert_eq!(world.push(&ask, "x", noon(0)), Kept::Kept);
    }
    assert_eq!(world.push(&ask, "x", noon(0)), Kept::Full);
    assert_eq!(world.ledger.pushes_waiting().unwrap(), 100);
}

#[test]
fn a_hub_that_is_silent_while_visits_find_news_loses_trust_until_it_pushes() {
    let mut world = World::new(&["brand"]);
    let hub = || offer("https://hub.example/");
    world.visit(hub(), &["one"], noon(0));
    let ask = world.subscribe(noon(0));
    world.visit(hub(), &["one", "two"], noon(1));
    world.visit(hub(), &["one", "two"], noon(2));
    world.visit(hub(), &["three"], noon(3));
    assert!(world.is_pushed(noon(3)));
    world.visit(hub(), &["four"], noon(4));
    assert!(!world.is_pushed(noon(4)), "three visits found what it had not pushed");
    assert_eq!(world.state(), [(HubState::Live, 0)]);
    assert!(!world.ledger.hubs().unwrap()[0].trusted);
    // To renew the lease is not to push.
    assert!(world.confirm(&ask, noon(5)));
    assert!(!world.is_pushed(noon(5)));
    world.push(&ask, "<five>", noon(6));
    assert!(world.is_pushed(noon(6)));
}

#[test]
fn another_hub_is_asked_in_the_place_of_the_former() {
    let mut world = World::new(&["brand"]);
    world.visit(offer("https://hub.example/"), &["one"], noon(0));
    let former = world.subscribe(noon(0));
    world.visit(offer("https://other.example/"), &["one"], noon(1));
    let mut asks = world.asks(noon(1));
    asks.sort_by_key(|ask| ask.subscribe);
    let [goodbye, ask] = asks.as_slice() else { panic!("{asks:?}") };
    assert_eq!((&goodbye.token, goodbye.subscribe), (&former.token, false));
    assert_eq!((ask.hub.as_str(), ask.subscribe), ("https://other.example/", true));
    assert_eq!(world.push(&former, "late", noon(1)), Kept::Gone);
    assert!(world.ledger.confirm_stop(&former.token, TOPIC).unwrap());
    let talk = world.ledger.hub_talk(&former.token).unwrap().unwrap();
    assert_eq!(talk.state, HubState::Gone);
    assert!(world.confirm(ask, noon(1)));
    // An offer that is taken back while the hub pushes changes nothing before its lease ends.
    world.visit(None, &["one"], noon(2));
    assert!(world.is_pushed(noon(2)));
}

#[test]
fn a_hub_that_does_not_confirm_a_goodbye_is_not_asked_for_ever() {
    let mut world = World::new(&["brand"]);
    world.visit(offer("https://hub.example/"), &["one"], noon(0));
    let ask = world.subscribe(noon(0));
    world.push(&ask, "unread", noon(0));
    let nothing = Declaration { sources: &[], queries: &[], subscriptions: &[] };
    world.ledger.declare(&nothing, noon(1)).unwrap();
    assert_eq!(world.ledger.next_push().unwrap(), None, "nobody reads it any more");
    let asked: Vec<usize> = (1..300).map(|minute| world.asks(noon(minute)).len()).collect();
    assert_eq!(asked.iter().sum::<usize>(), 3);
    assert_eq!(world.ledger.next_hub_ask().unwrap(), None);
    assert!(!world.confirm(&ask, noon(301)));
}

#[test]
fn where_hubs_reach_us_elsewhere_they_are_asked_anew() {
    let mut world = World::new(&["brand"]);
    let here = url("https://vigie.example/");
    world.ledger.listen_to_hubs(Some(&here), noon(0)).unwrap();
    world.visit(offer("https://hub.example/"), &["one"], noon(0));
    let ask = world.subscribe(noon(0));
    world.ledger.listen_to_hubs(Some(&here), noon(0) + TimeDelta::seconds(5)).unwrap();
    assert!(world.is_pushed(noon(1)), "a restart changes nothing");
    let due = world.ledger.next_source_due().unwrap().unwrap();
    assert_eq!(due, noon(0) + TimeDelta::seconds(5), "but what was missed meanwhile is looked for");
    world.ledger.listen_to_hubs(None, noon(2)).unwrap();
    assert!(!world.is_pushed(noon(2)));
    assert_eq!(world.push(&ask, "x", noon(2)), Kept::Gone);
    world.ledger.listen_to_hubs(Some(&here), noon(3)).unwrap();
    let again = world.asks(noon(3));
    assert_eq!(again.len(), 1);
    assert_ne!(again[0].token, ask.token);
}
