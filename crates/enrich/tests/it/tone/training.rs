//! Learning from a handful of sentences, and the lexicons that it begins with.

use enrich::tone::training::{self, Example, Options};
use enrich::tone::{Lexicon, LexiconError, Said, Tones, Weights};
use model::{Lang, Tone};

/// Praise and blame in words that no lexicon has.
fn examples() -> Vec<Example> {
    let texts = [
        ("glabu wonim today", Tone::Positive),
        ("so glabu and fine", Tone::Positive),
        ("truly glabu here", Tone::Positive),
        ("what a zorpy thing", Tone::Negative),
        ("zorpy as ever", Tone::Negative),
        ("zorpy again today", Tone::Negative),
        ("the bus comes here", Tone::Neutral),
        ("a thing on a table", Tone::Neutral),
        ("today and tomorrow", Tone::Neutral),
    ];
    let again = |set| texts.map(|(text, tone)| Example { text: text.to_owned(), tone, set });
    [again(0), again(1)].concat()
}

fn learnt(examples: &[Example]) -> Weights {
    let mut lexicon = Lexicon::default();
    lexicon.add(0, "3: splendid*\n-3: dire service").unwrap();
    let notes = vec![("trained-on".to_owned(), "nine sentences\nof ours".to_owned())];
    training::train("en", examples, lexicon, notes, &Options::default()).weights
}

#[test]
fn the_same_texts_make_the_same_bytes() {
    let bytes = learnt(&examples()).to_bytes();
    assert!(bytes == learnt(&examples()).to_bytes());
    let read = Weights::from_bytes(&bytes).unwrap();
    assert!(read.to_bytes() == bytes);
    assert_eq!(read.notes()[0].1, "nine sentences of ours");
    assert_eq!(read.lang(), "en");
    let mut fewer = examples();
    fewer.pop();
    assert!(bytes != learnt(&fewer).to_bytes());
}

#[test]
fn words_are_learnt_from_the_texts_where_they_stand() {
    let tones = Tones::from_weights(vec![learnt(&examples())]);
    let lang = Lang::from_tag("en");
    let score = |text| tones.read(&Said { lang: lang.as_ref(), text, ..Said::default() }).score;
    assert!(score("glabu!") > score("table!") + 0.1);
    assert!(score("zorpy!") < score("table!") - 0.1);
}

#[test]
fn nothing_to_learn_from_teaches_nothing() {
    let tones = Tones::from_weights(vec![learnt(&[])]);
    let lang = Lang::from_tag("en");
    let reading = tones.read(&Said { lang: lang.as_ref(), text: "table", ..Said::default() });
    assert_eq!(reading.tone, None);
}

#[test]
fn a_broken_line_of_a_lexicon_is_named() {
    let check = |text: &str, expect: Result<(), LexiconError>| {
        assert_eq!(Lexicon::default().add(0, text), expect, "{text}");
    };
    check("# a comment\n\n2: bon, très bon, sympa*", Ok(()));
    check("2: bon\nmauvais", Err(LexiconError { line: 2 }));
    check("deux: bon", Err(LexiconError { line: 1 }));
    check("7: bon", Err(LexiconError { line: 1 }));
    check("NaN: bon", Err(LexiconError { line: 1 }));
}
