//! One subscription's digest: what was found, with all that makes it worth reading, to everyone who wants it.

use std::collections::{BTreeMap, HashMap};

use alert::{Digest, HeldBack, Mention, News, Notes, Period, Trend};
use anyhow::Result;
use chrono::TimeDelta;
use enrich::theme::{Background, Document, themes};
use model::{Cadence, Held, QueryName, Severity, SourceId, Subscription, Timestamp};
use store::{DueSubscription, Enqueued, Hit, Ledger, NewDelivery, NewDigest, NewHits};
use tracing::warn;

use crate::addressee::{self, Addressee, Addressees};
use crate::assigned;
use crate::config::{Config, Subscribed};
use crate::enrichment::own_words;
use crate::hold::Spending;
use crate::mutes::Mutes;
use crate::pipeline::source_names;
use crate::relevance::{Doubt, Doubts};
use crate::volume;
use crate::withheld::Plan;

/// How many hits one digest looks at; of older ones it tells the number.
const HITS_MAX: usize = 10_000;
/// How long a digest waits for what it tells to be read: story and tone.
const READING_WAIT: TimeDelta = TimeDelta::minutes(2);
/// Trends are looked for in so many hits or more, and among so many of each query in the weeks before.
const TREND_HITS_MIN: usize = 10;
const TREND_BACKGROUND_MAX: usize = 2_000;
const TREND_QUERIES_MAX: usize = 5;
const TREND_BEFORE: TimeDelta = TimeDelta::days(28);
const TRENDS: usize = 5;

/// Writes one subscription's digest and moves its cursor; or leaves it for later where what was found is
/// still being read, or a recipient has had enough for now.
pub(crate) fn compose(
    ledger: &mut Ledger,
    config: &Config,
    subscribed: &Subscribed,
    due: &DueSubscription,
    now: Timestamp,
) -> Result<()> {
    let Subscribed { subscription, schedule, .. } = subscribed;
    let mutes = Mutes::of(ledger, now)?;
    if mutes.of_subscription(&subscription.id).is_some() {
        return Ok(());
    }
    let mut plan = Plan::of_subscription(ledger, subscribed, due, &mutes)?;
    if due.at.is_none() && plan.released.is_empty() && ledger.head()? == due.since {
        return Ok(());
    }
    let leaves = leaves_at(ledger, subscribed, due, &plan, now)?;
    if let Some(leaves) = leaves.filter(|leaves| now < *leaves) {
        return Ok(ledger.wait(due, leaves, None)?);
    }
    let addressees = Addressees::of(ledger, config, subscription, now)?;
    let spending = Spending::of_digests(ledger, config, subscribed, &addressees, now)?;
    if let Some(leaves) = leaves
        && let Some(held) = spending.holds(subscribed)
    {
        let until = held.until;
        return Ok(ledger.wait(due, until, Some(&Held { since: leaves, ..held }))?);
    }
    let found = ledger.untold_hits(&plan.at, HITS_MAX)?;
    if is_being_read(ledger, &found, due, now)? {
        return Ok(());
    }
    let mut digest = digest(ledger, config, subscription, &found, now)?;
    // What waits was found all the same.
    let is_empty = digest.is_none() && plan.at.waiting.is_empty();
    if is_empty && subscribed.tells_empty && due.at.is_some() {
        let troubles = ledger.troubles()?;
        digest = Some(alert::compose_empty(subscription, &troubles, &config.queries, now));
    }
    if let Some(digest) = &mut digest {
        digest.notes = Notes {
            held: held_back(ledger, (subscribed, &plan), due, &found, digest.total(), now)?,
            last_of_day: spending.last_of_day(subscribed),
            released: plan.released(ledger)?,
            acknowledged: plan.acknowledged(ledger, subscription)?,
        };
    }
    // Who hears of signals alone gets no digest.
    let is_wanted = subscribed.severities.contains(&Severity::Info);
    let deliveries = match digest.filter(|_| is_wanted) {
        Some(digest) => deliveries(&addressees, config, &digest)?,
        None => Vec::new(),
    };
    let digest = NewDigest {
        subscription: due.id.clone(),
        since: due.since,
        upto: found.upto,
        period_end: now,
        next_due: schedule.next_after(now),
        deliveries,
        waiting: plan.waiting,
    };
    if ledger.enqueue(&digest, now)? == Enqueued::AlreadyTold {
        warn!(subscription = %due.id, "was told by another process");
    }
    Ok(())
}

