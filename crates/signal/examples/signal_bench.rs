//! How well and how fast signals are found.
//!
//! `signal_bench DATA OUT [SUITE…]`: reads DATA/SUITE/*.csv (`timestamp,value`; an empty value is a missing bucket) and
//! writes OUT/SUITE/*.csv as `score.py` beside the data reads them, with one alert in 24 hours unless it is worse.
//! `signal_bench speed`: prints nanoseconds a bucket and bytes a series.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "figures for people")]

use std::error::Error;
use std::fs;
use std::path::Path;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use rustix::time::{ClockId, clock_gettime};
use signal::bench::{self, Score, Setting};
use signal::{Channel, Config, Detector, Observation, Series, Slot};

const SUITES: [&str; 5] = ["realTweets", "sim_hourly", "semireal_5min", "weekly", "rki"];

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [word] if word == "speed" => speed(),
        [data, out, suites @ ..] => {
            let asked =
                |suite: &&&str| suites.is_empty() || suites.iter().any(|name| name == **suite);
            SUITES
                .iter()
                .filter(asked)
                .try_for_each(|suite| run(Path::new(data), Path::new(out), suite))
        }
        _ => Err("usage: signal_bench DATA OUT [SUITE…], or signal_bench speed".into()),
    }
}

/// The labels of `realTweets` are single loud minutes, one in about 18 days over the ten published files: who wants
/// these listens to rises only. Nobody is to be told of silence in any of the suites.
fn setting(suite: &str) -> (Setting, Score) {
    if suite == "realTweets" {
        (Setting { channels: vec![Channel::Rise], days: 18.0, country: None }, Score::Alerts)
    } else {
        (
            Setting { channels: vec![Channel::Rise, Channel::Slow], days: 30.0, country: None },
            Score::Level,
        )
    }
}

fn run(data: &Path, out: &Path, suite: &str) -> Result<()> {
    fs::create_dir_all(out.join(suite))?;
    let (setting, score) = setting(suite);
    let mut buckets = 0;
    for entry in fs::read_dir(data.join(suite))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let series = bench::read(&fs::read_to_string(&path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        buckets += series.counts.len();
        let name = path.file_name().ok_or("a file without a name")?;
        let verdicts = bench::assess(&series, &setting)?;
        fs::write(out.join(suite).join(name), bench::write(&verdicts, score))?;
    }
    println!("{suite}: {buckets} buckets");
    Ok(())
}

/// Assesses one series bucket by bucket, as a replay does, and many in turn, as a round over all queries does: then each
/// comes from memory anew.
fn speed() -> Result<()> {
    for minutes in [5_u16, 60, 1440] {
        let detector = Detector::new(Config::mentions(minutes));
        let bytes = detector.snapshot(&detector.start()).len();
        println!("{minutes} min: {bytes} bytes a series");
        for (series, rounds) in [(4_usize, 100_000_u32), (100_000, 24)] {
            let nanoseconds = cpu_nanoseconds(&detector, minutes, series, rounds)?;
            let round_ms = nanoseconds * series as f64 / 1e6;
            println!(
                "  {series} series in turn: {nanoseconds:.0} ns of CPU a bucket, {round_ms:.3} ms a round"
            );
        }
    }
    Ok(())
}

fn cpu_nanoseconds(detector: &Detector, minutes: u16, series: usize, rounds: u32) -> Result<f64> {
    let mut all: Vec<Series> = vec![detector.start(); series];
    let start = NaiveDate::from_ymd_opt(2024, 1, 1).ok_or("no such day")?.and_time(NaiveTime::MIN);
    let bucket = TimeDelta::minutes(minutes.into());
    let mut state = 1_u64;
    let began = cpu_seconds();
    for round in 0..rounds {
        let slot = Slot::at(start + bucket * i32::try_from(round)?, bucket);
        for (index, series) in all.iter_mut().enumerate() {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let count = (state >> 33) % [2, 5, 20, 100][index % 4];
            detector.assess(series, &slot, Observation::Count(count as f64));
        }
    }
    Ok((cpu_seconds() - began) * 1e9 / (f64::from(rounds) * series as f64))
}

/// The seconds that this thread has had on a processor: other work of the machine does not count.
fn cpu_seconds() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}
