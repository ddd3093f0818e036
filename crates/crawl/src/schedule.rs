//! When to visit a source again. Pure: what is known about the source in, a moment out.
//!
//! A healthy source is visited about twice as often as it publishes, less and less the longer it
//! stays silent, and not while its server says that nothing will change; a failing one after pauses
//! that double.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use chrono::TimeDelta;
use model::{SourceId, Timestamp};

/// No source is ever visited more often, whatever is configured.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// The pause after a visit to a source of which nothing is known.
const PAUSE_UNKNOWN: Duration = Duration::from_hours(1);

/// The longest pause that failures alone lead to.
const BACK_OFF_MAX: Duration = Duration::from_hours(24);

/// A bound on what configuration can ask for, far below where dates overflow.
const PAUSE_MAX: Duration = Duration::from_hours(8784);

/// How many publications tell the rhythm: the past weeks matter, not the past years.
const RHYTHM_OVER: usize = 20;

/// A source silent for ten of these pauses gets a longer one.
const SILENCE_SHARE: u32 = 10;

/// What is known about a source when a visit ends.
#[derive(Debug, Clone, Copy)]
pub struct Visited<'a> {
    pub source: &'a SourceId,
    /// The owner's fixed pause. It overrides rhythm and freshness, not failures or `Retry-After`.
    pub every: Option<Duration>,
    /// When the source's recent items were published, in any order.
    pub published: &'a [Timestamp],
    /// Failed visits in a row, this one included; 0 after a good one.
    pub failures: u32,
    /// How long the server says that nothing changes: the longer of HTTP freshness and `<ttl>`.
    pub fresh_for: Option<Duration>,
    /// The pause of [`crate::FetchError::Later`].
    pub retry_after: Option<Duration>,
    pub bounds: Bounds,
}

/// The shortest and longest pause that a rhythm may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    pub min: Duration,
    pub max: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { min: Duration::from_mins(15), max: Duration::from_hours(6) }
    }
}

/// Returns when to visit the source again: never before `bounds.min`, and never after `bounds.max`
/// (or a day, while it fails) unless the owner or a `Retry-After` says so.
pub fn next_check(visited: &Visited<'_>, now: Timestamp) -> Timestamp {
    let pause = if visited.failures > 0 {
        back_off(visited)
    } else if let Some(every) = visited.every {
        every
    } else {
        let Bounds { min, max } = visited.bounds;
        let fresh_for = visited.fresh_for.unwrap_or_default();
        rhythm(visited.published, min, now).max(fresh_for).min(max).max(min)
    };
    let pause = pause.max(visited.retry_after.unwrap_or_default()).max(PAUSE_MIN).min(PAUSE_MAX);
    now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX)
}

/// Half the usual gap between publications, or a tenth of the present silence if that is longer.
/// Items published within `min` of one another count as one publication.
fn rhythm(published: &[Timestamp], min: Duration, now: Timestamp) -> Duration {
    let mut dates: Vec<_> = published.iter().copied().filter(|date| *date <= now).collect();
    dates.sort_unstable_by(|a, b| b.cmp(a));
    dates.dedup_by(|older, newer| between(*older, *newer) < min);
    dates.truncate(RHYTHM_OVER);
    let Some(&newest) = dates.first() else {
        return PAUSE_UNKNOWN;
    };
    let mut gaps: Vec<_> = dates.windows(2).map(|pair| between(pair[1], pair[0])).collect();
    gaps.sort_unstable();
    let usual = gaps.get(gaps.len() / 2).map_or(PAUSE_UNKNOWN, |gap| *gap / 2);
    usual.max(between(newest, now) / SILENCE_SHARE)
}

/// `min`, doubled with each further failure, up to a day.
fn back_off(visited: &Visited<'_>) -> Duration {
    let doublings = 2_u32.saturating_pow(visited.failures - 1);
    let plain = visited.bounds.min.saturating_mul(doublings).min(BACK_OFF_MAX * 5 / 6);
    let jittered = plain * (800 + jitter(visited.source)) / 1000;
    jittered.max(visited.bounds.min)
}

/// A number from 0 to 400 that spreads sources that began to fail together. It depends on the
/// source alone, so that each further failure still lengthens the pause.
fn jitter(source: &SourceId) -> u32 {
    let mut hasher = DefaultHasher::new();
    source.hash(&mut hasher);
    u32::try_from(hasher.finish() % 401).unwrap_or_default()
}

