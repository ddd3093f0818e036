//! Which language a text is written in: one of some seventy, or none where nothing in it tells.
//!
//! What a script alone decides is told by the script. Of the rest, a text on which two small detectors
//! agree is theirs; what is left, mostly short, goes to lingua, whose likelihoods are weighed with what
//! its source usually writes. It translates nothing and does not look for several languages in a text.

mod prior;
mod sample;
mod script;

use lingua::{LanguageDetector, LanguageDetectorBuilder};
use model::Lang;

pub use prior::Usual;
use sample::Sample;
use script::Script;

/// Below this the most likely language is no more than a guess.
const LIKELY_MIN: f64 = 0.2;

/// A name alone tells little of the language around it: `Ozalée`, `Société Générale`.
const LIKELY_MIN_OF_NAME: f64 = 0.6;

/// A second language this near to the first is told with it.
const RIVAL_SHARE_MIN: f64 = 1.0 / 3.0;

/// What lingua reads at most, in bytes: it looks every piece up in every language.
const CLOSE_BYTES_MAX: usize = 400;

/// From so many words on the small detectors are asked.
const WORDS_MIN: usize = 4;

/// The least that whatlang must think of itself to be believed.
const QUICK_MIN: f64 = 0.3;

/// From so many letters on lingua looks at runs of three alone, and its likelihoods are whole ones.
const LETTERS_OF_WHOLE: f64 = 120.0;

/// Below that they are means over the letters. For so many letters they are taken as they are; in longer
/// texts each letter adds its evidence. Chosen by the log-likelihood of short texts in nine languages
/// (per pair of words 0.48 against 0.71 where means stay means).
const LETTERS_OF_MEAN: f64 = 6.0;

/// How often the two were right where they agreed, on sentences in nine languages (2,506 of 2,539).
const QUICK_LIKELY: f32 = 0.987;

/// What was found out about one text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detected {
    /// `None` is the undetermined `und`.
    pub lang: Option<Lang>,
    /// How likely the language is, from 0 to 1; 0 where there is none.
    pub confidence: f32,
    /// Another language that is at least a third as likely, such as Danish for a short Norwegian text.
    pub rival: Option<Lang>,
}

/// Reads languages. Making one is quick: its models are part of the program, and memory holds of them
/// what has been looked at (at most 200 MB, which the system can take back).
pub struct Languages {
    detector: LanguageDetector,
}

impl Default for Languages {
    fn default() -> Self {
        Self { detector: LanguageDetectorBuilder::from_all_languages().build() }
    }
}

impl std::fmt::Debug for Languages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Languages").finish_non_exhaustive()
    }
}

impl Languages {
    /// Tells the language of a text, of which it reads about two kilobytes: its beginning, middle and
    /// end, without addresses, `@names`, `#tags`, code and pictures.
    ///
    /// `declared` is what the source says of this text and `usual` what its texts were before. Both only
    /// weigh what the text itself shows: with its likelihood c, a language has the probability
    /// c(l)·π(l) / Σ c·π, where π is [`Usual`]'s. For lingua c is its confidence to the power of
    /// letters / 6, at least 1; from 120 letters on, 1.
    pub fn read(&self, text: &str, declared: Option<&Lang>, usual: &Usual) -> Detected {
        let sample = Sample::of(text);
        match script::of(&sample.text) {
            None => Detected::default(),
            Some(Script::Of(likelihoods)) => {
                let likelihoods =
                    likelihoods.iter().map(|(code, likely)| ((*code).to_owned(), *likely));
                judge(likelihoods, declared, usual, LIKELY_MIN)
            }
            Some(Script::Shared) if sample.is_too_short() => Detected::default(),
            Some(Script::Shared) => self.read_letters(&sample, declared, usual),
        }
    }

    fn read_letters(&self, sample: &Sample, declared: Option<&Lang>, usual: &Usual) -> Detected {
        let quick = quick(sample);
        if let Some(lang) = quick.filter(|lang| !usual.speaks_against(lang, declared)) {
            return Detected { lang: Some(lang), confidence: QUICK_LIKELY, rival: None };
        }
        let likely_min = if sample.is_name() { LIKELY_MIN_OF_NAME } else { LIKELY_MIN };
        let end = sample.text.floor_char_boundary(CLOSE_BYTES_MAX);
        let values = self.detector.compute_language_confidence_values(&sample.text[..end]);
        let evidence = evidence(&sample.text[..end]);
        let likelihoods = values
            .into_iter()
            .filter(|(_, likely)| *likely > 0.0)
            .map(|(language, mean)| (language.iso_code_639_1().to_string(), mean.powf(evidence)));
        judge(likelihoods, declared, usual, likely_min)
    }
}

/// Returns the power that makes a likelihood of a text out of what lingua returns.
fn evidence(text: &str) -> f64 {
    let letters = text.chars().filter(|c| c.is_alphabetic()).map(|_| 1.0).sum::<f64>();
    if letters >= LETTERS_OF_WHOLE { 1.0 } else { (letters / LETTERS_OF_MEAN).max(1.0) }
}

/// Weighs likelihoods with what the source usually writes.
fn judge(
    likelihoods: impl Iterator<Item = (String, f64)>,
    declared: Option<&Lang>,
    usual: &Usual,
    likely_min: f64,
) -> Detected {
    let mut weighed: Vec<(Lang, f64)> = likelihoods
        .filter_map(|(code, likely)| Some((Lang::from_tag(&code)?, likely)))
        .map(|(lang, likely)| {
            let weight = likely * usual.weight(&lang, declared);
            (lang, weight)
        })
        .collect();
    let all: f64 = weighed.iter().map(|(_, weight)| weight).sum();
    weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut weighed = weighed.into_iter();
    let Some((lang, best)) = weighed.next().filter(|(_, best)| best / all >= likely_min) else {
        return Detected::default();
    };
    let rival = weighed.next().filter(|(_, weight)| *weight >= best * RIVAL_SHARE_MIN);
    Detected {
        lang: Some(lang),
        confidence: narrow(best / all),
        rival: rival.map(|(lang, _)| lang),
    }
}

/// Returns the language of a text of some length where two detectors of different make agree on it.
fn quick(sample: &Sample) -> Option<Lang> {
    if sample.words < WORDS_MIN {
        return None;
    }
    let info = whatlang::detect(&sample.text).filter(|info| info.confidence() >= QUICK_MIN)?;
    let agreed = whichlang::detect_language(&sample.text);
    if info.lang().code() != agreed.three_letter_code() {
        return None;
    }
    let code = match agreed {
        whichlang::Lang::Ara => "ar",
        whichlang::Lang::Cmn => "zh",
        whichlang::Lang::Deu => "de",
        whichlang::Lang::Eng => "en",
        whichlang::Lang::Fra => "fr",
        whichlang::Lang::Hin => "hi",
        whichlang::Lang::Ita => "it",
        whichlang::Lang::Jpn => "ja",
        whichlang::Lang::Kor => "ko",
        whichlang::Lang::Nld => "nl",
        whichlang::Lang::Por => "pt",
        whichlang::Lang::Rus => "ru",
        whichlang::Lang::Spa => "es",
        whichlang::Lang::Swe => "sv",
        whichlang::Lang::Tur => "tr",
        whichlang::Lang::Vie => "vi",
    };
    Lang::from_tag(code)
}

#[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
fn narrow(share: f64) -> f32 {
    share as f32
}
