//! Reading the ledger's items again, by better readers than those that first read them.

use std::collections::HashSet;

use model::{ItemId, Lang, QueryName, Seq, StoredItem, Timestamp, ToneReading};
use rusqlite::Connection;

use crate::item::{limit, read_item, stored_item};
use crate::ledger::head;
use crate::story::{self, Told};
use crate::tone::{HitTone, reading};
use crate::{Ledger, LedgerError, sql};

/// An item, and the story that it was found to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadItem {
    pub item: StoredItem,
    /// `None` where it was not compared yet.
    pub story: Option<ItemId>,
}

/// A hit, and how it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadHit {
    pub query: QueryName,
    /// The query, with its named parts written out.
    pub text: String,
    pub item: ItemId,
    /// `None` where it was not read yet.
    pub tone: Option<ToneReading>,
}

/// What an item was found to be when it was read again.
#[derive(Debug, Clone, PartialEq)]
pub struct Reread {
    pub seq: Seq,
    pub lang: Option<Lang>,
    pub tone: Option<model::Tone>,
    pub told: Told,
}

impl Ledger {
    /// Returns items that date from a time on, in the order of their ids: the next after one.
    pub fn items_from(
        &self,
        since: Timestamp,
        after: ItemId,
        max: usize,
    ) -> Result<Vec<ReadItem>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT i.story, ",
                stored_item!(),
                " FROM ",
                stored_item!(tables),
                " WHERE i.id > ?1 AND i.date >= ?2 ORDER BY i.id LIMIT ?3"
            ))?
            .query_map((after.0.cast_signed(), since.timestamp_millis(), limit(max)), |row| {
                let story: Option<i64> = row.get(0)?;
                let story = story.map(|story| ItemId(story.cast_unsigned()));
                Ok(ReadItem { item: read_item(row, 1)?, story })
            })?
            .collect()
        })
    }

    /// Returns the hits on an item, of queries that there are.
    pub fn hits_on(&self, item: ItemId) -> Result<Vec<ReadHit>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT q.name, q.text, h.tone FROM hit h JOIN query q ON q.number = h.query
                 WHERE h.item = ?1 AND q.retired_at IS NULL ORDER BY q.name",
            )?
            .query_map([item.0.cast_signed()], |row| {
                Ok(ReadHit {
                    query: QueryName::new(row.get::<_, String>(0)?),
                    text: row.get(1)?,
                    item,
                    tone: reading(row.get_ref(2)?.as_str_or_null()?),
                })
            })?
            .collect()
        })
    }

    /// Returns the items whose stories people have set right: those stay as they said.
    pub fn stories_said(&self) -> Result<HashSet<ItemId>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached("SELECT item FROM correction WHERE what = 'story'")?
                .query_map((), |row| sql::unsigned(row, 0).map(ItemId))?
                .collect()
        })
    }

    /// Records what items and hits were found to be. What was edited since it was read is left out. It
    /// may be done in parts, and again: nothing depends on the order.
    pub fn record_again(
        &mut self,
        items: &[Reread],
        tones: &[HitTone],
        since: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            for read in items {
                record(tx, read, since)?;
            }
            Ok(())
        })?;
        self.record_tones(tones)
    }

    /// Has queries look through the whole past again, as if they had been edited.
    pub fn search_again(&mut self, queries: &[QueryName]) -> Result<(), LedgerError> {
        if queries.is_empty() {
            return Ok(());
        }
        let names = sql::list(queries.iter().map(QueryName::as_str));
        self.write(|tx| {
            let head = head(tx)?.0.cast_signed();
            tx.prepare_cached(
                "UPDATE query SET edition = edition + 1, history_after = 0, history_until = ?2
                 WHERE retired_at IS NULL AND ?2 > 0
                   AND name IN (SELECT value FROM json_each(?1))",
            )?
            .execute((&names, head))?;
            tx.execute("UPDATE ledger SET queries_version = queries_version + 1", ())?;
            Ok(())
        })
    }
}

fn record(tx: &Connection, read: &Reread, since: Timestamp) -> rusqlite::Result<()> {
    let Reread { seq, lang, tone, told } = read;
    let written = tx
        .prepare_cached(
            "UPDATE item_version SET lang = ?3
             WHERE seq = ?2 AND seq = (SELECT seq FROM item WHERE id = ?1)",
        )?
        .execute((
            told.item.0.cast_signed(),
            seq.0.cast_signed(),
            lang.as_ref().map(Lang::as_str),
        ))?;
    if written == 0 {
        return Ok(());
    }
    let mut details = tx
        .prepare_cached("SELECT details FROM item WHERE id = ?1")?
        .query_row([told.item.0.cast_signed()], |row| sql::details(row, 0))?;
    if details.tone != *tone {
        details.tone = *tone;
        tx.prepare_cached("UPDATE item SET details = ?2 WHERE id = ?1")?
            .execute((told.item.0.cast_signed(), sql::details_json(&details)?))?;
    }
    story::note(tx, told, since)
}
