//! Reading items back.

use model::{Item, ItemId, Kind, Seq, SourceId, StoredItem, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};
use url::Url;

use crate::{Ledger, LedgerError, sql};

/// What a batch of items may hold of texts before it ends. One item has a megabyte at most.
const BATCH_BYTES_MAX: usize = 32 << 20;

/// The columns of a stored item, read by [`read_item`] from the column it is told, and the tables
/// they come from: `i` (item), `v` (its newest version), `s` (its source).
macro_rules! stored_item {
    () => {
        "i.id, v.seq, v.version, i.first_seen, s.id, i.kind, i.guid, v.url, v.title, v.text,
         v.author, v.lang, i.published, i.updated, i.details, i.removed_at"
    };
    (tables) => {
        "item i JOIN item_version v ON v.seq = i.seq JOIN source s ON s.number = i.source"
    };
}
pub(crate) use stored_item;

impl Ledger {
    /// Returns up to `max` items whose newest version stands after a position, by position; fewer,
    /// but at least one, where their texts are long.
    ///
    /// A reader of the whole log follows the newest versions: a position that a newer version of its
    /// item has overtaken has no item any more.
    pub fn items_after(&self, after: Seq, max: usize) -> Result<Vec<StoredItem>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT ",
                stored_item!(),
                " FROM ",
                stored_item!(tables),
                " WHERE i.seq > ?1 ORDER BY i.seq LIMIT ?2"
            ))?
            .query_map((after.0.cast_signed(), limit(max)), |row| read_item(row, 0))?
            .scan(0, |bytes, item| {
                let full = *bytes >= BATCH_BYTES_MAX;
                *bytes += item.as_ref().map_or(0, |StoredItem { item, .. }| {
                    item.text.len() + item.details.quote.len()
                });
                (!full).then_some(item)
            })
            .collect()
        })
    }

    /// Returns items in the order of their ids; those that the ledger does not have are left out.
    pub fn items(&self, ids: &[ItemId]) -> Result<Vec<StoredItem>, LedgerError> {
        self.read(|tx| ids.iter().filter_map(|id| item(tx, *id).transpose()).collect())
    }
}

impl Ledger {
    /// Returns the newest items of a source that date from a time on, the newest first.
    pub fn items_of(
        &self,
        source: &SourceId,
        since: Timestamp,
        max: usize,
    ) -> Result<Vec<StoredItem>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT ",
                stored_item!(),
                " FROM ",
                stored_item!(tables),
                " WHERE s.id = ?1 AND i.date >= ?2 ORDER BY i.date DESC, i.id DESC LIMIT ?3"
            ))?
            .query_map((source.as_str(), since.timestamp_millis(), limit(max)), |row| {
                read_item(row, 0)
            })?
            .collect()
        })
    }

    /// Counts the items of each source that date from a time on; sources without any are left out.
    pub fn volume_of_sources(&self, since: Timestamp) -> Result<Vec<(SourceId, u64)>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT s.id, count(*) FROM source s JOIN item i ON i.source = s.number
                 WHERE i.date >= ?1 GROUP BY s.id ORDER BY s.id",
            )?
            .query_map([since.timestamp_millis()], |row| {
                Ok((SourceId::new(row.get::<_, String>(0)?), sql::unsigned(row, 1)?))
            })?
            .collect()
        })
    }
}

/// Where an item came from and when, without its texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    pub id: ItemId,
    /// The log position of the newest version.
    pub seq: Seq,
    pub source: SourceId,
    /// The source's name, as people read it.
    pub source_name: String,
    pub url: Option<Url>,
    pub published: Option<Timestamp>,
    pub first_seen: Timestamp,
    /// When its source was first read, if that was not after it was first seen.
    pub first_read: Option<Timestamp>,
}

impl Ledger {
    /// Returns where items came from, in the order of their ids; those that the ledger does not have are
    /// left out. It costs a fraction of [`Ledger::items`].
    pub fn provenance(&self, ids: &[ItemId]) -> Result<Vec<Provenance>, LedgerError> {
        self.read(|tx| {
            let mut select = tx.prepare_cached(concat!(
                "SELECT i.id, i.seq, s.id, s.name, v.url, i.published, i.first_seen,
                        CASE WHEN i.first_seen >= s.first_read THEN s.first_read END FROM ",
                stored_item!(tables),
                " WHERE i.id = ?1"
            ))?;
            let mut found = Vec::with_capacity(ids.len());
            for id in ids {
                let row = select.query_row([id.0.cast_signed()], provenance).optional()?;
                found.extend(row);
            }
            Ok(found)
        })
    }
}

pub(crate) fn provenance(row: &Row<'_>) -> rusqlite::Result<Provenance> {
    Ok(Provenance {
        id: ItemId(sql::unsigned(row, 0)?),
        seq: Seq(sql::unsigned(row, 1)?),
        source: SourceId::new(row.get::<_, String>(2)?),
        source_name: row.get(3)?,
        url: sql::optional_url(row, 4)?,
        published: sql::optional_time(row, 5)?,
        first_seen: sql::time(row, 6)?,
        first_read: sql::optional_time(row, 7)?,
    })
}

fn item(tx: &Connection, id: ItemId) -> rusqlite::Result<Option<StoredItem>> {
    tx.prepare_cached(concat!(
        "SELECT ",
        stored_item!(),
        " FROM ",
        stored_item!(tables),
        " WHERE i.id = ?1"
    ))?
    .query_row([id.0.cast_signed()], |row| read_item(row, 0))
    .optional()
}

/// Reads the columns of `stored_item!()`, of which the first is `first`.
pub(crate) fn read_item(row: &Row<'_>, first: usize) -> rusqlite::Result<StoredItem> {
    Ok(StoredItem {
        id: ItemId(sql::unsigned(row, first)?),
        seq: Seq(sql::unsigned(row, first + 1)?),
        version: row.get(first + 2)?,
        first_seen: sql::time(row, first + 3)?,
        removed: sql::optional_time(row, first + 15)?,
        item: Item {
            source: SourceId::new(row.get::<_, String>(first + 4)?),
            kind: sql::parsed(row, first + 5, |word| word.parse::<Kind>().ok())?,
            guid: row.get(first + 6)?,
            url: sql::optional_url(row, first + 7)?,
            title: row.get(first + 8)?,
            text: row.get(first + 9)?,
            author: row.get(first + 10)?,
            lang: sql::lang(row, first + 11)?,
            published: sql::optional_time(row, first + 12)?,
            updated: sql::optional_time(row, first + 13)?,
            details: sql::details(row, first + 14)?,
        },
    })
}

/// Writes a `max` as SQL's LIMIT.
pub(crate) fn limit(max: usize) -> i64 {
    i64::try_from(max).unwrap_or(i64::MAX)
}
