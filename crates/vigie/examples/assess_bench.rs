//! Measures what it costs to look for signals with the ledger behind it: fills a ledger with queries that find
//! something all month long, then lets `vigie rehearse` assess all of them, the first time and each quarter of an
//! hour. Beside it stands what the ledger's counts and the detector alone take for the same buckets. Then it writes
//! the digests of a day, with their charts.
//!
//! `cargo build --release -p vigie && cargo run --release -p vigie --example assess_bench [QUERIES] [MENTIONS]`

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark prints what it measures by the clock"
)]

mod support;

use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use model::{Details, Host, Item, Kind, QueryName, Timestamp, Validators};
use signal::{Config, Detector, Observation, Slot};
use store::{Finding, Found, Ledger, Outcome, Room, Sight, Visit};

use crate::support::Failure;
use crate::support::daemon::vigie;

const SOURCES: usize = 20;
const DAYS: i64 = 30;
/// How many queries find one item.
const QUERIES_PER_ITEM: usize = 30;
/// Daily digests, and how many queries each has.
const BOARDS: usize = 40;
const QUERIES_PER_BOARD: usize = 50;
const BUCKET: TimeDelta = TimeDelta::minutes(15);
const ROUNDS: i32 = 8;
/// Of how many queries the parts are measured alone.
const SAMPLE: usize = 200;
/// What is counted of each query as the configuration has it: items, stories, authors, sources, negative, rating.
const SERIES: usize = 6;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>());
    let queries = arguments.next().transpose()?;
    let mentions = arguments.next().transpose()?.unwrap_or(300);
    for queries in queries.map_or(vec![1_000, 10_000], |queries| vec![queries]) {
        let folder = tempfile::tempdir()?;
        measure(folder.path(), queries, mentions)?;
    }
    Ok(())
}

fn measure(folder: &Path, queries: usize, mentions: usize) -> Result<(), Failure> {
    let opens: Timestamp = "2026-03-02T00:00:00Z".parse()?;
    let closes = opens + TimeDelta::days(DAYS);
    std::fs::write(folder.join("vigie.toml"), configuration(queries))?;
    let mut stage = Stage::open(folder, opens)?;
    stage.timed("compose", opens)?;
    drop(stage);
    let began = Instant::now();
    let mut world = World::open(folder, queries, mentions, opens)?;
    visit(&mut world.ledger, opens, |_| Vec::new())?;
    for day in 0..DAYS {
        world.pass_day(opens + TimeDelta::days(day))?;
    }
    world.ledger.checkpoint()?;
    let items = world.items;
    println!(
        "{queries} queries, {items} items, {} hits each of {DAYS} days, buckets of 15 min (made in {:.0} s)",
        items * QUERIES_PER_ITEM.min(queries) / queries,
        began.elapsed().as_secs_f64()
    );

    let mut stage = Stage::open(folder, closes)?;
    // Stories and tones of nothing were read: for these it waits a while, and no longer.
    stage.timed("assess", closes)?;
    let mut now = closes + TimeDelta::minutes(11);
    let first = stage.timed("assess", now)?;
    let per_query = |round: Duration| round.as_secs_f64() * 1e3 / queries as f64;
    println!("  first round: {:.2} s, {:.3} ms a query", first.as_secs_f64(), per_query(first));
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        now += BUCKET;
        // Sources are read, so that the buckets up to now are known.
        visit(&mut Ledger::open(&folder.join("data"), now)?, now, |_| Vec::new())?;
        rounds.push(stage.timed("assess", now)?);
    }
    rounds.sort_unstable();
    let following = rounds[rounds.len() / 2];
    println!(
        "  following rounds: {:.2} s, {:.3} ms a query (middle of {ROUNDS})",
        following.as_secs_f64(),
        per_query(following)
    );
    digests(&mut stage, &mut world, closes)?;
    drop(stage);
    parts(folder, queries, opens, now, [per_query(first), per_query(following)])
}

