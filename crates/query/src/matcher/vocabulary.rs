//! The words that queries use, and nothing else: a hash table from the hash of a word to its number.
//!
//! A word of a text that no query uses costs one look into the table. Words are counted by the
//! queries that use them and go with the last.

use std::sync::atomic::{AtomicU64, Ordering};

use super::arena::List;
use super::chunks::Chunks;

/// The number of a word. Numbers are given again after their word has gone.
pub(super) type TermId = u32;
/// No word has this number: it stands for all words that no query uses.
pub(super) const UNKNOWN: TermId = 0;

#[derive(Debug, Clone, Copy)]
pub(super) struct Term {
    pub(super) key: u64,
    users: u32,
    /// The queries that wait for this word.
    pub(super) postings: List,
    /// How many positions it covers.
    pub(super) width: u8,
    pub(super) flags: Flags,
}

/// What to do besides where a word is found in a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Flags(u8);

impl Flags {
    /// Some query asks how the word is written.
    pub(super) const EXACT: Self = Self(1);
    /// It is a prefix that a query asks for by itself.
    pub(super) const PREFIX: Self = Self(2);
    /// It is the prefix of words of a shape, or of the forms of a word.
    pub(super) const PATTERNS: Self = Self(4);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn set(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(super) fn clear(&mut self, other: Self) {
        self.0 &= !other.0;
    }
}

#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    /// Told apart by the uppermost bits of the key: a small table grows in no time.
    tables: [Table; TABLES],
    terms: Chunks<Term>,
    free: Vec<TermId>,
    /// Changes with the words, and is another in every vocabulary that has other ones.
    edition: u64,
}

/// The edition of the next vocabulary or change of one, anywhere in the process.
static NEXT_EDITION: AtomicU64 = AtomicU64::new(1);

/// The words that were looked up last, close together: the tables of a large vocabulary lie in slow
/// memory, and texts use the same words again and again.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent {
    edition: u64,
    /// By some bits of the hash the word that was there last; empty for a small vocabulary.
    words: Vec<(u64, TermId)>,
}

const RECENT_BITS: u32 = 16;

const TABLE_BITS: u32 = 6;
const TABLES: usize = 1 << TABLE_BITS;

/// A power of two of slots, at most two thirds of them in use; an empty one has the number 0.
#[derive(Debug, Clone)]
struct Table {
    slots: Vec<Slot>,
    used: usize,
}

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    /// The upper half of the key, so that most wrong words are told apart without their term.
    tag: u32,
    term: TermId,
}

const SLOTS_MIN: usize = 4;

impl Vocabulary {
    pub(super) fn new() -> Self {
        let unknown =
            Term { key: 0, users: 0, postings: List::default(), width: 1, flags: Flags::default() };
        let table = || Table { slots: vec![Slot::default(); SLOTS_MIN], used: 0 };
        let tables = std::array::from_fn(|_| table());
        let mut terms = Chunks::new();
        terms.push(unknown);
        Self { tables, terms, free: Vec::new(), edition: next_edition() }
    }

