//! Measures what it costs to give out a feed: fills a ledger with mentions, of which every tenth is a copy, runs
//! `vigie run` beside it, and fetches a feed over one connection: whole, and as who has it already. Prints
//! fetches a second for each form and number of entries, and the daemon's largest resident memory.
//!
//! `cargo build --release -p vigie && cargo run --release -p vigie --example feed_out_bench [MENTIONS]`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints what it measures by the clock"
)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use model::{Details, Host, Item, ItemId, Kind, Seq, Source, Timestamp, ToneReading, Validators};
use store::{Declaration, Finding, Found, HitTone, Ledger, Outcome, Room, Sight, Told, Visit};

use crate::support::Failure;
use crate::support::daemon::{Daemon, vigie};

const FEED: &str = "http://127.0.0.1:9/feed";
const BATCH: usize = 1_000;
/// How long each figure is measured.
const STRETCH: Duration = Duration::from_secs(5);

fn main() -> Result<(), Failure> {
    let mentions = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    configure(folder.path(), address)?;
    fill(&folder.path().join("data"), mentions)?;
    let paths = new_feed(folder.path())?;
    let daemon = Daemon::start(folder.path())?;
    measure(address, &paths, mentions)?;
    println!("{} MB resident at most", daemon.resident_max()?);
    Ok(())
}

fn configure(folder: &Path, address: SocketAddr) -> Result<(), Failure> {
    let text = format!(
        "data = \"data\"\n[crawl]\ncontact = \"bench@vigie.example\"\n\
         [mail]\nfrom = \"vigie@vigie.example\"\ndirectory = \"mails\"\n[queries]\nbrand = 'Ozalée'\n\
         [web]\nlisten = \"{address}\"\n[sources.gazette]\nurl = \"{FEED}\"\n"
    );
    Ok(std::fs::write(folder.join("vigie.toml"), text)?)
}

fn fill(data: &Path, mentions: usize) -> Result<(), Failure> {
    let now = chrono::Utc::now() - TimeDelta::days(1);
    let mut ledger = Ledger::open(data, now)?;
    let source = Source {
        id: "gazette".into(),
        url: FEED.parse()?,
        name: "Gazette".to_owned(),
        kind: Kind::Web,
        lang: None,
        preset: None,
        full_text: false,
        zone: None,
        every: None,
        since: None,
    };
    let queries = [("brand".into(), "Ozalée".to_owned())];
    let declaration = Declaration { sources: &[source], queries: &queries, subscriptions: &[] };
    ledger.declare(&declaration, now)?;
    for first in (0..mentions).step_by(BATCH) {
        let now = now + TimeDelta::seconds(i64::try_from(first / BATCH)?);
        let items = (first..mentions.min(first + BATCH)).map(|n| article(n, now)).collect();
        record(&mut ledger, items, now)?;
        note_read(&mut ledger, now)?;
    }
    Ok(())
}

/// An article of 1,500 bytes that is found.
fn article(n: usize, now: Timestamp) -> Found {
    let item = Item {
        source: "gazette".into(),
        kind: Kind::Web,
        guid: Some(format!("tag:gazette.example,2026:{n}")),
        url: format!("https://gazette.example/2026/article-{n}").parse().ok(),
        title: format!("Article {n}: Ozalée opens a shop"),
        text: format!("{n}: {}", "A new tea with bubbles by Ozalée comes to town. ".repeat(30)),
        author: Some("A. Writer".to_owned()),
        lang: None,
        published: Some(now),
        updated: None,
        details: Details::default(),
    };
    Found { item, hits: vec!["brand".into()], finding: Finding::Live }
}

fn record(ledger: &mut Ledger, items: Vec<Found>, now: Timestamp) -> Result<(), Failure> {
    let due =
        ledger.claim_due_sources(now, Room { prompt: 1, other: 1 }, Duration::from_mins(1))?;
    let due = due.first().ok_or("the source is not due")?;
    let outcome = Outcome::Read {
        items,
        problems: Vec::new(),
        validators: Validators::default(),
        moved_to: None,
        sight: Sight::default(),
    };
    let visit = Visit {
        source: due.source.id.clone(),
        epoch: due.epoch,
        queries_version: ledger.queries()?.version,
        outcome,
        next_check: now,
        host_pause: Duration::ZERO,
        host: Host::default(),
        passed: Vec::new(),
    };
    ledger.record_fetch(&visit, now)?;
    Ok(())
}

