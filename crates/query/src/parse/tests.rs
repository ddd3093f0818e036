use std::fmt::Write as _;

use proptest::prelude::*;

use crate::{Filter, Node, TextField};

/// Writes a tree without ambiguity: `&` joins all, `|` any, `!` negates.
fn plain(node: &Node) -> String {
    let join = |parts: &[Node], sign| {
        format!("({})", parts.iter().map(plain).collect::<Vec<_>>().join(sign))
    };
    match node {
        Node::All(parts) => join(parts, " & "),
        Node::Any(parts) => join(parts, " | "),
        Node::Not(part) => format!("!{}", plain(part)),
        Node::Words { field, tokens } => {
            let field = match field {
                None => "",
                Some(TextField::Title) => "title:",
                Some(TextField::Author) => "author:",
            };
            format!("{field}{}", tokens.join("+"))
        }
        Node::Filter(filter) => format!("{}:{}", filter.name(), filter.term()),
    }
}

fn check(text: &str, expect: &str) {
    match crate::parse(text) {
        Ok(query) => assert_eq!(plain(query.root()), expect, "{text}"),
        Err(problems) => panic!("{text}: {problems:?}"),
    }
}

/// Compares the problems as a person sees them: `part: message (hint)`, one a line.
fn refused(text: &str, expect: &[&str]) {
    let problems = crate::parse(text).expect_err(text);
    let mut lines = Vec::new();
    for problem in &problems {
        let mut line = format!("{}: {}", &text[problem.span.clone()], problem.message);
        if let Some(hint) = &problem.hint {
            write!(line, " ({hint})").unwrap();
        }
        lines.push(line);
    }
    assert_eq!(lines, expect, "{text}");
}

#[test]
fn not_binds_before_and_before_or() {
    check("a b OR c", "((a & b) | c)");
    check("a AND b OR c AND d", "((a & b) | (c & d))");
    check("a NOT b OR c", "((a & !b) | c)");
    check("a (b OR c) -d", "(a & (b | c) & !d)");
    check("a AND NOT b", "(a & !b)");
    check("((a))", "a");
}

#[test]
fn only_capitals_are_operators() {
    check("a or b", "(a & or & b)");
    check("a not b", "(a & not & b)");
    check("\"a OR b\"", "a+or+b");
    check("ORée", "oree");
}

#[test]
fn a_word_of_several_tokens_is_a_phrase() {
    check("l'Oréal", "l+oreal");
    check("l’Oréal", "l+oreal");
    check("coca-cola", "coca+cola");
    check("#Ozalée @ozalee_fr", "(ozalee & ozalee+fr)");
    check("https://ozalee.example/thé", "https+ozalee+example+the");
    check("12:30", "12+30");
}

#[test]
fn phrases_are_read_in_every_kind_of_quotation_marks() {
    for text in ["\"thé vert\"", "“thé vert”", "«\u{A0}thé vert\u{A0}»", "„thé vert“", "»thé vert«"]
    {
        check(text, "the+vert");
    }
    check("\"l'eau” “plate\"", "(l+eau & plate)");
    check("a\"b c\"d", "(a & b+c & d)");
}

#[test]
fn a_minus_excludes_only_at_the_start_of_a_word() {
    check("a -b", "(a & !b)");
    check("a -\"b c\"", "(a & !b+c)");
    check("a -(b c)", "(a & !(b & c))");
    check("a -title:b", "(a & !title:b)");
    check("a-b", "a+b");
    check("a --b", "(a & b)");
}

#[test]
fn fields_take_a_word_a_phrase_or_a_group() {
    check("title:thé", "title:the");
    check("TITLE:l'eau", "title:l+eau");
    check("title:\"thé vert\" x", "(title:the+vert & x)");
    check("title:(a -b OR \"c d\")", "((title:a & !title:b) | title:c+d)");
    check("author:(zoé OR max)", "(author:zoe | author:max)");
    check("title:AND", "title:and");
    check("title:a:b", "title:a+b");
}

