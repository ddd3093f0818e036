//! Mutes: who is told nothing for a time, and who said so. What is found meanwhile waits.

use model::{EndpointId, QueryName, SubscriptionId, Timestamp};
use rusqlite::Row;

use crate::{Ledger, LedgerError, sql};

/// What is muted: what is of all that is named. One at least is; a subscription and an endpoint never
/// together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Muted {
    pub query: Option<QueryName>,
    pub subscription: Option<SubscriptionId>,
    pub endpoint: Option<EndpointId>,
}

/// A mute that is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mute {
    /// Never another's.
    pub number: u64,
    pub what: Muted,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Who said so, and why, in their words.
    pub person: String,
    pub why: String,
}

impl Ledger {
    /// Mutes from now on until a time, and returns the mute's number.
    pub fn mute(
        &mut self,
        what: &Muted,
        until: Timestamp,
        (person, why): (&str, &str),
        now: Timestamp,
    ) -> Result<u64, LedgerError> {
        self.write(|tx| {
            tx.prepare_cached(
                "INSERT INTO mute (query, subscription, endpoint, since, until, person, why)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                what.query.as_ref().map(QueryName::as_str),
                what.subscription.as_ref().map(SubscriptionId::as_str),
                what.endpoint.as_ref().map(EndpointId::as_str),
                now.timestamp_millis(),
                until.timestamp_millis(),
                person,
                why,
            ))?;
            Ok(tx.last_insert_rowid().cast_unsigned())
        })
    }

    /// Ends a mute before its time. Returns whether it was in force.
    pub fn unmute(&mut self, number: u64, now: Timestamp) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let lifted = tx
                .prepare_cached(
                    "UPDATE mute SET lifted_at = ?2
                     WHERE number = ?1 AND lifted_at IS NULL AND until > ?2",
                )?
                .execute((number.cast_signed(), now.timestamp_millis()))?;
            Ok(lifted == 1)
        })
    }

    /// Returns the mutes that are in force, the oldest first.
    pub fn mutes(&self, now: Timestamp) -> Result<Vec<Mute>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT number, query, subscription, endpoint, since, until, person, why FROM mute
                 WHERE lifted_at IS NULL AND until > ?1 ORDER BY number",
            )?
            .query_map([now.timestamp_millis()], mute)?
            .collect()
        })
    }
}

fn mute(row: &Row<'_>) -> rusqlite::Result<Mute> {
    Ok(Mute {
        number: sql::unsigned(row, 0)?,
        what: Muted {
            query: row.get::<_, Option<String>>(1)?.map(QueryName::new),
            subscription: row.get::<_, Option<String>>(2)?.map(SubscriptionId::new),
            endpoint: row.get::<_, Option<String>>(3)?.map(EndpointId::new),
        },
        since: sql::time(row, 4)?,
        until: sql::time(row, 5)?,
        person: row.get(6)?,
        why: row.get(7)?,
    })
}
