//! Volume: how many items a query found, bucket by bucket.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::DateTime;
use model::{QueryName, Timestamp};

use crate::{Ledger, LedgerError, sql};

impl Ledger {
    /// Returns how many items a query found that date from `since` on and from before `until`, by the beginnings
    /// of buckets, which are multiples of their length since 1970. What people said is not meant is left out, and
    /// so are sources that are no longer read.
    pub fn volume(
        &self,
        query: &QueryName,
        (since, until): (Timestamp, Timestamp),
        bucket: Duration,
    ) -> Result<BTreeMap<Timestamp, u64>, LedgerError> {
        let bucket = sql::millis(bucket).max(1);
        let hours = (sql::hour(since), sql::hour(until));
        let times = (since.timestamp_millis(), until.timestamp_millis());
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT i.date / ?6 AS bucket, count(*)
                 FROM query q JOIN hit h ON h.query = q.number
                 JOIN item i ON i.id = h.item JOIN source s ON s.number = i.source
                 WHERE q.name = ?1 AND h.hour BETWEEN ?2 AND ?3 AND h.relevance IS NOT 'irrelevant'
                   AND i.date >= ?4 AND i.date < ?5 AND s.retired_at IS NULL
                 GROUP BY bucket",
            )?
            .query_map((query.as_str(), hours.0, hours.1, times.0, times.1, bucket), |row| {
                let start = row.get::<_, i64>(0)?.saturating_mul(bucket);
                let start = DateTime::from_timestamp_millis(start).unwrap_or_default();
                Ok((start, sql::unsigned(row, 1)?))
            })?
            .collect()
        })
    }
}
