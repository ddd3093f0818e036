//! What happens to a series that something happens to.

use signal::{Channel, Config, Detector, Knowledge, Observation, Rules};

use crate::series::{Chance, HOURS, rhythm, run, run_all, seasonal, slot};

const WEEK: usize = 168;

fn hourly() -> Detector {
    Detector::new(Config::mentions(HOURS))
}

#[test]
fn a_series_is_learnt_for_two_days() {
    let seen = run_all(&hourly(), &seasonal(1, 3.0, 60));
    assert_eq!(seen[47].knowledge, Knowledge::Learning);
    assert_eq!(seen[48].knowledge, Knowledge::Known);
}

#[test]
fn an_hour_of_missing_buckets_teaches_nothing() {
    let detector = hourly();
    let mut series = detector.start();
    run(&detector, &mut series, &seasonal(1, 3.0, WEEK), 0);
    let before = detector
        .assess(&mut series.clone(), &slot(WEEK + 24, HOURS), Observation::Count(3.0))
        .expected;
    run(&detector, &mut series, &[Observation::Missing; 24], WEEK);
    let after =
        detector.assess(&mut series, &slot(WEEK + 24, HOURS), Observation::Count(3.0)).expected;
    assert_eq!(before, after);
}

#[test]
fn a_crisis_does_not_teach_itself_away() {
    let detector = hourly();
    let mut counts = seasonal(2, 10.0, 5 * WEEK);
    let crisis: Vec<_> =
        (0..48).map(|hour| Observation::Count(10.0 * rhythm(hour, 10.0))).collect();
    let mut series = detector.start();
    let calm = run(&detector, &mut series, &counts, 0);
    let seen = run(&detector, &mut series, &crisis, counts.len());
    counts.truncate(0);
    let usual: f64 = calm[4 * WEEK..4 * WEEK + 48].iter().map(|seen| seen.expected).sum();
    let expected: f64 = seen.iter().map(|seen| seen.expected).sum();
    assert!(expected < 2.0 * usual, "{expected} against {usual}");
    assert!(
        seen[47].nominal_days >= 30.0,
        "it is still unusual at its end: {}",
        seen[47].nominal_days
    );
}

#[test]
fn a_brand_that_falls_quiet_is_noticed_within_a_day_and_a_quiet_brand_never_is() {
    let detector = hourly();
    let silence = |base: f64, hours: usize, rest: f64| {
        let mut series = detector.start();
        run(&detector, &mut series, &seasonal(5, base, 8 * WEEK), 0);
        let mut chance = Chance(6);
        let quiet: Vec<_> = (8 * WEEK..8 * WEEK + hours)
            .map(|hour| Observation::Count(chance.poisson(rest * rhythm(hour, base))))
            .collect();
        let seen = run(&detector, &mut series, &quiet, 8 * WEEK);
        seen.iter().map(|seen| seen.silence_days).fold(0.0, f64::max)
    };
    assert!(silence(10.0, 24, 0.0) >= 300.0, "{}", silence(10.0, 24, 0.0));
    assert!(silence(10.0, 24, 0.1) >= 300.0, "{}", silence(10.0, 24, 0.1));
    assert!(silence(1.0, 48, 0.0) >= 300.0, "{}", silence(1.0, 48, 0.0));
    assert!(silence(10.0, 48, 1.0) < 300.0, "{}", silence(10.0, 48, 1.0));
    // Two days of a tenth of a mention an hour are five mentions: of these nothing can be said.
    assert!(silence(0.1, 240, 0.0) < 1.0, "{}", silence(0.1, 240, 0.0));
}

