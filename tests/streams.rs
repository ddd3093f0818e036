//! Sources that stream, against servers on loopback that drop, repeat, flood and stall.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use model::{Seq, StoredItem};
use serde_json::json;
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::Role;
use tungstenite::{Message, WebSocket};

use crate::process::Place;
use crate::site::Publication;

/// A server whose connections are told by their number.
struct Speaker {
    address: String,
    /// What was asked for, in order, without robots.txt.
    asked: Arc<Mutex<Vec<String>>>,
}

struct Asked {
    nth: usize,
    path: String,
    key: String,
    authorization: String,
    stream: TcpStream,
}

impl Speaker {
    fn start(speak: impl Fn(Asked) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (heard, speak) = (Arc::clone(&asked), Arc::new(speak));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (heard, speak) = (Arc::clone(&heard), Arc::clone(&speak));
                thread::spawn(move || {
                    if let Some(asked) = hear(stream, &heard) {
                        speak(asked);
                    }
                });
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Reads a request's head, and answers itself where it is for robots.txt.
fn hear(mut stream: TcpStream, heard: &Mutex<Vec<String>>) -> Option<Asked> {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    let (mut key, mut authorization) = (String::new(), String::new());
    for line in lines.map_while(Result::ok).take_while(|line| !line.is_empty()) {
        match line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value)) {
            Some((name, value)) if name == "sec-websocket-key" => value.clone_into(&mut key),
            Some((name, value)) if name == "authorization" => value.clone_into(&mut authorization),
            _ => {}
        }
    }
    if path == "/robots.txt" {
        let nothing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(nothing).ok();
        return None;
    }
    let mut heard = heard.lock().unwrap();
    heard.push(path.clone());
    Some(Asked { nth: heard.len() - 1, path, key, authorization, stream })
}

impl Asked {
    /// Begins to send events.
    fn events(mut self, send: impl FnOnce(&mut TcpStream)) {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
        if self.stream.write_all(head.as_bytes()).is_ok() {
            send(&mut self.stream);
        }
    }

    fn socket(mut self) -> WebSocket<TcpStream> {
        let accept = derive_accept_key(self.key.as_bytes());
        write!(
            self.stream,
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        )
        .unwrap();
        WebSocket::from_raw_socket(self.stream, Role::Server, None)
    }
}

/// Keeps a connection open until the other side leaves.
fn hold(stream: &TcpStream) {
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok();
}

fn configuration(sources: &str) -> String {
    format!(
        "data = \"data\"\n\
         [crawl]\ncontact = \"test@ozalee.example\"\nevery_min = \"1 s\"\nhost_pause = \"0 s\"\n\
         allow_addresses = [\"127.0.0.1\"]\n\
         [queries]\nozalee = 'Ozalée'\n\
         [mail]\nfrom = \"vigie@ozalee.example\"\ndirectory = \"mails\"\n{sources}"
    )
}

fn items(place: &Place) -> Vec<StoredItem> {
    place.ledger().items_after(Seq(0), 100_000).unwrap()
}

fn status(id: u32, text: &str) -> String {
    let at = format!("2026-03-01T12:00:{:02}.000Z", id % 60);
    let url = format!("https://social.example/@anne/{id}");
    json!({
        "id": id.to_string(), "created_at": at, "url": url, "uri": url, "content": format!("<p>{text}</p>"),
        "account": { "acct": "anne", "display_name": "Anne" }, "language": "fr", "reblog": null,
        "spoiler_text": "", "tags": [], "media_attachments": [],
    })
    .to_string()
}

fn send(stream: &mut TcpStream, event: &str, data: &str) {
    write!(stream, "event: {event}\ndata: {data}\n\n").ok();
}

