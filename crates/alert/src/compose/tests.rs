use model::{Details, Item, Lang, Seq};

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn stored(id: u64, kind: Kind, url: &str, title: &str) -> StoredItem {
    StoredItem {
        id: ItemId(id),
        seq: Seq(id),
        version: 1,
        first_seen: at("2025-11-08T10:00:00Z") + chrono::TimeDelta::minutes(id.cast_signed()),
        removed: None,
        item: Item {
            source: "feed".into(),
            kind,
            guid: None,
            url: Url::parse(url).ok(),
            title: title.to_owned(),
            text: String::new(),
            author: None,
            lang: Lang::from_tag("fr"),
            published: None,
            updated: None,
            details: Details::default(),
        },
    }
}

fn mention<'a>(item: &'a StoredItem, source: &'a str, queries: &[&str]) -> Mention<'a> {
    Mention { item, source, queries: queries.iter().map(|name| QueryName::new(*name)).collect() }
}

fn subscription() -> Subscription {
    Subscription {
        id: "presse".into(),
        queries: vec!["Ozalée".into(), "Concurrents".into()],
        to: vec!["anne@ozalee.example".to_owned()],
        cadence: Cadence::AsItHappens,
        zone: Tz::Europe__Paris,
        locale: Locale::French,
    }
}

fn digest(mentions: &[Mention<'_>]) -> Option<Digest> {
    let queries = BTreeMap::from([("Ozalée".into(), query::parse("Ozalée").unwrap())]);
    let period = Period { since: at("2025-11-08T09:00:00Z"), until: at("2025-11-08T12:00:00Z") };
    compose(&subscription(), mentions, &queries, &BTreeMap::new(), &[], period)
}

#[test]
fn nothing_new_is_no_digest() {
    assert_eq!(digest(&[]), None);
}

#[test]
fn sections_stand_in_the_order_of_kinds_and_entries_newest_first() {
    let items = [
        stored(1, Kind::Web, "https://a.example/1", "un"),
        stored(2, Kind::News, "https://a.example/2", "deux"),
        stored(3, Kind::Review, "https://a.example/3", "trois"),
        stored(4, Kind::News, "https://a.example/4", "quatre"),
    ];
    let mentions: Vec<Mention<'_>> = items.iter().map(|i| mention(i, "A", &["Ozalée"])).collect();
    let digest = digest(&mentions).unwrap();
    let told: Vec<(Kind, Vec<&str>)> = digest
        .sections
        .iter()
        .map(|s| (s.kind, s.entries.iter().map(|e| e.title.text.as_str()).collect()))
        .collect();
    assert_eq!(
        told,
        [
            (Kind::News, vec!["quatre", "deux"]),
            (Kind::Review, vec!["trois"]),
            (Kind::Web, vec!["un"])
        ]
    );
    assert_eq!(digest.total(), 4);
}

#[test]
fn one_address_in_several_sources_is_one_entry() {
    let first = stored(1, Kind::News, "https://a.example/1", "Ozalée à Lyon");
    let copy = stored(2, Kind::Web, "https://a.example/1", "Ozalée à Lyon - La Gazette");
    let digest = digest(&[
        mention(&copy, "Recherche", &["Concurrents"]),
        mention(&first, "La Gazette", &["Ozalée"]),
        mention(&copy, "Recherche", &["Concurrents"]),
    ])
    .unwrap();
    assert_eq!(digest.total(), 1);
    let entry = &digest.sections[0].entries[0];
    assert_eq!((digest.sections[0].kind, entry.source.as_str()), (Kind::News, "La Gazette"));
    assert_eq!(entry.also_seen_in, ["Recherche"]);
    assert_eq!(entry.found_by, ["Ozalée", "Concurrents"]);
}

#[test]
fn an_item_without_an_address_found_by_two_queries_is_one_entry() {
    let (one, other) = (stored(1, Kind::Forum, "", "Avis ?"), stored(2, Kind::Forum, "", "Avis ?"));
    let digest = digest(&[
        mention(&one, "Forum", &["Concurrents"]),
        mention(&one, "Forum", &["Ozalée"]),
        mention(&other, "Forum", &["Ozalée"]),
    ])
    .unwrap();
    let section = &digest.sections[0];
    assert_eq!(section.total, 2);
    assert_eq!(section.entries[0].found_by, ["Ozalée"]);
    assert_eq!(section.entries[1].found_by, ["Ozalée", "Concurrents"]);
    assert!(section.entries[0].also_seen_in.is_empty());
}

#[test]
fn the_words_that_a_query_asked_for_are_marked() {
    let mut item = stored(1, Kind::News, "https://a.example/1", "Chez OZALEE,\r\n du thé");
    item.item.text =
        format!("{} La marque Ozalée ouvre.{}", "Avant. ".repeat(60), " Après.".repeat(60));
    let digest = digest(&[mention(&item, "A", &["Ozalée"])]).unwrap();
    let entry = &digest.sections[0].entries[0];
    let words = |marked: &Marked| -> Vec<String> {
        marked.marks.iter().map(|mark| marked.text[mark.clone()].to_owned()).collect()
    };
    assert_eq!(entry.title.text, "Chez OZALEE, du thé");
    assert_eq!(words(&entry.title), ["OZALEE"]);
    assert_eq!(words(&entry.snippet), ["Ozalée"]);
    assert!(entry.snippet.text.starts_with('…') && entry.snippet.text.ends_with('…'));
    assert!(entry.snippet.text.chars().count() <= SNIPPET_CHARS_MAX + 3);
}

#[test]
fn a_text_that_repeats_the_title_is_not_told_twice() {
    let mut item = stored(1, Kind::News, "https://a.example/1", "Ozalée ouvre à Lyon");
    item.item.text = "Ozalée ouvre  à Lyon\n".to_owned();
    let digest = digest(&[mention(&item, "A", &["Ozalée"])]).unwrap();
    assert_eq!(digest.sections[0].entries[0].snippet, Marked::default());
}

#[test]
fn an_item_without_a_title_is_told_by_its_address() {
    let check = |url: &str, expect: &str| {
        let item = stored(1, Kind::Social, url, " \u{202e} ");
        let digest = digest(&[mention(&item, "A", &["Ozalée"])]).unwrap();
        assert_eq!(digest.sections[0].entries[0].title.text, expect);
    };
    check("https://a.example/p/1", "https://a.example/p/1");
    check("", "…");
}

#[test]
fn only_web_addresses_of_sane_length_are_linked() {
    let check = |url: &str, linked| {
        let item = stored(1, Kind::Web, url, "titre");
        let digest = digest(&[mention(&item, "A", &["Ozalée"])]).unwrap();
        assert_eq!(digest.sections[0].entries[0].url.is_some(), linked, "{url:.40}");
    };
    check("https://a.example/1", true);
    check("http://a.example/1", true);
    check("javascript:alert(1)", false);
    check("data:text/html,hello", false);
    check("ftp://a.example/1", false);
    check(&format!("https://a.example/{}", "a".repeat(2_000)), false);
}
