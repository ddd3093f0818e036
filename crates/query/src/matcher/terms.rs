//! The words of queries as numbers, with what must be known to find each of them in a text.
//!
//! Some words hang on others: how a word is written is looked at only where the word itself is found,
//! and shapes and forms only where a word begins with their prefix.

use std::collections::HashMap;

use super::arena::{Arena, List};
use super::gate::Gate;
use super::key::{self, Space};
use super::plan::Asked;
use super::statistics::{PREFIX_BYTES, Statistics};
use super::vocabulary::{Flags, TermId, Vocabulary};
use crate::hash::{Role, hash, in_role};
use crate::{Filter, Forms, Glob, Scope, Word};

pub(super) type Derived = HashMap<TermId, DerivedTerm>;
pub(super) type Hanging = HashMap<TermId, Vec<TermId>>;

/// A word that hangs on another.
#[derive(Debug, Clone)]
pub(super) struct DerivedTerm {
    base: TermId,
    pub(super) kind: DerivedKind,
}

#[derive(Debug, Clone)]
pub(super) enum DerivedKind {
    Exact,
    Glob(Glob),
    Forms(Forms),
}

#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub(super) vocabulary: Vocabulary,
    pub(super) gate: Gate,
    pub(super) derived: Derived,
    /// By word: those that hang on it.
    pub(super) hanging: Hanging,
    /// By prefix: its length in bytes.
    prefixes: HashMap<TermId, usize>,
}

impl Terms {
    pub(super) fn new() -> Self {
        Self {
            vocabulary: Vocabulary::new(),
            gate: Gate::new(),
            derived: HashMap::new(),
            hanging: HashMap::new(),
            prefixes: HashMap::new(),
        }
    }

    /// Returns the word's number, with one more user, and how frequent it may be.
    pub(super) fn acquire(&mut self, word: &Word, scope: Scope, statistics: &Statistics) -> Asked {
        let space = Space::of_scope(scope);
        match word {
            Word::Plain(folded) => self.acquire_word(folded, 1, space, statistics),
            Word::Sign { text, width } => self.acquire_word(text, *width, space, statistics),
            Word::Exact { folded, surface } => {
                let share = statistics.share(key::of_word(folded), guess(folded));
                let key = space.key(key::of_surface(surface));
                let term = self.vocabulary.acquire(key, 1);
                if !self.derived.contains_key(&term) {
                    let base = self.vocabulary.acquire(space.key(key::of_word(folded)), 1);
                    self.hang(term, base, DerivedKind::Exact, Flags::EXACT);
                }
                Asked { term, share }
            }
            Word::Glob(glob) if glob.is_prefix() => {
                let term = self.acquire_prefix(glob.prefix(), space);
                self.vocabulary.get_mut(term).flags.set(Flags::PREFIX);
                Asked { term, share: prefix_share(glob.prefix(), statistics) }
            }
            Word::Glob(glob) => {
                let term = self.vocabulary.acquire(space.key(key::of_glob(glob)), 1);
                if !self.derived.contains_key(&term) {
                    let base = self.acquire_prefix(glob.prefix(), space);
                    self.hang(term, base, DerivedKind::Glob(glob.clone()), Flags::PATTERNS);
                }
                Asked { term, share: prefix_share(glob.prefix(), statistics) }
            }
            Word::Forms(forms) => {
                let described = format!("{forms:?}");
                let key = in_role(hash(described.as_bytes()), Role::Surface);
                let term = self.vocabulary.acquire(space.key(key), 1);
                if !self.derived.contains_key(&term) {
                    let base = self.acquire_prefix(forms.prefix(), space);
                    self.hang(term, base, DerivedKind::Forms(forms.clone()), Flags::PATTERNS);
                }
                let word = statistics.share(key::of_word(forms.folded()), guess(forms.folded()));
                let share = (3.0 * word).min(prefix_share(forms.prefix(), statistics));
                Asked { term, share }
            }
        }
    }

