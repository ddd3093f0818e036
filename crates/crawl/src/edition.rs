//! How long a page stays as it is: what was written waits for the page's next edition. Pure, and small.
//!
//! Many pages are built anew at intervals, or are kept by a cache for some minutes: one that has just changed will
//! not change at once, and one that is due soon shows all that came since. What is learnt is for how long editions
//! last, as a hazard: the chance h(k) that an edition that is k cells old is replaced in the next cell.
//! What lies between two visits is not seen: all sequences of editions that lead from the one to the other count,
//! each as likely as the present hazards make it (one step of expectation maximisation a visit). A page that
//! says nothing of its age, or is as old as its newest item, is taken to show at once what comes.

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of cells are small, and the chances that they make are estimates"
)]

use chrono::TimeDelta;
use model::Timestamp;

const CELL_MIN: f64 = 2.5;
const CELL_H: f64 = CELL_MIN / 60.0;
/// Ages are told apart up to an hour.
const CELLS: usize = 24;
/// Between visits that are further apart than four hours nothing is learnt.
const PATH: usize = 96;
/// How many editions must have had an age until its own hazard counts for half.
const SURE_AFTER: f64 = 8.0;
/// Before anything is known an edition is taken to last 20 minutes: half an edition's worth of knowledge.
const PRIOR_EDITIONS: f64 = 0.5;
const PRIOR_CELLS: f64 = 8.0;
/// A page that is younger than this was made for the visit, or for its newest item: it is always up to date.
const PROMPT_VISIT: TimeDelta = TimeDelta::seconds(30);
const PROMPT_ITEM: TimeDelta = TimeDelta::minutes(2);

/// How many numbers are kept.
pub(crate) const NUMBERS: usize = CELLS + 2;

/// The editions of a page, as far as they were seen.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Editions {
    /// When the last one that was seen was made; `None` if that says nothing.
    pub(crate) seen: Option<Timestamp>,
    /// How many lasted for each number of cells, the last for more; older ones count for less.
    lasted: [f32; CELLS + 1],
    /// For how many cells more than `CELLS + 1`, in all, those did.
    beyond: f32,
}

/// How much is to be expected of each cell of the time ahead, in usual ones.
pub(crate) struct Tide {
    /// The sum of the cells before each.
    sums: [f64; CELLS + 1],
}

impl Editions {
    /// Learns from a visit that got a page made at `changed`, whose newest new item is of `newest`.
    pub(crate) fn see(
        &mut self,
        changed: Option<Timestamp>,
        newest: Option<Timestamp>,
        since: Timestamp,
        now: Timestamp,
    ) {
        let tells = |made: &Timestamp| {
            *made <= now - PROMPT_VISIT
                && newest.is_none_or(|newest| (newest - *made).abs() > PROMPT_ITEM)
        };
        let Some(made) = changed.filter(tells) else {
            // The same edition may still be there.
            self.seen = self.seen.filter(|seen| changed == Some(*seen));
            return;
        };
        if let Some(before) = self.seen.replace(made) {
            if made > before {
                let survived = cells(since - before);
                self.learn(survived, cells(made - before).max(survived + 1));
            } else {
                self.seen = Some(before);
            }
        }
    }

    pub(crate) fn age(&mut self, factor: f32) {
        self.lasted.iter_mut().for_each(|count| *count *= factor);
        self.beyond *= factor;
    }

    /// Returns what is to be expected after `now`, given how old the page is.
    ///
    /// With P(k) the chance that the page is then k cells old, a cell shows Σ P(k) · h(k) · (k + 1) cells' worth
    /// of items: those that came while the edition lasted. In the long run that is 1.
    pub(crate) fn tide(&self, now: Timestamp) -> Tide {
        let mut sums = [0.0; CELLS + 1];
        let Some(seen) = self.seen else {
            return Tide { sums: std::array::from_fn(|cell| cell as f64) };
        };
        let hazards = self.hazards();
        let age = cells(now - seen);
        let mut ages = [0.0; CELLS + 1];
        ages[age.min(CELLS)] = 1.0;
        for cell in 0..CELLS {
            let mut older = [0.0; CELLS + 1];
            let mut shown = 0.0;
            for k in 0..=CELLS {
                let replaced = ages[k] * hazards[k];
                let lasted = if k == CELLS { age.clamp(CELLS, PATH) } else { k + 1 };
                shown += replaced * lasted as f64;
                older[0] += replaced;
                older[(k + 1).min(CELLS)] += ages[k] - replaced;
            }
            ages = older;
            sums[cell + 1] = sums[cell] + shown;
        }
        Tide { sums }
    }

