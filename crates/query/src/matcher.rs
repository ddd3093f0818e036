//! All saved queries against one item: prospective search.
//!
//! Each query hangs on a few anchors, words or filters of which an item must have at least one.
//! An item wakes only the queries whose anchor it has, so the time follows what the item says and
//! not how many queries are stored.

use std::collections::HashMap;

use model::{Item, QueryName};

use crate::{Query, Subject};

/// A set of named queries that answers which of them find an item.
#[derive(Debug, Clone, Default)]
pub struct Matcher {
    slots: HashMap<QueryName, usize>,
    /// Queries by slot; a removed one leaves its slot free for the next.
    stored: Vec<Option<Stored>>,
    free: Vec<usize>,
    /// For each anchor the slots that hang on it.
    anchored: HashMap<u64, Vec<usize>>,
}

#[derive(Debug, Clone)]
struct Stored {
    name: QueryName,
    query: Query,
    anchors: Vec<u64>,
}

impl Matcher {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a query, in place of one of the same name.
    pub fn insert(&mut self, name: QueryName, query: Query) {
        self.remove(&name);
        let anchors = query.plan.anchors().map(|anchors| anchors.keys).unwrap_or_default();
        debug_assert!(!anchors.is_empty(), "the parser refuses what has no anchor: {query}");
        let slot = self.free.pop().unwrap_or_else(|| {
            self.stored.push(None);
            self.stored.len() - 1
        });
        for &anchor in &anchors {
            self.anchored.entry(anchor).or_default().push(slot);
        }
        self.slots.insert(name.clone(), slot);
        self.stored[slot] = Some(Stored { name, query, anchors });
    }

    /// Removes a query; without one of this name it does nothing.
    pub fn remove(&mut self, name: &QueryName) {
        let Some(slot) = self.slots.remove(name) else { return };
        let anchors = self.stored[slot].take().map(|stored| stored.anchors).unwrap_or_default();
        for anchor in anchors {
            if let Some(slots) = self.anchored.get_mut(&anchor) {
                slots.retain(|&other| other != slot);
                if slots.is_empty() {
                    self.anchored.remove(&anchor);
                }
            }
        }
        self.free.push(slot);
    }

    /// Returns the queries with their names, in no particular order.
    pub fn queries(&self) -> impl Iterator<Item = (&QueryName, &Query)> {
        self.stored.iter().flatten().map(|stored| (&stored.name, &stored.query))
    }

    pub fn get(&self, name: &QueryName) -> Option<&Query> {
        let slot = *self.slots.get(name)?;
        self.stored[slot].as_ref().map(|stored| &stored.query)
    }

    /// Returns the names of the queries that find the item, in order.
    pub fn matches(&self, item: &Item) -> Vec<QueryName> {
        let subject = Subject::new(item);
        let mut awake: Vec<usize> =
            subject.keys().filter_map(|key| self.anchored.get(&key)).flatten().copied().collect();
        awake.sort_unstable();
        awake.dedup();
        let mut names: Vec<QueryName> = awake
            .into_iter()
            .filter_map(|slot| self.stored[slot].as_ref())
            .filter(|stored| stored.query.matches(&subject))
            .map(|stored| stored.name.clone())
            .collect();
        names.sort_unstable();
        names
    }
}

#[cfg(test)]
mod tests {
    use model::{Details, Kind, Lang};

    use super::*;

    fn item(title: &str, text: &str) -> Item {
        Item {
            source: "Gazette".into(),
            kind: Kind::News,
            guid: None,
            url: Some("https://www.blog.gazette.example/thes/2026/ozalee".parse().unwrap()),
            title: title.to_owned(),
            text: text.to_owned(),
            author: Some("Zoé Martin".to_owned()),
            lang: Lang::from_tag("fr"),
            published: None,
            updated: None,
            details: Details::default(),
        }
    }

    fn matcher(queries: &[&str]) -> Matcher {
        let mut matcher = Matcher::new();
        for &query in queries {
            matcher.insert(query.into(), crate::parse(query).unwrap());
        }
        matcher
    }

    fn found(matcher: &Matcher, item: &Item) -> Vec<String> {
        matcher.matches(item).iter().map(|name| name.as_str().to_owned()).collect()
    }

