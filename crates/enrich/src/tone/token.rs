//! Cuts a text into words, marks and signs, and these into clauses and sentences. It is made for
//! tweets and reviews in Latin script: what it does not know is a separator.

use std::ops::Range;

use super::emoji;
use super::fold::{fold, is_accent, is_apostrophe, is_elision};

/// A word beyond this is cut: nobody's vocabulary has longer ones.
const WORD_BYTES_MAX: usize = 40;
/// Clauses are counted in 16 bits; what comes after the last is part of it.
const CLAUSES_MAX: u16 = u16::MAX - 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Mention,
    Url,
    /// An emoji or an emoticon; its valence stands in [`Token::sign`].
    Sign,
    Exclamation,
    Question,
    Ellipsis,
    Quote,
    /// What ends a clause: a comma, a colon, a bracket.
    Pause,
    /// What ends a sentence: a full stop, the end of a line.
    Stop,
}

#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own about how a word is written"
)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Where it stands in the text that was read, in bytes.
    pub(super) start: u32,
    pub(super) end: u32,
    /// Its folded form in [`Tokens::folded`]; empty for what is no word.
    form: (u32, u32),
    pub(super) sign: emoji::Sign,
    pub(super) capital: bool,
    pub(super) shouted: bool,
    pub(super) elongated: bool,
    pub(super) hashtag: bool,
    pub(super) clause: u16,
    pub(super) sentence: u16,
}

/// The tokens of a text, in order.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub(super) list: Vec<Token>,
    /// The folded forms, one after the other.
    folded: Vec<u8>,
    clause: u16,
    sentence: u16,
    /// Whether something stands in the current clause or sentence.
    in_clause: bool,
    in_sentence: bool,
}

impl Tokens {
    pub(super) fn form(&self, token: &Token) -> &[u8] {
        &self.folded[token.form.0 as usize..token.form.1 as usize]
    }

    /// Cuts `text[part]`, a sentence of its own at least. The part must lie on character boundaries.
    pub(super) fn read(&mut self, text: &str, part: Range<usize>) {
        let mut reader = Reader { text, at: part.start, end: part.end, tokens: self };
        while reader.at < reader.end {
            reader.step();
        }
        self.end_sentence();
    }

    pub(super) fn end_clause(&mut self) {
        if self.in_clause && self.clause < CLAUSES_MAX {
            self.clause += 1;
            self.in_clause = false;
        }
    }

