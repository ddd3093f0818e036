//! The commands other than search, as people type them.

use std::collections::BTreeSet;
use std::process::Command;

use model::{Details, Item, Kind};
use serde_json::Value;

use crate::process::{Place, tests_folder};
use crate::settings::{FOLDER, source, watching};
use crate::site::{Page, Publication, Site, rss};

#[test]
fn check_tells_every_mistake_at_once() {
    let wrong = tests_folder().join("../fixtures/config/everything-wrong.toml");
    let place = Place::new(&std::fs::read_to_string(wrong).unwrap());
    let errors = place.refuse(2, &["check"]);
    // From the first line to the last; a snapshot beside the code holds all between.
    let first = "vigie.toml:2: datta: unknown key\n  hint: did you mean `data`?";
    assert!(errors.contains(first), "{errors}");
    assert!(errors.contains("vigie.toml:62: mail.smtp.password: unknown key"), "{errors}");
    assert!(!errors.contains("hunter2"), "{errors}");

    let place = Place::new(&watching(&[], FOLDER));
    let told = place.print(&["check"]);
    let (valid, next) = told.split_once('\n').unwrap();
    assert!(
        valid.ends_with(
            "is valid (sources: 0, queries: 1, subscriptions: 1, recipients: 1, endpoints: 0)"
        ),
        "{told}"
    );
    assert!(next.contains("press         1           as it happens"), "{told}");
}

#[test]
fn what_is_no_command_is_a_mistake_of_usage() {
    let place = Place::empty();
    for arguments in
        [["serch", "Ozalée"].as_slice(), &[], &["check", "--fast"], &["add", "nowhere"]]
    {
        let errors = place.refuse(2, arguments);
        assert!(errors.contains("--help") || errors.contains("Usage"), "{errors}");
    }
    let errors = place.refuse(2, &["check"]);
    assert!(errors.contains("hint: `vigie init \"Your brand\"`"), "{errors}");
}

#[test]
fn init_writes_a_configuration_that_is_valid_and_finds_the_brand_however_it_is_written() {
    let place = Place::empty();
    place.print(&["init", "L'Oréal", "--to", "press@ozalee.example", "--lang", "fr"]);
    let told = place.print(&["check"]);
    let file = place.path("vigie.toml");
    // One of the three platforms is asked once for each spelling.
    let valid = "is valid (sources: 4, queries: 1, subscriptions: 1, recipients: 1, endpoints: 0)";
    let first = format!("{} {valid}", file.display());
    assert_eq!(told.lines().next(), Some(first.as_str()), "not even a warning: {told}");
    assert!(told.contains("08:00"), "{told}");

    let text = std::fs::read_to_string(place.path("vigie.toml")).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let (_, query) = table["queries"].as_table().unwrap().iter().next().unwrap();
    let query = query::parse(query.as_str().unwrap()).unwrap();
    let finds = |title: &str| query.matches(&item(title));
    let spellings =
        ["L'Oréal", "l’oréal", "L'OREAL", "de chez L'Oréal.", "#loreal", "voir loreal.com"];
    for spelling in spellings {
        assert!(finds(spelling), "{spelling}");
    }
    assert!(!finds("l'orée du bois") && !finds("Royal"));
    for source in table["sources"].as_table().unwrap().values() {
        assert!(source["platform"].is_str(), "each follows the queries: {source}");
    }
}

fn item(title: &str) -> Item {
    Item {
        source: "s".into(),
        kind: Kind::News,
        guid: None,
        url: None,
        title: title.to_owned(),
        text: String::new(),
        author: None,
        lang: None,
        published: None,
        updated: None,
        details: Details::default(),
    }
}

#[test]
fn init_takes_any_name_for_a_brand() {
    for brand in ["Wham?", "6\" Sub 'n' {Co}", "#thé*", "☕", "東京タワー", "C:\\Bar"] {
        let place = Place::empty();
        place.print(&["init", brand]);
        std::fs::remove_file(place.path("vigie.toml")).unwrap();
        place.print(&["init", brand, "--offline", "--site", "https://www.marque.example/fr"]);
        let told = place.print(&["check"]);
        assert!(told.lines().next().unwrap().contains("is valid"), "not even a warning: {told}");
        let told = place.print(&["query", "lint", brand]);
        assert_eq!(told, format!("saved query {brand}: nothing to say\n"));
    }
}

#[test]
fn init_never_overwrites() {
    let place = Place::new("# mine\n");
    let errors = place.refuse(1, &["init", "Ozalée"]);
    assert!(errors.contains("exists already; `--config FILE` names another"), "{errors}");
    assert_eq!(std::fs::read_to_string(place.path("vigie.toml")).unwrap(), "# mine\n");
}

