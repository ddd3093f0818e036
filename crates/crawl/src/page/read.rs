//! Reads a page by all that is known of it, and says how it was read.

use chrono::{DateTime, TimeDelta};
use model::{Item, Kind, Problem, Timestamp};
use url::Url;

use super::condition::{self, Unread};
use super::dom::Dom;
use super::{Average, PageDraft, Topic};
use crate::dates::{self, DateHabits, Zone};
use crate::extract::draft::{Dated, DraftEntry};
use crate::extract::{PageContext, RECORDS_MAX, item};
use crate::{Preset, article, preset, schema, structure};

/// What a page that is no feed says of itself, and how it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageHead {
    /// Of the conversation, the product or the article.
    pub title: String,
    pub kind: Option<Kind>,
    pub reader: PageReader,
    /// How sure the reader is, in thousandths.
    pub confidence: u16,
    /// Pages that this one lists.
    pub topics: Vec<Topic>,
    /// The page that continues this one.
    pub next: Option<Url>,
    pub average: Option<Average>,
    /// What is known of how the site writes dates, with what this page has shown.
    pub dates: DateHabits,
}

/// What read a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageReader {
    Preset(String),
    /// What the page says of itself to machines.
    Standards,
    /// What repeats on the page.
    Structure,
    Article,
}

impl PageReader {
    /// Returns how people are told.
    pub fn told(&self) -> String {
        match self {
            Self::Preset(name) => format!("preset {name}"),
            Self::Standards => "standards (schema.org, microformats, OpenGraph)".to_owned(),
            Self::Structure => "structure: what repeats on the page".to_owned(),
            Self::Article => "article".to_owned(),
        }
    }
}

/// Pages listed by one page that are followed.
const TOPICS_MAX: usize = 1000;
/// The first web page went online on 6 August 1991: what people date before it is no date of a post.
const FIRST_PAGE: Timestamp = match DateTime::from_timestamp(681_436_800, 0) {
    Some(first) => first,
    None => Timestamp::UNIX_EPOCH,
};
/// How far the clocks of a site may be ahead of ours, or its zone be another than we know.
const AHEAD_MAX: TimeDelta = TimeDelta::hours(26);
/// What is less sure than this is refused, in thousandths.
const CONFIDENCE_MIN: u16 = 500;
/// A reader that names the parts of a page goes before one that found as many by their look.
const STANDARDS_BONUS: u16 = 50;

/// What is known of a page besides what a reader understood.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) preset: Option<&'a Preset>,
    /// The page as it came.
    pub(crate) markup: Option<&'a str>,
}

/// A page that was read.
pub(crate) struct ReadPage {
    pub(crate) head: PageHead,
    pub(crate) items: Vec<Item>,
}

/// Reads a web page.
pub(crate) fn html(
    text: &str,
    page: &PageContext<'_>,
    problems: &mut Vec<Problem>,
) -> Result<ReadPage, Unread> {
    let dom = match Dom::parse(text, page.url) {
        Ok(dom) => dom,
        Err(too_much) => {
            problems.push(Problem::new("page", too_much.to_string()));
            return Err(Unread::Unknown);
        }
    };
    let Some((reader, mut draft)) = choose(&dom, page, problems) else {
        return Err(condition::of(&dom, text));
    };
    let head = schema::head(&dom);
    draft.lang = draft.lang.or(head.lang);
    draft.next = draft.next.or(head.next);
    let preset = match &reader {
        PageReader::Preset(name) => page.presets.get(name),
        PageReader::Standards | PageReader::Structure | PageReader::Article => None,
    };
    let known = Known { preset, markup: Some(text) };
    Ok(finish(reader, draft, known, page, problems))
}

