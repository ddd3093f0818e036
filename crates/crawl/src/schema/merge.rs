//! What a page says in two syntaxes is one entry.

use std::collections::HashMap;

use super::entry::{Entry, Role};
use super::found::Found;
use crate::extract::draft::{Dated, DraftEntry};

/// Entries with the same words or author that are compared with a new one.
const COMPARED_MAX: usize = 50;
/// The letters and digits at the start of a text by which it is looked up, and by which it is known.
const KEY_CHARS: usize = 20;
const COMPARED_CHARS: usize = 60;
/// How much shorter a text may be because quotes were taken out, in hundredths.
const SHORTER_PERCENT: usize = 60;

impl Found {
    /// Adds what another syntax says: entries that are known gain what they lack.
    pub(super) fn merge(&mut self, other: Self) {
        let mains = |found: &Self| found.entries.iter().filter(|entry| entry.is_main).count();
        let is_one_article = mains(self) == 1 && mains(&other) == 1;
        let mut index: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, entry) in self.entries.iter().enumerate() {
            keys(entry, |key| index.entry(key).or_default().push(at));
        }
        // Each is met once: two alike in one syntax are two.
        let mut is_met = vec![false; self.entries.len()];
        for entry in other.entries {
            let known = if is_one_article && entry.is_main {
                self.entries.iter().position(|known| known.is_main)
            } else {
                let mut candidates: Vec<usize> = Vec::new();
                keys(&entry, |key| {
                    candidates.extend(index.get(&key).into_iter().flatten().take(COMPARED_MAX));
                });
                let mut candidates = candidates.into_iter();
                candidates.find(|at| !is_met[*at] && are_one(&self.entries[*at], &entry))
            };
            match known {
                Some(at) => {
                    is_met[at] = true;
                    self.entries[at].take_from(entry);
                }
                None => self.entries.push(entry),
            }
        }
        self.leave_out_other_page(&is_met);
        self.title = self.title.take().or(other.title);
        self.thread_url = self.thread_url.take().or(other.thread_url);
        self.average = self.average.take().or(other.average);
        self.types.extend(other.types);
        self.missing = if self.entries.len() > 1 { 0 } else { self.missing.max(other.missing) };
        for topic in other.topics {
            if self.topics.iter().all(|known| known.url != topic.url) {
                self.topics.push(topic);
            }
        }
    }

    /// Takes out the first post of a thread where it is told to machines on every page of the thread,
    /// and others are shown.
    fn leave_out_other_page(&mut self, is_met: &[bool]) {
        let shown =
            self.entries.iter().filter(|entry| entry.is_shown && entry.role == Role::Comment);
        let is_untold = shown.count() > 1;
        let mut index = 0;
        self.entries.retain(|entry| {
            let is_unmet = is_met.get(index).is_some_and(|is_met| !is_met);
            index += 1;
            !(is_untold && is_unmet && entry.role == Role::Post && !entry.is_shown)
        });
    }

    /// Takes out what one syntax says twice.
    pub(super) fn without_repeats(&mut self) {
        let mut index: HashMap<String, Vec<usize>> = HashMap::new();
        let mut kept: Vec<Entry> = Vec::with_capacity(self.entries.len());
        for entry in self.entries.drain(..) {
            let mut candidates = Vec::new();
            keys(&entry, |key| {
                candidates
                    .extend(index.get(&key).into_iter().flatten().take(COMPARED_MAX).copied());
            });
            let known = candidates.into_iter().find(|at| is_repeat(&kept[*at], &entry));
            if let Some(at) = known {
                kept[at].take_from(entry);
            } else {
                keys(&entry, |key| index.entry(key).or_default().push(kept.len()));
                kept.push(entry);
            }
        }
        self.entries = kept;
    }
}

/// Calls `add` with each of the marks by which an entry is found again.
fn keys(entry: &Entry, mut add: impl FnMut(String)) {
    let draft = &entry.draft;
    if let Some(guid) = &draft.guid {
        add(format!("guid {guid}"));
    }
    if let Some(link) = &draft.link {
        add(format!("link {link}"));
    }
    if let Some(text) = &draft.text {
        add(format!("text {}", letters(text, KEY_CHARS)));
    }
    if let Some(headline) = &entry.headline {
        add(format!("headline {}", letters(headline, KEY_CHARS)));
    }
    if let (Some(author), Dated::At(at)) = (&draft.author, &draft.published) {
        add(format!("author {author} {}", at.date_naive()));
    }
}

fn letters(text: &str, chars_max: usize) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).take(chars_max).collect()
}

