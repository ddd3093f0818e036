//! `RDFa Lite`: `vocab`, `typeof`, `property`, `resource`, `prefix`, for the types that we know.

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::ElementRef;

use super::microdata;
use super::thing::{Thing, Things, Value, is_known_vocabulary, local_name};
use crate::page::dom::Dom;

pub(super) fn read(dom: &Dom) -> Things {
    let mut things = Things::default();
    // Whose properties are read, and whether names without a prefix are those of schema.org.
    let mut subjects: Vec<(NodeId, usize)> = Vec::new();
    let mut vocabularies: Vec<(NodeId, bool)> = Vec::new();
    for edge in dom.root().traverse() {
        let Edge::Open(node) = edge else {
            let Edge::Close(node) = edge else { continue };
            subjects.pop_if(|(id, _)| *id == node.id());
            vocabularies.pop_if(|(id, _)| *id == node.id());
            continue;
        };
        let Some(element) = ElementRef::wrap(node) else { continue };
        if let Some(vocabulary) = element.attr("vocab") {
            vocabularies.push((node.id(), is_known_vocabulary(vocabulary)));
        }
        let is_known = vocabularies.last().is_some_and(|(_, is_known)| *is_known);
        let known = |attribute: &str| names(element.attr(attribute), is_known);
        let types = known("typeof");
        let subject = subjects.last().map(|(_, at)| *at);
        let value = if types.is_empty() {
            None
        } else {
            let id = ["about", "resource", "href", "src"]
                .into_iter()
                .find_map(|name| element.attr(name));
            let id = id.map(|id| id.trim().to_owned());
            let Some(at) = things.add(Thing::new(types, id, Some(node.id()))) else { break };
            subjects.push((node.id(), at));
            Some(Value::Thing(at))
        };
        let properties = known("property");
        if let (Some(subject), false) = (subject, properties.is_empty()) {
            let value = value.unwrap_or_else(|| said(element));
            for name in properties {
                things.all[subject].say(name, value.clone());
            }
        } else if let Some(Value::Thing(at)) = value {
            things.tops.push(at);
        }
    }
    things
}

/// Returns the names of an attribute that are schema.org's.
fn names(attribute: Option<&str>, is_known: bool) -> Vec<String> {
    let names = attribute.unwrap_or_default().split_ascii_whitespace();
    let names = names.filter_map(|name| match local_name(name) {
        local if local != name => Some(local),
        local if is_known && !local.contains(':') => Some(local),
        _ => None,
    });
    names.map(str::to_owned).collect()
}

fn said(element: ElementRef) -> Value {
    match element.attr("resource").filter(|_| element.attr("content").is_none()) {
        Some(resource) => Value::Link { href: resource.trim().to_owned(), element: element.id() },
        None => microdata::value(element),
    }
}
