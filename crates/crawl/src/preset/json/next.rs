//! The page that follows one: by a cursor, a page's number, an offset or the `Link` header.

use url::Url;

use super::field::Field;
use super::path::Place;

/// Links read of one header, and the bytes of it.
const LINKS_MAX: usize = 100;
const HEADER_BYTES_MAX: usize = 16 << 10;

/// How a kind of site says that there is more.
#[derive(Debug, Clone, Default)]
pub(crate) struct Next {
    /// The address of the next page, or what its `parameter` is.
    pub(crate) cursor: Option<Field>,
    pub(crate) parameter: Option<String>,
    /// The parameter that numbers pages, with the number of the first one.
    pub(crate) page: Option<String>,
    pub(crate) first: u64,
    /// How many pages there are.
    pub(crate) pages: Option<Field>,
    /// The ids of all records of all pages.
    pub(crate) ids: Option<Field>,
    /// The parameter that counts records.
    pub(crate) offset: Option<String>,
    /// How many records there are.
    pub(crate) total: Option<Field>,
    /// Says yes where there is more.
    pub(crate) more: Option<Field>,
    /// Records of one page, where a page has always as many while there is more.
    pub(crate) size: Option<u64>,
    /// The parameter that says how many records a page has.
    pub(crate) limit: Option<String>,
    pub(crate) link_header: bool,
}

/// Addresses of other pages.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) next: Option<Url>,
    pub(super) last: Option<Url>,
}

/// Returns the pages beside the one at `url`, which has so many records. None is on another host.
pub(super) fn pages(
    next: &Next,
    place: Place,
    url: &Url,
    records: usize,
    link_header: Option<&str>,
) -> Pages {
    let mut pages = Pages::default();
    if next.link_header
        && let Some(header) = link_header
    {
        pages.next = linked(header, url, "next");
        pages.last = linked(header, url, "last");
    }
    if pages.next.is_none() && records > 0 {
        pages.next = by_cursor(next, place, url).or_else(|| by_offset(next, place, url, records));
        if pages.next.is_none() {
            pages = by_page(next, place, url, records).unwrap_or(pages);
        }
    }
    let is_other = |page: &Url| page != url && page.host_str() == url.host_str();
    pages.next = pages.next.filter(is_other);
    pages.last = pages.last.filter(is_other);
    pages
}

fn by_cursor(next: &Next, place: Place, url: &Url) -> Option<Url> {
    let cursor = next.cursor.as_ref()?;
    if next.more.as_ref().is_some_and(|more| !more.is_said(place)) {
        return None;
    }
    match &next.parameter {
        Some(parameter) => Some(with(url, parameter, &cursor.word(place)?)),
        None => url.join(&cursor.address(place)?).ok().filter(Url::has_host),
    }
}

fn by_offset(next: &Next, place: Place, url: &Url, records: usize) -> Option<Url> {
    let parameter = next.offset.as_ref()?;
    let records = u64::try_from(records).ok()?;
    let now = number(url, parameter).unwrap_or(0);
    let then = now.checked_add(records)?;
    let total = next.total.as_ref().and_then(|total| count(total, place));
    let is_more = match (&next.more, total) {
        (Some(more), _) => more.is_said(place),
        (None, Some(total)) => then < total,
        (None, None) => !is_short(next, url, records),
    };
    is_more.then(|| with(url, parameter, &then.to_string()))
}

fn by_page(next: &Next, place: Place, url: &Url, records: usize) -> Option<Pages> {
    let parameter = next.page.as_ref()?;
    let now = number(url, parameter).unwrap_or(next.first);
    let page = |number: u64| with(url, parameter, &number.to_string());
    let ids = next.ids.as_ref().map(|ids| ids.all(place).len());
    let many = match (ids, next.size) {
        (Some(ids), Some(size)) => Some(u64::try_from(ids).ok()?.div_ceil(size.max(1))),
        _ => next.pages.as_ref().and_then(|pages| count(pages, place)),
    };
    if let Some(many) = many {
        let last = next.first.checked_add(many)?.checked_sub(1)?;
        let is_before = now < last;
        return Some(Pages {
            next: is_before.then(|| page(now + 1)),
            last: is_before.then(|| page(last)),
        });
    }
    let is_more = match (&next.more, ids) {
        (Some(more), _) => more.is_said(place),
        // Of a part of a conversation nobody can tell which part it is.
        (None, None) if next.ids.is_some() || next.pages.is_some() => false,
        (None, _) => !is_short(next, url, u64::try_from(records).ok()?),
    };
    Some(Pages { next: is_more.then(|| page(now.saturating_add(1))), last: None })
}

