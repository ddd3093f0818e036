//! How unusual a window's sum is, and what several windows say together.

use crate::calibration::Calibrator;
use crate::config::{Config, Statistic};
use crate::tail;
use crate::window::Sum;

/// How much more than expected `count` is; 0 where it is not more.
pub(crate) fn excess(config: &Config, count: f64, sum: &Sum) -> f64 {
    match config.statistic {
        Statistic::LogExcess if count > sum.expected => {
            ((count - sum.expected) / deviation(config, sum)).ln_1p()
        }
        Statistic::Tail if sum.expected > 0.0 => {
            let size = sum.expected * sum.expected / sum.dispersion.max(1e-9);
            tail::upper_tail(count.round(), sum.expected, size)
        }
        Statistic::LogExcess | Statistic::Tail => 0.0,
    }
}

/// How much less than expected came.
pub(crate) fn deficit(config: &Config, sum: &Sum) -> f64 {
    let below = sum.expected - sum.count;
    if below > 0.0 { (below / deviation(config, sum)).ln_1p() } else { 0.0 }
}

fn deviation(config: &Config, sum: &Sum) -> f64 {
    let spread = config.spread * sum.expected * sum.expected;
    (sum.expected + sum.dispersion.max(1e-9) + spread).max(1e-9).sqrt()
}

/// Returns the level of several windows together, by the harmonic mean of their probabilities (Wilson 2019), and the
/// place of the most unusual one. Their calibrators see what came.
pub(crate) fn joined(
    sums: &[Sum],
    calibrators: &mut [Calibrator],
    statistic: impl Fn(usize, &Sum) -> f64,
) -> (f64, usize) {
    let (mut total, mut highest, mut leading) = (0.0, -1.0, 0);
    for (place, (sum, calibrator)) in sums.iter().zip(&mut *calibrators).enumerate() {
        let x = statistic(place, sum) as f32;
        let level = calibrator.level(x);
        calibrator.observe(x);
        total += power_of_ten(level);
        if level > highest {
            (highest, leading) = (level, place);
        }
    }
    ((total / calibrators.len().max(1) as f64).log10(), leading)
}

/// Most windows are at level 0, where no power needs to be reckoned.
fn power_of_ten(level: f32) -> f64 {
    if level > 0.0 { (f64::from(level) * std::f64::consts::LOG2_10).exp2() } else { 1.0 }
}