    /// Returns the number of terms, with those that have gone: all numbers are below it.
    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.tables
            .iter()
            .all(|table| table.used == 0 && table.slots.iter().all(|slot| slot.term == UNKNOWN))
    }

    pub(super) fn get(&self, id: TermId) -> &Term {
        self.terms.get(id)
    }

    pub(super) fn get_mut(&mut self, id: TermId) -> &mut Term {
        self.terms.get_mut(id)
    }

    /// Returns the number of the word with this hash, or [`UNKNOWN`].
    pub(super) fn find(&self, key: u64) -> TermId {
        let slots = self.tables[table(key)].slots.as_slice();
        let mask = slots.len() - 1;
        let mut at = home(key) & mask;
        loop {
            let slot = slots[at];
            if slot.term == UNKNOWN
                || (slot.tag == tag(key) && self.terms.get(slot.term).key == key)
            {
                return slot.term;
            }
            at = (at + 1) & mask;
        }
    }

    /// Does what [`Self::find`] does. `recent` is [`Recent::of`] this vocabulary.
    pub(super) fn find_again(&self, key: u64, recent: &mut Recent) -> TermId {
        debug_assert_eq!(recent.edition, self.edition, "what is remembered is of these words");
        // The tables take the lowest bits and the uppermost.
        let mask = recent.words.len().wrapping_sub(1);
        let at = usize::try_from(key >> 32).unwrap_or(0) & mask;
        let Some(word) = recent.words.get_mut(at) else { return self.find(key) };
        if word.0 != key {
            *word = (key, self.find(key));
        }
        word.1
    }

    /// Returns the number of the word, which has one more user from now on.
    pub(super) fn acquire(&mut self, key: u64, width: usize) -> TermId {
        let known = self.find(key);
        if known != UNKNOWN {
            self.get_mut(known).users += 1;
            return known;
        }
        self.edition = next_edition();
        let table = &self.tables[table(key)];
        if (table.used + 1) * 3 > table.slots.len() * 2 {
            self.grow(key);
        }
        let width = u8::try_from(width).unwrap_or(u8::MAX);
        let term =
            Term { key, users: 1, postings: List::default(), width, flags: Flags::default() };
        let id = if let Some(id) = self.free.pop() {
            *self.terms.get_mut(id) = term;
            id
        } else {
            self.terms.push(term)
        };
        self.place(key, id);
        id
    }

    /// Takes a user from the word; tells whether that was the last, and the word has gone.
    pub(super) fn release(&mut self, id: TermId) -> bool {
        let term = self.get_mut(id);
        term.users -= 1;
        if term.users > 0 {
            return false;
        }
        debug_assert!(
            term.postings == List::default(),
            "no query waits for a word it does not use"
        );
        let key = term.key;
        self.edition = next_edition();
        self.remove(key, id);
        self.free.push(id);
        true
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let slots: usize = self.tables.iter().map(|table| table.slots.capacity()).sum();
        slots * size_of::<Slot>()
            + self.terms.heap_bytes()
            + self.free.capacity() * size_of::<TermId>()
    }

    fn place(&mut self, key: u64, id: TermId) {
        let Table { slots, used } = &mut self.tables[table(key)];
        let mask = slots.len() - 1;
        let mut at = home(key) & mask;
        while slots[at].term != UNKNOWN {
            at = (at + 1) & mask;
        }
        slots[at] = Slot { tag: tag(key), term: id };
        *used += 1;
    }

    /// Empties the slot and moves back those that were put behind it for want of room, so that a
    /// search still ends at the first empty slot (Knuth, volume 3, 6.4, algorithm R).
    fn remove(&mut self, key: u64, id: TermId) {
        let Table { slots, used } = &mut self.tables[table(key)];
        let mask = slots.len() - 1;
        let mut hole = home(key) & mask;
        while slots[hole].term != id {
            hole = (hole + 1) & mask;
        }
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let slot = slots[at];
            if slot.term == UNKNOWN {
                break;
            }
            let wanted = home(self.terms.get(slot.term).key) & mask;
            let may_move = (at.wrapping_sub(wanted) & mask) >= (at.wrapping_sub(hole) & mask);
            if may_move {
                slots[hole] = slot;
                hole = at;
            }
        }
        slots[hole] = Slot::default();
        *used -= 1;
    }

    /// Doubles the table that this key belongs to.
    fn grow(&mut self, key: u64) {
        let table = &mut self.tables[table(key)];
        let doubled = vec![Slot::default(); table.slots.len() * 2];
        let old = std::mem::replace(&mut table.slots, doubled);
        table.used = 0;
        for slot in old {
            if slot.term != UNKNOWN {
                self.place(self.terms.get(slot.term).key, slot.term);
            }
        }
    }
}

impl Recent {
    /// Forgets what it knows of another vocabulary, or of this one before it changed.
    pub(super) fn of(&mut self, vocabulary: &Vocabulary) {
        if self.edition != vocabulary.edition {
            let is_worth_it = vocabulary.len() > 1 << RECENT_BITS;
            self.start(vocabulary, if is_worth_it { 1 << RECENT_BITS } else { 0 });
        }
    }

    /// Forgets all, and remembers from now on as many words as this: none, or a power of two.
    fn start(&mut self, vocabulary: &Vocabulary, len: usize) {
        self.edition = vocabulary.edition;
        self.words.clear();
        self.words.resize(len, (0, vocabulary.find(0)));
    }
}

fn next_edition() -> u64 {
    NEXT_EDITION.fetch_add(1, Ordering::Relaxed)
}

fn table(key: u64) -> usize {
    usize::try_from(key >> (u64::BITS - TABLE_BITS)).unwrap_or(0)
}

#[expect(clippy::cast_possible_truncation, reason = "the table is addressed by the lower bits")]
fn home(key: u64) -> usize {
    key as usize
}

fn tag(key: u64) -> u32 {
    (key >> 32) as u32
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_a_map_that_counts_its_users(
            steps in prop::collection::vec((0_u64..24, any::<bool>()), 1..300),
        ) {
            let mut vocabulary = Vocabulary::new();
            let mut expect: HashMap<u64, (TermId, u32)> = HashMap::new();
            let mut recent = Recent::default();
            for (word, comes) in steps {
                // Words that want the same slot.
                let key = (word << 32) | (word % 3);
                if comes {
                    let id = vocabulary.acquire(key, 1);
                    let known = expect.entry(key).or_insert((id, 0));
                    known.1 += 1;
                    prop_assert_eq!(known.0, id);
                } else if let Some((id, users)) = expect.get(&key).copied() {
                    let gone = vocabulary.release(id);
                    prop_assert_eq!(gone, users == 1);
                    if gone {
                        expect.remove(&key);
                    } else {
                        expect.insert(key, (id, users - 1));
                    }
                }
                if recent.edition != vocabulary.edition {
                    // Three words want each place.
                    recent.start(&vocabulary, 8);
                }
                for word in (0..24).chain(0..24) {
                    let key = (word << 32) | (word % 3);
                    let id = expect.get(&key).map_or(UNKNOWN, |(id, _)| *id);
                    prop_assert_eq!(vocabulary.find(key), id);
                    prop_assert_eq!(vocabulary.find_again(key, &mut recent), id);
                }
            }
        }
    }
}
