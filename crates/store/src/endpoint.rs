//! Endpoints: programs and chat rooms that are told of events, how they take it, and up to where each was
//! told.

use model::{Cursor, EndpointHealth, EndpointId, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::sending::{self, Sending};
use crate::{Ledger, LedgerError, OutboxCounts, sql};

/// A declared endpoint and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointState {
    pub id: EndpointId,
    pub health: EndpointHealth,
    pub told: Cursor,
    /// When its owner was last told that it fails.
    pub noticed: Option<Timestamp>,
    /// What is on its way there; of what was sent, all that ever was.
    pub dispatches: OutboxCounts,
    /// When the dispatch that waits for longest was due.
    pub oldest_due: Option<Timestamp>,
}

impl Ledger {
    /// Replaces the endpoints that the former configuration declared: each with what tells whether it leads
    /// elsewhere than before, in no readable form. One that does is tried afresh. A new or returned endpoint
    /// is told nothing that was found before now. What waits for one that is gone is given up; returns which
    /// these are, and how much that was.
    pub fn declare_endpoints(
        &mut self,
        endpoints: &[(EndpointId, String)],
        now: Timestamp,
    ) -> Result<Vec<(EndpointId, u64)>, LedgerError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE endpoint SET retired_at = ?2
                 WHERE retired_at IS NULL AND id NOT IN (SELECT value FROM json_each(?1))",
                (sql::list(endpoints.iter().map(|(id, _)| id.as_str())), now.timestamp_millis()),
            )?;
            let given_up = give_up(tx, now)?;
            endpoints.iter().try_for_each(|(id, target)| declare(tx, id, target))?;
            Ok(given_up)
        })
    }

    /// Returns the declared endpoints, by id.
    pub fn endpoints(&self) -> Result<Vec<EndpointState>, LedgerError> {
        self.read(|tx| {
            // What is asked of dispatches that wait repeats the condition of their index, `dispatch_due`:
            // only then is it used.
            tx.prepare_cached(
                "SELECT id, told_hits, told_events, failures, since, rests_until, reason, off_at,
                        noticed_at, sent,
                        (SELECT count(*) FROM dispatch d WHERE d.endpoint = e.number
                           AND d.state IN ('due', 'leased') AND d.state = 'due'),
                        (SELECT count(*) FROM dispatch d WHERE d.endpoint = e.number
                           AND d.state IN ('due', 'leased') AND d.state = 'leased'),
                        (SELECT count(*) FROM dispatch d WHERE d.endpoint = e.number AND d.state = 'dead'),
                        (SELECT min(at) FROM dispatch d WHERE d.endpoint = e.number
                           AND d.state IN ('due', 'leased') AND d.state = 'due')
                 FROM endpoint e WHERE retired_at IS NULL ORDER BY e.id",
            )?
            .query_map((), |row| {
                Ok(EndpointState {
                    dispatches: OutboxCounts {
                        sent: sql::unsigned(row, 9)?,
                        due: sql::unsigned(row, 10)?,
                        leased: sql::unsigned(row, 11)?,
                        dead: sql::unsigned(row, 12)?,
                    },
                    oldest_due: sql::optional_time(row, 13)?,
                    ..state(row)?
                })
            })?
            .collect()
        })
    }

    /// Returns up to where an endpoint was told, and how much waits for it, counted up to `max`; `None` where
    /// there is none of this id.
    pub fn queue(
        &self,
        endpoint: &EndpointId,
        max: usize,
    ) -> Result<Option<(Cursor, usize)>, LedgerError> {
        self.read(|tx| {
            let Some((number, state)) = standing(tx, endpoint)? else { return Ok(None) };
            let waiting: i64 = tx
                .prepare_cached(
                    "SELECT count(*) FROM (
                         SELECT 1 FROM dispatch
                         WHERE endpoint = ?1 AND state IN ('due', 'leased') LIMIT ?2)",
                )?
                .query_row((number, crate::item::limit(max)), |row| row.get(0))?;
            Ok(Some((state.told, usize::try_from(waiting).unwrap_or(0))))
        })
    }

    /// Returns the endpoints to which something can leave now.
    pub fn due_endpoints(&self, now: Timestamp) -> Result<Vec<EndpointId>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT id FROM endpoint e
                 WHERE retired_at IS NULL AND off_at IS NULL
                   AND coalesce(rests_until, 0) <= ?1
                   AND EXISTS (SELECT 1 FROM dispatch
                               WHERE endpoint = e.number AND state IN ('due', 'leased')
                                 AND at <= ?1)
                 ORDER BY id",
            )?
            .query_map([now.timestamp_millis()], |row| {
                Ok(EndpointId::new(row.get::<_, String>(0)?))
            })?
            .collect()
        })
    }

    /// Lets an endpoint that was switched off, or is left alone, be tried at once, with all that waits for
    /// it. Returns whether there is one of this id.
    pub fn resume(&mut self, endpoint: &EndpointId, now: Timestamp) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let known = tx
                .prepare_cached(
                    "UPDATE endpoint SET failures = 0, since = NULL, rests_until = NULL,
                            reason = NULL, off_at = NULL, noticed_at = NULL
                     WHERE id = ?1 AND retired_at IS NULL RETURNING number",
                )?
                .query_row([endpoint.as_str()], |row| row.get::<_, i64>(0))
                .optional()?;
            let Some(number) = known else { return Ok(false) };
            hurry(tx, number, now)?;
            Ok(true)
        })
    }

    /// Takes an endpoint back to a time: all that it follows and that happened since is told again, under
    /// the ids that it had. Returns whether there is one of this id.
    pub fn replay(&mut self, endpoint: &EndpointId, since: Timestamp) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let replayed = tx
                .prepare_cached(
                    "UPDATE endpoint SET
                        told_hits = min(told_hits, coalesce(
                            (SELECT min(seq) - 1 FROM hit WHERE history = 0 AND found_at >= ?2),
                            told_hits)),
                        told_events = min(told_events, coalesce(
                            (SELECT min(number) - 1 FROM event WHERE at >= ?2), told_events))
                     WHERE id = ?1 AND retired_at IS NULL",
                )?
                .execute((endpoint.as_str(), since.timestamp_millis()))?;
            // What waits is told again later, from there on.
            tx.prepare_cached(
                "UPDATE withheld SET told = min(told, (SELECT told_hits FROM endpoint WHERE id = ?1))
                 WHERE endpoint = ?1",
            )?
            .execute([endpoint.as_str()])?;
            Ok(replayed == 1)
        })
    }
}

