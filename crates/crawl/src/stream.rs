//! Sources that speak by themselves: Mastodon's streaming interface (server-sent events) and Bluesky's
//! Jetstream (a WebSocket). A connection stays open from visit to visit; each visit takes what was said
//! meanwhile, up to a limit, and hands it on in the shape of the platform's own lists, which its preset
//! reads. Between visits nothing is read: where the ledger is slow, the other side has to wait.

mod jetstream;
mod mastodon;
mod sse;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use model::{SourceId, Timestamp};
use serde_json::Value;
use tokio::time::timeout;
use url::Url;

use crate::{Access, FetchError, Fetcher};

/// What one visit takes at most, in events and in bytes.
const EVENTS_MAX: usize = 1000;
const BATCH_BYTES_MAX: usize = 4 << 20;
/// The longest event that is read, in bytes.
pub(crate) const EVENT_BYTES_MAX: usize = 1 << 20;
/// How long a visit waits for something to be said, and once something was for more of it.
const WAIT: Duration = Duration::from_secs(4);
const LINGER: Duration = Duration::from_secs(1);
/// A connection on which nothing at all came for so long is dead, though nobody said so. Both platforms
/// say something at least every half a minute.
const SILENCE_MAX: Duration = Duration::from_secs(90);
/// The pause before a lost connection is opened again, at first; it doubles with each failure.
const PAUSE: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_mins(15);

/// A platform that streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform {
    Mastodon,
    Jetstream,
}

impl Platform {
    /// Returns which platform's stream an address is, if it is one.
    pub fn of(url: &Url) -> Option<Self> {
        match url.scheme() {
            "ws" | "wss" => Some(Self::Jetstream),
            "http" | "https" if url.path().starts_with("/api/v1/streaming/") => {
                Some(Self::Mastodon)
            }
            _ => None,
        }
    }

    /// Returns the preset that reads what it says.
    pub fn preset(self) -> &'static str {
        match self {
            Self::Mastodon => "mastodon",
            Self::Jetstream => "bluesky",
        }
    }
}

/// An open connection.
#[derive(Debug)]
pub struct Stream {
    connection: Connection,
    /// For how long nothing has come.
    silent_for: Duration,
}

#[derive(Debug)]
enum Connection {
    Mastodon(Box<mastodon::Connection>),
    Jetstream(Box<jetstream::Connection>),
}

/// What was said between two visits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    pub platform: Platform,
    /// As the platform's own lists have them.
    posts: Vec<Value>,
    /// The ids of posts that were taken back.
    pub removed: Vec<String>,
    /// Where to go on after a break; `None` where nothing new was said.
    pub cursor: Option<String>,
    /// Whether the connection has ended.
    pub ended: bool,
}

/// One thing said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Said {
    Post(Value),
    Removed(String),
    /// Nothing that is kept, a sign of life among it.
    Other,
}

#[derive(Debug)]
pub(crate) struct Event {
    said: Said,
    cursor: Option<String>,
    bytes: usize,
}

impl Batch {
    /// Returns the posts as a body that the platform's preset reads; `None` where there are none.
    pub fn body(&self) -> Option<Vec<u8>> {
        if self.posts.is_empty() {
            return None;
        }
        let posts = Value::Array(self.posts.clone());
        let body = match self.platform {
            Platform::Mastodon => posts,
            Platform::Jetstream => serde_json::json!({ "posts": posts }),
        };
        Some(body.to_string().into_bytes())
    }
}

impl Stream {
    /// Opens a connection, from where an earlier one was left. Jetstream knows no accounts.
    pub async fn open(
        fetcher: &Fetcher,
        url: &Url,
        cursor: Option<&str>,
        access: Option<&Access>,
        now: Timestamp,
    ) -> Result<Self, FetchError> {
        let connection = match Platform::of(url) {
            Some(Platform::Jetstream) => {
                let connection = jetstream::Connection::open(fetcher, url, cursor, now).await?;
                Connection::Jetstream(Box::new(connection))
            }
            Some(Platform::Mastodon) | None => {
                let connection =
                    mastodon::Connection::open(fetcher, url, cursor, access, now).await?;
                Connection::Mastodon(Box::new(connection))
            }
        };
        Ok(Self { connection, silent_for: Duration::ZERO })
    }

