//! `vigie query list`: the saved queries of the configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use model::{QueryName, Timestamp};
use query::{Matcher, Query};
use serde::Serialize;
use store::{FILE_NAME, Ledger};

use super::data_directory;
use crate::cli::{Failure, configuration};
use crate::command::closed_pipe_is_fine;
use crate::command::status::{one_line, table};

#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// The data directory [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    text: &'a str,
    /// With its parts written in the place of their names.
    expanded: &'a str,
    /// Whether it waits for a word; if not, it is run for every item.
    anchored: bool,
    /// `null` while the ledger does not know the query.
    hits_7d: Option<u64>,
}

pub(super) fn list(list: &List, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let config = configuration(file)?;
    let data = data_directory(list.data.as_deref(), Some(&config), file)?;
    let hits = hits(&data, now)?;
    let unanchored = unanchored(&config.queries);
    let rows = config.queries.iter().map(|(name, query)| Row {
        name: name.as_str(),
        text: query.text(),
        expanded: query.expanded(),
        anchored: !unanchored.contains(name),
        hits_7d: hits.get(name).copied(),
    });
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if list.json {
        write_json(&mut out, rows)
    } else {
        out.write_all(
            table(&["query", "7 d", "", "text"], rows.map(|row| columns(&row))).as_bytes(),
        )
    })
}

/// Returns what each query found in a week; nothing where no daemon has begun yet.
fn hits(data: &Path, now: Timestamp) -> Result<BTreeMap<QueryName, u64>, Failure> {
    if !data.join(FILE_NAME).is_file() {
        return Ok(BTreeMap::new());
    }
    let status = Ledger::open(data, now)?.status(now)?;
    Ok(status.queries.into_iter().map(|query| (query.name, query.hits_7d)).collect())
}

/// Returns the queries that wait for no word, so that they are run for every item.
pub(crate) fn unanchored(queries: &BTreeMap<QueryName, Query>) -> BTreeSet<QueryName> {
    let mut matcher = Matcher::new();
    matcher.insert_all(queries.iter().map(|(name, query)| (name.clone(), query)));
    matcher.unanchored().cloned().collect()
}

fn write_json<'a>(out: &mut impl Write, rows: impl Iterator<Item = Row<'a>>) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *out, &row)?;
        writeln!(out)?;
    }
    Ok(())
}

fn columns(row: &Row<'_>) -> Vec<String> {
    let anchored = if row.anchored { "" } else { "looks at every item" };
    vec![
        row.name.to_owned(),
        row.hits_7d.map_or_else(|| "-".to_owned(), |hits| hits.to_string()),
        anchored.to_owned(),
        one_line(row.text),
    ]
}
