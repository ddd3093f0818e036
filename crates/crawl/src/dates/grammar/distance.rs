//! Distances from now: `il y a 3 heures`, `1 year, 2 months ago`, `last week`, `5 min`.

use super::super::lexicon::{Langs, Sense, Unit};
use super::super::tokens::Line;
use super::{Context, Day, JOINTS_MAX, Rank, Said, Span};

/// Units of a distance: years, months, weeks, days, hours, minutes, seconds.
const UNITS_MAX: usize = 8;

impl Line {
    pub(super) fn distance(&self, start: usize) -> Option<(Rank, Said, usize)> {
        if let Some(found) = self.last_unit(start) {
            return Some(found);
        }
        let (before, at) = self.distance_marker(start);
        let langs = if before.is_some() { self.langs(start) } else { Langs::default() };
        let at = self.skip_about(at);
        let (mut span, mut end) = self.span(at, before, langs)?;
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
        if !(is_ago || self.is_free_before(start) && self.is_free_after(end)) {
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
        let unit = if self.means(at, Sense::Last) {
            self.unit(at + 1)
        } else {
            self.unit(at).filter(|_| self.means(at + 1, Sense::Last))
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
        let counts = |sense: Sense| {
            matches!(sense, Sense::Count(_) | Sense::Few | Sense::Half).then_some(())
        };
        self.sense(at, counts).is_some()
    }

    pub(super) fn unit(&self, at: usize) -> Option<Unit> {
        self.unit_in(at, Langs::default())
    }

    /// Reads a unit, rather one of `langs`: `j` is a day in French and a year in German.
    fn unit_in(&self, at: usize, langs: Langs) -> Option<Unit> {
        let unit_of = |sense: Sense| if let Sense::Unit(unit) = sense { Some(unit) } else { None };
        let here = self.senses(at).iter().filter(|entry| entry.langs.meets(langs));
        here.chain(self.senses(at)).find_map(|entry| unit_of(entry.sense))
    }

    /// Reads quantities with their units: `1 an, 2 mois et 3 jours`.
    fn span(&self, start: usize, before: Option<Sense>, langs: Langs) -> Option<(Span, usize)> {
        let mut span = Span { uncertain: 1, ..Span::default() };
        let mut end = start;
        let mut at = start;
        for _ in 0..UNITS_MAX {
            let Some(after) = self.quantity(at, langs, &mut span) else { break };
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
            let has_number = start.checked_sub(1).is_some_and(|at| self.digits(at).is_some());
            let unit = self.unit(start).filter(|_| !has_number)?;
            if before != Some(Sense::AgoBefore) && !self.means(start + 1, Sense::AgoAfter) {
                return None;
            }
            span.few(unit)?;
            end = start + 1;
        }
        Some((span, end))
    }

    /// Reads one quantity with its unit into `span`, and returns where it ends.
    fn quantity(&self, at: usize, langs: Langs, span: &mut Span) -> Option<usize> {
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
            && let Some((unit, end)) = self.unit_after(few + 1, langs)
        {
            span.few(unit)?;
            return Some(end);
        }
        let at = if self.means(at, Sense::Few) { at + 1 } else { at };
        if let Some(end) = self.decimal(at, langs, span) {
            return Some(end);
        }
        let count = number(at)?;
        // `30+ days ago`
        let at = if self.is_sign(at + 1, "+") { at + 1 } else { at };
        let (unit, end) = self.unit_after(at + 1, langs)?;
        span.add(unit, count)?;
        Some(end)
    }

    /// Reads `2.5 hours`, `1,5 jour` into `span`, and returns where it ends.
    fn decimal(&self, at: usize, langs: Langs, span: &mut Span) -> Option<usize> {
        let is_one = self.is_sign(at + 1, ".,") && self.is_glued(at + 1) && self.is_glued(at + 2);
        let tenths = self.digits(at + 2).filter(|digits| is_one && digits.len() == 1)?;
        let tenths = self.small(at)? * 10 + tenths.parse::<u32>().ok()?;
        let (unit, end) = self.unit_after(at + 3, langs)?;
        let (months, seconds) = unit.length();
        // A part of a month has no length.
        if months > 0 || seconds < 10 {
            return None;
        }
        span.add(unit, 0)?;
        span.seconds = span.seconds.checked_add(seconds / 10 * i64::from(tenths))?;
        Some(end)
    }

    /// Reads a unit with what may stand before it: `a couple of hours`, `un'ora`.
    fn unit_after(&self, at: usize, langs: Langs) -> Option<(Unit, usize)> {
        let skips = self.is_sign(at, "'") || matches!(self.word(at), Some("of" | "de"));
        let at = if skips { at + 1 } else { at };
        self.unit_in(at, langs).map(|unit| (unit, at + 1))
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
    pub(in crate::dates) fn length(self) -> (u32, i64) {
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
