//! `vigie signals bench`: series of counts from files, assessed as a query's would be, so that anyone can
//! reproduce our figures and judge their own.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context;
use model::Problem;
use signal::bench::{self, ROWS_MAX, Score, Setting};
use signal::{Channel, Country};

use crate::cli::Failure;
use crate::command::closed_pipe_is_fine;

/// The largest file that is read, in bytes: so many rows of a long line each.
const FILE_BYTES_MAX: u64 = 64 * ROWS_MAX as u64;
/// How deep folders are looked into.
const DEPTH_MAX: usize = 5;

#[derive(Debug, clap::Args)]
pub(crate) struct Bench {
    /// A file or folder of series: CSV with the columns timestamp and value, of which an empty one is a
    /// bucket that nobody looked at
    from: PathBuf,
    /// Where the verdicts are written, by the same names
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// One false alarm in so many days is allowed
    #[arg(long, value_name = "DAYS", default_value_t = 30.0)]
    days: f64,
    /// What is listened to
    #[arg(long, value_enum, num_args = 1.., default_values = ["rise", "slow"])]
    kinds: Vec<Kind>,
    /// Whose public holidays those who write have, as in FR
    #[arg(long, value_name = "CODE")]
    country: Option<String>,
    /// Score alerts only, for scorers that count every row above a threshold
    #[arg(long)]
    alerts: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    Rise,
    Slow,
    Silence,
}

pub(super) fn bench(asked: &Bench) -> Result<(), Failure> {
    let usage = |place: &str, message: String| Failure::Usage(vec![Problem::new(place, message)]);
    if !(0.1..=100_000.0).contains(&asked.days) {
        return Err(usage("--days", format!("{} is not from 0.1 to 100000", asked.days)));
    }
    let country = match &asked.country {
        None => None,
        Some(code) => Some(Country::from_code(code).ok_or_else(|| {
            usage("--country", format!("the public holidays of \"{code}\" are not known"))
        })?),
    };
    let channel = |kind: &Kind| match kind {
        Kind::Rise => Channel::Rise,
        Kind::Slow => Channel::Slow,
        Kind::Silence => Channel::Silence,
    };
    let channels = asked.kinds.iter().map(channel).collect();
    let setting = Setting { channels, days: asked.days, country };
    let score = if asked.alerts { Score::Alerts } else { Score::Level };

    fs::metadata(&asked.from)
        .with_context(|| format!("failed to read {}", asked.from.display()))?;
    let mut files = Vec::new();
    find(&asked.from, DEPTH_MAX, &mut files)
        .with_context(|| format!("failed to read {}", asked.from.display()))?;
    if files.is_empty() {
        let place = asked.from.display().to_string();
        let problem = Problem::new(place, "there is no series");
        return Err(Failure::Refused(problem.hint("name a folder with files *.csv")));
    }
    let same = |folder: &Path| folder.canonicalize().ok() == asked.from.canonicalize().ok();
    let inside = asked.from.is_file().then(|| asked.from.parent()).flatten();
    if asked.out.as_deref().is_some_and(|out| {
        same(out) || inside.is_some_and(|from| out.canonicalize().ok() == from.canonicalize().ok())
    }) {
        let message = "the verdicts would take the place of the series".to_owned();
        return Err(usage("--out", message));
    }
    let mut out = io::stdout().lock();
    let mut bad = Vec::new();
    for file in &files {
        let name = file.strip_prefix(&asked.from).ok().filter(|name| *name != Path::new(""));
        let name = name.unwrap_or_else(|| Path::new(file.file_name().unwrap_or_default()));
        match assess(file, &setting) {
            Ok(verdicts) => {
                let alerts = verdicts.iter().filter(|verdict| verdict.alert).count();
                let line =
                    format!("{}  {} buckets, alerts: {alerts}", name.display(), verdicts.len());
                closed_pipe_is_fine(writeln!(out, "{line}"))?;
                if let Some(folder) = &asked.out {
                    write(&folder.join(name), &bench::write(&verdicts, score))?;
                }
            }
            // One bad file never costs its neighbours.
            Err(message) => {
                let hint = "a line of headings, then rows such as 2026-03-01 14:00:00,3, a bucket each; \
                            an empty value for one that nobody looked at";
                bad.push(Problem::new(file.display().to_string(), message).hint(hint));
            }
        }
    }
    if bad.is_empty() { Ok(()) } else { Err(Failure::Usage(bad)) }
}

fn assess(file: &Path, setting: &Setting) -> Result<Vec<bench::Verdict>, String> {
    let bytes = fs::metadata(file).map_err(|error| error.to_string())?.len();
    if bytes > FILE_BYTES_MAX {
        return Err(format!("has more than {FILE_BYTES_MAX} bytes"));
    }
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    let series = bench::read(&text).map_err(|error| error.to_string())?;
    bench::assess(&series, setting).map_err(|error| error.to_string())
}

/// Finds the series, in the order of their names.
fn find(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut inside = fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    inside.sort();
    for path in inside {
        let is_series = path.extension().is_some_and(|extension| extension == "csv");
        if is_series || (path.is_dir() && depth > 0) {
            find(&path, depth - 1, files)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("failed to create {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))
}
