//! What to say: the hits of one subscription and period, as sections of entries. Pure; how a
//! digest looks is `render`'s business.
//!
//! All texts in a [`Digest`] are plain, on one line and of bounded length, whatever the sources
//! wrote. None of them is escaped: that depends on where they go.

mod entry;
mod gather;
mod rank;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono_tz::Tz;
use model::{
    Cadence, HeldFor, ItemId, Kind, Locale, QueryName, Selection, StoredItem, SubjectLine,
    Subscription, SubscriptionId, Timestamp, Tone, Trouble,
};
use query::Query;

use self::gather::{Telling, gather};
use crate::chart::{Bucket, Chart};
use crate::clean::one_line;
pub use entry::{Copies, Entry, Marked, Thread};

/// An item that queries of the subscription found. An item may come several times, once for each
/// query; the digest has it once.
#[derive(Debug, Clone)]
pub struct Mention<'a> {
    pub item: &'a StoredItem,
    /// The source's name, as people read it.
    pub source: &'a str,
    pub queries: Vec<QueryName>,
    /// The first item of the story that it tells; itself where it stands alone.
    pub story: ItemId,
    /// How it speaks of what the queries look for.
    pub tone: Option<Tone>,
    /// What speaks for its being about something else, the strongest first; `None` where nothing says so.
    pub doubt: Option<Vec<String>>,
    /// Who has taken it on.
    pub assigned: Option<&'a str>,
}

/// All that a digest can tell.
#[derive(Debug, Clone, Copy)]
pub struct News<'a> {
    pub mentions: &'a [Mention<'a>],
    /// How much was found besides them, by kind; it is only told as a number.
    pub older: &'a BTreeMap<Kind, u64>,
    pub troubles: &'a [Trouble],
    /// What many speak of, most first.
    pub trends: &'a [Trend],
    pub volume: Option<&'a Volume>,
}

/// What many speak of, in their words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trend {
    pub words: String,
    pub stories: u32,
    /// Whether it was not spoken of before, or hardly.
    pub is_new: bool,
}

/// How much was found, bucket by bucket, against what was expected; the last one ends with the period.
#[derive(Debug, Clone, PartialEq)]
pub struct Volume {
    pub buckets: Vec<Bucket>,
    pub span: Span,
}

impl Volume {
    /// Draws it. A chart of one bucket says no more than its number.
    pub(crate) fn drawn(&self) -> Option<Vec<u8>> {
        (self.buckets.len() > 1).then(|| Chart::new(self.buckets.clone()).png())
    }
}

/// How long a bucket is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    Hour,
    Day,
}

/// The time that a digest tells of: after `since`, up to `until`. For the first digest, `since` is
/// when the subscription began. With the subscription, `until` names the digest: composed again
/// for the same `until`, a letter has the same `Message-ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub since: Timestamp,
    pub until: Timestamp,
}

/// What one subscription is told for one period.
#[derive(Debug, Clone, PartialEq)]
pub struct Digest {
    pub subscription: SubscriptionId,
    pub queries: Vec<Followed>,
    pub cadence: Cadence,
    pub zone: Tz,
    pub locale: Locale,
    pub selection: Selection,
    pub subject: SubjectLine,
    pub period: Period,
    /// In the order of [`Kind::ALL`]; none is empty.
    pub sections: Vec<Section>,
    pub troubles: Vec<Trouble>,
    pub trends: Vec<Trend>,
    pub volume: Option<Volume>,
    /// The picture of it, drawn once for all who are told.
    pub chart: Option<Vec<u8>>,
    pub notes: Notes,
}

/// What a digest says besides what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notes {
    pub held: Option<HeldBack>,
    pub last_of_day: Option<LastOfDay>,
    /// Queries that waited.
    pub released: Vec<Released>,
    /// Signals that somebody sees to.
    pub acknowledged: Vec<Acknowledged>,
}

/// A query whose mentions waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    pub query: String,
    pub mentions: u64,
    pub since: Timestamp,
    /// Who muted it; `None` where its readers had been told of a crisis.
    pub muted_by: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledged {
    pub query: String,
    pub at: Timestamp,
    pub person: String,
}

/// What could have left before, and was held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// How many of what a mail tells.
    pub count: usize,
    /// When the first of it would have left.
    pub since: Timestamp,
    pub why: Vec<HeldFor>,
}

/// No mail as it happens follows on this day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastOfDay {
    /// How many a day has.
    pub mails: u32,
    /// When the next one comes at the earliest.
    pub next: Timestamp,
}

/// A query that the subscription follows, with the text to ask the archive for more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    pub name: String,
    pub text: String,
}

/// What one kind of source said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    pub kind: Kind,
    /// Newest first, at most 200; or the five best, the best first.
    pub entries: Vec<Entry>,
    /// How many there are, told or not.
    pub total: usize,
}

/// No mail of 100 kB holds more; snippets are made for these alone.
const SECTION_ENTRIES_MAX: usize = 200;
/// How many entries of a kind are the best of it.
const SECTION_BEST: usize = 5;
const NAME_CHARS_MAX: usize = 80;
const REASON_CHARS_MAX: usize = 200;
const QUERY_CHARS_MAX: usize = 500;
const TRENDS_MAX: usize = 5;

