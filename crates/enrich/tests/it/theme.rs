//! Themes of made-up conversations against made-up days before.

use enrich::theme::{Background, Document, Theme, g2, themes};
use model::{ItemId, Lang, Timestamp};

/// A text with who said it; items get numbers in order, each a story of its own.
pub(crate) struct Said {
    pub(crate) author: String,
    pub(crate) source: &'static str,
    pub(crate) story: Option<u64>,
    pub(crate) text: String,
}

pub(crate) fn said(author: &str, text: &str) -> Said {
    Said { author: author.to_owned(), source: "forum", story: None, text: text.to_owned() }
}

fn at(minute: i64) -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000 + minute * 60, 0).expect("a time")
}

pub(crate) fn with<T>(said: &[Said], lang: &str, of: impl FnOnce(&[Document<'_>]) -> T) -> T {
    let lang = Lang::from_tag(lang);
    let mut documents = Vec::new();
    for (place, one) in said.iter().enumerate() {
        let id = u64::try_from(place).expect("a small number") + 1;
        documents.push(Document {
            id: ItemId(id),
            story: ItemId(one.story.unwrap_or(id)),
            source: one.source,
            author: Some(&one.author),
            time: at(i64::try_from(id).expect("a small number")),
            lang: lang.as_ref(),
            title: "",
            text: &one.text,
        });
    }
    of(&documents)
}

/// Sixty everyday remarks by as many people.
fn everyday() -> Vec<Said> {
    remarks(60)
}

pub(crate) fn remarks(count: usize) -> Vec<Said> {
    let things = ["le thé vert", "la boutique de Lyon", "le prix du thé", "un service rapide"];
    let views = ["est agréable", "me plaît", "a changé", "reste correct", "vaut le détour"];
    (0..count)
        .map(|n| {
            let text = format!("Chez Ozalée, {} {}.", things[n % 4], views[n % 5]);
            said(&format!("someone {n}"), &text)
        })
        .collect()
}

fn themes_of(now: &[Said], before: &[Said]) -> Vec<Theme> {
    let background = with(before, "fr", Background::of);
    with(now, "fr", |documents| themes(documents, &background, &["Ozalée".to_owned()], 10))
}

fn names(themes: &[Theme]) -> Vec<&str> {
    themes.iter().map(|theme| theme.phrases[0].text.as_str()).collect()
}

fn phrases(theme: &Theme) -> Vec<&str> {
    theme.phrases.iter().map(|phrase| phrase.text.as_str()).collect()
}

#[test]
fn what_many_begin_to_speak_of_is_a_new_theme() {
    let mut now = everyday();
    for n in 0..8 {
        let text =
            ["Le rappel des sachets inquiète.", "Des rappels de sachets chez Ozalée !"][n % 2];
        now.push(said(&format!("new {n}"), text));
    }
    let found = themes_of(&now, &remarks(240));
    assert_eq!(found.len(), 1, "{found:#?}");
    let theme = &found[0];
    assert!(theme.is_new && theme.g2 > 10.83, "{theme:?}");
    assert_eq!((theme.items, theme.stories, theme.voices, theme.sources), (8, 8, 8, 1));
    assert_eq!(theme.share_before.total_cmp(&0.0), std::cmp::Ordering::Equal);
    assert!((theme.share_now - 8.0 / 68.0).abs() < 1e-9, "{theme:?}");
    assert!(phrases(theme).iter().any(|phrase| phrase.contains("sachets")), "{theme:?}");
    assert_eq!(theme.examples.len(), 5);
}

#[test]
fn forms_of_a_word_are_one_phrase_and_it_is_written_as_most_do() {
    let mut now = everyday();
    for n in 0..9 {
        let text = ["une infusion froide", "des infusions froides", "infusions froides"][n % 3];
        now.push(said(&format!("new {n}"), text));
    }
    let found = themes_of(&now, &remarks(240));
    assert_eq!(names(&found), ["infusions froides"], "{found:#?}");
    assert_eq!(found[0].phrases[0].stories, 9);
}

#[test]
fn one_loud_author_makes_no_theme_nor_does_one_copied_story() {
    let mut now = everyday();
    now.extend((0..20).map(|_| said("loud", "Encore ce scandale des gobelets.")));
    assert_eq!(themes_of(&now, &remarks(240)), []);
    let mut now = everyday();
    now.extend((0..20).map(|n| Said {
        story: Some(1000),
        ..said(&format!("paper {n}"), "Le scandale des gobelets éclate.")
    }));
    assert_eq!(themes_of(&now, &remarks(240)), []);
    let mut now = everyday();
    now.extend((0..20).map(|n| said(&format!("reader {n}"), "Le scandale des gobelets éclate.")));
    let found = themes_of(&now, &remarks(240));
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn a_longer_phrase_absorbs_the_shorter_ones_that_it_explains() {
    let mut now = everyday();
    for n in 0..10 {
        now.push(said(&format!("new {n}"), "Le service client ne répond plus."));
    }
    let found = themes_of(&now, &remarks(240));
    let all: Vec<&str> = found.iter().flat_map(phrases).collect();
    assert!(all.iter().any(|phrase| phrase.contains("service client")), "{all:?}");
    assert!(!all.contains(&"client") && !all.contains(&"service"), "{all:?}");
    // Where clients are spoken of in other ways too, the word stays.
    for n in 0..30 {
        now.push(said(&format!("other {n}"), &format!("Les clients du rayon {n} attendent.")));
    }
    let all: Vec<String> = themes_of(&now, &remarks(240))
        .iter()
        .flat_map(|theme| theme.phrases.iter().map(|phrase| phrase.text.clone()))
        .collect();
    assert!(all.iter().any(|phrase| phrase.starts_with("client")), "{all:?}");
}

#[test]
fn phrases_that_come_together_are_one_theme_and_others_are_not() {
    let mut now = everyday();
    for n in 0..8 {
        now.push(said(&format!("a {n}"), "La grève bloque l'entrepôt. Les colis attendent."));
        now.push(said(&format!("b {n}"), "Nouveau parfum : bergamote."));
    }
    let found = themes_of(&now, &remarks(240));
    assert_eq!(found.len(), 2, "{found:#?}");
    for theme in &found {
        let text = phrases(theme).join(" | ");
        assert_ne!(text.contains("colis"), text.contains("bergamote"), "{text}");
        assert_eq!(text.contains("colis"), text.contains("grève"), "{text}");
    }
}

#[test]
fn the_words_of_the_query_and_of_every_day_are_no_themes() {
    let mut now = everyday();
    now.extend(everyday());
    let found = themes_of(&now, &remarks(240));
    assert_eq!(found, []);
    let mut now = everyday();
    for n in 0..9 {
        now.push(said(
            &format!("new {n}"),
            "@ozalee https://ozalee.example/grève voir ici, Ozalée !",
        ));
    }
    let found = themes_of(&now, &remarks(240));
    let all: Vec<&str> = found.iter().flat_map(phrases).collect();
    assert!(all.iter().all(|phrase| *phrase == "voir"), "{all:?}");
}

#[test]
fn without_a_background_what_most_speak_of_comes_first_and_nothing_is_new() {
    let found = themes_of(&everyday(), &[]);
    assert!(!found.is_empty());
    assert!(found.iter().all(|theme| !theme.is_new), "{found:?}");
    assert!(found.windows(2).all(|pair| pair[0].phrases[0].stories >= pair[1].phrases[0].stories));
}

#[test]
fn a_theme_does_not_depend_on_the_order_of_the_items() {
    let mut now = everyday();
    now.extend((0..8).map(|n| said(&format!("new {n}"), "Le rappel des sachets inquiète.")));
    let background = with(&remarks(240), "fr", Background::of);
    let (forth, back) = with(&now, "fr", |documents| {
        let mut other = documents.to_vec();
        other.reverse();
        (themes(documents, &background, &[], 10), themes(&other, &background, &[], 10))
    });
    assert_eq!(forth, back);
}

#[test]
fn backgrounds_of_days_add_up_and_can_be_kept() {
    let whole = with(&everyday(), "fr", Background::of);
    let mut days = Background::default();
    for day in everyday().chunks(20) {
        days.merge(&with(day, "fr", Background::of));
    }
    assert_eq!(days, whole);
    assert_eq!(days.stories(), 60);
    let kept = serde_json::to_string(&days).expect("json");
    assert!(!kept.contains("boutique"));
    assert_eq!(serde_json::from_str::<Background>(&kept).expect("json"), days);
}

#[test]
fn g2_is_dunnings() {
    let check = |now, all_now, before, all_before, expect: f64| {
        let g2 = g2(now, all_now, before, all_before);
        assert!((g2 - expect).abs() < 0.005, "{now}/{all_now} {before}/{all_before}: {g2}");
    };
    // Reckoned apart, with the formula in another language.
    check(10, 100, 10, 100, 0.0);
    check(0, 100, 0, 100, 0.0);
    check(3, 20, 0, 500, 20.006);
    check(0, 500, 3, 20, -20.006);
    check(10, 30, 0, 90, 30.650);
}

#[test]
fn hostile_texts_are_bounded() {
    let texts = ["mot ".repeat(1_000_000), "a".repeat(10_000_000), "\u{0}\u{202e}".repeat(100_000)];
    let now: Vec<Said> =
        (0..6).map(|n| said(&format!("someone {n}"), &texts[n % texts.len()])).collect();
    assert!(themes_of(&now, &remarks(240)).len() <= 10);
}
