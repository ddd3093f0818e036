//! Digests: which subscription is due, what was found for it since it was last told, and the one
//! transaction that turns this into deliveries.

use std::collections::BTreeMap;

use model::{Held, ItemId, Kind, QueryName, Seq, StoredItem, SubscriptionId, Timestamp, Tone};
use rusqlite::{Connection, Row};

use crate::correction::Relevance;
use crate::item::{limit, read_item, stored_item};
use crate::ledger::head;
use crate::mention::relevance;
use crate::outbox::{self, NewDelivery};
use crate::withheld::{self, Standpoint, Waiting, Whose, not_told};
use crate::{Ledger, LedgerError, heard, hold, sql, tone};

/// What the hits of one digest may hold of texts. One item has a megabyte at most.
const HITS_BYTES_MAX: usize = 64 << 20;

/// When a subscription is next told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// It was declared, and its schedule is not known yet.
    Unscheduled,
    /// As soon as anything is found.
    AsItHappens,
    At(Timestamp),
}

/// A declared subscription and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubscriptionState {
    pub id: SubscriptionId,
    /// Every position up to here has been told.
    pub told: Seq,
    pub due: Due,
    /// Until when it waits, if it has something to tell or is overdue.
    pub waits_until: Option<Timestamp>,
    /// Why.
    pub held: Option<Held>,
}

/// A subscription to tell now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueSubscription {
    pub id: SubscriptionId,
    /// What was found after this position is to be told.
    pub since: Seq,
    /// When it was due; `None` when it is told as it happens.
    pub at: Option<Timestamp>,
    /// What its mails were held for since they were last told.
    pub held: Option<Held>,
}

/// An item that a query found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub query: QueryName,
    /// The position at which it was found; the item may have changed since.
    pub seq: Seq,
    pub item: StoredItem,
    /// The first item of the story that it tells; itself before it was compared.
    pub story: ItemId,
    /// How it speaks of what the query looks for: what a person said, else what was read.
    pub tone: Option<Tone>,
    /// Whether that is still to be read.
    pub is_unread: bool,
    pub relevance: Option<Relevance>,
}

/// What was found in the newest stretch of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHits {
    /// The newest, by position.
    pub hits: Vec<Hit>,
    /// How many items the older ones are.
    pub older: BTreeMap<Kind, u64>,
    /// The end of the stretch: there are no others up to and including this position.
    pub upto: Seq,
}

/// What one subscription is told for one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDigest {
    pub subscription: SubscriptionId,
    /// Where the digest starts: [`DueSubscription::since`].
    pub since: Seq,
    /// Where it ends: [`NewHits::upto`].
    pub upto: Seq,
    pub period_end: Timestamp,
    /// When the next one is due; `None` for as it happens.
    pub next_due: Option<Timestamp>,
    /// None at all where there is nothing to tell: the subscription only moves on. Those to who has left
    /// meanwhile are not written.
    pub deliveries: Vec<NewDelivery>,
    /// Which queries wait from where the digest starts, or are released with it.
    pub waiting: Waiting,
}

/// What became of a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enqueued {
    Written,
    /// The subscription has moved on, or was retired, since it was found due: nothing was written.
    AlreadyTold,
}

