//! What the owner wants watched: sources, queries and subscriptions, declared anew at each start
//! and reload. What is no longer declared is retired: it rests, with all its data.

use model::{Host, Kind, QueryName, Source, SourceId, SubscriptionId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};
use std::time::Duration;
use url::Url;

use crate::ledger::head;
use crate::{Ledger, LedgerError, heard, sql};

/// All that a configuration declares.
#[derive(Debug, Clone, Copy)]
pub struct Declaration<'a> {
    pub sources: &'a [Source],
    /// Names and texts.
    pub queries: &'a [(QueryName, String)],
    pub subscriptions: &'a [SubscriptionId],
}

/// The active queries at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedQueries {
    /// Names and texts, by name.
    pub queries: Vec<(QueryName, String)>,
    /// Grows with every change.
    pub version: u64,
}

/// Why a source was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// Choose another id.
    #[error("there is already a source {source_id}")]
    Taken { source_id: SourceId },
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<rusqlite::Error> for AddError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Ledger(error.into())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Configuration,
    Command,
}

impl Origin {
    fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Command => "command",
        }
    }
}

impl Ledger {
    /// Replaces what the former configuration declared.
    ///
    /// A source whose URL changed starts over, and is returned; not so where it had moved there by itself, or
    /// from `http` to `https`. A source from the command line that is now declared
    /// belongs to the configuration. A new, edited or returned query gets a history run; a visit
    /// under way at that moment, matched without it, has to be matched again. A new or returned
    /// subscription is told nothing that was found before now.
    pub fn declare(
        &mut self,
        declaration: &Declaration<'_>,
        now: Timestamp,
    ) -> Result<Vec<SourceId>, LedgerError> {
        self.write(|tx| {
            let elsewhere = declare_sources(tx, declaration.sources, now)?;
            declare_queries(tx, declaration.queries, now)?;
            declare_subscriptions(tx, declaration.subscriptions, now)?;
            Ok(elsewhere)
        })
    }

    /// Adds a source that lives in the ledger, as from the command line.
    pub fn add_source(&mut self, source: &Source, now: Timestamp) -> Result<(), AddError> {
        self.write_or_refuse(|tx| {
            let active = tx
                .prepare_cached("SELECT 1 FROM source WHERE id = ?1 AND retired_at IS NULL")?
                .exists([source.id.as_str()])?;
            if active {
                return Err(AddError::Taken { source_id: source.id.clone() });
            }
            put_source(tx, source, Origin::Command, now)?;
            Ok(())
        })
    }

