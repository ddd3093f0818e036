//! The tolerant reader of JSON Feed 1.0 and 1.1: every field by itself, so that a number for an id
//! or a missing title costs nothing but itself.

use model::Details;
use serde_json::Value;
use url::Url;

use super::ENTRIES_MAX;
use super::details::{add_link, add_tag};
use super::draft::{Dated, Draft, DraftEntry};
use super::person::{self, Person};
use super::text::{Rich, from_plain, from_unsaid};
use crate::dates;
use crate::page::profile::profile;

/// Reads a feed; `None` for JSON that is none.
pub(crate) fn read(json: &Value, base: &Url) -> Option<Draft> {
    let items = json.get("items")?.as_array()?;
    let named = json.get("version").and_then(Value::as_str).is_some_and(|v| v.contains("jsonfeed"));
    if !named && json.get("title").is_none() {
        return None;
    }
    let text = |name: &str| json.get(name).and_then(word).map(|text| from_unsaid(&text));
    let older = json.get("next_url").and_then(word);
    let (author, author_url) = authors(json, base);
    Some(Draft {
        title: text("title"),
        home: json.get("home_page_url").and_then(word),
        description: text("description"),
        lang: json.get("language").and_then(word),
        generator: None,
        ttl_minutes: None,
        older: older.and_then(|url| base.join(&url).ok()),
        changed: None,
        author,
        author_url,
        entries: items.iter().take(ENTRIES_MAX + 1).map(|item| read_entry(item, base)).collect(),
    })
}

/// Returns a feed that ends too early as it would be had it ended after its last whole entry.
pub(crate) fn without_cut_entry(text: &str) -> Option<String> {
    let mut open = Vec::new();
    let (mut in_string, mut escaped) = (false, false);
    let mut end_of_entry = None;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => open.push(byte),
            b'}' | b']' if !in_string => {
                open.pop();
                if open == b"{[" {
                    end_of_entry = Some(at + 1);
                }
            }
            _ => {}
        }
    }
    Some(format!("{}]}}", &text[..end_of_entry?]))
}

fn read_entry(item: &Value, base: &Url) -> DraftEntry {
    let word = |name: &str| item.get(name).and_then(word);
    let address = |name: &str| base.join(&word(name)?).ok().filter(Url::has_host);
    let rich = word("content_html").map(|html| Rich::from_html(&html)).unwrap_or_default();
    let (author, author_url) = authors(item, base);
    let details = Details { author_url, ..read_details(item, &rich, base) };
    let html = Some(rich.text);
    let plain = word("content_text").map(|text| from_plain(&text));
    let summary = word("summary").map(|text| from_unsaid(&text));
    let texts = [html, plain, summary].into_iter().flatten().filter(|text| !text.is_empty());
    let guid = word("id");
    DraftEntry {
        link: address("url")
            .or_else(|| address("external_url"))
            .or_else(|| Url::parse(guid.as_deref()?).ok().filter(Url::has_host)),
        guid,
        title: word("title").map(|title| from_unsaid(&title)).filter(|title| !title.is_empty()),
        text: texts.rev().max_by_key(String::len),
        author,
        lang: word("language"),
        published: dated(word("date_published")),
        updated: dated(word("date_modified")),
        details,
    }
}

fn read_details(item: &Value, rich: &Rich, base: &Url) -> Details {
    let mut details = Details { image: rich.image, ..Details::default() };
    let is_said = |name: &str| item.get(name).and_then(word).is_some();
    details.image |= is_said("image") || is_said("banner_image");
    for attachment in item.get("attachments").and_then(Value::as_array).into_iter().flatten() {
        let media_type = attachment.get("mime_type").and_then(word).unwrap_or_default();
        details.image |= media_type.to_ascii_lowercase().starts_with("image/");
    }
    // A list, though some write a lone one by itself.
    match item.get("tags") {
        Some(Value::Array(tags)) => {
            tags.iter().filter_map(word).for_each(|tag| add_tag(&mut details.tags, &tag));
        }
        Some(tag) => word(tag).iter().for_each(|tag| add_tag(&mut details.tags, tag)),
        None => {}
    }
    let external = item.get("external_url").and_then(word);
    external.iter().chain(&rich.hrefs).for_each(|href| add_link(&mut details.links, href, base));
    details
}

/// Reads a string, or a number where a string belongs.
fn word(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// Reads `authors` of version 1.1, or `author` of version 1.0.
fn authors(value: &Value, base: &Url) -> (Option<String>, Option<Url>) {
    let many = value.get("authors").and_then(Value::as_array).into_iter().flatten();
    let people = many.chain(value.get("author"));
    person::joined(people.filter_map(|author| {
        let name = person::name(&author.get("name").and_then(word).or_else(|| word(author))?)?;
        let url = author.get("url").and_then(word).and_then(|url| profile(&url, base));
        Some(Person { name, url })
    }))
}

fn dated(text: Option<String>) -> Dated {
    match text {
        None => Dated::Unsaid,
        Some(text) => dates::parse(&text).map_or(Dated::Unreadable(text), Dated::At),
    }
}
