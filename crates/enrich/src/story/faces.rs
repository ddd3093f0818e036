//! A story's faces: the few of its items by which new items find it.

use model::ItemId;

use super::Stories;
use super::fingerprint::{Fingerprint, Part};
use super::likeness::Likeness;

/// How many items of a story can be found.
const FACES_MAX: usize = 4;
/// Of a long story only so many of its items, in the order in which they came, can be faces.
const MEMBERS_MAX: usize = 64;
/// What resembles a face so much would lead to no other items.
const LIKENESS_MAX: f32 = 0.85;
/// How many hashes of each part an item can be found by.
const POSTED: [(Part, usize); 4] =
    [(Part::Salient, 5), (Part::Plain, 3), (Part::Runs, 2), (Part::Lead, 2)];

impl Stories {
    /// Makes the faces of a story known, in place of those that are. To be called after each change of a
    /// story's items, of which there may be one more than can be faces.
    pub(super) fn show(&mut self, story: ItemId) {
        let members = self.window.members(story, MEMBERS_MAX + 1);
        let faces = self.faces(story, &members);
        for slot in members {
            match (self.window.row(slot).is_posted, faces.contains(&slot)) {
                (true, false) => self.hide(slot),
                (false, true) => self.post(slot),
                _ => {}
            }
        }
    }

    /// Chooses the first item, and then in their order those that differ from all before.
    fn faces(&self, story: ItemId, members: &[u32]) -> Vec<u32> {
        let Some(first) = self.window.first(story) else { return Vec::new() };
        let mut faces = vec![first];
        for slot in members.iter().take(MEMBERS_MAX) {
            if faces.len() == FACES_MAX {
                break;
            }
            let differs = |face: &u32| {
                face != slot
                    && Likeness::overlap(self.print(*face), self.print(*slot)) < LIKENESS_MAX
            };
            if faces.iter().all(differs) {
                faces.push(*slot);
            }
        }
        faces
    }

    pub(super) fn post(&mut self, slot: u32) {
        let row = self.window.row_mut(slot);
        if row.is_posted || row.fingerprint.is_meagre() {
            return;
        }
        row.is_posted = true;
        let keys: Vec<u32> = keys(&row.fingerprint).collect();
        for key in keys {
            self.postings.insert(key, slot);
        }
    }

    pub(super) fn hide(&mut self, slot: u32) {
        let row = self.window.row_mut(slot);
        if std::mem::take(&mut row.is_posted) {
            let keys: Vec<u32> = keys(&row.fingerprint).collect();
            for key in keys {
                self.postings.remove(key, slot);
            }
        }
    }

    pub(super) fn print(&self, slot: u32) -> &Fingerprint {
        &self.window.row(slot).fingerprint
    }
}

/// The keys that an item is found by: the lowest hashes, since that is what two samples have in common.
fn keys(fingerprint: &Fingerprint) -> impl Iterator<Item = u32> {
    POSTED.into_iter().flat_map(|(part, len)| fingerprint.part(part).iter().take(len).copied())
}
