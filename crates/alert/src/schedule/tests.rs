use chrono::{Datelike, NaiveTime, TimeZone};
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn daily(time: &str) -> Cadence {
    Cadence::Daily { at: NaiveTime::parse_from_str(time, "%H:%M").unwrap() }
}

fn cron(text: &str) -> Cadence {
    Cadence::Cron(text.to_owned())
}

/// Asserts the due times that follow `from`, as UTC.
#[track_caller]
fn check(cadence: &Cadence, zone: Tz, from: &str, expect: &[&str]) {
    let schedule = Schedule::new(cadence, zone).unwrap();
    let mut now = at(from);
    for (nth, expected) in expect.iter().enumerate() {
        now = schedule.next_after(now).unwrap();
        assert_eq!(now, at(expected), "{cadence:?} in {zone}, due time {}", nth + 1);
    }
}

#[test]
fn as_it_happens_waits_for_nothing() {
    let schedule = Schedule::new(&Cadence::AsItHappens, Tz::Europe__Paris).unwrap();
    assert_eq!(schedule.next_after(at("2025-11-08T12:00:00Z")), None);
}

#[test]
fn a_plain_day_in_utc() {
    check(
        &daily("08:00"),
        Tz::UTC,
        "2025-11-08T07:59:59.999Z",
        &["2025-11-08T08:00:00Z", "2025-11-09T08:00:00Z"],
    );
    check(&daily("08:00"), Tz::UTC, "2025-11-08T08:00:00Z", &["2025-11-09T08:00:00Z"]);
    check(&daily("08:00"), Tz::UTC, "2025-11-08T08:00:00.5Z", &["2025-11-09T08:00:00Z"]);
    check(&Cadence::Hourly, Tz::UTC, "2025-11-08T07:00:00Z", &["2025-11-08T08:00:00Z"]);
    let monday = Cadence::Weekly { on: Weekday::Mon, at: NaiveTime::MIN };
    check(
        &monday,
        Tz::UTC,
        "2025-11-08T07:00:00Z",
        &["2025-11-10T00:00:00Z", "2025-11-17T00:00:00Z"],
    );
    let sunday = Cadence::Weekly { on: Weekday::Sun, at: NaiveTime::MIN };
    check(&sunday, Tz::UTC, "2025-11-08T07:00:00Z", &["2025-11-09T00:00:00Z"]);
}

#[test]
fn paris_skips_an_hour_in_spring_and_repeats_one_in_autumn() {
    // 30 March 2025: 02:00 becomes 03:00 at 01:00 UTC. 26 October: 03:00 becomes 02:00.
    check(
        &daily("08:00"),
        Tz::Europe__Paris,
        "2025-03-29T00:00:00Z",
        &["2025-03-29T07:00:00Z", "2025-03-30T06:00:00Z", "2025-03-31T06:00:00Z"],
    );
    check(
        &daily("02:30"),
        Tz::Europe__Paris,
        "2025-03-29T00:00:00Z",
        &["2025-03-29T01:30:00Z", "2025-03-30T01:00:00Z", "2025-03-31T00:30:00Z"],
    );
    check(
        &daily("02:30"),
        Tz::Europe__Paris,
        "2025-10-25T00:00:00Z",
        &["2025-10-25T00:30:00Z", "2025-10-26T00:30:00Z", "2025-10-27T01:30:00Z"],
    );
    // From within the repeated hour, at its second showing.
    check(&daily("02:45"), Tz::Europe__Paris, "2025-10-26T01:30:00Z", &["2025-10-27T01:45:00Z"]);
    // Several skipped times are one moment, and fire once.
    check(
        &cron("*/20 2 * * *"),
        Tz::Europe__Paris,
        "2025-03-30T00:00:00Z",
        &["2025-03-30T01:00:00Z", "2025-03-31T00:00:00Z", "2025-03-31T00:20:00Z"],
    );
}

#[test]
fn new_york_changes_at_two_in_the_morning() {
    check(
        &daily("02:00"),
        Tz::America__New_York,
        "2025-03-08T12:00:00Z",
        &["2025-03-09T07:00:00Z", "2025-03-10T06:00:00Z"],
    );
    check(
        &daily("01:30"),
        Tz::America__New_York,
        "2025-11-01T12:00:00Z",
        &["2025-11-02T05:30:00Z", "2025-11-03T06:30:00Z"],
    );
    check(
        &Cadence::Weekly { on: Weekday::Sun, at: NaiveTime::from_hms_opt(1, 30, 0).unwrap() },
        Tz::America__New_York,
        "2025-11-01T12:00:00Z",
        &["2025-11-02T05:30:00Z", "2025-11-09T06:30:00Z"],
    );
}

