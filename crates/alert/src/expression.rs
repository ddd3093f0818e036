//! Cron expressions as POSIX `crontab` writes them, translated for the `cron` crate, which wants
//! seconds, counts weekdays from Sunday = 1, and requires both day fields to hold.

use chrono::{DateTime, NaiveDateTime, TimeDelta};

/// The cron expression cannot be used; the message names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadCron {
    pub message: String,
    pub hint: String,
}

/// A cron expression of five fields, compiled.
#[derive(Debug, Clone)]
pub(crate) struct Expression {
    /// One schedule, or two where POSIX joins the day fields by "or".
    schedules: Vec<cron::Schedule>,
    /// The hour field is `*`: meant as a pace, not as a time of day.
    pub(crate) every_hour: bool,
}

const EXPRESSION_BYTES_MAX: usize = 200;
const WEEKDAYS: [&str; 7] =
    ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

impl Expression {
    pub(crate) fn parse(text: &str) -> Result<Self, BadCron> {
        if text.len() > EXPRESSION_BYTES_MAX {
            return Err(bad(
                format!("the expression is longer than {EXPRESSION_BYTES_MAX} bytes"),
                "write several subscriptions instead",
            ));
        }
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minute, hour, day, month, weekday] = fields[..] else {
            return Err(bad(
                format!("the expression {text:?} has {} fields, not five", fields.len()),
                "minute, hour, day of month, month, day of week: \"30 8 * * 1-5\" is 8:30 from \
                 Monday to Friday",
            ));
        };
        let day = if day == "?" { "*" } else { day };
        check_field("minute", minute, &format!("0 {minute} * * * *"), "0 to 59")?;
        check_field("hour", hour, &format!("0 0 {hour} * * *"), "0 to 23")?;
        check_field("day of month", day, &format!("0 0 0 {day} * *"), "1 to 31")?;
        check_field("month", month, &format!("0 0 0 * {month} *"), "1 to 12, or jan to dec")?;
        let weekday = weekdays(weekday)?;

        // POSIX: where both day fields are restricted, either may hold.
        let days = match (day, weekday.as_str()) {
            (_, "*") | ("*", _) => vec![(day, weekday.as_str())],
            (day, weekday) => vec![(day, "*"), ("*", weekday)],
        };
        let mut schedules = Vec::new();
        for (day, weekday) in days {
            let seconds_first = format!("0 {minute} {hour} {day} {month} {weekday}");
            schedules.push(seconds_first.parse().map_err(|error: cron::error::Error| {
                bad(format!("the expression {text:?} is not understood: {error}"), "")
            })?);
        }
        let expression = Self { schedules, every_hour: hour == "*" };
        match expression.first_from(DateTime::UNIX_EPOCH.naive_utc()) {
            Some(_) => Ok(expression),
            None => Err(bad(
                format!("day of month {day:?} never comes in month {month:?}"),
                "30 February is no date; \"28\" is the last day that every month has",
            )),
        }
    }

    /// Returns the first wall-clock time at or after `from` (whole seconds) that the expression
    /// names, whether or not clocks show it in some zone.
    pub(crate) fn first_from(&self, from: NaiveDateTime) -> Option<NaiveDateTime> {
        // The crate counts in zones. Counting in UTC gives bare wall times.
        let before = (from - TimeDelta::seconds(1)).and_utc();
        self.schedules.iter().filter_map(|s| s.after(&before).next()).map(|t| t.naive_utc()).min()
    }
}

fn bad(message: String, hint: &str) -> BadCron {
    BadCron { message, hint: hint.to_owned() }
}

/// Tries a field in an expression that is sound but for it: so that the message can name it.
fn check_field(name: &str, field: &str, alone: &str, range: &str) -> Result<(), BadCron> {
    match alone.parse::<cron::Schedule>() {
        Ok(_) => Ok(()),
        Err(_) => Err(not_understood(name, field, range)),
    }
}

fn not_understood(name: &str, field: &str, range: &str) -> BadCron {
    bad(
        format!("{name} {field:?} is not understood"),
        &format!("{range}; * for all, lists as 1,5, ranges as 1-5, steps as */2"),
    )
}

/// Translates POSIX weekdays (0 and 7 are Sunday) into a list of the crate's (1 is Sunday).
fn weekdays(field: &str) -> Result<String, BadCron> {
    if matches!(field, "*" | "?") {
        return Ok("*".to_owned());
    }
    let mut crate_days: Vec<u32> = Vec::new();
    for part in field.split(',') {
        let days = weekday_part(part).ok_or_else(|| {
            not_understood("day of week", field, "0 to 7 (0 and 7 are Sunday), or sun to sat")
        })?;
        crate_days.extend(days.into_iter().map(|day| day % 7 + 1));
    }
    crate_days.sort_unstable();
    crate_days.dedup();
    if crate_days.len() == WEEKDAYS.len() {
        return Ok("*".to_owned());
    }
    let listed: Vec<String> = crate_days.iter().map(u32::to_string).collect();
    Ok(listed.join(","))
}

fn weekday_part(part: &str) -> Option<Vec<u32>> {
    let (days, step) = match part.split_once('/') {
        Some((days, step)) => (days, step.parse::<usize>().ok().filter(|s| (1..=7).contains(s))?),
        None => (part, 1),
    };
    let (first, last) = match days.split_once('-') {
        Some((first, last)) => {
            let (first, last) = (weekday(first)?, weekday(last)?);
            // sat-sun and fri-mon run over the end of the week.
            (first, if last < first { last + 7 } else { last })
        }
        None if days == "*" => (0, 6),
        None if part.contains('/') => (weekday(days)?, 6),
        None => (weekday(days)?, weekday(days)?),
    };
    Some((first..=last).step_by(step).collect())
}

