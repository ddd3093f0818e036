//! A series of counts in, verdicts on every bucket out, in the form that the scorer of the published figures reads.
//!
//! Text to rows, rows to verdicts, verdicts to text: the files are the caller's. One pass in time, nothing is looked at
//! ahead, and an empty value is a missing bucket.

use std::fmt::Write as _;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::{Assessment, Channel, Config, Country, Detector, Knowledge, Observation, Slot};

/// No more rows are read of one series: nine years of five minutes.
pub const ROWS_MAX: usize = 1_000_000;
/// An alert within a day of another must be so many powers of ten rarer.
const WORSE: f64 = 1.5;

/// What is wrong with the text of a series. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BenchError {
    #[error("line {line}: {found:?} is no row of time,value")]
    Row { line: usize, found: String },
    #[error("line {line}: the time is not one bucket after the line before")]
    Step { line: usize },
    #[error("a series needs two rows at least")]
    Short,
    #[error("a series has {ROWS_MAX} rows at most")]
    Long,
    #[error("buckets of {minutes} minutes: they last from a minute to a day, or a week")]
    Bucket { minutes: i64 },
}

/// A series as it was read: buckets of one length without gaps.
#[derive(Debug, Clone, PartialEq)]
pub struct Counts {
    pub start: NaiveDateTime,
    pub bucket: TimeDelta,
    pub counts: Vec<Observation>,
}

/// Who would be told what: the channels, and one false alarm of all of them in so many days.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    pub channels: Vec<Channel>,
    pub days: f64,
    /// Whose public holidays those who write have.
    pub country: Option<Country>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    pub at: NaiveDateTime,
    pub observation: Observation,
    /// The setting, in days between false alarms, at which this bucket would just be told.
    pub return_days: f64,
    pub p_value: f64,
    /// Whether it is told at the setting that was asked for: once in a day, unless it is much worse.
    pub alert: bool,
}

/// Reads `timestamp,value` after a line of headings. An empty value is a missing bucket.
pub fn read(text: &str) -> Result<Counts, BenchError> {
    let (mut times, mut counts) = (Vec::new(), Vec::new());
    for (place, line) in text.lines().enumerate().skip(1) {
        if times.len() >= ROWS_MAX {
            return Err(BenchError::Long);
        }
        let (at, count) = row(line).ok_or_else(|| BenchError::Row {
            line: place + 1,
            found: line.chars().take(40).collect(),
        })?;
        times.push(at);
        counts.push(count);
    }
    let [start, second, ..] = times[..] else { return Err(BenchError::Short) };
    let bucket = second - start;
    if let Some(place) = times.windows(2).position(|pair| pair[1] - pair[0] != bucket) {
        return Err(BenchError::Step { line: place + 3 });
    }
    Ok(Counts { start, bucket, counts })
}

fn row(line: &str) -> Option<(NaiveDateTime, Observation)> {
    let (at, value) = line.split_once(',')?;
    let at = NaiveDateTime::parse_from_str(at, "%Y-%m-%d %H:%M:%S").ok().or_else(|| {
        NaiveDate::parse_from_str(at, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN))
    })?;
    let value = value.trim();
    if value.is_empty() {
        return Some((at, Observation::Missing));
    }
    let count: f64 = value.parse().ok()?;
    (count.is_finite() && count >= 0.0).then_some((at, Observation::Count(count)))
}

/// Assesses a series as the program would, bucket after bucket. Weekly counts have the yearly rhythm and the rise only.
pub fn assess(series: &Counts, setting: &Setting) -> Result<Vec<Verdict>, BenchError> {
    assess_with(&detector(series)?, series, setting)
}

/// The detector that suits the buckets of a series.
pub fn detector(series: &Counts) -> Result<Detector, BenchError> {
    if weekly(series) {
        return Ok(Detector::new(Config::weekly()));
    }
    let minutes = series.bucket.num_minutes();
    match u16::try_from(minutes) {
        Ok(bucket @ 1..=1440) => Ok(Detector::new(Config::mentions(bucket))),
        _ => Err(BenchError::Bucket { minutes }),
    }
}

/// The same with a detector of the caller's.
pub fn assess_with(
    detector: &Detector,
    series: &Counts,
    setting: &Setting,
) -> Result<Vec<Verdict>, BenchError> {
    let channels = if weekly(series) { &[Channel::Rise][..] } else { &setting.channels };
    let mut state = detector.start();
    let mut alerts = Alerts { days: setting.days, last: None };
    let mut at = series.start;
    let mut verdicts = Vec::with_capacity(series.counts.len());
    for (place, observation) in series.counts.iter().enumerate() {
        let slot = if weekly(series) {
            Slot::in_cycle(24.0 * ((place % 52) as f64 + 0.5) / 52.0, 0)
        } else {
            Slot::at_in(at, series.bucket, setting.country)
        };
        let seen = detector.assess(&mut state, &slot, *observation);
        let return_days = seen.days_among(channels);
        verdicts.push(Verdict {
            at,
            observation: *observation,
            return_days,
            p_value: if weekly(series) {
                10_f64.powf(-seen.level)
            } else {
                detector.probability(return_days)
            },
            alert: alerts.take(at, &seen, return_days),
        });
        at += series.bucket;
    }
    Ok(verdicts)
}

