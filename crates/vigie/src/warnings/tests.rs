//! Nights and crises of a stepped clock: who hears of what, when, how often, and what waits meanwhile.

use std::collections::BTreeMap;
use std::time::Duration;

use alert::{Mailer, Spread, Window};
use chrono::TimeDelta;
use model::{QueryName, SignalId, SignalKind, SignalTurn, Tone};
use store::{Muted, NewCorrection, NewSignalEvent, SignalsAsked, Word};

use super::*;
use crate::daemon::declare;
use crate::enrichment::Enricher;
use crate::notify::Teller;
use crate::pipeline;
use crate::stage::{self, Random, article, begin, claim, flat, letters, read, shown, tells, visit};

const HEAD: &str = r#"
data = "."
[crawl]
contact = "webmaster@ozalee.example"
[queries]
brand = "ozalee"
other = "bruinelle"
third = "tisane"
[sources.courrier]
url = "https://courrier.example/feed"
[mail]
from = "vigie@ozalee.example"
directory = "mails"
a_day = 10000
an_hour = 1000
"#;

/// A mail that left.
#[derive(Debug, Clone)]
struct Sent {
    at: Timestamp,
    to: String,
    subject: String,
    text: String,
    /// The numbers of the mentions that it tells.
    tells: Vec<u64>,
}

struct World {
    config: Config,
    ledger: Ledger,
    enricher: Enricher,
    teller: Teller,
    now: Timestamp,
    found: u64,
    sent: BTreeMap<String, Vec<Sent>>,
    random: Random,
    /// Sends by the pipeline's own step, where there is one; else all mails arrive.
    courier: Option<Mailer>,
    dir: tempfile::TempDir,
}

impl World {
    /// Begins on a Monday at 12:00.
    fn new(configuration: &str) -> Self {
        Self::configured(&format!("{HEAD}{configuration}"))
    }

    fn configured(configuration: &str) -> Self {
        let now = "2026-03-02T12:00:00Z".parse().unwrap();
        let (dir, config, ledger) = begin(configuration, now);
        let enricher = Enricher::new(&ledger, now).unwrap();
        let (found, sent, random, teller) = (0, BTreeMap::new(), Random(3), Teller::default());
        let courier = None;
        let mut world =
            Self { config, ledger, enricher, teller, now, found, sent, random, courier, dir };
        world.find(&[], 0);
        world.pass(1);
        world
    }

    /// So many items are found by queries.
    fn find(&mut self, queries: &[&str], count: u64) {
        let articles = self.found..self.found + count;
        let items = articles.map(|number| article(number, &mut self.random, self.now)).collect();
        self.found += count;
        let due = claim(&mut self.ledger, self.now).remove(0);
        let visit = visit(&self.ledger, &due, shown(items, queries), self.now);
        self.ledger.record_fetch(&visit, self.now).unwrap();
    }

    /// Something happens to the one signal of a query.
    fn turn(&mut self, query: &str, turn: SignalTurn, severity: Severity) {
        let name = QueryName::new(query);
        let open = SignalsAsked { query: Some(name.clone()), only_open: true, since: None };
        let open = self.ledger.signals(&open).unwrap();
        let opened = open.first().map_or(self.now, |signal| signal.opened);
        let event = NewSignalEvent {
            kind: SignalKind::Rise,
            turn,
            onset: opened - TimeDelta::hours(1),
            opened,
            last: self.now,
            peak_days: 50.0,
            is_news: true,
            evidence: Some(serde_json::to_string(&evidence(&name, opened, self.now)).unwrap()),
            severity,
        };
        stage::turn(&mut self.ledger, query, event, self.now);
    }

    /// Lives through so many minutes, the courier as well.
    fn pass(&mut self, minutes: i64) {
        for _ in 0..minutes {
            self.now += TimeDelta::minutes(1);
            while pipeline::enrich_new(&mut self.ledger, &mut self.enricher, self.now).unwrap() {}
            pipeline::compose_due(&mut self.ledger, &self.config, self.now).unwrap();
            while self.teller.tell_due(&mut self.ledger, &self.config, self.now).unwrap() {}
            if self.courier.is_some() {
                self.deliver();
                continue;
            }
            for letter in letters(&mut self.ledger, self.now) {
                let sent = Sent {
                    at: self.now,
                    to: letter.to.to_string(),
                    tells: tells(&letter),
                    text: flat(&letter.text),
                    subject: letter.subject,
                };
                self.sent.entry(letter.subscription.to_string()).or_default().push(sent);
            }
        }
    }

    /// One turn of the courier.
    fn deliver(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut mailer = self.courier.take().unwrap();
        let (ledger, config, now) = (&mut self.ledger, &self.config, self.now);
        let sent = self.sent.entry("courier".to_owned()).or_default();
        let mut tell = |delivered: &pipeline::Delivered| {
            if delivered.failure.is_none() {
                sent.push(Sent {
                    at: now,
                    to: delivered.recipient.clone(),
                    subject: delivered.subject.clone(),
                    text: String::new(),
                    tells: Vec::new(),
                });
            }
        };
        while ledger.next_delivery_due().unwrap().is_some_and(|due| due <= now) {
            let delivered = pipeline::deliver_due(ledger, config, &mut mailer, now, &mut tell);
            runtime.block_on(delivered).unwrap();
        }
        self.courier = Some(mailer);
    }

    /// Lives on until the clock shows this hour of the day.
    fn pass_until(&mut self, hour: u32) {
        use chrono::Timelike;
        while (self.now.hour(), self.now.minute()) != (hour, 0) {
            self.pass(1);
        }
    }

