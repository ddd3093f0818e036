//! How rare a statistic's value is in this series, from the highest value of each past block.
//!
//! Above a threshold u a little over the mean of these, the tail is taken for exponential:
//! P(a block reaches x) = ζ · exp(−(x − u) / e), with ζ the share of blocks that pass u and e the mean excess. All of
//! it fades, is cut against bursts, and begins with a stated prior (peaks over threshold; Siffer et al. 2017).

use std::f32::consts::LN_10;

use crate::config::Calibration;
use crate::snapshot::{Reader, Writer};

/// The share of blocks above the threshold that is assumed at first, and the least that is ever assumed.
const EXCEEDING_PRIOR: f32 = 0.2;
const EXCEEDING_MIN: f32 = 0.02;
/// The threshold lies this many deviations above the mean; what is learnt is cut at this many.
const THRESHOLD_DEVIATIONS: f32 = 0.5;
const CLIP_DEVIATIONS: f32 = 3.0;
/// No level, a power of ten, is above this.
const LEVEL_MAX: f32 = 12.0;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calibrator {
    /// Of blocks: their weight, and the sums of their highest values, of their squares and of those above the threshold.
    weight: f32,
    sum: f32,
    squares: f32,
    exceeding: f32,
    excess_weight: f32,
    excess_sum: f32,
    /// Of the present block; below 0 before its first value.
    highest: f32,
    tail: Tail,
}

/// What follows from the sums.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tail {
    mean: f32,
    deviation: f32,
    threshold: f32,
    /// The level at the threshold, and by how much it rises for each unit above.
    at_threshold: f32,
    slope: f32,
}

impl Calibrator {
    pub(crate) fn new(prior: &Calibration) -> Self {
        let (m, s, n) = (prior.mean, prior.deviation, prior.weight);
        let mut calibrator = Self {
            weight: n,
            sum: m * n,
            squares: (s * s + m * m) * n,
            exceeding: EXCEEDING_PRIOR * n,
            excess_weight: prior.excess_weight,
            excess_sum: prior.excess * prior.excess_weight,
            highest: -1.0,
            tail: Tail { mean: m, deviation: s, threshold: m, at_threshold: 0.0, slope: 0.0 },
        };
        calibrator.tail = calibrator.follows(prior);
        calibrator
    }

    /// −log10 of the probability that a block's highest value reaches `x`.
    pub(crate) fn level(&self, x: f32) -> f32 {
        let Tail { mean, threshold, at_threshold, slope, .. } = self.tail;
        if x > threshold {
            (at_threshold + (x - threshold) * slope).min(LEVEL_MAX)
        } else {
            ((x - mean) / (threshold - mean + 1e-9)).max(0.0) * at_threshold
        }
    }

    pub(crate) fn observe(&mut self, x: f32) {
        self.highest = self.highest.max(x);
    }

    /// Ends a block. One of which not enough was observed, or in which a channel never looked, teaches nothing.
    pub(crate) fn end_block(&mut self, prior: &Calibration, enough: bool) {
        let x = std::mem::replace(&mut self.highest, -1.0);
        if enough && x >= 0.0 {
            self.learn(prior, x);
        }
    }

    fn learn(&mut self, prior: &Calibration, x: f32) {
        let keep = (-prior.half_life.recip()).exp2();
        let v = x.min(self.tail.mean + CLIP_DEVIATIONS * self.tail.deviation);
        self.weight = self.weight * keep + 1.0;
        self.sum = self.sum * keep + v;
        self.squares = self.squares * keep + v * v;
        self.exceeding *= keep;
        if x > self.tail.threshold {
            let usual = self.excess_sum / self.excess_weight;
            self.exceeding += 1.0;
            self.excess_weight = self.excess_weight * keep + 1.0;
            self.excess_sum =
                self.excess_sum * keep + (x - self.tail.threshold).min(CLIP_DEVIATIONS * usual);
        }
        self.exceeding = self.exceeding.max(EXCEEDING_MIN * self.weight);
        self.tail = self.follows(prior);
    }

    fn follows(&self, prior: &Calibration) -> Tail {
        let mean = self.sum / self.weight;
        let least = 0.3 * prior.deviation;
        let deviation = (self.squares / self.weight - mean * mean).max(least * least).sqrt();
        Tail {
            mean,
            deviation,
            threshold: mean + THRESHOLD_DEVIATIONS * deviation,
            at_threshold: -(self.exceeding / self.weight).log10(),
            slope: self.excess_weight / (self.excess_sum * LN_10),
        }
    }

    /// All that is kept; the rest follows from it.
    fn kept(&mut self) -> [&mut f32; 7] {
        [
            &mut self.weight,
            &mut self.sum,
            &mut self.squares,
            &mut self.exceeding,
            &mut self.excess_weight,
            &mut self.excess_sum,
            &mut self.highest,
        ]
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.f32s(&self.clone().kept().map(|field| *field));
    }

    pub(crate) fn read(&mut self, prior: &Calibration, from: &mut Reader) {
        for field in self.kept() {
            from.f32s(std::slice::from_mut(field));
        }
        self.tail = self.follows(prior);
    }
}
