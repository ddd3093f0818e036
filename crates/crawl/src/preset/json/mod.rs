//! Presets for bodies in JSON: what a site's programming interface answers, or what a page has embedded
//! for its own scripts. Which record is a post and where its words stand is data (`[[json]]`); here is
//! what reads it.

mod api;
mod field;
mod load;
mod next;
mod path;
mod record;

use scraper::Selector;
use serde_json::Value;
use url::Url;

pub(crate) use self::api::Api;
pub(crate) use self::field::Field;
pub(crate) use self::load::read_field as field;
use self::next::Next;
pub(crate) use self::next::linked;
use self::path::{Place, steps};
use super::{Preset, Presets, html};
use crate::extract::details::milli;
use crate::extract::draft::{Dated, DraftEntry};
use crate::page::dom::Dom;
use crate::page::{Average, PageDraft, Topic};

/// The longest body that is read, in bytes.
const BODY_BYTES_MAX: usize = 8 << 20;
/// Records read of one body.
const RECORDS_MAX: usize = 10_000;
/// What the texts of one body may take together, in bytes: a path from the root gives every record
/// the same.
const TEXTS_BYTES_MAX: usize = 16 << 20;
/// Scripts looked at in one page.
const SCRIPTS_MAX: usize = 20;

/// One shape of answer of a kind of site.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// Paths that all lead to something in a body of this shape.
    when: Vec<Field>,
    /// Where in a web page a body of this shape is embedded; of none for a body by itself.
    embedded: Vec<Embedded>,
    /// Where in a body stands the text that is the document itself.
    within: Option<Field>,
    /// What follows a site's root in the addresses of its pages.
    root: Vec<String>,
    /// Of the conversation or the product, from the root.
    page_title: Option<Field>,
    of: Records,
    next: Next,
}

/// What the records of a shape are.
#[derive(Debug, Clone)]
enum Records {
    Posts(Box<PostShape>),
    Rows(RowShape),
    /// Markup, for the selectors of the same preset to read.
    Html(Field),
}

/// Where in a record of a post stands what it says.
#[derive(Debug, Clone)]
struct PostShape {
    records: Field,
    /// The records within a record: its answers.
    children: Option<Field>,
    /// Records of which any of these says yes are no posts.
    skip: Vec<Field>,
    id: Option<Field>,
    author: Option<Field>,
    profile: Option<Field>,
    date: Option<Field>,
    updated: Option<Field>,
    text: Option<Field>,
    /// What others said, where it has a place of its own.
    quoted: Option<Field>,
    /// Within the text: the words of others.
    quotes: Vec<Selector>,
    /// Within the text: what is not read.
    drop: Vec<Selector>,
    /// The text is a mail's or goes by its ways: lines that begin with `>` are quoted.
    mail: bool,
    link: Option<Field>,
    number: Option<Field>,
    answers: Option<Field>,
    /// Says yes where it answers another one, whichever.
    reply: Option<Field>,
    subject: Option<Field>,
    thread: Option<Field>,
    thread_title: Option<Field>,
    thread_url: Option<Field>,
    rating: Option<Field>,
    best_milli: i64,
    worst_milli: i64,
    product: Option<Field>,
    verified: Option<Field>,
    owner_reply: Option<Field>,
    likes: Option<Field>,
    shares: Option<Field>,
    comments: Option<Field>,
    views: Option<Field>,
    followers: Option<Field>,
    tags: Option<Field>,
    links: Option<Field>,
    image: Option<Field>,
    lang: Option<Field>,
    average: Option<Field>,
    count: Option<Field>,
}

/// Where in a record of a list stands which page it lists.
#[derive(Debug, Clone)]
struct RowShape {
    records: Field,
    skip: Vec<Field>,
    link: Field,
    title: Option<Field>,
    replies: Option<Field>,
    active: Option<Field>,
}

/// What all records of a body share.
struct Page<'p> {
    url: &'p Url,
    /// Where the addresses of the site begin, without a slash at its end.
    root: String,
    title: Option<String>,
}

impl Page<'_> {
    fn join(&self, address: &str) -> Option<Url> {
        let is_of_site = address.starts_with('/') && !address.starts_with("//");
        let url = if is_of_site {
            self.url.join(&format!("{}{address}", self.root))
        } else {
            self.url.join(address)
        };
        url.ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
    }
}

/// Parses a body, without what some sites write before it against misuse.
pub(crate) fn parse(body: &str) -> Option<Value> {
    let body = body.trim_start_matches('\u{feff}').trim_start();
    let body = body.strip_prefix(")]}'").unwrap_or(body);
    let body = body.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
    if body.len() > BODY_BYTES_MAX || !body.starts_with(['{', '[']) {
        return None;
    }
    serde_json::from_str(body).ok()
}

