//! Words that mix letters of two scripts which look alike: a Cyrillic `а` in a Latin word finds
//! nothing that a reader would expect.

use super::draft::{Draft, Place};
use super::{Fix, Lint, LintCode};
use crate::parse::lexer::Lexeme;
use crate::parse::shown;

pub(super) fn find(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    for mark in &draft.marks {
        let Place::Words(_) = mark.place else { continue };
        let (Lexeme::Word(_) | Lexeme::Phrase(_) | Lexeme::Exact(_)) = mark.lexeme else {
            continue;
        };
        let written = draft.written(&mark.span);
        let mut at = 0;
        for word in written.split_inclusive(|c: char| !c.is_alphabetic()) {
            let name = word.trim_end_matches(|c: char| !c.is_alphabetic());
            let start = mark.span.start + at;
            at += word.len();
            let Some((other, meant)) = unmixed(name) else { continue };
            let span = start..start + name.len();
            let message =
                format!("{} has letters of two scripts, such as the {other}", shown(name));
            let fix = Fix::write(span.clone(), meant).because("write it in one script");
            lints.push(Lint::warning(LintCode::MixedScripts, span, message, fix));
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
}

fn script(c: char) -> Option<Script> {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' => Some(Script::Latin),
        '\u{400}'..='\u{52F}' => Some(Script::Cyrillic),
        '\u{370}'..='\u{3FF}' => Some(Script::Greek),
        _ => None,
    }
}

/// Letters that look alike: Latin, and another script.
const ALIKE: [(char, char); 46] = [
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('o', 'о'),
    ('p', 'р'),
    ('x', 'х'),
    ('y', 'у'),
    ('i', 'і'),
    ('s', 'ѕ'),
    ('j', 'ј'),
    ('h', 'һ'),
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('I', 'І'),
    ('J', 'Ј'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('S', 'Ѕ'),
    ('T', 'Т'),
    ('X', 'Х'),
    ('Y', 'У'),
    ('o', 'ο'),
    ('v', 'ν'),
    ('A', 'Α'),
    ('B', 'Β'),
    ('E', 'Ε'),
    ('H', 'Η'),
    ('I', 'Ι'),
    ('K', 'Κ'),
    ('M', 'Μ'),
    ('N', 'Ν'),
    ('O', 'Ο'),
    ('P', 'Ρ'),
    ('T', 'Τ'),
    ('X', 'Χ'),
    ('Y', 'Υ'),
    ('Z', 'Ζ'),
    ('ë', 'ё'),
    ('ï', 'ї'),
    ('Ë', 'Ё'),
    ('Ï', 'Ї'),
];

/// Returns a letter that stands in the wrong script, and the word without such letters; `None` for a
/// word of one script, and for one whose scripts are told apart at sight, such as `TNFα`.
fn unmixed(word: &str) -> Option<(char, String)> {
    let scripts = || word.chars().filter_map(script);
    let other = scripts().find(|script| *script != Script::Latin)?;
    if !scripts().any(|script| script == Script::Latin) {
        return None;
    }
    let to = |wanted: Script| {
        let mut wrong = None;
        let meant: Option<String> = word
            .chars()
            .map(|c| match script(c) {
                Some(script) if script != wanted => {
                    wrong = Some(c);
                    alike(c, wanted)
                }
                _ => Some(c),
            })
            .collect();
        wrong.zip(meant)
    };
    let latin = scripts().filter(|script| *script == Script::Latin).count();
    if latin * 2 >= scripts().count() {
        to(Script::Latin).or_else(|| to(other))
    } else {
        to(other).or_else(|| to(Script::Latin))
    }
}

fn alike(c: char, wanted: Script) -> Option<char> {
    let (from_latin, to_latin) = (wanted != Script::Latin, wanted == Script::Latin);
    ALIKE.iter().find_map(|&(latin, other)| {
        if to_latin && other == c {
            Some(latin)
        } else if from_latin && latin == c && script(other) == Some(wanted) {
            Some(other)
        } else {
            None
        }
    })
}
