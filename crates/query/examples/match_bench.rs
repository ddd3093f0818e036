//! How fast the matcher is, in the form in which other engines are measured on the same files.
//!
//! `match_bench corpus=FILE queries=FILE [nq=10000] [nd=5000] [warm=5000] [dfdocs=20000] [cold=0]
//! [out=FILE]`: reads JSON lines of documents (`id title body site lang date`) and of queries (`id must
//! not`, with nodes `{"t":term} {"p":[terms]} {"pre":prefix} {"any":[nodes]} {"near":[n,a,b]}
//! {"f":[field,value]}`), and prints the time to build, the time of the analysis alone, and the time to
//! match `nd` documents after `warm` others, and to change single queries. Times are of one thread's CPU. `cold` adds so many queries
//! whose words no document has. `out` gets a line for each document: its number and the ids of the
//! queries that find it.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "figures for people")]

use std::collections::HashMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::time::Duration;

use model::{Details, Item, Kind, Lang, QueryName};
use query::{Matcher, Query, Scratch};
use rustix::time::{ClockId, clock_gettime};
use serde_json::Value;

const BUILT_AT_ONCE: usize = 100_000;
/// How many queries are removed and added again, to see how long each takes.
const CHANGES: usize = 2_000;
/// How many documents one of two matchers has before it is the other's turn.
const TURN: usize = 500;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: HashMap<String, String> = std::env::args()
        .skip(1)
        .filter_map(|argument| {
            let (name, value) = argument.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        })
        .collect();
    let number = |name: &str, usual: usize| -> Result<usize> {
        Ok(arguments.get(name).map_or(Ok(usual), |value| value.parse())?)
    };
    let file = |name: &str| {
        arguments
            .get(name)
            .ok_or("usage: match_bench corpus=FILE queries=FILE [nq=N] [nd=N] [out=FILE]")
    };
    let (nq, nd) = (number("nq", 10_000)?, number("nd", 5_000)?);
    let (warm, dfdocs) = (number("warm", 5_000)?, number("dfdocs", 20_000)?);
    let items = read(file("corpus")?, (warm + nd).max(dfdocs), document)?;
    let queries = read(file("queries")?, nq, query)?;

    let learnt = &items[..dfdocs.min(items.len())];
    let cold = number("cold", 0)?;
    let mut matcher = build(learnt, &queries, cold)?;
    let measured = &items[warm.min(items.len())..(warm + nd).min(items.len())];
    let analysis = analyse(measured);
    let mut scratch = Scratch::new();
    for item in items.iter().take(warm) {
        matcher.find(item, &mut scratch).for_each(drop);
    }
    run(&matcher, &mut scratch, measured, analysis);
    if cold > 0 {
        beside(&build(learnt, &queries, 0)?, &matcher, measured);
    }
    if let Some(out) = arguments.get("out") {
        write(out, &matcher, &mut scratch, (warm..).zip(measured))?;
    }
    change(&mut matcher, &queries)
}

/// Makes a matcher that has seen the items and holds the queries.
fn build(items: &[Item], queries: &[(String, String)], cold: usize) -> Result<Matcher> {
    let mut matcher = Matcher::new();
    let learning = Stopwatch::start();
    for item in items {
        matcher.learn(item);
    }
    let learning = learning.elapsed();
    let (mut parsing, mut building) = (Duration::ZERO, Duration::ZERO);
    // In parts, since the trees of a million queries would not fit.
    for queries in queries.chunks(BUILT_AT_ONCE) {
        let start = Stopwatch::start();
        let parsed: Vec<(QueryName, Query)> = queries
            .iter()
            .map(|(id, text)| Ok((QueryName::from(id.as_str()), parse(text)?)))
            .collect::<Result<_>>()?;
        parsing += start.elapsed();
        let start = Stopwatch::start();
        matcher.insert_all(parsed.iter().map(|(name, query)| (name.clone(), query)));
        building += start.elapsed();
    }
    for cold in 0..cold {
        let text = format!("zqcold{cold}x \"zqa{cold} zqb{}\"", cold / 2);
        matcher.insert(QueryName::from(format!("cold{cold}").as_str()), &parse(&text)?);
    }
    let count = matcher.len().max(1);
    let heap = matcher.heap_bytes();
    let text_bytes: usize = queries.iter().map(|(_, text)| text.len()).sum();
    println!(
        "BUILD nq={} parse_cpu_s={:.3} learn_cpu_s={:.3} build_cpu_s={:.3} bytes_per_query={} with_names={} \
         with_texts={} statistics_bytes={} unanchored={}",
        matcher.len(),
        parsing.as_secs_f64(),
        learning.as_secs_f64(),
        building.as_secs_f64(),
        heap.queries / count,
        (heap.queries + heap.names) / count,
        (heap.queries + heap.names + text_bytes) / count,
        heap.statistics,
        matcher.unanchored().count(),
    );
    Ok(matcher)
}

