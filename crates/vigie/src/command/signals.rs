//! `vigie signals`: what is or was unusual, why, and what would have been.

mod bench;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use alert::Evidence;
use chrono::TimeDelta;
use model::{Locale, Problem, QueryName, SignalId, SignalKind, SignalTurn, Timestamp};
use serde::Serialize;
use store::{Ledger, Raised, SignalsAsked, Turned};

use super::{closed_pipe_is_fine, data_directory, moment, open_ledger, printable, when};
use crate::cli::{Failure, configuration};
use crate::signals::{self, Replayed};

/// How far back signals are shown if nobody says otherwise.
const SINCE: TimeDelta = TimeDelta::days(30);
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// How many hours a sparkline has at most.
const HOURS_MAX: usize = 72;
/// How many stories of a signal are shown.
const STORIES_SHOWN: usize = 3;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Signals {
    #[command(subcommand)]
    command: Option<SignalsCommand>,
    #[command(flatten)]
    asked: Asked,
}

#[derive(Debug, clap::Args)]
struct Asked {
    /// Only those of this query
    #[arg(long, value_name = "NAME")]
    query: Option<String>,
    /// Those that were unusual then or later: 2026-03-01, 36h, 7d [default: 30d]
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only those that last
    #[arg(long)]
    open: bool,
    /// In which language they are told
    #[arg(long, value_enum, default_value = "en")]
    lang: Tongue,
    /// Write one JSON object a line
    #[arg(long)]
    json: bool,
    /// The data directory [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Tongue {
    En,
    Fr,
}

#[derive(Debug, clap::Subcommand)]
enum SignalsCommand {
    /// Say that a signal was seen: it is told again only as a crisis that grows
    Ack(Ack),
    /// Show which signals a query would have raised, by the present settings
    Replay(Replay),
    /// Assess series of counts of your own, in the form that the scorer of the published figures reads
    Bench(bench::Bench),
}

#[derive(Debug, clap::Args)]
struct Ack {
    /// The number of the signal
    id: u64,
    /// Who has seen it [default: who is logged in]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// The data directory [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Replay {
    /// The saved query
    #[arg(long, value_name = "NAME")]
    query: String,
    /// Those that would have been raised then or later: 2026-03-01, 36h, 90d
    #[arg(long, value_name = "TIME", default_value = "90d")]
    since: String,
    /// In which language they are told
    #[arg(long, value_enum, default_value = "en")]
    lang: Tongue,
    /// Write one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    signal: u64,
    query: &'a str,
    severity: &'a str,
    kind: &'a str,
    onset: Timestamp,
    opened: Timestamp,
    last: Timestamp,
    ended: Option<Timestamp>,
    acknowledged: Option<Timestamp>,
    acknowledged_by: Option<&'a str>,
    peak_days: f64,
    evidence: serde_json::Value,
}

pub(crate) fn signals(asked: &Signals, file: &Path, now: Timestamp) -> Result<(), Failure> {
    match &asked.command {
        None => show(&asked.asked, file, now),
        Some(SignalsCommand::Ack(ack)) => acknowledge(ack, file, now),
        Some(SignalsCommand::Replay(asked)) => replay(asked, file, now),
        Some(SignalsCommand::Bench(asked)) => bench::bench(asked),
    }
}

fn show(asked: &Asked, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let since = match &asked.since {
        None => now - SINCE,
        Some(since) => since_told(since, now)?,
    };
    let data = data_directory(asked.data.as_deref(), file)?;
    let ledger = open_ledger(&data, now)?;
    let query = match &asked.query {
        None => None,
        Some(name) => Some(super::finding::saved(&ledger, name)?.0),
    };
    let wanted = SignalsAsked { query, since: Some(since), only_open: asked.open };
    let raised = ledger.signals(&wanted)?;
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if asked.json {
        raised.iter().try_for_each(|raised| write_json(&mut out, raised))
    } else if raised.is_empty() {
        let since = moment(since);
        writeln!(out, "No signal since {since}: nothing was unusual enough to be told.")
    } else {
        let locale = asked.lang.locale();
        matters(&raised).iter().try_for_each(|matter| write_matter(&mut out, matter, locale))
    })
}