/// Whether a page has fewer records than it was asked for, or than every page has but the last.
fn is_short(next: &Next, url: &Url, records: u64) -> bool {
    let asked = next.limit.as_ref().and_then(|limit| number(url, limit)).or(next.size);
    asked.is_some_and(|asked| records < asked)
}

fn count(field: &Field, place: Place) -> Option<u64> {
    field.word(place)?.parse().ok()
}

/// Returns the number that a parameter of an address has. Some sites write parameters as parts of the
/// path: `/page=2/`.
fn number(url: &Url, parameter: &str) -> Option<u64> {
    let in_query = url.query_pairs().find(|(name, _)| name == parameter);
    match in_query {
        Some((_, value)) => value.parse().ok(),
        None => url.path_segments()?.find_map(|part| of_path(part, parameter)?.parse().ok()),
    }
}

fn of_path<'p>(part: &'p str, parameter: &str) -> Option<&'p str> {
    part.strip_prefix(parameter)?.strip_prefix('=')
}

/// Returns an address with another value of a parameter, in the place that it has.
fn with(url: &Url, parameter: &str, value: &str) -> Url {
    let mut changed = url.clone();
    let is_of_path = |part: &str| of_path(part, parameter).is_some();
    if url.path_segments().is_some_and(|mut parts| parts.any(is_of_path)) {
        let parts = url.path().split('/').map(|part| {
            if is_of_path(part) { format!("{parameter}={value}") } else { part.to_owned() }
        });
        changed.set_path(&parts.collect::<Vec<_>>().join("/"));
        return changed;
    }
    let kept: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let mut query = changed.query_pairs_mut();
    query.clear();
    let mut written = false;
    for (name, kept) in &kept {
        if name != parameter {
            query.append_pair(name, kept);
        } else if !written {
            query.append_pair(name, value);
            written = true;
        }
    }
    if !written {
        query.append_pair(parameter, value);
    }
    drop(query);
    changed
}

/// Returns where the first link of a relation leads, of a `Link` header (RFC 8288, section 3). Of
/// several such headers the values are joined by commas.
pub(crate) fn linked(header: &str, base: &Url, relation: &str) -> Option<Url> {
    let mut rest = header.get(..HEADER_BYTES_MAX).unwrap_or(header);
    for _ in 0..LINKS_MAX {
        let (_, after) = rest.split_once('<')?;
        let (target, after) = after.split_once('>')?;
        let (parameters, after) = parameters(after);
        rest = after;
        let said = |name: &str| parameters.iter().find(|(known, _)| known == name);
        let is_related = said("rel").is_some_and(|(_, relations)| {
            relations.split_ascii_whitespace().any(|said| said.eq_ignore_ascii_case(relation))
        });
        // A link with an anchor is another page's.
        if is_related && said("anchor").is_none() {
            let url = base.join(target.trim()).ok()?;
            return matches!(url.scheme(), "http" | "https").then_some(url);
        }
    }
    None
}

/// Reads the parameters of a link up to the comma that ends it, and returns what follows.
fn parameters(text: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(after) = rest.strip_prefix(';') {
        let name_end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let (name, after) = after.split_at(name_end);
        let value;
        (value, rest) = match after.strip_prefix('=').map(str::trim_start) {
            Some(after) if after.starts_with('"') => quoted_text(&after[1..]),
            Some(after) => {
                let (value, rest) = after.split_at(after.find([';', ',']).unwrap_or(after.len()));
                (value.trim().to_owned(), rest)
            }
            None => (String::new(), after),
        };
        rest = rest.trim_start();
        found.push((name.trim().to_ascii_lowercase(), value));
    }
    (found, rest)
}

