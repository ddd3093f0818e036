//! `vigie status`: how everything stands, read beside a running daemon.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::{Local, TimeDelta};
use model::{Health, Timestamp};
use store::{
    HubState, HubStatus, Ledger, Past, PastEnd, QueryStatus, Recipient, SourceStatus,
    SourceTrouble, Status as LedgerStatus, Undelivered,
};

use super::query::unanchored;
use super::recipients::{is_told, state};
use super::when::local;
use super::{closed_pipe_is_fine, data_directory, open_ledger, printable};
use crate::cli::{Failure, configuration};
use crate::config::Config;

/// How many dispatches that were given up are shown; `vigie deliveries list` shows all.
const DEAD_SHOWN: usize = 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    /// The data directory [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Also show what was wrong in the last reading of each source
    #[arg(long)]
    problems: bool,
    /// Also show which hubs push what is new, or why not
    #[arg(long)]
    push: bool,
    /// Print the sources as JSON, one a line, for programs
    #[arg(long, conflicts_with = "problems")]
    json: bool,
}

pub(crate) fn status(status: &Status, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let data = data_directory(status.data.as_deref(), file)?;
    let ledger = open_ledger(&data, now)?;
    if status.json {
        let sources = ledger.status(now)?.sources;
        let mut lines = String::new();
        for source in &sources {
            let _ = writeln!(lines, "{}", json(source));
        }
        return closed_pipe_is_fine(io::stdout().write_all(lines.as_bytes()));
    }
    // A ledger that was named may be of another configuration, and one that is not valid says nothing.
    let is_of = |config: &Config| {
        let place = |data: &Path| data.canonicalize().ok();
        place(&config.data) == place(&data)
    };
    let config = configuration(file).ok().filter(is_of);
    let next = super::next::told(&ledger, config.as_ref(), now)?;
    let mut text = rendered(&ledger.status(now)?, &next, now);
    push_untold(&mut text, &ledger.all_recipients()?, now);
    push_endpoints(&mut text, &ledger, now)?;
    let mutes = ledger.mutes(now)?;
    if !mutes.is_empty() {
        let _ = write!(text, "\n{}", super::mute::listed(&mutes));
    }
    if status.problems {
        push_problems(&mut text, &ledger.status(now)?.sources);
    }
    if status.push {
        text.push_str(&pushes(&ledger.hubs()?));
    }
    closed_pipe_is_fine(io::stdout().write_all(text.as_bytes()))
}

/// Shows how endpoints take what they are told, and what was given up. Without any there is nothing to show.
fn push_endpoints(text: &mut String, ledger: &Ledger, now: Timestamp) -> Result<(), Failure> {
    let endpoints = ledger.endpoints()?;
    if !endpoints.is_empty() {
        text.push('\n');
        text.push_str(&super::deliveries::endpoint_table(&endpoints, now));
    }
    for dead in ledger.dispatches(None, Some("dead"), DEAD_SHOWN)? {
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "  given up e{} to {}: {}: {}",
            dead.number,
            dead.endpoint,
            printable(&dead.about),
            printable(dead.reason.as_deref().unwrap_or_default())
        );
    }
    Ok(())
}

/// Makes every mail that was given up due again, as if it had never been tried.
pub(crate) fn retry(file: &Path, now: Timestamp) -> Result<(), Failure> {
    let mut ledger = open_ledger(&data_directory(None, file)?, now)?;
    let mut revived = 0;
    for letter in ledger.status(now)?.dead_letters {
        revived += usize::from(ledger.revive(letter.id, now)?);
    }
    println!("Mails to be tried again: {revived}");
    Ok(())
}

