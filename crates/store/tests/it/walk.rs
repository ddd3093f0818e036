//! Pages that a source leads to: read one at a time, none lost, none for ever.

use chrono::TimeDelta;
use model::{Average, Rating, Seq, Timestamp, Validators};
use store::{Declaration, DuePage, DueSource, Found, Held, Listed, Outcome, Recorded, Sight};
use url::Url;

use crate::world::{LEASE, PAUSE, World, article, found, noon, room, source, visit};

fn url(path: &str) -> Url {
    Url::parse("https://gazette.example/").unwrap().join(path).unwrap()
}

fn topic(path: &str, mark: &str) -> Listed {
    Listed { url: url(path), title: path.to_owned(), mark: mark.to_owned(), active: None }
}

/// Posts of these names; the first is what the page begins with.
fn posts(names: &[&str]) -> Vec<Found> {
    names.iter().map(|name| found(article(name), &[])).collect()
}

fn seen(names: &[&str], next: Option<&str>) -> (Vec<Found>, Sight) {
    let sight = Sight {
        next: next.map(url),
        ends: names.first().zip(names.last()).map(|(first, last)| format!("{first}\n{last}")),
        budget: 3,
        ..Sight::default()
    };
    (posts(names), sight)
}

fn list(topics: &[(&str, &str)], next: Option<&str>) -> (Vec<Found>, Sight) {
    let topics = topics.iter().map(|(path, mark)| topic(path, mark)).collect();
    (Vec::new(), Sight { topics, next: next.map(url), budget: 3, ..Sight::default() })
}

impl World {
    fn see(
        &mut self,
        due: &DueSource,
        (items, sight): (Vec<Found>, Sight),
        now: Timestamp,
    ) -> Recorded {
        let outcome = Outcome::Read {
            items,
            problems: Vec::new(),
            validators: Validators::default(),
            moved_to: None,
            sight,
        };
        self.ledger.record_fetch(&visit(&self.ledger, due, outcome, now), now).unwrap()
    }

    fn fail(&mut self, due: &DueSource, missing: bool, now: Timestamp) -> Recorded {
        let outcome = Outcome::Failed { reason: "no".to_owned(), missing, ends_round: false };
        self.ledger.record_fetch(&visit(&self.ledger, due, outcome, now), now).unwrap()
    }

    /// Claims the source and checks which page is to be read.
    fn claim_page(&mut self, expect: &str, now: Timestamp) -> DueSource {
        let due = self.claim(now);
        assert_eq!(due.url(), &url(expect));
        due
    }

    fn removed(&self) -> Vec<String> {
        let items = self.ledger.items_after(Seq(0), 100).unwrap();
        let gone = items.into_iter().filter(|item| item.removed.is_some());
        gone.map(|item| item.item.title).collect()
    }
}

/// Moments after each other, far enough for the host to be visited again.
fn moments() -> impl Iterator<Item = Timestamp> {
    (0..).map(noon)
}

fn next_round(world: &mut World, now: &mut Timestamp) {
    *now += TimeDelta::hours(2);
    let due = world.claim(*now);
    assert_eq!(due.page, None, "a round begins with the source's own page");
    world.see(&due, list(&[], None), *now);
}

