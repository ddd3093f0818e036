//! Stories: how well they are told, and that a window that is made again tells the same.

mod pairs;
mod score;
mod streams;

use std::collections::HashMap;

use chrono::TimeDelta;
use enrich::story::{Fingerprint, Placed, Stories};
use model::ItemId;
use pairs::{Half, Text, pairs};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use score::{at, print};

const WINDOW_SECONDS: i64 = 3_000;

#[test]
fn copies_join_and_twins_do_not() {
    for half in [Half::Tuned, Half::Held] {
        let score = score::of_pairs(half, |_, _, _| {});
        assert!(score.precision() >= 0.99 && score.recall() >= 0.95, "{half:?}: {score}");
        assert!(score.copies.len() >= 12 && score.others.len() >= 40, "{half:?}: {score}");
    }
}

/// Of the items of the BBC of which an edit left title or text, the other being new.
#[test]
fn an_edited_item_resembles_what_it_was() {
    let Some(file) = streams::file("bbcrss_snapshots.tar.xz", "the BBC's edited items") else {
        return;
    };
    let items = streams::bbc(&file, "home_uk");
    let score = streams::of_edits(&items, |_, _, _| {});
    let count = score.copies["title or text edited"];
    assert!(count.joined * 100 >= count.all * 92, "{score}");
    // Hardly any items of these feeds are copies of others: what is joined is mostly wrong.
    let mut stories = new();
    let joined = (0..).zip(&items).filter(|(id, item)| {
        let placed = stories.place(ItemId(*id), at(0), &print(&item.versions[0].1));
        placed != Placed::Alone
    });
    let joined = joined.count();
    assert!(joined * 200 <= items.len(), "{joined} of {} are copies", items.len());
}

#[test]
fn a_copy_joins_the_story_of_the_first() {
    let mut stories = new();
    let texts = some();
    let [first, copy, other] = [&texts[0].0, &texts[0].1, &texts[1].0];
    assert_eq!(stories.place(ItemId(1), at(0), first), Placed::Alone);
    assert_eq!(stories.place(ItemId(2), at(0), other), Placed::Alone);
    let placed = stories.place(ItemId(3), at(9), copy);
    assert!(matches!(placed, Placed::Copy { of: ItemId(1), like: ItemId(1), .. }), "{placed:?}");
    assert_eq!(stories.story_of(ItemId(3)), Some(ItemId(1)));
    // Placed again it stays, whatever it is now.
    let placed = stories.place(ItemId(3), at(10), other);
    assert!(matches!(placed, Placed::Copy { of: ItemId(1), .. }), "{placed:?}");
    assert_eq!(stories.len(), 3);
}

#[test]
fn a_story_takes_no_more_copies_when_the_window_has_passed_its_first_item() {
    let texts = some();
    let (first, copy) = &texts[0];
    for (second, is_joined) in [(3_000, true), (3_001, false)] {
        let mut stories = new();
        stories.place(ItemId(1), at(0), first);
        stories.place(ItemId(2), at(2_000), copy);
        let placed = stories.place(ItemId(3), at(second), copy);
        assert_eq!(placed != Placed::Alone, is_joined, "after {second} s: {placed:?}");
        assert_eq!(stories.len(), if is_joined { 3 } else { 1 });
    }
    let mut stories = new();
    stories.place(ItemId(1), at(5_000), first);
    assert_eq!(stories.place(ItemId(2), at(1_000), copy), Placed::Alone);
    assert_eq!(stories.len(), 1, "what is older than the window is not kept");
}

#[test]
fn a_story_of_thousands_is_one_story() {
    let texts = some();
    let (first, copy) = &texts[0];
    let mut stories = new();
    stories.place(ItemId(0), at(0), first);
    for id in 1..20_000 {
        stories.place(ItemId(id), at(0), copy);
        assert_eq!(stories.story_of(ItemId(id)), Some(ItemId(0)));
    }
    stories.forget(ItemId(0));
    assert!(stories.is_empty());
}

