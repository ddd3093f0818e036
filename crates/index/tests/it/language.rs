//! Random items and random queries about the same few words, so that many of them meet.

use std::ops::Range;

use model::{Country, Details, Engagement, Item, Kind, Lang, Rating, Timestamp, Tone};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use url::Url;

use crate::items::time;

/// Words that mean the same to one operator and not to another, in many scripts.
const FAMILIES: &[&[&str]] = &[
    &["Ozalée", "ozalee", "OZALE\u{301}E", "#Ozalée"],
    &["thé", "the", "Thé", "thés"],
    &["recall", "recalled", "Recalls", "RECALL"],
    &["cheval", "chevaux", "Cheval"],
    &["BT", "bt", "$BT", "@bt"],
    &["l'eau", "L’EAU", "eau"],
    &["vert", "verte", "Verts"],
    &["Straße", "strasse", "cœur", "coeur"],
    &["@ozalee_fr", "ozalee fr", "#ozalee_fr"],
    &["🍵", "👍🏽", "👍", "🇫🇷"],
    &["2026", "3,5", "12h30"],
    &["東京", "京", "東京タワー"],
    &["กาแฟ", "แฟ"],
    &["الشركة", "شركه", "والشَّرِكة"],
    &["Завод", "завода", "ЗАВОД"],
    &["οδός", "ΟΔΟΣ"],
    &["が", "か\u{3099}", "한국"],
];
const URLS: &[&str] = &[
    "https://www.ozalee.example/",
    "https://blog.ozalee.example/thes/glaces/1",
    "https://gazette.example/thes",
    "https://gazette.example/theses/2?x=1",
    "https://bt.example/eau/recall",
];
const FILTERS: &[&str] = &[
    "site:ozalee.example",
    "site:www.blog.ozalee.example",
    "site:gazette.example/thes",
    "site:ozalee.example/thes/glaces/",
    "site:example",
    "lang:fr",
    "lang:EN",
    "country:fr",
    "country:UK",
    "source:Gazette",
    "source:blog",
    "kind:news",
    "kind:forum",
    "tag:recall",
    "tag:\"#Thé vert\"",
    "thread:t3_1",
    "tone:negative",
    "tone:(neutral OR positive)",
    "has:rating",
    "has:image",
    "has:link",
    "reply:true",
    "reply:false",
];
const INTERVALS: &[&str] = &[
    "rating:[1 TO 3]",
    "rating:[3.5 TO *]",
    "rating:5",
    "rating:[6 TO 8]/10",
    "rating:[* TO 7,5]/10",
    "date:[2026-01-01 TO 2026-02-01]",
    "date:[2026-01-31T18:30Z TO *]",
    "date:2026-01-31",
    "minute:[18:30 TO 19:00]",
    "minute:[* TO 600]",
    "likes:[10 TO *]",
    "likes:0",
    "shares:[1 TO 20]",
    "comments:[* TO 5]",
    "views:[100 TO 100000]",
    "followers:[1000 TO *]",
];
const REGEXES: &[&str] = &[
    "/th[eé]/",
    "/OZAL/i",
    "/\\b[A-Z]{2,}\\b/",
    "/東京|京$/",
    "title:/^./",
    "quote:/a/i",
    "url:/\\/thes(\\/|$)/",
    "links:/glaces|recall/",
    "author:/é/",
];

/// The words of one case.
pub(crate) fn any_words() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(FAMILIES, 2..5).prop_map(|families| families.concat())
}

