//! Feeds that hubs push (WebSub): against a hub of our own, as strict or as bad as a test wants.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::Seq;

use crate::hub::{Hub, Manner, Question, signature};
use crate::process::{Daemon, Place, tests_folder};
use crate::site::{Page, Publication, Site, rss};
use crate::web::free_address;

/// Items of a feed: (name, title, text).
type Items = Arc<Mutex<Vec<(String, String, String)>>>;

/// A feed that names a hub, and a daemon that reads it.
struct Watched {
    place: Place,
    hub: Hub,
    site: Site,
    items: Items,
    configuration: String,
}

impl Watched {
    /// `keys` stand in the source's table.
    fn new(manner: Manner, keys: &str) -> Self {
        let hub = Hub::start(manner);
        let items: Items = Arc::default();
        let (shown, link) = (Arc::clone(&items), format!("<{}>; rel=\"hub\"", hub.url()));
        let site = Site::start(move |request| match request.path.as_str() {
            "/feed" => Page::feed(feed(&shown.lock().unwrap())).header("Link", &link),
            _ => Page::missing(),
        });
        let watched = Self::of(&site.url("/feed"), keys, hub, site);
        Self { items, ..watched }
    }

    fn of(url: &str, keys: &str, hub: Hub, site: Site) -> Self {
        let address = free_address();
        let configuration = format!(
            "data = \"data\"\n\
             [crawl]\nallow_addresses = [\"127.0.0.1\"]\ncontact = \"test@ozalee.example\"\nevery_min = \"1 s\"\nevery_max = \"1 h\"\n\
             host_pause = \"0 s\"\n\
             [queries]\nozalee = 'Ozalée'\n\
             [mail]\nfrom = \"vigie@ozalee.example\"\ndirectory = \"mails\"\n\
             [web]\nlisten = \"{address}\"\npublic_url = \"http://{address}\"\ntoken_file = \"token\"\n\
             [sources.courrier]\nurl = \"{url}\"\n{keys}\n"
        );
        let place = Place::new(&configuration);
        std::fs::write(place.path("token"), "0123456789abcdef").unwrap();
        Self { place, hub, site, items: Items::default(), configuration }
    }

    fn publish(&self, name: &str) {
        self.items.lock().unwrap().push(item(name));
    }

    /// How often each title is in the ledger.
    fn titles(&self) -> BTreeMap<String, usize> {
        let items = self.place.ledger().items_after(Seq(0), 10_000).unwrap();
        let mut titles = BTreeMap::new();
        for stored in items {
            *titles.entry(stored.item.title).or_default() += 1;
        }
        titles
    }

    fn wait_for_item(&self, daemon: &Daemon, name: &str) {
        daemon.wait_until(name, || self.titles().contains_key(&title(name)));
    }
}

fn title(name: &str) -> String {
    format!("Ozalée : {name}")
}

fn item(name: &str) -> (String, String, String) {
    (name.into(), title(name), "Du thé.".into())
}

fn feed(items: &[(String, String, String)]) -> String {
    rss("Le Courrier", items)
}

/// What a hub distributes: a feed with some items.
fn body(names: &[&str]) -> String {
    feed(&names.iter().map(|name| item(name)).collect::<Vec<_>>())
}

