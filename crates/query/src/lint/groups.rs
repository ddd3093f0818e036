//! What is odd about a group: AND and OR without brackets, and parts that repeat or contradict.

use super::draft::{Draft, Joint};
use super::logic::Logic;
use super::{Fix, Lint, LintCode};
use crate::{Node, NodeKind};

pub(super) fn find(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    visit(draft, draft.root, &Logic::new(), lints);
}

fn visit(draft: &Draft<'_>, node: &Node, logic: &Logic, lints: &mut Vec<Lint>) {
    if draft.is_named(node) {
        return;
    }
    let inside = match &node.kind {
        NodeKind::All(parts) => {
            compare(draft, parts, Joint::And, logic, lints);
            parts.iter().collect()
        }
        NodeKind::Any(parts) => {
            // Where square brackets were taken for round ones, they are what is wrong.
            let is_told = |lint: &Lint| {
                lint.code == LintCode::SquareBrackets
                    && lint.span.start < node.span.end
                    && node.span.start < lint.span.end
            };
            if !lints.iter().any(is_told) {
                lints.extend(mixed(draft, node, parts));
            }
            compare(draft, parts, Joint::Or, logic, lints);
            parts.iter().collect()
        }
        NodeKind::Not(part) => vec![&**part],
        NodeKind::Context { wanted, unwanted } => wanted.iter().chain(unwanted).collect(),
        NodeKind::Occurs { .. }
        | NodeKind::Regex { .. }
        | NodeKind::Filter(_)
        | NodeKind::Interval(_) => Vec::new(),
    };
    for part in inside {
        visit(draft, part, logic, lints);
    }
}

/// Finds alternatives of several parts that have no brackets of their own.
fn mixed(draft: &Draft<'_>, group: &Node, parts: &[Node]) -> Option<Lint> {
    let is_open = |part: &&Node| match &part.kind {
        NodeKind::All(inside) => {
            inside.first().is_some_and(|first| first.span.start == part.span.start)
                && !draft.is_named(part)
        }
        NodeKind::Any(_)
        | NodeKind::Not(_)
        | NodeKind::Occurs { .. }
        | NodeKind::Regex { .. }
        | NodeKind::Filter(_)
        | NodeKind::Interval(_)
        | NodeKind::Context { .. } => false,
    };
    let open: Vec<&Node> = parts.iter().filter(is_open).collect();
    let first = *open.first()?;
    let mut bracketed = String::new();
    let mut at = group.span.start;
    for part in open {
        bracketed.push_str(&draft.text[at..part.span.start]);
        bracketed.push('(');
        bracketed.push_str(draft.written(&part.span));
        bracketed.push(')');
        at = part.span.end;
    }
    bracketed.push_str(&draft.text[at..group.span.end]);
    let message =
        format!("OR is read after AND: “{}” is one alternative", draft.shown(&first.span));
    let fix = Fix::write(group.span.clone(), bracketed)
        .because("put brackets around what belongs together");
    Some(Lint::warning(LintCode::MixedAndOr, group.span.clone(), message, fix))
}

/// Compares every part of a group with every other one; says of each at most one thing.
fn compare(draft: &Draft<'_>, parts: &[Node], joint: Joint, logic: &Logic, lints: &mut Vec<Lint>) {
    // Whether the second has no effect beside the first.
    let is_needless = |first: &Node, second: &Node| match joint {
        Joint::And => logic.implies(first, second),
        Joint::Or => logic.implies(second, first),
    };
    for (at, part) in parts.iter().enumerate() {
        let makes_needless = |(other_at, other): &(usize, &Node)| {
            *other_at != at
                && is_needless(other, part)
                && !other.is_same(part)
                // Of two that mean the same, the first stays.
                && (*other_at < at || !is_needless(part, other))
        };
        let earlier = &parts[..at];
        let lint =
            if let Some(first) = earlier.iter().find(|first| excludes(first, part, joint, logic)) {
                contradiction(draft, first, part)
            } else if let Some((_, other)) = parts.iter().enumerate().find(makes_needless) {
                useless(draft, part, other, joint)
            } else if earlier.iter().any(|first| first.is_same(part)) {
                duplicate(draft, part, joint)
            } else {
                continue;
            };
        lints.push(lint);
    }
}

fn excludes(first: &Node, second: &Node, joint: Joint, logic: &Logic) -> bool {
    joint == Joint::And && logic.excludes(first, second)
}

fn duplicate(draft: &Draft<'_>, part: &Node, joint: Joint) -> Lint {
    let message = format!("“{}” stands in this group already", draft.shown(&part.span));
    let fix = Fix { message: "leave it out".to_owned(), replacement: draft.without(part, joint) };
    Lint::warning(LintCode::DuplicateClause, part.span.clone(), message, fix)
}

fn useless(draft: &Draft<'_>, part: &Node, because_of: &Node, joint: Joint) -> Lint {
    let (part_shown, other) = (draft.shown(&part.span), draft.shown(&because_of.span));
    let message = match joint {
        Joint::And => format!("“{other}” makes “{part_shown}” needless"),
        Joint::Or => format!("“{part_shown}” finds nothing that “{other}” does not find too"),
    };
    let fix = Fix { message: "leave it out".to_owned(), replacement: draft.without(part, joint) };
    Lint::warning(LintCode::UselessClause, part.span.clone(), message, fix)
}

fn contradiction(draft: &Draft<'_>, first: &Node, second: &Node) -> Lint {
    let message = format!(
        "“{}” and “{}” are never both true",
        draft.shown(&first.span),
        draft.shown(&second.span)
    );
    let are_values = |node: &Node| matches!(node.kind, NodeKind::Filter(_) | NodeKind::Interval(_));
    let between = draft.text[first.span.end..second.span.start].trim();
    let fix = if are_values(first) && are_values(second) {
        let either = format!("({} OR {})", draft.written(&first.span), draft.written(&second.span));
        let message = "join them by OR if either will do";
        if between.is_empty() || between == "AND" {
            Fix::write(first.span.start..second.span.end, either).because(message)
        } else {
            Fix::advice(message)
        }
    } else {
        Fix::advice("leave out one of the two")
    };
    Lint::warning(LintCode::Contradiction, second.span.clone(), message, fix)
}
