//! The tones of sentences written for these tests; of labelled sets in `sets.rs`.

#[expect(dead_code, reason = "only the training names where texts come from")]
mod score;
mod sets;
mod training;

use enrich::tone::{EVIDENCE_MAX, Evidence, Part, Reading, Said, TEXT_BYTES_MAX, Tones};
use model::{Lang, Rating, Tone};
use proptest::prelude::*;

const NEGATIVE: Option<Tone> = Some(Tone::Negative);
const POSITIVE: Option<Tone> = Some(Tone::Positive);

fn lang(tag: &str) -> Option<Lang> {
    Lang::from_tag(tag)
}

fn read(tag: &str, text: &str) -> Reading {
    Tones::built_in().read(&Said { lang: lang(tag).as_ref(), text, ..Said::default() })
}

/// Reads what a text says of the first place where a word stands in it.
fn read_of(tag: &str, text: &str, word: &str) -> Reading {
    let start = text.find(word).unwrap();
    let found = start..start + word.len();
    let about = [found];
    Tones::built_in().read(&Said {
        lang: lang(tag).as_ref(),
        text,
        about: &about,
        ..Said::default()
    })
}

fn words<'a>(text: &'a str, reading: &'a Reading) -> Vec<&'a str> {
    reading.evidence.iter().map(|evidence| &text[evidence.range.clone()]).collect()
}

#[test]
fn what_is_built_in_is_sound_and_says_where_it_comes_from() {
    let mut langs = Vec::new();
    for weights in Tones::built_in().weights() {
        langs.push(weights.lang().to_owned());
        for key in ["date", "trained-on", "lexicon", "licence"] {
            assert!(
                weights.notes().iter().any(|(name, _)| name == key),
                "{} {key}",
                weights.lang()
            );
        }
        let forbidden = ["airline", "allocine", "tweeteval"];
        for (_, note) in weights.notes() {
            assert!(forbidden.iter().all(|name| !note.contains(name)), "{note}");
        }
        assert!(weights.to_bytes().len() <= 1_000_000);
    }
    assert_eq!(langs, ["fr", "en"]);
}

#[test]
fn praise_and_blame_are_told_apart() {
    let check = |tag, text, expect| {
        assert_eq!(read(tag, text).tone, expect, "{text} {:?}", read(tag, text));
    };
    check("fr", "Un service impeccable, je recommande vivement !", POSITIVE);
    check("fr", "Quelle honte, service client injoignable depuis trois semaines.", NEGATIVE);
    check("fr", "Encore une panne ce matin, c'est insupportable.", NEGATIVE);
    check("fr", "Merci à toute l'équipe, vous êtes formidables.", POSITIVE);
    check("fr", "Colis jamais reçu et aucun remboursement : à fuir.", NEGATIVE);
    check("en", "What a wonderful stay, the staff were so kind!", POSITIVE);
    check("en", "Worst customer service ever, still waiting for my refund.", NEGATIVE);
    check("en", "My order arrived broken and nobody answers the phone.", NEGATIVE);
    check("en", "Thank you for the quick help, you guys are awesome!", POSITIVE);
    check("fr", "Le magasin de la rue Haute ouvre mardi à 9 h.", Some(Tone::Neutral));
    check("en", "The shop in High Street opens on Tuesday at 9.", Some(Tone::Neutral));
}

#[test]
fn negation_turns_what_it_negates() {
    // The second text says less good than the first.
    let check = |tag, better: &str, worse: &str| {
        let (first, second) = (read(tag, better), read(tag, worse));
        assert!(first.score > second.score + 0.15, "{better} {first:?} {worse} {second:?}");
    };
    check("fr", "Le film est bon.", "Le film n'est pas bon.");
    check("fr", "J'aime ce café.", "J'aime pas ce café.");
    check("fr", "Je recommande cet hôtel.", "Je ne recommande pas cet hôtel.");
    check("fr", "Je recommande.", "Je ne recommande plus.");
    check("fr", "Ce n'est pas mauvais.", "C'est mauvais.");
    check("fr", "On ne s'ennuie pas.", "On s'ennuie.");
    check("fr", "Livraison sans problème.", "Livraison avec un problème.");
    check("en", "The food is good.", "The food is not good.");
    check("en", "I like it.", "I don't like it.");
    check("en", "It works and never disappoints.", "It disappoints.");
    check("en", "I would recommend it.", "I would never recommend it.");
    check("en", "No problems at all.", "Problems at all hours.");
}

