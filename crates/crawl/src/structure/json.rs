//! Finds the records of an answer in JSON that nobody has described: the array of objects that each have
//! a text and a date under names that many sites use.

use chrono::DateTime;
use model::{Details, Rating, Timestamp};
use serde_json::{Map, Value};
use url::Url;

use crate::dates;
use crate::extract::details::add_link;
use crate::extract::draft::{Dated, DraftEntry};
use crate::extract::text::Rich;
use crate::page::PageDraft;
use crate::page::profile::profile;

/// Values looked at in one body.
const STEPS_MAX: usize = 200_000;
const DEPTH_MAX: usize = 16;
const RECORDS_MAX: usize = 2000;
/// Share of the objects of an array that must be records, in hundredths.
const SHARE_MIN: usize = 60;

type Object = Map<String, Value>;

/// Names of what is asked for, the surest first, without case, `_` and `-`.
const TEXT: &[&str] = &[
    "contenthtml",
    "cooked",
    "content",
    "body",
    "text",
    "message",
    "comment",
    "html",
    "raw",
    "reviewbody",
    "reviewtext",
    "review",
    "posttext",
    "description",
];
const TITLE: &[&str] = &["title", "subject", "headline"];
const DATE: &[&str] = &[
    "dategmt",
    "timestampiso",
    "createdat",
    "created",
    "publishedat",
    "published",
    "datepublished",
    "publisheddate",
    "createdon",
    "createdate",
    "datecreated",
    "postedat",
    "posted",
    "postdate",
    "date",
    "timestamp",
    "time",
];
const UPDATED: &[&str] =
    &["modifiedgmt", "editediso", "updatedat", "updated", "editedat", "modified", "datemodified"];
const AUTHOR: &[&str] = &[
    "author",
    "user",
    "authorname",
    "username",
    "poster",
    "creator",
    "account",
    "sender",
    "sendername",
    "consumer",
    "reviewer",
    "owner",
    "nickname",
    "by",
    "from",
];
const NAME: &[&str] = &["displayname", "username", "name", "nickname", "login", "handle", "acct"];
const PROFILE: &[&str] = &["profileurl", "htmlurl", "url", "link", "weburl", "permalink", "href"];
const ID: &[&str] = &["id", "pid", "postid", "commentid", "reviewid", "uuid", "guid"];
const LINK: &[&str] = &["permalink", "url", "link", "htmlurl", "weburl", "href", "uri"];
const RATING: &[&str] = &["rating", "stars", "ratingvalue"];
const LIKES: &[&str] = &["likes", "likecount", "upvotes", "votes"];
const HIDDEN: &[&str] = &["deleted", "hidden", "spam"];
const CHILDREN: &[&str] = &["replies", "children", "comments", "answers"];

/// Reads a body by its structure; `None` if nothing in it is surely a record.
pub(crate) fn read(json: &Value, url: &Url) -> Option<PageDraft> {
    let mut arrays: Vec<&[Value]> = Vec::new();
    let mut steps = STEPS_MAX;
    collect(json, 0, &mut steps, &mut arrays);
    let best = arrays.into_iter().filter(|array| is_of_records(array)).max_by_key(|array| {
        let objects = array.iter().filter_map(Value::as_object);
        objects.filter_map(text).map(|rich| rich.text.len().min(2000)).sum::<usize>()
    })?;
    let mut entries = Vec::new();
    flatten(best, url, 0, None, &mut entries);
    let with = |has: fn(&DraftEntry) -> bool| {
        entries.iter().filter(|entry| has(entry)).count() * 1000 / entries.len().max(1)
    };
    let authors = with(|entry| entry.author.is_some());
    let names = with(|entry| entry.guid.is_some() || entry.link.is_some());
    let confidence = u16::try_from(400 + authors / 4 + names / 5).unwrap_or(u16::MAX);
    let title = json.as_object().and_then(|object| Some(plain(get(object, TITLE)?)?.text));
    let title = title.filter(|title| !title.is_empty());
    Some(PageDraft { title, entries, confidence, ..PageDraft::default() })
}

