//! Facts about what is not carried over.

use super::super::Dialect::{Brandwatch, GoogleAlerts, Meltwater, Syften, Talkwalker};
use super::*;

/// Checks what is listed as not carried, as `what: why`.
fn check(dialect: Dialect, original: &str, expect: &[&str]) {
    let lost: Vec<String> = translate(dialect, original)
        .not_carried
        .into_iter()
        .map(|lost| {
            assert_eq!(original[lost.span].trim(), lost.what);
            format!("{}: {}", lost.what, lost.why)
        })
        .collect();
    assert_eq!(lost, expect, "{original}");
}

/// Checks the beginning of what is listed and what it does.
fn check_effect(dialect: Dialect, original: &str, what: &str, effect: &str) {
    let not_carried = translate(dialect, original).not_carried;
    let lost = not_carried.iter().find(|lost| lost.what == what);
    let lost =
        lost.unwrap_or_else(|| panic!("{what} is not listed for {original}: {not_carried:?}"));
    assert!(lost.why.ends_with(effect), "{original}: {}", lost.why);
}

const MORE: &str = ", so the query finds more than the original";
const LESS: &str = ", so the query finds less than the original";
const SAME: &str = ", which changes nothing in what is found";
const NOTHING: &str = ", and nothing of the query is left";

fn check_notes(dialect: Dialect, original: &str, expect: &[(Range<usize>, &str)]) {
    let notes: Vec<(Range<usize>, String)> = translate(dialect, original)
        .notes
        .into_iter()
        .map(|note| (note.span, note.message))
        .collect();
    let expect: Vec<(Range<usize>, String)> =
        expect.iter().map(|(span, note)| (span.clone(), (*note).to_owned())).collect();
    assert_eq!(notes, expect, "{original}");
}

#[test]
fn what_is_lost_is_listed_with_its_place_and_effect() {
    check(
        Brandwatch,
        "Ozalée AND continent:europe",
        &["continent:europe: Vigie knows no continents; name the countries, so the query finds \
           more than the original"],
    );
}

#[test]
fn a_lost_condition_widens_and_a_lost_alternative_narrows() {
    let check = |original, effect| check_effect(Brandwatch, original, "guid:1", effect);
    check("a AND guid:1", MORE);
    check("a OR guid:1", LESS);
    check("a NOT guid:1", MORE);
    check("a OR NOT guid:1", LESS);
    check("a AND (b OR guid:1)", LESS);
    check("a AND (guid:1 OR guid:2)", MORE);
    check("a OR (guid:1 AND guid:2)", LESS);
    check("a NOT (b OR guid:1)", MORE);
    check("a NOT (b AND guid:1)", MORE);
    check("a NOT (b NOT guid:1)", MORE);
    check("a NEAR/3 guid:1", MORE);
    check("guid:1", NOTHING);
    check("guid:1 OR guid:2", NOTHING);
}

#[test]
fn an_exclusion_never_excludes_more_than_it_did() {
    let gone = "a part of it is not carried over and the rest would exclude too much, so the query \
                finds more than the original";
    check(
        Brandwatch,
        "a NOT (b AND guid:1)",
        &[
            &format!("(b AND guid:1): {gone}"),
            "guid:1: Vigie does not know posts by the numbers of their networks, so the query \
             finds more than the original",
        ],
    );
    check_effect(Brandwatch, "a NOT region:usa.fl", "region:usa.fl", MORE);
    check_effect(Brandwatch, "a NOT (b NEAR/200 c)", "(b NEAR/200 c)", MORE);
    check_effect(Meltwater, "a NOT ingress:b", "ingress:b", MORE);
    check_effect(GoogleAlerts, "a -C++", "C++", MORE);
    for (dialect, original) in [
        (Brandwatch, "a NOT (b NEAR/3 guid:1)"),
        (Brandwatch, "a NOT (b NEAR/200 c)"),
        (Brandwatch, "a NOT #b*"),
        (Meltwater, "a NOT atleast2(b and c)"),
        (Talkwalker, "a -++b"),
        (GoogleAlerts, "a -\"C++ * b\""),
    ] {
        assert_eq!(translate(dialect, original).query, "a", "{original}");
    }
}

