//! Measures what a fetch costs beside a bare hyper client that makes the same requests, in turns, on
//! hosts of loopback, each an address of its own.
//!
//! `cargo run --release -p crawl --example fetch_bench [FETCHES] [HOSTS]`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark prints what it measures by the clock"
)]

use std::net::Ipv4Addr;
use std::time::Instant;

use crawl::{FetchLimits, Fetched, Fetcher, Guard, RobotsPolicy};
use futures_util::StreamExt;
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use model::{Timestamp, Validators};
use rustix::time::{ClockId, clock_gettime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::bytes::Bytes;

type Failure = Box<dyn std::error::Error>;

const ROUNDS: usize = 3;
/// Fetches at a time.
const PARALLEL: usize = 64;
/// As long as many a feed.
const BODY_BYTES: usize = 10_000;
const AGENT: &str = "Vigie/0.1 (+mailto:bench@ozalee.example)";

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mut number = |default| arguments.next().map_or(Ok(default), |text| text.parse::<usize>());
    let (fetches, hosts) = (number(10_000)?, number(2_000)?);
    let port = serve()?;
    let url = |n: usize| {
        let host = n % hosts;
        format!("http://127.1.{}.{}:{port}/{n}", host / 250, host % 250 + 1)
    };
    let urls: Vec<String> = (0..fetches).map(url).collect();
    println!("{fetches} fetches on {hosts} hosts, {PARALLEL} at a time, {BODY_BYTES} bytes each");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(compare_fetches(&urls))
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

/// The same requests by the crawler's fetcher and by a bare client, in turns.
async fn compare_fetches(urls: &[String]) -> Result<(), Failure> {
    let limits = FetchLimits::default();
    let guard = Guard::allowing(vec!["127.0.0.0/8".parse()?]);
    let fetcher = Fetcher::new(&limits, AGENT, RobotsPolicy::Obey, guard)?;
    let bare = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_max_idle_per_host(1)
        .build::<_, Empty<Bytes>>(HttpConnector::new());
    let now: Timestamp = chrono::Utc::now();
    // So that each host's robots.txt is known: the bare client asks for none.
    every(urls, async |url| by_fetcher(&fetcher, url, now).await).await?;
    every(urls, async |url| by_hyper(&bare, url).await).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(every(urls, async |url| by_hyper(&bare, url).await).await?);
        ours.push(every(urls, async |url| by_fetcher(&fetcher, url, now).await).await?);
    }
    let told = |name: &str, measured: &[Cost]| {
        let (wall, cpu) = median(measured);
        let count = urls.len() as f64;
        println!("{name}: {:.0} fetches/s, {:.1} us of CPU each", count / wall, cpu / count * 1e6);
        cpu
    };
    let bare = told("bare hyper client", &theirs);
    let ours = told("crawl::Fetcher   ", &ours);
    println!("CPU of a fetch against the bare client: {:.2}", ours / bare);
    Ok(())
}

async fn by_fetcher(fetcher: &Fetcher, url: &str, now: Timestamp) -> Result<usize, Failure> {
    match fetcher.fetch(&url.parse()?, &Validators::default(), now).await? {
        Fetched::Page(page) => Ok(page.body.len()),
        Fetched::Unchanged { .. } => Ok(0),
    }
}

async fn by_hyper(
    client: &Client<HttpConnector, Empty<Bytes>>,
    url: &str,
) -> Result<usize, Failure> {
    let request = hyper::Request::get(url)
        .header("user-agent", AGENT)
        .header("accept", "application/rss+xml, */*;q=0.1")
        .header("accept-encoding", "gzip, br, zstd, deflate")
        .body(Empty::new())?;
    Ok(client.request(request).await?.into_body().collect().await?.to_bytes().len())
}

/// Seconds of wall and of this thread's CPU.
type Cost = (f64, f64);

async fn every(
    urls: &[String],
    fetch: impl AsyncFn(&str) -> Result<usize, Failure>,
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
