use chrono::Offset;
use chrono::TimeZone;
use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn hours(zone: Tz, ranges: &[&str]) -> Quiet {
    let ranges: Vec<QuietHours> = ranges.iter().map(|range| range.parse().unwrap()).collect();
    Quiet::none(zone).with_hours(&ranges).unwrap()
}

#[track_caller]
fn check(quiet: &Quiet, now: &str, expect: Option<&str>) {
    assert_eq!(quiet.held_until(at(now)), expect.map(at), "{now}");
}

#[test]
fn a_night_holds_from_its_first_second_to_its_last() {
    let night = hours(Tz::Europe__Paris, &["22:00-07:00"]);
    check(&night, "2026-01-10T20:59:59.999Z", None);
    check(&night, "2026-01-10T21:00:00Z", Some("2026-01-11T06:00:00Z"));
    check(&night, "2026-01-10T23:30:00Z", Some("2026-01-11T06:00:00Z"));
    check(&night, "2026-01-11T05:59:59.999Z", Some("2026-01-11T06:00:00Z"));
    check(&night, "2026-01-11T06:00:00Z", None);
    check(&Quiet::none(Tz::UTC), "2026-01-11T06:00:00Z", None);
    let kathmandu = hours(Tz::Asia__Kathmandu, &["12:00-14:00"]);
    check(&kathmandu, "2026-01-11T06:14:59Z", None);
    check(&kathmandu, "2026-01-11T06:15:00Z", Some("2026-01-11T08:15:00Z"));
}

#[test]
fn ranges_that_touch_or_cross_midnight_are_one() {
    let day = hours(Tz::UTC, &["06:00-07:00", "20:00-24:00", "00:00-06:00", "05:00-05:30"]);
    check(&day, "2026-01-10T20:00:00Z", Some("2026-01-11T07:00:00Z"));
    check(&day, "2026-01-11T05:10:00Z", Some("2026-01-11T07:00:00Z"));
    check(&day, "2026-01-11T12:00:00Z", None);
    let all_but_a_minute = hours(Tz::UTC, &["12:01-12:00"]);
    check(&all_but_a_minute, "2026-01-11T12:00:59Z", None);
    check(&all_but_a_minute, "2026-01-11T12:01:00Z", Some("2026-01-12T12:00:00Z"));
}

#[test]
fn a_night_in_which_the_clocks_change_is_as_long_as_they_show() {
    // Paris, 29 March 2026: 02:00 becomes 03:00. 25 October: 03:00 becomes 02:00.
    let night = hours(Tz::Europe__Paris, &["22:00-07:00"]);
    check(&night, "2026-03-28T21:00:00Z", Some("2026-03-29T05:00:00Z"));
    check(&night, "2026-10-24T20:00:00Z", Some("2026-10-25T06:00:00Z"));
    // An end that is skipped: as the clocks jump over it.
    let until_half_past = hours(Tz::Europe__Paris, &["22:00-02:30"]);
    check(&until_half_past, "2026-03-28T21:00:00Z", Some("2026-03-29T01:00:00Z"));
    // An end that is shown twice: quiet again as the clocks go back.
    check(&until_half_past, "2026-10-24T20:00:00Z", Some("2026-10-25T00:30:00Z"));
    check(&until_half_past, "2026-10-25T00:59:59Z", None);
    check(&until_half_past, "2026-10-25T01:00:00Z", Some("2026-10-25T01:30:00Z"));
    // A range that is skipped whole.
    let skipped = hours(Tz::Europe__Paris, &["02:00-03:00"]);
    check(&skipped, "2026-03-29T00:59:59Z", None);
    check(&skipped, "2026-03-29T01:00:00Z", None);
    check(&skipped, "2026-10-25T00:00:00Z", Some("2026-10-25T02:00:00Z"));
    // Lord Howe, 4 October 2026: 02:00 becomes 02:30; 5 April: 02:00 becomes 01:30.
    let howe = hours(Tz::Australia__Lord_Howe, &["01:45-02:15"]);
    check(&howe, "2026-10-03T15:15:00Z", Some("2026-10-03T15:30:00Z"));
    check(&howe, "2026-04-04T14:45:00Z", Some("2026-04-04T15:00:00Z"));
    check(&howe, "2026-04-04T15:15:00Z", Some("2026-04-04T15:45:00Z"));
}

#[test]
fn week_ends_and_days_away_hold_whole_days() {
    let quiet = hours(Tz::Europe__Paris, &["22:00-07:00"])
        .with_days(&[Weekday::Sat, Weekday::Sun])
        .unwrap()
        .with_away(&[
            (day("2026-08-01"), day("2026-08-14")),
            (day("2026-08-13"), day("2026-08-16")),
        ]);
    // A Friday night to Monday morning.
    check(&quiet, "2026-06-05T20:30:00Z", Some("2026-06-08T05:00:00Z"));
    // Friday 31 July's night, then away, until the Monday after, which is no holiday.
    check(&quiet, "2026-07-31T19:59:59Z", None);
    check(&quiet, "2026-07-31T20:00:00Z", Some("2026-08-17T05:00:00Z"));
    let why = |now| quiet.held(at(now)).map(|(_, why)| why);
    assert_eq!(why("2026-07-31T20:00:00Z"), Some(vec![HeldFor::Quiet, HeldFor::Away]));
    assert_eq!(why("2026-08-05T12:00:00Z"), Some(vec![HeldFor::Away, HeldFor::Quiet]));
    assert_eq!(why("2026-08-17T01:00:00Z"), Some(vec![HeldFor::Quiet]));
    assert_eq!(why("2026-08-17T05:00:00Z"), None);
}

