//! A brand over weeks of a stepped clock: what is usual raises nothing, whatever happens to its sources;
//! a crisis is told once, early, and again only as it grows.

mod charts;
mod kinds;

use std::time::Duration;

use alert::Evidence;
use chrono::Timelike;
use model::{Details, Item, Kind, SignalKind, SignalTurn};
use store::{Declaration, Delivery, Outcome};

use super::*;
use crate::daemon::declare;
use crate::enrichment::Enricher;
use crate::pipeline;
use crate::stage::{self, Random, begin, claim, read, visit};
use crate::warnings;

const CONFIGURATION: &str = r#"
data = "."
[crawl]
contact = "webmaster@ozalee.example"
[queries]
brand = "ozalee"
[sources.courrier]
url = "https://courrier.example/feed"
[sources.forum]
url = "https://forum.example/feed"
kind = "forum"
[sources.blog]
url = "https://blog.example/feed"
[sources.gazette]
url = "https://gazette.example/feed"
[subscriptions.press]
queries = ["brand"]
to = ["press@ozalee.example", "crisis@ozalee.example"]
cadence = "weekly"
[subscriptions.market]
queries = ["brand"]
to = ["press@ozalee.example"]
cadence = "weekly"
[subscriptions.calm]
queries = ["brand"]
to = ["calm@ozalee.example"]
cadence = "weekly"
severities = ["info"]
[mail]
from = "vigie@ozalee.example"
directory = "mails"
[signals]
bucket = "1 h"
"#;

const HOUR: TimeDelta = TimeDelta::hours(1);
const WORDS: [&str; 24] = [
    "terrasse", "citron", "verre", "soir", "port", "bateau", "marché", "ami", "table", "recette",
    "menthe", "glace", "voyage", "train", "musique", "jardin", "pluie", "soleil", "livre", "café",
    "route", "pont", "chien", "fenêtre",
];

fn monday() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

struct World {
    ledger: Ledger,
    config: Config,
    enricher: Enricher,
    assessor: Assessor,
    now: Timestamp,
    random: Random,
    written: u64,
    /// Whether all that is said is about the recall, too.
    theme: bool,
    /// Sources that do not answer, and what they would have shown.
    away: Vec<(String, Vec<Item>)>,
    dir: tempfile::TempDir,
}

impl World {
    fn new(configuration: &str) -> Self {
        let (dir, config, mut ledger) = begin(configuration, monday());
        let enricher = Enricher::new(&ledger, monday()).unwrap();
        let assessor = Assessor::new(&mut ledger, monday()).unwrap();
        let (now, away) = (monday(), Vec::new());
        let (random, written, theme) = (Random(7), 0, false);
        Self { ledger, config, enricher, assessor, now, random, written, theme, away, dir }
    }

    /// The same, after so many days of what is usual.
    fn after(days: i64, configuration: &str) -> Self {
        let mut world = Self::new(configuration);
        world.visit(Vec::new());
        world.live(24 * days, World::usual);
        world
    }

    /// A count of a Poisson distribution (Knuth).
    fn count(&mut self, mean: f64) -> usize {
        let (floor, mut product, mut count) = ((-mean).exp(), self.random.unit(), 0);
        while product > floor {
            product *= self.random.unit();
            count += 1;
        }
        count
    }

