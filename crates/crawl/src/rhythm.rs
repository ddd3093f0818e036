//! When a source publishes: how many items are to be expected in each hour of the week, learnt from those
//! that came. Pure, and small: what is kept of a source takes some 850 bytes.
//!
//! Items are counted by the hour of the week (UTC) in which they appeared, older weeks for less, so that a
//! change of the clocks or new habits are learnt within weeks. An hour is taken to be like the same hour of
//! other days and other hours of the same day, as far as the source gives no reason to believe otherwise.
//! When an item appeared is known from one visit to the next: it counts for the hours between, as far as each is
//! likely, where the page says when it was made. How long it stays as it is between two editions is `edition.rs`.
//! A burst or a silence that chance would not explain raises or lowers all hours for as long as it lasts.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "counts and hours are small, and the rates that they make are estimates"
)]

use std::array;

use chrono::TimeDelta;
use model::Timestamp;

use crate::edition::{self, Editions, Tide};

pub(crate) const WEEK_HOURS: usize = 168;
const DAY_HOURS: usize = 24;
const HOUR_MS: i64 = 3_600_000;

/// After how many hours an item counts for half: four weeks are enough to tell a weekday from another,
/// and few enough to forget last season.
const HALF_LIFE_HOURS: f64 = 28.0 * 24.0;
/// The rate of a source of which nothing is known, in items an hour, and how sure we are of it, in items
/// (Jeffreys' prior of a Poisson rate).
const RATE_UNKNOWN: f64 = 0.25;
const PRIOR_ITEMS: f64 = 0.5;
/// Over how many publications a burst or a silence is told from chance, and what the expected number weighs
/// beside them. A rate known from n events costs about 1/8n more delay than the true one: these cost 1 %.
const LEVEL_OVER: f64 = 24.0;
const LEVEL_PRIOR: f64 = 8.0;
const LEVEL_MAX: f64 = 30.0;
/// Items that appear within this time of one another are one publication.
const PUBLICATION: TimeDelta = TimeDelta::minutes(10);
/// What appears with an older date than this is no news.
const LATE_MAX: TimeDelta = TimeDelta::days(2);
/// How far back the dates of a first reading are believed.
const PAST_MAX: TimeDelta = TimeDelta::days(56);
/// More items than this in one visit count as so many.
const ITEMS_MAX: usize = 1000;
/// A share of the list above which what is new at one visit makes the next one come sooner.
const NEW_SHARE_MAX: f64 = 0.5;

/// The format of what is kept: the first byte. The first format knew no editions; what has a third is learnt anew.
const FORMAT_WITHOUT_EDITIONS: u8 = 1;
const FORMAT: u8 = 2;
const TIMES: usize = 4;
const NUMBERS: usize = 6;
const BYTES_WITHOUT_EDITIONS: usize = 1 + TIMES * 8 + (NUMBERS + WEEK_HOURS) * 4;
const BYTES: usize = BYTES_WITHOUT_EDITIONS + 8 + edition::NUMBERS * 4;
/// Stands for the time of an edition that is not known.
const UNKNOWN_MS: i64 = i64::MIN;

/// What was learnt of when a source publishes.
#[derive(Debug, Clone, PartialEq)]
pub struct Rhythm {
    /// Since when we know.
    began: Timestamp,
    /// Up to when: the last good visit.
    until: Timestamp,
    /// The good visit before that.
    before: Timestamp,
    /// The last publication; when we began, if there was none.
    latest: Timestamp,
    /// Items by the hour of the week, older ones for less.
    items: [f32; WEEK_HOURS],
    /// Publications, older ones for less.
    publications: f32,
    /// How many publications came lately, and how many were expected.
    came: f32,
    expected: f32,
    /// The longest time without any, in hours.
    longest_gap: f32,
    /// How many items the source showed at once; 0 if that is not known.
    shown: f32,
    /// The longest pause after which the next visit still meets much of what this one saw, in hours; 0 for any.
    overrun_after: f32,
    editions: Editions,
}

/// What a good visit brought that was not known before.
#[derive(Debug, Clone, Copy)]
pub struct Appeared<'a> {
    /// The dates of new items, in any order; what has none has the visit's.
    pub dates: &'a [Timestamp],
    /// How many items the page shows, new or not; `None` if it was not sent again.
    pub shown: Option<usize>,
    /// Whether this is the source's own page, and none that it leads to.
    pub is_own_page: bool,
    /// When the page was last changed, as it or its server says.
    pub changed: Option<Timestamp>,
}

