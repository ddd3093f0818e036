//! When a host is left alone, with all of its sources. Pure: what is remembered of the host and how a
//! visit ended in, what to remember out.
//!
//! A host rests when it asks for it, when the pages of a day are used up, and when it gives no answer
//! time after time. It is then asked for one source; only if that is answered do the others follow.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use chrono::{Days, NaiveTime};
use model::{Host, Rest, Timestamp};

/// So many visits in a row without an answer, whichever sources they were to, close a host.
const FAULTS_MAX: u32 = 5;
/// How long it is closed first, and at most: whoever comes back is found within that.
const CLOSED_MIN: Duration = Duration::from_mins(5);
const CLOSED_MAX: Duration = Duration::from_hours(1);

/// How long to leave a server that asks for patience without saying how much; it doubles each time.
const PATIENCE_MIN: Duration = Duration::from_mins(15);
const PATIENCE_MAX: Duration = Duration::from_hours(24);

/// A shorter pause that a platform asks for is no rest.
const REMEMBERED_MIN: Duration = Duration::from_mins(1);

/// What a visit says of its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It answered, whatever it said of the page; promptly or after a while.
    Given { is_prompt: bool },
    /// It asks to be left alone, for so long if it says.
    Later { pause: Option<Duration>, reason: String },
    /// It gave none, or failed.
    Missing { reason: String },
    /// It was not asked.
    Unasked,
}

/// Returns what to remember of the host of this name after a visit.
pub fn after_visit(
    host: &Host,
    name: &str,
    answer: &Answer,
    pages_a_day: u32,
    now: Timestamp,
) -> Host {
    let mut next = host.clone();
    if *answer == Answer::Unasked {
        return next;
    }
    let today = now.date_naive();
    next.pages = if host.day == today { host.pages.saturating_add(1) } else { 1 };
    next.day = today;
    next.rest = match answer {
        Answer::Given { is_prompt } => {
            (next.faults, next.pleas, next.is_prompt) = (0, 0, *is_prompt);
            None
        }
        Answer::Later { pause, reason } => {
            next.faults = 0;
            next.pleas = if pause.is_some() { 0 } else { host.pleas.saturating_add(1) };
            let pause = pause.unwrap_or_else(|| {
                jittered(doubled(PATIENCE_MIN, host.pleas, PATIENCE_MAX), name, next.pleas)
            });
            Some(Rest { until: now + pause, reason: reason.clone() })
        }
        Answer::Missing { reason } => {
            (next.faults, next.is_prompt) = (host.faults.saturating_add(1), false);
            let over = next.faults.checked_sub(FAULTS_MAX);
            over.map(|over| Rest {
                until: now + jittered(doubled(CLOSED_MIN, over, CLOSED_MAX), name, next.faults),
                reason: format!("{} visits in a row without an answer: {reason}", next.faults),
            })
        }
        Answer::Unasked => host.rest.clone(),
    };
    if next.pages >= pages_a_day {
        let tomorrow = (today + Days::new(1)).and_time(NaiveTime::MIN).and_utc();
        if next.rest.as_ref().is_none_or(|rest| rest.until < tomorrow) {
            let reason =
                format!("{} pages read today, as many as crawl.pages_a_day allows", next.pages);
            next.rest = Some(Rest { until: tomorrow, reason });
        }
    }
    next
}

/// Lets a host rest that answers, and allows no other request for so long: a platform whose requests are
/// spent. Short pauses are waited for as between any two visits; longer ones are remembered as a rest is,
/// which is told, and which a restart does not cut.
pub fn after_quota(host: Host, name: &str, pause: Option<Duration>, now: Timestamp) -> Host {
    let Some(pause) = pause.filter(|pause| *pause >= REMEMBERED_MIN) else { return host };
    let until = now + pause;
    if host.rest.as_ref().is_some_and(|rest| rest.until >= until) {
        return host;
    }
    let reason = format!("{name} allows no more requests until then");
    Host { rest: Some(Rest { until, reason }), ..host }
}

fn doubled(min: Duration, times: u32, max: Duration) -> Duration {
    min.saturating_mul(2_u32.saturating_pow(times)).min(max)
}

