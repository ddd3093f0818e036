//! From a new text to the items of the window that it resembles.

use std::cmp::Reverse;

use super::fingerprint::{Fingerprint, Part};
use super::likeness::Likeness;
use super::{Placed, Stories};

/// How many texts are compared with a new one: those that share most keys.
const CANDIDATES_MAX: usize = 24;
/// Of texts that share a single key there are many, and a copy shares more.
const HITS_MIN: usize = 2;
/// The parts of which all hashes are looked up.
const ASKED: [Part; 4] = [Part::Salient, Part::Plain, Part::Runs, Part::Lead];

impl Stories {
    pub(super) fn find(&self, fingerprint: &Fingerprint) -> Placed {
        if fingerprint.is_meagre() {
            return Placed::Alone;
        }
        let mut best = (0.0, Reverse(model::ItemId(u64::MAX)));
        let mut placed = Placed::Alone;
        for slot in self.candidates(fingerprint) {
            let row = self.window.row(slot);
            if !Likeness::is_possible(fingerprint, &row.fingerprint) {
                continue;
            }
            let like = self.compare(fingerprint, &row.fingerprint);
            let rank = (like.value(), Reverse(row.id));
            let Some(grounds) = like.grounds().filter(|_| rank > best) else { continue };
            let first = self.window.slot(row.story).filter(|first| *first != slot);
            if first.is_some_and(|first| !self.compare(fingerprint, self.print(first)).is_kin()) {
                continue;
            }
            best = rank;
            placed = Placed::Copy { of: row.story, like: row.id, likeness: like.value(), grounds };
        }
        placed
    }

    /// Compares two texts, with what the window has shown to be boilerplate counting little.
    pub fn compare(&self, left: &Fingerprint, right: &Fingerprint) -> Likeness {
        Likeness::of(left, right, &|hash| self.frequency.weight(hash))
    }

    /// Returns the texts that share most keys with this one.
    fn candidates(&self, fingerprint: &Fingerprint) -> Vec<u32> {
        let mut hits = Vec::new();
        for part in ASKED {
            for key in fingerprint.part(part) {
                self.postings.visit(*key, &mut |slot| hits.push(slot));
            }
        }
        hits.sort_unstable();
        let mut ranked: Vec<_> = hits
            .chunk_by(|a, b| a == b)
            .filter(|same| same.len() >= HITS_MIN)
            .map(|same| (Reverse(same.len()), self.window.row(same[0]).id, same[0]))
            .collect();
        ranked.sort_unstable();
        ranked.into_iter().take(CANDIDATES_MAX).map(|(.., slot)| slot).collect()
    }
}
