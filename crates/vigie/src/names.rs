//! What is said where somebody names what is not there: which name was meant, or which there are.

use model::{Problem, QueryName};
use query::Query;
use settings::{Field, Section, nearest};

use crate::cli::Failure;
use crate::config::{Config, Endpoint, Subscribed};

/// More names than that are no help.
const NAMES_SHOWN: usize = 20;
const NO_QUERIES: &str = "there are none yet; [queries] has them, as in brand = \"Your brand\"";
pub(crate) const NO_ENDPOINTS: &str = "there are none yet; [webhooks.NAME], [chats.NAME], [commands.NAME], [files.NAME] and [syslogs.NAME] in the \
     configuration make them";

/// `what` are the names, as in "saved queries"; `none` is said where there are none.
pub(crate) fn hint(word: &str, what: &str, names: &[&str], none: &str) -> String {
    if names.is_empty() {
        return none.to_owned();
    }
    if let Some(meant) = nearest(word, names) {
        return format!("did you mean \"{meant}\"?");
    }
    let shown = names.iter().take(NAMES_SHOWN).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES_SHOWN) {
        0 => format!("{what}: {shown}"),
        more => format!("{what}: {shown} and {more} more"),
    }
}

/// Returns the subscription of this name.
pub(crate) fn subscription<'c>(
    place: &str,
    name: &str,
    config: &'c Config,
) -> Result<&'c Subscribed, Failure> {
    let all = &config.subscriptions;
    all.iter().find(|one| one.subscription.id.as_str() == name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|one| one.subscription.id.as_str()).collect();
        let none = "there are none yet; [subscriptions.NAME] in the configuration makes one";
        unknown(place, "subscription", name, &hint(name, "subscriptions", &names, none))
    })
}

/// Returns the endpoint of this name.
pub(crate) fn endpoint<'c>(
    place: &str,
    name: &str,
    config: &'c Config,
) -> Result<&'c Endpoint, Failure> {
    let all = &config.endpoints;
    all.iter().find(|one| one.id.as_str() == name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|one| one.id.as_str()).collect();
        unknown(place, "endpoint", name, &hint(name, "endpoints", &names, NO_ENDPOINTS))
    })
}

/// Returns the saved query of this name.
pub(crate) fn query<'c>(
    place: &str,
    name: &str,
    config: Option<&'c Config>,
) -> Result<(&'c QueryName, &'c Query), Failure> {
    let all = || config.iter().flat_map(|config| &config.queries);
    all().find(|(known, _)| known.as_str() == name).ok_or_else(|| {
        let names: Vec<&str> = all().map(|(name, _)| name.as_str()).collect();
        unknown(place, "saved query", name, &hint(name, "saved queries", &names, NO_QUERIES))
    })
}

fn unknown(place: &str, what: &str, name: &str, hint: &str) -> Failure {
    let problem = Problem::new(place, format!("there is no {what} \"{name}\""));
    Failure::Usage(vec![problem.hint(hint)])
}

/// Reports of a configuration that it names a query that there is not.
pub(crate) fn unknown_query<'n>(
    section: &Section<'_, '_>,
    name: &Field<String>,
    known: impl IntoIterator<Item = &'n String>,
) {
    let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
    let hint = hint(&name.value, "saved queries", &known, NO_QUERIES);
    let message = format!("there is no query \"{}\"", name.value);
    // Where there are none at all, the table itself may have a slip.
    if known.is_empty() {
        section.problem_unless_misspelt(&["queries".to_owned()], name, message, hint);
    } else {
        section.problem_with(name, message, hint);
    }
}
