//! What a query found, bucket by bucket, and how much of its sources had been read by then: where nobody
//! looked, nothing found means nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::DateTime;
use model::{QueryName, Timestamp};
use rusqlite::{Connection, Row};

use crate::{Ledger, LedgerError, sql};

/// Failing for less than this is no gap: a feed still shows what was said meanwhile.
const GAP_MIN: Duration = Duration::from_hours(1);

/// The findings that count: of a query, by the time that their items date from.
macro_rules! counted {
    () => {
        "FROM (SELECT h.item, h.hour, coalesce(h.tone_said, h.tone ->> 'tone') AS tone
               FROM query q JOIN hit h ON h.query = q.number
               WHERE q.name = ?1 AND h.hour BETWEEN ?2 AND ?3 AND h.relevance IS NOT 'irrelevant') h
         JOIN item i ON i.id = h.item JOIN item_version v ON v.seq = i.seq
         WHERE i.date >= ?4 AND i.date < ?5
           AND i.source NOT IN (SELECT value FROM json_each(?6))
           AND NOT EXISTS (SELECT 1 FROM gap g WHERE g.source = i.source
                           AND g.since <= i.date AND g.until > i.date)"
    };
}
/// What a query found on items that date from one bucket. What a source said in one of its gaps is left out,
/// and so is what people said is not meant.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counts {
    /// When it began.
    pub start: Timestamp,
    /// Without those of [`Undated`].
    pub items: u64,
    pub stories: u64,
    /// Distinct names in distinct sources.
    pub authors: u64,
    pub sources: u64,
    /// Items whose tone is known, and how many of them speak negatively.
    pub toned: u64,
    pub negative: u64,
    /// Items that give stars, and the share of the scale that they withhold, from 0 to 1, summed up.
    pub rated: u64,
    pub withheld: f64,
    /// Items that another query found too.
    pub themed: u64,
}

/// An item that does not say when it was published: some time in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undated {
    pub after: Timestamp,
    pub until: Timestamp,
}

/// What of a source was seen: all that it said in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The ledger's number for the source.
    pub source: u64,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Whether it is no longer read.
    pub is_retired: bool,
}

/// A stretch of time in which a source was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    pub source: u64,
    pub since: Timestamp,
    pub until: Timestamp,
}

