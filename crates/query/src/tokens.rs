//! One text, read once: which word stands where, and which bytes of the text that is. It serves
//! queries that are asked one at a time; the matcher, which asks all of them at once, reads texts in
//! its own way.

use std::borrow::Cow;
use std::ops::Range;

use model::Lang;

use crate::analysis::{self, Scanner, TokenKind};
use crate::stretch::{self, Stretch};
use crate::{Expression, Seen, Word};

/// The words and signs of one text.
#[derive(Debug)]
pub(crate) struct Tokens<'a> {
    text: Cow<'a, str>,
    lang: Option<&'a Lang>,
    /// The folded tokens, one after the other.
    folded: String,
    in_order: Vec<Token>,
    /// The tokens' numbers by their folded text and then by their position, so that the words that
    /// begin alike stand together.
    by_text: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Token {
    folded: Range<usize>,
    bytes: Range<usize>,
    stretch: Stretch,
    kind: TokenKind,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(text: Cow<'a, str>, lang: Option<&'a Lang>) -> Self {
        let mut folded = String::with_capacity(text.len());
        let mut tokens = Vec::with_capacity(text.len() / 5);
        let mut scanner = Scanner::new(&text);
        while let Some(scanned) = scanner.advance() {
            let from = folded.len();
            folded.push_str(&scanner.folded);
            tokens.push(Token {
                folded: from..folded.len(),
                bytes: scanned.range,
                stretch: Stretch {
                    start: position(scanned.position),
                    end: position(scanned.position + scanned.width),
                },
                kind: scanned.kind,
            });
        }
        let mut by_text: Vec<usize> = (0..tokens.len()).collect();
        by_text.sort_unstable_by_key(|&at| (&folded[tokens[at].folded.clone()], at));
        Self { text, lang, folded, in_order: tokens, by_text }
    }

    /// Finds an expression. What is found is sorted, each stretch once.
    pub(crate) fn find(&self, expression: &Expression) -> Vec<Stretch> {
        stretch::find(expression, &mut |word, places| self.places(word, places))
    }

    /// Appends where a word stands, in ascending order, each place once.
    pub(crate) fn places(&self, word: &Word, places: &mut Vec<Stretch>) {
        let from = places.len();
        let (candidates, are_words) = match word {
            Word::Plain(folded) | Word::Exact { folded, .. } | Word::Sign { text: folded, .. } => {
                (self.written_as(folded), false)
            }
            Word::Glob(glob) => (self.beginning_with(glob.prefix()), true),
            Word::Forms(forms) => (self.beginning_with(forms.prefix()), true),
        };
        for &at in candidates {
            let token = &self.in_order[at];
            // Two pictures in a row stand at one place, since they take no position.
            let is_known = places[from..].last() == Some(&token.stretch);
            if !is_known && self.stands_for(word, token) {
                places.push(token.stretch);
            }
        }
        if are_words {
            places[from..].sort_unstable();
        }
    }

    fn stands_for(&self, word: &Word, token: &Token) -> bool {
        let folded = &self.folded[token.folded.clone()];
        match (word, token.kind) {
            (Word::Sign { text, .. }, TokenKind::Sign) => text == folded,
            (Word::Sign { .. }, TokenKind::Word) | (_, TokenKind::Sign) => false,
            (word, TokenKind::Word) => {
                let surface = analysis::surface(&self.text[token.bytes.clone()]);
                word.accepts(Seen { folded, surface: &surface, lang: self.lang })
            }
        }
    }

    /// Returns the tokens with this folded text, by their position.
    fn written_as(&self, folded: &str) -> &[usize] {
        let from = self.by_text.partition_point(|at| self.folded(*at) < folded);
        let rest = &self.by_text[from..];
        &rest[..rest.partition_point(|at| self.folded(*at) == folded)]
    }

    /// Returns the tokens that begin with these letters, by their text and then by their position.
    fn beginning_with(&self, letters: &str) -> &[usize] {
        let from = self.by_text.partition_point(|at| self.folded(*at) < letters);
        let rest = &self.by_text[from..];
        &rest[..rest.partition_point(|at| self.folded(*at).starts_with(letters))]
    }

    fn folded(&self, at: usize) -> &str {
        &self.folded[self.in_order[at].folded.clone()]
    }
}

/// No text has as many words as that.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
