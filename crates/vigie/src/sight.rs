//! What a visit saw besides items: where to go on, what must have been there, how the source writes.

use std::collections::BTreeMap;

use crawl::dates::DateHabits;
use crawl::{PageReader, Reading};
use enrich::language::Usual;
use model::{Item, Lang, Timestamp};
use serde::{Deserialize, Serialize};
use store::{DueSource, Held, Listed, Sight};
use url::Url;

/// A text of a feed that is as long as this is the whole article, in bytes.
const WHOLE_BYTES_MIN: usize = 2000;

/// What is kept of a source from visit to visit, to read it by.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Habits {
    /// It has been a feed: a page in its place is a failure.
    pub(crate) is_feed: bool,
    pub(crate) dates: DateHabits,
    /// In what it has written, in texts.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) languages: BTreeMap<Lang, u64>,
}

impl Habits {
    pub(crate) fn of(due: &DueSource) -> Self {
        serde_json::from_str(&due.habits).unwrap_or_default()
    }
}

/// Whether the pages that a page lists are read as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topics {
    Follow,
    Leave,
}

/// Says what was seen besides items: where to go on, and what must have been there.
pub(crate) fn sight(
    due: &DueSource,
    reading: &Reading,
    languages: &Usual,
    budget: u32,
    topics: Topics,
) -> Sight {
    let known = Habits::of(due);
    let learnt = Habits {
        is_feed: known.is_feed || reading.feed.is_some() && due.page.is_none(),
        dates: reading.page.as_ref().map_or(known.dates, |page| page.dates),
        languages: languages.counts().map(|(lang, texts)| (lang.clone(), texts)).collect(),
    };
    let habits = (learnt != known).then(|| serde_json::to_string(&learnt).ok()).flatten();
    // Other hosts have manners of their own.
    let is_here = |url: &&Url| url.authority() == due.source.url.authority();
    let Some(page) = &reading.page else {
        let topics = if due.source.full_text && due.page.is_none() {
            beginnings(reading).collect()
        } else {
            Vec::new()
        };
        // A feed says what is new by itself. Only who wants its past follows it there.
        let older = reading.feed.as_ref().and_then(|feed| feed.older.as_ref());
        let older = older.filter(|_| due.source.since.is_some());
        return Sight {
            topics,
            next: older.filter(|older| older.authority() == due.url().authority()).cloned(),
            ends: ends(reading),
            newest_first: older.is_some() || due.page.is_some(),
            is_feed: true,
            around: around(reading),
            habits,
            budget,
            ..Sight::default()
        };
    };
    let follows = topics == Topics::Follow;
    let topics = page.topics.iter().filter(|topic| follows && is_here(&&topic.url));
    Sight {
        topics: topics
            .map(|topic| Listed {
                url: topic.url.clone(),
                title: topic.title.clone(),
                mark: topic.mark(),
                active: topic.active,
            })
            .collect(),
        next: page.next.as_ref().filter(|next| next.authority() == due.url().authority()).cloned(),
        ends: ends(reading),
        is_feed: false,
        newest_first: is_newest_first(reading),
        around: around(reading),
        held: held(due, reading, page.next.is_some()),
        removed: Vec::new(),
        offer: None,
        average: page.average.clone(),
        habits,
        budget,
    }
}

/// Returns what the first and the last record of a page are known by.
fn ends(reading: &Reading) -> Option<String> {
    let (first, last) = reading.items.first().zip(reading.items.last())?;
    Some(format!("{}\n{}", known_by(first)?, known_by(last)?))
}

/// Returns what a record is known by from page to page.
fn known_by(item: &Item) -> Option<String> {
    item.guid.clone().or_else(|| item.url.as_ref().map(ToString::to_string))
}

/// Returns the date in the middle of those of a page's items, else of what it lists.
fn around(reading: &Reading) -> Option<Timestamp> {
    let mut dates: Vec<Timestamp> =
        reading.items.iter().filter_map(|item| item.published).collect();
    if dates.is_empty() {
        let topics = reading.page.iter().flat_map(|page| &page.topics);
        dates = topics.filter_map(|topic| topic.active).collect();
    }
    dates.sort_unstable();
    dates.get(dates.len() / 2).copied()
}

