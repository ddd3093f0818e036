//! Cuts a query into words, phrases, operators and brackets.

use std::ops::Range;

use super::limit;
use crate::{LintCode, QueryProblem};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lexeme<'a> {
    Open,
    Close,
    And,
    Or,
    Not,
    /// A `-` with something right after it.
    Minus,
    /// `NEAR`, `NEAR/5`, `NEAR/5f`, `ONEAR/5`: as written.
    Near(&'a str),
    /// `ATLEAST/3` or `ATLEAST3`: as written.
    AtLeast(&'a str),
    /// The name before a colon; its value follows at once, or is missing.
    Field(&'a str),
    /// What stands between quotation marks.
    Phrase(&'a str),
    /// What stands between braces.
    Exact(&'a str),
    /// What stands between slashes, and the letters after them.
    Regex(&'a str, &'a str),
    /// What stands between square brackets after a field, and what follows them at once.
    Interval(&'a str, &'a str),
    /// A `~` right before a word or phrase.
    Forms,
    /// What stands right after a phrase or group and a `~`: `5` of `~5`.
    Distance(&'a str),
    Word(&'a str),
    /// What could not be read, of which enough was said.
    Unread,
}

pub(crate) type Spanned<'a> = (Lexeme<'a>, Range<usize>);

/// Returns the lexemes in order, and what is wrong with marks that come in pairs.
pub(crate) fn lexemes(text: &str) -> (Vec<Spanned<'_>>, Vec<QueryProblem>) {
    let mut lexer = Lexer { text, at: 0, lexemes: Vec::new(), problems: Vec::new() };
    while let Some(c) = lexer.rest().chars().next() {
        lexer.step(c);
        if lexer.problems.len() == limit::PROBLEMS_MAX {
            break;
        }
    }
    (lexer.lexemes, lexer.problems)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    lexemes: Vec<Spanned<'a>>,
    problems: Vec<QueryProblem>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, lexeme: Lexeme<'a>, len: usize) {
        self.lexemes.push((lexeme, self.at..self.at + len));
        self.at += len;
    }

    /// Says what is wrong with the next characters.
    fn complain(&mut self, len: usize, message: &str, hint: &str) {
        let span = self.at..self.at + len;
        self.problems.push(QueryProblem::new(LintCode::Syntax, span, message, hint));
    }

    /// Returns the lexeme that ends right here.
    fn before(&self) -> Option<Lexeme<'a>> {
        self.lexemes.last().filter(|(_, span)| span.end == self.at).map(|(lexeme, _)| *lexeme)
    }

    fn step(&mut self, c: char) {
        let follows = |rest: &str| rest[1..].starts_with(|next: char| !is_space(next));
        let is_value = matches!(self.before(), Some(Lexeme::Field(_)));
        match c {
            '(' => self.push(Lexeme::Open, 1),
            ')' => self.push(Lexeme::Close, 1),
            '-' if follows(self.rest()) => self.push(Lexeme::Minus, 1),
            '~' if matches!(self.before(), Some(Lexeme::Phrase(_) | Lexeme::Close)) => {
                let distance = &self.rest()[1..];
                let len = distance.find(ends_word).unwrap_or(distance.len());
                self.push(Lexeme::Distance(&distance[..len]), 1 + len);
            }
            '~' if follows(self.rest()) => self.push(Lexeme::Forms, 1),
            '<' if self.rest().starts_with("<<<") => self.comment(),
            '{' => self.exact(),
            '[' if is_value => self.interval(),
            '/' if self.begins() && follows(self.rest()) => self.regex(),
            _ if is_space(c) => self.at += c.len_utf8(),
            _ => match closing(c) {
                Some(closing) => self.phrase(c, closing),
                None => self.word(),
            },
        }
    }

    /// Whether a part begins here, rather than going on.
    fn begins(&self) -> bool {
        matches!(
            self.before(),
            None | Some(Lexeme::Open | Lexeme::Minus | Lexeme::Field(_) | Lexeme::Forms)
        )
    }

    fn comment(&mut self) {
        if let Some(end) = self.rest().find(">>>") {
            self.at += end + 3;
        } else {
            self.complain(3, "<<< is never closed", "end the comment with >>>");
            self.at = self.text.len();
        }
    }

    fn exact(&mut self) {
        let inside = &self.rest()[1..];
        if let Some(end) = inside.find('}') {
            self.push(Lexeme::Exact(&inside[..end]), end + 2);
        } else {
            self.complain(1, "{ is never closed", "write {Word}, with a } after it");
            self.push(Lexeme::Unread, 1);
        }
    }

    fn interval(&mut self) {
        let inside = &self.rest()[1..];
        let Some(end) = inside.find(']') else {
            self.complain(1, "[ is never closed", "write [from TO to]");
            self.push(Lexeme::Unread, self.rest().len());
            return;
        };
        let after = &inside[end + 1..];
        let len = after.find(|c| is_space(c) || c == ')').unwrap_or(after.len());
        self.push(Lexeme::Interval(&inside[..end], &after[..len]), end + 2 + len);
    }

    /// Reads `/…/i`. A slash within is written `\/`.
    fn regex(&mut self) {
        let inside = &self.rest()[1..];
        let mut escaped = false;
        let end = inside.find(|c| {
            let closes = c == '/' && !escaped;
            escaped = c == '\\' && !escaped;
            closes
        });
        let Some(end) = end else {
            let hint = "end the pattern with /, or put the word in quotes";
            self.complain(1, "/ is never closed", hint);
            self.push(Lexeme::Unread, self.rest().len());
            return;
        };
        let flags = &inside[end + 1..];
        let len = flags.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(flags.len());
        self.push(Lexeme::Regex(&inside[..end], &flags[..len]), end + 2 + len);
    }

    fn phrase(&mut self, opening: char, closing: &[char]) {
        let inside = &self.rest()[opening.len_utf8()..];
        if let Some(end) = inside.find(closing) {
            let closing_len = inside[end..].chars().next().map_or(0, char::len_utf8);
            let len = opening.len_utf8() + end + closing_len;
            self.push(Lexeme::Phrase(&inside[..end]), len);
        } else {
            let message = format!("{opening} is never closed");
            let hint = "close the phrase with another quotation mark";
            self.complain(opening.len_utf8(), &message, hint);
            self.push(Lexeme::Unread, self.rest().len());
        }
    }

    fn word(&mut self) {
        let rest = self.rest();
        // A lone } ends nothing: it is a word, of which the parser will find nothing to look for.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let len = rest[first..].find(ends_word).map_or(rest.len(), |end| first + end);
        let word = &rest[..rest[..len].find("<<<").unwrap_or(len)];
        let is_value = matches!(self.before(), Some(Lexeme::Field(_)));
        match field_name(word) {
            _ if is_value => self.push(Lexeme::Word(word), word.len()),
            Some(name) => self.push(Lexeme::Field(name), name.len() + 1),
            None => self.push(operator(word).unwrap_or(Lexeme::Word(word)), word.len()),
        }
    }
}

fn ends_word(c: char) -> bool {
    is_space(c) || matches!(c, '(' | ')' | '{' | '}') || closing(c).is_some()
}

/// Tells whether a character separates without being seen: the marks too that stand in text pasted
/// from a page or a file, where nobody would find them.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}' | '\u{2060}' | '\u{FEFF}')
}

fn operator(word: &str) -> Option<Lexeme<'_>> {
    match word {
        "AND" => Some(Lexeme::And),
        "OR" => Some(Lexeme::Or),
        "NOT" => Some(Lexeme::Not),
        _ => {
            let is = |name: &str| {
                word.strip_prefix(name).is_some_and(|rest| {
                    rest.is_empty()
                        || rest.starts_with('/')
                        || rest.starts_with(|c: char| c.is_ascii_digit())
                })
            };
            if is("NEAR") || is("ONEAR") {
                Some(Lexeme::Near(word))
            } else if is("ATLEAST") {
                Some(Lexeme::AtLeast(word))
            } else {
                None
            }
        }
    }
}

/// Returns what closes a phrase that is opened by this character. Keyboards and word processors
/// mix the forms of the double mark, so any of them closes any other.
fn closing(opening: char) -> Option<&'static [char]> {
    match opening {
        '"' | '“' | '”' | '„' | '‟' => Some(&['"', '“', '”', '„', '‟']),
        '«' => Some(&['»']),
        '»' => Some(&['«']),
        _ => None,
    }
}

/// Returns the letters before a colon, unless the word is an address: `title` of `title:x`.
fn field_name(word: &str) -> Option<&str> {
    let (name, value) = word.split_once(':')?;
    let is_letter = |c: char| c.is_alphabetic() || c == '_' || c == '-';
    let is_name = name.starts_with(char::is_alphabetic) && name.chars().all(is_letter);
    (is_name && !value.starts_with("//")).then_some(name)
}
