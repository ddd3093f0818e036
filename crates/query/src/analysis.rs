//! Text analysis: from a text to the terms that queries and items are compared by.
//!
//! A word is a run of letters and digits, lower-cased and folded, so `Ozalée`, `OZALEE` and
//! `ozale\u{301}e` are the same word and `l'Oréal` is two. Words take the positions 0, 1, 2… Beside
//! them stand signs, which take no position of their own: `#thé`, `@ozalee_fr` and `$OZL` stand where
//! their first word does, an emoji where the next word will. The live matcher and the index go
//! through this one scanner; whatever changes here changes both, and old indexes must be rebuilt.
//! It knows no language: no stems, no stop words.

use std::borrow::Cow;
use std::ops::Range;

use tantivy_tokenizer_api as tantivy;
use unicode_normalization::char::{
    canonical_combining_class, decompose_compatible, is_combining_mark,
};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The longest token, in bytes; what is beyond it is cut off. Far below the limit of tantivy's
/// terms, past which it drops a term silently.
pub const TOKEN_BYTES_MAX: usize = 255;

/// Stands between the values of a field that has several. It skips a position, so that no phrase
/// reaches from one value into the next.
pub const VALUE_END: char = '\u{1D}';

/// One word or sign of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Lower-cased and folded; a sign begins with its `#`, `@` or `$`.
    pub text: String,
    /// Where it starts in the text that was read, in bytes.
    pub start: usize,
    /// Where it ends, in bytes.
    pub end: usize,
    pub position: usize,
    /// How many positions it covers: 1 for a word, as many as it has words for a sign, 0 for an emoji.
    pub width: usize,
    pub kind: TokenKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    Word,
    Sign,
}

/// Returns the words of a text in order.
pub fn words(text: &str) -> impl Iterator<Item = Token> {
    tokens(text).filter(|token| token.kind == TokenKind::Word)
}

/// Returns the words and signs of a text in order.
pub fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut scanner = Scanner::new(text);
    std::iter::from_fn(move || {
        let Scanned { range, position, width, kind } = scanner.advance()?;
        let text = scanner.folded.clone();
        Some(Token { text, start: range.start, end: range.end, position, width, kind })
    })
}

/// Reads and hashes an item's title and text, and does nothing with them: what benchmarks compare
/// with. Returns the number of tokens.
pub fn measure(item: &model::Item) -> usize {
    let mut tokens = 0;
    let mut hashes = 0;
    for text in [&item.title, &item.text] {
        let mut scanner = Scanner::new(text);
        while scanner.advance().is_some() {
            tokens += 1;
            hashes ^= crate::hash::hash(scanner.folded.as_bytes());
        }
    }
    std::hint::black_box(hashes);
    tokens
}

/// Returns how a word is written, in one Unicode form: what `{Exact}` compares.
pub fn surface(written: &str) -> Cow<'_, str> {
    let surface: Cow<'_, str> =
        if written.is_ascii() || (is_nfc(written) && !written.contains(is_joiner)) {
            written.into()
        } else {
            written.chars().filter(|c| !is_joiner(*c)).nfc().collect::<String>().into()
        };
    if surface.len() <= TOKEN_BYTES_MAX {
        return surface;
    }
    surface[..surface.floor_char_boundary(TOKEN_BYTES_MAX)].to_owned().into()
}

/// Tells whether a word is written in another way than its folded form.
fn is_written_otherwise(written: &str, folded: &str) -> bool {
    written != folded && (written.is_ascii() || surface(written) != surface(folded))
}

/// Returns the term under which the index keeps how a word is written, where that differs from the
/// folded form. No folded word has a NUL in it, so that these terms are no words, and those of one
/// word stand right behind it in the dictionary.
pub fn exact_term(folded: &str, surface: &str) -> String {
    format!("{folded}\0{surface}")
}

/// The analysis as tantivy wants it: words, signs, and the exact forms of words that are not written
/// the way they are folded.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tokenizer;

impl tantivy::Tokenizer for Tokenizer {
    type TokenStream<'a> = TokenStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> TokenStream<'a> {
        TokenStream { scanner: Scanner::new(text), exact: false, token: tantivy::Token::default() }
    }
}

/// The tokens of one text, as tantivy wants them.
#[derive(Debug)]
pub struct TokenStream<'a> {
    scanner: Scanner<'a>,
    /// Whether the exact form of the present word is still to come.
    exact: bool,
    token: tantivy::Token,
}

