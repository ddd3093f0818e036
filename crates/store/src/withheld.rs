//! Queries that somebody is not told of for now. Each has a place of its own in the log, so that those who
//! follow others besides go on, and nothing is told twice when it is released: what was told through another
//! query meanwhile is left out.

use model::{EndpointId, ItemId, QueryName, Seq, SignalId, SubscriptionId, Timestamp, Tone};
use rusqlite::{Connection, Row};

use crate::{Ledger, LedgerError, sql, tone};

/// Why a query's hits wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Its reader was told of a crisis that lasts, and that nobody has acknowledged.
    Crisis,
    /// Somebody has muted it.
    Mute { person: String },
}

/// A query that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    pub query: QueryName,
    /// What was found of it after this position waits.
    pub told: Seq,
    pub since: Timestamp,
    pub why: Why,
}

/// A hit that waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WithheldHit {
    /// The position at which it was found.
    pub seq: Seq,
    pub item: ItemId,
    /// What a person said, else what was read.
    pub tone: Option<Tone>,
}

/// Where a subscription or an endpoint stands with each of its queries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standpoint {
    /// Up to where it was told of all that do not wait.
    pub told: Seq,
    /// What is read now: each query, and after which position.
    pub read: Vec<(QueryName, Seq)>,
    /// Those that go on waiting, with where they stand.
    pub waiting: Vec<(QueryName, Seq)>,
}

/// What changes about who waits, with a digest or a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// From where the reader stands.
    pub withhold: Vec<(QueryName, Why)>,
    pub release: Vec<QueryName>,
    /// The crises that an endpoint is told of.
    pub crises: Vec<SignalId>,
    /// Those that it follows and is not told of for now.
    pub missed: Vec<SignalId>,
    /// Up to where in the log of signals the digest says who has acknowledged them; 0 for not at all.
    pub noted: u64,
}

/// Who waits.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Whose<'a> {
    Subscription(&'a SubscriptionId),
    Endpoint(&'a EndpointId),
}

impl Standpoint {
    /// What is read, for [`not_told!`].
    pub(crate) fn places(&self) -> String {
        places(&self.read)
    }

    /// Up to where each of all queries was told.
    pub(crate) fn told_places(&self) -> String {
        places(self.read.iter().chain(&self.waiting))
    }
}

fn places<'a>(of: impl IntoIterator<Item = &'a (QueryName, Seq)>) -> String {
    let pair = |(name, seq): &(QueryName, Seq)| {
        serde_json::Value::from(vec![name.as_str().into(), serde_json::Value::from(seq.0)])
    };
    of.into_iter().map(pair).collect::<serde_json::Value>().to_string()
}

/// From hits `h` of the queries `q` of places `c` (?1), those after their place, but for what was told
/// through another query while this one waited. ?2 is up to where all was told that does not wait, ?3 where
/// each query stands.
macro_rules! not_told {
    () => {
        " json_each(?1) c CROSS JOIN query q ON q.name = c.value->>0
          CROSS JOIN hit h ON h.query = q.number
          WHERE q.retired_at IS NULL AND h.history = 0 AND h.relevance IS NOT 'irrelevant'
            AND h.seq > c.value->>1
            AND NOT (h.seq <= ?2 AND EXISTS (
                SELECT 1 FROM hit o JOIN query p ON p.number = o.query
                JOIN json_each(?3) t ON t.value->>0 = p.name
                WHERE o.item = h.item AND o.query <> h.query AND o.history = 0
                  AND o.relevance IS NOT 'irrelevant'
                  AND o.seq > c.value->>1 AND o.seq <= t.value->>1)) "
    };
}
pub(crate) use not_told;

impl Ledger {
    /// Returns the queries that a subscription is not told of for now, by name.
    pub fn withheld(&self, subscription: &SubscriptionId) -> Result<Vec<Withheld>, LedgerError> {
        self.read(|tx| withheld(tx, Whose::Subscription(subscription)))
    }

