//! How well and how fast stories are told.
//!
//! `story_bench [pairs] [bbc] [reuters] [windows=10000,100000,1000000 [short]]
//! [-v]`: `pairs` scores the pairs
//! made from `fixtures/stories` by kind, on the half on which thresholds were chosen and on the other;
//! `bbc` the items of the BBC's feeds that were edited after first sight, and what is joined among all;
//! `reuters` tells the stories of a wire. `windows` places the wire's texts, with names and numbers
//! changed so that none is another's copy, until so many are in the window, and prints how fast it
//! then goes and what it holds in memory; `short` takes their first 30 words. `-v` shows what was judged wrongly and what was joined.
//! Streams are read from `VIGIE_DATA`.

#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "figures for people")]

#[path = "../tests/it/story/pairs.rs"]
mod pairs;
#[path = "../tests/it/story/score.rs"]
mod score;
#[path = "../tests/it/story/streams.rs"]
mod streams;

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

use chrono::TimeDelta;
use enrich::story::{Fingerprint, Placed, Stories};
use model::ItemId;
use pairs::{Half, Text};
use rustix::time::{ClockId, clock_gettime};

/// How many items are placed to see how fast it goes.
const TIMED: usize = 10_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let asks = |name: &str| arguments.iter().any(|argument| argument == name);
    let is_verbose = asks("-v");
    if asks("pairs") {
        of_pairs(is_verbose);
    }
    if asks("bbc")
        && let Some(file) = streams::file("bbcrss_snapshots.tar.xz", "the BBC's edited items")
    {
        let items = streams::bbc(&file, "none");
        let score = streams::of_edits(&items, |old, new, stories| {
            if is_verbose {
                let like = stories.compare(&score::print(old), &score::print(new));
                println!("missed {like:?}\n   {}\n   {}", line(old), line(new));
            }
        });
        println!("BBC, {} items, second version after first: {score}", items.len());
        let texts: Vec<Text> =
            items.into_iter().map(|mut item| item.versions.remove(0).1).collect();
        told("BBC", &texts, is_verbose);
    }
    let windows = arguments.iter().find_map(|argument| argument.strip_prefix("windows="));
    if !asks("reuters") && windows.is_none() {
        return;
    }
    let Some(file) = streams::file("reuters21578.jsonl.xz", "a wire's stories") else { return };
    let texts = streams::reuters(&file);
    if asks("reuters") {
        told("Reuters", &texts, is_verbose);
    }
    let sizes = windows.into_iter().flat_map(|sizes| sizes.split(','));
    let sizes: Vec<usize> = sizes.filter_map(|size| size.parse().ok()).collect();
    if !sizes.is_empty() {
        let (what, words_max) = if asks("short") { ("summaries", 30) } else { ("articles", 1_000) };
        of_windows(what, &sizes, |n| distinct(&texts[n % texts.len()], n, words_max));
    }
}

fn of_pairs(is_verbose: bool) {
    for half in [Half::Tuned, Half::Held] {
        let score = score::of_pairs(half, |pair, stories, placed| {
            // What is wrong in the other half stays unread, so that nothing is fitted to it.
            if is_verbose && half == Half::Tuned {
                let like = stories.compare(&score::print(&pair.first), &score::print(&pair.second));
                let (first, second) = (&pair.first.title, &pair.second.title);
                println!("{} | {first} | {second} | {placed:?} {like:?}", pair.kind);
            }
        });
        println!("{half:?}: {score}");
    }
}

/// Tells the stories of a stream.
fn told(what: &str, texts: &[Text], is_verbose: bool) {
    let begin = cpu_time();
    let prints: Vec<Fingerprint> = texts.iter().map(score::print).collect();
    let read = cpu_time().saturating_sub(begin);
    let begin = cpu_time();
    let mut stories = Stories::new(TimeDelta::days(30));
    let mut grounds: BTreeMap<String, usize> = BTreeMap::new();
    let mut firsts = 0;
    for (id, print) in (0..).zip(&prints) {
        match stories.place(ItemId(id), score::at(0), print) {
            Placed::Alone => firsts += 1,
            Placed::Copy { like, grounds: why, likeness, .. } => {
                *grounds.entry(format!("{why:?}")).or_default() += 1;
                if is_verbose {
                    let old = &texts[usize::try_from(like.0).unwrap_or_default()];
                    let new = &texts[usize::try_from(id).unwrap_or_default()];
                    println!("{why:?} {likeness:.2}\n   {}\n   {}", line(old), line(new));
                }
            }
        }
    }
    let placed = cpu_time().saturating_sub(begin);
    let meagre = prints.iter().filter(|print| print.is_meagre()).count();
    let bytes: usize = prints.iter().map(|print| print.to_bytes().len()).sum();
    let each = |time: Duration| time.as_secs_f64() * 1e6 / texts.len() as f64;
    println!(
        "{what}: {} items, {firsts} stories ({meagre} items too short), copies {grounds:?}; fingerprints of {} bytes, {:.1} us each; placing {:.1} us each",
        texts.len(),
        bytes / texts.len(),
        each(read),
        each(placed)
    );
}

fn line(text: &Text) -> String {
    let line: String = format!("{} | {}", text.title, text.text).replace('\n', " ");
    line.chars().take(300).collect()
}

/// Makes a text of its own of one that comes round again: of every two words one is another's.
fn distinct(text: &Text, n: usize, words_max: usize) -> Text {
    let change = |text: &str| {
        let words = text.split_whitespace().take(words_max).enumerate();
        let change = |(at, word): (usize, &str)| {
            if at % 3 == 1 {
                format!("{word}{}", (n / 20_000) * 7 + at % 5)
            } else {
                word.to_owned()
            }
        };
        words.map(change).collect::<Vec<_>>().join(" ")
    };
    if n < 20_000 && words_max == 1_000 {
        return text.clone();
    }
    Text { title: change(&text.title), text: change(&text.text) }
}

fn of_windows(what: &str, sizes: &[usize], text: impl Fn(usize) -> Text) {
    let before = resident_bytes();
    let mut stories = Stories::new(TimeDelta::days(30));
    let mut rates: Vec<f64> = Vec::new();
    let mut n = 0;
    for size in sizes {
        let mut place = |n: usize| {
            let print = score::print(&text(n));
            let begin = cpu_time();
            stories.place(ItemId(n as u64), score::at(0), &print);
            cpu_time().saturating_sub(begin)
        };
        while n + TIMED < *size {
            place(n);
            n += 1;
        }
        let mut times: Vec<_> = (n..n + TIMED).map(&mut place).collect();
        n += TIMED;
        times.sort_unstable();
        let total: Duration = times.iter().sum();
        let rate = TIMED as f64 / total.as_secs_f64();
        rates.push(rate);
        let bytes = resident_bytes().saturating_sub(before);
        println!(
            "{what}, {size} in the window: {rate:.0} items/s ({:.2} of the first), half within {:.1} us, 99 % within {:.1} us, the slowest {:.1} us; {:.0} MB resident, {:.0} MB for a million",
            rate / rates[0],
            times[TIMED / 2].as_secs_f64() * 1e6,
            times[TIMED * 99 / 100].as_secs_f64() * 1e6,
            times[TIMED - 1].as_secs_f64() * 1e6,
            bytes as f64 / 1e6,
            bytes as f64 / stories.len() as f64
        );
    }
}

/// The processor's time of this thread, which other programs do not lengthen.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.cast_unsigned(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// What the process has in memory, as Linux tells it.
fn resident_bytes() -> usize {
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or_default() * 4096
}
