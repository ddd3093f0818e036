//! `signal_lab DATA [what=sim,semi,nab] [n=200] [seed=1] [KEY=VALUE…]`: the detector on fresh series.

#![allow(
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "an experiment"
)]

mod random;
mod score;
mod simulate;

use std::collections::HashMap;

use chrono::{NaiveDateTime, TimeDelta};
use signal::{Config, Detector, Observation, Slot};

use score::Run;
use simulate::Sample;

pub(crate) struct Real {
    pub(crate) name: String,
    pub(crate) start: NaiveDateTime,
    pub(crate) counts: Vec<f64>,
    pub(crate) windows: Vec<(usize, usize)>,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let data = arguments.next().unwrap();
    let mut set: HashMap<String, String> = arguments
        .filter_map(|a| a.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())))
        .collect();
    let what = set.remove("what").unwrap_or("sim,semi,nab".into());
    let n: u64 = set.remove("n").map_or(200, |n| n.parse().unwrap());
    let seed: u64 = set.remove("seed").map_or(1, |n| n.parse().unwrap());
    if what.contains("sim") {
        let nulls: Vec<Sample> =
            (0..n).map(|s| simulate::hourly(seed * 100_000 + s, false)).collect();
        let samples: Vec<Sample> =
            (0..n).map(|s| simulate::hourly(seed * 100_000 + s, true)).collect();
        let null_runs: Vec<Run> = nulls.iter().map(|s| run(s, &set)).collect();
        let runs: Vec<Run> = samples.iter().map(|s| run(s, &set)).collect();
        print_calibration("sim null  ", &null_runs);
        print_calibration("sim events", &runs);
        print_detection("sim", &runs);
    }
    let files =
        if what.contains("semi") || what.contains("nab") { real(&data) } else { Vec::new() };
    if what.contains("semi") {
        let copies = (n / 50).max(1);
        let mut samples = Vec::new();
        for copy in 0..copies {
            for (k, file) in files.iter().enumerate() {
                for rate in [1.0, 4.0, 16.0, 64.0] {
                    let mean: f64 =
                        file.counts.iter().sum::<f64>() / file.counts.len() as f64 * 12.0;
                    if rate < 1.3 * mean {
                        samples.push(simulate::semireal(
                            seed * 100_000 + copy * 1000 + k as u64 * 10 + rate as u64,
                            file,
                            rate,
                        ));
                    }
                }
            }
        }
        let runs: Vec<Run> = samples.iter().map(|s| run(s, &set)).collect();
        print_calibration("semi", &runs);
        print_detection("semi", &runs);
        for name in ["AAPL", "CRM", "FB", "IBM", "PFE"] {
            if set.contains_key("verbose") {
                let part: Vec<Run> = samples
                    .iter()
                    .filter(|s| s.name.contains(name))
                    .map(|s| run(s, &set))
                    .collect();
                print_detection(name, &part);
            }
        }
    }
    if what.contains("nab") {
        for (label, p, mix) in
            [("full", 1.0, 0.0), ("half", 0.5, 0.0), ("fifth", 0.2, 0.0), ("mixed", 0.7, 0.3)]
        {
            let mut copies = vec![];
            for copy in 0..if p == 1.0 { 1 } else { 4u64 } {
                for (k, f) in files.iter().enumerate() {
                    let o = &files[(k + 1 + copy as usize) % files.len()];
                    let mean = |f: &Real| f.counts.iter().sum::<f64>() / f.counts.len() as f64;
                    let share = (mix * mean(f) / mean(o)).min(1.0);
                    let other = (mix > 0.0 && o.name != f.name).then_some((o, share));
                    copies.push(simulate::thinned(seed * 777 + copy * 10 + k as u64, f, p, other));
                }
            }
            let runs: Vec<Run> = copies.iter().map(|s| run(s, &set)).collect();
            let scores = [(1.0, 0.11), (1.0, 0.22), (2.0, 0.11)].map(|c| score::numenta(&runs, c));
            let split: Vec<String> = (0..2)
                .map(|odd| {
                    let part: Vec<Run> = copies
                        .iter()
                        .enumerate()
                        .filter(|(k, _)| k % 5 % 2 == odd)
                        .map(|(_, s)| run(s, &set))
                        .collect();
                    format!("{:.1}", score::numenta(&part, (1.0, 0.11)).0)
                })
                .collect();
            println!(
                "nab {label:6} {:.1}/{:.1}/{:.1}  hit {} false {}  even {} odd {}",
                scores[0].0, scores[1].0, scores[2].0, scores[0].1, scores[0].2, split[0], split[1]
            );
        }
    }
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
        let found = score::detection(runs, threshold);
        println!(
            "{name} FAR<={target}: threshold {threshold:.1} d  PD 3h {:.3} 12h {:.3} 24h {:.3} 48h {:.3}",
            found[0], found[1], found[2], found[3]
        );
    }
}

