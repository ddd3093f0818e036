//! Feeds: whose they are, and what stands in them.

use model::{FeedForm, ItemId, QueryName, Seq, Timestamp};
use store::{Feed, FeedOf, FoundStory, NewCorrection, NewFeed, Relevance, Told, Word};

use crate::world::{World, article, found, noon};

const SECRET: [u8; 32] = [7; 32];

fn queries(names: &[&str]) -> Vec<QueryName> {
    names.iter().copied().map(QueryName::new).collect()
}

/// A ledger whose queries have no past.
fn world(names: &[&str]) -> World {
    let mut world = World::new(names);
    while let Some(run) = world.ledger.history_due().unwrap() {
        world.ledger.record_history(&run, run.until, &[], noon(0)).unwrap();
    }
    world
}

fn stories(world: &World, names: &[&str], max: usize, now: Timestamp) -> Vec<FoundStory> {
    world.ledger.found_stories(&queries(names), None, max, now).unwrap().stories
}

fn items(stories: &[FoundStory]) -> Vec<ItemId> {
    stories.iter().map(|story| story.item).collect()
}

/// Says which items tell which stories.
fn tell(world: &mut World, told: &[(ItemId, ItemId)]) {
    let after = world.ledger.stories_upto().unwrap();
    let upto = world.ledger.head().unwrap();
    let told: Vec<Told> = told
        .iter()
        .map(|(item, story)| Told {
            item: *item,
            story: *story,
            at: noon(0),
            fingerprint: Vec::new(),
        })
        .collect();
    assert!(world.ledger.record_stories(after, upto, &told, noon(-9_999)).unwrap());
}

fn add(world: &mut World, secret: [u8; 32], token: Option<&str>) -> u64 {
    let of = FeedOf::Query("brand".into());
    let new = NewFeed { of, secret, reader: "Zoé", token };
    world.ledger.add_feed(&new, noon(1)).unwrap()
}

fn feed(world: &World, secret: [u8; 32]) -> Feed {
    world.ledger.feed(&secret).unwrap().unwrap()
}

#[test]
fn a_feed_is_known_by_its_hash_until_it_is_revoked_and_as_revoked_for_ever() {
    let mut world = world(&["brand"]);
    let number = add(&mut world, SECRET, Some("token"));
    assert_eq!(world.ledger.feed(&[8; 32]).unwrap(), None);
    let made = feed(&world, SECRET);
    assert_eq!((made.number, made.reader.as_str(), made.fetched_at), (number, "Zoé", None));
    assert_eq!(made.pushing.unwrap().token, "token");

    let note = |world: &mut World, form, now| {
        world.ledger.note_feed_fetched(number, form, Some("Reader/1"), now).unwrap();
    };
    note(&mut world, FeedForm::Json, noon(2));
    note(&mut world, FeedForm::Atom, noon(3));
    let read = feed(&world, SECRET);
    assert_eq!((read.fetched_at, read.agent.as_deref()), (Some(noon(3)), Some("Reader/1")));
    assert_eq!(read.forms, [FeedForm::Atom, FeedForm::Json]);

    assert!(world.ledger.revoke_feed(number, noon(4)).unwrap().unwrap().revoked_at.is_none());
    world.ledger.revoke_feed(number, noon(5)).unwrap();
    let revoked = feed(&world, SECRET);
    assert_eq!((revoked.revoked_at, revoked.pushing), (Some(noon(4)), None));
    assert_eq!(world.ledger.revoke_feed(99, noon(4)).unwrap(), None);
    assert_eq!(world.ledger.feeds().unwrap().len(), 1);
}

#[test]
fn the_newest_come_first_without_what_is_not_meant_or_past_or_still_read() {
    let mut world = world(&["brand", "other"]);
    let mut first = world.read_articles(&["one", "two"], &["brand"], noon(0));
    let late = world.read_articles(&["three"], &["other", "brand"], noon(2));
    let past =
        store::Found { finding: store::Finding::History, ..found(article("old"), &["brand"]) };
    world.read(vec![past], noon(3));
    assert_eq!(stories(&world, &["brand"], 9, noon(2)).len(), 2, "the third is still being read");
    let all = stories(&world, &["brand"], 9, noon(3));
    first.reverse();
    assert_eq!(items(&all), [late.clone(), first.clone()].concat());
    assert_eq!(items(&stories(&world, &["brand"], 2, noon(3))), [late[0], first[0]]);
    assert_eq!(items(&stories(&world, &["brand", "other"], 9, noon(3))).len(), 3, "each once");
    assert_eq!(all[0].found_by.len(), 1, "by what it follows: {:?}", all[0].found_by);
    assert_eq!(stories(&world, &["brand", "other"], 9, noon(3))[0].found_by.len(), 2);

    let brand = "brand".into();
    let said = Word::Relevance(Relevance::Irrelevant);
    let correction =
        NewCorrection { person: "zoe", item: late[0], query: Some(&brand), word: said };
    world.ledger.correct(&correction, noon(3)).unwrap();
    assert_eq!(items(&stories(&world, &["brand"], 9, noon(3))), first);
    assert_eq!(items(&stories(&world, &["other"], 9, noon(3))), late, "the other query means it");
    assert_eq!(stories(&world, &["unknown"], 9, noon(3)), []);
}

