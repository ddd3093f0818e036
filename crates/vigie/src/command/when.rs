//! Times as people type them on the command line, and as they read them there.

use chrono::{Local, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use model::{Problem, Timestamp};

/// Which end of a day a bare date means.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Edge {
    Start,
    End,
}

/// Reads `2026-03-01`, `2026-03-01T14:30` (this machine's time zone), an RFC 3339 instant, or a span
/// before `now` such as `36h` or `7d`. Fails with a hint.
pub(crate) fn parse(text: &str, now: Timestamp, edge: Edge) -> Result<Timestamp, &'static str> {
    const HINT: &str = "write 2026-03-01, 2026-03-01T14:30, or how long ago: 36h, 7d";
    if let Ok(instant) = chrono::DateTime::parse_from_rfc3339(text) {
        return Ok(instant.to_utc());
    }
    if let Ok(span) = humantime::parse_duration(text) {
        let span = TimeDelta::from_std(span).map_err(|_| HINT)?;
        return now.checked_sub_signed(span).ok_or(HINT);
    }
    let local = match text.parse::<NaiveDate>() {
        Ok(day) => match edge {
            Edge::Start => day.and_time(NaiveTime::MIN),
            Edge::End => day.succ_opt().ok_or(HINT)?.and_time(NaiveTime::MIN),
        },
        Err(_) => ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .ok_or(HINT)?,
    };
    instant(local).ok_or(HINT)
}

/// Reads the time that an option was given.
pub(crate) fn told(
    option: &str,
    text: &str,
    now: Timestamp,
    edge: Edge,
) -> Result<Timestamp, Problem> {
    parse(text, now, edge)
        .map_err(|hint| Problem::new(option, format!("\"{text}\" is not a time")).hint(hint))
}

/// Writes a time as this machine's clock shows it.
pub(crate) fn local(at: Timestamp) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string()
}

/// Returns when a day of this machine's time zone begins.
pub(crate) fn start_of_day(day: NaiveDate) -> Option<Timestamp> {
    instant(day.and_time(NaiveTime::MIN))
}

/// A wall time that a clock change skips counts as the one an hour later.
fn instant(local: NaiveDateTime) -> Option<Timestamp> {
    let instant = |local| Local.from_local_datetime(&local).earliest();
    let instant = instant(local).or_else(|| instant(local + TimeDelta::hours(1)));
    Some(instant?.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn spans_and_instants_are_read() {
        let now = at("2026-03-08T12:00:00Z");
        let check =
            |text, expect| assert_eq!(parse(text, now, Edge::Start), Ok(at(expect)), "{text}");
        check("7d", "2026-03-01T12:00:00Z");
        check("36h", "2026-03-07T00:00:00Z");
        check("2026-03-01T14:30:00+02:00", "2026-03-01T12:30:00Z");
    }

    #[test]
    fn a_bare_date_spans_the_whole_local_day() {
        let now = at("2026-03-08T12:00:00Z");
        let start = parse("2026-03-01", now, Edge::Start).unwrap();
        let end = parse("2026-03-01", now, Edge::End).unwrap();
        assert_eq!(end - start, TimeDelta::days(1));
    }

    #[test]
    fn what_is_no_time_gets_a_hint() {
        for text in ["", "yesterday", "2026-02-30", "7 parsecs"] {
            assert!(parse(text, at("2026-03-08T12:00:00Z"), Edge::Start).is_err(), "{text}");
        }
    }
}
