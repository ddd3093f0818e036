//! What an endpoint was not told yet, and the one transaction that turns it into dispatches.

use std::collections::HashSet;
use std::time::Duration;

use model::{Cursor, EndpointId, EventKind, ItemId, QueryName, Seq, Timestamp};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use serde_json::Value;

use crate::item::{limit, stored_item};
use crate::ledger::head;
use crate::mention::{Mention, mention, relevance};
use crate::withheld::{self, Waiting, Whose};
use crate::{Enqueued, Ledger, LedgerError, endpoint, heard, sql, tone};

/// How many positions of the log one look goes on at most, however few hits there are.
const POSITIONS_MAX: u64 = 10_000;

/// What a batch of hits may hold of texts before it ends.
const BATCH_BYTES_MAX: usize = 16 << 20;

/// What an endpoint follows.
#[derive(Debug, Clone, Copy)]
pub struct Followed<'a> {
    pub kinds: &'a [EventKind],
    pub queries: &'a [QueryName],
    /// How long a hit may wait for its tone and its story to be read; `None` for as long as it takes.
    pub patience: Option<Duration>,
}

/// A hit that an endpoint was not told of.
#[derive(Debug, Clone, PartialEq)]
pub struct FreshHit {
    pub query: QueryName,
    /// The position at which it was found.
    pub seq: Seq,
    pub found_at: Timestamp,
    /// Where very many queries have found one item, its text stands with the first of them alone.
    pub mention: Mention,
    /// How many items its story has.
    pub story_items: u64,
}

/// An event that an endpoint was not told of.
#[derive(Debug, Clone, PartialEq)]
pub struct FreshEvent {
    /// What happened: the same never happens twice.
    pub key: String,
    pub kind: EventKind,
    pub at: Timestamp,
    pub query: Option<QueryName>,
    /// The first item of the story that it is about.
    pub story: Option<ItemId>,
    pub data: Value,
}

/// What an endpoint was not told yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Fresh {
    /// By position; those of one position are never parted.
    pub hits: Vec<FreshHit>,
    /// In their order.
    pub events: Vec<FreshEvent>,
    /// There is nothing else up to here.
    pub upto: Cursor,
    /// Whether there is more behind it, to be looked for at once.
    pub is_full: bool,
}

/// What one endpoint is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDispatches {
    pub endpoint: EndpointId,
    pub from: Cursor,
    pub upto: Cursor,
    pub dispatches: Vec<NewDispatch>,
    /// Which queries wait from where the endpoint stood, or are released; and of which crises it is told.
    pub waiting: Waiting,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDispatch {
    /// Unique for ever: what a receiver tells a repeat by.
    pub id: String,
    /// What it tells, for people who look at the outbox.
    pub about: String,
    /// What the channel sends, in its own form.
    pub payload: String,
}

impl Ledger {
    /// Returns what happened after a cursor of what an endpoint follows: the oldest `max` hits, or somewhat
    /// fewer, and the oldest `max` events. A hit whose query is still being searched for in the past, or
    /// whose tone and story are not read yet, ends it.
    pub fn fresh(
        &self,
        after: Cursor,
        followed: Followed<'_>,
        max: usize,
        now: Timestamp,
    ) -> Result<Fresh, LedgerError> {
        let names = sql::list(followed.queries.iter().map(QueryName::as_str));
        self.read(|tx| {
            let end = Cursor { hits: head(tx)?, events: last_event(tx)? };
            let hits = if followed.kinds.contains(&EventKind::MentionCreated) {
                fresh_hits(tx, after.hits, end.hits, &names, followed, max, now)?
            } else {
                FreshHits { hits: Vec::new(), upto: end.hits, is_full: false }
            };
            let (events, upto, events_full) =
                fresh_events(tx, after.events, end.events, &names, followed.kinds, max)?;
            Ok(Fresh {
                hits: hits.hits,
                events,
                upto: Cursor { hits: hits.upto, events: upto },
                is_full: hits.is_full || events_full,
            })
        })
    }

