//! Pages that list others: the threads of a board, the boards of a site.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::dates::{About, Place};
use super::outline::Outline;
use super::{paging, thousandths, words};
use crate::page::Topic;
use crate::page::dom::Dom;

const TOPICS_MAX: usize = 1000;
const TITLE_CHARS: Range<usize> = 2..300;
/// Rows below which a list is rather a box beside something else.
const ROWS_MIN: usize = 2;
/// Links of one row that are looked at.
const LINKS_MAX: usize = 40;
/// In thousandths: how much of what a list of threads has its rows must have.
const RANK_MIN: i32 = 1300;

/// In hundredths: how much of the page's words a list must hold to be what the page is for.
const PAGE_SHARE_MIN: usize = 25;

/// A list of pages.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) topics: Vec<Topic>,
    /// The rows, and where in each its title stands.
    pub(super) rows: Vec<(Range<usize>, usize)>,
    pub(super) confidence: u16,
}

/// What one row says.
struct Row {
    range: Range<usize>,
    link: usize,
    url: Url,
    title: String,
    replies: Option<u64>,
    active: Option<model::Timestamp>,
    active_written: Option<String>,
    is_dated: bool,
    has_count: bool,
    is_profile: bool,
}

/// Reads the list that fills most of the page, with how sure that is.
pub(super) fn read(dom: &Dom, outline: &Outline) -> Listing {
    let mut best: Option<(i32, Vec<Row>)> = None;
    for records in groups(outline) {
        let mut urls: HashSet<String> = HashSet::new();
        let rows: Vec<Row> = records
            .iter()
            .take(TOPICS_MAX)
            .filter_map(|record| row(dom, outline, record))
            .filter(|row| urls.insert(row.url.to_string()))
            .collect();
        if rows.len() < ROWS_MIN || rows.len() * 10 < records.len() * 7 {
            continue;
        }
        let chars = |lines: &dyn Fn(usize) -> bool| {
            let lines = outline.lines.iter().enumerate().filter(|(at, _)| lines(*at));
            lines.map(|(_, line)| line.chars).sum::<usize>()
        };
        let first = records
            .iter()
            .map(|record| outline.elements[record.start].pieces.start)
            .min()
            .unwrap_or(0);
        let last = records
            .iter()
            .map(|record| outline.elements[record.start].pieces.end)
            .max()
            .unwrap_or(0);
        let filled = chars(&|at| {
            outline.lines[at].pieces.start >= first && outline.lines[at].pieces.end <= last
        });
        if filled * 100 < chars(&|_| true) * PAGE_SHARE_MIN {
            continue;
        }
        let share = |is: &dyn Fn(&Row) -> bool| {
            thousandths(rows.iter().filter(|row| is(row)).count(), rows.len())
        };
        if share(&|row| row.is_profile) > 300 {
            continue;
        }
        let rank = share(&|row| row.is_dated)
            + share(&|row| row.has_count)
            + share(&|row| row.title.chars().count() > 12) / 2;
        if rank < RANK_MIN {
            continue;
        }
        let size = i32::try_from(rows.len().min(50)).unwrap_or(50) * 40;
        if best.as_ref().is_none_or(|(known, _)| rank + size > *known) {
            best = Some((rank + size, rows));
        }
    }
    let Some((rank, rows)) = best else { return Listing::default() };
    let places = rows.iter().map(|row| (row.range.clone(), row.link)).collect();
    let topics = rows.into_iter().map(|row| Topic {
        url: row.url,
        title: row.title,
        replies: row.replies,
        active: row.active,
        active_written: row.active_written,
    });
    Listing {
        topics: topics.collect(),
        rows: places,
        confidence: u16::try_from((rank / 4).clamp(500, 900)).unwrap_or(500),
    }
}

/// Groups siblings, and elements called alike, that hold links.
fn groups(outline: &Outline) -> Vec<Vec<Range<usize>>> {
    let mut groups: HashMap<(u64, usize), Vec<Range<usize>>> = HashMap::new();
    for (at, element) in outline.elements.iter().enumerate() {
        let tag = outline.tag(at);
        if !matches!(tag, "tr" | "li" | "div" | "article" | "section" | "dl" | "tbody" | "dt")
            || element.pieces.is_empty()
        {
            continue;
        }
        groups.entry((0, element.parent)).or_default().push(at..element.end);
        groups.entry((element.key, usize::MAX)).or_default().push(at..element.end);
    }
    let mut groups: Vec<Vec<Range<usize>>> = groups
        .into_values()
        .filter(|group| (ROWS_MIN..=TOPICS_MAX * 2).contains(&group.len()))
        .collect();
    // The same elements in the same order, and no row within another.
    for group in &mut groups {
        let mut end = 0;
        group.retain(|row| {
            let is_apart = row.start >= end;
            end = end.max(row.end);
            is_apart
        });
    }
    groups.retain(|group| {
        group.len() >= ROWS_MIN
            && group.iter().map(|row| row.end - row.start).sum::<usize>() < outline.elements.len()
    });
    groups.sort_by_key(|group| group[0].start);
    groups.truncate(4000);
    groups
}

