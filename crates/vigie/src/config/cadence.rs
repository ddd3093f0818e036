//! How often a subscription is told: `cadence` with its keys, or `cron`.

use std::collections::BTreeSet;
use std::time::Duration;

use alert::Group;
use chrono::{NaiveTime, TimeDelta, Weekday};
use model::{Cadence, Severity};
use settings::{Field, Section};

use super::days::WEEKDAYS;
use super::mail::A_DAY_MAX;

/// How often, and what becomes of little and of much.
pub(super) struct Told {
    pub(super) cadence: Cadence,
    /// Where the cron expression stands, if there is one.
    pub(super) place: Option<Field<String>>,
    pub(super) group: Group,
    pub(super) tells_empty: bool,
    pub(super) mails_a_day: Option<u32>,
}

/// How often, before the other keys have been looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rate {
    AsItHappens,
    Hourly,
    Daily,
    Weekly,
    Monthly,
}

const RATES: [(&str, Rate); 5] = [
    ("as-it-happens", Rate::AsItHappens),
    ("hourly", Rate::Hourly),
    ("daily", Rate::Daily),
    ("weekly", Rate::Weekly),
    ("monthly", Rate::Monthly),
];
/// When a daily, weekly or monthly mail leaves if nobody says otherwise, and when a day begins on which mails
/// that were held for having been too many leave.
pub(crate) const MORNING: NaiveTime =
    NaiveTime::from_hms_opt(8, 0, 0).expect("eight o'clock exists");
const EMPTY: [(&str, bool); 2] = [("skip", false), ("tell", true)];
/// Who would wait for longer wants a schedule.
const WAIT_MAX: Duration = Duration::from_hours(24);

/// Returns `None` only where a problem has been reported.
pub(super) fn told(section: &Section<'_, '_>, severities: &BTreeSet<Severity>) -> Option<Told> {
    let group = group(section);
    let empty = section.one_of("empty", &EMPTY);
    let mails_a_day = section.integer("mails_a_day", 1..=A_DAY_MAX);
    let (cadence, place) = cadence(section)?;
    let happens = cadence == Cadence::AsItHappens;
    if let Some(empty) = empty.as_ref().filter(|empty| happens && empty.value) {
        section.problem_with(empty, "a mail as it happens is never empty", "remove it");
    }
    // Letters of signals leave as it happens, whatever the cadence.
    let hears_signals = severities.iter().any(|severity| *severity > Severity::Info);
    let of_mails = mails_a_day.as_ref().map(|mails| mails.with(()));
    for place in group.places.iter().chain(&of_mails).filter(|_| !happens && !hears_signals) {
        let message = "is for mails that leave as it happens, and for letters of signals";
        let cadence_key = [section.path_of("cadence")];
        section.problem_unless_misspelt(&cadence_key, place, message, "remove it");
    }
    let mails_a_day = mails_a_day.map(|mails| u32::try_from(mails.value).unwrap_or(u32::MAX));
    let tells_empty = empty.is_some_and(|empty| empty.value);
    Some(Told { cadence, place, group: group.group, tells_empty, mails_a_day })
}

struct Grouped {
    group: Group,
    /// Where it is said.
    places: Vec<Field<()>>,
}

fn group(section: &Section<'_, '_>) -> Grouped {
    let pause = |key| section.duration(key, Duration::ZERO..=WAIT_MAX);
    let (wait, interval) = (pause("group_wait"), pause("group_interval"));
    let usual = Group::default();
    let span = |field: &Option<Field<Duration>>, usual| {
        field.as_ref().and_then(|span| TimeDelta::from_std(span.value).ok()).unwrap_or(usual)
    };
    let group = Group { wait: span(&wait, usual.wait), interval: span(&interval, usual.interval) };
    let places = [wait, interval].into_iter().flatten().map(|span| span.with(())).collect();
    Grouped { group, places }
}

/// Reads `cadence` with its keys, or `cron`, and where it stands.
fn cadence(section: &Section<'_, '_>) -> Option<(Cadence, Option<Field<String>>)> {
    let cron = section.text("cron");
    let rate = section.one_of("cadence", &RATES);
    let at = section.text("at").and_then(|at| time_of_day(section, &at));
    let on = section.one_of("on", &WEEKDAYS);
    let day = section.integer("day", 1..=31);
    if let Some(cron) = cron {
        if rate.is_some() || at.is_some() || on.is_some() || day.is_some() {
            let hint = "remove `cadence`, `at`, `on` and `day`, or remove `cron`";
            section.problem_with(&cron, "stands beside another cadence", hint);
        }
        return Some((Cadence::Cron(cron.value.clone()), Some(cron)));
    }
    let rate = match rate {
        Some(rate) => rate.value,
        None if section.has("cadence") => return None,
        None => Rate::Daily,
    };
    // Where a slip keeps `cadence` from being read, what stands beside it is not to blame.
    let wrong_unless_misspelt = |field: Field<()>, message: &str| {
        let cadence = [section.path_of("cadence")];
        section.problem_unless_misspelt(&cadence, &field, message, "remove it");
    };
    if let (Some(at), Rate::AsItHappens | Rate::Hourly) = (&at, rate) {
        let message = "only a daily, weekly or monthly mail has a time of day";
        wrong_unless_misspelt(at.with(()), message);
    }
    if let Some(on) = on.as_ref().filter(|_| rate != Rate::Weekly) {
        wrong_unless_misspelt(on.with(()), "only a weekly mail has a day of the week");
    }
    if let Some(day) = day.as_ref().filter(|_| rate != Rate::Monthly) {
        wrong_unless_misspelt(day.with(()), "only a monthly mail has a day of the month");
    }
    let at = at.map_or(MORNING, |at| at.value);
    let day = day.and_then(|day| u32::try_from(day.value).ok()).unwrap_or(1);
    let cadence = match rate {
        Rate::AsItHappens => Cadence::AsItHappens,
        Rate::Hourly => Cadence::Hourly,
        Rate::Daily => Cadence::Daily { at },
        Rate::Weekly => Cadence::Weekly { on: on.map_or(Weekday::Mon, |on| on.value), at },
        Rate::Monthly => Cadence::Monthly { day, at },
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
