//! Weeks of a stepped clock, from one due time of the ledger to the next: each mention is told in exactly one
//! mail of each subscription, on time, whatever its mails are held for, and however often the program dies.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use store::{Conclusion, Outcome, Standing};

use super::*;
use crate::daemon::declare;
use crate::enrichment::Enricher;
use crate::pipeline;
use crate::stage::{Random, article, begin, claim, flat, letters, read, shown, tells, visit};

const HEAD: &str = r#"
data = "."
[crawl]
contact = "webmaster@ozalee.example"
[queries]
brand = "ozalee"
other = "bruinelle"
[sources.courrier]
url = "https://courrier.example/feed"
[mail]
from = "vigie@ozalee.example"
directory = "mails"
"#;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn minutes(minutes: i64) -> TimeDelta {
    TimeDelta::minutes(minutes)
}

/// A mail that left.
#[derive(Debug, Clone)]
struct Sent {
    at: Timestamp,
    /// The numbers of the mentions that it tells.
    tells: Vec<u64>,
    text: String,
    html: String,
}

struct World {
    config: Config,
    ledger: Ledger,
    enricher: Enricher,
    now: Timestamp,
    /// When each mention was found, by number from 0.
    found: Vec<Timestamp>,
    sent: BTreeMap<String, Vec<Sent>>,
    standing: Standing,
    random: Random,
    deaths: u64,
    looks: u64,
    dir: tempfile::TempDir,
}

impl World {
    fn new(subscriptions: &str, start: &str) -> Self {
        let now = at(start);
        let (dir, config, ledger) = begin(&format!("{HEAD}{subscriptions}"), now);
        let enricher = Enricher::new(&ledger, now).unwrap();
        let standing = Standing::Doubtful;
        let (found, sent, random, deaths, looks) = (Vec::new(), BTreeMap::new(), Random(11), 0, 0);
        let mut world = Self {
            config,
            ledger,
            enricher,
            now,
            found,
            sent,
            standing,
            random,
            deaths,
            looks,
            dir,
        };
        world.visit(shown(Vec::new(), &[]));
        world.look();
        world
    }

    /// Passes from one due time to the next until a time, and finds something then.
    fn find_at(&mut self, time: Timestamp) {
        self.pass(time);
        let number = self.found.len() as u64;
        self.found.push(self.now);
        let item = article(number, &mut self.random, self.now);
        self.visit(shown(vec![item], &["brand"]));
        self.look();
    }

    /// Passes from one due time to the next until a time.
    fn pass(&mut self, until: Timestamp) {
        while let Some(next) = self.ledger.next_digest_due().unwrap().filter(|next| *next <= until)
        {
            assert!(next > self.now, "{next} was due, and nothing came of it at {}", self.now);
            self.now = next;
            self.look();
        }
        self.now = until;
    }

    fn visit(&mut self, outcome: Outcome) {
        let due = claim(&mut self.ledger, self.now).remove(0);
        let visit = visit(&self.ledger, &due, outcome, self.now);
        let standing = self.standing.clone();
        let conclude = |_: &store::News| Conclusion {
            standing: standing.clone(),
            ..Conclusion::come_again(visit.next_check)
        };
        self.ledger.record_concluded(&visit, conclude, self.now).unwrap();
    }

    /// One turn of the analyst and the courier, who may die before, between and after.
    fn look(&mut self) {
        self.looks += 1;
        self.die_perhaps();
        while pipeline::enrich_new(&mut self.ledger, &mut self.enricher, self.now).unwrap() {}
        pipeline::compose_due(&mut self.ledger, &self.config, self.now).unwrap();
        self.die_perhaps();
        for letter in letters(&mut self.ledger, self.now) {
            let (text, html) = (flat(&letter.text), flat(&letter.html));
            let sent = Sent { at: self.now, tells: tells(&letter), text, html };
            self.sent.entry(letter.subscription.to_string()).or_default().push(sent);
        }
        self.die_perhaps();
    }

    /// A new courier knows what the ledger knows.
    fn die_perhaps(&mut self) {
        if self.random.below(12) == 0 {
            self.deaths += 1;
            self.ledger = Ledger::open(self.dir.path(), self.now).unwrap();
            declare(&mut self.ledger, &self.config, self.now).unwrap();
            pipeline::compose_due(&mut self.ledger, &self.config, self.now).unwrap();
        }
    }

