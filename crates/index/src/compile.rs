//! A query's tree as tantivy's queries, with the very meaning that `query::Query::matches` has.
//!
//! What tantivy's own queries say exactly is left to them. [`Occurs`] finds words in their places,
//! [`Expanded`] single words that stand for many, and [`Checked`] looks into single documents.

use std::ops::Bound;
use std::sync::Arc;

use query::{Expression, Filter, Interval, Node, NodeKind, Scope, TextField, Word};
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, Occur, PhraseQuery, Query, RangeQuery,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use crate::IndexError;
use crate::checked::{Checked, Condition, Texts};
use crate::expand::only_term;
use crate::expanded::Expanded;
use crate::occurs::Occurs;
use crate::patterned::has_pattern;
use crate::schema::Fields;

/// A word in the title says more about what an item is about. Only the order of hits depends on it.
const TITLE_BOOST: f32 = 2.0;

/// Makes tantivy's query of a tree. Patterns need the texts, which the index does not keep.
pub(crate) fn compile(
    fields: &Fields,
    node: &Node,
    texts: Option<&Texts>,
) -> Result<Box<dyn Query>, IndexError> {
    if texts.is_none() && has_pattern(node) {
        return Err(IndexError::NoTexts);
    }
    Ok(Compiler { fields, texts }.query(node))
}

pub(crate) fn filter(fields: &Fields, filter: &Filter) -> Box<dyn Query> {
    without_score(TermQuery::new(fields.term(filter), IndexRecordOption::Basic))
}

/// What an item is or carries says nothing about how well it answers.
pub(crate) fn without_score(query: impl Query) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(Box::new(query), 0.0))
}

#[derive(Clone, Copy)]
pub(crate) struct Compiler<'a> {
    fields: &'a Fields,
    texts: Option<&'a Texts>,
}

impl Compiler<'_> {
    pub(crate) fn query(self, node: &Node) -> Box<dyn Query> {
        if has_pattern(node) {
            return self.patterned(node);
        }
        match &node.kind {
            NodeKind::All(parts) => all(parts.iter().map(|part| self.clause(part)).collect()),
            NodeKind::Any(_) | NodeKind::Occurs { .. } => {
                let mut alternatives = Vec::new();
                self.alternatives(node, &mut alternatives);
                any(alternatives)
            }
            NodeKind::Not(_) => all(vec![self.clause(node)]),
            NodeKind::Regex { .. } => self.patterned(node),
            NodeKind::Filter(filter) => self::filter(self.fields, filter),
            NodeKind::Interval(interval) => self.interval(interval),
            NodeKind::Context { wanted, unwanted } => self.context(wanted, unwanted),
        }
    }

    /// Compiles a part of a conjunction.
    pub(crate) fn clause(self, node: &Node) -> (Occur, Box<dyn Query>) {
        if let NodeKind::Not(excluded) = &node.kind {
            (Occur::MustNot, self.query(excluded))
        } else {
            (Occur::Must, self.query(node))
        }
    }

    /// Collects what a part stands for, of which one is enough: tantivy is quicker with one union of
    /// many than with unions of unions.
    fn alternatives(self, node: &Node, found: &mut Vec<Box<dyn Query>>) {
        if let NodeKind::Any(parts) = &node.kind {
            for part in parts {
                self.alternatives(part, found);
            }
        } else if let NodeKind::Occurs { scope, what, at_least } = &node.kind {
            self.occurs(*scope, what, *at_least, found);
        } else {
            found.push(self.query(node));
        }
    }

    fn occurs(
        self,
        scope: Scope,
        what: &Expression,
        at_least: usize,
        found: &mut Vec<Box<dyn Query>>,
    ) {
        let fields = scope.fields().iter().map(|field| {
            let is_better = scope == Scope::TitleOrText && *field == TextField::Title;
            (self.fields.words(*field), if is_better { TITLE_BOOST } else { 1.0 })
        });
        if at_least == 1 {
            if let Expression::Any(parts) = what {
                for part in parts {
                    self.occurs(scope, part, at_least, found);
                }
                return;
            }
            if let Expression::Phrase(words) = what {
                if let Some(terms) = words.iter().map(only_term).collect::<Option<Vec<_>>>() {
                    found.extend(
                        fields.map(|(field, worth)| boosted(phrase(field, words, &terms), worth)),
                    );
                    return;
                }
                if let [word] = words.as_slice() {
                    found.extend(fields.map(|(field, worth)| {
                        boosted(Box::new(Expanded { field, word: word.clone() }), worth)
                    }));
                    return;
                }
            }
        }
        let (what, fields) = (Arc::new(what.clone()), fields.collect());
        found.push(Box::new(Occurs { what, at_least, fields }));
    }

    fn interval(self, interval: &Interval) -> Box<dyn Query> {
        let between = |column, min, max| {
            let bound = |number| Bound::Included(Term::from_field_i64(column, number));
            without_score(RangeQuery::new(bound(min), bound(max)))
        };
        let (column, besides) = self.fields.column(interval.quantity);
        let (min, max) = (interval.min.unwrap_or(i64::MIN), interval.max.unwrap_or(i64::MAX));
        let range = between(column, min, max);
        match besides {
            Some((column, number)) => {
                all(vec![(Occur::Must, between(column, number, number)), (Occur::Must, range)])
            }
            None => range,
        }
    }

    fn context(self, wanted: &[Node], unwanted: &[Node]) -> Box<dyn Query> {
        let queries = |parts: &[Node]| parts.iter().map(|part| self.query(part)).collect();
        let candidates = any(queries(wanted));
        if unwanted.is_empty() {
            return candidates;
        }
        if wanted.is_empty() {
            return all(vec![(Occur::MustNot, any(queries(unwanted)))]);
        }
        let found =
            |parts: &[Node]| parts.iter().map(|part| Condition::Found(self.query(part))).collect();
        self.checked(candidates, Condition::Outweigh(found(wanted), found(unwanted)))
    }

    pub(crate) fn checked(
        self,
        candidates: Box<dyn Query>,
        condition: Condition<Box<dyn Query>>,
    ) -> Box<dyn Query> {
        let (candidates, condition) = (Arc::from(candidates), Arc::new(condition));
        Box::new(Checked { candidates, condition, texts: self.texts.cloned() })
    }
}

pub(crate) fn all(mut clauses: Vec<(Occur, Box<dyn Query>)>) -> Box<dyn Query> {
    // What only excludes finds nothing in tantivy: it must have something to exclude from.
    if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    Box::new(BooleanQuery::new(clauses))
}

pub(crate) fn any(mut parts: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            Box::new(BooleanQuery::union(parts))
        }
    }
}

fn boosted(query: Box<dyn Query>, worth: f32) -> Box<dyn Query> {
    if worth > 1.0 { Box::new(BoostQuery::new(query, worth)) } else { query }
}

fn phrase(field: Field, words: &[Word], terms: &[String]) -> Box<dyn Query> {
    let mut offset = 0;
    let placed = words.iter().zip(terms).map(|(word, term)| {
        let at = offset;
        offset += word.width();
        (at, Term::from_field_text(field, term))
    });
    let mut placed: Vec<(usize, Term)> = placed.collect();
    // A phrase query of one term is an error.
    match placed.pop() {
        Some((_, only)) if placed.is_empty() => {
            Box::new(TermQuery::new(only, IndexRecordOption::WithFreqs))
        }
        last => {
            placed.extend(last);
            Box::new(PhraseQuery::new_with_offset(placed))
        }
    }
}
