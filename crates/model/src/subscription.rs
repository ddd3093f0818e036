//! Subscriptions: who hears about which queries, how and how often.

use chrono::{NaiveTime, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use crate::{QueryName, SubscriptionId, Timestamp};

/// Who hears about which queries, how often, and in which language and time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub queries: Vec<QueryName>,
    /// Mail addresses, each checked.
    pub to: Vec<String>,
    pub cadence: Cadence,
    /// The subscriber's time zone: the one that `cadence` and the dates in a mail are meant in.
    pub zone: Tz,
    pub locale: Locale,
    pub volume: Selection,
    pub subject: SubjectLine,
}

/// How much of what was found a subscriber is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Selection {
    /// All of it, the newest first.
    #[default]
    All,
    /// What matters most of each kind, that first; the rest is counted.
    Best,
}

/// What stands above a subscriber's mails.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SubjectLine {
    /// Always the same, so that mail programs make one thread of them.
    #[default]
    Constant,
    /// With how much was found.
    Count,
}

/// How often a subscriber is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cadence {
    AsItHappens,
    Hourly,
    Daily {
        at: NaiveTime,
    },
    Weekly {
        on: Weekday,
        at: NaiveTime,
    },
    /// On this day of the month, from 1; on the last one of a month that has fewer.
    Monthly {
        day: u32,
        at: NaiveTime,
    },
    /// A cron expression of five fields (minute, hour, day of month, month, day of week).
    Cron(String),
}

/// The language a mail is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    #[serde(rename = "en")]
    English,
    #[serde(rename = "fr")]
    French,
}

/// Why mails wait that could leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeldFor {
    /// The subscriber wants none at these hours, or on this day of the week.
    Quiet,
    /// The subscriber is away.
    Away,
    /// Somebody has got so many on one day.
    Day { mails: u32 },
    /// Somebody has got so many within an hour.
    Hour { mails: u32 },
}

/// A subscription's mails wait, though there may be something to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// When the first of them would have left.
    pub since: Timestamp,
    pub until: Timestamp,
    /// At least one reason, each once.
    pub why: Vec<HeldFor>,
}
