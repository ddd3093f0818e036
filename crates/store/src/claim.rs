//! Claiming sources to visit: each by one visitor at a time, and each host by one.

use std::time::Duration;

use model::{Ailment, Source, Timestamp, Validators};
use rusqlite::Connection;
use url::Url;

use crate::item::limit;
use crate::walk::{self, DuePage};
use crate::watch::{self, Learnt};
use crate::{Ledger, LedgerError, declare, sql};

/// How many of a source's newest items tell how often it publishes, where nothing else does.
const PUBLISHED_MAX: i64 = 50;

/// A source to visit now. It is the claimer's until the lease ends.
#[derive(Debug, Clone, PartialEq)]
pub struct DueSource {
    /// With the URL to fetch, which is not the declared one where the site has moved for good.
    pub source: Source,
    /// To be given back in the [`Visit`](crate::Visit): proof that the source was not claimed or
    /// declared anew since.
    pub epoch: u64,
    pub validators: Validators,
    /// The dates of its newest items, newest first, as long as its rhythm was not learnt.
    pub published: Vec<Timestamp>,
    /// How many visits have failed since the last that did not, and when the first of them did.
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    /// What was learnt of when and what it publishes.
    pub learnt: Learnt,
    /// Whether its readers are told that they can't rely on it, and why.
    pub trouble: Option<Ailment>,
    /// When it was first read since it was declared, or moved, or came back.
    pub first_read: Option<Timestamp>,
    /// The page to read in the place of the source's own.
    pub page: Option<DuePage>,
    /// What was learnt of how it writes: as it was given, `{}` at first.
    pub habits: String,
}

impl DueSource {
    /// Returns the address to visit.
    pub fn url(&self) -> &Url {
        self.page.as_ref().map_or(&self.source.url, |page| &page.url)
    }
}

impl Ledger {
    /// Leases up to `max` sources that are due, the longest due first: at most one for each host,
    /// and none whose host is being visited or wants a pause. A lease that runs out frees both.
    pub fn claim_due_sources(
        &mut self,
        now: Timestamp,
        max: usize,
        lease: Duration,
    ) -> Result<Vec<DueSource>, LedgerError> {
        self.write(|tx| {
            let numbers = due_sources(tx, now, max)?;
            let until = sql::later(now, lease);
            numbers.into_iter().map(|number| claim(tx, number, until, now)).collect()
        })
    }

    /// Takes over from a process that is gone: frees every source, host and delivery that it had
    /// leased. What waits for longer than `pause_max`, since its clock was ahead, waits no longer.
    /// For a process that knows that it is the only one.
    pub fn take_over(&mut self, now: Timestamp, pause_max: Duration) -> Result<(), LedgerError> {
        self.write(|tx| {
            let latest = sql::later(now, pause_max);
            let now = now.timestamp_millis();
            tx.execute("UPDATE source SET next_check = ?1 WHERE next_check > ?1", [latest])?;
            tx.execute("UPDATE host SET next_visit = ?1 WHERE next_visit > ?1", [latest])?;
            tx.execute("UPDATE delivery SET at = ?1 WHERE state = 'due' AND at > ?1", [latest])?;
            tx.execute(
                "UPDATE source SET next_check = ?1, epoch = epoch + 1
                 WHERE number IN (SELECT visitor FROM host WHERE visitor IS NOT NULL)",
                [now],
            )?;
            tx.execute(
                "UPDATE host SET next_visit = ?1, visitor = NULL WHERE visitor IS NOT NULL",
                [now],
            )?;
            tx.execute("UPDATE delivery SET state = 'due', at = ?1 WHERE state = 'leased'", [now])?;
            Ok(())
        })
    }

    /// Returns when the next source may be visited.
    pub fn next_source_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT min(max(s.next_check, coalesce(h.next_visit, s.next_check)))
                 FROM source s LEFT JOIN host h ON h.name = s.host
                 WHERE s.retired_at IS NULL",
            )?
            .query_row((), |row| sql::optional_time(row, 0))
        })
    }
}

fn due_sources(tx: &Connection, now: Timestamp, max: usize) -> rusqlite::Result<Vec<i64>> {
    // SQLite takes a bare column from the row that has the minimum:
    // https://sqlite.org/lang_select.html#bareagg
    tx.prepare_cached(
        "SELECT s.number, min(s.next_check) AS due
         FROM source s LEFT JOIN host h ON h.name = s.host
         WHERE s.retired_at IS NULL AND s.next_check <= ?1 AND coalesce(h.next_visit, ?1) <= ?1
         GROUP BY s.host ORDER BY due, s.number LIMIT ?2",
    )?
    .query_map((now.timestamp_millis(), limit(max)), |row| row.get(0))?
    .collect()
}

fn claim(tx: &Connection, number: i64, until: i64, now: Timestamp) -> rusqlite::Result<DueSource> {
    tx.prepare_cached("UPDATE source SET next_check = ?2, epoch = epoch + 1 WHERE number = ?1")?
        .execute((number, until))?;
    tx.prepare_cached(
        "INSERT INTO host (name, next_visit, visitor)
         SELECT host, ?2, number FROM source WHERE number = ?1
         ON CONFLICT (name) DO UPDATE
         SET next_visit = excluded.next_visit, visitor = excluded.visitor",
    )?
    .execute((number, until))?;
    let learnt = watch::learnt(tx, number)?;
    let published = if learnt.rhythm.is_none() { published(tx, number)? } else { Vec::new() };
    let page = walk::choose(tx, number, now)?;
    tx.prepare_cached(
        "SELECT id, url, name, kind, lang, every_ms, preset, full_text, zone, epoch, etag, last_modified,
                body_digest, failures, first_read, habits, since, trouble
         FROM source WHERE number = ?1",
    )?
    .query_row([number], |row| {
        Ok(DueSource {
            source: declare::source(row)?,
            epoch: sql::unsigned(row, 9)?,
            // They are those of the source's own page.
            validators: if page.is_some() {
                Validators::default()
            } else {
                Validators {
                    etag: row.get(10)?,
                    last_modified: row.get(11)?,
                    body_digest: row.get(12)?,
                }
            },
            published,
            failures: row.get(13)?,
            failing_since: match row.get(13)? {
                0 => None,
                1..=u32::MAX => sql::optional_time(row, 16)?,
            },
            learnt,
            trouble: watch::optional_ailment(row, 17)?,
            first_read: sql::optional_time(row, 14)?,
            page,
            habits: row.get(15)?,
        })
    })
}

fn published(tx: &Connection, source: i64) -> rusqlite::Result<Vec<Timestamp>> {
    tx.prepare_cached("SELECT date FROM item WHERE source = ?1 ORDER BY date DESC LIMIT ?2")?
        .query_map((source, PUBLISHED_MAX), |row| sql::time(row, 0))?
        .collect()
}
