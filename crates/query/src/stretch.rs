//! Stretches of words in one field, and how those of an expression come from those of its words.
//!
//! A stretch covers the positions from its start up to its end; that of an emoji is empty. NEAR and
//! words within a distance find the shortest stretches only: none that contains another (as the
//! minimal intervals of Clarke, Cormack and Burkowski, 1995). That keeps what they find no longer than
//! the field, however they are nested.

use crate::{Expression, Order, Word};

/// Positions from `start` up to `end`, which is not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stretch {
    pub start: u32,
    pub end: u32,
}

impl Stretch {
    pub(crate) fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// Finds an expression in one field: `places` appends where a word stands, in ascending order.
/// What is found is sorted, each stretch once.
pub fn find(
    expression: &Expression,
    places: &mut impl FnMut(&Word, &mut Vec<Stretch>),
) -> Vec<Stretch> {
    let mut found = Vec::new();
    Finder::default().append(expression, places, &mut found);
    found
}

/// Finds expressions in one field after the other, with the same vectors.
#[derive(Debug, Default)]
pub struct Finder {
    stretches: Vec<Vec<Stretch>>,
    lists: Vec<Vec<Vec<Stretch>>>,
}

impl Finder {
    /// Does what [`find`] does, and puts what it finds in the place of what is in `found`.
    pub fn find(
        &mut self,
        expression: &Expression,
        places: &mut impl FnMut(&Word, &mut Vec<Stretch>),
        found: &mut Vec<Stretch>,
    ) {
        found.clear();
        self.append(expression, places, found);
    }

    fn append(
        &mut self,
        expression: &Expression,
        places: &mut impl FnMut(&Word, &mut Vec<Stretch>),
        found: &mut Vec<Stretch>,
    ) {
        match expression {
            Expression::Phrase(words) => match words.as_slice() {
                [word] => places(word, found),
                words => {
                    if let Some(lists) = self.each(words, places) {
                        phrase(&lists, found);
                        self.take_back(lists);
                    }
                }
            },
            Expression::Within { words, distance } => {
                if let Some(lists) = self.each(words, places) {
                    within(&lists, *distance, found);
                    self.take_back(lists);
                }
            }
            Expression::Near { left, right, distance, order } => {
                let (mut of_left, mut of_right) = (self.empty(), self.empty());
                self.append(left, places, &mut of_left);
                if !of_left.is_empty() {
                    self.append(right, places, &mut of_right);
                    near(&of_left, &of_right, *distance, *order, found);
                }
                self.stretches.extend([of_left, of_right]);
            }
            Expression::Any(parts) => {
                for part in parts {
                    self.append(part, places, found);
                }
                // What was there before belongs to a group around this one.
                found.sort_unstable();
                found.dedup();
            }
        }
    }

    /// Returns the places of each word; `None` if one has none, which is enough to find nothing.
    fn each(
        &mut self,
        words: &[Word],
        places: &mut impl FnMut(&Word, &mut Vec<Stretch>),
    ) -> Option<Vec<Vec<Stretch>>> {
        let mut lists = self.lists.pop().unwrap_or_default();
        for word in words {
            let mut list = self.empty();
            places(word, &mut list);
            let is_missing = list.is_empty();
            lists.push(list);
            if is_missing {
                self.take_back(lists);
                return None;
            }
        }
        Some(lists)
    }

    fn empty(&mut self) -> Vec<Stretch> {
        let mut stretches = self.stretches.pop().unwrap_or_default();
        stretches.clear();
        stretches
    }

    fn take_back(&mut self, mut lists: Vec<Vec<Stretch>>) {
        self.stretches.append(&mut lists);
        self.lists.push(lists);
    }
}

/// More words than this are not looked for next to each other.
pub const PHRASE_WORDS_MAX: usize = 64;

/// Appends where the words stand one after the other.
pub(crate) fn phrase<L: AsRef<[Stretch]>>(words: &[L], found: &mut Vec<Stretch>) {
    let [first, rest @ ..] = words else { return };
    debug_assert!(words.len() <= PHRASE_WORDS_MAX, "the parser allows no more");
    // Where each word was last looked for: it is never looked for before that again.
    let mut next = [0; PHRASE_WORDS_MAX];
    'starts: for &start in first.as_ref() {
        let mut end = start.end;
        for (word, next) in rest.iter().zip(&mut next) {
            let word = word.as_ref();
            while word.get(*next).is_some_and(|place| place.start < end) {
                *next += 1;
            }
            match word.get(*next) {
                Some(place) if place.start == end => end = place.end,
                Some(_) => continue 'starts,
                None => return,
            }
        }
        found.push(Stretch { start: start.start, end });
    }
}

