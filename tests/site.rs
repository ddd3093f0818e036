//! A site on loopback whose pages the test decides on, even while it is read.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Makes the answer to one request, from its path.
type Answer = dyn Fn(&str) -> Page + Send + Sync;

/// What the server says to one request.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Page {
    pub(crate) fn feed(body: String) -> Self {
        Self { status: 200, headers: "Content-Type: application/rss+xml\r\n".into(), body }
    }

    pub(crate) fn missing() -> Self {
        Self { status: 404, headers: String::new(), body: "not here".into() }
    }
}

/// One host: an address and port of its own. Its thread ends with the test's process.
pub(crate) struct Site {
    address: SocketAddr,
    asked: Arc<Mutex<HashMap<String, usize>>>,
}

impl Site {
    pub(crate) fn start(answer: impl Fn(&str) -> Page + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
        let (answer, counted): (Arc<Answer>, _) = (Arc::new(answer), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, counted) = (Arc::clone(&answer), Arc::clone(&counted));
                // A client that was killed half-way is no failure of the site.
                thread::spawn(move || serve(stream, &*answer, &counted).ok());
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Returns how often a path was asked for.
    pub(crate) fn times_asked(&self, path: &str) -> usize {
        self.asked.lock().unwrap().get(path).copied().unwrap_or(0)
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &Answer,
    asked: &Mutex<HashMap<String, usize>>,
) -> std::io::Result<()> {
    let mut request = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    request.read_line(&mut first)?;
    let mut header = String::new();
    while request.read_line(&mut header)? > 2 {
        header.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or("/");
    *asked.lock().unwrap().entry(path.to_owned()).or_default() += 1;
    let page = answer(path);
    write!(
        stream,
        "HTTP/1.1 {} Reason\r\n{}Content-Length: {}\r\nConnection: close\r\n\r\n{}",
        page.status,
        page.headers,
        page.body.len(),
        page.body
    )
}

/// Writes an RSS feed of items: (name, title, text). The names make guids and links.
pub(crate) fn rss(title: &str, items: &[(String, String, String)]) -> String {
    let mut feed = format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>{title}</title>\
         <link>https://site.example/</link><description>d</description>"
    );
    for (name, title, text) in items {
        write!(
            feed,
            "<item><guid isPermaLink=\"false\">{name}</guid><title>{title}</title>\
             <link>https://site.example/{name}</link><description>{text}</description></item>"
        )
        .unwrap();
    }
    feed + "</channel></rss>"
}
