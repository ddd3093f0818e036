//! Pairs of texts of which it is known whether one is a copy of the other: variants of texts written for
//! this, and twins, which share a template and tell different things. Also read by `story_bench`.

#![allow(clippy::unwrap_used, reason = "a fixture that cannot be read is a failed test")]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Text {
    pub(crate) title: String,
    pub(crate) text: String,
}

#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) kind: String,
    pub(crate) is_copy: bool,
    /// Which half of the texts it is made from.
    pub(crate) half: Half,
    pub(crate) first: Text,
    pub(crate) second: Text,
}

/// Thresholds were chosen on one half; the other tells how good they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Half {
    Tuned,
    Held,
}

/// What sites put around a text, by language.
const AROUND: [(&str, [&str; 3], [&str; 4]); 2] = [
    (
        "fr",
        [
            "PARIS (Agence) — ",
            "Par la rédaction avec l'Agence, mis à jour à 18 h 05 — ",
            "Valbourg, de notre envoyée spéciale. ",
        ],
        [
            "Partager sur Facebook Partager par courriel Imprimer l'article",
            "Nous utilisons des cookies pour mesurer l'audience de ce site. Accepter Refuser Gérer mes choix",
            "Recevez chaque matin notre lettre d'information. En vous inscrivant vous acceptez nos conditions générales.",
            "Lire aussi : ",
        ],
    ),
    (
        "en",
        [
            "LONDON (Newswire) -- ",
            "By our staff and agencies, updated 6.05pm. ",
            "EDINBURGH, Tuesday – ",
        ],
        [
            "Share on Facebook Share by e-mail Print this article",
            "We use cookies to measure how this site is used. Accept all Reject all Manage preferences",
            "Get our newsletter every morning. By signing up you agree to our terms and conditions.",
            "Read more: ",
        ],
    ),
];

pub(crate) fn pairs() -> Vec<Pair> {
    let mut pairs = Vec::new();
    for lang in ["fr", "en"] {
        let bases = lines(&format!("base_{lang}.jsonl"));
        for (at, base) in bases.iter().enumerate() {
            let other = &bases[(at + 2) % bases.len()];
            copies(at, lang, base, other, &mut pairs);
        }
    }
    for (at, template) in lines("twins.jsonl").iter().enumerate() {
        twins(half(at), template, &mut pairs);
    }
    pairs
}

/// Alternates, so that both halves have texts of both languages and most kinds.
fn half(at: usize) -> Half {
    if (at / 2).is_multiple_of(2) { Half::Tuned } else { Half::Held }
}

fn copies(at: usize, lang: &str, base: &Value, other: &Value, pairs: &mut Vec<Pair>) {
    let first = text_of(base, "title", "text");
    let headline = field(base, "headline");
    let mut add = |kind: &str, is_copy, second: Text| {
        let kind = kind.to_owned();
        pairs.push(Pair { kind, is_copy, half: half(at), first: first.clone(), second });
    };
    let changed = |title: &str, text: String| Text { title: title.to_owned(), text };
    add("verbatim", true, first.clone());
    add("headline", true, changed(&headline, first.text.clone()));
    add("preface", true, prefaced(at, lang, &first));
    add("cut", true, changed(&first.title, cut(&first.text)));
    add("boilerplate", true, framed(at, lang, &first, &field(other, "title")));
    add("summary", true, changed(&first.title, summary(&first.text)));
    add("summary and headline", true, changed(&headline, summary(&first.text)));
    add("typography", true, retyped(at, &first));
    add("update", true, updated(base, &first));
    let mixed = changed(&headline, cut(&prefaced(at + 1, lang, &updated(base, &first)).text));
    add("mixed", true, framed(at + 1, lang, &mixed, &field(other, "title")));
    if base.get("rewrite").is_some() {
        add("rewrite", true, text_of(base, "rewrite_title", "rewrite"));
    }
    add("other", false, text_of(other, "title", "text"));
    let other = text_of(other, "title", "text");
    add("other, framed alike", false, framed(at, lang, &other, &first.title));
}