    /// Writes dispatches and moves the endpoint on, unless another has since it was looked at. A dispatch
    /// whose id was sent or given up before is sent again: it was asked for by [`Ledger::replay`].
    pub fn tell(&mut self, told: &NewDispatches, now: Timestamp) -> Result<Enqueued, LedgerError> {
        self.write(|tx| {
            let standing = endpoint::standing(tx, &told.endpoint)?;
            let Some((number, _)) = standing.filter(|(_, state)| state.told == told.from) else {
                return Ok(Enqueued::AlreadyTold);
            };
            tx.prepare_cached(
                "UPDATE endpoint SET told_hits = ?2, told_events = ?3 WHERE number = ?1",
            )?
            .execute((
                number,
                told.upto.hits.0.cast_signed(),
                told.upto.events.cast_signed(),
            ))?;
            for dispatch in &told.dispatches {
                write_dispatch(tx, number, dispatch, now)?;
            }
            heard::tell_crises(tx, number, &told.waiting)?;
            let whose = Whose::Endpoint(&told.endpoint);
            withheld::change(tx, whose, &told.waiting, told.from.hits, now)?;
            Ok(Enqueued::Written)
        })
    }

    /// Returns the hits of queries at positions, as far as their history runs are done: whatever is read of
    /// them by now.
    pub fn hits_at(
        &self,
        queries: &[QueryName],
        seqs: &[Seq],
        now: Timestamp,
    ) -> Result<Vec<FreshHit>, LedgerError> {
        let names = sql::list(queries.iter().map(QueryName::as_str));
        let followed = Followed { kinds: &[], queries, patience: Some(Duration::ZERO) };
        self.read(|tx| {
            let mut hits = Vec::new();
            for seq in seqs {
                let before = Seq(seq.0.saturating_sub(1));
                hits.extend(
                    fresh_hits(tx, before, *seq, &names, followed, queries.len(), now)?.hits,
                );
            }
            Ok(hits)
        })
    }
}

struct FreshHits {
    hits: Vec<FreshHit>,
    upto: Seq,
    is_full: bool,
}

/// A hit, and whether all is known of it that is told.
struct Candidate {
    hit: FreshHit,
    is_settled: bool,
    is_read: bool,
    has_tone: bool,
}

