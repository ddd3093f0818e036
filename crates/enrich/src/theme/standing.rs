//! What explains a small set of items: the terms, and the hosts, authors or languages, that stand in more
//! of its stories than they did before. It ranks what is there; it does not say that anything is unusual.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use model::ItemId;

use super::group::{Candidate, unexplained_order};
use super::phrase::{Key, Phrases};
use super::{
    Background, CANDIDATES_MAX, Document, PHRASES_MAX, count, g2, length, look_closely, newest,
};

/// What stands in one story alone explains nothing of the others.
pub const TERM_STORIES_MIN: u32 = 2;

/// The least G² of a term: the chi-squared distribution of one degree exceeds it once in twenty times. It
/// leaves out what every second small set would show, and proves nothing: so many terms are tried.
pub const TERM_G2_MIN: f64 = 3.84;

/// A term of a text, or a value such as a host, that is over-represented.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// As it is most often written.
    pub text: String,
    /// In how many stories it stands now.
    pub foreground: u32,
    /// In how many it stood before.
    pub background: u32,
    /// See [`g2`]; 0 where there is nothing before to compare with.
    pub g2: f64,
}

/// In how many stories each value of a kind stands: hosts, authors, languages, countries, tags.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    stories: u32,
    of: BTreeMap<String, u32>,
}

impl Counts {
    /// Counts values, each with the first item of its story. A story that stands on two hosts counts once
    /// for each; an item without a value is given with `None`, and counts among all; one with several, such
    /// as tags, is given several times. The order means nothing. Memory grows with the distinct values.
    pub fn of<'a>(values: impl IntoIterator<Item = (ItemId, Option<&'a str>)>) -> Self {
        let mut stories = BTreeSet::new();
        let mut stories_of: BTreeMap<&str, BTreeSet<ItemId>> = BTreeMap::new();
        for (story, value) in values {
            stories.insert(story);
            if let Some(value) = value {
                stories_of.entry(value).or_default().insert(story);
            }
        }
        let count =
            |(value, stories): (&str, BTreeSet<ItemId>)| (value.to_owned(), length(stories.len()));
        Self { stories: length(stories.len()), of: stories_of.into_iter().map(count).collect() }
    }

    pub fn stories(&self) -> u32 {
        self.stories
    }
}

/// Finds at most `most` terms that explain a small set of items (made for 6 to 50), most telling first: in
/// two stories at least, in a larger share of them than of those before, ranked by Dunning's G² on document
/// frequencies, of equals what more voices say. No two share a word, and a longer term takes the place of
/// a shorter one that it explains.
///
/// `background` are the query's own items of 28 days, none of which is among the documents, so that what it
/// always speaks of cancels out: `Background::of(&before)`. `own` are the words that the items were found
/// by. Each document names its story: copies count as one, here and there. Without a background the terms
/// of most stories come first, each with a G² of 0.
pub fn standing_out(
    documents: &[Document<'_>],
    background: &Background,
    own: &[String],
    most: usize,
) -> Vec<Term> {
    let newest = newest(documents);
    let phrases = Phrases::new(own);
    let (counts, stories) = count(&newest, &phrases, PHRASES_MAX);
    let mut candidates: Vec<Candidate> = counts
        .into_iter()
        .filter_map(|(key, count)| {
            let g2 = telling(count, stories, background.count(key), background.stories())?;
            Some(Candidate::new(key, count, g2))
        })
        .collect();
    candidates.sort_by(|a, b| {
        b.g2.total_cmp(&a.g2).then_with(|| b.count.cmp(&a.count)).then_with(|| a.key.cmp(&b.key))
    });
    candidates.truncate(CANDIDATES_MAX);
    look_closely(&newest, &phrases, &mut candidates);
    let mut candidates: Vec<_> =
        candidates.into_iter().map(|candidate| (candidate.written(), candidate)).collect();
    candidates.sort_by(|(a_text, a), (b_text, b)| {
        b.g2.total_cmp(&a.g2)
            .then_with(|| b.voices.len().cmp(&a.voices.len()))
            .then_with(|| b.documents.len().cmp(&a.documents.len()))
            .then_with(|| a_text.cmp(b_text))
    });
    let candidates = candidates.into_iter().map(|(_, candidate)| candidate).collect();
    let term = |one: Candidate| Term {
        text: one.written(),
        foreground: one.count,
        background: background.count(one.key),
        g2: one.g2,
    };
    apart(candidates, stories, most).into_iter().map(term).collect()
}

/// The same for values: at most `most` that stand in a larger share of the stories now than before, by G²,
/// of equals in the order of the alphabet. Without anything before, those of most stories come first.
///
/// Hosts of a set of mentions: `Counts::of(mentions.iter().map(|m| (m.story, m.item.item.host())))`.
pub fn over_represented(now: &Counts, before: &Counts, most: usize) -> Vec<Term> {
    let mut terms: Vec<Term> = now
        .of
        .iter()
        .filter_map(|(value, &foreground)| {
            let background = before.of.get(value).copied().unwrap_or(0);
            let g2 = telling(foreground, now.stories, background, before.stories)?;
            Some(Term { text: value.clone(), foreground, background, g2 })
        })
        .collect();
    terms.sort_by(|a, b| {
        let order = b.g2.total_cmp(&a.g2).then_with(|| b.foreground.cmp(&a.foreground));
        order.then_with(|| a.text.cmp(&b.text))
    });
    terms.truncate(most);
    terms
}

/// Returns the G² of what explains a set.
fn telling(now: u32, all_now: u32, before: u32, all_before: u32) -> Option<f64> {
    if now < TERM_STORIES_MIN {
        return None;
    }
    if all_before == 0 {
        return Some(0.0);
    }
    let g2 = g2(now, all_now, before, all_before);
    (g2 >= TERM_G2_MIN).then_some(g2)
}

/// Takes the first that no longer one explains, then of those that share no word with it, and so on.
fn apart(mut left: Vec<Candidate>, stories: u32, most: usize) -> Vec<Candidate> {
    // Terms begin and end with words that carry one; those between may be `de` or `of the`.
    let words = left.iter().flat_map(|one| [one.words.first(), one.words.last()]);
    let content: HashSet<Key> = words.flatten().copied().collect();
    let mut taken: Vec<Candidate> = Vec::new();
    while taken.len() < most
        && let Some(&first) = unexplained_order(&left, stories).first()
    {
        let first = left.remove(first);
        let is_told = |word: &Key| content.contains(word) && first.words.contains(word);
        left.retain(|one| !one.words.iter().any(is_told));
        taken.push(first);
    }
    taken
}
