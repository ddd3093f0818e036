//! Who subscribes to what, and what is said when: all of it from a seed.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use model::Timestamp;
use serde_json::{Value, json};

use crate::hooks::Receiver;
use crate::random::Random;
use crate::site::Site;

pub(super) const ENDPOINTS: [&str; 4] = ["steady", "wobbly", "hanging", "gone"];
const BRANDS: [&str; 8] =
    ["ozalee", "bruinelle", "marenka", "tolivar", "quessane", "veldora", "ruskane", "pilumet"];
/// How often each is spoken of, of 40 times.
const SHARES: [u64; 8] = [9, 7, 6, 5, 4, 4, 3, 2];
const ZONES: [&str; 12] = [
    "Europe/Paris",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Adelaide",
    "America/St_Johns",
    "Pacific/Auckland",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Santiago",
    "UTC",
    "Asia/Tokyo",
    "America/Los_Angeles",
];
const SUBSCRIBERS: usize = 40;
/// These come later.
const LATE: usize = 4;
const SOURCES: usize = 6;
const MENTIONS_A_DAY: u64 = 36;
/// How many entries a feed shows.
const SHOWN: usize = 60;

pub(super) struct Script {
    pub(super) until: Timestamp,
    pub(super) subscribers: Vec<Subscriber>,
    coming: Vec<Subscriber>,
    pub(super) mentions: Vec<Mention>,
}

pub(super) struct Mention {
    source: usize,
    brands: Vec<&'static str>,
    at: Timestamp,
    text: String,
}

