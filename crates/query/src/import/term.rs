//! Writes words and phrases so that Vigie reads in them what the other service did: a sign that is
//! an operator here and was none there is taken out, and a wildcard that we do not have is told.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::grammar::Wildcards;

/// A word or a phrase in Vigie's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    /// The words, with nothing around them.
    pub(super) text: String,
    /// It needs quotation marks, or was written with them.
    pub(super) quoted: bool,
    pub(super) losses: Vec<Loss>,
}

/// What a word lost on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Loss {
    /// A wildcard that Vigie does not have; without it less is found.
    Wildcard(String),
    /// Wildcards beyond the fourth; what comes after them is any, so that more is found.
    Stars,
    /// The sign of a tag with a wildcard; without it more is found.
    Sign(String),
    /// Signs beside letters, which are not looked for; more is found.
    Signs(String),
}

/// How a term was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Word,
    Phrase,
}

/// What a dialect sees in a word besides letters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    pub(super) wildcards: Wildcards,
    /// The signs beside letters that it looks for.
    pub(super) signs: &'static str,
    /// It has words between braces.
    pub(super) exact: bool,
}

impl Term {
    /// Returns the term as a clause.
    pub(super) fn clause(&self) -> String {
        if self.quoted { format!("\"{}\"", self.text) } else { self.text.clone() }
    }
}

/// Returns the term, or `None` where nothing in it can be looked for.
pub(super) fn term(written: &str, form: Form, reading: Reading) -> Option<Term> {
    let mut losses = Vec::new();
    let mut words = Vec::new();
    let mut inside = Vec::new();
    for (i, piece) in written.split(['{', '}']).enumerate() {
        // Every other piece stands between braces: "{BT} group".
        if reading.exact && i % 2 == 1 {
            let Exact { text, is_whole } = exact(piece)?;
            losses.extend((!is_whole).then(|| Loss::Signs(piece.to_owned())));
            inside.push(words.len());
            words.push(text);
        } else {
            words.extend(piece.split_whitespace().filter_map(|word| {
                let word = Word::read(word, reading);
                losses.extend(word.losses);
                Some(word.text).filter(|text| has_something(text))
            }));
        }
    }
    let text = words.join(" ");
    let plain = form == Form::Word && words.len() == 1 && inside.is_empty() && is_plain(&text);
    losses.dedup();
    (!words.is_empty()).then_some(Term { text, quoted: !plain, losses })
}

/// Words whose capitals and accents count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Exact {
    pub(super) text: String,
    /// No picture was left out, for which there is no place between braces.
    pub(super) is_whole: bool,
}

/// Writes words whose capitals and accents count.
pub(super) fn exact(written: &str) -> Option<Exact> {
    let is_letter = |c: char| c.is_alphanumeric() && !is_picture(c);
    let kept = |c: char| is_letter(c) || matches!(c, '.' | '-' | '\'' | '’');
    let mut words = String::new();
    for c in written.nfc() {
        let stands = kept(c) || (is_combining_mark(c) && words.ends_with(char::is_alphanumeric));
        words.push(if stands { c } else { ' ' });
    }
    let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let has_letters = text.contains(char::is_alphanumeric);
    let is_whole = !written.contains(is_picture);
    has_letters.then(|| Exact { text: format!("{{{text}}}"), is_whole })
}

/// Writes text that counts to the letter as a regular expression. At a letter or digit it begins
/// and ends as a word does where `whole` says so.
pub(super) fn pattern(written: &str, edges: Edges, case: Case) -> Option<String> {
    let written: String = written.chars().filter(|c| !is_invisible(*c)).collect();
    let written = written.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let (first, last) = (written.chars().next()?, written.chars().next_back()?);
    let edge = |c: char| if edges == Edges::Words && c.is_alphanumeric() { "\\b" } else { "" };
    let mut pattern = format!("/{}", edge(first));
    let mut after_space = false;
    for c in written.chars() {
        let is_space = c.is_whitespace() || c.is_control();
        if is_space && !after_space {
            pattern.push_str("\\s+");
        } else if !is_space {
            // Not every sign may be escaped: \< is the beginning of a word.
            if r"\.+*?()|[]{}^$#&-~/".contains(c) {
                pattern.push('\\');
            }
            pattern.push(c);
        }
        after_space = is_space;
    }
    pattern.push_str(edge(last));
    pattern.push('/');
    if case == Case::Folded {
        pattern.push('i');
    }
    Some(pattern)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    Words,
    Anywhere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    AsWritten,
    Folded,
}

