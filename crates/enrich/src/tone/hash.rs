//! Hashes of words, phrases, stems and features. They are part of the weight files' format: another
//! hash needs other weights.

/// Hashes bytes one after the other (FNV-1a, 64 bits), so that each beginning of a word has its hash
/// on the way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hasher(u64);

impl Default for Hasher {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Hasher {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3);
    }

    /// Adds a word of a phrase, apart from the word before it.
    pub(super) fn word(&mut self, form: &[u8]) {
        if self.0 != Self::default().0 {
            self.byte(b' ');
        }
        for byte in form {
            self.byte(*byte);
        }
    }

    /// Never 0, which marks a free place.
    pub(super) fn finish(self) -> u32 {
        upper(spread(self.0)).max(1)
    }

    pub(super) fn finish_stem(self) -> u32 {
        upper(spread(self.0 ^ 0x5354_454D)).max(1)
    }

    pub(super) fn value(self) -> u64 {
        self.0
    }
}

pub(super) fn word(form: &[u8]) -> u32 {
    let mut hasher = Hasher::default();
    hasher.word(form);
    hasher.finish()
}

pub(super) fn stem(form: &[u8]) -> u32 {
    let mut hasher = Hasher::default();
    hasher.word(form);
    hasher.finish_stem()
}

/// Spreads every bit over all of them (the finisher of splitmix64, by Sebastiano Vigna).
pub(super) fn spread(mut value: u64) -> u64 {
    value = (value ^ value >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ value >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ value >> 31
}

fn upper(value: u64) -> u32 {
    (value >> 32) as u32
}
