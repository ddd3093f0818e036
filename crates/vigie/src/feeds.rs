//! Feeds of what was found, as feed readers fetch them. What an address has of its own is in the ledger as a
//! hash alone, but where a hub is told of the feed; it is shown once, and stands in no log.

mod memory;
mod push;

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use alert::{Copies, Feed as Written, FeedEntry, Mention, story_entry};
use anyhow::Result;
use chrono::TimeDelta;
use model::{FeedForm, ItemId, Locale, QueryName, Seq, StoredItem, Timestamp};
use sha2::{Digest, Sha256};
use store::{Feed, FeedOf, FoundStory, Ledger};
use tokio::sync::watch;
use tracing::{debug, error};
use url::Url;
use web::{Door, FeedAnswer, FeedAsked, Feeds, Refused};

use crate::clock;
use crate::config::Config;
use crate::served::refused;

use self::memory::{AsOf, Memory};
pub(crate) use self::push::Pusher;

/// Grows when the same findings are written in another way: a feed that is known by its marks is then new.
const EDITION: u32 = 2;
/// How often it is noted at most that a feed is fetched.
const NOTE_EVERY: TimeDelta = TimeDelta::minutes(1);
/// How often what is being changed meanwhile is read anew.
const READS_MAX: usize = 3;
/// What an address is known by.
pub(crate) fn secret(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Returns where the addresses of feeds begin.
pub(crate) fn base(door: &Door) -> Option<Url> {
    if let Some(url) = &door.public_url {
        return Some(url.clone());
    }
    let ip = match door.listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip @ (IpAddr::V4(_) | IpAddr::V6(_)) => ip,
    };
    format!("http://{}/", SocketAddr::new(ip, door.listen.port())).parse().ok()
}

pub(crate) fn address(base: &Url, token: &str, form: FeedForm) -> Result<Url> {
    Ok(base.join(&format!("f/{token}.{}", form.as_str()))?)
}

/// What a feed follows, as it is configured now.
pub(crate) struct Followed<'a> {
    name: &'a str,
    pub(crate) queries: &'a [QueryName],
    locale: Locale,
}

impl<'a> Followed<'a> {
    /// `None` where there is no such query or subscription any more.
    pub(crate) fn of(config: &'a Config, of: &'a FeedOf) -> Option<Self> {
        match of {
            FeedOf::Query(name) => {
                let (name, _) = config.queries.get_key_value(name)?;
                let follows = |queries: &[QueryName]| queries.contains(name);
                let mut told = config.subscriptions.iter().map(|one| &one.subscription);
                let locale = told.find(|one| follows(&one.queries)).map(|one| one.locale);
                Some(Self {
                    name: name.as_str(),
                    queries: std::slice::from_ref(name),
                    locale: locale.unwrap_or(Locale::English),
                })
            }
            FeedOf::Subscription(id) => {
                let mut all = config.subscriptions.iter().map(|one| &one.subscription);
                let one = all.find(|one| one.id == *id)?;
                Some(Self { name: id.as_str(), queries: &one.queries, locale: one.locale })
            }
        }
    }
}

/// Gives out feeds, over a connection to the ledger of its own.
pub(crate) fn feeds(ledger: Ledger, settings: watch::Receiver<Arc<Config>>, base: Url) -> Feeds {
    let desk = Mutex::new(Desk::new(ledger, base));
    Box::new(move |asked| {
        let config = settings.borrow().clone();
        let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
        desk.answer(&config, &asked, clock::now())
    })
}

struct Desk {
    ledger: Ledger,
    base: Url,
    memory: Memory,
}

impl Desk {
    fn new(ledger: Ledger, base: Url) -> Self {
        Self { ledger, base, memory: Memory::default() }
    }

    fn answer(
        &mut self,
        config: &Arc<Config>,
        asked: &FeedAsked,
        now: Timestamp,
    ) -> Result<FeedAnswer, Refused> {
        let Some(feed) = self.ledger.feed(&secret(&asked.token)).map_err(refused)? else {
            return Ok(FeedAnswer::Unknown);
        };
        if feed.revoked_at.is_some() {
            return Ok(FeedAnswer::Revoked);
        }
        let Some(followed) = Followed::of(config, &feed.of) else {
            return Ok(FeedAnswer::Unknown);
        };
        self.note(&feed, asked, now);
        let wished = (feed.number, asked.form, asked.limit, asked.before);
        for _ in 0..READS_MAX {
            let version = self.ledger.version_of_others().map_err(refused)?;
            let as_of = AsOf::new(version, config);
            if let Some(answer) = self.memory.unchanged_answer(wished, &as_of, asked, now) {
                return Ok(answer);
            }
            let found = self
                .ledger
                .found_stories(followed.queries, asked.before, asked.entries(), now)
                .map_err(refused)?;
            let frame = self.frame(config, &feed, &followed, asked, found.next)?;
            let state = state(config, &frame, &followed, &found.stories);
            let as_of = Some(as_of).filter(|_| !found.is_waiting);
            self.memory.know(wished, state, as_of, now);
            if let Some(answer) = self.memory.answer(wished, asked, now) {
                return Ok(answer);
            }
            let stories = &found.stories;
            let Some(entries) = self.entries(config, &followed, stories)? else { continue };
            let written = Written { updated: updated(&feed, &entries, stories), entries, ..frame };
            let body = written.write(asked.form).map_err(|error| {
                error!(feed = feed.number, "a feed could not be written: {error}");
                Refused::Failed
            })?;
            self.memory.keep(wished, body.into(), asked.coding)?;
            if let Some(answer) = self.memory.answer(wished, asked, now) {
                return Ok(answer);
            }
        }
        Err(Refused::Busy)
    }

