//! When a subscriber wants no mail: hours of the day, days of the week, and days away.
//!
//! A moment is quiet if the clocks on the subscriber's wall show a quiet time then. So a night that is an
//! hour longer is quiet for that hour too, and one whose end is skipped ends as the clocks jump over it.

use std::ops::Range;

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Weekday};
use chrono_tz::Tz;
use model::{HeldFor, Timestamp};

use crate::wall::Wall;

/// Minutes of a day.
const DAY: u32 = 24 * 60;

/// When mails wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quiet {
    /// Minutes of the day, in order; no two of them touch.
    hours: Vec<Range<u32>>,
    /// From Monday.
    days: [bool; 7],
    /// First and last days.
    away: Vec<(NaiveDate, NaiveDate)>,
    wall: Wall,
}

/// Quiet hours that end on the same day or on the next, as in `22:00-07:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuietHours {
    from: u32,
    /// At most [`DAY`].
    to: u32,
}

/// What is said contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadQuiet {
    pub message: &'static str,
    pub hint: &'static str,
}

impl Quiet {
    /// Never quiet.
    pub fn none(zone: Tz) -> Self {
        Self { hours: Vec::new(), days: [false; 7], away: Vec::new(), wall: Wall(zone) }
    }

    /// Adds hours of every day. Fails where no minute of the day would be left.
    pub fn with_hours(mut self, hours: &[QuietHours]) -> Result<Self, BadQuiet> {
        let mut parts: Vec<Range<u32>> = hours.iter().flat_map(|hours| hours.parts()).collect();
        parts.sort_by_key(|part| (part.start, part.end));
        for part in parts {
            match self.hours.last_mut() {
                Some(last) if part.start <= last.end => last.end = last.end.max(part.end),
                _ => self.hours.push(part),
            }
        }
        if self.hours.first() == Some(&(0..DAY)) {
            return Err(BadQuiet {
                message: "all 24 hours are quiet, so that no mail ever leaves",
                hint: "leave at least a minute of the day, or remove the subscription",
            });
        }
        Ok(self)
    }

    /// Adds days of the week. Fails where none would be left.
    pub fn with_days(mut self, days: &[Weekday]) -> Result<Self, BadQuiet> {
        for day in days {
            self.days[day.num_days_from_monday() as usize] = true;
        }
        if self.days == [true; 7] {
            return Err(BadQuiet {
                message: "all seven days are quiet, so that no mail ever leaves",
                hint: "leave at least one day, or remove the subscription",
            });
        }
        Ok(self)
    }

    /// Adds days away, from the first to the last.
    #[must_use]
    pub fn with_away(mut self, away: &[(NaiveDate, NaiveDate)]) -> Self {
        self.away.extend(away);
        self
    }

    /// Returns the quiet hours, each as in `22:00-07:00`.
    pub fn hours_told(&self) -> Vec<String> {
        let mut parts = self.hours.clone();
        // A night is one, though the day has both of its ends.
        if let ([first, .., last], true) = (parts.as_slice(), self.hours.len() > 1)
            && first.start == 0
            && last.end == DAY
        {
            let night = last.start..first.end;
            parts.remove(0);
            parts.pop();
            parts.push(night);
        }
        let clock = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        parts.iter().map(|part| format!("{}-{}", clock(part.start), clock(part.end))).collect()
    }

    /// Returns the quiet days, from 0 for Monday.
    pub fn days_told(&self) -> Vec<usize> {
        (0..7).filter(|day| self.days[*day]).collect()
    }

    /// Returns the first and last days away that are not over on a day.
    pub fn away_told(&self, today: NaiveDate) -> Vec<(NaiveDate, NaiveDate)> {
        self.away.iter().copied().filter(|(_, last)| *last >= today).collect()
    }

    /// Returns the first moment after `now` that is not quiet, in whole seconds; `None` if `now` is not.
    pub fn held_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.held(now).map(|(until, _)| until)
    }

    /// The same, with all that makes it quiet until then, each once.
    pub fn held(&self, now: Timestamp) -> Option<(Timestamp, Vec<HeldFor>)> {
        let mut at = now - TimeDelta::nanoseconds(i64::from(now.nanosecond()));
        let mut why = Vec::new();
        loop {
            let wall = self.wall.shown(at);
            let loud = self.loud_from(wall, &mut why);
            if loud == wall {
                return (at > now).then_some((at, why));
            }
            let due = at + (loud - wall);
            match self.wall.first_change(at, due) {
                None => return Some((due, why)),
                // Until then all was quiet; from then on the clocks show another time.
                Some(change) => at = change,
            }
        }
    }

    /// Returns the first wall time from this one on that is not quiet, and adds what makes others so.
    fn loud_from(&self, mut wall: NaiveDateTime, why: &mut Vec<HeldFor>) -> NaiveDateTime {
        loop {
            let date = wall.date();
            let is_quiet_day = self.days[date.weekday().num_days_from_monday() as usize];
            let minute = wall.hour() * 60 + wall.minute();
            let quiet = self.hours.iter().find(|part| part.contains(&minute));
            let (end, reason) = if let Some(last) = self.away_until(date) {
                (midnight(last) + TimeDelta::days(1), HeldFor::Away)
            } else if is_quiet_day {
                (midnight(date) + TimeDelta::days(1), HeldFor::Quiet)
            } else if let Some(part) = quiet {
                (midnight(date) + TimeDelta::minutes(part.end.into()), HeldFor::Quiet)
            } else {
                return wall;
            };
            wall = end;
            if !why.contains(&reason) {
                why.push(reason);
            }
        }
    }

    fn away_until(&self, date: NaiveDate) -> Option<NaiveDate> {
        let (_, last) = self.away.iter().find(|(first, last)| (*first..=*last).contains(&date))?;
        Some(*last)
    }
}

impl QuietHours {
    /// The parts of one day that are quiet.
    fn parts(self) -> Vec<Range<u32>> {
        let parts = if self.from < self.to {
            [self.from..self.to, DAY..DAY]
        } else {
            [0..self.to, self.from..DAY]
        };
        parts.into_iter().filter(|part| !part.is_empty()).collect()
    }
}

impl std::str::FromStr for QuietHours {
    type Err = BadQuiet;

    fn from_str(text: &str) -> Result<Self, BadQuiet> {
        let bad = BadQuiet { message: "are no hours of a day", hint: "write \"22:00-07:00\"" };
        let (from, to) = text.split_once('-').ok_or(bad.clone())?;
        let (from, to) = (minute(from).ok_or(bad.clone())?, minute(to).ok_or(bad)?);
        if from == to || from % DAY == to % DAY && to != DAY {
            return Err(BadQuiet {
                message: "end when they begin",
                hint: "write an end that is later, or on the next day: \"22:00-07:00\"",
            });
        }
        Ok(Self { from: from % DAY, to })
    }
}

/// Reads `07:00`, or `24:00` for the end of a day.
fn minute(text: &str) -> Option<u32> {
    let text = text.trim();
    if text == "24:00" {
        return Some(DAY);
    }
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok()?;
    Some(time.hour() * 60 + time.minute())
}

fn midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_time(NaiveTime::MIN)
}

#[cfg(test)]
mod tests;
