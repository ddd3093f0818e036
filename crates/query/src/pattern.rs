//! Regular expressions in queries: over a field's text as written, in linear time.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use regex::{Regex, RegexBuilder};

/// More memory than this a compiled pattern may not take; far more than any reasonable one does.
const COMPILED_BYTES_MAX: usize = 1 << 18;

/// A compiled regular expression.
#[derive(Debug, Clone)]
pub struct Pattern {
    source: String,
    case: Case,
    regex: Arc<Regex>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Case {
    Sensitive,
    Insensitive,
}

impl Pattern {
    /// Compiles a pattern; or says what is wrong with it, in one line.
    pub(crate) fn new(source: &str, case: Case) -> Result<Self, String> {
        let insensitive = case == Case::Insensitive;
        let regex = RegexBuilder::new(source)
            .case_insensitive(insensitive)
            .size_limit(COMPILED_BYTES_MAX)
            .dfa_size_limit(COMPILED_BYTES_MAX)
            .build()
            .map_err(|error| one_line(&error))?;
        if regex.is_match("") {
            return Err("it finds the empty text, and so everything".to_owned());
        }
        Ok(Self { source: source.to_owned(), case, regex: Arc::new(regex) })
    }

    pub fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// Returns where it is found, in bytes.
    pub fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Range<usize>> + use<'_, 't> {
        self.regex.find_iter(text).map(|found| found.range())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        (&self.source, self.case) == (&other.source, other.case)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flag = if self.case == Case::Insensitive { "i" } else { "" };
        // A slash within is written `\/` in a query, and in the pattern that means the same.
        write!(f, "/{}/{flag}", self.source)
    }
}

fn one_line(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        return "it is too large".to_owned();
    }
    let text = error.to_string();
    let reason = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(&text);
    reason.trim().trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_pattern_is_refused_in_one_line() {
        let refused = |source| Pattern::new(source, Case::Sensitive).unwrap_err();
        assert_eq!(refused("a("), "unclosed group");
        assert_eq!(refused("a*"), "it finds the empty text, and so everything");
        assert_eq!(refused("(?:a{1000}){1000}"), "it is too large");
        assert_eq!(
            refused("(?=a)"),
            "look-around, including look-ahead and look-behind, is not supported"
        );
    }
}
