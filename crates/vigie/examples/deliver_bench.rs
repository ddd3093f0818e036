//! Measures how fast the daemon tells what is due: fills a ledger with dispatches, runs `vigie run` beside it, and
//! counts what comes to a receiver on this machine that takes everything. Prints the rate of each stretch, the
//! daemon's largest resident memory, and what a dead endpoint costs the others.
//!
//! `cargo build --release -p vigie && cargo run --release -p vigie --example deliver_bench [DISPATCHES]`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark prints what it measures by the clock"
)]

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use model::{Cursor, EndpointId, Timestamp};
use store::{Ledger, NewDispatch, NewDispatches, Waiting};

type Failure = Box<dyn std::error::Error>;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// What one mention comes to, in bytes.
const PAYLOAD_BYTES: usize = 1_200;

fn main() -> Result<(), Failure> {
    let dispatches = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    for (endpoints, dead) in [(1, 0), (10, 0), (10, 5)] {
        let folder = tempfile::tempdir()?;
        measure(folder.path(), dispatches, endpoints, dead)?;
    }
    Ok(())
}

/// Drains `dispatches` to `endpoints` beside as many `dead` ones that never answer.
fn measure(folder: &Path, dispatches: usize, endpoints: usize, dead: usize) -> Result<(), Failure> {
    let sink = Sink::start()?;
    let silent = TcpListener::bind("127.0.0.1:0")?;
    let mut text = "data = \"data\"\n\
         [crawl]\ncontact = \"bench@vigie.example\"\nallow_addresses = [\"127.0.0.1\"]\n\
         [mail]\nfrom = \"vigie@vigie.example\"\ndirectory = \"mails\"\n\
         [queries]\nq = 'Ozalée'\n"
        .to_owned();
    let mut endpoint = |name: &str, address: std::net::SocketAddr| {
        // Writing to a string can't fail.
        let _ = write!(
            text,
            "[webhooks.{name}]\nurl = \"http://{address}/{name}\"\nsecret_file = \"secret\"\n"
        );
    };
    let names: Vec<String> = (0..endpoints).map(|n| format!("taker{n}")).collect();
    let others: Vec<String> = (0..dead).map(|n| format!("dead{n}")).collect();
    for name in &names {
        endpoint(name, sink.address);
    }
    for name in &others {
        endpoint(name, silent.local_addr()?);
    }
    std::fs::write(folder.join("vigie.toml"), text)?;
    std::fs::write(folder.join("secret"), SECRET)?;

    // The daemon declares the endpoints; then they are given what to tell.
    let mut daemon = start(folder)?;
    let now: Timestamp = chrono::Utc::now();
    wait_for(|| Ok(folder.join("data").join(store::FILE_NAME).is_file()))?;
    let mut ledger = Ledger::open(&folder.join("data"), now)?;
    wait_for(|| Ok(ledger.endpoints()?.len() == endpoints + dead))?;
    daemon.kill()?;
    daemon.wait()?;
    for name in &names {
        fill(&mut ledger, name, dispatches / endpoints, now)?;
    }
    for name in &others {
        fill(&mut ledger, name, 1_000, now)?;
    }
    let expected = dispatches / endpoints * endpoints;

    let began = Instant::now();
    let mut daemon = start(folder)?;
    println!(
        "{expected} dispatches of {PAYLOAD_BYTES} bytes to {endpoints} endpoints, {dead} dead beside them"
    );
    let mut seen = 0;
    let mut last = began;
    while sink.distinct() < expected {
        std::thread::sleep(Duration::from_secs(1));
        let (count, stretch) = (sink.distinct(), last.elapsed().as_secs_f64());
        if stretch >= 5.0 {
            println!("  {count:7} told, {:.0} a second", (count - seen) as f64 / stretch);
            (seen, last) = (count, Instant::now());
        }
        if daemon.try_wait()?.is_some() {
            return Err("the daemon has ended".into());
        }
    }
    let elapsed = began.elapsed().as_secs_f64();
    let memory = resident_max(daemon.id())?;
    daemon.kill()?;
    daemon.wait()?;
    println!(
        "  all in {elapsed:.1} s: {:.0} a second; {} requests; {memory} MB resident at most\n",
        expected as f64 / elapsed,
        sink.requests(),
    );
    Ok(())
}

fn fill(ledger: &mut Ledger, name: &str, count: usize, now: Timestamp) -> Result<(), Failure> {
    let endpoint = EndpointId::new(name);
    let payload = format!("{{\"filler\":\"{}\"}}", "x".repeat(PAYLOAD_BYTES - 13));
    for first in (0..count).step_by(10_000) {
        let Some((from, _)) = ledger.queue(&endpoint, 0)? else { return Err("unknown".into()) };
        let dispatch = |n: usize| NewDispatch {
            id: format!("msg_{name}x{n}"),
            about: format!("bench {n}"),
            payload: payload.clone(),
        };
        let upto = Cursor { events: from.events + 1, ..from };
        let dispatches = (first..count.min(first + 10_000)).map(dispatch).collect();
        let (endpoint, waiting) = (endpoint.clone(), Waiting::default());
        ledger.tell(&NewDispatches { endpoint, from, upto, dispatches, waiting }, now)?;
    }
    Ok(())
}

fn start(folder: &Path) -> Result<Child, Failure> {
    let program: PathBuf = std::env::current_exe()?.with_file_name("../vigie");
    let child = Command::new(program)
        .arg("--config")
        .arg(folder.join("vigie.toml"))
        .arg("run")
        .env("RUST_LOG", "error")
        .stdin(Stdio::null())
        .spawn()?;
    Ok(child)
}

fn wait_for(mut holds: impl FnMut() -> Result<bool, Failure>) -> Result<(), Failure> {
    for _ in 0..600 {
        if holds()? {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err("waited in vain".into())
}

/// The largest resident memory that a process ever had, in megabytes.
fn resident_max(process: u32) -> Result<u64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmHWM")?;
    Ok(kib.parse::<u64>()? / 1024)
}

/// Takes everything, and counts what it has taken.
struct Sink {
    address: std::net::SocketAddr,
    taken: Arc<Mutex<(HashSet<String>, usize)>>,
}

impl Sink {
    fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let taken: Arc<Mutex<(HashSet<String>, usize)>> = Arc::default();
        let shared = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || take(&stream, &shared).ok());
            }
        });
        Ok(Self { address, taken })
    }

    fn distinct(&self) -> usize {
        self.taken.lock().map_or(0, |taken| taken.0.len())
    }

    fn requests(&self) -> usize {
        self.taken.lock().map_or(0, |taken| taken.1)
    }
}

fn take(stream: &TcpStream, taken: &Mutex<(HashSet<String>, usize)>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    loop {
        let (mut length, mut id) = (0, String::new());
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let Some((name, value)) = line.split_once(':') else {
                if line.trim().is_empty() {
                    break;
                }
                continue;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "webhook-id" => value.trim().clone_into(&mut id),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        if let Ok(mut taken) = taken.lock() {
            taken.0.insert(id);
            taken.1 += 1;
        }
        writer.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    }
}
