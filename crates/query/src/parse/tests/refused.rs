//! What is said of a query that cannot be read, part by part.

use super::{check as read, lines, refused, refused_with};
use crate::{LintCode, Parts};

/// What can be said of one query: its text, the part that is meant, the message and the hint.
type Case<'a> = (&'a str, &'a str, &'a str, &'a str);

fn check(code: LintCode, cases: &[Case<'_>]) {
    for (text, part, message, hint) in cases {
        let problems = crate::parse(text).expect_err(text);
        assert_eq!(lines(text, &problems), [format!("{code}: {part}: {message} ({hint})")]);
    }
}

const OPERATOR: &str =
    "write a word on both sides, or put it between quotes to find the word itself";

#[test]
fn what_is_missing_is_named() {
    let excluded = "write what to leave out after it, or put it between quotes to find it";
    check(
        LintCode::Syntax,
        &[
            ("a AND", "AND", "AND has nothing after it", OPERATOR),
            ("AND a", "AND", "AND has nothing before it", OPERATOR),
            ("(AND a)", "AND", "AND has nothing before it", OPERATOR),
            ("a OR OR b", "OR", "OR has nothing after it", OPERATOR),
            ("a AND AND b", "AND", "AND has nothing after it", OPERATOR),
            ("a AND OR b", "AND", "AND has nothing after it", OPERATOR),
            ("a NOT", "NOT", "NOT has nothing after it", excluded),
            ("a (b -)", "-", "- has nothing after it", excluded),
            ("a NOT OR b", "NOT", "NOT has nothing after it", excluded),
            ("a ()", "()", "the group is empty", "write words in it, or remove it"),
            ("title: a", "title:", "title: has nothing after it", "write title:… without a space"),
            ("title:-a", "title:", "title: has nothing after it", "to exclude, write -title:…"),
            ("title:", "title:", "title: has nothing after it", "write title:… without a space"),
        ],
    );
}

#[test]
fn what_comes_in_pairs_must_close() {
    let close_group = "add a ) where the group ends";
    let close_phrase = "close the phrase with another quotation mark";
    check(
        LintCode::Syntax,
        &[
            ("a (b", "(", "( is never closed", close_group),
            ("a) b", ")", ") closes nothing", "remove it, or open the group with a ("),
            ("((a)", "(", "( is never closed", close_group),
            ("écran 27\"", "\"", "\" is never closed", close_phrase),
            ("« thé", "«", "« is never closed", close_phrase),
            ("title:\"", "\"", "\" is never closed", close_phrase),
            ("a {BT", "{", "{ is never closed", "write {Word}, with a } after it"),
            ("title:{BT", "{", "{ is never closed", "write {Word}, with a } after it"),
            ("<<< a", "<<<", "<<< is never closed", "end the comment with >>>"),
            ("a <<<", "<<<", "<<< is never closed", "end the comment with >>>"),
            ("likes:[1 TO 2", "[", "[ is never closed", "write [from TO to]"),
            ("/etc", "/", "/ is never closed", "end the pattern with /, or put the word in quotes"),
            (
                "/a\\/",
                "/",
                "/ is never closed",
                "end the pattern with /, or put the word in quotes",
            ),
        ],
    );
}

#[test]
fn an_operator_stands_where_it_has_something_to_join() {
    let tilde = "write ~word for all forms of the word, \"two words\"~5 for a distance";
    check(
        LintCode::Syntax,
        &[
            (
                "title:(author:a)",
                "author:",
                "author: stands inside the group of another field",
                "close that group first",
            ),
            (
                "rating: [1 TO 3]",
                "rating:",
                "rating: has nothing after it",
                "write rating:… without a space",
            ),
            ("likes:-5", "likes:", "likes: has nothing after it", "to exclude, write -likes:…"),
            ("a NEAR", "NEAR", "NEAR has nothing after it", OPERATOR),
            ("NEAR a", "NEAR", "NEAR has nothing before it", OPERATOR),
            ("NEAR", "NEAR", "NEAR has nothing before it", OPERATOR),
            ("a NEAR NEAR b", "NEAR", "NEAR has nothing after it", OPERATOR),
            ("a AND NEAR/2 b", "NEAR/2", "NEAR/2 has nothing before it", OPERATOR),
            (
                "ATLEAST/3",
                "ATLEAST/3",
                "ATLEAST/3 has nothing after it",
                "write the word or the group that must occur so often after it",
            ),
            (
                "ATLEAST/3 OR a",
                "ATLEAST/3",
                "ATLEAST/3 has nothing after it",
                "write the word or the group that must occur so often after it",
            ),
            ("~5", "~", "~ must stand before a word or a phrase", tilde),
            ("~(a OR b)", "~", "~ must stand before a word or a phrase", tilde),
            ("~/a/", "~", "~ must stand before a word or a phrase", tilde),
            ("~{a}", "~", "~ must stand before a word or a phrase", tilde),
            (
                "(\"a b\")~5",
                "~5",
                "a distance must follow a phrase",
                "join the groups by NEAR: (a OR b) NEAR/5 (c OR d)",
            ),
            (
                "(a OR b)~5",
                "~5",
                "a distance must follow a phrase",
                "join the groups by NEAR: (a OR b) NEAR/5 (c OR d)",
            ),
            (
                "lang:\"fr\"~2",
                "~2",
                "a distance must follow a phrase of words",
                "remove the ~ and what follows it",
            ),
        ],
    );
}

#[test]
fn a_directive_stands_beside_what_it_directs() {
    let close_group = "add a ) where the group ends";
    let in_fields = "write in:title, in:text, in:quote or in:author";
    let in_words = "write the words that must stand there, without a field: in:quote ozalee";
    let beside = "write it beside the other parts, without NOT and outside of other fields";
    check(
        LintCode::Syntax,
        &[
            ("in:", "in:", "in: has no field after it", in_fields),
            ("in:x a", "in:x", "in:x is no field of words", in_fields),
            ("in:lang a", "in:lang", "in:lang is no field of words", in_fields),
            ("in:(title) a", "in:", "in: has no field after it", in_fields),
            ("in:title", "in:title", "in: has no words beside it", in_words),
            ("in:title lang:fr", "in:title", "in: has no words beside it", in_words),
            ("in:title author:a", "in:title", "in: has no words beside it", in_words),
            (
                "in:title in:text a",
                "in:text",
                "the group has two in:",
                "join two groups by OR, each with its own",
            ),
            ("-in:title a", "in:", "in: cannot stand here", beside),
            ("title:(in:text a)", "in:", "in: cannot stand here", beside),
            ("a NEAR in:title b", "in:", "in: cannot stand here", beside),
            (
                "stem:",
                "stem:",
                "stem: has no language after it",
                "write stem:fr or stem:(fr OR en)",
            ),
            ("stem:(fr a", "(", "( is never closed", close_group),
            (
                "stem:() a",
                "stem:",
                "stem: has no language after it",
                "write stem:fr or stem:(fr OR en)",
            ),
            ("-stem:fr a", "stem:", "stem: cannot stand here", beside),
            ("title:(stem:fr a)", "stem:", "stem: cannot stand here", beside),
            ("-context:a b", "context:", "context: cannot stand here", beside),
            ("title:(context:a b)", "context:", "context: cannot stand here", beside),
        ],
    );
}

#[test]
fn what_has_no_word_in_it_is_refused() {
    let empty = "write the words to look for";
    let minus = "to exclude a word, write -word without a space";
    let letters = "only letters, digits and emoji are searched";
    check(
        LintCode::NothingToSearch,
        &[
            ("", "", "the query is empty", empty),
            ("  ", "  ", "the query is empty", empty),
            ("<<< a >>>", "<<< a >>>", "the query is empty", empty),
            ("stem:fr", "stem:fr", "the query is empty", empty),
            ("a | b", "|", "\"|\" has no word in it", "write OR, in capitals"),
            ("a || b", "||", "\"||\" has no word in it", "write OR, in capitals"),
            ("a && b", "&&", "\"&&\" has no word in it", "write AND, in capitals"),
            ("a - b", "-", "\"-\" has no word in it", minus),
            ("a – b", "–", "\"–\" has no word in it", minus),
            ("a ! b", "!", "\"!\" has no word in it", minus),
            (
                "a : b",
                ":",
                "\":\" has no word in it",
                "a field stands right before its value: title:word",
            ),
            ("a ~ b", "~", "\"~\" has no word in it", "write ~word without a space"),
            ("a ?", "?", "\"?\" has no word in it", letters),
            ("a *", "*", "\"*\" has no word in it", letters),
            ("title:…", "…", "\"…\" has no word in it", letters),
            ("\"…\"", "\"…\"", "\"…\" has no word in it", letters),
            ("\"\"", "\"\"", "\"\" has no word in it", letters),
            (
                "{}",
                "{}",
                "{} has no word in it",
                "write {Word}, with letters or digits between the braces",
            ),
            (
                "{!}",
                "{!}",
                "{!} has no word in it",
                "write {Word}, with letters or digits between the braces",
            ),
            ("~", "~", "\"~\" has no word in it", "write ~word without a space"),
        ],
    );
}

#[test]
fn a_query_must_need_a_word_on_every_path() {
    let add = "add a word or a filter that must be there";
    check(
        LintCode::PurelyNegative,
        &[
            ("-a", "-a", "this only excludes, so that it would find almost everything", add),
            (
                "NOT (a b)",
                "NOT (a b)",
                "this only excludes, so that it would find almost everything",
                add,
            ),
            ("-a -b", "-a -b", "this only excludes, so that it would find almost everything", add),
            ("a OR -b", "-b", "this only excludes, so that it would find almost everything", add),
            (
                "a OR (b OR -c)",
                "-c",
                "this only excludes, so that it would find almost everything",
                add,
            ),
            (
                "NOT (a AND -b)",
                "NOT (a AND -b)",
                "this only excludes, so that it would find almost everything",
                add,
            ),
            (
                "-a stem:fr",
                "-a",
                "this only excludes, so that it would find almost everything",
                add,
            ),
            (
                "-a anticontext:b",
                "-a anticontext:b",
                "this only excludes, so that it would find almost everything",
                add,
            ),
        ],
    );
}

#[test]
fn an_alternative_may_exclude_where_a_word_stands_beside_it() {
    read("a (b OR -c)", "(a & (b | !c))");
    read("NOT (-a -b)", "!(!a & !b)");
    read("lang:fr -a", "(lang:fr & !a)");
    read("-a context:b", "(!a & context(b - ))");
    read("-a likes:[1 TO 2]", "(!a & Likes[1 2])");
}

#[test]
fn what_is_too_large() {
    check(
        LintCode::TooLarge,
        &[
            (
                "a NEAR b NEAR b NEAR b NEAR b NEAR b NEAR b NEAR b NEAR b NEAR b NEAR b",
                "NEAR",
                "more than 8 NEAR in a row",
                "write \"a b c\"~9 for words in any order",
            ),
            (
                "a NEAR (a NEAR (a NEAR (a NEAR (a NEAR (a NEAR (a NEAR (a NEAR (a NEAR a))))))))",
                "a NEAR (a NEAR (a NEAR (a NEAR (a NEAR (a NEAR (a NEAR (a NEAR (a NEAR a))))))))",
                "NEAR within NEAR more than 8 deep",
                "write \"a b c\"~9 for words in any order",
            ),
            (
                "\"a b c d e f g h i\"~2",
                "\"a b c d e f g h i\"~2",
                "more than 8 words within a distance",
                "leave some of the words out",
            ),
        ],
    );
}

#[test]
fn an_unknown_field_is_refused_with_the_likely_one() {
    let title = "did you mean title:?";
    let all = "the fields are title: text: author: quote: url: links: site: lang: country: source: kind: tag: thread: tone: has: reply: rating: date: minute: likes: shares: comments: views: followers: in: stem: context: anticontext: anti-context:; to find the words, put them between quotation marks";
    check(
        LintCode::UnknownField,
        &[
            ("titel:a", "titel:", "unknown field titel:", title),
            ("langue:fr", "langue:", "unknown field langue:", "did you mean lang:?"),
            ("C:a", "C:", "unknown field C:", all),
            ("Note:", "Note:", "unknown field Note:", all),
            ("C::a", "C:", "unknown field C:", all),
            ("title:(titel:a)", "titel:", "unknown field titel:", title),
            ("intitle:a", "intitle:", "unknown field intitle:", title),
            ("language:fr", "language:", "unknown field language:", "did you mean lang:?"),
        ],
    );
}

#[test]
fn a_field_says_what_it_takes() {
    let letters = "between braces only letters and digits count; write the sign outside of them";
    let site = "write site:example.com or site:example.com/blog";
    check(
        LintCode::BadValue,
        &[
            ("{#a}", "{#a}", "{#a} has a sign in it", letters),
            ("{a*}", "{a*}", "{a*} has a sign in it", letters),
            ("{a🍵}", "{a🍵}", "{a🍵} has a sign in it", letters),
            ("\"a {#b}\"", "\"a {#b}\"", "{#b} has a sign in it", letters),
            (
                "lang:français",
                "français",
                "\"français\" is not a language",
                "use the code of two or three letters, such as lang:fr",
            ),
            (
                "country:France",
                "France",
                "\"France\" is not a country",
                "use the code of two letters, such as country:fr",
            ),
            (
                "kind:forums",
                "forums",
                "\"forums\" is not a kind of source",
                "did you mean kind:forum?",
            ),
            (
                "kind:x",
                "x",
                "\"x\" is not a kind of source",
                "known are news, blog, forum, review, social, video, web",
            ),
            ("tone:bad", "bad", "\"bad\" is not a tone", "known are negative, neutral, positive"),
            ("tone:negativ", "negativ", "\"negativ\" is not a tone", "did you mean tone:negative?"),
            (
                "has:video",
                "video",
                "\"video\" is not something to have",
                "known are rating, image, link",
            ),
            (
                "has:images",
                "images",
                "\"images\" is not something to have",
                "did you mean has:image?",
            ),
            ("reply:yes", "yes", "\"yes\" is not true or false", "known are true, false"),
            ("site:\"a b\"", "\"a b\"", "\"a b\" is not a site", site),
            (
                "site:a.example/?p=1",
                "a.example/?p=1",
                "\"a.example/?p=1\" is one page, not a site",
                "leave out what follows ? or #",
            ),
            (
                "site:a/1/2/3/4/5/6/7/8/9",
                "a/1/2/3/4/5/6/7/8/9",
                "\"a/1/2/3/4/5/6/7/8/9\" is too long for a site",
                "shorten the path",
            ),
            ("site:*", "*", "\"*\" is not a site", site),
            ("site:a,b", "a,b", "\"a,b\" is not a site", site),
            ("source:\"\"", "\"\"", "source: names no source", "write source:its-id"),
            ("thread:\"\"", "\"\"", "thread: names no thread", "write thread:its-id"),
            ("tag:#", "#", "tag: names no tag", "write tag:recall"),
            ("tag:\"\"", "\"\"", "tag: names no tag", "write tag:recall"),
            (
                "lang:{fr}",
                "{fr}",
                "this field takes neither {…} nor ~",
                "write its value alone, or between quotation marks",
            ),
            (
                "lang:~fr",
                "~fr",
                "this field takes neither {…} nor ~",
                "write its value alone, or between quotation marks",
            ),
            (
                "site:/a/",
                "/a/",
                "this field takes no pattern",
                "write its value, between quotation marks if it begins with /",
            ),
            (
                "likes:/a/",
                "/a/",
                "this field takes no pattern",
                "write its value, between quotation marks if it begins with /",
            ),
        ],
    );
}

#[test]
fn a_range_says_what_it_takes() {
    let rating = "write a number: rating:[1 TO 2.5]";
    let scale = "write rating:[6 TO 8]/10 for sites that rate out of 10";
    let range = "write [from TO to], with * for an open end";
    let whole = "write a whole number";
    let stem = "they are fr, en, de, es, it, pt and nl";
    check(
        LintCode::BadValue,
        &[
            ("rating:bad", "bad", "\"bad\" is not a rating", rating),
            ("rating:>3", ">3", "\">3\" is not a rating", rating),
            ("rating:3/x", "3/x", "\"x\" is not the end of a scale", scale),
            ("rating:3/0", "3/0", "\"0\" is not the end of a scale", scale),
            ("rating:[3]", "[3]", "[3] is not a range", range),
            ("rating:[1..3]", "[1..3]", "[1..3] is not a range", range),
            ("rating:[1 to 3]", "[1 to 3]", "[1 to 3] is not a range", range),
            ("rating:[3 TO 1]", "[3 TO 1]", "[3 TO 1] is empty", "write the smaller end first"),
            (
                "rating:[* TO *]",
                "[* TO *]",
                "the range is open at both ends",
                "write a number for one of them",
            ),
            ("rating:[1 TO 3]/x", "[1 TO 3]/x", "\"x\" is not the end of a scale", scale),
            ("rating:[1 TO 3]x", "[1 TO 3]x", "\"x\" cannot follow a range", range),
            ("likes:[1 TO 3]/10", "[1 TO 3]/10", "\"/10\" cannot follow a range", range),
            ("rating:[1.2345 TO 3]", "[1.2345 TO 3]", "\"1.2345\" is not a rating", rating),
            ("likes:+5", "+5", "\"+5\" is not a count", whole),
            ("likes:[-5 TO 3]", "[-5 TO 3]", "\"-5\" is not a count", whole),
            ("likes:1.5", "1.5", "\"1.5\" is not a count", whole),
            (
                "date:2026",
                "2026",
                "\"2026\" is not a date",
                "write date:[2026-01-31 TO 2026-02-28], or 2026-01-31T18:00Z",
            ),
            (
                "date:[2026-02-30 TO *]",
                "[2026-02-30 TO *]",
                "\"2026-02-30\" is not a date",
                "write date:[2026-01-31 TO 2026-02-28], or 2026-01-31T18:00Z",
            ),
            (
                "date:[2026-02-03 TO 2026-02-01]",
                "[2026-02-03 TO 2026-02-01]",
                "[2026-02-03 TO 2026-02-01] is empty",
                "write the smaller end first",
            ),
            (
                "minute:24:00",
                "24:00",
                "\"24:00\" is not a minute of the day",
                "write minute:[18:30 TO 19:00], in UTC",
            ),
            (
                "minute:1440",
                "1440",
                "\"1440\" is not a minute of the day",
                "write minute:[18:30 TO 19:00], in UTC",
            ),
            (
                "minute:[22:00 TO 02:00]",
                "[22:00 TO 02:00]",
                "[22:00 TO 02:00] is empty",
                "a range ends with its day: join one until 23:59 and one from 00:00 by OR",
            ),
            (
                "title:[a TO b]",
                "[a TO b]",
                "this field takes no range",
                "ranges are for rating: date: minute: likes: shares: comments: views: followers:",
            ),
            (
                "lang:[a TO b]",
                "[a TO b]",
                "this field takes no range",
                "ranges are for rating: date: minute: likes: shares: comments: views: followers:",
            ),
            ("stem:xx a", "xx", "\"xx\" is not a language whose forms are known", stem),
            ("stem:(fr OR xx) a", "xx", "\"xx\" is not a language whose forms are known", stem),
            ("stem:(fr -de) a", "-", "\"-\" is not a language whose forms are known", stem),
        ],
    );
}

#[test]
fn a_wildcard_needs_a_word_that_could_be_found() {
    let first = "write at least the first letter of the word";
    let two = "write at least two letters of the word";
    let sign = "write the word without the sign, or the sign without a wildcard";
    check(
        LintCode::BadWildcard,
        &[
            ("*a", "*a", "*a begins with a wildcard", first),
            ("?a", "?a", "?a begins with a wildcard", first),
            ("**gras**", "**gras**", "**gras** begins with a wildcard", first),
            ("a*", "a*", "a* would find far too many words", two),
            ("a?", "a?", "a? would find far too many words", two),
            ("\"x a*\"", "\"x a*\"", "a* would find far too many words", two),
            (
                "abcdefghijkl*m*n*o*p*",
                "abcdefghijkl*m*n*o*p*",
                "abcdefghijkl*m*n*o*p* has too many wildcards",
                "write at most 4 * in a word",
            ),
            (
                "東京*",
                "東京*",
                "東京* would never be found, since its letters are read as several words",
                "leave out the wildcard: the characters are also found within longer words",
            ),
            (
                "a*東",
                "a*東",
                "a*東 would never be found, since its letters are read as several words",
                "leave out the wildcard: the characters are also found within longer words",
            ),
            (
                "الشرك*",
                "الشرك*",
                "الشرك* would never be found, since its letters are read as several words",
                "write the word without its article",
            ),
            ("#ozal*", "#ozal*", "#ozal* has both a sign and a wildcard", sign),
            ("@ozalee_f*", "@ozalee_f*", "@ozalee_f* has both a sign and a wildcard", sign),
            ("\"le $oz?\"", "\"le $oz?\"", "$oz? has both a sign and a wildcard", sign),
            ("apple context:*b", "*b", "*b begins with a wildcard", first),
        ],
    );
}

#[test]
fn a_pattern_must_be_one() {
    let syntax = "the syntax is that of RE2; to find the text itself, put it in quotes";
    check(
        LintCode::BadPattern,
        &[
            ("/a(/", "/a(/", "the pattern cannot be used: unclosed group", syntax),
            (
                "/a*/",
                "/a*/",
                "the pattern cannot be used: it finds the empty text, and so everything",
                syntax,
            ),
            (
                "/(i?)a*/",
                "/(i?)a*/",
                "the pattern cannot be used: it finds the empty text, and so everything",
                "to ignore case, write /pattern/i",
            ),
            (
                "/a/x",
                "/a/x",
                "unknown letters \"x\" after the pattern",
                "only i is known: /pattern/i ignores case; to find a path, put it in quotes",
            ),
            (
                "/r/france",
                "/r/france",
                "unknown letters \"france\" after the pattern",
                "only i is known: /pattern/i ignores case; to find a path, put it in quotes",
            ),
            (
                "/(?=a)/",
                "/(?=a)/",
                "the pattern cannot be used: look-around, including look-ahead and look-behind, is not supported",
                syntax,
            ),
            (
                "//",
                "//",
                "the pattern cannot be used: it finds the empty text, and so everything",
                syntax,
            ),
        ],
    );
}

#[test]
fn near_and_atleast_take_words_in_their_places() {
    let near = "write NEAR/5 with a number from 0 to 100";
    let or = "join words, phrases and groups of them by OR only";
    let times = "write ATLEAST/3 with a number from 1 to 1000";
    let distance = "write \"two words\"~5, with a number from 0 to 100";
    check(
        LintCode::BadOperand,
        &[
            ("a NEAR/x b", "NEAR/x", "NEAR/x does not say how near", near),
            ("a NEAR/ b", "NEAR/", "NEAR/ does not say how near", near),
            ("a NEAR/101 b", "NEAR/101", "NEAR/101 does not say how near", near),
            ("a NEAR/+5 b", "NEAR/+5", "NEAR/+5 does not say how near", near),
            ("a NEAR/3 -b", "-b", "NOT cannot be an operand of NEAR/3", or),
            ("a NEAR/3 NOT b", "NOT b", "NOT cannot be an operand of NEAR/3", or),
            ("-a NEAR/3 (-b)", "(-b)", "NOT cannot be an operand of NEAR/3", or),
            ("a NEAR/3 ATLEAST/2 b", "ATLEAST/2 b", "ATLEAST cannot be an operand of NEAR/3", or),
            (
                "a NEAR/3 (ATLEAST/2 b)",
                "(ATLEAST/2 b)",
                "ATLEAST cannot be an operand of NEAR/3",
                or,
            ),
            (
                "a NEAR/3 (b c)",
                "(b c)",
                "a group of words joined by AND cannot be an operand of NEAR/3",
                or,
            ),
            ("a NEAR/3 /b/", "/b/", "a pattern cannot be an operand of NEAR/3", or),
            ("a NEAR/3 lang:fr", "lang:fr", "a filter cannot be an operand of NEAR/3", or),
            (
                "a NEAR/3 likes:[1 TO 2]",
                "likes:[1 TO 2]",
                "a filter cannot be an operand of NEAR/3",
                or,
            ),
            (
                "a NEAR/3 title:b",
                "a NEAR/3 title:b",
                "the two sides of NEAR/3 stand in different fields",
                "put the field outside: title:(a NEAR/3 b)",
            ),
            (
                "title:a NEAR/3 b",
                "title:a NEAR/3 b",
                "the two sides of NEAR/3 stand in different fields",
                "put the field outside: title:(a NEAR/3 b)",
            ),
            (
                "a NEAR/3 (b OR title:c)",
                "(b OR title:c)",
                "a group of different fields cannot be an operand of NEAR/3",
                or,
            ),
            ("ATLEAST a", "ATLEAST", "ATLEAST does not say how often", times),
            ("ATLEAST/0 a", "ATLEAST/0", "ATLEAST/0 does not say how often", times),
            ("ATLEAST/1001 a", "ATLEAST/1001", "ATLEAST/1001 does not say how often", times),
            ("ATLEAST/x a", "ATLEAST/x", "ATLEAST/x does not say how often", times),
            ("ATLEAST(a)", "ATLEAST", "ATLEAST does not say how often", times),
            ("ATLEAST/3 -a", "-a", "NOT cannot be an operand of ATLEAST/3", or),
            (
                "ATLEAST/3 ATLEAST/2 a",
                "ATLEAST/2 a",
                "ATLEAST cannot be an operand of ATLEAST/3",
                or,
            ),
            (
                "ATLEAST/3 (a b)",
                "(a b)",
                "a group of words joined by AND cannot be an operand of ATLEAST/3",
                or,
            ),
            ("ATLEAST/3 lang:fr", "lang:fr", "a filter cannot be an operand of ATLEAST/3", or),
            (
                "ATLEAST/3 (a OR title:b)",
                "(a OR title:b)",
                "a group of different fields cannot be an operand of ATLEAST/3",
                or,
            ),
            ("\"a b\"~", "~", "the distance is not a number of words", distance),
            ("\"a b\"~x", "~x", "the distance is not a number of words", distance),
            ("\"a b\"~5f", "~5f", "the distance is not a number of words", distance),
            ("\"a b\"~101", "~101", "the distance is not a number of words", distance),
            ("\"a b\"~5.5", "~5.5", "the distance is not a number of words", distance),
            ("\"a b\"~\"c\"", "~", "the distance is not a number of words", distance),
        ],
    );
}

#[test]
fn a_context_stands_beside_the_whole_query() {
    let alone = "write context:(one OR other), without a space";
    let beside = "write what to look for beside it";
    let brackets = "put the other parts in brackets before it: (… OR …) context:(… OR …)";
    check(
        LintCode::BadContext,
        &[
            ("context:", "context:", "context: has nothing after it", alone),
            ("context:a", "context:a", "there is only a context", beside),
            ("context:a context:b", "context:a context:b", "there is only a context", beside),
            ("anticontext:a", "anticontext:a", "there is only a context", beside),
            ("apple context: a", "context:", "context: has nothing after it", alone),
            (
                "apple anti-context:",
                "anti-context:",
                "anti-context: has nothing after it",
                "write anti-context:(one OR other), without a space",
            ),
            ("apple context:-a", "context:", "context: has nothing after it", alone),
            (
                "apple context:(a OR -b)",
                "-b",
                "this only excludes, which tells nothing about the context",
                "use anticontext: for the words that go with something else",
            ),
            (
                "apple OR context:a",
                "context:a",
                "the context must stand beside the whole query",
                brackets,
            ),
            (
                "apple OR pear context:a",
                "context:a",
                "the context must stand beside the whole query",
                brackets,
            ),
            (
                "(apple context:a) pear",
                "context:a",
                "the context must stand beside the whole query",
                brackets,
            ),
            (
                "apple context:(a OR context:b)",
                "context:b",
                "the context must stand beside the whole query",
                brackets,
            ),
        ],
    );
}

#[test]
fn a_problem_in_a_named_part_is_told_where_its_name_stands() {
    let mut parts = Parts::default();
    let mut part = |name: &str, text: &str| parts.insert(name, text).unwrap();
    part("empty", "<<< nothing yet >>>");
    part("self", "a OR @self");
    part("one", "@two");
    part("two", "b @one");
    part("broken", "titel:a OR (b");
    part("negative", "-a");
    part("deep0", "a");
    for deep in 1..=8 {
        part(&format!("deep{deep}"), &format!("@deep{}", deep - 1));
    }
    let refused = |text: &str, expect: &[&str]| refused_with(text, &parts, expect);
    refused(
        "a @empty",
        &["bad-part: @empty: @empty is empty (write its words in the configuration)"],
    );
    refused(
        "a @self",
        &["bad-part: @self: in @self: @self contains itself (remove one of the two)"],
    );
    refused(
        "@one",
        &["bad-part: @one: in @one: in @two: @one contains itself (remove one of the two)"],
    );
    refused(
        "a -@broken",
        &[
            "unknown-field: @broken: in @broken: unknown field titel: (did you mean title:?)",
            "syntax: @broken: in @broken: ( is never closed (add a ) where the group ends)",
        ],
    );
    let excludes = "this only excludes, so that it would find almost everything \
                    (add a word or a filter that must be there)";
    refused("a OR @negative", &[&format!("purely-negative: @negative: {excludes}")]);
    super::check_with("a @negative", &parts, "(a & !a)");
    super::check_with("@deep7", &parts, "a");
    let inner =
        "in @deep8: in @deep7: in @deep6: in @deep5: in @deep4: in @deep3: in @deep2: in @deep1: ";
    let deep = "parts within parts more than 8 deep (write the inner ones out)";
    refused("@deep8", &[&format!("too-large: @deep8: {inner}{deep}")]);
    let operand = "a group of words joined by AND cannot be an operand of NEAR/2 \
                   (join words, phrases and groups of them by OR only)";
    parts.insert("both", "a b").unwrap();
    refused_with("a NEAR/2 @both", &parts, &[&format!("bad-operand: @both: {operand}")]);
}

#[test]
fn every_problem_is_told_at_once() {
    refused(
        "OR",
        &[
            "syntax: OR: OR has nothing before it (write a word on both sides, or put it between quotes to find the word itself)",
            "syntax: OR: OR has nothing after it (write a word on both sides, or put it between quotes to find the word itself)",
        ],
    );
    refused(
        "title:)",
        &[
            "syntax: title:: title: has nothing after it (write title:… without a space)",
            "syntax: ): ) closes nothing (remove it, or open the group with a ()",
        ],
    );
    refused(
        "titel:a AND (b OR",
        &[
            "unknown-field: titel:: unknown field titel: (did you mean title:?)",
            "syntax: (: ( is never closed (add a ) where the group ends)",
            "syntax: OR: OR has nothing after it (write a word on both sides, or put it between quotes to find the word itself)",
        ],
    );
    refused(
        ") lang:x ( * )",
        &[
            "syntax: ): ) closes nothing (remove it, or open the group with a ()",
            "bad-value: x: \"x\" is not a language (use the code of two or three letters, such as lang:fr)",
            "nothing-to-search: *: \"*\" has no word in it (only letters, digits and emoji are searched)",
        ],
    );
}
