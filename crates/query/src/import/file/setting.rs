//! What is set beside an alert of Google, as its two exports write it: read once for both.

use model::Kind;

use super::super::field;
use super::super::out::Out;
use super::super::place;
use super::{Cadence, Row};

/// A value that is not among those that the setting can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unknown;

pub(super) fn cadence(written: &str) -> Option<Cadence> {
    match letters(written).as_str() {
        "asithappens" => Some(Cadence::AsItHappens),
        "hourly" => Some(Cadence::Hourly),
        "atmostonceaday" | "onceaday" | "daily" => Some(Cadence::Daily),
        "atmostonceaweek" | "onceaweek" | "weekly" => Some(Cadence::Weekly),
        _ => None,
    }
}

/// Reads the kinds of sources; none and "Automatic" ask for none in particular.
pub(super) fn sources(row: &mut Row, name: &str, written: &[&str]) -> Result<(), Unknown> {
    let mut kinds = Vec::new();
    let mut lost = Vec::new();
    for &source in written {
        match letters(source).as_str() {
            "" | "automatic" => {}
            "news" => kinds.push(Kind::News),
            "blogs" | "blog" => kinds.push(Kind::Blog),
            "web" => kinds.push(Kind::Web),
            "video" | "videos" => kinds.push(Kind::Video),
            "discussions" | "discussion" => kinds.push(Kind::Forum),
            "books" | "book" | "finance" => lost.push(source),
            _ => return Err(Unknown),
        }
    }
    for source in lost {
        let effect = if kinds.is_empty() { "more" } else { "less" };
        let why = format!("Vigie has no such kind of source, so the query finds {effect}");
        row.setting(name, source, why);
    }
    kinds.sort();
    kinds.dedup();
    row.filters.extend(Out::any(kinds.into_iter().map(field::kind).collect()));
    Ok(())
}

/// Reads a language by its code or by Google's name for it.
pub(super) fn language(row: &mut Row, name: &str, written: &str) -> Result<(), Unknown> {
    if matches!(letters(written).as_str(), "" | "any" | "anylanguage") {
        return Ok(());
    }
    let code = match place::language(written) {
        Some(code) => code.to_owned(),
        None => model::Lang::from_tag(written).ok_or(Unknown)?.as_str().to_owned(),
    };
    if written.contains(['(', '-', '_']) {
        let why = format!("only the language is carried over, as lang:{code}, which finds more");
        row.setting(name, written, why);
    }
    row.filters.push(field::filter("lang", &code));
    Ok(())
}

/// Reads a region by its code or by Google's name for it.
pub(super) fn region(row: &mut Row, name: &str, written: &str) -> Result<(), Unknown> {
    match letters(written).as_str() {
        "" | "any" | "anyregion" => Ok(()),
        // The two of Google's regions that are no country today.
        "europeanunion" | "netherlandsantilles" => {
            let why = "Vigie knows no such country, so the query finds more";
            row.setting(name, written, why);
            Ok(())
        }
        _ => {
            let code = place::country(written).ok_or(Unknown)?;
            row.filters.push(field::filter("country", code));
            Ok(())
        }
    }
}

/// Reads whether only the best results were wanted.
pub(super) fn quality(row: &mut Row, name: &str, written: &str) -> Result<(), Unknown> {
    match letters(written).as_str() {
        "" | "allresults" | "low" => Ok(()),
        "onlythebestresults" | "high" => {
            let why = "Vigie leaves out no result for being poor, so the query finds more";
            row.setting(name, written, why);
            Ok(())
        }
        _ => Err(Unknown),
    }
}

/// Notes to whom the alert was sent: who hears of a query is not its own affair.
pub(super) fn recipient(row: &mut Row, name: &str, written: &str) {
    if !written.is_empty() && !matches!(letters(written).as_str(), "rssfeed" | "rss" | "email") {
        row.setting(name, written, "who is told is set in a subscription");
    }
}

/// Reads the address of a feed; "none" is none.
pub(super) fn feed(row: &mut Row, written: &str) -> Result<(), Unknown> {
    let address = match written {
        "" | "none" => return Ok(()),
        path if path.starts_with("/alerts/feeds/") => format!("https://www.google.com{path}"),
        address => address.to_owned(),
    };
    let url = url::Url::parse(&address).map_err(|_| Unknown)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Unknown);
    }
    row.feed = Some(address);
    Ok(())
}

/// Returns the letters and digits of a label, small.
pub(super) fn letters(label: &str) -> String {
    label.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
