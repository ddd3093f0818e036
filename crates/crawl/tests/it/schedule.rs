//! The schedule against fixed intervals, on streams that are simulated: delays, counts and misses, no clock.

use std::time::Duration;

use chrono::TimeDelta;
use crawl::{Appeared, Bounds, PRICE, Rhythm, Visited, next_check, price_for};
use model::{SourceId, Timestamp};
use proptest::prelude::*;

const WINDOW: usize = 30;

fn start() -> Timestamp {
    "2026-01-05T00:00:00Z".parse().unwrap()
}

/// Numbers that are the same at each run (`SplitMix64`).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        f64::from(u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap()) / f64::from(u32::MAX)
    }
}

/// Makes the minutes of a stream whose rate, in items an hour, depends on the hour.
fn stream(weeks: i64, seed: u64, rate: impl Fn(i64) -> f64) -> Vec<Timestamp> {
    let mut chance = Chance(seed);
    let comes = |minute: &i64| chance.next() < rate(minute / 60) / 60.0;
    let minutes = (0..weeks * 7 * 24 * 60).filter(comes);
    minutes.map(|minute| start() + TimeDelta::minutes(minute)).collect()
}

#[derive(Debug, Default)]
struct Outcome {
    visits: u32,
    delay_h: f64,
    missed: usize,
}

/// Visits a feed that shows the newest items, after `from`, and counts what is seen by then as past.
fn visits(
    items: &[Timestamp],
    from: Timestamp,
    mut pause: impl FnMut(&[Timestamp], usize, Timestamp) -> Timestamp,
) -> Outcome {
    let end = *items.last().unwrap();
    let mut outcome = Outcome::default();
    let (mut seen, mut now) = (0, start() + TimeDelta::hours(12));
    while now < end {
        let there = items.partition_point(|item| *item <= now);
        let oldest = there.saturating_sub(WINDOW);
        let new = &items[seen.max(oldest)..there];
        if now > from {
            outcome.visits += 1;
            outcome.missed += oldest.saturating_sub(seen);
            let news = new.iter().filter(|item| **item > from);
            outcome.delay_h += news.map(|item| hours(now - *item)).sum::<f64>();
        }
        seen = there;
        now = pause(new, there - oldest, now);
    }
    outcome
}

fn hours(time: TimeDelta) -> f64 {
    f64::from(u32::try_from(time.num_seconds()).unwrap()) / 3600.0
}

fn learning(items: &[Timestamp], from: Timestamp, price: f64, bounds: Bounds) -> Outcome {
    let source = SourceId::new("s");
    let mut known: Option<Rhythm> = None;
    visits(items, from, |new, shown, now| {
        let rhythm = match known.take() {
            None => Rhythm::begin(new, now),
            Some(mut rhythm) => {
                rhythm.learn(
                    &Appeared { dates: new, shown: Some(shown), is_own_page: true, changed: None },
                    now,
                );
                // As the ledger keeps it.
                Rhythm::from_bytes(&rhythm.to_bytes()).unwrap()
            }
        };
        let visited = Visited {
            source: &source,
            every: None,
            rhythm: Some(&rhythm),
            price,
            failures: 0,
            failing_for: Duration::ZERO,
            fresh_for: None,
            retry_after: None,
            bounds,
        };
        let next = next_check(&visited, now);
        known = Some(rhythm);
        next
    })
}

/// The outcomes of the fixed interval with as many visits, begun at eight moments: which of them is
/// the best is known only afterwards.
fn fixed(items: &[Timestamp], from: Timestamp, visits_max: u32) -> Vec<Outcome> {
    let pause = (*items.last().unwrap() - from) / i32::try_from(visits_max).unwrap();
    let phase = |phase: i32| {
        let mut next = from + pause * phase / 8;
        visits(items, from, |_, _, now| {
            while next <= now {
                next += pause;
            }
            next
        })
    };
    (0..8).map(phase).collect()
}

