//! How often hosts were asked, where they allow so many requests in such a time: counted in the ledger, so
//! that a restart gives nobody a second helping.

use std::time::Duration;

use model::{SourceId, Timestamp};
use rusqlite::OptionalExtension;

use crate::{Ledger, LedgerError, sql};

impl Ledger {
    /// Counts one request to the host of a source, of so many that are allowed in such a time. Returns how
    /// long to wait for the next.
    pub fn spend(
        &mut self,
        source: &SourceId,
        (requests, per): (u32, Duration),
        now: Timestamp,
    ) -> Result<Duration, LedgerError> {
        self.write(|tx| {
            let now = now.timestamp_millis();
            let per = sql::millis(per);
            let spent: Option<(i64, i64)> = tx
                .prepare_cached(
                    "UPDATE host SET
                         spent = CASE WHEN spent_since + ?3 <= ?2 THEN 1 ELSE spent + 1 END,
                         spent_since = CASE WHEN spent_since + ?3 <= ?2 THEN ?2 ELSE spent_since END
                     WHERE name = (SELECT host FROM source WHERE id = ?1)
                     RETURNING spent, spent_since",
                )?
                .query_row((source.as_str(), now, per), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let wait = match spent {
                Some((spent, since)) if spent >= i64::from(requests) => since + per - now,
                Some(_) | None => 0,
            };
            Ok(Duration::from_millis(u64::try_from(wait).unwrap_or(0)))
        })
    }
}
