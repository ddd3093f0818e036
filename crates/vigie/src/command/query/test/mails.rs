//! How many mails each cadence would have sent, by the rules that mails are sent by: whatever was found
//! since the last one goes into the next, and where nothing was, none leaves.
//! Items are taken as they are now: what an edit brought in counts from when the item was first seen.

use std::collections::{BTreeMap, HashSet};

use alert::{Group, Schedule};
use chrono::{TimeDelta, Weekday};
use chrono_tz::Tz;
use model::{Cadence, ItemId, Timestamp};
use serde::Serialize;
use url::Url;

use crate::config::MORNING;

/// An item that would have been told.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mention<'a> {
    pub(super) found_at: Timestamp,
    pub(super) id: ItemId,
    pub(super) url: Option<&'a Url>,
}

/// What one cadence would have sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct Mails {
    pub(super) cadence: &'static str,
    pub(super) sent: usize,
    /// How many texts the largest of them told.
    pub(super) largest: usize,
}

/// Counts the mails that have left by now to one recipient, in this machine's time zone, at the times
/// that a configuration need not name.
pub(super) fn mails(mentions: &[Mention<'_>], now: Timestamp) -> Vec<Mails> {
    let zone = iana_time_zone::get_timezone().ok().and_then(|zone| zone.parse().ok());
    mails_in(zone.unwrap_or(Tz::UTC), mentions, now)
}

fn mails_in(zone: Tz, mentions: &[Mention<'_>], now: Timestamp) -> Vec<Mails> {
    let cadences = [
        ("as it happens", Cadence::AsItHappens),
        ("hourly", Cadence::Hourly),
        ("daily", Cadence::Daily { at: MORNING }),
        ("weekly", Cadence::Weekly { on: Weekday::Mon, at: MORNING }),
    ];
    let count = |(name, cadence): (&'static str, Cadence)| {
        // Only a cron expression could be one that no clock ever meets.
        let schedule = Schedule::new(&cadence, zone).ok()?;
        Some(counted(name, &schedule, mentions, now))
    };
    cadences.into_iter().filter_map(count).collect()
}

fn counted(
    cadence: &'static str,
    schedule: &Schedule,
    mentions: &[Mention<'_>],
    now: Timestamp,
) -> Mails {
    #[derive(PartialEq, Eq, Hash)]
    enum Text<'a> {
        At(&'a str),
        Item(ItemId),
    }
    let mut mails: BTreeMap<Timestamp, HashSet<Text<'_>>> = BTreeMap::new();
    let mut mentions: Vec<&Mention<'_>> = mentions.iter().collect();
    mentions.sort_by_key(|mention| mention.found_at);
    let mut last: Option<Timestamp> = None;
    for mention in mentions {
        let found = mention.found_at;
        // What is found at the moment when a mail is due goes with it; as it happens, what is found until
        // the last one leaves goes with that.
        let leaves = match schedule.next_after(found - TimeDelta::milliseconds(1)) {
            Some(leaves) => leaves,
            None => last
                .filter(|last| found <= *last)
                .unwrap_or_else(|| Group::default().leaves_at(found, last, found)),
        };
        last = Some(leaves);
        if leaves > now {
            continue;
        }
        // A mail tells what has one address once.
        let text = mention.url.map_or(Text::Item(mention.id), |url| Text::At(url.as_str()));
        mails.entry(leaves).or_default().insert(text);
    }
    let largest = mails.values().map(HashSet::len).max().unwrap_or(0);
    Mails { cadence, sent: mails.len(), largest }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks mails and the texts of the largest: as it happens, hourly, daily, weekly.
    fn check(mentions: &[(&str, Option<&str>)], expect: [(usize, usize); 4]) {
        let urls: Vec<Option<Url>> =
            mentions.iter().map(|(_, url)| url.map(|url| url.parse().unwrap())).collect();
        let mentions: Vec<Mention<'_>> = mentions
            .iter()
            .zip(&urls)
            .zip(1..)
            .map(|(((at, _), url), id)| Mention {
                found_at: at.parse().unwrap(),
                id: ItemId(id),
                url: url.as_ref(),
            })
            .collect();
        // A Tuesday, at noon in Paris.
        let now = "2026-03-10T11:00:00Z".parse().unwrap();
        let told = mails_in(Tz::Europe__Paris, &mentions, now);
        let told: Vec<_> = told.iter().map(|it| (it.sent, it.largest)).collect();
        assert_eq!(told, expect);
    }

    #[test]
    fn what_is_found_until_a_mail_is_due_goes_with_it() {
        check(&[], [(0, 0); 4]);
        // Both before Monday, 8 o'clock in Paris; a millisecond later is too late.
        check(
            &[("2026-03-08T10:00:00Z", None), ("2026-03-09T07:00:00Z", None)],
            [(2, 1), (2, 1), (1, 2), (1, 2)],
        );
        check(
            &[("2026-03-08T10:00:00Z", None), ("2026-03-09T07:00:00.001Z", None)],
            [(2, 1), (2, 1), (2, 1), (1, 1)],
        );
    }

    #[test]
    fn what_is_found_soon_after_another_joins_it() {
        let at = |time: &str| (format!("2026-03-09T{time}Z"), None);
        let check = |times: &[&str], expect| {
            let times: Vec<(String, Option<&str>)> = times.iter().map(|time| at(time)).collect();
            let times: Vec<(&str, Option<&str>)> =
                times.iter().map(|(time, url)| (time.as_str(), *url)).collect();
            check(&times, expect);
        };
        // They leave at 09:16, and not before 09:21.
        check(&["09:15:00", "09:16:00"], [(1, 2), (1, 2), (1, 2), (0, 0)]);
        check(&["09:15:00", "09:16:01", "09:21:00", "09:21:01"], [(3, 2), (1, 4), (1, 4), (0, 0)]);
    }

    #[test]
    fn what_one_visit_brings_is_one_mail() {
        let at = "2026-03-09T09:15:00Z";
        check(&[(at, None), (at, None), (at, None)], [(1, 3), (1, 3), (1, 3), (0, 0)]);
        check(
            &[(at, None), ("2026-03-09T09:20:00Z", None), ("2026-03-09T10:20:00Z", None)],
            [(3, 1), (2, 2), (1, 3), (0, 0)],
        );
    }

    #[test]
    fn one_address_is_told_once_in_a_mail() {
        let page = Some("https://courrier.example/1");
        check(
            &[("2026-03-01T09:00:00Z", page), ("2026-03-01T12:30:00Z", page)],
            [(2, 1), (2, 1), (1, 1), (1, 1)],
        );
    }
}
