//! Things: what every syntax of structured data comes down to.

use std::cell::OnceCell;
use std::cmp::Ordering;

use ego_tree::NodeId;

use super::{THINGS_MAX, json_ld, microdata, microformats, rdfa};
use crate::page::dom::Dom;

/// Something with types and properties, such as a review or a person.
#[derive(Debug, Default)]
pub(super) struct Thing {
    /// Names of schema.org without their address (`Review`); those of others as written.
    pub(super) types: Vec<String>,
    pub(super) id: Option<String>,
    /// Where the page shows it, for the syntaxes that mark what is shown.
    pub(super) element: Option<NodeId>,
    /// In the order of the page; a name may occur often.
    properties: Vec<(String, Value)>,
    /// The properties by their names: a product may have thousands of reviews, each of which asks for
    /// the product's name.
    by_name: OnceCell<Vec<usize>>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text {
        text: String,
        lang: Option<String>,
    },
    /// What an element of the page says.
    Element(NodeId),
    /// An address as written, and the element that bears it.
    Link {
        href: String,
        element: NodeId,
    },
    /// One of [`Things::all`].
    Thing(usize),
}

/// What one syntax tells. Things refer to one another, in circles too.
#[derive(Debug, Default)]
pub(super) struct Things {
    pub(super) all: Vec<Thing>,
    /// Those that stand for themselves, in the order of the page.
    pub(super) tops: Vec<usize>,
}

/// Reads every syntax that the page has; the first has the word where two say the same.
pub(super) fn of_every_syntax(dom: &Dom) -> impl Iterator<Item = Things> {
    let readers = [json_ld::read, microdata::read, rdfa::read, microformats::read];
    readers.into_iter().map(|read| read(dom)).filter(|things| !things.all.is_empty())
}

impl Value {
    /// Returns the place of the thing that it is.
    pub(super) fn thing(&self) -> Option<usize> {
        if let Self::Thing(at) = self { Some(*at) } else { None }
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), lang: None }
    }
}

impl Things {
    /// Adds a thing and returns its place, unless there are too many.
    pub(super) fn add(&mut self, thing: Thing) -> Option<usize> {
        if self.all.len() >= THINGS_MAX {
            return None;
        }
        self.all.push(thing);
        Some(self.all.len() - 1)
    }
}

impl Thing {
    /// Whether it is of one of these types, in whatever case they are written.
    pub(super) fn is(&self, types: &[&str]) -> bool {
        self.types.iter().any(|own| types.iter().any(|name| own.eq_ignore_ascii_case(name)))
    }

    pub(super) fn new(types: Vec<String>, id: Option<String>, element: Option<NodeId>) -> Self {
        Self { types, id, element, ..Self::default() }
    }

    pub(super) fn properties(&self) -> &[(String, Value)] {
        &self.properties
    }

    pub(super) fn say(&mut self, name: impl Into<String>, value: Value) {
        self.properties.push((name.into(), value));
        self.by_name.take();
    }

    /// Returns what it says under a name, in whatever case it is written.
    pub(super) fn values(&self, name: &str) -> impl Iterator<Item = &Value> {
        let named = |at: &usize| self.properties[*at].0.as_str();
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: Vec<usize> = (0..self.properties.len()).collect();
            by_name.sort_by(|one, other| compare(named(one), named(other)));
            by_name
        });
        let start = by_name.partition_point(|at| compare(named(at), name).is_lt());
        let count = by_name[start..].partition_point(|at| compare(named(at), name).is_eq());
        by_name[start..start + count].iter().map(|at| &self.properties[*at].1)
    }

    /// Returns what it says under the first of these names that it uses.
    pub(super) fn first(&self, names: &[&str]) -> Option<&Value> {
        names.iter().find_map(|name| self.values(name).next())
    }

    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.first(names).is_some()
    }
}

/// Compares names in whatever case they are written.
fn compare(one: &str, other: &str) -> Ordering {
    let [one, other] = [one, other].map(|name| name.bytes().map(|b| b.to_ascii_lowercase()));
    one.cmp(other)
}

/// Returns the name of a type or property without the address of a vocabulary that we know.
pub(super) fn local_name(name: &str) -> &str {
    let name = name.trim();
    if let Some((prefix, local)) = name.split_once(':')
        && (prefix.eq_ignore_ascii_case("schema") || prefix == "v")
    {
        return local;
    }
    let Some((_, address)) = name.split_once("://") else { return name };
    let address = address.strip_prefix("www.").unwrap_or(address);
    let (host, local) = address.split_once('/').unwrap_or((address, ""));
    let known = ["schema.org", "data-vocabulary.org", "rdf.data-vocabulary.org"];
    if known.iter().any(|known| host.eq_ignore_ascii_case(known)) {
        local.trim_matches(['/', '#'])
    } else {
        name
    }
}

/// Whether names of this vocabulary are those of schema.org, or of what was before it.
pub(super) fn is_known_vocabulary(address: &str) -> bool {
    let address = address.trim();
    address.contains("://") && local_name(address).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thing_is_asked_by_name_in_whatever_case_and_in_order() {
        let mut thing = Thing::default();
        for (name, text) in [("b", "1"), ("Name", "2"), ("a", "3"), ("name", "4")] {
            thing.say(name, Value::text(text));
        }
        let values = |name| thing.values(name).cloned().collect::<Vec<_>>();
        assert_eq!(values("NAME"), [Value::text("2"), Value::text("4")]);
        assert_eq!(values("c"), []);
        assert_eq!(thing.first(&["c", "a"]), Some(&Value::text("3")));
        thing.say("c", Value::text("5"));
        assert_eq!(thing.first(&["c", "a"]), Some(&Value::text("5")));
    }

    #[test]
    fn a_type_of_schema_org_is_known_however_it_is_written() {
        let check = |name, expect| assert_eq!(local_name(name), expect);
        check("Review", "Review");
        check("http://schema.org/Review", "Review");
        check(" https://www.schema.org/Review/ ", "Review");
        check("https://schema.org/#Review", "Review");
        check("schema:Review", "Review");
        check("http://data-vocabulary.org/Review-aggregate", "Review-aggregate");
        check("http://rdf.data-vocabulary.org/#Review", "Review");
        check("v:Review", "Review");
        check("gs1:Product", "gs1:Product");
        check("https://ref.gs1.org/voc/Product", "https://ref.gs1.org/voc/Product");
        assert!(
            is_known_vocabulary("https://schema.org/") && is_known_vocabulary("http://schema.org")
        );
        assert!(!is_known_vocabulary("http://md.example.com/") && !is_known_vocabulary("Review"));
    }
}
