//! All saved queries against one item: prospective search.
//!
//! A query waits for its anchors: a few words of which an item must have at least one, chosen for
//! being rare. The item's words are looked up one by one, each wakes the queries that wait for it, and
//! only those run. docs/matcher.md has more on it.

mod arena;
mod chunks;
mod gate;
mod key;
mod names;
mod plan;
mod program;
mod scratch;
mod slab;
mod statistics;
mod terms;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::collections::HashMap;

use model::{Item, QueryName};

use self::arena::{Arena, List};
use self::chunks::Chunks;
use self::key::Sites;
use self::names::Names;
use self::plan::{Asked, Check, Need, Places, Plan, Region};
use self::program::{Reference, Run, Tables, each_reference};
use self::scratch::{Known, Side};
use self::slab::Slab;
use self::statistics::Statistics;
use self::terms::Terms;
use self::vocabulary::TermId;
use crate::{Expression, Filter, Interval, Node, NodeKind, Pattern, Query, Scope, TextField, Word};

pub use self::scratch::{Scratch, Work};

/// A set of named queries that answers which of them find an item.
///
/// It can be shared by any number of threads, each with a [`Scratch`] of its own. Queries come and go
/// one at a time, without a rebuild.
#[derive(Debug, Clone)]
pub struct Matcher {
    slots: Names,
    queries: Slab<Saved>,
    /// By slot: where its code is.
    codes: Chunks<List>,
    code: Arena<u32>,
    terms: Terms,
    postings: Arena<Posting>,
    /// Queries that can find an item that has none of their words: they run for every item.
    unanchored: Vec<u32>,
    intervals: Slab<Interval>,
    patterns: Slab<(Scope, Pattern)>,
    statistics: Statistics,
    /// How many queries read each of what is read only where it is asked for.
    readers: [u32; Reads::COUNT],
}

#[derive(Debug, Clone)]
struct Saved {
    name: QueryName,
    reads: Reads,
}

/// A query whose code must run.
#[derive(Debug, Clone, Copy)]
struct Awake {
    slot: u32,
    code: List,
    first: u32,
}

/// A query that is not yet among the others.
struct Prepared {
    code: Vec<u32>,
    reads: Reads,
    need: Option<Need>,
}

/// A query that waits for a word.
#[derive(Debug, Clone, Copy, Default)]
struct Posting {
    /// The slot, and in the upper two bits whether the check is enough and whether the query waits
    /// for other words too.
    query: u32,
    /// What must be true besides, in the upper two bits, and the word that it is about.
    check: u32,
}

const IS_ENOUGH: u32 = 1 << 31;
const IS_ONE_OF_SEVERAL: u32 = 1 << 30;
const CHECK_HAS: u32 = 1;
const CHECK_NEXT: u32 = 2;
const CHECK_PREVIOUS: u32 = 3;
const FLAGS_SHIFT: u32 = 30;
const NUMBER_BITS: u32 = (1 << FLAGS_SHIFT) - 1;

impl Posting {
    fn new(slot: u32, flags: u32, check: Check) -> Self {
        let (kind, term) = match check {
            Check::Nothing => (0, 0),
            Check::Has(term) => (CHECK_HAS, term),
            Check::Next(term) => (CHECK_NEXT, term),
            Check::Previous(term) => (CHECK_PREVIOUS, term),
        };
        Self { query: slot | flags, check: term | kind << FLAGS_SHIFT }
    }

    fn slot(self) -> u32 {
        self.query & NUMBER_BITS
    }
}

/// What a query reads besides titles, texts and numbers: one bit each.
#[derive(Debug, Clone, Copy, Default)]
struct Reads(u16);

impl Reads {
    const COUNT: usize = 9;
    const HOSTS: usize = 6;
    const PATHS: usize = 7;
    const FILTERS: usize = 8;

    fn add(&mut self, what: usize) {
        self.0 |= 1 << what;
    }

    fn iter(self) -> impl Iterator<Item = usize> {
        (0..Self::COUNT).filter(move |what| self.0 & (1 << what) != 0)
    }
}

impl Default for Matcher {
    fn default() -> Self {
        Self::new()
    }
}

impl Matcher {
    pub fn new() -> Self {
        Self {
            slots: Names::new(),
            queries: Slab::new(),
            codes: Chunks::new(),
            code: Arena::new(),
            terms: Terms::new(),
            postings: Arena::new(),
            unanchored: Vec::new(),
            intervals: Slab::new(),
            patterns: Slab::new(),
            statistics: Statistics::new(),
            readers: [0; Reads::COUNT],
        }
    }