    /// Returns what a subscription got since it was last asked for.
    fn sent(&mut self, subscription: &str) -> Vec<Sent> {
        self.sent.remove(subscription).unwrap_or_default()
    }

    fn subjects(&mut self, subscription: &str) -> Vec<String> {
        let head = |sent: Sent| sent.subject.split(" – ").next().unwrap_or_default().to_owned();
        self.sent(subscription).into_iter().map(head).collect()
    }

    fn mute(&mut self, query: Option<&str>, subscription: Option<&str>, minutes: i64) -> u64 {
        let what = Muted {
            query: query.map(QueryName::new),
            subscription: subscription.map(Into::into),
            endpoint: None,
        };
        let until = self.now + TimeDelta::minutes(minutes);
        self.ledger.mute(&what, until, ("zoe", "the fair"), self.now).unwrap()
    }

    /// Goes on with another configuration.
    fn configure(&mut self, configuration: &str) {
        self.config = read(&format!("{HEAD}{configuration}"), self.dir.path());
        declare(&mut self.ledger, &self.config, self.now).unwrap();
    }

    fn die(&mut self) {
        self.ledger = Ledger::open(self.dir.path(), self.now).unwrap();
        self.teller = Teller::default();
    }

    /// Returns the payloads that wait for an endpoint, and takes them.
    fn messages(&mut self, endpoint: &str) -> Vec<String> {
        let lease = Duration::from_hours(1000);
        let claimed = self.ledger.claim_dispatches(&endpoint.into(), 999, lease, self.now).unwrap();
        claimed.into_iter().map(|dispatch| dispatch.payload).collect()
    }
}

fn evidence(query: &QueryName, opened: Timestamp, until: Timestamp) -> Evidence {
    let since = opened - TimeDelta::hours(1);
    Evidence {
        query: query.clone(),
        kind: SignalKind::Rise,
        theme: None,
        onset: since,
        until,
        window: Window { since, observed: 23.0, of: None, expected: 4.0, low: 1.0, high: 9.0 },
        once_in_days: 50.0,
        is_learning: false,
        cause: None,
        spread: Spread::default(),
        measures: Vec::new(),
        tone: None,
        growth: None,
        terms: Vec::new(),
        hosts: Vec::new(),
        authors: Vec::new(),
        languages: Vec::new(),
        newest: Vec::new(),
        known: Vec::new(),
        chart: Vec::new(),
    }
}

const PRESS: &str = r#"
[subscriptions.press]
queries = ["brand", "other", "third"]
to = ["anne@ozalee.example", "paul@ozalee.example"]
cadence = "weekly"
"#;

#[test]
fn rises_of_three_queries_at_once_are_one_mail_to_each() {
    let mut world = World::new(PRESS);
    for query in ["brand", "other", "third"] {
        world.turn(query, SignalTurn::Opened, Severity::Warning);
    }
    world.pass(60);
    let sent = world.sent("press");
    let to: Vec<&str> = sent.iter().map(|sent| sent.to.as_str()).collect();
    assert_eq!(to, ["anne@ozalee.example", "paul@ozalee.example"]);
    for sent in &sent {
        assert!(sent.subject.ends_with("(and 2 more)"), "{}", sent.subject);
        let told = ["brand: 23", "other: 23", "third: 23"];
        assert!(told.iter().all(|told| sent.text.contains(told)), "{}", sent.text);
    }
}

#[test]
fn whom_two_subscriptions_name_is_told_of_each_signal_once() {
    let board = "[subscriptions.board]\nqueries = \"brand\"\nto = \"Anne <ANNE@ozalee.example>\"\n";
    let mut world = World::new(&format!("{PRESS}{board}"));
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.pass(60);
    let (board, press) = (world.sent("board"), world.sent("press"));
    let to_anne = |sent: &&Sent| sent.to.to_lowercase().contains("anne");
    let anne: Vec<&Sent> = board.iter().chain(&press).filter(to_anne).collect();
    let told = |query: &str| anne.iter().filter(|sent| sent.text.contains(query)).count();
    assert_eq!((told("brand: 23"), told("other: 23"), anne.len()), (1, 1, 2), "{anne:?}");
    let paul = press.iter().find(|sent| sent.to.contains("paul")).unwrap();
    assert!(paul.text.contains("brand: 23") && paul.text.contains("other: 23"));
}

#[test]
fn what_waits_through_the_night_is_one_letter_for_each_signal_as_it_stands_in_the_morning() {
    let quiet = "quiet_hours = \"22:00-07:00\"\n";
    let mut world = World::new(&format!("{PRESS}{quiet}"));
    world.pass_until(22);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.pass(120);
    world.die();
    world.turn("brand", SignalTurn::Grew, Severity::Warning);
    world.turn("other", SignalTurn::Ended, Severity::Warning);
    world.turn("third", SignalTurn::Opened, Severity::Crisis);
    world.pass(60);
    assert_eq!(world.sent("press").len(), 0, "all of it waits, the crisis too");
    world.pass_until(8);
    let sent = world.sent("press");
    assert_eq!(sent.len(), 2, "one mail to each of two: {sent:?}");
    assert_eq!(sent[0].at.to_rfc3339(), "2026-03-03T07:00:00+00:00");
    assert!(sent[0].subject.starts_with("Crisis – third"), "the gravest first: {sent:?}");
    let text = &sent[0].text;
    assert!(text.contains("== Signal == brand: 23 mentions in 3 hours"), "as it has grown: {text}");
    assert!(text.contains("== Over == other: 23"), "{text}");
    assert!(text.contains("Your mails were held until it was over."), "{text}");
    world.pass(600);
    assert_eq!(world.sent("press").len(), 0);
}

