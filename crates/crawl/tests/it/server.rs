//! A web server that sends exactly the bytes a test wants, and stops when the test says.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// What to do on a connection after the request came; then it is closed.
pub(crate) enum Step {
    Send(Vec<u8>),
    /// The same piece again and again, as long as the other side listens.
    SendForever(Vec<u8>),
    /// Keep the connection open and say nothing more.
    Hold,
}

pub(crate) struct Server {
    pub(crate) base: Url,
    /// The heads of all requests so far, as they came.
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves what `answer` says for a path. Paths are asked in any order and any number of times.
    pub(crate) async fn start(answer: impl Fn(&str) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (heads, answer) = (Arc::clone(&requests), Arc::new(answer));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (heads, answer) = (Arc::clone(&heads), Arc::clone(&answer));
                tokio::spawn(async move {
                    let mut stream = stream;
                    let Some(head) = head(&mut stream).await else { return };
                    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                    heads.lock().unwrap().push(head);
                    play(&mut stream, answer(&path)).await;
                });
            }
        });
        Self { base, requests }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    /// Returns the heads of the requests for a path, in lower case.
    pub(crate) fn requests(&self, path: &str) -> Vec<String> {
        let asked = format!("GET {path} ");
        let heads = self.requests.lock().unwrap();
        heads.iter().filter(|head| head.starts_with(&asked)).map(|h| h.to_lowercase()).collect()
    }
}

/// An answer with a length, after which the connection is closed.
pub(crate) fn answer(status: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<Step> {
    let body = body.as_ref();
    let length = format!("Content-Length: {}", body.len());
    let headers: Vec<_> = headers.iter().copied().chain([length.as_str()]).collect();
    vec![Step::Send([head_of(status, &headers).as_slice(), body].concat())]
}

/// The head of an answer, for bodies that do not keep their word.
pub(crate) fn head_of(status: &str, headers: &[&str]) -> Vec<u8> {
    let headers: String = headers.iter().flat_map(|header| [header, "\r\n"]).collect();
    format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}\r\n").into_bytes()
}

async fn head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

async fn play(stream: &mut TcpStream, steps: Vec<Step>) {
    for step in steps {
        match step {
            Step::Send(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Step::SendForever(bytes) => while stream.write_all(&bytes).await.is_ok() {},
            Step::Hold => {
                // Ends when the client has had enough.
                let _ = stream.read_u8().await;
            }
        }
    }
}
