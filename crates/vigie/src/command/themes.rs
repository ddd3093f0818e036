//! `vigie themes`: what people speak of beside a query's own words, against what they spoke of before; and
//! what they complain of, ask for and ask.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::Path;

use chrono::{Local, TimeDelta};
use enrich::theme::{
    Ask, Asking, Background, Document, Phrase, Term, Theme, asks, standing_out, themes,
};
use model::{ItemId, Timestamp};
use serde::Serialize;
use store::Mention;

use super::finding::{self, Findings};
use super::{closed_pipe_is_fine, printable};
use crate::cli::Failure;
use crate::enrichment::{document, own_words};

/// What is compared with: so many days before.
const BEFORE: TimeDelta = TimeDelta::days(28);
/// Of a set of at most so many stories, which is too small for most themes, it is told which terms it has
/// more of than the time before.
const SMALL_STORIES_MAX: usize = 50;
/// How many sentences of each kind are shown to a person.
const SENTENCES_SHOWN: usize = 5;

#[derive(Debug, clap::Args)]
pub(crate) struct Themes {
    #[command(flatten)]
    asked: finding::Asked,
    /// Only themes that were absent or rare in the 28 days before
    #[arg(long)]
    new: bool,
    /// How many themes to show at most
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    query: &'a str,
    since: Timestamp,
    until: Timestamp,
    items: usize,
    stories: usize,
    /// In the 28 days before, in stories.
    compared_with: u32,
    themes: Vec<Shown<'a>>,
    /// Of a small set: what stands in more of its stories than before, be it in two of them.
    terms: Vec<More<'a>>,
    /// By kind: `complaint`, `request`, `question`, `praise`.
    asks: BTreeMap<Ask, Vec<Said<'a>>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    phrases: Vec<&'a str>,
    is_new: bool,
    items: u32,
    stories: u32,
    voices: u32,
    sources: u32,
    share_now: f64,
    share_before: f64,
    g2: f64,
    examples: Vec<u64>,
}

#[derive(Serialize)]
struct More<'a> {
    text: &'a str,
    stories: u32,
    stories_before: u32,
    g2: f64,
}

/// A sentence that wants something.
#[derive(Serialize)]
struct Said<'a> {
    item: u64,
    source: &'a str,
    author: Option<&'a str>,
    sentence: String,
    cue: String,
}

pub(crate) fn run(asked: &Themes, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let findings = asked.asked.open(file, now)?;
    let mentions = meant(findings.mentions()?);
    let before = findings.mentions_before(BEFORE)?;
    let background = Background::of(&documents(&meant(before)).collect::<Vec<_>>());
    let documents: Vec<Document<'_>> = documents(&mentions).collect();
    let own = own_words(&findings.query, mentions.iter().map(|mention| &mention.item.item));
    let mut found = themes(&documents, &background, &own, usize::from(asked.limit));
    if asked.new {
        found.retain(|theme| theme.is_new);
    }
    let stories: BTreeSet<ItemId> = mentions.iter().map(|mention| mention.story).collect();
    let is_small = stories.len() <= SMALL_STORIES_MAX && background.stories() > 0;
    let most = if is_small { usize::from(asked.limit) } else { 0 };
    let terms = standing_out(&documents, &background, &own, most);
    let report = Report {
        query: findings.name.as_str(),
        since: findings.since,
        until: findings.until,
        items: mentions.len(),
        stories: stories.len(),
        compared_with: background.stories(),
        themes: found.iter().map(Shown::of).collect(),
        terms: terms.iter().map(More::of).collect(),
        asks: wants(&mentions),
    };
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if asked.json {
        serde_json::to_writer(&mut out, &report).map_err(io::Error::from).and(writeln!(out))
    } else {
        report.write(&mut out, &titles(&mentions), &findings)
    })
}

fn meant(mut mentions: Vec<Mention>) -> Vec<Mention> {
    mentions.retain(|mention| !mention.is_irrelevant());
    mentions
}

fn documents(mentions: &[Mention]) -> impl Iterator<Item = Document<'_>> {
    mentions.iter().map(document)
}

