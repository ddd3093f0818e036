//! The straight line from a feed to the mail, to be read from top to bottom. Each step takes `now`,
//! is bounded by a batch, and can be killed anywhere and run again; the steps meet only in the ledger.

use std::collections::HashMap;
use std::time::Duration;

use alert::{Fate, Letter, Mailbox, Mailer, SendError, Undelivered};
use anyhow::{Context, Result};
use index::Index;
use model::{DeliveryId, DeliveryState, Item, SourceId, Timestamp};
use query::{Matcher, Scratch};
use store::{Delivery, Due, Ledger, LedgerError};
use tracing::error;

use crate::addressee;
use crate::config::{Config, Subscribed};
use crate::crawler::{Crawler, VisitReport};
use crate::digest;
use crate::enrichment::Enricher;
use crate::flights::Landed;
use crate::hold;
use crate::signals::{Assessor, Looked};
use crate::{questions, warnings};

/// How many items one transaction or one commit of the index takes at most.
const ITEMS_MAX: usize = 1_000;
/// How many deliveries are leased at a time: few enough that a slow server does not keep new digests
/// waiting for long.
const DELIVERIES_MAX: usize = 10;
/// How long a mail server that takes nothing is left alone.
const SERVER_PAUSE: Duration = Duration::from_mins(1);
/// Longer than the deadlines of all deliveries that are leased at a time.
const DELIVERY_LEASE: Duration = Duration::from_hours(1);

/// Visits every source that is due, and tells each visit as it ends.
pub(crate) async fn crawl_due(
    crawler: &mut Crawler,
    now: Timestamp,
    mut tell: impl FnMut(&VisitReport),
) -> Result<()> {
    loop {
        crawler.start_due(now)?;
        match crawler.next_landed().await {
            Some(Landed::Arrived(arrived)) => tell(&crawler.record(arrived, now)?),
            Some(Landed::Late) => {}
            None => return Ok(()),
        }
    }
}

/// Indexes the next items of the log. Returns how many, 0 when the index is up to the ledger.
pub(crate) fn index_new(ledger: &Ledger, index: &mut Index) -> Result<usize> {
    let items = ledger.items_after(index.checkpoint(), ITEMS_MAX)?;
    let Some(last) = items.last() else { return Ok(0) };
    index.apply(&items, last.seq).context("failed to index new items")?;
    Ok(items.len())
}

/// Reads which stories the next items of the log tell, and how hits speak. Returns whether there was
/// anything to read.
pub(crate) fn enrich_new(
    ledger: &mut Ledger,
    enricher: &mut Enricher,
    now: Timestamp,
) -> Result<bool> {
    let compared = enricher.compare_new(ledger, now)?;
    let toned = enricher.read_tones(ledger)?;
    Ok(compared + toned > 0)
}

/// Finds what is unusual in what some of the queries found.
pub(crate) fn find_signals(
    ledger: &mut Ledger,
    assessor: &mut Assessor,
    config: &Config,
    now: Timestamp,
) -> Result<Looked> {
    assessor.assess_due(ledger, config, now)
}

/// Runs one batch of the archive through a query that is new or was edited, so that it has a past.
/// Returns whether there was one.
pub(crate) fn search_history(ledger: &mut Ledger, now: Timestamp) -> Result<bool> {
    let Some(run) = ledger.history_due()? else { return Ok(false) };
    let items = ledger.items_after(run.after, ITEMS_MAX)?;
    let upto = items.last().map_or(run.until, |item| item.seq.min(run.until));
    // Also for one query the matcher takes half the time of `Query::matches`, or less.
    let mut matcher = Matcher::new();
    if let Ok(query) = query::parse_expanded(&run.text) {
        matcher.insert(run.query.clone(), &query);
    } else {
        error!(query = %run.query, "can't be read, and has no past");
    }
    let mut scratch = Scratch::new();
    let mut finds = |item: &Item| matcher.find(item, &mut scratch).next().is_some();
    let found: Vec<_> = items
        .iter()
        .filter(|stored| stored.seq <= run.until && finds(&stored.item))
        .map(|stored| stored.id)
        .collect();
    ledger.record_history(&run, upto, &found, now)?;
    Ok(true)
}

/// Writes letters of signals and the digests that are due into the outbox. A subscription that fails is
/// logged, and stands in nobody's way.
pub(crate) fn compose_due(ledger: &mut Ledger, config: &Config, now: Timestamp) -> Result<()> {
    questions::ask_due(ledger, config, now)?;
    warnings::tell_due(ledger, config, now)?;
    schedule_new(ledger, &config.subscriptions, now)?;
    let due = ledger.due_subscriptions(now)?;
    // Until its history run is done, an edited query still has hits that it no longer finds.
    let unsettled = if due.is_empty() { Vec::new() } else { ledger.queries_in_history()? };
    for due in due {
        let subscribed = config.subscriptions.iter().find(|s| s.subscription.id == due.id);
        // Between a reload and its declaration the two may differ for a moment.
        let Some(subscribed) = subscribed else { continue };
        if subscribed.subscription.queries.iter().any(|query| unsettled.contains(query)) {
            continue;
        }
        match digest::compose(ledger, config, subscribed, &due, now) {
            Err(error) if !is_of_ledger(&error) => {
                error!(subscription = %due.id, "failed to compose a digest: {error:#}");
            }
            composed => composed?,
        }
    }
    Ok(())
}

