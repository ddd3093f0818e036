//! What endpoints were not told yet, as dispatches: each event by itself, or what happens within a while as
//! one message.

use std::collections::{BTreeSet, HashMap, HashSet};

use alert::{
    Bulletin, DigestTold, Event, Fact, Finder, FoundItem, ItemTold, MentionTold, SignalTold,
    SourceTold, StoryGrown, StoryTold, event_id, log_message,
};
use anyhow::Result;
use chrono::TimeDelta;
use model::{
    Cursor, EndpointId, EventKind, Locale, QueryName, Seq, Severity, SignalId, SignalTurn,
    SourceId, Timestamp, Tone,
};
use serde_json::{Value, json};
use store::{
    Enqueued, Followed, Fresh, FreshEvent, FreshHit, Ledger, NewDispatch, NewDispatches, Raised,
    Waiting,
};
use tracing::{error, warn};

use crate::config::{Config, Endpoint, Form};
use crate::mutes::Mutes;
use crate::pipeline::{is_busy, source_names};
use crate::withheld::{self, Plan};

/// How many hits, and how many events, are looked at a time.
const BATCH: usize = 200;
/// How many batches one endpoint is told before the others have their turn.
const BATCHES_MAX: usize = 10;
/// What may wait for one endpoint; the rest waits in the log, where it is anyway.
const QUEUE_MAX: usize = 10_000;
/// How long an event waits for its mention's tone and story to be read.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);
/// How often it is kept up to where an endpoint had nothing to be told of.
const KEEP_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Turns news into dispatches.
#[derive(Debug, Default)]
pub(crate) struct Teller {
    looked: HashMap<EndpointId, Looked>,
}

/// Where there was nothing for an endpoint: after `told` and up to `upto`.
#[derive(Debug, Clone, Copy)]
struct Looked {
    told: Cursor,
    upto: Cursor,
    kept: Timestamp,
}

/// What came of one look.
enum Look {
    /// There may be more.
    Full,
    Done,
}

impl Teller {
    /// Tells each endpoint some of what it was not told yet. One that fails is logged, and stands in nobody's
    /// way. Returns whether there is more to tell.
    pub(crate) fn tell_due(
        &mut self,
        ledger: &mut Ledger,
        config: &Config,
        now: Timestamp,
    ) -> Result<bool> {
        let mut is_full = false;
        let mut names = None;
        let mutes = Mutes::of(ledger, now)?;
        let told = |endpoint: &&Endpoint| mutes.of_endpoint(&endpoint.id).is_none();
        for endpoint in config.endpoints.iter().filter(told) {
            match self.tell(ledger, (config, &mutes), endpoint, &mut names, now) {
                Ok(Look::Full) => is_full = true,
                Ok(Look::Done) => {}
                Err(error) if is_busy(&error) => return Err(error),
                Err(error) => error!(endpoint = %endpoint.id, "failed to tell: {error:#}"),
            }
        }
        Ok(is_full)
    }

