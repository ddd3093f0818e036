//! The article that a page describes to machines in JSON-LD.

use model::Kind;
use serde_json::Value;

use crate::page::dom::Dom;
use crate::schema;

/// Authors of one article.
const NAMES_MAX: usize = 20;
/// Values that are looked at for an article.
const VALUES_MAX: usize = 20_000;

/// What a description says of the article that the page is.
#[derive(Debug, Default)]
pub(super) struct Described {
    pub(super) kind: Option<Kind>,
    pub(super) headline: Option<String>,
    pub(super) authors: Vec<String>,
    /// Where the author is shown, if it is one.
    pub(super) author_url: Option<String>,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) body: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) url: Option<String>,
    pub(super) image: bool,
    pub(super) publisher: Option<String>,
    pub(super) tags: Vec<String>,
    /// The page says that its text is not for everybody.
    pub(super) is_closed: bool,
}

/// What a page describes.
#[derive(Debug, Default)]
pub(super) struct Descriptions {
    pub(super) article: Option<Described>,
    /// How many articles it describes.
    pub(super) count: usize,
    /// Whether it calls itself a list of other pages.
    pub(super) is_list: bool,
}

pub(super) fn read(dom: &Dom) -> Descriptions {
    let mut found = Descriptions::default();
    let mut left = VALUES_MAX;
    for document in schema::documents(dom) {
        look(&document, &mut found, &mut left);
    }
    found
}

/// Looks for the article in a value and in what it is put together from. Its depth is what
/// [`schema::documents`] allows.
fn look(value: &Value, found: &mut Descriptions, left: &mut usize) {
    if *left == 0 {
        return;
    }
    *left -= 1;
    match value {
        Value::Array(values) => values.iter().for_each(|value| look(value, found, left)),
        Value::Object(fields) => {
            if is_of(value, |kind| matches!(kind, "CollectionPage" | "SearchResultsPage")) {
                found.is_list = true;
            }
            if is_of(value, is_article) {
                found.count += 1;
                let new = describe(value);
                let old = found.article.as_ref();
                // A list of other articles describes them shortly; the first described at length is it.
                if old.is_none_or(|old| old.body.is_none() && new.body.is_some()) {
                    found.article = Some(new);
                }
                return;
            }
            for name in ["@graph", "mainEntity", "mainEntityOfPage", "hasPart"] {
                if let Some(value) = fields.get(name) {
                    look(value, found, left);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_article(kind: &str) -> bool {
    kind.ends_with("Article")
        || matches!(kind, "BlogPosting" | "Report" | "LiveBlogPosting" | "Review")
}

fn is_of(value: &Value, is_it: impl Fn(&str) -> bool) -> bool {
    let bare = |kind: &str| is_it(kind.rsplit(['/', ':', '#']).next().unwrap_or(kind));
    match &value["@type"] {
        Value::String(kind) => bare(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).any(bare),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

fn describe(value: &Value) -> Described {
    let text = |name: &str| words(&value[name]);
    let free = &value["isAccessibleForFree"];
    Described {
        headline: text("headline").or_else(|| text("name")),
        authors: names(&value["author"]),
        author_url: shown_at(&value["author"]),
        published: text("datePublished").or_else(|| text("dateCreated")),
        modified: text("dateModified"),
        body: text("articleBody").or_else(|| text("reviewBody")),
        lang: text("inLanguage"),
        url: text("url").or_else(|| words(&value["mainEntityOfPage"]["@id"])),
        image: !value["image"].is_null(),
        publisher: words(&value["publisher"]["name"]),
        tags: tags(&value["keywords"]),
        is_closed: *free == false
            || free.as_str().is_some_and(|free| free.eq_ignore_ascii_case("false")),
        kind: if is_of(value, |kind| kind == "BlogPosting") {
            Some(Kind::Blog)
        } else {
            is_of(value, |kind| kind.ends_with("NewsArticle")).then_some(Kind::News)
        },
    }
}

fn words(value: &Value) -> Option<String> {
    let text = match value {
        Value::Array(values) => values.first()?.as_str()?,
        Value::String(text) => text,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
    };
    Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn names(value: &Value) -> Vec<String> {
    let Value::Array(values) = value else { return names_of_one(value) };
    values.iter().take(NAMES_MAX).flat_map(names_of_one).collect()
}

/// Reads the name of a person, or of several that are described as one.
fn names_of_one(value: &Value) -> Vec<String> {
    let name = if value.is_object() { &value["name"] } else { value };
    let Value::Array(names) = name else { return words(name).into_iter().collect() };
    names.iter().take(NAMES_MAX).filter_map(words).collect()
}

/// Reads where the only author is shown.
fn shown_at(value: &Value) -> Option<String> {
    let value = match value.as_array().map(Vec::as_slice) {
        Some([only]) => only,
        Some(_) => return None,
        None => value,
    };
    let is_address = |said: &String| !said.starts_with("_:") && !said.contains('#');
    ["url", "@id", "sameAs"].into_iter().find_map(|name| words(&value[name]).filter(is_address))
}

fn tags(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(words).collect(),
        Value::String(text) => text.split(',').map(|tag| tag.trim().to_owned()).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}
