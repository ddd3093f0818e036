//! `vigie feeds`: who may read what was found in a feed reader, and the addresses for it.

use std::io::{self, Write as _};
use std::path::Path;

use chrono::Local;
use model::{FeedForm, Problem, Timestamp};
use store::{Feed, FeedOf, NewFeed};

use super::status::table;
use super::{closed_pipe_is_fine, data_directory, open_ledger, printable};
use crate::cli::{Failure, configuration};
use crate::config::Config;
use crate::{feeds, names, websub};

/// How long a name may be, in characters.
const NAME_CHARS_MAX: usize = 100;

#[derive(Debug, clap::Args)]
pub(crate) struct Feeds {
    #[command(subcommand)]
    deed: Option<Deed>,
}

#[derive(Debug, clap::Subcommand)]
enum Deed {
    /// Show the feeds, and who fetched them last
    List,
    /// Make a feed of what a query, or all queries of a subscription, find; its addresses are shown once
    New(New),
    /// Let nobody read a feed any more
    Revoke { number: u64 },
}

#[derive(Debug, clap::Args)]
struct New {
    /// The saved query whose finds it has
    #[arg(long, value_name = "NAME")]
    query: Option<String>,
    /// The subscription whose queries' finds it has
    #[arg(long, value_name = "NAME", conflicts_with = "query")]
    subscription: Option<String>,
    /// Whom it is for, to tell it from others
    #[arg(long, value_name = "WHO")]
    name: Option<String>,
    /// Tell no hub of it, and so nobody of its address
    #[arg(long)]
    private: bool,
}

pub(crate) fn run(asked: &Feeds, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let text = match asked.deed.as_ref().unwrap_or(&Deed::List) {
        Deed::List => {
            let config = configuration(file)?;
            let ledger = open_ledger(&config.data, now)?;
            listed(&ledger.feeds()?, &config, now)
        }
        Deed::New(new) => new.make(file, now)?,
        Deed::Revoke { number } => {
            let mut ledger = open_ledger(&data_directory(None, file)?, now)?;
            match ledger.revoke_feed(*number, now)? {
                Some(Feed { revoked_at: None, .. }) => format!("feed {number} is revoked\n"),
                Some(_) => format!("feed {number} was revoked before\n"),
                None => {
                    let problem = Problem::new("feeds", format!("there is no feed {number}"));
                    let hint = "`vigie feeds` lists them";
                    return Err(Failure::Refused(problem.hint(hint)));
                }
            }
        }
    };
    closed_pipe_is_fine(io::stdout().write_all(text.as_bytes()))
}

impl New {
    fn make(&self, file: &Path, now: Timestamp) -> Result<String, Failure> {
        let config = configuration(file)?;
        let of = self.of(&config)?;
        let Some(base) = config.web.as_ref().and_then(feeds::base) else {
            let problem = Problem::new("web", "nobody could fetch it: the daemon answers nowhere");
            return Err(Failure::Usage(vec![problem.hint("add [web] to the configuration")]));
        };
        let wrong = match &self.name {
            Some(name) if name.trim().is_empty() => Some("is empty".to_owned()),
            Some(name) if name.chars().count() > NAME_CHARS_MAX => {
                Some(format!("is longer than {NAME_CHARS_MAX} characters"))
            }
            Some(_) | None => None,
        };
        if let Some(message) = wrong {
            let hint = "say whom the feed is for in a few words, or leave it out";
            return Err(Failure::Usage(vec![Problem::new("--name", message).hint(hint)]));
        }
        let token = websub::drawn()?;
        let hub = config.hub.as_ref().filter(|_| !self.private);
        let new = NewFeed {
            of: of.clone(),
            secret: feeds::secret(&token),
            reader: self.name.as_deref().unwrap_or_default(),
            token: hub.map(|_| token.as_str()),
        };
        let number = open_ledger(&config.data, now)?.add_feed(&new, now)?;
        let mut lines = vec![
            format!("feed {number} of {}", named(&of)),
            "Who has one of these addresses can read it. They are shown only now:".to_owned(),
        ];
        for form in FeedForm::ALL {
            lines.push(format!("  {}", feeds::address(&base, &token, form)?));
        }
        if let Some(hub) = hub.and_then(|hub| hub.host_str()) {
            lines.push(format!(
                "{hub} is told of what is new, and so learns the address; --private keeps it."
            ));
        }
        lines.push(format!("`vigie feeds revoke {number}` makes them void."));
        Ok(lines.join("\n") + "\n")
    }

    fn of(&self, config: &Config) -> Result<FeedOf, Failure> {
        if let Some(name) = &self.query {
            return Ok(FeedOf::Query(names::query("--query", name, Some(config))?.0.clone()));
        }
        if let Some(name) = &self.subscription {
            let of = names::subscription("--subscription", name, config)?;
            return Ok(FeedOf::Subscription(of.subscription.id.clone()));
        }
        let problem = Problem::new("feeds new", "does not say of what");
        let hint = "add --query NAME or --subscription NAME: the feed has what it finds";
        Err(Failure::Usage(vec![problem.hint(hint)]))
    }
}

fn named(of: &FeedOf) -> String {
    match of {
        FeedOf::Query(name) => format!("query {name}"),
        FeedOf::Subscription(id) => format!("subscription {id}"),
    }
}

fn listed(feeds: &[Feed], config: &Config, now: Timestamp) -> String {
    if feeds.is_empty() {
        return "there are no feeds; `vigie feeds new --query NAME` makes one\n".to_owned();
    }
    let local = |at: Timestamp| at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string();
    let row = |feed: &Feed| {
        vec![
            feed.number.to_string(),
            named(&feed.of),
            feed.reader.clone(),
            local(feed.created_at),
            feed.fetched_at.map_or_else(|| "never".to_owned(), local),
            feed.agent.clone().unwrap_or_default(),
            state(feed, config, now),
        ]
    };
    table(&["feed", "of", "for", "made", "last fetched", "by", "state"], feeds.iter().map(row))
}

/// Says whether a feed can be fetched, and how it stands with the hub.
fn state(feed: &Feed, config: &Config, now: Timestamp) -> String {
    let local = |at: Timestamp| at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string();
    if let Some(at) = feed.revoked_at {
        return format!("revoked {}", local(at));
    }
    if feeds::Followed::of(config, &feed.of).is_none() {
        return "not given out: what it follows is not configured".to_owned();
    }
    match (&feed.pushing, &config.hub) {
        (Some(pushing), Some(_)) => match &pushing.reason {
            Some(reason) => {
                let next = pushing.not_before.max(now);
                let (next, reason) = (local(next), printable(reason));
                format!("the hub could not be told (next try {next}): {reason}")
            }
            None => "the hub is told".to_owned(),
        },
        (None, Some(_)) => "no hub is told".to_owned(),
        (_, None) => String::new(),
    }
}
