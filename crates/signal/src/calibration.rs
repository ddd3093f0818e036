//! How rare a statistic's value is in this series, from the highest value of each past block.

use crate::config::Config;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calibrator {
    weight: f64,
    sum: f64,
    squares: f64,
    mean: f64,
    deviation: f64,
    threshold: f64,
    excess_weight: f64,
    excess_sum: f64,
    excess: f64,
    exceeding: f64,
    exceeding_weight: f64,
    highest: f64,
    buckets: u32,
    observed: u32,
}

impl Calibrator {
    pub(crate) fn new(config: &Config) -> Self {
        let (m, s, n) = (config.cal_mean, config.cal_deviation, config.cal_weight);
        Self {
            weight: n,
            sum: m * n,
            squares: (s * s + m * m) * n,
            mean: m,
            deviation: s,
            threshold: m + config.cal_quantile * s,
            excess_weight: config.cal_excess_weight,
            excess_sum: config.cal_excess * config.cal_excess_weight,
            excess: config.cal_excess,
            exceeding: 0.2 * n,
            exceeding_weight: n,
            highest: -1.0,
            buckets: 0,
            observed: 0,
        }
    }

    /// −log10 of the probability that a block's highest value reaches `x`.
    pub(crate) fn level(&self, x: f64) -> f64 {
        let at_threshold = -(self.exceeding / self.exceeding_weight).log10();
        if x > self.threshold {
            (at_threshold + (x - self.threshold) / self.excess / std::f64::consts::LN_10).min(12.0)
        } else {
            ((x - self.mean) / (self.threshold - self.mean + 1e-9)).max(0.0) * at_threshold
        }
    }

    pub(crate) fn observe(&mut self, x: f64) {
        self.observed += 1;
        self.highest = self.highest.max(x);
    }

    /// Ends a bucket; `block` is the length of a block in buckets.
    pub(crate) fn end_bucket(&mut self, config: &Config, block: u32) {
        self.buckets += 1;
        if self.buckets < block {
            return;
        }
        if 2 * self.observed >= block {
            self.learn(config);
        }
        self.highest = -1.0;
        self.buckets = 0;
        self.observed = 0;
    }

    fn learn(&mut self, config: &Config) {
        let keep = (-1.0 / config.cal_blocks).exp2();
        let x = self.highest;
        let v = x.min(self.mean + config.cal_clip * self.deviation);
        self.weight = self.weight * keep + 1.0;
        self.sum = self.sum * keep + v;
        self.squares = self.squares * keep + v * v;
        self.mean = self.sum / self.weight;
        let least = 0.3 * config.cal_deviation;
        self.deviation =
            (self.squares / self.weight - self.mean * self.mean).max(least * least).sqrt();
        self.exceeding_weight = self.exceeding_weight * keep + 1.0;
        self.exceeding *= keep;
        if x > self.threshold {
            self.exceeding += 1.0;
            self.excess_weight = self.excess_weight * keep + 1.0;
            self.excess_sum =
                self.excess_sum * keep + (x - self.threshold).min(config.cal_clip * self.excess);
            self.excess = self.excess_sum / self.excess_weight;
        }
        self.exceeding = self.exceeding.max(0.02 * self.exceeding_weight);
        self.threshold = self.mean + config.cal_quantile * self.deviation;
    }
}