#[test]
fn a_stream_of_mastodon_is_heard_over_breaks_and_only_what_is_wanted_is_kept() {
    let speaker = Speaker::start(|asked| {
        let nth = asked.nth;
        asked.events(|stream| match nth {
            0 => {
                stream.write_all(b":)\n\n").ok();
                send(stream, "update", &status(1, "Ozalée arrive"));
                send(stream, "update", &status(2, "Bruinelle arrive"));
                send(stream, "notification", "{}");
                // Cut in the middle of an event.
                stream.write_all(b"event: update\ndata: {\"id\": \"3\"").ok();
            }
            1 => {
                send(stream, "update", &status(1, "Ozalée arrive"));
                send(stream, "update", &status(3, "Ozalée repart"));
                stream.write_all(b":thump\n").ok();
                send(stream, "update", &status(4, "Ozalée à Lille"));
            }
            _ => {
                send(stream, "status.update", &status(1, "Ozalée arrive, corrigé"));
                send(stream, "delete", "3");
                send(stream, "delete", "4711");
                hold(stream);
            }
        });
    });
    let source = format!(
        "[sources.tag]\nurl = \"http://{}/api/v1/streaming/hashtag?tag=ozalee\"\nkind = \"social\"\n",
        speaker.address
    );
    let place = Place::new(&configuration(&source));
    let daemon = place.start();
    daemon.wait_until("the post to be taken back", || {
        items(&place).iter().any(|it| it.removed.is_some())
    });
    assert!(daemon.stop().success());
    let kept: Vec<(Option<String>, String, bool)> = items(&place)
        .into_iter()
        .map(|stored| (stored.item.guid, stored.item.text, stored.removed.is_some()))
        .collect();
    let item = |id: &str, text: &str, removed| (Some(id.to_owned()), text.to_owned(), removed);
    let mut sorted = kept.clone();
    sorted.sort();
    let expect = [
        item("1", "Ozalée arrive, corrigé", false),
        item("3", "Ozalée repart", true),
        item("4", "Ozalée à Lille", false),
    ];
    assert_eq!(sorted, expect);
    let asked = speaker.asked();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked.iter().all(|path| path == "/api/v1/streaming/hashtag?tag=ozalee"), "{asked:?}");
}

const POSTS: u64 = 600;
/// The time of the first, in microseconds. The others follow by the second.
const FIRST_US: u64 = 1_772_366_400_000_000;
/// After so many the connection is dropped.
const DROPPED_AFTER: usize = 150;

fn commit(n: u64, operation: &str) -> String {
    let about = if n.is_multiple_of(10) { "Ozalée" } else { "Bruinelle" };
    let at = "2026-03-01T12:00:00Z";
    json!({
        "did": "did:plc:anne", "time_us": FIRST_US + n * 1_000_000, "kind": "commit",
        "commit": {
            "rev": "r", "operation": operation, "collection": "app.bsky.feed.post",
            "rkey": format!("k{n}"), "cid": "c",
            "record": { "$type": "app.bsky.feed.post", "text": format!("{about} {n}"), "createdAt": at, "langs": ["fr"] },
        },
    })
    .to_string()
}

/// The cursor of a request, in posts.
fn cursor(path: &str) -> Option<u64> {
    let (_, cursor) = path.split_once("cursor=")?;
    Some(cursor.parse::<u64>().unwrap().saturating_sub(FIRST_US) / 1_000_000)
}

#[test]
fn the_jetstream_is_taken_up_where_it_was_left_also_after_a_kill() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let speaker = Speaker::start(move |asked| {
        let from = cursor(&asked.path).unwrap_or(0);
        let mut socket = asked.socket();
        let posts = (from..POSTS).map(|n| commit(n, "create"));
        for post in posts.take(DROPPED_AFTER) {
            if socket.send(Message::text(post)).is_err() {
                return;
            }
            counted.fetch_add(1, Ordering::Relaxed);
        }
        if from + DROPPED_AFTER as u64 >= POSTS {
            let identity = json!({ "did": "did:plc:anne", "time_us": FIRST_US + POSTS * 1_000_000, "kind": "identity" });
            socket.send(Message::text(identity.to_string())).ok();
            socket.send(Message::text(commit(0, "delete"))).ok();
            hold(socket.get_ref());
        }
    });
    let source = format!(
        "[sources.bluesky]\nurl = \"ws://{}/subscribe\"\nkind = \"social\"\n",
        speaker.address
    );
    let place = Place::new(&configuration(&source));
    let daemon = place.start();
    daemon.wait_until("some of it", || items(&place).len() > 10);
    daemon.kill();
    let daemon = place.start();
    let wanted = usize::try_from(POSTS / 10).unwrap();
    daemon.wait_until("all of it", || {
        items(&place).len() >= wanted && items(&place)[0].removed.is_some()
    });
    assert!(daemon.stop().success());

    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for stored in items(&place) {
        assert_eq!(stored.item.author.as_deref(), Some("did:plc:anne"));
        *times.entry(stored.item.text).or_default() += 1;
    }
    assert!(
        times.iter().all(|(text, times)| text.starts_with("Ozalée") && *times == 1),
        "{times:?}"
    );
    assert_eq!(times.len(), wanted);
    let asked = speaker.asked();
    assert!(
        asked.iter().all(|path| path.contains("wantedCollections=app.bsky.feed.post")),
        "{asked:?}"
    );
    let cursors: Vec<Option<u64>> = asked.iter().map(|path| cursor(path)).collect();
    assert_eq!(cursors[0], None);
    let last = cursors.last().unwrap().unwrap();
    assert!(last > POSTS / 2 && last < POSTS, "{cursors:?}");
    let sent = sent.load(Ordering::Relaxed) as u64;
    // Each break costs the few that are gone back over, a kill what was not yet recorded.
    assert!(sent < POSTS + 6 * cursors.len() as u64 + 150, "{sent} were sent: {cursors:?}");
    assert_eq!(place.ledger().check().unwrap(), []);
}