#[test]
fn filters_are_read_in_their_own_way() {
    check("site:www.Ozalee.example/thé/", "site:ozalee.example/th%C3%A9");
    check("site:https://ozalee.example", "site:ozalee.example");
    check("site:localhost:8080", "site:localhost");
    check("site:(a.example OR b.example) x", "((site:a.example | site:b.example) & x)");
    check("lang:FR-ca", "lang:fr");
    check("source:LeMonde", "source:lemonde");
    check("source:\"mon flux\"", "source:mon flux");
    check("kind:Forum", "kind:forum");
    let query = crate::parse("site:a.example/b/c").unwrap();
    let site = Filter::Site { host: "a.example".to_owned(), path: Some("/b/c".to_owned()) };
    assert_eq!(query.root(), &Node::Filter(site));
}

#[test]
fn what_is_missing_is_named() {
    refused("", &[": the query is empty (write the words to look for)"]);
    refused("  ", &["  : the query is empty (write the words to look for)"]);
    refused(
        "a AND",
        &[
            "AND: AND has nothing after it (write a word on both sides, or put it between quotes to find the word itself)",
        ],
    );
    refused(
        "AND a",
        &[
            "AND: AND has nothing before it (write a word on both sides, or put it between quotes to find the word itself)",
        ],
    );
    refused(
        "a OR OR b",
        &[
            "OR: OR has nothing after it (write a word on both sides, or put it between quotes to find the word itself)",
        ],
    );
    refused(
        "a AND OR b",
        &[
            "AND: AND has nothing after it (write a word on both sides, or put it between quotes to find the word itself)",
        ],
    );
    refused(
        "OR",
        &[
            "OR: OR has nothing before it (write a word on both sides, or put it between quotes to find the word itself)",
            "OR: OR has nothing after it (write a word on both sides, or put it between quotes to find the word itself)",
        ],
    );
    refused(
        "a NOT",
        &[
            "NOT: NOT has nothing after it (write what to leave out after it, or put it between quotes to find it)",
        ],
    );
    refused("a ()", &["(): the group is empty (write words in it, or remove it)"]);
    refused("title: a", &["title:: title: has nothing after it (write title:… without a space)"]);
    refused("title:-a", &["title:: title: has nothing after it (to exclude, write -title:…)"]);
}

#[test]
fn brackets_and_quotation_marks_must_close() {
    refused("a (b", &["(: ( is never closed (add a ) where the group ends)"]);
    refused("a) b", &["): ) closes nothing (remove it, or open the group with a ()"]);
    refused(
        "écran 27\"",
        &["\": \" is never closed (close the phrase with another quotation mark)"],
    );
    refused("« thé", &["«: « is never closed (close the phrase with another quotation mark)"]);
}

#[test]
fn a_word_without_letters_or_digits_is_refused() {
    refused("a | b", &["|: \"|\" has no word in it (write OR, in capitals)"]);
    refused("a && b", &["&&: \"&&\" has no word in it (write AND, in capitals)"]);
    refused(
        "a - b",
        &["-: \"-\" has no word in it (to exclude a word, write -word without a space)"],
    );
    refused("title:…", &["…: \"…\" has no word in it (only letters and digits are searched)"]);
}

#[test]
fn an_unknown_field_is_refused_with_the_likely_one() {
    refused("titel:a", &["titel:: unknown field titel: (did you mean title:?)"]);
    refused("langue:fr", &["langue:: unknown field langue: (did you mean lang:?)"]);
    refused(
        "C:a",
        &["C:: unknown field C: (the fields are title: author: site: lang: source: kind:; \
         to find the words, put them between quotation marks)"],
    );
    refused(
        "title:(author:a)",
        &["author:: author: stands inside the group of another field (close that group first)"],
    );
}

