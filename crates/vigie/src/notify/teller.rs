//! What endpoints were not told yet: how far each was told, what waits for it, and what it missed of crises.

use std::collections::HashMap;

use anyhow::Result;
use chrono::TimeDelta;
use model::{Cursor, EndpointId, EventKind, QueryName, Severity, SignalId, SourceId, Timestamp};
use serde_json::{Value, json};
use store::{Enqueued, Followed, Fresh, FreshEvent, Ledger, NewDispatches, Raised, Waiting};
use tracing::{error, warn};

use super::compose::{Composer, crises, dispatches};
use crate::config::{Config, Endpoint, Form};
use crate::mutes::Mutes;
use crate::pipeline::{is_of_ledger, source_names};
use crate::withheld::Plan;

/// How many hits, and how many events, are looked at a time.
pub(super) const BATCH: usize = 200;
/// How many batches one endpoint is told before the others have their turn.
const BATCHES_MAX: usize = 10;
/// What may wait for one endpoint; the rest waits in the log, where it is anyway.
pub(super) const QUEUE_MAX: usize = 10_000;
/// How long an event waits for its mention's tone and story to be read.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);
/// How often it is kept up to where an endpoint had nothing to be told of.
const KEEP_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Turns news into dispatches.
#[derive(Debug, Default)]
pub(crate) struct Teller {
    looked: HashMap<EndpointId, Looked>,
}

/// Where there was nothing for an endpoint: after `told` and up to `upto`.
#[derive(Debug, Clone, Copy)]
struct Looked {
    told: Cursor,
    upto: Cursor,
    kept: Timestamp,
}

/// What came of one look.
enum Look {
    /// There may be more.
    Full,
    Done,
}

impl Teller {
    /// Tells each endpoint some of what it was not told yet. One that fails is logged, and stands in nobody's
    /// way. Returns whether there is more to tell.
    pub(crate) fn tell_due(
        &mut self,
        ledger: &mut Ledger,
        config: &Config,
        now: Timestamp,
    ) -> Result<bool> {
        let mut is_full = false;
        let mut names = None;
        let mutes = Mutes::of(ledger, now)?;
        let told = |endpoint: &&Endpoint| mutes.of_endpoint(&endpoint.id).is_none();
        for endpoint in config.endpoints.iter().filter(told) {
            match self.tell(ledger, (config, &mutes), endpoint, &mut names, now) {
                Ok(Look::Full) => is_full = true,
                Ok(Look::Done) => {}
                Err(error) if is_of_ledger(&error) => return Err(error),
                Err(error) => error!(endpoint = %endpoint.id, "failed to tell: {error:#}"),
            }
        }
        Ok(is_full)
    }

    fn tell(
        &mut self,
        ledger: &mut Ledger,
        (config, mutes): (&Config, &Mutes),
        endpoint: &Endpoint,
        names: &mut Option<HashMap<SourceId, String>>,
        now: Timestamp,
    ) -> Result<Look> {
        for _ in 0..BATCHES_MAX {
            let Some((told, waiting)) = ledger.queue(&endpoint.id, QUEUE_MAX)? else {
                return Ok(Look::Done);
            };
            if waiting >= QUEUE_MAX {
                return Ok(Look::Done);
            }
            let plan = Plan::of_endpoint(ledger, config, endpoint, told, mutes)?;
            if plan.waiting != Waiting::default() {
                let names = named(names, ledger)?;
                let composer = Composer { ledger, config, endpoint, names };
                let dispatches = composer.released(&plan, told, now)?;
                let released = NewDispatches {
                    endpoint: endpoint.id.clone(),
                    from: told,
                    upto: told,
                    dispatches,
                    waiting: plan.waiting,
                };
                ledger.tell(&released, now)?;
                // What was passed by because it had to wait is looked at again.
                self.looked.remove(&released.endpoint);
                continue;
            }
            let looked = self.looked.get(&endpoint.id).filter(|looked| looked.told == told);
            let after = looked.map_or(told, |looked| looked.upto);
            let mut fresh = fresh(ledger, config, endpoint, after, now)?;
            fresh.hits.retain(|hit| !plan.withholds(&hit.query));
            let (missed, late) = self::missed(ledger, (config, mutes), endpoint, &mut fresh)?;
            if fresh.hits.is_empty() && fresh.events.is_empty() && missed.is_empty() {
                self.pass(ledger, endpoint, told, &fresh, now)?;
                if fresh.is_full {
                    continue;
                }
                return Ok(Look::Done);
            }
            if !is_ripe(endpoint, &fresh, now) {
                return Ok(Look::Done);
            }
            let names = named(names, ledger)?;
            let events = Composer { ledger, config, endpoint, names }.events(&fresh)?;
            let dispatches = dispatches(ledger, endpoint, &events, told, fresh.upto)?;
            let mut crises = crises(endpoint, &events);
            crises.extend(late);
            let waiting = Waiting { crises, missed, ..Waiting::default() };
            let endpoint = endpoint.id.clone();
            let told =
                NewDispatches { endpoint, from: told, upto: fresh.upto, dispatches, waiting };
            if ledger.tell(&told, now)? == Enqueued::AlreadyTold {
                warn!(endpoint = %told.endpoint, "was told by another process");
            }
            if !fresh.is_full {
                return Ok(Look::Done);
            }
        }
        Ok(Look::Full)
    }

