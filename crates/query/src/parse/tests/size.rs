//! How large a query may be, and that no text keeps the reader busy.

use proptest::prelude::*;

use super::{check, refused, refused_with};
use crate::parse::limit;
use crate::{Expression, LintCode, Node, NodeKind, Parts};

const SPLIT: &str = "(split it into several queries)";

#[test]
fn depth_is_bounded() {
    check(&format!("{}a{}", "(".repeat(50), ")".repeat(50)), "a");
    let deep = format!("{}a{}", "(".repeat(51), ")".repeat(51));
    refused(&deep, &[&format!("too-large: (: nested more than 50 deep {SPLIT}")]);
    let deep = format!("a {}b", "-".repeat(51));
    refused(&deep, &[&format!("too-large: -: nested more than 50 deep {SPLIT}")]);
    let deep = format!("a {}b", "NOT ".repeat(51));
    refused(&deep, &[&format!("too-large: NOT: nested more than 50 deep {SPLIT}")]);
    let deep = "ATLEAST/2 ".repeat(100) + "b";
    refused(&deep, &[&format!("too-large: ATLEAST/2: nested more than 50 deep {SPLIT}")]);
    let deep = "b NEAR -".repeat(100) + "b";
    refused(&deep, &[&format!("too-large: -: nested more than 50 deep {SPLIT}")]);
}

#[test]
fn the_depth_of_named_parts_adds_up() {
    let mut parts = Parts::default();
    let nested = |inside: &str| format!("{}{inside}{}", "(".repeat(9), ")".repeat(9));
    // Each part stands in brackets of its own when it is written out.
    parts.insert("p0", &nested("a")).unwrap();
    for outer in 1..5 {
        parts.insert(&format!("p{outer}"), &nested(&format!("@p{}", outer - 1))).unwrap();
    }
    super::check_with("@p4", &parts, "a");
    let message = "in @p4: in @p3: in @p2: in @p1: in @p0: nested more than 50 deep";
    refused_with("(@p4)", &parts, &[&format!("too-large: @p4: {message} {SPLIT}")]);
}

#[test]
fn the_number_of_clauses_is_bounded() {
    let words = |count: usize| vec!["a"; count].join(" ");
    assert_eq!(crate::parse(&words(1000)).map(|query| query.text().len()), Ok(1999));
    let message = format!("more than 1000 words, phrases and filters {SPLIT}");
    refused(&words(1002), &[&format!("too-large: a: {message}")]);
    let filters = vec!["likes:1"; 1001].join(" ");
    refused(&filters, &[&format!("too-large: likes:1: {message}").replace(": likes:1:", ": 1:")]);
}

#[test]
fn the_number_of_wildcards_forms_and_patterns_is_bounded() {
    let many = |word: &str, count: usize| vec![word; count].join(" OR ");
    assert!(crate::parse(&many("ab*", 50)).is_ok());
    let hint = "(write the words themselves, or split it into several queries)";
    let message = format!("too-large: ab*: more than 50 words with * or ? {hint}");
    refused(&many("ab*", 52), &[&message]);
    let message = format!("too-large: \"ab* c?d\": more than 50 words with * or ? {hint}");
    refused(&many("\"ab* c?d\"", 27), &[&message]);

    let phrase = format!("~\"{}\"", vec!["a"; 50].join(" "));
    assert!(crate::parse(&many(&phrase, 20)).is_ok());
    let message = format!("more than 1000 words with all their forms {SPLIT}");
    refused(&many(&phrase, 21), &[&format!("too-large: {phrase}: {message}")]);

    assert!(crate::parse(&many("/a/", 10)).is_ok());
    let hint = "(join them by | into one, or split the query)";
    let message = format!("too-large: /a/: more than 10 patterns {hint}");
    refused(&many("/a/", 12), &[&message]);
}

#[test]
fn the_length_is_bounded_in_characters() {
    assert_eq!(crate::parse(&"é".repeat(20_000)).map(|query| query.text().len()), Ok(40_000));
    let long = crate::parse(&"é".repeat(20_001)).unwrap_err();
    assert_eq!(long[0].message, "the query has 20001 characters; 20000 are allowed");
    assert_eq!((long.len(), long[0].code), (1, LintCode::TooLarge));
}