/// Tells whether a body has lists, and nothing in any of them: the answer of a search that found nothing.
/// So does `null` where a body should hold another.
pub(crate) fn has_no_records(preset: &Preset, json: &Value) -> bool {
    match preset.json.iter().find_map(|shape| shape.document_in(json)) {
        Some(Value::Null) => true,
        Some(document) => has_empty_lists(&document),
        None => has_empty_lists(json),
    }
}

fn has_empty_lists(json: &Value) -> bool {
    fn lists(json: &Value, depth: usize, found: &mut Vec<bool>) {
        match json {
            Value::Array(list) => found.push(list.is_empty()),
            Value::Object(object) if depth > 0 => {
                object.values().for_each(|value| lists(value, depth - 1, found));
            }
            Value::Object(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_) => {}
        }
    }
    let mut found = Vec::new();
    lists(json, 2, &mut found);
    !found.is_empty() && found.into_iter().all(|is_empty| is_empty)
}

/// Asks a body what a field of it says.
pub(crate) fn ask<T>(json: &Value, question: impl FnOnce(Place<'_, '_>) -> T) -> T {
    let steps = steps();
    question(Place::root(json, &steps))
}

/// Reads a body with the preset of this name, or with the first that has a shape for it.
pub(crate) fn read_body<'p>(
    presets: &'p Presets,
    json: &Value,
    url: &Url,
    link_header: Option<&str>,
    name: Option<&str>,
) -> Option<(&'p Preset, PageDraft)> {
    candidates(presets, name)
        .find_map(|preset| Some((preset, read(preset, json, url, link_header)?)))
}

/// Reads what a web page has embedded, as [`read_body`] reads a body.
pub(crate) fn read_page<'p>(
    presets: &'p Presets,
    dom: &Dom,
    url: &Url,
    name: Option<&str>,
) -> Option<(&'p Preset, PageDraft)> {
    let found = |preset| read_embedded(preset, dom, url).map(|draft| (preset, draft));
    candidates(presets, name)
        .filter_map(found)
        .find(|(_, draft)| !draft.entries.is_empty() || !draft.topics.is_empty())
}

fn candidates<'p>(presets: &'p Presets, name: Option<&str>) -> impl Iterator<Item = &'p Preset> {
    let presets = presets.list().iter().map(AsRef::as_ref);
    presets.filter(move |preset| name.is_none_or(|name| preset.name == name))
}

impl Preset {
    /// Returns the address that answers in JSON what the page at `url` shows.
    pub(crate) fn address_in_json(&self, url: &Url) -> Option<Url> {
        self.api.as_ref()?.instead(url)
    }

    /// Returns the addresses at which a site whose root is at `root` lists in JSON what is new.
    pub(crate) fn lists_in_json(&self, root: &Url) -> Vec<Url> {
        self.api.as_ref().map(|api| api.listings(root)).unwrap_or_default()
    }

    /// Returns the addresses at which a site whose root is at `root` has its feeds.
    pub(crate) fn usual_feeds(&self, root: &Url) -> Vec<Url> {
        self.api.as_ref().map(|api| api.feeds(root)).unwrap_or_default()
    }
}

impl Presets {
    /// Returns the address that answers in JSON what the page at `url` shows, where the address alone
    /// tells what kind of site it is.
    pub(crate) fn address_in_json(&self, url: &Url) -> Option<(&Preset, Url)> {
        let known = self.list().iter().map(AsRef::as_ref).filter(|preset: &&Preset| {
            preset.recognise.url.iter().any(|known| known.is_match(url.as_str()))
        });
        known.into_iter().find_map(|preset| Some((preset, preset.address_in_json(url)?)))
    }
}

/// Reads a body; `None` for one of no shape that the preset knows.
pub(crate) fn read(
    preset: &Preset,
    json: &Value,
    url: &Url,
    link_header: Option<&str>,
) -> Option<PageDraft> {
    let (whole, parts): (Vec<&Shape>, Vec<&Shape>) = preset
        .json
        .iter()
        .filter(|shape| shape.embedded.is_empty())
        .partition(|shape| shape.within.is_none());
    let read = |shape: &Shape, json: &Value| {
        read_shapes(preset, std::iter::once(shape), json, url, link_header)
    };
    let mut draft = read_shapes(preset, whole.into_iter(), json, url, link_header)
        .or_else(|| parts.into_iter().find_map(|shape| read(shape, &shape.document_in(json)?)))?;
    draft.kind = Some(preset.kind);
    Some(draft)
}

