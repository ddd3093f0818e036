//! What follows when a dispatch could not be handed over: when it is tried again, and how long its endpoint
//! is left alone. Pure.

use std::time::Duration;

use chrono::TimeDelta;
use model::{DeliveryState, EndpointHealth, Timestamp};

use crate::OutletError;
use crate::retry::jitter;

/// The pauses after the first, second, … try of one dispatch, as Standard Webhooks proposes: it is given up
/// after ten tries and more than three days.
const PAUSES: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(20),
    TimeDelta::hours(24),
];
/// How long an endpoint is left alone after so many failures, one after the other; then the last. Meanwhile
/// what waits for it loses no try.
const RESTS: [TimeDelta; 6] = [
    TimeDelta::seconds(5),
    TimeDelta::seconds(30),
    TimeDelta::minutes(2),
    TimeDelta::minutes(5),
    TimeDelta::minutes(15),
    TimeDelta::minutes(30),
];
/// So many failures, one after the other, are the endpoint's fault and no dispatch's: its owner is told.
pub const BROKEN_AFTER: u32 = 5;
/// An endpoint that has taken nothing for so long is switched off.
const OFF_AFTER: TimeDelta = TimeDelta::days(5);
/// The longest that an endpoint's own wish for a pause is followed.
const PAUSE_MAX: TimeDelta = TimeDelta::hours(24);

/// Returns what becomes of a dispatch whose try number `attempt` (from 1) failed.
pub fn after_refusal(attempt: u32, error: &OutletError, now: Timestamp) -> DeliveryState {
    let dead = |reason: String| DeliveryState::Dead { at: now, reason };
    let (reason, wished) = match error {
        OutletError::Gone { reason } => return dead(reason.clone()),
        OutletError::Away { reason, pause } => (reason, wished(*pause)),
        OutletError::Refused { reason } => (reason, TimeDelta::zero()),
    };
    let nth = usize::try_from(attempt).unwrap_or(usize::MAX).saturating_sub(1);
    match PAUSES.get(nth) {
        Some(pause) => {
            let pause = *pause + jitter(*pause, attempt, now);
            DeliveryState::Due { at: now + pause.max(wished), attempt }
        }
        None => dead(format!("given up after {attempt} tries; the last: {reason}")),
    }
}

/// Returns how an endpoint stands once something was sent there at `sent`: `failure` says why it was not taken.
pub fn health_after(
    health: &EndpointHealth,
    failure: Option<&OutletError>,
    sent: Timestamp,
    now: Timestamp,
) -> EndpointHealth {
    let (since, failures) = match health {
        // What was under way when it was switched off changes nothing.
        EndpointHealth::Off { .. } => return health.clone(),
        EndpointHealth::Well => (now, 1),
        // What was under way together fails together, and counts once, however late the last answer comes:
        // until then, or until the failure before where it was left no rest, it had left.
        EndpointHealth::Failing { since, failures, until, .. } if *until > sent => {
            (*since, *failures)
        }
        EndpointHealth::Failing { since, failures, .. } => (*since, failures.saturating_add(1)),
    };
    let (reason, wished) = match failure {
        None => return EndpointHealth::Well,
        Some(OutletError::Gone { reason }) => {
            return EndpointHealth::Off { at: now, reason: reason.clone() };
        }
        Some(OutletError::Away { reason, pause }) => (reason, Some(wished(*pause))),
        Some(OutletError::Refused { reason }) => (reason, None),
    };
    if now - since >= OFF_AFTER {
        let days = OFF_AFTER.num_days();
        let reason = format!("nothing was taken for {days} days; the last: {reason}");
        return EndpointHealth::Off { at: now, reason };
    }
    // The first of those that are refused say nothing about the next.
    let before = if wished.is_some() { 1 } else { BROKEN_AFTER };
    let nth = usize::try_from(failures.saturating_sub(before)).unwrap_or(usize::MAX);
    let rest = RESTS[nth.min(RESTS.len() - 1)];
    let until = match wished {
        Some(wished) => now + (rest + jitter(rest, failures, now)).max(wished),
        None if failures < BROKEN_AFTER => now,
        None => now + rest,
    };
    EndpointHealth::Failing { since, failures, until, reason: reason.clone() }
}

/// Whether an endpoint's owner is to be told of the step from one state to the next: when it breaks, at most
/// once a day, and when it is switched off.
pub fn is_notable(
    before: &EndpointHealth,
    after: &EndpointHealth,
    noticed: Option<Timestamp>,
    now: Timestamp,
) -> bool {
    match after {
        EndpointHealth::Well => false,
        EndpointHealth::Off { .. } => !matches!(before, EndpointHealth::Off { .. }),
        EndpointHealth::Failing { failures, .. } => {
            *failures >= BROKEN_AFTER
                && noticed.is_none_or(|noticed| now - noticed >= TimeDelta::days(1))
        }
    }
}

