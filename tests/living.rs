//! Living software: a blog, a mailing list and a shop, as `tests/servers/install.sh` installs and fills
//! them. Where one is not installed, its tests say so and end; with `VIGIE_LIVING=required` they fail.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use chrono::TimeDelta;
use model::{Seq, StoredItem, Timestamp};
use serde_json::Value;

use crate::process::{Daemon, Place, tests_folder};
use crate::settings::{FOLDER, source, watching};

/// How far the time of an item may be from the truth: pages show minutes.
const TIME_OFF_MAX: TimeDelta = TimeDelta::seconds(60);

#[derive(Debug, Clone, Copy)]
enum Software {
    WordPress,
    HyperKitty,
    Oscar,
}

impl Software {
    /// The folder of its data, the script that knows it, and the Python that runs this.
    fn names(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::WordPress => ("wordpress", "wordpress.py", "/usr/bin/python3"),
            Self::HyperKitty => ("hyperkitty", "mail_archive.py", "/usr/bin/python3"),
            Self::Oscar => ("oscar", "shop.py", "oscar-python/bin/python"),
        }
    }
}

/// A server that runs, filled, in a folder of its own.
struct Server {
    child: Child,
    folder: tempfile::TempDir,
    script: PathBuf,
    python: PathBuf,
    url: String,
    /// Its own process and those of what it needs.
    pids: Vec<u64>,
}

impl Server {
    /// Returns `None`, and says so, where the software is not installed.
    fn start(software: Software) -> Option<Self> {
        let (name, script, python) = software.names();
        let root = env::var_os("VIGIE_TEST_SERVERS").map(PathBuf::from).unwrap_or_default();
        if !root.join(name).join("ready").exists() {
            let test = thread::current().name().unwrap_or_default().to_owned();
            let reason =
                format!("{name} is not installed: tests/servers/install.sh, VIGIE_TEST_SERVERS");
            assert!(env::var_os("VIGIE_LIVING").is_none_or(|word| word != "required"), "{reason}");
            eprintln!("NOT RUN: {test}: {reason}");
            return None;
        }
        let (python, script) = (root.join(python), tests_folder().join("servers").join(script));
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(&python)
            .arg("-B")
            .arg(&script)
            .arg("serve")
            .arg(&root)
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let started: Value = serde_json::from_str(&line).expect("the server says where it is");
        let url = started["url"].as_str().unwrap().to_owned();
        let pids = started["pids"].as_array().unwrap().iter().filter_map(Value::as_u64).collect();
        Some(Self { child, folder, script, python, url, pids })
    }

    /// Has something done to what it shows; the verbs are in its script.
    fn tell(&self, arguments: &[&str]) -> Value {
        let (verb, arguments) = arguments.split_first().unwrap();
        let mut command = Command::new(&self.python);
        command.arg("-B").arg(&self.script).arg(verb).arg(self.folder.path()).args(arguments);
        let output = command.stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "{verb}: {}", output.status);
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// What everybody may read there now.
    fn truth(&self, kind: &str) -> Vec<Said> {
        let truth = self.tell(&["truth"]);
        truth[kind].as_array().unwrap().iter().map(Said::new).collect()
    }

    /// Ends it, and returns the processes that were its own.
    fn stop(mut self) -> Vec<u64> {
        self.end();
        std::mem::take(&mut self.pids)
    }

