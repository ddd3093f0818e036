//! Events: what happened besides items and hits, noted in the transaction of the fact. Whoever is told of
//! them follows their numbers.

use std::collections::BTreeMap;

use model::{EventKind, ItemId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use crate::sql;
use crate::story::{self, Told};

/// A fact to note. The same key is noted once.
pub(crate) struct NewEvent<'a> {
    pub(crate) key: &'a str,
    pub(crate) kind: EventKind,
    /// The number of the query whose it is.
    pub(crate) query: Option<i64>,
    /// The first item of the story that it is about.
    pub(crate) story: Option<ItemId>,
    pub(crate) data: &'a Value,
}

pub(crate) fn note(tx: &Connection, event: &NewEvent<'_>, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached(
        // A conflict would use up a number.
        "INSERT INTO event (key, kind, at, query, story, data)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM event WHERE key = ?1)",
    )?
    .execute((
        event.key,
        event.kind.as_str(),
        now.timestamp_millis(),
        event.query,
        event.story.map(|story| story.0.cast_signed()),
        event.data.to_string(),
    ))?;
    Ok(())
}

/// Notes that a source is in trouble, if it was in none, before that is written.
pub(crate) fn note_trouble(
    tx: &Connection,
    source: i64,
    trouble: &Value,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let was_well = "SELECT id, name, NULL, NULL, NULL FROM source
                    WHERE number = ?1 AND trouble IS NULL";
    note_turn(tx, (EventKind::SourceTroubled, was_well), source, Some(trouble), now)
}

/// Notes that a source is well again, if it was in trouble, before that is written.
pub(crate) fn note_recovery(tx: &Connection, source: i64, now: Timestamp) -> rusqlite::Result<()> {
    let was_ill = "SELECT id, name, trouble, trouble_reason, trouble_since FROM source
                   WHERE number = ?1 AND trouble IS NOT NULL";
    note_turn(tx, (EventKind::SourceRecovered, was_ill), source, None, now)
}

/// Notes a turn of a source that the statement finds, with the trouble that begins, or else the one that
/// was.
fn note_turn(
    tx: &Connection,
    (kind, find): (EventKind, &str),
    source: i64,
    trouble: Option<&Value>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let found = tx
        .prepare_cached(find)?
        .query_row([source], |row| {
            let (id, name): (String, String) = (row.get(0)?, row.get(1)?);
            let was = json!({
                "code": row.get::<_, Option<String>>(2)?,
                "reason": row.get::<_, Option<String>>(3)?,
                "since": sql::optional_time(row, 4)?,
            });
            Ok((id, name, was))
        })
        .optional()?;
    let Some((id, name, was)) = found else { return Ok(()) };
    let data = json!({"source": {"id": id, "name": name}, "trouble": trouble.unwrap_or(&was)});
    let key = format!("{kind}:{id}:{}", now.timestamp_millis());
    note(tx, &NewEvent { key: &key, kind, query: None, story: None, data: &data }, now)
}

/// Notes which stories have reached another size, when items have joined them. The time is that of the
/// item that joined last.
pub(crate) fn note_growth(tx: &Connection, told: &[Told]) -> rusqlite::Result<()> {
    let mut joined: BTreeMap<ItemId, Timestamp> = BTreeMap::new();
    for told in told.iter().filter(|told| told.story != told.item) {
        let last = joined.entry(told.story).or_insert(told.at);
        *last = (*last).max(told.at);
    }
    for (story, at) in joined {
        let (items, sources) = story::size(tx, story)?;
        let Some(reached) = size_reached(items) else { continue };
        let kind = EventKind::StoryGrew;
        let key = format!("{kind}:{story}:{reached}");
        let data = json!({"items": items, "sources": sources, "reached": reached});
        note(tx, &NewEvent { key: &key, kind, query: None, story: Some(story), data: &data }, at)?;
    }
    Ok(())
}

