//! The alerts of Google Takeout and of the Data Portability API
//! (developers.google.com/data-portability/schema-reference/alerts). How the alerts are wrapped is
//! not documented: a list, an object that holds one, or one alert are all read.

use serde_json::{Map, Value};

use super::setting::{self, Unknown};
use super::{ImportProblem, Place, Row, Rows};

/// Deeper than this no list of alerts is looked for.
const DEPTH_MAX: usize = 8;

pub(super) fn read(file: &str, rows: &mut Rows) {
    let value: Value = match serde_json::from_str(file) {
        Ok(value) => value,
        Err(error) => {
            let message = format!("the file is not JSON: {error}");
            let hint = "give the file as Google wrote it";
            let place = Place::Line(error.line().max(1));
            return rows.problem(ImportProblem::new(place, message, hint));
        }
    };
    let mut count = 0;
    alerts(&value, 0, &mut count, rows);
    if count == 0 {
        let hint = "an alert is an object with the field query";
        rows.problem(ImportProblem::new(Place::Line(1), "there is no alert in the file", hint));
    }
}

/// Reads the alerts in a value, wherever they are.
fn alerts(value: &Value, depth: usize, count: &mut usize, rows: &mut Rows) {
    match value {
        Value::Object(fields) if has_query(fields) => alert(fields, count, rows),
        Value::Object(fields) if depth < DEPTH_MAX => {
            for value in fields.values() {
                alerts(value, depth + 1, count, rows);
            }
        }
        Value::Array(values) if depth < DEPTH_MAX => {
            let is_alert = |value: &Value| value.as_object().is_some_and(has_query);
            let is_list_of_alerts = values.iter().any(is_alert);
            for value in values {
                if is_list_of_alerts && !is_alert(value) {
                    *count += 1;
                    let hint = "an alert is an object with the field query";
                    let place = Place::Alert(*count);
                    rows.problem(ImportProblem::new(place, "it has no query", hint));
                } else {
                    alerts(value, depth + 1, count, rows);
                }
            }
        }
        Value::Object(_)
        | Value::Array(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_) => {}
    }
}

fn has_query(fields: &Map<String, Value>) -> bool {
    fields.keys().any(|key| setting::letters(key) == "query")
}

fn alert(fields: &Map<String, Value>, count: &mut usize, rows: &mut Rows) {
    *count += 1;
    let place = Place::Alert(*count);
    let query = fields.iter().find(|(key, _)| setting::letters(key) == "query");
    let Some(query) = query.and_then(|(_, query)| query.as_str()) else {
        let hint = "write it between quotation marks";
        return rows.problem(ImportProblem::new(place, "its query is not a text", hint));
    };
    if query.trim().is_empty() {
        let hint = "write the words of the alert into its field query";
        return rows.problem(ImportProblem::new(place, "its query is empty", hint));
    }
    let mut row = Row::new(place, query.trim().to_owned());
    for (key, value) in fields {
        if apply(&mut row, fields, key, value).is_err() {
            row.setting(key, &shown(value), "the import does not know it");
        }
    }
    rows.push(row);
}

fn apply(
    row: &mut Row,
    fields: &Map<String, Value>,
    key: &str,
    value: &Value,
) -> Result<(), Unknown> {
    if value.is_null() {
        return Ok(());
    }
    match setting::letters(key).as_str() {
        "query" => Ok(()),
        "language" if applies(fields, "applylanguagerestrict")? => {
            setting::language(row, key, text(value)?)
        }
        "country" if applies(fields, "applyregionrestrict")? => {
            setting::region(row, key, text(value)?)
        }
        "language" | "country" => {
            // Google only prefers such results, and Vigie ranks nothing.
            row.setting(key, text(value)?, "it was a preference, not a condition");
            Ok(())
        }
        "applylanguagerestrict" | "applyregionrestrict" => {
            value.as_bool().map(|_| ()).ok_or(Unknown)
        }
        "source" | "sources" => setting::sources(row, key, &texts(value)?),
        "quality" => {
            let texts = texts(value)?;
            // The lowest that is allowed is what counts.
            let low = texts.iter().any(|text| text.eq_ignore_ascii_case("low"));
            setting::quality(
                row,
                key,
                if low { "LOW" } else { texts.first().copied().unwrap_or("") },
            )
        }
        "deliveryfrequency" => {
            let texts = texts(value)?;
            let Some(frequency) = texts.first() else { return Ok(()) };
            row.cadence = Some(setting::cadence(frequency).ok_or(Unknown)?);
            Ok(())
        }
        "deliverymethod" => {
            let is_known = |text: &&str| {
                matches!(setting::letters(text).as_str(), "email" | "rss" | "feed" | "rssfeed")
            };
            if texts(value)?.iter().all(is_known) { Ok(()) } else { Err(Unknown) }
        }
        "deliverytime" => {
            let why = "the hour and the day of a mail are set in a subscription";
            row.setting(key, &shown(value), why);
            Ok(())
        }
        "emailaddress" | "email" => {
            texts(value)?.iter().for_each(|text| setting::recipient(row, key, text));
            Ok(())
        }
        "feed" | "feedurl" | "rss" | "rssfeedaddress" | "rssfeedurl" => {
            setting::feed(row, text(value)?)
        }
        _ => Err(Unknown),
    }
}

/// Tells whether a condition is set; what is absent is not.
fn applies(fields: &Map<String, Value>, wanted: &str) -> Result<bool, Unknown> {
    let value = fields.iter().find(|(key, _)| setting::letters(key) == wanted);
    value.map_or(Ok(false), |(_, value)| value.as_bool().ok_or(Unknown))
}

fn text(value: &Value) -> Result<&str, Unknown> {
    value.as_str().ok_or(Unknown)
}

/// Reads a text or a list of them.
fn texts(value: &Value) -> Result<Vec<&str>, Unknown> {
    match value.as_array() {
        Some(values) => values.iter().map(text).collect(),
        None => Ok(vec![text(value)?]),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
