//! The phrases of a text: runs of one to four words that could be the name of something.

use std::collections::HashSet;

use model::Lang;
use query::analysis;
use serde::{Deserialize, Serialize};
use snowball_stemmers_rs::{Algorithm, Stemmer};

use super::Document;
use super::stop::is_stop_word;

/// Words in a phrase at most.
const WORDS_MAX: usize = 4;
/// What is read of a text, in bytes: what it is about is said at its beginning.
const TEXT_BYTES_MAX: usize = 8 * 1024;
/// A longer word is none that people use.
const WORD_BYTES_MAX: usize = 60;
/// A phrase of one word has so many letters at least.
const LETTERS_MIN: usize = 3;

/// Stands for a phrase: FNV-1a of its stems, which stays the same from version to version.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub(super) struct Key(u64);

/// A phrase where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) key: Key,
    /// The keys of its words, in order; `Key::default()` beyond its end.
    pub(super) words: [Key; WORDS_MAX],
    pub(super) written: &'a str,
}

/// Reads phrases, leaving out those that begin or end with the query's own words.
pub(super) struct Phrases {
    own: HashSet<String>,
}

struct Word {
    key: Key,
    start: usize,
    end: usize,
    /// Whether something parts it from the word before: a comma, an address, the beginning.
    is_apart: bool,
    /// Whether a phrase can begin and end with it.
    is_edge: bool,
    /// Whether it can be a phrase alone.
    is_whole: bool,
}

impl Phrases {
    pub(super) fn new(own: &[String]) -> Self {
        let own = own.iter().flat_map(|own| analysis::words(own)).map(|word| word.text).collect();
        Self { own }
    }

    /// Hands out the phrases of a document's title and text, each as often as it stands there.
    pub(super) fn each(&self, document: &Document<'_>, visit: &mut impl FnMut(Seen<'_>)) {
        let stemmer = stemmer(document.lang);
        for text in [document.title, document.text] {
            let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
            let words = self.words(text, stemmer.as_ref());
            for start in 0..words.len() {
                from(&words, start, text, visit);
            }
        }
    }

    fn words(&self, text: &str, stemmer: Option<&Stemmer>) -> Vec<Word> {
        let mut words = Vec::new();
        let mut is_apart = true;
        let mut end = 0;
        for token in analysis::tokens(text) {
            if token.start < end {
                continue;
            }
            let gap = &text[end..token.start];
            is_apart |= !is_within_phrase(gap);
            let is_name = token.kind == analysis::TokenKind::Sign;
            let address = address_end(text, &token);
            if is_name || address.is_some() {
                // A tag's words are read on their own; a name's and an address's are not.
                is_apart = true;
                end = if token.text.starts_with('@') { token.end } else { address.unwrap_or(end) };
                continue;
            }
            end = token.end;
            let letters = token.text.chars().filter(|c| c.is_alphabetic()).count();
            let is_long = token.text.len() > WORD_BYTES_MAX;
            let is_edge = letters > 0
                && !is_long
                && !is_stop_word(&token.text)
                && !self.own.contains(&token.text);
            words.push(Word {
                key: key_of(&text[token.start..token.end], &token.text, stemmer),
                start: token.start,
                end: token.end,
                is_apart: is_apart || is_long,
                is_edge,
                is_whole: is_edge && letters >= LETTERS_MIN,
            });
            is_apart = is_long;
        }
        words
    }
}

fn from(words: &[Word], start: usize, text: &str, visit: &mut impl FnMut(Seen<'_>)) {
    if !words[start].is_edge {
        return;
    }
    let mut keys = [Key::default(); WORDS_MAX];
    let mut key = Key(FNV_OFFSET);
    for (at, word) in words[start..].iter().take(WORDS_MAX).enumerate() {
        if at > 0 && word.is_apart {
            return;
        }
        keys[at] = word.key;
        key = key.with(&word.key.0.to_le_bytes());
        if if at == 0 { word.is_whole } else { word.is_edge } {
            visit(Seen { key, words: keys, written: &text[words[start].start..word.end] });
        }
    }
}

/// Tells whether what stands between two words leaves them in one phrase.
fn is_within_phrase(gap: &str) -> bool {
    gap.chars().all(|c| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' | '-' | '\u{2011}'))
        && gap.chars().count() <= 2
}

/// Returns where the address ends that a token is part of.
fn address_end(text: &str, token: &analysis::Token) -> Option<usize> {
    let after = &text[token.end..];
    let is_address = after.starts_with("://") || (token.text == "www" && after.starts_with('.'));
    let end = after.find(char::is_whitespace).unwrap_or(after.len());
    is_address.then_some(token.end + end)
}

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;

impl Key {
    fn with(self, bytes: &[u8]) -> Self {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self(bytes.iter().fold(self.0, step))
    }
}

/// Returns the key of a word's stem.
fn key_of(written: &str, folded: &str, stemmer: Option<&Stemmer>) -> Key {
    Key(FNV_OFFSET).with(stem_by(stemmer, written, folded).as_bytes())
}

/// Returns the stem of a word in a language, folded; the folded word where there is no stemmer for it.
pub(crate) fn stem(written: &str, folded: &str, lang: Option<&Lang>) -> String {
    stem_by(stemmer(lang).as_ref(), written, folded)
}

/// The stem is taken of the word as written, since accents tell forms apart.
fn stem_by(stemmer: Option<&Stemmer>, written: &str, folded: &str) -> String {
    let stemmer = stemmer.filter(|_| written.len() <= WORD_BYTES_MAX);
    let Some(stemmer) = stemmer else { return folded.to_owned() };
    let stem = stemmer.stem(&written.to_lowercase()).into_owned();
    analysis::words(&stem).next().map_or(stem.clone(), |word| word.text)
}

fn stemmer(lang: Option<&Lang>) -> Option<Stemmer> {
    let algorithm = match lang?.as_str() {
        "de" => Algorithm::German,
        "en" => Algorithm::English,
        "es" => Algorithm::Spanish,
        "fr" => Algorithm::French,
        "it" => Algorithm::Italian,
        "nl" => Algorithm::Dutch,
        "pt" => Algorithm::Portuguese,
        _ => return None,
    };
    Some(Stemmer::create(algorithm))
}
