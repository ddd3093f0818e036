//! `vigie search`: asks the archive. It only reads, so it works beside a running daemon.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use chrono::Local;
use clap::ValueEnum;
use index::{SearchOptions, Sort};
use model::{Lang, Problem, SourceId, StoredItem, Timestamp};
use query::{Query, QueryProblem, Snippet};
use serde::Serialize;

use super::{
    closed_pipe_is_fine, data_directory, open_archive, open_ledger, parts, printable, when,
};
use crate::cli::Failure;

/// How much of a text is shown around the words found, in characters.
const SNIPPET_CHARS: usize = 240;

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

/// One found item, as it is written out.
#[derive(Serialize)]
struct Row<'a> {
    id: u64,
    date: Timestamp,
    source: &'a str,
    source_name: &'a str,
    kind: &'a str,
    lang: Option<&'a str>,
    author: Option<Cow<'a, str>>,
    title: Cow<'a, str>,
    url: Option<&'a str>,
    snippet: String,
    score: f32,
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
    let names: HashMap<SourceId, String> =
        ledger.sources()?.into_iter().map(|source| (source.id, source.name)).collect();
    let scores: HashMap<_, _> = found.hits.iter().map(|hit| (hit.id, hit.score)).collect();
    let rows = items.iter().map(|item| row(item, &query, &names, scores[&item.id]));

    let mut out = io::stdout().lock();
    let written = if search.json {
        write_json(&mut out, rows)
    } else if search.csv {
        write_csv(&mut out, rows)
    } else {
        write_human(&mut out, &items, rows, &query, found.total)
    };
    closed_pipe_is_fine(written)
}

/// Says what is wrong with a query, with the part that is meant below it.
fn pointed_at(problem: &QueryProblem, text: &str) -> Problem {
    let place = problem.render(text).replace('\n', "\n  ");
    let pointed_at = Problem::new("query", format!("{}\n  {place}", problem.message));
    match &problem.hint {
        Some(hint) => pointed_at.hint(hint),
        None => pointed_at,
    }
}

fn options(search: &Search, now: Timestamp) -> Result<SearchOptions, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut instant = |flag: &str, text: &Option<String>, edge| match text {
        None => None,
        Some(text) => when::parse(text, now, edge)
            .map_err(|hint| {
                problems.push(Problem::new(flag, format!("\"{text}\" is not a time")).hint(hint));
            })
            .ok(),
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

fn row<'a>(
    stored: &'a StoredItem,
    query: &Query,
    names: &'a HashMap<SourceId, String>,
    score: f32,
) -> Row<'a> {
    let item = &stored.item;
    Row {
        id: stored.id.0,
        date: stored.date(),
        source: item.source.as_str(),
        source_name: names.get(&item.source).map_or(item.source.as_str(), String::as_str),
        kind: item.kind.as_str(),
        lang: item.lang.as_ref().map(Lang::as_str),
        author: item.author.as_deref().map(Cow::Borrowed),
        title: Cow::Borrowed(&item.title),
        url: item.url.as_ref().map(url::Url::as_str),
        snippet: snippet(query, &item.text).text,
        score,
    }
}

/// Cuts out the part of a text where the words stand, with an ellipsis where it was cut.
fn snippet(query: &Query, text: &str) -> Snippet {
    let mut snippet = query::snippet(&[query], text, SNIPPET_CHARS);
    if snippet.cut_before {
        snippet.text.insert_str(0, "… ");
        for mark in &mut snippet.marks {
            *mark = mark.start + "… ".len()..mark.end + "… ".len();
        }
    }
    if snippet.cut_after {
        snippet.text.push('…');
    }
    snippet
}

fn write_json<'a>(out: &mut impl Write, rows: impl Iterator<Item = Row<'a>>) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *out, &row)?;
        writeln!(out)?;
    }
    Ok(())
}

fn write_csv<'a>(out: &mut impl Write, rows: impl Iterator<Item = Row<'a>>) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    for mut row in rows {
        row.title = no_formula(&row.title).into_owned().into();
        row.snippet = no_formula(&row.snippet).into_owned();
        row.author = row.author.map(|author| no_formula(&author).into_owned().into());
        csv.serialize(row)?;
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

fn write_human<'a>(
    out: &mut impl Write,
    items: &[StoredItem],
    rows: impl Iterator<Item = Row<'a>>,
    query: &Query,
    total: usize,
) -> io::Result<()> {
    let style = if io::stdout().is_terminal() { Style::TERMINAL } else { Style::PLAIN };
    for (row, stored) in rows.zip(items) {
        let title = style.mark(&stored.item.title, &query::marks(&[query], &stored.item.title));
        let date = row.date.with_timezone(&Local).format("%Y-%m-%d %H:%M");
        write!(out, "{}{date}  {} ({})", style.dim, printable(row.source_name), row.kind)?;
        if let Some(author) = &row.author {
            write!(out, "  {}", printable(author))?;
        }
        writeln!(out, "{}", style.plain)?;
        writeln!(out, "  {title}")?;
        let snippet = snippet(query, &stored.item.text);
        if !snippet.text.is_empty() {
            writeln!(out, "  {}", style.mark(&snippet.text, &snippet.marks))?;
        }
        if let Some(url) = row.url {
            writeln!(out, "  {url}")?;
        }
        writeln!(out)?;
    }
    match items.len() {
        shown if shown < total => writeln!(out, "{shown} of {total} items; --limit shows more"),
        _ => writeln!(out, "{total} items"),
    }
}

/// How a terminal shows the words found (ECMA-48, SGR).
struct Style {
    found: &'static str,
    dim: &'static str,
    plain: &'static str,
}

impl Style {
    const TERMINAL: Self = Self { found: "\x1b[1;33m", dim: "\x1b[2m", plain: "\x1b[0m" };
    const PLAIN: Self = Self { found: "", dim: "", plain: "" };

    /// Writes the text with its marks.
    fn mark(&self, text: &str, marks: &[Range<usize>]) -> String {
        let mut marked = String::with_capacity(text.len());
        let mut at = 0;
        for mark in marks {
            marked.push_str(&printable(&text[at..mark.start]));
            marked.push_str(self.found);
            marked.push_str(&printable(&text[mark.clone()]));
            marked.push_str(self.plain);
            at = mark.end;
        }
        marked.push_str(&printable(&text[at..]));
        marked
    }
}
