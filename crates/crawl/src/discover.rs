//! What a web page offers: the feeds that it links to, what looks like one, and where feeds usually are;
//! the forum, the blog and the reviews of its site. Pure: nothing here is fetched, so an offer is a
//! candidate until someone reads it.

use std::collections::HashSet;

use url::Url;

mod places;
mod tags;

pub use places::{Place, PlaceKind, places, usual_places};

use tags::{Tag, tags};

/// More offers than these help nobody choose.
const OFFERS_MAX: usize = 40;

/// Feeds are declared near the top; what lies further down is not looked at.
const HTML_BYTES_MAX: usize = 512 * 1024;

const TITLE_CHARS_MAX: usize = 120;

/// Where blogs and news sites keep their feeds, most frequent first.
const USUAL_PLACES: [&str; 9] = [
    "feed",
    "rss.xml",
    "atom.xml",
    "feed.json",
    "index.xml",
    "feed.xml",
    "rss",
    "feed/",
    "?feed=rss2",
];

/// A feed that a page may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub url: Url,
    /// What the page calls it, on one line.
    pub title: Option<String>,
    /// What the page says it is, in lower case and without parameters.
    pub media_type: Option<String>,
    pub found_by: FoundBy,
}

/// Why a page is thought to have a feed, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoundBy {
    /// `<link rel="alternate">` with a feed's media type, or `rel="feed"`.
    Declaration,
    /// A link for people whose address or text looks like a feed's.
    Anchor,
    /// Nothing on the page: feeds are often there.
    Guess,
}

/// Returns the feeds that the page at `page` may have, best first. Feeds of comments come after
/// everything that the page itself names.
pub fn feeds(html: &str, page: &Url) -> Vec<Offer> {
    let tags = tags(beginning(html));
    let base = base(&tags, page);
    let declared = tags.iter().filter_map(|tag| declared(tag, &base));
    let anchors = tags.iter().filter_map(|tag| anchor(tag, &base));
    let mut offers: Vec<_> = declared.chain(anchors).collect();
    offers.extend(guesses(page));
    offers.sort_by_key(|offer| (offer.found_by == FoundBy::Guess, is_of_comments(offer)));
    let mut seen = HashSet::new();
    offers.retain(|offer| seen.insert(offer.url.clone()));
    offers.truncate(OFFERS_MAX);
    offers
}

/// Returns what the page calls itself, on one line.
pub fn title(html: &str) -> Option<String> {
    let tags = tags(beginning(html));
    tags.iter().find(|tag| tag.name == "title").and_then(|tag| one_line(&tag.text))
}

/// Returns where the head of a page says that what it has each of these relations to is.
pub(crate) fn linked<const N: usize>(
    html: &str,
    page: &Url,
    relations: [&str; N],
) -> [Option<Url>; N] {
    let tags = tags(beginning(html));
    let base = base(&tags, page);
    let links = || tags.iter().take_while(|tag| tag.name != "body").filter(|it| it.name == "link");
    relations.map(|relation| {
        let is_related = |tag: &&Tag| {
            let mut said = tag.attr("rel").unwrap_or_default().split_ascii_whitespace();
            said.any(|said| said.eq_ignore_ascii_case(relation))
        };
        links().filter(is_related).find_map(|tag| base.join(tag.attr("href")?.trim()).ok())
    })
}

/// Reads an address as it stands in a page or a list of feeds; `feed:` is undone.
pub(crate) fn feed_url(text: &str, base: Option<&Url>) -> Option<Url> {
    let text = text.trim();
    let text = match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("feed") => match rest {
            authority if authority.starts_with("//") => format!("http:{authority}"),
            whole => whole.to_owned(),
        },
        _ => text.to_owned(),
    };
    let mut url = Url::options().base_url(base).parse(&text).ok()?;
    url.set_fragment(None);
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

fn beginning(html: &str) -> &str {
    let mut end = html.len().min(HTML_BYTES_MAX);
    while !html.is_char_boundary(end) {
        end -= 1;
    }
    &html[..end]
}

fn base(tags: &[Tag], page: &Url) -> Url {
    let href = tags.iter().filter(|tag| tag.name == "base").find_map(|tag| tag.attr("href"));
    href.and_then(|href| page.join(href.trim()).ok()).unwrap_or_else(|| page.clone())
}

fn declared(tag: &Tag, base: &Url) -> Option<Offer> {
    if tag.name != "link" {
        return None;
    }
    let media_type = media_type(tag);
    let url = feed_url(tag.attr("href")?, Some(base))?;
    let is_alternate_feed = media_type.as_deref().is_some_and(|media_type| {
        // WordPress declares its API as JSON on every page, so a general type is not enough.
        is_feed_type(media_type) || is_general_type(media_type) && has_feed_address(&url)
    });
    let is_feed = tag.attr("rel")?.split_ascii_whitespace().any(|rel| {
        rel.eq_ignore_ascii_case("feed")
            || rel.eq_ignore_ascii_case("alternate") && is_alternate_feed
    });
    if !is_feed {
        return None;
    }
    let title = tag.attr("title").and_then(one_line);
    Some(Offer { url, title, media_type, found_by: FoundBy::Declaration })
}

