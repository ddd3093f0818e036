//! One word of a query, and which words of a text it stands for.

use std::fmt;

use model::Lang;

use crate::analysis;
use crate::stem::Forms;

/// One word of a query.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Word {
    /// A word in its folded form.
    Plain(String),
    /// A word written exactly so.
    Exact { folded: String, surface: String },
    /// A hashtag, a handle, a cash tag or an emoji, with the number of words it covers.
    Sign { text: String, width: usize },
    /// Words of a shape.
    Glob(Glob),
    /// A word and its other forms.
    Forms(Forms),
}

/// A word of a text, as the words of queries see it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub folded: &'a str,
    /// As it is written, in the form of [`analysis::surface`].
    pub surface: &'a str,
    /// The language of the item.
    pub lang: Option<&'a Lang>,
}

impl Word {
    /// Returns how many positions the word covers.
    pub fn width(&self) -> usize {
        match self {
            Self::Sign { width, .. } => *width,
            Self::Plain(_) | Self::Exact { .. } | Self::Glob(_) | Self::Forms(_) => 1,
        }
    }

    /// Tells whether it stands for the word of a text. A sign stands for no word.
    pub fn accepts(&self, seen: Seen<'_>) -> bool {
        match self {
            Self::Plain(folded) => seen.folded == folded,
            Self::Exact { folded, surface } => seen.folded == folded && seen.surface == surface,
            Self::Sign { .. } => false,
            Self::Glob(glob) => glob.accepts(seen.folded),
            Self::Forms(forms) => forms.accept(seen),
        }
    }
}

/// The shape of a word: letters, `?` for any one and `*` for any number of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Glob {
    /// The folded letters before the first wildcard; not empty.
    prefix: String,
    /// What follows the prefix.
    rest: Vec<GlobPart>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum GlobPart {
    Letter(char),
    One,
    Many,
}

impl Glob {
    /// Reads a word with wildcards. Letters are folded.
    pub(crate) fn new(written: &str) -> Self {
        let mut parts = Vec::new();
        let mut letters = String::new();
        for c in written.chars() {
            match c {
                '?' => parts.push(GlobPart::One),
                '*' if parts.last() == Some(&GlobPart::Many) => {}
                '*' => parts.push(GlobPart::Many),
                c => {
                    letters.clear();
                    analysis::fold(c, &mut letters);
                    parts.extend(letters.chars().map(GlobPart::Letter));
                }
            }
        }
        let prefix: String = parts
            .iter()
            .map_while(|part| match part {
                GlobPart::Letter(c) => Some(*c),
                GlobPart::One | GlobPart::Many => None,
            })
            .collect();
        let rest = parts.split_off(prefix.chars().count());
        Self { prefix, rest }
    }

    /// Returns the letters that every word of the shape begins with.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Tells whether the shape is a prefix alone: `word*`.
    pub fn is_prefix(&self) -> bool {
        self.rest == [GlobPart::Many]
    }

    /// Returns how many letters it names.
    pub(crate) fn letters(&self) -> usize {
        let is_letter = |part: &&GlobPart| matches!(part, GlobPart::Letter(_));
        self.prefix.chars().count() + self.rest.iter().filter(is_letter).count()
    }

    /// Tells whether a folded word has the shape, in time of the product of their lengths at most.
    pub fn accepts(&self, folded: &str) -> bool {
        let Some(word) = folded.strip_prefix(self.prefix.as_str()) else { return false };
        let mut word = word.chars();
        let mut at = 0;
        // Where to go on from when what follows the last `*` does not fit.
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            match self.rest.get(at) {
                Some(GlobPart::Many) if at + 1 == self.rest.len() => return true,
                Some(GlobPart::Many) => {
                    at += 1;
                    retry = Some((at, word.clone()));
                    continue;
                }
                None if word.as_str().is_empty() => return true,
                part => {
                    let mut rest = word.clone();
                    let fits = match (part, rest.next()) {
                        (Some(GlobPart::One), Some(_)) => true,
                        (Some(GlobPart::Letter(wanted)), Some(c)) => c == *wanted,
                        _ => false,
                    };
                    if fits {
                        at += 1;
                        word = rest;
                        continue;
                    }
                }
            }
            let Some((from, mut rest)) = retry.take() else { return false };
            if rest.next().is_none() {
                return false;
            }
            at = from;
            word = rest.clone();
            retry = Some((from, rest));
        }
    }
}

impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.prefix)?;
        for part in &self.rest {
            match part {
                GlobPart::Letter(c) => write!(f, "{c}")?,
                GlobPart::One => f.write_str("?")?,
                GlobPart::Many => f.write_str("*")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wildcards_stand_for_letters_of_one_word() {
        let check = |glob: &str, word: &str, expect: bool| {
            assert_eq!(Glob::new(glob).accepts(word), expect, "{glob} {word}");
        };
        check("ozal*", "ozalee", true);
        check("ozal*", "ozal", true);
        check("ozal*", "oza", false);
        check("Ozalé*", "ozalees", true);
        check("wom?n", "women", true);
        check("wom?n", "womn", false);
        check("wom?n", "womenn", false);
        check("w*rd", "word", true);
        check("w*rd", "wrd", true);
        check("w*rd", "wordrd", true);
        check("w*rd", "words", false);
        check("a*b*c", "aXbXbXc", true);
        check("a**b", "ab", true);
        check("a*?b", "ab", false);
        check("th?*", "thé", true);
    }

    proptest! {
        #[test]
        fn a_shape_is_what_the_regular_expression_says(glob in "[a-c][abc*?]{0,8}", word in "[a-c]{0,9}") {
            let regex = format!("^{}$", glob.replace('?', ".").replace('*', ".*"));
            let regex = regex::Regex::new(&regex).unwrap();
            prop_assert_eq!(Glob::new(&glob).accepts(&word), regex.is_match(&word));
        }
    }
}