fn acknowledge(ack: &Ack, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let data = data_directory(ack.data.as_deref(), file)?;
    let mut ledger = open_ledger(&data, now)?;
    let person = super::correct::speaker(ack.by.as_deref())?;
    let turned = ledger.acknowledge_signal(SignalId(ack.id), &person, now)?;
    println!("{}", said(ack.id, turned, &person)?);
    Ok(())
}

/// Says what came of it.
fn said(id: u64, turned: Turned, person: &str) -> Result<String, Failure> {
    let place = format!("signal {id}");
    Ok(match turned {
        Turned::Acknowledged => {
            let by = printable(person);
            format!("{place}: seen by {by}; it is told again only as a crisis that grows")
        }
        Turned::Before(at, by) => {
            let (by, at) = (printable(&by), moment(at));
            format!("{place}: {by} has seen it already, {at}; there is nothing left to do")
        }
        Turned::Over(ended) => {
            let since = moment(ended);
            format!("{place}: is over since {since}; there is nothing to acknowledge")
        }
        Turned::Unknown => {
            let problem = Problem::new(place, "there is no such signal");
            let hint = "`vigie signals` shows them with their numbers";
            return Err(Failure::Refused(problem.hint(hint)));
        }
    })
}

fn replay(asked: &Replay, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let config = configuration(file)?;
    let since = since_told(&asked.since, now)?;
    let ledger = open_ledger(&config.data, now)?;
    let name = known_query(&ledger, &asked.query)?;
    if !config.queries.contains_key(&name) {
        let problem = Problem::new("--query", format!("the configuration has no query \"{name}\""));
        return Err(Failure::Usage(vec![problem.hint("it is assessed by the configuration")]));
    }
    let replayed = signals::replay(&ledger, &config, &name, since, now)?;
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(write_replayed(&mut out, asked, &name, &replayed))
}

fn write_replayed(
    out: &mut impl Write,
    asked: &Replay,
    name: &QueryName,
    replayed: &[Replayed],
) -> io::Result<()> {
    for one in replayed {
        if asked.json {
            serde_json::to_writer(&mut *out, one)?;
            writeln!(out)?;
            continue;
        }
        let turn = match one.turn {
            SignalTurn::Grew => "would have grown",
            SignalTurn::Opened | SignalTurn::Acknowledged | SignalTurn::Ended => {
                "would have opened"
            }
        };
        writeln!(out, "{}  {}  {}  {turn}", moment(one.at), one.severity, one.kind)?;
        write_evidence(out, &one.evidence, one.turn, asked.lang.locale())?;
    }
    if replayed.is_empty() && !asked.json {
        writeln!(out, "{name}: nothing would have been raised.")?;
    }
    Ok(())
}

fn known_query(ledger: &Ledger, name: &str) -> Result<QueryName, Failure> {
    Ok(super::finding::saved(ledger, name)?.0)
}

fn since_told(since: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    when::told("--since", since, now, when::Edge::Start)
        .map_err(|problem| Failure::Usage(vec![problem]))
}

fn write_json(out: &mut impl Write, raised: &Raised) -> io::Result<()> {
    let line = Line {
        signal: raised.id.0,
        query: raised.query.as_str(),
        severity: raised.severity.as_str(),
        kind: raised.kind.as_str(),
        onset: raised.onset,
        opened: raised.opened,
        last: raised.last,
        ended: raised.ended,
        acknowledged: raised.acknowledged.as_ref().map(|(at, _)| *at),
        acknowledged_by: raised.acknowledged.as_ref().map(|(_, by)| by.as_str()),
        peak_days: raised.peak_days,
        evidence: serde_json::from_str(&raised.evidence).unwrap_or_default(),
    };
    serde_json::to_writer(&mut *out, &line)?;
    writeln!(out)
}