#[test]
fn a_day_that_was_skipped_is_not_waited_for() {
    // Apia went from 29 to 31 December 2011.
    let away = Quiet::none(Tz::Pacific__Apia).with_away(&[(day("2011-12-29"), day("2011-12-30"))]);
    check(&away, "2011-12-29T12:00:00Z", Some("2011-12-30T10:00:00Z"));
}

#[test]
fn what_would_hold_for_ever_is_refused() {
    let read = |text: &str| text.parse::<QuietHours>();
    for text in ["", "22:00", "22-07", "25:00-07:00", "22:00-07:00-08:00", "-", "22:00–07:00"] {
        assert_eq!(read(text).unwrap_err().message, "are no hours of a day", "{text}");
    }
    for text in ["07:00-07:00", "00:00-00:00", "24:00-24:00", "24:00-00:00"] {
        assert_eq!(read(text).unwrap_err().message, "end when they begin", "{text}");
    }
    let never = |ranges: &[&str]| {
        let ranges: Vec<QuietHours> = ranges.iter().map(|range| range.parse().unwrap()).collect();
        Quiet::none(Tz::UTC).with_hours(&ranges)
    };
    for all_day in [&["00:00-24:00"][..], &["22:00-08:00", "08:00-12:00", "11:00-22:00"]] {
        let message = never(all_day).unwrap_err().message;
        assert_eq!(message, "all 24 hours are quiet, so that no mail ever leaves", "{all_day:?}");
    }
    let minute = at("2026-03-02T08:00:30Z");
    let nearly = never(&["22:00-08:00", "08:01-22:00"]).unwrap();
    assert_eq!(nearly.held_until(minute), None);
    let week = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat];
    let sundays = Quiet::none(Tz::UTC).with_days(&week).unwrap();
    assert_eq!(sundays.held_until(minute), Some(at("2026-03-08T00:00:00Z")));
    let message = sundays.with_days(&[Weekday::Sun]).unwrap_err().message;
    assert_eq!(message, "all seven days are quiet, so that no mail ever leaves");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Against looking at every minute.
    #[test]
    fn all_is_quiet_until_the_end_and_not_then(
        zone in prop_oneof![
            Just(Tz::Europe__Paris),
            Just(Tz::America__New_York),
            Just(Tz::Asia__Kolkata),
            Just(Tz::Australia__Lord_Howe),
            Just(Tz::America__St_Johns),
            Just(Tz::Africa__Casablanca),
            (0..chrono_tz::TZ_VARIANTS.len()).prop_map(|nth| chrono_tz::TZ_VARIANTS[nth]),
        ],
        ranges in prop::collection::vec((0_u32..1440, 1_u32..900), 0..3),
        near_the_change in prop::option::of((60_u32..200, 1_u32..90)),
        weekdays in prop::collection::vec(0_usize..7, 0..3),
        away in prop::option::of((0_i64..400, 0_i64..20)),
        month in 0_i64..24,
        offset in 0_i64..2_678_400,
    ) {
        let text = |(from, long): &(u32, u32)| {
            let to = (from + long) % 1440;
            format!("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
        };
        let texts: Vec<String> = ranges.iter().chain(&near_the_change).map(text).collect();
        let parsed: Vec<QuietHours> = texts.iter().map(|text| text.parse().unwrap()).collect();
        let Ok(quiet) = Quiet::none(zone).with_hours(&parsed) else { return Ok(()) };
        let all = [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
        let weekdays: Vec<Weekday> = weekdays.into_iter().map(|nth| all[nth]).collect();
        let away = away.map(|(first, long)| {
            let first = day("2026-01-01") + TimeDelta::days(first);
            (first, first + TimeDelta::days(long))
        });
        let away: Vec<(NaiveDate, NaiveDate)> = away.into_iter().collect();
        let quiet = quiet.with_days(&weekdays).unwrap().with_away(&away);

        let is_quiet = |moment: Timestamp| {
            let offset = zone.offset_from_utc_datetime(&moment.naive_utc()).fix().local_minus_utc();
            let wall = moment.naive_utc() + TimeDelta::seconds(offset.into());
            let minute = wall.hour() * 60 + wall.minute();
            weekdays.contains(&wall.weekday())
                || away.iter().any(|(first, last)| (*first..=*last).contains(&wall.date()))
                || ranges.iter().chain(&near_the_change).any(|(from, long)| (minute + 1440 - from) % 1440 < *long)
        };
        let start = at("2026-01-01T00:00:00Z");
        let mut now = start + TimeDelta::milliseconds(month * 2_678_400_000 + offset * 997);
        for _ in 0..3 {
            match quiet.held_until(now) {
                None => {
                    prop_assert!(!is_quiet(now), "{now} {texts:?}");
                    now += TimeDelta::minutes(offset % 700 + 1);
                }
                Some(until) => {
                    prop_assert!(until > now);
                    prop_assert!(!is_quiet(until), "{now} {until} {texts:?} {zone}");
                    let mut probe = now;
                    while probe < until {
                        prop_assert!(is_quiet(probe), "{probe} before {until} {texts:?} {zone}");
                        probe += TimeDelta::minutes(1);
                    }
                    now = until - TimeDelta::seconds(1);
                    prop_assert!(is_quiet(now));
                    now = until;
                }
            }
        }
    }
}
