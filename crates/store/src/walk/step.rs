//! One visit of a walk: what it says of other pages, and where it leaves its own.

use std::collections::HashSet;
use std::time::Duration;

use model::{Average, ItemId, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use url::Url;

use super::past::PastEnd;
use super::{Held, Listed, Sight};
use crate::identity::{self, Key};

/// Pages read of one conversation before others have their turn.
const STEPS_MAX: i64 = 500;
/// A page that fails so often is left alone until its list says something new of it.
const FAILURES_MAX: u32 = 5;
/// The first pause after a failure; it doubles with each.
const RETRY: Duration = Duration::from_mins(10);
/// How often a page must be said to be missing before what stood there is taken to be gone.
const MISSING_MAX: u32 = 2;
/// Pages are read again though their list says nothing new: what was said may have been edited or taken
/// back. Those in which something was said so lately go before the others.
const LATELY: Duration = Duration::from_hours(30 * 24);
/// They are read again in no more than one of so many rounds.
const READ_AGAIN_ROUNDS: i32 = 4;

/// One visit of a walk.
pub(crate) struct Step<'a> {
    pub(crate) tx: &'a Connection,
    pub(crate) source: i64,
    pub(crate) page: Option<i64>,
    pub(crate) now: Timestamp,
    /// When the source's next round is to begin.
    pub(crate) next_check: Timestamp,
}

