//! Atom 1.0 (RFC 4287).

use std::io;

use chrono::SecondsFormat;
use model::{FeedForm, Timestamp};

use super::{Feed, FeedEntry, Xml, words};

pub(super) fn written(feed: &Feed) -> io::Result<Vec<u8>> {
    let mut xml = Xml::begin()?;
    let lang = words::of(feed.locale).lang;
    xml.open("feed", &[("xmlns", "http://www.w3.org/2005/Atom"), ("xml:lang", lang)])?;
    xml.text("id", &[], &feed.id)?;
    xml.text("title", &[("type", "text")], &feed.title())?;
    xml.text("updated", &[], &time(feed.updated))?;
    xml.text("generator", &[], "Vigie")?;
    let kind = FeedForm::Atom.content_type().split(';').next().unwrap_or_default();
    xml.empty("link", &[("rel", "self"), ("type", kind), ("href", feed.this.as_str())])?;
    if let Some(next) = &feed.next {
        xml.empty("link", &[("rel", "next"), ("type", kind), ("href", next.as_str())])?;
    }
    if let Some(hub) = &feed.hub {
        xml.empty("link", &[("rel", "hub"), ("href", hub.as_str())])?;
    }
    for entry in &feed.entries {
        self::entry(&mut xml, feed, entry)?;
    }
    xml.close("feed")?;
    Ok(xml.end())
}

fn entry(xml: &mut Xml, feed: &Feed, one: &FeedEntry) -> io::Result<()> {
    let entry = &one.entry;
    match &one.lang {
        Some(lang) => xml.open("entry", &[("xml:lang", lang.as_str())])?,
        None => xml.open("entry", &[])?,
    }
    xml.text("id", &[], &one.id)?;
    xml.text("title", &[("type", "text")], &entry.title.text)?;
    if let Some(url) = &entry.url {
        xml.empty("link", &[("rel", "alternate"), ("href", url.as_str())])?;
    }
    xml.open("author", &[])?;
    xml.text("name", &[], one.author())?;
    xml.close("author")?;
    xml.text("published", &[], &time(entry.date))?;
    xml.text("updated", &[], &time(one.updated))?;
    for (term, scheme) in categories(one) {
        xml.empty("category", &[("term", term), ("scheme", scheme)])?;
    }
    xml.text("summary", &[("type", "text")], &one.plain(feed.locale))?;
    xml.text("content", &[("type", "html")], &one.html(feed.locale))?;
    xml.open("source", &[])?;
    xml.text("title", &[("type", "text")], &entry.source)?;
    xml.close("source")?;
    xml.close("entry")
}

/// What an entry is filed under, with what each says: which query found it, and how it speaks.
pub(super) fn categories(one: &FeedEntry) -> Vec<(&str, &'static str)> {
    let queries = one.entry.found_by.iter().map(|name| (name.as_str(), "tag:vigie,2026:query"));
    let tone = one.entry.tone.map(|tone| (tone.as_str(), "tag:vigie,2026:tone"));
    queries.chain(tone).collect()
}

/// RFC 3339, in whole seconds.
pub(super) fn time(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
