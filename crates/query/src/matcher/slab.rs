//! Values with numbers, which are given again once a value has gone.

use super::chunks::Chunks;

#[derive(Debug, Clone)]
pub(super) struct Slab<T> {
    values: Chunks<Option<T>>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    pub(super) fn new() -> Self {
        Self { values: Chunks::new(), free: Vec::new() }
    }

    pub(super) fn insert(&mut self, value: T) -> u32 {
        let Some(number) = self.free.pop() else { return self.values.push(Some(value)) };
        *self.values.get_mut(number) = Some(value);
        number
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<T> {
        let value = self.values.get_mut(number).take();
        if value.is_some() {
            self.free.push(number);
        }
        value
    }

    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.values.get(number).as_ref()
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.values.iter().flatten()
    }

    /// Returns the number of values, with those that have gone.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        self.values.heap_bytes() + self.free.capacity() * size_of::<u32>()
    }
}