    fn check(query: &str, expect: bool) {
        let item = item("Ozalée ouvre l’usine", "Le thé pétillant arrive. Un thé noir, un vert.");
        let found = found(&matcher(&[query]), &item);
        assert_eq!(!found.is_empty(), expect, "{query}");
    }

    #[test]
    fn words_are_found_in_title_or_text() {
        check("ozalee", true);
        check("THE", true);
        check("cafe", false);
        check("ozalee the", true);
        check("ozalee cafe", false);
        check("cafe OR noir", true);
        check("the -noir", false);
        check("the NOT (cafe OR lait)", true);
    }

    #[test]
    fn a_phrase_stands_in_one_field_and_in_order() {
        check("\"thé pétillant arrive\"", true);
        check("l'usine", true);
        check("\"usine le\"", false);
        check("\"vert zoé\"", false);
        check("\"pétillant thé\"", false);
        check("\"un vert\"", true);
        check("\"un thé vert\"", false);
    }

    #[test]
    fn a_field_holds_only_its_own_words() {
        check("title:ozalée", true);
        check("title:thé", false);
        check("title:\"ouvre l'usine\"", true);
        check("title:(thé OR usine)", true);
        check("author:martin", true);
        check("author:\"zoé martin\"", true);
        check("martin", false);
        check("author:vert", false);
    }

    #[test]
    fn filters_ask_where_an_item_comes_from() {
        check("site:gazette.example", true);
        check("site:www.blog.gazette.example/thes", true);
        check("site:gazette.example/thes/2026/ozalee/", true);
        check("site:gazette.example/the", false);
        check("site:azette.example", false);
        check("thé lang:fr", true);
        check("thé lang:en", false);
        check("source:gazette kind:news", true);
        check("thé -kind:news", false);
    }

    #[test]
    fn double_negation_asks_for_the_word() {
        check("-(-ozalée -café)", true);
        check("-(-café)", false);
        check("NOT NOT thé", true);
    }

    #[test]
    fn a_query_of_several_anchors_is_named_once() {
        let matcher = matcher(&["thé OR ozalée OR lang:fr"]);
        assert_eq!(found(&matcher, &item("Ozalée", "thé")), ["thé OR ozalée OR lang:fr"]);
    }

    #[test]
    fn queries_come_and_go() {
        let mut matcher = matcher(&["thé", "thé vert", "lang:fr"]);
        let item = item("", "thé vert");
        assert_eq!(found(&matcher, &item), ["lang:fr", "thé", "thé vert"]);

        matcher.remove(&"thé".into());
        matcher.remove(&"absent".into());
        assert_eq!(found(&matcher, &item), ["lang:fr", "thé vert"]);

        matcher.insert("lang:fr".into(), crate::parse("café").unwrap());
        matcher.insert("neuf".into(), crate::parse("vert").unwrap());
        assert_eq!(found(&matcher, &item), ["neuf", "thé vert"]);
        assert_eq!(matcher.queries().count(), 3);
        assert_eq!(matcher.get(&"lang:fr".into()).map(Query::text), Some("café"));
    }

    #[test]
    fn nothing_is_left_of_removed_queries() {
        let names = ["thé", "thé OR vert", "lang:fr"];
        let mut matcher = matcher(&names);
        for name in names {
            matcher.remove(&name.into());
        }
        assert!(matcher.anchored.is_empty() && matcher.slots.is_empty());
        assert_eq!(matcher.free.len(), 3);
    }

    #[test]
    fn a_query_sleeps_until_its_rarest_word_is_there() {
        let anchors = |query: &str| crate::parse(query).unwrap().plan.anchors().unwrap().keys;
        let check = |query, expect| assert_eq!(anchors(query), anchors(expect), "{query}");
        check("le ozalee thé lang:fr", "ozalee");
        check("(le OR la OR les) pétillant", "pétillant");
        check("\"le thé pétillant\"", "pétillant");
        check("lang:fr source:gazette", "source:gazette");
        check("thé -ozalée", "thé");
        check("-(-thé OR -pétillant)", "pétillant");
        assert_eq!(anchors("thé OR (vert glacé) OR café").len(), 3);
    }
}
