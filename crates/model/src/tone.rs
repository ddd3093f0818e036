//! How texts speak of what they are about.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How an item speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    Negative,
    Neutral,
    Positive,
}

impl Tone {
    pub const ALL: [Self; 3] = [Self::Negative, Self::Neutral, Self::Positive];

    /// Returns the word used in queries and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }
}

impl fmt::Display for Tone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is none of the tones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownTone;

impl FromStr for Tone {
    type Err = UnknownTone;

    fn from_str(word: &str) -> Result<Self, UnknownTone> {
        Self::ALL.into_iter().find(|tone| tone.as_str() == word).ok_or(UnknownTone)
    }
}

/// How an item speaks of what a query looks for, and why it is thought so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToneReading {
    /// `None` for what is not sure.
    pub tone: Option<Tone>,
    /// From -1, all against it, to 1, all for it.
    pub score: f32,
    /// How probable it is that the tone is the one named, from 0 to 1.
    pub confidence: f32,
    /// The words that decided, as they are written there, the weightiest first.
    pub words: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_read_by_its_word() {
        for tone in Tone::ALL {
            assert_eq!(tone.to_string().parse(), Ok(tone));
        }
        assert_eq!("angry".parse::<Tone>(), Err(UnknownTone));
    }
}
