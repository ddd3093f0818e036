//! `vigie mute` and `vigie unmute`: who is told nothing for a time. What is found meanwhile waits.

use std::io::{self, Write as _};
use std::path::Path;

use chrono::TimeDelta;
use model::{EndpointId, Problem, SubscriptionId, Timestamp};
use store::{Ledger, Mute, Muted};

use super::status::table;
use super::{closed_pipe_is_fine, finding, open_ledger, printable, when};
use crate::cli::{Failure, configuration};
use crate::config::{self, Config, Form};

/// Nobody means to be told nothing for longer.
const MUTED_MAX: TimeDelta = TimeDelta::days(366);
const WHY_BYTES_MAX: usize = 500;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct MuteArgs {
    #[command(subcommand)]
    list: Option<MuteCommand>,
    /// The saved query whose mails and messages wait, its signals included
    #[arg(long, value_name = "NAME")]
    query: Option<String>,
    /// The subscription whose mails wait
    #[arg(long, value_name = "NAME", conflicts_with = "endpoint")]
    subscription: Option<String>,
    /// The webhook, chat room, command or file that is told nothing
    #[arg(long, value_name = "NAME")]
    endpoint: Option<String>,
    /// For how long: 3h, 2d
    #[arg(long = "for", value_name = "SPAN", conflicts_with = "until")]
    span: Option<String>,
    /// Until when: 2026-03-01 (its end), 2026-03-01T14:30
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Why, for the others
    #[arg(long, value_name = "WORDS", default_value = "")]
    why: String,
    /// Who says so [default: who is logged in]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
enum MuteCommand {
    /// Show what is muted
    List,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Unmute {
    /// The number of the mute, as `vigie mute list` shows it
    number: u64,
}

pub(crate) fn mute(asked: &MuteArgs, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let config = configuration(file)?;
    let mut ledger = open_ledger(&config.data, now)?;
    if asked.list.is_some() {
        let text = listed(&ledger.mutes(now)?);
        return closed_pipe_is_fine(io::stdout().write_all(text.as_bytes()));
    }
    let what = what(asked, &config, &ledger)?;
    let until = until(asked, now)?;
    let person = super::correct::speaker(asked.by.as_deref())?;
    if asked.why.len() > WHY_BYTES_MAX {
        let problem = Problem::new("--why", format!("is longer than {WHY_BYTES_MAX} bytes"));
        return Err(Failure::Usage(vec![problem.hint("a few words are enough")]));
    }
    let number = ledger.mute(&what, until, (&person, &asked.why), now)?;
    println!(
        "mute {number}: {} until {}; `vigie unmute {number}` ends it",
        named(&what),
        when::local(until)
    );
    Ok(())
}

pub(crate) fn unmute(asked: &Unmute, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let mut ledger = open_ledger(&configuration(file)?.data, now)?;
    let place = format!("mute {}", asked.number);
    if ledger.unmute(asked.number, now)? {
        println!("{place}: lifted; what had waited is told as soon as nothing else holds it");
        return Ok(());
    }
    let problem = Problem::new(place, "is not in force");
    Err(Failure::Refused(problem.hint("`vigie mute list` shows those that are")))
}

fn what(asked: &MuteArgs, config: &Config, ledger: &Ledger) -> Result<Muted, Failure> {
    let query = match &asked.query {
        None => None,
        Some(name) => Some(finding::saved(ledger, name)?.0),
    };
    let known = |option: &str, name: &Option<String>, names: Vec<&str>| match name {
        Some(name) if !names.contains(&name.as_str()) => {
            let problem = Problem::new(option, format!("there is none named \"{name}\""));
            let hint = format!("there are: {}", names.join(", "));
            Err(Failure::Usage(vec![problem.hint(hint)]))
        }
        Some(_) | None => Ok(name.clone()),
    };
    let subscriptions = config.subscriptions.iter().map(|one| one.subscription.id.as_str());
    let subscription = known("--subscription", &asked.subscription, subscriptions.collect())?;
    let endpoints = config.endpoints.iter().map(|one| one.id.as_str());
    let endpoint = known("--endpoint", &asked.endpoint, endpoints.collect())?;
    let is_program = |one: &&config::Endpoint| {
        endpoint.as_deref() == Some(one.id.as_str()) && !matches!(one.form, Form::Messages { .. })
    };
    if query.is_some()
        && let Some(program) = config.endpoints.iter().find(is_program)
    {
        let message = format!("{} is a {}, which takes each event", program.id, program.kind());
        let hint = "mute it as a whole, or take the query out of its `queries`";
        return Err(Failure::Usage(vec![Problem::new("--query", message).hint(hint)]));
    }
    let what = Muted {
        query,
        subscription: subscription.map(SubscriptionId::new),
        endpoint: endpoint.map(EndpointId::new),
    };
    if what == Muted::default() {
        let problem = Problem::new("mute", "does not say what");
        let hint = "add --query, --subscription or --endpoint; a query and one of the others mute what is \
                    of both";
        return Err(Failure::Usage(vec![problem.hint(hint)]));
    }
    Ok(what)
}

fn until(asked: &MuteArgs, now: Timestamp) -> Result<Timestamp, Failure> {
    let usage = |option: &str, message: &str, hint: &str| {
        Failure::Usage(vec![Problem::new(option, message).hint(hint)])
    };
    let until = match (&asked.span, &asked.until) {
        (Some(span), _) => {
            let length = humantime::parse_duration(span).ok();
            let length = length.and_then(|length| TimeDelta::from_std(length).ok());
            let end = length.and_then(|length| now.checked_add_signed(length));
            end.ok_or_else(|| usage("--for", "is no span of time", "write 3h, 90min or 2d"))?
        }
        (None, Some(until)) => when::told("--until", until, now, when::Edge::End)
            .map_err(|problem| Failure::Usage(vec![problem]))?,
        (None, None) => {
            let hint = "add --for 3h or --until 2026-03-01T14:30; for ever is what the configuration is for";
            return Err(usage("mute", "does not say for how long", hint));
        }
    };
    if until <= now {
        return Err(usage("--until", "is over already", "write a time to come"));
    }
    if until - now > MUTED_MAX {
        return Err(usage("mute", "is longer than a year", "change the configuration instead"));
    }
    Ok(until)
}

fn listed(mutes: &[Mute]) -> String {
    if mutes.is_empty() {
        return "nothing is muted\n".to_owned();
    }
    let row = |mute: &Mute| {
        let (person, why) = (printable(&mute.person), printable(&mute.why));
        let who = if why.is_empty() { person } else { format!("{person}: {why}") };
        vec![mute.number.to_string(), named(&mute.what), when::local(mute.until), who]
    };
    table(&["mute", "what", "until", "who"], mutes.iter().map(row))
}

/// "query recall of subscription press".
fn named(what: &Muted) -> String {
    let parts = [
        what.query.as_ref().map(|query| format!("query {}", printable(query.as_str()))),
        what.subscription.as_ref().map(|one| format!("subscription {}", printable(one.as_str()))),
        what.endpoint.as_ref().map(|one| format!("endpoint {}", printable(one.as_str()))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" of ")
}
