//! What is read of items beside what their sources say.

use std::borrow::Cow;

/// Returns what the language of a text is read from.
pub(crate) fn words<'a>(title: &'a str, text: &'a str) -> Cow<'a, str> {
    match (title, text) {
        ("", words) | (words, "") => Cow::Borrowed(words),
        (title, text) => Cow::Owned(format!("{title}\n{text}")),
    }
}