#[test]
fn an_edited_item_keeps_its_story_and_is_found_by_its_new_text() {
    let texts = some();
    let mut stories = new();
    stories.place(ItemId(1), at(0), &texts[0].0);
    stories.update(ItemId(1), &texts[1].0);
    assert_eq!(stories.place(ItemId(2), at(0), &texts[0].1), Placed::Alone);
    let placed = stories.place(ItemId(3), at(0), &texts[1].1);
    assert!(matches!(placed, Placed::Copy { of: ItemId(1), .. }), "{placed:?}");
    stories.update(ItemId(99), &texts[0].0);
    assert_eq!(stories.len(), 3);
}

#[test]
fn short_posts_are_no_copies_however_equal() {
    for text in [
        "+1",
        "merci",
        "Bonjour",
        "👍👍👍",
        "Merci beaucoup pour votre aide, cela fonctionne très bien !",
    ] {
        let print = Fingerprint::of("", text);
        let mut stories = new();
        stories.place(ItemId(1), at(0), &print);
        assert_eq!(stories.place(ItemId(2), at(0), &print), Placed::Alone, "{text}");
        assert!(print.is_meagre());
    }
    let review = "Commande reçue avec trois semaines de retard, carton éventré et deux assiettes \
                  cassées, service client injoignable.";
    let print = Fingerprint::of("", review);
    let mut stories = new();
    stories.place(ItemId(1), at(0), &print);
    assert_ne!(stories.place(ItemId(2), at(0), &print), Placed::Alone);
}

#[test]
fn hostile_texts_are_cheap() {
    let texts = [
        "a".repeat(10 << 20),
        "word ".repeat(1 << 20),
        "\u{0}\u{1D}\u{202E}\n".repeat(1 << 20),
        "É".repeat(5 << 20),
        "漢字".repeat(1 << 20),
        (0..500_000).map(|n| n.to_string()).collect::<Vec<_>>().join(" "),
        String::new(),
    ];
    let mut stories = new();
    for (id, text) in (0..).zip(&texts) {
        let print = Fingerprint::of(text, text);
        assert!(print.to_bytes().len() <= 1_024, "{} bytes", print.to_bytes().len());
        assert_eq!(Fingerprint::from_bytes(&print.to_bytes()), Some(print.clone()));
        stories.place(ItemId(2 * id), at(0), &print);
        stories.place(ItemId(2 * id + 1), at(0), &print);
    }
    assert_eq!(stories.len(), 2 * texts.len());
}

/// One step in the life of a window: the numbers are of texts, of items and of seconds.
#[derive(Debug, Clone)]
enum Step {
    Place { text: Index, second: u32 },
    Update { item: Index, text: Index },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let place =
        (any::<Index>(), 0..6_000_u32).prop_map(|(text, second)| Step::Place { text, second });
    let update =
        (any::<Index>(), any::<Index>()).prop_map(|(item, text)| Step::Update { item, text });
    prop::collection::vec(prop_oneof![8 => place, 1 => update], 1..60)
}

/// A ledger's rows, and the window that it has beside it.
#[derive(Default)]
struct World {
    rows: Vec<(ItemId, u32, ItemId, Fingerprint)>,
}

impl World {
    fn take(
        &mut self,
        step: &Step,
        texts: &[Fingerprint],
        stories: &mut Stories,
    ) -> Option<Placed> {
        match step {
            Step::Place { text, second } => {
                let id = ItemId(self.rows.len() as u64 + 1);
                let print = text.get(texts);
                let placed = stories.place(id, at(*second), print);
                let story = if let Placed::Copy { of, .. } = placed { of } else { id };
                self.rows.push((id, *second, story, print.clone()));
                return Some(placed);
            }
            Step::Update { item, text } if !self.rows.is_empty() => {
                let place = item.index(self.rows.len());
                let row = &mut self.rows[place];
                row.3 = text.get(texts).clone();
                stories.update(row.0, &row.3);
            }
            Step::Update { .. } => {}
        }
        None
    }

