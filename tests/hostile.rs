//! Hosts that misbehave: each with a clear outcome, none at the cost of another's. That good sources keep
//! their schedule to the second of stepped time is shown beside the crawler (`crawler/tests.rs`).

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use model::Health;

use crate::hosts::{self, Asked, Hosts, hold, send, send_forever};
use crate::process::{Daemon, Place, now};
use crate::settings::{FOLDER, source, watching};

/// The first hosts answer at once with a feed.
const GOOD: u8 = 20;
/// How long the good ones are counted.
const COUNTED: Duration = Duration::from_secs(8);

/// What the other hosts do (by number), and what their owner reads of it.
const BAD: &[(u8, &str)] = &[
    (101, "no answer from 127.7.0.101 within 2 s"),
    (102, "no complete answer from 127.7.0.102 within 4 s"),
    (103, "body over 1 MiB"),
    (104, "body over 1 MiB"),
    (105, "body over 1 MiB"),
    (106, "body over 1 MiB"),
    (107, "127.0.0.1 is at 127.0.0.1, this machine's own address"),
    (108, "169.254.169.254 is at 169.254.169.254, a link-local address"),
    (109, "::1 is at ::1, this machine's own address"),
    (110, "localhost is at "),
    (111, "127.7.0.111 redirects in a circle"),
    (112, "127.7.0.112 sends more headers than are read"),
    (113, "127.7.0.113 sends more headers than are read"),
    (114, "more than 4 redirects"),
    (115, "127.7.0.115 asks for a proof that a person is reading (403 Forbidden)"),
    (116, "the connection to 127.7.0.116 was cut"),
    (117, "the body from 127.7.0.117 came damaged or not whole"),
    (118, "only http and https are read, not file"),
    (120, "robots.txt of 127.7.0.120 could not be read: no "),
];
/// A feed in a charset that there is none of, a thread without an end, and a host that answers every
/// other time.
const CHARSET: u8 = 130;
const ENDLESS: u8 = 131;
const FLAPPING: u8 = 132;

fn deed(asked: &Asked, turn: &AtomicUsize, stream: &mut TcpStream) -> std::io::Result<()> {
    let to = |stream: &mut TcpStream, to: &str| {
        send(stream, "302 Found", &format!("Location: {to}\r\n"), "")
    };
    let bomb = |stream: &mut TcpStream, coding: &str, bomb: &[u8]| {
        send(stream, "200 OK", &format!("Content-Encoding: {coding}\r\n"), bomb)
    };
    match (asked.host, asked.path.as_str()) {
        (120, "/robots.txt") => hold(stream),
        (_, "/robots.txt") => hosts::missing(stream),
        (101, _) => hold(stream),
        (102, _) => drip(stream),
        (103, _) => bomb(stream, "gzip", include_bytes!("../crates/crawl/tests/it/encoded/bomb.gz")),
        (104, _) => bomb(stream, "br", include_bytes!("../crates/crawl/tests/it/encoded/bomb.br")),
        (105, _) => bomb(stream, "zstd", include_bytes!("../crates/crawl/tests/it/encoded/bomb.zst")),
        (106, _) => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", 1 << 30)?;
            send_forever(stream, &[b'x'; 4096])
        }
        (107, _) => to(stream, "http://0x7f.1:1/"),
        (108, _) => to(stream, "http://169.254.169.254/latest/meta-data/"),
        (109, _) => to(stream, "http://[::1]:1/"),
        (110, _) => to(stream, "http://localhost:1/"),
        (111, "/feed") => to(stream, "/again"),
        (111, _) => to(stream, "/feed"),
        (112, _) => {
            write!(stream, "HTTP/1.1 200 OK\r\n")?;
            send_forever(stream, &b"X-Flood: 1\r\n".repeat(400))
        }
        (113, _) => {
            write!(stream, "HTTP/1.1 200 OK\r\nX-Long: ")?;
            send_forever(stream, &[b'x'; 4096])
        }
        (114, path) => to(stream, &format!("{path}x")),
        (115, _) => send(
            stream,
            "403 Forbidden",
            "cf-mitigated: challenge\r\n",
            "<title>Just a moment...</title>",
        ),
        (116, _) => Ok(()),
        (117, _) => bomb(stream, "gzip", b"no gzip at all"),
        (118, _) => to(stream, "file:///etc/passwd"),
        (CHARSET, _) => send(
            stream,
            "200 OK",
            "Content-Type: application/rss+xml; charset=klingon\r\n",
            b"<rss version=\"2.0\"><channel><title>T\xff</title><item><guid>1</guid><title>Oz\xc3\x28\xa0e\
              </title><link>https://site.example/1</link></item></channel></rss>",
        ),
        (ENDLESS, path) => {
            let page = path.rsplit('=').next().and_then(|start| start.parse().ok()).unwrap_or(0);
            send(stream, "200 OK", "Content-Type: text/html\r\n", thread(page))
        }
        (FLAPPING, _) if turn.fetch_add(1, Ordering::Relaxed) % 2 == 1 => Ok(()),
        _ => hosts::feed(stream, "Le Courrier"),
    }
}

