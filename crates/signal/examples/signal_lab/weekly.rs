//! Weekly counts with outbreaks, after Noufaily and others (Statistics in Medicine 32, 2013): negative binomial counts of
//! seven kinds, each with and without trend and yearly rhythm. Detection against false positives, ours beside an oracle's.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use signal::bench::{self, Counts, Setting};
use signal::{Channel, Config, Detector, Observation};

use crate::random::Random;
use crate::{Result, Set, ablation};

const WEEKS: usize = 624;
const TESTED: usize = 49;
/// Level, trend, two parts of the rhythm, variance over mean.
const KINDS: [[f64; 5]; 7] = [
    [0.1, 0.0025, 0.6, 0.6, 1.5],
    [-2.0, 0.005, 0.1, 0.3, 2.0],
    [1.5, 0.003, 0.2, -0.4, 1.0],
    [0.5, 0.002, 0.5, 0.5, 5.0],
    [2.5, 0.001, 1.0, 0.1, 3.0],
    [3.75, 0.001, 0.1, -0.1, 1.1],
    [5.0, 0.0001, 0.05, 0.01, 1.2],
];
const RATES: [f64; 5] = [0.005, 0.01, 0.025, 0.05, 0.1];

/// A series without its outbreak, and with it.
struct Weeks {
    name: String,
    /// From 0 to 27.
    scenario: usize,
    base: Vec<f64>,
    with: Vec<f64>,
    test_from: usize,
    outbreak: Vec<usize>,
}

impl Weeks {
    fn kind(&self) -> usize {
        self.scenario / 4
    }

    fn mean(&self, week: usize) -> f64 {
        mean(self.scenario, week)
    }
}

fn mean(scenario: usize, week: usize) -> f64 {
    let [level, trend, cosine, sine, _] = KINDS[scenario / 4];
    let (has_rhythm, has_trend) = (scenario % 2 == 1, scenario % 4 >= 2);
    let t = (week + 1) as f64;
    let angle = std::f64::consts::TAU * t / 52.0;
    let rhythm = if has_rhythm { cosine * angle.cos() + sine * angle.sin() } else { 0.0 };
    (level + rhythm + if has_trend { trend * t } else { 0.0 }).exp()
}

/// What is said of each week without and with the outbreak: the higher the less likely.
type Levels = Vec<[Vec<f64>; 2]>;

/// Prints the curves of the given series and of `n` fresh ones of each kind, and writes the fresh ones to the folder
/// `write`, for other programs to assess. `beside=NAME:FOLDER` prints what such a program said of fresh ones.
pub(crate) fn weekly(data: &str, n: u64, seed: u64, set: &Set) -> Result<()> {
    let mut set = set.clone();
    let (write, beside) = (set.remove("write"), set.remove("beside"));
    let given = read(Path::new(data))?;
    print("given", &given, &all(&given, &set)?);
    let fresh: Vec<Weeks> =
        (0..28 * n).map(|nth| fresh(seed * 100_000 + nth, nth as usize)).collect();
    let mut rows = all(&fresh, &set)?;
    if let Some(folder) = write {
        write_all(Path::new(&folder), &fresh)?;
    }
    if let Some((name, folder)) = beside.as_deref().and_then(|beside| beside.split_once(':')) {
        rows.push((name.to_owned(), said(Path::new(folder), &fresh)?));
    }
    print("fresh", &fresh, &rows);
    Ok(())
}

fn all(series: &[Weeks], set: &Set) -> Result<Vec<(String, Levels)>> {
    let mut known = set.clone();
    for (key, value) in [("truth", "1"), ("level", "1000"), ("season_prior", "1000")] {
        known.insert(key.into(), value.into());
    }
    Ok(vec![
        ("ours".into(), ours(series, set)?),
        ("ours, true means known".into(), ours(series, &known)?),
        ("oracle, weeks".into(), oracles(series, 1)),
        ("oracle, weeks and pairs".into(), oracles(series, 2)),
    ])
}

