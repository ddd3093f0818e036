//! Reads pages that are no feeds: boards, reviews, comments, articles.
//!
//! Several readers see the same page: presets say how one kind of site is read ([`crate::preset`]),
//! standards tell what a page says of itself to machines ([`crate::schema`]), its structure shows what
//! repeats ([`crate::structure`]), and what is left may be an article ([`crate::article`]).

pub(crate) mod dom;

use model::{Kind, Rating, Timestamp};
use url::Url;

use crate::extract::draft::DraftEntry;

/// A page as one reader understood it. The readers of drafts know no source and no ledger.
#[derive(Debug, Default)]
pub(crate) struct PageDraft {
    /// Of the conversation, the product or the article: not of the browser's window.
    pub(crate) title: Option<String>,
    pub(crate) kind: Option<Kind>,
    pub(crate) lang: Option<String>,
    /// Posts, reviews, comments, articles, in the order of the page.
    pub(crate) entries: Vec<DraftEntry>,
    /// Pages that this one lists: conversations of a board, boards of a site, products of a shop.
    pub(crate) topics: Vec<Topic>,
    /// The page that continues this one.
    pub(crate) next: Option<Url>,
    /// The last of the pages that this one is among, where it is linked.
    pub(crate) last: Option<Url>,
    pub(crate) average: Option<Average>,
    /// How sure the reader is that this is what the page says, in thousandths.
    pub(crate) confidence: u16,
}

/// A page that another lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    pub url: Url,
    pub title: String,
    /// Posts besides the first, where the list tells.
    pub replies: Option<u64>,
    /// When something was last said there, where the list tells.
    pub active: Option<Timestamp>,
    /// The same as people write it, where the list tells it to no machine.
    pub active_written: Option<String>,
}

/// What a site reckons of all reviews of a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Average {
    pub product: Option<String>,
    pub rating: Rating,
    /// How many ratings it is reckoned from.
    pub count: Option<u64>,
}