#[test]
fn a_crisis_passes_the_night_where_the_subscriber_says_so_and_the_warning_waits() {
    let quiet = "quiet_hours = \"22:00-07:00\"\ncrisis_passes = true\n";
    let mut world = World::new(&format!("{PRESS}{quiet}"));
    world.pass_until(23);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.turn("other", SignalTurn::Opened, Severity::Crisis);
    world.pass(60);
    assert_eq!(world.subjects("press"), ["Crisis", "Crisis"]);
    // What rises to a crisis in the night passes as well, as the first that is heard of it.
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(60);
    assert_eq!(world.subjects("press"), ["Crisis", "Crisis"]);
    world.pass_until(8);
    assert_eq!(world.subjects("press"), [""; 0]);
}

#[test]
fn a_warning_that_becomes_a_crisis_is_told_again_and_who_wants_crises_alone_hears_first_then() {
    let crises = "[subscriptions.board]\nqueries = \"brand\"\nto = \"board@ozalee.example\"\n\
                  severities = \"crisis\"\n";
    let mut world = World::new(&format!("{PRESS}{crises}"));
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(30);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(30);
    assert_eq!(world.subjects("press"), ["Signal", "Signal", "Now a crisis", "Now a crisis"]);
    assert_eq!(world.subjects("board"), ["Crisis"]);
    world.find(&["brand"], 3);
    world.pass(60 * 24 * 8);
    assert_eq!(world.sent("board").len(), 0, "no digests");
    assert_eq!(world.sent("press").len(), 2, "the weekly one, to each");
}

#[test]
fn what_lasts_is_repeated_until_somebody_acknowledges_it_and_then_told_only_as_a_crisis() {
    let mut world = World::new(&format!("{PRESS}repeat_interval = \"1 h\"\n"));
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(190);
    let lasts = ["Signal", "It lasts", "It lasts", "It lasts"];
    assert_eq!(world.subjects("press"), lasts.map(|one| [one; 2]).concat());
    let acknowledged = world.ledger.acknowledge_signal(SignalId(1), "zoe", world.now).unwrap();
    assert_eq!(acknowledged, store::Turned::Acknowledged);
    world.turn("brand", SignalTurn::Grew, Severity::Warning);
    world.pass(300);
    assert_eq!(world.subjects("press"), [""; 0]);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(30);
    assert_eq!(world.subjects("press"), ["Now a crisis"; 2]);
    // The others read in their next digest who saw to it, while it is acknowledged.
    world.ledger.acknowledge_signal(SignalId(1), "anne", world.now).unwrap();
    world.find(&["brand"], 1);
    world.pass(60 * 24 * 7);
    let sent = world.sent("press").remove(0);
    let said = "anne has acknowledged the signal of “brand”, 2 March, 20:";
    assert!(sent.text.contains(said), "{}", sent.text);
}

const FLASH: &str = r#"
[subscriptions.flash]
queries = ["brand", "other"]
to = "anne@ozalee.example"
cadence = "as-it-happens"
group_interval = "0 s"
"#;

/// Which mentions the mails tell, in their order.
fn told(sent: &[Sent]) -> Vec<u64> {
    let mut told: Vec<u64> = sent.iter().flat_map(|sent| sent.tells.iter().copied()).collect();
    told.sort_unstable();
    told
}

#[test]
fn a_crisis_holds_the_mentions_of_its_query_alone_until_somebody_acknowledges_it() {
    let mut world = World::new(FLASH);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(2);
    assert_eq!(world.subjects("flash"), ["Crisis"]);
    let began = world.now;
    for _ in 0..32 {
        world.find(&["brand"], 2);
        world.pass(1);
    }
    world.die();
    world.find(&["other"], 1);
    world.find(&["brand", "other"], 1);
    world.pass(5);
    let sent = world.sent("flash");
    assert_eq!(told(&sent), [64, 65], "what the other query finds goes on: {sent:?}");
    world.ledger.acknowledge_signal(SignalId(1), "zoe", world.now).unwrap();
    world.pass(3);
    let sent = world.sent("flash");
    assert_eq!(sent.len(), 1, "one digest");
    assert_eq!(
        told(&sent),
        (0..64).collect::<Vec<_>>(),
        "what was told with the other is not again"
    );
    let since = (began + TimeDelta::minutes(1)).format("%H:%M");
    let line = format!(
        "64 mentions of “brand” were held since 2 March, {since}: you had been told of the crisis."
    );
    assert!(sent[0].text.contains(&line), "{line}\n{:.300}", sent[0].text);
    assert!(sent[0].text.contains("zoe has acknowledged the signal of “brand”"));
    // From now on all is as usual.
    world.find(&["brand"], 1);
    world.pass(5);
    assert_eq!(told(&world.sent("flash")), [66]);
}

#[test]
fn a_crisis_that_ends_releases_what_waited_and_a_warning_holds_nothing() {
    let mut world = World::new(FLASH);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(2);
    world.sent("flash");
    world.find(&["brand"], 3);
    world.find(&["other"], 2);
    world.pass(10);
    assert_eq!(told(&world.sent("flash")), [3, 4]);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let sent = world.sent("flash");
    assert_eq!((sent.len(), told(&sent)), (1, vec![0, 1, 2]));
}