    /// Counts the item's words, so that queries that are added later wait for their rarest. Without,
    /// long words are taken for rare ones.
    pub fn learn(&mut self, item: &Item) {
        self.statistics.learn(item);
    }

    /// Adds a query, in place of one of the same name.
    pub fn insert(&mut self, name: QueryName, query: &Query) {
        self.remove(&name);
        let prepared = self.prepare(query);
        self.save(name, &prepared);
    }

    /// Adds many queries. Those that wait for the same word come to lie together, which makes matching
    /// faster than adding them one by one.
    pub fn insert_all<'q>(&mut self, queries: impl IntoIterator<Item = (QueryName, &'q Query)>) {
        // The later of two with one name counts, as it does when they come one by one.
        let queries: HashMap<QueryName, &Query> = queries.into_iter().collect();
        let mut all: Vec<(QueryName, Prepared)> = Vec::with_capacity(queries.len());
        for (name, query) in queries {
            self.remove(&name);
            all.push((name, self.prepare(query)));
        }
        all.sort_by_key(|(_, prepared)| {
            prepared.need.as_ref().and_then(|need| Some(need.anchors.first()?.term))
        });
        for (name, prepared) in all {
            self.save(name, &prepared);
        }
    }

    /// Makes a query ready to run, with its words in the vocabulary.
    fn prepare(&mut self, query: &Query) -> Prepared {
        let mut planner = Planner { matcher: self, reads: Reads::default() };
        let plan = planner.plan(query.root());
        let reads = planner.reads;
        let mut code = Vec::new();
        plan.emit(&mut code);
        Prepared { code, reads, need: plan.need() }
    }

    fn save(&mut self, name: QueryName, prepared: &Prepared) {
        for what in prepared.reads.iter() {
            self.readers[what] += 1;
        }
        let slot = self.queries.insert(Saved { name: name.clone(), reads: prepared.reads });
        if self.codes.len() < self.queries.len() {
            self.codes.push(List::default());
        }
        *self.codes.get_mut(slot) = self.code.insert(&prepared.code);
        self.slots.insert(name, slot);
        let Some(need) = &prepared.need else {
            self.unanchored.push(slot);
            return;
        };
        let mut flags = if need.is_enough { IS_ENOUGH } else { 0 };
        if need.anchors.len() > 1 {
            flags |= IS_ONE_OF_SEVERAL;
        }
        for anchor in &need.anchors {
            let posting = Posting::new(slot, flags, anchor.check);
            self.terms.with_postings(anchor.term, &mut self.postings, |postings, list| {
                postings.push(list, posting);
            });
        }
    }

    /// Removes a query; without one of this name it does nothing.
    pub fn remove(&mut self, name: &QueryName) {
        let Some(slot) = self.slots.remove(name) else { return };
        let Some(saved) = self.queries.remove(slot) else { return };
        for what in saved.reads.iter() {
            self.readers[what] -= 1;
        }
        let code = std::mem::take(self.codes.get_mut(slot));
        let mut terms = Vec::new();
        each_reference(self.code.get(code), &mut |reference| match reference {
            Reference::Term(term) => terms.push(term),
            Reference::Interval(number) => drop(self.intervals.remove(number)),
            Reference::Pattern(number) => drop(self.patterns.remove(number)),
        });
        self.code.free(code);
        for &term in &terms {
            if self.terms.postings(term).len() > 0 {
                self.terms.with_postings(term, &mut self.postings, |postings, list| {
                    postings.retain(list, |posting| posting.slot() != slot);
                });
            }
        }
        for term in terms {
            self.terms.release(term);
        }
        self.unanchored.retain(|other| *other != slot);
    }

    /// Returns how many queries there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the names of the queries, in no particular order.
    pub fn names(&self) -> impl Iterator<Item = &QueryName> {
        self.queries.values().map(|saved| &saved.name)
    }

    /// Returns the queries that wait for no word: they run for every item, which their owners should
    /// know.
    pub fn unanchored(&self) -> impl Iterator<Item = &QueryName> {
        self.unanchored.iter().filter_map(|slot| Some(&self.queries.get(*slot)?.name))
    }

    /// Returns the names of the queries that find the item, in order. Where many items are matched,
    /// [`Matcher::find`] spares the making of a scratch for each.
    pub fn matches(&self, item: &Item) -> Vec<QueryName> {
        let mut scratch = Scratch::new();
        let mut names: Vec<QueryName> = self.find(item, &mut scratch).cloned().collect();
        names.sort_unstable();
        names
    }

    /// Returns the names of the queries that find the item, each once, in no particular order.
    pub fn find<'s>(
        &'s self,
        item: &Item,
        scratch: &'s mut Scratch,
    ) -> impl Iterator<Item = &'s QueryName> + use<'s> {
        self.run(item, scratch);
        let scratch = &*scratch;
        scratch.found.iter().filter_map(|slot| Some(&self.queries.get(*slot)?.name))
    }

    /// Leaves the slots of the queries that find the item in the scratch.
    fn run(&self, item: &Item, scratch: &mut Scratch) {
        scratch.clear(self.terms.vocabulary.len(), self.queries.len());
        self.read(item, scratch);
        let tables = Tables {
            vocabulary: &self.terms.vocabulary,
            intervals: &self.intervals,
            patterns: &self.patterns,
        };
        let mut awake = std::mem::take(&mut scratch.awake);
        for at in 0..scratch.terms.len() {
            let term = scratch.terms[at];
            let waiting = self.postings.get(self.terms.postings(term));
            scratch.work.anchors += waiting.len() as u64;
            for posting in waiting {
                if is_met(*posting, term, scratch) {
                    self.wake(*posting, scratch, &mut awake);
                }
            }
        }
        for &slot in &self.unanchored {
            self.wake(Posting { query: slot, check: 0 }, scratch, &mut awake);
        }
        scratch.work.runs += awake.len() as u64;
        for query in awake.drain(..) {
            let code = self.code.get(query.code);
            if (Run { tables: &tables, code, item, scratch }).holds(query.first) {
                scratch.found.push(query.slot);
            }
        }
        scratch.awake = awake;
    }

    /// Takes note of a query whose check is met: it holds, or its code must run.
    fn wake(&self, posting: Posting, scratch: &mut Scratch, awake: &mut Vec<Awake>) {
        let slot = posting.slot();
        if posting.query & IS_ONE_OF_SEVERAL != 0 && !scratch.is_first(slot) {
            // Where the check is enough the query was found by the first that was met; where not, its
            // code will decide.
            return;
        }
        if posting.query & IS_ENOUGH == 0 {
            let code = *self.codes.get(slot);
            // The code is seldom in a near cache. To read of it here, where nothing waits for the
            // answer, lets many reads go on side by side.
            let first = self.code.get(code).first().copied().unwrap_or_default();
            awake.push(Awake { slot, code, first });
        } else {
            scratch.found.push(slot);
        }
    }

    fn read(&self, item: &Item, scratch: &mut Scratch) {
        let known = Known {
            vocabulary: &self.terms.vocabulary,
            gate: &self.terms.gate,
            hanging: &self.terms.hanging,
            derived: &self.terms.derived,
        };
        for field in TextField::ALL {
            let is_read = match field {
                TextField::Title | TextField::Text => true,
                TextField::Author | TextField::Quote | TextField::Url | TextField::Links => {
                    self.readers[field as usize] > 0
                }
            };
            if is_read {
                scratch.read_field(field, item, &known);
            }
        }
        let sites = if self.readers[Reads::PATHS] > 0 {
            Sites::WithPaths
        } else if self.readers[Reads::HOSTS] > 0 {
            Sites::Hosts
        } else {
            Sites::None
        };
        let mut meets = |key| scratch.mark(self.terms.vocabulary.find(key), 0);
        key::of_sites(item, sites, &mut meets);
        if self.readers[Reads::FILTERS] > 0 {
            key::of_filters(item, &mut meets);
        }
    }

    /// Returns how many bytes the matcher has on the heap: for the queries themselves, and for their
    /// names.
    pub fn heap_bytes(&self) -> HeapBytes {
        let name_bytes: usize =
            self.queries.values().map(|saved| saved.name.as_str().len()).sum::<usize>();
        let names = self.slots.heap_bytes()
            + self.queries.len() * size_of::<QueryName>()
            // In the list and in the map.
            + 2 * name_bytes;
        let queries = self.queries.heap_bytes() - self.queries.len() * size_of::<QueryName>()
            + self.codes.heap_bytes()
            + self.code.heap_bytes()
            + self.terms.heap_bytes()
            + self.postings.heap_bytes()
            + self.unanchored.capacity() * size_of::<u32>()
            + self.intervals.heap_bytes()
            + self.patterns.heap_bytes();
        HeapBytes { queries, names, statistics: self.statistics.heap_bytes() }
    }
}