impl tantivy::TokenStream for TokenStream<'_> {
    fn advance(&mut self) -> bool {
        if self.exact {
            self.exact = false;
            let written = &self.scanner.text[self.token.offset_from..self.token.offset_to];
            self.token.text.push('\0');
            self.token.text.push_str(&surface(written));
            return true;
        }
        let Some(Scanned { range, position, kind, .. }) = self.scanner.advance() else {
            return false;
        };
        self.exact = kind == TokenKind::Word
            && is_written_otherwise(&self.scanner.text[range.clone()], &self.scanner.folded);
        self.token.offset_from = range.start;
        self.token.offset_to = range.end;
        self.token.position = position;
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

/// What the scanner found; its text is in the scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scanned {
    pub(crate) range: Range<usize>,
    pub(crate) position: usize,
    pub(crate) width: usize,
    pub(crate) kind: TokenKind,
}

/// Walks over a text token by token; the buffer for the folded token is used again and again.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    position: usize,
    /// The token last found.
    pub(crate) folded: String,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self::with_buffer(text, String::new())
    }

    pub(crate) fn with_buffer(text: &'a str, folded: String) -> Self {
        Self { text, at: 0, position: 0, folded }
    }

    /// Returns the buffer, for another text.
    pub(crate) fn into_buffer(self) -> String {
        self.folded
    }

    /// Finds the next word or sign, leaves its text in `folded` and says where it stands.
    pub(crate) fn advance(&mut self) -> Option<Scanned> {
        loop {
            let start = match self.skip_separators()? {
                Start::Word(start) => start,
                Start::Sign(sign) => return Some(sign),
            };
            self.folded.clear();
            self.take_ascii();
            if self.text.as_bytes().get(self.at).is_some_and(|byte| !byte.is_ascii()) {
                self.take_unicode();
                self.split_article(start);
            }
            // A run can fold to nothing: the Greek iota below (U+0345) counts as a letter.
            if !self.folded.is_empty() {
                let position = self.position;
                self.position += 1;
                let range = start..self.at;
                return Some(Scanned { range, position, width: 1, kind: TokenKind::Word });
            }
        }
    }

    fn skip_separators(&mut self) -> Option<Start> {
        while let Some(&byte) = self.text.as_bytes().get(self.at) {
            match byte {
                b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => return Some(Start::Word(self.at)),
                b'#' | b'@' | b'$' => {
                    let sign = self.sign();
                    self.at += 1;
                    if let Some(sign) = sign {
                        return Some(Start::Sign(sign));
                    }
                }
                0x1D => {
                    self.position += 1;
                    self.at += 1;
                }
                0..=0x7F => self.at += 1,
                _ => {
                    let c = self.peek()?;
                    if is_letter_or_digit(c) {
                        return Some(Start::Word(self.at));
                    }
                    if is_emoji(c) {
                        return Some(Start::Sign(self.emoji()));
                    }
                    self.at += c.len_utf8();
                }
            }
        }
        None
    }

    /// Reads the word that a `#`, `@` or `$` stands before, without moving on: the words in it come
    /// after it. An `@` within an e-mail address is no sign.
    fn sign(&mut self) -> Option<Scanned> {
        let is_part = |c: char| is_letter_or_digit(c) || is_combining_mark(c) || c == '_';
        if self.text[..self.at].chars().next_back().is_some_and(is_part) {
            return None;
        }
        let name = &self.text[self.at + 1..];
        let len = name.find(|c| !is_part(c)).unwrap_or(name.len());
        if len == 0 || len >= TOKEN_BYTES_MAX {
            return None;
        }
        let name = &name[..len];
        let mut words = Scanner::with_buffer(name, std::mem::take(&mut self.folded));
        while words.advance().is_some() {}
        let width = words.position;
        self.folded = words.folded;
        if width == 0 {
            return None;
        }
        self.folded.clear();
        self.folded.push_str(&self.text[self.at..=self.at]);
        for c in name.chars() {
            fold(c, &mut self.folded);
        }
        let range = self.at..self.at + 1 + len;
        Some(Scanned { range, position: self.position, width, kind: TokenKind::Sign })
    }

    /// Reads an emoji with what is joined to it. Its skin colour does not distinguish it.
    fn emoji(&mut self) -> Scanned {
        let start = self.at;
        self.folded.clear();
        let mut joined = true;
        while let Some(c) = self.peek() {
            let adorns = matches!(c, '\u{FE0E}' | '\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}');
            let is_next = if adorns {
                self.at > start
            } else if c == '\u{200D}' {
                let next = self.text[self.at + c.len_utf8()..].chars().next();
                joined = next.is_some_and(is_emoji);
                joined
            } else if is_emoji(c) {
                let flag = is_regional(c) && self.folded.chars().all(is_regional);
                let is_next = joined || (flag && self.folded.chars().count() == 1);
                joined = false;
                is_next
            } else {
                false
            };
            if !is_next {
                break;
            }
            if !adorns && self.folded.len() + c.len_utf8() <= TOKEN_BYTES_MAX {
                self.folded.push(c);
            }
            self.at += c.len_utf8();
        }
        let range = start..self.at;
        Scanned { range, position: self.position, width: 0, kind: TokenKind::Sign }
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
            if is_joiner(c) {
                self.at += c.len_utf8();
                continue;
            }
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

    /// Cuts the Arabic article from the word that follows, as the apostrophe does in `l'usine`:
    /// `الشركة` is `ال` and `شركه`. What is written on to the article, such as "and", goes with it.
    fn split_article(&mut self, start: usize) {
        const ARTICLES: [&str; 6] = ["وال", "بال", "كال", "فال", "ال", "لل"];
        const REST_CHARS_MIN: usize = 3;
        if !self.folded.starts_with(['و', 'ب', 'ك', 'ف', 'ا', 'ل']) {
            return;
        }
        let article = ARTICLES.into_iter().find(|article| {
            self.folded
                .strip_prefix(article)
                .is_some_and(|rest| rest.chars().count() >= REST_CHARS_MIN)
        });
        if let Some(article) = article {
            self.at = start;
            self.folded.clear();
            while let Some(c) = self.peek() {
                if self.folded.len() >= article.len() && !is_combining_mark(c) {
                    break;
                }
                fold(c, &mut self.folded);
                self.at += c.len_utf8();
            }
            self.folded.clear();
            self.folded.push_str("ال");
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }
}

enum Start {
    Word(usize),
    Sign(Scanned),
}

/// Tells whether a character belongs in a token wherever it stands; marks need one before them.
pub(crate) fn is_letter_or_digit(c: char) -> bool {
    // Unicode calls U+02BC a letter; in the texts we read it is a typist's apostrophe.
    c.is_alphanumeric() && c != '\u{2BC}'
}

/// Tells whether a character within a word is not seen: a soft hyphen, a joiner, a place where a line
/// may break.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
}

