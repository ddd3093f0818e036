//! What is agreed with hubs.

use std::time::Duration;

use model::{SourceId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use url::Url;

use super::visit_soon;
use crate::{Ledger, LedgerError, declare, sql};

/// So many visits in a row that found news which the hub had not pushed cost it our trust, until it
/// pushes again.
const MISSED_MAX: u32 = 3;
/// So many vain requests to stop are enough: its lease will end, and nobody listens.
const GOODBYES_MAX: u32 = 3;
/// The longest reason that is kept, in bytes.
const REASON_BYTES_MAX: usize = 1000;

/// Who pushes a feed, and what it is called there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubOffer {
    pub hub: Url,
    pub topic: Url,
}

/// A question to put to a hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubAsk {
    pub number: u64,
    pub source: SourceId,
    pub hub: Url,
    pub topic: Url,
    /// Whether it is to push; else it is to stop.
    pub subscribe: bool,
    pub token: String,
    pub secret: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HubState {
    Offered,
    Live,
    Leaving,
    Gone,
}

/// What is known behind a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubTalk {
    pub topic: String,
    pub secret: String,
    pub state: HubState,
    pub failures: u32,
}

/// How a source's pushes stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubStatus {
    pub source: SourceId,
    pub hub: Url,
    pub state: HubState,
    pub lease_end: Option<Timestamp>,
    pub pushed_at: Option<Timestamp>,
    /// Whether visits may be rare, since the hub tells what is new.
    pub trusted: bool,
    pub failures: u32,
    pub reason: Option<String>,
}