#[test]
fn a_known_lift_is_expected() {
    let detector = hourly();
    let mut series = detector.start();
    run(&detector, &mut series, &seasonal(6, 20.0, 5 * WEEK), 0);
    let days = |lift: f64| {
        let mut series = series.clone();
        let mut chance = Chance(9);
        let assess = |hour: usize| {
            let count = chance.poisson(3.0 * rhythm(hour, 20.0));
            let slot = slot(5 * WEEK + hour, HOURS).lifted(lift);
            detector.assess(&mut series, &slot, Observation::Count(count)).nominal_days
        };
        (0..24).map(assess).fold(0.0, f64::max)
    };
    assert!(days(1.0) >= 90.0, "{}", days(1.0));
    assert!(days(3.0) < 30.0, "{}", days(3.0));
}

#[test]
fn an_event_that_does_not_come_is_no_silence() {
    let detector = hourly();
    let mut series = detector.start();
    run(&detector, &mut series, &seasonal(6, 20.0, 5 * WEEK), 0);
    let days = |come: f64| {
        let mut series = series.clone();
        let mut chance = Chance(9);
        let assess = |hour: usize| {
            let count = chance.poisson(come * rhythm(hour, 20.0));
            let slot = slot(5 * WEEK + hour, HOURS).lifted(3.0);
            detector.assess(&mut series, &slot, Observation::Count(count)).silence_days
        };
        (0..24).map(assess).fold(0.0, f64::max)
    };
    assert!(days(1.0) < 30.0, "as much as usual: {}", days(1.0));
    assert!(days(0.1) >= 90.0, "next to nothing: {}", days(0.1));
}

#[test]
fn a_share_that_turns_is_found_though_the_volume_stays() {
    let detector = hourly();
    let mut chance = Chance(10);
    let mut hour = |share: f64| {
        let of = chance.poisson(20.0).max(1.0);
        Observation::Part { count: chance.poisson(of * share), of }
    };
    let calm: Vec<_> = (0..5 * WEEK).map(|_| hour(0.1)).collect();
    let turned: Vec<_> = (0..24).map(|_| hour(0.4)).collect();
    let mut series = detector.start();
    run(&detector, &mut series, &calm, 0);
    let seen = run(&detector, &mut series, &turned, calm.len());
    assert!(seen[..12].iter().any(|seen| seen.nominal_days >= 90.0));
}

#[test]
fn counts_that_are_no_counts_are_missing() {
    let detector = hourly();
    for count in [f64::NAN, f64::INFINITY, -1.0] {
        let (mut odd, mut missing) = (detector.start(), detector.start());
        run(&detector, &mut odd, &[Observation::Count(3.0), Observation::Count(count)], 0);
        run(&detector, &mut missing, &[Observation::Count(3.0), Observation::Missing], 0);
        assert_eq!(detector.snapshot(&odd), detector.snapshot(&missing));
    }
}

#[test]
fn a_series_of_five_minutes_fits_in_four_kilobytes() {
    let detector = Detector::new(Config::mentions(5));
    let bytes = detector.snapshot(&detector.start()).len();
    assert!(bytes < 4096, "{bytes}");
}

#[test]
fn a_snapshot_with_impossible_counters_harms_nothing() {
    let detector = hourly();
    let mut series = detector.start();
    run(&detector, &mut series, &seasonal(1, 3.0, 50), 0);
    let mut bytes = detector.snapshot(&series);
    let end = bytes.len() - 8;
    bytes[end..].fill(0xff);
    let mut restored = detector.restore(&bytes).unwrap();
    let seen = run(&detector, &mut restored, &seasonal(2, 3.0, 50), 50);
    assert!(seen.iter().all(|seen| seen.level.is_finite()));
}

#[test]
fn what_grows_slowly_is_heard_by_the_slow_channel() {
    let detector = hourly();
    let mut counts = seasonal(21, 3.0, 8 * WEEK);
    let mut chance = Chance(22);
    for (hour, count) in counts.iter_mut().enumerate().skip(7 * WEEK) {
        if let Observation::Count(count) = count {
            *count += chance.poisson(0.7 * rhythm(hour, 3.0));
        }
    }
    let seen = run_all(&detector, &counts);
    let slow =
        |seen: &[signal::Assessment]| seen.iter().map(|seen| seen.slow_days).fold(0.0, f64::max);
    assert!(slow(&seen[4 * WEEK..7 * WEEK]) < 60.0);
    let burnt = &seen[7 * WEEK..7 * WEEK + 72];
    assert!(slow(burnt) >= 60.0, "{}", slow(burnt));
    let loudest = burnt.iter().max_by(|a, b| a.slow_days.total_cmp(&b.slow_days)).unwrap();
    assert!((12..=24).contains(&loudest.slow.window));
    assert!(loudest.slow.count > 1.2 * loudest.slow.expected);
}

