//! The `[signals]` table: which signals are looked for in what a query finds, and how often one may be a
//! false alarm.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use model::{QueryName, SignalKind};
use settings::{Field, Section};
use signal::Country;

use super::days::days;
use crate::names::unknown_query;

/// Lists are no longer than this.
const ENTRIES_MAX: usize = 1000;
/// The lengths that a bucket may have: each divides the day, and the longer ones the shorter.
const BUCKETS: [(&str, u64); 5] =
    [("5 min", 5), ("15 min", 15), ("1 h", 60), ("6 h", 360), ("1 d", 1440)];
const KINDS: [(&str, SignalKind); 6] = [
    ("rise", SignalKind::Rise),
    ("slow", SignalKind::Slow),
    ("silence", SignalKind::Silence),
    ("negative", SignalKind::Negative),
    ("rating", SignalKind::Rating),
    ("theme", SignalKind::Theme),
];

/// What is looked for, and in what.
#[derive(Debug, Clone)]
pub(crate) struct Signals {
    /// The zone in whose hours and days those who write live.
    pub(crate) zone: Tz,
    /// Whose public holidays they have.
    pub(crate) country: Option<Country>,
    usual: Watched,
    own: BTreeMap<QueryName, Watched>,
    pub(crate) known: Vec<KnownEvent>,
}

/// How one query is watched.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Watched {
    /// How many false alarms a month are allowed, of all kinds together.
    pub(crate) alarms_a_month: f64,
    /// What is counted together.
    pub(crate) bucket: Duration,
    /// How many mentions a signal has at least.
    pub(crate) mentions_min: u32,
    /// In how many sources.
    pub(crate) sources_min: u32,
    pub(crate) kinds: BTreeSet<SignalKind>,
    /// The query whose share is watched.
    pub(crate) theme: Option<QueryName>,
    /// What makes a signal a crisis.
    pub(crate) crisis: Crisis,
    /// Days, both included, on which signals are kept and told to nobody.
    pub(crate) quiet: Vec<(NaiveDate, NaiveDate)>,
}

/// A signal is a crisis if it is so rare, and so much is said by so many. A silence never is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Crisis {
    /// It would come by chance once in so many days.
    pub(crate) days: u32,
    /// The least number of mentions in its window.
    pub(crate) mentions: u32,
    /// In how many sources.
    pub(crate) sources: u32,
}

/// Something that is known to change how much is said: a launch, a campaign, a fair.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct KnownEvent {
    pub(crate) name: String,
    /// Its days, both included.
    pub(crate) days: (NaiveDate, NaiveDate),
    /// How many times as much as usual is expected.
    pub(crate) lift: f64,
    /// Of which queries; of all where there are none.
    pub(crate) queries: BTreeSet<QueryName>,
}

impl Default for Watched {
    fn default() -> Self {
        use SignalKind::{Negative, Rating, Rise, Silence, Slow};
        Self {
            alarms_a_month: 1.0,
            bucket: Duration::from_mins(15),
            mentions_min: 3,
            sources_min: 1,
            kinds: [Rise, Slow, Silence, Negative, Rating].into(),
            theme: None,
            crisis: Crisis { days: 1_000, mentions: 20, sources: 3 },
            quiet: Vec::new(),
        }
    }
}

impl Signals {
    pub(crate) fn of(&self, query: &QueryName) -> &Watched {
        self.own.get(query).unwrap_or(&self.usual)
    }

    pub(super) fn from_section(
        root: &Section<'_, '_>,
        queries: &BTreeSet<String>,
        zone: Tz,
    ) -> Self {
        let usual = Watched::default();
        let (own, known) = (BTreeMap::new(), Vec::new());
        let mut signals = Self { zone, country: None, usual, own, known };
        let Some(section) = root.section("signals") else { return signals };
        let hint = "an IANA time zone, as in \"Europe/Paris\"";
        if let Some(zone) = section.parsed::<Tz>("zone", "a time zone", hint) {
            signals.zone = zone.value;
        }
        signals.country = country(&section);
        signals.usual = watched(&section, &signals.usual, queries);
        for (name, own) in section.named_sections("queries") {
            let watched = watched(&own, &signals.usual, queries);
            if watched.theme.as_ref().is_some_and(|theme| theme.as_str() == name.value) {
                let hint = "name a query that finds a part of what this one finds";
                own.problem("`theme` is the query itself: its share is always all", hint);
            }
            if is_known(&section, &name, queries) {
                signals.own.insert(QueryName::new(name.value), watched);
            }
            own.finish();
        }
        for (name, event) in section.named_sections("events") {
            signals.known.extend(known_event(name.value, &event, queries));
            event.finish();
        }
        section.finish();
        signals
    }
}