/// A signal with what is also heard as a slow rise of the same matter.
struct Matter<'a> {
    signal: &'a Raised,
    slow: Vec<&'a Raised>,
    /// Who told of it: the signal itself, or a slow rise that was heard before.
    told: Option<&'a Raised>,
}

/// Returns signals, slow rises with the rise that is of the same matter.
fn matters<'a>(raised: &'a [Raised]) -> Vec<Matter<'a>> {
    let is_slow_side_of = |slow: &Raised, rise: &Raised| {
        let is_pair = slow.kind == SignalKind::Slow && rise.kind == SignalKind::Rise;
        is_pair && slow.query == rise.query && slow.onset <= rise.last && rise.onset <= slow.last
    };
    // One that lasts beyond several rises stands with the last of them.
    let rise_of = |slow| raised.iter().find(|rise| is_slow_side_of(slow, rise)).map(|rise| rise.id);
    let matter = |signal: &'a Raised| {
        let slow = raised.iter().filter(|slow| rise_of(slow) == Some(signal.id)).collect();
        let slow_sides = raised.iter().filter(|slow| is_slow_side_of(slow, signal));
        let told = std::iter::once(signal).chain(slow_sides).find(|one| one.was_news);
        Matter { signal, slow, told }
    };
    raised.iter().filter(|one| rise_of(one).is_none()).map(matter).collect()
}

fn state(raised: &Raised) -> String {
    match (raised.ended, &raised.acknowledged) {
        (Some(ended), _) => format!("over since {}", moment(ended)),
        (None, Some((at, by))) => format!("lasts; seen by {} {}", printable(by), moment(*at)),
        (None, None) => "lasts".to_owned(),
    }
}

fn write_matter(out: &mut impl Write, matter: &Matter<'_>, locale: Locale) -> io::Result<()> {
    let raised = matter.signal;
    let state = state(raised);
    let found = match matter.told {
        None => ", told to nobody".to_owned(),
        Some(told) if told.id == raised.id => String::new(),
        Some(told) => format!(", told as signal {}", told.id),
    };
    writeln!(
        out,
        "signal {}  {}  {}  {}  found {}, {state}{found}",
        raised.id,
        raised.severity,
        printable(raised.query.as_str()),
        raised.kind,
        moment(raised.opened),
    )?;
    for slow in &matter.slow {
        let (found, state) = (moment(slow.opened), self::state(slow));
        writeln!(
            out,
            "  also slow: signal {}  {}  found {found}, {state}",
            slow.id, slow.severity
        )?;
    }
    match serde_json::from_str::<Evidence>(&raised.evidence) {
        Ok(evidence) => write_evidence(out, &evidence, raised.turn(), locale),
        Err(_) => writeln!(out, "  its evidence is of another version\n"),
    }
}

fn write_evidence(
    out: &mut impl Write,
    evidence: &Evidence,
    turn: SignalTurn,
    locale: Locale,
) -> io::Result<()> {
    let newest = &evidence.chart[evidence.chart.len().saturating_sub(HOURS_MAX)..];
    let counts: Vec<f64> = newest.iter().map(|hour| hour.count).collect();
    if let (Some(first), Some(last)) = (newest.first(), newest.last()) {
        let end = last.start + TimeDelta::hours(1);
        writeln!(out, "  {}  {} to {}", spark(&counts), moment(first.start), moment(end))?;
    }
    let zone = iana_time_zone::get_timezone().ok().and_then(|name| name.parse().ok());
    let zone = zone.unwrap_or(chrono_tz::Tz::UTC);
    for sentence in alert::sentences(evidence, turn, locale, zone) {
        writeln!(out, "  {}", printable(&sentence))?;
    }
    for story in evidence.newest.iter().take(STORIES_SHOWN) {
        let title = printable(&story.title);
        writeln!(out, "  item {}  {title}  ({})", story.item, printable(&story.source))?;
    }
    writeln!(out)
}

