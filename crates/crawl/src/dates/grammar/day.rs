//! Days: in numbers, with their month in words, by their name, by their distance from today.

use super::super::habits::Lang;
use super::super::lexicon::Sense;
use super::super::tokens::Line;
use super::super::{YEARS, year};
use super::{Context, Day, Numbers, Weekdays};

impl Line {
    pub(super) fn year_at(&self, at: usize) -> Option<i32> {
        self.four(at).filter(|year| YEARS.contains(year))
    }

    /// Reads `03/02/2025`, `26. 10.21`, `2025-02-03`, `3.5.`.
    pub(super) fn numbers(&self, at: usize) -> Option<(Day, usize)> {
        let separator = self.sign(at + 1).filter(|sign| "-/.".contains(*sign))?;
        let is_again = self.sign(at + 3) == Some(separator);
        if let Some(year) = self.year_at(at) {
            let (month, day) = (self.small(at + 2)?, self.small(at + 4).filter(|_| is_again)?);
            let day = Day::Named { year: Some(year), month, day };
            return self.ends_number(at + 5, separator).then_some((day, at + 5));
        }
        let (first, second) = (self.small(at)?, self.small(at + 2)?);
        let numbers =
            |third, has_long_year| Numbers { first, second, third, has_long_year, separator };
        if is_again && let Some(year) = self.year_at(at + 4) {
            let year = u32::try_from(year).ok()?;
            let found = Day::Numbers(numbers(Some(year), true));
            return self.ends_number(at + 5, separator).then_some((found, at + 5));
        }
        let is_hour =
            self.is_glued(at + 5) && (self.is_sign(at + 5, ":") || self.means(at + 5, Sense::Hour));
        if is_again && let Some(last) = self.two(at + 4).filter(|_| !is_hour) {
            let found = Day::Numbers(numbers(Some(last), false));
            return self.ends_number(at + 5, separator).then_some((found, at + 5));
        }
        let short = Day::Numbers(numbers(None, false));
        match separator {
            // `3.5` is a number, `3.5.` a day.
            '.' if is_again && self.digits(at + 4).is_none_or(|_| !self.is_glued(at + 4)) => {
                Some((short, at + 4))
            }
            '/' if !is_again && self.ends_number(at + 3, '/') => Some((short, at + 3)),
            _ => None,
        }
    }

    pub(super) fn is_long_date(&self, at: usize) -> bool {
        matches!(self.numbers(at), Some((Day::Numbers(numbers), _)) if numbers.third.is_some())
    }

    /// Whether nothing follows that would make a date in numbers something else: a version, an address.
    fn ends_number(&self, end: usize, separator: char) -> bool {
        if !self.is_glued(end) {
            return true;
        }
        match self.sign(end) {
            Some(sign) => {
                let goes_on =
                    sign == separator && self.is_glued(end + 1) && self.digits(end + 1).is_some();
                !(goes_on || "%€$£".contains(sign))
            }
            None => self.word(end) == Some("t") || !self.senses(end).is_empty(),
        }
    }

    fn month(&self, at: usize) -> Option<u32> {
        self.sense(at, |sense| if let Sense::Month(month) = sense { Some(month) } else { None })
    }

    /// Reads a date with its month in words: `3 févr. 2025`, `Feb 3rd, 2025`, `2025 Feb 3`, `mars 2025`.
    pub(super) fn named(&self, at: usize) -> Option<(Day, usize)> {
        if let Some(year) = self.year_at(at) {
            let month_at = self.skip_parts(at + 1);
            let month = self.month(month_at)?;
            let (day, end) = self.day_of_month(self.skip_parts(month_at + 1))?;
            return Some((Day::Named { year: Some(year), month, day }, end));
        }
        if let Some((day, end)) = self.day_of_month(at) {
            let month_at = self.skip_parts(end);
            let month = self.month(month_at)?;
            let (year, end) = self.year_of_date(month_at + 1)?;
            return Some((Day::Named { year, month, day }, end));
        }
        let month = self.month(at)?;
        let next = self.skip_parts(at + 1);
        if let Some(year) = self.year_at(next) {
            return Some((Day::Month { year, month }, next + 1));
        }
        if self.is_sign(next, "'")
            && let Some(digits) = self.two(next + 1)
        {
            return Some((Day::Month { year: year(&format!("{digits:02}"))?, month }, next + 2));
        }
        let (day, day_end) = self.day_of_month(next)?;
        let (year, end) = self.year_of_date(day_end)?;
        let is_weekday = self.weekday(at).is_some()
            && (self.month(self.skip_parts(day_end)).is_some() || self.numbers(next).is_some());
        let is_sure = year.is_some()
            || self.is_sign(at + 1, ".")
            || self.is_free_after(end)
            || self.clock(self.skip_joints(end), Context::Day).is_some();
        (!is_weekday && is_sure).then_some((Day::Named { year, month, day }, end))
    }

