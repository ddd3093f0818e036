//! Which slot a query's name has.

use std::collections::HashMap;

use model::QueryName;

use crate::hash::hash;

const MAPS: usize = 64;

/// A map in many small parts, so that none is long in growing.
#[derive(Debug, Clone)]
pub(super) struct Names {
    maps: Vec<HashMap<QueryName, u32>>,
}

impl Names {
    pub(super) fn new() -> Self {
        Self { maps: vec![HashMap::new(); MAPS] }
    }

    pub(super) fn len(&self) -> usize {
        self.maps.iter().map(HashMap::len).sum()
    }

    pub(super) fn insert(&mut self, name: QueryName, slot: u32) {
        self.maps[part(&name)].insert(name, slot);
    }

    pub(super) fn remove(&mut self, name: &QueryName) -> Option<u32> {
        self.maps[part(name)].remove(name)
    }

    pub(super) fn heap_bytes(&self) -> usize {
        // The standard library's maps keep an eighth free, and a byte for each entry.
        let entries: usize = self.maps.iter().map(HashMap::capacity).sum();
        entries * 8 / 7 * (size_of::<(QueryName, u32)>() + 1)
    }
}

fn part(name: &QueryName) -> usize {
    usize::try_from(hash(name.as_str().as_bytes()) % MAPS as u64).unwrap_or(0)
}
