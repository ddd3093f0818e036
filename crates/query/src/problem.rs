//! What is wrong with a query, where in it, and what may help.

use std::fmt;
use std::ops::Range;

use crate::LintCode;

/// One reason why a query cannot be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryProblem {
    pub code: LintCode,
    /// The part of the query that is meant, in bytes; at character boundaries.
    pub span: Range<usize>,
    /// A lowercase fragment.
    pub message: String,
    pub hint: Option<String>,
}

/// How much of a long query is shown around a problem, in characters to either side.
const CONTEXT_CHARS: usize = 40;

impl QueryProblem {
    pub(crate) fn new(
        code: LintCode,
        span: Range<usize>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self { code, span, message: message.into(), hint: Some(hint.into()) }
    }

    /// Returns two lines: the query, as far as it stands near the problem, and carets under the
    /// part that is meant. `text` is the query that was parsed.
    pub fn render(&self, text: &str) -> String {
        pointed_at(&self.span, text)
    }
}

/// Returns two lines: the text around a part of it, and carets under that part.
pub(crate) fn pointed_at(span: &Range<usize>, text: &str) -> String {
    // A caller may pass another text than was parsed: the span is then cut to it.
    let (before, rest) = text.split_at_checked(span.start).unwrap_or((text, ""));
    let (meant, after) = rest.split_at_checked(span.len()).unwrap_or((rest, ""));

    let skipped = before.chars().count().saturating_sub(CONTEXT_CHARS);
    let mut line = String::new();
    if skipped > 0 {
        line.push('…');
    }
    line.extend(before.chars().skip(skipped));
    let indent = line.chars().count();
    // Something that is missing at the end is pointed at with one caret past the last character.
    let width = meant.chars().count().clamp(1, 2 * CONTEXT_CHARS);
    line.extend(meant.chars().take(width));
    let mut after = after.chars();
    if meant.chars().count() <= width {
        line.extend(after.by_ref().take(CONTEXT_CHARS));
    }
    if after.next().is_some() {
        line.push('…');
    }
    let line = line.replace(char::is_control, " ");
    format!("{}\n{}{}", line.trim_end(), " ".repeat(indent), "^".repeat(width))
}

impl fmt::Display for QueryProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for QueryProblem {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, span: Range<usize>, expect: &str) {
        assert_eq!(QueryProblem::new(LintCode::Syntax, span, "", "").render(text), expect);
    }

    #[test]
    fn carets_stand_under_characters_not_bytes() {
        check("thé (glacé", 5..6, "thé (glacé\n    ^");
        check("thé glacé", 5..11, "thé glacé\n    ^^^^^");
    }

    #[test]
    fn what_is_missing_at_the_end_is_pointed_at_past_it() {
        check("thé AND", 8..8, "thé AND\n       ^");
        check("", 0..0, "\n^");
    }

    #[test]
    fn a_long_query_is_shown_around_the_problem() {
        let text = format!("{} ( {}", "a".repeat(100), "b".repeat(100));
        let expect = format!("…{} ( {}…\n{}^", "a".repeat(39), "b".repeat(39), " ".repeat(41));
        check(&text, 101..102, &expect);
    }

    #[test]
    fn a_line_feed_does_not_break_the_line() {
        check("a\n(b", 2..3, "a (b\n  ^");
    }

    #[test]
    fn a_span_that_is_not_of_this_text_is_cut_to_it() {
        check("é", 0..9, "é\n^");
        check("é", 1..9, "é\n ^");
    }
}
