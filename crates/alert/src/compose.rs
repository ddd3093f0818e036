//! What to say: the hits of one subscription and period, as sections of entries. Pure; how a
//! digest looks is `render`'s business.
//!
//! All texts in a [`Digest`] are plain, on one line and of bounded length, whatever the sources
//! wrote. None of them is escaped: that depends on where they go.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use chrono_tz::Tz;
use model::{
    Cadence, ItemId, Kind, Locale, QueryName, Rating, StoredItem, Subscription, SubscriptionId,
    Timestamp, Trouble,
};
use query::Query;
use url::Url;

use crate::clean::one_line;

/// An item that queries of the subscription found. An item may come several times, once for each
/// query; the digest has it once.
#[derive(Debug, Clone)]
pub struct Mention<'a> {
    pub item: &'a StoredItem,
    /// The source's name, as people read it.
    pub source: &'a str,
    pub queries: Vec<QueryName>,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    pub subscription: SubscriptionId,
    pub queries: Vec<Followed>,
    pub cadence: Cadence,
    pub zone: Tz,
    pub locale: Locale,
    pub period: Period,
    /// In the order of [`Kind::ALL`]; none is empty.
    pub sections: Vec<Section>,
    pub troubles: Vec<Trouble>,
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
    /// Newest first, at most 200.
    pub entries: Vec<Entry>,
    /// How many there are, told or not.
    pub total: usize,
}

/// One text, found by one query or several, in one source or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where to read it; always `http` or `https`.
    pub url: Option<Url>,
    pub title: Marked,
    pub snippet: Marked,
    pub source: String,
    pub also_seen_in: Vec<String>,
    pub author: Option<String>,
    pub date: Timestamp,
    /// The stars that it gives.
    pub rating: Option<Rating>,
    /// When it was found to be gone from where it had been.
    pub removed: Option<Timestamp>,
    pub found_by: Vec<String>,
}

/// A text with the words that a query asked for, as ranges of bytes, in order, not overlapping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    pub text: String,
    pub marks: Vec<Range<usize>>,
}

/// No mail of 100 kB holds more; snippets are made for these alone.
const SECTION_ENTRIES_MAX: usize = 200;
const TITLE_CHARS_MAX: usize = 200;
const SNIPPET_CHARS_MAX: usize = 240;
const NAME_CHARS_MAX: usize = 80;
const REASON_CHARS_MAX: usize = 200;
const QUERY_CHARS_MAX: usize = 500;
/// How far into a text a snippet is looked for.
const TEXT_CHARS_MAX: usize = 200_000;
/// An address that is longer is not linked: it would crowd out other entries.
const URL_BYTES_MAX: usize = 2_000;

/// Says what `mentions` tell a subscriber, or `None` when there is nothing new to tell.
///
/// `queries` holds the queries of the subscription; one that is missing marks no words. `older` counts
/// by kind what was found besides `mentions`, and is only told as a number.
pub fn compose(
    subscription: &Subscription,
    mentions: &[Mention<'_>],
    queries: &BTreeMap<QueryName, Query>,
    older: &BTreeMap<Kind, u64>,
    troubles: &[Trouble],
    period: Period,
) -> Option<Digest> {
    if mentions.is_empty() {
        return None;
    }
    let mut texts = gather(mentions);
    texts.sort_by_key(|text| Reverse((text.lead.item.date(), text.lead.item.seq)));

    let mut sections = Vec::new();
    for kind in Kind::ALL {
        let of_kind: Vec<&Copies> =
            texts.iter().filter(|text| text.lead.item.item.kind == kind).collect();
        let older = older.get(&kind).copied().unwrap_or(0);
        let older = usize::try_from(older).unwrap_or(usize::MAX);
        if of_kind.is_empty() && older == 0 {
            continue;
        }
        sections.push(Section {
            kind,
            entries: of_kind
                .iter()
                .take(SECTION_ENTRIES_MAX)
                .map(|copies| entry(copies, subscription, queries))
                .collect(),
            total: of_kind.len().saturating_add(older),
        });
    }
    Some(Digest {
        subscription: subscription.id.clone(),
        queries: subscription.queries.iter().map(|name| followed(name, queries)).collect(),
        cadence: subscription.cadence.clone(),
        zone: subscription.zone,
        locale: subscription.locale,
        period,
        sections,
        troubles: troubles.iter().map(plain_trouble).collect(),
    })
}

impl Digest {
    /// Returns how many texts were found, told or not.
    pub fn total(&self) -> usize {
        self.sections.iter().map(|section| section.total).sum()
    }
}

/// One text with the mentions of it: the one seen first leads.
struct Copies<'a> {
    lead: &'a Mention<'a>,
    all: Vec<&'a Mention<'a>>,
}