#[test]
fn a_board_is_read_page_by_page_within_the_budget_of_a_round() {
    let mut world = World::new(&[]);
    let mut now = moments();
    let mut at = || now.next().unwrap();
    let first = at();
    let due = world.claim(first);
    assert_eq!(due.page, None);
    let topics = [("t/1", "2"), ("t/2", "5"), ("t/3", "1")];
    assert!(world.see(&due, list(&topics, Some("board?page=2")), first).goes_on);

    let now1 = at();
    let due = world.claim_page("t/1", now1);
    assert_eq!(
        due.page,
        Some(DuePage {
            url: url("t/1"),
            begins: url("t/1"),
            is_first: true,
            was_read: false,
            opening: None,
            is_older: false,
            leads_back: false,
        })
    );
    assert_eq!(due.validators, Validators::default());
    assert!(world.see(&due, seen(&["1a", "1b"], Some("t/1?page=2")), now1).goes_on);
    let now2 = at();
    let due = world.claim_page("t/1?page=2", now2);
    assert_eq!(
        due.page,
        Some(DuePage {
            url: url("t/1?page=2"),
            begins: url("t/1"),
            is_first: false,
            was_read: false,
            opening: Some("1a".to_owned()),
            is_older: false,
            leads_back: false,
        })
    );
    assert!(world.see(&due, seen(&["1c"], None), now2).goes_on);
    let now3 = at();
    let due = world.claim_page("t/2", now3);
    // The third page of the round ends it.
    assert!(!world.see(&due, seen(&["2a"], None), now3).goes_on);

    // What was left waits behind what is new then, and a page without news is not read again.
    let later = noon(200);
    let due = world.claim(later);
    assert_eq!(due.page, None);
    let topics = [("t/2", "6"), ("t/1", "2"), ("t/3", "1")];
    world.see(&due, list(&topics, Some("board?page=2")), later);
    let due = world.claim_page("t/2", noon(201));
    assert!(due.page.as_ref().unwrap().was_read);
    world.see(&due, seen(&["2a", "2b"], None), noon(201));
    let due = world.claim_page("t/3", noon(202));
    world.see(&due, seen(&["3a"], None), noon(202));
    // All of the first list was news at first, so its older page is worth a look.
    let due = world.claim_page("board?page=2", noon(203));
    let recorded = world.see(&due, list(&[("t/9", "1")], None), noon(203));
    assert!(!recorded.goes_on);
}

#[test]
fn a_conversation_goes_on_at_its_last_page() {
    let mut world = World::new(&[]);
    let due = world.claim(noon(0));
    world.see(&due, list(&[("t/1", "2")], None), noon(0));
    let due = world.claim_page("t/1", noon(1));
    world.see(&due, seen(&["a"], Some("t/1?page=2")), noon(1));
    let due = world.claim_page("t/1?page=2", noon(2));
    world.see(&due, seen(&["b"], None), noon(2));

    let due = world.claim(noon(100));
    world.see(&due, list(&[("t/1", "3")], None), noon(100));
    let due = world.claim_page("t/1?page=2", noon(101));
    let recorded = world.see(&due, seen(&["b", "c"], None), noon(101));
    assert_eq!((recorded.new, recorded.goes_on), (1, false));
}

#[test]
fn a_page_past_the_end_that_answers_with_the_first_ends_the_conversation() {
    let mut world = World::new(&[]);
    let due = world.claim(noon(0));
    world.see(&due, list(&[("t/1", "2")], None), noon(0));
    let due = world.claim_page("t/1", noon(1));
    world.see(&due, seen(&["a", "b"], Some("t/1?page=2")), noon(1));
    let due = world.claim_page("t/1?page=2", noon(2));
    let recorded = world.see(&due, seen(&["a", "b"], Some("t/1?page=2b")), noon(2));
    assert_eq!((recorded.new, recorded.goes_on), (0, false));
}

#[test]
fn where_the_last_page_is_missing_the_conversation_is_read_from_its_beginning() {
    let mut world = World::new(&[]);
    let due = world.claim(noon(0));
    world.see(&due, list(&[("t/1", "2")], None), noon(0));
    let due = world.claim_page("t/1", noon(1));
    world.see(&due, seen(&["a"], Some("t/1?page=2")), noon(1));
    let due = world.claim_page("t/1?page=2", noon(2));
    assert!(world.fail(&due, true, noon(2)).goes_on);
    let due = world.claim_page("t/1", noon(3));
    world.see(&due, seen(&["a", "b"], None), noon(3));
    assert_eq!(world.removed(), Vec::<String>::new());
}

#[test]
fn what_stood_on_a_page_that_is_missing_twice_is_gone_and_comes_back() {
    let mut world = World::new(&[]);
    let mut now = noon(0);
    let due = world.claim(now);
    world.see(&due, list(&[("t/1", "2")], None), now);
    let due = world.claim_page("t/1", noon(1));
    world.see(&due, seen(&["a"], None), noon(1));

    now = noon(100);
    let due = world.claim(now);
    world.see(&due, list(&[("t/1", "3")], None), now);
    let due = world.claim_page("t/1", noon(101));
    world.fail(&due, true, noon(101));
    assert_eq!(world.removed(), Vec::<String>::new());
    now = noon(101);
    next_round(&mut world, &mut now);
    let due = world.claim_page("t/1", noon(400));
    let recorded = world.fail(&due, true, noon(400));
    assert!(!recorded.goes_on);
    assert_eq!(world.removed(), ["Ozalée: a"]);

    now = noon(500);
    let due = world.claim(now);
    world.see(&due, list(&[("t/1", "4")], None), now);
    let due = world.claim_page("t/1", noon(501));
    world.see(&due, seen(&["a"], None), noon(501));
    assert_eq!(world.removed(), Vec::<String>::new());
}

