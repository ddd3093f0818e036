//! Feeds that hubs push (WebSub): what is agreed with each hub, and the bodies that came and are still to
//! be read. A question to a hub counts as failed until the hub verifies it, so that a crash in between
//! costs a pause and nothing else.

mod subscription;

use model::{SourceId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use url::Url;

use crate::claim::{self, DueSource};
use crate::reading::Reading;
use crate::record::{self, Found, RecordError, Recorded};
use crate::{Ledger, LedgerError, declare, sql};

pub use subscription::{HubAsk, HubOffer, HubState, HubStatus, HubTalk};
pub(crate) use subscription::{note_missed, note_offer};

/// Bodies of one source that wait to be read. A hub that pushes more has to come again.
const PUSHES_MAX: i64 = 100;

/// What a hub pushed.
#[derive(Debug, Clone, PartialEq)]
pub struct Pushed {
    pub number: u64,
    /// As if the source were visited now.
    pub due: DueSource,
    pub received_at: Timestamp,
    pub topic: Url,
    pub content_type: Option<String>,
    pub link: Option<String>,
    pub body: Vec<u8>,
}

/// Whether a pushed body was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Kept,
    /// Too many wait to be read: the hub may come again.
    Full,
    /// Nothing is wanted of this callback any more.
    Gone,
}

/// What a pushed body held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushRead {
    pub number: u64,
    /// As in [`Visit`](crate::Visit).
    pub queries_version: u64,
    /// `None` where it was no feed: the source is to be visited instead.
    pub items: Option<Vec<Found>>,
    /// Whether a visit is to follow what is new, since there is more to read of it.
    pub visit: bool,
}

impl Ledger {
    /// Keeps a body that a hub pushed to a callback, to be read. Its signature has been checked.
    pub fn keep_push(
        &mut self,
        token: &str,
        content_type: Option<&str>,
        link: Option<&str>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Kept, LedgerError> {
        self.write(|tx| {
            let subscription = tx
                .prepare_cached(
                    "SELECT h.number, h.source, h.topic FROM hub_subscription h
                     JOIN source s ON s.number = h.source
                     WHERE h.token = ?1 AND h.state IN ('offered', 'live') AND s.retired_at IS NULL",
                )?
                .query_row([token], |row| {
                    Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, String>(2)?))
                })
                .optional()?;
            let Some((number, source, topic)) = subscription else { return Ok(Kept::Gone) };
            let waiting: i64 = tx
                .prepare_cached("SELECT count(*) FROM push WHERE source = ?1")?
                .query_row([source], |row| row.get(0))?;
            if waiting >= PUSHES_MAX {
                return Ok(Kept::Full);
            }
            tx.prepare_cached(
                "INSERT INTO push (source, received_at, topic, content_type, link, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute((source, now.timestamp_millis(), topic, content_type, link, body))?;
            tx.prepare_cached(
                "UPDATE hub_subscription SET pushed_at = ?2, missed = 0 WHERE number = ?1",
            )?
            .execute((number, now.timestamp_millis()))?;
            Ok(Kept::Kept)
        })
    }

    /// Has the source of a callback visited at once: what was pushed could not be kept.
    pub fn visit_instead(&mut self, token: &str, now: Timestamp) -> Result<(), LedgerError> {
        self.write(|tx| {
            let source: Option<i64> = tx
                .prepare_cached("SELECT source FROM hub_subscription WHERE token = ?1")?
                .query_row([token], |row| row.get(0))
                .optional()?;
            source.map_or(Ok(()), |source| visit_soon(tx, source, now))
        })
    }

    /// Returns the body that waits for longest to be read. Those of retired sources are dropped.
    pub fn next_push(&mut self) -> Result<Option<Pushed>, LedgerError> {
        if !self.read(|tx| tx.prepare_cached("SELECT 1 FROM push LIMIT 1")?.exists(()))? {
            return Ok(None);
        }
        self.write(|tx| {
            tx.prepare_cached(
                "DELETE FROM push WHERE source IN
                     (SELECT number FROM source WHERE retired_at IS NOT NULL)",
            )?
            .execute(())?;
            pushed(tx)
        })
    }

    /// Records what a pushed body held and forgets the body. Visits of the source are not touched: an item
    /// that one brings too is known by then, or is told from this one's.
    pub fn record_push(
        &mut self,
        push: &PushRead,
        now: Timestamp,
    ) -> Result<Recorded, RecordError> {
        self.write_or_refuse(|tx| {
            let of = tx
                .prepare_cached("DELETE FROM push WHERE number = ?1 RETURNING source")?
                .query_row([push.number.cast_signed()], |row| row.get::<_, i64>(0))
                .optional()?;
            // Read twice: what it held is there.
            let Some(source) = of else { return Ok(Recorded::default()) };
            let mut recorded = Recorded::default();
            if let Some(items) = &push.items {
                if declare::queries_version(tx)? != push.queries_version {
                    return Err(RecordError::QueriesChanged);
                }
                let evidence = record::evidence(tx, source)?;
                let id = id_of(tx, source)?;
                let family = id.family();
                let reading = Reading { tx, source, family, evidence: &evidence, now };
                recorded = reading.record(items)?.recorded;
                if recorded.new > 0 {
                    record::note_new_item(tx, source, now)?;
                }
            }
            if push.items.is_none() || push.visit && recorded.new > 0 {
                visit_soon(tx, source, now)?;
            }
            Ok(recorded)
        })
    }

    /// Returns how many bodies wait to be read.
    pub fn pushes_waiting(&self) -> Result<u64, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached("SELECT count(*) FROM push")?
                .query_row((), |row| sql::unsigned(row, 0))
        })
    }
}

/// Lets a source be visited now, if its host allows; again, if it is being visited.
pub(crate) fn visit_soon(tx: &Connection, source: i64, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE source SET next_check = min(next_check, ?2), wanted = 1 WHERE number = ?1",
    )?
    .execute((source, now.timestamp_millis()))?;
    Ok(())
}

fn pushed(tx: &Connection) -> rusqlite::Result<Option<Pushed>> {
    let row = tx
        .prepare_cached(
            "SELECT number, source, received_at, topic, content_type, link, body
             FROM push ORDER BY number LIMIT 1",
        )?
        .query_row((), |row| {
            let pushed = (sql::unsigned(row, 0)?, row.get::<_, i64>(1)?, sql::time(row, 2)?);
            let said: (Option<String>, Option<String>) = (row.get(4)?, row.get(5)?);
            Ok((pushed, sql::url(row, 3)?, said, row.get::<_, Vec<u8>>(6)?))
        })
        .optional()?;
    let Some(((number, source, received_at), topic, (content_type, link), body)) = row else {
        return Ok(None);
    };
    let due = claim::due_source(tx, source, None)?;
    Ok(Some(Pushed { number, due, received_at, topic, content_type, link, body }))
}

fn id_of(tx: &Connection, source: i64) -> rusqlite::Result<SourceId> {
    tx.prepare_cached("SELECT id FROM source WHERE number = ?1")?
        .query_row([source], |row| row.get::<_, String>(0).map(SourceId::new))
}
