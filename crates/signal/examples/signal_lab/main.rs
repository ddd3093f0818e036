//! The detector on fresh series, of which all is known: what `signal_bench` says of given files, cross-validated.
//!
//! `signal_lab DATA [what=sim,semi,nab] [n=200] [seed=1] [KEY=VALUE…]`: simulates `n` series of hours without and with
//! ramps (`sim`), thins the real backgrounds in DATA/realTweets and adds bursts (`semi`), and scores thinned and mixed
//! copies of them by their labels (`nab`; also of even and odd files). Keys change the configuration: `ablation.rs`.

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

use std::collections::HashMap;
use std::error::Error;

use chrono::TimeDelta;
use signal::{Config, Detector, Observation, Slot};

use real::Real;
use score::Run;
use simulate::Sample;

/// One false alarm in so many days, where alerts are scored and not swept; and how much worse a second within a day is.
const DAYS: f64 = 18.0;
const WORSE: f64 = 1.5;

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
    if what.contains("semi") {
        semireal(&real::read(&data)?, n, seed, &set)?;
    }
    if what.contains("nab") {
        labelled(&real::read(&data)?, seed, &set)?;
    }
    Ok(())
}

fn simulated(n: u64, seed: u64, set: &Set) -> Result<()> {
    for events in [false, true] {
        let make = |series| simulate::hourly(seed * 100_000 + series, events);
        let samples: Vec<Sample> = (0..n).map(make).collect::<Result<_>>()?;
        let runs = run_all(&samples, set)?;
        print_calibration(if events { "sim events" } else { "sim null" }, &runs);
        if events {
            print_detection("sim", &runs);
        }
    }
    Ok(())
}

fn semireal(files: &[Real], n: u64, seed: u64, set: &Set) -> Result<()> {
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
    let runs = run_all(&samples, set)?;
    print_calibration("semi", &runs);
    print_detection("semi", &runs);
    Ok(())
}

fn labelled(files: &[Real], seed: u64, set: &Set) -> Result<()> {
    for (label, share, mixed) in
        [("full", 1.0, 0.0), ("half", 0.5, 0.0), ("fifth", 0.2, 0.0), ("mixed", 0.7, 0.3)]
    {
        let mut samples = Vec::new();
        for copy in 0..if share < 1.0 { 4 } else { 1 } {
            for (place, file) in files.iter().enumerate() {
                let other = &files[(place + 1 + copy) % files.len()];
                let other_share = (mixed * file.mean() / other.mean()).min(1.0);
                let other =
                    (mixed > 0.0 && other.name != file.name).then_some((other, other_share));
                let seed = seed * 777 + (copy * 10 + place) as u64;
                samples.push(simulate::thinned(seed, file, share, other));
            }
        }
        let runs = run_all(&samples, set)?;
        let [standard, fewer_alarms, fewer_missed] =
            [(1.0, 0.11), (1.0, 0.22), (2.0, 0.11)].map(|w| score::numenta(&runs, w));
        let [even, odd] = [0, 1].map(|odd| {
            let part = runs.iter().enumerate().filter(|(place, _)| place % files.len() % 2 == odd);
            score::numenta(&part.map(|(_, run)| run.clone()).collect::<Vec<_>>(), (1.0, 0.11)).0
        });
        println!(
            "nab {label:6} {:.1}/{:.1}/{:.1}  hit {} false {}  even {even:.1} odd {odd:.1}",
            standard.0, fewer_alarms.0, fewer_missed.0, standard.1, standard.2
        );
    }
    Ok(())
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

fn run<'a>(sample: &'a Sample, set: &Set) -> Result<Run<'a>> {
    let minutes = sample.bucket_minutes;
    let mut config = Config::mentions(minutes);
    ablation::change(&mut config, set)?;
    let detector = Detector::new(config);
    let mut series = detector.start();
    let bucket = TimeDelta::minutes(minutes.into());
    let day = 1440 / usize::from(minutes);
    let mut last: Option<(usize, f64)> = None;
    let (mut days, mut alerts) = (Vec::new(), Vec::new());
    for (t, count) in sample.counts.iter().enumerate() {
        let slot = Slot::at(sample.start + bucket * i32::try_from(t)?, bucket);
        let observation = count.map_or(Observation::Missing, Observation::Count);
        let seen = detector.assess(&mut series, &slot, observation);
        let recent = last.filter(|(at, _)| t - at < day);
        let alert = seen.nominal_days >= DAYS
            && recent.is_none_or(|(_, level)| seen.level >= level + WORSE);
        if alert {
            last = Some((t, seen.level));
        }
        days.push(seen.nominal_days);
        alerts.push(alert.then_some(seen.level));
    }
    Ok(Run::new(sample, days, alerts))
}
