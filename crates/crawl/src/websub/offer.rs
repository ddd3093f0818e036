//! Whether a feed or a page offers to be pushed: the hub and the topic that it names, in its `Link` header
//! or else in itself (section 4).

use serde::Deserialize;
use url::Url;

use crate::charset;
use crate::discover;
use crate::extract::is_html;
use crate::extract::markup::{Token, Tokens, attributes};
use crate::preset::json::linked;

/// The links of a feed stand near its top.
const FEED_BYTES_MAX: usize = 256 << 10;
/// The longest address that is kept.
const URL_BYTES_MAX: usize = 2048;

/// Who pushes a feed or a page, and what it is called there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubOffer {
    pub hub: Url,
    /// Its own address, as the hub knows it.
    pub topic: Url,
}

/// Returns what a feed or a page offers. `page` is where it was found.
pub fn offered(
    link: Option<&str>,
    body: &[u8],
    content_type: Option<&str>,
    page: &Url,
) -> Option<HubOffer> {
    let header = |relation| link.and_then(|link| linked(link, page, relation));
    let (mut hub, mut topic) = (header("hub"), header("self"));
    if hub.is_none() || topic.is_none() {
        let within = links(&body[..body.len().min(FEED_BYTES_MAX)], content_type, page);
        hub = hub.or(within.hub);
        topic = topic.or(within.topic);
    }
    let hub = hub?;
    let mut topic = topic.unwrap_or_else(|| page.clone());
    topic.set_fragment(None);
    let fits =
        |url: &Url| matches!(url.scheme(), "http" | "https") && url.as_str().len() <= URL_BYTES_MAX;
    (fits(&hub) && fits(&topic)).then_some(HubOffer { hub, topic })
}

#[derive(Default)]
struct Links {
    hub: Option<Url>,
    topic: Option<Url>,
}

fn links(body: &[u8], content_type: Option<&str>, page: &Url) -> Links {
    let text = charset::decode(body, content_type).text;
    match text.trim_start().as_bytes().first() {
        Some(b'{') => of_json(&text, page).unwrap_or_default(),
        Some(b'<') if is_html(&text) => {
            let [hub, topic] = discover::linked(&text, page, ["hub", "self"]);
            Links { hub, topic }
        }
        Some(b'<') => of_xml(&text, page),
        _ => Links::default(),
    }
}

/// Reads the links of the feed itself, and none of its entries.
fn of_xml(text: &str, page: &Url) -> Links {
    let mut links = Links::default();
    let mut entries = 0_usize;
    for token in Tokens::new(text) {
        match token {
            Token::Open { name, empty: false, .. } if is_entry(name) => entries += 1,
            Token::Close { name } if is_entry(name) => entries = entries.saturating_sub(1),
            Token::Open { name, attributes: text, .. } if entries == 0 && local(name) == "link" => {
                let of = |name: &str| {
                    attributes(text).find(|(known, _)| *known == name).map(|(_, value)| value)
                };
                let (Some(rel), Some(href)) = (of("rel"), of("href")) else { continue };
                let Ok(url) = page.join(href.trim()) else { continue };
                for relation in rel.split_ascii_whitespace() {
                    if relation.eq_ignore_ascii_case("hub") {
                        links.hub.get_or_insert_with(|| url.clone());
                    } else if relation.eq_ignore_ascii_case("self") {
                        links.topic.get_or_insert_with(|| url.clone());
                    }
                }
            }
            Token::Open { .. }
            | Token::Close { .. }
            | Token::Text(_)
            | Token::CData(_)
            | Token::Doctype(_)
            | Token::Aside => {}
        }
    }
    links
}

fn is_entry(name: &str) -> bool {
    matches!(local(name), "entry" | "item")
}

/// Returns a name without its prefix: `atom:link`, `atom10:link` and `link` are alike.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// A JSON Feed 1.1.
#[derive(Deserialize)]
struct JsonFeed {
    feed_url: Option<String>,
    #[serde(default)]
    hubs: Vec<JsonHub>,
}

#[derive(Deserialize)]
struct JsonHub {
    #[serde(rename = "type", default)]
    kind: String,
    url: String,
}

