//! How much was found lately, against what is usual, as mails show it. What is usual is told by the weeks
//! before; a better judge of it only has to hand in its own ranges.

use std::collections::BTreeMap;

use alert::chart::{Bucket, Expected};
use alert::{Span, Volume};
use anyhow::Result;
use chrono::TimeDelta;
use model::{Cadence, Subscription, Timestamp};
use store::Ledger;

/// What is usual is told by as many days before each bucket, of which so many must be known.
const BEFORE_DAYS: i64 = 28;
const KNOWN_MIN: usize = 14;
/// How many buckets are shown.
const DAYS: i64 = 28;
const HOURS: i64 = 48;
/// The range leaves out a tenth at either end.
const LOW: f64 = 0.1;
const HIGH: f64 = 0.9;
/// Fewer buckets with anything in them make no picture.
const BUCKETS_MIN: usize = 3;

/// Counts hour by hour: hours since 1970, and what was found in each.
type Hours = BTreeMap<i64, u64>;

/// Returns how much a subscription's queries found, by the hour where it is told at once or hourly, by the
/// day else, up to `until`; `None` where that is too little to be shown. An item that several queries found
/// counts for each.
pub(crate) fn seen(
    ledger: &Ledger,
    subscription: &Subscription,
    until: Timestamp,
) -> Result<Option<Volume>> {
    let span = match subscription.cadence {
        Cadence::AsItHappens | Cadence::Hourly => Span::Hour,
        Cadence::Daily { .. }
        | Cadence::Weekly { .. }
        | Cadence::Monthly { .. }
        | Cadence::Cron(_) => Span::Day,
    };
    let shown = match span {
        Span::Hour => TimeDelta::hours(HOURS),
        Span::Day => TimeDelta::days(DAYS),
    };
    let since = until - shown - TimeDelta::days(BEFORE_DAYS);
    let mut hours = Hours::new();
    for query in &subscription.queries {
        for volume in ledger.volume(query, since, until)? {
            *hours.entry(volume.hour.timestamp().div_euclid(3600)).or_default() += volume.items;
        }
    }
    let buckets = buckets(&hours, span, until.timestamp().div_euclid(3600));
    let told = buckets.iter().filter(|bucket| bucket.count > 0.0).count();
    Ok((told >= BUCKETS_MIN).then_some(Volume { buckets, span }))
}

fn buckets(hours: &Hours, span: Span, last: i64) -> Vec<Bucket> {
    let Some(first) = hours.keys().next().copied() else { return Vec::new() };
    let (count, length) = match span {
        Span::Hour => (HOURS, 1),
        Span::Day => (DAYS, 24),
    };
    (0..count)
        .rev()
        .map(|back| {
            let end = last - back * length;
            Bucket { count: sum(hours, end, length), expected: expected(hours, end, length, first) }
        })
        .collect()
}

/// What is usual of the same hours on the days before; `None` before enough of these are known.
fn expected(hours: &Hours, end: i64, length: i64, first: i64) -> Option<Expected> {
    let days = (1..=BEFORE_DAYS).map(|day| end - 24 * day);
    // A day counts from the first finding on: before it, nobody may have looked.
    let known = days.filter(|end| end - length + 1 >= first);
    let mut counts: Vec<f64> = known.map(|end| sum(hours, end, length)).collect();
    if counts.len() < KNOWN_MIN {
        return None;
    }
    counts.sort_by(f64::total_cmp);
    let usual = quantile(&counts, 0.5);
    Some(Expected { low: quantile(&counts, LOW), usual, high: quantile(&counts, HIGH) })
}

/// Counts what was found in so many hours up to the one at `end`.
#[expect(clippy::cast_precision_loss, reason = "counts are exact far beyond what is found")]
fn sum(hours: &Hours, end: i64, length: i64) -> f64 {
    hours.range(end - length + 1..=end).map(|(_, count)| count).sum::<u64>() as f64
}

/// Between the neighbours, by the rule of Hyndman and Fan's type 7; of sorted values, at least one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place among a few dozen"
)]
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn a_day_is_the_24_hours_before_and_is_compared_with_the_four_weeks_before() {
        // Two an hour, for sixty days; on the last day five.
        let last = 500_000;
        let hours: Hours =
            (0..60 * 24).map(|back| (last - back, if back < 24 { 5 } else { 2 })).collect();
        let buckets = buckets(&hours, Span::Day, last);
        assert_eq!(buckets.len(), 28);
        let today = buckets[27];
        assert!(same(today.count, 120.0) && same(buckets[26].count, 48.0));
        let expected = today.expected.unwrap();
        assert!([expected.low, expected.usual, expected.high].iter().all(|it| same(*it, 48.0)));
    }

    #[test]
    fn an_hour_is_compared_with_the_same_hour_of_other_days() {
        // Ten at each last hour of a day, else nothing.
        let last = 500_000;
        let hours: Hours = (0..40).map(|day| (last - 24 * day, 10)).collect();
        let buckets = buckets(&hours, Span::Hour, last);
        assert_eq!(buckets.len(), 48);
        assert!(same(buckets[47].expected.unwrap().usual, 10.0));
        assert!(same(buckets[46].expected.unwrap().high, 0.0) && same(buckets[46].count, 0.0));
    }

    #[test]
    fn nothing_is_usual_before_two_weeks_are_known() {
        let last = 500_000;
        let days = |days: i64| -> Hours { (0..days * 24).map(|back| (last - back, 1)).collect() };
        let usual = |days_known| buckets(&days(days_known), Span::Day, last)[27].expected;
        assert_eq!(usual(14), None);
        assert!(usual(15).is_some());
        assert_eq!(buckets(&Hours::new(), Span::Day, last), []);
    }

    #[test]
    fn quantiles_lie_between_the_neighbours() {
        let values = [1.0, 2.0, 3.0, 4.0];
        assert!(same(quantile(&values, 0.5), 2.5) && same(quantile(&values, 0.9), 3.7));
        assert!(same(quantile(&[7.0], 0.1), 7.0));
    }
}
