//! Whether the mails of a subscription wait: for the end of quiet time, or because somebody has got enough of
//! them. What is held is told later: mentions in one digest, which says so, and signals in one letter.

use alert::{Day, LastOfDay};
use anyhow::Result;
use chrono::TimeDelta;
use model::{Cadence, Held, HeldFor, Severity, Timestamp};
use store::Ledger;

use crate::addressee::Addressees;
use crate::config::{Config, MORNING, Subscribed};

/// Returns until when the digests of a subscription wait, and why; `None` if they need not. Those that leave by
/// a schedule wait for the end of quiet time only: they count as mails of the day, but are never too many.
pub(crate) fn digests(
    ledger: &Ledger,
    config: &Config,
    subscribed: &Subscribed,
    addressees: &Addressees,
    now: Timestamp,
) -> Result<Option<Held>> {
    let is_unforeseen = subscribed.subscription.cadence == Cadence::AsItHappens;
    held(ledger, config, (subscribed, is_unforeseen), addressees, now)
}

/// The same of letters of signals, which leave by no schedule. Crises pass some of it.
pub(crate) fn signals(
    ledger: &Ledger,
    config: &Config,
    subscribed: &Subscribed,
    addressees: &Addressees,
    now: Timestamp,
) -> Result<Option<Held>> {
    held(ledger, config, (subscribed, true), addressees, now)
}

fn held(
    ledger: &Ledger,
    config: &Config,
    (subscribed, is_unforeseen): (&Subscribed, bool),
    addressees: &Addressees,
    now: Timestamp,
) -> Result<Option<Held>> {
    let mut held = Held { since: now, until: now, why: Vec::new() };
    if let Some((until, why)) = subscribed.quiet.held(now) {
        (held.until, held.why) = (until, why);
    }
    if is_unforeseen {
        let of_day = Spending::of(ledger, config, subscribed, addressees, now)?;
        let of_hour = hour_full(ledger, config, addressees, now)?;
        for (why, until) in of_day.held().into_iter().chain(of_hour) {
            held.why.push(why);
            held.until = held.until.max(until);
        }
    }
    if held.why.is_empty() {
        return Ok(None);
    }
    // What ends in quiet time waits for the end of that too.
    if let Some((until, why)) = subscribed.quiet.held(held.until) {
        held.until = until;
        let new: Vec<HeldFor> = why.into_iter().filter(|why| !held.why.contains(why)).collect();
        held.why.extend(new);
    }
    Ok(Some(held))
}

/// Whether something so grave passes what holds letters of signals: a crisis passes what keeps the number of mails
/// down, and quiet time where the subscriber says so.
pub(crate) fn passes(subscribed: &Subscribed, severity: Severity, why: HeldFor) -> bool {
    let is_crisis = severity == Severity::Crisis;
    match why {
        HeldFor::Quiet | HeldFor::Away => is_crisis && subscribed.crisis_passes,
        HeldFor::Day { .. } | HeldFor::Hour { .. } => is_crisis,
    }
}

/// Returns what is to be said if another mail as it happens is the last of the day.
pub(crate) fn last_of_day(
    ledger: &Ledger,
    config: &Config,
    subscribed: &Subscribed,
    addressees: &Addressees,
    now: Timestamp,
) -> Result<Option<LastOfDay>> {
    if subscribed.subscription.cadence != Cadence::AsItHappens {
        return Ok(None);
    }
    let spending = Spending::of(ledger, config, subscribed, addressees, now)?;
    let Some(mails) = spending.spent(1) else { return Ok(None) };
    let morning = spending.day.next_morning;
    let next = subscribed.quiet.held_until(morning).unwrap_or(morning);
    Ok(Some(LastOfDay { mails, next }))
}

/// How many mails were written on a day of the subscription's zone, against how many are enough.
struct Spending {
    day: Day,
    now: Timestamp,
    /// Mails so far, mails of the day before, and how many are enough: of each addressee, and of the
    /// subscription where it has a limit of its own.
    counts: Vec<(u64, u64, u32)>,
}

impl Spending {
    fn of(
        ledger: &Ledger,
        config: &Config,
        subscribed: &Subscribed,
        addressees: &Addressees,
        now: Timestamp,
    ) -> Result<Self> {
        let subscription = &subscribed.subscription;
        let day = Day::of(subscription.zone, now, MORNING);
        let tomorrow = now + TimeDelta::milliseconds(1);
        let mut counts = Vec::new();
        for addressee in addressees.told() {
            let address = addressee.mailbox.address();
            let today = ledger.mails_between(address, day.begins, tomorrow)?;
            let before = ledger.mails_between(address, day.before, day.begins)?;
            counts.push((today, before, config.mail.a_day));
        }
        if let Some(a_day) = subscribed.mails_a_day {
            let today = ledger.digests_between(&subscription.id, day.begins, tomorrow)?;
            let before = ledger.digests_between(&subscription.id, day.before, day.begins)?;
            counts.push((today, before, a_day));
        }
        Ok(Self { day, now, counts })
    }

    /// Returns how many mails a day are spent once so many more are sent; `None` if there are still some.
    fn spent(&self, more: u64) -> Option<u32> {
        let is_spent = |(today, _, enough): &&(u64, u64, u32)| is_enough(today + more, *enough);
        self.counts.iter().filter(is_spent).map(|(.., enough)| *enough).min()
    }

    /// Returns until which morning mails wait. Until the morning, they also wait for those of the day before.
    fn held(&self) -> Option<(HeldFor, Timestamp)> {
        if let Some(mails) = self.spent(0) {
            return Some((HeldFor::Day { mails }, self.day.next_morning));
        }
        let is_spent = |(_, before, enough): &&(u64, u64, u32)| is_enough(*before, *enough);
        let mails = self.counts.iter().filter(is_spent).map(|(.., enough)| *enough).min()?;
        (self.now < self.day.morning).then_some((HeldFor::Day { mails }, self.day.morning))
    }
}

fn is_enough(mails: u64, enough: u32) -> bool {
    mails >= u64::from(enough)
}

/// Returns when the first of so many mails that an addressee got is an hour old.
fn hour_full(
    ledger: &Ledger,
    config: &Config,
    addressees: &Addressees,
    now: Timestamp,
) -> Result<Option<(HeldFor, Timestamp)>> {
    let (hour, mails) = (TimeDelta::hours(1), config.mail.an_hour);
    let enough = usize::try_from(mails).unwrap_or(usize::MAX);
    let mut free: Option<Timestamp> = None;
    for addressee in addressees.told() {
        let letters = ledger.letters_since(addressee.mailbox.address(), now - hour)?;
        let first = letters.len().checked_sub(enough).and_then(|first| letters.get(first));
        free = free.max(first.map(|first| *first + hour));
    }
    Ok(free.map(|free| (HeldFor::Hour { mails }, free)))
}
