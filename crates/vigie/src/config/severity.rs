//! `severities`: how grave news must be for somebody to hear of it. Subscriptions and endpoints have it.

use std::collections::BTreeSet;

use model::Severity;
use settings::Section;

/// What said, as true or false, whether a subscription hears of signals.
const FORMER_KEY: &str = "signals";

/// Reads `severities`; all of them if nothing is said.
pub(super) fn severities(section: &Section<'_, '_>) -> BTreeSet<Severity> {
    if let Some(field) = section.truth(FORMER_KEY) {
        let hint = if field.value {
            "write severities = [\"info\", \"warning\", \"crisis\"], or nothing: that is usual"
        } else {
            "write severities = [\"info\"]: what was found, and no signals"
        };
        section.problem_with(&field, "is no longer read", hint);
    }
    if !section.has("severities") {
        return Severity::ALL.into();
    }
    let known = Severity::ALL.map(Severity::as_str).join(", ");
    let fields = section.texts("severities", Severity::ALL.len());
    if fields.is_empty() {
        section.problem("`severities` is empty", format!("write some of: {known}"));
    }
    let mut severities = BTreeSet::new();
    for field in fields {
        if let Ok(severity) = field.value.parse() {
            severities.insert(severity);
        } else {
            let message = format!("\"{}\" is no severity", field.value);
            section.problem_with(&field, message, format!("write some of: {known}"));
        }
    }
    severities
}
