//! The `[parts]` and `[queries]` tables.

use std::collections::{BTreeMap, BTreeSet};

use model::QueryName;
use query::{Expression, Node, NodeKind, Parts, Query, QueryProblem, Word};

use super::reader::{Field, Section, nearest};

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

pub(super) fn queries(root: &Section<'_, '_>) -> Queries {
    let named = root.named_texts("parts");
    let parts = parts(root, &named);
    let mut queries = Queries { parts, compiled: BTreeMap::new(), names: BTreeSet::new() };
    for (name, text) in root.named_texts("queries") {
        queries.names.insert(name.value.clone());
        match query::parse_with(&text.value, &queries.parts) {
            Ok(query) => {
                warn_of_slips(root, &text, &query, &queries.parts);
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
fn parts(root: &Section<'_, '_>, named: &[(Field<String>, Field<String>)]) -> Parts {
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

/// Warns of handles that look like the name of a part with a slip in it.
fn warn_of_slips(root: &Section<'_, '_>, text: &Field<String>, query: &Query, parts: &Parts) {
    let known: Vec<&str> = parts.names().collect();
    let mut handles = BTreeSet::new();
    each_handle(query.root(), query.text(), &mut |handle| {
        handles.insert(handle);
    });
    for handle in handles {
        // What a part says of handles stands where its name stands.
        let is_part = known.contains(&handle);
        if let Some(part) = nearest(handle, &known).filter(|_| !is_part) {
            let message = format!("@{handle} is no part, so that it finds the handle");
            root.warn(text, message, format!("did you mean @{part}?"));
        }
    }
}

/// Calls `visit` with every handle, as typed. Those between quotation marks are meant.
fn each_handle<'t>(node: &Node, text: &'t str, visit: &mut impl FnMut(&'t str)) {
    match &node.kind {
        NodeKind::All(parts) | NodeKind::Any(parts) => {
            for part in parts {
                each_handle(part, text, visit);
            }
        }
        NodeKind::Not(part) => each_handle(part, text, visit),
        NodeKind::Context { wanted, unwanted } => {
            for part in wanted.iter().chain(unwanted) {
                each_handle(part, text, visit);
            }
        }
        NodeKind::Occurs { what: Expression::Phrase(words), .. } => {
            if matches!(words.as_slice(), [Word::Sign { .. }])
                && let Some(handle) = text[node.span.clone()].strip_prefix('@')
            {
                visit(handle);
            }
        }
        NodeKind::Occurs { .. }
        | NodeKind::Regex { .. }
        | NodeKind::Filter(_)
        | NodeKind::Interval(_) => {}
    }
}
