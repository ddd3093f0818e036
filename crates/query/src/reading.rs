//! An item as one query reads it: each field's words when they are first asked for. It decides by
//! the letter of the tree, without any of the matcher's shortcuts.

use std::cell::OnceCell;

use model::Item;

use crate::tokens::Tokens;
use crate::{Expression, Filter, Node, NodeKind, Pattern, Scope, TextField};

/// An item and what has been read of it.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    item: &'a Item,
    fields: [OnceCell<Tokens<'a>>; TextField::ALL.len()],
    filters: OnceCell<Vec<Filter>>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(item: &'a Item) -> Self {
        Self { item, fields: Default::default(), filters: OnceCell::new() }
    }

    pub(crate) fn item(&self) -> &'a Item {
        self.item
    }

    pub(crate) fn field(&self, field: TextField) -> &Tokens<'a> {
        self.fields[field as usize]
            .get_or_init(|| Tokens::new(field.of(self.item), self.item.lang.as_ref()))
    }

    /// Tells whether the item is one that this part of a query finds.
    pub(crate) fn satisfies(&self, node: &Node) -> bool {
        match &node.kind {
            NodeKind::All(parts) => parts.iter().all(|part| self.satisfies(part)),
            NodeKind::Any(parts) => parts.iter().any(|part| self.satisfies(part)),
            NodeKind::Not(part) => !self.satisfies(part),
            NodeKind::Occurs { scope, what, at_least } => self.occurs(*scope, what, *at_least),
            NodeKind::Regex { scope, pattern } => self.is_match(*scope, pattern),
            NodeKind::Filter(filter) => self.passes(filter),
            NodeKind::Interval(interval) => interval.holds(self.item),
            NodeKind::Context { wanted, unwanted } => {
                let held =
                    |parts: &[Node]| parts.iter().filter(|part| self.satisfies(part)).count();
                held(wanted) >= held(unwanted) + usize::from(!wanted.is_empty())
            }
        }
    }

    pub(crate) fn passes(&self, filter: &Filter) -> bool {
        self.filters().contains(filter)
    }

    /// Returns the filters that the item passes.
    pub(crate) fn filters(&self) -> &[Filter] {
        self.filters.get_or_init(|| Filter::satisfied_by(self.item))
    }

    fn occurs(&self, scope: Scope, what: &Expression, at_least: usize) -> bool {
        let mut count = 0;
        scope.fields().iter().any(|field| {
            count += starts(&self.field(*field).find(what));
            count >= at_least
        })
    }

    fn is_match(&self, scope: Scope, pattern: &Pattern) -> bool {
        scope.fields().iter().any(|field| pattern.is_match(&field.of(self.item)))
    }
}

/// Counts the places where something begins.
pub(crate) fn starts(found: &[crate::stretch::Stretch]) -> usize {
    found.chunk_by(|one, next| one.start == next.start).count()
}

#[cfg(test)]
mod tests {
    use model::{Country, Details, Engagement, Item, Kind, Lang, Rating, Tone};

    use crate::Parts;

    fn item() -> Item {
        Item {
            source: "Gazette".into(),
            kind: Kind::News,
            guid: None,
            url: Some("https://www.blog.gazette.example/thes/2026/ozalee".parse().unwrap()),
            title: "Ozalée ouvre l’usine".to_owned(),
            text: "Le thé pétillant arrive. Un thé noir, un vert. BT rappelle des Bouteilles \
                   #Vrac de @ozalee_fr 🍵🍵 : 東京タワー, والشركة."
                .to_owned(),
            author: Some("Zoé Martin".to_owned()),
            lang: Lang::from_tag("fr"),
            published: Some("2026-01-31T18:45:30Z".parse().unwrap()),
            updated: None,
            details: Details {
                links: vec![
                    "https://acme.example/achat/vert".parse().unwrap(),
                    "https://noir.example/".parse().unwrap(),
                ],
                tags: vec!["Été".to_owned()],
                country: Country::from_code("fr"),
                rating: Rating::new(7000, 0, 10_000),
                tone: Some(Tone::Negative),
                thread: Some("t3_1".to_owned()),
                reply: Some(false),
                quote: "La limonade de Zoé".to_owned(),
                engagement: Engagement { likes: Some(12), ..Engagement::default() },
                ..Details::default()
            },
        }
    }

    fn check(query: &str, expect: bool) {
        match crate::parse(query) {
            Ok(parsed) => assert_eq!(parsed.matches(&item()), expect, "{query}"),
            Err(problems) => panic!("{query}: {problems:?}"),
        }
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
        check("-(-ozalée -café)", true);
        check("-(-café)", false);
        check("NOT NOT thé", true);
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
        check("\"thé 🍵\"", false);
        check("\"fr 🍵🍵 東京\"", true);
        check("京タ", true);
        check("東タ", false);
        check("الشركة", true);
        check("شركة", true);
    }