#[test]
fn what_a_muted_query_finds_and_its_signals_come_when_the_mute_is_over() {
    let mut world = World::new(FLASH);
    let number = world.mute(Some("brand"), None, 180);
    world.find(&["brand"], 5);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.find(&["other"], 1);
    world.pass(170);
    let sent = world.sent("flash");
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent.iter().any(|sent| sent.subject.starts_with("Signal – other")));
    assert_eq!(told(&sent), [5]);
    assert!(world.ledger.unmute(number, world.now).unwrap());
    world.ledger.acknowledge_signal(SignalId(1), "zoe", world.now).unwrap();
    world.pass(10);
    let sent = world.sent("flash");
    assert!(sent[0].subject.starts_with("Crisis – brand"), "{sent:?}");
    assert!(sent[0].text.contains("Acknowledged by zoe, 2 March, 14:"), "{}", sent[0].text);
    assert_eq!(told(&sent), [0, 1, 2, 3, 4]);
    let line = "5 mentions of “brand” were held since 2 March, 12:02: zoe had muted it.";
    assert!(sent[1].text.contains(line), "{}", sent[1].text);

    // A subscription waits as a whole.
    world.mute(None, Some("flash"), 60);
    world.find(&["brand"], 1);
    world.find(&["other"], 1);
    world.pass(59);
    assert_eq!(world.sent("flash").len(), 0);
    world.pass(3);
    assert_eq!(told(&world.sent("flash")), [6, 7]);
}

#[test]
fn whatever_waits_and_whoever_dies_each_mention_is_told_once_to_each_subscription() {
    let subscriptions = format!(
        "{FLASH}[subscriptions.hourly]\nqueries = [\"brand\", \"other\", \"third\"]\n\
         to = \"paul@ozalee.example\"\ncadence = \"hourly\"\n\
         [subscriptions.press]\nqueries = [\"other\", \"third\"]\nto = \"press@ozalee.example\"\n\
         cadence = \"as-it-happens\"\n"
    );
    let queries = ["brand", "other", "third"];
    let (mut held, mut deaths) = (0, 0);
    for seed in 0..5 {
        let mut world = World::new(&subscriptions);
        world.random = Random(1000 + seed);
        let mut wanted: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        let mut open = [false; 3];
        for _ in 0..60 {
            let first = usize::try_from(world.random.below(3)).unwrap();
            match world.random.below(8) {
                0..=3 => {
                    let second = usize::try_from(world.random.below(3)).unwrap();
                    let hits = [queries[first], queries[second]];
                    let by = if first == second { &hits[..1] } else { &hits[..] };
                    let number = world.found;
                    world.find(by, 1);
                    for (id, own) in [
                        ("flash", &queries[..2]),
                        ("hourly", &queries[..]),
                        ("press", &queries[1..]),
                    ] {
                        if by.iter().any(|query| own.contains(query)) {
                            wanted.entry(id).or_default().push(number);
                        }
                    }
                }
                4 => {
                    let minutes = 1 + i64::try_from(world.random.below(90)).unwrap();
                    let whom = [None, Some("flash"), Some("hourly")];
                    let whom = whom[usize::try_from(world.random.below(3)).unwrap()];
                    world.mute(Some(queries[first]), whom, minutes);
                    held += 1;
                }
                5 => {
                    let turn = if open[first] { SignalTurn::Ended } else { SignalTurn::Opened };
                    open[first] = !open[first];
                    // A signal is named by its query, kind and time.
                    world.pass(1);
                    world.turn(queries[first], turn, Severity::Crisis);
                    held += 1;
                }
                6 => {
                    world.die();
                    deaths += 1;
                }
                _ => {}
            }
            let minutes = i64::try_from(world.random.below(15)).unwrap();
            world.pass(minutes);
        }
        for (nth, query) in queries.iter().enumerate() {
            if open[nth] {
                world.turn(query, SignalTurn::Ended, Severity::Crisis);
            }
        }
        world.pass(240);
        for (id, wanted) in wanted {
            assert_eq!(told(&world.sent(id)), wanted, "{id} with seed {seed}");
        }
    }
    assert!(held > 50 && deaths > 10, "{held} {deaths}");
}

#[test]
fn a_chat_room_hears_of_the_crisis_and_then_of_what_waited_while_a_program_takes_all() {
    let endpoints = r#"
[chats.room]
kind = "slack"
url = "https://hooks.example/room"
group_wait = "0 s"
[commands.all]
run = "/bin/true"
events = ["mention.created", "signal.opened"]
[chats.grave]
kind = "slack"
url = "https://hooks.example/grave"
group_wait = "0 s"
severities = ["crisis"]
"#;
    let mut world = World::new(&format!("{PRESS}{endpoints}"));
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(2);
    assert_eq!(world.messages("room").len(), 1);
    let grave = world.messages("grave");
    assert_eq!(grave.len(), 1);
    assert!(grave[0].contains("Crisis – brand") && !grave[0].contains("other"), "{}", grave[0]);
    for _ in 0..20 {
        world.find(&["brand"], 1);
        world.pass(1);
    }
    world.find(&["brand", "third"], 1);
    world.pass(2);
    world.die();
    let room = world.messages("room");
    assert_eq!(room.len(), 1, "the other query's: {room:?}");
    assert_eq!(world.messages("all").len(), 23);
    assert_eq!(world.messages("grave").len(), 0);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let room = world.messages("room");
    let held: Vec<&String> = room.iter().filter(|text| text.contains(" held since ")).collect();
    assert_eq!(held.len(), 1, "{room:?}");
    assert!(
        held[0].contains("20 mentions of “brand” were held since 2026-03-02 12:0"),
        "{}",
        held[0]
    );
    let grave = world.messages("grave");
    assert_eq!((grave.len(), grave[0].contains(" held since ")), (1, false), "{grave:?}");
    world.find(&["brand"], 1);
    world.pass(3);
    assert_eq!(world.messages("room").len(), 1);

    // What was passed by while nothing else was told is not lost.
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(2);
    let first = world.found;
    world.find(&["brand"], 2);
    world.pass(1);
    world.messages("room");
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let room = world.messages("room").join("\n");
    for number in [first, first + 1] {
        assert_eq!(told_in(std::slice::from_ref(&room), number), 1, "{room}");
    }
}

