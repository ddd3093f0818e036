//! Words in their places: what tantivy's own queries cannot find exactly.
//!
//! The words' postings give the documents that can have an occurrence; in each of those
//! `query::stretch` finds where, as it does for the live matcher.

use std::fmt;
use std::sync::Arc;

use query::stretch::{Finder, Stretch};
use query::{Expression, Word};
use tantivy::fieldnorm::FieldNormReader;
use tantivy::query::{Bm25Weight, EmptyScorer, EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::schema::Field;
use tantivy::{
    DocId, DocSet, Score, SeekDangerResult, SegmentReader, TERMINATED, TantivyError, Term,
};

use crate::expand::only_term;
use crate::places::{Places, SOURCES_TOGETHER_MAX};

/// How much dearer a document is to look into than to come by; tantivy reckons the same for phrases.
const LOOK_COST: u64 = 10;

/// Finds documents in which the words occur at least so many times, in all the fields together.
#[derive(Clone)]
pub(crate) struct Occurs {
    pub(crate) what: Arc<Expression>,
    pub(crate) at_least: usize,
    /// The fields, with how much an occurrence there is worth.
    pub(crate) fields: Vec<(Field, Score)>,
}

impl fmt::Debug for Occurs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Occurs({:?} times {:?} in {:?})", self.at_least, self.what, self.fields)
    }
}

impl Query for Occurs {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let mut names = Vec::new();
        name_terms(&self.what, &mut names);
        let mut similarities = Vec::with_capacity(self.fields.len());
        for (field, worth) in &self.fields {
            similarities.push(match scoring {
                // As tantivy scores a phrase.
                EnableScoring::Enabled { statistics_provider, .. } if !names.is_empty() => {
                    let term = |name: &String| Term::from_field_text(*field, name);
                    let terms: Vec<Term> = names.iter().map(term).collect();
                    Some(Bm25Weight::for_terms(statistics_provider, &terms)?.boost_by(*worth))
                }
                EnableScoring::Enabled { .. } | EnableScoring::Disabled { .. } => None,
            });
        }
        Ok(Box::new(OccursWeight { occurs: self.clone(), similarities }))
    }
}

/// Collects the terms by which an expression is scored: of a group of alternatives the first.
fn name_terms(what: &Expression, names: &mut Vec<String>) {
    match what {
        Expression::Phrase(words) | Expression::Within { words, .. } => {
            names.extend(words.iter().filter_map(only_term));
        }
        Expression::Near { left, right, .. } => {
            name_terms(left, names);
            name_terms(right, names);
        }
        Expression::Any(parts) => {
            if let Some(first) = parts.first() {
                name_terms(first, names);
            }
        }
    }
}

struct OccursWeight {
    occurs: Occurs,
    /// For each field; `None` where hits are not scored by it.
    similarities: Vec<Option<Bm25Weight>>,
}

impl OccursWeight {
    /// Opens the words' postings and looks into no document yet.
    fn open(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Option<Occurrences>> {
        let mut fields = Vec::new();
        for ((field, _), similarity) in self.occurs.fields.iter().zip(&self.similarities) {
            let similarity = match similarity {
                Some(weight) => Some((
                    weight.boost_by(boost),
                    match reader.fieldnorms_readers().get_field(*field)? {
                        Some(norms) => norms,
                        None => FieldNormReader::constant(reader.max_doc(), 1),
                    },
                )),
                None => None,
            };
            fields.extend(FieldOccurrences::open(reader, *field, &self.occurs.what, similarity)?);
        }
        if fields.is_empty() {
            return Ok(None);
        }
        let (what, at_least) = (Arc::clone(&self.occurs.what), self.occurs.at_least);
        Ok(Some(Occurrences { what, at_least, fields, boost, doc: 0 }))
    }
}

impl Weight for OccursWeight {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(match self.open(reader, boost)? {
            Some(mut occurrences) => {
                occurrences.go_to(0);
                Box::new(occurrences)
            }
            None => Box::new(EmptyScorer),
        })
    }

    fn scorer_danger(
        &self,
        reader: &SegmentReader,
        target: DocId,
        boost: Score,
    ) -> tantivy::Result<(SeekDangerResult, Box<dyn Scorer>)> {
        Ok(match self.open(reader, boost)? {
            Some(mut occurrences) => (occurrences.seek_danger(target), Box::new(occurrences)),
            None => (SeekDangerResult::SeekLowerBound(TERMINATED), Box::new(EmptyScorer)),
        })
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        if scorer.doc() > doc || scorer.seek(doc) != doc {
            return Err(TantivyError::InvalidArgument(format!("document {doc} does not match")));
        }
        Ok(Explanation::new("words in their places", scorer.score()))
    }
}

