//! Conditions that are looked into document by document: contexts, and patterns over texts that the
//! index does not keep. A cheaper query says which documents are worth a look.

use std::fmt;
use std::sync::Arc;

use model::{Item, ItemId};
use query::{Pattern, Scope};
use tantivy::columnar::Column;
use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SeekDangerResult, SegmentReader, TERMINATED, TantivyError};

use crate::schema::ID;

/// How much dearer a document is to check than to come by. So high that in a conjunction the check
/// comes last.
const CHECK_COST: u64 = 1_000;

/// Where the texts of items are found, for what the index does not keep.
#[derive(Clone)]
pub(crate) struct Texts(pub(crate) Arc<dyn Fn(ItemId) -> Option<Item> + Send + Sync>);

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Texts")
    }
}

/// What must hold for a document.
#[derive(Debug)]
pub(crate) enum Condition<Q> {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    /// More of the first hold than of the second; or as many, where the first are none.
    Outweigh(Vec<Self>, Vec<Self>),
    Found(Q),
    Pattern(Scope, Pattern),
}

impl<Q> Condition<Q> {
    fn map<R>(
        &self,
        map: &mut impl FnMut(&Q) -> tantivy::Result<R>,
    ) -> tantivy::Result<Condition<R>> {
        let mut each = |parts: &[Self]| -> tantivy::Result<Vec<_>> {
            parts.iter().map(|part| part.map(map)).collect()
        };
        Ok(match self {
            Self::All(parts) => Condition::All(each(parts)?),
            Self::Any(parts) => Condition::Any(each(parts)?),
            Self::Not(part) => Condition::Not(Box::new(part.map(map)?)),
            Self::Outweigh(wanted, unwanted) => Condition::Outweigh(each(wanted)?, each(unwanted)?),
            Self::Found(query) => Condition::Found(map(query)?),
            Self::Pattern(scope, pattern) => Condition::Pattern(*scope, pattern.clone()),
        })
    }
}

impl Condition<Box<dyn Scorer>> {
    /// Tells whether it holds for a document: one not before those of earlier calls.
    fn holds(&mut self, doc: DocId, text: &mut Text) -> bool {
        let count = |parts: &mut [Self], text: &mut Text| {
            parts.iter_mut().map(|part| usize::from(part.holds(doc, text))).sum::<usize>()
        };
        match self {
            Self::All(parts) => parts.iter_mut().all(|part| part.holds(doc, text)),
            Self::Any(parts) => parts.iter_mut().any(|part| part.holds(doc, text)),
            Self::Not(part) => !part.holds(doc, text),
            Self::Outweigh(wanted, unwanted) => {
                let needed = usize::from(!wanted.is_empty());
                count(wanted, text) >= count(unwanted, text) + needed
            }
            Self::Found(scorer) => scorer.seek_danger(doc) == SeekDangerResult::Found,
            Self::Pattern(scope, pattern) => text.of(doc).is_some_and(|item| {
                scope.fields().iter().any(|field| pattern.is_match(&field.of(item)))
            }),
        }
    }
}

/// The text of the document that is looked into, read when it is first asked for.
struct Text {
    texts: Option<Texts>,
    ids: Column<u64>,
    read: Option<(DocId, Option<Item>)>,
}

impl Text {
    fn of(&mut self, doc: DocId) -> Option<&Item> {
        if self.read.as_ref().is_none_or(|(read, _)| *read != doc) {
            let id = self.ids.first(doc).map(ItemId);
            let item = self.texts.as_ref().zip(id).and_then(|(texts, id)| texts.0(id));
            self.read = Some((doc, item));
        }
        self.read.as_ref().and_then(|(_, item)| item.as_ref())
    }
}

/// Finds those of the candidates for which the condition holds.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) candidates: Arc<dyn Query>,
    pub(crate) condition: Arc<Condition<Box<dyn Query>>>,
    /// Needed where there is a pattern.
    pub(crate) texts: Option<Texts>,
}

