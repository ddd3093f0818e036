//! `vigie routes`: who hears of which query, how grave, by which channel, how often, and what holds it now.

use std::io::{self, Write};
use std::path::Path;

use chrono::TimeDelta;
use model::{Cadence, EventKind, HeldFor, QueryName, Severity, Timestamp};
use serde::Serialize;
use store::{Ledger, Why, Withheld};

use super::next;
use super::status::table;
use super::{closed_pipe_is_fine, finding, moment, open_ledger, printable};
use crate::addressee::Addressees;
use crate::cli::{Failure, configuration};
use crate::config::{Config, Endpoint, Form, Subscribed};
use crate::hold::{self, Spending};
use crate::mutes::Mutes;

#[derive(Debug, clap::Args)]
pub(crate) struct Routes {
    /// Only of this query
    #[arg(long, value_name = "NAME")]
    query: Option<String>,
    /// Only of what is so grave: info, warning or crisis
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    severity: Option<Severity>,
    /// Write one JSON object a line
    #[arg(long)]
    json: bool,
}

/// One cell of the matrix.
#[derive(Debug, Serialize)]
struct Route {
    query: String,
    severity: Severity,
    /// A subscription or an endpoint.
    who: String,
    /// `mail`, `chat`, `webhook`, `command`, `file` or `syslog`.
    channel: &'static str,
    /// How many people get the mails now; `null` of endpoints.
    recipients: Option<usize>,
    often: String,
    /// What holds it now, each in a few words; none where it leaves.
    held: Vec<String>,
}

fn severity(word: &str) -> Result<Severity, String> {
    let known = Severity::ALL.map(Severity::as_str).join(", ");
    word.parse().map_err(|_| format!("no severity; write one of: {known}"))
}

pub(crate) fn routes(asked: &Routes, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let config = configuration(file)?;
    let ledger = open_ledger(&config.data, now)?;
    let query = match &asked.query {
        None => None,
        Some(name) => Some(finding::saved(&ledger, name)?.0),
    };
    let mut routes = matrix(&ledger, &config, now)?;
    routes.retain(|route| {
        query.as_ref().is_none_or(|query| query.as_str() == route.query)
            && asked.severity.is_none_or(|severity| severity == route.severity)
    });
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if asked.json {
        routes.iter().try_for_each(|route| {
            serde_json::to_writer(&mut out, route)?;
            writeln!(out)
        })
    } else {
        out.write_all(listed(&routes).as_bytes())
    })
}

/// The whole matrix, by query and the gravest first.
fn matrix(ledger: &Ledger, config: &Config, now: Timestamp) -> anyhow::Result<Vec<Route>> {
    let mutes = Mutes::of(ledger, now)?;
    let mut routes = Vec::new();
    for subscribed in &config.subscriptions {
        routes.extend(of_subscription(ledger, config, subscribed, &mutes, now)?);
    }
    for endpoint in &config.endpoints {
        routes.extend(of_endpoint(ledger, config, endpoint, &mutes)?);
    }
    routes.sort_by(|one, other| {
        let key = |route: &Route| (route.query.clone(), std::cmp::Reverse(route.severity));
        key(one).cmp(&key(other))
    });
    Ok(routes)
}

fn of_subscription(
    ledger: &Ledger,
    config: &Config,
    subscribed: &Subscribed,
    mutes: &Mutes,
    now: Timestamp,
) -> anyhow::Result<Vec<Route>> {
    let subscription = &subscribed.subscription;
    let addressees = Addressees::known(ledger, config, subscription, now)?;
    let recipients = addressees.told().count();
    let digests =
        Spending::of_digests(ledger, config, subscribed, &addressees, now)?.holds(subscribed);
    let signals =
        Spending::of_signals(ledger, config, subscribed, &addressees, now)?.holds(subscribed);
    let withheld = ledger.withheld(&subscription.id)?;
    let crises = ledger.crises_heard(&subscription.id)?;
    let mut routes = Vec::new();
    for query in &subscription.queries {
        let mute = mutes.of_query(&subscription.id, query);
        for severity in subscribed.severities.iter().copied() {
            let mut why = Vec::new();
            if recipients == 0 {
                why.push("nobody gets it: all are paused, have left or are to say yes".to_owned());
            }
            why.extend(mute.map(muted));
            let held = if severity == Severity::Info { &digests } else { &signals };
            if let Some(held) = held {
                let until = moment(held.until);
                let holds = |why: &&HeldFor| !hold::passes(subscribed, severity, **why);
                let reasons = held.why.iter().filter(holds);
                why.extend(reasons.map(|why| format!("{} until {until}", next::reason(*why))));
            }
            let as_it_happens = subscription.cadence == Cadence::AsItHappens;
            if severity == Severity::Info && as_it_happens && mute.is_none() {
                why.extend(in_crisis(query, &crises, &withheld));
            }
            routes.push(Route {
                query: query.as_str().to_owned(),
                severity,
                who: subscription.id.to_string(),
                channel: "mail",
                recipients: Some(recipients),
                often: often(subscribed, severity),
                held: why,
            });
        }
    }
    Ok(routes)
}

