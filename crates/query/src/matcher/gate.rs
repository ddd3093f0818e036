//! Which words of a text can begin with a prefix that some query asks for: told by their first bytes,
//! since most cannot.

/// By how many first bytes prefixes are told apart; shorter ones by all they have.
const BYTES_MAX: usize = 4;
const BITS: usize = 1 << 16;

#[derive(Debug, Clone)]
pub(super) struct Gate {
    /// For each number of first bytes one bit a hash; empty where no prefix is so short.
    bits: [Vec<u64>; BYTES_MAX],
    /// By length in bytes, how many prefixes there are.
    counts: Vec<u32>,
    /// The lengths that there are, ascending.
    lengths: Vec<u16>,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { bits: Default::default(), counts: Vec::new(), lengths: Vec::new() }
    }

    pub(super) fn insert(&mut self, prefix: &[u8]) {
        let class = prefix.len().clamp(1, BYTES_MAX) - 1;
        let bits = &mut self.bits[class];
        bits.resize(BITS / 64, 0);
        let bit = bit(&prefix[..=class]);
        bits[bit / 64] |= 1 << (bit % 64);
        if self.counts.len() <= prefix.len() {
            self.counts.resize(prefix.len() + 1, 0);
        }
        self.counts[prefix.len()] += 1;
        self.list_lengths();
    }

    /// Takes a prefix away. Its bit stays while there are others as short: it opens for nothing, at the
    /// price of a few looks.
    pub(super) fn remove(&mut self, len: usize) {
        self.counts[len] -= 1;
        self.list_lengths();
        for class in 0..BYTES_MAX {
            let mut as_short = self
                .counts
                .iter()
                .enumerate()
                .filter(|(len, count)| **count > 0 && (*len).clamp(1, BYTES_MAX) - 1 == class);
            if as_short.next().is_none() {
                self.bits[class] = Vec::new();
            }
        }
    }

    /// Tells whether the word may begin with one of the prefixes.
    pub(super) fn is_open(&self, word: &[u8]) -> bool {
        if self.lengths.is_empty() {
            return false;
        }
        self.bits.iter().enumerate().any(|(class, bits)| {
            !bits.is_empty()
                && word.get(..=class).is_some_and(|first| {
                    let bit = bit(first);
                    bits[bit / 64] & (1 << (bit % 64)) != 0
                })
        })
    }

    /// Returns the lengths of prefixes that the word can begin with.
    pub(super) fn lengths<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        let lengths = self.lengths.iter().map(|len| usize::from(*len));
        lengths.take_while(|len| *len <= word.len()).filter(|len| word.is_char_boundary(*len))
    }

    fn list_lengths(&mut self) {
        self.lengths.clear();
        let lengths = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        self.lengths.extend(lengths.filter_map(|(len, _)| u16::try_from(len).ok()));
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let bits: usize = self.bits.iter().map(|bits| bits.capacity() * size_of::<u64>()).sum();
        bits + self.counts.capacity() * size_of::<u32>()
            + self.lengths.capacity() * size_of::<u16>()
    }
}

fn bit(first: &[u8]) -> usize {
    let number = first.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    (number.wrapping_mul(0x9E37_79B1) >> 16) as usize % BITS
}