#[test]
fn extract_shows_the_items_of_a_file_and_then_its_problems() {
    let place = Place::empty();
    let file = tests_folder().join("../fixtures/feeds/rss20_truncated.xml");
    let options = [
        "--url",
        "https://coupe.example/f",
        "--content-type",
        "application/rss+xml",
        "--fetched-at",
    ];
    let arguments = [&["extract", file.to_str().unwrap()], options.as_slice()].concat();
    let arguments = [&arguments, ["2026-03-01T12:00:00Z", "--json"].as_slice()].concat();
    let told = place.print(&arguments);
    let rows: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 3, "{told}");
    assert_eq!(rows[0]["url"], "https://coupe.example/1");
    assert_eq!(
        (&rows[1]["title"], &rows[1]["text"]),
        (&"Deuxième".into(), &"Entier aussi.".into())
    );
    let last = rows[2]["problems"].as_array().unwrap().last().unwrap();
    assert_eq!(last["place"], "entry 3");
    assert_eq!(rows[2].as_object().unwrap().len(), 1);

    let errors = place.refuse(2, &["extract", "x.xml", "--fetched-at", "today"]);
    assert!(errors.contains("write 2026-03-01T12:00:00Z"), "{errors}");
    let errors = place.refuse(1, &["extract", "x.xml"]);
    assert!(errors.contains("failed to read x.xml"), "{errors}");
    let names: Vec<_> = std::fs::read_dir(place.path("")).unwrap().collect();
    assert_eq!(names.len(), 0, "nothing is kept: {names:?}");
}

#[test]
fn extract_shows_what_an_item_carries_beside_its_words() {
    let place = Place::empty();
    let file = tests_folder().join("../fixtures/feeds/rss20_what_items_carry.xml");
    let told = place.print(&["extract", file.to_str().unwrap(), "--json"]);
    let rows: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let details = &rows[0]["details"];
    assert_eq!(details["tags"][1], "Thé");
    assert_eq!(details["links"][0], "https://www.ozalee.example/");
    assert_eq!(details["engagement"]["comments"], 12);
    assert_eq!(rows[1]["details"].to_string(), r#"{"image":true}"#);
    assert_eq!(rows[2].get("details"), None);
}

#[test]
fn extract_reads_an_address_and_none_inside_that_is_not_allowed() {
    let courrier = Publication::default();
    courrier.publish("1", "Ozalée ouvre à Lyon", "Du thé &lt;b&gt;pétillant&lt;/b&gt;.");
    let site = courrier.site();
    let place = Place::empty();
    // Without a configuration nothing but the public internet is read.
    let errors = place.refuse(1, &["extract", &site.url("/feed")]);
    assert!(errors.contains("127.0.0.1 is at 127.0.0.1, this machine's own address"), "{errors}");
    assert!(errors.contains("allow_addresses has them, of [crawl] or of the endpoint"), "{errors}");
    assert_eq!(site.times_asked("/robots.txt"), 0);
    place.configure(&watching(&[], FOLDER));
    let told = place.print(&["extract", &site.url("/feed"), "--json"]);
    let row: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&row["id"], &row["title"]), (&"1".into(), &"Ozalée ouvre à Lyon".into()));
    assert_eq!((&row["text"], &row["author"]), (&"Du thé pétillant.".into(), &Value::Null));
    let errors = place.refuse(1, &["extract", &site.url("/nothing")]);
    assert!(errors.contains("127.0.0.1 answers 404 Not Found"), "{errors}");
}

/// A site with a page that offers two feeds.
fn site_with_two_feeds() -> Site {
    Site::start(|request| match request.path.as_str() {
        "/" => Page::html(
            "<html><head><title>Le Courrier</title>\
             <link rel=alternate type=application/rss+xml title=Articles href=/articles.xml>\
             <link rel=alternate type=application/rss+xml title=Brèves href=/breves.xml>\
             </head><body>Bonjour</body></html>",
        ),
        "/articles.xml" => Page::feed(rss("Articles", &[one("a", "Ozalée ouvre à Lyon")])),
        "/breves.xml" => Page::feed(rss("Brèves", &[one("b", "Ozalée en bref")])),
        _ => Page::missing(),
    })
}

fn one(name: &str, title: &str) -> (String, String, String) {
    (name.to_owned(), title.to_owned(), String::new())
}