    fn restored(&self) -> Stories {
        let mut stories = new();
        for (id, second, story, print) in &self.rows {
            stories.restore(*id, at(*second), *story, print);
        }
        stories
    }
}

fn texts() -> Vec<Fingerprint> {
    let pairs = pairs();
    let chosen = pairs.iter().filter(|pair| pair.half == Half::Tuned).step_by(11);
    chosen.flat_map(|pair| [print(&pair.first), print(&pair.second)]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_restored_window_answers_as_the_one_before(
        before in steps(),
        after in steps(),
    ) {
        let all = texts();
        let mut world = World::default();
        let mut live = new();
        for step in &before {
            world.take(step, &all, &mut live);
        }
        let mut restored = world.restored();
        let (mut of_live, mut of_restored) = (Vec::new(), Vec::new());
        let mut again = World { rows: world.rows.clone() };
        for step in &after {
            of_live.extend(world.take(step, &all, &mut live));
            of_restored.extend(again.take(step, &all, &mut restored));
        }
        prop_assert_eq!(of_live, of_restored);
        prop_assert_eq!(live.len(), restored.len());
    }

    #[test]
    fn the_same_items_tell_the_same_stories(steps in steps()) {
        let all = texts();
        let run = || {
            let (mut world, mut stories) = (World::default(), new());
            let placed: Vec<_> =
                steps.iter().filter_map(|step| world.take(step, &all, &mut stories)).collect();
            (placed, world.rows)
        };
        prop_assert_eq!(run(), run());
    }

    #[test]
    fn any_text_has_a_fingerprint_that_can_be_kept(title in ".{0,80}", text in "(?s).{0,600}") {
        let print = Fingerprint::of(&title, &text);
        prop_assert_eq!(Fingerprint::from_bytes(&print.to_bytes()), Some(print.clone()));
        let mut bytes = print.to_bytes();
        bytes.pop();
        prop_assert_eq!(Fingerprint::from_bytes(&bytes), None);
    }

    #[test]
    fn any_bytes_can_be_read_and_compared(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Some(print) = Fingerprint::from_bytes(&bytes) {
            new().place(ItemId(1), at(0), &print);
        }
    }

    #[test]
    fn an_equal_text_is_a_copy_and_its_words_in_disorder_are_not(
        words in prop::collection::hash_set("[a-z]{6,9}", 40..80),
        seed in select(vec![7_usize, 11, 13]),
    ) {
        let words: Vec<String> = words.into_iter().collect();
        let text = |order: Vec<usize>| {
            let words: Vec<&str> = order.iter().map(|at| words[*at].as_str()).collect();
            Fingerprint::of("", &words.join(" "))
        };
        let len = words.len();
        let straight = text((0..len).collect());
        let mixed = text((0..len).map(|n| (n * seed + n / 3) % len).collect());
        let mut stories = new();
        stories.place(ItemId(1), at(0), &straight);
        prop_assert_ne!(stories.place(ItemId(2), at(0), &straight), Placed::Alone);
        prop_assert_eq!(stories.place(ItemId(3), at(0), &mixed), Placed::Alone);
    }
}

/// Counts what the fixtures promise.
#[test]
fn there_are_enough_pairs_and_half_of_them_are_hard() {
    let mut counts: HashMap<(Half, bool), usize> = HashMap::new();
    for pair in pairs() {
        *counts.entry((pair.half, pair.is_copy)).or_default() += 1;
    }
    for half in [Half::Tuned, Half::Held] {
        assert!(counts[&(half, true)] >= 300 && counts[&(half, false)] >= counts[&(half, true)]);
    }
}

fn new() -> Stories {
    Stories::new(TimeDelta::seconds(WINDOW_SECONDS))
}

/// Texts with a copy of each, no two of one story.
fn some() -> Vec<(Fingerprint, Fingerprint)> {
    let pairs = pairs();
    let copies = pairs.iter().filter(|pair| pair.kind == "preface");
    let of = |text: &Text| print(text);
    copies.step_by(9).map(|pair| (of(&pair.first), of(&pair.second))).collect()
}