fn country(section: &Section<'_, '_>) -> Option<Country> {
    let code = section.text("country")?;
    let country = Country::from_code(&code.value);
    if country.is_none() {
        let known: Vec<&str> = Country::ALL.iter().map(|country| country.code()).collect();
        let message = format!("the public holidays of \"{}\" are not known", code.value);
        section.problem_with(&code, message, format!("one of {}", known.join(", ")));
    }
    country
}

fn watched(section: &Section<'_, '_>, usual: &Watched, queries: &BTreeSet<String>) -> Watched {
    let mut watched = usual.clone();
    if let Some(alarms) = section.thousandths("alarms_a_month") {
        if (10..=100_000).contains(&alarms.value) {
            #[expect(clippy::cast_precision_loss, reason = "at most 100,000")]
            let alarms = alarms.value as f64 / 1000.0;
            watched.alarms_a_month = alarms;
        } else {
            let hint = "from 0.01 to 100: 1 for one false alarm a month";
            section.problem_with(&alarms, "is too small or too large", hint);
        }
    }
    if let Some(minutes) = section.one_of("bucket", &BUCKETS) {
        watched.bucket = Duration::from_mins(minutes.value);
    }
    let number = |key, usual| {
        let read = section.integer(key, 1..=1_000_000);
        read.map_or(usual, |field| u32::try_from(field.value).unwrap_or(u32::MAX))
    };
    watched.mentions_min = number("mentions_min", usual.mentions_min);
    watched.sources_min = number("sources_min", usual.sources_min);
    watched.crisis = Crisis {
        days: number("crisis_days", usual.crisis.days),
        mentions: number("crisis_mentions", usual.crisis.mentions),
        sources: number("crisis_sources", usual.crisis.sources),
    };
    if let Some(theme) = section.text("theme")
        && is_known(section, &theme, queries)
    {
        watched.theme = Some(QueryName::new(theme.value));
        watched.kinds.insert(SignalKind::Theme);
    }
    if section.has("kinds") {
        watched.kinds = kinds(section);
        if watched.kinds.contains(&SignalKind::Theme) && watched.theme.is_none() {
            let hint = "name the query whose share is to be watched";
            section.absent(&["theme"], "`theme` is missing", hint);
        }
    }
    if section.has("quiet") {
        let quiet = section.texts("quiet", ENTRIES_MAX);
        watched.quiet = quiet.iter().filter_map(|field| days(section, field)).collect();
    }
    watched
}

fn kinds(section: &Section<'_, '_>) -> BTreeSet<SignalKind> {
    let mut kinds = BTreeSet::new();
    let named = section.texts("kinds", KINDS.len());
    if named.is_empty() {
        section.problem("`kinds` names no kind of signal", "name some, or remove it");
    }
    for field in named {
        if let Some((_, kind)) = KINDS.iter().find(|(word, _)| *word == field.value) {
            kinds.insert(*kind);
        } else {
            let words: Vec<&str> = KINDS.iter().map(|(word, _)| *word).collect();
            let message = format!("\"{}\" is no kind of signal", field.value);
            section.problem_with(&field, message, format!("one of {}", words.join(", ")));
        }
    }
    kinds
}

fn known_event(
    name: String,
    section: &Section<'_, '_>,
    queries: &BTreeSet<String>,
) -> Option<KnownEvent> {
    let days = section
        .required_text("days", "write 2026-07-01..2026-08-31, or one day")
        .and_then(|field| days(section, &field));
    let of = section.texts("queries", ENTRIES_MAX);
    let of = of.iter().filter(|name| is_known(section, name, queries));
    let queries = of.map(|name| QueryName::new(name.value.clone())).collect();
    let lift = section.thousandths("lift");
    let lift = match lift {
        None => 1.0,
        Some(lift) if (10..=100_000).contains(&lift.value) => {
            #[expect(clippy::cast_precision_loss, reason = "at most 100,000")]
            let times = lift.value as f64 / 1000.0;
            times
        }
        Some(lift) => {
            let hint = "from 0.01 to 100: 3 for three times as much as usual";
            section.problem_with(&lift, "is too small or too large", hint);
            return None;
        }
    };
    Some(KnownEvent { name, days: days?, lift, queries })
}

fn is_known(section: &Section<'_, '_>, name: &Field<String>, queries: &BTreeSet<String>) -> bool {
    let is_known = queries.contains(name.value.as_str());
    if !is_known {
        unknown_query(section, name, queries);
    }
    is_known
}
