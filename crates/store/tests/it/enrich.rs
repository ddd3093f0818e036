//! Stories, tones and corrections: what is read of items beside their words, and set right by people.

use std::time::Duration;

use chrono::TimeDelta;
use model::{ItemId, Lang, QueryName, Seq, Tone, ToneReading};
use store::{
    CorrectError, Correction, Declaration, HitTone, NewCorrection, Relevance, Reread, Told, Word,
};

use crate::world::{World, at, found, noon};

fn told(item: ItemId, story: ItemId) -> Told {
    Told { item, story, at: at("2026-03-01T09:30:00Z"), fingerprint: item.0.to_le_bytes().to_vec() }
}

fn reading(tone: Option<Tone>) -> ToneReading {
    ToneReading { tone, score: -0.5, confidence: 0.75, words: vec!["nul".to_owned()] }
}

fn brand() -> QueryName {
    "brand".into()
}

/// A world with hits on one, two and three, of which two copies one.
fn copied() -> (World, Vec<ItemId>) {
    let mut world = World::new(&["brand"]);
    let ids = world.read_articles(&["one", "two", "three"], &["brand"], noon(0));
    let told = [told(ids[0], ids[0]), told(ids[1], ids[0]), told(ids[2], ids[2])];
    assert!(world.ledger.record_stories(Seq(0), Seq(3), &told, noon(-9_999)).unwrap());
    (world, ids)
}

fn correct(world: &mut World, item: ItemId, said: Word) -> Result<Correction, CorrectError> {
    let query = brand();
    let correction = NewCorrection { person: "zoe", item, query: Some(&query), word: said };
    let corrected = world.ledger.correct(&correction, noon(9));
    world.assert_sound();
    corrected
}

fn first_of(world: &World, item: ItemId) -> ItemId {
    world.ledger.story(item, 9).unwrap().unwrap().first
}

fn volume(world: &World) -> u64 {
    world.ledger.status(noon(0)).unwrap().queries[0].hits
}

#[test]
fn a_story_has_its_items_in_the_order_of_their_dates() {
    let (world, ids) = copied();
    let story = world.ledger.story(ids[1], 9).unwrap().unwrap();
    assert_eq!((story.first, story.items, story.sources), (ids[0], 2, 1));
    assert_eq!(story.oldest.iter().map(|known| known.id).collect::<Vec<_>>(), ids[..2]);
    assert_eq!(world.ledger.story(ids[2], 9).unwrap().unwrap().items, 1);
    assert_eq!(world.ledger.story(ItemId(99), 9).unwrap(), None);
    world.assert_sound();
}

#[test]
fn what_items_are_compared_by_survives_a_crash_until_it_is_too_old() {
    let (mut world, ids) = copied();
    world.crash();
    let known = |world: &World, since| {
        let mut known = Vec::new();
        world.ledger.each_fingerprint(since, |told| known.push(told)).unwrap();
        known
    };
    assert_eq!(known(&world, noon(-9_999))[1], told(ids[1], ids[0]));
    assert_eq!(known(&world, noon(0)), []);
    assert_eq!(world.ledger.stories_upto().unwrap(), Seq(3));

    let since = at("2026-03-01T09:30:00Z") + TimeDelta::seconds(1);
    assert!(world.ledger.record_stories(Seq(3), Seq(3), &[], since).unwrap());
    assert_eq!(known(&world, noon(-9_999)), []);
    assert_eq!(first_of(&world, ids[1]), ids[0], "it stays what it is");
}

#[test]
fn who_compares_behind_another_writes_nothing() {
    let (mut world, ids) = copied();
    let late = [told(ids[2], ids[0])];
    assert!(!world.ledger.record_stories(Seq(0), Seq(3), &late, noon(-9_999)).unwrap());
    assert_eq!(first_of(&world, ids[2]), ids[2]);
}

