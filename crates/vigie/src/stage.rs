//! What the tests share that live through days and weeks of a stepped clock.

use std::path::Path;
use std::time::Duration;

use alert::Letter;
use model::{DeliveryState, Details, Host, Item, Kind, QueryName, Timestamp, Validators};
use store::{
    DueSource, Finding, Found, Ledger, NewAssessment, NewSignalEvent, Outcome, Room, Sight, Visit,
};
use tempfile::TempDir;

use crate::config::{Care, Config, Secrets};
use crate::daemon::declare;

/// A small generator (`SplitMix64`), so that a failure can be played again.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `below`.
    pub(crate) fn below(&mut self, below: u64) -> u64 {
        self.next() % below
    }

    /// A number from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits of it")]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

pub(crate) fn read(configuration: &str, folder: &Path) -> Config {
    Config::parse(configuration, "vigie.toml", folder, Secrets::Leave, Care::Usual).unwrap()
}

/// A folder with a configuration's ledger, as it is when the daemon starts.
pub(crate) fn begin(configuration: &str, now: Timestamp) -> (TempDir, Config, Ledger) {
    let dir = tempfile::tempdir().unwrap();
    let config = read(configuration, dir.path());
    let mut ledger = Ledger::open(dir.path(), now).unwrap();
    declare(&mut ledger, &config, now).unwrap();
    (dir, config, ledger)
}

/// Leases all sources that are due.
pub(crate) fn claim(ledger: &mut Ledger, now: Timestamp) -> Vec<DueSource> {
    let room = Room { prompt: 99, other: 99 };
    ledger.claim_due_sources(now, room, Duration::from_mins(1)).unwrap()
}

/// A visit to one of them, which is due again at `next_check`.
pub(crate) fn visit(
    ledger: &Ledger,
    due: &DueSource,
    outcome: Outcome,
    next_check: Timestamp,
) -> Visit {
    Visit {
        source: due.source.id.clone(),
        epoch: due.epoch,
        queries_version: ledger.queries().unwrap().version,
        outcome,
        next_check,
        host_pause: Duration::ZERO,
        host: Host::default(),
        passed: Vec::new(),
    }
}

/// A source shows items that queries find.
pub(crate) fn shown(items: Vec<Item>, queries: &[&str]) -> Outcome {
    let hits: Vec<QueryName> = queries.iter().copied().map(QueryName::new).collect();
    let found = |item| Found { item, hits: hits.clone(), finding: Finding::Live };
    Outcome::Read {
        items: items.into_iter().map(found).collect(),
        problems: Vec::new(),
        validators: Validators::default(),
        moved_to: None,
        sight: Sight::default(),
    }
}

/// An item of `courrier` whose title has a number.
pub(crate) fn article(number: u64, random: &mut Random, published: Timestamp) -> Item {
    let words: Vec<String> = (0..8).map(|_| format!("w{}", random.below(100_000))).collect();
    Item {
        source: "courrier".into(),
        kind: Kind::News,
        guid: Some(number.to_string()),
        url: Some(format!("https://courrier.example/{number}").parse().unwrap()),
        title: format!("Ozalee n{number}n {}", words[..3].join(" ")),
        text: words.join(" "),
        author: None,
        lang: None,
        published: Some(published),
        updated: None,
        details: Details::default(),
    }
}

/// Something happens to a signal of a query.
pub(crate) fn turn(ledger: &mut Ledger, query: &str, event: NewSignalEvent, now: Timestamp) {
    let rows = ledger.assessed().unwrap();
    let row = rows.into_iter().find(|row| row.query.as_str() == query).unwrap();
    let assessment = NewAssessment {
        query: row.query,
        edition: row.edition,
        settings: String::new(),
        after: row.last.map(|last| last.upto),
        upto: now,
        head: model::Seq(0),
        lives: "[]".to_owned(),
        begins_anew: false,
        states: None,
        events: vec![event],
        lasting: Vec::new(),
    };
    assert!(ledger.record_assessment(&assessment, now).unwrap());
}

/// The numbers of the articles that a letter tells.
pub(crate) fn tells(letter: &Letter) -> Vec<u64> {
    let number = |line: &str| line.strip_prefix("Ozalee n")?.split_once('n')?.0.parse().ok();
    letter.text.lines().filter_map(number).collect()
}

/// Takes all letters that are due: they arrive.
pub(crate) fn letters(ledger: &mut Ledger, now: Timestamp) -> Vec<Letter> {
    let due = ledger.claim_deliveries(now, 100, Duration::from_mins(1), |_| None).unwrap();
    let letter = |delivery: store::Delivery| {
        ledger.settle(delivery.id, &DeliveryState::Sent { at: now }, None).unwrap();
        serde_json::from_str(&delivery.payload).unwrap()
    };
    due.into_iter().map(letter).collect()
}

/// A text on one line, with plain spaces.
pub(crate) fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
