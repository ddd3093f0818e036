//! How often a platform may be asked, by its own words: pure, an answer in, a pause out.

use std::time::Duration;

use chrono::DateTime;
use model::Timestamp;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::PAUSE_USUAL;
use crate::preset::json::{Field, ask};

/// Nobody may silence us for longer than this.
const PAUSE_MAX: Duration = Duration::from_hours(168);
/// A number above this is a moment, not a time to wait: ten years, in seconds.
const WAIT_MAX: f64 = 315_360_000.0;
/// Words of an error that are repeated to people, in bytes.
const WORDS_MAX: usize = 300;

/// Where a platform says how often it may be asked, and what it asks of all.
#[derive(Debug, Clone, Default)]
pub struct Quota {
    /// In a body: the seconds to wait before it is asked again.
    pub(super) backoff: Option<Field>,
    /// In a body: the requests that are left.
    pub(super) left: Option<Field>,
    /// Headers that say how many requests are left, and when there are others.
    pub(super) left_headers: Vec<String>,
    pub(super) reset_headers: Vec<String>,
    /// In the body of an error: says yes where all requests are spent.
    pub(super) spent: Vec<Field>,
    /// In the body of an error: says yes where the account does not count any more.
    pub(super) expired: Vec<Field>,
    /// In the body of an error: what is wrong, in words.
    pub(super) words: Option<Field>,
    /// What a platform asks of all: so many requests in such a time.
    pub(super) allowance: Option<(u32, Duration)>,
    /// How long it is left alone once all requests are spent and it does not say for how long.
    pub(super) pause: Option<Duration>,
}

/// What an answer says of the answers to come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Said {
    /// How long to wait before the platform is asked again.
    pub(crate) pause: Option<Duration>,
    pub(crate) is_spent: bool,
    /// The account does not count any more.
    pub(crate) is_expired: bool,
    pub(crate) words: Option<String>,
}

impl Quota {
    /// Reads what an answer says. A body that is no JSON says nothing.
    pub(crate) fn said(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Said {
        let json: Option<Value> =
            self.reads_bodies().then(|| serde_json::from_slice(body).ok()).flatten();
        let word = |field: &Option<Field>| ask(json.as_ref()?, |place| field.as_ref()?.word(place));
        let says = |fields: &[Field]| {
            let yes =
                |json: &Value| ask(json, |place| fields.iter().any(|field| field.is_said(place)));
            json.as_ref().is_some_and(yes)
        };
        let number = |text: String| text.trim().parse::<f64>().ok().filter(|n| n.is_finite());
        let header = |names: &[String]| {
            names.iter().find_map(|name| Some(headers.get(name)?.to_str().ok()?.trim().to_owned()))
        };
        let left = word(&self.left).or_else(|| header(&self.left_headers)).and_then(number);
        let is_spent = says(&self.spent) || left.is_some_and(|left| left < 1.0);
        let reset = header(&self.reset_headers).and_then(|text| wait(&text, now));
        let backoff = word(&self.backoff).and_then(number).and_then(seconds);
        let of_spent = is_spent.then(|| reset.or(self.pause).unwrap_or(PAUSE_USUAL));
        let words = word(&self.words).map(|words| {
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            words[..words.floor_char_boundary(WORDS_MAX)].to_owned()
        });
        Said {
            pause: backoff.max(of_spent).map(|pause| pause.min(PAUSE_MAX)),
            is_spent,
            is_expired: says(&self.expired),
            words,
        }
    }

    /// Returns how long an answer of 429 asks to wait, where `Retry-After` does not tell.
    pub(crate) fn after_too_many(&self, headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
        let text = self.reset_headers.iter().find_map(|name| headers.get(name)?.to_str().ok());
        text.and_then(|text| wait(text, now)).or(self.pause)
    }

    fn reads_bodies(&self) -> bool {
        let fields = [&self.backoff, &self.left, &self.words];
        fields.iter().any(|field| field.is_some())
            || !self.spent.is_empty()
            || !self.expired.is_empty()
    }
}

/// Reads when there are other requests: seconds from now, seconds since 1970, or a date.
fn wait(text: &str, now: Timestamp) -> Option<Duration> {
    let until = |at: Timestamp| (at - now).to_std().unwrap_or_default().min(PAUSE_MAX);
    if let Ok(number) = text.trim().parse::<f64>() {
        if number <= WAIT_MAX {
            return seconds(number);
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "from_timestamp refuses what is too large"
        )]
        return DateTime::from_timestamp(number as i64, 0).map(until);
    }
    let date = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text));
    date.ok().map(|at| until(at.to_utc()))
}

fn seconds(number: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(number.max(0.0).ceil()).ok().map(|time| time.min(PAUSE_MAX))
}