/// Reads what a web page has embedded.
pub(crate) fn read_embedded(preset: &Preset, dom: &Dom, url: &Url) -> Option<PageDraft> {
    let places = preset.json.iter().flat_map(|shape| &shape.embedded);
    let mut draft = places
        .flat_map(|place| embedded(dom, place).map(move |json| (place, json)))
        .find_map(|(place, json)| {
            let shapes = preset.json.iter().filter(|shape| shape.embedded.contains(place));
            read_shapes(preset, shapes, &json, url, None)
        })?;
    draft.kind = Some(preset.kind);
    Some(draft)
}

/// Where in a web page a body is embedded: `script#__NEXT_DATA__`, `#data@data-preloaded`.
#[derive(Debug, Clone)]
struct Embedded {
    selector: Selector,
    /// The attribute that holds it; of none it is the element's text.
    attribute: Option<String>,
}

impl PartialEq for Embedded {
    fn eq(&self, other: &Self) -> bool {
        self.selector == other.selector && self.attribute == other.attribute
    }
}

fn embedded(dom: &Dom, place: &Embedded) -> impl Iterator<Item = Value> {
    let elements = dom.html.select(&place.selector).take(SCRIPTS_MAX);
    elements.filter_map(|element| {
        let mut json = match &place.attribute {
            Some(name) => parse(element.attr(name)?)?,
            None => parse(&element.text().collect::<String>())?,
        };
        unfold(&mut json);
        Some(json)
    })
}

/// Reads the texts of an object that are JSON themselves, as in what Discourse preloads.
fn unfold(json: &mut Value) {
    let Some(object) = json.as_object_mut() else { return };
    for value in object.values_mut() {
        let inner = value.as_str().filter(|text| text.starts_with(['{', '['])).and_then(parse);
        if let Some(inner) = inner {
            *value = inner;
        }
    }
}

/// Reads a body with the first shape of posts and the first of rows that it has.
fn read_shapes<'p>(
    preset: &Preset,
    shapes: impl Iterator<Item = &'p Shape>,
    json: &Value,
    url: &Url,
    link_header: Option<&str>,
) -> Option<PageDraft> {
    let steps = steps();
    let parameters = url.query_pairs().map(|(name, value)| (name.into(), value.into()));
    let path = ("/".to_owned(), Value::from(url.path()));
    let parameters = Value::Object(parameters.chain([path]).collect());
    let place = Place::root(json, &steps).with_address(&parameters);
    let (mut posts, mut rows) = (None, None);
    for shape in shapes.filter(|shape| shape.fits(place)) {
        match &shape.of {
            Records::Posts(_) | Records::Html(_) => posts = posts.or(Some(shape)),
            Records::Rows(_) => rows = rows.or(Some(shape)),
        }
    }
    posts.or(rows)?;
    let mut draft = PageDraft::default();
    for shape in [posts, rows].into_iter().flatten() {
        shape.read_into(preset, place, url, link_header, &mut draft);
    }
    draft.confidence = confidence(&draft);
    Some(draft)
}

impl Shape {
    /// Returns the document that stands as a text within another.
    fn document_in(&self, json: &Value) -> Option<Value> {
        let steps = steps();
        let (within, root) = (self.within.as_ref()?, Place::root(json, &steps));
        if within.is_null(root) {
            return Some(Value::Null);
        }
        parse(within.all(root).into_iter().next()?.as_str()?)
    }

    fn fits(&self, place: Place) -> bool {
        self.when.iter().all(|when| when.exists(place))
    }

    fn read_into(
        &self,
        preset: &Preset,
        place: Place,
        url: &Url,
        link_header: Option<&str>,
        draft: &mut PageDraft,
    ) {
        let title = self.page_title.as_ref().and_then(|title| title.word(place));
        let title = title.and_then(|title| record::one_line(&title));
        let page = Page { url, root: self.site_root(url), title };
        let many = match &self.of {
            Records::Posts(shape) => {
                let records = shape.records.all(place);
                read_posts(shape, &records, place, &page, &mut draft.entries);
                draft.average = average(shape, place, page.title.as_deref());
                records.len()
            }
            Records::Rows(shape) => {
                let rows = shape.records.all(place);
                let topics = rows.iter().take(RECORDS_MAX);
                draft.topics.extend(topics.filter_map(|row| topic(shape, place.at(row), &page)));
                rows.len()
            }
            Records::Html(markup) => {
                let dom = markup.text(place).and_then(|markup| Dom::parse(&markup, url).ok());
                let found = dom.and_then(|dom| html::read_part(preset, &dom, url));
                draft.entries = found.map(|found| found.entries).unwrap_or_default();
                // Which part of its conversation this is, it does not say.
                for entry in &mut draft.entries {
                    let details = &mut entry.details;
                    (details.number, details.reply, details.thread_url) = (None, None, None);
                }
                draft.entries.len()
            }
        };
        let pages = next::pages(&self.next, place, url, many, link_header);
        draft.next = draft.next.take().or(pages.next);
        draft.last = draft.last.take().or(pages.last);
        draft.title = draft.title.take().or(page.title);
    }