fn of_endpoint(
    ledger: &Ledger,
    config: &Config,
    endpoint: &Endpoint,
    mutes: &Mutes,
) -> anyhow::Result<Vec<Route>> {
    let queries = endpoint.queries(config);
    let withheld = ledger.withheld_from(&endpoint.id)?;
    let (often, is_chat) = match &endpoint.form {
        Form::Events | Form::Log { .. } => ("each event".to_owned(), false),
        Form::Messages { wait, .. } => {
            (format!("within {}", humantime::format_duration(*wait)), true)
        }
    };
    let tells = |severity: Severity| {
        endpoint.severities.contains(&severity)
            && endpoint.kinds.iter().any(|kind| is_of(*kind, severity))
    };
    let mut routes = Vec::new();
    for query in queries.iter() {
        for severity in Severity::ALL.into_iter().filter(|severity| tells(*severity)) {
            let mut held: Vec<String> =
                mutes.of_endpoint(&endpoint.id).map(muted).into_iter().collect();
            if is_chat {
                held.extend(mutes.of_endpoint_query(&endpoint.id, query).map(muted));
                if severity == Severity::Info {
                    held.extend(in_crisis(query, &[], &withheld));
                }
            }
            routes.push(Route {
                query: query.as_str().to_owned(),
                severity,
                who: endpoint.id.to_string(),
                channel: endpoint.kind(),
                recipients: None,
                often: often.clone(),
                held,
            });
        }
    }
    Ok(routes)
}

/// Whether an event of a kind that is about a query can be so grave.
fn is_of(kind: EventKind, severity: Severity) -> bool {
    match kind {
        EventKind::SignalOpened | EventKind::SignalGrew | EventKind::SignalEnded => {
            severity > Severity::Info
        }
        EventKind::MentionCreated | EventKind::StoryGrew => severity == Severity::Info,
        // They are of no query.
        EventKind::SourceTroubled | EventKind::SourceRecovered | EventKind::DigestSent => false,
    }
}

fn in_crisis(query: &QueryName, crises: &[QueryName], withheld: &[Withheld]) -> Option<String> {
    let waits = withheld.iter().find(|one| one.query == *query && one.why == Why::Crisis);
    let since = waits.map(|one| format!(" since {}", moment(one.since))).unwrap_or_default();
    (waits.is_some() || crises.contains(query)).then(|| format!("a crisis was told{since}"))
}

fn muted(mute: &store::Mute) -> String {
    next::muted(mute, &moment(mute.until))
}

fn often(subscribed: &Subscribed, severity: Severity) -> String {
    let span =
        |span: TimeDelta| humantime::format_duration(span.to_std().unwrap_or_default()).to_string();
    if severity == Severity::Info {
        return match &subscribed.subscription.cadence {
            Cadence::AsItHappens => {
                format!("as it happens, within {}", span(subscribed.group.wait))
            }
            Cadence::Hourly => "hourly".to_owned(),
            Cadence::Daily { at } => format!("daily, {}", at.format("%H:%M")),
            Cadence::Weekly { on, at } => format!("weekly, {on} {}", at.format("%H:%M")),
            Cadence::Monthly { day, at } => format!("monthly, day {day} {}", at.format("%H:%M")),
            Cadence::Cron(cron) => format!("cron {cron}"),
        };
    }
    let repeats = subscribed.repeat.map(|repeat| format!(", again every {}", span(repeat)));
    format!("within {}{}", span(subscribed.group.wait), repeats.unwrap_or_default())
}

fn listed(routes: &[Route]) -> String {
    if routes.is_empty() {
        return "nobody hears of it\n".to_owned();
    }
    let row = |route: &Route| {
        let channel = match route.recipients {
            Some(recipients) => format!("{} to {recipients}", route.channel),
            None => route.channel.to_owned(),
        };
        let held = if route.held.is_empty() { "leaves".to_owned() } else { route.held.join("; ") };
        vec![
            printable(&route.query),
            route.severity.to_string(),
            printable(&route.who),
            channel,
            route.often.clone(),
            held,
        ]
    };
    table(&["query", "severity", "who", "channel", "often", "now"], routes.iter().map(row))
}
