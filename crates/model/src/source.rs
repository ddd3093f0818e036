//! Sources: the places we read.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{Lang, SourceId, Timestamp};

/// A place we read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub id: SourceId,
    pub url: Url,
    /// What people read in a mail; the id where the owner gave no better name.
    pub name: String,
    pub kind: Kind,
    /// The language to assume where an item does not say its own.
    pub lang: Option<Lang>,
    /// How to read it: a preset's name, or `feed`. Without it the page is recognised.
    pub preset: Option<String>,
    /// Whether the articles of a feed that has only their beginnings are read from their own pages.
    pub full_text: bool,
    /// Where the clocks stand by which its pages tell the time; without it as they say, else UTC.
    pub zone: Option<Tz>,
    /// A fixed pause between two checks. Without it the pause follows how often the source publishes.
    pub every: Option<Duration>,
    /// How far into its past it is read, from the first visit, where its site shows that; what it shows on
    /// the way for nothing said.
    pub since: Option<Duration>,
}

/// What kind of place a source is; digests have a section for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    News,
    Blog,
    Forum,
    Review,
    Social,
    Video,
    Web,
}

impl Kind {
    /// Every kind, in the order of a digest's sections.
    pub const ALL: [Self; 7] =
        [Self::News, Self::Blog, Self::Forum, Self::Review, Self::Social, Self::Video, Self::Web];

    /// Returns the word used in configuration, queries and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::News => "news",
            Self::Blog => "blog",
            Self::Forum => "forum",
            Self::Review => "review",
            Self::Social => "social",
            Self::Video => "video",
            Self::Web => "web",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is none of the kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(word: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(UnknownKind)
    }
}

/// What a server gave to ask "has this changed?" with (RFC 9110, section 8.8), kept verbatim.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validators {
    pub etag: Option<String>,
    pub last_modified: Option<String>,
    /// The SHA-256 of the last body that was read, in hexadecimal, for servers that give neither.
    pub body_digest: Option<String>,
}

/// How a source is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum Health {
    Unvisited,
    Well { since: Timestamp },
    Failing { since: Timestamp, failures: u32, reason: String },
}

/// A source that its readers must know is not being read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub source: SourceId,
    pub name: String,
    pub ailment: Ailment,
    pub since: Timestamp,
    pub reason: String,
}

/// What ails a source whose readers can't rely on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ailment {
    /// It answers, and has been silent for far longer than its rhythm allows.
    Frozen,
    /// It answers, with nothing where there was always something.
    Emptied,
    /// It leads to a page that lacks what it had.
    MovedAway,
    /// It answers with what can't be read, or no longer as it was.
    Unreadable,
    /// It does not answer, or with a failure of its own.
    Unreachable,
    /// It says that there is no such page.
    Missing,
    /// It does not let us read.
    Refused,
}

impl Ailment {
    pub const ALL: [Self; 7] = [
        Self::Frozen,
        Self::Emptied,
        Self::MovedAway,
        Self::Unreadable,
        Self::Unreachable,
        Self::Missing,
        Self::Refused,
    ];

    /// Returns the code used in the ledger, in logs and for machines: it never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Frozen => "frozen",
            Self::Emptied => "emptied",
            Self::MovedAway => "moved-away",
            Self::Unreadable => "unreadable",
            Self::Unreachable => "unreachable",
            Self::Missing => "missing",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for Ailment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is no code of an ailment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownAilment;

impl FromStr for Ailment {
    type Err = UnknownAilment;

    fn from_str(word: &str) -> Result<Self, UnknownAilment> {
        Self::ALL.into_iter().find(|ailment| ailment.as_str() == word).ok_or(UnknownAilment)
    }
}
