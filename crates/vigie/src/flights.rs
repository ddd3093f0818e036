//! Fetches under way, and for how many more there is room. Hosts whose last answer came promptly have
//! places of their own; a fetch that keeps us waiting gives its place up and waits apart. So a host that
//! never answers takes a place from others for a moment at most, and only where it has just begun.

use std::time::Duration;

use crawl::Cookies;
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use store::{DueSource, Room};
use tokio::time::timeout;

use crate::crawler::Brought;

/// A fetch that takes longer is waited for apart.
const PROMPT: Duration = Duration::from_secs(2);
/// So many times as many fetches as there are places may be waited for apart.
const WAITING_SHARE: usize = 4;

pub(crate) struct Flights {
    under_way: FuturesUnordered<BoxFuture<'static, Progress>>,
    /// How many may be under way at a time, of prompt hosts and of others.
    places: usize,
    prompt: usize,
    other: usize,
    waiting: usize,
}

/// Something happened to a fetch.
#[expect(clippy::large_enum_variant, reason = "one at a time, and gone at once")]
pub(crate) enum Landed {
    Arrived(Arrived),
    /// It is waited for apart: there may be room for another.
    Late,
}

/// A fetch that has ended.
pub(crate) struct Arrived {
    pub(crate) due: DueSource,
    pub(crate) brought: Brought,
    /// What the host has set so far in this round.
    pub(crate) cookies: Cookies,
    pub(crate) is_prompt: bool,
}

type Fetching = BoxFuture<'static, (Brought, Cookies)>;

#[expect(clippy::large_enum_variant, reason = "one at a time, and gone at once")]
enum Progress {
    Ended(Place, Arrived),
    Late(Place, DueSource, Fetching),
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Prompt,
    Other,
    Waiting,
}

impl Flights {
    pub(crate) fn new(places: usize) -> Self {
        let under_way = FuturesUnordered::new();
        Self { under_way, places, prompt: 0, other: 0, waiting: 0 }
    }

    /// Changes the number of places. What is under way ends all the same.
    pub(crate) fn resize(&mut self, places: usize) {
        self.places = places;
    }

    /// Returns how many more may start.
    pub(crate) fn room(&self) -> Room {
        // Others may all have to be waited for.
        let apart = (self.places * WAITING_SHARE).saturating_sub(self.waiting + self.other);
        Room {
            prompt: self.places.saturating_sub(self.prompt),
            other: self.places.saturating_sub(self.other).min(apart),
        }
    }

    pub(crate) fn start(&mut self, due: DueSource, mut fetching: Fetching) {
        let place = if due.host.is_prompt { Place::Prompt } else { Place::Other };
        *self.count(place) += 1;
        self.under_way.push(Box::pin(async move {
            match timeout(PROMPT, &mut fetching).await {
                Ok((brought, cookies)) => {
                    Progress::Ended(place, Arrived { due, brought, cookies, is_prompt: true })
                }
                Err(_elapsed) => Progress::Late(place, due, fetching),
            }
        }));
    }

    /// Waits for something to happen; `None` if nothing is under way.
    pub(crate) async fn next(&mut self) -> Option<Landed> {
        match self.under_way.next().await? {
            Progress::Ended(place, arrived) => {
                *self.count(place) -= 1;
                Some(Landed::Arrived(arrived))
            }
            Progress::Late(place, due, fetching) => {
                let place = self.set_apart(place);
                self.under_way.push(Box::pin(async move {
                    let (brought, cookies) = fetching.await;
                    Progress::Ended(place, Arrived { due, brought, cookies, is_prompt: false })
                }));
                Some(Landed::Late)
            }
        }
    }

    /// Moves a fetch from its place to those that are waited for, unless there are too many.
    fn set_apart(&mut self, place: Place) -> Place {
        if self.waiting >= self.places * WAITING_SHARE {
            return place;
        }
        *self.count(place) -= 1;
        self.waiting += 1;
        Place::Waiting
    }

    fn count(&mut self, place: Place) -> &mut usize {
        match place {
            Place::Prompt => &mut self.prompt,
            Place::Other => &mut self.other,
            Place::Waiting => &mut self.waiting,
        }
    }
}