#[test]
fn a_page_that_fails_waits_and_is_given_up_in_the_end() {
    let mut world = World::new(&[]);
    let due = world.claim(noon(0));
    world.see(&due, list(&[("t/1", "2"), ("t/2", "2")], None), noon(0));
    let due = world.claim_page("t/1", noon(1));
    assert!(world.fail(&due, false, noon(1)).goes_on, "the other page's turn comes");
    let due = world.claim_page("t/2", noon(2));
    world.see(&due, seen(&["b"], None), noon(2));
    let mut now = noon(2);
    for _ in 1..5 {
        now += TimeDelta::hours(12);
        next_round(&mut world, &mut now);
        now += TimeDelta::minutes(1);
        let due = world.claim_page("t/1", now);
        world.fail(&due, false, now);
    }
    for _ in 0..2 {
        now += TimeDelta::hours(24);
        next_round(&mut world, &mut now);
    }
}

#[test]
fn what_must_have_been_on_a_page_and_is_not_is_gone() {
    let mut world = World::new(&[]);
    let dated = |name: &str, minute| {
        let mut item = article(name);
        item.published = Some(noon(minute));
        found(item, &[])
    };
    let sight = |held| Sight { held, ..Sight::default() };
    let all = vec![dated("a", -50), dated("b", -40), dated("c", -30), dated("d", -20)];
    let due = world.claim(noon(0));
    world.see(&due, (all.clone(), sight(Held::All)), noon(0));
    // The first and the last of what is shown now: what is older or newer may stand elsewhere.
    let due = world.claim(noon(100));
    let shown = vec![all[1].clone(), all[3].clone()];
    let recorded = world.see(&due, (shown, sight(Held::Between(noon(-40), noon(-20)))), noon(100));
    assert_eq!(recorded.removed, 1);
    assert_eq!(world.removed(), ["Ozalée: c"]);
    let due = world.claim(noon(200));
    let recorded = world.see(&due, (vec![all[0].clone()], sight(Held::Unsaid)), noon(200));
    assert_eq!(recorded.removed, 0);
    let due = world.claim(noon(300));
    let shown = vec![all[0].clone(), all[2].clone()];
    world.see(&due, (shown, sight(Held::All)), noon(300));
    assert_eq!(world.removed(), ["Ozalée: b", "Ozalée: d"]);
}

#[test]
fn averages_are_kept_when_they_change() {
    let mut world = World::new(&[]);
    let average = |milli, count| Average {
        product: Some("Ozalée brut".to_owned()),
        rating: Rating::new(milli, 1000, 5000).unwrap(),
        count: Some(count),
    };
    for (minute, milli, count) in [(0, 4200, 10), (100, 4200, 10), (200, 4100, 12), (300, 4200, 10)]
    {
        let due = world.claim(noon(minute));
        let sight = Sight { average: Some(average(milli, count)), ..Sight::default() };
        world.see(&due, (Vec::new(), sight), noon(minute));
    }
    let seen = world.ledger.averages(&"gazette".into()).unwrap();
    let told: Vec<_> = seen.iter().map(|seen| (seen.seen_at, seen.average.clone())).collect();
    assert_eq!(
        told,
        [
            (noon(0), average(4200, 10)),
            (noon(200), average(4100, 12)),
            (noon(300), average(4200, 10))
        ]
    );
}

