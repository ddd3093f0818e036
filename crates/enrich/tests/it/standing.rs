//! What explains a handful of items, against what was said before.

use enrich::theme::{Background, Counts, Term, over_represented, standing_out};
use model::ItemId;

use crate::theme::{Said, remarks, said, with};

fn terms_of(now: &[Said], before: &[Said]) -> Vec<Term> {
    let background = with(before, "fr", Background::of);
    with(now, "fr", |documents| standing_out(documents, &background, &["Ozalée".to_owned()], 5))
}

fn texts(terms: &[Term]) -> Vec<&str> {
    terms.iter().map(|term| term.text.as_str()).collect()
}

fn crisis() -> Vec<Said> {
    let texts = [
        "Il y a des moisissures dans mes sachets de thé Ozalée.",
        "Ozalée : j'ai trouvé de la moisissure ce matin.",
        "Le thé vert est agréable.",
        "Encore des moisissures chez Ozalée, qui rembourse ?",
        "Des sachets pleins de poussière, et pas de réponse.",
        "La boutique de Lyon me plaît.",
    ];
    (0..).zip(texts).map(|(n, text)| said(&format!("someone {n}"), text)).collect()
}

#[test]
fn six_items_tell_what_they_are_about() {
    let found = terms_of(&crisis(), &remarks(240));
    assert_eq!(texts(&found), ["moisissures", "sachets"], "{found:?}");
    assert_eq!((found[0].foreground, found[0].background), (3, 0));
    // Reckoned apart: 3 of 6 against 0 of 240.
    assert!((found[0].g2 - 24.086).abs() < 0.001, "{found:?}");
}

#[test]
fn what_the_query_always_speaks_of_explains_nothing() {
    let usual: Vec<Said> = remarks(12);
    assert_eq!(terms_of(&usual, &remarks(240)), []);
}

#[test]
fn copies_are_one_story_and_one_story_explains_nothing() {
    let mut now = remarks(6);
    now.extend((0..9).map(|n| Said {
        story: Some(1000),
        ..said(&format!("paper {n}"), "Le scandale des gobelets éclate.")
    }));
    assert_eq!(terms_of(&now, &remarks(240)), []);
    now.push(said("another", "Ce scandale me laisse froid."));
    let found = terms_of(&now, &remarks(240));
    assert_eq!(texts(&found), ["scandale"]);
    assert_eq!(found[0].foreground, 2);
}

#[test]
fn copies_before_count_as_one_too() {
    let mut before = remarks(240);
    before.extend((0..60).map(|n| Said {
        story: Some(2000),
        ..said(&format!("paper {n}"), "De la moisissure, jadis.")
    }));
    let found = terms_of(&crisis(), &before);
    assert_eq!((found[0].text.as_str(), found[0].background), ("moisissures", 1), "{found:?}");
}

#[test]
fn a_long_phrase_is_told_once() {
    let mut now = remarks(4);
    let text = "Le service client automatique de nuit raccroche toujours.";
    now.extend((0..4).map(|n| said(&format!("new {n}"), text)));
    let found = terms_of(&now, &remarks(240));
    let all = texts(&found).join(" | ");
    for word in ["service", "client", "automatique", "nuit", "raccroche"] {
        assert!(all.matches(word).count() <= 1, "{all}");
    }
    assert!(all.contains("service client"), "{all}");
}

#[test]
fn without_a_background_most_comes_first_with_nothing_to_compare() {
    let found = terms_of(&crisis(), &[]);
    assert_eq!((found[0].text.as_str(), found[0].foreground), ("moisissures", 3), "{found:?}");
    assert!(found.iter().all(|term| term.g2.abs() < f64::EPSILON), "{found:?}");
    assert_eq!(terms_of(&[], &remarks(240)), []);
}

fn counts(values: &[(u64, Option<&'static str>)]) -> Counts {
    Counts::of(values.iter().map(|(story, value)| (ItemId(*story), *value)))
}

#[test]
fn hosts_that_carry_a_rise_are_named_with_their_counts() {
    let mut now: Vec<_> = (0..8).map(|n| (n, Some("forum.example"))).collect();
    now.extend((8..12).map(|n| (n, Some("paper.example"))));
    let mut before: Vec<_> = (0..10).map(|n| (n, Some("forum.example"))).collect();
    before.extend((10..90).map(|n| (n, Some("paper.example"))));
    before.extend((90..100).map(|n| (n, None)));
    let found = over_represented(&counts(&now), &counts(&before), 5);
    assert_eq!(found.len(), 1, "{found:?}");
    let host = &found[0];
    assert_eq!((host.text.as_str(), host.foreground, host.background), ("forum.example", 8, 10));
    // Reckoned apart: 8 of 12 against 10 of 100.
    assert!((host.g2 - 18.458).abs() < 0.001, "{host:?}");
}

#[test]
fn a_story_counts_once_for_each_value_that_it_has() {
    let copied: Vec<_> = (0..40).map(|_| (7, Some("paper.example"))).collect();
    assert_eq!(over_represented(&counts(&copied), &counts(&[]), 5), []);
    let tagged = counts(&[(1, Some("thé")), (1, Some("recall")), (2, Some("recall")), (3, None)]);
    assert_eq!(tagged.stories(), 3);
    let found = over_represented(&tagged, &counts(&[]), 5);
    assert_eq!(texts(&found), ["recall"]);
    assert_eq!(found[0].foreground, 2);
}