    fn pick<'w>(&mut self, from: &[&'w str]) -> &'w str {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "an index"
        )]
        let index = (self.random.unit() * from.len() as f64) as usize;
        from[index.min(from.len() - 1)]
    }

    /// Something that somebody says of the brand within the hour that ends now.
    fn said(&mut self, source: &str, about: &str) -> Item {
        self.written += 1;
        let words: Vec<&str> = (0..12).map(|_| self.pick(&WORDS)).collect();
        let number = self.written;
        Item {
            source: source.into(),
            kind: Kind::News,
            guid: Some(format!("{source}-{number}")),
            url: Some(format!("https://{source}.example/{number}").parse().unwrap()),
            title: format!("Ozalee {number}: {}", words[..3].join(" ")),
            text: format!("{about} {}", words.join(" ")),
            author: Some(format!("author {}", number % 40)),
            lang: None,
            published: Some(self.now - part_of_hour(self.random.unit())),
            updated: None,
            details: Details::default(),
        }
    }

    /// What is said in a usual hour: most at noon, little at night.
    fn usual(&mut self) -> Vec<Item> {
        let hour = f64::from(self.now.hour());
        let mean = 1.5 + 1.4 * ((hour - 7.0) / 24.0 * std::f64::consts::TAU).sin();
        (0..self.count(mean)).map(|_| self.anywhere("")).collect()
    }

    fn anywhere(&mut self, about: &str) -> Item {
        let source = self.pick(&["courrier", "forum", "blog", "gazette"]);
        self.said(source, about)
    }

    /// Lives through so many hours.
    fn live(&mut self, hours: i64, mut said: impl FnMut(&mut Self) -> Vec<Item>) {
        for _ in 0..hours {
            self.now += HOUR;
            let items = said(self);
            self.visit(items);
            while pipeline::enrich_new(&mut self.ledger, &mut self.enricher, self.now).unwrap() {}
            while self.assessor.assess_due(&mut self.ledger, &self.config, self.now).unwrap().more {
            }
            // What comes at about the same time is one letter.
            let later = self.now + TimeDelta::minutes(1);
            warnings::tell_due(&mut self.ledger, &self.config, later).unwrap();
        }
    }

    /// Visits every source, of which some do not answer.
    fn visit(&mut self, mut items: Vec<Item>) {
        for (source, shown) in &mut self.away {
            let own = |item: &Item| item.source.as_str() == source;
            shown.extend(items.iter().filter(|item| own(item)).cloned());
        }
        items.retain(|item| !self.away.iter().any(|(source, _)| item.source.as_str() == source));
        for due in claim(&mut self.ledger, self.now) {
            let id = due.source.id.clone();
            let is_away = self.away.iter().any(|(source, _)| id.as_str() == source);
            let own = items.iter().filter(|item| item.source == id).cloned();
            let outcome = if is_away { failed() } else { shown(own.collect(), self.theme) };
            let next_check = self.now + TimeDelta::minutes(30);
            let visit = visit(&self.ledger, &due, outcome, next_check);
            self.ledger.record_fetch(&visit, self.now).unwrap();
        }
    }

    /// Sources that were away answer again, with all that was missed.
    fn come_back(&mut self) -> Vec<Item> {
        std::mem::take(&mut self.away).into_iter().flat_map(|(_, shown)| shown).collect()
    }

    fn turns(&self) -> Vec<(SignalKind, SignalTurn, Timestamp)> {
        let events = self.ledger.signal_events_after(0, 1000).unwrap();
        events.into_iter().map(|event| (event.kind, event.turn, event.at)).collect()
    }

    /// What was written since it was last asked for.
    fn letters(&mut self) -> Vec<Delivery> {
        let due = self
            .ledger
            .claim_deliveries(self.now + HOUR / 2, 100, Duration::from_mins(1), |_| None)
            .unwrap();
        for letter in &due {
            let sent = model::DeliveryState::Sent { at: self.now };
            self.ledger.settle(letter.id, &sent, None).unwrap();
        }
        due
    }
}

/// A part of an hour.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "an hour")]
fn part_of_hour(unit: f64) -> TimeDelta {
    TimeDelta::milliseconds((HOUR.num_milliseconds() as f64 * unit) as i64)
}

fn shown(items: Vec<Item>, theme: bool) -> Outcome {
    let names = if theme { vec!["brand", "recall"] } else { vec!["brand"] };
    stage::shown(items, &names)
}

fn failed() -> Outcome {
    Outcome::Failed { reason: "503".to_owned(), missing: false, ends_round: true }
}

#[test]
fn what_is_usual_raises_nothing() {
    let world = World::after(15, CONFIGURATION);
    assert_eq!(world.turns(), []);
    let assessed = world.ledger.assessed().unwrap().remove(0).last.unwrap();
    assert_eq!(assessed.upto, world.now, "all of it was assessed");
    assert!(assessed.settled.is_some());
}

