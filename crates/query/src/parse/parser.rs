//! Builds the tree by recursive descent: any (OR) of all (AND) of negated or plain parts.
//!
//! A function returns `None` where nothing stands, so that its caller can say what is missing.
//! A part with a problem is replaced by a stand-in: the tree is thrown away in the end, but the
//! rest of the text is still read for further problems.

use std::ops::Range;

use super::field::Field;
use super::lexer::{Lexeme, Spanned};
use super::part::Part;
use crate::{Node, QueryProblem, TextField, analysis};

const DEPTH_MAX: usize = 50;
const CLAUSES_MAX: usize = 1_000;

/// The hint for an operator that lacks a side.
const OPERATOR: &str =
    "write a word on both sides, or put it between quotes to find the word itself";

pub(super) struct Parser<'a> {
    text: &'a str,
    lexemes: Vec<Spanned<'a>>,
    at: usize,
    problems: Vec<QueryProblem>,
    depth: usize,
    clauses: usize,
    /// The rest of the text was not read, so that nothing more can be said about it.
    gave_up: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(
        text: &'a str,
        lexemes: Vec<Spanned<'a>>,
        problems: Vec<QueryProblem>,
    ) -> Self {
        Self { text, lexemes, at: 0, problems, depth: 0, clauses: 0, gave_up: false }
    }

    pub(super) fn root(mut self) -> Result<Node, Vec<QueryProblem>> {
        let mut root = self.any(None);
        while let Some(span) = self.take(Lexeme::Close) {
            self.complain(
                QueryProblem::new(span.clone(), ") closes nothing")
                    .hint("remove it, or open the group with a ("),
            );
            self.any(None);
            root = Some(Part::stand_in(span));
        }
        match &root {
            None => self.complain(
                QueryProblem::new(0..self.text.len(), "the query is empty")
                    .hint("write the words to look for"),
            ),
            Some(part) => {
                if let Some(span) = part.holds_on_nothing.clone() {
                    let message = "this only excludes, so that it would find almost everything";
                    let hint = "add a word or a filter that must be there";
                    self.complain(QueryProblem::new(span, message).hint(hint));
                }
            }
        }
        self.problems.sort_by_key(|problem| problem.span.start);
        match root {
            Some(part) if self.problems.is_empty() => Ok(part.node),
            _ => Err(self.problems),
        }
    }

    fn any(&mut self, field: Option<Field>) -> Option<Part> {
        let mut parts = Vec::from_iter(self.all(field));
        while let Some(span) = self.take(Lexeme::Or) {
            if parts.is_empty() {
                self.complain(
                    QueryProblem::new(span.clone(), "OR has nothing before it").hint(OPERATOR),
                );
                parts.push(Part::stand_in(span.clone()));
            }
            let next = self.all(field);
            if next.is_none() {
                self.complain(
                    QueryProblem::new(span.clone(), "OR has nothing after it").hint(OPERATOR),
                );
            }
            parts.push(next.unwrap_or_else(|| Part::stand_in(span)));
        }
        Part::any(parts)
    }

    fn all(&mut self, field: Option<Field>) -> Option<Part> {
        let mut parts = Vec::new();
        loop {
            if let Some(span) = self.take(Lexeme::And) {
                if parts.is_empty() {
                    self.complain(
                        QueryProblem::new(span.clone(), "AND has nothing before it").hint(OPERATOR),
                    );
                    parts.push(Part::stand_in(span.clone()));
                }
                if !self.part_follows() {
                    self.complain(
                        QueryProblem::new(span, "AND has nothing after it").hint(OPERATOR),
                    );
                }
            } else if self.part_follows() {
                parts.push(self.negatable(field));
            } else {
                return Part::all(parts);
            }
        }
    }

    fn negatable(&mut self, field: Option<Field>) -> Part {
        let (sign, name) = match self.peek() {
            Some((Lexeme::Not, span)) => (span, "NOT"),
            Some((Lexeme::Minus, span)) => (span, "-"),
            _ => return self.plain(field),
        };
        self.at += 1;
        if !self.part_follows() {
            let message = format!("{name} has nothing after it");
            let hint = "write what to leave out after it, or put it between quotes to find it";
            self.complain(QueryProblem::new(sign.clone(), message).hint(hint));
            return Part::stand_in(sign);
        }
        match self.deeper(&sign, |parser| parser.negatable(field)) {
            Some(part) => part.negated(&sign),
            None => Part::stand_in(sign),
        }
    }

    fn plain(&mut self, field: Option<Field>) -> Part {
        let end = self.text.len();
        let Some((lexeme, span)) = self.peek() else { return Part::stand_in(end..end) };
        self.at += 1;
        match lexeme {
            Lexeme::Open => self.group(field, span),
            Lexeme::Field(name) => self.field(field, name, span),
            Lexeme::Word(word) => {
                if let Some((message, hint)) = not_understood(word).filter(|_| field.is_none()) {
                    self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                }
                self.clause(field, word, span)
            }
            Lexeme::Phrase(phrase) => self.clause(field, phrase, span),
            // Callers ask `part_follows` first and take the signs themselves.
            Lexeme::Close | Lexeme::And | Lexeme::Or | Lexeme::Not | Lexeme::Minus => {
                Part::stand_in(span)
            }
        }
    }

    fn group(&mut self, field: Option<Field>, open: Range<usize>) -> Part {
        let Some(inside) = self.deeper(&open, |parser| parser.any(field)) else {
            return Part::stand_in(open);
        };
        let Some(close) = self.take(Lexeme::Close) else {
            self.complain(
                QueryProblem::new(open.clone(), "( is never closed")
                    .hint("add a ) where the group ends"),
            );
            return Part::stand_in(open);
        };
        let span = open.start..close.end;
        if let Some(part) = inside {
            return part.spanning(span);
        }
        self.complain(
            QueryProblem::new(span.clone(), "the group is empty")
                .hint("write words in it, or remove it"),
        );
        Part::stand_in(span)
    }

    fn field(&mut self, outer: Option<Field>, name: &str, span: Range<usize>) -> Part {
        let field = Field::named(name);
        if let Err(hint) = &field {
            let message = format!("unknown field {name}:");
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
        if outer.is_some() {
            let message = format!("{name}: stands inside the group of another field");
            self.complain(QueryProblem::new(span.clone(), message).hint("close that group first"));
        }
        let message = || format!("{name}: has nothing after it");
        match self.peek() {
            Some((Lexeme::Minus, next)) if next.start == span.end => {
                let hint = format!("to exclude, write -{name}:…");
                self.complain(QueryProblem::new(span.clone(), message()).hint(hint));
                Part::stand_in(span)
            }
            Some((Lexeme::Open | Lexeme::Word(_) | Lexeme::Phrase(_), next))
                if next.start == span.end =>
            {
                let part = self.plain(field.ok());
                let end = part.span.end;
                part.spanning(span.start..end)
            }
            _ => {
                let hint = format!("write {name}:… without a space");
                self.complain(QueryProblem::new(span.clone(), message()).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    /// Reads one term, phrase or filter.
    fn clause(&mut self, field: Option<Field>, value: &str, span: Range<usize>) -> Part {
        self.clauses += 1;
        if self.clauses == CLAUSES_MAX + 1 {
            let message = format!("more than {CLAUSES_MAX} words, phrases and filters");
            let hint = "split it into several queries";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
        let node = match field {
            Some(Field::Filter(filter)) => filter.read(value).map(Node::Filter),
            Some(Field::Text(field)) => words(Some(field), value),
            None => words(None, value),
        };
        match node {
            Ok(node) => Part::clause(node, span),
            Err((message, hint)) => {
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    /// Goes one level down, or gives up where that is too deep.
    fn deeper<T>(&mut self, span: &Range<usize>, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth == DEPTH_MAX {
            let message = format!("nested more than {DEPTH_MAX} deep");
            self.complain(
                QueryProblem::new(span.clone(), message).hint("split it into several queries"),
            );
            self.gave_up = true;
            self.at = self.lexemes.len();
            return None;
        }
        self.depth += 1;
        let read = read(self);
        self.depth -= 1;
        Some(read)
    }

    fn complain(&mut self, problem: QueryProblem) {
        if !self.gave_up {
            self.problems.push(problem);
        }
    }

    fn peek(&self) -> Option<Spanned<'a>> {
        self.lexemes.get(self.at).cloned()
    }

    fn take(&mut self, wanted: Lexeme<'_>) -> Option<Range<usize>> {
        let (lexeme, span) = self.peek()?;
        (lexeme == wanted).then(|| {
            self.at += 1;
            span
        })
    }

    /// Tells whether a part begins here, rather than an operator between parts or an end.
    fn part_follows(&self) -> bool {
        !matches!(self.peek(), None | Some((Lexeme::Close | Lexeme::And | Lexeme::Or, _)))
    }
}

fn words(field: Option<TextField>, text: &str) -> Result<Node, (String, String)> {
    let tokens: Vec<String> = analysis::tokens(text).map(|token| token.text).collect();
    if !tokens.is_empty() {
        return Ok(Node::Words { field, tokens });
    }
    let hint = match text {
        "|" | "||" => "write OR, in capitals",
        "&" | "&&" => "write AND, in capitals",
        "-" | "–" | "—" | "!" => "to exclude a word, write -word without a space",
        _ => "only letters and digits are searched",
    };
    Err((format!("{text:?} has no word in it"), hint.to_owned()))
}

/// Says of operators of other tools that they are not operators here: taken as words they would
/// quietly find something else.
fn not_understood(word: &str) -> Option<(String, &'static str)> {
    let near =
        word.strip_prefix("NEAR").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    if near {
        let hint = "join the words by AND, or put a phrase between quotation marks";
        Some((format!("{word} is not an operator"), hint))
    } else if word.contains('*') {
        Some(("* does not stand for other letters".to_owned(), "write each form, joined by OR"))
    } else {
        None
    }
}
