//! The `[parts]` and `[queries]` tables.

use std::collections::{BTreeMap, BTreeSet};

use model::QueryName;
use query::{LintCode, Parts, Query, QueryProblem, Severity};

use super::Care;
use settings::{Field, Section};

/// Stands for a part with a problem, so that queries that refer to it have none.
const STAND_IN: &str = "x";

/// What the two tables say.
pub(super) struct Queries {
    pub(super) parts: Parts,
    pub(super) compiled: BTreeMap<QueryName, Query>,
    /// Of all queries: one that does not parse keeps its name, so that a subscription to it is not
    /// reported a second time.
    pub(super) names: BTreeSet<String>,
}

pub(super) fn queries(root: &Section<'_, '_>, care: Care) -> Queries {
    let named = root.named_texts("parts");
    let parts = parts(root, &named, care);
    let mut queries = Queries { parts, compiled: BTreeMap::new(), names: BTreeSet::new() };
    for (name, text) in root.named_texts("queries") {
        queries.names.insert(name.value.clone());
        match query::parse_with(&text.value, &queries.parts) {
            Ok(query) => {
                if care == Care::Close {
                    warn_of_lints(root, &text, &queries.parts, Of::Query);
                }
                queries.compiled.insert(QueryName::new(name.value), query);
            }
            Err(problems) => report(root, &text, problems),
        }
    }
    // Where a query can't be read, nobody knows what it uses.
    if queries.compiled.len() == queries.names.len() {
        warn_of_unused(root, &named, &queries);
    }
    queries
}

/// Reads the named parts, and tells what is wrong with each where it stands rather than in the queries
/// that use it.
fn parts(root: &Section<'_, '_>, named: &[(Field<String>, Field<String>)], care: Care) -> Parts {
    let mut all = Parts::default();
    for (name, text) in named {
        if all.insert(&name.value, &text.value).is_err() {
            let hint = "use letters, digits, - and _ only";
            root.warn(name, "no query can refer to this name", hint);
        }
    }
    let mut sound = all.clone();
    for (name, text) in named {
        let problems = all.problems(&name.value);
        if !problems.is_empty() {
            // The name was good enough before.
            let _ = sound.insert(&name.value, STAND_IN);
            report(root, text, problems);
        }
    }
    if care == Care::Close {
        for (_, text) in named {
            warn_of_lints(root, text, &sound, Of::Part);
        }
    }
    sound
}

fn report(root: &Section<'_, '_>, text: &Field<String>, problems: Vec<QueryProblem>) {
    for problem in problems {
        let hint = problem.hint.unwrap_or_default();
        root.problem_within(text, problem.span.start, problem.message, hint);
    }
}

fn warn_of_unused(
    root: &Section<'_, '_>,
    named: &[(Field<String>, Field<String>)],
    queries: &Queries,
) {
    let used: BTreeSet<&str> = queries.compiled.values().flat_map(Query::parts).collect();
    let known: BTreeSet<&str> = queries.parts.names().collect();
    for (name, _) in named {
        if known.contains(name.value.as_str()) && !used.contains(name.value.as_str()) {
            let message = format!("no query uses this part; one would write @{}", name.value);
            root.warn(name, message, "");
        }
    }
}

/// Warns of what is probably not meant in a query or a part of one.
fn warn_of_lints(root: &Section<'_, '_>, text: &Field<String>, parts: &Parts, of: Of) {
    for lint in query::lint(&text.value, parts) {
        let warns = match lint.severity {
            // Of a query it was told as a problem; a part need not be a query.
            Severity::Error => false,
            Severity::Warning => of == Of::Query || !is_about_the_whole(lint.code),
        };
        if warns {
            let hint = lint.fix.map(|fix| fix.message).unwrap_or_default();
            let message = format!("{} [{}]", lint.message, lint.code);
            root.warn_within(text, lint.span.start, message, hint);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Query,
    Part,
}

/// Tells whether a remark says what a query lacks, which may stand beside the part.
fn is_about_the_whole(code: LintCode) -> bool {
    matches!(code, LintCode::NoRequiredWord | LintCode::ShortWord | LintCode::CommonWord)
}
