//! Dates as feeds write them ([`parse`]): RFC 822 and ISO 8601 with everything that is done to them, in the
//! languages they are done in. A date without a zone is taken as UTC, one without a time as midnight. A
//! date that no calendar has is none.
//!
//! Dates as people write them on boards ([`read_all`]), "yesterday" among them, are read a page at a time,
//! with what is known of the site.

mod grammar;
mod habits;
mod iso;
mod lexicon;
mod names;
mod order;
mod tokens;
mod words;
mod written;
mod zone;

pub use habits::{DateHabits, DateOrder, Lang};
pub use written::{WrittenDate, read_all};
pub use zone::{Zone, zone_said};

use chrono::{DateTime, NaiveDate, TimeDelta};
use model::Timestamp;

/// The longest text that can be a date, in bytes.
const DATE_BYTES_MAX: usize = 128;

/// Years that a feed can mean: what is before or after is a default value or a mistake.
const YEARS: std::ops::RangeInclusive<i32> = 1600..=2999;

/// Reads a date in any of the known forms.
pub fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > DATE_BYTES_MAX {
        return None;
    }
    number(text).or_else(|| iso::parse(text)).or_else(|| words::parse(text))
}

/// Reads a date that is one number: seconds or milliseconds since 1970, or digits run together.
fn number(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let value: i64 = whole.parse().ok()?;
    match whole.len() {
        9..=10 => DateTime::from_timestamp(value, 0),
        12..=13 => DateTime::from_timestamp_millis(value),
        16 => DateTime::from_timestamp_micros(value),
        _ => None,
    }
}

/// A time of day with its distance from UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Time {
    hour: u32,
    minute: u32,
    second: u32,
    millis: u32,
    offset_minutes: i32,
}

/// Puts a date together, if the calendar and the clock have it. `24:00` ends the day and `:60` the minute.
fn instant(date: NaiveDate, time: Time) -> Option<Timestamp> {
    use chrono::Datelike;
    let Time { hour, minute, second, millis, offset_minutes } = time;
    let possible = YEARS.contains(&date.year())
        && (hour < 24 || hour == 24 && minute == 0 && second == 0)
        && minute < 60
        && second <= 60
        && offset_minutes.abs() <= 18 * 60;
    if !possible {
        return None;
    }
    let midnight = date.and_hms_opt(0, 0, 0)?.and_utc();
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    let local = TimeDelta::seconds(seconds) + TimeDelta::milliseconds(i64::from(millis));
    midnight.checked_add_signed(local - TimeDelta::minutes(i64::from(offset_minutes)))
}

/// Reads a year of two, three or four digits (RFC 2822, section 4.3).
fn year(digits: &str) -> Option<i32> {
    let year: i32 = digits.parse().ok()?;
    match (digits.len(), year) {
        (1 | 2, 0..=49) => Some(year + 2000),
        (1..=3, _) => Some(year + 1900),
        (4, _) => Some(year),
        _ => None,
    }
}

