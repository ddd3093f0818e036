//! Where a word stands in one field, document by document.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use query::Word;
use query::stretch::Stretch;
use tantivy::postings::{Postings as _, SegmentPostings, TermInfo};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet as _, InvertedIndexReader, SegmentReader, TERMINATED};

use crate::error::TooBroad;
use crate::expand::{Expansion, Source};
use crate::reading::{ItemLanguages, Readings};

/// A word that stands for more terms than this in one segment has too many places to hold open:
/// each takes about two kilobytes.
const SOURCES_MAX: usize = 4_096;
/// As many may be held open for all the words of one expression together.
pub(crate) const SOURCES_TOGETHER_MAX: usize = 16_384;

/// The places of one word in one field of one segment.
pub(crate) struct Places {
    width: u32,
    readers: Vec<Reader>,
    /// The document that each reader stands on, the first on top.
    nearest: BinaryHeap<Reverse<(DocId, usize)>>,
    languages: ItemLanguages,
    docs: u32,
    positions: Vec<u32>,
}

/// A source, open for reading.
struct Reader {
    term: SegmentPostings,
    without: Vec<SegmentPostings>,
    readings: Readings,
}

impl Places {
    /// Opens the places of a word; `None` if it has none here. Takes of the `room` for sources.
    pub(crate) fn open(
        reader: &SegmentReader,
        field: Field,
        word: &Word,
        room: &mut usize,
    ) -> tantivy::Result<Option<Self>> {
        let expansion = Expansion::open(reader, field, word)?;
        let mut readers = Vec::new();
        expansion.each_source(&mut |source| {
            if readers.len() == SOURCES_MAX.min(*room) {
                return Err(TooBroad::error(word));
            }
            readers.push(Reader::open(&expansion.index, &source)?);
            Ok(())
        })?;
        *room -= readers.len();
        if readers.is_empty() {
            return Ok(None);
        }
        let nearest =
            readers.iter().enumerate().map(|(at, reader)| Reverse((reader.term.doc(), at)));
        Ok(Some(Self {
            width: u32::try_from(word.width()).unwrap_or(u32::MAX),
            nearest: nearest.collect(),
            docs: readers
                .iter()
                .fold(0, |docs, reader| reader.term.doc_freq().saturating_add(docs)),
            languages: expansion.languages,
            readers,
            positions: Vec::new(),
        }))
    }

    /// Returns about how many documents have the word.
    pub(crate) fn docs(&self) -> u32 {
        self.docs
    }

    /// Moves on to the first document from `target` on that may have the word.
    pub(crate) fn seek(&mut self, target: DocId) -> DocId {
        if let [only] = self.readers.as_mut_slice() {
            return seek(&mut only.term, target);
        }
        while let Some(mut first) = self.nearest.peek_mut() {
            let Reverse((doc, at)) = *first;
            if doc >= target {
                return doc;
            }
            *first = Reverse((seek(&mut self.readers[at].term, target), at));
        }
        TERMINATED
    }

    /// Appends where the word stands in a document, in order: in the one that was last sought, or in
    /// none that a search has left behind.
    pub(crate) fn append(&mut self, doc: DocId, found: &mut Vec<Stretch>) {
        self.positions.clear();
        self.read(doc);
        let width = self.width;
        let stretch = |start: &u32| Stretch { start: *start, end: start.saturating_add(width) };
        found.extend(self.positions.iter().map(stretch));
    }

    fn read(&mut self, doc: DocId) {
        if self.seek(doc) == doc {
            if let [only] = self.readers.as_mut_slice() {
                only.read(doc, &self.languages, &mut self.positions);
            } else {
                // Those on the document are taken off the heap and put back.
                let mut here = Vec::new();
                while let Some(first) = self.nearest.peek()
                    && first.0.0 == doc
                {
                    here.extend(self.nearest.pop());
                }
                for Reverse((_, at)) in &here {
                    self.readers[*at].read(doc, &self.languages, &mut self.positions);
                }
                self.nearest.extend(here);
                self.positions.sort_unstable();
            }
            // Emoji that stand together stand at one place.
            self.positions.dedup();
        }
    }
}

impl Reader {
    fn open(index: &InvertedIndexReader, source: &Source) -> io::Result<Self> {
        let postings = |term: &TermInfo| {
            let option = IndexRecordOption::WithFreqsAndPositions;
            index.read_postings_from_terminfo(term, option)
        };
        Ok(Self {
            term: postings(&source.term)?,
            without: source.without.iter().map(postings).collect::<io::Result<_>>()?,
            readings: source.readings,
        })
    }

    /// Appends the positions in the document that it stands on.
    fn read(&mut self, doc: DocId, languages: &ItemLanguages, positions: &mut Vec<u32>) {
        if !languages.count(doc, self.readings) {
            return;
        }
        let from = positions.len();
        self.term.append_positions_with_offset(0, positions);
        for other in &mut self.without {
            if seek(other, doc) == doc {
                let mut excluded = Vec::new();
                other.positions(&mut excluded);
                let mut kept = from;
                for at in from..positions.len() {
                    if excluded.binary_search(&positions[at]).is_err() {
                        positions[kept] = positions[at];
                        kept += 1;
                    }
                }
                positions.truncate(kept);
            }
        }
    }
}

fn seek(postings: &mut SegmentPostings, target: DocId) -> DocId {
    let doc = postings.doc();
    if doc < target { postings.seek(target) } else { doc }
}