impl HubState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offered => "offered",
            Self::Live => "live",
            Self::Leaving => "leaving",
            Self::Gone => "gone",
        }
    }

    fn of(word: &str) -> Option<Self> {
        [Self::Offered, Self::Live, Self::Leaving, Self::Gone]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

impl Ledger {
    /// Says where hubs reach us from now on; `None` for nowhere. Where it is another place than before,
    /// all of them are asked anew. What was pushed while nobody listened is lost, so that sources which
    /// are pushed are visited once.
    pub fn listen_to_hubs(
        &mut self,
        callbacks: Option<&Url>,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.execute(
                "UPDATE source SET next_check = ?1 WHERE next_check > ?1 AND number IN
                     (SELECT source FROM hub_subscription WHERE state = 'live')",
                [now.timestamp_millis()],
            )?;
            let callbacks = callbacks.map(Url::as_str);
            let moved = tx.execute(
                "UPDATE ledger SET callbacks = ?1 WHERE callbacks IS NOT ?1",
                [callbacks],
            )?;
            if moved == 1 {
                tx.execute(
                    "UPDATE hub_subscription SET state = 'offered', token = NULL, secret = NULL,
                            due = ?1, asked_at = NULL, failures = 0, reason = NULL, lease_end = NULL
                     WHERE state IN ('offered', 'live')",
                    [now.timestamp_millis()],
                )?;
                // Nobody can confirm a goodbye to the former place.
                tx.execute(
                    "UPDATE hub_subscription SET state = 'gone', due = NULL WHERE state = 'leaving'",
                    (),
                )?;
            }
            Ok(())
        })
    }

    /// Returns questions that are due, at most one for each hub's host and none within `pause` of the
    /// last to it. Each counts as failed, and is due again after `patience`, until the hub verifies it.
    /// `draw` gives texts that nobody can guess. Leases that have ended are noted, and goodbyes to hubs
    /// of sources that are not read any more.
    pub fn claim_hub_asks(
        &mut self,
        max: usize,
        pause: Duration,
        mut draw: impl FnMut() -> String,
        patience: impl Fn(u32, &str) -> Duration,
        now: Timestamp,
    ) -> Result<Vec<HubAsk>, LedgerError> {
        let at = now.timestamp_millis();
        let any = self.read(|tx| {
            tx.prepare_cached(
                "SELECT 1 FROM hub_subscription h JOIN source s ON s.number = h.source
                 WHERE h.due <= ?1 OR h.lease_end <= ?1 AND h.state = 'live'
                    OR s.retired_at IS NOT NULL AND h.state IN ('offered', 'live') LIMIT 1",
            )?
            .exists([at])
        })?;
        if !any {
            return Ok(Vec::new());
        }
        self.write(|tx| {
            lapse(tx, now)?;
            let due: Vec<i64> = tx
                .prepare_cached(
                    "SELECT h.number, min(h.due) FROM hub_subscription h
                     WHERE h.due <= ?1 AND NOT EXISTS (
                         SELECT 1 FROM hub_subscription o
                         WHERE o.hub_host = h.hub_host AND o.asked_at > ?2)
                     GROUP BY h.hub_host ORDER BY 2, h.number LIMIT ?3",
                )?
                .query_map((at, at - sql::millis(pause), crate::item::limit(max)), |row| {
                    row.get(0)
                })?
                .collect::<rusqlite::Result<_>>()?;
            due.into_iter().map(|number| ask(tx, number, &mut draw, &patience, now)).collect()
        })
    }

    /// Returns when the next question to a hub is due, or a lease ends.
    pub fn next_hub_ask(&self) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT min(at) FROM (
                     SELECT min(due) AS at FROM hub_subscription WHERE due IS NOT NULL
                     UNION ALL SELECT min(lease_end) FROM hub_subscription WHERE state = 'live')",
            )?
            .query_row((), |row| sql::optional_time(row, 0))
        })
    }

    /// Notes why a question came to nothing, and that the hub wants a pause.
    pub fn hub_refused(
        &mut self,
        number: u64,
        reason: &str,
        pause: Duration,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE hub_subscription SET reason = ?2, due = max(due, ?3)
                 WHERE number = ?1 AND due IS NOT NULL",
            )?
            .execute((
                number.cast_signed(),
                beginning(reason),
                sql::later(now, pause),
            ))?;
            Ok(())
        })
    }

    /// Returns what is known behind a callback.
    pub fn hub_talk(&self, token: &str) -> Result<Option<HubTalk>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT topic, secret, state, failures FROM hub_subscription
                 WHERE token = ?1 AND secret IS NOT NULL",
            )?
            .query_row([token], |row| {
                Ok(HubTalk {
                    topic: row.get(0)?,
                    secret: row.get(1)?,
                    state: sql::parsed(row, 2, HubState::of)?,
                    failures: row.get(3)?,
                })
            })
            .optional()
        })
    }

    /// Confirms that a hub is to push, if it was asked to. Returns whether it was.
    pub fn confirm_push(
        &mut self,
        token: &str,
        topic: &str,
        lease_end: Timestamp,
        renewal: Timestamp,
    ) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let confirmed = tx
                .prepare_cached(
                    "UPDATE hub_subscription SET missed = CASE state WHEN 'live' THEN missed ELSE 0 END,
                            state = 'live', lease_end = ?3, due = ?4, failures = 0, reason = NULL
                     WHERE token = ?1 AND topic = ?2 AND state IN ('offered', 'live')
                       AND asked_at IS NOT NULL
                       AND source IN (SELECT number FROM source WHERE retired_at IS NULL)",
                )?
                .execute((token, topic, lease_end.timestamp_millis(), renewal.timestamp_millis()))?;
            Ok(confirmed == 1)
        })
    }

    /// Confirms that a hub is to stop, if it was asked to. Returns whether it was.
    pub fn confirm_stop(&mut self, token: &str, topic: &str) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let confirmed = tx
                .prepare_cached(
                    "UPDATE hub_subscription SET state = 'gone', due = NULL
                     WHERE token = ?1 AND topic = ?2 AND state = 'leaving' AND asked_at IS NOT NULL",
                )?
                .execute((token, topic))?;
            Ok(confirmed == 1)
        })
    }

    /// Notes that a hub will not push, or not any more. Returns whether it is known.
    pub fn hub_denied(
        &mut self,
        token: &str,
        topic: &str,
        reason: &str,
        next_try: Timestamp,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let source: Option<i64> = tx
                .prepare_cached(
                    "UPDATE hub_subscription SET state = 'offered', lease_end = NULL, due = ?4,
                            reason = ?3, failures = max(failures, 1)
                     WHERE token = ?1 AND topic = ?2 AND state IN ('offered', 'live')
                     RETURNING source",
                )?
                .query_row((token, topic, beginning(reason), next_try.timestamp_millis()), |row| {
                    row.get(0)
                })
                .optional()?;
            let Some(source) = source else { return Ok(false) };
            visit_soon(tx, source, now)?;
            Ok(true)
        })
    }

    /// Returns whether a source's visits may be rare, since its hub pushes what is new.
    pub fn is_pushed(&self, source: &SourceId, now: Timestamp) -> Result<bool, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT 1 FROM hub_subscription h JOIN source s ON s.number = h.source
                 WHERE s.id = ?1 AND h.state = 'live' AND h.lease_end > ?2 AND h.missed < ?3",
            )?
            .exists((source.as_str(), now.timestamp_millis(), MISSED_MAX))
        })
    }

    /// Returns how pushes stand, by source.
    pub fn hubs(&self) -> Result<Vec<HubStatus>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT s.id, h.hub, h.state, h.lease_end, h.pushed_at, h.missed, h.failures, h.reason
                 FROM hub_subscription h JOIN source s ON s.number = h.source
                 WHERE h.state <> 'gone' ORDER BY s.id, h.number",
            )?
            .query_map((), |row| {
                let state = sql::parsed(row, 2, HubState::of)?;
                Ok(HubStatus {
                    source: SourceId::new(row.get::<_, String>(0)?),
                    hub: sql::url(row, 1)?,
                    state,
                    lease_end: sql::optional_time(row, 3)?,
                    pushed_at: sql::optional_time(row, 4)?,
                    trusted: state == HubState::Live && row.get::<_, u32>(5)? < MISSED_MAX,
                    failures: row.get(6)?,
                    reason: row.get(7)?,
                })
            })?
            .collect()
        })
    }
}

