//! The records of one group, field by field. What stands at the same place in most records is taken for
//! the same field: a column. So a column is judged by all of its values.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::dates::{About, Place};
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

    fn find_dates(&mut self) {
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
    pub(super) fn is_beside(&self, record: usize, line: usize) -> bool {
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

    fn find_bodies(&mut self) {
        let mut weights: HashMap<Column, (usize, HashSet<usize>)> = HashMap::new();
        let mut children: HashMap<Column, HashSet<Column>> = HashMap::new();
        let mut samples: HashMap<Column, usize> = HashMap::new();
        for record in 0..self.records.len() {
            for &line in &self.lines[record] {
                let element = self.first_element(line);
                if self.quoted[element] || self.is_beside(record, line) {
                    continue;
                }
                let weight = self.weight(record, line);
                let mut below: Option<Column> = None;
                for at in self.outline.ancestors(element).take_while(|&at| self.is_of(at, record)) {
                    let column = self.column[at];
                    let found = weights.entry(column).or_default();
                    found.0 += weight;
                    found.1.insert(record);
                    samples.entry(column).or_insert(at);
                    if let Some(below) = below {
                        children.entry(column).or_default().insert(below);
                    }
                    below = Some(column);
                }
                if let Some(below) = below {
                    children.entry(0).or_default().insert(below);
                    let all = weights.entry(0).or_default();
                    all.0 += weight;
                    all.1.insert(record);
                }
            }
        }
        let mut body: Column = 0;
        while let Some(below) = children.get(&body) {
            let weight = weights.get(&body).map_or(0, |(weight, _)| *weight);
            let best = below
                .iter()
                .filter_map(|column| Some((weights.get(column)?, *samples.get(column)?, *column)))
                .max_by_key(|((weight, _), sample, _)| (*weight, usize::MAX - sample));
            let Some(((best_weight, records), sample, column)) = best else { break };
            let is_most = best_weight * 100 >= weight * self.share_needed(sample);
            if !is_most || records.len() * 2 < self.records.len().min(weights[&0].1.len()) {
                break;
            }
            body = column;
        }
        for record in 0..self.records.len() {
            let mut bodies: Vec<usize> = Vec::new();
            for at in self.elements(record) {
                if self.column[at] == body
                    && bodies.last().is_none_or(|&last| at >= self.outline.elements[last].end)
                {
                    bodies.push(at);
                }
            }
            if bodies.is_empty() {
                bodies = self.roots(record);
            }
            self.bodies[record] = bodies;
        }
    }

    /// How much of the text must be within an element, in hundredths, for it to be the text's own.
    fn share_needed(&self, element: usize) -> usize {
        if self.owner(element).is_some_and(|record| self.records[record].start == element) {
            return 50;
        }
        let names = &self.outline.elements[element].names;
        match self.outline.tag(element) {
            "p" | "span" if words::is_text(names) => 80,
            "ul" | "ol" | "li" | "b" | "strong" | "em" | "i" | "a" | "u" | "h1" | "h2" | "h3"
            | "h4" | "h5" | "h6" | "p" | "br" => 1000,
            "span" | "font" | "big" | "small" => 90,
            _ if words::is_text(names) => 50,
            _ => 62,
        }
    }

    /// The topmost elements of a record.
    fn roots(&self, record: usize) -> Vec<usize> {
        let Range { start, end } = self.records[record];
        let next = |&at: &usize| Some(self.outline.elements[at].end).filter(|&at| at < end);
        std::iter::successors(Some(start), next).collect()
    }

    /// How much a line counts as text.
    fn weight(&self, record: usize, line: usize) -> usize {
        let shown = &self.outline.lines[line];
        if shown.linked * 10 > shown.chars * 8 && shown.chars < 80 {
            return 0;
        }
        let length =
            if shown.chars >= 40 { shown.chars } else { shown.chars * shown.chars / 40 + 1 };
        let element = self.first_element(line);
        let mut weight = length * 4;
        let mut said = false;
        for at in self.outline.ancestors(element).take_while(|&at| self.is_of(at, record)) {
            let parts = self.outline.elements[at].parts;
            if at == self.records[record].start {
                break;
            }
            if !said && parts.has(Parts::TEXT) {
                weight = weight * 3 / 2;
                said = true;
            } else if parts.has(Parts::NOTE) || !said && parts.has(Parts::ASIDE) {
                return weight / 10;
            } else if matches!(self.outline.tag(at), "dl" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
            {
                weight /= 4;
            }
        }
        weight
    }

    /// Where the texts are that stand apart from their dates.
    pub(super) fn texts(&self) -> Vec<Range<usize>> {
        let apart = (0..self.records.len()).filter(|&record| {
            self.dates[record]
                .is_some_and(|mark| !self.is_in_body(record, self.outline.marks[mark].element))
        });
        apart
            .flat_map(|record| self.bodies[record].iter())
            .map(|&body| body..self.outline.elements[body].end)
            .collect()
    }

    pub(super) fn is_in_body(&self, record: usize, element: usize) -> bool {
        self.bodies[record]
            .iter()
            .any(|&body| (body..self.outline.elements[body].end).contains(&element))
    }

    fn find_authors(&mut self) {
        struct Found {
            names: Vec<(usize, usize, String)>,
            records: HashSet<usize>,
            hint: i32,
        }
        let mut columns: HashMap<Column, Found> = HashMap::new();
        for record in 0..self.records.len() {
            // Where the date stands within it, the body is the whole record.
            let is_apart = self.dates[record]
                .is_none_or(|mark| !self.is_in_body(record, self.outline.marks[mark].element));
            for at in self.elements(record) {
                if self.quoted[at] || is_apart && self.is_in_body(record, at) {
                    continue;
                }
                let Some((name, hint)) = self.author_at(record, at) else { continue };
                let found = columns.entry(self.column[at]).or_insert_with(|| Found {
                    names: Vec::new(),
                    records: HashSet::new(),
                    hint: 0,
                });
                found.hint += hint;
                found.records.insert(record);
                found.names.push((record, at, name));
            }
        }
        let all = self.records.len();
        let mut ranked: Vec<(i32, usize, Found)> = columns
            .into_values()
            .map(|found| {
                let present = found.records.len();
                let distinct: HashSet<&str> =
                    found.names.iter().map(|(_, _, name)| name.as_str()).collect();
                let count = i32::try_from(found.names.len()).unwrap_or(i32::MAX).max(1);
                let is_common = all >= 4 && distinct.len() == 1;
                let rank = found.hint / count + 3 * thousandths(present, all)
                    - if is_common { 3000 } else { 0 }
                    - 300
                        * i32::try_from(found.names.len() / present.max(1) - 1).unwrap_or(9).min(9);
                (rank, found.names[0].1, found)
            })
            .filter(|(rank, _, found)| *rank >= 3500 || found.hint > 0 && *rank >= 2500)
            .collect();
        ranked.sort_by_key(|(rank, first, _)| (-rank, *first));
        for (_, _, found) in ranked.iter().filter(|(_, _, found)| found.hint > 0) {
            for (record, at, name) in &found.names {
                self.authors[*record].get_or_insert_with(|| (*at, name.clone()));
            }
        }
        if self.authors.iter().flatten().count() * 2 < all {
            // No hint at all: short words that change from record to record, at their heads.
            let unsaid = ranked.iter().find(|(_, _, found)| {
                let distinct: HashSet<&str> =
                    found.names.iter().map(|(_, _, name)| name.as_str()).collect();
                found.hint >= 0
                    && found.records.len() == found.names.len()
                    && found.records.len() * 10 >= all * 8
                    && distinct.len() * 10 >= all * 6
                    && found.names.iter().all(|(record, at, _)| self.is_at_head(*record, *at))
            });
            for (record, at, name) in unsaid.map_or(&[][..], |(_, _, found)| &found.names) {
                self.authors[*record].get_or_insert_with(|| (*at, name.clone()));
            }
        }
        for record in 0..all {
            if self.authors[record].is_none() {
                self.authors[record] = self.author_in_words(record);
            }
        }
    }

    /// Whether an element stands among the first lines of a record, before its text.
    fn is_at_head(&self, record: usize, at: usize) -> bool {
        const LINES: usize = 3;
        let line = self.outline.pieces[self.outline.elements[at].pieces.start].line;
        self.lines[record].iter().take(LINES).any(|&head| head == line)
            && self.bodies[record]
                .first()
                .is_none_or(|&body| at < body || self.is_in_body(record, at))
            && !self
                .outline
                .ancestors(at)
                .take(3)
                .take_while(|&near| self.is_of(near, record))
                .any(|near| self.outline.elements[near].parts.has(Parts::TITLE))
    }

    /// Reads a name out of an element, with how much speaks for it.
    fn author_at(&self, record: usize, at: usize) -> Option<(String, i32)> {
        let element = &self.outline.elements[at];
        let attr =
            |name| self.outline.attr(at, name).map(str::trim).filter(|value| !value.is_empty());
        let is_own =
            |names: &str| names.split_whitespace().any(|name| matches!(name, "author" | "creator"));
        for name in [
            "data-author",
            "data-username",
            "data-user-name",
            "data-display-name",
            "data-author-name",
        ] {
            if let Some(value) = attr(name).filter(|value| is_name(value)) {
                return Some((value.to_owned(), 4000));
            }
        }
        if self.outline.tag(at) == "meta" {
            let is_author = self
                .outline
                .ancestors(at)
                .take(2)
                .any(|at| is_own(&self.outline.elements[at].names));
            let is_name_of = matches!(attr("itemprop"), Some("author" | "creator" | "name"));
            let name = attr("content").filter(|name| is_author && is_name_of && is_name(name))?;
            return Some((name.to_owned(), 5000));
        }
        if element.pieces.is_empty()
            || element.pieces.len() > 4
            || words::is_control(&self.outline.words(at, 80))
        {
            return None;
        }
        let own = self.outline.pieces[element.pieces.start].element;
        // Of elements that hold nothing but one another the innermost stands for all.
        if own != at && self.outline.elements[own].pieces == element.pieces {
            return None;
        }
        let words = self.outline.words(at, NAME_CHARS_MAX);
        let name = words::name(&words);
        let is_dated = super::dates::find(name).is_some();
        if !is_name(name)
            || is_dated
            || words.ends_with(':')
                && name.len() + 3 > words.len()
                && !words::follows_author(&words)
                && name == words.trim_end_matches([':', ' '])
                && self.common.contains(&self.outline.pieces[element.pieces.start].line)
        {
            return None;
        }
        Some((name.to_owned(), self.author_hint(record, at, name, &words)))
    }

    /// Says how much speaks for an element's words being the author's name.
    fn author_hint(&self, record: usize, at: usize, name: &str, words: &str) -> i32 {
        let element = &self.outline.elements[at];
        let is_own =
            |names: &str| names.split_whitespace().any(|name| matches!(name, "author" | "creator"));
        let mut hint = 0;
        let near = self.outline.ancestors(at).take(4).take_while(|&near| self.is_of(near, record));
        for (distance, near) in (0..).zip(near) {
            if near == self.records[record].start && near != at {
                break;
            }
            let names = &self.outline.elements[near].names;
            let is_single = self.outline.elements[near].pieces.len() <= element.pieces.len() + 3;
            let full = if is_single { 3000 } else { 1500 };
            if self.outline.elements[near].parts.has(Parts::AUTHOR) {
                hint = hint.max(full - 400 * distance);
            }
            if self.outline.attr(at, "rel") == Some("author") || is_own(names) {
                hint = hint.max(4000 - 400 * distance);
            }
            if distance < 2 && self.outline.elements[near].parts.has(Parts::BESIDE_AUTHOR) {
                hint -= 2000;
            }
        }
        let line = &self.outline.lines[self.outline.pieces[element.pieces.start].line];
        if element.pieces.start > line.pieces.start {
            let before = &self.outline.pieces[element.pieces.start - 1];
            if words::introduces_author(before.text) {
                hint += 2500;
            }
        }
        let number = self.outline.pieces[element.pieces.start].line;
        if element.pieces.start == line.pieces.start
            && let Some(label) = number.checked_sub(1).map(|number| &self.outline.lines[number])
            && label.chars < 20
            && label.text.ends_with(':')
            && words::introduces_author(&label.text)
        {
            hint += 3000;
        }
        if element.pieces.end < line.pieces.end
            && words::follows_author(self.outline.pieces[element.pieces.end].text)
        {
            hint += 2500;
        }
        if words.len() > name.len() && words::name(words) != words.trim_end_matches([':', ' ']) {
            hint += 1500;
        }
        if matches!(self.outline.tag(at), "b" | "strong" | "h4" | "h3" | "h5" | "cite")
            || element.link.is_some()
        {
            hint += 400;
        }
        if element.pieces.len() > 1 {
            hint -= 1500;
        }
        if self.outline.elements[at].parts.has(Parts::TITLE) && hint < 1500 {
            hint -= 1000;
        }
        let href = element.link.and_then(|link| self.outline.attr(link, "href"));
        if href.is_some_and(|href| words::is_action(href) && !words::is_profile(href)) {
            hint -= 2500;
        }
        if self.common.contains(&self.outline.pieces[element.pieces.start].line)
            && line.chars <= words.chars().count()
        {
            hint -= 1500;
        }
        hint
    }

    /// Reads "by Ana, 3 May" and the like, where no element holds the name.
    fn author_in_words(&self, record: usize) -> Option<(usize, String)> {
        let mark = self.dates[record].map(|mark| &self.outline.marks[mark])?;
        let line = &self.outline.lines[mark.line?];
        let at = line.text.find(mark.text.as_str())?;
        let before = line.text[..at].trim_end_matches(|c: char| !c.is_alphanumeric() && c != '.');
        let before =
            before.strip_suffix(" le").or_else(|| before.strip_suffix(" on")).unwrap_or(before);
        let after = &line.text[at + mark.text.len()..];
        let found = [" par ", " by ", " von ", " por ", " de ", " from "].iter().find_map(|word| {
            let padded = format!(" {before}");
            let start = padded.to_lowercase().rfind(word)?;
            padded.get(start + word.len()..).map(str::to_owned)
        });
        let found = found.or_else(|| {
            let after = after.trim_start_matches([' ', ',', '-', '–', '|', '·']);
            let word = ["par ", "by ", "von ", "por "]
                .iter()
                .find(|word| after.to_lowercase().starts_with(*word))?;
            after.get(word.len()..).map(str::to_owned)
        });
        // A short line that begins with what is no label begins with the name.
        let found = found
            .or_else(|| (before.len() > 1 && !before.contains(':')).then(|| before.to_owned()))?;
        let name = words::name(found.split(['|', '·', '•', '—', '(']).next()?)
            .trim_matches([',', ' ', '-', '–']);
        (is_name(name)
            && !words::is_control(name)
            && !words::is_lead(name)
            && super::dates::find(name).is_none())
        .then(|| (mark.element, name.to_owned()))
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

    /// What the lines that show the dates say besides date and name; `None` where it is nothing, or the
    /// same in other records.
    pub(super) fn said_with_dates(&self) -> Vec<Option<usize>> {
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

    pub(super) fn column(&self, element: usize) -> Column {
        self.column[element]
    }

    pub(super) fn is_common(&self, line: usize) -> bool {
        self.common.contains(&line)
    }
}

/// Whether a text can be what somebody is called.
fn is_name(text: &str) -> bool {
    let chars = text.chars().count();
    (1..=NAME_CHARS_MAX).contains(&chars)
        && text.chars().any(char::is_alphabetic)
        && text.split_whitespace().count() <= 6
        && !text.contains(['!', '?', '#', '\n', '→', '»', '★'])
        && (!text.contains(". ") || chars < 25)
}
