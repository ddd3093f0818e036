//! The daemon's web server: readiness, figures and questions about queries, and who is refused.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Daemon, PATIENCE, Place};
use crate::settings::{FOLDER, watching};
use crate::site::{Publication, Site};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// An answer: status, headers in lower case, body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A daemon with a web server, and a site that it reads.
struct Watched {
    place: Place,
    daemon: Daemon,
    address: SocketAddr,
    _site: Site,
}

impl Watched {
    /// Starts a daemon with these keys in [web] besides `listen`.
    fn start(keys: &str) -> Self {
        Self::start_with(keys, &[("1", "Ozalée arrive à Nantes", "Du thé.")])
    }

    /// The same with these items on the site: identifier, title, text.
    fn start_with(keys: &str, items: &[(&str, &str, &str)]) -> Self {
        let courrier = Publication::default();
        for (id, title, text) in items {
            courrier.publish(id, title, text);
        }
        let site = courrier.site();
        let address = free_address();
        let web = format!("[web]\nlisten = \"{address}\"\n{keys}\n");
        let place = Place::new(&(watching(&[("courrier", &site)], FOLDER) + &web));
        std::fs::write(place.path("token"), TOKEN).unwrap();
        let daemon = place.start();
        daemon.wait_for_line(&["visited", &format!("\"new\":{}", items.len())]);
        Self { place, daemon, address, _site: site }
    }

    fn get(&self, path: &str, headers: &str) -> Answer {
        ask(
            self.address,
            &format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{headers}\r\n", self.address),
        )
    }

    fn post(&self, path: &str, body: &str) -> Answer {
        let (host, length) = (self.address, body.len());
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n"
        );
        ask(self.address, &(head + body))
    }
}

/// An address that nobody has: the next who asks the kernel for one gets another.
pub(crate) fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Sends a whole request and reads one answer.
pub(crate) fn ask(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    read_answer(&mut stream)
}

fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut read = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length = length.map_or(0, |length| length.parse::<usize>().unwrap());
            if body.len() >= length {
                let status = head.split(' ').nth(1).unwrap().parse().unwrap();
                return Answer { status, body: body.to_owned(), head };
            }
        }
        let count = stream.read(&mut buffer).unwrap();
        assert!(count > 0, "the answer is not whole: {}", String::from_utf8_lossy(&read));
        read.extend_from_slice(&buffer[..count]);
    }
}

#[test]
fn readiness_and_figures_are_told_as_the_ledger_has_them() {
    let watched = Watched::start("");
    let health = watched.get("/healthz", "");
    assert_eq!(health.status, 200, "{}", health.body);
    let health = health.json();
    assert_eq!(health["status"], "ok");
    assert!(health["last_good_check_age_s"].as_u64().unwrap() < 60, "{health}");

    let metrics = watched.get("/metrics", "");
    assert!(metrics.head.contains("text/plain; version=0.0.4"), "{}", metrics.head);
    for line in [
        "vigie_sources{health=\"well\"} 1",
        "vigie_sources{health=\"failing\"} 0",
        "vigie_items_total 1",
        "vigie_hits 1",
        "# TYPE vigie_outbox gauge",
    ] {
        assert!(metrics.body.lines().any(|found| found == line), "{line}: {}", metrics.body);
    }
    assert!(watched.daemon.stop().success());
}

