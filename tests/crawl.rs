//! How sites are read: politely, without losing time on those that do not answer, and without taking
//! one item for two.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use model::Seq;

use crate::process::{Place, now};
use crate::settings::{FOLDER, watching};
use crate::site::{Page, Publication, Site, rss};

fn one_item(title: &str) -> String {
    rss("Le Courrier", &[("1".into(), title.into(), "Du thé pétillant.".into())])
}

/// The titles of all items that were kept.
fn titles(place: &Place) -> Vec<String> {
    let items = place.ledger().items_after(Seq(0), 1_000).unwrap();
    items.into_iter().map(|stored| stored.item.title).collect()
}

/// What `vigie status` says about a source.
fn health(place: &Place, source: &str) -> String {
    let status = place.print(&["status"]);
    status.lines().find(|line| line.starts_with(source)).unwrap().to_owned()
}

#[test]
fn a_feed_that_has_not_changed_is_not_sent_again() {
    let bodies = Arc::new(AtomicUsize::new(0));
    let sent = Arc::clone(&bodies);
    let site = Site::start(move |request| {
        let known = request.headers.get("if-none-match").is_some_and(|tag| tag == "\"v1\"");
        match request.path.as_str() {
            "/feed" if known => Page { status: 304, headers: String::new(), body: Vec::new() },
            "/feed" => {
                sent.fetch_add(1, Ordering::Relaxed);
                Page::feed(one_item("Ozalée ouvre à Lyon")).header("ETag", "\"v1\"")
            }
            _ => Page::missing(),
        }
    });
    let place = Place::new(&watching(&[("courrier", &site)], FOLDER));
    let daemon = place.start();
    daemon.wait_until("three visits", || site.times_asked("/feed") >= 3);
    assert!(daemon.stop().success());
    // The validators are in the ledger, so that a new start asks with them too.
    let asked = site.times_asked("/feed");
    let daemon = place.start();
    daemon.wait_until("another visit", || site.times_asked("/feed") > asked);
    assert!(daemon.stop().success());
    assert_eq!(bodies.load(Ordering::Relaxed), 1);
    assert!(health(&place, "courrier").contains(" well "), "{}", health(&place, "courrier"));
}

#[test]
fn an_address_that_has_moved_for_good_is_not_asked_again() {
    let site = Site::start(|request| match request.path.as_str() {
        "/feed" => Page::redirect(301, "/new/feed"),
        "/new/feed" => Page::feed(one_item("Ozalée ouvre à Lyon")),
        _ => Page::missing(),
    });
    let place = Place::new(&watching(&[("courrier", &site)], FOLDER));
    for visits in [2, 3] {
        let daemon = place.start();
        daemon.wait_until("visits", || site.times_asked("/new/feed") >= visits);
        assert!(daemon.stop().success());
    }
    assert_eq!(site.times_asked("/feed"), 1);
    assert!(health(&place, "courrier").ends_with("/new/feed"), "{}", health(&place, "courrier"));
}

#[test]
fn what_robots_may_not_read_is_not_asked_for_and_the_owner_learns_why() {
    let site = Site::start(|request| match request.path.as_str() {
        "/robots.txt" => Page {
            status: 200,
            headers: "Content-Type: text/plain\r\n".into(),
            body: b"User-agent: *\nAllow: /\n\nUser-agent: vigie\nDisallow: /feed\n".into(),
        },
        _ => Page::feed(one_item("Ozalée ouvre à Lyon")),
    });
    let place = Place::new(&watching(&[("courrier", &site)], FOLDER));
    let daemon = place.start();
    daemon.wait_for_line(&["failed to visit", "robots.txt of 127.0.0.1"]);
    daemon.wait_for_line(&["failed to visit", "robots.txt of 127.0.0.1"]);
    assert!(daemon.stop().success());
    assert_eq!(site.times_asked("/feed"), 0);
    assert_eq!(site.times_asked("/robots.txt"), 1);
    let health = health(&place, "courrier");
    let reason = "robots.txt of 127.0.0.1 asks robots not to read this page";
    assert!(health.contains("FAILING") && health.contains(reason), "{health}");
}

