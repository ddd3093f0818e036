//! How often phrases stood in the stories of an earlier time.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::phrase::{Key, Phrases};
use super::{Document, count};

/// In how many stories each phrase stood. Tables of days add up to those of weeks.
///
/// A phrase is kept as a number of 64 bits: the table holds no text. It has at most
/// [`Background::PHRASES_MAX`] phrases; beyond that the rarest are forgotten and count as never seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Background {
    stories: u32,
    counts: HashMap<Key, u32>,
}

impl Background {
    pub const PHRASES_MAX: usize = 500_000;

    /// Counts the phrases of items, those of one story as one.
    pub fn of(documents: &[Document<'_>]) -> Self {
        let mut in_order: Vec<&Document<'_>> = documents.iter().collect();
        in_order.sort_by_key(|document| (document.story, document.id));
        // No word is left out here: which words a query asks for is not known yet.
        let (counts, stories) = count(&in_order, &Phrases::new(&[]), Self::PHRASES_MAX);
        Self { stories, counts }
    }

    /// Adds the counts of another time.
    pub fn merge(&mut self, other: &Self) {
        self.stories = self.stories.saturating_add(other.stories);
        for (key, count) in &other.counts {
            let known = self.counts.entry(*key).or_default();
            *known = known.saturating_add(*count);
        }
        let mut rare = 0;
        while self.counts.len() > Self::PHRASES_MAX {
            rare += 1;
            self.counts.retain(|_, count| *count > rare);
        }
    }

    pub fn stories(&self) -> u32 {
        self.stories
    }

    pub(super) fn count(&self, key: Key) -> u32 {
        self.counts.get(&key).copied().unwrap_or(0)
    }
}
