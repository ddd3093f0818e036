//! `vigie query`, and what configurations say of queries.

use std::io::Write as _;
use std::process::Stdio;

use chrono::TimeDelta;
use serde_json::Value;

use crate::process::{Place, now};
use crate::settings::{FOLDER, watching};
use crate::site::Publication;
use crate::stock::{Stock, item};

#[test]
fn an_edited_part_gives_the_queries_that_use_it_another_past() {
    let gazette = Publication::default();
    gazette.publish("1", "Bruinelle répond", "");
    gazette.publish("2", "Verveine se tait", "");
    let site = gazette.site();
    let configuration = |rivals: &str| {
        let queries =
            format!("[parts]\nrivals = '{rivals}'\n[queries]\nrival = 'title:x OR @rivals'");
        watching(&[("gazette", &site)], FOLDER).replace("[queries]", &queries)
    };
    let place = Place::new(&configuration("Bruinelle"));
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"new\":2", "\"hits\":1"]);
    assert_eq!(place.ledger().queries().unwrap().queries[1].1, "title:x OR (Bruinelle)");

    place.configure(&configuration("Bruinelle OR Verveine"));
    daemon.signal("HUP");
    let hits = || place.ledger().status(now()).unwrap().queries[1].hits;
    daemon.wait_until("the archive to be searched", || hits() == 2);
    assert!(daemon.stop().success());
    let found = place.search(&["@rivals"]);
    assert_eq!(found.len(), 2, "a search knows the parts too: {found:?}");
}

#[test]
fn check_warns_of_parts_that_are_probably_not_meant() {
    let parts = "[parts]\nrivals = 'Bruinelle'\n[queries]\nrival = '@rival'";
    let place = Place::new(&watching(&[], FOLDER).replace("[queries]", parts));
    let told = place.print(&["check"]);
    let file = place.path("vigie.toml");
    let file = file.display();
    let expect = format!(
        "warning: {file}:7: parts.rivals: no query uses this part; one would write @rivals\n\
         warning: {file}:9: queries.rival: @rival is no part, so that it finds the handle\n  \
         hint: did you mean @rivals?\n\
         {file} is valid (sources: 0, queries: 2, subscriptions: 1)\n"
    );
    assert_eq!(told, expect);
}

/// A configuration with these queries; `ozalee` is one of them.
fn asking(queries: &str) -> String {
    watching(&[], FOLDER).replace("[queries]", &format!("[queries]\n{queries}"))
}

