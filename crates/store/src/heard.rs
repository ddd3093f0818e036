//! What subscriptions were told of signals by letters: each follows the log of what happened to signals, can
//! wait, and is told each turn once. Its cursor stops at the first signal that has to wait; `heard` says what was
//! told of those behind it, so that a crisis passes. `crisis_told` says the same of chat rooms.

use std::collections::HashMap;

use model::{EndpointId, QueryName, Severity, SignalId, SubscriptionId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::item::limit;
use crate::outbox::{self, NewDelivery, Of};
use crate::signal::{read_raised, severity};
use crate::{Enqueued, Ledger, LedgerError, Raised, Waiting, recipient, sql};

/// What a subscription was told of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// The last entry of the log that it was told of: it opened or grew.
    pub entry: u64,
    pub severity: Severity,
    pub at: Timestamp,
}

/// What one subscription is told of signals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSignalLetter {
    pub subscription: SubscriptionId,
    /// [`crate::Listener::revision`].
    pub revision: u64,
    /// Up to where nothing waits any more.
    pub upto: u64,
    /// None where the subscription only moves on.
    pub told: Vec<ToldSignal>,
    /// What is not worth a letter, though its subscription knows of the signal: with the last entry.
    pub passed: Vec<(SignalId, u64)>,
    /// To each recipient what is new for them.
    pub deliveries: Vec<(NewDelivery, Vec<ToldSignal>)>,
}

/// A signal as it was told: with the last entry of its log that says that it opened or grew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldSignal {
    pub signal: SignalId,
    pub entry: u64,
    pub severity: Severity,
}

/// That somebody has seen a signal, for the others who were told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    pub entry: u64,
    pub query: QueryName,
    pub at: Timestamp,
    pub person: String,
}

