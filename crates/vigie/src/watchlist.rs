//! The saved queries of the ledger, ready to meet items. It is kept for as long as the crawler lives: a
//! change takes over what differs and leaves the others as they are.

use std::collections::BTreeMap;

use model::{Item, QueryName, Seq};
use query::{Matcher, Query, Scratch};
use store::{Ledger, LedgerError};

/// How many positions of the log are learnt from at most. What is rare does not change from day to
/// day, and a start must not wait for the reading of years.
const LEARNT_MAX: u64 = 2_000;
/// How many items are held in memory at a time while they are learnt from.
const BATCH_ITEMS: usize = 200;

pub(crate) struct Watchlist {
    matcher: Matcher,
    scratch: Scratch,
    /// What the ledger holds, also of a query that could not be read.
    texts: BTreeMap<QueryName, String>,
    version: u64,
    /// The position up to which the matcher knows how frequent words are.
    learnt: Seq,
}

/// How many queries were touched by a change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) inserted: usize,
    pub(crate) removed: usize,
}

impl Watchlist {
    /// Reads the queries of the ledger, after learning from its newest items which words are rare.
    pub(crate) fn new(ledger: &Ledger) -> Result<Self, LedgerError> {
        let mut watchlist = Self {
            matcher: Matcher::new(),
            scratch: Scratch::new(),
            texts: BTreeMap::new(),
            version: 0,
            learnt: Seq(0),
        };
        watchlist.learn(ledger)?;
        watchlist.follow(ledger)?;
        Ok(watchlist)
    }

    /// Returns which state of the saved queries it holds.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    pub(crate) fn find(&mut self, item: &Item) -> Vec<QueryName> {
        self.matcher.find(item, &mut self.scratch).cloned().collect()
    }

    /// Learns from what was stored since, for the queries that are still to come.
    pub(crate) fn learn(&mut self, ledger: &Ledger) -> Result<(), LedgerError> {
        let head = ledger.head()?;
        self.learnt = self.learnt.max(Seq(head.0.saturating_sub(LEARNT_MAX)));
        while self.learnt < head {
            let items = ledger.items_after(self.learnt, BATCH_ITEMS)?;
            for stored in &items {
                self.matcher.learn(&stored.item);
            }
            self.learnt = items.last().map_or(head, |last| last.seq);
        }
        Ok(())
    }

    /// Takes over the queries that were added, edited or retired.
    pub(crate) fn follow(&mut self, ledger: &Ledger) -> Result<Change, LedgerError> {
        let saved = ledger.queries()?;
        let mut former = std::mem::take(&mut self.texts);
        let mut change = Change::default();
        let mut new = Vec::new();
        for (name, text) in saved.queries {
            if former.remove(&name).as_ref() != Some(&text) {
                change.inserted += 1;
                // A former text of the name must not go on finding.
                self.matcher.remove(&name);
                new.extend(read(&name, &text).map(|query| (name.clone(), query)));
            }
            self.texts.insert(name, text);
        }
        self.matcher.insert_all(new.iter().map(|(name, query)| (name.clone(), query)));
        for name in former.keys() {
            change.removed += 1;
            self.matcher.remove(name);
        }
        self.version = saved.version;
        Ok(change)
    }
}

