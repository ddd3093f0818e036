//! Letters of signals. Each subscription follows the log of what happened to signals: what opens or grows is
//! told once, together with what comes at the same time; what has to wait is told as it stands by then.

#[cfg(test)]
mod tests;
mod verdict;

use alert::{Evidence, Occasion, SignalLetter, SignalNews};
use anyhow::Result;
use model::{Channel, Held, HeldFor, Severity, Timestamp};
use store::{Enqueued, Heard, Ledger, NewDelivery, NewSignalLetter, Raised, ToldSignal, Untold};
use tracing::{error, warn};

use self::verdict::occasion;
use crate::addressee::Addressees;
use crate::config::{Config, Subscribed};
use crate::hold;
use crate::mutes::Mutes;
use crate::pipeline::is_busy;

/// How many signals one letter looks at; of what is behind them the next one tells.
const SIGNALS_MAX: usize = 200;

/// Writes what subscriptions are to be told of signals by now. One that fails is logged, and stands in
/// nobody's way.
pub(crate) fn tell_due(ledger: &mut Ledger, config: &Config, now: Timestamp) -> Result<()> {
    for subscribed in &config.subscriptions {
        match tell(ledger, config, subscribed, now) {
            Err(error) if !is_busy(&error) => {
                let id = &subscribed.subscription.id;
                error!(subscription = %id, "failed to tell a signal: {error:#}");
            }
            told => told?,
        }
    }
    Ok(())
}

/// A signal with why it is told.
struct News {
    signal: Raised,
    occasion: Occasion,
    told: ToldSignal,
}

fn tell(
    ledger: &mut Ledger,
    config: &Config,
    subscribed: &Subscribed,
    now: Timestamp,
) -> Result<()> {
    let subscription = &subscribed.subscription;
    let (id, queries) = (&subscription.id, &subscription.queries);
    // Between a reload and its declaration the two may differ for a moment.
    let Some(untold) = ledger.untold_signals(id, queries, SIGNALS_MAX)? else { return Ok(()) };
    let wanted: Vec<(&Untold, Occasion)> = untold
        .signals
        .iter()
        .filter_map(|one| Some((one, occasion(one, &subscribed.severities)?)))
        .collect();
    let lasting = lasting(ledger, subscribed, now)?;
    if wanted.is_empty() && lasting.is_empty() && untold.upto == untold.told {
        return Ok(());
    }
    let addressees = Addressees::of(ledger, config, subscription, now)?;
    let gate = Gate {
        mutes: &Mutes::of(ledger, now)?,
        subscribed,
        held: hold::whole(ledger, config, subscribed, &addressees, now)?,
        letter_at: untold.letter_at,
        first: wanted.iter().map(|(one, _)| one.since).min(),
        now,
    };
    let (ready, waiting): (Vec<_>, Vec<_>) =
        wanted.into_iter().partition(|(one, _)| gate.lets(&one.signal));
    let upto = waiting.iter().map(|(one, _)| one.first - 1).min().unwrap_or(untold.upto);
    let upto = upto.max(untold.told);
    let mut news: Vec<News> =
        ready.into_iter().map(|(one, why)| News::new(&one.signal, one.entry, why)).collect();
    for (signal, heard) in &lasting {
        let is_told = news.iter().any(|one| one.signal.id == signal.id);
        if !is_told && gate.lets(signal) {
            news.push(News::new(signal, heard.entry, Occasion::Lasts));
        }
    }
    if news.is_empty() && upto == untold.told {
        return Ok(());
    }
    news.sort_by_key(|one| std::cmp::Reverse(one.signal.severity));
    let letter = NewSignalLetter {
        subscription: id.clone(),
        revision: untold.revision,
        upto,
        told: news.iter().map(|one| one.told).collect(),
        deliveries: deliveries(ledger, config, subscribed, &addressees, &news, now)?,
    };
    if ledger.tell_signals(&letter, now)? == Enqueued::AlreadyTold {
        warn!(subscription = %id, "was told by another process");
    }
    Ok(())
}

