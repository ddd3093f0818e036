//! Microdata: `itemscope`, `itemprop`, `itemref` (HTML standard, section 5).

use std::collections::{HashMap, HashSet};

use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Node};

use super::thing::{Thing, Things, Value, local_name};
use crate::page::dom::Dom;

/// Elements that items may borrow from elsewhere in the page: every item can borrow all of it.
const BORROWED_MAX: usize = 50_000;

pub(super) fn read(dom: &Dom) -> Things {
    let mut items = Items { things: Things::default(), at: HashMap::new(), borrowed: 0 };
    let mut elements = Vec::new();
    for element in dom.html.tree.nodes().filter_map(ElementRef::wrap) {
        if element.attr("itemscope").is_some() {
            let Some(at) = items.things.add(started(element)) else { break };
            items.at.insert(element.id(), at);
            elements.push(element);
        }
    }
    if elements.is_empty() {
        return items.things;
    }
    let named = elements.iter().any(|item| item.attr("itemref").is_some());
    let by_id = if named { by_id(dom) } else { HashMap::new() };
    let mut is_part = vec![false; elements.len()];
    for (at, element) in elements.iter().enumerate() {
        let properties = items.properties(*element, &by_id);
        for (_, value) in &properties {
            if let Value::Thing(part) = value {
                is_part[*part] = true;
            }
        }
        let item = &mut items.things.all[at];
        for (name, value) in properties {
            item.say(name, value);
        }
    }
    items.things.tops = (0..elements.len()).filter(|at| !is_part[*at]).collect();
    items.things
}

fn by_id(dom: &Dom) -> HashMap<&str, ElementRef<'_>> {
    let mut by_id = HashMap::new();
    for element in dom.html.tree.nodes().filter_map(ElementRef::wrap) {
        if let Some(id) = element.attr("id") {
            by_id.entry(id).or_insert(element);
        }
    }
    by_id
}

fn started(element: ElementRef) -> Thing {
    let types = element.attr("itemtype").unwrap_or_default().split_ascii_whitespace();
    let types = types.map(|name| local_name(name).to_owned()).collect();
    let id = element.attr("itemid").map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    Thing::new(types, id, Some(element.id()))
}

struct Items {
    things: Things,
    at: HashMap<NodeId, usize>,
    borrowed: usize,
}

impl Items {
    fn properties<'a>(
        &mut self,
        item: ElementRef<'a>,
        by_id: &HashMap<&str, ElementRef<'a>>,
    ) -> Vec<(String, Value)> {
        let mut properties = Vec::new();
        item.children().for_each(|child| self.crawl(child, &mut properties));
        let mut seen = HashSet::new();
        for id in item.attr("itemref").unwrap_or_default().split_ascii_whitespace() {
            let Some(element) = by_id.get(id).filter(|_| seen.insert(id)) else { continue };
            // What holds the item would be read without end, and is the item's already.
            if self.borrowed < BORROWED_MAX
                && item.ancestors().all(|node| node.id() != element.id())
            {
                self.borrowed += element.descendants().take(BORROWED_MAX).count();
                self.crawl(**element, &mut properties);
            }
        }
        properties
    }

    /// Reads the properties within a node, without those of the items in it.
    fn crawl(&self, node: NodeRef<'_, Node>, properties: &mut Vec<(String, Value)>) {
        let mut next = Some(node);
        while let Some(at) = next {
            let element = ElementRef::wrap(at);
            if let Some(element) = element {
                for name in element.attr("itemprop").unwrap_or_default().split_ascii_whitespace() {
                    let value = match self.at.get(&element.id()) {
                        Some(at) => Value::Thing(*at),
                        None => value(element),
                    };
                    properties.push((local_name(name).to_owned(), value));
                }
            }
            let is_item = element.is_some_and(|element| element.attr("itemscope").is_some());
            next = at.first_child().filter(|_| !is_item).or_else(|| after(at, node.id()));
        }
    }
}

/// Returns the node that follows `node` and all that is in it, within `root`.
fn after(node: NodeRef<'_, Node>, root: NodeId) -> Option<NodeRef<'_, Node>> {
    let mut node = node;
    while node.id() != root {
        if let Some(next) = node.next_sibling() {
            return Some(next);
        }
        node = node.parent()?;
    }
    None
}

/// Returns the value of a property. Beside the standard's rules: an element may say in `content`
/// what it means, and many do.
pub(super) fn value(element: ElementRef) -> Value {
    let attribute = |name: &str| element.attr(name).map(Value::text);
    let link = |name: &str| {
        let href = element.attr(name)?.trim().to_owned();
        Some(Value::Link { href, element: element.id() })
    };
    let said = match element.value().name() {
        "meta" => attribute("content").or(Some(Value::text(""))),
        "audio" | "embed" | "iframe" | "img" | "source" | "track" | "video" => {
            attribute("content").or_else(|| link("src")).or_else(|| link("data-src"))
        }
        "a" | "area" | "link" => attribute("content").or_else(|| link("href")),
        "object" => link("data"),
        "data" | "meter" => attribute("value"),
        "time" => attribute("datetime").or_else(|| attribute("content")),
        _ => attribute("content"),
    };
    said.unwrap_or(Value::Element(element.id()))
}