    fn sent(&self, subscription: &str) -> &[Sent] {
        self.sent.get(subscription).map_or(&[], Vec::as_slice)
    }

    /// Asserts that each mention was told once, and returns when.
    fn told(&self, subscription: &str) -> Vec<Timestamp> {
        let mut told: BTreeMap<u64, Vec<Timestamp>> = BTreeMap::new();
        for sent in self.sent(subscription) {
            for number in &sent.tells {
                told.entry(*number).or_default().push(sent.at);
            }
        }
        let all: Vec<u64> = (0..).take(self.found.len()).collect();
        assert_eq!(told.keys().copied().collect::<Vec<_>>(), all, "{subscription}");
        let once = |times: Vec<Timestamp>| {
            assert_eq!(times.len(), 1, "{subscription}: {times:?}");
            times[0]
        };
        told.into_values().map(once).collect()
    }

    fn subscribed(&self, subscription: &str) -> &Subscribed {
        let mut all = self.config.subscriptions.iter();
        all.find(|one| one.subscription.id.as_str() == subscription).unwrap()
    }
}

const ALL_KINDS: &str = r#"
a_day = 100000
an_hour = 1000
[subscriptions.flash]
queries = ["brand"]
to = ["a@ozalee.example"]
cadence = "as-it-happens"
zone = "Europe/Paris"
quiet_hours = ["22:00-02:30", "02:30-07:00"]
quiet_days = ["saturday", "sunday"]
[subscriptions.plain]
queries = ["brand"]
to = ["a@ozalee.example"]
cadence = "as-it-happens"
group_wait = "0 s"
[subscriptions.hourly]
queries = ["brand", "other"]
to = ["a@ozalee.example"]
cadence = "hourly"
zone = "America/New_York"
quiet_hours = "22:00-07:00"
[subscriptions.night]
queries = ["brand"]
to = ["a@ozalee.example"]
cadence = "daily"
at = "02:30"
zone = "Europe/Paris"
quiet_hours = "00:00-06:15"
[subscriptions.howe]
queries = ["brand"]
to = ["a@ozalee.example"]
cron = "*/40 1-3 * * *"
zone = "Australia/Lord_Howe"
quiet_hours = "01:45-02:15"
[subscriptions.weekly]
queries = ["brand"]
to = ["a@ozalee.example"]
cadence = "weekly"
on = "sunday"
zone = "America/New_York"
quiet_days = "sunday"
[subscriptions.monthly]
queries = ["brand"]
to = ["a@ozalee.example"]
cadence = "monthly"
day = 10
zone = "Asia/Kolkata"
quiet_hours = "07:30-09:00"
[subscriptions.abroad]
queries = ["brand"]
to = ["a@ozalee.example"]
cadence = "as-it-happens"
zone = "Europe/Paris"
away = ["2026-03-20..2026-04-03", "2026-10-20..2026-10-28"]
"#;

/// Lives through a stretch with a mention every few hours, sometimes several within minutes.
fn lived(start: &str, end: &str) -> World {
    let mut world = World::new(ALL_KINDS, start);
    let mut time = world.now + minutes(7);
    while time < at(end) {
        world.find_at(time);
        let seconds = match world.random.below(3) {
            0 => world.random.below(400) + 1,
            _ => world.random.below(10 * 3600) + 60,
        };
        time += TimeDelta::seconds(seconds.cast_signed());
    }
    // Until all have had their last: the end of a month, of a week and of a stay.
    world.pass(at(end) + TimeDelta::days(8));
    world
}

