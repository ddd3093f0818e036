//! What a subscription waits for: until when, why, and what of it a mail must tell.

use model::{Held, HeldFor, QueryName, Seq, SubscriptionId, Timestamp};
use rusqlite::Row;

use crate::digest::DueSubscription;
use crate::{Ledger, LedgerError, sql};

impl Ledger {
    /// Lets a subscription that is due wait; it is due again then. Where its mails are held, why is kept
    /// until they are told, and added to what they were held for before. One that has moved on is left alone.
    pub fn wait(
        &mut self,
        due: &DueSubscription,
        until: Timestamp,
        held: Option<&Held>,
    ) -> Result<(), LedgerError> {
        let mut why = due.held.as_ref().map(|held| held.why.clone()).unwrap_or_default();
        why.extend(held.iter().flat_map(|held| &held.why));
        let why = words(&why);
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE subscription SET wait_until = ?3, held_since = coalesce(held_since, ?4),
                     held_for = nullif(?5, '')
                 WHERE id = ?1 AND told = ?2 AND retired_at IS NULL",
            )?
            .execute((
                due.id.as_str(),
                due.since.0.cast_signed(),
                until.timestamp_millis(),
                held.map(|held| held.since.timestamp_millis()),
                why,
            ))?;
            Ok(())
        })
    }

    /// Returns when the first of what was found after a position was found, history left out.
    pub fn first_found(
        &self,
        queries: &[QueryName],
        since: Seq,
    ) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            let mut select = tx.prepare_cached(
                "SELECT h.found_at FROM query q JOIN hit h ON h.query = q.number
                 WHERE q.name = ?1 AND q.retired_at IS NULL AND h.history = 0
                   AND h.relevance IS NOT 'irrelevant' AND h.seq > ?2
                 ORDER BY h.seq LIMIT 1",
            )?;
            let mut first: Option<Timestamp> = None;
            for query in queries {
                for found in select
                    .query_map((query.as_str(), since.0.cast_signed()), |row| sql::time(row, 0))?
                {
                    let found = found?;
                    first = Some(first.map_or(found, |first| first.min(found)));
                }
            }
            Ok(first)
        })
    }

    /// Returns how many stories were found after one position, up to another, and not after a time.
    pub fn stories_found(
        &self,
        queries: &[QueryName],
        since: Seq,
        upto: Seq,
        until: Timestamp,
    ) -> Result<u64, LedgerError> {
        let names = sql::list(queries.iter().map(QueryName::as_str));
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT count(DISTINCT coalesce(i.story, i.id))
                 FROM query q JOIN hit h ON h.query = q.number JOIN item i ON i.id = h.item
                 WHERE q.name IN (SELECT value FROM json_each(?1)) AND q.retired_at IS NULL
                   AND h.history = 0 AND h.relevance IS NOT 'irrelevant'
                   AND h.seq > ?2 AND h.seq <= ?3 AND h.found_at <= ?4",
            )?
            .query_row(
                (names, since.0.cast_signed(), upto.0.cast_signed(), until.timestamp_millis()),
                |row| sql::unsigned(row, 0),
            )
        })
    }

    /// Returns when a subscription's last digest was written.
    pub fn last_digest(
        &self,
        subscription: &SubscriptionId,
    ) -> Result<Option<Timestamp>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached("SELECT max(period_end) FROM digest WHERE subscription = ?1")?
                .query_row([subscription.as_str()], |row| sql::optional_time(row, 0))
        })
    }
}

/// Reads what mails are held for from three columns: until when they wait (for ever, where that is to be
/// looked at anew), since when, and why.
pub(crate) fn held(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Held>> {
    let until = sql::optional_time(row, first)?;
    let Some(since) = sql::optional_time(row, first + 1)? else { return Ok(None) };
    let text: Option<String> = row.get(first + 2)?;
    let why: Vec<HeldFor> =
        text.iter().flat_map(|text| text.split(',')).filter_map(reason).collect();
    Ok(Some(Held { since, until: until.unwrap_or(Timestamp::MAX_UTC), why }))
}

/// Each of them once; of so many a day or an hour the last that was said.
fn words(why: &[HeldFor]) -> String {
    let mut words: Vec<(&str, String)> = Vec::new();
    for why in why {
        let (kind, word) = match why {
            HeldFor::Quiet => ("quiet", "quiet".to_owned()),
            HeldFor::Away => ("away", "away".to_owned()),
            HeldFor::Day { mails } => ("day", format!("day:{mails}")),
            HeldFor::Hour { mails } => ("hour", format!("hour:{mails}")),
        };
        match words.iter_mut().find(|(known, _)| *known == kind) {
            Some(known) => known.1 = word,
            None => words.push((kind, word)),
        }
    }
    words.into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(",")
}

/// What a later version wrote is passed over.
fn reason(word: &str) -> Option<HeldFor> {
    match word.split_once(':') {
        None if word == "quiet" => Some(HeldFor::Quiet),
        None if word == "away" => Some(HeldFor::Away),
        Some(("day", mails)) => Some(HeldFor::Day { mails: mails.parse().ok()? }),
        Some(("hour", mails)) => Some(HeldFor::Hour { mails: mails.parse().ok()? }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_come_back_as_they_were_written_each_once() {
        let why = [
            HeldFor::Day { mails: 3 },
            HeldFor::Quiet,
            HeldFor::Away,
            HeldFor::Quiet,
            HeldFor::Hour { mails: 30 },
            HeldFor::Day { mails: 40 },
        ];
        let text = words(&why);
        assert_eq!(text, "day:40,quiet,away,hour:30");
        let read: Vec<HeldFor> = text.split(',').filter_map(reason).collect();
        let [_, quiet, away, _, hour, day] = why;
        assert_eq!(read, [day, quiet, away, hour]);
        assert_eq!(["", "moon", "day:x"].map(reason), [None; 3]);
    }
}
