//! What a text is read as, and what is said of one that cannot be read.

mod fields;
mod operators;
mod refused;
pub(crate) mod size;
mod words;

use std::fmt::Write as _;

use crate::{Expression, Interval, Node, NodeKind, Order, Parts, QueryProblem, Scope, Word};

/// Writes a tree without ambiguity: `&` joins all, `|` any, `!` negates, `+` joins a phrase.
fn plain(node: &Node) -> String {
    let each = |parts: &[Node]| parts.iter().map(plain).collect::<Vec<_>>();
    match &node.kind {
        NodeKind::All(parts) => format!("({})", each(parts).join(" & ")),
        NodeKind::Any(parts) => format!("({})", each(parts).join(" | ")),
        NodeKind::Not(part) => format!("!{}", plain(part)),
        NodeKind::Occurs { scope, what, at_least: 1 } => {
            format!("{}{}", field(*scope), words(what))
        }
        NodeKind::Occurs { scope, what, at_least } => {
            format!("{at_least}x{}{}", field(*scope), words(what))
        }
        NodeKind::Regex { scope, pattern } => format!("{}{pattern}", field(*scope)),
        NodeKind::Filter(filter) => format!("{}:{}", filter.name(), filter.term()),
        NodeKind::Interval(Interval { quantity, min, max }) => {
            let end = |end: &Option<i64>| end.map_or("*".to_owned(), |end| end.to_string());
            format!("{quantity:?}[{} {}]", end(min), end(max))
        }
        NodeKind::Context { wanted, unwanted } => {
            format!("context({} - {})", each(wanted).join(" "), each(unwanted).join(" "))
        }
    }
}

fn field(scope: Scope) -> &'static str {
    match scope {
        Scope::TitleOrText => "",
        Scope::Title => "title:",
        Scope::Text => "text:",
        Scope::Author => "author:",
        Scope::Quote => "quote:",
        Scope::Url => "url:",
        Scope::Links => "links:",
    }
}

fn words(what: &Expression) -> String {
    let join = |words: &[Word]| words.iter().map(word).collect::<Vec<_>>().join("+");
    match what {
        Expression::Phrase(words) => join(words),
        Expression::Within { words, distance } => format!("[{}]~{distance}", join(words)),
        Expression::Near { left, right, distance, order } => {
            let order = match order {
                Order::Either => "",
                Order::LeftFirst => "f",
            };
            format!("({} near{distance}{order} {})", words(left), words(right))
        }
        Expression::Any(parts) => {
            format!("({})", parts.iter().map(words).collect::<Vec<_>>().join(" | "))
        }
    }
}

fn word(word: &Word) -> String {
    match word {
        Word::Plain(folded) => folded.clone(),
        Word::Exact { folded, surface } => {
            assert_eq!(*folded, crate::analysis::folded(surface));
            format!("{{{surface}}}")
        }
        Word::Sign { text, .. } => text.clone(),
        Word::Glob(glob) => glob.to_string(),
        Word::Forms(forms) if forms.languages() == crate::Languages::ALL => {
            format!("~{}", forms.folded())
        }
        Word::Forms(forms) => format!("~{}{:?}", forms.folded(), forms.languages()),
    }
}

fn check(text: &str, expect: &str) {
    check_with(text, &Parts::default(), expect);
}

fn check_with(text: &str, parts: &Parts, expect: &str) {
    match crate::parse_with(text, parts) {
        Ok(query) => assert_eq!(plain(query.root()), expect, "{text}"),
        Err(problems) => panic!("{text}: {problems:?}"),
    }
}

/// Compares the problems: `code: part: message (hint)`, one a line.
fn refused(text: &str, expect: &[&str]) {
    refused_with(text, &Parts::default(), expect);
}

fn refused_with(text: &str, parts: &Parts, expect: &[&str]) {
    let problems = crate::parse_with(text, parts).expect_err(text);
    assert_eq!(lines(text, &problems), expect, "{text}");
}

fn lines(text: &str, problems: &[QueryProblem]) -> Vec<String> {
    let mut lines = Vec::new();
    for problem in problems {
        let mut line =
            format!("{}: {}: {}", problem.code, &text[problem.span.clone()], problem.message);
        if let Some(hint) = &problem.hint {
            write!(line, " ({hint})").unwrap();
        }
        lines.push(line);
    }
    lines
}
