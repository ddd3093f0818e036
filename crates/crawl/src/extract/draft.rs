//! What a feed says, before it is judged: the same words for every format and for both readers.

use model::Details;
use url::Url;

/// A feed as one reader understood it.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) title: Option<String>,
    pub(crate) home: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) lang: Option<String>,
    pub(crate) generator: Option<String>,
    pub(crate) ttl_minutes: Option<u64>,
    /// Where what is older than its entries stands.
    pub(crate) older: Option<Url>,
    pub(crate) changed: Option<model::Timestamp>,
    /// Who wrote the entries that name nobody, in the formats that say so.
    pub(crate) author: Option<String>,
    pub(crate) author_url: Option<Url>,
    pub(crate) entries: Vec<DraftEntry>,
}

/// An entry as one reader understood it. Texts are plain already.
#[derive(Debug, Default)]
pub(crate) struct DraftEntry {
    pub(crate) guid: Option<String>,
    pub(crate) link: Option<Url>,
    pub(crate) title: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) lang: Option<String>,
    pub(crate) published: Dated,
    pub(crate) updated: Dated,
    pub(crate) details: Details,
}

/// A date as it was found.
#[derive(Debug, Default)]
pub(crate) enum Dated {
    #[default]
    Unsaid,
    At(model::Timestamp),
    /// As people write it: to be read together with the other dates of its page.
    Written(String),
    /// A text that is no date that anybody can read.
    Unreadable(String),
}

impl Draft {
    /// Takes from another reading of the same feed what this one lacks. Entries are matched by
    /// their order, so a reading with other entries gives none.
    pub(crate) fn fill_from(&mut self, other: Self) {
        fill(&mut self.title, other.title);
        fill(&mut self.home, other.home);
        fill(&mut self.description, other.description);
        fill(&mut self.lang, other.lang);
        fill(&mut self.generator, other.generator);
        fill(&mut self.ttl_minutes, other.ttl_minutes);
        fill(&mut self.older, other.older);
        fill(&mut self.changed, other.changed);
        if self.author.is_none() {
            (self.author, self.author_url) = (other.author, other.author_url);
        }
        if self.entries.len() == other.entries.len() {
            for (entry, other) in self.entries.iter_mut().zip(other.entries) {
                entry.fill_from(other);
            }
        } else if self.entries.len() < other.entries.len() {
            self.entries = other.entries;
        }
    }
}

impl DraftEntry {
    fn fill_from(&mut self, other: Self) {
        fill(&mut self.guid, other.guid);
        fill(&mut self.link, other.link);
        fill(&mut self.title, other.title);
        fill(&mut self.text, other.text);
        if self.author.is_none() {
            self.details.author_url = other.details.author_url;
            self.author = other.author;
        }
        fill(&mut self.lang, other.lang);
        if !matches!(self.published, Dated::At(_)) && matches!(other.published, Dated::At(_)) {
            self.published = other.published;
        }
        if !matches!(self.updated, Dated::At(_)) && matches!(other.updated, Dated::At(_)) {
            self.updated = other.updated;
        }
    }

    /// Whether there is nothing in it at all.
    pub(crate) fn says_nothing(&self) -> bool {
        let texts = [&self.guid, &self.title, &self.text, &self.author];
        let dates = [&self.published, &self.updated];
        texts.iter().all(|text| text.is_none())
            && self.link.is_none()
            && dates.iter().all(|date| matches!(date, Dated::Unsaid))
    }
}

fn fill<T>(own: &mut Option<T>, other: Option<T>) {
    if own.is_none() {
        *own = other;
    }
}
