//! `vigie mentions`: what a saved query has found, story by story, with how each speaks of it and why.

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use model::{ItemId, SourceId, Timestamp, Tone, ToneReading};
use serde::Serialize;
use store::{Assignment, Mention};

use super::correct::SaidTone;
use super::finding::{self, Findings};
use super::shown::{Row, write_item};
use super::{closed_pipe_is_fine, printable};
use crate::cli::Failure;
use crate::pipeline::source_names;
use crate::relevance::{Doubt, Doubts};

/// How many sources of copies are named.
const SOURCES_NAMED: usize = 3;

#[derive(Debug, clap::Args)]
pub(crate) struct Mentions {
    #[command(flatten)]
    asked: finding::Asked,
    /// Only what speaks so of it
    #[arg(long, value_enum)]
    tone: Option<SaidTone>,
    /// Only what somebody has taken on, or who: a mail address
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "")]
    assigned: Option<String>,
    /// Each copy by itself
    #[arg(long)]
    copies: bool,
    /// How many to show at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    /// Write one JSON object a line
    #[arg(long)]
    json: bool,
}

/// A story as far as it was found: its first item, and how often it was copied.
struct Found<'m> {
    mention: &'m Mention,
    /// The oldest first.
    copies: Vec<&'m Mention>,
    /// Why it is probably not meant.
    doubt: Option<Doubt>,
    assigned: Option<Assignment>,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    row: Row<'a>,
    story: u64,
    copies: Vec<u64>,
    tone: &'a str,
    /// What was read, whatever a person said.
    tone_read: Option<&'a ToneReading>,
    tone_is_said: bool,
    relevance: Option<&'a str>,
    /// What people said of others speaks against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<&'a Doubt>,
    /// Who has taken it on.
    assigned: Option<Assigned<'a>>,
}

#[derive(Serialize)]
struct Assigned<'a> {
    person: &'a str,
    at: Timestamp,
}

pub(crate) fn mentions(mentions: &Mentions, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let findings = mentions.asked.open(file, now)?;
    let all = findings.mentions()?;
    let wanted = |mention: &&Mention| {
        mentions.tone.is_none_or(|tone| tone.tone() == mention.tone()) && !mention.is_irrelevant()
    };
    let chosen: Vec<&Mention> = all.iter().filter(wanted).collect();
    let mut stories = if mentions.copies { apart(&chosen) } else { by_story(&chosen) };
    let assigned = findings.ledger.assigned(stories.iter().map(|found| found.mention.story))?;
    for found in &mut stories {
        found.assigned = assigned.get(&found.mention.story).cloned();
    }
    if let Some(person) = &mentions.assigned {
        let is_theirs =
            |it: &Assignment| person.is_empty() || it.person.eq_ignore_ascii_case(person);
        stories.retain(|found| found.assigned.as_ref().is_some_and(is_theirs));
    }
    let doubts = Doubts::of(&findings.ledger, &findings.name, &findings.query, now)?;
    for found in stories.iter_mut().filter(|found| found.mention.relevance.is_none()) {
        found.doubt = doubts.on(&found.mention.item.item);
    }
    // What is doubtful comes last, in the same order.
    stories.sort_by_key(|found| found.doubt.is_some());
    let names = source_names(&findings.ledger)?;
    let shown = &stories[..stories.len().min(mentions.limit as usize)];
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if mentions.json {
        shown.iter().try_for_each(|found| write_json(&mut out, found, &findings, &names))
    } else {
        shown
            .iter()
            .try_for_each(|found| write(&mut out, found, &findings, &names))
            .and_then(|()| conclude(&mut out, shown.len(), stories.len(), &all))
    })
}

fn apart<'m>(mentions: &[&'m Mention]) -> Vec<Found<'m>> {
    mentions
        .iter()
        .map(|mention| Found { mention, copies: Vec::new(), doubt: None, assigned: None })
        .collect()
}

