//! Text written by strangers, made fit to stand in a mail: one line, of bounded length, without
//! characters that act instead of showing.

use model::acts;
use unicode_normalization::char::is_combining_mark;

/// How many marks one letter may carry: a Burmese syllable has as many, and the flag of a region as many tags. More would
/// pile up over the lines around, and one letter could paint over a mail.
const MARKS_MAX: usize = 6;
/// What a flag of a region begins with: the only thing that tags belong to.
const FLAG: char = '\u{1f3f4}';

/// Returns the text on one line, cut with an ellipsis after `max_chars`.
///
/// Runs of white space become one space. Control characters go, and so do the marks that reorder
/// what stands around them (Unicode TR 9, explicit embeddings, overrides and isolates): with them a
/// headline can make its own address read backwards. Right-to-left text needs none of them here. What shows nothing
/// goes too, but for the joiners and variation selectors that scripts and emoji need; these and marks stay as far as
/// they stand on something, a few on each.
pub(crate) fn one_line(text: &str, max_chars: usize) -> String {
    let mut line = String::new();
    let mut chars = 0;
    let mut gap = false;
    // What the next mark would stand on, and how many do already.
    let (mut base, mut marks) = (' ', 0);
    for c in text.chars() {
        if is_space(c) {
            gap = !line.is_empty();
            (base, marks) = (' ', 0);
            continue;
        }
        if acts(c) {
            continue;
        }
        let stands_alone = !is_mark(c);
        if !stands_alone && (marks >= MARKS_MAX || base == ' ' || is_tag(c) && base != FLAG) {
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
        (base, marks) = if stands_alone { (c, 0) } else { (base, marks + 1) };
        line.push(c);
        chars += 1;
    }
    line
}

fn is_space(c: char) -> bool {
    // No-break spaces stay: French typography needs them, and they cannot break a line.
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}')
}

/// Tells whether a character shows on another, or joins it to the next.
fn is_mark(c: char) -> bool {
    is_combining_mark(c) || matches!(c, '\u{200c}' | '\u{200d}') || is_tag(c)
}

fn is_tag(c: char) -> bool {
    matches!(c, '\u{e0020}'..='\u{e007f}')
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
        check("O\u{200b}za\u{2060}lé\u{ad}e\u{200f}\u{fff9}\u{61c}", "Ozalée");
        check("\u{3164}\u{ffa0}\u{115f}\u{1160}x\u{e0041}\u{e0001}", "x");
        check("\u{200d}\u{200c}\u{fe0f}\u{301} \u{301}a", "a");
    }

    #[test]
    fn a_letter_carries_a_few_marks_whoever_piles_them_up() {
        let few = "\u{301}".repeat(MARKS_MAX);
        let check = |text: &str, expect: &str| assert_eq!(one_line(text, 300), expect);
        check(&format!("Oz{}alée", "\u{301}".repeat(200)), &format!("Oz{few}alée"));
        // What shows nothing is no letter to pile more upon.
        for nothing in ["\u{200d}", "\u{fe0f}", "\u{200b}", "\u{e0041}", "\u{34f}"] {
            let line = one_line(&format!("z{}", format!("{few}{nothing}").repeat(40)), 300);
            assert!(line.chars().count() <= 1 + MARKS_MAX, "{nothing:?} {line:?}");
        }
    }

    #[test]
    fn scripts_and_emoji_come_through_unharmed() {
        for text in [
            "Tie\u{302}\u{301}ng Vie\u{323}\u{302}t", // Vietnamese, taken apart
            "\u{3c9}\u{314}\u{342}\u{345}",           // Greek, taken apart
            "שּׁ\u{5b8}\u{5bd}לו\u{5b9}ם",              // Hebrew with points
            "ที่นี่ น้ำ กู้",                                // Thai
            "हिन्दी र्\u{200d}क क्\u{200c}ष ज़िंदगी",      // Devanagari
            "ٱلرَّحۡمَـٰنِ ٱلرَّحِيمِ می\u{200c}خواهم",         // Arabic, Persian
            "မြွှုံ့ ကျွန်ုပ်",                                // Burmese
            "བསྒྲུབས་ ཨོཾ་",                               // Tibetan
            "1\u{fe0f}\u{20e3} ❤\u{fe0f} 👩\u{200d}❤\u{fe0f}\u{200d}💋\u{200d}👨 👍🏽 🇫🇷",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f} 葛\u{e0100}",
        ] {
            assert_eq!(one_line(text, 300), text);
        }
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
