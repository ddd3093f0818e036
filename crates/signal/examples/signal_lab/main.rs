//! The detector on fresh series, of which all is known: what `signal_bench` says of given files, cross-validated.
//!
//! `signal_lab DATA [what=sim,semi,nab] [n=200] [seed=1] [say=both] [KEY=VALUE…]`
//!
//! * `sim`: `n` simulated series of hours without and with ramps;
//! * `buckets`: the calibration of each channel, and what is detected, for buckets of minutes to a day;
//! * `holidays`: series whose public holidays are like Sundays, told of them and not;
//! * `semi`: the real backgrounds in DATA/realTweets, thinned, with bursts added;
//! * `nab`: thinned and mixed copies of them, scored by their labels, and by the setting chosen on the other files;
//! * `curve`: detection against false alarms, beside an oracle's;
//! * `weekly`: the same of weekly counts, of DATA/weekly and of `n` fresh series of each kind.
//!
//! `say` names the channels that are listened to. Keys change the configuration: `ablation.rs`.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people, from small numbers"
)]

mod ablation;
mod random;
mod real;
mod score;
mod simulate;
mod weekly;

use std::collections::HashMap;
use std::error::Error;

use chrono::TimeDelta;
use signal::bench::{self, Counts, Setting, Verdict};
use signal::{Channel, Config, Country, Detector, Observation};

use real::Real;
use score::Run;
use simulate::{Events, Kind, Sample};

/// One false alarm in so many days, where alerts are scored and not swept.
const DAYS: f64 = 18.0;

type Result<T> = std::result::Result<T, Box<dyn Error>>;
type Set = HashMap<String, String>;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let data = arguments.next().ok_or("usage: signal_lab DATA [KEY=VALUE…]")?;
    let mut set: Set =
        arguments.filter_map(|a| a.split_once('=').map(|(k, v)| (k.into(), v.into()))).collect();
    let what = set.remove("what").unwrap_or_else(|| "sim,semi,nab".to_owned());
    let n: u64 = set.remove("n").map_or(Ok(200), |n| n.parse())?;
    let seed: u64 = set.remove("seed").map_or(Ok(1), |seed| seed.parse())?;
    if what.contains("sim") {
        simulated(n, seed, &set)?;
    }
    if what.contains("buckets") {
        buckets(n, seed, &set)?;
    }
    if what.contains("holidays") {
        holidays(n, seed, &set)?;
    }
    if what.contains("semi") {
        semireal(&real::read(&data)?, n, seed, &set)?;
    }
    if what.contains("curve") {
        curves(&real::read(&data)?, n, seed, &set)?;
    }
    if what.contains("weekly") {
        weekly::weekly(&data, n, seed, &set)?;
    }
    if what.contains("nab") {
        labelled(&real::read(&data)?, seed, &set)?;
    }
    Ok(())
}

fn simulated(n: u64, seed: u64, set: &Set) -> Result<()> {
    for events in [Events::None, Events::Ramps] {
        let kind = Kind { minutes: 60, events, rates: (0.1, 30.0), holidays: true, country: None };
        let make = |series| simulate::fresh(seed * 100_000 + series, kind);
        let samples: Vec<Sample> = (0..n).map(make).collect::<Result<_>>()?;
        let runs = run_all(&samples, set)?;
        print_calibration(if events == Events::None { "sim null" } else { "sim events" }, &runs);
        if events == Events::Ramps {
            print_detection("sim", &runs);
        }
    }
    Ok(())
}

