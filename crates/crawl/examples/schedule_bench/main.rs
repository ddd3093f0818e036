//! Prints how long items wait to be seen, with the learnt schedule and with one fixed interval of as many requests for
//! all feeds, on the archived feeds of `VIGIE_DATA/streams/bbcrss_snapshots.tar.xz` served by a stepped clock: a
//! request at some time gets the newest snapshot taken by then.
//!
//! An item appears with the first snapshot that shows it. One that goes and comes back appears again; an
//! appearance that ended unseen counts as missed. Nothing is learnt before the clock has come there: each feed is
//! known from its first snapshot on, and all delays count from then on, for both sides. The fixed interval is begun
//! at eight moments: its mean and its luckiest are shown. Beside them stand two bounds that know the future
//! (`bound.rs`), how many items were shown for less than the interval, and what each part of the rule earns.
//!
//!     VIGIE_DATA=../shared/data cargo run --release -p crawl --example schedule_bench [FEED]

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a bench prints figures")]

mod archive;
mod bound;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use crawl::{Appeared, Bounds, Rhythm, Visited, next_check};
use model::{SourceId, Timestamp};

use crate::archive::{Feed, Outcome, Span, sum, visits};
use crate::bound::{Knows, bound};

const PRICES: [f64; 7] = [0.01, 0.03, 0.06, 0.125, 0.25, 0.5, 1.0];
const PRICES_CHECKED: [f64; 4] = [0.03, 0.06, 0.125, 0.5];
const PHASES: usize = 8;

/// What the schedule may use.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Rule {
    /// All that it knows.
    Whole,
    /// Nothing of when the page was made.
    NoEditions,
    /// One mean rate for each feed: requests are divided among feeds, and that is all.
    OneRate,
    /// No dates of items: nothing is known of a feed at first.
    NoDates,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Ok(data) = std::env::var("VIGIE_DATA") else {
        println!("not run: VIGIE_DATA is not set (streams/bbcrss_snapshots.tar.xz)");
        return Ok(());
    };
    let feeds = archive::load(&Path::new(&data).join("streams/bbcrss_snapshots.tar.xz"))?;
    let whole = |feed| -> Span<'_> { whole(feed) };
    if let Some(name) = std::env::args().nth(1) {
        let spans: Vec<_> = feeds.iter().filter(|feed| feed.name == name).map(whole).collect();
        compare(&name, &spans);
        return Ok(());
    }
    let all: Vec<_> = feeds.iter().map(whole).collect();
    let together = together(&feeds);
    let longest: Vec<_> =
        all.iter().max_by_key(|span| span.feed.snapshots.len()).copied().into_iter().collect();
    compare("all feeds, each for as long as it is there", &all);
    compare("all feeds, while all are there", &together);
    compare("the longest feed alone", &longest);
    for (title, spans) in [("all feeds", &all), ("while all are there", &together)] {
        ablate(title, spans);
    }
    let half = |part: fn(Span<'_>) -> Span<'_>| all.iter().copied().map(part).collect::<Vec<_>>();
    check("first half of each feed's time", &half(|span| Span { to: middle(&span), ..span }));
    check("second half of each feed's time", &half(|span| Span { from: middle(&span), ..span }));
    let every_other = |from| together.iter().skip(from).step_by(2).copied().collect::<Vec<_>>();
    check("even feeds, while all are there", &every_other(0));
    check("odd feeds, while all are there", &every_other(1));
    Ok(())
}

fn whole(feed: &Feed) -> Span<'_> {
    Span { feed, from: feed.begin(), to: feed.end() }
}

/// The feeds that are there up to the end, from when the last of them comes.
fn together(feeds: &[Feed]) -> Vec<Span<'_>> {
    let end = feeds.iter().map(Feed::end).max();
    let from = feeds.iter().filter(|feed| feed.snapshots.len() > 40).map(Feed::begin).max();
    let alive = feeds.iter().filter(|feed| Some(feed.end() + TimeDelta::hours(6)) > end);
    alive
        .map(|feed| Span {
            from: from.map_or(feed.begin(), |at| at.max(feed.begin())),
            ..whole(feed)
        })
        .collect()
}

fn middle(span: &Span<'_>) -> Timestamp {
    span.from + (span.to - span.from) / 2
}

/// The learnt schedule, and fixed ones with as many requests.
struct Compared {
    ours: Outcome,
    interval_min: f64,
    fixed: Outcome,
    /// The delay of the luckiest phase.
    luckiest: f64,
}

