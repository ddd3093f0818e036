//! Many hosts on loopback behind one listener, each an address of its own. What a host does with a
//! connection is the test's to say, byte by byte.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The network of all of them, to be allowed.
pub(crate) const NETWORK: &str = "127.7.0.0/16";

/// What a client asks for.
pub(crate) struct Asked {
    /// The number of the host.
    pub(crate) host: u8,
    pub(crate) path: String,
    /// The head of the request, in lower case.
    pub(crate) head: String,
}

pub(crate) struct Hosts {
    port: u16,
    asked: Arc<Mutex<HashMap<u8, Vec<Asked>>>>,
}

impl Hosts {
    /// Their threads end with the test's process.
    pub(crate) fn start(
        deed: impl Fn(&Asked, &mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<HashMap<u8, Vec<Asked>>>> = Arc::default();
        let (deed, noted) = (Arc::new(deed), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (deed, noted) = (Arc::clone(&deed), Arc::clone(&noted));
                // A client that leaves half-way is no failure of the host.
                thread::spawn(move || serve(stream, &*deed, &noted).ok());
            }
        });
        Self { port, asked }
    }

    pub(crate) fn url(&self, host: u8, path: &str) -> String {
        format!("http://{}:{}{path}", address(host), self.port)
    }

    /// Returns how often a host was asked for anything but its robots.txt.
    pub(crate) fn times_asked(&self, host: u8) -> usize {
        self.with_asked(host, |asked| asked.path != "/robots.txt").len()
    }

    /// Returns the heads of the requests that a host got for a path.
    pub(crate) fn heads(&self, host: u8, path: &str) -> Vec<String> {
        self.with_asked(host, |asked| asked.path == path)
    }

    fn with_asked(&self, host: u8, which: impl Fn(&Asked) -> bool) -> Vec<String> {
        let asked = self.asked.lock().unwrap();
        let asked = asked.get(&host).map_or(&[][..], Vec::as_slice).iter();
        asked.filter(|asked| which(asked)).map(|asked| asked.head.clone()).collect()
    }
}

pub(crate) fn address(host: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 7, 0, host)
}

fn serve(
    mut stream: TcpStream,
    deed: &(impl Fn(&Asked, &mut TcpStream) -> std::io::Result<()> + ?Sized),
    noted: &Mutex<HashMap<u8, Vec<Asked>>>,
) -> std::io::Result<()> {
    let IpAddr::V4(at) = stream.local_addr()?.ip() else { return Ok(()) };
    let mut head = String::new();
    let mut lines = BufReader::new(stream.try_clone()?);
    while !head.ends_with("\r\n\r\n") {
        if lines.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
    let asked = |path: &str| Asked {
        host: at.octets()[3],
        path: path.to_owned(),
        head: head.to_lowercase(),
    };
    noted.lock().unwrap().entry(at.octets()[3]).or_default().push(asked(&path));
    deed(&asked(&path), &mut stream)
}

/// Sends a whole answer. Each header has its end of line.
pub(crate) fn send(
    stream: &mut TcpStream,
    status: &str,
    headers: &str,
    body: impl AsRef<[u8]>,
) -> std::io::Result<()> {
    let (body, close) = (body.as_ref(), "Connection: close");
    write!(
        stream,
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n{close}\r\n\r\n",
        body.len()
    )?;
    stream.write_all(body)
}

/// Says nothing more until the client has had enough.
pub(crate) fn hold(stream: &mut TcpStream) -> std::io::Result<()> {
    std::io::copy(stream, &mut std::io::sink()).map(drop)
}

/// Sends the same piece as long as the client listens.
pub(crate) fn send_forever(stream: &mut TcpStream, piece: &[u8]) -> std::io::Result<()> {
    loop {
        stream.write_all(piece)?;
    }
}

/// Sends a feed with one item.
pub(crate) fn feed(stream: &mut TcpStream, title: &str) -> std::io::Result<()> {
    let body = format!(
        "<rss version=\"2.0\"><channel><title>{title}</title><item><guid>1</guid>\
         <title>Ozalée: {title}</title><link>https://site.example/1</link></item></channel></rss>"
    );
    send(stream, "200 OK", "Content-Type: application/rss+xml\r\n", body)
}

pub(crate) fn missing(stream: &mut TcpStream) -> std::io::Result<()> {
    send(stream, "404 Not Found", "", "not here")
}
