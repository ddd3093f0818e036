//! Why a query finds an item, or why not: the query's clauses with what each of them comes to. It says
//! what the item has in the place of what was asked, and where the words that were found stand; how a
//! terminal shows that is in `render`. It does not try to be fast.

mod actual;
mod miss;
mod place;
mod render;
mod written;

use std::ops::Range;

use model::Item;
use serde::Serialize;

pub use place::{Found, Place};

use crate::reading::{self, Reading};
use crate::{Expression, Filter, Interval, Node, NodeKind, Pattern, Query, Scope, Word};

/// What one clause of a query comes to for one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Where the clause stands in the query's text, in bytes. All that stands in a named part has the
    /// place of the part's name.
    pub span: Range<usize>,
    /// The clause as it was typed, on one line and cut to [`Explanation::TEXT_CHARS_MAX`]; within a
    /// named part as it could have been typed.
    pub text: String,
    pub holds: bool,
    /// What is worth knowing besides, as lowercase fragments: why words are not found, what the item
    /// has instead, how often they occur where that was asked.
    pub notes: Vec<String>,
    #[serde(flatten)]
    pub clause: Clause,
}

/// The kinds of clauses, each with its own findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Clause {
    All {
        parts: Vec<Explanation>,
    },
    Any {
        parts: Vec<Explanation>,
    },
    Not {
        part: Box<Explanation>,
    },
    /// Words, a phrase, or words near each other.
    Words {
        scope: Scope,
        at_least: usize,
        found: Found,
    },
    /// A regular expression.
    Pattern {
        scope: Scope,
        found: Found,
    },
    Filter {
        field: &'static str,
        asked: String,
        /// What the item has of it, if anything.
        actual: Vec<String>,
    },
    Interval {
        field: &'static str,
        asked: String,
        actual: Option<String>,
    },
    Context {
        /// How many of the wanted parts hold, less the unwanted ones that hold.
        score: i64,
        score_min: i64,
        wanted: Vec<Explanation>,
        unwanted: Vec<Explanation>,
    },
}

impl Explanation {
    /// How much is kept of what was typed, in characters.
    pub const TEXT_CHARS_MAX: usize = 200;

    pub(crate) fn new(query: &Query, item: &Item) -> Self {
        Explainer { query: &query.text, reading: Reading::new(item) }.explain(&query.root, None)
    }

    /// Returns the clauses that keep the item from being found, as few as say it all: of clauses that
    /// must all hold those that do not, of alternatives every one, and of what is excluded what holds.
    /// There are none where the query finds the item.
    pub fn culprits(&self) -> Vec<&Self> {
        let mut culprits = Vec::new();
        if !self.holds {
            self.blame(&mut culprits);
        }
        culprits
    }

    /// Collects the leaves that make the clause what it is, be it true or false.
    fn blame<'a>(&'a self, culprits: &mut Vec<&'a Self>) {
        match &self.clause {
            Clause::All { parts } | Clause::Any { parts } => {
                let deciding = parts.iter().filter(|part| part.holds == self.holds);
                deciding.for_each(|part| part.blame(culprits));
            }
            Clause::Not { part } => part.blame(culprits),
            Clause::Words { .. }
            | Clause::Pattern { .. }
            | Clause::Filter { .. }
            | Clause::Interval { .. }
            | Clause::Context { .. } => culprits.push(self),
        }
    }
}

struct Explainer<'a> {
    query: &'a str,
    reading: Reading<'a>,
}

