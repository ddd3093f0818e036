//! Signs in words that the analysis drops, or takes for wildcards.

use std::ops::Range;

use super::draft::{Draft, Place};
use super::{Fix, Lint, LintCode};
use crate::analysis;
use crate::parse::lexer::Lexeme;

pub(super) fn find(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    for (at, mark) in draft.marks.iter().enumerate() {
        let Place::Words(_) = mark.place else { continue };
        let (Lexeme::Word(words) | Lexeme::Phrase(words)) = mark.lexeme else { continue };
        // The opening quotation mark stands before the phrase.
        let start = mark.span.start + draft.written(&mark.span).find(words).unwrap_or(0);
        lints.extend(dropped_signs(words, start));
        if matches!(mark.lexeme, Lexeme::Word(word) if word.contains('/')) {
            continue;
        }
        lints.extend(question_marks(words, start));
        if let Lexeme::Phrase(phrase) = mark.lexeme {
            let next = draft.marks.get(at + 1).map(|next| next.lexeme);
            let distance = matches!(next, Some(Lexeme::Distance(_)));
            lints.extend(lone_wildcard(phrase, start, &mark.span, distance));
        }
    }
}

/// Finds names such as `C++`, `C#` and `Canal+`.
fn dropped_signs(words: &str, start: usize) -> Vec<Lint> {
    let mut lints = Vec::new();
    for (at, word) in split(words) {
        let name = word.trim_end_matches(['+', '#']);
        let sign = &word[name.len()..];
        if sign.is_empty()
            || !name.chars().any(char::is_alphabetic)
            || !name.chars().all(char::is_alphanumeric)
        {
            continue;
        }
        let span = start + at..start + at + word.len();
        let escaped = sign.replace('+', "\\+");
        let message = format!("the {sign} of {word} is not looked for: this finds every “{name}”");
        let fix = Fix::advice(format!("add /{name}{escaped}/ beside it to insist on the sign"));
        lints.push(Lint::warning(LintCode::DroppedSign, span, message, fix));
    }
    lints
}

/// Finds a single `?` at the end of a word.
fn question_marks(words: &str, start: usize) -> Vec<Lint> {
    let mut lints = Vec::new();
    for (at, word) in split(words) {
        let Some(asked) = word.strip_suffix('?') else { continue };
        let last =
            asked.rsplit(|c: char| !analysis::is_letter_or_digit(c) && !matches!(c, '*' | '?'));
        let Some(last) = last.clone().next().filter(|last| !last.is_empty()) else { continue };
        if last.contains(['*', '?']) {
            continue;
        }
        let span = start + at..start + at + word.len();
        let message = format!("{last}? stands for {last} and one more letter, and not for {last}");
        let fix = Fix::write(span.end - 1..span.end, "").because("leave out the question mark");
        lints.push(Lint::warning(LintCode::QuestionMark, span, message, fix));
    }
    lints
}

/// Finds a `*` that stands for a word, as in other tools.
fn lone_wildcard(
    phrase: &str,
    from: usize,
    span: &Range<usize>,
    has_distance: bool,
) -> Option<Lint> {
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let others = words.iter().filter(|word| **word == "*").count();
    let at = phrase.find(" * ")? + 1;
    let kept: Vec<&str> = words.into_iter().filter(|word| *word != "*").collect();
    let message = "a * alone stands for no word: the words beside it must follow each other";
    let fix =
        Fix::advice(format!("write \"{}\"~{others} for words with others between", kept.join(" ")));
    let replacement = (span.clone(), format!("\"{}\"~{others}", kept.join(" ")));
    let fix = Fix { replacement: (!has_distance).then_some(replacement), ..fix };
    Some(Lint::warning(LintCode::LoneWildcard, from + at..from + at + 1, message, fix))
}

/// Returns the words between spaces with their places.
fn split(words: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let pieces = words.split_inclusive(char::is_whitespace).map(move |piece| {
        let start = at;
        at += piece.len();
        (start, piece.trim_end())
    });
    pieces.filter(|(_, word)| !word.is_empty())
}
