//! When to visit a source again. Pure: what is known about the source in, a moment out.
//!
//! A healthy source is visited when it is likely to have published, as often as that is worth a visit
//! (`plan.rs`), and not while its server says that nothing will change; a failing one after pauses that
//! double, and ever more rarely once it has failed for months.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use chrono::TimeDelta;
use model::{SourceId, Timestamp};

use crate::plan::best_pause;
use crate::rhythm::Rhythm;

/// No source is ever visited more often, whatever is configured.
const PAUSE_MIN: Duration = Duration::from_secs(1);

/// The pause after a visit to a source of which nothing is known.
const PAUSE_UNKNOWN: Duration = Duration::from_hours(1);

/// The longest pause that failures lead to: a day, or a tenth of the time that the source has failed, up to
/// a week.
const BACK_OFF_MAX: Duration = Duration::from_hours(24);
const BACK_OFF_DEAD_MAX: Duration = Duration::from_hours(24 * 7);
const BACK_OFF_SHARE: u32 = 10;

/// A bound on what configuration can ask for, far below where dates overflow.
const PAUSE_MAX: Duration = Duration::from_hours(8784);

/// What a visit is worth where no budget is set, in hours that one item waits: a source that publishes
/// once an hour is visited twice an hour, one that publishes four times as often twice as often.
pub const PRICE: f64 = 0.125;

/// What is known about a source when a visit ends.
#[derive(Debug, Clone, Copy)]
pub struct Visited<'a> {
    pub source: &'a SourceId,
    /// The owner's fixed pause. It overrides rhythm and freshness, not failures or `Retry-After`.
    pub every: Option<Duration>,
    /// When it publishes; `None` as long as it was never read.
    pub rhythm: Option<&'a Rhythm>,
    /// What a visit is worth: [`PRICE`], or [`crate::price_for`] a budget.
    pub price: f64,
    /// Failed visits in a row, this one included; 0 after a good one.
    pub failures: u32,
    /// How long they have failed.
    pub failing_for: Duration,
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
/// (or a week, while it fails) unless the owner or a `Retry-After` says so.
pub fn next_check(visited: &Visited<'_>, now: Timestamp) -> Timestamp {
    let pause = if visited.failures > 0 {
        back_off(visited)
    } else if let Some(every) = visited.every {
        every
    } else {
        let Bounds { min, max } = visited.bounds;
        let min = visited.fresh_for.unwrap_or_default().min(max).max(min);
        match visited.rhythm {
            Some(rhythm) => best_pause(rhythm, visited.price, Bounds { min, max }, now),
            None => PAUSE_UNKNOWN.min(max).max(min),
        }
    };
    let pause = pause.max(visited.retry_after.unwrap_or_default()).max(PAUSE_MIN).min(PAUSE_MAX);
    now + TimeDelta::from_std(pause).unwrap_or(TimeDelta::MAX)
}

/// `min`, doubled with each further failure, up to a day, or more where it has failed for long.
fn back_off(visited: &Visited<'_>) -> Duration {
    let longest = (visited.failing_for / BACK_OFF_SHARE).clamp(BACK_OFF_MAX, BACK_OFF_DEAD_MAX);
    let doublings = 2_u32.saturating_pow(visited.failures - 1);
    let plain = visited.bounds.min.saturating_mul(doublings).min(longest * 5 / 6);
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

    fn visited<'a>(source: &'a SourceId, rhythm: Option<&'a Rhythm>) -> Visited<'a> {
        let bounds = Bounds::default();
        let failing_for = Duration::ZERO;
        let (every, fresh_for, retry_after) = (None, None, None);
        Visited {
            source,
            every,
            rhythm,
            price: PRICE,
            failures: 0,
            failing_for,
            fresh_for,
            retry_after,
            bounds,
        }
    }

    fn pause(visited: &Visited<'_>) -> u64 {
        (next_check(visited, now()) - now()).to_std().unwrap().as_secs()
    }

    #[test]
    fn the_pause_follows_the_rhythm_of_publication() {
        let check = |ages: &[u64], expect: std::ops::RangeInclusive<u64>| {
            let published: Vec<_> = ages.iter().map(|age| ago(*age)).collect();
            let rhythm = Rhythm::begin(&published, now());
            let pause = pause(&visited(&"s".into(), Some(&rhythm)));
            assert!(expect.contains(&pause), "{pause} s after {ages:?}");
        };
        let each = |gap: u64| (0..40).map(|n| n * gap).collect::<Vec<_>>();
        check(&[], HOUR - 60..=HOUR + 60);
        // √(2 · 1/8 h / rate): half an hour where the rate is 1/h.
        check(&each(HOUR), 25 * MINUTE..=35 * MINUTE);
        // At no hour of the day in particular.
        check(&each(4 * HOUR + 11 * MINUTE), 50 * MINUTE..=70 * MINUTE);
        check(&each(DAY + 53 * MINUTE), 2 * HOUR..=3 * HOUR);
        check(&each(MINUTE), 15 * MINUTE..=16 * MINUTE);
        check(&[400 * DAY], HOUR - 60..=HOUR + 60);
        let dead: Vec<_> = (0..20).map(|n| 40 * DAY + n * HOUR).collect();
        check(&dead, HOUR..=6 * HOUR);
    }

    #[test]
    fn a_dead_source_is_retried_ever_more_rarely() {
        let source = "s".into();
        let known = visited(&source, None);
        let after = |days| {
            let failing_for = Duration::from_secs(days * DAY);
            pause(&Visited { failures: 50, failing_for, ..known })
        };
        let pauses: Vec<_> = [1, 10, 20, 40, 70, 700].into_iter().map(after).collect();
        assert!(pauses.is_sorted(), "{pauses:?}");
        assert!(pauses[0] <= DAY && pauses[3] > 2 * DAY, "{pauses:?}");
        assert!(pauses[5] == pauses[4] && pauses[5] <= 7 * DAY, "{pauses:?}");
    }

    #[test]
    fn the_server_and_the_owner_have_their_say() {
        let source = "s".into();
        let known = visited(&source, None);
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
            let pause = pause(&Visited { failures, ..visited(&source, None) });
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
                pause(&Visited { failures: 6, ..visited(&source, None) })
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
            price in 1e-6_f64..1e6,
        ) {
            let published: Vec<_> = ages.iter().map(|age| now() - TimeDelta::seconds(*age)).collect();
            let seconds = Duration::from_secs;
            let bounds = Bounds { min: seconds(min), max: seconds(min + wider) };
            let rhythm = Rhythm::begin(&published, now());
            let source = SourceId::new(name);
            let visited = Visited {
                failures,
                fresh_for: fresh_for.map(seconds),
                retry_after: retry_after.map(seconds),
                bounds,
                price,
                ..visited(&source, Some(&rhythm))
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
