use model::{Details, Item, Kind};
use proptest::prelude::*;
use query::analysis;

use super::*;

/// Words, phrases, brackets and OR, as of a search engine.
fn engine() -> Language {
    Language {
        or: Some("OR".to_owned()),
        groups: true,
        and: true,
        phrase: Some(Phrase::Quoted),
        accents: false,
        length: 500,
    }
}

/// Words that must all be there, and phrases.
fn plain() -> Language {
    Language { or: None, groups: false, ..engine() }
}

/// Words with OR, and no brackets.
fn flat() -> Language {
    Language { groups: false, or: Some("|".to_owned()), ..engine() }
}

/// One thing at a time, in the letters that are written.
fn one() -> Language {
    Language { and: false, phrase: Some(Phrase::Loose), accents: true, ..plain() }
}

fn tags() -> Language {
    Language { phrase: Some(Phrase::Joined), ..plain() }
}

fn found(query: &str, language: &Language) -> Result<Vec<String>, Untranslatable> {
    searches(&query::parse(query).unwrap(), language)
}

fn check(language: &Language, query: &str, expect: &[&str]) {
    assert_eq!(found(query, language).unwrap(), expect, "{query}");
}

#[test]
fn a_search_engine_is_asked_for_all_that_it_can_say() {
    let check = |query, expect: &str| check(&engine(), query, &[expect]);
    check("Ozalée", "Ozalée");
    check("\"Ozalée brut\"", "\"Ozalée brut\"");
    check("\"ozalee.com\" OR #ozaleebrut", "\"ozalee.com\" OR ozaleebrut");
    check("l'Oréal", "\"l'Oréal\"");
    check("Ozalée (rappel OR recall) -yacht", "Ozalée (rappel OR recall)");
    check("(Ozalée thé) OR Bruinelle", "(Ozalée thé) OR Bruinelle");
    check("Ozalée NEAR/5 \"prix fort\"", "Ozalée \"prix fort\"");
    check("Ozalée lang:fr rating:[1 TO 3] site:a.example", "Ozalée");
    check("Ozalée ~vendre bout*", "Ozalée");
    check("\"Ozalée bout* fraîche\"", "Ozalée fraîche");
    check("@ozalee_fr", "\"ozalee_fr\"");
    check("title:Ozalée", "Ozalée");
    check("-(-Ozalée -Bruinelle)", "Ozalée OR Bruinelle");
    check("Orange context:(thé OR boisson) anticontext:fruit", "Orange (thé OR boisson)");
    check("{BT} rappel", "BT rappel");
    check("\"Or\" Ozalée", "or Ozalée");
    check("東京 Ozalée", "東京 Ozalée");
}

#[test]
fn what_a_platform_cannot_say_is_split_or_left_out() {
    check(&plain(), "Ozalée OR Bruinelle", &["Ozalée", "Bruinelle"]);
    check(&plain(), "Ozalée (rappel OR recall)", &["Ozalée rappel", "Ozalée recall"]);
    // One of the two finds what the other does.
    check(&plain(), "Ozalée OR \"Ozalée brut\" OR (thé Ozalée)", &["Ozalée"]);
    let many = (0..12).map(|n| format!("mot{n}")).collect::<Vec<_>>().join(" OR ");
    check(&plain(), &format!("Ozalée ({many})"), &["Ozalée"]);
    check(
        &flat(),
        "Ozalée OR \"thé vert\" OR (Bruinelle prix)",
        &["Ozalée | \"thé vert\"", "Bruinelle prix"],
    );
    check(&one(), "Ozalée rappel", &["Ozalée", "ozalee"]);
    check(&one(), "\"l'Oréal Paris\"", &["l Oréal Paris"]);
    check(&tags(), "\"Ozalée brut\" OR Bruinelle thé", &["Ozaléebrut", "ozaleebrut", "Bruinelle"]);
}

#[test]
fn a_long_search_is_split_where_it_can_be() {
    let short = Language { length: 30, ..engine() };
    check(
        &short,
        "Ozalée OR Bruinelle OR Verveine OR Tisane",
        &["Ozalée OR Bruinelle", "Verveine OR Tisane"],
    );
    check(
        &short,
        "\"une phrase bien plus longue que permis\"",
        &["\"une phrase bien plus longue\""],
    );
}

#[test]
fn what_would_search_for_everything_is_refused() {
    for query in ["~vendre OR Ozalée", "lang:fr -Ozalée thé*", "author:Zoé", "/th[eé]/", "🍵🍵"]
    {
        assert_eq!(found(query, &engine()), Err(Untranslatable::NoWord), "{query}");
    }
    let many = (0..40).map(|n| format!("mot{n}")).collect::<Vec<_>>().join(" OR ");
    assert_eq!(found(&many, &plain()), Err(Untranslatable::TooMany));
    assert_eq!(found(&many, &engine()).unwrap().len(), 1);
}

/// What a platform would do with a search, in the dumbest way.
struct Platform<'t> {
    words: Vec<String>,
    or: Option<&'t str>,
    loose: bool,
}

