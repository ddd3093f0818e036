//! Plain text and markup, as mails need them.

const COLUMNS: usize = 78;

/// Breaks at spaces, so that lines have at most [`COLUMNS`] characters; a longer word stays whole. There is
/// no line feed at the end.
pub(crate) fn wrapped(text: &str) -> String {
    let mut lines = String::new();
    let mut columns = 0;
    // Only plain spaces: a no-break space is there to hold its neighbours together.
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let width = word.chars().count();
        if columns > 0 && columns + 1 + width > COLUMNS {
            lines.push('\n');
            columns = 0;
        } else if columns > 0 {
            lines.push(' ');
            columns += 1;
        }
        lines.push_str(word);
        columns += width;
    }
    lines
}

/// Escapes for element content and for attribute values in quotes of either kind.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_plain_spaces_before_column_79() {
        let check = |text: &str, expect: &str| assert_eq!(wrapped(text), expect);
        let (a, b) = ("a".repeat(40), "b".repeat(37));
        check("one two", "one two");
        check(&format!("{a} {b}"), &format!("{a} {b}"));
        check(&format!("{a} {b}c"), &format!("{a}\n{b}c"));
        check(&format!("{a} {b}\u{a0}: c"), &format!("{a}\n{b}\u{a0}: c"));
        check(&"x".repeat(200), &"x".repeat(200));
        check("", "");
    }
}