#[test]
fn questions_about_queries_have_the_answers_of_the_command_line() {
    let watched = Watched::start("");
    let query = "ozalée or bruinelle";
    let lint = watched.post("/api/v1/query/lint", &json!({ "query": query }).to_string());
    assert_eq!(lint.status, 200, "{}", lint.body);
    let printed = watched.place.print(&["query", "lint", "--json", query]);
    assert_eq!(lint.json(), serde_json::from_str::<Value>(&printed).unwrap());
    assert_eq!(lint.json()["lints"][0]["code"], "lowercase-operator", "{}", lint.body);

    let question = json!({ "query": "ozalee", "item": 1 }).to_string();
    let explained = watched.post("/api/v1/query/explain", &question);
    assert_eq!(explained.status, 200, "{}", explained.body);
    let printed = watched.place.print(&["query", "explain", "--json", "ozalee", "1"]);
    assert_eq!(explained.json(), serde_json::from_str::<Value>(&printed).unwrap());
    assert_eq!(explained.json()["name"], "ozalee");

    let item = json!({ "title": "Bruinelle", "text": "Du thé." });
    let question = json!({ "query": "ozalée", "item": item }).to_string();
    let explained = watched.post("/api/v1/query/explain", &question).json();
    assert_eq!(explained["culprits"], json!(["ozalée"]), "{explained}");
}

#[test]
fn what_is_wrong_with_a_question_is_told_with_place_and_hint() {
    let watched = Watched::start("");
    let check = |path: &str, body: &str, status: u16, place: &str, message: &str| {
        let answer = watched.post(path, body);
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        assert!(answer.head.contains("application/problem+json"), "{}", answer.head);
        let trouble = answer.json();
        assert_eq!(trouble["status"], status, "{trouble}");
        let error = &trouble["errors"][0];
        assert!(error["place"].as_str().unwrap_or_default().contains(place), "{trouble}");
        assert!(error["message"].as_str().unwrap_or_default().contains(message), "{trouble}");
        assert!(error["hint"].is_string(), "{trouble}");
    };
    let explain = "/api/v1/query/explain";
    check("/api/v1/query/lint", "{\"query\": ", 400, "line 1, column 10", "EOF");
    check("/api/v1/query/lint", "{}", 400, "line 1", "missing field `query`");
    check("/api/v1/query/lint", "{\"query\": \"a\", \"x\": 1}", 400, "line 1", "unknown field `x`");
    check(explain, "{\"query\": \"thé (\", \"item\": 1}", 422, "character 5", "never closed");
    check(explain, "{\"query\": \"thé\", \"item\": \"1\"}", 422, "item", "neither a number");
    check(explain, "{\"query\": \"thé\", \"item\": {\"title\": \"a\"}}", 422, "item", "`text`");
    check(explain, "{\"query\": \"thé\", \"item\": 4711}", 404, "item", "no item of this number");

    let check = |answer: Answer, status: u16| {
        assert_eq!(answer.status, status, "{}", answer.body);
        assert_eq!(answer.json()["status"], status);
    };
    check(watched.get("/nothing", ""), 404);
    check(watched.get("/api/v1/query/lint", ""), 405);
    let long = json!({ "query": "a".repeat(3 << 20) }).to_string();
    let head = format!(
        "POST /api/v1/query/lint HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n",
        long.len()
    );
    check(ask(watched.address, &head), 413);
    let plain =
        "POST /api/v1/query/lint HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}";
    check(ask(watched.address, plain), 415);
}

const CORRECTIONS: &str = "/api/v1/corrections";

