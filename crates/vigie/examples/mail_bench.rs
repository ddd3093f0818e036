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

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use alert::{Letter, ListLinks};
use model::{Channel, SubscriptionId, Timestamp};
use store::{Ledger, NewDelivery, NewDigest, Waiting};

use crate::support::Failure;
use crate::support::daemon::Daemon;
use crate::support::sink::{Sink, Taken};

/// What the texts of one digest come to, in bytes.
const HTML_BYTES: usize = 30_000;
const TEXT_BYTES: usize = 5_000;
/// How many deliveries one digest has.
const RECIPIENTS: usize = 1_000;

fn main() -> Result<(), Failure> {
    let mails = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let folder = tempfile::tempdir()?;
    let sink = Sink::start(take)?;
    let port = sink.address.port();
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
    let mut daemon = Daemon::start(folder.path())?;
    let now: Timestamp = chrono::Utc::now();
    let ledger = folder.path().join("data").join(store::FILE_NAME);
    daemon.wait_for(|| Ok(ledger.is_file()))?;
    let mut ledger = Ledger::open(&folder.path().join("data"), now)?;
    daemon.wait_for(|| Ok(!ledger.subscriptions()?.is_empty()))?;
    drop(daemon);
    let filled = fill(&mut ledger, mails, now)?;

    let mut daemon = Daemon::start(folder.path())?;
    println!("{filled} mails of {} bytes", HTML_BYTES + TEXT_BYTES);
    let elapsed = sink.fill(filled, &mut daemon)?;
    let memory = daemon.resident_max()?;
    println!(
        "  all in {elapsed:.1} s: {:.0} a second over {} connections; {memory} MB resident at most",
        filled as f64 / elapsed,
        sink.counted()
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
            severity: Some(model::Severity::Info),
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
            period_end: now + chrono::TimeDelta::seconds(i64::try_from(filled)?),
            next_due: Some(now + chrono::TimeDelta::days(1)),
            deliveries: (filled..to).map(delivery).collect::<Result<_, _>>()?,
            waiting: Waiting::default(),
        };
        ledger.enqueue(&digest, now)?;
        filled = to;
    }
    match ledger.deliveries(Some("due"), usize::MAX >> 1)?.len() {
        due if due == mails => Ok(due),
        due => Err(format!("{due} of {mails} mails were written").into()),
    }
}

/// Takes mails, by whom they are to.
fn take(
    mut reader: BufReader<TcpStream>,
    mut to: &TcpStream,
    taken: &Taken,
) -> std::io::Result<()> {
    taken.count();
    to.write_all(b"220 sink.example ESMTP\r\n")?;
    let (mut line, mut recipient) = (String::new(), String::new());
    loop {
        line.clear();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => to.write_all(b"250-sink.example\r\n250 8BITMIME\r\n")?,
            "RCPT" => {
                line.trim().clone_into(&mut recipient);
                to.write_all(b"250 ok\r\n")?;
            }
            "DATA" => {
                to.write_all(b"354 go on\r\n")?;
                loop {
                    line.clear();
                    if reader.read_line(&mut line)? == 0 {
                        return Ok(());
                    }
                    if line == ".\r\n" {
                        break;
                    }
                }
                taken.take(recipient.clone());
                to.write_all(b"250 taken\r\n")?;
            }
            "QUIT" => {
                to.write_all(b"221 bye\r\n")?;
                return Ok(());
            }
            _ => to.write_all(b"250 ok\r\n")?,
        }
    }
}
