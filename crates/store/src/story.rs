//! Stories: which items are copies of one another, as the reader of the log found or a person said.

use model::{ItemId, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::item::stored_item;
use crate::{Ledger, LedgerError, Provenance, event, sql};

/// An item with the story that it tells, and what other items are compared with it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub item: ItemId,
    /// The first item of the story: itself for one that stands alone.
    pub story: ItemId,
    /// When it was first seen.
    pub at: Timestamp,
    /// In the form of whoever compares; the ledger does not look into it.
    pub fingerprint: Vec<u8>,
}

/// The items of one story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Story {
    pub first: ItemId,
    /// How many items it has.
    pub items: u64,
    /// How many sources they come from.
    pub sources: u64,
    /// The oldest of them, by date.
    pub oldest: Vec<Provenance>,
}

impl Ledger {
    /// Returns the position up to which items were compared with one another.
    pub fn stories_upto(&self) -> Result<Seq, LedgerError> {
        self.read(|tx| upto(tx))
    }

    /// Records which stories the items after `after` and up to `upto` tell, and forgets what items from
    /// before `since` are compared by. How edited items speak is to be read again. Returns false, and
    /// writes nothing, if another has compared since.
    pub fn record_stories(
        &mut self,
        after: Seq,
        upto: Seq,
        told: &[Told],
        since: Timestamp,
    ) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let moved = tx
                .prepare_cached("UPDATE ledger SET stories_upto = ?2 WHERE stories_upto = ?1")?
                .execute((after.0.cast_signed(), upto.0.cast_signed()))?;
            if moved == 0 {
                return Ok(false);
            }
            for told in told {
                note(tx, told, since)?;
                tx.prepare_cached(
                    "UPDATE hit SET tone = NULL WHERE item = ?1 AND tone IS NOT NULL",
                )?
                .execute([told.item.0.cast_signed()])?;
            }
            event::note_growth(tx, told)?;
            tx.prepare_cached("DELETE FROM fingerprint WHERE at < ?1")?
                .execute([since.timestamp_millis()])?;
            Ok(true)
        })
    }

    /// Hands over what items of a date are compared by, since a date, in the order of their ids.
    pub fn each_fingerprint(
        &self,
        since: Timestamp,
        mut each: impl FnMut(Told),
    ) -> Result<(), LedgerError> {
        self.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT f.item, i.story, f.at, f.print FROM fingerprint f
                 JOIN item i ON i.id = f.item WHERE f.at >= ?1 ORDER BY f.item",
            )?;
            let mut rows = select.query([since.timestamp_millis()])?;
            while let Some(row) = rows.next()? {
                let item = ItemId(sql::unsigned(row, 0)?);
                let story: Option<i64> = row.get(1)?;
                each(Told {
                    item,
                    story: story.map_or(item, |story| ItemId(story.cast_unsigned())),
                    at: sql::time(row, 2)?,
                    fingerprint: row.get(3)?,
                });
            }
            Ok(())
        })
    }

    /// Returns the story that an item tells, with the `max` oldest of its items; `None` for an item that
    /// the ledger does not have.
    pub fn story(&self, item: ItemId, max: usize) -> Result<Option<Story>, LedgerError> {
        self.read(|tx| {
            let Some(first) = story_of(tx, item)? else { return Ok(None) };
            let (items, sources) = size(tx, first)?;
            let oldest = tx
                .prepare_cached(concat!(
                    "SELECT i.id, i.seq, s.id, s.name, v.url, i.published, i.first_seen, NULL FROM ",
                    stored_item!(tables),
                    " WHERE i.id = ?1 OR i.story = ?1 AND i.story <> i.id
                      ORDER BY i.date, i.id LIMIT ?2"
                ))?
                .query_map((first.0.cast_signed(), crate::item::limit(max)), |row| {
                    crate::item::provenance(row)
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok(Some(Story { first, items, sources, oldest }))
        })
    }
}

fn upto(tx: &Connection) -> rusqlite::Result<Seq> {
    tx.prepare_cached("SELECT stories_upto FROM ledger")?
        .query_row((), |row| sql::unsigned(row, 0))
        .map(Seq)
}

pub(crate) fn note(tx: &Connection, told: &Told, since: Timestamp) -> rusqlite::Result<()> {
    set_story(tx, told.item, told.story)?;
    if told.at < since {
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO fingerprint (item, at, print) VALUES (?1, ?2, ?3)
         ON CONFLICT (item) DO UPDATE SET at = excluded.at, print = excluded.print",
    )?
    .execute((told.item.0.cast_signed(), told.at.timestamp_millis(), &told.fingerprint))?;
    Ok(())
}

pub(crate) fn set_story(tx: &Connection, item: ItemId, story: ItemId) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE item SET story = ?2 WHERE id = ?1")?
        .execute((item.0.cast_signed(), story.0.cast_signed()))?;
    Ok(())
}

/// Returns the first item of the story that an item tells: itself before it was compared.
pub(crate) fn story_of(tx: &Connection, item: ItemId) -> rusqlite::Result<Option<ItemId>> {
    tx.prepare_cached("SELECT coalesce(story, id) FROM item WHERE id = ?1")?
        .query_row([item.0.cast_signed()], |row| sql::unsigned(row, 0).map(ItemId))
        .optional()
}

/// Returns how many items a story has, and in how many sources.
pub(crate) fn size(tx: &Connection, story: ItemId) -> rusqlite::Result<(u64, u64)> {
    tx.prepare_cached(
        "SELECT count(*), count(DISTINCT source) FROM item
         WHERE id = ?1 OR story = ?1 AND story <> id",
    )?
    .query_row([story.0.cast_signed()], |row| Ok((sql::unsigned(row, 0)?, sql::unsigned(row, 1)?)))
}
