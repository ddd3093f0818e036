//! When a failed delivery is tried again, and when it is given up.

use chrono::TimeDelta;
use model::{DeliveryState, Timestamp};

use crate::SendError;

/// The pauses after the first, second, … try. The last is used once more, so that a delivery is
/// given up after nine tries and almost three days: a mail server that breaks on a Friday evening
/// has until Monday.
const PAUSES: [TimeDelta; 8] = [
    TimeDelta::minutes(1),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(6),
    TimeDelta::hours(12),
    TimeDelta::hours(24),
    TimeDelta::hours(24),
];

/// Returns what becomes of a delivery whose try number `attempt` (from 1) failed.
pub fn after_failure(attempt: u32, error: &SendError, now: Timestamp) -> DeliveryState {
    let reason = match error {
        SendError::Permanent { reason } => {
            return DeliveryState::Dead { at: now, reason: reason.clone() };
        }
        SendError::Unreachable { reason } | SendError::Temporary { reason } => reason,
    };
    let nth = usize::try_from(attempt).unwrap_or(usize::MAX).saturating_sub(1);
    match PAUSES.get(nth) {
        Some(pause) => {
            DeliveryState::Due { at: now + *pause + jitter(*pause, attempt, now), attempt }
        }
        None => DeliveryState::Dead {
            at: now,
            reason: format!(
                "given up after {attempt} tries over almost three days; the last: {reason}"
            ),
        },
    }
}

/// Up to a tenth of the pause, so that deliveries that failed together do not all come back at
/// once. A function of its arguments: the same failure gives the same state.
pub(crate) fn jitter(pause: TimeDelta, attempt: u32, now: Timestamp) -> TimeDelta {
    // Fibonacci hashing (Knuth, TAOCP 6.4): neighbouring microseconds land far apart.
    let seed = now.timestamp_micros().wrapping_add(i64::from(attempt)).cast_unsigned();
    let share = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 54;
    pause * i32::try_from(share).unwrap_or(0) / 10_240
}

#[cfg(test)]
mod tests {
    use super::*;

    fn temporary() -> SendError {
        SendError::Temporary { reason: "421 too busy".to_owned() }
    }

    #[test]
    fn the_pauses_grow_until_it_is_given_up() {
        let mut now: Timestamp = "2025-11-07T18:00:00Z".parse().unwrap();
        let began = now;
        for (attempt, minutes) in (1..).zip([1, 5, 30, 120, 360, 720, 1440, 1440]) {
            let DeliveryState::Due { at, attempt: kept } =
                after_failure(attempt, &temporary(), now)
            else {
                panic!("attempt {attempt} is not tried again");
            };
            assert_eq!(kept, attempt);
            let pause = TimeDelta::minutes(minutes);
            assert!(at - now >= pause && at - now <= pause + pause / 10, "attempt {attempt}: {at}");
            now = at;
        }
        assert!(now - began > TimeDelta::hours(68) && now - began < TimeDelta::hours(76));
        assert_eq!(
            after_failure(9, &temporary(), now),
            DeliveryState::Dead {
                at: now,
                reason: "given up after 9 tries over almost three days; the last: 421 too busy"
                    .to_owned(),
            }
        );
    }

    #[test]
    fn a_permanent_failure_is_given_up_at_once_with_its_reason() {
        let now: Timestamp = "2025-11-07T18:00:00Z".parse().unwrap();
        let error = SendError::Permanent { reason: "550 no such user".to_owned() };
        let dead = DeliveryState::Dead { at: now, reason: "550 no such user".to_owned() };
        assert_eq!(after_failure(1, &error, now), dead);
    }

    #[test]
    fn deliveries_that_fail_together_come_back_apart() {
        let now: Timestamp = "2025-11-07T18:00:00Z".parse().unwrap();
        let moments: std::collections::BTreeSet<String> = (0..50)
            .map(|micros| after_failure(3, &temporary(), now + TimeDelta::microseconds(micros)))
            .map(|state| format!("{state:?}"))
            .collect();
        assert_eq!(moments.len(), 50);
        assert_eq!(after_failure(3, &temporary(), now), after_failure(3, &temporary(), now));
    }
}
