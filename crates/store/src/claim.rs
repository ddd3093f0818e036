//! Claiming sources to visit: each by one visitor at a time, and each host by one.

use std::time::Duration;

use model::{Ailment, Host, Source, Timestamp, Validators};
use rusqlite::Connection;
use url::Url;

use crate::item::limit;
use crate::sending::{self, Sending};
use crate::walk::{self, DuePage};
use crate::watch::{self, Learnt};
use crate::{Ledger, LedgerError, declare, endpoint, host, sql};

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
    /// What is remembered of its host, to be given back in the visit as it is then.
    pub host: Host,
    /// Host and port.
    pub host_name: String,
}

/// How many sources may be claimed, by what is known of their hosts: so that those which keep their
/// visitors waiting take no place from those which do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Of hosts whose last answer came promptly.
    pub prompt: usize,
    /// Of the others, and of those that were never asked.
    pub other: usize,
}

impl DueSource {
    /// Returns the address to visit.
    pub fn url(&self) -> &Url {
        self.page.as_ref().map_or(&self.source.url, |page| &page.url)
    }
}

impl Ledger {
    /// Leases sources that are due, the longest due first, as far as there is room for their hosts: at
    /// most one for each host, and none whose host is being visited, wants a pause or rests. A lease that
    /// runs out frees both.
    pub fn claim_due_sources(
        &mut self,
        now: Timestamp,
        room: Room,
        lease: Duration,
    ) -> Result<Vec<DueSource>, LedgerError> {
        self.write(|tx| {
            let mut numbers = due_sources(tx, true, now, room.prompt)?;
            numbers.extend(due_sources(tx, false, now, room.other)?);
            let until = sql::later(now, lease);
            numbers.into_iter().map(|number| claim(tx, number, until)).collect()
        })
    }

    /// Takes over from a process that is gone: frees every source, host and delivery that it had
    /// leased. A source that waits for longer than `pause_max`, since its clock was ahead, waits no longer.
    /// For a process that knows that it is the only one.
    pub fn take_over(&mut self, now: Timestamp, pause_max: Duration) -> Result<(), LedgerError> {
        self.write(|tx| {
            let latest = sql::later(now, pause_max);
            let rests_until_max = sql::later(now, host::REST_MAX);
            sending::take_over(tx, Sending::Delivery, now)?;
            endpoint::take_over(tx, now)?;
            let now = now.timestamp_millis();
            tx.execute("UPDATE source SET next_check = ?1 WHERE next_check > ?1", [latest])?;
            tx.execute("UPDATE host SET next_visit = ?1 WHERE next_visit > ?1", [latest])?;
            // What a host asked for holds over a restart, however long a source may wait.
            tx.execute(
                "UPDATE host SET rests_until = ?1 WHERE rests_until > ?1",
                [rests_until_max],
            )?;
            tx.execute(
                "UPDATE source SET next_check = ?1, epoch = epoch + 1
                 WHERE number IN (SELECT visitor FROM host WHERE visitor IS NOT NULL)",
                [now],
            )?;
            tx.execute(
                "UPDATE host SET next_visit = ?1, visitor = NULL WHERE visitor IS NOT NULL",
                [now],
            )?;
            tx.execute("UPDATE assessment SET upto = ?1, stale = 1 WHERE upto > ?1", [now])?;
            Ok(())
        })
    }

    /// Returns when the next source may be visited.
    pub fn next_source_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            // By the index, one look for each kind of host.
            tx.prepare_cached(
                "SELECT min(ready) FROM (
                     SELECT min(ready) AS ready FROM host WHERE is_prompt = 0 AND ready IS NOT NULL
                     UNION ALL
                     SELECT min(ready) FROM host WHERE is_prompt = 1 AND ready IS NOT NULL)",
            )?
            .query_row((), |row| sql::optional_time(row, 0))
        })
    }
}

/// Returns the source that is longest due of each host that is ready, the longest ready first.
fn due_sources(
    tx: &Connection,
    is_prompt: bool,
    now: Timestamp,
    max: usize,
) -> rusqlite::Result<Vec<i64>> {
    if max == 0 {
        return Ok(Vec::new());
    }
    // Who is in a round of many pages lets others of its host pass that are due for as long.
    tx.prepare_cached(
        "SELECT (SELECT s.number FROM source s WHERE s.host = h.name AND s.retired_at IS NULL
                 ORDER BY s.next_check, s.budget, s.number LIMIT 1)
         FROM host h WHERE h.is_prompt = ?1 AND h.ready <= ?2
         ORDER BY h.ready, h.name LIMIT ?3",
    )?
    .query_map((is_prompt, now.timestamp_millis(), limit(max)), |row| row.get(0))?
    .collect()
}

fn claim(tx: &Connection, number: i64, until: i64) -> rusqlite::Result<DueSource> {
    tx.prepare_cached("UPDATE source SET next_check = ?2, epoch = epoch + 1 WHERE number = ?1")?
        .execute((number, until))?;
    tx.prepare_cached(
        "INSERT INTO host (name, next_visit, visitor)
         SELECT host, ?2, number FROM source WHERE number = ?1
         ON CONFLICT (name) DO UPDATE
         SET next_visit = excluded.next_visit, visitor = excluded.visitor",
    )?
    .execute((number, until))?;
    let page = walk::chosen(tx, number)?;
    if page.is_none() {
        tx.prepare_cached("UPDATE source SET wanted = 0 WHERE number = ?1 AND wanted = 1")?
            .execute([number])?;
    }
    due_source(tx, number, page)
}

/// Returns a source as it is to be visited, at its own page or at another.
pub(crate) fn due_source(
    tx: &Connection,
    number: i64,
    page: Option<DuePage>,
) -> rusqlite::Result<DueSource> {
    let learnt = watch::learnt(tx, number)?;
    let published = if learnt.rhythm.is_none() { published(tx, number)? } else { Vec::new() };
    let (host_name, host) = host::of_source(tx, number)?;
    tx.prepare_cached(
        "SELECT id, url, name, kind, lang, every_ms, preset, full_text, zone, epoch, etag, last_modified,
                body_digest, failures, first_read, habits, history_ms, since, trouble
         FROM source WHERE number = ?1",
    )?
    .query_row([number], |row| {
        Ok(DueSource {
            source: declare::source(row, 16)?,
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
                1..=u32::MAX => sql::optional_time(row, 17)?,
            },
            learnt,
            trouble: watch::optional_ailment(row, 18)?,
            first_read: sql::optional_time(row, 14)?,
            page,
            habits: row.get(15)?,
            host,
            host_name,
        })
    })
}

fn published(tx: &Connection, source: i64) -> rusqlite::Result<Vec<Timestamp>> {
    tx.prepare_cached("SELECT date FROM item WHERE source = ?1 ORDER BY date DESC LIMIT ?2")?
        .query_map((source, PUBLISHED_MAX), |row| sql::time(row, 0))?
        .collect()
}
