//! Corrections: what people set right, kept in the order in which they did, and used from then on.

use std::collections::BTreeMap;

use model::{ItemId, QueryName, Timestamp, Tone};
use rusqlite::{Connection, OptionalExtension};

use crate::item::limit;
use crate::{Ledger, LedgerError, hit, sql, story, tone};

/// What a person says of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Whether it is what a query is meant to find.
    Relevance(Relevance),
    /// How it speaks of what a query looks for; `None` where nobody can tell.
    Tone(Option<Tone>),
    /// It tells the same as another item does.
    SameStory(ItemId),
    /// It tells a story of its own.
    OwnStory,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relevance {
    Relevant,
    Irrelevant,
}

/// A correction to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCorrection<'a> {
    pub person: &'a str,
    pub item: ItemId,
    /// Needed for a word on relevance or tone: an item is one thing to one query, another to another.
    pub query: Option<&'a QueryName>,
    pub word: Word,
}

/// A correction that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    pub number: u64,
    pub at: Timestamp,
    pub person: String,
    /// `relevance`, `tone` or `story`.
    pub what: String,
    pub query: Option<QueryName>,
    pub item: ItemId,
    /// What stood there before; `None` for nothing.
    pub was: Option<String>,
    pub said: String,
}

/// Why nothing was set right.
#[derive(Debug, thiserror::Error)]
pub enum CorrectError {
    #[error("there is no item {0}")]
    NoItem(ItemId),
    #[error("item {0} is the same as itself: name another")]
    Itself(ItemId),
    #[error("{query} has not found item {item}")]
    NoHit { query: QueryName, item: ItemId },
    #[error("a word on relevance or tone needs its query")]
    NoQuery,
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// An item that a person judged, as a query's finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    pub item: ItemId,
    pub relevance: Relevance,
}

/// How often what was read was set right, of what was found since a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Accuracy {
    pub hits: u64,
    pub relevant: u64,
    pub irrelevant: u64,
    /// How many hits were read with each tone, by its word.
    pub read: BTreeMap<String, u64>,
    /// (what was read, what a person said) and how often, in words.
    pub tones: BTreeMap<(String, String), u64>,
}

impl From<rusqlite::Error> for CorrectError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Ledger(error.into())
    }
}

impl Relevance {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Relevant => "relevant",
            Self::Irrelevant => "irrelevant",
        }
    }

    pub(crate) fn read(word: &str) -> Option<Self> {
        [Self::Relevant, Self::Irrelevant].into_iter().find(|known| known.as_str() == word)
    }
}

impl Ledger {
    /// Sets something right. What a person says of a tone stands above what is read; what is not
    /// relevant leaves the volume and is told to nobody who was not told yet. An item that begins a
    /// story and joins another takes its copies along; one that leaves leaves them behind.
    pub fn correct(
        &mut self,
        correction: &NewCorrection<'_>,
        now: Timestamp,
    ) -> Result<Correction, CorrectError> {
        let NewCorrection { person, item, query, word } = *correction;
        self.write_or_refuse(|tx| {
            let before = story::story_of(tx, item)?.ok_or(CorrectError::NoItem(item))?;
            let (what, number, was, said) = match word {
                Word::Relevance(relevance) => {
                    let hit = judged(tx, query, item)?;
                    set_relevance(tx, &hit, item, relevance)?;
                    ("relevance", Some(hit.query), hit.relevance, relevance.as_str().to_owned())
                }
                Word::Tone(said) => {
                    let hit = judged(tx, query, item)?;
                    let said = tone::word(said);
                    tx.prepare_cached(
                        "UPDATE hit SET tone_said = ?3 WHERE query = ?1 AND item = ?2",
                    )?
                    .execute((hit.query, item.0.cast_signed(), said))?;
                    let read = tone::reading(hit.tone.as_deref()).map(|read| tone::word(read.tone));
                    ("tone", Some(hit.query), read.map(str::to_owned), said.to_owned())
                }
                Word::SameStory(other) if other == item => return Err(CorrectError::Itself(item)),
                Word::SameStory(other) => {
                    let story = story::story_of(tx, other)?.ok_or(CorrectError::NoItem(other))?;
                    join(tx, item, before, story)?;
                    ("story", None, Some(before.to_string()), story.to_string())
                }
                Word::OwnStory => {
                    leave(tx, item, before)?;
                    ("story", None, Some(before.to_string()), item.to_string())
                }
            };
            tx.prepare_cached(
                "INSERT INTO correction (at, person, what, query, item, was, said)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                now.timestamp_millis(),
                person,
                what,
                number,
                item.0.cast_signed(),
                &was,
                &said,
            ))?;
            Ok(Correction {
                number: tx.last_insert_rowid().cast_unsigned(),
                at: now,
                person: person.to_owned(),
                what: what.to_owned(),
                query: number.and(query).cloned(),
                item,
                was,
                said,
            })
        })
    }

    /// Returns the newest corrections, the newest first.
    pub fn corrections(&self, max: usize) -> Result<Vec<Correction>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT c.number, c.at, c.person, c.what, q.name, c.item, c.was, c.said
                 FROM correction c LEFT JOIN query q ON q.number = c.query
                 ORDER BY c.number DESC LIMIT ?1",
            )?
            .query_map([limit(max)], |row| {
                Ok(Correction {
                    number: sql::unsigned(row, 0)?,
                    at: sql::time(row, 1)?,
                    person: row.get(2)?,
                    what: row.get(3)?,
                    query: row.get::<_, Option<String>>(4)?.map(QueryName::new),
                    item: ItemId(sql::unsigned(row, 5)?),
                    was: row.get(6)?,
                    said: row.get(7)?,
                })
            })?
            .collect()
        })
    }

    /// Returns the number of the last correction of a story, 0 before there is one: who keeps stories in
    /// memory tells by it that some have changed.
    pub fn last_story_correction(&self) -> Result<u64, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT coalesce(max(number), 0) FROM correction WHERE what = 'story'",
            )?
            .query_row((), |row| sql::unsigned(row, 0))
        })
    }

    /// Returns what people said of a query's findings, the newest items first.
    pub fn marks(&self, query: &QueryName, max: usize) -> Result<Vec<Mark>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT h.item, h.relevance FROM hit h INDEXED BY hit_judged
                 JOIN query q ON q.number = h.query
                 WHERE q.name = ?1 AND h.relevance IS NOT NULL ORDER BY h.item DESC LIMIT ?2",
            )?
            .query_map((query.as_str(), limit(max)), |row| {
                Ok(Mark {
                    item: ItemId(sql::unsigned(row, 0)?),
                    relevance: sql::parsed(row, 1, Relevance::read)?,
                })
            })?
            .collect()
        })
    }

    /// Counts how a query's findings on items since a date were read and set right; of all queries where
    /// none is named.
    pub fn accuracy(
        &self,
        query: Option<&QueryName>,
        since: Timestamp,
    ) -> Result<Accuracy, LedgerError> {
        self.read(|tx| {
            let mut accuracy = Accuracy::default();
            let mut select = tx.prepare_cached(
                "SELECT coalesce(h.tone ->> 'tone', 'unsure'), h.tone IS NULL, h.tone_said,
                        h.relevance, count(*)
                 FROM query q JOIN hit h ON h.query = q.number
                 WHERE (?1 IS NULL OR q.name = ?1) AND q.retired_at IS NULL AND h.hour >= ?2
                 GROUP BY 1, 2, 3, 4",
            )?;
            let name = query.map(QueryName::as_str);
            let mut rows = select.query((name, sql::hour(since)))?;
            while let Some(row) = rows.next()? {
                let (read, is_unread): (String, bool) = (row.get(0)?, row.get(1)?);
                let (said, relevance): (Option<String>, Option<String>) =
                    (row.get(2)?, row.get(3)?);
                let count = sql::unsigned(row, 4)?;
                accuracy.hits += count;
                match relevance.as_deref().and_then(Relevance::read) {
                    Some(Relevance::Relevant) => accuracy.relevant += count,
                    Some(Relevance::Irrelevant) => accuracy.irrelevant += count,
                    None => {}
                }
                if is_unread {
                    continue;
                }
                *accuracy.read.entry(read.clone()).or_default() += count;
                if let Some(said) = said {
                    *accuracy.tones.entry((read, said)).or_default() += count;
                }
            }
            Ok(accuracy)
        })
    }
}