    /// Waits for something to be said, and returns that and what follows at once.
    pub async fn visit(&mut self) -> Result<Batch, FetchError> {
        let platform = match self.connection {
            Connection::Mastodon(_) => Platform::Mastodon,
            Connection::Jetstream(_) => Platform::Jetstream,
        };
        let mut batch =
            Batch { platform, posts: Vec::new(), removed: Vec::new(), cursor: None, ended: false };
        let Ok(first) = timeout(WAIT, self.next()).await else {
            self.silent_for += WAIT;
            if self.silent_for >= SILENCE_MAX {
                let seconds = self.silent_for.as_secs();
                return Err(FetchError::Unreachable { reason: format!("silent for {seconds} s") });
            }
            return Ok(batch);
        };
        self.silent_for = Duration::ZERO;
        let mut bytes = batch.take(first?);
        let rest = async {
            for _ in 1..EVENTS_MAX {
                if bytes >= BATCH_BYTES_MAX || batch.ended {
                    return;
                }
                // What ends it is told by the next visit, if this one had something to tell.
                match self.next().await {
                    Ok(event) => bytes += batch.take(event),
                    Err(_) => batch.ended = true,
                }
            }
        };
        // Half an event that came by then is kept for the next visit.
        let _ = timeout(LINGER, rest).await;
        Ok(batch)
    }

    /// Waits for the next event; `None` at the end. May be left off at any time.
    async fn next(&mut self) -> Result<Option<Event>, FetchError> {
        match &mut self.connection {
            Connection::Mastodon(connection) => connection.next().await,
            Connection::Jetstream(connection) => connection.next().await,
        }
    }
}

impl Batch {
    /// Returns how much there was to take, in bytes.
    fn take(&mut self, event: Option<Event>) -> usize {
        let Some(Event { said, cursor, bytes }) = event else {
            self.ended = true;
            return 0;
        };
        if cursor.is_some() {
            self.cursor = cursor;
        }
        match said {
            Said::Post(post) => self.posts.push(post),
            Said::Removed(id) => self.removed.push(id),
            Said::Other => {}
        }
        bytes
    }
}

/// Returns how long to wait before a connection is opened again, after so many that failed in a row. It
/// differs from source to source, so that those which were lost together do not come back together.
pub fn pause(failures: u32, source: &SourceId) -> Duration {
    let mut hasher = DefaultHasher::new();
    (source, failures).hash(&mut hasher);
    let share = 500 + u32::try_from(hasher.finish() % 501).unwrap_or_default();
    PAUSE.saturating_mul(2_u32.saturating_pow(failures)).min(PAUSE_MAX) * share / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_known_by_its_address() {
        let check = |url: &str, expect| {
            assert_eq!(Platform::of(&url.parse().unwrap()), expect, "{url}");
        };
        check("wss://jetstream.example/subscribe", Some(Platform::Jetstream));
        check("https://social.example/api/v1/streaming/public", Some(Platform::Mastodon));
        let tag = "https://social.example/api/v1/streaming/hashtag?tag=ozalee";
        check(tag, Some(Platform::Mastodon));
        check("https://social.example/api/v1/timelines/public", None);
        check("https://jetstream.example/subscribe", None);
    }

    #[test]
    fn lost_connections_come_back_after_growing_pauses_and_apart() {
        let pauses: Vec<Duration> = (0..12).map(|failures| pause(failures, &"s".into())).collect();
        for (failures, pause) in (0_u32..).zip(&pauses) {
            let plain = PAUSE.saturating_mul(2_u32.pow(failures)).min(PAUSE_MAX);
            assert!((plain / 2..=plain).contains(pause), "{failures}: {pause:?}");
        }
        assert!(pause(u32::MAX, &"s".into()) <= PAUSE_MAX);
        let apart: std::collections::BTreeSet<Duration> =
            (0..100).map(|n| pause(3, &SourceId::new(format!("s{n}")))).collect();
        assert!(apart.len() > 80, "{}", apart.len());
    }
}
