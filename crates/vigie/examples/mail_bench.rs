//! Measures how fast the daemon sends mails that are due: fills a ledger with deliveries, runs `vigie run` beside it,
//! and counts what comes to an SMTP server on this machine that takes everything. Prints the rate of each stretch and
//! the daemon's largest resident memory. What events cost beside them: `deliver_bench`.
//!
//! `cargo build --release -p vigie && cargo run --release -p vigie --example mail_bench [MAILS]`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a benchmark prints what it measures by the clock"
)]

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alert::{Letter, ListLinks};
use model::{Channel, SubscriptionId, Timestamp};
use store::{Ledger, NewDelivery, NewDigest, Waiting};

type Failure = Box<dyn std::error::Error>;

/// What the texts of one digest come to, in bytes.
const HTML_BYTES: usize = 30_000;
const TEXT_BYTES: usize = 5_000;
/// How many deliveries one digest has.
const RECIPIENTS: usize = 1_000;

fn main() -> Result<(), Failure> {
    let mails = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let sink = Sink::start()?;
    let port = sink.port;
    std::fs::write(
        folder.path().join("vigie.toml"),
        format!(
            "data = \"data\"\n[crawl]\ncontact = \"bench@vigie.example\"\n[queries]\nq = 'Ozalée'\n\
             [subscriptions.all]\nqueries = [\"q\"]\nto = [\"reader@vigie.example\"]\ncadence = \"hourly\"\n\
             [mail]\nfrom = \"vigie@vigie.example\"\n\
             smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}\n"
        ),
    )?;
    // The daemon declares the subscription; then its outbox is filled.
    let mut daemon = start(folder.path())?;
    let now: Timestamp = chrono::Utc::now();
    let ledger = folder.path().join("data").join(store::FILE_NAME);
    wait_for(|| Ok(ledger.is_file()))?;
    let mut ledger = Ledger::open(&folder.path().join("data"), now)?;
    wait_for(|| Ok(!ledger.subscriptions()?.is_empty()))?;
    end(&mut daemon)?;
    let filled = fill(&mut ledger, mails, now)?;

    let began = Instant::now();
    let mut daemon = start(folder.path())?;
    println!("{filled} mails of {} bytes", HTML_BYTES + TEXT_BYTES);
    let (mut seen, mut last) = (0, began);
    while sink.distinct() < filled {
        std::thread::sleep(Duration::from_millis(200));
        let (count, stretch) = (sink.distinct(), last.elapsed().as_secs_f64());
        if stretch >= 10.0 {
            println!("  {count:7} sent, {:.0} a second", (count - seen) as f64 / stretch);
            (seen, last) = (count, Instant::now());
        }
        if daemon.try_wait()?.is_some() {
            return Err("the daemon has ended".into());
        }
    }
    let elapsed = began.elapsed().as_secs_f64();
    let memory = resident_max(daemon.id())?;
    end(&mut daemon)?;
    println!(
        "  all in {elapsed:.1} s: {:.0} a second over {} connections; {memory} MB resident at most",
        filled as f64 / elapsed,
        sink.connections()
    );
    Ok(())
}

/// Writes digests to so many recipients. Returns how many deliveries there are.
fn fill(ledger: &mut Ledger, mails: usize, now: Timestamp) -> Result<usize, Failure> {
    let subscription = SubscriptionId::new("all");
    let (html, text) = ("x".repeat(72) + "\r\n", "y".repeat(72) + "\r\n");
    let (html, text) = (html.repeat(HTML_BYTES / 74), text.repeat(TEXT_BYTES / 74));
    let delivery = |nth: usize| {
        let letter = Letter {
            message_id: format!("<{nth}@vigie.example>"),
            list_id: "all.vigie.example".to_owned(),
            date: now,
            from: "vigie@vigie.example".parse()?,
            to: format!("reader{nth}@vigie.example").parse()?,
            owner: None,
            subscription: subscription.clone(),
            subject: format!("Digest {nth}"),
            text: text.clone(),
            html: html.clone(),
            images: Vec::new(),
            follows: Vec::new(),
            links: ListLinks::default(),
        };
        Ok::<_, Failure>(NewDelivery {
            recipient: letter.to.to_string(),
            channel: Channel::Mail,
            message_id: letter.message_id.clone(),
            payload: serde_json::to_string(&letter)?,
        })
    };
    let mut filled = 0;
    while filled < mails {
        let to = mails.min(filled + RECIPIENTS);
        let since = ledger.subscriptions()?.first().ok_or("no subscription")?.told;
        let digest = NewDigest {
            subscription: subscription.clone(),
            since,
            upto: since,
            period_end: now,
            next_due: Some(now + chrono::TimeDelta::days(1)),
            deliveries: (filled..to).map(delivery).collect::<Result<_, _>>()?,
            asked: Vec::new(),
            waiting: Waiting::default(),
        };
        ledger.enqueue(&digest, now)?;
        filled = to;
    }
    Ok(ledger.deliveries(Some("due"), usize::MAX >> 1)?.len())
}

fn start(folder: &Path) -> Result<Child, Failure> {
    let program: PathBuf = std::env::current_exe()?.with_file_name("../vigie");
    let config = folder.join("vigie.toml");
    let mut command = Command::new(program);
    command.arg("--config").arg(config).arg("run").env("RUST_LOG", "error");
    Ok(command.stdin(Stdio::null()).spawn()?)
}

fn end(daemon: &mut Child) -> Result<(), Failure> {
    daemon.kill()?;
    daemon.wait()?;
    Ok(())
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

/// Takes every mail (RFC 5321), and counts the messages by their recipients.
struct Sink {
    port: u16,
    taken: Arc<Mutex<(HashSet<String>, usize)>>,
}

impl Sink {
    fn start() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let taken: Arc<Mutex<(HashSet<String>, usize)>> = Arc::default();
        let shared = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || take(&stream, &shared).ok());
            }
        });
        Ok(Self { port, taken })
    }

    fn distinct(&self) -> usize {
        self.taken.lock().map_or(0, |taken| taken.0.len())
    }

    fn connections(&self) -> usize {
        self.taken.lock().map_or(0, |taken| taken.1)
    }
}

fn take(stream: &TcpStream, taken: &Mutex<(HashSet<String>, usize)>) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    if let Ok(mut taken) = taken.lock() {
        taken.1 += 1;
    }
    writer.write_all(b"220 sink.example ESMTP\r\n")?;
    let (mut line, mut to) = (String::new(), String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => writer.write_all(b"250-sink.example\r\n250 8BITMIME\r\n")?,
            "RCPT" => {
                line.trim().clone_into(&mut to);
                writer.write_all(b"250 ok\r\n")?;
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n")?;
                loop {
                    line.clear();
                    if reader.read_line(&mut line)? == 0 {
                        return Ok(());
                    }
                    if line == ".\r\n" {
                        break;
                    }
                }
                if let Ok(mut taken) = taken.lock() {
                    taken.0.insert(to.clone());
                }
                writer.write_all(b"250 taken\r\n")?;
            }
            "QUIT" => {
                writer.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => writer.write_all(b"250 ok\r\n")?,
        }
    }
}
