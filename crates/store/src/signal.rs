//! Signals: how far the volume of each query was assessed, and what was found unusual. Assessments, signals
//! and what is told of them are written together.

use model::{QueryName, Seq, Severity, SignalId, SignalKind, SignalTurn, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::{Ledger, LedgerError, event, sql};

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

/// A signal as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Raised {
    pub id: SignalId,
    pub query: QueryName,
    pub kind: SignalKind,
    /// When it is estimated to have begun.
    pub onset: Timestamp,
    /// The end of the bucket that gave it away.
    pub opened: Timestamp,
    /// The end of the last bucket that was unusual.
    pub last: Timestamp,
    pub ended: Option<Timestamp>,
    pub acknowledged: Option<(Timestamp, String)>,
    /// How rare it is at its most unusual: once in so many days.
    pub peak_days: f64,
    /// As of its last event, as JSON.
    pub evidence: String,
    /// Whether it was told as it opened, or found when it was long begun.
    pub was_news: bool,
    /// At its worst.
    pub severity: Severity,
}

/// One entry of the log of what happened to signals.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalEvent {
    /// Numbers grow in the order of the log.
    pub number: u64,
    pub signal: SignalId,
    pub query: QueryName,
    pub kind: SignalKind,
    pub turn: SignalTurn,
    pub at: Timestamp,
    pub is_news: bool,
    pub evidence: String,
    pub severity: Severity,
}

/// Which signals are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignalsAsked {
    pub query: Option<QueryName>,
    /// Those that were unusual after it, or still last.
    pub since: Option<Timestamp>,
    pub only_open: bool,
}

/// What came of a person's word on a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turned {
    Acknowledged,
    /// It was acknowledged already: when, and by whom.
    Before(Timestamp, String),
    /// It is over, since then.
    Over(Timestamp),
    /// There is no such signal.
    Unknown,
}

/// The columns that [`read_raised`] reads, of `signal s` and its query `q`.
macro_rules! raised {
    () => {
        "s.id, q.name, s.kind, s.onset, s.opened, s.last, s.ended, s.acknowledged, s.acknowledged_by,
         s.peak_days, s.evidence,
         EXISTS (SELECT 1 FROM signal_event w WHERE w.signal = s.id AND w.is_news), s.severity"
    };
}
pub(crate) use raised;

impl Ledger {
    /// Tells of each active query, by name, how far it was assessed.
    pub fn assessed(&self) -> Result<Vec<Assessed>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT q.name, q.edition, q.history_after IS NOT NULL, a.settings, a.settled, a.stale,
                        a.upto, a.lives
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

