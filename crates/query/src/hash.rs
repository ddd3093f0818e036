//! Hashes of words: the matcher knows words by 64 bits. Two different words with one hash would be
//! taken for each other: by chance, once in billions of items.

const SEED: u64 = 0x9E37_79B9_7F4A_7C15;

/// What a hash stands for, so that a word is not taken for a filter or for the word of another field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A folded word or a sign.
    Word,
    /// A word as it is written.
    Surface,
    /// The first letters of a word.
    Prefix,
    Filter,
}

/// Hashes a text, eight bytes at a time. Up to eight bytes, texts of one length have different hashes.
/// It is not meant to withstand people who look for collisions: all they gain is a false hit.
pub(crate) fn hash(text: &[u8]) -> u64 {
    let mut words = text.chunks_exact(8);
    let mut hash = SEED.wrapping_mul(text.len() as u64 + 1);
    for word in &mut words {
        hash = mix(hash ^ word.try_into().map_or(0, u64::from_le_bytes));
    }
    let rest = words.remainder();
    if rest.is_empty() { hash } else { mix(hash ^ tail(rest)) }
}

/// Returns the hash for another role. Words are what most hashes stand for: theirs stays.
pub(crate) fn in_role(hash: u64, role: Role) -> u64 {
    hash ^ (role as u64).wrapping_mul(0xA24B_AED4_963E_E407)
}

/// Reads up to seven bytes as a number.
fn tail(bytes: &[u8]) -> u64 {
    let byte = |at: usize| u64::from(bytes[at]);
    let four = |at: usize| {
        bytes[at..].first_chunk().map_or(0, |four: &[u8; 4]| u64::from(u32::from_le_bytes(*four)))
    };
    match bytes.len() {
        0 => 0,
        // The first, the middle and the last byte: each of up to three bytes once at least.
        len @ 1..=3 => byte(0) | byte(len / 2) << 8 | byte(len - 1) << 16,
        // Two numbers that overlap.
        len => four(0) | four(len - 4) << 32,
    }
}

/// Spreads every bit over all of them, without loss (rrmxmx's simpler sister, by degski).
fn mix(mut value: u64) -> u64 {
    const FACTOR: u64 = 0xD6E8_FEB8_6659_FD93;
    value ^= value >> 32;
    value = value.wrapping_mul(FACTOR);
    value ^= value >> 32;
    value = value.wrapping_mul(FACTOR);
    value ^ value >> 32
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn short_texts_have_different_hashes() {
        let letters = b"abcd\0";
        let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
        let mut from = 0;
        for _ in 0..7 {
            let to = texts.len();
            for at in from..to {
                for letter in letters {
                    let mut text = texts[at].clone();
                    text.push(*letter);
                    texts.push(text);
                }
            }
            from = to;
        }
        let hashes: HashSet<u64> = texts.iter().map(|text| hash(text)).collect();
        assert_eq!(hashes.len(), texts.len());
        assert_ne!(hash(b"aaaaaaaab"), hash(b"aaaaaaaac"));
        assert_ne!(in_role(hash(b"a"), Role::Word), in_role(hash(b"a"), Role::Filter));
    }
}