struct Occurrences {
    what: Arc<Expression>,
    at_least: usize,
    fields: Vec<FieldOccurrences>,
    boost: Score,
    doc: DocId,
}

impl Occurrences {
    /// Moves on to the first document from `target` on that can have an occurrence.
    fn next_candidate(&mut self, target: DocId) -> DocId {
        self.fields.iter_mut().map(|field| field.seek(target)).min().unwrap_or(TERMINATED)
    }

    fn go_to(&mut self, mut target: DocId) -> DocId {
        loop {
            self.doc = self.next_candidate(target);
            if self.doc >= TERMINATED || self.holds(self.doc) {
                return self.doc;
            }
            target = self.doc + 1;
        }
    }

    fn holds(&mut self, doc: DocId) -> bool {
        let mut missing = self.at_least;
        for field in &mut self.fields {
            let times = if field.doc == doc { field.count(&self.what) } else { 0 };
            field.times = times;
            missing = missing.saturating_sub(times);
            // Hits are scored by all fields.
            if missing == 0 && field.similarity.is_none() {
                break;
            }
        }
        missing == 0
    }
}

impl DocSet for Occurrences {
    fn advance(&mut self) -> DocId {
        if self.doc >= TERMINATED {
            return TERMINATED;
        }
        self.go_to(self.doc + 1)
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target { self.go_to(target) } else { self.doc }
    }

    fn seek_danger(&mut self, target: DocId) -> SeekDangerResult {
        if target >= TERMINATED {
            return SeekDangerResult::SeekLowerBound(TERMINATED);
        }
        let candidate = self.next_candidate(target);
        if candidate > target {
            return SeekDangerResult::SeekLowerBound(candidate);
        }
        self.doc = target;
        if self.holds(target) {
            SeekDangerResult::Found
        } else {
            SeekDangerResult::SeekLowerBound(target + 1)
        }
    }

    fn doc(&self) -> DocId {
        self.doc
    }

    fn size_hint(&self) -> u32 {
        self.fields.iter().fold(0, |docs, field| field.docs.saturating_add(docs)) / 2
    }

    fn cost(&self) -> u64 {
        self.fields.iter().map(|field| u64::from(field.docs)).sum::<u64>() * LOOK_COST
    }
}

impl Scorer for Occurrences {
    fn score(&mut self) -> Score {
        let mut score = None;
        for field in self.fields.iter().filter(|field| field.doc == self.doc) {
            if let Some((weight, norms)) = &field.similarity
                && let Ok(times) = u32::try_from(field.times)
                && times > 0
            {
                *score.get_or_insert(0.0) += weight.score(norms.fieldnorm_id(self.doc), times);
            }
        }
        score.unwrap_or(self.boost)
    }
}

/// The occurrences in one field.
struct FieldOccurrences {
    needs: Needs,
    /// For each word where it stands, though it be the same as another: in alternatives they are not
    /// at the same document.
    places: Vec<Places>,
    /// Which of the places are those of a word, by the address of the word, in order.
    of_word: Vec<(usize, usize)>,
    similarity: Option<(Bm25Weight, FieldNormReader)>,
    /// About how many documents must be looked into.
    docs: u32,
    doc: DocId,
    finder: Finder,
    found: Vec<Stretch>,
    /// How many occurrences the last document has that was looked into.
    times: usize,
}

/// Which words a document must have for an occurrence.
enum Needs {
    Word(usize),
    All(Vec<Needs>),
    Any(Vec<Needs>),
}

impl FieldOccurrences {
    /// Opens the postings of the words; `None` if one that must occur is not in the segment.
    fn open(
        reader: &SegmentReader,
        field: Field,
        what: &Expression,
        similarity: Option<(Bm25Weight, FieldNormReader)>,
    ) -> tantivy::Result<Option<Self>> {
        let (places, of_word) = (Vec::new(), Vec::new());
        let mut words = Opening { reader, field, places, of_word, room: SOURCES_TOGETHER_MAX };
        let Some(needs) = words.needs(what)? else { return Ok(None) };
        words.of_word.sort_unstable();
        Ok(Some(Self {
            docs: needs.docs(&words.places),
            doc: needs.seek(&mut words.places, 0),
            needs,
            of_word: words.of_word,
            places: words.places,
            similarity,
            finder: Finder::default(),
            found: Vec::new(),
            times: 0,
        }))
    }

