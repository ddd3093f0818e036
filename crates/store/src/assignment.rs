//! Assignments: who has taken on what was found, since when. An item is one person's or nobody's; who had it
//! before stays on record.

use std::collections::BTreeMap;

use model::{ItemId, Timestamp};

use crate::{CorrectError, Ledger, LedgerError, sql, story};

/// Who has an item, and since when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// As they are told: a mail address.
    pub person: String,
    pub at: Timestamp,
}

impl Ledger {
    /// Gives an item to a person, or to nobody. What is so already is not said twice.
    pub fn assign(
        &mut self,
        item: ItemId,
        person: Option<&str>,
        said: &str,
        now: Timestamp,
    ) -> Result<(), CorrectError> {
        self.write_or_refuse(|tx| {
            story::story_of(tx, item)?.ok_or(CorrectError::NoItem(item))?;
            tx.prepare_cached(
                "INSERT INTO assignment (at, item, person, said) SELECT ?1, ?2, ?3, ?4
                 WHERE ?3 IS NOT (SELECT person FROM assignment WHERE item = ?2
                                  ORDER BY number DESC LIMIT 1)",
            )?
            .execute((now.timestamp_millis(), item.0.cast_signed(), person, said))?;
            Ok(())
        })
    }

    /// Returns who has taken on which of these stories, or one of their copies: of several, the last.
    pub fn assigned(
        &self,
        stories: impl IntoIterator<Item = ItemId>,
    ) -> Result<BTreeMap<ItemId, Assignment>, LedgerError> {
        let stories: serde_json::Value = stories.into_iter().map(|story| story.0).collect();
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT coalesce(i.story, i.id), a.person, a.at
                 FROM assignment a JOIN item i ON i.id = a.item
                 WHERE coalesce(i.story, i.id) IN (SELECT value FROM json_each(?1))
                   AND a.person IS NOT NULL
                   AND a.number = (SELECT max(b.number) FROM assignment b WHERE b.item = a.item)
                 ORDER BY a.number",
            )?
            .query_map([stories.to_string()], |row| {
                let assignment = Assignment { person: row.get(1)?, at: sql::time(row, 2)? };
                Ok((ItemId(sql::unsigned(row, 0)?), assignment))
            })?
            .collect()
        })
    }
}
