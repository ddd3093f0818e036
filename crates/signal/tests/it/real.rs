//! Real series with labelled bursts, where they are at hand (`VIGIE_DATA`).

use std::path::PathBuf;

use chrono::{NaiveDateTime, TimeDelta};
use signal::{Config, Detector, Observation, Slot};

#[test]
fn tweets_about_companies_raise_about_what_the_setting_says() {
    let default = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
    let data = std::env::var_os("VIGIE_DATA").map_or(default, PathBuf::from);
    let Ok(files) = std::fs::read_dir(data.join("signals/realTweets")) else {
        println!("not run: tweets about companies: {} is not here (VIGIE_DATA)", data.display());
        return;
    };
    let bucket = TimeDelta::minutes(5);
    let detector = Detector::new(Config::mentions(5));
    let (mut alarms, mut months) = (0, 0.0);
    for path in files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "csv"))
    {
        let mut series = detector.start();
        let mut rest = 0;
        for (row, line) in std::fs::read_to_string(path).unwrap().lines().skip(1).enumerate() {
            let (at, count) = line.split_once(',').unwrap();
            let slot =
                Slot::at(NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M:%S").unwrap(), bucket);
            let seen =
                detector.assess(&mut series, &slot, Observation::Count(count.parse().unwrap()));
            if rest == 0 && row >= 750 && seen.nominal_days >= 30.0 {
                (alarms, rest) = (alarms + 1, 288);
            }
            rest = usize::saturating_sub(rest, 1);
            months += 1.0 / 8640.0;
        }
    }
    // Each has two to four labelled bursts in two months, and some that nobody labelled.
    let rate = f64::from(alarms) / months;
    assert!((1.0..=5.0).contains(&rate), "{rate:.1} a month");
}