/// Whether two entries of different syntaxes are one.
fn are_one(known: &Entry, new: &Entry) -> bool {
    let (own, other) = (&known.draft, &new.draft);
    if known.role != new.role && (known.role == Role::Review || new.role == Role::Review) {
        return false;
    }
    let differ = |one: &Option<String>, two: &Option<String>| matches!((one, two), (Some(one), Some(two)) if letters(one, COMPARED_CHARS) != letters(two, COMPARED_CHARS));
    let have_dates = matches!((&own.published, &other.published), (Dated::At(_), Dated::At(_)));
    let same_day = matches!((&own.published, &other.published),
        (Dated::At(one), Dated::At(two)) if (*one - *two).num_hours().abs() <= 24);
    if differ(&own.author, &other.author) || have_dates && !same_day {
        return false;
    }
    // Nobody writes two posts in one second, and what they quote may be apart in one of them.
    let is_same_moment = own.author.is_some()
        && known.role != Role::Review
        && matches!((&own.published, &other.published),
            (Dated::At(one), Dated::At(two)) if one == two && one.timestamp() % 86_400 != 0);
    match (&own.text, &other.text) {
        (Some(_), Some(_)) if is_same_moment => true,
        (Some(one), Some(two)) => {
            let [one, two] = [one, two].map(|text| letters(text, COMPARED_CHARS));
            let (short, long) = if one.len() < two.len() { (one, two) } else { (two, one) };
            // What is cut says at least its start.
            short == long || short.chars().count() >= KEY_CHARS && long.starts_with(&short)
        }
        (None, None) => !differ(&known.headline, &new.headline),
        _ => {
            let same_link = own.link.is_some() && own.link == other.link;
            let same_author = own.author.is_some() && own.author == other.author;
            same_link || same_author && !differ(&known.headline, &new.headline)
        }
    }
}

/// Whether an entry says again what another of the same syntax says: in all that it says.
fn is_repeat(known: &Entry, new: &Entry) -> bool {
    let (own, other) = (&known.draft, &new.draft);
    let dates = match (&own.published, &other.published) {
        (Dated::At(one), Dated::At(two)) => one == two,
        (Dated::Written(one), Dated::Written(two)) => one == two,
        (Dated::Unsaid, Dated::Unsaid) => true,
        _ => false,
    };
    let headlines = match (&known.headline, &new.headline) {
        (Some(one), Some(two)) => one == two,
        (None, _) | (_, None) => true,
    };
    let is_told = own.text.is_some() && (own.author.is_some() || own.guid.is_some());
    known.role == new.role
        && is_told
        && dates
        && headlines
        && own.text == other.text
        && own.author == other.author
        && own.details.rating == other.details.rating
        && own.details.product == other.details.product
        && (own.guid == other.guid
            || own.link.is_none() && other.link.is_none()
            || own.link == other.link)
}

impl Entry {
    /// Takes what this one lacks, or what the other says more fully.
    fn take_from(&mut self, other: Self) {
        let quotes = [&self.draft, &other.draft].map(|draft| !draft.details.quote.is_empty());
        let sizes =
            [&self.draft, &other.draft].map(|draft| draft.text.as_ref().map_or(0, String::len));
        let is_fuller = match (self.is_shown, other.is_shown) {
            _ if sizes[0] == 0 || sizes[1] == 0 => sizes[1] > 0,
            _ if quotes[0] != quotes[1] => quotes[1],
            // What is shown keeps its paragraphs and its links.
            (false, true) => sizes[1] * 100 >= sizes[0] * SHORTER_PERCENT,
            (true, false) => sizes[0] * 100 < sizes[1] * SHORTER_PERCENT,
            _ => sizes[1] > sizes[0],
        };
        let was_shown = self.is_shown;
        let other_details = other.draft.details;
        let details = &mut self.draft.details;
        if is_fuller {
            self.draft.text = other.draft.text;
            self.is_shown = other.is_shown;
            details.quote.clone_from(&other_details.quote);
        }
        let DraftEntry { guid, link, title, author, lang, published, updated, .. } = other.draft;
        let own = &mut self.draft;
        // What is shown has a post's own address, what is told often its thread's.
        let is_nearer = other.is_shown && !was_shown && other.role == Role::Comment;
        own.guid = if is_nearer { guid.or(own.guid.take()) } else { own.guid.take().or(guid) };
        own.link = if is_nearer { link.or(own.link.take()) } else { own.link.take().or(link) };
        own.title = own.title.take().or(title);
        if own.author.is_none() || own.author == author {
            own.author = author;
            let url = other_details.author_url.clone();
            own.details.author_url = own.details.author_url.take().or(url);
        }
        own.lang = own.lang.take().or(lang);
        for (own, other) in [(&mut own.published, published), (&mut own.updated, updated)] {
            if !matches!(own, Dated::At(_)) && !matches!(other, Dated::Unsaid) {
                *own = other;
            }
        }
        self.headline = self.headline.take().or(other.headline);
        self.announced = self.announced.max(other.announced);
        let details = &mut self.draft.details;
        if other_details.links.len() > details.links.len() {
            details.links = other_details.links;
        }
        details.image |= other_details.image;
        if details.tags.is_empty() {
            details.tags = other_details.tags;
        }
        details.rating = details.rating.or(other_details.rating);
        details.number = details.number.or(other_details.number);
        details.reply = details.reply.or(other_details.reply);
        details.answers = details.answers.take().or(other_details.answers);
        details.thread_url = details.thread_url.take().or(other_details.thread_url);
        details.product = details.product.take().or(other_details.product);
        details.verified = details.verified.or(other_details.verified);
        if details.owner_reply.is_empty() {
            details.owner_reply = other_details.owner_reply;
        }
        let (own, other) = (&mut details.engagement, other_details.engagement);
        own.likes = own.likes.or(other.likes);
        own.shares = own.shares.or(other.shares);
        own.comments = own.comments.or(other.comments);
        own.views = own.views.or(other.views);
        own.followers = own.followers.or(other.followers);
    }
}
