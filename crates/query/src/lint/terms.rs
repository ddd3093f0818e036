//! Single words that find far too much.

use std::ops::Range;

use super::draft::{Draft, Joint, Place};
use super::stop_words;
use super::{Fix, Lint, LintCode};
use crate::parse::lexer::Lexeme;
use crate::{Expression, Filter, Node, NodeKind, Scope, Word, analysis};

pub(super) fn find(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    let langs = draft.langs();
    let has_place = has_place(draft.root);
    visit(draft, draft.root, Role::Sole, &mut |node, role| {
        let NodeKind::Occurs { scope, what, at_least } = &node.kind else { return };
        if has_near(what) {
            lints.extend(near_wildcards(draft, node));
        }
        let Expression::Phrase(words) = what else { return };
        let ([word], 1) = (words.as_slice(), *at_least) else { return };
        match word {
            Word::Plain(folded) => {
                if let Some(lint) = common_word(draft, node, role, (folded, *scope), &langs) {
                    // What is taken for an operator is told of as such.
                    let is_told = |other: &Lint| {
                        other.code == LintCode::LowercaseOperator && other.span == lint.span
                    };
                    if !lints.iter().any(is_told) {
                        lints.push(lint);
                    }
                } else if !has_place {
                    lints.extend(short_word(draft, node, role, (folded, *scope)));
                }
            }
            Word::Forms(forms) => {
                lints.extend(common_word(draft, node, role, (forms.folded(), *scope), &langs));
            }
            Word::Glob(glob) => lints.extend(short_prefix(node, glob, *scope)),
            Word::Exact { .. } | Word::Sign { .. } => {}
        }
    });
}

/// What a part does for its query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// It is all that is asked for.
    Sole,
    /// It must be there beside other parts.
    Required,
    /// It is enough by itself.
    Alternative,
    Excluded,
    /// It speaks for or against the context.
    Context,
    /// It is excluded only together with others.
    Other,
}

fn visit<'n>(draft: &Draft<'_>, node: &'n Node, role: Role, leaf: &mut impl FnMut(&'n Node, Role)) {
    if draft.is_named(node) {
        return;
    }
    match &node.kind {
        NodeKind::All(parts) => {
            let is_wanted = |part: &&Node| {
                !matches!(part.kind, NodeKind::Not(_) | NodeKind::Filter(_) | NodeKind::Interval(_))
            };
            let is_alone = parts.iter().filter(is_wanted).count() == 1;
            let inside = match role {
                Role::Sole | Role::Alternative if is_alone => role,
                Role::Sole | Role::Alternative | Role::Required => Role::Required,
                Role::Excluded | Role::Context | Role::Other => Role::Other,
            };
            for part in parts {
                visit(draft, part, inside, leaf);
            }
        }
        NodeKind::Any(parts) => {
            let inside = match role {
                Role::Sole | Role::Alternative | Role::Required => Role::Alternative,
                Role::Excluded | Role::Context | Role::Other => role,
            };
            for part in parts {
                visit(draft, part, inside, leaf);
            }
        }
        NodeKind::Not(part) => visit(draft, part, Role::Excluded, leaf),
        NodeKind::Context { wanted, unwanted } => {
            for part in wanted.iter().chain(unwanted) {
                visit(draft, part, Role::Context, leaf);
            }
        }
        NodeKind::Occurs { .. }
        | NodeKind::Regex { .. }
        | NodeKind::Filter(_)
        | NodeKind::Interval(_) => leaf(node, role),
    }
}

/// Tells whether the query looks only in certain places, where a short word may well be enough.
fn has_place(root: &Node) -> bool {
    match &root.kind {
        NodeKind::All(parts) => parts.iter().any(has_place),
        NodeKind::Any(parts) => parts.iter().all(has_place),
        NodeKind::Filter(filter) => {
            matches!(filter, Filter::Site { .. } | Filter::Source(_) | Filter::Thread(_))
        }
        NodeKind::Not(_)
        | NodeKind::Occurs { .. }
        | NodeKind::Regex { .. }
        | NodeKind::Interval(_)
        | NodeKind::Context { .. } => false,
    }
}

fn common_word(
    draft: &Draft<'_>,
    node: &Node,
    role: Role,
    (folded, scope): (&str, Scope),
    langs: &[&str],
) -> Option<Lint> {
    let languages = stop_words::languages(folded, langs);
    let (last, before) = languages.split_last()?;
    if !matches!(scope, Scope::TitleOrText | Scope::Text) || role == Role::Other {
        return None;
    }
    let languages = match before {
        [] => (*last).to_owned(),
        before => format!("{} and {last}", before.join(", ")),
    };
    let consequence = match role {
        Role::Sole => "this finds almost all of them",
        Role::Required => "asking for it leaves almost none of them out",
        Role::Alternative => "this alternative alone is true of almost all of them",
        Role::Context => "it says nothing about the context",
        Role::Excluded | Role::Other => "excluding it leaves almost none of them",
    };
    let word = draft.shown(&node.span);
    let message = format!("“{word}” stands in most texts in {languages}: {consequence}");
    let without = |joint| {
        let replacement = single_word(draft, node).and_then(|_| draft.without(node, joint));
        Fix { message: "leave it out, or put it in a phrase".to_owned(), replacement }
    };
    let fix = exact(draft, node).unwrap_or_else(|| match role {
        Role::Required => without(Joint::And),
        Role::Alternative | Role::Context => without(Joint::Or),
        Role::Sole | Role::Excluded | Role::Other => Fix::advice("write a rarer word, or a phrase"),
    });
    Some(Lint::warning(LintCode::CommonWord, node.span.clone(), message, fix))
}

