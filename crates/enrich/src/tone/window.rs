//! What of a text is read: the title, and the text around the matches.

use std::ops::Range;

use super::token::Tokens;
use super::{Part, Said, TEXT_BYTES_MAX};

/// How far around a match is read: some sentences.
const AROUND_BYTES: usize = 600;
/// A longer title is none.
const TITLE_BYTES_MAX: usize = 500;
/// Matches beyond this many are as the first ones.
const MATCHES_MAX: usize = 200;

/// The tokens to judge by. They stand one after the other: those of the title, then those of the text.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) tokens: Tokens,
    /// The matches within the text that is read.
    pub(super) about: Vec<Range<usize>>,
    pub(super) offsets: Offsets,
}

/// Tells the title's tokens from the text's.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offsets {
    /// How many tokens are the title's.
    pub(super) title_tokens: usize,
}

impl Offsets {
    pub(super) fn part(self, token: usize) -> Part {
        if token < self.title_tokens { Part::Title } else { Part::Text }
    }
}

impl Window {
    pub(super) fn new(said: &Said<'_>) -> Self {
        let mut about: Vec<Range<usize>> = said
            .about
            .iter()
            .filter(|range| range.start < range.end && range.end <= said.text.len())
            .take(MATCHES_MAX)
            .cloned()
            .collect();
        about.sort_by_key(|range| range.start);
        let mut tokens = Tokens::default();
        let title_end = boundary(said.title, said.title.len().min(TITLE_BYTES_MAX));
        tokens.read(said.title, 0..title_end);
        let title_tokens = tokens.list.len();
        for part in parts(said.text, &about) {
            tokens.read(said.text, part);
        }
        Self { tokens, about, offsets: Offsets { title_tokens } }
    }
}

/// Returns the stretches around the matches, or the beginning of the text, on character boundaries.
fn parts(text: &str, about: &[Range<usize>]) -> Vec<Range<usize>> {
    if about.is_empty() || text.len() <= AROUND_BYTES {
        let whole = 0..boundary(text, text.len().min(TEXT_BYTES_MAX));
        return Vec::from([whole]);
    }
    let mut parts: Vec<Range<usize>> = Vec::new();
    let mut left = TEXT_BYTES_MAX;
    for range in about {
        let end = word_boundary(text, (range.end + AROUND_BYTES).min(text.len()));
        let start = word_boundary(text, range.start.saturating_sub(AROUND_BYTES));
        let start = parts.last().map_or(start, |last| start.max(last.end));
        let end = boundary(text, end.min(start + left)).max(start);
        left -= end - start;
        match parts.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ if start < end => parts.push(start..end),
            _ => {}
        }
        if left == 0 {
            break;
        }
    }
    parts
}

/// Returns the last character boundary that is not after `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// Returns a place between words not far before `at`, if there is one.
fn word_boundary(text: &str, at: usize) -> usize {
    let at = boundary(text, at);
    if at == text.len() {
        return at;
    }
    let near = boundary(text, at.saturating_sub(50));
    text[near..at].rfind(char::is_whitespace).map_or(at, |space| near + space)
}