impl Rhythm {
    /// Begins with the dates of what a source has by now.
    pub fn begin(dates: &[Timestamp], now: Timestamp) -> Self {
        let is_recent = |date: &Timestamp| *date < now && now - *date < PAST_MAX;
        let mut dates: Vec<_> = dates.iter().copied().filter(is_recent).collect();
        dates.sort_unstable();
        // The oldest may be pinned, or what is left of more.
        let dates = &dates[dates.len() / 3..];
        let (began, dates) =
            dates.split_first().map_or((now, dates), |(first, others)| (*first, others));
        let mut rhythm = Self {
            began,
            until: began,
            before: began,
            latest: began,
            items: [0.0; WEEK_HOURS],
            publications: 0.0,
            came: 0.0,
            expected: 0.0,
            longest_gap: 0.0,
            shown: 0.0,
            overrun_after: 0.0,
            editions: Editions::default(),
        };
        for date in dates {
            rhythm.age_to(*date);
            rhythm.items[hour_of_week(*date)] += 1.0;
        }
        rhythm.note_publications(dates);
        rhythm.age_to(now);
        rhythm.before = now;
        rhythm
    }

    /// Learns from a good visit.
    pub fn learn(&mut self, appeared: &Appeared<'_>, now: Timestamp) {
        if now <= self.until && appeared.is_own_page {
            return;
        }
        // What is found on a further page appeared since the round before.
        let since = if appeared.is_own_page { self.until } else { self.before };
        let expected = if appeared.is_own_page { self.publications_in(since, now) } else { 0.0 };
        let is_news = |date: &Timestamp| *date > since - LATE_MAX;
        let mut dates: Vec<_> =
            appeared.dates.iter().copied().filter(is_news).take(ITEMS_MAX).collect();
        dates.sort_unstable();
        if appeared.is_own_page {
            self.note_overrun(appeared, since, now);
            self.before = self.until;
            self.age_to(now);
        }
        // A date before the last visit says when it was written, but not when it appeared.
        let is_timely = |date: &Timestamp| *date > since && *date < now;
        let timely: Vec<_> = dates.iter().copied().filter(is_timely).collect();
        self.count(&timely, dates.len() - timely.len(), since, appeared.changed, now);
        if appeared.is_own_page && (appeared.shown.is_some() || appeared.changed.is_some()) {
            self.editions.see(appeared.changed, dates.last().copied(), since, now);
        }
        let mut came = self.note_publications(&timely);
        if timely.is_empty() && !dates.is_empty() {
            came += self.note_publications(&[now]);
        }
        self.note_level(came, expected);
    }

    /// Returns the rates by the hour of the week, in items an hour.
    pub(crate) fn rates(&self) -> [f64; WEEK_HOURS] {
        let (came, expected) = (f64::from(self.came), f64::from(self.expected));
        let level = ((came + LEVEL_PRIOR) / (expected + LEVEL_PRIOR)).min(LEVEL_MAX);
        self.usual_rates().map(|rate| rate * level)
    }

    /// Returns the mean of the roots of the rates: a common budget is divided in proportion to it.
    pub fn weight(&self) -> f64 {
        self.rates().iter().map(|rate| rate.sqrt()).sum::<f64>() / WEEK_HOURS as f64
    }

    /// Returns what the age of the page says of the time after `now`.
    pub(crate) fn tide(&self, now: Timestamp) -> Tide {
        self.editions.tide(now)
    }

    /// Returns how many items may come before those of the last visit are gone from the list.
    pub(crate) fn room(&self) -> Option<f64> {
        (self.shown >= 1.0).then_some(f64::from(self.shown) * NEW_SHARE_MAX)
    }

    /// Returns the longest pause, in hours, that the last visit leaves: half of what it saw was new.
    pub(crate) fn overrun_after(&self) -> Option<f64> {
        (self.overrun_after > 0.0).then_some(f64::from(self.overrun_after))
    }

