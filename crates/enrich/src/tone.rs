//! How a text speaks of what a query found in it: for, against, neither, or not sure.
//!
//! A linear model per language (French, English), learnt by `examples/train_tone.rs` from the texts that
//! the head of each weight file names. What it looks at (`feature.rs`): hashed words, pairs of words and
//! pieces of words, each text's vector of length 1; and a few dozen counts: praise and blame by up to three
//! lexicons after negation, intensity and contrast (`opinion.rs`), emoji, marks, shouting, irony. The
//! logits of negative and positive against neutral are
//!
//! ```text
//! z = bias + Σ hashed weight · value · aim + Σ dense weight · count        p = softmax(slope · z + shift + stars)
//! ```
//!
//! where the aim (`aim.rs`) is 1 in the clause of the match and less around it, and slope and shift make
//! the probabilities hold (`training/calibrate.rs`). Sources: negation, intensity and contrast after
//! C. Hutto and E. Gilbert, VADER (ICWSM 2014); features after S. Wang and C. Manning, Baselines and
//! Bigrams (ACL 2012); biases by set after H. Daumé III, Frustratingly Easy Domain Adaptation (ACL 2007).
//!
//! It understands no sentence: irony without a mark is lost on it, and so is who did what to whom. It opens
//! no file and asks nobody; the same text is always read the same.

mod aim;
mod emoji;
mod evidence;
mod feature;
mod fold;
mod hash;
mod lexicon;
mod opinion;
mod role;
mod stars;
mod token;
pub mod training;
mod weights;
mod window;

use std::ops::Range;
use std::sync::LazyLock;

use model::{Lang, Rating, Tone, ToneReading};

use aim::About;
use feature::{Features, PLACES};
use lexicon::Table;
use weights::Calibration;

pub use lexicon::{LEXICONS_MAX, Lexicon, LexiconError};
pub use weights::{Weights, WeightsError};

/// What is read of one text at most, around the matches: what is said of a thing is said near it.
pub const TEXT_BYTES_MAX: usize = 8 * 1024;
/// How many words are named as those that decided.
pub const EVIDENCE_MAX: usize = 5;

/// A tone less probable than this is not named.
const CONFIDENCE_MIN: f32 = 0.36;

/// A text, and what is known of it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    pub lang: Option<&'a Lang>,
    pub title: &'a str,
    pub text: &'a str,
    /// Where the text has what the query looks for, in bytes; empty: the whole text is about it.
    pub about: &'a [Range<usize>],
    /// What its author gave the thing, if so.
    pub rating: Option<Rating>,
}

/// How it speaks.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// `None`: not sure.
    pub tone: Option<Tone>,
    /// From -1, all against it, to 1, all for it: the probability of praise less that of blame.
    pub score: f32,
    /// How probable it is that the tone is the one named, or the likeliest where none is.
    pub confidence: f32,
    /// The words that decided, the weightiest first.
    pub evidence: Vec<Evidence>,
}

/// A word or phrase that decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    pub part: Part,
    /// Where it stands in that part, in bytes, on character boundaries.
    pub range: Range<usize>,
    /// What it adds to the logit of praise against blame: below 0 it speaks against.
    pub weight: f32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Title,
    Text,
}

impl Reading {
    /// What is said of a text that nobody can judge.
    fn unsure() -> Self {
        Self { tone: None, score: 0.0, confidence: 0.0, evidence: Vec::new() }
    }

    /// Returns the reading as the ledger keeps it: the words as they are written in what was read.
    pub fn kept(&self, said: &Said<'_>) -> ToneReading {
        let written = |evidence: &Evidence| {
            let part = if evidence.part == Part::Title { said.title } else { said.text };
            part.get(evidence.range.clone()).map(str::to_owned)
        };
        ToneReading {
            tone: self.tone,
            score: self.score,
            confidence: self.confidence,
            words: self.evidence.iter().filter_map(written).collect(),
        }
    }
}

/// Reads the tones of texts in the languages that it has weights for.
#[derive(Debug)]
pub struct Tones {
    models: Vec<Model>,
}

/// The weights of one language, ready for use.
#[derive(Debug)]
struct Model {
    weights: Weights,
    table: Table,
}

