//! Names for imported queries: short, made of letters, digits and hyphens, no two alike, and the
//! same whenever the same file is read.

use std::collections::{HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

const CHARS_MAX: usize = 40;
const WORDS_MAX: usize = 6;

#[derive(Debug, Default)]
pub(super) struct Names {
    taken: HashSet<String>,
    /// The last number that was put after a name.
    numbers: HashMap<String, usize>,
}

impl Names {
    /// Returns a name that was not given before, from the one that the query had or from its words.
    pub(super) fn name(&mut self, wished: Option<&str>, query: &str) -> String {
        let name = wished
            .map(|wished| slug(wished, usize::MAX))
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| slug(query, WORDS_MAX));
        let name = if name.is_empty() { "query".to_owned() } else { name };
        if self.taken.insert(name.clone()) {
            return name;
        }
        let number = self.numbers.entry(name.clone()).or_insert(1);
        loop {
            *number += 1;
            let numbered = format!("{name}-{number}");
            if self.taken.insert(numbered.clone()) {
                return numbered;
            }
        }
    }
}

/// Returns the first words of a text, small, without accents and joined by hyphens.
fn slug(text: &str, words_max: usize) -> String {
    let mut slug = String::new();
    let words = text
        .split(|c: char| !c.is_alphanumeric() && !is_mark(c))
        .filter(|word| !matches!(*word, "" | "AND" | "OR" | "NOT"));
    for word in words.take(words_max) {
        let word: String = word
            .nfkd()
            .flat_map(char::to_lowercase)
            .filter(|c| c.is_alphanumeric())
            .take(CHARS_MAX)
            .collect();
        let len = slug.chars().count();
        if word.is_empty() {
            continue;
        }
        if len > 0 && len + 1 + word.chars().count() > CHARS_MAX {
            break;
        }
        if len > 0 {
            slug.push('-');
        }
        slug.push_str(&word);
    }
    slug
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_the_words_of_the_query() {
        let check = |query: &str, expect: &str| {
            assert_eq!(Names::default().name(None, query), expect, "{query}");
        };
        check("\"Ozalée\" -\"rue Ozalée\"", "ozalee-rue-ozalee");
        check("(thé OR tisane) AND NOT glacé", "the-tisane-glace");
        check("one two three four five six seven", "one-two-three-four-five-six");
        check("オザレ", "オサレ");
        check("ozale\u{301}e", "ozalee");
        check("!?", "query");
        let (long, short) = ("x".repeat(99), "x".repeat(40));
        check(&long, &short);
        check("incomprehensibilities electroencephalograph a", "incomprehensibilities");
    }

    #[test]
    fn no_two_names_are_alike() {
        let mut names = Names::default();
        let mut name = |wished, query| names.name(wished, query);
        assert_eq!(name(Some("Thé"), "a"), "the");
        assert_eq!(name(Some("the 2"), "a"), "the-2");
        assert_eq!(name(Some("THE"), "b"), "the-3");
        assert_eq!(name(Some("the"), "b"), "the-4");
        assert_eq!(name(Some("…"), "tea"), "tea");
        assert_eq!(name(None, "tea"), "tea-2");
    }

    #[test]
    fn many_equal_names_are_numbered_quickly() {
        let mut names = Names::default();
        let last = (0..10_000).map(|_| names.name(None, "tea")).last();
        assert_eq!(last.as_deref(), Some("tea-10000"));
    }
}
