//! What an entry carries beside its words: what it is filed under, where it leads, whether it shows a
//! picture, which conversation it belongs to, what readers did with it. Each of it has a limit.

use std::iter;

use model::{Details, Rating};
use url::Url;

use super::element::{plain, unescaped_again, web_address, word};
use super::ns::Ns;
use super::text::from_unsaid;
use super::tree::Node;
use super::{GUID_BYTES_MAX, one_line};
use crate::canonical::canonical_url;

/// What the links of one item may take together, in bytes: a long base would multiply short ones.
const LINKS_BYTES_MAX: usize = 32 << 10;
const TAGS_MAX: usize = 100;
/// The longest tag, in bytes: what is longer is a sentence, and no tag.
const TAG_BYTES_MAX: usize = 200;

/// What the elements of an entry have offered so far.
#[derive(Default)]
pub(crate) struct Offered {
    details: Details,
    stars: Option<Stars>,
    youtube: bool,
}

struct Stars {
    average: Rating,
    count: Option<u64>,
}

impl Offered {
    /// Reads one element of an entry, of this name in lower case.
    pub(crate) fn read(&mut self, node: Node, name: &str) {
        let details = &mut self.details;
        match (node.ns(), name) {
            // A label is what people read, a term may be a number; they search for either.
            (Ns::Feed | Ns::Media, "category") | (Ns::Dc | Ns::DcTerms, "subject") => {
                let said = [node.attribute("label"), node.attribute("term"), plain(node)];
                said.iter().flatten().for_each(|tag| add_tag(&mut details.tags, tag));
            }
            (Ns::Itunes, "category") => {
                let nested = iter::once(node).chain(node.children());
                let said = nested.filter_map(|category| category.attribute("text"));
                said.for_each(|tag| add_tag(&mut details.tags, &tag));
            }
            (Ns::Media | Ns::Itunes, "keywords") => {
                let all = plain(node).unwrap_or_default();
                all.split(',').for_each(|tag| add_tag(&mut details.tags, tag));
            }

            (Ns::Feed | Ns::Media, "content" | "enclosure") => details.image |= is_picture(node),
            (Ns::Feed | Ns::Itunes, "image") | (Ns::Media, "thumbnail") => {
                details.image |= address(node).is_some() || plain(node).is_some();
            }

            (Ns::Feed, "link") => self.read_link(node),
            (Ns::Thread, "in-reply-to") => {
                details.reply = Some(true);
                if details.thread.is_none() {
                    let parent = node.attribute("ref").or_else(|| node.attribute("href"));
                    let parent = parent.map(|parent| parent.trim().to_owned());
                    details.thread = parent
                        .filter(|parent| !parent.is_empty() && parent.len() <= GUID_BYTES_MAX);
                }
            }
            (Ns::Slash, "comments") | (Ns::Thread, "total") => self.comments(word(node)),
            (Ns::Media, "community") => node.children().for_each(|child| self.community(child)),
            (Ns::AppStore, "rating") => {
                let stars = word(node).and_then(|stars| milli(&stars));
                details.rating = stars.and_then(|stars| Rating::new(stars, 1000, 5000));
            }
            (Ns::YouTube, "videoid") => self.youtube = true,
            _ => {}
        }
    }

    fn read_link(&mut self, node: Node) {
        match node.attribute("rel").unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "enclosure" => self.details.image |= is_picture(node),
            // RFC 4685, section 4.
            "replies" => self.comments(node.attribute("count")),
            "related" | "via" => {
                if let Some(address) = node.attribute("href") {
                    add_link(&mut self.details.links, &address, node.base());
                }
            }
            _ => {}
        }
    }

    fn comments(&mut self, said: Option<String>) {
        let comments = &mut self.details.engagement.comments;
        *comments = comments.or_else(|| count(&said?));
    }

    /// Reads what Media RSS tells of a public: <https://www.rssboard.org/media-rss#media-community>.
    fn community(&mut self, node: Node) {
        let number = |name: &str| node.attribute(name).and_then(|text| count(&text));
        if node.is(Ns::Media, "statistics") {
            let engagement = &mut self.details.engagement;
            engagement.views = engagement.views.or_else(|| number("views"));
            engagement.likes = engagement.likes.or_else(|| number("favorites"));
        } else if node.is(Ns::Media, "starRating") {
            let end = |name: &str, unsaid| node.attribute(name).map_or(Some(unsaid), |s| milli(&s));
            let average = node.attribute("average").and_then(|average| milli(&average));
            let rating = average.zip(end("min", 1000)).zip(end("max", 5000));
            let rating = rating.and_then(|((value, min), max)| Rating::new(value, min, max));
            self.stars = rating.map(|average| Stars { average, count: number("count") });
        }
    }

    pub(crate) fn finish(self) -> Details {
        let mut details = self.details;
        match self.stars {
            // Since it hides dislikes, in 2021, YouTube gives every video five stars and has the
            // number of likes for their count.
            Some(Stars { average, count })
                if self.youtube && average.value_milli() == average.best_milli() =>
            {
                details.engagement.likes = details.engagement.likes.or(count);
            }
            Some(Stars { average, count }) if count != Some(0) => {
                details.rating = details.rating.or(Some(average));
            }
            Some(_) | None => {}
        }
        details
    }
}

