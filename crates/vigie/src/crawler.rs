//! Visits sources: claim, fetch, extract, match, record. Fetches run side by side, each from a host
//! of its own, so that a slow server holds up nobody else; only the ledger says what is due.

mod live;
mod pushed;
mod reading;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use crawl::stream::{Platform, Stream};
use crawl::{Answer, Answered, Cookies, FetchLimits, Fetcher, Passed, Reading, Turns, Way};
use enrich::language::Languages;
use model::{Ailment, Host, Item, Problem, SourceId, Timestamp};
use store::{
    DueSource, Finding, Found, Ledger, LedgerError, Outcome, RecordError, Recorded, Room, Sight,
    Standing, Visit,
};

use self::live::Heard;
pub(crate) use self::reading::{Body, Read};
use self::reading::{Readers, read};
use crate::config::Crawl;
use crate::flights::{Arrived, Flights, Landed};
use crate::learning::{Learning, Price};
use crate::sight::{self, Topics};
use crate::watchlist::Watchlist;

/// How long a source is ours at least, once claimed.
const LEASE_MIN: Duration = Duration::from_mins(10);
/// What is older than this when a source is first read is its past: counted, never alerted.
const NEWS_AGE_MAX: Duration = Duration::from_hours(48);

pub(crate) struct Crawler {
    ledger: Ledger,
    fetcher: Arc<Fetcher>,
    /// When hosts are free that redirects may lead to.
    turns: Arc<Turns>,
    /// Whether it was told which hosts rest.
    knows_rests: bool,
    crawl: Crawl,
    watchlist: Watchlist,
    languages: Languages,
    price: Price,
    flights: Flights,
    /// Of the sources whose rounds are under way.
    cookies: HashMap<SourceId, Cookies>,
    /// The connections of sources that stream, while nobody listens.
    streams: HashMap<SourceId, Stream>,
}

/// What a fetch has brought.
#[expect(clippy::large_enum_variant, reason = "one at a time, and gone with the visit")]
pub(crate) enum Brought {
    /// With the other hosts that were asked on the way.
    Page(Answered, Way),
    Said(Heard),
}

/// What one visit brought, for logs and for people who watch.
#[derive(Debug)]
pub(crate) struct VisitReport {
    pub(crate) source: SourceId,
    /// What was new, or why the visit failed.
    pub(crate) result: Result<Recorded, String>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) next_check: Timestamp,
    /// It came by itself: nobody went there.
    pub(crate) is_live: bool,
    pub(crate) turn: Option<Turn>,
}

/// How what is said of a source's health changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    Trouble { ailment: Ailment, reason: String, since: Timestamp },
    Recovery { from: Ailment },
}

impl Brought {
    /// Says what it tells of the host.
    fn answer(&self, is_prompt: bool) -> Answer {
        match self {
            // Who leads elsewhere has answered.
            Self::Page(_, way) if !way.passed().is_empty() => Answer::Given { is_prompt },
            Self::Page(Answered { fetched: Err(error), .. }, _)
            | Self::Said(Heard { result: Err(error), .. }) => error.answer(is_prompt),
            Self::Page(..) => Answer::Given { is_prompt },
            // It speaks when it has something to say.
            Self::Said(_) => Answer::Given { is_prompt: true },
        }
    }
}

impl Crawler {
    pub(crate) fn new(ledger: Ledger, crawl: Crawl) -> Result<Self> {
        let turns = Arc::<Turns>::default();
        Ok(Self {
            watchlist: Watchlist::new(&ledger)?,
            languages: Languages::default(),
            ledger,
            fetcher: Arc::new(fetcher(&crawl)?.with_turns(Arc::clone(&turns))),
            turns,
            knows_rests: false,
            flights: Flights::new(crawl.parallel),
            cookies: HashMap::new(),
            price: Price::default(),
            crawl,
            streams: HashMap::new(),
        })
    }

    /// Takes over a changed configuration. Fetches under way end under the former one.
    pub(crate) fn configure(&mut self, crawl: Crawl) -> Result<()> {
        self.fetcher = Arc::new(fetcher(&crawl)?.with_turns(Arc::clone(&self.turns)));
        self.flights.resize(crawl.parallel);
        self.crawl = crawl;
        // What is no longer declared must not stay open.
        self.streams.clear();
        self.price = Price::default();
        Ok(())
    }

