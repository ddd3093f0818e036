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
    weight: f32,
    sum: f32,
    squares: f32,
    mean: f32,
    deviation: f32,
    threshold: f32,
    excess_weight: f32,
    excess_sum: f32,
    exceeding: f32,
    exceeding_weight: f32,
    at_threshold: f32,
    highest: f32,
}

impl Calibrator {
    pub(crate) const SIZE: usize = 12;

    pub(crate) fn new(prior: &Calibration) -> Self {
        let (m, s, n) = (prior.mean, prior.deviation, prior.weight);
        Self {
            weight: n,
            sum: m * n,
            squares: (s * s + m * m) * n,
            mean: m,
            deviation: s,
            threshold: m + THRESHOLD_DEVIATIONS * s,
            excess_weight: prior.excess_weight,
            excess_sum: prior.excess * prior.excess_weight,
            exceeding: EXCEEDING_PRIOR * n,
            exceeding_weight: n,
            at_threshold: -EXCEEDING_PRIOR.log10(),
            highest: -1.0,
        }
    }

    /// −log10 of the probability that a block's highest value reaches `x`.
    pub(crate) fn level(&self, x: f32) -> f32 {
        if x > self.threshold {
            (self.at_threshold + (x - self.threshold) / (self.excess() * LN_10)).min(LEVEL_MAX)
        } else {
            ((x - self.mean) / (self.threshold - self.mean + 1e-9)).max(0.0) * self.at_threshold
        }
    }

    pub(crate) fn observe(&mut self, x: f32) {
        self.highest = self.highest.max(x);
    }

    /// Ends a block of which too little was observed.
    pub(crate) fn forget(&mut self) {
        self.highest = -1.0;
    }

    /// Ends a block.
    pub(crate) fn learn(&mut self, prior: &Calibration) {
        let keep = (-prior.half_life.recip()).exp2();
        let x = std::mem::replace(&mut self.highest, -1.0);
        let v = x.min(self.mean + CLIP_DEVIATIONS * self.deviation);
        self.weight = self.weight * keep + 1.0;
        self.sum = self.sum * keep + v;
        self.squares = self.squares * keep + v * v;
        self.mean = self.sum / self.weight;
        let least = 0.3 * prior.deviation;
        self.deviation =
            (self.squares / self.weight - self.mean * self.mean).max(least * least).sqrt();
        self.exceeding_weight = self.exceeding_weight * keep + 1.0;
        self.exceeding *= keep;
        if x > self.threshold {
            let excess = (x - self.threshold).min(CLIP_DEVIATIONS * self.excess());
            self.exceeding += 1.0;
            self.excess_weight = self.excess_weight * keep + 1.0;
            self.excess_sum = self.excess_sum * keep + excess;
        }
        self.exceeding = self.exceeding.max(EXCEEDING_MIN * self.exceeding_weight);
        self.at_threshold = -(self.exceeding / self.exceeding_weight).log10();
        self.threshold = self.mean + THRESHOLD_DEVIATIONS * self.deviation;
    }

    fn excess(&self) -> f32 {
        self.excess_sum / self.excess_weight
    }

    fn fields(&self) -> [f32; Self::SIZE] {
        [
            self.weight,
            self.sum,
            self.squares,
            self.mean,
            self.deviation,
            self.threshold,
            self.excess_weight,
            self.excess_sum,
            self.exceeding,
            self.exceeding_weight,
            self.at_threshold,
            self.highest,
        ]
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.f32s(&self.fields());
    }

    pub(crate) fn read(from: &mut Reader) -> Self {
        let mut fields = [0.0; Self::SIZE];
        from.f32s(&mut fields);
        let [
            weight,
            sum,
            squares,
            mean,
            deviation,
            threshold,
            excess_weight,
            excess_sum,
            exceeding,
            exceeding_weight,
            at_threshold,
            highest,
        ] = fields;
        Self {
            weight,
            sum,
            squares,
            mean,
            deviation,
            threshold,
            excess_weight,
            excess_sum,
            exceeding,
            exceeding_weight,
            at_threshold,
            highest,
        }
    }
}