/// Measures the analysis alone, and returns the best of three.
fn analyse(items: &[Item]) -> Duration {
    let (mut tokens, mut best) = (0, Duration::MAX);
    for _ in 0..3 {
        let start = Stopwatch::start();
        tokens = items.iter().map(query::analysis::measure).sum();
        best = best.min(start.elapsed());
    }
    let docs = items.len() as f64 / best.as_secs_f64();
    println!(
        "ANALYSIS tokens={tokens} docs/s={docs:.0} MB/s={:.1}",
        megabytes(items) / best.as_secs_f64()
    );
    best
}

/// Measures all items together, and then each by itself.
fn run(matcher: &Matcher, scratch: &mut Scratch, items: &[Item], analysis: Duration) {
    let mut found = 0;
    let start = Stopwatch::start();
    for item in items {
        found += matcher.find(item, scratch).count();
    }
    let whole = start.elapsed();
    let mut each = Vec::with_capacity(items.len());
    let mut costs = Vec::with_capacity(items.len());
    let (mut anchors, mut runs) = (0, 0);
    for item in items {
        let (mut best, mut found) = (Duration::MAX, 0);
        for round in 0..3 {
            let start = Stopwatch::start();
            found = matcher.find(item, scratch).count();
            let time = start.elapsed();
            best = best.min(time);
            // The first round is what a stranger's item costs; the others only help to tell why.
            if round == 0 {
                each.push(time);
            }
        }
        let work = scratch.work();
        let nanos = best.as_secs_f64() * 1e9;
        costs.push(([work.tokens as f64, found as f64, work.anchors as f64], nanos));
        anchors += work.anchors;
        runs += work.runs;
    }
    let docs = items.len() as f64;
    println!(
        "MATCH nq={} docs={} matches={found} ({:.2}/doc) anchors/doc={:.1} runs/doc={:.1} docs/s cpu={:.0} \
         MB/s cpu={:.2} | per-doc cpu us {} | of analysis {:.3}",
        matcher.len(),
        items.len(),
        found as f64 / docs,
        anchors as f64 / docs,
        runs as f64 / docs,
        docs / whole.as_secs_f64(),
        megabytes(items) / whole.as_secs_f64(),
        told(each),
        analysis.as_secs_f64() / whole.as_secs_f64(),
    );
    let [token, found, anchor] = least_squares(&costs);
    println!("COST ns = {token:.1} * tokens + {found:.1} * matches + {anchor:.1} * anchors");
}

/// Compares two matchers, which take turns.
fn beside(without: &Matcher, with: &Matcher, items: &[Item]) {
    let mut scratches = [Scratch::new(), Scratch::new()];
    let mut ratios: Vec<f64> = Vec::new();
    for items in items.chunks(TURN) {
        // What the other left in the caches is not counted.
        let [without, with] = [(without, 0), (with, 1)].map(|(matcher, at)| {
            let mut turn = || {
                let start = Stopwatch::start();
                for item in items {
                    matcher.find(item, &mut scratches[at]).for_each(drop);
                }
                start.elapsed()
            };
            turn();
            turn()
        });
        ratios.push(with.as_secs_f64() / without.as_secs_f64());
    }
    ratios.sort_unstable_by(f64::total_cmp);
    let at = |share: usize| ratios.get(ratios.len() * share / 4).copied().unwrap_or_default();
    println!("COLD with / without: median={:.3} quartiles={:.3} {:.3}", at(2), at(1), at(3));
}

/// Returns the factors that explain the times best, from the normal equations.
fn least_squares(samples: &[([f64; 3], f64)]) -> [f64; 3] {
    let mut rows = [[0.0; 4]; 3];
    for (terms, time) in samples {
        for (row, term) in rows.iter_mut().zip(terms) {
            for (cell, other) in row.iter_mut().zip(terms.iter().chain([time])) {
                *cell += term * other;
            }
        }
    }
    for at in 0..3 {
        for below in 0..3 {
            if below != at && rows[at][at] != 0.0 {
                let factor = rows[below][at] / rows[at][at];
                let pivot = rows[at];
                for (cell, pivot) in rows[below].iter_mut().zip(pivot) {
                    *cell -= factor * pivot;
                }
            }
        }
    }
    [0, 1, 2].map(|at| if rows[at][at] == 0.0 { 0.0 } else { rows[at][3] / rows[at][at] })
}

fn megabytes(items: &[Item]) -> f64 {
    items.iter().map(|item| item.title.len() + item.text.len() + 1).sum::<usize>() as f64 / 1e6
}

