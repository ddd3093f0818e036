//! Sitemaps (sitemaps.org, and the news that Google added to them): which articles a news sitemap
//! announces, and which sitemaps an index names. Pure. A sitemap without news says where pages are and
//! nothing of what they say: it is no source, and only leads to others.

use std::borrow::Cow;
use std::io::Read as _;

use flate2::read::GzDecoder;
use model::{Problem, Timestamp};
use url::Url;

use crate::charset;
use crate::dates;
use crate::extract::draft::{Dated, Draft, DraftEntry};
use crate::extract::element::{plain, web_address, word};
use crate::extract::ns::Ns;
use crate::extract::tree::{Node, Tree};

/// The longest sitemap that is read, in bytes once unpacked. The protocol allows 50 MB, but news
/// sitemaps hold two days and are short.
const BYTES_MAX: usize = 20 << 20;
/// Articles read of one sitemap: Google asks for at most 1,000.
const NEWS_MAX: usize = 10_000;
/// Sitemaps of one index, or of one robots.txt, that are looked at.
const MAPS_MAX: usize = 500;
/// A robots.txt is read so far, in bytes (RFC 9309 asks for 500 KiB).
const ROBOTS_BYTES_MAX: usize = 512 << 10;
/// Keywords kept of one article.
const KEYWORDS_MAX: usize = 50;

/// What a gzip file begins with (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Where sites keep their sitemaps of news and their index of all.
const USUAL_PLACES: [&str; 4] =
    ["/news-sitemap.xml", "/sitemap-news.xml", "/sitemap_index.xml", "/sitemap.xml"];

/// What the names of news sitemaps have in them.
const NEWS_NAMES: [&str; 4] = ["news", "actu", "google", "presse"];

/// What a sitemap holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The sitemaps that it names, those of news first.
    pub maps: Vec<Url>,
    /// How many articles it announces.
    pub news: usize,
}

/// A sitemap that was read.
pub(crate) struct Sitemap {
    /// Its articles; `None` where it announces none.
    pub(crate) news: Option<Draft>,
    maps: Vec<Map>,
    pub(crate) problems: Vec<Problem>,
}

struct Map {
    url: Url,
    changed: Option<Timestamp>,
}

/// Looks into a body; `None` for one that is no sitemap.
pub fn contents(body: &[u8], url: &Url) -> Option<Contents> {
    let body = unpacked(body).ok()?;
    let sitemap = parse(charset::decode(&body, None).text.trim_start(), url)?;
    let mut maps = sitemap.maps;
    maps.sort_by_key(|map| (!is_of_news(&map.url), std::cmp::Reverse(map.changed)));
    let news = sitemap.news.map_or(0, |news| news.entries.len());
    Some(Contents { maps: maps.into_iter().map(|map| map.url).collect(), news })
}

/// Tells whether a sitemap's address says that it is one of news.
pub fn is_of_news(url: &Url) -> bool {
    let name = url[url::Position::BeforePath..].to_lowercase();
    NEWS_NAMES.iter().any(|known| name.contains(known))
}

/// Returns the sitemaps that a robots.txt names, those of news first.
pub fn in_robots(robots: &[u8], url: &Url) -> Vec<Url> {
    let text = String::from_utf8_lossy(&robots[..robots.len().min(ROBOTS_BYTES_MAX)]);
    let named = text.lines().filter_map(|line| {
        let (field, value) = line.split_once(':')?;
        let value = value.split('#').next()?.trim();
        let is_sitemap = field.trim().eq_ignore_ascii_case("sitemap") && !value.is_empty();
        web_address(value, Some(url)).filter(|_| is_sitemap)
    });
    let mut named: Vec<Url> = named.take(MAPS_MAX).collect();
    named.sort_by_key(|url| !is_of_news(url));
    named
}

/// Returns where a site may have sitemaps of which nothing is said.
pub fn usual_places(site: &Url) -> impl Iterator<Item = Url> {
    USUAL_PLACES.into_iter().filter_map(|place| site.join(place).ok())
}