fn of_json(text: &str, page: &Url) -> Option<Links> {
    let feed: JsonFeed = serde_json::from_str(text).ok()?;
    let hub = feed.hubs.iter().find(|hub| hub.kind.eq_ignore_ascii_case("websub"));
    Some(Links {
        hub: hub.and_then(|hub| page.join(&hub.url).ok()),
        topic: feed.feed_url.and_then(|url| page.join(&url).ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(link: Option<&str>, body: &str, expect: Option<(&str, &str)>) {
        let page = "https://blog.example/feed".parse().unwrap();
        let offer = offered(link, body.as_bytes(), None, &page);
        let found = offer.as_ref().map(|offer| (offer.hub.as_str(), offer.topic.as_str()));
        assert_eq!(found, expect, "{link:?} {body}");
    }

    const HUB: &str = "https://hub.example/";

    #[test]
    fn the_header_has_the_word_and_then_the_feed() {
        let link = "<https://hub.example/>; rel=\"hub\", <https://blog.example/self>; rel=self";
        check(Some(link), "<rss/>", Some((HUB, "https://blog.example/self")));
        check(Some(link), "not a feed", Some((HUB, "https://blog.example/self")));
        let only_hub = "<https://hub.example/>; rel=hub";
        check(Some(only_hub), "<rss/>", Some((HUB, "https://blog.example/feed")));
        let atom =
            r#"<feed><link rel="self" href="/atom#x"/><link rel="hub" href="//hub.example"/>"#;
        check(Some(only_hub), atom, Some((HUB, "https://blog.example/atom")));
        check(None, atom, Some((HUB, "https://blog.example/atom")));
        let other = "<https://other.example/>; rel=hub";
        check(Some(other), atom, Some(("https://other.example/", "https://blog.example/atom")));
    }

    #[test]
    fn links_of_entries_and_other_links_are_none_of_the_feed() {
        check(None, "<rss><channel><link>https://blog.example/</link></channel></rss>", None);
        let rss = "<rss><channel><item><atom:link rel='hub' href='https://a.example/'/></item>\
                   <atom10:link rel='HUB' href='https://hub.example/'/></channel></rss>";
        check(None, rss, Some((HUB, "https://blog.example/feed")));
        check(None, "<feed><entry><link rel=hub href='https://a.example/'/></entry></feed>", None);
        check(None, "<feed><link rel='hub' href='ftp://a.example/'/></feed>", None);
        check(None, "<feed><link rel='hub'/></feed>", None);
        check(None, "<!-- <link rel='hub' href='https://a.example/'/> --><feed/>", None);
        let long = format!("<feed><link rel='hub' href='https://a.example/{}'/>", "a".repeat(3000));
        check(None, &long, None);
    }

    #[test]
    fn a_page_names_its_hub_in_its_head() {
        let page = |head: &str, body: &str| {
            format!("<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>")
        };
        let hub = "<LINK REL='preconnect Hub' HREF='https://hub.example/'>";
        let own = "<link rel=self href=/news#top>";
        check(None, &page(hub, ""), Some((HUB, "https://blog.example/feed")));
        check(None, &page(&[own, hub].concat(), ""), Some((HUB, "https://blog.example/news")));
        let base = "<base href='https://www.blog.example/a/'><link rel=self href=b>";
        let told = page(&[base, hub].concat(), "");
        check(None, &told, Some((HUB, "https://www.blog.example/a/b")));
        check(None, &page(own, hub), None);
        check(None, &page("", &format!("<entry>{hub}</entry>")), None);
        check(None, &page(&format!("<script>document.write(\"{hub}\")</script>"), ""), None);
        check(None, &page(&format!("<!-- {hub} -->"), ""), None);
        let other = "<https://other.example/>; rel=hub";
        check(
            Some(other),
            &page(hub, ""),
            Some(("https://other.example/", "https://blog.example/feed")),
        );
    }

    #[test]
    fn a_json_feed_names_hubs_by_type() {
        let json = r#"{"feed_url": "/feed.json", "hubs": [{"type": "rssCloud", "url": "https://a/"},
                       {"type": "WebSub", "url": "https://hub.example/"}], "items": []}"#;
        check(None, json, Some((HUB, "https://blog.example/feed.json")));
        check(None, r#"{"feed_url": "/feed.json"}"#, None);
        check(None, "{", None);
    }
}
