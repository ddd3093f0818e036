//! One item, analysed once, ready for any number of queries.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use model::Item;

use crate::analysis::Scanner;
use crate::plan::{Field, Words};
use crate::{Filter, plan};

/// An item as queries see it: which token stands where, and which filters it satisfies.
///
/// Tokens are kept as 64-bit hashes. Two different words with one hash would be taken for each
/// other: by chance, once in billions of items.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The tokens of title, text and author, one after the other.
    tokens: Vec<u64>,
    title_end: usize,
    text_end: usize,
    /// For each distinct token the place where it stands last…
    last: HashMap<u64, usize, BuildHasherDefault<AlreadyHashed>>,
    /// …and for each place the one where the same token stood before.
    before: Vec<Option<usize>>,
    filters: Vec<u64>,
}

impl Subject {
    pub fn new(item: &Item) -> Self {
        let mut tokens = Vec::with_capacity(item.text.len() / 5);
        let mut read = |text: &str| {
            let mut scanner = Scanner::new(text);
            while scanner.advance().is_some() {
                tokens.push(plan::hash(&scanner.folded));
            }
            tokens.len()
        };
        let title_end = read(&item.title);
        let text_end = read(&item.text);
        read(item.author.as_deref().unwrap_or_default());

        let mut last = HashMap::default();
        let before = tokens.iter().enumerate().map(|(at, &token)| last.insert(token, at)).collect();
        let filters = Filter::satisfied_by(item).iter().map(plan::hash_filter).collect();
        Self { tokens, title_end, text_end, last, before, filters }
    }

    /// Returns the hashes of all distinct tokens and filters.
    pub(crate) fn keys(&self) -> impl Iterator<Item = u64> {
        self.last.keys().chain(&self.filters).copied()
    }

    pub(crate) fn satisfies(&self, filter: u64) -> bool {
        self.filters.contains(&filter)
    }

    pub(crate) fn contains(&self, words: &Words) -> bool {
        let pivot = words.tokens[words.pivot];
        let mut place = self.last.get(&pivot).copied();
        while let Some(at) = place {
            if at.checked_sub(words.pivot).is_some_and(|start| self.stands_at(start, words)) {
                return true;
            }
            place = self.before[at];
        }
        false
    }

    fn stands_at(&self, start: usize, words: &Words) -> bool {
        let end = start + words.tokens.len();
        let in_one_field = match words.field {
            Field::Title => end <= self.title_end,
            Field::Author => start >= self.text_end,
            Field::TitleOrText => {
                end <= self.title_end || (start >= self.title_end && end <= self.text_end)
            }
        };
        in_one_field && self.tokens.get(start..end) == Some(&*words.tokens)
    }
}

/// The keys are hashes: hashing them again would gain nothing.
#[derive(Debug, Clone, Default)]
struct AlreadyHashed(u64);

impl Hasher for AlreadyHashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}
