//! One item as the matcher reads it: which word stands where. The buffers are kept from item to item.

use model::Item;

use super::Awake;
use super::gate::Gate;
use super::key::{self, Space};
use super::plan::Region;
use super::terms::{Derived, DerivedKind, Hanging};
use super::vocabulary::{Flags, Recent, TermId, UNKNOWN, Vocabulary};
use crate::analysis::{Scanned, Scanner, TokenKind, surface};
use crate::hash::{Role, hash, in_role};
use crate::stem::Stems;
use crate::stretch::Stretch;
use crate::{Seen, TextField};

/// The words that lie between two fields are none, and more than any NEAR reaches over.
const FIELD_GAP: usize = 128;

/// What one thread needs to match items. It can be used with any matcher, one after the other.
#[derive(Debug, Clone, Default)]
pub struct Scratch {
    /// The word at each position; the fields one after the other.
    ids: Vec<TermId>,
    title_end: u32,
    text_start: u32,
    text_end: u32,
    /// Every place of every known word, and the place of the same word before it.
    places: Vec<Place>,
    /// By word: one more than the number of its last place.
    last: Vec<u32>,
    /// One bit a word: whether the item has it.
    present: Vec<u64>,
    /// The words that the item has, each once.
    pub(super) terms: Vec<TermId>,
    /// By query: the item that last decided on it.
    stamps: Vec<u32>,
    stamp: u32,
    pub(super) awake: Vec<Awake>,
    pub(super) found: Vec<u32>,
    pub(super) work: Work,
    /// The first position that counts, and the end of those that do.
    region: (u32, u32),
    /// Words of the field being read: their hashes, positions and places in the text.
    words: Vec<ReadWord>,
    recent: Recent,
    folded: String,
    pool: Vec<Vec<Stretch>>,
    lists: Vec<Vec<Vec<Stretch>>>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    position: u32,
    before: u32,
}

#[derive(Debug, Clone, Copy)]
struct ReadWord {
    key: u64,
    position: u32,
    start: u32,
    end: u32,
}

/// How much the last item was, counted in what its time is made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Work {
    /// Words and signs read.
    pub tokens: u64,
    /// Queries that a word of the item woke, however soon they slept again.
    pub anchors: u64,
    /// Queries whose code ran.
    pub runs: u64,
    /// Operations of code, places of words looked at, and patterns tried.
    pub steps: u64,
}

impl Scratch {
    pub fn new() -> Self {
        Self::default()
    }

    /// Returns how much work the last item was.
    pub fn work(&self) -> Work {
        self.work
    }

    /// Makes ready for another item.
    pub(super) fn clear(&mut self, terms: usize, queries: usize) {
        for &term in &self.terms {
            self.last[term as usize] = 0;
            self.present[term as usize / 64] = 0;
        }
        self.terms.clear();
        self.places.clear();
        self.ids.clear();
        self.found.clear();
        self.work = Work::default();
        if self.last.len() < terms {
            self.last.resize(terms, 0);
            self.present.resize(terms.div_ceil(64), 0);
        }
        if self.stamps.len() < queries {
            self.stamps.resize(queries, 0);
        }
        self.stamp = self.stamp.wrapping_add(1);
        if self.stamp == 0 {
            self.stamps.fill(0);
            self.stamp = 1;
        }
    }

    /// Tells whether the query is met for the first time with this item.
    pub(super) fn is_first(&mut self, slot: u32) -> bool {
        let stamp = &mut self.stamps[slot as usize];
        let is_first = *stamp != self.stamp;
        *stamp = self.stamp;
        is_first
    }

    pub(super) fn read_field(&mut self, field: TextField, item: &Item, known: &Known<'_>) {
        let text = field.of(item);
        // The title is read first.
        let base = if field == TextField::Title { 0 } else { self.ids.len() + FIELD_GAP };
        self.ids.resize(base, UNKNOWN);
        let space = Space::of_field(field);
        let mut words = std::mem::take(&mut self.words);
        words.clear();
        self.recent.of(known.vocabulary);
        let mut scanner = Scanner::with_buffer(&text, std::mem::take(&mut self.folded));
        while let Some(Scanned { range, position, kind, .. }) = scanner.advance() {
            let folded = scanner.folded.as_str();
            let position = to_u32(base + position);
            let word = in_role(hash(folded.as_bytes()), Role::Word);
            match kind {
                TokenKind::Sign => {
                    let term = known.vocabulary.find(space.key(word));
                    self.mark(term, position);
                }
                TokenKind::Word => {
                    if known.gate.is_open(folded.as_bytes()) {
                        self.read_prefixes(
                            folded,
                            &text[range.clone()],
                            position,
                            space,
                            item,
                            known,
                        );
                    }
                    let (start, end) = (to_u32(range.start), to_u32(range.end));
                    words.push(ReadWord { key: space.key(word), position, start, end });
                }
            }
            self.work.tokens += 1;
        }
        self.folded = scanner.into_buffer();
        // The table is looked into apart from the reading, so that the looks do not wait for each other.
        if let Some(last) = words.last() {
            self.ids.resize(last.position as usize + 1, UNKNOWN);
        }
        for word in &words {
            let term = known.vocabulary.find_again(word.key, &mut self.recent);
            if term == UNKNOWN {
                continue;
            }
            self.ids[word.position as usize] = term;
            self.mark(term, word.position);
            if known.vocabulary.get(term).flags.has(Flags::EXACT) {
                let written = surface(&text[word.start as usize..word.end as usize]);
                let exact = known.vocabulary.find(space.key(key::of_surface(&written)));
                self.mark(exact, word.position);
            }
        }
        self.words = words;
        match field {
            TextField::Title => self.title_end = to_u32(self.ids.len()),
            TextField::Text => {
                self.text_start = to_u32(base);
                self.text_end = to_u32(self.ids.len());
            }
            TextField::Author | TextField::Quote | TextField::Url | TextField::Links => {}
        }
    }

