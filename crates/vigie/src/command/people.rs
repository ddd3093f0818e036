//! `vigie people`: who speaks of what a query looks for, source by source: who speaks most, is heard most,
//! helps most. Nobody is joined over sources, and nothing is kept.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use chrono::{Local, TimeDelta};
use clap::ValueEnum;
use enrich::people::{By, Person, PersonKey, Post, Who, authors, people, ranked};
use enrich::theme::{Ask, asks};
use model::{ItemId, SourceId, StoredItem, Timestamp};
use serde::Serialize;
use url::Url;

use super::finding::{self, Findings};
use super::{closed_pipe_is_fine, printable};
use crate::cli::Failure;
use crate::pipeline::source_names;

/// Over how long a source's volume is counted.
const VOLUME_SPAN: TimeDelta = TimeDelta::days(30);
/// How many items of a source are looked at for who answers whom.
const ITEMS_MAX: usize = 20_000;

#[derive(Debug, clap::Args)]
pub(crate) struct People {
    #[command(flatten)]
    asked: finding::Asked,
    #[arg(long, value_enum, default_value = "heard")]
    by: Order,
    /// How many to show at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    limit: u16,
    /// Write one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Order {
    /// Who writes most
    Active,
    /// Whose posts are seen and copied most
    Heard,
    /// Who answers most questions of others
    Helpful,
}

#[derive(Serialize)]
struct Line<'a> {
    name: &'a str,
    source: &'a str,
    profile: Option<&'a str>,
    posts: u32,
    threads: u32,
    replies_received: u32,
    answers_given: u32,
    reach: f64,
    first: Timestamp,
    last: Timestamp,
}

pub(crate) fn run(asked: &People, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let findings = asked.asked.open(file, now)?;
    let read = Read::of(&findings, now)?;
    let posts: Vec<Post<'_>> = read.items.iter().map(|item| read.post(item)).collect();
    let of_mentions: HashSet<PersonKey> = read
        .items
        .iter()
        .zip(authors(&posts))
        .filter(|(item, _)| read.found.contains(&item.id))
        .filter_map(|(_, author)| author)
        .collect();
    let mut all = people(&posts);
    // Who only stands in the same conversation was needed to count answers.
    all.retain(|person| of_mentions.contains(&person.key));
    let by = match asked.by {
        Order::Active => By::Activity,
        Order::Heard => By::Reach,
        Order::Helpful => By::Help,
    };
    let shown = ranked(&all, by, usize::from(asked.limit));
    let names = source_names(&findings.ledger)?;
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if asked.json {
        shown.iter().try_for_each(|person| write_json(&mut out, person))
    } else {
        write(&mut out, &shown, all.len(), &names)
    })
}

/// What is needed to tell who does what.
struct Read {
    items: Vec<StoredItem>,
    found: HashSet<ItemId>,
    copies: HashMap<ItemId, u32>,
    volumes: HashMap<SourceId, u32>,
}

impl Read {
    /// Reads what was found, and of the same sources the conversations that it stands in.
    fn of(findings: &Findings, now: Timestamp) -> Result<Self, Failure> {
        let mut mentions = findings.mentions()?;
        mentions.retain(|mention| !mention.is_irrelevant());
        let mut of_story: HashMap<ItemId, u32> = HashMap::new();
        for mention in &mentions {
            *of_story.entry(mention.story).or_default() += 1;
        }
        let copies = mentions.iter().map(|it| (it.item.id, of_story[&it.story] - 1)).collect();
        let found: HashSet<ItemId> = mentions.iter().map(|mention| mention.item.id).collect();
        let mut threads: HashMap<SourceId, HashSet<String>> = HashMap::new();
        for mention in &mentions {
            let item = &mention.item.item;
            if let Some(thread) = &item.details.thread {
                threads.entry(item.source.clone()).or_default().insert(thread.clone());
            }
        }
        let mut items: Vec<StoredItem> = mentions.into_iter().map(|it| it.item).collect();
        for (source, threads) in &threads {
            let others = findings.ledger.items_of(source, findings.since, ITEMS_MAX)?;
            items.extend(others.into_iter().filter(|other| {
                let thread = other.item.details.thread.as_ref();
                !found.contains(&other.id) && thread.is_some_and(|it| threads.contains(it))
            }));
        }
        let volumes = findings.ledger.volume_of_sources(now - VOLUME_SPAN)?;
        let small =
            |(source, items): (SourceId, u64)| (source, u32::try_from(items).unwrap_or(u32::MAX));
        Ok(Self { items, found, copies, volumes: volumes.into_iter().map(small).collect() })
    }

    fn post<'a>(&'a self, stored: &'a StoredItem) -> Post<'a> {
        let item = &stored.item;
        let asked = || asks(&item.text, item.lang.as_ref());
        Post {
            source: &item.source,
            guid: item.guid.as_deref(),
            author: item.author.as_deref(),
            profile: item.details.author_url.as_ref().map(Url::as_str),
            thread: item.details.thread.as_deref(),
            answers: item.details.answers.as_deref(),
            is_question: asked().iter().any(|asking| asking.ask == Ask::Question),
            time: stored.date(),
            views: item.details.engagement.views,
            copies: self.copies.get(&stored.id).copied().unwrap_or(0),
            source_volume: self.volumes.get(&item.source).copied().unwrap_or(0),
        }
    }
}

fn write_json(out: &mut impl Write, person: &Person) -> io::Result<()> {
    let line = Line {
        name: &person.name,
        source: person.key.source.as_str(),
        profile: profile(person),
        posts: person.posts,
        threads: person.threads,
        replies_received: person.replies_received,
        answers_given: person.answers_given,
        reach: person.reach,
        first: person.first,
        last: person.last,
    };
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}

fn profile(person: &Person) -> Option<&str> {
    match &person.key.who {
        Who::Profile(profile) => Some(profile),
        Who::Name(_) => None,
    }
}

fn write(
    out: &mut impl Write,
    shown: &[&Person],
    all: usize,
    names: &HashMap<SourceId, String>,
) -> io::Result<()> {
    if shown.is_empty() {
        return writeln!(out, "Nobody with a name.");
    }
    writeln!(
        out,
        "{:>6} {:>6} {:>8} {:>8}  {:<10}  who",
        "reach", "posts", "replies", "answers", "last"
    )?;
    for person in shown {
        let source = &person.key.source;
        let source = names.get(source).map_or(source.as_str(), String::as_str);
        let profile = profile(person).map(|it| format!("  {}", printable(it))).unwrap_or_default();
        writeln!(
            out,
            "{:>6.1} {:>6} {:>8} {:>8}  {:<10}  {} ({}){profile}",
            person.reach,
            person.posts,
            person.replies_received,
            person.answers_given,
            person.last.with_timezone(&Local).format("%Y-%m-%d"),
            printable(&person.name),
            printable(source),
        )?;
    }
    writeln!(out, "{} of {all} people", shown.len())
}