    /// Retires a source that was added from the command line; its items stay. Returns whether there
    /// was one of this id.
    pub fn remove_source(&mut self, id: &SourceId, now: Timestamp) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let removed = tx.execute(
                "UPDATE source SET retired_at = ?2, epoch = epoch + 1
                 WHERE id = ?1 AND origin = 'command' AND retired_at IS NULL",
                (id.as_str(), now.timestamp_millis()),
            )?;
            Ok(removed == 1)
        })
    }

    /// Returns all active sources, as they were declared or added, by id.
    pub fn sources(&self) -> Result<Vec<Source>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT id, declared_url, name, kind, lang, every_ms, preset, full_text, zone,
                        history_ms
                 FROM source
                 WHERE retired_at IS NULL ORDER BY id",
            )?
            .query_map((), |row| source(row, 9))?
            .collect()
        })
    }

    /// Returns all active queries, to match with.
    pub fn queries(&self) -> Result<SavedQueries, LedgerError> {
        self.read(|tx| {
            let queries = tx
                .prepare_cached(
                    "SELECT name, text FROM query WHERE retired_at IS NULL ORDER BY name",
                )?
                .query_map((), |row| Ok((QueryName::new(row.get::<_, String>(0)?), row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            Ok(SavedQueries { queries, version: queries_version(tx)? })
        })
    }
}

/// Reads a source from its id, URL, name, kind, language, pause, preset, whether its articles are
/// read whole, and zone; and from a last column how far back it is read.
pub(crate) fn source(row: &Row<'_>, since: usize) -> rusqlite::Result<Source> {
    let every: Option<i64> = row.get(5)?;
    let since: Option<i64> = row.get(since)?;
    Ok(Source {
        id: SourceId::new(row.get::<_, String>(0)?),
        url: sql::url(row, 1)?,
        name: row.get(2)?,
        kind: sql::parsed(row, 3, |word| word.parse::<Kind>().ok())?,
        lang: sql::lang(row, 4)?,
        preset: row.get(6)?,
        full_text: row.get(7)?,
        zone: sql::zone(row, 8)?,
        every: every.map(|millis| Duration::from_millis(millis.cast_unsigned())),
        since: since.map(|millis| Duration::from_millis(millis.cast_unsigned())),
    })
}

/// Returns the politeness unit of an address: host and port.
pub(crate) fn host(url: &Url) -> String {
    Host::name_of(url)
}

/// Returns those that start over.
fn declare_sources(
    tx: &Connection,
    sources: &[Source],
    now: Timestamp,
) -> rusqlite::Result<Vec<SourceId>> {
    rename_sources(tx, sources)?;
    tx.execute(
        "UPDATE source SET retired_at = ?2, epoch = epoch + 1
         WHERE origin = 'configuration' AND retired_at IS NULL
           AND id NOT IN (SELECT value FROM json_each(?1))",
        (sql::list(sources.iter().map(|source| source.id.as_str())), now.timestamp_millis()),
    )?;
    let mut elsewhere = Vec::new();
    for source in sources {
        if put_source(tx, source, Origin::Configuration, now)? {
            elsewhere.push(source.id.clone());
        }
    }
    Ok(elsewhere)
}

/// Gives sources that were declared under another id, with the same address, their new id: their
/// items must not come again.
fn rename_sources(tx: &Connection, sources: &[Source]) -> rusqlite::Result<()> {
    let declared = sql::list(sources.iter().map(|source| source.id.as_str()));
    for source in sources {
        tx.prepare_cached(
            "UPDATE source SET id = ?1
             WHERE number = (
                 SELECT number FROM source
                 WHERE declared_url = ?2 AND origin = 'configuration' AND retired_at IS NULL
                   AND id NOT IN (SELECT value FROM json_each(?3))
                 ORDER BY number LIMIT 1)
               AND NOT EXISTS (SELECT 1 FROM source WHERE id = ?1)",
        )?
        .execute((source.id.as_str(), source.url.as_str(), &declared))?;
    }
    Ok(())
}

/// Returns whether it was known and starts over, at another address.
fn put_source(
    tx: &Connection,
    source: &Source,
    origin: Origin,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let former = tx
        .prepare_cached("SELECT declared_url, url FROM source WHERE id = ?1")?
        .query_row([source.id.as_str()], |row| Ok((sql::url(row, 0)?, sql::url(row, 1)?)))
        .optional()?;
    let is_elsewhere = former.as_ref().is_some_and(|(declared, read)| {
        source.url != *declared && source.url != *read && !is_secured(declared, &source.url)
    });
    match former {
        None => insert_source(tx, source, now)?,
        Some(_) if is_elsewhere => start_over(tx, source, now)?,
        Some((declared, _)) if source.url != declared => follow(tx, source)?,
        Some(_) => {}
    }
    tx.prepare_cached(
        "UPDATE source SET origin = ?2, name = ?3, kind = ?4, lang = ?5, every_ms = ?6,
                next_check = CASE
                    WHEN retired_at IS NOT NULL THEN ?7
                    WHEN every_ms IS NOT ?6 AND ?6 IS NOT NULL THEN min(next_check, ?8)
                    ELSE next_check END,
                first_read = CASE WHEN retired_at IS NULL THEN first_read END,
                retired_at = NULL,
                -- What is read in another way has not been read.
                etag = CASE WHEN preset IS ?9 AND history_ms IS ?12 THEN etag END,
                last_modified = CASE WHEN preset IS ?9 AND history_ms IS ?12 THEN last_modified END,
                body_digest = CASE WHEN preset IS ?9 AND history_ms IS ?12 THEN body_digest END,
                habits = CASE WHEN preset IS ?9 THEN habits ELSE '{}' END,
                preset = ?9, full_text = ?10, zone = ?11,
                -- Another wish begins another way back.
                history_end = CASE WHEN history_ms IS ?12 THEN history_end END,
                history_pages = CASE WHEN history_ms IS ?12 THEN history_pages ELSE 0 END,
                history_ms = ?12
         WHERE id = ?1",
    )?
    .execute((
        source.id.as_str(),
        origin.as_str(),
        &source.name,
        source.kind.as_str(),
        source.lang.as_ref().map(model::Lang::as_str),
        source.every.map(sql::millis),
        now.timestamp_millis(),
        source.every.map(|every| sql::later(now, every)),
        &source.preset,
        source.full_text,
        source.zone.map(chrono_tz::Tz::name),
        source.since.map(sql::millis),
    ))?;
    Ok(is_elsewhere)
}

/// Whether the same place is asked for by `https` now.
fn is_secured(former: &Url, url: &Url) -> bool {
    let rest = |url: &Url| url.as_str().split_once("://").map(|(_, rest)| rest.to_owned());
    former.scheme() == "http" && url.scheme() == "https" && rest(former) == rest(url)
}

/// Reads it under another address of the same place from now on.
fn follow(tx: &Connection, source: &Source) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE source SET declared_url = ?2, url = ?2, host = ?3 WHERE id = ?1")?
        .execute((source.id.as_str(), source.url.as_str(), host(&source.url)))?;
    Ok(())
}

fn insert_source(tx: &Connection, source: &Source, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO source (id, origin, declared_url, url, name, kind, host, next_check)
         VALUES (?1, 'configuration', ?2, ?2, '', '', ?3, ?4)",
    )?
    .execute((
        source.id.as_str(),
        source.url.as_str(),
        host(&source.url),
        now.timestamp_millis(),
    ))?;
    Ok(())
}

