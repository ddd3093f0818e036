//! Which words decided: what each adds to the logit of praise against blame, told in the text's own words.

use model::Tone;

use super::feature::Features;
use super::token::Kind;
use super::weights::Weights;
use super::window::Offsets;
use super::{EVIDENCE_MAX, Evidence};

/// Words that add less say nothing.
const WEIGHT_MIN: f32 = 0.12;
/// Words that no lexicon knows need to weigh this much more to be named: learnt weights are noisy.
const UNKNOWN: f32 = 0.4;

/// Finds the words that speak for the tone; for a neutral one those of either side.
pub(super) fn find(
    features: &Features,
    weights: &Weights,
    tone: Tone,
    offsets: Offsets,
) -> Vec<Evidence> {
    let mut found: Vec<(f32, usize)> = added(features, weights)
        .into_iter()
        .enumerate()
        .filter(|(token, _)| matches!(features.tokens.list[*token].kind, Kind::Word | Kind::Sign))
        .map(|(token, weight)| (weight, token))
        .filter(|(weight, token)| {
            let known = features.opinions.sayings[*token].says_something()
                || features.tokens.list[*token].kind == Kind::Sign;
            let for_tone = match tone {
                Tone::Negative => -weight,
                Tone::Positive => *weight,
                Tone::Neutral => weight.abs(),
            };
            for_tone >= if known { WEIGHT_MIN } else { UNKNOWN }
        })
        .collect();
    found.sort_by(|(a, at), (b, bt)| b.abs().total_cmp(&a.abs()).then(at.cmp(bt)));
    let mut evidence: Vec<Evidence> = Vec::new();
    for (weight, token) in found {
        let saying = &features.opinions.sayings[token];
        let list = &features.tokens.list;
        let part = offsets.part(token);
        // What belongs together stands in one part: sentences do not go over its end.
        let range = list[saying.first].start as usize..list[saying.last].end as usize;
        let overlaps = |other: &Evidence| {
            other.part == part && other.range.start < range.end && range.start < other.range.end
        };
        if !range.is_empty() && !evidence.iter().any(overlaps) {
            evidence.push(Evidence { part, range, weight });
        }
        if evidence.len() == EVIDENCE_MAX {
            break;
        }
    }
    evidence
}

/// Returns what each token adds to the logit of positive less that of negative.
fn added(features: &Features, weights: &Weights) -> Vec<f32> {
    let slope = weights.calibration.slope;
    let mut added = vec![0.0_f32; features.tokens.list.len()];
    for hashed in &features.hashed {
        let [negative, positive] = weights.hashed[hashed.place as usize];
        let step = f32::from(positive) - f32::from(negative);
        added[hashed.token as usize] += slope * weights.unit * step * hashed.value;
    }
    for (token, feature, share) in &features.shares {
        let feature = usize::from(*feature);
        for feature in [feature, feature + 2] {
            let [negative, positive] = weights.dense[feature];
            added[*token as usize] +=
                slope * features.dense[feature] * (positive - negative) * share;
        }
    }
    for (token, count) in &features.counted {
        let count = usize::from(*count);
        let [negative, positive] = weights.dense[count];
        added[*token as usize] += slope * super::feature::DENSE_SCALE * (positive - negative);
    }
    added
}
