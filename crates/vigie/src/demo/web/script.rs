//! What each site of the demonstration publishes, and when. The scripts are TOML, one file a site
//! in `sites/`; this module reads them and tells what a site shows at a given time.
//!
//! A file opens with the site, then one `[[item]]` each: `at`, `slug`, `title`, `text`, and at will
//! `author`, `lang`, `html` (the full text, where `text` is only its teaser) and `[[item.edit]]`
//! (`at`, and what became new). A moment is `"day hh:mm"` in UTC; day 0 is the day of the opening,
//! and what was published before it has a negative day.

use std::cmp::Reverse;
use std::iter::once;

use chrono::TimeDelta;
use model::{Kind, Timestamp};
use serde::Deserialize;

/// How many days from the opening the scripts cover.
pub(super) const DAYS: u32 = 14;

/// How many items a feed shows, newest first.
const SHOWN_MAX: usize = 15;

const SCRIPTS: [&str; 7] = [
    include_str!("sites/courrier.toml"),
    include_str!("sites/ledger.toml"),
    include_str!("sites/leaf.toml"),
    include_str!("sites/tables.toml"),
    include_str!("sites/epicier.toml"),
    include_str!("sites/estuaire.toml"),
    include_str!("sites/bulles.toml"),
];

/// Reads every script.
pub(super) fn sites() -> Result<Vec<Site>, toml::de::Error> {
    SCRIPTS.into_iter().map(toml::from_str).collect()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Site {
    pub(super) id: String,
    pub(super) name: String,
    /// Where its pages would be. Only the feed is really served.
    pub(super) home: String,
    pub(super) kind: Kind,
    pub(super) lang: String,
    pub(super) dialect: Dialect,
    /// Where the feed is, from the root of the site.
    pub(super) path: String,
    /// How the feed writes its dates.
    pub(super) zone: Zone,
    /// The `<ttl>` of an RSS feed.
    pub(super) ttl_minutes: Option<u32>,
    pub(super) quirk: Option<Quirk>,
    #[serde(default, rename = "item")]
    items: Vec<ScriptedItem>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Dialect {
    Atom,
    Json,
    Rss,
}

impl Dialect {
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json",
            Self::Rss => "application/rss+xml; charset=utf-8",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Zone {
    Cet,
    Est,
    Gmt,
}

/// What a site does that a reader must cope with.
#[derive(Debug, Deserialize)]
#[serde(tag = "does", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Quirk {
    /// One raw entry that is not XML stands among the others.
    BrokenEntry { from: Moment, entry: String },
    /// Addresses change from http to https, and the guids that are addresses with them.
    Https { from: Moment },
    /// The feed answers 404.
    Missing,
    /// Every item gets another guid.
    NewGuids { from: Moment },
    /// The first answers take a while.
    Slow { pause_ms: u64, times_max: u32 },
    /// Addresses get tracking parameters.
    Tracking { from: Moment },
}

impl Quirk {
    fn from(&self) -> Option<Moment> {
        match self {
            Self::BrokenEntry { from, .. }
            | Self::Https { from }
            | Self::NewGuids { from }
            | Self::Tracking { from } => Some(*from),
            Self::Missing | Self::Slow { .. } => None,
        }
    }
}

/// A moment of the script, in minutes since the opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Moment(i64);

impl Moment {
    fn after(self, opens: Timestamp) -> Timestamp {
        opens + TimeDelta::minutes(self.0)
    }
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let minutes = || {
            let (day, time) = text.split_once(' ')?;
            let (hour, minute) = time.split_once(':')?;
            let day: i64 = day.parse().ok().filter(|day| (-30..i64::from(DAYS)).contains(day))?;
            let hour: i64 = hour.parse().ok().filter(|hour| (0..24).contains(hour))?;
            let minute: i64 = minute.parse().ok().filter(|minute| (0..60).contains(minute))?;
            Some((day * 24 + hour) * 60 + minute)
        };
        minutes().map(Self).ok_or_else(|| format!("{text:?} is not a moment such as \"3 07:40\""))
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScriptedItem {
    at: Moment,
    slug: String,
    title: String,
    author: Option<String>,
    lang: Option<String>,
    text: String,
    html: Option<String>,
    #[serde(default, rename = "edit")]
    edits: Vec<Edit>,
}

/// What became new in an item after it was published.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    at: Moment,
    title: Option<String>,
    text: Option<String>,
    html: Option<String>,
}

/// What a feed shows at some time.
#[derive(Debug)]
pub(super) struct Front<'a> {
    /// Newest first.
    pub(super) items: Vec<ShownItem<'a>>,
    pub(super) changed: Timestamp,
    /// The raw entry that breaks the feed, once it is there.
    pub(super) broken_entry: Option<&'a str>,
}

#[derive(Debug)]
pub(super) struct ShownItem<'a> {
    pub(super) guid: String,
    pub(super) link: String,
    pub(super) title: &'a str,
    pub(super) author: Option<&'a str>,
    pub(super) lang: Option<&'a str>,
    pub(super) text: &'a str,
    pub(super) html: Option<&'a str>,
    pub(super) published: Timestamp,
    pub(super) updated: Timestamp,
}

