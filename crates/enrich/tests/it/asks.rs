//! Complaints, requests, questions and praise, on sentences written for this (`asks.txt`: what it is,
//! language, sentence), a good part of them traps. The rules were written with these in view, so that
//! the shares here are a floor that holds, not a forecast: `theme_bench` judges by texts of others.

use enrich::theme::{Ask, asks};
use model::Lang;

struct Row {
    ask: Option<Ask>,
    lang: Lang,
    sentence: &'static str,
}

fn rows(text: &'static str) -> Vec<Row> {
    let row = |line: &'static str| {
        let mut parts = line.splitn(3, ' ');
        let ask = match parts.next().expect("a kind") {
            "C" => Some(Ask::Complaint),
            "R" => Some(Ask::Request),
            "Q" => Some(Ask::Question),
            "P" => Some(Ask::Praise),
            _ => None,
        };
        let lang = Lang::from_tag(parts.next().expect("a language")).expect("a language");
        Row { ask, lang, sentence: parts.next().expect("a sentence") }
    };
    text.lines().map(row).collect()
}

fn found(row: &Row) -> Option<Ask> {
    asks(row.sentence, Some(&row.lang)).first().map(|asking| asking.ask)
}

/// Returns right, said and true findings of complaints and requests among the rows.
fn score(rows: &[Row]) -> (usize, usize, usize) {
    let wanted = |ask: Option<Ask>| matches!(ask, Some(Ask::Complaint | Ask::Request));
    let (mut right, mut said, mut truth) = (0, 0, 0);
    for row in rows {
        let found = found(row);
        said += usize::from(wanted(found));
        truth += usize::from(wanted(row.ask));
        right += usize::from(wanted(found) && found == row.ask);
    }
    (right, said, truth)
}

#[test]
fn what_sentences_want_is_seldom_read_where_it_is_not() {
    let rows = rows(include_str!("asks.txt"));
    assert!(rows.len() >= 120, "{}", rows.len());
    let (right, said, truth) = score(&rows);
    println!("complaints and requests: {right} right of {said} said, {truth} true");
    for row in rows.iter().filter(|row| found(row) != row.ask) {
        println!("  {:?} for {:?}: {}", found(row), row.ask, row.sentence);
    }
    assert!(right * 100 >= said * 95, "precision: {right} of {said}");
    assert!(right * 100 >= truth * 85, "recall: {right} of {truth}");
    let silent = rows.iter().filter(|row| row.ask.is_none());
    let wrong: Vec<_> = silent.filter(|row| found(row).is_some()).map(|row| row.sentence).collect();
    assert!(wrong.len() <= 3, "{wrong:#?}");
}

#[test]
fn a_finding_shows_its_sentence_and_its_words() {
    let fr = Lang::from_tag("fr");
    let found = asks("Bonjour. Le site ne marche plus ! Il manque une option, merci.", fr.as_ref());
    let found: Vec<_> =
        found.iter().map(|one| (one.ask, one.sentence.as_str(), one.cue.as_str())).collect();
    let expect = [
        (Ask::Complaint, "Le site ne marche plus !", "ne marche plus"),
        (Ask::Request, "Il manque une option, merci.", "Il manque une"),
    ];
    assert_eq!(found, expect);
}

#[test]
fn a_language_without_rules_says_nothing() {
    let de = Lang::from_tag("de");
    assert_eq!(asks("I have a problem. Warum?", de.as_ref()), []);
    assert_eq!(asks("I have a problem with this.", None)[0].ask, Ask::Complaint);
}

#[test]
fn hostile_texts_are_cheap() {
    for text in ["problème ".repeat(1_000_000), "?".repeat(10_000_000), "a.\n".repeat(1_000_000)] {
        assert!(asks(&text, None).len() <= 100);
    }
}
