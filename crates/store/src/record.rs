//! Recording what a visit brought: new items, new versions, hits, volume, validators, health and
//! next check, all or nothing.

use std::time::Duration;

use model::{Host, Item, Problem, QueryName, SourceId, Timestamp, Validators};
use rusqlite::{Connection, OptionalExtension};
use url::Url;

use crate::hit::Finding;
use crate::identity::Evidence;
use crate::reading::{Read, Reading};
use crate::walk::{self, Sight, Step};
use crate::watch::{self, Conclusion};
use crate::{Ledger, LedgerError, counts, declare, host, push, sql};

/// How often a source may fail where it was moved to.
const FAILURES_WHERE_MOVED: u32 = 3;

/// How many problems of a reading are kept; all are counted.
const PROBLEMS_MAX: usize = 20;

/// What a visit to a claimed source brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    pub source: SourceId,
    /// From the [`DueSource`](crate::DueSource) that was claimed.
    pub epoch: u64,
    /// The [`SavedQueries::version`](crate::SavedQueries::version) that the items were matched with.
    pub queries_version: u64,
    pub outcome: Outcome,
    /// When to come again, unless what was new says otherwise.
    pub next_check: Timestamp,
    /// How long to leave the host alone from now on.
    pub host_pause: Duration,
    /// What to remember of the host.
    pub host: Host,
    /// What to remember of other hosts that were asked on the way, by name and port. They are left alone
    /// for as long.
    pub passed: Vec<(String, Host)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and gone with the visit")]
pub enum Outcome {
    Read {
        items: Vec<Found>,
        problems: Vec<Problem>,
        validators: Validators,
        /// Where the site says, for good, that the source is now.
        moved_to: Option<Url>,
        sight: Sight,
    },
    Unchanged {
        validators: Validators,
        /// How many other pages of the source may follow in this round.
        budget: u32,
    },
    Failed {
        reason: String,
        /// Whether the site says that there is no such page.
        missing: bool,
        /// Whether to leave the source's other pages alone until its next check.
        ends_round: bool,
    },
}

/// An item that was read, and the queries that match it. Its `source` is the visit's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub item: Item,
    pub hits: Vec<QueryName>,
    /// What its hits are, if it is new.
    pub finding: Finding,
}

/// What was new in a visit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Recorded {
    pub new: usize,
    /// Items with another title or text than before, or moved to another address.
    pub changed: usize,
    pub hits: usize,
    /// Items that were gone from where they had been.
    pub removed: usize,
    /// Whether another page of the source is to be read at once.
    pub goes_on: bool,
}

/// What was new in a visit, for those who conclude from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    pub recorded: Recorded,
    /// When the new items were published, as they say; those that do not say appeared now.
    pub appeared: Vec<Timestamp>,
}

/// Why a visit was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Drop what was read: the lease ran out and another claimed the source, or it was declared
    /// anew.
    #[error("the visit to {visited} is stale")]
    Stale { visited: SourceId },
    /// Match what was read again: queries were added, edited or retired since.
    #[error("the saved queries have changed")]
    QueriesChanged,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<rusqlite::Error> for RecordError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Ledger(error.into())
    }
}

impl Ledger {
    /// Records a visit and gives the source back.
    ///
    /// Each new item and each new version of a known one gets the next position of the log. A hit
    /// that its query already has is not counted again; hits for queries that are not declared are
    /// left out.
    pub fn record_fetch(&mut self, visit: &Visit, now: Timestamp) -> Result<Recorded, RecordError> {
        let conclude = |_: &News| Conclusion::come_again(visit.next_check);
        self.record_concluded(visit, conclude, now).map(|(recorded, _)| recorded)
    }