/// Reads a query of the ledger. Only valid ones are declared; a ledger from a later version may know
/// more.
fn read(name: &QueryName, text: &str) -> Option<Query> {
    match query::parse_expanded(text) {
        Ok(query) => Some(query),
        Err(problems) => {
            let problem = &problems[0].message;
            tracing::error!(query = %name, "can't be read and finds nothing: {problem}");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Details, Kind, Source, Timestamp, Validators};
    use store::{Declaration, Finding, Found, Outcome, Visit};

    use super::*;

    const QUERIES: [(&str, &str); 3] =
        [("brand", "ozalée"), ("rival", "bruinelle"), ("tea", "thé")];

    struct World {
        ledger: Ledger,
        _folder: tempfile::TempDir,
    }

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    impl World {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            Self { ledger: Ledger::open(folder.path(), now()).unwrap(), _folder: folder }
        }

        fn declare(&mut self, queries: &[(&str, &str)]) {
            let queries: Vec<_> =
                queries.iter().map(|(name, text)| ((*name).into(), (*text).to_owned())).collect();
            let sources = [Source {
                id: "s".into(),
                url: "https://s.example/feed".parse().unwrap(),
                name: "s".into(),
                kind: Kind::News,
                lang: None,
                preset: None,
                full_text: false,
                zone: None,
                every: None,
                since: None,
            }];
            let declaration =
                Declaration { sources: &sources, queries: &queries, subscriptions: &[] };
            self.ledger.declare(&declaration, now()).unwrap();
        }

        /// Keeps items of these titles.
        fn store(&mut self, titles: impl Iterator<Item = String>, now: Timestamp) {
            let minute = std::time::Duration::from_mins(1);
            let room = store::Room { prompt: 1, other: 1 };
            let due = self.ledger.claim_due_sources(now, room, minute).unwrap().remove(0);
            let found = |title: String| Found {
                item: Item { guid: Some(title.clone()), ..item(&title) },
                hits: Vec::new(),
                finding: Finding::Live,
            };
            let visit = Visit {
                source: due.source.id,
                epoch: due.epoch,
                queries_version: self.ledger.queries().unwrap().version,
                outcome: Outcome::Read {
                    items: titles.map(found).collect(),
                    problems: Vec::new(),
                    validators: Validators::default(),
                    moved_to: None,
                    sight: store::Sight::default(),
                },
                next_check: now,
                host_pause: std::time::Duration::ZERO,
                host: due.host,
                passed: Vec::new(),
            };
            self.ledger.record_fetch(&visit, now).unwrap();
        }
    }

    fn item(title: &str) -> Item {
        Item {
            source: "s".into(),
            kind: Kind::News,
            guid: None,
            url: None,
            title: title.to_owned(),
            text: String::new(),
            author: None,
            lang: None,
            published: None,
            updated: None,
            details: Details::default(),
        }
    }

    fn finds(watchlist: &mut Watchlist, title: &str) -> Vec<String> {
        let mut names: Vec<String> =
            watchlist.find(&item(title)).iter().map(ToString::to_string).collect();
        names.sort_unstable();
        names
    }

    #[test]
    fn a_change_touches_only_the_queries_that_differ() {
        let mut world = World::new();
        world.declare(&QUERIES);
        let mut watchlist = Watchlist::new(&world.ledger).unwrap();
        let check = |watchlist: &mut Watchlist, title: &str, expect: &[&str]| {
            assert_eq!(finds(watchlist, title), expect, "{title}");
        };
        check(&mut watchlist, "Le thé Ozalée", &["brand", "tea"]);

        let edited = [("brand", "ozalée brut"), ("rival", "bruinelle"), ("crisis", "rappel")];
        world.declare(&edited);
        let change = watchlist.follow(&world.ledger).unwrap();
        assert_eq!(change, Change { inserted: 2, removed: 1 });
        assert_eq!(watchlist.version(), world.ledger.queries().unwrap().version);
        check(&mut watchlist, "Le thé Ozalée", &[]);
        check(&mut watchlist, "Ozalée Brut, rappel : Bruinelle", &["brand", "crisis", "rival"]);
        assert_eq!(watchlist.follow(&world.ledger).unwrap(), Change::default());
    }

    #[test]
    fn a_query_of_a_later_version_finds_nothing_and_harms_no_other() {
        let mut world = World::new();
        world.declare(&QUERIES);
        let mut watchlist = Watchlist::new(&world.ledger).unwrap();
        world.declare(&[("brand", "FUZZY/3 ("), ("rival", "bruinelle"), ("tea", "thé")]);
        watchlist.follow(&world.ledger).unwrap();
        assert_eq!(finds(&mut watchlist, "Ozalée, Bruinelle"), ["rival"]);
        // It is not read again at each change, only when it is another.
        world.declare(&[("brand", "FUZZY/3 ("), ("rival", "bruinelle")]);
        let change = watchlist.follow(&world.ledger).unwrap();
        assert_eq!(change, Change { inserted: 0, removed: 1 });
    }

    #[test]
    fn queries_wait_for_the_words_that_the_newest_items_seldom_have() {
        let mut world = World::new();
        world.declare(&[("brand", "ozalée boisson")]);
        // A long word is taken for rare as long as nothing is known.
        world.store((0..300).map(|n| format!("Une boisson {n}")), now());
        let mut watchlist = Watchlist::new(&world.ledger).unwrap();
        let runs = |watchlist: &mut Watchlist, title: &str| {
            watchlist.find(&item(title));
            watchlist.scratch.work().anchors
        };
        assert_eq!(runs(&mut watchlist, "Une boisson"), 0);
        assert_eq!(runs(&mut watchlist, "Ozalée"), 1);

        // What is stored later counts for the queries that come later.
        let titles = (0..2_000).map(|n| format!("Ozalée encore {n}"));
        world.store(titles, now() + chrono::TimeDelta::hours(1));
        watchlist.learn(&world.ledger).unwrap();
        world.declare(&[("brand", "ozalée boisson brut")]);
        watchlist.follow(&world.ledger).unwrap();
        assert_eq!(watchlist.learnt, world.ledger.head().unwrap());
        assert_eq!(runs(&mut watchlist, "Ozalée"), 0);
    }
}
