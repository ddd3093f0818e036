//! What a kind of site offers beside the page that one has: its interfaces in JSON, its usual feeds. Where
//! it offers them is data of its preset; nothing is fetched here.

use model::Kind;
use url::Url;

use super::json::linked;
use super::{Preset, Presets};
use crate::page::dom::Dom;

/// The relation of a page of `WordPress` to its interface
/// (<https://developer.wordpress.org/rest-api/using-the-rest-api/discovery/>).
const WORDPRESS_API: &str = "https://api.w.org/";
/// Where that interface is, on sites with addresses for people and on others.
const WORDPRESS_FOLDER: &str = "/wp-json";
const WORDPRESS_ROUTE: &str = "rest_route";

/// What the site of a page is known to offer. An address is a candidate until someone reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// The name of the preset that knows it.
    pub preset: String,
    /// What people call this kind of site.
    pub title: String,
    pub kind: Kind,
    /// Where it may stand on its host, the likeliest first: where one gives nothing, the next may.
    pub at: Vec<OfferedAt>,
}

/// What a kind of site offers if it stands at one place of its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedAt {
    /// Lists of what is new in JSON, with more than the page has.
    pub interfaces: Vec<Url>,
    pub feeds: Vec<Url>,
}

/// A page as it came, for [`Presets::offered`].
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub html: &'a str,
    pub url: &'a Url,
    /// The `Link` header.
    pub link: Option<&'a str>,
    /// The names of its cookies.
    pub cookies: &'a [String],
}

impl Presets {
    /// Returns what the site of a page offers; `None` for a kind of site that no preset knows. `name`
    /// says which preset knows it.
    pub fn offered(&self, seen: Seen<'_>, name: Option<&str>) -> Option<Offered> {
        if let Some((preset, instead)) = self.address_in_json(seen.url) {
            return Some(preset.offered(vec![OfferedAt::only(instead)]));
        }
        let dom = Dom::parse(seen.html, seen.url).ok();
        let read = dom.as_ref().and_then(|dom| Some(self.read(dom, seen.url, name)?.0));
        let preset = read.or_else(|| self.known_by_cookie(seen.cookies))?;
        if let Some(instead) = preset.address_in_json(seen.url) {
            return Some(preset.offered(vec![OfferedAt::only(instead)]));
        }
        if let Some(api) = wordpress_api(dom.as_ref(), seen) {
            return Some(preset.of_wordpress(&api));
        }
        let mut roots: Vec<Url> =
            seen.url.join(".").into_iter().chain(seen.url.join("/")).collect();
        for root in &mut roots {
            root.set_query(None);
        }
        roots.dedup();
        let at = roots.iter().map(|root| OfferedAt {
            interfaces: preset.lists_in_json(root),
            feeds: preset.usual_feeds(root),
        });
        Some(preset.offered(at.collect()))
    }

    fn known_by_cookie(&self, cookies: &[String]) -> Option<&Preset> {
        let is_of = |preset: &&Preset| {
            let known = &preset.recognise.cookie;
            known.iter().any(|known| cookies.iter().any(|name| name.starts_with(known.as_str())))
        };
        self.list().iter().map(AsRef::as_ref).find(is_of)
    }
}

impl Preset {
    fn offered(&self, at: Vec<OfferedAt>) -> Offered {
        Offered { preset: self.name.clone(), title: self.title.clone(), kind: self.kind, at }
    }

    /// Returns what a site of `WordPress` offers whose interface begins at `api`.
    fn of_wordpress(&self, api: &Url) -> Offered {
        let is_routed = api.query_pairs().any(|(name, _)| name == WORDPRESS_ROUTE);
        let mut root = api.clone();
        if !is_routed {
            let path = api.path().trim_end_matches('/');
            root.set_path(&format!("{}/", path.strip_suffix(WORDPRESS_FOLDER).unwrap_or(path)));
        }
        let lists = self.lists_in_json(&root).into_iter();
        let interfaces = lists.map(|list| if is_routed { routed(&list, api) } else { list });
        let interfaces = interfaces.collect();
        root.set_query(None);
        self.offered(vec![OfferedAt { interfaces, feeds: self.usual_feeds(&root) }])
    }
}

impl OfferedAt {
    fn only(interface: Url) -> Self {
        Self { interfaces: vec![interface], feeds: Vec::new() }
    }
}

/// Writes an address of the interface as a parameter of the site's own: `/?rest_route=/wp/v2/posts`.
fn routed(list: &Url, api: &Url) -> Url {
    let folder = api.path().trim_end_matches('/').to_owned() + WORDPRESS_FOLDER;
    let route = list.path().strip_prefix(&folder).unwrap_or(list.path());
    let rest = list.query().map(|query| format!("&{query}")).unwrap_or_default();
    let mut url = api.clone();
    url.set_query(Some(&format!("{WORDPRESS_ROUTE}={route}{rest}")));
    url
}