/// Adds a tag as written, unless it is there in whatever case.
pub(crate) fn add_tag(tags: &mut Vec<String>, tag: &str) {
    if tags.len() >= TAGS_MAX {
        return;
    }
    let tag = one_line(&from_unsaid(tag));
    let lower = tag.to_lowercase();
    let is_tag = !tag.is_empty() && tag.len() <= TAG_BYTES_MAX;
    if is_tag && tags.iter().all(|known| known.to_lowercase() != lower) {
        tags.push(tag);
    }
}

/// Adds the canonical address of a link, unless it leads to a place in the same page or to none.
pub(crate) fn add_link(links: &mut Vec<Url>, href: &str, base: &Url) {
    if links.len() >= Details::LINKS_MAX || href.trim_start().starts_with('#') {
        return;
    }
    let Some(url) = canonical_url(&unescaped_again(href), Some(base)) else { return };
    let bytes: usize = links.iter().map(|link| link.as_str().len()).sum();
    if bytes + url.as_str().len() <= LINKS_BYTES_MAX && !links.contains(&url) {
        links.push(url);
    }
}

fn address(node: Node) -> Option<Url> {
    let address = ["url", "href", "src"].into_iter().find_map(|name| node.attribute(name))?;
    web_address(&address, Some(node.base()))
}

/// Whether a file that goes with an entry is a picture of what it says.
fn is_picture(node: Node) -> bool {
    let Some(url) = address(node) else { return false };
    // WordPress.com sends the author's portrait along with every post.
    if url.host_str().is_some_and(|host| host.ends_with("gravatar.com")) {
        return false;
    }
    let lower = |name: &str| node.attribute(name).map(|value| value.trim().to_ascii_lowercase());
    match (lower("medium"), lower("type")) {
        (Some(medium), _) => medium == "image",
        (None, Some(media_type)) => media_type.starts_with("image/"),
        (None, None) => {
            let path = url.path().to_ascii_lowercase();
            PICTURES.iter().any(|extension| path.ends_with(extension))
        }
    }
}

const PICTURES: [&str; 6] = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"];

fn count(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// Reads a decimal number in thousandths; digits beyond are dropped.
pub(crate) fn milli(text: &str) -> Option<i64> {
    let text = text.trim();
    let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = part.bytes().all(|b| b.is_ascii_digit());
    let part: i64 = format!("{part:0<3}").get(..3).filter(|_| digits)?.parse().ok()?;
    let whole_milli = whole.parse::<i64>().ok()?.checked_mul(1000)?;
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    whole_milli.checked_add(sign * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_numbers_are_read_in_thousandths() {
        let check = |text: &str, expect| assert_eq!(milli(text), expect, "{text}");
        check("4", Some(4000));
        check(" 4.5 ", Some(4500));
        check("4,5", Some(4500));
        check("3.97", Some(3970));
        check("4.66666", Some(4666));
        check("5.", Some(5000));
        check("-0.5", Some(-500));
        check("four", None);
        check("4.5 of 5", None);
        check("4.-5", None);
        check("", None);
        check("9223372036854775807", None);
    }

    #[test]
    fn a_tag_is_kept_as_written_and_once() {
        let mut tags = Vec::new();
        for tag in ["Thé &amp; café", " Boissons\n fraîches ", "thé & café", "", "  ", "\u{7}Zoé"]
        {
            add_tag(&mut tags, tag);
        }
        assert_eq!(tags, ["Thé & café", "Boissons fraîches", "Zoé"]);
        add_tag(&mut tags, &"long ".repeat(50));
        assert_eq!(tags.len(), 3);
        (0..200).for_each(|n| add_tag(&mut tags, &format!("tag {n}")));
        assert_eq!(tags.len(), TAGS_MAX);
    }

    #[test]
    fn a_link_is_canonical_and_kept_once() {
        let base = Url::parse("https://ozalee.example/blog/").unwrap();
        let mut links = Vec::new();
        for href in [
            "https://acme.example/?utm_source=x",
            "https://acme.example/#top",
            "#note-1",
            "the",
            "/a?b=1&amp;c=2",
            "mailto:zoe@ozalee.example",
            "javascript:void(0)",
            "",
        ] {
            add_link(&mut links, href, &base);
        }
        let links: Vec<&str> = links.iter().map(Url::as_str).collect();
        assert_eq!(
            links,
            [
                "https://acme.example/",
                "https://ozalee.example/blog/the",
                "https://ozalee.example/a?b=1&c=2"
            ]
        );
    }

    #[test]
    fn links_have_a_limit_in_number_and_in_bytes() {
        let long = format!("https://ozalee.example/{}/", "x".repeat(2000));
        for (base, expect) in [("https://ozalee.example/", Details::LINKS_MAX), (&long, 16)] {
            let base = Url::parse(base).unwrap();
            let mut links = Vec::new();
            (0..1000).for_each(|n| add_link(&mut links, &format!("a{n}"), &base));
            assert_eq!(links.len(), expect);
        }
    }
}
