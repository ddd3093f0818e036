//! The fields of Syften's filters (its documentation).

use super::field::{self, Field, Value};

pub(super) const FIELDS: &[(&str, Field)] = &[
    ("title", Field::Words("title")),
    ("author", Field::Words("author")),
    ("lang", Field::Value(field::lang)),
    ("site", Field::Value(field::site)),
    ("type", Field::Value(item_type)),
    ("$accept", Field::NoneOfRest("Vigie asks no language model whether an item is wanted")),
];

fn item_type(written: &str) -> Result<Value, String> {
    match written.trim() {
        "post" => Ok(Value::Same(field::filter("reply", "false"))),
        "comment" => Ok(Value::Same(field::filter("reply", "true"))),
        _ => Err("the types are post and comment".to_owned()),
    }
}
