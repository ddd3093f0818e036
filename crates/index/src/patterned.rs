//! Queries with patterns in them: what the rest of the query lets through is looked into.
//!
//! The whole of such a part becomes one [`crate::checked::Checked`], not each pattern by itself, since
//! tantivy looks further ahead into an alternative than what stands beside it lets through.

use query::{Node, NodeKind};
use tantivy::query::{AllQuery, Occur, Query};

use crate::checked::Condition;
use crate::compile::{Compiler, all, any};

pub(crate) fn has_pattern(node: &Node) -> bool {
    match &node.kind {
        NodeKind::All(parts) | NodeKind::Any(parts) => parts.iter().any(has_pattern),
        NodeKind::Not(part) => has_pattern(part),
        NodeKind::Context { wanted, unwanted } => wanted.iter().chain(unwanted).any(has_pattern),
        NodeKind::Regex { .. } => true,
        NodeKind::Occurs { .. } | NodeKind::Filter(_) | NodeKind::Interval(_) => false,
    }
}

impl Compiler<'_> {
    pub(crate) fn patterned(self, node: &Node) -> Box<dyn Query> {
        let parts = if let NodeKind::All(parts) = &node.kind {
            parts.as_slice()
        } else {
            std::slice::from_ref(node)
        };
        let candidates = self.candidates(parts).unwrap_or_else(|| Box::new(AllQuery));
        // The other parts hold for every candidate.
        let unsure = parts.iter().filter(|part| has_pattern(part));
        let conditions = unsure.map(|part| self.condition(part)).collect();
        self.checked(candidates, Condition::All(conditions))
    }

    /// Returns what finds at least all that these parts find together; `None` if that is everything.
    fn candidates(self, parts: &[Node]) -> Option<Box<dyn Query>> {
        let mut clauses = Vec::new();
        for part in parts {
            if has_pattern(part) {
                clauses.extend(self.candidates_of(part).map(|query| (Occur::Must, query)));
            } else {
                clauses.push(self.clause(part));
            }
        }
        (!clauses.is_empty()).then(|| all(clauses))
    }

    fn candidates_of(self, node: &Node) -> Option<Box<dyn Query>> {
        match &node.kind {
            NodeKind::All(parts) => self.candidates(parts),
            NodeKind::Context { wanted, .. } if wanted.is_empty() => None,
            NodeKind::Any(parts) | NodeKind::Context { wanted: parts, .. } => {
                let each = parts.iter().map(|part| self.candidates(std::slice::from_ref(part)));
                Some(any(each.collect::<Option<_>>()?))
            }
            NodeKind::Not(_) | NodeKind::Regex { .. } => None,
            NodeKind::Occurs { .. } | NodeKind::Filter(_) | NodeKind::Interval(_) => {
                Some(self.query(node))
            }
        }
    }

    fn condition(self, node: &Node) -> Condition<Box<dyn Query>> {
        if !has_pattern(node) {
            return Condition::Found(self.query(node));
        }
        let each = |parts: &[Node]| {
            // Texts are dear to come by: what needs none is asked first.
            let (last, first): (Vec<&Node>, Vec<&Node>) =
                parts.iter().partition(|part| has_pattern(part));
            first.into_iter().chain(last).map(|part| self.condition(part)).collect()
        };
        match &node.kind {
            NodeKind::All(parts) => Condition::All(each(parts)),
            NodeKind::Any(parts) => Condition::Any(each(parts)),
            NodeKind::Not(part) => Condition::Not(Box::new(self.condition(part))),
            NodeKind::Context { wanted, unwanted } => {
                Condition::Outweigh(each(wanted), each(unwanted))
            }
            NodeKind::Regex { scope, pattern } => Condition::Pattern(*scope, pattern.clone()),
            NodeKind::Occurs { .. } | NodeKind::Filter(_) | NodeKind::Interval(_) => {
                Condition::Found(self.query(node))
            }
        }
    }
}