/// What the digests of one more day take.
fn digests(stage: &mut Stage, world: &mut World, midnight: Timestamp) -> Result<(), Failure> {
    // What was found before is told first.
    let before = midnight + TimeDelta::hours(9);
    stage.timed("compose", before)?;
    let (told, items) = (world.ledger.status(before)?.outbox.due, world.items);
    world.pass_day(midnight)?;
    let after = before + TimeDelta::days(1);
    let took = stage.timed("compose", after)?;
    println!(
        "  {} digests of {} queries, which found {}: {:.2} s, {:.1} ms each",
        world.ledger.status(after)?.outbox.due - told,
        QUERIES_PER_BOARD.min(world.queries),
        (world.items - items) * QUERIES_PER_ITEM * QUERIES_PER_BOARD / world.queries,
        took.as_secs_f64(),
        took.as_secs_f64() * 1e3 / BOARDS as f64
    );
    Ok(())
}

/// What the ledger's counts and the detector alone take for the buckets of a first and of a following round.
fn parts(
    folder: &Path,
    queries: usize,
    opens: Timestamp,
    now: Timestamp,
    whole: [f64; 2],
) -> Result<(), Failure> {
    let ledger = Ledger::open(&folder.join("data"), now)?;
    let sample: Vec<QueryName> =
        (0..queries).step_by((queries / SAMPLE).max(1)).map(|n| name(n).as_str().into()).collect();
    let bucket = BUCKET.to_std()?;
    for ((round, since), whole) in
        [("first", opens), ("following", now - TimeDelta::hours(60))].into_iter().zip(whole)
    {
        let count = |query: &QueryName| {
            black_box(ledger.counts(query, None, (since, now), bucket, &[])?);
            Ok(())
        };
        let counting = milliseconds(&sample, count)?;
        let detector = Detector::new(Config::mentions(15));
        let buckets = i32::try_from((now - since).num_minutes() / 15)?;
        let assess = |_: &QueryName| {
            for _ in 0..SERIES {
                let mut series = detector.start();
                for nth in 0..buckets {
                    let slot = Slot::at((since + BUCKET * nth).naive_utc(), BUCKET);
                    let seen = Observation::Count(f64::from(nth % 5 / 4));
                    black_box(detector.assess(&mut series, &slot, seen));
                }
            }
            Ok(())
        };
        let assessing = milliseconds(&sample, assess)?;
        println!(
            "  {round} round, {buckets} buckets: counts {counting:.3} ms ({:.0} %), detector {assessing:.3} ms \
             ({:.0} %) of {whole:.3} ms a query",
            100.0 * counting / whole,
            100.0 * assessing / whole
        );
    }
    let shares = |query: &QueryName| {
        black_box(ledger.findings_by_source(query, now - TimeDelta::days(28))?);
        Ok(())
    };
    let milliseconds = milliseconds(&sample, shares)?;
    println!("  shares of sources, every six hours: {milliseconds:.3} ms a query\n");
    Ok(())
}

/// What some work takes for one of the queries.
fn milliseconds(
    queries: &[QueryName],
    work: impl FnMut(&QueryName) -> Result<(), Failure>,
) -> Result<f64, Failure> {
    let began = Instant::now();
    queries.iter().try_for_each(work)?;
    Ok(began.elapsed().as_secs_f64() * 1e3 / queries.len() as f64)
}

fn name(n: usize) -> String {
    format!("brand{n:05}")
}

fn stamp(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

fn configuration(queries: usize) -> String {
    let mut text = "data = \"data\"\n\
         [crawl]\ncontact = \"bench@vigie.example\"\n\
         [mail]\nfrom = \"vigie@vigie.example\"\ndirectory = \"mails\"\n[queries]\n"
        .to_owned();
    // Writing to a string can't fail.
    for n in 0..queries {
        let _ = writeln!(text, "{0} = '{0}'", name(n));
    }
    for source in 0..SOURCES {
        let _ = writeln!(text, "[sources.s{source}]\nurl = \"https://s{source}.example/feed\"");
    }
    for board in 0..BOARDS {
        let of_board = (0..QUERIES_PER_BOARD.min(queries))
            .map(|n| format!("'{}'", name((board * QUERIES_PER_BOARD + n) % queries)));
        let of_board = of_board.collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            text,
            "[subscriptions.board{board}]\nqueries = [{of_board}]\nto = ['board{board}@vigie.example']"
        );
    }
    text
}

