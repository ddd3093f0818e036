//! The code of queries, and how it runs against one item.
//!
//! Code is a list of 32-bit words. An operation is one word, its lower four bits the operation, the
//! others a length; operands follow. Nothing is allocated while it runs but what the scratch keeps.

use model::Item;

use super::scratch::Scratch;
use super::slab::Slab;
use super::vocabulary::{TermId, UNKNOWN, Vocabulary};
use crate::filter::Interval;
use crate::stretch::{self, Stretch};
use crate::{Order, Pattern, Scope};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Op {
    /// Its operands, of the given length, must all hold.
    All,
    /// One of its operands must hold; within `Occurs`, what one of them finds is found.
    Any,
    /// What follows must not hold.
    Not,
    /// The item must have the word that follows.
    Word,
    /// The item must have one of the words that follow.
    AnyWord,
    /// The place of the rarest word, then so many words, next to each other; within `Occurs` without
    /// the place.
    Phrase,
    /// A region, how often, and what must occur there.
    Occurs,
    /// A distance and so many words.
    Within,
    /// A distance and two operands, in either order.
    Near,
    /// The same, the first before the second.
    Before,
    Interval,
    Regex,
    /// How many operands are wanted, and all operands.
    Context,
}

const OPS: [Op; 13] = [
    Op::All,
    Op::Any,
    Op::Not,
    Op::Word,
    Op::AnyWord,
    Op::Phrase,
    Op::Occurs,
    Op::Within,
    Op::Near,
    Op::Before,
    Op::Interval,
    Op::Regex,
    Op::Context,
];

const OP_BITS: u32 = 4;

pub(super) fn word(op: Op, len: usize) -> u32 {
    op as u32 | u32::try_from(len).unwrap_or(0) << OP_BITS
}

fn read(word: u32) -> (Op, usize) {
    let op = OPS[(word & ((1 << OP_BITS) - 1)) as usize % OPS.len()];
    (op, (word >> OP_BITS) as usize)
}

/// What code refers to by number.
pub(super) struct Tables<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) intervals: &'a Slab<Interval>,
    pub(super) patterns: &'a Slab<(Scope, Pattern)>,
}

/// One query's code, run against one item.
pub(super) struct Run<'a> {
    pub(super) tables: &'a Tables<'a>,
    pub(super) code: &'a [u32],
    pub(super) item: &'a Item,
    pub(super) scratch: &'a mut Scratch,
}