    #[test]
    fn a_field_holds_only_its_own_words() {
        check("title:ozalée", true);
        check("title:thé", false);
        check("text:thé", true);
        check("text:usine", false);
        check("title:\"ouvre l'usine\"", true);
        check("title:(thé OR usine)", true);
        check("author:martin", true);
        check("author:\"zoé martin\"", true);
        check("martin", false);
        check("author:vert", false);
        check("quote:limonade", true);
        check("limonade", false);
        check("limonade in:quote", true);
        check("thé in:quote", false);
        check("in:quote limonade author:martin", true);
        check("url:2026", true);
        check("url:acme", false);
        check("links:acme.example", true);
        check("links:\"vert https\"", false);
    }

    #[test]
    fn near_counts_the_words_between() {
        check("noir NEAR/1 vert", true);
        check("noir NEAR/0 vert", false);
        check("vert NEAR/1 noir", true);
        check("vert NEAR/1f noir", false);
        check("noir ONEAR/1 vert", true);
        check("usine NEAR/100 thé", false);
        check("(thé OR café) NEAR/1 (vert OR arrive)", true);
        check("\"un thé\" NEAR/2 vert", true);
        check("\"un thé\" NEAR/1 vert", false);
        check("un NEAR/0 thé NEAR/0 noir", true);
        check("thé NEAR/5 \"un thé\"", true);
        check("thé NEAR/1 \"un thé\"", false);
        check("title:(ouvre NEAR/0 l)", true);
        check("\"vert noir thé\"~1", true);
        check("\"vert noir thé\"~0", false);
        check("\"thé thé\"~3", true);
        check("\"noir noir\"~50", false);
        check("\"🍵 🍵\"~50", false);
    }

    #[test]
    fn at_least_counts_where_they_begin() {
        check("ATLEAST/2 thé", true);
        check("ATLEAST/3 thé", false);
        check("ATLEAST2(thé OR vert)", true);
        check("ATLEAST/3 (thé OR vert)", true);
        check("ATLEAST/4 (thé OR \"thé noir\" OR vert)", false);
        check("ATLEAST/2 (usine OR noir)", true);
        check("ATLEAST/2 🍵", false);
    }

    #[test]
    fn words_can_be_asked_for_by_shape_writing_and_form() {
        check("ozal*", true);
        check("pet?llant", true);
        check("pet?lant", false);
        check("\"th* pétil*\"", true);
        // Of the words of this shape, `de` comes first in the dictionary and `des` in the text.
        check("\"rappelle de* bouteilles\"", true);
        check("{BT}", true);
        check("{bt}", false);
        check("{thé}", true);
        check("{the}", false);
        check("\"{BT} rappelle\"", true);
        check("rappeler", false);
        check("~rappeler", true);
        check("~rappelé", true);
        check("~bouteille", true);
        check("stem:fr bouteille", true);
        check("stem:en bouteille", false);
        check("~\"vrac bouteille\"", false);
        check("~\"des bouteille\"", true);
    }

    #[test]
    fn signs_are_found_with_their_sign() {
        check("#vrac", true);
        check("vrac", true);
        check("#ozalée", false);
        check("@ozalee_fr", true);
        check("@ozalee", false);
        check("\"de @ozalee_fr 🍵\"", true);
        check("🍵", true);
        check("🎉", false);
    }

    #[test]
    fn patterns_read_the_text_as_written() {
        check("/[Tt]hé noir/", true);
        check("/the noir/", false);
        check("/THÉ NOIR/i", true);
        check("title:/thé/", false);
        check("author:/^Zoé/", true);
    }

    #[test]
    fn filters_ask_where_an_item_comes_from_and_what_it_carries() {
        check("site:gazette.example", true);
        check("site:www.blog.gazette.example/thes", true);
        check("site:gazette.example/thes/2026/ozalee/", true);
        check("site:gazette.example/the", false);
        check("site:azette.example", false);
        check("thé lang:fr", true);
        check("thé lang:en", false);
        check("source:gazette kind:news", true);
        check("thé -kind:news", false);
        check("country:fr tag:ete thread:t3_1 tone:negative reply:false has:rating has:link", true);
        check("has:image", false);
        check("reply:true", false);
    }

    #[test]
    fn ranges_ask_for_numbers() {
        check("rating:[3 TO 4]", true);
        check("rating:[4 TO *]", false);
        check("rating:7/10", true);
        check("rating:[3 TO 4]/5", false);
        check("date:2026-01-31", true);
        check("date:[2026-02-01 TO *]", false);
        check("minute:[18:45 TO 19:00]", true);
        check("minute:[18:46 TO 19:00]", false);
        check("likes:[10 TO *]", true);
        check("views:[0 TO *]", false);
    }

    #[test]
    fn context_weighs_what_speaks_for_and_against() {
        check("thé context:(noir OR café)", true);
        check("thé context:(lait OR café)", false);
        check("thé context:(noir OR vert) anticontext:arrive", true);
        check("thé context:noir anticontext:arrive", false);
        check("thé anticontext:(arrive OR café)", false);
        check("thé anti-context:café", true);
    }

    #[test]
    fn a_named_part_is_read_in_its_place() {
        let mut parts = Parts::default();
        parts.insert("teas", "thé OR infusion").unwrap();
        let matches = |query: &str| crate::parse_with(query, &parts).unwrap().matches(&item());
        assert!(matches("ozalée @teas"));
        assert!(matches("@teas NEAR/1 noir"));
        assert!(!matches("\"@teas\""));
    }
}
