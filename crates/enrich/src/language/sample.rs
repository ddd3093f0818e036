//! The part of a text that tells its language: a few pieces of it, without what belongs to none.

/// Read from the beginning of a long text, and from its middle and end each, in bytes.
const BEGINNING_BYTES: usize = 1024;
const PIECE_BYTES: usize = 512;

/// Fewer letters than that are no evidence.
const LETTERS_MIN: u32 = 3;

/// What people write in every language.
const EVERYWHERE: [&str; 12] =
    ["ok", "okay", "lol", "haha", "hahaha", "hmm", "wow", "omg", "xd", "rt", "re", "fwd"];

/// What is left of a text to be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sample {
    /// The words, with one space between them.
    pub(super) text: String,
    pub(super) words: usize,
    letters: u32,
    /// How many of the words begin with a capital.
    capitals: usize,
}

impl Sample {
    pub(super) fn of(text: &str) -> Self {
        let mut sample = Self::default();
        let mut is_code = false;
        for piece in pieces(text) {
            for word in piece.split_whitespace() {
                // A fence or a single back-tick turns code on or off.
                let ticks = word.split("```").flat_map(|part| part.split('`')).count() - 1;
                let was_code = is_code;
                is_code ^= ticks % 2 == 1;
                if !was_code && ticks == 0 {
                    sample.push(word);
                }
            }
        }
        sample
    }

    fn push(&mut self, written: &str) {
        if is_of_no_language(written) {
            return;
        }
        let word = written.trim_matches(|c: char| !c.is_alphabetic());
        let everywhere = EVERYWHERE.iter().any(|other| word.eq_ignore_ascii_case(other));
        if word.is_empty() || everywhere || has_camel(word) {
            return;
        }
        if !self.text.is_empty() {
            self.text.push(' ');
        }
        let is_kept = |c: &char| c.is_alphabetic() || matches!(c, '\'' | '’' | '-') || is_mark(*c);
        for c in word.chars() {
            self.text.push(if is_kept(&c) { c } else { ' ' });
            self.letters += u32::from(c.is_alphabetic());
        }
        self.words += 1;
        self.capitals += usize::from(word.chars().next().is_some_and(char::is_uppercase));
    }

    /// Tells whether there are too few letters to go by.
    pub(super) fn is_too_short(&self) -> bool {
        self.letters < LETTERS_MIN
    }

    /// Tells whether it can be a name and nothing else.
    pub(super) fn is_name(&self) -> bool {
        self.words <= 2 && self.capitals == self.words
    }
}

/// Cuts the beginning, a piece of the middle and the end out of a text, each at spaces where it has some.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let whole = BEGINNING_BYTES + 2 * PIECE_BYTES;
    let spans = if text.len() <= whole {
        [(0, text.len()), (0, 0), (0, 0)]
    } else {
        let middle = text.len() / 2;
        [
            (0, BEGINNING_BYTES),
            (middle.max(BEGINNING_BYTES), (middle + PIECE_BYTES).min(text.len() - PIECE_BYTES)),
            (text.len() - PIECE_BYTES, text.len()),
        ]
    };
    spans.into_iter().filter(|(start, end)| start < end).map(|(start, end)| {
        let piece = &text[text.ceil_char_boundary(start)..text.floor_char_boundary(end)];
        let piece = if start == 0 {
            piece
        } else {
            piece.split_once(char::is_whitespace).map_or(piece, |(_, rest)| rest)
        };
        if end == text.len() {
            piece
        } else {
            piece.rsplit_once(char::is_whitespace).map_or(piece, |(rest, _)| rest)
        }
    })
}

/// Tells whether what stands between two spaces is an address, a name, a tag, a number or code.
fn is_of_no_language(written: &str) -> bool {
    let is_code =
        |c: char| matches!(c, '{' | '}' | '<' | '>' | '=' | ';' | '\\' | '_' | '|' | '`' | '$');
    let inner = written.trim_end_matches(|c: char| !c.is_alphanumeric());
    written.starts_with(['#', '@', '/'])
        || written.contains("://")
        || written.starts_with("www.")
        || inner.contains(is_code)
        || inner.contains('@')
        || (inner.contains(char::is_numeric) && !inner.contains(is_unspaced))
        || is_domain(inner)
}

/// Tells whether a word is a host or a file: `example.fr`, `mod.rs`, `shop.example/cart`.
fn is_domain(word: &str) -> bool {
    let head = word.split('/').next().unwrap_or(word);
    head.is_ascii()
        && head.rsplit_once('.').is_some_and(|(name, end)| {
            !name.is_empty()
                && (2..=6).contains(&end.len())
                && end.bytes().all(|b| b.is_ascii_lowercase())
        })
}

/// Tells whether a capital stands within a word after a small letter: `iPhone`, `readLine`.
fn has_camel(word: &str) -> bool {
    let mut before = None;
    word.chars().any(|c| {
        let is_camel = c.is_uppercase() && before.is_some_and(char::is_lowercase);
        before = Some(c);
        is_camel
    })
}

/// Tells whether a character is of a script without spaces, where a word is no word: a whole sentence
/// of Japanese may stand around one number.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{9FFF}')
}

/// Tells whether a character is a vowel sign or tone mark of a script that writes them apart.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{5B0}'..='\u{5C7}' | '\u{64B}'..='\u{65F}' | '\u{900}'..='\u{DFF}' | '\u{E31}'..='\u{E4E}' | '\u{200C}' | '\u{200D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        assert_eq!(Sample::of(text).text, expect, "{text}");
    }

    #[test]
    fn what_belongs_to_no_language_is_left_out() {
        check("Voir https://shop.example/a-b c'est bien", "Voir c'est bien");
        check("@ozalee_fr merci #ootd à vous 🎉 !", "merci à vous");
        check("ok lol la vie est belle", "la vie est belle");
        check("run `let mut this` now, or ```fn main``` then", "run now or then");
        check("my iPhone 12 and README.md, foo_bar()", "my and");
        check("écris à moi@shop.example demain", "écris à demain");
        check("et/ou l’un-l’autre.", "et ou l’un-l’autre");
        check("12 345,00 € !!! …", "");
        check("価格は3000円です", "価格は    円です");
    }

    #[test]
    fn a_long_text_is_read_in_three_pieces() {
        let text =
            format!("{}{}{}", "début ".repeat(1000), "milieu ".repeat(1000), "fin ".repeat(1000));
        let sample = Sample::of(&text);
        assert!(sample.text.len() <= 2048, "{}", sample.text.len());
        for word in ["début", "milieu", "fin"] {
            assert!(sample.text.contains(word), "{word}");
        }
        assert!(Sample::of(&"é".repeat(10_000_000)).text.len() <= 2050);
        assert!(Sample::of(&"\u{1}".repeat(10_000_000)).text.is_empty());
    }

    #[test]
    fn a_name_is_one_or_two_words_with_capitals() {
        assert!(Sample::of("Ozalée").is_name());
        assert!(Sample::of("Société Générale !").is_name());
        assert!(!Sample::of("bonjour").is_name());
        assert!(!Sample::of("Société Générale ferme").is_name());
    }
}
