//! Learns weights from labelled texts: multinomial logistic regression over the features of
//! `feature.rs`. Each set of texts has a bias of its own while learning, which is dropped afterwards, so
//! that what a set has much of (tweets are rarely neutral where somebody chose them) is not taken for
//! what words mean. Probabilities are calibrated on texts that the model had not seen.

mod calibrate;
mod minimum;

use std::collections::BTreeMap;

use model::Tone;

use super::aim::About;
use super::emoji::Sign;
use super::feature::{self, DENSE, Features, PLACES};
use super::lexicon::{Lexicon, Table};
use super::token::Tokens;
use super::weights::{Calibration, Weights};

/// A text whose tone is known.
#[derive(Debug, Clone)]
pub struct Example {
    pub text: String,
    pub tone: Tone,
    /// The number of the set that it comes from, from 0 without gaps.
    pub set: usize,
}

/// How to learn.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How much weights are drawn to 0, in examples: of hashed features and of dense ones.
    pub ridge_hashed: f64,
    pub ridge_dense: f64,
    /// How a set's say grows with its size: 1 means each text has the same, 0 each set.
    pub set_power: f64,
    pub steps_max: usize,
    /// Into how many parts the texts are cut to judge each by what the others teach.
    pub folds: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { ridge_hashed: 1.0, ridge_dense: 0.1, set_power: 0.5, steps_max: 80, folds: 5 }
    }
}

/// Weights, and how they would have done on texts that they had not seen.
#[derive(Debug)]
pub struct Training {
    pub weights: Weights,
    /// For each example the probabilities of negative, neutral and positive, by weights that were
    /// learnt without its part of the texts.
    pub unseen: Vec<[f32; 3]>,
}

/// A text as the model sees it.
struct Case {
    /// Columns of the texts' own, and values.
    hashed: Vec<(u32, f32)>,
    dense: [f32; DENSE],
    class: usize,
    set: usize,
    weight: f64,
}

impl Case {
    /// Hands out the features: where they stand among all, and their values.
    fn each(&self, columns: usize, with_set: bool, mut each: impl FnMut(usize, f64)) {
        for (column, value) in &self.hashed {
            each(*column as usize, f64::from(*value));
        }
        for (at, value) in self.dense.iter().enumerate() {
            each(columns + at, f64::from(*value));
        }
        each(columns + DENSE, 1.0);
        if with_set {
            each(columns + DENSE + 1 + self.set, 1.0);
        }
    }
}

/// Learns from examples. The notes go into the file, as they are.
pub fn train(
    lang: &str,
    examples: &[Example],
    lexicon: Lexicon,
    notes: Vec<(String, String)>,
    options: &Options,
) -> Training {
    let table = Table::new(&lexicon, lang);
    let (cases, places) = cases(examples, &table, options);
    let mut logits = vec![[0.0; 2]; cases.len()];
    for fold in 0..options.folds {
        let taught: Vec<&Case> = cases
            .iter()
            .enumerate()
            .filter(|(at, _)| at % options.folds != fold)
            .map(|(_, case)| case)
            .collect();
        let learnt = Learnt::new(&taught, places.len(), options);
        for at in (fold..cases.len()).step_by(options.folds) {
            logits[at] = learnt.logits(&cases[at]);
        }
    }
    let calibration = calibrate::calibrate(examples, &logits);
    let unseen =
        logits.iter().map(|logits| super::probabilities(logits.map(to_f32), calibration)).collect();
    let learnt = Learnt::new(&cases.iter().collect::<Vec<_>>(), places.len(), options);
    let weights = learnt.weights(lang, notes, lexicon, &places, calibration);
    Training { weights, unseen }
}

/// Reads the examples; returns them and the place of each column in use.
fn cases(examples: &[Example], table: &Table, options: &Options) -> (Vec<Case>, Vec<u32>) {
    let sets = examples.iter().map(|example| example.set + 1).max().unwrap_or(0);
    let mut sizes = vec![0.0_f64; sets];
    for example in examples {
        sizes[example.set] += 1.0;
    }
    let mean_size = mean(&sizes);
    let mut columns: BTreeMap<u32, u32> = BTreeMap::new();
    let mut places = Vec::new();
    let mut read = |example: &Example| {
        let mut tokens = Tokens::default();
        tokens.read(&example.text, 0..example.text.len().min(super::TEXT_BYTES_MAX));
        let features = Features::new(tokens, table, About::default());
        let column = |place: u32| {
            *columns.entry(place).or_insert_with(|| {
                places.push(place);
                u32::try_from(places.len() - 1).unwrap_or(u32::MAX)
            })
        };
        let places: Vec<u32> = features.hashed.iter().map(|feature| feature.place).collect();
        let hashed =
            places.into_iter().map(column).zip(features.hashed.iter().map(|feature| feature.value));
        Case {
            hashed: hashed.collect(),
            dense: features.dense,
            class: class(example.tone),
            set: example.set,
            weight: (sizes[example.set] / mean_size).powf(options.set_power - 1.0),
        }
    };
    let cases = examples.iter().map(&mut read).collect();
    (cases, places)
}

fn class(tone: Tone) -> usize {
    match tone {
        Tone::Negative => 0,
        Tone::Neutral => 1,
        Tone::Positive => 2,
    }
}

/// Biases are hardly drawn to 0; those of the sets a little, so that what is common is in the common one.
const RIDGE_BIAS: f64 = 1e-3;
const RIDGE_SET: f64 = 1e-2;

