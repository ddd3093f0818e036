//! The table that google-alerts-export-import writes (`keyword;howoften;sources;language;region;
//! howmany;deliverto;rssFeedAddress`): without a header, without quoting, with the keyword as HTML.

use super::setting::{self, Unknown};
use super::table::{Quoting, Record, SEPARATORS, records};
use super::{Cadence, ImportProblem, Place, Row, Rows};

/// The columns in their order. Only the last may be absent.
const COLUMNS: [Column; 8] = [
    Column::Keyword,
    Column::HowOften,
    Column::Sources,
    Column::Language,
    Column::Region,
    Column::HowMany,
    Column::DeliverTo,
    Column::Feed,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Keyword,
    HowOften,
    Sources,
    Language,
    Region,
    HowMany,
    DeliverTo,
    Feed,
}

impl Column {
    fn name(self) -> &'static str {
        match self {
            Self::Keyword => "keyword",
            Self::HowOften => "howoften",
            Self::Sources => "sources",
            Self::Language => "language",
            Self::Region => "region",
            Self::HowMany => "howmany",
            Self::DeliverTo => "deliverto",
            Self::Feed => "rssFeedAddress",
        }
    }

    fn named(name: &str) -> Option<Self> {
        match setting::letters(name).as_str() {
            "rss" | "feed" => Some(Self::Feed),
            name => COLUMNS.into_iter().find(|column| setting::letters(column.name()) == name),
        }
    }

    /// Says what may stand in the column.
    fn hint(self) -> &'static str {
        match self {
            Self::Keyword => "write the words of the alert first",
            Self::HowOften => {
                "write As-it-happens, At most once a day or At most once a week; a keyword with \
                 the separator in it must stand between quotation marks"
            }
            Self::Sources => {
                "write Automatic, or some of News, Blogs, Web, Video, Books, Discussions and \
                 Finance with // between them"
            }
            Self::Language => "write Any Language, or a language in English or as two letters",
            Self::Region => "write Any Region, or a country in English or as two letters",
            Self::HowMany => "write All results or Only the best results",
            Self::DeliverTo => "write a mail address or RSS feed",
            Self::Feed => "write the address of the feed, or none",
        }
    }
}

/// How a table is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Format {
    separator: char,
    columns: Vec<Column>,
    has_header: bool,
}

/// Recognises such a table by its header, or by a line with a cadence in its place.
pub(super) fn format(file: &str) -> Option<Format> {
    let headed = SEPARATORS.into_iter().find_map(|separator| {
        let header = records(file, separator).find(|record| !record.is_blank())?;
        let columns: Option<Vec<Column>> =
            header.cells.iter().map(|cell| Column::named(&cell.text)).collect();
        let columns =
            columns.filter(|columns| columns.len() > 1 && columns.contains(&Column::Keyword))?;
        Some(Format { separator, columns, has_header: true })
    });
    headed.or_else(|| {
        let separator = SEPARATORS.into_iter().find(|&separator| {
            records(file, separator).any(|record| {
                record.cells.len() >= COLUMNS.len() - 1
                    && record.cells[1..].iter().any(|cell| setting::cadence(&cell.text).is_some())
            })
        })?;
        Some(Format { separator, columns: COLUMNS.to_vec(), has_header: false })
    })
}

pub(super) fn read(file: &str, format: &Format, rows: &mut Rows) {
    let mut header = format.has_header;
    for record in records(file, format.separator).filter(|record| !record.is_blank()) {
        let place = Place::Line(record.line);
        if std::mem::take(&mut header) || is_comment(&record) {
            continue;
        }
        match row(place, &record, format) {
            Ok(row) => rows.push(row),
            Err(problem) => rows.problem(problem),
        }
    }
}

/// The tool passes over lines that begin with `#`, but it also writes alerts for tags so.
fn is_comment(record: &Record<'_>) -> bool {
    record.cells.len() < COLUMNS.len() - 1
        && record.cells.first().is_some_and(|cell| cell.raw.starts_with('#'))
}

