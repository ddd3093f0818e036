//! Reads tables of values between commas, semicolons or tabs (RFC 4180), more strictly than the
//! `csv` crate does: that reads `"apple juice" OR pear` as `apple juice OR pear`, so that a query
//! which was never quoted for the table would lose its phrases without a word.

use std::ops::Range;

/// One line of a table, or several where a value holds line feeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record<'a> {
    /// Counted from 1.
    pub(super) line: usize,
    pub(super) cells: Vec<Cell<'a>>,
    /// The table from the record on.
    text: &'a str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell<'a> {
    /// As it stands in the file, without white space around it.
    pub(super) raw: &'a str,
    /// Its value.
    pub(super) text: String,
    pub(super) quoting: Quoting,
    /// Where it stands in the text of the record.
    span: Range<usize>,
}

/// Why a value stands between quotation marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    None,
    /// It holds a separator, a quotation mark or a line feed.
    Needed,
    /// It would stand as well without them, so that they may belong to it.
    Needless,
}

impl Record<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.text.trim().is_empty())
    }

    /// Returns the first values with the separators between them, as they stand in the file.
    pub(super) fn raw_of_first(&self, count: usize) -> &str {
        let last = self.cells.iter().take(count).next_back();
        last.map_or("", |last| self.text[..last.span.end].trim())
    }

    /// Tells whether whoever wrote the record quotes whatever there is.
    pub(super) fn is_all_quoted(&self) -> bool {
        let quoted = |cell: &&Cell<'_>| cell.quoting != Quoting::None || cell.raw.is_empty();
        self.cells.len() > 1
            && self.cells.iter().filter(|cell| !cell.raw.is_empty()).all(|cell| quoted(&cell))
    }
}

pub(super) const SEPARATORS: [char; 3] = [';', ',', '\t'];

pub(super) fn records(text: &str, separator: char) -> impl Iterator<Item = Record<'_>> {
    let mut rest = text;
    let mut line = 1;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let first_line = line;
        let text = rest;
        let mut cells = Vec::new();
        loop {
            let (mut cell, len) = cell(rest, separator);
            line += rest[..len].matches('\n').count();
            let start = text.len() - rest.len();
            cell.span = start..start + len;
            cells.push(cell);
            rest = &rest[len..];
            match rest.strip_prefix(separator) {
                Some(after) => rest = after,
                None => break,
            }
        }
        if let Some(after) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')) {
            line += 1;
            rest = after;
        }
        Some(Record { line: first_line, cells, text })
    })
}

/// Returns the first value and how many bytes it takes.
fn cell(text: &str, separator: char) -> (Cell<'_>, usize) {
    if let Some((value, len)) = quoted(text, separator) {
        let needed = value.contains([separator, '"', '\n']);
        let quoting = if needed { Quoting::Needed } else { Quoting::Needless };
        return (Cell { raw: text[..len].trim(), text: value, quoting, span: 0..len }, len);
    }
    let len = text.find([separator, '\n']).unwrap_or(text.len());
    // A carriage return before the line feed belongs to the end of the line.
    let len =
        if text[len..].starts_with('\n') && text[..len].ends_with('\r') { len - 1 } else { len };
    let raw = text[..len].trim();
    (Cell { raw, text: raw.to_owned(), quoting: Quoting::None, span: 0..len }, len)
}

/// Reads a value between quotation marks, if nothing follows them but the end of the value.
fn quoted(text: &str, separator: char) -> Option<(String, usize)> {
    let inside = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut rest = inside;
    loop {
        let (piece, after) = rest.split_once('"')?;
        value.push_str(piece);
        if let Some(after) = after.strip_prefix('"') {
            value.push('"');
            rest = after;
            continue;
        }
        let ends = after.is_empty()
            || after.starts_with(separator)
            || after.starts_with('\n')
            || after.starts_with("\r\n");
        return ends.then(|| (value, text.len() - after.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[&[&str]]) {
        let read: Vec<Vec<String>> = records(text, ';')
            .map(|record| record.cells.into_iter().map(|cell| cell.text).collect())
            .collect();
        assert_eq!(read, expect, "{text:?}");
    }

    #[test]
    fn values_stand_between_separators() {
        check("a;b\nc;d", &[&["a", "b"], &["c", "d"]]);
        check("a;b\r\nc;\r\n", &[&["a", "b"], &["c", ""]]);
        check(" a ; b ", &[&["a", "b"]]);
        check("", &[]);
        check("\n\na", &[&[""], &[""], &["a"]]);
    }

    #[test]
    fn a_quoted_value_may_hold_anything() {
        check("\"a;b\";\"c\"\"d\"", &[&["a;b", "c\"d"]]);
        check("\"a\nb\";c\nd", &[&["a\nb", "c"], &["d"]]);
        check("\"\";a", &[&["", "a"]]);
        check("\"\"\"apple juice\"\"\";x", &[&["\"apple juice\"", "x"]]);
    }

    #[test]
    fn quotation_marks_that_are_no_quoting_are_kept() {
        check("\"apple juice\" OR pear;x", &[&["\"apple juice\" OR pear", "x"]]);
        check("say \"hello\";x", &[&["say \"hello\"", "x"]]);
        check("\"never closed;x\ny;z", &[&["\"never closed", "x"], &["y", "z"]]);
    }

    #[test]
    fn it_is_known_why_a_value_is_quoted() {
        let quoting = |text| records(text, ';').next().map(|record| record.cells[0].quoting);
        assert_eq!(quoting("a;b"), Some(Quoting::None));
        assert_eq!(quoting("\"a b\";c"), Some(Quoting::Needless));
        assert_eq!(quoting("\"a;b\";c"), Some(Quoting::Needed));
        assert_eq!(quoting("\"\"\"a\"\"\";c"), Some(Quoting::Needed));
        let all_quoted = |text| records(text, ';').next().map(|record| record.is_all_quoted());
        assert_eq!(all_quoted("\"a b\";\"c\""), Some(true));
        assert_eq!(all_quoted("\"a b\";c"), Some(false));
    }

    #[test]
    fn lines_are_counted_over_quoted_line_feeds() {
        let lines: Vec<usize> = records("a\n\"b\nc\"\nd", ';').map(|record| record.line).collect();
        assert_eq!(lines, [1, 2, 4]);
    }
}
