//! How the model's words are written in SQL and read back.

use std::fmt;
use std::time::Duration;

use chrono::DateTime;
use chrono_tz::Tz;
use model::{Details, Lang, Timestamp};
use rusqlite::types::Type;
use rusqlite::{Row, RowIndex};
use url::Url;

pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Writes a time a duration after another, held at the end of time instead of overflowing.
pub(crate) fn later(time: Timestamp, by: Duration) -> i64 {
    // SQL adds to times too; a bound far from i64's keeps those sums in range.
    const END_OF_TIME: i64 = i64::MAX / 4;
    time.timestamp_millis().saturating_add(millis(by)).min(END_OF_TIME)
}

/// Returns the hour of volume that a time belongs to.
pub(crate) fn hour(time: Timestamp) -> i64 {
    time.timestamp().div_euclid(3600)
}

/// What was read from a column is none of its type's values: the row was not written by us.
#[derive(Debug)]
struct Unreadable(String);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unreadable value {:?}", self.0)
    }
}

impl std::error::Error for Unreadable {}

pub(crate) fn unreadable(column: usize, value: &dyn fmt::Display) -> rusqlite::Error {
    let error = Box::new(Unreadable(value.to_string()));
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error)
}

/// Reads a text column through the function that understands it.
pub(crate) fn parsed<T>(
    row: &Row<'_>,
    column: usize,
    parse: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    parse(text).ok_or_else(|| unreadable(column, &text))
}

pub(crate) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    let millis: i64 = row.get(column)?;
    // A time beyond chrono's range can only be the far end of a lease or pause.
    Ok(DateTime::from_timestamp_millis(millis).unwrap_or(Timestamp::MAX_UTC))
}

pub(crate) fn optional_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let millis: Option<i64> = row.get(column)?;
    Ok(millis.map(|millis| DateTime::from_timestamp_millis(millis).unwrap_or(Timestamp::MAX_UTC)))
}

pub(crate) fn url(row: &Row<'_>, column: usize) -> rusqlite::Result<Url> {
    parsed(row, column, |text| Url::parse(text).ok())
}

/// Reads an item's address. One that a former version could read and this one cannot is none: an
/// item must not stand in the way of all others.
pub(crate) fn optional_url(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Url>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| Url::parse(&text).ok()))
}

/// Reads a time zone; one that this version does not know is none.
pub(crate) fn zone(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Tz>> {
    let name: Option<String> = row.get(column)?;
    Ok(name.and_then(|name| name.parse().ok()))
}

pub(crate) fn lang(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Lang>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.as_deref().and_then(Lang::from_tag))
}

/// Writes details; `None` for nothing.
pub(crate) fn details_json(details: &Details) -> rusqlite::Result<Option<String>> {
    (!details.is_empty())
        .then(|| serde_json::to_string(details))
        .transpose()
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Reads details. Like an address, those that another version wrote and this one cannot read are
/// none, until the item is read again.
pub(crate) fn details(row: &Row<'_>, column: usize) -> rusqlite::Result<Details> {
    let json = row.get_ref(column)?.as_str_or_null()?;
    Ok(json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default())
}

/// Reads an integer that is never negative.
pub(crate) fn unsigned(row: &Row<'_>, column: impl RowIndex) -> rusqlite::Result<u64> {
    row.get::<_, i64>(column).map(i64::cast_unsigned)
}

/// Writes names as the JSON array that `json_each` reads: a list of any length as one parameter.
pub(crate) fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<serde_json::Value>().to_string()
}
