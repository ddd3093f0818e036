//! Sums over the last buckets, of several lengths at once.

use crate::snapshot::{Reader, Writer};

/// A bucket as the ring keeps it: count, expectation, dispersion φλ². One that is missing is all 0.
pub(crate) type Cell = [f32; 3];

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Sum {
    pub(crate) count: f64,
    /// The count, no bucket taken for more than a few deviations above its expectation.
    pub(crate) lasting: f64,
    pub(crate) expected: f64,
    pub(crate) dispersion: f64,
}

impl Sum {
    fn of(cell: &Cell, clip: f64) -> Self {
        let [count, expected, dispersion] = cell.map(f64::from);
        let lasting = count.min(expected + clip * (expected + dispersion).sqrt() + 1.0);
        Self { count, lasting, expected, dispersion }
    }

    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.lasting += other.lasting;
        self.expected += other.expected;
        self.dispersion += other.dispersion;
    }

    fn subtract(&mut self, other: &Self) {
        self.count -= other.count;
        self.lasting -= other.lasting;
        self.expected -= other.expected;
        self.dispersion -= other.dispersion;
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Windows {
    ring: Box<[Cell]>,
    next: u32,
    sums: Box<[Sum]>,
}

impl Windows {
    /// Windows of the given lengths, ascending.
    pub(crate) fn new(lengths: &[usize]) -> Self {
        let longest = lengths.iter().copied().max().unwrap_or(1).max(1);
        Self {
            ring: vec![[0.0; 3]; longest].into(),
            next: 0,
            sums: vec![Sum::default(); lengths.len()].into(),
        }
    }

    pub(crate) fn push(&mut self, lengths: &[usize], clip: f64, cell: Cell) {
        let (size, next) = (self.ring.len(), self.next as usize);
        let new = Sum::of(&cell, clip);
        for (sum, length) in self.sums.iter_mut().zip(lengths) {
            let old = self.ring[if next >= *length { next - length } else { next + size - length }];
            sum.subtract(&Sum::of(&old, clip));
            sum.add(&new);
        }
        self.ring[next] = cell;
        self.next = ((next + 1) % size) as u32;
        if self.next == 0 {
            self.add_up(lengths, clip);
        }
    }

    pub(crate) fn sums(&self) -> &[Sum] {
        &self.sums
    }

    /// Adds all up again, once for each turn of the ring: what was added and taken away leaves a rest.
    fn add_up(&mut self, lengths: &[usize], clip: f64) {
        let mut total = Sum::default();
        let mut added = 0;
        for (sum, length) in self.sums.iter_mut().zip(lengths) {
            for cell in self.ring.iter().rev().skip(added).take(length - added) {
                total.add(&Sum::of(cell, clip));
            }
            added = *length;
            *sum = total;
        }
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        out.u32(self.next);
        out.f32s(self.ring.as_flattened());
        for sum in &self.sums {
            out.f64s(&[sum.count, sum.lasting, sum.expected, sum.dispersion]);
        }
    }

    pub(crate) fn read(&mut self, from: &mut Reader) {
        self.next = from.u32() % self.ring.len() as u32;
        from.f32s(self.ring.as_flattened_mut());
        for sum in &mut self.sums {
            let mut fields = [0.0; 4];
            from.f64s(&mut fields);
            let [count, lasting, expected, dispersion] = fields;
            *sum = Sum { count, lasting, expected, dispersion };
        }
    }
}