/// What sources say, the same in each run.
struct World {
    ledger: Ledger,
    queries: usize,
    per_day: usize,
    random: u64,
    items: usize,
}

impl World {
    fn open(
        folder: &Path,
        queries: usize,
        mentions: usize,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let per_day = queries * mentions / QUERIES_PER_ITEM.min(queries) / usize::try_from(DAYS)?;
        let ledger = Ledger::open(&folder.join("data"), now)?;
        Ok(Self { ledger, queries, per_day, random: 0x9e37_79b9_7f4a_7c15, items: 0 })
    }

    fn below(&mut self, bound: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        usize::try_from(self.random % bound as u64).unwrap_or(0)
    }

    /// Records what each source said on a day.
    fn pass_day(&mut self, midnight: Timestamp) -> Result<(), Failure> {
        let mut said: Vec<Vec<Found>> = (0..SOURCES).map(|_| Vec::new()).collect();
        for (source, said) in said.iter_mut().enumerate() {
            for _ in 0..self.per_day / SOURCES {
                self.items += 1;
                let minute = i64::try_from(self.below(1440)).unwrap_or(0);
                let hits: Vec<QueryName> = (0..QUERIES_PER_ITEM.min(self.queries))
                    .map(|_| self.below(self.queries))
                    .collect::<std::collections::BTreeSet<_>>()
                    .into_iter()
                    .map(|n| name(n).as_str().into())
                    .collect();
                let published = midnight + TimeDelta::minutes(minute);
                let item = article(&format!("s{source}"), self.items, published);
                said.push(Found { item, hits, finding: Finding::Live });
            }
        }
        visit(&mut self.ledger, midnight + TimeDelta::days(1), |source| {
            let nth = source.strip_prefix('s').and_then(|nth| nth.parse::<usize>().ok());
            nth.and_then(|nth| said.get_mut(nth)).map(std::mem::take).unwrap_or_default()
        })
    }
}

/// Visits every source.
fn visit(
    ledger: &mut Ledger,
    now: Timestamp,
    mut shown: impl FnMut(&str) -> Vec<Found>,
) -> Result<(), Failure> {
    let room = Room { prompt: 99, other: 99 };
    for due in ledger.claim_due_sources(now, room, Duration::from_mins(1))? {
        let outcome = Outcome::Read {
            items: shown(due.source.id.as_str()),
            problems: Vec::new(),
            validators: Validators::default(),
            moved_to: None,
            sight: Sight::default(),
        };
        let visit = Visit {
            source: due.source.id,
            epoch: due.epoch,
            queries_version: ledger.queries()?.version,
            outcome,
            next_check: now + TimeDelta::minutes(1),
            host_pause: Duration::ZERO,
            host: Host::default(),
            passed: Vec::new(),
        };
        ledger.record_fetch(&visit, now)?;
    }
    Ok(())
}

fn article(source: &str, n: usize, published: Timestamp) -> Item {
    Item {
        source: source.into(),
        kind: Kind::News,
        guid: Some(format!("{source}-{n}")),
        url: Some(format!("https://{source}.example/{n}").parse().expect("an address")),
        title: format!("Article {n}"),
        text: format!("What there is to say in article {n} of {source}."),
        author: Some(format!("author {}", n % 97)),
        lang: None,
        published: Some(published),
        updated: None,
        details: Details::default(),
    }
}

/// The program with a clock that it is told.
struct Stage {
    child: Child,
    told: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Stage {
    fn open(folder: &Path, now: Timestamp) -> Result<Self, Failure> {
        let mut child = vigie(folder)?
            .args(["rehearse", "--at", &stamp(now)])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let told = child.stdin.take().ok_or("no standard input")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no standard output")?);
        Ok(Self { child, told, answers })
    }

    /// How long a command takes.
    fn timed(&mut self, command: &str, now: Timestamp) -> Result<Duration, Failure> {
        let began = Instant::now();
        writeln!(self.told, "{command} {}", stamp(now))?;
        let mut line = String::new();
        match self.answers.read_line(&mut line)? {
            0 => Err(format!("the program ended at {command}").into()),
            _ => Ok(began.elapsed()),
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