/// Tells whether a character is a token by itself, since its script writes no spaces: ideographs,
/// kana, Thai, Lao, Burmese and Khmer. A word of several is then a phrase, which finds it wherever it
/// stands, without a segmentation that could cut a new name in the wrong place.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FF66}'..='\u{FF9F}' | '\u{20000}'..='\u{323AF}')
}

/// Tells whether a character is a picture that people write among words (Unicode's emoji, without
/// signs such as © and the digits).
pub(crate) fn is_emoji(c: char) -> bool {
    matches!(c,
        '\u{1F000}'..='\u{1F0FF}' | '\u{1F1E6}'..='\u{1F3FA}' | '\u{1F400}'..='\u{1FAFF}'
        | '\u{2600}'..='\u{27BF}' | '\u{231A}'..='\u{231B}' | '\u{23E9}'..='\u{23FA}'
        | '\u{2B1B}'..='\u{2B1C}' | '\u{2B50}' | '\u{2B55}')
}

fn is_regional(c: char) -> bool {
    matches!(c, '\u{1F1E6}'..='\u{1F1FF}')
}

/// Returns the folded form of a text of any length.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        fold(c, &mut folded);
    }
    folded
}

/// Appends the folded form of one character: compatibility decomposition without the accents,
/// lower case, and the Latin letters that have no decomposition written out. Of the Arabic letters
/// those forms become one that people type for each other.
pub(crate) fn fold(c: char, folded: &mut String) {
    // A Korean syllable is a letter to those who write it; decomposed it would be two or three.
    if ('\u{AC00}'..='\u{D7A3}').contains(&c) && folded.len() + c.len_utf8() <= TOKEN_BYTES_MAX {
        return folded.push(c);
    }
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
                // Tatweel only draws a word out.
                '\u{640}' => "",
                'ٱ' => "ا",
                'ى' | 'ی' => "ي",
                'ة' | 'ہ' | 'ھ' => "ه",
                'ک' => "ك",
                '٠'..='٩' => digit(lower, '٠', &mut utf8),
                '۰'..='۹' => digit(lower, '۰', &mut utf8),
                other => other.encode_utf8(&mut utf8),
            };
            if folded.len() + written.len() <= TOKEN_BYTES_MAX {
                folded.push_str(written);
            }
        }
    });
}