#[test]
fn a_filter_says_what_it_takes() {
    refused(
        "lang:français",
        &["français: \"français\" is not a language \
         (use the code of two or three letters, such as lang:fr)"],
    );
    refused(
        "kind:forums",
        &["forums: \"forums\" is not a kind of source (did you mean kind:forum?)"],
    );
    refused(
        "kind:x",
        &["x: \"x\" is not a kind of source \
         (the kinds are news, blog, forum, review, social, video, web)"],
    );
    refused(
        "site:a.example/?p=1",
        &["a.example/?p=1: \"a.example/?p=1\" is one page, not a site \
         (leave out what follows ? or #)"],
    );
    refused("source:\"\"", &["\"\": source: names no source (write source:its-id)"]);
}

#[test]
fn operators_of_other_tools_are_not_taken_for_words() {
    refused(
        "ozal*",
        &["ozal*: * does not stand for other letters (write each form, joined by OR)"],
    );
    refused(
        "a NEAR/5 b",
        &["NEAR/5: NEAR/5 is not an operator \
         (join the words by AND, or put a phrase between quotation marks)"],
    );
    check("\"m*a*s*h\"", "m+a+s+h");
}

#[test]
fn a_query_must_need_a_word_on_every_path() {
    let only_excludes = |text: &str, part: &str| {
        let message = "this only excludes, so that it would find almost everything";
        let hint = "add a word or a filter that must be there";
        refused(text, &[&format!("{part}: {message} ({hint})")]);
    };
    only_excludes("-a", "-a");
    only_excludes("NOT (a b)", "NOT (a b)");
    only_excludes("-a -b", "-a -b");
    only_excludes("a OR -b", "-b");
    only_excludes("a OR (b OR -c)", "-c");
    only_excludes("NOT (a AND -b)", "NOT (a AND -b)");
    check("a (b OR -c)", "(a & (b | !c))");
    check("NOT (-a -b)", "!(!a & !b)");
    check("lang:fr -a", "(lang:fr & !a)");
}

#[test]
fn every_problem_is_told_at_once() {
    refused(
        "titel:a AND (b OR",
        &[
            "titel:: unknown field titel: (did you mean title:?)",
            "(: ( is never closed (add a ) where the group ends)",
            "OR: OR has nothing after it (write a word on both sides, or put it between quotes to find the word itself)",
        ],
    );
    refused(
        ") lang:x ( * )",
        &[
            "): ) closes nothing (remove it, or open the group with a ()",
            "x: \"x\" is not a language (use the code of two or three letters, such as lang:fr)",
            "*: * does not stand for other letters (write each form, joined by OR)",
            "*: \"*\" has no word in it (only letters and digits are searched)",
        ],
    );
}

#[test]
fn depth_length_and_number_of_clauses_are_bounded() {
    check(&format!("{}a{}", "(".repeat(50), ")".repeat(50)), "a");
    let deep = format!("{}a{}", "(".repeat(51), ")".repeat(51));
    refused(&deep, &["(: nested more than 50 deep (split it into several queries)"]);
    refused(
        &format!("a {}b", "-".repeat(51)),
        &["-: nested more than 50 deep (split it into several queries)"],
    );

    let words = |count: usize| vec!["a"; count].join(" ");
    assert_eq!(crate::parse(&words(1000)).map(|query| query.text().len()), Ok(1999));
    refused(
        &words(1002),
        &["a: more than 1000 words, phrases and filters (split it into several queries)"],
    );

    assert_eq!(crate::parse(&"é".repeat(20_000)).map(|query| query.text().len()), Ok(40_000));
    let long = crate::parse(&"é".repeat(20_001)).unwrap_err();
    assert_eq!(long[0].message, "the query has 20001 characters; 20000 are allowed");
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_with_places_in_it(
        text in "([a-c*é:|\"«»“” -]|\\(|\\)| AND | OR | NOT |title:|site:|lang:){0,30}",
    ) {
        match crate::parse(&text) {
            Ok(query) => prop_assert!(query.plan.anchors().is_some_and(|it| !it.keys.is_empty())),
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                for problem in problems {
                    prop_assert!(text.get(problem.span.clone()).is_some());
                    prop_assert_eq!(problem.render(&text).lines().count(), 2);
                }
            }
        }
    }
}
