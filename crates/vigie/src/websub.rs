//! Feeds that hubs push: asks hubs, hears them, and keeps what they push for the crawler. What is said to
//! whom and when is `crawl::websub`'s to say; what was agreed is in the ledger.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use crawl::websub::{Mode, Notice};
use crawl::{FetchError, Fetcher, websub};
use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use model::Timestamp;
use store::{HubAsk, HubState, Kept, Ledger, LedgerError};
use tokio::sync::Notify;
use tracing::{debug, info, warn};
use url::Url;
use web::{Delivered, Delivery, Notified, Push};

use crate::clock;
use crate::config::Crawl;
use crate::crawler::fetcher;
use crate::served::refused;

/// How many hubs are asked at a time.
const ASKS_MAX: usize = 8;
/// Bytes that nobody can guess, for the name of a callback and for a secret. Both are written in
/// hexadecimal; a hub takes a secret of less than 200 bytes.
const DRAWN_BYTES: usize = 32;

/// Puts questions to hubs.
pub(crate) struct Subscriber {
    ledger: Ledger,
    fetcher: Arc<Fetcher>,
    host_pause: Duration,
    /// What callbacks begin with.
    callbacks: Url,
    in_flight: FuturesUnordered<BoxFuture<'static, Answered>>,
}

/// A question that a hub has answered, or not.
pub(crate) struct Answered {
    ask: HubAsk,
    result: Result<(), FetchError>,
}

impl Subscriber {
    pub(crate) fn new(ledger: Ledger, crawl: &Crawl, callbacks: Url) -> Result<Self> {
        let fetcher = Arc::new(fetcher(crawl)?);
        let in_flight = FuturesUnordered::new();
        Ok(Self { ledger, fetcher, host_pause: crawl.host_pause, callbacks, in_flight })
    }

    /// Takes over a changed configuration.
    pub(crate) fn configure(&mut self, crawl: &Crawl) -> Result<()> {
        self.fetcher = Arc::new(fetcher(crawl)?);
        self.host_pause = crawl.host_pause;
        Ok(())
    }

    /// Puts the questions that are due.
    pub(crate) fn ask_due(&mut self, now: Timestamp) -> Result<()> {
        let free = ASKS_MAX.saturating_sub(self.in_flight.len());
        if free == 0 {
            return Ok(());
        }
        let mut failure = None;
        let draw = || {
            drawn().unwrap_or_else(|error| {
                failure = Some(error);
                String::new()
            })
        };
        let asks =
            self.ledger.claim_hub_asks(free, self.host_pause, draw, websub::patience, now)?;
        if let Some(error) = failure {
            return Err(error);
        }
        for ask in asks {
            let callback = self.callbacks.join(&format!("websub/{}", ask.token))?;
            let mode = if ask.subscribe { Mode::Subscribe } else { Mode::Unsubscribe };
            let form = websub::form(mode, &ask.topic, &callback, &ask.secret);
            let fetcher = Arc::clone(&self.fetcher);
            self.in_flight.push(Box::pin(async move {
                let result = fetcher.post_form(&ask.hub, &form, now).await;
                Answered { ask, result }
            }));
        }
        Ok(())
    }

    pub(crate) fn next_ask_due(&self) -> Result<Option<Timestamp>> {
        Ok(self.ledger.next_hub_ask()?)
    }

    /// Waits for one answer; `None` if none is to come.
    pub(crate) async fn next_answered(&mut self) -> Option<Answered> {
        self.in_flight.next().await
    }

    /// Notes what a hub answered. One that took the question verifies it in its own time.
    pub(crate) fn settle(&mut self, answered: &Answered, now: Timestamp) -> Result<()> {
        let Answered { ask, result } = answered;
        let (source, hub) = (&ask.source, ask.hub.host_str().unwrap_or_default());
        match result {
            Ok(()) => {
                info!(source.id = %source, hub, subscribe = ask.subscribe, "a hub took our word");
            }
            Err(error) => {
                warn!(source.id = %source, hub, reason = %error, "a hub does not take us");
                self.ledger.hub_refused(ask.number, &error.to_string(), pause_of(error), now)?;
            }
        }
        Ok(())
    }
}