    /// Finds the prefixes that a word begins with, and the shapes and forms it has.
    fn read_prefixes(
        &mut self,
        folded: &str,
        written: &str,
        position: u32,
        space: Space,
        item: &Item,
        known: &Known<'_>,
    ) {
        let mut stems = None;
        for len in known.gate.lengths(folded) {
            self.work.steps += 1;
            let prefix = known.vocabulary.find(space.key(key::of_prefix(&folded[..len])));
            if prefix == UNKNOWN {
                continue;
            }
            let flags = known.vocabulary.get(prefix).flags;
            if flags.has(Flags::PREFIX) {
                self.mark(prefix, position);
            }
            if !flags.has(Flags::PATTERNS) {
                continue;
            }
            for &term in known.hanging.get(&prefix).into_iter().flatten() {
                self.work.steps += 1;
                let accepted = match known.derived.get(&term).map(|derived| &derived.kind) {
                    Some(DerivedKind::Glob(glob)) => glob.accepts(folded),
                    Some(DerivedKind::Forms(forms)) => {
                        let stems = stems.get_or_insert_with(|| Stems::of(&surface(written)));
                        let seen = Seen { folded, surface: "", lang: item.lang.as_ref() };
                        forms.accept_stems(seen, stems)
                    }
                    Some(DerivedKind::Exact) | None => false,
                };
                if accepted {
                    self.mark(term, position);
                }
            }
        }
    }

    /// Notes that a word stands at a position; a word that no query uses is not noted.
    pub(super) fn mark(&mut self, term: TermId, position: u32) {
        if term == UNKNOWN {
            return;
        }
        let last = self.last[term as usize];
        if last == 0 {
            self.terms.push(term);
            self.present[term as usize / 64] |= 1 << (term % 64);
        } else if self.places[last as usize - 1].position == position {
            // The same emoji twice in a row.
            return;
        }
        self.places.push(Place { position, before: last });
        self.last[term as usize] = to_u32(self.places.len());
    }

    pub(super) fn has(&self, term: TermId) -> bool {
        self.present[term as usize / 64] & (1 << (term % 64)) != 0
    }

    /// Tells whether a word of texts stands right beside another, on this side of it.
    pub(super) fn has_neighbour(&self, term: TermId, other: TermId, side: Side) -> bool {
        let mut at = self.last[term as usize];
        while at != 0 {
            let place = self.places[at as usize - 1];
            let next = match side {
                Side::Before => place.position.wrapping_sub(1),
                Side::After => place.position + 1,
            };
            if self.ids.get(next as usize) == Some(&other) {
                return true;
            }
            at = place.before;
        }
        false
    }

    /// Tells whether the words stand next to each other; looks around the one at `pivot`.
    pub(super) fn has_phrase(&mut self, words: &[TermId], pivot: usize) -> bool {
        // The bits are in the nearest cache, the places are not.
        if !self.has(words[pivot]) {
            return false;
        }
        let mut at = self.last[words[pivot] as usize];
        while at != 0 {
            self.work.steps += 1;
            let place = self.places[at as usize - 1];
            if let Some(start) = (place.position as usize).checked_sub(pivot)
                && self.ids.get(start..start + words.len()) == Some(words)
            {
                return true;
            }
            at = place.before;
        }
        false
    }

    /// Looks for places in this region only, until another is chosen.
    pub(super) fn choose(&mut self, region: u32) {
        self.region = if region == Region::Title as u32 {
            (0, self.title_end)
        } else if region == Region::Text as u32 {
            (self.text_start, self.text_end)
        } else {
            (0, u32::MAX)
        };
    }

    /// Appends the places of a word in the chosen region, in order.
    pub(super) fn places(&self, term: TermId, width: u32, found: &mut Vec<Stretch>) {
        let mut at = self.last[term as usize];
        while at != 0 {
            let Place { position, before } = self.places[at as usize - 1];
            // An emoji at the end of a field stands behind its last word.
            let (first, end) = self.region;
            if position >= first && position <= end {
                found.push(Stretch { start: position, end: position + width });
            }
            at = before;
        }
        found.reverse();
    }

    pub(super) fn take(&mut self) -> Vec<Stretch> {
        self.pool.pop().unwrap_or_default()
    }

    pub(super) fn give_back(&mut self, mut stretches: Vec<Stretch>) {
        stretches.clear();
        self.pool.push(stretches);
    }

    pub(super) fn take_lists(&mut self) -> Vec<Vec<Stretch>> {
        self.lists.pop().unwrap_or_default()
    }

    pub(super) fn give_back_lists(&mut self, mut lists: Vec<Vec<Stretch>>) {
        while let Some(list) = lists.pop() {
            self.give_back(list);
        }
        self.lists.push(lists);
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    After,
}

/// What the matcher knows of words.
pub(super) struct Known<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) gate: &'a Gate,
    pub(super) hanging: &'a Hanging,
    pub(super) derived: &'a Derived,
}

/// Texts are limited to far less than 2³² bytes.
fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
