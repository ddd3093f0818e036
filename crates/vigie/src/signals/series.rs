//! What a query found as series of buckets: of each, the counts, and how much of the query's sources was
//! seen through. Where only half was seen, half is expected; where next to nothing was, nothing is known.
//!
//! A source's share is weighed by what is found in it, and is seen up to its last reading; in its gaps neither it
//! nor its items count; what has no date is spread over the time in which it may have come; a source too new to
//! have a past waits.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use model::{SignalKind, Timestamp};
use signal::Observation;
use store::{Counts, Gap, Seen, Undated};

/// What is seen of less than this share of the sources tells nothing.
pub(crate) const SEEN_MIN: f64 = 0.3;
/// All but rounding.
const SEEN_WHOLE: f64 = 0.999;
/// What sources weigh together that have not been found in yet, in findings.
const UNKNOWN_WEIGHT: f64 = 1.0;
/// A source is counted once it was read for so long, or for half as long as any other.
const ESTABLISHED: TimeDelta = TimeDelta::days(7);

/// Something that is counted bucket by bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Measure {
    Items,
    Stories,
    Authors,
    Sources,
    /// The share of what is negative, of rating scales that is withheld, of another query.
    Negative,
    Rating,
    Theme,
}

impl Measure {
    /// What is counted of every query.
    pub(crate) const COUNTS: [Self; 4] = [Self::Items, Self::Stories, Self::Authors, Self::Sources];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Stories => "stories",
            Self::Authors => "authors",
            Self::Sources => "sources",
            Self::Negative => "negative",
            Self::Rating => "rating",
            Self::Theme => "theme",
        }
    }

    /// Returns the measure that a kind of signal is heard in.
    pub(crate) fn of(kind: SignalKind) -> Self {
        match kind {
            SignalKind::Rise | SignalKind::Slow | SignalKind::Silence => Self::Items,
            SignalKind::Negative => Self::Negative,
            SignalKind::Rating => Self::Rating,
            SignalKind::Theme => Self::Theme,
        }
    }
}

/// What is known of one bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bucket {
    pub(crate) start: Timestamp,
    /// The share of the sources, by what the query finds in them, that was seen through.
    pub(crate) seen: f64,
    /// Items, of which those without a date are spread over the time in which they may have come.
    pub(crate) items: f64,
    pub(crate) counts: Counts,
}

impl Bucket {
    /// Returns what a detector is to make of it.
    pub(crate) fn observation(&self, measure: Measure) -> Observation {
        if self.seen < SEEN_MIN {
            return Observation::Missing;
        }
        let counts = &self.counts;
        #[expect(clippy::cast_precision_loss, reason = "counts of a few hours")]
        let number = |count: u64| count as f64;
        match measure {
            Measure::Items => self.share(self.items),
            Measure::Stories => self.share(number(counts.stories)),
            Measure::Authors => self.share(number(counts.authors)),
            Measure::Sources => self.share(number(counts.sources)),
            Measure::Negative => part(number(counts.negative), number(counts.toned)),
            Measure::Rating => part(counts.withheld, number(counts.rated)),
            Measure::Theme => part(number(counts.themed), number(counts.items)),
        }
    }

    fn share(&self, count: f64) -> Observation {
        if self.seen >= SEEN_WHOLE {
            Observation::Count(count)
        } else {
            Observation::Part { count, of: self.seen }
        }
    }
}

fn part(count: f64, of: f64) -> Observation {
    if of > 0.0 { Observation::Part { count, of } } else { Observation::Missing }
}

/// A stretch of time in buckets of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) since: Timestamp,
    pub(crate) until: Timestamp,
    pub(crate) bucket: Duration,
}

impl Stretch {
    fn millis(&self) -> i64 {
        i64::try_from(self.bucket.as_millis()).unwrap_or(i64::MAX).max(1)
    }

    fn len(&self) -> usize {
        let millis = (self.until - self.since).num_milliseconds().max(0);
        usize::try_from(millis / self.millis()).unwrap_or(0)
    }

    /// Returns which bucket a time lies in, or `len` for any later one.
    fn index(&self, time: Timestamp) -> usize {
        let millis = (time - self.since).num_milliseconds().max(0);
        usize::try_from(millis / self.millis()).unwrap_or(usize::MAX).min(self.len())
    }

    /// The same, for the first bucket that begins then or later.
    fn index_from(&self, time: Timestamp) -> usize {
        let millis = (time - self.since).num_milliseconds().max(0);
        let millis = millis.saturating_add(self.millis() - 1);
        usize::try_from(millis / self.millis()).unwrap_or(usize::MAX).min(self.len())
    }

    fn start(&self, index: usize) -> Timestamp {
        let nth = i64::try_from(index).unwrap_or(i64::MAX);
        self.since + TimeDelta::milliseconds(nth.saturating_mul(self.millis()))
    }
}

/// What was seen of a query's sources, each with its weight.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight {
    sources: Vec<(f64, Seen, Vec<Gap>)>,
    /// Sources that do not count: too new, or no longer read.
    pub(crate) except: Vec<u64>,
    /// Those of them in which the query has found something.
    pub(crate) missed: Vec<u64>,
}

