//! What stands in a feed: the newest stories that its queries found, each by the text that was found first.
//! Whatever was found, a look costs no more than its limits say. (The hits of one item are asked for by the index
//! of items: left to choose, `SQLite` goes over all live hits of a query.)

use std::collections::{HashMap, HashSet, VecDeque};

use chrono::TimeDelta;
use model::{ItemId, QueryName, Seq, Timestamp, Tone};
use rusqlite::{Connection, OptionalExtension};
use url::Url;

use crate::item::limit;
use crate::{Ledger, LedgerError, sql, tone};

/// How long what was found waits for its story and its tone to be read.
const PATIENCE: TimeDelta = TimeDelta::minutes(1);
/// How many hits one look goes over at most.
const HITS_MAX: usize = 5_000;
/// How many hits of a query are taken at a time.
const CHUNK: usize = 64;
/// How many items of a story are looked at.
const MEMBERS_MAX: usize = 1_000;
/// How many copies of one story are told one by one.
const COPIES_MAX: usize = 100;
/// What stands at the address of one of the next so many stories before it is that one. As their distance
/// never changes, nothing that was left out turns up later.
const NEIGHBOURS: usize = 50;

/// A story that queries found, as a feed tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundStory {
    /// The text of it that was found first: always the same, however many copies come.
    pub item: ItemId,
    /// The position of its newest version.
    pub seq: Seq,
    /// When that was read.
    pub changed: Timestamp,
    /// The position at which it was found: feeds are in its order.
    pub found: Seq,
    pub found_at: Timestamp,
    /// By which queries, and how it speaks of what they look for: what a person said, else what was read.
    pub found_by: Vec<(QueryName, Option<Tone>)>,
    pub source: String,
    pub url: Option<Url>,
    /// Whatever else it is told with and is no part of its version, to see whether that has changed.
    pub state: String,
    /// The same story elsewhere, the oldest first.
    pub copies: Vec<FoundCopy>,
    pub has_more_copies: bool,
}

/// Some stories, and what else there is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FoundStories {
    /// The newest first.
    pub stories: Vec<FoundStory>,
    /// What was found before this position comes next; `None` where that is nothing.
    pub next: Option<Seq>,
    /// Whether something that would stand here is still being read.
    pub is_waiting: bool,
}

/// Where else a story stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundCopy {
    pub source: String,
    pub url: Option<Url>,
}

impl Ledger {
    /// Returns the stories that queries found last before a position, the newest first: without history, without
    /// what is not meant, and without what is still being read.
    pub fn found_stories(
        &self,
        queries: &[QueryName],
        before: Option<Seq>,
        max: usize,
        now: Timestamp,
    ) -> Result<FoundStories, LedgerError> {
        self.read(|tx| {
            let look = Look::new(tx, queries, now)?;
            let (mut newest, mut seen) = (look.newest(before), HashSet::new());
            let mut found = FoundStories::default();
            for _ in 0..HITS_MAX {
                let next = newest.next(tx)?;
                found.next = next.map(|(seq, _)| seq);
                let Some((seq, item)) = next else { break };
                if seen.insert(item) {
                    let is_ready = look.is_ready(item)?;
                    found.is_waiting |= !is_ready;
                    let story = if is_ready { look.story(seq, item)? } else { None };
                    // What another query found later stands on a page before.
                    found.stories.extend(story.filter(|story| story.found == seq));
                }
                if found.stories.len() >= max.saturating_add(NEIGHBOURS) {
                    break;
                }
            }
            if found.stories.len() > max {
                found.next = found.stories.get(max.saturating_sub(1)).map(|last| last.found);
            }
            found.stories = without_neighbours(found.stories, max);
            for story in &mut found.stories {
                look.add_copies(story)?;
            }
            Ok(found)
        })
    }

