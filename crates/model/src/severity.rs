//! How grave news is: what decides whom it wakes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How grave something is; the graver, the greater.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// What was found, and how sources are.
    #[default]
    Info,
    /// Something unusual began.
    Warning,
    /// It is very rare, and much is said.
    Crisis,
}

impl Severity {
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Crisis];

    /// Returns the word used in the configuration and the ledger.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Crisis => "crisis",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The word is none of the severities.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownSeverity;

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(word: &str) -> Result<Self, UnknownSeverity> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word).ok_or(UnknownSeverity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_is_read_by_its_word_and_a_crisis_is_the_gravest() {
        for severity in Severity::ALL {
            assert_eq!(severity.to_string().parse(), Ok(severity));
        }
        assert_eq!("panic".parse::<Severity>(), Err(UnknownSeverity));
        assert!(Severity::Crisis > Severity::Warning && Severity::Warning > Severity::Info);
    }
}