#[test]
fn each_mention_is_in_one_mail_of_each_subscription_on_time_through_spring_and_autumn() {
    let (mut mentions, mut told, mut mails, mut deaths, mut looks) = (0, 0, 0, 0, 0);
    // Clocks change on 29 March (Paris) and 5 April (Lord Howe); on 25 October (Paris) and 1 November (New York).
    for (start, end) in [
        ("2026-03-26T09:00:00Z", "2026-04-07T00:00:00Z"),
        ("2026-10-22T09:00:00Z", "2026-11-04T00:00:00Z"),
    ] {
        let world = lived(start, end);
        mentions += world.found.len();
        deaths += world.deaths;
        looks += world.looks;
        for subscribed in &world.config.subscriptions {
            let name = subscribed.subscription.id.as_str();
            let quiet = |time| subscribed.quiet.held_until(time);
            for (found, told) in world.found.iter().zip(world.told(name)) {
                let natural = subscribed.schedule.next_after(*found - TimeDelta::milliseconds(1));
                // As it happens, the pause since the last mail may come on top.
                let natural = natural.unwrap_or(*found + minutes(6));
                let latest = quiet(natural).unwrap_or(natural);
                assert!(*found <= told && told <= latest, "{name}: {found} {told} {latest}");
                assert_eq!(quiet(told), None, "{name}: {told} is quiet");
            }
            let sent = world.sent(name);
            if subscribed.subscription.cadence == Cadence::AsItHappens {
                let apart = sent.windows(2).map(|two| two[1].at - two[0].at).min().unwrap();
                assert!(apart >= minutes(5), "{name}: {apart}");
            } else {
                for sent in sent {
                    let before = sent.at - TimeDelta::days(40);
                    let due = subscribed.schedule.last_before(sent.at + minutes(1), before);
                    assert_eq!(quiet(due).unwrap_or(due), sent.at, "{name} leaves when it is due");
                }
            }
            told += world.found.len();
            mails += sent.len();
        }
        assert_eq!(world.ledger.check().unwrap(), []);
    }
    println!(
        "{mentions} mentions, each told once by each of 8 subscriptions: {told} in {mails} mails, \
         through {deaths} deaths and {looks} looks"
    );
    assert!(mentions > 130 && deaths > 100, "{mentions} {deaths}");
}

#[test]
fn what_is_found_soon_after_another_joins_it_and_mails_keep_their_distance() {
    let start = "2026-03-02T09:00:00Z";
    let mut world = World::new(
        "[subscriptions.desk]\nqueries = [\"brand\"]\nto = [\"a@ozalee.example\"]\n\
         cadence = \"as-it-happens\"\ngroup_wait = \"10 min\"\ngroup_interval = \"30 min\"\n",
        start,
    );
    for minute in [1, 5, 11, 12, 50, 59, 61] {
        world.find_at(at(start) + minutes(minute));
    }
    world.pass(at(start) + minutes(200));
    let mails: Vec<(TimeDelta, &[u64])> =
        world.sent("desk").iter().map(|sent| (sent.at - at(start), &sent.tells[..])).collect();
    // What is found as one leaves comes too late for it.
    let expect: [(i64, &[u64]); 3] = [(11, &[1, 0]), (41, &[3, 2]), (71, &[6, 5, 4])];
    let expect = expect.map(|(minute, tells)| (minutes(minute), tells));
    assert_eq!(mails, expect);
}

#[test]
fn a_mail_says_how_much_of_it_was_held_since_when_and_why() {
    let mut world = World::new(
        "[subscriptions.desk]\nqueries = [\"brand\"]\nto = [\"a@ozalee.example\"]\n\
         cadence = \"as-it-happens\"\nzone = \"Europe/Paris\"\nquiet_hours = \"22:00-07:00\"\n\
         [subscriptions.pace]\nqueries = [\"brand\"]\nto = [\"a@ozalee.example\"]\nlang = \"fr\"\n\
         cadence = \"hourly\"\nzone = \"Europe/Paris\"\nquiet_hours = \"22:00-07:00\"\n\
         away = \"2026-03-04\"\n",
        "2026-03-02T09:00:00Z",
    );
    for time in ["02T20:30", "02T21:09", "03T02:00", "03T05:30", "03T05:59", "03T06:30"] {
        world.find_at(at(&format!("2026-03-{time}:00Z")));
    }
    world.pass(at("2026-03-03T20:00:00Z"));
    let held = |sent: &Sent| {
        let start = sent.text.find("of these").or_else(|| sent.text.find("de ces résultats"));
        let said = start.map(|start| sent.text[start - 2..].split(". ").next().unwrap().to_owned());
        let in_html = said.as_ref().is_some_and(|said| sent.html.contains(said.as_str()));
        (sent.tells.len(), said, in_html)
    };
    let desk: Vec<_> = world.sent("desk").iter().map(held).collect();
    let night = Some("3 of these were held since 2 March, 22:10: quiet hours".to_owned());
    // What was found a minute before the end would have left then anyway.
    assert_eq!(desk, [(1, None, false), (4, night, true), (1, None, false)]);
    let pace: Vec<_> = world.sent("pace").iter().map(held).collect();
    // The mentions of half past six and later leave at seven anyway.
    let night =
        "3 de ces résultats attendaient depuis le 2 mars à 22 h 00 : heures de silence".to_owned();
    assert_eq!(pace, [(5, Some(night), true), (1, None, false)]);

    // A stay that follows a night, and is followed by one, is told with both.
    world.find_at(at("2026-03-03T21:30:00Z"));
    world.pass(at("2026-03-05T12:00:00Z"));
    let last = world.sent("pace").last().unwrap();
    assert_eq!(last.at, at("2026-03-05T06:00:00Z"));
    let told = held(last).1.unwrap();
    assert!(told.ends_with("depuis le 3 mars à 23 h 00 : heures de silence, absence"), "{told}");
}

