use model::{Country, Details, Engagement, Item, Kind, Lang, Rating, Tone};
use proptest::prelude::*;

use super::*;
use crate::{Parts, TextField};

fn item() -> Item {
    Item {
        source: "Gazette".into(),
        kind: Kind::News,
        guid: None,
        url: Some("https://www.gazette.example/thes".parse().unwrap()),
        title: "Ozalée ouvre l’usine".to_owned(),
        text:
            "Le thé pétillant arrive.\n\nUn thé noir, un vert. BT rappelle des Bouteilles de thé \
               #Vrac, et Bt en reparlera."
                .to_owned(),
        author: Some("Zoé Martin".to_owned()),
        lang: Lang::from_tag("fr"),
        published: Some("2026-01-31T18:45:30Z".parse().unwrap()),
        updated: None,
        details: Details {
            tags: vec!["Été".to_owned(), "eau".to_owned()],
            rating: Rating::new(7000, 0, 10_000),
            reply: Some(false),
            quote: "La limonade de Zoé".to_owned(),
            engagement: Engagement { likes: Some(1), views: Some(20), ..Engagement::default() },
            ..Details::default()
        },
    }
}

fn explain(query: &str) -> Explanation {
    match crate::parse(query) {
        Ok(parsed) => parsed.explain(&item()),
        Err(problems) => panic!("{query}: {problems:?}"),
    }
}

fn render(query: &str, expect: &[&str]) {
    let rendered = explain(query).render();
    assert_eq!(rendered.lines().collect::<Vec<_>>(), expect, "{query}\n{rendered}");
}

#[test]
fn what_was_found_is_shown_in_its_place() {
    render(
        "ozalée (rappel OR \"thé noir\") lang:fr -title:concours",
        &[
            "found",
            "  yes  all of",
            "    yes  ozalée",
            "           title: [Ozalée] ouvre l’usine",
            "    yes  any of",
            "      no   rappel — does not occur",
            "      yes  \"thé noir\"",
            "             text: Le thé pétillant arrive. Un [thé noir], un vert. BT rappelle des …",
            "    yes  lang:fr",
            "    yes  -title:concours — does not occur",
        ],
    );
    render(
        "ATLEAST/2 th*",
        &[
            "found",
            "  yes  ATLEAST/2 th* — occurs 3 times",
            "         text: Le [thé] pétillant arrive. Un thé …",
            "         text: Le thé pétillant arrive. Un [thé] noir, un vert. BT rappelle …",
            "         text: … rappelle des Bouteilles de [thé] #Vrac, et Bt en reparlera.",
        ],
    );
}

#[test]
fn for_what_is_not_found_the_reasons_are_listed() {
    render(
        "ozalée (rappel OR \"noir thé\") lang:en -title:usine",
        &[
            "not found",
            "  no   all of",
            "    yes  ozalée",
            "           title: [Ozalée] ouvre l’usine",
            "    no   any of",
            "      no   rappel — does not occur",
            "      no   \"noir thé\" — the words occur, but in another order",
            "    no   lang:en — the item's language is fr",
            "    no   -title:usine",
            "           title: Ozalée ouvre l’[usine]",
            "",
            "not found because of:",
            "  rappel — does not occur",
            "  \"noir thé\" — the words occur, but in another order",
            "  lang:en — the item's language is fr",
            "  title:usine — holds, and is excluded",
        ],
    );
    render("café", &["not found", "  no   café — does not occur"]);
}

#[test]
fn a_long_list_of_reasons_is_cut() {
    let words: Vec<String> = (10..35).map(|n| format!("x{n}")).collect();
    let rendered = explain(&format!("thé {}", words.join(" "))).render();
    assert!(rendered.ends_with("\n  x29 — does not occur\n  and 5 more\n"), "{rendered}");
}

#[test]
fn the_context_shows_its_score_and_what_made_it() {
    render(
        "ozalée context:(noir OR lait) anticontext:(usine OR café)",
        &[
            "not found",
            "  no   all of",
            "    yes  ozalée",
            "           title: [Ozalée] ouvre l’usine",
            "    no   context — the score is 0: 1 for and 1 against; it must be 1 or more",
            "      for",
            "        yes  noir",
            "               text: … pétillant arrive. Un thé [noir], un vert. BT rappelle des …",
            "        no   lait — does not occur",
            "      against",
            "        yes  usine",
            "               title: Ozalée ouvre l’[usine]",
            "        no   café — does not occur",
            "",
            "not found because of:",
            "  context — the score is 0: 1 for and 1 against; it must be 1 or more",
        ],
    );
}