#[test]
fn strong_words_say_more_and_weak_ones_less() {
    let check = |tag, strong: &str, weak: &str, side: f32| {
        let (first, second) = (read(tag, strong), read(tag, weak));
        assert!(side * first.score > side * second.score, "{strong} {first:?} {weak} {second:?}");
    };
    check("fr", "Ce livre est vraiment magnifique !!!", "Ce livre est plutôt beau.", 1.0);
    check("fr", "Le service est extrêmement mauvais.", "Le service est un peu mauvais.", -1.0);
    check("fr", "Nuuul !", "Pas terrible.", -1.0);
    check("en", "This is an absolutely brilliant phone!", "This is a fairly good phone.", 1.0);
    check("en", "The room was extremely dirty.", "The room was slightly dirty.", -1.0);
}

#[test]
fn after_but_comes_what_is_meant() {
    let check = |tag, better: &str, worse: &str| {
        let (first, second) = (read(tag, better), read(tag, worse));
        assert!(first.score > second.score, "{better} {first:?} {worse} {second:?}");
    };
    check("fr", "C'est cher, mais excellent.", "C'est excellent, mais cher.");
    check("fr", "Un peu long, pourtant magnifique.", "Magnifique, pourtant trop long.");
    check("en", "It is slow, but wonderful.", "It is wonderful, but slow.");
}

#[test]
fn the_same_sentence_is_read_for_each_of_its_brands() {
    let check = |tag, text, word, expect| {
        let reading = read_of(tag, text, word);
        assert_eq!(reading.tone, expect, "{word} in {text}: {reading:?}");
    };
    let text = "Ozalée est nul, mais Ferrine est super.";
    check("fr", text, "Ozalée", NEGATIVE);
    check("fr", text, "Ferrine", POSITIVE);
    let text = "Ferrine is awful, but Ozalée is great.";
    check("en", text, "Ferrine", NEGATIVE);
    check("en", text, "Ozalée", POSITIVE);
    let text = "J'adore Ferrine, toujours parfaits. Par contre je déteste Ozalée, une arnaque.";
    check("fr", text, "Ferrine", POSITIVE);
    check("fr", text, "Ozalée", NEGATIVE);
    let text = "Ferrine vaut mieux que Ozalée.";
    assert!(read_of("fr", text, "Ferrine").score > read_of("fr", text, "Ozalée").score + 0.3);
    let text = "Contrairement à Ozalée, Ferrine est fiable et rapide.";
    assert!(read_of("fr", text, "Ferrine").score > read_of("fr", text, "Ozalée").score + 0.3);
    check("en", "Ozalée is so much better than Ferrine, love it", "Ozalée", POSITIVE);
    let text = "Ozalée is great, much better than Ferrine";
    assert!(read_of("en", text, "Ferrine").score < read_of("en", text, "Ozalée").score - 0.3);
}

#[test]
fn a_sentence_that_says_nothing_leaves_the_word_to_its_neighbour() {
    let check = |tag, text, word, expect| {
        let reading = read_of(tag, text, word);
        assert_eq!(reading.tone, expect, "{word} in {text}: {reading:?}");
    };
    check(
        "fr",
        "Trois heures avec le support de Ferrine. Une honte, incompétents.",
        "Ferrine",
        NEGATIVE,
    );
    check(
        "en",
        "I bought it at Ferrine. Absolutely love it, amazing quality!",
        "Ferrine",
        POSITIVE,
    );
}

