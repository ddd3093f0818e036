//! The outbox: deliveries on their way, leased by one sender at a time. A sender that dies between
//! sending and settling makes a repeat, with the same message id.

use std::time::Duration;

use model::{Channel, DeliveryId, DeliveryState, Severity, SubscriptionId, Timestamp};
use rusqlite::{Connection, Row};

use crate::item::limit;
use crate::sending::{self, Sending};
use crate::{Ledger, LedgerError, event, recipient, sql};

/// How often one transaction looks for others in place of what has to wait.
const LOOKS_MAX: usize = 100;

/// A delivery to send now. It is the claimer's until the lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: DeliveryId,
    /// Whose it is: a subscription, or the endpoint that its notice is about.
    pub subscription: SubscriptionId,
    pub recipient: String,
    pub channel: Channel,
    pub message_id: String,
    pub payload: String,
    /// [`NewDelivery::severity`].
    pub severity: Option<Severity>,
    /// 1 for the first try.
    pub attempt: u32,
}

/// A delivery as people look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryStatus {
    pub id: DeliveryId,
    /// Whose it is: a subscription, or the endpoint that its notice is about.
    pub subscription: SubscriptionId,
    pub recipient: String,
    pub channel: Channel,
    pub state: DeliveryState,
    pub attempt: u32,
    /// Why the last try failed.
    pub reason: Option<String>,
}

/// What is to be sent to one recipient by one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    pub recipient: String,
    pub channel: Channel,
    /// Unique for ever: what a receiver tells a repeated delivery by.
    pub message_id: String,
    /// What the channel sends, in its own form.
    pub payload: String,
    /// How grave the gravest is that it tells; `None` where it tells nothing that was found: a question to its
    /// recipient, or a word to the owner.
    pub severity: Option<Severity>,
}

/// That somebody was written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailWritten {
    pub at: Timestamp,
    /// [`Delivery::subscription`].
    pub subscription: SubscriptionId,
    /// [`NewDelivery::severity`].
    pub severity: Option<Severity>,
}

/// What a delivery tells.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Of {
    /// By its number.
    Digest(i64),
    SignalLetter,
    /// Whether its recipient wants the mails.
    Question,
    /// A word to who owns it all.
    Notice,
}

impl Ledger {
    /// Leases up to `max` deliveries that are due, or whose sender's lease ran out, the longest due
    /// first. What `waits` says until when are due again then, and lose no try; where very many wait, others come
    /// the next time.
    pub fn claim_deliveries(
        &mut self,
        now: Timestamp,
        max: usize,
        lease: Duration,
        waits: impl Fn(&Delivery) -> Option<Timestamp>,
    ) -> Result<Vec<Delivery>, LedgerError> {
        self.write(|tx| {
            let mut claimed = Vec::new();
            for _ in 0..LOOKS_MAX {
                let due: Vec<i64> = tx
                    .prepare_cached(
                        "SELECT id FROM delivery WHERE state IN ('due', 'leased') AND at <= ?1
                         ORDER BY at, id LIMIT ?2",
                    )?
                    .query_map((now.timestamp_millis(), limit(max - claimed.len())), |row| {
                        row.get(0)
                    })?
                    .collect::<rusqlite::Result<_>>()?;
                if due.is_empty() {
                    break;
                }
                for id in due {
                    let delivery = lease_delivery(tx, id, sql::later(now, lease))?;
                    match waits(&delivery).filter(|until| *until > now) {
                        Some(until) => sending::put_back(tx, Sending::Delivery, id, until)?,
                        None => claimed.push(delivery),
                    }
                }
                // A lease of no time is due at once.
                if lease.is_zero() {
                    break;
                }
            }
            Ok(claimed)
        })
    }

    /// Records how a leased delivery went; `failure` says why it is to be tried again. What was sent stays
    /// sent, and loses its payload.
    pub fn settle(
        &mut self,
        id: DeliveryId,
        state: &DeliveryState,
        failure: Option<&str>,
    ) -> Result<(), LedgerError> {
        self.write(|tx| settle(tx, id.0.cast_signed(), state, failure))
    }

