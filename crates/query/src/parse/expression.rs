//! The words of a clause: from what is written to [`Word`]s, and from parts of the tree to operands
//! of NEAR.

use std::ops::Range;

use super::limit;
use crate::analysis::{self, TokenKind};
use crate::stem::{Forms, Languages};
use crate::word::Glob;
use crate::{Expression, Node, NodeKind, Scope, Word};

/// How plain words are meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wording {
    pub(super) languages: Languages,
    /// Every plain word stands for all its forms.
    pub(super) all_forms: bool,
}

type Reason = (String, String);

/// Reads one word, which can be several to the analysis: an address, `l'eau`, `ozal*`.
pub(super) fn word(text: &str, wording: Wording, scope: Scope) -> Result<Vec<Word>, Reason> {
    phrase(bare_address(text), wording, scope)
}

/// Reads the words of a phrase. What stands between braces is meant exactly so.
pub(super) fn phrase(text: &str, wording: Wording, scope: Scope) -> Result<Vec<Word>, Reason> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let Some(len) = rest[open..].find('}') else { break };
        plain(&rest[..open], wording, scope, &mut words)?;
        words.extend(exact(&rest[open + 1..open + len])?);
        rest = &rest[open + len + 1..];
    }
    plain(rest, wording, scope, &mut words)?;
    if !words.is_empty() {
        return Ok(words);
    }
    let hint = match text {
        "|" | "||" => "write OR, in capitals",
        "&" | "&&" => "write AND, in capitals",
        "-" | "–" | "—" | "!" => "to exclude a word, write -word without a space",
        _ => "only letters, digits and emoji are searched",
    };
    Err((format!("{text:?} has no word in it"), hint.to_owned()))
}

/// Reads words that are meant exactly as written.
pub(super) fn exact(text: &str) -> Result<Vec<Word>, Reason> {
    let words: Vec<Word> = analysis::words(text)
        .map(|token| Word::Exact {
            surface: analysis::surface(&text[token.start..token.end]).into_owned(),
            folded: token.text,
        })
        .collect();
    if words.is_empty() {
        let hint = "write {Word}, with letters or digits between the braces";
        return Err((format!("{{{text}}} has no word in it"), hint.to_owned()));
    }
    if text.contains(['#', '@', '$', '*', '?']) || text.chars().any(analysis::is_emoji) {
        let hint = "between braces only letters and digits count; write the sign outside of them";
        return Err((format!("{{{text}}} has a sign in it"), hint.to_owned()));
    }
    Ok(words)
}

fn plain(text: &str, wording: Wording, scope: Scope, words: &mut Vec<Word>) -> Result<(), Reason> {
    // Words with wildcards are cut out first: to the analysis `*` and `?` end a word.
    let mut from = 0;
    while let Some(found) = text[from..].find(['*', '?']) {
        let start = text[..from + found]
            .char_indices()
            .rev()
            .take_while(|(at, c)| *at >= from && is_part(*c))
            .last()
            .map_or(from + found, |(at, _)| at);
        let end = text[start..]
            .find(|c| !is_part(c) && !matches!(c, '*' | '?'))
            .map_or(text.len(), |len| start + len);
        if text[from..start].ends_with(['#', '@', '$']) {
            let hint = "write the word without the sign, or the sign without a wildcard";
            return Err((
                format!("{} has both a sign and a wildcard", &text[start - 1..end]),
                hint.to_owned(),
            ));
        }
        terms(&text[from..start], wording, scope, words);
        if let Some(glob) = glob(&text[start..end])? {
            words.push(Word::Glob(glob));
        }
        from = end;
    }
    terms(&text[from..], wording, scope, words);
    Ok(())
}

fn is_part(c: char) -> bool {
    analysis::is_letter_or_digit(c) || unicode_normalization::char::is_combining_mark(c)
}