    /// It lives as long as its standard input is open.
    fn end(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// What somebody has said on a server, as the server itself tells.
#[derive(Debug, Clone)]
struct Said {
    id: String,
    url: String,
    author: String,
    date: Timestamp,
    text: String,
    stars: Option<i64>,
}

impl Said {
    fn new(row: &Value) -> Self {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let id = row["id"].as_str().map_or_else(|| row["id"].to_string(), str::to_owned);
        Self {
            id,
            url: text("url"),
            author: text("author"),
            date: text("date").parse().unwrap(),
            text: own_words(&text("text")).to_owned(),
            stars: row["stars"].as_i64(),
        }
    }

    /// Returns whether an item is what was said. Feeds of mails put before the words what these quote.
    fn is(&self, item: &StoredItem) -> bool {
        let item = &item.item;
        item.published.is_some_and(|at| (at - self.date).abs() <= TIME_OFF_MAX)
            && item.author.as_deref() == Some(&self.author)
            && words(&item.text).ends_with(&words(&self.text))
            && item.url.as_ref().is_some_and(|url| url.as_str() == self.url)
    }
}

/// What a mail says after the last line that it quotes; all that it says if it quotes nothing.
fn own_words(text: &str) -> &str {
    let quoted = text.rfind("\n> ").map(|at| at + 1);
    let end = quoted.and_then(|at| text[at..].find("\n\n").map(|end| at + end));
    end.map_or(text, |end| text[end..].trim())
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is known of a source.
fn items(place: &Place, source: &str) -> Vec<StoredItem> {
    let items = place.ledger().items_after(Seq(0), 10_000).unwrap();
    items.into_iter().filter(|item| item.item.source.as_str() == source).collect()
}

fn present(place: &Place, source: &str) -> Vec<StoredItem> {
    items(place, source).into_iter().filter(|item| item.removed.is_none()).collect()
}

/// Checks that a source has brought all that was said, each once, and nothing besides.
fn each_once(place: &Place, source: &str, said: &[Said]) {
    let items = present(place, source);
    for said in said {
        let found = items.iter().filter(|item| said.is(item)).count();
        let near = || {
            let near = items.iter().filter(|item| {
                item.item.published == Some(said.date) || item.item.text.contains(&said.text)
            });
            near.map(|item| &item.item).collect::<Vec<_>>()
        };
        assert_eq!(found, 1, "{source}: {said:#?}\nlike it: {:#?}", near());
    }
    assert_eq!(items.len(), said.len(), "{source}");
}

/// Waits for a number of items that are still there, and for further rounds that must not change it.
fn wait_for(daemon: &Daemon, place: &Place, source: &str, count: usize) {
    daemon.wait_until(&format!("{count} items of {source}"), || {
        present(place, source).len() == count
    });
    for _ in 0..2 {
        daemon.wait_for_line(&["visited", &format!("\"{source}\"")]);
    }
}

/// Waits for the item that has these words, and returns it.
fn wait_for_words(daemon: &Daemon, place: &Place, source: &str, words: &str) -> StoredItem {
    let find = || items(place, source).into_iter().find(|item| item.item.text.contains(words));
    daemon.wait_until(words, || find().is_some());
    find().unwrap()
}

/// Waits until something is known to be gone.
fn wait_for_removal(daemon: &Daemon, place: &Place, source: &str, said: &Said) {
    let gone = |item: &StoredItem| item.removed.is_some() && said.is(item);
    daemon.wait_until("the removal", || items(place, source).iter().any(gone));
}

/// Reads sources: (id, address, preset).
fn reading(sources: &[(&str, String, Option<&str>)]) -> Place {
    let mut settings = watching(&[], FOLDER).replace("[crawl]", "[crawl]\npages = 200");
    for (id, url, preset) in sources {
        settings += &source(id, url);
        settings += &preset.map(|preset| format!("preset = {preset:?}\n")).unwrap_or_default();
        // Its pages alone do not say by which clock they go.
        settings += if *id == "shop" { "zone = \"Europe/Paris\"\n" } else { "" };
    }
    Place::new(&settings)
}

#[test]
fn a_living_blog_is_read_by_its_feeds_and_nothing_of_it_runs_on() {
    let Some(blog) = Server::start(Software::WordPress) else { return };
    // All of it at once: what has left a feed before the first visit is nowhere to be seen.
    blog.tell(&["per-page", "200"]);
    let place = reading(&[
        ("posts", format!("{}/feed/", blog.url), None),
        ("comments", format!("{}/comments/feed/", blog.url), None),
    ]);
    let daemon = place.start();
    let comments = || blog.truth("comments");
    let posts = blog.truth("posts");
    let before = comments();
    assert!(posts.len() >= 40 && before.len() >= 120, "{} {}", posts.len(), before.len());
    wait_for(&daemon, &place, "posts", posts.len());
    wait_for(&daemon, &place, "comments", before.len());
    each_once(&place, "posts", &posts);
    each_once(&place, "comments", &before);

    // An edit, and an answer on the oldest thread.
    let new = "Ozalée livre désormais au Danemark & en Norvège.";
    blog.tell(&["edit-post", &posts[3].id, "Sept canettes, et Ozalée toujours devant."]);
    blog.tell(&["add-comment", &posts[0].id, new, "Søren", &before[12].id]);
    let edited = wait_for_words(&daemon, &place, "posts", "Sept canettes");
    assert_eq!(edited.version, 2);
    wait_for_words(&daemon, &place, "comments", new);
    wait_for(&daemon, &place, "comments", before.len() + 1);
    each_once(&place, "posts", &blog.truth("posts"));
    each_once(&place, "comments", &comments());
    daemon.wait_until("the answer to be found", || place.search(&["Norvège"]).len() == 1);
    assert!(daemon.stop().success());

    let pids = blog.stop();
    assert_eq!(pids.len(), 3, "the script, the database and the web server");
    let running = pids.iter().filter(|pid| Path::new(&format!("/proc/{pid}")).exists());
    assert_eq!(running.collect::<Vec<_>>(), Vec::<&u64>::new());
}

#[test]
fn a_living_blog_is_read_by_its_rest_api() {
    let Some(blog) = Server::start(Software::WordPress) else { return };
    let api = format!("{}/wp-json/wp/v2", blog.url);
    let place = reading(&[
        ("posts", format!("{api}/posts?per_page=10&_embed=author"), Some("wordpress")),
        ("comments", format!("{api}/comments?per_page=20"), Some("wordpress")),
    ]);
    let daemon = place.start();
    let (posts, comments) = (blog.truth("posts"), blog.truth("comments"));
    wait_for(&daemon, &place, "posts", posts.len());
    wait_for(&daemon, &place, "comments", comments.len());
    each_once(&place, "posts", &posts);
    each_once(&place, "comments", &comments);

    let newest = comments.last().unwrap();
    blog.tell(&["edit-post", &posts.last().unwrap().id, "Ozalée répond à tout, ou presque."]);
    blog.tell(&["delete-comment", &newest.id]);
    blog.tell(&["add-comment", &posts[0].id, "Ozalée livre désormais au Danemark.", "Søren"]);
    let edited = wait_for_words(&daemon, &place, "posts", "ou presque");
    assert_eq!(edited.version, 2);
    wait_for_words(&daemon, &place, "comments", "livre désormais");
    wait_for_removal(&daemon, &place, "comments", newest);
    each_once(&place, "posts", &blog.truth("posts"));
    each_once(&place, "comments", &blog.truth("comments"));
    assert!(daemon.stop().success());
}

#[test]
fn a_living_blog_is_read_by_its_pages() {
    let Some(blog) = Server::start(Software::WordPress) else { return };
    let place = reading(&[("blog", format!("{}/", blog.url), Some("wordpress"))]);
    let daemon = place.start();
    let all = || [blog.truth("posts"), blog.truth("comments")].concat();
    let before = all();
    wait_for(&daemon, &place, "blog", before.len());
    each_once(&place, "blog", &before);

    // On the newest post, which the first page shows, and below the oldest, whose comments fill three.
    let (posts, comments) = (blog.truth("posts"), blog.truth("comments"));
    let gone = &comments[1];
    blog.tell(&["edit-post", &posts.last().unwrap().id, "Ozalée répond à tout, ou presque."]);
    blog.tell(&["delete-comment", &gone.id]);
    blog.tell(&["edit-comment", &comments[2].id, "Oui, de 9 h à 13 h."]);
    blog.tell(&["add-comment", &posts[0].id, "Ozalée livre désormais au Danemark.", "Søren"]);
    for edited in ["ou presque", "de 9 h à 13 h"] {
        assert_eq!(wait_for_words(&daemon, &place, "blog", edited).version, 2);
    }
    wait_for_words(&daemon, &place, "blog", "livre désormais");
    wait_for_removal(&daemon, &place, "blog", gone);
    each_once(&place, "blog", &all());
    assert!(daemon.stop().success());
}

#[test]
fn a_living_mailing_list_is_read_by_its_feed() {
    let Some(list) = Server::start(Software::HyperKitty) else { return };
    let mails = list.truth("mails");
    assert!(mails.len() >= 60, "{}", mails.len());
    let feed = format!("{}feed/", list.tell(&["truth"])["list"].as_str().unwrap());
    let place = reading(&[("list", feed, None)]);
    let daemon = place.start();
    wait_for(&daemon, &place, "list", mails.len());
    each_once(&place, "list", &mails);

    let new = "Ozalée ne livre plus que le mardi.";
    list.tell(&["add-mail", "Re: livraisons", new, "Hélène Vasseur", &mails[0].id]);
    wait_for(&daemon, &place, "list", mails.len() + 1);
    each_once(&place, "list", &list.truth("mails"));
    daemon.wait_until("the mail to be found", || place.search(&["mardi"]).len() == 1);
    assert!(daemon.stop().success());
}

#[test]
fn a_living_mailing_list_is_read_by_its_pages() {
    let Some(list) = Server::start(Software::HyperKitty) else { return };
    let mails = list.truth("mails");
    // Months are its pages; all threads were last answered in one of three.
    let address = list.tell(&["truth"])["list"].as_str().unwrap().to_owned();
    let months: Vec<_> = (3..=5).map(|month| format!("{address}2025/{month}/")).collect();
    let sources = ["march", "april", "may"].into_iter().zip(months);
    let sources: Vec<_> = sources.map(|(id, url)| (id, url, Some("hyperkitty"))).collect();
    let place = reading(&sources);
    let everything = || -> Vec<StoredItem> {
        ["march", "april", "may"].iter().flat_map(|id| present(&place, id)).collect()
    };
    let daemon = place.start();
    daemon.wait_until("all mails", || {
        let items = everything();
        mails.iter().all(|mail| items.iter().any(|item| mail.is(item)))
    });
    for source in ["march", "april", "may"] {
        let items = present(&place, source);
        for item in &items {
            let said = mails.iter().filter(|mail| mail.is(item)).count();
            assert_eq!(said, 1, "{:#?}", item.item);
            assert_eq!(items.iter().filter(|other| other.item.url == item.item.url).count(), 1);
        }
    }

    let gone = mails.last().unwrap();
    list.tell(&["add-mail", "Re: livraisons", "Ozalée ne livre plus.", "Hélène Vasseur", &gone.id]);
    list.tell(&["delete-mail", &gone.id]);
    daemon.wait_until("the new mail", || {
        everything().iter().any(|item| item.item.text.contains("Ozalée ne livre plus."))
    });
    wait_for_removal(&daemon, &place, "may", gone);
    assert!(daemon.stop().success());
}

#[test]
fn a_living_shop_is_read_with_its_stars() {
    let Some(shop) = Server::start(Software::Oscar) else { return };
    let truth = shop.tell(&["truth"]);
    let first = &truth["products"][0];
    let place = reading(&[("shop", format!("{}reviews/", first["url"].as_str().unwrap()), None)]);
    let of_first = || -> Vec<Said> {
        let truth = shop.tell(&["truth"]);
        let rows = truth["reviews"].as_array().unwrap().iter();
        rows.filter(|review| review["product"] == first["id"]).map(Said::new).collect()
    };
    let reviews = of_first();
    let daemon = place.start();
    wait_for(&daemon, &place, "shop", reviews.len());
    each_once(&place, "shop", &reviews);
    for review in &reviews {
        let items = present(&place, "shop");
        let item = items.iter().find(|item| review.is(item)).unwrap();
        let stars = item.item.details.rating.map(|rating| rating.stars_milli() / 1000);
        assert_eq!(stars, review.stars, "{:#?}", item.item);
    }

    let id = first["id"].to_string();
    shop.tell(&["add-review", &id, "2", "Déçue", "Ozalée a changé la recette.", "Marie L."]);
    shop.tell(&["edit-review", &reviews[1].id, "No mint any more. Pity."]);
    shop.tell(&["delete-review", &reviews[2].id]);
    wait_for_words(&daemon, &place, "shop", "changé la recette");
    assert_eq!(wait_for_words(&daemon, &place, "shop", "No mint any more").version, 2);
    wait_for_removal(&daemon, &place, "shop", &reviews[2]);
    each_once(&place, "shop", &of_first());
    assert!(daemon.stop().success());
}
