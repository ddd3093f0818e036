//! Which of the mentions that a query finds are about something else, learnt from the marks of the people
//! who read them: naive Bayes over words, places and people, smoothed toward the query's own hits.
//!
//! It says `Doubtful`, and why; it never says "away with it". What is done with a doubt, its caller tells
//! the reader. It keeps nothing: a model is made again from the marks, which are the truth.

mod feature;

use std::collections::HashMap;

use model::{Kind, Lang};

pub use feature::Feature;
use feature::features;

/// Of more marks the last ones are learnt from, and of more hits the first ones.
pub const MARKS_MAX: usize = 5_000;
pub const BACKGROUND_MAX: usize = 2_000;

/// Fewer marks "not relevant" than that are no pattern.
pub const NOT_RELEVANT_MIN: u32 = 2;

/// From this probability on a mention is doubtful.
pub const DOUBTFUL_MIN: f64 = 0.8;

/// How many marks the general expectation of a feature counts as.
const SMOOTHING: f64 = 2.0;

/// The most that one feature can say, as a logarithm of odds; and one that only one mark has shown.
const WEIGHT_MAX: f64 = 2.5;
const WEIGHT_OF_ONE_MARK_MAX: f64 = 0.8;

/// Only so many of the strongest features speak on either side: a long text is no surer than a short one.
const SPEAKERS_MAX: usize = 8;

/// What speaks against doubt before anything is read, as a logarithm of odds.
const CAUTION: f64 = 0.7;

/// How many reasons are told.
const REASONS_MAX: usize = 5;

/// One mention as far as its relevance may hang on it.
#[derive(Debug, Clone, Copy)]
pub struct Mention<'a> {
    pub title: &'a str,
    pub text: &'a str,
    pub lang: Option<&'a Lang>,
    /// The host of its address, without `www.`.
    pub host: Option<&'a str>,
    pub author: Option<&'a str>,
    pub source: &'a str,
    pub kind: Kind,
}

/// What a person said of a mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    Relevant,
    NotRelevant,
}

/// What is thought of a mention nobody marked.
#[derive(Debug, Clone, PartialEq)]
pub enum Judgement {
    Keep,
    /// It is probably about something else. The reasons come strongest first; a negative weight spoke for it.
    Doubtful {
        probability: f64,
        because: Vec<Reason>,
    },
}

/// A feature and the logarithm of the odds that it changes: 0.7 doubles them.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    pub feature: Feature,
    /// As it stands in the mention.
    pub written: String,
    pub weight: f64,
}

/// What one query's marks teach. Without marks it keeps everything.
#[derive(Debug, Clone, Default)]
pub struct Relevance {
    own: Vec<String>,
    weights: HashMap<Feature, f64>,
    not_relevant: u32,
}

#[derive(Default)]
struct Count {
    not_relevant: u32,
    relevant: u32,
    background: u32,
}

impl Relevance {
    /// Learns from marks, in the order in which they were made.
    ///
    /// `own` are the words of the query; `background` are hits of the query, marked or not. A feature f
    /// that stands in the share p(f) of these weighs
    /// ln((n⁻(f) + 2·p(f)) / (n⁻ + 2)) − ln((n⁺(f) + 2·p(f)) / (n⁺ + 2)),
    /// where n⁻ and n⁺ count the marks "not relevant" and "relevant": a word that is in every hit says
    /// nothing, and one that no mark has shown says nothing either.
    pub fn learn(
        own: &[String],
        background: &[Mention<'_>],
        marks: &[(Mention<'_>, Mark)],
    ) -> Self {
        let marks = &marks[marks.len().saturating_sub(MARKS_MAX)..];
        let background = &background[..background.len().min(BACKGROUND_MAX)];
        let own = feature::own_words(own);
        let mut counts: HashMap<Feature, Count> = HashMap::new();
        let (mut not_relevant, mut relevant) = (0, 0);
        for (mention, mark) in marks {
            let is_relevant = *mark == Mark::Relevant;
            *(if is_relevant { &mut relevant } else { &mut not_relevant }) += 1;
            for feature in features(mention, &own).into_keys() {
                let count = counts.entry(feature).or_default();
                *(if is_relevant { &mut count.relevant } else { &mut count.not_relevant }) += 1;
            }
        }
        for mention in background {
            for feature in features(mention, &own).into_keys() {
                if let Some(count) = counts.get_mut(&feature) {
                    count.background += 1;
                }
            }
        }
        let all = background.len() + marks.len();
        let weight = |count: &Count| weight(count, not_relevant, relevant, all);
        let weights =
            counts.iter().map(|(feature, count)| (feature.clone(), weight(count))).collect();
        Self { own, weights, not_relevant }
    }

    /// Tells whether a mention is doubtful, and why.
    pub fn judge(&self, mention: &Mention<'_>) -> Judgement {
        if self.not_relevant < NOT_RELEVANT_MIN {
            return Judgement::Keep;
        }
        let known = features(mention, &self.own).into_iter().filter_map(|(feature, written)| {
            let weight = *self.weights.get(&feature)?;
            Some(Reason { feature, written, weight })
        });
        let (mut against, mut for_it): (Vec<Reason>, Vec<Reason>) =
            known.partition(|reason| reason.weight > 0.0);
        for side in [&mut against, &mut for_it] {
            side.sort_by(|a, b| {
                b.weight.abs().total_cmp(&a.weight.abs()).then_with(|| a.feature.cmp(&b.feature))
            });
            // A host, its source and their kind are one witness, not three.
            let mut places = 0;
            side.retain(|reason| {
                places += usize::from(reason.feature.is_place());
                !reason.feature.is_place() || places == 1
            });
            side.truncate(SPEAKERS_MAX);
        }
        let sum = |side: &[Reason]| side.iter().map(|reason| reason.weight).sum::<f64>();
        let odds = sum(&against) + sum(&for_it) - CAUTION;
        let probability = 1.0 / (1.0 + (-odds).exp());
        if probability < DOUBTFUL_MIN || against.is_empty() {
            return Judgement::Keep;
        }
        let mut because = against;
        because.extend(for_it);
        because.sort_by(|a, b| {
            b.weight.abs().total_cmp(&a.weight.abs()).then_with(|| a.feature.cmp(&b.feature))
        });
        because.truncate(REASONS_MAX);
        Judgement::Doubtful { probability, because }
    }
}

fn weight(count: &Count, not_relevant: u32, relevant: u32, all: usize) -> f64 {
    let all = f64::from(u32::try_from(all).unwrap_or(u32::MAX)).max(1.0);
    let marked = count.not_relevant + count.relevant;
    let general = SMOOTHING * (f64::from(count.background + marked) / all).min(1.0);
    let share = |seen: u32, of: u32| (f64::from(seen) + general) / (f64::from(of) + SMOOTHING);
    let weight = (share(count.not_relevant, not_relevant) / share(count.relevant, relevant)).ln();
    let most = if marked < 2 { WEIGHT_OF_ONE_MARK_MAX } else { WEIGHT_MAX };
    weight.clamp(-most, most)
}