fn is_newest_first(reading: &Reading) -> bool {
    let descends = |dates: &[Timestamp]| {
        dates.len() > 1 && dates.first() > dates.last() && dates.iter().rev().is_sorted()
    };
    let all: Vec<Timestamp> = reading.items.iter().filter_map(|item| item.published).collect();
    // Answers stand with what they answer, whenever they were written.
    let alone = reading.items.iter().filter(|item| item.details.answers.is_none());
    let alone: Vec<Timestamp> = alone.filter_map(|item| item.published).collect();
    descends(&all) || descends(&alone)
}

/// Returns the pages of the articles of which a feed has only the beginning.
fn beginnings(reading: &Reading) -> impl Iterator<Item = Listed> {
    let short = reading.items.iter().filter(|item| item.text.len() < WHOLE_BYTES_MIN);
    short.filter_map(|item| {
        let changed = item.updated.or(item.published);
        Some(Listed {
            url: item.url.clone()?,
            title: item.title.clone(),
            mark: changed.map_or_else(|| "listed".to_owned(), |at| at.to_rfc3339()),
            active: None,
        })
    })
}

/// Tells which of the items that were once on a page must have been on it this time: all, where it is
/// whole, else those between its first and its last, where it is in the order of time.
fn held(due: &DueSource, reading: &Reading, is_continued: bool) -> Held {
    // Before the first page of what is older stands the source's own.
    let is_first = due.page.as_ref().is_none_or(|page| page.is_first && !page.is_older);
    // What is found by its look may be missed by its look the next time.
    let is_certain =
        reading.page.as_ref().is_some_and(|page| matches!(page.reader, PageReader::Preset(_)));
    // What a search no longer finds need not be gone: the search may be another one by now.
    let is_search = due.source.id.family().is_some();
    if !is_certain || is_search || reading.items.is_empty() {
        return Held::Unsaid;
    }
    if is_first && !is_continued && !reading.is_excerpt() {
        return Held::All;
    }
    // Some sites repeat on every page what the conversation begins with.
    let opening =
        due.page.as_ref().filter(|page| !page.is_first).and_then(|page| page.opening.as_deref());
    let items = reading
        .items
        .iter()
        .filter(|item| opening.is_none() || known_by(item).as_deref() != opening);
    let dates: Option<Vec<Timestamp>> = items.map(|item| item.published).collect();
    let Some(dates) = dates else { return Held::Unsaid };
    match (dates.first(), dates.last()) {
        (Some(first), Some(last)) if dates.is_sorted() => Held::Between(*first, *last),
        (Some(first), Some(last)) if dates.iter().rev().is_sorted() => Held::Between(*last, *first),
        _ => Held::Unsaid,
    }
}

/// Gives the article that a feed leads to the address that it leads by, wherever the site sends us: it is
/// the item that the feed has the beginning of.
pub(crate) fn join(items: &mut [Item], due: &DueSource) {
    if let (Some(page), [item]) = (&due.page, items)
        && due.source.full_text
        && Habits::of(due).is_feed
    {
        item.url = Some(page.begins.clone());
    }
}

/// Says of a post which conversation it belongs to: the page that it was found on begins there.
pub(crate) fn belong(item: &mut Item, due: &DueSource) {
    let begins = due.page.as_ref().map_or(&due.source.url, |page| &page.begins);
    // On a further page, the first record is not what the conversation begins with.
    let is_first = due.page.as_ref().is_none_or(|page| page.is_first);
    if !is_first && item.title == item.details.thread_title {
        item.title.clear();
    }
    let is_conversation = !item.details.thread_title.is_empty();
    if !is_conversation && item.url.is_some() {
        return;
    }
    // What has no address of its own can be read there.
    let url = item.details.thread_url.get_or_insert_with(|| begins.clone());
    if is_conversation && item.details.thread.is_none() {
        item.details.thread = Some(url.to_string());
    }
}