#[test]
fn what_a_hub_pushes_is_there_once_also_where_it_is_polled() {
    let watched = Watched::new(Manner::Verify(3600), "every = \"1 s\"");
    watched.publish("first");
    let daemon = watched.place.start();
    let question = watched.hub.wait_for(1).remove(0);
    assert_eq!((question.mode.as_str(), question.verified), ("subscribe", Some((200, true))));
    assert_eq!(question.topic, watched.site.url("/feed"));
    assert!(question.secret.len() == 64 && question.callback.path().len() == "/websub/".len() + 64);

    for n in 0..10 {
        let name = format!("both-{n}");
        watched.publish(&name);
        assert_eq!(question.push(&body(&[&name])), 202);
        assert_eq!(question.push(&body(&[&name])), 202, "a repeat is no fault");
        watched.wait_for_item(&daemon, &name);
    }
    let forged = body(&["forged"]);
    let other = signature("another secret", &forged);
    assert_eq!(question.push_signed(&forged, &other), 202, "it is not told");
    assert_eq!(question.push_signed(&forged, "sha256="), 202);
    assert_eq!(question.push(&body(&["last"])), 202);
    watched.wait_for_item(&daemon, "last");
    daemon.wait_for_line(&["visited", "courrier"]);

    let titles = watched.titles();
    assert!(titles.values().all(|count| *count == 1), "{titles:?}");
    assert!(!titles.contains_key(&title("forged")));
    assert_eq!(titles.len(), 12, "{titles:?}");
    let status = watched.place.ledger().status(crate::process::now()).unwrap();
    assert_eq!(status.queries[0].hits, 12);
    let shown = watched.place.print(&["status", "--push"]);
    let line = shown.lines().last().unwrap();
    assert!(line.starts_with("courrier  yes") && line.contains(&watched.hub.url()), "{shown}");
    assert!(daemon.stop().success());
}

#[test]
fn a_page_that_is_pushed_is_visited_at_once() {
    let hub = Hub::start(Manner::Verify(3600));
    let items: Items = Arc::default();
    let (shown, named) = (Arc::clone(&items), hub.url());
    let site = Site::start(move |request| match request.path.as_str() {
        "/avis" => Page::html(&reviews(&named, &shown.lock().unwrap())),
        _ => Page::missing(),
    });
    let mut watched = Watched::of(&site.url("/avis"), "every = \"1 h\"", hub, site);
    watched.items = items;
    watched.publish("first");
    let daemon = watched.place.start();
    watched.wait_for_item(&daemon, "first");
    let question = watched.hub.wait_for(1).remove(0);
    assert_eq!(question.topic, watched.site.url("/avis"));
    watched.publish("second");
    let pushed = reviews(&watched.hub.url(), &watched.items.lock().unwrap());
    assert_eq!(question.push(&pushed), 202);
    watched.wait_for_item(&daemon, "second");
    assert_eq!(watched.titles().len(), 2);
    assert!(daemon.stop().success());
}

/// A page that says to machines what it holds, and who pushes it.
fn reviews(hub: &str, items: &[(String, String, String)]) -> String {
    let reviews = items.iter().map(|(name, title, text)| {
        serde_json::json!({
            "@type": "Review", "@id": format!("#{name}"), "name": title,
            "reviewBody": format!("{text} {name}"),
            "author": {"@type": "Person", "name": "Léa"}, "datePublished": "2026-03-01",
        })
    });
    let product = serde_json::json!({
        "@context": "https://schema.org", "@type": "Product", "name": "Thé pétillant",
        "review": reviews.collect::<Vec<_>>(),
    });
    format!(
        "<!DOCTYPE html><html><head><title>Avis</title><link rel=\"hub\" href=\"{hub}\">\
         <script type=\"application/ld+json\">{product}</script></head><body><h1>Avis</h1></body></html>"
    )
}

#[test]
fn only_what_was_asked_is_confirmed() {
    let watched = Watched::new(Manner::Verify(3600), "");
    let daemon = watched.place.start();
    let question = watched.hub.wait_for(1).remove(0);
    let check = |asked: &Question, mode: &str, topic: &str, expect: u16| {
        let said = [
            ("hub.mode", mode),
            ("hub.topic", topic),
            ("hub.challenge", "<b>abc"),
            ("hub.lease_seconds", "3600"),
        ];
        let answer = asked.say(&said);
        assert_eq!(answer.status, expect, "{mode} {topic}: {}", answer.body);
        if expect == 200 {
            assert_eq!(answer.body, "<b>abc");
            assert!(answer.head.contains("content-type: text/plain"), "{}", answer.head);
        }
    };
    check(&question, "subscribe", &question.topic, 200);
    check(&question, "unsubscribe", &question.topic, 404);
    check(&question, "subscribe", "https://other.example/feed", 404);
    check(&question, "publish", &question.topic, 404);
    assert_eq!(question.say(&[]).status, 404);
    let mut stranger = question.clone();
    stranger.callback.set_path(&format!("/websub/{}", "0".repeat(64)));
    check(&stranger, "subscribe", &question.topic, 404);
    assert_eq!(stranger.push(&body(&["forged"])), 404);
    assert!(daemon.stop().success());
}