/// Returns where a page says that the interface of its site of `WordPress` begins.
fn wordpress_api(dom: Option<&Dom>, seen: Seen<'_>) -> Option<Url> {
    let in_header = seen.link.and_then(|link| linked(link, seen.url, WORDPRESS_API));
    in_header.or_else(|| {
        let dom = dom?;
        let mut links = dom.root().descendent_elements().filter(|element| {
            element.value().name() == "link" && element.attr("rel") == Some(WORDPRESS_API)
        });
        dom.join(links.next()?.attr("href")?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(page: &str, html: &str, link: Option<&str>, cookies: &[&str]) -> Option<Offered> {
        let cookies: Vec<String> = cookies.iter().map(|&name| name.to_owned()).collect();
        let url = page.parse().unwrap();
        let seen = Seen { html, url: &url, link, cookies: &cookies };
        Presets::embedded().offered(seen, None)
    }

    fn check(page: &str, html: &str, cookies: &[&str], preset: &str, expect: &[&str]) {
        let offered = offered(page, html, None, cookies).unwrap();
        assert_eq!(offered.preset, preset, "{page}");
        let all = offered.at.iter().flat_map(|at| at.interfaces.iter().chain(&at.feeds));
        let all: Vec<_> = all.map(|url| url.as_str().to_owned()).collect();
        for expect in expect {
            assert!(all.iter().any(|url| url == expect), "{expect}: {all:#?}");
        }
    }

    #[test]
    fn an_engine_is_told_by_its_generator_or_its_cookies_and_has_its_usual_places() {
        check(
            "https://forum.example/",
            "<html><meta name=generator content='Discourse 3.2'><body>x",
            &[],
            "discourse",
            &["https://forum.example/posts.json", "https://forum.example/posts.rss"],
        );
        check(
            "https://club.example/forum/index.php?sid=1",
            "<html><body>Bienvenue",
            &["phpbb3_9k_sid"],
            "phpbb",
            &["https://club.example/forum/app.php/feed", "https://club.example/app.php/feed"],
        );
        check(
            "https://x.example/",
            "",
            &["xf_csrf"],
            "xenforo",
            &["https://x.example/forums/-/index.rss"],
        );
        check(
            "https://v.example/",
            "",
            &["bblastvisit"],
            "vbulletin",
            &["https://v.example/external.php?type=RSS2"],
        );
        check(
            "https://flarum.example/",
            "<html><body><div id=flarum-content></div>",
            &[],
            "flarum",
            &["https://flarum.example/api/posts?sort=-createdAt"],
        );
        check(
            "https://nodebb.example/",
            "<html><head><meta name=generator content=NodeBB></head><body>x",
            &[],
            "nodebb",
            &["https://nodebb.example/api/recent"],
        );
        assert_eq!(offered("https://x.example/", "<html><body>x", None, &["sid"]), None);
    }

    #[test]
    fn wordpress_says_where_its_interface_is() {
        let head = |href: &str| {
            format!(
                "<html><meta name=generator content=WordPress><link rel='https://api.w.org/' href='{href}'>"
            )
        };
        check(
            "https://ozalee.example/fr/",
            &head("/blog/wp-json/"),
            &[],
            "wordpress",
            &[
                "https://ozalee.example/blog/wp-json/wp/v2/posts?per_page=100&_embed=author,wp:term",
                "https://ozalee.example/blog/feed/",
            ],
        );
        check(
            "https://ozalee.example/",
            &head("https://ozalee.example/index.php?rest_route=/"),
            &[],
            "wordpress",
            &["https://ozalee.example/index.php?rest_route=/wp/v2/comments&per_page=100&_embed=up"],
        );
        let link = "<https://ozalee.example/w/wp-json/>; rel=\"https://api.w.org/\"";
        let html = "<html><meta name=generator content=WordPress>";
        let offered = offered("https://ozalee.example/", html, Some(link), &[]).unwrap();
        assert_eq!(offered.at[0].interfaces[0].path(), "/w/wp-json/wp/v2/posts");
    }

    #[test]
    fn the_page_of_a_thread_has_itself_in_json() {
        let html = "<html><meta name=generator content=Discourse><body>x";
        let offered = offered("https://forum.example/t/du-the/12", html, None, &[]).unwrap();
        assert_eq!(
            offered.at,
            [OfferedAt::only("https://forum.example/t/12.json".parse().unwrap())]
        );
    }
}
