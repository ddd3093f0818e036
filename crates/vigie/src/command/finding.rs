//! What several commands ask for: what a saved query has found over a stretch of time.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use model::{Problem, QueryName, Timestamp};
use query::Query;
use store::{Ledger, Mention};

use super::{data_directory, open_ledger, when};
use crate::cli::Failure;
use crate::names;

/// How many findings are looked at, the newest first.
const MENTIONS_MAX: usize = 20_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// The saved query
    #[arg(long, value_name = "NAME")]
    query: String,
    /// What was found on items that date from then on: 2026-03-01, 2026-03-01T14:30, 36h, 7d
    #[arg(long, value_name = "TIME", default_value = "7d")]
    since: String,
    /// Until then, that day included [default: now]
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// The data directory [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// A saved query, and the stretch of time to look at.
pub(super) struct Findings {
    pub(super) ledger: Ledger,
    pub(super) name: QueryName,
    pub(super) query: Query,
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
}

impl Asked {
    pub(super) fn open(&self, file: &Path, now: Timestamp) -> Result<Findings, Failure> {
        let refused = |problem| Failure::Usage(vec![problem]);
        let since = when::told("--since", &self.since, now, when::Edge::Start).map_err(refused)?;
        let until = match &self.until {
            Some(until) => when::told("--until", until, now, when::Edge::End).map_err(refused)?,
            None => now,
        };
        if until <= since {
            let (place, hint) = match &self.until {
                Some(_) => ("--until", "it is the end, and --since the beginning"),
                None => ("--since", "write when it was, or how long ago: 36h, 7d"),
            };
            let message = "leaves no time between --since and --until";
            return Err(refused(Problem::new(place, message).hint(hint)));
        }
        let data = data_directory(self.data.as_deref(), file)?;
        let ledger = open_ledger(&data, now)?;
        let (name, query) = saved(&ledger, &self.query)?;
        Ok(Findings { ledger, name, query, since, until })
    }
}

impl Findings {
    /// Returns what was found, the newest first.
    pub(super) fn mentions(&self) -> Result<Vec<Mention>, Failure> {
        Ok(self.ledger.mentions(&self.name, self.since, self.until, MENTIONS_MAX)?)
    }

    /// Returns what was found so long before.
    pub(super) fn mentions_before(&self, before: TimeDelta) -> Result<Vec<Mention>, Failure> {
        let since = self.since - before;
        Ok(self.ledger.mentions(&self.name, since, self.since, MENTIONS_MAX)?)
    }
}

/// Returns a query of the ledger by its name.
pub(super) fn saved(ledger: &Ledger, name: &str) -> Result<(QueryName, Query), Failure> {
    let queries = ledger.queries()?.queries;
    let Some((name, text)) = queries.iter().find(|(known, _)| known.as_str() == name) else {
        let names: Vec<&str> = queries.iter().map(|(name, _)| name.as_str()).collect();
        let problem = Problem::new("--query", format!("there is no saved query \"{name}\""));
        let none = "the ledger has none: `vigie run` takes them over from the configuration";
        let hint = names::hint(name, "saved queries", &names, none);
        return Err(Failure::Usage(vec![problem.hint(hint)]));
    };
    let query = query::parse_expanded(text).map_err(|problems| {
        let message = format!("can't be read: {}", problems[0].message);
        Failure::Refused(Problem::new(name.as_str(), message))
    })?;
    Ok((name.clone(), query))
}