#[test]
fn copies_stand_with_the_text_that_was_found_first_wherever_that_is() {
    let mut world = world(&["brand"]);
    let ids = world.read_articles(&["one"], &["brand"], noon(0));
    tell(&mut world, &[(ids[0], ids[0])]);
    for n in 1..=70 {
        let name = format!("copy-{n}");
        let copy = world.read_articles(&[&name], &["brand"], noon(n));
        tell(&mut world, &[(copy[0], ids[0])]);
    }
    let all = stories(&world, &["brand"], 1, noon(90));
    assert_eq!(items(&all), ids, "copies are no entries, and stand in nobody's way");
    assert_eq!((all[0].copies.len(), all[0].has_more_copies), (70, false));
    let last = world.read_articles(&["last"], &["brand"], noon(91));
    tell(&mut world, &[(last[0], last[0])]);
    assert_eq!(items(&stories(&world, &["brand"], 2, noon(99))), [last[0], ids[0]]);
}

#[test]
fn what_is_new_is_told_up_to_what_is_still_being_read() {
    let mut world = world(&["brand"]);
    let since = |world: &World, after, now| {
        world.ledger.found_since(&queries(&["brand"]), Seq(after), now).unwrap()
    };
    assert_eq!(since(&world, 0, noon(0)), None);
    let ids = world.read_articles(&["one"], &["brand"], noon(0));
    world.read_articles(&["two"], &["brand"], noon(1));
    assert_eq!(since(&world, 0, noon(0)), None);
    assert_eq!(since(&world, 0, noon(1)), Some(Seq(1)), "the first was waited for long enough");
    assert_eq!(since(&world, 0, noon(2)), Some(Seq(2)));
    assert_eq!(since(&world, 1, noon(1)), None);
    assert_eq!(since(&world, 2, noon(9)), None);
    tell(&mut world, &[(ids[0], ids[0])]);
    assert_eq!(since(&world, 0, noon(0)), None, "its tone is still to be read");
}

#[test]
fn a_hub_is_told_again_only_when_its_time_has_come() {
    let mut world = world(&["brand"]);
    let number = add(&mut world, SECRET, Some("token"));
    add(&mut world, [9; 32], None);
    let due = |world: &World, now| world.ledger.feeds_to_push(now).unwrap().len();
    assert_eq!(due(&world, noon(1)), 0, "nobody has fetched it");
    world.ledger.note_feed_fetched(number, FeedForm::Rss, None, noon(1)).unwrap();
    assert_eq!(due(&world, noon(1)), 1);
    world.ledger.note_not_pushed(number, "no", noon(3)).unwrap();
    assert_eq!((due(&world, noon(2)), due(&world, noon(3))), (0, 1));
    let failed = feed(&world, SECRET).pushing.unwrap();
    assert_eq!((failed.failures, failed.reason.as_deref()), (1, Some("no")));
    world.ledger.note_pushed(number, Seq(5), noon(4)).unwrap();
    world.crash();
    let told = feed(&world, SECRET).pushing.unwrap();
    assert_eq!((told.failures, told.reason, told.pushed), (0, None, Seq(5)));
    assert_eq!((due(&world, noon(3)), due(&world, noon(4))), (0, 1));
    world.ledger.revoke_feed(number, noon(5)).unwrap();
    assert_eq!(due(&world, noon(9)), 0);
}

#[test]
fn pages_have_each_story_once_wherever_they_are_cut() {
    let mut world = world(&["brand", "other"]);
    let names = ["one", "two", "three", "four", "five", "six", "seven"];
    let mut ids = world.read_articles(&names, &["brand"], noon(0));
    // Another query finds an older one later: it stands where it was found last.
    let mut again = article("two");
    again.text += " It was edited.";
    world.read(vec![found(again, &["brand", "other"])], noon(1));
    let told: Vec<(ItemId, ItemId)> = ids.iter().map(|id| (*id, *id)).collect();
    tell(&mut world, &told);
    let page = |before, max| {
        world.ledger.found_stories(&queries(&["brand", "other"]), before, max, noon(9)).unwrap()
    };
    let whole = page(None, 99);
    assert_eq!((whole.next, whole.is_waiting), (None, false));
    let two = ids.remove(1);
    ids.push(two);
    ids.reverse();
    assert_eq!(items(&whole.stories), ids);
    for max in 1..9 {
        let (mut before, mut all) = (None, Vec::new());
        for _ in 0..9 {
            let page = page(before, max);
            assert!(page.stories.len() <= max);
            all.extend(items(&page.stories));
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(all, ids, "{max}");
    }
    assert_eq!(page(Some(Seq(1)), 9), store::FoundStories::default());
}

#[test]
fn what_is_still_being_read_is_waited_for() {
    let mut world = world(&["brand"]);
    world.read_articles(&["one"], &["brand"], noon(0));
    let waits = |now| {
        let found = world.ledger.found_stories(&queries(&["brand"]), None, 9, now).unwrap();
        (found.stories.len(), found.is_waiting)
    };
    assert_eq!(waits(noon(0)), (0, true));
    assert_eq!(waits(noon(2)), (1, false));
}
