//! Times of day, with the half of the day and the zone.

use super::super::lexicon::{DayHalf, Sense, Unit};
use super::super::millis;
use super::super::names::zone_minutes;
use super::super::tokens::Line;
use super::{Clock, Context};

impl Line {
    pub(super) fn clock(&self, at: usize, context: Context) -> Option<(Clock, usize)> {
        if context != Context::Nothing
            && let Some(found) = self.noon(at)
        {
            return Some(found);
        }
        let hour = self.small(at).filter(|hour| *hour <= 24)?;
        let (mut clock, mut end) = self
            .clock_with_colon(at)
            .or_else(|| self.clock_with_letter(at, context))
            .or_else(|| self.clock_with_stop(at, context))
            .or_else(|| self.clock_of_hour(at, context))?;
        clock.hour = hour;
        if let Some((half, after)) = self.half(end) {
            clock.halve(half);
            end = after;
        }
        let end = self.zone(end, &mut clock);
        Some((clock, end))
    }

    fn minute(&self, at: usize) -> Option<u32> {
        self.two(at).filter(|minute| *minute < 60)
    }

    /// Reads the minutes of `14:32`, `14:32:10.5`.
    fn clock_with_colon(&self, at: usize) -> Option<(Clock, usize)> {
        let is_one = self.is_sign(at + 1, ":") && self.is_glued(at + 1) && self.is_glued(at + 2);
        let minute = Some(self.minute(at + 2).filter(|_| is_one)?);
        let mut clock = Clock { minute, ..Clock::default() };
        let end = self.seconds(at + 3, ":", &mut clock);
        Some((clock, self.skip_hour_word(end)))
    }

    /// Reads the minutes of `14h32`, `14 h 32 min 10 s`, `14 Uhr 32`.
    fn clock_with_letter(&self, at: usize, context: Context) -> Option<(Clock, usize)> {
        let minute = Some(self.minute(at + 2).filter(|_| self.means(at + 1, Sense::Hour))?);
        let mut clock = Clock { minute, ..Clock::default() };
        let mut end = at + 3;
        if self.unit(end) != Some(Unit::Minute) {
            end = self.seconds(end, ":m", &mut clock);
            return Some((clock, end));
        }
        // Without a day before it `2 h 30 min` is a length.
        if context == Context::Nothing {
            return None;
        }
        end += 1;
        if self.two(end).is_some() && self.unit(end + 1) == Some(Unit::Second) {
            clock.second = self.two(end);
            end += 2;
        }
        Some((clock, end))
    }

    /// Reads the minutes of `14.32`, if something says that they are minutes.
    fn clock_with_stop(&self, at: usize, context: Context) -> Option<(Clock, usize)> {
        let is_one = self.is_sign(at + 1, ".") && self.is_glued(at + 1) && self.is_glued(at + 2);
        let minute = Some(self.minute(at + 2).filter(|_| is_one && !self.is_long_date(at))?);
        let mut clock = Clock { minute, ..Clock::default() };
        let end = self.seconds(at + 3, ".:", &mut clock);
        let after = self.skip_hour_word(end);
        let is_told = self.half(end).is_some() || after > end;
        let is_time = is_told || context != Context::Nothing && self.is_free_after(end);
        let goes_on = self.is_sign(end, ".") && self.digits(end + 1).is_some();
        (is_time && !goes_on).then_some((clock, after))
    }

    /// Reads what is left where only an hour is told: `14 h`, `2 pm`, `alle 14`.
    fn clock_of_hour(&self, at: usize, context: Context) -> Option<(Clock, usize)> {
        let end = at + 1;
        if self.means(end, Sense::Hour) && context != Context::Nothing {
            return Some((Clock::default(), end + 1));
        }
        let is_bare =
            context == Context::At && self.is_free_after(end) && !self.is_sign(end, ":/-.");
        (is_bare || self.half(end).is_some()).then(|| (Clock::default(), end))
    }

    /// Reads the seconds that follow the minutes, and returns where they end.
    fn seconds(&self, at: usize, separators: &str, clock: &mut Clock) -> usize {
        let separated = self.is_sign(at, separators) && self.is_glued(at);
        let Some(second) = self.two(at + 1).filter(|second| separated && *second <= 60) else {
            return at;
        };
        clock.second = Some(second);
        let has_fraction =
            self.is_sign(at + 2, ".,") && self.is_glued(at + 2) && self.is_glued(at + 3);
        let Some(fraction) = self.digits(at + 3).filter(|_| has_fraction) else {
            return at + 2;
        };
        clock.millis = millis(fraction);
        at + 4
    }

    fn skip_hour_word(&self, at: usize) -> usize {
        let is_hour = self.means(at, Sense::Hour)
            || self.is_glued(at) && matches!(self.word(at), Some("min" | "m"));
        if is_hour { at + 1 } else { at }
    }