/// Calibration of each channel and detection, for buckets from minutes to a day, thin and busy series.
fn buckets(n: u64, seed: u64, set: &Set) -> Result<()> {
    let only: Option<u16> = set.get("minutes").map(|m| m.parse()).transpose()?;
    for minutes in [5, 15, 60, 360, 1440] {
        if only.is_some_and(|only| only != minutes) {
            continue;
        }
        for rates in [(0.05, 1.0), (1.0, 30.0), (30.0, 1000.0)] {
            let made = |events| {
                let kind = Kind { minutes, events, rates, holidays: false, country: None };
                let fewer = n / if minutes < 60 { 4 } else { 1 };
                (0..fewer)
                    .map(|s| simulate::fresh(seed * 100_000 + s, kind))
                    .collect::<Result<Vec<_>>>()
            };
            let null = made(Events::None)?;
            for say in ["rise", "slow", "silence", "all"] {
                let mut set = set.clone();
                set.insert("say".into(), say.into());
                print_calibration(
                    &format!("{minutes:4} min {:4}-{:<4}/h {say:7}", rates.0, rates.1),
                    &run_all(&null, &set)?,
                );
            }
            if set.contains_key("null") {
                continue;
            }
            for (events, say) in [(Events::Ramps, "all"), (Events::Silences, "silence")] {
                let mut set = set.clone();
                set.insert("say".into(), say.into());
                let samples = made(events)?;
                let [h3, h12, h24, h48] = score::detection(&run_all(&samples, &set)?, 30.0);
                println!(
                    "    detected at 30 d, {say}: 3h {h3:.2} 12h {h12:.2} 24h {h24:.2} 48h {h48:.2}"
                );
            }
        }
    }
    Ok(())
}

/// False alarms of series whose public holidays are like Sundays, and of series that know none, by who is told of them.
fn holidays(n: u64, seed: u64, set: &Set) -> Result<()> {
    for (rates, country) in [
        ((1.0, 30.0), Some(Country::France)),
        ((30.0, 300.0), Some(Country::France)),
        ((1.0, 300.0), None),
    ] {
        let kind = Kind { minutes: 60, events: Events::None, rates, holidays: false, country };
        let make = |series| simulate::fresh(seed * 100_000 + series, kind);
        let samples: Vec<Sample> = (0..n).map(make).collect::<Result<_>>()?;
        for say in ["rise", "slow", "silence", "all"] {
            for told in ["", "FR"] {
                let mut set = set.clone();
                set.insert("say".into(), say.into());
                set.insert("country".into(), told.into());
                let name = format!(
                    "holidays {}, told {}, {}-{}/h, {say}",
                    country.map_or("none", Country::code),
                    if told.is_empty() { "no" } else { "yes" },
                    rates.0,
                    rates.1
                );
                print_calibration(&name, &run_all(&samples, &set)?);
            }
        }
    }
    Ok(())
}

fn semireal(files: &[Real], n: u64, seed: u64, set: &Set) -> Result<()> {
    let samples = thinned_with_bursts(files, n, seed);
    let runs = run_all(&samples, set)?;
    print_calibration("semi", &runs);
    print_detection("semi", &runs);
    Ok(())
}

/// Real backgrounds thinned to 1, 4, 16 and 64 mentions an hour, with bursts.
fn thinned_with_bursts(files: &[Real], n: u64, seed: u64) -> Vec<Sample> {
    let mut samples = Vec::new();
    for copy in 0..(n / 50).max(1) {
        for (place, file) in (0_u64..).zip(files) {
            for rate in [1_u32, 4, 16, 64] {
                if f64::from(rate) < 1.3 * 12.0 * file.mean() {
                    let seed = seed * 100_000 + copy * 1000 + place * 10 + u64::from(rate);
                    samples.push(simulate::semireal(seed, file, f64::from(rate)));
                }
            }
        }
    }
    samples
}

