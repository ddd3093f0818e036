//! The course of queries over days or hours, as charts of digests show it.

use anyhow::Result;
use chrono::TimeDelta;
use model::{QueryName, Timestamp};
use store::{Assessed as Row, Ledger};

use super::Known;
use super::pass::Pass;
use super::series::{Measure, Stretch, buckets};
use super::tally::Tally;
use super::walk::Method;
use crate::config::{Config, Watched};

/// What a chart expects is learnt from so much before it: more than that changes next to nothing.
const LEARNT_BEFORE: TimeDelta = TimeDelta::days(28);

/// Returns what each of the last so many stretches of time had of some queries together, the oldest first. The last
/// ends with the bucket that `now` lies in. An item that several queries found counts for each.
///
/// All that was found is counted, but of sources that are no longer read. What comes of one that is too new to have a
/// past, or came late, is not what was expected.
pub(crate) fn course(
    ledger: &Ledger,
    config: &Config,
    queries: &[QueryName],
    (count, length): (usize, TimeDelta),
    now: Timestamp,
) -> Result<Vec<Tally>> {
    let pass = Pass::new(ledger, config, now)?;
    let rows = ledger.assessed()?;
    let mut tallies = vec![Tally::default(); count];
    let finest = length.min(TimeDelta::hours(1)).to_std()?;
    let watched = |query| {
        let watched = config.signals.of(query);
        Watched { bucket: watched.bucket.min(finest), ..watched.clone() }
    };
    let longest = queries.iter().map(|query| watched(query).bucket).max().unwrap_or(finest);
    let end = ceiling(now, TimeDelta::from_std(longest)?);
    let since = end - length * i32::try_from(count)?;
    for query in queries.iter().filter(|query| config.queries.contains_key(*query)) {
        let watched = watched(query);
        let method = Method::new(query, &watched, &config.signals);
        let row = rows.iter().find(|row| row.query == *query);
        for (start, tally) in pass.tallies(&method, row, (since, end))? {
            let back = (end - start - TimeDelta::milliseconds(1)).num_milliseconds()
                / length.num_milliseconds();
            let nth = usize::try_from(back).ok().and_then(|back| count.checked_sub(back + 1));
            if let Some(sum) = nth.and_then(|nth| tallies.get_mut(nth)) {
                sum.join(&tally);
            }
        }
    }
    Ok(tallies)
}

/// Returns the first multiple of a length since 1970 that is no earlier.
fn ceiling(time: Timestamp, length: TimeDelta) -> Timestamp {
    let millis = length.num_milliseconds().max(1);
    let rest = time.timestamp_millis().rem_euclid(millis);
    if rest == 0 { time } else { time + TimeDelta::milliseconds(millis - rest) }
}

impl Pass<'_> {
    /// Returns what the items of each bucket of a stretch were, against what was expected.
    fn tallies(
        &self,
        method: &Method<'_>,
        row: Option<&Row>,
        (since, until): (Timestamp, Timestamp),
    ) -> Result<Vec<(Timestamp, Tally)>> {
        let sight = self.sight(method.query, &mut Known::default())?;
        let mut known = Known::default();
        let name = method.name(&sight.missed);
        let kept = row.map(|row| self.states(row, &mut known, method, &name)).transpose()?;
        let kept = kept.flatten().filter(|(settled, _)| *settled <= since);
        let beginning = kept.or_else(|| self.beginning(method));
        let (from, mut states) = beginning.unwrap_or_else(|| (until, method.start()));
        let from = from.max(method.floor(since - LEARNT_BEFORE));
        states.series.retain(|measure, _| *measure == Measure::Items);
        // What is older than the first look counts, though nothing was expected yet.
        let stretch = Stretch { since: from.min(since), until, bucket: method.watched.bucket };
        let times = (stretch.since, stretch.until);
        let (counts, undated) =
            self.ledger.counts(method.query, None, times, stretch.bucket, &sight.except)?;
        // What was found and is not counted, by when it was found.
        let mut besides = self.ledger.volume(method.query, times, stretch.bucket)?;
        let undated_at = undated.iter().map(|item| (method.floor(item.until), 1));
        for (start, counted) in
            counts.iter().map(|counts| (counts.start, counts.items)).chain(undated_at)
        {
            let found = besides.entry(start).or_default();
            *found = found.saturating_sub(counted);
        }
        let mut tallies = Vec::new();
        for bucket in buckets(&stretch, &counts, &undated, &sight) {
            let assessed = method.assess(&mut states, bucket);
            let mut tally = Tally::default();
            tally.add(&assessed, Measure::Items);
            #[expect(clippy::cast_precision_loss, reason = "counts of a few hours")]
            let besides = besides.get(&bucket.start).copied().unwrap_or_default() as f64;
            tallies.push((bucket.start, tally.with(besides)));
        }
        tallies.retain(|(start, _)| *start >= since);
        Ok(tallies)
    }
}
