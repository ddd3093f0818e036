//! `vigie mute` and `vigie unmute`: who is told nothing for a time. What is found meanwhile waits.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::path::Path;

use chrono::TimeDelta;
use model::{Problem, QueryName, Timestamp};
use store::{Ledger, Mute, Muted};

use super::status::table;
use super::{closed_pipe_is_fine, finding, moment, open_ledger, printable, when};
use crate::cli::{Failure, configuration};
use crate::config::{self, Config, Form};
use crate::names;

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
    /// The webhook, chat room, command, file or logger ([syslogs.NAME]) that is told nothing
    #[arg(long, value_name = "NAME")]
    endpoint: Option<String>,
    /// For how long: 3h, 2d
    #[arg(long = "for", value_name = "SPAN", conflicts_with = "until", allow_hyphen_values = true)]
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
    let until = until(asked, now)?;
    let what = what(asked, &config, &ledger)?;
    let person = super::correct::speaker(asked.by.as_deref())?;
    if asked.why.len() > WHY_BYTES_MAX {
        let problem = Problem::new("--why", format!("is longer than {WHY_BYTES_MAX} bytes"));
        return Err(Failure::Usage(vec![problem.hint("a few words are enough")]));
    }
    let number = ledger.mute(&what, until, (&person, &asked.why), now)?;
    println!(
        "mute {number}: {} until {}; `vigie unmute {number}` ends it",
        named(&what),
        moment(until)
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
    let subscription = match &asked.subscription {
        None => None,
        Some(name) => Some(&names::subscription("--subscription", name, config)?.subscription),
    };
    let endpoint = match &asked.endpoint {
        None => None,
        Some(name) => Some(names::endpoint("--endpoint", name, config)?),
    };
    if let Some(query) = &query {
        let follows = subscription.map(|one| (one.id.as_str(), Cow::Borrowed(&one.queries[..])));
        let follows = follows.or(endpoint.map(|one| (one.id.as_str(), one.queries(config))));
        if let Some((name, followed)) = follows.filter(|(_, followed)| !followed.contains(query)) {
            let followed: Vec<&str> = followed.iter().map(QueryName::as_str).collect();
            let message = format!("{name} does not follow the query {query}");
            let hint = match followed.as_slice() {
                [] => format!("{name} follows none"),
                _ => format!("{name} follows {}", followed.join(", ")),
            };
            return Err(Failure::Usage(vec![Problem::new("--query", message).hint(hint)]));
        }
        let is_program = |one: &&config::Endpoint| !matches!(one.form, Form::Messages { .. });
        if let Some(program) = endpoint.filter(is_program) {
            let message = format!("{} is a {}, which takes each event", program.id, program.kind());
            let hint = "mute it as a whole, or take the query out of its `queries`";
            return Err(Failure::Usage(vec![Problem::new("--query", message).hint(hint)]));
        }
    }
    let what = Muted {
        query,
        subscription: subscription.map(|one| one.id.clone()),
        endpoint: endpoint.map(|one| one.id.clone()),
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
    // An example is a time to come, whenever it is read.
    let (now_local, tomorrow) = (when::local(now), now + TimeDelta::days(1));
    let tomorrow = when::local(tomorrow).replace(' ', "T");
    let span = |text: &str| humantime::parse_duration(text).ok().filter(|span| !span.is_zero());
    let until = match (&asked.span, &asked.until) {
        (Some(text), _) => {
            let length = span(text).and_then(|length| TimeDelta::from_std(length).ok());
            let end = length.and_then(|length| now.checked_add_signed(length));
            let message = format!("\"{text}\" is no span of time from now on");
            end.ok_or_else(|| usage("--for", &message, "write 3h, 90min or 2d"))?
        }
        (None, Some(text)) if span(text).is_some() => {
            let message = format!("\"{text}\" is a span of time");
            return Err(usage("--until", &message, &format!("write --for {text}")));
        }
        (None, Some(text)) => when::parse(text, now, when::Edge::End).map_err(|_| {
            let day = tomorrow.split('T').next().unwrap_or_default();
            let hint = format!("write {tomorrow}, or {day} for its end; --for 3h counts from now");
            usage("--until", &format!("\"{text}\" is not a time"), &hint)
        })?,
        (None, None) => {
            let hint = format!(
                "add --for 3h or --until {tomorrow}; for ever is what the configuration is for"
            );
            return Err(usage("mute", "does not say for how long", &hint));
        }
    };
    if until <= now {
        let hint =
            format!("it is {now_local}: write a time to come, as in {tomorrow}, or --for 3h");
        return Err(usage("--until", "is over already", &hint));
    }
    if until - now > MUTED_MAX {
        return Err(usage("mute", "is longer than a year", "change the configuration instead"));
    }
    Ok(until)
}

pub(super) fn listed(mutes: &[Mute]) -> String {
    if mutes.is_empty() {
        return "nothing is muted\n".to_owned();
    }
    let row = |mute: &Mute| {
        let (person, why) = (printable(&mute.person), printable(&mute.why));
        let who = if why.is_empty() { person } else { format!("{person}: {why}") };
        vec![mute.number.to_string(), named(&mute.what), moment(mute.until), who]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_is_none_to_come_is_refused_with_an_example() {
        let now = "2026-03-08T12:00:00Z".parse::<Timestamp>().unwrap();
        let told = |span: Option<&str>, until: Option<&str>| {
            let asked = MuteArgs {
                list: None,
                query: None,
                subscription: None,
                endpoint: None,
                span: span.map(str::to_owned),
                until: until.map(str::to_owned),
                why: String::new(),
                by: None,
            };
            super::until(&asked, now)
        };
        let refused = |span, until| match told(span, until) {
            Err(Failure::Usage(problems)) => problems[0].to_string(),
            Err(_) | Ok(_) => panic!("{span:?} {until:?} is refused"),
        };
        for span in ["0h", "-3h", "soon", ""] {
            let expect = format!(
                "--for: \"{span}\" is no span of time from now on\n  hint: write 3h, 90min or 2d"
            );
            assert_eq!(refused(Some(span), None), expect);
        }
        let tomorrow = when::local(now + TimeDelta::days(1)).replace(' ', "T");
        let yesterday = refused(None, Some("yesterday"));
        assert!(yesterday.starts_with("--until: \"yesterday\" is not a time\n"), "{yesterday}");
        assert!(yesterday.contains(&format!("write {tomorrow}, or ")), "{yesterday}");
        assert!(!yesterday.contains("ago"), "{yesterday}");
        assert!(refused(None, Some("2026-03-07")).contains("is over already\n  hint: it is "));
        assert!(refused(None, Some("3h")).ends_with("hint: write --for 3h"));
        assert!(refused(None, None).contains(&tomorrow));
        assert!(refused(Some("400d"), None).contains("is longer than a year"));
        assert_eq!(told(Some("3h"), None).ok(), Some(now + TimeDelta::hours(3)));
        assert_eq!(told(None, Some(&tomorrow)).ok(), Some(now + TimeDelta::days(1)));
    }
}
