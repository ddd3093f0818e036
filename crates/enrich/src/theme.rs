//! What a set of items is about, against what was said before: themes, and what people ask for.
//!
//! A phrase is one to four words. It is counted in stories, not in items, so that a text that was copied
//! a hundred times counts once. How far its share now is from its share before is Dunning's
//! log-likelihood ratio G² on document frequencies. Pure and bounded; it knows no ledger.

mod asks;
mod background;
mod cues;
mod group;
mod phrase;
mod standing;
mod stop;

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{ItemId, Lang, Timestamp};

pub use asks::{Ask, Asking, asks};
pub use background::Background;
use group::{Candidate, grouped};
pub(crate) use phrase::stem;
use phrase::{Key, Phrases};
pub use standing::{Counts, TERM_G2_MIN, TERM_STORIES_MIN, Term, over_represented, standing_out};
pub(crate) use stop::is_stop_word;

/// What a theme takes: one story told often, or one person who tells many, makes none.
pub const STORIES_MIN: u32 = 3;
pub const VOICES_MIN: usize = 3;

/// The least G² of a theme: the chi-squared distribution of one degree exceeds it once in a thousand.
/// Where many phrases are tried it takes more, so that less than one of ten sets shows a theme by chance.
pub const G2_MIN: f64 = 10.83;

/// Of a larger set the newest items are read.
pub const ITEMS_MAX: usize = 20_000;

/// Phrases counted at a time; beyond it the rarest are forgotten.
const PHRASES_MAX: usize = 1_000_000;

/// Phrases that are looked at closely.
const CANDIDATES_MAX: usize = 300;

/// How many items a theme shows.
const EXAMPLES: usize = 5;

/// A theme is new where its share before was less than a tenth of its share now.
const NEW_RATIO: f64 = 0.1;

/// One item to find themes in.
#[derive(Debug, Clone, Copy)]
pub struct Document<'a> {
    pub id: ItemId,
    /// The first item of its story; its own id where it is alone.
    pub story: ItemId,
    pub source: &'a str,
    pub author: Option<&'a str>,
    pub time: Timestamp,
    pub lang: Option<&'a Lang>,
    pub title: &'a str,
    pub text: &'a str,
}

/// Something that many speak of.
#[derive(Debug, Clone, PartialEq)]
pub struct Theme {
    /// How it is called: the phrase that stands out most, then those that come with it.
    pub phrases: Vec<Phrase>,
    pub items: u32,
    pub stories: u32,
    /// Distinct authors; an author without a name is one for each story of a source.
    pub voices: u32,
    pub sources: u32,
    /// G² of the first phrase.
    pub g2: f64,
    /// In what share of the stories the first phrase stands, now and before.
    pub share_now: f64,
    pub share_before: f64,
    /// Whether it was absent or rare before.
    pub is_new: bool,
    /// At most five items, each of a story of its own, those with most of the phrases first.
    pub examples: Vec<ItemId>,
}

/// Words that stand together.
#[derive(Debug, Clone, PartialEq)]
pub struct Phrase {
    /// As it is most often written.
    pub text: String,
    pub stories: u32,
    pub g2: f64,
}

/// Returns Dunning's log-likelihood ratio (Computational Linguistics 19, 1993) of a phrase that stands in
/// `now` of `all_now` documents and in `before` of `all_before`; negative where it has become rarer.
pub fn g2(now: u32, all_now: u32, before: u32, all_before: u32) -> f64 {
    let [now, all_now, before, all_before] = [now, all_now, before, all_before].map(f64::from);
    let all = all_now + all_before;
    let share = (now + before) / all;
    let term =
        |seen: f64, expected: f64| if seen > 0.0 { seen * (seen / expected).ln() } else { 0.0 };
    let g2 = 2.0
        * (term(now, all_now * share)
            + term(before, all_before * share)
            + term(all_now - now, all_now * (1.0 - share))
            + term(all_before - before, all_before * (1.0 - share)));
    if now * all_before >= before * all_now { g2.max(0.0) } else { -g2.max(0.0) }
}

/// Finds at most `most` themes, those that stand out most first. `own` are the words that the items were
/// found by: no phrase begins or ends with one.
///
/// Without a background every phrase is as new as any other: then the order is by stories.
pub fn themes(
    documents: &[Document<'_>],
    background: &Background,
    own: &[String],
    most: usize,
) -> Vec<Theme> {
    let newest = newest(documents);
    let phrases = Phrases::new(own);
    let (counts, stories) = count(&newest, &phrases, PHRASES_MAX);
    let mut candidates = candidates(&counts, stories, background);
    look_closely(&newest, &phrases, &mut candidates);
    candidates.retain(|candidate| candidate.voices.len() >= VOICES_MIN);
    let mut themes: Vec<Theme> = grouped(candidates, stories)
        .into_iter()
        .map(|group| theme(&group, &newest, stories, background))
        .collect();
    themes.truncate(most);
    themes
}

/// Returns the newest documents, in the order of their stories.
fn newest<'d, 'a>(documents: &'d [Document<'a>]) -> Vec<&'d Document<'a>> {
    let mut newest: Vec<&Document<'a>> = documents.iter().collect();
    newest.sort_by_key(|document| (std::cmp::Reverse(document.time), document.id));
    newest.truncate(ITEMS_MAX);
    newest.sort_by_key(|document| (document.story, document.id));
    newest
}

