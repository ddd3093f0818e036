//! Phrases that are one theme: those that stand within one another, and those that stand together.

use std::collections::{BTreeMap, BTreeSet};

use super::phrase::{Key, Seen};

/// A shorter phrase is explained by a longer one that stands in so large a part of its stories.
const EXPLAINED: f64 = 0.6;

/// Two phrases are told together where so large a part of the rarer one's stories has the other,
const TOGETHER_OF_RARER: f64 = 0.75;
/// and so large a part of all stories that have one of them has both.
const TOGETHER_OF_ALL: f64 = 0.4;

/// Ways of writing that are kept of a phrase.
const WRITINGS_MAX: usize = 8;

/// Phrases that name a theme at most.
const PHRASES_MAX: usize = 6;

/// A phrase that stands out.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidate {
    pub(super) key: Key,
    pub(super) count: u32,
    pub(super) g2: f64,
    pub(super) words: Vec<Key>,
    /// Where it stands, in order: places among the documents and numbers of stories.
    pub(super) documents: Vec<usize>,
    stories: Vec<usize>,
    pub(super) voices: BTreeSet<u32>,
    writings: BTreeMap<String, u32>,
}

impl Candidate {
    pub(super) fn new(key: Key, count: u32, g2: f64) -> Self {
        Self { key, count, g2, ..Self::default() }
    }

    pub(super) fn saw(&mut self, document: usize, story: usize, voice: u32, seen: &Seen<'_>) {
        if self.words.is_empty() {
            self.words =
                seen.words.iter().copied().take_while(|key| *key != Key::default()).collect();
        }
        if self.documents.last() != Some(&document) {
            self.documents.push(document);
        }
        if self.stories.last() != Some(&story) {
            self.stories.push(story);
        }
        self.voices.insert(voice);
        let written = seen.written.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.writings.len() < WRITINGS_MAX || self.writings.contains_key(&written) {
            *self.writings.entry(written).or_default() += 1;
        }
    }

    /// Returns how it is most often written; of two ways the one with fewer capitals.
    pub(super) fn written(&self) -> String {
        let capitals = |text: &str| text.chars().filter(|c| c.is_uppercase()).count();
        let best = self.writings.iter().max_by_key(|(text, count)| {
            (**count, std::cmp::Reverse(capitals(text)), std::cmp::Reverse(text.as_str()))
        });
        best.map(|(text, _)| text.clone()).unwrap_or_default()
    }

    /// Tells whether its words stand one after the other in a longer phrase.
    fn is_within(&self, longer: &Self) -> bool {
        self.words.len() < longer.words.len()
            && longer.words.windows(self.words.len()).any(|words| words == self.words)
    }
}

/// Joins phrases into themes. They come in order of what stands out; so do the themes, and the phrases
/// in each.
pub(super) fn grouped(candidates: Vec<Candidate>, stories: u32) -> Vec<Vec<Candidate>> {
    let candidates = unexplained(candidates, stories);
    let sets: Vec<Stories> = candidates.iter().map(|one| Stories::of(one, stories)).collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for at in 0..candidates.len() {
        let is_told_with = |group: &&mut Vec<usize>| {
            let first = group[0];
            candidates[at].is_within(&candidates[first])
                || candidates[first].is_within(&candidates[at])
                || sets[at].is_told_with(&sets[first])
        };
        match groups.iter_mut().find(is_told_with) {
            Some(group) => group.push(at),
            None => groups.push(vec![at]),
        }
    }
    let mut slots: Vec<Option<Candidate>> = candidates.into_iter().map(Some).collect();
    let mut take = |group: Vec<usize>| -> Vec<Candidate> {
        group.into_iter().take(PHRASES_MAX).filter_map(|at| slots[at].take()).collect()
    };
    groups.into_iter().map(&mut take).collect()
}

/// Leaves out what a longer phrase explains; the longer one takes its place in the order.
fn unexplained(candidates: Vec<Candidate>, stories: u32) -> Vec<Candidate> {
    let order = unexplained_order(&candidates, stories);
    let mut slots: Vec<Option<Candidate>> = candidates.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| slots[at].take()).collect()
}

/// Returns the places of those that no longer phrase explains, in their order.
pub(super) fn unexplained_order(candidates: &[Candidate], stories: u32) -> Vec<usize> {
    let sets: Vec<Stories> = candidates.iter().map(|one| Stories::of(one, stories)).collect();
    let mut rank: Vec<usize> = (0..candidates.len()).collect();
    let mut is_explained = vec![false; candidates.len()];
    let mut by_length: Vec<usize> = (0..candidates.len()).collect();
    by_length.sort_by_key(|at| (candidates[*at].words.len(), *at));
    for &short in &by_length {
        let longer = by_length
            .iter()
            .copied()
            .filter(|long| candidates[short].is_within(&candidates[*long]))
            .filter(|long| sets[short].share_in(&sets[*long]) >= EXPLAINED)
            .max_by_key(|long| {
                (candidates[*long].count, candidates[*long].words.len(), usize::MAX - *long)
            });
        if let Some(long) = longer {
            is_explained[short] = true;
            rank[long] = rank[long].min(rank[short]);
        }
    }
    let mut left: Vec<usize> = (0..candidates.len()).filter(|at| !is_explained[*at]).collect();
    left.sort_by_key(|at| (rank[*at], *at));
    left
}

/// A set of stories, a bit each: three hundred phrases are compared with one another.
struct Stories {
    bits: Vec<u64>,
    count: u32,
}

impl Stories {
    fn of(candidate: &Candidate, stories: u32) -> Self {
        let mut bits = vec![0; stories as usize / 64 + 1];
        for story in &candidate.stories {
            bits[story / 64] |= 1 << (story % 64);
        }
        let count = u32::try_from(candidate.stories.len()).unwrap_or(u32::MAX);
        Self { bits, count }
    }

    fn common(&self, other: &Self) -> u32 {
        self.bits.iter().zip(&other.bits).map(|(a, b)| (a & b).count_ones()).sum()
    }

    fn share_in(&self, other: &Self) -> f64 {
        f64::from(self.common(other)) / f64::from(self.count.max(1))
    }

    fn is_told_with(&self, other: &Self) -> bool {
        let common = f64::from(self.common(other));
        let (rarer, both) = (self.count.min(other.count), self.count + other.count);
        common >= TOGETHER_OF_RARER * f64::from(rarer)
            && common >= TOGETHER_OF_ALL * (f64::from(both) - common)
    }
}