/// Who knows the mean of every week, and how much the series of a kind spread about theirs. (The given ones spread more
/// than the published kinds.)
fn oracles(series: &[Weeks], windows: usize) -> Levels {
    let spread = |kind| {
        let own = series.iter().filter(|weeks| weeks.kind() == kind);
        let of_week = |weeks: &Weeks, week: usize| {
            let mean = weeks.mean(week);
            (weeks.base[week] - mean).powi(2) / mean
        };
        let all: Vec<f64> =
            own.flat_map(|weeks| (0..weeks.base.len()).map(|week| of_week(weeks, week))).collect();
        all.iter().sum::<f64>() / all.len() as f64
    };
    let dispersions: Vec<f64> = (0..KINDS.len()).map(spread).collect();
    let of = |weeks: &Weeks, counts: &[f64]| {
        oracle(weeks, counts, dispersions[weeks.kind()].max(1.0), windows)
    };
    series.iter().map(|weeks| [of(weeks, &weeks.base), of(weeks, &weeks.with)]).collect()
}

fn ours(series: &[Weeks], set: &Set) -> Result<Levels> {
    let mut config = Config::weekly();
    let mut set = set.clone();
    let is_truth = set.remove("truth").is_some();
    ablation::change(&mut config, &set)?;
    let detector = Detector::new(config);
    let start = first_monday().and_time(NaiveTime::MIN);
    let setting = Setting { channels: vec![Channel::Rise], days: 30.0, country: None };
    let assess = |weeks: &Weeks, counts: &[f64]| -> Result<Vec<f64>> {
        let observe = |(week, count): (usize, &f64)| {
            if is_truth {
                Observation::Part { count: *count, of: weeks.mean(week) }
            } else {
                Observation::Count(*count)
            }
        };
        let counts = counts.iter().enumerate().map(observe).collect();
        let series = Counts { start, bucket: TimeDelta::days(7), counts };
        let verdicts = bench::assess_with(&detector, &series, &setting)?;
        Ok(verdicts.iter().map(|verdict| -verdict.p_value.max(1e-300).log10()).collect())
    };
    series.iter().map(|one| Ok([assess(one, &one.base)?, assess(one, &one.with)?])).collect()
}

/// The rarer of each week and, where asked, of the last two together.
fn oracle(weeks: &Weeks, counts: &[f64], dispersion: f64, windows: usize) -> Vec<f64> {
    let level = |week: usize, length: usize| {
        let from = (week + 1).saturating_sub(length);
        let count: f64 = counts[from..=week].iter().sum();
        let mean: f64 = (from..=week).map(|week| weeks.mean(week)).sum();
        -upper_tail(count, mean, dispersion).max(1e-300).log10()
    };
    let highest = |week| (1..=windows).map(|length| level(week, length)).fold(0.0, f64::max);
    (0..counts.len()).map(highest).collect()
}

/// P(count or more) of a negative binomial whose variance is `dispersion` times its mean, or of Poisson's distribution.
fn upper_tail(count: f64, mean: f64, dispersion: f64) -> f64 {
    let (mut term, size) = if dispersion > 1.0 + 1e-9 {
        let size = mean / (dispersion - 1.0);
        (dispersion.powf(-size), size)
    } else {
        ((-mean).exp(), f64::INFINITY)
    };
    let (mut below, mut above, mut j) = (0.0, 0.0, 0.0);
    while j < 20_000.0 && (j <= count || term > 1e-18 * above) {
        if j < count {
            below += term;
        } else {
            above += term;
        }
        term *= if size.is_finite() {
            (j + size) / (j + 1.0) * (1.0 - 1.0 / dispersion)
        } else {
            mean / (j + 1.0)
        };
        j += 1.0;
    }
    above / (above + below).max(1e-300)
}

