//! Where a bucket stands in the day and in the week: the part of the expectation that all series share.

use chrono::{Datelike, NaiveDateTime, TimeDelta, Timelike};

pub(crate) const HOURS: usize = 24;
pub(crate) const WEEKDAYS: usize = 7;

/// A bucket's place in the day and week of its readers, and what is known to raise or lower its count.
///
/// It is reckoned once for a bucket and used for all series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// The two hours between whose middles the bucket's middle lies, with their weights.
    pub(crate) hours: [(usize, f64); 2],
    pub(crate) weekday: usize,
    pub(crate) lift: f64,
}

impl Slot {
    /// The slot of a bucket that begins at `start`, in the local time of those who write, and lasts `bucket`.
    pub fn at(start: NaiveDateTime, bucket: TimeDelta) -> Self {
        let middle = start + bucket / 2;
        let hour = f64::from(middle.num_seconds_from_midnight()) / 3600.0;
        Self::in_cycle(hour, middle.weekday().num_days_from_monday() as usize)
    }

    /// The slot at `position`, from 0 to 24, of a cycle that need not be a day, and on a weekday from 0.
    pub fn in_cycle(position: f64, weekday: usize) -> Self {
        let hour = position.rem_euclid(HOURS as f64) - 0.5;
        let below = hour.floor();
        let share = hour - below;
        let first = (below + HOURS as f64) as usize % HOURS;
        Self {
            hours: [(first, 1.0 - share), ((first + 1) % HOURS, share)],
            weekday: weekday % WEEKDAYS,
            lift: 1.0,
        }
    }

    /// The same slot, in which `lift` times the usual count is expected: a holiday, a launch.
    #[must_use]
    pub fn lifted(mut self, lift: f64) -> Self {
        self.lift = lift.clamp(0.01, 100.0);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(position: f64, expect: [(usize, f64); 2]) {
        assert_eq!(Slot::in_cycle(position, 0).hours, expect);
    }

    #[test]
    fn the_middle_of_an_hour_is_that_hour() {
        check(0.5, [(0, 1.0), (1, 0.0)]);
        check(23.5, [(23, 1.0), (0, 0.0)]);
    }

    #[test]
    fn midnight_lies_between_the_last_hour_and_the_first() {
        check(0.0, [(23, 0.5), (0, 0.5)]);
        check(24.0, [(23, 0.5), (0, 0.5)]);
    }

    #[test]
    fn a_bucket_stands_where_its_middle_is() {
        let day = chrono::NaiveDate::from_ymd_opt(2024, 1, 7).unwrap();
        let slot = Slot::at(day.and_hms_opt(13, 0, 0).unwrap(), TimeDelta::hours(1));
        assert_eq!((slot.hours[0], slot.weekday), ((13, 1.0), 6));
        let over_midnight = Slot::at(day.and_hms_opt(23, 30, 0).unwrap(), TimeDelta::minutes(90));
        assert_eq!(over_midnight.weekday, 0);
    }

    #[test]
    fn a_lift_has_limits() {
        assert!((Slot::in_cycle(1.0, 0).lifted(1e9).lift - 100.0).abs() < 1e-9);
        assert!((Slot::in_cycle(1.0, 0).lifted(0.0).lift - 0.01).abs() < 1e-9);
    }
}
