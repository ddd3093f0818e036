//! Sites of every shape, found by nothing but their address; what is no site to read, said so; and the
//! past of a source, read back to a date.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use flate2::Compression;
use flate2::write::GzEncoder;
use model::{Seq, StoredItem, Timestamp};
use serde_json::{Value, json};

use crate::process::{Place, now};
use crate::settings::{FOLDER, source, watching};
use crate::site::{Page, Site};

fn place() -> Place {
    Place::new(&watching(&[], FOLDER))
}

fn ago(hours: i64) -> Timestamp {
    now() - TimeDelta::hours(hours)
}

/// A page that says what made it.
fn home(head: &str, body: &str) -> Page {
    Page::html(&format!(
        "<!doctype html><html lang=fr><head><title>Le Courrier</title>{head}</head><body>{body}</body></html>"
    ))
}

fn json_page(body: &Value) -> Page {
    let headers = "Content-Type: application/json\r\n".to_owned();
    Page { status: 200, headers, body: body.to_string().into_bytes() }
}

/// A feed of articles: (name, title, how many hours old).
fn dated_feed(title: &str, articles: &[(&str, &str, i64)]) -> Page {
    let mut feed = format!("<rss version='2.0'><channel><title>{title}</title>");
    for (name, title, hours) in articles {
        write!(
            feed,
            "<item><link>https://courrier.example/{name}</link><title>{title}</title>\
             <author>Anne</author><pubDate>{}</pubDate><description>{}</description></item>",
            ago(*hours).to_rfc2822(),
            "Du thé. ".repeat(150)
        )
        .unwrap();
    }
    Page::feed(feed + "</channel></rss>")
}

