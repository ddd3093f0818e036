//! The grammar of dates as people write them, one for seven languages: pieces (a day, a name of a day, a
//! time) in any order with little between them, or a distance from now. Finds what a line says; what that
//! means at a site is decided elsewhere.

mod clock;
mod day;
mod distance;

use chrono::Weekday;

use super::habits::Lang;
use super::lexicon::{Sense, Unit};
use super::tokens::Line;

/// Tokens that can stand between two pieces of one date.
const JOINTS_MAX: usize = 6;
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
    /// Days after today.
    Ahead(u32),
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
    pub(super) fn in_lang(self, lang: Option<Lang>) -> Option<Weekday> {
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
        // Abbreviations of a letter or two are much the same everywhere.
        for word in (at..end).filter(|at| self.word(*at).is_some_and(|word| word.len() > 2)) {
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
            // `hier soir à 22 h`
            if let (Day::Back(_), None, Some((_, after))) = (&said.day, said.clock, self.half(end))
            {
                end = after;
            }
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
            (Day::Ahead(_), ..) | (Day::Unsaid, None, Some(_)) if is_free() => Rank::Vague,
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
                || self.word(at) == Some("t") && self.is_glued(at)
        };
        (start..start + JOINTS_MAX).find(|at| !joins(*at)).unwrap_or(start)
    }

    /// Reads one piece that is not said yet, and returns where it ends. `end` is where the one before ended.
    fn piece(&self, at: usize, end: usize, said: &mut Said) -> Option<usize> {
        let is_after_at = |at: usize| at.checked_sub(1).is_some_and(|at| self.means(at, Sense::At));
        let context = if said.day == Day::Unsaid && said.weekday.is_none() {
            // A time may come first: `à 14 h, le 3 mai`.
            if at == end && is_after_at(at) { Context::Day } else { Context::Nothing }
        } else if (end..at).any(|joint| self.means(joint, Sense::At)) {
            Context::At
        } else {
            Context::Day
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
        if said.weekday.is_none() && !matches!(said.day, Day::Back(_) | Day::Ahead(_) | Day::Now) {
            let (weekday, after) = self.weekday(at)?;
            said.weekday = Some(weekday);
            return Some(after);
        }
        None
    }
}
