//! When a subscription is due, in its subscriber's time zone.
//!
//! Times of day follow the wall clock. One that the clocks skip fires at the first moment after
//! the gap; one that they show twice fires at its first showing. A pace ("every hour") follows
//! real time instead, so that it neither stumbles nor falls silent when the clocks change.

use chrono::{DateTime, NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike, Weekday};
use chrono_tz::Tz;
use model::{Cadence, Timestamp};

use crate::expression::{BadCron, Expression};

/// A cadence, compiled for one time zone.
#[derive(Debug, Clone)]
pub struct Schedule {
    rule: Rule,
    zone: Tz,
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
        Ok(Self { rule, zone })
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
        let mut wall = self.wall(now);
        loop {
            wall = expression.first_from(next_second(wall))?;
            let moment = self.moment_of(wall);
            if moment > now {
                return Some(moment);
            }
        }
    }

    fn next_of_pace(&self, expression: &Expression, now: Timestamp) -> Option<Timestamp> {
        let mut from = DateTime::from_timestamp(now.timestamp() + 1, 0)?;
        loop {
            let offset = self.offset(from);
            let due = (expression.first_from(from.naive_utc() + offset)? - offset).and_utc();
            match self.first_change(from, due) {
                None => return Some(due),
                Some(change) => from = change,
            }
        }
    }

    /// Returns the moment at which a wall time is meant.
    fn moment_of(&self, wall: NaiveDateTime) -> Timestamp {
        if let Some(moment) = self.zone.from_local_datetime(&wall).earliest() {
            return moment.to_utc();
        }
        // No offset exceeds 14 hours, and no gap a day (Samoa skipped 30 December 2011).
        let reach = TimeDelta::hours(16);
        let as_utc = wall.and_utc();
        first_moment(as_utc - reach, as_utc + reach, |t| self.wall(t) > wall)
    }

    /// Returns the first moment in `(from, to]` whose offset is not the one at `from`.
    fn first_change(&self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let offset = self.offset(from);
        let mut known = from;
        while known < to {
            // No zone changes its clocks twice within a day.
            let probe = (known + TimeDelta::days(1)).min(to);
            if self.offset(probe) != offset {
                return Some(first_moment(known, probe, |t| self.offset(t) != offset));
            }
            known = probe;
        }
        None
    }

    fn wall(&self, moment: Timestamp) -> NaiveDateTime {
        let whole = moment.naive_utc().with_nanosecond(0).unwrap_or(moment.naive_utc());
        whole + self.offset(moment)
    }

    fn offset(&self, moment: Timestamp) -> TimeDelta {
        let offset = self.zone.offset_from_utc_datetime(&moment.naive_utc()).fix();
        TimeDelta::seconds(i64::from(offset.local_minus_utc()))
    }
}

fn next_second(wall: NaiveDateTime) -> NaiveDateTime {
    wall + TimeDelta::seconds(1)
}

/// Returns the first whole second in `(before, after]` at which `holds`, given that it does not
/// hold at `before`, does at `after`, and changes once.
fn first_moment(
    before: Timestamp,
    after: Timestamp,
    holds: impl Fn(Timestamp) -> bool,
) -> Timestamp {
    let (mut before, mut after) = (before, after);
    while (after - before).num_seconds() > 1 {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if holds(middle) {
            after = middle;
        } else {
            before = middle;
        }
    }
    after
}

#[cfg(test)]
mod tests;