/// Reads a quoted text up to its closing mark, and returns what follows.
fn quoted_text(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, c)| c)),
            c => value.push(c),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::path::steps;
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn field(text: &str) -> Field {
        Field::parse(text).unwrap()
    }

    fn check(next: &Next, json: &Value, at: &str, records: usize, expect: Option<&str>) {
        let steps = steps();
        let found = pages(next, Place::root(json, &steps), &url(at), records, None);
        assert_eq!(found.next.as_ref().map(Url::as_str), expect, "{at}");
    }

    #[test]
    fn a_cursor_is_an_address_or_a_parameter() {
        let next = Next { cursor: Some(field("next")), ..Next::default() };
        let check_at =
            |json: Value, expect| check(&next, &json, "https://a.example/x?q=1", 5, expect);
        check_at(json!({"next": "/x?q=1&after=5"}), Some("https://a.example/x?q=1&after=5"));
        check_at(json!({"next": null}), None);
        check_at(json!({"next": "https://elsewhere.example/"}), None);
        check_at(json!({"next": "/x?q=1"}), None);
        check_at(json!({"next": "javascript:void(0)"}), None);

        let next = Next { parameter: Some("after".to_owned()), ..next };
        let json = json!({"next": "a b"});
        check(&next, &json, "https://a.example/x", 5, Some("https://a.example/x?after=a+b"));
        check(
            &next,
            &json,
            "https://a.example/x?after=1&q=2",
            5,
            Some("https://a.example/x?after=a+b&q=2"),
        );
        check(&next, &json, "https://a.example/x", 0, None);
    }

    #[test]
    fn pages_are_numbered_until_the_last() {
        let page = Some("page".to_owned());
        let next =
            Next { page: page.clone(), first: 1, pages: Some(field("pages")), ..Next::default() };
        let json = json!({"pages": 3});
        check(&next, &json, "https://a.example/x", 5, Some("https://a.example/x?page=2"));
        check(&next, &json, "https://a.example/x?page=2", 5, Some("https://a.example/x?page=3"));
        check(&next, &json, "https://a.example/x?page=3", 5, None);
        check(&next, &json!({}), "https://a.example/x?page=3", 5, None);

        let next = Next {
            page: page.clone(),
            first: 1,
            ids: Some(field("all")),
            size: Some(2),
            ..Next::default()
        };
        let next = Next { ids: Some(field("all[*]")), ..next };
        let json = json!({"all": [1, 2, 3, 4, 5]});
        check(
            &next,
            &json,
            "https://a.example/t.json?page=2",
            2,
            Some("https://a.example/t.json?page=3"),
        );
        check(&next, &json, "https://a.example/t.json?page=3", 1, None);

        let next = Next {
            page: page.clone(),
            first: 1,
            limit: Some("limit".to_owned()),
            ..Next::default()
        };
        check(&next, &json!({}), "https://a.example/?limit=5", 4, None);
        check(
            &next,
            &json!({}),
            "https://a.example/?limit=5",
            5,
            Some("https://a.example/?limit=5&page=2"),
        );

        let next = Next { page, first: 1, ..Next::default() };
        let (at, expect) =
            ("https://a.example/page=1/id=7/json", "https://a.example/page=2/id=7/json");
        check(&next, &json!({}), at, 50, Some(expect));
    }

    #[test]
    fn an_offset_counts_what_was_read() {
        let next = Next {
            offset: Some("offset".to_owned()),
            total: Some(field("count")),
            ..Next::default()
        };
        let json = json!({"count": 25});
        check(&next, &json, "https://a.example/x", 10, Some("https://a.example/x?offset=10"));
        check(&next, &json, "https://a.example/x?offset=20", 5, None);
        check(
            &next,
            &json,
            "https://a.example/x?offset=10",
            10,
            Some("https://a.example/x?offset=20"),
        );
    }

    #[test]
    fn the_link_header_is_read_by_its_rfc() {
        let check = |header: &str, expect: Option<&str>| {
            let base = url("https://blog.example/wp-json/wp/v2/posts");
            let found = linked(header, &base, "next");
            assert_eq!(found.as_ref().map(Url::as_str), expect, "{header}");
        };
        check(
            r#"<https://blog.example/a?page=2>; rel="next""#,
            Some("https://blog.example/a?page=2"),
        );
        check(
            r#"<https://blog.example/1>; rel="prev", <https://blog.example/3>; rel="next""#,
            Some("https://blog.example/3"),
        );
        check("</a?x=1,2;3>;rel=next", Some("https://blog.example/a?x=1,2;3"));
        check(
            r#"</a>; title="b, \"<c>\"; rel=prev"; rel="last NEXT""#,
            Some("https://blog.example/a"),
        );
        check(r#"</a>; rel="next"; anchor="/other""#, None);
        check(r#"</a>; rel="next-archive""#, None);
        check("<javascript:void(0)>; rel=next", None);
        check("</a>; rel", None);
        check("</a", None);
        check(r#"</a>; rel="next"#, Some("https://blog.example/a"));
        check("", None);
        check(&"<".repeat(100_000), None);
    }
}
