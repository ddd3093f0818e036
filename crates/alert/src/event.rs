//! What programs and chat rooms are told: events of versioned types, whose JSON Schemas stand in
//! `docs/webhooks/`. Pure: the same facts give the same bytes.

use std::fmt::Write as _;

use chrono_tz::Tz;
use model::{
    EndpointId, EventKind, ItemId, Kind, Locale, QueryName, Rating, Severity, SignalKind,
    SignalTurn, StoredItem, Timestamp, Tone, ToneReading,
};
use query::Query;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::clean::one_line;
use crate::signal::{Evidence, sentences};

/// The version of all types of events. Fields may be added within a version; none goes or changes.
pub const EVENT_VERSION: u32 = 1;

const TITLE_CHARS_MAX: usize = 300;
const EXCERPT_CHARS_MAX: usize = 300;
const NAME_CHARS_MAX: usize = 120;
const REASON_CHARS_MAX: usize = 300;
/// How far into a text an excerpt is looked for.
const TEXT_CHARS_MAX: usize = 200_000;
/// Of one item.
const QUERIES_MAX: usize = 100;
const WORDS_MAX: usize = 20;
const SENTENCE_CHARS_MAX: usize = 500;
/// Of one signal.
const STORIES_MAX: usize = 10;
const URL_BYTES_MAX: usize = 8_000;

/// One thing that happened, complete.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Event {
    /// The same for every try and every replay: what a receiver tells a repeat by.
    pub id: String,
    #[serde(rename = "type")]
    pub kind: EventKind,
    pub version: u32,
    /// When it happened.
    pub timestamp: Timestamp,
    pub data: Fact,
}

/// What an event says, as its schema in docs/webhooks has it; which one, the kind of the event tells.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Fact {
    Mention(Box<MentionTold>),
    Story(Box<StoryTold>),
    Source(SourceTold),
    Digest(DigestTold),
    Signal(Box<SignalTold>),
}

/// An item that queries have found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MentionTold {
    /// Which found it, and why.
    pub queries: Vec<FoundBy>,
    pub mention: ItemTold,
    pub story: StorySize,
}

/// A query that has found an item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoundBy {
    pub name: String,
    /// The words that it looked for, as they are written there, each once.
    pub words: Vec<String>,
    /// How the item speaks of what the query looks for; `null` until it is read.
    pub tone: Option<ToneTold>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ToneTold {
    /// `None` is `unsure`.
    #[serde(serialize_with = "tone_word")]
    pub tone: Option<Tone>,
    pub score: f32,
    pub confidence: f32,
    pub words: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ItemTold {
    pub id: u64,
    pub url: Option<String>,
    pub title: String,
    pub excerpt: String,
    pub author: Option<String>,
    pub source: SourceNamed,
    pub kind: Kind,
    pub lang: Option<String>,
    pub published: Option<Timestamp>,
    pub first_seen: Timestamp,
    pub rating: Option<RatingTold>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceNamed {
    pub id: String,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RatingTold {
    pub value: f64,
    pub worst: f64,
    pub best: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StorySize {
    /// The first item of the story.
    pub id: u64,
    pub items: u64,
}

/// A story that has reached another size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoryTold {
    pub story: StoryGrown,
    pub first: ItemTold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct StoryGrown {
    pub id: u64,
    pub items: u64,
    pub sources: u64,
    /// The size that it is told for.
    pub reached: u64,
}

/// A source that is in trouble, or was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceTold {
    pub source: SourceNamed,
    pub trouble: TroubleTold,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TroubleTold {
    pub code: String,
    pub reason: String,
    pub since: Timestamp,
}

/// A digest of which no mail waits any more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DigestTold {
    pub digest: u64,
    pub subscription: String,
    pub period_end: Timestamp,
    /// How many mails were sent.
    pub recipients: u64,
    pub given_up: u64,
}

/// What happened to a signal, with the numbers against what was expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SignalTold {
    /// The ledger's number of the signal, the same from its opening to its end.
    pub signal: u64,
    pub query: String,
    /// `warning` or `crisis`.
    pub severity: Severity,
    pub kind: SignalKind,
    /// The query whose share is unusual.
    pub theme: Option<String>,
    /// When it is estimated to have begun.
    pub onset: Timestamp,
    pub window: WindowTold,
    /// So rarely would it happen by chance: once in so many days; `null` for never.
    pub once_in_days: Option<f64>,
    /// Whether there is too little past to be sure of what is usual.
    pub is_learning: bool,
    /// In sentences: in English, but for chat rooms of another language.
    pub why: Vec<String>,
    pub newest: Vec<StoryNamed>,
}

/// The stretch of time that is unusual, what was counted in it, and where about 95 of 100 counts lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WindowTold {
    pub since: Timestamp,
    pub until: Timestamp,
    pub observed: f64,
    pub of: Option<f64>,
    pub expected: f64,
    pub low: f64,
    pub high: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StoryNamed {
    pub id: u64,
    pub title: String,
    pub url: Option<String>,
    pub source: String,
    pub date: Timestamp,
    pub copies: u64,
}

/// An item, and what was found out about it.
#[derive(Debug, Clone)]
pub struct FoundItem<'a> {
    pub item: &'a StoredItem,
    /// The source's name, as people read it.
    pub source: &'a str,
    pub found_by: Vec<Finder<'a>>,
    /// The first item of its story.
    pub story: ItemId,
    pub story_items: u64,
}

/// A query that has found an item, and the tone toward it, which a person may have set right.
#[derive(Debug, Clone)]
pub struct Finder<'a> {
    pub name: &'a QueryName,
    /// Marks the words; without it none are told.
    pub query: Option<&'a Query>,
    pub tone: Option<Tone>,
    pub reading: Option<&'a ToneReading>,
}