    /// Returns the hazard of each age, the last of all that are older: what was seen of it, and the mean hazard
    /// for `SURE_AFTER` editions.
    fn hazards(&self) -> [f64; CELLS + 1] {
        let lasted = self.lasted.map(f64::from);
        let editions: f64 = lasted.iter().sum();
        let of_age = |(k, count): (usize, &f64)| (k + 1) as f64 * count;
        let time = lasted.iter().enumerate().map(of_age).sum::<f64>() + f64::from(self.beyond);
        let mean = (editions + PRIOR_EDITIONS) / (time + PRIOR_EDITIONS * PRIOR_CELLS);
        let mut at_risk = editions;
        let mut hazards = lasted.map(|ended| {
            let hazard = (ended + SURE_AFTER * mean) / (at_risk + SURE_AFTER);
            at_risk = (at_risk - ended).max(0.0);
            hazard
        });
        let oldest = lasted[CELLS];
        let cells = oldest + f64::from(self.beyond);
        hazards[CELLS] = (oldest + SURE_AFTER * mean) / (cells + SURE_AFTER);
        hazards
    }

    /// Learns that one edition was replaced, after more than `survived` cells, and that after `all` cells there
    /// was a new one; those between were not seen.
    fn learn(&mut self, survived: usize, all: usize) {
        if all > PATH {
            return;
        }
        let lasting = self.chances(all);
        // Chances that an edition begins at a cell, given the first; and that the last does, given this one.
        let mut from_first = vec![0.0; all + 1];
        let mut to_last = vec![0.0; all + 1];
        (from_first[0], to_last[all]) = (1.0, 1.0);
        for end in survived + 1..=all {
            let before = |begin: usize| from_first[begin] * lasting[end - begin];
            from_first[end] = before(0) + (survived + 1..end).map(before).sum::<f64>();
        }
        for begin in (survived + 1..all).rev() {
            to_last[begin] = (begin + 1..=all).map(|end| lasting[end - begin] * to_last[end]).sum();
        }
        let likelihood = from_first[all];
        if likelihood <= 0.0 {
            return;
        }
        for begin in std::iter::once(0).chain(survived + 1..all) {
            let ends = to_last.iter().enumerate().skip(begin.max(survived) + 1);
            for (end, to_last) in ends {
                let lasted = end - begin;
                let count = from_first[begin] * lasting[lasted] * to_last / likelihood;
                self.lasted[(lasted - 1).min(CELLS)] += count as f32;
                self.beyond += (count * lasted.saturating_sub(CELLS + 1) as f64) as f32;
            }
        }
    }

    /// Returns how likely an edition is to last for each number of cells, up to some.
    fn chances(&self, most: usize) -> Vec<f64> {
        let hazards = self.hazards();
        let mut left = 1.0;
        let ends = |cells: usize| {
            let hazard = if cells == 0 { 0.0 } else { hazards[(cells - 1).min(CELLS)] };
            let ends = left * hazard;
            left -= ends;
            ends
        };
        (0..=most).map(ends).collect()
    }

    /// Returns what is to be kept.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f32> {
        self.lasted.into_iter().chain([self.beyond])
    }

    pub(crate) fn from_numbers(
        seen: Option<Timestamp>,
        numbers: impl Iterator<Item = f32>,
    ) -> Self {
        let mut numbers = numbers.chain(std::iter::repeat(0.0));
        let lasted = std::array::from_fn(|_| numbers.next().unwrap_or_default());
        Self { seen, lasted, beyond: numbers.next().unwrap_or_default() }
    }
}

impl Tide {
    /// Returns how much is to be expected between two times, in hours from now and of usual rate.
    pub(crate) fn hours(&self, from_h: f64, to_h: f64) -> f64 {
        self.until(to_h) - self.until(from_h)
    }