fn run<'a>(sample: &'a Sample, set: &HashMap<String, String>) -> Run<'a> {
    let bucket = TimeDelta::minutes(sample.bucket_minutes.into());
    let mut config = Config::mentions(sample.bucket_minutes as u16);
    let mut nominal = 20.0;
    for (key, value) in set {
        let Ok(value) = value.parse::<f64>() else { continue };
        match key.as_str() {
            "nominal" => nominal = value,
            "block" => config.calibration.block_cycles = value,
            "season" => config.season_cycles = value,
            "season_prior" => config.season_prior_cycles = value,
            "lasting" => config.lasting_from = value as usize,
            "spread" => config.spread = value,
            "clip" => config.clip = value,
            "level" => config.level_cycles = value,
            "shift" => config.calibration.shift = value,
            "bend" => config.calibration.bend = value,
            "weight" => config.calibration.weight = value as f32,
            "windows" => config.windows.truncate(value as usize),
            "first" => drop(config.windows.drain(..value as usize)),
            _ => {}
        }
    }
    let detector = Detector::new(config);
    let mut last = None;
    let config_day = 1440 / sample.bucket_minutes as usize;
    let mut series = detector.start();
    let mut days = Vec::with_capacity(sample.counts.len());
    let mut alerts = Vec::with_capacity(sample.counts.len());
    for (t, count) in sample.counts.iter().enumerate() {
        let slot = Slot::at(sample.start + bucket * t as i32, bucket);
        let seen = detector.assess(
            &mut series,
            &slot,
            count.map_or(Observation::Missing, Observation::Count),
        );
        days.push(seen.nominal_days);
        let rest = config_day;
        let recent = last.filter(|(at, _): &(usize, f64)| t - at < rest);
        let alert = seen.nominal_days >= nominal
            && recent.is_none_or(|(_, level)| seen.level >= level + 1.5);
        if alert {
            last = Some((t, seen.level));
        }
        alerts.push(alert.then_some(seen.level));
    }
    Run::new(sample, days, alerts)
}

fn real(data: &str) -> Vec<Real> {
    let folder = std::path::Path::new(data).join("realTweets");
    let labels = std::fs::read_to_string(folder.join("labels.json")).unwrap();
    ["AAPL", "CRM", "FB", "IBM", "PFE"]
        .iter()
        .map(|name| {
            let file = format!("Twitter_volume_{name}.csv");
            let text = std::fs::read_to_string(folder.join(&file)).unwrap();
            let rows: Vec<(&str, f64)> = text
                .lines()
                .skip(1)
                .map(|l| l.split_once(',').map(|(t, v)| (t, v.parse().unwrap())).unwrap())
                .collect();
            let part = &labels[labels.find(&file).unwrap()..];
            let part = &part[..part.find("\"labels\"").unwrap()];
            let times: Vec<&str> =
                part.split('"').filter(|s| s.starts_with("2015-")).map(|s| &s[..19]).collect();
            let index = |t: &str| rows.iter().position(|(at, _)| *at == t).unwrap();
            Real {
                name: (*name).into(),
                start: NaiveDateTime::parse_from_str(rows[0].0, "%Y-%m-%d %H:%M:%S").unwrap(),
                windows: times.chunks(2).map(|w| (index(w[0]), index(w[1]))).collect(),
                counts: rows.iter().map(|(_, v)| *v).collect(),
            }
        })
        .collect()
}
