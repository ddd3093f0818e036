//! What holds whatever the series is.

use proptest::prelude::*;
use signal::{Channel, Config, Detector, Observation};

use crate::series::{Chance, HOURS, rhythm, run, run_all, seasonal, slot};

const WEEK: usize = 168;

fn hourly() -> Detector {
    Detector::new(Config::mentions(HOURS))
}

/// Mentions in hours that may be missing, busy or silent.
fn hours() -> impl Strategy<Value = Vec<Observation>> {
    let hour = prop_oneof![
        8 => (0_u16..20).prop_map(|count| Observation::Count(count.into())),
        1 => (0_u32..1_000_000).prop_map(|count| Observation::Count(count.into())),
        1 => Just(Observation::Missing),
        1 => (0_u16..20, 0_u16..20)
            .prop_map(|(count, of)| Observation::Part { count: count.into(), of: of.into() }),
    ];
    prop::collection::vec(hour, 1..400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn a_restored_series_goes_on_as_if_nothing_had_happened(counts in hours(), cut in 0_usize..400) {
        let detector = hourly();
        let cut = cut.min(counts.len());
        let mut lived = detector.start();
        run(&detector, &mut lived, &counts[..cut], 0);
        let bytes = detector.snapshot(&lived);
        let mut restored = detector.restore(&bytes).unwrap();
        prop_assert_eq!(&detector.snapshot(&restored), &bytes);
        let went_on = run(&detector, &mut lived, &counts[cut..], cut);
        prop_assert_eq!(run(&detector, &mut restored, &counts[cut..], cut), went_on);
        prop_assert_eq!(detector.snapshot(&restored), detector.snapshot(&lived));
    }

    #[test]
    fn more_mentions_in_the_last_bucket_are_never_less_unusual(counts in hours(), more in 1_u32..1000) {
        let detector = hourly();
        let mut series = detector.start();
        run(&detector, &mut series, &counts, 0);
        let mut before = -1.0;
        for count in [0, 1, 2, more, 2 * more, 1000 * more] {
            let count = Observation::Count(count.into());
            let level = run(&detector, &mut series.clone(), &[count], counts.len())[0].level;
            prop_assert!(level >= before, "{level} < {before}");
            before = level;
        }
    }

    #[test]
    fn every_figure_is_a_number(counts in hours()) {
        for seen in run_all(&hourly(), &counts) {
            let [low, high] = seen.range;
            let figures = [seen.level, seen.nominal_days, seen.silence_days, seen.ratio(), low, high];
            prop_assert!(figures.iter().all(|figure| figure.is_finite() && *figure >= 0.0), "{seen:?}");
            prop_assert!(low <= seen.expected && seen.expected <= high);
        }
    }

    #[test]
    fn bytes_of_another_make_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(hourly().restore(&bytes).is_err());
    }
}

#[test]
fn a_steady_series_raises_nothing() {
    for count in [0.0, 1.0, 7.0, 1000.0] {
        let seen = run_all(&hourly(), &vec![Observation::Count(count); 10 * WEEK]);
        let highest = seen.iter().skip(WEEK).map(|seen| seen.nominal_days).fold(0.0, f64::max);
        assert!(highest < 7.0, "{count} an hour: one in {highest} days");
    }
}

type Days = fn(&signal::Assessment) -> f64;

/// Counts the alarms at one in 30 days, a day apart at least, and the days in which they came.
fn alarms(counts: &[Vec<Observation>], days: Days) -> (u32, f64) {
    let detector = hourly();
    let (mut alarms, mut observed) = (0, 0.0);
    for counts in counts {
        let mut rest: u32 = 0;
        for seen in &run_all(&detector, counts)[4 * WEEK..] {
            if rest == 0 && days(seen) >= 30.0 {
                (alarms, rest) = (alarms + 1, 24);
            }
            rest = rest.saturating_sub(1);
        }
        observed += (counts.len() - 4 * WEEK) as f64 / 24.0;
    }
    (alarms, observed)
}

#[test]
fn a_rhythm_alone_keeps_each_channel_and_all_together_within_their_budget() {
    let bases = [0.1, 1.0, 10.0, 100.0, 1000.0].into_iter().cycle();
    let counts: Vec<_> =
        (0..60).zip(bases).map(|(seed, base)| seasonal(seed, base, 14 * WEEK)).collect();
    let channels: [(&str, Days); 4] = [
        ("rise", |seen| seen.nominal_days),
        ("slow", |seen| seen.slow_days),
        ("silence", |seen| seen.silence_days),
        ("all", signal::Assessment::overall_days),
    ];
    for (name, days) in channels {
        let (alarms, observed) = alarms(&counts, days);
        // 140 alarms are what the budget allows; a quarter more is the tolerance that is asked for.
        assert!(f64::from(alarms) <= 1.25 * observed / 30.0, "{name}: {alarms} in {observed} days");
        assert!(alarms > 20, "{name}: {alarms}: what never alarms is not calibrated");
    }
}

