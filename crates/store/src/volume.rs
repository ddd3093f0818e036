//! Volume: how many items a query found, hour by hour, how many stories they tell, and how they speak.

use chrono::DateTime;
use model::{QueryName, Timestamp};
use rusqlite::Row;

use crate::{Ledger, LedgerError, sql};

/// A story counts in the hour of its first finding, as far as that is not longer ago than this.
const STORY_HOURS_MAX: i64 = 7 * 24;

/// What a query found on items that date from one hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Volume {
    /// When it began.
    pub hour: Timestamp,
    pub items: u64,
    /// Stories that were told for the first time.
    pub stories: u64,
    /// Items that speak so, as was read or said. Others are unsure, or not read yet.
    pub negative: u64,
    pub neutral: u64,
    pub positive: u64,
}

impl Ledger {
    /// Returns what a query found, hour by hour, from the hour of one moment to that of another; hours
    /// without anything are left out, and so is what people said is not meant.
    pub fn volume(
        &self,
        query: &QueryName,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Volume>, LedgerError> {
        let (since, until) = (sql::hour(since), sql::hour(until));
        self.read(|tx| {
            tx.prepare_cached(
                "WITH found AS (
                     SELECT h.hour, coalesce(h.tone_said, h.tone ->> 'tone') AS tone,
                            row_number() OVER (PARTITION BY coalesce(i.story, i.id)
                                               ORDER BY i.date, i.id) AS nth
                     FROM query q JOIN hit h ON h.query = q.number JOIN item i ON i.id = h.item
                     WHERE q.name = ?1 AND h.relevance IS NOT 'irrelevant'
                       AND h.hour BETWEEN ?2 AND ?4)
                 SELECT hour, count(*), count(*) FILTER (WHERE nth = 1),
                        count(*) FILTER (WHERE tone = 'negative'),
                        count(*) FILTER (WHERE tone = 'neutral'),
                        count(*) FILTER (WHERE tone = 'positive')
                 FROM found WHERE hour >= ?3 GROUP BY hour ORDER BY hour",
            )?
            .query_map((query.as_str(), since - STORY_HOURS_MAX, since, until), volume)?
            .collect()
        })
    }
}

fn volume(row: &Row<'_>) -> rusqlite::Result<Volume> {
    let hour: i64 = row.get(0)?;
    Ok(Volume {
        hour: DateTime::from_timestamp(hour.saturating_mul(3600), 0).unwrap_or_default(),
        items: sql::unsigned(row, 1)?,
        stories: sql::unsigned(row, 2)?,
        negative: sql::unsigned(row, 3)?,
        neutral: sql::unsigned(row, 4)?,
        positive: sql::unsigned(row, 5)?,
    })
}
