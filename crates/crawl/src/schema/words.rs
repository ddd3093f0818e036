//! What the values of things say: words, names, addresses, dates.

use std::cell::Cell;
use std::collections::HashSet;

use ego_tree::NodeId;
use scraper::{ElementRef, Node};
use url::Url;

use super::entry::Role;
use super::thing::{Thing, Things, Value};
use crate::dates;
use crate::extract::draft::Dated;
use crate::extract::person::{self, Person};
use crate::extract::text::{Rich, from_plain, from_unsaid, looks_like_html};
use crate::page::dom::{self, Dom};
use crate::page::profile::{of_name, profile};

/// What is read of a page's markup, in bytes. Texts may lie in one another and are read one by one.
const READ_BYTES_MAX: usize = 48 << 20;
/// The longest name of a person, a product or a thread, in bytes.
const LINE_BYTES_MAX: usize = 1000;
/// Things that stand for one another's names, one in another.
const NAMES_DEPTH_MAX: usize = 4;
/// Authors of one text.
const AUTHORS_MAX: usize = 10;

/// What the names of things are called.
pub(super) const NAME: [&str; 4] = ["name", "headline", "title", "alternateName"];

/// Reads the values of one syntax's things.
pub(super) struct Reader<'a> {
    pub(super) dom: &'a Dom,
    pub(super) things: &'a Things,
    /// Elements of posts within posts: what they say is theirs.
    posts: HashSet<NodeId>,
    unread_bytes: Cell<usize>,
    /// Addresses within the page start elsewhere.
    pub(super) has_base: bool,
}

/// What a text says, with what it quotes apart.
#[derive(Debug, Default)]
pub(super) struct Words {
    pub(super) text: String,
    pub(super) quote: String,
    pub(super) hrefs: Vec<String>,
    pub(super) image: bool,
    pub(super) lang: Option<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(dom: &'a Dom, things: &'a Things) -> Self {
        let posts = things.all.iter().filter(|thing| Role::of(thing, "").is_some());
        let posts = posts.filter_map(|thing| thing.element).collect();
        let mut elements = dom.html.tree.values().filter_map(Node::as_element);
        let has_base = elements.any(|tag| tag.name() == "base" && tag.attr("href").is_some());
        Self { dom, things, posts, unread_bytes: Cell::new(READ_BYTES_MAX), has_base }
    }

