//! The names that may stand before a colon, and the values that may follow.

use model::{Kind, Lang};

use crate::filter::BadSite;
use crate::{Filter, TextField};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Text(TextField),
    Filter(FilterField),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilterField {
    Site,
    Lang,
    Source,
    Kind,
}

const FIELDS: [(&str, Field); 6] = [
    ("title", Field::Text(TextField::Title)),
    ("author", Field::Text(TextField::Author)),
    ("site", Field::Filter(FilterField::Site)),
    ("lang", Field::Filter(FilterField::Lang)),
    ("source", Field::Filter(FilterField::Source)),
    ("kind", Field::Filter(FilterField::Kind)),
];

impl Field {
    /// Finds the field of this name, in any case; or says what may have been meant.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let name = name.to_lowercase();
        if let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) {
            return Ok(*field);
        }
        let known = FIELDS.map(|(known, _)| known);
        Err(match closest(&name, &known) {
            Some(known) => format!("did you mean {known}:?"),
            None => format!(
                "the fields are {}; to find the words, put them between quotation marks",
                known.map(|known| format!("{known}:")).join(" ")
            ),
        })
    }
}

impl FilterField {
    /// Reads the value of a filter; or says in a message and a hint what is wrong with it.
    pub(super) fn read(self, value: &str) -> Result<Filter, (String, String)> {
        let value = value.trim();
        match self {
            Self::Site => Filter::site(value).map_err(|bad| bad_site(value, bad)),
            Self::Lang => Lang::from_tag(value).map(Filter::Lang).ok_or_else(|| {
                let hint = "use the code of two or three letters, such as lang:fr";
                (format!("{value:?} is not a language"), hint.to_owned())
            }),
            Self::Source if value.is_empty() => {
                Err(("source: names no source".to_owned(), "write source:its-id".to_owned()))
            }
            Self::Source => Ok(Filter::source(value)),
            Self::Kind => value.to_lowercase().parse().map(Filter::Kind).map_err(|_| {
                let kinds = Kind::ALL.map(Kind::as_str);
                let hint = match closest(&value.to_lowercase(), &kinds) {
                    Some(kind) => format!("did you mean kind:{kind}?"),
                    None => format!("the kinds are {}", kinds.join(", ")),
                };
                (format!("{value:?} is not a kind of source"), hint)
            }),
        }
    }
}

fn bad_site(value: &str, bad: BadSite) -> (String, String) {
    let (message, hint) = match bad {
        BadSite::NotAnAddress => {
            ("is not a site", "write site:example.com or site:example.com/blog")
        }
        BadSite::HasQuery => ("is one page, not a site", "leave out what follows ? or #"),
        BadSite::TooDeep => ("is too long for a site", "shorten the path"),
    };
    (format!("{value:?} {message}"), hint.to_owned())
}

/// Returns the known word that a slip of one or two letters may have turned into this one.
fn closest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let slips_max = if word.chars().count() <= 3 { 1 } else { 2 };
    let nearness = |known: &str| {
        // People seldom get the first letter wrong.
        (edit_distance(word, known), word.chars().next() != known.chars().next())
    };
    known
        .iter()
        .map(|&known| (nearness(known), known))
        .filter(|((slips, _), _)| *slips <= slips_max)
        .min()
        .map(|(_, known)| known)
}

/// Returns the Levenshtein distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_inserted_lost_and_changed_letters() {
        let check = |a, b, expect| assert_eq!(edit_distance(a, b), expect, "{a} {b}");
        check("title", "title", 0);
        check("titel", "title", 2);
        check("titre", "title", 1);
        check("", "kind", 4);
        check("kinds", "kind", 1);
    }

    #[test]
    fn a_short_word_is_not_taken_for_another() {
        assert_eq!(closest("lng", &["lang"]), Some("lang"));
        assert_eq!(closest("log", &["lang"]), None);
        assert_eq!(closest("auteur", &["author"]), Some("author"));
        assert_eq!(closest("titel", &["site", "title"]), Some("title"));
        assert_eq!(closest("langage", &["lang"]), None);
    }
}
