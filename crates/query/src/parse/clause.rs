//! One term, phrase, pattern, filter or range, with the field before it.

use std::ops::Range;

use super::expression::{self, Wording};
use super::field::{Directive, Field};
use super::lexer::Lexeme;
use super::limit;
use super::parser::{Parser, SPLIT};
use super::part::Part;
use super::{Reason, number, shown};
use crate::pattern::Case;
use crate::stretch::PHRASE_WORDS_MAX;
use crate::{Expression, LintCode, NodeKind, Pattern, Scope, Word};

/// A value as it was written.
#[derive(Clone, Copy)]
pub(super) enum Written<'a> {
    Word(&'a str),
    Phrase(&'a str),
    Exact(&'a str),
    Forms(&'a str),
}

impl Parser<'_> {
    pub(super) fn field(&mut self, outer: Option<Field>, name: &str, span: Range<usize>) -> Part {
        let message = |what| format!("{}: {what}", shown(name));
        if Directive::named(name).is_some() {
            let hint = "write it beside the other parts, without NOT and outside of other fields";
            let message = message("cannot stand here");
            self.complain(LintCode::Syntax, span.clone(), message, hint);
            self.skip_value(&span);
            return Part::stand_in(span);
        }
        let field = Field::named(name);
        if let Err(hint) = &field {
            let message = format!("unknown field {}:", shown(name));
            self.complain(LintCode::UnknownField, span.clone(), message, hint);
        } else if outer.is_some() {
            let message = message("stands inside the group of another field");
            self.complain(LintCode::Syntax, span.clone(), message, "close that group first");
        }
        let next = self.peek().filter(|(_, next)| next.start == span.end);
        match (field, next) {
            (Ok(field), Some((lexeme, _))) if lexeme.is_value() => {
                let part = self.plain(Some(field));
                let end = part.span().end.max(span.end);
                return part.spanning(span.start..end);
            }
            // Its value is read as words are, so that nothing more is said of it.
            (Err(_), Some((lexeme, _))) if lexeme.is_value() => {
                self.plain(None);
            }
            (Err(_), _) => {}
            (Ok(_), Some((Lexeme::Minus, _))) => {
                let hint = format!("to exclude, write -{name}:…");
                let message = message("has nothing after it");
                self.complain(LintCode::Syntax, span.clone(), message, hint);
            }
            (Ok(_), _) => {
                let hint = format!("write {name}:… without a space");
                let message = message("has nothing after it");
                self.complain(LintCode::Syntax, span.clone(), message, hint);
            }
        }
        Part::stand_in(span)
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
        let number = number(digits).filter(|number| *number <= limit::DISTANCE_MAX);
        let Some(number) = number else {
            let message = "the distance is not a number of words";
            let hint =
                format!("write \"two words\"~5, with a number from 0 to {}", limit::DISTANCE_MAX);
            self.complain(LintCode::BadOperand, distance, message, hint);
            return Part::stand_in(whole);
        };
        let part = self.clause(field, written, span);
        if part.is_stand_in {
            return part;
        }
        let NodeKind::Occurs { scope, what: Expression::Phrase(words), at_least } = part.node.kind
        else {
            let message = "a distance must follow a phrase of words";
            let hint = "remove the ~ and what follows it";
            self.complain(LintCode::Syntax, distance, message, hint);
            return Part::stand_in(whole);
        };
        if words.len() > limit::WITHIN_WORDS_MAX {
            let message = format!("more than {} words within a distance", limit::WITHIN_WORDS_MAX);
            let hint = "leave some of the words out";
            self.complain(LintCode::TooLarge, whole.clone(), message, hint);
            return Part::stand_in(whole);
        }
        let what = match words.len() {
            1 => Expression::Phrase(words),
            _ => Expression::Within { words, distance: number },
        };
        Part::clause(NodeKind::Occurs { scope, what, at_least }, whole)
    }

    /// Reads what follows a `~`.
    pub(super) fn forms(&mut self, field: Option<Field>, sign: Range<usize>) -> Part {
        match self.peek() {
            Some((Lexeme::Word(word), span))
                if span.start == sign.end && number::<usize>(word).is_none() =>
            {
                self.at += 1;
                self.clause(field, Written::Forms(word), sign.start..span.end)
            }
            Some((Lexeme::Phrase(phrase), span)) if span.start == sign.end => {
                self.at += 1;
                self.phrase(field, Written::Forms(phrase), sign.start..span.end)
            }
            _ => {
                let message = "~ must stand before a word or a phrase";
                let hint = "write ~word for all forms of the word, \"two words\"~5 for a distance";
                self.complain(LintCode::Syntax, sign.clone(), message, hint);
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
            self.complain(LintCode::TooLarge, span.clone(), message, hint);
        }
        // Each takes long to compile.
        if self.spent.regexes > limit::REGEXES_MAX {
            return Part::stand_in(span);
        }
        let pattern =
            scope_of_pattern(field).and_then(|scope| Ok((scope, pattern(source, flags)?)));
        match pattern {
            Ok((scope, pattern)) => Part::clause(NodeKind::Regex { scope, pattern }, span),
            Err(reason) => self.refuse(reason, span),
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
            None | Some(Field::Text(_) | Field::Filter(_)) => Err(Reason::new(
                LintCode::BadValue,
                "this field takes no range",
                "ranges are for rating: date: minute: likes: shares: comments: views: followers:",
            )),
        };
        match read {
            Ok(interval) => Part::clause(NodeKind::Interval(interval), span),
            Err(reason) => self.refuse(reason, span),
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
            let words = what?;
            if words.len() > PHRASE_WORDS_MAX {
                let message = format!("more than {PHRASE_WORDS_MAX} words next to each other");
                return Err(Reason::new(LintCode::TooLarge, message, "leave some of them out"));
            }
            let what = Expression::Phrase(words);
            Ok(NodeKind::Occurs { scope, what, at_least: 1 })
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
                self.count_words(&kind, &span);
                Part::clause(kind, span)
            }
            Err(reason) => self.refuse(reason, span),
        }
    }

    fn refuse(&mut self, reason: Reason, span: Range<usize>) -> Part {
        self.complain(reason.code, span.clone(), reason.message, reason.hint);
        Part::stand_in(span)
    }

    pub(super) fn count(&mut self, span: &Range<usize>) {
        self.spent.clauses += 1;
        if self.spent.clauses == limit::CLAUSES_MAX + 1 {
            let message = format!("more than {} words, phrases and filters", limit::CLAUSES_MAX);
            self.complain(LintCode::TooLarge, span.clone(), message, SPLIT);
        }
    }

    /// Counts the words that stand for many.
    fn count_words(&mut self, kind: &NodeKind, span: &Range<usize>) {
        let NodeKind::Occurs { what, .. } = kind else { return };
        let before = self.spent;
        what.each_word(&mut |word| match word {
            Word::Glob(_) => self.spent.globs += 1,
            Word::Forms(_) => self.spent.forms += 1,
            Word::Plain(_) | Word::Exact { .. } | Word::Sign { .. } => {}
        });
        let crosses = |before, now, max| before <= max && now > max;
        if crosses(before.globs, self.spent.globs, limit::GLOBS_MAX) {
            let message = format!("more than {} words with * or ?", limit::GLOBS_MAX);
            let hint = "write the words themselves, or split it into several queries";
            self.complain(LintCode::TooLarge, span.clone(), message, hint);
        }
        if crosses(before.forms, self.spent.forms, limit::FORMS_MAX) {
            let message = format!("more than {} words with all their forms", limit::FORMS_MAX);
            self.complain(LintCode::TooLarge, span.clone(), message, SPLIT);
        }
    }
}

fn scope_of_pattern(field: Option<Field>) -> Result<Scope, Reason> {
    match field {
        None => Ok(Scope::TitleOrText),
        Some(Field::Text(scope)) => Ok(scope),
        Some(Field::Filter(_) | Field::Interval(_)) => {
            let hint = "write its value, between quotation marks if it begins with /";
            Err(Reason::new(LintCode::BadValue, "this field takes no pattern", hint))
        }
    }
}

fn pattern(source: &str, flags: &str) -> Result<Pattern, Reason> {
    let case = match flags {
        "" => Case::Sensitive,
        "i" => Case::Insensitive,
        other => {
            let message = format!("unknown letters {:?} after the pattern", shown(other));
            let hint = "only i is known: /pattern/i ignores case; to find a path, put it in quotes";
            return Err(Reason::new(LintCode::BadPattern, message, hint));
        }
    };
    Pattern::new(source, case).map_err(|reason| {
        let hint = if source.contains("(i?)") {
            "to ignore case, write /pattern/i"
        } else {
            "the syntax is that of RE2; to find the text itself, put it in quotes"
        };
        let message = format!("the pattern cannot be used: {reason}");
        Reason::new(LintCode::BadPattern, message, hint)
    })
}

impl<'a> Written<'a> {
    /// Returns the value of a field that takes no words.
    fn value(self) -> Result<&'a str, Reason> {
        match self {
            Self::Word(value) | Self::Phrase(value) => Ok(value),
            Self::Exact(_) | Self::Forms(_) => Err(Reason::new(
                LintCode::BadValue,
                "this field takes neither {…} nor ~",
                "write its value alone, or between quotation marks",
            )),
        }
    }
}

impl Lexeme<'_> {
    /// Tells whether it can be the value of a field.
    pub(super) fn is_value(self) -> bool {
        match self {
            Self::Open
            | Self::Word(_)
            | Self::Phrase(_)
            | Self::Exact(_)
            | Self::Regex(..)
            | Self::Interval(..)
            | Self::Forms
            | Self::Unread => true,
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
