//! Prints how long items wait to be seen, with the learnt schedule and with fixed intervals of as many requests, on
//! the archived feeds of `VIGIE_DATA/streams/bbcrss_snapshots.tar.xz` served by a stepped clock: a request at
//! some time gets the newest snapshot taken by then.
//!
//! An item appears with the first snapshot that shows it. One that goes and comes back appears again; an
//! appearance that ended unseen counts as missed. Nothing is learnt before the clock has come there: each feed is
//! known from its first snapshot on, and all delays count from then on, for both sides.
//!
//!     VIGIE_DATA=../shared/data cargo run --release -p crawl --example schedule_bench [FEED]

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a bench prints figures")]

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use chrono::TimeDelta;
use crawl::{Appeared, Bounds, PageContext, Presets, Rhythm, Visited, next_check};
use model::{Kind, Source, SourceId, Timestamp};

const PRICES: [f64; 6] = [0.02, 0.06, 0.125, 0.25, 0.5, 1.0];
const PHASES: usize = 8;

/// A feed as it was archived.
struct Feed {
    name: String,
    snapshots: Vec<Snapshot>,
    /// When each item was shown: from the first snapshot to the last, each time.
    shown: HashMap<u32, Vec<(Timestamp, Timestamp)>>,
}

struct Snapshot {
    taken: Timestamp,
    /// Items, and the dates that they bear.
    items: Vec<(u32, Option<Timestamp>)>,
}

/// A feed, and the time within which it is visited.
#[derive(Clone, Copy)]
struct Span<'a> {
    feed: &'a Feed,
    from: Timestamp,
    to: Timestamp,
}

#[derive(Debug, Default, Clone)]
struct Outcome {
    requests: f64,
    delay_min: f64,
    seen: f64,
    missed: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Ok(data) = std::env::var("VIGIE_DATA") else {
        println!("not run: VIGIE_DATA is not set (streams/bbcrss_snapshots.tar.xz)");
        return Ok(());
    };
    let feeds = load(&Path::new(&data).join("streams/bbcrss_snapshots.tar.xz"))?;
    let spans = |from: Option<Timestamp>, which: &dyn Fn(usize, &Feed) -> bool| -> Vec<Span<'_>> {
        let end = feeds.iter().map(Feed::end).max();
        let chosen = feeds.iter().enumerate().filter(|(n, feed)| which(*n, feed));
        let alive = chosen
            .filter(|(_, feed)| from.is_none_or(|_| Some(feed.end() + TimeDelta::hours(6)) > end));
        alive
            .map(|(_, feed)| {
                let from = from.map_or(feed.begin(), |from| from.max(feed.begin()));
                Span { feed, from, to: feed.end() }
            })
            .collect()
    };
    if let Some(name) = std::env::args().nth(1) {
        compare(&name, &spans(None, &|_, feed| feed.name == name), true);
        return Ok(());
    }
    let common = feeds.iter().filter(|feed| feed.snapshots.len() > 40).map(Feed::begin).max();
    compare("all feeds, while all are there", &spans(common, &|_, _| true), true);
    compare("even feeds of these", &spans(common, &|n, _| n % 2 == 0), false);
    compare("odd feeds of these", &spans(common, &|n, _| n % 2 == 1), false);
    compare("all feeds, each for as long as it is there", &spans(None, &|_, _| true), false);
    let longest = feeds.iter().max_by_key(|feed| feed.snapshots.len()).map(|feed| &feed.name);
    let is_longest = |_: usize, feed: &Feed| Some(&feed.name) == longest;
    compare("the longest feed alone", &spans(None, &is_longest), false);
    Ok(())
}

