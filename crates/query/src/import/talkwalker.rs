//! The fields of Talkwalker's searches and alerts (talkwalker.com/syntax-alerts and its
//! developers' guides).

use model::Kind;

use super::field::{self, Field, Value};
use super::out::Out;

const FIGURES: &str = "comparisons with > and < and Talkwalker's own figures are not known";

pub(super) const FIELDS: &[(&str, Field)] = &[
    ("title", Field::Words("title")),
    ("content", Field::Words("text")),
    ("author", Field::Words("author")),
    ("url", Field::Words("url")),
    ("site", Field::Value(field::site)),
    ("domain_url", Field::Value(field::site)),
    ("host_url", Field::Value(host)),
    ("lang", Field::Value(field::lang)),
    ("sourcecountry", Field::Value(field::country)),
    ("sourcetype", Field::Value(source_type)),
    ("sentiment", Field::Value(field::tone)),
    ("engagement", Field::None(FIGURES)),
    ("reach", Field::None(FIGURES)),
    ("published", Field::None("points in time are not read; write date:[2026-01-01 TO *]")),
];

/// `host_url:` is the host alone, without its sub-domains.
fn host(written: &str) -> Result<Value, String> {
    match field::site(written)? {
        Value::Same(out) | Value::Noted(out, _) | Value::Wider(out, _) => {
            let why = "site: also finds the sub-domains of the host";
            Ok(Value::Wider(out, why.to_owned()))
        }
    }
}

fn source_type(written: &str) -> Result<Value, String> {
    let name = written.trim().to_ascii_uppercase();
    let kind = |kind| Ok(Value::Same(field::kind(kind)));
    match name.as_str() {
        "ONLINENEWS" => kind(Kind::News),
        "BLOG" => kind(Kind::Blog),
        "MESSAGEBOARD" | "FORUM" => kind(Kind::Forum),
        "CONSUMERREVIEW" | "REVIEW" => kind(Kind::Review),
        "SOCIALMEDIA" => kind(Kind::Social),
        "SOCIALMEDIA_YOUTUBE" => Ok(Value::Same(field::filter("site", "youtube.com"))),
        "SOCIALMEDIA_TWITTER" => Ok(Value::Same(Out::Any(vec![
            field::filter("site", "x.com"),
            field::filter("site", "twitter.com"),
        ]))),
        "SOCIALMEDIA_FACEBOOK" => Ok(Value::Same(field::filter("site", "facebook.com"))),
        "SOCIALMEDIA_INSTAGRAM" => Ok(Value::Same(field::filter("site", "instagram.com"))),
        name if name.starts_with("ONLINENEWS_") => Ok(Value::Wider(
            field::kind(Kind::News),
            "kinds of news are not told apart; kind:news stands for them".to_owned(),
        )),
        _ => Err("Vigie has no such kind of source".to_owned()),
    }
}