fn row(dom: &Dom, outline: &Outline, record: &Range<usize>) -> Option<Row> {
    if record.len() > 400 {
        return None;
    }
    let links: Vec<usize> = record
        .clone()
        .filter(|&at| outline.elements[at].link == Some(at))
        .take(LINKS_MAX)
        .collect();
    let named = |at: usize| {
        outline
            .ancestors(at)
            .take(3)
            .take_while(|&near| near > record.start)
            .any(|near| words::is_title(outline.tag(near), &outline.elements[near].names))
    };
    let usable = links.iter().copied().filter(|&at| {
        let chars = outline.words(at, 300).chars().count();
        let href = outline.attr(at, "href").unwrap_or("");
        TITLE_CHARS.contains(&chars)
            && outline.words(at, 80).chars().any(char::is_alphabetic)
            && super::dates::find(&outline.words(at, 80))
                .is_none_or(|(range, _)| range.len() + 8 < chars)
            && !words::is_action(href)
            && !href.starts_with('#')
            && !words::is_control(&outline.words(at, 80))
    });
    let usable: Vec<usize> = usable.collect();
    let title = usable
        .iter()
        .copied()
        .find(|&at| named(at))
        .or_else(|| usable.iter().copied().find(|&at| !is_person(outline, at)))
        .or_else(|| usable.first().copied())?;
    let mut url = dom.join(outline.attr(title, "href")?)?;
    url.set_fragment(None);
    let mut here = dom.base.clone();
    here.set_fragment(None);
    if url.host_str() != dom.base.host_str()
        || url == here
        || paging::is_continuation(&here, &url) && here.path() != "/"
    {
        return None;
    }
    let mut machine: Option<model::Timestamp> = None;
    let mut written: Option<(Option<model::Timestamp>, String)> = None;
    let mut is_dated = false;
    let start = outline.marks.partition_point(|mark| mark.element < record.start);
    for mark in outline.marks[start..].iter().take_while(|mark| mark.element < record.end) {
        if mark.about != About::Other && !mark.is_in_prose {
            is_dated = true;
            let at = crate::dates::parse(&mark.text);
            if mark.place == Place::Machine {
                machine = machine.max(at);
            } else if written.as_ref().is_none_or(|(known, _)| at > *known) {
                written = Some((at, mark.text.clone()));
            }
        }
    }
    let counts = counts(outline, record);
    Some(Row {
        range: record.clone(),
        link: title,
        title: outline.words(title, 300),
        replies: counts.replies,
        active: machine,
        active_written: written.filter(|_| machine.is_none()).map(|(_, text)| text),
        is_dated,
        has_count: counts.any,
        is_profile: words::is_profile(url.as_str()),
        url,
    })
}

fn is_person(outline: &Outline, at: usize) -> bool {
    words::is_author(&outline.elements[at].names, outline.attr(at, "href"))
}

struct Counts {
    replies: Option<u64>,
    any: bool,
}

/// Reads the numbers of a row.
fn counts(outline: &Outline, record: &Range<usize>) -> Counts {
    static REPLIES: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:(\d[\d  ,.]*)\s*(?:repl(?:y|ies)|réponses?|antworten?|respuestas?|rispost[ae]|respostas?|reacties?|comments?|commentaires?|kommentare?|answers?)\b|(?:replies|réponses|antworten|respuestas|risposte|respostas|reacties|comments|commentaires|answers)\s*:?\s*(\d[\d  ,.]*))").ok()
    });
    let mut counts = Counts { replies: None, any: false };
    let mut last = None;
    for piece in &outline.pieces[outline.elements[record.start].pieces.clone()] {
        if last == Some(piece.line) {
            continue;
        }
        last = Some(piece.line);
        let line = &outline.lines[piece.line];
        if line.chars > 80 {
            continue;
        }
        let number = line.text.replace([',', '.', ' ', '\u{a0}'], "").parse::<u64>().ok();
        counts.any |= number.is_some();
        if let Some(found) = REPLIES.as_ref().and_then(|regex| regex.captures(&line.text)) {
            counts.any = true;
            let digits: String = found
                .get(1)
                .or(found.get(2))
                .map_or("", |found| found.as_str())
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            counts.replies = counts.replies.or(digits.parse().ok());
        } else if let Some(number) = number
            && counts.replies.is_none()
        {
            let is_named = outline.ancestors(piece.element).take(2).any(|at| {
                let names = &outline.elements[at].names;
                ["replies", "answers", "comments", "reponses"]
                    .iter()
                    .any(|word| names.contains(word))
            });
            if is_named || is_headed(outline, piece.element) {
                counts.replies = Some(number);
            }
        }
    }
    counts
}

/// Whether the cell of an element stands below a heading that says replies.
fn is_headed(outline: &Outline, element: usize) -> bool {
    let Some(cell) = outline.ancestors(element).take(4).find(|&at| outline.tag(at) == "td") else {
        return false;
    };
    let row = outline.elements[cell].parent;
    let Some(number) = outline.children(row).position(|at| at == cell) else { return false };
    let Some(table) = outline.ancestors(row).take(4).find(|&at| outline.tag(at) == "table") else {
        return false;
    };
    let end = outline.elements[table].end.min(table + 60);
    let Some(head) = (table..end).find(|&at| outline.tag(at) == "tr") else { return false };
    outline.children(head).nth(number).is_some_and(|heading| {
        let words = outline.words(heading, 40).to_lowercase();
        ["replies", "réponses", "antworten", "respuestas", "risposte", "respostas", "reacties"]
            .contains(&words.trim())
    })
}
