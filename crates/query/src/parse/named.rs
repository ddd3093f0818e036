//! Named parts, read in the place of their names.

use std::ops::Range;

use super::expanded::Inserted;
use super::limit;
use super::parser::Parser;
use super::part::Part;
use crate::{Node, NodeKind, Parts, QueryProblem};

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
            let problem = QueryProblem::new(0..self.text.len(), "the part is empty");
            self.problems.push(problem.hint("write the words that its name stands for"));
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
            let message = format!("@{name} contains itself");
            let hint = "remove one of the two";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
            return Part::stand_in(span);
        }
        if self.within.len() == limit::PARTS_DEPTH_MAX {
            let message = format!("parts within parts more than {} deep", limit::PARTS_DEPTH_MAX);
            self.complain(QueryProblem::new(span.clone(), message).hint("write it out"));
            return Part::stand_in(span);
        }
        let mut inner = Parser::of_part(name, text, self.parts);
        inner.wording = self.wording;
        inner.spent = self.spent;
        inner.within.splice(0..0, self.within.iter().cloned());
        // Written out it stands in brackets, which count as deep.
        let read = inner.deeper(&(0..text.len()), Parser::whole).flatten();
        self.spent = inner.spent;
        self.inserted.push(Inserted::new(&span, name, text, inner.inserted));
        for problem in inner.problems {
            let message = format!("in @{name}: {}", problem.message);
            self.complain(QueryProblem { span: span.clone(), message, hint: problem.hint });
        }
        match read {
            Some(mut part) => {
                part.node.take_span(&span);
                part.holds_on_nothing = part.holds_on_nothing.map(|_| span.clone());
                part
            }
            None => {
                let message = format!("@{name} is empty");
                let hint = "write its words in the configuration";
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
        }
    }
}

impl Node {
    /// Says of the whole part that it stands at one place.
    fn take_span(&mut self, span: &Range<usize>) {
        self.span = span.clone();
        match &mut self.kind {
            NodeKind::All(parts) | NodeKind::Any(parts) => {
                parts.iter_mut().for_each(|part| part.take_span(span));
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