fn fresh_hits(
    tx: &Connection,
    after: Seq,
    head: Seq,
    names: &str,
    followed: Followed<'_>,
    max: usize,
    now: Timestamp,
) -> rusqlite::Result<FreshHits> {
    let end = head.min(Seq(after.0.saturating_add(POSITIONS_MAX)));
    let mut select = tx.prepare_cached(concat!(
        "SELECT coalesce(i.story, i.id), h.tone, h.tone_said, h.relevance, ",
        stored_item!(),
        ", q.name, h.seq, h.found_at, q.history_after IS NULL OR h.edition = q.edition,
               h.tone IS NOT NULL OR h.tone_said IS NOT NULL,
               h.seq <= (SELECT stories_upto FROM ledger),
               (SELECT 1 + count(*) FROM item c
                WHERE c.story = coalesce(i.story, i.id) AND c.story <> c.id)
             FROM (SELECT h.query, h.item, h.seq FROM query q JOIN hit h ON h.query = q.number
                   WHERE q.name IN (SELECT value FROM json_each(?1)) AND q.retired_at IS NULL
                     AND h.history = 0 AND h.seq > ?2 AND h.seq <= ?3
                     AND h.relevance IS NOT 'irrelevant'
                   ORDER BY h.seq LIMIT ?4) AS oldest
             JOIN hit h ON h.query = oldest.query AND h.item = oldest.item
             JOIN query q ON q.number = h.query
             JOIN item i ON i.id = h.item JOIN item_version v ON v.seq = i.seq
             JOIN source s ON s.number = i.source
             ORDER BY h.seq, q.name"
    ))?;
    let rows = select.query_map(
        (names, after.0.cast_signed(), end.0.cast_signed(), limit(max.saturating_add(1))),
        candidate,
    )?;
    let (mut candidates, mut bytes) = (Vec::new(), 0);
    for row in rows {
        let candidate: Candidate = row?;
        bytes += candidate.hit.mention.item.item.text.len();
        candidates.push(candidate);
        if bytes > BATCH_BYTES_MAX {
            break;
        }
    }

    let is_cut = candidates.len() > max || bytes > BATCH_BYTES_MAX;
    let place = |candidate: Option<&Candidate>| candidate.map(|candidate| candidate.hit.seq);
    let (first, last) = (place(candidates.first()), place(candidates.last()));
    if is_cut && first == last {
        // One item was found by more queries than are looked at.
        add_rest(tx, &mut candidates, names)?;
    }

    let is_ready = |candidate: &Candidate| {
        let is_late =
            followed.patience.is_some_and(|patience| candidate.hit.found_at + patience <= now);
        let is_known = candidate.has_tone && candidate.is_read;
        candidate.is_settled && (is_known || is_late)
    };
    let waiting = candidates.iter().find(|candidate| !is_ready(candidate));
    if let Some(stop) = waiting.map(|candidate| candidate.hit.seq) {
        candidates.retain(|candidate| candidate.hit.seq < stop);
        let hits = candidates.into_iter().map(|candidate| candidate.hit).collect();
        return Ok(FreshHits { hits, upto: Seq(stop.0 - 1), is_full: false });
    }
    let upto = match last.filter(|_| is_cut) {
        Some(last) if first == Some(last) => last,
        // The rest of the last position may be missing.
        Some(last) => Seq(last.0 - 1),
        None => end,
    };
    candidates.retain(|candidate| candidate.hit.seq <= upto);
    let hits = candidates.into_iter().map(|candidate| candidate.hit).collect();
    Ok(FreshHits { hits, upto, is_full: is_cut || end < head })
}

/// Adds the other hits of the one position that there is. The item's text stands with the first alone: many
/// times a megabyte would be too much.
fn add_rest(tx: &Connection, candidates: &mut Vec<Candidate>, names: &str) -> rusqlite::Result<()> {
    let Some(first) = candidates.first() else { return Ok(()) };
    let mut item = first.hit.mention.item.clone();
    item.item.text = String::new();
    let (seq, story, story_items) = (first.hit.seq, first.hit.mention.story, first.hit.story_items);
    let is_read = first.is_read;
    let known: HashSet<QueryName> = candidates.iter().map(|one| one.hit.query.clone()).collect();
    let mut select = tx.prepare_cached(
        "SELECT q.name, h.tone, h.tone_said, h.relevance, h.found_at,
                q.history_after IS NULL OR h.edition = q.edition
         FROM query q JOIN hit h ON h.query = q.number
         WHERE q.name IN (SELECT value FROM json_each(?1)) AND q.retired_at IS NULL
           AND h.history = 0 AND h.seq = ?2 AND h.relevance IS NOT 'irrelevant'
         ORDER BY q.name",
    )?;
    let mut rows = select.query((names, seq.0.cast_signed()))?;
    while let Some(row) = rows.next()? {
        let query = QueryName::new(row.get::<_, String>(0)?);
        if known.contains(&query) {
            continue;
        }
        let said: Option<String> = row.get(2)?;
        let mention = Mention {
            item: item.clone(),
            story,
            tone: tone::reading(row.get_ref(1)?.as_str_or_null()?),
            tone_said: said.map(|word| tone::tone(2, &word)).transpose()?,
            relevance: relevance(row, 3)?,
        };
        let has_tone = row.get_ref(1)? != ValueRef::Null || mention.tone_said.is_some();
        let found_at = sql::time(row, 4)?;
        candidates.push(Candidate {
            hit: FreshHit { query, seq, found_at, mention, story_items },
            is_settled: row.get(5)?,
            has_tone,
            is_read,
        });
    }
    Ok(())
}

