//! `vigie query explain`: the clauses of a query, and what each of them comes to for an item.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use chrono::Local;
use model::{ItemId, Problem, Timestamp};

use super::{asked, data_directory, known, read_text, title};
use crate::asked::{Asked, Explained, Subject, Written};
use crate::cli::Failure;
use crate::command::{closed_pipe_is_fine, open_ledger, printable};
use crate::config::Config;

#[derive(Debug, clap::Args)]
pub(crate) struct Explain {
    /// A query, or the name of a saved one
    #[arg(value_name = "QUERY-or-NAME", allow_hyphen_values = true)]
    query: String,
    /// The number of an item in the ledger; or a file, or - for standard input, with items as
    /// `vigie extract --json` writes them
    #[arg(value_name = "ITEM")]
    item: String,
    /// The data directory [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write one JSON object for each item
    #[arg(long)]
    json: bool,
}

pub(super) fn explain(explain: &Explain, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let config = known(file)?;
    let asked = asked(&explain.query, config.as_ref())?;
    let subjects = subjects(explain, config.as_ref(), file, now)?;
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if explain.json {
        write_json(&mut out, &asked, &subjects)
    } else {
        write_human(&mut out, &asked, &subjects)
    })
}

fn write_json(out: &mut impl Write, asked: &Asked, subjects: &[Subject]) -> io::Result<()> {
    for subject in subjects {
        serde_json::to_writer(&mut *out, &Explained::new(asked, subject))?;
        writeln!(out)?;
    }
    Ok(())
}

fn write_human(out: &mut impl Write, asked: &Asked, subjects: &[Subject]) -> io::Result<()> {
    writeln!(out, "{}", title(asked))?;
    for Subject { id, item } in subjects {
        let number = id.map(|id| format!("item {id}: ")).unwrap_or_default();
        let date = item.published.or(item.updated).map_or_else(
            || "no date".to_owned(),
            |date| date.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string(),
        );
        writeln!(out, "\n{number}{} ({date})", printable(&item.title))?;
        write!(out, "{}", asked.query.explain(item).render())?;
    }
    Ok(())
}

/// Finds the items that are meant.
fn subjects(
    explain: &Explain,
    config: Option<&Config>,
    file: &Path,
    now: Timestamp,
) -> Result<Vec<Subject>, Failure> {
    let Ok(number) = explain.item.parse() else {
        return Ok(read_items(&explain.item)?);
    };
    let data = data_directory(explain.data.as_deref(), config, file)?;
    let items = open_ledger(&data, now)?.items(&[ItemId(number)])?;
    let subjects: Vec<Subject> = items
        .into_iter()
        .map(|stored| Subject { id: Some(stored.id), item: stored.item })
        .collect();
    if subjects.is_empty() {
        let problem = Problem::new(number.to_string(), "the ledger has no item of this number");
        let hint = "`vigie search --json` shows the numbers of items";
        return Err(Failure::Usage(vec![problem.hint(hint)]));
    }
    Ok(subjects)
}

/// Reads items from a file or from standard input, one JSON object after the other.
fn read_items(from: &str) -> anyhow::Result<Vec<Subject>> {
    let text = read_text(from)?;
    let what = if from == "-" { "standard input" } else { from };
    let mut subjects = Vec::new();
    for value in serde_json::Deserializer::from_str(&text).into_iter::<serde_json::Value>() {
        let value = value.with_context(|| format!("{what} is not JSON"))?;
        // The last line of an extraction may tell the problems of the feed.
        if value.get("problems").is_some() && value.get("text").is_none() {
            continue;
        }
        let nth = subjects.len() + 1;
        let written: Written = serde_json::from_value(value)
            .with_context(|| format!("object {nth} of {what} is no item"))?;
        subjects.push(written.into());
    }
    anyhow::ensure!(!subjects.is_empty(), "{what} holds no item");
    Ok(subjects)
}
