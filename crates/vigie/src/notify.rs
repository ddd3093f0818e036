//! Events on their way out. What endpoints were not told yet becomes dispatches, by a cursor for each; and
//! dispatches leave, endpoint beside endpoint, so that none waits for another's.

mod compose;
mod teller;

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use alert::{Judge, Logger, Outlet, OutletError, Parcel, Post, Sender, Wire};
use anyhow::{Context, Result};
use crawl::Guard;
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use model::{DeliveryState, DispatchId, EndpointHealth, EndpointId, Timestamp};
use store::{Dispatch, EndpointState, Ledger, NewDelivery, Settled, Upshot};
use url::Url;

use crate::addressee;
use crate::config::{Config, Endpoint, Form, Way};

pub(crate) use self::teller::Teller;

/// How many dispatches leave at a time to one program; a chat room takes one after the other, and so do
/// commands, files and loggers.
const PROGRAM_PARALLEL: usize = 8;
/// How many are leased at a time for each that leaves at a time.
const LEASED_EACH: usize = 16;
/// Longer than the deadlines of all that are leased at a time, one after the other: 16 commands of 2 minutes.
const DISPATCH_LEASE: Duration = Duration::from_mins(45);
/// How many answers one transaction settles at most.
const SETTLED_MAX: usize = 500;
/// How long what was told is kept to be looked at.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::days(30);
const FORGOTTEN_MAX: usize = 5_000;
const FORGET_EVERY: chrono::TimeDelta = chrono::TimeDelta::hours(1);

type InFlight = Pin<Box<dyn Future<Output = Answered>>>;

/// Sends to endpoints.
pub(crate) struct Notifier {
    ledger: Ledger,
    sender: Sender,
    teller: Teller,
    lanes: HashMap<EndpointId, Lane>,
    in_flight: FuturesUnordered<InFlight>,
    /// What has been answered and is still to be settled.
    answered: Vec<Answered>,
    forgotten: Option<Timestamp>,
}

/// The way to one endpoint.
struct Lane {
    /// `None` once it is no longer configured.
    outlet: Option<Arc<Outlet>>,
    parallel: usize,
    /// Leased, and still to leave.
    waiting: VecDeque<Dispatch>,
    flying: usize,
}

/// How one dispatch went.
pub(crate) struct Answered {
    pub(crate) endpoint: EndpointId,
    pub(crate) number: DispatchId,
    attempt: u32,
    /// When it left.
    sent: Timestamp,
    pub(crate) result: Result<(), OutletError>,
}

impl Notifier {
    pub(crate) fn new(ledger: Ledger, config: &Config) -> Result<Self> {
        let mut notifier = Self {
            ledger,
            sender: config.mail.sender.clone(),
            teller: Teller::default(),
            lanes: HashMap::new(),
            in_flight: FuturesUnordered::new(),
            answered: Vec::new(),
            forgotten: None,
        };
        notifier.open_lanes(config)?;
        Ok(notifier)
    }

    /// Takes over another configuration. What is under way there is let land.
    pub(crate) fn configure(&mut self, config: &Config, now: Timestamp) -> Result<()> {
        self.sender = config.mail.sender.clone();
        self.teller = Teller::default();
        for endpoint in self.lanes.keys().cloned().collect::<Vec<_>>() {
            self.give_back(&endpoint, now)?;
        }
        self.open_lanes(config)
    }

    fn open_lanes(&mut self, config: &Config) -> Result<()> {
        for lane in self.lanes.values_mut() {
            lane.outlet = None;
        }
        let common = wire(config, &config.crawl.guard)?;
        for endpoint in &config.endpoints {
            let outlet = outlet(config, endpoint, &common)?.map(Arc::new);
            let parallel = match (&endpoint.form, &endpoint.way) {
                (Form::Events, Way::Post(_)) => PROGRAM_PARALLEL,
                _ => 1,
            };
            let lane = self.lanes.entry(endpoint.id.clone()).or_insert_with(|| Lane {
                outlet: None,
                parallel,
                waiting: VecDeque::new(),
                flying: 0,
            });
            (lane.outlet, lane.parallel) = (outlet, parallel);
        }
        self.lanes.retain(|_, lane| lane.outlet.is_some() || lane.flying > 0);
        Ok(())
    }

    /// Writes what endpoints were not told yet into the outbox. Returns whether there is more to write.
    pub(crate) fn tell_due(&mut self, config: &Config, now: Timestamp) -> Result<bool> {
        let is_time = self.forgotten.is_none_or(|last| now - last >= FORGET_EVERY);
        if is_time {
            let forgotten = self.ledger.forget_told(now - KEPT, FORGOTTEN_MAX)?;
            self.forgotten = (forgotten < FORGOTTEN_MAX).then_some(now);
        }
        self.teller.tell_due(&mut self.ledger, config, now)
    }

    /// Sends what is due, as much as has room.
    pub(crate) fn start_due(&mut self, now: Timestamp) -> Result<()> {
        for endpoint in self.ledger.due_endpoints(now)? {
            let Some(lane) = self.lanes.get_mut(&endpoint) else { continue };
            if lane.outlet.is_none() || !lane.waiting.is_empty() || lane.flying >= lane.parallel {
                continue;
            }
            let max = lane.parallel * LEASED_EACH;
            let claimed = self.ledger.claim_dispatches(&endpoint, max, DISPATCH_LEASE, now)?;
            lane.waiting.extend(claimed);
        }
        for (endpoint, lane) in &mut self.lanes {
            let Some(outlet) = &lane.outlet else { continue };
            while lane.flying < lane.parallel
                && let Some(dispatch) = lane.waiting.pop_front()
            {
                lane.flying += 1;
                self.in_flight.push(Box::pin(send(
                    endpoint.clone(),
                    Arc::clone(outlet),
                    dispatch,
                    now,
                )));
            }
        }
        Ok(())
    }

