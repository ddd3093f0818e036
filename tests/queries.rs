//! `vigie query`, and what configurations say of queries.

use std::io::Write as _;
use std::process::Stdio;

use chrono::{NaiveTime, TimeDelta};
use serde_json::Value;
use store::Declaration;

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
fn check_warns_of_what_is_probably_not_meant() {
    let parts = "[parts]\nrivals = 'Bruinelle'\n[queries]\nrival = '@rival'";
    let place = Place::new(&watching(&[], FOLDER).replace("[queries]", parts));
    let told = place.print(&["check"]);
    let file = place.path("vigie.toml");
    let file = file.display();
    let expect = format!(
        "warning: {file}:8: parts.rivals: no query uses this part; one would write @rivals\n\
         warning: {file}:10: queries.rival: at character 1: \
         @rival is a handle; the part is called @rivals [unknown-part]\n  hint: write @rivals\n\
         {file} is valid (sources: 0, queries: 2, subscriptions: 1, recipients: 1, endpoints: 0)\n"
    );
    let (said, next) = told.split_at(told.find("subscription ").unwrap());
    assert_eq!(said, expect);
    assert!(next.starts_with("subscription  recipients  next mail"), "{next}");
}

#[test]
fn a_query_is_told_what_is_wrong_with_it_and_what_is_probably_not_meant() {
    let parts = "[parts]\nrivals = 'Bruinelle'\n[queries]";
    let place = Place::new(&asking("mixed = 'Ozalée brut OR Bruine'").replace("[queries]", parts));
    let told = place.print(&["query", "lint", "mixed"]);
    let expect = "saved query mixed: 1 remark\n\
                  warning: OR is read after AND: “Ozalée brut” is one alternative [mixed-and-or]\n  \
                  Ozalée brut OR Bruine\n  ^^^^^^^^^^^^^^^^^^^^^\n  hint: put brackets around what belongs together\n";
    assert_eq!(told, expect);
    assert_eq!(place.print(&["query", "lint", "-spam @rivals"]), "query: nothing to say\n");

    let output = place.run(&["query", "lint", "Ozalée AND ("]);
    let told = String::from_utf8(output.stdout).unwrap();
    let expect = "query: 1 remark\nerror: ( is never closed [syntax]\n  \
                  Ozalée AND (\n             ^\n  hint: add a ) where the group ends\n";
    assert_eq!((told.as_str(), output.status.code()), (expect, Some(2)));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");

    let told = rows(&place.print(&["query", "lint", "--all", "--json"]));
    let found: Vec<_> = told
        .iter()
        .map(|row| (row["name"].as_str().unwrap(), row["lints"].as_array().unwrap().len()))
        .collect();
    assert_eq!(found, [("mixed", 1), ("ozalee", 0)]);
    let lint = &told[0]["lints"][0];
    assert_eq!((&lint["code"], &lint["severity"]), (&"mixed-and-or".into(), &"warning".into()));

    let errors = place.refuse(2, &["query", "lint"]);
    assert!(
        errors.contains("Usage: vigie query lint [OPTIONS] <QUERY-or-NAME | --all>"),
        "{errors}"
    );
    place.refuse(2, &["query", "lint", "--all", "mixed"]);
    place.configure("[queries]\nozalee = '('");
    let errors = place.refuse(2, &["query", "lint", "--all"]);
    assert!(
        errors.contains("vigie.toml:2: queries.ozalee: at character 1: ( is never"),
        "{errors}"
    );
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
    stock.visit(begin, &[item("courrier", "1", "Ozalée", "")]);
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
    assert!(!place.print(&["status"]).contains("warning"));
}

#[test]
fn status_warns_of_queries_that_look_at_every_item() {
    let place = Place::new(&asking(""));
    let queries = [("ever", "rating:[* TO 2]"), ("ozalee", "Ozalée"), ("newer", "EVER-SINCE ( 3")];
    let mut ledger = place.ledger();
    let queries = queries.map(|(name, text)| (name.into(), text.to_owned()));
    let declaration = Declaration { sources: &[], queries: &queries, subscriptions: &[] };
    ledger.declare(&declaration, now()).unwrap();
    let told = place.print(&["status"]);
    let expect = "warning: the query ever waits for no word, so that it looks at every item\n";
    assert!(told.ends_with(&format!("0 given up\n{expect}")), "{told}");
}

