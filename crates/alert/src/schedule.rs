//! When a subscription is due, in its subscriber's time zone.
//!
//! Times of day follow the wall clock. One that the clocks skip fires at the first moment after
//! the gap; one that they show twice fires at its first showing. A pace ("every hour") follows
//! real time instead, so that it neither stumbles nor falls silent when the clocks change.

use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday,
};
use chrono_tz::Tz;
use model::{Cadence, Timestamp};

use crate::expression::{BadCron, Expression};
use crate::wall::Wall;

/// A cadence, compiled for one time zone.
#[derive(Debug, Clone)]
pub struct Schedule {
    rule: Rule,
    wall: Wall,
}

#[derive(Debug, Clone)]
enum Rule {
    AsItHappens,
    Hourly,
    TimesOfDay(Times),
    Pace(Expression),
}

/// Wall times.
#[derive(Debug, Clone)]
enum Times {
    Cron(Expression),
    Monthly { day: u32, at: NaiveTime },
}

/// How far back [`Schedule::last_before`] looks first.
const LOOKS_BACK: [TimeDelta; 4] =
    [TimeDelta::hours(1), TimeDelta::days(1), TimeDelta::days(8), TimeDelta::days(32)];

impl Schedule {
    pub fn new(cadence: &Cadence, zone: Tz) -> Result<Self, BadCron> {
        let rule = match cadence {
            Cadence::AsItHappens => Rule::AsItHappens,
            Cadence::Hourly => Rule::Hourly,
            Cadence::Daily { at } => Rule::TimesOfDay(Times::Cron(Expression::parse(&format!(
                "{} {} * * *",
                at.minute(),
                at.hour()
            ))?)),
            Cadence::Weekly { on, at } => Rule::TimesOfDay(Times::Cron(Expression::parse(
                &format!("{} {} * * {}", at.minute(), at.hour(), Weekday::num_days_from_sunday(on)),
            )?)),
            Cadence::Monthly { day, at } => Rule::TimesOfDay(Times::Monthly { day: *day, at: *at }),
            Cadence::Cron(text) => {
                let expression = Expression::parse(text)?;
                if expression.every_hour {
                    Rule::Pace(expression)
                } else {
                    Rule::TimesOfDay(Times::Cron(expression))
                }
            }
        };
        Ok(Self { rule, wall: Wall(zone) })
    }

    /// Returns the first due time after `now`, in whole seconds. `None` means that nothing is
    /// waited for: the subscriber is told as it happens.
    pub fn next_after(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.rule {
            Rule::AsItHappens => None,
            // Whole hours of UTC: in zones half an hour off, at half past by the wall clock.
            Rule::Hourly => {
                DateTime::from_timestamp((now.timestamp().div_euclid(3600) + 1) * 3600, 0)
            }
            Rule::TimesOfDay(times) => self.next_time_of_day(times, now),
            Rule::Pace(expression) => self.next_of_pace(expression, now),
        }
    }

    /// Returns the last due time before `end`, or `from` where none lies between.
    pub fn last_before(&self, end: Timestamp, from: Timestamp) -> Timestamp {
        let starts = LOOKS_BACK.map(|span| end - span).into_iter().filter(|start| *start > from);
        let first = |start| self.next_after(start).filter(|due| *due < end);
        let Some(mut last) = starts.chain([from]).find_map(first) else { return from };
        while let Some(next) = self.next_after(last).filter(|next| *next < end) {
            last = next;
        }
        last
    }

    fn next_time_of_day(&self, times: &Times, now: Timestamp) -> Option<Timestamp> {
        // `moment_of` never runs backwards, so every wall time up to now's own is past. Later ones
        // can be past as well: those that the clocks show for the second time.
        let mut wall = self.wall.shown(now);
        loop {
            wall = times.first_from(next_second(wall))?;
            let moment = self.wall.moment_of(wall);
            if moment > now {
                return Some(moment);
            }
        }
    }

    fn next_of_pace(&self, expression: &Expression, now: Timestamp) -> Option<Timestamp> {
        let mut from = DateTime::from_timestamp(now.timestamp() + 1, 0)?;
        loop {
            let offset = self.wall.offset(from);
            let due = (expression.first_from(from.naive_utc() + offset)? - offset).and_utc();
            match self.wall.first_change(from, due) {
                None => return Some(due),
                Some(change) => from = change,
            }
        }
    }
}

impl Times {
    /// Returns the first of them at or after `from`, in whole seconds.
    fn first_from(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Cron(expression) => expression.first_from(from),
            Self::Monthly { day, at } => {
                let this = from.date().with_day(1)?;
                let months = [Some(this), this.checked_add_months(chrono::Months::new(1))];
                let time = |first| of_month(first, *day).and_time(*at);
                months.into_iter().flatten().map(time).find(|time| *time >= from)
            }
        }
    }
}

/// Returns a day of a month by its first; the last one where it has fewer.
fn of_month(first: NaiveDate, day: u32) -> NaiveDate {
    (1..=day).rev().find_map(|day| first.with_day(day)).unwrap_or(first)
}

fn next_second(wall: NaiveDateTime) -> NaiveDateTime {
    wall + TimeDelta::seconds(1)
}

#[cfg(test)]
mod tests;
