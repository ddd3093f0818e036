//! `vigie query`: asks about queries rather than for items. Nothing here changes the ledger.

mod explain;
mod import;
mod lint;
mod list;
mod searches;
mod test;

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

pub(super) use self::list::unanchored;

use anyhow::Context;
use model::{Problem, QueryName, Timestamp};

use super::printable;
use super::shown::pointed_at;
use crate::asked::Asked;
use crate::cli::{Failure, configuration};
use crate::config::Config;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum QueryCommand {
    /// List the saved queries, with what each found in a week
    List(list::List),
    /// Say why a query finds an item, or why not
    Explain(explain::Explain),
    /// Write queries of another service in our language, for the configuration
    Import(import::Import),
    /// Say what is wrong with a query, and what is probably not meant
    Lint(lint::Lint),
    /// Show what each platform is asked for the saved queries
    Searches(searches::Searches),
    /// Say what a query would have found lately, and the mails it would have sent
    Test(test::Test),
}

pub(crate) fn run(command: &QueryCommand, file: &Path, now: Timestamp) -> Result<(), Failure> {
    match command {
        QueryCommand::List(list) => list::list(list, file, now),
        QueryCommand::Explain(explain) => explain::explain(explain, file, now),
        QueryCommand::Import(import) => import::import(import, file),
        QueryCommand::Lint(lint) => lint::lint(lint, file),
        QueryCommand::Searches(searches) => searches::searches(searches, file),
        QueryCommand::Test(test) => test::test(test, file, now),
    }
}

/// Reads the configuration if there is one. What needs none works without; but one that is there must
/// be valid, or else a saved query's name would be taken for a word.
fn known(file: &Path) -> Result<Option<Config>, Failure> {
    if file.exists() { configuration(file).map(Some) } else { Ok(None) }
}

/// Returns the data directory that was named, or else the configuration's.
fn data_directory(
    named: Option<&Path>,
    config: Option<&Config>,
    file: &Path,
) -> Result<PathBuf, Failure> {
    match (named, config) {
        (Some(named), _) => Ok(named.to_owned()),
        (None, Some(config)) => Ok(config.data.clone()),
        // For what it says about a missing file.
        (None, None) => Ok(configuration(file)?.data),
    }
}

/// Reads a file, or standard input for `-`.
fn read_text(from: &str) -> anyhow::Result<String> {
    // What is longer is cut, and its reader says that it can't be read.
    const BYTES_MAX: u64 = 64 << 20;
    let (what, reader): (&str, Box<dyn Read>) = match from {
        "-" => ("standard input", Box::new(std::io::stdin())),
        path => {
            let file = File::open(path).with_context(|| format!("failed to read {path}"))?;
            (path, Box::new(file))
        }
    };
    let mut text = String::new();
    let read = reader.take(BYTES_MAX).read_to_string(&mut text);
    read.with_context(|| format!("failed to read {what}"))?;
    Ok(text)
}

/// Reads a query or the name of a saved one. Of what is nearly such a name, and so is taken for words, it is
/// said aloud.
fn asked(text: &str, config: Option<&Config>) -> Result<Asked, Failure> {
    let asked = Asked::read(text, config).map_err(|problems| {
        Failure::Usage(problems.iter().map(|problem| pointed_at(problem, text)).collect())
    })?;
    let saved = config.iter().flat_map(|config| config.queries.keys());
    let saved: Vec<&str> = saved.map(QueryName::as_str).collect();
    if asked.name.is_none()
        && let Some(meant) = settings::nearest(text, &saved)
    {
        let problem = Problem::new(text, "no saved query has this name: its words are looked for");
        eprintln!("{}", problem.hint(format!("did you mean the saved query \"{meant}\"?")));
    }
    Ok(asked)
}

/// Says which query was taken.
fn title(asked: &Asked) -> String {
    let text = printable(asked.query.text());
    match &asked.name {
        Some(name) => format!("saved query {}: {text}", printable(name.as_str())),
        None => format!("query: {text}"),
    }
}