#[test]
fn a_named_part_is_shown_by_its_name_and_its_clauses() {
    let mut parts = Parts::default();
    parts.insert("teas", "\"Thé  glacé\" OR (~Maté -title:concours) OR lang:fr").unwrap();
    parts.insert("brand", "title:Acme").unwrap();
    parts.insert("handles", "@acme_fr OR @acme").unwrap();
    let render = |query: &str| crate::parse_with(query, &parts).unwrap().explain(&item()).render();
    assert_eq!(
        render("ozalée -@teas"),
        "\
not found
  no   all of
    yes  ozalée
           title: [Ozalée] ouvre l’usine
    no   none of @teas
      no   \"the glace\" — glace does not occur
      no   all of
        no   ~mate — does not occur
        yes  -title:concours — does not occur
      yes  lang:fr

not found because of:
  lang:fr — holds, and is excluded
"
    );
    assert_eq!(render("@brand"), "not found\n  no   title:acme — does not occur\n");
    assert_eq!(render("@Acme"), "not found\n  no   @Acme — does not occur\n");
    assert_eq!(
        render("@handles"),
        "\
not found
  no   any of @handles
    no   @acme_fr — does not occur
    no   @acme — does not occur
"
    );
}

/// Compares the notes of all leaves.
fn notes(query: &str, expect: &[&str]) {
    let explanation = explain(query);
    let mut found = Vec::new();
    leaves(&explanation, &mut |leaf| found.extend(leaf.notes.clone()));
    assert_eq!(found, expect, "{query}");
}

fn leaves<'a>(explanation: &'a Explanation, visit: &mut impl FnMut(&'a Explanation)) {
    match &explanation.clause {
        Clause::All { parts } | Clause::Any { parts } => {
            for part in parts {
                leaves(part, visit);
            }
        }
        Clause::Not { part } => leaves(part, visit),
        Clause::Context { wanted, unwanted, .. } => {
            wanted.iter().chain(unwanted).for_each(|part| leaves(part, visit));
            visit(explanation);
        }
        Clause::Words { .. }
        | Clause::Pattern { .. }
        | Clause::Filter { .. }
        | Clause::Interval { .. } => visit(explanation),
    }
}

#[test]
fn words_that_are_missing_are_named() {
    notes("café", &["does not occur"]);
    notes("\"thé glacé\"", &["glace does not occur"]);
    notes("\"thé glacé frappé glacé\"", &["glace, frappe do not occur"]);
    notes("thé NEAR/5 (lait OR ~crème OR su*e)", &["lait, ~creme, su*e do not occur"]);
    notes(
        &format!(
            "thé NEAR/5 ({})",
            (10..23).map(|n| format!("x{n}")).collect::<Vec<_>>().join(" OR ")
        ),
        &["x10, x11, x12, x13, x14, x15, x16, x17, x18, x19 and 3 more do not occur"],
    );
    notes("/caf[eé]/", &["does not occur"]);
    notes("🍵", &["does not occur"]);
}

#[test]
fn words_of_another_field_are_found_there() {
    notes("title:thé", &["found only in the text"]);
    notes("limonade", &["found only in the quote"]);
    notes("\"de zoé\"", &["found only in the quote"]);
    notes("zoé", &["found only in the author and the quote"]);
    notes("title:/thé/", &["found only in the text"]);
    notes("gazette", &["found only in the url"]);
}

#[test]
fn words_written_otherwise_are_shown() {
    notes("{bt}", &["{bt} is only written BT, Bt"]);
    notes("\"{bt} rappelle {the}\"", &["{bt} is only written BT, Bt", "{the} is only written thé"]);
    notes("\"{bt} {bt}\"", &["{bt} is only written BT, Bt"]);
    notes("{Café}", &["does not occur"]);
    notes("#thé", &["#the occurs only without its sign"]);
    notes("#café", &["does not occur"]);
}

#[test]
fn words_in_the_wrong_place_are_told_from_missing_ones() {
    notes("\"thé vert\"", &["the words occur, but not next to each other"]);
    notes("\"noir thé\"", &["the words occur, but in another order"]);
    notes("\"usine noir\"", &["the words occur, but not all in one field"]);
    notes("usine NEAR/9 noir", &["the words occur, but not all in one field"]);
    notes("thé NEAR/0 vert", &["the words occur, but with 2 others between them"]);
    notes("noir NEAR/0 vert", &["the words occur, but with 1 other between them"]);
    notes("vert NEAR/0 noir", &["the words occur, but with 1 other between them"]);
    notes("\"le un bt de et des noir vert thé\"", &["the words occur, but not next to each other"]);
    notes("vert NEAR/5f noir", &["the words occur, but in another order"]);
    notes("vert NEAR/0f noir", &["the words occur, but not so near each other"]);
    notes("pétillant ONEAR/1 noir", &["the words occur, but with 3 others between them"]);
    notes("\"noir arrive\"~1", &["the words occur, but with 2 others between them"]);
    notes("\"noir noir\"~9", &["the words occur, but not so near each other"]);
    notes(
        "(\"thé vert\" OR lait) NEAR/3 noir",
        &["lait does not occur", "the words of \"the vert\" occur, but not next to each other"],
    );
    notes(
        "(noir NEAR/0 vert) NEAR/3 thé",
        &["the words of (noir NEAR/0 vert) occur, but with 1 other between them"],
    );
}

