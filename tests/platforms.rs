//! Platforms on loopback, each in the shape that its preset reads: they page in their own ways, cut
//! connections, ask for patience in their own words and let tokens run out. Each is asked for two queries
//! that both find everything there, and everything is kept once.

mod shapes;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Seq, StoredItem};

use crate::process::{PATIENCE, Place};
use crate::settings::{FOLDER, watching};
use crate::site::{Page, Site};
use shapes::{Asked, SHAPES, Shape};

const TOKEN: &str = "s3cr3t-t0k3n";

/// What goes wrong at the beginning: no answer, then a request for patience, then one between pages.
fn trouble(shape: &Shape, nth: usize) -> Option<Page> {
    match nth {
        0 => Some(Page::cut()),
        1 | 4 => {
            let mut page = Page { status: shape.busy.0, ..Page::html(shape.busy.1) };
            for (name, value) in shape.busy.2 {
                page = page.header(name, value);
            }
            Some(page)
        }
        _ => None,
    }
}

fn site(shape: &'static Shape) -> Site {
    let (asked, tokens) = (AtomicUsize::new(0), Arc::new(AtomicUsize::new(0)));
    Site::start(move |request| {
        let asked_for = Asked::of(request);
        if asked_for.path == "/robots.txt" {
            assert!(shape.account.is_none(), "{}: who has an account is no robot", shape.platform);
            return Page::missing();
        }
        // Tokens that are got are good for three requests.
        if asked_for.path == shape.token_at {
            return shapes::token(&asked_for, tokens.fetch_add(1, Ordering::Relaxed));
        }
        if let Some(page) = trouble(shape, asked.fetch_add(1, Ordering::Relaxed)) {
            return page;
        }
        let is_known = match shape.account {
            None => true,
            Some(_) if !shape.token_at.is_empty() => {
                let uses = asked.load(Ordering::Relaxed) / 3;
                let held = tokens.load(Ordering::Relaxed);
                // The first token runs out early.
                asked_for.headers.get("authorization").is_some_and(|said| {
                    *said == format!("Bearer got-{}", held - 1) && (held > 1 || uses < 2)
                })
            }
            Some(_) => shapes::shows(&asked_for, shape.platform, TOKEN),
        };
        if !is_known {
            return Page { status: 401, ..Page::html("{\"message\": \"no such token\"}") };
        }
        (shape.answer)(&asked_for)
    })
}

fn configuration(sites: &[(&Shape, Site)]) -> String {
    let mut text = watching(&[], FOLDER)
        .replace("ozalee = 'Ozalée'\n", "ozalee = 'Ozalée'\nfizz = 'boisson -limonade'\n");
    for (shape, site) in sites {
        let Shape { platform, names, .. } = shape;
        let url = site.url("/");
        writeln!(text, "[sources.{platform}]\nplatform = \"{platform}\"\ninstance = {url:?}")
            .unwrap();
        writeln!(text, "every = \"1 s\"").unwrap();
        if !names.is_empty() {
            writeln!(text, "names = {names:?}").unwrap();
        }
        if let Some(user) = shape.account {
            writeln!(text, "[accounts.{platform}]\nplatform = \"{platform}\"").unwrap();
            writeln!(text, "token_env = \"TOKEN\"").unwrap();
            if !user.is_empty() {
                writeln!(text, "user = {user:?}").unwrap();
            }
        }
    }
    text
}

fn items(place: &Place) -> Vec<StoredItem> {
    place.ledger().items_after(Seq(0), 100_000).unwrap()
}

/// How many items each platform has.
fn counts(items: &[StoredItem]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for item in items {
        let family = item.item.source.family().unwrap_or_default().to_owned();
        *counts.entry(family).or_default() += 1;
    }
    counts
}

#[test]
fn every_platform_gathers_everything_once_whatever_goes_wrong() {
    let sites: Vec<(&Shape, Site)> = SHAPES.iter().map(|shape| (shape, site(shape))).collect();
    let place = Place::new(&configuration(&sites));
    let daemon = place.start_with(&[("TOKEN", std::path::Path::new(TOKEN))]);
    let expect: BTreeMap<String, usize> =
        SHAPES.iter().map(|shape| (shape.platform.to_owned(), shape.posts)).collect();
    let deadline = std::time::Instant::now() + PATIENCE * 2;
    while counts(&items(&place)) != expect && std::time::Instant::now() < deadline {
        daemon.leave_for(std::time::Duration::from_millis(500));
    }
    assert_eq!(counts(&items(&place)), expect);
    // Further rounds bring nothing new and nothing twice.
    daemon.leave_for(std::time::Duration::from_secs(3));
    assert!(daemon.stop().success());
    let items = items(&place);
    assert_eq!(counts(&items), expect);
    for item in &items {
        assert_eq!(item.version, 1, "{:?}", item.item);
        assert!(item.item.text.contains("Ozalée") || item.item.title.contains("Ozalée"));
        assert!(item.removed.is_none());
    }
    // Both queries have found all of it.
    let status = place.print(&["status"]);
    assert!(!status.contains(TOKEN) && !status.contains("got-"), "{status}");
    let ledger = std::fs::read(place.path("data/ledger.sqlite")).unwrap();
    let has = |word: &str| ledger.windows(word.len()).any(|part| part == word.as_bytes());
    assert!(has("Ozal") && !has(TOKEN) && !has("got-1"), "the ledger holds a token");
}