#[test]
fn every_field_of_brandwatch_without_counterpart_is_listed() {
    for field in [
        "continent",
        "latitude",
        "longitude",
        "entityId",
        "authorGender",
        "authorVerified",
        "authorVerifiedType",
        "channelId",
        "parentBlogName",
        "rootBlogName",
        "parentPostId",
        "rootPostId",
        "pubType",
        "publication",
        "engagingWith",
        "engagingWithGuid",
        "guid",
        "brandIds",
        "objects",
        "itemReview",
        "sensitiveContent",
        "subredditNSFW",
        "subredditTopics",
        "redditAuthorFlair",
        "redditPostFlair",
        "redditSpoiler",
    ] {
        let clause = format!("{field}:x");
        check_effect(Brandwatch, &format!("tea AND {clause}"), &clause, MORE);
    }
    check_effect(Brandwatch, "tea latitude:[41 TO 44]", "latitude:[41 TO 44]", MORE);
    check_effect(Brandwatch, "tea NOT engagementType:RETWEET", "engagementType:RETWEET", MORE);
    check_effect(Brandwatch, "tea engagementType:QUOTE", "engagementType:QUOTE", MORE);
    check_effect(Brandwatch, "tea publisherSubType:VIDEO", "publisherSubType:VIDEO", MORE);
}

#[test]
fn a_value_that_a_field_cannot_have_is_listed() {
    let check = |original, what| check_effect(Brandwatch, original, what, MORE);
    check("tea country:atlantis", "country:atlantis");
    check("tea country:(gbr AND atlantis)", "atlantis");
    check("tea language:english", "language:english");
    check("tea site:blog*.example.com", "site:blog*.example.com");
    check("tea site:\"two words\"", "site:\"two words\"");
    check("tea site:localhost", "site:localhost");
    check("tea site:/a.com", "site:/a.com");
    check("tea site:a.com;", "site:a.com;");
    check("tea site:a.com/new*", "site:a.com/new*");
    check("tea site:a.com/1/2/3/4/5/6/7/8/9", "site:a.com/1/2/3/4/5/6/7/8/9");
    check("tea site:example.com/?page=2", "site:example.com/?page=2");
    check("tea rating:9", "rating:9");
    check("tea rating:[5 TO 3]", "rating:[5 TO 3]");
    check("tea rating:[* TO *]", "rating:[* TO *]");
    check("tea rating:[1 to 3]", "rating:[1 to 3]");
    check("tea rating:good", "rating:good");
    check("tea minuteOfDay:[0 TO 1440]", "minuteOfDay:[0 TO 1440]");
    check("tea subreddit:\"two words\"", "subreddit:\"two words\"");
    check("tea at_mentions:\"two words\"", "at_mentions:\"two words\"");
    check("tea blogName:a.b", "blogName:a.b");
    check("tea tags:!", "tags:!");
    check("tea author:!", "author:!");
    check("tea title:[1 TO 3]", "title:[1 TO 3]");
    check("tea title:!", "title:!");
    check("tea unheardOf:x", "unheardOf:x");
    check("tea site:(a.com NEAR/3 b.com)", "(a.com NEAR/3 b.com)");
    check_effect(GoogleAlerts, "tea after:2026-02-30", "after:2026-02-30", MORE);
    check_effect(Talkwalker, "tea sourcetype:RADIO", "sourcetype:RADIO", MORE);
    check_effect(Syften, "tea type:poll", "type:poll", MORE);
}

