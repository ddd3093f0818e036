//! `vigie search`, over what a daemon has read.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::process::Place;
use crate::settings::{FOLDER, watching};
use crate::site::{Page, Publication, Site};

const COURRIER: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel>
<title>Le Courrier</title><link>https://courrier.example/</link><description>d</description>
<language>fr</language>
<item><guid>c1</guid><link>https://courrier.example/1</link><author>anne@courrier.example (Anne)</author>
  <title>Ozalée : « l'été », le "vrai", en boîte</title><pubDate>Sun, 01 Mar 2026 08:00:00 GMT</pubDate>
  <description>&lt;p&gt;Une ligne, puis une autre.&lt;/p&gt;&lt;p&gt;Ozalée la seconde.&lt;/p&gt;</description></item>
<item><guid>c2</guid><link>https://courrier.example/2</link>
  <title>Bruinelle répond</title><pubDate>Mon, 02 Mar 2026 08:00:00 GMT</pubDate>
  <description>Le rival d'Ozalée s'explique longuement, sur bien des points.</description></item>
<item><guid>c3</guid><link>https://courrier.example/3</link>
  <title>Ozalée, Ozalée, Ozalée</title><pubDate>Tue, 03 Mar 2026 23:30:00 GMT</pubDate>
  <description>Ozalée</description></item>
</channel></rss>"#;

const COURRIER_NAME: &str = "Le Courrier, \"du soir\"";

const GAZETTE: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel>
<title>The Gazette</title><link>https://gazette.example/</link><description>d</description>
<language>en-GB</language>
<item><guid>g1</guid><link>https://gazette.example/1</link>
  <title>Ozalee comes to London</title><pubDate>Wed, 04 Mar 2026 08:00:00 GMT</pubDate>
  <description>Sparkling tea.</description></item>
</channel></rss>"#;

/// A folder whose ledger holds the items of both feeds.
fn archive() -> Place {
    let site = |feed: &'static str| {
        Site::start(move |request| match request.path.as_str() {
            "/feed" => Page::feed(feed.to_owned()),
            _ => Page::missing(),
        })
    };
    let (courrier, gazette) = (site(COURRIER), site(GAZETTE));
    let settings = watching(&[("courrier", &courrier), ("gazette", &gazette)], FOLDER)
        .replace("[sources.courrier]", &format!("[sources.courrier]\nname = {COURRIER_NAME:?}"));
    let place = Place::new(&settings);
    let daemon = place.start();
    daemon.wait_until("all items to be indexed", || {
        place.path("data/index/meta.json").exists() && place.search(&["Ozalée"]).len() == 4
    });
    assert!(daemon.stop().success());
    place
}

/// The addresses of what was found, without `https://`.
fn urls(found: &[Value]) -> Vec<&str> {
    found.iter().map(|row| row["url"].as_str().unwrap().trim_start_matches("https://")).collect()
}

#[test]
fn a_search_is_narrowed_by_time_source_and_language_and_sorted() {
    let place = archive();
    let check = |options: &[&str], expect: &[&str]| {
        let found = place.search(&[&["Ozalée"], options].concat());
        assert_eq!(urls(&found), expect, "{options:?}");
    };
    let [c1, c2, c3] = ["courrier.example/1", "courrier.example/2", "courrier.example/3"];
    let g1 = "gazette.example/1";
    check(&[], &[g1, c3, c2, c1]);
    check(&["--since", "2026-03-02"], &[g1, c3, c2]);
    check(&["--since", "2026-03-02T08:01"], &[g1, c3]);
    check(&["--until", "2026-03-03"], &[c3, c2, c1]);
    check(&["--since", "2026-03-02", "--until", "2026-03-02"], &[c2]);
    check(&["--since", "2026-03-04T08:00:00Z"], &[g1]);
    check(&["--source", "gazette"], &[g1]);
    check(&["--lang", "fr"], &[c3, c2, c1]);
    check(&["--lang", "en"], &[g1]);
    check(&["--limit", "2"], &[g1, c3]);
    check(&["--source", "nobody"], &[]);
    let best = place.search(&["Ozalée", "--sort", "score"]);
    assert_eq!(urls(&best)[0], c3, "{best:?}");
    assert_eq!(urls(&best)[3], c2, "{best:?}");
    let scores: Vec<f64> = best.iter().map(|row| row["score"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b) && scores[3] > 0.0, "{scores:?}");
}

#[test]
fn a_search_understands_the_whole_language() {
    let place = archive();
    let check = |query: &str, expect: &[&str]| {
        let found = place.search(&[query]);
        assert_eq!(urls(&found), expect, "{query}");
    };
    let [c1, c2, c3] = ["courrier.example/1", "courrier.example/2", "courrier.example/3"];
    let g1 = "gazette.example/1";
    check("/l'[eé]té/", &[c1]);
    check("lang:fr -/L'ÉTÉ/i ozalée", &[c3, c2]);
    check("title:/Ozal[eé]e/ date:[* TO 2026-03-03]", &[c3, c1]);
    check("{Ozalee}", &[g1]);
    check("ATLEAST/3 ozalée", &[c3]);
    check("rival NEAR/2 ozalée", &[c2]);
    check("ozalée context:(tea OR boîte) anticontext:ligne", &[g1]);
    check("oz*ée ~points", &[c2]);
}

