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

mod support;

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;

use model::{Cursor, EndpointId, Timestamp};
use store::{Ledger, NewDispatch, NewDispatches, Waiting};

use crate::support::Failure;
use crate::support::daemon::Daemon;
use crate::support::sink::{Sink, Taken};

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
    let sink = Sink::start(take)?;
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
    let mut daemon = Daemon::start(folder)?;
    let now: Timestamp = chrono::Utc::now();
    daemon.wait_for(|| Ok(folder.join("data").join(store::FILE_NAME).is_file()))?;
    let mut ledger = Ledger::open(&folder.join("data"), now)?;
    daemon.wait_for(|| Ok(ledger.endpoints()?.len() == endpoints + dead))?;
    drop(daemon);
    for name in &names {
        fill(&mut ledger, name, dispatches / endpoints, now)?;
    }
    for name in &others {
        fill(&mut ledger, name, 1_000, now)?;
    }
    let expected = dispatches / endpoints * endpoints;

    let mut daemon = Daemon::start(folder)?;
    println!(
        "{expected} dispatches of {PAYLOAD_BYTES} bytes to {endpoints} endpoints, {dead} dead beside them"
    );
    let elapsed = sink.fill(expected, &mut daemon)?;
    let memory = daemon.resident_max()?;
    println!(
        "  all in {elapsed:.1} s: {:.0} a second; {} requests; {memory} MB resident at most\n",
        expected as f64 / elapsed,
        sink.counted(),
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

/// Takes what is posted, by its `webhook-id`.
fn take(
    mut reader: BufReader<TcpStream>,
    mut to: &TcpStream,
    taken: &Taken,
) -> std::io::Result<()> {
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
        taken.take(id);
        taken.count();
        to.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    }
}