fn weekday(name: &str) -> Option<u32> {
    if let Ok(number) = name.parse::<u32>() {
        return (number <= 7).then_some(number);
    }
    let name = name.to_ascii_lowercase();
    let known = |day: &&str| **day == name || (name.len() == 3 && day.starts_with(&name));
    (0..).zip(WEEKDAYS).find(|(_, day)| known(day)).map(|(number, _)| number)
}

#[cfg(test)]
mod tests {
    use chrono::Datelike;

    use super::*;

    /// The weekdays and days of month on which an expression fires in December 2025 (1st: Monday).
    fn december(text: &str) -> Vec<u32> {
        let expression = Expression::parse(text).unwrap();
        let mut from: NaiveDateTime = "2025-12-01T00:00:00".parse().unwrap();
        let mut days = Vec::new();
        while let Some(next) = expression.first_from(from).filter(|t| t.month() == 12) {
            if next.year() > 2025 {
                break;
            }
            days.push(next.day());
            from = next + TimeDelta::seconds(1);
        }
        days
    }

    #[test]
    fn weekdays_are_numbered_as_posix_does() {
        let check = |weekday: &str, expect: &[u32]| {
            let days = december(&format!("0 8 * * {weekday}"));
            let first_week: Vec<u32> = days.into_iter().filter(|day| *day <= 7).collect();
            assert_eq!(first_week, expect, "{weekday}");
        };
        check("0", &[7]);
        check("7", &[7]);
        check("1", &[1]);
        check("6", &[6]);
        check("1-5", &[1, 2, 3, 4, 5]);
        check("5-7", &[5, 6, 7]);
        check("0-2", &[1, 2, 7]);
        check("mon", &[1]);
        check("MON-Friday", &[1, 2, 3, 4, 5]);
        check("sat-sun", &[6, 7]);
        check("fri-mon", &[1, 5, 6, 7]);
        check("1,3,7", &[1, 3, 7]);
        check("*/2", &[2, 4, 6, 7]);
        check("0-7", &[1, 2, 3, 4, 5, 6, 7]);
        check("?", &[1, 2, 3, 4, 5, 6, 7]);
    }

    #[test]
    fn two_restricted_day_fields_are_joined_by_or() {
        assert_eq!(december("0 8 10 * 1"), [1, 8, 10, 15, 22, 29]);
        assert_eq!(december("0 8 10 dec *"), [10]);
        assert_eq!(december("0 8 */10 * ?"), [1, 11, 21, 31]);
    }

    proptest::proptest! {
        #[test]
        fn the_next_day_is_the_first_that_fits(
            days in proptest::sample::subsequence((1..=31).collect::<Vec<u32>>(), 1..4),
            months in proptest::sample::subsequence((1..=12).collect::<Vec<u32>>(), 1..4),
            weekday in proptest::option::of(0_u32..=6),
            start in 0_i64..20_000,
        ) {
            let list = |numbers: &[u32]| {
                numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
            };
            let fits = |day: &NaiveDateTime| {
                let by_weekday = day.weekday().num_days_from_sunday();
                months.contains(&day.month())
                    && (days.contains(&day.day()) || weekday == Some(by_weekday))
            };
            let from = DateTime::UNIX_EPOCH.naive_utc() + TimeDelta::days(start);
            // 29 February can be eight years away (1896 to 1904, 2096 to 2104).
            let expect = (0..8 * 366).map(|n| from + TimeDelta::days(n)).find(fits);
            let weekday = weekday.map_or("*".to_owned(), |day| day.to_string());
            let text = format!("0 0 {} {} {weekday}", list(&days), list(&months));
            match Expression::parse(&text) {
                Ok(expression) => proptest::prop_assert_eq!(expression.first_from(from), expect, "{}", text),
                Err(bad) => proptest::prop_assert_eq!(expect, None, "{}: {}", text, bad),
            }
        }
    }

    #[test]
    fn a_bad_expression_names_its_field() {
        let check = |text: &str, expect: &str| {
            let bad = Expression::parse(text).unwrap_err();
            assert!(bad.message.contains(expect), "{text}: {}", bad.message);
            assert!(!bad.hint.is_empty(), "{text}");
        };
        check("", "0 fields");
        check("0 8 * *", "4 fields");
        check("0 0 8 * * *", "6 fields");
        check("@daily", "1 fields");
        check("60 8 * * *", "minute \"60\"");
        check("*/0 8 * * *", "minute \"*/0\"");
        check("0 24 * * *", "hour \"24\"");
        check("0 8am * * *", "hour \"8am\"");
        check("0 8 0 * *", "day of month \"0\"");
        check("0 8 L * *", "day of month \"L\"");
        check("0 8 * 13 *", "month \"13\"");
        check("0 8 * fébr *", "month \"fébr\"");
        check("0 8 * * 8", "day of week \"8\"");
        check("0 8 * * lundi", "day of week \"lundi\"");
        check("0 8 * * mon#1", "day of week \"mon#1\"");
        check("0 8 * * 1-5/0", "day of week \"1-5/0\"");
        check("0 8 30 2 *", "never comes");
        check("0 8 31 4,6,9,11 *", "never comes");
        check(&"0 8 * * 1,".repeat(50), "longer than 200 bytes");
    }
}