    /// Starts to fetch what is due, as far as there are free slots.
    pub(crate) fn start_due(&mut self, now: Timestamp) -> Result<()> {
        let room = self.flights.room();
        if room == (Room { prompt: 0, other: 0 }) {
            return Ok(());
        }
        if !self.knows_rests {
            for (host, rest) in self.ledger.rests(now)? {
                self.turns.note(&host, now, Some(&rest), now);
            }
            self.knows_rests = true;
        }
        // The lease outlives the time-out of the fetch, and other sources being recorded meanwhile.
        let lease = LEASE_MIN.max(self.crawl.limits.whole * 2);
        for mut due in self.ledger.claim_due_sources(now, room, lease)? {
            // Who is led there by another waits.
            self.turns.note(&due.host_name, now + self.crawl.host_pause, None, now);
            if live::prepare(&mut due).is_some() {
                self.start_listening(due, now);
            } else {
                self.start_fetching(due, now);
            }
        }
        Ok(())
    }

    fn start_listening(&mut self, due: DueSource, now: Timestamp) {
        let fetcher = Arc::clone(&self.fetcher);
        let open = self.streams.remove(&due.source.id);
        let access = self.crawl.access_of(&due.source);
        let (url, cursor) = (due.source.url.clone(), due.validators.etag.clone());
        let listening = async move {
            let (cursor, access) = (cursor.as_deref(), access.as_deref());
            let heard = live::listen(&fetcher, &url, cursor, open, access, now).await;
            (Brought::Said(heard), Cookies::default())
        };
        self.flights.start(due, Box::pin(listening));
    }

    fn start_fetching(&mut self, due: DueSource, now: Timestamp) {
        let fetcher = Arc::clone(&self.fetcher);
        let access = self.crawl.access_of(&due.source);
        let (url, known) = (due.url().clone(), due.validators.clone());
        // A round begins with the source's own page.
        let cookies = self.cookies.remove(&due.source.id).filter(|_| due.page.is_some());
        let mut cookies = cookies.unwrap_or_default();
        let fetching = async move {
            let mut way = Way::default();
            let answered = if let Some(access) = &access {
                fetcher.ask(&url, &known, access, now).await
            } else {
                let page = fetcher.fetch_in_round(&url, &known, &mut cookies, &mut way, now).await;
                Answered { fetched: page, pause: None }
            };
            (Brought::Page(answered, way), cookies)
        };
        self.flights.start(due, Box::pin(fetching));
    }

    /// Returns when the next source may be visited.
    pub(crate) fn next_source_due(&self) -> Result<Option<Timestamp>> {
        Ok(self.ledger.next_source_due()?)
    }

    /// Waits for a fetch to end or to be late; `None` if none is under way.
    pub(crate) async fn next_landed(&mut self) -> Option<Landed> {
        self.flights.next().await
    }