/// Counts in how many stories each phrase stands; the documents are ordered by their stories.
fn count(
    documents: &[&Document<'_>],
    phrases: &Phrases,
    phrases_max: usize,
) -> (HashMap<Key, u32>, u32) {
    let mut counts: HashMap<Key, u32> = HashMap::new();
    let mut of_story: HashSet<Key> = HashSet::new();
    let mut stories = 0;
    let mut rare = 0;
    for (at, document) in documents.iter().enumerate() {
        phrases.each(document, &mut |phrase| {
            of_story.insert(phrase.key);
        });
        if documents.get(at + 1).is_none_or(|next| next.story != document.story) {
            stories += 1;
            for key in of_story.drain() {
                *counts.entry(key).or_default() += 1;
            }
        }
        while counts.len() > phrases_max {
            rare += 1;
            counts.retain(|_, count| *count > rare);
        }
    }
    (counts, stories)
}

/// Returns the least G² that is no chance where so many phrases are tried: a tenth of one by chance is
/// expected beyond it. It is the upper tail of chi-squared with one degree, by its leading terms.
fn g2_min(phrases: usize) -> f64 {
    let log = f64::from(length(phrases).max(1)).ln() + 10.0_f64.ln();
    (2.0 * log - log.ln() - std::f64::consts::PI.ln()).max(G2_MIN)
}

/// Returns the phrases that stand out, most first.
fn candidates(counts: &HashMap<Key, u32>, stories: u32, background: &Background) -> Vec<Candidate> {
    let is_alone = background.stories() == 0;
    let tried: Vec<_> = counts.iter().filter(|(_, count)| **count >= STORIES_MIN).collect();
    let g2_min = g2_min(tried.len());
    let mut candidates: Vec<Candidate> = tried
        .into_iter()
        .map(|(key, count)| {
            let g2 = g2(*count, stories, background.count(*key), background.stories());
            Candidate::new(*key, *count, if is_alone { 0.0 } else { g2 })
        })
        .filter(|candidate| is_alone || candidate.g2 >= g2_min)
        .collect();
    candidates.sort_by(|a, b| {
        b.g2.total_cmp(&a.g2).then_with(|| b.count.cmp(&a.count)).then_with(|| a.key.cmp(&b.key))
    });
    candidates.truncate(CANDIDATES_MAX);
    candidates
}

/// Reads the documents again, now for who says what in which words.
fn look_closely(documents: &[&Document<'_>], phrases: &Phrases, candidates: &mut [Candidate]) {
    let places: HashMap<Key, usize> =
        candidates.iter().enumerate().map(|(at, candidate)| (candidate.key, at)).collect();
    let mut story = 0;
    let mut voices: HashMap<(&str, Result<&str, ItemId>), u32> = HashMap::new();
    for (at, document) in documents.iter().enumerate() {
        if at > 0 && documents[at - 1].story != document.story {
            story += 1;
        }
        let author = document.author.filter(|author| !author.trim().is_empty());
        let numbers = u32::try_from(voices.len()).unwrap_or(u32::MAX);
        let named = (document.source, author.ok_or(document.story));
        let voice = *voices.entry(named).or_insert(numbers);
        phrases.each(document, &mut |phrase| {
            if let Some(place) = places.get(&phrase.key) {
                candidates[*place].saw(at, story, voice, &phrase);
            }
        });
    }
}

fn theme(
    group: &[Candidate],
    documents: &[&Document<'_>],
    stories: u32,
    background: &Background,
) -> Theme {
    let first = &group[0];
    let mut phrases_of: BTreeMap<usize, u32> = BTreeMap::new();
    for at in group.iter().flat_map(|candidate| &candidate.documents) {
        *phrases_of.entry(*at).or_default() += 1;
    }
    let of = |at: &usize| documents[*at];
    let sources: HashSet<&str> = phrases_of.keys().map(|at| of(at).source).collect();
    let told: HashSet<ItemId> = phrases_of.keys().map(|at| of(at).story).collect();
    let voices: HashSet<u32> = group.iter().flat_map(|one| one.voices.iter().copied()).collect();
    let mut best: Vec<(usize, u32)> =
        phrases_of.iter().map(|(at, phrases)| (*at, *phrases)).collect();
    best.sort_by_key(|(at, phrases)| {
        (std::cmp::Reverse(*phrases), std::cmp::Reverse(of(at).time), of(at).id)
    });
    let mut shown = HashSet::new();
    let examples = best.iter().map(|(at, _)| of(at)).filter(|one| shown.insert(one.story));
    let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
    let share_now = share(first.count, stories);
    let share_before = share(background.count(first.key), background.stories());
    Theme {
        phrases: group
            .iter()
            .map(|one| Phrase { text: one.written(), stories: one.count, g2: one.g2 })
            .collect(),
        items: length(phrases_of.len()),
        stories: length(told.len()),
        voices: length(voices.len()),
        sources: length(sources.len()),
        g2: first.g2,
        share_now,
        share_before,
        is_new: background.stories() > 0 && share_before < share_now * NEW_RATIO,
        examples: examples.take(EXAMPLES).map(|one| one.id).collect(),
    }
}

fn length(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
