//! A signal with its evidence, what is said of it in words, and the letter that tells it. Pure, like the
//! digests.

mod letter;
mod news;
#[cfg(test)]
pub(crate) mod tests;
mod words;

use model::{ItemId, QueryName, SignalKind, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

pub use letter::{SignalLetter, signal_letter};
pub use news::{Occasion, SignalNews};
pub use words::sentences;

/// What speaks for a signal: numbers against what was expected, and what is behind them. All texts are as
/// the sources wrote them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub query: QueryName,
    pub kind: SignalKind,
    /// The query whose share is unusual.
    pub theme: Option<QueryName>,
    /// When it is estimated to have begun.
    pub onset: Timestamp,
    /// The end of what was looked at.
    pub until: Timestamp,
    /// The stretch that is the most unusual; it ends at `until`.
    pub window: Window,
    /// So rarely would it happen by chance: once in so many days.
    pub once_in_days: f64,
    /// Whether there is too little past to be sure of what is usual.
    pub is_learning: bool,
    /// What kind of rise it is.
    pub cause: Option<Cause>,
    /// What was said in the window.
    pub spread: Spread,
    /// What was counted there bucket by bucket, and how much was expected.
    #[serde(default)]
    pub measures: Vec<Counted>,
    pub tone: Option<ToneShift>,
    /// How many times as much came in the second half of the window as in the first.
    pub growth: Option<f64>,
    /// What the window's mentions have more of than the query's 28 days before, the most telling first.
    pub terms: Vec<Standing>,
    pub hosts: Vec<Standing>,
    pub authors: Vec<Standing>,
    pub languages: Vec<Standing>,
    /// The stories of the window with the newest item first.
    pub newest: Vec<Told>,
    /// Events and holidays of these days that the owner or the calendar knows of.
    pub known: Vec<String>,
    /// Hour by hour, the oldest first.
    pub chart: Vec<Hour>,
}

/// What was counted in a stretch of time, and what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Window {
    pub since: Timestamp,
    /// Mentions; or of shares the part that counts: negative ones, the withheld part of rating scales.
    pub observed: f64,
    /// What the part is of.
    pub of: Option<f64>,
    pub expected: f64,
    /// Where about 95 of 100 counts lie.
    pub low: f64,
    pub high: f64,
}

/// A series, summed up over the window.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counted {
    /// `items`, `stories`, `authors`, `sources`, or a share: `negative`, `rating`, `theme`.
    pub measure: String,
    pub observed: f64,
    pub expected: f64,
}

/// What kind of rise it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Many people in their own words.
    Organic,
    OneAuthor,
    OneSource,
    /// One text that many repeat.
    OneStory,
}

/// How far what was said is spread.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    pub mentions: u64,
    pub stories: u64,
    pub authors: u64,
    pub sources: u64,
    /// As many sources that say the same amount would be as evenly spread: the exponential of the entropy.
    pub effective_sources: f64,
    /// The loudest source, and how much comes from it.
    pub loudest: Option<(String, u64)>,
    /// The text told most often, and how often.
    pub copied: Option<(String, u64)>,
}

/// How many mentions were negative, of those whose tone is known: in the window, and in the 28 days before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToneShift {
    pub negative: u64,
    pub of: u64,
    pub negative_before: u64,
    pub of_before: u64,
}

/// A term, or a host, author or language: in how many stories it stands now, and stood before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    pub text: String,
    pub now: u32,
    pub before: u32,
    pub g2: f64,
}

/// A story of the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub item: ItemId,
    pub title: String,
    pub url: Option<Url>,
    pub source: String,
    pub date: Timestamp,
    /// How many items of the window repeat it.
    pub copies: u64,
}

/// One hour of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hour {
    pub start: Timestamp,
    pub count: f64,
    /// What would have been counted, had all been seen; never less than `count`.
    #[serde(default)]
    pub whole: f64,
    /// What is usual of the whole hour, and where about 95 of 100 counts lie; absent where nobody looked.
    pub usual: Option<[f64; 3]>,
}