#[test]
fn rows_in_json_and_in_csv_hold_the_same_whatever_is_in_the_texts() {
    let place = archive();
    let json = place.search(&["second"]);
    assert_eq!(json, [] as [Value; 0], "words are not cut");
    let json = place.search(&["seconde"]);
    assert_eq!(json.len(), 1);
    let check = |field: &str, expect: &str| assert_eq!(json[0][field], expect, "{field}");
    check("date", "2026-03-01T08:00:00Z");
    check("source", "courrier");
    check("source_name", COURRIER_NAME);
    check("kind", "news");
    check("lang", "fr");
    check("author", "Anne");
    check("title", "Ozalée : « l'été », le \"vrai\", en boîte");
    check("url", "https://courrier.example/1");

    let csv = place.print(&["search", "--csv", "Ozalée"]);
    let columns =
        "id,date,source,source_name,kind,lang,author,title,url,snippet,score,removed,details";
    assert_eq!(csv.lines().next(), Some(columns));
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let all = place.search(&["Ozalée"]);
    assert_eq!(rows.len(), all.len());
    for (row, json) in rows.iter().zip(&all) {
        for (name, value) in header.iter().zip(row) {
            let json = &json[name];
            let expect = match json.as_str() {
                Some(text) => text.to_owned(),
                None if json.is_null() => String::new(),
                None => json.to_string(),
            };
            assert_eq!(value, expect, "{name}");
        }
    }
    assert!(csv.contains("\"Ozalée : « l'été », le \"\"vrai\"\", en boîte\""), "{csv}");
    assert!(csv.contains(",\"Le Courrier, \"\"du soir\"\"\","), "{csv}");
}

#[test]
fn a_search_is_written_for_people_where_nothing_else_is_asked_for() {
    let place = archive();
    let text = place.print(&["search", "--limit", "1", "Ozalée"]);
    assert!(
        text.contains("2026-03-04 08:00 +00:00  gazette (news)\n  Ozalee comes to London\n"),
        "{text}"
    );
    assert!(text.ends_with("1 of 4 items; --limit shows more\n"), "{text}");
    assert!(!text.contains('\x1b'), "no colours in a pipe: {text}");
    assert_eq!(place.print(&["search", "rappel"]), "0 items\n");
}

#[test]
fn a_query_that_can_not_be_read_is_pointed_at() {
    let place = Place::new(&watching(&[], FOLDER));
    let errors = place.refuse(2, &["search", "Ozalée AND (rappel"]);
    let pointer = format!("{}^", " ".repeat(13));
    let rest = format!("{pointer}\n  hint: add a ) where the group ends\n");
    assert_eq!(errors, format!("query: ( is never closed\n  Ozalée AND (rappel\n{rest}"));
    let errors = place.refuse(2, &["search", "titel:rappel"]);
    let rest = "titel:rappel\n  ^^^^^^\n  hint: did you mean title:?\n";
    assert_eq!(errors, format!("query: unknown field titel:\n  {rest}"));
}

#[test]
fn options_that_can_not_be_read_are_told_with_a_hint() {
    let place = Place::new(&watching(&[], FOLDER));
    let options = ["--since", "yesterday", "--lang", "français"];
    let errors = place.refuse(2, &[&["search", "Ozalée"], options.as_slice()].concat());
    assert!(errors.contains("--since: \"yesterday\" is not a time"), "{errors}");
    assert!(errors.contains("--lang: \"français\" is not a language tag"), "{errors}");
    assert_eq!(errors.matches("hint:").count(), 2, "{errors}");
    place.refuse(2, &["search", "Ozalée", "--limit", "0"]);
    place.refuse(2, &["search", "Ozalée", "--json", "--csv"]);
}

#[test]
fn where_there_is_no_ledger_nothing_is_made() {
    let place = Place::new(&watching(&[], FOLDER));
    for command in [["search", "Ozalée"].as_slice(), &["status"]] {
        for data in [[].as_slice(), &["--data", "mistyped"]] {
            let errors = place.refuse(2, &[command, data].concat());
            assert!(errors.contains("there is no ledger here"), "{errors}");
            assert!(errors.contains("hint: `vigie run` or `vigie demo` begins one"), "{errors}");
        }
    }
    let names: Vec<_> = std::fs::read_dir(place.path("")).unwrap().collect();
    assert_eq!(names.len(), 1, "only the configuration: {names:?}");
}

#[test]
fn an_item_is_found_within_two_seconds_of_being_stored() {
    let courrier = Publication::default();
    courrier.publish("0", "Rien à signaler", "");
    let site = courrier.site();
    let place = Place::new(&watching(&[("courrier", &site)], FOLDER));
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"new\":1"]);
    let mut slowest = Duration::ZERO;
    for word in ["pétillant", "mentholé", "fumé"] {
        courrier.publish(word, &format!("Un thé {word}"), "");
        daemon.wait_for_line(&["visited", "\"new\":1"]);
        let stored = Instant::now();
        while place.search(&[word]).is_empty() {
            assert!(stored.elapsed() < Duration::from_secs(2), "{word} is not found");
        }
        slowest = slowest.max(stored.elapsed());
    }
    assert!(daemon.stop().success());
    println!("found at most {} ms after it was stored", slowest.as_millis());
}