/// An outbreak of one to ten deviations begins in the last year, and is spread over some weeks.
fn fresh(seed: u64, nth: usize) -> Weeks {
    let mut r = Random::new(seed);
    let scenario = nth % 28;
    let dispersion = KINDS[scenario / 4][4];
    let count = |r: &mut Random, mean: f64| {
        if dispersion > 1.0 {
            r.negative_binomial(mean, (dispersion - 1.0) / mean)
        } else {
            r.poisson(mean)
        }
    };
    let base: Vec<f64> = (0..WEEKS).map(|week| count(&mut r, mean(scenario, week))).collect();
    let test_from = WEEKS - TESTED;
    let start = test_from + r.below(TESTED - 2);
    let deviations = (1 + r.below(10)) as f64;
    let cases = r.poisson(deviations * (dispersion * mean(scenario, start)).sqrt()) as usize;
    let mut with = base.clone();
    let mut outbreak = Vec::new();
    for _ in 0..cases {
        let week = start + (0.5 * r.normal()).exp() as usize;
        if week < WEEKS {
            with[week] += 1.0;
            outbreak.push(week);
        }
    }
    outbreak.sort_unstable();
    outbreak.dedup();
    let name = format!("sc{:02}_{}", scenario + 1, nth / 28);
    Weeks { name, scenario, base, with, test_from, outbreak }
}

fn print(name: &str, series: &[Weeks], rows: &[(String, Levels)]) {
    let outbreaks = series.iter().filter(|weeks| !weeks.outbreak.is_empty()).count();
    println!(
        "weekly, {name}: {} series, {outbreaks} outbreaks; POD at FPR {RATES:?}",
        series.len()
    );
    for (who, levels) in rows {
        let quiet = quiet_levels(series, levels, |_| true);
        let found = RATES.map(|rate| {
            let threshold = quantile(&quiet, 1.0 - rate);
            share(&highest(series, levels, |_| true), threshold)
        });
        let nominal = RATES.map(|rate| share(&quiet, -rate.log10()) / rate);
        println!("  {who:24} {found:.3?}  FPR of nominal {nominal:.2?}");
    }
    for (who, levels) in rows {
        println!(
            "  {who}, by kind: POD at FPR .01 and .025 of all, and the kind's own share of these"
        );
        let quiet = quiet_levels(series, levels, |_| true);
        let thresholds = [0.01, 0.025].map(|rate| quantile(&quiet, 1.0 - rate));
        for (kind, [level, .., dispersion]) in KINDS.iter().enumerate() {
            let own = |weeks: &Weeks| weeks.kind() == kind;
            let [found, false_ones] =
                [highest(series, levels, own), quiet_levels(series, levels, own)];
            let [a, b] = thresholds.map(|threshold| share(&found, threshold));
            let [c, d] = thresholds.map(|threshold| share(&false_ones, threshold));
            println!(
                "    {:6.1} a week, variance × {dispersion}: {a:.3} {b:.3}  FPR {c:.4} {d:.4}",
                level.exp()
            );
        }
    }
}

fn quiet_levels(series: &[Weeks], levels: &Levels, of: impl Fn(&Weeks) -> bool) -> Vec<f64> {
    let chosen = series.iter().zip(levels).filter(|(weeks, _)| of(weeks));
    let mut quiet: Vec<f64> =
        chosen.flat_map(|(weeks, [base, _])| base[weeks.test_from..].to_vec()).collect();
    quiet.sort_by(f64::total_cmp);
    quiet
}

/// The highest level of each outbreak.
fn highest(series: &[Weeks], levels: &Levels, of: impl Fn(&Weeks) -> bool) -> Vec<f64> {
    let chosen = series.iter().zip(levels);
    chosen
        .filter(|(weeks, _)| of(weeks) && !weeks.outbreak.is_empty())
        .map(|(weeks, [_, with])| weeks.outbreak.iter().map(|week| with[*week]).fold(0.0, f64::max))
        .collect()
}