    /// Returns since when nothing has come, and how likely so long a silence is by chance. `None` for a
    /// source that has no rhythm, or has been as silent before.
    pub(crate) fn silence(&self, now: Timestamp) -> Option<(Timestamp, f64)> {
        let silent = hours_between(self.latest, now);
        if silent < 2.0 * f64::from(self.longest_gap) {
            return None;
        }
        // What was known when the last came: silence itself must not make silence usual.
        let known = effective_hours(self.latest - self.began);
        let came = f64::from(self.publications) / kept(hours_between(self.latest, self.until));
        if known <= 0.0 || came < 1.0 {
            return None;
        }
        let rates = self.usual_rates();
        let week: f64 = rates.iter().sum();
        let weeks = (silent / WEEK_HOURS as f64).floor();
        let rest = self.latest + TimeDelta::weeks(weeks as i64);
        let rest: f64 =
            hours_of(rest, now).map(|(hour, from, to)| rates[hour] * hours_between(from, to)).sum();
        let hours = (weeks + rest / week) * WEEK_HOURS as f64;
        // The rate is itself known by chance: the posterior predictive of Poisson is negative binomial.
        let shape = came + PRIOR_ITEMS;
        Some((self.latest, (1.0 + hours / known).powf(-shape)))
    }

    fn usual_rates(&self) -> [f64; WEEK_HOURS] {
        let weeks = self.weeks();
        let items = self.items.map(f64::from);
        let all: f64 = items.iter().sum();
        let known = effective_hours(self.until - self.began);
        let mean = (all + PRIOR_ITEMS) / (known + PRIOR_ITEMS / RATE_UNKNOWN);
        // What comes in batches of any size varies by so much more than what comes one by one.
        let batch = (2.0 * all / f64::from(self.publications).max(1.0) - 1.0).max(1.0);
        let mut hours = [(0.0, 0.0); DAY_HOURS];
        let mut days = [(0.0, 0.0); WEEK_HOURS / DAY_HOURS];
        for hour in 0..WEEK_HOURS {
            for sum in [&mut hours[hour % DAY_HOURS], &mut days[hour / DAY_HOURS]] {
                sum.0 += items[hour];
                sum.1 += weeks[hour] * mean;
            }
        }
        let (hours, days) = (factors(&hours, batch), factors(&days, batch));
        let like: [f64; WEEK_HOURS] =
            array::from_fn(|hour| mean * hours[hour % DAY_HOURS] * days[hour / DAY_HOURS]);
        let cells: [_; WEEK_HOURS] = array::from_fn(|hour| (items[hour], weeks[hour] * like[hour]));
        let cells = factors(&cells, batch);
        array::from_fn(|hour| like[hour] * cells[hour])
    }

    /// Returns how often each hour of the week was seen, older weeks for less.
    fn weeks(&self) -> [f64; WEEK_HOURS] {
        let mut weeks = [0.0; WEEK_HOURS];
        let seen = usize::try_from((self.until - self.began).num_hours()).unwrap_or(0);
        let last = hour_of_week(self.until);
        let ratio = kept(WEEK_HOURS as f64);
        for ago in 0..seen.min(WEEK_HOURS) {
            let times = (seen - ago).div_ceil(WEEK_HOURS) as f64;
            weeks[(last + WEEK_HOURS - ago) % WEEK_HOURS] =
                kept(ago as f64) * (1.0 - ratio.powf(times)) / (1.0 - ratio);
        }
        weeks
    }

    fn age_to(&mut self, now: Timestamp) {
        let factor = kept(hours_between(self.until, now)) as f32;
        self.items.iter_mut().for_each(|items| *items *= factor);
        self.publications *= factor;
        self.editions.age(factor);
        self.until = now;
    }

    /// Counts new items. Where the page says when it was made, those of a timely date appeared between that date
    /// and then, the others between the visit before and then; else their date is the best guess.
    fn count(
        &mut self,
        timely: &[Timestamp],
        others: usize,
        since: Timestamp,
        changed: Option<Timestamp>,
        now: Timestamp,
    ) {
        let Some(made) = changed else {
            for date in timely {
                self.items[hour_of_week(*date)] += 1.0;
            }
            return self.spread(others, since, now, &[1.0; WEEK_HOURS]);
        };
        let rates = self.usual_rates();
        let until = if made > since && made < now { made } else { now };
        self.spread(others, since, until, &rates);
        for date in timely {
            self.spread(1, *date, until, &rates);
        }
    }