/// Names what an endpoint is told: the same for the same `key` of the same ledger, and for no other. `what` keeps the
/// keys of events, messages and other things apart.
pub fn event_id(ledger: &str, endpoint: &EndpointId, what: &str, key: &str) -> String {
    let mut hasher = Sha256::new();
    for part in [ledger, endpoint.as_str(), what, key] {
        hasher.update(part.as_bytes());
        // A separator that no part holds.
        hasher.update([0]);
    }
    hasher.finalize().iter().take(16).fold("msg_".to_owned(), |mut id, byte| {
        // Writing to a string can't fail.
        let _ = write!(id, "{byte:02x}");
        id
    })
}

impl Event {
    pub fn new(id: String, kind: EventKind, timestamp: Timestamp, data: Fact) -> Self {
        Self { id, kind, version: EVENT_VERSION, timestamp, data }
    }

    /// Returns what travels.
    pub fn payload(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    /// Says what it is about, for people who look at the outbox.
    pub fn about(&self) -> String {
        let what = match &self.data {
            Fact::Mention(told) => &told.mention.title,
            Fact::Story(told) => &told.first.title,
            Fact::Source(told) => &told.source.name,
            Fact::Digest(told) => &told.subscription,
            Fact::Signal(told) => &told.query,
        };
        one_line(&format!("{} {what}", self.kind), 80)
    }
}

impl MentionTold {
    pub fn new(found: &FoundItem<'_>) -> Self {
        let asked: Vec<&Query> = found.found_by.iter().filter_map(|finder| finder.query).collect();
        let mention = ItemTold::new(found.item, found.source, &asked);
        let by = |finder: &Finder<'_>| FoundBy {
            name: one_line(finder.name.as_str(), NAME_CHARS_MAX),
            words: finder.query.map_or_else(Vec::new, |query| words(query, &mention)),
            tone: finder.reading.map(|reading| tone(finder.tone, reading)),
        };
        Self {
            queries: found.found_by.iter().take(QUERIES_MAX).map(by).collect(),
            story: StorySize { id: found.story.0, items: found.story_items },
            mention,
        }
    }
}

impl ItemTold {
    /// `asked` are the queries whose words the excerpt shows.
    pub fn new(stored: &StoredItem, source: &str, asked: &[&Query]) -> Self {
        let item = &stored.item;
        let text = one_line(&item.text, TEXT_CHARS_MAX);
        let snippet = query::snippet(asked, &text, EXCERPT_CHARS_MAX);
        let (before, after) =
            (if snippet.cut_before { "… " } else { "" }, if snippet.cut_after { "…" } else { "" });
        Self {
            id: stored.id.0,
            url: item.address().and_then(web_address),
            title: one_line(&item.heading(), TITLE_CHARS_MAX),
            excerpt: format!("{before}{}{after}", snippet.text),
            author: item.author.as_deref().map(|author| one_line(author, NAME_CHARS_MAX)),
            source: SourceNamed {
                id: item.source.to_string(),
                name: one_line(source, NAME_CHARS_MAX),
            },
            kind: item.kind,
            lang: item.lang.as_ref().map(ToString::to_string),
            published: item.published,
            first_seen: stored.first_seen,
            rating: item.details.rating.map(rating),
        }
    }
}

