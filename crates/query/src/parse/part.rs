//! Parts of the tree while it is built, with what is needed to refuse a query that only excludes.

use std::ops::Range;

use crate::{Node, NodeKind};

/// A part of the tree and where it came from.
pub(super) struct Part {
    pub(super) node: Node,
    /// What lets the part hold for an item that has none of the query's words, if anything does.
    pub(super) holds_on_nothing: Option<Range<usize>>,
    /// The same of its negation.
    fails_on_nothing: Option<Range<usize>>,
    /// It stands for a part with a problem.
    pub(super) is_stand_in: bool,
}

impl Part {
    pub(super) fn clause(kind: NodeKind, span: Range<usize>) -> Self {
        let fails_on_nothing = Some(span.clone());
        let node = Node { span, kind };
        Self { node, fails_on_nothing, holds_on_nothing: None, is_stand_in: false }
    }

    /// Stands for a part with a problem, and causes no further one.
    pub(super) fn stand_in(span: Range<usize>) -> Self {
        let node = Node { span, kind: NodeKind::Any(Vec::new()) };
        Self { node, holds_on_nothing: None, fails_on_nothing: None, is_stand_in: true }
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.node.span.clone()
    }

    /// Returns the part with the brackets or the field name around it.
    pub(super) fn spanning(mut self, span: Range<usize>) -> Self {
        self.node.span = span;
        self
    }

    pub(super) fn negated(self, sign: &Range<usize>) -> Self {
        let span = sign.start..self.node.span.end;
        let kind = match self.node {
            Node { kind: NodeKind::Not(inner), .. } => inner.kind,
            node => NodeKind::Not(Box::new(node)),
        };
        Self {
            node: Node { span: span.clone(), kind },
            holds_on_nothing: self.fails_on_nothing.map(|_| span),
            fails_on_nothing: self.holds_on_nothing,
            is_stand_in: self.is_stand_in,
        }
    }

    /// Joins what speaks for an item and what speaks against it.
    pub(super) fn context(wanted: Vec<Node>, unwanted: Vec<Node>, span: Range<usize>) -> Self {
        let holds_on_nothing = wanted.is_empty().then(|| span.clone());
        let kind = NodeKind::Context { wanted, unwanted };
        Self { holds_on_nothing, ..Self::clause(kind, span) }
    }

    /// Joins parts that must all hold: one that needs a word is enough to need a word.
    pub(super) fn all(parts: Vec<Self>) -> Option<Self> {
        Self::joined(parts, NodeKind::All, |parts, span| {
            let needs_a_word = parts.iter().any(|part| part.holds_on_nothing.is_none());
            let fails = parts.iter().find_map(|part| part.fails_on_nothing.clone());
            ((!needs_a_word).then_some(span), fails)
        })
    }

    /// Joins parts of which one must hold: each must need a word.
    pub(super) fn any(parts: Vec<Self>) -> Option<Self> {
        Self::joined(parts, NodeKind::Any, |parts, span| {
            let holds = parts.iter().find_map(|part| part.holds_on_nothing.clone());
            let needs_a_word = parts.iter().any(|part| part.fails_on_nothing.is_none());
            (holds, (!needs_a_word).then_some(span))
        })
    }

    fn joined(
        mut parts: Vec<Self>,
        join: fn(Vec<Node>) -> NodeKind,
        on_nothing: impl FnOnce(&[Self], Range<usize>) -> (Option<Range<usize>>, Option<Range<usize>>),
    ) -> Option<Self> {
        if parts.len() < 2 {
            return parts.pop();
        }
        let span = parts.first()?.node.span.start..parts.last()?.node.span.end;
        let (holds_on_nothing, fails_on_nothing) = on_nothing(&parts, span.clone());
        let is_stand_in = parts.iter().any(|part| part.is_stand_in);
        let kind = join(parts.into_iter().map(|part| part.node).collect());
        Some(Self { node: Node { span, kind }, holds_on_nothing, fails_on_nothing, is_stand_in })
    }
}