/// Returns when what is due may leave, were it not held: by its schedule, or, as it happens, once others had
/// time to join the first that was found. `None` where nothing was.
fn leaves_at(
    ledger: &Ledger,
    subscribed: &Subscribed,
    due: &DueSubscription,
    plan: &Plan,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    if due.at.is_some() {
        return Ok(due.at);
    }
    if !plan.released.is_empty() {
        return Ok(Some(now));
    }
    let subscription = &subscribed.subscription;
    let Some(first) = ledger.first_found(&plan.queries(), due.since)? else {
        return Ok(None);
    };
    let last_mail = ledger.last_digest(&subscription.id)?;
    Ok(Some(subscribed.group.leaves_at(first, last_mail, now)))
}

/// Returns how much of what a digest tells would have left before, had it not been held.
fn held_back(
    ledger: &Ledger,
    (subscribed, plan): (&Subscribed, &Plan),
    due: &DueSubscription,
    found: &NewHits,
    total: usize,
    now: Timestamp,
) -> Result<Option<HeldBack>> {
    let Some(held) = &due.held else { return Ok(None) };
    let until = held.until.min(now);
    let queries = &plan.queries();
    let moment = TimeDelta::milliseconds(1);
    // What was found up to the cutoff would have left before the end.
    let (cutoff, since) = match due.at {
        Some(at) => {
            let first = ledger.first_found(queries, due.since)?;
            let first = first.and_then(|found| subscribed.schedule.next_after(found - moment));
            (subscribed.schedule.last_before(until, at), first.max(Some(held.since)))
        }
        None => (until - subscribed.group.wait - moment, None),
    };
    let count = ledger.stories_found(queries, due.since, found.upto, cutoff)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX).min(total);
    Ok(Some(HeldBack { count, since: since.unwrap_or(held.since), why: held.why.clone() }))
}

/// Whether the analyst will probably have read all of it soon. One who hangs holds no mail up for long.
fn is_being_read(
    ledger: &Ledger,
    found: &NewHits,
    due: &DueSubscription,
    now: Timestamp,
) -> Result<bool> {
    let Some(newest) = found.hits.iter().map(|hit| hit.item.seq).max() else { return Ok(false) };
    let oldest = found.hits.iter().map(|hit| hit.item.first_seen).min();
    let waits_since = due.at.or(oldest).unwrap_or(now);
    if now - waits_since >= READING_WAIT {
        return Ok(false);
    }
    Ok(found.hits.iter().any(|hit| hit.is_unread) || ledger.stories_upto()? < newest)
}

fn digest(
    ledger: &Ledger,
    config: &Config,
    subscription: &Subscription,
    found: &NewHits,
    now: Timestamp,
) -> Result<Option<Digest>> {
    if found.hits.is_empty() {
        return Ok(None);
    }
    let names = source_names(ledger)?;
    let doubts = doubts(ledger, config, found, now)?;
    let assigned = assigned::names(ledger, config, found.hits.iter().map(|hit| hit.story))?;
    let mentions: Vec<Mention<'_>> = found
        .hits
        .iter()
        .map(|hit| {
            let assigned = assigned.get(&hit.story).map(String::as_str);
            Mention { assigned, ..mention(hit, &names, &doubts) }
        })
        .collect();
    let since = found.hits.iter().map(|hit| hit.item.date()).min().unwrap_or(now);
    let volume = volume::seen(ledger, config, subscription, now)?;
    let news = News {
        mentions: &mentions,
        older: &found.older,
        troubles: &ledger.troubles()?,
        trends: &trends(ledger, config, subscription, found, since)?,
        volume: volume.as_ref(),
    };
    Ok(alert::compose(subscription, &news, &config.queries, Period { since, until: now }))
}

