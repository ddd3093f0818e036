//! What was counted hour by hour, or day by day, against what the detector expects of it: what charts show.
//!
//! Expectations of buckets and of queries add up, and so do their variances, as if one told nothing of another. What was
//! counted where not all was seen stands beside the share that was seen of what was to be expected.

use alert::chart::{Bucket, Expected};
use signal::{Knowledge, Observation};

use super::series::{Measure, SEEN_MIN};
use super::walk::{Assessed, parts};

/// So much is taken for the whole: seldom are all sources read at once.
const SEEN_NEARLY: f64 = 0.9;

/// What was counted in some buckets together, and what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Tally {
    /// What is compared with the expectation, and what was found besides.
    compared: f64,
    besides: f64,
    expected: f64,
    /// What was expected of what was seen, and the variance of that.
    seen: f64,
    variance: f64,
    is_learning: bool,
}

impl Tally {
    /// Adds a bucket.
    pub(super) fn add(&mut self, assessed: &Assessed, measure: Measure) {
        let Some(assessment) = assessed.of.get(&measure) else { return };
        let observation = assessed.bucket.observation(measure);
        let deviation = (assessment.range[1] - assessment.expected) / 2.0;
        let variance = deviation * deviation;
        let count = parts(assessed, measure).0;
        self.compared += count;
        self.is_learning |= assessment.knowledge == Knowledge::Learning;
        if Measure::COUNTS.contains(&measure) {
            let exposure = match observation {
                Observation::Part { of, .. } => of,
                Observation::Count(_) | Observation::Missing => 1.0,
            };
            let expected = assessment.expected / exposure;
            let dispersion = (variance - assessment.expected) / (exposure * exposure);
            let seen = assessed.bucket.seen;
            self.expected += expected;
            self.seen += seen * expected;
            self.variance += seen * expected + seen * seen * dispersion;
        } else if observation != Observation::Missing {
            // A share is one of what was seen, however much that was.
            self.expected += assessment.expected;
            self.seen += assessment.expected;
            self.variance += variance;
        }
    }

    /// Adds what another query found in the same time.
    pub(super) fn join(&mut self, other: &Self) {
        self.compared += other.compared;
        self.besides += other.besides;
        self.expected += other.expected;
        self.seen += other.seen;
        self.variance += other.variance;
        self.is_learning |= other.is_learning;
    }

    /// Says how much was found that the detector does not count: late, or in sources without a past.
    pub(super) fn with(self, besides: f64) -> Self {
        Self { besides, ..self }
    }

    /// Whether the past is still too short to say what is usual.
    pub(crate) fn is_learning(&self) -> bool {
        self.is_learning
    }

    /// Returns how it is drawn: without a range where next to nothing was seen.
    pub(crate) fn bucket(&self) -> Bucket {
        let share = self.seen / self.expected;
        let count = self.compared + self.besides;
        if share.is_nan() || share < SEEN_MIN {
            return Bucket { count, whole: count, expected: None };
        }
        let compared = if share >= SEEN_NEARLY { self.compared } else { self.compared / share };
        let deviation = self.variance.sqrt() / share;
        let expected = Expected {
            low: (self.expected - 2.0 * deviation).max(0.0),
            usual: self.expected,
            high: self.expected + 2.0 * deviation,
        };
        Bucket { count, whole: compared, expected: Some(expected) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use signal::{Config, Detector, Slot};
    use store::Counts;

    use super::super::series;
    use super::*;

    /// What a detector says that has seen two an hour for weeks, of one more bucket.
    fn assessed(seen: f64, items: f64) -> Assessed {
        let detector = Detector::new(Config::mentions(60));
        let mut series = detector.start();
        let slot = |hour: i32| Slot::in_cycle(f64::from(hour % 24) + 0.5, 0);
        for hour in 0..24 * 40 {
            let count = f64::from(1 + hour % 3);
            detector.assess(&mut series, &slot(hour), Observation::Count(count));
        }
        let start = "2026-03-01T00:00:00Z".parse().unwrap();
        let bucket = series::Bucket { start, seen, items, counts: Counts::default() };
        let observation = bucket.observation(Measure::Items);
        let assessment = detector.assess(&mut series, &slot(0), observation);
        Assessed { bucket, of: BTreeMap::from([(Measure::Items, assessment)]) }
    }

    fn tally(of: &[(f64, f64)]) -> Tally {
        let mut tally = Tally::default();
        for (seen, items) in of {
            tally.add(&assessed(*seen, *items), Measure::Items);
        }
        tally
    }

    #[track_caller]
    fn same(one: f64, other: f64) {
        assert!((one - other).abs() < 1e-3 * other.abs().max(1.0), "{one} {other}");
    }

    #[test]
    fn means_add_up_and_variances_do() {
        let one = tally(&[(1.0, 2.0)]).bucket().expected.unwrap();
        let mut four = tally(&[(1.0, 2.0), (1.0, 2.0)]);
        four.join(&four.clone());
        let of_four = four.bucket();
        let expected = of_four.expected.unwrap();
        same(of_four.count, 8.0);
        same(expected.usual, 4.0 * one.usual);
        same(expected.high - expected.usual, 2.0 * (one.high - one.usual));
        assert!(expected.low > 0.0 && !of_four.is_hollow() && !of_four.is_below());
    }

    #[test]
    fn what_is_usual_is_that_of_the_whole_however_much_was_seen() {
        let usual = |of: &[(f64, f64)]| tally(of).bucket().expected.unwrap().usual;
        let whole = usual(&[(1.0, 2.0), (1.0, 2.0)]);
        for of in [[(0.5, 1.0), (1.0, 2.0)], [(0.0, 0.0), (1.0, 2.0)], [(0.6, 1.0), (0.4, 0.0)]] {
            same(usual(&of), whole);
        }
        let half = tally(&[(0.5, 1.0), (0.5, 1.0)]).bucket();
        same(half.count, 2.0);
        same(half.whole, 4.0);
        let certain = tally(&[(1.0, 2.0), (1.0, 2.0)]).bucket().expected.unwrap();
        assert!(half.expected.unwrap().high > certain.high, "less is known");
    }

    #[test]
    fn of_what_was_hardly_seen_nothing_is_said() {
        let hardly = tally(&[(0.0, 0.0), (0.2, 1.0)]).bucket();
        assert_eq!((hardly.count, hardly.is_hollow(), hardly.expected), (1.0, false, None));
        assert_eq!(Tally::default().bucket().expected, None);
        assert!(!tally(&[(0.95, 1.0)]).bucket().is_hollow(), "nearly all is all");
    }

    #[test]
    fn what_came_late_is_in_the_bar() {
        let all = tally(&[(0.5, 1.0)]).with(4.0).bucket();
        assert_eq!((all.count, all.is_hollow()), (5.0, false));
        same(all.whole, 2.0);
        let some = tally(&[(0.4, 2.0)]).with(1.0).bucket();
        same(some.count, 3.0);
        same(some.whole, 5.0);
        // It was not expected, and is no reason to call the rest unusual.
        let plain = tally(&[(1.0, 2.0)]).with(50.0).bucket();
        assert!((plain.count, plain.is_above()) == (52.0, false));
        assert!(tally(&[(1.0, 52.0)]).bucket().is_above());
    }
}