/// Sends some of what is due, and returns whether there may be more. A delivery that fails is due again later,
/// or dead with its reason. If no letter can leave at all, those that were not tried wait without losing a try,
/// and those that were are due as soon as one leaves. What comes to leave in its reader's quiet time waits for its
/// end.
pub(crate) async fn deliver_due(
    ledger: &mut Ledger,
    config: &Config,
    mailer: &mut Mailer,
    now: Timestamp,
    mut tell: impl FnMut(&Delivered),
) -> Result<bool> {
    let waits = |delivery: &Delivery| hold::written(config, delivery, now);
    let claimed = ledger.claim_deliveries(now, DELIVERIES_MAX, DELIVERY_LEASE, waits)?;
    let mut may_be_more = claimed.len() == DELIVERIES_MAX;
    let (mut has_sent, mut is_away) = (false, false);
    for (nth, delivery) in claimed.iter().enumerate() {
        let delivered = deliver(mailer, delivery, now).await;
        settle(ledger, config, delivery, &delivered, now)?;
        tell(&delivered);
        has_sent |= delivered.failure.is_none();
        if matches!(delivered.failure, Some(SendError::Unreachable { .. })) {
            ledger.note_server_away(delivery.id)?;
            (may_be_more, is_away) = (false, true);
            let untried: Vec<DeliveryId> = claimed[nth + 1..].iter().map(|d| d.id).collect();
            ledger.put_back(&untried, now + SERVER_PAUSE)?;
            break;
        }
    }
    if has_sent && !is_away {
        ledger.note_server_back(now)?;
    }
    if !may_be_more {
        mailer.close().await;
    }
    Ok(may_be_more)
}

/// Whether another connection held the ledger for too long: the step can be tried again.
pub(crate) fn is_busy(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| matches!(cause.downcast_ref(), Some(LedgerError::Busy(_))))
}

/// Whether the ledger can't be written to for now, whoever tries.
pub(crate) fn is_of_ledger(error: &anyhow::Error) -> bool {
    let is_full = |cause: &LedgerError| matches!(cause, LedgerError::Full(_));
    is_busy(error) || error.chain().any(|cause| cause.downcast_ref().is_some_and(is_full))
}

/// How one delivery went.
pub(crate) struct Delivered {
    pub(crate) id: DeliveryId,
    pub(crate) subject: String,
    pub(crate) recipient: String,
    pub(crate) state: DeliveryState,
    /// Why it did not leave.
    pub(crate) failure: Option<SendError>,
}

/// Gives subscriptions that have no due time yet, or another cadence than before, their next one.
fn schedule_new(ledger: &mut Ledger, subscribed: &[Subscribed], now: Timestamp) -> Result<()> {
    for state in ledger.subscriptions()? {
        let subscribed = subscribed.iter().find(|s| s.subscription.id == state.id);
        let Some(Subscribed { schedule, .. }) = subscribed else { continue };
        let next = schedule.next_after(now);
        let in_step = match state.due {
            Due::Unscheduled => false,
            Due::AsItHappens => next.is_none(),
            // An overdue time stands: it is told now. A later one than the schedule's is stale.
            Due::At(at) => next.is_some_and(|next| at <= next),
        };
        if !in_step {
            ledger.schedule(&state.id, next)?;
        }
    }
    Ok(())
}

/// Returns what people call the sources.
pub(crate) fn source_names(ledger: &Ledger) -> Result<HashMap<SourceId, String>> {
    Ok(ledger.sources()?.into_iter().map(|source| (source.id, source.name)).collect())
}

/// Records how a delivery went. Who runs it is told of a mail that will not arrive; an address that leads to nobody is
/// written to no more.
fn settle(
    ledger: &mut Ledger,
    config: &Config,
    delivery: &Delivery,
    delivered: &Delivered,
    now: Timestamp,
) -> Result<()> {
    let failure = delivered.failure.as_ref().map(SendError::to_string);
    let (DeliveryState::Dead { reason, .. }, Ok(recipient)) =
        (&delivered.state, delivered.recipient.parse::<Mailbox>())
    else {
        return Ok(ledger.settle(delivery.id, &delivered.state, failure.as_deref())?);
    };
    let (reason, fate) = match &delivered.failure {
        Some(SendError::NoRecipient { reason }) => (reason, Fate::Refused),
        _ => (reason, Fate::GivenUp(delivery.id.0)),
    };
    let lost = Undelivered {
        recipient: &recipient,
        subject: &delivered.subject,
        subscription: &delivery.subscription,
        reason,
        fate,
    };
    let notice = alert::undelivered_notice(&lost, &config.mail.sender, now);
    let notice = notice.map(|notice| addressee::delivery(&notice, None)).transpose()?;
    let refused = (fate == Fate::Refused).then(|| recipient.address());
    let failure = (reason.as_str(), refused);
    Ok(ledger.give_up(delivery.id, &delivered.state, failure, notice.as_ref(), now)?)
}

async fn deliver(mailer: &mut Mailer, delivery: &Delivery, now: Timestamp) -> Delivered {
    let mut delivered = Delivered {
        id: delivery.id,
        subject: String::new(),
        recipient: delivery.recipient.clone(),
        state: DeliveryState::Sent { at: now },
        failure: None,
    };
    let letter: Letter = match serde_json::from_str(&delivery.payload) {
        Ok(letter) => letter,
        Err(error) => {
            let reason = format!("the outbox holds what is no letter: {error}");
            delivered.state = DeliveryState::Dead { at: now, reason };
            return delivered;
        }
    };
    if let Err(error) = mailer.send(&letter).await {
        delivered.state = alert::after_failure(delivery.attempt, &error, now);
        delivered.failure = Some(error);
    }
    delivered.subject = letter.subject;
    delivered
}
