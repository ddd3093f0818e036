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
            inside.push(words.len());
            words.push(exact(piece)?);
        } else {
            words.extend(piece.split_whitespace().filter_map(|word| {
                let word = Word::read(word, reading);
                losses.extend(word.loss);
                Some(word.text).filter(|text| has_something(text))
            }));
        }
    }
    let text = words.join(" ");
    let plain = form == Form::Word && words.len() == 1 && inside.is_empty() && is_plain(&text);
    (!words.is_empty()).then_some(Term { text, quoted: !plain, losses })
}

/// Writes words whose capitals and accents count.
pub(super) fn exact(written: &str) -> Option<String> {
    let kept =
        |c: char| if is_letter(c) || matches!(c, '.' | '-' | '\'' | '’') { c } else { ' ' };
    let words = spaced(written.chars().map(kept));
    has_something(&words).then(|| format!("{{{words}}}"))
}

/// Writes text that counts to the letter as a regular expression. At a letter or digit it begins
/// and ends as a word does where `whole` says so.
pub(super) fn pattern(written: &str, edges: Edges, case: Case) -> Option<String> {
    let written = written.trim();
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

/// One word of a term.
struct Word {
    text: String,
    loss: Option<Loss>,
}

impl Word {
    fn read(written: &str, reading: Reading) -> Self {
        let mut word = Self { text: String::new(), loss: None };
        let address = address(written);
        // What follows ? in an address is no wildcard, and its signs are looked for nowhere.
        let reading = if address.len() < written.len() {
            Reading { wildcards: Wildcards::None, signs: "", ..reading }
        } else {
            reading
        };
        let mut signs = String::new();
        let mut before = ' ';
        let mut chars = address.chars().peekable();
        while let Some(c) = chars.next() {
            let after = chars.peek().copied().unwrap_or(' ');
            let follows_word = is_letter(before) || before == '_';
            let is_wildcard = match reading.wildcards {
                Wildcards::None => false,
                Wildcards::Star => c == '*',
                Wildcards::StarAndQuestion => matches!(c, '*' | '?'),
            };
            if is_letter(c) || c == '_' {
                word.text.push(c);
            } else if is_wildcard {
                if follows_word || matches!(before, '*' | '?') {
                    word.text.push(c);
                } else if c == '*' || is_letter(after) {
                    word.text.push(' ');
                    word.loss = Some(Loss::Wildcard(written.to_owned()));
                }
            } else if matches!(c, '#' | '@' | '$')
                && !follows_word
                && (is_letter(after) || after == '_')
            {
                word.text.push(c);
            } else {
                if reading.signs.contains(c) && (follows_word || is_letter(after)) {
                    signs.push(c);
                }
                let kept = matches!(c, '.' | '-' | '\'' | '’' | '/' | '&' | ':' | ',' | '+' | '%');
                word.text.push(if kept { c } else { ' ' });
            }
            before = c;
        }
        word.text = spaced(word.text.chars());
        if !signs.is_empty() {
            word.loss = Some(Loss::Signs(written.to_owned()));
        }
        word.check_wildcards(written);
        word.text = spaced(word.text.trim_matches(is_separator).chars());
        word
    }

    /// Takes out wildcards that Vigie refuses: beside fewer than two letters, or in a tag.
    fn check_wildcards(&mut self, written: &str) {
        if !self.text.contains(['*', '?']) {
            return;
        }
        let tokens = self.text.split_inclusive(|c| is_separator(c) || c == ' ').map(|token| {
            if !token.contains(['*', '?']) {
                return token.to_owned();
            }
            if token.starts_with(['#', '@', '$']) {
                self.loss = Some(Loss::Sign(written.to_owned()));
                return token[1..].to_owned();
            }
            if token.chars().filter(|c| c.is_alphanumeric()).count() < 2 {
                self.loss = Some(Loss::Wildcard(written.to_owned()));
                return token.replace(['*', '?'], "");
            }
            token.to_owned()
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
    let is_operator =
        matches!(text.to_ascii_uppercase().as_str(), "AND" | "OR" | "NOT" | "NEAR" | "ONEAR")
            || text.to_ascii_uppercase().starts_with("ATLEAST");
    wild.split(['.', '-', '\'', '’']).all(letters) && !body.starts_with(['*', '?']) && !is_operator
}

/// Tells whether there is a letter, a digit or a picture to look for.
fn has_something(text: &str) -> bool {
    text.chars().any(|c| c.is_alphanumeric() || is_picture(c))
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c) || is_picture(c) || is_joiner(c)
}

fn is_separator(c: char) -> bool {
    matches!(c, '.' | '-' | '\'' | '’' | '/' | '&' | ':' | ',' | '+' | '%' | ' ')
}

/// Characters that join letters or pictures, or choose how they are drawn.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE0E}' | '\u{FE0F}' | '\u{20E3}')
}

/// Tells whether a character lies in a block of emoji (Unicode 16, emoji-data.txt).
fn is_picture(c: char) -> bool {
    matches!(
        c,
        '\u{203C}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{2194}'..='\u{21AA}'
            | '\u{231A}'..='\u{23FF}' | '\u{25AA}'..='\u{27BF}' | '\u{2934}' | '\u{2935}'
            | '\u{2B05}'..='\u{2B55}' | '\u{3030}' | '\u{303D}' | '\u{1F000}'..='\u{1FAFF}'
            | '\u{E0020}'..='\u{E007F}'
    )
}

/// Returns the characters with one space wherever there was any, and none around them.
fn spaced(chars: impl Iterator<Item = char>) -> String {
    let text: String = chars.nfc().collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
