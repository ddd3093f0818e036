//! What a visit brought is read here, before it is matched. A page that is nothing to read is a failed visit,
//! with its reason.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crawl::{FetchError, Fetched, Page, PageContext, Presets, Reading, Unread, Usual, websub};
use enrich::language::{self, Languages};
use model::{Ailment, Item, Lang, Timestamp, Validators};
use store::{DueSource, HubOffer};
use url::Url;

use crate::enrichment;
use crate::sight::{self, Habits};

/// So many texts tell in which languages a source writes.
const TEXTS_MAX: u64 = 400;

/// What a visit brought, before it is matched.
pub(crate) struct Read {
    pub(crate) body: Body,
    pub(crate) fresh_for: Option<Duration>,
    /// How long its host asks to be left alone.
    pub(crate) retry_after: Option<Duration>,
}

#[expect(clippy::large_enum_variant, reason = "one at a time, and gone within the visit")]
pub(crate) enum Body {
    Read {
        reading: Reading,
        validators: Validators,
        moved_to: Option<Url>,
        /// Where it was found.
        place: Url,
        offer: Option<HubOffer>,
        /// What its source has written in, these items included.
        languages: language::Usual,
    },
    /// What a stream said, of which only what a query finds is kept.
    Said {
        reading: Option<Reading>,
        removed: Vec<String>,
        validators: Validators,
    },
    Unchanged(Validators),
    /// Nothing that could be read, and why.
    None {
        reason: String,
        ailment: Ailment,
        /// The site says that there is no such page.
        missing: bool,
    },
}

/// What understands what was fetched.
#[derive(Clone, Copy)]
pub(super) struct Readers<'a> {
    pub(super) presets: &'a Presets,
    pub(super) languages: &'a Languages,
}

pub(super) fn read(
    due: &DueSource,
    fetched: Result<Fetched, FetchError>,
    readers: Readers<'_>,
    now: Timestamp,
) -> Read {
    let mut retry_after = None;
    let (body, fresh_for) = match fetched {
        Ok(Fetched::Page(page)) => {
            let fresh_for = page.fresh_for;
            (read_page(due, page, readers, now), fresh_for)
        }
        Ok(Fetched::Unchanged { validators, fresh_for }) => {
            (Body::Unchanged(validators), fresh_for)
        }
        Err(error) => {
            let missing = matches!(error, FetchError::Missing { .. } | FetchError::Gone { .. });
            let ailment = Ailment::from(&error);
            if let FetchError::Resting { pause, .. } = error {
                retry_after = Some(pause);
            }
            (Body::None { reason: error.to_string(), ailment, missing }, None)
        }
    };
    Read { body, fresh_for, retry_after }
}

/// Reads a page. One that is nothing to read counts as a failed visit, so that it is said aloud.
pub(super) fn read_page(due: &DueSource, page: Page, readers: Readers<'_>, now: Timestamp) -> Body {
    let known = Habits::of(due);
    let context = PageContext {
        url: &page.url,
        content_type: page.content_type.as_deref(),
        fetched_at: now,
        source: &due.source,
        presets: readers.presets,
        link: page.link.as_deref(),
        dates: known.dates,
    };
    let reading = catch_unwind(AssertUnwindSafe(|| crawl::read(&page.body, &context)));
    // A page that the reader can't cope with costs its own source one visit.
    let Ok(mut reading) = reading else {
        return Body::failed("the reader failed on this page");
    };
    if reading.feed.is_none() && reading.page.is_none() {
        let reason = reading.problems.last().map_or("not a feed", |problem| &problem.message);
        let missing = reading.unread == Some(Unread::NotFound);
        let (mut ailment, mut reason) = (Ailment::Unreadable, reason.to_owned());
        if let Some(unread) = reading.unread {
            ailment = unread.into();
        }
        if let Some(place) = strange_place(due, &page.url) {
            ailment = Ailment::MovedAway;
            reason = format!("it leads to {place} now: {reason}");
        }
        return Body::None { reason, ailment, missing };
    }
    if reading.page.is_some() && due.page.is_none() && known.is_feed {
        let reason = match strange_place(due, &page.url) {
            Some(place) => format!("this was a feed, and leads to the web page {place} now"),
            None => "this was a feed, and is a web page now".to_owned(),
        };
        return Body::None { reason, ailment: Ailment::MovedAway, missing: false };
    }
    let (link, content_type) = (page.link.as_deref(), page.content_type.as_deref());
    // Only what the source is itself is asked for.
    let is_own = due.page.is_none();
    let offer = is_own.then(|| websub::offered(link, &page.body, content_type, &page.url));
    let offer = offer.flatten().map(|of| HubOffer { hub: of.hub, topic: of.topic });
    // An item that says nothing is told as a problem of the feed; there is nothing of it to keep.
    reading.items.retain(|item| !item.is_silent());
    if reading.page.as_ref().is_some_and(|page| page.topics.is_empty()) {
        reading.items.iter_mut().for_each(|item| sight::belong(item, due));
        sight::join(&mut reading.items, due);
    }
    let languages = read_words(&mut reading.items, known.languages, readers.languages);
    let Page { url: place, validators, moved_to, .. } = page;
    Body::Read { reading, validators, moved_to, place, offer, languages }
}

/// Tells in which language each text is and how it speaks, for queries to ask for. What its source says of
/// the language is one reason among others, and stands where nothing tells.
fn read_words(
    items: &mut [Item],
    known: BTreeMap<Lang, u64>,
    languages: &Languages,
) -> language::Usual {
    // What was counted long ago fades.
    let fade = if known.values().sum::<u64>() >= TEXTS_MAX { 2 } else { 1 };
    let mut usual =
        language::Usual::of(known.into_iter().map(|(lang, texts)| (lang, texts / fade)));
    for item in items {
        let words = enrichment::words(&item.title, &item.text);
        let detected = languages.read(&words, item.lang.as_ref(), &usual);
        usual.note(&detected);
        item.lang = detected.lang.or(item.lang.take());
        item.details.tone = enrichment::tone_toward(item, None).tone;
    }
    usual
}

impl Body {
    pub(super) fn failed(reason: &str) -> Self {
        Self::None { reason: reason.to_owned(), ailment: Ailment::Unreadable, missing: false }
    }
}

/// Says where the source's own page was found, if that is another place than ever.
fn strange_place(due: &DueSource, place: &Url) -> Option<String> {
    let usual = Usual::from_json(&due.learnt.usual);
    if due.page.is_some() { None } else { usual.strange_place(place) }
}
