//! Measures the whole program on hosts of loopback, each an address of its own: how fast it reads its
//! sources, what an idle one costs, and how long hosts that never answer delay the others. What a fetch
//! costs beside a bare client: `crates/crawl/examples/fetch_bench.rs`.
//!
//! ```sh
//! cargo build --release -p vigie
//! cargo run --release -p vigie --example crawl_bench -- target/release/vigie [SOURCES] [HOSTS]
//! ```

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark prints what it measures by the clock"
)]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Failure = Box<dyn std::error::Error>;

const ROUNDS: usize = 3;
/// Fetches at a time.
const PARALLEL: usize = 64;
const ITEMS: usize = 20;
/// How long good sources are watched, with and without bad ones.
const WATCHED: Duration = Duration::from_secs(40);
const GOOD: usize = 500;
const BAD: usize = 100;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let vigie = PathBuf::from(arguments.next().ok_or("name the program: target/release/vigie")?);
    let vigie = vigie.canonicalize()?;
    let mut number = |default| arguments.next().map_or(Ok(default), |text| text.parse::<usize>());
    let (sources, hosts) = (number(10_000)?, number(2_000)?);
    let port = serve()?;
    let urls: Vec<String> = (0..sources).map(|n| url(1, n % hosts, port, n)).collect();
    println!("{sources} sources on {hosts} hosts, {PARALLEL} at a time, {} bytes", feed(0).len());
    measure_sources(&vigie, &urls)?;
    measure_delays(&vigie, port)
}

/// The address of a source: hosts of the first network answer, those of the second never do.
fn url(network: u8, host: usize, port: u16, source: usize) -> String {
    let (high, low) = (host / 250, host % 250 + 1);
    format!("http://127.{network}.{high}.{low}:{port}/{source}")
}

fn feed(source: usize) -> String {
    let mut items = String::new();
    for n in 0..ITEMS {
        // Writing to a string can't fail.
        let _ = write!(
            items,
            "<item><guid isPermaLink=\"false\">{source}-{n}</guid><title>Article {n}</title>\
             <link>http://site{source}.example/{n}</link><description>{}</description></item>",
            "Du thé pétillant en terrasse, et des citrons. ".repeat(6)
        );
    }
    format!("<rss version=\"2.0\"><channel><title>Site {source}</title>{items}</channel></rss>")
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
    let SocketAddr::V4(host) = stream.local_addr().ok()? else { return None };
    let mut request = Vec::new();
    loop {
        while !request.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut request).await.ok()? == 0 {
                return None;
            }
        }
        if host.ip().octets()[1] == 2 {
            return std::future::pending().await;
        }
        let path = String::from_utf8_lossy(&request).split(' ').nth(1)?.to_owned();
        let body = path.trim_start_matches('/').parse().map(feed).unwrap_or_default();
        let status = if body.is_empty() { "404 Not Found" } else { "200 OK" };
        let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/rss+xml\r\n");
        let whole = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
        stream.write_all(whole.as_bytes()).await.ok()?;
        request.clear();
    }
}

/// The middle one of some measurements.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The whole program: how fast it reads every source once, and its memory with and without them.
fn measure_sources(vigie: &Path, urls: &[String]) -> Result<(), Failure> {
    let sources = urls.iter().enumerate().map(|(n, url)| (format!("s{n}"), url.clone(), "1 h"));
    let sources: Vec<_> = sources.collect();
    let none = Place::new("none", &[])?;
    let all = Place::new("all", &sources)?;
    let (start, mut daemon) = (Instant::now(), all.start(vigie)?);
    let mut read = 0;
    while read < urls.len() {
        read += usize::from(daemon.next_visit()?.is_some());
    }
    let (wall, cpu, memory) = (start.elapsed().as_secs_f64(), daemon.cpu()?, daemon.memory()?);
    daemon.stop()?;
    let count = urls.len() as f64;
    println!(
        "vigie run: {:.0} sources/s read, matched and kept, {:.0} us of CPU each, {} MiB meanwhile",
        count / wall,
        cpu / count * 1e6,
        memory >> 20
    );
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        without.push(none.idle_memory(vigie)? as f64);
        with.push(all.idle_memory(vigie)? as f64);
    }
    let (without, with) = (median(without), median(with));
    println!(
        "at rest: {:.1} MiB without sources, {:.1} MiB with: {:.0} bytes a source",
        without / 1_048_576.0,
        with / 1_048_576.0,
        (with - without) / count
    );
    Ok(())
}

