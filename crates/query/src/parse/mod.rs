//! From text to tree. The lexer cuts, the parser builds, and both go on after a problem so that a
//! person sees all of them at once.

mod field;
mod lexer;
mod parser;
mod part;
#[cfg(test)]
mod tests;

use crate::{Node, QueryProblem};

/// Reads a query's text as a tree.
pub(crate) fn root(text: &str) -> Result<Node, Vec<QueryProblem>> {
    let chars = text.chars().count();
    if chars > TEXT_CHARS_MAX {
        let message = format!("the query has {chars} characters; {TEXT_CHARS_MAX} are allowed");
        let problem = QueryProblem::new(0..text.len(), message);
        return Err(vec![problem.hint("split it into several queries")]);
    }
    let (lexemes, problems) = lexer::lexemes(text);
    parser::Parser::new(text, lexemes, problems).root()
}

const TEXT_CHARS_MAX: usize = 20_000;
