//! Connections: one serves all that is asked of a host.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crawl::{Fetched, RobotsPolicy};
use model::Validators;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::fetch::{fetcher, limits, now};

/// Serves one page again and again, as long as the client keeps the connection.
async fn keep_serving(mut stream: TcpStream) -> Option<()> {
    let plain = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>".to_vec();
    let folded = include_bytes!("encoded/feed.gz");
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n",
        folded.len()
    );
    let chunked = [head.as_bytes(), folded, b"\r\n0\r\n\r\n"].concat();
    let mut request = Vec::new();
    loop {
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await.ok()? == 0 {
                return None;
            }
        }
        let is_folded = request.starts_with(b"GET /folded ");
        stream.write_all(if is_folded { &chunked } else { &plain }).await.ok()?;
        request.clear();
    }
}

#[tokio::test]
async fn one_connection_serves_robots_txt_and_every_page() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base: Url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(keep_serving(stream));
        }
    });
    let fetcher = fetcher(limits(), RobotsPolicy::Obey);
    for path in ["a", "b", "folded", "c", "folded", "d"] {
        let url = base.join(path).unwrap();
        let brought = fetcher.fetch(&url, &Validators::default(), now()).await.unwrap();
        assert!(matches!(brought, Fetched::Page(_)), "{path}");
    }
    assert_eq!(connections.load(Ordering::Relaxed), 1);
}
