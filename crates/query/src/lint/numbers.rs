//! Ranges and distances that are open, beyond their scale, or too wide to say anything.

use super::draft::Draft;
use super::{Fix, Lint, LintCode};
use crate::parse::lexer::Lexeme;
use crate::{Interval, Node, NodeKind, Quantity};

pub(super) fn find(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    ranges(draft, draft.root, lints);
    for mark in &draft.marks {
        let (Lexeme::Near(written) | Lexeme::Distance(written)) = mark.lexeme else { continue };
        lints.extend(far(draft, written, mark.span.clone()));
    }
}

/// The words between two words of which it can still be said that they belong together.
const NEAR_MAX: usize = 20;

fn far(draft: &Draft<'_>, written: &str, span: std::ops::Range<usize>) -> Option<Lint> {
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    if digits.parse::<usize>().is_ok_and(|distance| distance <= NEAR_MAX) || digits.is_empty() {
        return None;
    }
    let message = format!("words up to {digits} words apart have seldom to do with each other");
    let with = draft.written(&span).replace(&digits, &NEAR_MAX.to_string());
    let fix = Fix::write(span.clone(), with.clone())
        .because(format!("write {with}, or AND if they may stand anywhere"));
    Some(Lint::warning(LintCode::FarNear, span, message, fix))
}

fn ranges(draft: &Draft<'_>, node: &Node, lints: &mut Vec<Lint>) {
    if draft.is_named(node) {
        return;
    }
    match &node.kind {
        NodeKind::All(parts) | NodeKind::Any(parts) => {
            for part in parts {
                ranges(draft, part, lints);
            }
        }
        NodeKind::Not(part) => ranges(draft, part, lints),
        NodeKind::Context { wanted, unwanted } => {
            for part in wanted.iter().chain(unwanted) {
                ranges(draft, part, lints);
            }
        }
        NodeKind::Interval(interval) => {
            lints.extend(
                out_of_scale(draft, node, interval).or_else(|| open(draft, node, interval)),
            );
        }
        NodeKind::Occurs { .. } | NodeKind::Regex { .. } | NodeKind::Filter(_) => {}
    }
}

/// The ends of the scale of a quantity, as they are written, where it has any.
fn scale(quantity: Quantity) -> (Option<String>, Option<String>) {
    match quantity {
        Quantity::Stars => (Some("1".to_owned()), Some("5".to_owned())),
        // The worst of another scale is not known: on some it is 0, on others 1.
        Quantity::RatingOutOf { best_milli } => (None, Some(stars(best_milli))),
        Quantity::Minute => (Some("00:00".to_owned()), Some("23:59".to_owned())),
        Quantity::Likes
        | Quantity::Shares
        | Quantity::Comments
        | Quantity::Views
        | Quantity::Followers => (Some("0".to_owned()), None),
        Quantity::Date => (None, None),
    }
}

fn open(draft: &Draft<'_>, node: &Node, interval: &Interval) -> Option<Lint> {
    let (first, last) = scale(interval.quantity);
    let (message, end) = match (interval.min, interval.max, interval.quantity) {
        (None, _, Quantity::Date) => {
            ("the range has no beginning: it holds for items with a wrong date long ago too", None)
        }
        (_, None, Quantity::Date) => {
            ("the range has no end: it holds for items with a wrong date in the future too", None)
        }
        (None, _, _) => ("the range has no beginning", Some(first?)),
        (_, None, _) => ("the range has no end", Some(last?)),
        _ => return None,
    };
    let fix = match end {
        Some(end) => {
            let star = draft.written(&node.span).find('*')? + node.span.start;
            Fix::write(star..star + 1, &end).because(format!("write {end} in the place of the *"))
        }
        None => Fix::advice("write a day for both ends"),
    };
    Some(Lint::warning(LintCode::OpenRange, node.span.clone(), message, fix))
}

fn out_of_scale(draft: &Draft<'_>, node: &Node, interval: &Interval) -> Option<Lint> {
    let best = match interval.quantity {
        Quantity::Stars => 5000,
        Quantity::RatingOutOf { best_milli } => best_milli,
        Quantity::Date
        | Quantity::Minute
        | Quantity::Likes
        | Quantity::Shares
        | Quantity::Comments
        | Quantity::Views
        | Quantity::Followers => return None,
    };
    let highest = interval.max.max(interval.min)?;
    if highest <= best {
        return None;
    }
    let message = if interval.min.is_some_and(|min| min > best) {
        format!("this is never true: ratings end at {} here", stars(best))
    } else {
        format!("ratings end at {} here", stars(best))
    };
    let scale = [10, 20, 100].into_iter().find(|scale| highest <= scale * 1000);
    let fix = match (interval.quantity, scale) {
        (Quantity::Stars, Some(scale)) => {
            let end = node.span.end;
            // The bracket of a group or the mark of a phrase stands after the number.
            let ends_number =
                draft.written(&node.span).ends_with(|c: char| c == ']' || c.is_ascii_digit());
            let fix = Fix::write(end..end, format!("/{scale}"))
                .because(format!("write /{scale} after it for sites that rate out of {scale}"));
            Fix { replacement: fix.replacement.filter(|_| ends_number), ..fix }
        }
        _ => Fix::advice("write a number within the scale"),
    };
    Some(Lint::warning(LintCode::OutOfScale, node.span.clone(), message, fix))
}

/// Writes thousandths as a number.
fn stars(milli: i64) -> String {
    let (whole, rest) = (milli / 1000, milli % 1000);
    if rest == 0 {
        whole.to_string()
    } else {
        format!("{whole}.{rest:03}").trim_end_matches('0').to_owned()
    }
}
