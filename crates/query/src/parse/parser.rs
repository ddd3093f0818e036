//! Builds the tree by recursive descent: any (OR) of all (AND) of negated or plain parts.
//!
//! A function returns `None` where nothing stands, so that its caller can say what is missing.
//! A part with a problem is replaced by a stand-in: the tree is thrown away in the end, but the
//! rest of the text is still read for further problems.

use std::ops::Range;

use super::Read;
use super::clause::Written;
use super::directive;
use super::expanded::{self, Inserted};
use super::expression::Wording;
use super::field::Field;
use super::lexer::{self, Lexeme, Spanned};
use super::limit::{self, Spent};
use super::part::Part;
use crate::stem::Languages;
use crate::{Parts, QueryProblem, Scope};

/// The hint for an operator that lacks a side.
pub(super) const OPERATOR: &str =
    "write a word on both sides, or put it between quotes to find the word itself";

pub(super) struct Parser<'a> {
    pub(super) text: &'a str,
    pub(super) lexemes: Vec<Spanned<'a>>,
    pub(super) at: usize,
    pub(super) problems: Vec<QueryProblem>,
    pub(super) spent: Spent,
    /// The rest of the text was not read, so that nothing more can be said about it.
    pub(super) gave_up: bool,
    pub(super) parts: &'a Parts,
    /// The named parts that this text stands in, from the outermost on.
    pub(super) within: Vec<String>,
    /// The named parts that were read, in the order of the text.
    pub(super) inserted: Vec<Inserted>,
    pub(super) wording: Wording,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, parts: &'a Parts) -> Self {
        let (lexemes, problems) = lexer::lexemes(text);
        let mut parser = Self {
            text,
            lexemes,
            at: 0,
            problems,
            spent: Spent::default(),
            gave_up: false,
            parts,
            within: Vec::new(),
            inserted: Vec::new(),
            wording: Wording { languages: Languages::ALL, all_forms: false },
        };
        parser.wording = parser.read_stems();
        parser
    }

    pub(super) fn read(mut self) -> Result<Read, Vec<QueryProblem>> {
        let mut root = self.whole();
        match &root {
            // Only directives, of which none asks for anything.
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
        if let Some(part) = &mut root {
            self.gather_context(&mut part.node);
        }
        self.problems.sort_by_key(|problem| problem.span.start);
        match root {
            Some(part) if self.problems.is_empty() => {
                Ok(Read { root: part.node, expanded: expanded::expanded(self.text, self.inserted) })
            }
            _ => Err(self.problems),
        }
    }

    /// Reads to the end, and says of brackets that close nothing.
    pub(super) fn whole(&mut self) -> Option<Part> {
        let mut root = self.any(None);
        while let Some(span) = self.take(Lexeme::Close) {
            self.complain(
                QueryProblem::new(span.clone(), ") closes nothing")
                    .hint("remove it, or open the group with a ("),
            );
            self.any(None);
            root = Some(Part::stand_in(span));
        }
        root
    }

    pub(super) fn any(&mut self, field: Option<Field>) -> Option<Part> {
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
        let mut scope: Option<(Scope, Range<usize>)> = None;
        loop {
            if let Some(span) = self.take(Lexeme::And) {
                if parts.is_empty() && scope.is_none() {
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
            } else if let Some(directive) = self.directive(field) {
                match directive {
                    directive::Read::In(wanted, span) if scope.is_none() => {
                        scope = Some((wanted, span))
                    }
                    directive::Read::In(_, span) => self.complain(
                        QueryProblem::new(span, "the group has two in:")
                            .hint("join two groups by OR, each with its own"),
                    ),
                    directive::Read::Nothing => {}
                    directive::Read::Part(part) => parts.push(part),
                }
            } else if self.part_follows() {
                parts.push(self.negatable(field));
            } else {
                break;
            }
        }
        if let Some((scope, span)) = scope {
            if parts.is_empty() {
                self.complain(
                    QueryProblem::new(span.clone(), "in: has no words beside it")
                        .hint("write the words that must stand there: in:quote ozalee"),
                );
                return Some(Part::stand_in(span));
            }
            for part in &mut parts {
                part.node.move_into(scope);
            }
        }
        Part::all(parts)
    }

    fn negatable(&mut self, field: Option<Field>) -> Part {
        let (sign, name) = match self.peek() {
            Some((Lexeme::Not, span)) => (span, "NOT"),
            Some((Lexeme::Minus, span)) => (span, "-"),
            Some((Lexeme::AtLeast(_), _)) => return self.at_least(field),
            _ => return self.near(field),
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

    pub(super) fn plain(&mut self, field: Option<Field>) -> Part {
        let end = self.text.len();
        let Some((lexeme, span)) = self.peek() else { return Part::stand_in(end..end) };
        self.at += 1;
        match lexeme {
            Lexeme::Open => self.group(field, span),
            Lexeme::Field(name) => self.field(field, name, span),
            Lexeme::Word(word) => match self.named_part(word) {
                Some((name, text)) if field.is_none() => self.insert(name, text, span),
                _ => self.clause(field, Written::Word(word), span),
            },
            Lexeme::Phrase(phrase) => self.phrase(field, Written::Phrase(phrase), span),
            Lexeme::Exact(word) => self.clause(field, Written::Exact(word), span),
            Lexeme::Forms => self.forms(field, span),
            Lexeme::Regex(source, flags) => self.regex(field, source, flags, span),
            Lexeme::Interval(inside, after) => self.interval(field, inside, after, span),
            Lexeme::Distance(_) => {
                let message = "a distance must follow a phrase";
                let hint = "write \"two words\"~5, or join groups by NEAR/5";
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
            Lexeme::Near(word) | Lexeme::AtLeast(word) => {
                let message = format!("{word} has nothing before it");
                self.complain(QueryProblem::new(span.clone(), message).hint(OPERATOR));
                Part::stand_in(span)
            }
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
        if let Some((Lexeme::Distance(_), distance)) = self.peek() {
            self.at += 1;
            let message = "a distance must follow a phrase";
            let hint = "join the groups by NEAR: (a OR b) NEAR/5 (c OR d)";
            self.complain(QueryProblem::new(distance, message).hint(hint));
        }
        if let Some(part) = inside {
            return part.spanning(span);
        }
        self.complain(
            QueryProblem::new(span.clone(), "the group is empty")
                .hint("write words in it, or remove it"),
        );
        Part::stand_in(span)
    }

    /// Goes one level down, or gives up where that is too deep.
    pub(super) fn deeper<T>(
        &mut self,
        span: &Range<usize>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> Option<T> {
        if self.spent.depth == limit::DEPTH_MAX {
            let message = format!("nested more than {} deep", limit::DEPTH_MAX);
            self.complain(
                QueryProblem::new(span.clone(), message).hint("split it into several queries"),
            );
            self.gave_up = true;
            self.at = self.lexemes.len();
            return None;
        }
        self.spent.depth += 1;
        let read = read(self);
        self.spent.depth -= 1;
        Some(read)
    }

    pub(super) fn complain(&mut self, problem: QueryProblem) {
        if !self.gave_up {
            self.problems.push(problem);
        }
    }

    pub(super) fn peek(&self) -> Option<Spanned<'a>> {
        self.lexemes.get(self.at).cloned()
    }

    pub(super) fn take(&mut self, wanted: Lexeme<'_>) -> Option<Range<usize>> {
        let (lexeme, span) = self.peek()?;
        (lexeme == wanted).then(|| {
            self.at += 1;
            span
        })
    }

    /// Tells whether a part begins here, rather than an operator between parts or an end.
    pub(super) fn part_follows(&self) -> bool {
        !matches!(self.peek(), None | Some((Lexeme::Close | Lexeme::And | Lexeme::Or, _)))
    }

    /// Tells whether an operand of NEAR begins here.
    pub(super) fn operand_follows(&self) -> bool {
        self.part_follows() && !matches!(self.peek(), Some((Lexeme::Near(_), _)))
    }
}
