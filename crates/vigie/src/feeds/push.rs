//! Tells a hub (WebSub) that there is something new in feeds: once for all that is found within a minute, and
//! again where it could not be told. What it knows is in the ledger, so that a restart changes nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use anyhow::Result;
use chrono::TimeDelta;
use crawl::{FetchError, Fetcher};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use model::{FeedForm, Seq, Timestamp};
use store::{Feed, Ledger, Pushing};
use tracing::{info, warn};
use url::{Url, form_urlencoded};

use super::{Followed, address};
use crate::config::{Config, Crawl};
use crate::crawler::fetcher;

/// How many feeds the hub is told of at a time.
const PUSHES_MAX: usize = 4;
/// How long the hub is not told again of a feed.
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// The longest pause after a failure; each is twice as long as the one before.
const PAUSE_MAX: TimeDelta = TimeDelta::hours(1);
/// How often a feed is looked at while nothing is stored: what was found may have been read meanwhile.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(20);
/// How much of what it said is kept, in characters.
const REASON_CHARS_MAX: usize = 200;

pub(crate) struct Pusher {
    ledger: Ledger,
    fetcher: Arc<Fetcher>,
    /// What the addresses of feeds begin with.
    base: Url,
    in_flight: FuturesUnordered<BoxFuture<'static, ToldHub>>,
    flying: HashSet<u64>,
    /// Where the log ended when a feed was last looked at, and when that was.
    looked: HashMap<u64, (Seq, Timestamp)>,
}

/// What a hub answered, or did not.
pub(crate) struct ToldHub {
    feed: u64,
    upto: Seq,
    failures: u32,
    token: String,
    result: Result<(), FetchError>,
}

impl Pusher {
    pub(crate) fn new(ledger: Ledger, crawl: &Crawl, base: Url) -> Result<Self> {
        Ok(Self {
            ledger,
            fetcher: Arc::new(fetcher(crawl)?),
            base,
            in_flight: FuturesUnordered::new(),
            flying: HashSet::new(),
            looked: HashMap::new(),
        })
    }

    /// Takes over a changed configuration.
    pub(crate) fn configure(&mut self, crawl: &Crawl) -> Result<()> {
        self.fetcher = Arc::new(fetcher(crawl)?);
        Ok(())
    }

    /// Tells the hub of the feeds that have something new, as far as there is room.
    pub(crate) fn push_due(&mut self, config: &Config, now: Timestamp) -> Result<()> {
        let Some(hub) = &config.hub else { return Ok(()) };
        if self.in_flight.len() >= PUSHES_MAX {
            return Ok(());
        }
        let head = self.ledger.head()?;
        for feed in self.ledger.feeds_to_push(now)? {
            if self.in_flight.len() >= PUSHES_MAX {
                break;
            }
            let Feed { number, forms, pushing: Some(pushing), .. } = &feed else { continue };
            let Some(followed) = Followed::of(config, &feed.of) else { continue };
            if self.flying.contains(number) {
                continue;
            }
            let is_fresh = |(upto, at): &(Seq, Timestamp)| {
                *upto == head && *at <= now && now - *at < LOOK_AGAIN
            };
            if self.looked.get(number).is_some_and(is_fresh) {
                continue;
            }
            self.looked.insert(*number, (head, now));
            let found = self.ledger.found_since(followed.queries, pushing.pushed, now)?;
            if let Some(upto) = found {
                self.start(*number, hub, pushing, forms, upto, now)?;
            }
        }
        Ok(())
    }

    fn start(
        &mut self,
        feed: u64,
        hub: &Url,
        pushing: &Pushing,
        forms: &[FeedForm],
        upto: Seq,
        now: Timestamp,
    ) -> Result<()> {
        let said: Vec<String> = forms
            .iter()
            .map(|form| Ok(said(&address(&self.base, &pushing.token, *form)?)))
            .collect::<Result<_>>()?;
        let (fetcher, hub) = (Arc::clone(&self.fetcher), hub.clone());
        let (failures, token) = (pushing.failures, pushing.token.clone());
        self.flying.insert(feed);
        self.in_flight.push(Box::pin(async move {
            let mut result = Ok(());
            for said in said {
                result = fetcher.post_form(&hub, &said, now).await;
                if result.is_err() {
                    break;
                }
            }
            ToldHub { feed, upto, failures, token, result }
        }));
        Ok(())
    }

    /// Waits for one answer; `None` if none is to come.
    pub(crate) async fn next_told(&mut self) -> Option<ToldHub> {
        self.in_flight.next().await
    }

    /// Notes what the hub answered.
    pub(crate) fn settle(&mut self, told: &ToldHub, now: Timestamp) -> Result<()> {
        let ToldHub { feed, upto, failures, token, result } = told;
        self.flying.remove(feed);
        match result {
            Ok(()) => {
                info!(feed, "the hub was told what is new");
                self.ledger.note_pushed(*feed, *upto, now + PAUSE)?;
            }
            Err(error) => {
                // A hub may well repeat what it was told.
                let reason: String = error.to_string().replace(token, "…");
                let reason: String = reason.chars().take(REASON_CHARS_MAX).collect();
                warn!(feed, reason, "the hub could not be told what is new");
                let next = now + pause_after(*failures, error);
                self.ledger.note_not_pushed(*feed, &reason, next)?;
            }
        }
        Ok(())
    }
}

/// What a publisher says. The Recommendation leaves it open; hubs ask for one of the two names of an address.
fn said(topic: &Url) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("hub.mode", "publish")
        .append_pair("hub.url", topic.as_str())
        .append_pair("hub.topic", topic.as_str())
        .finish()
}

/// Says how long to wait after so many failures before this one; as long as the hub asks for, if it does.
fn pause_after(failures: u32, error: &FetchError) -> TimeDelta {
    let ours = (PAUSE * 2_i32.pow(failures.min(10))).min(PAUSE_MAX);
    let FetchError::Later { pause: Some(theirs), .. } = error else { return ours };
    TimeDelta::from_std(*theirs).map_or(PAUSE_MAX, |theirs| theirs.clamp(ours, TimeDelta::days(1)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_a_hub_may_ask_for_more() {
        let later = |pause| FetchError::Later { pause, reason: "no answer".to_owned() };
        let minutes = |failures| pause_after(failures, &later(None)).num_minutes();
        assert_eq!([0, 1, 2, 5, 6, 99].map(minutes), [1, 2, 4, 32, 60, 60]);
        let asked = |hours| pause_after(0, &later(Some(Duration::from_hours(hours)))).num_hours();
        assert_eq!((asked(2), asked(99)), (2, 24));
    }

    #[test]
    fn a_hub_is_told_the_whole_address() {
        let topic = "https://vigie.example/f/abc.atom".parse().unwrap();
        let address = "https%3A%2F%2Fvigie.example%2Ff%2Fabc.atom";
        let expect = format!("hub.mode=publish&hub.url={address}&hub.topic={address}");
        assert_eq!(said(&topic), expect);
    }
}