#[test]
fn a_day_has_so_many_mails_and_the_rest_comes_in_the_morning() {
    let mut world = World::new(
        "a_day = 5\n\
         [subscriptions.desk]\nqueries = [\"brand\"]\nto = [\"Anne <a@ozalee.example>\"]\n\
         cadence = \"as-it-happens\"\nzone = \"Europe/Paris\"\nquiet_hours = \"23:00-08:30\"\n\
         [subscriptions.few]\nqueries = [\"brand\"]\nto = [\"b@ozalee.example\"]\n\
         cadence = \"as-it-happens\"\nmails_a_day = 2\n\
         [subscriptions.morning]\nqueries = [\"brand\"]\nto = [\"A@ozalee.example\"]\n\
         cadence = \"daily\"\nat = \"09:00\"\nzone = \"Europe/Paris\"\n\
         [subscriptions.evening]\nqueries = [\"brand\"]\nto = [\"a@ozalee.example\"]\n\
         cadence = \"daily\"\nat = \"20:00\"\nzone = \"Europe/Paris\"\n",
        "2026-03-01T22:00:00Z",
    );
    for hour in [5, 9, 10, 11, 12, 13, 18, 21, 27, 34] {
        world.find_at(at("2026-03-02T00:00:00Z") + minutes(60 * hour));
    }
    world.pass(at("2026-03-03T11:00:00Z"));
    let told = |name: &str| -> Vec<(String, usize)> {
        let mails = world.sent(name).iter();
        mails.map(|sent| (sent.at.format("%dT%H:%M").to_string(), sent.tells.len())).collect()
    };
    let mail = |time: &str, tells| (time.to_owned(), tells);
    // The mail of the morning is one of five; that of the evening is the sixth, and leaves all the same.
    assert_eq!(
        told("desk"),
        [
            mail("02T07:30", 1),
            mail("02T09:01", 1),
            mail("02T10:01", 1),
            mail("02T11:01", 1),
            mail("03T07:30", 5),
            mail("03T10:01", 1)
        ]
    );
    assert_eq!(told("morning"), [mail("02T08:00", 1), mail("03T08:00", 8)]);
    assert_eq!(told("evening"), [mail("02T19:00", 7)]);
    let last = "This is the last of the day’s 5 mails; the next comes on 3 March, 08:30";
    let said: Vec<bool> = world.sent("desk").iter().map(|sent| sent.text.contains(last)).collect();
    assert_eq!(said, [false, false, false, true, false, false]);
    let held = &world.sent("desk")[4].text;
    let why =
        "5 of these were held since 2 March, 13:01: the day’s 5 mails were spent, quiet hours.";
    assert!(held.contains(why), "{held}");

    // By UTC's days: until eight o'clock, whatever the new day has left.
    assert_eq!(told("few")[..3], [mail("02T05:01", 1), mail("02T09:01", 1), mail("03T08:00", 7)]);
    for name in ["desk", "few"] {
        assert_eq!(world.told(name).len(), world.found.len());
    }
}

#[test]
fn mails_by_a_schedule_are_never_too_many() {
    let mut world = World::new(
        "a_day = 3\n[subscriptions.pace]\nqueries = [\"brand\"]\nto = [\"a@ozalee.example\"]\n\
         cadence = \"hourly\"\n",
        "2026-03-02T00:00:00Z",
    );
    for hour in 0..24 {
        world.find_at(at("2026-03-02T00:30:00Z") + minutes(60 * hour));
    }
    world.pass(at("2026-03-03T01:00:00Z"));
    assert_eq!(world.sent("pace").len(), 24);
    assert!(world.sent("pace").iter().all(|sent| !sent.text.contains("of the day")));
}