/// Detection against false alarms, ours and that of an oracle: of simulated series one that knows every bucket's true
/// mean, of real backgrounds one that knows the bursts that these have themselves and nobody labelled.
fn curves(files: &[Real], n: u64, seed: u64, set: &Set) -> Result<()> {
    let kind = Kind {
        minutes: 60,
        events: Events::Ramps,
        rates: (0.1, 30.0),
        holidays: true,
        country: None,
    };
    let make = |series| simulate::fresh(seed * 100_000 + series, kind);
    let samples: Vec<Sample> = (0..n).map(make).collect::<Result<_>>()?;
    print_curve("sim", &run_all(&samples, set)?);
    let mut knowing = set.clone();
    for (key, value) in
        [("truth", "1"), ("level", "1000"), ("season_prior", "1000"), ("weekdays", "0")]
    {
        knowing.insert(key.into(), value.into());
    }
    print_curve("sim, true means known", &run_all(&samples, &knowing)?);
    let samples = thinned_with_bursts(files, n, seed);
    print_curve("semi", &run_all(&samples, set)?);
    let known = files.iter().map(|file| own_bursts(file, set)).collect::<Result<Vec<_>>>()?;
    let mut told = samples;
    for sample in &mut told {
        let file = files.iter().position(|file| file.name == sample.name).ok_or("no such file")?;
        sample.exclude.extend(&known[file]);
    }
    print_curve("semi, own bursts known", &run_all(&told, set)?);
    Ok(())
}

/// Where the background itself, in full and without added bursts, raises what comes once in 90 days; a day around each.
fn own_bursts(file: &Real, set: &Set) -> Result<Vec<(usize, usize)>> {
    let whole = simulate::thinned(1, file, 1.0, None);
    let days = run(&whole, set)?.return_days;
    let loud = (whole.eval_from..days.len()).filter(|place| days[*place] >= 90.0);
    Ok(loud.map(|place| (place.saturating_sub(144), (place + 144).min(days.len() - 1))).collect())
}

fn print_curve(name: &str, runs: &[Run]) {
    for target in [0.25, 0.5, 1.0, 2.0, 4.0] {
        let threshold = score::matched(runs, target);
        let [_, h12, _, h48] = score::detection(runs, threshold);
        println!(
            "{name:24} FAR<={target:<4} PD 12h {h12:.3} 48h {h48:.3} (at one in {threshold:.1} d)"
        );
    }
}

/// The Numenta score of labelled series, thinned and mixed copies of them, at the setting given; and of each file at the
/// setting that suits the other files best.
fn labelled(files: &[Real], seed: u64, set: &Set) -> Result<()> {
    for (label, share, mixed) in
        [("full", 1.0, 0.0), ("half", 0.5, 0.0), ("fifth", 0.2, 0.0), ("mixed", 0.7, 0.3)]
    {
        let samples = copies(files, seed, share, mixed);
        let runs = run_all(&samples, set)?;
        let [standard, fewer_alarms, fewer_missed] = PROFILES.map(|p| score::numenta(&runs, p));
        println!(
            "nab {label:6} {:.1}/{:.1}/{:.1}  hit {} false {}",
            standard.0, fewer_alarms.0, fewer_missed.0, standard.1, standard.2
        );
        let left_out = leave_one_out(&samples, files.len(), set)?;
        let [a, b, c] = PROFILES.map(|profile| score::fixed(&left_out, profile));
        println!("nab {label:6} {a:.1}/{b:.1}/{c:.1}  with the setting chosen on the other files");
    }
    Ok(())
}

/// What a missed window and a false alarm cost: standard, fewer alarms, fewer missed.
const PROFILES: [(f64, f64); 3] = [(1.0, 0.11), (1.0, 0.22), (2.0, 0.11)];

fn copies(files: &[Real], seed: u64, share: f64, mixed: f64) -> Vec<Sample> {
    let mut samples = Vec::new();
    for copy in 0..if share < 1.0 { 4 } else { 1 } {
        for (place, file) in files.iter().enumerate() {
            let other = &files[(place + 1 + copy) % files.len()];
            let other_share = (mixed * file.mean() / other.mean()).min(1.0);
            let other = (mixed > 0.0 && other.name != file.name).then_some((other, other_share));
            let seed = seed * 777 + (copy * 10 + place) as u64;
            samples.push(simulate::thinned(seed, file, share, other));
        }
    }
    samples
}