fn row(place: Place, record: &Record<'_>, format: &Format) -> Result<Row, ImportProblem> {
    let (keyword, values) = values(place, record, format)?;
    if keyword.is_empty() {
        let hint = Column::Keyword.hint();
        return Err(ImportProblem::new(place, "the keyword is empty", hint));
    }
    let mut row = Row::new(place, keyword);
    for (column, value) in values {
        apply(&mut row, column, value).map_err(|Unknown| {
            let message = format!("{value:?} is no value of {}", column.name());
            ImportProblem::new(place, message, column.hint())
        })?;
    }
    Ok(row)
}

/// The keyword, and the values of the other columns.
type Values<'r> = (String, Vec<(Column, &'r str)>);

fn values<'r>(
    place: Place,
    record: &'r Record<'_>,
    format: &Format,
) -> Result<Values<'r>, ImportProblem> {
    let (count, columns) = (record.cells.len(), format.columns.len());
    // A keyword that was not quoted and holds the separator is known by where the cadence stands.
    let spread = match format.columns[..] {
        [Column::Keyword, Column::HowOften, ..] => record
            .cells
            .iter()
            .skip(1)
            .position(|cell| setting::cadence(&cell.text).is_some())
            .unwrap_or(0),
        _ => 0,
    };
    let count = count - spread;
    let optional = usize::from(format.columns.last() == Some(&Column::Feed));
    if count + optional < columns || count > columns {
        let names: Vec<&str> = format.columns.iter().map(|column| column.name()).collect();
        let message = format!("has {count} values where {columns} belong");
        let hint = format!("the columns are {}", names.join(&format.separator.to_string()));
        return Err(ImportProblem::new(place, message, hint));
    }
    let mut keyword = "";
    let mut values = Vec::new();
    let mut cells = record.cells.iter();
    for &column in &format.columns {
        let Some(cell) = cells.next() else { break };
        if column != Column::Keyword {
            values.push((column, cell.text.trim()));
            continue;
        }
        // The tool does not quote, so that marks which a table does not need belong to the phrase.
        let own_marks = cell.quoting == Quoting::Needless && !record.is_all_quoted();
        keyword = if spread > 0 {
            record.raw_of_first(1 + spread)
        } else if own_marks {
            cell.raw
        } else {
            &cell.text
        };
        cells.by_ref().take(spread).for_each(drop);
    }
    Ok((keyword.trim().to_owned(), values))
}

fn apply(row: &mut Row, column: Column, value: &str) -> Result<(), Unknown> {
    let name = column.name();
    match column {
        Column::Keyword => Ok(()),
        Column::HowOften => {
            row.cadence = Some(setting::cadence(value).ok_or(Unknown)?);
            if row.cadence == Some(Cadence::Hourly) { Err(Unknown) } else { Ok(()) }
        }
        Column::Sources => {
            let sources: Vec<&str> = value.split("//").flat_map(|s| s.split(',')).collect();
            setting::sources(row, name, &sources.iter().map(|s| s.trim()).collect::<Vec<_>>())
        }
        Column::Language => setting::language(row, name, value),
        Column::Region => setting::region(row, name, value),
        Column::HowMany => setting::quality(row, name, value),
        Column::DeliverTo => {
            setting::recipient(row, name, value);
            Ok(())
        }
        Column::Feed => setting::feed(row, value),
    }
}

/// Reads the few entities that a browser writes in the text of an element. The tool takes keywords
/// and labels from the page so, and their semicolons would be taken for separators.
pub(super) fn unescaped(html: &str) -> String {
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " ")];
    let text = plain.iter().fold(html.to_owned(), |text, (entity, c)| text.replace(entity, c));
    // The ampersand comes last, so that what it stood for is not read again.
    text.replace("&amp;", "&")
}