    fn tell(
        &mut self,
        ledger: &mut Ledger,
        (config, mutes): (&Config, &Mutes),
        endpoint: &Endpoint,
        names: &mut Option<HashMap<SourceId, String>>,
        now: Timestamp,
    ) -> Result<Look> {
        for _ in 0..BATCHES_MAX {
            let Some((told, waiting)) = ledger.queue(&endpoint.id, QUEUE_MAX)? else {
                return Ok(Look::Done);
            };
            if waiting >= QUEUE_MAX {
                return Ok(Look::Done);
            }
            let plan = Plan::of_endpoint(ledger, config, endpoint, told, mutes)?;
            if plan.waiting != Waiting::default() {
                let names = named(names, ledger)?;
                let composer = Composer { ledger, config, endpoint, names };
                let dispatches = composer.released(&plan, told, now)?;
                let released = NewDispatches {
                    endpoint: endpoint.id.clone(),
                    from: told,
                    upto: told,
                    dispatches,
                    waiting: plan.waiting,
                };
                ledger.tell(&released, now)?;
                // What was passed by because it had to wait is looked at again.
                self.looked.remove(&released.endpoint);
                continue;
            }
            let looked = self.looked.get(&endpoint.id).filter(|looked| looked.told == told);
            let after = looked.map_or(told, |looked| looked.upto);
            let mut fresh = fresh(ledger, config, endpoint, after, now)?;
            fresh.hits.retain(|hit| !plan.withholds(&hit.query));
            let (missed, late) = self::missed(ledger, (config, mutes), endpoint, &mut fresh)?;
            if fresh.hits.is_empty() && fresh.events.is_empty() && missed.is_empty() {
                self.pass(ledger, endpoint, told, &fresh, now)?;
                if fresh.is_full {
                    continue;
                }
                return Ok(Look::Done);
            }
            if !is_ripe(endpoint, &fresh, now) {
                return Ok(Look::Done);
            }
            let names = named(names, ledger)?;
            let events = Composer { ledger, config, endpoint, names }.events(&fresh)?;
            let dispatches = dispatches(ledger, endpoint, &events, told, fresh.upto)?;
            let mut crises = crises(endpoint, &events);
            crises.extend(late);
            let waiting = Waiting { crises, missed, ..Waiting::default() };
            let endpoint = endpoint.id.clone();
            let told =
                NewDispatches { endpoint, from: told, upto: fresh.upto, dispatches, waiting };
            if ledger.tell(&told, now)? == Enqueued::AlreadyTold {
                warn!(endpoint = %told.endpoint, "was told by another process");
            }
            if !fresh.is_full {
                return Ok(Look::Done);
            }
        }
        Ok(Look::Full)
    }

    /// Remembers where there was nothing, and now and then keeps it: what is followed later than that was is
    /// not told.
    fn pass(
        &mut self,
        ledger: &mut Ledger,
        endpoint: &Endpoint,
        told: Cursor,
        fresh: &Fresh,
        now: Timestamp,
    ) -> Result<()> {
        let upto = fresh.upto;
        let last = self.looked.get(&endpoint.id);
        let kept = last.filter(|last| last.told == told).map_or(now, |last| last.kept);
        if upto != told && now - kept >= KEEP_EVERY {
            let endpoint = endpoint.id.clone();
            let (dispatches, waiting) = (Vec::new(), Waiting::default());
            let moved = NewDispatches { endpoint, from: told, upto, dispatches, waiting };
            ledger.tell(&moved, now)?;
            self.looked.remove(&moved.endpoint);
        } else {
            self.looked.insert(endpoint.id.clone(), Looked { told, upto, kept });
        }
        Ok(())
    }
}

/// Reads what the sources are called, once.
fn named<'n>(
    names: &'n mut Option<HashMap<SourceId, String>>,
    ledger: &Ledger,
) -> Result<&'n HashMap<SourceId, String>> {
    Ok(match names {
        Some(names) => names,
        none => none.insert(source_names(ledger)?),
    })
}

fn fresh(
    ledger: &Ledger,
    config: &Config,
    endpoint: &Endpoint,
    after: Cursor,
    now: Timestamp,
) -> Result<Fresh> {
    let queries = endpoint.queries(config);
    // Who asks for a tone waits until it is read.
    let patience = endpoint.tones.is_none().then_some(PATIENCE);
    let followed = Followed { kinds: &endpoint.kinds, queries: &queries, patience };
    let mut fresh = ledger.fresh(after, followed, BATCH, now)?;
    fresh.events.retain(|event| endpoint.severities.contains(&severity(event)));
    Ok(fresh)
}

fn severity(event: &FreshEvent) -> Severity {
    match event.kind {
        EventKind::SignalOpened | EventKind::SignalGrew | EventKind::SignalEnded => {
            alert::severity_told(&event.data)
        }
        EventKind::MentionCreated
        | EventKind::StoryGrew
        | EventKind::SourceTroubled
        | EventKind::SourceRecovered
        | EventKind::DigestSent => Severity::Info,
    }
}

