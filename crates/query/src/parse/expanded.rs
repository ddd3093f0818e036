//! A query's text with its named parts written out, each between brackets: a text that means the same
//! wherever it is read.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Expanded;

/// A named part that was read in the place of its name.
#[derive(Debug)]
pub(super) struct Inserted {
    /// Where the name stands.
    span: Range<usize>,
    expanded: Expanded,
}

impl Inserted {
    pub(super) fn new(span: &Range<usize>, name: &str, text: &str, within: Vec<Self>) -> Self {
        let mut expanded = expanded(text, within)
            .unwrap_or_else(|| Expanded { text: text.to_owned(), parts: BTreeSet::new() });
        expanded.parts.insert(name.to_owned());
        Self { span: span.clone(), expanded }
    }
}

/// Returns `None` where there is nothing to write out.
pub(super) fn expanded(text: &str, inserted: Vec<Inserted>) -> Option<Expanded> {
    if inserted.is_empty() {
        return None;
    }
    let mut whole = Expanded { text: String::new(), parts: BTreeSet::new() };
    let mut at = 0;
    for Inserted { span, expanded } in inserted {
        whole.text.push_str(&text[at..span.start]);
        whole.text.push('(');
        whole.text.push_str(&expanded.text);
        whole.text.push(')');
        whole.parts.extend(expanded.parts);
        at = span.end;
    }
    whole.text.push_str(&text[at..]);
    Some(whole)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{Node, NodeKind, Parts, parse_expanded, parse_with};

    fn parts(named: &[(&str, &str)]) -> Parts {
        let mut parts = Parts::default();
        for (name, text) in named {
            parts.insert(name, text).unwrap();
        }
        parts
    }

    /// Takes away where the parts of a tree stand in the text.
    fn without_spans(mut node: Node) -> Node {
        fn forget(node: &mut Node) {
            node.span = 0..0;
            match &mut node.kind {
                NodeKind::All(parts) | NodeKind::Any(parts) => parts.iter_mut().for_each(forget),
                NodeKind::Not(part) => forget(part),
                NodeKind::Context { wanted, unwanted } => {
                    wanted.iter_mut().chain(unwanted).for_each(forget);
                }
                NodeKind::Occurs { .. }
                | NodeKind::Regex { .. }
                | NodeKind::Filter(_)
                | NodeKind::Interval(_) => {}
            }
        }
        forget(&mut node);
        node
    }

    #[test]
    fn parts_are_written_in_the_place_of_their_names() {
        let parts = parts(&[
            ("rivals", "globex OR @others <<< as of 2026 >>>"),
            ("others", "\"hooli inc\""),
        ]);
        let check = |text: &str, expect: &str, names: &[&str]| {
            let query = parse_with(text, &parts).unwrap();
            assert_eq!(query.expanded(), expect);
            assert_eq!(query.parts().collect::<Vec<_>>(), names, "{text}");
        };
        check(
            "acme -@rivals",
            "acme -(globex OR (\"hooli inc\") <<< as of 2026 >>>)",
            &["others", "rivals"],
        );
        check("@others @others", "(\"hooli inc\") (\"hooli inc\")", &["others"]);
        check("acme", "acme", &[]);
        // These are handles, as they are without parts.
        for text in ["\"@rivals\"", "title:@rivals", "@rivals_fr", "~@rivals"] {
            check(text, text, &[]);
        }
    }

    #[test]
    fn a_part_is_checked_by_itself() {
        let parts = parts(&[
            ("sound", "-spam"),
            ("open", "globex OR (hooli"),
            ("empty", "<<< later >>>"),
            ("one", "@other"),
            ("other", "x @one"),
        ]);
        let check = |name: &str, expect: &[&str]| {
            let problems = parts.problems(name);
            let told: Vec<String> =
                problems.iter().map(|it| format!("{}: {}", it.span.start, it.message)).collect();
            assert_eq!(told, expect, "{name}");
        };
        check("sound", &[]);
        check("open", &["10: ( is never closed"]);
        check("empty", &["0: the part is empty"]);
        check("one", &["0: in @other: @one contains itself"]);
        check("nobody", &[]);
    }

    #[test]
    fn what_a_query_may_hold_it_may_hold_with_its_parts_written_out() {
        let named = parts(&[("a", "@b"), ("b", "x")]);
        let nested = |levels| format!("{}@a{}", "(".repeat(levels), ")".repeat(levels));
        let query = parse_with(&nested(48), &named).unwrap();
        assert_eq!(parse_expanded(query.expanded()).unwrap().expanded(), query.expanded());
        let problems = parse_with(&nested(49), &named).unwrap_err();
        assert_eq!(problems[0].message, "in @a: in @b: nested more than 50 deep");

        let named = parts(&[("long", &"wort ".repeat(900))]);
        let query = parse_with("@long @long", &named);
        assert_eq!(
            query.unwrap_err()[0].message,
            "in @long: more than 1000 words, phrases and filters"
        );
        let named = parts(&[("long", &format!("{} ", "wort".repeat(15)).repeat(300))]);
        let query = parse_with("@long @long @long", &named).unwrap();
        assert!(query.expanded().chars().count() > 50_000);
        assert_eq!(parse_expanded(query.expanded()).unwrap().expanded(), query.expanded());
        // For a person that is too long.
        let problems = crate::parse(query.expanded()).unwrap_err();
        assert!(problems[0].message.ends_with("characters; 20000 are allowed"), "{problems:?}");
    }

    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "@p",
            "@p",
            "@q",
            "@r",
            "a",
            "b",
            "thé",
            "OR",
            "AND",
            "NOT",
            "NEAR/2",
            "ATLEAST/2",
            "-",
            "(",
            "(",
            ")",
            ")",
            "~",
            "\"",
            "\"x y\"",
            "\"x y\"~3",
            "{BT}",
            "/x+/",
            "/x+/i",
            "/",
            "<<<",
            ">>>",
            "title:",
            "in:title",
            "lang:fr",
            "context:",
            "anticontext:",
            "rating:3",
            "date:[* TO 2026-01-01]",
            "wom*n",
            "#x",
            "🍵",
            "«",
            "»",
            "[",
            "]",
            "{",
            "}",
            "*",
            "'",
        ])
    }

    fn text() -> impl Strategy<Value = String> {
        let joined = (piece(), prop::sample::select(vec![" ", " ", " ", "", "\n"]));
        prop::collection::vec(joined, 1..9).prop_map(|pieces| {
            pieces.into_iter().flat_map(|(piece, space)| [piece, space]).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn with_its_parts_written_out_a_query_means_the_same(
            query in text(),
            texts in [text(), text(), text()],
        ) {
            let named = parts(&[("p", &texts[0]), ("q", &texts[1]), ("r", &texts[2])]);
            if let Ok(query) = parse_with(&query, &named) {
                let again = parse_expanded(query.expanded());
                prop_assert!(again.is_ok(), "{query}: {}: {again:?}", query.expanded());
                let again = without_spans(again.unwrap().root().clone());
                prop_assert_eq!(again, without_spans(query.root().clone()), "{}", query.expanded());
            }
        }
    }
}
