//! Text written by strangers, made fit to stand in a mail: one line, of bounded length, without
//! characters that act instead of showing.

/// Returns the text on one line, cut with an ellipsis after `max_chars`.
///
/// Runs of white space become one space. Control characters go, and so do the marks that reorder
/// what stands around them (Unicode TR 9, explicit embeddings, overrides and isolates): with them a
/// headline can make its own address read backwards. Right-to-left text needs none of them here.
pub(crate) fn one_line(text: &str, max_chars: usize) -> String {
    let mut line = String::new();
    let mut chars = 0;
    let mut gap = false;
    for c in text.chars() {
        if is_space(c) {
            gap = !line.is_empty();
            continue;
        }
        if acts(c) {
            continue;
        }
        if chars + usize::from(gap) >= max_chars {
            line.push('…');
            return line;
        }
        if gap {
            line.push(' ');
            chars += 1;
            gap = false;
        }
        line.push(c);
        chars += 1;
    }
    line
}

fn is_space(c: char) -> bool {
    // No-break spaces stay: French typography needs them, and they cannot break a line.
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}')
}

fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'  // embeddings, overrides, isolates
            | '\u{feff}' | '\u{fff9}'..='\u{fffc}'              // byte order mark, annotations
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_acts_is_removed_and_what_shows_stays() {
        let check = |text, expect| assert_eq!(one_line(text, 40), expect, "{text:?}");
        check("  Ozalée\r\n\touvre  à Lyon ", "Ozalée ouvre à Lyon");
        check("Subject\r\nBcc: all@corp.example", "Subject Bcc: all@corp.example");
        check("pay\u{202e}gnp.exe\u{2069}", "paygnp.exe");
        check("a\u{0}b\u{7f}c\u{85}d\u{feff}e", "abc de");
        check("line\u{2028}separator", "line separator");
        check("prix\u{a0}: 3\u{202f}€", "prix\u{a0}: 3\u{202f}€");
        check("👩\u{200d}🔬 שלום", "👩\u{200d}🔬 שלום");
        check("\u{202e}\r\n", "");
    }

    #[test]
    fn a_long_line_is_cut_with_an_ellipsis() {
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdefg", 6), "abcdef…");
        assert_eq!(one_line("abc def", 4), "abc…");
        assert_eq!(one_line(&"é".repeat(10_000_000), 3), "ééé…");
    }

    proptest! {
        #[test]
        fn a_line_is_bounded_and_has_nothing_that_acts(text: String, max in 1_usize..50) {
            let line = one_line(&text, max);
            prop_assert!(line.chars().count() <= max + 1);
            prop_assert!(!line.chars().any(acts));
            prop_assert!(!line.contains(['\n', '\r']));
            prop_assert_eq!(one_line(&line, max + 1), line);
        }
    }
}
