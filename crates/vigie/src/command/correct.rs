//! `vigie correct`: sets right what was read of an item. What a person says is kept with its author, and
//! used at once.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::Local;
use clap::ValueEnum;
use model::{ItemId, Problem, QueryName, Timestamp, Tone};
use store::{CorrectError, Correction, NewCorrection, Relevance, Word};

use super::finding::saved;
use super::{closed_pipe_is_fine, data_directory, open_ledger, printable};
use crate::cli::Failure;

/// How many corrections are listed.
pub(crate) const LISTED_MAX: usize = 1_000;
/// The longest name of a person, in bytes.
const PERSON_BYTES_MAX: usize = 200;

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags as they are typed")]
#[command(group = clap::ArgGroup::new("word").required(true))]
pub(crate) struct Correct {
    /// The item, by the number that `vigie mentions` and `vigie search --json` show
    #[arg(required_unless_present = "list")]
    item: Option<u64>,
    /// It is not what the query is meant to find
    #[arg(long, group = "word", requires = "query")]
    irrelevant: bool,
    /// It is what the query is meant to find
    #[arg(long, group = "word", requires = "query")]
    relevant: bool,
    /// How it speaks of what the query looks for
    #[arg(long, group = "word", requires = "query", value_enum)]
    tone: Option<SaidTone>,
    /// It tells the same as this item
    #[arg(long, group = "word", value_name = "ITEM")]
    same_as: Option<u64>,
    /// It tells a story of its own
    #[arg(long, group = "word")]
    own_story: bool,
    /// List what was set right, the newest first
    #[arg(long, group = "word", conflicts_with = "item")]
    list: bool,
    /// The saved query that found it
    #[arg(long, value_name = "NAME")]
    query: Option<String>,
    /// Who says so [default: the user's name on this machine]
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
    /// The data directory [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SaidTone {
    Negative,
    Neutral,
    Positive,
    /// Nobody can tell
    Unsure,
}

impl SaidTone {
    pub(super) fn tone(self) -> Option<Tone> {
        match self {
            Self::Negative => Some(Tone::Negative),
            Self::Neutral => Some(Tone::Neutral),
            Self::Positive => Some(Tone::Positive),
            Self::Unsure => None,
        }
    }
}

pub(crate) fn correct(correct: &Correct, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let data = data_directory(correct.data.as_deref(), file)?;
    let mut ledger = open_ledger(&data, now)?;
    let mut out = io::stdout().lock();
    let Some((item, word)) = correct.item.zip(correct.word()) else {
        let corrections = ledger.corrections(LISTED_MAX)?;
        let written = corrections.iter().try_for_each(|made| write(&mut out, made));
        return closed_pipe_is_fine(written);
    };
    let query = match &correct.query {
        Some(name) => Some(saved(&ledger, name)?.0),
        None => None,
    };
    let person = speaker(correct.by.as_deref())?;
    let query: Option<&QueryName> = query.as_ref();
    let new = NewCorrection { person: &person, item: ItemId(item), query, word };
    let made = ledger.correct(&new, now).map_err(|error| match error {
        CorrectError::Ledger(error) => Failure::Running(error.into()),
        error @ (CorrectError::NoItem(_)
        | CorrectError::Itself(_)
        | CorrectError::NoHit { .. }
        | CorrectError::NoQuery) => {
            let hint = "`vigie mentions --query NAME` shows what was found, with its number";
            Failure::Refused(Problem::new("correct", error.to_string()).hint(hint))
        }
    })?;
    closed_pipe_is_fine(write(&mut out, &made))
}

impl Correct {
    fn word(&self) -> Option<Word> {
        if self.irrelevant {
            return Some(Word::Relevance(Relevance::Irrelevant));
        }
        if self.relevant {
            return Some(Word::Relevance(Relevance::Relevant));
        }
        if self.own_story {
            return Some(Word::OwnStory);
        }
        let tone = self.tone.map(|tone| Word::Tone(tone.tone()));
        tone.or(self.same_as.map(|other| Word::SameStory(ItemId(other))))
    }
}

pub(super) fn speaker(named: Option<&str>) -> Result<String, Failure> {
    let name = match named {
        Some(name) => name.to_owned(),
        None => std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default(),
    };
    if named.is_none() && name.trim().is_empty() {
        return Ok("command line".to_owned());
    }
    let person = person("--by", &name).map_err(|problem| Failure::Usage(vec![problem]))?;
    Ok(person.to_owned())
}

/// Returns the name under which a correction is kept.
pub(crate) fn person<'a>(place: &str, name: &'a str) -> Result<&'a str, Problem> {
    let refused = |message: &str| {
        Err(Problem::new(place, message).hint("say in a few words who sets this right"))
    };
    match name.trim() {
        "" => refused("is empty"),
        name if name.len() > PERSON_BYTES_MAX => {
            refused(&format!("is longer than {PERSON_BYTES_MAX} bytes"))
        }
        name if name.chars().any(char::is_control) => refused("has control characters"),
        name => Ok(name),
    }
}

fn write(out: &mut impl Write, made: &Correction) -> io::Result<()> {
    let at = made.at.with_timezone(&Local).format("%Y-%m-%d %H:%M");
    let (item, person) = (made.item, printable(&made.person));
    write!(out, "{at}  item {item}")?;
    if let Some(query) = &made.query {
        write!(out, ", {query}")?;
    }
    write!(out, ": {} {}", made.what, made.said)?;
    if let Some(was) = &made.was {
        write!(out, " (was {was})")?;
    }
    writeln!(out, ", says {person}")
}
