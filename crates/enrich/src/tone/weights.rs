//! The weight files: what a training has learnt of one language, as lines that a person can read and,
//! after an empty line, bytes.
//!
//! The lines are `key value`: what it is, for which language, what it was trained on and when, and the
//! sizes that the bytes must have. The bytes, little-endian: the two biases, the two calibrated shifts
//! and the slope (five `f32`), the dense weights (two `f32` each), the hashed weights' unit (`f32`), the
//! hashed weights (two `i8` each), the lexicon's entries (a `u32` and four bytes each).

use std::fmt::{self, Write as _};

use super::feature::{DENSE, PLACES};
use super::lexicon::{Entry, LEXICONS_MAX, Lexicon};

const MAGIC: &str = "vigie-tone 1";
/// A larger header is none.
const HEADER_BYTES_MAX: usize = 16 * 1024;
const ENTRY_BYTES: usize = 4 + LEXICONS_MAX + 1;

/// Why a weight file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightsError {
    #[error("not a weight file of this version: it does not begin with {MAGIC:?}")]
    Foreign,
    #[error("the header of the weight file has no usable {0:?}")]
    Header(&'static str),
    #[error("the weight file should have {expected} bytes after its header and has {found}")]
    Length { expected: usize, found: usize },
    #[error("the weight file is damaged: its bytes do not have the sum that its header names")]
    Sum,
}

/// What was learnt of one language.
#[derive(Clone, PartialEq)]
pub struct Weights {
    pub(super) lang: String,
    /// What it was trained on, with licences; when; with which lexicons: `key value` each.
    pub(super) notes: Vec<(String, String)>,
    /// Of the negative and the positive side; the neutral one's is 0, as everywhere here.
    pub(super) bias: [f32; 2],
    pub(super) calibration: Calibration,
    pub(super) dense: [[f32; 2]; DENSE],
    /// What one step of a hashed weight is worth.
    pub(super) unit: f32,
    pub(super) hashed: Vec<[i8; 2]>,
    pub(super) lexicon: Lexicon,
}

/// Half a million numbers tell nobody anything.
impl fmt::Debug for Weights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Weights")
            .field("lang", &self.lang)
            .field("notes", &self.notes)
            .finish_non_exhaustive()
    }
}

/// What makes logits probabilities that hold: `slope · logit + shift`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Calibration {
    pub(super) slope: f32,
    pub(super) shift: [f32; 2],
}

impl Weights {
    /// Returns the language that they are for, as its two letters.
    pub fn lang(&self) -> &str {
        &self.lang
    }

    /// Returns what the file says of itself: `("trained-on", "…")` and so on, in the file's order.
    pub fn notes(&self) -> &[(String, String)] {
        &self.notes
    }

    /// Writes the file. The same weights are the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = Vec::with_capacity(PLACES * 2 + self.lexicon.entries.len() * ENTRY_BYTES);
        let calibrated =
            [self.calibration.shift[0], self.calibration.shift[1], self.calibration.slope];
        let dense = self.dense.iter().flatten();
        for value in self.bias.iter().chain(&calibrated).chain(dense).chain([&self.unit]) {
            body.extend_from_slice(&value.to_le_bytes());
        }
        body.extend(self.hashed.iter().flatten().map(|weight| weight.to_le_bytes()[0]));
        for (key, entry) in &self.lexicon.entries {
            body.extend_from_slice(&key.to_le_bytes());
            body.extend(entry.valences.iter().map(|valence| valence.to_le_bytes()[0]));
            body.push(u8::from(entry.begins));
        }
        let mut header = format!("{MAGIC}\nlang {}\n", self.lang);
        for (key, value) in &self.notes {
            let value = value.replace(['\n', '\r'], " ");
            let _ = writeln!(header, "{key} {value}");
        }
        let _ = writeln!(header, "lexicon-entries {}", self.lexicon.entries.len());
        let _ = writeln!(header, "sum {:016x}\n", sum(&body));
        let mut bytes = header.into_bytes();
        bytes.extend_from_slice(&body);
        bytes
    }

    /// Reads a file.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, WeightsError> {
        if !bytes.starts_with(MAGIC.as_bytes()) {
            return Err(WeightsError::Foreign);
        }
        let head = &bytes[..bytes.len().min(HEADER_BYTES_MAX)];
        let end =
            head.windows(2).position(|two| two == b"\n\n").ok_or(WeightsError::Header("end"))?;
        let header =
            std::str::from_utf8(&bytes[..end]).map_err(|_| WeightsError::Header("text"))?;
        let mut notes: Vec<(String, String)> = header
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(' '))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let mut take = |name: &'static str| {
            let at = notes.iter().position(|(key, _)| key == name);
            at.map(|at| notes.remove(at).1).ok_or(WeightsError::Header(name))
        };
        let lang = take("lang")?;
        let entries = take("lexicon-entries")?;
        let entries: u32 = entries.parse().map_err(|_| WeightsError::Header("lexicon-entries"))?;
        let expected_sum = take("sum")?;
        let body = &bytes[end + 2..];
        let floats = 5 + 2 * DENSE + 1;
        let expected = 4 * floats + 2 * PLACES + entries as usize * ENTRY_BYTES;
        if body.len() != expected {
            return Err(WeightsError::Length { expected, found: body.len() });
        }
        if format!("{:016x}", sum(body)) != expected_sum {
            return Err(WeightsError::Sum);
        }
        Ok(Self::from_body(lang, notes, body, floats))
    }

    fn from_body(lang: String, notes: Vec<(String, String)>, body: &[u8], floats: usize) -> Self {
        let (numbers, rest) = body.split_at(4 * floats);
        let (hashed, entries) = rest.split_at(2 * PLACES);
        let numbers: Vec<f32> = numbers
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect();
        let mut dense = [[0.0; 2]; DENSE];
        for (weights, two) in dense.iter_mut().zip(numbers[5..].chunks_exact(2)) {
            *weights = [two[0], two[1]];
        }
        let signed = |byte: u8| i8::from_le_bytes([byte]);
        let mut lexicon = Lexicon::default();
        for bytes in entries.chunks_exact(ENTRY_BYTES) {
            let key = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
            let mut entry = Entry { begins: bytes[4 + LEXICONS_MAX] != 0, ..Entry::default() };
            for (valence, byte) in entry.valences.iter_mut().zip(&bytes[4..]) {
                *valence = signed(*byte);
            }
            lexicon.entries.insert(key, entry);
        }
        Self {
            lang,
            notes,
            bias: [numbers[0], numbers[1]],
            calibration: Calibration { shift: [numbers[2], numbers[3]], slope: numbers[4] },
            dense,
            unit: numbers[floats - 1],
            hashed: hashed.chunks_exact(2).map(|two| [signed(two[0]), signed(two[1])]).collect(),
            lexicon,
        }
    }
}

/// FNV-1a, to tell a damaged file; it protects against no one.
fn sum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xCBF2_9CE4_8422_2325, |sum, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
    })
}