#[test]
fn twice_the_rate_is_found_sooner_on_a_busier_series() {
    let detector = hourly();
    let delay = |base: f64| {
        let mut counts = seasonal(7, base, 6 * WEEK);
        let onset = 5 * WEEK;
        let mut chance = Chance(8);
        for (hour, count) in counts.iter_mut().enumerate().skip(onset) {
            if let Observation::Count(count) = count {
                *count += chance.poisson(rhythm(hour, base));
            }
        }
        let seen = run_all(&detector, &counts);
        seen[onset..].iter().position(|seen| seen.nominal_days >= 30.0).unwrap_or(usize::MAX)
    };
    let delays = [1.0, 30.0, 1000.0].map(delay);
    assert!(delays.is_sorted_by(|slow, fast| slow >= fast), "{delays:?}");
    assert!(delays[2] <= 6, "{delays:?}");
}

#[test]
fn an_outage_and_its_catch_up_raise_nothing() {
    let detector = hourly();
    let plain = seasonal(3, 20.0, 8 * WEEK);
    let mut cut = plain.clone();
    // Two days of silence, and then an hour in which all of it came: neither is known by its own dates.
    cut[6 * WEEK..6 * WEEK + 49].fill(Observation::Missing);
    let (mut lived, mut missed) = (detector.start(), detector.start());
    let seen_plain = run(&detector, &mut lived, &plain, 0);
    let seen_cut = run(&detector, &mut missed, &cut, 0);
    let highest =
        |seen: &[signal::Assessment]| seen.iter().map(|seen| seen.nominal_days).fold(0.0, f64::max);
    assert!(highest(&seen_cut[6 * WEEK..]) < 30.0f64.max(1.2 * highest(&seen_plain[6 * WEEK..])));
    let silence = seen_cut[6 * WEEK..].iter().map(|seen| seen.silence_days).fold(0.0, f64::max);
    assert!(silence < 30.0, "missing is not zero: {silence}");
}

#[test]
fn a_replayed_history_gives_the_states_of_the_live_run() {
    let detector = hourly();
    let counts = seasonal(4, 5.0, 4 * WEEK);
    let (mut live, mut late) = (detector.start(), detector.start());
    run(&detector, &mut live, &counts, 0);
    // A day's counts come late: the snapshot of the day before, and all since once more.
    let day = 3 * WEEK;
    run(&detector, &mut late, &counts[..day], 0);
    let kept = detector.snapshot(&late);
    let mut wrong = counts[day..].to_vec();
    wrong[5] = Observation::Missing;
    run(&detector, &mut late, &wrong, day);
    assert_ne!(detector.snapshot(&late), detector.snapshot(&live));
    let mut replayed = detector.restore(&kept).unwrap();
    run(&detector, &mut replayed, &counts[day..], day);
    assert_eq!(detector.snapshot(&replayed), detector.snapshot(&live));
}

/// Poisson counts of a rhythm in buckets of `minutes`.
fn rhythmic(minutes: u16, seed: u64, base: f64, days: usize) -> Vec<Observation> {
    let mut chance = Chance(seed);
    let day = 1440 / usize::from(minutes);
    let mean = |bucket: usize| {
        let hours = f64::from(minutes) / 60.0;
        let hour = bucket % day * usize::from(minutes) / 60;
        hours * rhythm(bucket / day * 24 + hour, base)
    };
    (0..days * day).map(|bucket| Observation::Count(chance.poisson(mean(bucket)))).collect()
}

fn highest(minutes: u16, counts: &[Observation], from: usize, days: Days) -> f64 {
    let detector = Detector::new(Config::mentions(minutes));
    let mut series = detector.start();
    let assess = |(place, count): (usize, &Observation)| {
        days(&detector.assess(&mut series, &slot(place, minutes), *count))
    };
    let all: Vec<f64> = counts.iter().enumerate().map(assess).collect();
    all[from..].iter().copied().fold(0.0, f64::max)
}

#[test]
fn a_steady_series_of_any_bucket_raises_nothing() {
    for minutes in [5, 15, 60, 360, 1440] {
        let week = 7 * 1440 / usize::from(minutes);
        for count in [0.0, 1.0, 1000.0] {
            let counts = vec![Observation::Count(count); 6 * week];
            let days = highest(minutes, &counts, week, signal::Assessment::overall_days);
            assert!(days < 7.0, "{count} in {minutes} minutes: one in {days} days");
        }
    }
}