    fn until(&self, hours: f64) -> f64 {
        let cells = hours / CELL_H;
        let whole = cells as usize;
        if whole >= CELLS {
            return (self.sums[CELLS] + cells - CELLS as f64) * CELL_H;
        }
        let part = cells - whole as f64;
        (self.sums[whole] + part * (self.sums[whole + 1] - self.sums[whole])) * CELL_H
    }
}

fn cells(time: TimeDelta) -> usize {
    (time.num_seconds().max(0) as f64 / 60.0 / CELL_MIN) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(minutes: i64) -> Timestamp {
        "2026-03-02T00:00:00Z".parse::<Timestamp>().unwrap() + TimeDelta::minutes(minutes)
    }

    /// What is learnt of a page that is built each 20 minutes by visits after pauses of all kinds.
    fn built_each_20_minutes() -> Editions {
        let mut editions = Editions::default();
        let mut before = 0;
        for visit in (0..400).scan(0, |minute, n| {
            *minute += 6 + n * 7 % 23;
            Some(*minute)
        }) {
            let made = visit / 20 * 20;
            editions.see(Some(at(made)), None, at(before), at(visit));
            before = visit;
        }
        editions
    }

    #[test]
    fn a_page_that_has_just_been_built_shows_nothing_new_until_it_is_built_again() {
        let mut editions = built_each_20_minutes();
        let usual = |editions: &Editions, now, from: f64, to: f64| {
            editions.tide(at(now)).hours(from / 60.0, to / 60.0) * 60.0 / (to - from)
        };
        editions.seen = Some(at(10_000));
        let soon = usual(&editions, 10_001, 0.0, 10.0);
        assert!(soon < 0.2, "{soon} of the usual in ten minutes after the first");
        let due = usual(&editions, 10_001, 15.0, 22.5);
        assert!(due > 1.5, "{due} of the usual when the page is due");
        let always = usual(&editions, 10_001, 60.0, 600.0);
        assert!((always - 1.0).abs() < 1e-9, "{always}");
        editions.seen = Some(at(10_000));
        let late = usual(&editions, 10_018, 0.0, 5.0);
        assert!(late > 2.0, "{late} of the usual when all of an edition is to come");
    }

    #[test]
    fn a_page_of_no_age_is_expected_to_change_at_any_time() {
        let check = |changed: Option<i64>, newest: Option<i64>, expect: bool| {
            let mut editions = built_each_20_minutes();
            editions.see(changed.map(at), newest.map(at), at(10_000), at(10_030));
            assert_eq!(editions.seen.is_some(), expect, "{changed:?} {newest:?}");
            if !expect {
                let all = editions.tide(at(10_030)).hours(0.1, 0.3);
                assert!((all - 0.2).abs() < 1e-9, "{all}");
            }
        };
        check(Some(10_020), None, true);
        check(Some(10_020), Some(10_010), true);
        check(None, None, false);
        // Made for the visit, by a clock that is fast, and for its newest item.
        check(Some(10_030), None, false);
        check(Some(10_300), None, false);
        check(Some(10_020), Some(10_019), false);
    }

    proptest! {
        #[test]
        fn whatever_a_page_says_what_is_expected_is_finite_and_never_less_with_time(
            visits in prop::collection::vec((0_i64..2000, -3000_i64..3000), 1..60),
            from in 0.0_f64..2.0,
        ) {
            let mut editions = Editions::default();
            let (mut before, mut now) = (0, 0);
            for (pause, made) in visits {
                now += pause;
                editions.see(Some(at(made)), None, at(before), at(now));
                editions.age(0.99);
                before = now;
                let hazards = editions.hazards();
                prop_assert!(hazards.iter().all(|hazard| *hazard > 0.0 && *hazard <= 1.0), "{hazards:?}");
                let tide = editions.tide(at(now));
                let (near, far) = (tide.hours(0.0, from), tide.hours(0.0, from + 0.5));
                prop_assert!(near >= 0.0 && far >= near && far.is_finite(), "{near} {far}");
            }
            let kept = Editions::from_numbers(editions.seen, editions.numbers());
            prop_assert_eq!(kept, editions);
        }
    }
}