impl Ledger {
    /// Returns the declared subscriptions, by id.
    pub fn subscriptions(&self) -> Result<Vec<SubscriptionState>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT id, told, due, due_at, wait_until, held_since, held_for FROM subscription
                 WHERE retired_at IS NULL ORDER BY id",
            )?
            .query_map((), |row| {
                Ok(SubscriptionState {
                    id: SubscriptionId::new(row.get::<_, String>(0)?),
                    told: Seq(sql::unsigned(row, 1)?),
                    due: due(row)?,
                    waits_until: sql::optional_time(row, 4)?,
                    held: hold::held(row, 4)?,
                })
            })?
            .collect()
        })
    }

    /// Sets when a subscription is next told; `None` for as it happens. To be called for those that
    /// are [`Due::Unscheduled`], and where a subscription's cadence was changed.
    pub fn schedule(
        &mut self,
        subscription: &SubscriptionId,
        next_due: Option<Timestamp>,
    ) -> Result<(), LedgerError> {
        self.write(|tx| schedule(tx, subscription, next_due))
    }

    /// Returns the subscriptions to tell: those whose time has come, and, once a query has found
    /// anything that they were not told, or holds a query back from them, those told as it happens; those
    /// that wait only after that. The ledger does not know who
    /// subscribed to which query: where it was nothing for them, an empty digest moves them on.
    pub fn due_subscriptions(&self, now: Timestamp) -> Result<Vec<DueSubscription>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT id, told, due_at, wait_until, held_since, held_for FROM subscription
                 WHERE retired_at IS NULL AND coalesce(wait_until, 0) <= ?1 AND (
                     due_at <= ?1
                     OR due = 'as_it_happens' AND (
                         told < (SELECT head FROM log_head)
                         -- Query by query: hits by themselves have no order to look into.
                         AND EXISTS (SELECT 1 FROM query q CROSS JOIN hit h ON h.query = q.number
                                     WHERE q.retired_at IS NULL AND h.history = 0 AND h.seq > told)
                         OR EXISTS (SELECT 1 FROM withheld w WHERE w.subscription = id)))
                 ORDER BY due_at, id",
            )?
            .query_map([now.timestamp_millis()], |row| {
                Ok(DueSubscription {
                    id: SubscriptionId::new(row.get::<_, String>(0)?),
                    since: Seq(sql::unsigned(row, 1)?),
                    at: sql::optional_time(row, 2)?,
                    held: hold::held(row, 3)?,
                })
            })?
            .collect()
        })
    }

    /// Returns when the next subscription is due that has a schedule or waits. Others wait for
    /// [`Ledger::record_fetch`] instead.
    pub fn next_digest_due(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT min(max(coalesce(due_at, wait_until), coalesce(wait_until, due_at)))
                 FROM subscription WHERE retired_at IS NULL",
            )?
            .query_row((), |row| sql::optional_time(row, 0))
        })
    }

    /// Returns what queries found after their positions, history left out: the newest `max` hits or a few
    /// more, since the hits of one position are never parted, and how many items the others are. Long
    /// texts make it fewer: those beyond 64 MB are counted only. Queries that waited are read from where
    /// they stood, but for what was told through another query meanwhile.
    pub fn untold_hits(&self, at: &Standpoint, max: usize) -> Result<NewHits, LedgerError> {
        let place = Place {
            read: at.places(),
            told: at.told.0.cast_signed(),
            told_places: at.told_places(),
            first: at.read.iter().map(|(_, since)| since.0 + 1).min().unwrap_or(at.told.0 + 1),
        };
        self.read(|tx| {
            let from = start_of_newest(tx, &place, max)?;
            let (hits, from) = newest(tx, &place, from)?;
            Ok(NewHits { hits, older: count_items(tx, &place, from)?, upto: head(tx)? })
        })
    }

    /// Writes a digest and its deliveries and moves the subscription on, unless it was moved on by
    /// another since the digest was begun.
    pub fn enqueue(&mut self, digest: &NewDigest, now: Timestamp) -> Result<Enqueued, LedgerError> {
        self.write(|tx| {
            if !is_new(tx, digest)? {
                return Ok(Enqueued::AlreadyTold);
            }
            if !digest.deliveries.is_empty() {
                write_digest(tx, digest, now)?;
            }
            tx.prepare_cached(
                "UPDATE subscription SET told = max(told, ?2), wait_until = NULL,
                     held_since = NULL, held_for = NULL
                 WHERE id = ?1",
            )?
            .execute((digest.subscription.as_str(), digest.upto.0.cast_signed()))?;
            schedule(tx, &digest.subscription, digest.next_due)?;
            let whose = Whose::Subscription(&digest.subscription);
            withheld::change(tx, whose, &digest.waiting, digest.since, now)?;
            if digest.waiting.noted > 0 && !digest.deliveries.is_empty() {
                heard::note_said(tx, &digest.subscription, digest.waiting.noted)?;
            }
            Ok(Enqueued::Written)
        })
    }
}

fn due(row: &Row<'_>) -> rusqlite::Result<Due> {
    Ok(match (row.get_ref(2)?.as_str()?, sql::optional_time(row, 3)?) {
        ("unscheduled", None) => Due::Unscheduled,
        ("as_it_happens", None) => Due::AsItHappens,
        ("at", Some(at)) => Due::At(at),
        (word, _) => return Err(sql::unreadable(2, &word)),
    })
}

fn schedule(
    tx: &Connection,
    subscription: &SubscriptionId,
    next_due: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let due = if next_due.is_some() { "at" } else { "as_it_happens" };
    tx.prepare_cached("UPDATE subscription SET due = ?2, due_at = ?3 WHERE id = ?1")?.execute((
        subscription.as_str(),
        due,
        next_due.map(|time| time.timestamp_millis()),
    ))?;
    Ok(())
}

/// A standpoint as statements take it.
struct Place {
    read: String,
    told: i64,
    told_places: String,
    /// No query is read from before this position.
    first: u64,
}

