//! What is known of a text's language before it is read.

use std::collections::BTreeMap;

use model::Lang;

use crate::language::Detected;

/// What the first users write, then what most of the web's pages are in, against 1 for any other
/// language. Without it a single word is as likely Catalan as French.
const FIRST: [&str; 2] = ["en", "fr"];
const FIRST_WEIGHT: f64 = 80.0;
const WIDE: [&str; 9] = ["de", "es", "it", "nl", "pl", "pt", "ru", "sv", "tr"];
const WIDE_WEIGHT: f64 = 8.0;

/// The sum of the weights: two first languages, nine wide ones, and about forty others.
const WEIGHTS: f64 = 272.0;

/// The general expectation counts as much as so many texts of a source.
const GENERAL_TEXTS: f64 = 20.0;

/// However many texts a source had, they speak with the weight of so many: a source may change.
const TEXTS_MAX: f64 = 200.0;

/// How many times likelier a declaration makes its language. `en` is what templates say by themselves.
const DECLARED: f64 = 40.0;
const DECLARED_BY_TEMPLATE: f64 = 2.0;

/// A source with so many texts, of which less than this share were in the declared language, declares
/// it wrongly.
const TEXTS_TO_JUDGE: u64 = 20;
const WRONG_BELOW: f64 = 0.05;

/// A text counts for its source from this confidence on.
const SURE: f32 = 0.8;

/// In which languages a source has written so far, in texts: how likely the next one is in each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usual {
    texts: BTreeMap<Lang, u64>,
}

impl Usual {
    /// How many languages are kept of a source.
    pub const LANGUAGES_MAX: usize = 64;

    /// Takes counts that were kept elsewhere.
    pub fn of(counts: impl IntoIterator<Item = (Lang, u64)>) -> Self {
        Self { texts: counts.into_iter().take(Self::LANGUAGES_MAX).collect() }
    }

    /// Counts a text, if its language is certain: guesses that feed on guesses would end as certainty.
    pub fn note(&mut self, detected: &Detected) {
        let Some(lang) = detected.lang.as_ref().filter(|_| detected.confidence >= SURE) else {
            return;
        };
        if self.texts.len() < Self::LANGUAGES_MAX || self.texts.contains_key(lang) {
            *self.texts.entry(lang.clone()).or_default() += 1;
        }
    }

    pub fn counts(&self) -> impl Iterator<Item = (&Lang, u64)> {
        self.texts.iter().map(|(lang, texts)| (lang, *texts))
    }

    /// Returns how likely a language is before the text is read, up to a common factor:
    /// (20·general + n) / (20 + N), with n of the source's N texts (scaled to at most 200), and 40 times
    /// that for the declared language (twice for English, which is what templates declare); once, if the
    /// source has 20 texts and fewer than one in twenty was in the language.
    pub(super) fn weight(&self, lang: &Lang, declared: Option<&Lang>) -> f64 {
        let (of_lang, all) = (self.of_lang(lang), self.all());
        let scale = (TEXTS_MAX / all.max(1.0)).min(1.0);
        let usual =
            (GENERAL_TEXTS * general(lang) + of_lang * scale) / (GENERAL_TEXTS + all * scale);
        let is_declared = declared == Some(lang) && !self.is_declared_wrongly(lang);
        usual * if is_declared { declared_factor(lang) } else { 1.0 }
    }

    fn is_declared_wrongly(&self, lang: &Lang) -> bool {
        self.all() >= float(TEXTS_TO_JUDGE) && self.of_lang(lang) < WRONG_BELOW * self.all()
    }

    fn of_lang(&self, lang: &Lang) -> f64 {
        float(self.texts.get(lang).copied().unwrap_or(0))
    }

    fn all(&self) -> f64 {
        self.texts.values().copied().map(float).sum()
    }
}

fn general(lang: &Lang) -> f64 {
    let weight = if FIRST.contains(&lang.as_str()) {
        FIRST_WEIGHT
    } else if WIDE.contains(&lang.as_str()) {
        WIDE_WEIGHT
    } else {
        1.0
    };
    weight / WEIGHTS
}

fn declared_factor(lang: &Lang) -> f64 {
    if lang.as_str() == "en" { DECLARED_BY_TEMPLATE } else { DECLARED }
}

#[expect(clippy::cast_precision_loss, reason = "counts of texts are far below 2^52")]
fn float(count: u64) -> f64 {
    count as f64
}
