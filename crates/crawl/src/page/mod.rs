//! Reads pages that are no feeds: boards, reviews, comments, articles.
//!
//! Several readers see the same page: presets say how one kind of site is read ([`crate::preset`]),
//! standards tell what a page says of itself to machines ([`crate::schema`]), its structure shows what
//! repeats ([`crate::structure`]), and what is left may be an article ([`crate::article`]).

mod condition;
pub(crate) mod dom;
pub(crate) mod profile;
pub(crate) mod read;

pub use condition::Unread;
pub(crate) use condition::asks_for_a_person;
pub use read::{PageHead, PageReader};

pub(crate) use model::Average;
use model::{Kind, Timestamp};
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

impl Topic {
    /// Returns what changes when something is said there; empty where the list does not tell. How long
    /// ago it was changes by itself, and is no part of it.
    pub fn mark(&self) -> String {
        let replies = self.replies.map(|count| count.to_string());
        let active = match (&self.active_written, self.active) {
            (None, Some(at)) => Some(at.to_rfc3339()),
            (Some(written), _) if has_year(written) => Some(written.clone()),
            (Some(_) | None, _) => None,
        };
        [replies, active].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

fn has_year(written: &str) -> bool {
    written.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_of_a_topic_changes_with_what_is_said_and_not_with_time() {
        let check = |replies, active: Option<&str>, written: Option<&str>, expect: &str| {
            let topic = Topic {
                url: "https://forum.example/t/1".parse().unwrap(),
                title: String::new(),
                replies,
                active: active.map(|at| at.parse().unwrap()),
                active_written: written.map(str::to_owned),
            };
            assert_eq!(topic.mark(), expect);
        };
        check(None, None, None, "");
        check(Some(3), None, None, "3");
        check(Some(3), Some("2026-03-01T12:00:00Z"), None, "3 2026-03-01T12:00:00+00:00");
        check(Some(3), Some("2026-03-01T12:00:00Z"), Some("il y a 3 heures"), "3");
        check(None, None, Some("1 mars 2026, 12:00"), "1 mars 2026, 12:00");
    }
}