fn weekly(series: &Counts) -> bool {
    series.bucket == TimeDelta::days(7)
}

/// One alert a day, unless it is much worse.
struct Alerts {
    days: f64,
    last: Option<(NaiveDateTime, f64)>,
}

impl Alerts {
    fn take(&mut self, at: NaiveDateTime, seen: &Assessment, days: f64) -> bool {
        if seen.knowledge == Knowledge::Learning || days < self.days {
            return false;
        }
        let recent = self.last.filter(|(last, _)| at - *last < TimeDelta::days(1));
        if recent.is_some_and(|(_, before)| days < before * 10_f64.powf(WORSE)) {
            return false;
        }
        self.last = Some((at, days));
        true
    }
}

/// What the anomaly score of a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Score {
    /// How unusual the bucket is.
    Level,
    /// The same where it is an alert and 0 elsewhere: for scorers that count every row above a threshold.
    Alerts,
}

/// Writes `timestamp,value,anomaly_score,alert,return_days,p_value`, a row for each bucket.
pub fn write(verdicts: &[Verdict], score: Score) -> String {
    let mut text = String::from("timestamp,value,anomaly_score,alert,return_days,p_value\n");
    for verdict in verdicts {
        let level = -verdict.p_value.max(1e-12).log10();
        let score = match (score, verdict.alert) {
            (Score::Level, _) => level / 12.0,
            (Score::Alerts, true) => 0.5 + level / 24.0,
            (Score::Alerts, false) => 0.0,
        };
        let value = match verdict.observation {
            Observation::Count(count) => count.to_string(),
            Observation::Missing | Observation::Part { .. } => String::new(),
        };
        let (alert, days, p) = (u8::from(verdict.alert), verdict.return_days, verdict.p_value);
        let at = verdict.at.format("%Y-%m-%d %H:%M:%S");
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{at},{value},{score:.6},{alert},{days:.4},{p:.6e}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &Result<usize, BenchError>) {
        assert_eq!(&read(text).map(|series| series.counts.len()), expect);
    }

    #[test]
    fn rows_are_read_with_their_gaps_as_missing() {
        let text = "timestamp,value\r\n2024-01-01 00:00:00,3\r\n2024-01-01 01:00:00,\r\n";
        check(text, &Ok(2));
        assert_eq!(read(text).unwrap().counts[1], Observation::Missing);
        check("t,v\n2024-01-01,3\n2024-01-08,4\n", &Ok(2));
    }

    #[test]
    fn what_is_wrong_is_named_by_its_line() {
        let row = |line, found: &str| Err(BenchError::Row { line, found: found.to_owned() });
        check("t,v\n2024-01-01,3\n2024-01-02,many\n", &row(3, "2024-01-02,many"));
        check("t,v\n2024-01-01,-3\n", &row(2, "2024-01-01,-3"));
        check(
            "t,v\n2024-01-01,3\n2024-01-02,3\n2024-01-04,3\n",
            &Err(BenchError::Step { line: 4 }),
        );
        check("t,v\n2024-01-01,3\n", &Err(BenchError::Short));
        check(&"x".repeat(1_000_000), &Err(BenchError::Short));
    }

    #[test]
    fn buckets_of_no_length_or_of_months_are_refused() {
        for (second, minutes) in [("2024-01-01", 0), ("2024-02-01", 44_640)] {
            let series = read(&format!("t,v\n2024-01-01,3\n{second},4\n")).unwrap();
            let setting = Setting { channels: Channel::ALL.to_vec(), days: 30.0, country: None };
            assert_eq!(assess(&series, &setting), Err(BenchError::Bucket { minutes }));
        }
    }

    #[test]
    fn a_burst_after_weeks_of_calm_is_told_once() {
        let hours = 24 * 21;
        let start = NaiveDate::from_ymd_opt(2024, 1, 1).unwrap().and_time(NaiveTime::MIN);
        let mut counts: Vec<_> =
            (0..hours).map(|hour| Observation::Count(f64::from(3 + hour % 3))).collect();
        counts.extend([Observation::Count(400.0); 6]);
        let series = Counts { start, bucket: TimeDelta::hours(1), counts };
        let setting =
            Setting { channels: vec![Channel::Rise, Channel::Slow], days: 30.0, country: None };
        let verdicts = assess(&series, &setting).unwrap();
        let told: Vec<usize> = (0..verdicts.len()).filter(|place| verdicts[*place].alert).collect();
        assert_eq!(told, [hours as usize]);
        let text = write(&verdicts, Score::Alerts);
        assert_eq!(text.lines().count(), verdicts.len() + 1);
        assert!(text.lines().nth(1).unwrap().starts_with("2024-01-01 00:00:00,3,0.000000,0,"));
    }
}