impl Sight {
    /// `found` says how many items the query found in each source in the 28 days before `now`.
    pub(crate) fn new(
        seen: &[Seen],
        gaps: &[Gap],
        found: &BTreeMap<u64, u64>,
        now: Timestamp,
    ) -> Self {
        let span = TimeDelta::days(28);
        let age = |source: &Seen| now - source.since;
        let oldest =
            seen.iter().filter(|source| !source.is_retired).map(age).max().unwrap_or_default();
        let old_enough = ESTABLISHED.min(oldest / 2);
        let (established, new): (Vec<&Seen>, Vec<&Seen>) =
            seen.iter().partition(|source| age(source) >= old_enough && !source.is_retired);
        let mut sources: Vec<(f64, Seen, Vec<Gap>)> = Vec::new();
        let mut others: Vec<&Seen> = Vec::new();
        for source in established {
            let Some(found) = found.get(&source.source) else {
                others.push(source);
                continue;
            };
            let read = age(source).clamp(TimeDelta::days(1), span);
            #[expect(clippy::cast_precision_loss, reason = "findings of a month")]
            let weight = *found as f64 * span.as_seconds_f64() / read.as_seconds_f64();
            sources.push((weight, *source, gaps_of(source.source, gaps)));
        }
        // What the others may say was seen as well as they usually are.
        others.sort_by_key(|source| source.until);
        if let Some(middle) = others.get(others.len() / 2) {
            sources.push((UNKNOWN_WEIGHT, **middle, gaps_of(middle.source, gaps)));
        }
        let except: Vec<u64> = new.iter().map(|source| source.source).collect();
        let missed = except.iter().copied().filter(|source| found.contains_key(source)).collect();
        Self { sources, except, missed }
    }

    /// Returns the share that was seen through of each bucket.
    fn shares(&self, stretch: &Stretch) -> Vec<f64> {
        let len = stretch.len();
        let mut steps = vec![0.0; len + 1];
        let whole: f64 = self.sources.iter().map(|(weight, ..)| weight).sum();
        let mut add = |from: usize, to: usize, weight: f64| {
            if from < to {
                steps[from] += weight;
                steps[to] -= weight;
            }
        };
        for (weight, seen, gaps) in &self.sources {
            let end = stretch.index(seen.until);
            let mut from = stretch.index_from(seen.since);
            for gap in gaps {
                add(from, stretch.index(gap.since).min(end), *weight);
                from = from.max(stretch.index_from(gap.until));
            }
            add(from, end, *weight);
        }
        let mut sum = 0.0;
        steps.truncate(len);
        for step in &mut steps {
            sum += *step;
            *step = if whole > 0.0 { (sum / whole).clamp(0.0, 1.0) } else { 0.0 };
        }
        steps
    }
}

/// The gaps of a source, in order.
fn gaps_of(source: u64, gaps: &[Gap]) -> Vec<Gap> {
    let mut own: Vec<Gap> = gaps.iter().filter(|gap| gap.source == source).copied().collect();
    own.sort_by_key(|gap| gap.since);
    own
}

/// Lays out all buckets of a stretch, of which `counts` has those with findings.
pub(crate) fn buckets(
    stretch: &Stretch,
    counts: &[Counts],
    undated: &[Undated],
    sight: &Sight,
) -> Vec<Bucket> {
    let mut buckets: Vec<Bucket> = sight
        .shares(stretch)
        .into_iter()
        .enumerate()
        .map(|(nth, seen)| {
            let start = stretch.start(nth);
            Bucket { start, seen, items: 0.0, counts: Counts { start, ..Counts::default() } }
        })
        .collect();
    for counts in counts {
        if let Some(bucket) = buckets.get_mut(stretch.index(counts.start)) {
            #[expect(clippy::cast_precision_loss, reason = "counts of a few hours")]
            let items = counts.items as f64;
            bucket.items += items;
            bucket.counts = *counts;
        }
    }
    for item in undated {
        spread(stretch, item, &mut buckets);
    }
    buckets
}

