//! Which mentions tell the same: those of one story, and those at one address, however often and by
//! whatever query they were found.

use std::collections::HashMap;
use std::hash::Hash;

use model::ItemId;

use super::Mention;

/// One story with the mentions of it: the one seen first leads.
pub(super) struct Telling<'a> {
    pub(super) lead: &'a Mention<'a>,
    /// In the order in which they were given.
    pub(super) all: Vec<&'a Mention<'a>>,
}

pub(super) fn gather<'a>(mentions: &'a [Mention<'a>]) -> Vec<Telling<'a>> {
    let mut groups = Groups::default();
    let mut by_item: HashMap<ItemId, usize> = HashMap::new();
    let mut by_story: HashMap<ItemId, usize> = HashMap::new();
    let mut by_address: HashMap<&str, usize> = HashMap::new();
    for mention in mentions {
        let group = groups.begin();
        groups.join(&mut by_item, mention.item.id, group);
        groups.join(&mut by_story, mention.story, group);
        if let Some(url) = &mention.item.item.url {
            groups.join(&mut by_address, url.as_str(), group);
        }
    }
    let mut tellings: Vec<Telling<'a>> = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    for (nth, mention) in mentions.iter().enumerate() {
        let place = *places.entry(groups.root(nth)).or_insert_with(|| {
            tellings.push(Telling { lead: mention, all: Vec::new() });
            tellings.len() - 1
        });
        let telling = &mut tellings[place];
        telling.all.push(mention);
        let age = |mention: &Mention<'_>| (mention.item.first_seen, mention.item.id);
        if age(mention) < age(telling.lead) {
            telling.lead = mention;
        }
    }
    tellings
}

/// Sets that grow together (union-find, with halved paths).
#[derive(Default)]
struct Groups(Vec<usize>);

impl Groups {
    fn begin(&mut self) -> usize {
        self.0.push(self.0.len());
        self.0.len() - 1
    }

    /// Joins a group with the one that is known by a key.
    fn join<K: Eq + Hash>(&mut self, known: &mut HashMap<K, usize>, key: K, group: usize) {
        let other = *known.entry(key).or_insert(group);
        let (one, other) = (self.root(group), self.root(other));
        // The older number stays the root.
        self.0[one.max(other)] = one.min(other);
    }

    fn root(&mut self, mut group: usize) -> usize {
        while self.0[group] != group {
            self.0[group] = self.0[self.0[group]];
            group = self.0[group];
        }
        group
    }
}
