//! The operators of Google's search box, which alerts understand as well.

use super::field::{self, Field, Value};

const FILE: &str = "kinds of files are not known";
const GOOGLE: &str = "it asks Google for something other than new pages";

pub(super) const FIELDS: &[(&str, Field)] = &[
    ("site", Field::Value(field::site_or_suffix)),
    ("intitle", Field::Words("title")),
    ("allintitle", Field::WordsOfRest("title")),
    ("intext", Field::Words("text")),
    ("allintext", Field::WordsOfRest("text")),
    ("inurl", Field::Words("url")),
    ("allinurl", Field::WordsOfRest("url")),
    ("link", Field::Words("links")),
    ("inanchor", Field::None("the words of links to a page are not known")),
    ("allinanchor", Field::NoneOfRest("the words of links to a page are not known")),
    ("author", Field::Words("author")),
    ("before", Field::Value(before)),
    ("after", Field::Value(after)),
    ("filetype", Field::None(FILE)),
    ("ext", Field::None(FILE)),
    ("source", Field::None("Google's names of sources are not known; name the site")),
    ("location", Field::None("Vigie knows no places but countries; write country:fr")),
    ("loc", Field::None("Vigie knows no places but countries; write country:fr")),
    ("daterange", Field::None("numbers of days are not read; write date:[2026-01-01 TO *]")),
    ("related", Field::None(GOOGLE)),
    ("cache", Field::None(GOOGLE)),
    ("info", Field::None(GOOGLE)),
    ("define", Field::None(GOOGLE)),
    ("stocks", Field::None(GOOGLE)),
];

fn before(written: &str) -> Result<Value, String> {
    dated(written, |date| format!("date:[* TO {date}]"))
}

fn after(written: &str) -> Result<Value, String> {
    dated(written, |date| format!("date:[{date} TO *]"))
}

fn dated(written: &str, range: impl FnOnce(&str) -> String) -> Result<Value, String> {
    let date = date(written.trim()).ok_or("it is not a date such as 2026-01-31")?;
    let message = "the date is the one that the item itself states".to_owned();
    Ok(Value::Noted(super::out::Out::filter("date", range(&date)), message))
}

/// Reads `2026-1-31`, `2026/01/31` and `2026`, which is its first day.
fn date(written: &str) -> Option<String> {
    let mut parts = written.split(['-', '/']);
    let year: u32 = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let mut part = || parts.next().map_or(Some(1), |part| part.parse::<u32>().ok());
    let (month, day) = (part()?, part()?);
    let is_date = (1..=12).contains(&month) && (1..=days(year, month)).contains(&day);
    (is_date && parts.next().is_none()).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

fn days(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
