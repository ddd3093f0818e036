//! Hosts in the ledger: one visitor at a time, what is remembered of each, and which rest.

use std::time::Duration;

use chrono::{DateTime, NaiveDate};
use model::{Host, Rest, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::{Ledger, LedgerError, sql};

/// A host whose sources are not visited for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestingHost {
    /// Host and port.
    pub name: String,
    pub rest: Rest,
    /// How many active sources it has.
    pub sources: u64,
}

/// No host is left alone for longer, whatever the clock said when it was.
pub(crate) const REST_MAX: Duration = Duration::from_hours(7 * 24);

impl Ledger {
    /// Returns what is remembered of a host, by its name and port.
    pub fn host(&self, name: &str) -> Result<Host, LedgerError> {
        self.read(|tx| {
            let host = tx
                .prepare_cached(
                    "SELECT name, faults, pleas, is_prompt, day, pages, rest_reason, rests_until
                     FROM host WHERE name = ?1",
                )?
                .query_row([name], |row| Ok(named_host(row)?.1))
                .optional()?;
            Ok(host.unwrap_or_default())
        })
    }

    /// Returns the hosts that rest, those of no source among them.
    pub fn rests(&self, now: Timestamp) -> Result<Vec<(String, Rest)>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT name, rest_reason, rests_until FROM host
                 WHERE rest_reason IS NOT NULL AND rests_until > ?1 ORDER BY name",
            )?
            .query_map([now.timestamp_millis()], |row| {
                Ok((row.get(0)?, Rest { until: sql::time(row, 2)?, reason: row.get(1)? }))
            })?
            .collect()
        })
    }
}

/// Reads the host of a source.
pub(crate) fn of_source(tx: &Connection, source: i64) -> rusqlite::Result<(String, Host)> {
    tx.prepare_cached(
        "SELECT h.name, h.faults, h.pleas, h.is_prompt, h.day, h.pages, h.rest_reason, h.rests_until
         FROM host h JOIN source s ON s.host = h.name WHERE s.number = ?1",
    )?
    .query_row([source], named_host)
}

fn named_host(row: &Row<'_>) -> rusqlite::Result<(String, Host)> {
    let day: i64 = row.get(4)?;
    let rest = rest(row, 6)?;
    let host = Host {
        faults: row.get(1)?,
        pleas: row.get(2)?,
        is_prompt: row.get(3)?,
        day: DateTime::from_timestamp(day.saturating_mul(DAY), 0)
            .map_or(NaiveDate::default(), |at| at.date_naive()),
        pages: row.get(5)?,
        rest,
    };
    Ok((row.get(0)?, host))
}

/// In seconds.
const DAY: i64 = 24 * 3600;

/// Reads a rest from its reason and its end.
fn rest(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Rest>> {
    let reason: Option<String> = row.get(column)?;
    reason.map(|reason| Ok(Rest { until: sql::time(row, column + 1)?, reason })).transpose()
}

/// Lets a host be visited again after a pause and writes what is to be remembered, unless another
/// visitor has it by now: our lease may have run out.
pub(crate) fn free(
    tx: &Connection,
    source: i64,
    host: &Host,
    pause: Duration,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let next_visit = sql::later(now, pause);
    let freed = tx
        .prepare_cached(
            "UPDATE host SET visitor = NULL, next_visit = ?2, faults = ?3, pleas = ?4, is_prompt = ?5,
                    day = ?6, pages = ?7, rests_until = ?8, rest_reason = ?9
             WHERE visitor = ?1 AND name = (SELECT host FROM source WHERE number = ?1)",
        )?
        .execute((
            source,
            next_visit,
            host.faults,
            host.pleas,
            host.is_prompt,
            day_of(host),
            host.pages,
            host.rest.as_ref().map_or(0, |rest| rest.until.timestamp_millis()),
            host.rest.as_ref().map(|rest| &rest.reason),
        ))?;
    if freed == 0 {
        tx.prepare_cached(
            "UPDATE host SET next_visit = max(next_visit, ?2)
             WHERE name = (SELECT host FROM source WHERE number = ?1)",
        )?
        .execute((source, next_visit))?;
    }
    Ok(())
}

/// Writes what is to be remembered of a host that a visit passed, and leaves it alone for a pause. Who
/// visits it meanwhile has the last word.
pub(crate) fn passed(
    tx: &Connection,
    name: &str,
    host: &Host,
    pause: Duration,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO host (name, next_visit, faults, pleas, is_prompt, day, pages, rests_until, rest_reason)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (name) DO UPDATE SET
             next_visit = max(next_visit, excluded.next_visit), faults = excluded.faults,
             pleas = excluded.pleas, is_prompt = excluded.is_prompt, day = excluded.day,
             pages = excluded.pages, rests_until = excluded.rests_until,
             rest_reason = excluded.rest_reason",
    )?
    .execute((
        name,
        sql::later(now, pause),
        host.faults,
        host.pleas,
        host.is_prompt,
        day_of(host),
        host.pages,
        host.rest.as_ref().map_or(0, |rest| rest.until.timestamp_millis()),
        host.rest.as_ref().map(|rest| &rest.reason),
    ))?;
    Ok(())
}

fn day_of(host: &Host) -> i64 {
    host.day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp() / DAY
}

/// Returns the hosts that rest, the one that rests longest last.
pub(crate) fn resting(tx: &Connection, now: Timestamp) -> rusqlite::Result<Vec<RestingHost>> {
    tx.prepare_cached(
        "SELECT h.name, h.rest_reason, h.rests_until, count(*)
         FROM host h JOIN source s ON s.host = h.name AND s.retired_at IS NULL
         WHERE h.rest_reason IS NOT NULL AND h.rests_until > ?1
         GROUP BY h.name ORDER BY h.rests_until, h.name",
    )?
    .query_map([now.timestamp_millis()], |row| {
        Ok(RestingHost {
            name: row.get(0)?,
            rest: Rest { until: sql::time(row, 2)?, reason: row.get(1)? },
            sources: sql::unsigned(row, 3)?,
        })
    })?
    .collect()
}
