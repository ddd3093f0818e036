//! A brand over weeks of a stepped clock: what is usual raises nothing, whatever happens to its sources;
//! a crisis is told once, early, and again only as it grows.

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

#[test]
fn a_brand_that_falls_quiet_is_told() {
    let mut world = World::after(10, CONFIGURATION);
    let began = world.now;
    world.live(36, |_| Vec::new());
    let told = world.turns();
    let first = told.first().map(|told| (told.0, told.1));
    assert_eq!(first, Some((SignalKind::Silence, SignalTurn::Opened)), "{told:?}");
    assert!(told[0].2 <= began + TimeDelta::hours(36));
    let letter = world.letters().remove(0).payload;
    assert!(letter.contains("brand: only "), "{letter:.900}");
}

#[test]
fn reviews_that_turn_bad_and_mentions_that_turn_negative_are_told() {
    let only = format!("{CONFIGURATION}kinds = [\"rating\", \"negative\"]\n");
    let mut world = World::new(&only);
    world.visit(Vec::new());
    let reviews = |world: &mut World, stars: i64, about: &str| -> Vec<Item> {
        let mut items = world.usual();
        for item in &mut items {
            item.text = about.to_owned();
            item.lang = model::Lang::from_tag("fr");
            item.details.rating = model::Rating::new(stars * 1000, 1000, 5000);
        }
        items
    };
    let good = "Ozalee est excellent, délicieux, je recommande, merci, parfait.";
    world.live(24 * 10, |world| {
        let stars = if world.random.unit() < 0.8 { 5 } else { 4 };
        reviews(world, stars, good)
    });
    assert_eq!(world.turns(), []);
    let bad = "Ozalee est horrible, immonde, nul, une honte, à fuir, très déçu.";
    world.live(24, |world| reviews(world, 1, bad));
    let opened: Vec<SignalKind> = world.turns().iter().map(|told| told.0).collect();
    assert!(opened.contains(&SignalKind::Rating), "{opened:?}");
    assert!(opened.contains(&SignalKind::Negative), "{opened:?}");
}

#[test]
fn a_theme_whose_share_grows_is_told() {
    let with_theme =
        format!("{CONFIGURATION}[signals.queries.brand]\nkinds = \"theme\"\ntheme = \"recall\"\n")
            .replace("[queries]\n", "[queries]\nrecall = \"ozalee rappel\"\n");
    let mut world = World::after(10, &with_theme);
    let began = world.now;
    world.theme = true;
    world.live(24, World::usual);
    let told = world.turns();
    let first = told.first().map(|told| (told.0, told.1));
    assert_eq!(first, Some((SignalKind::Theme, SignalTurn::Opened)), "{told:?}");
    assert!(told[0].2 <= began + TimeDelta::hours(24));
    assert!(world.letters().remove(0).payload.contains(" are about recall, usually "));
}

#[test]
fn a_festival_that_was_announced_is_usual_and_a_crisis_on_top_of_it_is_not() {
    // Days of festival after two usual weeks; then a crisis as the festival goes on.
    let festival = |configuration: &str| {
        let mut world = World::after(14, configuration);
        world.live(24 * 4, |world| (0..3).flat_map(|_| world.usual()).collect());
        let before = world.turns();
        let began = world.now + TimeDelta::hours(9);
        world.live(24, |world| {
            let mut items: Vec<Item> = (0..3).flat_map(|_| world.usual()).collect();
            if began < world.now && world.now <= began + TimeDelta::hours(8) {
                items.extend((0..14).map(|_| world.anywhere("une bouteille a explosé, rappel")));
            }
            items
        });
        let of_crisis = world.turns().split_off(before.len());
        (before, of_crisis, began)
    };
    let (raised, ..) = festival(CONFIGURATION);
    let opened = |told: &[(SignalKind, SignalTurn, Timestamp)]| {
        told.iter().filter(|told| told.1 == SignalTurn::Opened).map(|told| told.0).next()
    };
    assert!(matches!(opened(&raised), Some(SignalKind::Rise | SignalKind::Slow)), "{raised:?}");

    let announced = format!(
        "{CONFIGURATION}zone = \"UTC\"\n\
         [signals.events.\"Voix du large\"]\ndays = \"2026-03-16..2026-03-20\"\nlift = 3\n"
    );
    let (raised, of_crisis, began) = festival(&announced);
    assert_eq!(raised, [], "a festival that was announced");
    assert_eq!(opened(&of_crisis), Some(SignalKind::Rise), "{of_crisis:?}");
    let late = of_crisis[0].2 - began;
    assert!((TimeDelta::zero()..=TimeDelta::hours(5)).contains(&late), "{late} {of_crisis:?}");
}

/// How far apart the highest and the lowest expectation of a chart are.
fn unevenness(usual: impl Iterator<Item = f64> + Clone) -> f64 {
    let low = usual.clone().fold(f64::MAX, f64::min);
    usual.fold(0.0, f64::max) / low
}

/// What a chart of two weeks has.
fn fortnight(world: &World) -> Vec<alert::chart::Bucket> {
    let days = (14, TimeDelta::days(1));
    let course = course(&world.ledger, &world.config, &["brand".into()], days, world.now).unwrap();
    course.iter().map(Tally::bucket).collect()
}

