//! Mentions: what a query has found, with everything that was read or said of it.

use model::{ItemId, QueryName, StoredItem, Timestamp, Tone, ToneReading};
use rusqlite::Row;

use crate::correction::Relevance;
use crate::item::{limit, read_item, stored_item};
use crate::{Ledger, LedgerError, sql, tone};

/// An item that a query found.
#[derive(Debug, Clone, PartialEq)]
pub struct Mention {
    pub item: StoredItem,
    /// The first item of the story that it tells.
    pub story: ItemId,
    /// How it speaks of what the query looks for; `None` until it is read.
    pub tone: Option<ToneReading>,
    /// What a person said of that.
    pub tone_said: Option<Option<Tone>>,
    pub relevance: Option<Relevance>,
}

impl Mention {
    /// Returns the tone to go by: what a person said, else what was read.
    pub fn tone(&self) -> Option<Tone> {
        match self.tone_said {
            Some(said) => said,
            None => self.tone.as_ref().and_then(|read| read.tone),
        }
    }

    pub fn is_irrelevant(&self) -> bool {
        self.relevance == Some(Relevance::Irrelevant)
    }
}

/// Selects mentions, in the order of columns that [`mention`] reads.
macro_rules! mentions_where {
    ($condition:literal) => {
        concat!(
            "SELECT coalesce(i.story, i.id), h.tone, h.tone_said, h.relevance, ",
            stored_item!(),
            " FROM query q JOIN hit h ON h.query = q.number JOIN item i ON i.id = h.item
              JOIN item_version v ON v.seq = i.seq JOIN source s ON s.number = i.source
              WHERE ",
            $condition
        )
    };
}

impl Ledger {
    /// Returns what a query found on items that date from a stretch of time, whose end is not part of it:
    /// the newest `max`, the newest first. Of what was before its time, too.
    pub fn mentions(
        &self,
        query: &QueryName,
        since: Timestamp,
        until: Timestamp,
        max: usize,
    ) -> Result<Vec<Mention>, LedgerError> {
        self.dated(query, (since, until), None, max)
    }

    /// The same, of what counts as its volume: without what people said is not meant, what stands in some
    /// sources, by their numbers, and what sources said while they were not read.
    pub fn counted_mentions(
        &self,
        query: &QueryName,
        stretch: (Timestamp, Timestamp),
        except: &[u64],
        max: usize,
    ) -> Result<Vec<Mention>, LedgerError> {
        let except = except.iter().copied().collect::<serde_json::Value>().to_string();
        self.dated(query, stretch, Some(except), max)
    }

    /// Returns all, or what counts as volume outside of `except`.
    fn dated(
        &self,
        query: &QueryName,
        (since, until): (Timestamp, Timestamp),
        except: Option<String>,
        max: usize,
    ) -> Result<Vec<Mention>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(mentions_where!(
                "q.name = ?1 AND h.hour BETWEEN ?2 AND ?3 AND i.date >= ?4 AND i.date < ?5
                  AND (?7 IS NULL
                       OR h.relevance IS NOT 'irrelevant'
                          AND i.source NOT IN (SELECT value FROM json_each(?7))
                          AND NOT EXISTS (SELECT 1 FROM gap g WHERE g.source = i.source
                                          AND g.since <= i.date AND g.until > i.date))
                  ORDER BY h.hour DESC, i.date DESC, i.id DESC LIMIT ?6"
            ))?
            .query_map(
                (
                    query.as_str(),
                    sql::hour(since),
                    sql::hour(until),
                    since.timestamp_millis(),
                    until.timestamp_millis(),
                    limit(max),
                    except,
                ),
                mention,
            )?
            .collect()
        })
    }

    /// Returns what a query found on one item; `None` where it did not find it.
    pub fn mention(&self, query: &QueryName, item: ItemId) -> Result<Option<Mention>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(mentions_where!("q.name = ?1 AND h.item = ?2"))?
                .query_map((query.as_str(), item.0.cast_signed()), mention)?
                .next()
                .transpose()
        })
    }
}

/// Reads the story's first item, what was read and said, and a stored item.
pub(crate) fn mention(row: &Row<'_>) -> rusqlite::Result<Mention> {
    let said: Option<String> = row.get(2)?;
    Ok(Mention {
        story: ItemId(sql::unsigned(row, 0)?),
        tone: tone::reading(row.get_ref(1)?.as_str_or_null()?),
        tone_said: said.map(|word| tone::tone(2, &word)).transpose()?,
        relevance: relevance(row, 3)?,
        item: read_item(row, 4)?,
    })
}

pub(crate) fn relevance(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Relevance>> {
    let said: Option<String> = row.get(column)?;
    Ok(said.as_deref().and_then(Relevance::read))
}
