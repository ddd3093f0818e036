//! A WebSub hub on loopback, as strict or as bad as the test wants.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use url::{Url, form_urlencoded};

use crate::process::PATIENCE;
use crate::web::{Answer, ask};

/// What the hub does with a question.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Verifies it, for so many seconds.
    Verify(u32),
    /// Takes it and says that it will not push.
    Deny,
    /// Takes it and never comes back.
    Forget,
    /// Refuses it at once.
    Refuse,
}

/// A question as it came, by the names of its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) mode: String,
    pub(crate) topic: String,
    pub(crate) callback: Url,
    pub(crate) secret: String,
    /// What came of its verification: the status, and whether the challenge was echoed.
    pub(crate) verified: Option<(u16, bool)>,
}

pub(crate) struct Hub {
    address: SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
}

struct State {
    manner: Manner,
    questions: Vec<Question>,
}

impl Hub {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new((Mutex::new(State { manner, questions: Vec::new() }), Condvar::new()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || hear(stream, &shared));
            }
        });
        Self { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hub", self.address)
    }

    pub(crate) fn behave(&self, manner: Manner) {
        self.state.0.lock().unwrap().manner = manner;
    }

    /// Waits for so many questions whose verification has come to its end, and returns them all.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Question> {
        let (state, heard) = &*self.state;
        let (state, timeout) = heard
            .wait_timeout_while(state.lock().unwrap(), PATIENCE, |state| {
                let settled = |question: &&Question| {
                    question.verified.is_some()
                        || matches!(state.manner, Manner::Forget | Manner::Refuse)
                };
                state.questions.iter().filter(settled).count() < count
            })
            .unwrap();
        assert!(!timeout.timed_out(), "{:?}", state.questions);
        state.questions.clone()
    }

    pub(crate) fn asked(&self) -> usize {
        self.state.0.lock().unwrap().questions.len()
    }
}

impl Question {
    /// Pushes a body as the hub does, signed. Returns the status.
    pub(crate) fn push(&self, body: &str) -> u16 {
        self.push_signed(body, &signature(&self.secret, body))
    }

    pub(crate) fn push_signed(&self, body: &str, signature: &str) -> u16 {
        let head = format!("Content-Type: application/rss+xml\r\nX-Hub-Signature: {signature}\r\n");
        self.send("POST", "", &head, body).status
    }

    /// Says something at the callback, as a hub does before it pushes.
    pub(crate) fn say(&self, parameters: &[(&str, &str)]) -> Answer {
        let query =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.send("GET", &format!("?{query}"), "", "")
    }

    fn send(&self, method: &str, query: &str, head: &str, body: &str) -> Answer {
        let host =
            format!("{}:{}", self.callback.host_str().unwrap(), self.callback.port().unwrap());
        let (path, length) = (self.callback.path(), body.len());
        let request = format!(
            "{method} {path}{query} HTTP/1.1\r\nHost: {host}\r\n{head}Content-Length: {length}\r\n\r\n{body}"
        );
        ask(host.parse().unwrap(), &request)
    }
}

pub(crate) fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let code = mac.finalize().into_bytes();
    let mut signature = "sha256=".to_owned();
    for byte in code {
        write!(signature, "{byte:02x}").unwrap();
    }
    signature
}

fn hear(mut stream: TcpStream, shared: &(Mutex<State>, Condvar)) {
    let Some(form) = read_form(&stream) else { return };
    let of = |name: &str| {
        let found = form.iter().find(|(known, _)| known == name);
        found.map_or_else(String::new, |(_, value)| value.clone())
    };
    let question = Question {
        mode: of("hub.mode"),
        topic: of("hub.topic"),
        callback: of("hub.callback").parse().unwrap(),
        secret: of("hub.secret"),
        verified: None,
    };
    let (state, heard) = shared;
    let (manner, nth) = {
        let mut state = state.lock().unwrap();
        state.questions.push(question.clone());
        (state.manner, state.questions.len() - 1)
    };
    heard.notify_all();
    let refused = manner == Manner::Refuse;
    let (status, body) = if refused { (400, "no such topic") } else { (202, "") };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} Said\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .ok();
    drop(stream);
    let challenge = format!("challenge-{nth}");
    let seconds;
    let answer = match manner {
        Manner::Verify(lease) => {
            seconds = lease.to_string();
            question.say(&[
                ("hub.mode", &question.mode),
                ("hub.topic", &question.topic),
                ("hub.challenge", &challenge),
                ("hub.lease_seconds", &seconds),
            ])
        }
        Manner::Deny => question.say(&[
            ("hub.mode", "denied"),
            ("hub.topic", &question.topic),
            ("hub.reason", "we push to friends only"),
        ]),
        Manner::Forget | Manner::Refuse => return,
    };
    let verified = Some((answer.status, answer.body == challenge));
    state.lock().unwrap().questions[nth].verified = verified;
    heard.notify_all();
}

fn read_form(stream: &TcpStream) -> Option<Vec<(String, String)>> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_lowercase();
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(form_urlencoded::parse(&body).into_owned().collect())
}