#[test]
fn a_stand_in_is_told() {
    check_effect(Brandwatch, "region:usa.fl tea", "region:usa.fl", MORE);
    check_effect(Brandwatch, "language:pt-BR tea", "language:pt-BR", MORE);
    check_effect(Brandwatch, "weblogTitle:anna tea", "weblogTitle:anna", MORE);
    check_effect(Meltwater, "ingress:tea", "ingress:tea", MORE);
    check_effect(Talkwalker, "host_url:blog.example.com tea", "host_url:blog.example.com", MORE);
    check_effect(Talkwalker, "sourcetype:ONLINENEWS_TV", "sourcetype:ONLINENEWS_TV", MORE);
    check_effect(Meltwater, "atleast2000(tea)", "atleast2000(tea)", MORE);
}

#[test]
fn a_distance_that_cannot_be_asked_for_becomes_and() {
    check_effect(Brandwatch, "a NEAR/101 b", "a NEAR/101 b", MORE);
    check_effect(Brandwatch, "a NEAR/99999999999 b", "a NEAR/99999999999 b", MORE);
    check_effect(Brandwatch, "a NEAR b", "a NEAR b", MORE);
    check_effect(Brandwatch, "a NEAR/x b", "a NEAR/x b", MORE);
    check_effect(Brandwatch, "(a NOT b) NEAR/3 c", "(a NOT b) NEAR/3 c", MORE);
    check_effect(Brandwatch, "title:a NEAR/3 b", "title:a NEAR/3 b", MORE);
    check_effect(Brandwatch, "site:a.com NEAR/3 b", "site:a.com NEAR/3 b", MORE);
    check_effect(Brandwatch, "\"a b\"~101", "\"a b\"~101", MORE);
    check_effect(Meltwater, "atleast3(a and b)", "atleast3(a and b)", MORE);
    check_effect(Brandwatch, "\"a b c d e f g h i\"~9", "\"a b c d e f g h i\"~9", MORE);
    let chain = "a NEAR/1 b NEAR/1 c NEAR/1 d NEAR/1 e NEAR/1 f NEAR/1 g NEAR/1 h NEAR/1 i";
    assert_eq!(translate(Brandwatch, chain).query, chain);
    let longer = format!("{chain} NEAR/1 j");
    let shown = format!("{}…", &longer[..80]);
    check_effect(Brandwatch, &longer, &shown, MORE);
}

#[test]
fn a_wildcard_that_we_do_not_have_is_told() {
    check(
        Brandwatch,
        "*phone",
        &["*phone: a wildcard needs two letters and cannot come first (/\\w*phone/i would find \
           what begins otherwise); only phone is looked for, so the query finds less than the \
           original"],
    );
    check_effect(Brandwatch, "tea NOT *phone", "*phone", MORE);
    check_effect(Brandwatch, "a*", "a*", LESS);
    check_effect(Brandwatch, "\"*phone case\"", "\"*phone case\"", LESS);
    check_effect(Syften, "\"*good plug\"", "\"*good plug\"", LESS);
    check_effect(Brandwatch, "#tag*", "#tag*", MORE);
    check_effect(Brandwatch, "ab*c*d*e*f*", "ab*c*d*e*f*", MORE);
    check_effect(Brandwatch, "茶*葉", "茶*葉", LESS);
    check_effect(Brandwatch, "😀*", "😀*", LESS);
    check_effect(Brandwatch, "t*😀\u{301}te*a", "t*😀\u{301}te*a", LESS);
    check_effect(Brandwatch, "te*a😀\u{301}t*", "te*a😀\u{301}t*", LESS);
    check_effect(Brandwatch, "tea AND *", "*", MORE);
}