/// Copies say the same: of a story the first item found speaks for all.
fn wants(mentions: &[Mention]) -> BTreeMap<Ask, Vec<Said<'_>>> {
    let mut firsts: BTreeMap<ItemId, &Mention> = BTreeMap::new();
    for mention in mentions {
        // The newest come first: the last one seen is the oldest.
        firsts.insert(mention.story, mention);
    }
    let mut newest: Vec<&Mention> = firsts.into_values().collect();
    newest.sort_by_key(|mention| std::cmp::Reverse((mention.item.date(), mention.item.id)));
    let mut wants: BTreeMap<Ask, Vec<Said<'_>>> = BTreeMap::new();
    for mention in newest {
        let item = &mention.item.item;
        let whole = format!("{}\n{}", item.title, item.text);
        for Asking { ask, sentence, cue } in asks(&whole, item.lang.as_ref()) {
            wants.entry(ask).or_default().push(Said {
                item: mention.item.id.0,
                source: item.source.as_str(),
                author: item.author.as_deref(),
                sentence,
                cue,
            });
        }
    }
    wants
}

fn titles(mentions: &[Mention]) -> HashMap<u64, String> {
    let title = |mention: &Mention| (mention.item.id.0, printable(&mention.item.item.heading()));
    mentions.iter().map(title).collect()
}

impl<'a> Shown<'a> {
    fn of(theme: &'a Theme) -> Self {
        Self {
            phrases: theme.phrases.iter().map(|Phrase { text, .. }| text.as_str()).collect(),
            is_new: theme.is_new,
            items: theme.items,
            stories: theme.stories,
            voices: theme.voices,
            sources: theme.sources,
            share_now: theme.share_now,
            share_before: theme.share_before,
            g2: theme.g2,
            examples: theme.examples.iter().map(|id| id.0).collect(),
        }
    }
}

impl<'a> More<'a> {
    fn of(term: &'a Term) -> Self {
        let Term { text, foreground, background, g2 } = term;
        Self { text, stories: *foreground, stories_before: *background, g2: *g2 }
    }
}

impl Report<'_> {
    fn write(
        &self,
        out: &mut impl Write,
        titles: &HashMap<u64, String>,
        findings: &Findings,
    ) -> io::Result<()> {
        let day = |at: Timestamp| at.with_timezone(&Local).format("%Y-%m-%d %H:%M");
        let (since, until) = (day(findings.since), day(findings.until));
        write!(out, "{}: {} items from {since} to {until}", self.query, self.items)?;
        match self.compared_with {
            0 => writeln!(out, ", and nothing before to compare with")?,
            stories => writeln!(out, ", beside {stories} stories of the 28 days before")?,
        }
        if self.themes.is_empty() {
            writeln!(
                out,
                "\nNo theme: nothing else that three stories and three voices speak of."
            )?;
        }
        for theme in &self.themes {
            let new = if theme.is_new { "  NEW" } else { "" };
            writeln!(out, "\n{}{new}", printable(&theme.phrases.join(", ")))?;
            writeln!(
                out,
                "  {} items, {} stories, {} voices, {} sources; in {:.0} % of the stories, before {:.0} %",
                theme.items,
                theme.stories,
                theme.voices,
                theme.sources,
                theme.share_now * 100.0,
                theme.share_before * 100.0,
            )?;
            for id in &theme.examples {
                writeln!(out, "  item {id}  {}", titles.get(id).map_or("", String::as_str))?;
            }
        }
        if !self.terms.is_empty() {
            let (now, before) = (self.stories, self.compared_with);
            writeln!(out, "\nMore often than before (of {now} stories, and of {before} before)")?;
        }
        for More { text, stories, stories_before, .. } in &self.terms {
            writeln!(out, "  {}  {stories}, before {stories_before}", printable(text))?;
        }
        for (ask, said) in &self.asks {
            let what = match ask {
                Ask::Complaint => "Complaints",
                Ask::Request => "Requests",
                Ask::Question => "Questions",
                Ask::Praise => "Praise",
            };
            writeln!(out, "\n{what} ({})", said.len())?;
            for Said { item, sentence, .. } in said.iter().take(SENTENCES_SHOWN) {
                writeln!(out, "  item {item}  {}", printable(sentence))?;
            }
        }
        Ok(())
    }
}