#[test]
fn so_many_within_an_hour_hold_the_next_until_the_first_is_an_hour_old() {
    let mut world = World::new(
        "an_hour = 3\n[subscriptions.desk]\nqueries = [\"brand\"]\nto = [\"a@ozalee.example\"]\n\
         cadence = \"as-it-happens\"\ngroup_wait = \"0 s\"\ngroup_interval = \"0 s\"\n",
        "2026-03-02T09:00:00Z",
    );
    for minute in [0, 10, 20, 30, 40, 65] {
        world.find_at(at("2026-03-02T10:00:00Z") + minutes(minute));
    }
    world.pass(at("2026-03-02T14:00:00Z"));
    let mails: Vec<(i64, usize)> = world
        .sent("desk")
        .iter()
        .map(|sent| ((sent.at - at("2026-03-02T10:00:00Z")).num_minutes(), sent.tells.len()))
        .collect();
    assert_eq!(mails, [(0, 1), (10, 1), (20, 1), (60, 2), (70, 1)]);
    let held = &world.sent("desk")[3].text;
    assert!(held.contains("2 of these were held since 2 March, 10:30: 3 mails"), "{held}");
}

#[test]
fn nothing_new_is_told_to_who_wants_to_hear_it() {
    let subscription = |id: &str, keys: &str| {
        format!(
            "[subscriptions.{id}]\nqueries = [\"brand\"]\nto = [\"a@ozalee.example\"]\n\
             zone = \"Europe/Paris\"\n{keys}\n"
        )
    };
    let mut world = World::new(
        &[
            subscription("tells", "empty = \"tell\"\nsubject = \"count\""),
            subscription("dit", "empty = \"tell\"\nlang = \"fr\"\nquiet_hours = \"07:00-10:00\""),
            subscription("skips", ""),
            subscription("flash", "cadence = \"as-it-happens\""),
        ]
        .concat(),
        "2026-03-02T00:00:00Z",
    );
    world.pass(at("2026-03-03T12:00:00Z"));
    world.standing = Standing::Trouble {
        ailment: model::Ailment::Unreachable,
        reason: "503".to_owned(),
        since: world.now,
    };
    world.visit(Outcome::Failed { reason: "503".to_owned(), missing: false, ends_round: true });
    world.pass(at("2026-03-04T12:00:00Z"));
    let times = |name: &str| -> Vec<String> {
        world.sent(name).iter().map(|sent| sent.at.format("%dT%H:%M").to_string()).collect()
    };
    assert_eq!(times("tells"), ["02T07:00", "03T07:00", "04T07:00"]);
    assert_eq!(times("dit"), ["02T09:00", "03T09:00", "04T09:00"]);
    assert_eq!((times("skips").len(), times("flash").len()), (0, 0));
    let (tells, dit) = (world.sent("tells"), world.sent("dit"));
    let well = "Nothing new. All sources are well.";
    assert!(tells[0].text.contains(well) && tells[0].html.contains(well), "{}", tells[0].text);
    assert!(dit[0].text.contains("Rien de nouveau. Toutes les sources vont bien."));
    let troubled = &tells[2].text;
    assert!(!troubled.contains(well) && troubled.contains("courrier: "), "{troubled}");
    assert!(troubled.contains("Nothing new, as far as the sources could be read."), "{troubled}");
}

#[test]
fn a_wait_is_looked_at_anew_when_the_configuration_changes() {
    let quiet = "[subscriptions.desk]\nqueries = [\"brand\"]\nto = [\"a@ozalee.example\"]\n\
                 cadence = \"as-it-happens\"\naway = \"2026-03-01..2026-03-31\"\n";
    let mut world = World::new(quiet, "2026-03-02T09:00:00Z");
    world.find_at(at("2026-03-02T10:00:00Z"));
    world.pass(at("2026-03-05T10:00:00Z"));
    assert_eq!(world.sent("desk").len(), 0);
    assert_eq!(world.ledger.next_digest_due().unwrap(), Some(at("2026-04-01T00:00:00Z")));
    assert_eq!(world.subscribed("desk").subscription.zone, Tz::UTC);
    let back = quiet.replace("2026-03-31", "2026-03-04");
    world.config = read(&format!("{HEAD}{back}"), world.dir.path());
    declare(&mut world.ledger, &world.config, world.now).unwrap();
    world.look();
    let sent = world.sent("desk");
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0].text.contains("1 of these was held since 2 March, 10:01: days away."),
        "{}",
        sent[0].text
    );
}