/// Returns by how much less an item waits than with the fixed interval at as many visits: beside the
/// best of its phases, and beside their mean.
fn gains(items: &[Timestamp], price: f64) -> (f64, f64) {
    let bounds = Bounds { min: Duration::from_mins(5), max: Duration::from_hours(24) };
    let from = start() + TimeDelta::weeks(4);
    let ours = learning(items, from, price, bounds);
    assert_eq!(ours.missed, 0, "{ours:?}");
    let fixed = fixed(items, from, ours.visits);
    assert!(fixed.iter().all(|fixed| fixed.visits.abs_diff(ours.visits) <= 1), "{fixed:?}");
    let delays: Vec<f64> = fixed.iter().map(|fixed| fixed.delay_h).collect();
    let best = delays.iter().copied().fold(f64::INFINITY, f64::min);
    (1.0 - ours.delay_h / best, 1.0 - ours.delay_h / (delays.iter().sum::<f64>() / 8.0))
}

/// Returns by how much less an item waits than with the best fixed interval at as many visits.
fn gain(items: &[Timestamp], price: f64) -> f64 {
    gains(items, price).0
}

#[test]
fn a_source_of_working_hours_is_seen_a_third_sooner_with_as_many_visits() {
    let working = |hour: i64| {
        let is_working = hour / 24 % 7 < 5 && (8..18).contains(&(hour % 24));
        if is_working { 1.0 } else { 0.01 }
    };
    for seed in 1..=2 {
        let gain = gain(&stream(8, seed, working), PRICE);
        assert!(gain >= 0.30, "{:.1} % with seed {seed}", gain * 100.0);
    }
}

#[test]
fn a_source_that_publishes_at_one_hour_of_the_day_is_met_there() {
    let morning = |hour: i64| if hour % 24 == 7 { 2.0 } else { 0.005 };
    let gain = gain(&stream(8, 1, morning), PRICE);
    assert!(gain >= 0.5, "{:.1} %", gain * 100.0);
}

#[test]
fn where_there_is_no_rhythm_little_is_lost_by_looking_for_one() {
    for (rate, seed) in [(0.2, 1), (1.0, 2)] {
        let (_, gain) = gains(&stream(8, seed, |_| rate), PRICE);
        assert!(gain > -0.06, "{:.1} % at {rate} an hour", gain * 100.0);
    }
}

#[test]
fn a_burst_is_followed_and_nothing_of_it_is_missed() {
    // Ten times as much for one day in seven weeks.
    let bursting = |hour: i64| if hour / 24 % 49 == 40 { 10.0 } else { 0.5 };
    let gain = gain(&stream(10, 5, bursting), PRICE);
    assert!(gain > 0.05, "{:.1} %", gain * 100.0);
}

#[test]
fn a_new_clock_or_a_new_editor_is_learnt_within_weeks() {
    let moved = |hour: i64| {
        let begins = if hour < 5 * 7 * 24 { 6 } else { 14 };
        if (begins..begins + 4).contains(&(hour % 24)) { 1.5 } else { 0.02 }
    };
    let gain = gain(&stream(10, 7, moved), PRICE);
    assert!(gain >= 0.2, "{:.1} %", gain * 100.0);
}

#[test]
fn a_source_that_died_is_visited_ever_more_rarely_but_always() {
    let items = stream(4, 3, |_| 1.0);
    let died = *items.last().unwrap();
    let mut rhythm = Rhythm::begin(&items, died);
    let source = SourceId::new("s");
    let mut pauses = Vec::new();
    let mut now = died;
    while now < died + TimeDelta::weeks(30) {
        rhythm.learn(
            &Appeared { dates: &[], shown: Some(WINDOW), is_own_page: true, changed: None },
            now,
        );
        let visited = Visited {
            source: &source,
            every: None,
            rhythm: Some(&rhythm),
            price: PRICE,
            failures: 0,
            failing_for: Duration::ZERO,
            fresh_for: None,
            retry_after: None,
            bounds: Bounds::default(),
        };
        let next = next_check(&visited, now);
        pauses.push(next - now);
        now = next;
    }
    assert!(pauses[0] < TimeDelta::hours(1), "{}", pauses[0]);
    assert_eq!(*pauses.last().unwrap(), TimeDelta::hours(6));
}

