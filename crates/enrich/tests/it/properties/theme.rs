//! Of themes, terms, and what sentences want.

use std::collections::HashSet;

use enrich::theme::{
    Background, Counts, Document, G2_MIN, STORIES_MIN, TERM_G2_MIN, TERM_STORIES_MIN, asks, g2,
    over_represented, standing_out, themes,
};
use model::{ItemId, Lang};
use proptest::prelude::*;
use proptest::sample::select;

use super::{Row, backwards, documents, own, rows, text};

fn stories(documents: &[Document<'_>]) -> u32 {
    let stories: HashSet<ItemId> = documents.iter().map(|one| one.story).collect();
    u32::try_from(stories.len()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn themes_hold_their_limits_and_no_order_changes_them(now in rows(40), before in rows(40)) {
        let (now, before) = (documents(&now), documents(&before));
        let background = Background::of(&before);
        prop_assert_eq!(&background, &Background::of(&backwards(&before)));
        prop_assert_eq!(background.stories(), stories(&before));
        let found = themes(&now, &background, &own(), 5);
        prop_assert_eq!(&found, &themes(&backwards(&now), &background, &own(), 5));
        prop_assert!(found.len() <= 5);
        for theme in &found {
            prop_assert!((1..=6).contains(&theme.phrases.len()), "{:?}", theme);
            prop_assert!(theme.phrases.iter().all(|one| !one.text.is_empty() && one.stories >= STORIES_MIN));
            prop_assert!(theme.stories >= STORIES_MIN && theme.items >= theme.stories);
            prop_assert!(theme.stories <= stories(&now) && theme.sources <= 2);
            prop_assert!(background.stories() == 0 || theme.g2 >= G2_MIN, "{:?}", theme);
            prop_assert!((0.0..=1.0).contains(&theme.share_now) && (0.0..=1.0).contains(&theme.share_before));
            let shown = theme.examples.iter().map(|id| now.iter().find(|one| one.id == *id).unwrap().story);
            let shown: Vec<ItemId> = shown.collect();
            prop_assert!((1..=5).contains(&shown.len()));
            prop_assert_eq!(shown.iter().collect::<HashSet<_>>().len(), shown.len(), "one of each story");
        }
    }

    #[test]
    fn terms_hold_their_limits_and_no_order_changes_them(now in rows(30), before in rows(40)) {
        let (now, before) = (documents(&now), documents(&before));
        let background = Background::of(&before);
        let found = standing_out(&now, &background, &own(), 5);
        prop_assert_eq!(&found, &standing_out(&backwards(&now), &background, &own(), 5));
        prop_assert!(found.len() <= 5);
        let (all, all_before) = (stories(&now), background.stories());
        for term in &found {
            prop_assert!(!term.text.is_empty());
            prop_assert!((TERM_STORIES_MIN..=all).contains(&term.foreground), "{:?}", term);
            prop_assert!(term.background <= all_before);
            if all_before == 0 {
                prop_assert!(term.g2.abs() < f64::EPSILON);
            } else {
                prop_assert!(term.g2 >= TERM_G2_MIN);
                let more = f64::from(term.foreground) * f64::from(all_before);
                prop_assert!(more > f64::from(term.background) * f64::from(all), "{:?}", term);
            }
        }
    }

    #[test]
    fn a_copy_changes_neither_what_was_before_nor_what_is_counted(before in rows(30), host in any::<String>()) {
        let once = documents(&before);
        let mut twice = once.clone();
        twice.extend(once.iter().map(|one| Document { id: ItemId(one.id.0 + 10_000), ..*one }));
        prop_assert_eq!(Background::of(&once), Background::of(&twice));
        let values = |all: &[Document<'_>]| {
            Counts::of(all.iter().map(|one| (one.story, Some(host.as_str()).filter(|_| one.id.0.is_multiple_of(2)))))
        };
        prop_assert_eq!(values(&once), values(&twice));
    }

    #[test]
    fn values_are_ordered_by_how_much_they_stand_out(
        now in prop::collection::vec((0..20_u64, prop::option::of("[a-d]")), 0..60),
        before in prop::collection::vec((0..60_u64, prop::option::of("[a-d]")), 0..200),
    ) {
        let counts = |rows: &[(u64, Option<String>)]| {
            Counts::of(rows.iter().map(|(story, value)| (ItemId(*story), value.as_deref())))
        };
        let [all, all_before] = [counts(&now), counts(&before)];
        prop_assert_eq!(&all, &counts(&backwards(&now)));
        let found = over_represented(&all, &all_before, 3);
        prop_assert!(found.len() <= 3);
        prop_assert!(found.windows(2).all(|pair| pair[0].g2 >= pair[1].g2));
        let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
        for term in found {
            prop_assert!(term.foreground >= TERM_STORIES_MIN && term.foreground <= all.stories());
            let before = share(term.background, all_before.stories());
            prop_assert!(share(term.foreground, all.stories()) > before, "{:?}", term);
        }
    }

    #[test]
    fn g2_turns_its_sign_with_its_sides_and_grows_with_its_counts(
        (all_now, now) in (1..1_000_000_u32).prop_flat_map(|all| (Just(all), 0..=all)),
        (all_before, before) in (1..1_000_000_u32).prop_flat_map(|all| (Just(all), 0..=all)),
    ) {
        let there = g2(now, all_now, before, all_before);
        let back = g2(before, all_before, now, all_now);
        prop_assert!(there.is_finite());
        let near = |one: f64, other: f64| (one - other).abs() <= 1e-6 * (1.0 + one.abs());
        prop_assert!(near(there.abs(), back.abs()), "{} {}", there, back);
        prop_assert!(there <= 0.0 || back <= 0.0 || there < 1e-6);
        prop_assert!(near(g2(2 * now, 2 * all_now, 2 * before, 2 * all_before), 2.0 * there));
    }

    #[test]
    fn what_a_sentence_wants_stands_in_the_text(text in text(), tag in select(vec!["fr", "en", "de", ""])) {
        let lang = Lang::from_tag(tag);
        let found = asks(&text, lang.as_ref());
        prop_assert_eq!(&found, &asks(&text, lang.as_ref()));
        for asking in found {
            prop_assert!(!asking.sentence.is_empty() && text.contains(&asking.sentence), "{:?}", asking);
            prop_assert!(asking.sentence.contains(&asking.cue), "{:?}", asking);
        }
    }

    #[test]
    fn what_stands_beyond_the_limit_changes_nothing(word in "[a-zé漢]{3,12}", rest in text()) {
        const READ: usize = 8 * 1024;
        let again = format!("{}{rest}", format!("{word} ").repeat(READ));
        let once = &again[..again.floor_char_boundary(READ)];
        let rows = |text: &str| -> Vec<Row> {
            let row = |id| Row {
                id, story: 9, source: "forum", author: Some(format!("person {id}")), lang: None,
                title: String::new(), text: text.to_owned(),
            };
            (1..5).map(row).collect()
        };
        let [short, long] = [rows(once), rows(&again)];
        let [short, long] = [documents(&short), documents(&long)];
        prop_assert_eq!(Background::of(&short), Background::of(&long));
        let none = Background::default();
        prop_assert_eq!(themes(&short, &none, &[], 5), themes(&long, &none, &[], 5));
        prop_assert_eq!(standing_out(&short, &none, &[], 5), standing_out(&long, &none, &[], 5));
        prop_assert_eq!(asks(once, None), asks(&again, None));
    }
}