/// Leaves out what a chat room is not told of muted queries, and adds the crises of which it was not told while
/// their queries were muted, as they stand by now: over or not, each once. Returns the crises that are left out, and
/// those that are added.
fn missed(
    ledger: &Ledger,
    (config, mutes): (&Config, &Mutes),
    endpoint: &Endpoint,
    fresh: &mut Fresh,
) -> Result<(Vec<SignalId>, Vec<SignalId>)> {
    let is_room = matches!(endpoint.form, Form::Messages { .. });
    let is_muted =
        |query: &QueryName| is_room && mutes.of_endpoint_query(&endpoint.id, query).is_some();
    let mut missed = Vec::new();
    fresh.events.retain(|event| {
        let is_muted = event.query.as_ref().is_some_and(is_muted);
        let is_crisis = severity(event) == Severity::Crisis && event.kind != EventKind::SignalEnded;
        if is_muted && is_crisis {
            missed.extend(event.data["signal"].as_u64().map(SignalId));
        }
        !is_muted
    });
    let mut late = Vec::new();
    let is_turn =
        |kind: &EventKind| matches!(kind, EventKind::SignalOpened | EventKind::SignalGrew);
    if !endpoint.severities.contains(&Severity::Crisis) || !endpoint.kinds.iter().any(is_turn) {
        return Ok((missed, late));
    }
    let queries = endpoint.queries(config);
    for crisis in ledger.crises_missed(&endpoint.id)? {
        if is_muted(&crisis.query) || !queries.contains(&crisis.query) {
            continue;
        }
        late.push(crisis.id);
        // A turn that is new says how it stands.
        let is_told = |event: &FreshEvent| event.data["signal"].as_u64() == Some(crisis.id.0);
        if !fresh.events.iter().any(is_told) {
            fresh.events.push(missed_crisis(&crisis));
        }
    }
    Ok((missed, late))
}

fn missed_crisis(crisis: &Raised) -> FreshEvent {
    let kind = match crisis.ended {
        Some(_) => EventKind::SignalEnded,
        None => EventKind::SignalOpened,
    };
    let evidence: Value = serde_json::from_str(&crisis.evidence).unwrap_or_default();
    FreshEvent {
        key: format!("{kind}:{}", crisis.id),
        kind,
        at: crisis.ended.unwrap_or(crisis.opened),
        query: Some(crisis.query.clone()),
        story: None,
        data: json!({
            "signal": crisis.id.0,
            "severity": crisis.severity.as_str(),
            "evidence": evidence,
        }),
    }
}

/// Whether the wait for what belongs into the same message is over.
fn is_ripe(endpoint: &Endpoint, fresh: &Fresh, now: Timestamp) -> bool {
    let Form::Messages { wait, .. } = &endpoint.form else { return true };
    let hits = fresh.hits.iter().map(|hit| hit.found_at);
    let first = hits.chain(fresh.events.iter().map(|event| event.at)).min();
    fresh.is_full || first.is_none_or(|first| first + *wait <= now)
}

/// Makes events of what is fresh.
struct Composer<'a> {
    ledger: &'a Ledger,
    config: &'a Config,
    endpoint: &'a Endpoint,
    names: &'a HashMap<SourceId, String>,
}

