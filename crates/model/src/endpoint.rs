//! Endpoints: programs and chat rooms that are told of events.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Seq, Timestamp};

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum EventKind {
    /// A query found an item.
    #[serde(rename = "mention.created")]
    MentionCreated,
    /// A story has so many more copies.
    #[serde(rename = "story.grew")]
    StoryGrew,
    #[serde(rename = "signal.opened")]
    SignalOpened,
    #[serde(rename = "signal.grew")]
    SignalGrew,
    #[serde(rename = "signal.ended")]
    SignalEnded,
    /// The readers of a source can't rely on it.
    #[serde(rename = "source.troubled")]
    SourceTroubled,
    #[serde(rename = "source.recovered")]
    SourceRecovered,
    /// All mails of a digest have left, or were given up.
    #[serde(rename = "digest.sent")]
    DigestSent,
}

impl EventKind {
    pub const ALL: [Self; 8] = [
        Self::MentionCreated,
        Self::StoryGrew,
        Self::SignalOpened,
        Self::SignalGrew,
        Self::SignalEnded,
        Self::SourceTroubled,
        Self::SourceRecovered,
        Self::DigestSent,
    ];

    /// Returns the name used in the ledger, in the configuration and on the wire: it never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MentionCreated => "mention.created",
            Self::StoryGrew => "story.grew",
            Self::SignalOpened => "signal.opened",
            Self::SignalGrew => "signal.grew",
            Self::SignalEnded => "signal.ended",
            Self::SourceTroubled => "source.troubled",
            Self::SourceRecovered => "source.recovered",
            Self::DigestSent => "digest.sent",
        }
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is no kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownEvent;

impl FromStr for EventKind {
    type Err = UnknownEvent;

    fn from_str(word: &str) -> Result<Self, UnknownEvent> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(UnknownEvent)
    }
}

/// How far an endpoint was told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Every hit up to this position of the log.
    pub hits: Seq,
    /// Every event up to this number.
    pub events: u64,
}

/// How an endpoint takes what it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum EndpointHealth {
    Well,
    /// Its last tries failed. It is left alone until then, and is then tried with one dispatch.
    Failing {
        since: Timestamp,
        /// One after another.
        failures: u32,
        until: Timestamp,
        reason: String,
    },
    /// Nothing is sent there until its owner says so.
    Off {
        at: Timestamp,
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_read_by_its_name_which_is_that_of_the_wire() {
        for kind in EventKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!("mention.deleted".parse::<EventKind>(), Err(UnknownEvent));
    }
}