/// Returns the signals that are to be told again because they last.
fn lasting(
    ledger: &Ledger,
    subscribed: &Subscribed,
    now: Timestamp,
) -> Result<Vec<(Raised, Heard)>> {
    let Some(repeat) = subscribed.repeat else { return Ok(Vec::new()) };
    let subscription = &subscribed.subscription;
    let mut lasting =
        ledger.lasting_signals(&subscription.id, &subscription.queries, now - repeat)?;
    lasting.retain(|(signal, _)| subscribed.severities.contains(&signal.severity));
    lasting.truncate(SIGNALS_MAX);
    Ok(lasting)
}

/// What may pass at a time.
struct Gate<'a> {
    mutes: &'a Mutes,
    subscribed: &'a Subscribed,
    /// What holds the subscription's mails.
    held: Option<Held>,
    letter_at: Option<Timestamp>,
    /// Since when the first that is to be told waits.
    first: Option<Timestamp>,
    now: Timestamp,
}

impl Gate<'_> {
    /// Nothing passes a mute. A crisis passes what keeps the number of mails down, and quiet time where the
    /// subscriber says so; it waits only for what comes with it.
    fn lets(&self, signal: &Raised) -> bool {
        let Self { subscribed, now, .. } = *self;
        let is_crisis = signal.severity == Severity::Crisis;
        if self.mutes.of_query(&subscribed.subscription.id, &signal.query).is_some() {
            return false;
        }
        let passes = |why: &HeldFor| match why {
            HeldFor::Quiet | HeldFor::Away => is_crisis && subscribed.crisis_passes,
            HeldFor::Day { .. } | HeldFor::Hour { .. } => is_crisis,
        };
        if self.held.as_ref().is_some_and(|held| !held.why.iter().all(passes)) {
            return false;
        }
        let last = self.letter_at.filter(|_| !is_crisis);
        self.first.is_none_or(|first| subscribed.group.leaves_at(first, last, now) <= now)
    }
}

impl News {
    fn new(signal: &Raised, entry: u64, occasion: Occasion) -> Self {
        let told = ToldSignal { signal: signal.id, entry, severity: signal.severity };
        Self { told, signal: signal.clone(), occasion }
    }
}

/// Writes to each recipient what they were not told by another subscription.
fn deliveries(
    ledger: &Ledger,
    config: &Config,
    subscribed: &Subscribed,
    addressees: &Addressees,
    news: &[News],
    now: Timestamp,
) -> Result<Vec<(NewDelivery, Vec<ToldSignal>)>> {
    let mut deliveries = Vec::new();
    if news.is_empty() {
        return Ok(deliveries);
    }
    let subscription = &subscribed.subscription;
    for addressee in addressees.told() {
        let known = ledger.warned(addressee.mailbox.address())?;
        let is_new = |one: &&News| {
            let entry = known.get(&one.told.signal);
            one.occasion == Occasion::Lasts || entry.is_none_or(|entry| *entry < one.told.entry)
        };
        let (mut told, mut shown) = (Vec::new(), Vec::new());
        for one in news.iter().filter(is_new) {
            told.push(one.told);
            shown.extend(signal_news(one));
        }
        if shown.is_empty() {
            continue;
        }
        let letter = SignalLetter {
            news: &shown,
            at: now,
            subscription: &subscription.id,
            locale: subscription.locale,
            zone: subscription.zone,
        };
        let (sender, to) = (&config.mail.sender, &addressee.mailbox);
        let links = addressees.links(addressee);
        let letter = alert::signal_letter(&letter, sender, to, links.as_ref());
        let delivery = NewDelivery {
            recipient: letter.to.to_string(),
            channel: Channel::Mail,
            message_id: letter.message_id.clone(),
            payload: serde_json::to_string(&letter)?,
        };
        deliveries.push((delivery, told));
    }
    Ok(deliveries)
}

/// `None`, and logged, where the evidence is another version's.
fn signal_news(one: &News) -> Option<SignalNews> {
    let signal = &one.signal;
    let evidence: Evidence = match serde_json::from_str(&signal.evidence) {
        Ok(evidence) => evidence,
        Err(error) => {
            error!(signal = %signal.id, "its evidence can't be read: {error}");
            return None;
        }
    };
    Some(SignalNews {
        signal: signal.id,
        evidence,
        severity: signal.severity,
        occasion: one.occasion,
        opened: signal.opened,
        acknowledged: signal.acknowledged.clone(),
    })
}