impl SourceTold {
    /// Reads what the ledger noted of a turn; `None` for what is none.
    pub fn read(data: &Value) -> Option<Self> {
        let mut told: Self = serde_json::from_value(data.clone()).ok()?;
        told.source.name = one_line(&told.source.name, NAME_CHARS_MAX);
        told.trouble.reason = one_line(&told.trouble.reason, REASON_CHARS_MAX);
        Some(told)
    }
}

impl DigestTold {
    /// Reads what the ledger noted of a digest; `None` for what is none.
    pub fn read(data: &Value) -> Option<Self> {
        let mut told: Self = serde_json::from_value(data.clone()).ok()?;
        told.subscription = one_line(&told.subscription, NAME_CHARS_MAX);
        Some(told)
    }
}

impl SignalTold {
    /// Reads what the ledger noted of a turn of a signal, and tells it in a language, with the times of a zone;
    /// `None` for what is none.
    pub fn read(data: &Value, turn: SignalTurn, locale: Locale, zone: Tz) -> Option<Self> {
        let signal = data["signal"].as_u64()?;
        let evidence: Evidence = serde_json::from_value(data["evidence"].clone()).ok()?;
        let Evidence { window, .. } = &evidence;
        let named = |name: &QueryName| one_line(name.as_str(), NAME_CHARS_MAX);
        let why = sentences(&evidence, turn, locale, zone);
        Some(Self {
            signal,
            query: named(&evidence.query),
            severity: severity_told(data),
            kind: evidence.kind,
            theme: evidence.theme.as_ref().map(named),
            onset: evidence.onset,
            window: WindowTold {
                since: window.since,
                until: evidence.until,
                observed: window.observed,
                of: window.of,
                expected: window.expected,
                low: window.low,
                high: window.high,
            },
            once_in_days: Some(evidence.once_in_days).filter(|days| days.is_finite()),
            is_learning: evidence.is_learning,
            why: why.iter().map(|sentence| one_line(sentence, SENTENCE_CHARS_MAX)).collect(),
            newest: evidence.newest.iter().take(STORIES_MAX).map(story_named).collect(),
        })
    }
}

/// Reads how grave a noted turn of a signal is; before that was noted, all were warnings.
pub fn severity_told(data: &Value) -> Severity {
    data["severity"].as_str().and_then(|word| word.parse().ok()).unwrap_or(Severity::Warning)
}

fn story_named(story: &crate::signal::Told) -> StoryNamed {
    StoryNamed {
        id: story.item.0,
        title: one_line(&story.title, TITLE_CHARS_MAX),
        url: story.url.as_ref().and_then(web_address),
        source: one_line(&story.source, NAME_CHARS_MAX),
        date: story.date,
        copies: story.copies,
    }
}

/// Returns an address that a receiver may link.
fn web_address(url: &url::Url) -> Option<String> {
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && url.as_str().len() <= URL_BYTES_MAX).then(|| url.as_str().to_owned())
}

/// Returns the words of a query that stand in what is told of an item.
fn words(query: &Query, mention: &ItemTold) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for text in [&mention.title, &mention.excerpt] {
        for mark in query::marks(&[query], text) {
            let word = &text[mark];
            let is_known = words.iter().any(|known| known.to_lowercase() == word.to_lowercase());
            if !is_known && words.len() < WORDS_MAX {
                words.push(word.to_owned());
            }
        }
    }
    words
}

/// A tone that a person has said has no words of ours.
fn tone(tone: Option<Tone>, reading: &ToneReading) -> ToneTold {
    let is_ours = tone == reading.tone;
    let word = |word: &String| one_line(word, NAME_CHARS_MAX);
    ToneTold {
        tone,
        score: reading.score,
        confidence: if is_ours { reading.confidence } else { 1.0 },
        words: if is_ours { reading.words.iter().map(word).collect() } else { Vec::new() },
    }
}

#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "as serde wants it")]
fn tone_word<S: Serializer>(tone: &Option<Tone>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(tone.map_or("unsure", Tone::as_str))
}

fn rating(rating: Rating) -> RatingTold {
    // A thousandth of a number that has at most nine digits before the point.
    #[expect(clippy::cast_precision_loss, reason = "it is far below what a double holds")]
    let plain = |milli: i64| milli as f64 / 1000.0;
    RatingTold {
        value: plain(rating.value_milli()),
        worst: plain(rating.worst_milli()),
        best: plain(rating.best_milli()),
    }
}

#[cfg(test)]
pub(crate) mod tests;
