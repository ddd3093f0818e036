//! Words and phrases with a valence: how they are read from text, and the table that finds them. The
//! words themselves are not kept, only their hashes.

use std::collections::BTreeMap;

use super::hash::{self, Hasher};
use super::role::{self, Role};
use super::token::{Kind, Tokens};

/// How many lexicons a language may have: each has a say of its own, weighed in training.
pub const LEXICONS_MAX: usize = 3;
/// The longest phrase, in words.
pub(super) const PHRASE_WORDS_MAX: usize = 5;
/// No stem is shorter: `a*` would be half of a language.
const STEM_BYTES_MIN: usize = 3;
/// Valences are kept in steps of a twentieth.
const VALENCE_STEPS: f32 = 20.0;
/// The valences of a lexicon file go from -4 to 4; those in use from -1 to 1.
const VALENCE_MAX: f32 = 4.0;

/// What is known of a word, a phrase or a stem.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Entry {
    /// In each lexicon, in steps.
    pub(super) valences: [i8; LEXICONS_MAX],
    /// Whether a phrase begins with this word.
    pub(super) begins: bool,
    pub(super) role: Role,
}

impl Entry {
    /// Returns the valence in one lexicon, from -1 to 1.
    pub(super) fn valence(self, lexicon: usize) -> f32 {
        f32::from(self.valences[lexicon]) / (VALENCE_STEPS * VALENCE_MAX)
    }

    pub(super) fn says_something(self) -> bool {
        self.valences.iter().any(|valence| *valence != 0)
    }
}

/// What is wrong with a line of a lexicon.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} is no valence from -4 to 4, a colon and words between commas")]
pub struct LexiconError {
    pub line: usize,
}

/// Entries by the hash of what they stand for, in order: what a weight file keeps.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lexicon {
    pub(super) entries: BTreeMap<u32, Entry>,
}

impl Lexicon {
    /// Adds a lexicon's text: lines such as `-2: lent*, en panne`, and comments after `#`. The lexicon
    /// with the given number keeps its valences apart from the others'.
    ///
    /// # Panics
    /// If the number is not below [`LEXICONS_MAX`].
    pub fn add(&mut self, number: usize, text: &str) -> Result<(), LexiconError> {
        assert!(number < LEXICONS_MAX, "there are {LEXICONS_MAX} lexicons at most");
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let error = LexiconError { line: at + 1 };
            let (valence, words) = line.split_once(':').ok_or_else(|| error.clone())?;
            let valence: f32 = valence.trim().parse().map_err(|_| error.clone())?;
            if !(-VALENCE_MAX..=VALENCE_MAX).contains(&valence) {
                return Err(error);
            }
            #[expect(clippy::cast_possible_truncation, reason = "at most 80")]
            let steps = (valence * VALENCE_STEPS).round() as i8;
            for word in words.split(',') {
                self.each_key(word, |entry| entry.valences[number] = steps);
            }
        }
        Ok(())
    }

    /// Adds the words that have a role in the language.
    fn add_roles(&mut self, lang: &str) {
        for (role, words) in role::lists(lang) {
            for word in words.split(',') {
                self.each_key(word, |entry| entry.role = *role);
            }
        }
        if lang == "en" {
            for word in role::ENGLISH_THAN.split(',') {
                self.each_key(word, |entry| entry.role = Role::Than);
            }
        }
    }

    /// Finds or makes the entries of `mot`, `mot*` or `deux mots`, and changes them.
    fn each_key(&mut self, word: &str, mut change: impl FnMut(&mut Entry)) {
        let word = word.trim();
        let (word, stem) = word.strip_suffix('*').map_or((word, false), |word| (word, true));
        let mut tokens = Tokens::default();
        tokens.read(word, 0..word.len());
        let forms: Vec<&[u8]> = tokens
            .list
            .iter()
            .filter(|token| matches!(token.kind, Kind::Word | Kind::Number))
            .map(|token| tokens.form(token))
            .collect();
        match forms[..] {
            [] => {}
            [form] if stem && form.len() >= STEM_BYTES_MIN => {
                change(self.entries.entry(hash::stem(form)).or_default());
            }
            [form] => change(self.entries.entry(hash::word(form)).or_default()),
            _ if forms.len() > PHRASE_WORDS_MAX => {}
            _ => {
                self.entries.entry(hash::word(forms[0])).or_default().begins = true;
                let endings: &[&[u8]] =
                    if stem { &[b"", b"e", b"s", b"es", b"x", b"nt"] } else { &[b""] };
                for ending in endings {
                    let mut phrase = Hasher::default();
                    for form in &forms {
                        phrase.word(form);
                    }
                    for byte in *ending {
                        phrase.byte(*byte);
                    }
                    change(self.entries.entry(phrase.finish()).or_default());
                }
            }
        }
    }
}

/// Finds entries by their hash.
#[derive(Debug)]
pub(super) struct Table {
    /// Open addressing; a key of 0 is a free place.
    places: Vec<(u32, Entry)>,
    /// A bit for each key, by its upper bits: most of what is asked for is not there, and this is known
    /// without a walk to a far place in memory.
    known: Vec<u64>,
}

/// 2^18 bits are 32 kB: they stay at hand, and one in a dozen is set.
const KNOWN_BITS: u32 = 18;

impl Table {
    pub(super) fn new(lexicon: &Lexicon, lang: &str) -> Self {
        let mut lexicon = lexicon.clone();
        lexicon.add_roles(lang);
        let len = (lexicon.entries.len() * 4).next_power_of_two().max(16);
        let mut table = Self {
            places: vec![(0, Entry::default()); len],
            known: vec![0; 1 << (KNOWN_BITS - 6)],
        };
        for (key, entry) in &lexicon.entries {
            let mut at = *key as usize & (len - 1);
            while table.places[at].0 != 0 {
                at = (at + 1) & (len - 1);
            }
            table.places[at] = (*key, *entry);
            let bit = *key >> (32 - KNOWN_BITS);
            table.known[bit as usize / 64] |= 1 << (bit % 64);
        }
        table
    }

    pub(super) fn get(&self, key: u32) -> Option<&Entry> {
        let bit = key >> (32 - KNOWN_BITS);
        if self.known[bit as usize / 64] >> (bit % 64) & 1 == 0 {
            return None;
        }
        let mask = self.places.len() - 1;
        let mut at = key as usize & mask;
        loop {
            let (found, entry) = &self.places[at];
            if *found == key {
                return Some(entry);
            }
            if *found == 0 {
                return None;
            }
            at = (at + 1) & mask;
        }
    }

    /// Finds what is known of a word in any of its forms: lexicon by lexicon the word itself, else the
    /// longest stem that it begins with.
    pub(super) fn word(&self, form: &[u8]) -> Option<Entry> {
        let mut found: Option<Entry> = None;
        let mut hasher = Hasher::default();
        for (at, byte) in form.iter().enumerate() {
            hasher.byte(*byte);
            if at + 1 < STEM_BYTES_MIN {
                continue;
            }
            if let Some(entry) = self.get(hasher.finish_stem()) {
                found.get_or_insert_default().take_over(*entry);
            }
        }
        if let Some(entry) = self.get(hasher.finish()) {
            found.get_or_insert_default().take_over(*entry);
        }
        found
    }
}

impl Entry {
    fn take_over(&mut self, other: Self) {
        for (mine, others) in self.valences.iter_mut().zip(other.valences) {
            if others != 0 {
                *mine = others;
            }
        }
        self.begins |= other.begins;
        if other.role != Role::None {
            self.role = other.role;
        }
    }
}
