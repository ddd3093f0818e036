//! Text analysis: from a text to the tokens that queries and items are compared by.
//!
//! A token is a run of letters and digits, lower-cased and folded, so `Ozalée`, `OZALEE` and
//! `ozale\u{301}e` are the same token and `l'Oréal` is two. The live matcher and the index go
//! through this one scanner; whatever changes here changes both, and old indexes must be rebuilt.
//! It knows no language: no stems, no stop words.

use std::ops::Range;

use tantivy_tokenizer_api as tantivy;
use unicode_normalization::char::{
    canonical_combining_class, decompose_compatible, is_combining_mark,
};

/// The longest token, in bytes; what is beyond it is cut off. Far below the limit of tantivy's
/// terms, past which it drops a term silently.
pub const TOKEN_BYTES_MAX: usize = 255;

/// One token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Lower-cased and folded.
    pub text: String,
    /// Where it starts in the text that was read, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
}

/// Returns the tokens of a text in order. A token's position is its place in this order.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut scanner = Scanner::new(text);
    std::iter::from_fn(move || {
        let Range { start, end } = scanner.advance()?;
        Some(Token { text: scanner.folded.clone(), start, end })
    })
}

/// The analysis as tantivy wants it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tokenizer;

impl tantivy::Tokenizer for Tokenizer {
    type TokenStream<'a> = TokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TokenStream<'a> {
        TokenStream { scanner: Scanner::new(text), token: tantivy::Token::default() }
    }
}

/// The tokens of one text, as tantivy wants them.
#[derive(Debug)]
pub struct TokenStream<'a> {
    scanner: Scanner<'a>,
    token: tantivy::Token,
}

impl tantivy::TokenStream for TokenStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(range) = self.scanner.advance() else { return false };
        self.token.offset_from = range.start;
        self.token.offset_to = range.end;
        // The default position is the largest number, so that the first token gets 0.
        self.token.position = self.token.position.wrapping_add(1);
        self.token.text.clone_from(&self.scanner.folded);
        true
    }

    fn token(&self) -> &tantivy::Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut tantivy::Token {
        &mut self.token
    }
}

/// Walks over a text token by token; the buffer for the folded token is used again and again.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// The token last found.
    pub(crate) folded: String,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, folded: String::new() }
    }

    /// Finds the next token, leaves it in `folded` and returns where it stands.
    pub(crate) fn advance(&mut self) -> Option<Range<usize>> {
        loop {
            let start = self.skip_separators()?;
            self.folded.clear();
            self.take_ascii();
            self.take_unicode();
            // A run can fold to nothing: the Greek iota below (U+0345) counts as a letter.
            if !self.folded.is_empty() {
                return Some(start..self.at);
            }
        }
    }

    fn skip_separators(&mut self) -> Option<usize> {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            if byte.is_ascii() {
                if byte.is_ascii_alphanumeric() {
                    return Some(self.at);
                }
                self.at += 1;
            } else {
                let c = self.peek()?;
                if is_letter_or_digit(c) {
                    return Some(self.at);
                }
                self.at += c.len_utf8();
            }
        }
        None
    }

    /// Most tokens end here: they are ASCII and so is what follows them.
    fn take_ascii(&mut self) {
        let rest = &self.text.as_bytes()[self.at..];
        let len = rest.iter().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(rest.len());
        self.folded.push_str(&self.text[self.at..self.at + len.min(TOKEN_BYTES_MAX)]);
        self.folded.make_ascii_lowercase();
        self.at += len;
    }

    fn take_unicode(&mut self) {
        let mut stands_alone = false;
        while let Some(c) = self.peek() {
            let mark = is_combining_mark(c);
            if !mark && (stands_alone || !is_letter_or_digit(c)) {
                return;
            }
            if !mark && is_unspaced(c) {
                if !self.folded.is_empty() {
                    return;
                }
                stands_alone = true;
            }
            fold(c, &mut self.folded);
            self.at += c.len_utf8();
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
}

/// Tells whether a character belongs in a token wherever it stands; marks need one before them.
fn is_letter_or_digit(c: char) -> bool {
    // Unicode calls U+02BC a letter; in the texts we read it is a typist's apostrophe.
    c.is_alphanumeric() && c != '\u{2BC}'
}

/// Tells whether a character is a token by itself, since its script writes no spaces: ideographs
/// and kana. A word of several is then a phrase, which finds it wherever it stands.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FF9F}' | '\u{20000}'..='\u{323AF}')
}