/// A byte now and then.
fn drip(stream: &mut TcpStream) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")?;
    let (_never, wait) = std::sync::mpsc::channel::<()>();
    loop {
        stream.write_all(b"x")?;
        wait.recv_timeout(Duration::from_millis(200)).ok();
    }
}

/// A page of a thread in the manner of phpBB that is followed by another, always.
fn thread(page: u32) -> String {
    let post = |id: u32| {
        format!(
            "<div id='p{id}' class='post'><div class='postprofile'><a class='username'>Anne</a></div>\
             <div class='postbody'><h3><a href='./viewtopic.php?p={id}#p{id}'>Re: Thé</a></h3>\
             <p class='author'>par <a class='username'>Anne</a> » \
             <time datetime='2026-03-01T08:00:00+00:00'>x</time></p>\
             <div class='content'>Post numéro {id} sur le thé.</div></div></div>"
        )
    };
    format!(
        "<!DOCTYPE html><html lang='fr'><head><title>Thé</title></head>\
         <body id='phpbb' class='section-viewtopic'><h2 class='topic-title'>\
         <a href='./viewtopic.php?t=1'>Thé</a></h2>{}{}<div class='pagination'><ul>\
         <li class='next arrow'><a rel='next' href='./viewtopic.php?t=1&amp;start={}'>Suivante</a></li>\
         </ul></div></body></html>",
        post(page * 2 + 1),
        post(page * 2 + 2),
        page + 1
    )
}

fn settings(crawl: &str) -> String {
    let settings = watching(&[], FOLDER).replace("127.0.0.1", hosts::NETWORK);
    settings.replace("[crawl]\n", &format!("[crawl]\n{crawl}\n"))
}

const SHORT: &str = "answer_timeout = \"2 s\"\ntimeout = \"4 s\"\nbody_mib_max = 1\nredirects_max = 4\n\
                     pages = 3\nparallel = 8\nconnect_timeout = \"2 s\"";

fn failing(place: &Place, source: &str) -> Option<String> {
    let status = place.ledger().status(now()).unwrap();
    let source = status.sources.into_iter().find(|status| status.source.id.as_str() == source)?;
    match source.health {
        Health::Failing { reason, .. } => Some(reason),
        Health::Unvisited | Health::Well { .. } => None,
    }
}

/// Lets a daemon run for a while, and returns how many visits the good hosts had.
fn good_visits(daemon: &Daemon, hosts: &Hosts) -> Vec<usize> {
    let counted = || (1..=GOOD).map(|host| hosts.times_asked(host)).collect::<Vec<_>>();
    let none = counted();
    daemon.wait_until("the first visits", || counted().iter().zip(&none).all(|(a, b)| a > b));
    let before = counted();
    daemon.leave_for(COUNTED);
    counted().iter().zip(before).map(|(after, before)| after - before).collect()
}

#[test]
fn hosts_that_misbehave_are_told_and_cost_their_own_queue_only() {
    let turn = AtomicUsize::new(0);
    let hosts = Hosts::start(move |asked, stream| deed(asked, &turn, stream));
    let mut sources = settings(SHORT);
    for host in 1..=GOOD {
        sources += &source(&format!("good{host}"), &hosts.url(host, "/feed"));
    }
    let place = Place::new(&sources);
    let daemon = place.start();
    let quiet: usize = good_visits(&daemon, &hosts).iter().sum();
    assert!(daemon.stop().success());

    for (host, _) in BAD {
        sources += &source(&format!("bad{host}"), &hosts.url(*host, "/feed"));
    }
    sources += &source("charset", &hosts.url(CHARSET, "/feed"));
    sources += &source("endless", &hosts.url(ENDLESS, "/viewtopic.php?t=1"));
    sources += "preset = \"phpbb\"\n";
    sources += &source("flapping", &hosts.url(FLAPPING, "/feed"));
    let place = Place::new(&sources);
    let daemon = place.start();
    let visits = good_visits(&daemon, &hosts);
    let among_bad: usize = visits.iter().sum();
    // The same time with the same sources: what is lost is what the machine had to do besides.
    assert!(among_bad * 10 >= quiet * 6, "{among_bad} visits of {quiet}: {visits:?}");
    assert!(
        visits.iter().all(|visits| *visits * 10 >= quiet / usize::from(GOOD) * 5),
        "{visits:?}"
    );

    for (host, expect) in BAD {
        let id = format!("bad{host}");
        daemon.wait_until(&format!("{id}: {expect}"), || {
            failing(&place, &id).is_some_and(|reason| reason.contains(expect))
        });
    }
    assert_eq!(failing(&place, "charset"), None);
    assert_eq!(failing(&place, "endless"), None);
    assert!(hosts.times_asked(FLAPPING) > 1);
    assert!(daemon.stop().success());
    let told = place.print(&["status"]);
    for (host, expect) in BAD {
        let id = format!("bad{host} ");
        let line = told.lines().find(|line| line.starts_with(&id)).unwrap();
        assert!(line.contains("FAILING") && line.contains(expect), "{line}");
    }
    // A round is its own page and three more, however many there are.
    let pages = hosts.times_asked(ENDLESS);
    let first = hosts.heads(ENDLESS, "/viewtopic.php?t=1").len();
    assert!(pages <= first * 4, "{pages} pages in {first} rounds");
}

