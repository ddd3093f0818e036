//! Named parts, read in the place of their names.

use std::ops::Range;

use super::expanded::Inserted;
use super::limit;
use super::parser::{Parser, SPLIT};
use super::part::Part;
use super::shown;
use crate::{LintCode, Node, NodeKind, Parts, QueryProblem};

impl<'a> Parser<'a> {
    /// Finds the named part that `@name` stands for.
    pub(super) fn named_part(&self, word: &str) -> Option<(&'a str, &'a str)> {
        let name = word.strip_prefix('@')?;
        self.parts.get_key_value(name)
    }

    /// Begins to read a part by itself.
    pub(super) fn of_part(name: &str, text: &'a str, parts: &'a Parts) -> Self {
        let mut parser = Self::new(text, parts);
        parser.within.push(name.to_owned());
        parser
    }

    /// Says everything that is wrong with a part.
    pub(super) fn part_problems(mut self) -> Vec<QueryProblem> {
        let read = self.whole();
        if read.is_none() && self.problems.is_empty() {
            let hint = "write the words that its name stands for";
            self.complain(LintCode::NothingToSearch, 0..self.text.len(), "the part is empty", hint);
        }
        self.problems.sort_by_key(|problem| problem.span.start);
        self.problems
    }

    /// Reads a named part in the place of its name.
    pub(super) fn insert(&mut self, name: &str, text: &'a str, span: Range<usize>) -> Part {
        self.count(&span);
        // Parts that name each other many times over must not keep the reader busy for ever.
        if self.spent.clauses > limit::CLAUSES_MAX {
            return Part::stand_in(span);
        }
        if self.within.iter().any(|outer| outer == name) {
            let message = format!("@{} contains itself", shown(name));
            self.complain(LintCode::BadPart, span.clone(), message, "remove one of the two");
            return Part::stand_in(span);
        }
        if self.within.len() == limit::PARTS_DEPTH_MAX {
            let message = format!("parts within parts more than {} deep", limit::PARTS_DEPTH_MAX);
            self.complain(LintCode::TooLarge, span.clone(), message, "write the inner ones out");
            return Part::stand_in(span);
        }
        self.spent.chars += text.chars().count();
        if self.spent.chars > limit::CHARS_WITH_PARTS_MAX {
            let max = limit::CHARS_WITH_PARTS_MAX;
            let message = format!("more than {max} characters with the named parts");
            self.complain(LintCode::TooLarge, span.clone(), message, SPLIT);
            self.give_up();
            return Part::stand_in(span);
        }
        let mut inner = Parser::of_part(name, text, self.parts);
        // What the part itself says about the forms of its words goes before what the query says.
        if !inner.wording.all_forms {
            inner.wording = self.wording;
        }
        inner.spent = self.spent;
        inner.within.splice(0..0, self.within.iter().cloned());
        // Written out it stands in brackets, which are one level.
        let read = inner.deeper(&(0..text.len()), Parser::whole).flatten();
        self.spent = inner.spent;
        let gave_up = inner.gave_up;
        self.inserted.push(Inserted::new(&span, name, text, inner.inserted));
        for problem in inner.problems {
            let message = format!("in @{}: {}", shown(name), problem.message);
            self.complain(problem.code, span.clone(), message, problem.hint.unwrap_or_default());
        }
        if gave_up {
            self.give_up();
            return Part::stand_in(span);
        }
        let Some(mut part) = read else {
            let message = format!("@{} is empty", shown(name));
            let hint = "write its words in the configuration";
            self.complain(LintCode::BadPart, span.clone(), message, hint);
            return Part::stand_in(span);
        };
        part.node.take_span(&span);
        part.holds_on_nothing = part.holds_on_nothing.map(|_| span.clone());
        part
    }
}

impl Node {
    /// Says of the whole part that it stands at one place.
    fn take_span(&mut self, span: &Range<usize>) {
        self.span = span.clone();
        match &mut self.kind {
            NodeKind::All(parts) | NodeKind::Any(parts) => {
                for part in parts {
                    part.take_span(span);
                }
            }
            NodeKind::Not(part) => part.take_span(span),
            NodeKind::Context { wanted, unwanted } => {
                wanted.iter_mut().chain(unwanted).for_each(|part| part.take_span(span));
            }
            NodeKind::Occurs { .. }
            | NodeKind::Regex { .. }
            | NodeKind::Filter(_)
            | NodeKind::Interval(_) => {}
        }
    }
}
