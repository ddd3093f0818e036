//! A ledger with items of known dates, as if a daemon had read them, for commands that look back.

use std::time::Duration;

use chrono::TimeDelta;
use model::{Details, Item, Kind, QueryName, Source, Timestamp, Validators};
use store::{Declaration, Finding, Found, Ledger, Outcome, Room, Sight, Visit};

use crate::process::Place;

/// A ledger that is being filled.
pub(crate) struct Stock<'a> {
    place: &'a Place,
    ledger: Ledger,
    queries: Vec<(QueryName, query::Query)>,
}

/// An item of the source of this id.
pub(crate) fn item(source: &str, name: &str, title: &str, text: &str) -> Item {
    Item {
        source: source.into(),
        kind: Kind::News,
        guid: Some(name.to_owned()),
        url: Some(format!("https://www.{source}.example/{name}").parse().unwrap()),
        title: title.to_owned(),
        text: text.to_owned(),
        author: None,
        lang: None,
        published: None,
        updated: None,
        details: Details::default(),
    }
}

impl<'a> Stock<'a> {
    /// Declares sources of these ids, and queries.
    pub(crate) fn new(
        place: &'a Place,
        sources: &[&str],
        queries: &[(&str, &str)],
        now: Timestamp,
    ) -> Self {
        let mut ledger = Ledger::open(&place.path("data"), now).unwrap();
        let sources: Vec<Source> = sources.iter().map(|id| source(id)).collect();
        let texts: Vec<_> =
            queries.iter().map(|(name, text)| ((*name).into(), (*text).to_owned())).collect();
        let declaration = Declaration { sources: &sources, queries: &texts, subscriptions: &[] };
        ledger.declare(&declaration, now).unwrap();
        let queries = texts.into_iter().map(|(name, text)| (name, query::parse(&text).unwrap()));
        Self { place, ledger, queries: queries.collect() }
    }

    /// Visits every source; what is read is published at that moment unless it says otherwise.
    pub(crate) fn visit(&mut self, now: Timestamp, items: &[Item]) {
        let lease = Duration::from_mins(10);
        let due =
            self.ledger.claim_due_sources(now, Room { prompt: 100, other: 100 }, lease).unwrap();
        assert!(!due.is_empty(), "the visits come one after the other");
        for due in due {
            let items = items.iter().filter(|item| item.source == due.source.id);
            let found = items.map(|item| Found {
                hits: self.hits(item),
                item: Item { published: item.published.or(Some(now)), ..item.clone() },
                finding: Finding::Live,
            });
            let visit = Visit {
                source: due.source.id.clone(),
                epoch: due.epoch,
                queries_version: self.ledger.queries().unwrap().version,
                outcome: Outcome::Read {
                    items: found.collect(),
                    problems: Vec::new(),
                    validators: Validators::default(),
                    moved_to: None,
                    sight: Sight::default(),
                },
                next_check: now + TimeDelta::seconds(1),
                host_pause: Duration::ZERO,
                host: due.host,
                passed: Vec::new(),
            };
            self.ledger.record_fetch(&visit, now).unwrap();
        }
    }

    /// Builds the index.
    pub(crate) fn finish(self) {
        drop(self.ledger);
        self.place.print(&["reindex"]);
    }

    fn hits(&self, item: &Item) -> Vec<QueryName> {
        let found = self.queries.iter().filter(|(_, query)| query.matches(item));
        found.map(|(name, _)| name.clone()).collect()
    }
}

fn source(id: &str) -> Source {
    Source {
        id: id.into(),
        url: format!("https://{id}.example/feed").parse().unwrap(),
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
