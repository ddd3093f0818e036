//! What is learnt of sources from visit to visit, and which of them are in trouble.

use model::{Ailment, Timestamp, Trouble};
use rusqlite::{Connection, OptionalExtension, Row};

use serde_json::json;

use crate::{Ledger, LedgerError, event, sql};

/// What was learnt of a source, as the crawler writes it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Learnt {
    /// When it publishes; `None` until it was first read.
    pub rhythm: Option<Vec<u8>>,
    /// Its share of a common budget of visits.
    pub weight: Option<f64>,
    /// What it usually shows, as JSON; empty at first.
    pub usual: String,
}

/// What follows from a visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Conclusion {
    pub next_check: Timestamp,
    /// What is known from now on; `None` if nothing was learnt.
    pub learnt: Option<Learnt>,
    pub standing: Standing,
    /// Whether the source keeps its address, though the site says that it has moved.
    pub stays: bool,
}

/// Whether the readers of a source can rely on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Well,
    /// What was seen may be chance: what was said of it before still holds.
    Doubtful,
    Trouble {
        ailment: Ailment,
        reason: String,
        /// Since when, as far as is known; an earlier trouble that has not passed began it.
        since: Timestamp,
    },
}

impl Conclusion {
    /// Only says when to come again.
    pub fn come_again(next_check: Timestamp) -> Self {
        Self { next_check, learnt: None, standing: Standing::Doubtful, stays: false }
    }
}

impl Ledger {
    /// Returns the active sources that are in trouble, the longest first.
    pub fn troubles(&self) -> Result<Vec<Trouble>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT id, name, trouble, trouble_since, trouble_reason FROM source
                 WHERE retired_at IS NULL AND trouble IS NOT NULL
                 ORDER BY trouble_since, id",
            )?
            .query_map((), |row| {
                Ok(Trouble {
                    source: model::SourceId::new(row.get::<_, String>(0)?),
                    name: row.get(1)?,
                    ailment: sql::parsed(row, 2, |word| word.parse().ok())?,
                    since: sql::time(row, 3)?,
                    reason: row.get(4)?,
                })
            })?
            .collect()
        })
    }

    /// Returns the shares of all active sources in a common budget of visits; `None` for those that were
    /// not read yet. Sources with a fixed pause are left out.
    pub fn weights(&self) -> Result<Vec<Option<f64>>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT w.weight FROM source s LEFT JOIN watch w ON w.source = s.number
                 WHERE s.retired_at IS NULL AND s.every_ms IS NULL",
            )?
            .query_map((), |row| row.get(0))?
            .collect()
        })
    }
}

pub(crate) fn learnt(tx: &Connection, source: i64) -> rusqlite::Result<Learnt> {
    let found = tx
        .prepare_cached("SELECT rhythm, weight, usual FROM watch WHERE source = ?1")?
        .query_row([source], |row| {
            Ok(Learnt { rhythm: row.get(0)?, weight: row.get(1)?, usual: row.get(2)? })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

pub(crate) fn conclude(
    tx: &Connection,
    source: i64,
    conclusion: &Conclusion,
    now: Timestamp,
) -> rusqlite::Result<()> {
    if let Some(Learnt { rhythm, weight, usual }) = &conclusion.learnt {
        tx.prepare_cached(
            "INSERT INTO watch (source, rhythm, weight, usual) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (source) DO UPDATE
             SET rhythm = excluded.rhythm, weight = excluded.weight, usual = excluded.usual",
        )?
        .execute((source, rhythm, weight, usual))?;
    }
    match &conclusion.standing {
        Standing::Doubtful => {}
        Standing::Well => {
            event::note_recovery(tx, source, now)?;
            tx.prepare_cached(
                "UPDATE source SET trouble = NULL, trouble_reason = NULL, trouble_since = NULL
                 WHERE number = ?1 AND trouble IS NOT NULL",
            )?
            .execute([source])?;
        }
        Standing::Trouble { ailment, reason, since } => {
            let trouble = json!({"code": ailment, "reason": reason, "since": since});
            event::note_trouble(tx, source, &trouble, now)?;
            tx.prepare_cached(
                "UPDATE source SET trouble = ?2, trouble_reason = ?3,
                        trouble_since = coalesce(trouble_since, ?4)
                 WHERE number = ?1",
            )?
            .execute((source, ailment.as_str(), reason, since.timestamp_millis()))?;
        }
    }
    Ok(())
}

pub(crate) fn optional_ailment(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Ailment>> {
    let word: Option<String> = row.get(column)?;
    word.map(|word| word.parse().map_err(|_| sql::unreadable(column, &word))).transpose()
}