/// Vigie reads no more `*` in one word.
const STARS_MAX: usize = 4;

/// One word of a term.
struct Word {
    text: String,
    losses: Vec<Loss>,
}

impl Word {
    fn read(written: &str, reading: Reading) -> Self {
        let mut word = Self { text: String::new(), losses: Vec::new() };
        let address = address(written);
        // What follows ? in an address is no wildcard, and its signs are looked for nowhere.
        let reading = if address.len() < written.len() {
            Reading { wildcards: Wildcards::None, signs: "", ..reading }
        } else {
            reading
        };
        let mut has_signs = false;
        let mut chars = address.nfc().peekable();
        while let Some(c) = chars.next() {
            let before = word.text.chars().next_back().unwrap_or(' ');
            let after = chars.peek().copied().unwrap_or(' ');
            let is_mark = is_combining_mark(c) || is_joiner(c);
            if (c.is_alphanumeric() || c == '_') && !is_picture(c) && !is_mark {
                // A picture is a word by itself, but a Persian word may have a joiner in it.
                let mut back = word.text.chars().rev();
                let base = back.find(|c| !is_joiner(*c) && !is_combining_mark(*c));
                if base.is_some_and(is_picture) {
                    word.text.push(' ');
                }
                word.text.push(c);
            } else if is_picture(c) {
                if is_in_word(before) || matches!(before, '*' | '?') {
                    word.text.push(' ');
                }
                word.text.push(c);
            } else if is_mark {
                if is_in_word(before) || is_picture(before) || is_joiner(before) {
                    word.text.push(c);
                }
            } else if reading.wildcards.has(c) {
                let base = word.text.chars().rev().find(|c| !is_combining_mark(*c));
                word.wildcard(c, base.unwrap_or(' '), after, written);
            } else if matches!(c, '#' | '@' | '$')
                && (before == ' ' || is_separator(before))
                && (is_in_word(after) || is_picture(after))
            {
                word.text.push(c);
            } else {
                has_signs |= reading.signs.contains(c) && (is_in_word(before) || is_in_word(after));
                word.text.push(if is_separator(c) { c } else { ' ' });
            }
        }
        if has_signs {
            word.losses.push(Loss::Signs(written.to_owned()));
        }
        word.check_wildcards(written);
        let text = spaced(&word.text);
        Self { text: text.trim_matches(is_separator).to_owned(), ..word }
    }

    /// Takes over a wildcard where it stands after a letter.
    fn wildcard(&mut self, c: char, before: char, after: char, written: &str) {
        if is_unspaced(before) {
            // Such a text is found inside others as it is.
            if is_in_word(after) {
                self.text.push(' ');
                self.losses.push(Loss::Wildcard(written.to_owned()));
            }
        } else if (is_in_word(before) && before != '_') || matches!(before, '*' | '?') {
            self.text.push(c);
        } else if c == '*' || is_in_word(after) {
            self.text.push(' ');
            self.losses.push(Loss::Wildcard(written.to_owned()));
        }
    }

    /// Puts spaces where a script without them begins or ends: Vigie reads words there, and a
    /// wildcard does not reach over them.
    fn part_scripts(&mut self) {
        let mut parted = String::new();
        for c in self.text.chars() {
            // A mark is part of what it stands on.
            let before = parted.chars().rev().find(|c| !is_combining_mark(*c)).unwrap_or(' ');
            let is_wild = matches!(c, '*' | '?');
            let begins = is_unspaced(c) && (is_in_word(before) || matches!(before, '*' | '?'));
            let ends = is_unspaced(before) && !is_combining_mark(c) && (is_in_word(c) || is_wild);
            if (begins || ends) && is_unspaced(c) != is_unspaced(before) {
                parted.push(' ');
            }
            parted.push(c);
        }
        self.text = parted;
    }

