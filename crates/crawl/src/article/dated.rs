//! When the article was written and changed, as its page says.

use scraper::ElementRef;
use url::Url;

use super::byline::told;
use super::head::{Metas, has_word};
use super::ld::Described;
use super::outline::{Outline, line_of};
use super::wording::has_year;
use crate::dates;
use crate::extract::draft::Dated;
use crate::page::dom::Dom;

/// A longer text is no date.
const DATE_CHARS_MAX: usize = 60;

/// When the article was published, and when it was last changed.
pub(super) fn dates(
    outline: &Outline,
    metas: &Metas,
    dom: &Dom,
    described: Option<&Described>,
    near: Option<usize>,
    lines: &[String],
) -> (Dated, Dated) {
    const PUBLISHED: [&str; 19] = [
        "article:published_time",
        "og:article:published_time",
        "og:published_time",
        "datepublished",
        "parsely-pub-date",
        "sailthru.date",
        "dc.date.issued",
        "dcterms.created",
        "dc.date.created",
        "publish-date",
        "publish_date",
        "published-date",
        "pubdate",
        "article.published",
        "article:published",
        "cxenseparse:recs:publishtime",
        "dc.date",
        "dcterms.date",
        "date",
    ];
    const MODIFIED: [&str; 5] = [
        "article:modified_time",
        "og:updated_time",
        "datemodified",
        "dcterms.modified",
        "last-modified",
    ];
    let read = |text: &str| dates::parse(text).map(Dated::At);
    let published = described
        .and_then(|described| described.published.as_deref())
        .and_then(read)
        .or_else(|| PUBLISHED.iter().find_map(|name| metas.get(&[name]).and_then(read)))
        .or_else(|| shown_date(outline, near))
        .or_else(|| lines.iter().filter(|line| has_year(line)).find_map(|line| date_in_line(line)))
        .or_else(|| date_of_path(&dom.base));
    let updated = described
        .and_then(|described| described.modified.as_deref())
        .and_then(read)
        .or_else(|| MODIFIED.iter().find_map(|name| metas.get(&[name]).and_then(read)))
        .or_else(|| shown_change(outline, near));
    (published.unwrap_or_default(), updated.unwrap_or_default())
}

/// Finds the date that the page shows near the title: written for machines, or else for people.
fn shown_date(outline: &Outline, near: Option<usize>) -> Option<Dated> {
    let mut written = None;
    for (_, element) in told(outline, near) {
        let tag = element.value();
        let is_time = tag.name() == "time" || has_word(tag.attr("itemprop"), "datePublished");
        if !is_time && !is_called_date(tag.attr("class").unwrap_or_default()) || is_change(element)
        {
            continue;
        }
        let machine = tag.attr("datetime").or_else(|| tag.attr("content"));
        if let Some(at) = machine.and_then(dates::parse) {
            return Some(Dated::At(at));
        }
        if written.is_none()
            && let Some(text) = line_of(element, DATE_CHARS_MAX)
            && text.chars().any(|c| c.is_ascii_digit())
        {
            written = Some(Dated::Written(text));
        }
    }
    written
}

/// Finds the date, written for machines, of what the page says was changed.
fn shown_change(outline: &Outline, near: Option<usize>) -> Option<Dated> {
    told(outline, near).filter(|(_, element)| is_change(*element)).find_map(|(_, element)| {
        let machine = element.attr("datetime").or_else(|| element.attr("content"));
        machine.and_then(dates::parse).map(Dated::At)
    })
}

/// Whether a date is that of a change, and of nothing else.
fn is_change(element: ElementRef) -> bool {
    let classes = element.attr("class").unwrap_or_default();
    has_word(element.attr("itemprop"), "dateModified")
        || (has_word(Some(classes), "updated") || has_word(Some(classes), "modified"))
            && !has_word(Some(classes), "published")
}

fn is_called_date(classes: &str) -> bool {
    const NAMES: [&str; 8] = [
        "date",
        "published",
        "dateline",
        "timestamp",
        "pubdate",
        "postdate",
        "datetime",
        "postedon",
    ];
    let mut words = classes.split(|c: char| !c.is_alphanumeric());
    words.any(|word| NAMES.iter().any(|name| word.eq_ignore_ascii_case(name)))
}

/// Reads the day out of an address such as `/2025/03/02/an-article`.
fn date_of_path(url: &Url) -> Option<Dated> {
    let parts: Vec<&str> = url.path_segments()?.take(20).collect();
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    parts.windows(3).find_map(|parts| {
        let [year, month, day] = [parts[0], parts[1], parts[2]];
        let is_day = parts.iter().all(|part| is_number(part))
            && year.len() == 4
            && (year.starts_with("19") || year.starts_with("20"))
            && month.len() <= 2
            && day.len() <= 2;
        let date = is_day.then(|| format!("{year}-{month:0>2}-{day:0>2}"))?;
        dates::parse(&date).map(Dated::At)
    })
}

/// Reads a date out of a line such as `by Zoé Lannic, 3 March 2025`.
fn date_in_line(line: &str) -> Option<Dated> {
    let parts = line.split([',', '|', '·', '•']).map(str::trim);
    let parts: Vec<&str> = parts.filter(|part| part.chars().any(|c| c.is_ascii_digit())).collect();
    let text = parts.join(", ");
    let is_date = !text.is_empty() && text.chars().nth(DATE_CHARS_MAX).is_none();
    is_date.then(|| dates::parse(&text).map_or(Dated::Written(text), Dated::At))
}
