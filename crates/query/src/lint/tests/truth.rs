//! What the remarks claim, held to the meaning of queries by trying them on texts.

use std::ops::Range;

use model::{Details, Item, Kind, Lang, Rating};
use proptest::prelude::*;

use crate::analysis::{self, TokenKind};
use crate::lint::logic::Logic;
use crate::stretch::{self, Stretch};
use crate::word::Seen;
use crate::{Expression, Filter, LintCode, Node, NodeKind, Parts, TextField, Word, lint};

/// Tells whether an item has what a part of a query asks for, in the plainest way.
fn holds(node: &Node, item: &Item) -> bool {
    match &node.kind {
        NodeKind::All(parts) => parts.iter().all(|part| holds(part, item)),
        NodeKind::Any(parts) => parts.iter().any(|part| holds(part, item)),
        NodeKind::Not(part) => !holds(part, item),
        NodeKind::Occurs { scope, what, at_least } => {
            let starts = |field: &TextField| {
                let mut starts: Vec<u32> =
                    places(what, *field, item).iter().map(|stretch| stretch.start).collect();
                starts.dedup();
                starts.len()
            };
            scope.fields().iter().map(starts).sum::<usize>() >= *at_least
        }
        NodeKind::Regex { scope, pattern } => {
            scope.fields().iter().any(|field| pattern.is_match(&field.of(item)))
        }
        NodeKind::Filter(filter) => Filter::satisfied_by(item).contains(filter),
        NodeKind::Interval(interval) => interval.holds(item),
        NodeKind::Context { wanted, unwanted } => {
            let count = |parts: &[Node]| parts.iter().filter(|part| holds(part, item)).count();
            count(wanted) >= count(unwanted) + usize::from(!wanted.is_empty())
        }
    }
}

fn places(what: &Expression, field: TextField, item: &Item) -> Vec<Stretch> {
    let text = field.of(item);
    let tokens: Vec<analysis::Token> = analysis::tokens(&text).collect();
    stretch::find(what, &mut |word, found| {
        for token in &tokens {
            let surface = analysis::surface(&text[token.start..token.end]);
            let seen = Seen { folded: &token.text, surface: &surface, lang: item.lang.as_ref() };
            let is_found = match (word, token.kind) {
                (Word::Sign { text, .. }, TokenKind::Sign) => *text == token.text,
                (word, TokenKind::Word) => word.accepts(seen),
                _ => false,
            };
            if is_found {
                let start = u32::try_from(token.position).unwrap();
                let end = start + u32::try_from(token.width).unwrap();
                found.push(Stretch { start, end });
            }
        }
        found.dedup();
    })
}

fn item(title: &str, text: &str, lang: &str, stars: i64) -> Item {
    Item {
        source: "gazette".into(),
        kind: Kind::News,
        guid: None,
        url: Some("https://blog.acme.com/news/1".parse().unwrap()),
        title: title.to_owned(),
        text: text.to_owned(),
        author: None,
        lang: Lang::from_tag(lang),
        published: None,
        updated: None,
        details: Details { rating: Rating::new(stars * 1000, 1000, 5000), ..Details::default() },
    }
}

#[test]
fn the_plain_meaning_is_that_of_the_language() {
    let item = item("Acme shop", "the #acme of acmes", "en", 2);
    let check = |text: &str, expect: bool| {
        assert_eq!(holds(crate::parse(text).unwrap().root(), &item), expect, "{text}");
    };
    check("acme", true);
    check("\"acme shop\"", true);
    check("\"shop the\"", false);
    check("ATLEAST/2 acme", true);
    check("ATLEAST/3 acme", false);
    check("#acme @acme", false);
    check("{Acme}", true);
    check("title:the", false);
    check("text:shop", false);
    check("acme NEAR/1 acmes", true);
    check("acme NEAR/0 acmes", false);
    check("site:acme.com rating:2 lang:en", true);
    check("acme context:shop anticontext:the", false);
}

