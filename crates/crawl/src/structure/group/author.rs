//! Who wrote each record.

use std::collections::{HashMap, HashSet};

use super::{Column, Group, NAME_CHARS_MAX};
use crate::structure::words::{self, Parts};
use crate::structure::{dates, thousandths};

impl Group<'_, '_> {
    pub(super) fn find_authors(&mut self) {
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
        let is_dated = dates::find(name).is_some();
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
            && dates::find(name).is_none())
        .then(|| (mark.element, name.to_owned()))
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