#[test]
fn signs_that_are_not_looked_for_are_told() {
    check(
        GoogleAlerts,
        "C++",
        &["C++: the signs of C++ are not looked for (/\\bC\\+\\+/i would), only C, so the query \
           finds more than the original"],
    );
    check_effect(GoogleAlerts, "C#", "C#", MORE);
    check_effect(Meltwater, "100%", "100%", MORE);
    check(Brandwatch, "Google+", &[]);
    check(GoogleAlerts, "john@example.com", &[]);
    check_effect(Brandwatch, "tea %", "%", MORE);
    check_effect(Brandwatch, "{BT😀}", "{BT😀}", MORE);
    check_effect(Brandwatch, "\"{BT😀} group\"", "\"{BT😀} group\"", MORE);
    check_effect(Brandwatch, "tea {😀}", "{😀}", MORE);
    check_effect(Syften, "tea `\u{FEFF} `", "`\u{FEFF} `", MORE);
    check_effect(Brandwatch, "tea & milk", "&", SAME);
}

#[test]
fn what_means_nothing_is_left_out_and_told() {
    check_effect(Brandwatch, "tea)", ")", SAME);
    check_effect(Brandwatch, "tea AND", "AND", SAME);
    check_effect(Brandwatch, "OR tea", "OR", SAME);
    check_effect(Brandwatch, "tea OR OR milk", "OR", SAME);
    check_effect(Brandwatch, "tea NOT", "NOT", SAME);
    check_effect(Brandwatch, "NEAR/5 tea", "NEAR/5", SAME);
    check_effect(Brandwatch, "(NEAR/5 tea)", "NEAR/5", SAME);
    check_effect(Brandwatch, "tea NEAR/5", "NEAR/5", SAME);
    check_effect(Brandwatch, "tea title:", "title:", SAME);
    check_effect(Brandwatch, "tea ()", "()", SAME);
    check_effect(Brandwatch, "tea ()~5", "~5", SAME);
    check_effect(Meltwater, "tea^9.5", "^9.5", SAME);
    check_effect(Meltwater, "tea atleast3", "atleast3", SAME);
    check_effect(GoogleAlerts, "OR tea", "OR", SAME);
    check_effect(GoogleAlerts, "tea OR", "OR", SAME);
    check_effect(GoogleAlerts, "tea * milk", "*", SAME);
    check_effect(GoogleAlerts, "tea and milk", "and", SAME);
}

#[test]
fn google_asks_for_things_that_are_no_pages() {
    for clause in [
        "filetype:pdf",
        "ext:pdf",
        "related:a.com",
        "cache:a.com",
        "info:a.com",
        "source:\"new york times\"",
        "location:paris",
        "2000..2010",
        "inanchor:x",
        "daterange:1-2",
    ] {
        check_effect(GoogleAlerts, &format!("tea {clause}"), clause, MORE);
    }
    check_effect(GoogleAlerts, "~tea", "~tea", LESS);
    check_effect(GoogleAlerts, "tea allinanchor: a b", "allinanchor: a b", MORE);
    check_effect(GoogleAlerts, "*", "*", NOTHING);
}

#[test]
fn what_a_language_model_was_asked_is_lost_as_a_whole() {
    check(
        Syften,
        "tea $accept: is it (really) tea",
        &[
            "$accept: is it (really) tea: Vigie asks no language model whether an item is wanted, so \
           the query finds more than the original",
        ],
    );
    check_effect(Syften, "tea $accept:\"is it?\"", "$accept:\"is it?\"", MORE);
    assert_eq!(translate(Syften, "$accept:\"is it?\" tea").query, "tea");
}