/// Visits a page that is built each 15 to 25 minutes of what was written by then, three items an hour, for four weeks
/// after two; the page says when it was built, or does not. Returns the visits, and how long an item waits.
fn built_at_intervals(says_when: bool) -> (u32, f64) {
    let mut chance = Chance(11);
    let mut builds = vec![start()];
    let end = start() + TimeDelta::weeks(6);
    while *builds.last().unwrap() < end {
        let pause = Duration::from_secs_f64(900.0 + chance.next() * 600.0);
        builds.push(*builds.last().unwrap() + pause);
    }
    // Each is known by when it was written and when it was to be seen.
    let items: Vec<_> = stream(6, 12, |_| 3.0)
        .into_iter()
        .map(|written| (written, builds[builds.partition_point(|build| *build < written)]))
        .collect();
    let counted = start() + TimeDelta::weeks(2);
    let source = SourceId::new("s");
    let mut now = start() + TimeDelta::hours(12);
    let mut rhythm = Rhythm::begin(&[], now);
    let (mut visits, mut delay_h, mut count) = (0, 0.0, 0.0);
    let mut seen = items.partition_point(|(_, shown)| *shown <= now);
    while now < end {
        let there = items.partition_point(|(_, shown)| *shown <= now);
        let new = &items[seen..there];
        if now > counted {
            visits += 1;
            delay_h += new.iter().map(|(_, shown)| hours(now - *shown)).sum::<f64>();
            count += f64::from(u32::try_from(new.len()).unwrap());
        }
        seen = there;
        let dates: Vec<_> = new.iter().map(|(written, _)| *written).collect();
        let built = builds[builds.partition_point(|build| *build <= now) - 1];
        let changed = Some(built).filter(|_| says_when);
        let appeared = Appeared { dates: &dates, shown: Some(WINDOW), is_own_page: true, changed };
        rhythm.learn(&appeared, now);
        rhythm = Rhythm::from_bytes(&rhythm.to_bytes()).unwrap();
        now = next_check(&after(&source, &rhythm, PRICE, narrow()), now);
    }
    (visits, delay_h / count)
}

fn narrow() -> Bounds {
    Bounds { min: Duration::from_mins(1), max: Duration::from_hours(6) }
}

fn after<'a>(source: &'a SourceId, rhythm: &'a Rhythm, price: f64, bounds: Bounds) -> Visited<'a> {
    Visited {
        source,
        every: None,
        rhythm: Some(rhythm),
        price,
        failures: 0,
        failing_for: Duration::ZERO,
        fresh_for: None,
        retry_after: None,
        bounds,
    }
}

#[test]
fn a_page_that_says_when_it_was_built_is_met_when_it_is_built_anew() {
    let (visits, delay) = built_at_intervals(true);
    let (visits_blind, delay_blind) = built_at_intervals(false);
    // With as many visits the blind would wait for so long: pauses and delays are in proportion.
    let same = delay_blind * f64::from(visits_blind) / f64::from(visits);
    assert!(
        delay < 0.8 * same,
        "{delay} h with {visits} visits, {delay_blind} h with {visits_blind}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn no_source_is_starved_and_what_was_kept_says_the_same(
        visits in prop::collection::vec((1_i64..2000, 0_u32..30, prop::option::of(-50_i64..2000)), 1..40),
        price in 1e-4_f64..1e3,
        max in 60_u64..1440,
    ) {
        let bounds = Bounds { min: Duration::from_mins(5), max: Duration::from_mins(max) };
        let source = SourceId::new("s");
        let mut now = start();
        let mut rhythm = Rhythm::begin(&[], now);
        for (pause, new, age) in visits {
            now += TimeDelta::minutes(pause);
            let dates: Vec<_> = (0..new).map(|n| now - TimeDelta::minutes(3) * i32::try_from(n).unwrap()).collect();
            let changed = age.map(|age| now - TimeDelta::minutes(age));
            let appeared = Appeared { dates: &dates, shown: Some(dates.len()), is_own_page: true, changed };
            rhythm.learn(&appeared, now);
            let kept = Rhythm::from_bytes(&rhythm.to_bytes()).unwrap();
            prop_assert_eq!(&kept, &rhythm);
            let next = next_check(&after(&source, &rhythm, price, bounds), now);
            prop_assert_eq!(next, next_check(&after(&source, &kept, price, bounds), now));
            prop_assert!(next - now >= TimeDelta::minutes(5), "{}", next - now);
            prop_assert!(next - now <= TimeDelta::from_std(bounds.max).unwrap(), "{}", next - now);
        }
    }

    #[test]
    fn the_larger_the_budget_the_lower_the_price(
        weights in prop::collection::vec(0.0_f64..5.0, 1..20),
        checks in 1.0_f64..5000.0,
        more in 1.0_f64..5000.0,
    ) {
        let price = |checks| price_for(checks, &weights, Bounds::default());
        prop_assert!(price(checks + more) <= price(checks));
    }
}
