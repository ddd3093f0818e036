//! `vigie query import`: queries of other services in our language, as TOML for the configuration. What
//! was not carried over is told beside it, on standard error, with its place.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;

use query::import::{self, Cadence, Dialect, Imported};

use super::{known, read_text};
use crate::cli::Failure;
use crate::command::toml::{key, text};
use crate::command::{closed_pipe_is_fine, printable};

/// How much of an original query stands beside the new one, in characters.
const ORIGINAL_CHARS: usize = 200;

#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// Whose queries they are
    #[arg(long, value_enum, value_name = "SERVICE")]
    from: Tool,
    /// An export, a table with the columns name and query, or one query a line; - for standard input
    #[arg(value_name = "FILE")]
    file: String,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Tool {
    Brandwatch,
    Meltwater,
    Talkwalker,
    /// Google Alerts: Takeout's JSON, or the table of google-alerts-export-import
    #[value(alias = "google-alerts")]
    Google,
    Syften,
}

impl Tool {
    fn dialect(self) -> Dialect {
        match self {
            Self::Brandwatch => Dialect::Brandwatch,
            Self::Meltwater => Dialect::Meltwater,
            Self::Talkwalker => Dialect::Talkwalker,
            Self::Google => Dialect::GoogleAlerts,
            Self::Syften => Dialect::Syften,
        }
    }
}

/// What is written where.
struct Page<'a> {
    /// The file's name, for what is told of it.
    from: &'a str,
    /// The names that are taken.
    names: BTreeSet<String>,
    toml: String,
    told: String,
    /// How many queries were written, and how many of them do not say all that the originals said.
    written: usize,
    lossy: usize,
}

pub(super) fn import(import: &Import, file: &Path) -> Result<(), Failure> {
    let config = known(file)?;
    let file_text = read_text(&import.file)?;
    let dialect = import.from.dialect();
    let read = import::read(dialect, &file_text);
    let mut page = Page {
        from: &import.file,
        names: config
            .iter()
            .flat_map(|config| config.queries.keys())
            .map(ToString::to_string)
            .collect(),
        toml: String::new(),
        told: String::new(),
        written: 0,
        lossy: 0,
    };
    page.line(&format!("# From {}: {}", dialect.title(), printable(&import.file)));
    page.line("# Leave the next line out where the configuration has one already.");
    page.line("[queries]");
    for imported in &read.queries {
        page.query(imported);
    }
    for problem in &read.problems {
        page.tell(&problem.place.to_string(), &problem.message);
        if let Some(hint) = &problem.hint {
            page.hint(hint);
        }
    }
    let Page { toml, told, written, lossy, .. } = page;
    eprint!("{told}");
    if written == 0 {
        return Err(
            anyhow::anyhow!("{} holds no query that could be carried over", import.file).into()
        );
    }
    eprintln!("{}", dialect.differs());
    let unread = read.problems.len();
    eprintln!("Queries written: {written} (not whole: {lossy}), rows not read: {unread}");
    closed_pipe_is_fine(io::stdout().write_all(toml.as_bytes()))
}

impl Page<'_> {
    fn query(&mut self, imported: &Imported) {
        let place = imported.place.to_string();
        for lost in &imported.not_carried {
            let at = column(&imported.original, lost.span.start);
            let message = format!("{} was not carried over: {}", quoted(&lost.what), lost.why);
            self.tell(&format!("{place}, character {at}"), &message);
        }
        for note in &imported.notes {
            let at = column(&imported.original, note.span.start);
            self.tell(&format!("{place}, character {at}"), &note.message);
        }
        for setting in &imported.settings {
            let message = format!(
                "the setting {} {} was not carried over: {}",
                setting.name,
                quoted(&setting.value),
                setting.why
            );
            self.tell(&place, &message);
        }

        let original: String = imported.original.chars().take(ORIGINAL_CHARS).collect();
        let cut = if original.len() < imported.original.len() { "…" } else { "" };
        self.line("");
        self.line(&format!("# {place}: {}{cut}", printable(&original)));
        if let Some(cadence) = imported.cadence {
            self.line(&format!("# It was told {}.", told(cadence)));
        }
        if let Some(feed) = &imported.feed {
            self.line(&format!("# Its feed, for a source: {}", printable(feed)));
        }
        if imported.query.is_empty() {
            self.line("# Nothing of it could be carried over.");
            return;
        }
        match query::parse(&imported.query) {
            Ok(_) => {
                self.written += 1;
                let whole = imported.not_carried.is_empty() && imported.settings.is_empty();
                self.lossy += usize::from(!whole);
                let name = self.free_name(&imported.name);
                self.line(&format!("{} = {}", key(&name), text(&imported.query)));
            }
            Err(problems) => {
                for problem in problems {
                    self.tell(&place, &format!("it can't be run: {}", problem.message));
                    if let Some(hint) = &problem.hint {
                        self.hint(hint);
                    }
                }
                for line in text(&imported.query).lines() {
                    self.line(&format!("# {line}"));
                }
            }
        }
    }

    fn free_name(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut nth = 2;
        while !self.names.insert(name.clone()) {
            name = format!("{wanted}-{nth}");
            nth += 1;
        }
        name
    }

    fn line(&mut self, line: &str) {
        self.toml.push_str(line);
        self.toml.push('\n');
    }

    fn tell(&mut self, place: &str, message: &str) {
        let from = printable(self.from);
        // Writing to a string can't fail.
        let _ = writeln!(self.told, "{from}: {place}: {}", printable(message));
    }

    fn hint(&mut self, hint: &str) {
        let _ = writeln!(self.told, "  hint: {}", printable(hint));
    }
}

fn told(cadence: Cadence) -> &'static str {
    match cadence {
        Cadence::AsItHappens => "as it happens",
        Cadence::Hourly => "hourly",
        Cadence::Daily => "daily",
        Cadence::Weekly => "weekly",
    }
}

fn column(text: &str, byte: usize) -> usize {
    text.char_indices().take_while(|(at, _)| *at < byte).count() + 1
}

fn quoted(text: &str) -> String {
    format!("“{text}”")
}
