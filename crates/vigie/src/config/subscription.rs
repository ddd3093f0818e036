//! The `[subscriptions.*]` tables.

use std::collections::BTreeSet;
use std::time::Duration;

use alert::{Group, Mailbox, Quiet, Schedule};
use chrono::TimeDelta;
use chrono_tz::Tz;
use model::{Locale, QueryName, Selection, Severity, SubjectLine, Subscription, SubscriptionId};

use super::LOCALES;
use super::cadence::{self, Told};
use super::mail::mailbox;
use super::quiet::quiet;
use super::severity::severities;
use crate::names::unknown_query;
use settings::{Field, Section};

/// A subscription with its cadence compiled.
#[derive(Debug, Clone)]
pub(crate) struct Subscribed {
    pub(crate) subscription: Subscription,
    pub(crate) schedule: Schedule,
    /// How grave news must be: what was found is info.
    pub(crate) severities: BTreeSet<Severity>,
    /// When its mails wait.
    pub(crate) quiet: Quiet,
    /// How those that are told as it happens wait for company.
    pub(crate) group: Group,
    /// Whether a mail by the schedule says so where nothing was found.
    pub(crate) tells_empty: bool,
    /// How many mails a day are enough, where it says so itself.
    pub(crate) mails_a_day: Option<u32>,
    /// Whether a crisis does not wait for the end of quiet time.
    pub(crate) crisis_passes: bool,
    /// How often a signal is told again that lasts, and that nobody has acknowledged.
    pub(crate) repeat: Option<TimeDelta>,
}

/// Sooner than that a repeat is nagging; later than that it is none.
const REPEAT_MIN: Duration = Duration::from_mins(10);
const REPEAT_MAX: Duration = Duration::from_hours(24 * 31);
/// Queries and recipients of one subscription.
const NAMES_MAX: usize = 10_000;
const SELECTIONS: [(&str, Selection); 2] = [("all", Selection::All), ("best", Selection::Best)];
const SUBJECTS: [(&str, SubjectLine); 2] =
    [("constant", SubjectLine::Constant), ("count", SubjectLine::Count)];

pub(super) fn subscriptions(root: &Section<'_, '_>, queries: &BTreeSet<String>) -> Vec<Subscribed> {
    root.named_sections("subscriptions")
        .into_iter()
        .filter_map(|(id, section)| {
            let subscribed = subscription(id.value, &section, queries);
            section.finish();
            subscribed
        })
        .collect()
}

fn subscription(
    id: String,
    section: &Section<'_, '_>,
    known: &BTreeSet<String>,
) -> Option<Subscribed> {
    let queries = section.texts("queries", NAMES_MAX);
    if queries.is_empty() {
        let hint = "name the saved queries to be told about";
        section.absent(&["queries"], "`queries` is missing or empty", hint);
    }
    for query in queries.iter().filter(|query| !known.contains(query.value.as_str())) {
        unknown_query(section, query, known);
    }
    let to = section.texts("to", NAMES_MAX);
    if to.is_empty() {
        let hint = "give at least one mail address";
        section.absent(&["to"], "`to` is missing or empty", hint);
    }
    let to = recipients(section, &to);
    let hint = "an IANA time zone, as in \"Europe/Paris\"";
    let zone = section.parsed::<Tz>("zone", "a time zone", hint).map_or(Tz::UTC, |zone| zone.value);
    let locale = section.one_of("lang", &LOCALES).map_or(Locale::English, |lang| lang.value);
    let volume = section.one_of("volume", &SELECTIONS).map(|word| word.value).unwrap_or_default();
    let subject = section.one_of("subject", &SUBJECTS).map(|word| word.value).unwrap_or_default();
    let severities = severities(section);
    let crisis_passes = section.truth("crisis_passes").is_some_and(|field| field.value);
    let repeat = section.duration("repeat_interval", REPEAT_MIN..=REPEAT_MAX);
    let repeat = repeat.and_then(|field| TimeDelta::from_std(field.value).ok());
    let quiet = quiet(section, zone);
    let Told { cadence, place, group, tells_empty, mails_a_day } =
        cadence::told(section, &severities)?;
    let schedule = match Schedule::new(&cadence, zone) {
        Ok(schedule) => schedule,
        Err(problem) => {
            section.problem_with(&place?, problem.message, problem.hint);
            return None;
        }
    };
    let subscription = Subscription {
        id: SubscriptionId::new(id),
        queries: queries.into_iter().map(|query| QueryName::new(query.value)).collect(),
        to: to?.iter().map(Mailbox::to_string).collect(),
        cadence,
        zone,
        locale,
        volume,
        subject,
    };
    Some(Subscribed {
        subscription,
        schedule,
        severities,
        quiet,
        group,
        tells_empty,
        mails_a_day,
        crisis_passes,
        repeat,
    })
}

/// Checks the addresses. The same one twice would be told twice.
fn recipients(section: &Section<'_, '_>, to: &[Field<String>]) -> Option<Vec<Mailbox>> {
    let mut mailboxes: Vec<Mailbox> = Vec::new();
    let mut sound = true;
    for field in to {
        match mailbox(section, field) {
            None => sound = false,
            Some(mailbox) => {
                let same =
                    |known: &Mailbox| known.address().eq_ignore_ascii_case(mailbox.address());
                if mailboxes.iter().any(same) {
                    section.problem_with(field, "stands there twice", "remove one of the two");
                    sound = false;
                }
                mailboxes.push(mailbox);
            }
        }
    }
    sound.then_some(mailboxes)
}
