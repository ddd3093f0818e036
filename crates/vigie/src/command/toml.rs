//! Pieces of a configuration, as TOML 1.0 writes them.

use std::fmt::Write as _;

/// Writes a key, bare where it can be.
pub(super) fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { basic(name) }
}

/// Writes a text, without escapes where it can be: queries have many quotation marks.
pub(super) fn text(text: &str) -> String {
    let is_plain = |c: char| c == '\t' || !c.is_control();
    if text.chars().all(|c| c != '\'' && is_plain(c)) {
        format!("'{text}'")
    } else if text.chars().all(|c| c == '\n' || is_plain(c))
        && !text.contains("'''")
        && !text.ends_with('\'')
    {
        format!("'''\n{text}'''")
    } else {
        basic(text)
    }
}

/// Writes a text on one line, as people write it.
pub(super) fn short_text(text: &str) -> String {
    let needs_escapes = |c: char| c == '"' || c == '\\';
    let fits = |c: char| c != '\'' && !c.is_control();
    if text.contains(needs_escapes) && text.chars().all(fits) {
        format!("'{text}'")
    } else {
        basic(text)
    }
}

/// Writes a basic string, on one line.
fn basic(text: &str) -> String {
    let mut written = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            // Writing to a string can't fail.
            c if c.is_control() => drop(write!(written, "\\u{:04X}", u32::from(c))),
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_text_or_a_key_holds_is_read_the_same() {
        let texts = [
            "ozalée",
            "\"l'Oréal\" OR 'x'",
            "two\nlines",
            "\n begins with one",
            "three ''' marks",
            "ends with '",
            "a \u{7} bell",
            "\\ back \"slash\" \t",
            "",
        ];
        for text in texts {
            let line = format!("{} = {}", key(text), super::text(text));
            let table: toml::Table = line.parse().unwrap_or_else(|e| panic!("{line}: {e}"));
            assert_eq!(table[text].as_str(), Some(text), "{line}");
            let line = format!("x = [{}] # {}", short_text(text), short_text(text));
            let table: toml::Table = line.parse().unwrap_or_else(|e| panic!("{line}: {e}"));
            assert_eq!(table["x"][0].as_str(), Some(text), "{line}");
        }
        assert_eq!(super::text("\"l'eau\" OR x"), "'''\n\"l'eau\" OR x'''");
        assert_eq!(super::text("\"eau\" OR x"), "'\"eau\" OR x'");
    }
}
