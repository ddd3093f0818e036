//! JSON Feed 1.1 (jsonfeed.org). It has no `home_page_url`: who has a feed's address may read the feed alone. What it has no key for stands under `_vigie`.

use std::io;

use serde_json::{Value, json};

use super::atom::time;
use super::{Feed, FeedEntry, words};

pub(super) fn written(feed: &Feed) -> io::Result<Vec<u8>> {
    let mut value = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title(),
        "feed_url": feed.this.as_str(),
        "language": words::of(feed.locale).lang,
        "_vigie": { "id": feed.id, "updated": time(feed.updated) },
        "items": feed.entries.iter().map(|entry| item(feed, entry)).collect::<Vec<_>>(),
    });
    if let Some(next) = &feed.next {
        value["next_url"] = json!(next.as_str());
    }
    if let Some(hub) = &feed.hub {
        value["hubs"] = json!([{ "type": "WebSub", "url": hub.as_str() }]);
    }
    Ok(serde_json::to_vec_pretty(&value)?)
}

fn item(feed: &Feed, one: &FeedEntry) -> Value {
    let entry = &one.entry;
    let tone = entry.tone.map(model::Tone::as_str);
    let tags = entry.found_by.iter().map(String::as_str).chain(tone);
    let mut item = json!({
        "id": one.id,
        "title": entry.title.text,
        "content_text": one.plain(feed.locale),
        "content_html": one.html(feed.locale),
        "date_published": time(entry.date),
        "date_modified": time(one.updated),
        "authors": [{ "name": one.author() }],
        "tags": tags.collect::<Vec<_>>(),
        "_vigie": {
            "source": entry.source,
            "queries": entry.found_by,
            "tone": tone,
            "copies": entry.copies.count,
        },
    });
    if let Some(url) = &entry.url {
        item["url"] = json!(url.as_str());
    }
    if let Some(lang) = &one.lang {
        item["language"] = json!(lang.as_str());
    }
    item
}