/// Gives up what waits for endpoints that are gone. What is leaving right now may still arrive.
fn give_up(tx: &Connection, now: Timestamp) -> rusqlite::Result<Vec<(EndpointId, u64)>> {
    let gone = tx
        .prepare_cached("SELECT number, id FROM endpoint WHERE retired_at IS NOT NULL ORDER BY id")?
        .query_map((), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut update = tx.prepare_cached(
        "UPDATE dispatch SET state = 'dead', at = ?2,
                reason = 'its endpoint is no longer in the configuration'
         WHERE endpoint = ?1 AND state IN ('due', 'leased')",
    )?;
    let mut given_up = Vec::new();
    for (number, id) in gone {
        let count = update.execute((number, now.timestamp_millis()))?;
        if count > 0 {
            given_up.push((EndpointId::new(id), count as u64));
        }
    }
    Ok(given_up)
}

fn declare(tx: &Connection, id: &EndpointId, target: &str) -> rusqlite::Result<()> {
    // One that returns is told nothing from before, whatever waited then, and knows of no crisis.
    for leftover in [
        "DELETE FROM withheld WHERE endpoint = ?1 AND EXISTS (
             SELECT 1 FROM endpoint WHERE id = ?1 AND retired_at IS NOT NULL)",
        "DELETE FROM crisis_told WHERE endpoint = (
             SELECT number FROM endpoint WHERE id = ?1 AND retired_at IS NOT NULL)",
    ] {
        tx.prepare_cached(leftover)?.execute([id.as_str()])?;
    }
    tx.prepare_cached(
        "INSERT INTO endpoint (id, target, told_hits, told_events)
         VALUES (?1, ?2, (SELECT head FROM log_head), (SELECT coalesce(max(seq), 0)
                 FROM sqlite_sequence WHERE name = 'event'))
         ON CONFLICT (id) DO UPDATE
         SET told_hits = excluded.told_hits, told_events = excluded.told_events, retired_at = NULL
         WHERE retired_at IS NOT NULL",
    )?
    .execute((id.as_str(), target))?;
    tx.prepare_cached(
        "UPDATE endpoint SET target = ?2, failures = 0, since = NULL, rests_until = NULL,
                reason = NULL, off_at = NULL, noticed_at = NULL
         WHERE id = ?1 AND target <> ?2",
    )?
    .execute((id.as_str(), target))?;
    Ok(())
}

