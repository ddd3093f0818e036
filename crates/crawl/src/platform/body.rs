//! The body of a request, made of the parameters of its address: an address is what the ledger knows a
//! page by, and the next page is another address, also where a platform wants to be asked by POST.

use chrono::TimeDelta;
use model::Timestamp;
use serde_json::{Map, Value};
use url::Url;

/// Days that a date may be away.
const DAYS_MAX: i64 = 3650;

/// A body in JSON. `"{name}"` is the parameter of that name, as a number where it is written `"{name#}"`,
/// and left out with its key where there is none; `"{day -7}"` the day seven days ago, as in `20260301`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Body(Value);

impl Body {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let json: Value =
            serde_json::from_str(text).map_err(|error| format!("no JSON: {error}"))?;
        if !json.is_object() {
            return Err("is no object".to_owned());
        }
        let mut wrong = None;
        each_slot(&json, &mut |slot| {
            if slot.strip_prefix("day").is_some_and(|days| days_away(days).is_none()) {
                wrong = Some(format!("{{{slot}}} is no day: write it as in {{day -7}}"));
            }
        });
        wrong.map_or(Ok(Self(json)), Err)
    }

    /// Returns the address without the parameters that the body takes, and the body.
    pub(super) fn of(&self, url: &Url, now: Timestamp) -> (Url, String) {
        let mut taken = Vec::new();
        each_slot(&self.0, &mut |slot| taken.push(slot.trim_end_matches('#').to_owned()));
        let all: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let body = filled(&self.0, &all, now).unwrap_or_default();
        let mut bare = url.clone();
        bare.set_query(None);
        let kept = all.iter().filter(|(name, _)| !taken.contains(name));
        for (name, value) in kept {
            bare.query_pairs_mut().append_pair(name, value);
        }
        (bare, body.to_string())
    }
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
                let name = slot.trim_end_matches('#');
                let (_, value) = parameters.iter().find(|(known, _)| known == name)?;
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
