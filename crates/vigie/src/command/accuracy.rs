//! `vigie accuracy`: how often people set right what was read.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use model::{QueryName, Timestamp};
use serde::Serialize;
use store::Accuracy;

use super::finding::saved;
use super::{closed_pipe_is_fine, data_directory, open_ledger, when};
use crate::cli::Failure;

const TONES: [&str; 4] = ["negative", "neutral", "positive", "unsure"];

#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// Of this saved query alone
    #[arg(long, value_name = "NAME")]
    query: Option<String>,
    /// Of what was found on items that date from then on
    #[arg(long, value_name = "TIME", default_value = "30d")]
    since: String,
    /// The data directory [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// The report, as it is written out. Shares are of what people judged: they look at what strikes them, so
/// that what is read right is judged more rarely than what is read wrong.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    query: Option<&'a str>,
    since: Timestamp,
    found: u64,
    judged: u64,
    relevant: u64,
    irrelevant: u64,
    read: &'a std::collections::BTreeMap<String, u64>,
    tones: Vec<Judged<'a>>,
    tones_judged: u64,
    tones_right: u64,
}

#[derive(Serialize)]
struct Judged<'a> {
    read: &'a str,
    said: &'a str,
    times: u64,
}

pub(crate) fn accuracy(asked: &Asked, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let since = when::told("--since", &asked.since, now, when::Edge::Start)
        .map_err(|problem| Failure::Usage(vec![problem]))?;
    let data = data_directory(asked.data.as_deref(), file)?;
    let ledger = open_ledger(&data, now)?;
    let query = match &asked.query {
        Some(name) => Some(saved(&ledger, name)?.0),
        None => None,
    };
    let accuracy = ledger.accuracy(query.as_ref(), since)?;
    let report = Report::of(&accuracy, query.as_ref(), since);
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if asked.json {
        serde_json::to_writer(&mut out, &report).map_err(io::Error::from).and(writeln!(out))
    } else {
        report.write(&mut out)
    })
}

impl<'a> Report<'a> {
    pub(crate) fn of(
        accuracy: &'a Accuracy,
        query: Option<&'a QueryName>,
        since: Timestamp,
    ) -> Self {
        let tones = accuracy.tones.iter();
        let tones: Vec<Judged> =
            tones.map(|((read, said), times)| Judged { read, said, times: *times }).collect();
        let right = tones.iter().filter(|tone| tone.read == tone.said);
        Self {
            query: query.map(QueryName::as_str),
            since,
            found: accuracy.hits,
            judged: accuracy.relevant + accuracy.irrelevant,
            relevant: accuracy.relevant,
            irrelevant: accuracy.irrelevant,
            read: &accuracy.read,
            tones_judged: tones.iter().map(|tone| tone.times).sum(),
            tones_right: right.map(|tone| tone.times).sum(),
            tones,
        }
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{} found, {} judged by people", self.found, self.judged)?;
        if self.judged > 0 {
            writeln!(out, "  {} meant, {} not", self.relevant, self.irrelevant)?;
        }
        let read = TONES.map(|tone| (tone, self.read.get(tone).copied().unwrap_or(0)));
        let read: Vec<String> =
            read.iter().map(|(tone, times)| format!("{times} {tone}")).collect();
        writeln!(out, "tones read: {}", read.join(", "))?;
        if self.tones_judged == 0 {
            return writeln!(out, "no tone was set right or confirmed yet");
        }
        let (right, judged) = (self.tones_right, self.tones_judged);
        writeln!(out, "tones judged by people: {judged}, of which {right} were read right")?;
        write!(out, "{:>12}", "said:")?;
        TONES.iter().try_for_each(|tone| write!(out, "{tone:>10}"))?;
        writeln!(out)?;
        for read in TONES {
            write!(out, "{:>12}", format!("read {read}"))?;
            for said in TONES {
                let times = self.tones.iter().find(|tone| tone.read == read && tone.said == said);
                write!(out, "{:>10}", times.map_or(0, |tone| tone.times))?;
            }
            writeln!(out)?;
        }
        writeln!(out, "People judge what strikes them: what is read right is judged more rarely.")
    }
}
