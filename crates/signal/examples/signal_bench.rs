//! `signal_bench DATA OUT [SUITE,…]`: runs the detector over series with known bursts, in the form that `score.py` reads.

#![expect(clippy::print_stdout, reason = "figures for people")]

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Instant;

use chrono::{NaiveDate, NaiveDateTime, TimeDelta};
use signal::{Config, Detector, Slot};

const SUITES: [&str; 5] = ["realTweets", "sim_hourly", "semireal_5min", "weekly", "rki"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, out, suites @ ..] = &arguments[..] else {
        return Err("usage: signal_bench DATA OUT [SUITE…]".into());
    };
    for suite in
        SUITES.iter().filter(|suite| suites.is_empty() || suites.iter().any(|name| name == *suite))
    {
        run(Path::new(data), Path::new(out), suite)?;
    }
    Ok(())
}

fn run(data: &Path, out: &Path, suite: &str) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(out.join(suite))?;
    let (mut buckets, mut seconds) = (0, 0.0);
    for entry in fs::read_dir(data.join(suite))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "csv") {
            continue;
        }
        let rows = read(&path)?;
        let began = Instant::now();
        let text = assess(suite, &rows)?;
        seconds += began.elapsed().as_secs_f64();
        buckets += rows.len();
        let name = path.file_name().ok_or("a file without a name")?;
        fs::write(out.join(suite).join(name), text)?;
    }
    println!(
        "{suite}: {buckets} buckets, {:.0} ns each with writing",
        1e9 * seconds / f64::from(u32::try_from(buckets)?)
    );
    Ok(())
}

struct Row {
    written: String,
    at: NaiveDateTime,
    count: Option<f64>,
}

fn read(path: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let mut rows = Vec::new();
    for line in text.lines().skip(1) {
        let (written, value) = line.split_once(',').ok_or("a row without a value")?;
        let at = NaiveDateTime::parse_from_str(written, "%Y-%m-%d %H:%M:%S").or_else(|_| {
            NaiveDate::parse_from_str(written, "%Y-%m-%d")
                .map(|day| day.and_time(chrono::NaiveTime::MIN))
        })?;
        let count = if value.trim().is_empty() { None } else { Some(value.trim().parse()?) };
        rows.push(Row { written: written.to_owned(), at, count });
    }
    Ok(rows)
}

fn assess(suite: &str, rows: &[Row]) -> Result<String, Box<dyn Error>> {
    let [first, second, ..] = rows else { return Err("a series of less than two buckets".into()) };
    let bucket = second.at - first.at;
    let weekly = bucket >= TimeDelta::days(7);
    let config = if weekly {
        let mut c = Config::weekly();
        if suite == "rki" {
            c.season_prior_days = 3.0;
        }
        c
    } else {
        let mut c = Config::mentions(86_400.0 / bucket.as_seconds_f64());
        if suite == "realTweets" {
            c.nominal_days = 0.5 * 10f64.powf(1.65);
        }
        c
    };
    let detector = Detector::new(config);
    let mut series = detector.start();
    let mut text = String::from("timestamp,value,anomaly_score,alert,return_days,p_value\n");
    for (index, row) in rows.iter().enumerate() {
        let slot = if weekly {
            Slot::in_cycle(24.0 * (((index % 52) as f64) + 0.5) / 52.0, 0)
        } else {
            Slot::at(row.at, bucket)
        };
        let seen = detector.assess(&mut series, &slot, row.count);
        let score = match suite {
            "realTweets" if seen.alert => 0.5 + seen.level / 24.0,
            "realTweets" => 0.0,
            _ => seen.level / 12.0,
        };
        let value = row.count.map_or(String::new(), |count| count.to_string());
        writeln!(
            text,
            "{},{value},{score:.6},{},{:.4},{:.6e}",
            row.written,
            u8::from(seen.alert),
            seen.nominal_days,
            10f64.powf(-seen.level)
        )?;
    }
    Ok(text)
}
