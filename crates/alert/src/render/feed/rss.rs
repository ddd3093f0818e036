//! RSS 2.0, with what it has no element for in those of Atom and Dublin Core.

use std::io;

use model::{FeedForm, Timestamp};

use super::atom::{categories, time};
use super::{Feed, FeedEntry, Xml, words};

pub(super) fn written(feed: &Feed) -> io::Result<Vec<u8>> {
    let mut xml = Xml::begin()?;
    xml.open(
        "rss",
        &[
            ("version", "2.0"),
            ("xmlns:atom", "http://www.w3.org/2005/Atom"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ],
    )?;
    xml.open("channel", &[])?;
    let title = feed.title();
    xml.text("title", &[], &title)?;
    // RSS wants one, and its readers may open nothing else of ours.
    xml.text("link", &[], feed.this.as_str())?;
    xml.text("description", &[], &title)?;
    xml.text("language", &[], words::of(feed.locale).lang)?;
    xml.text("lastBuildDate", &[], &date(feed.updated))?;
    xml.text("generator", &[], "Vigie")?;
    let kind = FeedForm::Rss.content_type().split(';').next().unwrap_or_default();
    xml.empty("atom:link", &[("rel", "self"), ("type", kind), ("href", feed.this.as_str())])?;
    if let Some(next) = &feed.next {
        xml.empty("atom:link", &[("rel", "next"), ("type", kind), ("href", next.as_str())])?;
    }
    if let Some(hub) = &feed.hub {
        xml.empty("atom:link", &[("rel", "hub"), ("href", hub.as_str())])?;
    }
    for entry in &feed.entries {
        item(&mut xml, feed, entry)?;
    }
    xml.close("channel")?;
    xml.close("rss")?;
    Ok(xml.end())
}

fn item(xml: &mut Xml, feed: &Feed, one: &FeedEntry) -> io::Result<()> {
    let entry = &one.entry;
    xml.open("item", &[])?;
    xml.text("title", &[], &entry.title.text)?;
    if let Some(url) = &entry.url {
        xml.text("link", &[], url.as_str())?;
    }
    xml.text("guid", &[("isPermaLink", "false")], &one.id)?;
    // `author` is a mail address.
    xml.text("dc:creator", &[], one.author())?;
    if let Some(lang) = &one.lang {
        xml.text("dc:language", &[], lang.as_str())?;
    }
    xml.text("pubDate", &[], &date(entry.date))?;
    xml.text("atom:updated", &[], &time(one.updated))?;
    for (term, scheme) in categories(one) {
        xml.text("category", &[("domain", scheme)], term)?;
    }
    xml.text("description", &[], &one.html(feed.locale))?;
    // The address of the source itself may hold a token of its owner's.
    if let Some(site) = entry.url.as_ref().and_then(|url| url.join("/").ok()) {
        xml.text("source", &[("url", site.as_str())], &entry.source)?;
    }
    xml.close("item")
}

/// RFC 822 with a year of four digits, which is what RSS asks for; not all read a day of one.
fn date(at: Timestamp) -> String {
    at.format("%a, %d %b %Y %H:%M:%S +0000").to_string()
}