#[test]
fn habits_are_kept_until_the_source_is_read_otherwise() {
    let mut world = World::new(&[]);
    let due = world.claim(noon(0));
    assert_eq!(due.habits, "{}");
    let sight = Sight { habits: Some(r#"{"is_feed":true}"#.to_owned()), ..Sight::default() };
    world.see(&due, (Vec::new(), sight), noon(0));
    assert_eq!(world.claim(noon(100)).habits, r#"{"is_feed":true}"#);
}

#[test]
fn a_crash_in_the_middle_of_a_round_loses_no_page() {
    let mut world = World::new(&[]);
    let due = world.claim(noon(0));
    world.see(&due, list(&[("t/1", "2"), ("t/2", "1")], None), noon(0));
    let due = world.claim_page("t/1", noon(1));
    drop(due);
    world.crash();
    world.ledger.take_over(noon(2), crate::world::PAUSE).unwrap();
    let due = world.claim_page("t/1", noon(3));
    world.see(&due, seen(&["a"], None), noon(3));
    world.claim_page("t/2", noon(4));
}

#[test]
fn what_is_older_than_a_list_shows_is_read_once_and_new_posts_alone_afterwards() {
    let mut world = World::new(&[]);
    let newest = |names: &[&str], next| {
        let (items, sight) = seen(names, next);
        (items, Sight { newest_first: true, ..sight })
    };
    let due = world.claim(noon(0));
    assert!(world.see(&due, newest(&["d", "c"], Some("posts?before=c")), noon(0)).goes_on);
    let due = world.claim_page("posts?before=c", noon(1));
    assert!(world.see(&due, newest(&["b"], Some("posts?before=b")), noon(1)).goes_on);
    let due = world.claim_page("posts?before=b", noon(2));
    assert!(!world.see(&due, newest(&["a"], None), noon(2)).goes_on);

    // Nothing is new.
    let due = world.claim(noon(100));
    assert!(!world.see(&due, newest(&["d", "c"], Some("posts?before=c")), noon(100)).goes_on);
    // More is new than the list shows, up to what is known.
    let due = world.claim(noon(200));
    assert!(world.see(&due, newest(&["g", "f"], Some("posts?before=f")), noon(200)).goes_on);
    let due = world.claim_page("posts?before=f", noon(201));
    assert!(world.see(&due, newest(&["e", "d"], Some("posts?before=d")), noon(201)).goes_on);
    let due = world.claim_page("posts?before=d", noon(202));
    assert!(!world.see(&due, newest(&["c", "b"], Some("posts?before=b")), noon(202)).goes_on);
    assert_eq!(world.ledger.items_after(Seq(0), 100).unwrap().len(), 7);
}

#[test]
fn a_page_elsewhere_waits_for_its_host_and_for_no_other() {
    let mut world = World::new(&[]);
    let gazette = source("gazette", "https://gazette.example/feed");
    let other = source("other", "https://elsewhere.example/feed");
    let declaration = Declaration { sources: &[gazette, other], queries: &[], subscriptions: &[] };
    world.ledger.declare(&declaration, noon(0)).unwrap();
    let mut due = world.ledger.claim_due_sources(noon(0), room(10), LEASE).unwrap();
    due.sort_by(|a, b| a.source.id.cmp(&b.source.id));
    let [gazette, other] = due.as_slice() else { panic!("{due:?}") };
    let listed = Listed { url: url("https://elsewhere.example/one"), ..topic("one", "1") };
    let listed = Sight { topics: vec![listed], budget: 3, ..Sight::default() };
    assert!(world.see(gazette, (posts(&["a"]), listed), noon(0)).goes_on);

    // The other source is under way there.
    assert_eq!(world.ledger.claim_due_sources(noon(0) + PAUSE * 2, room(10), LEASE).unwrap(), []);
    world.see(other, (Vec::new(), Sight::default()), noon(1));
    assert_eq!(world.ledger.next_source_due().unwrap(), Some(noon(1) + PAUSE));
    // The host that the source itself is on rests by now, and is not asked.
    let due = world.claim(noon(1) + PAUSE);
    assert_eq!(due.url().as_str(), "https://elsewhere.example/one");
    assert!(!world.see(&due, (posts(&["a"]), Sight::default()), noon(2)).goes_on);

    let due = world.ledger.claim_due_sources(noon(240), room(10), LEASE).unwrap();
    let urls: Vec<&str> = due.iter().map(|due| due.url().host_str().unwrap()).collect();
    assert_eq!(urls.len(), 2);
    assert!(urls.contains(&"gazette.example") && urls.contains(&"elsewhere.example"), "{urls:?}");
    world.assert_sound();
}
