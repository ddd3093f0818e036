//! Signals: what is unusual in what queries find. Each query is assessed bucket by bucket as its sources
//! have been read; what opens, grows and ends is written with its evidence. Who is told follows that log.
//!
//! States of series are kept as they were two days ago. What was found since is counted anew each time, so
//! that what arrives late, or is read of hosts that were away, is in its place; what changes before that
//! time makes the states anew. Only buckets that end after the last assessment can tell anything.

mod course;
mod evidence;
mod life;
mod pass;
mod replay;
mod series;
mod tally;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Result;
use chrono::TimeDelta;
use model::{QueryName, Timestamp};
use store::{Assessed as Row, Ledger, NewAssessment};
use tracing::info;

pub(crate) use self::course::course;
use self::pass::Pass;
pub(crate) use self::replay::{Replayed, replay};
pub(crate) use self::tally::Tally;
use self::walk::States;
use crate::config::Config;

/// How many queries are assessed at a time.
const QUERIES_MAX: usize = 100;
/// So long stories and tones are waited for.
const BEHIND_MAX: TimeDelta = TimeDelta::minutes(10);
/// Queries are looked at so often at least, since there may be new ones.
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(1);
/// If nothing was read for so long, the program did not run.
const ABSENCE_MIN: TimeDelta = TimeDelta::hours(1);

/// Assesses queries, and remembers of each what spares it reading the ledger.
pub(crate) struct Assessor {
    known: HashMap<QueryName, Known>,
    /// Nothing can be due before.
    next_look: Option<Timestamp>,
    /// Since when stories and tones are waited for.
    behind_since: Option<Timestamp>,
}

#[derive(Default)]
struct Known {
    /// No bucket of it can be assessed before.
    not_before: Option<Timestamp>,
    states: Option<(String, Timestamp, States)>,
    shares: Option<(Timestamp, BTreeMap<u64, u64>)>,
}

/// What came of looking at some queries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Looked {
    /// Whether others may be due.
    pub(crate) more: bool,
    /// Whether a signal opened, grew or ended.
    pub(crate) turned: bool,
}

impl Assessor {
    /// Begins where the ledger is, before any source is read: what they said while the program did not run
    /// may be lost.
    pub(crate) fn new(ledger: &mut Ledger, now: Timestamp) -> Result<Self> {
        let last = ledger.last_good_reading()?;
        if let Some(last) = last.filter(|last| now - *last > ABSENCE_MIN) {
            ledger.note_absence(last, now)?;
        }
        Ok(Self { known: HashMap::new(), next_look: None, behind_since: None })
    }

    /// Assesses some of the queries that have a bucket to assess.
    pub(crate) fn assess_due(
        &mut self,
        ledger: &mut Ledger,
        config: &Config,
        now: Timestamp,
    ) -> Result<Looked> {
        if self.next_look.is_some_and(|next| now < next && next - now <= LOOK_AGAIN) {
            return Ok(Looked::default());
        }
        if self.is_behind(ledger, now)? {
            return Ok(Looked::default());
        }
        // First, so that a query of another text finds its signals ended.
        ledger.end_orphans(now)?;
        let rows = ledger.assessed()?;
        let names: HashSet<&QueryName> = rows.iter().map(|row| &row.query).collect();
        self.known.retain(|query, _| names.contains(query));
        let is_waited_for = |row: &Row| {
            let known = self.known.get(&row.query).and_then(|known| known.not_before);
            known.is_some_and(|time| now < time && time - now <= LOOK_AGAIN)
        };
        let due: Vec<&Row> = rows
            .iter()
            .filter(|row| is_due(row, config, now) && !is_waited_for(row))
            .take(QUERIES_MAX)
            .collect();
        if due.is_empty() {
            self.next_look = Some(now + LOOK_AGAIN);
            return Ok(Looked::default());
        }
        let mut assessed: Vec<NewAssessment> = Vec::new();
        {
            let pass = Pass::new(ledger, config, now)?;
            for row in &due {
                let known = self.known.entry(row.query.clone()).or_default();
                let assessment = pass.assess(row, known)?;
                known.not_before = assessment.is_none().then_some(now + LOOK_AGAIN);
                assessed.extend(assessment);
            }
        }
        for assessment in &assessed {
            if !ledger.record_assessment(assessment, now)? {
                self.known.remove(&assessment.query);
            }
            for event in &assessment.events {
                info!(query = %assessment.query, kind = %event.kind, turn = event.turn.as_str(), "signal");
            }
        }
        let more = due.len() == QUERIES_MAX;
        self.next_look = (!more).then_some(now + LOOK_AGAIN);
        let turned = assessed.iter().any(|one| !one.events.is_empty());
        Ok(Looked { more, turned })
    }

    /// Whether stories or tones of what was found are still to be read, for which it waits some time.
    fn is_behind(&mut self, ledger: &Ledger, now: Timestamp) -> Result<bool> {
        let is_behind =
            ledger.stories_upto()? < ledger.head()? || !ledger.unread_hits(1)?.is_empty();
        if !is_behind {
            self.behind_since = None;
            return Ok(false);
        }
        let since = *self.behind_since.get_or_insert(now);
        Ok((TimeDelta::zero()..BEHIND_MAX).contains(&(now - since)))
    }
}

fn is_due(row: &Row, config: &Config, now: Timestamp) -> bool {
    let bucket = config.signals.of(&row.query).bucket;
    let bucket = TimeDelta::from_std(bucket).unwrap_or(TimeDelta::hours(1));
    let last = row.last.as_ref().map(|last| last.upto);
    !row.in_history && last.is_none_or(|last| last + bucket <= now)
}
