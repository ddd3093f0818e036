//! Whether the mails of a subscription wait: for the end of quiet time, or because somebody has got enough of
//! them. What is held is told later: mentions in one digest, which says so, and signals in one letter.

use alert::{Day, LastOfDay};
use anyhow::Result;
use chrono::TimeDelta;
use model::{Cadence, Held, HeldFor, Severity, Timestamp};
use store::{Delivery, Ledger, MailWritten};

use crate::addressee::Addressees;
use crate::config::{Config, MORNING, Subscribed};

/// What is written and waits is looked at so often at least.
const LOOK_AGAIN: TimeDelta = TimeDelta::hours(1);

/// Whether something so grave passes what holds letters of signals: a crisis passes what keeps the number of mails
/// down, and quiet time where the subscriber says so.
pub(crate) fn passes(subscribed: &Subscribed, severity: Severity, why: HeldFor) -> bool {
    let is_crisis = severity == Severity::Crisis;
    match why {
        HeldFor::Quiet | HeldFor::Away => is_crisis && subscribed.crisis_passes,
        HeldFor::Day { .. } | HeldFor::Hour { .. } => is_crisis,
    }
}

/// Returns until when a mail waits that was written before, since it was to leave in quiet time: it failed, or
/// its server was away. Questions and words to the owner wait for nothing.
pub(crate) fn written(config: &Config, delivery: &Delivery, now: Timestamp) -> Option<Timestamp> {
    let severity = delivery.severity?;
    let mut all = config.subscriptions.iter();
    let subscribed = all.find(|one| one.subscription.id == delivery.subscription)?;
    let (until, why) = subscribed.quiet.held(now)?;
    let passes = why.iter().all(|why| passes(subscribed, severity, *why));
    // Quiet time may be ended by other settings: it is looked at again.
    (!passes).then_some(until.min(now + LOOK_AGAIN))
}

/// How many mails those whom a subscription tells have got, against how many are enough.
pub(crate) struct Spending {
    /// Of the subscription's zone.
    day: Day,
    now: Timestamp,
    counts: Vec<Count>,
    /// When the first of so many mails that somebody got is an hour old.
    hour: Option<(HeldFor, Timestamp)>,
}

/// Of one person: mails of any kind, or those by the subscription where it has a limit of its own.
struct Count {
    today: u64,
    before: u64,
    enough: u32,
}

impl Spending {
    /// Those that leave by a schedule wait for the end of quiet time only: they count as mails of the day, but
    /// are never too many.
    pub(crate) fn of_digests(
        ledger: &Ledger,
        config: &Config,
        subscribed: &Subscribed,
        addressees: &Addressees,
        now: Timestamp,
    ) -> Result<Self> {
        if subscribed.subscription.cadence == Cadence::AsItHappens {
            return Self::of_signals(ledger, config, subscribed, addressees, now);
        }
        Ok(Self::none(subscribed, now))
    }

    /// Letters of signals leave by no schedule. Crises pass some of it.
    pub(crate) fn of_signals(
        ledger: &Ledger,
        config: &Config,
        subscribed: &Subscribed,
        addressees: &Addressees,
        now: Timestamp,
    ) -> Result<Self> {
        let mut spending = Self::none(subscribed, now);
        spending.count(ledger, config, subscribed, addressees)?;
        Ok(spending)
    }

    fn none(subscribed: &Subscribed, now: Timestamp) -> Self {
        let day = Day::of(subscribed.subscription.zone, now, MORNING);
        Self { day, now, counts: Vec::new(), hour: None }
    }

    fn count(
        &mut self,
        ledger: &Ledger,
        config: &Config,
        subscribed: &Subscribed,
        addressees: &Addressees,
    ) -> Result<()> {
        let hour = TimeDelta::hours(1);
        let of_hour = usize::try_from(config.mail.an_hour).unwrap_or(usize::MAX);
        let since = self.day.before.min(self.now - hour);
        // Notices have names of endpoints, and questions count for nobody's limit but the mail server's.
        let id = &subscribed.subscription.id;
        let is_own = |mail: &MailWritten| mail.subscription == *id && mail.severity.is_some();
        for addressee in addressees.told() {
            let mut mails = ledger.mails_since(addressee.mailbox.address(), since)?;
            // What a clock that was ahead has dated counts for no day.
            mails.retain(|mail| mail.at <= self.now);
            self.counts.push(self.counted(&mails, config.mail.a_day, |_| true));
            if let Some(a_day) = subscribed.mails_a_day {
                self.counts.push(self.counted(&mails, a_day, is_own));
            }
            let fresh: Vec<_> = mails.iter().filter(|mail| mail.at > self.now - hour).collect();
            let first = fresh.len().checked_sub(of_hour).and_then(|first| fresh.get(first));
            let free = first.map(|mail| mail.at + hour);
            let known = self.hour.map(|(_, until)| until);
            self.hour =
                free.max(known).map(|until| (HeldFor::Hour { mails: config.mail.an_hour }, until));
        }
        Ok(())
    }

    fn counted(
        &self,
        mails: &[MailWritten],
        enough: u32,
        counts: impl Fn(&MailWritten) -> bool,
    ) -> Count {
        let mut count = Count { today: 0, before: 0, enough };
        for mail in mails.iter().filter(|mail| counts(mail)) {
            if mail.at >= self.day.begins {
                count.today += 1;
            } else if mail.at >= self.day.before {
                count.before += 1;
            }
        }
        count
    }

    /// Returns until when mails wait, and why; `None` if they need not.
    pub(crate) fn holds(&self, subscribed: &Subscribed) -> Option<Held> {
        let mut held = Held { since: self.now, until: self.now, why: Vec::new() };
        if let Some((until, why)) = subscribed.quiet.held(self.now) {
            (held.until, held.why) = (until, why);
        }
        for (why, until) in self.of_day().into_iter().chain(self.hour) {
            held.why.push(why);
            held.until = held.until.max(until);
        }
        if held.why.is_empty() {
            return None;
        }
        // What ends in quiet time waits for the end of that too.
        if let Some((until, why)) = subscribed.quiet.held(held.until) {
            held.until = until;
            let new: Vec<HeldFor> = why.into_iter().filter(|why| !held.why.contains(why)).collect();
            held.why.extend(new);
        }
        Some(held)
    }

    /// Returns what is to be said if another mail as it happens is the last of the day.
    pub(crate) fn last_of_day(&self, subscribed: &Subscribed) -> Option<LastOfDay> {
        let mails = self.spent(1)?;
        let morning = self.day.next_morning;
        let next = subscribed.quiet.held_until(morning).unwrap_or(morning);
        Some(LastOfDay { mails, next })
    }

    /// Returns how many mails a day are spent once so many more are sent; `None` if there are still some.
    fn spent(&self, more: u64) -> Option<u32> {
        let is_spent = |count: &&Count| is_enough(count.today + more, count.enough);
        self.counts.iter().filter(is_spent).map(|count| count.enough).min()
    }

    /// Returns until which morning mails wait. Until the morning, they also wait for those of the day before.
    fn of_day(&self) -> Option<(HeldFor, Timestamp)> {
        if let Some(mails) = self.spent(0) {
            return Some((HeldFor::Day { mails }, self.day.next_morning));
        }
        let is_spent = |count: &&Count| is_enough(count.before, count.enough);
        let mails = self.counts.iter().filter(is_spent).map(|count| count.enough).min()?;
        (self.now < self.day.morning).then_some((HeldFor::Day { mails }, self.day.morning))
    }
}

fn is_enough(mails: u64, enough: u32) -> bool {
    mails >= u64::from(enough)
}