#[test]
fn what_is_far_away_is_not_about_the_match() {
    let far = "Le tram passe ici. ".repeat(60);
    let text =
        format!("Ferrine est formidable, je recommande. {far}Quelle horreur, une arnaque, à fuir.");
    let reading = read_of("fr", &text, "Ferrine");
    assert_eq!(reading.tone, POSITIVE, "{reading:?}");
}

#[test]
fn emoji_and_marks_of_irony_count() {
    let check = |tag, better: &str, worse: &str| {
        let (first, second) = (read(tag, better), read(tag, worse));
        assert!(first.score > second.score + 0.1, "{better} {first:?} {worse} {second:?}");
    };
    check("fr", "La nouvelle version 😍", "La nouvelle version 😡");
    check("en", "The new version :)", "The new version :(");
    check("fr", "Super, bravo.", "Super, bravo 🙄");
    check("fr", "Merci pour tout.", "Merci pour rien.");
    check("en", "Great job, thanks.", "Great job losing my bag, thanks for nothing.");
}

#[test]
fn stars_are_believed_before_words() {
    let stars = |count: i64| Rating::new(count * 1000, 1000, 5000);
    let check = |tag: &str, text, rating, expect| {
        let lang = lang(tag);
        let reading =
            Tones::built_in().read(&Said { lang: lang.as_ref(), text, rating, ..Said::default() });
        assert_eq!(reading.tone, expect, "{tag} {text} {rating:?} {reading:?}");
    };
    check("fr", "Livraison mardi.", stars(5), POSITIVE);
    check("fr", "Livraison mardi.", stars(1), NEGATIVE);
    check("en", "Hmm.", stars(1), NEGATIVE);
    check("en", "", stars(5), POSITIVE);
    check("en", "ok", stars(3), Some(Tone::Neutral));
    // Stars need no language.
    check("de", "Na ja.", stars(1), NEGATIVE);
    check("de", "Na ja.", stars(5), POSITIVE);
    check("de", "Na ja.", None, None);
}

#[test]
fn other_languages_and_empty_texts_are_unsure() {
    let check = |tag, text| assert_eq!(read(tag, text).tone, None, "{text} {:?}", read(tag, text));
    check("de", "Schrecklich, nie wieder!");
    check("und", "Wonderful!");
    check("fr", "");
    check("fr", " \n\t ");
    check("en", "http://shop.example/a");
    check("en", "... --- !!!");
    check("fr", "漢字");
}

#[test]
fn the_words_that_decided_are_named() {
    let check = |tag, text: &str, expect: &str, against: bool| {
        let reading = read(tag, text);
        let words = words(text, &reading);
        assert!(words.contains(&expect), "{words:?}");
        let named =
            reading.evidence.iter().find(|evidence| &text[evidence.range.clone()] == expect);
        assert_eq!(named.unwrap().weight < 0.0, against, "{expect}");
    };
    check("fr", "Accueil déplorable, chambre sale.", "déplorable", true);
    check("fr", "Franchement ce n'est pas confortable du tout.", "n'est pas confortable", true);
    check("fr", "Le service client injoignable de Ferrine", "service client injoignable", true);
    check("fr", "Un accueil chaleureux et souriant !", "chaleureux", false);
    check("en", "Terrible food and rude staff", "Terrible", true);
    check("en", "Cheap, and it's not working.", "not working", true);
    check("en", "I love this place 😍", "love", false);
}

#[test]
fn the_title_is_read_too_and_named_as_such() {
    let french = lang("fr");
    let said = Said {
        lang: french.as_ref(),
        title: "Une arnaque",
        text: "Voir ci-joint.",
        ..Said::default()
    };
    let reading = Tones::built_in().read(&said);
    assert_eq!(reading.tone, NEGATIVE);
    let title: Vec<&Evidence> =
        reading.evidence.iter().filter(|evidence| evidence.part == Part::Title).collect();
    assert_eq!(&said.title[title[0].range.clone()], "arnaque");
    assert_eq!(reading.kept(&said).words[0], "arnaque");
}

