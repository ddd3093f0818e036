//! How a test of a query is written out.

use std::collections::HashMap;
use std::io::{self, Write};

use chrono::NaiveDate;
use model::{QueryName, SourceId, StoredItem};
use query::Query;
use serde::Serialize;

use super::mails::Mails;
use super::terms::{Telling, Term};
use crate::asked::Asked;
use crate::command::printable;
use crate::command::query::title;
use crate::command::shown::{Row, write_item};

/// The longest bar of a day.
const BAR_CHARS: usize = 40;

#[derive(Debug, Clone, Serialize)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    pub(super) items: usize,
}

/// How often something occurs.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Counted {
    pub(super) name: String,
    pub(super) items: usize,
}

/// The newest of some items, and how many these are.
pub(super) struct Sample<'q> {
    pub(super) total: usize,
    pub(super) items: Vec<StoredItem>,
    /// The query that found them.
    pub(super) query: &'q Query,
}

/// What a query finds and another one does not, both ways.
pub(super) struct Compared<'a> {
    pub(super) name: &'a str,
    pub(super) gained: Sample<'a>,
    pub(super) lost: Sample<'a>,
}

pub(super) struct Report<'a> {
    pub(super) asked: &'a Asked,
    pub(super) names: &'a HashMap<SourceId, String>,
    pub(super) days: Vec<Day>,
    pub(super) newest: Sample<'a>,
    /// How many belong to what their sources had before they were read: nobody is told of them.
    pub(super) past: usize,
    pub(super) sources: Vec<Counted>,
    pub(super) sites: Vec<Counted>,
    pub(super) terms: Telling,
    pub(super) mails: Vec<Mails>,
    pub(super) against: Option<Compared<'a>>,
}

#[derive(Serialize)]
struct Json<'a> {
    query: &'a str,
    /// `null` for a query that was typed.
    name: Option<&'a str>,
    found: usize,
    past: usize,
    days: &'a [Day],
    newest: Vec<Row<'a>>,
    sources: &'a [Counted],
    sites: &'a [Counted],
    telling: &'a Telling,
    mails: &'a [Mails],
    against: Option<JsonCompared<'a>>,
}

#[derive(Serialize)]
struct JsonCompared<'a> {
    name: &'a str,
    gained: JsonSample<'a>,
    lost: JsonSample<'a>,
}

#[derive(Serialize)]
struct JsonSample<'a> {
    items: usize,
    newest: Vec<Row<'a>>,
}

impl Report<'_> {
    pub(super) fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        let json = Json {
            query: self.asked.query.text(),
            name: self.asked.name.as_ref().map(QueryName::as_str),
            found: self.newest.total,
            past: self.past,
            days: &self.days,
            newest: self.rows(&self.newest),
            sources: &self.sources,
            sites: &self.sites,
            telling: &self.terms,
            mails: &self.mails,
            against: self.against.as_ref().map(|against| JsonCompared {
                name: against.name,
                gained: self.json_sample(&against.gained),
                lost: self.json_sample(&against.lost),
            }),
        };
        serde_json::to_writer(&mut *out, &json)?;
        writeln!(out)
    }

    fn json_sample<'s>(&'s self, sample: &'s Sample<'_>) -> JsonSample<'s> {
        JsonSample { items: sample.total, newest: self.rows(sample) }
    }

    fn rows<'s>(&'s self, sample: &'s Sample<'_>) -> Vec<Row<'s>> {
        sample.items.iter().map(|item| Row::new(item, sample.query, self.names, None)).collect()
    }

    /// Each part ends with an empty line but the last.
    pub(super) fn write_human(&self, out: &mut impl Write) -> io::Result<()> {
        let mut text = Vec::new();
        writeln!(text, "{}\n", title(self.asked))?;
        let days =
            if self.days.len() == 1 { "today" } else { &format!("in {} days", self.days.len()) };
        writeln!(text, "Found {days}: {}", items(self.newest.total))?;
        self.write_days(&mut text)?;
        if self.newest.total > 0 {
            writeln!(text, "The newest:\n")?;
            self.write_sample(&mut text, &self.newest)?;
            write_counted(&mut text, "Sources", &self.sources)?;
            write_counted(&mut text, "Sites", &self.sites)?;
            self.write_terms(&mut text)?;
            self.write_mails(&mut text)?;
        }
        if let Some(against) = &self.against {
            self.write_against(&mut text, against)?;
        }
        out.write_all(text.trim_ascii_end())?;
        writeln!(out)
    }

    fn write_days(&self, out: &mut impl Write) -> io::Result<()> {
        let most = self.days.iter().map(|day| day.items).max().unwrap_or(0).max(1);
        let width = most.to_string().len();
        for Day { date, items } in &self.days {
            let bar = "#".repeat((items * BAR_CHARS).div_ceil(most));
            writeln!(out, "{}", format!("  {date}  {items:width$}  {bar}").trim_end())?;
        }
        writeln!(out)
    }

    fn write_sample(&self, out: &mut impl Write, sample: &Sample<'_>) -> io::Result<()> {
        for item in &sample.items {
            write_item(out, item, sample.query, self.names, &[])?;
        }
        Ok(())
    }

    fn write_terms(&self, out: &mut impl Write) -> io::Result<()> {
        let Telling { found_read, others_read, terms } = &self.terms;
        if terms.is_empty() {
            return Ok(());
        }
        writeln!(out, "Words that come with it and seldom without; exclude what is noise:")?;
        let width = terms.iter().map(|term| term.word.chars().count()).max().unwrap_or(0);
        for Term { word, found, others, .. } in terms {
            let word = printable(word);
            let found = format!("in {found} of {found_read} found");
            writeln!(out, "  {word:width$}  {found}, {others} of {others_read} others")?;
        }
        writeln!(out)
    }

    fn write_mails(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "Mails to each reader:")?;
        for Mails { cadence, sent, largest } in &self.mails {
            let largest = match largest {
                0 => String::new(),
                1 => ", of 1 text each".to_owned(),
                more => format!(", the largest with {more} texts"),
            };
            writeln!(out, "  {:14} {sent}{largest}", format!("{cadence}:"))?;
        }
        if self.past > 0 {
            writeln!(
                out,
                "  nobody would have been told of {} from before the source was first read",
                items(self.past)
            )?;
        }
        writeln!(out)
    }

    fn write_against(&self, out: &mut impl Write, against: &Compared<'_>) -> io::Result<()> {
        let Compared { name, gained, lost } = against;
        let (gains, loses) = (items(gained.total), items(lost.total));
        writeln!(out, "In the place of {} it gains {gains} and loses {loses}.\n", printable(name))?;
        for (title, sample) in [("Gained", gained), ("Lost", lost)] {
            if sample.total > 0 {
                writeln!(out, "{title}, the newest:\n")?;
                self.write_sample(out, sample)?;
            }
        }
        Ok(())
    }
}

fn write_counted(out: &mut impl Write, title: &str, counted: &[Counted]) -> io::Result<()> {
    writeln!(out, "{title}:")?;
    let width = counted.iter().map(|it| it.name.chars().count()).max().unwrap_or(0);
    for Counted { name, items } in counted {
        writeln!(out, "  {:width$}  {items}", printable(name))?;
    }
    writeln!(out)
}

fn items(count: usize) -> String {
    if count == 1 { "1 item".to_owned() } else { format!("{count} items") }
}
