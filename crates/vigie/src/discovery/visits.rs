//! The requests of a search: few, polite, told as they are made.

use std::collections::HashSet;
use std::time::Duration;

use crawl::{FetchError, Fetched, Fetcher, Page};
use model::{Problem, Timestamp, Validators};
use tokio::time::sleep;
use url::Url;

use crate::config::Crawl;

/// Requests that one search may make, robots.txt of each host aside.
pub(crate) const VISITS_MAX: usize = 20;
/// How long a search may wait between requests, all together: some hosts ask for minutes.
const WAIT_MAX: Duration = Duration::from_mins(1);

/// The requests of one search.
pub(crate) struct Visits<'a> {
    fetcher: &'a Fetcher,
    crawl: &'a Crawl,
    now: Timestamp,
    asked: HashSet<Url>,
    made: usize,
    hosts: HashSet<String>,
    waited: Duration,
    /// Told of each request that was made, and what came of it.
    tell: fn(&Url, &str),
}

/// Why a page was not read.
#[derive(Debug)]
pub(crate) enum NotRead {
    /// It was asked for before, or the search may ask no more.
    NotAsked,
    Missing {
        reason: String,
    },
    Failed(FetchError),
}

impl<'a> Visits<'a> {
    pub(crate) fn new(
        fetcher: &'a Fetcher,
        crawl: &'a Crawl,
        now: Timestamp,
        tell: fn(&Url, &str),
    ) -> Self {
        Self {
            fetcher,
            crawl,
            now,
            asked: HashSet::new(),
            made: 0,
            hosts: HashSet::new(),
            waited: Duration::ZERO,
            tell,
        }
    }

    pub(crate) fn crawl(&self) -> &'a Crawl {
        self.crawl
    }

    /// Returns how many addresses were asked.
    pub(crate) fn asked(&self) -> usize {
        self.made
    }

    /// Asks for a page, once, after the pause that its host wants.
    pub(crate) async fn get(&mut self, url: &Url) -> Result<Page, NotRead> {
        if self.made >= VISITS_MAX || !self.asked.insert(url.clone()) {
            return Err(NotRead::NotAsked);
        }
        let is_first_of_host = self.hosts.insert(url.authority().to_owned());
        if !is_first_of_host {
            let asked = self.fetcher.crawl_delay(url, self.now).unwrap_or_default();
            let pause = self.crawl.host_pause.max(asked);
            self.waited += pause;
            if self.waited > WAIT_MAX {
                return Err(NotRead::NotAsked);
            }
            sleep(pause).await;
        }
        self.made += 1;
        match self.fetcher.fetch(url, &Validators::default(), self.now).await {
            Ok(Fetched::Page(page)) => {
                (self.tell)(url, "read");
                self.asked.insert(page.url.clone());
                Ok(page)
            }
            Ok(Fetched::Unchanged { .. }) => Err(NotRead::NotAsked),
            Err(error @ (FetchError::Missing { .. } | FetchError::Gone { .. })) => {
                (self.tell)(url, "not there");
                Err(NotRead::Missing { reason: error.to_string() })
            }
            Err(error) => {
                (self.tell)(url, &error.to_string());
                Err(NotRead::Failed(error))
            }
        }
    }
}

impl NotRead {
    /// Says what is wrong with the address that a person gave, and what may help.
    pub(crate) fn problem(&self, url: &Url) -> Problem {
        let (reason, hint) = match self {
            Self::NotAsked => return Problem::new(url.as_str(), "was not asked"),
            Self::Missing { reason } => (reason.clone(), "check the address in a browser"),
            Self::Failed(error) => (error.to_string(), hint(error)),
        };
        Problem::new(url.as_str(), reason).hint(hint)
    }
}

fn hint(error: &FetchError) -> &'static str {
    use crawl::Refusal;
    match error {
        FetchError::Refused { by: Refusal::Robots { .. } } => {
            "the site asks programs not to read it, and Vigie obeys; for your own site write \
             robots = \"ignore\" into [crawl]"
        }
        FetchError::Refused { by: Refusal::Server { .. } } => {
            "the site wants a login, or lets no programs in; it may have a public feed at another address"
        }
        FetchError::Refused { by: Refusal::Address(_) } => {
            "if this network is yours, write it into crawl.allow_addresses"
        }
        FetchError::Refused { .. } => "give an address that begins with https:// or http://",
        FetchError::Later { .. } | FetchError::Resting { .. } => {
            "the site wants fewer visits: try again later"
        }
        FetchError::Gone { .. } | FetchError::Missing { .. } => "check the address in a browser",
        FetchError::TooLarge { .. } => "raise crawl.body_mib_max, or give a smaller page",
        FetchError::Down { reason } if reason.starts_with("host not found") => {
            "check how the name is written, and whether this machine is online"
        }
        FetchError::Unreachable { .. } | FetchError::Down { .. } => {
            "see whether a browser reaches it from here, and try again"
        }
    }
}