#[test]
fn a_host_that_fails_time_after_time_is_left_alone_with_all_its_sources() {
    let hosts = Hosts::start(|asked, stream| match asked.path.as_str() {
        "/robots.txt" => hosts::missing(stream),
        _ => send(stream, "500 Internal Server Error", "", "sorry"),
    });
    let mut sources = settings("");
    for n in 1..=8 {
        sources += &source(&format!("s{n}"), &hosts.url(1, &format!("/{n}")));
    }
    let place = Place::new(&sources);
    let daemon = place.start();
    daemon.wait_until("five visits", || hosts.times_asked(1) == 5);
    daemon.leave_for(Duration::from_secs(3));
    assert!(daemon.stop().success());
    assert_eq!(hosts.times_asked(1), 5, "eight sources, and none but five was asked for");
    let told = place.print(&["status"]);
    let reason = "(8 sources): 5 visits in a row without an answer: 127.7.0.1 answers 500 Internal";
    assert!(told.contains("is left alone until") && told.contains(reason), "{told}");
}

#[test]
fn what_a_host_asks_for_holds_for_all_its_sources_and_over_a_restart() {
    let hosts = Hosts::start(|asked, stream| match asked.path.as_str() {
        "/robots.txt" => hosts::missing(stream),
        _ => send(stream, "429 Too Many Requests", "Retry-After: 86400\r\n", ""),
    });
    let mut sources = settings("every_max = \"2 s\"");
    for n in 1..=3 {
        sources += &source(&format!("s{n}"), &hosts.url(1, &format!("/{n}")));
    }
    let place = Place::new(&sources);
    for _ in 0..2 {
        let daemon = place.start();
        daemon.wait_until("a visit", || hosts.times_asked(1) == 1);
        daemon.leave_for(Duration::from_secs(2));
        assert!(daemon.stop().success());
    }
    assert_eq!(hosts.times_asked(1), 1);
    let told = place.print(&["status"]);
    assert!(told.contains("(3 sources): 127.7.0.1 answers 429 Too Many Requests"), "{told}");
}

#[test]
fn a_host_is_asked_for_so_many_pages_a_day() {
    let hosts = Hosts::start(|asked, stream| match asked.path.as_str() {
        "/robots.txt" => hosts::missing(stream),
        _ => hosts::feed(stream, "Le Courrier"),
    });
    let one = source("courrier", &hosts.url(1, "/feed"));
    let place = Place::new(&(settings("pages_a_day = 3") + &one));
    let (start, mut asked) = (now().date_naive(), 0);
    for _ in 0..2 {
        let daemon = place.start();
        daemon.wait_until("three visits", || hosts.times_asked(1) >= 3);
        daemon.leave_for(Duration::from_secs(3));
        assert!(daemon.stop().success());
        asked = hosts.times_asked(1);
    }
    // At midnight the day begins anew.
    if now().date_naive() == start {
        assert_eq!(asked, 3);
        let told = place.print(&["status"]);
        let reason = "(1 sources): 3 pages read today, as many as crawl.pages_a_day allows";
        assert!(told.contains(reason), "{told}");
    }
}

#[test]
fn a_round_of_a_board_keeps_its_cookies_and_the_next_one_has_none() {
    let hosts = Hosts::start(|asked, stream| {
        let page: u32 = asked.path.rsplit('=').next().unwrap().parse().unwrap_or(0);
        match asked.path.as_str() {
            "/robots.txt" => hosts::missing(stream),
            "/viewtopic.php?t=1" => {
                let headers =
                    "Content-Type: text/html\r\nSet-Cookie: sid=round; path=/; HttpOnly\r\n";
                send(stream, "200 OK", headers, thread(0))
            }
            _ if asked.head.contains("cookie: sid=round") => {
                send(stream, "200 OK", "Content-Type: text/html\r\n", thread(page))
            }
            _ => send(stream, "403 Forbidden", "", "who are you?"),
        }
    });
    let board = source("board", &hosts.url(1, "/viewtopic.php?t=1")) + "preset = \"phpbb\"\n";
    let place = Place::new(&(settings("pages = 3") + &board));
    let daemon = place.start();
    daemon.wait_until("a second round", || hosts.heads(1, "/viewtopic.php?t=1").len() >= 2);
    assert!(daemon.stop().success());
    assert_eq!(failing(&place, "board"), None);
    let second = hosts.heads(1, "/viewtopic.php?t=1&start=1");
    assert!(second[0].contains("\r\ncookie: sid=round\r\n"), "{}", second[0]);
    for first in hosts.heads(1, "/viewtopic.php?t=1") {
        assert!(!first.contains("\r\ncookie:"), "{first}");
    }
}