#[test]
fn the_searches_follow_the_queries_at_a_reload() {
    let shape = SHAPES.iter().find(|shape| shape.platform == "bluesky").unwrap();
    let sites = [(shape, site(shape))];
    let text = configuration(&sites);
    let place = Place::new(&text);
    let told = place.print(&["query", "searches"]);
    assert!(told.contains("bluesky.ozalee: Ozalée"), "{told}");
    let daemon = place.start();
    daemon.wait_until("the first search", || items(&place).len() == shape.posts);
    place.configure(&text.replace("ozalee = 'Ozalée'", "ozalee = 'Ozalée OR Bruinelle'"));
    daemon.signal("HUP");
    daemon.wait_until("the second search", || {
        place
            .ledger()
            .sources()
            .unwrap()
            .iter()
            .any(|source| source.id.as_str() == "bluesky.ozalee-2")
    });
    daemon.wait_for_line(&["visited", "bluesky.ozalee-2"]);
    assert!(daemon.stop().success());
    assert_eq!(items(&place).len(), shape.posts, "what another search has found is not new");
}

#[test]
fn a_token_that_is_not_accepted_is_told_with_the_way_to_another() {
    let site = Site::start(|request| match request.path.as_str() {
        "/robots.txt" => Page::missing(),
        _ => Page {
            status: 400,
            ..Page::json(&serde_json::json!({
                "error": { "message": format!("Session of {TOKEN} has expired"), "code": 190 }
            }))
        },
    });
    let text = watching(&[], FOLDER)
        + &format!(
            "[sources.page]\nplatform = \"facebook\"\ninstance = {:?}\nnames = [\"ozalee\"]\n\
             [accounts.page]\nplatform = \"facebook\"\ntoken_env = \"TOKEN\"\n",
            site.url("/")
        );
    let place = Place::new(&text);
    let daemon = place.start_with(&[("TOKEN", std::path::Path::new(TOKEN))]);
    let line = daemon.wait_for_line(&["failed to visit", "page.ozalee"]);
    assert!(line.contains("does not accept accounts.page: Session of *** has expired"), "{line}");
    assert!(line.contains("docs/platforms.md"), "{line}");
    assert!(daemon.stop().success());

    place.configure(
        &text.replace("[accounts.page]\nplatform = \"facebook\"\ntoken_env = \"TOKEN\"\n", ""),
    );
    let errors = place.refuse(2, &["check"]);
    assert!(errors.contains("facebook answers only to an account"), "{errors}");
    assert!(errors.contains("docs/platforms.md says how"), "{errors}");
}

#[test]
fn no_other_host_sees_a_token() {
    let seen: Arc<std::sync::Mutex<Vec<String>>> = Arc::default();
    let kept = Arc::clone(&seen);
    let other = Site::start(move |request| {
        let asked = Asked::of(request);
        if asked.path != "/robots.txt" {
            kept.lock().unwrap().push(format!("{} {:?}", request.path, asked.headers));
        }
        match asked.path.as_str() {
            "/robots.txt" => Page::missing(),
            "/search.rss" => {
                Page::feed("<rss><channel><title>Ozalée</title></channel></rss>".to_owned())
            }
            _ => Page::json(&serde_json::json!({ "meta": { "result_count": 0 } })),
        }
    });
    // A platform that sends its visitors elsewhere, with all that they asked for.
    let elsewhere = other.url("");
    let site =
        Site::start(move |request| Page::redirect(302, &format!("{elsewhere}{}", request.path)));
    let mut text = watching(&[], FOLDER);
    for (platform, user) in [("x", ""), ("reddit-feeds", "user = \"zoe\"\n")] {
        write!(
            text,
            "[sources.{platform}]\nplatform = \"{platform}\"\ninstance = {:?}\n\
             [accounts.{platform}]\nplatform = \"{platform}\"\ntoken_env = \"TOKEN\"\n{user}",
            site.url("/")
        )
        .unwrap();
    }
    let place = Place::new(&text);
    let daemon = place.start_with(&[("TOKEN", std::path::Path::new(TOKEN))]);
    daemon.wait_until("both to be asked elsewhere", || {
        let seen = seen.lock().unwrap();
        ["/2/tweets", "/search.rss"]
            .iter()
            .all(|path| seen.iter().any(|seen| seen.starts_with(path)))
    });
    assert!(daemon.stop().success());
    for seen in seen.lock().unwrap().iter() {
        assert!(!seen.contains(TOKEN) && !seen.contains("zoe"), "{seen}");
    }
}