#[test]
fn a_tone_is_read_once_for_each_version() {
    let (mut world, ids) = copied();
    let unread = |world: &World| {
        let unread = world.ledger.unread_hits(9).unwrap();
        unread.into_iter().map(|hit| (hit.item.id, hit.item.seq)).collect::<Vec<_>>()
    };
    assert_eq!(unread(&world), [(ids[2], Seq(3)), (ids[1], Seq(2)), (ids[0], Seq(1))]);
    let tone =
        |item, seq| HitTone { query: brand(), item, seq, reading: reading(Some(Tone::Negative)) };
    world.ledger.record_tones(&[tone(ids[0], Seq(1)), tone(ids[1], Seq(2))]).unwrap();
    assert_eq!(unread(&world), [(ids[2], Seq(3))]);
    let mention = world.ledger.mention(&brand(), ids[0]).unwrap().unwrap();
    assert_eq!(mention.tone, Some(reading(Some(Tone::Negative))));

    let mut edited = crate::world::article("one");
    edited.text = "Another text.".to_owned();
    world.read(vec![found(edited, &["brand"])], noon(5));
    assert_eq!(unread(&world), [(ids[2], Seq(3))], "until it was compared again");
    let again = [told(ids[0], ids[0])];
    assert!(world.ledger.record_stories(Seq(3), Seq(4), &again, noon(-9_999)).unwrap());
    assert_eq!(unread(&world), [(ids[2], Seq(3)), (ids[0], Seq(4))]);
    world.ledger.record_tones(&[tone(ids[0], Seq(1))]).unwrap();
    assert_eq!(unread(&world).len(), 2, "that was the former version's");
}

#[test]
fn what_is_not_relevant_is_neither_counted_nor_told() {
    let (mut world, ids) = copied();
    assert_eq!(volume(&world), 3);
    let said = correct(&mut world, ids[0], Word::Relevance(Relevance::Irrelevant)).unwrap();
    assert_eq!((said.was, said.said.as_str()), (None, "irrelevant"));
    assert_eq!(volume(&world), 2);
    let told = world.hits_since(&[brand()], Seq(0), 9).hits;
    assert_eq!(told.iter().map(|hit| hit.item.id).collect::<Vec<_>>(), ids[1..]);
    correct(&mut world, ids[0], Word::Relevance(Relevance::Irrelevant)).unwrap();
    assert_eq!(volume(&world), 2, "once");
    correct(&mut world, ids[1], Word::Relevance(Relevance::Irrelevant)).unwrap();
    correct(&mut world, ids[2], Word::Relevance(Relevance::Irrelevant)).unwrap();
    assert_eq!(volume(&world), 0);

    let back = correct(&mut world, ids[0], Word::Relevance(Relevance::Relevant)).unwrap();
    assert_eq!(back.was.as_deref(), Some("irrelevant"));
    assert_eq!(volume(&world), 1);
    let marks = world.ledger.marks(&brand(), 9).unwrap();
    let marks: Vec<_> = marks.iter().map(|mark| (mark.item, mark.relevance)).collect();
    let (no, yes) = (Relevance::Irrelevant, Relevance::Relevant);
    assert_eq!(marks, [(ids[2], no), (ids[1], no), (ids[0], yes)]);
    let mentions = world.ledger.mentions(&brand(), noon(-9_999), noon(9), 9).unwrap();
    let irrelevant = mentions.iter().filter(|mention| mention.is_irrelevant()).count();
    assert_eq!((mentions.len(), irrelevant), (3, 2), "it is still there for who asks");
}

#[test]
fn an_edited_query_forgets_what_it_no_longer_finds_and_counts_the_rest() {
    let (mut world, ids) = copied();
    correct(&mut world, ids[0], Word::Relevance(Relevance::Irrelevant)).unwrap();
    world.declare(&[("brand", "another")], &["press"], noon(10));
    let run = world.ledger.history_due().unwrap().unwrap();
    world.ledger.record_history(&run, run.until, &ids[1..2], noon(10)).unwrap();
    world.assert_sound();
    assert_eq!(volume(&world), 1);
}