fn leave_one_out<'a>(samples: &'a [Sample], files: usize, set: &Set) -> Result<Vec<Run<'a>>> {
    let settings = [7.0, 9.0, 12.0, 15.0, 18.0, 22.0, 26.0, 30.0_f64].map(|days| {
        let mut set = set.clone();
        set.insert("days".into(), days.to_string());
        run_all(samples, &set)
    });
    let settings = settings.into_iter().collect::<Result<Vec<_>>>()?;
    let mut chosen = Vec::new();
    for place in 0..samples.len() {
        let others = |runs: &[Run<'a>]| -> f64 {
            let rest = runs.iter().enumerate().filter(|(other, _)| other % files != place % files);
            score::fixed(&rest.map(|(_, run)| run.clone()).collect::<Vec<_>>(), PROFILES[0])
        };
        let best = settings.iter().max_by(|a, b| others(a).total_cmp(&others(b)));
        chosen.push(best.ok_or("no settings")?[place].clone());
    }
    Ok(chosen)
}

fn print_calibration(name: &str, runs: &[Run]) {
    print!("{name}: calibration");
    for days in [7.0, 30.0, 90.0] {
        let (far, noisy) = score::far(runs, days);
        print!("  {days}d x{:.2} (>3x {:.1}%)", far * days / 30.0, 100.0 * noisy);
    }
    println!();
}

fn print_detection(name: &str, runs: &[Run]) {
    for target in [1.0, 2.0] {
        let threshold = score::matched(runs, target);
        let [h3, h12, h24, h48] = score::detection(runs, threshold);
        println!(
            "{name} FAR<={target}: threshold {threshold:.1} d  PD 3h {h3:.3} 12h {h12:.3} 24h {h24:.3} 48h {h48:.3}"
        );
    }
}

fn run_all<'a>(samples: &'a [Sample], set: &Set) -> Result<Vec<Run<'a>>> {
    samples.iter().map(|sample| run(sample, set)).collect()
}

/// Which channels a figure is about: `rise`, `slow`, `silence`, `all`, or as in the benchmarks rise and slow.
fn channels(set: &Set) -> Result<Vec<Channel>> {
    Ok(match set.get("say").map_or("both", String::as_str) {
        "rise" => vec![Channel::Rise],
        "slow" => vec![Channel::Slow],
        "silence" => vec![Channel::Silence],
        "all" => Channel::ALL.to_vec(),
        "both" => vec![Channel::Rise, Channel::Slow],
        other => return Err(format!("no such channel: {other}").into()),
    })
}

fn run<'a>(sample: &'a Sample, set: &Set) -> Result<Run<'a>> {
    let mut config = Config::mentions(sample.bucket_minutes);
    ablation::change(&mut config, set)?;
    let detector = Detector::new(config);
    let channels = channels(set)?;
    // An oracle knows the true mean of every bucket.
    let oracle = set.contains_key("truth") && !sample.mean.is_empty();
    let observe = |(place, count): (usize, &Option<f64>)| match (count, oracle) {
        (None, _) => Observation::Missing,
        (Some(count), false) => Observation::Count(*count),
        (Some(count), true) => Observation::Part { count: *count, of: sample.mean[place] },
    };
    let series = Counts {
        start: sample.start,
        bucket: TimeDelta::minutes(sample.bucket_minutes.into()),
        counts: sample.counts.iter().enumerate().map(observe).collect(),
    };
    let days = set.get("days").map_or(Ok(DAYS), |days| days.parse())?;
    let country = set.get("country").and_then(|code| Country::from_code(code));
    let verdicts = bench::assess_with(&detector, &series, &Setting { channels, days, country })?;
    let days = verdicts.iter().map(|verdict| verdict.return_days).collect();
    let alert = |v: &Verdict| v.alert.then(|| v.return_days.log10());
    Ok(Run::new(sample, days, verdicts.iter().map(alert).collect()))
}
