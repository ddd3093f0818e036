//! What deliveries and dispatches have in common: rows on their way, leased by one sender at a time, tried and
//! settled.

use std::time::Duration;

use model::{DeliveryState, Timestamp};
use rusqlite::{Connection, Row};

use crate::sql;

/// Longer than any pause between two tries.
pub(crate) const PAUSE_MAX: Duration = Duration::from_hours(30);

/// Which rows.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Sending {
    Delivery,
    Dispatch,
}

impl Sending {
    /// Writes a statement for its table: `SENDING` stands for the table, `KEY` for the number of a row.
    fn statement(self, text: &str) -> String {
        let (table, key) = match self {
            Self::Delivery => ("delivery", "id"),
            Self::Dispatch => ("dispatch", "number"),
        };
        text.replace("SENDING", table).replace("KEY", key)
    }
}

/// Records how one went. Returns whether that changed anything: what was sent stays sent, and its payload goes,
/// since the ledger keeps what was told and not each copy. A sender that lost its lease to another's try can
/// still say that it was sent, and nothing else.
pub(crate) fn settle(
    tx: &Connection,
    which: Sending,
    number: i64,
    state: &DeliveryState,
    failure: Option<&str>,
) -> rusqlite::Result<bool> {
    let text = match state {
        DeliveryState::Sent { .. } => {
            "UPDATE SENDING SET state = 'sent', at = ?2, reason = NULL, payload = ''
             WHERE KEY = ?1 AND state <> 'sent'"
        }
        DeliveryState::Due { .. } => {
            "UPDATE SENDING SET state = 'due', at = ?2, attempt = ?3, reason = ?4
             WHERE KEY = ?1 AND state = 'leased' AND attempt <= ?3"
        }
        DeliveryState::Leased { .. } => {
            "UPDATE SENDING SET at = ?2 WHERE KEY = ?1 AND state = 'leased' AND attempt = ?3"
        }
        DeliveryState::Dead { .. } => {
            "UPDATE SENDING SET state = 'dead', at = ?2, reason = ?3
             WHERE KEY = ?1 AND state = 'leased'"
        }
    };
    let mut update = tx.prepare_cached(&which.statement(text))?;
    let changed = match state {
        DeliveryState::Sent { at } => update.execute((number, at.timestamp_millis()))?,
        DeliveryState::Due { at, attempt } => {
            update.execute((number, at.timestamp_millis(), attempt, failure))?
        }
        DeliveryState::Leased { until, attempt } => {
            update.execute((number, until.timestamp_millis(), attempt))?
        }
        DeliveryState::Dead { at, reason } => {
            update.execute((number, at.timestamp_millis(), reason))?
        }
    };
    Ok(changed == 1)
}

/// Frees what a killed process had leased, and shortens pauses that a clock that was ahead has made. Other pauses go on:
/// whoever starts the program ten times a day must not use up what is to be tried for three.
pub(crate) fn take_over(tx: &Connection, which: Sending, now: Timestamp) -> rusqlite::Result<()> {
    tx.execute(
        &which.statement(
            "UPDATE SENDING SET state = 'due', at = ?1
             WHERE state IN ('due', 'leased') AND state = 'leased'",
        ),
        [now.timestamp_millis()],
    )?;
    tx.execute(
        &which.statement(
            "UPDATE SENDING SET at = ?1
             WHERE state IN ('due', 'leased') AND state = 'due' AND at > ?1",
        ),
        [sql::later(now, PAUSE_MAX)],
    )?;
    Ok(())
}

/// Gives a leased one back untried, to be due at another time.
pub(crate) fn put_back(
    tx: &Connection,
    which: Sending,
    number: i64,
    at: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(&which.statement(
        "UPDATE SENDING SET state = 'due', at = ?2, attempt = attempt - 1
         WHERE KEY = ?1 AND state = 'leased'",
    ))?
    .execute((number, at.timestamp_millis()))?;
    Ok(())
}

/// Makes a dead one due again, as if it had never been tried. Returns whether it was dead.
pub(crate) fn revive(
    tx: &Connection,
    which: Sending,
    number: i64,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let revived = tx
        .prepare_cached(&which.statement(
            "UPDATE SENDING SET state = 'due', at = ?2, attempt = 0, reason = NULL
             WHERE KEY = ?1 AND state = 'dead'",
        ))?
        .execute((number, now.timestamp_millis()))?;
    Ok(revived == 1)
}

/// Reads a state from four columns: the state's word, its time, the attempts and the reason.
pub(crate) fn state(row: &Row<'_>, first: usize) -> rusqlite::Result<DeliveryState> {
    let (at, attempt) = (sql::time(row, first + 1)?, row.get(first + 2)?);
    Ok(match row.get_ref(first)?.as_str()? {
        "due" => DeliveryState::Due { at, attempt },
        "leased" => DeliveryState::Leased { until: at, attempt },
        "sent" => DeliveryState::Sent { at },
        "dead" => {
            let reason: Option<String> = row.get(first + 3)?;
            DeliveryState::Dead { at, reason: reason.unwrap_or_default() }
        }
        word => return Err(sql::unreadable(first, &word)),
    })
}
