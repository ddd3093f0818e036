//! Regular expressions that do not mean what they look like, or cost more than they need.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::cost::{WaitsFor, waits};
use super::draft::Draft;
use super::{Fix, Lint, LintCode};
use crate::parse::lexer::Lexeme;
use crate::{Node, NodeKind};

pub(super) fn find(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    visit(draft, draft.root, waits(draft.root), lints);
}

/// Looks at patterns; `before` is what an item must have before they are tried.
fn visit(draft: &Draft<'_>, node: &Node, before: WaitsFor, lints: &mut Vec<Lint>) {
    if draft.is_named(node) {
        return;
    }
    match &node.kind {
        NodeKind::All(parts) => {
            for part in parts {
                visit(draft, part, before.max(waits(node)), lints);
            }
        }
        // An alternative is tried whatever the others wait for.
        NodeKind::Any(parts) => {
            for part in parts {
                visit(draft, part, if before == waits(node) { waits(part) } else { before }, lints);
            }
        }
        NodeKind::Not(part) => visit(draft, part, before, lints),
        NodeKind::Context { wanted, unwanted } => {
            for part in wanted.iter().chain(unwanted) {
                visit(draft, part, before, lints);
            }
        }
        NodeKind::Regex { .. } => pattern(draft, node, before, lints),
        NodeKind::Occurs { .. } | NodeKind::Filter(_) | NodeKind::Interval(_) => {}
    }
}

fn pattern(draft: &Draft<'_>, node: &Node, before: WaitsFor, lints: &mut Vec<Lint>) {
    let marks = draft.marks_in(&node.span);
    let Some(mark) = marks.iter().find(|mark| matches!(mark.lexeme, Lexeme::Regex(..))) else {
        return;
    };
    let (Lexeme::Regex(source, flags), span) = (mark.lexeme, &mark.span) else { return };
    let write = |source: &str, flags: &str| Fix::write(span.clone(), format!("/{source}/{flags}"));
    let mut warn = |code, message: &str, fix: Fix| {
        lints.push(Lint::warning(code, span.clone(), message, fix));
    };

    if source.contains("(i?)") {
        let message = "(i?) is an i that may be missing; it does not ignore case";
        warn(LintCode::RegexSlip, message, write(&source.replace("(i?)", ""), "i"));
    }
    let trimmed = trimmed(source);
    if trimmed.len() < source.len() {
        let message = ".* at an end of a pattern changes nothing: it is found anywhere in a text";
        warn(LintCode::RegexSlip, message, write(trimmed, flags));
    }
    if let Some(word) = plain_word(source, flags) {
        let message = "a pattern without special characters: the words themselves are found faster, \
                       and whatever their accents, but not within longer words";
        warn(LintCode::RegexPlainWord, message, Fix::write(span.clone(), word));
    }
    let escaped = DOMAIN.replace_all(source, |found: &Captures<'_>| {
        let before = &source[..found.get_match().start() + found["before"].len()];
        // Within a class a dot is a dot.
        if before.matches('[').count() > before.matches(']').count() {
            return found[0].to_owned();
        }
        format!("{}{}", &found["before"], found["domain"].replace('.', "\\."))
    });
    if escaped != source {
        let message = "the dot stands for any character, not only for a dot";
        warn(LintCode::RegexDot, message, write(&escaped, flags));
    }
    let hir = regex_syntax::parse(source);
    if before < WaitsFor::Place && !hir.is_ok_and(|hir| needs_letter(&hir)) {
        let message =
            "no letter or digit must be there, so that this pattern is tried on every text";
        let fix = Fix::advice("write a letter that must be there, or a word beside the pattern");
        warn(LintCode::RegexWithoutLiteral, message, fix);
    }
}

/// What looks like a domain with its dots unescaped. After a `\\`, a letter is no letter of a domain.
static DOMAIN: LazyLock<Regex> = LazyLock::new(|| {
    let top =
        "com|net|org|info|biz|eu|fr|de|es|it|pt|nl|be|ch|at|uk|us|ca|io|ai|co|app|dev|shop|tv";
    let pattern =
        format!(r"(?P<before>^|\\b|[^\\[:alnum:]-])(?P<domain>(?:[[:alnum:]-]+\.)+(?:{top}))\b");
    Regex::new(&pattern).unwrap_or_else(|error| unreachable!("{error}"))
});

/// Returns a pattern without the `.*` that may stand at its ends.
fn trimmed(source: &str) -> &str {
    let mut trimmed = source;
    while let Some(rest) = trimmed.strip_prefix(".*") {
        // Of `.*?` the mark belongs to the star, and an alternative begins anew.
        if rest.is_empty() || rest.starts_with(['?', '+', '*', '{']) || source.contains('|') {
            return trimmed;
        }
        trimmed = rest;
    }
    while let Some(rest) = trimmed.strip_suffix(".*") {
        if rest.is_empty() || rest.ends_with('\\') || source.contains('|') {
            return trimmed;
        }
        trimmed = rest;
    }
    trimmed
}

/// Returns how the words of a pattern are asked for that has nothing but words.
fn plain_word(source: &str, flags: &str) -> Option<String> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '’');
    if !source.chars().all(is_plain) || !source.contains(char::is_alphanumeric) {
        return None;
    }
    let has_capitals = source.chars().any(char::is_uppercase);
    Some(if has_capitals && flags.is_empty() {
        format!("{{{source}}}")
    } else if source.contains(' ') {
        format!("\"{source}\"")
    } else {
        source.to_owned()
    })
}

/// Tells whether a text must have a certain letter or digit, in any case, for a pattern to be found.
fn needs_letter(hir: &Hir) -> bool {
    const CASES_MAX: usize = 4;
    match hir.kind() {
        HirKind::Literal(literal) => {
            String::from_utf8_lossy(&literal.0).chars().any(char::is_alphanumeric)
        }
        HirKind::Class(Class::Unicode(class)) => {
            let letters: usize = class.iter().map(regex_syntax::hir::ClassUnicodeRange::len).sum();
            letters <= CASES_MAX && class.iter().all(|range| range.start().is_alphanumeric())
        }
        HirKind::Repetition(repetition) => repetition.min > 0 && needs_letter(&repetition.sub),
        HirKind::Capture(capture) => needs_letter(&capture.sub),
        HirKind::Concat(parts) => parts.iter().any(needs_letter),
        HirKind::Alternation(parts) => parts.iter().all(needs_letter),
        HirKind::Empty | HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => false,
    }
}