#[test]
fn streams_that_stall_flood_or_never_end_cost_only_themselves() {
    let mute = Speaker::start(|asked| hold(&asked.stream));
    let endless = Speaker::start(|asked| {
        asked.events(|stream| {
            stream.write_all(b"event: update\ndata: ").ok();
            while stream.write_all(&[b'x'; 4096]).is_ok() {}
        });
    });
    let flood = Speaker::start(|asked| {
        asked.events(|stream| {
            for n in 0..20_000 {
                let about = if n % 1_000 == 0 { "Ozalée" } else { "Bruinelle" };
                send(stream, "update", &status(n, about));
            }
            hold(stream);
        });
    });
    let page = Speaker::start(|mut asked| {
        let answer = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi";
        asked.stream.write_all(answer.as_bytes()).ok();
    });
    let courrier = Publication::default();
    let site = courrier.site();
    let mut sources =
        format!("[sources.courrier]\nurl = {:?}\nevery = \"1 s\"\n", site.url("/feed"));
    for (id, speaker) in
        [("mute", &mute), ("endless", &endless), ("flood", &flood), ("page", &page)]
    {
        let url = format!("http://{}/api/v1/streaming/public", speaker.address);
        writeln!(sources, "[sources.{id}]\nurl = {url:?}").unwrap();
    }
    let place = Place::new(&configuration(&sources));
    let daemon = place.start();
    let flooded = || items(&place).iter().filter(|it| it.item.source == "flood".into()).count();
    daemon.wait_until("all of the flood that is wanted", || flooded() == 20);
    for n in 0..3 {
        let name = format!("Ozalée {n}");
        courrier.publish(&name, &name, "");
        let visits = site.times_asked("/feed");
        daemon.wait_until(&name, || items(&place).iter().any(|it| it.item.title == name));
        assert!(site.times_asked("/feed") <= visits + 3, "it is there at the next visit");
    }
    let health = || place.print(&["status"]);
    daemon.wait_until("what is wrong to be told", || {
        let health = health();
        health.contains("over 1 MiB")
            && health.contains("answers with \"text/html\", and not with events")
    });
    assert_eq!(flooded(), 20);
    assert!(daemon.stop().success());
}

#[test]
fn a_server_that_asks_for_an_account_is_shown_it() {
    let speaker = Speaker::start(|mut asked| {
        if asked.authorization != "Bearer s3cret-token" {
            let answer = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
            asked.stream.write_all(answer.as_bytes()).ok();
            return;
        }
        asked.events(|stream| {
            send(stream, "update", &status(1, "Ozalée arrive"));
            hold(stream);
        });
    });
    let url = format!("http://{}/api/v1/streaming/public", speaker.address);
    let account = "[accounts.mine]\nplatform = \"mastodon\"\ntoken_file = \"token\"\n";
    let source = format!("{account}[sources.tag]\nurl = {url:?}\n");
    let place = Place::new(&configuration(&source));
    std::fs::write(place.path("token"), "s3cret-token\n").unwrap();
    let daemon = place.start();
    daemon.wait_for_line(&["failed to visit", "401"]);
    assert!(daemon.stop().success());
    place.configure(&configuration(&(source + "account = \"mine\"\n")));
    let daemon = place.start();
    daemon.wait_until("the post", || items(&place).len() == 1);
    assert!(daemon.stop().success());
    assert!(!place.print(&["status"]).contains("s3cret"));
    place
        .configure(&configuration(&format!("[sources.tag]\nurl = {url:?}\naccount = \"other\"\n")));
    let said = place.refuse(2, &["check"]);
    assert!(said.contains("there is no account \"other\" of mastodon"), "{said}");
}