#[test]
fn reasons_come_from_both_fields_and_are_not_too_many() {
    let item = Item {
        title: "cher x y z noir a b vert x y z ABCD".to_owned(),
        text: "vert a noir a cher ABCD Abcd aBcd abCd abcD ABcd AbCd AbcD aBCd aBcD abCD"
            .to_owned(),
        ..item()
    };
    let check = |query: &str, expect: &[&str]| {
        assert_eq!(crate::parse(query).unwrap().explain(&item).notes, expect, "{query}");
    };
    check("noir NEAR/0 vert", &["the words occur, but with 1 other between them"]);
    check("cher NEAR/1f noir", &["the words occur, but in another order"]);
    check(
        "{abcd}",
        &["{abcd} is only written ABCD, Abcd, aBcd, abCd, abcD, ABcd, AbCd, AbcD, aBCd, aBcD"],
    );
    let upper = "LE THÉ PÉTILLANT ARRIVE UN VERT RAPPELLE DES BOUTEILLES DE VRAC";
    let exact: Vec<String> = upper.split(' ').map(|word| format!("{{{word}}}")).collect();
    assert_eq!(exact.len(), 11);
    assert_eq!(explain(&format!("noir NEAR/5 ({})", exact.join(" OR "))).notes.len(), 10);
}

#[test]
fn the_item_s_own_value_is_told() {
    notes("lang:en", &["the item's language is fr"]);
    notes("lang:fr", &[]);
    notes("country:fr", &["the item's country is not known"]);
    notes("tone:positive", &["the item's tone is not known"]);
    notes("kind:forum", &["the item's kind is news"]);
    notes("source:autre", &["the item's source is gazette"]);
    notes("site:autre.example", &["the item's address is https://www.gazette.example/thes"]);
    notes("tag:vin", &["the item's tags are ete, eau"]);
    notes("thread:x", &["the item's thread is not known"]);
    notes("has:image", &["the item has no image"]);
    notes("reply:true", &["the item is no reply"]);
    notes("rating:[4 TO 5]", &["the item has 3.8 stars: 7 of 10"]);
    notes("rating:[1 TO 2]/10", &["the item is rated 7 of 10"]);
    notes("rating:[1 TO 2]/5", &["the item is rated 7 of 10, not of 5"]);
    notes("date:2026-02-01", &["the item is dated 2026-01-31T18:45:30Z"]);
    notes("minute:[18:00 TO 19:00]", &["the item is dated 18:45 UTC"]);
    notes("likes:[5 TO *]", &["the item has 1 like"]);
    notes("views:[5 TO *]", &["the item has 20 views"]);
    notes("shares:[5 TO *]", &["the number of shares is not known"]);
}

#[test]
fn an_item_that_says_nothing_of_itself_is_told_so() {
    let mute =
        Item { url: None, lang: None, published: None, details: Details::default(), ..item() };
    let check = |query: &str, expect: &str| {
        assert_eq!(crate::parse(query).unwrap().explain(&mute).notes, [expect], "{query}");
    };
    check("site:a.example", "the item's address is not known");
    check("lang:fr", "the item's language is not known");
    check("tag:x", "the item has no tags");
    check("reply:true", "whether the item is a reply is not known");
    check("rating:[1 TO 2]", "the item has no rating");
    check("rating:[1 TO 2]/10", "the item has no rating");
    check("date:2026-01-01", "the item states no date");
    check("minute:[18:00 TO 19:00]", "the item states no date");
    let rated = Item {
        details: Details {
            rating: Rating::new(1000, 1000, 5000),
            reply: Some(true),
            country: Country::from_code("be"),
            tone: Some(Tone::Neutral),
            thread: Some("t\n1".to_owned()),
            ..Details::default()
        },
        ..item()
    };
    let check = |query: &str, expect: &str| {
        assert_eq!(crate::parse(query).unwrap().explain(&rated).notes, [expect], "{query}");
    };
    check("rating:[2 TO 3]", "the item has 1 star");
    check("reply:false", "the item is a reply");
    check("country:fr", "the item's country is be");
    check("tone:positive", "the item's tone is neutral");
    check("thread:x", "the item's thread is t 1");
}

