//! What is wrong with a file before any key is read: bytes that are no UTF-8, and text that is no TOML.

use model::Problem;

/// Returns a file's text. What is not UTF-8 is told with its place.
pub fn decoded(place: &str, bytes: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(bytes).map_err(|error| {
        let (bytes, at) = (error.as_bytes(), error.utf8_error().valid_up_to());
        let before = String::from_utf8_lossy(&bytes[..at]);
        let line = before.matches('\n').count() + 1;
        let column = crate::column_after(&before);
        let wrong = bytes.get(at).copied().unwrap_or_default();
        let message = if matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
            "is UTF-16, not UTF-8".to_owned()
        } else {
            // In Windows-1252 most of the others are no letters.
            let letter = if wrong >= 0xa0 { char::from(wrong) } else { '?' };
            format!("at character {column}: byte {wrong:02X} is not UTF-8; in Latin-1 it is \"{letter}\"")
        };
        let hint = "save the file as UTF-8; of Latin-1, `iconv -f WINDOWS-1252 -t UTF-8 FILE` makes it";
        Problem::new(format!("{place}:{line}"), message).hint(hint)
    })
}

/// Whether what is wrong may be a list or table that goes on over lines.
pub(crate) fn spans_lines(message: &str) -> bool {
    message.contains("array")
        || message.contains("inline table")
        || message.contains("key-value pairs")
}

/// Says what to write instead, by the words of the parser's message.
pub(crate) fn hint(message: &str) -> &'static str {
    const HINTS: [(&str, &str); 14] = [
        ("array table", "write it as in [[name]], alone on its line"),
        ("array", "a list is written [\"one\", \"two\"]: is a ] or a comma missing?"),
        ("inline table", "a table within a line is written { one = 1, two = 2 }"),
        ("key-value pairs", "a table within a line is written { one = 1, two = 2 }"),
        ("unclosed table", "write it as in [name], alone on its line"),
        ("must be quoted", "put the value between quotation marks, as in name = \"value\""),
        (
            "string",
            "end it with the mark that it begins with, on the same line; between '…' marks a \\ and a \" \
             are only themselves",
        ),
        (
            "escape",
            "write \\\\ for a \\, or put the text between '…' marks, where it is only itself",
        ),
        ("duplicate key", "a name stands once in its table: remove one, or rename it"),
        ("unquoted key", "a name with other characters stands between quotation marks"),
        ("no value", "write name = value"),
        (
            "unexpected key or value",
            "one name = value a line; a \" within a text is written \\\", or the text between '…' marks",
        ),
        ("boolean", "write true or false"),
        ("time", "put it between quotation marks, as in at = \"08:00\""),
    ];
    let known = HINTS.iter().find(|(words, _)| message.contains(words));
    known.map_or("https://toml.io shows how TOML is written", |(_, hint)| hint)
}