impl Run<'_> {
    /// Tells whether the code holds, whose first word was read before.
    pub(super) fn holds(&mut self, first: u32) -> bool {
        self.decide(first, &mut 1)
    }

    /// Decides the operation at `at`, and goes on behind it.
    fn next(&mut self, at: &mut usize) -> bool {
        *at += 1;
        self.decide(self.code[*at - 1], at)
    }

    /// Decides an operation whose operands are at `at`.
    fn decide(&mut self, operation: u32, at: &mut usize) -> bool {
        self.scratch.work.steps += 1;
        let (op, len) = read(operation);
        match op {
            Op::All => self.until(at, len, false),
            Op::Any => self.until(at, len, true),
            Op::Not => !self.next(at),
            Op::Word => {
                *at += 1;
                self.scratch.has(self.code[*at - 1])
            }
            Op::AnyWord => {
                *at += len;
                let terms = &self.code[*at - len..*at];
                terms.iter().any(|term| self.scratch.has(*term))
            }
            Op::Phrase => {
                let pivot = self.code[*at] as usize;
                *at += 1 + len;
                self.scratch.has_phrase(&self.code[*at - len..*at], pivot)
            }
            Op::Occurs => {
                let (region, at_least) = (self.code[*at], self.code[*at + 1] as usize);
                let mut from = *at + 2;
                *at += len;
                self.scratch.choose(region);
                let found = self.places(&mut from);
                let mut starts = 0;
                let mut last = None;
                for stretch in &found {
                    starts += usize::from(last != Some(stretch.start));
                    last = Some(stretch.start);
                }
                self.scratch.give_back(found);
                starts >= at_least
            }
            Op::Interval => {
                *at += 1;
                let interval = self.tables.intervals.get(self.code[*at - 1]);
                interval.is_some_and(|interval| interval.holds(self.item))
            }
            Op::Regex => {
                *at += 1;
                let pattern = self.tables.patterns.get(self.code[*at - 1]);
                pattern.is_some_and(|(scope, pattern)| {
                    scope.fields().iter().any(|field| pattern.is_match(&field.of(self.item)))
                })
            }
            Op::Context => self.context(at, len),
            // These stand within `Occurs` only.
            Op::Within | Op::Near | Op::Before => false,
        }
    }

    /// Runs operands until one is what decides.
    fn until(&mut self, at: &mut usize, len: usize, decides: bool) -> bool {
        let end = *at + len;
        while *at < end {
            if self.next(at) == decides {
                *at = end;
                return decides;
            }
        }
        !decides
    }

    fn context(&mut self, at: &mut usize, len: usize) -> bool {
        let end = *at + len;
        let mut wanted = self.code[*at];
        let enough = i32::from(wanted > 0);
        *at += 1;
        let mut score = 0;
        while *at < end {
            let weight = if wanted > 0 { 1 } else { -1 };
            wanted = wanted.saturating_sub(1);
            if self.next(at) {
                score += weight;
            }
        }
        score >= enough
    }

    /// Finds the stretches of the operation at `at`, sorted, and goes on behind it.
    fn places(&mut self, at: &mut usize) -> Vec<Stretch> {
        self.scratch.work.steps += 1;
        let (op, len) = read(self.code[*at]);
        *at += 1;
        let mut found = self.scratch.take();
        match op {
            Op::Phrase => {
                *at += len;
                let code = self.code;
                let words = &code[*at - len..*at];
                self.words(words, |words| stretch::phrase(words, &mut found));
            }
            Op::Within => {
                let distance = self.code[*at] as usize;
                *at += 1 + len;
                let code = self.code;
                let words = &code[*at - len..*at];
                self.words(words, |words| stretch::within(words, distance, &mut found));
            }
            Op::Near | Op::Before => {
                let distance = self.code[*at] as usize;
                let order = if op == Op::Near { Order::Either } else { Order::LeftFirst };
                *at += 1;
                let left = self.places(at);
                let right = self.places(at);
                stretch::near(&left, &right, distance, order, &mut found);
                self.scratch.give_back(left);
                self.scratch.give_back(right);
            }
            Op::Any => {
                let end = *at + len;
                while *at < end {
                    let part = self.places(at);
                    found.extend_from_slice(&part);
                    self.scratch.give_back(part);
                }
                found.sort_unstable();
                found.dedup();
            }
            Op::All
            | Op::Not
            | Op::Word
            | Op::AnyWord
            | Op::Occurs
            | Op::Interval
            | Op::Regex
            | Op::Context => {}
        }
        self.scratch.work.steps += found.len() as u64;
        found
    }

    /// Hands over where each of the words stands, unless one is missing.
    fn words(&mut self, words: &[TermId], then: impl FnOnce(&[Vec<Stretch>])) {
        if words.iter().any(|word| *word == UNKNOWN || !self.scratch.has(*word)) {
            return;
        }
        let mut lists = self.scratch.take_lists();
        for word in words {
            let width = u32::from(self.tables.vocabulary.get(*word).width);
            let mut list = self.scratch.take();
            self.scratch.places(*word, width, &mut list);
            self.scratch.work.steps += list.len() as u64;
            lists.push(list);
        }
        then(&lists);
        self.scratch.give_back_lists(lists);
    }
}

/// What code refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reference {
    Term(TermId),
    Interval(u32),
    Pattern(u32),
}

/// Calls `visit` with everything that the code refers to, as often as it does.
pub(super) fn each_reference(code: &[u32], visit: &mut impl FnMut(Reference)) {
    let mut at = 0;
    // Within `Occurs` a phrase does not begin with the place of its rarest word.
    let mut occurs_until = 0;
    while at < code.len() {
        let (op, len) = read(code[at]);
        at += 1;
        match op {
            Op::All | Op::Any | Op::Not => {}
            Op::Context | Op::Near | Op::Before => at += 1,
            Op::Occurs => {
                occurs_until = at + len;
                at += 2;
            }
            Op::Interval => visit(Reference::Interval(code[at])),
            Op::Regex => visit(Reference::Pattern(code[at])),
            Op::Word | Op::AnyWord | Op::Phrase | Op::Within => {
                let leads = op == Op::Within || (op == Op::Phrase && at > occurs_until);
                let leading = usize::from(leads);
                let len = if op == Op::Word { 1 } else { len };
                at += leading + len;
                code[at - len..at].iter().for_each(|term| visit(Reference::Term(*term)));
            }
        }
        if matches!(op, Op::Interval | Op::Regex) {
            at += 1;
        }
    }
}
