//! How far the volume of each query was assessed. Assessments, signals and what is told of them are written
//! together.

use model::{QueryName, Seq, Severity, SignalKind, SignalTurn, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::signal::log;
use crate::{Ledger, LedgerError, sql};

/// How far an active query was assessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed {
    pub query: QueryName,
    /// The present edition of its text.
    pub edition: u64,
    /// Whether a history run still changes what it found.
    pub in_history: bool,
    /// `None` where nothing of use is known: never assessed, or by another text.
    pub last: Option<LastAssessment>,
    /// Up to where an earlier text of it was assessed.
    pub former: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastAssessment {
    pub settings: String,
    /// The end of the last bucket that the states of its series hold; `None` where counts from before
    /// have changed since, so that the states are of no use.
    pub settled: Option<Timestamp>,
    /// The end of the last bucket that was assessed.
    pub upto: Timestamp,
    /// Where its signals are in their lives, in the form of whoever assesses.
    pub lives: String,
}

/// What the assessment of one query says, as of the end of a bucket.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAssessment {
    pub query: QueryName,
    pub edition: u64,
    pub settings: String,
    /// Up to where it was assessed before, [`LastAssessment::upto`].
    pub after: Option<Timestamp>,
    pub upto: Timestamp,
    /// The last position of the log when its findings were counted.
    pub head: Seq,
    pub lives: String,
    /// Whether its open signals end without a word, since it was assessed otherwise before.
    pub begins_anew: bool,
    /// States to keep instead of those that are kept.
    pub states: Option<States>,
    pub events: Vec<NewSignalEvent>,
    /// Signals that go on as they were: their kinds, and up to when and how unusual they were at most.
    pub lasting: Vec<(SignalKind, Timestamp, f64)>,
}

/// The states of a query's series after all buckets up to a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct States {
    pub settled: Timestamp,
    /// By measure, in the form of whoever assesses.
    pub series: Vec<(String, Vec<u8>)>,
}

/// What happened to a signal. With query and kind, `opened` names it.
#[derive(Debug, Clone, PartialEq)]
pub struct NewSignalEvent {
    pub kind: SignalKind,
    pub turn: SignalTurn,
    pub onset: Timestamp,
    pub opened: Timestamp,
    pub last: Timestamp,
    pub peak_days: f64,
    /// Whether it is to be told; else it is only kept.
    pub is_news: bool,
    /// As JSON; without any, what was known before stays.
    pub evidence: Option<String>,
    /// How grave it is by now.
    pub severity: Severity,
}

impl Ledger {
    /// Tells of each active query, by name, how far it was assessed.
    pub fn assessed(&self) -> Result<Vec<Assessed>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT q.name, q.edition, q.history_after IS NOT NULL, a.settings, a.settled, a.stale,
                        a.upto, a.lives,
                        (SELECT f.upto FROM assessment f
                         WHERE f.query = q.number AND f.edition <> q.edition)
                 FROM query q LEFT JOIN assessment a ON a.query = q.number AND a.edition = q.edition
                 WHERE q.retired_at IS NULL ORDER BY q.name",
            )?
            .query_map((), read_assessed)?
            .collect()
        })
    }

    /// Returns the states that are kept of a query's series, by measure.
    pub fn series(&self, query: &QueryName) -> Result<Vec<(String, Vec<u8>)>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT s.measure, s.state FROM query q JOIN series s ON s.query = q.number
                 WHERE q.name = ?1 ORDER BY s.measure",
            )?
            .query_map([query.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
        })
    }

    /// Records an assessment with what it found, unless the query has another text by now, or another has
    /// assessed it since: then nothing is written, and false returned.
    pub fn record_assessment(
        &mut self,
        assessment: &NewAssessment,
        now: Timestamp,
    ) -> Result<bool, LedgerError> {
        self.write(|tx| {
            let Some(query) = in_place(tx, assessment)? else { return Ok(false) };
            keep(tx, query, assessment)?;
            if assessment.begins_anew {
                let open = "SELECT id FROM signal WHERE query = ?1 AND ended IS NULL";
                let open: Vec<i64> = tx
                    .prepare_cached(open)?
                    .query_map([query], |row| row.get(0))?
                    .collect::<rusqlite::Result<_>>()?;
                end_quietly(tx, &open, now)?;
            }
            for (kind, last, peak_days) in &assessment.lasting {
                tx.prepare_cached(
                    "UPDATE signal SET last = max(last, ?3), peak_days = max(peak_days, ?4)
                     WHERE query = ?1 AND kind = ?2 AND ended IS NULL",
                )?
                .execute((
                    query,
                    kind.as_str(),
                    last.timestamp_millis(),
                    peak_days,
                ))?;
            }
            for event in &assessment.events {
                record_event(tx, query, event, now)?;
            }
            Ok(true)
        })
    }

    /// Ends the signals of queries that are no longer assessed, or by another text.
    pub fn end_orphans(&mut self, now: Timestamp) -> Result<usize, LedgerError> {
        self.write(|tx| {
            let orphans: Vec<i64> = tx
                .prepare_cached(
                    "SELECT s.id FROM signal s JOIN query q ON q.number = s.query
                     LEFT JOIN assessment a ON a.query = q.number AND a.edition = q.edition
                     WHERE s.ended IS NULL AND (q.retired_at IS NOT NULL OR a.query IS NULL)",
                )?
                .query_map((), |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            end_quietly(tx, &orphans, now)?;
            Ok(orphans.len())
        })
    }
}

fn end_quietly(tx: &Connection, signals: &[i64], now: Timestamp) -> rusqlite::Result<()> {
    for signal in signals {
        tx.prepare_cached("UPDATE signal SET ended = ?2 WHERE id = ?1")?
            .execute((signal, now.timestamp_millis()))?;
        log(tx, *signal, SignalTurn::Ended, false, now)?;
    }
    Ok(())
}