    /// Reads what a fetch brought, matches it and writes all of it to the ledger at once.
    pub(crate) fn record(&mut self, arrived: Arrived, now: Timestamp) -> Result<VisitReport> {
        let Arrived { due, brought, cookies, is_prompt } = arrived;
        let answer = brought.answer(is_prompt);
        let readers = self.readers();
        let mut passed = Vec::new();
        let (mut read, pause, stream) = match brought {
            Brought::Page(Answered { fetched, pause }, way) => {
                let mut read = read(&due, fetched, readers, now);
                passed = self.passed(&way, is_prompt, now)?;
                read.retry_after = read.retry_after.or_else(|| asked_elsewhere(&way, &passed, now));
                (read, pause, None)
            }
            Brought::Said(Heard { result, stream }) => {
                (live::read(&due, result, readers, now), None, stream)
            }
        };
        let is_live = Platform::of(&due.source.url).is_some();
        // To listen is no request.
        let spent = if is_live { None } else { self.spend(&due, now)? };
        // To listen on is no visit.
        let host = match &stream {
            Some(_) => due.host.clone(),
            None => self.remembered(&due, &answer, pause.max(spent), now),
        };
        if let (Answer::Later { .. }, Some(rest)) = (&answer, &host.rest) {
            read.retry_after = (rest.until - now).to_std().ok();
        }
        let again = is_live.then(|| live::next_check(&due, &read, stream.as_ref(), now));
        // While a hub pushes what is new, visits only see to it that it does.
        let is_pushed = self.ledger.is_pushed(&due.source.id, now)?;
        let price = self.price.now(&self.ledger, &self.crawl, now)?;
        let crawl_delay = self.fetcher.crawl_delay(due.url(), now);
        let asked = crawl_delay.max(pause).max(spent).unwrap_or_default();
        let recorded = loop {
            let learning = Learning {
                due: &due,
                read: &read,
                bounds: self.crawl.bounds,
                price,
                is_pushed,
                again,
                now,
            };
            let visit = Visit {
                source: due.source.id.clone(),
                epoch: due.epoch,
                queries_version: self.watchlist.version(),
                outcome: self.outcome(&due, &read, now),
                // What it brings decides.
                next_check: now,
                host_pause: match &stream {
                    Some(_) => Duration::ZERO,
                    None => self.crawl.host_pause.max(asked),
                },
                host: host.clone(),
                passed: passed.clone(),
            };
            let conclude = |news: &store::News| learning.conclude(news);
            match self.ledger.record_concluded(&visit, conclude, now) {
                // The queries changed while the page was under way: match it again.
                Err(RecordError::QueriesChanged) => {
                    self.watchlist.follow(&self.ledger)?;
                }
                Err(RecordError::Stale { .. }) => break None,
                // What the ledger can't hold must not be fetched again and again, nor end the crawler.
                Err(RecordError::Ledger(LedgerError::Failed(error)))
                    if matches!(read.body, Body::Read { .. } | Body::Said { .. }) =>
                {
                    let reason = format!("what it says could not be kept: {error}");
                    read.body = Body::failed(&reason);
                }
                Err(RecordError::Ledger(error)) => return Err(error.into()),
                Ok(recorded) => break Some(recorded),
            }
        };
        if recorded.as_ref().is_some_and(|(recorded, _)| recorded.new + recorded.changed > 0) {
            self.watchlist.learn(&self.ledger)?;
        }
        let source = due.source.id;
        let Some((recorded, concluded)) = recorded else {
            let reason = "was declared anew, or claimed by another, meanwhile".to_owned();
            let (problems, turn) = (Vec::new(), None);
            return Ok(VisitReport {
                source,
                result: Err(reason),
                problems,
                next_check: now,
                is_live: false,
                turn,
            });
        };
        if recorded.goes_on {
            self.cookies.insert(source.clone(), cookies);
        }
        // Who did not record what was said hears it again, over another connection.
        if let (Some(stream), Body::Said { .. }) = (stream, &read.body) {
            self.streams.insert(source.clone(), stream);
        }
        let turn = turn(due.trouble, &concluded.standing);
        let next_check = if recorded.goes_on { now } else { concluded.next_check };
        let (result, problems) = match read.body {
            Body::Read { reading, .. } | Body::Said { reading: Some(reading), .. } => {
                (Ok(recorded), reading.problems)
            }
            Body::Said { .. } | Body::Unchanged(_) => (Ok(recorded), Vec::new()),
            Body::None { reason, .. } => (Err(reason), Vec::new()),
        };
        Ok(VisitReport { source, result, problems, next_check, is_live, turn })
    }