const LEAF: &str = "acme|acmes|shop|le|Acme|\\{Acme\\}|#acme|acm\\*|acme\\?|ac\\*s|~acme|\"acme shop\"|\"the acme shop\"\
    |\"acme shop\"~1|\"acme shop\"~3|acme NEAR/1 shop|acme NEAR/3 shop|shop ONEAR/2 acme|\\(acme OR le\\) NEAR/2 shop|title:acme\
    |title:\"acme shop\"|text:shop|ATLEAST/2 acme|ATLEAST/3 acme|/acme/i|lang:fr|lang:en|site:acme\\.com|site:blog\\.acme\\.com\
    |site:blog\\.acme\\.com/news|site:acme\\.com/jobs|rating:\\[1 TO 2\\]|rating:3|rating:\\[2 TO 5\\]|rating:8|kind:news|kind:forum";

fn strategy(pattern: &str) -> impl Strategy<Value = String> + use<> {
    proptest::string::string_regex(pattern).unwrap()
}

fn query() -> impl Strategy<Value = String> {
    let part = format!("(-|NOT )?({LEAF}|\\(({LEAF})( OR | | AND |  -)({LEAF})\\))");
    strategy(&format!("acme ({part}( | OR | AND )){{0,4}}({LEAF})"))
}

fn text() -> impl Strategy<Value = String> {
    strategy("((acme|acmes|shop|le|the|Acme|#acme|@acme|ACME|acmé) ){0,6}")
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    let one = (text(), text(), prop::sample::select(vec!["", "fr", "en", "ja"]), 1_i64..=5)
        .prop_map(|(title, text, lang, stars)| item(&title, &text, lang, stars));
    prop::collection::vec(one, 6)
}

/// The changes that a query keeps its meaning in.
const FAITHFUL: [LintCode; 5] = [
    LintCode::MixedAndOr,
    LintCode::DuplicateClause,
    LintCode::UselessClause,
    LintCode::SquareBrackets,
    LintCode::OpenRange,
];

fn apply(text: &str, (range, with): &(Range<usize>, String)) -> String {
    [&text[..range.start], with, &text[range.end..]].concat()
}

proptest! {
    #[test]
    fn what_follows_and_what_excludes_is_so_on_every_text(
        first in strategy(&format!("({LEAF})(( OR | )({LEAF}))?")),
        second in strategy(&format!("({LEAF})(( OR | | -)({LEAF}))?")),
        items in items(),
    ) {
        let parse = |text: &str| crate::parse(text).map(|query| query.root().clone());
        if let (Ok(one), Ok(other)) = (parse(&first), parse(&second)) {
            let logic = Logic::new();
            let (implies, excludes) = (logic.implies(&one, &other), logic.excludes(&one, &other));
            for item in &items {
                let (has_one, has_other) = (holds(&one, item), holds(&other, item));
                prop_assert!(!implies || !has_one || has_other, "{} => {}: {:?}", first, second, item);
                prop_assert!(!excludes || !has_one || !has_other, "{} / {}: {:?}", first, second, item);
            }
        }
    }

    #[test]
    fn what_a_remark_says_of_a_query_is_so_on_every_text(text in query(), items in items()) {
        let parts = Parts::default();
        if let Ok(query) = crate::parse(&text) {
            for lint in lint(&text, &parts) {
                let replacement = lint.fix.as_ref().and_then(|fix| fix.replacement.as_ref());
                if let (true, Some(replacement)) = (FAITHFUL.contains(&lint.code), replacement) {
                    let fixed = apply(&text, replacement);
                    let after = crate::parse(&fixed).unwrap();
                    for item in &items {
                        prop_assert_eq!(
                            holds(query.root(), item), holds(after.root(), item),
                            "{}: {} => {}: {:?}", lint.code, &text, fixed, item
                        );
                    }
                }
                if lint.code == LintCode::Contradiction && is_beside_all(query.root(), &lint.span) {
                    for item in &items {
                        prop_assert!(!holds(query.root(), item), "{}: {:?}", &text, item);
                    }
                }
            }
        }
    }
}

/// Tells whether a part stands in the outermost group, and that must hold as a whole.
fn is_beside_all(root: &Node, span: &Range<usize>) -> bool {
    matches!(&root.kind, NodeKind::All(parts) if parts.iter().any(|part| part.span == *span))
}
