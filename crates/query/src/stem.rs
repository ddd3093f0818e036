//! The forms of a word: what a stemmer takes for the same word.
//!
//! Stems are taken of the word as written, since accents tell forms apart (`mangé` is a form of
//! `manger`, `mange` is read otherwise), and compared folded. Forms must share their first letters:
//! that lets the matcher stem only the few words of a text that can matter, and the archive look up
//! the forms in its dictionary, so that neither keeps stems.

use std::fmt;

use model::Lang;
use snowball_stemmers_rs::{Algorithm, Stemmer};

use crate::analysis;
use crate::word::Seen;

/// How many letters all forms of a word share.
const SHARED_LETTERS: usize = 3;

/// A language whose words have a stemmer here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Language {
    French,
    English,
    German,
    Spanish,
    Italian,
    Portuguese,
    Dutch,
}

impl Language {
    pub(crate) const ALL: [Self; 7] = [
        Self::French,
        Self::English,
        Self::German,
        Self::Spanish,
        Self::Italian,
        Self::Portuguese,
        Self::Dutch,
    ];

    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::Italian => "it",
            Self::Portuguese => "pt",
            Self::Dutch => "nl",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    fn stem(self, word: &str) -> String {
        let algorithm = match self {
            Self::French => Algorithm::French,
            Self::English => Algorithm::English,
            Self::German => Algorithm::German,
            Self::Spanish => Algorithm::Spanish,
            Self::Italian => Algorithm::Italian,
            Self::Portuguese => Algorithm::Portuguese,
            Self::Dutch => Algorithm::Dutch,
        };
        analysis::folded(&Stemmer::create(algorithm).stem(word))
    }
}

/// A set of languages.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Languages(u8);

impl Languages {
    pub const ALL: Self = Self(0x7F);
    pub const NONE: Self = Self(0);

    pub(crate) fn with(self, language: Language) -> Self {
        Self(self.0 | 1 << language as u8)
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Language> {
        Language::ALL.into_iter().filter(move |language| self.0 & (1 << *language as u8) != 0)
    }

    /// Returns those of the languages in which an item can be read: its own, or any of them where it
    /// does not say.
    #[must_use]
    pub fn of_item(self, lang: Option<&Lang>) -> Self {
        match lang {
            None => self,
            Some(lang) => match Language::from_code(lang.as_str()) {
                Some(language) => Self(self.0 & (1 << language as u8)),
                None => Self::NONE,
            },
        }
    }

    /// Tells whether there is a language in both.
    pub fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns each of the languages as a set of its own.
    pub fn each(self) -> impl Iterator<Item = Self> {
        self.iter().map(|language| Self::NONE.with(language))
    }
}

impl fmt::Debug for Languages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Language::code)).finish()
    }
}

/// A word and its other forms in some languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Forms {
    folded: String,
    /// The first letters of `folded`.
    prefix: usize,
    languages: Languages,
    /// The stem for each language, and another where accents make a difference.
    stems: Vec<(Language, String)>,
}

impl Forms {
    /// Takes a word as it is folded, and as it is written: the Arabic article is folded with what is
    /// written on to it, so that the one does not follow from the other.
    pub(crate) fn new(folded: &str, written: &str, languages: Languages) -> Self {
        let written = written.to_lowercase();
        let folded = folded.to_owned();
        let mut stems = Vec::new();
        for language in languages.iter() {
            let stem = language.stem(&written);
            let plain = language.stem(&folded);
            if plain != stem {
                stems.push((language, plain));
            }
            stems.push((language, stem));
        }
        let prefix = folded.char_indices().nth(SHARED_LETTERS).map_or(folded.len(), |(at, _)| at);
        Self { folded, prefix, languages, stems }
    }

    /// Returns the word as it is folded: a form of itself in any language.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Returns the letters that all forms begin with, folded.
    pub fn prefix(&self) -> &str {
        &self.folded[..self.prefix]
    }

    /// Returns the languages that it is asked for in.
    pub fn languages(&self) -> Languages {
        self.languages
    }

    /// Tells whether the word of a text is one of the forms.
    pub fn accept(&self, seen: Seen<'_>) -> bool {
        seen.folded.starts_with(self.prefix())
            && self.accept_stems(seen, &mut Stems::of(seen.surface))
    }

    /// The same, where the stems of the word are used more than once.
    pub(crate) fn accept_stems(&self, seen: Seen<'_>, stems: &mut Stems) -> bool {
        if seen.folded == self.folded {
            return true;
        }
        if !seen.folded.starts_with(self.prefix()) {
            return false;
        }
        let mut languages = self.languages.of_item(seen.lang).iter();
        languages.any(|language| self.has_stem(language, stems))
    }

    /// Returns in which of some languages a word that begins with the prefix, and is written so, has a
    /// stem of the forms.
    pub fn languages_of(&self, surface: &str, among: Languages) -> Languages {
        let mut stems = Stems::of(surface);
        let asked = Languages(self.languages.0 & among.0).iter();
        let languages = asked.filter(|language| self.has_stem(*language, &mut stems));
        languages.fold(Languages::NONE, Languages::with)
    }

    fn has_stem(&self, language: Language, stems: &mut Stems) -> bool {
        let stem = stems.get(language);
        self.stems.iter().any(|(of, wanted)| *of == language && wanted == stem)
    }
}

/// The stems of one word of a text, each made when it is first asked for.
#[derive(Debug)]
pub(crate) struct Stems {
    written: String,
    stems: [Option<String>; Language::ALL.len()],
}

impl Stems {
    /// Takes the word as it is written, in the form of [`analysis::surface`].
    pub(crate) fn of(written: &str) -> Self {
        Self { written: written.to_lowercase(), stems: Default::default() }
    }

    fn get(&mut self, language: Language) -> &str {
        self.stems[language as usize].get_or_insert_with(|| language.stem(&self.written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, lang: &str, seen: &str, expect: bool) {
        let lang = Lang::from_tag(lang);
        let folded = analysis::folded(seen);
        let seen_word = Seen { folded: &folded, surface: seen, lang: lang.as_ref() };
        let forms = Forms::new(&analysis::folded(word), word, Languages::ALL);
        assert_eq!(forms.accept(seen_word), expect, "{word} {seen} {lang:?}");
    }

    #[test]
    fn forms_follow_the_language_of_the_item() {
        check("cheval", "fr", "chevaux", true);
        check("manger", "fr", "mangée", true);
        check("manger", "fr", "Mangées", true);
        check("mangé", "fr", "MANGER", true);
        check("mangées", "fr", "mangees", true);
        check("recall", "en", "recalled", true);
        check("recall", "fr", "recalled", false);
        check("recall", "", "recalled", true);
        check("recall", "ja", "recalled", false);
        check("recall", "ja", "Recall", true);
        check("Häuser", "de", "Haus", true);
        check("Haus", "de", "Hauses", true);
        check("zapato", "es", "zapatos", true);
        check("ragazzo", "it", "ragazzi", true);
        check("menino", "pt", "meninas", true);
        check("lopen", "nl", "loop", false);
        check("kat", "nl", "katten", true);
    }

    #[test]
    fn forms_share_their_first_letters() {
        let prefix = |word: &str| {
            let forms = Forms::new(&analysis::folded(word), word, Languages::ALL);
            forms.prefix().to_owned()
        };
        check("recall", "en", "called", false);
        assert_eq!(prefix("Été"), "ete");
        assert_eq!(prefix("or"), "or");
        assert_eq!(prefix("étaler"), "eta");
    }
}
