//! How what was found is shown: a table to choose from with a few items of each, every item for whoever
//! wants to judge, and JSON for machines.

use std::io::{self, Write};

use chrono::Local;
use model::{Item, Timestamp};
use serde::Serialize;
use url::Url;

use super::super::extract::write_head;
use super::super::printable;
use super::super::status::table as columns;
use crate::discovery::{Found, Offer, Worth};

/// How many items of an offer are shown as a sample.
const SAMPLE: usize = 3;
/// How many are shown where a person wants to judge.
const EXPLAINED: usize = 20;
/// The longest title in a table, in characters.
const TITLE_CHARS_MAX: usize = 40;

/// Shows what was found, the best first.
pub(super) fn table(
    out: &mut impl Write,
    url: &Url,
    found: &Found,
    now: Timestamp,
) -> io::Result<()> {
    let what = match found.offers.len() {
        1 => "1 source".to_owned(),
        count => format!("{count} sources, the best first"),
    };
    writeln!(out, "{url} offers {what}:\n")?;
    let rows = (1..).zip(&found.offers).map(|(number, offer)| row(number, offer, now));
    let head = ["", "SOURCE", "READ AS", "TO EXPECT", "NEWEST", "ITEMS", "EACH HAS", ""];
    writeln!(out, "{}", columns(&head, rows))?;
    for (number, offer) in (1..).zip(&found.offers) {
        writeln!(out, "{number}. {}\n   {}", title(offer), offer.url)?;
        for item in offer.reading.items.iter().take(SAMPLE) {
            let date = item.published.map_or_else(
                || "          ".to_owned(),
                |date| date.with_timezone(&Local).format("%Y-%m-%d").to_string(),
            );
            writeln!(out, "     {date}  {}", printable(&item.heading()))?;
        }
        let topics = offer.reading.page.as_ref().map_or(&[][..], |page| &page.topics);
        for topic in topics.iter().take(if offer.reading.items.is_empty() { SAMPLE } else { 0 }) {
            writeln!(out, "     leads to    {}", printable(&topic.title))?;
        }
        if offer.is_of_beginnings() {
            writeln!(out, "     It has only beginnings; --full-text reads the articles whole.")?;
        }
    }
    writeln!(out)
}

fn row(number: usize, offer: &Offer, now: Timestamp) -> Vec<String> {
    let worth = &offer.worth;
    let same = offer.same_as.map(|at| format!("the same as {}", at + 1)).unwrap_or_default();
    vec![
        number.to_string(),
        cell(&title(offer), TITLE_CHARS_MAX),
        offer.told(),
        worth.expected(),
        worth.newest_told(now),
        if worth.items == 0 { "-".to_owned() } else { worth.items.to_string() },
        worth.has(),
        same,
    ]
}

fn title(offer: &Offer) -> String {
    printable(offer.title.as_deref().unwrap_or("(no title)"))
}

fn cell(text: &str, chars_max: usize) -> String {
    let text = printable(text);
    let cut: String = text.chars().take(chars_max).collect();
    if cut.len() < text.len() { format!("{cut}…") } else { cut }
}

/// Shows each offer item by item.
pub(super) fn explain(out: &mut impl Write, offers: &[Offer]) -> io::Result<()> {
    for offer in offers {
        writeln!(out, "{}", offer.url)?;
        match (&offer.reading.feed, &offer.reading.page) {
            (Some(feed), _) => {
                writeln!(out, "{}\nread as a {}\n", printable(&feed.title), offer.told())?;
            }
            (None, Some(head)) => write_head(out, head)?,
            (None, None) => {}
        }
        let rows = offer.reading.items.iter().take(EXPLAINED).map(explained);
        writeln!(out, "{}", columns(&["DATE", "AUTHOR", "STARS", "TITLE", "TEXT"], rows))?;
        let untold = offer.reading.items.len().saturating_sub(EXPLAINED);
        if untold > 0 {
            writeln!(out, "and {untold} more")?;
        }
        for problem in &offer.reading.problems {
            writeln!(out, "{}: {}", printable(&problem.place), printable(&problem.message))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Returns the cells of one item.
fn explained(item: &Item) -> Vec<String> {
    let date = item.published.or(item.updated).map_or_else(String::new, |date| {
        date.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string()
    });
    vec![
        date,
        cell(item.author.as_deref().unwrap_or_default(), 18),
        item.details.rating.map(|rating| rating.to_string()).unwrap_or_default(),
        cell(&item.heading(), 28),
        cell(&item.text, 44),
    ]
}

#[derive(Serialize)]
struct Rows<'a> {
    url: &'a Url,
    /// How many addresses were asked.
    asked: usize,
    offers: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    number: usize,
    url: &'a Url,
    title: Option<&'a str>,
    read_as: String,
    preset: Option<&'a str>,
    kind: Option<&'a str>,
    items: usize,
    leads_to: usize,
    dated: usize,
    authored: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_week: Option<f64>,
    newest: Option<Timestamp>,
    /// The number of a better one that brings the same.
    same_as: Option<usize>,
    has_past: bool,
    sample: Vec<Sample<'a>>,
    problems: usize,
}

#[derive(Serialize)]
struct Sample<'a> {
    title: String,
    url: Option<&'a Url>,
    author: Option<&'a str>,
    published: Option<Timestamp>,
}

/// Writes one object with everything that was found.
pub(super) fn json(out: &mut impl Write, url: &Url, found: &Found) -> io::Result<()> {
    let offers = (1..).zip(&found.offers).map(|(number, offer)| as_row(number, offer)).collect();
    serde_json::to_writer(&mut *out, &Rows { url, asked: found.asked, offers })?;
    writeln!(out)
}

fn as_row(number: usize, offer: &Offer) -> Row<'_> {
    let Worth { items, topics, dated, authored, per_week_milli, newest, .. } = offer.worth;
    let sample = offer.reading.items.iter().take(SAMPLE).map(|item| Sample {
        title: item.heading().into_owned(),
        url: item.url.as_ref(),
        author: item.author.as_deref(),
        published: item.published,
    });
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 come in a week")]
    let per_week = per_week_milli.map(|milli| milli as f64 / 1000.0);
    Row {
        number,
        url: &offer.url,
        title: offer.title.as_deref(),
        read_as: offer.told(),
        preset: offer.preset(),
        kind: offer.kind.map(model::Kind::as_str),
        items,
        leads_to: topics,
        dated,
        authored,
        per_week,
        newest,
        same_as: offer.same_as.map(|at| at + 1),
        has_past: offer.leads_on(),
        sample: sample.collect(),
        problems: offer.reading.problems.len(),
    }
}
