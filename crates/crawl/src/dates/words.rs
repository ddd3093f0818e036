//! Dates written in words and numbers, in whatever order: RFC 822, asctime, a person's.

use chrono::NaiveDate;
use model::Timestamp;

use super::names::{month, zone_minutes};
use super::{Time, instant, millis, year};

pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.to_lowercase();
    let asian = korean(&text);
    let text = asian.as_deref().unwrap_or(&text);
    let (before, time, after) = split_time(text)?;
    // What follows the time is its zone, or a year as in asctime, or both.
    let (date_text, time) = match time {
        Some(time) => {
            let mut time = time;
            let year_at = after
                .split_whitespace()
                .find(|word| word.len() == 4 && word.parse::<u32>().is_ok());
            if let Some(year) = year_at.filter(|_| !has_year(before)) {
                after_time(&after.replacen(year, " ", 1), &mut time)?;
                (format!("{before} {year}"), time)
            } else {
                after_time(after, &mut time)?;
                (before.to_owned(), time)
            }
        }
        None => (before.to_owned(), Time::default()),
    };
    instant(date(&date_text, half_day(after).is_some())?, time)
}

fn has_year(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|digits| digits.len() == 4)
}

/// Splits a text at its time of day, `10:14[:55[.5]]` or `14h05`.
fn split_time(text: &str) -> Option<(&str, Option<Time>, &str)> {
    let is_clock = |at: usize, c: char| {
        let bytes = text.as_bytes();
        (c == ':' || c == 'h')
            && at > 0
            && bytes[at - 1].is_ascii_digit()
            && (c == 'h' || bytes.get(at + 1).is_some_and(u8::is_ascii_digit))
    };
    let Some((colon, _)) = text.char_indices().find(|(at, c)| is_clock(*at, *c)) else {
        return Some((text, None, ""));
    };
    let start = text[..colon].rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + 1);
    // A letter of several bytes may stand before the digits.
    let start = (start..=colon).find(|at| text.is_char_boundary(*at))?;
    let (time, rest) = digits_of_time(&text[start..])?;
    Some((&text[..start], Some(time), rest))
}

/// Reads the digits of a time of day, and returns what follows them.
fn digits_of_time(text: &str) -> Option<(Time, &str)> {
    let number = |text: &str| {
        let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        (text[..end].to_owned(), end)
    };
    let (hour, end) = number(text);
    let mut time = Time { hour: hour.parse().ok()?, ..Time::default() };
    let mut rest = &text[end..];
    let mut next = |separators: &[char]| -> Option<String> {
        let after = rest.strip_prefix(separators)?;
        let (digits, end) = number(after);
        if digits.is_empty() {
            return None;
        }
        rest = &after[end..];
        Some(digits)
    };
    if let Some(minute) = next(&[':', 'h']) {
        time.minute = minute.parse().ok()?;
        if let Some(second) = next(&[':']) {
            time.second = second.parse().ok()?;
            time.millis = next(&['.', ',']).map_or(0, |digits| millis(&digits));
        }
    }
    Some((time, rest.strip_prefix('h').unwrap_or(rest)))
}

/// Reads a time of day and the zone after it.
pub(super) fn time(text: &str) -> Option<Time> {
    let text = text.to_lowercase();
    let text = korean(&text).unwrap_or(text);
    let (before, time, after) = split_time(&text)?;
    let mut time = time.filter(|_| before.trim().is_empty())?;
    after_time(after, &mut time)?;
    Some(time)
}

/// Whether a text begins with `p.m.` rather than `a.m.`.
fn half_day(text: &str) -> Option<bool> {
    let text = text.trim_start();
    let rest = text.strip_prefix(['a', 'p'])?;
    let rest = rest.strip_prefix('.').unwrap_or(rest).strip_prefix('m')?;
    (!rest.starts_with(char::is_alphabetic)).then(|| text.starts_with('p'))
}

