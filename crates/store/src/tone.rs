//! How the items that queries find speak of what they look for.

use model::{ItemId, QueryName, Seq, StoredItem, Tone, ToneReading};
use rusqlite::Row;

use crate::item::{limit, read_item, stored_item};
use crate::{Ledger, LedgerError, sql};

/// A hit whose tone is still to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadHit {
    pub query: QueryName,
    /// The query, with its named parts written out.
    pub text: String,
    pub item: StoredItem,
}

/// The tone that was read of a hit.
#[derive(Debug, Clone, PartialEq)]
pub struct HitTone {
    pub query: QueryName,
    pub item: ItemId,
    /// The position of the version that was read.
    pub seq: Seq,
    pub reading: ToneReading,
}

impl Ledger {
    /// Returns hits whose tone is still to be read, those on the newest items first.
    pub fn unread_hits(&self, max: usize) -> Result<Vec<UnreadHit>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT q.name, q.text, ",
                stored_item!(),
                " FROM hit h INDEXED BY hit_unread JOIN query q ON q.number = h.query
                  JOIN item i ON i.id = h.item JOIN item_version v ON v.seq = i.seq
                  JOIN source s ON s.number = i.source
                  WHERE h.tone IS NULL AND q.retired_at IS NULL ORDER BY h.item DESC LIMIT ?1"
            ))?
            .query_map([limit(max)], |row| {
                Ok(UnreadHit {
                    query: QueryName::new(row.get::<_, String>(0)?),
                    text: row.get(1)?,
                    item: read_item(row, 2)?,
                })
            })?
            .collect()
        })
    }

    /// Records the tones of hits. That of a version that is no longer the newest is left out: the new one
    /// is read in its turn.
    pub fn record_tones(&mut self, tones: &[HitTone]) -> Result<(), LedgerError> {
        self.write(|tx| {
            let mut update = tx.prepare_cached(
                "UPDATE hit SET tone = ?4
                 WHERE query = (SELECT number FROM query WHERE name = ?1) AND item = ?2
                   AND (SELECT seq FROM item WHERE id = ?2) = ?3",
            )?;
            for HitTone { query, item, seq, reading } in tones {
                let reading = serde_json::to_string(reading)
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
                let place = (item.0.cast_signed(), seq.0.cast_signed());
                update.execute((query.as_str(), place.0, place.1, reading))?;
            }
            Ok(())
        })
    }
}

/// Reads a tone reading; one that another version wrote and this one cannot read is none.
pub(crate) fn reading(json: Option<&str>) -> Option<ToneReading> {
    serde_json::from_str(json?).ok()
}

/// Reads the tone to go by, from the columns of what a person said and of what was read.
pub(crate) fn said_or_read(
    row: &Row<'_>,
    said: usize,
    read: usize,
) -> rusqlite::Result<Option<Tone>> {
    match row.get_ref(said)?.as_str_or_null()? {
        Some(word) => tone(said, word),
        None => Ok(reading(row.get_ref(read)?.as_str_or_null()?).and_then(|read| read.tone)),
    }
}

/// Writes a tone as the ledger does; unsure where there is none.
pub(crate) fn word(tone: Option<Tone>) -> &'static str {
    tone.map_or("unsure", Tone::as_str)
}

/// Reads what [`word`] wrote.
pub(crate) fn tone(column: usize, word: &str) -> rusqlite::Result<Option<Tone>> {
    match word {
        "unsure" => Ok(None),
        word => word.parse().map(Some).map_err(|_| sql::unreadable(column, &word)),
    }
}