fn digit(c: char, zero: char, utf8: &mut [u8; 4]) -> &str {
    let digit = char::from_digit(u32::from(c) - u32::from(zero), 10).unwrap_or(c);
    digit.encode_utf8(utf8)
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
        let found: Vec<String> = words(text).map(|token| token.text).collect();
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
    fn what_is_not_seen_does_not_cut_a_word() {
        check(
            "Ozal\u{AD}ée oza\u{200B}lee \u{FEFF}Ozalée\u{2060}",
            &["ozalee", "ozalee", "ozalee"],
        );
        assert_eq!(surface("Ozal\u{AD}ée"), "Ozalée");
        check("한국 삼성전자", &["한국", "삼성전자"]);
    }

    #[test]
    fn what_folds_to_nothing_takes_no_position() {
        check("\u{345} a \u{301}b", &["a", "b"]);
    }

    #[test]
    fn signs_stand_beside_their_words() {
        let check = |text: &str, expect: &[(&str, usize, usize)]| {
            let tokens: Vec<Token> = tokens(text).collect();
            let found: Vec<(&str, usize, usize)> = tokens
                .iter()
                .map(|token| (token.text.as_str(), token.position, token.width))
                .collect();
            assert_eq!(found, expect, "{text:?}");
        };
        check("le #Thé", &[("le", 0, 1), ("#the", 1, 1), ("the", 1, 1)]);
        check("@Ozalee_FR !", &[("@ozalee_fr", 0, 2), ("ozalee", 0, 1), ("fr", 1, 1)]);
        check("$OZL", &[("$ozl", 0, 1), ("ozl", 0, 1)]);
        check(
            "a@b.fr C# # _#a",
            &[("a", 0, 1), ("b", 1, 1), ("fr", 2, 1), ("c", 3, 1), ("a", 4, 1)],
        );
        check("thé🍵🍵 vert", &[("the", 0, 1), ("🍵", 1, 0), ("🍵", 1, 0), ("vert", 1, 1)]);
        check("👍🏽👍", &[("👍", 0, 0), ("👍", 0, 0)]);
        check("🇫🇷🇧🇪 ❤️", &[("🇫🇷", 0, 0), ("🇧🇪", 0, 0), ("❤", 0, 0)]);
        check("👩‍🔬", &[("👩\u{200D}🔬", 0, 0)]);
        check("a\u{1D}b", &[("a", 0, 1), ("b", 2, 1)]);
    }

    #[test]
    fn arabic_is_found_however_it_is_typed() {
        check("الشَّرِكَةُ شـــركه", &["ال", "شركه", "شركه"]);
        check("والشركة بالشركة للشركة", &["ال", "شركه", "ال", "شركه", "ال", "شركه"]);
        check("أحمد احمد على علي", &["احمد", "احمد", "علي", "علي"]);
        check("٢٠٢٦ الي", &["2026", "الي"]);
    }

    #[test]
    fn scripts_without_spaces_are_read_by_the_character() {
        check("กาแฟ", &["ก", "า", "แ", "ฟ"]);
        assert_eq!(words("น้ำ").count(), words("น้ำ").filter(|token| !token.text.is_empty()).count());
    }

    proptest! {
        #[test]
        fn tantivy_sees_the_same_tokens_and_the_exact_forms(text in "(.|#|é|É|[a-zA-Z@ 🍵🇫🇷]){0,80}") {
            let mut tokenizer = Tokenizer;
            let mut stream = tokenizer.token_stream(&text);
            let mut seen = Vec::new();
            while stream.advance() {
                let token = stream.token();
                seen.push((token.text.clone(), token.position, token.offset_from, token.offset_to));
            }
            let mut expect = Vec::new();
            for token in tokens(&text) {
                let written = &text[token.start..token.end];
                expect.push((token.text.clone(), token.position, token.start, token.end));
                let is_otherwise = surface(written) != surface(&token.text);
                if token.kind == TokenKind::Word && is_otherwise {
                    let exact = exact_term(&token.text, &surface(written));
                    expect.push((exact, token.position, token.start, token.end));
                }
            }
            prop_assert_eq!(seen, expect);
        }

        #[test]
        fn words_are_short_not_empty_and_in_order(text in "(.|[#@a-z]){0,80}") {
            let mut end = 0;
            for (position, token) in words(&text).filter(|_| !text.contains(VALUE_END)).enumerate() {
                prop_assert_eq!(token.position, position);
                prop_assert!(token.start >= end && token.end > token.start);
                prop_assert!(!token.text.is_empty() && token.text.len() <= TOKEN_BYTES_MAX);
                prop_assert!(text.is_char_boundary(token.start) && text.is_char_boundary(token.end));
                end = token.end;
            }
        }
    }
}