/// Appends the shortest stretches that hold one of the left and one of the right apart, with at most
/// `distance` words between them.
pub(crate) fn near(
    left: &[Stretch],
    right: &[Stretch],
    distance: usize,
    order: Order,
    found: &mut Vec<Stretch>,
) {
    let from = found.len();
    let distance = u32::try_from(distance).unwrap_or(u32::MAX);
    follow(left, right, distance, found);
    if order == Order::Either {
        follow(right, left, distance, found);
    }
    shortest(found, from);
}

/// Appends for each of the first the shortest stretch to one of the second that follows it.
fn follow(first: &[Stretch], second: &[Stretch], distance: u32, found: &mut Vec<Stretch>) {
    let mut at = 0;
    let mut before = 0;
    for one in first {
        // They come by their starts, and most often by their ends too.
        if one.end < before {
            at = 0;
        }
        before = one.end;
        while second.get(at).is_some_and(|other| other.start < one.end) {
            at += 1;
        }
        let nearest = second[at..]
            .iter()
            .take_while(|other| other.start - one.end <= distance)
            .map(|other| other.end)
            .min();
        if let Some(end) = nearest {
            found.push(Stretch { start: one.start, end });
        }
    }
}

/// More words than this are not looked for within a distance.
pub(crate) const WITHIN_WORDS_MAX: usize = 8;

/// Appends the shortest stretches that hold every word, each in a place of its own, with at most
/// `distance` other words.
pub(crate) fn within<L: AsRef<[Stretch]>>(words: &[L], distance: usize, found: &mut Vec<Stretch>) {
    let from = found.len();
    debug_assert!(words.len() <= WITHIN_WORDS_MAX, "the parser allows no more");
    let widths: u32 = words
        .iter()
        .map(|word| word.as_ref().first().map_or(0, |place| place.end - place.start))
        .sum();
    let longest = widths.saturating_add(u32::try_from(distance).unwrap_or(u32::MAX));
    if sweep(words, longest, found) {
        return;
    }
    found.truncate(from);
    for first in words {
        for start in first.as_ref() {
            if let Some(end) = fill(words, start.start, longest) {
                found.push(Stretch { start: start.start, end });
            }
        }
    }
    shortest(found, from);
}

/// Does what [`within`] does where no two words share a place, else gives up: takes the places of all
/// words in order, and at each the last places of the others before it.
fn sweep<L: AsRef<[Stretch]>>(words: &[L], longest: u32, found: &mut Vec<Stretch>) -> bool {
    let mut next: [&[Stretch]; WITHIN_WORDS_MAX] = [&[]; WITHIN_WORDS_MAX];
    for (next, word) in next.iter_mut().zip(words) {
        *next = word.as_ref();
    }
    let next = &mut next[..words.len()];
    let mut last = [None; WITHIN_WORDS_MAX];
    let last = &mut last[..words.len()];
    let from = found.len();
    loop {
        let mut nearest: Option<(Stretch, usize)> = None;
        for (word, places) in next.iter().enumerate() {
            if let Some(&place) = places.first()
                && nearest
                    .is_none_or(|(other, _)| (place.end, place.start) < (other.end, other.start))
            {
                nearest = Some((place, word));
            }
        }
        let Some((place, word)) = nearest else { return true };
        if last.contains(&Some(place)) {
            return false;
        }
        next[word] = &next[word][1..];
        last[word] = Some(place);
        // The least start, or none while a word is still to come.
        let Some(start) = last.iter().map(|last| last.map(|last| last.start)).min().flatten()
        else {
            continue;
        };
        if place.end - start > longest {
            continue;
        }
        // Starts and ends only grow, so that what contains another is the last one or this.
        match found[from..].last_mut() {
            Some(before) if before.start == start => {}
            Some(before) if before.end == place.end => before.start = start,
            _ => found.push(Stretch { start, end: place.end }),
        }
    }
}

/// Returns where the shortest stretch from `start` ends in which every word has a place of its own:
/// a matching of words and places, grown place by place (Kuhn's algorithm).
fn fill<L: AsRef<[Stretch]>>(words: &[L], start: u32, longest: u32) -> Option<u32> {
    let mut next = [0; WITHIN_WORDS_MAX];
    for (word, next) in words.iter().zip(&mut next) {
        *next = word.as_ref().partition_point(|place| place.start < start);
    }
    // The place that each word has.
    let mut taken: [Option<Stretch>; WITHIN_WORDS_MAX] = [None; WITHIN_WORDS_MAX];
    let mut missing = words.len();
    let mut end = start;
    loop {
        let nearest = words
            .iter()
            .zip(&next)
            .filter_map(|(word, next)| word.as_ref().get(*next).copied())
            .min_by_key(|place| (place.end, place.start))?;
        if nearest.end - start > longest {
            return None;
        }
        for (word, next) in words.iter().zip(&mut next) {
            if word.as_ref().get(*next) == Some(&nearest) {
                *next += 1;
            }
        }
        if give(words, &mut taken, nearest, &mut 0) {
            missing -= 1;
            end = end.max(nearest.end);
        }
        if missing == 0 {
            return Some(end);
        }
    }
}