fn text(words: &[&'static str], count: Range<usize>) -> impl Strategy<Value = String> + use<> {
    let separator = select(vec![" ", " ", " ", " ", ", ", "\n", "-", "", " x ", " « "]);
    vec((select(words.to_vec()), separator), count)
        .prop_map(|words| words.into_iter().flat_map(|(word, after)| [word, after]).collect())
}

pub(crate) fn any_item(words: &[&'static str]) -> impl Strategy<Value = Item> + use<> {
    let quote = prop_oneof![2 => Just(String::new()), 1 => text(words, 1..5)];
    (
        (text(words, 0..5), text(words, 0..12), option::of(text(words, 1..3)), quote),
        option::of(select(URLS)),
        option::of(select(vec!["fr", "en", "de", "ru", "ja"])),
        select(vec!["gazette", "Blog", "blog.paris"]),
        select(vec![Kind::News, Kind::Forum]),
        option::of(published()),
        details(),
    )
        .prop_map(
            |((title, text, author, quote), url, lang, source, kind, published, details)| Item {
                source: source.into(),
                kind,
                guid: None,
                url: url.map(|url| Url::parse(url).unwrap()),
                title,
                text,
                author,
                lang: lang.and_then(Lang::from_tag),
                published,
                updated: None,
                details: Details { quote, ..details },
            },
        )
}

fn published() -> impl Strategy<Value = Timestamp> {
    select(vec![
        "2025-12-31T23:59:59.9Z",
        "2026-01-01T00:00:00Z",
        "2026-01-31T18:29:59Z",
        "2026-01-31T18:30:00Z",
        "2026-02-01T23:59:59Z",
        "2026-02-02T09:59:00Z",
        "0001-01-01T00:00:00Z",
    ])
    .prop_map(time)
}

fn details() -> impl Strategy<Value = Details> {
    let links = subsequence(URLS, 0..3)
        .prop_map(|urls| urls.into_iter().map(|url| Url::parse(url).unwrap()).collect::<Vec<_>>());
    let tags = subsequence(vec!["Recall", "#thé vert", "tea"], 0..3)
        .prop_map(|tags| tags.into_iter().map(str::to_owned).collect::<Vec<_>>());
    let rating = select(vec![
        (1000, 1000, 5000),
        (3500, 1000, 5000),
        (5000, 1000, 5000),
        (7500, 0, 10_000),
        (6000, 1000, 10_000),
        (-500, -1000, 1000),
    ]);
    let count = || option::of(select(vec![0, 1, 9, 10, 20, 1000, 100_000, u64::MAX]));
    let rare = |of: &[&'static str]| option::weighted(0.4, select(of.to_vec()));
    (
        (links, any::<bool>(), tags, rare(&["FR", "gb"]), option::weighted(0.4, rating)),
        option::of(select(&Tone::ALL[..])),
        rare(&["t3_1", "t3_2"]),
        option::of(any::<bool>()),
        (count(), count(), count(), count(), count()),
    )
        .prop_map(|((links, image, tags, country, rating), tone, thread, reply, counts)| {
            Details {
                links,
                image,
                tags,
                country: country.and_then(Country::from_code),
                rating: rating.and_then(|(value, worst, best)| Rating::new(value, worst, best)),
                tone,
                thread: thread.map(str::to_owned),
                reply,
                quote: String::new(),
                engagement: Engagement {
                    likes: counts.0,
                    shares: counts.1,
                    comments: counts.2,
                    views: counts.3,
                    followers: counts.4,
                },
                ..Details::default()
            }
        })
}

/// One word in one of the ways in which it can be asked for.
fn word(words: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let is_plain = |word: &str| word.chars().all(char::is_alphanumeric);
    let asked = (select(words.to_vec()), 0..8_u8).prop_map(move |(word, way)| {
        let letters: Vec<char> = word.chars().collect();
        match way {
            0 if is_plain(word) => format!("{{{word}}}"),
            1 if is_plain(word) => {
                format!("{}*", letters[..letters.len().min(2)].iter().collect::<String>())
            }
            2 if is_plain(word) && letters.len() > 2 => {
                let mut shape = letters.clone();
                shape[1 + letters.len() / 2] = '?';
                shape.into_iter().collect()
            }
            3 if is_plain(word) && letters.len() > 3 => {
                format!(
                    "{}*{}",
                    letters[..2].iter().collect::<String>(),
                    letters[letters.len() - 1]
                )
            }
            _ => word.replace(' ', "-"),
        }
    });
    asked.prop_filter("not a word of a query", |word| query::parse(word).is_ok())
}

/// A word, a phrase or words within a distance.
fn part(words: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let single = || word(words).boxed();
    let plain = select(words.to_vec()).prop_map(|word| word.replace(' ', "-"));
    let joined = |count: Range<usize>| vec(single(), count).prop_map(|words| words.join(" "));
    prop_oneof![
        6 => single(),
        1 => plain.clone().prop_map(|word| format!("~{word}")),
        1 => vec(plain, 2..3).prop_map(|words| format!("~\"{}\"", words.join(" "))),
        2 => joined(2..4).prop_map(|words| format!("\"{words}\"")),
        2 => (joined(2..4), 0..6_usize).prop_map(|(words, n)| format!("\"{words}\"~{n}")),
    ]
}

/// What can be counted, and be near something.
fn positional(words: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    part(words).prop_recursive(3, 8, 3, |inner| {
        let near = select(vec!["NEAR/0", "NEAR/2", "NEAR/5", "NEAR", "NEAR/3f", "ONEAR/4"]);
        prop_oneof![
            2 => (inner.clone(), near, inner.clone()).prop_map(|(a, near, b)| format!("({a} {near} {b})")),
            1 => vec(inner, 2..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
        ]
    })
}

fn clause(words: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let fields = vec!["title:", "text:", "author:", "quote:"];
    let names =
        vec!["ozalee", "example", "thes", "\"blog ozalee\"", "the*", "{recall}", "glaces-1"];
    let counted = (select(vec![1, 2, 2, 3]), positional(words));
    prop_oneof![
        6 => part(words),
        6 => positional(words),
        3 => counted.prop_map(|(n, part)| format!("ATLEAST/{n} {part}")),
        3 => (select(fields), positional(words)).prop_map(|(field, part)| format!("{field}{part}")),
        2 => (select(vec!["url:", "links:"]), select(names)).prop_map(|(field, name)| format!("{field}{name}")),
        1 => Just("links:(example NEAR/3 thes)".to_owned()),
        1 => Just("ATLEAST/2 links:(example OR recall)".to_owned()),
        2 => select(FILTERS).prop_map(str::to_owned),
        2 => select(INTERVALS).prop_map(str::to_owned),
        1 => select(REGEXES).prop_map(str::to_owned),
    ]
}

/// Makes queries that need a word; the others are refused before anything could disagree on them.
pub(crate) fn any_query(words: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let clause = clause(words).boxed();
    let tree = clause.clone().prop_recursive(4, 12, 3, |inner| {
        let joined = |sign: &'static str| {
            vec(inner.clone(), 2..4).prop_map(move |parts| format!("({})", parts.join(sign)))
        };
        let scope = select(vec!["in:title", "in:text", "in:quote", "in:author"]);
        prop_oneof![
            2 => joined(" "),
            1 => joined(" AND "),
            3 => joined(" OR "),
            1 => inner.clone().prop_map(|part| format!("NOT {part}")),
            1 => (scope, inner.clone()).prop_map(|(scope, part)| format!("({scope} {part})")),
            2 => (inner.clone(), inner).prop_map(|(wanted, other)| format!("({wanted} -{other})")),
        ]
    });
    let group = || vec(clause.clone(), 1..4).prop_map(|parts| format!("({})", parts.join(" OR ")));
    let contexts = (option::weighted(0.15, group()), option::weighted(0.15, group()));
    let stems = option::weighted(0.15, select(vec!["stem:fr", "stem:(en OR de)"]));
    // A clause beside it lets a part through that only excludes.
    let anchored =
        (clause.clone(), tree.clone()).prop_map(|(clause, part)| format!("{clause} {part}"));
    (stems, prop_oneof![3 => tree, 1 => anchored], contexts)
        .prop_map(|(stems, tree, (context, anticontext))| {
            let parts = [
                stems.map(str::to_owned),
                Some(tree),
                context.map(|group| format!("context:{group}")),
                anticontext.map(|group| format!("anticontext:{group}")),
            ];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        })
        .prop_filter("only excludes", |text| query::parse(text).is_ok())
}
