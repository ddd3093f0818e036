//! What each record says.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::{Column, Group};
use crate::structure::words::{self, Parts};

impl Group<'_, '_> {
    pub(super) fn find_bodies(&mut self) {
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
    pub(in crate::structure) fn texts(&self) -> Vec<Range<usize>> {
        let apart = (0..self.records.len()).filter(|&record| {
            self.dates[record]
                .is_some_and(|mark| !self.is_in_body(record, self.outline.marks[mark].element))
        });
        apart
            .flat_map(|record| self.bodies[record].iter())
            .map(|&body| body..self.outline.elements[body].end)
            .collect()
    }

    pub(in crate::structure) fn is_in_body(&self, record: usize, element: usize) -> bool {
        self.bodies[record]
            .iter()
            .any(|&body| (body..self.outline.elements[body].end).contains(&element))
    }
}
