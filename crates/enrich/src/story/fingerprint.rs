//! What is kept of a text to know its copies by.

use std::fmt;
use std::ops::Range;

use super::bloom;
use super::reading::{self, Reading};

/// How the bytes are laid out and what is hashed how. Fingerprints of another version tell nothing.
const VERSION: u32 = 1;
/// Below so many words, or so little content, equality is chance: "+1", "Merci beaucoup pour votre aide !"
const LEN_MIN: usize = 8;
const CONTENT_MIN: f32 = 6.0;
/// How many hashes, or words of bits, each part has at most, in the order of [`Part`].
const LIMITS: [usize; PARTS] = [20, 14, LEAD_LEN, 16, 18, 14, 10, 32, 64];
const PARTS: usize = 9;
/// How many of the first shingles are the beginning of a text.
const LEAD_LEN: usize = 20;
/// The words before the parts: version and flags, lengths (three), title, count, marks of the beginning.
const HEAD: usize = 8;
/// The parts that are samples: sorted, with the lowest hashes.
const SAMPLES: [Part; 6] =
    [Part::Salient, Part::Plain, Part::Runs, Part::Words, Part::Names, Part::Numbers];

/// A sketch of one text. Of its runs of words, its words, names and numbers it has those with the lowest
/// hashes, so that two sketches hold the same sample of what their texts share (bottom-k, Broder 1997),
/// and Bloom filters of all of them, which know of another text's sample what is missing here. Of a
/// summary of 30 words it has about 280 bytes, of an article of 130 about 570, at most 896.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Fingerprint(Box<[u32]>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Shingles with a name or a number.
    Salient,
    /// The other shingles.
    Plain,
    /// The shingles with which the text begins; those that are in the samples before are only marked.
    Lead,
    /// Longer runs of words.
    Runs,
    Words,
    Names,
    Numbers,
    /// The set of all words, names and numbers.
    AllTerms,
    /// The set of all shingles.
    AllShingles,
}

/// Some of the hashes of a text, in ascending order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample<'a> {
    pub(super) hashes: &'a [u32],
    /// Whether there are more, which are higher.
    is_cut: bool,
}

impl Sample<'_> {
    pub(super) fn has(&self, hash: u32) -> bool {
        self.hashes.binary_search(&hash).is_ok()
    }

    /// Tells whether it would have the hash if the text did.
    pub(super) fn knows(&self, hash: u32) -> bool {
        !self.is_cut || self.hashes.last().is_some_and(|last| hash <= *last)
    }
}

impl Fingerprint {
    pub fn of(title: &str, text: &str) -> Self {
        let reading = reading::read(title, text);
        let is_meagre = reading.len < LEN_MIN || reading.content < CONTENT_MIN;
        let Reading { salient, plain, runs, lead, words, names, numbers, title, .. } = reading;
        let terms = [&words[..], &names, &numbers].concat();
        let shingles = [&salient[..], &plain].concat();
        let [all_terms, all_shingles] = [(terms, Part::AllTerms), (shingles, Part::AllShingles)]
            .map(|(hashes, part)| bloom::set(&hashes, LIMITS[part as usize]));
        let count = u32::try_from(salient.len() + plain.len()).unwrap_or(u32::MAX);
        let mut print = vec![0; HEAD];
        let mut flags = u32::from(is_meagre) << 31;
        let parts = [salient, plain, lead, runs, words, names, numbers, all_terms, all_shingles];
        for (at, mut hashes) in parts.into_iter().enumerate() {
            if SAMPLES.iter().any(|part| *part as usize == at) {
                hashes.sort_unstable();
                hashes.dedup();
                flags |= u32::from(hashes.len() > LIMITS[at]) << (at + 8);
            } else if at == Part::Lead as usize {
                hashes.truncate(LEAD_LEN);
                hashes.retain(|hash| !mark(&mut print, *hash));
            }
            hashes.truncate(LIMITS[at]);
            print[1 + at / 4] |= u32::try_from(hashes.len()).unwrap_or(0) << (at % 4 * 8);
            print.append(&mut hashes);
        }
        print[0] = flags | VERSION;
        print[3] |= u32::from(u8::try_from(reading.title_terms).unwrap_or(u8::MAX)) << 8;
        print[4] = title;
        print[5] = count;
        Self(print.into())
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    /// Reads what [`Fingerprint::to_bytes`] wrote. Returns `None` for what it did not, and for what a
    /// program with other hashes or limits wrote.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (words, []) = bytes.as_chunks::<4>() else { return None };
        let words: Box<[u32]> = words.iter().map(|word| u32::from_le_bytes(*word)).collect();
        let fingerprint = Self(words);
        fingerprint.is_sound().then_some(fingerprint)
    }

