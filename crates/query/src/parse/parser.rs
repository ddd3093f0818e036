//! Builds the tree by recursive descent: any (OR) of all (AND) of negated or plain parts.
//!
//! A function returns `None` where nothing stands, so that its caller can say what is missing.
//! A part with a problem is replaced by a stand-in: the tree is thrown away in the end, but the
//! rest of the text is still read for further problems.

use std::ops::Range;

use super::Parsed;
use super::clause::Written;
use super::directive::Read;
use super::expanded::{self, Inserted};
use super::expression::Wording;
use super::field::Field;
use super::lexer::{self, Lexeme, Spanned};
use super::limit::{self, Spent};
use super::part::Part;
use super::shown;
use crate::stem::Languages;
use crate::{LintCode, Parts, QueryProblem, Scope};

/// The hint for an operator that lacks a side.
pub(super) const OPERATOR: &str =
    "write a word on both sides, or put it between quotes to find the word itself";

/// The hint for a query that is too large.
pub(super) const SPLIT: &str = "split it into several queries";

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

    pub(super) fn read(mut self) -> Result<Parsed, Vec<QueryProblem>> {
        let mut root = self.whole();
        match &mut root {
            // Only directives, of which none asks for anything.
            None if !self.problems.is_empty() => {}
            None => {
                let hint = "write the words to look for";
                self.complain(
                    LintCode::NothingToSearch,
                    0..self.text.len(),
                    "the query is empty",
                    hint,
                );
            }
            Some(part) if part.node.is_only_context() => {
                let hint = "write what to look for beside it";
                let span = part.span();
                self.complain(LintCode::BadContext, span, "there is only a context", hint);
            }
            Some(part) => {
                if let Some(span) = part.holds_on_nothing.clone() {
                    let message = "this only excludes, so that it would find almost everything";
                    let hint = "add a word or a filter that must be there";
                    self.complain(LintCode::PurelyNegative, span, message, hint);
                }
                self.gather_context(&mut part.node);
            }
        }
        self.problems.sort_by_key(|problem| problem.span.start);
        match root {
            Some(part) if self.problems.is_empty() => Ok(Parsed {
                root: part.node,
                expanded: expanded::expanded(self.text, self.inserted),
            }),
            _ => Err(self.problems),
        }
    }

    /// Reads to the end, and says of brackets that close nothing.
    pub(super) fn whole(&mut self) -> Option<Part> {
        let mut root = self.any(None);
        while let Some(span) = self.take(Lexeme::Close) {
            let hint = "remove it, or open the group with a (";
            self.complain(LintCode::Syntax, span.clone(), ") closes nothing", hint);
            self.any(None);
            root = Some(Part::stand_in(span));
        }
        root
    }

    pub(super) fn any(&mut self, field: Option<Field>) -> Option<Part> {
        let mut parts = Vec::from_iter(self.all(field));
        while let Some(span) = self.take(Lexeme::Or) {
            if parts.is_empty() {
                self.complain(LintCode::Syntax, span.clone(), "OR has nothing before it", OPERATOR);
                parts.push(Part::stand_in(span.clone()));
            }
            let next = self.all(field);
            if next.is_none() {
                self.complain(LintCode::Syntax, span.clone(), "OR has nothing after it", OPERATOR);
            }
            parts.push(next.unwrap_or_else(|| Part::stand_in(span)));
        }
        Part::any(parts)
    }

    fn all(&mut self, field: Option<Field>) -> Option<Part> {
        let mut parts = Vec::new();
        let mut scope: Option<(Scope, Range<usize>)> = None;
        // A directive is something too, though it makes no part.
        let mut is_empty = true;
        loop {
            if let Some(span) = self.take(Lexeme::And) {
                if is_empty {
                    self.complain(
                        LintCode::Syntax,
                        span.clone(),
                        "AND has nothing before it",
                        OPERATOR,
                    );
                    parts.push(Part::stand_in(span.clone()));
                }
                if !self.part_follows() {
                    self.complain(LintCode::Syntax, span, "AND has nothing after it", OPERATOR);
                }
            } else if let Some(directive) = self.directive(field) {
                match directive {
                    Read::In(wanted, span) if scope.is_none() => scope = Some((wanted, span)),
                    Read::In(_, span) => {
                        let hint = "join two groups by OR, each with its own";
                        self.complain(LintCode::Syntax, span, "the group has two in:", hint);
                    }
                    Read::Nothing => {}
                    Read::Part(part) => parts.push(part),
                }
            } else if self.part_follows() {
                parts.push(self.negatable(field));
            } else {
                break;
            }
            is_empty = false;
        }
        if let Some((scope, span)) = scope {
            let mut moved = false;
            for part in &mut parts {
                moved |= part.is_stand_in | part.node.move_into(scope);
            }
            if !moved {
                let message = "in: has no words beside it";
                let hint =
                    "write the words that must stand there, without a field: in:quote ozalee";
                self.complain(LintCode::Syntax, span.clone(), message, hint);
                parts.push(Part::stand_in(span));
            }
        }
        Part::all(parts)
    }

    pub(super) fn negatable(&mut self, field: Option<Field>) -> Part {
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
            self.complain(LintCode::Syntax, sign.clone(), message, hint);
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
                self.complain(LintCode::Syntax, span.clone(), message, hint);
                Part::stand_in(span)
            }
            Lexeme::Near(word) | Lexeme::AtLeast(word) => {
                let message = format!("{} has nothing before it", shown(word));
                self.complain(LintCode::Syntax, span.clone(), message, OPERATOR);
                Part::stand_in(span)
            }
            // Callers ask `part_follows` first and take the signs themselves.
            Lexeme::Close | Lexeme::And | Lexeme::Or | Lexeme::Not | Lexeme::Minus => {
                Part::stand_in(span)
            }
            Lexeme::Unread => Part::stand_in(span),
        }
    }

    fn group(&mut self, field: Option<Field>, open: Range<usize>) -> Part {
        let outer = self.wording;
        if field.is_none() {
            self.wording = self.read_stems();
        }
        let inside = self.deeper(&open, |parser| parser.any(field));
        self.wording = outer;
        let Some(inside) = inside else { return Part::stand_in(open) };
        let Some(close) = self.take(Lexeme::Close) else {
            let hint = "add a ) where the group ends";
            self.complain(LintCode::Syntax, open.clone(), "( is never closed", hint);
            return Part::stand_in(open);
        };
        let span = open.start..close.end;
        if let Some((Lexeme::Distance(_), distance)) = self.peek() {
            self.at += 1;
            let message = "a distance must follow a phrase";
            let hint = "join the groups by NEAR: (a OR b) NEAR/5 (c OR d)";
            self.complain(LintCode::Syntax, distance, message, hint);
        }
        if let Some(part) = inside {
            return part.spanning(span);
        }
        let hint = "write words in it, or remove it";
        self.complain(LintCode::Syntax, span.clone(), "the group is empty", hint);
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
            self.complain(LintCode::TooLarge, span.clone(), message, SPLIT);
            self.give_up();
            return None;
        }
        self.spent.depth += 1;
        let read = read(self);
        self.spent.depth -= 1;
        Some(read)
    }

    /// Says what is wrong with a part of the text, and what may help.
    pub(super) fn complain(
        &mut self,
        code: LintCode,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        if self.gave_up {
            return;
        }
        self.problems.push(QueryProblem::new(code, span, message, hint));
        if self.problems.len() >= limit::PROBLEMS_MAX {
            self.give_up();
        }
    }

    /// Leaves the rest of the text unread.
    pub(super) fn give_up(&mut self) {
        self.gave_up = true;
        self.at = self.lexemes.len();
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
