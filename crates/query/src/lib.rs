//! The query language: parse a query, match one item against every saved query, show where the
//! words stand; with the text analysis that the index shares.
//!
//! Precedence is fields, then NEAR, then ATLEAST, then NOT, then AND (also meant by mere
//! juxtaposition), then OR. It does no I/O and does not know how the archive is searched: the index
//! compiles [`Node`] on its own, and a property test there holds the two to the same answers.

pub mod analysis;
mod filter;
mod lint;
mod node;
mod parse;
mod pattern;
mod problem;
mod stem;
pub mod stretch;
mod word;

use std::fmt;

pub use filter::{Filter, Has, Interval, Quantity};
pub use lint::{Fix, Lint, LintCode, Severity, lint};
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
}

impl Query {
    /// Returns the query as it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn root(&self) -> &Node {
        &self.root
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
    let root = parse::root(text, parts)?;
    Ok(Query { text: text.to_owned(), root })
}
