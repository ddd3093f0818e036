//! One query language: the archive finds the items that a query means, as does the matcher.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::env;

use index::{Archive, Index};
use model::{Item, ItemId, QueryName, Seq, StoredItem};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use query::{Expression, Matcher, Node, NodeKind, Order, Quantity, Query, Scope, Word};

use crate::items::{LEDGER, options, stored};
use crate::language::{any_item, any_query, any_words};
use crate::naive;

/// How many cases are run where `PROPTEST_CASES` says nothing.
const CASES: u32 = 12;

fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let cases = if env::var_os("PROPTEST_CASES").is_some() { usual.cases } else { CASES };
    ProptestConfig { cases, ..usual }
}

#[derive(Debug, Clone)]
struct Case {
    /// Items that are replaced, or stay where there are fewer newer ones.
    older: Vec<Item>,
    newer: Vec<Item>,
    queries: Vec<String>,
}

fn any_case() -> impl Strategy<Value = Case> {
    any_words().prop_flat_map(|words| {
        (
            vec(any_item(&words), 5..15),
            vec(any_item(&words), 10..40),
            vec(any_query(&words), 40..80),
        )
            .prop_map(|(older, newer, queries)| Case { older, newer, queries })
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_query_means_the_same_to_the_matcher_and_to_the_archive(case in any_case()) {
        let numbered = |items: &[Item]| -> Vec<StoredItem> {
            (1..).zip(items.to_vec()).map(|(id, item)| stored(id, item)).collect()
        };
        let (older, newer) = (numbered(&case.older), numbered(&case.newer));
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path().join("index");
        let mut index = Index::open(&dir, LEDGER).unwrap().index;
        index.apply(&older, Seq(1)).unwrap();
        // Two segments, and items that were replaced in the first of them.
        let (first, second) = newer.split_at(newer.len() / 2);
        index.apply(first, Seq(2)).unwrap();
        index.apply(second, Seq(3)).unwrap();
        let mut items: BTreeMap<ItemId, Item> = BTreeMap::new();
        items.extend(older.into_iter().chain(newer).map(|stored| (stored.id, stored.item)));

        let texts: HashMap<ItemId, Item> = items.clone().into_iter().collect();
        let archive = Archive::open(&dir).unwrap().with_texts(move |id| texts.get(&id).cloned());
        let queries: Vec<Query> =
            case.queries.iter().map(|text| query::parse(text).unwrap()).collect();
        let mut matcher = Matcher::new();
        let name = |number: usize| QueryName::from(number.to_string().as_str());
        matcher.insert_all(queries.iter().enumerate().map(|(number, query)| (name(number), query)));
        let matched: Vec<(ItemId, Vec<QueryName>)> =
            items.iter().map(|(id, item)| (*id, matcher.matches(item))).collect();
        for (number, query) in queries.iter().enumerate() {
            let meant: BTreeSet<ItemId> = items
                .iter()
                .filter(|(_, item)| naive::finds(query, item))
                .map(|(id, _)| *id)
                .collect();
            let by_query: BTreeSet<ItemId> =
                items.iter().filter(|(_, item)| query.matches(item)).map(|(id, _)| *id).collect();
            let by_matcher: BTreeSet<ItemId> = matched
                .iter()
                .filter(|(_, names)| names.contains(&name(number)))
                .map(|(id, _)| *id)
                .collect();
            let found = archive.search(query, &options()).unwrap();
            let by_archive: BTreeSet<ItemId> = found.hits.iter().map(|hit| hit.id).collect();
            prop_assert_eq!(found.total, found.hits.len());
            for (who, found) in
                [("query", by_query), ("matcher", by_matcher), ("archive", by_archive)]
            {
                let differ = meant.symmetric_difference(&found).next().map(|id| &items[id]);
                prop_assert_eq!(&meant, &found, "the {} on {}, of {:?}", who, query, differ);
            }
        }
    }
}

/// How often something held, and how often it did not.
#[derive(Debug, Default)]
struct Tally {
    held: u32,
    failed: u32,
}

impl Tally {
    fn count(&mut self, held: bool) {
        *(if held { &mut self.held } else { &mut self.failed }) += 1;
    }
}

/// Every operator and field, as [`operators`] names them.
const OPERATORS: &str = "AND OR NOT context anticontext regex \
    title-or-text title text author quote url links \
    phrase within NEAR ONEAR NEAR-in-NEAR group ATLEAST plain exact sign emoji glob forms \
    site lang country source kind tag thread tone has reply \
    stars rating-out-of date minute likes shares comments views followers";

#[test]
fn every_operator_finds_some_items_and_leaves_out_others() {
    let mut runner = TestRunner::deterministic();
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut queries = Tally::default();
    for _ in 0..20 {
        let case = any_case().new_tree(&mut runner).unwrap().current();
        for text in &case.queries {
            let query = query::parse(text).unwrap();
            for item in &case.newer[..4] {
                queries.count(naive::finds(&query, item));
                tally(text, query.root(), item, &mut tallies);
            }
        }
    }
    let share = f64::from(queries.held) / f64::from(queries.held + queries.failed);
    eprintln!("{:.0} % of the pairs of query and item match", share * 100.0);
    assert!((0.1..0.9).contains(&share), "{share}");
    for operator in OPERATORS.split_ascii_whitespace() {
        let tally = tallies.remove(operator).unwrap_or_default();
        assert!(tally.held >= 3 && tally.failed >= 3, "{operator}: {tally:?}");
    }
    assert!(tallies.is_empty(), "{tallies:?}");
}

fn tally(query: &str, node: &Node, item: &Item, tallies: &mut BTreeMap<String, Tally>) {
    let held = naive::holds(query, node, item);
    for operator in operators(node) {
        tallies.entry(operator).or_default().count(held);
    }
    let parts = match &node.kind {
        NodeKind::All(parts) | NodeKind::Any(parts) => parts.as_slice(),
        NodeKind::Not(part) => std::slice::from_ref(&**part),
        NodeKind::Context { wanted, unwanted } => {
            for part in unwanted {
                tally(query, part, item, tallies);
            }
            wanted
        }
        NodeKind::Occurs { .. }
        | NodeKind::Regex { .. }
        | NodeKind::Filter(_)
        | NodeKind::Interval(_) => &[],
    };
    for part in parts {
        tally(query, part, item, tallies);
    }
}

/// Names what a part of a query is made of, without the parts that are nodes of their own.
fn operators(node: &Node) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    match &node.kind {
        NodeKind::All(_) => names.extend(["AND"]),
        NodeKind::Any(_) => names.extend(["OR"]),
        NodeKind::Not(_) => names.extend(["NOT"]),
        NodeKind::Regex { .. } => names.extend(["regex"]),
        NodeKind::Filter(filter) => names.extend([filter.name()]),
        NodeKind::Interval(interval) => names.extend([match interval.quantity {
            Quantity::Stars => "stars",
            Quantity::RatingOutOf { .. } => "rating-out-of",
            Quantity::Date => "date",
            Quantity::Minute => "minute",
            Quantity::Likes => "likes",
            Quantity::Shares => "shares",
            Quantity::Comments => "comments",
            Quantity::Views => "views",
            Quantity::Followers => "followers",
        }]),
        NodeKind::Context { wanted, unwanted } => {
            names.extend((!wanted.is_empty()).then_some("context"));
            names.extend((!unwanted.is_empty()).then_some("anticontext"));
        }
        NodeKind::Occurs { scope, what, at_least } => {
            names.extend((*at_least > 1).then_some("ATLEAST"));
            names.extend([match scope {
                Scope::TitleOrText => "title-or-text",
                Scope::Title => "title",
                Scope::Text => "text",
                Scope::Author => "author",
                Scope::Quote => "quote",
                Scope::Url => "url",
                Scope::Links => "links",
            }]);
            of_expression(what, &mut names);
        }
    }
    names.into_iter().map(str::to_owned).collect()
}

fn of_expression(what: &Expression, names: &mut BTreeSet<&'static str>) {
    match what {
        Expression::Phrase(words) => names.extend((words.len() > 1).then_some("phrase")),
        Expression::Within { .. } => names.extend(["within"]),
        Expression::Near { left, right, order, .. } => {
            let is_near = |part: &Expression| matches!(part, Expression::Near { .. });
            names.extend((is_near(left) || is_near(right)).then_some("NEAR-in-NEAR"));
            names.extend([if *order == Order::Either { "NEAR" } else { "ONEAR" }]);
            of_expression(left, names);
            of_expression(right, names);
        }
        Expression::Any(parts) => {
            names.extend(["group"]);
            for part in parts {
                of_expression(part, names);
            }
        }
    }
    what.each_word(&mut |word| {
        names.extend([match word {
            Word::Plain(_) => "plain",
            Word::Exact { .. } => "exact",
            Word::Sign { width: 0, .. } => "emoji",
            Word::Sign { .. } => "sign",
            Word::Glob(_) => "glob",
            Word::Forms(_) => "forms",
        }]);
    });
}
