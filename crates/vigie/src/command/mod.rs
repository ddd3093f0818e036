//! The commands, one file each. They read the ledger and the index beside a running daemon, and talk
//! to people on standard output.

pub(crate) mod accuracy;
pub(crate) mod add;
pub(crate) mod correct;
pub(crate) mod deliveries;
pub(crate) mod enrich;
pub(crate) mod extract;
pub(crate) mod feeds;
mod finding;
pub(crate) mod init;
pub(crate) mod mentions;
pub(crate) mod mute;
pub(crate) mod next;
pub(crate) mod opml;
pub(crate) mod people;
pub(crate) mod query;
pub(crate) mod recipients;
pub(crate) mod reindex;
pub(crate) mod reprocess;
pub(crate) mod routes;
pub(crate) mod search;
mod shown;
pub(crate) mod signals;
pub(crate) mod status;
pub(crate) mod templates;
pub(crate) mod themes;
mod toml;
pub(crate) mod when;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ::query::Parts;
use chrono::Local;
use crawl::dates::DateHabits;
use crawl::{PageContext, Reading};
use index::Archive;
use model::{Kind, Problem, Source, SourceId, Timestamp, acts};
use store::Ledger;
use url::Url;

use crate::cli::{Failure, configuration};
use crate::config::Crawl;

/// Returns the data directory that was named, or else the configuration's.
fn data_directory(named: Option<&Path>, file: &Path) -> Result<PathBuf, Failure> {
    match named {
        Some(named) => Ok(named.to_owned()),
        None => Ok(configuration(file)?.data),
    }
}

/// Returns the configuration's named parts; none where there is no valid configuration, which a command
/// that was told all it needs can do without.
fn parts(file: &Path) -> Parts {
    configuration(file).map_or_else(|_| Parts::default(), |config| config.parts)
}

/// Opens a ledger that must be there already: a mistyped directory is not created.
fn open_ledger(data: &Path, now: Timestamp) -> Result<Ledger, Failure> {
    if !data.join(store::FILE_NAME).is_file() {
        let problem = Problem::new(data.display().to_string(), "there is no ledger here");
        let hint = "`vigie run` or `vigie demo` begins one; --data names another directory";
        return Err(Failure::Usage(vec![problem.hint(hint)]));
    }
    Ok(Ledger::open(data, now)?)
}

/// Opens the archive. Patterns are looked for in the ledger's texts, since the index keeps none.
fn open_archive(data: &Path, now: Timestamp) -> Result<Archive, Failure> {
    let texts = Mutex::new(Ledger::open(data, now)?);
    let text = move |id| {
        let ledger = texts.lock().unwrap_or_else(PoisonError::into_inner);
        match ledger.items(&[id]) {
            Ok(mut items) => Some(items.pop()?.item),
            Err(error) => {
                tracing::error!(item = %id, "a pattern was not looked for in it: {error}");
                None
            }
        }
    };
    Ok(Archive::open(&data.join("index"))?.with_texts(text))
}

/// What is known of a body that no source has brought.
pub(crate) struct ToRead<'a> {
    pub(crate) url: &'a Url,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) link: Option<&'a str>,
    pub(crate) preset: Option<String>,
    pub(crate) presets: &'a crawl::Presets,
}

/// Reads a body that no source has brought.
pub(crate) fn read_page(body: &[u8], read: ToRead<'_>, fetched_at: Timestamp) -> Reading {
    let source = Source {
        id: SourceId::new("undeclared"),
        url: read.url.clone(),
        name: String::new(),
        kind: Kind::Web,
        lang: None,
        preset: read.preset,
        full_text: false,
        zone: None,
        every: None,
        since: None,
    };
    let page = PageContext {
        url: read.url,
        content_type: read.content_type,
        fetched_at,
        source: &source,
        presets: read.presets,
        link: read.link,
        dates: DateHabits::default(),
    };
    crawl::read(body, &page)
}

/// Refuses a preset that there is not.
fn known_preset(crawl: &Crawl, preset: Option<&str>) -> Result<(), Failure> {
    let Some(name) = preset else { return Ok(()) };
    crawl.presets.knows(name).map_err(|hint| {
        let message = format!("there is no preset \"{name}\"");
        Failure::Usage(vec![Problem::new("--preset", message).hint(hint)])
    })
}

/// Makes a stranger's text fit for a terminal: control characters could steer it, and those that
/// change the direction of writing could hide what is there.
pub(crate) fn printable(text: &str) -> String {
    let parts = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    let shown = |c: char| if parts(c) { Some(' ') } else { (!acts(c)).then_some(c) };
    text.chars().filter_map(shown).collect()
}

/// Writes a time as this machine's clock shows it, with the offset of its zone.
pub(crate) fn moment(at: Timestamp) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M %:z").to_string()
}

/// A reader that has seen enough and closed the pipe is no failure.
fn closed_pipe_is_fine(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