/// What a matcher has on the heap, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeapBytes {
    /// The compiled queries, with the words that they use.
    pub queries: usize,
    pub names: usize,
    /// The counts of words: the same for any number of queries.
    pub statistics: usize,
}

/// Tells whether the check of a posting is met, so that its query may hold.
fn is_met(posting: Posting, anchor: TermId, scratch: &Scratch) -> bool {
    let term = posting.check & NUMBER_BITS;
    match posting.check >> FLAGS_SHIFT {
        0 => true,
        CHECK_HAS => scratch.has(term),
        CHECK_NEXT => scratch.has_neighbour(anchor, term, Side::After),
        _ => scratch.has_neighbour(anchor, term, Side::Before),
    }
}

/// Makes a plan of a tree, with its words in the matcher's tables.
struct Planner<'a> {
    matcher: &'a mut Matcher,
    reads: Reads,
}

impl Planner<'_> {
    fn plan(&mut self, node: &Node) -> Plan {
        match &node.kind {
            NodeKind::All(parts) => Plan::All(self.plans(parts)),
            NodeKind::Any(parts) => Plan::Any(self.plans(parts)),
            NodeKind::Not(part) => Plan::Not(Box::new(self.plan(part))),
            NodeKind::Occurs { scope, what, at_least } => self.occurs(*scope, what, *at_least),
            NodeKind::Regex { scope, pattern } => {
                Plan::Regex(self.matcher.patterns.insert((*scope, pattern.clone())))
            }
            NodeKind::Filter(filter) => {
                self.reads.add(match filter {
                    Filter::Site { path: None, .. } => Reads::HOSTS,
                    Filter::Site { path: Some(_), .. } => Reads::PATHS,
                    Filter::Lang(_)
                    | Filter::Country(_)
                    | Filter::Source(_)
                    | Filter::Kind(_)
                    | Filter::Tag(_)
                    | Filter::Thread(_)
                    | Filter::Tone(_)
                    | Filter::Has(_)
                    | Filter::Reply(_) => Reads::FILTERS,
                });
                let statistics = &self.matcher.statistics;
                Plan::Has(self.matcher.terms.acquire_filter(filter, statistics))
            }
            NodeKind::Interval(interval) => {
                Plan::Interval(self.matcher.intervals.insert(interval.clone()))
            }
            NodeKind::Context { wanted, unwanted } => {
                Plan::Context { wanted: self.plans(wanted), unwanted: self.plans(unwanted) }
            }
        }
    }

    fn plans(&mut self, parts: &[Node]) -> Vec<Plan> {
        parts.iter().map(|part| self.plan(part)).collect()
    }

    fn occurs(&mut self, scope: Scope, what: &Expression, at_least: usize) -> Plan {
        for field in scope.fields() {
            self.reads.add(*field as usize);
        }
        let region = match scope {
            Scope::Title => Region::Title,
            Scope::Text => Region::Text,
            // The words of other fields have keys of their own.
            Scope::TitleOrText | Scope::Author | Scope::Quote | Scope::Url | Scope::Links => {
                Region::Everywhere
            }
        };
        if let (Expression::Phrase(words), Region::Everywhere, 1) = (what, region, at_least) {
            let are_plain = words.iter().all(|word| matches!(word, Word::Plain(_)));
            if let [word] = words.as_slice() {
                return Plan::Has(self.acquire(word, scope));
            } else if are_plain {
                return Plan::Phrase(self.acquire_all(words, scope));
            }
        }
        let at_least = u32::try_from(at_least).unwrap_or(u32::MAX);
        Plan::Occurs { region, at_least, what: self.places(scope, what) }
    }

    fn places(&mut self, scope: Scope, what: &Expression) -> Places {
        let to_u32 = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        match what {
            Expression::Phrase(words) => Places::Phrase(self.acquire_all(words, scope)),
            Expression::Within { words, distance } => Places::Within {
                words: self.acquire_all(words, scope),
                distance: to_u32(*distance),
            },
            Expression::Near { left, right, distance, order } => Places::Near {
                left: Box::new(self.places(scope, left)),
                right: Box::new(self.places(scope, right)),
                distance: to_u32(*distance),
                order: *order,
            },
            Expression::Any(parts) => {
                Places::Any(parts.iter().map(|part| self.places(scope, part)).collect())
            }
        }
    }

    fn acquire_all(&mut self, words: &[Word], scope: Scope) -> Vec<Asked> {
        words.iter().map(|word| self.acquire(word, scope)).collect()
    }

    fn acquire(&mut self, word: &Word, scope: Scope) -> Asked {
        self.matcher.terms.acquire(word, scope, &self.matcher.statistics)
    }
}