/// Notes story and tone of what was recorded last: every tenth copies the one before.
fn note_read(ledger: &mut Ledger, now: Timestamp) -> Result<(), Failure> {
    let (after, upto) = (ledger.stories_upto()?, ledger.head()?);
    let items: Vec<(ItemId, Seq)> =
        ledger.items_after(after, BATCH)?.iter().map(|stored| (stored.id, stored.seq)).collect();
    let story = |id: ItemId| if id.0.is_multiple_of(10) { ItemId(id.0 - 1) } else { id };
    let told: Vec<Told> = items
        .iter()
        .map(|(id, _)| Told { item: *id, story: story(*id), at: now, fingerprint: Vec::new() })
        .collect();
    // Nothing is to be compared with them any more.
    ledger.record_stories(after, upto, &told, now + TimeDelta::days(1))?;
    let reading = ToneReading { tone: None, score: 0.0, confidence: 0.5, words: Vec::new() };
    let tones: Vec<HitTone> = items
        .iter()
        .map(|(item, seq)| HitTone {
            query: "brand".into(),
            item: *item,
            seq: *seq,
            reading: reading.clone(),
        })
        .collect();
    Ok(ledger.record_tones(&tones)?)
}

/// Makes a feed, and returns its paths.
fn new_feed(folder: &Path) -> Result<Vec<String>, Failure> {
    let output = vigie(folder)?.args(["feeds", "new", "--query", "brand"]).output()?;
    let text = String::from_utf8(output.stdout)?;
    let paths = text.lines().filter_map(|line| Some(format!("/f/{}", line.split_once("/f/")?.1)));
    Ok(paths.collect())
}

fn measure(address: SocketAddr, paths: &[String], mentions: usize) -> Result<(), Failure> {
    println!("{mentions} mentions in the ledger; fetches a second:");
    let mut client = connect(address)?;
    for path in paths {
        for limit in ["", "?limit=200"] {
            let path = format!("{path}{limit}");
            let (_, etag, bytes) = client.get(&path, "")?;
            let whole = client.rate(&path, "", 200)?;
            let same = client.rate(&path, &format!("If-None-Match: {etag}\r\n"), 304)?;
            let form = path.rsplit_once('.').map_or("", |(_, form)| form);
            println!(
                "  {form:15} {bytes:7} bytes: {whole:5.0} whole, {same:5.0} of who has it already"
            );
        }
    }
    Ok(())
}

struct Client {
    reader: BufReader<TcpStream>,
    address: SocketAddr,
}

/// Waits until the daemon answers.
fn connect(address: SocketAddr) -> Result<Client, Failure> {
    for _ in 0..1_200 {
        if let Ok(stream) = TcpStream::connect(address) {
            stream.set_nodelay(true)?;
            return Ok(Client { reader: BufReader::new(stream), address });
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err("waited in vain".into())
}

impl Client {
    /// Fetches for a while, and returns how often a second that went.
    fn rate(&mut self, path: &str, headers: &str, expect: u16) -> Result<f64, Failure> {
        let (began, mut fetches) = (Instant::now(), 0_u32);
        while began.elapsed() < STRETCH {
            let (status, ..) = self.get(path, headers)?;
            if status != expect {
                return Err(format!("{status} for {expect}").into());
            }
            fetches += 1;
        }
        Ok(f64::from(fetches) / began.elapsed().as_secs_f64())
    }

    /// Returns the status, the etag and how long the body is.
    fn get(&mut self, path: &str, headers: &str) -> Result<(u16, String, usize), Failure> {
        let head = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.address);
        self.reader.get_mut().write_all(head.as_bytes())?;
        let (mut status, mut etag, mut length) = (0, String::new(), 0);
        loop {
            let mut line = String::new();
            if self.reader.read_line(&mut line)? == 0 {
                // A connection lives for some minutes.
                *self = connect(self.address)?;
                return self.get(path, headers);
            }
            if line.trim().is_empty() {
                break;
            }
            match line.trim().split_once(": ") {
                Some(("etag", value)) => value.clone_into(&mut etag),
                Some(("content-length", value)) => length = value.parse()?,
                Some(_) => {}
                None => status = line.split(' ').nth(1).unwrap_or_default().parse()?,
            }
        }
        let mut body = vec![0; if status == 304 { 0 } else { length }];
        self.reader.read_exact(&mut body)?;
        Ok((status, etag, body.len()))
    }
}
