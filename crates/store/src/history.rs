//! History runs: a new, edited or returned query visits what the ledger already holds, in batches
//! that a crash cannot lose. What it finds is counted, never told.

use model::{ItemId, QueryName, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::hit::{self, ActiveQuery, Finding, NewHit};
use crate::{Ledger, LedgerError, sql};

/// What a query still has to visit: the items at positions after `after`, up to and including
/// `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRun {
    pub query: QueryName,
    pub text: String,
    pub after: Seq,
    pub until: Seq,
}

/// How a history run stands after a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryProgress {
    Continues(HistoryRun),
    Done,
    /// The query was edited or retired meanwhile, or someone else recorded the batch: nothing was
    /// written.
    Superseded,
}

impl Ledger {
    /// Returns a history run to do, if there is one. Do all of them before composing digests: until
    /// then the hits of an edited query may include some that it no longer finds.
    pub fn history_due(&self) -> Result<Option<HistoryRun>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT name, text, history_after, history_until FROM query
                 WHERE history_until IS NOT NULL AND retired_at IS NULL ORDER BY number LIMIT 1",
            )?
            .query_row((), |row| {
                Ok(HistoryRun {
                    query: QueryName::new(row.get::<_, String>(0)?),
                    text: row.get(1)?,
                    after: Seq(sql::unsigned(row, 2)?),
                    until: Seq(sql::unsigned(row, 3)?),
                })
            })
            .optional()
        })
    }

    /// Returns the active queries that have a history run to do.
    pub fn queries_in_history(&self) -> Result<Vec<QueryName>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT name FROM query WHERE history_until IS NOT NULL AND retired_at IS NULL",
            )?
            .query_map((), |row| row.get::<_, String>(0).map(QueryName::new))?
            .collect()
        })
    }

    /// Records one batch of a history run: of the items after `run.after`, up to and including
    /// `upto`, those in `matched` are hits. When `upto` reaches the end of the run, hits of the
    /// query's former text that were not found again go, with their volume; those found again keep
    /// their place, and a live one that was not yet told will be.
    pub fn record_history(
        &mut self,
        run: &HistoryRun,
        upto: Seq,
        matched: &[ItemId],
        now: Timestamp,
    ) -> Result<HistoryProgress, LedgerError> {
        self.write(|tx| {
            let Some(query) = still_due(tx, run)? else {
                return Ok(HistoryProgress::Superseded);
            };
            for item in matched {
                if let Some(hit) = found_in_history(tx, *item)? {
                    hit::add(tx, query, &hit, now)?;
                }
            }
            let done = upto >= run.until;
            if done {
                hit::remove_unconfirmed(tx, query)?;
            }
            let left = (!done).then_some((upto, run.until));
            tx.prepare_cached(
                "UPDATE query SET history_after = ?2, history_until = ?3 WHERE number = ?1",
            )?
            .execute((
                query.number,
                left.map(|(after, _)| after.0.cast_signed()),
                left.map(|(_, until)| until.0.cast_signed()),
            ))?;
            Ok(match left {
                Some((after, _)) => HistoryProgress::Continues(HistoryRun { after, ..run.clone() }),
                None => HistoryProgress::Done,
            })
        })
    }
}

/// Returns the run's query if the run is still the one to do.
fn still_due(tx: &Connection, run: &HistoryRun) -> rusqlite::Result<Option<ActiveQuery>> {
    let text: Option<String> = tx
        .prepare_cached("SELECT text FROM query WHERE name = ?1")?
        .query_row([run.query.as_str()], |row| row.get(0))
        .optional()?;
    let query = hit::active_query(tx, &run.query)?;
    Ok(query.filter(|query| {
        query.history == Some((run.after, run.until)) && text.as_ref() == Some(&run.text)
    }))
}

fn found_in_history(tx: &Connection, item: ItemId) -> rusqlite::Result<Option<NewHit>> {
    tx.prepare_cached("SELECT seq, date FROM item WHERE id = ?1")?
        .query_row([item.0.cast_signed()], |row| {
            let seq = Seq(sql::unsigned(row, 0)?);
            let hour = sql::hour(sql::time(row, 1)?);
            Ok(NewHit { item, seq, hour, finding: Finding::History })
        })
        .optional()
}