    /// The same, where what was new decides what follows: `conclude` is asked within the transaction.
    pub fn record_concluded(
        &mut self,
        visit: &Visit,
        conclude: impl Fn(&News) -> Conclusion,
        now: Timestamp,
    ) -> Result<(Recorded, Conclusion), RecordError> {
        self.write_or_refuse(|tx| {
            let source = claimed_source(tx, visit)?
                .ok_or_else(|| RecordError::Stale { visited: visit.source.clone() })?;
            if declare::queries_version(tx)? != visit.queries_version {
                return Err(RecordError::QueriesChanged);
            }
            let page = walk::walking(tx, source.number)?;
            let mut read = Read::default();
            if let Outcome::Read { items, .. } = &visit.outcome {
                let (family, evidence) = (visit.source.family(), &source.evidence);
                let source = source.number;
                read = Reading { tx, source, family, evidence, now }.record(items)?;
            }
            let mut recorded = read.recorded;
            let conclusion = conclude(&News { recorded, appeared: read.appeared });
            let next_check = conclusion.next_check;
            let step = Step { tx, source: source.number, page, now, next_check };
            match &visit.outcome {
                Outcome::Read { items, problems, validators, moved_to, sight } => {
                    recorded.removed = step.held(&read.ids, sight.held)?;
                    recorded.removed += step.taken_back(&sight.removed)?;
                    step.saw(sight, items.len(), read.unmet)?;
                    if page.is_none() {
                        push::note_offer(tx, source.number, sight.offer.as_ref(), now)?;
                        if recorded.new > 0 {
                            push::note_missed(tx, source.number)?;
                        }
                        note_problems(tx, source.number, problems)?;
                        note_success(tx, source.number, "read", validators, now)?;
                    }
                    if recorded.new > 0 {
                        note_new_item(tx, source.number, now)?;
                    }
                    host::free(tx, source.number, &visit.host, visit.host_pause, now)?;
                    if let (Some(url), None, false) = (moved_to, page, conclusion.stays) {
                        move_source(tx, source.number, url, visit.host_pause, now)?;
                    }
                }
                Outcome::Unchanged { validators, budget } => {
                    note_success(tx, source.number, "unchanged", validators, now)?;
                    step.begin_round(*budget)?;
                    host::free(tx, source.number, &visit.host, visit.host_pause, now)?;
                }
                Outcome::Failed { reason, missing, ends_round } => {
                    // First the host that was asked: a failure may change the address.
                    host::free(tx, source.number, &visit.host, visit.host_pause, now)?;
                    match page {
                        None => note_failure(tx, source.number, reason, now)?,
                        Some(page) if *missing => step.missing(page)?,
                        Some(page) => step.failed(page, *ends_round)?,
                    }
                }
            }
            for (name, passed) in &visit.passed {
                host::passed(tx, name, passed, visit.host_pause, now)?;
            }
            recorded.goes_on = step.goes_on()?;
            watch::conclude(tx, source.number, &conclusion, now)?;
            let is_wanted = recorded.goes_on || source.is_wanted;
            let next_check = if is_wanted { now } else { next_check };
            // The epoch moves on, so that the same visit cannot be recorded twice.
            tx.prepare_cached(
                "UPDATE source SET next_check = ?2, epoch = epoch + 1 WHERE number = ?1",
            )?
            .execute((source.number, next_check.timestamp_millis()))?;
            Ok((recorded, conclusion))
        })
    }
}

struct ClaimedSource {
    number: i64,
    evidence: Evidence,
    /// Another visit was asked for since this one began.
    is_wanted: bool,
}

fn claimed_source(tx: &Connection, visit: &Visit) -> rusqlite::Result<Option<ClaimedSource>> {
    tx.prepare_cached(
        "SELECT number, evidence, wanted FROM source
         WHERE id = ?1 AND epoch = ?2 AND retired_at IS NULL",
    )?
    .query_row((visit.source.as_str(), visit.epoch.cast_signed()), |row| {
        Ok(ClaimedSource {
            number: row.get(0)?,
            evidence: sql::parsed(row, 1, |json| serde_json::from_str(json).ok())?,
            is_wanted: row.get(2)?,
        })
    })
    .optional()
}

