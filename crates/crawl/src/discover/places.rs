//! Where on a site people speak: its forum, its blog, its reviews, its news. Links and addresses name them
//! with few words, the same on most sites.

use std::collections::HashSet;

use url::Url;

use super::tags::{Tag, tags};
use super::{base, beginning, feed_url, one_line};

/// Places of one page that are offered, and of one kind.
const PLACES_MAX: usize = 6;
const PLACES_OF_KIND_MAX: usize = 2;
/// A link with a longer text is a headline.
const WORDS_MAX: usize = 4;
/// Parts of a path: what lies deeper is a page of the place, not the place.
const DEPTH_MAX: usize = 2;

/// Parts of a path below which things are filed, not said.
const FILED: [&str; 6] = ["tag", "tags", "category", "categorie", "author", "auteur"];

/// What is said in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceKind {
    Forum,
    Review,
    News,
    Blog,
}

/// A part of a site where people speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub url: Url,
    pub kind: PlaceKind,
    /// What the page calls it, on one line.
    pub title: Option<String>,
}

/// What places are called in addresses and links, in lower case.
const NAMES: [(PlaceKind, &[&str]); 4] = [
    (
        PlaceKind::Forum,
        &[
            "forum",
            "forums",
            "foro",
            "foros",
            "community",
            "communauté",
            "communaute",
            "comunidad",
            "comunità",
            "comunita",
            "discussions",
            "discussion",
            "discuss",
            "board",
            "boards",
            "bbs",
            "diskussion",
            "entraide",
            "hyperkitty",
        ],
    ),
    (
        PlaceKind::Review,
        &[
            "avis",
            "reviews",
            "review",
            "témoignages",
            "temoignages",
            "testimonials",
            "bewertungen",
            "opiniones",
            "recensioni",
            "avaliações",
        ],
    ),
    (
        PlaceKind::News,
        &[
            "news",
            "actualités",
            "actualites",
            "actualité",
            "actualite",
            "actus",
            "actu",
            "newsroom",
            "presse",
            "press",
            "nachrichten",
            "noticias",
            "notizie",
            "nieuws",
        ],
    ),
    (PlaceKind::Blog, &["blog", "blogs", "weblog", "journal", "carnet", "magazine", "le-mag"]),
];

/// Where software puts a place of which nothing is said, the most frequent first.
const USUAL: [(PlaceKind, &str); 6] = [
    (PlaceKind::Forum, "/forum/"),
    (PlaceKind::Blog, "/blog/"),
    (PlaceKind::Forum, "/forums/"),
    (PlaceKind::Forum, "/community/"),
    (PlaceKind::Forum, "/hyperkitty/"),
    (PlaceKind::News, "/news/"),
];

/// Returns the places of its site that a page links to, those where people speak most freely first.
pub fn places(html: &str, page: &Url) -> Vec<Place> {
    let tags = tags(beginning(html));
    let base = base(&tags, page);
    let mut places: Vec<Place> = tags.iter().filter_map(|tag| linked(tag, &base, page)).collect();
    places.sort_by_key(|place| (place.kind, depth(&place.url)));
    let mut seen = HashSet::new();
    places.retain(|place| seen.insert(place.url.clone()));
    let mut of_kind = [0; NAMES.len()];
    places.retain(|place| {
        let count = &mut of_kind[place.kind as usize];
        *count += 1;
        *count <= PLACES_OF_KIND_MAX
    });
    places.truncate(PLACES_MAX);
    places
}

/// Returns where a site may have places that no page of it has told of.
pub fn usual_places(site: &Url) -> Vec<Place> {
    let place = |(kind, path): (PlaceKind, &str)| {
        Some(Place { url: site.join(path).ok()?, kind, title: None })
    };
    USUAL.into_iter().filter_map(place).collect()
}

fn linked(tag: &Tag, base: &Url, page: &Url) -> Option<Place> {
    if tag.name != "a" {
        return None;
    }
    let url = feed_url(tag.attr("href")?, Some(base))?;
    let is_elsewhere = url.path() != page.path() || url.host_str() != page.host_str();
    if !is_elsewhere || !is_same_site(&url, page) || depth(&url) > DEPTH_MAX {
        return None;
    }
    if url.path_segments().is_some_and(|mut parts| parts.any(|part| FILED.contains(&part))) {
        return None;
    }
    let title = one_line(&tag.text);
    let kind = by_address(&url, page).or_else(|| by_words(title.as_deref()?))?;
    Some(Place { url, kind, title })
}