/// What `vigie add --json` finds at an address: (how it is read, its path with its query).
fn offers(site: &Site, path: &str) -> Vec<(String, String)> {
    let told = place().print(&["add", "--json", &site.url(path)]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert!(told["asked"].as_u64().unwrap() <= 20, "{told}");
    let offers = told["offers"].as_array().unwrap().iter();
    offers
        .map(|offer| {
            let path = offer["url"].as_str().unwrap().replace(&site.url(""), "");
            (offer["read_as"].as_str().unwrap().to_owned(), path)
        })
        .collect()
}

fn check(site: &Site, expect: &[(&str, &str)]) {
    let found = offers(site, "/");
    let found: Vec<_> = found.iter().map(|(how, path)| (how.as_str(), path.as_str())).collect();
    assert_eq!(found, expect);
}

fn news_sitemap(url: &str) -> Vec<u8> {
    let mut text = "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' \
                    xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>"
        .to_owned();
    for (name, title) in [("a", "Une rentrée calme"), ("b", "Le marché du thé"), ("c", "Brèves")]
    {
        write!(
            text,
            "<url><loc>{url}{name}</loc><news:news><news:publication><news:name>Le Courrier\
             </news:name><news:language>fr</news:language></news:publication>\
             <news:publication_date>{}</news:publication_date><news:title>{title}</news:title>\
             </news:news></url>",
            ago(5).to_rfc3339()
        )
        .unwrap();
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all((text + "</urlset>").as_bytes()).unwrap();
    packed.finish().unwrap()
}

/// A paper with a feed of two articles, and a packed sitemap of three that its robots.txt leads to.
fn paper() -> Site {
    Site::start(|request| {
        let host = format!("http://{}/", request.headers["host"]);
        match request.path.as_str() {
            "/" => home("<link rel=alternate type=application/rss+xml href=/rss>", "Bonjour"),
            "/rss" => dated_feed("Le Courrier", &[("x", "Un", 3), ("y", "Deux", 30)]),
            "/robots.txt" => Page {
                status: 200,
                headers: String::new(),
                body: format!("User-agent: *\nDisallow: /admin\nSitemap: {host}maps.xml\n").into(),
            },
            "/maps.xml" => Page::html(&format!(
                "<sitemapindex><sitemap><loc>{host}pages.xml</loc></sitemap>\
                 <sitemap><loc>{host}actualites.xml.gz</loc></sitemap></sitemapindex>"
            )),
            "/actualites.xml.gz" => {
                Page { status: 200, headers: String::new(), body: news_sitemap(&host) }
            }
            "/a" | "/b" | "/c" => Page::html(&format!(
                "<html><body><article><h1>Article {}</h1><p>{}</p><p>Chez Ozalée, on se tait.</p>\
                 </article></body></html>",
                request.path,
                "Le thé pétillant a trouvé sa place sur les tables de la ville, dit-on. "
                    .repeat(12)
            )),
            _ => Page::missing(),
        }
    })
}

#[test]
fn a_paper_has_its_feed_and_the_sitemap_of_its_news() {
    let site = paper();
    check(&site, &[("feed", "/rss"), ("news sitemap", "/actualites.xml.gz")]);
    assert_eq!(site.times_asked("/pages.xml"), 0, "what is no news leads nowhere");

    let place = place();
    let told = place.print(&["add", "--best", &site.url("/")]);
    assert!(told.contains("offers 2 sources, the best first"), "{told}");
    assert!(told.contains("about 11 a week"), "two in thirty hours: {told}");
    assert!(told.contains(" h ago") && told.contains("date, author, whole text"), "{told}");
    assert!(told.contains(&format!("Added source \"127-0-0-1\": {}", site.url("/rss"))), "{told}");
}

#[test]
fn the_feed_of_a_site_goes_before_the_reviews_that_it_leads_to() {
    let site = Site::start(|request| match request.path.as_str() {
        "/" => home(
            "<link rel=alternate type=application/rss+xml href=/rss>",
            "<a href='/avis'>Avis de nos clients</a>",
        ),
        "/rss" => dated_feed("Le Courrier", &[("x", "Un", 3), ("y", "Deux", 30)]),
        "/avis" => {
            let review = |name: &str| {
                format!(
                    "<div itemprop='review' itemscope itemtype='https://schema.org/Review'>\
                     <b itemprop='author'>{name}</b><meta itemprop='datePublished' \
                     content='{}'><p itemprop='reviewBody'>Un thé de {name}.</p></div>",
                    ago(2).to_rfc3339()
                )
            };
            let all = ["Anne", "Marc", "Zoé", "Louis"].map(review).concat();
            Page::html(&format!(
                "<html><body itemscope itemtype='https://schema.org/Product'>\
                 <h1 itemprop='name'>Théière</h1>{all}</body></html>"
            ))
        }
        _ => Page::missing(),
    });
    let standards = "the page itself, standards (schema.org, microformats, OpenGraph)";
    check(&site, &[("feed", "/rss"), (standards, "/avis")]);
}

#[test]
fn the_articles_of_a_news_sitemap_are_read_from_their_pages() {
    let site = paper();
    let place = place();
    let daemon = place.start();
    let told = place.print(&["add", "--pick", "2", "--id", "actus", &site.url("/")]);
    assert!(told.contains("the articles are read from their own pages"), "{told}");
    let items = || place.ledger().items_after(Seq(0), 100).unwrap();
    daemon.wait_until("three whole articles", || {
        items().iter().filter(|item| item.item.text.contains("Chez Ozalée")).count() == 3
    });
    let items = items();
    assert_eq!(items.len(), 3, "each once: {items:#?}");
    let first = items.iter().find(|item| item.item.url.as_ref().unwrap().path() == "/a").unwrap();
    assert!(first.item.published.is_some(), "{first:#?}");
    assert!(daemon.stop().success());
}

/// What `WordPress` answers: posts and comments, a page of two at a time.
fn wordpress(folder: &'static str, posts: i64) -> Site {
    Site::start(move |request| {
        let host = format!("http://{}", request.headers["host"]);
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let Some(path) = path.strip_prefix(folder) else {
            return match path {
                "/" => home("", &format!("<a href='{folder}/'>Notre blog</a>")),
                _ => Page::missing(),
            };
        };
        let post = |number: i64| {
            json!({
                "id": number, "slug": format!("p{number}"), "status": "publish",
                "date_gmt": ago(72 + 240 * (posts - number)).format("%Y-%m-%dT%H:%M:%S").to_string(),
                "guid": { "rendered": format!("{host}/?p={number}") },
                "link": format!("{host}{folder}/p{number}/"),
                "title": { "rendered": format!("Billet {number}") },
                "content": { "rendered": format!("<p>Ozalée, encore, au numéro {number}. {}</p>", "Du thé. ".repeat(150)) },
                "_embedded": { "author": [{ "name": "Nadège" }] },
            })
        };
        match path {
            "/" => home(
                &format!(
                    "<meta name=generator content='WordPress 6.5'>\
                          <link rel='https://api.w.org/' href='{host}{folder}/wp-json/'>\
                          <link rel=alternate type=application/rss+xml href='{folder}/feed/'>"
                ),
                "Bonjour",
            ),
            "/feed/" => dated_feed("Le carnet", &[("p9", "Billet", 80)]),
            "/wp-json/wp/v2/posts" => {
                let page: i64 = query
                    .split('&')
                    .find_map(|part| part.strip_prefix("page=")?.parse().ok())
                    .unwrap_or(1);
                let newest = posts - 2 * (page - 1);
                let shown: Vec<Value> = ((newest - 1).max(1)..=newest).rev().map(post).collect();
                let next = format!(
                    "<{host}{folder}/wp-json/wp/v2/posts?per_page=100&page={}>; rel=\"next\"",
                    page + 1
                );
                let answer = json_page(&Value::from(shown));
                if newest > 2 { answer.header("Link", &next) } else { answer }
            }
            "/wp-json/wp/v2/comments" => json_page(&json!([{
                "id": 1, "post": 3, "parent": 0, "status": "approved", "author_name": "Søren",
                "date_gmt": ago(90).format("%Y-%m-%dT%H:%M:%S").to_string(),
                "link": format!("{host}{folder}/p3/#comment-1"),
                "content": { "rendered": "<p>Et au Danemark ?</p>" },
            }])),
            _ => Page::missing(),
        }
    })
}

const POSTS: &str = "/blog/wp-json/wp/v2/posts?per_page=100&_embed=author,wp:term";
const COMMENTS: &str = "/blog/wp-json/wp/v2/comments?per_page=100&_embed=up";
const INTERFACE: &str = "interface of WordPress";

#[test]
fn a_blog_in_a_folder_is_found_from_the_site_that_links_to_it() {
    let site = wordpress("/blog", 5);
    let of_comments = format!("{INTERFACE}, comments");
    check(&site, &[(INTERFACE, POSTS), ("feed", "/blog/feed/"), (&of_comments, COMMENTS)]);
    let place = place();
    let told = place.print(&["add", "--all", "--kind", "blog", &site.url("/")]);
    assert_eq!(told.matches("Added source").count(), 3, "{told}");
    let errors = place.refuse(1, &["add", "--all", &site.url("/blog/")]);
    assert!(errors.contains("nothing was added: all of it is read already"), "{errors}");
}

#[test]
fn boards_are_found_by_what_made_them() {
    let discourse = Site::start(|request| match request.path.as_str() {
        "/" => home("<meta name=generator content='Discourse 3.2'>", "<noscript>x</noscript>"),
        "/posts.json" => json_page(&json!({ "latest_posts": [
            { "id": 7, "username": "anne", "created_at": ago(2).to_rfc3339(), "cooked": "<p>Bonjour Ozalée</p>",
              "post_number": 1, "topic_id": 3, "topic_slug": "du-the", "topic_title": "Du thé", "version": 1 },
            { "id": 6, "username": "paul", "created_at": ago(9).to_rfc3339(), "cooked": "<p>Bonsoir</p>",
              "post_number": 4, "topic_id": 2, "topic_slug": "eau", "topic_title": "De l'eau", "version": 1 },
        ] })),
        _ => Page::missing(),
    });
    check(&discourse, &[("interface of Discourse", "/posts.json")]);

    let flarum = Site::start(|request| match request.path.as_str() {
        "/" => home("", "<div id=flarum-loading>x</div>"),
        "/api/posts?sort=-createdAt" => json_page(&json!({
            "data": [{ "type": "posts", "id": "5",
                "attributes": { "number": 2, "createdAt": ago(4).to_rfc3339(),
                                "contentType": "comment", "contentHtml": "<p>Ozalée ?</p>" },
                "relationships": { "user": { "data": { "type": "users", "id": "1" } },
                                   "discussion": { "data": { "type": "discussions", "id": "9" } } } }],
            "included": [{ "type": "users", "id": "1", "attributes": { "displayName": "Anne" } },
                         { "type": "discussions", "id": "9", "attributes": { "title": "Thé", "slug": "9-the" } }],
        })),
        _ => Page::missing(),
    });
    check(&flarum, &[("interface of Flarum", "/api/posts?sort=-createdAt")]);

    let nodebb = Site::start(|request| match request.path.as_str() {
        "/" => home("<meta name=generator content=NodeBB>", "x"),
        "/api/recent" => json_page(&json!({ "pagination": { "pageCount": 1 }, "topics": [
            { "tid": 1, "mainPid": 1, "slug": "1/the", "title": "Thé", "postcount": 2, "lastposttime": ago(3).timestamp_millis() },
            { "tid": 2, "mainPid": 4, "slug": "2/eau", "title": "Eau", "postcount": 1, "lastposttime": ago(8).timestamp_millis() },
        ] })),
        _ => Page::missing(),
    });
    check(&nodebb, &[("interface of NodeBB", "/api/recent")]);

    // Nothing on its page says what it is, but its cookie does.
    let phpbb = Site::start(|request| match request.path.as_str() {
        "/forum/" => home("", "Bienvenue au club").header("Set-Cookie", "phpbb3_k2_sid=1; path=/"),
        "/forum/app.php/feed" => {
            dated_feed("Le club", &[("1", "Un sujet", 4), ("2", "Un autre", 9)])
        }
        _ => Page::missing(),
    });
    check(&phpbb, &[("feed", "/forum/app.php/feed")]);
    let told = place().print(&["add", "--json", &phpbb.url("/")]);
    assert!(told.contains("\"kind\":\"forum\""), "{told}");
}

#[test]
fn the_forum_that_a_site_links_to_is_offered_beside_its_news() {
    let fixture = include_str!("../fixtures/pages/phpbb_listing.html");
    let site = Site::start(move |request| match request.path.as_str() {
        "/" => home(
            "<link rel=alternate type=application/rss+xml href=/rss><link rel=alternate \
             type=application/atom+xml href=/atom><link rel=alternate type=application/rss+xml \
             title='Comments' href=/comments.rss>",
            "<nav><a href='/forum/'>Forum</a> <a href='/contact'>Contact</a></nav>",
        ),
        "/rss" => dated_feed("Nouvelles", &[("x", "Un", 3), ("y", "Deux", 30), ("z", "Trois", 60)]),
        "/atom" => dated_feed("Nouvelles en bref", &[("x", "Un", 3), ("y", "Deux", 30)]),
        "/comments.rss" => dated_feed("Réactions", &[("x#c1", "Bravo", 1)]),
        "/forum/" => Page::html(fixture),
        _ => Page::missing(),
    });
    let found = offers(&site, "/");
    let paths: BTreeSet<&str> = found.iter().map(|(_, path)| path.as_str()).collect();
    assert_eq!(paths, BTreeSet::from(["/rss", "/atom", "/comments.rss", "/forum/"]), "{found:?}");
    let told = place().print(&["add", "--best", &site.url("/")]);
    assert!(told.contains("the same as "), "{told}");
    let at = |text: &str| told.find(text).unwrap_or_else(|| panic!("{text}: {told}"));
    assert!(
        at("1. ") < at("2. ") && at("Réactions") > at("Nouvelles"),
        "comments after posts: {told}"
    );
    assert!(at("Nouvelles en bref") > at("Réactions"), "what is known already comes last: {told}");
}

#[test]
fn what_is_no_site_to_read_is_said_with_a_hint() {
    let site = Site::start(|request| match request.path.as_str() {
        "/login" => Page::html(
            "<html><body><h1>Connexion</h1><form><input name=u><input type=password></form></body></html>",
        ),
        "/guard" => Page::html(
            "<html><head><title>Just a moment...</title></head><body>Checking your browser</body></html>",
        ),
        "/paper.pdf" => Page {
            status: 200,
            headers: "Content-Type: application/pdf\r\n".into(),
            body: b"%PDF-1.4".into(),
        },
        "/empty" => Page::html("<html><body></body></html>"),
        "/forbidden" => Page { status: 403, ..Page::missing() },
        "/robots.txt" => Page {
            status: 200,
            headers: String::new(),
            body: b"User-agent: *\nDisallow: /secret\n".into(),
        },
        _ => Page::missing(),
    });
    let check = |path: &str, reason: &str, hint: &str| {
        let errors = place().refuse(1, &["add", &site.url(path)]);
        assert!(errors.contains(reason) && errors.contains(hint), "{path}: {errors}");
    };
    check("/nothing", "answers 404", "hint: check the address in a browser");
    check("/login", "only to those who log in", "hint: give the address of a public page");
    check("/guard", "a proof that a person is reading", "hint: the site may offer a feed");
    check(
        "/paper.pdf",
        "a file (application/pdf)",
        "hint: give the address of a page or of a feed",
    );
    check("/empty", "the page is empty", "hint: ");
    check("/forbidden", "refuses us the page (403", "hint: the site wants a login");
    check("/secret", "asks robots not to read", "hint: the site asks programs not to read it");
    assert_eq!(site.times_asked("/secret"), 0);
    let gone = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/", listener.local_addr().unwrap())
    };
    let errors = place().refuse(1, &["add", &gone]);
    assert!(errors.contains("accepts no connection") && errors.contains("hint: "), "{errors}");
    for typed in ["nowhere", "ftp://x.example/", "l'Oréal"] {
        let errors = place().refuse(2, &["add", typed]);
        assert!(
            errors.contains("write the whole address") || errors.contains("not ftp"),
            "{errors}"
        );
    }
}

#[test]
fn a_search_asks_few_addresses_and_none_twice() {
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    let site = Site::start(move |request| {
        seen.lock().unwrap().push(request.path.clone());
        let link = |n: u32| {
            format!(
                "<link rel=alternate type=application/rss+xml href=/f{n}>\
                 <a href=/forum/{n}>Forum</a><a href=/blog/{n}>Blog</a>"
            )
        };
        home("", &(0..100).map(link).collect::<Vec<_>>().concat())
    });
    place().refuse(1, &["add", &site.url("/")]);
    let asked = asked.lock().unwrap();
    let different: BTreeSet<&String> = asked.iter().collect();
    // The rules for robots are asked before, and again as a page that names sitemaps.
    assert!(asked.len() <= 21 && different.len() + 1 >= asked.len(), "{asked:#?}");
}

/// What is known of a source, the newest first.
fn items(place: &Place) -> Vec<StoredItem> {
    let mut items = place.ledger().items_after(Seq(0), 1000).unwrap();
    items.sort_by_key(|item| std::cmp::Reverse(item.item.published));
    items
}

fn mails(place: &Place) -> usize {
    std::fs::read_dir(place.path("mails")).map_or(0, Iterator::count)
}

#[test]
fn a_source_is_read_back_to_a_date_over_rounds_and_restarts_and_none_of_it_is_mailed() {
    // Forty posts, one in ten days, two on a page; two pages a round.
    let site = wordpress("/blog", 40);
    let settings = watching(&[], FOLDER).replace("[crawl]", "[crawl]\npages = 2");
    let blog = source("blog", &site.url(POSTS)) + "preset = \"wordpress\"\nsince = \"100 d\"\n";
    let place = Place::new(&(settings + &blog));
    let daemon = place.start();
    daemon.wait_until("the first pages", || items(&place).len() >= 6);
    assert!(daemon.stop().success());
    let before = items(&place).len();
    let daemon = place.start();
    let told = || place.print(&["status"]);
    daemon.wait_until("the end of the way back", || {
        let told = told();
        told.contains("past read back to") && !told.contains("going on")
    });
    let items = items(&place);
    assert!(items.len() > before || before >= 12, "{before}");
    // A hundred days are ten posts and the newest; the page on which the date was passed is the last.
    assert!((11..=14).contains(&items.len()), "{}", items.len());
    let titles: BTreeSet<&str> = items.iter().map(|item| item.item.title.as_str()).collect();
    assert_eq!(titles.len(), items.len(), "each once");
    daemon.wait_until("all of it to be found", || place.search(&["Ozalée"]).len() == items.len());
    assert_eq!(mails(&place), 0, "the past is counted, never mailed");
    assert!(told().contains("items") || told().contains("ozalee"), "{}", told());
    assert!(daemon.stop().success());
}

#[test]
fn init_needs_no_network_and_says_what_is_not_watched_yet() {
    let place = Place::empty();
    let told = place.print(&["init", "Ozalée", "--site", "www.ozalee.example", "--offline"]);
    for said in [
        "Google News, Bing News, Hacker News",
        "not its own site, which was not looked at",
        "X (Twitter)",
        "LinkedIn",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(place.print(&["check"]).contains("is valid (sources: "));
    let text = std::fs::read_to_string(place.path("vigie.toml")).unwrap();
    assert!(text.contains("# `vigie add https://www.ozalee.example/` looks there"), "{text}");
    assert!(text.contains("https://www.trustpilot.com/review/ozalee.example"), "{text}");
}

#[test]
fn init_looks_at_the_brands_own_site() {
    let site = paper();
    let place = Place::empty();
    let told = place.print(&["init", "Ozalée", "--site", &site.url("/")]);
    assert!(told.contains(&format!("its own site: {} (feed)", site.url("/rss"))), "{told}");
    let text = std::fs::read_to_string(place.path("vigie.toml")).unwrap();
    assert!(text.contains("[sources.site]\nname = \"Le Courrier\"\n"), "{text}");
    assert!(place.print(&["check"]).contains("is valid"));
}
