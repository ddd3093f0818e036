//! How everything stands, in one consistent read.

use model::{
    Ailment, Average, DeliveryId, Health, Problem, QueryName, Seq, Source, SubscriptionId,
    Timestamp,
};
use rusqlite::{Connection, Row};

use crate::host::{self, RestingHost};
use crate::ledger::head;
use crate::walk::{self, Past};
use crate::{Ledger, LedgerError, declare, sql, watch};

/// How everything stands at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    pub head: Seq,
    /// By id.
    pub sources: Vec<SourceStatus>,
    /// By name.
    pub queries: Vec<QueryStatus>,
    /// Hosts that are left alone for now, and why.
    pub resting: Vec<RestingHost>,
    pub outbox: OutboxCounts,
    /// Deliveries that failed and will be tried again, the next first.
    pub retries: Vec<Undelivered>,
    /// Deliveries that were given up, the newest first. [`Ledger::revive`] tries one again.
    pub dead_letters: Vec<Undelivered>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceStatus {
    /// With the URL that is fetched.
    pub source: Source,
    pub health: Health,
    /// Why its readers can't rely on it, whether its visits fail or not.
    pub trouble: Option<SourceTrouble>,
    pub next_check: Timestamp,
    pub last_check: Option<Timestamp>,
    pub last_outcome: Option<LastOutcome>,
    pub last_new_item: Option<Timestamp>,
    /// How many problems the last reading had.
    pub problem_count: u64,
    /// The first of them.
    pub problems: Vec<Problem>,
    /// How many pages it leads to, how many of them wait to be read, and how many of these have failed.
    pub pages: u64,
    pub pages_due: u64,
    pub pages_failing: u64,
    /// The newest of what it says of all reviews.
    pub average: Option<Average>,
    /// How far back into its past it was read, where its owner wants that.
    pub past: Option<Past>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTrouble {
    pub ailment: Ailment,
    pub since: Timestamp,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastOutcome {
    Read,
    Unchanged,
    Failed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryStatus {
    pub name: QueryName,
    pub text: String,
    /// Hits on items that date from the hour that began 24 hours ago, or later.
    pub hits_24h: u64,
    /// The same over 7 days.
    pub hits_7d: u64,
    /// How many stories those of 7 days tell.
    pub stories_7d: u64,
    /// All of them.
    pub hits: u64,
    /// What its history run still has to visit, after the first and up to the second position.
    pub history: Option<(Seq, Seq)>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutboxCounts {
    pub due: u64,
    pub leased: u64,
    pub sent: u64,
    pub dead: u64,
}

/// A delivery that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    pub id: DeliveryId,
    pub subscription: SubscriptionId,
    pub recipient: String,
    pub attempt: u32,
    /// When it is tried again, or was given up.
    pub at: Timestamp,
    pub reason: String,
}

impl Ledger {
    /// Tells how everything stands.
    pub fn status(&self, now: Timestamp) -> Result<Status, LedgerError> {
        self.read(|tx| {
            Ok(Status {
                head: head(tx)?,
                sources: sources(tx)?,
                queries: queries(tx, now)?,
                resting: host::resting(tx, now)?,
                outbox: outbox(tx)?,
                retries: undelivered(tx, "'due' ORDER BY d.at, d.id")?,
                dead_letters: undelivered(tx, "'dead' ORDER BY d.at DESC, d.id DESC")?,
            })
        })
    }
}

fn sources(tx: &Connection) -> rusqlite::Result<Vec<SourceStatus>> {
    tx.prepare_cached(
        "SELECT id, url, name, kind, lang, every_ms, preset, full_text, zone, failures, since, failure,
                max(next_check, (SELECT rests_until FROM host WHERE name = source.host)),
                last_check, last_outcome, last_new_item, problem_count, problems,
                (SELECT count(*) FROM page p WHERE p.source = source.number),
                (SELECT count(*) FROM page p WHERE p.source = source.number AND p.due IS NOT NULL),
                (SELECT count(*) FROM page p WHERE p.source = source.number AND p.failures > 0),
                history_ms, trouble, trouble_since, trouble_reason
         FROM source WHERE retired_at IS NULL ORDER BY id",
    )?
    .query_map((), |row| {
        Ok(SourceStatus {
            source: declare::source(row, 21)?,
            health: health(row)?,
            trouble: trouble(row)?,
            next_check: sql::time(row, 12)?,
            last_check: sql::optional_time(row, 13)?,
            last_outcome: last_outcome(row)?,
            last_new_item: sql::optional_time(row, 15)?,
            problem_count: sql::unsigned(row, 16)?,
            problems: sql::parsed(row, 17, |json| serde_json::from_str(json).ok())?,
            pages: sql::unsigned(row, 18)?,
            pages_due: sql::unsigned(row, 19)?,
            pages_failing: sql::unsigned(row, 20)?,
            average: walk::newest_average(tx, row.get::<_, String>(0)?.as_str())?,
            past: walk::past(tx, row.get::<_, String>(0)?.as_str())?,
        })
    })?
    .collect()
}

fn health(row: &Row<'_>) -> rusqlite::Result<Health> {
    Ok(match (row.get(9)?, sql::optional_time(row, 10)?) {
        (_, None) => Health::Unvisited,
        (0, Some(since)) => Health::Well { since },
        (failures, Some(since)) => Health::Failing { since, failures, reason: row.get(11)? },
    })
}

fn trouble(row: &Row<'_>) -> rusqlite::Result<Option<SourceTrouble>> {
    let Some(ailment) = watch::optional_ailment(row, 22)? else { return Ok(None) };
    Ok(Some(SourceTrouble { ailment, since: sql::time(row, 23)?, reason: row.get(24)? }))
}

fn last_outcome(row: &Row<'_>) -> rusqlite::Result<Option<LastOutcome>> {
    let word: Option<String> = row.get(14)?;
    word.map(|word| match word.as_str() {
        "read" => Ok(LastOutcome::Read),
        "unchanged" => Ok(LastOutcome::Unchanged),
        "failed" => Ok(LastOutcome::Failed),
        _ => Err(sql::unreadable(11, &word)),
    })
    .transpose()
}

fn queries(tx: &Connection, now: Timestamp) -> rusqlite::Result<Vec<QueryStatus>> {
    let hour = sql::hour(now);
    tx.prepare_cached(
        "SELECT name, text,
                (SELECT coalesce(sum(items), 0) FROM volume WHERE query = number AND hour >= ?1),
                (SELECT coalesce(sum(items), 0) FROM volume WHERE query = number AND hour >= ?2),
                (SELECT coalesce(sum(items), 0) FROM volume WHERE query = number),
                (SELECT count(DISTINCT coalesce(i.story, i.id))
                 FROM hit h JOIN item i ON i.id = h.item
                 WHERE h.query = number AND h.hour >= ?2 AND h.relevance IS NOT 'irrelevant'),
                history_after, history_until
         FROM query WHERE retired_at IS NULL ORDER BY name",
    )?
    .query_map((hour - 24, hour - 24 * 7), |row| {
        let after: Option<i64> = row.get(6)?;
        let until: Option<i64> = row.get(7)?;
        Ok(QueryStatus {
            name: QueryName::new(row.get::<_, String>(0)?),
            text: row.get(1)?,
            hits_24h: sql::unsigned(row, 2)?,
            hits_7d: sql::unsigned(row, 3)?,
            hits: sql::unsigned(row, 4)?,
            stories_7d: sql::unsigned(row, 5)?,
            history: after
                .zip(until)
                .map(|(after, until)| (Seq(after.cast_unsigned()), Seq(until.cast_unsigned()))),
        })
    })?
    .collect()
}

pub(crate) fn outbox(tx: &Connection) -> rusqlite::Result<OutboxCounts> {
    tx.prepare_cached(
        "SELECT count(*) FILTER (WHERE state = 'due'), count(*) FILTER (WHERE state = 'leased'),
                count(*) FILTER (WHERE state = 'sent'), count(*) FILTER (WHERE state = 'dead')
         FROM delivery",
    )?
    .query_row((), |row| {
        Ok(OutboxCounts {
            due: sql::unsigned(row, 0)?,
            leased: sql::unsigned(row, 1)?,
            sent: sql::unsigned(row, 2)?,
            dead: sql::unsigned(row, 3)?,
        })
    })
}

/// Returns the failed deliveries of a state, in an order.
fn undelivered(tx: &Connection, which: &str) -> rusqlite::Result<Vec<Undelivered>> {
    tx.prepare_cached(&format!(
        "SELECT d.id, d.subscription, d.recipient, d.attempt, d.at, d.reason FROM delivery d
         WHERE d.reason IS NOT NULL AND d.state = {which}"
    ))?
    .query_map((), |row| {
        Ok(Undelivered {
            id: DeliveryId(sql::unsigned(row, 0)?),
            subscription: SubscriptionId::new(row.get::<_, String>(1)?),
            recipient: row.get(2)?,
            attempt: row.get(3)?,
            at: sql::time(row, 4)?,
            reason: row.get(5)?,
        })
    })?
    .collect()
}
