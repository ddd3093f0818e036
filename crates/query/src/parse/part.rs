//! Parts of the tree while it is built, with what is needed to refuse a query that only excludes.

use std::ops::Range;

use crate::Node;

/// A part of the tree and where it came from.
pub(super) struct Part {
    pub(super) node: Node,
    pub(super) span: Range<usize>,
    /// What lets the part hold for an item that has none of the query's words, if anything does.
    pub(super) holds_on_nothing: Option<Range<usize>>,
    /// The same of its negation.
    fails_on_nothing: Option<Range<usize>>,
}

impl Part {
    pub(super) fn clause(node: Node, span: Range<usize>) -> Self {
        Self { node, fails_on_nothing: Some(span.clone()), holds_on_nothing: None, span }
    }

    /// Stands for a part with a problem, and causes no further one.
    pub(super) fn stand_in(span: Range<usize>) -> Self {
        let node = Node::Any(Vec::new());
        Self { node, span, holds_on_nothing: None, fails_on_nothing: None }
    }

    /// Returns the part with the brackets or the field name around it.
    pub(super) fn spanning(self, span: Range<usize>) -> Self {
        Self { span, ..self }
    }

    pub(super) fn negated(self, sign: &Range<usize>) -> Self {
        let node =
            if let Node::Not(inner) = self.node { *inner } else { Node::Not(Box::new(self.node)) };
        let span = sign.start..self.span.end;
        Self {
            node,
            holds_on_nothing: self.fails_on_nothing.map(|_| span.clone()),
            fails_on_nothing: self.holds_on_nothing,
            span,
        }
    }

    /// Joins parts that must all hold: one that needs a word is enough to need a word.
    pub(super) fn all(parts: Vec<Self>) -> Option<Self> {
        Self::joined(parts, Node::All, |parts, span| {
            let needs_a_word = parts.iter().any(|part| part.holds_on_nothing.is_none());
            let fails = parts.iter().find_map(|part| part.fails_on_nothing.clone());
            ((!needs_a_word).then_some(span), fails)
        })
    }

    /// Joins parts of which one must hold: each must need a word.
    pub(super) fn any(parts: Vec<Self>) -> Option<Self> {
        Self::joined(parts, Node::Any, |parts, span| {
            let holds = parts.iter().find_map(|part| part.holds_on_nothing.clone());
            let needs_a_word = parts.iter().any(|part| part.fails_on_nothing.is_none());
            (holds, (!needs_a_word).then_some(span))
        })
    }

    fn joined(
        mut parts: Vec<Self>,
        join: fn(Vec<Node>) -> Node,
        on_nothing: impl FnOnce(&[Self], Range<usize>) -> (Option<Range<usize>>, Option<Range<usize>>),
    ) -> Option<Self> {
        if parts.len() < 2 {
            return parts.pop();
        }
        let span = parts.first()?.span.start..parts.last()?.span.end;
        let (holds_on_nothing, fails_on_nothing) = on_nothing(&parts, span.clone());
        let node = join(parts.into_iter().map(|part| part.node).collect());
        Some(Self { node, span, holds_on_nothing, fails_on_nothing })
    }
}