fn rows(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn queries_are_listed_with_what_they_found_in_a_week_and_how_they_are_looked_for() {
    let queries =
        "ever = 'rating:[* TO 2]'\nlong = \'\'\'\nthé OR\n@drink\n\'\'\'\n[parts]\ndrink = 'eau'";
    let place = Place::new(
        &asking("").replace("ozalee = 'Ozalée'", &format!("ozalee = 'Ozalée'\n{queries}")),
    );
    let expect = "query   7 d                       text\n\
                  ever    -    looks at every item  rating:[* TO 2]\n\
                  long    -                         thé OR @drink\n\
                  ozalee  -                         Ozalée\n";
    assert_eq!(place.print(&["query", "list"]), expect, "there is no ledger yet");

    let saved = [("ozalee", "Ozalée"), ("long", "thé OR (eau)")];
    let begin = now() - TimeDelta::days(20);
    let mut stock = Stock::new(&place, &["courrier"], &saved, begin);
    stock.visit(begin + TimeDelta::hours(1), &[item("courrier", "1", "Ozalée", "")]);
    stock.visit(now() - TimeDelta::days(3), &[item("courrier", "2", "Ozalée", "Du thé.")]);
    stock.visit(now() - TimeDelta::hours(3), &[item("courrier", "3", "Ozalée encore", "")]);
    stock.finish();
    let told = rows(&place.print(&["query", "list", "--json"]));
    assert_eq!(told.len(), 3);
    let check = |row: usize, name: &str, anchored: bool, hits: Value| {
        let told = (&told[row]["name"], &told[row]["anchored"], &told[row]["hits_7d"]);
        assert_eq!(told, (&name.into(), &anchored.into(), &hits));
    };
    check(0, "ever", false, Value::Null);
    check(1, "long", true, 1.into());
    check(2, "ozalee", true, 2.into());
    assert_eq!(told[1]["expanded"], "thé OR\n(eau)\n");
}

#[test]
fn a_query_says_why_it_finds_an_item_of_the_ledger() {
    let place = Place::new(&asking("recall = 'title:(Ozalée NEAR/3 rappel)'"));
    let begin = now() - TimeDelta::days(1);
    let mut stock = Stock::new(&place, &["courrier"], &[], begin);
    stock.visit(
        begin + TimeDelta::hours(1),
        &[item("courrier", "1", "Ozalée \u{1b}[31mouvre", "Un rappel, rue Ozalée.")],
    );
    stock.finish();

    let told = place.print(&["query", "explain", "ozalee", "1"]);
    assert!(
        told.starts_with("saved query ozalee: Ozalée\n\nitem 1: Ozalée  [31mouvre ("),
        "{told}"
    );
    assert!(told.contains(")\nfound\n"), "{told}");
    let told = place.print(&["query", "explain", "-\"rue Ozalée\" ozalée", "1"]);
    assert!(told.starts_with("query: -\"rue Ozalée\" ozalée\n"), "{told}");
    assert!(told.contains("\nnot found\n"), "{told}");
    assert!(!told.contains('\u{1b}'), "{told}");

    let told = rows(&place.print(&["query", "explain", "--json", "recall", "1"]));
    assert_eq!(told.len(), 1);
    assert_eq!((&told[0]["name"], &told[0]["item"]["id"]), (&"recall".into(), &1.into()));
    assert_eq!(told[0]["explanation"]["holds"], false);

    let errors = place.refuse(2, &["query", "explain", "ozalee", "99"]);
    assert!(errors.starts_with("99: the ledger has no item of this number\n  hint: "), "{errors}");
    let errors = place.refuse(2, &["query", "explain", "(ozalee", "1"]);
    assert!(errors.starts_with("query: ( is never closed\n  (ozalee\n  ^\n"), "{errors}");
    place.configure("[queries]\nozalee = ''");
    let errors = place.refuse(2, &["query", "explain", "ozalee", "1"]);
    assert!(errors.contains("queries.ozalee: at character 1: the query is empty"), "{errors}");
}

#[test]
fn a_query_says_why_it_finds_what_a_feed_would_bring() {
    let place = Place::empty();
    let feed = crate::process::tests_folder().join("../fixtures/feeds/rss20_what_items_carry.xml");
    let extracted = place.print(&["extract", feed.to_str().unwrap(), "--json"]);
    let count = rows(&extracted).iter().filter(|row| row.get("problems").is_none()).count();
    assert!(count >= 2, "{extracted}");
    let check = |told: &[Value]| {
        assert_eq!(told.len(), count, "{told:?}");
        let found: Vec<&Value> = told.iter().map(|row| &row["explanation"]["holds"]).collect();
        assert_eq!((found[0], found[1]), (&true.into(), &false.into()));
        assert_eq!(told[0]["item"]["id"], Value::Null);
    };
    std::fs::write(place.path("items.json"), &extracted).unwrap();
    check(&rows(&place.print(&["query", "explain", "--json", "tag:thé", "items.json"])));

    let mut child = place
        .command()
        .args(["query", "explain", "--json", "tag:thé", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(extracted.as_bytes()).unwrap();
    check(&rows(&String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()));

    std::fs::write(place.path("other.json"), "{\"title\": 3}").unwrap();
    for (file, expect) in [
        ("nowhere.json", "error: failed to read nowhere.json"),
        ("other.json", "error: object 1 of other.json is no item"),
        ("vigie.toml", "error: failed to read vigie.toml"),
    ] {
        let errors = place.refuse(1, &["query", "explain", "thé", file]);
        assert!(errors.starts_with(expect), "{errors}");
    }
}
