//! Cuts a query of another service into words, phrases, fields, operators and brackets.

use std::ops::Range;

use super::grammar::UnknownField;
use super::{Dialect, Note};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lexeme<'a> {
    Open,
    Close,
    And,
    Or,
    Not,
    /// `distance` is none where it is not said and the dialect has no default.
    Near {
        distance: Option<u32>,
        order: Order,
    },
    AtLeast(u32),
    Word(&'a str),
    /// What stands between quotation marks.
    Phrase(&'a str),
    /// What stands between braces.
    Exact(&'a str),
    /// What stands between backticks.
    Verbatim(&'a str),
    /// The name before a colon.
    Field(&'a str),
    /// What stands between square brackets.
    Range(&'a str),
    /// `~5` right after a clause.
    Distance(u32),
    /// `^9` right after a clause.
    Boost,
    Comment(&'a str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Any,
    AsWritten,
}

impl Lexeme<'_> {
    /// Tells whether a clause begins with it, rather than being joined or ended by it.
    pub(super) fn begins_part(self) -> bool {
        match self {
            Self::Close
            | Self::And
            | Self::Or
            | Self::Near { .. }
            | Self::Distance(_)
            | Self::Boost
            | Self::Comment(_) => false,
            Self::Open
            | Self::Not
            | Self::AtLeast(_)
            | Self::Word(_)
            | Self::Phrase(_)
            | Self::Exact(_)
            | Self::Verbatim(_)
            | Self::Field(_)
            | Self::Range(_) => true,
        }
    }
}

pub(super) type Spanned<'a> = (Lexeme<'a>, Range<usize>);

pub(super) fn lexemes(dialect: Dialect, text: &str) -> (Vec<Spanned<'_>>, Vec<Note>) {
    let mut lexer = Lexer { dialect, text, at: 0, lexemes: Vec::new(), notes: Vec::new() };
    while let Some(next) = lexer.rest().chars().next() {
        lexer.step(next);
    }
    (lexer.lexemes, lexer.notes)
}

struct Lexer<'a> {
    dialect: Dialect,
    text: &'a str,
    at: usize,
    lexemes: Vec<Spanned<'a>>,
    notes: Vec<Note>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, lexeme: Lexeme<'a>, len: usize) {
        self.lexemes.push((lexeme, self.at..self.at + len));
        self.at += len;
    }

    fn note(&mut self, len: usize, message: impl Into<String>) {
        self.notes.push(Note { span: self.at..self.at + len, message: message.into() });
    }

    fn step(&mut self, next: char) {
        let dialect = self.dialect;
        if next.is_whitespace() {
            self.at += next.len_utf8();
        } else if dialect.has_comments() && self.rest().starts_with("<<<") {
            self.enclosed("<<<", ">>>", Lexeme::Comment);
        } else if next == '(' {
            self.push(Lexeme::Open, 1);
        } else if next == ')' {
            self.push(Lexeme::Close, 1);
        } else if let Some(closes) = closing(next) {
            self.phrase(next, closes);
        } else if dialect.has_exact_words() && next == '{' {
            self.enclosed("{", "}", Lexeme::Exact);
        } else if dialect.has_verbatim() && next == '`' {
            self.enclosed("`", "`", Lexeme::Verbatim);
        } else if next == '[' && self.follows_field() {
            self.enclosed("[", "]", Lexeme::Range);
        } else if dialect.has_pipe() && next == '|' {
            let len = self.rest().len() - self.rest().trim_start_matches('|').len();
            self.push(Lexeme::Or, len);
        } else if let Some((lexeme, len)) = self.suffix(next) {
            self.push(lexeme, len);
        } else if matches!(next, '-' | '–' | '−') && self.minus_excludes(next) {
            let len = next.len_utf8();
            if next != '-' {
                self.note(len, format!("{next} is read as -, which excludes"));
            } else if !dialect.documents_minus() {
                self.note(len, format!("{} has no - of its own; read as NOT", dialect.title()));
            }
            self.push(Lexeme::Not, len);
        } else {
            self.word();
        }
    }

    /// Reads something between two marks; one that is never closed goes to the end.
    fn enclosed(&mut self, opens: &str, closes: &str, lexeme: fn(&'a str) -> Lexeme<'a>) {
        let inside = &self.rest()[opens.len()..];
        if let Some(end) = inside.find(closes) {
            self.push(lexeme(&inside[..end]), opens.len() + end + closes.len());
        } else {
            self.note(opens.len(), format!("{opens} is never closed; read up to the end"));
            self.push(lexeme(inside), self.rest().len());
        }
    }

    fn phrase(&mut self, opening: char, closes: &'static [char]) {
        let inside = &self.rest()[opening.len_utf8()..];
        let mut escaped = false;
        let end = inside.char_indices().find(|&(_, c)| {
            let ends = closes.contains(&c) && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        });
        if let Some((end, close)) = end {
            let len = opening.len_utf8() + end + close.len_utf8();
            self.push(Lexeme::Phrase(&inside[..end]), len);
        } else {
            let message = format!("{opening} is never closed; read up to the end");
            self.note(opening.len_utf8(), message);
            self.push(Lexeme::Phrase(inside), self.rest().len());
        }
    }

    /// Reads `~5` and `^9`, which belong right after a clause; a space between is forgiven.
    fn suffix(&self, next: char) -> Option<(Lexeme<'a>, usize)> {
        let (last, span) = self.lexemes.last()?;
        let follows = self.text[span.end..self.at].trim().is_empty()
            && matches!(
                last,
                Lexeme::Close
                    | Lexeme::Word(_)
                    | Lexeme::Phrase(_)
                    | Lexeme::Exact(_)
                    | Lexeme::Distance(_)
            );
        let digits = self.rest()[next.len_utf8()..].split(|c: char| !c.is_ascii_digit()).next()?;
        if !follows || digits.is_empty() {
            return None;
        }
        match next {
            '~' if self.dialect.has_distances() => {
                Some((Lexeme::Distance(number(digits)), 1 + digits.len()))
            }
            '^' if self.dialect.has_boosts() => {
                let fraction =
                    self.rest()[1 + digits.len()..].strip_prefix('.').map_or(0, |rest| {
                        1 + rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len()
                    });
                Some((Lexeme::Boost, 1 + digits.len() + fraction))
            }
            _ => None,
        }
    }

    /// Tells whether a `-` stands before something to exclude, rather than inside a word or alone.
    fn minus_excludes(&self, minus: char) -> bool {
        let before = self.text[..self.at].chars().next_back();
        let after = self.rest().trim_start_matches(minus).chars().next();
        before.is_none_or(|c| c.is_whitespace() || c == '(')
            && after.is_some_and(|c| !c.is_whitespace() && c != ')')
    }

    fn follows_field(&self) -> bool {
        matches!(self.lexemes.last(), Some((Lexeme::Field(_), _)))
    }

    fn word(&mut self) {
        let rest = self.rest();
        let word = &rest[..self.word_len(rest)];
        // A field's value is no operator and has no field of its own: `title:AND`, `url:a:b`.
        let is_value = self
            .lexemes
            .last()
            .is_some_and(|(last, span)| matches!(last, Lexeme::Field(_)) && span.end == self.at);
        if !is_value {
            if let Some(name) = self.field_name(word) {
                return self.push(Lexeme::Field(name), name.len() + 1);
            }
            if let Some((lexeme, len)) = self.operator(word) {
                return self.push(lexeme, len);
            }
        }
        if word.starts_with('!') && word.len() > 1 {
            self.note(1, "! is read as punctuation; write NOT to exclude");
        }
        self.push(Lexeme::Word(word), word.len());
    }

    /// Returns how far a word reaches: at least over its first character.
    fn word_len(&self, rest: &str) -> usize {
        let dialect = self.dialect;
        let ends = |at: usize, c: char| {
            c.is_whitespace()
                || matches!(c, '(' | ')')
                || closing(c).is_some()
                || (dialect.has_verbatim() && c == '`')
                || (dialect.has_pipe() && c == '|')
                || (dialect.has_comments() && rest[at..].starts_with("<<<"))
                || (dialect.has_distances() && c == '~' && digit_follows(rest, at))
                || (dialect.has_boosts() && c == '^' && digit_follows(rest, at))
        };
        let end = rest.char_indices().skip(1).find(|&(at, c)| ends(at, c));
        end.map_or(rest.len(), |(at, _)| at)
    }

    fn field_name(&self, word: &'a str) -> Option<&'a str> {
        let (name, value) = word.split_once(':')?;
        if value.starts_with("//") {
            return None;
        }
        if self.dialect.field(name).is_some() {
            return Some(name);
        }
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c == '_');
        let is_field = match self.dialect.unknown_field() {
            UnknownField::Field => is_name,
            UnknownField::Word => false,
        };
        is_field.then_some(name)
    }

    fn operator(&self, word: &str) -> Option<(Lexeme<'static>, usize)> {
        let dialect = self.dialect;
        let capitals = if dialect.reads_small_operators() {
            word.to_ascii_uppercase()
        } else {
            word.to_owned()
        };
        let lexeme = match capitals.as_str() {
            "AND" | "&&" => Lexeme::And,
            "OR" | "||" => Lexeme::Or,
            "NOT" => Lexeme::Not,
            "AROUND" if dialect.has_around() => return self.around(),
            other => return self.distance(other).map(|lexeme| (lexeme, word.len())),
        };
        Some((lexeme, word.len()))
    }

    /// Reads `NEAR/5`, `NEAR/5f`, `ONEAR/5`, `NEAR` and `ATLEAST5`.
    fn distance(&self, word: &str) -> Option<Lexeme<'static>> {
        let dialect = self.dialect;
        if let Some(rest) = word.strip_prefix("ATLEAST").filter(|_| dialect.has_at_least()) {
            let count = rest.strip_prefix('/').unwrap_or(rest);
            return all_digits(count).then(|| Lexeme::AtLeast(number(count)));
        }
        if !dialect.has_distances() {
            return None;
        }
        let (order, rest) = match word.strip_prefix("ONEAR") {
            Some(rest) => (Order::AsWritten, rest),
            None => (Order::Any, word.strip_prefix("NEAR")?),
        };
        if rest.is_empty() {
            return Some(Lexeme::Near { distance: dialect.distance_unsaid(), order });
        }
        let distance = rest.strip_prefix('/')?;
        let (order, digits) = match distance.strip_suffix(['f', 'F']) {
            Some(digits) => (Order::AsWritten, digits),
            None => (order, distance),
        };
        let distance = all_digits(digits).then(|| number(digits));
        Some(Lexeme::Near { distance, order })
    }

    /// Reads Google's `AROUND(5)`.
    fn around(&self) -> Option<(Lexeme<'static>, usize)> {
        let rest = &self.rest()["AROUND".len()..];
        let inside = rest.trim_start().strip_prefix('(')?.trim_start();
        let digits = inside.split(|c: char| !c.is_ascii_digit()).next()?;
        let after = inside[digits.len()..].trim_start().strip_prefix(')')?;
        let distance = all_digits(digits).then(|| number(digits))?;
        let len = self.rest().len() - after.len();
        Some((Lexeme::Near { distance: Some(distance), order: Order::Any }, len))
    }
}

/// Returns what closes a phrase that is opened by this character. Word processors mix the forms of
/// the double mark, so any of them closes any other. « and » open no phrase anywhere.
fn closing(opening: char) -> Option<&'static [char]> {
    const MARKS: &[char] = &['"', '“', '”', '„', '‟', '＂'];
    MARKS.contains(&opening).then_some(MARKS)
}

fn digit_follows(text: &str, at: usize) -> bool {
    text[at..].chars().nth(1).is_some_and(|c| c.is_ascii_digit())
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Reads digits; what is too large for a number is larger than any distance.
fn number(digits: &str) -> u32 {
    digits.parse().unwrap_or(u32::MAX)
}
