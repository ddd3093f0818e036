//! `vigie search`: asks the archive. It only reads, so it works beside a running daemon.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use index::{SearchOptions, Sort};
use model::{Lang, Problem, SourceId, StoredItem, Timestamp};
use query::Query;
use serde::Serialize;

use super::shown::{Row, pointed_at, write_item};
use super::{closed_pipe_is_fine, data_directory, open_archive, open_ledger, parts, when};
use crate::cli::Failure;
use crate::pipeline::source_names;

#[derive(Debug, clap::Args)]
pub(crate) struct Search {
    /// What to search for, in the language of saved queries
    #[arg(allow_hyphen_values = true)]
    query: String,
    /// The data directory [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Only items dated from then on: 2026-03-01, 2026-03-01T14:30, 36h, 7d
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only items dated until then, that day included
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only items of this source, by its id
    #[arg(long)]
    source: Option<String>,
    /// Only items in this language
    #[arg(long)]
    lang: Option<String>,
    /// How many items to show at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[arg(long, value_enum, default_value = "date")]
    sort: SortBy,
    /// Write one JSON object a line
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Write CSV with a header line
    #[arg(long)]
    csv: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SortBy {
    /// Newest first
    Date,
    /// Best first (BM25)
    Score,
}

pub(crate) fn search(search: &Search, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let query = query::parse_with(&search.query, &parts(file)).map_err(|problems| {
        Failure::Usage(problems.iter().map(|problem| pointed_at(problem, &search.query)).collect())
    })?;
    let options = options(search, now).map_err(Failure::Usage)?;
    let data = data_directory(search.data.as_deref(), file)?;
    let ledger = open_ledger(&data, now)?;
    let archive = open_archive(&data, now)?;

    let found = archive.search(&query, &options)?;
    let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
    let items = ledger.items(&ids)?;
    let names = source_names(&ledger)?;
    let scores: HashMap<_, _> = found.hits.iter().map(|hit| (hit.id, hit.score)).collect();
    let rows = items.iter().map(|item| Row::new(item, &query, &names, Some(scores[&item.id])));

    let mut out = io::stdout().lock();
    let written = if search.json {
        write_json(&mut out, rows)
    } else if search.csv {
        write_csv(&mut out, rows)
    } else {
        write_human(&mut out, &items, &names, &query, found.total)
    };
    closed_pipe_is_fine(written)
}

fn options(search: &Search, now: Timestamp) -> Result<SearchOptions, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut instant = |option: &str, text: &Option<String>, edge| {
        let time = when::told(option, text.as_ref()?, now, edge);
        time.map_err(|problem| problems.push(problem)).ok()
    };
    let since = instant("--since", &search.since, when::Edge::Start);
    let until = instant("--until", &search.until, when::Edge::End);
    let lang = search.lang.as_deref().map(|tag| Lang::from_tag(tag).ok_or(tag));
    if let Some(Err(tag)) = &lang {
        let problem = Problem::new("--lang", format!("\"{tag}\" is not a language tag"));
        problems.push(problem.hint("write fr, en…"));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(SearchOptions {
        since,
        until,
        source: search.source.as_deref().map(SourceId::new),
        lang: lang.and_then(Result::ok),
        limit: search.limit as usize,
        sort: match search.sort {
            SortBy::Date => Sort::Date,
            SortBy::Score => Sort::Score,
        },
    })
}

fn write_json<'a>(out: &mut impl Write, rows: impl Iterator<Item = Row<'a>>) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *out, &row)?;
        writeln!(out)?;
    }
    Ok(())
}

/// One line of CSV: what a line of JSON says, every column in every line.
#[derive(Serialize)]
struct CsvRow<'a> {
    id: u64,
    date: Timestamp,
    source: &'a str,
    source_name: Cow<'a, str>,
    kind: &'a str,
    lang: Option<&'a str>,
    author: Option<Cow<'a, str>>,
    title: Cow<'a, str>,
    url: Option<&'a str>,
    snippet: Cow<'a, str>,
    score: Option<f32>,
    removed: Option<Timestamp>,
    /// As JSON.
    details: Option<String>,
}

fn write_csv<'a>(out: &mut impl Write, rows: impl Iterator<Item = Row<'a>>) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    for row in rows {
        let details = serde_json::to_value(row.details)?;
        csv.serialize(CsvRow {
            id: row.id,
            date: row.date,
            source: row.source,
            source_name: no_formula(row.source_name),
            kind: row.kind,
            lang: row.lang,
            author: row.author.as_deref().map(no_formula),
            title: no_formula(&row.title),
            url: row.url,
            snippet: no_formula(&row.snippet),
            score: row.score,
            removed: row.removed,
            details: (!row.details.is_empty()).then(|| details.to_string()),
        })?;
    }
    csv.flush()
}

/// Keeps a spreadsheet from taking a stranger's text for a formula.
fn no_formula(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

fn write_human(
    out: &mut impl Write,
    items: &[StoredItem],
    names: &HashMap<SourceId, String>,
    query: &Query,
    total: usize,
) -> io::Result<()> {
    for stored in items {
        write_item(out, stored, query, names, &[])?;
    }
    match items.len() {
        shown if shown < total => writeln!(out, "{shown} of {total} items; --limit shows more"),
        _ => writeln!(out, "{total} items"),
    }
}
