use std::collections::BTreeSet;

use model::{Details, Item, Kind, Lang, QueryName};
use proptest::prelude::*;

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
        published: Some("2026-03-01T18:45:00Z".parse().unwrap()),
        updated: None,
        details: Details::default(),
    }
}

fn matcher(queries: &[&str]) -> Matcher {
    let mut matcher = Matcher::new();
    for &query in queries {
        matcher.insert(query.into(), &crate::parse(query).unwrap());
    }
    matcher
}

fn found(matcher: &Matcher, item: &Item) -> Vec<String> {
    matcher.matches(item).iter().map(|name| name.as_str().to_owned()).collect()
}

fn check_in(item: &Item, query: &str, expect: bool) {
    assert_eq!(!found(&matcher(&[query]), item).is_empty(), expect, "{query}");
}

fn check(query: &str, expect: bool) {
    let mut item = item("Ozalée ouvre l’usine", "Le thé pétillant arrive. Un thé noir, un vert 🍵");
    item.details.quote = "mon café préféré".to_owned();
    item.details.tags = vec!["Thés glacés".to_owned()];
    item.details.links = vec!["https://shop.example/promo".parse().unwrap()];
    item.details.rating = model::Rating::new(7_000, 0, 10_000);
    item.details.engagement.likes = Some(12);
    check_in(&item, query, expect);
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
fn words_within_a_distance_and_near_each_other() {
    check("\"noir thé\"~0", true);
    check("\"arrive thé\"~1", true);
    check("\"arrive thé\"~0", false);
    check("\"thé thé\"~3", true);
    check("\"thé thé thé\"~9", false);
    check("pétillant NEAR/2 noir", false);
    check("pétillant NEAR/3 noir", true);
    check("noir NEAR/3f pétillant", false);
    check("pétillant ONEAR/3 noir", true);
    check("(café OR pétillant) NEAR/0 (arrive OR part)", true);
    check("\"le thé\" NEAR/1 arrive", true);
    check("(thé NEAR/0 pétillant) NEAR/3 noir", true);
    check("(thé NEAR/0 pétillant) NEAR/2 noir", false);
    check("usine NEAR/100 le", false);
    check("thé -(thé NEAR/0 noir)", false);
}

#[test]
fn an_item_can_have_to_say_a_word_often() {
    check("ATLEAST/2 thé", true);
    check("ATLEAST/3 thé", false);
    check("ATLEAST/3 (thé OR ozalée)", true);
    check("ATLEAST/2 \"thé pétillant\"", false);
}

#[test]
fn wildcards_exact_words_and_forms() {
    check("pétill*", true);
    check("petill*", true);
    check("p*ant", true);
    check("v?rt", true);
    check("v?t", false);
    check("\"th? pét*\"", true);
    check("{Ozalée}", true);
    check("{ozalée}", false);
    check("{Ozalee}", false);
    check("{Le} {thé}", true);
    check("\"{Le} thé pétillant\"", true);
    check("~ouvrir", true);
    check("~arriver", true);
    check("~pétillants NEAR/0 ~arriver", true);
    check("stem:fr arrivées pétillante", true);
    check("stem:en arriver", false);
}

#[test]
fn a_field_holds_only_its_own_words() {
    check("title:ozalée", true);
    check("title:thé", false);
    check("text:thé", true);
    check("text:ozalée", false);
    check("title:\"ouvre l'usine\"", true);
    check("title:(thé OR usine)", true);
    check("title:(ozalée NEAR/1 usine)", false);
    check("title:(ozalée NEAR/2 usine)", true);
    check("author:martin", true);
    check("author:\"zoé martin\"", true);
    check("author:mart*", true);
    check("martin", false);
    check("author:vert", false);
    check("café", false);
    check("quote:café", true);
    check("café in:quote", true);
    check("thé in:quote", false);
    check("url:\"gazette.example/thes\"", true);
    check("links:shop.example", true);
    check("links:gazette", false);
    check("text:🍵", true);
    check("title:🍵", false);
    check("\"vert 🍵\"", true);
    check("\"noir 🍵\"", false);
}

#[test]
fn filters_and_ranges_ask_about_the_item() {
    check("site:gazette.example", true);
    check("site:www.blog.gazette.example/thes", true);
    check("site:gazette.example/thes/2026/ozalee/", true);
    check("site:gazette.example/the", false);
    check("site:azette.example", false);
    check("thé lang:fr", true);
    check("thé lang:en", false);
    check("source:gazette kind:news", true);
    check("thé -kind:news", false);
    check("tag:\"thes glaces\"", true);
    check("has:(rating OR image)", true);
    check("has:link -has:image", true);
    check("rating:[3 TO 4]", true);
    check("rating:[7 TO 7]/10", true);
    check("rating:[7 TO 7]/5", false);
    check("date:2026-03-01", true);
    check("date:[2026-03-02 TO *]", false);
    check("minute:[18:30 TO 19:00] thé", true);
    check("likes:[10 TO 20]", true);
    check("shares:[0 TO *]", false);
}

#[test]
fn patterns_read_the_text_as_written() {
    check("/th[eé] (noir|vert)/", true);
    check("/Th[eé] noir/", false);
    check("/Th[eé] noir/i", true);
    check("title:/^Ozal/", true);
    check("text:/^Ozal/", false);
}

#[test]
fn context_weighs_what_speaks_for_and_against() {
    check("ozalée context:(thé OR boisson)", true);
    check("ozalée context:(boisson OR limonade)", false);
    check("ozalée context:thé anticontext:noir", false);
    check("ozalée context:(thé OR vert) anticontext:noir", true);
    check("ozalée anticontext:moteur", true);
    check("ozalée anticontext:noir", false);
}

#[test]
fn double_negation_asks_for_the_word() {
    check("-(-ozalée -café)", true);
    check("-(-café)", false);
    check("NOT NOT thé", true);
}

#[test]
fn nothing_crosses_from_one_field_into_another() {
    let only_signs = item("🍵", "thé");
    check_in(&only_signs, "\"🍵 thé\"", false);
    check_in(&only_signs, "🍵 NEAR/5 thé", false);
    check_in(&only_signs, "title:🍵", true);
    check_in(&only_signs, "text:🍵", false);
}

#[test]
fn a_query_of_several_anchors_is_named_once() {
    let matcher = matcher(&["thé OR ozalée OR lang:fr", "(thé OR ozalée) -café"]);
    let names = found(&matcher, &item("Ozalée", "thé"));
    assert_eq!(names, ["(thé OR ozalée) -café", "thé OR ozalée OR lang:fr"]);
}

#[test]
fn queries_come_and_go() {
    let mut matcher = matcher(&["thé", "thé vert", "lang:fr"]);
    let item = item("", "thé vert");
    assert_eq!(found(&matcher, &item), ["lang:fr", "thé", "thé vert"]);

    matcher.remove(&"thé".into());
    matcher.remove(&"absent".into());
    assert_eq!(found(&matcher, &item), ["lang:fr", "thé vert"]);

    matcher.insert("lang:fr".into(), &crate::parse("café").unwrap());
    matcher.insert("neuf".into(), &crate::parse("vert").unwrap());
    assert_eq!(found(&matcher, &item), ["neuf", "thé vert"]);
    assert_eq!(matcher.names().count(), 3);
}

const EVERY_KIND: &[&str] = &[
    "thé",
    "\"thé vert\"",
    "thé OR \"vert glacé\" OR café",
    "pét* v?rt",
    "~arriver {Le}",
    "thé NEAR/3 (vert OR noir)",
    "ATLEAST/2 thé",
    "site:gazette.example/thes lang:fr rating:[1 TO 2]",
    "/[xyz]+/ likes:[1 TO 2]",
    "ozalée context:(a1 OR b1) anticontext:c1",
    "author:zoé quote:zoé #thé 🍵",
    "\"a b c\"~4 -(x y)",
];

#[test]
fn nothing_is_left_of_removed_queries() {
    let mut matcher = matcher(EVERY_KIND);
    for name in EVERY_KIND {
        matcher.remove(&(*name).into());
    }
    assert!(matcher.is_empty() && matcher.readers == [0; Reads::COUNT]);
    assert_eq!(matcher.unanchored().count(), 0);
    assert!(matcher.terms.is_empty());
    let before = matcher.heap_bytes();
    for _ in 0..20 {
        for name in EVERY_KIND {
            matcher.insert((*name).into(), &crate::parse(name).unwrap());
        }
        for name in EVERY_KIND {
            matcher.remove(&(*name).into());
        }
    }
    assert_eq!(matcher.heap_bytes().queries, before.queries);
}

#[test]
fn a_query_waits_for_its_rarest_words() {
    let mut matcher = Matcher::new();
    for _ in 0..100 {
        matcher.learn(&item("pétillant et glacé", "le la les"));
    }
    let mut woken = |query: &str, text: &str| {
        matcher.insert("q".into(), &crate::parse(query).unwrap());
        let mut scratch = Scratch::new();
        matcher.run(&item("", text), &mut scratch);
        scratch.work().anchors
    };
    assert_eq!(woken("le thé", "le"), 0);
    assert_eq!(woken("le thé", "thé"), 1);
    assert_eq!(woken("pétillant thé", "pétillant"), 0);
    assert_eq!(woken("\"pétillant café\"", "pétillant"), 0);
    assert_eq!(woken("(le OR la OR les) café", "le la les"), 0);
    assert_eq!(woken("thé OR (vert pétillant) OR café", "pétillant"), 0);
    assert_eq!(woken("thé OR (vert pétillant) OR café", "thé vert café"), 3);
    assert_eq!(woken("-(-thé OR -pétillant)", "pétillant"), 0);
    assert_eq!(woken("thé -ozalée", "ozalée"), 0);
    assert_eq!(woken("café lang:fr", "rien"), 0);
}

#[test]
fn queries_without_an_anchor_are_known() {
    let matcher = matcher(&["rating:[1 TO 2]", "/[a-z]+9/", "thé rating:[1 TO 2]", "lang:fr"]);
    let unanchored: BTreeSet<&str> = matcher.unanchored().map(QueryName::as_str).collect();
    assert_eq!(unanchored, BTreeSet::from(["rating:[1 TO 2]", "/[a-z]+9/"]));
}

/// The bound that the documentation states: see docs/matcher.md.
#[test]
fn no_query_makes_an_item_cost_more_than_a_bound() {
    let words = 2_000;
    let text = "aab ".repeat(words);
    let item = item("", &text);
    let check = |query: &str, per_word: u64| {
        let matcher = matcher(&[query]);
        let mut scratch = Scratch::new();
        matcher.run(&item, &mut scratch);
        let steps = scratch.work().steps;
        let bound = per_word * (words as u64 + 10);
        assert!(steps <= bound, "{steps} steps for {}", &query[..query.len().min(60)]);
    };
    let many = |part: &str, sign: &str, count: usize| vec![part; count].join(sign);
    check(&many("aab", " OR ", 1000), 1);
    check(&format!("{}aab{}", "(".repeat(50), ")".repeat(50)), 1);
    check(&many("a*b", " OR ", 50), 60);
    check(&many("a*a*a*a*b", " OR ", 50), 60);
    check(&many("aab", " NEAR/100 ", 9), 60);
    check(&format!("\"{}\"~100", many("aab", " ", 8)), 60);
    check(&format!("ATLEAST/1000 ({})", many("aab", " OR ", 300)), 2_000);
    check(&many("~aabs", " OR ", 900), 2_000);
    check(&many("\"aab aab x\"", " OR ", 900), 2_000);
    check(&many("(aab NEAR/100 (aab OR aab OR aab))", " OR ", 200), 8_000);
}

proptest! {
    #[test]
    fn queries_that_come_and_go_leave_the_others_as_they_are(
        steps in prop::collection::vec((0..EVERY_KIND.len(), any::<bool>()), 1..60),
        text in prop::collection::vec(
            prop::sample::select(vec!["thé", "vert", "Le", "pétillant", "arrivée", "noir", "a", "b", "c", "#thé", "🍵"]),
            0..12,
        ),
    ) {
        let mut changed = Matcher::new();
        let mut names: BTreeSet<&str> = BTreeSet::new();
        for (at, comes) in steps {
            let name = EVERY_KIND[at];
            if comes {
                changed.insert(name.into(), &crate::parse(name).unwrap());
                names.insert(name);
            } else {
                changed.remove(&name.into());
                names.remove(name);
            }
        }
        let names: Vec<&str> = names.into_iter().collect();
        let item = item("Ozalée", &text.join(" "));
        prop_assert_eq!(found(&changed, &item), found(&matcher(&names), &item));
    }
}