fn share(levels: &[f64], threshold: f64) -> f64 {
    levels.iter().filter(|level| **level >= threshold).count() as f64 / levels.len().max(1) as f64
}

/// As numpy has it: between two values the line.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    low + (high - low) * place.fract()
}

fn first_monday() -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 3).unwrap_or_default()
}

fn date(week: usize) -> NaiveDate {
    first_monday() + Days::new(7 * week as u64)
}

/// Reads DATA/weekly, of which the scenario stands in each name.
fn read(data: &Path) -> Result<Vec<Weeks>> {
    let folder = data.join("weekly");
    let labels = std::fs::read_to_string(folder.join("labels.json"))?;
    let index: HashMap<String, usize> =
        (0..WEEKS).map(|week| (date(week).to_string(), week)).collect();
    let counts = |name: &str| -> Result<Vec<f64>> {
        let text = std::fs::read_to_string(folder.join(name))?;
        let rows = text.lines().skip(1).filter_map(|line| line.split_once(','));
        Ok(rows.map(|(_, count)| count.parse()).collect::<std::result::Result<_, _>>()?)
    };
    let mut series = Vec::new();
    for part in labels.split("\"sc").skip(1) {
        let (number, part) = part.split_once('"').ok_or("a part without a name")?;
        let name = format!("sc{number}");
        let weeks_after = |key: &str| -> Vec<usize> {
            let after = part.split_once(key).map_or("", |(_, after)| after);
            let own = after.split([']', '}']).next().unwrap_or_default();
            own.split('"').filter_map(|text| index.get(text).copied()).collect()
        };
        series.push(Weeks {
            scenario: number.split('_').next().unwrap_or_default().parse::<usize>()? - 1,
            base: counts(&format!("{name}_base.csv"))?,
            with: counts(&format!("{name}_out.csv"))?,
            test_from: *weeks_after("\"test_from\"").first().ok_or("no test_from")?,
            outbreak: weeks_after("\"outbreak_weeks\""),
            name,
        });
    }
    Ok(series)
}

/// Writes series as the given ones are written.
fn write_all(folder: &Path, series: &[Weeks]) -> Result<()> {
    let folder = folder.join("weekly");
    std::fs::create_dir_all(&folder)?;
    let mut labels = Vec::new();
    for weeks in series {
        for (side, counts) in [("base", &weeks.base), ("out", &weeks.with)] {
            let mut text = "timestamp,value\n".to_owned();
            for (week, count) in counts.iter().enumerate() {
                writeln!(text, "{},{count}", date(week))?;
            }
            std::fs::write(folder.join(format!("{}_{side}.csv", weeks.name)), text)?;
        }
        let outbreak: Vec<String> =
            weeks.outbreak.iter().map(|week| date(*week).to_string()).collect();
        let (from, start) = (date(weeks.test_from), outbreak.first().cloned().unwrap_or_default());
        labels.push(format!(
            "\"{}\": {{\"test_from\": \"{from}\", \"outbreak_weeks\": {outbreak:?}, \
             \"outbreak_start\": \"{start}\"}}",
            weeks.name
        ));
    }
    Ok(std::fs::write(folder.join("labels.json"), format!("{{{}}}", labels.join(",\n")))?)
}

/// Reads what another program said of series, by the last value of each row, its probability.
fn said(folder: &Path, series: &[Weeks]) -> Result<Levels> {
    let read = |name: String| -> Result<Vec<f64>> {
        let text = std::fs::read_to_string(folder.join("weekly").join(name))?;
        let values = text.lines().skip(1).filter_map(|line| line.rsplit(',').next());
        let level = |value: &str| Ok(-value.parse::<f64>()?.max(1e-300).log10());
        values.map(level).collect()
    };
    let both = |weeks: &Weeks| {
        Ok([read(format!("{}_base.csv", weeks.name))?, read(format!("{}_out.csv", weeks.name))?])
    };
    series.iter().map(both).collect()
}
