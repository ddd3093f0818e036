//! How well and how fast signals are found.
//!
//! `signal_bench DATA OUT [SUITE…]`: reads DATA/SUITE/*.csv (`timestamp,value`; an empty value is a missing bucket) and
//! writes OUT/SUITE/*.csv as `score.py` beside the data reads them, with one alert in 24 hours unless it is worse.
//! `signal_bench speed`: prints nanoseconds a bucket and bytes a series.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "figures for people")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use rustix::time::{ClockId, clock_gettime};
use signal::{Assessment, Config, Detector, Knowledge, Observation, Series, Slot};

const SUITES: [&str; 5] = ["realTweets", "sim_hourly", "semireal_5min", "weekly", "rki"];
/// The user's setting: one false alarm in so many days. The labels of `realTweets` are denser.
const DAYS: f64 = 30.0;
const DAYS_OF_TWEETS: f64 = 18.0;
/// An alert within a day of another must be so many powers of ten rarer.
const WORSE: f64 = 1.5;

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

fn run(data: &Path, out: &Path, suite: &str) -> Result<()> {
    fs::create_dir_all(out.join(suite))?;
    let mut buckets = 0;
    for entry in fs::read_dir(data.join(suite))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let rows = read(&path)?;
        buckets += rows.len();
        let name = path.file_name().ok_or("a file without a name")?;
        fs::write(out.join(suite).join(name), assess(suite, &rows)?)?;
    }
    println!("{suite}: {buckets} buckets");
    Ok(())
}

struct Row {
    written: String,
    at: NaiveDateTime,
    observation: Observation,
}

fn read(path: &Path) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for line in fs::read_to_string(path)?.lines().skip(1) {
        let (written, value) = line.split_once(',').ok_or("a row without a value")?;
        let at = NaiveDateTime::parse_from_str(written, "%Y-%m-%d %H:%M:%S").or_else(|_| {
            NaiveDate::parse_from_str(written, "%Y-%m-%d").map(|day| day.and_time(NaiveTime::MIN))
        })?;
        let value = value.trim();
        let observation = if value.is_empty() {
            Observation::Missing
        } else {
            Observation::Count(value.parse()?)
        };
        rows.push(Row { written: written.to_owned(), at, observation });
    }
    Ok(rows)
}

fn assess(suite: &str, rows: &[Row]) -> Result<String> {
    let [first, second, ..] = rows else { return Err("a series of less than two buckets".into()) };
    let bucket = second.at - first.at;
    let weekly = bucket >= TimeDelta::days(7);
    let config = if weekly {
        Config::weekly()
    } else {
        Config::mentions(u16::try_from(bucket.num_minutes())?)
    };
    let detector = Detector::new(config);
    let tweets = suite == "realTweets";
    let mut alerts = Alerts::new(if tweets { DAYS_OF_TWEETS } else { DAYS });
    let mut series = detector.start();
    let mut text = String::from("timestamp,value,anomaly_score,alert,return_days,p_value\n");
    for (index, row) in rows.iter().enumerate() {
        let slot = if weekly {
            Slot::in_cycle(24.0 * ((index % 52) as f64 + 0.5) / 52.0, 0)
        } else {
            Slot::at(row.at, bucket)
        };
        let seen = detector.assess(&mut series, &slot, row.observation);
        let alert = alerts.take(row.at, &seen);
        let score = match (tweets, alert) {
            (true, true) => 0.5 + seen.level / 24.0,
            (true, false) => 0.0,
            (false, _) => seen.level / 12.0,
        };
        let value = if let Observation::Count(count) = row.observation {
            count.to_string()
        } else {
            String::new()
        };
        let (days, p) = (seen.nominal_days, 10_f64.powf(-seen.level));
        writeln!(text, "{},{value},{score:.6},{},{days:.4},{p:.6e}", row.written, u8::from(alert))?;
    }
    Ok(text)
}

/// One alert a day, unless it is much worse.
struct Alerts {
    days: f64,
    last: Option<(NaiveDateTime, f64)>,
}

impl Alerts {
    fn new(days: f64) -> Self {
        Self { days, last: None }
    }

    fn take(&mut self, at: NaiveDateTime, seen: &Assessment) -> bool {
        if seen.knowledge == Knowledge::Learning || seen.nominal_days < self.days {
            return false;
        }
        let recent = self.last.filter(|(last, _)| at - *last < TimeDelta::days(1));
        if recent.is_some_and(|(_, level)| seen.level < level + WORSE) {
            return false;
        }
        self.last = Some((at, seen.level));
        true
    }
}

/// Assesses one series bucket by bucket, as a replay does, and many in turn, as a round over all queries does: then each
/// comes from memory anew.
fn speed() -> Result<()> {
    for minutes in [5_u16, 60] {
        let detector = Detector::new(Config::mentions(minutes));
        let bytes = detector.snapshot(&detector.start()).len();
        println!("{minutes} min: {bytes} bytes a series");
        for (series, rounds) in [(4_usize, 100_000_u32), (100_000, 8)] {
            let nanoseconds = cpu_nanoseconds(&detector, minutes, series, rounds)?;
            println!("  {series} series in turn: {nanoseconds:.0} ns of CPU a bucket");
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
