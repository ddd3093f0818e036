//! When a subscription's mails wait: `quiet_hours`, `quiet_days` and `away`.

use alert::{BadQuiet, Quiet, QuietHours};
use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;
use settings::{Field, Section};

use super::days::{days, weekday};

const HOURS_MAX: usize = 24;
const AWAY_MAX: usize = 100;
/// Nobody is away for longer who still wants to be told: rather a year that was mistyped.
const AWAY_DAYS_MAX: i64 = 366;

/// Reads when mails wait. What contradicts itself is reported, and counts as never.
pub(super) fn quiet(section: &Section<'_, '_>, zone: Tz) -> Quiet {
    let texts = section.texts("quiet_hours", HOURS_MAX);
    let mut hours: Vec<QuietHours> = Vec::new();
    for text in &texts {
        match text.value.parse() {
            Ok(range) => hours.push(range),
            Err(BadQuiet { message, hint }) => {
                section.problem_with(text, format!("\"{}\" {message}", text.value), hint);
            }
        }
    }
    let mut quiet = Quiet::none(zone);
    match quiet.clone().with_hours(&hours) {
        Ok(with_hours) => quiet = with_hours,
        Err(bad) => tell(section, texts.first(), &bad),
    }
    let texts = section.texts("quiet_days", 7);
    let known: Vec<Weekday> = texts.iter().filter_map(|text| weekday(section, text)).collect();
    match quiet.clone().with_days(&known) {
        Ok(with_days) => quiet = with_days,
        Err(bad) => tell(section, texts.first(), &bad),
    }
    let texts = section.texts("away", AWAY_MAX);
    let away: Vec<_> = texts.iter().filter_map(|text| stay(section, text)).collect();
    quiet.with_away(&away)
}

fn tell(section: &Section<'_, '_>, at: Option<&Field<String>>, bad: &BadQuiet) {
    if let Some(at) = at {
        section.problem_with(at, bad.message, bad.hint);
    }
}

fn stay(section: &Section<'_, '_>, text: &Field<String>) -> Option<(NaiveDate, NaiveDate)> {
    let (first, last) = days(section, text)?;
    if (last - first).num_days() >= AWAY_DAYS_MAX {
        let hint = "a year at most; remove the subscription instead";
        section.problem_with(text, "is a very long time away", hint);
        return None;
    }
    Some((first, last))
}
