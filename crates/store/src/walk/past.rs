//! How far back into its past a source is read: page by page, over as many rounds as that takes, until the
//! date that its owner named, the end of what the site shows, or the end of what may be asked for it.

use std::time::Duration;

use model::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row};

use super::{Sight, Step};
use crate::sql;

/// Pages that are read to go back, of one source and for one wish of its owner.
const PAGES_MAX: i64 = 2000;

/// How a source's way back into its past stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Past {
    /// How far its owner wants it read, from the first visit.
    pub wanted: Duration,
    /// The date that was reached.
    pub back_to: Option<Timestamp>,
    /// `None` while it goes on.
    pub end: Option<PastEnd>,
}

/// Why a way back has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PastEnd {
    /// The date that was named was reached.
    Reached,
    /// The site shows no more.
    Exhausted,
    /// No more pages may be asked for it.
    Spent,
    /// A page on the way fails.
    Failed,
}

impl PastEnd {
    const ALL: [Self; 4] = [Self::Reached, Self::Exhausted, Self::Spent, Self::Failed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Reached => "reached",
            Self::Exhausted => "exhausted",
            Self::Spent => "spent",
            Self::Failed => "failed",
        }
    }
}

/// Returns how a source's way back stands; `None` where its owner wants none.
pub(crate) fn past(tx: &Connection, source: &str) -> rusqlite::Result<Option<Past>> {
    tx.prepare_cached(
        "SELECT history_ms, history_back_to, history_end FROM source
         WHERE id = ?1 AND history_ms IS NOT NULL",
    )?
    .query_row([source], read)
    .optional()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Past> {
    let end: Option<String> = row.get(2)?;
    let known = |word: &String| PastEnd::ALL.into_iter().find(|end| end.as_str() == word);
    Ok(Past {
        wanted: Duration::from_millis(sql::unsigned(row, 0)?),
        back_to: sql::optional_time(row, 1)?,
        end: end.as_ref().and_then(known),
    })
}

impl Step<'_> {
    /// Returns the date before which the owner wants nothing read; `None` where they named none.
    pub(super) fn limit(&self) -> rusqlite::Result<Option<Timestamp>> {
        let limit: Option<i64> = self
            .tx
            .prepare_cached(
                "SELECT coalesce(first_read, ?2) - history_ms FROM source WHERE number = ?1",
            )?
            .query_row((self.source, self.now.timestamp_millis()), |row| row.get(0))?;
        Ok(limit.and_then(Timestamp::from_timestamp_millis))
    }

    /// Returns the same while the source is on its way back.
    pub(super) fn on_way_back(&self) -> rusqlite::Result<Option<Timestamp>> {
        let ended = self
            .tx
            .prepare_cached("SELECT history_end IS NOT NULL FROM source WHERE number = ?1")?
            .query_row([self.source], |row| row.get(0))?;
        if ended { Ok(None) } else { self.limit() }
    }

    /// Whether a page leads back into the past.
    pub(super) fn leads_back(&self, page: i64) -> rusqlite::Result<bool> {
        self.tx
            .prepare_cached("SELECT 1 FROM page WHERE number = ?1 AND history = 1")?
            .exists([page])
    }

    /// Notes how far back a page is that was read on the way. Returns whether the way has ended.
    pub(super) fn went_back(&self, sight: &Sight, limit: Timestamp) -> rusqlite::Result<bool> {
        let around = sight.around.map(|at| at.timestamp_millis());
        let pages: i64 = self
            .tx
            .prepare_cached(
                "UPDATE source SET history_pages = history_pages + 1,
                     history_back_to = min(coalesce(history_back_to, ?2), coalesce(?2, history_back_to))
                 WHERE number = ?1 RETURNING history_pages",
            )?
            .query_row((self.source, around), |row| row.get(0))?;
        let end = if sight.around.is_some_and(|around| around < limit) {
            PastEnd::Reached
        } else if sight.next.is_none() {
            PastEnd::Exhausted
        } else if pages >= PAGES_MAX {
            PastEnd::Spent
        } else {
            return Ok(false);
        };
        self.end_way_back(end)?;
        Ok(true)
    }

    /// Notes why the way back has ended, unless it had before.
    pub(super) fn end_way_back(&self, end: PastEnd) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached(
                "UPDATE source SET history_end = coalesce(history_end, ?2)
                 WHERE number = ?1 AND history_ms IS NOT NULL",
            )?
            .execute((self.source, end.as_str()))?;
        Ok(())
    }
}
