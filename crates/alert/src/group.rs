//! How what is told as it happens is put together: what is found soon after the first of it goes into the
//! same mail, and two mails are never too close.

use chrono::{NaiveTime, TimeDelta};
use chrono_tz::Tz;
use model::Timestamp;

use crate::wall::Wall;

/// How long mails that are told as it happens wait for company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// What is found within so long of the first is one mail.
    pub wait: TimeDelta,
    /// The shortest pause between two mails.
    pub interval: TimeDelta,
}

impl Default for Group {
    fn default() -> Self {
        Self { wait: TimeDelta::minutes(1), interval: TimeDelta::minutes(5) }
    }
}

impl Group {
    /// Returns when that leaves of which the first was found at `first`, given when the last mail left. A
    /// clock that was set back makes nobody wait longer than from now.
    pub fn leaves_at(
        self,
        first: Timestamp,
        last_mail: Option<Timestamp>,
        now: Timestamp,
    ) -> Timestamp {
        let leaves = first.min(now) + self.wait;
        last_mail.map_or(leaves, |last| leaves.max(last.min(now) + self.interval))
    }
}

/// A day of a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    pub begins: Timestamp,
    /// When the day before began.
    pub before: Timestamp,
    pub morning: Timestamp,
    pub next_morning: Timestamp,
}

impl Day {
    /// Returns the day that `now` is in, where the morning begins at a wall time.
    pub fn of(zone: Tz, now: Timestamp, morning: NaiveTime) -> Self {
        let wall = Wall(zone);
        let date = wall.shown(now).date();
        let at = |days, time| wall.moment_of(date.and_time(time) + TimeDelta::days(days));
        Self {
            begins: at(0, NaiveTime::MIN),
            before: at(-1, NaiveTime::MIN),
            morning: at(0, morning),
            next_morning: at(1, morning),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_mail_waits_for_company_and_keeps_its_distance_from_the_last() {
        let check = |first: &str, last: Option<&str>, expect: &str| {
            let day = |time: &str| at(&format!("2026-03-01T{time}Z"));
            let group = Group { wait: TimeDelta::minutes(1), interval: TimeDelta::minutes(5) };
            let leaves = group.leaves_at(day(first), last.map(day), day("12:00:00"));
            assert_eq!(leaves, day(expect), "{first} after {last:?}");
        };
        check("11:59:00", None, "12:00:00");
        check("11:59:00", Some("11:00:00"), "12:00:00");
        check("11:59:00", Some("11:58:00"), "12:03:00");
        check("11:59:00", Some("11:55:00"), "12:00:00");
        // A clock that was set back.
        check("18:00:00", Some("19:00:00"), "12:05:00");
    }

    #[test]
    fn a_day_is_its_zone_s_through_changes_of_the_clocks() {
        let morning = NaiveTime::from_hms_opt(8, 0, 0).unwrap();
        let check = |zone, now: &str, expect: [&str; 4]| {
            let [before, begins, morning_at, next_morning] = expect.map(at);
            let day = Day { begins, before, morning: morning_at, next_morning };
            assert_eq!(Day::of(zone, at(now), morning), day, "{now} in {zone}");
        };
        check(
            Tz::Europe__Paris,
            "2026-03-28T23:30:00Z",
            [
                "2026-03-27T23:00:00Z",
                "2026-03-28T23:00:00Z",
                "2026-03-29T06:00:00Z",
                "2026-03-30T06:00:00Z",
            ],
        );
        check(
            Tz::Europe__Paris,
            "2026-10-25T22:59:59Z",
            [
                "2026-10-23T22:00:00Z",
                "2026-10-24T22:00:00Z",
                "2026-10-25T07:00:00Z",
                "2026-10-26T07:00:00Z",
            ],
        );
        check(
            Tz::Asia__Kathmandu,
            "2026-03-01T18:15:00Z",
            [
                "2026-02-28T18:15:00Z",
                "2026-03-01T18:15:00Z",
                "2026-03-02T02:15:00Z",
                "2026-03-03T02:15:00Z",
            ],
        );
    }
}
