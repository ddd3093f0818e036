//! What a feed costs who has it already, and its pages.

use std::io::Read as _;

use flate2::read::GzDecoder;
use model::{Details, Item, Kind};
use store::{NewCorrection, NewFeed, Relevance, Word};
use web::{Coding, Unless};

use super::memory::{BODIES_BYTES_MAX, Known};
use super::*;
use crate::stage;

const CONFIGURATION: &str = r#"
data = "."
[crawl]
contact = "webmaster@ozalee.example"
[queries]
brand = "ozalee"
[mail]
from = "vigie@ozalee.example"
directory = "mails"
[sources.courrier]
url = "https://courrier.example/feed"
"#;

struct World {
    /// Another connection than the desk's: what the crawler and people write.
    others: Ledger,
    config: Arc<Config>,
    desk: Desk,
    now: Timestamp,
    _dir: tempfile::TempDir,
}

impl World {
    /// A feed of so many stories, in one of which the query's name stands a second time.
    fn new(stories: usize) -> Self {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let (dir, config, mut others) = stage::begin(CONFIGURATION, now);
        let config = Arc::new(config);
        while let Some(run) = others.history_due().unwrap() {
            others.record_history(&run, run.until, &[], now).unwrap();
        }
        let of = FeedOf::Query("brand".into());
        let new = NewFeed { of, secret: secret("token"), reader: "", token: None };
        others.add_feed(&new, now).unwrap();
        let base = "https://vigie.example/".parse().unwrap();
        let desk = Desk::new(Ledger::open(dir.path(), now).unwrap(), base);
        let mut world = Self { others, config, desk, now, _dir: dir };
        world.read((1..=stories).map(item).collect());
        world.now += TimeDelta::minutes(5);
        world
    }

    fn read(&mut self, items: Vec<Item>) {
        let due = stage::claim(&mut self.others, self.now).remove(0);
        let visit = stage::visit(&self.others, &due, stage::shown(items, &["brand"]), self.now);
        self.others.record_fetch(&visit, self.now).unwrap();
    }

    fn ask(&mut self, asked: &FeedAsked) -> FeedAnswer {
        self.desk.answer(&self.config, asked, self.now).unwrap()
    }

    /// Returns the etag and what is written, as JSON.
    fn written(&mut self, asked: &FeedAsked) -> (String, serde_json::Value) {
        let answer = self.ask(asked);
        let FeedAnswer::Written { marks, body, coding: Coding::Identity } = answer else {
            panic!("{answer:?}");
        };
        (marks.etag, serde_json::from_slice(&body).unwrap())
    }
}

fn item(number: usize) -> Item {
    Item {
        source: "courrier".into(),
        kind: Kind::News,
        guid: Some(format!("guid-{number}")),
        url: Some(format!("https://courrier.example/{number}").parse().unwrap()),
        title: format!("Ozalee {number}"),
        text: "Ozalee, again and again. ".repeat(40),
        author: None,
        lang: None,
        published: None,
        updated: None,
        details: Details::default(),
    }
}

fn asked() -> FeedAsked {
    FeedAsked {
        token: "token".to_owned(),
        form: FeedForm::Json,
        limit: None,
        before: None,
        coding: Coding::Identity,
        agent: None,
        unless: Unless::default(),
    }
}

fn titles(feed: &serde_json::Value) -> Vec<&str> {
    let items = feed["items"].as_array().unwrap();
    items.iter().map(|item| item["title"].as_str().unwrap()).collect()
}

#[test]
fn nothing_is_looked_for_until_something_was_changed() {
    let mut world = World::new(3);
    let (etag, feed) = world.written(&asked());
    assert_eq!(titles(&feed), ["Ozalee 3", "Ozalee 2", "Ozalee 1"]);
    // What the desk itself writes is no change to it: were it to look, it would see this one.
    let brand = "brand".into();
    let said = |item, ledger: &mut Ledger, now| {
        let said = Word::Relevance(Relevance::Irrelevant);
        let correction = NewCorrection { person: "zoe", item, query: Some(&brand), word: said };
        ledger.correct(&correction, now).unwrap();
    };
    said(ItemId(3), &mut world.desk.ledger, world.now);
    let again = FeedAsked { unless: Unless::etag(&etag), ..asked() };
    assert!(matches!(world.ask(&again), FeedAnswer::Same(_)));
    assert_eq!(world.written(&asked()), (etag, feed), "and neither does it write it again");
    said(ItemId(2), &mut world.others, world.now);
    assert_eq!(titles(&world.written(&again).1), ["Ozalee 1"]);
    assert_eq!(
        world.desk.memory.bytes,
        world.desk.memory.known.values().map(Known::bytes).sum::<usize>()
    );
}

#[test]
fn what_is_still_being_read_comes_with_time_alone() {
    let mut world = World::new(1);
    world.read(vec![item(2)]);
    assert_eq!(titles(&world.written(&asked()).1), ["Ozalee 1"]);
    world.now += TimeDelta::minutes(2);
    assert_eq!(titles(&world.written(&asked()).1), ["Ozalee 2", "Ozalee 1"]);
}

#[test]
fn other_settings_are_seen_though_the_ledger_is_as_it_was() {
    let mut world = World::new(1);
    let (etag, _) = world.written(&asked());
    let other = CONFIGURATION.replace("\"ozalee\"", "\"ozalee OR again\"");
    world.config = Arc::new(stage::read(&other, std::path::Path::new(".")));
    assert_ne!(world.written(&asked()).0, etag);
}

#[test]
fn a_packed_feed_is_the_same_feed() {
    let mut world = World::new(9);
    let FeedAnswer::Written { body: plain, .. } = world.ask(&asked()) else {
        panic!("it is written");
    };
    for _ in 0..2 {
        let answer = world.ask(&FeedAsked { coding: Coding::Gzip, ..asked() });
        let FeedAnswer::Written { body, coding: Coding::Gzip, .. } = answer else {
            panic!("{answer:?}");
        };
        assert!(body.len() < plain.len() / 3, "{} of {}", body.len(), plain.len());
        let mut unpacked = Vec::new();
        GzDecoder::new(body.as_ref()).read_to_end(&mut unpacked).unwrap();
        assert_eq!(unpacked, plain);
        assert_eq!(world.desk.memory.bytes, plain.len() + body.len());
    }
    world.desk.memory.bytes += BODIES_BYTES_MAX;
    world.ask(&FeedAsked { limit: Some(1), ..asked() });
    assert!(world.desk.memory.bytes < plain.len(), "the others are left");
}

#[test]
fn pages_lead_on_to_all_that_was_found() {
    let mut world = World::new(5);
    let (mut ask, mut seen) = (FeedAsked { limit: Some(2), ..asked() }, Vec::new());
    for page in 1..=3 {
        let (_, feed) = world.written(&ask);
        seen.extend(titles(&feed).into_iter().map(str::to_owned));
        let this = feed["feed_url"].as_str().unwrap();
        assert_eq!(this.contains("before="), page > 1, "{this}");
        let next = feed.get("next_url").map(|next| next.as_str().unwrap().to_owned());
        assert_eq!(next.is_some(), page < 3);
        if let Some(next) = next {
            let start = "https://vigie.example/f/token.json?limit=2&before=";
            ask.before = Some(Seq(next.strip_prefix(start).unwrap().parse().unwrap()));
        }
    }
    assert_eq!(seen, ["Ozalee 5", "Ozalee 4", "Ozalee 3", "Ozalee 2", "Ozalee 1"]);
}
