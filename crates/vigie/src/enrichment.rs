//! What is read of items beside what their sources say. Languages are told before queries ask for them; the
//! story that each item tells, and how it speaks of what a query looks for, are read once it is stored,
//! behind the crawler and in the order of the log. What new items are compared with is held in memory.
//!
//! A hit without a tone is what is to be read: new ones, those of an edited query's past, and of an edited item
//! are found alike.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use anyhow::Result;
use chrono::TimeDelta;
use enrich::story::{Fingerprint, Placed, Stories};
use enrich::theme::Document;
use enrich::tone::{Said, Tones};
use model::{Item, QueryName, StoredItem, Timestamp, ToneReading};
use query::Query;
use store::{HitTone, Ledger, Mention, Told};

/// How long after its first item a story takes copies.
pub(crate) const STORY_WINDOW: TimeDelta = TimeDelta::days(7);
/// How many items are compared, or hits read, in one transaction.
const BATCH: usize = 500;
/// How many queries are kept ready to find their words.
const QUERIES_MAX: usize = 10_000;
/// How many items are looked at for the words that they were found by.
const OWN_WORDS_ITEMS: usize = 500;

/// Reads what is new.
pub(crate) struct Enricher {
    stories: Stories,
    /// The last correction of a story that it knows of.
    corrected: u64,
    /// Each with its text.
    queries: HashMap<QueryName, (String, Option<Query>)>,
}

impl Enricher {
    /// Takes over what the ledger knows of recent stories.
    pub(crate) fn new(ledger: &Ledger, now: Timestamp) -> Result<Self> {
        let mut stories = Stories::new(STORY_WINDOW);
        let corrected = ledger.last_story_correction()?;
        ledger.each_fingerprint(now - STORY_WINDOW, |told| {
            // Those of another version are of no use: their items are not compared with.
            if let Some(fingerprint) = Fingerprint::from_bytes(&told.fingerprint) {
                stories.restore(told.item, told.at, told.story, &fingerprint);
            }
        })?;
        Ok(Self { stories, corrected, queries: HashMap::new() })
    }

    /// Finds the stories of the next items of the log. Returns how many items, 0 when all were compared.
    pub(crate) fn compare_new(&mut self, ledger: &mut Ledger, now: Timestamp) -> Result<usize> {
        if ledger.last_story_correction()? != self.corrected {
            self.start_again(ledger, now)?;
        }
        let after = ledger.stories_upto()?;
        let items = ledger.items_after(after, BATCH)?;
        let Some(last) = items.last() else { return Ok(0) };
        let told: Vec<Told> = items.iter().map(|stored| self.compare(stored)).collect();
        if !ledger.record_stories(after, last.seq, &told, now - STORY_WINDOW)? {
            // Another process compares too: what it found is what holds.
            self.start_again(ledger, now)?;
        }
        Ok(items.len())
    }

    fn start_again(&mut self, ledger: &Ledger, now: Timestamp) -> Result<()> {
        let queries = std::mem::take(&mut self.queries);
        *self = Self { queries, ..Self::new(ledger, now)? };
        Ok(())
    }

    fn compare(&mut self, stored: &StoredItem) -> Told {
        let fingerprint = Fingerprint::of(&stored.item.title, &stored.item.text);
        let (item, at) = (stored.id, stored.first_seen);
        let story = match self.stories.place(item, at, &fingerprint) {
            Placed::Alone => item,
            Placed::Copy { of, .. } => of,
        };
        Told { item, story, at, fingerprint: fingerprint.to_bytes() }
    }

    /// Reads how some of the hits speak that were not read yet, those on the newest items first. Returns how
    /// many, 0 when all were.
    pub(crate) fn read_tones(&mut self, ledger: &mut Ledger) -> Result<usize> {
        let unread = ledger.unread_hits(BATCH)?;
        let tones: Vec<HitTone> = unread
            .into_iter()
            .map(|hit| {
                let reading = tone_toward(&hit.item.item, self.query(&hit.query, &hit.text));
                HitTone { query: hit.query, item: hit.item.id, seq: hit.item.seq, reading }
            })
            .collect();
        if !tones.is_empty() {
            ledger.record_tones(&tones)?;
        }
        Ok(tones.len())
    }

    fn query(&mut self, name: &QueryName, text: &str) -> Option<&Query> {
        if self.queries.len() >= QUERIES_MAX {
            self.queries.clear();
        }
        let known = self.queries.entry(name.clone()).or_default();
        if known.0 != text {
            *known = (text.to_owned(), query::parse_expanded(text).ok());
        }
        known.1.as_ref()
    }
}

/// Reads how an item speaks of what a query looks for; of nothing in particular without a query.
pub(crate) fn tone_toward(item: &Item, query: Option<&Query>) -> ToneReading {
    let about = query.map_or_else(Vec::new, |query| places(query, &item.text));
    let said = Said {
        lang: item.lang.as_ref(),
        title: &item.title,
        text: &item.text,
        about: &about,
        rating: item.details.rating,
    };
    Tones::built_in().read(&said).kept(&said)
}

/// Returns where in a text the words of a query stand.
pub(crate) fn places(query: &Query, text: &str) -> Vec<Range<usize>> {
    query::marks_in_text(&[query], text)
}

/// Returns the words that items were found by, as they are written there, in lower case.
pub(crate) fn own_words<'a>(query: &Query, items: impl Iterator<Item = &'a Item>) -> Vec<String> {
    let mut own = BTreeSet::new();
    for item in items.take(OWN_WORDS_ITEMS) {
        let text = places(query, &item.text).into_iter().map(|place| &item.text[place]);
        let title = query::marks(&[query], &item.title);
        let title = title.into_iter().map(|place| &item.title[place]);
        own.extend(text.chain(title).map(str::to_lowercase));
    }
    own.into_iter().collect()
}

/// Returns what the language of a text is read from.
pub(crate) fn words<'a>(title: &'a str, text: &'a str) -> Cow<'a, str> {
    match (title, text) {
        ("", words) | (words, "") => Cow::Borrowed(words),
        (title, text) => Cow::Owned(format!("{title}\n{text}")),
    }
}

/// A mention as those who look for themes see it.
pub(crate) fn document(mention: &Mention) -> Document<'_> {
    let item = &mention.item.item;
    Document {
        id: mention.item.id,
        story: mention.story,
        source: item.source.as_str(),
        author: item.author.as_deref(),
        time: mention.item.date(),
        lang: item.lang.as_ref(),
        title: &item.title,
        text: &item.text,
    }
}
