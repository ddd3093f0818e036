//! Finds the posts, reviews and comments of a page that nobody has described, by what repeats in it.

use crate::page::PageDraft;
use crate::page::dom::Dom;

/// Reads a page by its structure alone; `None` if nothing on it is surely a record.
pub(crate) fn read(_dom: &Dom) -> Option<PageDraft> {
    None
}