    fn end_sentence(&mut self) {
        self.end_clause();
        if self.in_sentence && self.sentence < CLAUSES_MAX {
            self.sentence += 1;
            self.in_sentence = false;
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    end: usize,
    tokens: &'a mut Tokens,
}

impl Reader<'_> {
    fn step(&mut self) {
        let start = self.at;
        let (c, len) = self.char_at(start);
        if c.is_ascii_alphanumeric() || (c > '\u{BF}' && c.is_alphanumeric()) {
            return self.word(start, false);
        }
        self.at += len;
        match c {
            ' ' | '\t' => {}
            '@' | '#' if self.name_begins() => {
                if c == '#' {
                    self.word(start + len, true);
                } else {
                    self.skip_while(|c| c.is_alphanumeric() || c == '_');
                    self.push(Kind::Mention, start);
                }
            }
            '.' if self.text[start..self.end].starts_with("...") => {
                self.skip_while(|c| c == '.');
                self.push(Kind::Ellipsis, start);
                self.tokens.end_clause();
            }
            '…' => {
                self.push(Kind::Ellipsis, start);
                self.tokens.end_clause();
            }
            '!' | '?' => {
                self.push(if c == '!' { Kind::Exclamation } else { Kind::Question }, start);
                self.tokens.end_sentence();
            }
            '.' | '\n' | '\r' => {
                self.push(Kind::Stop, start);
                self.tokens.end_sentence();
            }
            '"' | '«' | '»' | '“' | '”' => self.push(Kind::Quote, start),
            '&' => self.entity(start),
            _ => self.sign_or_pause(c, start),
        }
    }

    fn sign_or_pause(&mut self, c: char, start: usize) {
        if let Some((sign, len)) = emoji::emoticon(&self.text.as_bytes()[start..self.end]) {
            self.at = start + len;
            return self.push_sign(sign, start);
        }
        if let Some(sign) = emoji::sign(c) {
            return self.push_sign(sign, start);
        }
        if matches!(c, ',' | ';' | ':' | '(' | ')' | '[' | ']' | '|' | '–' | '—') {
            self.push(Kind::Pause, start);
            self.tokens.end_clause();
        }
    }

    /// Reads the word that begins at `from`; of a hashtag that is after its sign.
    fn word(&mut self, from: usize, hashtag: bool) {
        let rest = &self.text.as_bytes()[from..self.end];
        if !hashtag && (rest.starts_with(b"http") || rest.starts_with(b"www.")) {
            self.at = from;
            self.skip_while(|c| !c.is_whitespace());
            return self.push(Kind::Url, from);
        }
        if let Some((sign, len)) = emoji::emoticon(rest) {
            self.at = from + len;
            return self.push_sign(sign, from);
        }
        let form_start = self.tokens.folded.len();
        let mut seen = Seen::default();
        let mut at = from;
        while at < self.end {
            let (c, len) = self.char_at(at);
            if is_apostrophe(c) {
                let form = &self.tokens.folded[form_start..];
                let goes_on = at + len < self.end && self.char_at(at + len).0.is_alphabetic();
                if is_elision(form) && goes_on {
                    at += len;
                    break;
                }
                if !goes_on {
                    break;
                }
            } else if c.is_alphanumeric() || is_accent(c) || (hashtag && c == '_') {
                self.letter(c, form_start, &mut seen);
            } else {
                break;
            }
            at += len;
        }
        self.at = at.max(from + 1);
        let number = self.tokens.folded[form_start..].iter().all(u8::is_ascii_digit);
        self.push(if number { Kind::Number } else { Kind::Word }, from);
        let form_end = self.tokens.folded.len();
        if let Some(token) = self.tokens.list.last_mut() {
            token.form = (to_u32(form_start), to_u32(form_end));
            token.hashtag = hashtag;
            token.elongated = seen.elongated;
            token.capital = seen.first_upper;
            token.shouted = seen.letters >= 3 && seen.upper == seen.letters;
        }
    }

    /// Appends a letter in its folded form. Of a letter three times and more two are kept.
    fn letter(&mut self, c: char, form_start: usize, seen: &mut Seen) {
        let upper = c.is_uppercase();
        seen.first_upper |= seen.letters == 0 && upper;
        seen.letters += u32::from(c.is_alphabetic());
        seen.upper += u32::from(upper);
        seen.run = if seen.last == Some(c) { seen.run + 1 } else { 1 };
        seen.last = Some(c);
        if seen.run > 2 && c.is_alphabetic() {
            seen.elongated = true;
            return;
        }
        if self.tokens.folded.len() - form_start < WORD_BYTES_MAX {
            fold(c, &mut self.tokens.folded);
        }
    }

    /// What HTML writes with an ampersand, as feeds leave it: nothing of it is a word.
    fn entity(&mut self, start: usize) {
        let rest = &self.text.as_bytes()[start..self.end];
        if rest.starts_with(b"&lt;3") {
            self.at = start + 5;
            return self.push_sign(emoji::Sign::Glad, start);
        }
        let name =
            rest.iter().skip(1).take(8).take_while(|b| b.is_ascii_alphanumeric() || **b == b'#');
        let len = 1 + name.count();
        if rest.get(len) == Some(&b';') {
            self.at = start + len + 1;
        }
    }

    fn push(&mut self, kind: Kind, start: usize) {
        let tokens = &mut *self.tokens;
        let (start, end) = (to_u32(start), to_u32(self.at));
        let (clause, sentence) = (tokens.clause, tokens.sentence);
        tokens.list.push(Token {
            kind,
            start,
            end,
            form: (0, 0),
            sign: emoji::Sign::None,
            capital: false,
            shouted: false,
            elongated: false,
            hashtag: false,
            clause,
            sentence,
        });
        if matches!(kind, Kind::Word | Kind::Sign | Kind::Mention | Kind::Number) {
            tokens.in_clause = true;
            tokens.in_sentence = true;
        }
    }

    fn push_sign(&mut self, sign: emoji::Sign, start: usize) {
        self.push(Kind::Sign, start);
        if let Some(token) = self.tokens.list.last_mut() {
            token.sign = sign;
        }
    }

    fn name_begins(&self) -> bool {
        self.at < self.end && self.char_at(self.at).0.is_alphanumeric()
    }

    fn skip_while(&mut self, goes_on: impl Fn(char) -> bool) {
        let rest = &self.text[self.at..self.end];
        self.at += rest.find(|c| !goes_on(c)).unwrap_or(rest.len());
    }

    /// Returns the character and its length in bytes. `\u2019`, as JSON that was written twice leaves it,
    /// is the character that it stands for.
    fn char_at(&self, at: usize) -> (char, usize) {
        let bytes = self.text.as_bytes();
        if bytes[at] < 128 {
            if bytes[at] == b'\\' && at + 6 <= self.end && bytes[at + 1] == b'u' {
                let code =
                    self.text.get(at + 2..at + 6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
                if let Some(c) = code.and_then(char::from_u32) {
                    return (c, 6);
                }
            }
            return (char::from(bytes[at]), 1);
        }
        self.text[at..self.end].chars().next().map_or((' ', 1), |c| (c, c.len_utf8()))
    }
}

/// What was seen of a word so far.
#[derive(Default)]
struct Seen {
    letters: u32,
    upper: u32,
    first_upper: bool,
    last: Option<char>,
    run: u32,
    elongated: bool,
}

/// No text that is read is longer than a few kilobytes.
fn to_u32(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&str]) {
        let mut tokens = Tokens::default();
        tokens.read(text, 0..text.len());
        let shown = |token: &Token| match token.kind {
            Kind::Word | Kind::Number => String::from_utf8(tokens.form(token).to_vec()).unwrap(),
            kind @ (Kind::Mention
            | Kind::Url
            | Kind::Sign
            | Kind::Exclamation
            | Kind::Question
            | Kind::Ellipsis
            | Kind::Quote
            | Kind::Pause
            | Kind::Stop) => format!("{kind:?}"),
        };
        assert_eq!(tokens.list.iter().map(shown).collect::<Vec<_>>(), expect, "{text}");
    }