/// Returns percentiles in microseconds.
fn told(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let micros = |at: usize| times.get(at).map_or(0.0, Duration::as_secs_f64) * 1e6;
    let last = times.len().saturating_sub(1);
    format!(
        "p50={:.1} p99={:.1} max={:.1}",
        micros(last / 2),
        micros(last * 99 / 100),
        micros(last)
    )
}

/// Writes a line for each document: its number and the ids of the queries that find it.
fn write<'i>(
    file: &str,
    matcher: &Matcher,
    scratch: &mut Scratch,
    items: impl Iterator<Item = (usize, &'i Item)>,
) -> Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    for (nth, item) in items {
        let names = matcher.find(item, scratch).map(|name| name.as_str().parse());
        let mut ids: Vec<u64> = names.filter_map(std::result::Result::ok).collect();
        ids.sort_unstable();
        let mut line = nth.to_string();
        for id in ids {
            write!(line, " {id}")?;
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// Takes queries out and puts them back, one at a time: for so long matching waits.
fn change(matcher: &mut Matcher, queries: &[(String, String)]) -> Result<()> {
    let step = (queries.len() / CHANGES).max(1);
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for (id, text) in queries.iter().step_by(step) {
        let (name, query) = (QueryName::from(id.as_str()), parse(text)?);
        let start = Stopwatch::start();
        matcher.remove(&name);
        removed.push(start.elapsed());
        let start = Stopwatch::start();
        matcher.insert(name, &query);
        added.push(start.elapsed());
    }
    // New ones make tables grow.
    let mut grown = Vec::new();
    for nth in 0..queries.len().min(100_000) {
        let query = parse(&format!("zqnew{nth}x zqnewer{nth}y"))?;
        let name = QueryName::from(format!("new{nth}").as_str());
        let start = Stopwatch::start();
        matcher.insert(name, &query);
        grown.push(start.elapsed());
    }
    println!(
        "CHANGE nq={} cpu us remove {} | add {} | add new {}",
        queries.len(),
        told(removed),
        told(added),
        told(grown)
    );
    Ok(())
}

fn parse(text: &str) -> Result<Query> {
    query::parse(text).map_err(|problems| format!("{text}: {}", problems[0]).into())
}

/// Measures the CPU time of this thread.
struct Stopwatch(Duration);

impl Stopwatch {
    fn start() -> Self {
        Self(Self::now())
    }

    fn elapsed(&self) -> Duration {
        Self::now().saturating_sub(self.0)
    }

    fn now() -> Duration {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or(0))
    }
}

fn read<T>(file: &str, count: usize, of: fn(&Value) -> Option<T>) -> Result<Vec<T>> {
    let lines =
        BufReader::new(File::open(file).map_err(|error| format!("{file}: {error}"))?).lines();
    let mut read = Vec::new();
    for (nth, line) in lines.take(count).enumerate() {
        let value: Value = serde_json::from_str(&line?)?;
        read.push(of(&value).ok_or_else(|| format!("{file}: line {} lacks a field", nth + 1))?);
    }
    Ok(read)
}

fn document(value: &Value) -> Option<Item> {
    Some(Item {
        source: "corpus".into(),
        kind: Kind::News,
        guid: None,
        url: Some(format!("https://{}/", value["site"].as_str()?).parse().ok()?),
        title: value["title"].as_str()?.to_owned(),
        text: value["body"].as_str()?.to_owned(),
        author: None,
        lang: Lang::from_tag(value["lang"].as_str()?),
        published: None,
        updated: None,
        details: Details::default(),
    })
}

fn query(value: &Value) -> Option<(String, String)> {
    let mut parts: Vec<String> =
        value["must"].as_array()?.iter().map(part).collect::<Option<_>>()?;
    for excluded in value["not"].as_array()? {
        parts.push(format!("-{}", part(excluded)?));
    }
    Some((value["id"].to_string(), parts.join(" ")))
}

fn part(node: &Value) -> Option<String> {
    let (shape, value) = node.as_object()?.iter().next()?;
    let several = |sign: &str| {
        let parts: Option<Vec<String>> = value.as_array()?.iter().map(part).collect();
        Some(format!("({})", parts?.join(sign)))
    };
    match shape.as_str() {
        "t" => Some(value.as_str()?.to_owned()),
        "p" => {
            let words: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
            Some(format!("\"{}\"", words?.join(" ")))
        }
        "pre" => Some(format!("{}*", value.as_str()?)),
        "any" => several(" OR "),
        "near" => Some(format!("({} NEAR/{} {})", part(&value[1])?, value[0], part(&value[2])?)),
        "f" => Some(format!("{}:{}", value[0].as_str()?, value[1].as_str()?)),
        _ => None,
    }
}
