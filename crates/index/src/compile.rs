//! A query's tree as tantivy's queries, with the very meaning that `query::Query::matches` has.

use query::{Filter, Node, TextField};
use tantivy::Term;
use tantivy::query::{AllQuery, BooleanQuery, BoostQuery, Occur, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};

use crate::schema::Fields;

/// A word in the title says more about what an item is about. Only the order of hits depends on it.
const TITLE_BOOST: f32 = 2.0;

pub(crate) fn compile(fields: &Fields, node: &Node) -> Box<dyn Query> {
    match node {
        Node::All(parts) => all(fields, parts),
        Node::Any(parts) => any(parts.iter().map(|part| compile(fields, part))),
        Node::Not(_) => all(fields, std::slice::from_ref(node)),
        Node::Words { field, tokens } => match field {
            None => any([
                Box::new(BoostQuery::new(words(fields.title, tokens), TITLE_BOOST)),
                words(fields.text, tokens),
            ]),
            Some(TextField::Title) => words(fields.title, tokens),
            Some(TextField::Author) => words(fields.author, tokens),
        },
        Node::Filter(filter) => self::filter(fields, filter),
    }
}

pub(crate) fn filter(fields: &Fields, filter: &Filter) -> Box<dyn Query> {
    let term = Term::from_field_text(fields.of(filter), &filter.term());
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

fn all(fields: &Fields, parts: &[Node]) -> Box<dyn Query> {
    let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::with_capacity(parts.len() + 1);
    for part in parts {
        clauses.push(if let Node::Not(excluded) = part {
            (Occur::MustNot, compile(fields, excluded))
        } else {
            (Occur::Must, compile(fields, part))
        });
    }
    // What only excludes finds nothing in tantivy: it must have something to exclude from.
    if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        clauses.push((Occur::Must, Box::new(AllQuery)));
    }
    Box::new(BooleanQuery::new(clauses))
}

fn any(parts: impl IntoIterator<Item = Box<dyn Query>>) -> Box<dyn Query> {
    Box::new(BooleanQuery::union(parts.into_iter().collect()))
}

fn words(field: Field, tokens: &[String]) -> Box<dyn Query> {
    let mut terms: Vec<Term> =
        tokens.iter().map(|token| Term::from_field_text(field, token)).collect();
    // A phrase query of one term is an error.
    match terms.pop() {
        Some(only) if terms.is_empty() => {
            Box::new(TermQuery::new(only, IndexRecordOption::WithFreqs))
        }
        last => {
            terms.extend(last);
            Box::new(PhraseQuery::new(terms))
        }
    }
}
