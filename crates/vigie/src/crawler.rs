//! Visits sources: claim, fetch, extract, match, record. Fetches run side by side, each from a host
//! of its own, so that a slow server holds up nobody else; only the ledger says what is due.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use crawl::{FetchError, Fetched, Fetcher, Page, PageContext, Presets, Reading, Unread, Usual};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use model::{Ailment, Item, Problem, SourceId, Timestamp, Validators};
use store::{
    DueSource, Finding, Found, Ledger, LedgerError, Outcome, RecordError, Recorded, Standing, Visit,
};
use url::Url;

use crate::config::Crawl;
use crate::learning::{Learning, Price};
use crate::sight::{self, Habits};
use crate::watchlist::Watchlist;

/// How long a source is ours at least, once claimed.
const LEASE_MIN: Duration = Duration::from_mins(10);
/// At the first visit, what is older than this is the source's past: counted, never alerted.
const NEWS_AGE_MAX: Duration = Duration::from_hours(48);

pub(crate) struct Crawler {
    ledger: Ledger,
    fetcher: Arc<Fetcher>,
    crawl: Crawl,
    watchlist: Watchlist,
    price: Price,
    in_flight: FuturesUnordered<BoxFuture<'static, Arrived>>,
}

/// A fetch that has ended.
pub(crate) struct Arrived {
    due: DueSource,
    fetched: Result<Fetched, FetchError>,
}

/// What one visit brought, for logs and for people who watch.
#[derive(Debug)]
pub(crate) struct VisitReport {
    pub(crate) source: SourceId,
    /// What was new, or why the visit failed.
    pub(crate) result: Result<Recorded, String>,
    pub(crate) problems: Vec<Problem>,
    pub(crate) next_check: Timestamp,
    pub(crate) turn: Option<Turn>,
}

/// How what is said of a source's health changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Turn {
    Trouble { ailment: Ailment, reason: String, since: Timestamp },
    Recovery { from: Ailment },
}

impl Crawler {
    pub(crate) fn new(ledger: Ledger, crawl: Crawl) -> Result<Self> {
        Ok(Self {
            watchlist: Watchlist::new(&ledger)?,
            ledger,
            fetcher: Arc::new(fetcher(&crawl)?),
            price: Price::default(),
            crawl,
            in_flight: FuturesUnordered::new(),
        })
    }

    /// Takes over a changed configuration. Fetches under way end under the former one.
    pub(crate) fn configure(&mut self, crawl: Crawl) -> Result<()> {
        self.fetcher = Arc::new(fetcher(&crawl)?);
        self.crawl = crawl;
        self.price = Price::default();
        Ok(())
    }

    /// Starts to fetch what is due, as far as there are free slots.
    pub(crate) fn start_due(&mut self, now: Timestamp) -> Result<()> {
        let free = self.crawl.parallel.saturating_sub(self.in_flight.len());
        if free == 0 {
            return Ok(());
        }
        // The lease outlives the time-out of the fetch, and other sources being recorded meanwhile.
        let lease = LEASE_MIN.max(self.crawl.limits.whole * 2);
        for due in self.ledger.claim_due_sources(now, free, lease)? {
            let fetcher = Arc::clone(&self.fetcher);
            self.in_flight.push(Box::pin(async move {
                let result = fetcher.fetch(due.url(), &due.validators, now).await;
                Arrived { due, fetched: result }
            }));
        }
        Ok(())
    }

    /// Returns when the next source may be visited.
    pub(crate) fn next_source_due(&self) -> Result<Option<Timestamp>> {
        Ok(self.ledger.next_source_due()?)
    }

    /// Waits for one fetch to end; `None` if none is under way.
    pub(crate) async fn next_arrived(&mut self) -> Option<Arrived> {
        self.in_flight.next().await
    }

    /// Reads what a fetch brought, matches it and writes all of it to the ledger at once.
    pub(crate) fn record(&mut self, arrived: Arrived, now: Timestamp) -> Result<VisitReport> {
        let Arrived { due, fetched } = arrived;
        let mut read = read(&due, fetched, &self.crawl.presets, now);
        let price = self.price.now(&self.ledger, &self.crawl, now)?;
        let crawl_delay = self.fetcher.crawl_delay(&due.source.url, now);
        let asked = crawl_delay.max(read.retry_after).unwrap_or_default();
        let recorded = loop {
            let learning =
                Learning { due: &due, read: &read, bounds: self.crawl.bounds, price, now };
            let visit = Visit {
                source: due.source.id.clone(),
                epoch: due.epoch,
                queries_version: self.watchlist.version(),
                outcome: self.outcome(&due, &read, now),
                // What it brings decides.
                next_check: now,
                host_pause: self.crawl.host_pause.max(asked),
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
                    if matches!(read.body, Body::Read { .. }) =>
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
                turn,
            });
        };
        let turn = turn(due.trouble, &concluded.standing);
        let next_check = if recorded.goes_on { now } else { concluded.next_check };
        let (result, problems) = match read.body {
            Body::Read { reading, .. } => (Ok(recorded), reading.problems),
            Body::Unchanged(_) => (Ok(recorded), Vec::new()),
            Body::None { reason, .. } => (Err(reason), Vec::new()),
        };
        Ok(VisitReport { source, result, problems, next_check, turn })
    }

    /// Matches what was read against every saved query.
    fn outcome(&mut self, due: &DueSource, read: &Read, now: Timestamp) -> Outcome {
        match &read.body {
            Body::None { reason, missing, .. } => Outcome::Failed {
                reason: reason.clone(),
                missing: *missing,
                ends_round: read.retry_after.is_some(),
            },
            Body::Unchanged(validators) => {
                Outcome::Unchanged { validators: validators.clone(), budget: self.crawl.pages }
            }
            Body::Read { reading, validators, moved_to, .. } => Outcome::Read {
                items: reading
                    .items
                    .iter()
                    .map(|item| Found {
                        hits: self.watchlist.find(item),
                        finding: finding(due, item, now),
                        item: item.clone(),
                    })
                    .collect(),
                problems: reading.problems.clone(),
                validators: validators.clone(),
                moved_to: moved_to.clone(),
                sight: sight::sight(due, reading, self.crawl.pages),
            },
        }
    }
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
    Fetcher::new(&crawl.limits, &crawl.user_agent, crawl.robots)
        .context("failed to set up requests")
}

