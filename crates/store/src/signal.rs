//! Signals: what was found unusual, the log of what happened to it, and who has seen it.

use model::{QueryName, Severity, SignalId, SignalKind, SignalTurn, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::{Ledger, LedgerError, event, sql};

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

impl Raised {
    /// In the words of which turn it is told as it stands.
    pub fn turn(&self) -> SignalTurn {
        if self.ended.is_some() { SignalTurn::Ended } else { SignalTurn::Opened }
    }
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

    /// Notes that a person has seen a signal, with the other one of its matter: it is told from now on only where it is a
    /// crisis that worsens, or becomes one.
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
            // A rise and what grows slowly are of one matter: who has seen the one has seen the other.
            let others: Vec<i64> = tx
                .prepare_cached(
                    "UPDATE signal SET acknowledged = ?2, acknowledged_by = ?3
                     WHERE ended IS NULL AND acknowledged IS NULL AND kind IN ('rise', 'slow')
                       AND query = (SELECT query FROM signal
                                    WHERE id = ?1 AND kind IN ('rise', 'slow'))
                     RETURNING id",
                )?
                .query_map((id, now.timestamp_millis(), person), |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            for other in others {
                log(tx, other, SignalTurn::Acknowledged, true, now)?;
            }
            Ok(Turned::Acknowledged)
        })
    }
}

/// Appends to the log of a signal, with the evidence as it stands.
pub(crate) fn log(
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