impl Composer<'_> {
    /// Returns the events in the order in which they happened. One that an older version noted, and that can't
    /// be read, is left out and logged.
    fn events(&self, fresh: &Fresh) -> Result<Vec<Event>> {
        let mut events = Vec::new();
        // One position is one version of one item.
        for hits in fresh.hits.chunk_by(|a, b| a.seq == b.seq) {
            events.extend(self.mention(hits));
        }
        for noted in &fresh.events {
            let event = self.event(noted)?;
            if event.is_none() {
                error!(endpoint = %self.endpoint.id, key = noted.key, "an event can't be read");
            }
            events.extend(event);
        }
        events.sort_by_key(|event| event.timestamp);
        Ok(events)
    }

    /// Tells what had waited: of each query one message, and each item in the first of them; or each by
    /// itself, where what was a chat room is none any more.
    fn released(&self, plan: &Plan, told: Cursor, now: Timestamp) -> Result<Vec<NewDispatch>> {
        let Form::Messages { kind, locale, .. } = &self.endpoint.form else {
            return self.released_events(plan, told, now);
        };
        let mut dispatches = Vec::new();
        let mut items = HashSet::new();
        for one in &plan.released {
            let mut waited = self.ledger.withheld_hits(&plan.at, &one.query)?;
            waited.retain(|hit| self.wants(hit.tone) && items.insert(hit.item));
            let newest = &waited[waited.len().saturating_sub(BATCH)..];
            let seqs: Vec<Seq> = newest.iter().map(|hit| hit.seq).collect();
            let events = self.mentions(std::slice::from_ref(&one.query), &seqs, now)?;
            let released = withheld::released(one, waited.len() as u64);
            let Some(bulletin) = Bulletin::released(&events, &released, *locale) else { continue };
            let key = withheld::release_key(&self.endpoint.id, one, told.hits);
            dispatches.push(NewDispatch {
                id: event_id(self.ledger.uuid(), &self.endpoint.id, "released", &key),
                about: bulletin.about(),
                payload: kind.message(&bulletin).to_string(),
            });
        }
        Ok(dispatches)
    }

    fn released_events(
        &self,
        plan: &Plan,
        told: Cursor,
        now: Timestamp,
    ) -> Result<Vec<NewDispatch>> {
        let mut seqs = BTreeSet::new();
        let mut queries = Vec::new();
        for one in &plan.released {
            let waited = self.ledger.withheld_hits(&plan.at, &one.query)?;
            seqs.extend(waited.iter().filter(|hit| self.wants(hit.tone)).map(|hit| hit.seq));
            queries.push(one.query.clone());
        }
        let seqs: Vec<Seq> = seqs.into_iter().collect();
        let left_out = seqs.len().saturating_sub(QUEUE_MAX);
        if left_out > 0 {
            warn!(endpoint = %self.endpoint.id, left_out, "too much waited to be told");
        }
        let mut all = Vec::new();
        for seqs in seqs[left_out..].chunks(BATCH) {
            let events = self.mentions(&queries, seqs, now)?;
            all.extend(dispatches(self.ledger, self.endpoint, &events, told, told)?);
        }
        Ok(all)
    }

    /// Returns what queries found at positions, as events.
    fn mentions(&self, queries: &[QueryName], seqs: &[Seq], now: Timestamp) -> Result<Vec<Event>> {
        let hits = self.ledger.hits_at(queries, seqs, now)?;
        let positions = hits.chunk_by(|a, b| a.seq == b.seq);
        Ok(positions.filter_map(|hits| self.mention(hits)).collect())
    }

    fn wants(&self, tone: Option<Tone>) -> bool {
        self.endpoint.tones.as_ref().is_none_or(|tones| tones.contains(&tone))
    }

    /// `None` where the endpoint wants other tones.
    fn mention(&self, hits: &[FreshHit]) -> Option<Event> {
        let hits: Vec<&FreshHit> =
            hits.iter().filter(|hit| self.wants(hit.mention.tone())).collect();
        let first = *hits.first()?;
        let finder = |hit: &&'_ FreshHit| {
            let hit: &FreshHit = hit;
            (hit.query.clone(), hit.mention.tone(), hit.mention.tone.clone())
        };
        let found_by: Vec<_> = hits.iter().map(finder).collect();
        let found_by = found_by.iter().map(|(name, tone, reading)| Finder {
            name,
            query: self.config.queries.get(name),
            tone: *tone,
            reading: reading.as_ref(),
        });
        let item = &first.mention.item;
        let told = MentionTold::new(&FoundItem {
            item,
            source: self.name(&item.item.source),
            found_by: found_by.collect(),
            story: first.mention.story,
            story_items: first.story_items,
        });
        let key = format!("{}:{}", item.id, first.seq);
        let data = Fact::Mention(Box::new(told));
        Some(self.named(EventKind::MentionCreated, &key, first.found_at, data))
    }

    fn event(&self, noted: &FreshEvent) -> Result<Option<Event>> {
        let data = match noted.kind {
            EventKind::StoryGrew => self.story(noted)?,
            EventKind::SourceTroubled | EventKind::SourceRecovered => {
                SourceTold::read(&noted.data).map(Fact::Source)
            }
            EventKind::DigestSent => DigestTold::read(&noted.data).map(Fact::Digest),
            EventKind::SignalOpened => self.signal(&noted.data, SignalTurn::Opened),
            EventKind::SignalGrew => self.signal(&noted.data, SignalTurn::Grew),
            EventKind::SignalEnded => self.signal(&noted.data, SignalTurn::Ended),
            EventKind::MentionCreated => None,
        };
        Ok(data.map(|data| self.named(noted.kind, &noted.key, noted.at, data)))
    }

    fn story(&self, noted: &FreshEvent) -> Result<Option<Fact>> {
        let Some(story) = noted.story else { return Ok(None) };
        let count = |key: &str| noted.data[key].as_u64();
        let sizes = count("items").zip(count("sources")).zip(count("reached"));
        let (Some(first), Some(((items, sources), reached))) =
            (self.ledger.items(&[story])?.pop(), sizes)
        else {
            return Ok(None);
        };
        let first = ItemTold::new(&first, self.name(&first.item.source), &[]);
        let story = StoryGrown { id: story.0, items, sources, reached };
        Ok(Some(Fact::Story(Box::new(StoryTold { story, first }))))
    }

    fn signal(&self, data: &Value, turn: SignalTurn) -> Option<Fact> {
        let locale = match self.endpoint.form {
            Form::Events | Form::Log { .. } => Locale::English,
            Form::Messages { locale, .. } => locale,
        };
        SignalTold::read(data, turn, locale).map(|told| Fact::Signal(Box::new(told)))
    }

    fn named(&self, kind: EventKind, key: &str, at: Timestamp, data: Fact) -> Event {
        let id = event_id(self.ledger.uuid(), &self.endpoint.id, kind.as_str(), key);
        Event::new(id, kind, at, data)
    }

    fn name<'a>(&'a self, source: &'a SourceId) -> &'a str {
        self.names.get(source).map_or(source.as_str(), String::as_str)
    }
}

