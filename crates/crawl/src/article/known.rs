//! The words that a page tells machines are its article's, to know its paragraphs by.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::outline::Run;

/// Words that stand together wherever a paragraph is repeated.
const SHINGLE_WORDS: usize = 5;
/// Words that are remembered.
const WORDS_MAX: usize = 200_000;

/// What is known of an article's words; nothing for most pages.
pub(super) struct Known(HashSet<u64>);

impl Known {
    pub(super) fn new(text: &str) -> Self {
        Self(shingles(text).collect())
    }

    /// Whether most of a text is known to be the article's.
    fn has(&self, text: &str) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let (mut all, mut known) = (0, 0);
        for shingle in shingles(text) {
            all += 1;
            known += usize::from(self.0.contains(&shingle));
        }
        all > 0 && known * 10 >= all * 7
    }

    /// Returns which of the runs are known to be the article's.
    pub(super) fn of(&self, runs: &[Run]) -> Vec<bool> {
        runs.iter().map(|run| self.has(&run.text)).collect()
    }
}

fn shingles(text: &str) -> impl Iterator<Item = u64> {
    let words: Vec<u64> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .map(hash)
        .collect();
    let count = words.len().saturating_sub(SHINGLE_WORDS - 1);
    (0..count).map(move |start| hash(&words[start..start + SHINGLE_WORDS]))
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
