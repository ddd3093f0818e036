//! Why words are not found: which of them are missing, and what comes near to what was asked for.

use std::fmt;

use super::written;
use crate::reading::Reading;
use crate::stretch::{Stretch, WITHIN_WORDS_MAX};
use crate::tokens::Tokens;
use crate::{Expression, Order, Scope, TextField, Word};

/// No more reasons are given for one clause.
const MISSES_MAX: usize = 10;
/// No more words are named in one reason.
const NAMES_MAX: usize = 10;
/// Words that are farther apart than that, nobody wants nearer.
const DISTANCE_MAX: usize = 100;

/// A reason why a clause finds nothing. It reads on from the clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Miss {
    /// The clause is one word.
    Nowhere,
    /// These words of the clause are missing.
    Absent(Vec<String>),
    /// The clause would find something in these fields, which are not asked.
    Elsewhere(Vec<TextField>),
    /// The word is there, written in another way.
    OtherWriting { word: String, written: Vec<String> },
    /// The word of a tag or a handle is there, without its sign.
    Unsigned(String),
    /// All the words are there, but not so.
    Misplaced {
        /// The part of the clause that is meant, where it is not the whole of it.
        part: Option<String>,
        how: Misplaced,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Misplaced {
    NotInOneField,
    NotAdjacent,
    OtherOrder,
    /// With this many words between them where they come nearest.
    TooFar(Option<usize>),
}

/// Returns the reasons why the expression is found in none of the scope's fields.
pub(super) fn misses(reading: &Reading<'_>, scope: Scope, what: &Expression) -> Vec<Miss> {
    let is_found = |field| !reading.field(field).find(what).is_empty();
    if let Some(elsewhere) = elsewhere(scope, is_found) {
        return vec![elsewhere];
    }
    let fields = scope.fields().iter().map(|field| reading.field(*field)).collect();
    let mut search = Search { fields, absent: Vec::new(), misses: Vec::new() };
    search.look(what, true);
    let mut misses = search.misses;
    if !search.absent.is_empty() {
        let is_word = matches!(what, Expression::Phrase(words) if words.len() == 1);
        misses.insert(0, if is_word { Miss::Nowhere } else { Miss::Absent(search.absent) });
    }
    misses.truncate(MISSES_MAX);
    misses
}

/// Returns which of the other fields have it.
pub(super) fn elsewhere(scope: Scope, has: impl Fn(TextField) -> bool) -> Option<Miss> {
    let others = TextField::ALL.into_iter().filter(|field| !scope.fields().contains(field));
    let fields: Vec<TextField> = others.filter(|field| has(*field)).collect();
    (!fields.is_empty()).then_some(Miss::Elsewhere(fields))
}

struct Search<'r> {
    fields: Vec<&'r Tokens<'r>>,
    absent: Vec<String>,
    misses: Vec<Miss>,
}

impl Search<'_> {
    /// Looks for why an expression that is not found is not.
    fn look(&mut self, what: &Expression, is_whole: bool) {
        match what {
            Expression::Phrase(words) | Expression::Within { words, .. } => {
                let mut all_occur = true;
                for word in words {
                    if !self.fields.iter().any(|field| field.has(word)) {
                        all_occur = false;
                        self.miss(word);
                    }
                }
                if all_occur {
                    self.misplaced(what, is_whole);
                }
            }
            Expression::Near { left, right, .. } => {
                let mut both_occur = true;
                for side in [left, right] {
                    if !self.fields.iter().any(|field| !field.find(side).is_empty()) {
                        both_occur = false;
                        self.look(side, false);
                    }
                }
                if both_occur {
                    self.misplaced(what, is_whole);
                }
            }
            Expression::Any(parts) => parts.iter().for_each(|part| self.look(part, false)),
        }
    }

    /// Notes that a word is in none of the fields, and what is there instead.
    fn miss(&mut self, word: &Word) {
        let written_as = |folded: &str| {
            let mut written: Vec<String> = Vec::new();
            for writing in self.fields.iter().flat_map(|field| field.writings(folded)) {
                if written.len() < NAMES_MAX && !written.iter().any(|known| known == writing) {
                    written.push(writing.to_owned());
                }
            }
            written
        };
        let instead = match word {
            Word::Exact { folded, .. } => {
                let written = written_as(folded);
                let word = written::word(word);
                (!written.is_empty()).then_some(Miss::OtherWriting { word, written })
            }
            Word::Sign { text, .. } => {
                let name = text.trim_start_matches(['#', '@', '$']);
                let is_there = !written_as(name).is_empty();
                is_there.then(|| Miss::Unsigned(text.clone()))
            }
            Word::Plain(_) | Word::Glob(_) | Word::Forms(_) => None,
        };
        match instead {
            Some(miss) if !self.misses.contains(&miss) => self.misses.push(miss),
            Some(_) => {}
            None => {
                let word = written::word(word);
                if !self.absent.contains(&word) {
                    self.absent.push(word);
                }
            }
        }
    }

    /// Notes how words that all occur fail to stand as they should.
    fn misplaced(&mut self, what: &Expression, is_whole: bool) {
        let part = (!is_whole).then(|| written::expression(what));
        let ways = self.fields.iter().filter_map(|field| how_misplaced(what, field));
        let how = ways.reduce(Misplaced::lesser).unwrap_or(Misplaced::NotInOneField);
        self.misses.push(Miss::Misplaced { part, how });
    }
}