#[test]
fn lord_howe_changes_by_half_an_hour() {
    // 5 October 2025: 02:00 (+10:30) becomes 02:30 (+11). 6 April 2025: 02:00 (+11) becomes 01:30.
    check(
        &daily("02:15"),
        Tz::Australia__Lord_Howe,
        "2025-10-03T15:00:00Z",
        &["2025-10-03T15:45:00Z", "2025-10-04T15:30:00Z", "2025-10-05T15:15:00Z"],
    );
    check(
        &daily("01:45"),
        Tz::Australia__Lord_Howe,
        "2025-04-05T00:00:00Z",
        &["2025-04-05T14:45:00Z", "2025-04-06T15:15:00Z"],
    );
    check(
        &Cadence::Hourly,
        Tz::Australia__Lord_Howe,
        "2025-10-04T14:10:00Z",
        &["2025-10-04T15:00:00Z", "2025-10-04T16:00:00Z", "2025-10-04T17:00:00Z"],
    );
}

#[test]
fn sao_paulo_once_had_no_midnight() {
    // 4 November 2018: 00:00 became 01:00 at 03:00 UTC.
    check(
        &daily("00:00"),
        Tz::America__Sao_Paulo,
        "2018-11-03T00:00:00Z",
        &["2018-11-03T03:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"],
    );
}

#[test]
fn samoa_once_had_no_friday() {
    // Apia went from 29 to 31 December 2011, from -10 to +14.
    check(
        &daily("08:00"),
        Tz::Pacific__Apia,
        "2011-12-29T12:00:00Z",
        &["2011-12-29T18:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T18:00:00Z"],
    );
}

#[test]
fn a_month_that_has_fewer_days_is_told_on_its_last() {
    let monthly = |day, at: &str| Cadence::Monthly {
        day,
        at: NaiveTime::parse_from_str(at, "%H:%M").unwrap(),
    };
    check(
        &monthly(31, "08:00"),
        Tz::UTC,
        "2027-12-31T08:00:00Z",
        &[
            "2028-01-31T08:00:00Z",
            "2028-02-29T08:00:00Z",
            "2028-03-31T08:00:00Z",
            "2028-04-30T08:00:00Z",
        ],
    );
    check(&monthly(30, "08:00"), Tz::UTC, "2027-02-01T00:00:00Z", &["2027-02-28T08:00:00Z"]);
    check(
        &monthly(1, "00:00"),
        Tz::UTC,
        "2026-12-01T00:00:00Z",
        &["2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"],
    );
    // Skipped on the 29th of March 2026 in Paris, shown twice on the 25th of October.
    check(
        &monthly(29, "02:30"),
        Tz::Europe__Paris,
        "2026-03-01T00:00:00Z",
        &["2026-03-29T01:00:00Z", "2026-04-29T00:30:00Z"],
    );
    check(
        &monthly(25, "02:30"),
        Tz::Europe__Paris,
        "2026-10-01T00:00:00Z",
        &["2026-10-25T00:30:00Z", "2026-11-25T01:30:00Z"],
    );
}

#[test]
fn a_pace_follows_real_time() {
    // Paris, 26 October 2025: 02:00, 02:30 and again 02:00, 02:30.
    check(
        &cron("*/30 * * * *"),
        Tz::Europe__Paris,
        "2025-10-25T23:45:00Z",
        &[
            "2025-10-26T00:00:00Z",
            "2025-10-26T00:30:00Z",
            "2025-10-26T01:00:00Z",
            "2025-10-26T01:30:00Z",
            "2025-10-26T02:00:00Z",
        ],
    );
    // 30 March: no 02:30, and nothing in its place.
    check(
        &cron("30 * * * *"),
        Tz::Europe__Paris,
        "2025-03-30T00:00:00Z",
        &["2025-03-30T00:30:00Z", "2025-03-30T01:30:00Z", "2025-03-30T02:30:00Z"],
    );
    // Kathmandu is 5 h 45 min ahead.
    check(
        &cron("0 * * * *"),
        Tz::Asia__Kathmandu,
        "2025-06-01T00:00:00Z",
        &["2025-06-01T00:15:00Z"],
    );
    // A pace on one day of the year, with both changes of the clocks before it.
    check(
        &cron("0 * 1 1 *"),
        Tz::Europe__Paris,
        "2025-01-02T00:00:00Z",
        &["2025-12-31T23:00:00Z", "2026-01-01T00:00:00Z"],
    );
}

fn any_zone() -> impl Strategy<Value = Tz> {
    (0..chrono_tz::TZ_VARIANTS.len()).prop_map(|nth| chrono_tz::TZ_VARIANTS[nth])
}

