//! In how many recent stories a hash occurs: what many have is boilerplate, and tells no copies.

use std::collections::VecDeque;

/// Counters of 16 bits: 8 MB. With the hashes of [`RECENT_MAX`] stories each is used about once.
const COUNTERS: usize = 1 << 22;
/// How many stories are counted. More would fill the counters with chance; boilerplate shows in fewer.
const RECENT_MAX: usize = 50_000;
/// Up to so many stories a hash counts fully.
const STORIES_FREE: u16 = 2;
/// With so many more it counts half.
const STORIES_HALF: f32 = 2.0;

/// Counts the hashes of the first items of the stories last begun. Two hashes may share a counter, which
/// can only make a hash count for less.
#[derive(Debug)]
pub(super) struct Frequency {
    counters: Vec<u16>,
    /// Slots of the stories counted, the oldest first.
    recent: VecDeque<u32>,
}

impl Frequency {
    pub(super) fn new() -> Self {
        Self { counters: vec![0; COUNTERS], recent: VecDeque::new() }
    }

    /// Adds a story. Returns one that is to be taken off, with [`Frequency::discount`], in its place.
    pub(super) fn push(&mut self, slot: u32, hashes: impl Iterator<Item = u32>) -> Option<u32> {
        self.count(hashes);
        self.recent.push_back(slot);
        if self.recent.len() > RECENT_MAX { self.recent.pop_front() } else { None }
    }

    /// Takes a story out of those that are counted.
    pub(super) fn remove(&mut self, slot: u32) {
        if let Some(place) = self.recent.iter().position(|recent| *recent == slot) {
            self.recent.remove(place);
        }
    }

    pub(super) fn count(&mut self, hashes: impl Iterator<Item = u32>) {
        for hash in hashes {
            let counter = &mut self.counters[at(hash)];
            *counter = counter.saturating_add(1);
        }
    }

    pub(super) fn discount(&mut self, hashes: impl Iterator<Item = u32>) {
        for hash in hashes {
            let counter = &mut self.counters[at(hash)];
            *counter = counter.saturating_sub(1);
        }
    }

    /// Returns from 1 for a hash that is new or rare to almost 0 for one that every text has.
    pub(super) fn weight(&self, hash: u32) -> f32 {
        let beyond = f32::from(self.counters[at(hash)].saturating_sub(STORIES_FREE)) / STORIES_HALF;
        1.0 / (1.0 + beyond * beyond)
    }
}

/// The low bits, since samples hold hashes whose high bits are 0.
fn at(hash: u32) -> usize {
    hash as usize % COUNTERS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_many_stories_have_counts_little_until_they_are_forgotten() {
        let mut frequency = Frequency::new();
        assert!((frequency.weight(5) - 1.0).abs() < f32::EPSILON);
        for slot in 0..20 {
            assert_eq!(frequency.push(slot, [5].into_iter()), None);
        }
        assert!(frequency.weight(5) < 0.02, "{}", frequency.weight(5));
        assert!((frequency.weight(6) - 1.0).abs() < f32::EPSILON);
        for slot in 0..20 {
            frequency.remove(slot);
            frequency.discount([5].into_iter());
        }
        assert!((frequency.weight(5) - 1.0).abs() < f32::EPSILON);
        assert!(frequency.recent.is_empty());
    }

    #[test]
    fn only_the_newest_stories_are_counted() {
        let mut frequency = Frequency::new();
        for slot in 0..u32::try_from(RECENT_MAX).unwrap() {
            assert_eq!(frequency.push(slot, std::iter::empty()), None);
        }
        assert_eq!(frequency.push(1_000_000, std::iter::empty()), Some(0));
    }
}