/// Reads the fraction of a second as milliseconds; finer digits are dropped.
fn millis(digits: &str) -> u32 {
    let digits = digits.get(..digits.len().min(3)).unwrap_or("");
    let scale = [0, 100, 10, 1][digits.len()];
    digits.parse::<u32>().unwrap_or(0) * scale
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let expect: Timestamp = expect.parse().unwrap();
        assert_eq!(parse(text), Some(expect), "{text}");
    }

    #[test]
    fn rfc_822_is_read_however_sloppy() {
        check("Thu, 01 Jan 2004 19:48:21 GMT", "2004-01-01T19:48:21Z");
        check("Thu, 01 Jan 2004 19:48:21 +0200", "2004-01-01T17:48:21Z");
        check("Thu, 01 Jan 04 19:48 EST", "2004-01-02T00:48:00Z");
        check("1 Jan 98 19:48:21", "1998-01-01T19:48:21Z");
        check("Thursday, 1 January 2004 19:48:21 -05:00", "2004-01-02T00:48:21Z");
        check("Thurs,01 Jan 2004 9:48:21 Z", "2004-01-01T09:48:21Z");
        check("Sun, 01 Jan 2004 19:48:21 UT", "2004-01-01T19:48:21Z");
        check("Thu, 01 Jan 2004", "2004-01-01T00:00:00Z");
        check("Thu Jan 01 19:48:21 2004", "2004-01-01T19:48:21Z");
        check("Thu Jan 01 19:48:21 PST 2004", "2004-01-02T03:48:21Z");
        check("Thu, January 1, 2004 7:48 PM", "2004-01-01T19:48:00Z");
        check("Jan 1, 2004 12:05 a.m. GMT+1", "2003-12-31T23:05:00Z");
        check("Thu, 01-Jan-2004 19:48:21 GMT", "2004-01-01T19:48:21Z");
        check("Thu, 01 Jan 2004 19:48:21 +0100 (CET)", "2004-01-01T18:48:21Z");
        check("Thu, 01 Jan 2004 24:00:00 GMT", "2004-01-02T00:00:00Z");
        check("Thu, 01 Jan 2004 19:48:21 Europe/Paris", "2004-01-01T19:48:21Z");
        check("Thu, 01 Jan 2004 19:48:21.250 +0000", "2004-01-01T19:48:21.250Z");
        check("Thu, 1st Jan 2004 at 19:48", "2004-01-01T19:48:00Z");
    }

    #[test]
    fn months_and_days_are_read_in_many_languages() {
        check("jeu., 1 janv. 2004 19:48:21 +0100", "2004-01-01T18:48:21Z");
        check("Mar, 13 juil. 2004 10:00:00 HAEC", "2004-07-13T08:00:00Z");
        check("mardi 3 août 2021 à 14h05", "2021-08-03T14:05:00Z");
        check("1er février 2021", "2021-02-01T00:00:00Z");
        check("Di, 13 Mai 2014 10:00:00 MESZ", "2014-05-13T08:00:00Z");
        check("13. März 2014 10:00 MEZ", "2014-03-13T09:00:00Z");
        check("mié, 22 ago 2012 10:20:00 +0200", "2012-08-22T08:20:00Z");
        check("Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z");
        check("2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z");
        check("2004년 05월 28일  01:31:15", "2004-05-27T16:31:15Z");
        check("2004-05-25 오후 11:23:17", "2004-05-25T14:23:17Z");
    }

    #[test]
    fn iso_8601_is_read_in_every_form() {
        check("2003-12-31T10:14:55Z", "2003-12-31T10:14:55Z");
        check("2003-12-31T10:14:55-08:00", "2003-12-31T18:14:55Z");
        check("2003-12-31T10:14:55.123456+0100", "2003-12-31T09:14:55.123Z");
        check("2003-12-31 10:14", "2003-12-31T10:14:00Z");
        check("2003-12-31T10Z", "2003-12-31T10:00:00Z");
        check("20031231T101455Z", "2003-12-31T10:14:55Z");
        check("2003-12-31", "2003-12-31T00:00:00Z");
        check("20031231", "2003-12-31T00:00:00Z");
        check("2003-12", "2003-12-01T00:00:00Z");
        check("2003", "2003-01-01T00:00:00Z");
        check("2003-335", "2003-12-01T00:00:00Z");
        check("2003335", "2003-12-01T00:00:00Z");
        check("2020-W01-1T08:00Z", "2019-12-30T08:00:00Z");
        check("2020W011", "2019-12-30T00:00:00Z");
        check("2003/12/31 10:14:55 EST", "2003-12-31T15:14:55Z");
        check("2004-07-08 23:56:58.0", "2004-07-08T23:56:58Z");
        check("2003-12-31T24:00:00Z", "2004-01-01T00:00:00Z");
        check("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z");
        check("2003-12-31T10:14:55 +01:00", "2003-12-31T09:14:55Z");
        check("2003-12-31T10:14:55+01", "2003-12-31T09:14:55Z");
        check("2003-12-31T10:14:55,5Z", "2003-12-31T10:14:55.500Z");
        check("20031231101455", "2003-12-31T10:14:55Z");
    }

    #[test]
    fn numbers_are_seconds_or_milliseconds() {
        check("1077612345", "2004-02-24T08:45:45Z");
        check("1077612345678", "2004-02-24T08:45:45.678Z");
        check("1077612345.25", "2004-02-24T08:45:45Z");
    }

    #[test]
    fn days_and_months_in_numbers_are_told_apart_where_they_can_be() {
        check("31/12/2003 10:14", "2003-12-31T10:14:00Z");
        check("12/31/2003 10:14", "2003-12-31T10:14:00Z");
        check("3.7.2021", "2021-07-03T00:00:00Z");
        check("7/8/2004 9:15:00 AM", "2004-07-08T09:15:00Z");
        check("03/07/2021", "2021-07-03T00:00:00Z");
    }

    #[test]
    fn what_no_calendar_has_is_no_date() {
        for text in [
            "",
            "never",
            "2004-02-30",
            "2004-13-01",
            "0000-00-00T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "Thu, 32 Jan 2004 10:00:00 GMT",
            "Thu, 01 Jan 2004 25:00:00 GMT",
            "12",
            "Jan",
            "99999999999999999999",
            "Thu, 01 Jan 2004 10:61:00 GMT",
            "2004-01-01T10:00:00+99:99",
            "2019-W54-1",
            "2003-366",
            "hier",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_instant_is_read_back(seconds in 0_i64..4_000_000_000, offset in -720..720_i32) {
            let instant = DateTime::from_timestamp(seconds, 0).unwrap();
            let local = instant.with_timezone(&chrono::FixedOffset::east_opt(offset * 60).unwrap());
            proptest::prop_assert_eq!(parse(&local.to_rfc2822()), Some(instant));
            proptest::prop_assert_eq!(parse(&local.to_rfc3339()), Some(instant));
        }

        #[test]
        fn no_text_breaks_the_reader(text in "\\PC{0,40}|[0-9 :+.TZWa-z/,-]{0,40}") {
            parse(&text);
        }
    }
}
