//! Nights and crises of a stepped clock: who hears of what, when, how often, and what waits meanwhile.

mod letters;
mod limits;
mod rooms;
mod withheld;

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