#[test]
fn a_persons_word_on_a_tone_stands_above_what_is_read() {
    let (mut world, ids) = copied();
    let tone = HitTone {
        query: brand(),
        item: ids[0],
        seq: Seq(1),
        reading: reading(Some(Tone::Positive)),
    };
    world.ledger.record_tones(std::slice::from_ref(&tone)).unwrap();
    let said = correct(&mut world, ids[0], Word::Tone(Some(Tone::Negative))).unwrap();
    assert_eq!((said.was.as_deref(), said.said.as_str()), (Some("positive"), "negative"));
    world.ledger.record_tones(&[tone]).unwrap();
    let mention = world.ledger.mention(&brand(), ids[0]).unwrap().unwrap();
    assert_eq!(mention.tone(), Some(Tone::Negative));
    assert_eq!(mention.tone.unwrap().tone, Some(Tone::Positive));

    correct(&mut world, ids[0], Word::Tone(None)).unwrap();
    let mention = world.ledger.mention(&brand(), ids[0]).unwrap().unwrap();
    assert_eq!((mention.tone(), mention.tone_said), (None, Some(None)));
    let accuracy = world.ledger.accuracy(Some(&brand()), noon(-9_999)).unwrap();
    assert_eq!((accuracy.hits, accuracy.read["positive"], accuracy.read.len()), (3, 1, 1));
    assert_eq!(accuracy.tones[&("positive".to_owned(), "unsure".to_owned())], 1);
    assert_eq!(world.ledger.accuracy(None, noon(99)).unwrap().hits, 0);
}

#[test]
fn stories_are_joined_and_parted() {
    let (mut world, ids) = copied();
    let [one, two, three] = ids[..] else { panic!() };
    correct(&mut world, three, Word::SameStory(two)).unwrap();
    assert_eq!(first_of(&world, three), one);
    assert_eq!(world.ledger.story(one, 9).unwrap().unwrap().items, 3);

    correct(&mut world, one, Word::OwnStory).unwrap();
    assert_eq!([one, two, three].map(|item| first_of(&world, item)), [one, two, two]);
    correct(&mut world, two, Word::SameStory(one)).unwrap();
    assert_eq!([one, two, three].map(|item| first_of(&world, item)), [one; 3], "with its copies");
    correct(&mut world, two, Word::OwnStory).unwrap();
    assert_eq!([one, two, three].map(|item| first_of(&world, item)), [one, two, one]);
    let said: Vec<_> = world.ledger.corrections(9).unwrap();
    let said: Vec<_> = said.iter().map(|c| (c.item, c.said.clone(), c.person.as_str())).collect();
    assert_eq!(said[0], (two, two.to_string(), "zoe"));
    assert_eq!(said.len(), 4);
    let last = world.ledger.last_story_correction().unwrap();
    assert_eq!(last, 4);
    correct(&mut world, one, Word::Tone(None)).unwrap();
    assert_eq!(world.ledger.last_story_correction().unwrap(), last, "no story changed");
}

#[test]
fn what_cannot_be_corrected_is_said() {
    let (mut world, ids) = copied();
    let refused =
        |world: &mut World, item, word| correct(world, item, word).unwrap_err().to_string();
    assert_eq!(refused(&mut world, ItemId(99), Word::OwnStory), "there is no item 99");
    assert_eq!(refused(&mut world, ids[0], Word::SameStory(ItemId(98))), "there is no item 98");
    world.declare(&[("brand", "brand"), ("rival", "rival")], &["press"], noon(9));
    let rival = QueryName::new("rival");
    let tone =
        NewCorrection { person: "zoe", item: ids[0], query: Some(&rival), word: Word::Tone(None) };
    let missing = world.ledger.correct(&tone, noon(9)).unwrap_err();
    assert_eq!(missing.to_string(), "rival has not found item 1");
    let nameless = NewCorrection { query: None, ..tone };
    assert!(matches!(world.ledger.correct(&nameless, noon(9)), Err(CorrectError::NoQuery)));
    assert_eq!(world.ledger.corrections(9).unwrap(), []);
}

