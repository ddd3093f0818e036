//! Hosts: what is remembered of them holds for all their sources, over restarts, and costs no other host.

use std::time::Duration;

use chrono::TimeDelta;
use model::{Host, Rest, Timestamp};
use store::{Declaration, Ledger, Outcome, Room};

use crate::world::{LEASE, PAUSE, noon, open, reading, room, source, visit};

fn declared(dir: &std::path::Path, sources: &[(&str, &str)]) -> Ledger {
    let mut ledger = open(dir);
    let sources: Vec<_> = sources.iter().map(|(id, url)| source(id, url)).collect();
    let declaration = Declaration { sources: &sources, queries: &[], subscriptions: &[] };
    ledger.declare(&declaration, noon(0)).unwrap();
    ledger
}

fn claimed(ledger: &mut Ledger, room: Room, now: Timestamp) -> Vec<String> {
    let due = ledger.claim_due_sources(now, room, LEASE).unwrap();
    due.iter().map(|due| due.source.id.to_string()).collect()
}

/// Visits a source that must be due alone, and remembers this of its host.
fn visited(ledger: &mut Ledger, expect: &str, host: &Host, now: Timestamp) {
    let due = ledger.claim_due_sources(now, room(1), LEASE).unwrap().remove(0);
    assert_eq!(due.source.id.as_str(), expect);
    let mut done = visit(ledger, &due, reading(Vec::new()), now);
    done.host = host.clone();
    ledger.record_fetch(&done, now).unwrap();
}

const TWO: [(&str, &str); 2] = [("a", "https://host.example/a"), ("b", "https://host.example/b")];

#[test]
fn a_host_that_rests_rests_with_all_its_sources_and_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = declared(dir.path(), &TWO);
    let until = noon(600);
    let rest = Rest { until, reason: "it asks for patience".to_owned() };
    let day = noon(0).date_naive();
    let host =
        Host { faults: 2, pleas: 1, is_prompt: true, day, pages: 7, rest: Some(rest.clone()) };
    visited(&mut ledger, "a", &host, noon(0));
    drop(ledger);

    let mut ledger = open(dir.path());
    // Sources wait for no longer than an hour after a restart; a host for as long as it asked for.
    ledger.take_over(noon(1), Duration::from_hours(1)).unwrap();
    assert_eq!(ledger.next_source_due().unwrap(), Some(until));
    assert_eq!(claimed(&mut ledger, room(9), noon(599)), [""; 0]);
    let resting = ledger.status(noon(1)).unwrap().resting;
    assert_eq!(resting.len(), 1);
    assert_eq!((resting[0].name.as_str(), resting[0].sources), ("host.example:443", 2));
    assert_eq!(resting[0].rest, rest);
    assert_eq!(ledger.status(until).unwrap().resting, []);
    let due = ledger.claim_due_sources(until, room(9), LEASE).unwrap();
    assert_eq!((due.len(), &due[0].host), (1, &host), "one source, to see whether it answers");
}

#[test]
fn no_clock_that_went_wrong_closes_a_host_for_ever() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = declared(dir.path(), &TWO);
    let rest = Rest { until: noon(60 * 24 * 4000), reason: "a clock".to_owned() };
    visited(&mut ledger, "a", &Host { rest: Some(rest), ..Host::default() }, noon(0));
    ledger.take_over(noon(1), Duration::from_hours(1)).unwrap();
    assert_eq!(ledger.next_source_due().unwrap(), Some(noon(1) + TimeDelta::days(7)));
}

#[test]
fn hosts_that_answer_promptly_have_room_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let names = ["a", "b", "c", "d"];
    let urls = names.map(|name| format!("https://{name}.example/"));
    let sources: Vec<_> = names.iter().copied().zip(urls.iter().map(String::as_str)).collect();
    let mut ledger = declared(dir.path(), &sources);
    let prompt = Host { is_prompt: true, ..Host::default() };
    visited(&mut ledger, "a", &prompt, noon(0));
    visited(&mut ledger, "b", &prompt, noon(0));
    visited(&mut ledger, "c", &Host::default(), noon(0));
    let only = |prompt, other| Room { prompt, other };
    assert_eq!(claimed(&mut ledger, only(9, 0), noon(5)), ["a", "b"]);
    assert_eq!(claimed(&mut ledger, only(9, 1), noon(5)), ["d"], "it is due for longer than c");
    assert_eq!(claimed(&mut ledger, only(0, 9), noon(5)), ["c"]);
}

#[test]
fn a_host_is_ready_when_one_of_its_sources_is_whoever_changed_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = declared(dir.path(), &TWO);
    let next = |ledger: &Ledger| ledger.next_source_due().unwrap();
    assert_eq!(next(&ledger), Some(noon(0)));
    visited(&mut ledger, "a", &Host::default(), noon(0));
    assert_eq!(next(&ledger), Some(noon(0) + PAUSE), "b waits");
    visited(&mut ledger, "b", &Host::default(), noon(0) + PAUSE);
    assert_eq!(next(&ledger), Some(noon(1)));
    // Retired, returned, added, removed.
    let none = Declaration { sources: &[], queries: &[], subscriptions: &[] };
    ledger.declare(&none, noon(2)).unwrap();
    assert_eq!(next(&ledger), None);
    ledger.add_source(&source("c", "https://other.example/c"), noon(3)).unwrap();
    assert_eq!(next(&ledger), Some(noon(3)));
    ledger.remove_source(&"c".into(), noon(3)).unwrap();
    assert_eq!(next(&ledger), None);
    let again = [source("a", "https://moved.example/a")];
    let declaration = Declaration { sources: &again, queries: &[], subscriptions: &[] };
    ledger.declare(&declaration, noon(4)).unwrap();
    assert_eq!(claimed(&mut ledger, room(9), noon(4)), ["a"]);
    assert_eq!(claimed(&mut ledger, room(9), noon(4)), [""; 0]);
}

/// A round asks for one page after the other; others of its host have their turn between them.
#[test]
fn a_round_without_an_end_leaves_its_host_to_the_other_sources() {
    let dir = tempfile::tempdir().unwrap();
    let mut ledger = declared(dir.path(), &TWO);
    let mut turns = Vec::new();
    for step in 0..20 {
        let now = noon(0) + TimeDelta::seconds(2 * step);
        let due = ledger.claim_due_sources(now, room(9), LEASE).unwrap().remove(0);
        turns.push(due.source.id.to_string());
        // The one goes on at once, always; the other is due every ten seconds.
        let goes_on = due.source.id.as_str() == "a";
        let mut done = visit(&ledger, &due, reading(Vec::new()), now);
        done.next_check = if goes_on { now } else { now + TimeDelta::seconds(10) };
        if goes_on && let Outcome::Read { sight, .. } = &mut done.outcome {
            let next = format!("https://host.example/a?page={step}");
            (sight.next, sight.budget) = (next.parse().ok(), 1000);
        }
        ledger.record_fetch(&done, now).unwrap();
    }
    assert_eq!(turns.concat(), "abaaaaabaaaaabaaaaab", "b, after one page of a at most");
}
