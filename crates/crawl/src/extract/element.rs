//! Single elements of a feed: a word, an address, a person, a text of any type. It does not know what
//! an element is for ([`super::entry`], [`super::details`]).

use std::borrow::Cow;

use url::Url;

use super::base64;
use super::markup::unescape;
use super::person::{self, Person};
use super::text::Rich;
use super::tree::Node;
use crate::charset::undo_double_encoding;
use crate::page::profile::profile;

/// The rank of an address of the feed or entry as data, which stands in for the page's.
pub(crate) const SELF: u8 = 8;

/// Reads an element of one short value: a number, a name, an address, a date.
pub(crate) fn word(node: Node) -> Option<String> {
    let text = node.text();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Reads an Atom person (RFC 4287, section 3.2), or the one line that RSS has for one.
pub(crate) fn person(node: Node) -> Option<Person> {
    let part = |names: &[&str]| {
        let is_part =
            |child: &Node| names.iter().any(|name| child.name().eq_ignore_ascii_case(name));
        node.children().find(is_part)
    };
    if !node.has_markup() {
        return Some(Person { name: person::name(&plain(node)?)?, url: None });
    }
    let said = |name: &str| part(&[name]).and_then(plain);
    let name = said("name").or_else(|| said("email")).or_else(|| plain(node))?;
    // Atom 0.3 calls it `url`.
    let uri = part(&["uri", "url"]);
    let url = uri.and_then(|uri| profile(&word(uri)?, uri.base()));
    Some(Person { name: person::name(&name)?, url })
}

/// Reads the address of a `link` element, with its rank as the one of the entry itself.
pub(crate) fn link(node: Node) -> Option<(u8, Url)> {
    let href =
        node.attribute("href").filter(|href| !href.trim().is_empty()).or_else(|| word(node))?;
    let url = web_address(&href, Some(node.base()))?;
    let rel = node.attribute("rel").unwrap_or_default().to_ascii_lowercase();
    let media_type = node.attribute("type").unwrap_or_default();
    let rank = match rel.trim() {
        "" | "alternate" if media_type.is_empty() || media_type.contains("html") => 1,
        "" | "alternate" => 2,
        "permalink" | "bookmark" => 3,
        "self" => SELF,
        "enclosure" => 9,
        _ => return None,
    };
    Some((rank, url))
}

/// Reads where a feed says that what is older stands, with its rank: an archive, which is whole (RFC 5005,
/// section 4), goes before the next page of what may change meanwhile (section 3).
pub(crate) fn older(node: Node) -> Option<(u8, Url)> {
    const REGISTRY: &str = "http://www.iana.org/assignments/relation/";
    let rel = node.attribute("rel")?.to_ascii_lowercase();
    let rank = rel.split_ascii_whitespace().filter_map(|word| {
        match word.strip_prefix(REGISTRY).unwrap_or(word) {
            "prev-archive" => Some(0),
            "next" => Some(1),
            _ => None,
        }
    });
    Some((rank.min()?, web_address(&node.attribute("href")?, Some(node.base()))?))
}

/// Resolves an address; only pages on the web are one.
pub(crate) fn web_address(address: &str, base: Option<&Url>) -> Option<Url> {
    let address = unescaped_again(address.trim());
    let url = match base {
        Some(base) => base.join(&address),
        None => Url::parse(&address),
    };
    url.ok().filter(|url| url.has_host() && !url.cannot_be_a_base())
}

/// Resolves the references of an address that was escaped twice.
pub(crate) fn unescaped_again(address: &str) -> Cow<'_, str> {
    if address.contains("&amp;") { unescape(address, |_| None) } else { address.into() }
}

/// Reads an element's text as plain text.
pub(crate) fn plain(node: Node) -> Option<String> {
    rich(node).map(|rich| rich.text).filter(|text| !text.is_empty())
}

/// Reads an element's text, by the type that it says or seems to have.
/// `None` for what is no text.
pub(crate) fn rich(node: Node) -> Option<Rich> {
    let media_type = node.attribute("type").unwrap_or_default().to_ascii_lowercase();
    let mode = node.attribute("mode").unwrap_or_default().to_ascii_lowercase();
    let mut rich = if node.has_markup() && mode != "escaped" {
        Rich::from_html(node.inner())
    } else {
        let text = node.text();
        let encoded = mode == "base64" || is_base64(&media_type);
        let decoded = if encoded { base64::decode(&text) } else { None };
        if decoded.is_none() && is_no_text(&media_type) {
            return None;
        }
        let text = decoded.as_deref().unwrap_or(&text);
        match media_type.trim() {
            "html" | "text/html" | "xhtml" | "application/xhtml+xml" => Rich::from_html(text),
            _ => Rich::from_unsaid(text),
        }
    };
    if let Some(text) = undo_double_encoding(&rich.text) {
        rich.text = text;
    }
    Some(rich)
}

/// Whether what is of this type is an image, a document, anything but text.
fn is_no_text(media_type: &str) -> bool {
    [
        "image/",
        "audio/",
        "video/",
        "font/",
        "application/octet",
        "application/pdf",
        "application/zip",
    ]
    .iter()
    .any(|beginning| media_type.starts_with(beginning))
}

/// Whether Atom says that text of this type is in Base64 (RFC 4287, section 4.1.3.3).
fn is_base64(media_type: &str) -> bool {
    media_type.contains('/')
        && !media_type.starts_with("text/")
        && !media_type.ends_with("/xml")
        && !media_type.ends_with("+xml")
}