/// Returns the position from which on the newest `max` hits stand.
fn start_of_newest(tx: &Connection, place: &Place, max: usize) -> rusqlite::Result<Seq> {
    let start = tx
        .prepare_cached(concat!(
            "SELECT h.seq FROM",
            not_told!(),
            "ORDER BY h.seq DESC LIMIT 1 OFFSET ?4"
        ))?
        .query_map((&place.read, place.told, &place.told_places, limit(max.max(1)) - 1), |row| {
            sql::unsigned(row, 0)
        })?
        .next()
        .transpose()?;
    Ok(Seq(start.unwrap_or(place.first)))
}

/// Returns the hits from a position on, by position, and that from which they are whole.
fn newest(tx: &Connection, place: &Place, from: Seq) -> rusqlite::Result<(Vec<Hit>, Seq)> {
    let mut select = tx.prepare_cached(concat!(
        "SELECT f.name, h.seq, coalesce(i.story, i.id), h.tone, h.tone_said, h.relevance, ",
        stored_item!(),
        " FROM (SELECT q.name, h.query, h.item FROM",
        not_told!(),
        "AND h.seq >= ?4) f
          JOIN hit h ON h.query = f.query AND h.item = f.item JOIN item i ON i.id = h.item
          JOIN item_version v ON v.seq = i.seq JOIN source s ON s.number = i.source
          ORDER BY h.seq DESC, f.name DESC"
    ))?;
    let mut hits: Vec<Hit> = Vec::new();
    let mut bytes = 0;
    let mut rows =
        select.query((&place.read, place.told, &place.told_places, from.0.cast_signed()))?;
    while let Some(row) = rows.next()? {
        let hit = hit(row)?;
        let is_next = hits.last().is_some_and(|last| last.seq != hit.seq);
        if is_next && bytes >= HITS_BYTES_MAX {
            let whole = hits.last().map_or(from, |last| last.seq);
            hits.reverse();
            return Ok((hits, whole));
        }
        bytes += hit.item.item.text.len() + hit.item.item.details.quote.len();
        hits.push(hit);
    }
    hits.reverse();
    Ok((hits, from))
}

fn hit(row: &Row<'_>) -> rusqlite::Result<Hit> {
    Ok(Hit {
        query: QueryName::new(row.get::<_, String>(0)?),
        seq: Seq(sql::unsigned(row, 1)?),
        story: ItemId(sql::unsigned(row, 2)?),
        tone: tone::said_or_read(row, 4, 3)?,
        is_unread: row
            .get_ref(3)?
            .as_str_or_null()?
            .or(row.get_ref(4)?.as_str_or_null()?)
            .is_none(),
        relevance: relevance(row, 5)?,
        item: read_item(row, 6)?,
    })
}

/// Counts the items with hits before a position, by kind.
fn count_items(
    tx: &Connection,
    place: &Place,
    before: Seq,
) -> rusqlite::Result<BTreeMap<Kind, u64>> {
    tx.prepare_cached(concat!(
        "SELECT i.kind, count(DISTINCT i.id)
         FROM (SELECT h.item FROM",
        not_told!(),
        "AND h.seq < ?4) f JOIN item i ON i.id = f.item GROUP BY i.kind"
    ))?
    .query_map((&place.read, place.told, &place.told_places, before.0.cast_signed()), |row| {
        Ok((sql::parsed(row, 0, |word| word.parse().ok())?, sql::unsigned(row, 1)?))
    })?
    .collect()
}

fn is_new(tx: &Connection, digest: &NewDigest) -> rusqlite::Result<bool> {
    let in_place = tx
        .prepare_cached(
            "SELECT 1 FROM subscription WHERE id = ?1 AND told = ?2 AND retired_at IS NULL",
        )?
        .exists((digest.subscription.as_str(), digest.since.0.cast_signed()))?;
    // A digest of the same period that found nothing more is the same digest.
    let told = tx
        .prepare_cached(
            "SELECT 1 FROM digest WHERE subscription = ?1 AND period_end = ?2 AND upto = ?3",
        )?
        .exists((
            digest.subscription.as_str(),
            digest.period_end.timestamp_millis(),
            digest.upto.0.cast_signed(),
        ))?;
    Ok(in_place && !told)
}

fn write_digest(tx: &Connection, digest: &NewDigest, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO digest (subscription, period_end, since, upto, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute((
        digest.subscription.as_str(),
        digest.period_end.timestamp_millis(),
        digest.since.0.cast_signed(),
        digest.upto.0.cast_signed(),
        now.timestamp_millis(),
    ))?;
    let number = tx.last_insert_rowid();
    for delivery in &digest.deliveries {
        outbox::put(tx, outbox::Of::Digest(number), &digest.subscription, delivery, now)?;
    }
    Ok(())
}
