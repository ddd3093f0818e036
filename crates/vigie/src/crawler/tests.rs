//! Good sources keep their schedule, to the second of a stepped clock, whatever others do.

use std::time::Duration;

use chrono::TimeDelta;
use crawl::{FetchLimits, Guard};
use model::{Kind, Source, SourceId, Timestamp};
use store::{Declaration, Ledger};

use self::hosts::{Hosts, hold};
use super::Crawler;
use crate::config::Crawl;
use crate::flights::Landed;

#[expect(dead_code, reason = "shared with the scenarios, which need more of it")]
#[path = "../../../../tests/hosts.rs"]
mod hosts;

mod elsewhere;

const GOOD: u8 = 20;
const BAD: u8 = 40;
/// Bad hosts are counted from here.
const BAD_FROM: u8 = 100;
const PARALLEL: usize = 4;
const EVERY: TimeDelta = TimeDelta::seconds(10);
const STEPS: i64 = 60;

fn start() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn source(hosts: &Hosts, host: u8) -> Source {
    Source {
        id: SourceId::new(format!("s{host}")),
        url: hosts.url(host, "/feed").parse().unwrap(),
        name: String::new(),
        kind: Kind::News,
        lang: None,
        preset: None,
        full_text: false,
        zone: None,
        since: None,
        every: EVERY.to_std().ok(),
    }
}

struct Stepped {
    crawler: Crawler,
    ledger: Ledger,
    now: Timestamp,
    visits: Vec<(String, Timestamp)>,
    _dir: tempfile::TempDir,
}

impl Stepped {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let open = || Ledger::open(dir.path(), start()).unwrap();
        let crawl = Crawl {
            guard: Guard::allowing(vec![hosts::NETWORK.parse().unwrap()]),
            // Longer than the test takes: who does not answer is under way until its end.
            limits: FetchLimits {
                first_byte: Duration::from_mins(10),
                whole: Duration::from_mins(10),
                ..FetchLimits::default()
            },
            parallel: PARALLEL,
            host_pause: Duration::from_secs(2),
            ..Crawl::default()
        };
        let crawler = Crawler::new(open(), crawl).unwrap();
        Self { crawler, ledger: open(), now: start(), visits: Vec::new(), _dir: dir }
    }

    fn declare(&mut self, sources: &[Source]) {
        let declaration = Declaration { sources, queries: &[], subscriptions: &[] };
        self.ledger.declare(&declaration, self.now).unwrap();
    }

    /// Whether a good source is being visited.
    fn is_good_under_way(&self) -> bool {
        let sources = self.ledger.status(self.now).unwrap().sources;
        sources.iter().any(|status| {
            is_good(status.source.id.as_str()) && status.next_check > self.now + EVERY
        })
    }

    /// Does what can be done at this second, and goes on to the next. Nobody waits for a place, or for
    /// who does not answer: what was not visited now is late.
    async fn step(&mut self) {
        self.crawler.start_due(self.now).unwrap();
        while self.is_good_under_way() {
            match self.crawler.next_landed().await.unwrap() {
                Landed::Arrived(arrived) => {
                    let report = self.crawler.record(arrived, self.now).unwrap();
                    report.result.unwrap();
                    self.visits.push((report.source.to_string(), self.now));
                }
                Landed::Late => {}
            }
            self.crawler.start_due(self.now).unwrap();
        }
        self.now += TimeDelta::seconds(1);
    }

    fn good_visits(mut self) -> Vec<(String, Timestamp)> {
        self.visits.retain(|(source, _)| is_good(source));
        self.visits.sort();
        self.visits
    }
}

fn is_good(source: &str) -> bool {
    source.trim_start_matches('s').parse::<u8>().is_ok_and(|host| host <= GOOD)
}

async fn visits(bad: u8) -> Vec<(String, Timestamp)> {
    let turn = std::sync::atomic::AtomicUsize::new(0);
    let hosts = Hosts::start(move |asked, stream| match (asked.host, asked.path.as_str()) {
        (_, "/robots.txt") => hosts::missing(stream),
        // One answers as if all were well, and then no more.
        (BAD_FROM, _) if turn.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 2 => {
            hosts::feed(stream, "Flapping")
        }
        (BAD_FROM.., _) => hold(stream),
        _ => hosts::feed(stream, "Le Courrier"),
    });
    let mut stepped = Stepped::new();
    let mut sources: Vec<_> = (1..=GOOD).map(|host| source(&hosts, host)).collect();
    stepped.declare(&sources);
    stepped.step().await;
    sources.extend((0..bad).map(|n| source(&hosts, BAD_FROM + n)));
    stepped.declare(&sources);
    for _ in 0..STEPS {
        stepped.step().await;
    }
    stepped.good_visits()
}

#[tokio::test]
async fn hosts_that_never_answer_delay_no_good_source_by_a_second() {
    let quiet = visits(0).await;
    // At once, and every ten seconds from then on.
    assert_eq!(quiet.len(), usize::from(GOOD) * 7, "{quiet:?}");
    assert!(quiet.iter().all(|(_, at)| (*at - start()).num_seconds() % 10 == 0), "{quiet:?}");
    assert_eq!(visits(BAD).await, quiet);
}
