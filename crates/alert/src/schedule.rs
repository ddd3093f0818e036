//! When a subscription is due, in its subscriber's time zone.
//!
//! Times of day follow the wall clock. One that the clocks skip fires at the first moment after
//! the gap; one that they show twice fires at its first showing. A pace ("every hour") follows
//! real time instead, so that it neither stumbles nor falls silent when the clocks change.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Weekday};
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
    TimesOfDay(Expression),
    Pace(Expression),
}

impl Schedule {
    pub fn new(cadence: &Cadence, zone: Tz) -> Result<Self, BadCron> {
        let rule = match cadence {
            Cadence::AsItHappens => Rule::AsItHappens,
            Cadence::Hourly => Rule::Hourly,
            Cadence::Daily { at } => Rule::TimesOfDay(Expression::parse(&format!(
                "{} {} * * *",
                at.minute(),
                at.hour()
            ))?),
            Cadence::Weekly { on, at } => Rule::TimesOfDay(Expression::parse(&format!(
                "{} {} * * {}",
                at.minute(),
                at.hour(),
                Weekday::num_days_from_sunday(on)
            ))?),
            Cadence::Cron(text) => {
                let expression = Expression::parse(text)?;
                if expression.every_hour {
                    Rule::Pace(expression)
                } else {
                    Rule::TimesOfDay(expression)
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
            Rule::TimesOfDay(expression) => self.next_time_of_day(expression, now),
            Rule::Pace(expression) => self.next_of_pace(expression, now),
        }
    }

    fn next_time_of_day(&self, expression: &Expression, now: Timestamp) -> Option<Timestamp> {
        // `moment_of` never runs backwards, so every wall time up to now's own is past. Later ones
        // can be past as well: those that the clocks show for the second time.
        let mut wall = self.wall.shown(now);
        loop {
            wall = expression.first_from(next_second(wall))?;
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

fn next_second(wall: NaiveDateTime) -> NaiveDateTime {
    wall + TimeDelta::seconds(1)
}

#[cfg(test)]
mod tests;
