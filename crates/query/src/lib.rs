//! The query language: parse a query, match one item against every saved query, show where the
//! words stand; with the text analysis that the index shares.
//!
//! Precedence is NOT, then AND (also meant by mere juxtaposition), then OR. It does no I/O and
//! does not know how the archive is searched: the index compiles [`Node`] on its own, and a
//! property test there holds the two to the same answers.

pub mod analysis;
mod excerpt;
mod filter;
pub mod import;
mod matcher;
mod node;
mod parse;
mod plan;
mod problem;
mod subject;

use std::fmt;

pub use excerpt::{Snippet, marks, snippet};
pub use filter::Filter;
pub use matcher::Matcher;
pub use node::{Node, TextField};
pub use problem::QueryProblem;
pub use subject::Subject;

use crate::plan::Plan;

/// A query that can be run: it parsed without a problem.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    text: String,
    root: Node,
    plan: Plan,
}

impl Query {
    /// Returns the query as it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn root(&self) -> &Node {
        &self.root
    }

    /// Tells whether the query finds the item.
    pub fn matches(&self, subject: &Subject) -> bool {
        self.plan.matches(subject)
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Reads a query, or says everything that is wrong with it.
pub fn parse(text: &str) -> Result<Query, Vec<QueryProblem>> {
    let root = parse::root(text)?;
    Ok(Query { text: text.to_owned(), plan: Plan::of(&root), root })
}