/// Gives a place to a word that has none, if need be by giving one that it frees to another.
fn give<L: AsRef<[Stretch]>>(
    words: &[L],
    taken: &mut [Option<Stretch>; WITHIN_WORDS_MAX],
    place: Stretch,
    tried: &mut u32,
) -> bool {
    for (at, word) in words.iter().enumerate() {
        if *tried & (1 << at) != 0 || word.as_ref().binary_search(&place).is_err() {
            continue;
        }
        *tried |= 1 << at;
        let freed = taken[at];
        if freed.is_none_or(|freed| give(words, taken, freed, tried)) {
            taken[at] = Some(place);
            return true;
        }
    }
    false
}

/// Keeps of what was found from `from` on the stretches that contain no other, in order.
fn shortest(found: &mut Vec<Stretch>, from: usize) {
    if found.len() < from + 2 {
        return;
    }
    found[from..].sort_unstable_by_key(|stretch| (stretch.start, std::cmp::Reverse(stretch.end)));
    let mut kept = from;
    for at in from..found.len() {
        let stretch = found[at];
        while kept > from && found[kept - 1].contains(stretch) {
            kept -= 1;
        }
        found[kept] = stretch;
        kept += 1;
    }
    found.truncate(kept);
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::*;

    fn at(stretches: &[(u32, u32)]) -> Vec<Stretch> {
        stretches.iter().map(|&(start, end)| Stretch { start, end }).collect()
    }

    #[test]
    fn a_phrase_follows_the_widths_of_its_words() {
        let check = |words: &[&[(u32, u32)]], expect: &[(u32, u32)]| {
            let words: Vec<Vec<Stretch>> = words.iter().map(|word| at(word)).collect();
            let mut found = Vec::new();
            phrase(&words, &mut found);
            assert_eq!(found, at(expect));
        };
        check(&[&[(1, 2), (5, 6)], &[(2, 3), (7, 8)]], &[(1, 3)]);
        check(&[&[(1, 3)], &[(3, 4)]], &[(1, 4)]);
        check(&[&[(1, 2)], &[(2, 2)], &[(2, 3)]], &[(1, 3)]);
    }

    #[test]
    fn near_counts_the_words_between_and_finds_the_shortest() {
        let check = |left: &[(u32, u32)], right: &[(u32, u32)], distance, expect: &[(u32, u32)]| {
            let mut found = Vec::new();
            near(&at(left), &at(right), distance, Order::Either, &mut found);
            assert_eq!(found, at(expect));
        };
        check(&[(0, 1)], &[(3, 4)], 2, &[(0, 4)]);
        check(&[(0, 1)], &[(3, 4)], 1, &[]);
        check(&[(3, 4)], &[(0, 1)], 2, &[(0, 4)]);
        check(&[(0, 1), (2, 3)], &[(3, 4)], 5, &[(2, 4)]);
        check(&[(0, 1)], &[(0, 1), (1, 3), (2, 3)], 5, &[(0, 3)]);
        check(&[(0, 2)], &[(1, 2)], 5, &[]);
    }

    fn places() -> impl Strategy<Value = Vec<Stretch>> {
        btree_set(0_u32..12, 1..6).prop_map(|set| {
            set.into_iter().map(|start| Stretch { start, end: start + 1 }).collect()
        })
    }

    /// Tries every choice of places.
    fn all_choices(words: &[Vec<Stretch>], chosen: &mut Vec<Stretch>, found: &mut Vec<Stretch>) {
        match words {
            [] => {
                let start = chosen.iter().map(|place| place.start).min().unwrap();
                let end = chosen.iter().map(|place| place.end).max().unwrap();
                found.push(Stretch { start, end });
            }
            [word, rest @ ..] => {
                for place in word {
                    if !chosen.contains(place) {
                        chosen.push(*place);
                        all_choices(rest, chosen, found);
                        chosen.pop();
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn words_within_a_distance_are_those_of_every_choice(
            words in prop::collection::vec(places(), 1..4),
            distance in 0_usize..6,
        ) {
            let mut all = Vec::new();
            all_choices(&words, &mut Vec::new(), &mut all);
            let fits = |stretch: &Stretch| {
                (stretch.end - stretch.start) as usize <= words.len() + distance
            };
            all.retain(fits);
            let expect: std::collections::BTreeSet<Stretch> = all
                .iter()
                .filter(|one| !all.iter().any(|other| other != *one && one.contains(*other)))
                .copied()
                .collect();
            let mut found = Vec::new();
            within(&words, distance, &mut found);
            prop_assert_eq!(found, expect.into_iter().collect::<Vec<_>>());
        }
    }
}