fn rendered(status: &LedgerStatus, next: &str, now: Timestamp) -> String {
    let sources = table(
        &["source", "health", "last new item", "next check", "address"],
        status.sources.iter().map(|source| source_row(source, now)),
    );
    let queries = table(
        &["query", "24 h", "7 d", "stories", "all", "text"],
        status.queries.iter().map(query_row),
    );
    let outbox = status.outbox;
    let mut text = format!(
        "{sources}\n{queries}\n{next}\noutbox: {} waiting, {} under way, {} sent, {} given up\n",
        outbox.due, outbox.leased, outbox.sent, outbox.dead
    );
    for host in &status.resting {
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "host {} is left alone until {} ({} sources): {}",
            printable(&host.name),
            local(host.rest.until),
            host.sources,
            printable(&host.rest.reason)
        );
    }
    push_unanchored(&mut text, &status.queries);
    for letter in &status.retries {
        push_undelivered(&mut text, "to be tried again", letter);
    }
    for letter in &status.dead_letters {
        push_undelivered(&mut text, "given up", letter);
    }
    text
}

/// Says of a source what a program can use: codes, and times in UTC.
fn json(status: &SourceStatus) -> serde_json::Value {
    let state = match &status.health {
        Health::Unvisited => "unvisited",
        Health::Well { .. } => "well",
        Health::Failing { .. } => "failing",
    };
    serde_json::json!({
        "source": status.source.id,
        "name": status.source.name,
        "url": status.source.url,
        "health": state,
        "trouble": status.trouble.as_ref().map(|trouble| serde_json::json!({
            "code": trouble.ailment,
            "since": trouble.since,
            "reason": trouble.reason,
        })),
        "last_check": status.last_check,
        "last_new_item": status.last_new_item,
        "next_check": status.next_check,
        "problems": status.problem_count,
    })
}

fn source_row(status: &SourceStatus, now: Timestamp) -> Vec<String> {
    let health = match (&status.health, &status.trouble) {
        (Health::Well { .. }, Some(trouble)) => {
            let SourceTrouble { ailment, since, reason } = trouble;
            format!("{} since {}: {reason}", ailment.to_string().to_uppercase(), local(*since))
        }
        (Health::Unvisited, _) => "not visited yet".to_owned(),
        (Health::Well { .. }, None) if status.problem_count > 0 => {
            format!("well, {} problems", status.problem_count)
        }
        (Health::Well { .. }, None) => "well".to_owned(),
        (Health::Failing { since, failures, reason }, _) => {
            format!("FAILING since {} ({failures}x): {reason}", local(*since))
        }
    };
    let pages = match (status.pages, status.pages_due, status.pages_failing) {
        (0, _, _) => String::new(),
        (pages, 0, _) => format!(", {pages} pages"),
        (pages, due, 0) => format!(", {pages} pages, {due} to read"),
        (pages, due, failing) => format!(", {pages} pages, {due} to read, {failing} failing"),
    };
    let past = status.past.map_or_else(String::new, past);
    let average = status
        .average
        .as_ref()
        .map_or_else(String::new, |average| format!(", ★ {}", average.rating));
    vec![
        status.source.id.to_string(),
        format!("{health}{pages}{past}{average}"),
        status.last_new_item.map_or_else(|| "-".to_owned(), local),
        until(status.next_check, now),
        status.source.url.to_string(),
    ]
}

/// Says how far back into its past a source was read.
fn past(past: Past) -> String {
    let back_to = past.back_to.map_or_else(
        || "nothing yet".to_owned(),
        |at| at.with_timezone(&Local).format("%Y-%m-%d").to_string(),
    );
    let end = match past.end {
        None => " and going on",
        Some(PastEnd::Reached) => "",
        Some(PastEnd::Exhausted) => ", where the site ends",
        Some(PastEnd::Spent) => ", the most that is asked for",
        Some(PastEnd::Failed) => ", where a page failed",
    };
    format!(", past read back to {back_to}{end}")
}

fn query_row(query: &QueryStatus) -> Vec<String> {
    let all = match query.history {
        None => query.hits.to_string(),
        Some((after, until)) => format!("{} (searching the past: {after} of {until})", query.hits),
    };
    vec![
        query.name.to_string(),
        query.hits_24h.to_string(),
        query.hits_7d.to_string(),
        query.stories_7d.to_string(),
        all,
        one_line(&query.text),
    ]
}

