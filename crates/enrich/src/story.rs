//! Stories: the items that are copies, excerpts or versions of one another, found as they arrive.
//!
//! Each item's text is kept as a [`Fingerprint`] in a window of time, [`Stories`]. A new item is compared
//! with those in the window that share rare runs of words with it, and joins the story of the one that it
//! resembles most, if it resembles it enough. What makes a copy is decided by one pure function of two
//! fingerprints, in `likeness.rs`: texts made by one template, such as the bulletins of two days, share
//! their words but not what they tell. Translations are not found. It keeps nothing on disk: the ledger
//! has the rows from which the window is made again.

mod bloom;
mod faces;
mod fingerprint;
mod frequency;
mod likeness;
mod postings;
mod reading;
mod rules;
mod search;
mod window;

use chrono::TimeDelta;
use model::{ItemId, Timestamp};

pub use fingerprint::Fingerprint;
pub use likeness::Likeness;
pub use rules::Grounds;

use frequency::Frequency;
use postings::Postings;
use window::{Row, Window};

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Placed {
    /// It begins a story of its own.
    Alone,
    Copy {
        /// The story, which is its first item.
        of: ItemId,
        /// The item of the story that it resembles most.
        like: ItemId,
        /// How much of one text the other has, from 0 to 1.
        likeness: f32,
        grounds: Grounds,
    },
}

/// The stories of a window of time.
///
/// All that it answers follows from the rows in the window, not from the way that they came there: one
/// that is restored answers as the one before did. (What is boilerplate is learnt from the 50,000 newest
/// stories; rows restored in the order of their ids have the same.) The cost of an item has a bound that does not depend
/// on the length of the window: at most 70 keys of it are looked up, each leads to at most 32 texts, and
/// at most 24 texts are compared.
#[derive(Debug)]
pub struct Stories {
    window: Window,
    postings: Postings,
    frequency: Frequency,
}

impl Stories {
    /// A story takes copies for so long after its first item.
    pub fn new(window: TimeDelta) -> Self {
        let (postings, frequency) = (Postings::new(), Frequency::new());
        Self { window: Window::new(window), postings, frequency }
    }

    /// Finds the story of a new item: that of the item which it resembles most. Stories are never merged.
    /// The time is that at which it was first seen; items may come in any
    /// order, but one that is older than the window is not looked at. An item that is already placed
    /// stays where it is, as with [`Stories::update`].
    pub fn place(&mut self, id: ItemId, at: Timestamp, fingerprint: &Fingerprint) -> Placed {
        if let Some(story) = self.story_of(id) {
            self.update(id, fingerprint);
            return self.told(id, story, fingerprint);
        }
        self.advance(at);
        if self.window.is_past(at) {
            return Placed::Alone;
        }
        let placed = self.find(fingerprint);
        let story = if let Placed::Copy { of, .. } = placed { of } else { id };
        self.add(id, at, story, fingerprint);
        placed
    }

    /// Puts an item where it was placed before. Rows older than the window are passed over.
    pub fn restore(&mut self, id: ItemId, at: Timestamp, story: ItemId, fingerprint: &Fingerprint) {
        self.advance(at);
        if !self.window.is_past(at) && self.story_of(id).is_none() {
            self.add(id, at, story, fingerprint);
        }
    }

    /// Takes over the new text of an item, which stays in its story. Does nothing about items that are no
    /// longer in the window.
    pub fn update(&mut self, id: ItemId, fingerprint: &Fingerprint) {
        let Some(slot) = self.window.slot(id) else { return };
        if self.window.row(slot).fingerprint == *fingerprint {
            return;
        }
        self.hide(slot);
        let row = self.window.row_mut(slot);
        let old = std::mem::replace(&mut row.fingerprint, fingerprint.clone());
        let (story, is_counted) = (row.story, row.is_counted);
        if is_counted {
            self.frequency.discount(old.hashes());
            self.frequency.count(fingerprint.hashes());
        }
        self.show(story);
    }

    /// Forgets an item, and with the first of a story all of its story.
    pub fn forget(&mut self, id: ItemId) {
        if let Some(slot) = self.window.slot(id) {
            self.drop(slot);
        }
    }

    /// Returns the story of an item in the window.
    pub fn story_of(&self, id: ItemId) -> Option<ItemId> {
        Some(self.window.row(self.window.slot(id)?).story)
    }

    /// Returns how many items are in the window.
    pub fn len(&self) -> usize {
        self.window.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets stories that began before a time.
    pub fn forget_before(&mut self, at: Timestamp) {
        self.window.raise(at);
        while let Some(slot) = self.window.oldest_past() {
            self.drop(slot);
        }
    }

    /// Says of an item that was placed before where it is, and how it compares with the story's first.
    fn told(&self, id: ItemId, story: ItemId, fingerprint: &Fingerprint) -> Placed {
        if story == id {
            return Placed::Alone;
        }
        let first = self.window.slot(story).map_or(fingerprint, |first| self.print(first));
        let like = self.compare(fingerprint, first);
        let grounds = like.grounds().unwrap_or(Grounds::Text);
        Placed::Copy { of: story, like: story, likeness: like.value(), grounds }
    }

    fn advance(&mut self, now: Timestamp) {
        if let Some(start) = self.window.start_at(now) {
            self.forget_before(start);
        }
    }

    fn add(&mut self, id: ItemId, at: Timestamp, story: ItemId, fingerprint: &Fingerprint) {
        let slot = self.window.insert(id, window::seconds(at), story, fingerprint.clone());
        self.count(id, story, fingerprint);
        if id == story && self.window.is_single(id) {
            self.post(slot);
        } else {
            self.show(story);
        }
    }

    /// Forgets an item, and with a story's first item all of the story.
    fn drop(&mut self, slot: u32) {
        let Row { id, story, .. } = *self.window.row(slot);
        if id != story {
            self.take_out(slot);
            return self.show(story);
        }
        for slot in self.window.dissolve(story) {
            self.take_out(slot);
        }
    }

    fn take_out(&mut self, slot: u32) {
        self.hide(slot);
        self.uncount(slot);
        self.window.remove(slot);
    }

    fn count(&mut self, id: ItemId, story: ItemId, fingerprint: &Fingerprint) {
        let Some(slot) = self.window.slot(id).filter(|_| id == story) else { return };
        self.window.row_mut(slot).is_counted = true;
        if let Some(passed) = self.frequency.push(slot, fingerprint.hashes()) {
            let row = self.window.row_mut(passed);
            row.is_counted = false;
            self.frequency.discount(row.fingerprint.hashes());
        }
    }

    fn uncount(&mut self, slot: u32) {
        let row = self.window.row_mut(slot);
        if std::mem::take(&mut row.is_counted) {
            self.frequency.discount(row.fingerprint.hashes());
            self.frequency.remove(slot);
        }
    }
}
