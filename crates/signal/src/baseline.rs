//! The expected count, level × hour × weekday, and its dispersion, learnt from one bucket after another.
//!
//! Each factor is a ratio of two sums that fade: what came over what the other factors led to expect. What a burst
//! teaches is cut at a few deviations, so that a crisis becomes normal only by the level's half-life. A public holiday is a
//! day of its own, taken for a Sunday until the series has shown otherwise.

use crate::config::Config;
use crate::slot::{DAYS, HOLIDAY, HOURS, SUNDAY, Slot};
use crate::snapshot::{Reader, Writer};

/// No expectation is below this, in counts a bucket.
const EXPECTED_MIN: f64 = 1e-4;

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Baseline {
    /// Below 0 before the first bucket.
    level: f64,
    level_sums: [f64; 2],
    pub(crate) seen: u32,
    dispersion_sums: [f64; 2],
    hour: [f32; HOURS],
    hour_sums: [[f32; 2]; HOURS],
    day: [f32; DAYS],
    day_sums: [[f32; 2]; DAYS],
}

/// What is kept of the sums that fade, from one of their buckets to the next.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fading {
    dispersion: f64,
    hour: f64,
    weekday: f64,
}

impl Fading {
    pub(crate) fn new(config: &Config) -> Self {
        let keep = |cycles: f64| (-(cycles * config.buckets_per_cycle).recip()).exp2();
        Self {
            dispersion: keep(config.dispersion_cycles),
            // An hour fades with each of its own buckets, of which a cycle has a twenty-fourth part.
            hour: keep(config.season_cycles / 24.0),
            weekday: keep(config.season_cycles),
        }
    }
}

/// A bucket that was observed: its count, and how much of the usual could come, 1 or a lift or a number of mentions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observed {
    pub(crate) count: f64,
    pub(crate) exposure: f64,
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
            day: [1.0; DAYS],
            day_sums: [[0.0; 2]; DAYS],
        }
    }

    /// The count to expect; before the first bucket that bucket's own, so that nothing is unusual about it.
    pub(crate) fn expected(&self, slot: &Slot, exposure: f64, count: Option<f64>) -> f64 {
        let expected = if self.level < 0.0 {
            count.map_or(0.2, |count| count.max(0.2))
        } else {
            let (hour, weekday) = self.seasons(slot);
            self.level * hour * weekday * exposure
        };
        expected.max(EXPECTED_MIN)
    }

    /// φ of the negative binomial, whose variance is mean + φ · mean².
    pub(crate) fn dispersion(&self) -> f64 {
        self.dispersion_sums[0] / self.dispersion_sums[1]
    }

    pub(crate) fn learn(
        &mut self,
        config: &Config,
        fading: &Fading,
        slot: &Slot,
        observed: Observed,
        expected: f64,
    ) {
        let (hour, weekday) = self.seasons(slot);
        let phi = self.dispersion();
        let variance = expected + expected * expected * phi;
        let clipped = observed.count.min(expected + config.clip * variance.sqrt() + 1.0);
        self.learn_level(config, clipped, hour * weekday * observed.exposure);
        self.learn_dispersion(config, fading, clipped - expected, expected, variance);
        self.learn_seasons(
            config,
            fading,
            slot,
            clipped,
            [hour * observed.exposure, weekday * observed.exposure],
        );
    }

    fn seasons(&self, slot: &Slot) -> (f64, f64) {
        let hour = slot.hours.iter().map(|&(hour, share)| f64::from(self.hour[hour]) * share).sum();
        (hour, f64::from(self.day[slot.day]))
    }

    /// The half-life grows with what was seen: a young series follows its first hours.
    fn learn_level(&mut self, config: &Config, clipped: f64, season: f64) {
        let longest = config.level_cycles * config.buckets_per_cycle;
        let half_life =
            longest.min((0.15 * config.buckets_per_cycle).max(f64::from(self.seen) * 0.7));
        let keep = (-half_life.recip()).exp2();
        self.level_sums[0] = self.level_sums[0] * keep + clipped;
        self.level_sums[1] = self.level_sums[1] * keep + season;
        self.level = if self.seen > 0 {
            (self.level_sums[0] + 0.02) / (self.level_sums[1] + 0.02 / self.level.max(1e-3))
        } else {
            clipped.max(0.1) / season.max(EXPECTED_MIN)
        };
        self.seen = self.seen.saturating_add(1);
    }

    /// Weighted moments: ((y − λ)² − λ) λ² / v² over λ⁴ / v².
    fn learn_dispersion(
        &mut self,
        config: &Config,
        fading: &Fading,
        residual: f64,
        expected: f64,
        variance: f64,
    ) {
        let keep = fading.dispersion;
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
        fading: &Fading,
        slot: &Slot,
        clipped: f64,
        [hour, weekday]: [f64; 2],
    ) {
        let per_cycle = self.level * config.buckets_per_cycle;
        let fade = 1.0 - fading.hour;
        let prior = config.season_prior_counts + config.season_prior_cycles * per_cycle / 24.0;
        for &(place, share) in slot.hours.iter().filter(|(_, share)| *share > 0.0) {
            let came = [clipped * share, self.level * weekday * share];
            self.hour[place] =
                learn_factor(&mut self.hour_sums[place], 1.0 - fade * share, came, [prior, 1.0]);
        }
        if config.weekdays {
            let prior = 2.0 * config.season_prior_counts + 0.5 * per_cycle;
            let usual = if slot.day == HOLIDAY { f64::from(self.day[SUNDAY]) } else { 1.0 };
            let sums = &mut self.day_sums[slot.day];
            let came = [clipped, self.level * hour];
            self.day[slot.day] = learn_factor(sums, fading.weekday, came, [prior, usual]);
            if slot.day == SUNDAY {
                let sums = &mut self.day_sums[HOLIDAY];
                let usual = f64::from(self.day[SUNDAY]);
                self.day[HOLIDAY] = learn_factor(sums, 1.0, [0.0; 2], [prior, usual]);
            }
        }
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.f64s(&[self.level]);
        out.f64s(&self.level_sums);
        out.u32(self.seen);
        out.f64s(&self.dispersion_sums);
        out.f32s(&self.hour);
        out.f32s(self.hour_sums.as_flattened());
        out.f32s(&self.day);
        out.f32s(self.day_sums.as_flattened());
    }

    pub(crate) fn read(&mut self, from: &mut Reader) {
        from.f64s(std::slice::from_mut(&mut self.level));
        from.f64s(&mut self.level_sums);
        self.seen = from.u32();
        from.f64s(&mut self.dispersion_sums);
        from.f32s(&mut self.hour);
        from.f32s(self.hour_sums.as_flattened_mut());
        from.f32s(&mut self.day);
        from.f32s(self.day_sums.as_flattened_mut());
    }
}

/// `prior` counts at the `usual` factor stand beside what came.
fn learn_factor(sums: &mut [f32; 2], keep: f64, came: [f64; 2], [prior, usual]: [f64; 2]) -> f32 {
    let above = f64::from(sums[0]) * keep + came[0];
    let below = f64::from(sums[1]) * keep + came[1];
    *sums = [above as f32, below as f32];
    ((above + prior * usual) / (below + prior)) as f32
}