#[test]
fn a_source_is_added_beside_the_running_daemon_which_reads_it() {
    let site = site_with_two_feeds();
    let place = Place::new(&watching(&[], FOLDER));
    let daemon = place.start();
    daemon.wait_for_line(&["watching", "\"sources\":0"]);

    let told = place.print(&["add", &site.url("/articles.xml"), "--id", "courrier"]);
    assert!(told.contains("1. Articles"), "{told}");
    assert!(told.contains("Ozalée ouvre à Lyon"), "a sample: {told}");
    daemon.wait_for_line(&["visited", "\"courrier\"", "\"new\":1", "\"hits\":1"]);
    let errors = place.refuse(1, &["add", &site.url("/articles.xml")]);
    assert!(errors.contains("is read already, as source \"courrier\""), "{errors}");

    // The page offers both.
    let errors = place.refuse(1, &["add", &site.url("/")]);
    assert!(errors.contains("2 sources are offered; say which: --best adds number 1"), "{errors}");
    let errors = place.refuse(1, &["add", &site.url("/"), "--pick", "3"]);
    assert!(errors.contains("pick from 1 to 2"), "{errors}");
    let told = place.print(&["add", &site.url("/"), "--pick", "2", "--kind", "blog"]);
    assert!(told.contains("1. Articles") && told.contains("2. Brèves"), "{told}");
    assert!(told.contains("Added source \"127-0-0-1\""), "{told}");
    daemon.wait_for_line(&["visited", "\"127-0-0-1\"", "\"new\":1"]);
    assert!(daemon.stop().success());

    let errors = place.refuse(1, &["add", &site.url("/nothing")]);
    assert!(errors.contains("404"), "{errors}");
}

#[test]
fn feeds_come_and_go_as_opml_and_none_comes_twice() {
    let place = Place::new(&watching(&[], FOLDER));
    let list = r#"<opml version="2.0"><body><outline text="Presse">
        <outline type="rss" text="Le Cour&#x202E;rier &amp; C&#x200B;ie" xmlUrl="https://courrier.example/rss"/>
        <outline type="rss" text="La Gazette" xmlUrl="https://gazette.example/rss?a=1&amp;b=2"/>
        </outline><outline type="rss" text="Encore" xmlUrl="https://courrier.example/rss"/>
        </body></opml>"#;
    std::fs::write(place.path("feeds.opml"), list).unwrap();
    let file = place.path("feeds.opml");
    let import = ["import", file.to_str().unwrap()];
    assert!(place.print(&import).starts_with("2 sources added"));
    assert!(place.print(&import).starts_with("0 sources added"));

    let exported = place.print(&["export"]);
    let (feeds, problems) = crawl::opml::read(exported.as_bytes());
    assert_eq!(problems, []);
    let feeds: BTreeSet<_> = feeds
        .iter()
        .map(|feed| (feed.url.as_str(), feed.title.as_deref().unwrap_or_default()))
        .collect();
    let expect = BTreeSet::from([
        ("https://courrier.example/rss", "Le Courrier & Cie"),
        ("https://gazette.example/rss?a=1&b=2", "La Gazette"),
    ]);
    assert_eq!(feeds, expect);

    place.print(&["remove", "gazette-example"]);
    assert!(!place.print(&["export"]).contains("gazette"));
    let errors = place.refuse(2, &["remove", "nobody"]);
    assert!(errors.contains("nobody: is no source\n  hint: `vigie status` lists them"), "{errors}");

    std::fs::write(place.path("empty.opml"), "<opml version='2.0'><body/></opml>").unwrap();
    let errors = place.refuse(1, &["import", place.path("empty.opml").to_str().unwrap()]);
    assert!(errors.contains("lists no feed"), "{errors}");
}

/// A folder in which a daemon has read and indexed one item.
fn read_once() -> (Place, Site) {
    let courrier = Publication::default();
    courrier.publish("1", "Ozalée ouvre à Lyon", "");
    let site = courrier.site();
    let place = Place::new(&watching(&[("courrier", &site)], FOLDER));
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"new\":1"]);
    assert!(daemon.stop().success());
    (place, site)
}

#[test]
fn reindex_finds_what_was_found_before() {
    let (place, _site) = read_once();
    let before = place.search(&["Ozalée"]);
    assert_eq!(before.len(), 1);
    assert_eq!(place.print(&["reindex"]), "1 items indexed\n");
    assert_eq!(place.search(&["Ozalée"]), before);
    std::fs::remove_dir_all(place.path("data/index")).unwrap();
    place.print(&["reindex"]);
    assert_eq!(place.search(&["Ozalée"]), before);
}