/// What marks teach, of the queries that have some.
fn doubts(
    ledger: &Ledger,
    config: &Config,
    found: &NewHits,
    now: Timestamp,
) -> Result<HashMap<QueryName, Doubts>> {
    let mut doubts = HashMap::new();
    for hit in &found.hits {
        let Some(query) = config.queries.get(&hit.query) else { continue };
        if !doubts.contains_key(&hit.query) {
            doubts.insert(hit.query.clone(), Doubts::of(ledger, &hit.query, query, now)?);
        }
    }
    Ok(doubts)
}

fn mention<'a>(
    hit: &'a Hit,
    names: &'a HashMap<SourceId, String>,
    doubts: &HashMap<QueryName, Doubts>,
) -> Mention<'a> {
    let id = &hit.item.item.source;
    let source = names.get(id).map_or(id.as_str(), String::as_str);
    // What a person said is no doubt.
    let doubts = doubts.get(&hit.query).filter(|_| hit.relevance.is_none());
    let doubt = doubts.and_then(|doubts| doubts.on(&hit.item.item));
    Mention {
        item: &hit.item,
        source,
        queries: vec![hit.query.clone()],
        story: hit.story,
        tone: hit.tone,
        doubt: doubt.map(|Doubt { because, .. }| because),
        assigned: None,
    }
}

/// What many speak of, against the weeks before. A flash has no trend.
fn trends(
    ledger: &Ledger,
    config: &Config,
    subscription: &Subscription,
    found: &NewHits,
    since: Timestamp,
) -> Result<Vec<Trend>> {
    let is_flash = matches!(subscription.cadence, Cadence::AsItHappens | Cadence::Hourly);
    if is_flash || found.hits.len() < TREND_HITS_MIN {
        return Ok(Vec::new());
    }
    let mut own = Vec::new();
    let mut before = BTreeMap::new();
    for name in subscription.queries.iter().take(TREND_QUERIES_MAX) {
        let mentions = ledger.mentions(name, since - TREND_BEFORE, since, TREND_BACKGROUND_MAX)?;
        before.extend(mentions.into_iter().map(|mention| (mention.item.id, mention)));
        if let Some(query) = config.queries.get(name) {
            own.extend(own_words(query, found.hits.iter().map(|hit| &hit.item.item)));
        }
    }
    let before: Vec<Document<'_>> = before
        .values()
        .filter(|mention| !mention.is_irrelevant())
        .map(|mention| document(&mention.item, mention.story))
        .collect();
    let background = Background::of(&before);
    if background.stories() == 0 {
        return Ok(Vec::new());
    }
    let now: BTreeMap<_, _> =
        found.hits.iter().map(|hit| (hit.item.id, document(&hit.item, hit.story))).collect();
    let now: Vec<Document<'_>> = now.into_values().collect();
    let trend = |theme: &enrich::theme::Theme| {
        let words: Vec<&str> = theme.phrases.iter().take(2).map(|it| it.text.as_str()).collect();
        Trend { words: words.join(", "), stories: theme.stories, is_new: theme.is_new }
    };
    Ok(themes(&now, &background, &own, TRENDS).iter().map(trend).collect())
}

fn document(item: &model::StoredItem, story: model::ItemId) -> Document<'_> {
    Document {
        id: item.id,
        story,
        source: item.item.source.as_str(),
        author: item.item.author.as_deref(),
        time: item.date(),
        lang: item.item.lang.as_ref(),
        title: &item.item.title,
        text: &item.item.text,
    }
}

fn deliveries(
    addressees: &Addressees,
    config: &Config,
    digest: &Digest,
) -> Result<Vec<NewDelivery>> {
    let deliver = |to: &Addressee| {
        let links = addressees.links(to);
        let letter = alert::render(digest, &config.mail.sender, &to.mailbox, links.as_ref());
        addressee::delivery(&letter, Some(Severity::Info))
    };
    addressees.told().map(deliver).collect()
}

#[cfg(test)]
mod tests;