/// Unpacks a body that is a gzip file, as many sitemaps are; any other is left as it is.
pub(crate) fn unpacked(body: &[u8]) -> Result<Cow<'_, [u8]>, Problem> {
    if !body.starts_with(&GZIP) {
        return Ok(Cow::Borrowed(body));
    }
    let mut unpacked = Vec::new();
    // One byte more than is allowed tells that there is more.
    let most = u64::try_from(BYTES_MAX).unwrap_or(u64::MAX).saturating_add(1);
    match GzDecoder::new(body).take(most).read_to_end(&mut unpacked) {
        Err(error) => Err(Problem::new("feed", format!("a gzip file that is damaged: {error}"))),
        Ok(_) if unpacked.len() > BYTES_MAX => {
            let message = format!("a gzip file of more than {} MiB once unpacked", BYTES_MAX >> 20);
            Err(Problem::new("feed", message))
        }
        Ok(_) => Ok(Cow::Owned(unpacked)),
    }
}

/// Reads a sitemap; `None` for a text that is none.
pub(crate) fn parse(text: &str, url: &Url) -> Option<Sitemap> {
    if !is_sitemap(text) {
        return None;
    }
    let mut sitemap = Sitemap { news: None, maps: Vec::new(), problems: Vec::new() };
    if text.len() > BYTES_MAX {
        let message = format!("is longer than {} MiB, and is not read", BYTES_MAX >> 20);
        sitemap.problems.push(Problem::new("sitemap", message));
        return Some(sitemap);
    }
    let tree = Tree::read(text, url);
    let mut draft = Draft::default();
    let mut more = false;
    for node in tree.nodes() {
        if node.is(Ns::Feed, "sitemap") && sitemap.maps.len() < MAPS_MAX {
            sitemap.maps.extend(map(node));
        } else if node.is(Ns::Feed, "url")
            && let Some(news) = node.child(Ns::News, "news")
        {
            more |= draft.entries.len() >= NEWS_MAX;
            if !more && node.is_closed() {
                draft.entries.push(article(node, news));
                draft.title = draft.title.or_else(|| publication(news, "name"));
            }
        }
    }
    if tree.nodes().next().is_some_and(|root| !root.is_closed()) {
        let message = "is cut off: only what is whole of it is read";
        sitemap.problems.push(Problem::new("sitemap", message));
    }
    if more || tree.cut {
        let message = format!("announces more than {NEWS_MAX} articles; the rest is left out");
        sitemap.problems.push(Problem::new("sitemap", message));
    }
    sitemap.news = (!draft.entries.is_empty()).then_some(draft);
    Some(sitemap)
}

fn is_sitemap(text: &str) -> bool {
    // Before the first element stand declarations, style sheets and remarks.
    let start: String = text.chars().take(2000).collect();
    ["<urlset", "<sitemapindex"].iter().any(|root| start.contains(root))
}

fn map(node: Node) -> Option<Map> {
    Some(Map {
        url: location(node)?,
        changed: node.child(Ns::Feed, "lastmod").and_then(|date| dates::parse(&word(date)?)),
    })
}

fn location(node: Node) -> Option<Url> {
    web_address(&word(node.child(Ns::Feed, "loc")?)?, Some(node.base()))
}

fn article(node: Node, news: Node) -> DraftEntry {
    let said = |name: &str| news.child(Ns::News, name);
    let mut entry = DraftEntry {
        link: location(node),
        title: said("title").and_then(plain),
        lang: publication(news, "language"),
        published: said("publication_date").map_or(Dated::Unsaid, dated),
        updated: node.child(Ns::Feed, "lastmod").map_or(Dated::Unsaid, dated),
        ..DraftEntry::default()
    };
    let keywords = said("keywords").and_then(plain).unwrap_or_default();
    let keywords = keywords.split(',').map(str::trim).filter(|word| !word.is_empty());
    entry.details.tags = keywords.take(KEYWORDS_MAX).map(str::to_owned).collect();
    entry.details.image = node.children().any(|child| child.name().eq_ignore_ascii_case("image"));
    entry
}

fn publication(news: Node, part: &str) -> Option<String> {
    news.child(Ns::News, "publication")?.child(Ns::News, part).and_then(plain)
}

fn dated(node: Node) -> Dated {
    match word(node) {
        None => Dated::Unsaid,
        Some(text) => dates::parse(&text).map_or(Dated::Unreadable(text), Dated::At),
    }
}

#[cfg(test)]
mod tests;