    /// Skips what stands between the parts of a date.
    fn skip_parts(&self, start: usize) -> usize {
        let passes = |at: usize| {
            self.is_sign(at, ".,-/[]()")
                || matches!(self.word(at), Some("de" | "of" | "del" | "d" | "du" | "the" | "do"))
                || self.is_sign(at, "'") && self.word(at + 1).is_some()
        };
        (start..start + 4).find(|at| !passes(*at)).unwrap_or(start)
    }

    /// Reads the day of a month with its ordinal ending: `1er`, `3rd`, `1º`.
    fn day_of_month(&self, at: usize) -> Option<(u32, usize)> {
        let day = self.small(at).filter(|day| (1..=31).contains(day))?;
        let is_time = self.is_sign(at + 1, ":") && self.digits(at + 2).is_some();
        if is_time || self.clock(at, Context::Nothing).is_some() {
            return None;
        }
        let ending = self.is_glued(at + 1)
            && (matches!(
                self.word(at + 1),
                Some(
                    "st" | "nd"
                        | "rd"
                        | "th"
                        | "er"
                        | "ere"
                        | "re"
                        | "e"
                        | "eme"
                        | "nde"
                        | "ste"
                        | "de"
                        | "o"
                        | "a"
                )
            ) || self.is_sign(at + 1, "°"));
        Some((day, if ending { at + 2 } else { at + 1 }))
    }

    /// Reads the year after a day and a month. `None` where what follows is a number that cannot be meant.
    fn year_of_date(&self, start: usize) -> Option<(Option<i32>, usize)> {
        let none = Some((None, start));
        let at = self.skip_parts(start);
        if self.is_sign(at, "'") {
            return match self.two(at + 1) {
                Some(digits) => Some((Some(year(&format!("{digits:02}"))?), at + 2)),
                None => none,
            };
        }
        let Some(digits) = self.digits(at) else { return none };
        match digits.len() {
            4 => self.year_at(at).map(|year| (Some(year), at + 1)),
            2 if self.clock(at, Context::Day).is_none()
                && (self.is_free_after(at + 1)
                    || self.clock(self.skip_joints(at + 1), Context::Day).is_some()) =>
            {
                Some((Some(year(digits)?), at + 1))
            }
            _ => none,
        }
    }

    /// Reads `hier`, `avant-hier`, `the day before yesterday`, `ieri l'altro`, `just now`.
    pub(super) fn back(&self, at: usize) -> Option<(Day, usize)> {
        let days = |at: usize| {
            self.sense(at, |sense| if let Sense::Back(days) = sense { Some(days) } else { None })
        };
        if self.means(at, Sense::Before) {
            let next =
                (at + 1..at + 4).find(|next| self.word(*next).is_some_and(|word| word != "de"))?;
            return (days(next) == Some(1)).then_some((Day::Back(2), next + 1));
        }
        if let Some(days) = days(at) {
            let mut end = at + 1;
            if self.is_sign(end, "'") && self.word(end + 1) == Some("hui") {
                end += 2;
            }
            if days == 1 && self.is_sign(end + 1, "'") && self.means(end + 2, Sense::Before) {
                return Some((Day::Back(2), end + 3));
            }
            return Some((Day::Back(days), end));
        }
        let ahead =
            self.sense(at, |sense| if let Sense::Ahead(days) = sense { Some(days) } else { None });
        if let Some(days) = ahead {
            return Some((Day::Ahead(days), at + 1));
        }
        // `ce matin`, `this evening`
        if matches!(
            self.word(at),
            Some("ce" | "cet" | "cette" | "this" | "esta" | "questa" | "deze")
        ) && let Some((_, end)) = self.half(at + 1)
        {
            return Some((Day::Back(0), end));
        }
        let mut end = at + 1;
        while self.means(end, Sense::Joint) || self.means(end, Sense::AgoAfter) {
            end += 1;
        }
        self.means(at, Sense::Now).then_some((Day::Now, end))
    }

    pub(super) fn weekday(&self, at: usize) -> Option<(Weekdays, usize)> {
        let mut by_lang = [None; Lang::ALL.len()];
        for entry in self.senses(at) {
            if let Sense::Day(day) = entry.sense {
                for (lang, named) in Lang::ALL.into_iter().zip(&mut by_lang) {
                    if entry.langs.has(lang) {
                        *named = Some(day);
                    }
                }
            }
        }
        by_lang.iter().flatten().next()?;
        let is_short = self.word(at).is_some_and(|word| word.len() <= 2);
        let mut end = at + 1;
        if self.is_sign(end, "-") && self.word(end + 1) == Some("feira") {
            end += 2;
        }
        if is_short {
            let next = if self.is_sign(end, ".") { end + 1 } else { end };
            let next = if self.is_sign(next, ",") { next + 1 } else { next };
            self.digits(next)?;
        }
        Some((Weekdays { by_lang, is_short }, end))
    }
}
