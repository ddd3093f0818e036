//! What a number of stars says: more than most words, yet not all, since people err with both.

use model::{Rating, Tone};

use super::Reading;

/// The logit that one star or five add to their side, and take from the other.
const WHOLE: f32 = 4.0;
/// Three stars are neither: this much is taken from both sides.
const MIDDLE: f32 = 0.8;

/// Returns what a rating adds to the logits of negative and positive against neutral.
pub(super) fn shift(rating: Rating) -> [f32; 2] {
    let side = side(rating);
    let middle = MIDDLE * (1.0 - 2.0 * side.abs()).max(0.0);
    [-WHOLE * side - middle, WHOLE * side - middle]
}

/// Reads a rating in a language that we do not: the stars alone.
pub(super) fn alone(rating: Rating) -> Reading {
    let [negative, positive] = shift(rating);
    let parts = [negative.exp(), 1.0, positive.exp()];
    let total: f32 = parts.iter().sum();
    let [negative, neutral, positive] = parts.map(|part| part / total);
    let (tone, confidence) = super::likeliest(negative, neutral, positive);
    let tone = (tone != Tone::Neutral || confidence >= 0.5).then_some(tone);
    Reading { tone, score: positive - negative, confidence, evidence: Vec::new() }
}

/// From -1, one star, to 1, five.
fn side(rating: Rating) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "at most 5000")]
    let stars = rating.stars_milli() as f32;
    (stars - 3000.0) / 2000.0
}
