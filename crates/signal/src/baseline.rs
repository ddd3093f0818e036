//! The expected count, level × hour × weekday, and its dispersion, learnt from one bucket after another.

use crate::config::Config;
use crate::slot::{HOURS, Slot, WEEKDAYS};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Baseline {
    level: f64,
    level_sums: [f64; 2],
    seen: u32,
    dispersion_sums: [f64; 2],
    hour: [f32; HOURS],
    hour_sums: [[f64; 2]; HOURS],
    weekday: [f32; WEEKDAYS],
    weekday_sums: [[f64; 2]; WEEKDAYS],
}

impl Baseline {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            level: -1.0,
            level_sums: [0.0; 2],
            seen: 0,
            dispersion_sums: [config.dispersion_prior, 1.0],
            hour: [1.0; HOURS],
            hour_sums: [[0.0; 2]; HOURS],
            weekday: [1.0; WEEKDAYS],
            weekday_sums: [[0.0; 2]; WEEKDAYS],
        }
    }

    fn seasons(&self, slot: &Slot) -> (f64, f64) {
        let hour = slot.hours.iter().map(|&(hour, share)| f64::from(self.hour[hour]) * share).sum();
        (hour, f64::from(self.weekday[slot.weekday]))
    }

    pub(crate) fn expected(&self, slot: &Slot, count: Option<f64>) -> f64 {
        let (hour, weekday) = self.seasons(slot);
        let expected = if self.level < 0.0 {
            count.map_or(0.2, |count| count.max(0.2))
        } else {
            self.level * hour * weekday
        };
        expected.max(1e-4)
    }

    pub(crate) fn dispersion(&self) -> f64 {
        self.dispersion_sums[0] / self.dispersion_sums[1]
    }

    pub(crate) fn learn(&mut self, config: &Config, slot: &Slot, count: f64, expected: f64) {
        let bpd = config.buckets_per_day;
        let (hour, weekday) = self.seasons(slot);
        let season = hour * weekday;
        let phi = self.dispersion();
        let variance = expected + expected * expected * phi;
        let clipped = count.min(expected + config.clip * variance.sqrt() + 1.0);
        let half = (config.level_days * bpd).min((0.15 * bpd).max(f64::from(self.seen) * 0.7));
        let keep = (-1.0 / half).exp2();
        self.level_sums[0] = self.level_sums[0] * keep + clipped;
        self.level_sums[1] = self.level_sums[1] * keep + season;
        self.level = if self.seen > 0 {
            (self.level_sums[0] + 0.02) / (self.level_sums[1] + 0.02 / self.level.max(1e-3))
        } else {
            clipped.max(0.1) / season
        };
        self.seen += 1;
        self.learn_dispersion(config, clipped - expected, expected, variance);
        self.learn_seasons(config, slot, clipped, hour, weekday);
    }

    fn learn_dispersion(&mut self, config: &Config, residual: f64, expected: f64, variance: f64) {
        let keep = (-1.0 / (config.dispersion_days * config.buckets_per_day)).exp2();
        let prior = config.dispersion_prior;
        let weight = 1.0 / (variance * variance + 1e-9);
        let square = expected * expected;
        let [above, below] = &mut self.dispersion_sums;
        *above =
            (*above - prior) * keep + prior + (residual * residual - expected) * square * weight;
        *below = (*below - 1.0) * keep + 1.0 + square * square * weight;
        *above = above.clamp(1e-3 * *below, 5.0 * *below);
    }

    fn learn_seasons(
        &mut self,
        config: &Config,
        slot: &Slot,
        clipped: f64,
        hour: f64,
        weekday: f64,
    ) {
        let bpd = config.buckets_per_day;
        let keep = (-24.0 / (config.season_days * bpd)).exp2();
        let prior = config.season_prior_counts + config.season_prior_days * self.level * bpd / 24.0;
        for &(index, share) in slot.hours.iter().filter(|(_, share)| *share > 0.0) {
            let keep = 1.0 - (1.0 - keep) * share;
            let [above, below] = &mut self.hour_sums[index];
            *above = *above * keep + clipped * share;
            *below = *below * keep + self.level * weekday * share;
            self.hour[index] = ((*above + prior) / (*below + prior)) as f32;
        }
        if config.weekdays {
            let keep = (-1.0 / (config.season_days * bpd)).exp2();
            let prior = 2.0 * config.season_prior_counts + 0.5 * self.level * bpd;
            let [above, below] = &mut self.weekday_sums[slot.weekday];
            *above = *above * keep + clipped;
            *below = *below * keep + self.level * hour;
            self.weekday[slot.weekday] = ((*above + prior) / (*below + prior)) as f32;
        }
    }
}
