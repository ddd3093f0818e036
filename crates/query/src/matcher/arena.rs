//! Many short lists in one allocation, each of which can grow, shrink and go.

/// The place of one list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct List {
    offset: u32,
    len: u32,
}

impl List {
    pub(super) fn len(self) -> usize {
        self.len as usize
    }

    fn range(self) -> std::ops::Range<usize> {
        self.offset as usize..self.offset as usize + self.len as usize
    }
}

/// Room for lists comes in sizes of 1, 2, 3, 4, 6, 8, 12, 16…; what a list leaves behind waits for
/// another of its size.
#[derive(Debug, Clone)]
pub(super) struct Arena<T> {
    room: Vec<T>,
    /// For each size the places that are free.
    free: Vec<Vec<u32>>,
}

impl<T: Copy + Default> Arena<T> {
    pub(super) fn new() -> Self {
        Self { room: Vec::new(), free: Vec::new() }
    }

    pub(super) fn get(&self, list: List) -> &[T] {
        &self.room[list.range()]
    }

    pub(super) fn insert(&mut self, values: &[T]) -> List {
        let offset = self.allocate(values.len());
        let len = to_u32(values.len());
        let list = List { offset, len };
        self.room[list.range()].copy_from_slice(values);
        list
    }

    pub(super) fn push(&mut self, list: &mut List, value: T) {
        if list.len() == capacity(list.len()) {
            let offset = self.allocate(list.len() + 1);
            self.room.copy_within(list.range(), offset as usize);
            self.free(*list);
            list.offset = offset;
        }
        list.len += 1;
        let end = list.range().end;
        self.room[end - 1] = value;
    }

    /// Removes the values of which `gone` is true. Their order may change.
    pub(super) fn retain(&mut self, list: &mut List, keep: impl Fn(&T) -> bool) {
        let mut at = 0;
        let before = *list;
        while at < list.len() {
            let place = list.offset as usize + at;
            if keep(&self.room[place]) {
                at += 1;
            } else {
                list.len -= 1;
                self.room[place] = self.room[list.range().end];
            }
        }
        if capacity(list.len()) < capacity(before.len()) {
            let moved = self.allocate(list.len());
            self.room.copy_within(list.range(), moved as usize);
            self.free(before);
            list.offset = moved;
        }
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
        self.room.capacity() * size_of::<T>() + free
    }

    fn allocate(&mut self, len: usize) -> u32 {
        if len == 0 {
            return 0;
        }
        if let Some(offset) = self.free.get_mut(size(len)).and_then(Vec::pop) {
            return offset;
        }
        let offset = to_u32(self.room.len());
        self.room.resize(self.room.len() + capacity(len), T::default());
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
