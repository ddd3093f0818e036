//! The names of what can be said about a query.

use std::fmt;

use serde::{Serialize, Serializer};

/// Whether a query can be run in spite of what is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $severity:ident $variant:ident $name:literal,)*) => {
        /// What a remark about a query is about. The names are stable: people write them into scripts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum LintCode {
            $($(#[doc = $doc])* $variant,)*
        }

        impl LintCode {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$variant => Severity::$severity,)*
                }
            }
        }
    };
}

codes! {
    /// Something is missing, or stands where it cannot.
    Error Syntax "syntax",
    /// There is no word in the query, or in a part of it.
    Error NothingToSearch "nothing-to-search",
    /// It would find whatever is not excluded.
    Error PurelyNegative "purely-negative",
    /// It goes beyond what one query may cost.
    Error TooLarge "too-large",
    /// The name before a colon is none of ours.
    Error UnknownField "unknown-field",
    /// The value is none of those that its field takes.
    Error BadValue "bad-value",
    /// A word with `*` or `?` that would find nothing, or far too much.
    Error BadWildcard "bad-wildcard",
    /// The regular expression cannot be used.
    Error BadPattern "bad-pattern",
    /// NEAR, ATLEAST and `~5` take only words in their places, and numbers in their range.
    Error BadOperand "bad-operand",
    /// The context does not stand beside the whole query, or only excludes.
    Error BadContext "bad-context",
    /// A named part is empty or contains itself.
    Error BadPart "bad-part",

    /// AND and OR stand in one group without brackets.
    Warning MixedAndOr "mixed-and-or",
    /// A word that would be an operator in capitals, or in English.
    Warning LowercaseOperator "lowercase-operator",
    /// An operator of another tool, which is none here.
    Warning ForeignOperator "foreign-operator",
    /// An operator between quotation marks is a word.
    Warning OperatorInPhrase "operator-in-phrase",
    /// Single quotation marks make no phrase.
    Warning SingleQuotes "single-quotes",
    /// Square brackets make no group.
    Warning SquareBrackets "square-brackets",
    /// A long dash does not exclude.
    Warning LongDash "long-dash",
    /// A field name within the value of another field is a word.
    Warning FieldInValue "field-in-value",
    /// The analysis drops a sign that seems to matter.
    Warning DroppedSign "dropped-sign",
    /// A `*` alone in a phrase stands for nothing.
    Warning LoneWildcard "lone-wildcard",
    /// A `?` at the end of a word, as in a question.
    Warning QuestionMark "question-mark",
    /// A word with a wildcard and too few letters.
    Warning ShortPrefix "short-prefix",
    /// A wildcard in an operand of NEAR.
    Warning NearWildcard "near-wildcard",
    /// Words that may be so far apart that their nearness says little.
    Warning FarNear "far-near",
    /// One or two letters are all that is asked for.
    Warning ShortWord "short-word",
    /// A word that stands in almost every text of a language.
    Warning CommonWord "common-word",
    /// A word of letters that look alike in two scripts.
    Warning MixedScripts "mixed-scripts",
    /// A handle that looks like the end of an e-mail address.
    Warning AddressHandle "address-handle",
    /// A handle that is almost the name of a part.
    Warning UnknownPart "unknown-part",
    /// The name of a part where it can only be a handle.
    Warning HandleNotPart "handle-not-part",
    /// The same is written twice in one group.
    Warning DuplicateClause "duplicate-clause",
    /// A part that another one of its group makes useless.
    Warning UselessClause "useless-clause",
    /// Parts that are never all true.
    Warning Contradiction "contradiction",
    /// A range without an end.
    Warning OpenRange "open-range",
    /// A range beyond the scale.
    Warning OutOfScale "out-of-scale",
    /// A pattern that does not mean what it looks like.
    Warning RegexSlip "regex-slip",
    /// A pattern that a word would do for.
    Warning RegexPlainWord "regex-plain-word",
    /// A dot that stands for any character, in what looks like a domain.
    Warning RegexDot "regex-dot",
    /// A pattern that must be tried on every text.
    Warning RegexWithoutLiteral "regex-without-literal",
    /// No word must be there, so that every item is looked at.
    Warning NoRequiredWord "no-required-word",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_made_of_lower_case_words() {
        for (at, code) in LintCode::ALL.iter().enumerate() {
            let name = code.as_str();
            assert!(name.split('-').all(|word| !word.is_empty()), "{name}");
            assert!(name.chars().all(|c| c == '-' || c.is_ascii_lowercase()), "{name}");
            assert!(LintCode::ALL[..at].iter().all(|other| other.as_str() != name), "{name}");
        }
    }
}
