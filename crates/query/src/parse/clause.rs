//! One term, phrase, pattern, filter or range, with the field before it.

use std::ops::Range;

use super::expression::{self, Wording};
use super::field::{Directive, Field};
use super::lexer::Lexeme;
use super::limit;
use super::parser::Parser;
use super::part::Part;
use crate::pattern::Case;
use crate::{Expression, NodeKind, Pattern, QueryProblem, Scope};

/// A value as it was written.
#[derive(Clone, Copy)]
pub(super) enum Written<'a> {
    Word(&'a str),
    Phrase(&'a str),
    Exact(&'a str),
    Forms(&'a str),
}

impl<'a> Parser<'a> {
    pub(super) fn field(&mut self, outer: Option<Field>, name: &str, span: Range<usize>) -> Part {
        if Directive::named(name).is_some() {
            let message = format!("{name}: cannot stand here");
            let hint = "write it beside the other parts, without NOT and outside of other fields";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
            self.skip_value(&span);
            return Part::stand_in(span);
        }
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
            Some((lexeme, next)) if next.start == span.end && lexeme.is_value() => {
                let part = match field {
                    Ok(field) => self.plain(Some(field)),
                    // Its value is read as words are, so that nothing more is said of it.
                    Err(_) => {
                        self.plain(None);
                        Part::stand_in(span.clone())
                    }
                };
                let end = part.span().end.max(span.end);
                part.spanning(span.start..end)
            }
            _ => {
                let hint = format!("write {name}:… without a space");
                self.complain(QueryProblem::new(span.clone(), message()).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    pub(super) fn phrase(
        &mut self,
        field: Option<Field>,
        written: Written<'_>,
        span: Range<usize>,
    ) -> Part {
        let Some((Lexeme::Distance(digits), distance)) = self.peek() else {
            return self.clause(field, written, span);
        };
        self.at += 1;
        let whole = span.start..distance.end;
        let Some(number) = digits.parse().ok().filter(|number| *number <= limit::DISTANCE_MAX)
        else {
            let message = "the distance is not a number of words";
            let hint =
                format!("write \"two words\"~5, with a number from 0 to {}", limit::DISTANCE_MAX);
            self.complain(QueryProblem::new(distance, message).hint(hint));
            return Part::stand_in(whole);
        };
        let part = self.clause(field, written, span);
        if part.is_stand_in {
            return part;
        }
        match part.node.kind {
            NodeKind::Occurs { scope, what: Expression::Phrase(words), at_least }
                if words.len() <= limit::WITHIN_WORDS_MAX =>
            {
                let what = match words.len() {
                    1 => Expression::Phrase(words),
                    _ => Expression::Within { words, distance: number },
                };
                Part::clause(NodeKind::Occurs { scope, what, at_least }, whole)
            }
            NodeKind::Occurs { .. } => {
                let message =
                    format!("more than {} words within a distance", limit::WITHIN_WORDS_MAX);
                self.complain(QueryProblem::new(whole.clone(), message).hint("join fewer words"));
                Part::stand_in(whole)
            }
            _ => {
                let message = "a distance must follow a phrase of words";
                let hint = "remove the ~ and what follows it";
                self.complain(QueryProblem::new(distance, message).hint(hint));
                Part::stand_in(whole)
            }
        }
    }

    /// Reads what follows a `~`.
    pub(super) fn forms(&mut self, field: Option<Field>, sign: Range<usize>) -> Part {
        match self.peek() {
            Some((Lexeme::Word(word), span)) if span.start == sign.end => {
                self.at += 1;
                self.clause(field, Written::Forms(word), sign.start..span.end)
            }
            Some((Lexeme::Phrase(phrase), span)) if span.start == sign.end => {
                self.at += 1;
                self.phrase(field, Written::Forms(phrase), sign.start..span.end)
            }
            _ => {
                let message = "~ must stand before a word or a phrase";
                let hint = "write ~word for all forms of the word";
                self.complain(QueryProblem::new(sign.clone(), message).hint(hint));
                Part::stand_in(sign)
            }
        }
    }

    pub(super) fn regex(
        &mut self,
        field: Option<Field>,
        source: &str,
        flags: &str,
        span: Range<usize>,
    ) -> Part {
        self.count(&span);
        self.spent.regexes += 1;
        if self.spent.regexes == limit::REGEXES_MAX + 1 {
            let message = format!("more than {} patterns", limit::REGEXES_MAX);
            let hint = "join them by | into one, or split the query";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
        let scope = match field {
            None => Ok(Scope::TitleOrText),
            Some(Field::Text(scope)) => Ok(scope),
            Some(Field::Filter(_) | Field::Interval(_)) => {
                Err(("this field takes no pattern".to_owned(), "write its value".to_owned()))
            }
        };
        let case = match flags {
            "" => Ok(Case::Sensitive),
            "i" => Ok(Case::Insensitive),
            other => {
                let message = format!("unknown letters {other:?} after the pattern");
                Err((message, "only i is known: /pattern/i ignores case".to_owned()))
            }
        };
        let pattern = case.and_then(|case| {
            Pattern::new(source, case).map_err(|reason| {
                let hint = if source.contains("(i?)") {
                    "to ignore case, write /pattern/i"
                } else {
                    "the syntax is that of RE2; to find the text itself, put it in quotes"
                };
                (format!("the pattern cannot be used: {reason}"), hint.to_owned())
            })
        });
        match (scope, pattern) {
            (Ok(scope), Ok(pattern)) => Part::clause(NodeKind::Regex { scope, pattern }, span),
            (Err((message, hint)), _) | (_, Err((message, hint))) => {
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    pub(super) fn interval(
        &mut self,
        field: Option<Field>,
        inside: &str,
        after: &str,
        span: Range<usize>,
    ) -> Part {
        self.count(&span);
        let read = match field {
            Some(Field::Interval(quantity)) => quantity.read_interval(inside, after),
            _ => Err((
                "this field takes no range".to_owned(),
                "ranges are for rating: date: minute: likes: shares: comments: views: followers:"
                    .to_owned(),
            )),
        };
        match read {
            Ok(interval) => Part::clause(NodeKind::Interval(interval), span),
            Err((message, hint)) => {
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    /// Reads one term, phrase or filter.
    pub(super) fn clause(
        &mut self,
        field: Option<Field>,
        written: Written<'_>,
        span: Range<usize>,
    ) -> Part {
        self.count(&span);
        let words = |scope| {
            let what = match written {
                Written::Word(text) => expression::word(text, self.wording, scope),
                Written::Phrase(text) => expression::phrase(text, self.wording, scope),
                Written::Exact(text) => expression::exact(text),
                Written::Forms(text) => {
                    let wording = Wording { all_forms: true, ..self.wording };
                    expression::phrase(text, wording, scope)
                }
            };
            what.map(|words| {
                let what = Expression::Phrase(words);
                NodeKind::Occurs { scope, what, at_least: 1 }
            })
        };
        let kind = match field {
            None => words(Scope::TitleOrText),
            Some(Field::Text(scope)) => words(scope),
            Some(Field::Filter(filter)) => {
                written.value().and_then(|value| filter.read(value)).map(NodeKind::Filter)
            }
            Some(Field::Interval(quantity)) => {
                written.value().and_then(|value| quantity.read(value)).map(NodeKind::Interval)
            }
        };
        match kind {
            Ok(kind) => {
                self.count_globs(&kind, &span);
                Part::clause(kind, span)
            }
            Err((message, hint)) => {
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    pub(super) fn count(&mut self, span: &Range<usize>) {
        self.spent.clauses += 1;
        if self.spent.clauses == limit::CLAUSES_MAX + 1 {
            let message = format!("more than {} words, phrases and filters", limit::CLAUSES_MAX);
            let hint = "split it into several queries";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
    }

    fn count_globs(&mut self, kind: &NodeKind, span: &Range<usize>) {
        let before = self.spent.globs;
        self.spent.globs += expression::globs(kind);
        if before <= limit::GLOBS_MAX && self.spent.globs > limit::GLOBS_MAX {
            let message = format!("more than {} words with * or ?", limit::GLOBS_MAX);
            let hint = "write the words themselves, or split it into several queries";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
    }
}

impl<'a> Written<'a> {
    /// Returns the value of a field that takes no words.
    fn value(self) -> Result<&'a str, (String, String)> {
        match self {
            Self::Word(value) | Self::Phrase(value) => Ok(value),
            Self::Exact(_) | Self::Forms(_) => Err((
                "this field takes neither {…} nor ~".to_owned(),
                "write its value alone, or between quotation marks".to_owned(),
            )),
        }
    }
}

impl Lexeme<'_> {
    /// Tells whether it can be the value of a field.
    fn is_value(self) -> bool {
        match self {
            Self::Open
            | Self::Word(_)
            | Self::Phrase(_)
            | Self::Exact(_)
            | Self::Regex(..)
            | Self::Interval(..)
            | Self::Forms => true,
            Self::Close
            | Self::And
            | Self::Or
            | Self::Not
            | Self::Minus
            | Self::Near(_)
            | Self::AtLeast(_)
            | Self::Field(_)
            | Self::Distance(_) => false,
        }
    }
}
