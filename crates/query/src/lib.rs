//! The query language: parse a query, match one item against every saved query, show where the
//! words stand; with the text analysis that the index shares.
//!
//! Precedence is fields, then NEAR, then ATLEAST, then NOT, then AND (also meant by mere
//! juxtaposition), then OR. It does no I/O and does not know how the archive is searched: the index
//! compiles [`Node`] on its own, and a property test there holds the two to the same answers.

pub mod analysis;
mod excerpt;
mod explain;
mod filter;
mod hash;
pub mod import;
mod lint;
mod matcher;
mod node;
mod parse;
mod pattern;
mod problem;
mod reading;
mod stem;
pub mod stretch;
mod tokens;
mod word;

use std::fmt;

pub use excerpt::{Snippet, marks, marks_in_text, snippet};
pub use explain::{Clause, Explanation, Found, Place};
pub use filter::{Filter, Has, Interval, Quantity};
pub use lint::{Fix, Lint, LintCode, Severity, lint};
pub use matcher::{HeapBytes, Matcher, Scratch, Work};
pub use node::{Expression, Node, NodeKind, Order, Scope, TextField};
pub use parse::{InvalidPartName, Parts};
pub use pattern::Pattern;
pub use problem::QueryProblem;
pub use stem::{Forms, Languages};
pub use word::{Glob, Seen, Word};

/// A query that can be run: it parsed without a problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    text: String,
    root: Node,
    expanded: Option<parse::Expanded>,
}

impl Query {
    /// Returns the query as it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the query with its parts written in the place of their names: a text that means the same
    /// without them. It may be longer than a query that a person writes: [`parse_expanded`] reads it.
    pub fn expanded(&self) -> &str {
        self.expanded.as_ref().map_or(&self.text, |expanded| &expanded.text)
    }

    /// Returns the names of the parts that it refers to, also by way of others, in order.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        self.expanded.iter().flat_map(|expanded| &expanded.parts).map(String::as_str)
    }

    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Tells whether the query finds the item. For many queries at once there is the matcher.
    pub fn matches(&self, item: &model::Item) -> bool {
        reading::Reading::new(item).satisfies(&self.root)
    }

    /// Explains why the query finds the item, or why not.
    pub fn explain(&self, item: &model::Item) -> Explanation {
        Explanation::new(self, item)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads a query, or says everything that is wrong with it.
pub fn parse(text: &str) -> Result<Query, Vec<QueryProblem>> {
    parse_with(text, &Parts::default())
}

/// Reads a query that may refer to named parts.
pub fn parse_with(text: &str, parts: &Parts) -> Result<Query, Vec<QueryProblem>> {
    let parse::Parsed { root, expanded } = parse::read(text, parts)?;
    Ok(Query { text: text.to_owned(), root, expanded })
}

/// Reads a text that [`Query::expanded`] returned.
pub fn parse_expanded(text: &str) -> Result<Query, Vec<QueryProblem>> {
    let parse::Parsed { root, expanded } = parse::read_expanded(text)?;
    Ok(Query { text: text.to_owned(), root, expanded })
}