    /// The same of an endpoint.
    pub fn withheld_from(&self, endpoint: &EndpointId) -> Result<Vec<Withheld>, LedgerError> {
        self.read(|tx| withheld(tx, Whose::Endpoint(endpoint)))
    }

    /// Returns what of a query waited up to where its reader stands, by position.
    pub fn withheld_hits(
        &self,
        at: &Standpoint,
        query: &QueryName,
    ) -> Result<Vec<WithheldHit>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT h.seq, h.item, h.tone, h.tone_said FROM",
                not_told!(),
                "AND h.seq <= ?2 AND q.name = ?4 ORDER BY h.seq"
            ))?
            .query_map(
                (at.places(), at.told.0.cast_signed(), at.told_places(), query.as_str()),
                |row| {
                    Ok(WithheldHit {
                        seq: Seq(sql::unsigned(row, 0)?),
                        item: ItemId(sql::unsigned(row, 1)?),
                        tone: tone::said_or_read(row, 3, 2)?,
                    })
                },
            )?
            .collect()
        })
    }

    /// Returns how many items of a query waited and are told now.
    pub fn withheld_items(&self, at: &Standpoint, query: &QueryName) -> Result<u64, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT count(*) FROM",
                not_told!(),
                "AND h.seq <= ?2 AND q.name = ?4"
            ))?
            .query_row(
                (at.places(), at.told.0.cast_signed(), at.told_places(), query.as_str()),
                |row| sql::unsigned(row, 0),
            )
        })
    }
}

fn withheld(tx: &Connection, whose: Whose<'_>) -> rusqlite::Result<Vec<Withheld>> {
    let (subscription, endpoint) = whose.ids();
    tx.prepare_cached(
        "SELECT q.name, w.told, w.since, w.muted_by FROM withheld w JOIN query q ON q.number = w.query
         WHERE w.subscription IS ?1 AND w.endpoint IS ?2 ORDER BY q.name",
    )?
    .query_map((subscription, endpoint), read)?
    .collect()
}

fn read(row: &Row<'_>) -> rusqlite::Result<Withheld> {
    let muted_by: Option<String> = row.get(3)?;
    Ok(Withheld {
        query: QueryName::new(row.get::<_, String>(0)?),
        told: Seq(sql::unsigned(row, 1)?),
        since: sql::time(row, 2)?,
        why: muted_by.map_or(Why::Crisis, |person| Why::Mute { person }),
    })
}

/// Lets queries wait from where their reader stands, and releases others.
pub(crate) fn change(
    tx: &Connection,
    whose: Whose<'_>,
    waiting: &Waiting,
    told: Seq,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let (subscription, endpoint) = whose.ids();
    for query in &waiting.release {
        tx.prepare_cached(
            "DELETE FROM withheld WHERE subscription IS ?1 AND endpoint IS ?2
               AND query IN (SELECT number FROM query WHERE name = ?3)",
        )?
        .execute((subscription, endpoint, query.as_str()))?;
    }
    for (query, why) in &waiting.withhold {
        let muted_by = match why {
            Why::Crisis => None,
            Why::Mute { person } => Some(person),
        };
        tx.prepare_cached(
            "INSERT OR IGNORE INTO withheld (subscription, endpoint, query, told, since, muted_by)
             SELECT ?1, ?2, number, ?4, ?5, ?6 FROM query WHERE name = ?3",
        )?
        .execute((
            subscription,
            endpoint,
            query.as_str(),
            told.0.cast_signed(),
            now.timestamp_millis(),
            muted_by,
        ))?;
    }
    Ok(())
}

impl<'a> Whose<'a> {
    fn ids(self) -> (Option<&'a str>, Option<&'a str>) {
        match self {
            Self::Subscription(id) => (Some(id.as_str()), None),
            Self::Endpoint(id) => (None, Some(id.as_str())),
        }
    }
}