impl Misplaced {
    /// Returns the one that is easier to mend.
    fn lesser(self, other: Self) -> Self {
        match (self, other) {
            (Self::OtherOrder, _) | (_, Self::OtherOrder) => Self::OtherOrder,
            (Self::TooFar(Some(one)), Self::TooFar(Some(other))) => {
                Self::TooFar(Some(one.min(other)))
            }
            (Self::TooFar(None) | Self::NotInOneField, other) => other,
            (one, _) => one,
        }
    }
}

/// Says how the words of an expression stand in a field that has them all.
fn how_misplaced(what: &Expression, field: &Tokens<'_>) -> Option<Misplaced> {
    let all = |words: &[Word]| words.iter().all(|word| field.has(word));
    match what {
        Expression::Phrase(words) => all(words).then(|| {
            let in_any_order = Expression::Within { words: words.clone(), distance: 0 };
            if words.len() <= WITHIN_WORDS_MAX && !field.find(&in_any_order).is_empty() {
                Misplaced::OtherOrder
            } else {
                Misplaced::NotAdjacent
            }
        }),
        Expression::Within { words, .. } => all(words).then(|| {
            let farther = Expression::Within { words: words.clone(), distance: DISTANCE_MAX };
            let widths: usize = words.iter().map(Word::width).sum();
            let found = field.find(&farther);
            let length = found.iter().map(|found| (found.end - found.start) as usize).min();
            Misplaced::TooFar(length.map(|length| length.saturating_sub(widths)))
        }),
        Expression::Near { left, right, distance, order } => {
            let (left, right) = (field.find(left), field.find(right));
            if left.is_empty() || right.is_empty() {
                return None;
            }
            let (there, back) = (gap(&left, &right), gap(&right, &left));
            Some(match order {
                Order::LeftFirst if back.is_some_and(|back| back <= *distance) => {
                    Misplaced::OtherOrder
                }
                Order::LeftFirst => Misplaced::TooFar(there),
                Order::Either => Misplaced::TooFar(there.into_iter().chain(back).min()),
            })
        }
        Expression::Any(_) => None,
    }
}

/// Returns how many words stand between one of the first and the next of the second, where they are
/// nearest.
fn gap(firsts: &[Stretch], seconds: &[Stretch]) -> Option<usize> {
    let gaps = firsts.iter().filter_map(|first| {
        let next = seconds.partition_point(|second| second.start < first.end);
        seconds.get(next).map(|second| (second.start - first.end) as usize)
    });
    gaps.min()
}

impl fmt::Display for Miss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nowhere => f.write_str("does not occur"),
            Self::Absent(words) => {
                f.write_str(&words[..words.len().min(NAMES_MAX)].join(", "))?;
                if words.len() > NAMES_MAX {
                    write!(f, " and {} more", words.len() - NAMES_MAX)?;
                }
                f.write_str(if words.len() == 1 { " does not occur" } else { " do not occur" })
            }
            Self::Elsewhere(fields) => {
                let names: Vec<&str> =
                    fields.iter().map(|field| written::field_name(*field)).collect();
                write!(f, "found only in the {}", names.join(" and the "))
            }
            Self::OtherWriting { word, written } => {
                write!(f, "{word} is only written {}", written.join(", "))
            }
            Self::Unsigned(word) => write!(f, "{word} occurs only without its sign"),
            Self::Misplaced { part, how } => {
                match part {
                    Some(part) => write!(f, "the words of {part} occur, but ")?,
                    None => f.write_str("the words occur, but ")?,
                }
                match how {
                    Misplaced::NotInOneField => f.write_str("not all in one field"),
                    Misplaced::NotAdjacent => f.write_str("not next to each other"),
                    Misplaced::OtherOrder => f.write_str("in another order"),
                    Misplaced::TooFar(None) => f.write_str("not so near each other"),
                    Misplaced::TooFar(Some(1)) => f.write_str("with 1 other between them"),
                    Misplaced::TooFar(Some(between)) => {
                        write!(f, "with {between} others between them")
                    }
                }
            }
        }
    }
}
