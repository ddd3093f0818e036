//! Feeds out: what queries found, as feed readers fetch it, and what a hub is told of it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use serde_json::Value;

use crate::process::{Daemon, Place, tests_folder};
use crate::push::FlaskHub;
use crate::settings::{FOLDER, watching};
use crate::site::{Publication, Site};
use crate::web::{Answer, ask, free_address};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";
/// A headline, as RSS has it, and as it is to be read.
const SAYS: &str =
    "Ozalée &lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; \u{202e}gnp.exe]]&gt; &amp;amp;lt;b>";
const SAID: &str = "Ozalée & gnp.exe]]> &lt;b>";

/// A daemon that reads a site and gives out what it found.
struct Watched {
    place: Place,
    address: SocketAddr,
    courrier: Publication,
    _site: Site,
}

impl Watched {
    /// With these keys in [web] besides `listen`.
    fn new(keys: &str) -> Self {
        let courrier = Publication::default();
        let site = courrier.site();
        let address = free_address();
        let keys = keys.replace("ADDRESS", &address.to_string());
        let web = format!("[web]\nlisten = \"{address}\"\n{keys}\n");
        let place = Place::new(&(watching(&[("courrier", &site)], FOLDER) + &web));
        std::fs::write(place.path("token"), TOKEN).unwrap();
        Self { place, address, courrier, _site: site }
    }

    fn publish(&self, name: &str, title: &str) {
        let text = format!("Du thé d’Ozalée, du {name}, et rien de plus.");
        self.courrier.publish(name, title, &text);
    }

    /// Starts the daemon, and waits until the past is over: what comes now is news.
    fn start(&self) -> Daemon {
        let daemon = self.place.start();
        daemon.wait_for_line(&["visited"]);
        daemon
    }

    /// Makes a feed, and returns its addresses: Atom, RSS, JSON.
    fn feed(&self, arguments: &[&str]) -> [String; 3] {
        let printed = self.place.print(&[&["feeds", "new"], arguments].concat());
        let start = format!("http://{}", self.address);
        let paths = printed.lines().filter_map(|line| line.trim().strip_prefix(&start));
        paths.map(str::to_owned).collect::<Vec<_>>().try_into().unwrap()
    }

