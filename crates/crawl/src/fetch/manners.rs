//! Whether a host wants to be read by robots: its robots.txt, fetched as RFC 9309 says and
//! remembered for at most a day.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use model::Timestamp;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use url::{Position, Url};

use super::error::{FetchError, Refusal, host};
use super::limits::FetchLimits;
use super::wire::{Body, Wire, within};
use super::{Hop, failure, headers, hop};
use crate::robots::Rules;

/// RFC 9309 (section 2.3.1.2) asks to follow at least five.
const ROBOTS_REDIRECTS: usize = 5;

/// How long a host stays closed to us after its robots.txt could not be read. Short, since the
/// trouble is often over in minutes; the pages keep their own growing pauses.
const CLOSED_FOR: Duration = Duration::from_mins(15);

/// A robots.txt that drips must not use up the time of the page behind it.
const ROBOTS_SHARE_OF_WHOLE: u32 = 2;

/// Whether robots.txt is asked before a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RobotsPolicy {
    Obey,
    /// For sites whose owner allows it, such as one's own.
    Ignore,
}

/// What hosts have said in their robots.txt.
#[derive(Debug)]
pub(super) struct Manners {
    policy: RobotsPolicy,
    /// The product token that a robots.txt addresses us by.
    agent: String,
    limits: FetchLimits,
    /// By origin: scheme, host and port. Never locked across a wait.
    said: Mutex<HashMap<String, Said>>,
}

#[derive(Debug, Clone)]
struct Said {
    word: Word,
    until: Timestamp,
}

#[derive(Debug, Clone)]
enum Word {
    Rules(Arc<Rules>),
    /// RFC 9309, section 2.3.1.4: a robots.txt that cannot be read forbids everything.
    Closed(FetchError),
}

impl Manners {
    pub(super) fn new(policy: RobotsPolicy, agent: String, limits: &FetchLimits) -> Self {
        Self { policy, agent, limits: *limits, said: Mutex::default() }
    }

    /// Returns whether the page may be read, asking its host where its word is unknown or old.
    pub(super) async fn admit(
        &self,
        wire: &Wire,
        url: &Url,
        now: Timestamp,
    ) -> Result<(), FetchError> {
        match self.policy {
            RobotsPolicy::Ignore => return Ok(()),
            RobotsPolicy::Obey => {}
        }
        let word = match self.recall(url, now) {
            Some(word) => word,
            None => Box::pin(self.ask(wire, url, now)).await,
        };
        match word {
            Word::Rules(rules) if rules.allows(url) => Ok(()),
            Word::Rules(_) => {
                let by = Refusal::Robots { host: host(url).to_owned() };
                Err(FetchError::Refused { by })
            }
            Word::Closed(error) => Err(error),
        }
    }

    /// Returns the pause that a host asks for, as far as its robots.txt is known.
    pub(super) fn crawl_delay(&self, url: &Url, now: Timestamp) -> Option<Duration> {
        match self.recall(url, now)? {
            Word::Rules(rules) => rules.crawl_delay(),
            Word::Closed(_) => None,
        }
    }

    /// Asks a host for its robots.txt and remembers the answer.
    async fn ask(&self, wire: &Wire, url: &Url, now: Timestamp) -> Word {
        let whole = self.limits.whole / ROBOTS_SHARE_OF_WHOLE;
        let answer = within(whole, url, "no robots.txt from", self.read(wire, url, now)).await;
        let (word, age) = match answer.and_then(|read| read) {
            Ok(rules) => (Word::Rules(Arc::new(rules)), self.limits.robots_age),
            Err(error) => {
                let word = Word::Closed(closed(error, host(url)));
                (word, CLOSED_FOR.min(self.limits.robots_age))
            }
        };
        self.remember(url, &word, now + age, now);
        word
    }

    /// Fetches a host's rules. An `Err` closes the host.
    async fn read(&self, wire: &Wire, page: &Url, now: Timestamp) -> Result<Rules, FetchError> {
        let mut url = page.clone();
        url.set_path("/robots.txt");
        url.set_query(None);
        url.set_fragment(None);
        for _ in 0..=ROBOTS_REDIRECTS {
            let mut answer = wire.get(&url, "text/plain, */*;q=0.1", HeaderMap::new()).await?;
            let status = answer.status();
            if let Some(Hop { to, .. }) = hop(&answer, &url)? {
                url = to;
            } else if status.is_success() {
                let (Body::Whole(text) | Body::Cut(text)) =
                    wire.body(&mut answer, self.limits.robots_bytes).await?;
                return Ok(Rules::parse(&text, &self.agent));
            } else if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS {
                return Ok(Rules::default());
            } else {
                let asked = headers::retry_after(answer.headers(), now);
                return Err(failure(status, &url, asked, false));
            }
        }
        // Section 2.3.1.2: as if there were none.
        Ok(Rules::default())
    }

    fn recall(&self, url: &Url, now: Timestamp) -> Option<Word> {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let known = said.get(&*origin(url))?;
        (now < known.until).then(|| known.word.clone())
    }

    fn remember(&self, url: &Url, word: &Word, until: Timestamp, now: Timestamp) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if said.len() >= self.limits.robots_hosts {
            said.retain(|_, known| now < known.until);
        }
        if said.len() >= self.limits.robots_hosts {
            let oldest = said.iter().min_by_key(|(_, known)| known.until);
            if let Some(oldest) = oldest.map(|(origin, _)| origin.clone()) {
                said.remove(&oldest);
            }
        }
        said.insert(origin(url).into_owned(), Said { word: word.clone(), until });
    }
}

/// Says why a host is closed whose robots.txt could not be read.
fn closed(error: FetchError, host: &str) -> FetchError {
    let because = |reason| format!("robots.txt of {host} could not be read: {reason}");
    match error {
        // No page of this host may be asked for, either.
        FetchError::Refused { by: Refusal::Address(forbidden) } if forbidden.host == host => {
            Refusal::Address(forbidden).into()
        }
        FetchError::Later { pause, reason } => FetchError::Later { pause, reason: because(reason) },
        FetchError::Down { reason } => FetchError::down(because(reason)),
        error @ (FetchError::Refused { .. }
        | FetchError::Resting { .. }
        | FetchError::Gone { .. }
        | FetchError::Missing { .. }
        | FetchError::TooLarge { .. }
        | FetchError::Unreachable { .. }) => FetchError::unreachable(because(error.to_string())),
    }
}

/// Returns scheme, host and port.
fn origin(url: &Url) -> Cow<'_, str> {
    if url.username().is_empty() && url.password().is_none() {
        Cow::Borrowed(&url[..Position::BeforePath])
    } else {
        Cow::Owned(url.origin().ascii_serialization())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_said_holds_for_all_that_it_serves_and_for_no_other() {
        let check = |url: &str, expect: &str| {
            let url: Url = url.parse().unwrap();
            assert_eq!(origin(&url), expect, "{url}");
            assert_eq!(origin(&url), url.origin().ascii_serialization(), "{url}");
        };
        check("https://Thé.example/a?b#c", "https://xn--th-cja.example");
        check("http://a.example:80", "http://a.example");
        check("http://a.example:8080/", "http://a.example:8080");
        check("https://user:secret@a.example/", "https://a.example");
        check("https://user@a.example:444/", "https://a.example:444");
        check("http://[::1]:80/x", "http://[::1]");
    }
}