fn twins(half: Half, template: &Value, pairs: &mut Vec<Pair>) {
    let (kind, lang) = (field(template, "kind"), field(template, "lang"));
    let fills = template["fills"].as_array().unwrap();
    let texts: Vec<Text> = fills.iter().map(|fill| filled(template, fill)).collect();
    for (at, first) in texts.iter().enumerate() {
        let mut add = |kind: String, is_copy, first: &Text, second: &Text| {
            let (first, second) = (first.clone(), second.clone());
            pairs.push(Pair { kind, is_copy, half, first, second });
        };
        let copy = framed(at, &lang, &prefaced(at, &lang, first), "…");
        add("copy of a twin".to_owned(), true, first, &copy);
        for second in &texts[at + 1..] {
            add(kind.clone(), false, first, second);
            let (left, right) = (framed(at, &lang, first, "…"), framed(at, &lang, second, "…"));
            add(format!("{kind}, framed alike"), false, &left, &right);
            let right = framed(at, &lang, &prefaced(at, &lang, second), "…");
            add(format!("{kind}, framed unlike"), false, first, &right);
            let (left, right) = (cut(&first.text), cut(&second.text));
            let shorter = |title: &str, text| Text { title: title.to_owned(), text };
            add(
                format!("{kind}, cut"),
                false,
                &shorter(&first.title, left),
                &shorter(&second.title, right),
            );
        }
    }
}

fn filled(template: &Value, fill: &Value) -> Text {
    let fill = |name: &str| {
        let parts = fill.as_array().unwrap().iter().enumerate();
        parts.fold(field(template, name), |text, (at, part)| {
            text.replace(&format!("{{{at}}}"), part.as_str().unwrap())
        })
    };
    Text { title: fill("title"), text: fill("text") }
}

fn around(lang: &str) -> (&'static [&'static str; 3], &'static [&'static str; 4]) {
    let (_, prefaces, frames) = AROUND.iter().find(|(of, ..)| *of == lang).unwrap();
    (prefaces, frames)
}

fn prefaced(at: usize, lang: &str, text: &Text) -> Text {
    let (prefaces, _) = around(lang);
    let preface = prefaces[at % prefaces.len()];
    Text { title: text.title.clone(), text: format!("{preface}{}", text.text) }
}

/// Puts what surrounds texts on their page above, into and below it.
fn framed(at: usize, lang: &str, text: &Text, other_title: &str) -> Text {
    let (_, [share, cookies, letter, more]) = around(lang);
    let middle = text.text.match_indices(". ").nth(1).map_or(text.text.len(), |(at, _)| at + 2);
    let (above, below) = text.text.split_at(middle);
    let first = if at.is_multiple_of(3) { cookies } else { share };
    let text_framed = format!("{first}\n{above}\n{more}{other_title}\n{below}\n{letter}");
    Text { title: text.title.clone(), text: text_framed }
}

/// Keeps a little more than half of the words.
fn cut(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    format!("{}…", words[..words.len() * 11 / 20].join(" "))
}

/// What a feed has of an article: its first sentence, and at most 30 words.
fn summary(text: &str) -> String {
    let end = text.match_indices(". ").map(|(at, _)| at + 1).find(|at| *at > 100);
    let words: Vec<&str> = text[..end.unwrap_or(text.len())].split(' ').collect();
    if words.len() <= 30 { words.join(" ") } else { format!("{} […]", words[..30].join(" ")) }
}

fn updated(base: &Value, first: &Text) -> Text {
    let changes = base["update"].as_array().unwrap();
    let apply = |text: &str| {
        changes.iter().fold(text.to_owned(), |text, change| {
            text.replace(change[0].as_str().unwrap(), change[1].as_str().unwrap())
        })
    };
    let text = format!("{} {}", apply(&first.text), field(base, "adds"));
    Text { title: apply(&first.title), text }
}

fn retyped(at: usize, text: &Text) -> Text {
    let change = |text: &str| match at / 2 % 3 {
        0 => text.to_uppercase(),
        1 => text.chars().map(plain).collect(),
        _ => text.replace('\'', "’").replace(' ', "\u{a0}").replace("« ", "“").replace(" »", "”"),
    };
    Text { title: change(&text.title), text: change(&text.text) }
}

fn plain(c: char) -> char {
    match c {
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'à' | 'â' => 'a',
        'ç' => 'c',
        'ô' => 'o',
        'û' | 'ù' => 'u',
        'î' | 'ï' => 'i',
        'É' => 'E',
        'À' => 'A',
        '«' | '»' | '“' | '”' => '"',
        '’' => '\'',
        c => c,
    }
}

fn text_of(base: &Value, title: &str, text: &str) -> Text {
    Text { title: field(base, title), text: field(base, text) }
}

fn field(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap().to_owned()
}

fn lines(name: &str) -> Vec<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/stories");
    let text = fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