pub(super) struct Subscriber {
    pub(super) id: String,
    pub(super) to: String,
    pub(super) zone: &'static str,
    /// As the configuration has it, and as the judge does.
    cadence: (&'static str, Value),
    queries: Vec<&'static str>,
    quiet: (&'static str, Value),
    since: Timestamp,
    pub(super) left: Option<Timestamp>,
    pub(super) paused: Vec<(Timestamp, Timestamp)>,
}

impl Script {
    pub(super) fn new(from: Timestamp, days: i64) -> Self {
        let mut subscribers: Vec<Subscriber> =
            (0..SUBSCRIBERS).map(|nth| subscriber(nth, from)).collect();
        let coming = subscribers.split_off(SUBSCRIBERS - LATE);
        let mut random = Random(0x5eed);
        let mut mentions: Vec<Mention> = Vec::new();
        let minutes = u64::try_from(days).unwrap() * 24 * 60;
        for _ in 0..MENTIONS_A_DAY * minutes / (24 * 60) {
            let at = from + TimeDelta::minutes(random.below(minutes).cast_signed());
            mentions.push(mention(&mut random, at));
        }
        mentions.sort_by_key(|mention| mention.at);
        Self { until: from + TimeDelta::days(days), subscribers, coming, mentions }
    }

    /// Those come who come later.
    pub(super) fn come(&mut self, now: Timestamp) {
        for mut one in self.coming.drain(..) {
            one.since = now;
            self.subscribers.push(one);
        }
    }

    pub(super) fn configuration(&self, web: &Web, smtp: u16, receiver: &Receiver) -> String {
        let mut text = format!(
            "data = \"data\"\n\
             [crawl]\ncontact = \"test@ozalee.example\"\nevery_min = \"10 min\"\nevery_max = \"30 min\"\n\
             host_pause = \"0 s\"\nallow_addresses = [\"127.0.0.1\"]\n\
             [mail]\nan_hour = 1000\na_day = 1000\nfrom = \"vigie@ozalee.example\"\nowner = \"owner@ozalee.example\"\n\
             smtp = {{ host = \"127.0.0.1\", port = {smtp}, security = \"none\" }}\n[queries]\n"
        );
        for brand in BRANDS {
            writeln!(text, "{brand} = '{brand}'").unwrap();
        }
        for (nth, site) in web.sites.iter().enumerate() {
            let url = site.url("/feed");
            writeln!(text, "[sources.s{nth}]\nurl = {url:?}\nevery = \"10 min\"").unwrap();
        }
        for Subscriber { id, to, zone, cadence, queries, quiet, .. } in &self.subscribers {
            writeln!(
                text,
                "[subscriptions.{id}]\nqueries = {queries:?}\nto = [{to:?}]\nzone = {zone:?}\n\
                 severities = [\"info\"]\n{}\n{}",
                cadence.0, quiet.0
            )
            .unwrap();
        }
        for path in ENDPOINTS {
            text += &receiver.webhook(path);
            // One is told of everything, the others of what can be counted.
            if path != "steady" {
                text += "events = [\"mention.created\"]\n";
            }
        }
        text
    }

    /// The mentions as the judge knows them.
    pub(super) fn mentions_told(&self, web: &Web) -> Vec<Value> {
        let found = web.found.lock().unwrap();
        let told = |(nth, mention): (usize, &Mention)| json!({ "token": token(nth), "queries": mention.brands, "found": found.get(&nth) });
        self.mentions.iter().enumerate().map(told).collect()
    }
}

fn subscriber(nth: usize, from: Timestamp) -> Subscriber {
    let night = |hours: &'static str, days: Value, toml: &'static str| {
        (toml, json!({ "hours": [hours], "days": days, "away": [] }))
    };
    let never = || ("", json!({ "hours": [], "days": [], "away": [] }));
    let daily = |at: &str| json!({ "cadence": "daily", "at": [at] });
    let (cadence, quiet) = match nth % 10 {
        0 => (at_once(0, 0, (nth == 20).then_some(2)), never()),
        1 => (("cadence = \"hourly\"", json!({ "cadence": "hourly" })), never()),
        2 => (("cadence = \"daily\"\nat = \"08:00\"", daily("08:00")), never()),
        // The last day of months that have fewer.
        3 if nth % 20 == 3 => {
            let told = json!({ "cadence": "monthly", "day": 31, "at": ["09:30"] });
            (("cadence = \"monthly\"\nday = 31\nat = \"09:30\"", told), never())
        }
        3 => {
            let told = json!({ "cadence": "weekly", "weekday": 0, "at": ["09:30"] });
            (("cadence = \"weekly\"\non = \"monday\"\nat = \"09:30\"", told), never())
        }
        4 => {
            let told = json!({ "cadence": "weekdays", "at": ["09:00", "17:00"] });
            (("cron = \"0 9,17 * * 1-5\"", told), never())
        }
        // A time that some clocks skip, and show twice.
        5 => (("cadence = \"daily\"\nat = \"02:30\"", daily("02:30")), never()),
        6 => (("cron = \"30 * * * *\"", json!({ "cadence": "half past" })), never()),
        7 => (
            at_once(30, 60, None),
            night("22:00-07:00", json!([]), "quiet_hours = \"22:00-07:00\""),
        ),
        8 => (
            ("cadence = \"daily\"\nat = \"07:45\"", daily("07:45")),
            night("06:00-08:30", json!([5, 6]), QUIET_MORNINGS),
        ),
        _ => {
            let (first, last) = (from + TimeDelta::days(3), from + TimeDelta::days(6));
            let away = [first, last].map(|day| day.date_naive().to_string());
            let toml = format!(
                "quiet_hours = [\"20:00-06:30\", \"12:00-13:15\"]\naway = [\"{}..{}\"]",
                away[0], away[1]
            );
            let hours = ["20:00-06:30", "12:00-13:15"];
            (
                ("cadence = \"hourly\"", json!({ "cadence": "hourly" })),
                (&*toml.leak(), json!({ "hours": hours, "days": [], "away": [away] })),
            )
        }
    };
    // Who is told once a week follows what is rare: a mail has room for a hundred entries or so.
    let queries = match nth % 10 {
        3 => vec![BRANDS[6]],
        _ => vec![BRANDS[nth % 8], BRANDS[(nth + 1 + nth / 8) % 8]],
    };
    Subscriber {
        id: format!("sub{nth:02}"),
        to: format!("reader{nth:02}@ozalee.example"),
        zone: ZONES[nth % ZONES.len()],
        cadence,
        queries,
        quiet,
        since: from,
        left: None,
        paused: Vec::new(),
    }
}

/// As it happens, within a wait and with an interval in minutes, and so many mails a day.
fn at_once(wait: u32, interval: u32, a_day: Option<u32>) -> (&'static str, Value) {
    let mut toml = format!(
        "cadence = \"as-it-happens\"\ngroup_wait = \"{wait} min\"\ngroup_interval = \"{interval} min\""
    );
    if let Some(mails) = a_day {
        write!(toml, "\nmails_a_day = {mails}").unwrap();
    }
    let told = json!({
        "cadence": "as it happens", "wait": wait, "interval": interval, "a_day": a_day
    });
    (&*toml.leak(), told)
}

const QUIET_MORNINGS: &str =
    "quiet_hours = \"06:00-08:30\"\nquiet_days = [\"saturday\", \"sunday\"]";

impl Subscriber {
    /// The same as the judge knows it.
    pub(super) fn told(&self) -> Value {
        let (_, mut told) = self.cadence.clone();
        let quiet = &self.quiet.1;
        let paused = self.paused.iter().map(|(a, b)| [a.timestamp(), b.timestamp()]);
        let more = json!({
            "id": self.id,
            "to": self.to,
            "zone": self.zone,
            "queries": self.queries,
            "quiet_hours": quiet["hours"],
            "quiet_days": quiet["days"],
            "away": quiet["away"],
            "since": self.since.timestamp(),
            "left": self.left.map(|at| at.timestamp()),
            "paused": paused.collect::<Vec<_>>(),
        });
        told.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        told
    }
}

fn mention(random: &mut Random, at: Timestamp) -> Mention {
    let mut brands = vec![brand(random)];
    if random.below(4) == 0 {
        brands.push(brand(random));
        brands.sort_unstable();
        brands.dedup();
    }
    // Words that nobody shares, so that no two tell one story.
    let words: Vec<String> = (0..24).map(|_| word(random)).collect();
    let source = usize::try_from(random.below(SOURCES as u64)).unwrap();
    Mention { source, brands, at, text: words.join(" ") }
}

fn brand(random: &mut Random) -> &'static str {
    let mut place = random.below(SHARES.iter().sum());
    for (brand, share) in BRANDS.iter().zip(SHARES) {
        if place < share {
            return brand;
        }
        place -= share;
    }
    BRANDS[0]
}

fn word(random: &mut Random) -> String {
    let syllables = ["ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te"];
    (0..3).map(|_| syllables[usize::try_from(random.below(12)).unwrap()]).collect()
}

/// What stands for a mention in mails and events.
fn token(nth: usize) -> String {
    format!("m{nth:05}")
}

pub(super) fn stamp(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}

/// The sources, which show what was said until the time that they are told.
pub(super) struct Web {
    sites: Vec<Site>,
    now_s: Arc<AtomicI64>,
    /// When each mention was first shown to somebody.
    found: Arc<Mutex<HashMap<usize, i64>>>,
}

impl Web {
    pub(super) fn start(script: &Script) -> Self {
        let now_s = Arc::new(AtomicI64::new(0));
        let found: Arc<Mutex<HashMap<usize, i64>>> = Arc::default();
        let site = |source: usize| {
            let entries: Vec<(usize, i64, String)> = script
                .mentions
                .iter()
                .enumerate()
                .filter(|(_, mention)| mention.source == source)
                .map(|(nth, mention)| (nth, mention.at.timestamp(), entry(nth, mention)))
                .collect();
            let (now_s, found) = (Arc::clone(&now_s), Arc::clone(&found));
            Site::of_feed(move || {
                let now = now_s.load(Ordering::SeqCst);
                let said = entries.iter().take_while(|(_, at, _)| *at <= now).count();
                let shown = &entries[said.saturating_sub(SHOWN)..said];
                let mut found = found.lock().unwrap();
                for (nth, ..) in shown {
                    found.entry(*nth).or_insert(now);
                }
                let items: String = shown.iter().rev().map(|(.., entry)| entry.as_str()).collect();
                format!(
                    "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Source {source}</title>\
                     <link>https://s{source}.example/</link><description>d</description>{items}</channel></rss>"
                )
            })
        };
        Self { sites: (0..SOURCES).map(site).collect(), now_s, found }
    }

    pub(super) fn set_time(&self, now: Timestamp) {
        self.now_s.store(now.timestamp(), Ordering::SeqCst);
    }
}

fn entry(nth: usize, mention: &Mention) -> String {
    let (token, source, text) = (token(nth), mention.source, &mention.text);
    let brands = mention.brands.join(" ");
    let date = mention.at.to_rfc2822();
    let words: Vec<&str> = text.split(' ').take(3).collect();
    let title = format!("{token} {brands} {}", words.join(" "));
    format!(
        "<item><guid isPermaLink=\"false\">{token}</guid><title>{title}</title>\
         <link>https://s{source}.example/{nth}</link><pubDate>{date}</pubDate>\
         <description>{brands} {text}</description></item>"
    )
}
