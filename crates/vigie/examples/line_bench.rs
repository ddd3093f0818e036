//! Measures the straight line in one process: from the bytes of a feed to items that are stored,
//! matched and indexed. Prints the time of each step and items per second.
//!
//! `cargo run --release -p vigie --example line_bench [FEEDS] [QUERIES]`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark prints what it measures by the clock"
)]

use std::time::{Duration, Instant};

use crawl::PageContext;
use index::Index;
use model::{Kind, QueryName, Seq, Source, Timestamp, Validators};
use query::{Matcher, Scratch};
use store::{Declaration, Finding, Found, Ledger, Outcome, Room, Sight, Visit};

const ITEMS_PER_FEED: usize = 20;
const WORDS: [&str; 12] = [
    "thé",
    "pétillant",
    "bouteille",
    "dégustation",
    "terrasse",
    "marque",
    "citron",
    "été",
    "fête",
    "qualité",
    "prix",
    "saveur",
];

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let feeds = arguments.next().transpose()?.unwrap_or(1_000);
    let queries = arguments.next().transpose()?.unwrap_or(100);
    let folder = std::env::temp_dir().join(format!("vigie-line-{}", std::process::id()));
    let measured = measure(&folder, feeds, queries);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn measure(folder: &std::path::Path, feeds: usize, queries: usize) -> Result<(), Failure> {
    let now: Timestamp = chrono::Utc::now();
    let sources: Vec<Source> = (0..feeds).map(source).collect::<Result<_, _>>()?;
    let texts: Vec<(QueryName, String)> =
        (0..queries).map(|n| (QueryName::new(format!("q{n}")), query_text(n))).collect();
    let mut matcher = Matcher::new();
    for (name, text) in &texts {
        let query = query::parse(text).map_err(|problems| problems[0].message.clone())?;
        matcher.insert(name.clone(), &query);
    }
    let mut scratch = Scratch::new();
    let mut ledger = Ledger::open(folder, now)?;
    let declaration = Declaration { sources: &sources, queries: &texts, subscriptions: &[] };
    ledger.declare(&declaration, now)?;
    let queries_version = ledger.queries()?.version;
    let mut index = Index::open(&folder.join("index"), ledger.uuid())?.index;
    let bodies: Vec<String> = (0..feeds).map(body).collect();

    let presets = crawl::Presets::default();
    let [mut reading, mut matching, mut storing, mut indexing] = [Duration::ZERO; 4];
    let whole = Instant::now();
    let (mut items, mut hits) = (0, 0);
    let room = Room { prompt: 0, other: 1 };
    while let [due, ..] = &ledger.claim_due_sources(now, room, Duration::from_mins(1))?[..] {
        let number: usize = due.source.id.as_str().trim_start_matches('s').parse()?;
        let page = PageContext {
            url: &due.source.url,
            content_type: Some("application/rss+xml"),
            fetched_at: now,
            source: &due.source,
            presets: &presets,
            link: None,
            dates: crawl::dates::DateHabits::default(),
        };
        let page_read = timed(&mut reading, || crawl::read(bodies[number].as_bytes(), &page));
        let found: Vec<Found> = timed(&mut matching, || {
            let found = page_read.items.into_iter().map(|item| Found {
                hits: matcher.find(&item, &mut scratch).cloned().collect(),
                finding: Finding::Live,
                item,
            });
            found.collect()
        });
        let visit = Visit {
            source: due.source.id.clone(),
            epoch: due.epoch,
            queries_version,
            outcome: Outcome::Read {
                items: found,
                problems: Vec::new(),
                validators: Validators::default(),
                moved_to: None,
                sight: Sight::default(),
            },
            next_check: now + Duration::from_hours(1),
            host_pause: Duration::ZERO,
            host: due.host.clone(),
            passed: Vec::new(),
        };
        let recorded = timed(&mut storing, || ledger.record_fetch(&visit, now))?;
        items += recorded.new;
        hits += recorded.hits;
    }
    timed(&mut indexing, || -> Result<(), Failure> {
        loop {
            let batch = ledger.items_after(index.checkpoint(), 1_000)?;
            let Some(last) = batch.last().map(|item| item.seq) else { return Ok(()) };
            index.apply(&batch, last)?;
        }
    })?;
    let whole = whole.elapsed();
    assert_eq!(index.checkpoint(), Seq(items as u64), "everything is indexed");
    let bytes: usize = bodies.iter().map(String::len).sum();
    println!(
        "{feeds} feeds, {items} items, {:.1} MB, {queries} queries, {hits} hits: {:.2} s, {:.0} items/s",
        bytes as f64 / 1e6,
        whole.as_secs_f64(),
        items as f64 / whole.as_secs_f64()
    );
    for (step, time) in
        [("read", reading), ("match", matching), ("store", storing), ("index", indexing)]
    {
        println!("  {step:6} {:6.1} µs an item", time.as_secs_f64() * 1e6 / items as f64);
    }
    Ok(())
}

fn timed<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let done = work();
    *total += start.elapsed();
    done
}

fn source(number: usize) -> Result<Source, url::ParseError> {
    Ok(Source {
        id: format!("s{number}").as_str().into(),
        url: format!("http://site{number}.example/feed").parse()?,
        name: format!("Site {number}"),
        kind: Kind::News,
        lang: None,
        preset: None,
        full_text: false,
        zone: None,
        every: None,
        since: None,
    })
}

fn query_text(number: usize) -> String {
    let word = |shift: usize| WORDS[(number + shift) % WORDS.len()];
    match number % 3 {
        0 => format!("\"{} marque{number}\"", word(0)),
        1 => format!("marque{number} AND ({} OR {})", word(1), word(5)),
        _ => format!("title:marque{number} -{}", word(2)),
    }
}

/// One feed of 20 items of about 600 bytes.
fn body(feed: usize) -> String {
    let items = (0..ITEMS_PER_FEED).map(|n| {
        let seed = feed * ITEMS_PER_FEED + n;
        let words: Vec<&str> = (1..80).map(|k| WORDS[(seed * k + k) % WORDS.len()]).collect();
        format!(
            "<item><guid>{seed}</guid><title>article marque{} {seed}</title>\
             <link>http://site{feed}.example/{n}</link><description>{}</description></item>",
            seed % 300,
            words.join(" ")
        )
    });
    let items: String = items.collect();
    format!(
        "<rss version=\"2.0\"><channel><title>Site {feed}</title>\
         <link>http://site{feed}.example/</link>{items}</channel></rss>"
    )
}