/// Notes what a feed offers as it was read. An offer that is taken back ends what was never agreed; a hub
/// that pushes does so until its lease ends.
pub(crate) fn note_offer(
    tx: &Connection,
    source: i64,
    offer: Option<&HubOffer>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let known: Option<(i64, String, String, String)> = tx
        .prepare_cached(
            "SELECT number, state, hub, topic FROM hub_subscription
             WHERE source = ?1 AND state IN ('offered', 'live')",
        )?
        .query_row([source], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let same = |hub: &str, topic: &str| {
        offer.is_some_and(|offer| offer.hub.as_str() == hub && offer.topic.as_str() == topic)
    };
    match &known {
        Some((_, _, hub, topic)) if same(hub, topic) => return Ok(()),
        Some((_, state, ..)) if state == "live" && offer.is_none() => return Ok(()),
        Some((number, ..)) => end(tx, *number, now)?,
        None => {}
    }
    let Some(HubOffer { hub, topic }) = offer else { return Ok(()) };
    tx.prepare_cached(
        "INSERT INTO hub_subscription (source, hub, hub_host, topic, state, due)
         VALUES (?1, ?2, ?3, ?4, 'offered', ?5)",
    )?
    .execute((
        source,
        hub.as_str(),
        declare::host(hub),
        topic.as_str(),
        now.timestamp_millis(),
    ))?;
    Ok(())
}

/// Notes that a visit found what the hub had not pushed.
pub(crate) fn note_missed(tx: &Connection, source: i64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE hub_subscription SET missed = missed + 1 WHERE source = ?1 AND state = 'live'",
    )?
    .execute([source])?;
    Ok(())
}

/// Takes leave of a hub, if it ever heard of us.
fn end(tx: &Connection, number: i64, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached("DELETE FROM hub_subscription WHERE number = ?1 AND asked_at IS NULL")?
        .execute([number])?;
    tx.prepare_cached(
        "UPDATE hub_subscription SET state = 'leaving', failures = 0, due = ?2 WHERE number = ?1",
    )?
    .execute((number, now.timestamp_millis()))?;
    Ok(())
}

/// Notes the leases that have ended, and takes leave for sources that are not read any more.
fn lapse(tx: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let at = now.timestamp_millis();
    let lapsed: Vec<i64> = tx
        .prepare_cached(
            "UPDATE hub_subscription SET state = 'offered', lease_end = NULL, due = coalesce(due, ?1)
             WHERE state = 'live' AND lease_end <= ?1 RETURNING source",
        )?
        .query_map([at], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for source in lapsed {
        visit_soon(tx, source, now)?;
    }
    let retired: Vec<i64> = tx
        .prepare_cached(
            "SELECT h.number FROM hub_subscription h JOIN source s ON s.number = h.source
             WHERE s.retired_at IS NOT NULL AND h.state IN ('offered', 'live')",
        )?
        .query_map((), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    retired.into_iter().try_for_each(|number| end(tx, number, now))?;
    tx.prepare_cached(
        "UPDATE hub_subscription SET state = 'gone', due = NULL
         WHERE state = 'leaving' AND failures >= ?1 AND due <= ?2",
    )?
    .execute((GOODBYES_MAX, at))?;
    Ok(())
}

fn ask(
    tx: &Connection,
    number: i64,
    draw: &mut impl FnMut() -> String,
    patience: &impl Fn(u32, &str) -> Duration,
    now: Timestamp,
) -> rusqlite::Result<HubAsk> {
    // A goodbye too needs a callback by which it can be confirmed.
    tx.prepare_cached(
        "UPDATE hub_subscription SET token = ?2, secret = ?3 WHERE number = ?1 AND token IS NULL",
    )?
    .execute((number, draw(), draw()))?;
    let (ask, failures) = tx
        .prepare_cached(
            "SELECT h.number, s.id, h.hub, h.topic, h.state <> 'leaving', h.token, h.secret, h.failures
             FROM hub_subscription h JOIN source s ON s.number = h.source WHERE h.number = ?1",
        )?
        .query_row([number], |row| {
            let ask = HubAsk {
                number: sql::unsigned(row, 0)?,
                source: SourceId::new(row.get::<_, String>(1)?),
                hub: sql::url(row, 2)?,
                topic: sql::url(row, 3)?,
                subscribe: row.get(4)?,
                token: row.get(5)?,
                secret: row.get(6)?,
            };
            Ok((ask, row.get::<_, u32>(7)?))
        })?;
    let again = sql::later(now, patience(failures, &ask.token));
    tx.prepare_cached(
        "UPDATE hub_subscription SET asked_at = ?2, due = ?3, failures = failures + 1
         WHERE number = ?1",
    )?
    .execute((number, now.timestamp_millis(), again))?;
    Ok(ask)
}

fn beginning(reason: &str) -> &str {
    &reason[..reason.floor_char_boundary(REASON_BYTES_MAX)]
}
