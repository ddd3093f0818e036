//! The records of one group, field by field. What stands at the same place in most records is taken for
//! the same field: a column. So a column is judged by all of its values.

mod author;
mod body;
mod date;

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::outline::Outline;
use super::words::Parts;
use super::{thousandths, words};

/// The place of an element in its record: the same number for elements at the same place.
pub(super) type Column = u64;

const OUTSIDE: usize = usize::MAX;
const NAME_CHARS_MAX: usize = 60;
const TITLE_CHARS_MAX: usize = 250;
/// A line that stands the same in so many tenths of the records is the page's, not theirs.
const COMMON_TENTHS: usize = 6;
const COMMON_CHARS_MAX: usize = 60;

/// Records with what was found out of them.
pub(super) struct Group<'o, 'a> {
    pub(super) outline: &'o Outline<'a>,
    pub(super) records: Vec<Range<usize>>,
    /// The record that each element belongs to, the innermost.
    owner: Vec<usize>,
    column: Vec<Column>,
    pub(super) quoted: Vec<bool>,
    /// The lines of each record.
    pub(super) lines: Vec<Vec<usize>>,
    /// Lines that stand the same in most records.
    common: HashSet<usize>,
    /// The mark of the date of each record, and of its last change.
    pub(super) dates: Vec<Option<usize>>,
    pub(super) edits: Vec<Option<usize>>,
    /// The elements that hold the text of each record.
    pub(super) bodies: Vec<Vec<usize>>,
    pub(super) authors: Vec<Option<(usize, String)>>,
    pub(super) titles: Vec<Option<usize>>,
}

impl<'o, 'a> Group<'o, 'a> {
    /// Lays out records; what is in `taken` and within them belongs to others.
    pub(super) fn new(
        outline: &'o Outline<'a>,
        records: Vec<Range<usize>>,
        taken: &[Range<usize>],
    ) -> Self {
        let size = outline.elements.len();
        let count = records.len();
        let mut group = Self {
            outline,
            records,
            owner: vec![OUTSIDE; size],
            column: vec![0; size],
            quoted: vec![false; size],
            lines: vec![Vec::new(); count],
            common: HashSet::new(),
            dates: vec![None; count],
            edits: vec![None; count],
            bodies: vec![Vec::new(); count],
            authors: vec![None; count],
            titles: vec![None; count],
        };
        group.own(taken);
        group.find_quotes();
        group.find_lines();
        group.find_dates();
        group.find_bodies();
        group.find_authors();
        group.find_titles();
        group
    }

    pub(super) fn owner(&self, element: usize) -> Option<usize> {
        self.owner.get(element).copied().filter(|owner| *owner != OUTSIDE)
    }

    fn is_of(&self, element: usize, record: usize) -> bool {
        self.owner[element] == record
    }

    /// Gives each element to the innermost record that it is in, and numbers its place there.
    fn own(&mut self, taken: &[Range<usize>]) {
        // Outer records come before those within them.
        let mut order: Vec<usize> = (0..self.records.len()).collect();
        order.sort_by_key(|&n| (self.records[n].start, usize::MAX - self.records[n].end));
        for record in order {
            self.owner[self.records[record].clone()].fill(record);
        }
        for other in taken {
            if self.records.iter().any(|own| own.start < other.start && other.end <= own.end) {
                self.owner[other.clone()].fill(OUTSIDE);
            }
        }
        for (number, record) in self.records.iter().enumerate() {
            let mut roots = 0_u64;
            for at in record.clone() {
                if self.owner[at] != number {
                    continue;
                }
                let element = &self.outline.elements[at];
                let mut hasher = DefaultHasher::new();
                if at == record.start {
                    1_u64.hash(&mut hasher);
                } else if element.parent < record.start {
                    roots += 1;
                    (roots.min(8), element.key).hash(&mut hasher);
                } else {
                    (self.column[element.parent], element.key).hash(&mut hasher);
                }
                self.column[at] = hasher.finish();
            }
        }
    }

