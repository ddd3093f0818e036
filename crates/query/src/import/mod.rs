//! Import of what people wrote for other services: a query of Brandwatch, Meltwater, Talkwalker,
//! Google Alerts or Syften is written again in Vigie's language, and their exports are read.
//!
//! Nothing is dropped silently: what has no counterpart is listed with its place and with what its
//! absence does to the query. An exclusion is never made larger than it was, since mentions that
//! are lost are noticed by nobody, while too many are noticed at once. It does no I/O, and does not
//! check that the result is a valid query: whoever saves it does.

mod brandwatch;
mod field;
mod file;
mod google;
mod grammar;
mod lexer;
mod lower;
mod meltwater;
mod name;
mod out;
mod place;
mod syften;
mod talkwalker;
mod term;
mod tree;

#[cfg(test)]
mod tests;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

pub use file::{Cadence, Import, ImportProblem, Imported, Place, Setting, read};

/// A longer query is not read: the longest that a service allows is half of that.
const TEXT_BYTES_MAX: usize = 200_000;

/// A language of queries other than Vigie's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    Brandwatch,
    Meltwater,
    Talkwalker,
    /// What Google's search box and its alerts understand.
    GoogleAlerts,
    Syften,
}

impl Dialect {
    pub const ALL: [Self; 5] =
        [Self::Brandwatch, Self::Meltwater, Self::Talkwalker, Self::GoogleAlerts, Self::Syften];

    /// Returns the word used on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Brandwatch => "brandwatch",
            Self::Meltwater => "meltwater",
            Self::Talkwalker => "talkwalker",
            Self::GoogleAlerts => "google-alerts",
            Self::Syften => "syften",
        }
    }

    /// Returns the name that people know it by.
    pub fn title(self) -> &'static str {
        match self {
            Self::Brandwatch => "Brandwatch",
            Self::Meltwater => "Meltwater",
            Self::Talkwalker => "Talkwalker",
            Self::GoogleAlerts => "Google",
            Self::Syften => "Syften",
        }
    }

    /// Returns what differs for every query of this dialect, to be said once rather than for each.
    pub fn differs(self) -> &'static str {
        match self {
            Self::Brandwatch => {
                "Brandwatch finds a word that is written with an accent only with that accent; \
                 Vigie finds it without, too, unless it is written {between braces}."
            }
            Self::Meltwater => {
                "Meltwater looks in the sources that were chosen beside the query; in Vigie they \
                 are the sources of its configuration."
            }
            Self::Talkwalker => {
                "Talkwalker looks in the panels and channels of a project; in Vigie they are the \
                 sources of its configuration."
            }
            Self::GoogleAlerts => {
                "Google also finds other forms of a word and words that mean the same, and leaves \
                 out results that it deems poor; Vigie finds the words as written. Write ~word to \
                 find its other forms."
            }
            Self::Syften => {
                "Syften looks in the communities that it knows; in Vigie they are the sources of \
                 its configuration."
            }
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is none of the dialects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownDialect;

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(word: &str) -> Result<Self, UnknownDialect> {
        Self::ALL.into_iter().find(|dialect| dialect.as_str() == word).ok_or(UnknownDialect)
    }
}

/// A query in Vigie's language, and how it differs from what it was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Translated {
    /// Empty where nothing could be carried over.
    pub query: String,
    /// In the order of the original.
    pub not_carried: Vec<NotCarried>,
    /// What was carried over, but may not be quite what was meant; in the order of the original.
    pub notes: Vec<Note>,
}

/// A part of a query that has no counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCarried {
    /// The part of the original that is meant, in bytes; at character boundaries.
    pub span: Range<usize>,
    /// The part as it was written, shortened where it is long.
    pub what: String,
    /// The reason, and whether the query finds more or less than the original.
    pub why: String,
}

/// A remark on a part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The part of the original that is meant, in bytes; at character boundaries.
    pub span: Range<usize>,
    pub message: String,
}

/// Writes one query of another service in Vigie's language.
pub fn translate(dialect: Dialect, text: &str) -> Translated {
    translate_with(dialect, text, Vec::new())
}

/// Does the same, and requires in addition what was set beside the query, such as a language.
fn translate_with(dialect: Dialect, text: &str, filters: Vec<out::Out>) -> Translated {
    if text.len() > TEXT_BYTES_MAX {
        let why = format!("it has {} bytes; {TEXT_BYTES_MAX} are read", text.len());
        let whole = NotCarried { span: 0..text.len(), what: excerpt(text), why };
        return Translated { not_carried: vec![whole], ..Translated::default() };
    }
    let (lexemes, notes) = lexer::lexemes(dialect, text);
    let mut read = tree::read(dialect, text, lexemes);
    read.notes.extend(notes);
    lower::translated(dialect, text, read, filters)
}

/// Returns the beginning of a text on one line.
fn excerpt(text: &str) -> String {
    const CHARS_MAX: usize = 80;
    let mut chars = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut excerpt: String = chars.by_ref().take(CHARS_MAX).collect();
    if chars.next().is_some() {
        excerpt.push('…');
    }
    excerpt
}