const ROOM: &str = r#"
[chats.room]
kind = "slack"
url = "https://hooks.example/room"
group_wait = "0 s"
"#;

/// How often messages to a room or a program have a mention's address; its title may stand in a heading too.
fn told_in(messages: &[String], number: u64) -> usize {
    let addresses = ["|", "\""].map(|end| format!("https://courrier.example/{number}{end}"));
    let told = |text: &String| addresses.iter().map(|one| text.matches(one).count()).sum::<usize>();
    messages.iter().map(told).sum()
}

#[test]
fn a_chat_room_that_was_not_told_of_a_crisis_is_told_what_is_found() {
    let with = |queries: &str| format!("{PRESS}{ROOM}{queries}");
    let mut world = World::new(PRESS);
    let found_and_told = |world: &mut World| {
        let number = world.found;
        world.find(&["brand"], 1);
        world.pass(2);
        told_in(&world.messages("room"), number)
    };
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(2);
    // It is new, it follows the query only now, it returns.
    world.configure(&with("queries = [\"other\"]"));
    assert_eq!(found_and_told(&mut world), 0);
    world.configure(&with(""));
    assert_eq!(found_and_told(&mut world), 1);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(2);
    assert_eq!(world.messages("room").len(), 1);
    assert_eq!(found_and_told(&mut world), 0, "it was told that the crisis grew");
    world.configure(PRESS);
    world.configure(&with(""));
    assert_eq!(found_and_told(&mut world), 1);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(2);
    world.messages("room");

    // The crisis opens while the query is muted.
    world.mute(Some("brand"), None, 60);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    let number = world.found;
    assert_eq!(found_and_told(&mut world), 0);
    world.pass(60);
    let room = world.messages("room");
    assert_eq!((room.len(), told_in(&room, number)), (2, 1), "{room:?}");
    assert!(room[1].contains("Crisis – brand"), "it lasts: {room:?}");
    assert_eq!(found_and_told(&mut world), 0, "it knows of the crisis");
    world.die();
    assert_eq!(found_and_told(&mut world), 0);
}

#[test]
fn a_chat_room_is_told_of_a_crisis_of_a_muted_query_once_when_the_mute_is_over() {
    let grave = "severities = [\"crisis\"]\n";
    let mut world = World::new(&format!("{PRESS}{ROOM}{grave}"));
    for query in ["brand", "other", "third"] {
        world.mute(Some(query), None, 60);
    }
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.turn("other", SignalTurn::Opened, Severity::Crisis);
    world.turn("third", SignalTurn::Opened, Severity::Warning);
    world.pass(10);
    world.die();
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.turn("other", SignalTurn::Ended, Severity::Crisis);
    world.pass(45);
    assert_eq!(world.messages("room"), [""; 0]);
    world.die();
    world.pass(10);
    let room = world.messages("room");
    assert_eq!(room.len(), 1, "{room:?}");
    assert!(room[0].contains("Crisis – brand") && room[0].contains("Crisis, over – other"));
    assert!(!room[0].contains("third"), "a warning is left out: {room:?}");
    world.pass(60);
    world.die();
    world.pass(60);
    assert_eq!(world.messages("room"), [""; 0], "once");

    // One whose next turn comes after the mute is told by that alone.
    let number = world.mute(Some("other"), None, 60);
    world.turn("other", SignalTurn::Opened, Severity::Crisis);
    world.pass(5);
    world.ledger.unmute(number, world.now).unwrap();
    world.turn("other", SignalTurn::Grew, Severity::Crisis);
    world.pass(5);
    let room = world.messages("room");
    assert_eq!(
        (room.len(), room.join("").matches("🔴 Crisis, growing – other").count()),
        (1, 1),
        "{room:?}"
    );
}

/// A chat room that knows of a crisis of two queries, and what they find.
fn held(queries: &[&str], room: &str) -> World {
    let mut world = World::new(&format!("{PRESS}{ROOM}{room}"));
    for query in queries {
        world.turn(query, SignalTurn::Opened, Severity::Crisis);
    }
    world.pass(2);
    world.messages("room");
    world
}

#[test]
fn a_chat_room_that_wants_no_mentions_is_not_told_that_they_were_held() {
    let mut world = World::new(&format!("{PRESS}{ROOM}events = [\"signal.opened\"]"));
    world.mute(Some("brand"), None, 10);
    world.find(&["brand"], 3);
    world.pass(15);
    assert_eq!(world.messages("room"), Vec::<String>::new());
    // It wants none any more.
    world.configure(&format!("{PRESS}{ROOM}"));
    world.mute(Some("brand"), None, 10);
    world.find(&["brand"], 3);
    world.pass(5);
    world.configure(&format!("{PRESS}{ROOM}events = [\"signal.opened\"]"));
    world.pass(10);
    assert_eq!(world.messages("room"), Vec::<String>::new());
    assert_eq!(world.ledger.withheld_from(&"room".into()).unwrap(), []);
}