fn candidate(row: &Row<'_>) -> rusqlite::Result<Candidate> {
    Ok(Candidate {
        hit: FreshHit {
            mention: mention(row)?,
            query: QueryName::new(row.get::<_, String>(20)?),
            seq: Seq(sql::unsigned(row, 21)?),
            found_at: sql::time(row, 22)?,
            story_items: sql::unsigned(row, 26)?,
        },
        is_settled: row.get(23)?,
        has_tone: row.get(24)?,
        is_read: row.get(25)?,
    })
}

/// Returns events, up to where there are no others, and whether there is more behind.
fn fresh_events(
    tx: &Connection,
    after: u64,
    end: u64,
    names: &str,
    kinds: &[EventKind],
    max: usize,
) -> rusqlite::Result<(Vec<FreshEvent>, u64, bool)> {
    let kinds = sql::list(kinds.iter().map(|kind| kind.as_str()));
    let mut rows = tx
        .prepare_cached(
            "SELECT e.number, e.key, e.kind, e.at, q.name, e.story, e.data
             FROM event e LEFT JOIN query q ON q.number = e.query
             WHERE e.number > ?1 AND e.number <= ?2
               AND e.kind IN (SELECT value FROM json_each(?3))
               AND (e.query IS NULL OR q.name IN (SELECT value FROM json_each(?4)))
               AND (e.story IS NULL OR EXISTS (
                   SELECT 1 FROM hit h JOIN query f ON f.number = h.query
                   WHERE h.item IN (SELECT id FROM item
                                    WHERE id = e.story OR story = e.story AND story <> id)
                     AND h.history = 0 AND h.relevance IS NOT 'irrelevant'
                     AND f.retired_at IS NULL
                     AND f.name IN (SELECT value FROM json_each(?4))))
             ORDER BY e.number LIMIT ?5",
        )?
        .query_map((after.cast_signed(), end.cast_signed(), &kinds, names, limit(max)), |row| {
            let number = sql::unsigned(row, 0)?;
            let story: Option<i64> = row.get(5)?;
            let event = FreshEvent {
                key: row.get(1)?,
                kind: sql::parsed(row, 2, |word| word.parse().ok())?,
                at: sql::time(row, 3)?,
                query: row.get::<_, Option<String>>(4)?.map(QueryName::new),
                story: story.map(|story| ItemId(story.cast_unsigned())),
                data: sql::parsed(row, 6, |json| serde_json::from_str(json).ok())?,
            };
            Ok((number, event))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let is_full = rows.len() >= max;
    let upto = rows.last().filter(|_| is_full).map_or(end, |(number, _)| *number);
    Ok((rows.drain(..).map(|(_, event)| event).collect(), upto, is_full))
}

/// Returns the last number that was given out.
fn last_event(tx: &Connection) -> rusqlite::Result<u64> {
    tx.prepare_cached("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'event'")?
        .query_row((), |row| sql::unsigned(row, 0))
}

fn write_dispatch(
    tx: &Connection,
    endpoint: i64,
    dispatch: &NewDispatch,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO dispatch (endpoint, id, about, payload, state, at, attempt, created_at)
         VALUES (?1, ?2, ?3, ?4, 'due', ?5, 0, ?5)
         ON CONFLICT (id) DO UPDATE
         SET about = excluded.about, payload = excluded.payload, state = 'due', at = excluded.at,
             attempt = 0, reason = NULL
         WHERE state IN ('sent', 'dead')",
    )?
    .execute((
        endpoint,
        &dispatch.id,
        &dispatch.about,
        &dispatch.payload,
        now.timestamp_millis(),
    ))?;
    Ok(())
}
