//! The places where words were found, each with a little of what stands around it.

use std::ops::Range;

use serde::Serialize;

use crate::stretch::Stretch;
use crate::tokens::Tokens;
use crate::{Expression, Pattern, Snippet, TextField};

/// How much is shown before a place, and after it, in characters.
const AROUND_CHARS: usize = 30;
/// How much of a long place is shown, in characters.
const PLACE_CHARS_MAX: usize = 160;

/// What was found of a clause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Found {
    /// How often, in all its fields: what begins at one place counts once. Of a pattern no more than
    /// [`Found::MATCHES_MAX`] are counted.
    pub count: usize,
    /// Where: the first [`Found::PLACES_MAX`].
    pub places: Vec<Place>,
}

/// One place where something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    pub field: TextField,
    /// From the first word found to the last one, in bytes of the text of [`TextField::of`].
    pub range: Range<usize>,
    /// The words that were found, marked in what stands around them.
    pub snippet: Snippet,
}

impl Found {
    pub const PLACES_MAX: usize = 20;
    /// Looking for all matches of a pattern can take time of the square of the text's length.
    pub const MATCHES_MAX: usize = 100;

    /// Adds the places of what was found in a field.
    pub(super) fn add(
        &mut self,
        field: TextField,
        tokens: &Tokens<'_>,
        what: &Expression,
        stretches: &[Stretch],
    ) {
        let shown = Self::PLACES_MAX.saturating_sub(self.places.len()).min(stretches.len());
        let mut marks = Vec::new();
        tokens.marks(what, &stretches[..shown], &mut |mark| marks.push((mark.stretch, mark.bytes)));
        marks.sort_unstable_by_key(|(_, bytes)| (bytes.start, bytes.end));
        for &stretch in &stretches[..shown] {
            let within = marks.iter().filter(|(mark, _)| stretch.contains(*mark));
            self.places.extend(place(field, tokens.text(), within.map(|(_, bytes)| bytes.clone())));
        }
    }

    /// Adds and counts the matches of a pattern in a field.
    pub(super) fn add_matches(&mut self, field: TextField, text: &str, pattern: &Pattern) {
        for range in pattern.find_iter(text).take(Self::MATCHES_MAX.saturating_sub(self.count)) {
            self.count += 1;
            if self.places.len() < Self::PLACES_MAX {
                self.places.extend(place(field, text, [range].into_iter()));
            }
        }
    }
}

fn place(field: TextField, text: &str, marks: impl Iterator<Item = Range<usize>>) -> Option<Place> {
    let marks: Vec<Range<usize>> = marks.collect();
    let start = marks.first()?.start;
    let end = marks.iter().map(|mark| mark.end).max()?;
    Some(Place { field, range: start..end, snippet: snippet(text, start..end, &marks) })
}

/// Shows a place with the words before and after it.
fn snippet(text: &str, place: Range<usize>, marks: &[Range<usize>]) -> Snippet {
    let before = text[..place.start].char_indices().rev().take(AROUND_CHARS).last();
    let mut from = before.map_or(place.start, |(at, _)| at);
    if from > 0 {
        // Half a word says nothing, but scripts without spaces have no other place to cut.
        let space = text[from..place.start].find(is_gap);
        from = space.map_or(from, |space| from + space);
    }
    let chars_max = text[place.clone()].chars().count().min(PLACE_CHARS_MAX);
    let rest = text[place.start..].char_indices().nth(chars_max + AROUND_CHARS);
    let mut to = rest.map_or(text.len(), |(at, _)| place.start + at);
    if to < text.len() {
        let at_least = if to > place.end { place.end } else { place.start };
        to = text[at_least..to].rfind(is_gap).map_or(to, |space| at_least + space);
    }
    let mut line = Line::default();
    let mut at = from;
    let mut shown: Vec<Range<usize>> = Vec::new();
    for mark in marks {
        let mark = mark.start.max(at)..mark.end.min(to);
        if mark.start >= mark.end {
            continue;
        }
        line.push(&text[at..mark.start]);
        let start = line.begin();
        line.push(&text[mark.clone()]);
        // A pattern can find what shows nothing.
        if start < line.text.len() {
            shown.push(start..line.text.len());
        }
        at = mark.end;
    }
    line.push(&text[at..to]);
    let is_more = |text: &str| text.contains(|c: char| !is_gap(c));
    Snippet {
        text: line.text,
        marks: shown,
        cut_before: is_more(&text[..from]),
        cut_after: is_more(&text[to..]),
    }
}

/// A text on one line, as strangers' texts must be to stand in a terminal: runs of spaces and of what
/// acts instead of showing become one space, and none stands at either end.
#[derive(Default)]
struct Line {
    text: String,
    /// A space is due before what comes next.
    gap: bool,
}

impl Line {
    fn push(&mut self, text: &str) {
        for c in text.chars() {
            if is_gap(c) {
                self.gap = !self.text.is_empty();
            } else {
                self.begin();
                self.text.push(c);
            }
        }
    }

    /// Returns where the next character will stand.
    fn begin(&mut self) -> usize {
        if std::mem::take(&mut self.gap) {
            self.text.push(' ');
        }
        self.text.len()
    }
}

/// Tells whether a character shows nothing, or acts on what stands around it (Unicode TR 9).
fn is_gap(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Returns a text on one line of at most so many characters, and an ellipsis where it is cut.
pub(super) fn one_line(text: &str, chars_max: usize) -> String {
    let mut line = Line::default();
    line.push(text);
    match line.text.char_indices().nth(chars_max) {
        Some((at, _)) => format!("{}…", line.text[..at].trim_end()),
        None => line.text,
    }
}