/// Puts copies together. Stories are in the order of their newest items, the newest first.
fn by_story<'m>(mentions: &[&'m Mention]) -> Vec<Found<'m>> {
    let mut order: Vec<ItemId> = Vec::new();
    let mut stories: HashMap<ItemId, Vec<&Mention>> = HashMap::new();
    for mention in mentions {
        let items = stories.entry(mention.story).or_default();
        if items.is_empty() {
            order.push(mention.story);
        }
        items.push(mention);
    }
    let found = order.iter().filter_map(|story| {
        let mut items = stories.remove(story)?;
        items.sort_by_key(|mention| (mention.item.date(), mention.item.id));
        let mention = items.remove(0);
        Some(Found { mention, copies: items, doubt: None, assigned: None })
    });
    found.collect()
}

fn word(tone: Option<Tone>) -> &'static str {
    tone.map_or("unsure", Tone::as_str)
}

fn write(
    out: &mut impl Write,
    found: &Found<'_>,
    findings: &Findings,
    names: &HashMap<SourceId, String>,
) -> io::Result<()> {
    let mention = found.mention;
    let mut notes = vec![tone_note(mention)];
    notes.extend(copies_note(found, names));
    notes.extend(found.doubt.as_ref().map(doubt_note));
    notes.extend(found.assigned.as_ref().map(|it| {
        format!("with {} since {}", printable(&it.person), it.at.format("%Y-%m-%d %H:%M UTC"))
    }));
    write_item(out, &mention.item, &findings.query, names, &notes)
}

fn tone_note(mention: &Mention) -> String {
    let id = mention.item.id;
    match (&mention.tone, mention.tone_said) {
        (_, Some(said)) => format!("item {id}; {}, as was said", word(said)),
        (None, None) => format!("item {id}; tone not read yet"),
        (Some(read), None) if read.tone.is_none() => format!("item {id}; unsure"),
        (Some(read), None) => {
            let words = read.words.join(", ");
            let sure = read.confidence * 100.0;
            let because = if words.is_empty() { String::new() } else { format!(": {words}") };
            format!("item {id}; {} ({sure:.0} %){because}", word(read.tone))
        }
    }
}

fn doubt_note(doubt: &Doubt) -> String {
    let sure = doubt.probability * 100.0;
    format!(
        "perhaps not meant ({sure:.0} %), as others that people marked: {}",
        doubt.because.join(", ")
    )
}

fn copies_note(found: &Found<'_>, names: &HashMap<SourceId, String>) -> Option<String> {
    let mut seen = HashSet::new();
    let sources = found.copies.iter().map(|copy| &copy.item.item.source);
    let sources: Vec<&str> = sources
        .filter(|source| seen.insert(*source))
        .map(|source| names.get(source).map_or(source.as_str(), String::as_str))
        .collect();
    let first = sources.iter().take(SOURCES_NAMED).copied().collect::<Vec<_>>().join(", ");
    let more = if sources.len() > SOURCES_NAMED { "…" } else { "" };
    match found.copies.len() {
        0 => None,
        1 => Some(format!("and 1 copy: {first}")),
        copies => Some(format!("and {copies} copies: {first}{more}")),
    }
}

fn conclude(out: &mut impl Write, shown: usize, stories: usize, all: &[Mention]) -> io::Result<()> {
    let told: HashSet<ItemId> = all.iter().map(|mention| mention.story).collect();
    let irrelevant = all.iter().filter(|mention| mention.is_irrelevant()).count();
    write!(out, "{} items, {} stories", all.len(), told.len())?;
    if irrelevant > 0 {
        write!(out, "; {irrelevant} not shown, since people said that they are not meant")?;
    }
    match shown {
        shown if shown < stories => writeln!(out, "; {shown} shown, --limit shows more"),
        _ => writeln!(out),
    }
}

fn write_json(
    out: &mut impl Write,
    found: &Found<'_>,
    findings: &Findings,
    names: &HashMap<SourceId, String>,
) -> io::Result<()> {
    let mention = found.mention;
    let line = Line {
        row: Row::new(&mention.item, &findings.query, names, None),
        story: mention.story.0,
        copies: found.copies.iter().map(|copy| copy.item.id.0).collect(),
        tone: word(mention.tone()),
        tone_read: mention.tone.as_ref(),
        tone_is_said: mention.tone_said.is_some(),
        relevance: mention.relevance.map(store::Relevance::as_str),
        doubt: found.doubt.as_ref(),
        assigned: found.assigned.as_ref().map(|it| Assigned { person: &it.person, at: it.at }),
    };
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}