#[test]
fn a_crisis_is_told_within_hours_once_to_each_and_again_as_it_grows() {
    let mut world = World::after(8, CONFIGURATION);
    let began = world.now;
    world.live(8, |world| {
        let mut items = world.usual();
        items.extend((0..6).map(|_| world.anywhere("une bouteille a explosé, rappel du lot")));
        items
    });
    let told = world.turns();
    assert_eq!(
        told.first().map(|told| (told.0, told.1)),
        Some((SignalKind::Rise, SignalTurn::Opened))
    );
    assert!(told[0].2 <= began + TimeDelta::hours(4), "{told:?}");

    let letters = world.letters();
    let to: Vec<&str> = letters.iter().map(|letter| letter.recipient.as_str()).collect();
    assert_eq!(to[..2], ["press@ozalee.example", "crisis@ozalee.example"]);
    assert!(!to.contains(&"calm@ozalee.example"));
    assert!(letters[0].payload.contains("Signal – brand: "), "{}", letters[0].payload);
    let raised = world.ledger.signals(&store::SignalsAsked::default()).unwrap();
    let rise = raised.iter().find(|raised| raised.kind == SignalKind::Rise).unwrap();
    assert!((rise.onset - began).abs() <= TimeDelta::hours(3), "{}", rise.onset);
    let evidence: Evidence = serde_json::from_str(&rise.evidence).unwrap();
    let terms: Vec<&str> = evidence.terms.iter().map(|term| term.text.as_str()).collect();
    assert!(terms.iter().any(|term| term.contains("explosé")), "{terms:?}");
    assert_eq!(evidence.cause, Some(alert::Cause::Organic));
    assert!(evidence.window.observed > 2.0 * evidence.window.expected, "{evidence:?}");

    // Much worse is told again; then it is over, which no mail says.
    world.live(4, |world| (0..60).map(|_| world.anywhere("scandale, boycott")).collect());
    let letters = world.letters();
    assert!((2..=4).contains(&letters.len()), "{:?}", world.turns());
    let is_worse = |letter: &Delivery| {
        let titles = ["Growing – brand: ", "Now a crisis – brand: ", "Crisis, growing – brand: "];
        titles.iter().any(|title| letter.payload.contains(title))
    };
    assert!(letters.iter().all(is_worse), "{letters:?}");
    world.live(24 * 4, World::usual);
    let open = store::SignalsAsked { only_open: true, ..Default::default() };
    assert_eq!(world.ledger.signals(&open).unwrap(), [], "{:?}", world.turns());
    assert!(world.letters().is_empty());
}

#[test]
fn an_edited_query_tells_nothing_anew_and_keeps_who_has_seen_it() {
    let mut world = World::after(8, CONFIGURATION);
    let crisis = |world: &mut World| {
        let mut items = world.usual();
        items.extend((0..20).map(|_| world.anywhere("une bouteille a explosé, rappel du lot")));
        items
    };
    world.live(8, crisis);
    let open = |world: &World| {
        let asked = store::SignalsAsked { only_open: true, ..Default::default() };
        world.ledger.signals(&asked).unwrap()
    };
    assert!(!world.letters().is_empty());
    for raised in open(&world) {
        world.ledger.acknowledge_signal(raised.id, "maud", world.now).unwrap();
    }
    let edited = CONFIGURATION.replace("brand = \"ozalee\"", "brand = \"ozalee -recettes\"");
    assert_ne!(edited, CONFIGURATION);
    world.config = read(&edited, world.dir.path());
    declare(&mut world.ledger, &world.config, world.now).unwrap();
    while pipeline::search_history(&mut world.ledger, world.now).unwrap() {}
    world.live(2, crisis);
    let rise = open(&world).into_iter().find(|raised| raised.kind == SignalKind::Rise).unwrap();
    let by = rise.acknowledged.as_ref().map(|(_, by)| by.as_str());
    assert_eq!(by, Some("maud"), "{rise:?}");
    assert_eq!(world.letters().len(), 0, "{:?}", world.turns());
}

#[test]
fn an_outage_with_its_catch_up_a_backfill_and_a_copied_story_raise_nothing() {
    let mut world = World::after(8, CONFIGURATION);
    // Three of four sources fail for a day, and then show all that was missed.
    for source in ["courrier", "forum", "blog"] {
        world.away.push((source.to_owned(), Vec::new()));
    }
    world.live(24, World::usual);
    let missed = world.come_back();
    assert!(missed.len() > 15, "{}", missed.len());
    world.live(1, |_| missed.clone());
    world.live(24 * 3, World::usual);
    assert_eq!(world.turns(), [], "the outage");

    // Items that do not say when they were written come in one lump after another outage.
    for source in ["courrier", "forum", "blog"] {
        world.away.push((source.to_owned(), Vec::new()));
    }
    world.live(10, |world| {
        let mut items = world.usual();
        for item in &mut items {
            item.published = None;
        }
        items
    });
    let missed = world.come_back();
    world.live(1, |_| missed.clone());
    world.live(24 * 2, World::usual);
    assert_eq!(world.turns(), [], "the lump");

    // A new source comes with its past, and says as much as all others together.
    let with_wire = format!("{CONFIGURATION}\n[sources.wire]\nurl = \"https://wire.example/feed\"");
    world.config = read(&with_wire, world.dir.path());
    declare(&mut world.ledger, &world.config, world.now).unwrap();
    let old: Vec<Item> = (0..60)
        .map(|nth| {
            let mut item = world.said("wire", "");
            item.published = Some(world.now - HOUR * nth);
            item
        })
        .collect();
    world.live(1, |_| old.clone());
    world.live(24 * 9, |world| {
        let mut items = world.usual();
        items.extend((0..world.count(1.5)).map(|_| world.said("wire", "")).collect::<Vec<_>>());
        items
    });
    assert_eq!(world.turns(), [], "the backfill");

    // An agency's text, in forty places.
    let text = "L'agence rapporte que la maison ouvre un atelier à Port-Salin, que trente postes sont créés \
                et que la région y met deux millions d'euros sur trois ans.";
    world.live(1, |world| {
        (0..40)
            .map(|_| {
                let mut item = world.anywhere("");
                (item.title, item.text) = ("Ozalee ouvre un atelier".to_owned(), text.to_owned());
                item
            })
            .collect()
    });
    world.live(6, World::usual);
    let told: Vec<_> = world.turns();
    assert_eq!(told, [], "the copied story");
}