impl Tones {
    /// Returns the weights that the program brings: French and English.
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Tones> = LazyLock::new(|| {
            let files: [&[u8]; 2] =
                [include_bytes!("../weights/fr.tone"), include_bytes!("../weights/en.tone")];
            // A test reads them: what is built in is sound.
            Tones::with(&files).unwrap_or(Tones { models: Vec::new() })
        });
        &BUILT_IN
    }

    /// Takes weight files, one for each language; of two for one language the first counts.
    pub fn with(files: &[&[u8]]) -> Result<Self, WeightsError> {
        let weights: Result<Vec<Weights>, _> =
            files.iter().map(|bytes| Weights::from_bytes(bytes)).collect();
        Ok(Self::from_weights(weights?))
    }

    pub fn from_weights(weights: Vec<Weights>) -> Self {
        let models = weights
            .into_iter()
            .map(|weights| Model { table: Table::new(&weights.lexicon, &weights.lang), weights })
            .collect();
        Self { models }
    }

    /// Returns the weights in use.
    pub fn weights(&self) -> impl Iterator<Item = &Weights> {
        self.models.iter().map(|model| &model.weights)
    }

    /// Reads how a text speaks of what was found in it. Stars say it in any language.
    pub fn read(&self, said: &Said<'_>) -> Reading {
        let model = said
            .lang
            .and_then(|lang| self.models.iter().find(|model| model.weights.lang == lang.as_str()));
        match (model, said.rating) {
            (Some(model), _) => model.read(said),
            (None, Some(rating)) => stars::alone(rating),
            (None, None) => Reading::unsure(),
        }
    }
}

impl Model {
    fn read(&self, said: &Said<'_>) -> Reading {
        let window = window::Window::new(said);
        let about = About { ranges: &window.about, title_tokens: window.offsets.title_tokens };
        let features = Features::new(window.tokens, &self.table, about);
        let nothing = features.hashed.is_empty()
            && features.dense[..feature::COUNTS].iter().all(|value| *value == 0.0);
        let shift = match said.rating {
            Some(rating) => stars::shift(rating),
            None if nothing || features.words + features.signs == 0 => return Reading::unsure(),
            None => [0.0; 2],
        };
        let mut logits = self.logits(&features);
        let slope = self.weights.calibration.slope;
        for (logit, shift) in logits.iter_mut().zip(shift) {
            *logit += shift / slope;
        }
        let [negative, neutral, positive] = probabilities(logits, self.weights.calibration);
        let (tone, confidence) = likeliest(negative, neutral, positive);
        let evidence = evidence::find(&features, &self.weights, tone, window.offsets);
        Reading {
            tone: (confidence >= CONFIDENCE_MIN).then_some(tone),
            score: positive - negative,
            confidence,
            evidence,
        }
    }

    /// Returns the logits of negative and positive against neutral.
    fn logits(&self, features: &Features) -> [f32; 2] {
        let weights = &self.weights;
        let mut sums = [0.0_f32; 2];
        for hashed in &features.hashed {
            let steps = weights.hashed[hashed.place as usize & (PLACES - 1)];
            sums[0] += f32::from(steps[0]) * hashed.value;
            sums[1] += f32::from(steps[1]) * hashed.value;
        }
        let mut logits = [0, 1].map(|side| weights.bias[side] + sums[side] * weights.unit);
        for (value, weights) in features.dense.iter().zip(&weights.dense) {
            logits[0] += value * weights[0];
            logits[1] += value * weights[1];
        }
        logits
    }
}

fn likeliest(negative: f32, neutral: f32, positive: f32) -> (Tone, f32) {
    if negative > neutral && negative > positive {
        (Tone::Negative, negative)
    } else if positive > neutral {
        (Tone::Positive, positive)
    } else {
        (Tone::Neutral, neutral)
    }
}

/// Returns the probabilities of negative, neutral and positive.
fn probabilities(logits: [f32; 2], calibration: Calibration) -> [f32; 3] {
    let [negative, positive] =
        [0, 1].map(|side| calibration.slope * logits[side] + calibration.shift[side]);
    let max = negative.max(positive).max(0.0);
    let parts = [negative, 0.0, positive].map(|logit| (logit - max).exp());
    let total: f32 = parts.iter().sum();
    parts.map(|part| part / total)
}
