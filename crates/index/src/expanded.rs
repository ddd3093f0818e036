//! A single word that stands for many terms: the union of their documents, however many they are.

use std::fmt;
use std::io;

use query::Word;
use tantivy::postings::{Postings as _, SegmentPostings};
use tantivy::query::{
    BitSetDocSet, ConstScorer, EnableScoring, Explanation, Query, Scorer, Weight,
};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    BitSet, DocId, DocSet as _, InvertedIndexReader, Score, SegmentReader, TantivyError,
};

use crate::expand::{Expansion, Source};
use crate::reading::ItemLanguages;

/// Finds the documents that have the word in the field.
#[derive(Clone)]
pub(crate) struct Expanded {
    pub(crate) field: Field,
    pub(crate) word: Word,
}

impl fmt::Debug for Expanded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expanded({:?} in {:?})", self.word, self.field)
    }
}

impl Query for Expanded {
    fn weight(&self, _: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        Ok(Box::new(self.clone()))
    }
}

impl Weight for Expanded {
    fn scorer(&self, reader: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        let expansion = Expansion::open(reader, self.field, &self.word)?;
        let mut docs = BitSet::with_max_value(reader.max_doc());
        expansion.each_source(&mut |source| {
            add(&source, &expansion.index, &expansion.languages, &mut docs)
        })?;
        Ok(Box::new(ConstScorer::new(BitSetDocSet::from(docs), boost)))
    }

    fn explain(&self, reader: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let mut scorer = self.scorer(reader, 1.0)?;
        if scorer.doc() > doc || scorer.seek(doc) != doc {
            return Err(TantivyError::InvalidArgument(format!("document {doc} does not match")));
        }
        Ok(Explanation::new("a word of many terms", 1.0))
    }
}

fn add(
    source: &Source,
    index: &InvertedIndexReader,
    languages: &ItemLanguages,
    docs: &mut BitSet,
) -> io::Result<()> {
    if !source.without.is_empty() {
        return add_less(source, index, languages, docs);
    }
    let mut block =
        index.read_block_postings_from_terminfo(&source.term, IndexRecordOption::Basic)?;
    while !block.docs().is_empty() {
        for &doc in block.docs() {
            if languages.count(doc, source.readings) {
                docs.insert(doc);
            }
        }
        block.advance();
    }
    Ok(())
}

/// Adds the documents that have the term at more places than those that do not count. All of these
/// are places of the term, so that it is enough to compare how many there are.
fn add_less(
    source: &Source,
    index: &InvertedIndexReader,
    languages: &ItemLanguages,
    docs: &mut BitSet,
) -> io::Result<()> {
    let postings = |term| index.read_postings_from_terminfo(term, IndexRecordOption::WithFreqs);
    let mut term = postings(&source.term)?;
    let mut without: Vec<SegmentPostings> =
        source.without.iter().map(postings).collect::<io::Result<_>>()?;
    let mut doc = term.doc();
    while doc != tantivy::TERMINATED {
        let mut times = term.term_freq();
        for other in &mut without {
            if other.doc() < doc {
                other.seek(doc);
            }
            if other.doc() == doc {
                times = times.saturating_sub(other.term_freq());
            }
        }
        if times > 0 && languages.count(doc, source.readings) {
            docs.insert(doc);
        }
        doc = term.advance();
    }
    Ok(())
}