impl Site {
    /// Returns what the feed shows at `now`.
    pub(super) fn front(&self, opens: Timestamp, now: Timestamp) -> Front<'_> {
        let quirk = self.quirk_at(opens, now);
        let published = self.items.iter().filter(|item| item.at.after(opens) <= now);
        let mut items: Vec<_> = published.map(|item| self.show(item, quirk, opens, now)).collect();
        items.sort_by_key(|item| Reverse(item.published));
        items.truncate(SHOWN_MAX);
        let broken_entry = match quirk {
            Some(Quirk::BrokenEntry { entry, .. }) => Some(entry.as_str()),
            Some(
                Quirk::Https { .. }
                | Quirk::Missing
                | Quirk::NewGuids { .. }
                | Quirk::Slow { .. }
                | Quirk::Tracking { .. },
            )
            | None => None,
        };
        Front { items, changed: self.changed(opens, now), broken_entry }
    }

    fn changed(&self, opens: Timestamp, now: Timestamp) -> Timestamp {
        let quirk = self.quirk.iter().filter_map(Quirk::from);
        let items = self
            .items
            .iter()
            .flat_map(|item| once(item.at).chain(item.edits.iter().map(|edit| edit.at)));
        let moments = quirk.chain(items).map(|moment| moment.after(opens));
        moments.filter(|at| *at <= now).max().unwrap_or(opens)
    }

    fn quirk_at(&self, opens: Timestamp, now: Timestamp) -> Option<&Quirk> {
        self.quirk.as_ref().filter(|quirk| quirk.from().is_none_or(|from| from.after(opens) <= now))
    }

    fn show<'a>(
        &self,
        item: &'a ScriptedItem,
        quirk: Option<&Quirk>,
        opens: Timestamp,
        now: Timestamp,
    ) -> ShownItem<'a> {
        let mut link = format!("{}/{}", self.home, item.slug);
        let mut guid_generation = 1;
        match quirk {
            Some(Quirk::Https { .. }) => link = link.replacen("http:", "https:", 1),
            Some(Quirk::Tracking { .. }) => link += "?utm_source=feed&utm_medium=atom",
            Some(Quirk::NewGuids { .. }) => guid_generation = 2,
            Some(Quirk::BrokenEntry { .. } | Quirk::Missing | Quirk::Slow { .. }) | None => {}
        }
        let guid = match self.dialect {
            Dialect::Atom => format!("tag:{},2020:{}", self.id, item.slug),
            Dialect::Json => item.slug.clone(),
            Dialect::Rss if matches!(self.quirk, Some(Quirk::NewGuids { .. })) => {
                format!("{}-{guid_generation}-{}", self.id, item.slug)
            }
            Dialect::Rss => link.clone(),
        };
        let mut shown = ShownItem {
            guid,
            link,
            title: &item.title,
            author: item.author.as_deref(),
            lang: item.lang.as_deref(),
            text: &item.text,
            html: item.html.as_deref(),
            published: item.at.after(opens),
            updated: item.at.after(opens),
        };
        for edit in item.edits.iter().filter(|edit| edit.at.after(opens) <= now) {
            shown.title = edit.title.as_deref().unwrap_or(shown.title);
            shown.text = edit.text.as_deref().unwrap_or(shown.text);
            shown.html = edit.html.as_deref().or(shown.html);
            shown.updated = edit.at.after(opens);
        }
        shown
    }
}
