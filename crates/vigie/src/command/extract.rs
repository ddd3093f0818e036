//! `vigie extract`: shows what would be read in a file or at an address, and keeps nothing.

use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;
use chrono::{DateTime, Local};
use crawl::{Fetched, PageHead, Reading, Topic};
use model::{Details, Item, Problem, Timestamp, Validators};
use serde::Serialize;
use url::Url;

use super::shown::begins_with;
use super::{ToRead, closed_pipe_is_fine, known_preset, printable, read_page};
use crate::cli::{Failure, configuration};
use crate::config::Crawl;
use crate::{crawler, daemon};

/// The address assumed for a file that comes without one.
const NOWHERE: &str = "http://localhost/";

/// Of the pages that one leads to, how many a person is shown.
const TOPICS_SHOWN: usize = 10;

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
    /// Read it with this preset, or as a feed only; without it the page is recognised
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Write one JSON object a line: what the page is, the items, then the problems if there are any
    #[arg(long)]
    json: bool,
}

/// A page to read, wherever it came from.
struct Fetch {
    url: Url,
    content_type: Option<String>,
    link: Option<String>,
    body: Vec<u8>,
}

/// What is said of a page that is no feed.
#[derive(Serialize)]
struct Page<'a> {
    reader: String,
    /// In thousandths.
    confidence: u16,
    title: &'a str,
    kind: Option<&'a str>,
    next: Option<&'a str>,
    topics: Vec<PageTopic<'a>>,
    average: Option<&'a model::Average>,
}

#[derive(Serialize)]
struct PageTopic<'a> {
    url: &'a str,
    title: &'a str,
    replies: Option<u64>,
    active: Option<Timestamp>,
}

impl<'a> Page<'a> {
    fn new(head: &'a PageHead) -> Self {
        let topic = |topic: &'a Topic| PageTopic {
            url: topic.url.as_str(),
            title: &topic.title,
            replies: topic.replies,
            active: topic.active,
        };
        Self {
            reader: head.reader.told(),
            confidence: head.confidence,
            title: &head.title,
            kind: head.kind.map(model::Kind::as_str),
            next: head.next.as_ref().map(Url::as_str),
            topics: head.topics.iter().map(topic).collect(),
            average: head.average.as_ref(),
        }
    }
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
    let crawl = crawl_of(file);
    known_preset(&crawl, extract.preset.as_deref())?;
    let fetch = match Url::parse(&extract.from) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => {
            daemon::runtime()?.block_on(fetch(&url, &crawl, now))?
        }
        _ => read_file(extract)?,
    };
    let fetched_at = extract.fetched_at.unwrap_or(now);
    let read = ToRead {
        url: &fetch.url,
        content_type: fetch.content_type.as_deref(),
        link: fetch.link.as_deref(),
        preset: extract.preset.clone(),
        presets: &crawl.presets,
    };
    let reading = read_page(&fetch.body, read, fetched_at);
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
    Ok(Fetch { url, content_type: extract.content_type.clone(), link: None, body })
}

/// The configuration's manners and presets, where there is a configuration.
fn crawl_of(file: &Path) -> Crawl {
    configuration(file).map_or_else(|_| Crawl::default(), |config| config.crawl)
}

async fn fetch(url: &Url, crawl: &Crawl, now: Timestamp) -> anyhow::Result<Fetch> {
    match crawler::fetcher(crawl)?.fetch(url, &Validators::default(), now).await? {
        Fetched::Page(page) => Ok(Fetch {
            url: page.url,
            content_type: page.content_type,
            link: page.link,
            body: page.body,
        }),
        Fetched::Unchanged { .. } => anyhow::bail!("{url} sent nothing though nothing was known"),
    }
}

fn write_json(out: &mut impl Write, reading: &Reading) -> io::Result<()> {
    if let Some(head) = &reading.page {
        serde_json::to_writer(&mut *out, &serde_json::json!({ "page": Page::new(head) }))?;
        writeln!(out)?;
    }
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

/// Says how a page was read, and what it leads to.
pub(super) fn write_head(out: &mut impl Write, head: &PageHead) -> io::Result<()> {
    writeln!(out, "{}", printable(&head.title))?;
    let sure = f32::from(head.confidence) / 10.0;
    writeln!(out, "read by {}, {sure:.0} % sure", head.reader.told())?;
    if let Some(average) = &head.average {
        let count = average.count.map(|count| format!(" of {count} ratings")).unwrap_or_default();
        writeln!(out, "average: ★ {}{count}", average.rating)?;
    }
    if !head.topics.is_empty() {
        writeln!(out, "leads to {} pages:", head.topics.len())?;
        for topic in head.topics.iter().take(TOPICS_SHOWN) {
            let replies = topic.replies.map(|count| format!(" ({count})")).unwrap_or_default();
            writeln!(out, "  {}{replies}  {}", printable(&topic.title), topic.url)?;
        }
    }
    if let Some(next) = &head.next {
        writeln!(out, "goes on at {next}")?;
    }
    writeln!(out)
}

fn write_human(out: &mut impl Write, reading: &Reading) -> io::Result<()> {
    if let Some(feed) = &reading.feed {
        writeln!(out, "{}\n", printable(&feed.title))?;
    }
    if let Some(head) = &reading.page {
        write_head(out, head)?;
    }
    for item in &reading.items {
        let date = item.published.or(item.updated);
        let date = date.map_or_else(
            || "no date".to_owned(),
            |date| date.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string(),
        );
        write!(out, "{date}  {}", printable(item.author.as_deref().unwrap_or("no author")))?;
        if let Some(rating) = item.details.rating {
            write!(out, "  ★ {rating}")?;
        }
        writeln!(out)?;
        let start: String = item.text.chars().take(200).collect();
        if !begins_with(&start, &item.heading()) {
            writeln!(out, "  {}", printable(&item.heading()))?;
        }
        if !start.is_empty() {
            writeln!(out, "  {}", printable(&start))?;
        }
        if let Some(url) = item.address() {
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