    /// Returns up to where a feed of these queries has something that it had not at a position; `None` where
    /// it has nothing new, or that is still being read.
    pub fn found_since(
        &self,
        queries: &[QueryName],
        since: Seq,
        now: Timestamp,
    ) -> Result<Option<Seq>, LedgerError> {
        self.read(|tx| {
            let look = Look::new(tx, queries, now)?;
            let mut newest = look.newest(None);
            let mut upto = None;
            for _ in 0..HITS_MAX {
                let Some((seq, item)) = newest.next(tx)? else { break };
                if seq <= since {
                    break;
                }
                // What stands behind something that is being read is told with it.
                upto = if look.is_ready(item)? { upto.or(Some(seq)) } else { None };
            }
            Ok(upto)
        })
    }
}

/// One look at what some queries found.
struct Look<'a> {
    tx: &'a Connection,
    names: HashMap<i64, QueryName>,
    /// The queries' numbers, as `json_each` reads them.
    numbers: String,
    /// What was found before is not waited for.
    ripe: i64,
}

impl<'a> Look<'a> {
    fn new(tx: &'a Connection, queries: &[QueryName], now: Timestamp) -> rusqlite::Result<Self> {
        let names = tx
            .prepare_cached(
                "SELECT number, name FROM query
                 WHERE name IN (SELECT value FROM json_each(?1)) AND retired_at IS NULL",
            )?
            .query_map([sql::list(queries.iter().map(QueryName::as_str))], |row| {
                Ok((row.get(0)?, QueryName::new(row.get::<_, String>(1)?)))
            })?
            .collect::<rusqlite::Result<HashMap<i64, QueryName>>>()?;
        let mut numbers: Vec<i64> = names.keys().copied().collect();
        numbers.sort_unstable();
        let numbers = numbers.into_iter().collect::<serde_json::Value>().to_string();
        Ok(Self { tx, names, numbers, ripe: (now - PATIENCE).timestamp_millis() })
    }

    fn newest(&self, before: Option<Seq>) -> Newest {
        let mut queries: Vec<i64> = self.names.keys().copied().collect();
        queries.sort_unstable();
        let before = before.map_or(i64::MAX, |before| before.0.cast_signed());
        let stream = |query| Stream::new(query, before);
        Newest { streams: queries.into_iter().map(stream).collect() }
    }

    /// Whether story and tone of an item are read, or were waited for long enough.
    fn is_ready(&self, item: ItemId) -> rusqlite::Result<bool> {
        self.tx
            .prepare_cached(
                "SELECT 1 FROM hit h INDEXED BY hit_of_item JOIN item i ON i.id = h.item
                 WHERE h.item = ?1 AND h.query IN (SELECT value FROM json_each(?2))
                   AND h.history = 0 AND h.relevance IS NOT 'irrelevant'
                   AND (h.found_at <= ?3
                        OR i.story IS NOT NULL AND (h.tone IS NOT NULL OR h.tone_said IS NOT NULL))",
            )?
            .exists((item.0.cast_signed(), &self.numbers, self.ripe))
    }

    /// Returns the story that an item tells, where it is the first of it that was found.
    fn story(&self, found: Seq, item: ItemId) -> rusqlite::Result<Option<FoundStory>> {
        if self.is_copy(item)? {
            return Ok(None);
        }
        let story = self
            .tx
            .prepare_cached(
                "SELECT i.seq, v.seen_at, s.name, v.url, i.published, i.updated, i.removed_at,
                        i.details
                 FROM item i JOIN item_version v ON v.seq = i.seq JOIN source s ON s.number = i.source
                 WHERE i.id = ?1",
            )?
            .query_row([item.0.cast_signed()], |row| {
                let times: [Option<i64>; 3] = [row.get(4)?, row.get(5)?, row.get(6)?];
                let details: Option<String> = row.get(7)?;
                Ok(FoundStory {
                    item,
                    seq: Seq(sql::unsigned(row, 0)?),
                    changed: sql::time(row, 1)?,
                    found,
                    found_at: Timestamp::MAX_UTC,
                    found_by: Vec::new(),
                    source: row.get(2)?,
                    url: sql::optional_url(row, 3)?,
                    state: format!("{times:?} {}", details.unwrap_or_default()),
                    copies: Vec::new(),
                    has_more_copies: false,
                })
            })
            .optional()?;
        let Some(mut story) = story else { return Ok(None) };
        let mut hits = self.tx.prepare_cached(
            "SELECT query, tone, tone_said, found_at, seq FROM hit INDEXED BY hit_of_item
             WHERE item = ?1 AND query IN (SELECT value FROM json_each(?2))
               AND history = 0 AND relevance IS NOT 'irrelevant'
             ORDER BY query",
        )?;
        let rows = hits.query_map((item.0.cast_signed(), &self.numbers), |row| {
            let seq = Seq(sql::unsigned(row, 4)?);
            Ok((row.get::<_, i64>(0)?, tone::said_or_read(row, 2, 1)?, sql::time(row, 3)?, seq))
        })?;
        for row in rows {
            let (query, tone, at, seq) = row?;
            story.found = story.found.max(seq);
            story.found_at = story.found_at.min(at);
            story.found_by.extend(self.names.get(&query).map(|name| (name.clone(), tone)));
        }
        Ok(Some(story))
    }