    pub(super) fn thing(&self, at: usize) -> &'a Thing {
        &self.things.all[at]
    }

    pub(super) fn element(&self, id: NodeId) -> Option<ElementRef<'a>> {
        ElementRef::wrap(self.dom.html.tree.get(id)?)
    }

    /// Returns an element, unless as much as may be read has been read.
    fn readable(&self, id: NodeId) -> Option<ElementRef<'a>> {
        let element = self.element(id)?;
        let bytes: usize = element.descendants().map(|node| size(node.value())).sum();
        let unread = self.unread_bytes.get().checked_sub(bytes)?;
        self.unread_bytes.set(unread);
        Some(element)
    }

    /// Returns the words of a value in one line: a thing's are its name.
    pub(super) fn line(&self, value: &Value) -> Option<String> {
        self.line_within(value, 0)
    }

    fn line_within(&self, value: &Value, depth: usize) -> Option<String> {
        let text = match value {
            Value::Text { text, .. } => from_unsaid(text),
            Value::Element(id) | Value::Link { element: id, .. } => {
                let element = self.readable(*id)?;
                let text = dom::text(element);
                if text.is_empty() { element.attr("title")?.to_owned() } else { text }
            }
            Value::Thing(at) if depth < NAMES_DEPTH_MAX => {
                let thing = self.thing(*at);
                let name = NAME.iter().flat_map(|name| thing.values(name));
                let mut names = name.filter_map(|value| self.line_within(value, depth + 1));
                names.next().or_else(|| {
                    let parts = ["givenName", "familyName"].map(|name| {
                        thing.values(name).find_map(|value| self.line_within(value, depth + 1))
                    });
                    let parts: Vec<String> = parts.into_iter().flatten().collect();
                    if !parts.is_empty() {
                        return Some(parts.join(" "));
                    }
                    // A card that names no part of itself is the name.
                    let is_bare = !thing.has(&["name"]);
                    let element = thing.element.filter(|_| is_bare && thing.id.is_none())?;
                    self.line_within(&Value::Element(element), depth + 1)
                })?
            }
            Value::Thing(_) => return None,
        };
        let line = text.replace('\n', " ").trim().to_owned();
        (!line.is_empty() && line.len() <= LINE_BYTES_MAX).then_some(line)
    }

    /// Returns the words of the first of these properties that has any.
    pub(super) fn first_line(&self, thing: &Thing, names: &[&str]) -> Option<String> {
        let values = names.iter().flat_map(|name| thing.values(name));
        values.take(20).find_map(|value| self.line(value))
    }

    /// Returns a text with its paragraphs; with `is_talk`, what it quotes is apart.
    pub(super) fn words(&self, thing: &Thing, names: &[&str], is_talk: bool) -> Words {
        for name in names {
            let mut words = Words::default();
            for value in thing.values(name) {
                let more = self.words_of(value, is_talk);
                words.add(more);
                // Texts of an element are parts of one; others say the same in other languages.
                if !matches!(value, Value::Element(_)) && !words.text.is_empty() {
                    break;
                }
            }
            if !words.text.is_empty() || !words.quote.is_empty() {
                return words;
            }
        }
        Words::default()
    }

    fn words_of(&self, value: &Value, is_talk: bool) -> Words {
        match value {
            Value::Text { text, lang } => {
                Words { lang: lang.clone(), ..self.words_of_text(text, is_talk) }
            }
            Value::Element(id) | Value::Link { element: id, .. } => match self.readable(*id) {
                Some(element) => said(element, &self.posts, is_talk),
                None => Words::default(),
            },
            Value::Thing(at) => {
                let thing = self.thing(*at);
                let value = thing.first(&["text", "content", "name", "value"]);
                match value {
                    Some(value @ (Value::Text { .. } | Value::Element(_))) => {
                        self.words_of(value, is_talk)
                    }
                    _ => Words::default(),
                }
            }
        }
    }

    fn words_of_text(&self, text: &str, is_talk: bool) -> Words {
        if is_talk && text.contains("<blockquote") && looks_like_html(text) {
            let unread = self.unread_bytes.get().checked_sub(text.len() * 2);
            if let (Some(unread), Ok(part)) = (unread, Dom::parse(text, &self.dom.base)) {
                self.unread_bytes.set(unread);
                return said(part.root(), &HashSet::new(), is_talk);
            }
        }
        // References alone make no markup: line feeds are then meant.
        if !text.contains('<') && text.contains('\n') {
            let lines: Vec<String> = text.lines().map(from_unsaid).collect();
            return Words { text: from_plain(&lines.join("\n")), ..Words::default() };
        }
        let Rich { text, hrefs, image } = Rich::from_unsaid(text);
        Words { text, hrefs, image, ..Words::default() }
    }

    /// Returns the names of all who are named; where it is one, with where they are shown.
    pub(super) fn author(&self, thing: &Thing) -> (Option<String>, Option<Url>) {
        let names = ["author", "creator", "reviewer"];
        let Some(name) = names.into_iter().find(|name| thing.has(&[name])) else {
            return (None, None);
        };
        let person = |value: &Value| {
            let line = self.line(value).filter(|line| !line.contains("://"))?;
            let name = person::name(without_by(&line))?;
            let url = self.profile(value, &name);
            Some(Person { name, url })
        };
        person::joined(thing.values(name).take(AUTHORS_MAX).filter_map(person))
    }

    /// Returns where an author is shown, by what is said of them or by where their name leads.
    fn profile(&self, author: &Value, name: &str) -> Option<Url> {
        let base = &self.dom.base;
        let of = |value: &Value| match value {
            Value::Link { href, .. } => profile(href, base),
            Value::Text { text, .. } => profile(text, base).filter(|_| text.contains('/')),
            Value::Element(id) => of_name(self.element(*id)?, name, self.dom),
            Value::Thing(_) => None,
        };
        let Value::Thing(at) = author else {
            // A text is the name alone.
            return of(author).filter(|_| !matches!(author, Value::Text { .. }));
        };
        let thing = self.thing(*at);
        // A name that only the page itself uses, or a place on a page, is no address of a person.
        let is_address = |id: &&str| !id.starts_with("_:") && !id.contains('#');
        let id = || profile(thing.id.as_deref().filter(is_address)?, base);
        let first = |name: &str| thing.values(name).take(AUTHORS_MAX).find_map(of);
        // A card that is a link leads to whom it shows (microformats2, implied properties).
        let card = || {
            let card = self.element(thing.element?)?;
            profile(card.attr("href").filter(|_| card.value().name() == "a")?, base)
        };
        first("url").or_else(card).or_else(id).or_else(|| first("sameAs"))
    }

    pub(super) fn url(&self, value: &Value) -> Option<Url> {
        let href = match value {
            Value::Link { href, .. } => href.clone(),
            Value::Text { text, .. } => text.clone(),
            Value::Element(id) => {
                let element = self.element(*id)?;
                let inner = element.descendent_elements().take(20);
                inner.into_iter().find_map(|element| element.attr("href"))?.to_owned()
            }
            Value::Thing(at) => {
                let thing = self.thing(*at);
                match thing.first(&["url"]) {
                    Some(Value::Link { href, .. }) => href.clone(),
                    Some(Value::Text { text, .. }) => text.clone(),
                    _ => thing.id.clone()?,
                }
            }
        };
        let href = href.trim();
        let is_address = !href.is_empty() && !href.contains(char::is_whitespace);
        self.dom.join(href).filter(|_| is_address)
    }

    pub(super) fn dated(&self, thing: &Thing, names: &[&str]) -> Dated {
        let Some(value) = thing.first(names) else { return Dated::Unsaid };
        match value {
            Value::Text { text, .. } => dated(text),
            Value::Element(id) | Value::Link { element: id, .. } => {
                self.element(*id).map_or(Dated::Unsaid, dated_element)
            }
            Value::Thing(at) => match self.thing(*at).first(&["@value", "value", "name"]) {
                Some(Value::Text { text, .. }) => dated(text),
                _ => Dated::Unsaid,
            },
        }
    }

    /// Returns the text of a number, a flag or a name of the vocabulary.
    pub(super) fn word(&self, value: &Value) -> Option<String> {
        match value {
            Value::Text { text, .. } => Some(text.trim().to_owned()),
            Value::Link { href, element } => {
                // A picture of stars says how many in its description.
                let element = self.element(*element)?;
                let said =
                    ["content", "alt", "title"].into_iter().find_map(|name| element.attr(name));
                Some(said.unwrap_or(href).trim().to_owned())
            }
            Value::Element(id) => {
                let text = self.line(value);
                let attributes = ["title", "aria-label", "value", "data-rating"];
                text.or_else(|| {
                    let element = self.element(*id)?;
                    let mut said = attributes.into_iter().filter_map(|name| element.attr(name));
                    said.next().map(str::to_owned)
                })
            }
            Value::Thing(at) => {
                let thing = self.thing(*at);
                let own = thing
                    .first(&["name", "value"])
                    .filter(|value| !matches!(value, Value::Thing(_)));
                match own {
                    Some(value) => self.word(value),
                    None => thing.types.first().or(thing.id.as_ref()).cloned(),
                }
            }
        }
    }
}

