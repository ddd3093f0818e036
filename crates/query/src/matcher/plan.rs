//! A query made ready to run: its words as numbers, the words it waits for, and the code that decides.

use super::program::{Op, word};
use super::vocabulary::TermId;
use crate::Order;

/// A tree whose leaves the matcher can answer for one item.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Not(Box<Plan>),
    /// The item has the word, or satisfies the filter.
    Has(Asked),
    /// Words of texts, next to each other.
    Phrase(Vec<Asked>),
    Occurs {
        region: Region,
        at_least: u32,
        what: Places,
    },
    /// The number of an interval.
    Interval(u32),
    /// The number of a pattern.
    Regex(u32),
    Context {
        wanted: Vec<Plan>,
        unwanted: Vec<Plan>,
    },
}

/// A word with the share of items that have it, as far as is known.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) term: TermId,
    pub(super) share: f32,
}

/// Which positions count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Region {
    Everywhere,
    Title,
    Text,
}

/// An [`crate::Expression`] of numbered words.
#[derive(Debug, Clone)]
pub(super) enum Places {
    Phrase(Vec<Asked>),
    Within { words: Vec<Asked>, distance: u32 },
    Near { left: Box<Places>, right: Box<Places>, distance: u32, order: Order },
    Any(Vec<Places>),
}

/// What an item must have for a plan to hold: at least one of the anchors.
#[derive(Debug, Clone)]
pub(super) struct Need {
    pub(super) anchors: Vec<Anchor>,
    /// The share of items that have one of them, at most.
    share: f32,
    /// Each anchor with its check is enough for the plan to hold.
    pub(super) is_enough: bool,
}

/// A word with what must also be true where it is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) term: TermId,
    pub(super) check: Check,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    Nothing,
    /// The item has this word too.
    Has(TermId),
    /// This word follows the anchor.
    Next(TermId),
    /// This word stands before the anchor.
    Previous(TermId),
}

impl Need {
    fn one(asked: Asked, check: Check, is_enough: bool) -> Self {
        let anchors = vec![Anchor { term: asked.term, check }];
        Self { anchors, share: asked.share, is_enough }
    }

    /// Joins needs of which one must be met; without all of them nothing is needed.
    fn any(needs: impl Iterator<Item = Option<Self>>) -> Option<Self> {
        let none = Self { anchors: Vec::new(), share: 0.0, is_enough: true };
        let joined = needs.into_iter().try_fold(none, |mut joined, need| {
            let need = need?;
            for anchor in need.anchors {
                if !joined.anchors.contains(&anchor) {
                    joined.anchors.push(anchor);
                }
            }
            joined.share += need.share;
            joined.is_enough &= need.is_enough;
            Some(joined)
        })?;
        (!joined.anchors.is_empty()).then_some(joined)
    }

    /// Chooses among needs that must all be met the rarest, and has the next rarest checked with it.
    fn all(needs: impl Iterator<Item = Option<Self>>) -> Option<Self> {
        let mut needs: Vec<Option<Self>> = needs.collect();
        let known = |needs: &[Option<Self>]| {
            let known =
                needs.iter().enumerate().filter_map(|(at, need)| Some((at, need.as_ref()?.share)));
            known.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(at, _)| at)
        };
        let parts = needs.len();
        let mut best = known(&needs).and_then(|at| needs.swap_remove(at))?;
        // A single word of another part can be looked for before the code runs.
        let second = needs
            .iter()
            .flatten()
            .filter(|need| need.anchors.len() == 1)
            .min_by(|a, b| a.share.total_cmp(&b.share));
        let second_is_enough = second
            .is_some_and(|need| need.is_enough && matches!(need.anchors[0].check, Check::Nothing));
        let mut checked = false;
        if let Some(second) = second
            && best.anchors.iter().all(|anchor| anchor.check == Check::Nothing)
        {
            checked = true;
            for anchor in &mut best.anchors {
                anchor.check = Check::Has(second.anchors[0].term);
            }
        }
        best.is_enough &= parts == 1 || (parts == 2 && checked && second_is_enough);
        Some(best)
    }
}

impl Plan {
    /// Returns what an item must have for the plan to hold; `None` where it can hold without any word.
    pub(super) fn need(&self) -> Option<Need> {
        match self {
            Self::All(parts) => Need::all(parts.iter().map(Self::need)),
            Self::Any(parts) => Need::any(parts.iter().map(Self::need)),
            Self::Not(part) => part.need_of_negation(),
            Self::Has(asked) => Some(Need::one(*asked, Check::Nothing, true)),
            Self::Phrase(words) => phrase(words),
            Self::Occurs { what, .. } => what.need().map(|need| Need { is_enough: false, ..need }),
            Self::Interval(_) | Self::Regex(_) => None,
            // What is wanted must outnumber what is not, so that one of it must hold.
            Self::Context { wanted, .. } => Need::any(wanted.iter().map(Self::need))
                .map(|need| Need { is_enough: false, ..need }),
        }
    }

    fn need_of_negation(&self) -> Option<Need> {
        match self {
            Self::All(parts) => Need::any(parts.iter().map(Self::need_of_negation)),
            Self::Any(parts) => Need::all(parts.iter().map(Self::need_of_negation)),
            Self::Not(part) => part.need(),
            Self::Has(_)
            | Self::Phrase(_)
            | Self::Occurs { .. }
            | Self::Interval(_)
            | Self::Regex(_)
            | Self::Context { .. } => None,
        }
    }

