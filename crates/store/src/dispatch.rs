//! Dispatches on their way to endpoints: leased by one sender at a time, and by endpoint, so that none waits
//! for another's. A sender that dies between sending and settling makes a repeat, with the same id.

use std::time::Duration;

use model::{DeliveryState, DispatchId, EndpointHealth, EndpointId, SubscriptionId, Timestamp};
use rusqlite::{Connection, Row};

use crate::endpoint::{hurry, set_health, standing};
use crate::item::limit;
use crate::outbox::{self, NewDelivery, Of};
use crate::sending::{self, Sending};
use crate::{EndpointState, Ledger, LedgerError, heard, sql};

/// A dispatch to send now. It is the claimer's until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispatch {
    pub number: DispatchId,
    pub id: String,
    pub payload: String,
    /// 1 for the first try.
    pub attempt: u32,
}

/// How a leased dispatch went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settled {
    pub endpoint: EndpointId,
    pub number: DispatchId,
    pub state: DeliveryState,
    /// Why it is to be tried again.
    pub failure: Option<String>,
}

/// What follows from how a dispatch went for its endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upshot {
    pub health: EndpointHealth,
    /// A mail to who owns it all.
    pub notice: Option<NewDelivery>,
}

/// A dispatch as people look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispatchStatus {
    pub number: DispatchId,
    pub endpoint: EndpointId,
    pub id: String,
    pub about: String,
    pub state: DeliveryState,
    pub attempt: u32,
    pub created_at: Timestamp,
    /// Why the last try failed.
    pub reason: Option<String>,
}

