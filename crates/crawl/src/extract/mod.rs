//! Reads items out of a body. Pure: no network, no clock.
//!
//! Two readers read every feed: feed-rs ([`strict`]), which goes by the letter, and our own
//! ([`entry`], [`json`]), which forgives. Of 1,244 expectations that other projects' test suites
//! have of the words, names, dates and addresses of an [`Item`] or [`FeedHead`], feed-rs alone meets
//! 947 and ours 1,230: feed-rs knows neither Atom 0.3, CDF nor an RSS without its version, drops
//! languages, text after inline markup and items without a link in RSS 1.0, and gives nothing at all
//! for a document that is not well-formed. So ours has the word on every field that it can read;
//! feed-rs fills in what ours lacks, reads the entries where it finds more of them, and its refusal is
//! the problem that is told. An item's details are read by ours alone.

mod base64;
mod comment;
pub(crate) mod details;
pub(crate) mod draft;
pub(crate) mod element;
mod entry;
mod json;
pub(crate) mod markup;
pub(crate) mod ns;
pub(crate) mod person;
mod strict;
pub(crate) mod text;
pub(crate) mod tree;

use std::time::Duration;

use model::{Item, Lang, Problem, Source, Timestamp};
use url::Url;

use self::draft::{Dated, Draft, DraftEntry};
use self::text::from_plain;
use crate::canonical::canonical_url;
use crate::dates::DateHabits;
use crate::page::read::{self as page_reader, ReadPage};
use crate::page::{PageHead, Unread};
use crate::preset::json::linked;
use crate::{Presets, charset, preset, sitemap};

/// Entries read of one feed.
const ENTRIES_MAX: usize = 10_000;
/// Records read of one page.
pub(crate) const RECORDS_MAX: usize = 2000;
/// The longest text of an item, in bytes.
const TEXT_BYTES_MAX: usize = 1 << 20;
/// The longest title, in bytes.
const TITLE_BYTES_MAX: usize = 4096;
/// What fragments that name a post begin with.
const POSTS: [&str; 8] = ["comment", "post", "p", "msg", "message", "reply", "answer", "c"];
const GUID_BYTES_MAX: usize = 4096;
/// The longest address of a further page of a feed.
const URL_BYTES_MAX: usize = 2048;
/// The longest pause that a feed can ask for: more is a mistake, or a way to be forgotten.
const TTL_MINUTES_MAX: u64 = 31 * 24 * 60;
/// Problems told of one body.
const PROBLEMS_MAX: usize = 100;

/// Where a body comes from.
#[derive(Debug, Clone, Copy)]
pub struct PageContext<'a> {
    /// The address that answered: relative ones start from it.
    pub url: &'a Url,
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    pub fetched_at: Timestamp,
    pub source: &'a Source,
    pub presets: &'a Presets,
    /// The `Link` header.
    pub link: Option<&'a str>,
    /// What is known of how the site writes dates.
    pub dates: DateHabits,
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// `None` for a body that is no feed.
    pub feed: Option<FeedHead>,
    /// `None` for a body that is a feed, or nothing that could be read.
    pub page: Option<PageHead>,
    /// Why a web page gave nothing.
    pub unread: Option<Unread>,
    pub items: Vec<Item>,
    pub problems: Vec<Problem>,
}

impl Reading {
    fn take(&mut self, ReadPage { head, items }: ReadPage) {
        self.page = Some(head);
        self.items = items;
    }

    /// Tells whether the page holds less than all that there is, though nothing continues it: some of the
    /// posts that a list shows.
    pub fn is_excerpt(&self) -> bool {
        self.page.as_ref().is_none_or(|page| !page.topics.is_empty())
    }
}

/// What a feed says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedHead {
    pub title: String,
    /// The page that the feed belongs to.
    pub home: Option<Url>,
    pub description: String,
    pub lang: Option<Lang>,
    pub generator: Option<String>,
    /// How long the feed asks to be left alone between two checks.
    pub ttl: Option<Duration>,
    /// Where what is older than its entries stands: the next page of a paged feed, or the newest archive
    /// (RFC 5005; `next_url` in a JSON Feed).
    pub older: Option<Url>,
    /// When it says that it was last built.
    pub changed: Option<Timestamp>,
}

/// Reads the items of a feed or a page. A body that is neither gives none, and a problem that says what
/// it is.
pub fn read(body: &[u8], page: &PageContext) -> Reading {
    let mut reading = Reading::default();
    let body = match sitemap::unpacked(body) {
        Ok(body) => body,
        Err(problem) => {
            reading.problems.push(problem);
            return reading;
        }
    };
    let decoded = charset::decode(&body, page.content_type);
    if let Some(declared) = &decoded.contradicted {
        let message = format!("says it is in {declared}, and is in {}", decoded.encoding);
        reading.problems.push(Problem::new("feed", message));
    }
    if decoded.damaged {
        let message = format!("some characters are broken: they are not {}", decoded.encoding);
        reading.problems.push(Problem::new("feed", message));
    }
    let text = decoded.text.trim_start();
    let draft = if is_json(text) {
        read_json(text, page, &mut reading.problems)
    } else {
        read_xml(text, page, &mut reading.problems)
    };
    let may_be_page = page.source.preset.as_deref() != Some(preset::FEED);
    match draft {
        Some(draft) => finish(draft, page, &mut reading),
        None if may_be_page && is_html(text) => read_html(text, page, &mut reading),
        None if may_be_page && is_json(text) => read_records(text, page, &mut reading),
        None => reading.problems.push(no_feed(text)),
    }
    let untold = reading.problems.len().saturating_sub(PROBLEMS_MAX);
    if untold > 0 {
        reading.problems.truncate(PROBLEMS_MAX);
        reading.problems.push(Problem::new("feed", format!("{untold} more problems like these")));
    }
    reading
}

