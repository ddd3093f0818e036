//! The state of a series as bytes, little-endian, and back, bit for bit.

/// What was read is no state of a series of this detector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    #[error("the state of a series has {found} bytes where {expected} are needed")]
    Length { found: usize, expected: usize },
    #[error("the state of a series has format {found}, this program writes {expected}")]
    Format { found: u32, expected: u32 },
    #[error("the state of a series holds what is no number")]
    NoNumber,
}

#[derive(Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn u32(&mut self, value: u32) {
        self.bytes.extend(value.to_le_bytes());
    }

    pub(crate) fn f32s(&mut self, values: &[f32]) {
        self.bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    pub(crate) fn f64s(&mut self, values: &[f64]) {
        self.bytes.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
}

/// Reads what was written, whose length has been compared: past the end it reads zeros.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    pub(crate) finite: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, finite: true }
    }

    pub(crate) fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.next())
    }

    pub(crate) fn f32s(&mut self, values: &mut [f32]) {
        for value in values {
            *value = f32::from_le_bytes(self.next());
            self.finite &= value.is_finite();
        }
    }

    pub(crate) fn f64s(&mut self, values: &mut [f64]) {
        for value in values {
            *value = f64::from_le_bytes(self.next());
            self.finite &= value.is_finite();
        }
    }

    fn next<const N: usize>(&mut self) -> [u8; N] {
        let Some((first, rest)) = self.bytes.split_first_chunk() else {
            self.bytes = &[];
            return [0; N];
        };
        self.bytes = rest;
        *first
    }
}
