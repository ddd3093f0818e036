use model::{Details, Engagement, Item, Lang, Rating, Seq};
use url::Url;

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
    Mention {
        item,
        source,
        queries: queries.iter().map(|name| QueryName::new(*name)).collect(),
        story: item.id,
        tone: None,
        doubt: None,
        assigned: None,
    }
}

fn subscription() -> Subscription {
    Subscription {
        id: "presse".into(),
        queries: vec!["Ozalée".into(), "Concurrents".into()],
        to: vec!["anne@ozalee.example".to_owned()],
        cadence: Cadence::AsItHappens,
        zone: Tz::Europe__Paris,
        locale: Locale::French,
        volume: Selection::All,
        subject: SubjectLine::Constant,
    }
}

fn digest(mentions: &[Mention<'_>]) -> Option<Digest> {
    digest_for(&subscription(), mentions)
}

fn digest_for(subscription: &Subscription, mentions: &[Mention<'_>]) -> Option<Digest> {
    let queries = BTreeMap::from([("Ozalée".into(), query::parse("Ozalée").unwrap())]);
    let period = Period { since: at("2025-11-08T09:00:00Z"), until: at("2025-11-08T12:00:00Z") };
    compose(subscription, &news(mentions, &BTreeMap::new()), &queries, period)
}

fn news<'a>(mentions: &'a [Mention<'a>], older: &'a BTreeMap<Kind, u64>) -> News<'a> {
    News { mentions, older, troubles: &[], trends: &[], volume: None }
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
    assert!(entry.snippet.text.chars().count() <= entry::SNIPPET_CHARS_MAX + 3);
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

fn titles(digest: &Digest) -> Vec<&str> {
    let entries = digest.sections.iter().flat_map(|section| &section.entries);
    entries.map(|entry| entry.title.text.as_str()).collect()
}

#[test]
fn a_story_and_its_copies_are_one_entry_with_the_hosts() {
    let items = [
        stored(1, Kind::News, "https://www.agence.example/1", "Ozalée rappelle un lot"),
        stored(2, Kind::News, "https://gazette.example/a", "Ozalée : un lot rappelé"),
        stored(3, Kind::Web, "https://gazette.example/b", "Rappel chez Ozalée"),
        stored(4, Kind::Web, "https://gazette.example/b", "Rappel chez Ozalée"),
        stored(5, Kind::Blog, "", "Rappel !"),
        stored(6, Kind::News, "https://courrier.example/1", "Ozalée ouvre à Lyon"),
    ];
    let of_story = |nth: usize, source, story: u64| Mention {
        story: ItemId(story),
        ..mention(&items[nth], source, &["Ozalée"])
    };
    // The fourth has another story's number, and the address of the third: it is the same place.
    let digest = digest(&[
        of_story(4, "Carnets", 1),
        of_story(3, "Recherche", 4),
        of_story(2, "La Gazette", 1),
        of_story(1, "La Gazette", 1),
        of_story(0, "Agence", 1),
        of_story(5, "Le Courrier", 6),
    ])
    .unwrap();
    assert_eq!(titles(&digest), ["Ozalée ouvre à Lyon", "Ozalée rappelle un lot"]);
    assert_eq!((digest.sections.len(), digest.total()), (1, 2));
    let entry = &digest.sections[0].entries[1];
    let hosts = ["Carnets", "gazette.example"].map(str::to_owned).to_vec();
    assert_eq!(entry.copies, Copies { count: 3, hosts });
    assert!(entry.also_seen_in.is_empty(), "{:?}", entry.also_seen_in);
}

#[test]
fn stories_that_meet_late_are_still_one() {
    // 1 and 2 are joined only by 3, which has the story of one and the address of the other.
    let items = [
        stored(1, Kind::News, "https://a.example/1", "un"),
        stored(2, Kind::News, "https://b.example/1", "deux"),
        stored(3, Kind::News, "https://b.example/1", "trois"),
    ];
    let third = Mention { story: ItemId(1), ..mention(&items[2], "C", &["Ozalée"]) };
    let digest = digest(&[
        mention(&items[0], "A", &["Ozalée"]),
        mention(&items[1], "B", &["Ozalée"]),
        third,
    ])
    .unwrap();
    assert_eq!(titles(&digest), ["un"]);
    assert_eq!(digest.sections[0].entries[0].copies.count, 1);
}

#[test]
fn the_best_come_first_and_the_others_are_counted() {
    let best = Subscription { volume: Selection::Best, ..subscription() };
    let mut items: Vec<StoredItem> = (1..=20)
        .map(|id| stored(id, Kind::News, &format!("https://a.example/{id}"), "du thé"))
        .collect();
    let title = |item: &mut StoredItem, title: &str| title.clone_into(&mut item.item.title);
    title(&mut items[0], "dit du mal");
    title(&mut items[1], "dit du bien");
    title(&mut items[2], "nomme Ozalée");
    title(&mut items[3], "a été partagé");
    items[3].item.details.engagement = Engagement { likes: Some(9_999), ..Engagement::default() };
    title(&mut items[4], "est partout");
    title(&mut items[19], "n’est pas visé");
    let mut mentions: Vec<Mention<'_>> =
        items.iter().map(|item| mention(item, "A", &["Ozalée"])).collect();
    mentions[0].tone = Some(Tone::Negative);
    mentions[1].tone = Some(Tone::Positive);
    mentions[19].doubt = Some(vec!["stage".to_owned()]);
    let copies: Vec<StoredItem> = (21..=27)
        .map(|id| stored(id, Kind::Web, &format!("https://b{id}.example/"), "est partout"))
        .collect();
    for copy in &copies {
        mentions.push(Mention { story: ItemId(5), ..mention(copy, "B", &["Ozalée"]) });
    }
    let digest = digest_for(&best, &mentions).unwrap();
    let told = ["est partout", "a été partagé", "dit du mal", "nomme Ozalée", "dit du bien"];
    assert_eq!(titles(&digest), told);
    assert_eq!(digest.sections[0].total, 20);

    // Where there is nothing else, what is doubtful is told too, and says so.
    let digest = digest_for(&best, &mentions[19..20]).unwrap();
    let entry = &digest.sections[0].entries[0];
    assert_eq!(entry.doubt.as_deref(), Some(&["stage".to_owned()][..]));
}

#[test]
fn a_bad_review_counts_like_a_bad_word() {
    let best = Subscription { volume: Selection::Best, ..subscription() };
    let mut items = [
        stored(1, Kind::Review, "https://a.example/1", "deux étoiles"),
        stored(2, Kind::Review, "https://a.example/2", "quatre étoiles"),
    ];
    items[0].item.details.rating = Rating::new(2_000, 1_000, 5_000);
    items[1].item.details.rating = Rating::new(4_000, 1_000, 5_000);
    let mentions = items.each_ref().map(|item| mention(item, "A", &["Ozalée"]));
    assert_eq!(titles(&digest_for(&best, &mentions).unwrap()), ["deux étoiles", "quatre étoiles"]);
}

#[test]
fn a_story_is_doubted_only_if_all_who_found_it_doubt() {
    let item = stored(1, Kind::News, "https://a.example/1", "Ozalée");
    let doubted =
        Mention { doubt: Some(vec!["stage".to_owned()]), ..mention(&item, "A", &["Concurrents"]) };
    let sure = mention(&item, "A", &["Ozalée"]);
    let doubt =
        |mentions: &[Mention<'_>]| digest(mentions).unwrap().sections[0].entries[0].doubt.clone();
    assert_eq!(doubt(&[doubted.clone(), sure]), None);
    assert_eq!(doubt(&[doubted]), Some(vec!["stage".to_owned()]));
}

#[test]
fn a_post_has_its_place_and_the_thread_where_the_title_does_not_say_it() {
    let mut item = stored(1, Kind::Forum, "https://f.example/1#14", "");
    "Un avis ?".clone_into(&mut item.item.text);
    "Thés du soir".clone_into(&mut item.item.details.thread_title);
    item.item.details.number = Some(14);
    let thread = |item: &StoredItem| {
        let digest = digest(&[mention(item, "F", &["Ozalée"])]).unwrap();
        digest.sections[0].entries[0].thread.clone()
    };
    let post = |title: Option<&str>| Thread {
        title: title.map(str::to_owned),
        number: Some(14),
        is_reply: true,
    };
    // Its heading is "Re: Thés du soir".
    assert_eq!(thread(&item), Some(post(None)));
    "Un bon plan".clone_into(&mut item.item.title);
    assert_eq!(thread(&item), Some(post(Some("Thés du soir"))));
    assert_eq!(thread(&stored(2, Kind::News, "https://a.example/1", "un")), None);
}
