//! The words of a clause: from what is written to [`Word`]s, and from parts of the tree to operands
//! of NEAR.

use std::borrow::Cow;
use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::{Reason, limit, shown};
use crate::analysis::{self, TokenKind};
use crate::stem::{Forms, Languages};
use crate::word::Glob;
use crate::{Expression, LintCode, Node, NodeKind, Scope, Word};

/// How plain words are meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wording {
    pub(super) languages: Languages,
    /// Every plain word stands for all its forms.
    pub(super) all_forms: bool,
}

/// Reads one word, which can be several to the analysis: an address, `l'eau`, `ozal*`.
pub(super) fn word(text: &str, wording: Wording, scope: Scope) -> Result<Vec<Word>, Reason> {
    read(&without_query_mark(bare_address(text)), wording, scope)
}

/// Reads the words of a phrase. What stands between braces is meant exactly so.
pub(super) fn phrase(text: &str, wording: Wording, scope: Scope) -> Result<Vec<Word>, Reason> {
    match scope {
        Scope::Url | Scope::Links => read(&without_query_mark(text), wording, scope),
        Scope::TitleOrText | Scope::Title | Scope::Text | Scope::Author | Scope::Quote => {
            read(text, wording, scope)
        }
    }
}

fn read(text: &str, wording: Wording, scope: Scope) -> Result<Vec<Word>, Reason> {
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
    let hint = match text.trim() {
        "|" | "||" => "write OR, in capitals",
        "&" | "&&" => "write AND, in capitals",
        "-" | "–" | "—" | "−" | "!" => "to exclude a word, write -word without a space",
        ":" => "a field stands right before its value: title:word",
        "~" => "write ~word without a space",
        _ => "only letters, digits and emoji are searched",
    };
    let message = format!("{:?} has no word in it", shown(text));
    Err(Reason::new(LintCode::NothingToSearch, message, hint))
}

/// Reads words that are meant exactly as written.
pub(super) fn exact(text: &str) -> Result<Vec<Word>, Reason> {
    let words: Vec<Word> = analysis::words(text)
        .map(|token| Word::Exact {
            surface: analysis::surface(&text[token.start..token.end]).into_owned(),
            folded: token.text,
        })
        .collect();
    if text.contains(['#', '@', '$', '*', '?']) || text.chars().any(analysis::is_emoji) {
        let hint = "between braces only letters and digits count; write the sign outside of them";
        let message = format!("{{{}}} has a sign in it", shown(text));
        return Err(Reason::new(LintCode::BadValue, message, hint));
    }
    if words.is_empty() {
        let hint = "write {Word}, with letters or digits between the braces";
        let message = format!("{{{}}} has no word in it", shown(text));
        return Err(Reason::new(LintCode::NothingToSearch, message, hint));
    }
    Ok(words)
}

fn plain(text: &str, wording: Wording, scope: Scope, words: &mut Vec<Word>) -> Result<(), Reason> {
    // Words with wildcards are cut out first: to the analysis `*` and `?` end a word.
    let mut from = 0;
    let mut at = 0;
    while let Some(found) = text[at..].find(['*', '?']).map(|found| at + found) {
        let start = text[from..found]
            .char_indices()
            .rev()
            .take_while(|(_, c)| is_part(*c))
            .last()
            .map_or(found, |(start, _)| from + start);
        // A mark that no letter stands before adorns something else: an emoji.
        let start = found - text[start..found].trim_start_matches(is_combining_mark).len();
        let end = text[start..]
            .find(|c| !is_part(c) && !matches!(c, '*' | '?'))
            .map_or(text.len(), |len| start + len);
        if text[start..end].contains(is_part)
            && let Some(sign) = sign_before(&text[..start])
        {
            let hint = "write the word without the sign, or the sign without a wildcard";
            let message = format!("{} has both a sign and a wildcard", shown(&text[sign..end]));
            return Err(Reason::new(LintCode::BadWildcard, message, hint));
        }
        let glob = glob(&text[start..end])?;
        at = end;
        // Those that stand alone are punctuation.
        if let Some(glob) = glob {
            terms(&text[from..start], wording, scope, words);
            words.push(Word::Glob(glob));
            from = end;
        }
    }
    terms(&text[from..], wording, scope, words);
    Ok(())
}

/// Returns where the handle, hashtag or cash tag begins that goes on right after this text.
fn sign_before(text: &str) -> Option<usize> {
    let name = |c| is_part(c) || c == '_';
    let before = text.trim_end_matches(name);
    before
        .ends_with(['#', '@', '$'])
        .then(|| before.len() - 1)
        .filter(|sign| !text[..*sign].ends_with(name))
}

fn is_part(c: char) -> bool {
    analysis::is_letter_or_digit(c) || is_combining_mark(c)
}

/// Reads a word with wildcards; `None` where they stand alone.
fn glob(text: &str) -> Result<Option<Glob>, Reason> {
    if !text.contains(is_part) {
        return Ok(None);
    }
    let refuse = |what: &str, hint: &str| {
        Err(Reason::new(LintCode::BadWildcard, format!("{} {what}", shown(text)), hint))
    };
    if text.starts_with(['*', '?']) {
        return refuse("begins with a wildcard", "write at least the first letter of the word");
    }
    let glob = Glob::new(text);
    if glob.letters() < 2 {
        return refuse("would find far too many words", "write at least two letters of the word");
    }
    if text.len() > analysis::TOKEN_BYTES_MAX {
        return refuse("is too long for a word", "write fewer letters");
    }
    if text.matches('*').count() > limit::STARS_MAX {
        let hint = format!("write at most {} * in a word", limit::STARS_MAX);
        return refuse("has too many wildcards", &hint);
    }
    // The shortest word that could be found: what the analysis cuts apart is never one word.
    let shortest = text.replace('*', "").replace('?', "x");
    if analysis::words(&shortest).count() != 1 {
        let hint = if shortest.starts_with(['ا', 'و', 'ب', 'ك', 'ف', 'ل']) {
            "write the word without its article"
        } else {
            "leave out the wildcard: the characters are also found within longer words"
        };
        return refuse("would never be found, since its letters are read as several words", hint);
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
                words.push(Word::Forms(Forms::new(&token.text, &written, wording.languages)));
            }
            TokenKind::Word => words.push(Word::Plain(token.text)),
        }
    }
}

/// Returns an address without what every address begins with.
fn bare_address(text: &str) -> &str {
    let address = match text.split_once("://") {
        Some((scheme, address)) => {
            let is_scheme =
                matches!(scheme.to_lowercase().as_str(), "http" | "https" | "hxxp" | "hxxps");
            if !is_scheme {
                return text;
            }
            address
        }
        None => text,
    };
    match address.split_at_checked("www.".len()) {
        Some((www, bare)) if www.eq_ignore_ascii_case("www.") && bare.contains(is_part) => bare,
        _ => address,
    }
}

/// Returns an address in which the mark before its query, as in `acme.com/page?id=3`, is no wildcard.
fn without_query_mark(text: &str) -> Cow<'_, str> {
    match text.split_once('/') {
        Some((_, path)) if path.contains('?') => text.replace('?', " ").into(),
        _ => text.into(),
    }
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