#[test]
fn four_times_the_usual_for_a_day_is_heard_in_any_bucket_and_the_rhythm_is_not() {
    for minutes in [5, 15, 60, 360, 1440] {
        let day = 1440 / usize::from(minutes);
        let mut counts = rhythmic(minutes, 41, 8.0, 71);
        let calm =
            highest(minutes, &counts[..70 * day], 63 * day, signal::Assessment::overall_days);
        let mut extra = rhythmic(minutes, 42, 24.0, 71);
        for (count, more) in counts.iter_mut().zip(&mut extra).skip(70 * day) {
            if let (Observation::Count(count), Observation::Count(more)) = (count, more) {
                *count += *more;
            }
        }
        let busy = highest(minutes, &counts, 70 * day, signal::Assessment::overall_days);
        assert!(calm < 60.0, "{minutes} minutes: {calm}");
        assert!(busy >= 60.0, "{minutes} minutes: {busy}");
    }
}

#[test]
fn a_series_that_is_ten_times_as_busy_hears_the_same_share_of_more_not_later() {
    for minutes in [60, 1440] {
        let heard = |base: f64| {
            let day = 1440 / usize::from(minutes);
            let mut counts = rhythmic(minutes, 43, base, 63);
            let extra = rhythmic(minutes, 44, base, 63);
            for (count, more) in counts.iter_mut().zip(&extra).skip(60 * day) {
                if let (Observation::Count(count), Observation::Count(more)) = (count, more) {
                    *count += more;
                }
            }
            highest(minutes, &counts, 60 * day, signal::Assessment::overall_days)
        };
        let days = [1.0, 10.0, 100.0].map(heard);
        assert!(days.is_sorted(), "{minutes} minutes: {days:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn more_mentions_are_never_less_unusual_to_the_slow_channel_nor_quieter(
        counts in hours(),
        more in 1_u32..1000,
    ) {
        let detector = hourly();
        let mut series = detector.start();
        run(&detector, &mut series, &counts, 0);
        let (mut slow, mut silence) = (-1.0, f64::INFINITY);
        for count in [0, 1, 2, more, 1000 * more] {
            let count = Observation::Count(count.into());
            let seen = run(&detector, &mut series.clone(), &[count], counts.len())[0];
            prop_assert!(seen.slow_days >= slow && seen.silence_days <= silence, "{seen:?}");
            (slow, silence) = (seen.slow_days, seen.silence_days);
        }
    }

    #[test]
    fn a_restored_series_of_minutes_or_days_goes_on_as_well(
        counts in hours(),
        cut in 0_usize..400,
        minutes in prop_oneof![Just(5_u16), Just(15), Just(360), Just(1440)],
    ) {
        let detector = Detector::new(Config::mentions(minutes));
        let (mut lived, cut) = (detector.start(), cut.min(counts.len()));
        run(&detector, &mut lived, &counts[..cut], 0);
        let mut restored = detector.restore(&detector.snapshot(&lived)).unwrap();
        let went_on = run(&detector, &mut lived, &counts[cut..], cut);
        prop_assert_eq!(run(&detector, &mut restored, &counts[cut..], cut), went_on);
        prop_assert_eq!(detector.snapshot(&restored), detector.snapshot(&lived));
    }
}

#[test]
fn a_rhythm_that_is_not_yet_known_is_no_silence_and_hardly_a_rise() {
    // Two weeks from nothing, begun at any hour; a week-end is seen twice. Before half a day nobody listens.
    for minutes in [15, HOURS] {
        let detector = Detector::new(Config::mentions(minutes));
        let per_day = usize::from(1440 / minutes);
        let (mut alarms, mut days) = ([0; 3], 0);
        for (seed, base) in (0..60).zip([3.0, 30.0, 300.0].into_iter().cycle()) {
            let begin = 2 * per_day + usize::try_from(seed).unwrap() * 37 % per_day;
            let counts = rhythmic(minutes, seed, base, 17);
            let counts = &counts[begin..][..14 * per_day];
            let (mut series, mut was) = (detector.start(), [false; 3]);
            for (bucket, count) in counts.iter().enumerate() {
                let slot = slot(begin + bucket, minutes);
                let seen = detector.assess(&mut series, &slot, *count);
                if bucket < per_day / 2 {
                    continue;
                }
                for (nth, channel) in Channel::ALL.into_iter().enumerate() {
                    let is = seen.days(channel) * channel.share() >= 30.0;
                    alarms[nth] += u32::from(is && !was[nth]);
                    was[nth] = is;
                }
            }
            days += 14;
        }
        let allowed = f64::from(days) / 30.0;
        assert_eq!(alarms[2], 0);
        assert!(f64::from(alarms[0] + alarms[1]) < 1.25 * allowed, "{alarms:?}");
    }
}
