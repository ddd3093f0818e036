//! Items: one text published at one address.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Details, ItemId, Kind, Seq, SourceId, Timestamp};

/// Of a text without a title, what stands in a title's place.
const HEADING_CHARS_MAX: usize = 80;

/// One text as it was read from a source, before the ledger knows it.
///
/// Texts are plain: markup removed, entities decoded. `title` is one line; paragraphs of `text` are
/// separated by line feeds. `published` and `updated` are what the source says, even when that lies
/// in the future; [`StoredItem::date`] is the one to sort and count by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub source: SourceId,
    pub kind: Kind,
    /// The identifier the source gives, verbatim.
    pub guid: Option<String>,
    /// The canonical address: redirect wrappers, tracking parameters and fragments removed.
    pub url: Option<Url>,
    /// A post has its own or none: that of its thread is a detail, else a query on a title would find every answer.
    pub title: String,
    pub text: String,
    pub author: Option<String>,
    pub lang: Option<Lang>,
    pub published: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
}

impl Item {
    /// Returns whether there is nothing in it to find and nothing to lead to.
    pub fn is_silent(&self) -> bool {
        self.title.is_empty() && self.text.is_empty() && self.url.is_none()
    }

    /// Returns what stands above the item: its title, that of the conversation which it is part of, its
    /// first words, or what it rates without a word.
    pub fn heading(&self) -> Cow<'_, str> {
        let Details { thread_title, product, .. } = &self.details;
        match (self.title.as_str(), thread_title.as_str(), self.text.as_str()) {
            ("", "", "") => Cow::Borrowed(product.as_deref().unwrap_or_default()),
            ("", "", text) => beginning(text),
            ("", thread_title, _) => Cow::Owned(format!("Re: {thread_title}")),
            (title, ..) => Cow::Borrowed(title),
        }
    }

    /// Returns where to read the item: its own address, or that of the page that it stands on.
    pub fn address(&self) -> Option<&Url> {
        self.url.as_ref().or(self.details.thread_url.as_ref())
    }

    /// Returns the host of the item's address, without `www.`.
    pub fn host(&self) -> Option<&str> {
        let host = self.url.as_ref()?.host_str()?;
        Some(host.strip_prefix("www.").unwrap_or(host))
    }
}

/// An item as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    pub id: ItemId,
    /// The log position of the newest version.
    pub seq: Seq,
    /// 1 for an item that never changed.
    pub version: u32,
    pub first_seen: Timestamp,
    /// When it was found to be gone from where it had been.
    pub removed: Option<Timestamp>,
    pub item: Item,
}

impl StoredItem {
    /// Returns when the item was published, as far as can be believed: never after it was first
    /// seen, and the moment it was first seen where the source is silent.
    pub fn date(&self) -> Timestamp {
        self.item.published.map_or(self.first_seen, |published| published.min(self.first_seen))
    }
}

/// The first words of a text, on one line.
fn beginning(text: &str) -> Cow<'_, str> {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let Some((end, _)) = line.char_indices().nth(HEADING_CHARS_MAX) else {
        return Cow::Borrowed(line);
    };
    let words =
        line[..end].rsplit_once(char::is_whitespace).map_or(&line[..end], |(words, _)| words);
    Cow::Owned(format!("{}…", words.trim_end()))
}

/// A primary language subtag in lower case, such as `fr` (RFC 5646, section 2.2.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Lang(String);

impl Lang {
    /// Reads the primary subtag of a language tag: `fr-CA`, `FR_fr` and `fr` are all `fr`.
    /// Returns `None` for what is not a language tag, and for the undetermined `und`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
        let well_formed =
            (2..=3).contains(&primary.len()) && primary.bytes().all(|b| b.is_ascii_lowercase());
        (well_formed && primary != "und").then_some(Self(primary))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(published: Option<&str>, first_seen: &str) -> StoredItem {
        StoredItem {
            id: ItemId(1),
            seq: Seq(1),
            version: 1,
            first_seen: first_seen.parse().unwrap(),
            removed: None,
            item: Item {
                source: "s".into(),
                kind: Kind::News,
                guid: None,
                url: None,
                title: String::new(),
                text: String::new(),
                author: None,
                lang: None,
                published: published.map(|p| p.parse().unwrap()),
                updated: None,
                details: Details::default(),
            },
        }
    }

    #[test]
    fn a_future_date_is_clamped_and_a_missing_one_is_filled() {
        let check = |published, expect: &str| {
            let date = stored(published, "2026-03-01T12:00:00Z").date();
            assert_eq!(date, expect.parse::<Timestamp>().unwrap());
        };
        check(Some("2026-02-28T08:00:00Z"), "2026-02-28T08:00:00Z");
        check(Some("2031-01-01T00:00:00Z"), "2026-03-01T12:00:00Z");
        check(None, "2026-03-01T12:00:00Z");
    }

    #[test]
    fn an_item_is_silent_when_it_has_no_title_no_text_and_no_address() {
        let mut item = stored(None, "2026-03-01T12:00:00Z").item;
        assert!(item.is_silent());
        item.author = Some("A. Writer".to_owned());
        assert!(item.is_silent());
        item.url = Some("https://gazette.example/one".parse().unwrap());
        assert!(!item.is_silent());
        item = Item { url: None, title: "Ozalée".to_owned(), ..item };
        assert!(!item.is_silent());
    }

    #[test]
    fn an_answer_stands_below_the_title_of_its_conversation() {
        let mut item = stored(None, "2026-03-01T12:00:00Z").item;
        item.title = String::new();
        assert_eq!(item.heading(), "");
        item.text = "\n Two  litres of tea.\nAnd more.".to_owned();
        assert_eq!(item.heading(), "Two  litres of tea.");
        item.text = format!("{}cups", "tea ".repeat(19));
        assert_eq!(item.heading(), item.text);
        item.text = format!("{}teapots", "tea ".repeat(19));
        assert_eq!(item.heading(), format!("{}…", "tea ".repeat(19).trim_end()));
        item.text = "茶".repeat(81);
        assert_eq!(item.heading(), format!("{}…", "茶".repeat(80)));
        item.details.product = Some("A teapot".to_owned());
        assert_eq!(item.heading(), format!("{}…", "茶".repeat(80)));
        item.text.clear();
        assert_eq!(item.heading(), "A teapot");
        item.details.thread_title = "Which tea?".to_owned();
        assert_eq!(item.heading(), "Re: Which tea?");
        item.title = "Mine".to_owned();
        assert_eq!(item.heading(), "Mine");
        assert_eq!(item.address(), None);
        item.details.thread_url = Some("https://forum.example/t/1".parse().unwrap());
        assert_eq!(item.address().map(Url::as_str), Some("https://forum.example/t/1"));
        item.url = Some("https://forum.example/t/1#p2".parse().unwrap());
        assert_eq!(item.address().map(Url::as_str), Some("https://forum.example/t/1#p2"));
    }

    #[test]
    fn a_language_tag_is_read_by_its_primary_subtag() {
        let check = |tag, expect: Option<&str>| {
            assert_eq!(Lang::from_tag(tag).as_ref().map(Lang::as_str), expect, "{tag}");
        };
        check("fr", Some("fr"));
        check(" FR-ca ", Some("fr"));
        check("pt_BR", Some("pt"));
        check("und", None);
        check("français", None);
        check("", None);
    }
}