impl Words {
    fn add(&mut self, more: Self) {
        for (own, more) in [(&mut self.text, more.text), (&mut self.quote, more.quote)] {
            if !own.is_empty() && !more.is_empty() {
                own.push('\n');
            }
            own.push_str(&more);
        }
        self.hrefs.extend(more.hrefs);
        self.image |= more.image;
        self.lang = self.lang.take().or(more.lang);
    }
}

/// Returns what an element says; what belongs to posts within it is theirs.
fn said(element: ElementRef, posts: &HashSet<NodeId>, is_talk: bool) -> Words {
    let quotes = element.descendants().filter_map(ElementRef::wrap).filter(|inner| {
        let is_quote = |class: &str| class.split_ascii_whitespace().any(|class| class == "quote");
        match inner.value().name() {
            "blockquote" => true,
            "aside" => inner.attr("class").is_some_and(is_quote),
            _ => false,
        }
    });
    let quotes: HashSet<NodeId> = quotes.filter(|_| is_talk).map(|quote| quote.id()).collect();
    let said = dom::said(element, posts, &quotes);
    let Rich { text, hrefs, image } = said.rich;
    Words { text, quote: said.quote, hrefs, image, lang: None }
}

/// Returns a name without what says that it is an author's.
pub(super) fn without_by(line: &str) -> &str {
    let (by, name) = line.split_once(' ').unwrap_or(("", line));
    let is_by = ["by", "par"].iter().any(|word| by.eq_ignore_ascii_case(word));
    if is_by { name.trim() } else { line }
}

/// Returns about how much markup a node is, in bytes.
fn size(node: &Node) -> usize {
    if let Some(element) = node.as_element() {
        let attributes = element.attrs().map(|(name, value)| name.len() + value.len() + 4);
        32 + attributes.sum::<usize>()
    } else {
        node.as_text().map_or(0, |text| text.len())
    }
}

/// Reads a date that stands where machines look for it. What is no machine's is to be read together
/// with the page's other dates.
pub(super) fn dated(text: &str) -> Dated {
    let text = text.trim();
    if text.is_empty() {
        return Dated::Unsaid;
    }
    let year = text.len() >= 4 && text.bytes().take(4).all(|b| b.is_ascii_digit());
    let has_zone = ["GMT", "UTC", " +0", " -0"].iter().any(|zone| text.contains(zone));
    match dates::parse(text).filter(|_| year || has_zone) {
        Some(at) => Dated::At(at),
        None => Dated::Written(text.to_owned()),
    }
}

fn dated_element(element: ElementRef) -> Dated {
    for element in element.descendent_elements().take(20) {
        for name in ["datetime", "content", "title", "data-time"] {
            if let Some(Dated::At(at)) = element.attr(name).map(dated) {
                return Dated::At(at);
            }
        }
    }
    dated(&dom::text(element).replace('\n', " "))
}
