//! What the tests share: a ledger in a directory of its own, and a few words to talk to it.

use std::path::Path;
use std::time::Duration;

use chrono::TimeDelta;
use model::{
    Details, Host, Item, ItemId, Kind, QueryName, Seq, Source, SubscriptionId, Timestamp,
    Validators,
};
use store::{
    Declaration, DueSource, Finding, Found, Ledger, NewDigest, NewHits, Outcome, Recorded, Room,
    Sight, Standpoint, Visit, Waiting,
};

pub(crate) const LEASE: Duration = Duration::from_mins(2);
pub(crate) const PAUSE: Duration = Duration::from_secs(2);

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Noon of the first of March, and so many minutes.
pub(crate) fn noon(minutes: i64) -> Timestamp {
    at("2026-03-01T12:00:00Z") + TimeDelta::minutes(minutes)
}

pub(crate) fn source(id: &str, url: &str) -> Source {
    Source {
        id: id.into(),
        url: url.parse().unwrap(),
        name: format!("The {id}"),
        kind: Kind::News,
        lang: None,
        preset: None,
        full_text: false,
        zone: None,
        every: None,
        since: None,
    }
}

/// An article of the only source, its address and guid made from its name.
pub(crate) fn article(name: &str) -> Item {
    Item {
        source: "gazette".into(),
        kind: Kind::News,
        guid: Some(format!("tag:gazette.example,2026:{name}")),
        url: Some(format!("https://gazette.example/{name}").parse().unwrap()),
        title: format!("Ozalée: {name}"),
        text: format!("All about {name}."),
        author: None,
        lang: None,
        published: Some(at("2026-03-01T09:30:00Z")),
        updated: None,
        details: Details::default(),
    }
}

pub(crate) fn found(item: Item, hits: &[&str]) -> Found {
    let hits = hits.iter().copied().map(QueryName::new).collect();
    Found { item, hits, finding: Finding::Live }
}

/// A ledger, its directory, and one source to read.
pub(crate) struct World {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) ledger: Ledger,
}

impl World {
    /// Declares the source `gazette`, and queries of these names.
    pub(crate) fn new(queries: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ledger = open(dir.path());
        let mut world = Self { dir, ledger };
        let queries: Vec<(&str, &str)> = queries.iter().map(|name| (*name, *name)).collect();
        world.declare(&queries, &["press"], noon(0));
        world
    }

    pub(crate) fn declare(
        &mut self,
        queries: &[(&str, &str)],
        subscriptions: &[&str],
        now: Timestamp,
    ) {
        let sources = [source("gazette", "https://gazette.example/feed")];
        let queries: Vec<(QueryName, String)> =
            queries.iter().map(|(name, text)| ((*name).into(), (*text).to_owned())).collect();
        let subscriptions: Vec<SubscriptionId> =
            subscriptions.iter().copied().map(SubscriptionId::new).collect();
        let declaration =
            Declaration { sources: &sources, queries: &queries, subscriptions: &subscriptions };
        self.ledger.declare(&declaration, now).unwrap();
    }

    /// Claims the one source, which must be due.
    pub(crate) fn claim(&mut self, now: Timestamp) -> DueSource {
        let mut due = self.ledger.claim_due_sources(now, room(10), LEASE).unwrap();
        assert_eq!(due.len(), 1, "one source is due");
        due.remove(0)
    }

    /// Visits the one source and records what it serves.
    pub(crate) fn read(&mut self, items: Vec<Found>, now: Timestamp) -> Recorded {
        let due = self.claim(now);
        self.ledger.record_fetch(&visit(&self.ledger, &due, reading(items), now), now).unwrap()
    }

    /// Reads articles that match these queries, and returns their ids.
    pub(crate) fn read_articles(
        &mut self,
        names: &[&str],
        hits: &[&str],
        now: Timestamp,
    ) -> Vec<ItemId> {
        let before = self.ledger.head().unwrap();
        let items = names.iter().map(|name| found(article(name), hits)).collect();
        self.read(items, now);
        let items = self.ledger.items_after(before, 1000).unwrap();
        items.into_iter().map(|item| item.id).collect()
    }

    /// Returns what queries found after a position, where none of them waits.
    pub(crate) fn hits_since(&self, queries: &[QueryName], told: Seq, max: usize) -> NewHits {
        let read = queries.iter().map(|query| (query.clone(), told)).collect();
        let at = Standpoint { told, read, waiting: Vec::new() };
        self.ledger.untold_hits(&at, max).unwrap()
    }

    /// Drops the ledger without any good-bye and opens it again, as after a crash.
    pub(crate) fn crash(&mut self) {
        self.ledger = open(self.dir.path());
    }

    pub(crate) fn assert_sound(&self) {
        assert_eq!(self.ledger.check().unwrap(), []);
    }
}

/// A digest of `press` that only moves it on.
pub(crate) fn digest(since: Seq, upto: Seq, period_end: Timestamp) -> NewDigest {
    NewDigest {
        subscription: "press".into(),
        since,
        upto,
        period_end,
        next_due: None,
        deliveries: Vec::new(),
        waiting: Waiting::default(),
    }
}

/// Room for so many sources, whatever is known of their hosts.
pub(crate) fn room(sources: usize) -> Room {
    Room { prompt: sources, other: sources }
}

pub(crate) fn open(dir: &Path) -> Ledger {
    Ledger::open(dir, noon(0)).unwrap()
}

pub(crate) fn reading(items: Vec<Found>) -> Outcome {
    let validators = Validators::default();
    Outcome::Read {
        items,
        problems: Vec::new(),
        validators,
        moved_to: None,
        sight: Sight::default(),
    }
}

/// A visit that is over at once, the source being due again at the next minute.
pub(crate) fn visit(ledger: &Ledger, due: &DueSource, outcome: Outcome, now: Timestamp) -> Visit {
    Visit {
        source: due.source.id.clone(),
        epoch: due.epoch,
        queries_version: ledger.queries().unwrap().version,
        outcome,
        next_check: now + TimeDelta::minutes(1),
        host_pause: PAUSE,
        host: Host::default(),
        passed: Vec::new(),
    }
}