#[test]
fn volume_counts_what_is_meant_in_sources_that_are_read() {
    let (mut world, ids) = copied();
    let mut late = crate::world::article("late");
    late.published = Some(at("2026-03-01T11:10:00Z"));
    world.read(vec![found(late, &["brand"])], noon(1));
    let late = ItemId(ids[2].0 + 1);
    let copy = [told(late, ids[0])];
    assert!(world.ledger.record_stories(Seq(3), Seq(4), &copy, noon(-9_999)).unwrap());
    let (nine, eleven) = (at("2026-03-01T09:00:00Z"), at("2026-03-01T11:00:00Z"));
    let volume = |world: &World, until| {
        let quarter = Duration::from_mins(15);
        let volume = world.ledger.volume(&brand(), (nine, until), quarter).unwrap();
        volume.into_iter().collect::<Vec<_>>()
    };
    let of_nine = volume(&world, eleven);
    assert_eq!(of_nine.iter().map(|(_, items)| items).sum::<u64>(), 3);
    assert_eq!(volume(&world, noon(0)), [of_nine.clone(), vec![(eleven, 1)]].concat());
    assert_eq!(world.ledger.status(noon(0)).unwrap().queries[0].stories_7d, 2);

    correct(&mut world, late, Word::Relevance(Relevance::Irrelevant)).unwrap();
    assert_eq!(volume(&world, noon(0)), of_nine);
    let queries = [(brand(), "brand".to_owned())];
    let without = Declaration { sources: &[], queries: &queries, subscriptions: &[] };
    world.ledger.declare(&without, noon(2)).unwrap();
    assert_eq!(volume(&world, noon(0)), []);
}

#[test]
fn items_are_read_again_and_the_queries_that_ask_for_it_look_again() {
    let (mut world, ids) = copied();
    let read = world.ledger.items_from(at("2026-03-01T09:30:00Z"), ids[0], 9).unwrap();
    let stories: Vec<_> = read.iter().map(|read| (read.item.id, read.story)).collect();
    assert_eq!(stories, [(ids[1], Some(ids[0])), (ids[2], Some(ids[2]))]);
    assert!(world.ledger.items_from(noon(0), ItemId(0), 9).unwrap().is_empty());
    let hits = world.ledger.hits_on(ids[0]).unwrap();
    assert_eq!((hits[0].query.as_str(), hits[0].tone.as_ref()), ("brand", None));

    let lang = Lang::from_tag("fr");
    let again = |seq, item, story| Reread {
        seq: Seq(seq),
        lang: lang.clone(),
        tone: Some(Tone::Negative),
        told: told(item, story),
    };
    let tone = HitTone {
        query: brand(),
        item: ids[1],
        seq: Seq(2),
        reading: reading(Some(Tone::Negative)),
    };
    let items = [again(2, ids[1], ids[1]), again(99, ids[2], ids[0])];
    world.ledger.record_again(&items, &[tone], noon(-9_999)).unwrap();
    let known = world.ledger.items(&ids).unwrap();
    assert_eq!(known[1].item.lang, lang);
    assert_eq!(known[1].item.details.tone, Some(Tone::Negative));
    assert_eq!(first_of(&world, ids[1]), ids[1]);
    assert_eq!(known[2].item.lang, None, "it was edited since it was read");
    assert_eq!(first_of(&world, ids[2]), ids[2]);
    assert!(world.ledger.hits_on(ids[1]).unwrap()[0].tone.is_some());

    let version = world.ledger.queries().unwrap().version;
    world.ledger.search_again(&[brand()]).unwrap();
    let run = world.ledger.history_due().unwrap().unwrap();
    assert_eq!((run.after, run.until), (Seq(0), Seq(3)));
    assert!(world.ledger.queries().unwrap().version > version);
    world.ledger.record_history(&run, run.until, &ids[..1], noon(9)).unwrap();
    assert_eq!(volume(&world), 1);
    world.assert_sound();
    assert!(world.ledger.stories_said().unwrap().is_empty());
    correct(&mut world, ids[2], Word::SameStory(ids[0])).unwrap();
    assert_eq!(world.ledger.stories_said().unwrap().len(), 1);
}

#[test]
fn nothing_is_the_same_as_itself() {
    let (mut world, ids) = copied();
    let refused = correct(&mut world, ids[0], Word::SameStory(ids[0]));
    assert!(matches!(refused, Err(CorrectError::Itself(item)) if item == ids[0]), "{refused:?}");
}
