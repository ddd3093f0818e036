//! Makes logits probabilities: a slope and two shifts (vector scaling after Platt; Guo et al., On
//! Calibration of Modern Neural Networks, 2017), by what the model said of texts that it had not seen.

use model::Tone;

use super::{Example, class, minimum, to_f32};
use crate::tone::probabilities;
use crate::tone::weights::Calibration;

/// How much the calibration is drawn to none; each set has a say of 3.
const RIDGE: f64 = 0.01;
/// What is claimed.
const SHARE_MIN: f64 = 0.9;
/// Fewer texts than these tell nothing of a share.
const CALLED_MIN: u32 = 40;
const CAUTION_STEPS_MAX: usize = 60;

/// Finds the calibration under which the tones of the examples are most probable. Only sets that have
/// all three tones are asked, and each tone of each set has the same say: nobody knows how much blame the
/// texts to come will hold.
pub(super) fn calibrate(examples: &[Example], logits: &[[f64; 2]]) -> Calibration {
    let sets = examples.iter().map(|example| example.set + 1).max().unwrap_or(0);
    let mut counts = vec![[0.0_f64; 3]; sets];
    for example in examples {
        counts[example.set][class(example.tone)] += 1.0;
    }
    let weights: Vec<f64> = examples
        .iter()
        .map(|example| {
            let counts = &counts[example.set];
            if counts.contains(&0.0) { 0.0 } else { 1.0 / counts[class(example.tone)] }
        })
        .collect();
    let mut values = [1.0, 0.0, 0.0];
    minimum::minimize(&mut values, 200, 1e-6, |values, gradient| {
        // A few texts that all agree would ask for an endless slope.
        gradient.copy_from_slice(&[
            RIDGE * (values[0] - 1.0),
            RIDGE * values[1],
            RIDGE * values[2],
        ]);
        let mut loss =
            0.5 * RIDGE * ((values[0] - 1.0).powi(2) + values[1].powi(2) + values[2].powi(2));
        for ((example, logits), weight) in examples.iter().zip(logits).zip(&weights) {
            let scores =
                [values[0] * logits[0] + values[1], 0.0, values[0] * logits[1] + values[2]];
            let max = scores.iter().copied().fold(f64::MIN, f64::max);
            let total: f64 = scores.iter().map(|score| (score - max).exp()).sum();
            let expected = class(example.tone);
            loss -= weight * (scores[expected] - max - total.ln());
            let wrong = |at: usize| {
                weight * ((scores[at] - max).exp() / total - f64::from(u8::from(at == expected)))
            };
            gradient[0] += wrong(0) * logits[0] + wrong(2) * logits[1];
            gradient[1] += wrong(0);
            gradient[2] += wrong(2);
        }
        loss
    });
    let mut calibration = values.map(to_f32);
    // Less sure by steps, which changes no tone, until the claim holds in each set.
    for _ in 0..CAUTION_STEPS_MAX {
        let found = Calibration { slope: calibration[0], shift: [calibration[1], calibration[2]] };
        if (0..sets)
            .filter(|set| !counts[*set].contains(&0.0))
            .all(|set| holds(examples, logits, set, found))
        {
            break;
        }
        calibration = calibration.map(|value| value * 0.98);
    }
    Calibration { slope: calibration[0], shift: [calibration[1], calibration[2]] }
}

/// Tells whether nine in ten texts of a set that are called negative with 0.9 are negative. A few tell nothing.
fn holds(examples: &[Example], logits: &[[f64; 2]], set: usize, calibration: Calibration) -> bool {
    let (mut called, mut right) = (0_u32, 0_u32);
    for (example, logits) in examples.iter().zip(logits).filter(|(example, _)| example.set == set) {
        let [negative, ..] = probabilities(logits.map(to_f32), calibration);
        if negative >= 0.9 {
            called += 1;
            right += u32::from(example.tone == Tone::Negative);
        }
    }
    called < CALLED_MIN || f64::from(right) >= SHARE_MIN * f64::from(called)
}
