//! Finds the main text of a page that is one article.

use crate::page::PageDraft;
use crate::page::dom::Dom;

/// Reads a page as one article; `None` if it is none.
pub(crate) fn read(_dom: &Dom) -> Option<PageDraft> {
    None
}