/// Prints the learnt schedule beside fixed ones, at several prices.
fn compare(title: &str, spans: &[Span<'_>], each: bool) {
    println!("\n{title} ({} feeds)", spans.len());
    println!(
        "  price  requests  interval | mean delay, min: learnt   fixed   gain | own fixed   gain | best phase | missed: learnt fixed"
    );
    for price in PRICES {
        let learnt: Vec<_> = spans.iter().map(|span| learning(span, price)).collect();
        let all = sum(&learnt);
        let time: f64 = spans.iter().map(|span| minutes(span.to - span.from)).sum();
        let interval = time / all.requests;
        let one = |phase| spans.iter().map(|span| fixed(span, interval, phase)).collect::<Vec<_>>();
        let phases: Vec<Vec<Outcome>> = (0..PHASES).map(one).collect();
        let sums: Vec<_> = phases.iter().map(|phase| sum(phase)).collect();
        let same = sum(&sums);
        let best = sums.iter().map(Outcome::mean).fold(f64::INFINITY, f64::min);
        // As many requests for each feed as the learnt schedule made: known only afterwards.
        let own = |phase| {
            let with = |(span, learnt): (&Span<'_>, &Outcome)| {
                fixed(span, minutes(span.to - span.from) / learnt.requests.max(1.0), phase)
            };
            sum(&spans.iter().zip(&learnt).map(with).collect::<Vec<_>>())
        };
        let own = sum(&(0..PHASES).map(own).collect::<Vec<_>>());
        println!(
            "  {price:5}  {:8}  {interval:5.1} min | {:24.1} {:7.1} {:5.1} % | {:9.1} {:5.1} % | {:8.1} % | {:14.0} {:5.1}",
            all.requests,
            all.mean(),
            same.mean(),
            gain(&all, same.mean()),
            own.mean(),
            gain(&all, own.mean()),
            gain(&all, best),
            all.missed,
            same.missed / PHASES as f64,
        );
        if each && (price - 0.06).abs() < 1e-9 {
            for (n, (span, learnt)) in spans.iter().zip(&learnt).enumerate() {
                let same = sum(&phases.iter().map(|phase| phase[n].clone()).collect::<Vec<_>>());
                println!(
                    "         {:24} {:5} requests, {:4} items: {:6.1} min, fixed {:6.1} min, {:5.1} %, missed {} and {:.1}",
                    span.feed.name,
                    learnt.requests,
                    learnt.seen,
                    learnt.mean(),
                    same.mean(),
                    gain(learnt, same.mean()),
                    learnt.missed,
                    same.missed / PHASES as f64,
                );
            }
        }
    }
}

fn learning(span: &Span<'_>, price: f64) -> Outcome {
    let source = SourceId::new(&span.feed.name);
    let bounds = Bounds { min: Duration::from_mins(1), ..Bounds::default() };
    let mut known: Option<Rhythm> = None;
    visits(span, |snapshot, new, now| {
        let dates: Vec<_> = new.iter().map(|(_, date)| date.unwrap_or(now)).collect();
        let rhythm = match known.take() {
            None => Rhythm::begin(&dates, now),
            Some(mut rhythm) => {
                let shown = Some(snapshot.items.len());
                rhythm.learn(&Appeared { dates: &dates, shown, is_own_page: true }, now);
                rhythm
            }
        };
        let visited = Visited {
            source: &source,
            every: None,
            rhythm: Some(&rhythm),
            price,
            failures: 0,
            failing_for: Duration::ZERO,
            // Fixed intervals do not heed it either.
            fresh_for: None,
            retry_after: None,
            bounds,
        };
        let next = next_check(&visited, now);
        known = Some(rhythm);
        next
    })
}

fn fixed(span: &Span<'_>, interval_min: f64, phase: usize) -> Outcome {
    let mut visit = 0.0;
    visits(span, |_, _, _| {
        visit += 1.0;
        let at = (visit - phase as f64 / PHASES as f64) * interval_min;
        span.from + TimeDelta::from_std(Duration::from_secs_f64(at * 60.0)).unwrap_or_default()
    })
}

/// Visits a feed from a first visit, which is not counted, for as long as it lasts.
fn visits(
    span: &Span<'_>,
    mut next: impl FnMut(&Snapshot, &[(u32, Option<Timestamp>)], Timestamp) -> Timestamp,
) -> Outcome {
    let feed = span.feed;
    let mut outcome = Outcome::default();
    // When each item was first seen.
    let mut seen: HashMap<u32, Timestamp> = HashMap::new();
    let mut now = span.from;
    let mut last = now;
    while now <= span.to {
        let taken = feed.snapshots.partition_point(|snapshot| snapshot.taken <= now);
        let snapshot = &feed.snapshots[taken - 1];
        let is_new = |item: &&(u32, Option<Timestamp>)| !seen.contains_key(&item.0);
        let new: Vec<_> = snapshot.items.iter().filter(is_new).copied().collect();
        seen.extend(new.iter().map(|(item, _)| (*item, now)));
        outcome.requests += f64::from(u8::from(now > span.from));
        last = now;
        now = next(snapshot, &new, now);
    }
    for (item, shown) in &feed.shown {
        let first = shown[0].0;
        if first <= span.from || first > last {
            continue;
        }
        match seen.get(item) {
            Some(at) => {
                let stretch = shown.partition_point(|(begin, _)| begin <= at) - 1;
                outcome.delay_min += minutes(*at - shown[stretch].0);
                outcome.seen += 1.0;
                outcome.missed += f64::from(u8::from(stretch > 0));
            }
            None => outcome.missed += 1.0,
        }
    }
    outcome
}

impl Outcome {
    fn mean(&self) -> f64 {
        self.delay_min / self.seen.max(1.0)
    }
}

fn sum(outcomes: &[Outcome]) -> Outcome {
    outcomes.iter().fold(Outcome::default(), |sum, one| Outcome {
        requests: sum.requests + one.requests,
        delay_min: sum.delay_min + one.delay_min,
        seen: sum.seen + one.seen,
        missed: sum.missed + one.missed,
    })
}

/// By how many percent less an item waits.
fn gain(ours: &Outcome, theirs: f64) -> f64 {
    100.0 * (1.0 - ours.mean() / theirs)
}

fn minutes(time: TimeDelta) -> f64 {
    time.num_seconds() as f64 / 60.0
}

impl Feed {
    fn begin(&self) -> Timestamp {
        self.snapshots[0].taken
    }

    fn end(&self) -> Timestamp {
        self.snapshots[self.snapshots.len() - 1].taken
    }
}

fn load(archive: &Path) -> Result<Vec<Feed>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let unpacked =
        Command::new("tar").arg("xJf").arg(archive).arg("-C").arg(folder.path()).status()?;
    if !unpacked.success() {
        return Err(format!("tar could not unpack {}", archive.display()).into());
    }
    let mut files: BTreeMap<String, Vec<(i64, std::path::PathBuf)>> = BTreeMap::new();
    for feed in folder.path().read_dir()? {
        let feed = feed?;
        for file in feed.path().read_dir()? {
            let path = file?.path();
            let taken =
                path.file_stem().and_then(|stem| stem.to_str()).ok_or("no name")?.parse()?;
            let name = feed.file_name().to_string_lossy().into_owned();
            files.entry(name).or_default().push((taken, path));
        }
    }
    files.into_iter().map(|(name, files)| feed(name, files)).collect()
}

