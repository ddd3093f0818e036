//! Scores of joining: each pair is looked at in a window that has seen what surrounds texts on their pages.

#![allow(
    clippy::cast_precision_loss,
    clippy::unwrap_used,
    reason = "counts of a few hundred; tests"
)]

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta};
use enrich::story::{Fingerprint, Placed, Stories};
use model::{ItemId, Timestamp};

use super::pairs::{Half, Pair, Text, pairs};

/// What was joined of what there is.
#[derive(Debug, Default)]
pub(crate) struct Score {
    pub(crate) copies: BTreeMap<String, Count>,
    pub(crate) others: BTreeMap<String, Count>,
}

#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Count {
    pub(crate) joined: usize,
    pub(crate) all: usize,
}

impl Score {
    pub(crate) fn add(&mut self, kind: &str, is_copy: bool, is_joined: bool) {
        let kinds = if is_copy { &mut self.copies } else { &mut self.others };
        let count = kinds.entry(kind.to_owned()).or_default();
        count.joined += usize::from(is_joined);
        count.all += 1;
    }

    pub(crate) fn recall(&self) -> f64 {
        let Count { joined, all } = sum(&self.copies);
        joined as f64 / all as f64
    }

    pub(crate) fn precision(&self) -> f64 {
        let (right, wrong) = (sum(&self.copies).joined, sum(&self.others).joined);
        right as f64 / (right + wrong) as f64
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (copies, others) = (sum(&self.copies), sum(&self.others));
        writeln!(
            f,
            "precision {:.4} recall {:.4} ({} of {} copies joined, {} of {} others)",
            self.precision(),
            self.recall(),
            copies.joined,
            copies.all,
            others.joined,
            others.all
        )?;
        for (what, kinds) in [("copies", &self.copies), ("others", &self.others)] {
            write!(f, "  {what}:")?;
            for (kind, Count { joined, all }) in kinds {
                write!(f, " {kind} {joined}/{all};")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

fn sum(kinds: &BTreeMap<String, Count>) -> Count {
    kinds.values().fold(Count::default(), |sum, count| Count {
        joined: sum.joined + count.joined,
        all: sum.all + count.all,
    })
}

pub(crate) fn print(text: &Text) -> Fingerprint {
    Fingerprint::of(&text.title, &text.text)
}

pub(crate) fn at(second: u32) -> Timestamp {
    DateTime::from_timestamp(1_767_225_600 + i64::from(second), 0).unwrap()
}

/// Places each pair of a half, one after the other, in a window of texts of the other half. Hands out
/// the pairs that were judged wrongly.
pub(crate) fn of_pairs(half: Half, mut missed: impl FnMut(&Pair, &Stories, Placed)) -> Score {
    let pairs = pairs();
    let mut score = Score::default();
    let background: Vec<Fingerprint> = pairs
        .iter()
        .filter(|pair| pair.half != half && is_background(&pair.kind))
        .map(|pair| print(&pair.second))
        .collect();
    let mut stories = Stories::new(TimeDelta::days(30));
    for (id, print) in (1..).zip(&background) {
        stories.place(ItemId(id), at(0), print);
    }
    for pair in pairs.iter().filter(|pair| pair.half == half) {
        let (first, second) = (ItemId(1_000_000), ItemId(1_000_001));
        stories.place(first, at(0), &print(&pair.first));
        let placed = stories.place(second, at(0), &print(&pair.second));
        let is_joined = stories.story_of(first) == stories.story_of(second);
        score.add(&pair.kind, pair.is_copy, is_joined);
        if is_joined != pair.is_copy {
            missed(pair, &stories, placed);
        }
        stories.forget(second);
        stories.forget(first);
    }
    score
}

fn is_background(kind: &str) -> bool {
    ["preface", "other, framed alike", "copy of a twin"].contains(&kind)
}