fn gather<'a>(mentions: &'a [Mention<'a>]) -> Vec<Copies<'a>> {
    #[derive(PartialEq, Eq, Hash)]
    enum Place<'a> {
        At(&'a str),
        Item(ItemId),
    }
    let mut by_place: HashMap<Place<'_>, Copies<'a>> = HashMap::new();
    for mention in mentions {
        let url = mention.item.item.url.as_ref();
        let place = url.map_or(Place::Item(mention.item.id), |url| Place::At(url.as_str()));
        let copies =
            by_place.entry(place).or_insert_with(|| Copies { lead: mention, all: Vec::new() });
        copies.all.push(mention);
        let age = |mention: &Mention<'_>| (mention.item.first_seen, mention.item.id);
        if age(mention) < age(copies.lead) {
            copies.lead = mention;
        }
    }
    by_place.into_values().collect()
}

fn entry(
    copies: &Copies<'_>,
    subscription: &Subscription,
    queries: &BTreeMap<QueryName, Query>,
) -> Entry {
    let item = &copies.lead.item.item;
    let found_by = found_by(copies, subscription);
    let asked: Vec<&Query> = found_by.iter().filter_map(|name| queries.get(name)).collect();

    let text = one_line(&item.text, TEXT_CHARS_MAX);
    let mut title = one_line(&item.heading(), TITLE_CHARS_MAX);
    let snippet = if text == title { Marked::default() } else { snippet(&asked, &text) };
    let url = item.address().filter(|url| can_be_linked(url)).cloned();
    if title.is_empty() {
        title = url.as_ref().map_or("…", |url| url.as_str()).chars().take(NAME_CHARS_MAX).collect();
    }

    let name = |mention: &Mention<'_>| one_line(mention.source, NAME_CHARS_MAX);
    let source = name(copies.lead);
    let mut also_seen_in: Vec<String> =
        copies.all.iter().map(|mention| name(mention)).filter(|name| *name != source).collect();
    also_seen_in.sort_unstable();
    also_seen_in.dedup();

    Entry {
        url,
        title: Marked { marks: query::marks(&asked, &title), text: title },
        snippet,
        source,
        also_seen_in,
        author: item
            .author
            .as_deref()
            .map(|author| one_line(author, NAME_CHARS_MAX))
            .filter(|author| !author.is_empty()),
        date: copies.lead.item.date(),
        rating: item.details.rating,
        removed: copies.lead.item.removed,
        found_by: found_by.iter().map(|name| one_line(name.as_str(), NAME_CHARS_MAX)).collect(),
    }
}

/// The queries that found a text, in the subscription's order.
fn found_by(copies: &Copies<'_>, subscription: &Subscription) -> Vec<QueryName> {
    let place =
        |name: &QueryName| subscription.queries.iter().position(|followed| followed == name);
    let mut names: Vec<QueryName> =
        copies.all.iter().flat_map(|mention| mention.queries.iter().cloned()).collect();
    names.sort_by_cached_key(|name| (place(name).unwrap_or(usize::MAX), name.clone()));
    names.dedup();
    names
}

fn snippet(asked: &[&Query], text: &str) -> Marked {
    let snippet = query::snippet(asked, text, SNIPPET_CHARS_MAX);
    let (before, after) =
        (if snippet.cut_before { "… " } else { "" }, if snippet.cut_after { "…" } else { "" });
    Marked {
        text: format!("{before}{}{after}", snippet.text),
        marks: snippet
            .marks
            .into_iter()
            .map(|mark| mark.start + before.len()..mark.end + before.len())
            .collect(),
    }
}

fn can_be_linked(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https") && url.as_str().len() <= URL_BYTES_MAX
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
        since: trouble.since,
        reason: one_line(&trouble.reason, REASON_CHARS_MAX),
    }
}

#[cfg(test)]
mod tests;
