//! The other hosts that redirects lead a visit to: when each may be asked, and what it answered. The ledger
//! lends a visitor the host that it sets out for; where a redirect ends is known only on the way. So all
//! visits of a crawler share what is known of when hosts are free.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use model::{Host, Rest, Timestamp};
use url::Url;

use super::error::FetchError;
use crate::host::Answer;

/// The longest wait for a host that others are asking.
const WAIT_MAX: Duration = Duration::from_secs(20);
/// Hosts that are known of; what is over goes first.
const HOSTS_MAX: usize = 100_000;

/// When hosts may be asked.
#[derive(Debug, Default)]
pub struct Turns {
    /// By name and port. Never locked across a wait.
    hosts: Mutex<HashMap<String, Turn>>,
}

#[derive(Debug, Clone)]
struct Turn {
    free_at: Timestamp,
    rest: Option<Rest>,
}

impl Turns {
    /// Notes that a host is being asked, or was, and may be asked again at `free_at`, and whether it rests.
    pub fn note(&self, host: &str, free_at: Timestamp, rest: Option<&Rest>, now: Timestamp) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= HOSTS_MAX {
            hosts.retain(|_, turn| turn.free_at > now || turn.rests(now).is_some());
        }
        if hosts.len() < HOSTS_MAX || hosts.contains_key(host) {
            hosts.insert(host.to_owned(), Turn { free_at, rest: rest.cloned() });
        }
    }

    /// Takes a turn at a host; the next is a pause later. Returns how long to wait for it, unless the host
    /// rests or is wanted by too many.
    fn take(&self, host: &str, pause: Duration, now: Timestamp) -> Result<Duration, FetchError> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(turn) = hosts.get_mut(host) else {
            drop(hosts);
            self.note(host, now + pause, None, now);
            return Ok(Duration::ZERO);
        };
        let until = |at: Timestamp| (at - now).to_std().unwrap_or_default();
        if let Some(rest) = turn.rests(now) {
            let (host, reason) = (host.to_owned(), rest.reason.clone());
            return Err(FetchError::Resting { host, pause: until(rest.until), reason });
        }
        let wait = until(turn.free_at);
        if wait > WAIT_MAX {
            let (host, reason) = (host.to_owned(), "others are asking it".to_owned());
            return Err(FetchError::Resting { host, pause: wait, reason });
        }
        turn.free_at = turn.free_at.max(now) + TimeDelta::from_std(pause).unwrap_or_default();
        Ok(wait)
    }
}

impl Turn {
    fn rests(&self, now: Timestamp) -> Option<&Rest> {
        self.rest.as_ref().filter(|rest| rest.until > now)
    }
}

/// The other hosts that a visit was led to.
#[derive(Debug, Default)]
pub struct Way {
    passed: Vec<Passed>,
}

/// Another host, and what it answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// Host and port.
    pub host: String,
    pub answer: Answer,
}

impl Way {
    /// Returns the hosts that were asked, in that order.
    pub fn passed(&self) -> &[Passed] {
        &self.passed
    }

    /// Waits for a turn at the host that a redirect leads to, where turns are taken.
    pub(super) async fn enter(
        &mut self,
        url: &Url,
        start: &Url,
        turns: Option<&Turns>,
        pause: Duration,
        now: Timestamp,
    ) -> Result<(), FetchError> {
        let host = Host::name_of(url);
        let is_known = self.passed.iter().any(|passed| passed.host == host);
        if is_known || host == Host::name_of(start) {
            return Ok(());
        }
        let wait = turns.map_or(Ok(Duration::ZERO), |turns| turns.take(&host, pause, now))?;
        // Until it has answered it has not.
        let reason = format!("no complete answer from {host}");
        self.passed.push(Passed { host, answer: Answer::Missing { reason } });
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    /// Notes what a host answered, unless it is the one that was set out for.
    pub(super) fn heard(&mut self, url: &Url, answer: Answer) {
        if self.passed.is_empty() {
            return;
        }
        let host = Host::name_of(url);
        if let Some(passed) = self.passed.iter_mut().find(|passed| passed.host == host) {
            passed.answer = answer;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        noon + TimeDelta::seconds(seconds)
    }

    const HOST: &str = "site.example:443";
    const PAUSE: Duration = Duration::from_secs(2);

    #[test]
    fn those_who_are_led_to_one_host_take_turns() {
        let turns = Turns::default();
        let waits: Vec<u64> =
            (0..11).map(|_| turns.take(HOST, PAUSE, at(0)).unwrap().as_secs()).collect();
        assert_eq!(waits, [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
        let error = turns.take(HOST, PAUSE, at(0)).unwrap_err().to_string();
        let told = "site.example:443, where it leads, is left alone: others are asking it; \
                    to be asked again in 22 s";
        assert_eq!(error, told);
        assert_eq!(turns.take("other.example:443", PAUSE, at(0)), Ok(Duration::ZERO));
        assert_eq!(turns.take(HOST, PAUSE, at(60)), Ok(Duration::ZERO));
    }

    #[test]
    fn who_rests_is_not_asked_until_the_rest_is_over() {
        let turns = Turns::default();
        let rest = Rest { until: at(600), reason: "it answers 429".into() };
        turns.note(HOST, at(2), Some(&rest), at(0));
        let refused = FetchError::Resting {
            host: HOST.into(),
            pause: Duration::from_secs(590),
            reason: "it answers 429".into(),
        };
        assert_eq!(turns.take(HOST, PAUSE, at(10)), Err(refused));
        assert_eq!(turns.take(HOST, PAUSE, at(600)), Ok(Duration::ZERO));
        turns.note(HOST, at(12), None, at(10));
        assert_eq!(turns.take(HOST, PAUSE, at(11)), Ok(Duration::from_secs(1)));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let turns = Turns::default();
        for host in 0..HOSTS_MAX {
            turns.note(&host.to_string(), at(1), None, at(0));
        }
        turns.note(HOST, at(5), None, at(0));
        assert_eq!(turns.take(HOST, PAUSE, at(0)), Ok(Duration::ZERO), "there was no room");
        turns.note(HOST, at(5), None, at(2));
        assert_eq!(turns.take(HOST, PAUSE, at(2)), Ok(Duration::from_secs(3)));
        assert_eq!(turns.hosts.lock().unwrap().len(), 1);
    }
}