#[test]
fn a_broken_weight_file_is_refused_with_its_reason() {
    let bytes = Tones::built_in().weights().next().unwrap().to_bytes();
    assert!(Tones::with(&[&bytes]).is_ok());
    let check = |bytes: &[u8], expect: &str| {
        let message = Tones::with(&[bytes]).unwrap_err().to_string();
        assert!(message.contains(expect), "{message}");
    };
    check(b"", "not a weight file");
    check(b"vigie-tone 9\n\n", "not a weight file");
    check(&bytes[..100], "header");
    check(&bytes[..bytes.len() - 1], "should have");
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    check(&damaged, "damaged");
    let mut long = bytes;
    long.push(0);
    check(&long, "should have");
}

#[test]
fn hostile_texts_are_read_and_bounded() {
    let texts = [
        "a".repeat(10_000_000),
        "nul ".repeat(1_000_000),
        "mais, ".repeat(500_000),
        "pas ".repeat(500_000),
        "😡".repeat(500_000),
        "\u{301}".repeat(500_000),
        "\\u0041".repeat(100_000),
        "#@".repeat(500_000),
        "\u{0}\u{7}\u{1b}[0m".repeat(100_000),
    ];
    for text in &texts {
        let ends = [0..1, text.len() - 4..text.len()];
        for about in [&[][..], &ends] {
            let reading = Tones::built_in().read(&Said {
                lang: lang("fr").as_ref(),
                text,
                about,
                ..Said::default()
            });
            assert!(reading.evidence.len() <= EVIDENCE_MAX);
        }
    }
    // What lies beyond the limit says nothing.
    let long = format!("{}horrible arnaque", "le tram ".repeat(TEXT_BYTES_MAX / 8 + 1));
    assert!(read("fr", &long).evidence.is_empty());
}

fn fragment() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "pas",
        "n'",
        "ne ",
        "mais ",
        " but ",
        "super",
        "nul",
        "great",
        "not ",
        "awful",
        "très ",
        "😡",
        "🙄",
        ":)",
        "!",
        "?",
        "…",
        "...",
        ". ",
        ", ",
        "Ozalée",
        "FERRINE",
        "@acme",
        "#acme",
        "http://a.example/",
        "&amp;",
        "&lt;3",
        "\\u2019",
        "vaut mieux que ",
        "n'importe quoi",
        "é",
        "e\u{301}",
        "\n",
        "œ",
        "ſ",
        "İ",
        "\\u",
        "漢",
        "\"",
        "soooo",
        "XD",
    ]);
    prop_oneof![4 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

proptest! {
    #[test]
    fn any_text_is_read_the_same_twice_with_ranges_that_hold(
        title in prop::collection::vec(fragment(), 0..6),
        text in prop::collection::vec(fragment(), 0..60),
        about in prop::collection::vec((0..400_usize, 0..20_usize), 0..4),
        tag in prop::sample::select(vec!["fr", "en", "de"]),
        stars in prop::option::of(1000..5000_i64),
    ) {
        let (title, text) = (title.concat(), text.concat());
        let about: Vec<_> = about.into_iter().map(|(start, len)| start..start + len).collect();
        let lang = lang(tag);
        let rating = stars.and_then(|stars| Rating::new(stars, 1000, 5000));
        let said = Said { lang: lang.as_ref(), title: &title, text: &text, about: &about, rating };
        let reading = Tones::built_in().read(&said);
        prop_assert_eq!(&reading, &Tones::built_in().read(&said));
        prop_assert!((-1.0..=1.0).contains(&reading.score), "{:?}", reading);
        prop_assert!((0.0..=1.0).contains(&reading.confidence));
        prop_assert!(reading.evidence.len() <= EVIDENCE_MAX);
        for evidence in &reading.evidence {
            let part = if evidence.part == Part::Title { &title } else { &text };
            prop_assert!(part.get(evidence.range.clone()).is_some_and(|word| !word.is_empty()), "{:?}", evidence);
        }
        prop_assert_eq!(reading.kept(&said).words.len(), reading.evidence.len());
    }
}
