//! The items of the window: by id, by story, by age.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use chrono::TimeDelta;
use model::{ItemId, Timestamp};

use super::Fingerprint;

/// One item in the window.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) id: ItemId,
    pub(super) story: ItemId,
    pub(super) fingerprint: Fingerprint,
    /// Whether new items can find it.
    pub(super) is_posted: bool,
    /// Whether its hashes are counted as those of a story.
    pub(super) is_counted: bool,
}

#[derive(Debug)]
pub(super) struct Window {
    length: TimeDelta,
    /// Nothing older is kept.
    start: u32,
    rows: Vec<Option<Row>>,
    free: Vec<u32>,
    slots: HashMap<ItemId, u32>,
    /// The slots of stories that are more than their first item, by id of the item.
    stories: HashMap<ItemId, Vec<u32>>,
    /// A slot is free again when its entry here is taken out.
    by_age: BinaryHeap<Reverse<(u32, u32)>>,
}

impl Window {
    pub(super) fn new(length: TimeDelta) -> Self {
        Self {
            length,
            start: 0,
            rows: Vec::new(),
            free: Vec::new(),
            slots: HashMap::new(),
            stories: HashMap::new(),
            by_age: BinaryHeap::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn slot(&self, id: ItemId) -> Option<u32> {
        self.slots.get(&id).copied()
    }

    /// Returns the row of a slot that is in use.
    pub(super) fn row(&self, slot: u32) -> &Row {
        self.rows[slot as usize].as_ref().expect("a slot in use")
    }

    pub(super) fn row_mut(&mut self, slot: u32) -> &mut Row {
        self.rows[slot as usize].as_mut().expect("a slot in use")
    }

    /// Tells whether an item is all of its story.
    pub(super) fn is_single(&self, id: ItemId) -> bool {
        !self.stories.contains_key(&id)
    }

    /// Returns the slot of a story's first item, while that is in it.
    pub(super) fn first(&self, story: ItemId) -> Option<u32> {
        self.slot(story).filter(|slot| self.row(*slot).story == story)
    }

    /// Returns the slots of the first of a story's items in the order of their ids.
    pub(super) fn members(&self, story: ItemId, len_max: usize) -> Vec<u32> {
        match self.stories.get(&story) {
            Some(slots) => slots.iter().take(len_max).copied().collect(),
            None => self.first(story).into_iter().collect(),
        }
    }

    /// Takes a story apart and returns the slots of its items, which are to be removed.
    pub(super) fn dissolve(&mut self, story: ItemId) -> Vec<u32> {
        let single = self.first(story);
        self.stories.remove(&story).unwrap_or_else(|| single.into_iter().collect())
    }

    pub(super) fn insert(
        &mut self,
        id: ItemId,
        at: u32,
        story: ItemId,
        fingerprint: Fingerprint,
    ) -> u32 {
        let row = Row { id, story, fingerprint, is_posted: false, is_counted: false };
        let slot = self.free.pop().unwrap_or_else(|| {
            self.rows.push(None);
            u32::try_from(self.rows.len() - 1).unwrap_or(u32::MAX)
        });
        let first = self.first(story);
        self.rows[slot as usize] = Some(row);
        self.slots.insert(id, slot);
        self.by_age.push(Reverse((at, slot)));
        if id != story || self.stories.contains_key(&story) {
            let rows = &self.rows;
            let members = self.stories.entry(story).or_insert_with(|| first.into_iter().collect());
            let place = members.partition_point(|member| id_of(rows, *member) < Some(id));
            members.insert(place, slot);
        }
        slot
    }

    pub(super) fn remove(&mut self, slot: u32) {
        let rows = &self.rows;
        let Some(Row { id, story, .. }) = &rows[slot as usize] else { return };
        if let Some(members) = self.stories.get_mut(story) {
            let place = members.partition_point(|member| id_of(rows, *member) < Some(*id));
            members.remove(place);
            let first_alone = members.len() == 1 && self.slots.get(story) == members.first();
            if members.is_empty() || first_alone {
                self.stories.remove(story);
            }
        }
        self.slots.remove(id);
        self.rows[slot as usize] = None;
    }

    /// Returns where a window that ends at a time starts, if it is later than the present start.
    pub(super) fn start_at(&self, end: Timestamp) -> Option<Timestamp> {
        end.checked_sub_signed(self.length).filter(|start| seconds(*start) > self.start)
    }

    pub(super) fn raise(&mut self, start: Timestamp) {
        self.start = self.start.max(seconds(start));
    }

    pub(super) fn is_past(&self, at: Timestamp) -> bool {
        seconds(at) < self.start
    }

    /// Returns the slot of the oldest item if the window has passed it.
    pub(super) fn oldest_past(&mut self) -> Option<u32> {
        while let Some(Reverse((at, slot))) = self.by_age.peek().copied() {
            let is_used = self.rows[slot as usize].is_some();
            if is_used && at >= self.start {
                return None;
            }
            if is_used {
                return Some(slot);
            }
            self.by_age.pop();
            self.free.push(slot);
        }
        None
    }
}

fn id_of(rows: &[Option<Row>], slot: u32) -> Option<ItemId> {
    rows[slot as usize].as_ref().map(|row| row.id)
}

/// Times before 1970 and after 2106 are taken for these.
pub(super) fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.timestamp().max(0)).unwrap_or(u32::MAX)
}
