//! Remarks on a query, for the person who writes it: what is wrong with one that cannot be read, and
//! what is probably not meant in one that can.
//!
//! A warning says only what is true of how the query is run. It does not guess at what a query that is
//! plainly written is for: the tests hold it to silence on long good ones.

mod code;
mod cost;
mod draft;
mod groups;
mod logic;
mod names;
mod numbers;
mod patterns;
mod scripts;
mod signs;
mod stop_words;
mod terms;
#[cfg(test)]
mod tests;
mod typing;

use std::fmt;
use std::ops::Range;

use serde::Serialize;

pub use self::code::{LintCode, Severity};
use self::draft::Draft;
use crate::problem::pointed_at;
use crate::{Parts, QueryProblem, parse};

/// One remark about a query.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Lint {
    pub code: LintCode,
    pub severity: Severity,
    /// The part of the query that is meant, in bytes; at character boundaries.
    pub span: Range<usize>,
    /// A lowercase fragment.
    pub message: String,
    pub fix: Option<Fix>,
}

/// What may help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// A lowercase fragment that tells what to do.
    pub message: String,
    /// What to write in the place of which bytes, where that is all there is to do: what comes of it is
    /// a query that can be read, with one such remark less.
    pub replacement: Option<(Range<usize>, String)>,
}

/// More is not said about one query.
const LINTS_MAX: usize = 50;

/// Returns what there is to say about a query, in its order: errors if it cannot be read, or else
/// warnings.
pub fn lint(text: &str, parts: &Parts) -> Vec<Lint> {
    let all = remarks(text, parts, all_warnings);
    let mut lints = all.clone();
    lints.truncate(LINTS_MAX);
    for lint in &mut lints {
        let Lint { code, fix: Some(fix), .. } = lint else { continue };
        // What is near may make a good idea a bad one: the proof is to try it.
        fix.replacement.take_if(|(range, with)| {
            let fixed = [&text[..range.start], with, &text[range.end..]].concat();
            !is_better(&all, &remarks(&fixed, parts, cheap_warnings), *code)
        });
    }
    lints
}

type Find = fn(&Draft<'_>, &mut Vec<Lint>);

fn remarks(text: &str, parts: &Parts, find: Find) -> Vec<Lint> {
    let mut lints = Vec::new();
    match parse::read(text, parts) {
        Err(problems) => lints.extend(problems.into_iter().map(|problem| error(problem, text))),
        Ok(parsed) => find(&Draft::new(text, parts, &parsed.root), &mut lints),
    }
    lints.sort_by_key(|lint| (lint.span.start, lint.span.end, lint.code));
    lints
}

fn all_warnings(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    cheap_warnings(draft, lints);
    groups::find(draft, lints);
}

/// Finds what is found in the time of reading the query. To compare the parts of a group takes longer,
/// too long for trying every fix: those of groups only take out what was found, or bracket it.
fn cheap_warnings(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    typing::find(draft, lints);
    signs::find(draft, lints);
    names::find(draft, lints);
    scripts::find(draft, lints);
    patterns::find(draft, lints);
    numbers::find(draft, lints);
    terms::find(draft, lints);
    cost::find(draft, lints);
}

fn error(problem: QueryProblem, text: &str) -> Lint {
    let QueryProblem { code, span, message, hint } = problem;
    let operator = match text.get(span.clone()) {
        Some("|" | "||") => Some("OR"),
        Some("&" | "&&") => Some("AND"),
        _ => None,
    };
    let replacement = operator.map(|operator| (span.clone(), operator.to_owned()));
    let fix = hint.map(|message| Fix { message, replacement });
    Lint { code, severity: code.severity(), span, message, fix }
}

/// Tells whether a change made a query better: fewer remarks of the kind, and no error that was not
/// there before.
fn is_better(before: &[Lint], after: &[Lint], code: LintCode) -> bool {
    let errors =
        |lints: &[Lint]| lints.iter().filter(|lint| lint.severity == Severity::Error).count();
    let same = |lints: &[Lint]| lints.iter().filter(|lint| lint.code == code).count();
    let repaired = match code.severity() {
        Severity::Error => errors(after) < errors(before),
        Severity::Warning => errors(after) == 0,
    };
    repaired && same(after) < same(before)
}

impl Lint {
    fn warning(code: LintCode, span: Range<usize>, message: impl Into<String>, fix: Fix) -> Self {
        let message = message.into();
        Self { code, severity: code.severity(), span, message, fix: Some(fix) }
    }

    /// Returns two lines: the query, as far as it stands near the part that is meant, and carets under
    /// that part. `text` is the query that was looked at.
    pub fn render(&self, text: &str) -> String {
        pointed_at(&self.span, text)
    }
}

impl Fix {
    fn advice(message: impl Into<String>) -> Self {
        Self { message: message.into(), replacement: None }
    }

    /// Tells to write something else in the place of a part.
    fn write(range: Range<usize>, with: impl Into<String>) -> Self {
        let with = with.into();
        Self { message: format!("write {}", parse::shown(&with)), replacement: Some((range, with)) }
    }

    /// The same with other words.
    fn because(self, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..self }
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.message, self.code)?;
        match &self.fix {
            Some(fix) => write!(f, "\n  hint: {}", fix.message),
            None => Ok(()),
        }
    }
}