/// Returns what is known about the identity of a source's items.
pub(crate) fn evidence(tx: &Connection, source: i64) -> rusqlite::Result<Evidence> {
    tx.prepare_cached("SELECT evidence FROM source WHERE number = ?1")?
        .query_row([source], |row| sql::parsed(row, 0, |json| serde_json::from_str(json).ok()))
}

fn note_success(
    tx: &Connection,
    source: i64,
    outcome: &str,
    validators: &Validators,
    now: Timestamp,
) -> rusqlite::Result<()> {
    counts::note_recovery(tx, source, now)?;
    tx.prepare_cached(
        "UPDATE source SET etag = ?2, last_modified = ?3, body_digest = ?4,
                first_read = coalesce(first_read, ?5),
                since = CASE WHEN last_check IS NULL OR failures > 0 THEN ?5 ELSE since END,
                failures = 0, failure = NULL, last_check = ?5, last_good = ?5, last_outcome = ?6
         WHERE number = ?1",
    )?
    .execute((
        source,
        &validators.etag,
        &validators.last_modified,
        &validators.body_digest,
        now.timestamp_millis(),
        outcome,
    ))?;
    Ok(())
}

fn note_failure(
    tx: &Connection,
    source: i64,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE source SET since = CASE WHEN failures = 0 THEN ?3 ELSE since END,
                failures = failures + 1, failure = ?2, last_check = ?3, last_outcome = 'failed'
         WHERE number = ?1",
    )?
    .execute((source, reason, now.timestamp_millis()))?;
    go_back(tx, source)
}

/// Returns a source that keeps failing where the site once moved it to the address that its owner
/// gave: the move may have been a mistake, or the new place may be gone.
fn go_back(tx: &Connection, source: i64) -> rusqlite::Result<()> {
    let moved: Option<String> = tx
        .prepare_cached(
            "SELECT declared_url FROM source
             WHERE number = ?1 AND url <> declared_url AND failures >= ?2",
        )?
        .query_row((source, FAILURES_WHERE_MOVED), |row| row.get(0))
        .optional()?;
    let Some(declared) = moved.and_then(|url| Url::parse(&url).ok()) else { return Ok(()) };
    tx.prepare_cached(
        "UPDATE source SET url = declared_url, host = ?2,
                etag = NULL, last_modified = NULL, body_digest = NULL
         WHERE number = ?1",
    )?
    .execute((source, declare::host(&declared)))?;
    Ok(())
}

fn note_problems(tx: &Connection, source: i64, problems: &[Problem]) -> rusqlite::Result<()> {
    let kept = &problems[..problems.len().min(PROBLEMS_MAX)];
    let kept = serde_json::to_string(kept)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    tx.prepare_cached("UPDATE source SET problem_count = ?2, problems = ?3 WHERE number = ?1")?
        .execute((source, crate::item::limit(problems.len()), kept))?;
    Ok(())
}

pub(crate) fn note_new_item(tx: &Connection, source: i64, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE source SET last_new_item = ?2 WHERE number = ?1")?
        .execute((source, now.timestamp_millis()))?;
    Ok(())
}

/// Follows a source to its new address. The visit has just been there, so its host rests too.
fn move_source(
    tx: &Connection,
    source: i64,
    url: &Url,
    pause: Duration,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let host = declare::host(url);
    tx.prepare_cached("UPDATE source SET url = ?2, host = ?3 WHERE number = ?1")?.execute((
        source,
        url.as_str(),
        &host,
    ))?;
    tx.prepare_cached(
        "INSERT INTO host (name, next_visit) VALUES (?1, ?2)
         ON CONFLICT (name) DO UPDATE SET next_visit = max(next_visit, excluded.next_visit)",
    )?
    .execute((&host, sql::later(now, pause)))?;
    Ok(())
}