    /// Returns signals, the newest first.
    pub fn signals(&self, asked: &SignalsAsked) -> Result<Vec<Raised>, LedgerError> {
        let query = asked.query.as_ref().map(QueryName::as_str);
        let since = asked.since.map(|since| since.timestamp_millis());
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT ",
                raised!(),
                " FROM signal s JOIN query q ON q.number = s.query
                 WHERE (?1 IS NULL OR q.name = ?1)
                   AND (?2 IS NULL OR s.last > ?2 OR s.ended IS NULL)
                   AND (NOT ?3 OR s.ended IS NULL)
                 ORDER BY s.opened DESC, s.id DESC"
            ))?
            .query_map((query, since, asked.only_open), read_raised)?
            .collect()
        })
    }

    pub fn signal(&self, id: SignalId) -> Result<Option<Raised>, LedgerError> {
        let Ok(id) = i64::try_from(id.0) else { return Ok(None) };
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT ",
                raised!(),
                " FROM signal s JOIN query q ON q.number = s.query WHERE s.id = ?1"
            ))?
            .query_row([id], read_raised)
            .optional()
        })
    }

    /// Returns what happened to signals after an entry of their log, oldest first, at most `max`.
    pub fn signal_events_after(
        &self,
        number: u64,
        max: usize,
    ) -> Result<Vec<SignalEvent>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT e.number, e.signal, q.name, s.kind, e.what, e.at, e.is_news, e.evidence,
                        e.severity
                 FROM signal_event e JOIN signal s ON s.id = e.signal JOIN query q ON q.number = s.query
                 WHERE e.number > ?1 ORDER BY e.number LIMIT ?2",
            )?
            .query_map((number.cast_signed(), crate::item::limit(max)), read_event)?
            .collect()
        })
    }

    /// Notes that a person has seen a signal, which is told from now on only where it is a crisis that
    /// worsens, or becomes one.
    pub fn acknowledge_signal(
        &mut self,
        id: SignalId,
        person: &str,
        now: Timestamp,
    ) -> Result<Turned, LedgerError> {
        self.write(|tx| {
            let id = id.0.cast_signed();
            let stands = tx
                .prepare_cached(
                    "SELECT ended, acknowledged, acknowledged_by FROM signal WHERE id = ?1",
                )?
                .query_row([id], |row| {
                    let by: Option<String> = row.get(2)?;
                    Ok((sql::optional_time(row, 0)?, sql::optional_time(row, 1)?.zip(by)))
                })
                .optional()?;
            match stands {
                None => return Ok(Turned::Unknown),
                Some((Some(ended), _)) => return Ok(Turned::Over(ended)),
                Some((None, Some((at, by)))) => return Ok(Turned::Before(at, by)),
                Some((None, None)) => {}
            }
            tx.prepare_cached(
                "UPDATE signal SET acknowledged = ?2, acknowledged_by = ?3 WHERE id = ?1",
            )?
            .execute((id, now.timestamp_millis(), person))?;
            log(tx, id, SignalTurn::Acknowledged, true, now)?;
            Ok(Turned::Acknowledged)
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
                event.turn == SignalTurn::Grew && event.severity == Severity::Crisis,
                event.severity.as_str(),
            ),
            |row| row.get(0),
        )?;
    log(tx, signal, event.turn, event.is_news, now)
}

/// Appends to the log of a signal, with the evidence as it stands.
fn log(
    tx: &Connection,
    signal: i64,
    turn: SignalTurn,
    is_news: bool,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO signal_event (signal, at, what, is_news, evidence, severity)
         SELECT id, ?2, ?3,
                -- The end of what nobody was told is told to nobody.
                ?4 AND (?3 <> 'ended' OR EXISTS (
                    SELECT 1 FROM signal_event o WHERE o.signal = id AND o.is_news)),
                evidence, severity
         FROM signal WHERE id = ?1",
    )?
    .execute((signal, now.timestamp_millis(), turn.as_str(), is_news))?;
    event::note_signal(tx, tx.last_insert_rowid())
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
    })
}

pub(crate) fn read_raised(row: &Row<'_>) -> rusqlite::Result<Raised> {
    let by: Option<String> = row.get(8)?;
    Ok(Raised {
        id: SignalId(sql::unsigned(row, 0)?),
        query: QueryName::new(row.get::<_, String>(1)?),
        kind: sql::parsed(row, 2, kind)?,
        onset: sql::time(row, 3)?,
        opened: sql::time(row, 4)?,
        last: sql::time(row, 5)?,
        ended: sql::optional_time(row, 6)?,
        acknowledged: sql::optional_time(row, 7)?.zip(by),
        peak_days: row.get(9)?,
        evidence: row.get(10)?,
        was_news: row.get(11)?,
        severity: severity(row, 12)?,
    })
}

fn read_event(row: &Row<'_>) -> rusqlite::Result<SignalEvent> {
    Ok(SignalEvent {
        number: sql::unsigned(row, 0)?,
        signal: SignalId(sql::unsigned(row, 1)?),
        query: QueryName::new(row.get::<_, String>(2)?),
        kind: sql::parsed(row, 3, kind)?,
        turn: sql::parsed(row, 4, |word| word.parse().ok())?,
        at: sql::time(row, 5)?,
        is_news: row.get(6)?,
        evidence: row.get(7)?,
        severity: severity(row, 8)?,
    })
}

pub(crate) fn severity(row: &Row<'_>, column: usize) -> rusqlite::Result<Severity> {
    sql::parsed(row, column, |word| word.parse().ok())
}

fn kind(word: &str) -> Option<SignalKind> {
    word.parse().ok()
}
