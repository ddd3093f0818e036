//! Stars, as pages show them: in words for those who cannot see, in classes, in widths, in icons.

use std::sync::LazyLock;

use model::Rating;
use regex::Regex;

use super::outline::Outline;

/// Icons of one row of stars.
const ICONS_MAX: usize = 20;

/// Reads the first rating among the elements of a record.
pub(super) fn read(outline: &Outline, elements: &[usize]) -> Option<Rating> {
    elements.iter().find_map(|&at| of_element(outline, at))
}

fn of_element(outline: &Outline, at: usize) -> Option<Rating> {
    let names = &outline.elements[at].names;
    let is_named =
        ["star", "rating", "rate", "note", "score", "bubble", "etoile", "valor", "bewertung"]
            .iter()
            .any(|word| names.contains(word));
    for name in ["aria-label", "title", "alt", "content"] {
        if let Some(value) = outline.attr(at, name).filter(|value| value.len() < 120) {
            if let Some(rating) = of_words(value) {
                return Some(rating);
            }
            if is_named && name == "content" && names.contains("ratingvalue") {
                return of_number(value);
            }
        }
    }
    for (name, value) in outline.elements[at].node.value().attrs() {
        if name.starts_with("data-")
            && ["rating", "score", "stars", "note"].iter().any(|word| name.ends_with(word))
            && let Some(rating) = of_words(value).or_else(|| of_number(value))
        {
            return Some(rating);
        }
    }
    if !is_named {
        let words = own_words(outline, at)?;
        let is_short = words.len() < 16 && words.contains('/');
        return of_stars(&words).or_else(|| is_short.then(|| of_words(&words)).flatten());
    }
    of_classes(outline.attr(at, "class").unwrap_or(""))
        .or_else(|| of_width(outline.attr(at, "style")?))
        .or_else(|| {
            own_words(outline, at).and_then(|words| of_words(&words).or_else(|| of_stars(&words)))
        })
        .or_else(|| of_icons(outline, at))
}

fn own_words(outline: &Outline, at: usize) -> Option<String> {
    let element = &outline.elements[at];
    if element.pieces.is_empty() || element.pieces.len() > 4 {
        return None;
    }
    Some(outline.words(at, 60)).filter(|words| words.len() < 120)
}

/// Reads `4,5 / 5`, "Rated 4 out of 5 stars", `3 étoiles`.
pub(super) fn of_words(words: &str) -> Option<Rating> {
    static OF: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:^|[^\d.,/-])(\d{1,3}(?:[.,]\d{1,2})?)\s*(?:/|out of|sur|von|de|su|van|of)\s*(5|6|10|20|100)(?:[.,]0)?(?:$|[^\d/.,-])").ok()
    });
    static STARS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:^|[^\d.,])([0-5](?:[.,]\d)?)[\s-]*(?:stars?|étoiles?|sterne?n?|estrellas?|stelle|estrelas?|sterren|bubbles)\b").ok()
    });
    if words.len() > 120 {
        return None;
    }
    if let Some(found) = OF.as_ref()?.captures(words) {
        let best = found[2].parse::<i64>().ok()? * 1000;
        let worst = if best == 5000 { 1000 } else { 0 };
        let value = milli(&found[1])?;
        return Rating::new(value, worst.min(value), best);
    }
    let found = STARS.as_ref()?.captures(words)?;
    of_number(&found[1])
}

/// Takes a rating off the start of a title.
pub(super) fn without(title: &str) -> &str {
    static START: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)^\s*\d(?:[.,]\d)?\s*(?:/|out of|sur|von)\s*5\s*(?:stars?|étoiles?|sternen?)?\s*[-:–]?\s*").ok()
    });
    let start = START.as_ref().and_then(|start| start.find(title)).map_or(0, |found| found.end());
    title[start..].trim()
}

fn of_number(text: &str) -> Option<Rating> {
    let value = milli(text.trim())?;
    if value <= 5000 {
        Rating::new(value, value.min(1000), 5000)
    } else {
        Rating::new(value, 0, 10_000)
    }
}

fn milli(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let part: String = part.chars().chain("000".chars()).take(3).collect();
    if whole.is_empty()
        || whole.len() > 3
        || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit())
    {
        return None;
    }
    Some(whole.parse::<i64>().ok()? * 1000 + part.parse::<i64>().ok()?)
}

/// Reads `star-4`, `rating-4-5`, `bubble_45`, `star-rating Three`.
fn of_classes(classes: &str) -> Option<Rating> {
    static CLASS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(?:stars?|rating|rate|note|score|bubble|etoiles?|val)(?:s|d|-|_)*(\d{1,3})(?:[-_](5|0))?$").ok()
    });
    let words = ["zero", "one", "two", "three", "four", "five"];
    for class in classes.split_whitespace().take(12) {
        if let Some(stars) = words.iter().position(|word| class.eq_ignore_ascii_case(word)) {
            let value = i64::try_from(stars).ok()? * 1000;
            return Rating::new(value, value.min(1000), 5000);
        }
        let Some(found) = CLASS.as_ref()?.captures(class) else { continue };
        let half = if found.get(2).is_some_and(|half| half.as_str() == "5") { 500 } else { 0 };
        let value = found[1].parse::<i64>().ok()?;
        let value = match value {
            0..=5 => value * 1000 + half,
            // Tenths of a star; hundredths of the whole.
            6..=50 => value * 100,
            51..=100 => value * 50,
            _ => continue,
        };
        return Rating::new(value, value.min(1000), 5000);
    }
    None
}

