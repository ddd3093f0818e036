//! Sets that tell whether they have a hash, in a few bits each, and are sometimes wrong to say yes
//! (Bloom 1970).

/// How many bits stand for a hash in a set of few.
const BITS_EACH: usize = 8;
/// How many of a set's bits a hash marks. With 8 bits each 3 of 100 answers are wrong.
const MARKS: u32 = 3;

/// Returns a set of hashes as words of 32 bits, at most so many.
pub(super) fn set(hashes: &[u32], words_max: usize) -> Vec<u32> {
    let mut words = vec![0; (hashes.len() * BITS_EACH).div_ceil(32).min(words_max)];
    let bits = words.len() * 32;
    for bit in hashes.iter().flat_map(|hash| marks(*hash, bits)) {
        words[bit / 32] |= 1 << (bit % 32);
    }
    words
}

pub(super) fn has(words: &[u32], hash: u32) -> bool {
    let bits = words.len() * 32;
    bits > 0 && marks(hash, bits).all(|bit| words[bit / 32] >> (bit % 32) & 1 != 0)
}

fn marks(hash: u32, bits: usize) -> impl Iterator<Item = usize> {
    let step = hash.wrapping_mul(0x85EB_CA6B) | 1;
    (0..MARKS).map(move |n| {
        let spread = hash.wrapping_mul(0x9E37_79B9).wrapping_add(step.wrapping_mul(n));
        ((u64::from(spread) * bits as u64) >> 32) as usize
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_what_was_put_in_and_little_else() {
        let hashes: Vec<u32> = (1..200_u32).map(|n| n.wrapping_mul(0x9E37_79B1)).collect();
        let words = set(&hashes, 64);
        assert_eq!(words.len(), 50);
        assert!(hashes.iter().all(|hash| has(&words, *hash)));
        let others = (1_000..11_000_u32).map(|n| n.wrapping_mul(0x9E37_79B1));
        let wrong = others.filter(|hash| has(&words, *hash)).count();
        assert!(wrong < 600, "{wrong} of 10000");
        assert!(!has(&set(&[], 64), 1));
    }
}
