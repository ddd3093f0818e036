//! What the index keeps of an item. Texts are searched here and shown from the ledger: none is stored.

use model::{StoredItem, Timestamp};
use query::{Filter, analysis};
use tantivy::schema::{
    DateOptions, DateTimePrecision, FAST, Field, INDEXED, IndexRecordOption, Schema,
    TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{DateTime, TantivyDocument};

/// The names that the readers of fast fields need.
pub(crate) const ID: &str = "id";
pub(crate) const DATE: &str = "date";

const TOKENIZER: &str = "vigie";

/// The schema with its fields at hand.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) schema: Schema,
    pub(crate) id: Field,
    pub(crate) date: Field,
    pub(crate) title: Field,
    pub(crate) text: Field,
    pub(crate) author: Field,
    site: Field,
    lang: Field,
    source: Field,
    kind: Field,
}

impl Fields {
    pub(crate) fn new() -> Self {
        let mut schema = Schema::builder();
        let words = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(TOKENIZER)
                .set_index_option(IndexRecordOption::WithFreqsAndPositions),
        );
        let whole = TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_fieldnorms(false)
                .set_index_option(IndexRecordOption::Basic),
        );
        let date = DateOptions::default().set_precision(DateTimePrecision::Seconds).set_fast();
        Self {
            id: schema.add_u64_field(ID, INDEXED | FAST),
            date: schema.add_date_field(DATE, date),
            title: schema.add_text_field("title", words.clone()),
            text: schema.add_text_field("text", words.clone()),
            author: schema.add_text_field("author", words),
            site: schema.add_text_field("site", whole.clone()),
            lang: schema.add_text_field("lang", whole.clone()),
            source: schema.add_text_field("source", whole.clone()),
            kind: schema.add_text_field("kind", whole),
            schema: schema.build(),
        }
    }

    /// Returns the field that has the filter's term.
    pub(crate) fn of(&self, filter: &Filter) -> Field {
        match filter {
            Filter::Site { .. } => self.site,
            Filter::Lang(_) => self.lang,
            Filter::Source(_) => self.source,
            Filter::Kind(_) => self.kind,
        }
    }

    pub(crate) fn document(&self, stored: &StoredItem) -> TantivyDocument {
        let item = &stored.item;
        let mut document = TantivyDocument::new();
        document.add_u64(self.id, stored.id.0);
        document.add_date(self.date, date(stored.date()));
        document.add_text(self.title, &item.title);
        document.add_text(self.text, &item.text);
        if let Some(author) = &item.author {
            document.add_text(self.author, author);
        }
        for filter in Filter::satisfied_by(item) {
            document.add_text(self.of(&filter), filter.term());
        }
        document
    }
}

/// Teaches the index the analysis that its schema names.
pub(crate) fn register_tokenizer(index: &tantivy::Index) {
    index.tokenizers().register(TOKENIZER, TextAnalyzer::from(analysis::Tokenizer));
}

/// Returns the second, within what tantivy can hold (the years 1678 to 2261): feeds do say year 1.
pub(crate) fn date(at: Timestamp) -> DateTime {
    const SECONDS_MAX: i64 = i64::MAX / 1_000_000_000;
    DateTime::from_timestamp_secs(at.timestamp().clamp(-SECONDS_MAX, SECONDS_MAX))
}
