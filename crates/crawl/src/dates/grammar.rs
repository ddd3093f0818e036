//! The grammar of dates as people write them, one for seven languages: pieces (a day, a name of a day, a
//! time) in any order with little between them, or a distance from now. Finds what a line says; what that
//! means at a site is decided elsewhere.

use chrono::Weekday;

use super::habits::Lang;
use super::lexicon::{DayHalf, Sense, Unit};
use super::names::zone_minutes;
use super::tokens::Line;
use super::{YEARS, millis, year};

/// Tokens that can stand between two pieces of one date.
const JOINTS_MAX: usize = 6;
/// Units of a distance: years, months, weeks, days, hours, minutes, seconds.
const UNITS_MAX: usize = 8;
/// Words before a date in which it is looked for what it is the date of.
const ASIDE_WORDS: usize = 8;

/// What a line says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Said {
    pub(super) day: Day,
    pub(super) weekday: Option<Weekdays>,
    pub(super) clock: Option<Clock>,
    /// How many of its words each language knows.
    pub(super) votes: [u32; Lang::ALL.len()],
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Day {
    #[default]
    Unsaid,
    Now,
    /// Days before today.
    Back(u32),
    Ago(Span),
    Named {
        year: Option<i32>,
        month: u32,
        day: u32,
    },
    Month {
        year: i32,
        month: u32,
    },
    Numbers(Numbers),
}

/// A date in numbers of which the order is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) first: u32,
    pub(super) second: u32,
    pub(super) third: Option<u32>,
    /// Whether the third is a year of four digits.
    pub(super) has_long_year: bool,
    pub(super) separator: char,
}

/// A distance from now in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) months: u32,
    pub(super) seconds: i64,
    /// The smallest unit told, and how many of it are uncertain.
    pub(super) finest: Option<Unit>,
    pub(super) uncertain: u32,
    pub(super) is_ahead: bool,
}

/// What a name of a day means in each language, in the order of `Lang::ALL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Weekdays {
    by_lang: [Option<Weekday>; Lang::ALL.len()],
    /// `lu`, `Mo`: so short that it may be another word.
    pub(super) is_short: bool,
}

impl Weekdays {
    /// Returns the day, if it is the same in all languages that have the word or `lang` has it.
    pub(super) fn in_lang(&self, lang: Option<Lang>) -> Option<Weekday> {
        if let Some(day) = lang.and_then(|lang| self.by_lang[lang as usize]) {
            return Some(day);
        }
        let mut days = self.by_lang.iter().flatten();
        let first = days.next()?;
        days.all(|day| day == first).then_some(*first)
    }
}

/// A time of day as written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) hour: u32,
    pub(super) minute: Option<u32>,
    pub(super) second: Option<u32>,
    pub(super) millis: u32,
    pub(super) is_halved: bool,
    /// Minutes from UTC, where written.
    pub(super) offset: Option<i32>,
}

/// How sure it is that a part of a line is a date, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Day,
    Weekday,
    Vague,
}

/// What stands before a number that may be an hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Context {
    Nothing,
    /// A day, so that a time is next.
    Day,
    /// A day and `at`.
    At,
}

/// Finds the date of a line: of several the surest, of equal ones the first that is not an edit's or
/// a visit's.
pub(super) fn find(line: &Line) -> Option<Said> {
    let mut best: Option<((bool, Rank), Said)> = None;
    let mut from = 0;
    let mut at = 0;
    while at < line.len() {
        let found = if line.starts(at) { line.date(at) } else { None };
        let Some((rank, said, end)) = found else {
            at += 1;
            continue;
        };
        let worth = (line.is_aside(from.max(at.saturating_sub(ASIDE_WORDS)), at), rank);
        if best.as_ref().is_none_or(|(other, _)| worth < *other) {
            best = Some((worth, said));
        }
        at = end.max(at + 1);
        from = at;
    }
    best.map(|(_, said)| said)
}

/// Finds the first time of day of a line.
pub(super) fn find_clock(line: &Line) -> Option<Clock> {
    (0..line.len())
        .filter(|at| line.starts(*at))
        .find_map(|at| Some(line.clock(at, Context::Nothing)?.0))
}