impl Ledger {
    /// Returns the signals that last, that nobody has acknowledged, and of which a subscription was last told
    /// before a time.
    pub fn lasting_signals(
        &self,
        subscription: &SubscriptionId,
        queries: &[QueryName],
        before: Timestamp,
    ) -> Result<Vec<(Raised, Heard)>, LedgerError> {
        let names = sql::list(queries.iter().map(QueryName::as_str));
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT ",
                crate::signal::raised!(),
                ", h.entry, h.severity, h.at
                 FROM heard h JOIN signal s ON s.id = h.signal JOIN query q ON q.number = s.query
                 WHERE h.subscription = ?1 AND h.at <= ?2
                   AND s.ended IS NULL AND s.acknowledged IS NULL AND q.retired_at IS NULL
                   AND q.name IN (SELECT value FROM json_each(?3))
                 ORDER BY h.at, s.id"
            ))?
            .query_map((subscription.as_str(), before.timestamp_millis(), &names), |row| {
                Ok((read_raised(row)?, heard(row, 13)?))
            })?
            .collect()
        })
    }

    /// Returns what an address was told of some signals, at last.
    pub fn warned(
        &self,
        address: &str,
        signals: &[SignalId],
    ) -> Result<HashMap<SignalId, ToldSignal>, LedgerError> {
        self.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT entry, severity FROM warned WHERE address = ?1 AND signal = ?2",
            )?;
            let address = address.to_ascii_lowercase();
            let mut warned = HashMap::new();
            for signal in signals {
                let told = select
                    .query_row((&address, signal.0.cast_signed()), |row| {
                        let (entry, severity) = (sql::unsigned(row, 0)?, severity(row, 1)?);
                        Ok(ToldSignal { signal: *signal, entry, severity })
                    })
                    .optional()?;
                warned.extend(told.map(|told| (*signal, told)));
            }
            Ok(warned)
        })
    }

    /// Writes letters of signals and moves the subscription on, unless it was told anything since it was
    /// looked at.
    pub fn tell_signals(
        &mut self,
        letter: &NewSignalLetter,
        now: Timestamp,
    ) -> Result<Enqueued, LedgerError> {
        self.write(|tx| {
            let subscription = letter.subscription.as_str();
            let moved = tx
                .prepare_cached(
                    "UPDATE listener SET told = max(told, ?3), revision = revision + 1,
                            letter_at = CASE WHEN ?4 THEN ?5 ELSE letter_at END
                     WHERE subscription = ?1 AND revision = ?2 AND EXISTS (
                         SELECT 1 FROM subscription WHERE id = ?1 AND retired_at IS NULL)",
                )?
                .execute((
                    subscription,
                    letter.revision.cast_signed(),
                    letter.upto.cast_signed(),
                    !letter.told.is_empty(),
                    now.timestamp_millis(),
                ))?;
            if moved == 0 {
                return Ok(Enqueued::AlreadyTold);
            }
            for told in &letter.told {
                hear(tx, subscription, *told, now)?;
            }
            for (signal, entry) in &letter.passed {
                tx.prepare_cached(
                    "UPDATE heard SET entry = max(entry, ?3) WHERE subscription = ?1 AND signal = ?2",
                )?
                .execute((subscription, signal.0.cast_signed(), entry.cast_signed()))?;
            }
            if !letter.deliveries.is_empty() {
                deliver(tx, letter, now)?;
            }
            Ok(Enqueued::Written)
        })
    }

    /// Returns since when a signal is, or was, a crisis.
    pub fn crisis_since(&self, signal: SignalId) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT min(at) FROM signal_event WHERE signal = ?1 AND severity = 'crisis'",
            )?
            .query_row([signal.0.cast_signed()], |row| sql::optional_time(row, 0))
        })
    }

    /// Returns the queries of which a subscription was told of a crisis that lasts, and that nobody has
    /// acknowledged since.
    pub fn crises_heard(
        &self,
        subscription: &SubscriptionId,
    ) -> Result<Vec<QueryName>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT DISTINCT q.name FROM heard h JOIN signal s ON s.id = h.signal
                 JOIN query q ON q.number = s.query
                 WHERE h.subscription = ?1 AND h.severity = 'crisis'
                   AND s.ended IS NULL AND s.acknowledged IS NULL",
            )?
            .query_map([subscription.as_str()], |row| Ok(QueryName::new(row.get::<_, String>(0)?)))?
            .collect()
        })
    }

    /// The same of an endpoint.
    pub fn crises_told(&self, endpoint: &EndpointId) -> Result<Vec<QueryName>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT DISTINCT q.name FROM endpoint e JOIN crisis_told t ON t.endpoint = e.number
                 JOIN signal s ON s.id = t.signal JOIN query q ON q.number = s.query
                 WHERE e.id = ?1 AND t.is_told AND s.ended IS NULL AND s.acknowledged IS NULL",
            )?
            .query_map([endpoint.as_str()], |row| Ok(QueryName::new(row.get::<_, String>(0)?)))?
            .collect()
        })
    }

    /// Returns the crises that an endpoint follows and was not told of, since their queries were muted; over or
    /// not.
    pub fn crises_missed(&self, endpoint: &EndpointId) -> Result<Vec<Raised>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT ",
                crate::signal::raised!(),
                " FROM endpoint e JOIN crisis_told t ON t.endpoint = e.number
                 JOIN signal s ON s.id = t.signal JOIN query q ON q.number = s.query
                 WHERE e.id = ?1 AND NOT t.is_told ORDER BY s.id"
            ))?
            .query_map([endpoint.as_str()], read_raised)?
            .collect()
        })
    }

    /// Returns who has acknowledged what a subscription was told of, since a digest last said so.
    pub fn acknowledgements(
        &self,
        subscription: &SubscriptionId,
        queries: &[QueryName],
    ) -> Result<Vec<Acknowledgement>, LedgerError> {
        let names = sql::list(queries.iter().map(QueryName::as_str));
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT e.number, q.name, e.at, s.acknowledged_by
                 FROM listener l JOIN signal_event e ON e.number > l.noted
                 JOIN signal s ON s.id = e.signal JOIN query q ON q.number = s.query
                 JOIN heard h ON h.signal = s.id AND h.subscription = l.subscription
                 WHERE l.subscription = ?1 AND e.what = 'acknowledged'
                   AND s.acknowledged_by IS NOT NULL
                   AND q.name IN (SELECT value FROM json_each(?2))
                 ORDER BY e.number",
            )?
            .query_map((subscription.as_str(), &names), |row| {
                Ok(Acknowledgement {
                    entry: sql::unsigned(row, 0)?,
                    query: QueryName::new(row.get::<_, String>(1)?),
                    at: sql::time(row, 2)?,
                    person: row.get(3)?,
                })
            })?
            .collect()
        })
    }
}

