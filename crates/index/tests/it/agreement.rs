//! One query language: a query, the matcher and the archive find the same items.

use std::collections::BTreeSet;

use index::{Archive, Index};
use model::{Details, Item, ItemId, Kind, Lang, QueryName, Seq, StoredItem};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use query::{Matcher, Query, Subject};
use url::Url;

use crate::items::{LEDGER, options, stored};

const WORDS: &[&str] = &[
    "Ozalée",
    "ozalee",
    "OZALE\u{301}E",
    "thé",
    "the",
    "l'Oréal",
    "l’eau",
    "d'été",
    "aujourd'hui",
    "coca-cola",
    "porte-clés",
    "cœur",
    "coeur",
    "Straße",
    "brand",
    "the brand",
    "new",
    "#thé",
    "@ozalee",
    "3,5",
    "2026",
    "à",
    "a",
    "l",
    "東京",
    "京",
];
const SITES: &[&str] = &[
    "https://www.ozalee.example/",
    "https://blog.ozalee.example/thes/glaces/1",
    "https://gazette.example/thes",
    "https://gazette.example/theses/2?x=1",
];
const FILTERS: &[&str] = &[
    "site:ozalee.example",
    "site:www.blog.ozalee.example",
    "site:gazette.example/thes",
    "site:ozalee.example/thes/glaces/",
    "site:example",
    "lang:fr",
    "lang:EN",
    "source:Gazette",
    "source:blog",
    "kind:news",
    "kind:forum",
];

fn text(words: std::ops::Range<usize>) -> impl Strategy<Value = String> {
    let separator = select(vec![" ", " ", " ", ", ", "\n", "-", "’", " « "]);
    vec((select(WORDS), separator), words)
        .prop_map(|words| words.into_iter().flat_map(|(word, after)| [word, after]).collect())
}

fn any_item() -> impl Strategy<Value = Item> {
    (
        (text(0..5), text(0..14), option::of(text(1..3))),
        option::of(select(SITES)),
        select(vec!["fr", "en", "und"]),
        select(vec!["gazette", "Blog"]),
        select(vec![Kind::News, Kind::Forum]),
    )
        .prop_map(|((title, text, author), url, lang, source, kind)| Item {
            source: source.into(),
            kind,
            guid: None,
            url: url.map(|url| Url::parse(url).unwrap()),
            title,
            text,
            author,
            lang: Lang::from_tag(lang),
            published: None,
            updated: None,
            details: Details::default(),
        })
}

fn clause() -> impl Strategy<Value = String> {
    let phrase = vec(select(WORDS), 2..4).prop_map(|words| format!("\"{}\"", words.join(" ")));
    let value = prop_oneof![
        2 => select(WORDS).prop_map(|word| word.replace(' ', "-")),
        1 => phrase,
    ];
    prop_oneof![
        6 => value.clone(),
        2 => (select(vec!["title", "author"]), value.clone()).prop_map(|(f, v)| format!("{f}:{v}")),
        1 => (value.clone(), value).prop_map(|(a, b)| format!("title:({a} OR {b})")),
        2 => select(FILTERS).prop_map(str::to_owned),
    ]
}

/// Makes queries that need a word; the others are refused before anything could disagree on them.
fn any_query() -> impl Strategy<Value = String> {
    let tree = clause().prop_recursive(4, 12, 3, |inner| {
        let joined = |sign: &'static str| {
            vec(inner.clone(), 2..4).prop_map(move |parts| format!("({})", parts.join(sign)))
        };
        prop_oneof![
            joined(" "),
            joined(" AND "),
            joined(" OR "),
            inner.clone().prop_map(|part| format!("NOT {part}")),
            (inner.clone(), inner).prop_map(|(wanted, other)| format!("({wanted} -{other})")),
        ]
    });
    // A clause beside it lets a part through that only excludes.
    let anchored = (clause(), tree.clone()).prop_map(|(clause, part)| format!("{clause} {part}"));
    prop_oneof![tree, anchored].prop_filter("only excludes", |text| query::parse(text).is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 150, ..Default::default() })]

    #[test]
    fn a_query_the_matcher_and_the_archive_find_the_same_items(
        older in vec(any_item(), 5..10),
        newer in vec(any_item(), 10..40),
        queries in vec(any_query(), 40..100),
    ) {
        let queries: Vec<Query> =
            queries.iter().map(|text| query::parse(text).unwrap()).collect();
        let mut matcher = Matcher::new();
        for (number, query) in queries.iter().enumerate() {
            matcher.insert(number.to_string().as_str().into(), query.clone());
        }
        // The newer items replace the older ones and go on from there.
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("index");
        let mut index = Index::open(&dir, LEDGER).unwrap().index;
        let numbered = |items: Vec<Item>| -> Vec<StoredItem> {
            (1..).zip(items).map(|(id, item)| stored(id, item)).collect()
        };
        index.apply(&numbered(older), Seq(1)).unwrap();
        let items = numbered(newer);
        index.apply(&items, Seq(2)).unwrap();

        let archive = Archive::open(&dir).unwrap();
        let subjects: Vec<(ItemId, Subject)> =
            items.iter().map(|stored| (stored.id, Subject::new(&stored.item))).collect();
        let matched: Vec<(ItemId, Vec<QueryName>)> =
            items.iter().map(|stored| (stored.id, matcher.matches(&stored.item))).collect();
        for (number, query) in queries.iter().enumerate() {
            let by_query: BTreeSet<ItemId> = subjects
                .iter()
                .filter(|(_, subject)| query.matches(subject))
                .map(|(id, _)| *id)
                .collect();
            let name = number.to_string().as_str().into();
            let by_matcher: BTreeSet<ItemId> =
                matched.iter().filter(|(_, names)| names.contains(&name)).map(|(id, _)| *id).collect();
            let found = archive.search(query, &options()).unwrap();
            let by_archive: BTreeSet<ItemId> = found.hits.iter().map(|hit| hit.id).collect();
            prop_assert_eq!(&by_query, &by_matcher, "the matcher on {}", query);
            prop_assert_eq!(&by_query, &by_archive, "the archive on {}", query);
        }
    }
}