/// Adds an item to the buckets in which it may have come, to each for its part of the time.
fn spread(stretch: &Stretch, item: &Undated, buckets: &mut [Bucket]) {
    let whole = (item.until - item.after).as_seconds_f64();
    let length = TimeDelta::milliseconds(stretch.millis());
    let (first, last) = (stretch.index(item.after), stretch.index(item.until));
    for bucket in buckets.iter_mut().take(last + 1).skip(first) {
        let from = bucket.start.max(item.after);
        let to = (bucket.start + length).min(item.until);
        bucket.items += ((to - from).as_seconds_f64() / whole).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> Timestamp {
        "2026-03-01T00:00:00Z".parse::<Timestamp>().unwrap() + TimeDelta::hours(hour)
    }

    fn stretch(hours: i64) -> Stretch {
        Stretch { since: at(0), until: at(hours), bucket: Duration::from_hours(1) }
    }

    fn seen(source: u64, since: i64, until: i64) -> Seen {
        Seen { source, since: at(since), until: at(until), is_retired: false }
    }

    fn sight(seen: &[Seen], gaps: &[Gap], found: &[(u64, u64)]) -> Sight {
        Sight::new(seen, gaps, &found.iter().copied().collect(), at(1000))
    }

    #[track_caller]
    fn check(sight: &Sight, expect: &[f64]) {
        let shares = sight.shares(&stretch(expect.len().try_into().unwrap()));
        for (share, expect) in shares.iter().zip(expect) {
            assert!((share - expect).abs() < 1e-9, "{shares:?}");
        }
    }

    #[test]
    fn a_bucket_is_seen_once_its_sources_were_read_after_its_end() {
        let half_past = Seen { until: at(2) + TimeDelta::minutes(30), ..seen(1, -1, 0) };
        check(&sight(&[half_past], &[], &[(1, 5)]), &[1.0, 1.0, 0.0]);
        check(&sight(&[seen(1, 1, 3)], &[], &[(1, 5)]), &[0.0, 1.0, 1.0, 0.0]);
    }

    #[test]
    fn sources_weigh_what_is_found_in_them() {
        let both = [seen(1, -900, 4), seen(2, -900, 2)];
        check(&sight(&both, &[], &[(1, 30), (2, 10)]), &[1.0, 1.0, 0.75, 0.75]);
        // One that nothing was ever found in weighs next to nothing beside one with findings.
        check(&sight(&both, &[], &[(1, 9)]), &[1.0, 1.0, 0.9, 0.9]);
        check(&sight(&both, &[], &[]), &[1.0, 1.0, 1.0, 1.0]);
        check(&sight(&[], &[], &[]), &[0.0, 0.0]);
    }

    #[test]
    fn in_its_gaps_a_source_is_not_seen() {
        let gap = |since, until| Gap { source: 1, since: at(since), until: at(until) };
        let gaps = [gap(3, 4), gap(1, 2)];
        check(&sight(&[seen(1, -9, 6)], &gaps, &[(1, 5)]), &[1.0, 0.0, 1.0, 0.0, 1.0, 1.0]);
        let overlapping = [gap(1, 4), gap(2, 3)];
        check(&sight(&[seen(1, -9, 6)], &overlapping, &[(1, 5)]), &[1.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    }

    #[test]
    fn a_source_is_too_new_until_it_was_read_for_a_week_or_half_as_long_as_any_other() {
        let now = at(1000);
        let sources = [seen(1, 0, 1000), seen(2, 1000 - 24, 1000), seen(3, 1000 - 200, 1000)];
        let sight = Sight::new(&sources, &[], &[(1, 1), (2, 1), (3, 1)].into(), now);
        assert_eq!(sight.except, [2]);
        let fresh = [seen(1, 990, 1000), seen(2, 992, 1000), seen(3, 998, 1000)];
        assert_eq!(Sight::new(&fresh, &[], &BTreeMap::new(), now).except, [3]);
        let retired = Seen { is_retired: true, ..seen(1, 0, 900) };
        let left = Sight::new(&[retired, seen(2, 0, 1000)], &[], &[(1, 90), (2, 10)].into(), now);
        assert_eq!(
            (left.except.as_slice(), left.missed.as_slice()),
            ([1].as_slice(), [1].as_slice())
        );
        check(&left, &[1.0, 1.0]);
    }

    #[test]
    fn what_has_no_date_is_spread_over_the_time_in_which_it_came() {
        let whole = sight(&[seen(1, -9, 9)], &[], &[(1, 5)]);
        let item = Undated { after: at(1) + TimeDelta::minutes(30), until: at(3) };
        let found = Counts { start: at(2), items: 2, ..Counts::default() };
        let items: Vec<f64> = buckets(&stretch(4), &[found], &[item], &whole)
            .iter()
            .map(|bucket| bucket.items)
            .collect();
        for (items, expect) in items.iter().zip([0.0, 1.0 / 3.0, 2.0 + 2.0 / 3.0, 0.0]) {
            assert!((items - expect).abs() < 1e-9);
        }
    }

    #[test]
    fn what_was_half_seen_is_half_expected_and_what_was_not_is_missing() {
        let counts = Counts { toned: 4, negative: 1, ..Counts::default() };
        let bucket = |seen| Bucket { start: at(0), seen, items: 3.0, counts };
        assert_eq!(bucket(1.0).observation(Measure::Items), Observation::Count(3.0));
        let half = Observation::Part { count: 3.0, of: 0.5 };
        assert_eq!(bucket(0.5).observation(Measure::Items), half);
        assert_eq!(bucket(0.1).observation(Measure::Items), Observation::Missing);
        let negative = Observation::Part { count: 1.0, of: 4.0 };
        assert_eq!(bucket(0.5).observation(Measure::Negative), negative);
        assert_eq!(bucket(1.0).observation(Measure::Rating), Observation::Missing);
    }
}