fn any_cron() -> impl Strategy<Value = String> {
    let minute = prop_oneof![Just("*"), Just("0"), Just("*/15"), Just("5,35"), Just("59")];
    let hour = prop_oneof![Just("*"), Just("0"), Just("2"), Just("1-3"), Just("*/6"), Just("23")];
    let day = prop_oneof![3 => Just("*"), 1 => Just("1"), 1 => Just("28-31")];
    let weekday = prop_oneof![3 => Just("*"), 1 => Just("0"), 1 => Just("mon-fri")];
    (minute, hour, day, weekday).prop_map(|(m, h, d, w)| format!("{m} {h} {d} * {w}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn due_times_strictly_increase(
        zone in any_zone(),
        text in any_cron(),
        start in 1_262_304_000_i64..1_893_456_000,
    ) {
        let schedule = Schedule::new(&cron(&text), zone).unwrap();
        let mut now = DateTime::from_timestamp(start, 0).unwrap();
        for _ in 0..200 {
            let next = schedule.next_after(now).unwrap();
            prop_assert!(next > now, "{text} in {zone}: {next} after {now}");
            // Whatever lies between has the same next due time: none is jumped over.
            let between = now + (next - now) / 2;
            prop_assert_eq!(schedule.next_after(between), Some(next));
            now = next;
        }
    }

    #[test]
    fn the_last_due_time_before_an_end_is_that_of_all_that_come_before(
        zone in any_zone(),
        text in any_cron(),
        start in 1_262_304_000_i64..1_893_456_000,
        hours in 1_i64..2_000,
    ) {
        let schedule = Schedule::new(&cron(&text), zone).unwrap();
        let from = DateTime::from_timestamp(start, 0).unwrap();
        let end = from + TimeDelta::hours(hours);
        let mut last = from;
        while let Some(next) = schedule.next_after(last).filter(|next| *next < end) {
            last = next;
        }
        prop_assert_eq!(schedule.last_before(end, from), last, "{} in {}", text, zone);
    }

    #[test]
    fn monthly_is_once_for_every_month(zone in any_zone(), day in 1_u32..=31, hour in 0_u32..24) {
        let at = NaiveTime::from_hms_opt(hour, 15, 0).unwrap();
        let schedule = Schedule::new(&Cadence::Monthly { day, at }, zone).unwrap();
        // A date that is skipped (Samoa's) is told on the next, which is none of these years'.
        let mut now = "2024-01-01T16:00:00Z".parse().unwrap();
        let mut months = Vec::new();
        for _ in 0..30 {
            now = schedule.next_after(now).unwrap();
            let shown = now.with_timezone(&zone).date_naive();
            let fits = shown.day() == day
                || shown.day() < day && shown.succ_opt().unwrap().month() != shown.month();
            prop_assert!(fits, "{zone}: {shown} for day {day}");
            months.push(shown.year() * 12 + shown.month0().cast_signed());
        }
        let expect: Vec<i32> = (months[0]..months[0] + 30).collect();
        prop_assert_eq!(months, expect);
    }

    #[test]
    fn daily_is_once_for_every_local_day(
        zone in any_zone(),
        minute_of_day in 0_u32..1440,
    ) {
        let time = NaiveTime::from_num_seconds_from_midnight_opt(minute_of_day * 60, 0).unwrap();
        let schedule = Schedule::new(&Cadence::Daily { at: time }, zone).unwrap();
        let mut day = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).unwrap();
        let mut now = schedule.wall.moment_of(day.and_time(time)) - TimeDelta::seconds(1);
        while day.year() < 2027 {
            now = schedule.next_after(now).unwrap();
            let shown = now.with_timezone(&zone).naive_local();
            let meant = day.and_time(time);
            // The clocks show the time that was meant, or have just jumped over it.
            let jumped = zone.from_local_datetime(&meant).earliest().is_none()
                && schedule.wall.shown(now - TimeDelta::seconds(1)) < meant
                && shown > meant;
            prop_assert!(shown == meant || jumped, "{zone}: {shown} for {meant}");
            day = day.succ_opt().unwrap();
        }
    }

    #[test]
    fn hourly_is_every_hour(zone in any_zone(), start in 1_262_304_000_i64..1_893_456_000) {
        let schedule = Schedule::new(&Cadence::Hourly, zone).unwrap();
        let now = DateTime::from_timestamp(start, 0).unwrap();
        let first = schedule.next_after(now).unwrap();
        prop_assert!(first > now && first - now <= TimeDelta::hours(1));
        prop_assert_eq!(schedule.next_after(first).unwrap() - first, TimeDelta::hours(1));
    }
}
