//! A site on loopback whose pages the test decides on, even while it is read.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Makes the answer to one request.
type Answer = dyn Fn(&Request) -> Page + Send + Sync;

/// What a client asks for.
pub(crate) struct Request {
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: HashMap<String, String>,
    /// What is sent with it.
    pub(crate) body: String,
}

/// What the server says to one request.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) status: u16,
    /// Whole lines, each with its end.
    pub(crate) headers: String,
    pub(crate) body: Vec<u8>,
}

impl Page {
    pub(crate) fn feed(body: String) -> Self {
        let headers = "Content-Type: application/rss+xml\r\n".into();
        Self { status: 200, headers, body: body.into() }
    }

    pub(crate) fn html(body: &str) -> Self {
        Self { status: 200, headers: "Content-Type: text/html\r\n".into(), body: body.into() }
    }

    pub(crate) fn missing() -> Self {
        Self { status: 404, headers: String::new(), body: b"not here".into() }
    }

    pub(crate) fn redirect(status: u16, to: &str) -> Self {
        Self { status, headers: format!("Location: {to}\r\n"), body: Vec::new() }
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        let headers = "Content-Type: application/json\r\n".into();
        Self { status: 200, headers, body: body.to_string().into() }
    }

    /// No answer at all: the connection is cut.
    pub(crate) fn cut() -> Self {
        Self { status: 0, headers: String::new(), body: Vec::new() }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        write!(self.headers, "{name}: {value}\r\n").unwrap();
        self
    }
}

/// One host: an address and port of its own. Its thread ends with the test's process.
pub(crate) struct Site {
    address: SocketAddr,
    asked: Arc<Mutex<HashMap<String, usize>>>,
}

impl Site {
    pub(crate) fn start(answer: impl Fn(&Request) -> Page + Send + Sync + 'static) -> Self {
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

    /// A site with nothing but a feed, at `/feed`, whose text is made anew for each request.
    pub(crate) fn of_feed(feed: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self::start(move |request| match request.path.as_str() {
            "/feed" => Page::feed(feed()),
            _ => Page::missing(),
        })
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
    let request = read_request(&stream)?;
    *asked.lock().unwrap().entry(request.path.clone()).or_default() += 1;
    let page = answer(&request);
    if page.status == 0 {
        return Ok(());
    }
    let (status, headers, length) = (page.status, page.headers, page.body.len());
    write!(
        stream,
        "HTTP/1.1 {status} Reason\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&page.body)
}

fn read_request(stream: &TcpStream) -> std::io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut headers = HashMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
    Ok(Request { path, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

/// The items of a feed, to which a test adds while it is read.
#[derive(Clone, Default)]
pub(crate) struct Publication {
    items: Arc<Mutex<Vec<(String, String, String)>>>,
}

impl Publication {
    pub(crate) fn publish(&self, name: &str, title: &str, text: &str) {
        self.items.lock().unwrap().push((name.into(), title.into(), text.into()));
    }

    /// Starts the site that has the feed, at `/feed`.
    pub(crate) fn site(&self) -> Site {
        let items = Arc::clone(&self.items);
        Site::of_feed(move || rss("Le Courrier", &items.lock().unwrap()))
    }
}

/// Writes an RSS feed of items: (name, title, text), as XML. The names make guids and links.
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
