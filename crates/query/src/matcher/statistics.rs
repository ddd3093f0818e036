//! How often items have a word: learnt from the items that went by, in a table of fixed size.
//!
//! A count-min sketch (Cormode and Muthukrishnan, 2005) of two rows with conservative update: it may
//! take a word for more frequent than it is, never for rarer. When a count is full all are halved, so
//! that old items weigh less and less.

use model::Item;

use super::key;
use crate::TextField;
use crate::analysis::{Scanned, Scanner, TokenKind};
use crate::hash::{Role, hash, in_role};

const CELLS: usize = 1 << 18;
const ROWS: usize = 2;

/// Prefixes of other lengths are not counted.
pub(super) const PREFIX_BYTES: std::ops::RangeInclusive<usize> = 3..=10;

/// A guess weighs as much as so many items.
const GUESS_WEIGHT: f32 = 100.0;

#[derive(Debug, Clone)]
pub(super) struct Statistics {
    cells: Vec<u16>,
    items: u32,
    /// The distinct keys of the item being learnt.
    keys: Vec<u64>,
}

impl Statistics {
    pub(super) fn new() -> Self {
        Self { cells: Vec::new(), items: 0, keys: Vec::new() }
    }

    pub(super) fn learn(&mut self, item: &Item) {
        if self.cells.is_empty() {
            self.cells = vec![0; CELLS * ROWS];
        }
        let mut keys = std::mem::take(&mut self.keys);
        keys.clear();
        for field in [TextField::Title, TextField::Text] {
            learn_words(&field.of(item), &mut keys);
        }
        let mut learn = |key| keys.push(key);
        key::of_sites(item, key::Sites::WithPaths, &mut learn);
        key::of_filters(item, &mut learn);
        keys.sort_unstable();
        keys.dedup();
        for &key in &keys {
            self.count(key);
        }
        self.keys = keys;
        self.items += 1;
    }

    /// Estimates in which share of the items the word is. `guess` is what to think of a word as long
    /// as few items were seen.
    pub(super) fn share(&self, key: u64, guess: f32) -> f32 {
        let seen = self.get(key);
        #[expect(clippy::cast_precision_loss, reason = "it is an estimate")]
        let items = self.items as f32;
        (f32::from(seen) + guess * GUESS_WEIGHT) / (items + GUESS_WEIGHT)
    }

    fn get(&self, key: u64) -> u16 {
        if self.cells.is_empty() {
            return 0;
        }
        cells(key).map(|at| self.cells[at]).into_iter().min().unwrap_or(0)
    }

    fn count(&mut self, key: u64) {
        let count = self.get(key);
        if count == u16::MAX {
            self.cells.iter_mut().for_each(|cell| *cell /= 2);
            self.items /= 2;
            return self.count(key);
        }
        for at in cells(key) {
            let cell = &mut self.cells[at];
            *cell = (*cell).max(count + 1);
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.cells.capacity() * size_of::<u16>() + self.keys.capacity() * size_of::<u64>()
    }
}

fn cells(key: u64) -> [usize; ROWS] {
    let half = |value: u64| usize::try_from(value & 0xFFFF_FFFF).unwrap_or(0) % CELLS;
    [half(key), CELLS + half(key >> 32)]
}

fn learn_words(text: &str, keys: &mut Vec<u64>) {
    let mut scanner = Scanner::new(text);
    while let Some(Scanned { kind, .. }) = scanner.advance() {
        let folded = scanner.folded.as_str();
        keys.push(in_role(hash(folded.as_bytes()), Role::Word));
        if kind == TokenKind::Word {
            for len in PREFIX_BYTES {
                if folded.is_char_boundary(len) && len <= folded.len() {
                    keys.push(in_role(hash(&folded.as_bytes()[..len]), Role::Prefix));
                }
            }
        }
    }
}
