//! The strict reader: feed-rs, told to keep what it would make up apart from what the feed says.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use feed_rs::model::{Entry, Feed, FeedType, Link, Person, Text};
use feed_rs::parser::Builder;
use model::Details;
use url::Url;

use super::draft::{Dated, Draft, DraftEntry};
use super::person;
use super::text::{from_html, from_plain, from_unsaid};
use crate::dates;
use crate::page::profile::profile;

/// Reads a feed with feed-rs, or says why it refuses to.
pub(crate) fn read(text: &str, base: &Url) -> Result<Draft, String> {
    let parser = Builder::new()
        .base_uri(Some(base))
        .sanitize_content(false)
        .timestamp_parser(dates::parse)
        // An identifier that feed-rs invents would pass for the source's.
        .id_generator(|_, _, _| String::new())
        .build();
    // feed-rs 3.0 cuts `Zoé<zoe@x.example>` in the middle of a letter, and panics.
    let parsed = catch_unwind(AssertUnwindSafe(|| parser.parse(undeclared(text).as_bytes())));
    let Ok(parsed) = parsed else { return Err("the strict reader failed on it".to_owned()) };
    parsed.map(|feed| read_feed(feed, base)).map_err(|error| error.to_string())
}

/// Takes the XML declarations away. The text is UTF-8 by now, whatever they say, and a second one
/// makes quick-xml 0.42 panic ("`set_encoding()` called after prefix buffer was drained").
fn undeclared(text: &str) -> Cow<'_, str> {
    let after = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>"));
    let text = after.map_or(text, |(_, after)| after);
    if text.contains("<?xml") { text.replace("<?xml", "<?not-xml").into() } else { text.into() }
}

fn read_feed(feed: Feed, base: &Url) -> Draft {
    let atom = matches!(feed.feed_type, FeedType::Atom);
    let inherits = atom || matches!(feed.feed_type, FeedType::JSON);
    let (author, author_url) = if inherits { authors(feed.authors, base) } else { (None, None) };
    Draft {
        title: feed.title.as_ref().and_then(plain),
        home: link(&feed.links).map(Url::into),
        description: feed.description.as_ref().and_then(plain),
        lang: feed.language,
        generator: feed.generator.map(|generator| generator.content),
        ttl_minutes: feed.ttl.map(u64::from),
        older: None,
        changed: None,
        author,
        author_url,
        entries: feed.entries.into_iter().map(|entry| read_entry(entry, atom, base)).collect(),
    }
}

fn read_entry(entry: Entry, atom: bool, base: &Url) -> DraftEntry {
    let content = entry.content.and_then(|content| {
        let body = content.body.filter(|_| content.content_type.ty() == "text")?;
        Some(if content.content_type.subty() == "plain" {
            from_plain(&body)
        } else {
            from_html(&body)
        })
    });
    let media =
        || entry.media.into_iter().find_map(|media| media.description).as_ref().and_then(plain);
    let summary = entry.summary.as_ref().and_then(plain);
    // In RSS feed-rs gives the date of publication as that of an update too.
    let updated = entry.updated.filter(|updated| atom || Some(*updated) != entry.published);
    let (author, author_url) = authors(entry.authors, base);
    DraftEntry {
        guid: Some(entry.id).filter(|id| !id.trim().is_empty()),
        link: link(&entry.links),
        title: entry.title.as_ref().and_then(plain),
        text: [content, summary].into_iter().flatten().max_by_key(String::len).or_else(media),
        author,
        lang: entry.language,
        published: entry.published.map_or(Dated::Unsaid, Dated::At),
        updated: updated.map_or(Dated::Unsaid, Dated::At),
        details: Details { author_url, ..Details::default() },
    }
}

fn plain(text: &Text) -> Option<String> {
    let plain = if text.content_type.subty() == "plain" {
        from_unsaid(&text.content)
    } else {
        from_html(&text.content)
    };
    (!plain.is_empty()).then_some(plain)
}

fn link(links: &[Link]) -> Option<Url> {
    let own = |link: &&Link| {
        link.target.is_none() && link.rel.as_deref().is_none_or(|rel| rel == "alternate")
    };
    let link = links.iter().find(own)?;
    Url::parse(link.href.trim()).ok().filter(Url::has_host)
}

fn authors(people: Vec<Person>, base: &Url) -> (Option<String>, Option<Url>) {
    person::joined(people.into_iter().filter_map(|one| {
        // A relative one is for the tolerant reader, which knows what it is relative to.
        let url = one.uri.filter(|uri| Url::parse(uri).is_ok());
        let name = person::name(&one.name.or(one.email)?)?;
        Some(person::Person { name, url: url.and_then(|url| profile(&url, base)) })
    }))
}
