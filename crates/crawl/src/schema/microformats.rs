//! Microformats: `h-entry`, `h-review`, `h-feed`, `h-cite` and what they hold, and those of before,
//! `hentry`, `hreview` and `hreview-aggregate`, which are still in many themes.
//!
//! Types become those of schema.org; properties keep their names without `p-`, `u-`, `dt-`, `e-`.

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::ElementRef;

use super::microdata;
use super::thing::{Thing, Things, Value};
use crate::page::dom::Dom;

/// Microformats and the types that they are.
const TYPES: [(&str, &str); 11] = [
    ("h-entry", "BlogPosting"),
    ("h-review", "Review"),
    ("h-review-aggregate", "AggregateRating"),
    ("h-feed", "Blog"),
    ("h-cite", "h-cite"),
    ("h-card", "Person"),
    ("h-product", "Product"),
    ("h-item", "Thing"),
    ("hentry", "BlogPosting"),
    ("hreview", "Review"),
    ("hreview-aggregate", "AggregateRating"),
];

/// Classes of `hentry`, and what they are called now.
const FORMER_ENTRY: [(&str, &str); 7] = [
    ("entry-title", "name"),
    ("entry-content", "content"),
    ("entry-summary", "summary"),
    ("published", "published"),
    ("entry-date", "published"),
    ("updated", "updated"),
    ("author", "author"),
];

/// Classes of `hreview` and `hreview-aggregate`.
const FORMER_REVIEW: [(&str, &str); 12] = [
    ("summary", "name"),
    ("description", "content"),
    ("dtreviewed", "published"),
    ("reviewer", "author"),
    ("rating", "rating"),
    ("item", "item"),
    ("best", "best"),
    ("worst", "worst"),
    ("average", "average"),
    ("count", "count"),
    ("votes", "votes"),
    ("permalink", "url"),
];

/// Which names the classes of a root's properties have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    Prefixed,
    FormerEntry,
    FormerReview,
}

/// Elements that are searched for the part of a property that is its value.
const WITHIN_MAX: usize = 50;

/// A root that is being read.
struct Root {
    element: NodeId,
    at: usize,
    names: Names,
}

pub(super) fn read(dom: &Dom) -> Things {
    let mut things = Things::default();
    let mut roots: Vec<Root> = Vec::new();
    for edge in dom.root().traverse() {
        let Edge::Open(node) = edge else {
            let Edge::Close(node) = edge else { continue };
            roots.pop_if(|root| root.element == node.id());
            continue;
        };
        let Some(element) = ElementRef::wrap(node) else { continue };
        let around = roots.last().map(|root| (root.at, root.names));
        if around.is_none() && element.attr("class").is_none() {
            continue;
        }
        let started = started(element);
        let names = around.map(|(_, names)| properties(element, names)).unwrap_or_default();
        let mut value = None;
        if let Some((mut thing, names_within)) = started {
            if names.iter().any(|name| name == "comment") {
                thing.types.push("Comment".to_owned());
            }
            let Some(at) = things.add(thing) else { break };
            roots.push(Root { element: node.id(), at, names: names_within });
            value = Some(Value::Thing(at));
        }
        match around {
            Some((at, names_around)) => {
                if names.is_empty()
                    && let Some(child) = &value
                {
                    things.all[at].say("children", child.clone());
                }
                // Themes that list articles link their titles.
                let is_title =
                    names_around == Names::FormerEntry && names.iter().any(|name| name == "name");
                if is_title && let Some(url) = title_link(element) {
                    things.all[at].say("url", url);
                }
                for name in names {
                    let value = value.clone().unwrap_or_else(|| said(element, &name));
                    things.all[at].say(name, value);
                }
            }
            None => {
                if let Some(Value::Thing(at)) = value {
                    things.tops.push(at);
                }
            }
        }
    }
    things
}

/// Returns the thing that an element begins, and how its properties are named.
fn started(element: ElementRef) -> Option<(Thing, Names)> {
    let classes = || element.attr("class").unwrap_or_default().split_ascii_whitespace();
    let is_former = !classes().any(|class| class.starts_with("h-") && is_root(class));
    let types = TYPES.iter().filter(|(class, _)| {
        class.starts_with("h-") != is_former && classes().any(|own| own == *class)
    });
    let mut types: Vec<String> = types.map(|(_, name)| (*name).to_owned()).collect();
    types.dedup();
    let thing = Thing::new(types, None, Some(element.id()));
    let names = match thing.types.first()?.as_str() {
        _ if !is_former => Names::Prefixed,
        "BlogPosting" => Names::FormerEntry,
        _ => Names::FormerReview,
    };
    Some((thing, names))
}

fn is_root(class: &str) -> bool {
    TYPES.iter().any(|(name, _)| *name == class)
}

fn properties(element: ElementRef, names_of: Names) -> Vec<String> {
    let classes = element.attr("class").unwrap_or_default().split_ascii_whitespace();
    let mut names: Vec<String> = Vec::new();
    for class in classes {
        let former: &[(&str, &str)] = match names_of {
            Names::Prefixed => &[],
            Names::FormerEntry => &FORMER_ENTRY,
            Names::FormerReview => &FORMER_REVIEW,
        };
        let name = match names_of {
            Names::Prefixed => {
                ["p-", "u-", "dt-", "e-"].into_iter().find_map(|prefix| class.strip_prefix(prefix))
            }
            Names::FormerEntry | Names::FormerReview => {
                former.iter().find(|(former, _)| *former == class).map(|(_, name)| *name)
            }
        };
        if let Some(name) = name
            && !names.iter().any(|known| known == name)
        {
            names.push(name.to_owned());
        }
    }
    if names_of != Names::Prefixed
        && let Some(rel) = element.attr("rel")
    {
        for rel in rel.split_ascii_whitespace() {
            match rel {
                "bookmark" => names.push("url".to_owned()),
                "tag" => names.push("category".to_owned()),
                "author" if names.is_empty() => names.push("author".to_owned()),
                _ => {}
            }
        }
    }
    names
}

fn title_link(element: ElementRef) -> Option<Value> {
    let link = element
        .descendent_elements()
        .take(WITHIN_MAX)
        .find(|inner| inner.value().name() == "a" && inner.attr("href").is_some())?;
    Some(Value::Link { href: link.attr("href")?.trim().to_owned(), element: link.id() })
}

/// Returns what an element says: names are read, addresses followed.
fn said(element: ElementRef, name: &str) -> Value {
    let title = |element: ElementRef| element.attr("title").map(Value::text);
    let within = |class: &str| {
        element.descendent_elements().skip(1).take(WITHIN_MAX).find(|inner| {
            inner.attr("class").unwrap_or_default().split_ascii_whitespace().any(|own| own == class)
        })
    };
    // The part of it that is the value.
    let part = match name {
        "author" | "item" => within("fn").or_else(|| within("p-name")),
        "rating" => within("value").or_else(|| within("average")),
        _ => None,
    };
    if let Some(part) = part {
        return Value::Element(part.id());
    }
    // What is shown may differ from what is meant, which then stands in a title.
    let meant = || within("value-title").and_then(title);
    let own = match element.value().name() {
        "abbr" => title(element),
        "a" | "area" | "link" if !matches!(name, "url" | "uid" | "in-reply-to" | "photo") => None,
        "img" if !matches!(name, "photo" | "url" | "featured") => {
            element.attr("alt").map(Value::text)
        }
        _ => Some(microdata::value(element)).filter(|value| !matches!(value, Value::Element(_))),
    };
    own.or_else(meant).unwrap_or(Value::Element(element.id()))
}