    /// Whether the queries found the same story in an item that was seen before.
    fn is_copy(&self, item: ItemId) -> rusqlite::Result<bool> {
        self.tx
            .prepare_cached(
                "SELECT 1 FROM hit h INDEXED BY hit_of_item
                 WHERE h.item IN (
                     SELECT story FROM item WHERE id = ?1 AND story < id
                     UNION ALL
                     SELECT id FROM (
                         SELECT c.id FROM item i JOIN item c ON c.story = i.story
                         WHERE i.id = ?1 AND c.story <> c.id AND c.id < i.id
                         ORDER BY c.id LIMIT ?3))
                   AND h.query IN (SELECT value FROM json_each(?2))
                   AND h.history = 0 AND h.relevance IS NOT 'irrelevant'",
            )?
            .exists((item.0.cast_signed(), &self.numbers, limit(MEMBERS_MAX)))
    }

    fn add_copies(&self, story: &mut FoundStory) -> rusqlite::Result<()> {
        let mut select = self.tx.prepare_cached(
            "SELECT v.url, s.name FROM (
                 SELECT story AS id FROM item WHERE id = ?1 AND story <> id
                 UNION ALL
                 SELECT id FROM (
                     SELECT c.id FROM item i JOIN item c ON c.story = i.story
                     WHERE i.id = ?1 AND c.story <> c.id AND c.id <> i.id
                     ORDER BY c.id LIMIT ?3)) AS member
             JOIN item i ON i.id = member.id
             JOIN item_version v ON v.seq = i.seq JOIN source s ON s.number = i.source
             WHERE EXISTS (SELECT 1 FROM hit h INDEXED BY hit_of_item
                           WHERE h.item = i.id AND h.query IN (SELECT value FROM json_each(?2))
                             AND h.history = 0 AND h.relevance IS NOT 'irrelevant')
             LIMIT ?4",
        )?;
        let rows = select.query_map(
            (
                story.item.0.cast_signed(),
                &self.numbers,
                limit(MEMBERS_MAX),
                limit(COPIES_MAX.saturating_add(1)),
            ),
            |row| Ok(FoundCopy { url: sql::optional_url(row, 0)?, source: row.get(1)? }),
        )?;
        let mut copies = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        story.has_more_copies = copies.len() > COPIES_MAX;
        copies.truncate(COPIES_MAX);
        // One address is one text, however many sources led there.
        let mut addresses: HashSet<Option<Url>> = HashSet::from([story.url.clone()]);
        copies.retain(|copy| copy.url.is_none() || addresses.insert(copy.url.clone()));
        story.copies = copies;
        Ok(())
    }
}

/// Returns the first `max`, but what stands at the address of one of its next neighbours, which then has its
/// queries too. The others are looked at as neighbours alone.
fn without_neighbours(stories: Vec<FoundStory>, max: usize) -> Vec<FoundStory> {
    let mut kept: Vec<FoundStory> = Vec::new();
    // Of each address: where it was met last, and which of those that are kept has it.
    let mut met: HashMap<Url, (usize, usize)> = HashMap::new();
    let mut left = stories.len();
    let mut shown = 0;
    for story in stories.into_iter().rev() {
        left -= 1;
        let known = story.url.as_ref().and_then(|url| met.get_mut(url));
        if let Some((last, of)) = known
            && *last - left <= NEIGHBOURS
        {
            *last = left;
            if let Some(older) = kept.get_mut(*of) {
                join(&mut older.found_by, story.found_by);
            }
            continue;
        }
        if let Some(url) = &story.url {
            met.insert(url.clone(), (left, kept.len()));
        }
        shown += usize::from(left < max);
        kept.push(story);
    }
    kept.into_iter().rev().take(shown).collect()
}

