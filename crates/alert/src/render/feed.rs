//! What was found as a feed for feed readers: Atom, RSS or JSON Feed, which all tell the same. Pure: the same
//! feed gives the same bytes.
//!
//! XML is written by `quick-xml`, which escapes; what XML cannot hold at all is left out here.

mod atom;
mod json;
mod rss;

use std::borrow::Cow;
use std::io;

use model::{FeedForm, Lang, Locale, Timestamp};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use url::Url;

use super::context::Runs;
use super::{HOSTS_MAX, escaped, listed, tone, words};
use crate::clean::one_line;
use crate::compose::Entry;

const TITLE_CHARS_MAX: usize = 200;

/// A feed as it is to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Feed {
    /// The same for ever: a URI.
    pub id: String,
    pub title: String,
    /// When something was last found for it, or changed in it.
    pub updated: Timestamp,
    pub locale: Locale,
    /// Its own address in this form.
    pub this: Url,
    /// Where what was found before its entries is (RFC 5005, section 3).
    pub next: Option<Url>,
    /// The hub that is told of what is new (WebSub).
    pub hub: Option<Url>,
    /// The newest first.
    pub entries: Vec<FeedEntry>,
}

/// One story in a feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedEntry {
    /// The same for ever, and in every feed: a URI.
    pub id: String,
    /// When what it tells was changed by who published it; else when it was first seen.
    pub updated: Timestamp,
    pub lang: Option<Lang>,
    pub entry: Entry,
    /// Whether there are more copies than are counted.
    pub has_more_copies: bool,
}

impl Feed {
    /// Writes it in a form. It can't fail but by a mistake of ours, as nothing is written but memory.
    pub fn write(&self, form: FeedForm) -> io::Result<Vec<u8>> {
        match form {
            FeedForm::Atom => atom::written(self),
            FeedForm::Rss => rss::written(self),
            FeedForm::Json => json::written(self),
        }
    }

    fn title(&self) -> String {
        one_line(&self.title, TITLE_CHARS_MAX)
    }
}

impl FeedEntry {
    /// Who wrote it; the source where nobody is named.
    fn author(&self) -> &str {
        self.entry.author.as_deref().unwrap_or(&self.entry.source)
    }

    /// What stands below the text: source, stars, tone, copies.
    fn notes(&self, locale: Locale) -> Vec<String> {
        let words = words::of(locale);
        let entry = &self.entry;
        let mut notes = vec![entry.source.clone()];
        notes.extend(entry.thread.as_ref().and_then(|thread| words.thread(thread)));
        notes.extend(entry.rating.map(|rating| words.stars(rating)));
        notes.extend(tone(entry, locale).map(|(_, told)| told));
        notes.extend(self.copies(locale));
        notes
    }

    /// "and 12 copies: a.example, b.example and 3 more", "and 100+ copies: …".
    fn copies(&self, locale: Locale) -> Option<String> {
        let (words, copies) = (words::of(locale), &self.entry.copies);
        let counted = if self.has_more_copies {
            words.copies.many.replace("{}", &format!("{}+", words.number(copies.count)))
        } else {
            words.count(&words.copies, copies.count)
        };
        let hosts = listed(&copies.hosts, HOSTS_MAX, locale);
        (copies.count > 0).then(|| format!("{counted}{}{hosts}", words.colon))
    }

    fn plain(&self, locale: Locale) -> String {
        let notes = self.notes(locale).join(" · ");
        match self.entry.snippet.text.as_str() {
            "" => notes,
            text => format!("{text}\n\n{notes}"),
        }
    }

    /// The same with the words in bold that the queries asked for.
    fn html(&self, locale: Locale) -> String {
        let notes: Vec<String> = self.notes(locale).iter().map(|note| escaped(note)).collect();
        let notes = format!("<p>{}</p>", notes.join(" · "));
        if self.entry.snippet.text.is_empty() {
            return notes;
        }
        format!("<p>{}</p>\n{notes}", Runs::of(&self.entry.snippet).html())
    }
}

/// Writes XML.
struct Xml {
    writer: Writer<Vec<u8>>,
}

impl Xml {
    fn begin() -> io::Result<Self> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 1);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        Ok(Self { writer })
    }

    fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.writer.write_event(Event::Start(start(name, attributes)))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new(name)))
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        self.writer.write_event(Event::Empty(start(name, attributes)))
    }

    fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> io::Result<()> {
        self.open(name, attributes)?;
        self.writer.write_event(Event::Text(BytesText::new(&holdable(text))))?;
        self.close(name)
    }

    fn end(self) -> Vec<u8> {
        self.writer.into_inner()
    }
}

fn start<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (name, value) in attributes {
        start.push_attribute((*name, holdable(value).as_ref()));
    }
    start
}

/// Leaves out the characters that XML 1.0 (section 2.2) cannot hold, in whatever form they are written.
fn holdable(text: &str) -> Cow<'_, str> {
    let is_held = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    if text.chars().all(is_held) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter(|c| is_held(*c)).collect())
}

#[cfg(test)]
mod tests;