#[test]
fn what_waited_of_a_query_that_was_edited_is_told_once_its_history_is_read() {
    let mut world = held(&["brand"], "");
    world.find(&["brand"], 3);
    world.pass(2);
    let head = HEAD.replace("brand = \"ozalee\"", "brand = \"ozalee OR bruinelle\"");
    assert_ne!(head, HEAD);
    world.config = read(&format!("{head}{PRESS}{ROOM}"), world.dir.path());
    declare(&mut world.ledger, &world.config, world.now).unwrap();
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let room = world.messages("room");
    assert!(room.iter().all(|text| !text.contains(" held since ")), "{room:?}");
    while pipeline::search_history(&mut world.ledger, world.now).unwrap() {}
    world.pass(2);
    let room = world.messages("room");
    assert_eq!(
        (room.len(), [0, 1, 2].map(|number| told_in(&room, number))),
        (1, [1; 3]),
        "{room:?}"
    );
}

#[test]
fn a_chat_room_that_becomes_a_program_is_told_each_mention_that_waited() {
    let mut world = held(&["brand", "other"], "");
    world.find(&["brand"], 250);
    world.find(&["brand", "other"], 2);
    world.find(&["other"], 1);
    world.pass(2);
    world.configure(&format!("{PRESS}[commands.room]\nrun = \"/bin/true\""));
    assert_eq!(world.ledger.withheld_from(&"room".into()).unwrap().len(), 2);
    world.pass(2);
    let told = world.messages("room");
    let events: Vec<serde_json::Value> =
        told.iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    assert!(events.iter().all(|event| event["type"] == "mention.created"), "{told:?}");
    assert_eq!((0..world.found).map(|number| told_in(&told, number)).max(), Some(1));
    assert_eq!(told.len(), 253);
    let finders = |number: usize| events[number]["data"]["queries"].as_array().unwrap().len();
    assert_eq!([0, 249, 250, 251, 252].map(finders), [1, 1, 2, 2, 1]);
    assert_eq!(world.ledger.withheld_from(&"room".into()).unwrap(), []);
    world.find(&["brand"], 1);
    world.pass(2);
    assert_eq!(world.messages("room").len(), 1);
}

