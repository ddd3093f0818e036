//! Series made from a seed: a day's and week's rhythm, Poisson counts.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use signal::{Assessment, Detector, Observation, Series, Slot};

pub(crate) const HOURS: u16 = 60;

pub(crate) fn start() -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2024, 1, 1).expect("a day of the calendar").and_time(NaiveTime::MIN)
}

pub(crate) fn slot(bucket: usize, minutes: u16) -> Slot {
    let length = TimeDelta::minutes(minutes.into());
    Slot::at(start() + length * i32::try_from(bucket).expect("a short series"), length)
}

/// A linear congruential generator (Knuth's MMIX), of which the upper bits are taken.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as f64 + 0.5) / (1_u64 << 31) as f64
    }

    pub(crate) fn poisson(&mut self, mean: f64) -> f64 {
        // Sums of smaller ones, so that e^-mean stays a number.
        if mean > 30.0 {
            return self.poisson(mean / 2.0) + self.poisson(mean / 2.0);
        }
        let (limit, mut product, mut count) = ((-mean).exp(), self.unit(), 0.0);
        while product > limit {
            product *= self.unit();
            count += 1.0;
        }
        count
    }
}

/// The mean of hour `bucket` of a series with a rhythm around `base`.
pub(crate) fn rhythm(bucket: usize, base: f64) -> f64 {
    let day = std::f64::consts::TAU * (bucket % 24) as f64 / 24.0;
    let weekend = if bucket / 24 % 7 >= 5 { 0.6 } else { 1.0 };
    base * weekend * (0.8 * day.sin()).exp()
}

/// `hours` of a series with a rhythm.
pub(crate) fn seasonal(seed: u64, base: f64, hours: usize) -> Vec<Observation> {
    let mut chance = Chance(seed);
    (0..hours).map(|hour| Observation::Count(chance.poisson(rhythm(hour, base)))).collect()
}

pub(crate) fn run(
    detector: &Detector,
    series: &mut Series,
    counts: &[Observation],
    from: usize,
) -> Vec<Assessment> {
    let assess = |(place, count): (usize, &Observation)| {
        detector.assess(series, &slot(from + place, HOURS), *count)
    };
    counts.iter().enumerate().map(assess).collect()
}

pub(crate) fn run_all(detector: &Detector, counts: &[Observation]) -> Vec<Assessment> {
    run(detector, &mut detector.start(), counts, 0)
}
