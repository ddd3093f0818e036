//! How a search is written.

use std::collections::BTreeSet;

use super::spread::Needed;
use super::wanted::{Term, Wanted};
use super::{Language, Phrase};

/// Words that a search may take for its own.
const OPERATORS: [&str; 4] = ["and", "or", "not", "near"];

/// Writes all that is wanted as one search, where the platform has brackets and room for it.
pub(super) fn whole(wanted: &Wanted, language: &Language) -> Option<String> {
    let is_able = language.groups && language.and && language.phrase == Some(Phrase::Quoted);
    let or = language.or.as_deref().filter(|_| is_able)?;
    if *wanted == Wanted::Anything {
        return None;
    }
    let written = nested(wanted, or, language, Bracket::None);
    fits(&written, language).then_some(written)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Bracket {
    None,
    Alternatives,
    All,
}

fn nested(wanted: &Wanted, or: &str, language: &Language, within: Bracket) -> String {
    let (parts, between, bracket) = match wanted {
        Wanted::Anything => return String::new(),
        Wanted::Term(term) => {
            let spellings = spellings(term, language);
            let is_one = spellings.len() == 1;
            let joined = joined(spellings.into_iter(), or);
            return if is_one { joined } else { format!("({joined})") };
        }
        Wanted::All(parts) => (parts, " ", Bracket::All),
        Wanted::Any(parts) => (parts, or, Bracket::Alternatives),
    };
    let mut seen = BTreeSet::new();
    let parts = parts.iter().map(|part| nested(part, or, language, bracket));
    let parts: Vec<String> = parts.filter(|part| seen.insert(part.clone())).collect();
    let is_one = parts.len() == 1;
    let text = if between == " " { parts.join(" ") } else { joined(parts.into_iter(), or) };
    if within == Bracket::None || is_one { text } else { format!("({text})") }
}

fn joined(parts: impl Iterator<Item = String>, or: &str) -> String {
    parts.collect::<Vec<_>>().join(&between(or))
}

fn between(or: &str) -> String {
    format!(" {or} ")
}

/// Writes alternatives as few searches.
pub(super) fn several(alternatives: &[Needed], language: &Language) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut searches: Vec<String> = Vec::new();
    // The last search to which an alternative can still be added.
    let mut open: Option<usize> = None;
    for one in alternatives.iter().flat_map(|needed| needed_words(needed, language)) {
        if !seen.insert(one.text.to_lowercase()) {
            continue;
        }
        let Some(or) = &language.or else {
            searches.push(one.text);
            continue;
        };
        if one.terms > 1 && !language.groups {
            searches.push(one.text);
            continue;
        }
        let text = if one.terms > 1 { format!("({})", one.text) } else { one.text };
        let longer = open.map(|at| (at, format!("{}{}{text}", searches[at], between(or))));
        if let Some((at, longer)) = longer.filter(|(_, longer)| fits(longer, language)) {
            searches[at] = longer;
        } else {
            open = Some(searches.len());
            searches.push(text);
        }
    }
    // Alone, what needs all its terms needs no brackets.
    for search in &mut searches {
        let inner = search.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        if let Some(inner) = inner.filter(|inner| !inner.contains(['(', ')'])) {
            *search = inner.to_owned();
        }
    }
    searches
}

/// One alternative as it is written, and of how many terms.
struct Written {
    text: String,
    terms: usize,
}

/// Writes what is needed in each of its spellings. What is too long is left out: less is asked for then,
/// and more is found.
fn needed_words(needed: &Needed, language: &Language) -> Vec<Written> {
    let mut all = vec![Written { text: String::new(), terms: 0 }];
    for term in needed {
        let mut longer = Vec::new();
        for before in &all {
            for spelling in spellings(term, language) {
                let text = format!("{} {spelling}", before.text).trim_start().to_owned();
                longer.push(Written { text, terms: before.terms + 1 });
            }
        }
        // Brackets are two more.
        if longer.iter().all(|one| one.text.chars().count() + 2 <= language.length) {
            all = longer;
        }
    }
    all.retain(|one| one.terms > 0);
    if !all.is_empty() {
        return all;
    }
    // A single term is too long: its first words are less, and less is wider.
    let Some(term) = needed.first() else { return Vec::new() };
    let mut words = term.words.clone();
    while words.len() > 1 && words.join(" ").chars().count() + 2 > language.length {
        words.pop();
    }
    let cut = Term { written: words.join(" "), words };
    vec![Written { text: spelt(&cut.written, &cut, language), terms: 1 }]
}

/// Returns how a term may be written there.
fn spellings(term: &Term, language: &Language) -> Vec<String> {
    let folded = term.words.join(" ");
    let both = (language.accents || language.is_of_tags())
        && term.written.to_lowercase() != folded
        // Only accents are a reason to write it twice.
        && term.written.split_whitespace().count() == term.words.len();
    let mut spellings = vec![spelt(&term.written, term, language)];
    if both {
        spellings.push(spelt(&folded, term, language));
    }
    spellings.dedup();
    spellings
}

fn spelt(written: &str, term: &Term, language: &Language) -> String {
    if language.is_of_tags() {
        return written.chars().filter(|c| c.is_alphanumeric() || *c == '_').collect();
    }
    // Scripts without spaces are one run of letters, which is searched for as it is.
    let is_run = !written.contains(' ') && written.chars().all(char::is_alphanumeric);
    if is_run {
        let is_operator = OPERATORS.contains(&written.to_lowercase().as_str());
        return if is_operator { written.to_lowercase() } else { written.to_owned() };
    }
    match (language.phrase, language.and || term.words.len() == 1) {
        (Some(Phrase::Quoted), _) => format!("\"{written}\""),
        (Some(Phrase::Loose), _) => {
            let plain = |c: char| if c.is_alphanumeric() { c } else { ' ' };
            let plain: String = written.chars().map(plain).collect();
            plain.split_whitespace().collect::<Vec<_>>().join(" ")
        }
        // A tag was written above.
        (None | Some(Phrase::Joined), true) => written.to_owned(),
        // One word is all that can be asked for: the longest.
        (None | Some(Phrase::Joined), false) => {
            let longest = term.words.iter().max_by_key(|word| word.len());
            longest.cloned().unwrap_or_default()
        }
    }
}

fn fits(text: &str, language: &Language) -> bool {
    text.chars().count() <= language.length
}