#[test]
fn a_message_repeats_only_the_beginning_of_what_is_long() {
    for (start, filler) in [
        ("", "…"),
        ("*", "a"),
        ("a*b*c*d*e*f", "a"),
        ("東*", "東"),
        ("#", "a*"),
        ("{", "!}"),
        ("{#", "a}"),
        ("lang:", "x"),
        ("site:", "x,"),
        ("", "x:"),
        ("x", "x:"),
        ("rating:[1", "]"),
        ("likes:[1 TO 2]", "x"),
        ("/a/", "b"),
        ("in:", "x"),
        ("stem:", "x"),
        ("a NEAR/", "5"),
        ("ATLEAST/", "5"),
        ("", "x"),
    ] {
        let long = format!("{start}{}", filler.repeat(19_000 / filler.len()));
        for problem in crate::parse(&long).err().into_iter().flatten() {
            let chars = problem.message.chars().count() + problem.hint.unwrap().chars().count();
            assert!(chars < 500, "{chars} {}", problem.message);
        }
    }
}

#[test]
fn a_part_that_is_asked_for_again_and_again_is_read_only_so_often() {
    let mut parts = Parts::default();
    // Without a limit this would be read 10^8 times.
    parts.insert("p0", "a").unwrap();
    for outer in 1..8 {
        let inside = vec![format!("@p{}", outer - 1); 10].join(" ");
        parts.insert(&format!("p{outer}"), &inside).unwrap();
    }
    let problems = crate::parse_with(&["@p7"; 10].join(" "), &parts).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.ends_with("more than 1000 words, phrases and filters"));

    // Much text in which there is nothing.
    parts.insert("long", &format!("a <<< {} >>>", "x".repeat(30_000))).unwrap();
    super::check_with("@long @long @long", &parts, "(a & a & a)");
    let message = format!("more than 100000 characters with the named parts {SPLIT}");
    refused_with(
        "@long @long @long @long @long",
        &parts,
        &[&format!("too-large: @long: {message}")],
    );
}

#[test]
fn only_so_many_problems_are_told() {
    for mark in ["{ ", "} ", "- ", "… ", ") ", "() ", "C:a ", "lang:… ", "stem:… ", "a NEAR/x b "]
    {
        let text = mark.repeat(20_000 / mark.chars().count());
        let problems = crate::parse(&text).unwrap_err();
        assert_eq!(problems.len(), limit::PROBLEMS_MAX, "{mark}");
    }
}

fn each_node(node: &Node, depth: usize, visit: &mut impl FnMut(&Node, usize)) {
    visit(node, depth);
    match &node.kind {
        NodeKind::All(parts) | NodeKind::Any(parts) => {
            for part in parts {
                each_node(part, depth + 1, visit);
            }
        }
        NodeKind::Not(part) => each_node(part, depth + 1, visit),
        NodeKind::Context { wanted, unwanted } => {
            wanted.iter().chain(unwanted).for_each(|part| each_node(part, depth + 1, visit));
        }
        NodeKind::Occurs { .. }
        | NodeKind::Regex { .. }
        | NodeKind::Filter(_)
        | NodeKind::Interval(_) => {}
    }
}

fn is_within_limits(what: &Expression) -> bool {
    match what {
        Expression::Phrase(words) => !words.is_empty(),
        Expression::Within { words, distance } => {
            (2..=limit::WITHIN_WORDS_MAX).contains(&words.len()) && *distance <= limit::DISTANCE_MAX
        }
        Expression::Near { left, right, distance, .. } => {
            is_within_limits(left) && is_within_limits(right) && *distance <= limit::DISTANCE_MAX
        }
        Expression::Any(parts) => !parts.is_empty() && parts.iter().all(is_within_limits),
    }
}

/// Reads a text, whatever it is: what comes of it must be a tree within the limits, or problems.
fn read(text: &str, parts: &Parts) {
    match crate::parse_with(text, parts) {
        Ok(query) => {
            let mut leaves = 0;
            each_node(query.root(), 0, &mut |node, depth| {
                assert!(text.get(node.span.clone()).is_some_and(|part| !part.is_empty()), "{text}");
                assert!(depth <= 2 * limit::DEPTH_MAX, "{text}");
                match &node.kind {
                    NodeKind::All(parts) | NodeKind::Any(parts) => {
                        assert!(parts.len() > 1, "{text}");
                    }
                    NodeKind::Not(part) => {
                        assert!(!matches!(part.kind, NodeKind::Not(_)), "{text}");
                    }
                    NodeKind::Context { wanted, unwanted } => {
                        assert_eq!(depth, 1, "{text}");
                        assert!(wanted.len() + unwanted.len() > 0, "{text}");
                    }
                    NodeKind::Occurs { what, at_least, .. } => {
                        leaves += 1;
                        assert!((1..=limit::TIMES_MAX).contains(at_least), "{text}");
                        assert!(is_within_limits(what), "{text}");
                    }
                    NodeKind::Regex { .. } | NodeKind::Filter(_) | NodeKind::Interval(_) => {
                        leaves += 1;
                    }
                }
            });
            assert!((1..=limit::CLAUSES_MAX).contains(&leaves), "{text}");
        }
        Err(problems) => {
            assert!((1..=limit::PROBLEMS_MAX).contains(&problems.len()), "{text}");
            for problem in problems {
                assert!(text.get(problem.span.clone()).is_some(), "{text}");
                assert_eq!(problem.render(text).lines().count(), 2, "{text}");
                assert!(problem.hint.is_some_and(|hint| !hint.is_empty()), "{text}");
            }
        }
    }
}