    /// Returns the path at which the site begins: what stands before what all sites of this kind have
    /// in their addresses.
    fn site_root(&self, url: &Url) -> String {
        let starts = self.root.iter().filter_map(|mark| url.path().find(mark.as_str()));
        url.path()[..starts.min().unwrap_or(0)].trim_end_matches('/').to_owned()
    }
}

/// Reads records and the records within them, in the order of the page.
fn read_posts(
    shape: &PostShape,
    records: &[&Value],
    place: Place,
    page: &Page,
    entries: &mut Vec<DraftEntry>,
) {
    let mut waiting: Vec<(&Value, Option<String>)> =
        records.iter().rev().map(|record| (*record, None)).collect();
    let (mut seen, mut bytes) = (0, 0);
    while let Some((record, parent)) = waiting.pop() {
        seen += 1;
        if seen > RECORDS_MAX || bytes > TEXTS_BYTES_MAX {
            return;
        }
        let place = place.at(record);
        let entry = record::read(shape, place, page, parent.as_deref());
        // What was looked up last may be missing by no fault of its own.
        if place.is_spent() {
            return;
        }
        let own = entry.as_ref().and_then(|entry| entry.guid.clone());
        if let Some(children) = &shape.children {
            // Answers to what was deleted are answers all the same.
            let parent = own.or_else(|| shape.id.as_ref()?.word(place));
            let children = children.all(place).into_iter().rev();
            waiting.extend(children.map(|child| (child, parent.clone())));
        }
        if let Some(entry) = entry.filter(|entry| !entry.says_nothing()) {
            let texts = [&entry.text, &entry.title, &entry.details.thread];
            bytes += texts.into_iter().flatten().map(String::len).sum::<usize>();
            bytes += entry.details.quote.len() + entry.details.owner_reply.len();
            entries.push(entry);
        }
    }
}

fn topic(shape: &RowShape, place: Place, page: &Page) -> Option<Topic> {
    if shape.skip.iter().any(|skip| skip.is_said(place)) {
        return None;
    }
    let word = |field: &Option<Field>| field.as_ref()?.word(place);
    let (active, active_written) = match record::dated(shape.active.as_ref(), place) {
        Dated::At(at) => (Some(at), None),
        Dated::Written(text) => (None, Some(text)),
        Dated::Unsaid | Dated::Unreadable(_) => (None, None),
    };
    Some(Topic {
        active,
        active_written,
        url: page.join(&shape.link.address(place)?)?,
        title: word(&shape.title).and_then(|title| record::one_line(&title)).unwrap_or_default(),
        replies: word(&shape.replies).and_then(|replies| record::whole(&replies)),
    })
}

fn average(shape: &PostShape, place: Place, product: Option<&str>) -> Option<Average> {
    let value = shape.average.as_ref()?.word(place).and_then(|value| milli(&value))?;
    Some(Average {
        product: product.map(str::to_owned),
        rating: model::Rating::new(value, shape.worst_milli, shape.best_milli)?,
        count: shape.count.as_ref().and_then(|count| record::whole(&count.word(place)?)),
    })
}

/// Tells how many of the entries have an author, a date and words.
fn confidence(draft: &PageDraft) -> u16 {
    let parts = draft.entries.len() * 3;
    let had: usize = draft
        .entries
        .iter()
        .map(|entry| {
            let is_dated = matches!(entry.published, Dated::At(_) | Dated::Written(_));
            let has_words = entry.text.is_some() || entry.title.is_some();
            usize::from(is_dated) + usize::from(has_words) + usize::from(entry.author.is_some())
        })
        .sum();
    let found = if draft.topics.is_empty() { 0 } else { 500 };
    let of_entries = (had * 500).checked_div(parts).unwrap_or(found);
    u16::try_from(490 + of_entries).unwrap_or(990)
}

#[cfg(test)]
mod tests;
