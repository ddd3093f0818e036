//! What letters follow one another in fifty languages: a table of 9 MB that is part of the program.
//!
//! It is made of the models of lingua (Peter M. Stahl, Apache-2.0) by `examples/language_table.rs`: of each
//! language the runs of one to five letters that are most frequent, with how likely the last letter is after
//! those before it. The crate itself brings 240 MB and takes 3 to 20 ms for a short text.
//!
//! Layout, numbers little-endian: `VGL1`; the number of languages (u8); of each its code (2 bytes); the
//! number of runs (u32); for each of 65,536 buckets and the end the place of its first run and of its first
//! entry (u32 each); of each run, ordered by its hash, the lower 16 bits of the hash (u16), then of each run
//! the number of its entries (u8); of each entry the language (u8) and −16·ln P (u8). The upper 16 bits of
//! the hash are the bucket.

/// Runs are at most so long, in letters.
pub(super) const RUN_MAX: usize = 5;

/// What the absence of a run costs each time that a shorter one stands in for it, as a logarithm. Chosen,
/// like [`TEMPER`], on short texts in nine languages; between 1.5 and 4 little changes.
const MISSING: f32 = 2.5;

/// What a letter costs that the language does not have.
const UNKNOWN: f32 = 12.0;

/// Runs overlap, so that each letter is counted up to five times over, and more than once beyond that.
const TEMPER: f32 = 1.0 / 4.0;

const BUCKETS: usize = 65_536;

/// The table. It borrows the bytes and builds nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    pub(super) codes: &'static [u8],
    buckets: &'static [u8],
    hashes: &'static [u8],
    counts: &'static [u8],
    entries: &'static [u8],
}

static BYTES: &[u8] = include_bytes!("table.bin");

impl Table {
    /// Returns the table that is part of the program.
    pub(super) fn get() -> Self {
        Self::read(BYTES).unwrap_or(Self {
            codes: &[],
            buckets: &[],
            hashes: &[],
            counts: &[],
            entries: &[],
        })
    }

    fn read(bytes: &'static [u8]) -> Option<Self> {
        let rest = bytes.strip_prefix(b"VGL1")?;
        let (languages, rest) = rest.split_first()?;
        let (codes, rest) = rest.split_at_checked(2 * usize::from(*languages))?;
        let (runs, rest) = rest.split_at_checked(4)?;
        let runs = number(runs, 0)?;
        let (buckets, rest) = rest.split_at_checked(8 * (BUCKETS + 1))?;
        let (hashes, rest) = rest.split_at_checked(2 * runs)?;
        let (counts, entries) = rest.split_at_checked(runs)?;
        Some(Self { codes, buckets, hashes, counts, entries })
    }

    pub(super) fn languages(&self) -> usize {
        self.codes.len() / 2
    }

    /// Adds what a word says for each language to the logarithms of their likelihoods.
    ///
    /// The sum goes over all runs of one to five letters: ln P(last | those before), where a run that the
    /// language does not have counts as the run without its last letter, less [`MISSING`].
    pub(super) fn read_word(&self, letters: &[char], scores: &mut [f32]) {
        let mut present = vec![0.0; scores.len()];
        for start in 0..letters.len() {
            present.fill(-UNKNOWN + MISSING);
            let mut hash = HASH_START;
            for letter in letters[start..].iter().take(RUN_MAX) {
                hash = hash_with(hash, *letter);
                for score in &mut present {
                    *score -= MISSING;
                }
                for entry in self.entries_of(hash_end(hash)).chunks_exact(2) {
                    if let Some(score) = present.get_mut(usize::from(entry[0])) {
                        *score = -f32::from(entry[1]) / 16.0;
                    }
                }
                for (score, present) in scores.iter_mut().zip(&present) {
                    *score += present * TEMPER;
                }
            }
        }
    }

    /// Returns the entries of a run, two bytes each; none where no language has it.
    fn entries_of(&self, hash: u32) -> &'static [u8] {
        self.find(hash).unwrap_or_default()
    }

    fn find(&self, hash: u32) -> Option<&'static [u8]> {
        let bucket = (hash >> 16) as usize;
        let lower = (hash & 0xFFFF).to_le_bytes();
        let (start, mut entry) =
            (number(self.buckets, 2 * bucket)?, number(self.buckets, 2 * bucket + 1)?);
        let end = number(self.buckets, 2 * bucket + 2)?;
        for run in start..end {
            let count = usize::from(*self.counts.get(run)?);
            if self.hashes.get(2 * run..2 * run + 2)? == &lower[..2] {
                return self.entries.get(2 * entry..2 * (entry + count));
            }
            entry += count;
        }
        None
    }
}

/// Returns the n-th number of 32 bits.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let bytes = bytes.get(4 * at..4 * at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

const HASH_START: u32 = 0x811c_9dc5;

/// FNV-1a of the letters, which `examples/language_table.rs` reckons in the same way.
fn hash_with(hash: u32, letter: char) -> u32 {
    let step = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    letter.encode_utf8(&mut [0; 4]).as_bytes().iter().fold(hash, step)
}

/// Mixes the bits, so that the upper ones are as good as the lower (murmur3's finish).
fn hash_end(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_that_is_built_in_can_be_read() {
        let table = Table::get();
        assert_eq!(table.languages(), 50);
        let codes: Vec<&[u8]> = table.codes.chunks_exact(2).collect();
        assert!(codes.contains(&&b"fr"[..]) && codes.contains(&&b"uk"[..]), "{codes:?}");
        let all: usize = table.counts.iter().map(|count| usize::from(*count)).sum();
        assert_eq!(table.entries.len(), 2 * all);
        assert!(table.entries.chunks_exact(2).all(|entry| entry[0] < 50));
    }

    #[test]
    fn a_table_that_is_cut_off_is_refused() {
        for end in [0, 3, 5, 50, 300_000] {
            assert!(Table::read(&BYTES[..end]).is_none(), "{end}");
        }
    }

    #[test]
    fn a_frequent_run_of_letters_speaks_for_its_language() {
        let table = Table::get();
        let at = |code: &[u8]| table.codes.chunks_exact(2).position(|one| one == code).unwrap();
        let read = |word: &str| {
            let mut scores = vec![0.0; table.languages()];
            table.read_word(&word.chars().collect::<Vec<_>>(), &mut scores);
            scores
        };
        let scores = read("toujours");
        assert!(scores[at(b"fr")] > scores[at(b"en")] + 2.0);
        let scores = read("through");
        assert!(scores[at(b"en")] > scores[at(b"fr")] + 2.0);
    }
}