/// Forgets what belonged to the former address. Items and their keys stay.
fn start_over(tx: &Connection, source: &Source, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE source SET declared_url = ?2, url = ?2, host = ?3, next_check = ?4,
                epoch = epoch + 1, etag = NULL, last_modified = NULL, body_digest = NULL,
                failures = 0, failure = NULL, since = NULL, first_read = NULL, last_check = NULL,
                last_outcome = NULL, problem_count = 0, problems = '[]', evidence = '{}',
                habits = '{}', budget = 0, walking = NULL,
                history_back_to = NULL, history_pages = 0, history_end = NULL,
                trouble = NULL, trouble_reason = NULL, trouble_since = NULL
         WHERE id = ?1",
    )?
    .execute((
        source.id.as_str(),
        source.url.as_str(),
        host(&source.url),
        now.timestamp_millis(),
    ))?;
    for forget in [
        "UPDATE item SET page = NULL
         WHERE page IN (SELECT p.number FROM page p JOIN source s ON s.number = p.source WHERE s.id = ?1)",
        "DELETE FROM watch WHERE source = (SELECT number FROM source WHERE id = ?1)",
        "DELETE FROM page WHERE source = (SELECT number FROM source WHERE id = ?1)",
    ] {
        tx.prepare_cached(forget)?.execute([source.id.as_str()])?;
    }
    Ok(())
}

fn declare_queries(
    tx: &Connection,
    queries: &[(QueryName, String)],
    now: Timestamp,
) -> rusqlite::Result<()> {
    let head = head(tx)?.0.cast_signed();
    let retired = tx.execute(
        "UPDATE query SET retired_at = ?2, retired_seq = ?3
         WHERE retired_at IS NULL AND name NOT IN (SELECT value FROM json_each(?1))",
        (sql::list(queries.iter().map(|(name, _)| name.as_str())), now.timestamp_millis(), head),
    )?;
    let mut changed = retired > 0;
    for (name, text) in queries {
        changed |= declare_query(tx, name, text, head)?;
    }
    if changed {
        // What a visit under way brings will stand after the end of the history runs.
        tx.execute("UPDATE ledger SET queries_version = queries_version + 1", ())?;
    }
    Ok(())
}

pub(crate) fn queries_version(tx: &Connection) -> rusqlite::Result<u64> {
    tx.prepare_cached("SELECT queries_version FROM ledger")?
        .query_row((), |row| sql::unsigned(row, 0))
}

/// Returns whether the query finds what it did not find before.
fn declare_query(
    tx: &Connection,
    name: &QueryName,
    text: &str,
    head: i64,
) -> rusqlite::Result<bool> {
    let written = tx
        .prepare_cached("INSERT INTO query (name, text) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
        .execute((name.as_str(), text))?;
    let mut changed = written == 1;
    if !changed {
        changed |= edit_query(tx, name, text)?;
    }
    let returned = tx
        .prepare_cached(
            // What it did not visit before it was retired is part of its gap.
            "UPDATE query SET history_after = coalesce(history_after, retired_seq),
                    history_until = ?2, retired_at = NULL, retired_seq = NULL
             WHERE name = ?1 AND retired_at IS NOT NULL",
        )?
        .execute((name.as_str(), head))?;
    if changed {
        tx.prepare_cached(
            "UPDATE query SET history_after = 0, history_until = ?2 WHERE name = ?1",
        )?
        .execute((name.as_str(), head))?;
    }
    tx.prepare_cached(
        "UPDATE query SET history_after = NULL, history_until = NULL
         WHERE name = ?1 AND history_after >= history_until",
    )?
    .execute([name.as_str()])?;
    Ok(changed || returned == 1)
}

fn edit_query(tx: &Connection, name: &QueryName, text: &str) -> rusqlite::Result<bool> {
    let edited = tx
        .prepare_cached(
            "UPDATE query SET text = ?2, edition = edition + 1 WHERE name = ?1 AND text <> ?2",
        )?
        .execute((name.as_str(), text))?;
    Ok(edited == 1)
}

fn declare_subscriptions(
    tx: &Connection,
    subscriptions: &[SubscriptionId],
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE subscription SET retired_at = ?2
         WHERE retired_at IS NULL AND id NOT IN (SELECT value FROM json_each(?1))",
        (sql::list(subscriptions.iter().map(SubscriptionId::as_str)), now.timestamp_millis()),
    )?;
    for subscription in subscriptions {
        let is_new = tx
            .prepare_cached(
                "INSERT INTO subscription (id, told, due)
             VALUES (?1, (SELECT head FROM log_head), 'unscheduled')
             ON CONFLICT (id) DO UPDATE
             SET told = excluded.told, due = excluded.due, due_at = NULL, wait_until = NULL,
                 held_since = NULL, held_for = NULL, retired_at = NULL
             WHERE retired_at IS NOT NULL",
            )?
            .execute([subscription.as_str()])?
            > 0;
        if is_new {
            heard::listen(tx, subscription)?;
        }
    }
    // What was waited for may no longer be: it is looked at anew.
    tx.execute("UPDATE subscription SET wait_until = NULL WHERE wait_until IS NOT NULL", ())?;
    Ok(())
}
