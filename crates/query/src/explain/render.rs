//! An explanation for a terminal: plain text, which reads the same through a pipe.

use std::fmt::Write as _;
use std::ops::Range;

use super::{Clause, Explanation, Found, Place, written};

/// How far each level is indented.
const INDENT: usize = 2;
/// The width of an answer with the space after it.
const ANSWER: usize = 5;
/// More places are not shown of one clause.
const PLACES_MAX: usize = 3;
/// More clauses are not listed as the reason.
const CULPRITS_MAX: usize = 20;

impl Explanation {
    /// Returns the clauses as an indented tree: whether each holds, the clause as it was typed, what
    /// is worth knowing of it, and the words that were found. For an item that is not found, a list
    /// follows of the clauses that keep it from being found.
    pub fn render(&self) -> String {
        let mut page = Page::default();
        page.line(0, if self.holds { "found" } else { "not found" });
        page.tree(self, None, 1);
        let culprits = self.culprits();
        if !culprits.is_empty() && culprits.len() < self.leaves() {
            page.line(0, "");
            page.line(0, "not found because of:");
            for culprit in culprits.iter().take(CULPRITS_MAX) {
                let text = match &culprit.clause {
                    Clause::Context { .. } => "context",
                    Clause::All { .. }
                    | Clause::Any { .. }
                    | Clause::Not { .. }
                    | Clause::Words { .. }
                    | Clause::Pattern { .. }
                    | Clause::Filter { .. }
                    | Clause::Interval { .. } => &culprit.text,
                };
                if culprit.holds {
                    page.line(INDENT, &format!("{text} — holds, and is excluded"));
                } else {
                    page.line(INDENT, &culprit.noted(text));
                }
            }
            if culprits.len() > CULPRITS_MAX {
                page.line(INDENT, &format!("and {} more", culprits.len() - CULPRITS_MAX));
            }
        }
        page.text
    }

    fn leaves(&self) -> usize {
        match &self.clause {
            Clause::All { parts } | Clause::Any { parts } => parts.iter().map(Self::leaves).sum(),
            Clause::Not { part } => part.leaves(),
            Clause::Words { .. }
            | Clause::Pattern { .. }
            | Clause::Filter { .. }
            | Clause::Interval { .. }
            | Clause::Context { .. } => 1,
        }
    }

    fn noted(&self, text: &str) -> String {
        if self.notes.is_empty() {
            return text.to_owned();
        }
        format!("{text} — {}", self.notes.join("; "))
    }
}

#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn line(&mut self, indent: usize, text: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{:indent$}{text}", "");
    }

    fn clause(&mut self, holds: bool, depth: usize, text: &str) {
        let answer = if holds { "yes" } else { "no" };
        self.line(INDENT * depth, &format!("{answer:<ANSWER$}{text}"));
    }

    fn tree(&mut self, part: &Explanation, around: Option<&Range<usize>>, depth: usize) {
        match &part.clause {
            Clause::All { parts } => self.group(part.holds, "all of", part, parts, around, depth),
            Clause::Any { parts } => self.group(part.holds, "any of", part, parts, around, depth),
            Clause::Not { part: excluded } => match &excluded.clause {
                Clause::All { parts } => {
                    self.group(part.holds, "not all of", excluded, parts, around, depth);
                }
                Clause::Any { parts } => {
                    self.group(part.holds, "none of", excluded, parts, around, depth);
                }
                Clause::Not { .. }
                | Clause::Words { .. }
                | Clause::Pattern { .. }
                | Clause::Filter { .. }
                | Clause::Interval { .. }
                | Clause::Context { .. } => {
                    self.leaf(part.holds, &part.text, excluded, depth);
                }
            },
            Clause::Words { .. }
            | Clause::Pattern { .. }
            | Clause::Filter { .. }
            | Clause::Interval { .. } => self.leaf(part.holds, &part.text, part, depth),
            Clause::Context { wanted, unwanted, .. } => {
                self.leaf(part.holds, "context", part, depth);
                for (name, parts) in [("for", wanted), ("against", unwanted)] {
                    if !parts.is_empty() {
                        self.line(INDENT * (depth + 1), name);
                    }
                    for inner in parts {
                        self.tree(inner, Some(&part.span), depth + 2);
                    }
                }
            }
        }
    }

    fn group(
        &mut self,
        holds: bool,
        name: &str,
        group: &Explanation,
        parts: &[Explanation],
        around: Option<&Range<usize>>,
        depth: usize,
    ) {
        let is_named =
            around != Some(&group.span) && parts.iter().all(|part| part.span == group.span);
        if is_named {
            self.clause(holds, depth, &format!("{name} {}", group.text));
        } else {
            self.clause(holds, depth, name);
        }
        for part in parts {
            self.tree(part, Some(&group.span), depth + 1);
        }
    }

    /// Writes a clause, or the negation of one, with what was found of it.
    fn leaf(&mut self, holds: bool, text: &str, leaf: &Explanation, depth: usize) {
        self.clause(holds, depth, &leaf.noted(text));
        match &leaf.clause {
            Clause::Words { found, .. } | Clause::Pattern { found, .. } => {
                self.places(found, INDENT * (depth + 1) + ANSWER);
            }
            Clause::All { .. }
            | Clause::Any { .. }
            | Clause::Not { .. }
            | Clause::Filter { .. }
            | Clause::Interval { .. }
            | Clause::Context { .. } => {}
        }
    }

    fn places(&mut self, found: &Found, indent: usize) {
        for Place { field, snippet, .. } in found.places.iter().take(PLACES_MAX) {
            let mut text = snippet.text.clone();
            for mark in snippet.marks.iter().rev() {
                text.insert(mark.end, ']');
                text.insert(mark.start, '[');
            }
            let cut = |is_cut, sign| if is_cut { sign } else { "" };
            let before = cut(snippet.cut_before, "… ");
            let after = cut(snippet.cut_after, " …");
            self.line(indent, &format!("{}: {before}{text}{after}", written::field_name(*field)));
        }
        if found.count > PLACES_MAX {
            self.line(indent, &format!("and {} more", found.count - PLACES_MAX));
        }
    }
}
