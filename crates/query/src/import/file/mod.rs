//! Reads whole files of queries: the exports of Google Alerts, and lists of any dialect. One bad row
//! never costs its neighbours.

mod alerts_json;
mod alerts_table;
mod list;
mod setting;
mod table;

use std::fmt;

use super::name::Names;
use super::out::Out;
use super::{Dialect, NotCarried, Note, translate_with};

/// Google allows 1,000 alerts for an account, and no export of a service is near this.
const BYTES_MAX: usize = 10 << 20;
const QUERIES_MAX: usize = 10_000;

/// What was read from a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Import {
    pub queries: Vec<Imported>,
    /// Rows that could not be read, and why.
    pub problems: Vec<ImportProblem>,
}

/// One query of a file, written in Vigie's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// No other query of the file has it; the same whenever the file is read.
    pub name: String,
    pub place: Place,
    /// As it was written; the places of `not_carried` and `notes` are places in it.
    pub original: String,
    /// Empty where nothing could be carried over.
    pub query: String,
    pub cadence: Option<Cadence>,
    /// The address of the feed that the service has for it.
    pub feed: Option<String>,
    pub not_carried: Vec<NotCarried>,
    pub notes: Vec<Note>,
    /// What was set beside the query and is not carried over.
    pub settings: Vec<Setting>,
}

/// Something that was set beside a query and has no counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub name: String,
    pub value: String,
    pub why: String,
}

/// How often the service told about new results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    AsItHappens,
    Hourly,
    Daily,
    Weekly,
}

/// Where in a file something stands; both are counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Line(usize),
    Alert(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Alert(alert) => write!(f, "alert {alert}"),
        }
    }
}

/// Why a row, or a whole file, was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProblem {
    pub place: Place,
    /// A lowercase fragment.
    pub message: String,
    pub hint: Option<String>,
}

impl ImportProblem {
    fn new(place: Place, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { place, message: message.into(), hint: Some(hint.into()) }
    }
}

impl fmt::Display for ImportProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {hint}"),
            None => Ok(()),
        }
    }
}

/// Reads a file of queries: for Google Alerts the JSON of Google Takeout or the table of
/// google-alerts-export-import; for every dialect a table with the columns `name` and `query`, or
/// one query a line.
pub fn read(dialect: Dialect, file: &str) -> Import {
    let file = file.strip_prefix('\u{FEFF}').unwrap_or(file);
    let mut rows = Rows::default();
    if file.len() > BYTES_MAX {
        let message = format!("the file has {} bytes; {BYTES_MAX} are read", file.len());
        rows.problem(ImportProblem::new(Place::Line(1), message, "split it"));
    } else if file.trim().is_empty() {
        let hint = "write one query a line, or a table with the columns name and query";
        rows.problem(ImportProblem::new(Place::Line(1), "the file is empty", hint));
    } else if dialect == Dialect::GoogleAlerts && file.trim_start().starts_with(['[', '{']) {
        alerts_json::read(file, &mut rows);
    } else if dialect == Dialect::GoogleAlerts
        && let table = alerts_table::unescaped(file)
        && let Some(format) = alerts_table::format(&table)
    {
        alerts_table::read(&table, &format, &mut rows);
    } else {
        list::read(dialect, file, &mut rows);
    }
    rows.import(dialect)
}

/// A query as a file has it, with what is set beside it.
#[derive(Debug)]
struct Row {
    place: Place,
    name: Option<String>,
    original: String,
    cadence: Option<Cadence>,
    feed: Option<String>,
    /// What must hold in addition.
    filters: Vec<Out>,
    notes: Vec<Note>,
    settings: Vec<Setting>,
}

impl Row {
    fn new(place: Place, original: String) -> Self {
        Self {
            place,
            name: None,
            original,
            cadence: None,
            feed: None,
            filters: Vec::new(),
            notes: Vec::new(),
            settings: Vec::new(),
        }
    }

    fn setting(&mut self, name: &str, value: &str, why: impl Into<String>) {
        let (name, value) = (name.to_owned(), value.to_owned());
        self.settings.push(Setting { name, value, why: why.into() });
    }
}

#[derive(Debug, Default)]
struct Rows {
    read: Vec<Row>,
    problems: Vec<ImportProblem>,
    /// The first row that was one too many.
    too_many: Option<Place>,
}

impl Rows {
    fn push(&mut self, row: Row) {
        if self.read.len() < QUERIES_MAX {
            self.read.push(row);
        } else {
            self.too_many.get_or_insert(row.place);
        }
    }

    fn problem(&mut self, problem: ImportProblem) {
        if self.problems.len() < QUERIES_MAX {
            self.problems.push(problem);
        }
    }

    fn import(mut self, dialect: Dialect) -> Import {
        if let Some(place) = self.too_many {
            let message = format!("more than {QUERIES_MAX} queries; the rest is not read");
            self.problem(ImportProblem::new(place, message, "split the file"));
        }
        let mut names = Names::default();
        let queries = self.read.into_iter().map(|row| {
            let mut translated = translate_with(dialect, &row.original, row.filters);
            translated.notes.extend(row.notes);
            Imported {
                name: names.name(row.name.as_deref(), &row.original),
                place: row.place,
                query: translated.query,
                cadence: row.cadence,
                feed: row.feed,
                not_carried: translated.not_carried,
                notes: translated.notes,
                settings: row.settings,
                original: row.original,
            }
        });
        let queries = queries.collect();
        Import { queries, problems: self.problems }
    }
}