    fn readers(&self) -> Readers<'_> {
        Readers { presets: &self.crawl.presets, languages: &self.languages }
    }

    /// Returns what to remember of the host that a visit set out for. `quota` is how long it allows no other
    /// request.
    fn remembered(
        &self,
        due: &DueSource,
        answer: &Answer,
        quota: Option<Duration>,
        now: Timestamp,
    ) -> Host {
        let (name, pages_a_day) = (&due.host_name, self.crawl.pages_a_day);
        let host = crawl::after_visit(&due.host, name, answer, pages_a_day, now);
        let host = crawl::after_quota(host, name, quota, now);
        self.turns.note(name, now + self.crawl.host_pause, host.rest.as_ref(), now);
        host
    }

    /// Returns what to remember of the hosts that a visit was led to.
    fn passed(&self, way: &Way, is_prompt: bool, now: Timestamp) -> Result<Vec<(String, Host)>> {
        let mut passed = Vec::new();
        for Passed { host: name, answer } in way.passed() {
            let answer = match answer {
                Answer::Given { .. } => Answer::Given { is_prompt },
                Answer::Later { .. } | Answer::Missing { .. } | Answer::Unasked => answer.clone(),
            };
            let known = self.ledger.host(name)?;
            let host = crawl::after_visit(&known, name, &answer, self.crawl.pages_a_day, now);
            self.turns.note(name, now + self.crawl.host_pause, host.rest.as_ref(), now);
            passed.push((name.clone(), host));
        }
        Ok(passed)
    }

    /// Counts a request to a platform that asks of all not to come more often than so; returns how long
    /// to leave it alone.
    fn spend(&mut self, due: &DueSource, now: Timestamp) -> Result<Option<Duration>> {
        let access = self.crawl.access_of(&due.source);
        let Some(allowance) = access.and_then(|access| access.allowance_at(due.url())) else {
            return Ok(None);
        };
        Ok(Some(self.ledger.spend(&due.source.id, allowance, now)?))
    }

    /// Returns how many further pages of a source are read in one round.
    fn budget(&self, due: &DueSource) -> u32 {
        let own = self.crawl.access.get(&due.source.id).and_then(|access| access.pages());
        own.map_or(self.crawl.pages, |own| own.min(self.crawl.pages))
    }

    /// Of what a platform finds, the answers are read only where its preset says so: each costs a request.
    fn topics(&self, due: &DueSource) -> Topics {
        let access = self.crawl.access.get(&due.source.id);
        if access.is_none_or(|access| access.follows()) { Topics::Follow } else { Topics::Leave }
    }

    /// Matches what was read against every saved query.
    fn outcome(&mut self, due: &DueSource, read: &Read, now: Timestamp) -> Outcome {
        match &read.body {
            Body::None { reason, missing, .. } => Outcome::Failed {
                reason: reason.clone(),
                missing: *missing,
                ends_round: read.retry_after.is_some(),
            },
            Body::Said { reading, removed, validators } => Outcome::Read {
                items: reading.as_ref().map_or_else(Vec::new, |reading| {
                    let mut found = self.found(due, reading, now);
                    found.retain(|found| !found.hits.is_empty());
                    found
                }),
                problems: Vec::new(),
                validators: validators.clone(),
                moved_to: None,
                sight: Sight { removed: removed.clone(), ..Sight::default() },
            },
            Body::Unchanged(validators) => {
                Outcome::Unchanged { validators: validators.clone(), budget: self.budget(due) }
            }
            Body::Read { reading, validators, moved_to, offer, languages, .. } => Outcome::Read {
                items: self.found(due, reading, now),
                problems: reading.problems.clone(),
                validators: validators.clone(),
                moved_to: moved_to.clone(),
                sight: Sight {
                    offer: offer.clone(),
                    ..sight::sight(due, reading, languages, self.budget(due), self.topics(due))
                },
            },
        }
    }

    fn found(&mut self, due: &DueSource, reading: &Reading, now: Timestamp) -> Vec<Found> {
        let found = reading.items.iter().map(|item| Found {
            hits: self.watchlist.find(item),
            finding: finding(due, item, now),
            item: item.clone(),
        });
        found.collect()
    }
}

/// Returns how long the host asks to be left alone where a visit was led at last.
fn asked_elsewhere(way: &Way, passed: &[(String, Host)], now: Timestamp) -> Option<Duration> {
    let Some(Passed { answer: Answer::Later { .. }, .. }) = way.passed().last() else {
        return None;
    };
    let rest = passed.last()?.1.rest.as_ref()?;
    (rest.until - now).to_std().ok()
}

/// Tells whether what is said of a source's health is another thing now.
fn turn(before: Option<Ailment>, standing: &Standing) -> Option<Turn> {
    match (before, standing) {
        (Some(from), Standing::Well) => Some(Turn::Recovery { from }),
        (before, Standing::Trouble { ailment, reason, since }) if before != Some(*ailment) => {
            Some(Turn::Trouble { ailment: *ailment, reason: reason.clone(), since: *since })
        }
        (_, Standing::Well | Standing::Doubtful | Standing::Trouble { .. }) => None,
    }
}

/// Sets up requests with the configuration's limits and manners.
pub(crate) fn fetcher(crawl: &Crawl) -> Result<Fetcher> {
    let (guard, authorities) = (crawl.guard.clone(), crawl.authorities.clone());
    let limits = FetchLimits { host_pause: crawl.host_pause, ..crawl.limits };
    Fetcher::new(&limits, &crawl.user_agent, crawl.robots, guard, authorities)
        .context("failed to set up requests")
}

/// Tells news from the past that a source, or a page that it leads to, brings along at its first visit.
/// An item without a date counts as news: better told once too often than never.
fn finding(due: &DueSource, item: &Item, now: Timestamp) -> Finding {
    let in_first_visit = match &due.page {
        None => due.first_read.is_none(),
        Some(page) => !page.was_read,
    };
    let dated = item.published.or(item.updated);
    let leads_back = due.page.as_ref().is_some_and(|page| page.leads_back);
    if leads_back && dated.is_none() {
        return Finding::History;
    }
    finding_of(in_first_visit.then(|| due.first_read.unwrap_or(now)), dated)
}

/// `first_read` is when a source was first read; `None` for what cannot be its past.
pub(crate) fn finding_of(first_read: Option<Timestamp>, dated: Option<Timestamp>) -> Finding {
    let past = first_read.zip(dated).is_some_and(|(read, dated)| dated < read - NEWS_AGE_MAX);
    if past { Finding::History } else { Finding::Live }
}

#[cfg(test)]
mod tests;
