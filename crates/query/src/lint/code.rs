//! The names of what can be wrong with a query.

use std::fmt;

use serde::{Serialize, Serializer};

/// What a remark about a query is about. The names are stable: people write them into scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LintCode {
    /// Something is missing, or stands where it cannot.
    Syntax,
    /// There is no word in the query, or in a part of it.
    NothingToSearch,
    PurelyNegative,
    TooLarge,
    UnknownField,
    /// The value is none of those that the field takes.
    BadValue,
    BadWildcard,
    BadPattern,
    /// NEAR and ATLEAST take only words in their places.
    BadOperand,
    BadContext,
    /// A named part cannot be read in its place.
    BadPart,
}

/// Whether a query can be run in spite of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Error,
    Warning,
}

impl LintCode {
    pub const ALL: [Self; 11] = [
        Self::Syntax,
        Self::NothingToSearch,
        Self::PurelyNegative,
        Self::TooLarge,
        Self::UnknownField,
        Self::BadValue,
        Self::BadWildcard,
        Self::BadPattern,
        Self::BadOperand,
        Self::BadContext,
        Self::BadPart,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::NothingToSearch => "nothing-to-search",
            Self::PurelyNegative => "purely-negative",
            Self::TooLarge => "too-large",
            Self::UnknownField => "unknown-field",
            Self::BadValue => "bad-value",
            Self::BadWildcard => "bad-wildcard",
            Self::BadPattern => "bad-pattern",
            Self::BadOperand => "bad-operand",
            Self::BadContext => "bad-context",
            Self::BadPart => "bad-part",
        }
    }
}

impl fmt::Display for LintCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for LintCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
