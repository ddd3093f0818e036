//! Many short lists in few allocations, each of which can grow, shrink and go.

/// The place of one list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct List {
    /// In the upper half the hall, in the lower the first value's place in it.
    offset: u32,
    len: u32,
}

/// Small in tests, which would else see one hall.
const HALL_BITS: u32 = if cfg!(test) { 4 } else { 16 };
/// Values in one hall. What needs more has a hall of its own.
const HALL: usize = 1 << HALL_BITS;

impl List {
    pub(super) fn len(self) -> usize {
        self.len as usize
    }

    fn hall(self) -> usize {
        (self.offset >> HALL_BITS) as usize
    }

    /// The places in its hall.
    fn range(self) -> std::ops::Range<usize> {
        let start = self.offset as usize % HALL;
        start..start + self.len as usize
    }
}

/// Room for lists comes in sizes of 1, 2, 3, 4, 6, 8, 12, 16…; what a list leaves behind waits for
/// another of its size. It lies in halls that do not grow once they are in use, so that nothing is moved
/// when there is more.
#[derive(Debug, Clone)]
pub(super) struct Arena<T> {
    halls: Vec<Vec<T>>,
    /// For each size the places that are free.
    free: Vec<Vec<u32>>,
}

impl<T: Copy + Default> Arena<T> {
    pub(super) fn new() -> Self {
        Self { halls: Vec::new(), free: Vec::new() }
    }

    pub(super) fn get(&self, list: List) -> &[T] {
        self.halls.get(list.hall()).map_or(&[], |hall| &hall[list.range()])
    }

    pub(super) fn insert(&mut self, values: &[T]) -> List {
        let offset = self.allocate(values.len());
        let len = to_u32(values.len());
        let list = List { offset, len };
        if list.len > 0 {
            self.halls[list.hall()][list.range()].copy_from_slice(values);
        }
        list
    }

    pub(super) fn push(&mut self, list: &mut List, value: T) {
        if list.len() == capacity(list.len()) {
            self.carry(list, list.len() + 1);
        }
        list.len += 1;
        let end = list.range().end;
        self.halls[list.hall()][end - 1] = value;
    }

    /// Removes the values of which `gone` is true. Their order may change.
    pub(super) fn retain(&mut self, list: &mut List, keep: impl Fn(&T) -> bool) {
        let before = *list;
        let Some(hall) = self.halls.get_mut(list.hall()) else { return };
        let values = &mut hall[list.range()];
        let (mut at, mut len) = (0, values.len());
        while at < len {
            if keep(&values[at]) {
                at += 1;
            } else {
                len -= 1;
                values[at] = values[len];
            }
        }
        list.len = to_u32(len);
        if capacity(len) < capacity(before.len()) {
            let kept = *list;
            *list = self.copy(kept, len);
            self.free(before);
        }
    }

    /// Moves a list to where there is room for `len` values.
    fn carry(&mut self, list: &mut List, len: usize) {
        let before = *list;
        *list = self.copy(before, len);
        self.free(before);
    }

    /// Copies a list to where there is room for `len` values.
    fn copy(&mut self, list: List, len: usize) -> List {
        let copy = List { offset: self.allocate(len), len: list.len };
        if list.hall() == copy.hall() {
            self.halls[list.hall()].copy_within(list.range(), copy.range().start);
        } else if let Ok([from, to]) = self.halls.get_disjoint_mut([list.hall(), copy.hall()]) {
            to[copy.range()].copy_from_slice(&from[list.range()]);
        }
        copy
    }

    pub(super) fn free(&mut self, list: List) {
        if list.len > 0 {
            let size = size(list.len());
            if self.free.len() <= size {
                self.free.resize_with(size + 1, Vec::new);
            }
            self.free[size].push(list.offset);
        }
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let free: usize = self.free.iter().map(|free| free.capacity() * size_of::<u32>()).sum();
        let values: usize = self.halls.iter().map(Vec::capacity).sum();
        values * size_of::<T>() + self.halls.capacity() * size_of::<Vec<T>>() + free
    }

    fn allocate(&mut self, len: usize) -> u32 {
        if len == 0 {
            return 0;
        }
        if let Some(offset) = self.free.get_mut(size(len)).and_then(Vec::pop) {
            return offset;
        }
        let room = capacity(len);
        let fits = self.halls.last().is_some_and(|hall| hall.len() + room <= HALL);
        if !fits {
            // The first hall grows with what it holds, so that a small arena is small.
            let size = if self.halls.is_empty() { 0 } else { room.max(HALL) };
            self.halls.push(Vec::with_capacity(size));
        }
        let at = self.halls.len() - 1;
        let hall = &mut self.halls[at];
        let offset = to_u32(at << HALL_BITS | hall.len());
        hall.resize(hall.len() + room, T::default());
        offset
    }
}

/// The matcher's tables have less than 2³² entries: they would fill tens of gigabytes.
fn to_u32(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Returns which size holds so many values: 2k is 2^k of them, 2k + 1 half as many again.
fn size(len: usize) -> usize {
    let mut size = 0;
    while room(size) < len {
        size += 1;
    }
    size
}

fn room(size: usize) -> usize {
    match size {
        0 => 1,
        size if size % 2 == 1 => 1 << size.div_ceil(2),
        size => (1 << (size / 2)) + (1 << (size / 2 - 1)),
    }
}

fn capacity(len: usize) -> usize {
    if len == 0 { 0 } else { room(size(len)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rooms_grow_by_half() {
        let rooms: Vec<usize> = (0..9).map(room).collect();
        assert_eq!(rooms, [1, 2, 3, 4, 6, 8, 12, 16, 24]);
        assert_eq!((capacity(0), capacity(1), capacity(5), capacity(25)), (0, 1, 6, 32));
    }

    proptest! {
        #[test]
        fn lists_do_not_disturb_each_other(
            steps in prop::collection::vec((0_usize..6, 0_u32..3, 0_u32..50), 1..200),
        ) {
            let mut arena = Arena::new();
            let mut lists = [List::default(); 6];
            let mut expect: Vec<Vec<u32>> = vec![Vec::new(); 6];
            for (at, step, value) in steps {
                match step {
                    0 | 1 => {
                        arena.push(&mut lists[at], value);
                        expect[at].push(value);
                    }
                    _ => {
                        arena.retain(&mut lists[at], |other| *other % 7 != value % 7);
                        expect[at].retain(|other| *other % 7 != value % 7);
                    }
                }
                for (list, expect) in lists.iter().zip(&expect) {
                    let mut found = arena.get(*list).to_vec();
                    let mut expect = expect.clone();
                    found.sort_unstable();
                    expect.sort_unstable();
                    prop_assert_eq!(found, expect);
                }
            }
        }
    }
}