/// The letters that a word must have more of to say something by itself.
const SHORT_CHARS: usize = 2;

fn short_word(
    draft: &Draft<'_>,
    node: &Node,
    role: Role,
    (folded, scope): (&str, Scope),
) -> Option<Lint> {
    let is_sole = matches!(role, Role::Sole | Role::Alternative);
    let is_free = matches!(scope, Scope::TitleOrText | Scope::Title | Scope::Text | Scope::Quote);
    // In other scripts one character can be a word.
    let has_letter = folded
        .chars()
        .any(|c| matches!(c, 'a'..='z' | '\u{370}'..='\u{3FF}' | '\u{400}'..='\u{52F}'));
    // Of a word with a sign more is said elsewhere.
    let is_plain = draft.written(&node.span).chars().all(|c| c.is_alphanumeric() || c == ':');
    if !is_sole || !is_free || !is_plain || !has_letter || folded.chars().count() > SHORT_CHARS {
        return None;
    }
    let word = draft.shown(&node.span);
    let message = format!("“{word}” is so short that it also stands for many other things");
    let fix = exact(draft, node).unwrap_or_else(|| {
        Fix::advice("ask for another word beside it, or for exactly so written letters in braces")
    });
    Some(Lint::warning(LintCode::ShortWord, node.span.clone(), message, fix))
}

/// Tells to ask for the word as it was typed, if its capitals or its accents tell it from others.
fn exact(draft: &Draft<'_>, node: &Node) -> Option<Fix> {
    let (word, span) = single_word(draft, node)?;
    let is_capital = word.chars().count() > 1
        && word.chars().any(char::is_uppercase)
        && word.chars().all(|c| c.is_uppercase() || c.is_numeric());
    if is_capital {
        let with = format!("{{{word}}}");
        let message = format!("write {with} to find only the capitals");
        return Some(Fix::write(span, with).because(message));
    }
    let lower = word.to_lowercase();
    if analysis::folded(word) == lower || stop_words::is_common_as_written(word) {
        return None;
    }
    let first = lower.chars().next()?;
    let capitalised: String = first.to_uppercase().chain(lower.chars().skip(1)).collect();
    let with = format!("({{{lower}}} OR {{{capitalised}}})");
    let message = format!("write {with} to insist on the accents, or ask for a language: lang:fr");
    Some(Fix::write(span, with).because(message))
}

/// Returns a word that was typed without any sign, and where it stands.
fn single_word<'a>(draft: &Draft<'a>, node: &Node) -> Option<(&'a str, Range<usize>)> {
    let [.., mark] = draft.marks_in(&node.span) else { return None };
    let Lexeme::Word(word) = mark.lexeme else { return None };
    word.chars().all(char::is_alphanumeric).then(|| (word, mark.span.clone()))
}

/// Fewer letters than this before a `*` leave too many words.
const PREFIX_CHARS_MIN: usize = 4;

fn short_prefix(node: &Node, glob: &crate::Glob, scope: Scope) -> Option<Lint> {
    let is_free = matches!(scope, Scope::TitleOrText | Scope::Title | Scope::Text | Scope::Quote);
    let prefix = glob.prefix().chars().count();
    let is_short = if glob.is_prefix() {
        prefix < PREFIX_CHARS_MIN
    } else {
        glob.to_string().contains('*') && glob.letters() < PREFIX_CHARS_MIN - 1
    };
    if !is_free || !is_short {
        return None;
    }
    let message = format!("{glob} stands for very many words");
    let fix = Fix::advice(format!(
        "write at least {PREFIX_CHARS_MIN} letters before the *, or the words themselves, joined by OR"
    ));
    Some(Lint::warning(LintCode::ShortPrefix, node.span.clone(), message, fix))
}

fn has_near(what: &Expression) -> bool {
    match what {
        Expression::Near { .. } => true,
        Expression::Any(parts) => parts.iter().any(has_near),
        Expression::Phrase(_) | Expression::Within { .. } => false,
    }
}

fn near_wildcards(draft: &Draft<'_>, node: &Node) -> Vec<Lint> {
    let mut lints = Vec::new();
    for mark in draft.marks_in(&node.span) {
        let (Lexeme::Word(word), Place::Words(_)) = (mark.lexeme, mark.place) else { continue };
        if word.contains(['*', '?']) && !word.contains('/') {
            let message = format!(
                "{} stands for many words, any of which may come near by chance",
                draft.shown(&mark.span)
            );
            let fix = Fix::advice(
                "write the words themselves in brackets, joined by OR, or ~word for its forms",
            );
            lints.push(Lint::warning(LintCode::NearWildcard, mark.span.clone(), message, fix));
        }
    }
    lints
}