    /// Counts items of which only the time is known within which they appeared: for each hour as far as it was
    /// likely.
    fn spread(
        &mut self,
        items: usize,
        since: Timestamp,
        until: Timestamp,
        rates: &[f64; WEEK_HOURS],
    ) {
        if items == 0 {
            return;
        }
        let until = until.max(since + TimeDelta::milliseconds(1));
        let since = since.max(until - TimeDelta::weeks(1));
        let expected = |hour: usize, from, to| rates[hour] * hours_between(from, to);
        let all: f64 =
            hours_of(since, until).map(|(hour, from, to)| expected(hour, from, to)).sum();
        for (hour, from, to) in hours_of(since, until) {
            let share = expected(hour, from, to) / all.max(f64::MIN_POSITIVE);
            self.items[hour] += (items as f64 * share) as f32;
        }
    }

    /// Counts publications, given the sorted dates of items, and returns how many they are.
    fn note_publications(&mut self, sorted: &[Timestamp]) -> f32 {
        let mut count = 0.0;
        for date in sorted {
            let gap = *date - self.latest;
            if gap >= PUBLICATION || count == 0.0 {
                count += 1.0;
                self.longest_gap = self.longest_gap.max(hours_between(self.latest, *date) as f32);
            }
            self.latest = self.latest.max(*date);
        }
        self.publications += count;
        count
    }

    fn publications_in(&self, since: Timestamp, now: Timestamp) -> f64 {
        let rates = self.usual_rates();
        let since = since.max(now - TimeDelta::weeks(1));
        let items: f64 = hours_of(since, now)
            .map(|(hour, from, to)| rates[hour] * hours_between(from, to))
            .sum();
        let all: f64 = self.items.iter().copied().map(f64::from).sum();
        items * (f64::from(self.publications) + PRIOR_ITEMS) / (all + PRIOR_ITEMS)
    }

    fn note_level(&mut self, came: f32, expected: f64) {
        let forget = (-f64::from(came).max(expected) / LEVEL_OVER).exp() as f32;
        self.came = self.came * forget + came;
        self.expected = self.expected * forget + expected as f32;
    }

    fn note_overrun(&mut self, appeared: &Appeared<'_>, since: Timestamp, now: Timestamp) {
        let Some(shown) = appeared.shown else { return };
        self.shown = shown as f32;
        let (new, room) = (appeared.dates.len() as f64, shown as f64 * NEW_SHARE_MAX);
        self.overrun_after = if new > room && new > 1.0 {
            (hours_between(since, now) * room / new) as f32
        } else {
            0.0
        };
    }

    /// Returns what is to be kept, for [`Rhythm::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(FORMAT);
        for time in [self.began, self.until, self.before, self.latest] {
            bytes.extend(time.timestamp_millis().to_le_bytes());
        }
        let seen = self.editions.seen.map_or(UNKNOWN_MS, |seen| seen.timestamp_millis());
        let numbers = [
            self.publications,
            self.came,
            self.expected,
            self.longest_gap,
            self.shown,
            self.overrun_after,
        ];
        bytes.extend(numbers.iter().chain(&self.items).flat_map(|number| number.to_le_bytes()));
        bytes.extend(seen.to_le_bytes());
        bytes.extend(self.editions.numbers().flat_map(f32::to_le_bytes));
        bytes
    }

    /// Reads what was kept; `None` if it was written by another version, or is damaged.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (rest, editions) = match (bytes.first()?, bytes.len()) {
            (&FORMAT_WITHOUT_EDITIONS, BYTES_WITHOUT_EDITIONS) => (&bytes[1..], None),
            (&FORMAT, BYTES) => {
                let (rest, editions) = bytes[1..].split_at(BYTES_WITHOUT_EDITIONS - 1);
                (rest, Some(editions))
            }
            _ => return None,
        };
        let editions = editions.map_or(Some(Editions::default()), editions_from)?;
        let (times, numbers) = rest.split_at(TIMES * 8);
        let (times, _) = times.as_chunks();
        let mut times =
            times.iter().map(|bytes| Timestamp::from_timestamp_millis(i64::from_le_bytes(*bytes)));
        let mut numbers = numbers_from(numbers)?;
        Some(Self {
            began: times.next()??,
            until: times.next()??,
            before: times.next()??,
            latest: times.next()??,
            publications: numbers.next()?,
            came: numbers.next()?,
            expected: numbers.next()?,
            longest_gap: numbers.next()?,
            shown: numbers.next()?,
            overrun_after: numbers.next()?,
            editions,
            items: array::from_fn(|_| numbers.next().unwrap_or_default()),
        })
    }
}