fn culprits(query: &str, expect: &[&str]) {
    let explanation = explain(query);
    let culprits = explanation.culprits();
    let texts: Vec<&str> = culprits.iter().map(|culprit| culprit.text.as_str()).collect();
    assert_eq!(texts, expect, "{query}");
}

#[test]
fn culprits_are_the_clauses_that_decide() {
    culprits("thé", &[]);
    culprits("thé café lait", &["café", "lait"]);
    culprits("café OR (thé lait)", &["café", "lait"]);
    culprits("thé -noir", &["noir"]);
    culprits("thé -(noir OR café)", &["noir"]);
    culprits("thé -(noir vert)", &["noir", "vert"]);
    culprits("thé -(-café)", &["-(-café)"]);
    culprits("thé (lait OR café) lang:en", &["lait", "café", "lang:en"]);
    culprits("thé context:lait", &["context:lait"]);
}

fn found(query: &str, text: &str) -> Found {
    let item = Item { text: text.to_owned(), ..item() };
    let explanation = crate::parse(query).unwrap().explain(&item);
    let (Clause::Words { found, .. } | Clause::Pattern { found, .. }) = explanation.clause else {
        panic!("{query} asks for no words");
    };
    found
}

#[test]
fn more_places_than_are_kept_are_still_counted() {
    let text = "thé ".repeat(150);
    let check = |query: &str, count: usize| {
        let found = found(query, &text);
        assert_eq!((found.count, found.places.len()), (count, 20), "{query}");
    };
    check("thé", 150);
    check("/thé/", 100);
    let item = Item { title: "thé ".repeat(15), text, ..item() };
    let found = |query: &str| crate::parse(query).unwrap().explain(&item);
    let rendered = found("thé").render();
    assert!(rendered.ends_with("         and 162 more\n"), "{rendered}");
    for (query, count) in [("thé", 165), ("/thé/", 100)] {
        let (Clause::Words { found, .. } | Clause::Pattern { found, .. }) = found(query).clause
        else {
            panic!("{query} asks for no words");
        };
        assert_eq!((found.count, found.places.len()), (count, 20), "{query}");
    }
}

#[test]
fn what_stands_around_a_place_is_short_and_on_one_line() {
    let place = |query: &str, text: &str| found(query, text).places.remove(0);
    let shown = |place: &Place| {
        let marks = place.snippet.marks.iter();
        marks.map(|mark| place.snippet.text[mark.clone()].to_owned()).collect::<Vec<_>>()
    };
    let found = place("thé", "a\u{1b}[1m\r\n\tle  \u{202e}thé\u{202c}\n\nvert");
    assert_eq!((found.field, found.range.clone()), (TextField::Text, 15..19));
    assert_eq!(found.snippet.text, "a [1m le thé vert");
    assert_eq!(shown(&found), ["thé"]);
    assert!(!found.snippet.cut_before && !found.snippet.cut_after);

    let found = place("vert NEAR/9 thé", "thé et vert");
    assert_eq!(
        (found.range.clone(), shown(&found)),
        (0..12, vec!["thé".to_owned(), "vert".to_owned()])
    );
    assert_eq!(shown(&place("/\\s+/", "thé  vert")), Vec::<String>::new());

    let words = "mot ".repeat(50);
    let found = place("thé NEAR/100 vert", &format!("{words}thé {words}vert {words}"));
    assert!(found.snippet.cut_before && found.snippet.cut_after);
    // Seven words before, and of the place what fits; its other end does not.
    assert_eq!(
        found.snippet.text.trim_end(),
        ["mot ".repeat(7), "thé ".to_owned(), "mot ".repeat(46)].concat().trim_end()
    );
    assert_eq!(shown(&found), ["thé"]);

    let found = place("東", &format!("{}東{}", "京".repeat(100), "京".repeat(100)));
    assert_eq!(found.snippet.text.chars().count(), 61);
    assert_eq!(shown(&found), ["東"]);
}