/// What is known of signs before any text is read: the weights that theirs are drawn to, since sets may hold
/// few of them. For each a dense feature and the weights of negative, neutral and positive.
fn prior() -> [(usize, [f64; 3]); 5] {
    [
        (feature::count_of(Sign::Glad), [-2.0, -2.0, 4.0]),
        (feature::count_of(Sign::Sad), [3.0, -1.5, -1.5]),
        (feature::count_of(Sign::Angry), [4.0, -2.0, -2.0]),
        (feature::count_of(Sign::Irony), [3.0, -1.0, -2.0]),
        (feature::PRAISE_IN_DOUBT, [3.0, 0.0, -3.0]),
    ]
}

/// Weights as they are learnt: the hashed columns, the dense ones, the bias and the sets', three each.
struct Learnt {
    values: Vec<f64>,
    columns: usize,
    /// The mean bias of the sets that have all three classes.
    set_bias: [f64; 3],
}

impl Learnt {
    fn new(cases: &[&Case], columns: usize, options: &Options) -> Self {
        let sets = cases.iter().map(|case| case.set + 1).max().unwrap_or(0);
        let row = columns + DENSE + 1 + sets;
        let mut values = vec![0.0; 3 * row];
        for (feature, weights) in prior() {
            values[3 * (columns + feature)..3 * (columns + feature) + 3].copy_from_slice(&weights);
        }
        let expected = values.clone();
        let ridge = |at: usize| match at {
            at if at < columns => options.ridge_hashed,
            at if at < columns + DENSE => options.ridge_dense,
            at if at == columns + DENSE => RIDGE_BIAS,
            _ => RIDGE_SET,
        };
        let ridges: Vec<f64> = (0..3 * row).map(|at| ridge(at / 3)).collect();
        minimum::minimize(&mut values, options.steps_max, 1e-4, |values, gradient| {
            let mut loss = 0.0;
            let from = values.iter().zip(&expected).map(|(value, expected)| value - expected);
            for ((from, slope), ridge) in from.zip(gradient.iter_mut()).zip(&ridges) {
                *slope = ridge * from;
                loss += 0.5 * ridge * from * from;
            }
            for case in cases {
                let scores = scores(case, values, columns, true);
                let max = scores.iter().copied().fold(f64::MIN, f64::max);
                let total: f64 = scores.iter().map(|score| (score - max).exp()).sum();
                loss -= case.weight * (scores[case.class] - max - total.ln());
                let slopes = [0, 1, 2].map(|class| {
                    let expected = f64::from(u8::from(class == case.class));
                    case.weight * ((scores[class] - max).exp() / total - expected)
                });
                case.each(columns, true, |at, value| {
                    for (to, slope) in gradient[3 * at..3 * at + 3].iter_mut().zip(slopes) {
                        *to += slope * value;
                    }
                });
            }
            loss
        });
        let whole: Vec<usize> = (0..sets)
            .filter(|set| {
                (0..3).all(|class| cases.iter().any(|case| case.set == *set && case.class == class))
            })
            .collect();
        let set_bias = [0, 1, 2].map(|class| {
            let bias = |set: &usize| values[3 * (columns + DENSE + 1 + set) + class];
            mean(&whole.iter().map(bias).collect::<Vec<_>>())
        });
        Self { values, columns, set_bias }
    }

    /// Returns the logits of negative and positive against neutral, without a set's bias.
    fn logits(&self, case: &Case) -> [f64; 2] {
        let scores = scores(case, &self.values, self.columns, false);
        let score = |class: usize| scores[class] + self.set_bias[class];
        [score(0) - score(1), score(2) - score(1)]
    }

    fn weights(
        &self,
        lang: &str,
        notes: Vec<(String, String)>,
        lexicon: Lexicon,
        places: &[u32],
        calibration: Calibration,
    ) -> Weights {
        let against = |at: usize| {
            let value = |class: usize| self.values[3 * at + class];
            [value(0) - value(1), value(2) - value(1)]
        };
        let hashed: Vec<[f64; 2]> = (0..self.columns).map(against).collect();
        let max = hashed.iter().flatten().map(|weight| weight.abs()).fold(0.0, f64::max);
        let unit = to_f32(max / 127.0).max(f32::MIN_POSITIVE);
        let mut steps = vec![[0_i8; 2]; PLACES];
        for (place, weights) in places.iter().zip(&hashed) {
            #[expect(clippy::cast_possible_truncation, reason = "at most 127 units")]
            let step = |weight: f64| (weight / f64::from(unit)).round().clamp(-127.0, 127.0) as i8;
            steps[*place as usize] = weights.map(step);
        }
        let bias = against(self.columns + DENSE);
        let sets = [self.set_bias[0] - self.set_bias[1], self.set_bias[2] - self.set_bias[1]];
        let mut dense = [[0.0; 2]; DENSE];
        for (at, weights) in dense.iter_mut().enumerate() {
            *weights = against(self.columns + at).map(to_f32);
        }
        Weights {
            lang: lang.to_owned(),
            notes,
            bias: [to_f32(bias[0] + sets[0]), to_f32(bias[1] + sets[1])],
            calibration,
            dense,
            unit,
            hashed: steps,
            lexicon,
        }
    }
}

/// Returns the scores of the three classes.
fn scores(case: &Case, values: &[f64], columns: usize, with_set: bool) -> [f64; 3] {
    let mut scores = [0.0; 3];
    case.each(columns, with_set, |at, value| {
        for (score, weight) in scores.iter_mut().zip(&values[3 * at..3 * at + 3]) {
            *score += weight * value;
        }
    });
    scores
}

#[expect(clippy::cast_possible_truncation, reason = "weights are kept in single precision")]
fn to_f32(value: f64) -> f32 {
    value as f32
}

/// Returns the mean, 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "there are not that many sets")]
fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}
