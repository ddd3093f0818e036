//! Figures for those who watch the program itself: counts and ages, in one consistent read.

use model::{Seq, Timestamp};
use rusqlite::Connection;

use crate::ledger::head;
use crate::status::outbox;
use crate::{Ledger, LedgerError, OutboxCounts, sql};

/// How much there is, and how long it waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub head: Seq,
    /// Items that were ever read.
    pub items: u64,
    /// Hits of the queries that there are.
    pub hits: u64,
    pub queries: u64,
    /// Queries that are still looking through the past.
    pub queries_in_history: u64,
    pub sources_well: u64,
    pub sources_failing: u64,
    pub sources_unvisited: u64,
    /// Sources whose next check is in the past.
    pub sources_due: u64,
    /// When the one that waits for longest was to be checked.
    pub oldest_due: Option<Timestamp>,
    pub last_good_check: Option<Timestamp>,
    /// Sources whose news a hub pushes.
    pub sources_pushed: u64,
    /// Pushed bodies that are still to be read.
    pub pushes_waiting: u64,
    pub outbox: OutboxCounts,
    /// When the delivery that waits for longest was to leave.
    pub oldest_delivery: Option<Timestamp>,
    /// What is on its way to endpoints; of what was sent, all that ever was.
    pub dispatches: OutboxCounts,
    /// When the dispatch that waits for longest was to leave.
    pub oldest_dispatch: Option<Timestamp>,
    pub endpoints_well: u64,
    pub endpoints_failing: u64,
    pub endpoints_off: u64,
}

impl Ledger {
    /// Returns the figures of this moment.
    pub fn figures(&self, now: Timestamp) -> Result<Figures, LedgerError> {
        self.read(|tx| figures(tx, now))
    }

    /// Returns when a source that is still read was last read without a fault.
    pub fn last_good_check(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT max(last_check) FROM source WHERE retired_at IS NULL AND failures = 0",
            )?
            .query_row((), |row| sql::optional_time(row, 0))
        })
    }
}

fn figures(tx: &Connection, now: Timestamp) -> rusqlite::Result<Figures> {
    let sources = "SELECT count(*) FILTER (WHERE last_check IS NOT NULL AND failures = 0),
                count(*) FILTER (WHERE failures > 0),
                count(*) FILTER (WHERE last_check IS NULL AND failures = 0),
                count(*) FILTER (WHERE next_check <= ?1),
                min(next_check) FILTER (WHERE next_check <= ?1),
                max(last_check) FILTER (WHERE failures = 0)
         FROM source WHERE retired_at IS NULL";
    let counts = "SELECT (SELECT coalesce(max(id), 0) FROM item),
                (SELECT coalesce(sum(v.items), 0) FROM volume v
                 JOIN query q ON q.number = v.query WHERE q.retired_at IS NULL),
                (SELECT count(*) FROM query WHERE retired_at IS NULL),
                (SELECT count(*) FROM query WHERE retired_at IS NULL AND history_after IS NOT NULL),
                (SELECT min(at) FROM delivery WHERE state = 'due' AND at <= ?1),
                (SELECT count(*) FROM hub_subscription WHERE state = 'live' AND lease_end > ?1),
                (SELECT count(*) FROM push)";
    let head = head(tx)?;
    let outbox = outbox(tx)?;
    let now = now.timestamp_millis();
    let mut figures = tx.prepare_cached(counts)?.query_row([now], |row| {
        Ok(Figures {
            head,
            items: sql::unsigned(row, 0)?,
            hits: sql::unsigned(row, 1)?,
            queries: sql::unsigned(row, 2)?,
            queries_in_history: sql::unsigned(row, 3)?,
            oldest_delivery: sql::optional_time(row, 4)?,
            sources_pushed: sql::unsigned(row, 5)?,
            pushes_waiting: sql::unsigned(row, 6)?,
            outbox,
            ..Figures::default()
        })
    })?;
    tx.prepare_cached(sources)?.query_row([now], |row| {
        figures.sources_well = sql::unsigned(row, 0)?;
        figures.sources_failing = sql::unsigned(row, 1)?;
        figures.sources_unvisited = sql::unsigned(row, 2)?;
        figures.sources_due = sql::unsigned(row, 3)?;
        figures.oldest_due = sql::optional_time(row, 4)?;
        figures.last_good_check = sql::optional_time(row, 5)?;
        Ok(())
    })?;
    endpoints(tx, &mut figures, now)?;
    Ok(figures)
}

fn endpoints(tx: &Connection, figures: &mut Figures, now: i64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "SELECT count(*) FILTER (WHERE failures = 0 AND off_at IS NULL),
                count(*) FILTER (WHERE failures > 0 AND off_at IS NULL),
                count(*) FILTER (WHERE off_at IS NOT NULL), coalesce(sum(sent), 0),
                (SELECT count(*) FROM dispatch WHERE state IN ('due', 'leased') AND state = 'due'),
                (SELECT count(*) FROM dispatch WHERE state IN ('due', 'leased') AND state = 'leased'),
                (SELECT count(*) FROM dispatch WHERE state = 'dead'),
                (SELECT min(at) FROM dispatch
                 WHERE state IN ('due', 'leased') AND state = 'due' AND at <= ?1)
         FROM endpoint WHERE retired_at IS NULL",
    )?
    .query_row([now], |row| {
        figures.endpoints_well = sql::unsigned(row, 0)?;
        figures.endpoints_failing = sql::unsigned(row, 1)?;
        figures.endpoints_off = sql::unsigned(row, 2)?;
        figures.dispatches = OutboxCounts {
            sent: sql::unsigned(row, 3)?,
            due: sql::unsigned(row, 4)?,
            leased: sql::unsigned(row, 5)?,
            dead: sql::unsigned(row, 6)?,
        };
        figures.oldest_dispatch = sql::optional_time(row, 7)?;
        Ok(())
    })
}