    pub(super) fn acquire_filter(&mut self, filter: &Filter, statistics: &Statistics) -> Asked {
        let key = key::of_filter(filter);
        let guess = match filter {
            Filter::Lang(_) | Filter::Kind(_) | Filter::Reply(_) => 0.5,
            Filter::Country(_) | Filter::Tone(_) | Filter::Has(_) => 0.3,
            Filter::Source(_) | Filter::Site { .. } | Filter::Tag(_) | Filter::Thread(_) => 0.02,
        };
        Asked { term: self.vocabulary.acquire(key, 1), share: statistics.share(key, guess) }
    }

    /// Takes a user from the word, and from the word that it hangs on if it has gone.
    pub(super) fn release(&mut self, term: TermId) {
        if !self.vocabulary.release(term) {
            return;
        }
        if let Some(len) = self.prefixes.remove(&term) {
            self.gate.remove(len);
        }
        let Some(DerivedTerm { base, kind }) = self.derived.remove(&term) else { return };
        if let Some(hanging) = self.hanging.get_mut(&base) {
            hanging.retain(|other| *other != term);
            if hanging.is_empty() {
                self.hanging.remove(&base);
                let flag = match kind {
                    DerivedKind::Exact => Flags::EXACT,
                    DerivedKind::Glob(_) | DerivedKind::Forms(_) => Flags::PATTERNS,
                };
                self.vocabulary.get_mut(base).flags.clear(flag);
            }
        }
        self.release(base);
    }

    pub(super) fn postings(&self, term: TermId) -> List {
        self.vocabulary.get(term).postings
    }

    /// Changes the list of queries that wait for a word.
    pub(super) fn with_postings<T: Copy + Default>(
        &mut self,
        term: TermId,
        arena: &mut Arena<T>,
        change: impl FnOnce(&mut Arena<T>, &mut List),
    ) {
        change(arena, &mut self.vocabulary.get_mut(term).postings);
    }

    fn acquire_word(
        &mut self,
        folded: &str,
        width: usize,
        space: Space,
        statistics: &Statistics,
    ) -> Asked {
        let key = key::of_word(folded);
        let term = self.vocabulary.acquire(space.key(key), width);
        Asked { term, share: statistics.share(key, guess(folded)) }
    }

    fn acquire_prefix(&mut self, prefix: &str, space: Space) -> TermId {
        let term = self.vocabulary.acquire(space.key(key::of_prefix(prefix)), 1);
        if self.prefixes.insert(term, prefix.len()).is_none() {
            self.gate.insert(prefix.as_bytes());
        }
        term
    }

    fn hang(&mut self, term: TermId, base: TermId, kind: DerivedKind, flag: Flags) {
        self.vocabulary.get_mut(base).flags.set(flag);
        self.hanging.entry(base).or_default().push(term);
        self.derived.insert(term, DerivedTerm { base, kind });
    }

    /// Tells whether no query uses any word.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.vocabulary.is_empty()
            && self.derived.is_empty()
            && self.hanging.is_empty()
            && self.prefixes.is_empty()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        // Hash maps of the standard library take about an eighth more than their capacity, and a byte.
        fn map<V>(map: &HashMap<TermId, V>) -> usize {
            map.capacity() * 8 / 7 * (size_of::<(TermId, V)>() + 1)
        }
        let hanging: usize = self.hanging.values().map(|list| list.capacity() * 4).sum();
        self.vocabulary.heap_bytes()
            + self.gate.heap_bytes()
            + map(&self.derived)
            + map(&self.hanging)
            + map(&self.prefixes)
            + hanging
    }
}

/// Guesses the share of items that have a word: each letter more makes it rarer, up to a point.
fn guess(word: &str) -> f32 {
    let letters = word.chars().count();
    // A single ideograph is a common word, and a word of one letter is in every text.
    let letters = if word.is_ascii() { letters } else { letters * 2 };
    0.5_f32.powi(i32::try_from(letters.min(14)).unwrap_or(14))
}

fn prefix_share(prefix: &str, statistics: &Statistics) -> f32 {
    let guess = 8.0 * guess(prefix);
    if PREFIX_BYTES.contains(&prefix.len()) {
        return statistics.share(key::of_prefix(prefix), guess);
    }
    match prefix.get(..*PREFIX_BYTES.end()) {
        Some(counted) => statistics.share(key::of_prefix(counted), guess),
        None => guess.min(1.0),
    }
}