#[test]
fn two_daemons_never_work_on_one_ledger() {
    let place = Place::new(&watching(&[], FOLDER));
    let daemon = place.start();
    daemon.wait_for_line(&["watching"]);
    for command in ["run", "reindex"] {
        let errors = place.refuse(1, &[command]);
        assert!(errors.contains("another vigie works on"), "{errors}");
    }
    assert!(daemon.stop().success());
    place.print(&["reindex"]);
}

#[test]
fn a_ledger_of_a_newer_format_is_left_alone() {
    let (place, _site) = read_once();
    let program = "import sqlite3, sys\n\
                   sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 999')";
    let ledger = place.path("data/ledger.sqlite");
    let status = Command::new("python3").args(["-c", program]).arg(&ledger).status().unwrap();
    assert!(status.success());
    let before = std::fs::read(&ledger).unwrap();
    for command in
        [["run"].as_slice(), &["status"], &["search", "Ozalée"], &["export"], &["reindex"]]
    {
        let errors = place.refuse(1, command);
        assert!(errors.contains("the ledger has format 999"), "{errors}");
        assert!(errors.contains("this program knows formats up to "), "{errors}");
        assert!(errors.contains("hint: start the newer vigie"), "{errors}");
    }
    assert_eq!(std::fs::read(&ledger).unwrap(), before);
}