    /// Notes now and then who fetches a feed. Where the ledger is in use, that can wait.
    fn note(&mut self, feed: &Feed, asked: &FeedAsked, now: Timestamp) {
        let is_noted = feed.forms.contains(&asked.form)
            && feed.fetched_at.is_some_and(|at| now - at < NOTE_EVERY);
        let agent = asked.agent.as_deref();
        if !is_noted
            && let Err(error) = self.ledger.note_feed_fetched(feed.number, asked.form, agent, now)
        {
            debug!(feed = feed.number, "it was not noted that it is fetched: {error}");
        }
    }

    /// The feed without its entries.
    fn frame(
        &self,
        config: &Config,
        feed: &Feed,
        followed: &Followed<'_>,
        asked: &FeedAsked,
        next: Option<Seq>,
    ) -> Result<Written, Refused> {
        let plain = address(&self.base, &asked.token, asked.form).map_err(|error| {
            error!(feed = feed.number, "its address can't be written: {error:#}");
            Refused::Failed
        })?;
        let this = with_wishes(&plain, asked.limit, asked.before);
        // A hub knows the feed by the address that has no wishes.
        let hub = config.hub.clone().filter(|_| feed.pushing.is_some() && this == plain);
        Ok(Written {
            id: self.id("feed", feed.number),
            title: format!("Vigie: {}", followed.name),
            updated: feed.created_at,
            locale: followed.locale,
            next: next.map(|next| with_wishes(&plain, asked.limit, Some(next))),
            this,
            hub,
            entries: Vec::new(),
        })
    }

    /// `None` where something was changed since the stories were read.
    fn entries(
        &self,
        config: &Config,
        followed: &Followed<'_>,
        stories: &[FoundStory],
    ) -> Result<Option<Vec<FeedEntry>>, Refused> {
        let ids: Vec<ItemId> = stories.iter().map(|story| story.item).collect();
        let items = self.ledger.items(&ids).map_err(refused)?;
        if items.len() != stories.len()
            || items.iter().zip(stories).any(|(item, story)| item.seq != story.seq)
        {
            return Ok(None);
        }
        let entry = |(item, story): (&StoredItem, &FoundStory)| {
            self.entry(item, story, followed.queries, &config.queries)
        };
        Ok(Some(items.iter().zip(stories).filter_map(entry).collect()))
    }

    fn entry(
        &self,
        item: &StoredItem,
        story: &FoundStory,
        followed: &[QueryName],
        queries: &BTreeMap<QueryName, query::Query>,
    ) -> Option<FeedEntry> {
        let mentions: Vec<Mention<'_>> = story
            .found_by
            .iter()
            .map(|(query, tone)| Mention {
                item,
                source: &story.source,
                queries: vec![query.clone()],
                story: story.item,
                tone: *tone,
                doubt: None,
                assigned: None,
            })
            .collect();
        let host = |copy: &store::FoundCopy| {
            let host = copy.url.as_ref().and_then(Url::host_str);
            host.map_or(copy.source.as_str(), |host| host.strip_prefix("www.").unwrap_or(host))
                .to_owned()
        };
        let mut hosts: Vec<String> = story.copies.iter().map(host).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let copies = Copies { count: story.copies.len(), hosts };
        Some(FeedEntry {
            id: self.id("mention", item.id.0),
            updated: if item.version > 1 { story.changed } else { item.first_seen },
            lang: item.item.lang.clone(),
            entry: story_entry(&mentions, copies, followed, queries)?,
            has_more_copies: story.has_more_copies,
        })
    }

    /// The name of a thing for ever, wherever we are reached (RFC 4151): this ledger's, which nobody else has.
    fn id(&self, kind: &str, number: u64) -> String {
        format!("tag:{}.vigie.invalid,2026:{kind}/{number}", self.ledger.uuid())
    }
}

/// Returns by what the state of a feed is known, all that it is made of, and what leads on from it.
fn state(
    config: &Config,
    frame: &Written,
    followed: &Followed<'_>,
    stories: &[FoundStory],
) -> (String, Vec<(&'static str, String)>) {
    let texts: Vec<Option<&str>> = followed
        .queries
        .iter()
        .map(|name| config.queries.get(name).map(query::Query::expanded))
        .collect();
    let parts = (EDITION, env!("CARGO_PKG_VERSION"), frame, followed.queries, texts, stories);
    let links = [("self", Some(&frame.this)), ("hub", frame.hub.as_ref())];
    let links = links.into_iter().filter_map(|(relation, url)| Some((relation, url?.to_string())));
    (hexadecimal(&format!("{parts:?}")), links.collect())
}

/// The address of a feed as it is asked for.
fn with_wishes(plain: &Url, limit: Option<usize>, before: Option<Seq>) -> Url {
    let limit = limit.map(|limit| format!("limit={limit}"));
    let before = before.map(|before| format!("before={before}"));
    let wishes: Vec<String> = limit.into_iter().chain(before).collect();
    let mut url = plain.clone();
    url.set_query(Some(wishes.join("&").as_str()).filter(|wishes| !wishes.is_empty()));
    url
}

fn updated(feed: &Feed, entries: &[FeedEntry], stories: &[FoundStory]) -> Timestamp {
    let found = stories.iter().map(|story| story.found_at);
    entries.iter().map(|entry| entry.updated).chain(found).max().unwrap_or(feed.created_at)
}

/// 128 bits of a text's hash.
fn hexadecimal(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    let half = hash.iter().take(16).fold(0_u128, |sum, byte| sum << 8 | u128::from(*byte));
    format!("{half:032x}")
}

#[cfg(test)]
mod tests;
