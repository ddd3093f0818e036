//! Facts about the files that are read.

use super::super::Dialect::{Brandwatch, GoogleAlerts, Meltwater, Syften};
use super::*;

/// Returns the queries of a file as `name = query`, and its problems as they are shown.
fn outline(dialect: Dialect, file: &str) -> (Vec<String>, Vec<String>) {
    let Import { queries, problems } = read(dialect, file);
    (
        queries.into_iter().map(|query| format!("{} = {}", query.name, query.query)).collect(),
        problems.into_iter().map(|problem| problem.to_string()).collect(),
    )
}

fn check(dialect: Dialect, file: &str, queries: &[&str], problems: &[&str]) {
    let (read, failed) = outline(dialect, file);
    assert_eq!(read, queries, "{file}");
    assert_eq!(failed, problems, "{file}");
}

/// Reads a file that holds one query without a problem.
fn only(dialect: Dialect, file: &str) -> Imported {
    let import = read(dialect, file);
    assert_eq!(import.problems, [], "{file}");
    let [query] = &import.queries[..] else { panic!("{import:?}") };
    query.clone()
}

fn settings(query: &Imported) -> Vec<String> {
    query.settings.iter().map(|s| format!("{}={}: {}", s.name, s.value, s.why)).collect()
}

#[test]
fn a_list_has_one_query_a_line() {
    check(
        Meltwater,
        "\u{FEFF}apple near watch\r\n\r\n  title:tea  \r\napple near watch",
        &[
            "apple-near-watch = apple NEAR/4 watch",
            "title-tea = title:tea",
            "apple-near-watch-2 = apple NEAR/4 watch",
        ],
        &[],
    );
    let places: Vec<Place> =
        read(Syften, "a\n\nb").queries.into_iter().map(|query| query.place).collect();
    assert_eq!(places, [Place::Line(1), Place::Line(3)]);
}

#[test]
fn a_table_has_names_and_queries() {
    let expect = ["ozalee-presse = Ozalée AND rappel", "the = tea OR milk"];
    check(
        Brandwatch,
        "name,query\n\"Ozalée, presse\",Ozalée rappel\nThé,tea OR milk\n",
        &expect,
        &[],
    );
    check(
        Brandwatch,
        "Query;Name\nOzalée rappel;Ozalée presse\n\n\"tea OR milk\";Thé",
        &expect,
        &[],
    );
    check(Brandwatch, "name\tquery\nOzalée presse\tOzalée rappel\nThé\ttea OR milk", &expect, &[]);
    check(Brandwatch, "query\ntea\nmilk", &["tea = tea", "milk = milk"], &[]);
    check(Brandwatch, "id,query\n7,tea", &["tea = tea"], &[]);
}

#[test]
fn a_query_of_a_table_keeps_its_phrases() {
    let query = |row: &str| only(Brandwatch, &format!("name,query\nx,{row}\n"));
    assert_eq!(query("\"apple pie\" OR tea").query, "\"apple pie\" OR tea");
    assert_eq!(
        query("\"\"\"apple pie\"\" OR (tea, milk)\"").query,
        "\"apple pie\" OR (tea AND milk)"
    );
    let doubtful = query("\"apple pie\"");
    assert_eq!(doubtful.query, "apple AND pie");
    assert_eq!(
        doubtful.notes,
        [Note {
            span: 0..9,
            message: "the quotation marks around it are read as those of the table, not as a \
                      phrase of Brandwatch; write \"\"\"apple pie\"\"\" for a phrase"
                .to_owned()
        }]
    );
    let all_quoted = only(Brandwatch, "\"name\",\"query\"\n\"x\",\"apple pie\"");
    assert_eq!(all_quoted.query, "apple AND pie");
    assert_eq!(all_quoted.notes, []);
    let lines = only(Brandwatch, "name,query\nx,\"tea\nOR milk\"");
    assert_eq!((lines.query.as_str(), lines.place), ("tea OR milk", Place::Line(2)));
}

#[test]
fn what_else_a_table_says_is_listed() {
    let query = only(Brandwatch, "name,query,language\nx,tea,fr");
    assert_eq!(settings(&query), ["language=fr: the import reads the columns name and query"]);
}

#[test]
fn a_bad_row_costs_only_itself() {
    check(
        Brandwatch,
        "name,query\na,tea\nb\nc,\nd,milk, cake\ne,milk",
        &["a = tea", "e = milk"],
        &[
            "line 3: has 1 values where 2 belong\n  hint: put a query that holds ',' between \
             quotation marks, and write its own twice",
            "line 4: the query is empty\n  hint: write one, or remove the row",
            "line 5: has 3 values where 2 belong\n  hint: put a query that holds ',' between \
             quotation marks, and write its own twice",
        ],
    );
    check(
        Brandwatch,
        "name;text\na;tea",
        &[],
        &[
            "line 1: the table has no column query\n  hint: call the column with the queries query, \
           and the one with their names name",
        ],
    );
}