fn wished(pause: Option<Duration>) -> TimeDelta {
    let pause = pause.and_then(|pause| TimeDelta::from_std(pause).ok());
    pause.unwrap_or_default().min(PAUSE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Something was sent and answered at once.
    fn after(
        health: &EndpointHealth,
        failure: Option<&OutletError>,
        now: Timestamp,
    ) -> EndpointHealth {
        health_after(health, failure, now, now)
    }

    fn noon() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn away(seconds: Option<u64>) -> OutletError {
        OutletError::Away { reason: "503".into(), pause: seconds.map(Duration::from_secs) }
    }

    fn refused() -> OutletError {
        OutletError::Refused { reason: "400".into() }
    }

    fn gone() -> OutletError {
        OutletError::Gone { reason: "410".into() }
    }

    #[test]
    fn the_pauses_grow_until_a_dispatch_is_given_up() {
        let seconds = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400];
        for (attempt, pause) in (1..).zip(seconds) {
            for error in [away(None), refused()] {
                let state = after_refusal(attempt, &error, noon());
                let DeliveryState::Due { at, attempt: kept } = state else { panic!("{attempt}") };
                let (pause, waits) = (TimeDelta::seconds(pause), at - noon());
                assert!(waits >= pause && waits <= pause + pause / 10, "{attempt}: {waits}");
                assert_eq!(kept, attempt);
            }
        }
        let reason = "given up after 10 tries; the last: 503".to_owned();
        let dead = DeliveryState::Dead { at: noon(), reason };
        assert_eq!(after_refusal(10, &away(None), noon()), dead);
        let dead = DeliveryState::Dead { at: noon(), reason: "410".to_owned() };
        assert_eq!(after_refusal(1, &gone(), noon()), dead);
    }

    #[test]
    fn a_wish_for_a_longer_pause_is_followed_up_to_a_day() {
        let check = |wish, seconds| {
            let expect = noon() + TimeDelta::seconds(seconds);
            let due = DeliveryState::Due { at: expect, attempt: 1 };
            assert_eq!(after_refusal(1, &away(Some(wish)), noon()), due);
            let health = after(&EndpointHealth::Well, Some(&away(Some(wish))), noon());
            let EndpointHealth::Failing { until, .. } = health else { panic!("{health:?}") };
            assert_eq!(until, expect);
        };
        check(120, 120);
        check(1_000_000, 86_400);
    }

    #[test]
    fn an_endpoint_that_is_away_is_left_alone_for_longer_and_longer() {
        let mut health = EndpointHealth::Well;
        let mut now = noon();
        for (failures, seconds) in (1..).zip([5, 30, 120, 300, 900, 1800, 1800]) {
            health = after(&health, Some(&away(None)), now);
            let EndpointHealth::Failing { failures: counted, until, since, .. } = &health else {
                panic!("{health:?}")
            };
            let (rest, waits) = (TimeDelta::seconds(seconds), *until - now);
            assert!(waits >= rest && waits <= rest + rest / 10, "{failures}: {waits}");
            assert_eq!((*counted, *since), (failures, noon()));
            now = *until;
            // What left together with it fails, too.
            let same = after(&health, Some(&away(None)), now - TimeDelta::seconds(1));
            assert!(
                matches!(same, EndpointHealth::Failing { failures: again, .. } if again == failures)
            );
        }
        assert_eq!(after(&health, None, noon()), EndpointHealth::Well);
    }

    #[test]
    fn what_is_refused_stops_the_others_only_when_all_are() {
        let mut health = EndpointHealth::Well;
        for failures in 1..=6 {
            health = after(&health, Some(&refused()), noon());
            let EndpointHealth::Failing { until, .. } = &health else { panic!("{health:?}") };
            assert_eq!(*until > noon(), failures >= BROKEN_AFTER, "{failures}");
        }
    }

    #[test]
    fn what_left_together_counts_once_however_late_it_is_answered() {
        let failures = |health: &EndpointHealth| match health {
            EndpointHealth::Failing { failures, .. } => *failures,
            EndpointHealth::Well | EndpointHealth::Off { .. } => 0,
        };
        let seconds = |seconds| noon() + TimeDelta::seconds(seconds);
        for error in [refused(), away(None)] {
            let mut health = EndpointHealth::Well;
            for answered in 1..=8 {
                health = health_after(&health, Some(&error), noon(), seconds(answered * 3));
            }
            assert_eq!(failures(&health), 1, "{error}");
            let EndpointHealth::Failing { until, .. } = &health else { panic!("{health:?}") };
            let (next, later) = (*until, *until + TimeDelta::seconds(1));
            assert_eq!(failures(&health_after(&health, Some(&error), next, later)), 2, "{error}");
        }
    }

    #[test]
    fn an_endpoint_is_switched_off_when_it_says_so_or_after_five_days() {
        let off = |reason: &str, at| EndpointHealth::Off { at, reason: reason.to_owned() };
        let well = EndpointHealth::Well;
        assert_eq!(after(&well, Some(&gone()), noon()), off("410", noon()));
        let failing = after(&well, Some(&away(None)), noon());
        let later = noon() + TimeDelta::days(5);
        let early = after(&failing, Some(&away(None)), later - TimeDelta::seconds(1));
        assert!(matches!(early, EndpointHealth::Failing { failures: 2, .. }), "{early:?}");
        let is_off = off("nothing was taken for 5 days; the last: 503", later);
        assert_eq!(after(&early, Some(&away(None)), later), is_off);
        assert_eq!(after(&is_off, None, later), is_off, "a late success changes nothing");
    }

    #[test]
    fn its_owner_is_told_when_it_breaks_and_when_it_is_off() {
        let failing = |failures| EndpointHealth::Failing {
            since: noon(),
            failures,
            until: noon(),
            reason: String::new(),
        };
        let off = EndpointHealth::Off { at: noon(), reason: String::new() };
        let check = |before: &_, after: &_, hours: Option<i64>, expect| {
            let noticed = hours.map(|hours| noon() - TimeDelta::hours(hours));
            assert_eq!(is_notable(before, after, noticed, noon()), expect, "{after:?}");
        };
        check(&EndpointHealth::Well, &failing(1), None, false);
        check(&failing(3), &failing(4), None, false);
        check(&failing(4), &failing(5), None, true);
        check(&failing(5), &failing(6), Some(1), false);
        check(&failing(5), &failing(6), Some(24), true);
        check(&failing(6), &EndpointHealth::Well, None, false);
        check(&failing(6), &off, Some(1), true);
        check(&off, &off, Some(1), false);
    }
}