    #[test]
    fn words_are_folded_and_elisions_cut() {
        check("L'Été d\\u2019Ozalée", &["l", "ete", "d", "ozalee"]);
        check("Aujourd'hui, don't", &["aujourdhui", "Pause", "dont"]);
        check("chef-d'œuvre", &["chef", "d", "oeuvre"]);
        check("troooop e\u{301}", &["troop", "e"]);
        check("n’est", &["n", "est"]);
        check("42 fois", &["42", "fois"]);
    }

    #[test]
    fn names_addresses_and_signs_are_no_words() {
        check("@acme #Fail http://a.example/b?c=1 ok", &["Mention", "fail", "Url", "ok"]);
        check("a &amp; b &lt;3", &["a", "b", "Sign"]);
        check("bof... :( 😡!", &["bof", "Ellipsis", "Sign", "Sign", "Exclamation"]);
    }

    #[test]
    fn sentences_and_clauses_are_counted_where_something_stands() {
        let mut tokens = Tokens::default();
        let text = "Un, deux. ... Trois !!! Quatre";
        tokens.read(text, 0..text.len());
        let words = tokens.list.iter().filter(|token| token.kind == Kind::Word);
        let places: Vec<(u16, u16)> = words.map(|token| (token.sentence, token.clause)).collect();
        assert_eq!(places, [(0, 0), (0, 1), (1, 2), (2, 3)]);
    }
}
