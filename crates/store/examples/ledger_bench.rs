//! Prints how many items a second go through `record_fetch`, on the disk of the temporary
//! directory: `cargo run --release -p store --example ledger_bench`.

use std::io::Write;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use model::{Details, Host, Item, Kind, Source, Timestamp, Validators};
use store::{Declaration, Finding, Found, Ledger, Outcome, Room, Sight, Visit};

const ITEMS: usize = 20_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for batch in [20, 100] {
        let dir = tempfile::tempdir()?;
        let now: Timestamp = "2026-03-01T12:00:00Z".parse()?;
        let mut ledger = Ledger::open(dir.path(), now)?;
        declare(&mut ledger, now)?;
        for (pass, what) in ["new", "known, unchanged"].into_iter().enumerate() {
            let began = Instant::now();
            let now = now + TimeDelta::days(i64::try_from(pass)?);
            for visit in 0..ITEMS / batch {
                let items = (visit * batch..(visit + 1) * batch).map(|n| article(n, now));
                let now = now + TimeDelta::seconds(i64::try_from(visit)?);
                record(&mut ledger, items.collect(), now)?;
            }
            let rate = u128::try_from(ITEMS)? * 1_000_000 / began.elapsed().as_micros();
            writeln!(out, "{rate:>8} items/s in visits of {batch:>3} ({what})")?;
        }
        let bytes = std::fs::metadata(dir.path().join(store::FILE_NAME))?.len();
        writeln!(out, "{:>8} bytes on disk for each item", bytes / ITEMS as u64)?;
    }
    Ok(())
}

fn declare(ledger: &mut Ledger, now: Timestamp) -> Result<(), Box<dyn std::error::Error>> {
    let source = Source {
        id: "gazette".into(),
        url: "https://gazette.example/feed".parse()?,
        name: "Gazette".to_owned(),
        kind: Kind::News,
        lang: None,
        preset: None,
        full_text: false,
        zone: None,
        every: None,
        since: None,
    };
    let declaration = Declaration {
        sources: &[source],
        queries: &[("brand".into(), "ozalée".to_owned())],
        subscriptions: &[],
    };
    ledger.declare(&declaration, now)?;
    Ok(())
}

/// An article of 600 bytes; every tenth is a hit.
fn article(n: usize, now: Timestamp) -> Found {
    let item = Item {
        source: "gazette".into(),
        kind: Kind::News,
        guid: Some(format!("tag:gazette.example,2026:{n}")),
        url: format!("https://gazette.example/2026/article-{n}").parse().ok(),
        title: format!("Article {n} about sparkling tea"),
        text: format!("Article {n}: {}", "a new tea with bubbles. ".repeat(25)),
        author: Some("A. Writer".to_owned()),
        lang: None,
        published: Some(now),
        updated: None,
        details: Details::default(),
    };
    let hits = if n.is_multiple_of(10) { vec!["brand".into()] } else { Vec::new() };
    Found { item, hits, finding: Finding::Live }
}

fn record(
    ledger: &mut Ledger,
    items: Vec<Found>,
    now: Timestamp,
) -> Result<(), Box<dyn std::error::Error>> {
    let due =
        ledger.claim_due_sources(now, Room { prompt: 1, other: 1 }, Duration::from_mins(1))?;
    let due = due.first().ok_or("the source is not due")?;
    let visit = Visit {
        source: due.source.id.clone(),
        epoch: due.epoch,
        queries_version: ledger.queries()?.version,
        outcome: Outcome::Read {
            items,
            problems: Vec::new(),
            validators: Validators::default(),
            moved_to: None,
            sight: Sight::default(),
        },
        next_check: now,
        host_pause: Duration::ZERO,
        host: Host::default(),
        passed: Vec::new(),
    };
    ledger.record_fetch(&visit, now)?;
    Ok(())
}
