//! How found items are written out, for people and for programs.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::ops::Range;

use model::{Details, Lang, Problem, SourceId, StoredItem, Timestamp};
use query::{Query, QueryProblem, Snippet};
use serde::Serialize;

use super::{moment, printable};

/// How much of a text is shown around the words found, in characters.
const SNIPPET_CHARS: usize = 240;

/// One found item, as it is written out.
#[derive(Serialize)]
pub(super) struct Row<'a> {
    pub(super) id: u64,
    pub(super) date: Timestamp,
    pub(super) source: &'a str,
    pub(super) source_name: &'a str,
    pub(super) kind: &'a str,
    pub(super) lang: Option<&'a str>,
    pub(super) author: Option<Cow<'a, str>>,
    pub(super) title: Cow<'a, str>,
    pub(super) url: Option<&'a str>,
    pub(super) snippet: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) removed: Option<Timestamp>,
    #[serde(skip_serializing_if = "Details::is_empty")]
    pub(super) details: &'a Details,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) score: Option<f32>,
}

impl<'a> Row<'a> {
    pub(super) fn new(
        stored: &'a StoredItem,
        query: &Query,
        names: &'a HashMap<SourceId, String>,
        score: Option<f32>,
    ) -> Self {
        let item = &stored.item;
        Self {
            id: stored.id.0,
            date: stored.date(),
            source: item.source.as_str(),
            source_name: names.get(&item.source).map_or(item.source.as_str(), String::as_str),
            kind: item.kind.as_str(),
            lang: item.lang.as_ref().map(Lang::as_str),
            author: item.author.as_deref().map(Cow::Borrowed),
            title: item.heading(),
            url: item.address().map(url::Url::as_str),
            snippet: snippet(query, &item.text).text,
            removed: stored.removed,
            details: &item.details,
            score,
        }
    }
}

/// Writes an item for a person: where and when, the title, the telling part of its text, notes on it, the
/// address.
pub(super) fn write_item(
    out: &mut impl Write,
    stored: &StoredItem,
    query: &Query,
    names: &HashMap<SourceId, String>,
    notes: &[String],
) -> io::Result<()> {
    let style = if io::stdout().is_terminal() { Style::TERMINAL } else { Style::PLAIN };
    let item = &stored.item;
    let date = moment(stored.date());
    let source = names.get(&item.source).map_or(item.source.as_str(), String::as_str);
    write!(out, "{}{date}  {} ({})", style.dim, printable(source), item.kind)?;
    if let Some(author) = &item.author {
        write!(out, "  {}", printable(author))?;
    }
    if let Some(rating) = item.details.rating {
        write!(out, "  ★ {rating}")?;
    }
    if let Some(removed) = stored.removed {
        write!(out, "  removed since {}", moment(removed))?;
    }
    writeln!(out, "{}", style.plain)?;
    let heading = item.heading();
    let snippet = snippet(query, &item.text);
    if !begins_with(&snippet.text, &heading) {
        writeln!(out, "  {}", style.mark(&heading, &query::marks(&[query], &heading)))?;
    }
    if !snippet.text.is_empty() {
        writeln!(out, "  {}", style.mark(&snippet.text, &snippet.marks))?;
    }
    for note in notes {
        writeln!(out, "  {}{}{}", style.dim, printable(note), style.plain)?;
    }
    if let Some(url) = item.address() {
        writeln!(out, "  {url}")?;
    }
    writeln!(out)
}

/// Whether a text says what stands above it, since it has no title of its own.
pub(super) fn begins_with(text: &str, heading: &str) -> bool {
    text.starts_with(heading.trim_end_matches('…'))
}

/// Says what is wrong with a query, with the part that is meant below it.
pub(super) fn pointed_at(problem: &QueryProblem, text: &str) -> Problem {
    let place = problem.render(text).replace('\n', "\n  ");
    let pointed_at = Problem::new("query", format!("{}\n  {place}", problem.message));
    match &problem.hint {
        Some(hint) => pointed_at.hint(hint),
        None => pointed_at,
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