#[test]
fn charts_count_each_item_once_and_compare_what_has_a_past() {
    let mut world = World::after(8, CONFIGURATION);
    let undated = |world: &mut World| {
        let items = world.usual().into_iter();
        items.map(|item| Item { published: None, ..item }).collect()
    };
    for source in ["courrier", "forum", "blog"] {
        world.away.push((source.to_owned(), Vec::new()));
    }
    world.live(30, undated);
    let missed = world.come_back();
    assert!(missed.len() > 20, "{}", missed.len());
    world.live(1, |_| missed.clone());
    world.live(24, World::usual);
    let of_all = (monday(), world.now);
    let found = world.ledger.volume(&"brand".into(), of_all, HOUR.to_std().unwrap()).unwrap();
    let found: u64 = found.values().sum();
    let drawn: f64 = fortnight(&world).iter().map(|day| day.count).sum();
    assert_eq!(drawn.round().to_string(), found.to_string());

    let with_wire = format!("{CONFIGURATION}\n[sources.wire]\nurl = \"https://wire.example/feed\"");
    world.config = read(&with_wire, world.dir.path());
    declare(&mut world.ledger, &world.config, world.now).unwrap();
    world.live(36, |world| {
        let mut items = world.usual();
        items.extend((0..world.count(6.0)).map(|_| world.said("wire", "")).collect::<Vec<_>>());
        items
    });
    let last = *fortnight(&world).last().unwrap();
    let usual = last.expected.unwrap();
    assert!(last.count > 1.5 * usual.high && !last.is_above() && !last.is_hollow(), "{last:?}");
}

#[test]
fn days_on_which_sources_were_away_look_like_no_fall() {
    let mut world = World::after(15, CONFIGURATION);
    for source in ["courrier", "forum"] {
        world.away.push((source.to_owned(), Vec::new()));
    }
    world.live(24, World::usual);
    let days = fortnight(&world);
    let (last, before) = days.split_last().unwrap();
    assert!(last.is_hollow() && !last.is_below(), "{last:?}");
    assert!(!before.iter().any(alert::chart::Bucket::is_hollow), "{before:?}");
    let found = world.ledger.volume(&"brand".into(), (monday(), world.now), HOUR.to_std().unwrap());
    let of_last = |(start, _): &(&Timestamp, &u64)| **start >= world.now - TimeDelta::days(1);
    let found: u64 = found.unwrap().iter().filter(of_last).map(|(_, count)| count).sum();
    assert_eq!(last.count.to_string(), found.to_string(), "what was found is told as it is");
    // The first two days were learnt from.
    let usual = days.iter().skip(2).map(|day| day.expected.unwrap().usual);
    assert!(unevenness(usual) < 1.4, "{days:?}");

    // What they said meanwhile is found, though the detector does not count it.
    let missed = world.come_back();
    world.live(1, |_| missed.clone());
    world.live(23, World::usual);
    let days = fortnight(&world);
    assert!(days[12].count > last.count && !days[12].is_below(), "{:?}", days[12]);

    for source in ["courrier", "forum", "blog", "gazette"] {
        world.away.push((source.to_owned(), Vec::new()));
    }
    world.live(24, World::usual);
    let last = *fortnight(&world).last().unwrap();
    assert_eq!((last.count, last.expected), (0.0, None), "nobody looked");
}

#[test]
fn the_chart_of_a_signal_has_whole_hours_and_a_level_usual_where_sources_were_away() {
    let quarters = CONFIGURATION.replace("bucket = \"1 h\"", "bucket = \"15 min\"");
    let mut world = World::new(&quarters);
    world.now += TimeDelta::minutes(20);
    world.visit(Vec::new());
    let flat = |world: &mut World| -> Vec<Item> {
        (0..world.count(2.0)).map(|_| world.anywhere("")).collect()
    };
    world.live(24 * 12, flat);
    for source in ["courrier", "forum"] {
        world.away.push((source.to_owned(), Vec::new()));
    }
    world.live(20, flat);
    let missed = world.come_back();
    world.live(1, |_| missed.clone());
    world.live(20, flat);
    world.live(8, |world| {
        let mut items = flat(world);
        items.extend((0..9).map(|_| world.anywhere("une bouteille a explosé, rappel du lot")));
        items
    });
    let raised = world.ledger.signals(&store::SignalsAsked::default()).unwrap();
    let evidence: Evidence = serde_json::from_str(&raised[0].evidence).unwrap();
    let chart = &evidence.chart;
    assert_eq!(chart.last().unwrap().start + HOUR, evidence.until, "{chart:?}");
    assert!(chart.windows(2).all(|two| two[0].start + HOUR == two[1].start));
    assert!(chart.iter().any(|hour| hour.whole > hour.count), "{chart:?}");
    // The last eight hours teach it more.
    let usual = chart[..chart.len() - 8].iter().map(|hour| hour.usual.unwrap()[1]);
    assert!(unevenness(usual) < 1.6, "{chart:?}");
}
