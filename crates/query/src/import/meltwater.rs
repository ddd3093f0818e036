//! The fields of Meltwater's Boolean searches (help.meltwater.com, "How to master Boolean search").

use super::field::{self, Field};

pub(super) const FIELDS: &[(&str, Field)] = &[
    ("title", Field::Words("title")),
    (
        "ingress",
        Field::WordsWider {
            name: "text",
            why: "the first paragraph is not kept apart; the whole text stands for it",
        },
    ),
    ("body", Field::Words("text")),
    ("url", Field::Words("url")),
    ("author", Field::Words("author")),
    ("language", Field::Value(field::lang)),
    ("country", Field::Value(field::country)),
];
