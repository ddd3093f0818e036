//! Signals: something unusual that began in what a query finds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignalKind {
    /// More is said than usual, within hours.
    Rise,
    /// More is said than usual, day after day.
    Slow,
    /// Less is said than usual.
    Silence,
    /// A larger share of what is said is negative.
    Negative,
    /// Reviews give fewer stars.
    Rating,
    /// A larger share of what is said is about what another query finds.
    Theme,
}

impl SignalKind {
    pub const ALL: [Self; 6] =
        [Self::Rise, Self::Slow, Self::Silence, Self::Negative, Self::Rating, Self::Theme];

    /// Returns the word used in the configuration and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rise => "rise",
            Self::Slow => "slow",
            Self::Silence => "silence",
            Self::Negative => "negative",
            Self::Rating => "rating",
            Self::Theme => "theme",
        }
    }
}

impl fmt::Display for SignalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is none of the kinds of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownSignalKind;

impl FromStr for SignalKind {
    type Err = UnknownSignalKind;

    fn from_str(word: &str) -> Result<Self, UnknownSignalKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(UnknownSignalKind)
    }
}

/// What happens to a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignalTurn {
    Opened,
    /// It is much worse than when it was last told.
    Grew,
    /// A person has seen it: only what is worse is told from now on.
    Acknowledged,
    Ended,
}

impl SignalTurn {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::Grew => "grew",
            Self::Acknowledged => "acknowledged",
            Self::Ended => "ended",
        }
    }
}

impl FromStr for SignalTurn {
    type Err = UnknownSignalKind;

    fn from_str(word: &str) -> Result<Self, UnknownSignalKind> {
        [Self::Opened, Self::Grew, Self::Acknowledged, Self::Ended]
            .into_iter()
            .find(|turn| turn.as_str() == word)
            .ok_or(UnknownSignalKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_read_by_its_word() {
        for kind in SignalKind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert_eq!("panic".parse::<SignalKind>(), Err(UnknownSignalKind));
    }

    #[test]
    fn a_turn_is_read_by_its_word() {
        for turn in [SignalTurn::Opened, SignalTurn::Grew, SignalTurn::Ended] {
            assert_eq!(turn.as_str().parse(), Ok(turn));
        }
        assert_eq!("exploded".parse::<SignalTurn>(), Err(UnknownSignalKind));
    }
}