const COLUMNS: &str = "keyword;howoften;sources;language;region;howmany;deliverto;rssFeedAddress";

#[test]
fn a_table_of_alerts_is_read_with_and_without_its_header() {
    let rows = "Apple;At most once a week;Blogs;English;Argentina;All results;RSS feed;\
                https://www.google.com/alerts/feeds/1/2\n\
                iPhone;At most once a day;Web//Video;French;Any Region;All results;a@b.example";
    for file in [rows.to_owned(), format!("{COLUMNS}\n{rows}"), rows.replace(';', ",")] {
        let import = read(GoogleAlerts, &file);
        assert_eq!(import.problems, []);
        let [apple, iphone] = &import.queries[..] else { panic!("{import:?}") };
        assert_eq!(apple.query, "Apple AND kind:blog AND lang:en AND country:ar");
        assert_eq!(apple.cadence, Some(Cadence::Weekly));
        assert_eq!(apple.feed.as_deref(), Some("https://www.google.com/alerts/feeds/1/2"));
        assert_eq!(settings(apple), [] as [&str; 0]);
        assert_eq!(iphone.query, "iPhone AND (kind:video OR kind:web) AND lang:fr");
        assert_eq!(iphone.cadence, Some(Cadence::Daily));
        assert_eq!(iphone.feed, None);
        assert_eq!(
            settings(iphone),
            ["deliverto=a@b.example: who is told is set in a subscription"]
        );
    }
}

/// Reads an alert of this keyword with nothing set beside it.
fn keyword(keyword: &str) -> Imported {
    only(
        GoogleAlerts,
        &format!(
            "{keyword};As-it-happens;Automatic;Any Language;Any Region;All results;RSS feed;none"
        ),
    )
}

#[test]
fn the_keyword_of_an_alert_stays_as_it_was_typed() {
    let check = |written, original, expect: &str| {
        let query = keyword(written);
        assert_eq!((query.original.as_str(), query.query.as_str()), (original, expect));
        assert_eq!(query.cadence, Some(Cadence::AsItHappens));
    };
    check("\"john smith\"", "\"john smith\"", "\"john smith\"");
    check("\"john smith\" OR tea", "\"john smith\" OR tea", "\"john smith\" OR tea");
    check("a &amp; b &lt;c&gt;", "a & b <c>", "a AND b AND c");
    check("tea; milk", "tea; milk", "tea AND milk");
    check("\"tea; milk\"", "tea; milk", "tea AND milk");
    check("\"\"\"tea; milk\"\"\"", "\"tea; milk\"", "\"tea milk\"");
    check("#ozalee", "#ozalee", "#ozalee");
}

#[test]
fn what_an_alert_had_set_is_carried_or_listed() {
    let query = only(
        GoogleAlerts,
        "tea OR milk;As-it-happens;News//Books;Chinese (Simplified);European Union;\
         Only the best results;a@b.example;/alerts/feeds/1/2",
    );
    assert_eq!(query.query, "(tea OR milk) AND kind:news AND lang:zh");
    assert_eq!(query.feed.as_deref(), Some("https://www.google.com/alerts/feeds/1/2"));
    assert_eq!(
        settings(&query),
        [
            "sources=Books: Vigie has no such kind of source, so the query finds less",
            "language=Chinese (Simplified): only the language is carried over, as lang:zh, which \
             finds more",
            "region=European Union: Vigie knows no such country, so the query finds more",
            "howmany=Only the best results: Vigie leaves out no result for being poor, so the \
             query finds more",
            "deliverto=a@b.example: who is told is set in a subscription",
        ]
    );
}

#[test]
fn a_bad_alert_costs_only_itself() {
    let rest = "Automatic;Any Language;Any Region;All results;RSS feed;none";
    let file = format!(
        "# my alerts\ntea;As-it-happens;{rest}\nmilk;sometimes;{rest}\n;As-it-happens;{rest}\n\
         cake;As-it-happens\npie;As-it-happens;Automatic;Klingon;Any Region;All results;x;none\n\
         jam;As-it-happens;Automatic;Any Language;Any Region;All results;x;ftp://x\n\
         bread;As-it-happens;{rest}\n"
    );
    let (queries, problems) = outline(GoogleAlerts, &file);
    assert_eq!(queries, ["tea = tea", "bread = bread"]);
    let first_lines: Vec<&str> =
        problems.iter().filter_map(|problem| problem.lines().next()).collect();
    assert_eq!(
        first_lines,
        [
            "line 3: \"sometimes\" is no value of howoften",
            "line 4: the keyword is empty",
            "line 5: has 2 values where 8 belong",
            "line 6: \"Klingon\" is no value of language",
            "line 7: \"ftp://x\" is no value of rssFeedAddress",
        ]
    );
    assert!(problems.iter().all(|problem| problem.contains("\n  hint: ")), "{problems:?}");
}

