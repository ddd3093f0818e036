//! The words, numbers and signs of a line in which a date stands.

use super::lexicon::{self, Entry, Langs, Sense};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Word,
    Number,
    Sign,
}

#[derive(Debug)]
pub(super) struct Token {
    kind: Kind,
    /// In lower case, without accents.
    text: String,
    /// Whether nothing stands between it and the one before.
    pub(super) glued: bool,
    /// Whether it was written in capitals, as the names of zones are.
    is_capital: bool,
    senses: &'static [Entry],
}

/// A line as its tokens. To ask beyond its end is answered with nothing.
#[derive(Debug)]
pub(super) struct Line {
    tokens: Vec<Token>,
}

impl Line {
    pub(super) fn read(text: &str) -> Self {
        let text = lexicon::unaccented(text);
        let mut tokens: Vec<Token> = Vec::new();
        let mut rest = text.as_str();
        let mut glued = false;
        while let Some(first) = rest.chars().next() {
            let kind = match first {
                '0'..='9' => Kind::Number,
                c if c.is_alphabetic() => Kind::Word,
                _ => Kind::Sign,
            };
            let length = match kind {
                Kind::Number => rest.find(|c: char| !c.is_ascii_digit()),
                Kind::Word => rest.find(|c: char| !c.is_alphabetic()),
                Kind::Sign => Some(first.len_utf8()),
            };
            let (token, after) = rest.split_at(length.unwrap_or(rest.len()));
            rest = after;
            if first.is_whitespace() {
                glued = false;
                continue;
            }
            let is_capital = token.bytes().all(|b| b.is_ascii_uppercase());
            let text = token.to_lowercase();
            let senses = if kind == Kind::Word { lexicon::senses(&text) } else { &[] };
            tokens.push(Token { kind, text, glued, is_capital, senses });
            glued = true;
        }
        Self { tokens }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    pub(super) fn get(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    pub(super) fn word(&self, at: usize) -> Option<&str> {
        self.get(at).filter(|token| token.kind == Kind::Word).map(|token| token.text.as_str())
    }

    /// A word in capitals, in lower case.
    pub(super) fn capitals(&self, at: usize) -> Option<&str> {
        self.get(at).filter(|token| token.is_capital && token.kind == Kind::Word)?;
        self.word(at)
    }

    pub(super) fn digits(&self, at: usize) -> Option<&str> {
        self.get(at).filter(|token| token.kind == Kind::Number).map(|token| token.text.as_str())
    }

    /// A number of one or two digits.
    pub(super) fn small(&self, at: usize) -> Option<u32> {
        self.digits(at).filter(|digits| digits.len() <= 2)?.parse().ok()
    }

    /// A number of two digits.
    pub(super) fn two(&self, at: usize) -> Option<u32> {
        self.digits(at).filter(|digits| digits.len() == 2)?.parse().ok()
    }

    pub(super) fn four(&self, at: usize) -> Option<i32> {
        self.digits(at).filter(|digits| digits.len() == 4)?.parse().ok()
    }

    pub(super) fn sign(&self, at: usize) -> Option<char> {
        self.get(at).filter(|token| token.kind == Kind::Sign)?.text.chars().next()
    }

    pub(super) fn is_sign(&self, at: usize, signs: &str) -> bool {
        self.sign(at).is_some_and(|sign| signs.contains(sign))
    }

    pub(super) fn is_glued(&self, at: usize) -> bool {
        self.get(at).is_some_and(|token| token.glued)
    }

    pub(super) fn senses(&self, at: usize) -> &'static [Entry] {
        self.get(at).map_or(&[], |token| token.senses)
    }

    pub(super) fn means(&self, at: usize, sense: Sense) -> bool {
        self.senses(at).iter().any(|entry| entry.sense == sense)
    }

    /// Returns the first meaning that `pick` takes.
    pub(super) fn sense<T>(&self, at: usize, pick: impl Fn(Sense) -> Option<T>) -> Option<T> {
        self.senses(at).iter().find_map(|entry| pick(entry.sense))
    }

    /// Returns the languages in which a word means something.
    pub(super) fn langs(&self, at: usize) -> Langs {
        self.senses(at).iter().fold(Langs::default(), |langs, entry| langs.or(entry.langs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let line = Line::read(text);
        let mut tokens = String::new();
        for token in &line.tokens {
            if !token.glued && !tokens.is_empty() {
                tokens.push('|');
            }
            tokens.push_str(&token.text);
            tokens.push('.');
        }
        assert_eq!(tokens, expect);
    }

    #[test]
    fn a_line_is_words_numbers_and_signs() {
        check("Le 1er Févr., 14h05", "le.|1.er.|fevr...,.|14.h.05.");
        check("Aujourd\u{2bc}hui\u{a0}\u{200e}３", "aujourd.'.hui.|3.");
        check("fe\u{301}vrier", "fevrier.");
        check("", "");
    }
}