/// A hit, as a person judges it.
struct Judged {
    query: i64,
    hour: i64,
    tone: Option<String>,
    relevance: Option<String>,
}

fn judged(
    tx: &Connection,
    query: Option<&QueryName>,
    item: ItemId,
) -> Result<Judged, CorrectError> {
    let query = query.ok_or(CorrectError::NoQuery)?;
    let hit = tx
        .prepare_cached(
            "SELECT h.query, h.hour, h.tone, h.relevance FROM query q
             JOIN hit h ON h.query = q.number WHERE q.name = ?1 AND h.item = ?2",
        )?
        .query_row((query.as_str(), item.0.cast_signed()), |row| {
            Ok(Judged {
                query: row.get(0)?,
                hour: row.get(1)?,
                tone: row.get(2)?,
                relevance: row.get(3)?,
            })
        })
        .optional()?;
    hit.ok_or_else(|| CorrectError::NoHit { query: query.clone(), item })
}

fn set_relevance(
    tx: &Connection,
    hit: &Judged,
    item: ItemId,
    relevance: Relevance,
) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE hit SET relevance = ?3 WHERE query = ?1 AND item = ?2")?
        .execute((hit.query, item.0.cast_signed(), relevance.as_str()))?;
    let was_counted = hit.relevance.as_deref() != Some(Relevance::Irrelevant.as_str());
    match (was_counted, relevance) {
        (true, Relevance::Irrelevant) => hit::uncount(tx, hit.query, hit.hour, 1),
        (false, Relevance::Relevant) => hit::count(tx, hit.query, hit.hour),
        (true, Relevance::Relevant) | (false, Relevance::Irrelevant) => Ok(()),
    }
}

fn join(tx: &Connection, item: ItemId, before: ItemId, story: ItemId) -> rusqlite::Result<()> {
    if before == item && story != item {
        tx.prepare_cached("UPDATE item SET story = ?2 WHERE story = ?1 AND story <> id")?
            .execute((item.0.cast_signed(), story.0.cast_signed()))?;
    }
    story::set_story(tx, item, story)
}

/// Where the first item leaves, the next of them takes its place.
fn leave(tx: &Connection, item: ItemId, before: ItemId) -> rusqlite::Result<()> {
    if before == item {
        let next = tx
            .prepare_cached("SELECT min(id) FROM item WHERE story = ?1 AND story <> id")?
            .query_row([item.0.cast_signed()], |row| row.get::<_, Option<i64>>(0))?;
        if let Some(next) = next {
            tx.prepare_cached("UPDATE item SET story = ?2 WHERE story = ?1 AND story <> id")?
                .execute((item.0.cast_signed(), next))?;
        }
    }
    story::set_story(tx, item, item)
}