#[test]
fn a_source_that_is_pushed_is_seldom_visited_until_the_lease_ends() {
    let watched = Watched::new(Manner::Verify(3600), "");
    watched.publish("first");
    let daemon = watched.place.start();
    let question = watched.hub.wait_for(1).remove(0);
    watched.wait_for_item(&daemon, "first");
    // The first visit did not know the hub yet: the next is made as usual.
    assert_eq!(question.push(&body(&["pushed"])), 202);
    watched.wait_for_item(&daemon, "pushed");
    daemon.stop();

    // At the start it is visited once, since what was pushed meanwhile is lost.
    let daemon = watched.place.start();
    let line = daemon.wait_for_line(&["visited", "courrier"]);
    let visits = watched.site.times_asked("/feed");
    let next: serde_json::Value = serde_json::from_str(&line).unwrap();
    let next: model::Timestamp = next["fields"]["next_check"]
        .as_str()
        .and_then(|next| {
            next.trim_end_matches(" UTC")
                .replacen(' ', "T", 1)
                .parse::<chrono::NaiveDateTime>()
                .ok()
        })
        .unwrap()
        .and_utc();
    let pause = next - crate::process::now();
    assert!(pause > chrono::TimeDelta::minutes(50), "{pause}");
    for n in 0..5 {
        let name = format!("pushed-{n}");
        assert_eq!(question.push(&body(&[&name])), 202);
        watched.wait_for_item(&daemon, &name);
    }
    assert_eq!(watched.site.times_asked("/feed"), visits, "nothing was polled");

    // The hub stops after a short lease and does not come back.
    watched.hub.behave(Manner::Forget);
    let end = [
        ("hub.mode", "subscribe"),
        ("hub.topic", &question.topic),
        ("hub.challenge", "abc"),
        ("hub.lease_seconds", "2"),
    ];
    assert_eq!(question.say(&end).status, 200);
    watched.publish("polled");
    watched.wait_for_item(&daemon, "polled");
    daemon.wait_until("the hub to be asked again", || watched.hub.asked() >= 2);
    let again = watched.hub.wait_for(2).remove(1);
    assert_eq!((again.mode.as_str(), &again.callback), ("subscribe", &question.callback));
    assert!(daemon.stop().success());
}

#[test]
fn a_hub_that_will_not_push_costs_nothing_but_the_push() {
    for (manner, expect) in [
        (Manner::Deny, "we push to friends only"),
        (Manner::Refuse, "400 Bad Request: no such topic"),
    ] {
        let watched = Watched::new(manner, "every = \"1 s\"");
        watched.publish("first");
        let daemon = watched.place.start();
        let question = watched.hub.wait_for(1).remove(0);
        let said = || watched.place.print(&["status", "--push"]);
        daemon.wait_until("the reason to be told", || said().contains(expect));
        watched.publish("polled");
        watched.wait_for_item(&daemon, "polled");
        assert_eq!(watched.hub.asked(), 1, "it is left alone");
        drop(question);
        assert!(daemon.stop().success());
    }
}

