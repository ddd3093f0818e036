//! Hits: (query, item), counted once each in the volume of the hour that the item dates from.

use std::collections::BTreeMap;

use model::{ItemId, QueryName, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::assessment;
use crate::correction::Relevance;

/// An active query, as hits need it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ActiveQuery {
    pub(crate) number: i64,
    pub(crate) edition: i64,
    /// The positions (after, until] that its history run still has to visit.
    pub(crate) history: Option<(Seq, Seq)>,
}

/// Whether a hit is news, to be told, or part of the past that a new query or source came with:
/// counted, never told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    Live,
    History,
}

pub(crate) struct NewHit {
    pub(crate) item: ItemId,
    pub(crate) seq: Seq,
    pub(crate) hour: i64,
    pub(crate) finding: Finding,
}

pub(crate) fn active_query(
    tx: &Connection,
    name: &QueryName,
) -> rusqlite::Result<Option<ActiveQuery>> {
    tx.prepare_cached(
        "SELECT number, edition, history_after, history_until FROM query
         WHERE name = ?1 AND retired_at IS NULL",
    )?
    .query_row([name.as_str()], |row| {
        let after: Option<i64> = row.get(2)?;
        let until: Option<i64> = row.get(3)?;
        let history = after.zip(until);
        Ok(ActiveQuery {
            number: row.get(0)?,
            edition: row.get(1)?,
            history: history.map(|(a, u)| (Seq(a.cast_unsigned()), Seq(u.cast_unsigned()))),
        })
    })
    .optional()
}

/// Adds a hit, or confirms the one that stands. Returns whether it was added.
pub(crate) fn add(
    tx: &Connection,
    query: ActiveQuery,
    hit: &NewHit,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let confirmed = tx
        .prepare_cached("UPDATE hit SET edition = ?3 WHERE query = ?1 AND item = ?2")?
        .execute((query.number, hit.item.0.cast_signed(), query.edition))?;
    if confirmed == 1 {
        return Ok(false);
    }
    tx.prepare_cached(
        "INSERT INTO hit (query, item, seq, history, edition, hour, found_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute((
        query.number,
        hit.item.0.cast_signed(),
        hit.seq.0.cast_signed(),
        hit.finding == Finding::History,
        query.edition,
        hit.hour,
        now.timestamp_millis(),
    ))?;
    count(tx, query.number, hit.hour)?;
    Ok(true)
}

pub(crate) fn count(tx: &Connection, query: i64, hour: i64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO volume (query, hour, items) VALUES (?1, ?2, 1)
         ON CONFLICT (query, hour) DO UPDATE SET items = items + 1",
    )?
    .execute((query, hour))?;
    assessment::note_recount(tx, query, hour)
}

pub(crate) fn uncount(tx: &Connection, query: i64, hour: i64, items: i64) -> rusqlite::Result<()> {
    // In this order: a count of nothing is no row, and the table refuses it.
    tx.prepare_cached("DELETE FROM volume WHERE query = ?1 AND hour = ?2 AND items <= ?3")?
        .execute((query, hour, items))?;
    tx.prepare_cached("UPDATE volume SET items = items - ?3 WHERE query = ?1 AND hour = ?2")?
        .execute((query, hour, items))?;
    assessment::note_recount(tx, query, hour)
}

/// Removes what the query's newest edition did not find again, with its volume.
pub(crate) fn remove_unconfirmed(tx: &Connection, query: ActiveQuery) -> rusqlite::Result<()> {
    let mut removed: BTreeMap<i64, i64> = BTreeMap::new();
    // What is not relevant was not counted.
    let mut delete = tx.prepare_cached(
        "DELETE FROM hit WHERE query = ?1 AND edition < ?2 RETURNING hour, relevance",
    )?;
    let was = |row: &Row<'_>| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?));
    for hit in delete.query_map((query.number, query.edition), was)? {
        let (hour, relevance) = hit?;
        let is_counted = relevance.as_deref() != Some(Relevance::Irrelevant.as_str());
        *removed.entry(hour).or_default() += i64::from(is_counted);
    }
    for (hour, items) in removed {
        uncount(tx, query.number, hour, items)?;
    }
    Ok(())
}
