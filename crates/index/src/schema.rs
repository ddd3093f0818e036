//! What the index keeps of an item. Texts are searched here and shown from the ledger: none is stored.

use model::{StoredItem, Timestamp};
use query::{Filter, Quantity, TextField, analysis};
use tantivy::schema::{
    DateOptions, DateTimePrecision, FAST, Field, INDEXED, IndexRecordOption, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::TextAnalyzer;
use tantivy::{DateTime, TantivyDocument};

/// The names that the readers of fast fields need.
pub(crate) const ID: &str = "id";
pub(crate) const DATE: &str = "date";
pub(crate) const LANG: &str = "lang";

const TOKENIZER: &str = "vigie";

/// The schema with its fields at hand.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    pub(crate) schema: Schema,
    pub(crate) id: Field,
    pub(crate) date: Field,
    title: Field,
    text: Field,
    author: Field,
    quote: Field,
    url: Field,
    links: Field,
    /// Every filter that an item satisfies, as `name:value`. They share a field since nothing is
    /// gained by one for each: a term is looked up in the dictionary either way.
    filter: Field,
    /// The language as a column: which forms of a word count depends on it, item by item, and also
    /// on its being unknown.
    lang: Field,
    stars: Field,
    rating_value: Field,
    rating_best: Field,
    /// What the item itself says, unlike `date`.
    published: Field,
    minute: Field,
    likes: Field,
    shares: Field,
    comments: Field,
    views: Field,
    followers: Field,
}

impl Fields {
    pub(crate) fn new() -> Self {
        let mut schema = Schema::builder();
        let indexing =
            |option| TextFieldIndexing::default().set_tokenizer(TOKENIZER).set_index_option(option);
        let words = indexing(IndexRecordOption::WithFreqsAndPositions);
        let scored = TextOptions::default().set_indexing_options(words.clone());
        // A byte for each item, also for those that have nothing in these fields, is too much.
        let unscored = TextOptions::default().set_indexing_options(words.set_fieldnorms(false));
        let whole = TextFieldIndexing::default()
            .set_tokenizer("raw")
            .set_fieldnorms(false)
            .set_index_option(IndexRecordOption::Basic);
        let date = DateOptions::default().set_precision(DateTimePrecision::Seconds).set_fast();
        let column = |schema: &mut SchemaBuilder, name| schema.add_i64_field(name, FAST);
        Self {
            id: schema.add_u64_field(ID, INDEXED | FAST),
            date: schema.add_date_field(DATE, date),
            title: schema.add_text_field("title", scored.clone()),
            text: schema.add_text_field("text", scored.clone()),
            author: schema.add_text_field("author", scored),
            quote: schema.add_text_field("quote", unscored.clone()),
            url: schema.add_text_field("url", unscored.clone()),
            links: schema.add_text_field("links", unscored),
            filter: schema
                .add_text_field("filter", TextOptions::default().set_indexing_options(whole)),
            lang: schema.add_text_field(LANG, TextOptions::default().set_fast("raw")),
            stars: column(&mut schema, "stars"),
            rating_value: column(&mut schema, "rating_value"),
            rating_best: column(&mut schema, "rating_best"),
            published: column(&mut schema, "published"),
            minute: column(&mut schema, "minute"),
            likes: column(&mut schema, "likes"),
            shares: column(&mut schema, "shares"),
            comments: column(&mut schema, "comments"),
            views: column(&mut schema, "views"),
            followers: column(&mut schema, "followers"),
            schema: schema.build(),
        }
    }

    /// Returns the field of these words.
    pub(crate) fn words(&self, field: TextField) -> Field {
        match field {
            TextField::Title => self.title,
            TextField::Text => self.text,
            TextField::Author => self.author,
            TextField::Quote => self.quote,
            TextField::Url => self.url,
            TextField::Links => self.links,
        }
    }

    /// Returns where a filter is looked up.
    pub(crate) fn term(&self, filter: &Filter) -> tantivy::Term {
        tantivy::Term::from_field_text(self.filter, &filter_term(filter))
    }

    /// Returns the column of a quantity, and what another column must say besides.
    pub(crate) fn column(&self, quantity: Quantity) -> (Field, Option<(Field, i64)>) {
        match quantity {
            Quantity::Stars => (self.stars, None),
            Quantity::RatingOutOf { best_milli } => {
                (self.rating_value, Some((self.rating_best, best_milli)))
            }
            Quantity::Date => (self.published, None),
            Quantity::Minute => (self.minute, None),
            Quantity::Likes => (self.likes, None),
            Quantity::Shares => (self.shares, None),
            Quantity::Comments => (self.comments, None),
            Quantity::Views => (self.views, None),
            Quantity::Followers => (self.followers, None),
        }
    }

    pub(crate) fn document(&self, stored: &StoredItem) -> TantivyDocument {
        const QUANTITIES: [Quantity; 8] = [
            Quantity::Stars,
            Quantity::Date,
            Quantity::Minute,
            Quantity::Likes,
            Quantity::Shares,
            Quantity::Comments,
            Quantity::Views,
            Quantity::Followers,
        ];
        let item = &stored.item;
        let mut document = TantivyDocument::new();
        document.add_u64(self.id, stored.id.0);
        document.add_date(self.date, date(stored.date()));
        for field in TextField::ALL {
            let words = field.of(item);
            if !words.is_empty() {
                document.add_text(self.words(field), &words);
            }
        }
        for filter in Filter::satisfied_by(item) {
            document.add_text(self.filter, filter_term(&filter));
        }
        if let Some(lang) = &item.lang {
            document.add_text(self.lang, lang.as_str());
        }
        for quantity in QUANTITIES {
            if let Some(number) = quantity.of(item) {
                document.add_i64(self.column(quantity).0, number);
            }
        }
        if let Some(rating) = item.details.rating {
            document.add_i64(self.rating_value, rating.value_milli());
            document.add_i64(self.rating_best, rating.best_milli());
        }
        document
    }
}

fn filter_term(filter: &Filter) -> String {
    format!("{}:{}", filter.name(), filter.term())
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