impl Ledger {
    /// Leases up to `max` dispatches to an endpoint that are due, or whose sender's lease ran out, the longest
    /// due first. Of one that fails only one, and only once it is no longer left alone; of one that is
    /// switched off none.
    pub fn claim_dispatches(
        &mut self,
        endpoint: &EndpointId,
        max: usize,
        lease: Duration,
        now: Timestamp,
    ) -> Result<Vec<Dispatch>, LedgerError> {
        self.write(|tx| {
            let Some((number, state)) = standing(tx, endpoint)? else { return Ok(Vec::new()) };
            let max = match state.health {
                EndpointHealth::Well => max,
                EndpointHealth::Failing { until, .. } if until <= now => {
                    if is_under_way(tx, number, now)? { 0 } else { max.min(1) }
                }
                EndpointHealth::Failing { .. } | EndpointHealth::Off { .. } => 0,
            };
            if max == 0 {
                return Ok(Vec::new());
            }
            let due: Vec<i64> = tx
                .prepare_cached(
                    "SELECT number FROM dispatch
                     WHERE endpoint = ?1 AND state IN ('due', 'leased') AND at <= ?2
                     ORDER BY at, number LIMIT ?3",
                )?
                .query_map((number, now.timestamp_millis(), limit(max)), |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            due.into_iter()
                .map(|number| lease_dispatch(tx, number, sql::later(now, lease)))
                .collect()
        })
    }

    /// Records how leased dispatches went, and what follows for their endpoints, which `conclude` is asked
    /// within the transaction, for one after the other. Once an endpoint that failed is well again, what
    /// waited for its next try leaves at once.
    pub fn settle_dispatches(
        &mut self,
        settled: &[Settled],
        conclude: impl Fn(usize, &EndpointState) -> Upshot,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            for (nth, settled) in settled.iter().enumerate() {
                let Settled { number, state: sent, failure, .. } = settled;
                let number = number.0.cast_signed();
                let is_news =
                    sending::settle(tx, Sending::Dispatch, number, sent, failure.as_deref())?;
                let Some((endpoint, state)) = standing(tx, &settled.endpoint)? else { continue };
                if is_news && matches!(settled.state, DeliveryState::Sent { .. }) {
                    tx.prepare_cached("UPDATE endpoint SET sent = sent + 1 WHERE number = ?1")?
                        .execute([endpoint])?;
                }
                let Upshot { health, notice } = conclude(nth, &state);
                if health != state.health {
                    set_health(tx, endpoint, &health)?;
                    if health == EndpointHealth::Well {
                        hurry(tx, endpoint, now)?;
                    }
                }
                if let Some(notice) = notice {
                    let about = SubscriptionId::new(settled.endpoint.as_str());
                    outbox::put(tx, Of::Notice, &about, &notice, now)?;
                    tx.prepare_cached("UPDATE endpoint SET noticed_at = ?2 WHERE number = ?1")?
                        .execute((endpoint, now.timestamp_millis()))?;
                }
            }
            Ok(())
        })
    }

    /// Gives leased dispatches back untried, to be due at once.
    pub fn put_back_dispatches(
        &mut self,
        numbers: &[DispatchId],
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            for number in numbers {
                sending::put_back(tx, Sending::Dispatch, number.0.cast_signed(), now)?;
            }
            Ok(())
        })
    }

    /// Returns when the next dispatch can leave.
    pub fn next_dispatch_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                // One look into the index for each endpoint, however long its queue is.
                "SELECT min(max(coalesce(rests_until, 0),
                            (SELECT min(at) FROM dispatch
                             WHERE endpoint = e.number AND state IN ('due', 'leased'))))
                 FROM endpoint e WHERE retired_at IS NULL AND off_at IS NULL",
            )?
            .query_row((), |row| sql::optional_time(row, 0))
        })
    }

    /// Makes a dead dispatch due again, as if it had never been tried. Returns whether it was dead.
    pub fn revive_dispatch(
        &mut self,
        number: DispatchId,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        self.write(|tx| sending::revive(tx, Sending::Dispatch, number.0.cast_signed(), now))
    }

    /// Returns the newest dispatches, to one endpoint or to all; only those of a state (`due`, `leased`,
    /// `sent`, `dead`) if it is named.
    pub fn dispatches(
        &self,
        endpoint: Option<&EndpointId>,
        state: Option<&str>,
        max: usize,
    ) -> Result<Vec<DispatchStatus>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT d.number, e.id, d.id, d.about, d.state, d.at, d.attempt, d.reason,
                        d.created_at
                 FROM dispatch d JOIN endpoint e ON e.number = d.endpoint
                 WHERE (?1 IS NULL OR e.id = ?1) AND (?2 IS NULL OR d.state = ?2)
                 ORDER BY d.number DESC LIMIT ?3",
            )?
            .query_map((endpoint.map(EndpointId::as_str), state, limit(max)), |row| {
                Ok(DispatchStatus {
                    number: DispatchId(sql::unsigned(row, 0)?),
                    endpoint: EndpointId::new(row.get::<_, String>(1)?),
                    id: row.get(2)?,
                    about: row.get(3)?,
                    state: sending::state(row, 4)?,
                    attempt: row.get(6)?,
                    created_at: sql::time(row, 8)?,
                    reason: row.get(7)?,
                })
            })?
            .collect()
        })
    }

    /// Forgets up to `max` dispatches that were sent before a time, and as many events from before it that
    /// every endpoint was told of; and whom letters told of signals that ended before it. Returns how many.
    pub fn forget_told(&mut self, before: Timestamp, max: usize) -> Result<usize, LedgerError> {
        self.write(|tx| {
            let warned = heard::forget_warned(tx, before, max)?;
            let before = (before.timestamp_millis(), limit(max));
            let dispatches = tx.execute(
                "DELETE FROM dispatch WHERE number IN (
                     SELECT number FROM dispatch WHERE state = 'sent' AND at < ?1 LIMIT ?2)",
                before,
            )?;
            let events = tx.execute(
                "DELETE FROM event WHERE number IN (
                     SELECT number FROM event WHERE at < ?1 AND NOT EXISTS (
                         SELECT 1 FROM endpoint
                         WHERE retired_at IS NULL AND told_events < event.number) LIMIT ?2)",
                before,
            )?;
            Ok(dispatches + events + warned)
        })
    }
}

/// Whether anything is leased and its lease runs.
fn is_under_way(tx: &Connection, endpoint: i64, now: Timestamp) -> rusqlite::Result<bool> {
    tx.prepare_cached(
        "SELECT 1 FROM dispatch
         WHERE endpoint = ?1 AND state IN ('due', 'leased') AND state = 'leased' AND at > ?2",
    )?
    .exists((endpoint, now.timestamp_millis()))
}

fn lease_dispatch(tx: &Connection, number: i64, until: i64) -> rusqlite::Result<Dispatch> {
    tx.prepare_cached(
        "UPDATE dispatch SET state = 'leased', at = ?2, attempt = attempt + 1 WHERE number = ?1
         RETURNING number, id, payload, attempt",
    )?
    .query_row((number, until), |row: &Row<'_>| {
        Ok(Dispatch {
            number: DispatchId(sql::unsigned(row, 0)?),
            id: row.get(1)?,
            payload: row.get(2)?,
            attempt: row.get(3)?,
        })
    })
}