/// Reads a word with wildcards. Those that stand alone are punctuation.
fn glob(text: &str) -> Result<Option<Glob>, Reason> {
    if !text.contains(is_part) {
        return Ok(None);
    }
    if text.starts_with(['*', '?']) {
        let hint = "write at least the first letter of the word";
        return Err((format!("{text} begins with a wildcard"), hint.to_owned()));
    }
    let glob = Glob::new(text);
    if glob.letters() < 2 {
        let hint = "write at least two letters of the word";
        return Err((format!("{text} would find far too many words"), hint.to_owned()));
    }
    if text.matches('*').count() > limit::STARS_MAX || text.len() > analysis::TOKEN_BYTES_MAX {
        let hint = format!("write at most {} * in a word", limit::STARS_MAX);
        return Err((format!("{text} has too many wildcards"), hint));
    }
    Ok(Some(glob))
}

fn terms(text: &str, wording: Wording, scope: Scope, words: &mut Vec<Word>) {
    let has_forms = match scope {
        Scope::TitleOrText | Scope::Title | Scope::Text | Scope::Quote => wording.all_forms,
        Scope::Author | Scope::Url | Scope::Links => false,
    };
    let mut covered = 0;
    for token in analysis::tokens(text) {
        match token.kind {
            TokenKind::Sign => {
                covered = covered.max(token.position + token.width);
                words.push(Word::Sign { text: token.text, width: token.width });
            }
            // The words of a sign are in it.
            TokenKind::Word if token.position < covered => {}
            TokenKind::Word if has_forms => {
                let written = analysis::surface(&text[token.start..token.end]);
                words.push(Word::Forms(Forms::new(&written, wording.languages)));
            }
            TokenKind::Word => words.push(Word::Plain(token.text)),
        }
    }
}

/// Returns an address without what every address begins with.
fn bare_address(text: &str) -> &str {
    let Some((scheme, address)) = text.split_once("://") else { return text };
    let is_scheme = matches!(scheme.to_lowercase().as_str(), "http" | "https" | "hxxp" | "hxxps");
    if !is_scheme {
        return text;
    }
    address.strip_prefix("www.").unwrap_or(address)
}

/// Returns the words of a part, if there is nothing else to it; or the place and the name of what is
/// more than words.
pub(super) fn of(node: Node) -> Result<(Scope, Expression), (Range<usize>, &'static str)> {
    match node.kind {
        NodeKind::Occurs { scope, what, at_least: 1 } => Ok((scope, what)),
        NodeKind::Occurs { .. } => Err((node.span, "ATLEAST")),
        NodeKind::Any(parts) => {
            let mut expressions = Vec::with_capacity(parts.len());
            let mut scopes = Vec::with_capacity(parts.len());
            for part in parts {
                let (scope, expression) = of(part)?;
                scopes.push(scope);
                expressions.push(expression);
            }
            match scopes.first() {
                Some(first) if scopes.iter().all(|scope| scope == first) => {
                    Ok((*first, Expression::Any(expressions)))
                }
                _ => Err((node.span, "a group of different fields")),
            }
        }
        NodeKind::All(_) => Err((node.span, "a group of words joined by AND")),
        NodeKind::Not(_) => Err((node.span, "NOT")),
        NodeKind::Regex { .. } => Err((node.span, "a pattern")),
        NodeKind::Filter(_) | NodeKind::Interval(_) => Err((node.span, "a filter")),
        NodeKind::Context { .. } => Err((node.span, "a context")),
    }
}

pub(super) fn near_depth(expression: &Expression) -> usize {
    match expression {
        Expression::Phrase(_) | Expression::Within { .. } => 0,
        Expression::Near { left, right, .. } => 1 + near_depth(left).max(near_depth(right)),
        Expression::Any(parts) => parts.iter().map(near_depth).max().unwrap_or(0),
    }
}

pub(super) fn globs(kind: &NodeKind) -> usize {
    let NodeKind::Occurs { what, .. } = kind else { return 0 };
    let mut globs = 0;
    what.each_word(&mut |word| globs += usize::from(matches!(word, Word::Glob(_))));
    globs
}