#[test]
fn one_loud_hour_does_not_move_the_slow_channel() {
    let detector = hourly();
    let mut counts = seasonal(23, 5.0, 6 * WEEK);
    counts[5 * WEEK] = Observation::Count(500.0);
    let seen = run_all(&detector, &counts);
    assert!(seen[5 * WEEK].nominal_days >= 90.0);
    let slow = seen[5 * WEEK..5 * WEEK + 24].iter().map(|seen| seen.slow_days).fold(0.0, f64::max);
    assert!(slow < 30.0, "{slow}");
}

#[test]
fn the_channels_share_the_false_alarms_that_are_allowed() {
    let seen = run_all(&hourly(), &seasonal(24, 5.0, 6 * WEEK));
    for seen in seen {
        let setting = seen.overall_days();
        let raises =
            |days: f64| Channel::ALL.iter().any(|c| seen.days(*c) >= Rules::of(*c, days, 60).days);
        assert!(setting == 0.0 || raises(0.999 * setting) && !raises(1.001 * setting));
    }
}

#[test]
fn a_public_holiday_that_is_known_is_no_silence_and_teaches_what_it_is_like() {
    let detector = hourly();
    let mean = |place: usize, holiday: bool| {
        let weekend = place / 24 % 7 >= 5;
        60.0 * if weekend || holiday { 0.25 } else { 1.0 }
    };
    // Eight weeks, of which each fourth week's Wednesday is a holiday.
    let holiday = |place: usize| place / 24 % 28 == 23;
    let silence = |told: bool| {
        let mut chance = Chance(31);
        let mut series = detector.start();
        let assess = |place: usize| {
            let slot = slot(place, HOURS);
            let slot = if told && holiday(place) { slot.on_holiday() } else { slot };
            let count = Observation::Count(chance.poisson(mean(place, holiday(place))));
            (place, detector.assess(&mut series, &slot, count))
        };
        let seen: Vec<_> = (0..12 * WEEK).map(assess).collect();
        let late = |(place, _): &&(usize, signal::Assessment)| *place >= 4 * WEEK;
        let on = |(place, _): &&(usize, signal::Assessment)| holiday(*place);
        let days = seen.iter().filter(late).filter(on).map(|(_, seen)| seen.silence_days);
        let expected = seen.iter().rfind(|(place, _)| holiday(*place)).unwrap().1.expected;
        (days.fold(0.0, f64::max), expected)
    };
    let (quiet, expected) = silence(false);
    assert!(quiet >= 90.0 && expected > 35.0, "{quiet} {expected}");
    let (quiet, expected) = silence(true);
    assert!(quiet < 30.0, "{quiet}");
    assert!((12.0..20.0).contains(&expected), "{expected}");
}

#[test]
fn a_holiday_like_any_other_day_is_learnt_to_be_one() {
    let detector = hourly();
    let mut series = detector.start();
    let mut chance = Chance(32);
    let mut last = 0.0;
    for place in 0..40 * WEEK {
        let weekend = place / 24 % 7 >= 5;
        let slot = slot(place, HOURS);
        let holiday = place / 24 % 14 == 2;
        let slot = if holiday { slot.on_holiday() } else { slot };
        let count = chance.poisson(if weekend { 10.0 } else { 40.0 });
        let seen = detector.assess(&mut series, &slot, Observation::Count(count));
        if holiday {
            last = seen.expected;
        }
    }
    assert!((32.0..45.0).contains(&last), "{last}");
}
