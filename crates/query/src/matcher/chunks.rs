//! A long row of values that is never moved: to grow by one costs the same at any length.

/// Values in pieces of one size.
#[derive(Debug, Clone)]
pub(super) struct Chunks<T> {
    chunks: Vec<Vec<T>>,
}

/// Small in tests, which would else see one chunk.
const CHUNK_BITS: u32 = if cfg!(test) { 3 } else { 12 };
const CHUNK: usize = 1 << CHUNK_BITS;

impl<T> Chunks<T> {
    pub(super) fn new() -> Self {
        Self { chunks: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }

    /// Adds a value at the end, and returns its number.
    pub(super) fn push(&mut self, value: T) -> u32 {
        let number = self.len();
        match self.chunks.last_mut() {
            Some(last) if last.len() < CHUNK => last.push(value),
            // Small rows stay small; the first chunk of long ones has grown to its size.
            None => self.chunks.push(vec![value]),
            Some(_) => {
                let mut chunk = Vec::with_capacity(CHUNK);
                chunk.push(value);
                self.chunks.push(chunk);
            }
        }
        u32::try_from(number).unwrap_or(u32::MAX)
    }

    pub(super) fn get(&self, number: u32) -> &T {
        &self.chunks[(number >> CHUNK_BITS) as usize][number as usize % CHUNK]
    }

    pub(super) fn get_mut(&mut self, number: u32) -> &mut T {
        &mut self.chunks[(number >> CHUNK_BITS) as usize][number as usize % CHUNK]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let values: usize = self.chunks.iter().map(Vec::capacity).sum();
        values * size_of::<T>() + self.chunks.capacity() * size_of::<Vec<T>>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_keeps_its_number() {
        let mut chunks = Chunks::new();
        assert_eq!(chunks.len(), 0);
        let count = u32::try_from(2 * CHUNK + 1).unwrap();
        for number in 0..count {
            assert_eq!(chunks.push(number), number);
        }
        *chunks.get_mut(count - 1) += 1;
        assert_eq!(chunks.len(), count as usize);
        assert!((0..count - 1).all(|number| *chunks.get(number) == number));
        assert_eq!(chunks.iter().last(), Some(&count));
    }
}