impl Line {
    /// Whether a date can start here: not within a word, a version, an address, a price.
    fn starts(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).filter(|_| self.is_glued(at)) else {
            return true;
        };
        match self.sign(before) {
            Some('.' | ':' | ',') => self.digits(before.wrapping_sub(1)).is_none(),
            Some(sign) => !"#@/+=_&$€£%".contains(sign),
            None => false,
        }
    }

    fn is_aside(&self, from: usize, to: usize) -> bool {
        (from..to).any(|at| self.means(at, Sense::Aside))
    }

    /// Reads the date that starts here, with where it ends.
    fn date(&self, at: usize) -> Option<(Rank, Said, usize)> {
        let (rank, mut said, end) = self.distance(at).or_else(|| self.pieces(at))?;
        for word in at..end {
            let langs = self.langs(word);
            for (lang, votes) in Lang::ALL.into_iter().zip(&mut said.votes) {
                *votes += u32::from(langs.has(lang));
            }
        }
        Some((rank, said, end))
    }

    /// Whether what starts here has no word before it that it may belong to.
    fn is_free_before(&self, at: usize) -> bool {
        at.checked_sub(1).is_none_or(|before| {
            self.sign(before).is_some_and(|sign| !"+-±~<>".contains(sign))
                || !self.senses(before).is_empty()
        })
    }

    fn is_free_after(&self, end: usize) -> bool {
        let leads_on = |sense: Sense| {
            matches!(
                sense,
                Sense::By | Sense::At | Sense::In | Sense::Posted | Sense::Aside | Sense::And
            )
        };
        self.get(end).is_none()
            || self.sign(end).is_some_and(|sign| !"%€$£+/".contains(sign))
            || self.sense(end, |sense| leads_on(sense).then_some(())).is_some()
    }

    // Distances from now

    fn distance(&self, start: usize) -> Option<(Rank, Said, usize)> {
        if let Some(found) = self.last_unit(start) {
            return Some(found);
        }
        let (before, at) = self.distance_marker(start);
        let at = self.skip_about(at);
        let (mut span, mut end) = self.span(at, before)?;
        if self.is_sign(end, ".") && self.means(end + 1, Sense::AgoAfter) {
            end += 1;
        }
        let is_ago = before == Some(Sense::AgoBefore) || self.means(end, Sense::AgoAfter);
        if self.means(end, Sense::AgoAfter) {
            end += 1;
        } else if self.word(end) == Some("from") && self.means(end + 1, Sense::Now) {
            span.is_ahead = true;
            end += 2;
        }
        span.is_ahead |= before == Some(Sense::In) && !is_ago;
        if !is_ago && !(self.is_free_before(start) && self.is_free_after(end)) {
            return None;
        }
        let mut said = Said { day: Day::Ago(span), ..Said::default() };
        if span.finest >= Some(Unit::Day)
            && is_ago
            && let Some((clock, after)) = self.clock(self.skip_joints(end), Context::Nothing)
        {
            said.clock = Some(clock);
            end = after;
        }
        let rank = if is_ago { Rank::Day } else { Rank::Vague };
        Some((rank, said, end))
    }

    /// Reads `last week`, `la semaine dernière`.
    fn last_unit(&self, at: usize) -> Option<(Rank, Said, usize)> {
        let unit = match self.means(at, Sense::Last) {
            true => self.unit(at + 1),
            false => self.unit(at).filter(|_| self.means(at + 1, Sense::Last)),
        };
        let mut span = Span { uncertain: 1, ..Span::default() };
        span.add(unit?, 1)?;
        let end = at + 2;
        (self.is_free_before(at) && self.is_free_after(end))
            .then(|| (Rank::Vague, Said { day: Day::Ago(span), ..Said::default() }, end))
    }

    /// Reads `il y a`, `vor`, `in`: what it says, and where it ends.
    fn distance_marker(&self, at: usize) -> (Option<Sense>, usize) {
        let ago = Some(Sense::AgoBefore);
        match (self.word(at), self.word(at + 1), self.word(at + 2)) {
            (Some("il"), Some("y"), Some("a")) => (ago, at + 3),
            (Some("il"), Some("ya"), _) | (Some("y"), Some("a"), _) => (ago, at + 2),
            (Some("ya"), _, _) => (ago, at + 1),
            _ if self.means(at, Sense::AgoBefore) => (ago, at + 1),
            (Some("dentro"), Some("de"), _) | (Some("daqui"), Some("a"), _) => {
                (Some(Sense::In), at + 2)
            }
            _ if self.means(at, Sense::In) => (Some(Sense::In), at + 1),
            _ => (None, at),
        }
    }

    fn skip_about(&self, start: usize) -> usize {
        let passes = |at: usize| {
            self.is_sign(at, "'~<>") || self.means(at, Sense::About) && !self.is_quantity(at)
        };
        (start..start + JOINTS_MAX).find(|at| !passes(*at)).unwrap_or(start)
    }

    fn is_quantity(&self, at: usize) -> bool {
        self.sense(at, |sense| match sense {
            Sense::Count(_) | Sense::Few | Sense::Half => Some(()),
            _ => None,
        })
        .is_some()
    }

    fn unit(&self, at: usize) -> Option<Unit> {
        self.sense(at, |sense| if let Sense::Unit(unit) = sense { Some(unit) } else { None })
    }

    /// Reads quantities with their units: `1 an, 2 mois et 3 jours`.
    fn span(&self, start: usize, before: Option<Sense>) -> Option<(Span, usize)> {
        let mut span = Span { uncertain: 1, ..Span::default() };
        let mut end = start;
        let mut at = start;
        for _ in 0..UNITS_MAX {
            let Some(after) = self.quantity(at, &mut span) else { break };
            end = after;
            // `il y a 1 h 30`, but not the day that may follow `15 h`.
            if let (Some(_), Some(minutes), None) = (before, self.two(end), self.unit(end + 1))
                && span.finest == Some(Unit::Hour)
            {
                span.add(Unit::Minute, minutes)?;
                end += 1;
            }
            // A full stop ends an abbreviation, but also a sentence.
            at = if self.is_sign(end, ".") { end + 1 } else { end };
            at = if self.is_sign(at, ",") { at + 1 } else { at };
            at = if self.means(at, Sense::And) { at + 1 } else { at };
        }
        if span.finest.is_none() {
            // `seconds ago`, `hace instantes`.
            let unit = self.unit(start)?;
            if before != Some(Sense::AgoBefore) && !self.means(start + 1, Sense::AgoAfter) {
                return None;
            }
            span.few(unit)?;
            end = start + 1;
        }
        Some((span, end))
    }

    /// Reads one quantity with its unit into `span`, and returns where it ends.
    fn quantity(&self, at: usize, span: &mut Span) -> Option<usize> {
        let number = |at: usize| -> Option<u32> {
            if let Some(digits) = self.digits(at) {
                return digits.parse().ok();
            }
            self.sense(at, |sense| if let Sense::Count(n) = sense { Some(n) } else { None })
        };
        // `half an hour`, `une demi-heure`, `mezz'ora`.
        let half = (at..at + 2).find(|at| self.means(*at, Sense::Half));
        if let Some(half) = half.filter(|half| *half == at || number(at) == Some(1)) {
            let mut unit = half + 1;
            while self.is_sign(unit, "'-") || self.means(unit, Sense::Count(1)) && unit < half + 3 {
                unit += 1;
            }
            if self.unit(unit) == Some(Unit::Hour) {
                span.add(Unit::Minute, 30)?;
                return Some(unit + 1);
            }
        }
        let few = (at..at + 2).find(|at| self.means(*at, Sense::Few));
        if let Some(few) = few.filter(|few| *few == at || number(at) == Some(1))
            && let Some((unit, end)) = self.unit_after(few + 1)
        {
            span.few(unit)?;
            return Some(end);
        }
        let at = if self.means(at, Sense::Few) { at + 1 } else { at };
        let count = number(at)?;
        let (unit, end) = self.unit_after(at + 1)?;
        span.add(unit, count)?;
        Some(end)
    }

    /// Reads a unit with what may stand before it: `a couple of hours`, `un'ora`.
    fn unit_after(&self, at: usize) -> Option<(Unit, usize)> {
        let skips = self.is_sign(at, "'") || matches!(self.word(at), Some("of" | "de"));
        let at = if skips { at + 1 } else { at };
        self.unit(at).map(|unit| (unit, at + 1))
    }

    // Pieces

    fn pieces(&self, start: usize) -> Option<(Rank, Said, usize)> {
        let mut said = Said::default();
        let mut end = start;
        let mut at = start;
        let mut is_last = false;
        loop {
            if self.means(at, Sense::Last) && self.weekday(at + 1).is_some() {
                is_last = true;
                at += 1;
            }
            let Some(after) = self.piece(at, end, &mut said) else { break };
            end = after;
            if said.weekday.is_some() && self.means(end, Sense::Last) {
                is_last = true;
                end += 1;
            }
            at = self.skip_joints(end);
        }
        let is_free = || self.is_free_before(start) && self.is_free_after(end);
        let rank = match (&said.day, &said.weekday, &said.clock) {
            (Day::Named { .. } | Day::Back(_), ..) => Rank::Day,
            (Day::Numbers(numbers), weekday, clock) => {
                // Two numbers are as often stars, pages, prices.
                let is_alone = weekday.is_none() && clock.is_none() && !self.is_announced(start);
                if numbers.third.is_none() && is_alone {
                    return None;
                }
                Rank::Day
            }
            (Day::Now, ..) if is_free() => Rank::Weekday,
            (Day::Month { .. }, ..) => Rank::Vague,
            (Day::Unsaid, Some(_), Some(_)) => Rank::Weekday,
            (Day::Unsaid, Some(_), None) if is_last => Rank::Weekday,
            (Day::Unsaid, Some(weekday), None) if !weekday.is_short && is_free() => Rank::Vague,
            (Day::Unsaid, None, Some(_)) if is_free() => Rank::Vague,
            _ => return None,
        };
        Some((rank, said, end))
    }

    /// Whether a word before says that a date follows: `le 3/5`, `posted 3/5`.
    fn is_announced(&self, at: usize) -> bool {
        let announces =
            |sense: Sense| matches!(sense, Sense::Joint | Sense::At | Sense::Posted).then_some(());
        at.checked_sub(1).is_some_and(|before| self.sense(before, announces).is_some())
    }

    fn skip_joints(&self, start: usize) -> usize {
        let joins = |at: usize| {
            self.is_sign(at, ",;:.-–—·•|()[]«»/@")
                || self.means(at, Sense::Joint)
                || self.means(at, Sense::At)
                // `hier soir à 22 h`
                || self.day_half(at).is_some()
                || self.word(at) == Some("t") && self.is_glued(at)
        };
        (start..start + JOINTS_MAX).find(|at| !joins(*at)).unwrap_or(start)
    }

    /// Reads one piece that is not said yet, and returns where it ends. `end` is where the one before ended.
    fn piece(&self, at: usize, end: usize, said: &mut Said) -> Option<usize> {
        let context = match said.day {
            Day::Unsaid if said.weekday.is_none() => Context::Nothing,
            _ if (end..at).any(|joint| self.means(joint, Sense::At)) => Context::At,
            _ => Context::Day,
        };
        let announced = at.checked_sub(1).is_some_and(|before| self.means(before, Sense::At));
        let context = match context {
            Context::Nothing if announced && at == end => Context::Day,
            context => context,
        };
        if said.clock.is_none()
            && let Some((clock, after)) = self.clock(at, context)
        {
            said.clock = Some(clock);
            // As asctime writes it: `Aug 05 12:00:00 2015`.
            if let (Day::Named { year, .. }, Some(late)) = (&mut said.day, self.year_at(after))
                && year.is_none()
            {
                *year = Some(late);
                return Some(after + 1);
            }
            return Some(after);
        }
        if said.day == Day::Unsaid {
            let day = self.numbers(at).or_else(|| self.named(at)).or_else(|| self.back(at));
            if let Some((day, after)) = day {
                said.day = day;
                return Some(after);
            }
        }
        if said.weekday.is_none() && !matches!(said.day, Day::Back(_) | Day::Now) {
            let (weekday, after) = self.weekday(at)?;
            said.weekday = Some(weekday);
            return Some(after);
        }
        None
    }

    fn year_at(&self, at: usize) -> Option<i32> {
        self.four(at).filter(|year| YEARS.contains(year))
    }

    /// Reads `03/02/2025`, `26. 10.21`, `2025-02-03`, `3.5.`.
    fn numbers(&self, at: usize) -> Option<(Day, usize)> {
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
        if is_again && let Some(last) = self.two(at + 4) {
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

    fn is_long_date(&self, at: usize) -> bool {
        matches!(self.numbers(at), Some((Day::Numbers(numbers), _)) if numbers.third.is_some())
    }

    /// Whether nothing follows that would make a date in numbers something else: a version, an address.
    fn ends_number(&self, end: usize, separator: char) -> bool {
        if !self.is_glued(end) {
            return true;
        }
        match self.sign(end) {
            Some(sign) => {
                !(sign == separator && self.is_glued(end + 1) && self.digits(end + 1).is_some())
                    && !"%€$£".contains(sign)
            }
            None => self.word(end) == Some("t") || !self.senses(end).is_empty(),
        }
    }

    fn month(&self, at: usize) -> Option<u32> {
        self.sense(at, |sense| if let Sense::Month(month) = sense { Some(month) } else { None })
    }

    /// Reads a date with its month in words: `3 févr. 2025`, `Feb 3rd, 2025`, `2025 Feb 3`, `mars 2025`.
    fn named(&self, at: usize) -> Option<(Day, usize)> {
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
            || self.word(at).is_some_and(|word| word.len() > 4)
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
    fn back(&self, at: usize) -> Option<(Day, usize)> {
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
        let mut end = at + 1;
        while self.means(end, Sense::Joint) || self.means(end, Sense::AgoAfter) {
            end += 1;
        }
        self.means(at, Sense::Now).then_some((Day::Now, end))
    }

    fn weekday(&self, at: usize) -> Option<(Weekdays, usize)> {
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

    // Times of day

    fn clock(&self, at: usize, context: Context) -> Option<(Clock, usize)> {
        if context != Context::Nothing
            && let Some((clock, end)) = self.noon(at)
        {
            return Some((clock, end));
        }
        let hour = self.small(at).filter(|hour| *hour <= 24)?;
        let minute_at = |at: usize| self.two(at).filter(|minute| *minute < 60);
        let mut clock = Clock { hour, ..Clock::default() };
        let glued = |from: usize, to: usize| (from..=to).all(|at| self.is_glued(at));
        let mut end;
        if self.is_sign(at + 1, ":") && glued(at + 1, at + 2) {
            clock.minute = Some(minute_at(at + 2)?);
            end = self.seconds(at + 3, ":", &mut clock);
            end = self.skip_hour_word(end);
        } else if let Some(minute) = minute_at(at + 2).filter(|_| self.means(at + 1, Sense::Hour)) {
            let is_spelt = self.unit(at + 3) == Some(Unit::Minute);
            // Without a day before it `2 h 30 min` is a length.
            if is_spelt && context == Context::Nothing {
                return None;
            }
            clock.minute = Some(minute);
            end = at + 3 + usize::from(is_spelt);
            if is_spelt && self.two(end).is_some() && self.unit(end + 1) == Some(Unit::Second) {
                clock.second = self.two(end);
                end += 2;
            } else {
                end = self.seconds(end, ":m", &mut clock);
            }
        } else if let Some(minute) = self
            .is_sign(at + 1, ".")
            .then(|| minute_at(at + 2).filter(|_| glued(at + 1, at + 2) && !self.is_long_date(at)))
            .flatten()
        {
            clock.minute = Some(minute);
            end = self.seconds(at + 3, ".:", &mut clock);
            let is_told = self.half(end).is_some() || self.skip_hour_word(end) > end;
            let is_time = is_told || context != Context::Nothing && self.is_free_after(end);
            if !is_time || self.is_sign(end, ".") && self.digits(end + 1).is_some() {
                return None;
            }
            end = self.skip_hour_word(end);
        } else if self.means(at + 1, Sense::Hour) && context != Context::Nothing {
            end = at + 2;
        } else if self.half(at + 1).is_some() {
            end = at + 1;
        } else if context == Context::At
            && self.is_free_after(at + 1)
            && !self.is_sign(at + 1, "/-.")
        {
            end = at + 1;
        } else {
            return None;
        }
        if let Some((half, after)) = self.half(end) {
            clock.halve(half);
            end = after;
        }
        let end = self.zone(end, &mut clock);
        Some((clock, end))
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
    fn half(&self, at: usize) -> Option<(DayHalf, usize)> {
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

impl Span {
    fn add(&mut self, unit: Unit, count: u32) -> Option<()> {
        let (months, seconds) = unit.length();
        self.months = self.months.checked_add(months.checked_mul(count)?)?;
        self.seconds = self.seconds.checked_add(seconds.checked_mul(i64::from(count))?)?;
        self.finest = Some(self.finest.map_or(unit, |finest| finest.min(unit)));
        Some(())
    }

    /// Adds a few of a unit.
    fn few(&mut self, unit: Unit) -> Option<()> {
        const FEW: u32 = 3;
        self.uncertain = FEW;
        self.add(unit, FEW)
    }
}

impl Unit {
    /// Returns a length in months and seconds.
    pub(super) fn length(self) -> (u32, i64) {
        match self {
            Self::Second => (0, 1),
            Self::Moment | Self::Minute => (0, 60),
            Self::Hour => (0, 3600),
            Self::Day => (0, 86_400),
            Self::Week => (0, 7 * 86_400),
            Self::Month => (1, 0),
            Self::Year => (12, 0),
            Self::Decade => (120, 0),
        }
    }
}
