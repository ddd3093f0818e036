//! What of a mention can speak for or against its relevance.

use std::collections::BTreeMap;
use std::fmt;

use model::Kind;
use query::analysis;

use super::Mention;
use crate::theme::{is_stop_word, stem};

/// What is read of title and text each, in bytes, and how many features are taken at most.
const TEXT_BYTES_MAX: usize = 4 * 1024;
const FEATURES_MAX: usize = 600;

/// A shorter word says nothing alone.
const LETTERS_MIN: usize = 3;

/// One thing that marks can be about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Feature {
    /// A word, by its stem.
    Word(String),
    /// Two words in a row, one of them the query's own: `une orange`, `chez orange`.
    Beside(String, String),
    /// Two other words in a row, by their stems.
    Pair(String, String),
    /// How the query's own word is written: `orange`, `Orange`, `ORANGE`.
    Written(String),
    Host(String),
    Author(String),
    Source(String),
    Kind(Kind),
}

impl Feature {
    /// Tells whether it says where the mention stands.
    pub(super) fn is_place(&self) -> bool {
        matches!(self, Self::Host(_) | Self::Source(_) | Self::Kind(_))
    }
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => write!(f, "{word}"),
            Self::Beside(first, second) | Self::Pair(first, second) => {
                write!(f, "{first} {second}")
            }
            Self::Written(word) => write!(f, "{{{word}}}"),
            Self::Host(host) => write!(f, "host:{host}"),
            Self::Author(author) => write!(f, "author:{author}"),
            Self::Source(source) => write!(f, "source:{source}"),
            Self::Kind(kind) => write!(f, "kind:{}", kind.as_str()),
        }
    }
}

/// Returns the words of a query, folded.
pub(super) fn own_words(own: &[String]) -> Vec<String> {
    own.iter().flat_map(|own| analysis::words(own)).map(|word| word.text).collect()
}

/// Returns the features of a mention, each once and in order, with how it is written there.
pub(super) fn features(mention: &Mention<'_>, own: &[String]) -> BTreeMap<Feature, String> {
    let mut features = BTreeMap::new();
    let author = mention.author.filter(|author| !crate::people::is_anonymous(author));
    let around = [
        mention.host.map(|host| Feature::Host(host.to_lowercase())),
        author.map(|author| Feature::Author(short(author).to_lowercase())),
        Some(Feature::Source(mention.source.to_owned())),
        Some(Feature::Kind(mention.kind)),
    ];
    features.extend(around.into_iter().flatten().map(|one| {
        let written = one.to_string();
        (one, written)
    }));
    for text in [mention.title, mention.text] {
        let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
        let mut before: Option<Read> = None;
        for token in analysis::words(text) {
            if features.len() >= FEATURES_MAX {
                return features;
            }
            let word = Read::new(&token, text, mention, own);
            word.add(before.as_ref(), text, &mut features);
            before = Some(word);
        }
    }
    features
}

struct Read {
    folded: String,
    stem: String,
    is_own: bool,
    /// Whether it says something alone.
    is_telling: bool,
    start: usize,
    end: usize,
}

impl Read {
    fn new(token: &analysis::Token, text: &str, mention: &Mention<'_>, own: &[String]) -> Self {
        let folded = short(&token.text).to_owned();
        let written = short(&text[token.start..token.end]);
        let is_own = own.contains(&folded);
        let letters = folded.chars().filter(|c| c.is_alphabetic()).count();
        let is_telling = !is_own && letters >= LETTERS_MIN && !is_stop_word(&folded);
        let stem = if is_telling { stem(written, &folded, mention.lang) } else { folded.clone() };
        Self { folded, stem, is_own, is_telling, start: token.start, end: token.end }
    }

    fn add(&self, before: Option<&Self>, text: &str, features: &mut BTreeMap<Feature, String>) {
        let mut add = |feature: Feature, start: usize| {
            features.entry(feature).or_insert_with(|| text[start..self.end].to_owned());
        };
        if self.is_own {
            add(Feature::Written(short(&text[self.start..self.end]).to_owned()), self.start);
        }
        if self.is_telling {
            add(Feature::Word(self.stem.clone()), self.start);
        }
        // Only a space or an apostrophe leaves two words side by side.
        let Some(before) = before.filter(|before| {
            self.start <= before.end + 3 && is_joined(&text[before.end..self.start])
        }) else {
            return;
        };
        if self.is_own != before.is_own {
            add(Feature::Beside(before.folded.clone(), self.folded.clone()), before.start);
        } else if self.is_telling && before.is_telling {
            add(Feature::Pair(before.stem.clone(), self.stem.clone()), before.start);
        }
    }
}

fn is_joined(gap: &str) -> bool {
    gap.chars().all(|c| matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' | '-'))
}

/// Cuts what is no word that people use.
fn short(text: &str) -> &str {
    const BYTES_MAX: usize = 60;
    &text[..text.floor_char_boundary(BYTES_MAX)]
}
