//! Measures what a fetch costs beside a bare hyper client that makes the same requests, in turns, on
//! hosts of loopback, each an address of its own. Each side sends the same headers over as many kept
//! connections and reads the same body whole into memory that is its own; none resolves a name. A bare
//! reqwest, on which the fetcher stands, is measured too: what is between it and the fetcher is ours.
//!
//! `cargo run --release -p crawl --example fetch_bench [FETCHES] [HOSTS] [ROUNDS]`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark prints what it measures by the clock"
)]

use std::net::Ipv4Addr;
use std::time::Instant;

use crawl::{Authorities, FetchLimits, Fetched, Fetcher, Guard, RobotsPolicy};
use futures_util::StreamExt;
use http_body_util::{BodyExt, Empty};
use hyper::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use model::{Timestamp, Validators};
use rustix::time::{ClockId, clock_gettime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::bytes::Bytes;
use url::Url;

type Failure = Box<dyn std::error::Error>;

/// Fetches at a time.
const PARALLEL: usize = 64;
/// As long as many a feed.
const BODY_BYTES: usize = 10_000;
const AGENT: &str = "Vigie/0.1 (+mailto:bench@ozalee.example)";
/// As the fetcher sends them.
const ACCEPT: &str = "application/rss+xml, application/atom+xml, application/feed+json, \
    application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.1";
const CODINGS: &str = "gzip, br, zstd, deflate";

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default| arguments.next().map_or(Ok(default), |text| text.parse::<usize>());
    let (fetches, hosts, rounds) = (number(10_000)?, number(2_000)?, number(5)?);
    let port = serve()?;
    let url = |n: usize| {
        let host = n % hosts;
        format!("http://127.1.{}.{}:{port}/{n}", host / 250, host % 250 + 1)
    };
    let urls = (0..fetches).map(|n| Address::read(&url(n))).collect::<Result<Vec<_>, _>>()?;
    println!("{fetches} fetches on {hosts} hosts, {PARALLEL} at a time, {BODY_BYTES} bytes each");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(compare_fetches(&urls, rounds))
}

/// An address as each client takes it: to read one from text is no part of a fetch.
struct Address {
    url: Url,
    uri: Uri,
}

impl Address {
    fn read(text: &str) -> Result<Self, Failure> {
        Ok(Self { url: text.parse()?, uri: text.parse()? })
    }
}

/// Starts the server of all hosts on a thread of its own; returns its port.
fn serve() -> Result<u16, Failure> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::spawn(move || {
        runtime.block_on(async move {
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream));
            }
        });
    });
    Ok(port)
}

async fn answer(mut stream: TcpStream) -> Option<()> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {BODY_BYTES}\r\n\r\n");
    let page = [head.as_bytes(), &vec![b'x'; BODY_BYTES]].concat();
    let none = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let mut request = Vec::new();
    loop {
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await.ok()? == 0 {
                return None;
            }
        }
        let is_robots = request.starts_with(b"GET /robots.txt ");
        stream.write_all(if is_robots { none } else { &page }).await.ok()?;
        request.clear();
    }
}

/// The same requests by the crawler's fetcher and by bare clients, in turns.
async fn compare_fetches(urls: &[Address], rounds: usize) -> Result<(), Failure> {
    let limits = FetchLimits::default();
    let guard = Guard::allowing(vec!["127.0.0.0/8".parse()?]);
    let fetcher =
        Fetcher::new(&limits, AGENT, RobotsPolicy::Obey, guard.clone(), Authorities::default())?;
    let reqwest = guard.client().user_agent(AGENT).pool_max_idle_per_host(1).build()?;
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let bare = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(1)
        .build::<_, Empty<Bytes>>(connector);
    let now: Timestamp = chrono::Utc::now();
    let (mut hypers, mut reqwests, mut ours) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let of_hyper = every(urls, async |url| by_hyper(&bare, url).await).await?;
        let of_reqwest = every(urls, async |url| by_reqwest(&reqwest, url).await).await?;
        let of_ours = every(urls, async |url| by_fetcher(&fetcher, url, now).await).await?;
        // The first opens the connections and asks for each host's robots.txt, as bare clients do not.
        if round > 0 {
            hypers.push(of_hyper);
            reqwests.push(of_reqwest);
            ours.push(of_ours);
        }
    }
    let told = |name: &str, measured: &[Cost]| {
        let (wall, cpu) = median(measured);
        let count = urls.len() as f64;
        println!("{name}: {:.0} fetches/s, {:.1} us of CPU each", count / wall, cpu / count * 1e6);
    };
    told("bare hyper client ", &hypers);
    told("bare reqwest      ", &reqwests);
    told("crawl::Fetcher    ", &ours);
    let ratio = |of: &[Cost]| {
        let mut ratios: Vec<f64> = of.iter().zip(&hypers).map(|(it, bare)| it.1 / bare.1).collect();
        ratios.sort_by(f64::total_cmp);
        ratios[ratios.len() / 2]
    };
    println!("CPU of a request by reqwest against bare hyper: {:.2}", ratio(&reqwests));
    println!("CPU of a fetch against bare hyper: {:.2} (median of {rounds} rounds)", ratio(&ours));
    Ok(())
}

async fn by_fetcher(fetcher: &Fetcher, at: &Address, now: Timestamp) -> Result<usize, Failure> {
    match fetcher.fetch(&at.url, &Validators::default(), now).await? {
        Fetched::Page(page) => Ok(page.body.len()),
        Fetched::Unchanged { .. } => Ok(0),
    }
}

async fn by_hyper(
    client: &Client<HttpConnector, Empty<Bytes>>,
    at: &Address,
) -> Result<usize, Failure> {
    let request = hyper::Request::get(at.uri.clone())
        .header("user-agent", AGENT)
        .header("accept", ACCEPT)
        .header("accept-encoding", CODINGS)
        .body(Empty::new())?;
    let body = client.request(request).await?.into_body().collect().await?.to_bytes();
    Ok(Vec::from(body).len())
}

async fn by_reqwest(client: &reqwest::Client, at: &Address) -> Result<usize, Failure> {
    let request =
        client.get(at.url.clone()).header("accept", ACCEPT).header("accept-encoding", CODINGS);
    Ok(Vec::from(request.send().await?.bytes().await?).len())
}

/// Seconds of wall and of this thread's CPU.
type Cost = (f64, f64);

async fn every(
    urls: &[Address],
    fetch: impl AsyncFn(&Address) -> Result<usize, Failure>,
) -> Result<Cost, Failure> {
    let (wall, cpu) = (Instant::now(), cpu_time());
    let fetch = &fetch;
    let mut fetches = futures_util::stream::iter(urls)
        .map(|url| async move { fetch(url).await })
        .buffer_unordered(PARALLEL);
    while let Some(bytes) = fetches.next().await {
        if bytes? < 1000 {
            return Err("an answer is too short".into());
        }
    }
    Ok((wall.elapsed().as_secs_f64(), cpu_time() - cpu))
}

fn cpu_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn median(costs: &[Cost]) -> Cost {
    let middle = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let (wall, cpu) = costs.iter().copied().unzip();
    (middle(wall), middle(cpu))
}