/// Appends the folded form of one character: compatibility decomposition without the accents,
/// lower case, and the Latin letters that have no decomposition written out.
fn fold(c: char, folded: &mut String) {
    decompose_compatible(c, |part| {
        if is_accent(part) {
            return;
        }
        for lower in part.to_lowercase() {
            let mut utf8 = [0; 4];
            let written = match lower {
                'œ' => "oe",
                'æ' => "ae",
                'ß' => "ss",
                'þ' => "th",
                'ø' => "o",
                'ł' => "l",
                'đ' | 'ð' => "d",
                'ħ' => "h",
                'ŧ' => "t",
                'ŋ' => "n",
                'ı' => "i",
                'ς' => "σ",
                other => other.encode_utf8(&mut utf8),
            };
            if folded.len() + written.len() <= TOKEN_BYTES_MAX {
                folded.push_str(written);
            }
        }
    });
}

/// Tells whether a mark only adorns its letter. Nuktas (class 7), kana voicing marks (8), viramas
/// (9) and marks of class 0, such as Indic and Thai vowels, make another letter: they stay.
fn is_accent(c: char) -> bool {
    is_combining_mark(c) && !matches!(canonical_combining_class(c), 0 | 7..=9)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tantivy_tokenizer_api::{TokenStream as _, Tokenizer as _};

    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let found: Vec<String> = tokens(text).map(|token| token.text).collect();
        assert_eq!(found, expect, "{text:?}");
    }

    #[test]
    fn case_and_accents_do_not_distinguish() {
        check("Ozalée", &["ozalee"]);
        check("OZALÉE", &["ozalee"]);
        check("Ozale\u{301}e", &["ozalee"]);
        check("Cœur Straße Ærø Łódź Đà Nẵng", &["coeur", "strasse", "aero", "lodz", "da", "nang"]);
        check("İstanbul ISPARTA ısparta", &["istanbul", "isparta", "isparta"]);
        check("ΟΔΟΣ οδός", &["οδοσ", "οδοσ"]);
    }

    #[test]
    fn apostrophes_hyphens_and_signs_separate() {
        check("l'Oréal", &["l", "oreal"]);
        check("l’Oréal l‘Oréal l\u{2BC}Oréal", &["l", "oreal", "l", "oreal", "l", "oreal"]);
        check("thé-pétillant", &["the", "petillant"]);
        check("#Ozalée @ozalee_fr", &["ozalee", "ozalee", "fr"]);
        check("3,5 % à 12h30", &["3", "5", "a", "12h30"]);
        check(" … — !", &[]);
    }

    #[test]
    fn compatibility_forms_are_their_plain_letters() {
        check("ＯＺＡＬＥＥ ﬁn x² Ozalée™", &["ozalee", "fin", "x2", "ozalee"]);
    }

    #[test]
    fn ideographs_and_kana_stand_alone() {
        check("東京タワー", &["東", "京", "タ", "ワ", "ー"]);
        check("le東京x2", &["le", "東", "京", "x2"]);
        // A voicing mark makes another letter: `が` is not `か`.
        assert_ne!(tokens("が").next().unwrap().text, "か");
        check("か\u{3099}", &["か\u{3099}"]);
    }

    #[test]
    fn a_token_keeps_its_place_in_the_text() {
        let text = "à l’Oréal";
        let places: Vec<&str> = tokens(text).map(|token| &text[token.start..token.end]).collect();
        assert_eq!(places, ["à", "l", "Oréal"]);
    }

    #[test]
    fn a_long_token_is_cut_at_a_character() {
        let long = |text: String| tokens(&text).map(|token| token.text.len()).collect::<Vec<_>>();
        assert_eq!(long("a".repeat(300)), [255]);
        assert_eq!(long(format!("a{}", "ж".repeat(300))), [255]);
        assert_eq!(long("ж".repeat(300)), [254]);
    }

    #[test]
    fn what_folds_to_nothing_takes_no_position() {
        check("\u{345} a \u{301}b", &["a", "b"]);
    }

    proptest! {
        #[test]
        fn tantivy_sees_the_same_tokens_at_positions_without_gaps(text in ".{0,80}") {
            let mut tokenizer = Tokenizer;
            let mut stream = tokenizer.token_stream(&text);
            let mut seen = Vec::new();
            while stream.advance() {
                let token = stream.token();
                prop_assert_eq!(token.position, seen.len());
                seen.push(Token {
                    text: token.text.clone(),
                    start: token.offset_from,
                    end: token.offset_to,
                });
            }
            prop_assert_eq!(seen, tokens(&text).collect::<Vec<_>>());
        }

        #[test]
        fn tokens_are_short_not_empty_and_in_order(text in ".{0,80}") {
            let mut end = 0;
            for token in tokens(&text) {
                prop_assert!(token.start >= end && token.end > token.start);
                prop_assert!(!token.text.is_empty() && token.text.len() <= TOKEN_BYTES_MAX);
                prop_assert!(text.is_char_boundary(token.start) && text.is_char_boundary(token.end));
                end = token.end;
            }
        }
    }
}