/// Says what there is to tell a subscriber, or `None` when there is nothing new.
///
/// `queries` holds the queries of the subscription; one that is missing marks no words.
pub fn compose(
    subscription: &Subscription,
    news: &News<'_>,
    queries: &BTreeMap<QueryName, Query>,
    period: Period,
) -> Option<Digest> {
    if news.mentions.is_empty() {
        return None;
    }
    let stories = gather(news.mentions);
    let mut sections = Vec::new();
    for kind in Kind::ALL {
        let older = news.older.get(&kind).copied().unwrap_or(0);
        let of_kind: Vec<&Telling<'_>> =
            stories.iter().filter(|telling| telling.lead.item.item.kind == kind).collect();
        let total = of_kind.len().saturating_add(usize::try_from(older).unwrap_or(usize::MAX));
        if total == 0 {
            continue;
        }
        let entries = chosen(of_kind, subscription, queries, period)
            .into_iter()
            .map(|telling| entry::entry(telling, &subscription.queries, queries))
            .collect();
        sections.push(Section { kind, entries, total });
    }
    Some(Digest { sections, ..bare(subscription, news, queries, period) })
}

/// Says that there is nothing new, and which sources are in trouble.
pub fn compose_empty(
    subscription: &Subscription,
    troubles: &[Trouble],
    queries: &BTreeMap<QueryName, Query>,
    now: Timestamp,
) -> Digest {
    let older = BTreeMap::new();
    let news = News { mentions: &[], older: &older, troubles, trends: &[], volume: None };
    bare(subscription, &news, queries, Period { since: now, until: now })
}

/// A digest without its sections.
fn bare(
    subscription: &Subscription,
    news: &News<'_>,
    queries: &BTreeMap<QueryName, Query>,
    period: Period,
) -> Digest {
    Digest {
        subscription: subscription.id.clone(),
        queries: subscription.queries.iter().map(|name| followed(name, queries)).collect(),
        cadence: subscription.cadence.clone(),
        zone: subscription.zone,
        locale: subscription.locale,
        selection: subscription.volume,
        subject: subscription.subject,
        period,
        sections: Vec::new(),
        troubles: news.troubles.iter().map(plain_trouble).collect(),
        trends: news.trends.iter().take(TRENDS_MAX).map(plain_trend).collect(),
        volume: news.volume.cloned(),
        chart: news.volume.and_then(Volume::drawn),
        notes: Notes::default(),
    }
}

/// Returns what one story is told by, whose first text these mentions are: one for each query that found it.
/// `None` for none.
pub fn story_entry(
    mentions: &[Mention<'_>],
    copies: Copies,
    followed: &[QueryName],
    queries: &BTreeMap<QueryName, Query>,
) -> Option<Entry> {
    let telling = Telling { lead: mentions.first()?, all: mentions.iter().collect() };
    Some(Entry { copies, ..entry::entry(&telling, followed, queries) })
}

impl Digest {
    /// Returns how many texts were found, told or not.
    pub fn total(&self) -> usize {
        self.sections.iter().map(|section| section.total).sum()
    }
}

/// The stories of one kind that are told, in their order.
fn chosen<'t, 'a>(
    mut stories: Vec<&'t Telling<'a>>,
    subscription: &Subscription,
    queries: &BTreeMap<QueryName, Query>,
    period: Period,
) -> Vec<&'t Telling<'a>> {
    stories.sort_by_key(|telling| Reverse((telling.lead.item.date(), telling.lead.item.seq)));
    match subscription.volume {
        Selection::All => stories.truncate(SECTION_ENTRIES_MAX),
        Selection::Best => {
            let worth = |telling: &&Telling<'_>| rank::worth(telling, queries, period);
            let mut ranked: Vec<(f64, &Telling<'_>)> =
                stories.into_iter().map(|telling| (worth(&telling), telling)).collect();
            // Of equal worth the newer one stays first.
            ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
            ranked.truncate(SECTION_BEST);
            stories = ranked.into_iter().map(|(_, telling)| telling).collect();
        }
    }
    stories
}

fn followed(name: &QueryName, queries: &BTreeMap<QueryName, Query>) -> Followed {
    Followed {
        name: one_line(name.as_str(), NAME_CHARS_MAX),
        text: queries.get(name).map_or_else(String::new, |q| one_line(q.text(), QUERY_CHARS_MAX)),
    }
}

fn plain_trouble(trouble: &Trouble) -> Trouble {
    Trouble {
        source: trouble.source.clone(),
        name: one_line(&trouble.name, NAME_CHARS_MAX),
        ailment: trouble.ailment,
        since: trouble.since,
        reason: one_line(&trouble.reason, REASON_CHARS_MAX),
    }
}

fn plain_trend(trend: &Trend) -> Trend {
    Trend { words: one_line(&trend.words, NAME_CHARS_MAX), ..*trend }
}

#[cfg(test)]
mod tests;
