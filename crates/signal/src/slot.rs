//! Where a bucket stands in the day and in the week: the part of the expectation that all series share.

use chrono::{Datelike, NaiveDateTime, TimeDelta, Timelike};

use crate::calendar::Country;

pub(crate) const HOURS: usize = 24;
/// Monday to Sunday, and a day of its own for public holidays.
pub(crate) const DAYS: usize = 8;
pub(crate) const SUNDAY: usize = 6;
pub(crate) const HOLIDAY: usize = 7;

/// A bucket's place in the day and week of its readers, and what is known to raise or lower its count.
///
/// It is reckoned once for a bucket and used for all series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// The two hours between whose middles the bucket's middle lies, with their weights.
    pub(crate) hours: [(usize, f64); 2],
    /// From Monday, 0; a public holiday is `HOLIDAY`.
    pub(crate) day: usize,
    pub(crate) lift: f64,
}

impl Slot {
    /// The slot of a bucket that begins at `start`, in the local time of those who write, and lasts `bucket`.
    pub fn at(start: NaiveDateTime, bucket: TimeDelta) -> Self {
        let middle = start + bucket / 2;
        let hour = f64::from(middle.num_seconds_from_midnight()) / 3600.0;
        Self::in_cycle(hour, middle.weekday().num_days_from_monday() as usize)
    }

    /// The same where those who write have the public holidays of `country`.
    pub fn at_in(start: NaiveDateTime, bucket: TimeDelta, country: Option<Country>) -> Self {
        let slot = Self::at(start, bucket);
        let holiday = country.and_then(|country| country.holiday((start + bucket / 2).date()));
        if holiday.is_some() { slot.on_holiday() } else { slot }
    }

    /// The same slot on a public holiday, which is expected to be like a Sunday until the series has shown what it is
    /// like. On a Sunday it changes nothing.
    #[must_use]
    pub fn on_holiday(mut self) -> Self {
        if self.day != SUNDAY {
            self.day = HOLIDAY;
        }
        self
    }

    /// The slot at `position`, from 0 to 24, of a cycle that need not be a day, and on a weekday from 0.
    pub fn in_cycle(position: f64, weekday: usize) -> Self {
        let hour = position.rem_euclid(HOURS as f64) - 0.5;
        let below = hour.floor();
        let share = hour - below;
        let first = (below + HOURS as f64) as usize % HOURS;
        Self {
            hours: [(first, 1.0 - share), ((first + 1) % HOURS, share)],
            day: weekday % HOLIDAY,
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
        assert_eq!((slot.hours[0], slot.day), ((13, 1.0), 6));
        let over_midnight = Slot::at(day.and_hms_opt(23, 30, 0).unwrap(), TimeDelta::minutes(90));
        assert_eq!(over_midnight.day, 0);
    }

    #[test]
    fn a_holiday_is_a_day_of_its_own_except_on_sundays() {
        let slot = |text: &str| {
            let day: chrono::NaiveDate = text.parse().unwrap();
            let start = day.and_hms_opt(9, 0, 0).unwrap();
            Slot::at_in(start, TimeDelta::hours(1), Some(Country::France)).day
        };
        assert_eq!(slot("2026-07-14"), HOLIDAY);
        assert_eq!(slot("2026-07-15"), 2);
        assert_eq!(slot("2026-11-01"), SUNDAY);
        assert_eq!(slot("2025-11-01"), HOLIDAY);
    }

    #[test]
    fn a_lift_has_limits() {
        assert!((Slot::in_cycle(1.0, 0).lifted(1e9).lift - 100.0).abs() < 1e-9);
        assert!((Slot::in_cycle(1.0, 0).lifted(0.0).lift - 0.01).abs() < 1e-9);
    }
}