#[test]
fn routes_show_who_hears_of_what_and_what_a_mute_holds() {
    let place = Place::new(&format!(
        "{}[subscriptions.board]\nqueries = [\"ozalee\"]\nto = [\"board@ozalee.example\"]\n\
         severities = [\"crisis\"]\n[commands.all]\nrun = \"/bin/true\"\nevents = [\"signal.opened\"]\n",
        watching(&[], FOLDER)
    ));
    let daemon = place.start();
    daemon.wait_for_line(&["watching"]);
    let routes = |arguments: &[&str]| -> Vec<Value> {
        let text = place.print(&[&["routes", "--json"], arguments].concat());
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let of = |routes: &[Value]| -> Vec<(String, String)> {
        let word = |route: &Value, key: &str| route[key].as_str().unwrap().to_owned();
        routes.iter().map(|route| (word(route, "severity"), word(route, "who"))).collect()
    };
    let crises = of(&routes(&["--severity", "crisis", "--query", "ozalee"]));
    assert!(crises.contains(&("crisis".into(), "board".into())), "{crises:?}");
    assert!(crises.contains(&("crisis".into(), "all".into())), "{crises:?}");
    let all = of(&routes(&[]));
    assert!(!all.contains(&("info".into(), "board".into())), "{all:?}");
    assert!(all.contains(&("info".into(), "press".into())), "{all:?}");

    assert_eq!(place.print(&["mute", "list"]), "nothing is muted\n");
    let said = place.print(&["mute", "--subscription", "board", "--for", "3h", "--by", "Maud"]);
    assert!(said.starts_with("mute 1: subscription board until "), "{said}");
    let held = routes(&["--severity", "crisis"]);
    let board = held.iter().find(|route| route["who"] == "board").unwrap();
    assert!(board["held"][0].as_str().unwrap().starts_with("mute 1 until "), "{board}");
    assert!(place.print(&["mute", "list"]).contains("subscription board"));
    assert!(place.print(&["routes"]).contains("leaves"));
    assert!(place.print(&["unmute", "1"]).contains("lifted"));
    assert!(place.refuse(1, &["unmute", "1"]).contains("is not in force"));
    assert!(place.refuse(2, &["mute", "--for", "3h"]).contains("--query, --subscription"));
    assert!(place.refuse(2, &["mute", "--query", "ozalee"]).contains("for how long"));
    let program = ["mute", "--query", "ozalee", "--endpoint", "all", "--for", "3h"];
    assert!(place.refuse(2, &program).contains("all is a command, which takes each event"));
    assert!(place.refuse(2, &["mute", "--subscription", "bord", "--for", "3h"]).contains("board"));
    let over = ["mute", "--query", "ozalee", "--until", "2020-01-01"];
    assert!(place.refuse(2, &over).contains("is over already"));
    assert!(daemon.stop().success());
}

#[test]
fn what_is_configured_is_counted_and_named_alike_by_all_commands() {
    let place = Place::new(&format!(
        "{}[subscriptions.board]\nqueries = [\"ozalee\"]\nto = [\"Zoé <zoe@ozalee.example>\", \
         \"board@ozalee.example\"]\nzone = \"America/New_York\"\ncadence = \"daily\"\n\
         [files.log]\npath = \"events.jsonl\"\n{}",
        watching(&[], FOLDER),
        source("gone", "http://127.0.0.1:9/feed")
    ));
    let subscriptions = |told: &str| -> Vec<String> {
        let rows = told.lines().skip_while(|line| !line.starts_with("subscription  "));
        let rows = rows.take_while(|line| !line.is_empty());
        rows.map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    };
    let checked = place.print(&["check"]);
    let counts = "sources: 1, queries: 1, subscriptions: 2, recipients: 3, endpoints: 1";
    assert!(checked.contains(counts), "{checked}");
    let daemon = place.start();
    daemon.wait_for_line(&["watching"]);
    daemon.wait_until("the source to fail", || place.print(&["status"]).contains("FAILING"));
    let status = place.print(&["status"]);
    assert_eq!(subscriptions(&status), subscriptions(&checked));
    assert_eq!(subscriptions(&status)[0], "subscription recipients next mail zone held");
    assert!(subscriptions(&status)[1].starts_with("board 2 "), "{status}");
    let expect = "subscription  recipient             state\n\
                  board         zoe@ozalee.example    told from the first mail on\n\
                  board         board@ozalee.example  told from the first mail on\n\
                  press         press@ozalee.example  told from the first mail on\n";
    assert_eq!(place.print(&["recipients"]), expect);

    assert!(!status.contains("\nmute "), "{status}");
    place.print(&["mute", "--subscription", "board", "--for", "3h", "--by", "Maud"]);
    let status = place.print(&["status"]);
    assert!(subscriptions(&status)[1].contains(" America/New_York mute 1 until "), "{status}");
    assert!(status.ends_with(&format!("\n{}", place.print(&["mute", "list"]))), "{status}");
    let routes = place.print(&["routes", "--severity", "crisis"]);
    assert!(routes.contains("mail to 2"), "{routes}");
    assert!(daemon.stop().success());
}

#[test]
fn a_name_with_a_slip_is_told_with_the_one_that_was_meant() {
    let place = Place::new(&format!(
        "{}[subscriptions.board]\nqueries = [\"recall\"]\nto = [\"board@ozalee.example\"]\n\
         [chats.team]\nkind = \"slack\"\nurl = \"http://127.0.0.1:9/\"\nqueries = [\"recall\"]\n",
        watching(&[], FOLDER).replace("[queries]\n", "[queries]\nrecall = \"recall\"\n")
    ));
    let daemon = place.start();
    daemon.wait_for_line(&["watching"]);
    let refused = |arguments: &[&str], expect: &str| {
        assert_eq!(place.refuse(2, arguments), format!("{expect}\n"), "{arguments:?}");
    };
    let mute = |more: [&'static str; 4]| [&["mute", "--for", "3h"], more.as_slice()].concat();
    refused(
        &mute(["--query", "ozalee", "--subscription", "board"]),
        "--query: board does not follow the query ozalee\n  hint: board follows recall",
    );
    refused(
        &mute(["--query", "ozalee", "--endpoint", "team"]),
        "--query: team does not follow the query ozalee\n  hint: team follows recall",
    );
    refused(
        &mute(["--query", "recall", "--endpoint", "teem"]),
        "--endpoint: there is no endpoint \"teem\"\n  hint: did you mean \"team\"?",
    );
    place.print(&mute(["--query", "recall", "--endpoint", "team"]));
    refused(
        &["feeds", "new"],
        "feeds new: does not say of what\n  \
         hint: add --query NAME or --subscription NAME: the feed has what it finds",
    );
    let told = place.run(&["query", "test", "Recal"]);
    let said = String::from_utf8(told.stderr).unwrap();
    assert!(said.contains("hint: did you mean the saved query \"recall\"?"), "{said}");
    assert!(String::from_utf8(told.stdout).unwrap().contains("query: Recal"));
    let said = place.run(&["query", "test", "recall"]).stderr;
    assert_eq!(String::from_utf8(said).unwrap(), "");
    let errors = place.refuse(1, &["signals", "bench", "/nonexist"]);
    assert!(errors.starts_with("error: failed to read /nonexist: "), "{errors}");
    assert!(daemon.stop().success());

    let place = Place::new(&watching(&[], FOLDER));
    let daemon = place.start();
    daemon.wait_for_line(&["watching"]);
    daemon.stop();
    let errors = place.refuse(2, &["mute", "--endpoint", "team", "--for", "3h"]);
    assert!(errors.contains("hint: there are none yet; [webhooks.NAME]"), "{errors}");
}