/// Everything that means something to the lexer or the parser, and things that look like it.
const PIECES: &str = "([a-cE*?éß東🍵ا:|#@$~/{}<>\\[\\]\"«»“”'’.!+^,;0-9 -]|\\(|\\)| AND | OR | NOT \
    | NEAR | NEAR/2 | NEAR/2f | ONEAR/3 | NEAR/|ATLEAST/2 |ATLEAST|<<<|>>>|title:|text:|author:|quote:|url:|links:\
    |site:|lang:fr |lang:|country:|source:|kind:|tag:|thread:|tone:|has:|reply:|rating:|date:|minute:|likes:|in:title \
    |in:|stem:fr |stem:\\(|stem:|context:\\(|context:|anticontext:|@part|@self|@neg|@ctx|\\[1 TO 3\\]|\\[\\* TO 3\\]|~2|/a+b/i\
    |\"a b\"|\\{BT\\}|ozal\\*|\u{A0}|\u{200B}|\u{1D}|\u{301}|https://www\\.)";

fn parts() -> Parts {
    let mut parts = Parts::default();
    for (name, text) in [
        ("part", "a OR \"b c\""),
        ("self", "a @self"),
        ("neg", "-a -(b OR in:title c)"),
        ("ctx", "apple context:(a OR b)"),
    ] {
        parts.insert(name, text).unwrap();
    }
    parts
}

#[test]
fn a_hostile_text_is_read_or_refused() {
    let parts = parts();
    for piece in [
        "-",
        "(",
        ")",
        "{",
        "}",
        "\"",
        "«",
        "/",
        "/ ",
        "<",
        "<<<",
        ">>>",
        "NEAR/",
        "NEAR ",
        "a NEAR ",
        "a NEAR/1 ",
        "~",
        "~a ",
        "~\"",
        "\"a\"~",
        "stem:",
        "stem:fr ",
        "stem:(",
        "stem:(a ",
        "in:",
        "in:title ",
        "title:",
        "title:(",
        "context:(",
        "context:a ",
        "[",
        "rating:[",
        "likes:1 ",
        "*",
        "?",
        "a*",
        "ab* ",
        "@",
        "@part ",
        "@self ",
        "@neg ",
        "@ctx ",
        "#",
        "a ",
        "a OR ",
        "OR ",
        "AND ",
        "NOT ",
        "ATLEAST/2 ",
        "ATLEAST/2 a ",
        "(a OR ",
        "(a NEAR (",
        "-(",
        "-(a ",
        "/a/ ",
        "/(a",
        "{a}",
        "{",
        "\\",
        "/\\",
        "é",
        "東",
        "東* ",
        "🍵",
        "\u{200D}",
        "\u{301}",
        "\u{1D}",
        "::",
        "a:",
        "https://",
        "://",
        "'",
        "\n",
    ] {
        read(&piece.repeat(20_000 / piece.chars().count()), &parts);
        read(&(piece.repeat(19_990 / piece.chars().count()) + "a"), &parts);
    }
}

pub(crate) fn pieces(count_max: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("{PIECES}{{0,{count_max}}}")).unwrap()
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_places_in_it(text in pieces(30)) {
        read(&text, &parts());
    }

    #[test]
    fn any_characters_are_read_or_refused(text in "(.|\n){0,60}") {
        read(&text, &parts());
    }

    /// A named part is any text too.
    #[test]
    fn any_named_part_is_read_or_refused(
        one in pieces(12),
        two in pieces(12),
    ) {
        let mut parts = parts();
        parts.insert("one", &one).unwrap();
        parts.insert("two", &format!("{two} @one")).unwrap();
        read("a @one -@two", &parts);
    }
}

#[test]
fn phrases_and_operands_have_at_most_so_many_words() {
    let phrase = |words: usize| format!("\"{}\"", vec!["a"; words].join(" "));
    assert!(crate::parse(&phrase(64)).is_ok());
    let problems = crate::parse(&phrase(65)).unwrap_err();
    assert_eq!(problems[0].message, "more than 64 words next to each other");
    let near = |words: usize| format!("({}) NEAR/5 b", vec!["a"; words].join(" OR "));
    assert!(crate::parse(&near(300)).is_ok());
    let problems = crate::parse(&near(301)).unwrap_err();
    assert_eq!(problems[0].message, "more than 300 words in what NEAR/5 takes");
}