/// Gathers all arrays of objects.
fn collect<'v>(json: &'v Value, depth: usize, steps: &mut usize, arrays: &mut Vec<&'v [Value]>) {
    if depth > DEPTH_MAX || *steps == 0 {
        return;
    }
    *steps -= 1;
    match json {
        Value::Array(values) => {
            if values.first().is_some_and(Value::is_object) {
                arrays.push(values);
            }
            for value in values {
                collect(value, depth + 1, steps, arrays);
            }
        }
        Value::Object(object) => {
            for value in object.values() {
                collect(value, depth + 1, steps, arrays);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_of_records(array: &[Value]) -> bool {
    let objects = array.iter().filter_map(Value::as_object);
    let records = objects.filter(|object| {
        let says = text(object).is_some_and(|rich| !rich.text.is_empty());
        says && matches!(date(object, DATE), Dated::At(_)) && get(object, AUTHOR).is_some()
    });
    records.count() * 100 >= array.len() * SHARE_MIN
}

/// Reads the records of an array and, after each, those that answer it.
fn flatten(
    array: &[Value],
    url: &Url,
    depth: usize,
    answered: Option<&str>,
    entries: &mut Vec<DraftEntry>,
) {
    for object in array.iter().filter_map(Value::as_object) {
        if entries.len() == RECORDS_MAX {
            return;
        }
        let is_hidden = get(object, HIDDEN).is_some_and(|hidden| match hidden {
            Value::Bool(hidden) => *hidden,
            Value::Number(number) => number.as_i64() == Some(1),
            Value::Null | Value::String(_) | Value::Array(_) | Value::Object(_) => false,
        });
        let said = text(object).filter(|rich| !rich.text.is_empty() && !is_hidden);
        let id = get(object, ID).and_then(written);
        if let Some(rich) = said {
            entries.push(entry(object, rich, id.clone(), answered, url));
        }
        let children = get(object, CHILDREN).and_then(Value::as_array);
        if let Some(children) = children.filter(|_| depth < DEPTH_MAX) {
            flatten(children, url, depth + 1, id.as_deref(), entries);
        }
    }
}

fn entry(
    object: &Object,
    rich: Rich,
    guid: Option<String>,
    answered: Option<&str>,
    url: &Url,
) -> DraftEntry {
    let link = get(object, LINK).and_then(Value::as_str).and_then(|link| url.join(link).ok());
    let link = link.filter(|link| matches!(link.scheme(), "http" | "https"));
    let mut details = Details {
        image: rich.image,
        rating: get(object, RATING).and_then(stars),
        answers: answered.map(str::to_owned),
        reply: answered.map(|_| true),
        ..Details::default()
    };
    details.author_url = get(object, AUTHOR).and_then(|author| shown_at(author, url));
    details.engagement.likes = get(object, LIKES).and_then(Value::as_u64);
    rich.hrefs.iter().for_each(|href| add_link(&mut details.links, href, url));
    DraftEntry {
        guid,
        link,
        title: get(object, TITLE).and_then(plain).map(|rich| rich.text),
        text: Some(rich.text),
        author: get(object, AUTHOR).and_then(author),
        published: date(object, DATE),
        updated: date(object, UPDATED),
        details,
        ..DraftEntry::default()
    }
}

/// Returns the first value under one of the names, the surest name first.
fn get<'v>(object: &'v Object, names: &[&str]) -> Option<&'v Value> {
    names.iter().find_map(|name| {
        let found = object.iter().find(|(key, value)| is_called(key, name) && !value.is_null());
        found.map(|(_, value)| value)
    })
}

fn is_called(key: &str, name: &str) -> bool {
    let letters = key.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
    letters.map(|byte| byte.to_ascii_lowercase()).eq(name.bytes())
}

fn text(object: &Object) -> Option<Rich> {
    get(object, TEXT).and_then(plain)
}

/// Reads a text, or what a text is in: `{"rendered": "<p>…"}`.
fn plain(value: &Value) -> Option<Rich> {
    match value {
        Value::String(text) => Some(Rich::from_unsaid(text)),
        Value::Object(object) => {
            let within = ["rendered", "html", "text", "plain", "raw"];
            let text = within.iter().find_map(|name| object.get(*name)?.as_str());
            text.map(Rich::from_unsaid)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

fn author(value: &Value) -> Option<String> {
    let name = match value {
        Value::String(name) => Some(name.as_str()),
        Value::Object(object) => get(object, NAME).and_then(Value::as_str),
        Value::Array(several) => {
            several.first().and_then(Value::as_object).and_then(|one| get(one, NAME)?.as_str())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    };
    name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
}

/// Returns where an author is shown who is described beyond the name.
fn shown_at(author: &Value, url: &Url) -> Option<Url> {
    profile(get(author.as_object()?, PROFILE)?.as_str()?, url)
}

fn written(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn date(object: &Object, names: &[&str]) -> Dated {
    let readable = names.iter().find_map(|name| match get(object, &[name])? {
        Value::String(text) => dates::parse(text),
        Value::Number(number) => instant(number.as_f64()?),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    });
    readable.map_or(Dated::Unsaid, Dated::At)
}

/// Reads seconds or milliseconds since 1970: as seconds, the latter lie thousands of years ahead.
#[expect(clippy::cast_possible_truncation, reason = "dates are far from the ends of the numbers")]
fn instant(number: f64) -> Option<Timestamp> {
    match number {
        1e8..1e10 => DateTime::from_timestamp_millis((number * 1000.0) as i64),
        1e11..1e13 => DateTime::from_timestamp_millis(number as i64),
        _ => None,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a rating is a small number")]
fn stars(value: &Value) -> Option<Rating> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.parse().ok()?,
        Value::Object(object) => get(object, RATING)?.as_f64()?,
        Value::Null | Value::Bool(_) | Value::Array(_) => return None,
    };
    Rating::new((number * 1000.0).round() as i64, 1000, 5000)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(json: &Value) -> Option<PageDraft> {
        read(json, &"https://forum.example/api/t/1".parse().unwrap())
    }

    #[test]
    fn posts_are_found_by_the_names_that_many_sites_use() {
        let draft = found(&json!({
            "title": "Which tea?",
            "users": [{"id": 1, "name": "Zoé"}, {"id": 2, "name": "Marc"}],
            "posts": [
                {"pid": 7, "content": "<p>Ozalée &amp; co.</p>", "timestampISO": "2026-03-01T10:00:00Z",
                 "user": {"username": "zoe", "displayname": "Zoé"}, "votes": 3},
                {"pid": 8, "content": "Not me.", "timestamp": 1_772_359_800_000_i64,
                 "user": {"username": "marc"}, "deleted": 0,
                 "replies": [{"pid": 9, "content": "Nor me.", "timestamp": 1_772_359_900,
                              "user": {"username": "zoe"}}]},
                {"pid": 10, "content": "Gone.", "timestamp": 1_772_359_900, "deleted": true,
                 "user": {"username": "x"}},
            ],
        }))
        .unwrap();
        assert_eq!(draft.title.as_deref(), Some("Which tea?"));
        let texts: Vec<_> =
            draft.entries.iter().filter_map(|entry| entry.text.as_deref()).collect();
        assert_eq!(texts, ["Ozalée & co.", "Not me.", "Nor me."]);
        let [first, second, answer] = draft.entries.as_slice() else { panic!("three posts") };
        assert_eq!(first.author.as_deref(), Some("Zoé"));
        assert_eq!(first.guid.as_deref(), Some("7"));
        assert_eq!(first.details.engagement.likes, Some(3));
        let at: Timestamp = "2026-03-01T10:10:00Z".parse().unwrap();
        assert!(matches!(second.published, Dated::At(date) if date == at));
        assert_eq!(answer.details.answers.as_deref(), Some("8"));
        assert!(draft.confidence > 800, "{}", draft.confidence);
    }

    #[test]
    fn reviews_have_their_stars() {
        let draft = found(&json!([
            {"id": "a", "rating": 4, "text": "Good tea.", "author": "Zoé", "createdAt": "2026-03-01T10:00:00Z"},
            {"id": "b", "rating": 1.5, "text": "Bad tea.", "author": "Marc", "createdAt": "2026-03-02T10:00:00Z"},
        ]))
        .unwrap();
        let stars = draft.entries.iter().map(|entry| entry.details.rating.unwrap().to_string());
        assert_eq!(stars.collect::<Vec<_>>(), ["4/5", "1.5/5"]);
    }

    #[test]
    fn what_has_no_posts_is_refused() {
        assert!(
            found(&json!({"users": [{"id": 1, "name": "Zoé", "created": "2026-03-01"}]})).is_none()
        );
        assert!(found(&json!([1, 2, 3])).is_none());
        assert!(
            found(&json!({"settings": [{"text": "Save", "time": "2026-03-01T10:00:00Z"}]}))
                .is_none()
        );
        let mut deep = json!([{"text": "x", "date": "2026-03-01", "author": "a"}]);
        for _ in 0..100 {
            deep = json!([deep]);
        }
        assert!(found(&deep).is_none());
    }
}