fn join(queries: &mut Vec<(QueryName, Option<Tone>)>, others: Vec<(QueryName, Option<Tone>)>) {
    for (name, tone) in others {
        if !queries.iter().any(|(known, _)| *known == name) {
            queries.push((name, tone));
        }
    }
}

/// The hits of some queries, the newest first.
struct Newest {
    streams: Vec<Stream>,
}

/// Those of one query.
struct Stream {
    query: i64,
    /// All before this position is still to be taken.
    before: i64,
    taken: VecDeque<(Seq, ItemId)>,
    is_done: bool,
}

impl Newest {
    fn next(&mut self, tx: &Connection) -> rusqlite::Result<Option<(Seq, ItemId)>> {
        for stream in &mut self.streams {
            stream.fill(tx)?;
        }
        let newest = self.streams.iter_mut().max_by_key(|stream| stream.taken.front().copied());
        Ok(newest.and_then(|stream| stream.taken.pop_front()))
    }
}

impl Stream {
    fn new(query: i64, before: i64) -> Self {
        Self { query, before, taken: VecDeque::new(), is_done: false }
    }

    fn fill(&mut self, tx: &Connection) -> rusqlite::Result<()> {
        if self.is_done || !self.taken.is_empty() {
            return Ok(());
        }
        let mut select = tx.prepare_cached(
            "SELECT seq, item FROM hit
             WHERE query = ?1 AND history = 0 AND seq < ?2 AND relevance IS NOT 'irrelevant'
             ORDER BY seq DESC LIMIT ?3",
        )?;
        let rows = select.query_map((self.query, self.before, limit(CHUNK)), |row| {
            Ok((Seq(sql::unsigned(row, 0)?), ItemId(sql::unsigned(row, 1)?)))
        })?;
        for row in rows {
            self.taken.push_back(row?);
        }
        self.is_done = self.taken.len() < CHUNK;
        // One query finds one item at one position.
        self.before = self.taken.back().map_or(self.before, |(seq, _)| seq.0.cast_signed());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stories by the last parts of their addresses, the newest first.
    fn kept(addresses: &[&str], max: usize) -> Vec<u64> {
        let story = |(nth, name): (usize, &&str)| FoundStory {
            item: ItemId(nth as u64),
            seq: Seq(0),
            changed: Timestamp::MAX_UTC,
            found: Seq(0),
            found_at: Timestamp::MAX_UTC,
            found_by: vec![((*name).into(), None)],
            source: String::new(),
            url: Some(format!("https://gazette.example/{name}").parse().unwrap()),
            state: String::new(),
            copies: Vec::new(),
            has_more_copies: false,
        };
        let stories = addresses.iter().enumerate().map(story).collect();
        without_neighbours(stories, max).iter().map(|story| story.item.0).collect()
    }

    #[test]
    fn one_address_is_one_entry_and_none_turns_up_as_others_leave() {
        assert_eq!(kept(&["a", "b", "a", "c"], 9), [1, 2, 3]);
        assert_eq!(
            kept(&["a", "b", "a", "c"], 2),
            [1],
            "its neighbour has it, though it isn't shown"
        );
        assert_eq!(kept(&["a", "b", "a", "a"], 4), [1, 3], "the oldest has it");
        let far: Vec<String> = (0..NEIGHBOURS).map(|n| n.to_string()).collect();
        let mut all = vec!["a"];
        all.extend(far.iter().map(String::as_str));
        all.push("a");
        assert_eq!(kept(&all, 1), [0], "one that is too far away is never looked at");
        assert_eq!(kept(&all, 99).len(), NEIGHBOURS + 2);
        all.remove(1);
        assert!(kept(&all, 1).is_empty());
    }
}