/// What a visit brought, before it is matched.
pub(crate) struct Read {
    pub(crate) body: Body,
    pub(crate) fresh_for: Option<Duration>,
    pub(crate) retry_after: Option<Duration>,
}

#[expect(clippy::large_enum_variant, reason = "one at a time, and gone within the visit")]
pub(crate) enum Body {
    Read {
        reading: Reading,
        validators: Validators,
        moved_to: Option<Url>,
        /// Where it was found.
        place: Url,
    },
    Unchanged(Validators),
    /// Nothing that could be read, and why.
    None {
        reason: String,
        ailment: Ailment,
        /// The site says that there is no such page.
        missing: bool,
    },
}

fn read(
    due: &DueSource,
    fetched: Result<Fetched, FetchError>,
    presets: &Presets,
    now: Timestamp,
) -> Read {
    let mut retry_after = None;
    let (body, fresh_for) = match fetched {
        Ok(Fetched::Page(page)) => {
            let fresh_for = page.fresh_for;
            (read_page(due, page, presets, now), fresh_for)
        }
        Ok(Fetched::Unchanged { validators, fresh_for }) => {
            (Body::Unchanged(validators), fresh_for)
        }
        Err(error) => {
            if let FetchError::Later { pause, .. } = &error {
                retry_after = Some(*pause);
            }
            let missing = matches!(error, FetchError::Missing { .. } | FetchError::Gone { .. });
            let ailment = Ailment::from(&error);
            (Body::None { reason: error.to_string(), ailment, missing }, None)
        }
    };
    Read { body, fresh_for, retry_after }
}

/// Reads a page. One that is nothing to read counts as a failed visit, so that it is said aloud.
fn read_page(due: &DueSource, page: Page, presets: &Presets, now: Timestamp) -> Body {
    let known = Habits::of(due);
    let context = PageContext {
        url: &page.url,
        content_type: page.content_type.as_deref(),
        fetched_at: now,
        source: &due.source,
        presets,
        link: page.link.as_deref(),
        dates: known.dates,
    };
    let reading = catch_unwind(AssertUnwindSafe(|| crawl::read(&page.body, &context)));
    // A page that the reader can't cope with costs its own source one visit.
    let Ok(mut reading) = reading else {
        return Body::failed("the reader failed on this page");
    };
    if reading.feed.is_none() && reading.page.is_none() {
        let reason = reading.problems.last().map_or("not a feed", |problem| &problem.message);
        let missing = reading.unread == Some(Unread::NotFound);
        let (mut ailment, mut reason) = (Ailment::Unreadable, reason.to_owned());
        if let Some(unread) = reading.unread {
            ailment = unread.into();
        }
        if let Some(place) = strange_place(due, &page.url) {
            ailment = Ailment::MovedAway;
            reason = format!("it leads to {place} now: {reason}");
        }
        return Body::None { reason, ailment, missing };
    }
    if reading.page.is_some() && due.page.is_none() && known.is_feed {
        let reason = match strange_place(due, &page.url) {
            Some(place) => format!("this was a feed, and leads to the web page {place} now"),
            None => "this was a feed, and is a web page now".to_owned(),
        };
        return Body::None { reason, ailment: Ailment::MovedAway, missing: false };
    }
    // An item that says nothing is told as a problem of the feed; there is nothing of it to keep.
    reading.items.retain(|item| !item.is_silent());
    if reading.page.as_ref().is_some_and(|page| page.topics.is_empty()) {
        reading.items.iter_mut().for_each(|item| sight::belong(item, due));
    }
    let Page { url: place, validators, moved_to, .. } = page;
    Body::Read { reading, validators, moved_to, place }
}

impl Body {
    fn failed(reason: &str) -> Self {
        Self::None { reason: reason.to_owned(), ailment: Ailment::Unreadable, missing: false }
    }
}

/// Says where the source's own page was found, if that is another place than ever.
fn strange_place(due: &DueSource, place: &Url) -> Option<String> {
    let usual = Usual::from_json(&due.learnt.usual);
    if due.page.is_some() { None } else { usual.strange_place(place) }
}

/// Tells news from the past that a source, or a page that it leads to, brings along at its first visit.
/// An item without a date counts as news: better told once too often than never.
fn finding(due: &DueSource, item: &Item, now: Timestamp) -> Finding {
    let in_first_visit = match &due.page {
        None => due.first_read.is_none(),
        Some(page) => !page.was_read,
    };
    finding_of(in_first_visit, item.published.or(item.updated), now)
}

pub(crate) fn finding_of(
    in_first_visit: bool,
    dated: Option<Timestamp>,
    now: Timestamp,
) -> Finding {
    let old = dated.is_some_and(|dated| dated < now - NEWS_AGE_MAX);
    if in_first_visit && old { Finding::History } else { Finding::Live }
}
