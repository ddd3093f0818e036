//! When each record was written.

use std::collections::{HashMap, HashSet};

use super::{Column, Group};
use crate::structure::dates::{About, Place};
use crate::structure::{thousandths, words};

impl Group<'_, '_> {
    pub(super) fn find_dates(&mut self) {
        #[derive(Default)]
        struct Found {
            first: HashMap<usize, usize>,
            count: usize,
            has_time: usize,
            in_prose: usize,
        }
        let mut columns: HashMap<(Column, Place), Found> = HashMap::new();
        let mut places: HashMap<(Column, Place), usize> = HashMap::new();
        for (number, mark) in self.outline.marks.iter().enumerate() {
            let Some(record) = self.owner(mark.element) else { continue };
            if self.quoted[mark.element] {
                continue;
            }
            match mark.about {
                About::Edit => {
                    let known = self.edits[record].get_or_insert(number);
                    if mark.place == Place::Machine
                        && self.outline.marks[*known].place != Place::Machine
                    {
                        *known = number;
                    }
                }
                About::Other => {}
                About::Text => {
                    let column = (self.column[mark.element], mark.place);
                    places.entry(column).or_insert(number);
                    let found = columns.entry(column).or_default();
                    found.first.entry(record).or_insert(number);
                    found.count += 1;
                    found.has_time += usize::from(mark.has_time);
                    found.in_prose += usize::from(mark.is_in_prose);
                }
            }
        }
        let mut ranked: Vec<(i32, usize, Found)> = columns
            .into_iter()
            .map(|(column, found)| {
                let present = found.first.len();
                let texts: HashSet<&str> = found
                    .first
                    .values()
                    .map(|&mark| self.outline.marks[mark].text.as_str())
                    .collect();
                let rank = 6 * thousandths(present, self.records.len())
                    + 3 * thousandths(texts.len(), present) / 2
                    + thousandths(found.has_time, found.count)
                    + self.order(&found.first)
                    + match column.1 {
                        Place::Machine => 1500,
                        Place::Title => 0,
                        Place::Words => 300,
                    }
                    - 3 * thousandths(found.in_prose, found.count)
                    - 500
                        * i32::try_from((found.count / present.max(1)).saturating_sub(1).min(6))
                            .unwrap_or(6);
                (rank, places[&column], found)
            })
            .collect();
        ranked.sort_by_key(|(rank, place, _)| (-rank, *place));
        for (_, _, found) in &ranked {
            for (&record, &mark) in &found.first {
                if self.outline.marks[mark].is_in_prose && self.dates[record].is_some() {
                    continue;
                }
                self.dates[record].get_or_insert(mark);
            }
        }
    }

    /// Says how far dates are in the order of the page or against it.
    fn order(&self, first: &HashMap<usize, usize>) -> i32 {
        let mut at: Vec<(usize, model::Timestamp)> = first
            .iter()
            .filter_map(|(record, mark)| {
                Some((*record, crate::dates::parse(&self.outline.marks[*mark].text)?))
            })
            .collect();
        at.sort_unstable();
        let up = at.windows(2).filter(|pair| pair[0].1 <= pair[1].1).count();
        let down = at.windows(2).filter(|pair| pair[0].1 >= pair[1].1).count();
        thousandths(up.max(down), at.len().saturating_sub(1))
    }

    /// Whether a line is no part of a text: the page's own words, a date, a control.
    pub(in crate::structure) fn is_beside(&self, record: usize, line: usize) -> bool {
        let shown = &self.outline.lines[line];
        self.common.contains(&line)
            || self.is_dated(record, line)
            || words::is_control(&shown.text)
            || self.titles[record].is_some_and(|title| {
                self.outline.elements[title].pieces.contains(&shown.pieces.start)
            })
            || self.authors[record].as_ref().is_some_and(|(element, name)| {
                let pieces = &self.outline.elements[*element].pieces;
                words::name(&shown.text) == name
                    || pieces.contains(&shown.pieces.start) && pieces.end >= shown.pieces.end
                    || pieces.start < shown.pieces.end
                        && shown.pieces.start < pieces.end
                        && shown.chars < name.chars().count() + 25
            })
    }

    /// Whether a line is there to tell a date.
    fn is_dated(&self, record: usize, line: usize) -> bool {
        let chosen = self.dates[record].and_then(|mark| self.outline.marks[mark].line);
        chosen == Some(line) && self.outline.lines[line].chars < 150
            || self.outline.marks_of(line).any(|mark| {
                !mark.is_in_prose && mark.about != About::Text
                    || self.outline.lines[line].chars < mark.text.chars().count() + 6
            })
    }

    /// What the lines that show the dates say besides date and name; `None` where it is nothing, or the
    /// same in other records.
    pub(in crate::structure) fn said_with_dates(&self) -> Vec<Option<usize>> {
        const CHARS_MIN: usize = 8;
        let beside = |record: usize| {
            let mark = &self.outline.marks[self.dates[record]?];
            let line = mark.line?;
            let mut text = self.outline.lines[line].text.replacen(&mark.text, " ", 1);
            if let Some((_, name)) = &self.authors[record] {
                text = text.replacen(name.as_str(), " ", 1);
            }
            // Numbers differ in what is the same otherwise.
            text.retain(|c| c.is_alphabetic() || c == ' ');
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            (text.chars().count() >= CHARS_MIN).then_some((line, text))
        };
        let all: Vec<Option<(usize, String)>> = (0..self.records.len()).map(beside).collect();
        let mut counts: HashMap<String, usize> = HashMap::new();
        for (_, text) in all.iter().flatten() {
            *counts.entry(text.clone()).or_default() += 1;
        }
        let is_alone = self.records.len() < 2;
        all.into_iter()
            .map(|found| {
                found.filter(|(_, text)| !is_alone && counts[text] * 3 <= self.records.len().max(3))
            })
            .map(|found| found.map(|(line, _)| line))
            .collect()
    }
}