    /// Appends the code that decides whether the plan holds.
    pub(super) fn emit(&self, code: &mut Vec<u32>) {
        match self {
            Self::All(parts) => {
                // What is cheap to know and seldom true decides first.
                let mut parts: Vec<&Plan> = parts.iter().collect();
                parts.sort_by_key(|part| part.effort());
                nested(Op::All, code, |code| parts.iter().for_each(|part| part.emit(code)));
            }
            Self::Any(parts) => {
                let (terms, mut others) = alternatives(parts);
                others.sort_by_key(|part| part.effort());
                let any_word = |code: &mut Vec<u32>| {
                    if !terms.is_empty() {
                        code.push(word(Op::AnyWord, terms.len()));
                        code.extend_from_slice(&terms);
                    }
                };
                if others.is_empty() && !terms.is_empty() {
                    any_word(code);
                } else {
                    nested(Op::Any, code, |code| {
                        any_word(code);
                        for part in &others {
                            part.emit(code);
                        }
                    });
                }
            }
            Self::Not(part) => {
                code.push(word(Op::Not, 0));
                part.emit(code);
            }
            Self::Has(asked) => {
                code.push(word(Op::Word, 0));
                code.push(asked.term);
            }
            Self::Phrase(words) => {
                code.push(word(Op::Phrase, words.len()));
                code.push(u32::try_from(rarest(words)).unwrap_or(0));
                code.extend(words.iter().map(|word| word.term));
            }
            Self::Occurs { region, at_least, what } => {
                nested(Op::Occurs, code, |code| {
                    code.push(*region as u32);
                    code.push(*at_least);
                    what.emit(code);
                });
            }
            Self::Interval(number) => code.extend([word(Op::Interval, 0), *number]),
            Self::Regex(number) => code.extend([word(Op::Regex, 0), *number]),
            Self::Context { wanted, unwanted } => {
                nested(Op::Context, code, |code| {
                    code.push(u32::try_from(wanted.len()).unwrap_or(u32::MAX));
                    wanted.iter().chain(unwanted).for_each(|part| part.emit(code));
                });
            }
        }
    }

    fn effort(&self) -> u32 {
        match self {
            Self::Has(_) => 0,
            Self::Any(parts) if alternatives(parts).1.is_empty() => 1,
            Self::Not(part) => 1 + part.effort(),
            Self::Interval(_) => 2,
            Self::Phrase(_) => 3,
            Self::Any(parts) | Self::All(parts) => {
                4 + parts.iter().map(Self::effort).max().unwrap_or(0)
            }
            Self::Occurs { .. } => 5,
            Self::Context { .. } => 6,
            Self::Regex(_) => 100,
        }
    }
}

/// Tells single words, of which one is enough, from the other parts of an OR.
fn alternatives(parts: &[Plan]) -> (Vec<TermId>, Vec<&Plan>) {
    let (mut terms, mut others) = (Vec::new(), Vec::new());
    for part in parts {
        if let Plan::Has(asked) = part {
            terms.push(asked.term);
        } else {
            others.push(part);
        }
    }
    (terms, others)
}

impl Places {
    fn need(&self) -> Option<Need> {
        match self {
            Self::Phrase(words) | Self::Within { words, .. } => {
                let needs = words.iter().map(|word| Some(Need::one(*word, Check::Nothing, true)));
                Need::all(needs)
            }
            Self::Near { left, right, .. } => Need::all([left.need(), right.need()].into_iter()),
            Self::Any(parts) => Need::any(parts.iter().map(Self::need)),
        }
    }

    fn emit(&self, code: &mut Vec<u32>) {
        match self {
            Self::Phrase(words) => {
                code.push(word(Op::Phrase, words.len()));
                code.extend(words.iter().map(|word| word.term));
            }
            Self::Within { words, distance } => {
                code.push(word(Op::Within, words.len()));
                code.push(*distance);
                code.extend(words.iter().map(|word| word.term));
            }
            Self::Near { left, right, distance, order } => {
                let op = match order {
                    Order::Either => Op::Near,
                    Order::LeftFirst => Op::Before,
                };
                code.push(word(op, 0));
                code.push(*distance);
                left.emit(code);
                right.emit(code);
            }
            Self::Any(parts) => {
                nested(Op::Any, code, |code| parts.iter().for_each(|part| part.emit(code)));
            }
        }
    }
}

/// Needs the rarest word of a phrase, with the rarer of its neighbours beside it.
fn phrase(words: &[Asked]) -> Option<Need> {
    let at = rarest(words);
    let anchor = *words.get(at)?;
    let before = at.checked_sub(1).map(|at| words[at]);
    let check = match (before, words.get(at + 1)) {
        (Some(before), Some(after)) if before.share < after.share => Check::Previous(before.term),
        (_, Some(after)) => Check::Next(after.term),
        (Some(before), None) => Check::Previous(before.term),
        (None, None) => Check::Nothing,
    };
    Some(Need::one(anchor, check, words.len() <= 2))
}

fn rarest(words: &[Asked]) -> usize {
    let shares = words.iter().map(|word| word.share).enumerate();
    shares.min_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(at, _)| at)
}

/// Appends an operation with its operands, and how long they are.
fn nested(op: Op, code: &mut Vec<u32>, operands: impl FnOnce(&mut Vec<u32>)) {
    let at = code.len();
    code.push(0);
    operands(code);
    code[at] = word(op, code.len() - at - 1);
}