fn at_price(spans: &[Span<'_>], price: f64, rule: Rule) -> Compared {
    let learnt = |span| learning(span, price, rule);
    let ours = sum(&spans.iter().map(learnt).collect::<Vec<_>>());
    let interval_min = spans.iter().map(Span::minutes).sum::<f64>() / ours.requests;
    let begun = |phase| {
        let one = |span| fixed(span, interval_min, phase);
        sum(&spans.iter().map(one).collect::<Vec<_>>())
    };
    let phases: Vec<_> = (0..PHASES).map(begun).collect();
    let luckiest = phases.iter().map(Outcome::mean).fold(f64::INFINITY, f64::min);
    Compared { ours, interval_min, fixed: sum(&phases), luckiest }
}

/// Prints the learnt schedule beside fixed ones and bounds, at several prices.
fn compare(title: &str, spans: &[Span<'_>]) {
    println!("\n{title} ({} feeds)", spans.len());
    println!(
        "  price  requests  interval | mean delay, min: learnt   fixed   gain, luckiest | missed: learnt  fixed, shown for less | could gain: knowing hours,  items (missed)"
    );
    for price in PRICES {
        let Compared { ours, interval_min, fixed, luckiest } = at_price(spans, price, Rule::Whole);
        let hours = bound(spans, Knows::Hours, ours.requests);
        let items = bound(spans, Knows::Items, ours.requests);
        println!(
            "  {price:5}  {:8}  {interval_min:5.1} min | {:24.1} {:7.1} {:5.1} % {:7.1} % | {:14} {:6.1} {:15} | {:24.1} % {:5.1} % {:8}",
            ours.requests,
            ours.mean(),
            fixed.mean(),
            gain(&ours, fixed.mean()),
            gain(&ours, luckiest),
            ours.missed,
            fixed.missed / PHASES as f64,
            spans.iter().map(|span| span.brief(interval_min)).sum::<usize>(),
            gain(&hours, fixed.mean()),
            gain(&items, fixed.mean()),
            items.missed,
        );
    }
}

/// Prints what is left without some part of the rule.
fn ablate(title: &str, spans: &[Span<'_>]) {
    println!("\n{title}: gain (and interval in minutes) by price, without a part");
    for rule in [Rule::Whole, Rule::NoEditions, Rule::OneRate, Rule::NoDates] {
        print!("  {:12}", format!("{rule:?}"));
        for price in PRICES_CHECKED {
            let Compared { ours, interval_min, fixed, .. } = at_price(spans, price, rule);
            print!(" {:6.1} % ({interval_min:5.1})", gain(&ours, fixed.mean()));
        }
        println!();
    }
}

/// Prints one line of gains, to be held against those of another part of the data.
fn check(title: &str, spans: &[Span<'_>]) {
    println!("\n{title} ({} feeds): gain, luckiest phase (interval), missed by both", spans.len());
    for price in PRICES_CHECKED {
        let Compared { ours, interval_min, fixed, luckiest } = at_price(spans, price, Rule::Whole);
        println!(
            "  {:6.1} % {:6.1} % ({interval_min:5.1} min) {:5} {:6.1}",
            gain(&ours, fixed.mean()),
            gain(&ours, luckiest),
            ours.missed,
            fixed.missed / PHASES as f64,
        );
    }
}

fn learning(span: &Span<'_>, price: f64, rule: Rule) -> Outcome {
    let source = SourceId::new(&span.feed.name);
    let bounds = Bounds { min: Duration::from_mins(1), ..Bounds::default() };
    let mut known: Option<Rhythm> = None;
    visits(span, |snapshot, new, now| {
        let date = |date: &Option<Timestamp>| date.filter(|_| rule != Rule::NoDates);
        let dates: Vec<_> = new.iter().map(|(_, at)| date(at).unwrap_or(now)).collect();
        let changed = snapshot.changed.filter(|_| rule != Rule::NoEditions);
        let rhythm = match known.take() {
            None => Rhythm::begin(&dates, now),
            Some(mut rhythm) => {
                let shown = Some(snapshot.items.len());
                let appeared = Appeared { dates: &dates, shown, is_own_page: true, changed };
                rhythm.learn(&appeared, now);
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
        let next = match rule {
            Rule::OneRate => now + pause_of_one_rate(&rhythm, price, bounds),
            Rule::Whole | Rule::NoEditions | Rule::NoDates => next_check(&visited, now),
        };
        known = Some(rhythm);
        next
    })
}

/// √(2p/λ) hours.
fn pause_of_one_rate(rhythm: &Rhythm, price: f64, bounds: Bounds) -> TimeDelta {
    let hours = (2.0 * price).sqrt() / rhythm.weight();
    let pause = Duration::from_secs_f64(hours * 3600.0).clamp(bounds.min, bounds.max);
    TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX)
}

fn fixed(span: &Span<'_>, interval_min: f64, phase: usize) -> Outcome {
    let mut visit = 0.0;
    visits(span, |_, _, _| {
        visit += 1.0;
        let at = (visit - phase as f64 / PHASES as f64) * interval_min;
        span.from + TimeDelta::from_std(Duration::from_secs_f64(at * 60.0)).unwrap_or_default()
    })
}

/// By how many percent less an item waits.
fn gain(ours: &Outcome, theirs: f64) -> f64 {
    100.0 * (1.0 - ours.mean() / theirs)
}