fn between(earlier: Timestamp, later: Timestamp) -> Duration {
    (later - earlier).to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: u64 = 60;
    const HOUR: u64 = 3600;
    const DAY: u64 = 24 * HOUR;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn ago(seconds: u64) -> Timestamp {
        now() - Duration::from_secs(seconds)
    }

    fn visited<'a>(source: &'a SourceId, published: &'a [Timestamp]) -> Visited<'a> {
        let bounds = Bounds::default();
        let (every, fresh_for, retry_after) = (None, None, None);
        Visited { source, every, published, failures: 0, fresh_for, retry_after, bounds }
    }

    fn pause(visited: &Visited<'_>) -> u64 {
        between(now(), next_check(visited, now())).as_secs()
    }

    #[test]
    fn the_pause_follows_the_rhythm_of_publication() {
        let check = |ages: &[u64], expect: u64| {
            let published: Vec<_> = ages.iter().map(|age| ago(*age)).collect();
            assert_eq!(pause(&visited(&"s".into(), &published)), expect, "{ages:?}");
        };
        check(&[], HOUR);
        check(&[0], HOUR);
        check(&[20 * HOUR], 2 * HOUR);
        check(&[0, HOUR, 2 * HOUR, 3 * HOUR], HOUR / 2);
        check(&[0, 4 * HOUR, 8 * HOUR, 100 * DAY], 2 * HOUR);
        check(&[0, MINUTE, 2 * MINUTE, 3 * MINUTE], HOUR);
        check(&[0, 20 * MINUTE, 40 * MINUTE, 60 * MINUTE], 15 * MINUTE);
        check(&[DAY, DAY + HOUR, DAY + 2 * HOUR], DAY / 10);
        check(&[DAY, 2 * DAY, 3 * DAY], 6 * HOUR);
        check(&[400 * DAY], 6 * HOUR);
    }

    #[test]
    fn items_of_one_batch_are_one_publication_and_future_ones_none() {
        let source = "s".into();
        let published = [ago(0), ago(1), ago(2), ago(4 * HOUR), ago(4 * HOUR + 1), ago(8 * HOUR)];
        assert_eq!(pause(&visited(&source, &published)), 2 * HOUR);
        let future = [now() + Duration::from_secs(DAY), ago(20 * HOUR)];
        assert_eq!(pause(&visited(&source, &future)), 2 * HOUR);
    }

    #[test]
    fn what_a_source_did_long_ago_no_longer_counts() {
        let lately = (0..20).map(|n| ago(n * HOUR));
        let once = (1..80).map(|n| ago(n * 30 * DAY));
        let published: Vec<_> = lately.chain(once).collect();
        assert_eq!(pause(&visited(&"s".into(), &published)), HOUR / 2);
    }

    #[test]
    fn the_server_and_the_owner_have_their_say() {
        let source = "s".into();
        let known = visited(&source, &[]);
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let check =
            |visited: Visited<'_>, expect| assert_eq!(pause(&visited), expect, "{visited:?}");
        check(Visited { fresh_for: seconds(2 * HOUR), ..known }, 2 * HOUR);
        check(Visited { fresh_for: seconds(MINUTE), ..known }, HOUR);
        check(Visited { fresh_for: seconds(90 * DAY), ..known }, 6 * HOUR);
        check(Visited { every: seconds(5 * MINUTE), ..known }, 5 * MINUTE);
        check(Visited { every: seconds(0), ..known }, 1);
        check(Visited { every: seconds(u64::MAX), ..known }, 366 * DAY);
        check(Visited { every: seconds(5 * MINUTE), fresh_for: seconds(HOUR), ..known }, 300);
        check(Visited { every: seconds(5 * MINUTE), retry_after: seconds(DAY), ..known }, DAY);
        check(Visited { failures: 1, retry_after: seconds(2 * DAY), ..known }, 2 * DAY);
    }

    #[test]
    fn failures_double_the_pause_up_to_a_day() {
        let source = "s".into();
        let check = |failures, plain: u64| {
            let pause = pause(&Visited { failures, ..visited(&source, &[]) });
            let around = plain * 8 / 10..=plain * 12 / 10;
            assert!(around.contains(&pause), "{failures} failures: {pause} s");
        };
        check(1, 15 * MINUTE);
        check(2, 30 * MINUTE);
        check(5, 4 * HOUR);
        check(8, 20 * HOUR);
        check(u32::MAX, 20 * HOUR);
    }

    #[test]
    fn sources_that_fail_together_come_back_apart() {
        let pauses: std::collections::BTreeSet<_> = (0..100)
            .map(|n| {
                let source = SourceId::new(format!("source-{n}"));
                pause(&Visited { failures: 6, ..visited(&source, &[]) })
            })
            .collect();
        assert!(pauses.len() > 80, "{} different pauses of 100", pauses.len());
    }

    proptest! {
        #[test]
        fn the_pause_keeps_its_bounds(
            name in "[a-z]{1,8}",
            ages in prop::collection::vec(-100_000_i64..10_000_000, 0..40),
            failures in 0_u32..40,
            fresh_for in prop::option::of(0_u64..1_000_000),
            retry_after in prop::option::of(0_u64..604_800),
            min in 60_u64..7200,
            wider in 0_u64..100_000,
        ) {
            let published: Vec<_> = ages.iter().map(|age| now() - TimeDelta::seconds(*age)).collect();
            let seconds = Duration::from_secs;
            let bounds = Bounds { min: seconds(min), max: seconds(min + wider) };
            let source = SourceId::new(name);
            let visited = Visited {
                failures,
                fresh_for: fresh_for.map(seconds),
                retry_after: retry_after.map(seconds),
                bounds,
                ..visited(&source, &published)
            };
            let longest = if failures == 0 { min + wider } else { DAY };
            let asked = retry_after.unwrap_or(0);
            let next = pause(&visited);
            prop_assert!(next >= min.max(asked), "{next} s");
            prop_assert!(next <= longest.max(asked), "{next} s");
            if failures > 0 {
                let later = pause(&Visited { failures: failures + 1, ..visited });
                prop_assert!(later >= next, "{later} s after {next} s");
            }
        }
    }
}
