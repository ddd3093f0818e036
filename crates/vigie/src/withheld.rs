//! Which queries somebody is not told of for now: those of which they know a crisis that lasts, as far as they
//! are told of each mention as it happens; and those that are muted. What was found waits, and comes in one
//! piece when that is over.

use std::collections::HashSet;

use alert::{Acknowledged, Released};
use anyhow::Result;
use model::{EndpointId, EventKind, QueryName, Seq, Subscription};
use store::{DueSubscription, Ledger, Standpoint, Waiting, Why, Withheld};

use crate::config::{Config, Endpoint, Form, Subscribed};
use crate::mutes::Mutes;

/// Where somebody stands with each query, and what changes about it.
pub(crate) struct Plan {
    pub(crate) at: Standpoint,
    pub(crate) released: Vec<Withheld>,
    pub(crate) waiting: Waiting,
}

impl Plan {
    pub(crate) fn of_subscription(
        ledger: &Ledger,
        subscribed: &Subscribed,
        due: &DueSubscription,
        mutes: &Mutes,
    ) -> Result<Self> {
        let subscription = &subscribed.subscription;
        let crises: HashSet<QueryName> = if due.at.is_none() {
            ledger.crises_heard(&subscription.id)?.into_iter().collect()
        } else {
            HashSet::new()
        };
        let why = |query: &QueryName| {
            let mute = mutes.of_query(&subscription.id, query);
            why(crises.contains(query), mute)
        };
        let known = ledger.withheld(&subscription.id)?;
        Ok(Self::new(known, &subscription.queries, due.since, why))
    }

    /// Only chat rooms wait that are told of mentions: programs take everything as it comes. What waited is
    /// released once it is known what the query finds.
    pub(crate) fn of_endpoint(
        ledger: &Ledger,
        config: &Config,
        endpoint: &Endpoint,
        told: model::Cursor,
        mutes: &Mutes,
    ) -> Result<Self> {
        let known = ledger.withheld_from(&endpoint.id)?;
        let is_room = matches!(endpoint.form, Form::Messages { .. });
        let has_mentions = endpoint.kinds.contains(&EventKind::MentionCreated);
        if !has_mentions || !is_room && known.is_empty() {
            return Ok(Self::new(known, &[], told.hits, |_| None));
        }
        let queries = endpoint.queries(config);
        let unsettled = unsettled(ledger, &known)?;
        let crises: HashSet<QueryName> = if is_room {
            ledger.crises_told(&endpoint.id)?.into_iter().collect()
        } else {
            HashSet::new()
        };
        let why = |query: &QueryName| {
            let mute = mutes.of_endpoint_query(&endpoint.id, query).filter(|_| is_room);
            why(crises.contains(query), mute).or_else(|| {
                let one = unsettled.iter().find(|one| one.query == *query);
                one.map(|one| one.why.clone())
            })
        };
        Ok(Self::new(known, &queries, told.hits, why))
    }

    fn new(
        mut known: Vec<Withheld>,
        queries: &[QueryName],
        told: Seq,
        why: impl Fn(&QueryName) -> Option<Why>,
    ) -> Self {
        let mut at = Standpoint { told, read: Vec::new(), waiting: Vec::new() };
        let (mut released, mut waiting) = (Vec::new(), Waiting::default());
        for query in queries {
            let place = known.iter().position(|one| one.query == *query);
            match (place.map(|place| known.swap_remove(place)), why(query)) {
                (None, None) => at.read.push((query.clone(), told)),
                (None, Some(why)) => {
                    at.waiting.push((query.clone(), told));
                    waiting.withhold.push((query.clone(), why));
                }
                (Some(known), Some(_)) => at.waiting.push((query.clone(), known.told)),
                (Some(known), None) => {
                    at.read.push((query.clone(), known.told));
                    waiting.release.push(query.clone());
                    released.push(known);
                }
            }
        }
        // What is followed no longer waits no longer.
        waiting.release.extend(known.into_iter().map(|one| one.query));
        Self { at, released, waiting }
    }

    /// Those that are told now.
    pub(crate) fn queries(&self) -> Vec<QueryName> {
        self.at.read.iter().map(|(query, _)| query.clone()).collect()
    }

    pub(crate) fn withholds(&self, query: &QueryName) -> bool {
        self.at.waiting.iter().any(|(waiting, _)| waiting == query)
    }

    /// Says what a digest tells of those that waited.
    pub(crate) fn released(&self, ledger: &Ledger) -> Result<Vec<Released>> {
        let mut told = Vec::new();
        for one in &self.released {
            let mentions = ledger.withheld_items(&self.at, &one.query)?;
            if mentions > 0 {
                told.push(released(one, mentions));
            }
        }
        Ok(told)
    }

    /// Says who sees to a signal since the last digest.
    pub(crate) fn acknowledged(
        &mut self,
        ledger: &Ledger,
        subscription: &Subscription,
    ) -> Result<Vec<Acknowledged>> {
        let new = ledger.acknowledgements(&subscription.id, &subscription.queries)?;
        self.waiting.noted = new.last().map_or(self.waiting.noted, |one| one.entry);
        let told = new.into_iter().map(|one| Acknowledged {
            query: one.query.as_str().to_owned(),
            at: one.at,
            person: one.person,
        });
        Ok(told.collect())
    }
}

pub(crate) fn released(one: &Withheld, mentions: u64) -> Released {
    Released {
        query: one.query.as_str().to_owned(),
        mentions,
        since: one.since,
        muted_by: match &one.why {
            Why::Crisis => None,
            Why::Mute { person } => Some(person.clone()),
        },
    }
}

/// Returns those whose history run still changes what they found.
fn unsettled(ledger: &Ledger, known: &[Withheld]) -> Result<Vec<Withheld>> {
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let queries = ledger.queries_in_history()?;
    Ok(known.iter().filter(|one| queries.contains(&one.query)).cloned().collect())
}

fn why(is_crisis: bool, mute: Option<&store::Mute>) -> Option<Why> {
    if is_crisis {
        return Some(Why::Crisis);
    }
    mute.map(|mute| Why::Mute { person: mute.person.clone() })
}

/// Names the message that tells an endpoint what had waited.
pub(crate) fn release_key(endpoint: &EndpointId, one: &Withheld, upto: Seq) -> String {
    format!("{endpoint}/{}/{}-{upto}", one.query, one.told)
}