/// Spreads hosts that failed together: a fifth less to a fifth more, another each time.
fn jittered(pause: Duration, name: &str, times: u32) -> Duration {
    let mut hasher = DefaultHasher::new();
    (name, times).hash(&mut hasher);
    let share = u32::try_from(hasher.finish() % 401).unwrap_or_default();
    pause * (800 + share) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAILY: u32 = 1000;
    const GIVEN: Answer = Answer::Given { is_prompt: true };

    fn at(text: &str) -> Timestamp {
        format!("2026-03-01T{text}:00Z").parse().unwrap()
    }

    fn missing() -> Answer {
        Answer::Missing { reason: "no answer".into() }
    }

    fn later(pause: Option<u64>) -> Answer {
        Answer::Later { pause: pause.map(Duration::from_secs), reason: "429".into() }
    }

    fn visited(host: &Host, answer: &Answer) -> Host {
        after_visit(host, "site.example:443", answer, DAILY, at("12:00"))
    }

    /// Returns the minutes of rest after each of so many visits.
    fn rests(answer: &Answer, times: usize) -> Vec<i64> {
        let mut host = Host::default();
        let mut visit = || {
            host = visited(&host, answer);
            host.rest.as_ref().map_or(0, |rest| (rest.until - at("12:00")).num_minutes())
        };
        (0..times).map(|_| visit()).collect()
    }

    fn around(pauses: &[i64], plain: &[i64]) {
        assert_eq!(pauses.len(), plain.len(), "{pauses:?}");
        for (pause, plain) in pauses.iter().zip(plain) {
            assert!((plain * 8 / 10..=plain * 12 / 10).contains(pause), "{pauses:?} {plain:?}");
        }
    }

    #[test]
    fn a_host_that_never_answers_is_closed_for_longer_and_longer() {
        around(&rests(&missing(), 10), &[0, 0, 0, 0, 5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn patience_grows_where_nobody_says_how_much_and_is_kept_where_one_does() {
        around(&rests(&later(None), 9), &[15, 30, 60, 120, 240, 480, 960, 1440, 1440]);
        assert_eq!(rests(&later(Some(600)), 3), [10, 10, 10]);
        let week = Some(7 * 24 * 3600);
        assert_eq!(rests(&later(week), 1), [7 * 24 * 60]);
    }

    #[test]
    fn one_answer_opens_a_host_and_forgets_its_faults() {
        let mut host = Host::default();
        for _ in 0..7 {
            host = visited(&host, &missing());
        }
        assert_eq!((host.faults, host.is_prompt), (7, false));
        assert_eq!(
            host.rest.as_ref().unwrap().reason,
            "7 visits in a row without an answer: no answer"
        );
        host = visited(&host, &later(None));
        assert_eq!((host.faults, host.pleas), (0, 1), "an answer, though no page");
        host = visited(&host, &GIVEN);
        assert_eq!((host.faults, host.pleas, host.rest.clone()), (0, 0, None));
        assert!(host.is_prompt && !visited(&host, &Answer::Given { is_prompt: false }).is_prompt);
    }

    #[test]
    fn what_was_not_asked_says_nothing() {
        let mut host = Host::default();
        for _ in 0..5 {
            host = visited(&host, &missing());
        }
        assert_eq!(visited(&host, &Answer::Unasked), host);
    }

    #[test]
    fn the_pages_of_a_day_are_counted_and_the_next_day_begins_anew() {
        let mut host = Host::default();
        let mut visit = |text| {
            host = after_visit(&host, "site.example:443", &GIVEN, 3, at(text));
            (host.pages, host.rest.clone())
        };
        assert_eq!(visit("08:00"), (1, None));
        assert_eq!(visit("09:00"), (2, None));
        let (pages, rest) = visit("23:59");
        let rest = rest.unwrap();
        assert_eq!((pages, rest.until), (3, "2026-03-02T00:00:00Z".parse().unwrap()));
        assert_eq!(rest.reason, "3 pages read today, as many as crawl.pages_a_day allows");
        let tomorrow = "2026-03-02T00:00:00Z".parse().unwrap();
        let host = after_visit(&host, "site.example:443", &GIVEN, 3, tomorrow);
        assert_eq!((host.pages, host.rest), (1, None));
    }

    #[test]
    fn who_allows_no_more_requests_rests_until_there_are_others() {
        let rest = |host: &Host, pause: u64| {
            let pause = Some(Duration::from_secs(pause));
            after_quota(host.clone(), "site.example:443", pause, at("12:00")).rest
        };
        let day = rest(&Host::default(), 24 * 3600).unwrap();
        assert_eq!(day.until, at("12:00") + chrono::TimeDelta::days(1));
        assert_eq!(day.reason, "site.example:443 allows no more requests until then");
        assert_eq!(rest(&Host::default(), 59), None, "that is a pause between two visits");
        let resting = visited(&Host::default(), &later(Some(7200)));
        assert_eq!(rest(&resting, 3600), resting.rest, "the longer one counts");
        assert_eq!(rest(&resting, 7201).unwrap().until, at("14:00") + Duration::from_secs(1));
        let unasked = after_quota(resting.clone(), "site.example:443", None, at("12:00"));
        assert_eq!(unasked, resting);
    }

    #[test]
    fn hosts_that_fail_together_come_back_apart() {
        let rests: std::collections::BTreeSet<_> = (0..100)
            .map(|n| {
                let host = Host { faults: 20, ..Host::default() };
                after_visit(&host, &format!("site{n}.example"), &missing(), DAILY, at("12:00"))
                    .rest
                    .map(|rest| rest.until)
            })
            .collect();
        assert!(rests.len() > 80, "{} different rests of 100", rests.len());
    }
}