    /// Tells whether the text is too short or says too little to be known by its words.
    pub fn is_meagre(&self) -> bool {
        self.0[0] >> 31 != 0
    }

    /// Returns how many shingles the text has, which is about how many words.
    pub(super) fn count(&self) -> u32 {
        self.0[5]
    }

    /// Returns the hash of the title's words, 0 for none.
    pub(super) fn title(&self) -> u32 {
        self.0[4]
    }

    /// Returns how many words worth a title's name the title has.
    pub(super) fn title_terms(&self) -> u8 {
        self.0[3].to_le_bytes()[1]
    }

    /// Returns the hashes of which the window counts in how many stories they are.
    pub(super) fn hashes(&self) -> impl Iterator<Item = u32> {
        let end = self.range(Part::AllTerms).start;
        self.0[HEAD..end].iter().copied().chain([self.title()])
    }

    pub(super) fn sample(&self, part: Part) -> Sample<'_> {
        let is_cut = self.0[0] >> (part as usize + 8) & 1 != 0;
        Sample { hashes: self.part(part), is_cut }
    }

    pub(super) fn part(&self, part: Part) -> &[u32] {
        &self.0[self.range(part)]
    }

    /// Returns the hashes of a part with those that are only marked.
    pub(super) fn each(&self, part: Part) -> impl Iterator<Item = u32> {
        let marks = if part == Part::Lead { self.marks() } else { 0 };
        let before = &self.0[HEAD..self.range(Part::Lead).start];
        let marked = before.iter().enumerate().filter(move |(at, _)| marks >> at & 1 != 0);
        self.part(part).iter().chain(marked.map(|(_, hash)| hash)).copied()
    }

    fn marks(&self) -> u64 {
        u64::from(self.0[7]) << 32 | u64::from(self.0[6])
    }

    pub(super) fn has(&self, set: Part, hash: u32) -> bool {
        bloom::has(self.part(set), hash)
    }

    fn range(&self, part: Part) -> Range<usize> {
        let start = HEAD + (0..part as usize).map(|at| self.len_of(at)).sum::<usize>();
        start..start + self.len_of(part as usize)
    }

    fn len_of(&self, at: usize) -> usize {
        (self.0[1 + at / 4] >> (at % 4 * 8) & 0xFF) as usize
    }

    fn is_sound(&self) -> bool {
        self.0.len() >= HEAD
            && self.0[0] & 0xFF == VERSION
            && (0..PARTS).all(|at| self.len_of(at) <= LIMITS[at])
            && (0..PARTS).map(|at| self.len_of(at)).sum::<usize>() + HEAD == self.0.len()
            && SAMPLES.iter().all(|part| self.part(*part).is_sorted_by(|a, b| a < b))
    }
}

/// Marks a hash among those that a fingerprint has so far. Returns whether it is there.
fn mark(print: &mut [u32], hash: u32) -> bool {
    let place = print[HEAD..].iter().position(|known| *known == hash);
    if let Some(at) = place {
        print[6 + at / 32] |= 1 << (at % 32);
    }
    place.is_some()
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({} shingles, {} bytes)", self.count(), self.0.len() * 4)
    }
}