    fn ask(&self, verb: &str, path: &str, headers: &str) -> Answer {
        let host = self.address;
        ask(host, &format!("{verb} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n"))
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// Asks for the head of an answer alone, and returns all that comes.
    fn head(&self, path: &str) -> String {
        self.head_with(path, "")
    }

    fn head_with(&self, path: &str, headers: &str) -> String {
        let host = self.address;
        let mut stream = TcpStream::connect(host).unwrap();
        let head = format!("HEAD {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
        let head = format!("{head}{headers}\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn titles(&self, json: &str) -> Vec<String> {
        let answer = self.get(json);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let feed: Value = serde_json::from_str(&answer.body).unwrap();
        let items = feed["items"].as_array().unwrap();
        items.iter().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    }

    /// Reads feeds by parsers of others.
    fn parsed(&self, paths: &[String; 3]) -> Vec<Value> {
        let python = std::env::var_os("VIGIE_TEST_PYTHON").expect("tests/run.sh sets it");
        let files = paths.iter().map(|path| {
            let file = self.place.path(&format!("feed.{}", path.rsplit_once('.').unwrap().1));
            std::fs::write(&file, self.get(path).body).unwrap();
            file
        });
        let script = tests_folder().join("feeds/parse.py");
        let output = Command::new(python).arg(script).args(files).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn header<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let start = format!("{name}: ");
    answer.head.lines().find_map(|line| line.strip_prefix(&start))
}

/// Whether feedparser can be had. The test that asks says that it was not run if not.
fn has_feedparser() -> bool {
    let python = std::env::var_os("VIGIE_TEST_PYTHON").expect("tests/run.sh sets it");
    let asked = Command::new(python).args(["-c", "import feedparser"]).output().unwrap();
    if !asked.status.success() {
        eprintln!("NOT RUN: feedparser is not installed in VIGIE_TEST_PYTHON; tests/run.sh does");
    }
    asked.status.success()
}

#[test]
fn all_forms_tell_the_same_to_the_parsers_of_others_and_to_our_own() {
    let watched = Watched::new("");
    let daemon = watched.start();
    let of_query = watched.feed(&["--query", "ozalee"]);
    let of_subscription = watched.feed(&["--subscription", "press", "--name", "Zoé"]);
    watched.publish("first", "Ozalée ouvre à Nantes");
    watched.publish("evil", SAYS);
    watched.publish("other", "Bruinelle");
    daemon.wait_until("the entries", || watched.titles(&of_query[2]).len() == 3);
    assert_eq!(watched.titles(&of_subscription[2]).len(), 3);

    let read_back = |path: &str| {
        let ending = path.rsplit_once('.').unwrap().1;
        let file = watched.place.path(&format!("own.{ending}"));
        std::fs::write(&file, watched.get(path).body).unwrap();
        let printed = watched.place.print(&["extract", "--json", file.to_str().unwrap()]);
        let lines = printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let (items, others): (Vec<_>, Vec<_>) = lines.partition(|line| line.get("id").is_some());
        assert!(others.iter().all(|line| line.get("problems").is_none()), "{others:?}");
        items
            .iter()
            .map(|it| ["id", "title", "url", "author"].map(|key| it[key].clone()))
            .collect::<Vec<_>>()
    };
    let ours = of_query.each_ref().map(|path| read_back(path));
    assert_eq!(ours[0].len(), 3, "{ours:?}");
    assert_eq!(ours[0], ours[2]);
    assert_eq!(ours[0], ours[1]);

    if has_feedparser() {
        let theirs = watched.parsed(&of_query);
        let versions = theirs.iter().map(|feed| feed["version"].as_str().unwrap());
        assert_eq!(versions.collect::<Vec<_>>(), ["atom10", "rss20", "json11"]);
        for (feed, path) in theirs.iter().zip(&of_query) {
            assert_eq!(feed["self"], format!("http://{}{path}", watched.address));
            assert_eq!((&feed["title"], &feed["hub"]), (&"Vigie: ozalee".into(), &Value::Null));
            let entries = feed["entries"].as_array().unwrap();
            for (entry, other) in entries.iter().zip(theirs[0]["entries"].as_array().unwrap()) {
                for key in
                    ["id", "title", "url", "author", "published", "updated", "tags", "source"]
                {
                    assert_eq!(entry[key], other[key], "{key}: {path}");
                }
                let html = entry["html"].as_str().unwrap();
                assert!(html.contains("<b>Ozalée</b>") && !html.contains("<script"), "{html}");
            }
            let evil =
                entries.iter().find(|entry| entry["url"] == "https://site.example/evil").unwrap();
            assert_eq!(evil["title"], SAID);
            assert_eq!(evil["tags"][0], "ozalee");
            assert!(evil["id"].as_str().unwrap().starts_with("tag:"), "{evil}");
        }
    }
    assert!(daemon.stop().success());
}

#[test]
fn who_has_a_feed_already_gets_it_anew_only_when_it_has_changed() {
    let watched = Watched::new("");
    let daemon = watched.start();
    let [atom, rss, json] = watched.feed(&["--query", "ozalee"]);
    watched.publish("first", "Ozalée ouvre à Nantes");
    daemon.wait_until("the entry", || watched.titles(&json).len() == 1);
    daemon.wait_until("a date", || header(&watched.get(&atom), "last-modified").is_some());
    let first = watched.get(&atom);
    let etag = header(&first, "etag").unwrap();
    assert!(etag.starts_with("w/\"") && etag.len() > 30, "{etag}");
    // Heads are read in small letters here.
    let known = etag.replace('w', "W");
    assert_eq!(header(&first, "content-type"), Some("application/atom+xml; charset=utf-8"));
    assert_eq!(header(&first, "cache-control"), Some("private, no-cache"));
    assert_eq!(header(&first, "referrer-policy"), Some("no-referrer"));
    assert_eq!(header(&first, "x-robots-tag"), Some("noindex"));
    assert_ne!(header(&watched.get(&rss), "etag"), Some(etag), "each form is another text");

    let head = watched.head(&atom);
    assert!(head.starts_with("HTTP/1.1 200") && head.ends_with("\r\n\r\n"), "{head}");
    for said in [format!("etag: {known}"), format!("content-length: {}", first.body.len())] {
        assert!(head.contains(&said), "{said}: {head}");
    }
    let date = header(&first, "last-modified").unwrap();
    let with = |condition: String| watched.ask("GET", &atom, &condition);
    let same = with(format!("If-None-Match: {known}\r\n"));
    assert_eq!((same.status, same.body.as_str(), header(&same, "etag")), (304, "", Some(etag)));
    assert_eq!(with(format!("If-Modified-Since: {date}\r\n")).status, 304);
    assert_eq!(with("If-None-Match: \"other\"\r\n".to_owned()).status, 200);
    for wrong in ["limit=none", "limit=-1", "before=x", "before=99999999999999999999"] {
        assert_eq!(watched.get(&format!("{json}?{wrong}")).status, 400, "{wrong}");
    }
    let packed = watched.head_with(&atom, "Accept-Encoding: gzip, br\r\n");
    for said in [&format!("etag: {known}"), "content-encoding: gzip", "vary: accept-encoding"] {
        assert!(packed.contains(said), "{said}: {packed}");
    }
    assert_eq!(header(&first, "content-encoding"), None);
    assert_eq!(header(&same, "vary"), Some("accept-encoding"));

    watched.publish("second", "Ozalée ouvre à Lyon");
    daemon.wait_until("the second", || watched.titles(&json).len() == 2);
    assert_eq!(with(format!("If-None-Match: {known}\r\n")).status, 200);
    assert_eq!(with(format!("If-Modified-Since: {date}\r\n")).status, 200);
    let newest = watched.get(&format!("{json}?limit=1")).body;
    assert!(newest.contains("Ozalée ouvre à Lyon") && !newest.contains("Ozalée ouvre à Nantes"));
    let newest: Value = serde_json::from_str(&newest).unwrap();
    let next = newest["next_url"].as_str().unwrap();
    let next = next.strip_prefix(&format!("http://{}", watched.address)).unwrap();
    assert_eq!(watched.titles(next), ["Ozalée ouvre à Nantes"]);
    // What is not meant leaves, and what stays is as it was.
    let ledger = watched.place.ledger();
    let id = ledger.items_after(model::Seq(0), 9).unwrap()[1].id.to_string();
    watched.place.print(&["correct", &id, "--query", "ozalee", "--irrelevant"]);
    assert_eq!(watched.titles(&json), ["Ozalée ouvre à Nantes"]);
    let again = watched.get(&atom);
    assert_eq!((header(&again, "etag"), &again.body), (Some(etag), &first.body));
    assert!(daemon.stop().success());
}

#[test]
fn an_address_is_a_secret_that_can_be_taken_back() {
    let watched = Watched::new("public_url = \"http://ADDRESS\"\ntoken_file = \"token\"");
    let errors = watched.place.refuse(2, &["feeds", "new", "--query", "ozale"]);
    assert!(
        errors.contains("there is no saved query \"ozale\"")
            && errors.contains("did you mean \"ozalee\"?"),
        "{errors}"
    );
    let nobody = watched.place.refuse(2, &["feeds", "new", "--query", "ozalee", "--name", " "]);
    assert!(nobody.contains("--name: is empty\n  hint: say whom"), "{nobody}");
    let daemon = watched.start();
    let first = watched.feed(&["--query", "ozalee", "--name", "Zoé"]);
    let second = watched.feed(&["--query", "ozalee"]);
    let token = first[0].trim_start_matches("/f/").trim_end_matches(".atom");
    assert!(token.len() >= 32, "128 bits and more: {token}");
    let database = std::fs::read(watched.place.path("data/ledger.sqlite")).unwrap();
    let log = std::fs::read(watched.place.path("data/ledger.sqlite-wal")).unwrap_or_default();
    let is_there = |bytes: &[u8]| bytes.windows(token.len()).any(|some| some == token.as_bytes());
    assert!(!is_there(&database) && !is_there(&log), "the ledger has its hash");

    assert_eq!(watched.ask("GET", &first[1], "User-Agent: Reader/1.0\r\n").status, 200);
    let listed = watched.place.print(&["feeds"]);
    let line = listed.lines().nth(1).unwrap();
    assert!(
        line.contains("query ozalee") && line.contains("Zoé") && line.contains("Reader/1.0"),
        "{listed}"
    );
    assert!(
        listed.lines().nth(2).unwrap().contains("never") && !listed.contains(token),
        "{listed}"
    );

    let unknown = watched.get(&format!("/f/{}.atom", "0".repeat(token.len())));
    for wrong in [
        "/f/x.atom".to_owned(),
        format!("/f/{token}0.atom"),
        format!("/f/{token}"),
        format!("/f/{token}.pdf"),
    ] {
        let answer = watched.get(&wrong);
        assert_eq!((answer.status, &answer.body), (404, &unknown.body), "{wrong}");
    }
    assert_eq!(unknown.status, 404);
    assert_eq!(watched.ask("POST", &first[0], "Content-Length: 0\r\n").status, 405);
    assert_eq!(watched.get("/metrics").status, 401, "other doors stay shut");

    watched.place.print(&["feeds", "revoke", "1"]);
    assert!(first.iter().all(|path| watched.get(path).status == 410));
    assert_eq!(watched.get(&second[0]).status, 200);
    assert!(watched.place.print(&["feeds", "revoke", "1"]).contains("before"));
    watched.place.refuse(1, &["feeds", "revoke", "9"]);
    assert!(watched.place.print(&["feeds", "list"]).contains("revoked"));
    daemon.signal("TERM");
    let log = daemon.rest_of_log();
    assert!(!log.contains(token) && log.contains("stopping"), "{log}");
}

#[test]
fn a_story_and_its_copies_are_one_entry() {
    let watched = Watched::new("");
    let daemon = watched.start();
    let [.., json] = watched.feed(&["--query", "ozalee"]);
    let text = "Ozalée rappelle mille deux cents bouteilles de son thé pétillant à la pêche, vendues depuis \
                le début du mois dans l’ouest du pays, après la plainte d’un client de Nantes.";
    for name in ["one", "two", "three"] {
        watched.courrier.publish(name, "Ozalée rappelle des bouteilles", text);
        daemon.wait_until("the entry", || !watched.titles(&json).is_empty());
    }
    let copies = || {
        let feed: Value = serde_json::from_str(&watched.get(&json).body).unwrap();
        feed["items"][0]["_vigie"]["copies"].as_u64().unwrap()
    };
    daemon.wait_until("the copies", || copies() == 2);
    assert_eq!(watched.titles(&json).len(), 1);
    let body = watched.get(&json).body;
    assert!(body.contains("and 2 copies: site.example"), "{body}");
    assert!(daemon.stop().success());
}

#[test]
fn another_s_hub_brings_what_is_new_to_its_subscribers() {
    let Some(hub) = FlaskHub::start() else { return };
    let web = format!(
        "public_url = \"http://ADDRESS\"\ntoken_file = \"token\"\nhub = \"{}\"",
        hub.url("/hub")
    );
    let publisher = Watched::new(&web);
    publisher.publish("old", "Ozalée ouvre à Nantes");
    let daemon = publisher.start();
    let [atom, ..] = publisher.feed(&["--query", "ozalee"]);
    let private = publisher.feed(&["--query", "ozalee", "--private"]);
    let answer = publisher.get(&atom);
    let links: Vec<&str> =
        answer.head.lines().filter_map(|line| line.strip_prefix("link: ")).collect();
    let this = format!("http://{}{atom}", publisher.address);
    assert_eq!(
        links,
        [format!("<{this}>; rel=\"self\""), format!("<{}>; rel=\"hub\"", hub.url("/hub"))]
    );
    assert!(!publisher.get(&private[0]).head.contains("rel=\"hub\""));

    // Another Vigie subscribes to the feed at the hub. It would look there by itself in an hour.
    let address = free_address();
    let reader = Place::new(&format!(
        "data = \"data\"\n[crawl]\nallow_addresses = [\"127.0.0.1\"]\ncontact = \"test@ozalee.example\"\n\
         every_min = \"1 h\"\nevery_max = \"1 h\"\nhost_pause = \"0 s\"\n[queries]\nozalee = 'Ozalée'\n\
         [mail]\nfrom = \"vigie@ozalee.example\"\ndirectory = \"mails\"\n\
         [web]\nlisten = \"{address}\"\npublic_url = \"http://{address}\"\ntoken_file = \"token\"\n\
         [sources.vigie]\nurl = \"{this}\"\n"
    ));
    std::fs::write(reader.path("token"), TOKEN).unwrap();
    let reading = reader.start();
    reading.wait_for_line(&["a hub pushes", &this]);
    publisher.publish("new", "Ozalée ouvre à Lyon");
    daemon.wait_for_line(&["the hub was told what is new"]);
    reading.wait_until("the new entry", || {
        let items = reader.ledger().items_after(model::Seq(0), 9).unwrap();
        items.iter().any(|stored| stored.item.title == "Ozalée ouvre à Lyon")
    });
    assert!(publisher.place.print(&["feeds"]).contains("the hub is told"));
    assert!(reading.stop().success());
    assert!(daemon.stop().success());
}

#[test]
fn a_hub_that_is_away_holds_nothing_up_and_is_told_later_even_after_a_kill() {
    let hub = Publication::default().site();
    let web = format!(
        "public_url = \"http://ADDRESS\"\ntoken_file = \"token\"\nhub = \"{}\"",
        hub.url("/nobody")
    );
    let watched = Watched::new(&web);
    let daemon = watched.start();
    let [.., json] = watched.feed(&["--query", "ozalee"]);
    watched.get(&json);
    watched.publish("first", "Ozalée ouvre à Nantes");
    daemon.wait_for_line(&["the hub could not be told"]);
    assert_eq!(watched.titles(&json).len(), 1, "who fetches it has it");
    let listed = watched.place.print(&["feeds"]);
    assert!(
        listed.contains("the hub could not be told (next try") && listed.contains("404"),
        "{listed}"
    );
    daemon.kill();
    let asked = hub.times_asked("/nobody");
    let pushing = |feed: &store::Feed| feed.pushing.clone().unwrap();
    let feed = watched.place.ledger().feeds().unwrap().remove(0);
    assert_eq!((asked, pushing(&feed).failures), (1, 1));
    // A minute later, without anything new, it is told again.
    let later = crate::process::now() - chrono::TimeDelta::seconds(1);
    watched.place.ledger().note_not_pushed(feed.number, "no", later).unwrap();
    let daemon = watched.place.start();
    daemon.wait_until("another try", || hub.times_asked("/nobody") == asked + 1);
    assert!(daemon.stop().success());
}
