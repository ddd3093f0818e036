//! Searching what was indexed, in this process or beside the one that writes.

use std::io;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use model::{Item, ItemId, Lang, Seq, SourceId, Timestamp};
use query::{Filter, Query};
use tantivy::collector::{Count, TopDocs};
use tantivy::columnar::Column;
use tantivy::query::{BooleanQuery, Occur, RangeQuery};
use tantivy::{DateTime, DocAddress, Order, ReloadPolicy, Searcher, Term};

use crate::IndexError;
use crate::checked::Texts;
use crate::checkpoint::Checkpoint;
use crate::compile::{compile, filter, without_score};
use crate::error::guarded;
use crate::schema::{DATE, Fields, ID, date};

/// A reader of the index, which follows what the writer commits.
pub struct Archive {
    dir: PathBuf,
    fields: Fields,
    texts: Option<Texts>,
    view: Mutex<View>,
}

/// The index as of one commit.
#[derive(Clone)]
struct View {
    /// The content of `meta.json`, by which a newer commit is noticed.
    meta: Vec<u8>,
    checkpoint: Seq,
    searcher: Searcher,
    /// The items' ids, segment by segment.
    ids: Arc<[Column<u64>]>,
}

/// What to search besides the query.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchOptions {
    /// Only items of this time or later, to the second.
    pub since: Option<Timestamp>,
    /// Only items before this time, to the second.
    pub until: Option<Timestamp>,
    pub source: Option<SourceId>,
    pub lang: Option<Lang>,
    /// How many hits to return; all are counted.
    pub limit: usize,
    pub sort: Sort,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The newest first.
    Date,
    /// The best first, by BM25; words in titles count more.
    Score,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// How many items there are, also beyond the limit.
    pub total: usize,
    pub hits: Vec<FoundItem>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FoundItem {
    pub id: ItemId,
    /// Comparable within one search; 0 where hits are sorted by date.
    pub score: f32,
}

impl Archive {
    pub fn open(dir: &Path) -> Result<Self, IndexError> {
        let fields = Fields::new();
        let view = View::open(dir, &fields, read_meta(dir)?)?;
        Ok(Self { dir: dir.to_owned(), fields, texts: None, view: Mutex::new(view) })
    }

    /// Tells where the items are, for patterns: the index does not keep what was written. An item that
    /// is not there is not found by a pattern.
    #[must_use]
    pub fn with_texts(
        self,
        texts: impl Fn(ItemId) -> Option<Item> + Send + Sync + 'static,
    ) -> Self {
        Self { texts: Some(Texts(Arc::new(texts))), ..self }
    }

    /// Returns the position in the ledger up to which a search sees everything.
    pub fn checkpoint(&self) -> Result<Seq, IndexError> {
        Ok(self.newest()?.checkpoint)
    }

    /// Returns the items that the query finds, as of the newest commit.
    pub fn search(&self, query: &Query, options: &SearchOptions) -> Result<Found, IndexError> {
        let query = self.narrowed(query, options)?;
        let view = self.newest()?;
        guarded(&self.dir, || view.search(&*query, options))
    }

    fn narrowed(
        &self,
        query: &Query,
        options: &SearchOptions,
    ) -> Result<Box<dyn tantivy::query::Query>, IndexError> {
        let query = compile(&self.fields, query.root(), self.texts.as_ref())?;
        let mut clauses = Vec::new();
        let source = options.source.as_ref().map(|id| Filter::source(id.as_str()));
        let lang = options.lang.clone().map(Filter::Lang);
        for wanted in source.into_iter().chain(lang) {
            clauses.push((Occur::Must, filter(&self.fields, &wanted)));
        }
        if options.since.is_some() || options.until.is_some() {
            let term = |at| Term::from_field_date_for_search(self.fields.date, date(at));
            let range = RangeQuery::new(
                options.since.map_or(Bound::Unbounded, |since| Bound::Included(term(since))),
                options.until.map_or(Bound::Unbounded, |until| Bound::Excluded(term(until))),
            );
            clauses.push((Occur::Must, without_score(range)));
        }
        if clauses.is_empty() {
            return Ok(query);
        }
        // The query comes last, so that what it looks into was let through by the others.
        clauses.push((Occur::Must, query));
        Ok(Box::new(BooleanQuery::new(clauses)))
    }

    /// Returns the newest commit's view, opening it if the writer has gone on.
    fn newest(&self) -> Result<View, IndexError> {
        let meta = read_meta(&self.dir)?;
        // A view is replaced whole, so that a panic elsewhere cannot have left half of one.
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        if view.meta != meta {
            *view = View::open(&self.dir, &self.fields, meta)?;
        }
        Ok(view.clone())
    }
}

impl View {
    // The whole index is opened anew rather than reloaded: the writer may have put another in its place.
    fn open(dir: &Path, fields: &Fields, meta: Vec<u8>) -> Result<Self, IndexError> {
        guarded(dir, || {
            let index = tantivy::Index::open_in_dir(dir)?;
            if index.schema() != fields.schema {
                let reason = "the index was made by another version of this program";
                return Err(tantivy::TantivyError::SchemaError(reason.to_owned()));
            }
            let checkpoint = Checkpoint::seq(index.load_metas()?.payload.as_deref());
            let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
            let searcher = reader.searcher();
            // It takes time to open one, which grows with the segment: once for all searches.
            let ids = searcher.segment_readers().iter().map(|reader| reader.fast_fields().u64(ID));
            let ids = ids.collect::<tantivy::Result<_>>()?;
            Ok(Self { meta, checkpoint, searcher, ids })
        })
    }

    fn search(
        &self,
        query: &dyn tantivy::query::Query,
        options: &SearchOptions,
    ) -> tantivy::Result<Found> {
        // The collectors reserve room for the limit, and refuse 0.
        let docs = usize::try_from(self.searcher.num_docs()).unwrap_or(usize::MAX);
        let top = TopDocs::with_limit(options.limit.clamp(1, docs.max(1)));
        let (mut best, total): (Vec<(f32, DocAddress)>, usize) = match options.sort {
            Sort::Score => self.searcher.search(query, &(top.order_by_score(), Count))?,
            Sort::Date => {
                let by_date = top.order_by_fast_field::<DateTime>(DATE, Order::Desc);
                let (newest, total) = self.searcher.search(query, &(by_date, Count))?;
                (newest.into_iter().map(|(_, address)| (0.0, address)).collect(), total)
            }
        };
        best.truncate(options.limit);
        let hits = best.into_iter().filter_map(|(score, address)| {
            let id = self.ids.get(address.segment_ord as usize)?.first(address.doc_id)?;
            Some(FoundItem { id: ItemId(id), score })
        });
        Ok(Found { total, hits: hits.collect() })
    }
}

fn read_meta(dir: &Path) -> Result<Vec<u8>, IndexError> {
    std::fs::read(dir.join("meta.json")).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            IndexError::Missing(dir.to_owned())
        } else {
            IndexError::storage(dir)(error)
        }
    })
}