    /// Takes out wildcards that Vigie refuses: in a tag, beside fewer than two letters, or too many.
    fn check_wildcards(&mut self, written: &str) {
        if !self.text.contains(['*', '?']) {
            return;
        }
        self.part_scripts();
        let tokens = self
            .text
            .split_inclusive(|c| is_separator(c) || matches!(c, '_' | '\u{200C}' | '\u{200D}'))
            .map(|token| {
                if !token.contains(['*', '?']) {
                    return token.to_owned();
                }
                let bare = token.trim_start_matches(['#', '@', '$']);
                if bare.len() < token.len() {
                    self.losses.push(Loss::Sign(written.to_owned()));
                }
                let token = bare;
                let letters =
                    token.chars().filter(|c| c.is_alphanumeric() && !is_unspaced(*c)).count();
                if letters < 2 {
                    self.losses.push(Loss::Wildcard(written.to_owned()));
                    return token.replace(['*', '?'], "");
                }
                match token.match_indices('*').nth(STARS_MAX - 1) {
                    Some((last, _)) if token[last + 1..].contains('*') => {
                        self.losses.push(Loss::Stars);
                        token[..=last].to_owned()
                    }
                    _ => token.to_owned(),
                }
            });
        self.text = tokens.collect();
    }
}

/// Takes the scheme and `www.` off an address, as Vigie does with the addresses in texts.
fn address(word: &str) -> &str {
    let lower = word.get(..8).unwrap_or(word).to_ascii_lowercase();
    let scheme = ["https://", "http://"].into_iter().find(|scheme| lower.starts_with(scheme));
    let word = &word[scheme.map_or(0, str::len)..];
    match word.get(..4) {
        Some(start) if start.eq_ignore_ascii_case("www.") => &word[4..],
        _ => word,
    }
}

/// Tells whether a word can stand without quotation marks.
fn is_plain(text: &str) -> bool {
    let body = text.strip_prefix(['#', '$']).unwrap_or(text);
    let letters = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || is_combining_mark(c))
    };
    let wild = body.replace(['*', '?'], "");
    let upper = text.to_ascii_uppercase();
    let is_operator = matches!(upper.as_str(), "AND" | "OR" | "NOT")
        || ["NEAR", "ONEAR", "ATLEAST"].into_iter().any(|operator| {
            // `NEAR5` is taken for a slip of the pen, too.
            upper.strip_prefix(operator).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))
        });
    wild.split(['.', '-', '\'', '’']).all(letters) && !body.starts_with(['*', '?']) && !is_operator
}

/// Tells whether there is a letter, a digit or a picture to look for.
fn has_something(text: &str) -> bool {
    text.chars().any(|c| c.is_alphanumeric() || is_picture(c))
}

fn is_in_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || c == '_'
}

/// Tells whether a sign only separates words for every service, so that it can stay for the reader.
fn is_separator(c: char) -> bool {
    matches!(c, '.' | '-' | '\'' | '’' | '/' | '&' | ':' | ',' | '+' | '%' | ' ')
}

/// Characters that join letters or pictures, or choose how they are drawn.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}')
}

/// Marks of direction and of bytes, which copying leaves in a text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}' | '\u{200E}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// Tells whether a character belongs to a script that writes no spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(
        c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
            | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}'
            | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
            | '\u{FF66}'..='\u{FF9F}' | '\u{20000}'..='\u{323AF}'
    )
}

/// Tells whether a character is a picture that people write among words.
fn is_picture(c: char) -> bool {
    matches!(
        c,
        '\u{1F000}'..='\u{1F0FF}' | '\u{1F1E6}'..='\u{1FAFF}' | '\u{2600}'..='\u{27BF}'
            | '\u{231A}'..='\u{231B}' | '\u{23E9}'..='\u{23FA}' | '\u{2B1B}'..='\u{2B1C}'
            | '\u{2B50}' | '\u{2B55}'
    )
}

/// Returns the text with one space wherever there was any, and none around it.
fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