fn anchor(tag: &Tag, base: &Url) -> Option<Offer> {
    if tag.name != "a" {
        return None;
    }
    let url = feed_url(tag.attr("href")?, Some(base))?;
    let title = one_line(&tag.text).or_else(|| tag.attr("title").and_then(one_line));
    let media_type = media_type(tag);
    let looks_like_a_feed = has_feed_address(&url)
        || title.as_deref().is_some_and(names_a_feed)
        || media_type.as_deref().is_some_and(is_feed_type);
    looks_like_a_feed.then_some(Offer { url, title, media_type, found_by: FoundBy::Anchor })
}

/// The usual places beside the page, then at the root of its site.
fn guesses(page: &Url) -> impl Iterator<Item = Offer> {
    let beside = page.join(".").ok();
    let root = page.join("/").ok();
    let folders = [beside, root].into_iter().flatten().filter(Url::has_host);
    let urls = folders.flat_map(|folder| {
        USUAL_PLACES.into_iter().filter_map(move |place| folder.join(place).ok())
    });
    urls.map(|url| Offer { url, title: None, media_type: None, found_by: FoundBy::Guess })
}

fn media_type(tag: &Tag) -> Option<String> {
    let media_type = tag.attr("type")?.split(';').next()?.trim().to_ascii_lowercase();
    (!media_type.is_empty()).then_some(media_type)
}

fn is_feed_type(media_type: &str) -> bool {
    matches!(
        media_type,
        "application/rss+xml"
            | "application/atom+xml"
            | "application/rdf+xml"
            | "application/feed+json"
            | "application/x-rss+xml"
            | "text/rss+xml"
            | "application/rss"
    )
}

fn is_general_type(media_type: &str) -> bool {
    matches!(media_type, "application/json" | "application/xml" | "text/xml")
}

fn has_feed_address(url: &Url) -> bool {
    let path = url.path().trim_end_matches('/').to_ascii_lowercase();
    let last = path.rsplit('/').next().unwrap_or_default();
    let (stem, extension) = last.rsplit_once('.').unwrap_or((last, ""));
    let named = matches!(stem, "feed" | "feeds" | "rss" | "rss2" | "atom" | "flux" | "rdf");
    let is_feed_path = match extension {
        "" | "php" | "aspx" | "json" => named,
        "rss" | "atom" | "rdf" => true,
        "xml" => !stem.contains("sitemap"),
        _ => false,
    };
    is_feed_path || has_feed_parameter(url)
}

fn has_feed_parameter(url: &Url) -> bool {
    url.query_pairs().any(|(name, value)| match name.as_ref() {
        "feed" => true,
        "format" | "type" | "output" | "alt" => {
            matches!(value.to_ascii_lowercase().as_str(), "rss" | "rss2" | "atom" | "feed" | "rdf")
        }
        _ => false,
    })
}

fn names_a_feed(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase);
    words.into_iter().any(|word| matches!(word.as_str(), "rss" | "atom"))
}

fn is_of_comments(offer: &Offer) -> bool {
    let title = offer.title.as_deref().unwrap_or_default();
    [offer.url.as_str(), title].iter().any(|text| text.to_lowercase().contains("comment"))
}