/// Warns of queries that make every item dearer.
fn push_unanchored(text: &mut String, queries: &[QueryStatus]) {
    let read = |query: &QueryStatus| {
        // One that a later version wrote finds nothing, and costs nothing.
        Some((query.name.clone(), query::parse_expanded(&query.text).ok()?))
    };
    for name in unanchored(&queries.iter().filter_map(read).collect()) {
        let _ = writeln!(
            text,
            "warning: the query {} waits for no word, so that it looks at every item",
            printable(name.as_str())
        );
    }
}

fn push_undelivered(text: &mut String, what: &str, letter: &Undelivered) {
    // Writing to a string can't fail.
    let _ = writeln!(
        text,
        "  {what} {}: {} to {}: {}",
        local(letter.at),
        letter.subscription,
        letter.recipient,
        printable(&letter.reason)
    );
}

/// Names who gets no mails, as long as somebody might wonder why.
fn push_untold(text: &mut String, recipients: &[Recipient], now: Timestamp) {
    for recipient in recipients.iter().filter(|one| !is_told(one, now)) {
        // Writing to a string can't fail.
        let _ = writeln!(
            text,
            "  no mails of {} to {}: {}",
            recipient.subscription,
            printable(&recipient.address),
            state(recipient, now)
        );
    }
}

fn push_problems(text: &mut String, sources: &[SourceStatus]) {
    for source in sources.iter().filter(|source| source.problem_count > 0) {
        let _ = writeln!(text, "\n{}: {} problems", source.source.id, source.problem_count);
        for problem in &source.problems {
            let _ = writeln!(text, "  {}: {}", problem.place, printable(&problem.message));
        }
    }
}

/// Shows what hubs push. Without `public_url` none can, and all that is offered waits.
fn pushes(hubs: &[HubStatus]) -> String {
    if hubs.is_empty() {
        return "\nno source offers to be pushed\n".to_owned();
    }
    let head = ["source", "pushed", "last push", "lease ends", "hub", "said"];
    let row = |hub: &HubStatus| {
        let state = match (hub.state, hub.failures) {
            (HubState::Live, _) if hub.trusted => "yes".to_owned(),
            (HubState::Live, _) => "not all that is new".to_owned(),
            (HubState::Offered, 0) => "offered".to_owned(),
            (HubState::Offered, failures) => format!("asked {failures}x"),
            (HubState::Leaving | HubState::Gone, _) => "to stop".to_owned(),
        };
        vec![
            hub.source.to_string(),
            state,
            hub.pushed_at.map_or_else(|| "-".to_owned(), local),
            hub.lease_end.map_or_else(|| "-".to_owned(), local),
            hub.hub.to_string(),
            hub.reason.clone().unwrap_or_default(),
        ]
    };
    format!("\n{}", table(&head, hubs.iter().map(row)))
}

/// A long query may be written on several lines.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Says how far a time is from now, in the largest unit that fits.
fn until(at: Timestamp, now: Timestamp) -> String {
    let wait = at - now;
    if wait <= TimeDelta::zero() {
        "now".to_owned()
    } else if wait < TimeDelta::minutes(2) {
        format!("in {} s", wait.num_seconds())
    } else if wait < TimeDelta::hours(2) {
        format!("in {} min", wait.num_minutes())
    } else {
        format!("in {} h", wait.num_hours())
    }
}

/// Sets rows in columns as wide as their widest cell; the last column takes what it needs.
pub(super) fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head = head.iter().map(|&cell| cell.to_owned()).collect();
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let _ = write!(line, "{:width$}  ", printable(cell));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_by_characters_not_bytes() {
        let rows = [["été", "1"], ["a", "22"]];
        let text = table(&["x", "y"], rows.iter().map(|row| row.map(str::to_owned).to_vec()));
        assert_eq!(text, "x    y\nété  1\na    22\n");
    }

    #[test]
    fn a_wait_is_told_in_the_largest_unit_that_fits() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let check = |seconds, expect| {
            assert_eq!(until(now + TimeDelta::seconds(seconds), now), expect);
        };
        check(-5, "now");
        check(90, "in 90 s");
        check(150, "in 2 min");
        check(3 * 3600 + 5, "in 3 h");
    }
}