    pub(crate) fn next_due(&self) -> Result<Option<Timestamp>> {
        Ok(self.ledger.next_dispatch_due()?)
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight.is_empty() && self.answered.is_empty()
    }

    /// Waits for answers; never returns if none is to come. Dropped half-way, none is lost.
    pub(crate) async fn wait_for_answers(&mut self) {
        if self.answered.is_empty() {
            match self.in_flight.next().await {
                Some(answered) => self.answered.push(answered),
                None => std::future::pending().await,
            }
        }
        while self.answered.len() < SETTLED_MAX
            && let Some(Some(answered)) = self.in_flight.next().now_or_never()
        {
            self.answered.push(answered);
        }
    }

    /// Records the answers that have come, in one transaction, and tells each.
    pub(crate) fn settle(
        &mut self,
        now: Timestamp,
        mut tell: impl FnMut(&Answered, &DeliveryState),
    ) -> Result<()> {
        let settled: Vec<Settled> =
            self.answered.iter().map(|answered| settled(answered, now)).collect();
        let (answered, sender) = (&self.answered, &self.sender);
        let conclude =
            |nth: usize, state: &EndpointState| upshot(state, &answered[nth], sender, now);
        self.ledger.settle_dispatches(&settled, conclude, now)?;
        let all = std::mem::take(&mut self.answered);
        for answered in &all {
            if let Some(lane) = self.lanes.get_mut(&answered.endpoint) {
                lane.flying = lane.flying.saturating_sub(1);
            }
        }
        for (answered, settled) in all.iter().zip(&settled) {
            if answered.result.is_err() {
                // What follows may have to wait, without losing a try.
                self.give_back(&answered.endpoint, now)?;
            }
            tell(answered, &settled.state);
        }
        self.lanes.retain(|_, lane| lane.outlet.is_some() || lane.flying > 0);
        Ok(())
    }

    fn give_back(&mut self, endpoint: &EndpointId, now: Timestamp) -> Result<()> {
        let Some(lane) = self.lanes.get_mut(endpoint) else { return Ok(()) };
        if lane.waiting.is_empty() {
            return Ok(());
        }
        let numbers: Vec<DispatchId> = lane.waiting.iter().map(|waiting| waiting.number).collect();
        self.ledger.put_back_dispatches(&numbers, now)?;
        lane.waiting.clear();
        Ok(())
    }
}

async fn send(
    endpoint: EndpointId,
    outlet: Arc<Outlet>,
    dispatch: Dispatch,
    now: Timestamp,
) -> Answered {
    let parcel = Parcel { id: &dispatch.id, payload: &dispatch.payload };
    let result = outlet.send(parcel, now).await;
    Answered { endpoint, number: dispatch.number, attempt: dispatch.attempt, sent: now, result }
}

fn settled(answered: &Answered, now: Timestamp) -> Settled {
    let (state, failure) = match &answered.result {
        Ok(()) => (DeliveryState::Sent { at: now }, None),
        Err(error) => (alert::after_refusal(answered.attempt, error, now), Some(error.to_string())),
    };
    Settled { endpoint: answered.endpoint.clone(), number: answered.number, state, failure }
}

/// Says what follows for an endpoint, and whether its owner is to be told.
fn upshot(state: &EndpointState, answered: &Answered, sender: &Sender, now: Timestamp) -> Upshot {
    let failure = answered.result.as_ref().err();
    let health = alert::health_after(&state.health, failure, answered.sent, now);
    let is_notable = alert::is_notable(&state.health, &health, state.noticed, now);
    let notice = is_notable.then(|| notice(&state.id, &health, sender, now)).flatten();
    Upshot { health, notice }
}

fn notice(
    endpoint: &EndpointId,
    health: &EndpointHealth,
    sender: &Sender,
    now: Timestamp,
) -> Option<NewDelivery> {
    let letter = alert::endpoint_notice(endpoint, health, sender, now)?;
    addressee::delivery(&letter, None).ok()
}

/// Makes what an endpoint's dispatches leave by; `None` where its secrets were not read.
fn outlet(config: &Config, endpoint: &Endpoint, common: &Wire) -> Result<Option<Outlet>> {
    let target = match &endpoint.way {
        Way::Command(command) => return Ok(Some(Outlet::Command(command.clone()))),
        Way::Lines(lines) => return Ok(Some(Outlet::Lines(lines.clone()))),
        Way::Log(target) => {
            let judge = judge(&config.crawl.guard.also(&target.allowed));
            return Ok(Some(Outlet::Log(Logger::new(target.place.clone(), judge))));
        }
        Way::Post(target) => target,
    };
    let Some(url) = &target.url else { return Ok(None) };
    let url =
        Url::parse(url.reveal()).with_context(|| format!("the address of {}", endpoint.id))?;
    let wire = if target.allowed.is_empty() {
        common.clone()
    } else {
        wire(config, &config.crawl.guard.also(&target.allowed))?
    };
    let post = Post::new(wire, url, target.keys.clone(), target.bearer.clone());
    Ok(Some(Outlet::Post(post)))
}

/// Connections that lead nowhere that the guard does not allow.
fn wire(config: &Config, guard: &Guard) -> Result<Wire> {
    let client = config.crawl.authorities.believed_by(guard.client());
    Ok(Wire::new(client, &config.crawl.user_agent, judge(guard))?)
}

fn judge(guard: &Guard) -> Judge {
    let guard = guard.clone();
    Arc::new(move |url| guard.judge(url).map_err(|forbidden| forbidden.to_string()))
}
