//! How unusual a window's sum is.

use crate::config::Statistic;
use crate::tail;
use crate::window::Sum;

/// A statistic of the usual spread, and the same where the expectation may be off by more.
pub(crate) fn doubted(doubt: f64, spread: f64, statistic: impl Fn(f64) -> f64) -> [f64; 2] {
    let usual = statistic(spread);
    [usual, if doubt > 0.0 { statistic(spread + doubt) } else { usual }]
}

/// How much more than expected `count` is; 0 where it is not more.
pub(crate) fn excess(statistic: Statistic, spread: f64, count: f64, sum: &Sum) -> f64 {
    match statistic {
        Statistic::LogExcess if count > sum.expected => {
            ((count - sum.expected) / deviation(spread, sum)).ln_1p()
        }
        Statistic::Tail if sum.expected > 0.0 => {
            let size = sum.expected * sum.expected / sum.dispersion.max(1e-9);
            tail::upper_tail(count.round(), sum.expected, size)
        }
        Statistic::LogExcess | Statistic::Tail => 0.0,
    }
}

/// How much less than expected came: the exponent of Chernoff's bound on P(count ≤ Y) of a Poisson variable, divided by
/// how much wider than that the window's sum spreads; 0 where it is not less.
pub(crate) fn deficit(spread: f64, sum: &Sum) -> f64 {
    let (count, expected) = (sum.count, sum.expected);
    if count >= expected {
        return 0.0;
    }
    let likelihood = if count > 0.0 { count * (count / expected).ln() } else { 0.0 };
    (expected - count + likelihood) / (1.0 + sum.dispersion / expected + spread * expected)
}

fn deviation(spread: f64, sum: &Sum) -> f64 {
    let spread = spread * sum.expected * sum.expected;
    (sum.expected + sum.dispersion.max(1e-9) + spread).max(1e-9).sqrt()
}
