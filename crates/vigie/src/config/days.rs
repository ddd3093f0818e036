//! Days as a configuration names them.

use chrono::{NaiveDate, Weekday};
use settings::{Field, Section};

pub(super) const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
];

/// Reads the name of a day of the week.
pub(super) fn weekday(section: &Section<'_, '_>, field: &Field<String>) -> Option<Weekday> {
    let known = WEEKDAYS.iter().find(|(name, _)| *name == field.value);
    if known.is_none() {
        let names: Vec<&str> = WEEKDAYS.iter().map(|(name, _)| *name).collect();
        let message = format!("\"{}\" is no day of the week", field.value);
        section.problem_with(field, message, format!("one of {}", names.join(", ")));
    }
    known.map(|(_, day)| *day)
}

/// Reads `2026-07-01..2026-08-31`, both included, or one day.
pub(super) fn days(
    section: &Section<'_, '_>,
    field: &Field<String>,
) -> Option<(NaiveDate, NaiveDate)> {
    let text = field.value.trim();
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let read = |day: &str| day.trim().parse::<NaiveDate>().ok();
    let days = read(first).zip(read(last));
    match days {
        Some((first, last)) if first <= last => return days,
        Some(_) => {
            let hint = "write the earlier day first";
            section.problem_with(field, format!("\"{text}\" ends before it begins"), hint);
        }
        None => {
            let hint = "write 2026-07-01..2026-08-31, or one day";
            section.problem_with(field, format!("\"{text}\" names no days"), hint);
        }
    }
    None
}