impl Platform<'_> {
    fn finds(&self, search: &str) -> bool {
        let mut rest = search;
        let held = self.alternatives(&mut rest);
        assert_eq!(rest, "", "{search}");
        held
    }

    fn alternatives(&self, rest: &mut &str) -> bool {
        let mut held = self.all(rest);
        while let Some(after) = self.or.and_then(|or| rest.strip_prefix(or)?.strip_prefix(' ')) {
            *rest = after;
            held |= self.all(rest);
        }
        held
    }

    fn all(&self, rest: &mut &str) -> bool {
        let mut held = true;
        loop {
            if let Some(inner) = rest.strip_prefix('(') {
                *rest = inner;
                held &= self.alternatives(rest);
                *rest = rest.strip_prefix(')').unwrap();
            } else if let Some(inner) = rest.strip_prefix('"') {
                let (phrase, after) = inner.split_once('"').unwrap();
                *rest = after;
                held &= self.has_phrase(phrase);
            } else {
                let end = rest.find([' ', ')']).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                *rest = after;
                assert!(!word.is_empty());
                held &= self.has_phrase(word);
            }
            *rest = rest.trim_start();
            if rest.is_empty()
                || rest.starts_with(')')
                || self.or.is_some_and(|or| rest.starts_with(or))
            {
                return held;
            }
        }
    }

    fn has_phrase(&self, phrase: &str) -> bool {
        let words: Vec<String> = analysis::words(phrase).map(|word| word.text).collect();
        if self.loose {
            return words.iter().all(|word| self.words.contains(word));
        }
        self.words.windows(words.len()).any(|run| run == words)
    }
}

fn item(title: &str, text: &str) -> Item {
    Item {
        source: "s".into(),
        kind: Kind::News,
        guid: None,
        url: None,
        title: title.to_owned(),
        text: text.to_owned(),
        author: None,
        lang: None,
        published: None,
        updated: None,
        details: Details::default(),
    }
}

const WORDS: [&str; 7] = ["Ozalée", "brut", "thé", "L'Or", "rappel", "東京", "noir"];

fn any_query() -> impl Strategy<Value = String> {
    let word = prop::sample::select(WORDS.to_vec());
    let leaf = prop_oneof![
        4 => word.clone().prop_map(str::to_owned),
        2 => prop::collection::vec(word.clone(), 1..4).prop_map(|words| format!("\"{}\"", words.join(" "))),
        1 => (word.clone(), word.clone()).prop_map(|(a, b)| format!("(\"{a}\" NEAR/2 \"{b}\")")),
        1 => prop::collection::vec(word.clone(), 2..4).prop_map(|words| format!("\"{}\"~3", words.join(" "))),
        1 => word.clone().prop_map(|word| format!("title:\"{word}\"")),
        1 => prop::sample::select(vec!["~rappels", "rapp*", "/noir/", "kind:news", "lang:fr", "{brut}"])
            .prop_map(str::to_owned),
        1 => (word.clone(), word).prop_map(|(a, b)| format!("context:(\"{a}\" OR brut) anticontext:(\"{b}\")")),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" OR "))),
            3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("({})", parts.join(" AND "))),
            1 => inner.clone().prop_map(|part| format!("(brut NOT ({part}))")),
            1 => inner.prop_map(|part| format!("(NOT (NOT ({part})))")),
        ]
    })
}

fn any_text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..7)
        .prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_search_is_narrower_than_its_query(
        query in any_query(),
        texts in prop::collection::vec((any_text(), any_text()), 12),
        length in 12_usize..200,
    ) {
        let Ok(query) = query::parse(&query) else { return Ok(()) };
        for language in [engine(), plain(), flat(), one()] {
            let language = Language { length, ..language };
            let Ok(searches) = searches(&query, &language) else { continue };
            prop_assert!(!searches.is_empty() && searches.len() <= SEARCHES_MAX);
            for (title, text) in &texts {
                if !query.matches(&item(title, text)) {
                    continue;
                }
                // A word that nobody asks for keeps a phrase from reaching across.
                let whole = format!("{title} / fin / {text}");
                let platform = Platform {
                    words: analysis::words(&whole).map(|word| word.text).collect(),
                    or: language.or.as_deref(),
                    loose: language.phrase == Some(Phrase::Loose),
                };
                prop_assert!(
                    searches.iter().any(|search| platform.finds(search)),
                    "{query} finds {title:?} {text:?}, {searches:?} do not"
                );
            }
        }
    }

    #[test]
    fn any_query_that_asks_for_a_word_is_translated(query in any_query()) {
        let Ok(query) = query::parse(&query) else { return Ok(()) };
        for language in [engine(), plain(), flat(), one(), tags()] {
            for search in searches(&query, &language).unwrap_or_default() {
                prop_assert!(!search.trim().is_empty());
                prop_assert!(search.chars().count() <= language.length);
            }
        }
    }
}