/// Notes that what a query found in an hour is counted anew.
pub(crate) fn note_recount(tx: &Connection, query: i64, hour: i64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE assessment SET stale = 1 WHERE query = ?1 AND settled > ?2 AND stale = 0",
    )?
    .execute((query, hour.saturating_mul(3_600_000)))?;
    Ok(())
}

/// Returns the number of the query if it stands where the assessment began.
fn in_place(tx: &Connection, assessment: &NewAssessment) -> rusqlite::Result<Option<i64>> {
    tx.prepare_cached(
        "SELECT q.number FROM query q
         LEFT JOIN assessment a ON a.query = q.number AND a.edition = q.edition
         WHERE q.name = ?1 AND q.retired_at IS NULL AND q.edition = ?2 AND a.upto IS ?3",
    )?
    .query_row(
        (
            assessment.query.as_str(),
            assessment.edition.cast_signed(),
            assessment.after.map(|after| after.timestamp_millis()),
        ),
        |row| row.get(0),
    )
    .optional()
}

fn keep(tx: &Connection, query: i64, assessment: &NewAssessment) -> rusqlite::Result<()> {
    let settled = assessment.states.as_ref().map(|states| states.settled.timestamp_millis());
    // Without states, those that are kept stay as they are; the first assessment has none to stay.
    tx.prepare_cached(
        "INSERT INTO assessment (query, edition, settings, settled, upto, lives, stale)
         VALUES (?1, ?2, ?3, coalesce(?4, 0), ?5, ?6, ?4 IS NULL)
         ON CONFLICT (query) DO UPDATE SET
             edition = excluded.edition, settings = excluded.settings, upto = excluded.upto,
             lives = excluded.lives, settled = coalesce(?4, settled),
             stale = CASE WHEN ?4 IS NULL THEN stale ELSE 0 END",
    )?
    .execute((
        query,
        assessment.edition.cast_signed(),
        &assessment.settings,
        settled,
        assessment.upto.timestamp_millis(),
        &assessment.lives,
    ))?;
    let Some(states) = &assessment.states else { return Ok(()) };
    // What was found while the states were made may be older than they are.
    tx.prepare_cached(
        "UPDATE assessment SET stale = 1 WHERE query = ?1 AND EXISTS (
             SELECT 1 FROM hit WHERE query = ?1 AND seq > ?2 AND hour * 3600000 < settled)",
    )?
    .execute((query, assessment.head.0.cast_signed()))?;
    tx.prepare_cached("DELETE FROM series WHERE query = ?1")?.execute([query])?;
    for (measure, state) in &states.series {
        tx.prepare_cached("INSERT INTO series (query, measure, state) VALUES (?1, ?2, ?3)")?
            .execute((query, measure, state))?;
    }
    Ok(())
}

fn record_event(
    tx: &Connection,
    query: i64,
    event: &NewSignalEvent,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let ended = (event.turn == SignalTurn::Ended).then(|| now.timestamp_millis());
    let signal: i64 = tx
        .prepare_cached(
            "INSERT INTO signal
                 (query, kind, onset, opened, last, ended, peak_days, evidence, severity)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce(?8, '{}'), ?10)
             ON CONFLICT (query, kind, opened) DO UPDATE SET
                 last = excluded.last, ended = excluded.ended, evidence = coalesce(?8, evidence),
                 peak_days = max(peak_days, excluded.peak_days),
                 severity = CASE WHEN severity = 'crisis' THEN severity ELSE excluded.severity END,
                 acknowledged = CASE WHEN ?9 THEN NULL ELSE acknowledged END
             RETURNING id",
        )?
        .query_row(
            (
                query,
                event.kind.as_str(),
                event.onset.timestamp_millis(),
                event.opened.timestamp_millis(),
                event.last.timestamp_millis(),
                ended,
                event.peak_days,
                &event.evidence,
                // Who has seen a warning has not seen a crisis.
                event.turn == SignalTurn::Grew
                    && event.severity == Severity::Crisis
                    && event.is_news,
                event.severity.as_str(),
            ),
            |row| row.get(0),
        )?;
    if event.turn == SignalTurn::Opened && !event.is_news {
        // Of an edited query the same may be raised again: who has seen it has seen it.
        tx.prepare_cached(
            "UPDATE signal SET (acknowledged, acknowledged_by) =
                 (SELECT o.acknowledged, o.acknowledged_by FROM signal o
                  WHERE o.query = ?2 AND o.kind = ?3 AND o.id <> ?1
                    AND o.acknowledged IS NOT NULL AND o.last >= ?4
                  ORDER BY o.id DESC LIMIT 1)
             WHERE id = ?1 AND acknowledged IS NULL",
        )?
        .execute((signal, query, event.kind.as_str(), event.onset.timestamp_millis()))?;
    }
    log(tx, signal, event.turn, event.is_news, now)
}

fn read_assessed(row: &Row<'_>) -> rusqlite::Result<Assessed> {
    let settings: Option<String> = row.get(3)?;
    let last = match settings {
        None => None,
        Some(settings) => {
            let is_stale: bool = row.get(5)?;
            let settled = sql::time(row, 4)?;
            Some(LastAssessment {
                settings,
                settled: (!is_stale).then_some(settled),
                upto: sql::time(row, 6)?,
                lives: row.get(7)?,
            })
        }
    };
    Ok(Assessed {
        query: QueryName::new(row.get::<_, String>(0)?),
        edition: sql::unsigned(row, 1)?,
        in_history: row.get(2)?,
        last,
        former: sql::optional_time(row, 8)?,
    })
}
