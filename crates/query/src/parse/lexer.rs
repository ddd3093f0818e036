//! Cuts a query into words, phrases, operators and brackets.

use std::ops::Range;

use crate::QueryProblem;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lexeme<'a> {
    Open,
    Close,
    And,
    Or,
    Not,
    /// A `-` with something right after it.
    Minus,
    /// The name before a colon; its value follows at once, or is missing.
    Field(&'a str),
    /// What stands between quotation marks.
    Phrase(&'a str),
    Word(&'a str),
}

pub(super) type Spanned<'a> = (Lexeme<'a>, Range<usize>);

/// Returns the lexemes in order, and what is wrong with the quotation marks.
pub(super) fn lexemes(text: &str) -> (Vec<Spanned<'_>>, Vec<QueryProblem>) {
    let mut lexer = Lexer { text, at: 0, lexemes: Vec::new(), problems: Vec::new() };
    while let Some(c) = lexer.rest().chars().next() {
        lexer.step(c);
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

    fn step(&mut self, c: char) {
        match c {
            '(' => self.push(Lexeme::Open, 1),
            ')' => self.push(Lexeme::Close, 1),
            '-' if self.rest()[1..].starts_with(|next: char| !next.is_whitespace()) => {
                self.push(Lexeme::Minus, 1);
            }
            _ if c.is_whitespace() => self.at += c.len_utf8(),
            _ => match closing(c) {
                Some(closing) => self.phrase(c, closing),
                None => self.word(),
            },
        }
    }

    fn phrase(&mut self, opening: char, closing: &[char]) {
        let inside = &self.rest()[opening.len_utf8()..];
        if let Some(end) = inside.find(closing) {
            let closing_len = inside[end..].chars().next().map_or(0, char::len_utf8);
            let len = opening.len_utf8() + end + closing_len;
            self.push(Lexeme::Phrase(&inside[..end]), len);
        } else {
            let span = self.at..self.at + opening.len_utf8();
            let problem = QueryProblem::new(span, format!("{opening} is never closed"));
            self.problems.push(problem.hint("close the phrase with another quotation mark"));
            if inside.trim().is_empty() {
                self.at = self.text.len();
            } else {
                self.push(Lexeme::Phrase(inside), self.rest().len());
            }
        }
    }

    fn word(&mut self) {
        let rest = self.rest();
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')') || closing(c).is_some();
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let is_value = self
            .lexemes
            .last()
            .is_some_and(|(last, span)| matches!(last, Lexeme::Field(_)) && span.end == self.at);
        match field_name(word) {
            Some(name) if !is_value => self.push(Lexeme::Field(name), name.len() + 1),
            _ => {
                let lexeme = match word {
                    "AND" if !is_value => Lexeme::And,
                    "OR" if !is_value => Lexeme::Or,
                    "NOT" if !is_value => Lexeme::Not,
                    word => Lexeme::Word(word),
                };
                self.push(lexeme, word.len());
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
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphabetic() || c == '_');
    (is_name && !value.starts_with("//")).then_some(name)
}