/// Draws counts as a line of bars; nothing is a space on the floor.
fn spark(counts: &[f64]) -> String {
    let top = counts.iter().copied().fold(1.0, f64::max);
    let bar = |count: &f64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 7")]
        let height = (count / top * 7.0).round().clamp(0.0, 7.0) as usize;
        BARS[height]
    };
    counts.iter().map(bar).collect()
}

impl Tongue {
    fn locale(self) -> Locale {
        match self {
            Self::En => Locale::English,
            Self::Fr => Locale::French,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_and_what_grows_slowly_of_one_matter_are_one() {
        let silent = [1, 2];
        let raised = |id: u64, query: &str, kind, hours: [i64; 2]| {
            let [onset, last] = hours.map(|hour| Timestamp::UNIX_EPOCH + TimeDelta::hours(hour));
            Raised {
                id: SignalId(id),
                query: query.into(),
                kind,
                onset,
                opened: onset,
                last,
                ended: None,
                acknowledged: None,
                peak_days: 40.0,
                evidence: String::new(),
                was_news: !silent.contains(&id),
                severity: model::Severity::Warning,
            }
        };
        let (rise, slow) = (SignalKind::Rise, SignalKind::Slow);
        let raised = [
            raised(6, "q", slow, [90, 99]),
            raised(5, "q", rise, [40, 60]),
            raised(4, "q", slow, [10, 50]),
            raised(3, "r", slow, [10, 50]),
            raised(2, "q", rise, [20, 30]),
            raised(1, "q", SignalKind::Silence, [20, 30]),
        ];
        let matters = matters(&raised);
        let ids: Vec<(u64, Vec<u64>)> = matters
            .iter()
            .map(|of| (of.signal.id.0, of.slow.iter().map(|slow| slow.id.0).collect()))
            .collect();
        let expect = [(6, vec![]), (5, vec![4]), (3, vec![]), (2, vec![]), (1, vec![])];
        assert_eq!(ids, expect);
        let written = |nth: usize| {
            let mut out = Vec::new();
            write_matter(&mut out, &matters[nth], Locale::English).unwrap();
            String::from_utf8(out).unwrap()
        };
        let out = written(1);
        assert!(
            out.contains(", lasts\n  also slow: signal 4  warning  found 1970-01-01 "),
            "{out}"
        );
        // What the slow rise had told is told with it; what nobody heard, to nobody.
        let out = written(3);
        assert!(out.contains(", lasts, told as signal 4\n"), "{out}");
        let out = written(4);
        assert!(out.contains(", lasts, told to nobody\n"), "{out}");
    }

    #[test]
    fn who_acknowledges_reads_what_is_so() {
        let at = "2026-03-06T12:00:00Z".parse::<Timestamp>().unwrap();
        let check = |turned, expect: String| {
            assert_eq!(said(7, turned, "zoé").ok(), Some(expect));
        };
        check(
            Turned::Acknowledged,
            "signal 7: seen by zoé; it is told again only as a crisis that grows".to_owned(),
        );
        let (moment, anne) = (moment(at), "anne".to_owned());
        check(
            Turned::Before(at, anne),
            format!("signal 7: anne has seen it already, {moment}; there is nothing left to do"),
        );
        check(
            Turned::Over(at),
            format!("signal 7: is over since {moment}; there is nothing to acknowledge"),
        );
        let Err(Failure::Refused(problem)) = said(7, Turned::Unknown, "zoé") else { panic!() };
        assert_eq!(problem.message, "there is no such signal");
        assert!(problem.hint.unwrap().contains("`vigie signals`"));
    }

    #[test]
    fn counts_are_drawn_against_the_highest() {
        assert_eq!(spark(&[0.0, 1.0, 7.0, 3.5]), "▁▂█▅");
        assert_eq!(spark(&[0.0, 0.0]), "▁▁");
        assert_eq!(spark(&[]), "");
    }
}
