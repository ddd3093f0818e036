//! Letters of signals. Each subscription follows the log of what happened to signals: what opens or grows is
//! told once, together with what comes at the same time; what has to wait is told as it stands by then.

#[cfg(test)]
mod tests;
mod verdict;

use std::collections::BTreeSet;

use alert::{Evidence, Group, Occasion, SignalLetter, SignalNews};
use anyhow::Result;
use model::{Cadence, Held, HeldFor, QueryName, Severity, SignalId, Timestamp};
use store::{
    Enqueued, Heard, Ledger, NewDelivery, NewSignalLetter, Raised, SignalsWanted, ToldSignal,
    Untold,
};
use tracing::{error, warn};

use self::verdict::occasion;
use crate::addressee::{self, Addressees};
use crate::config::{Config, Subscribed};
use crate::hold::{self, Spending};
use crate::mutes::Mutes;
use crate::pipeline::is_of_ledger;

/// How many signals one letter tells, the gravest first; the next one tells of the others.
const SIGNALS_MAX: usize = 200;

/// Writes what subscriptions are to be told of signals by now. One that fails is logged, and stands in
/// nobody's way.
pub(crate) fn tell_due(ledger: &mut Ledger, config: &Config, now: Timestamp) -> Result<()> {
    for subscribed in &config.subscriptions {
        match tell(ledger, config, subscribed, now) {
            Err(error) if !is_of_ledger(&error) => {
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
    let Some(listener) = ledger.listener(id)? else { return Ok(()) };
    let lasting = lasting(ledger, subscribed, now)?;
    if lasting.is_empty() && listener.last == listener.told {
        return Ok(());
    }
    let addressees = Addressees::of(ledger, config, subscription, now)?;
    let gate = Gate {
        mutes: &Mutes::of(ledger, now)?,
        subscribed,
        held: Spending::of_signals(ledger, config, subscribed, &addressees, now)?.holds(subscribed),
        is_quiet: subscribed.quiet.held(now).is_some(),
    };
    let severities: Vec<Severity> = subscribed.severities.iter().copied().collect();
    let open_queries: Vec<QueryName> =
        queries.iter().filter(|query| gate.lets_query(query)).cloned().collect();
    let mut open_severities = severities.clone();
    open_severities.retain(|severity| gate.lets_severity(*severity));
    let wanted = SignalsWanted {
        queries,
        severities: &severities,
        open_queries: &open_queries,
        open_severities: &open_severities,
    };
    let untold = ledger.untold_signals(id, listener.told, &wanted, SIGNALS_MAX)?;
    let fresh = Fresh::of(&untold.signals, &subscribed.severities);
    let departure = Departure::of(&fresh, subscribed.group, listener.letter_at, now);
    let (mut waits, mut news) = (untold.waits, Vec::new());
    for (one, why) in fresh.news {
        if departure.takes(one.signal.severity) {
            news.push(News::new(&one.signal, one.entry, why));
        } else {
            waits = Some(waits.unwrap_or(one.first).min(one.first));
        }
    }
    for (signal, heard) in &lasting {
        let is_told = news.iter().any(|one| one.signal.id == signal.id);
        if !is_told && gate.lets(signal) && departure.takes(signal.severity) {
            news.push(News::new(signal, heard.entry, Occasion::Lasts));
        }
    }
    let upto = waits.map_or(listener.last, |first| first - 1).max(listener.told);
    if news.is_empty() && fresh.passed.is_empty() && upto == listener.told {
        return Ok(());
    }
    news.sort_by_key(|one| std::cmp::Reverse(one.signal.severity));
    let letter = NewSignalLetter {
        subscription: id.clone(),
        revision: listener.revision,
        upto,
        told: news.iter().map(|one| one.told).collect(),
        passed: fresh.passed,
        deliveries: deliveries(ledger, config, subscribed, &addressees, &news, now)?,
    };
    if ledger.tell_signals(&letter, now)? == Enqueued::AlreadyTold {
        warn!(subscription = %id, "was told by another process");
    }
    Ok(())
}

/// What may be told, split by whether it is worth a letter.
struct Fresh<'a> {
    news: Vec<(&'a Untold, Occasion)>,
    passed: Vec<(SignalId, u64)>,
}

impl<'a> Fresh<'a> {
    fn of(untold: &'a [Untold], severities: &BTreeSet<Severity>) -> Self {
        let mut fresh = Self { news: Vec::new(), passed: Vec::new() };
        for one in untold {
            match occasion(one, severities) {
                Some(why) => fresh.news.push((one, why)),
                None => fresh.passed.push((one.signal.id, one.entry)),
            }
        }
        fresh
    }
}

/// Whose time has come: what leaves, leaves together. A crisis waits only for what comes with it, not for the
/// pause between two letters, nor does it go at once because a warning has waited for that.
struct Departure {
    of_all: bool,
    of_crises: bool,
}

impl Departure {
    fn of(fresh: &Fresh<'_>, group: Group, last: Option<Timestamp>, now: Timestamp) -> Self {
        let is_time = |least: Severity, last| {
            let graver = fresh.news.iter().filter(|(one, _)| one.signal.severity >= least);
            let first = graver.map(|(one, _)| one.since).min();
            first.is_none_or(|first| group.leaves_at(first, last, now) <= now)
        };
        Self { of_all: is_time(Severity::Info, last), of_crises: is_time(Severity::Crisis, None) }
    }

    fn takes(&self, severity: Severity) -> bool {
        self.of_all || self.of_crises && severity == Severity::Crisis
    }
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
    /// What holds the subscription's letters of signals.
    held: Option<Held>,
    /// Whether it is quiet time now: else that only says until when what waits will wait.
    is_quiet: bool,
}

impl Gate<'_> {
    fn lets(&self, signal: &Raised) -> bool {
        self.lets_query(&signal.query) && self.lets_severity(signal.severity)
    }

    /// Nothing passes a mute.
    fn lets_query(&self, query: &QueryName) -> bool {
        self.mutes.of_query(&self.subscribed.subscription.id, query).is_none()
    }

    fn lets_severity(&self, severity: Severity) -> bool {
        let passes = |why: &HeldFor| {
            let is_to_come = matches!(why, HeldFor::Quiet | HeldFor::Away) && !self.is_quiet;
            is_to_come || hold::passes(self.subscribed, severity, *why)
        };
        self.held.as_ref().is_none_or(|held| held.why.iter().all(passes))
    }
}

impl News {
    fn new(signal: &Raised, entry: u64, occasion: Occasion) -> Self {
        let told = ToldSignal { signal: signal.id, entry, severity: signal.severity };
        Self { told, signal: signal.clone(), occasion }
    }
}

/// Writes to each recipient what they were not told by another subscription. Who knows of a signal is not told
/// that it is over, unless it was worse than they know.
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
    let signals: Vec<SignalId> = news.iter().map(|one| one.told.signal).collect();
    for addressee in addressees.told() {
        let known = ledger.warned(addressee.mailbox.address(), &signals)?;
        let is_new = |one: &&News| match (one.occasion, known.get(&one.told.signal)) {
            (Occasion::Lasts, _) | (_, None) => true,
            (Occasion::Over, Some(known)) => known.severity < one.told.severity,
            (_, Some(known)) => known.entry < one.told.entry,
        };
        let (mut told, mut shown) = (Vec::new(), Vec::new());
        for one in news.iter().filter(is_new) {
            told.push(one.told);
            shown.extend(signal_news(ledger, subscribed, one)?);
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
        let gravest = shown.iter().map(|one| one.severity).max();
        deliveries.push((addressee::delivery(&letter, gravest)?, told));
    }
    Ok(deliveries)
}

/// `None`, and logged, where the evidence is another version's.
fn signal_news(ledger: &Ledger, subscribed: &Subscribed, one: &News) -> Result<Option<SignalNews>> {
    let signal = &one.signal;
    let evidence: Evidence = match serde_json::from_str(&signal.evidence) {
        Ok(evidence) => evidence,
        Err(error) => {
            error!(signal = %signal.id, "its evidence can't be read: {error}");
            return Ok(None);
        }
    };
    let is_crisis = signal.severity == Severity::Crisis;
    let began = if is_crisis { ledger.crisis_since(signal.id)? } else { None };
    let is_told_mentions = subscribed.subscription.cadence == Cadence::AsItHappens
        && subscribed.severities.contains(&Severity::Info);
    let lasts = signal.ended.is_none() && signal.acknowledged.is_none();
    Ok(Some(SignalNews {
        signal: signal.id,
        evidence,
        severity: signal.severity,
        occasion: one.occasion,
        opened: signal.opened,
        acknowledged: signal.acknowledged.clone(),
        was_crisis: began.zip(signal.ended).map(|(from, to)| [from, to]),
        holds_mentions: is_crisis && lasts && is_told_mentions,
    }))
}
