//! The outbox: deliveries on their way, leased by one sender at a time. A sender that dies between
//! sending and settling makes a repeat, with the same message id.

use std::time::Duration;

use model::{Channel, DeliveryId, DeliveryState, Timestamp};
use rusqlite::Connection;

use crate::item::limit;
use crate::{Ledger, LedgerError, recipient, sql};

/// A delivery to send now. It is the claimer's until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    pub recipient: String,
    pub channel: Channel,
    pub message_id: String,
    pub payload: String,
    /// 1 for the first try.
    pub attempt: u32,
}

impl Ledger {
    /// Leases up to `max` deliveries that are due, or whose sender's lease ran out, the longest due
    /// first.
    pub fn claim_deliveries(
        &mut self,
        now: Timestamp,
        max: usize,
        lease: Duration,
    ) -> Result<Vec<Delivery>, LedgerError> {
        self.write(|tx| {
            let due: Vec<i64> = tx
                .prepare_cached(
                    "SELECT id FROM delivery WHERE state IN ('due', 'leased') AND at <= ?1
                     ORDER BY at, id LIMIT ?2",
                )?
                .query_map((now.timestamp_millis(), limit(max)), |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            due.into_iter().map(|id| lease_delivery(tx, id, sql::later(now, lease))).collect()
        })
    }

    /// Records how a leased delivery went; `failure` says why it is to be tried again.
    ///
    /// What was sent stays sent, and its payload goes: the ledger keeps what was told, not each copy. A sender that lost its lease to another's try can still say that it
    /// was sent, and nothing else.
    pub fn settle(
        &mut self,
        id: DeliveryId,
        state: &DeliveryState,
        failure: Option<&str>,
    ) -> Result<(), LedgerError> {
        self.write(|tx| settle(tx, id.0.cast_signed(), state, failure))
    }

    /// Gives leased deliveries back untried, to be due at another time.
    pub fn put_back(&mut self, ids: &[DeliveryId], at: Timestamp) -> Result<(), LedgerError> {
        self.write(|tx| {
            for id in ids {
                tx.prepare_cached(
                    "UPDATE delivery SET state = 'due', at = ?2, attempt = attempt - 1
                     WHERE id = ?1 AND state = 'leased'",
                )?
                .execute((id.0.cast_signed(), at.timestamp_millis()))?;
            }
            Ok(())
        })
    }

    /// Makes a dead delivery due again, as if it had never been tried. Returns whether it was dead, and
    /// its recipient has not left.
    pub fn revive(&mut self, id: DeliveryId, now: Timestamp) -> Result<bool, LedgerError> {
        self.write(|tx| {
            if recipient::has_left_delivery(tx, id)? {
                return Ok(false);
            }
            let revived = tx
                .prepare_cached(
                    "UPDATE delivery SET state = 'due', at = ?2, attempt = 0, reason = NULL
                     WHERE id = ?1 AND state = 'dead'",
                )?
                .execute((id.0.cast_signed(), now.timestamp_millis()))?;
            Ok(revived == 1)
        })
    }

    /// Returns when the next delivery is due, or a lease runs out.
    pub fn next_delivery_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached("SELECT min(at) FROM delivery WHERE state IN ('due', 'leased')")?
                .query_row((), |row| sql::optional_time(row, 0))
        })
    }
}

fn lease_delivery(tx: &Connection, id: i64, until: i64) -> rusqlite::Result<Delivery> {
    tx.prepare_cached(
        "UPDATE delivery SET state = 'leased', at = ?2, attempt = attempt + 1 WHERE id = ?1
         RETURNING id, recipient, channel, message_id, payload, attempt",
    )?
    .query_row((id, until), |row| {
        Ok(Delivery {
            id: DeliveryId(sql::unsigned(row, 0)?),
            recipient: row.get(1)?,
            channel: sql::parsed(row, 2, channel)?,
            message_id: row.get(3)?,
            payload: row.get(4)?,
            attempt: row.get(5)?,
        })
    })
}

fn channel(word: &str) -> Option<Channel> {
    [Channel::Mail].into_iter().find(|channel| channel.as_str() == word)
}

fn settle(
    tx: &Connection,
    id: i64,
    state: &DeliveryState,
    failure: Option<&str>,
) -> rusqlite::Result<()> {
    match state {
        DeliveryState::Sent { at } => tx
            .prepare_cached(
                "UPDATE delivery SET state = 'sent', at = ?2, reason = NULL, payload = ''
                 WHERE id = ?1 AND state <> 'sent'",
            )?
            .execute((id, at.timestamp_millis()))?,
        DeliveryState::Due { at, attempt } => tx
            .prepare_cached(
                "UPDATE delivery SET state = 'due', at = ?2, attempt = ?3, reason = ?4
                 WHERE id = ?1 AND state = 'leased' AND attempt <= ?3",
            )?
            .execute((id, at.timestamp_millis(), attempt, failure))?,
        DeliveryState::Leased { until, attempt } => tx
            .prepare_cached(
                "UPDATE delivery SET at = ?2
                 WHERE id = ?1 AND state = 'leased' AND attempt = ?3",
            )?
            .execute((id, until.timestamp_millis(), attempt))?,
        DeliveryState::Dead { at, reason } => tx
            .prepare_cached(
                "UPDATE delivery SET state = 'dead', at = ?2, reason = ?3
                 WHERE id = ?1 AND state = 'leased'",
            )?
            .execute((id, at.timestamp_millis(), reason))?,
    };
    Ok(())
}