/// Reads what follows a time of day: the half of the day and the zone. A zone that nobody knows
/// is none; `None` is for one that cannot be.
pub(super) fn after_time(text: &str, time: &mut Time) -> Option<()> {
    let text = text.trim().to_lowercase();
    if let Some(afternoon) = half_day(&text) {
        if !(1..=12).contains(&time.hour) {
            // `19:48 PM` means what it says first.
            return Some(());
        }
        time.hour = time.hour % 12 + if afternoon { 12 } else { 0 };
    }
    let text = text.split('(').next().unwrap_or("");
    let sign_at = text.char_indices().find(|(at, c)| {
        matches!(c, '+' | '-' | '−')
            && text[at + c.len_utf8()..].starts_with(|d: char| d.is_ascii_digit())
    });
    if let Some((at, sign)) = sign_at {
        let digits = &text[at + sign.len_utf8()..];
        let minutes = offset(digits)?;
        time.offset_minutes = if sign == '+' { minutes } else { -minutes };
        return Some(());
    }
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    time.offset_minutes = words.into_iter().find_map(zone_minutes).unwrap_or(0);
    Some(())
}

/// Reads `0100`, `01:00`, `01`, `1` or `100` as minutes.
fn offset(text: &str) -> Option<i32> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(text.len());
    let (hours, minutes) = match text[..end].split_once(':') {
        Some((hours, minutes)) => (hours, minutes.get(..2).unwrap_or(minutes)),
        None if end <= 2 => (&text[..end], ""),
        None => text[..end].split_at(end.min(4) - 2),
    };
    let minutes: i32 = if minutes.is_empty() { 0 } else { minutes.parse().ok()? };
    let hours: i32 = hours.parse().ok()?;
    (hours <= 18 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Reads a day from words and numbers. Of the words only a month counts: the name of the day is
/// as often wrong as right.
fn date(text: &str, american: bool) -> Option<NaiveDate> {
    let is_part = |c: char| c.is_alphanumeric();
    let mut months: Vec<u32> = Vec::new();
    let mut numbers: Vec<&str> = Vec::new();
    for part in text.split(|c: char| !is_part(c)).filter(|part| !part.is_empty()) {
        if part.starts_with(|c: char| c.is_ascii_digit()) {
            // `1er`, `1st`, `13th`.
            let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
            numbers.push(&part[..end]);
        } else {
            months.extend(month(part));
        }
    }
    let number = |text: &str| text.parse::<u32>().ok();
    match (months.last(), numbers.as_slice()) {
        // A Tuesday is `mar.` in French, and comes before the month.
        (Some(month), [first, second]) if first.len() == 4 => {
            NaiveDate::from_ymd_opt(year(first)?, *month, number(second)?)
        }
        (Some(month), [first, second]) => {
            NaiveDate::from_ymd_opt(year(second)?, *month, number(first)?)
        }
        (Some(month), [only]) if only.len() == 4 => NaiveDate::from_ymd_opt(year(only)?, *month, 1),
        (None, [first, second, third]) if first.len() == 4 => {
            NaiveDate::from_ymd_opt(year(first)?, number(second)?, number(third)?)
        }
        (None, [first, second, third]) if third.len() == 4 || third.len() == 2 => {
            let (first, second) = (number(first)?, number(second)?);
            let month_first = second > 12 || (american && first <= 12);
            let (day, month) = if month_first { (second, first) } else { (first, second) };
            NaiveDate::from_ymd_opt(year(third)?, month, day)
        }
        _ => None,
    }
}

/// Rewrites `2004년 05월 28일 01:31` and `2004-05-25 오후 11:23` in the words of the others; Korea has one zone.
fn korean(text: &str) -> Option<String> {
    let (morning, afternoon) = (text.contains("오전"), text.contains("오후"));
    if !(morning || afternoon || text.contains('년')) {
        return None;
    }
    let rest = text
        .replace(['년', '월'], "-")
        .replace('일', " ")
        .replace("오전", " ")
        .replace("오후", " ");
    let half = if morning {
        " am"
    } else if afternoon {
        " pm"
    } else {
        ""
    };
    Some(format!("{}{half} kst", rest.replace("- ", "-")))
}
