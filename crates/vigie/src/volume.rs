//! How much was found lately, against what the detector of signals expects, as mails show it.

use alert::{Span, Volume};
use anyhow::Result;
use chrono::TimeDelta;
use model::{Cadence, Subscription, Timestamp};
use store::Ledger;

use crate::config::Config;
use crate::signals::{self, Tally};

/// How many buckets are shown.
const DAYS: usize = 28;
const HOURS: usize = 48;
/// Fewer buckets with anything in them make no picture.
const BUCKETS_MIN: usize = 3;

/// Returns how much a subscription's queries found, by the hour where it is told at once or hourly, by the
/// day else, up to `until`; `None` where that is too little to be shown. An item that several queries found
/// counts for each. Nothing is usual while the detector is still learning.
pub(crate) fn seen(
    ledger: &Ledger,
    config: &Config,
    subscription: &Subscription,
    until: Timestamp,
) -> Result<Option<Volume>> {
    let (span, count, length) = match subscription.cadence {
        Cadence::AsItHappens | Cadence::Hourly => (Span::Hour, HOURS, TimeDelta::hours(1)),
        Cadence::Daily { .. }
        | Cadence::Weekly { .. }
        | Cadence::Monthly { .. }
        | Cadence::Cron(_) => (Span::Day, DAYS, TimeDelta::days(1)),
    };
    let course = signals::course(ledger, config, &subscription.queries, (count, length), until)?;
    let bucket = |tally: &Tally| {
        let bucket = tally.bucket();
        if tally.is_learning() {
            return alert::chart::Bucket { whole: bucket.count, expected: None, ..bucket };
        }
        bucket
    };
    let buckets: Vec<_> = course.iter().map(bucket).collect();
    let told = buckets.iter().filter(|bucket| bucket.count > 0.0).count();
    Ok((told >= BUCKETS_MIN).then_some(Volume { buckets, span }))
}
