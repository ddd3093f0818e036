//! What a query costs: one that waits for no word is looked at for every item.

use super::draft::Draft;
use super::{Fix, Lint, LintCode};
use crate::{Filter, Node, NodeKind};

pub(super) fn find(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    let (costly, waits) = costliest(draft, draft.root);
    let message = match waits {
        WaitsFor::Word | WaitsFor::Place => return,
        WaitsFor::Kind => {
            "no word must be there: this is looked at for every item that its filters let through"
        }
        WaitsFor::Nothing => {
            "no word must be there: this is looked at for every item, the most that a query can cost"
        }
    };
    // A pattern that has no letters of its own is told of with a better reason.
    let is_told = lints.iter().any(|lint| {
        lint.code == LintCode::RegexWithoutLiteral
            && costly.span.start <= lint.span.start
            && lint.span.end <= costly.span.end
    });
    if !is_told {
        let fix = Fix::advice("add a word that must be there, or a site: or source:");
        let span = costly.span.clone();
        lints.push(Lint::warning(LintCode::NoRequiredWord, span, message, fix));
    }
}

/// What an item must have before a query is looked at; the later, the fewer items have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WaitsFor {
    Nothing,
    /// A filter that many items satisfy, such as a language.
    Kind,
    /// A filter that names a place: a site, a source, a thread, a tag.
    Place,
    Word,
}

/// Returns what a part of a query waits for.
pub(super) fn waits(node: &Node) -> WaitsFor {
    match &node.kind {
        NodeKind::All(parts) => parts.iter().map(waits).max().unwrap_or(WaitsFor::Nothing),
        NodeKind::Any(parts) => parts.iter().map(waits).min().unwrap_or(WaitsFor::Nothing),
        NodeKind::Not(part) => waits_without(part),
        NodeKind::Occurs { .. } => WaitsFor::Word,
        NodeKind::Filter(filter) => match filter {
            Filter::Site { .. } | Filter::Source(_) | Filter::Thread(_) | Filter::Tag(_) => {
                WaitsFor::Place
            }
            Filter::Lang(_)
            | Filter::Country(_)
            | Filter::Kind(_)
            | Filter::Tone(_)
            | Filter::Has(_)
            | Filter::Reply(_) => WaitsFor::Kind,
        },
        NodeKind::Regex { .. } | NodeKind::Interval(_) => WaitsFor::Nothing,
        // One of what is wanted must hold.
        NodeKind::Context { wanted, .. } => {
            wanted.iter().map(waits).min().unwrap_or(WaitsFor::Nothing)
        }
    }
}

/// Returns what the negation of a part waits for.
fn waits_without(node: &Node) -> WaitsFor {
    match &node.kind {
        NodeKind::All(parts) => parts.iter().map(waits_without).min().unwrap_or(WaitsFor::Nothing),
        NodeKind::Any(parts) => parts.iter().map(waits_without).max().unwrap_or(WaitsFor::Nothing),
        NodeKind::Not(part) => waits(part),
        NodeKind::Occurs { .. }
        | NodeKind::Regex { .. }
        | NodeKind::Filter(_)
        | NodeKind::Interval(_)
        | NodeKind::Context { .. } => WaitsFor::Nothing,
    }
}

/// Returns the alternative that waits for the least.
fn costliest<'n>(draft: &Draft<'_>, node: &'n Node) -> (&'n Node, WaitsFor) {
    if let NodeKind::Any(parts) = &node.kind
        && !draft.is_named(node)
        && let Some(part) = parts.iter().min_by_key(|part| waits(part))
    {
        return costliest(draft, part);
    }
    (node, waits(node))
}
