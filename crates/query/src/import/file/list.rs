//! Lists of queries of any dialect: one a line, or a table with the columns `name` and `query`.

use super::super::{Dialect, Note};
use super::setting::letters;
use super::table::{Quoting, Record, SEPARATORS, records};
use super::{ImportProblem, Place, Row, Rows};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Header {
    separator: char,
    name: Option<usize>,
    query: Option<usize>,
}

pub(super) fn read(dialect: Dialect, file: &str, rows: &mut Rows) {
    match header(file) {
        Some(Header { separator, name, query: Some(query) }) => {
            table(dialect, file, separator, name, query, rows);
        }
        Some(_) => {
            let message = "the table has no column query";
            let hint = "call the column with the queries query, and the one with their names name";
            rows.problem(ImportProblem::new(Place::Line(1), message, hint));
        }
        None => {
            for (i, line) in file.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                rows.push(Row::new(Place::Line(i + 1), line.trim().to_owned()));
            }
        }
    }
}

/// Recognises a table by the names of its columns.
fn header(file: &str) -> Option<Header> {
    let column = |record: &Record<'_>, names: &[&str]| {
        record.cells.iter().position(|cell| names.contains(&letters(&cell.text).as_str()))
    };
    let headers = SEPARATORS.into_iter().filter_map(|separator| {
        let first = records(file, separator).find(|record| !record.is_blank())?;
        let header = Header {
            separator,
            name: column(&first, &["name", "title"]),
            query: column(&first, &["query"]),
        };
        let is_header = first.cells.len() > 1 && (header.name.is_some() || header.query.is_some());
        (is_header || is_only_query(&first)).then_some(header)
    });
    // A table whose header is read with the wrong separator has neither column.
    headers.max_by_key(|header| (header.query.is_some(), header.name.is_some()))
}

fn is_only_query(record: &Record<'_>) -> bool {
    matches!(&record.cells[..], [cell] if cell.text.eq_ignore_ascii_case("query"))
}

fn table(
    dialect: Dialect,
    file: &str,
    separator: char,
    name: Option<usize>,
    query: usize,
    rows: &mut Rows,
) {
    let mut records = records(file, separator).filter(|record| !record.is_blank());
    let Some(header) = records.next() else { return };
    for record in records {
        let place = Place::Line(record.line);
        let (count, columns) = (record.cells.len(), header.cells.len());
        if count != columns {
            let message = format!("has {count} values where {columns} belong");
            let hint = format!(
                "put a query that holds {separator:?} between quotation marks, and write its own twice"
            );
            rows.problem(ImportProblem::new(place, message, hint));
            continue;
        }
        let cell = &record.cells[query];
        if cell.text.trim().is_empty() {
            let hint = "write one, or remove the row";
            rows.problem(ImportProblem::new(place, "the query is empty", hint));
            continue;
        }
        let mut row = Row::new(place, cell.text.trim().to_owned());
        row.name = name.map(|name| record.cells[name].text.clone());
        let is_plain = !row.original.contains(char::is_whitespace);
        if cell.quoting == Quoting::Needless && !record.is_all_quoted() && !is_plain {
            let message = format!(
                "the quotation marks around it are read as those of the table, not as a phrase of \
                 {}; write \"\"\"{}\"\"\" for a phrase",
                dialect.title(),
                row.original
            );
            row.notes.push(Note { span: 0..row.original.len(), message });
        }
        for (i, (cell, column)) in record.cells.iter().zip(&header.cells).enumerate() {
            if i != query && Some(i) != name && !cell.text.is_empty() {
                let why = "the import reads the columns name and query";
                row.setting(&column.text, &cell.text, why);
            }
        }
        rows.push(row);
    }
}