    /// Remembers where there was nothing, and now and then keeps it: what is followed later than that was is
    /// not told.
    fn pass(
        &mut self,
        ledger: &mut Ledger,
        endpoint: &Endpoint,
        told: Cursor,
        fresh: &Fresh,
        now: Timestamp,
    ) -> Result<()> {
        let upto = fresh.upto;
        let last = self.looked.get(&endpoint.id);
        let kept = last.filter(|last| last.told == told).map_or(now, |last| last.kept);
        if upto != told && now - kept >= KEEP_EVERY {
            let endpoint = endpoint.id.clone();
            let (dispatches, waiting) = (Vec::new(), Waiting::default());
            let moved = NewDispatches { endpoint, from: told, upto, dispatches, waiting };
            ledger.tell(&moved, now)?;
            self.looked.remove(&moved.endpoint);
        } else {
            self.looked.insert(endpoint.id.clone(), Looked { told, upto, kept });
        }
        Ok(())
    }
}

/// Reads what the sources are called, once.
fn named<'n>(
    names: &'n mut Option<HashMap<SourceId, String>>,
    ledger: &Ledger,
) -> Result<&'n HashMap<SourceId, String>> {
    Ok(match names {
        Some(names) => names,
        none => none.insert(source_names(ledger)?),
    })
}

fn fresh(
    ledger: &Ledger,
    config: &Config,
    endpoint: &Endpoint,
    after: Cursor,
    now: Timestamp,
) -> Result<Fresh> {
    let queries = endpoint.queries(config);
    // Who asks for a tone waits until it is read.
    let patience = endpoint.tones.is_none().then_some(PATIENCE);
    let followed = Followed { kinds: &endpoint.kinds, queries: &queries, patience };
    let mut fresh = ledger.fresh(after, followed, BATCH, now)?;
    fresh.events.retain(|event| endpoint.severities.contains(&severity(event)));
    Ok(fresh)
}

fn severity(event: &FreshEvent) -> Severity {
    match event.kind {
        EventKind::SignalOpened | EventKind::SignalGrew | EventKind::SignalEnded => {
            alert::severity_told(&event.data)
        }
        EventKind::MentionCreated
        | EventKind::StoryGrew
        | EventKind::SourceTroubled
        | EventKind::SourceRecovered
        | EventKind::DigestSent => Severity::Info,
    }
}

/// Leaves out what a chat room is not told of muted queries, and adds the crises of which it was not told while
/// their queries were muted, as they stand by now: over or not, each once. Returns the crises that are left out, and
/// those that are added.
fn missed(
    ledger: &Ledger,
    (config, mutes): (&Config, &Mutes),
    endpoint: &Endpoint,
    fresh: &mut Fresh,
) -> Result<(Vec<SignalId>, Vec<SignalId>)> {
    let is_room = matches!(endpoint.form, Form::Messages { .. });
    let is_muted =
        |query: &QueryName| is_room && mutes.of_endpoint_query(&endpoint.id, query).is_some();
    let mut missed = Vec::new();
    fresh.events.retain(|event| {
        let is_muted = event.query.as_ref().is_some_and(is_muted);
        let is_crisis = severity(event) == Severity::Crisis && event.kind != EventKind::SignalEnded;
        if is_muted && is_crisis {
            missed.extend(event.data["signal"].as_u64().map(SignalId));
        }
        !is_muted
    });
    let mut late = Vec::new();
    let is_turn =
        |kind: &EventKind| matches!(kind, EventKind::SignalOpened | EventKind::SignalGrew);
    if !endpoint.severities.contains(&Severity::Crisis) || !endpoint.kinds.iter().any(is_turn) {
        return Ok((missed, late));
    }
    let queries = endpoint.queries(config);
    for crisis in ledger.crises_missed(&endpoint.id)? {
        if is_muted(&crisis.query) || !queries.contains(&crisis.query) {
            continue;
        }
        late.push(crisis.id);
        // A turn that is new says how it stands.
        let is_told = |event: &FreshEvent| event.data["signal"].as_u64() == Some(crisis.id.0);
        if !fresh.events.iter().any(is_told) {
            fresh.events.push(missed_crisis(&crisis));
        }
    }
    Ok((missed, late))
}

fn missed_crisis(crisis: &Raised) -> FreshEvent {
    let kind = match crisis.ended {
        Some(_) => EventKind::SignalEnded,
        None => EventKind::SignalOpened,
    };
    let evidence: Value = serde_json::from_str(&crisis.evidence).unwrap_or_default();
    FreshEvent {
        key: format!("{kind}:{}", crisis.id),
        kind,
        at: crisis.ended.unwrap_or(crisis.opened),
        query: Some(crisis.query.clone()),
        story: None,
        data: json!({
            "signal": crisis.id.0,
            "severity": crisis.severity.as_str(),
            "evidence": evidence,
        }),
    }
}

/// Whether the wait for what belongs into the same message is over.
fn is_ripe(endpoint: &Endpoint, fresh: &Fresh, now: Timestamp) -> bool {
    let Form::Messages { wait, .. } = &endpoint.form else { return true };
    let hits = fresh.hits.iter().map(|hit| hit.found_at);
    let first = hits.chain(fresh.events.iter().map(|event| event.at)).min();
    fresh.is_full || first.is_none_or(|first| first + *wait <= now)
}