/// Reads the width of a row of filled stars that lies over a row of empty ones.
fn of_width(style: &str) -> Option<Rating> {
    let style = style.get(..style.len().min(200))?.to_ascii_lowercase();
    let width = style.split(';').find_map(|rule| {
        rule.trim().strip_prefix("width")?.trim().strip_prefix(':')?.trim().strip_suffix('%')
    })?;
    let value = milli(width.trim())?;
    (value > 0 && value <= 100_000)
        .then(|| Rating::new(value / 20, (value / 20).min(1000), 5000))
        .flatten()
}

fn of_stars(words: &str) -> Option<Rating> {
    let full = words.chars().filter(|c| matches!(c, '★' | '⭐')).count();
    let empty = words.chars().filter(|c| matches!(c, '☆' | '✩')).count();
    let is_all = words.chars().all(|c| matches!(c, '★' | '⭐' | '☆' | '✩' | ' ' | '\u{fe0f}'));
    if !is_all || full == 0 || full + empty > 5 || full + empty < 5 && empty > 0 {
        return None;
    }
    of_number(&full.to_string())
}

/// Counts the filled ones of five icons.
fn of_icons(outline: &Outline, at: usize) -> Option<Rating> {
    let within = at + 1..outline.elements[at].end.min(at + 1 + ICONS_MAX);
    let mut icons: Vec<(bool, bool, bool)> = Vec::new();
    for at in within {
        let names = &outline.elements[at].names;
        let src = outline.attr(at, "src").unwrap_or("").to_lowercase();
        let source = src.rsplit('/').next().unwrap_or("");
        let is_leaf = outline.elements[at].end == at + 1;
        if !is_leaf
            || !(names.contains("star") || source.contains("star") || names.contains("etoile"))
        {
            continue;
        }
        let words: Vec<&str> = names
            .split(|c: char| !c.is_alphanumeric())
            .chain(source.split(|c: char| !c.is_alphanumeric()))
            .collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(word));
        let empty = has(&[
            "empty",
            "off",
            "o",
            "outline",
            "grey",
            "gray",
            "inactive",
            "far",
            "unchecked",
            "vide",
            "disabled",
            "blank",
        ]);
        let half = has(&["half", "demi"]);
        let full = has(&[
            "full", "filled", "on", "active", "checked", "solid", "gold", "fas", "fill", "pleine",
            "selected", "yellow",
        ]);
        icons.push((full, half, empty));
    }
    if icons.len() != 5 {
        return None;
    }
    let is_told = icons.iter().any(|(_, _, empty)| *empty)
        || icons.iter().any(|(full, ..)| *full)
            && icons.iter().any(|(full, half, _)| !full || *half);
    if !is_told && !icons.iter().all(|(full, half, empty)| *full && !half && !empty) {
        return None;
    }
    let value = icons.iter().map(|(full, half, empty)| match (full, half, empty) {
        (_, true, _) => 500,
        (_, _, true) => 0,
        (true, ..) => 1000,
        (false, false, false) => {
            if icons.iter().any(|(full, ..)| *full) {
                0
            } else {
                1000
            }
        }
    });
    let value: i64 = value.sum();
    Rating::new(value, value.min(1000), 5000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_read_from_words() {
        let check = |words: &str, expect: Option<i64>| {
            assert_eq!(of_words(words).map(Rating::stars_milli), expect, "{words}");
        };
        check("4,0 sur 5 étoiles", Some(4000));
        check("Rated 4.5 out of 5 stars", Some(4500));
        check("3/5", Some(3000));
        check("5 stars", Some(5000));
        check("5 of 5 bubbles", Some(5000));
        check("Note : 8/10", Some(4200));
        check("3/5/2024", None);
        check("page 2 of 10 000", None);
        check("12 étoiles", None);
    }

    #[test]
    fn stars_are_read_from_classes_and_widths() {
        let check = |class: &str, expect: Option<i64>| {
            assert_eq!(of_classes(class).map(Rating::value_milli), expect, "{class}");
        };
        check("a-icon a-star-4", Some(4000));
        check("star-rating Three", Some(3000));
        check("ui_bubble_rating bubble_45", Some(4500));
        check("rating-4-5", Some(4500));
        check("stars", None);
        assert_eq!(of_width("width: 80%").map(Rating::value_milli), Some(4000));
        assert_eq!(of_width("width:64px"), None);
    }
}
