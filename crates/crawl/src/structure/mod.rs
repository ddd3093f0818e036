//! Finds the posts, reviews and comments of a page that nobody has described, by what repeats in it.

use model::Item;

use crate::extract::draft::Dated;
use crate::page::PageDraft;
use crate::page::dom::Dom;
use crate::{PageContext, Reading, charset, dates};

/// Reads a page by its structure alone; `None` if nothing on it is surely a record.
pub(crate) fn read(_dom: &Dom) -> Option<PageDraft> {
    None
}

/// Reads a body by its structure alone, for the tests of this reader.
#[doc(hidden)]
pub fn read_by_structure(body: &[u8], page: &PageContext) -> Reading {
    let text = charset::decode(body, page.content_type).text;
    let draft = Dom::parse(&text, page.url).ok().and_then(|dom| read(&dom)).unwrap_or_default();
    let date = |dated| match dated {
        Dated::At(at) => Some(at),
        Dated::Written(text) => dates::parse(&text),
        Dated::Unsaid | Dated::Unreadable(_) => None,
    };
    let items = draft.entries.into_iter().map(|entry| Item {
        source: page.source.id.clone(),
        kind: draft.kind.unwrap_or(page.source.kind),
        guid: entry.guid,
        url: entry.link,
        title: entry.title.unwrap_or_default(),
        text: entry.text.unwrap_or_default(),
        author: entry.author,
        lang: None,
        published: date(entry.published),
        updated: date(entry.updated),
        details: entry.details,
    });
    Reading { items: items.collect(), ..Reading::default() }
}