#[test]
fn what_two_queries_found_that_are_released_together_is_told_once() {
    let mut world = held(&["brand", "other"], "");
    world.find(&["brand", "other"], 2);
    world.find(&["other"], 1);
    world.pass(2);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.turn("other", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let room = world.messages("room");
    let held: Vec<String> = room.into_iter().filter(|text| text.contains(" held since ")).collect();
    assert_eq!(held.len(), 2, "{held:?}");
    assert_eq!([0, 1, 2].map(|number| told_in(&held, number)), [1; 3], "{held:?}");
    assert!(held[0].contains("2 mentions of “brand” were held"), "{}", held[0]);
    assert!(held[1].contains("1 mention of “other” was held"), "{}", held[1]);
}

#[test]
fn a_chat_room_that_wants_some_tones_hears_how_many_of_these_waited() {
    let mut world = held(&["brand"], "tones = [\"negative\"]");
    world.find(&["brand"], 230);
    world.pass(2);
    let items = world.ledger.items_after(model::Seq(0), 999).unwrap();
    for item in items.iter().step_by(50) {
        let correction = NewCorrection {
            person: "zoe",
            item: item.id,
            query: Some(&"brand".into()),
            word: Word::Tone(Some(Tone::Negative)),
        };
        world.ledger.correct(&correction, world.now).unwrap();
    }
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let room = world.messages("room");
    let held: Vec<String> = room.into_iter().filter(|text| text.contains(" held since ")).collect();
    assert_eq!(held.len(), 1, "{held:?}");
    assert!(held[0].contains("5 mentions of “brand” were held"), "{}", held[0]);
    assert_eq!([0, 50, 100, 150, 200].map(|number| told_in(&held, number)), [1; 5], "{held:?}");
}

#[test]
fn signals_wait_where_a_day_has_had_its_mails_and_a_crisis_does_not() {
    let mut world = World::new(&FLASH.replace("group_interval = \"0 s\"", "mails_a_day = 1"));
    world.find(&["brand"], 1);
    world.pass(10);
    assert_eq!(world.sent("flash").len(), 1);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(30);
    assert_eq!(world.sent("flash").len(), 0);
    world.turn("other", SignalTurn::Opened, Severity::Crisis);
    world.pass(30);
    assert_eq!(world.subjects("flash"), ["Crisis"]);
    world.pass_until(9);
    assert_eq!(world.subjects("flash"), ["Signal"]);
}

#[test]
fn a_crisis_does_not_wait_for_the_quiet_time_that_comes_after_what_holds_others() {
    let spent = "mails_a_day = 1\nquiet_days = [\"tuesday\"]";
    let mut world = World::new(&FLASH.replace("group_interval = \"0 s\"", spent));
    world.find(&["brand"], 1);
    world.pass(10);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(30);
    assert_eq!(world.subjects("flash").len(), 1, "the day's mail");
    world.turn("other", SignalTurn::Opened, Severity::Crisis);
    world.pass(30);
    assert_eq!(world.subjects("flash"), ["Crisis"], "Monday is not quiet");
}

#[test]
fn a_crisis_passes_however_many_warnings_wait_before_it() {
    let quiet = "quiet_hours = \"13:00-12:30\"\ncrisis_passes = true\n";
    let mut world = World::new(&format!("{PRESS}{quiet}"));
    world.pass_until(13);
    for _ in 0..=SIGNALS_MAX {
        world.turn("other", SignalTurn::Opened, Severity::Warning);
        world.turn("other", SignalTurn::Ended, Severity::Warning);
        world.pass(1);
    }
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(5);
    assert_eq!(world.subjects("press"), ["Crisis"; 2]);
}

#[test]
fn what_waits_for_a_mute_hides_no_warning_of_another_query() {
    let mut world = World::new(PRESS);
    world.mute(Some("other"), None, 60 * 24);
    for _ in 0..=SIGNALS_MAX {
        world.turn("other", SignalTurn::Opened, Severity::Crisis);
        world.turn("other", SignalTurn::Ended, Severity::Crisis);
        world.pass(1);
    }
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(5);
    assert_eq!(world.subjects("press"), ["Signal"; 2]);
}

const TWICE: &str = r#"
[subscriptions.day]
queries = "brand"
to = "anne@ozalee.example"
[subscriptions.morning]
queries = ["brand", "third"]
to = ["Anne <anne@ozalee.example>", "paul@ozalee.example"]
quiet_hours = "22:00-07:00"
"#;

#[test]
fn who_knows_of_a_signal_by_one_subscription_hears_of_its_end_by_no_other() {
    let mut world = World::new(TWICE);
    world.pass_until(23);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(30);
    assert_eq!(world.subjects("day"), ["Signal"]);
    world.turn("brand", SignalTurn::Ended, Severity::Warning);
    world.pass_until(8);
    let sent = world.sent("morning");
    let told: Vec<(&str, bool)> =
        sent.iter().map(|sent| (sent.to.as_str(), sent.subject.starts_with("Over"))).collect();
    assert_eq!(told, [("paul@ozalee.example", true)], "{sent:?}");
}

#[test]
fn that_somebody_has_seen_to_a_signal_repeats_its_opening_to_nobody() {
    let mut world = World::new(TWICE);
    world.pass_until(23);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(30);
    world.ledger.acknowledge_signal(SignalId(1), "zoe", world.now).unwrap();
    world.turn("third", SignalTurn::Opened, Severity::Warning);
    world.pass_until(8);
    let sent = world.sent("morning");
    let of = |name: &str| sent.iter().find(|sent| sent.to.contains(name)).unwrap();
    assert!(of("paul").text.contains("brand: 23") && of("paul").text.contains("third: 23"));
    let anne = of("anne");
    assert!(anne.text.contains("third: 23") && !anne.text.contains("brand: 23"), "{anne:?}");
}

#[test]
fn two_crises_are_one_letter_though_something_has_waited_for_long() {
    let group = "group_wait = \"3 min\"\ngroup_interval = \"1 h\"\n";
    let press = PRESS.replace("weekly", "as-it-happens");
    for is_muted in [true, false] {
        let mut world = World::new(&format!("{press}{group}"));
        if is_muted {
            world.mute(Some("other"), None, 600);
        } else {
            // The next warning waits for the pause between two letters.
            world.turn("other", SignalTurn::Opened, Severity::Warning);
            world.pass(5);
            assert_eq!(world.sent("press").len(), 2);
            world.turn("other", SignalTurn::Ended, Severity::Warning);
        }
        world.turn("other", SignalTurn::Opened, Severity::Warning);
        world.pass(10);
        world.turn("brand", SignalTurn::Opened, Severity::Crisis);
        world.pass(1);
        world.turn("third", SignalTurn::Opened, Severity::Crisis);
        world.pass(10);
        let sent = world.sent("press");
        let subjects: Vec<&str> = sent.iter().map(|sent| sent.subject.as_str()).collect();
        assert_eq!(subjects.len(), 2, "one to each of two: {subjects:?}");
        assert!(subjects[0].ends_with("(and 1 more)"), "{subjects:?}");
    }
}

#[test]
fn warnings_keep_to_the_hour_and_the_day_whatever_the_cadence_and_crises_and_digests_leave() {
    let daily = PRESS.replace("weekly", "daily").replace(", \"paul@ozalee.example\"", "");
    let warnings = |world: &mut World| {
        for query in ["brand", "other", "third"] {
            world.turn(query, SignalTurn::Opened, Severity::Warning);
            world.pass(7);
        }
    };
    // Letters of signals count for the hour.
    let head = HEAD.replace("an_hour = 1000", "an_hour = 2");
    let mut world = World::configured(&format!("{head}{daily}"));
    warnings(&mut world);
    assert_eq!(world.subjects("press"), ["Signal"; 2]);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(10);
    assert_eq!(world.subjects("press"), ["Now a crisis"]);
    world.pass(60);
    assert_eq!(world.subjects("press"), ["Signal"]);

    let head = HEAD.replace("a_day = 10000", "a_day = 2");
    let mut world = World::configured(&format!("{head}{daily}"));
    warnings(&mut world);
    world.find(&["brand"], 1);
    world.pass_until(0);
    assert_eq!(world.subjects("press"), ["Signal"; 2]);
    world.pass_until(9);
    let sent = world.sent("press");
    assert_eq!(told(&sent), [0], "the digest leaves: {sent:?}");
    let third: Vec<&Sent> =
        sent.iter().filter(|sent| sent.subject.starts_with("Signal – third")).collect();
    assert_eq!(third.len(), 1, "{sent:?}");
    assert_eq!(third[0].at.to_rfc3339(), "2026-03-03T08:00:00+00:00");
}

const NIGHTS: &str = r#"
[subscriptions.night]
queries = "brand"
to = "night@ozalee.example"
cadence = "as-it-happens"
quiet_hours = "22:00-07:00"
[subscriptions.guard]
queries = "brand"
to = "guard@ozalee.example"
cadence = "as-it-happens"
quiet_hours = "22:00-07:00"
crisis_passes = true
"#;

#[test]
fn what_failed_before_quiet_time_is_tried_again_after_it_but_a_crisis_that_passes() {
    let mut world = World::new(NIGHTS);
    world.courier = Some(world.config.mail.mailer().unwrap());
    // Nothing can be written into a folder that is a file.
    let folder = world.dir.path().join("mails");
    std::fs::write(&folder, "").unwrap();
    world.pass_until(21);
    world.pass(50);
    world.find(&["brand"], 1);
    world.pass(2);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(30);
    assert_eq!(world.sent("courier").len(), 0);
    std::fs::remove_file(&folder).unwrap();
    let night = |sent: &[Sent]| -> Vec<(String, bool)> {
        let row = |sent: &Sent| (sent.to.clone(), sent.subject.starts_with("Crisis"));
        sent.iter().map(row).collect()
    };
    world.pass_until(6);
    let sent = world.sent("courier");
    assert_eq!(night(&sent), [("guard@ozalee.example".to_owned(), true)], "{sent:?}");
    // The death of the program changes nothing.
    world.die();
    world.ledger.take_over(world.now, TimeDelta::hours(1).to_std().unwrap()).unwrap();
    world.pass(59);
    assert_eq!(world.sent("courier").len(), 0);
    world.pass(1);
    let mut told = night(&world.sent("courier"));
    told.sort();
    let expect = [("guard", false), ("night", false), ("night", true)];
    assert_eq!(told, expect.map(|(to, crisis)| (format!("{to}@ozalee.example"), crisis)));
    assert_eq!(world.now.to_rfc3339(), "2026-03-03T07:00:00+00:00");
}

#[test]
fn a_question_and_a_word_to_the_owner_leave_in_quiet_time() {
    let world = World::new(NIGHTS);
    let night: Timestamp = "2026-03-02T23:00:00Z".parse().unwrap();
    let check = |subscription: &str, severity: Option<Severity>, waits: bool| {
        let delivery = store::Delivery {
            id: model::DeliveryId(1),
            subscription: subscription.into(),
            recipient: "anne@ozalee.example".to_owned(),
            channel: model::Channel::Mail,
            message_id: "<1@x>".to_owned(),
            payload: String::new(),
            severity,
            attempt: 2,
        };
        let until = hold::written(&world.config, &delivery, night);
        assert_eq!(until.is_some(), waits, "{subscription} {severity:?}");
        assert_eq!(hold::written(&world.config, &delivery, world.now), None, "by day");
    };
    check("night", Some(Severity::Info), true);
    check("night", Some(Severity::Crisis), true);
    check("night", None, false);
    check("guard", Some(Severity::Warning), true);
    check("guard", Some(Severity::Crisis), false);
    check("no longer subscribed", Some(Severity::Info), false);
}

#[test]
fn a_subscription_s_limit_counts_each_reader_s_digests_and_letters_of_signals() {
    let few = "[\"brand\", \"other\", \"third\"]";
    let few = FLASH.replace("[\"brand\", \"other\"]", few);
    let mut world = World::new(&few.replace("group_interval = \"0 s\"", "mails_a_day = 2"));
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(10);
    world.turn("brand", SignalTurn::Grew, Severity::Warning);
    world.pass(10);
    assert_eq!(world.subjects("flash"), ["Signal", "Growing"]);
    world.find(&["brand"], 37);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.pass(60);
    assert_eq!(world.sent("flash").len(), 0, "two letters were enough");
    world.turn("third", SignalTurn::Opened, Severity::Crisis);
    world.pass(10);
    assert_eq!(world.subjects("flash"), ["Crisis"]);
    world.pass_until(9);
    let sent = world.sent("flash");
    let digest = sent.iter().find(|sent| !sent.tells.is_empty()).unwrap();
    assert_eq!(digest.at.to_rfc3339(), "2026-03-03T08:00:00+00:00");
    let held = "37 of these were held since 2 March, 12:22: the day’s 2 mails were spent.";
    assert!(digest.text.contains(held), "{}", digest.text);
}

#[test]
fn what_was_a_crisis_while_its_telling_was_held_is_told_once_when_that_is_over() {
    let quiet = "quiet_hours = \"22:00-07:00\"\n";
    let mut world = World::new(&format!("{PRESS}{quiet}"));
    world.pass_until(21);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.pass(10);
    assert_eq!(world.sent("press").len(), 2);
    world.pass_until(23);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.turn("other", SignalTurn::Grew, Severity::Warning);
    world.pass(90);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.turn("other", SignalTurn::Ended, Severity::Warning);
    world.die();
    world.pass_until(8);
    let sent = world.sent("press");
    assert_eq!(sent.len(), 2, "one to each of two: {sent:?}");
    for sent in &sent {
        assert_eq!(sent.at.to_rfc3339(), "2026-03-03T07:00:00+00:00");
        assert!(sent.subject.starts_with("Crisis, over – brand"), "{}", sent.subject);
        let said = "It was a crisis from 2 March, 23:00 to 3 March, 00:30, and is over.";
        assert!(sent.text.contains(said), "{}", sent.text);
        assert!(!sent.text.contains("other: 23"), "a warning that they knew of: {}", sent.text);
    }
    world.pass(600);
    assert_eq!(world.sent("press").len(), 0);

    // A mute holds it as well; who was told of the crisis by another subscription is not told that it is over.
    let mut world = World::new(TWICE);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(10);
    world.sent("day");
    world.sent("morning");
    world.mute(Some("brand"), Some("morning"), 60);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(10);
    assert_eq!(world.subjects("day"), ["Now a crisis"]);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(60);
    let sent = world.sent("morning");
    let told: Vec<(&str, bool)> =
        sent.iter().map(|it| (it.to.as_str(), it.subject.starts_with("Crisis, over"))).collect();
    assert_eq!(told, [("paul@ozalee.example", true)], "{sent:?}");
}
