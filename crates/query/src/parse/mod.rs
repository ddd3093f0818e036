//! From text to tree. The lexer cuts, the parser builds, and both go on after a problem so that a
//! person sees all of them at once.

mod clause;
mod directive;
mod expanded;
mod expression;
pub(crate) mod field;
pub(crate) mod lexer;
mod limit;
mod named;
mod near;
mod parser;
mod part;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::{LintCode, Node, QueryProblem};

/// Parts of queries that have a name, for queries to refer to as `@name`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts(BTreeMap<String, String>);

impl Parts {
    /// Adds a part, in place of one of the same name. A name of other than letters, digits, `_` and `-`
    /// could not be written in a query: it is refused.
    pub fn insert(&mut self, name: &str, text: &str) -> Result<(), InvalidPartName> {
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(InvalidPartName);
        }
        self.0.insert(name.to_owned(), text.to_owned());
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Says everything that is wrong with a part by itself; the spans are those of its own text. A part
    /// that only excludes is sound, since other words can stand beside its name.
    pub fn problems(&self, name: &str) -> Vec<QueryProblem> {
        let Some((name, text)) = self.get_key_value(name) else { return Vec::new() };
        match too_long(text, limit::CHARS_MAX) {
            Some(problem) => vec![problem],
            None => parser::Parser::of_part(name, text, self).part_problems(),
        }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn get_key_value(&self, name: &str) -> Option<(&str, &str)> {
        self.0.get_key_value(name).map(|(name, text)| (name.as_str(), text.as_str()))
    }
}

/// A name that no query could refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a part's name has only letters, digits, _ and -")]
pub struct InvalidPartName;

/// What was read in a query's text.
pub(crate) struct Parsed {
    pub(crate) root: Node,
    /// `None` where no part is named.
    pub(crate) expanded: Option<Expanded>,
}

/// A query with its parts written in the place of their names.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Expanded {
    pub(crate) text: String,
    /// The names of the parts, also of those within others.
    pub(crate) parts: BTreeSet<String>,
}

/// Reads a query's text as a tree.
pub(crate) fn read(text: &str, parts: &Parts) -> Result<Parsed, Vec<QueryProblem>> {
    match too_long(text, limit::CHARS_MAX) {
        Some(problem) => Err(vec![problem]),
        None => parser::Parser::new(text, parts).read(),
    }
}

/// Reads what [`Expanded`] holds.
pub(crate) fn read_expanded(text: &str) -> Result<Parsed, Vec<QueryProblem>> {
    match too_long(text, limit::CHARS_EXPANDED_MAX) {
        Some(problem) => Err(vec![problem]),
        None => parser::Parser::new(text, &Parts::default()).read(),
    }
}

fn too_long(text: &str, chars_max: usize) -> Option<QueryProblem> {
    let chars = text.chars().count();
    (chars > chars_max).then(|| {
        let message = format!("the query has {chars} characters; {chars_max} are allowed");
        QueryProblem::new(LintCode::TooLarge, 0..text.len(), message, parser::SPLIT)
    })
}

/// Why a part cannot be read.
#[derive(Debug)]
struct Reason {
    code: LintCode,
    message: String,
    hint: String,
}

impl Reason {
    fn new(code: LintCode, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { code, message: message.into(), hint: hint.into() }
    }
}

/// Returns what was written as a message repeats it: its beginning, where it is long.
pub(crate) fn shown(written: &str) -> String {
    const CHARS_MAX: usize = 60;
    match written.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", &written[..end]),
        None => written.to_owned(),
    }
}

/// Reads a number without a sign.
fn number<N: std::str::FromStr>(digits: &str) -> Option<N> {
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}
