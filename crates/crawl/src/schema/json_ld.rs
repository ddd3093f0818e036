//! JSON-LD: scripts that say what their page says once more, as a graph.
//!
//! Contexts are not fetched: names are taken for those of schema.org unless they say otherwise.

use std::collections::HashMap;

use scraper::ElementRef;
use serde_json::{Map, Value as Json};

use super::loose_json;
use super::thing::{Thing, Things, Value, local_name};
use crate::page::dom::Dom;

/// Scripts read of one page.
const SCRIPTS_MAX: usize = 1000;
/// Properties of a thing that is described in several places: to compare them takes time by their
/// square.
const MERGED_PROPERTIES_MAX: usize = 200;

pub(super) fn read(dom: &Dom) -> Things {
    let mut graph = Graph { dom, things: Things::default(), by_id: HashMap::new() };
    documents(dom).for_each(|document| graph.top(document));
    graph.things
}

/// Returns the documents of all scripts, as far as they can be understood.
pub(crate) fn documents(dom: &Dom) -> impl Iterator<Item = Json> {
    let scripts = dom.html.tree.nodes().filter_map(ElementRef::wrap).filter(|element| {
        let is_json_ld = |kind: &str| kind.to_ascii_lowercase().contains("ld+json");
        element.value().name() == "script" && element.attr("type").is_some_and(is_json_ld)
    });
    scripts.take(SCRIPTS_MAX).flat_map(|script| {
        let texts = script.children().filter_map(|node| node.value().as_text());
        loose_json::read(&texts.map(|text| &**text).collect::<String>())
    })
}

struct Graph<'a> {
    dom: &'a Dom,
    things: Things,
    by_id: HashMap<String, usize>,
}

impl Graph<'_> {
    fn top(&mut self, json: Json) {
        match json {
            Json::Array(all) => all.into_iter().for_each(|json| self.top(json)),
            Json::Object(mut object) => {
                if let Some(graph) = object.remove("@graph") {
                    self.top(graph);
                }
                let says_more = object.keys().any(|key| key != "@context" && key != "@id");
                if says_more && let Some(Value::Thing(at)) = self.node(object) {
                    self.things.tops.push(at);
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }

    /// Adds what `json` says under a name.
    fn values(&mut self, name: &str, json: Json, properties: &mut Vec<(String, Value)>) {
        let value = match json {
            Json::Null => None,
            Json::Bool(said) => Some(Value::text(said.to_string())),
            Json::Number(number) => Some(Value::text(number.to_string())),
            Json::String(text) => Some(Value::text(text)),
            Json::Array(all) => {
                for json in all {
                    self.values(name, json, properties);
                }
                None
            }
            Json::Object(mut object) => {
                if let Some(listed) = object.remove("@list").or_else(|| object.remove("@set")) {
                    return self.values(name, listed, properties);
                }
                self.node(object)
            }
        };
        properties.extend(value.map(|value| (local_name(name).to_owned(), value)));
    }

    fn node(&mut self, mut object: Map<String, Json>) -> Option<Value> {
        if let Some(value) = object.remove("@value") {
            if value.is_null() {
                return None;
            }
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let lang = object.get("@language").and_then(Json::as_str).map(str::to_owned);
            return Some(Value::Text { text, lang });
        }
        let types = match object.remove("@type") {
            Some(Json::String(name)) => vec![local_name(&name).to_owned()],
            Some(Json::Array(names)) => names
                .iter()
                .filter_map(Json::as_str)
                .map(|name| local_name(name).to_owned())
                .collect(),
            _ => Vec::new(),
        };
        let id = object.remove("@id").and_then(|id| Some(id.as_str()?.trim().to_owned()));
        let id = id.filter(|id| !id.is_empty());
        let reverse = object.remove("@reverse");
        // Before what it holds: where there are too many things, the last ones are left out.
        let at = self.place(id.as_deref())?;
        let mut properties = Vec::new();
        for (name, json) in object {
            if !name.starts_with('@') {
                self.values(&name, json, &mut properties);
            }
        }
        let mut thing = Thing::new(types, id, None);
        for (name, value) in properties {
            thing.say(name, value);
        }
        let at = self.define(at, thing);
        if let Some(Json::Object(reverse)) = reverse {
            self.reverse(at, reverse);
        }
        Some(Value::Thing(at))
    }

    /// Reads what says of itself that it belongs to the thing at `at`.
    fn reverse(&mut self, at: usize, reverse: Map<String, Json>) {
        for (name, json) in reverse {
            let mut others = Vec::new();
            self.values(&name, json, &mut others);
            for (name, other) in others {
                if let Value::Thing(other) = other {
                    self.things.all[other].say(name, Value::Thing(at));
                    self.things.tops.push(other);
                }
            }
        }
    }

    /// Returns the place of a thing of this id, or of a new one.
    fn place(&mut self, id: Option<&str>) -> Option<usize> {
        let key = id.map(|id| match self.dom.base.join(id) {
            Ok(url) if !id.starts_with("_:") => url.into(),
            Ok(_) | Err(_) => id.to_owned(),
        });
        if let Some(at) = key.as_ref().and_then(|key| self.by_id.get(key)) {
            return Some(*at);
        }
        let thing = Thing::new(Vec::new(), id.map(str::to_owned), None);
        let at = self.things.add(thing)?;
        self.by_id.extend(key.map(|key| (key, at)));
        Some(at)
    }

    /// Says what the thing at `at` is, or adds another one where it is another.
    fn define(&mut self, at: usize, thing: Thing) -> usize {
        let known = &mut self.things.all[at];
        if known.types.is_empty() && known.properties().is_empty() {
            *known = thing;
        } else if contradicts(known, &thing) {
            return self.things.add(thing).unwrap_or(at);
        } else {
            for name in &thing.types {
                if !known.types.contains(name) {
                    known.types.push(name.clone());
                }
            }
            for (name, value) in thing.properties() {
                if known.values(name).all(|known| known != value) {
                    known.say(name.clone(), value.clone());
                }
            }
        }
        at
    }
}

/// Whether two things cannot be one although they have the same id: templates give the page's to
/// everything that is on it.
fn contradicts(known: &Thing, new: &Thing) -> bool {
    let are_apart = !known.types.is_empty()
        && !new.types.is_empty()
        && !known.types.iter().any(|name| new.types.contains(name));
    let says_otherwise = |name: &String| {
        let [known, new] = [known, new].map(|thing| thing.values(name).next());
        matches!((known, new), (Some(known @ Value::Text { .. }), Some(new @ Value::Text { .. }))
            if known != new)
    };
    known.properties().len().max(new.properties().len()) > MERGED_PROPERTIES_MAX
        || are_apart
        || new.properties().iter().any(|(name, _)| says_otherwise(name))
}