impl Step<'_> {
    /// Returns the page that items stand on: none for those of the source's own list.
    fn scope(&self) -> rusqlite::Result<Option<i64>> {
        let Some(page) = self.page else { return Ok(None) };
        let is_older = self
            .tx
            .prepare_cached("SELECT 1 FROM page WHERE number = ?1 AND role = 'older'")?
            .exists([page])?;
        Ok((!is_older).then_some(page))
    }

    /// Notes what was seen of other pages, and where to go on. `new` is how many of the items the source had
    /// never had.
    pub(crate) fn saw(&self, sight: &Sight, items: usize, new: usize) -> rusqlite::Result<()> {
        let (changed, listed) = self.list(&sight.topics)?;
        let way_back = self.on_way_back()?;
        let is_listing = !sight.topics.is_empty();
        let is_news = if sight.is_feed { items > 0 && new == items } else { new > 0 };
        let is_beyond = self.limit()?.zip(sight.around).is_some_and(|(limit, at)| at < limit);
        match self.page {
            None => {
                self.begin_round(sight.budget)?;
                // What is older is worth a look where this page had something new, and a list where all
                // of it was.
                let goes_back = match way_back {
                    Some(limit) if is_listing || sight.newest_first || sight.next.is_none() => {
                        !self.went_back(sight, limit)?
                    }
                    // What goes on in the order of time is read to its end, which is now.
                    Some(_) => {
                        self.end_way_back(PastEnd::Exhausted)?;
                        false
                    }
                    None => false,
                };
                let role = match (is_listing && !sight.is_feed, sight.newest_first) {
                    (true, _) => {
                        (changed == listed && !is_beyond || goes_back).then_some("listing")
                    }
                    (false, true) => (is_news && !is_beyond || goes_back).then_some("older"),
                    (false, false) => Some("posts"),
                };
                if let (Some(next), Some(role)) = (&sight.next, role) {
                    let is_gap = items > 0 && new == items;
                    self.put_next(next, role, goes_back, is_gap)?;
                }
            }
            Some(page) => {
                self.spend()?;
                if is_listing {
                    self.tx
                        .prepare_cached("UPDATE page SET role = 'listing' WHERE number = ?1")?
                        .execute([page])?;
                }
                let is_known = match way_back {
                    Some(limit) if self.leads_back(page)? => self.went_back(sight, limit)?,
                    Some(_) | None => {
                        is_listing && (changed < listed || is_beyond)
                            || sight.newest_first && (new == 0 || is_beyond)
                    }
                };
                self.go_on(page, sight, is_known)?;
            }
        }
        if let Some(habits) = &sight.habits {
            self.tx
                .prepare_cached("UPDATE source SET habits = ?2 WHERE number = ?1")?
                .execute((self.source, habits))?;
        }
        sight.average.as_ref().map_or(Ok(()), |average| self.note_average(average))
    }

    /// Notes the items that were seen on the page, and that others which must have been there are gone.
    pub(crate) fn held(&self, ids: &[ItemId], held: Held) -> rusqlite::Result<usize> {
        let page = self.scope()?;
        let seen: HashSet<i64> = ids.iter().map(|id| id.0.cast_signed()).collect();
        for id in &seen {
            self.tx
                .prepare_cached(
                    "UPDATE item SET removed_at = NULL, page = ?2
                     WHERE id = ?1 AND (removed_at IS NOT NULL OR page IS NOT ?2)",
                )?
                .execute((id, page))?;
        }
        let (from, to) = match held {
            Held::Unsaid => return Ok(0),
            Held::All => (i64::MIN, i64::MAX),
            Held::Between(from, to) => (from.timestamp_millis(), to.timestamp_millis()),
        };
        let known: Vec<i64> = self
            .tx
            .prepare_cached(
                "SELECT id FROM item
                 WHERE source = ?1 AND page IS ?2 AND removed_at IS NULL
                   AND (?5 OR published > ?3 AND published < ?4)",
            )?
            .query_map((self.source, page, from, to, held == Held::All), |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let gone: Vec<i64> = known.into_iter().filter(|id| !seen.contains(id)).collect();
        self.remove(&gone)?;
        Ok(gone.len())
    }

    /// Notes that the page could not be read.
    pub(crate) fn failed(&self, page: i64, ends_round: bool) -> rusqlite::Result<()> {
        self.spend()?;
        if ends_round {
            // Who is asked for patience comes again, and has not failed.
            return self.end_round();
        }
        self.tx
            .prepare_cached(
                "UPDATE page SET failures = failures + 1,
                     due = CASE WHEN failures + 1 >= ?2 THEN NULL ELSE due END,
                     retry_at = ?3 + (?4 << min(failures, 10)),
                     -- It may be the place to go on that is wrong.
                     resume = CASE WHEN failures >= 1 AND history = 0 THEN NULL ELSE resume END
                 WHERE number = ?1",
            )?
            .execute((page, FAILURES_MAX, self.now.timestamp_millis(), millis(RETRY)))?;
        let is_given_up = self
            .tx
            .prepare_cached("SELECT 1 FROM page WHERE number = ?1 AND history = 1 AND due IS NULL")?
            .exists([page])?;
        if is_given_up { self.end_way_back(PastEnd::Failed) } else { Ok(()) }
    }

    /// Notes that the site says there is no such page. Where we only wanted to go on, it is looked for from
    /// its beginning; where that is missing more than once, what stood there is gone.
    pub(crate) fn missing(&self, page: i64) -> rusqlite::Result<()> {
        self.spend()?;
        if self.leads_back(page)? {
            // Sites say so of what lies beyond the last page.
            self.end_way_back(PastEnd::Exhausted)?;
            self.tx
                .prepare_cached("UPDATE page SET due = NULL, history = 0 WHERE number = ?1")?
                .execute([page])?;
            return Ok(());
        }
        let resumed = self
            .tx
            .prepare_cached("SELECT 1 FROM page WHERE number = ?1 AND resume IS NOT NULL")?
            .exists([page])?;
        if resumed {
            self.tx
                .prepare_cached("UPDATE page SET resume = NULL WHERE number = ?1")?
                .execute([page])?;
            return Ok(());
        }
        let times: u32 = self
            .tx
            .prepare_cached(
                "UPDATE page SET failures = failures + 1, retry_at = ?2 + ?3,
                     due = CASE WHEN failures + 1 >= ?4 THEN NULL ELSE due END, mark = listed
                 WHERE number = ?1 RETURNING failures",
            )?
            .query_row((page, self.now.timestamp_millis(), millis(RETRY), MISSING_MAX), |row| {
                row.get(0)
            })?;
        if times >= MISSING_MAX {
            let gone: Vec<i64> = self
                .tx
                .prepare_cached("SELECT id FROM item WHERE page = ?1 AND removed_at IS NULL")?
                .query_map([page], |row| row.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            self.remove(&gone)?;
        }
        Ok(())
    }

    /// Chooses what to visit next. Returns whether the round goes on; else it has ended.
    pub(crate) fn goes_on(&self) -> rusqlite::Result<bool> {
        let goes_on = super::choose(self.tx, self.source, self.now)?;
        if !goes_on {
            self.end_round()?;
        }
        Ok(goes_on)
    }

    fn end_round(&self) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("UPDATE source SET budget = 0 WHERE number = ?1 AND budget > 0")?
            .execute([self.source])?;
        Ok(())
    }

    /// Puts listed pages among those to read. Returns how many have something new, and how many there are.
    fn list(&self, topics: &[Listed]) -> rusqlite::Result<(usize, usize)> {
        let now = self.now.timestamp_millis();
        let limit = self.limit()?;
        let is_wanted = |topic: &&Listed| {
            limit.is_none_or(|limit| topic.active.is_none_or(|active| active >= limit))
        };
        let topics: Vec<&Listed> = topics.iter().filter(is_wanted).collect();
        let mut changed = 0;
        for (place, topic) in topics.iter().enumerate() {
            // What this list says goes before what an earlier one said, in its order.
            let due = now.saturating_mul(1000) - i64::try_from(place).unwrap_or(i64::MAX);
            let is_due: bool = self
                .tx
                .prepare_cached(
                    "INSERT INTO page (source, url, role, title, listed, active, due)
                     VALUES (?1, ?2, 'posts', ?3, ?4, ?5, ?6)
                     ON CONFLICT (source, url) DO UPDATE SET
                         title = excluded.title, listed = excluded.listed,
                         active = max(coalesce(active, excluded.active),
                                      coalesce(excluded.active, active)),
                         due = CASE
                             WHEN mark IS NULL THEN excluded.due
                             WHEN excluded.listed IN (mark, '') THEN due
                             ELSE excluded.due END,
                         failures = CASE WHEN mark IS excluded.listed THEN failures ELSE 0 END
                     RETURNING due IS ?6",
                )?
                .query_row(
                    (
                        self.source,
                        topic.url.as_str(),
                        &topic.title,
                        &topic.mark,
                        topic.active.map(|at| at.timestamp_millis()),
                        due,
                    ),
                    |row| row.get(0),
                )?;
            changed += usize::from(is_due);
        }
        Ok((changed, topics.len()))
    }

    pub(crate) fn begin_round(&self, budget: u32) -> rusqlite::Result<()> {
        let now = self.now.timestamp_millis();
        self.tx
            .prepare_cached("UPDATE source SET budget = ?2 WHERE number = ?1")?
            .execute((self.source, budget))?;
        // A part of the round is for what may have been edited or taken back. It comes last.
        self.tx
            .prepare_cached(
                "UPDATE page SET due = read_at, resume = NULL, steps = 0 WHERE number IN (
                     SELECT number FROM page
                     WHERE source = ?1 AND due IS NULL AND role = 'posts'
                       AND read_at < ?3
                     ORDER BY active > ?2 DESC, read_at LIMIT ?4)",
            )?
            .execute((
                self.source,
                now - millis(LATELY),
                (self.now - (self.next_check - self.now) * READ_AGAIN_ROUNDS).timestamp_millis(),
                budget / 4,
            ))?;
        Ok(())
    }

    /// Puts what continues the source's own page among the pages to read.
    ///
    /// `is_gap` says that all of the own page was new: what continues it may be new too, so that it is read
    /// again from where it begins.
    fn put_next(
        &self,
        next: &Url,
        role: &str,
        leads_back: bool,
        is_gap: bool,
    ) -> rusqlite::Result<()> {
        // What continues a conversation is news; what is older waits.
        let due = if role == "posts" { i64::MAX } else { 0 };
        self.tx
            .prepare_cached(
                "INSERT INTO page (source, url, role, due, history) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (source, url) DO UPDATE SET due = excluded.due, steps = 0,
                     history = excluded.history,
                     resume = CASE WHEN ?6 AND role = 'older' THEN NULL ELSE resume END",
            )?
            .execute((self.source, next.as_str(), role, due, leads_back, is_gap))?;
        Ok(())
    }

    fn spend(&self) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("UPDATE source SET budget = max(budget - 1, 0) WHERE number = ?1")?
            .execute([self.source])?;
        Ok(())
    }

    /// Goes on to the next page of what was read, or ends it. `is_known` says that what follows is known.
    fn go_on(&self, page: i64, sight: &Sight, is_known: bool) -> rusqlite::Result<()> {
        let (is_first, ends, url): (bool, Option<String>, String) = self
            .tx
            .prepare_cached(
                "SELECT resume IS NULL, ends, coalesce(resume, url) FROM page WHERE number = ?1",
            )?
            .query_row([page], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        if is_first {
            self.tx
                .prepare_cached("UPDATE page SET ends = ?2 WHERE number = ?1")?
                .execute((page, &sight.ends))?;
        }
        // A site that is asked for a page past the end may answer with the first.
        let is_first_again = !is_first && ends.is_some() && ends == sight.ends;
        let next = sight.next.as_ref().filter(|next| next.as_str() != url);
        if let Some(next) = next
            && !is_first_again
            && !is_known
        {
            self.tx
                .prepare_cached(
                    "UPDATE page SET resume = ?2, steps = steps + 1, failures = 0,
                         due = CASE WHEN steps + 1 >= ?3 THEN NULL ELSE due END
                     WHERE number = ?1",
                )?
                .execute((page, next.as_str(), STEPS_MAX))?;
            return Ok(());
        }
        if self.leads_back(page)? {
            self.end_way_back(PastEnd::Exhausted)?;
        }
        self.tx
            .prepare_cached(
                "UPDATE page SET due = NULL, history = 0, mark = listed, read_at = ?2, steps = 0, failures = 0,
                     -- What is new stands on the first page of a list, and on the last of a
                     -- conversation.
                     resume = CASE WHEN ?3 OR role = 'listing' THEN NULL ELSE resume END
                 WHERE number = ?1",
            )?
            .execute((page, self.now.timestamp_millis(), is_first_again || sight.newest_first))?;
        self.tx
            .prepare_cached("DELETE FROM page WHERE number = ?1 AND role = 'older'")?
            .execute([page])?;
        Ok(())
    }

    /// Notes that items are gone which the source says were taken back, and returns how many there were.
    pub(crate) fn taken_back(&self, guids: &[String]) -> rusqlite::Result<usize> {
        let mut gone = Vec::new();
        for guid in guids {
            let Key { kind, hash } = identity::guid_key(guid);
            let item = self
                .tx
                .prepare_cached(
                    "SELECT i.id FROM item_key k JOIN item i ON i.id = k.item
                     WHERE k.source = ?1 AND k.kind = ?2 AND k.hash = ?3 AND i.removed_at IS NULL",
                )?
                .query_row((self.source, kind as i64, hash), |row| row.get::<_, i64>(0))
                .optional()?;
            gone.extend(item);
        }
        self.remove(&gone)?;
        Ok(gone.len())
    }

    fn remove(&self, ids: &[i64]) -> rusqlite::Result<()> {
        for id in ids {
            self.tx
                .prepare_cached("UPDATE item SET removed_at = ?2 WHERE id = ?1")?
                .execute((id, self.now.timestamp_millis()))?;
        }
        Ok(())
    }

    fn note_average(&self, average: &Average) -> rusqlite::Result<()> {
        let product = average.product.as_deref().unwrap_or_default();
        let rating = average.rating;
        let count = average.count.map(u64::cast_signed);
        self.tx
            .prepare_cached(
                "INSERT INTO average
                     (source, product, seen_at, value_milli, worst_milli, best_milli, ratings)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
                 WHERE NOT EXISTS (
                     SELECT 1 FROM average
                     WHERE source = ?1 AND product = ?2 AND value_milli = ?4
                       AND worst_milli = ?5 AND best_milli = ?6 AND ratings IS ?7
                       AND seen_at = (SELECT max(seen_at) FROM average
                                      WHERE source = ?1 AND product = ?2))
                 ON CONFLICT DO NOTHING",
            )?
            .execute((
                self.source,
                product,
                self.now.timestamp_millis(),
                rating.value_milli(),
                rating.worst_milli(),
                rating.best_milli(),
                count,
            ))?;
        Ok(())
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