fn one_line(text: &str) -> Option<String> {
    let words: Vec<_> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(TITLE_CHARS_MAX).collect();
    (!line.is_empty()).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(html: &str, page: &str) -> Vec<(FoundBy, String)> {
        let offers = feeds(html, &page.parse().unwrap());
        let by_page = offers.into_iter().filter(|offer| offer.found_by != FoundBy::Guess);
        by_page.map(|offer| (offer.found_by, offer.url.into())).collect()
    }

    fn check(html: &str, expect: &[&str]) {
        let urls: Vec<_> = found(html, "https://ozalee.example/journal/page")
            .into_iter()
            .map(|(_, url)| url.replace("https://ozalee.example", ""))
            .collect();
        assert_eq!(urls, expect, "{html}");
    }

    #[test]
    fn declared_feeds_are_offered() {
        check(r#"<link rel="alternate" type="application/rss+xml" href="/rss">"#, &["/rss"]);
        check(r#"<LINK REL=Alternate TYPE="Application/Atom+XML; a=b" HREF=a>"#, &["/journal/a"]);
        check(r#"<link rel="stylesheet feed" href="/f">"#, &["/f"]);
        check("<body><p><link rel=alternate type=application/feed+json href=/j>", &["/j"]);
        check(r#"<link rel="alternate" type="application/json" href="/wp-json/">"#, &[]);
        check(
            r#"<link rel="alternate" type="application/json" href="/feed.json">"#,
            &["/feed.json"],
        );
        check(r#"<link rel="alternate" type="text/xml" href="/rss.php">"#, &["/rss.php"]);
        check(r#"<link rel="alternate" hreflang="en" href="/en/">"#, &[]);
        check(r#"<link rel="alternate" type="application/rss+xml" href="">"#, &["/journal/page"]);
        check(r#"<link rel="alternate" type="application/rss+xml" href="javascript:x">"#, &[]);
        check(r#"<link rel=feed href="feed://ozalee.example/f">"#, &["http://ozalee.example/f"]);
        check(r#"<link rel=feed href="feed:https://ozalee.example/f#top">"#, &["/f"]);
    }

    #[test]
    fn links_for_people_are_offered_when_they_look_like_feeds() {
        let link = |href: &str| format!(r#"<a href="{href}">ici</a>"#);
        for href in [
            "/feed/",
            "/blog/rss",
            "/news.rss",
            "/all.xml",
            "/index.php?feed=rss2",
            "/flux.php",
            "/t/thé.atom",
            "/x?format=RSS",
            "/feed.json",
        ] {
            assert_eq!(found(&link(href), "https://ozalee.example/").len(), 1, "{href}");
        }
        for href in
            ["/", "/feedback", "/sitemap.xml", "/rss.html", "/x?format=pdf", "mailto:rss@x.y"]
        {
            assert_eq!(found(&link(href), "https://ozalee.example/"), [], "{href}");
        }
        check(r#"<a href="/abonner">Flux <b>RSS</b></a>"#, &["/abonner"]);
        check(r#"<a href="/abonner">Compressed</a>"#, &[]);
        check(r#"<a href="/abonner">Lire</a> le RSS"#, &[]);
    }

    #[test]
    fn feeds_of_comments_come_last_and_repeats_are_dropped() {
        check(
            r#"<link rel="alternate" type="application/rss+xml" title="Comments" href="/c">
               <link rel="alternate" type="application/rss+xml" title="News" href="/feed#a">
               <a href="/feed">RSS</a><a href="/atom.xml">Atom</a>"#,
            &["/feed", "/atom.xml", "/c"],
        );
    }

    #[test]
    fn a_page_has_the_first_title_that_it_gives_itself() {
        assert_eq!(
            title("<title> Le\nthé &amp; moi </title><svg><title>x").as_deref(),
            Some("Le thé & moi")
        );
        assert_eq!(title("<p>x"), None);
    }

    #[test]
    fn the_base_of_the_page_is_honoured() {
        check(r#"<base href="/blog/"><link rel=feed href="feed">"#, &["/blog/feed"]);
    }

    #[test]
    fn an_offer_says_what_the_page_says() {
        let html = "<link rel=alternate type='application/rss+xml' title=' Le\n thé ' href=/rss>";
        let offer = feeds(html, &"https://ozalee.example/".parse().unwrap()).remove(0);
        assert_eq!(offer.title.as_deref(), Some("Le thé"));
        assert_eq!(offer.media_type.as_deref(), Some("application/rss+xml"));
    }

    #[test]
    fn a_page_without_feeds_gets_guesses_beside_it_and_at_the_root() {
        let offers = feeds("", &"https://ozalee.example/blog/about".parse().unwrap());
        let urls: Vec<_> = offers.iter().map(|offer| offer.url.path()).collect();
        assert_eq!(urls[..2], ["/blog/feed", "/blog/rss.xml"]);
        assert!(urls.contains(&"/rss.xml"));
        assert_eq!(offers.last().unwrap().url.query(), Some("feed=rss2"));
        assert_eq!(offers.len(), 2 * USUAL_PLACES.len());
    }

    #[test]
    fn what_is_no_markup_is_no_link() {
        check(r#"<script>"<a href='/feed'>"</script><!-- <a href="/feed"> -->"#, &[]);
        check(r#"<title><a href="/feed"></title><style><link rel=feed href=/f></style>"#, &[]);
        check(r#"<p title="<a href='/feed'>">"#, &[]);
    }

    #[test]
    fn a_hostile_page_costs_little_and_gives_a_bounded_list() {
        let links = "<a href='/news.rss?1'>x<a href='/news.rss?2'>".repeat(5_000);
        assert_eq!(found(&links, "https://ozalee.example/").len(), 2);
        let many: Vec<_> = (0..1_000).map(|n| format!("<a href='/{n}.rss'>x</a>")).collect();
        let deep = "<div>".repeat(100_000);
        let offers = feeds(&(many.concat() + &deep), &"https://ozalee.example/".parse().unwrap());
        assert_eq!(offers.len(), OFFERS_MAX);
    }

    proptest::proptest! {
        #[test]
        fn any_page_is_read_without_a_panic(html in "[<>/a-z=\"' é&;!-]{0,200}") {
            feeds(&html, &"https://ozalee.example/".parse().unwrap());
        }
    }
}
