//! The body of a request, made of the parameters of its address: an address is what the ledger knows a
//! page by, and the next page is another address, also where a platform wants to be asked by POST.

use chrono::TimeDelta;
use model::Timestamp;
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

/// Days that a date may be away.
const DAYS_MAX: i64 = 3650;

/// The key of an object that is written as a text: JSON within JSON.
const AS_TEXT: &str = "{json}";

/// A body in JSON. `"{name}"` is the parameter of that name, as a number where it is written `"{name#}"`,
/// and left out with its key where there is none, or `null` where it is written `"{name?}"`; `"{day -7}"`
/// is the day seven days ago, as in `20260301`, and `{"{json}": …}` a text that is JSON itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Body {
    json: Value,
    /// The field of a form that it is sent in; of none it is sent as it is.
    field: Option<String>,
}

/// A body as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) text: String,
    pub(crate) media_type: &'static str,
}

impl Body {
    pub(super) fn parse(text: &str, field: Option<String>) -> Result<Self, String> {
        let json: Value =
            serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
        if !json.is_object() && !json.is_array() {
            return Err("is neither an object nor a list".to_owned());
        }
        let mut wrong = None;
        each_slot(&json, &mut |slot| {
            if slot.strip_prefix("day").is_some_and(|days| days_away(days).is_none()) {
                wrong = Some(format!("{{{slot}}} is no day: write it as in {{day -7}}"));
            }
        });
        wrong.map_or(Ok(Self { json, field }), Err)
    }

    /// Returns the address without the parameters that the body takes, and the body.
    pub(super) fn of(&self, url: &Url, now: Timestamp) -> (Url, Sent) {
        let mut taken = Vec::new();
        each_slot(&self.json, &mut |slot| taken.push(parameter(slot).to_owned()));
        let all: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let body = filled(&self.json, &all, now).unwrap_or_default().to_string();
        let mut bare = url.clone();
        bare.set_query(None);
        let kept = all.iter().filter(|(name, _)| !taken.contains(name));
        for (name, value) in kept {
            bare.query_pairs_mut().append_pair(name, value);
        }
        let sent = match &self.field {
            Some(field) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                let text = form.append_pair(field, &body).finish();
                Sent { text, media_type: "application/x-www-form-urlencoded" }
            }
            None => Sent { text: body, media_type: "application/json" },
        };
        (bare, sent)
    }
}

fn parameter(slot: &str) -> &str {
    slot.trim_end_matches(['#', '?'])
}

fn slot(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.strip_suffix('}').filter(|slot| !slot.contains(['{', '}']))
}

fn each_slot(json: &Value, visit: &mut dyn FnMut(&str)) {
    match json {
        Value::String(text) => {
            if let Some(slot) = slot(text) {
                visit(slot);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| each_slot(value, visit)),
        Value::Object(object) => object.values().for_each(|value| each_slot(value, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Fills the places of a value; `None` where what belongs there is missing.
fn filled(json: &Value, parameters: &[(String, String)], now: Timestamp) -> Option<Value> {
    Some(match json {
        Value::String(text) => match slot(text) {
            Some(slot) => {
                if let Some(days) = slot.strip_prefix("day").and_then(days_away) {
                    let day = now + TimeDelta::days(days);
                    return Some(Value::String(day.format("%Y%m%d").to_string()));
                }
                let found = parameters.iter().find(|(known, _)| known == parameter(slot));
                let Some((_, value)) = found else {
                    return slot.ends_with('?').then_some(Value::Null);
                };
                if slot.ends_with('#') {
                    value.parse::<i64>().ok()?.into()
                } else {
                    value.clone().into()
                }
            }
            None => json.clone(),
        },
        Value::Array(list) => {
            list.iter().filter_map(|value| filled(value, parameters, now)).collect()
        }
        Value::Object(object) => {
            if let Some(inner) = object.get(AS_TEXT) {
                return Some(Value::String(filled(inner, parameters, now)?.to_string()));
            }
            let pairs = object.iter();
            let pairs = pairs
                .filter_map(|(key, value)| Some((key.clone(), filled(value, parameters, now)?)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => json.clone(),
    })
}

fn days_away(text: &str) -> Option<i64> {
    let days = text.trim();
    let days = if days.is_empty() { 0 } else { days.parse().ok()? };
    (-DAYS_MAX..=DAYS_MAX).contains(&days).then_some(days)
}