#[test]
fn a_site_that_does_not_answer_and_one_that_fails_delay_no_other() {
    let (answer, answers) = mpsc::channel::<()>();
    let answers = Mutex::new(answers);
    let slow = Site::of_feed(move || {
        // Until the test drops the other end.
        answers.lock().unwrap().recv().ok();
        one_item("Ozalée, enfin")
    });
    let broken = Site::start(|_| Page { status: 500, ..Page::missing() });
    let courrier = Publication::default();
    let quick = courrier.site();
    let sites = [("broken", &broken), ("quick", &quick), ("slow", &slow)];
    let place = Place::new(&watching(&sites, FOLDER));
    let daemon = place.start();
    daemon.wait_until("the slow site to be asked", || slow.times_asked("/feed") == 1);
    for n in 1..=3 {
        courrier.publish(&format!("{n}"), &format!("Ozalée ouvre sa boutique n° {n}"), "");
        let published = now();
        let line = daemon.wait_for_line(&["visited", "\"quick\"", "\"new\":1"]);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let read: model::Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
        let delay = read - published;
        // Due each second; the rest is for a machine that does other work, too.
        assert!(delay < chrono::TimeDelta::seconds(4), "read {delay} after it was published");
    }
    assert_eq!(slow.times_asked("/feed"), 1, "a host is asked for one thing at a time");
    drop(answer);
    daemon.wait_for_line(&["visited", "\"slow\"", "\"new\":1"]);
    assert!(daemon.stop().success());
    let health = health(&place, "broken");
    assert!(health.contains("FAILING") && health.contains("500"), "{health}");
    assert_eq!(titles(&place).len(), 4);
}

#[test]
fn an_edited_item_is_the_same_item_with_a_new_text() {
    let title = Arc::new(Mutex::new("Ozalée ouvre à Lyon"));
    let shown = Arc::clone(&title);
    let site = Site::of_feed(move || one_item(&shown.lock().unwrap()));
    let place = Place::new(&watching(&[("courrier", &site)], FOLDER));
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"new\":1", "\"changed\":0"]);
    *title.lock().unwrap() = "Ozalée ouvre à Marseille";
    daemon.wait_for_line(&["visited", "\"new\":0", "\"changed\":1"]);
    daemon.wait_until("the new text to be found", || place.search(&["Marseille"]).len() == 1);
    assert!(daemon.stop().success());
    assert_eq!(titles(&place), ["Ozalée ouvre à Marseille"]);
    assert_eq!(place.search(&["Lyon"]).len(), 0);
}

#[test]
fn a_feed_that_makes_up_its_guids_gives_no_second_copy() {
    let visits = Arc::new(AtomicUsize::new(0));
    let site = Site::of_feed(move || {
        let visit = visits.fetch_add(1, Ordering::Relaxed);
        let item = |n: usize, link: &str| {
            format!(
                "<item><guid isPermaLink=\"false\">{visit}-{n}</guid><title>Ozalée {n}</title>\
                 {link}<description>Texte de l'article {n}.</description></item>"
            )
        };
        let linked: String = (0..3)
            .map(|n| item(n, &format!("<link>https://courrier.example/{n}</link>")))
            .collect();
        let bare: String = (3..5).map(|n| item(n, "")).collect();
        rss("Le Courrier", &[]).replace("</channel>", &format!("{linked}{bare}</channel>"))
    });
    let place = Place::new(&watching(&[("courrier", &site)], FOLDER));
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"new\":5"]);
    for _ in 0..4 {
        let line = daemon.wait_for_line(&["visited"]);
        assert!(line.contains("\"new\":0") && line.contains("\"changed\":0"), "{line}");
    }
    assert!(daemon.stop().success());
    let mut titles = titles(&place);
    titles.sort();
    assert_eq!(titles, ["Ozalée 0", "Ozalée 1", "Ozalée 2", "Ozalée 3", "Ozalée 4"]);
}

#[test]
fn a_small_answer_that_unfolds_into_a_huge_one_is_left_with_a_clear_reason() {
    let bomb = gzip(&vec![b' '; 64 << 20]);
    assert!(bomb.len() < 1 << 20, "{} bytes", bomb.len());
    let site = Site::start(move |request| match request.path.as_str() {
        "/feed" => Page { body: bomb.clone(), ..Page::feed(String::new()) }
            .header("Content-Encoding", "gzip"),
        _ => Page::missing(),
    });
    let settings = watching(&[("courrier", &site)], FOLDER);
    let place = Place::new(&settings.replace("[crawl]", "[crawl]\nbody_mib_max = 1"));
    let daemon = place.start();
    daemon.wait_for_line(&["failed to visit", "body over 1 MiB"]);
    assert!(daemon.stop().success());
    let health = health(&place, "courrier");
    assert!(health.contains("FAILING") && health.contains("body over 1 MiB"), "{health}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = Command::new("gzip");
    gzip.arg("-c").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = gzip.spawn().expect("gzip runs");
    let mut input = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // It writes while it reads: neither end may wait for the other.
        scope.spawn(move || input.write_all(bytes).unwrap());
        child.wait_with_output().unwrap().stdout
    })
}