/// How late good sources are visited, with hosts beside them that never answer and without.
fn measure_delays(vigie: &Path, port: u16) -> Result<(), Failure> {
    let good = (0..GOOD).map(|n| (format!("good{n}"), url(1, n, port, n), "5 s"));
    let bad = (0..BAD).map(|n| (format!("bad{n}"), url(2, n, port, n), "5 s"));
    let good: Vec<_> = good.collect();
    let all: Vec<_> = good.iter().cloned().chain(bad).collect();
    for (name, sources) in [("without bad ones", &good), ("with bad ones   ", &all)] {
        let mut lateness = Place::new("delays", sources)?.lateness(vigie)?;
        lateness.sort_unstable();
        let at = |share: usize| lateness[(lateness.len() - 1) * share / 1000];
        println!(
            "{GOOD} good sources {name}: {} visits, late by {} ms (median), {} ms (99 %), {} ms (most)",
            lateness.len(),
            at(500),
            at(990),
            at(1000)
        );
    }
    Ok(())
}

/// A folder with a configuration.
struct Place(PathBuf);

impl Place {
    fn new(name: &str, sources: &[(String, String, &str)]) -> Result<Self, Failure> {
        let folder =
            std::env::temp_dir().join(format!("vigie-crawl-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        let mut text = format!(
            "data = \"data\"\n[crawl]\ncontact = \"bench@ozalee.example\"\nevery_min = \"1 s\"\n\
             host_pause = \"0 s\"\nparallel = {PARALLEL}\nallow_addresses = [\"127.0.0.0/8\"]\n\
             [queries]\nozalee = 'Ozalée'\n[mail]\nfrom = \"v@ozalee.example\"\ndirectory = \"mails\"\n"
        );
        for (id, url, every) in sources {
            write!(text, "[sources.{id}]\nurl = {url:?}\nevery = {every:?}\n")?;
        }
        std::fs::write(folder.join("vigie.toml"), text)?;
        Ok(Self(folder))
    }

    fn start(&self, vigie: &Path) -> Result<Daemon, Failure> {
        let mut child = Command::new(vigie)
            .arg("--config")
            .arg(self.0.join("vigie.toml"))
            .args(["run", "--log", "json"])
            .stderr(Stdio::piped())
            .spawn()?;
        let log = BufReader::new(child.stderr.take().ok_or("no log")?);
        Ok(Daemon { child, log })
    }

    /// Returns the memory of a daemon that has nothing to do.
    fn idle_memory(&self, vigie: &Path) -> Result<u64, Failure> {
        let daemon = self.start(vigie)?;
        std::thread::sleep(Duration::from_secs(4));
        let memory = daemon.memory()?;
        daemon.stop()?;
        Ok(memory)
    }

    /// Returns by how many milliseconds visits to good sources came after they were due.
    fn lateness(&self, vigie: &Path) -> Result<Vec<i64>, Failure> {
        let mut daemon = self.start(vigie)?;
        let mut due: HashMap<String, DateTime<Utc>> = HashMap::new();
        let mut late = Vec::new();
        let start = Instant::now();
        while start.elapsed() < WATCHED {
            let Some(visit) = daemon.next_visit()? else { continue };
            if let Some(due) = due.insert(visit.source, visit.next) {
                late.push((visit.at - due).num_milliseconds());
            }
        }
        daemon.stop()?;
        Ok(late)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

struct Daemon {
    child: Child,
    log: BufReader<ChildStderr>,
}

/// A visit that brought something.
struct Visited {
    source: String,
    at: DateTime<Utc>,
    next: DateTime<Utc>,
}

impl Daemon {
    /// Reads the next line of the log; `None` if it tells of no good visit.
    fn next_visit(&mut self) -> Result<Option<Visited>, Failure> {
        let mut line = String::new();
        if self.log.read_line(&mut line)? == 0 {
            return Err("the daemon has ended".into());
        }
        let line: Value = serde_json::from_str(&line)?;
        let fields = &line["fields"];
        if fields["message"] != "visited" {
            return Ok(None);
        }
        let text = |value: &Value| value.as_str().unwrap_or_default().replace(" UTC", "Z");
        Ok(Some(Visited {
            source: text(&fields["source.id"]),
            at: text(&line["timestamp"]).parse()?,
            next: text(&fields["next_check"]).parse()?,
        }))
    }

    /// Resident bytes.
    fn memory(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
        let kib: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
        Ok(kib << 10)
    }

    /// Seconds of CPU so far; a tick is a hundredth.
    fn cpu(&self) -> Result<f64, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or("").split(' ').collect();
        let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok());
        Ok((ticks(11).ok_or("no utime")? + ticks(12).ok_or("no stime")?) / 100.0)
    }

    fn stop(mut self) -> Result<(), Failure> {
        // What it still has to say must not fill the pipe.
        let log = self.log;
        let reader = std::thread::spawn(move || log.lines().map_while(Result::ok).count());
        Command::new("kill").arg(self.child.id().to_string()).status()?;
        self.child.wait()?;
        reader.join().ok();
        Ok(())
    }
}
