//! Reads what a page says of itself to machines: JSON-LD, microdata, `RDFa Lite`, microformats, the
//! metas of `OpenGraph`.
//!
//! Every syntax becomes the same small tree of typed things ([`thing`]), and one mapping turns things
//! into entries ([`page`], [`entry`], [`found`]), so that a review is read alike however it is written. What is
//! written twice is one entry ([`merge`]). Nothing here guesses from layout: what a page does not say
//! is left out.

mod entry;
mod found;
mod head;
mod json_ld;
mod loose_json;
mod merge;
mod microdata;
mod microformats;
mod number;
mod page;
mod rdfa;
mod thing;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use self::head::{Head, head};
pub(crate) use self::json_ld::documents;

use self::found::Found;
use self::words::Reader;
use crate::page::PageDraft;
use crate::page::dom::Dom;

/// Entries read of one page.
const ENTRIES_MAX: usize = 5000;
/// Pages that one page lists.
const TOPICS_MAX: usize = 1000;
/// Things of all syntaxes together, so that a page of nothing but brackets has an end.
const THINGS_MAX: usize = 50_000;

/// Reads a page by the standards that it follows; `None` if they tell of nothing.
///
/// A page that only names itself (`OpenGraph`, a headline without its text) has no entries, or ones
/// without text, and a confidence below 300.
pub(crate) fn read(dom: &Dom) -> Option<PageDraft> {
    let head = Head::of_metas(dom);
    let mut found: Option<Found> = None;
    for things in thing::of_every_syntax(dom) {
        let own = page::read(&Reader::new(dom, &things), &head);
        match &mut found {
            Some(found) => found.merge(own),
            None => found = Some(own),
        }
    }
    found.unwrap_or_default().finish(head)
}