fn read_records(text: &str, page: &PageContext, reading: &mut Reading) {
    let mut problems = Vec::new();
    match page_reader::json(text, page, &mut problems) {
        Some(read) => {
            // What was said of it was what keeps it from being a feed.
            reading.problems = problems;
            reading.take(read);
        }
        None => reading.problems.push(no_feed(text)),
    }
}

fn read_html(text: &str, page: &PageContext, reading: &mut Reading) {
    match page_reader::html(text, page, &mut reading.problems) {
        Ok(read) => reading.take(read),
        Err(unread) => {
            reading.unread = Some(unread);
            reading.problems.push(Problem::new("page", unread.reason()).hint(unread.hint()));
        }
    }
}

fn is_json(text: &str) -> bool {
    // Some sites write this before a body against misuse.
    text.strip_prefix(")]}'").unwrap_or(text).trim_start().starts_with(['{', '['])
}

pub(crate) fn is_html(text: &str) -> bool {
    let start: String = text.chars().take(1000).collect::<String>().to_ascii_lowercase();
    ["<html", "<!doctype html", "<head", "<body"].iter().any(|tag| start.contains(tag))
}

fn read_json(text: &str, page: &PageContext, problems: &mut Vec<Problem>) -> Option<Draft> {
    let (json, truncated) = match serde_json::from_str(text) {
        Ok(json) => (json, false),
        Err(error) => {
            problems.push(Problem::new("feed", format!("no well-formed JSON: {error}")));
            let complete = json::without_cut_entry(text).filter(|_| error.is_eof())?;
            (serde_json::from_str(&complete).ok()?, true)
        }
    };
    let mut draft = json::read(&json, page.url)?;
    if truncated {
        problems.push(cut_off(draft.entries.len()));
        return Some(draft);
    }
    match strict::read(text, page.url) {
        Ok(strict) => draft.fill_from(strict),
        Err(refusal) => problems.push(ill_formed(&refusal)),
    }
    Some(draft)
}

fn read_xml(text: &str, page: &PageContext, problems: &mut Vec<Problem>) -> Option<Draft> {
    if let Some(sitemap) = sitemap::parse(text, page.url) {
        problems.extend(sitemap.problems);
        return sitemap.news;
    }
    let found = entry::read(text, page.url)?;
    let mut draft = found.draft;
    match strict::read(text, page.url) {
        Ok(strict) => draft.fill_from(strict),
        Err(refusal) => problems.push(ill_formed(&refusal)),
    }
    if found.truncated {
        problems.push(cut_off(draft.entries.len()));
    }
    if found.cut {
        problems
            .push(Problem::new("feed", "has more elements than are read; the rest is left out"));
    }
    Some(draft)
}

fn cut_off(index: usize) -> Problem {
    Problem::new(place(index), "the document ends inside it; it is left out")
}

fn ill_formed(refusal: &str) -> Problem {
    Problem::new("feed", format!("breaks the rules of its format: {refusal}"))
}

/// Says what a body is that is no feed.
fn no_feed(text: &str) -> Problem {
    let start: String = text.chars().take(1000).collect::<String>().to_ascii_lowercase();
    if text.is_empty() {
        Problem::new("feed", "the body is empty")
    } else if is_html(text) {
        Problem::new("feed", "this is a web page, not a feed")
            .hint("give its address to `vigie add`, which finds the feeds that a page offers")
    } else if start.contains("<opml") {
        Problem::new("feed", "this is a list of feeds (OPML), not a feed")
            .hint("read it with `vigie import`")
    } else if start.starts_with(['{', '[']) {
        Problem::new("feed", "this is JSON, but neither a JSON Feed nor what any preset knows")
            .hint("describe it in a preset of your own: config/presets/README.md")
    } else if start.contains("<sitemapindex") || start.contains("<urlset") {
        Problem::new("sitemap", "this sitemap announces no articles, only where pages are").hint(
            "give the site's address to `vigie add`, which looks for its feeds and news sitemaps",
        )
    } else if start.starts_with('<') {
        Problem::new("feed", "this is XML, but no kind of feed")
    } else {
        Problem::new("feed", "this is no feed")
    }
}

fn place(index: usize) -> String {
    format!("entry {}", index + 1)
}

