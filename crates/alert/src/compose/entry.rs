//! One entry of a digest: a story, as the first who told it did, and who else did.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use model::{Details, Item, ItemId, QueryName, Rating, Timestamp, Tone};
use query::Query;
use url::Url;

use super::gather::Telling;
use super::{Mention, NAME_CHARS_MAX, rank};
use crate::clean::one_line;

/// One text, found by one query or several, in one source or several, with its copies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub item: ItemId,
    /// Where to read it; always `http` or `https`.
    pub url: Option<Url>,
    pub title: Marked,
    pub snippet: Marked,
    pub source: String,
    /// Other sources that led to the same address.
    pub also_seen_in: Vec<String>,
    /// The same story elsewhere.
    pub copies: Copies,
    pub author: Option<String>,
    pub date: Timestamp,
    /// The stars that it gives.
    pub rating: Option<Rating>,
    pub tone: Option<Tone>,
    pub thread: Option<Thread>,
    /// Why it is perhaps not meant, in words that it has; `None` where nothing says so.
    pub doubt: Option<Vec<String>>,
    /// When it was found to be gone from where it had been.
    pub removed: Option<Timestamp>,
    pub found_by: Vec<String>,
    /// Who has taken it on, or a copy of it.
    pub assigned: Option<String>,
}

/// Where else a story was told in the same period.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Copies {
    /// How many other texts tell it.
    pub count: usize,
    /// On which hosts, each once, by the alphabet; the source's name where there is no address.
    pub hosts: Vec<String>,
}

/// Where a post stands in its conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// What the conversation is called, where the entry's title does not say so.
    pub title: Option<String>,
    /// The first post is 1.
    pub number: Option<u32>,
    pub is_reply: bool,
}

/// A text with the words that a query asked for, as ranges of bytes, in order, not overlapping.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marked {
    pub text: String,
    pub marks: Vec<Range<usize>>,
}

const TITLE_CHARS_MAX: usize = 200;
pub(super) const SNIPPET_CHARS_MAX: usize = 240;
/// How far into a text a snippet is looked for.
const TEXT_CHARS_MAX: usize = 200_000;
/// An address that is longer is not linked: it would crowd out other entries.
const URL_BYTES_MAX: usize = 2_000;
const REASONS_MAX: usize = 3;

pub(super) fn entry(
    telling: &Telling<'_>,
    followed: &[QueryName],
    queries: &BTreeMap<QueryName, Query>,
) -> Entry {
    let lead = telling.lead;
    let item = &lead.item.item;
    let found_by = found_by(telling, followed);
    let asked: Vec<&Query> = found_by.iter().filter_map(|name| queries.get(name)).collect();

    let text = one_line(&item.text, TEXT_CHARS_MAX);
    let mut title = title(item);
    let snippet = if text == title { Marked::default() } else { snippet(&asked, &text) };
    let url = item.address().filter(|url| can_be_linked(url)).cloned();
    if title.is_empty() {
        title = url.as_ref().map_or("…", |url| url.as_str()).chars().take(NAME_CHARS_MAX).collect();
    }
    Entry {
        item: lead.item.id,
        url,
        thread: thread(item, &title),
        title: Marked { marks: query::marks(&asked, &title), text: title },
        snippet,
        source: name(lead.source),
        also_seen_in: also_seen_in(telling),
        copies: copies(telling),
        author: item.author.as_deref().map(name).filter(|author| !author.is_empty()),
        date: lead.item.date(),
        rating: item.details.rating,
        tone: rank::tone(telling),
        doubt: doubt(telling),
        removed: lead.item.removed,
        assigned: telling.all.iter().find_map(|mention| mention.assigned).map(name),
        found_by: found_by.iter().map(|query| name(query.as_str())).collect(),
    }
}

pub(super) fn title(item: &Item) -> String {
    one_line(&item.heading(), TITLE_CHARS_MAX)
}

fn name(text: &str) -> String {
    one_line(text, NAME_CHARS_MAX)
}

/// The queries that found a story, in the order in which they are followed.
fn found_by(telling: &Telling<'_>, followed: &[QueryName]) -> Vec<QueryName> {
    let place = |name: &QueryName| followed.iter().position(|followed| followed == name);
    let mut names: Vec<QueryName> =
        telling.all.iter().flat_map(|mention| mention.queries.iter().cloned()).collect();
    names.sort_by_cached_key(|name| (place(name).unwrap_or(usize::MAX), name.clone()));
    names.dedup();
    names
}

/// Whether a mention stands where the lead does.
fn is_at_lead(telling: &Telling<'_>, mention: &Mention<'_>) -> bool {
    let url = |mention: &Mention<'_>| mention.item.item.url.clone();
    let lead = telling.lead;
    mention.item.id == lead.item.id || url(lead).is_some() && url(mention) == url(lead)
}

fn also_seen_in(telling: &Telling<'_>) -> Vec<String> {
    let lead = name(telling.lead.source);
    let here = telling.all.iter().filter(|mention| is_at_lead(telling, mention));
    let mut names: Vec<String> =
        here.map(|mention| name(mention.source)).filter(|name| *name != lead).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn copies(telling: &Telling<'_>) -> Copies {
    let elsewhere = || telling.all.iter().filter(|mention| !is_at_lead(telling, mention));
    let place = |mention: &&Mention<'_>| match &mention.item.item.url {
        Some(url) => Ok(url.as_str().to_owned()),
        None => Err(mention.item.id),
    };
    let count = elsewhere().map(place).collect::<HashSet<_>>().len();
    let host = |mention: &&Mention<'_>| name(mention.item.item.host().unwrap_or(mention.source));
    let mut hosts: Vec<String> = elsewhere().map(host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    Copies { count, hosts }
}

fn thread(item: &Item, title: &str) -> Option<Thread> {
    let Details { thread_title, number, reply, thread, .. } = &item.details;
    if thread.is_none() && thread_title.is_empty() && number.is_none() && reply.is_none() {
        return None;
    }
    let named = one_line(thread_title, NAME_CHARS_MAX);
    Some(Thread {
        title: (!named.is_empty() && !title.contains(&named)).then_some(named),
        number: *number,
        is_reply: reply.unwrap_or(number.is_some_and(|number| number > 1)),
    })
}

/// Why a story is perhaps not meant, as its first telling says.
fn doubt(telling: &Telling<'_>) -> Option<Vec<String>> {
    if !rank::is_doubtful(telling) {
        return None;
    }
    let reasons = telling.lead.doubt.as_ref()?;
    Some(reasons.iter().take(REASONS_MAX).map(|reason| name(reason)).collect())
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