fn feed(name: String, mut files: Vec<(i64, std::path::PathBuf)>) -> Result<Feed, Box<dyn Error>> {
    files.sort();
    let presets = Presets::embedded();
    let source = Source {
        id: SourceId::new(&name),
        url: "https://archive.example/feed".parse()?,
        name: name.clone(),
        kind: Kind::News,
        lang: None,
        preset: Some(crawl::FEED.to_owned()),
        full_text: false,
        zone: None,
        since: None,
        every: None,
    };
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut shown: HashMap<u32, Vec<(Timestamp, Timestamp)>> = HashMap::new();
    let mut snapshots: Vec<Snapshot> = Vec::new();
    for (seconds, path) in files {
        let taken = Timestamp::from_timestamp(seconds, 0).ok_or("no time")?;
        let context = PageContext {
            url: &source.url,
            content_type: None,
            fetched_at: taken,
            source: &source,
            presets: &presets,
            link: None,
            dates: crawl::dates::DateHabits::default(),
        };
        let before = snapshots.last().map(|snapshot| snapshot.taken);
        let mut items = Vec::new();
        for item in crawl::read(&std::fs::read(path)?, &context).items {
            let Some(guid) = item.guid else { continue };
            let number = u32::try_from(numbers.len())?;
            let number = *numbers.entry(guid).or_insert(number);
            let stretches = shown.entry(number).or_default();
            match stretches.last_mut() {
                Some((_, until)) if Some(*until) == before || *until == taken => *until = taken,
                Some(_) | None => stretches.push((taken, taken)),
            }
            items.push((number, item.published));
        }
        snapshots.push(Snapshot { taken, items });
    }
    Ok(Feed { name, snapshots, shown })
}
