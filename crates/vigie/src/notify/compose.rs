//! What is fresh as dispatches: each event by itself, or what happens within a while as one message.

use std::collections::{BTreeSet, HashMap, HashSet};

use alert::{
    Bulletin, DigestTold, Event, Fact, Finder, FoundItem, ItemTold, MentionTold, SignalTold,
    SourceTold, StoryGrown, StoryTold, event_id, log_message,
};
use anyhow::Result;
use chrono_tz::Tz;
use model::{
    Cursor, EventKind, Locale, QueryName, Seq, Severity, SignalId, SignalTurn, SourceId, Timestamp,
    Tone,
};
use serde_json::Value;
use store::{Fresh, FreshEvent, FreshHit, Ledger, NewDispatch};
use tracing::{error, warn};

use super::teller::{BATCH, QUEUE_MAX};
use crate::config::{Config, Endpoint, Form};
use crate::withheld::{self, Plan};

/// Makes events of what is fresh.
pub(super) struct Composer<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) config: &'a Config,
    pub(super) endpoint: &'a Endpoint,
    pub(super) names: &'a HashMap<SourceId, String>,
}

impl Composer<'_> {
    /// Returns the events in the order in which they happened. One that an older version noted, and that can't
    /// be read, is left out and logged.
    pub(super) fn events(&self, fresh: &Fresh) -> Result<Vec<Event>> {
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
    pub(super) fn released(
        &self,
        plan: &Plan,
        told: Cursor,
        now: Timestamp,
    ) -> Result<Vec<NewDispatch>> {
        let Form::Messages { kind, locale, zone, .. } = &self.endpoint.form else {
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
            let bulletin = Bulletin::released(&events, &released, *locale, *zone);
            let Some(bulletin) = bulletin else { continue };
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
        let (locale, zone) = match self.endpoint.form {
            Form::Events | Form::Log { .. } => (Locale::English, Tz::UTC),
            Form::Messages { locale, zone, .. } => (locale, zone),
        };
        SignalTold::read(data, turn, locale, zone).map(|told| Fact::Signal(Box::new(told)))
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
pub(super) fn crises(endpoint: &Endpoint, events: &[Event]) -> Vec<SignalId> {
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
pub(super) fn dispatches(
    ledger: &Ledger,
    endpoint: &Endpoint,
    events: &[Event],
    from: Cursor,
    upto: Cursor,
) -> Result<Vec<NewDispatch>> {
    let (kind, locale, zone) = match &endpoint.form {
        Form::Messages { kind, locale, zone, .. } => (kind, *locale, *zone),
        Form::Events => {
            let dispatch = |event: &Event| Ok(self::dispatch(event, event.payload()?));
            return events.iter().map(dispatch).collect();
        }
        Form::Log { facility, host } => {
            let dispatch = |event| self::dispatch(event, log_message(event, *facility, host));
            return Ok(events.iter().map(dispatch).collect());
        }
    };
    let Some(bulletin) = Bulletin::new(events, locale, zone) else { return Ok(Vec::new()) };
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