/// Frees what a killed process had leased, and shortens pauses that a clock that was ahead has made.
pub(crate) fn take_over(tx: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    sending::take_over(tx, Sending::Dispatch, now)?;
    let latest = sql::later(now, sending::PAUSE_MAX);
    tx.execute("UPDATE endpoint SET rests_until = ?1 WHERE rests_until > ?1", [latest])?;
    Ok(())
}

/// Makes due now what waits for its next try.
pub(crate) fn hurry(tx: &Connection, endpoint: i64, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE dispatch SET at = ?2
         WHERE endpoint = ?1 AND state IN ('due', 'leased') AND state = 'due' AND at > ?2",
    )?
    .execute((endpoint, now.timestamp_millis()))?;
    Ok(())
}

/// Reads how an endpoint stands, its dispatches left out, and its number.
pub(crate) fn standing(
    tx: &Connection,
    id: &EndpointId,
) -> rusqlite::Result<Option<(i64, EndpointState)>> {
    tx.prepare_cached(
        "SELECT id, told_hits, told_events, failures, since, rests_until, reason, off_at,
                noticed_at, number
         FROM endpoint WHERE id = ?1 AND retired_at IS NULL",
    )?
    .query_row([id.as_str()], |row| Ok((row.get(9)?, state(row)?)))
    .optional()
}

/// Writes how an endpoint takes what it is sent.
pub(crate) fn set_health(
    tx: &Connection,
    endpoint: i64,
    health: &EndpointHealth,
) -> rusqlite::Result<()> {
    let millis = |time: &Timestamp| time.timestamp_millis();
    let (failures, since, until, reason, off) = match health {
        EndpointHealth::Well => (0, None, None, None, None),
        EndpointHealth::Failing { since, failures, until, reason } => {
            (*failures, Some(millis(since)), Some(millis(until)), Some(reason), None)
        }
        EndpointHealth::Off { at, reason } => (0, None, None, Some(reason), Some(millis(at))),
    };
    tx.prepare_cached(
        "UPDATE endpoint SET failures = ?2, since = ?3, rests_until = ?4, reason = ?5, off_at = ?6
         WHERE number = ?1",
    )?
    .execute((endpoint, failures, since, until, reason, off))?;
    Ok(())
}

fn state(row: &Row<'_>) -> rusqlite::Result<EndpointState> {
    let reason = row.get::<_, Option<String>>(6)?.unwrap_or_default();
    let (since, until) = (sql::optional_time(row, 4)?, sql::optional_time(row, 5)?);
    let health = match (sql::optional_time(row, 7)?, since, until) {
        (Some(at), _, _) => EndpointHealth::Off { at, reason },
        (None, Some(since), Some(until)) => {
            EndpointHealth::Failing { since, failures: row.get(3)?, until, reason }
        }
        (None, _, _) => EndpointHealth::Well,
    };
    Ok(EndpointState {
        id: EndpointId::new(row.get::<_, String>(0)?),
        health,
        told: Cursor { hits: Seq(sql::unsigned(row, 1)?), events: sql::unsigned(row, 2)? },
        noticed: sql::optional_time(row, 8)?,
        dispatches: OutboxCounts::default(),
        oldest_due: None,
    })
}