#[test]
fn an_explanation_is_told_to_programs_by_names_that_stay() {
    let check = |query: &str, expect: serde_json::Value| {
        assert_eq!(serde_json::to_value(explain(query)).unwrap(), expect, "{query}");
    };
    check(
        "title:usine -lang:fr",
        serde_json::json!({
            "span": {"start": 0, "end": 20}, "text": "title:usine -lang:fr", "holds": false,
            "notes": [], "kind": "all",
            "parts": [
                {
                    "span": {"start": 0, "end": 11}, "text": "title:usine", "holds": true,
                    "notes": [], "kind": "words", "scope": "title", "at_least": 1,
                    "found": {"count": 1, "places": [{
                        "field": "title", "range": {"start": 18, "end": 23},
                        "snippet": {
                            "text": "Ozalée ouvre l’usine", "marks": [{"start": 18, "end": 23}],
                            "cut_before": false, "cut_after": false,
                        },
                    }]},
                },
                {
                    "span": {"start": 12, "end": 20}, "text": "-lang:fr", "holds": false,
                    "notes": [], "kind": "not",
                    "part": {
                        "span": {"start": 13, "end": 20}, "text": "lang:fr", "holds": true,
                        "notes": [], "kind": "filter", "field": "lang", "asked": "fr",
                        "actual": ["fr"],
                    },
                },
            ],
        }),
    );
    check(
        "rating:5",
        serde_json::json!({
            "span": {"start": 0, "end": 8}, "text": "rating:5", "holds": false,
            "notes": ["the item has 3.8 stars: 7 of 10"], "kind": "interval", "field": "rating",
            "asked": "[5 TO 5]", "actual": "3.8",
        }),
    );
    check(
        "/x/ OR lang:fr",
        serde_json::json!({
            "span": {"start": 0, "end": 14}, "text": "/x/ OR lang:fr", "holds": true,
            "notes": [], "kind": "any",
            "parts": [
                {
                    "span": {"start": 0, "end": 3}, "text": "/x/", "holds": false,
                    "notes": ["found only in the url"], "kind": "pattern",
                    "scope": "title_or_text", "found": {"count": 0, "places": []},
                },
                {
                    "span": {"start": 7, "end": 14}, "text": "lang:fr", "holds": true,
                    "notes": [], "kind": "filter", "field": "lang", "asked": "fr",
                    "actual": ["fr"],
                },
            ],
        }),
    );
}

#[test]
fn a_long_clause_is_cut() {
    let explanation = explain(&format!("\"{}\"", "anticonstitutionnellement ".repeat(60)));
    assert_eq!(explanation.text.chars().count(), Explanation::TEXT_CHARS_MAX + 1);
    assert!(explanation.text.ends_with("…"));
}

proptest! {
    #[test]
    fn an_explanation_agrees_with_the_answer_and_its_places_are_in_the_text(
        query in "((NOT |-|)(title:|text:|quote:|ATLEAST/2 |)\
            (\\()?(a|b|ab|ba|a\\*|\"a b\"|\"b a\"~1|\\{Ab\\}|~abs|#a|🍵|/a b?/|lang:fr|rating:3|a NEAR/1 b|a ONEAR/2 \"b a\"|(a|🍵) NEAR/1 (b|\"a 🍵\"))(\\))?\
            ( | OR | AND )){1,5}(a|b|c) (context:a anticontext:\\(b OR ab\\))?",
        title in "((a|b|ab|Ab|#a|🍵|c)[ ,]){0,4}",
        text in "((a|b|Ab|ABA|abs|#a|🍵|\n|\u{202e})[ ,]?){0,14}",
    ) {
        let Ok(parsed) = crate::parse(&query) else { return Ok(()) };
        let item = Item { title, text, ..item() };
        let explanation = parsed.explain(&item);
        prop_assert_eq!(explanation.holds, parsed.matches(&item));
        prop_assert_eq!(explanation.culprits().is_empty(), explanation.holds);
        let rendered = explanation.render();
        prop_assert!(!rendered.contains('\u{202e}'), "{}", rendered);
        let mut wrong = Vec::new();
        leaves(&explanation, &mut |leaf| {
            let (Clause::Words { found, .. } | Clause::Pattern { found, .. }) = &leaf.clause else {
                return;
            };
            if (found.count > 0) == found.places.is_empty() {
                wrong.push(format!("{}: {found:?}", leaf.text));
            }
            for place in &found.places {
                let text = place.field.of(&item);
                let found = text.get(place.range.clone()).map(str::trim);
                let snippet = &place.snippet;
                let marked: String =
                    snippet.marks.iter().map(|mark| &snippet.text[mark.clone()]).collect();
                let starts_and_ends = found.is_some_and(|found| {
                    found.starts_with(marked.chars().next().unwrap_or_default())
                        && found.ends_with(marked.chars().last().unwrap_or_default())
                });
                if !starts_and_ends || snippet.marks.is_empty() {
                    wrong.push(format!("{}: {place:?}", leaf.text));
                }
            }
        });
        prop_assert!(wrong.is_empty(), "{query}: {wrong:?}");
    }
}