    fn seek(&mut self, target: DocId) -> DocId {
        if self.doc < target {
            self.doc = self.needs.seek(&mut self.places, target);
        }
        self.doc
    }

    /// Counts the occurrences in the document where it stands; those that begin at the same place
    /// count once.
    fn count(&mut self, what: &Expression) -> usize {
        let (places, of_word, doc) = (&mut self.places, &self.of_word, self.doc);
        let mut places = |word: &Word, found: &mut Vec<Stretch>| {
            if let Ok(known) = of_word.binary_search_by_key(&address(word), |(word, _)| *word) {
                places[of_word[known].1].append(doc, found);
            }
        };
        self.finder.find(what, &mut places, &mut self.found);
        self.found.dedup_by_key(|stretch| stretch.start);
        self.found.len()
    }
}

/// The words of an expression while they are opened.
struct Opening<'a> {
    reader: &'a SegmentReader,
    field: Field,
    places: Vec<Places>,
    of_word: Vec<(usize, usize)>,
    /// How many more sources may be opened.
    room: usize,
}

/// Returns what tells one word of an expression from another that says the same.
fn address(word: &Word) -> usize {
    std::ptr::from_ref(word).addr()
}

impl Opening<'_> {
    /// Returns what the expression needs; `None` if nothing in the segment can satisfy it.
    fn needs(&mut self, what: &Expression) -> tantivy::Result<Option<Needs>> {
        match what {
            Expression::Phrase(words) | Expression::Within { words, .. } => {
                let mut needs = Vec::with_capacity(words.len());
                for word in words {
                    let Some(at) = self.open(word)? else { return Ok(None) };
                    needs.push(Needs::Word(at));
                }
                Ok(Some(self.all(needs)))
            }
            Expression::Near { left, right, .. } => {
                let Some(left) = self.needs(left)? else { return Ok(None) };
                let Some(right) = self.needs(right)? else { return Ok(None) };
                Ok(Some(self.all(vec![left, right])))
            }
            Expression::Any(parts) => {
                let mut needs = Vec::with_capacity(parts.len());
                for part in parts {
                    needs.extend(self.needs(part)?);
                }
                Ok((!needs.is_empty()).then_some(Needs::Any(needs)))
            }
        }
    }

    fn all(&self, parts: Vec<Needs>) -> Needs {
        let mut flat = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                Needs::All(parts) => flat.extend(parts),
                Needs::Word(_) | Needs::Any(_) => flat.push(part),
            }
        }
        // The rarest leads.
        flat.sort_by_cached_key(|part| part.docs(&self.places));
        Needs::All(flat)
    }

    fn open(&mut self, word: &Word) -> tantivy::Result<Option<usize>> {
        let places = Places::open(self.reader, self.field, word, &mut self.room)?;
        Ok(places.map(|places| {
            let at = self.places.len();
            self.places.push(places);
            self.of_word.push((address(word), at));
            at
        }))
    }
}

impl Needs {
    /// Returns about how many documents have what is needed.
    fn docs(&self, places: &[Places]) -> u32 {
        let docs = |part: &Self| part.docs(places);
        match self {
            Self::Word(at) => places[*at].docs(),
            Self::All(parts) => parts.iter().map(docs).min().unwrap_or(0),
            Self::Any(parts) => parts.iter().map(docs).fold(0, u32::saturating_add),
        }
    }

    /// Moves on to the first document from `target` on that has what is needed.
    fn seek(&self, places: &mut [Places], target: DocId) -> DocId {
        match self {
            Self::Word(at) => places[*at].seek(target),
            Self::All(parts) => {
                let [first, others @ ..] = parts.as_slice() else { return TERMINATED };
                let mut candidate = first.seek(places, target);
                'candidates: loop {
                    for other in others {
                        let doc = other.seek(places, candidate);
                        if doc > candidate {
                            candidate = first.seek(places, doc);
                            continue 'candidates;
                        }
                    }
                    return candidate;
                }
            }
            Self::Any(parts) => {
                parts.iter().map(|part| part.seek(places, target)).min().unwrap_or(TERMINATED)
            }
        }
    }
}
