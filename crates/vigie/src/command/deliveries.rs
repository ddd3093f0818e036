//! `vigie deliveries`: what is on its way to people and programs, and what became of it; trying again, and
//! telling again. Mails are named `m` and a number, events to endpoints `e` and a number.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use chrono::Local;
use model::{
    DeliveryId, DeliveryState, DispatchId, EndpointHealth, EndpointId, Problem, Timestamp,
};
use store::{EndpointState, Ledger};

use super::status::table;
use super::when::{self, Edge};
use super::{closed_pipe_is_fine, data_directory, open_ledger};
use crate::cli::{Failure, configuration};
use crate::config::Endpoint;
use crate::names;

/// How many are tried again by one command that names none.
const RETRIED_MAX: usize = 1_000_000;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Deliveries {
    /// Show the newest deliveries: mails, and events to endpoints
    List(List),
    /// Try again what was given up
    Retry(Retry),
    /// Tell an endpoint again all that happened since a time, under the ids that it had
    Replay(Replay),
    /// Show the endpoints and how they take what they are told
    Endpoints(Endpoints),
    /// Send again to an endpoint that was switched off or is left alone
    Resume(Resume),
}

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Only those of this state
    #[arg(long, value_name = "STATE", value_parser = ["due", "leased", "sent", "dead"])]
    state: Option<String>,
    /// Only events to this endpoint
    #[arg(long, value_name = "NAME")]
    endpoint: Option<String>,
    /// How many mails, and how many events, at most
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Print JSON, one delivery a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Retry {
    /// Which: m12 is a mail, e34 an event; without any, all that were given up
    #[arg(value_name = "ID")]
    ids: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Replay {
    /// Since when: 2026-03-01, 2026-03-01T14:30, or how long ago, as in 36h
    #[arg(long, value_name = "TIME")]
    since: String,
    #[arg(long, value_name = "NAME")]
    endpoint: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Endpoints {
    /// Print JSON, one endpoint a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Resume {
    #[arg(value_name = "NAME")]
    endpoint: String,
}

pub(crate) fn run(asked: &Deliveries, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let mut ledger = open_ledger(&data_directory(None, file)?, now)?;
    let text = match asked {
        Deliveries::List(list) => listed(&ledger, list)?,
        Deliveries::Retry(retry) => retried(&mut ledger, retry, now)?,
        Deliveries::Replay(replay) => replayed(&mut ledger, replay, now)?,
        Deliveries::Endpoints(endpoints) => shown(&ledger, endpoints, file, now)?,
        Deliveries::Resume(Resume { endpoint }) => {
            let id = EndpointId::new(endpoint.as_str());
            known(&ledger, endpoint, ledger_knows(&ledger, &id)?)?;
            ledger.resume(&id, now)?;
            format!("{endpoint} is sent to again\n")
        }
    };
    closed_pipe_is_fine(io::stdout().write_all(text.as_bytes()))
}

/// One delivery of either kind, as it is shown.
struct Row {
    id: String,
    channel: String,
    to: String,
    about: String,
    message: Option<String>,
    state: DeliveryState,
    attempt: u32,
    reason: Option<String>,
}

fn listed(ledger: &Ledger, list: &List) -> Result<String, Failure> {
    let endpoint = list.endpoint.as_deref().map(EndpointId::new);
    if let (Some(id), Some(name)) = (&endpoint, &list.endpoint) {
        known(ledger, name, ledger_knows(ledger, id)?)?;
    }
    let state = list.state.as_deref();
    let mut rows = Vec::new();
    if endpoint.is_none() {
        let mails = ledger.deliveries(state, list.limit)?;
        rows.extend(mails.into_iter().rev().map(|mail| Row {
            id: format!("m{}", mail.id),
            channel: mail.channel.as_str().to_owned(),
            to: mail.recipient,
            about: mail.subscription.to_string(),
            message: None,
            state: mail.state,
            attempt: mail.attempt,
            reason: mail.reason,
        }));
    }
    let dispatches = ledger.dispatches(endpoint.as_ref(), state, list.limit)?;
    rows.extend(dispatches.into_iter().rev().map(|dispatch| Row {
        id: format!("e{}", dispatch.number),
        channel: "event".to_owned(),
        to: dispatch.endpoint.to_string(),
        about: dispatch.about,
        message: Some(dispatch.id),
        state: dispatch.state,
        attempt: dispatch.attempt,
        reason: dispatch.reason,
    }));
    if list.json {
        let mut lines = String::new();
        for row in &rows {
            // Writing to a string can't fail.
            let _ = writeln!(lines, "{}", json(row));
        }
        return Ok(lines);
    }
    let head = ["id", "channel", "to", "about", "state", "when", "tries", "reason"];
    let cells = |row: &Row| {
        let (state, at) = state_of(&row.state);
        vec![
            row.id.clone(),
            row.channel.clone(),
            row.to.clone(),
            row.about.clone(),
            state.to_owned(),
            local(at),
            row.attempt.to_string(),
            row.reason.clone().unwrap_or_default(),
        ]
    };
    Ok(table(&head, rows.iter().map(cells)))
}

fn json(row: &Row) -> serde_json::Value {
    let (state, at) = state_of(&row.state);
    serde_json::json!({
        "id": row.id, "channel": row.channel, "to": row.to, "about": row.about,
        "message_id": row.message, "state": state, "at": at, "tries": row.attempt,
        "reason": row.reason,
    })
}

fn state_of(state: &DeliveryState) -> (&'static str, Timestamp) {
    match state {
        DeliveryState::Due { at, .. } => ("due", *at),
        DeliveryState::Leased { until, .. } => ("leased", *until),
        DeliveryState::Sent { at } => ("sent", *at),
        DeliveryState::Dead { at, .. } => ("dead", *at),
    }
}

fn retried(ledger: &mut Ledger, retry: &Retry, now: Timestamp) -> Result<String, Failure> {
    let (mut mails, mut events) = (Vec::new(), Vec::new());
    for id in &retry.ids {
        match (id.strip_prefix('m').map(str::parse), id.strip_prefix('e').map(str::parse)) {
            (Some(Ok(number)), _) => mails.push(DeliveryId(number)),
            (_, Some(Ok(number))) => events.push(DispatchId(number)),
            _ => {
                let problem = Problem::new(id.as_str(), "is no delivery");
                let hint = "write m and a number for a mail, e and a number for an event";
                return Err(Failure::Usage(vec![problem.hint(hint)]));
            }
        }
    }
    if retry.ids.is_empty() {
        let dead = Some("dead");
        mails.extend(ledger.deliveries(dead, RETRIED_MAX)?.iter().map(|mail| mail.id));
        events.extend(ledger.dispatches(None, dead, RETRIED_MAX)?.iter().map(|it| it.number));
    }
    let mut revived = 0;
    for (id, name) in mails.into_iter().map(|id| (id, format!("m{id}"))) {
        revived += alive(ledger.revive(id, now)?, &name, retry)?;
    }
    for (id, name) in events.into_iter().map(|id| (id, format!("e{id}"))) {
        revived += alive(ledger.revive_dispatch(id, now)?, &name, retry)?;
    }
    Ok(format!("Deliveries to be tried again: {revived}\n"))
}

/// Refuses one that was named and is not dead.
fn alive(was_dead: bool, name: &str, retry: &Retry) -> Result<usize, Failure> {
    if !was_dead && !retry.ids.is_empty() {
        let problem = Problem::new(name, "there is no such delivery that was given up");
        let hint = "`vigie deliveries list --state dead` shows those that were";
        return Err(Failure::Refused(problem.hint(hint)));
    }
    Ok(usize::from(was_dead))
}

fn replayed(ledger: &mut Ledger, replay: &Replay, now: Timestamp) -> Result<String, Failure> {
    let since = when::told("--since", &replay.since, now, Edge::Start)
        .map_err(|problem| Failure::Usage(vec![problem]))?;
    if since > now {
        let problem = Problem::new("--since", "lies in the future: nothing has happened since");
        let hint = "write when it was, or how long ago: 36h, 7d";
        return Err(Failure::Usage(vec![problem.hint(hint)]));
    }
    let id = EndpointId::new(replay.endpoint.as_str());
    let is_known = ledger.replay(&id, since)?;
    known(ledger, &replay.endpoint, is_known)?;
    Ok(format!("{} is told again what happened since {}\n", replay.endpoint, local(since)))
}

fn shown(
    ledger: &Ledger,
    asked: &Endpoints,
    file: &Path,
    now: Timestamp,
) -> Result<String, Failure> {
    let endpoints = ledger.endpoints()?;
    if !asked.json {
        return Ok(endpoint_table(&endpoints, now));
    }
    let config = configuration(file)?;
    let mut lines = String::new();
    for endpoint in &endpoints {
        let configured = config.endpoints.iter().find(|it| it.id == endpoint.id);
        let value = serde_json::json!({
            "endpoint": endpoint.id,
            "kind": configured.map(Endpoint::kind),
            "events": configured.map(|it| &it.kinds),
            "health": endpoint.health,
            "due": endpoint.dispatches.due,
            "leased": endpoint.dispatches.leased,
            "sent": endpoint.dispatches.sent,
            "dead": endpoint.dispatches.dead,
            "oldest_due": endpoint.oldest_due,
        });
        // Writing to a string can't fail.
        let _ = writeln!(lines, "{value}");
    }
    Ok(lines)
}

/// Shows endpoints with their health and what is on its way there.
pub(super) fn endpoint_table(endpoints: &[EndpointState], now: Timestamp) -> String {
    let head = ["endpoint", "health", "waiting", "sent", "given up"];
    let row = |endpoint: &EndpointState| {
        let health = match &endpoint.health {
            EndpointHealth::Well => "well".to_owned(),
            EndpointHealth::Failing { since, failures, until, reason } => {
                let since = local(*since);
                // Its rest may be over, and nothing waits that could be tried.
                let next = match *until {
                    until if until > now => format!("next try {}", local(until)),
                    _ => "to be tried with the next event".to_owned(),
                };
                format!("FAILING since {since} ({failures}x), {next}: {reason}")
            }
            EndpointHealth::Off { at, reason } => format!("OFF since {}: {reason}", local(*at)),
        };
        let counts = &endpoint.dispatches;
        vec![
            endpoint.id.to_string(),
            health,
            (counts.due + counts.leased).to_string(),
            counts.sent.to_string(),
            counts.dead.to_string(),
        ]
    };
    table(&head, endpoints.iter().map(row))
}

fn ledger_knows(ledger: &Ledger, id: &EndpointId) -> Result<bool, Failure> {
    Ok(ledger.queue(id, 0)?.is_some())
}

fn known(ledger: &Ledger, name: &str, is_known: bool) -> Result<(), Failure> {
    if is_known {
        return Ok(());
    }
    let endpoints = ledger.endpoints()?;
    let names: Vec<&str> = endpoints.iter().map(|endpoint| endpoint.id.as_str()).collect();
    let problem = Problem::new(name, "there is no endpoint of this name");
    let none = "the ledger has none: `vigie run` takes them over from the configuration";
    Err(Failure::Refused(problem.hint(names::hint(name, "endpoints", &names, none))))
}

fn local(at: Timestamp) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string()
}