    /// Reads which half of the day is meant: `pm`, `p. m.`, `du matin`, `'s avonds`.
    pub(super) fn half(&self, at: usize) -> Option<(DayHalf, usize)> {
        if let Some(letter @ ("a" | "p")) = self.word(at) {
            let half = if letter == "a" { DayHalf::Morning } else { DayHalf::Afternoon };
            if self.is_sign(at + 1, ".") && self.word(at + 2) == Some("m") {
                let end = at + 3;
                return Some((half, if self.is_sign(end, ".") { end + 1 } else { end }));
            }
            if self.word(at + 1) == Some("m") {
                return Some((half, at + 2));
            }
            // `2:32p`
            return (self.is_glued(at) && self.get(at + 1).is_none_or(|next| !next.glued))
                .then_some((half, at + 1));
        }
        let passes = |at: usize| {
            matches!(
                self.word(at),
                Some(
                    "du" | "de"
                        | "la"
                        | "l"
                        | "da"
                        | "del"
                        | "della"
                        | "di"
                        | "s"
                        | "in"
                        | "the"
                        | "apres"
                )
            ) || self.is_sign(at, "'-")
        };
        let word = (at..at + 7).find(|at| !passes(*at))?;
        let half = self.day_half(word)?;
        // `um 9:15 am 3. Mai`: German for the day, not for the morning.
        let is_german = self.word(word) == Some("am")
            && self.small(word + 1).is_some()
            && self.is_sign(word + 2, ".");
        if is_german || self.word(word) == Some("midi") && self.word(word.wrapping_sub(1)).is_some()
        {
            return None;
        }
        Some((half, word + 1))
    }

    fn day_half(&self, at: usize) -> Option<DayHalf> {
        self.sense(at, |sense| if let Sense::DayHalf(half) = sense { Some(half) } else { None })
    }

    fn noon(&self, at: usize) -> Option<(Clock, usize)> {
        let clock = |hour| Clock { hour, minute: Some(0), ..Clock::default() };
        if self.means(at, Sense::Noon) {
            return Some((clock(12), at + 1));
        }
        if self.means(at, Sense::Midnight) {
            return Some((clock(0), at + 1));
        }
        // `meia-noite`, `meio-dia`
        let next = if self.is_sign(at + 1, "-") { at + 2 } else { at + 1 };
        match (self.word(at)?, self.word(next)?) {
            ("meia", "noite") => Some((clock(0), next + 1)),
            ("meio", "dia") => Some((clock(12), next + 1)),
            _ => None,
        }
    }

    /// Reads the zone after a time, and returns where it ends.
    fn zone(&self, start: usize, clock: &mut Clock) -> usize {
        let at = if self.is_sign(start, "(") { start + 1 } else { start };
        let named = self
            .capitals(at)
            .filter(|name| name.len() >= 2 || self.is_glued(at) && *name == "z")
            .and_then(|name| Some((name, zone_minutes(name)?)));
        let after = if named.is_some() { at + 1 } else { at };
        let is_universal = matches!(named, Some(("utc" | "gmt", _)));
        let offset = (named.is_none() || is_universal).then(|| self.offset(after, is_universal));
        let (minutes, end) = match (named, offset.flatten()) {
            (_, Some((minutes, end))) => (minutes, end),
            (Some((_, minutes)), None) => (minutes, after),
            (None, None) => return start,
        };
        clock.offset = Some(minutes);
        if at > start && self.is_sign(end, ")") { end + 1 } else { end }
    }

    /// Reads `+0100`, `+01:00`, `-5`: after `UTC` in any form, after a time in that of a machine.
    fn offset(&self, at: usize, after_universal: bool) -> Option<(i32, usize)> {
        let sign = self.sign(at).filter(|sign| matches!(sign, '+' | '-'))?;
        let digits = self.digits(at + 1).filter(|_| self.is_glued(at + 1))?;
        let minutes = self.two(at + 3).filter(|_| {
            self.is_sign(at + 2, ":") && self.is_glued(at + 2) && self.is_glued(at + 3)
        });
        let (hours, minutes, end) = match (digits.len(), minutes) {
            (4, None) => (&digits[..2], digits[2..].parse().ok()?, at + 2),
            (1 | 2, Some(minutes)) => (digits, minutes, at + 4),
            (1 | 2, None) if after_universal || sign == '+' && digits.len() == 2 => {
                (digits, 0, at + 2)
            }
            _ => return None,
        };
        let minutes = hours.parse::<u32>().ok()? * 60 + minutes;
        let minutes = i32::try_from(minutes).ok().filter(|minutes| *minutes <= 15 * 60)?;
        Some((if sign == '+' { minutes } else { -minutes }, end))
    }
}

impl Clock {
    fn halve(&mut self, half: DayHalf) {
        // `19:48 PM` means what it says first.
        if !(1..=12).contains(&self.hour) {
            return;
        }
        self.is_halved = true;
        let is_late = match half {
            DayHalf::Morning => false,
            DayHalf::Afternoon => true,
            DayHalf::Night => (6..12).contains(&self.hour),
        };
        self.hour = self.hour % 12 + if is_late { 12 } else { 0 };
    }
}