#[test]
fn alerts_without_anything_beside_them_are_a_list() {
    check(
        GoogleAlerts,
        "\"apple pie\" recipe\ntea OR milk",
        &["apple-pie-recipe = \"apple pie\" AND recipe", "tea-milk = tea OR milk"],
        &[],
    );
    check(GoogleAlerts, "name,query\nx,tea -milk", &["x = tea AND NOT milk"], &[]);
}

#[test]
fn an_export_of_google_is_read_however_it_is_wrapped() {
    let alert = r#"{"query": "tea"}"#;
    for file in [
        alert.to_owned(),
        format!("[{alert}]"),
        format!(r#"{{"alerts": [{alert}]}}"#),
        format!(r#"{{"Alerts": {{"version": 1, "subscriptions": [{alert}]}}}}"#),
        format!("[[{alert}]]"),
        r#" [{"Query": "tea"}] "#.to_owned(),
    ] {
        check(GoogleAlerts, &file, &["tea = tea"], &[]);
    }
}

#[test]
fn an_export_of_google_carries_what_was_a_condition() {
    let query = only(
        GoogleAlerts,
        r#"[{"query": "tea OR milk", "language": "fr", "country": "FR",
            "apply_language_restrict": true, "apply_region_restrict": true, "source": ["NEWS"],
            "quality": ["LOW"], "delivery_method": ["EMAIL"], "delivery_frequency": ["WEEKLY"]}]"#,
    );
    assert_eq!(query.query, "(tea OR milk) AND country:fr AND lang:fr AND kind:news");
    assert_eq!((query.cadence, query.place), (Some(Cadence::Weekly), Place::Alert(1)));
    assert_eq!(settings(&query), [] as [&str; 0]);
}

#[test]
fn an_export_of_google_lists_the_rest() {
    let query = only(
        GoogleAlerts,
        r#"[{"query": "tea", "language": "fr", "country": "FR", "apply_region_restrict": false,
            "source": ["NEWS", "WEB"], "quality": "HIGH", "delivery_method": "RSS",
            "delivery_frequency": "MONTHLY", "delivery_time": {"hour": 8},
            "email_address": "a@b.example", "feed_url": "https://x.example/f", "mood": 7,
            "gone": null}]"#,
    );
    assert_eq!(query.query, "tea AND (kind:news OR kind:web)");
    assert_eq!(query.cadence, None);
    assert_eq!(query.feed.as_deref(), Some("https://x.example/f"));
    assert_eq!(
        settings(&query),
        [
            "country=FR: it was a preference, not a condition",
            "delivery_frequency=MONTHLY: the import does not know it",
            "delivery_time={\"hour\":8}: the hour and the day of a mail are set in a subscription",
            "email_address=a@b.example: who is told is set in a subscription",
            "language=fr: it was a preference, not a condition",
            "mood=7: the import does not know it",
            "quality=HIGH: Vigie leaves out no result for being poor, so the query finds more",
        ]
    );
}

#[test]
fn a_bad_alert_of_an_export_costs_only_itself() {
    check(
        GoogleAlerts,
        r#"[{"query": 3}, {"query": " "}, {"name": "x"}, 7, {"query": "tea"}]"#,
        &["tea = tea"],
        &[
            "alert 1: its query is not a text\n  hint: write it between quotation marks",
            "alert 2: its query is empty\n  hint: write the words of the alert into its field query",
            "alert 3: it has no query\n  hint: an alert is an object with the field query",
            "alert 4: it has no query\n  hint: an alert is an object with the field query",
        ],
    );
    let none = "line 1: there is no alert in the file\n  hint: an alert is an object with the field \
                query";
    check(GoogleAlerts, "[]", &[], &[none]);
    check(GoogleAlerts, "{\"a\": [1, {\"b\": \"query\"}]}", &[], &[none]);
    check(
        GoogleAlerts,
        "[{\"query\": \"tea\",\n}]",
        &[],
        &["line 2: the file is not JSON: trailing comma at line 2 column 1\n  hint: give the \
           file as Google wrote it"],
    );
}

#[test]
fn a_file_has_limits() {
    let empty = "line 1: the file is empty\n  hint: write one query a line, or a table with the \
                 columns name and query";
    check(Brandwatch, " \n ", &[], &[empty]);
    let import = read(Syften, &"tea\n".repeat(10_001));
    assert_eq!(import.queries.len(), 10_000);
    let [problem] = &import.problems[..] else { panic!("{:?}", import.problems) };
    assert_eq!(problem.place, Place::Line(10_001));
    assert_eq!(problem.message, "more than 10000 queries; the rest is not read");
    let (queries, problems) = outline(Syften, &"tea milk\n".repeat(1_200_000));
    assert_eq!(queries, [] as [&str; 0]);
    assert_eq!(
        problems,
        ["line 1: the file has 10800000 bytes; 10485760 are read\n  hint: split it"]
    );
}