#[test]
fn an_assessment_goes_on_after_a_restart_and_a_replay_tells_the_same() {
    let live = |restarts: bool| {
        let mut world = World::after(8, CONFIGURATION);
        for _ in 0..3 {
            if restarts {
                world.assessor = Assessor::new(&mut world.ledger, world.now).unwrap();
            }
            world.live(8, World::usual);
        }
        world.live(6, |world| (0..9).map(|_| world.anywhere("une bouteille a explosé")).collect());
        world
    };
    let (whole, restarted) = (live(false), live(true));
    assert!(!whole.turns().is_empty());
    assert_eq!(whole.turns(), restarted.turns());
    let events = |world: &World| world.ledger.signal_events_after(0, 99).unwrap();
    assert_eq!(events(&whole), events(&restarted));

    let (ledger, config, query) = (&whole.ledger, &whole.config, "brand".into());
    let replayed = replay(ledger, config, &query, monday(), whole.now).unwrap();
    let replayed: Vec<_> = replayed.iter().map(|told| (told.kind, told.turn, told.at)).collect();
    assert_eq!(replayed, whole.turns());
}

#[test]
fn a_program_that_did_not_run_raises_nothing_by_what_it_missed() {
    let mut world = World::after(8, CONFIGURATION);
    let missed: Vec<Item> = (0..30)
        .flat_map(|_| {
            world.now += HOUR;
            world.usual()
        })
        .collect();
    // Feeds show the newest only: half of it is lost.
    let kept = missed.len() / 2;
    world.assessor = Assessor::new(&mut world.ledger, world.now).unwrap();
    world.live(1, |_| missed[kept..].to_vec());
    world.live(24 * 2, World::usual);
    assert_eq!(world.turns(), []);
    assert!(!world.ledger.gaps(monday()).unwrap().is_empty());
}

#[test]
fn on_quiet_days_signals_are_kept_and_told_to_nobody() {
    let quiet = format!("{CONFIGURATION}quiet = \"2026-03-10..2026-03-14\"\n");
    let mut world = World::after(8, &quiet);
    world.live(6, |world| (0..9).map(|_| world.anywhere("explosé")).collect());
    let events = world.ledger.signal_events_after(0, 99).unwrap();
    assert!(!events.is_empty() && events.iter().all(|event| !event.is_news), "{events:?}");
    assert!(world.letters().is_empty());
}

#[test]
fn a_kind_that_is_no_longer_watched_and_a_query_with_another_text_end_their_signals() {
    let crisis = |world: &mut World| {
        world.live(6, |world| (0..9).map(|_| world.anywhere("explosé")).collect());
        let open = store::SignalsAsked { only_open: true, ..Default::default() };
        assert!(!world.ledger.signals(&open).unwrap().is_empty());
    };
    let is_over = |world: &World| {
        let open = store::SignalsAsked { only_open: true, ..Default::default() };
        world.ledger.signals(&open).unwrap().is_empty()
    };
    let mut world = World::after(8, CONFIGURATION);
    crisis(&mut world);
    let only_silence = format!("{CONFIGURATION}kinds = \"silence\"\n");
    world.config = read(&only_silence, world.dir.path());
    world.live(2, World::usual);
    assert!(is_over(&world), "{:?}", world.turns());

    // The crisis still lasts when the query is looked at anew: it is the same, and no news.
    let mut world = World::after(8, CONFIGURATION);
    crisis(&mut world);
    let known = world.ledger.signals(&store::SignalsAsked::default()).unwrap().len();
    assert!(!world.letters().is_empty());
    let queries = [("brand".into(), "ozalee OR ozalée".to_owned())];
    let sources = &world.config.sources;
    let declared = Declaration { sources, queries: &queries, subscriptions: &[] };
    world.ledger.declare(&declared, world.now).unwrap();
    assert_eq!(world.ledger.end_orphans(world.now).unwrap(), known);
    while pipeline::search_history(&mut world.ledger, world.now).unwrap() {}
    world.live(1, World::usual);
    assert_eq!(world.ledger.signals(&store::SignalsAsked::default()).unwrap().len(), known);
    assert!(!is_over(&world));
    assert!(world.letters().is_empty());
}
