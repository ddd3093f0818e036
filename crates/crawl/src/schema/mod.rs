//! Reads what a page says of itself to machines: JSON-LD, microdata, microformats, OpenGraph.

use crate::page::PageDraft;
use crate::page::dom::Dom;

/// Reads a page by the standards that it follows; `None` if they tell of no text.
pub(crate) fn read(_dom: &Dom) -> Option<PageDraft> {
    None
}