/// Returns the crises that a chat room is told of, and need not be told of mention by mention.
fn crises(endpoint: &Endpoint, events: &[Event]) -> Vec<SignalId> {
    if !matches!(endpoint.form, Form::Messages { .. }) {
        return Vec::new();
    }
    let crisis = |event: &Event| match &event.data {
        Fact::Signal(told)
            if told.severity == Severity::Crisis && event.kind != EventKind::SignalEnded =>
        {
            Some(SignalId(told.signal))
        }
        Fact::Signal(_) | Fact::Mention(_) | Fact::Story(_) | Fact::Source(_) | Fact::Digest(_) => {
            None
        }
    };
    events.iter().filter_map(crisis).collect()
}

/// Writes events as the endpoint takes them.
fn dispatches(
    ledger: &Ledger,
    endpoint: &Endpoint,
    events: &[Event],
    from: Cursor,
    upto: Cursor,
) -> Result<Vec<NewDispatch>> {
    let (kind, locale) = match &endpoint.form {
        Form::Messages { kind, locale, .. } => (kind, locale),
        Form::Events => {
            let dispatch = |event: &Event| Ok(self::dispatch(event, event.payload()?));
            return events.iter().map(dispatch).collect();
        }
        Form::Log { facility, host } => {
            let dispatch = |event| self::dispatch(event, log_message(event, *facility, host));
            return Ok(events.iter().map(dispatch).collect());
        }
    };
    let Some(bulletin) = Bulletin::new(events, *locale) else { return Ok(Vec::new()) };
    let mut key = format!("{}-{}/{}-{}", from.hits, upto.hits, from.events, upto.events);
    if from == upto {
        // What was missed before is told from where the endpoint stands.
        key.extend(events.iter().map(|event| format!("/{}", event.id)));
    }
    Ok(vec![NewDispatch {
        id: event_id(ledger.uuid(), &endpoint.id, "message", &key),
        about: bulletin.about(),
        payload: kind.message(&bulletin).to_string(),
    }])
}

fn dispatch(event: &Event, payload: String) -> NewDispatch {
    NewDispatch { id: event.id.clone(), about: event.about(), payload }
}