/// Turns a draft into items.
fn finish(draft: Draft, page: &PageContext, reading: &mut Reading) {
    let feed_lang = draft.lang.as_deref().and_then(Lang::from_tag);
    reading.feed = Some(FeedHead {
        title: draft.title.as_deref().map(one_line).unwrap_or_default(),
        home: draft.home.as_deref().and_then(|home| canonical_url(home, Some(page.url))),
        description: draft.description.unwrap_or_default(),
        lang: feed_lang.clone(),
        generator: draft.generator,
        ttl: draft
            .ttl_minutes
            .filter(|minutes| (1..=TTL_MINUTES_MAX).contains(minutes))
            .map(|minutes| Duration::from_secs(minutes * 60)),
        older: draft.older.or_else(|| linked_older(page)).filter(|older| is_to_read(older, page)),
        changed: draft.changed,
    });
    let lang = feed_lang.or_else(|| page.source.lang.clone());
    let total = draft.entries.len();
    for (index, entry) in draft.entries.into_iter().take(ENTRIES_MAX).enumerate() {
        let place = place(index);
        if entry.says_nothing() {
            reading.problems.push(Problem::new(&place, "says nothing"));
        }
        let mut entry = entry;
        if entry.author.is_none() {
            entry.author.clone_from(&draft.author);
            entry.details.author_url.clone_from(&draft.author_url);
        }
        comment::tell(&mut entry);
        reading.items.push(item(entry, &place, lang.as_ref(), page, &mut reading.problems));
    }
    if total > ENTRIES_MAX {
        let message = format!("has more than {ENTRIES_MAX} entries; the rest is left out");
        reading.problems.push(Problem::new("feed", message));
    }
}

/// Returns where the `Link` header says that what is older stands.
fn linked_older(page: &PageContext) -> Option<Url> {
    let of = |relation| linked(page.link?, page.url, relation);
    of("prev-archive").or_else(|| of("next"))
}

/// Whether an address can be kept and read, and is another one than that of the feed itself.
fn is_to_read(url: &Url, page: &PageContext) -> bool {
    let is_web = matches!(url.scheme(), "http" | "https");
    is_web && url.as_str().len() <= URL_BYTES_MAX && url != page.url
}

pub(crate) fn item(
    entry: DraftEntry,
    place: &str,
    feed_lang: Option<&Lang>,
    page: &PageContext,
    problems: &mut Vec<Problem>,
) -> Item {
    let mut text = entry.text.unwrap_or_default();
    if cut(&mut text, TEXT_BYTES_MAX) {
        let message = format!("its text is longer than {TEXT_BYTES_MAX} bytes and was cut");
        problems.push(Problem::new(place, message));
    }
    let mut title = entry.title.as_deref().map(one_line).unwrap_or_default();
    cut(&mut title, TITLE_BYTES_MAX);
    let mut date = |dated| match dated {
        Dated::At(at) => Some(at),
        Dated::Unsaid => None,
        Dated::Written(mut text) | Dated::Unreadable(mut text) => {
            cut(&mut text, 80);
            problems.push(Problem::new(place, format!("its date {text:?} cannot be read")));
            None
        }
    };
    let url = entry.link.as_ref().and_then(post_url);
    let mut details = entry.details;
    details.links.retain(|link| Some(link) != url.as_ref());
    // Who is nobody is shown nowhere, and what leads to the text itself leads to no person.
    let is_person_s = |profile: &Url| entry.author.is_some() && Some(profile) != url.as_ref();
    details.author_url = details.author_url.filter(is_person_s);
    Item {
        source: page.source.id.clone(),
        kind: page.source.kind,
        guid: entry.guid.filter(|guid| guid.len() <= GUID_BYTES_MAX),
        url,
        title,
        text,
        author: entry
            .author
            .map(|author| one_line(&from_plain(&author)))
            .filter(|author| !author.is_empty()),
        // An empty language tag takes the one outside away, and says no other.
        lang: match entry.lang.as_deref() {
            Some(tag) => Lang::from_tag(tag),
            None => feed_lang.cloned(),
        },
        published: date(entry.published),
        updated: date(entry.updated),
        details,
    }
}

/// Returns the canonical address, with the fragment where that names a post on a page: `#comment-12`.
fn post_url(link: &Url) -> Option<Url> {
    let mut url = canonical_url(link.as_str(), None)?;
    let named = link.fragment().filter(|fragment| {
        let name = fragment.trim_end_matches(|c: char| c.is_ascii_digit());
        let kind = name.trim_end_matches(['-', '_']);
        name.len() < fragment.len() && POSTS.iter().any(|post| post.eq_ignore_ascii_case(kind))
    });
    if named.is_some() {
        url.set_fragment(named);
    }
    Some(url)
}

fn one_line(text: &str) -> String {
    text.replace('\n', " ")
}

/// Cuts a text to at most `bytes_max`, between two characters; returns whether it did.
fn cut(text: &mut String, bytes_max: usize) -> bool {
    let longer = text.len() > bytes_max;
    if longer {
        let end = (0..=bytes_max).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or(0));
    }
    longer
}
