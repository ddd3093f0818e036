//! What of signals subscriptions were not told yet by letters.

use model::{QueryName, Severity, SubscriptionId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::heard::heard;
use crate::item::limit;
use crate::signal::read_raised;
use crate::{Heard, Ledger, LedgerError, Raised, sql};

/// How far a subscription was told of the log of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    /// What [`crate::NewSignalLetter`] goes on from.
    pub revision: u64,
    /// Up to where it was told.
    pub told: u64,
    /// The last entry of the log.
    pub last: u64,
    /// When the last letter was written.
    pub letter_at: Option<Timestamp>,
}

/// Which signals a subscription wants, and which of them may be told at the time; all others wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignalsWanted<'a> {
    pub queries: &'a [QueryName],
    pub severities: &'a [Severity],
    /// What is of both may be told.
    pub open_queries: &'a [QueryName],
    pub open_severities: &'a [Severity],
}

/// A signal of which a subscription may have to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Untold {
    pub signal: Raised,
    /// The first entry that the subscription was not told of, and when it was made: it opened or grew.
    pub first: u64,
    pub since: Timestamp,
    /// The last such entry.
    pub entry: u64,
    pub heard: Option<Heard>,
    /// Whether one of the entries says that it grew.
    pub grew: bool,
}

/// What a subscription was not told yet.
#[derive(Debug, Clone, PartialEq)]
pub struct UntoldSignals {
    /// What may be told: crises before warnings, each by their first entry.
    pub signals: Vec<Untold>,
    /// The first entry of what is wanted and may not be told yet, or was too much.
    pub waits: Option<u64>,
}

impl Ledger {
    /// Returns how far a subscription was told of signals; `None` where there is no such subscription.
    pub fn listener(&self, subscription: &SubscriptionId) -> Result<Option<Listener>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT l.revision, l.told, l.letter_at,
                        coalesce((SELECT max(number) FROM signal_event), 0)
                 FROM listener l JOIN subscription u ON u.id = l.subscription
                 WHERE l.subscription = ?1 AND u.retired_at IS NULL",
            )?
            .query_row([subscription.as_str()], |row| {
                Ok(Listener {
                    revision: sql::unsigned(row, 0)?,
                    told: sql::unsigned(row, 1)?,
                    last: sql::unsigned(row, 3)?,
                    letter_at: sql::optional_time(row, 2)?,
                })
            })
            .optional()
        })
    }

    /// Returns the signals that have opened or grown since a place in the log without a subscription's being
    /// told, at most `max` of those that may be told.
    pub fn untold_signals(
        &self,
        subscription: &SubscriptionId,
        told: u64,
        wanted: &SignalsWanted<'_>,
        max: usize,
    ) -> Result<UntoldSignals, LedgerError> {
        self.read(|tx| {
            let signals = may_be_told(tx, subscription, told, wanted, max)?;
            let waits = if signals.len() >= max {
                Some(told + 1)
            } else {
                first_that_waits(tx, subscription, told, wanted)?
            };
            Ok(UntoldSignals { signals, waits })
        })
    }
}

/// Each signal with what a subscription (?1) was not told of it, after an entry (?2). Without the `+` SQLite
/// goes by the index of signals, through the whole log.
macro_rules! news {
    () => {
        "(SELECT e.signal, max(e.number) AS entry, min(e.number) AS first, min(e.at) AS since,
                 max(e.what = 'grew') AS grew
          FROM signal_event e LEFT JOIN heard o ON o.subscription = ?1 AND o.signal = e.signal
          WHERE e.number > ?2 AND e.number > coalesce(o.entry, 0)
            AND e.is_news AND e.what IN ('opened', 'grew')
          GROUP BY +e.signal) n"
    };
}

const MAY_BE_TOLD: &str = concat!(
    "SELECT ",
    crate::signal::raised!(),
    ", h.entry, h.severity, h.at, n.entry, n.first, n.since, n.grew FROM ",
    news!(),
    " CROSS JOIN signal s ON s.id = n.signal JOIN query q ON q.number = s.query
     LEFT JOIN heard h ON h.subscription = ?1 AND h.signal = s.id
     WHERE q.name IN (SELECT value FROM json_each(?3))
       AND s.severity IN (SELECT value FROM json_each(?4))
     ORDER BY s.severity = 'crisis' DESC, n.first LIMIT ?5"
);

const FIRST_THAT_WAITS: &str = concat!(
    "SELECT min(n.first) FROM ",
    news!(),
    " CROSS JOIN signal s ON s.id = n.signal JOIN query q ON q.number = s.query
     WHERE q.name IN (SELECT value FROM json_each(?3))
       AND s.severity IN (SELECT value FROM json_each(?4))
       AND NOT (q.name IN (SELECT value FROM json_each(?5))
                AND s.severity IN (SELECT value FROM json_each(?6)))"
);

fn may_be_told(
    tx: &Connection,
    subscription: &SubscriptionId,
    told: u64,
    wanted: &SignalsWanted<'_>,
    max: usize,
) -> rusqlite::Result<Vec<Untold>> {
    let (queries, severities) = (names(wanted.open_queries), words(wanted.open_severities));
    tx.prepare_cached(MAY_BE_TOLD)?
        .query_map(
            (subscription.as_str(), told.cast_signed(), queries, severities, limit(max)),
            untold,
        )?
        .collect()
}

fn first_that_waits(
    tx: &Connection,
    subscription: &SubscriptionId,
    told: u64,
    wanted: &SignalsWanted<'_>,
) -> rusqlite::Result<Option<u64>> {
    let (queries, severities) = (names(wanted.queries), words(wanted.severities));
    let (open, open_severities) = (names(wanted.open_queries), words(wanted.open_severities));
    let first: Option<i64> = tx.prepare_cached(FIRST_THAT_WAITS)?.query_row(
        (subscription.as_str(), told.cast_signed(), queries, severities, open, open_severities),
        |row| row.get(0),
    )?;
    Ok(first.map(i64::cast_unsigned))
}

fn untold(row: &Row<'_>) -> rusqlite::Result<Untold> {
    let is_heard = row.get::<_, Option<i64>>(13)?.is_some();
    Ok(Untold {
        signal: read_raised(row)?,
        heard: if is_heard { Some(heard(row, 13)?) } else { None },
        entry: sql::unsigned(row, 16)?,
        first: sql::unsigned(row, 17)?,
        since: sql::time(row, 18)?,
        grew: row.get(19)?,
    })
}

fn names(queries: &[QueryName]) -> String {
    sql::list(queries.iter().map(QueryName::as_str))
}

fn words(severities: &[Severity]) -> String {
    sql::list(severities.iter().map(|severity| severity.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_subscription_was_not_told_is_read_of_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let now = "2026-03-06T12:00:00Z".parse().unwrap();
        let ledger = Ledger::open(dir.path(), now).unwrap();
        for sql in [MAY_BE_TOLD, FIRST_THAT_WAITS] {
            let plan: Vec<String> = ledger
                .read(|tx| {
                    let mut plan = tx.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
                    plan.raw_bind_parameter(1, "press")?;
                    let mut rows = plan.raw_query();
                    let mut steps = Vec::new();
                    while let Some(row) = rows.next()? {
                        steps.push(row.get(3)?);
                    }
                    Ok(steps)
                })
                .unwrap();
            let after = "SEARCH e USING INTEGER PRIMARY KEY (rowid>?)";
            assert!(plan.iter().any(|step| step == after), "{plan:#?}");
            assert!(!plan.iter().any(|step| step.starts_with("SCAN s")), "{plan:#?}");
        }
    }
}
