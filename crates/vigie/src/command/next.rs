//! When each subscription is next told, how many people get it, and, where its mails are held, why and until
//! when.

use alert::Quiet;
use anyhow::Result;
use chrono::Local;
use model::{Cadence, Held, HeldFor, SubscriptionId, Timestamp};
use store::{Due, Ledger, Mute, SubscriptionState};

use super::printable;
use super::recipients::is_told;
use super::status::table;
use crate::addressee::Addressees;
use crate::config::{Config, Subscribed};
use crate::hold::Spending;
use crate::mutes::Mutes;

/// When a subscription is next told.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Next {
    id: SubscriptionId,
    /// `None` for as soon as anything is found.
    at: Option<Timestamp>,
    why: Vec<HeldFor>,
    /// Since when something waits to be told that could have left.
    since: Option<Timestamp>,
}

/// How many get the mails now, of those who are named.
struct People {
    told: usize,
    named: usize,
}

/// Shows it of all subscriptions by the ledger, and by the configuration where there is one.
pub(super) fn told(ledger: &Ledger, config: Option<&Config>, now: Timestamp) -> Result<String> {
    let mut rows = Vec::new();
    let mutes = Mutes::of(ledger, now)?;
    let known = ledger.all_recipients()?;
    for state in ledger.subscriptions()? {
        let subscribed = config.and_then(|config| {
            let mut all = config.subscriptions.iter();
            Some((config, all.find(|one| one.subscription.id == state.id)?))
        });
        let next = match subscribed {
            Some((config, subscribed)) => {
                by_configuration(ledger, config, subscribed, &state, now)?
            }
            None => by_ledger(&state, now),
        };
        let people = if let Some((config, subscribed)) = subscribed {
            let all = Addressees::known(ledger, config, &subscribed.subscription, now)?;
            People { told: all.told().count(), named: all.all.len() }
        } else {
            let of = known.iter().filter(|one| one.subscription == state.id);
            let told = of.clone().filter(|one| is_told(one, now)).count();
            People { told, named: of.count() }
        };
        let mute = mutes.of_subscription(&state.id);
        rows.push(row(&next, subscribed.map(|(_, subscribed)| subscribed), &people, mute));
    }
    Ok(shown(rows))
}

/// Shows what the configuration alone says of it.
pub(crate) fn planned(config: &Config, now: Timestamp) -> String {
    let rows = config.subscriptions.iter().map(|subscribed| {
        let due = subscribed.schedule.next_after(now);
        let next = plan(subscribed, due, now);
        let named = subscribed.subscription.to.len();
        row(&next, Some(subscribed), &People { told: named, named }, None)
    });
    shown(rows.collect())
}

fn shown(rows: Vec<Vec<String>>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    table(&["subscription", "recipients", "next mail", "zone", "held"], rows.into_iter())
}

fn plan(subscribed: &Subscribed, due: Option<Timestamp>, now: Timestamp) -> Next {
    let quiet: &Quiet = &subscribed.quiet;
    let wanted = due.map_or(now, |due| due.max(now));
    let id = subscribed.subscription.id.clone();
    match quiet.held(wanted) {
        Some((until, why)) => Next { id, at: Some(until), why, since: None },
        None => Next { id, at: due, why: Vec::new(), since: None },
    }
}

fn by_configuration(
    ledger: &Ledger,
    config: &Config,
    subscribed: &Subscribed,
    state: &SubscriptionState,
    now: Timestamp,
) -> Result<Next> {
    let since = state.held.as_ref().map(|held| held.since);
    if subscribed.subscription.cadence != Cadence::AsItHappens {
        let due = match state.due {
            Due::At(at) => Some(at),
            Due::Unscheduled | Due::AsItHappens => subscribed.schedule.next_after(now),
        };
        return Ok(Next { since, ..plan(subscribed, due, now) });
    }
    let addressees = Addressees::known(ledger, config, &subscribed.subscription, now)?;
    let held =
        Spending::of_digests(ledger, config, subscribed, &addressees, now)?.holds(subscribed);
    Ok(match held {
        Some(Held { until, why, .. }) => Next { id: state.id.clone(), at: Some(until), why, since },
        None => by_ledger(&SubscriptionState { held: None, ..state.clone() }, now),
    })
}

fn by_ledger(state: &SubscriptionState, now: Timestamp) -> Next {
    let waits = state.waits_until.filter(|until| *until > now);
    let due = match state.due {
        Due::At(at) => Some(at),
        Due::Unscheduled | Due::AsItHappens => None,
    };
    let (since, why) = match &state.held {
        Some(held) if waits.is_some() => (Some(held.since), held.why.clone()),
        _ => (None, Vec::new()),
    };
    Next { id: state.id.clone(), at: waits.or(due), why, since }
}

fn row(
    next: &Next,
    subscribed: Option<&Subscribed>,
    people: &People,
    mute: Option<&Mute>,
) -> Vec<String> {
    let at = |moment: Timestamp| match subscribed {
        Some(Subscribed { subscription, .. }) => {
            moment.with_timezone(&subscription.zone).format("%Y-%m-%d %H:%M").to_string()
        }
        None => moment.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string(),
    };
    let why: Vec<String> = next.why.iter().copied().map(reason).collect();
    let mut held: Vec<String> = mute.map(|mute| muted(mute, &at(mute.until))).into_iter().collect();
    match (why.is_empty(), next.since) {
        (true, _) => {}
        (false, None) => held.push(why.join(", ")),
        (false, Some(since)) => held.push(format!("since {}: {}", at(since), why.join(", "))),
    }
    let zone = match subscribed {
        Some(it) => it.subscription.zone.name().to_owned(),
        None => iana_time_zone::get_timezone().unwrap_or_else(|_| "this machine's".to_owned()),
    };
    let People { told, named } = people;
    vec![
        next.id.to_string(),
        if told == named { named.to_string() } else { format!("{told} of {named}") },
        next.at.map_or_else(|| "as it happens".to_owned(), at),
        zone,
        held.join("; "),
    ]
}

/// Says which mute holds it until when, in the zone in which it is shown.
pub(super) fn muted(mute: &Mute, until: &str) -> String {
    format!("mute {} until {until} by {}", mute.number, printable(&mute.person))
}

pub(super) fn reason(why: HeldFor) -> String {
    match why {
        HeldFor::Quiet => "quiet hours or days".to_owned(),
        HeldFor::Away => "away".to_owned(),
        HeldFor::Day { mails } => format!("the {mails} mails of the day were spent"),
        HeldFor::Hour { mails } => format!("{mails} mails were sent within the hour"),
    }
}
