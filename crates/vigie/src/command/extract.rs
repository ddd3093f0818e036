//! `vigie extract`: shows what would be read in a file or at an address, and keeps nothing.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Local};
use crawl::{Fetched, Reading};
use model::{Details, Item, Problem, Timestamp, Validators};
use serde::Serialize;
use url::Url;

use super::{closed_pipe_is_fine, printable, read_page};
use crate::cli::{Failure, configuration};
use crate::config::Crawl;
use crate::{crawler, daemon};

/// The address assumed for a file that comes without one.
const NOWHERE: &str = "http://localhost/";

#[derive(Debug, clap::Args)]
pub(crate) struct Extract {
    /// A file, or an address to fetch
    #[arg(value_name = "FILE-or-URL")]
    from: String,
    /// The address a file was read from: the base of its relative links
    #[arg(long)]
    url: Option<Url>,
    /// The Content-Type a file was served with
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,
    /// When a file was fetched (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME", value_parser = rfc3339)]
    fetched_at: Option<Timestamp>,
    /// Write one JSON object a line: the items, then the problems if there are any
    #[arg(long)]
    json: bool,
}

/// A page to read, wherever it came from.
struct Fetch {
    url: Url,
    content_type: Option<String>,
    body: Vec<u8>,
}

#[derive(Serialize)]
struct Row<'a> {
    id: Option<&'a str>,
    url: Option<&'a str>,
    title: &'a str,
    text: &'a str,
    author: Option<&'a str>,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
    lang: Option<&'a str>,
    #[serde(skip_serializing_if = "Details::is_empty")]
    details: &'a Details,
}

#[derive(Serialize)]
struct Problems<'a> {
    problems: &'a [Problem],
}

pub(crate) fn extract(extract: &Extract, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let fetch = match Url::parse(&extract.from) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            daemon::runtime()?.block_on(fetch(&url, file, now))?
        }
        _ => read_file(extract)?,
    };
    let fetched_at = extract.fetched_at.unwrap_or(now);
    let reading = read_page(&fetch.body, &fetch.url, fetch.content_type.as_deref(), fetched_at);
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if extract.json {
        write_json(&mut out, &reading)
    } else {
        write_human(&mut out, &reading)
    })
}

fn rfc3339(text: &str) -> Result<Timestamp, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.to_utc())
        .map_err(|error| format!("{error}; write 2026-03-01T12:00:00Z"))
}

fn read_file(extract: &Extract) -> Result<Fetch, Failure> {
    let body =
        std::fs::read(&extract.from).with_context(|| format!("failed to read {}", extract.from))?;
    let url = match &extract.url {
        Some(url) => url.clone(),
        None => Url::parse(NOWHERE)?,
    };
    Ok(Fetch { url, content_type: extract.content_type.clone(), body })
}

/// Fetches with the configuration's manners where there is a configuration.
async fn fetch(url: &Url, file: &Path, now: Timestamp) -> anyhow::Result<Fetch> {
    let crawl = configuration(file).map_or_else(|_| Crawl::default(), |config| config.crawl);
    match crawler::fetcher(&crawl)?.fetch(url, &Validators::default(), now).await? {
        Fetched::Page(page) => {
            Ok(Fetch { url: page.url, content_type: page.content_type, body: page.body })
        }
        Fetched::Unchanged { .. } => anyhow::bail!("{url} sent nothing though nothing was known"),
    }
}

fn write_json(out: &mut impl Write, reading: &Reading) -> io::Result<()> {
    for item in &reading.items {
        serde_json::to_writer(&mut *out, &row(item))?;
        writeln!(out)?;
    }
    if !reading.problems.is_empty() {
        serde_json::to_writer(&mut *out, &Problems { problems: &reading.problems })?;
        writeln!(out)?;
    }
    Ok(())
}

fn row(item: &Item) -> Row<'_> {
    let url = item.url.as_ref().map(Url::as_str);
    Row {
        id: item.guid.as_deref().or(url),
        url,
        title: &item.title,
        text: &item.text,
        author: item.author.as_deref(),
        published: item.published,
        updated: item.updated,
        lang: item.lang.as_ref().map(model::Lang::as_str),
        details: &item.details,
    }
}

fn write_human(out: &mut impl Write, reading: &Reading) -> io::Result<()> {
    if let Some(feed) = &reading.feed {
        writeln!(out, "{}\n", printable(&feed.title))?;
    }
    for item in &reading.items {
        let date = item.published.or(item.updated);
        let date = date.map_or_else(
            || "no date".to_owned(),
            |date| date.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string(),
        );
        writeln!(out, "{date}  {}", printable(item.author.as_deref().unwrap_or("no author")))?;
        writeln!(out, "  {}", printable(&item.title))?;
        let start: String = item.text.chars().take(200).collect();
        if !start.is_empty() {
            writeln!(out, "  {}", printable(&start))?;
        }
        if let Some(url) = &item.url {
            writeln!(out, "  {url}")?;
        }
        writeln!(out)?;
    }
    writeln!(out, "{} items, {} problems", reading.items.len(), reading.problems.len())?;
    for problem in &reading.problems {
        writeln!(out, "{}: {}", printable(&problem.place), printable(&problem.message))?;
        if let Some(hint) = &problem.hint {
            writeln!(out, "  hint: {}", printable(hint))?;
        }
    }
    Ok(())
}