impl Ledger {
    /// Returns what a query found, bucket by bucket, on items that date from `since` on and from before
    /// `until`; buckets without anything are left out. Sources of `except` do not count. A bucket begins at a
    /// multiple of its length since 1970. `theme` names the query whose share is asked for.
    ///
    /// Beside the counts come the items without a date of their own that may belong to several buckets.
    pub fn counts(
        &self,
        query: &QueryName,
        theme: Option<&QueryName>,
        (since, until): (Timestamp, Timestamp),
        bucket: Duration,
        except: &[u64],
    ) -> Result<(Vec<Counts>, Vec<Undated>), LedgerError> {
        let bucket = sql::millis(bucket).max(1);
        let except = except.iter().copied().collect::<serde_json::Value>().to_string();
        let hours = (sql::hour(since), sql::hour(until));
        let times = (since.timestamp_millis(), until.timestamp_millis());
        let theme = theme.map(QueryName::as_str);
        let given = (query.as_str(), hours.0, hours.1, times.0, times.1, except, bucket, theme);
        self.read(|tx| {
            let counts = tx
                .prepare_cached(concat!(
                    "SELECT i.date / ?7 AS bucket,
                            count(*) FILTER (WHERE i.absent_at IS NULL OR i.date - i.absent_at <= ?7),
                            count(DISTINCT coalesce(i.story, i.id)),
                            count(DISTINCT i.source || ' ' || v.author), count(DISTINCT i.source),
                            count(*) FILTER (WHERE tone IN ('negative', 'neutral', 'positive')),
                            count(*) FILTER (WHERE tone = 'negative'),
                            count(*) FILTER (WHERE i.details ->> '$.rating' IS NOT NULL),
                            total(1.0 * (i.details ->> '$.rating.best_milli'
                                         - i.details ->> '$.rating.value_milli')
                                  / (i.details ->> '$.rating.best_milli'
                                     - i.details ->> '$.rating.worst_milli')),
                            count(*) FILTER (WHERE ?8 IS NOT NULL AND EXISTS (
                                SELECT 1 FROM query o JOIN hit ho ON ho.query = o.number
                                WHERE o.name = ?8 AND ho.item = h.item)) ",
                    counted!(),
                    " GROUP BY bucket ORDER BY bucket"
                ))?
                .query_map(given.clone(), |row| read_counts(row, bucket))?
                .collect::<rusqlite::Result<_>>()?;
            let undated = tx
                .prepare_cached(concat!(
                    "SELECT i.absent_at, i.date ",
                    counted!(),
                    " AND i.date - i.absent_at > ?7 AND (?8 IS NULL OR 1)"
                ))?
                .query_map(given, |row| {
                    Ok(Undated { after: sql::time(row, 0)?, until: sql::time(row, 1)? })
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok((counts, undated))
        })
    }

    /// Tells what was seen of each source that was ever read, without its gaps.
    pub fn seen(&self) -> Result<Vec<Seen>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT number,
                        CASE WHEN history_end IN ('reached', 'exhausted')
                             THEN min(first_read, coalesce(history_back_to, first_read))
                             ELSE first_read END,
                        CASE WHEN EXISTS (SELECT 1 FROM hub_subscription u
                                          WHERE u.source = source.number
                                            AND u.state IN ('offered', 'live') AND u.state = 'live')
                             THEN ?1 ELSE last_good END,
                        retired_at IS NOT NULL
                 FROM source WHERE first_read IS NOT NULL AND last_good IS NOT NULL",
            )?
            .query_map([i64::MAX], |row| {
                Ok(Seen {
                    source: sql::unsigned(row, 0)?,
                    since: sql::time(row, 1)?,
                    until: sql::time(row, 2)?,
                    is_retired: row.get(3)?,
                })
            })?
            .collect()
        })
    }

    /// Returns when any source was last read without a fault.
    pub fn last_good_reading(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached("SELECT max(last_good) FROM source WHERE retired_at IS NULL")?
                .query_row((), |row| sql::optional_time(row, 0))
        })
    }

    /// Returns how many items a query found in each source, by its number, of those that date from a time on.
    pub fn findings_by_source(
        &self,
        query: &QueryName,
        since: Timestamp,
    ) -> Result<BTreeMap<u64, u64>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT i.source, count(*)
                 FROM query q JOIN hit h ON h.query = q.number JOIN item i ON i.id = h.item
                 WHERE q.name = ?1 AND h.hour >= ?2 AND h.relevance IS NOT 'irrelevant'
                 GROUP BY i.source",
            )?
            .query_map((query.as_str(), sql::hour(since)), |row| {
                Ok((sql::unsigned(row, 0)?, sql::unsigned(row, 1)?))
            })?
            .collect()
        })
    }

    /// Returns the gaps that reach beyond a time.
    pub fn gaps(&self, since: Timestamp) -> Result<Vec<Gap>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached("SELECT source, since, until FROM gap WHERE until > ?1")?
                .query_map([since.timestamp_millis()], |row| {
                    Ok(Gap {
                        source: sql::unsigned(row, 0)?,
                        since: sql::time(row, 1)?,
                        until: sql::time(row, 2)?,
                    })
                })?
                .collect()
        })
    }

    /// Notes that no source was read for a while, as when the program did not run.
    pub fn note_absence(&mut self, since: Timestamp, until: Timestamp) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.prepare_cached(
                "INSERT INTO gap (source, since, until)
                 SELECT number, ?1, ?2 FROM source WHERE retired_at IS NULL AND first_read < ?2
                 ON CONFLICT (source, since) DO UPDATE SET until = max(until, excluded.until)",
            )?
            .execute((since.timestamp_millis(), until.timestamp_millis()))?;
            Ok(())
        })
    }
}

fn read_counts(row: &Row<'_>, bucket: i64) -> rusqlite::Result<Counts> {
    let number: i64 = row.get(0)?;
    Ok(Counts {
        start: DateTime::from_timestamp_millis(number.saturating_mul(bucket)).unwrap_or_default(),
        items: sql::unsigned(row, 1)?,
        stories: sql::unsigned(row, 2)?,
        authors: sql::unsigned(row, 3)?,
        sources: sql::unsigned(row, 4)?,
        toned: sql::unsigned(row, 5)?,
        negative: sql::unsigned(row, 6)?,
        rated: sql::unsigned(row, 7)?,
        withheld: row.get(8)?,
        themed: sql::unsigned(row, 9)?,
    })
}

/// Keeps the gap that ends where a source is read again after it failed for long.
pub(crate) fn note_recovery(tx: &Connection, source: i64, now: Timestamp) -> rusqlite::Result<()> {
    let now = now.timestamp_millis();
    tx.prepare_cached(
        "INSERT INTO gap (source, since, until)
         SELECT number, last_good, ?2 FROM source
         WHERE number = ?1 AND failures > 0 AND last_good IS NOT NULL AND ?2 - since >= ?3
         ON CONFLICT (source, since) DO UPDATE SET until = excluded.until",
    )?
    .execute((source, now, sql::millis(GAP_MIN)))?;
    Ok(())
}