fn editions_from(bytes: &[u8]) -> Option<Editions> {
    let (seen, numbers) = bytes.split_first_chunk()?;
    let seen = Some(i64::from_le_bytes(*seen)).filter(|seen| *seen != UNKNOWN_MS);
    let seen = seen.map(|seen| Timestamp::from_timestamp_millis(seen).ok_or(()));
    Some(Editions::from_numbers(seen.transpose().ok()?, numbers_from(numbers)?))
}

/// Reads numbers, of which all must be counts.
fn numbers_from(bytes: &[u8]) -> Option<impl Iterator<Item = f32> + '_> {
    let (numbers, _) = bytes.as_chunks();
    let numbers = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let is_count = |number: f32| number.is_finite() && number >= 0.0;
    numbers.clone().all(is_count).then_some(numbers)
}

/// Returns how many times more than expected came in each of some parts, as far as chance alone does not
/// explain it: the posterior mean of Poisson rates whose prior is learnt from how much the parts differ
/// (empirical Bayes by the method of moments).
fn factors<const N: usize>(parts: &[(f64, f64); N], batch: f64) -> [f64; N] {
    let squares: f64 = parts.iter().map(|(_, expected)| expected * expected).sum();
    let excess: f64 =
        parts.iter().map(|(came, expected)| (came - expected).powi(2) - batch * expected).sum();
    let sureness = (squares / excess.max(1e-9)).max(PRIOR_ITEMS) * batch;
    parts.map(|(came, expected)| (came + sureness) / (expected + sureness))
}

/// Returns for how much an item counts after so many hours.
fn kept(hours: f64) -> f64 {
    (-hours / HALF_LIFE_HOURS).exp2()
}

/// Returns the hours of a time, older ones for less.
fn effective_hours(known: TimeDelta) -> f64 {
    let hours = known.num_milliseconds().max(0) as f64 / HOUR_MS as f64;
    (1.0 - kept(hours)) * HALF_LIFE_HOURS / std::f64::consts::LN_2
}

fn hour_of_week(at: Timestamp) -> usize {
    // The first of January 1970 was a Thursday.
    let hours = at.timestamp_millis().div_euclid(HOUR_MS) + 3 * 24;
    usize::try_from(hours.rem_euclid(7 * 24)).unwrap_or(0)
}

pub(crate) fn hours_between(from: Timestamp, to: Timestamp) -> f64 {
    (to - from).num_milliseconds().max(0) as f64 / HOUR_MS as f64
}

/// Cuts a time at the full hours, each with its hour of the week.
pub(crate) fn hours_of(
    mut from: Timestamp,
    to: Timestamp,
) -> impl Iterator<Item = (usize, Timestamp, Timestamp)> {
    std::iter::from_fn(move || {
        (from < to).then(|| {
            let into = from.timestamp_millis().rem_euclid(HOUR_MS);
            let end = to.min(from + TimeDelta::milliseconds(HOUR_MS - into));
            let piece = (hour_of_week(from), from, end);
            from = end;
            piece
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_first_format_kept_is_still_read() {
        let now: Timestamp = "2026-03-02T09:30:00Z".parse().unwrap();
        let dates: Vec<_> = (1..40).map(|n| now - TimeDelta::hours(5 * n)).collect();
        let mut rhythm = Rhythm::begin(&dates, now);
        let visit = |rhythm: &mut Rhythm, hours| {
            let now = now + TimeDelta::hours(hours);
            let changed = Some(now - TimeDelta::minutes(7));
            let appeared = Appeared { dates: &[], shown: Some(20), is_own_page: true, changed };
            rhythm.learn(&appeared, now);
        };
        visit(&mut rhythm, 1);
        visit(&mut rhythm, 2);
        let bytes = rhythm.to_bytes();
        assert_eq!(bytes.len(), BYTES);
        assert_eq!(Rhythm::from_bytes(&bytes), Some(rhythm.clone()));
        let mut first = bytes[..BYTES_WITHOUT_EDITIONS].to_vec();
        first[0] = FORMAT_WITHOUT_EDITIONS;
        assert_ne!(rhythm.editions, Editions::default());
        rhythm.editions = Editions::default();
        assert_eq!(Rhythm::from_bytes(&first), Some(rhythm));
        first[0] = FORMAT;
        assert_eq!(Rhythm::from_bytes(&first), None, "cut off");
        assert_eq!(Rhythm::from_bytes(&[&bytes[..], &[0]].concat()), None, "too long");
        let mut damaged = bytes;
        damaged[BYTES - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
        assert_eq!(Rhythm::from_bytes(&damaged), None);
    }
}
