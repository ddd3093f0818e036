//! Every warning with its place, its sentence and what comes of its fix.

use super::{fixed, parts};
use crate::{LintCode, lint};

/// A query, the part that is meant, the message, and the advice or, after `=> `, what its fix makes of
/// the query.
type Case<'a> = (&'a str, &'a str, &'a str, &'a str);

fn check(code: LintCode, cases: &[Case<'_>]) {
    for (text, part, message, fix) in cases {
        let lints = lint(text, &parts());
        let lint = lints.iter().find(|lint| lint.code == code && &text[lint.span.clone()] == *part);
        let lint = lint.unwrap_or_else(|| panic!("{text}: {lints:?}"));
        assert_eq!(lint.message, *message, "{text}");
        let told = match fixed(lint, text) {
            Some(fixed) => format!("=> {fixed}"),
            None => lint.fix.as_ref().unwrap().message.clone(),
        };
        assert_eq!(told, *fix, "{text}");
    }
}

#[test]
fn alternatives_of_several_parts_want_brackets() {
    check(
        LintCode::MixedAndOr,
        &[
            (
                "acme shop OR beta",
                "acme shop OR beta",
                "OR is read after AND: “acme shop” is one alternative",
                "=> (acme shop) OR beta",
            ),
            (
                "acme -spam OR beta",
                "acme -spam OR beta",
                "OR is read after AND: “acme -spam” is one alternative",
                "=> (acme -spam) OR beta",
            ),
            (
                "(acme beta OR gamma) xyz",
                "(acme beta OR gamma)",
                "OR is read after AND: “acme beta” is one alternative",
                "=> ((acme beta) OR gamma) xyz",
            ),
            (
                "in:title acme shop OR beta",
                "acme shop OR beta",
                "OR is read after AND: “acme shop” is one alternative",
                "=> in:title (acme shop) OR beta",
            ),
            (
                "acme lang:fr OR beta gamma",
                "acme lang:fr OR beta gamma",
                "OR is read after AND: “acme lang:fr” is one alternative",
                "=> (acme lang:fr) OR (beta gamma)",
            ),
            (
                "title:(acme beta OR gamma)",
                "title:(acme beta OR gamma)",
                "OR is read after AND: “acme beta” is one alternative",
                "=> title:((acme beta) OR gamma)",
            ),
            (
                "acme (beta OR gamma OR beta) OR delta",
                "acme (beta OR gamma OR beta) OR delta",
                "OR is read after AND: “acme (beta OR gamma OR beta)” is one alternative",
                "=> (acme (beta OR gamma OR beta)) OR delta",
            ),
            (
                "xyz OR acme AND acme",
                "xyz OR acme AND acme",
                "OR is read after AND: “acme AND acme” is one alternative",
                "=> xyz OR (acme AND acme)",
            ),
        ],
    );
}

#[test]
fn an_operator_in_lower_case_or_in_another_language_is_a_word() {
    let message = "“or” is a word to look for here, not an operator";
    check(
        LintCode::LowercaseOperator,
        &[
            (
                "acme and shop",
                "and",
                "“and” is a word to look for here, not an operator",
                "=> acme AND shop",
            ),
            ("acme or shop", "or", message, "=> acme OR shop"),
            (
                "acme not shop",
                "not",
                "“not” is a word to look for here, not an operator",
                "=> acme NOT shop",
            ),
            (
                "acme near shop",
                "near",
                "“near” is a word to look for here, not an operator",
                "=> acme NEAR shop",
            ),
            (
                "acme ET shop",
                "ET",
                "“ET” is a word to look for here, not an operator",
                "=> acme AND shop",
            ),
            (
                "acme ou (beta OR gamma)",
                "ou",
                "“ou” is a word to look for here, not an operator",
                "=> acme OR (beta OR gamma)",
            ),
            (
                "\"acme shop\" sauf \"acme film\"",
                "sauf",
                "“sauf” is a word to look for here, not an operator",
                "=> \"acme shop\" NOT \"acme film\"",
            ),
            (
                "acme Oder beta",
                "Oder",
                "“Oder” is a word to look for here, not an operator",
                "=> acme OR beta",
            ),
            (
                "title:(acme und beta)",
                "und",
                "“und” is a word to look for here, not an operator",
                "=> title:(acme AND beta)",
            ),
            ("-acme or beta", "or", message, "write OR, or put the words between quotation marks"),
            ("acme or -beta", "or", message, "write OR, or put the words between quotation marks"),
            (
                "acme near (beta gamma)",
                "near",
                "“near” is a word to look for here, not an operator",
                "write NEAR, or put the words between quotation marks",
            ),
        ],
    );
}

#[test]
fn a_star_alone_stands_for_no_word() {
    check(
        LintCode::LoneWildcard,
        &[
            (
                "\"acme * shop\"",
                "*",
                "a * alone stands for no word: the words beside it must follow each other",
                "=> \"acme shop\"~1",
            ),
            (
                "\"acme * * big shop\"~9",
                "*",
                "a * alone stands for no word: the words beside it must follow each other",
                "write \"acme big shop\"~2 for words with others between",
            ),
        ],
    );
}

#[test]
fn a_plus_or_a_number_sign_is_not_looked_for() {
    check(
        LintCode::DroppedSign,
        &[
            (
                "C++",
                "C++",
                "the ++ of C++ is not looked for: this finds every “C”",
                "add /C\\+\\+/ beside it to insist on the sign",
            ),
            (
                "C#",
                "C#",
                "the # of C# is not looked for: this finds every “C”",
                "add /C#/ beside it to insist on the sign",
            ),
            (
                "\"Canal+ Sport\"",
                "Canal+",
                "the + of Canal+ is not looked for: this finds every “Canal”",
                "add /Canal\\+/ beside it to insist on the sign",
            ),
            (
                "title:disney+",
                "disney+",
                "the + of disney+ is not looked for: this finds every “disney”",
                "add /disney\\+/ beside it to insist on the sign",
            ),
        ],
    );
}

#[test]
fn a_prefix_wants_four_letters() {
    let advice = "write at least 4 letters before the *, or the words themselves, joined by OR";
    check(
        LintCode::ShortPrefix,
        &[
            ("ab*", "ab*", "ab* stands for very many words", advice),
            ("a*b", "a*b", "a*b stands for very many words", advice),
            ("abc* OR defgh*", "abc*", "abc* stands for very many words", advice),
            ("-abc* acme", "abc*", "abc* stands for very many words", advice),
            ("title:un*", "title:un*", "un* stands for very many words", advice),
        ],
    );
}

#[test]
fn what_is_written_twice_is_told_once() {
    let message = "“acme” stands in this group already";
    check(
        LintCode::DuplicateClause,
        &[
            ("acme acme", "acme", message, "=> acme"),
            (
                "acme OR beta OR Acme",
                "Acme",
                "“Acme” stands in this group already",
                "=> acme OR beta",
            ),
            ("acme AND acme AND beta", "acme", message, "=> acme AND beta"),
            (
                "acme (beta OR gamma OR beta) OR delta",
                "beta",
                "“beta” stands in this group already",
                "=> acme (beta OR gamma) OR delta",
            ),
            ("xyz OR acme AND acme", "acme", message, "=> xyz OR acme"),
            (
                "lang:fr lang:fr acme",
                "lang:fr",
                "“lang:fr” stands in this group already",
                "=> lang:fr acme",
            ),
            (
                "-beta acme NOT beta",
                "NOT beta",
                "“NOT beta” stands in this group already",
                "=> -beta acme",
            ),
            ("in:title acme OR in:title acme", "acme", message, "leave it out"),
            (
                "context:(fruit OR cider) apple apple",
                "apple",
                "“apple” stands in this group already",
                "=> context:(fruit OR cider) apple",
            ),
        ],
    );
}

#[test]
fn a_part_that_another_one_makes_needless_is_told() {
    let advice = "=> acme";
    check(
        LintCode::UselessClause,
        &[
            (
                "\"acme shop\" OR acme",
                "\"acme shop\"",
                "“\"acme shop\"” finds nothing that “acme” does not find too",
                advice,
            ),
            (
                "acme \"acme shop\"",
                "acme",
                "“\"acme shop\"” makes “acme” needless",
                "=> \"acme shop\"",
            ),
            (
                "acme (\"acme shop\" OR \"acme store\")",
                "acme",
                "“(\"acme shop\" OR \"acme store\")” makes “acme” needless",
                "=> (\"acme shop\" OR \"acme store\")",
            ),
            (
                "#acme OR acme",
                "#acme",
                "“#acme” finds nothing that “acme” does not find too",
                advice,
            ),
            (
                "acmes OR acme*",
                "acmes",
                "“acmes” finds nothing that “acme*” does not find too",
                "=> acme*",
            ),
            (
                "{BT} OR bt OR xyz",
                "{BT}",
                "“{BT}” finds nothing that “bt” does not find too",
                "=> bt OR xyz",
            ),
            (
                "cheval OR ~cheval",
                "cheval",
                "“cheval” finds nothing that “~cheval” does not find too",
                "=> ~cheval",
            ),
            (
                "title:acme OR acme",
                "title:acme",
                "“title:acme” finds nothing that “acme” does not find too",
                advice,
            ),
            (
                "acme NEAR/3 shop OR acme",
                "acme NEAR/3 shop",
                "“acme NEAR/3 shop” finds nothing that “acme” does not find too",
                advice,
            ),
            (
                "ATLEAST/3 acme acme",
                "acme",
                "“ATLEAST/3 acme” makes “acme” needless",
                "=> ATLEAST/3 acme",
            ),
            (
                "acme (site:blog.acme.com OR site:acme.com)",
                "site:blog.acme.com",
                "“site:blog.acme.com” finds nothing that “site:acme.com” does not find too",
                "=> acme (site:acme.com)",
            ),
            (
                "acme lang:fr -lang:en",
                "-lang:en",
                "“lang:fr” makes “-lang:en” needless",
                "=> acme lang:fr",
            ),
            (
                "acme -shop -\"big shop\"",
                "-\"big shop\"",
                "“-shop” makes “-\"big shop\"” needless",
                "=> acme -shop",
            ),
            (
                "@competitors OR beta",
                "beta",
                "“beta” finds nothing that “@competitors” does not find too",
                "=> @competitors",
            ),
        ],
    );
}

#[test]
fn one_or_two_letters_are_not_enough_by_themselves() {
    let message = "“hp” is so short that it also stands for many other things";
    let advice = "ask for another word beside it, or for exactly so written letters in braces";
    check(
        LintCode::ShortWord,
        &[
            (
                "{BT} OR bt OR xyz",
                "bt",
                "“bt” is so short that it also stands for many other things",
                advice,
            ),
            ("hp", "hp", message, advice),
            ("HP", "HP", "“HP” is so short that it also stands for many other things", "=> {HP}"),
            ("acme OR hp", "hp", message, advice),
            ("hp lang:fr -printer", "hp", message, advice),
            (
                "title:3m",
                "title:3m",
                "“title:3m” is so short that it also stands for many other things",
                advice,
            ),
            ("вк", "вк", "“вк” is so short that it also stands for many other things", advice),
        ],
    );
}

#[test]
fn parts_that_are_never_true_together_are_told() {
    let message = "“lang:fr” and “lang:en” are never both true";
    let advice = "leave out one of the two";
    check(
        LintCode::Contradiction,
        &[
            ("acme -acme", "-acme", "“acme” and “-acme” are never both true", advice),
            (
                "\"acme shop\" -acme",
                "-acme",
                "“\"acme shop\"” and “-acme” are never both true",
                advice,
            ),
            (
                "acme NOT (acme OR beta)",
                "NOT (acme OR beta)",
                "“acme” and “NOT (acme OR beta)” are never both true",
                advice,
            ),
            ("acme lang:fr lang:en", "lang:en", message, "=> acme (lang:fr OR lang:en)"),
            ("acme lang:fr AND lang:en", "lang:en", message, "=> acme (lang:fr OR lang:en)"),
            ("acme lang:fr beta lang:en", "lang:en", message, "join them by OR if either will do"),
            (
                "acme rating:[1 TO 2] rating:[4 TO 5]",
                "rating:[4 TO 5]",
                "“rating:[1 TO 2]” and “rating:[4 TO 5]” are never both true",
                "=> acme (rating:[1 TO 2] OR rating:[4 TO 5])",
            ),
            (
                "acme site:acme.com (site:beta.com OR site:gamma.com)",
                "(site:beta.com OR site:gamma.com)",
                "“site:acme.com” and “(site:beta.com OR site:gamma.com)” are never both true",
                advice,
            ),
        ],
    );
}

#[test]
fn a_range_without_an_end_gets_that_of_its_scale() {
    let message = "the range has no beginning";
    let message_2 = "the range has no end";
    check(
        LintCode::OpenRange,
        &[
            ("acme rating:[* TO 3]", "rating:[* TO 3]", message, "=> acme rating:[1 TO 3]"),
            ("acme rating:[4 TO *]", "rating:[4 TO *]", message_2, "=> acme rating:[4 TO 5]"),
            (
                "acme rating:[7 TO *]/10",
                "rating:[7 TO *]/10",
                message_2,
                "=> acme rating:[7 TO 10]/10",
            ),
            (
                "acme minute:[18:00 TO *]",
                "minute:[18:00 TO *]",
                message_2,
                "=> acme minute:[18:00 TO 23:59]",
            ),
            (
                "acme minute:[* TO 600]",
                "minute:[* TO 600]",
                message,
                "=> acme minute:[00:00 TO 600]",
            ),
            ("acme likes:[* TO 100]", "likes:[* TO 100]", message, "=> acme likes:[0 TO 100]"),
            (
                "acme date:[2026-01-01 TO *]",
                "date:[2026-01-01 TO *]",
                "the range has no end: it holds for items with a wrong date in the future too",
                "write a day for both ends",
            ),
            (
                "acme date:[* TO 2026-01-01]",
                "date:[* TO 2026-01-01]",
                "the range has no beginning: it holds for items with a wrong date long ago too",
                "write a day for both ends",
            ),
        ],
    );
}

#[test]
fn a_rating_beyond_five_stars_wants_its_scale() {
    let message = "this is never true: ratings end at 5 here";
    check(
        LintCode::OutOfScale,
        &[
            ("acme rating:8", "rating:8", message, "=> acme rating:8/10"),
            ("acme rating:[6 TO 8]", "rating:[6 TO 8]", message, "=> acme rating:[6 TO 8]/10"),
            (
                "acme rating:[4 TO 8]",
                "rating:[4 TO 8]",
                "ratings end at 5 here",
                "=> acme rating:[4 TO 8]/10",
            ),
            ("acme rating:15", "rating:15", message, "=> acme rating:15/20"),
            (
                "acme rating:[60 TO 80]",
                "rating:[60 TO 80]",
                message,
                "=> acme rating:[60 TO 80]/100",
            ),
            ("acme rating:(8 OR 3)", "8", message, "=> acme rating:(8/10 OR 3)"),
            (
                "acme rating:\"8\"",
                "rating:\"8\"",
                message,
                "write /10 after it for sites that rate out of 10",
            ),
            (
                "acme rating:[6 TO 12]/10",
                "rating:[6 TO 12]/10",
                "ratings end at 10 here",
                "write a number within the scale",
            ),
            ("acme rating:500", "rating:500", message, "write a number within the scale"),
        ],
    );
}

#[test]
fn a_pattern_that_does_not_mean_what_it_looks_like() {
    check(
        LintCode::RegexSlip,
        &[
            (
                "/(i?)acme [sx]/",
                "/(i?)acme [sx]/",
                "(i?) is an i that may be missing; it does not ignore case",
                "=> /acme [sx]/i",
            ),
            (
                "acme /(i?)beta\\.x/",
                "/(i?)beta\\.x/",
                "(i?) is an i that may be missing; it does not ignore case",
                "=> acme /beta\\.x/i",
            ),
            (
                "acme /.*be?ta.*/",
                "/.*be?ta.*/",
                ".* at an end of a pattern changes nothing: it is found anywhere in a text",
                "=> acme /be?ta/",
            ),
        ],
    );
}

#[test]
fn a_query_that_waits_for_no_word_is_looked_at_for_every_item() {
    let message =
        "no word must be there: this is looked at for every item, the most that a query can cost";
    let message_2 =
        "no word must be there: this is looked at for every item that its filters let through";
    let advice = "add a word that must be there, or a site: or source:";
    check(
        LintCode::NoRequiredWord,
        &[
            ("/(i?)acme [sx]/", "/(i?)acme [sx]/", message, advice),
            ("/acme/", "/acme/", message, advice),
            ("lang:fr", "lang:fr", message_2, advice),
            ("lang:fr -acme", "lang:fr -acme", message_2, advice),
            ("rating:[1 TO 2] has:link", "rating:[1 TO 2] has:link", message_2, advice),
            ("acme OR lang:fr", "lang:fr", message_2, advice),
            ("acme OR (kind:forum reply:true)", "(kind:forum reply:true)", message_2, advice),
            ("/acm[eé] shop/", "/acm[eé] shop/", message, advice),
        ],
    );
}

#[test]
fn a_pattern_of_words_alone_should_be_words() {
    let message = "a pattern without special characters: the words themselves are found faster, and whatever their accents, but not within longer words";
    check(
        LintCode::RegexPlainWord,
        &[
            ("/acme/", "/acme/", message, "=> acme"),
            ("acme /Acme Shop/", "/Acme Shop/", message, "=> acme {Acme Shop}"),
            ("acme /ACME/i", "/ACME/i", message, "=> acme ACME"),
            ("acme title:/l'acme shop/", "/l'acme shop/", message, "=> acme title:\"l'acme shop\""),
        ],
    );
}

#[test]
fn the_dots_of_a_domain_want_to_be_escaped() {
    let message = "the dot stands for any character, not only for a dot";
    check(
        LintCode::RegexDot,
        &[
            ("acme /acme.com/", "/acme.com/", message, "=> acme /acme\\.com/"),
            (
                "acme /https?:\\/\\/(www.)?acme.co.uk\\/[a-z]/",
                "/https?:\\/\\/(www.)?acme.co.uk\\/[a-z]/",
                message,
                "=> acme /https?:\\/\\/(www.)?acme\\.co\\.uk\\/[a-z]/",
            ),
            ("acme /\\bacme.fr\\b/i", "/\\bacme.fr\\b/i", message, "=> acme /\\bacme\\.fr\\b/i"),
        ],
    );
}

#[test]
fn a_pattern_without_a_letter_is_tried_on_every_text() {
    let message = "no letter or digit must be there, so that this pattern is tried on every text";
    let advice = "write a letter that must be there, or a word beside the pattern";
    check(
        LintCode::RegexWithoutLiteral,
        &[
            ("/[0-9]{3}/", "/[0-9]{3}/", message, advice),
            ("/\\d+|acme/ lang:fr", "/\\d+|acme/", message, advice),
            ("acme OR /[a-z]{20}/", "/[a-z]{20}/", message, advice),
        ],
    );
}

#[test]
fn words_that_stand_in_most_texts_say_little() {
    let advice = "write a rarer word, or a phrase";
    let advice_2 = "=> acme";
    check(
        LintCode::CommonWord,
        &[
            (
                "the",
                "the",
                "“the” stands in most texts in English: this finds almost all of them",
                advice,
            ),
            (
                "le acme",
                "le",
                "“le” stands in most texts in French and Italian: asking for it leaves almost none of them out",
                advice_2,
            ),
            (
                "acme AND the",
                "the",
                "“the” stands in most texts in English: asking for it leaves almost none of them out",
                advice_2,
            ),
            (
                "acme OR le",
                "le",
                "“le” stands in most texts in French and Italian: this alternative alone is true of almost all of them",
                advice_2,
            ),
            (
                "acme -le",
                "le",
                "“le” stands in most texts in French and Italian: excluding it leaves almost none of them",
                advice,
            ),
            (
                "~la",
                "~la",
                "“~la” stands in most texts in French, Spanish and Italian: this finds almost all of them",
                advice,
            ),
            (
                "acme context:(fruit OR la)",
                "la",
                "“la” stands in most texts in French, Spanish and Italian: it says nothing about the context",
                "=> acme context:(fruit)",
            ),
            (
                "DE OR acme",
                "DE",
                "“DE” stands in most texts in French, Spanish, Portuguese and Dutch: this alternative alone is true of almost all of them",
                "=> {DE} OR acme",
            ),
            (
                "die lang:de",
                "die",
                "“die” stands in most texts in German: this finds almost all of them",
                advice,
            ),
            (
                "thé vert",
                "thé",
                "“thé” stands in most texts in English: asking for it leaves almost none of them out",
                "=> ({thé} OR {Thé}) vert",
            ),
            (
                "acme OR Thé",
                "Thé",
                "“Thé” stands in most texts in English: this alternative alone is true of almost all of them",
                "=> acme OR ({thé} OR {Thé})",
            ),
            (
                "acme -là",
                "là",
                "“là” stands in most texts in French, Spanish and Italian: excluding it leaves almost none of them",
                "=> acme -({là} OR {Là})",
            ),
            (
                "text:où acme text:thé",
                "text:thé",
                "“text:thé” stands in most texts in English: asking for it leaves almost none of them out",
                "=> text:où acme text:({thé} OR {Thé})",
            ),
            (
                "à acme",
                "à",
                "“à” stands in most texts in French, English, Spanish, Italian and Portuguese: asking for it leaves almost none of them out",
                advice_2,
            ),
            (
                "'thé vert' acme",
                "'thé",
                "“'thé” stands in most texts in English: asking for it leaves almost none of them out",
                "leave it out, or put it in a phrase",
            ),
        ],
    );
}

#[test]
fn the_mark_of_a_question_is_a_wildcard() {
    check(
        LintCode::QuestionMark,
        &[
            (
                "acme what?",
                "what?",
                "what? stands for what and one more letter, and not for what",
                "=> acme what",
            ),
            (
                "\"is it good?\"",
                "good?",
                "good? stands for good and one more letter, and not for good",
                "=> \"is it good\"",
            ),
            (
                "acme AND l'usine?",
                "l'usine?",
                "usine? stands for usine and one more letter, and not for usine",
                "=> acme AND l'usine",
            ),
            (
                "title:\"où est-il?\"",
                "est-il?",
                "il? stands for il and one more letter, and not for il",
                "=> title:\"où est-il\"",
            ),
        ],
    );
}

#[test]
fn a_wildcard_near_a_word_is_told() {
    check(
        LintCode::NearWildcard,
        &[
            (
                "recall* NEAR/3 acme",
                "recall*",
                "recall* stands for many words, any of which may come near by chance",
                "write the words themselves in brackets, joined by OR, or ~word for its forms",
            ),
            (
                "acme NEAR/3 (reca?l OR rappel)",
                "reca?l",
                "reca?l stands for many words, any of which may come near by chance",
                "write the words themselves in brackets, joined by OR, or ~word for its forms",
            ),
        ],
    );
}

#[test]
fn words_that_are_far_apart_are_not_near() {
    check(
        LintCode::FarNear,
        &[
            (
                "acme NEAR/50 beta",
                "NEAR/50",
                "words up to 50 words apart have seldom to do with each other",
                "=> acme NEAR/20 beta",
            ),
            (
                "acme ONEAR/100 beta",
                "ONEAR/100",
                "words up to 100 words apart have seldom to do with each other",
                "=> acme ONEAR/20 beta",
            ),
            (
                "acme NEAR/30f beta",
                "NEAR/30f",
                "words up to 30 words apart have seldom to do with each other",
                "=> acme NEAR/20f beta",
            ),
            (
                "\"acme beta\"~30",
                "~30",
                "words up to 30 words apart have seldom to do with each other",
                "=> \"acme beta\"~20",
            ),
        ],
    );
}

#[test]
fn the_end_of_an_address_is_no_handle() {
    check(
        LintCode::AddressHandle,
        &[(
            "@acme.com",
            "@acme.com",
            "@acme.com is a handle, which is no part of an address like x@acme.com",
            "=> acme.com",
        )],
    );
}

#[test]
fn a_handle_that_is_almost_a_part_is_told() {
    check(
        LintCode::UnknownPart,
        &[
            (
                "@competitor",
                "@competitor",
                "@competitor is a handle; the part is called @competitors",
                "=> @competitors",
            ),
            (
                "@Competitors",
                "@Competitors",
                "@Competitors is a handle; the part is called @competitors",
                "=> @competitors",
            ),
            (
                "@competitors, acme",
                "@competitors,",
                "@competitors, is a handle; the part is called @competitors",
                "=> @competitors acme",
            ),
        ],
    );
}

#[test]
fn a_part_in_a_field_is_a_handle() {
    check(
        LintCode::HandleNotPart,
        &[
            (
                "title:@competitors",
                "@competitors",
                "@competitors is the handle here, not the part of that name",
                "write in:title beside @competitors to look for it in a field",
            ),
            (
                "title:(acme OR @competitors)",
                "@competitors",
                "@competitors is the handle here, not the part of that name",
                "write in:title beside @competitors to look for it in a field",
            ),
        ],
    );
}

#[test]
fn letters_that_look_alike_are_told_apart() {
    check(
        LintCode::MixedScripts,
        &[
            ("аcme", "аcme", "аcme has letters of two scripts, such as the а", "=> acme"),
            ("acmе shop", "acmе", "acmе has letters of two scripts, such as the е", "=> acme shop"),
            (
                "\"société Aсme\"",
                "Aсme",
                "Aсme has letters of two scripts, such as the с",
                "=> \"société Acme\"",
            ),
            ("{ВТ} {BТ}", "BТ", "BТ has letters of two scripts, such as the Т", "=> {ВТ} {BT}"),
            ("Xбокс", "Xбокс", "Xбокс has letters of two scripts, such as the X", "=> Хбокс"),
        ],
    );
}

#[test]
fn single_quotation_marks_make_no_phrase() {
    check(
        LintCode::SingleQuotes,
        &[
            (
                "'thé vert' acme",
                "'thé vert'",
                "single quotation marks make no phrase: each word is looked for by itself",
                "=> \"thé vert\" acme",
            ),
            (
                "‘big acme shop’",
                "‘big acme shop’",
                "single quotation marks make no phrase: each word is looked for by itself",
                "=> \"big acme shop\"",
            ),
        ],
    );
}

#[test]
fn a_long_dash_excludes_nothing() {
    let advice = "=> acme -spam";
    check(
        LintCode::LongDash,
        &[
            ("acme –spam", "–spam", "the long – excludes nothing: spam must be there", advice),
            ("acme —spam", "—spam", "the long — excludes nothing: spam must be there", advice),
            ("acme −spam", "−spam", "the long − excludes nothing: spam must be there", advice),
            (
                "–spam",
                "–spam",
                "the long – excludes nothing: spam must be there",
                "write -spam with the plain sign to exclude it",
            ),
        ],
    );
}

#[test]
fn operators_of_other_tools_are_none_here() {
    let advice = "=> acme";
    check(
        LintCode::ForeignOperator,
        &[
            (
                "acme~2",
                "acme~2",
                "~2 is no operator: a distance of letters cannot be asked for",
                advice,
            ),
            ("acme^3", "acme^3", "^3 is no operator: a weight cannot be asked for", advice),
            ("acme^0.5", "acme^0.5", "^0.5 is no operator: a weight cannot be asked for", advice),
            (
                "acme|beta",
                "acme|beta",
                "| is no operator: acme|beta is read as a phrase",
                "=> (acme OR beta)",
            ),
            (
                "acme&&beta",
                "acme&&beta",
                "&& is no operator: acme&&beta is read as a phrase",
                "=> (acme AND beta)",
            ),
            (
                "acme !beta",
                "!beta",
                "the ! means nothing here: beta must be there",
                "=> acme -beta",
            ),
        ],
    );
}

#[test]
fn an_operator_in_a_phrase_is_looked_for() {
    check(
        LintCode::OperatorInPhrase,
        &[
            (
                "\"acme OR beta\"",
                "\"acme OR beta\"",
                "OR is looked for between quotation marks: it is no operator there",
                "=> (\"acme\" OR \"beta\")",
            ),
            (
                "\"acme shop AND beta\"",
                "\"acme shop AND beta\"",
                "AND is looked for between quotation marks: it is no operator there",
                "=> (\"acme shop\" AND \"beta\")",
            ),
            (
                "\"acme NEAR/3 shop\"",
                "\"acme NEAR/3 shop\"",
                "NEAR/3 is looked for between quotation marks: it is no operator there",
                "=> (\"acme\" NEAR/3 \"shop\")",
            ),
            (
                "title:\"acme OR Beta\"~3",
                "\"acme OR Beta\"",
                "OR is looked for between quotation marks: it is no operator there",
                "leave the operator out of the quotation marks",
            ),
        ],
    );
}

#[test]
fn square_brackets_make_no_group() {
    check(
        LintCode::SquareBrackets,
        &[
            (
                "[acme OR beta] gamma",
                "[acme OR beta]",
                "square brackets make no group",
                "=> (acme OR beta) gamma",
            ),
            (
                "acme [beta OR gamma]",
                "[beta OR gamma]",
                "square brackets make no group",
                "=> acme (beta OR gamma)",
            ),
        ],
    );
}

#[test]
fn a_field_in_the_value_of_another_is_a_word() {
    check(
        LintCode::FieldInValue,
        &[
            (
                "title:author:zoe",
                "author:zoe",
                "author: is a word here, since it stands in the value of another field",
                "write the two fields beside each other, or the words between quotation marks",
            ),
            (
                "acme context:lang:fr",
                "lang:fr",
                "lang: is a word here, since it stands in the value of another field",
                "write the two fields beside each other, or the words between quotation marks",
            ),
        ],
    );
}