/// Returns the largest of the sizes at which a story is told again that it has: 3, 5, 10, 20, 50, 100,
/// 200, 500 and so on.
fn size_reached(items: u64) -> Option<u64> {
    if items < 5 {
        return (items >= 3).then_some(3);
    }
    let decade = 10_u64.pow(items.ilog10());
    let steps = [decade.saturating_mul(5), decade.saturating_mul(2), decade, decade / 2];
    steps.into_iter().find(|step| *step <= items)
}

/// Notes that a digest is out, once none of its mails waits any more and one at least was sent. Mails that ask
/// somebody whether they want it tell nothing, and count for nothing.
pub(crate) fn note_digest(tx: &Connection, delivery: i64, now: Timestamp) -> rusqlite::Result<()> {
    let done = tx
        .prepare_cached(
            "SELECT g.id, g.subscription, g.period_end,
                    count(*) FILTER (WHERE d.state = 'sent'),
                    count(*) FILTER (WHERE d.state = 'dead')
             FROM digest g JOIN delivery d ON d.digest = g.id
             WHERE g.id = (SELECT digest FROM delivery WHERE id = ?1) AND d.severity IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM delivery o
                               WHERE o.digest = g.id AND o.state IN ('due', 'leased')
                                 AND o.severity IS NOT NULL)
             GROUP BY g.id HAVING count(*) FILTER (WHERE d.state = 'sent') > 0",
        )?
        .query_row([delivery], |row| {
            let digest: i64 = row.get(0)?;
            let data = json!({
                "digest": digest,
                "subscription": row.get::<_, String>(1)?,
                "period_end": sql::time(row, 2)?,
                "recipients": sql::unsigned(row, 3)?,
                "given_up": sql::unsigned(row, 4)?,
            });
            Ok((digest, data))
        })
        .optional()?;
    let Some((digest, data)) = done else { return Ok(()) };
    let kind = EventKind::DigestSent;
    let key = format!("{kind}:{digest}");
    note(tx, &NewEvent { key: &key, kind, query: None, story: None, data: &data }, now)
}

/// Notes an entry of the log of what happened to signals, if it is to be told; and the end of all that were.
pub(crate) fn note_signal(tx: &Connection, entry: i64) -> rusqlite::Result<()> {
    let told = tx
        .prepare_cached(
            "SELECT e.what, e.at, s.query, s.id, e.evidence, e.severity
             FROM signal_event e JOIN signal s ON s.id = e.signal
             WHERE e.number = ?1 AND (e.is_news OR e.what = 'ended' AND EXISTS (
                 SELECT 1 FROM signal_event o WHERE o.signal = s.id AND o.is_news))",
        )?
        .query_row([entry], |row| {
            let kind = match row.get_ref(0)?.as_str()? {
                "opened" => EventKind::SignalOpened,
                "grew" => EventKind::SignalGrew,
                "ended" => EventKind::SignalEnded,
                _ => return Ok(None),
            };
            let evidence: String = row.get(4)?;
            let data = json!({
                "signal": row.get::<_, i64>(3)?,
                "severity": row.get::<_, String>(5)?,
                "evidence": serde_json::from_str::<Value>(&evidence).unwrap_or_default(),
            });
            Ok(Some((kind, sql::time(row, 1)?, row.get::<_, i64>(2)?, data)))
        })
        .optional()?;
    let Some((kind, at, query, data)) = told.flatten() else { return Ok(()) };
    // A signal that is found anew after its query was edited has opened already. It may grow more than once.
    let signal = &data["signal"];
    let key = if kind == EventKind::SignalOpened {
        format!("{kind}:{signal}")
    } else {
        format!("{kind}:{signal}:{entry}")
    };
    note(tx, &NewEvent { key: &key, kind, query: Some(query), story: None, data: &data }, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_is_told_again_at_sizes_that_grow() {
        let check = |items, expect| assert_eq!(size_reached(items), expect, "{items}");
        check(0, None);
        check(2, None);
        check(3, Some(3));
        check(4, Some(3));
        check(5, Some(5));
        check(9, Some(5));
        check(10, Some(10));
        check(19, Some(10));
        check(20, Some(20));
        check(99, Some(50));
        check(100, Some(100));
        check(499, Some(200));
        check(123_456, Some(100_000));
        assert!(size_reached(u64::MAX).is_some());
    }
}