/// Lets a new or returned subscription hear of what happens from now on.
pub(crate) fn listen(tx: &Connection, subscription: &SubscriptionId) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO listener (subscription, told, noted)
         SELECT ?1, last, last FROM (SELECT coalesce(max(number), 0) AS last FROM signal_event)
         WHERE true
         ON CONFLICT (subscription) DO UPDATE
         SET told = excluded.told, noted = excluded.noted, revision = revision + 1",
    )?
    .execute([subscription.as_str()])?;
    for leftover in [
        "DELETE FROM heard WHERE subscription = ?1",
        "DELETE FROM withheld WHERE subscription = ?1",
    ] {
        tx.prepare_cached(leftover)?.execute([subscription.as_str()])?;
    }
    Ok(())
}

/// Notes of which crises an endpoint is told, and of which it is not for now.
pub(crate) fn tell_crises(
    tx: &Connection,
    endpoint: i64,
    waiting: &Waiting,
) -> rusqlite::Result<()> {
    let told = waiting.crises.iter().map(|crisis| (crisis, true));
    for (crisis, is_told) in told.chain(waiting.missed.iter().map(|crisis| (crisis, false))) {
        tx.prepare_cached(
            "INSERT INTO crisis_told (endpoint, signal, is_told)
             SELECT ?1, id, ?3 FROM signal WHERE id = ?2
             ON CONFLICT (endpoint, signal) DO UPDATE SET is_told = is_told OR excluded.is_told",
        )?
        .execute((endpoint, crisis.0.cast_signed(), is_told))?;
    }
    Ok(())
}

/// Notes that acknowledgements were said in a digest.
pub(crate) fn note_said(
    tx: &Connection,
    subscription: &SubscriptionId,
    upto: u64,
) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE listener SET noted = max(noted, ?2) WHERE subscription = ?1")?
        .execute((subscription.as_str(), upto.cast_signed()))?;
    Ok(())
}

pub(crate) fn heard(row: &Row<'_>, first: usize) -> rusqlite::Result<Heard> {
    Ok(Heard {
        entry: sql::unsigned(row, first)?,
        severity: severity(row, first + 1)?,
        at: sql::time(row, first + 2)?,
    })
}

/// Forgets up to `max` times that an address was told of a signal that ended before a time, once no
/// subscription may still tell of it. Returns how many.
pub(crate) fn forget_warned(
    tx: &Connection,
    before: Timestamp,
    max: usize,
) -> rusqlite::Result<usize> {
    tx.execute(
        "DELETE FROM warned WHERE (address, signal) IN (
             SELECT w.address, w.signal FROM warned w JOIN signal s ON s.id = w.signal
             WHERE s.ended < ?1 AND NOT EXISTS (
                 SELECT 1 FROM listener l JOIN subscription u ON u.id = l.subscription
                 WHERE u.retired_at IS NULL AND l.told < w.entry) LIMIT ?2)",
        (before.timestamp_millis(), limit(max)),
    )
}

fn hear(
    tx: &Connection,
    subscription: &str,
    told: ToldSignal,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO heard (subscription, signal, entry, severity, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (subscription, signal) DO UPDATE
         SET entry = max(entry, excluded.entry), severity = excluded.severity, at = excluded.at",
    )?
    .execute((
        subscription,
        told.signal.0.cast_signed(),
        told.entry.cast_signed(),
        told.severity.as_str(),
        now.timestamp_millis(),
    ))?;
    Ok(())
}

fn deliver(tx: &Connection, letter: &NewSignalLetter, now: Timestamp) -> rusqlite::Result<()> {
    for (delivery, told) in &letter.deliveries {
        if !outbox::put(tx, Of::SignalLetter, &letter.subscription, delivery, now)? {
            continue;
        }
        let address = recipient::address(&delivery.recipient);
        for told in told {
            tx.prepare_cached(
                "INSERT INTO warned (address, signal, entry, severity) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (address, signal) DO UPDATE
                 SET entry = max(entry, excluded.entry), severity = excluded.severity",
            )?
            .execute((
                &address,
                told.signal.0.cast_signed(),
                told.entry.cast_signed(),
                told.severity.as_str(),
            ))?;
        }
    }
    Ok(())
}