/// Reads the kind from a part of the path, or from the host where it is another than the page's.
fn by_address(url: &Url, page: &Url) -> Option<PlaceKind> {
    let label = url.host_str().and_then(|host| host.split('.').next());
    let label = label.filter(|_| url.host_str() != page.host_str());
    let part = url.path_segments().and_then(|mut parts| parts.rfind(|part| !part.is_empty()));
    let part = part.map(|part| part.rsplit_once('.').map_or(part, |(stem, _)| stem));
    [label, part].into_iter().flatten().find_map(kind_of)
}

fn by_words(title: &str) -> Option<PlaceKind> {
    let words: Vec<&str> = title.split(|c: char| !c.is_alphanumeric()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    (words.len() <= WORDS_MAX).then(|| words.into_iter().find_map(kind_of)).flatten()
}

fn kind_of(word: &str) -> Option<PlaceKind> {
    let word = word.to_lowercase();
    let known = |names: &&[&str]| names.iter().any(|name| *name == word);
    NAMES.into_iter().find(|(_, names)| known(names)).map(|(kind, _)| kind)
}

fn depth(url: &Url) -> usize {
    url.path_segments().map_or(0, |parts| parts.filter(|part| !part.is_empty()).count())
}

/// Tells whether two addresses are of one site: `forum.ozalee.example` is of `www.ozalee.example`.
fn is_same_site(url: &Url, page: &Url) -> bool {
    let (Some(url), Some(page)) = (url.host_str(), page.host_str()) else { return false };
    let page = page.strip_prefix("www.").unwrap_or(page);
    let url = url.strip_prefix("www.").unwrap_or(url);
    let is_below = |host: &str, of: &str| {
        host.strip_suffix(of).is_some_and(|below| below.is_empty() || below.ends_with('.'))
    };
    // A page of a forum leads to the site that has it, too.
    is_below(url, page) || is_below(page, url) && url.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(html: &str, expect: &[(PlaceKind, &str)]) {
        let found = places(html, &"https://www.ozalee.example/".parse().unwrap());
        let found: Vec<_> = found.iter().map(|place| (place.kind, place.url.as_str())).collect();
        assert_eq!(found, expect, "{html}");
    }

    #[test]
    fn places_are_told_by_their_address_or_by_what_links_call_them() {
        use PlaceKind::{Blog, Forum, News, Review};
        check("<a href='/forum/'>x</a>", &[(Forum, "https://www.ozalee.example/forum/")]);
        check(
            "<a href='/fr/actualites'>x</a>",
            &[(News, "https://www.ozalee.example/fr/actualites")],
        );
        check(
            "<a href='https://forum.ozalee.example/'>x</a><a href='https://forum.other.example/'>y</a>",
            &[(Forum, "https://forum.ozalee.example/")],
        );
        check(
            "<a href='/p/12'>Notre <b>blog</b></a>",
            &[(Blog, "https://www.ozalee.example/p/12")],
        );
        check("<a href='/c'>Avis clients</a>", &[(Review, "https://www.ozalee.example/c")]);
        check("<a href='/index.php'>Accueil</a><a href='/blog/2026/03/recette'>Blog</a>", &[]);
        check("<a href='/x'>Why we left the forum and never came back</a>", &[]);
        check("<a href='/forum.php'>x</a>", &[(Forum, "https://www.ozalee.example/forum.php")]);
        check("<a href='/tag/blog/'>blog</a>", &[]);
        check("<a href='/'>Forum</a><a href='#forum'>Forum</a>", &[]);
    }

    #[test]
    fn a_page_of_many_links_gives_few_places_those_of_people_first() {
        let link = |n: u32| format!("<a href='/blog/{n}'>Blog</a><a href='/forum/{n}'>Forum</a>");
        let links = (0..50).map(link).collect::<Vec<_>>().concat();
        let found = places(&links, &"https://ozalee.example/".parse().unwrap());
        let found: Vec<_> = found.iter().map(|place| place.url.path()).collect();
        assert_eq!(found, ["/forum/0", "/forum/1", "/blog/0", "/blog/1"]);
    }

    #[test]
    fn a_site_is_its_host_and_what_lies_below_it() {
        let check = |url: &str, page: &str, expect| {
            assert_eq!(
                is_same_site(&url.parse().unwrap(), &page.parse().unwrap()),
                expect,
                "{url}"
            );
        };
        check("https://forum.a.example/", "https://www.a.example/", true);
        check("https://a.example/", "https://forum.a.example/", true);
        check("https://ba.example/", "https://a.example/", false);
        check("https://example/", "https://a.example/", false);
        check("http://127.0.0.1:1/", "http://127.0.0.1:2/", true);
    }
}
