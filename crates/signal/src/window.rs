//! Sums over the last buckets, of several lengths at once.

#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Sum {
    pub(crate) count: f64,
    pub(crate) expected: f64,
    pub(crate) dispersion: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Windows {
    ring: Box<[[f32; 3]]>,
    next: usize,
    sums: Vec<Sum>,
}

impl Windows {
    pub(crate) fn new(lengths: &[usize]) -> Self {
        let longest = lengths.iter().copied().max().unwrap_or(1);
        Self {
            ring: vec![[0.0; 3]; longest].into(),
            next: 0,
            sums: vec![Sum::default(); lengths.len()],
        }
    }

    pub(crate) fn push(&mut self, lengths: &[usize], cell: [f32; 3]) {
        let size = self.ring.len();
        for (sum, length) in self.sums.iter_mut().zip(lengths) {
            let old = self.ring[(self.next + size - length) % size];
            sum.count += f64::from(cell[0]) - f64::from(old[0]);
            sum.expected += f64::from(cell[1]) - f64::from(old[1]);
            sum.dispersion += f64::from(cell[2]) - f64::from(old[2]);
        }
        self.ring[self.next] = cell;
        self.next = (self.next + 1) % size;
    }

    pub(crate) fn sums(&self) -> &[Sum] {
        &self.sums
    }
}
