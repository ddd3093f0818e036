//! What a query's marks teach of its other findings. It is learnt anew when it is asked for, so that a mark
//! counts at once, and hides nothing.

use anyhow::Result;
use enrich::relevance::{self, BACKGROUND_MAX, Judgement, MARKS_MAX, Mark, Reason};
use model::{Item, QueryName, StoredItem, Timestamp};
use query::Query;
use serde::Serialize;
use store::{Ledger, Relevance};

use crate::enrichment::own_words;

/// What one query's marks teach.
pub(crate) struct Doubts(relevance::Relevance);

/// Why a finding is probably not meant.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Doubt {
    pub(crate) probability: f64,
    /// What speaks for that, the strongest first.
    pub(crate) because: Vec<String>,
}

impl Doubts {
    /// Learns from what people said of a query's findings.
    pub(crate) fn of(
        ledger: &Ledger,
        name: &QueryName,
        query: &Query,
        now: Timestamp,
    ) -> Result<Self> {
        let mut marks = ledger.marks(name, MARKS_MAX)?;
        marks.reverse();
        if marks.is_empty() {
            return Ok(Self(relevance::Relevance::default()));
        }
        let ids: Vec<_> = marks.iter().map(|mark| mark.item).collect();
        let marked = ledger.items(&ids)?;
        let found = ledger.mentions(name, Timestamp::UNIX_EPOCH, now, BACKGROUND_MAX)?;
        let found: Vec<StoredItem> = found.into_iter().map(|mention| mention.item).collect();
        let own = own_words(query, found.iter().map(|stored| &stored.item));
        let background: Vec<_> = found.iter().map(|stored| seen(&stored.item)).collect();
        let said = |stored: &StoredItem| {
            let mark = marks.iter().find(|mark| mark.item == stored.id)?;
            Some(match mark.relevance {
                Relevance::Relevant => Mark::Relevant,
                Relevance::Irrelevant => Mark::NotRelevant,
            })
        };
        let marks: Vec<_> =
            marked.iter().filter_map(|stored| Some((seen(&stored.item), said(stored)?))).collect();
        Ok(Self(relevance::Relevance::learn(&own, &background, &marks)))
    }

    /// Returns why an item that nobody marked is probably not meant; `None` where nothing says so.
    pub(crate) fn on(&self, item: &Item) -> Option<Doubt> {
        match self.0.judge(&seen(item)) {
            Judgement::Keep => None,
            Judgement::Doubtful { probability, because } => {
                let against = because.into_iter().filter(|reason| reason.weight > 0.0);
                let because = against.map(|Reason { written, .. }| written).collect();
                Some(Doubt { probability, because })
            }
        }
    }
}

fn seen(item: &Item) -> relevance::Mention<'_> {
    relevance::Mention {
        title: &item.title,
        text: &item.text,
        lang: item.lang.as_ref(),
        host: item.host(),
        author: item.author.as_deref(),
        source: item.source.as_str(),
        kind: item.kind,
    }
}
