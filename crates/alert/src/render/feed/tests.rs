use std::collections::BTreeMap;

use model::{Details, Item, ItemId, Kind, QueryName, Seq, StoredItem, Tone};
use proptest::prelude::*;
use quick_xml::Reader;

use super::*;
use crate::compose::{Copies, Mention, story_entry};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn item(title: &str, text: &str) -> StoredItem {
    StoredItem {
        id: ItemId(4711),
        seq: Seq(9),
        version: 1,
        first_seen: at("2026-03-01T12:00:03Z"),
        removed: None,
        item: Item {
            source: "courrier".into(),
            kind: Kind::News,
            guid: None,
            url: Some("https://courrier.example/rappel?a=1&b=2".parse().unwrap()),
            title: title.to_owned(),
            text: text.to_owned(),
            author: Some("Léa B.".to_owned()),
            lang: Lang::from_tag("fr"),
            published: Some(at("2026-03-01T11:58:00Z")),
            updated: None,
            details: Details::default(),
        },
    }
}

fn feed(item: &StoredItem, copies: usize, has_more_copies: bool) -> Feed {
    let brand = QueryName::new("brand");
    let queries = BTreeMap::from([(brand.clone(), query::parse("Ozalée").unwrap())]);
    let mention = Mention {
        item,
        source: "Le Courrier <du Littoral>",
        queries: vec![brand.clone()],
        story: item.id,
        tone: Some(Tone::Negative),
        doubt: None,
        assigned: None,
    };
    let hosts = (0..copies).map(|n| format!("copy{n}.example")).collect();
    let copies = Copies { count: copies, hosts };
    let entry = story_entry(&[mention], copies, &[brand], &queries).unwrap();
    Feed {
        id: "tag:vigie.example,2026:feed/1".to_owned(),
        title: "Vigie: brand".to_owned(),
        updated: at("2026-03-01T12:00:03Z"),
        locale: Locale::English,
        this: "https://vigie.example/f/secret.atom".parse().unwrap(),
        next: Some("https://vigie.example/f/abc.atom?limit=2&before=7".parse().unwrap()),
        hub: Some("https://hub.example/?a=1&b=2".parse().unwrap()),
        entries: vec![FeedEntry {
            id: "tag:vigie.example,2026:mention/4711".to_owned(),
            updated: at("2026-03-01T12:00:03Z"),
            lang: item.item.lang.clone(),
            entry,
            has_more_copies,
        }],
    }
}

fn text(feed: &Feed, form: FeedForm) -> String {
    String::from_utf8(feed.write(form).unwrap()).unwrap()
}

/// Returns what stands in the elements of a name, with entities resolved.
fn elements(xml: &str, name: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut found, mut within) = (Vec::new(), None::<String>);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return found,
            Event::Start(start) if start.name().as_ref() == name => {
                within = Some(String::new());
            }
            Event::End(end) if end.name().as_ref() == name => found.extend(within.take()),
            Event::Text(text) => {
                if let Some(within) = &mut within {
                    within.push_str(&text);
                }
            }
            Event::GeneralRef(entity) => {
                let entity = format!("&{};", &*entity);
                if let Some(within) = &mut within {
                    within.push_str(&quick_xml::escape::unescape(&entity).unwrap());
                }
            }
            Event::Start(_)
            | Event::End(_)
            | Event::Empty(_)
            | Event::CData(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
    }
}

#[test]
fn a_feed_in_each_form() {
    let recalled =
        item("Ozalée rappelle des bouteilles", "Un rappel de 1 200 bouteilles d’Ozalée.");
    let feed = feed(&recalled, 12, false);
    insta::assert_snapshot!("atom", text(&feed, FeedForm::Atom));
    insta::assert_snapshot!("rss", text(&feed, FeedForm::Rss));
    insta::assert_snapshot!("json", text(&feed, FeedForm::Json));
}

#[test]
fn more_copies_than_are_counted_are_told_as_more() {
    let feed = feed(&item("Ozalée", "Du thé."), 100, true);
    assert!(text(&feed, FeedForm::Atom).contains("and 100+ copies: copy0.example"));
}

#[test]
fn what_strangers_write_stays_text_in_every_form() {
    let evil =
        "]]></title><script>alert(1)</script> Ozalée \u{202e}gnp.exe\u{0}\u{fffe}\u{ffff}\u{8}&#0;";
    let feed = feed(&item(evil, &format!("{evil} {evil}")), 1, false);
    let shown = "]]></title><script>alert(1)</script> Ozalée gnp.exe&#0;";
    for form in [FeedForm::Atom, FeedForm::Rss] {
        let xml = text(&feed, form);
        assert_eq!(elements(&xml, "title")[1], shown, "{xml}");
        let html = elements(&xml, if form == FeedForm::Atom { "content" } else { "description" });
        let html = html.last().unwrap();
        assert!(html.contains("&lt;script&gt;") && !html.contains("<script"), "{html}");
        assert!(html.contains("<b>Ozalée</b>"), "{html}");
        assert!(!xml.contains(['\u{202e}', '\u{0}', '\u{fffe}', '\u{ffff}', '\u{8}']), "{xml}");
    }
    let json: serde_json::Value = serde_json::from_str(&text(&feed, FeedForm::Json)).unwrap();
    let one = &json["items"][0];
    assert_eq!(one["title"], format!("{}\u{fffe}\u{ffff}&#0;", shown.trim_end_matches("&#0;")));
    assert!(!one["content_html"].as_str().unwrap().contains("<script"), "{one}");
}

#[test]
fn a_headline_of_ten_megabytes_is_cut() {
    let feed = feed(&item(&"Ozalée ".repeat(1_500_000), "Du thé."), 0, false);
    for form in FeedForm::ALL {
        assert!(feed.write(form).unwrap().len() < 10_000);
    }
}

proptest! {
    #[test]
    fn whatever_is_found_makes_sound_xml(title: String, body: String, name: String) {
        let mut item = item(&title, &body);
        item.item.author = Some(name);
        let feed = feed(&item, 2, false);
        for form in [FeedForm::Atom, FeedForm::Rss] {
            let xml = text(&feed, form);
            let expect = holdable(&feed.entries[0].entry.title.text).into_owned();
            prop_assert_eq!(&elements(&xml, "title")[1], &expect);
        }
        serde_json::from_str::<serde_json::Value>(&text(&feed, FeedForm::Json)).unwrap();
    }
}
