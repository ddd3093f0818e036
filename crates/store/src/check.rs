//! What must always hold in the ledger, looked for row by row.

use model::Problem;
use rusqlite::Connection;

use crate::{FILE_NAME, Ledger, LedgerError};

/// Each finds the number of rows that break a rule, and says which rule.
const RULES: &[(&str, &str, &str)] = &[
    (
        "log",
        "positions are missing",
        "SELECT (SELECT head FROM log_head) - (SELECT count(*) FROM item_version)",
    ),
    (
        "log",
        "positions stand beyond the head",
        "SELECT count(*) FROM item_version
         WHERE seq < 1 OR seq > (SELECT head FROM log_head)",
    ),
    (
        "item",
        "items do not stand at their newest version",
        "SELECT count(*) FROM item i
         WHERE NOT EXISTS (SELECT 1 FROM item_version v
                           WHERE v.seq = i.seq AND v.item = i.id AND v.version = i.version)
            OR i.version <> (SELECT count(*) FROM item_version v WHERE v.item = i.id)
            OR i.seq <> (SELECT max(seq) FROM item_version v WHERE v.item = i.id)",
    ),
    (
        "hit",
        "hits have no item or stand beyond the head",
        "SELECT count(*) FROM hit h
         WHERE NOT EXISTS (SELECT 1 FROM item i WHERE i.id = h.item)
            OR h.seq > (SELECT head FROM log_head)",
    ),
    (
        "volume",
        "hours do not count their hits",
        "SELECT count(*) FROM (
             SELECT query, hour, items FROM volume
             EXCEPT SELECT query, hour, count(*) FROM hit
             WHERE relevance IS NOT 'irrelevant' GROUP BY query, hour)",
    ),
    (
        "volume",
        "hours with hits are not counted",
        "SELECT count(*) FROM (
             SELECT query, hour, count(*) FROM hit
             WHERE relevance IS NOT 'irrelevant' GROUP BY query, hour
             EXCEPT SELECT query, hour, items FROM volume)",
    ),
    (
        "item",
        "items tell a story that does not begin with its first item",
        "SELECT count(*) FROM item i JOIN item f ON f.id = i.story WHERE f.story IS NOT f.id",
    ),
    (
        "subscription",
        "subscriptions were told beyond the head",
        "SELECT count(*) FROM subscription WHERE told > (SELECT head FROM log_head)",
    ),
    (
        "endpoint",
        "endpoints were told beyond the head",
        "SELECT count(*) FROM endpoint
         WHERE told_hits > (SELECT head FROM log_head)
            OR told_events > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0)",
    ),
    (
        "dispatch",
        "dispatches have nothing to tell, or still hold what was told",
        "SELECT count(*) FROM dispatch WHERE (state = 'sent') <> (payload = '')",
    ),
    ("ledger", "rows refer to none", "SELECT count(*) FROM pragma_foreign_key_check"),
];

impl Ledger {
    /// Reads the whole ledger and returns what does not hold; nothing, if all is well. Takes about
    /// as long as reading the file.
    pub fn check(&self) -> Result<Vec<Problem>, LedgerError> {
        self.read(|tx| {
            let mut problems = damage(tx)?;
            for (table, message, count) in RULES {
                let broken: i64 = tx.query_row(count, (), |row| row.get(0))?;
                if broken != 0 {
                    let place = format!("{FILE_NAME}: {table}");
                    problems.push(Problem::new(place, format!("{broken} {message}")));
                }
            }
            Ok(problems)
        })
    }
}

/// Asks SQLite whether the file itself is sound.
fn damage(tx: &Connection) -> rusqlite::Result<Vec<Problem>> {
    let findings: Vec<String> = tx
        .prepare("PRAGMA quick_check")?
        .query_map((), |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(findings
        .into_iter()
        .filter(|finding| finding != "ok")
        .map(|finding| Problem::new(FILE_NAME, finding).hint("restore a backup"))
        .collect())
}