#[test]
fn what_is_read_in_one_way_of_several_is_noted() {
    let mixed = "AND and OR are mixed without brackets; read as if AND bound first";
    check_notes(Brandwatch, "a OR b AND c", &[(5..12, mixed)]);
    check_notes(Talkwalker, "a b OR c", &[(0..3, mixed)]);
    check_notes(Brandwatch, "a OR (b AND c)", &[]);
    check_notes(Brandwatch, "(a AND b) OR (c)", &[]);
    check_notes(Meltwater, "a OR b AND c", &[]);
    check_notes(GoogleAlerts, "a OR b c", &[]);
    check_notes(Brandwatch, "(tea", &[(0..1, "( is never closed; read up to the end")]);
    check_notes(Brandwatch, "“tea", &[(0..3, "“ is never closed; read up to the end")]);
    check_notes(Brandwatch, "tea <<<x", &[(4..7, "<<< is never closed; read up to the end")]);
    check_notes(Brandwatch, "a -b", &[(2..3, "Brandwatch has no - of its own; read as NOT")]);
    check_notes(
        GoogleAlerts,
        "a NOT b",
        &[(2..5, "Google looks for the word NOT; read as an exclusion")],
    );
    check_notes(
        Brandwatch,
        "(a OR b)~5",
        &[(0..10, "~5 stands after one clause, and is left out")],
    );
    check_notes(Brandwatch, "\"a\"~5", &[(0..5, "~5 stands after one word, and is left out")]);
    check_notes(
        Syften,
        "site:a.com site:b.com",
        &[(0..21, "several site: side by side are alternatives at Syften")],
    );
    check_notes(
        GoogleAlerts,
        "\"a * b\"",
        &[(0..7, "a * in a phrase is any number of words at Google; here up to 5 or none")],
    );
    check_notes(
        Brandwatch,
        "raw:A+",
        &[(0..6, "looked for as a regular expression, which costs more than words")],
    );
}

#[test]
fn what_vigie_will_refuse_is_noted() {
    let refused = |original: &str| {
        let notes = translate(Brandwatch, original).notes;
        notes.into_iter().map(|note| note.message).collect::<Vec<_>>()
    };
    let only_excludes = "it only excludes, which Vigie refuses: add a word that must be there";
    assert_eq!(refused("NOT tea"), [only_excludes]);
    assert_eq!(refused("tea OR NOT milk"), [only_excludes]);
    assert_eq!(refused("guid:1 NOT tea"), [only_excludes]);
    assert_eq!(refused("lang:fr NOT tea"), [only_excludes]);
    assert_eq!(refused("language:fr NOT tea"), [] as [&str; 0]);
    assert_eq!(
        refused(&"tea ".repeat(1_001)),
        ["it has 1001 clauses, and Vigie reads 1000: split it"]
    );
    assert_eq!(
        refused(&"tea* ".repeat(51)),
        ["it has 51 words with wildcards, and Vigie reads 50: split it"]
    );
    let patterns = refused(&"raw:a+ ".repeat(11));
    let too_many = "it has 11 regular expressions, and Vigie reads 10: split it";
    assert!(patterns.iter().any(|note| note == too_many), "{patterns:?}");
    assert_eq!(
        refused(&format!("\"{}\"", "tea ".repeat(6_000))),
        ["it has 24001 characters, and Vigie reads 20000: split it"]
    );
}

#[test]
fn what_is_nested_beyond_measure_is_lost_alone() {
    let deep = format!("{}tea{}", "(".repeat(60), ")".repeat(60));
    let translated = translate(Brandwatch, &format!("milk AND {deep} AND cake"));
    assert_eq!(translated.query, "milk AND cake");
    let [lost] = &translated.not_carried[..] else { panic!("{translated:?}") };
    assert!(lost.why.starts_with("it is nested more than 40 deep"), "{}", lost.why);

    let many = format!("{}tea", "NOT ".repeat(10_001));
    assert_eq!(translate(Brandwatch, &many).query, "NOT tea");
    let chain = format!("tea{}", " NEAR/1 tea".repeat(10_000));
    assert!(translate(Brandwatch, &chain).query.starts_with("tea AND tea AND tea"));
}

#[test]
fn a_long_part_is_shown_by_its_beginning() {
    let original = format!("tea AND guid:\"{}\"", "x\n".repeat(100));
    let translated = translate(Brandwatch, &original);
    let [lost] = &translated.not_carried[..] else { panic!("{translated:?}") };
    assert_eq!(lost.span, 8..original.len());
    assert_eq!(lost.what.chars().count(), 81);
    assert!(!lost.what.contains('\n') && lost.what.ends_with('…'), "{}", lost.what);
}