    /// Records that a leased delivery will not arrive, and writes to the owner, unless that was written already.
    /// `refused` is the address, where the mail server knows none such: it is written to no more, for any
    /// subscription.
    pub fn give_up(
        &mut self,
        id: DeliveryId,
        state: &DeliveryState,
        (failure, refused): (&str, Option<&str>),
        notice: Option<&NewDelivery>,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            settle(tx, id.0.cast_signed(), state, Some(failure))?;
            let is_new = match refused {
                Some(address) => recipient::refuse(tx, address, failure, now)? > 0,
                None => true,
            };
            if let Some(notice) = notice.filter(|_| is_new) {
                put(tx, Of::Notice, &SubscriptionId::new("owner"), notice, now)?;
            }
            Ok(())
        })
    }

    /// Notes that a delivery which is due again failed because no mail could leave at all.
    pub fn note_server_away(&mut self, id: DeliveryId) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE delivery SET waits_for_server = 1 WHERE id = ?1 AND state = 'due'",
            )?
            .execute([id.0.cast_signed()])?;
            Ok(())
        })
    }

    /// Makes due what waits only because no mail could leave: one has. Returns how many those are.
    pub fn note_server_back(&mut self, now: Timestamp) -> Result<usize, LedgerError> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE delivery SET at = min(at, ?1), waits_for_server = 0
                 WHERE waits_for_server = 1 AND state = 'due'",
            )?
            .execute([now.timestamp_millis()])
        })
    }

    /// Returns the mails for an address that were written from a time on, the oldest first, those left out that
    /// were given up.
    pub fn mails_since(
        &self,
        address: &str,
        since: Timestamp,
    ) -> Result<Vec<MailWritten>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT created_at, subscription, severity FROM delivery
                 WHERE address = ?1 AND created_at >= ?2 AND channel = 'mail' AND state <> 'dead'
                 ORDER BY created_at",
            )?
            .query_map((address.to_ascii_lowercase(), since.timestamp_millis()), |row| {
                Ok(MailWritten {
                    at: sql::time(row, 0)?,
                    subscription: SubscriptionId::new(row.get::<_, String>(1)?),
                    severity: severity(row, 2)?,
                })
            })?
            .collect()
        })
    }

    /// Gives leased deliveries back untried, to be due at another time.
    pub fn put_back(&mut self, ids: &[DeliveryId], at: Timestamp) -> Result<(), LedgerError> {
        self.write(|tx| {
            for id in ids {
                sending::put_back(tx, Sending::Delivery, id.0.cast_signed(), at)?;
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
            sending::revive(tx, Sending::Delivery, id.0.cast_signed(), now)
        })
    }

    /// Returns the newest deliveries; only those of a state (`due`, `leased`, `sent`, `dead`) if it is named.
    pub fn deliveries(
        &self,
        state: Option<&str>,
        max: usize,
    ) -> Result<Vec<DeliveryStatus>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT id, subscription, recipient, channel, state, at, attempt, reason FROM delivery
                 WHERE ?1 IS NULL OR state = ?1 ORDER BY id DESC LIMIT ?2",
            )?
            .query_map((state, limit(max)), |row| {
                Ok(DeliveryStatus {
                    id: DeliveryId(sql::unsigned(row, 0)?),
                    subscription: SubscriptionId::new(row.get::<_, String>(1)?),
                    recipient: row.get(2)?,
                    channel: sql::parsed(row, 3, channel)?,
                    state: sending::state(row, 4)?,
                    attempt: row.get(6)?,
                    reason: row.get(7)?,
                })
            })?
            .collect()
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

/// Puts a delivery into the outbox, due at once, unless its recipient has left, or a letter of signals of
/// this name was written before. Returns whether it was.
pub(crate) fn put(
    tx: &Connection,
    of: Of,
    subscription: &SubscriptionId,
    delivery: &NewDelivery,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    if recipient::has_left(tx, subscription, &delivery.recipient)? {
        return Ok(false);
    }
    let digest = match of {
        Of::Digest(number) => Some(number),
        Of::SignalLetter | Of::Question | Of::Notice => None,
    };
    // The same turn of the same signal is the same letter, and so is the same word to the owner; all else of one name
    // is a mistake.
    let again = match of {
        Of::SignalLetter | Of::Notice => "ON CONFLICT (message_id) DO NOTHING",
        Of::Digest(_) | Of::Question => "",
    };
    let put = tx
        .prepare_cached(&format!(
            "INSERT INTO delivery
                 (subscription, digest, recipient, channel, message_id, payload, state, at, attempt,
                  address, created_at, severity)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'due', ?7, 0, ?8, ?7, ?9) {again}"
        ))?
        .execute((
            subscription.as_str(),
            digest,
            &delivery.recipient,
            delivery.channel.as_str(),
            &delivery.message_id,
            &delivery.payload,
            now.timestamp_millis(),
            recipient::address(&delivery.recipient),
            delivery.severity.map(Severity::as_str),
        ))?;
    Ok(put == 1)
}

fn lease_delivery(tx: &Connection, id: i64, until: i64) -> rusqlite::Result<Delivery> {
    tx.prepare_cached(
        "UPDATE delivery SET state = 'leased', at = ?2, attempt = attempt + 1, waits_for_server = 0
         WHERE id = ?1
         RETURNING id, subscription, recipient, channel, message_id, payload, severity, attempt",
    )?
    .query_row((id, until), |row| {
        Ok(Delivery {
            id: DeliveryId(sql::unsigned(row, 0)?),
            subscription: SubscriptionId::new(row.get::<_, String>(1)?),
            recipient: row.get(2)?,
            channel: sql::parsed(row, 3, channel)?,
            message_id: row.get(4)?,
            payload: row.get(5)?,
            severity: severity(row, 6)?,
            attempt: row.get(7)?,
        })
    })
}

fn severity(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Severity>> {
    let word: Option<String> = row.get(column)?;
    Ok(word.and_then(|word| word.parse().ok()))
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
    sending::settle(tx, Sending::Delivery, id, state, failure)?;
    match state {
        DeliveryState::Sent { at } | DeliveryState::Dead { at, .. } => {
            event::note_digest(tx, id, *at)
        }
        DeliveryState::Due { .. } | DeliveryState::Leased { .. } => Ok(()),
    }
}