    pub(super) fn elements(&self, record: usize) -> impl Iterator<Item = usize> + '_ {
        self.records[record].clone().filter(move |&at| self.is_of(at, record))
    }

    fn find_quotes(&mut self) {
        let mut columns: HashMap<Column, (usize, HashSet<usize>)> = HashMap::new();
        let mut quotes = Vec::new();
        let mut prose = 0;
        for record in 0..self.records.len() {
            prose += self.chars(self.records[record].start);
            for at in self.elements(record) {
                let element = &self.outline.elements[at];
                if at != self.records[record].start && element.parts.has(Parts::QUOTE) {
                    let column = columns.entry(self.column[at]).or_default();
                    column.0 += self.chars(at);
                    column.1.insert(record);
                    quotes.push(at);
                }
            }
        }
        for at in quotes {
            let (chars, records) = &columns[&self.column[at]];
            // Where every text is a `blockquote`, it is the board's way to set its posts.
            // Every post has the button to quote it, every review its heading.
            let is_short = self.outline.tag(at) != "blockquote"
                && self.records.len() >= 3
                && records.len() * 10 >= self.records.len() * 9
                && *chars < records.len() * 60;
            let is_text =
                is_short || records.len() * 10 >= self.records.len() * 8 && chars * 10 > prose * 3;
            if !is_text {
                let end = self.outline.elements[at].end;
                self.quoted[at..end].fill(true);
            }
        }
    }

    fn chars(&self, element: usize) -> usize {
        self.outline.pieces[self.outline.elements[element].pieces.clone()]
            .iter()
            .map(|piece| piece.text.trim().len())
            .sum()
    }

    fn find_lines(&mut self) {
        let mut same: HashMap<(Column, &str), Vec<(usize, usize)>> = HashMap::new();
        for record in 0..self.records.len() {
            let mut last = None;
            let mut lines = Vec::new();
            for at in self.pieces(record) {
                let piece = &self.outline.pieces[at];
                if self.is_of(piece.element, record) && last != Some(piece.line) {
                    last = Some(piece.line);
                    lines.push(piece.line);
                }
            }
            for &line in &lines {
                let text = &self.outline.lines[line];
                if text.chars <= COMMON_CHARS_MAX {
                    let column = self.column[self.first_element(line)];
                    same.entry((column, text.text.as_str())).or_default().push((record, line));
                }
            }
            self.lines[record] = lines;
        }
        for found in same.into_values() {
            let records: HashSet<usize> = found.iter().map(|(record, _)| *record).collect();
            if records.len() >= 3 && records.len() * 10 >= self.records.len() * COMMON_TENTHS {
                self.common.extend(found.into_iter().map(|(_, line)| line));
            }
        }
    }

    /// The pieces within a record, those of records within it too.
    fn pieces(&self, record: usize) -> Range<usize> {
        let Range { start, end } = self.records[record];
        let start = self.outline.elements[start].pieces.start;
        let end = if end < self.outline.elements.len() {
            self.outline.elements[end].pieces.start
        } else {
            self.outline.pieces.len()
        };
        start..end.max(start)
    }

    pub(super) fn first_element(&self, line: usize) -> usize {
        self.outline.pieces[self.outline.lines[line].pieces.start].element
    }

    fn find_titles(&mut self) {
        let mut columns: HashMap<Column, Vec<(usize, usize)>> = HashMap::new();
        for record in 0..self.records.len() {
            for at in self.elements(record) {
                let element = &self.outline.elements[at];
                let author = self.authors[record].as_ref().map(|(author, _)| *author);
                let holds_author = author.is_some_and(|author| {
                    (at..element.end).contains(&author)
                        || (author..self.outline.elements[author].end).contains(&at)
                });
                let is_title = self.outline.elements[at].parts.has(Parts::TITLE)
                    || element.link.is_some_and(|link| {
                        words::is_title("a", &self.outline.elements[link].names) && link == at
                    });
                if !is_title || self.quoted[at] || holds_author || element.pieces.is_empty() {
                    continue;
                }
                if self.dates[record].is_some_and(|mark| {
                    (at..element.end).contains(&self.outline.marks[mark].element)
                }) {
                    continue;
                }
                let chars: usize = self.chars(at);
                if (2..=TITLE_CHARS_MAX).contains(&chars)
                    && at != self.records[record].start
                    && !self.common.contains(&self.outline.pieces[element.pieces.start].line)
                    || chars > 1
                        && matches!(self.outline.tag(at), "h1" | "h2" | "h3" | "h4")
                        && chars <= TITLE_CHARS_MAX
                {
                    columns.entry(self.column[at]).or_default().push((record, at));
                }
            }
        }
        let mut ranked: Vec<_> = columns
            .into_values()
            .map(|found| {
                let records: HashSet<usize> = found.iter().map(|(record, _)| *record).collect();
                let (_, first) = found[0];
                let is_heading = self.outline.tag(first).starts_with('h');
                (is_heading, thousandths(records.len(), self.records.len()), first, found)
            })
            .filter(|(_, share, ..)| *share >= 500)
            .collect();
        ranked.sort_by_key(|(is_heading, share, first, _)| (!is_heading, -share, *first));
        if let Some((_, _, _, found)) = ranked.into_iter().next() {
            for (record, at) in found {
                self.titles[record].get_or_insert(at);
            }
        }
    }

    pub(super) fn column(&self, element: usize) -> Column {
        self.column[element]
    }

    pub(super) fn is_common(&self, line: usize) -> bool {
        self.common.contains(&line)
    }
}