/// Reads a body in JSON that is no feed; `None` where nothing in it is surely a record.
pub(crate) fn json(
    text: &str,
    page: &PageContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<ReadPage> {
    let json = preset::json::parse(text)?;
    let name = page.source.preset.as_deref();
    let by_preset = preset::json::read_body(page.presets, &json, page.url, page.link, name);
    let (reader, preset, draft) = match by_preset {
        Some((preset, draft)) => (PageReader::Preset(preset.name.clone()), Some(preset), draft),
        None => match page.presets.platform(name) {
            // A search that found nothing.
            Some(preset) if preset::json::has_no_records(preset, &json) => {
                (PageReader::Preset(preset.name.clone()), Some(preset), PageDraft::default())
            }
            _ => (PageReader::Structure, None, structure::json::read(&json, page.url)?),
        },
    };
    Some(finish(reader, draft, Known { preset, markup: None }, page, problems))
}

/// Lets every reader see the page, and takes the one that understood most.
fn choose(
    dom: &Dom,
    page: &PageContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<(PageReader, PageDraft)> {
    let says_much = |draft: &PageDraft| !draft.entries.is_empty() || !draft.topics.is_empty();
    if let Some((preset, draft)) = page.presets.read(dom, page.url, page.source.preset.as_deref())
        && says_much(&draft)
    {
        return Some((PageReader::Preset(preset.name.clone()), draft));
    }
    let found = article::find(dom);
    let is_teaser = found.as_ref().is_some_and(|found| found.is_teaser);
    let mut readings: Vec<(PageReader, PageDraft)> = [
        (PageReader::Standards, schema::read(dom)),
        (PageReader::Structure, structure::read(dom)),
        (PageReader::Article, found.map(|found| found.draft)),
    ]
    .into_iter()
    .filter_map(|(reader, draft)| Some((reader, draft?)))
    .filter(|(_, draft)| says_much(draft) && draft.confidence >= CONFIDENCE_MIN)
    .collect();
    let weight = |(reader, draft): &(PageReader, PageDraft)| {
        let bonus = if *reader == PageReader::Standards { STANDARDS_BONUS } else { 0 };
        draft.confidence.saturating_add(bonus)
    };
    let best = (0..readings.len()).max_by_key(|&at| weight(&readings[at]))?;
    let (reader, mut draft) = readings.swap_remove(best);
    for (_, other) in readings {
        fill(&mut draft, other);
    }
    if is_teaser && draft.entries.len() == 1 {
        problems.push(Problem::new("page", "shows only the beginning to those who do not pay"));
    }
    Some((reader, draft))
}

/// Takes from another reader what says more of the page and of its only author, but no records.
fn fill(draft: &mut PageDraft, other: PageDraft) {
    draft.title = draft.title.take().or(other.title);
    draft.lang = draft.lang.take().or(other.lang);
    draft.next = draft.next.take().or(other.next);
    draft.last = draft.last.take().or(other.last);
    draft.average = draft.average.take().or(other.average);
    if let ([own], [other]) = (draft.entries.as_mut_slice(), other.entries.as_slice())
        && own.author == other.author
        && own.details.author_url.is_none()
    {
        own.details.author_url.clone_from(&other.details.author_url);
    }
}

/// Turns a draft into items.
pub(crate) fn finish(
    reader: PageReader,
    mut draft: PageDraft,
    known: Known<'_>,
    page: &PageContext<'_>,
    problems: &mut Vec<Problem>,
) -> ReadPage {
    let title = draft.title.take().unwrap_or_default();
    let kind = draft.kind.or(match reader {
        PageReader::Article => None,
        PageReader::Preset(_) | PageReader::Standards | PageReader::Structure => {
            let is_rated = |entry: &DraftEntry| entry.details.rating.is_some();
            let rated = draft.entries.iter().filter(|entry| is_rated(entry)).count();
            (rated * 2 > draft.entries.len()).then_some(Kind::Review)
        }
    });
    let lang = draft.lang.as_deref().and_then(model::Lang::from_tag);
    let lang = lang.or_else(|| page.source.lang.clone());
    let dates = read_dates(&mut draft, known, page);
    let total = draft.entries.len();
    if total > RECORDS_MAX {
        let message = format!("has more than {RECORDS_MAX} records; the rest is left out");
        problems.push(Problem::new("page", message));
    }
    if let [only] = draft.entries.as_mut_slice() {
        only.link = only.link.take().or_else(|| Some(page.url.clone()));
    }
    let is_conversation = total > 1 || kind == Some(Kind::Forum);
    let items =
        draft.entries.into_iter().take(RECORDS_MAX).enumerate().map(|(index, mut entry)| {
            let anchor = entry.link.as_ref().and_then(|link| link.fragment().map(str::to_owned));
            let details = &mut entry.details;
            if is_conversation && kind != Some(Kind::Review) && details.thread_title.is_empty() {
                details.thread_title.clone_from(&title);
            }
            let place = format!("record {}", index + 1);
            let mut item = item(entry, &place, lang.as_ref(), page, problems);
            // What stands on one page is told apart by where it stands.
            if let (Some(url), Some(anchor)) = (&mut item.url, anchor) {
                url.set_fragment(Some(&anchor));
            }
            // What its owner gave no kind is what the page shows it to be.
            if let (Kind::News | Kind::Web, Some(kind)) = (page.source.kind, kind) {
                item.kind = kind;
            }
            item
        });
    let items: Vec<Item> = items.filter(|item| !item.is_silent()).collect();
    let mut topics = draft.topics;
    topics.truncate(TOPICS_MAX);
    let head = PageHead {
        title,
        kind,
        reader,
        confidence: draft.confidence,
        topics,
        next: draft.next.filter(|next| next != page.url),
        average: draft.average,
        dates,
    };
    ReadPage { head, items }
}

/// Reads the dates that people wrote, all of the page together, by what is known of the site; returns what
/// is known of it now.
fn read_dates(draft: &mut PageDraft, known: Known<'_>, page: &PageContext<'_>) -> DateHabits {
    let mut habits = page.dates;
    let topics = draft.topics.iter().filter(|topic| topic.active.is_none());
    let listed = topics.filter_map(|topic| topic.active_written.clone());
    let dates = draft.entries.iter().flat_map(|entry| [&entry.published, &entry.updated]);
    let texts: Vec<String> = dates.filter_map(written).chain(listed).collect();
    if texts.is_empty() {
        return habits;
    }
    if let Some(zone) = page.source.zone {
        habits.zone = Zone::Named(zone);
    } else if let Some(zone) = known.preset.and_then(|preset| preset.zone) {
        habits.zone = Zone::Named(zone);
    }
    habits.order = known.preset.and_then(|preset| preset.order).or(habits.order);
    // What its owner says goes before what the page says, of which a distance from UTC is that of one
    // day, while a place knows its summers.
    let said = known.markup.filter(|_| page.source.zone.is_none());
    match said.and_then(|markup| dates::zone_said(markup, page.fetched_at)) {
        Some(zone @ Zone::Named(_)) => habits.zone = zone,
        Some(zone @ Zone::Fixed(_)) if known.preset.is_none_or(|preset| preset.zone.is_none()) => {
            habits.zone = zone;
        }
        Some(Zone::Fixed(_)) | None => {}
    }
    if habits.lang.is_none() {
        habits.lang = draft.lang.as_deref().and_then(dates::Lang::from_tag);
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let latest = page.fetched_at + AHEAD_MAX;
    let read = dates::read_all(&texts, page.fetched_at, &mut habits);
    let mut read =
        read.into_iter().map(|date| date.filter(|date| date.at >= FIRST_PAGE && date.at <= latest));
    let entries = draft.entries.iter_mut();
    for dated in entries.flat_map(|entry| [&mut entry.published, &mut entry.updated]) {
        if let Dated::Written(text) = dated {
            *dated = match read.next().flatten() {
                Some(date) => Dated::At(date.as_machines_write(habits.zone)),
                None => Dated::Unreadable(std::mem::take(text)),
            };
        }
    }
    let topics = draft.topics.iter_mut();
    for topic in topics.filter(|topic| topic.active.is_none() && topic.active_written.is_some()) {
        topic.active = read.next().flatten().map(|date| date.as_machines_write(habits.zone));
    }
    habits
}

fn written(dated: &Dated) -> Option<String> {
    match dated {
        Dated::Written(text) => Some(text.clone()),
        Dated::Unsaid | Dated::At(_) | Dated::Unreadable(_) => None,
    }
}