impl Query for Checked {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let unscored = match scoring {
            EnableScoring::Enabled { searcher, .. } => {
                EnableScoring::disabled_from_searcher(searcher)
            }
            EnableScoring::Disabled { .. } => scoring,
        };
        Ok(Box::new(CheckedWeight {
            candidates: self.candidates.weight(scoring)?,
            condition: self.condition.map(&mut |query| query.weight(unscored))?,
            texts: self.texts.clone(),
        }))
    }
}

struct CheckedWeight {
    candidates: Box<dyn Weight>,
    condition: Condition<Box<dyn Weight>>,
    texts: Option<Texts>,
}

impl CheckedWeight {
    fn check(&self, reader: &SegmentReader) -> tantivy::Result<Check> {
        Ok(Check {
            condition: self.condition.map(&mut |weight| weight.scorer(reader, 1.0))?,
            text: Text {
                texts: self.texts.clone(),
                ids: reader.fast_fields().u64(ID)?,
                read: None,
            },
            last: None,
        })
    }
}

impl Weight for CheckedWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let candidates = self.candidates.scorer(reader, boost)?;
        let mut scorer = CheckedScorer { candidates, check: self.check(reader)? };
        scorer.go_on_from(scorer.candidates.doc());
        Ok(Box::new(scorer))
    }

    // Looks at no more documents than it is asked about.
    fn scorer_danger(
        &self,
        reader: &SegmentReader,
        target: DocId,
        boost: Score,
    ) -> tantivy::Result<(SeekDangerResult, Box<dyn Scorer>)> {
        let (found, candidates) = self.candidates.scorer_danger(reader, target, boost)?;
        let mut scorer = CheckedScorer { candidates, check: self.check(reader)? };
        Ok((scorer.check_found(found, target), Box::new(scorer)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        if scorer.doc() > doc || scorer.seek(doc) != doc {
            return Err(TantivyError::InvalidArgument(format!("document {doc} does not match")));
        }
        Ok(Explanation::new("checked document by document", scorer.score()))
    }
}

struct Check {
    condition: Condition<Box<dyn Scorer>>,
    text: Text,
    /// The document that was last looked into, and the answer.
    last: Option<(DocId, bool)>,
}

impl Check {
    fn holds(&mut self, doc: DocId) -> bool {
        if let Some((last, held)) = self.last
            && last == doc
        {
            return held;
        }
        let holds = self.condition.holds(doc, &mut self.text);
        self.last = Some((doc, holds));
        holds
    }
}

struct CheckedScorer {
    candidates: Box<dyn Scorer>,
    check: Check,
}

impl CheckedScorer {
    fn go_on_from(&mut self, mut candidate: DocId) -> DocId {
        while candidate < TERMINATED && !self.check.holds(candidate) {
            candidate = self.candidates.advance();
        }
        candidate
    }

    fn check_found(&mut self, found: SeekDangerResult, target: DocId) -> SeekDangerResult {
        match found {
            SeekDangerResult::Found if self.check.holds(target) => SeekDangerResult::Found,
            SeekDangerResult::Found => SeekDangerResult::SeekLowerBound(target + 1),
            beyond @ SeekDangerResult::SeekLowerBound(_) => beyond,
        }
    }
}

impl DocSet for CheckedScorer {
    fn advance(&mut self) -> DocId {
        let candidate = self.candidates.advance();
        self.go_on_from(candidate)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let doc = self.candidates.doc();
        if doc >= target {
            return doc;
        }
        let candidate = self.candidates.seek(target);
        self.go_on_from(candidate)
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        let found = self.candidates.seek_danger(target);
        self.check_found(found, target)
    }

    fn doc(&self) -> DocId {
        self.candidates.doc()
    }

    fn size_hint(&self) -> u32 {
        self.candidates.size_hint()
    }

    fn cost(&self) -> u64 {
        self.candidates.cost().saturating_mul(CHECK_COST)
    }
}

impl Scorer for CheckedScorer {
    fn score(&mut self) -> Score {
        self.candidates.score()
    }
}
