//! What holds of themes, people and relevance whatever strangers write: nothing panics, every limit holds,
//! the same items give the same answer, in whatever order they come, and what stands beyond the limit of
//! what is read changes nothing, so that one word a million times costs what it costs eight thousand times.

mod people;
mod relevance;
mod theme;

use enrich::theme::Document;
use model::{ItemId, Lang, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

/// What strangers write: words that recur, and whatever else they can type or send.
fn fragment() -> impl Strategy<Value = String> {
    let words = select(vec![
        "thé",
        "Ozalée",
        "ozalee",
        "rappel",
        "bouteilles",
        "éclatent",
        "service client",
        "burst",
        "recall",
        "refund",
        "why can't I",
        "il manque",
        "ne marche pas",
        "merci",
        "🍋",
        "漢字の名前",
        "東京",
        "สวัสดี",
        "l'été",
        "e\u{301}te\u{301}",
        "#rappel",
        "@ozalee",
        "https://x.example/a?b=c",
        "www.x.example",
        "ﬁn",
        "İstanbul",
        "ß",
        "ΑΣ",
        "\u{202e}evil\u{202c}",
        "\u{200b}\u{feff}",
        "a\u{0}b",
        "1 000",
        "12,5",
        "O'Neil-Smith",
        "\u{a0}",
        "…",
        ". ",
        "! ",
        "\r\n",
        "\n",
    ]);
    let long = (select(vec!["a", "é", "漢", "mot ", "#"]), 1..1_000_usize);
    prop_oneof![
        30 => words.prop_map(str::to_owned),
        10 => Just(" ".to_owned()),
        4 => any::<String>(),
        1 => long.prop_map(|(what, count)| what.repeat(count)),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..12).prop_map(|parts| parts.join(" "))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

/// An item, as it can be shuffled.
#[derive(Debug, Clone)]
struct Row {
    id: u64,
    story: u64,
    source: &'static str,
    author: Option<String>,
    lang: Option<Lang>,
    title: String,
    text: String,
}

fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let author = prop::option::of(prop_oneof![
        select(vec!["Anne", "ANNE", "Marc", "Guest 12"]).prop_map(str::to_owned),
        any::<String>()
    ]);
    let lang = select(vec!["fr", "en", "de", "und", ""]).prop_map(Lang::from_tag);
    let row = (0..8_u64, select(vec!["forum", "press"]), author, lang, text(), text());
    prop::collection::vec(row, 0..most).prop_map(|rows| {
        let row = |(id, (story, source, author, lang, title, text))| Row {
            id,
            story,
            source,
            author,
            lang,
            title,
            text,
        };
        (1..).zip(rows).map(row).collect()
    })
}

fn documents(rows: &[Row]) -> Vec<Document<'_>> {
    let document = |row| {
        let Row { id, story, source, author, lang, title, text }: &Row = row;
        Document {
            id: ItemId(*id),
            // Some tell a story with others, most their own.
            story: ItemId(if *story < 3 { 1_000 + story } else { *id }),
            source,
            author: author.as_deref(),
            time: at(i64::try_from(*id).unwrap()),
            lang: lang.as_ref(),
            title,
            text,
        }
    };
    rows.iter().map(document).collect()
}

fn backwards<T: Clone>(all: &[T]) -> Vec<T> {
    all.iter().rev().cloned().collect()
}

fn own() -> Vec<String> {
    vec!["Ozalée".to_owned()]
}