fn pause_of(error: &FetchError) -> Duration {
    if let FetchError::Later { pause, .. } = error {
        pause.unwrap_or_default()
    } else {
        Duration::ZERO
    }
}

/// Draws what nobody can guess.
pub(crate) fn drawn() -> Result<String> {
    let mut bytes = [0; DRAWN_BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(hexadecimal).collect())
}

fn hexadecimal(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).unwrap_or('0')
}

/// Hears hubs. `pushed` is rung when something is there to be read.
pub(crate) fn push(ledger: Ledger, bytes_max: usize, pushed: Arc<Notify>) -> Push {
    let ledger = Arc::new(Mutex::new(ledger));
    let (noticed, visited) = (Arc::clone(&ledger), Arc::clone(&ledger));
    Push {
        bytes_max,
        notice: Box::new(move |notified| {
            notice(&mut locked(&noticed), &notified, clock::now()).map_err(refused)
        }),
        delivery: Box::new(move |delivery| {
            let delivered = deliver(&mut locked(&ledger), &delivery, clock::now());
            pushed.notify_one();
            delivered.map_err(refused)
        }),
        too_large: Box::new(move |token| {
            warn!("a hub pushed more than is read of a page; the source is visited instead");
            locked(&visited).visit_instead(&token, clock::now()).map_err(refused)
        }),
    }
}

fn locked(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Answers what a hub asks or tells. Returns the text to answer yes with.
fn notice(
    ledger: &mut Ledger,
    Notified { token, parameters }: &Notified,
    now: Timestamp,
) -> Result<Option<String>, LedgerError> {
    let Some(notice) = Notice::read(parameters) else { return Ok(None) };
    match notice {
        Notice::Verification { mode: Mode::Subscribe, topic, challenge, lease } => {
            let renewal = websub::renewal(now, lease, token);
            let confirmed = ledger.confirm_push(token, &topic, now + lease, renewal)?;
            if confirmed {
                info!(topic, lease_s = lease.as_secs(), "a hub pushes");
            }
            Ok(confirmed.then_some(challenge))
        }
        Notice::Verification { mode: Mode::Unsubscribe, topic, challenge, .. } => {
            Ok(ledger.confirm_stop(token, &topic)?.then_some(challenge))
        }
        Notice::Denial { topic, reason } => {
            let failures = ledger.hub_talk(token)?.map_or(0, |talk| talk.failures);
            let next_try = now + websub::after_denial(failures, token);
            let known = ledger.hub_denied(token, &topic, &reason, next_try, now)?;
            if known {
                warn!(topic, reason, "a hub will not push");
            }
            Ok(known.then(String::new))
        }
    }
}

/// Keeps what a hub pushed. Who signs wrongly is not told.
fn deliver(
    ledger: &mut Ledger,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<Delivered, LedgerError> {
    let Delivery { token, signature, content_type, link, body } = delivery;
    let Some(talk) = ledger.hub_talk(token)? else { return Ok(Delivered::Unknown) };
    match talk.state {
        HubState::Offered | HubState::Live => {}
        HubState::Leaving | HubState::Gone => return Ok(Delivered::Gone),
    }
    if !websub::is_signed(&talk.secret, signature.as_deref(), body) {
        warn!(topic = talk.topic, "ignored what came without the hub's signature");
        return Ok(Delivered::Taken);
    }
    let kept = ledger.keep_push(token, content_type.as_deref(), link.as_deref(), body, now)?;
    debug!(topic = talk.topic, body_bytes = body.len(), ?kept, "pushed");
    Ok(match kept {
        Kept::Kept => Delivered::Taken,
        Kept::Full => Delivered::Full,
        Kept::Gone => Delivered::Gone,
    })
}