impl Explainer<'_> {
    /// Explains a clause, given the span of the one around it.
    fn explain(&self, node: &Node, around: Option<&Range<usize>>) -> Explanation {
        let inside = |part: &Node| self.explain(part, Some(&node.span));
        let each = |parts: &[Node]| parts.iter().map(inside).collect::<Vec<_>>();
        let (holds, notes, clause) = match &node.kind {
            NodeKind::All(parts) => {
                let parts = each(parts);
                (parts.iter().all(|part| part.holds), Vec::new(), Clause::All { parts })
            }
            NodeKind::Any(parts) => {
                let parts = each(parts);
                (parts.iter().any(|part| part.holds), Vec::new(), Clause::Any { parts })
            }
            NodeKind::Not(part) => {
                let part = Box::new(inside(part));
                (!part.holds, Vec::new(), Clause::Not { part })
            }
            NodeKind::Occurs { scope, what, at_least } => self.words(*scope, what, *at_least),
            NodeKind::Regex { scope, pattern } => self.pattern(*scope, pattern),
            NodeKind::Filter(filter) => self.filter(filter),
            NodeKind::Interval(interval) => self.interval(interval),
            NodeKind::Context { wanted, unwanted } => context(each(wanted), each(unwanted)),
        };
        let text = self.text(node, around);
        Explanation { span: node.span.clone(), text, holds, notes, clause }
    }

    fn words(
        &self,
        scope: Scope,
        what: &Expression,
        at_least: usize,
    ) -> (bool, Vec<String>, Clause) {
        let mut found = Found::default();
        for &field in scope.fields() {
            let tokens = self.reading.field(field);
            let stretches = tokens.find(what);
            found.count += reading::starts(&stretches);
            found.add(field, tokens, what, &stretches);
        }
        let mut notes = Vec::new();
        if found.count == 0 {
            let misses = miss::misses(&self.reading, scope, what);
            notes.extend(misses.iter().map(ToString::to_string));
        } else if at_least > 1 {
            notes.push(match found.count {
                1 => "occurs once".to_owned(),
                times => format!("occurs {times} times"),
            });
        }
        (found.count >= at_least, notes, Clause::Words { scope, at_least, found })
    }

    fn pattern(&self, scope: Scope, pattern: &Pattern) -> (bool, Vec<String>, Clause) {
        let mut found = Found::default();
        for &field in scope.fields() {
            found.add_matches(field, &field.of(self.reading.item()), pattern);
        }
        let mut notes = Vec::new();
        if found.count == 0 {
            let elsewhere =
                miss::elsewhere(scope, |field| pattern.is_match(&field.of(self.reading.item())));
            let miss = elsewhere.unwrap_or(miss::Miss::Nowhere);
            notes.push(miss.to_string());
        }
        (found.count > 0, notes, Clause::Pattern { scope, found })
    }

    fn filter(&self, filter: &Filter) -> (bool, Vec<String>, Clause) {
        let holds = self.reading.passes(filter);
        let actual = actual::of_filter(filter, &self.reading);
        let notes = if holds { Vec::new() } else { vec![actual::filter_note(filter, &actual)] };
        (holds, notes, Clause::Filter { field: filter.name(), asked: filter.term(), actual })
    }

    fn interval(&self, interval: &Interval) -> (bool, Vec<String>, Clause) {
        let item = self.reading.item();
        let clause = Clause::Interval {
            field: written::quantity_name(interval.quantity),
            asked: written::bounds(interval),
            actual: actual::of_quantity(interval.quantity, item),
        };
        (interval.holds(item), vec![actual::quantity_note(interval.quantity, item)], clause)
    }

    /// Returns a clause as it was typed, or as it could have been where only the name of the part that
    /// it stands in was.
    fn text(&self, node: &Node, around: Option<&Range<usize>>) -> String {
        let typed = self.query.get(node.span.clone()).unwrap_or_default();
        let in_part = around == Some(&node.span) || (typed.starts_with('@') && !is_handle(node));
        let written = if in_part { written::clause(node) } else { None };
        place::one_line(written.as_deref().unwrap_or(typed), Explanation::TEXT_CHARS_MAX)
    }
}

/// Tells whether a clause that begins with `@` asks for a handle.
fn is_handle(node: &Node) -> bool {
    let mut first = None;
    if let NodeKind::Occurs { what, .. } = &node.kind {
        what.each_word(&mut |word| {
            first.get_or_insert(word);
        });
    }
    matches!(first, Some(Word::Sign { text, .. }) if text.starts_with('@'))
}

fn context(wanted: Vec<Explanation>, unwanted: Vec<Explanation>) -> (bool, Vec<String>, Clause) {
    let held = |parts: &[Explanation]| parts.iter().filter(|part| part.holds).count();
    let (speak_for, speak_against) = (held(&wanted), held(&unwanted));
    // A query has at most a thousand clauses.
    let score = i64::try_from(speak_for).unwrap_or(i64::MAX)
        - i64::try_from(speak_against).unwrap_or(i64::MAX);
    let score_min = i64::from(!wanted.is_empty());
    let note = format!(
        "the score is {score}: {speak_for} for and {speak_against} against; it must be {score_min} or more"
    );
    (score >= score_min, vec![note], Clause::Context { score, score_min, wanted, unwanted })
}

#[cfg(test)]
mod tests;
