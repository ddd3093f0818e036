//! ISO 8601, RFC 3339 and W3CDTF dates, complete or not, and what databases make of them.

use chrono::{NaiveDate, Weekday};
use model::Timestamp;

use super::words;
use super::{Time, instant};

pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let date_end =
        text.find(|c: char| c == 'T' || c == 't' || c.is_whitespace()).unwrap_or(text.len());
    let (date, rest) = text.split_at(date_end);
    let rest = rest.trim_start_matches(|c: char| c == 'T' || c == 't' || c.is_whitespace());
    if let Some((date, time)) = run_together(text) {
        return instant(date, time);
    }
    let date = day(date)?;
    let time = if rest.is_empty() { Time::default() } else { clock(rest)? };
    instant(date, time)
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Reads `20031231101455`.
fn run_together(text: &str) -> Option<(NaiveDate, Time)> {
    let digits = (text.len() == 14 && all_digits(text)).then_some(text)?;
    Some((day(&digits[..8])?, clock(&digits[8..])?))
}

fn day(text: &str) -> Option<NaiveDate> {
    if !text.is_ascii() {
        return None;
    }
    let separator = ['-', '/', '.'].into_iter().find(|c| text.contains(*c));
    let parts: Vec<&str> = match separator {
        Some(separator) => text.split(separator).collect(),
        None => split_basic(text)?,
    };
    if parts.first()?.len() != 4 || !all_digits(parts[0]) {
        return None;
    }
    let year: i32 = parts[0].parse().ok()?;
    let number = |text: &str| if all_digits(text) { text.parse::<u32>().ok() } else { None };
    match parts[1..] {
        [] => NaiveDate::from_ymd_opt(year, 1, 1),
        [week, ref weekday @ ..] if week.starts_with(['W', 'w']) => {
            let weekday = number(weekday.first().copied().unwrap_or("1"))?;
            let weekday = Weekday::try_from(u8::try_from(weekday.checked_sub(1)?).ok()?).ok()?;
            NaiveDate::from_isoywd_opt(year, number(&week[1..])?, weekday)
        }
        [ordinal] if ordinal.len() == 3 => NaiveDate::from_yo_opt(year, number(ordinal)?),
        [month] => NaiveDate::from_ymd_opt(year, number(month)?, 1),
        [month, day] => NaiveDate::from_ymd_opt(year, number(month)?, number(day)?),
        _ => None,
    }
}

/// Splits a date in the basic format: `20031231`, `2003335`, `200312`, `2020W011`, `2003`.
fn split_basic(text: &str) -> Option<Vec<&str>> {
    let (year, rest) = text.split_at_checked(4)?;
    Some(match rest.len() {
        0 => vec![year],
        _ if rest.starts_with(['W', 'w']) && rest.len() == 4 => vec![year, &rest[..3], &rest[3..]],
        2 | 3 => vec![year, rest],
        4 => vec![year, &rest[..2], &rest[2..]],
        _ => return None,
    })
}

/// Reads a time of day with what follows it: `10:14:55.5+01:00`, `101455Z`, `10`, `오후 11:23`.
fn clock(text: &str) -> Option<Time> {
    let digits_end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(digits_end);
    if !rest.starts_with(':') && matches!(digits.len(), 2 | 4 | 6) {
        let pair = |at: usize| digits.get(at..at + 2).map_or(Some(0), |pair| pair.parse().ok());
        let mut time =
            Time { hour: pair(0)?, minute: pair(2)?, second: pair(4)?, ..Time::default() };
        words::after_time(rest, &mut time)?;
        return Some(time);
    }
    words::time(text)
}