#[test]
fn who_leaves_says_so_and_takes_nothing_more() {
    let watched = Watched::new(Manner::Verify(3600), "every = \"1 s\"");
    let daemon = watched.place.start();
    let question = watched.hub.wait_for(1).remove(0);
    let (kept, _) = watched.configuration.split_once("[sources.courrier]").unwrap();
    watched.place.configure(kept);
    daemon.signal("HUP");
    let goodbye = watched.hub.wait_for(2).remove(1);
    assert_eq!((goodbye.mode.as_str(), goodbye.verified), ("unsubscribe", Some((200, true))));
    assert_eq!(goodbye.callback, question.callback);
    assert_eq!(question.push(&body(&["late"])), 410);
    assert!(daemon.stop().success());
}

#[test]
fn what_was_answered_yes_outlives_any_kill() {
    let watched = Watched::new(Manner::Verify(3600), "");
    let daemon = watched.place.start();
    let question = watched.hub.wait_for(1).remove(0);
    daemon.kill();
    let mut pushed = Vec::new();
    for n in 0..20_u32 {
        let daemon = watched.place.start();
        daemon.wait_for_line(&["answering"]);
        let name = format!("kept-{n}");
        assert_eq!(question.push(&body(&[&name])), 202);
        daemon.leave_for(Duration::from_millis(u64::from(n % 5) * 3));
        daemon.kill();
        pushed.push(title(&name));
    }
    let daemon = watched.place.start();
    // By then it hears signals, too.
    daemon.wait_for_line(&["visited", "courrier"]);
    daemon.wait_until("all that was pushed", || watched.titles().len() >= pushed.len());
    assert!(daemon.stop().success());
    let titles = watched.titles();
    assert!(pushed.iter().all(|title| titles.get(title) == Some(&1)), "{titles:?}");
    assert_eq!(watched.place.ledger().check().unwrap(), []);
}

/// A feed and a hub by flask-websub, in a process that ends with the test.
pub(crate) struct FlaskHub {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl FlaskHub {
    /// Returns `None` where it is not installed, which is then told.
    pub(crate) fn start() -> Option<Self> {
        let Some(python) = std::env::var_os("VIGIE_TEST_HUB") else {
            eprintln!(
                "NOT RUN: flask-websub is not installed; tests/run.sh does, and sets VIGIE_TEST_HUB"
            );
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(python)
            .arg(tests_folder().join("websub/flask_hub.py"))
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        Some(Self { child, port: line.trim().parse().unwrap(), _folder: folder })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    fn post(&self, path: &str) {
        let address: SocketAddr = ([127, 0, 0, 1], self.port).into();
        let request =
            format!("POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(crate::web::ask(address, &request).status, 200, "{path}");
    }
}

impl Drop for FlaskHub {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn another_s_hub_and_publisher_are_understood() {
    let Some(flask) = FlaskHub::start() else { return };
    flask.post("/write?name=first");
    let url = flask.url("/feed");
    let watched = Watched::of(&url, "", Hub::start(Manner::Refuse), Publication::default().site());
    let daemon = watched.place.start();
    daemon.wait_for_line(&["a hub pushes", &url, "\"lease_s\":864000"]);
    // It notes us once it has our answer, and answers us then.
    daemon.wait_for_line(&["a hub took our word", "\"subscribe\":true"]);
    flask.post("/publish?name=pushed");
    watched.wait_for_item(&daemon, "pushed");
    flask.post("/write?name=silent");
    flask.post("/publish?name=last");
    watched.wait_for_item(&daemon, "last");
    let titles = watched.titles();
    let expect = ["first", "last", "pushed", "silent"].map(|name| (title(name), 1));
    assert_eq!(titles, BTreeMap::from(expect));

    // It takes our leave, too: what it pushes then comes to nobody.
    let (kept, _) = watched.configuration.split_once("[sources.courrier]").unwrap();
    watched.place.configure(kept);
    daemon.signal("HUP");
    daemon.wait_until("the hub to let us go", || watched.place.ledger().hubs().unwrap().is_empty());
    flask.post("/publish?name=late");
    assert!(daemon.stop().success());
    assert_eq!(watched.titles().len(), 4);
}