#[test]
fn a_query_says_why_it_finds_an_item_of_the_ledger() {
    let place = Place::new(&asking("recall = 'title:(Ozalée NEAR/3 rappel)'"));
    let begin = now() - TimeDelta::days(1);
    let mut stock = Stock::new(&place, &["courrier"], &[], begin);
    stock
        .visit(begin, &[item("courrier", "1", "Ozalée \u{1b}[31mouvre", "Un rappel, rue Ozalée.")]);
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

/// A ledger of the last weeks: what was read at noon of so many days ago, by two sources.
fn weeks(place: &Place) {
    let noon = now().date_naive().and_time(NaiveTime::MIN).and_utc() + TimeDelta::hours(12);
    let ago = |days| noon - TimeDelta::days(days);
    let mut stock = Stock::new(place, &["courrier", "gazette"], &[], ago(21));
    let old = item("courrier", "old", "Ozalée, avant", "");
    stock.visit(
        ago(20),
        &[
            model::Item { published: Some(ago(24)), ..old },
            item("courrier", "1", "Ozalée\u{1b}[2J ouvre", "Un yacht\u{202e} au port."),
            item("courrier", "2", "Le yacht Ozalée", "Un yacht au port."),
            item("gazette", "1", "Ozalée launches tea", ""),
        ],
    );
    stock.visit(ago(19), &[item("courrier", "3", "Ozalée, le yacht", "Vu au port.")]);
    let ours = ["a", "b", "c"].map(|name| item("gazette", name, "Ozalée again", "Tea, as ever."));
    stock.visit(ago(3), &ours);
    let others: Vec<_> = (0..40)
        .map(|n| item("courrier", &format!("autre-{n}"), &format!("Autre {n}"), "Tea, rien."))
        .collect();
    stock.visit(ago(2), &others);
    stock.finish();
}

#[test]
fn a_test_counts_what_a_query_would_have_found_and_the_mails() {
    let place = Place::new(&asking("yacht = 'Ozalée yacht'"));
    weeks(&place);
    let told = rows(&place.print(&["query", "test", "ozalee", "--days", "22", "--json"]));
    let told = &told[0];
    assert_eq!(
        (&told["name"], &told["found"], &told["past"]),
        (&"ozalee".into(), &7.into(), &0.into())
    );
    let days: Vec<u64> =
        told["days"].as_array().unwrap().iter().map(|day| day["items"].as_u64().unwrap()).collect();
    let mut expect = [0; 22];
    (expect[1], expect[2], expect[18]) = (3, 1, 3);
    assert_eq!(days, expect);
    let newest: Vec<&str> =
        told["newest"].as_array().unwrap().iter().map(|row| row["url"].as_str().unwrap()).collect();
    assert_eq!(newest.len(), 5);
    assert!(
        newest[..3].iter().all(|url| url.starts_with("https://www.gazette.example/")),
        "{newest:?}"
    );
    assert_eq!(newest[3], "https://www.courrier.example/3");
    let counted = |field: &str| -> Vec<(String, u64)> {
        let counted = told[field].as_array().unwrap().iter();
        counted
            .map(|it| (it["name"].as_str().unwrap().to_owned(), it["items"].as_u64().unwrap()))
            .collect()
    };
    assert_eq!(counted("sources"), [("The gazette".to_owned(), 4), ("The courrier".to_owned(), 3)]);
    assert_eq!(
        counted("sites"),
        [("gazette.example".to_owned(), 4), ("courrier.example".to_owned(), 3)]
    );
    let terms: Vec<&str> = told["telling"]["terms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["word"].as_str().unwrap())
        .collect();
    assert_eq!(terms, ["ever", "port", "yacht"], "tea is everywhere");
    let mails = |told: &Value| -> Vec<(u64, u64)> {
        let mails = told["mails"].as_array().unwrap().iter();
        mails.map(|it| (it["sent"].as_u64().unwrap(), it["largest"].as_u64().unwrap())).collect()
    };
    assert_eq!(mails(told)[..3], [(3, 3), (3, 3), (3, 3)]);

    // What the source had before it was read is found, and told to nobody.
    let told = rows(&place.print(&["query", "test", "Ozalée", "--days", "30", "--json"]));
    assert_eq!((&told[0]["found"], &told[0]["past"]), (&8.into(), &1.into()));
    assert_eq!(told[0]["name"], Value::Null);
    assert_eq!(mails(&told[0])[..3], [(3, 3), (3, 3), (3, 3)]);
}

#[test]
fn a_test_says_what_an_edit_would_gain_and_lose() {
    let place = Place::new(&asking("yacht = 'Ozalée yacht'"));
    weeks(&place);
    let arguments =
        ["query", "test", "Ozalée -again", "--days", "21", "--against", "ozalee", "--json"];
    let told = rows(&place.print(&arguments));
    let against = &told[0]["against"];
    assert_eq!(
        (&told[0]["found"], &against["gained"]["items"], &against["lost"]["items"]),
        (&4.into(), &0.into(), &3.into())
    );
    assert_eq!(against["lost"]["newest"].as_array().unwrap().len(), 3);
    assert_eq!(against["lost"]["newest"][0]["title"], "Ozalée again");

    let told = place.print(&["query", "test", "gazette OR source:gazette", "--against", "yacht"]);
    assert!(
        told.starts_with("query: gazette OR source:gazette\n\nFound in 30 days: 4 items\n"),
        "{told}"
    );
    assert!(told.contains("In the place of yacht it gains 4 items and loses 3 items."), "{told}");
    assert!(told.contains("\nLost, the newest:\n\n"), "{told}");
    assert!(!told.contains(['\u{1b}', '\u{202e}']), "{told}");
    assert!(told.contains("\n  as it happens: 2, the largest with 3 texts\n"), "{told}");

    let errors = place.refuse(2, &["query", "test", "x", "--against", "tacht"]);
    let expect = "--against: there is no saved query \"tacht\"\n  hint: did you mean \"yacht\"?\n";
    assert_eq!(errors, expect);
    place.refuse(2, &["query", "test", "x", "--days", "0"]);
    place.refuse(2, &["query", "test", "x", "--days", "367"]);
}

#[test]
fn queries_of_other_services_become_a_configuration_and_losses_are_told() {
    let place = Place::new(&asking("").replace("[queries]", "[parts]\nteam = 'us'\n[queries]"));
    let table = "name,query\n\
        Ozalée,\"(ozalée* OR \"\"Maison Ozalée\"\") NEAR/5 (prix OR \"\"l'eau\"\")\"\n\
        Rivals,Bruinelle AND authorGender:F\n\
        Rivals,Verveine OR @team\n\
        \"Only\u{1b}\",authorGender:F\n";
    std::fs::write(place.path("queries.csv"), table).unwrap();
    let output = place.run(&["query", "import", "--from", "brandwatch", "queries.csv"]);
    assert!(output.status.success());
    let toml = String::from_utf8(output.stdout).unwrap();
    let imported: toml::Table = toml.parse().unwrap();
    let queries: Vec<(&str, &str)> = imported["queries"]
        .as_table()
        .unwrap()
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str().unwrap()))
        .collect();
    let expect = [
        // The configuration has an ozalee already.
        ("ozalee-2", "(ozalée* OR \"Maison Ozalée\") NEAR/5 (prix OR \"l'eau\")"),
        ("rivals", "Bruinelle"),
        ("rivals-2", "Verveine OR \"@team\""),
    ];
    assert_eq!(queries, expect);
    assert!(toml.starts_with("# From Brandwatch: queries.csv\n"), "{toml}");
    assert!(
        toml.contains("\n# line 3: Bruinelle AND authorGender:F\nrivals = 'Bruinelle'\n"),
        "{toml}"
    );
    assert!(
        toml.ends_with("\n# line 5: authorGender:F\n# Nothing of it could be carried over.\n"),
        "{toml}"
    );

    let told = String::from_utf8(output.stderr).unwrap();
    let check = |expect: &str| assert!(told.contains(expect), "{told}");
    check("queries.csv: line 3, character 15: “authorGender:F” was not carried over: ");
    check("\nQueries written: 3 (not whole: 1), rows not read: 0\n");
    assert!(!told.contains('\u{1b}') && !toml.contains('\u{1b}'));

    // What was written is valid where it is put.
    let settings = asking("").replace("[queries]\n", "[parts]\nteam = 'us'\n");
    place.configure(&settings.replace("ozalee = 'Ozalée'\n", &format!("{toml}ozalee = 'x'\n")));
    assert!(
        place.print(&["query", "list"]).contains("\nrivals-2  -    "),
        "{}",
        place.print(&["query", "list"])
    );
}

#[test]
fn where_no_query_can_be_carried_over_the_import_fails() {
    let place = Place::empty();
    let import = |file: &str| ["query", "import", "--from", "syften", file].map(str::to_owned);
    let check = |file: &str, expect: &str| {
        let arguments = import(file);
        let errors = place.refuse(1, &arguments.each_ref().map(String::as_str));
        assert!(errors.ends_with(expect), "{errors}");
    };
    check(
        "nowhere.csv",
        "error: failed to read nowhere.csv: No such file or directory (os error 2)\n",
    );
    std::fs::write(place.path("empty.csv"), "\n").unwrap();
    check("empty.csv", "error: empty.csv holds no query that could be carried over\n");
    std::fs::write(place.path("latin.csv"), b"name,query\na,Ozal\xe9e\n").unwrap();
    check("latin.csv", "error: failed to read latin.csv: stream did not contain valid UTF-8\n");
    let errors = place.refuse(2, &["query", "import", "--from", "bing", "x"]);
    assert!(errors.contains("brandwatch, meltwater, talkwalker, google, syften"), "{errors}");
}
