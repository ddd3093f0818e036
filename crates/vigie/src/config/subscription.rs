//! The `[subscriptions.*]` tables.

use std::collections::BTreeSet;

use alert::{Mailbox, Quiet, Schedule};
use chrono::{NaiveTime, Weekday};
use chrono_tz::Tz;
use model::{Cadence, Locale, QueryName, Selection, SubjectLine, Subscription, SubscriptionId};

use super::days::WEEKDAYS;
use super::mail::mailbox;
use super::quiet::quiet;
use settings::{Field, Section};

/// A subscription with its cadence compiled.
#[derive(Debug, Clone)]
pub(crate) struct Subscribed {
    pub(crate) subscription: Subscription,
    pub(crate) schedule: Schedule,
    /// When its mails wait.
    pub(crate) quiet: Quiet,
    /// Whether signals are told too, as they open and grow.
    pub(crate) signals: bool,
}

/// How often, before `at` and `on` have been looked at.
#[derive(Clone, Copy)]
enum Rate {
    AsItHappens,
    Hourly,
    Daily,
    Weekly,
}

const RATES: [(&str, Rate); 4] = [
    ("as-it-happens", Rate::AsItHappens),
    ("hourly", Rate::Hourly),
    ("daily", Rate::Daily),
    ("weekly", Rate::Weekly),
];
/// Queries and recipients of one subscription.
const NAMES_MAX: usize = 10_000;
/// When a daily or weekly mail leaves if nobody says otherwise.
pub(crate) const MORNING: NaiveTime =
    NaiveTime::from_hms_opt(8, 0, 0).expect("eight o'clock exists");
const SELECTIONS: [(&str, Selection); 2] = [("all", Selection::All), ("best", Selection::Best)];
const SUBJECTS: [(&str, SubjectLine); 2] =
    [("constant", SubjectLine::Constant), ("count", SubjectLine::Count)];
const LOCALES: [(&str, Locale); 2] = [("en", Locale::English), ("fr", Locale::French)];

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
        section.problem("`queries` is missing or empty", "name the saved queries to be told about");
    }
    for query in queries.iter().filter(|query| !known.contains(query.value.as_str())) {
        let message = format!("there is no query \"{}\"", query.value);
        let names: Vec<&str> = known.iter().map(String::as_str).collect();
        section.problem_with(query, message, format!("saved queries: {}", names.join(", ")));
    }
    let to = section.texts("to", NAMES_MAX);
    if to.is_empty() {
        section.problem("`to` is missing or empty", "give at least one mail address");
    }
    let to = recipients(section, &to);
    let hint = "an IANA time zone, as in \"Europe/Paris\"";
    let zone = section.parsed::<Tz>("zone", "a time zone", hint).map_or(Tz::UTC, |zone| zone.value);
    let locale = section.one_of("lang", &LOCALES).map_or(Locale::English, |lang| lang.value);
    let volume = section.one_of("volume", &SELECTIONS).map(|word| word.value).unwrap_or_default();
    let subject = section.one_of("subject", &SUBJECTS).map(|word| word.value).unwrap_or_default();
    let signals = section.truth("signals");
    let quiet = quiet(section, zone);
    let (cadence, place) = cadence(section)?;
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
    let signals = signals.is_none_or(|signals| signals.value);
    Some(Subscribed { subscription, schedule, quiet, signals })
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

/// Reads `cadence` with `at` and `on`, or `cron`, and where it stands.
fn cadence(section: &Section<'_, '_>) -> Option<(Cadence, Option<Field<String>>)> {
    let cron = section.text("cron");
    let rate = section.one_of("cadence", &RATES);
    let at = section.text("at").and_then(|at| time_of_day(section, &at));
    let on = section.one_of("on", &WEEKDAYS);
    if let Some(cron) = cron {
        if rate.is_some() || at.is_some() || on.is_some() {
            let hint = "remove `cadence`, `at` and `on`, or remove `cron`";
            section.problem_with(&cron, "stands beside another cadence", hint);
        }
        return Some((Cadence::Cron(cron.value.clone()), Some(cron)));
    }
    let rate = match rate {
        Some(rate) => rate.value,
        None if section.has("cadence") => return None,
        None => Rate::Daily,
    };
    if let (Some(at), Rate::AsItHappens | Rate::Hourly) = (&at, rate) {
        section.problem_with(at, "only a daily or weekly mail has a time of day", "remove it");
    }
    if let (Some(on), Rate::AsItHappens | Rate::Hourly | Rate::Daily) = (&on, rate) {
        section.problem_with(on, "only a weekly mail has a day", "remove it");
    }
    let at = at.map_or(MORNING, |at| at.value);
    let cadence = match rate {
        Rate::AsItHappens => Cadence::AsItHappens,
        Rate::Hourly => Cadence::Hourly,
        Rate::Daily => Cadence::Daily { at },
        Rate::Weekly => Cadence::Weekly { on: on.map_or(Weekday::Mon, |on| on.value), at },
    };
    Some((cadence, None))
}

fn time_of_day(section: &Section<'_, '_>, field: &Field<String>) -> Option<Field<NaiveTime>> {
    if let Ok(time) = NaiveTime::parse_from_str(&field.value, "%H:%M") {
        Some(field.with(time))
    } else {
        let message = format!("\"{}\" is not a time of day", field.value);
        section.problem_with(field, message, "write 08:00");
        None
    }
}