#[test]
fn what_people_set_right_over_http_is_kept_and_counted_as_that_of_the_command_line() {
    let items = [
        ("1", "Ozalée arrive à Nantes", "La boutique de thé ouvre lundi rue des Halles."),
        ("2", "La rue Ozalée est fermée", "Les travaux durent trois semaines, dit la ville."),
        ("3", "Ozalée déçoit", "Le thé pétillant d'Ozalée est bien trop sucré pour moi."),
    ];
    let watched = Watched::start_with("", &items);
    let correct = |body: &Value| {
        let answer = watched.post(CORRECTIONS, &body.to_string());
        assert_eq!(answer.status, 201, "{body}: {}", answer.body);
        answer.json()
    };
    let made = correct(
        &json!({ "item": 2, "by": " Maud ", "query": "ozalee", "relevance": "irrelevant" }),
    );
    let told = json!({ "number": 1, "by": "Maud", "what": "relevance", "query": "ozalee", "item": 2,
        "was": null, "said": "irrelevant", "at": made["at"] });
    assert_eq!(made, told);
    let accuracy = watched.get("/api/v1/accuracy", "").json();
    assert_eq!((&accuracy["found"], &accuracy["irrelevant"]), (&json!(3), &json!(1)), "{accuracy}");
    let made =
        correct(&json!({ "item": 2, "by": "Jo", "query": "ozalee", "relevance": "relevant" }));
    assert_eq!((&made["was"], &made["said"]), (&json!("irrelevant"), &json!("relevant")));
    let made = correct(&json!({ "item": 3, "by": "Maud", "query": "ozalee", "tone": "negative" }));
    assert_eq!((&made["what"], &made["said"]), (&json!("tone"), &json!("negative")));
    let made = correct(&json!({ "item": 3, "by": "Maud", "same_as": 1 }));
    assert_eq!(
        (&made["what"], &made["query"], &made["was"], &made["said"]),
        (&json!("story"), &Value::Null, &json!("3"), &json!("1"))
    );
    let made = correct(&json!({ "item": 3, "by": "Maud", "own_story": true }));
    assert_eq!((&made["was"], &made["said"]), (&json!("1"), &json!("3")));

    let listed = watched.get(CORRECTIONS, "").json();
    let numbers: Vec<u64> =
        listed.as_array().unwrap().iter().map(|made| made["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [5, 4, 3, 2, 1]);
    assert_eq!(watched.place.print(&["correct", "--list"]).lines().count(), 5);
    let accuracy = watched.get("/api/v1/accuracy?query=ozalee&since=7d", "").json();
    assert_eq!(
        (&accuracy["relevant"], &accuracy["irrelevant"]),
        (&json!(1), &json!(0)),
        "{accuracy}"
    );
    let printed =
        watched.place.print(&["accuracy", "--query", "ozalee", "--since", "7d", "--json"]);
    let mut printed: Value = serde_json::from_str(&printed).unwrap();
    printed["since"] = accuracy["since"].clone();
    assert_eq!(accuracy, printed);
    assert!(watched.daemon.stop().success());
}

#[test]
fn a_correction_that_says_nothing_clear_changes_nothing() {
    let items = [("1", "Ozalée arrive à Nantes", "Du thé."), ("2", "Bruinelle", "De l'eau.")];
    let watched = Watched::start_with("token_file = \"token\"\n", &items);
    let bearer = format!("Authorization: Bearer {TOKEN}\r\n");
    let post = |body: &str, headers: &str| {
        let (host, length) = (watched.address, body.len());
        let head = format!(
            "POST {CORRECTIONS} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n{headers}\r\n"
        );
        ask(watched.address, &(head + body))
    };
    let check = |body: Value, status: u16, place: &str, message: &str| {
        let answer = post(&body.to_string(), &bearer);
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        let trouble = answer.json();
        let error = &trouble["errors"][0];
        assert!(error["place"].as_str().unwrap_or_default().contains(place), "{trouble}");
        assert!(error["message"].as_str().unwrap_or_default().contains(message), "{trouble}");
        assert!(error["hint"].is_string(), "{trouble}");
    };
    let [long, control] = ["x".repeat(201), "Maud\r\nJo".to_owned()];
    check(json!({ "item": 1, "query": "ozalee", "tone": "neutral" }), 400, "line 1", "`by`");
    check(json!({ "item": "1", "by": "Maud", "own_story": true }), 400, "line 1", "invalid type");
    check(
        json!({ "item": 1, "by": "Maud", "own_story": true, "x": 1 }),
        400,
        "line 1",
        "field `x`",
    );
    check(json!({ "item": 1, "by": "Maud" }), 422, "body", "says nothing");
    check(json!({ "item": 1, "by": "Maud", "own_story": false }), 422, "own_story", "says nothing");
    check(
        json!({ "item": 1, "by": "Maud", "own_story": true, "same_as": 1 }),
        422,
        "body",
        "several",
    );
    check(json!({ "item": 1, "by": " ", "own_story": true }), 422, "by", "empty");
    check(json!({ "item": 1, "by": long, "own_story": true }), 422, "by", "longer than 200");
    check(json!({ "item": 1, "by": control, "own_story": true }), 422, "by", "control");
    check(json!({ "item": 1, "by": "Maud", "tone": "neutral" }), 422, "query", "needs its query");
    let with = |word: Value| {
        let mut body = json!({ "item": 1, "by": "Maud", "query": "ozalee" });
        body.as_object_mut().unwrap().extend(word.as_object().unwrap().clone());
        body
    };
    check(with(json!({ "tone": "angry" })), 422, "tone", "no known word");
    check(with(json!({ "relevance": "no" })), 422, "relevance", "neither");
    check(with(json!({ "query": "nothing", "tone": "neutral" })), 404, "query", "no saved query");
    check(with(json!({ "item": 2, "tone": "neutral" })), 404, "item", "has not found item 2");
    check(with(json!({ "item": 4711, "own_story": true })), 404, "item", "no item 4711");
    check(with(json!({ "same_as": 4711 })), 404, "same_as", "no item 4711");
    let huge = with(json!({ "item": 18_446_744_073_709_551_615_u64, "own_story": true }));
    check(huge, 404, "item", "no item");

    let body = json!({ "item": 1, "by": "Maud", "own_story": true }).to_string();
    assert_eq!(post(&body, "").status, 401);
    assert_eq!(watched.get("/api/v1/accuracy?since=7d", "").status, 401);
    assert_eq!(watched.get("/api/v1/accuracy?since=never", &bearer).status, 422);
    assert_eq!(watched.get("/api/v1/accuracy?nothing=1", &bearer).status, 400);
    assert_eq!(watched.get(CORRECTIONS, &bearer).json(), json!([]));
}

#[test]
fn strangers_are_refused_by_name_and_by_token() {
    let watched =
        Watched::start("public_url = \"https://vigie.example\"\ntoken_file = \"token\"\n");
    let check = |path: &str, host: &str, token: Option<&str>, expect: u16| {
        let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n"));
        let bearer = bearer.unwrap_or_default();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{bearer}\r\n");
        let answer = ask(watched.address, &request);
        assert_eq!(answer.status, expect, "{path} {host} {token:?}: {}", answer.body);
        assert!(!answer.head.contains("access-control"), "{}", answer.head);
    };
    check("/metrics", "localhost", Some(TOKEN), 200);
    check("/metrics", "vigie.example", Some(TOKEN), 200);
    check("/metrics", "localhost", None, 401);
    check("/metrics", "localhost", Some("0123456789abcdef0123456789abcdee"), 401);
    check("/metrics", "evil.example", Some(TOKEN), 421);
    check("/healthz", "vigie.example", None, 200);
    check("/healthz", "evil.example", None, 421);
}

#[test]
fn a_port_that_another_has_is_said_at_the_start() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let site = Publication::default().site();
    let web = format!("[web]\nlisten = \"{address}\"\n");
    let place = Place::new(&(watching(&[("courrier", &site)], FOLDER) + &web));
    let said = place.refuse(1, &["run"]);
    assert!(said.contains(&format!("failed to listen at {address}")), "{said}");
}

#[test]
fn slow_clients_hold_up_neither_others_nor_the_end() {
    let watched = Watched::start("");
    // More than are held at a time: the first go when their time is up.
    let drips: Vec<TcpStream> = (0..150)
        .map(|_| {
            let mut stream = TcpStream::connect(watched.address).unwrap();
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: local").unwrap();
            stream
        })
        .collect();
    let start = Instant::now();
    assert_eq!(watched.get("/healthz", "").status, 200);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert!(watched.daemon.stop().success());
    drop(drips);
}
