//! Which texts have a shingle, as a table that grows in small steps and forgets exactly.

use std::collections::{HashMap, VecDeque};

/// The table is split, so that none of its parts takes long to grow.
const PARTS: usize = 256;
const PART_LEN_MIN: usize = 16;
/// In place of a slot: the key's slots are in `common`.
const COMMON: u32 = u32::MAX;
const EMPTY: (u32, u32) = (0, u32::MAX - 1);
/// A key that more texts have is boilerplate: it leads to none of them.
pub(super) const POSTINGS_MAX: usize = 32;
/// Above so many a key's slots leave the table, where they would be in others' way.
const TABLED_MAX: usize = 16;

/// Slots by key: open addressing with linear probing, the same key several times; 8 bytes a posting, at
/// 64 to 80 percent of the places taken.
#[derive(Debug)]
pub(super) struct Postings {
    parts: Vec<Part>,
    common: HashMap<u32, VecDeque<u32>>,
}

#[derive(Debug, Default)]
struct Part {
    places: Vec<(u32, u32)>,
    len: usize,
}

impl Postings {
    pub(super) fn new() -> Self {
        Self { parts: (0..PARTS).map(|_| Part::default()).collect(), common: HashMap::new() }
    }

    pub(super) fn insert(&mut self, key: u32, slot: u32) {
        let part = &mut self.parts[part_of(key)];
        match part.count(key) {
            Count::Common => {}
            Count::Tabled(count) if count < TABLED_MAX => return part.insert(key, slot),
            Count::Tabled(_) => {
                let slots: VecDeque<u32> = part.slots(key).collect();
                for slot in &slots {
                    part.remove(key, *slot);
                }
                part.insert(key, COMMON);
                self.common.insert(key, slots);
            }
        }
        self.common.entry(key).or_default().push_back(slot);
    }

    pub(super) fn remove(&mut self, key: u32, slot: u32) {
        let part = &mut self.parts[part_of(key)];
        if !matches!(part.count(key), Count::Common) {
            return part.remove(key, slot);
        }
        let Some(slots) = self.common.get_mut(&key) else { return };
        // What is forgotten is mostly the oldest, so that the search is short.
        if let Some(at) = slots.iter().position(|known| *known == slot) {
            slots.remove(at);
        }
        if slots.is_empty() {
            self.common.remove(&key);
            part.remove(key, COMMON);
        }
    }

    /// Hands out the slots that have the key, unless they are too many.
    pub(super) fn visit(&self, key: u32, visit: &mut impl FnMut(u32)) {
        let part = &self.parts[part_of(key)];
        if !matches!(part.count(key), Count::Common) {
            return part.slots(key).for_each(visit);
        }
        if let Some(slots) = self.common.get(&key).filter(|slots| slots.len() <= POSTINGS_MAX) {
            slots.iter().copied().for_each(visit);
        }
    }
}

enum Count {
    Tabled(usize),
    Common,
}

impl Part {
    fn insert(&mut self, key: u32, slot: u32) {
        if (self.len + 1) * 5 > self.places.len() * 4 {
            let len = (self.places.len() * 5 / 4).max(PART_LEN_MIN);
            let places = std::mem::replace(&mut self.places, vec![EMPTY; len]);
            for (key, slot) in places.into_iter().filter(|place| *place != EMPTY) {
                self.put(key, slot);
            }
        }
        self.put(key, slot);
        self.len += 1;
    }

    fn put(&mut self, key: u32, slot: u32) {
        let mut at = self.home(key);
        while self.places[at] != EMPTY {
            at = self.after(at);
        }
        self.places[at] = (key, slot);
    }

    /// Takes a posting out and moves those behind it that it had pushed away.
    fn remove(&mut self, key: u32, slot: u32) {
        let Some(mut gap) = self.run(key).find(|at| self.places[*at] == (key, slot)) else {
            return;
        };
        let mut at = gap;
        loop {
            at = self.after(at);
            let place = self.places[at];
            if place == EMPTY {
                break;
            }
            let len = self.places.len();
            let home = self.home(place.0);
            if (at + len - home) % len >= (at + len - gap) % len {
                self.places[gap] = place;
                gap = at;
            }
        }
        self.places[gap] = EMPTY;
        self.len -= 1;
    }

    fn count(&self, key: u32) -> Count {
        let mut count = 0;
        for slot in self.slots(key) {
            if slot == COMMON {
                return Count::Common;
            }
            count += 1;
        }
        Count::Tabled(count)
    }

    fn slots(&self, key: u32) -> impl Iterator<Item = u32> {
        self.run(key)
            .map(|at| self.places[at])
            .filter(move |place| place.0 == key)
            .map(|place| place.1)
    }

    /// Returns the places from the key's own to the next empty one.
    fn run(&self, key: u32) -> impl Iterator<Item = usize> {
        let mut at = if self.places.is_empty() { None } else { Some(self.home(key)) };
        std::iter::from_fn(move || {
            let here = at.filter(|at| self.places[*at] != EMPTY)?;
            at = Some(self.after(here));
            Some(here)
        })
    }

    fn home(&self, key: u32) -> usize {
        let spread = key.wrapping_mul(0x9E37_79B9);
        ((u64::from(spread) * self.places.len() as u64) >> 32) as usize
    }

    fn after(&self, at: usize) -> usize {
        if at + 1 == self.places.len() { 0 } else { at + 1 }
    }
}

/// The low bits, since the keys of a sample are low numbers.
fn part_of(key: u32) -> usize {
    key as usize % PARTS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn slots(postings: &Postings, key: u32) -> Vec<u32> {
        let mut slots = Vec::new();
        postings.visit(key, &mut |slot| slots.push(slot));
        slots.sort_unstable();
        slots
    }

    #[test]
    fn a_key_that_too_many_have_leads_nowhere_until_some_are_gone() {
        let mut postings = Postings::new();
        let max = u32::try_from(POSTINGS_MAX).unwrap();
        for slot in 0..=max {
            assert_eq!(slots(&postings, 7), (0..slot).collect::<Vec<_>>());
            postings.insert(7, slot);
        }
        assert!(slots(&postings, 7).is_empty());
        postings.remove(7, 3);
        assert_eq!(slots(&postings, 7).len(), POSTINGS_MAX);
        for slot in 0..=max {
            postings.remove(7, slot);
        }
        postings.insert(7, 9);
        assert_eq!(slots(&postings, 7), [9]);
        assert!(postings.common.is_empty());
    }

    proptest! {
        #[test]
        fn it_holds_what_a_plain_map_holds(
            changes in prop::collection::vec((any::<bool>(), 0..40_u32, 0..60_u32), 0..900),
        ) {
            let mut postings = Postings::new();
            let mut plain: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for (is_insert, key, slot) in changes {
                // Many in one part, so that they push each other away.
                let key = key / 4 * 256;
                let known = plain.entry(key).or_default();
                let place = known.iter().position(|other| *other == slot);
                match (is_insert, place) {
                    (true, None) => {
                        known.push(slot);
                        postings.insert(key, slot);
                    }
                    (false, place) => {
                        postings.remove(key, slot);
                        place.map(|at| known.remove(at));
                    }
                    (true, Some(_)) => {}
                }
            }
            for (key, mut known) in plain {
                known.sort_unstable();
                if known.len() > POSTINGS_MAX {
                    known.clear();
                }
                prop_assert_eq!(slots(&postings, key), known);
            }
        }
    }
}
