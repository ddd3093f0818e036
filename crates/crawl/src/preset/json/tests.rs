//! Bodies as the built-in presets read them: our own fixtures, each with a snapshot; and what breaks
//! no reader.

mod real;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use model::Problem;

use super::*;

/// Fixtures with the preset that must recognise each, and the address that answered so.
const FIXTURES: [(&str, &str, &str); 54] = [
    (
        "appstore_no_review.json",
        "appstore",
        "https://itunes.apple.com/fr/rss/customerreviews/page=1/id=99/sortby=mostrecent/json",
    ),
    (
        "appstore_one_review.json",
        "appstore",
        "https://itunes.apple.com/fr/rss/customerreviews/page=1/id=99/sortby=mostrecent/json",
    ),
    (
        "appstore_reviews.json",
        "appstore",
        "https://itunes.apple.com/us/rss/customerreviews/page=1/id=99/sortby=mostrecent/json",
    ),
    (
        "bluesky_feed.json",
        "bluesky",
        "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=zoe.example",
    ),
    (
        "bluesky_search.json",
        "bluesky",
        "https://public.api.bsky.app/xrpc/app.bsky.feed.searchPosts?q=ozal%C3%A9e&sort=latest",
    ),
    (
        "bluesky_thread.json",
        "bluesky",
        "https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?uri=at://x",
    ),
    (
        "dailymotion_videos.json",
        "dailymotion",
        "https://api.dailymotion.com/videos?search=ozalee&sort=recent",
    ),
    (
        "googleplay_reviews.json",
        "googleplay",
        "https://play.google.com/_/PlayStoreUi/data/batchexecute?rpcids=UsvDTd&hl=fr&gl=FR&app=example.ozalee",
    ),
    ("discourse_latest.json", "discourse", "https://forum.example/latest.json?order=created"),
    ("discourse_posts.json", "discourse", "https://forum.example/posts.json"),
    ("discourse_preloaded.html", "discourse", "https://forum.example/t/ozalee-en-canette/77"),
    ("discourse_search.json", "discourse", "https://forum.example/search.json?q=ozal%C3%A9e"),
    (
        "discourse_topic.json",
        "discourse",
        "https://acme.example/board/t/ozalee-verveine-votre-avis/812.json",
    ),
    ("flarum_discussion.json", "flarum", "https://forum.example/api/discussions/31"),
    (
        "flarum_discussions.json",
        "flarum",
        "https://forum.example/api/discussions?sort=-lastPostedAt",
    ),
    (
        "flarum_posts.json",
        "flarum",
        "https://forum.example/api/posts?filter[discussion]=31&page[limit]=2",
    ),
    (
        "hackernews_item.json",
        "hackernews",
        "https://hacker-news.firebaseio.com/v0/item/40010001.json",
    ),
    ("hackernews_item_tree.json", "hackernews", "https://hn.algolia.com/api/v1/items/40010001"),
    (
        "hackernews_search.json",
        "hackernews",
        "https://hn.algolia.com/api/v1/search_by_date?query=ozalee",
    ),
    (
        "hyperkitty_email.json",
        "hyperkitty",
        "https://lists.example/archives/api/list/tea@lists.example/email/QEGQ2/?format=json",
    ),
    (
        "hyperkitty_emails.json",
        "hyperkitty",
        "https://lists.example/archives/api/list/tea@lists.example/thread/GS5GX/emails/?format=json",
    ),
    (
        "hyperkitty_threads.json",
        "hyperkitty",
        "https://lists.example/archives/api/list/tea@lists.example/threads/?format=json",
    ),
    ("invision_posts.json", "invision", "https://forum.example/api/forums/topics/55/posts"),
    ("invision_topics.json", "invision", "https://forum.example/api/forums/topics"),
    ("isso_latest.json", "isso", "https://gazette.example/isso/latest?limit=100"),
    (
        "isso_thread.json",
        "isso",
        "https://comments.example/?uri=/billet/ozalee/&site=https://gazette.example",
    ),
    (
        "lemmy_comments.json",
        "lemmy",
        "https://lemmy.example/api/v3/comment/list?post_id=501&sort=New&limit=50",
    ),
    ("lemmy_posts.json", "lemmy", "https://lemmy.example/api/v3/post/list?sort=New&limit=50"),
    (
        "mastodon_context.json",
        "mastodon",
        "https://social.example/api/v1/statuses/114000000000000101/context",
    ),
    (
        "mastodon_tag.json",
        "mastodon",
        "https://social.example/api/v1/timelines/tag/ozalee?limit=40",
    ),
    ("nodebb_categories.json", "nodebb", "https://forum.example/api/categories"),
    ("nodebb_recent.json", "nodebb", "https://forum.example/api/recent?page=2"),
    (
        "nodebb_topic.json",
        "nodebb",
        "https://forum.example/board/api/topic/14/l-ozal%C3%A9e-d-hier",
    ),
    ("reddit_comments.json", "reddit", "https://www.reddit.com/r/lemonade/comments/1abcd.json"),
    ("reddit_new.json", "reddit", "https://www.reddit.com/r/lemonade/new.json"),
    (
        "stackexchange_answers.json",
        "stackexchange",
        "https://api.stackexchange.com/2.3/questions/7301/answers?site=cooking&filter=withbody",
    ),
    (
        "stackexchange_search.json",
        "stackexchange",
        "https://api.stackexchange.com/2.3/search/advanced?site=cooking&q=ozal%C3%A9e&filter=withbody",
    ),
    ("trustpilot_page.html", "trustpilot", "https://fr.trustpilot.com/review/ozalee.example"),
    (
        "wordpress_com_comments.json",
        "wordpress-com",
        "https://public-api.wordpress.com/rest/v1.1/sites/44/comments",
    ),
    (
        "wordpress_com_posts.json",
        "wordpress-com",
        "https://public-api.wordpress.com/rest/v1.1/sites/44/posts",
    ),
    (
        "wordpress_comments.json",
        "wordpress",
        "https://gazette.example/wp-json/wp/v2/comments?per_page=3",
    ),
    ("wordpress_posts.json", "wordpress", "https://gazette.example/wp-json/wp/v2/posts?per_page=2"),
    (
        "wordpress_search.json",
        "wordpress",
        "https://gazette.example/wp-json/wp/v2/search?search=ozal%C3%A9e",
    ),
    ("xenforo_posts.json", "xenforo", "https://forum.example/api/threads/210/posts"),
    ("xenforo_threads.json", "xenforo", "https://forum.example/api/threads"),
    (
        "facebook_feed.json",
        "facebook",
        "https://graph.facebook.com/v23.0/1000/feed?limit=50&fields=id,message",
    ),
    (
        "instagram_hashtag.json",
        "instagram-hashtags",
        "https://graph.facebook.com/v23.0/17843000000000000/recent_media?limit=50",
    ),
    (
        "instagram_media.json",
        "instagram",
        "https://graph.facebook.com/v23.0/17840000000000000/media?limit=50",
    ),
    (
        "linkedin_comments.json",
        "linkedin",
        "https://api.linkedin.com/rest/socialActions/urn:li:share:7000000000000000001/comments",
    ),
    (
        "linkedin_posts.json",
        "linkedin",
        "https://api.linkedin.com/rest/posts?q=author&author=urn%3Ali%3Aorganization%3A5515715&count=2",
    ),
    (
        "tiktok_videos.json",
        "tiktok",
        "https://open.tiktokapis.com/v2/research/video/query/?fields=id&keyword=ozalee",
    ),
    ("x_search.json", "x", "https://api.x.com/2/tweets/search/recent?query=(ozalee)"),
    (
        "youtube_comments.json",
        "youtube",
        "https://www.googleapis.com/youtube/v3/commentThreads?part=snippet,replies",
    ),
    (
        "youtube_search.json",
        "youtube",
        "https://www.googleapis.com/youtube/v3/search?part=snippet&q=ozalee",
    ),
];

/// What some say beside the body.
const LINK_HEADER: &str = r#"</other?page=1>; rel="prev", <?page=2>; rel="next""#;

fn is_json(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|ending| ending == "json")
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pages")
}

fn read_text<'p>(
    presets: &'p Presets,
    file: &str,
    text: &str,
    url: &str,
) -> Option<(&'p Preset, PageDraft)> {
    let url: Url = url.parse().unwrap();
    if Path::new(file).extension().is_some_and(|ending| ending == "html") {
        let dom = Dom::parse(text, &url).ok()?;
        return read_page(presets, &dom, &url, None);
    }
    read_body(presets, &parse(text)?, &url, Some(LINK_HEADER), None)
}

#[test]
fn every_fixture_is_read_as_its_snapshot_says() {
    let presets = Presets::embedded();
    for (file, name, url) in FIXTURES {
        let text = std::fs::read_to_string(folder().join(file)).unwrap();
        let found = read_text(&presets, file, &text, url);
        let (preset, draft) = found.unwrap_or_else(|| panic!("{file} is not recognised"));
        assert_eq!(preset.name, name, "{file}");
        insta::with_settings!({
            snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true,
        }, {
            insta::assert_snapshot!(file, shown(&draft));
        });
    }
}

#[test]
fn every_fixture_in_json_is_in_the_table() {
    for entry in folder().read_dir().unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_known = FIXTURES.iter().any(|(file, _, _)| *file == name);
        assert!(is_known || !is_json(&name), "{name}");
    }
}

#[test]
fn a_body_is_recognised_by_one_preset_alone() {
    let presets = Presets::embedded();
    for (file, name, url) in FIXTURES.into_iter().filter(|(file, _, _)| is_json(file)) {
        let text = std::fs::read_to_string(folder().join(file)).unwrap();
        let (json, url) = (parse(&text).unwrap(), url.parse().unwrap());
        let fit = presets.list().iter().filter(|preset| read(preset, &json, &url, None).is_some());
        let names: Vec<&str> = fit.map(|preset| preset.name.as_str()).collect();
        assert_eq!(names, [name], "{file}");
    }
}

/// Shows a draft with only what is there.
fn shown(draft: &PageDraft) -> String {
    let mut out = format!("confidence: {}\n", draft.confidence);
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            writeln!(out, "{name}: {}", value.replace('\n', "\n    | ")).unwrap();
        }
    };
    line("title", draft.title.clone());
    line("next", draft.next.as_ref().map(ToString::to_string));
    line("last", draft.last.as_ref().map(ToString::to_string));
    if let Some(Average { product, rating, count }) = &draft.average {
        line("average", Some(format!("{} of {count:?} for {product:?}", rating.value_milli())));
    }
    for topic in &draft.topics {
        line("\ntopic", Some(topic.url.to_string()));
        line("  title", Some(topic.title.clone()));
        line("  replies", topic.replies.map(|replies| replies.to_string()));
        line("  active", topic.active.map(|at| at.to_rfc3339()));
        line("  active (written)", topic.active_written.clone());
    }
    for entry in &draft.entries {
        line("\nentry", Some(entry.guid.clone().unwrap_or_else(|| "(no id)".to_owned())));
        line("  link", entry.link.as_ref().map(ToString::to_string));
        line("  title", entry.title.clone());
        line("  author", entry.author.clone());
        line("  shown at", entry.details.author_url.as_ref().map(ToString::to_string));
        line("  lang", entry.lang.clone());
        line("  published", shown_date(&entry.published));
        line("  updated", shown_date(&entry.updated));
        line("  text", entry.text.clone());
        let details = &entry.details;
        line("  quote", Some(details.quote.clone()));
        line("  thread", details.thread.clone());
        line("  thread title", Some(details.thread_title.clone()));
        line("  thread url", details.thread_url.as_ref().map(ToString::to_string));
        line("  number", details.number.map(|number| number.to_string()));
        line("  reply", details.reply.map(|reply| reply.to_string()));
        line("  answers", details.answers.clone());
        line("  rating", details.rating.map(|rating| rating.stars_milli().to_string()));
        line("  product", details.product.clone());
        line("  verified", details.verified.map(|verified| verified.to_string()));
        line("  owner's reply", Some(details.owner_reply.clone()));
        line("  tags", Some(details.tags.join(" | ")));
        details.links.iter().for_each(|link| line("  leads to", Some(link.to_string())));
        line("  image", details.image.then(|| "yes".to_owned()));
        let engagement = details.engagement;
        let counts = [
            ("  likes", engagement.likes),
            ("  shares", engagement.shares),
            ("  comments", engagement.comments),
            ("  views", engagement.views),
            ("  followers", engagement.followers),
        ];
        for (name, count) in counts {
            line(name, count.map(|count| count.to_string()));
        }
    }
    out
}

fn shown_date(date: &Dated) -> Option<String> {
    match date {
        Dated::At(at) => Some(at.to_rfc3339()),
        Dated::Written(text) => Some(format!("written {text:?}")),
        Dated::Unreadable(text) => Some(format!("unreadable {text:?}")),
        Dated::Unsaid => None,
    }
}

/// Loads a preset of one shape.
fn loaded(shape: &str) -> Result<Preset, Vec<Problem>> {
    let text = format!("name='a'\ntitle='A'\nkind='forum'\n[recognise]\n{shape}");
    super::super::load::preset("a.toml", "a", &text)
}

fn read_with(shape: &str, json: &str, url: &str) -> PageDraft {
    let preset = loaded(shape).map_err(|problems| format!("{problems:?}")).unwrap();
    read(&preset, &parse(json).unwrap(), &url.parse().unwrap(), None).unwrap()
}

#[test]
fn every_mistake_in_a_shape_is_told_at_once_with_its_place() {
    let shape = r#"
[[json]]
when = "posts["
kind_of_page = "thread"
records = "posts[*]"
txt = "body"
link = "/t/{id"
quote = ["div["]
best = "five"
embedded = "script##"
next = { cursr = "after", parameter = "after" }

[[json]]
kind_of_page = "page"

[[json]]
when = "a || "
kind_of_page = "listing"
records = "a[*]"

[api]
listing = "latest.json"
instead = [{ from = '/t/(', to = "/t/$1.json" }, "x"]
"#;
    let problems = loaded(shape).unwrap_err();
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn what_a_record_says_is_read_field_by_field() {
    let shape = "[[json]]\nwhen='p'\nkind_of_page='thread'\nrecords='p[*]'\ntext='t'\nid='id'\n\
                 date='d'\nrating='r'\nverified='v'\nnumber='n'\nsubject='s'\nthread_title='$.title'\n\
                 answers='a'\nlikes='l'\nauthor='by'";
    let check = |record: &str, expect: &str| {
        let json = format!(r#"{{"title": "Tea", "p": [{record}]}}"#);
        let draft = read_with(shape, &json, "https://forum.example/");
        let shown = shown(&draft);
        let lines: Vec<&str> = shown.lines().filter(|line| line.starts_with("  ")).collect();
        let lines = lines.join("\n").replace("  thread title: Tea", "");
        let lines: Vec<&str> =
            lines.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(lines.join("; "), expect, "{record}");
    };
    check(r#"{"t": "a &amp; b"}"#, "text: a & b; reply: false");
    check(
        r#"{"t": "<p>a</p><p>b</p>", "by": "<b>x</b>"}"#,
        "author: <b>x</b>; text: a; | b; reply: false",
    );
    check(
        r#"{"t": 5, "d": 1740830400}"#,
        "published: 2025-03-01T12:00:00+00:00; text: 5; reply: false",
    );
    check(
        r#"{"t": "x", "d": 1740830400123}"#,
        "published: 2025-03-01T12:00:00.123+00:00; text: x; reply: false",
    );
    check(
        r#"{"t": "x", "d": "2025-03-01T12:00:00"}"#,
        "published: 2025-03-01T12:00:00+00:00; text: x; reply: false",
    );
    check(
        r#"{"t": "x", "d": "Sat, 01 Mar 2025 12:00:00 GMT"}"#,
        "published: 2025-03-01T12:00:00+00:00; text: x; reply: false",
    );
    check(
        r#"{"t": "x", "d": "il y a 3 heures"}"#,
        "published: written \"il y a 3 heures\"; text: x; reply: false",
    );
    check(
        r#"{"t": "x", "d": "2025-31-01"}"#,
        "published: unreadable \"2025-31-01\"; text: x; reply: false",
    );
    check(r#"{"t": "x", "d": 0}"#, "text: x; reply: false");
    check(r#"{"t": "x", "d": "0000-00-00 00:00:00"}"#, "text: x; reply: false");
    check(r#"{"t": "x", "d": [1, 2]}"#, "text: x; reply: false");
    check(
        r#"{"t": "x", "r": "4,5", "v": true}"#,
        "text: x; reply: false; rating: 4500; verified: true",
    );
    check(r#"{"t": "x", "r": 9, "v": false}"#, "text: x; reply: false; verified: false");
    check(r#"{"t": "x", "n": 1, "s": "Tea"}"#, "title: Tea; text: x; number: 1; reply: false");
    check(r#"{"t": "x", "n": 2, "s": "Re: Tea"}"#, "text: x; number: 2; reply: true");
    check(r#"{"t": "x", "n": 2, "s": "Coffee"}"#, "title: Coffee; text: x; number: 2; reply: true");
    check(r#"{"t": "x", "a": 7, "l": -3}"#, "text: x; reply: true; answers: 7");
    check(r#"{"t": "x", "a": 0, "l": "12"}"#, "text: x; reply: false; likes: 12");
    check(r#"{"t": {"deep": 1}, "by": []}"#, "");
    check("null", "");
    check("7", "");
}

#[test]
fn one_bad_record_costs_its_neighbours_nothing() {
    let shape = "[[json]]\nwhen='p'\nkind_of_page='thread'\nrecords='p[*]'\ntext='t'";
    let draft =
        read_with(shape, r#"{"p": [{"t": "a"}, null, 3, {}, {"t": "b"}]}"#, "https://a.example/");
    let texts: Vec<_> = draft.entries.iter().filter_map(|entry| entry.text.as_deref()).collect();
    assert_eq!(texts, ["a", "b"]);
}

#[test]
fn markup_in_a_body_is_read_by_the_selectors_of_the_same_preset() {
    let shape = "[thread]\npost='li'\ntext='p'\nauthor='b'\nid='@id'\n\
                 [[json]]\nwhen='html'\nkind_of_page='html'\nhtml='html'\n\
                 next={cursor='next', parameter='offset', more='more'}";
    let json = r#"{"html": "<ul><li id=m1><b>Zoé</b><p>a</p></li><li id=m2><b>Léo</b><p>b</p></li></ul>",
                   "next": 2, "more": true}"#;
    let draft = read_with(shape, json, "https://lists.example/replies?sort=thread");
    let texts: Vec<_> = draft.entries.iter().filter_map(|entry| entry.text.as_deref()).collect();
    assert_eq!(texts, ["a", "b"]);
    assert_eq!(draft.next.unwrap().as_str(), "https://lists.example/replies?sort=thread&offset=2");
}

#[test]
fn what_has_no_end_is_read_up_to_a_limit() {
    let shape = "[[json]]\nwhen='p'\nkind_of_page='thread'\nrecords='p[*]'\nchildren='c[*]'\ntext='t'\n\
                 author='$.p[?(@.t==who)].t'\nthread_title='$.title'";
    // A join of two long lists, a long word that every record asks for, records without number.
    let record = r#"{"t": "x", "who": "nobody"}"#;
    let title = "t".repeat(4000);
    let many = format!(r#"{{"title": "{title}", "p": [{}]}}"#, vec![record; 20_000].join(","));
    let draft = read_with(shape, &many, "https://a.example/");
    assert!(draft.entries.len() < 200, "{}", draft.entries.len());
    let plain = format!(r#"{{"p": [{}]}}"#, vec![r#"{"t": "x"}"#; 20_000].join(","));
    let own = shape.replace("author='$.p[?(@.t==who)].t'\n", "");
    assert_eq!(read_with(&own, &plain, "https://a.example/").entries.len(), RECORDS_MAX);

    let deep = |depth: usize| {
        format!(r#"{{"p": [{}{}]}}"#, r#"{"t": "x", "c": ["#.repeat(depth), "]}".repeat(depth))
    };
    let draft = read_with(shape, &deep(50), "https://a.example/");
    assert_eq!(draft.entries.len(), 50);
    assert!(parse(&deep(10_000)).is_none());
    assert!(parse(&format!("[{}]", " ".repeat(BODY_BYTES_MAX))).is_none());
}

#[test]
fn a_body_is_parsed_without_what_stands_before_it() {
    let check = |body: &str, expect: Option<&str>| {
        assert_eq!(parse(body).map(|json| json.to_string()).as_deref(), expect, "{body}");
    };
    check("{\"a\":1}", Some("{\"a\":1}"));
    check("\u{feff} [1]", Some("[1]"));
    check(")]}'\n\n[1]", Some("[1]"));
    check(")]}',\n{}", Some("{}"));
    check("<html>", None);
    check("\"text\"", None);
    check("{\"a\":", None);
    check("", None);
}

#[test]
fn an_address_has_one_that_answers_in_json() {
    let presets = Presets::embedded();
    let check = |name: &str, url: &str, expect: Option<&str>| {
        let instead = presets.get(name).unwrap().address_in_json(&url.parse().unwrap());
        assert_eq!(instead.as_ref().map(Url::as_str), expect, "{url}");
    };
    let forum = "https://forum.example";
    check(
        "discourse",
        &format!("{forum}/t/ozalee/812/4"),
        Some("https://forum.example/t/812.json"),
    );
    check("discourse", &format!("{forum}/b/t/812"), Some("https://forum.example/b/t/812.json"));
    check("discourse", &format!("{forum}/c/tea/5"), Some("https://forum.example/c/tea/5.json"));
    check("discourse", &format!("{forum}/about"), None);
    check(
        "flarum",
        &format!("{forum}/d/31-neue"),
        Some("https://forum.example/api/posts?filter[discussion]=31&page[limit]=50"),
    );
    check(
        "nodebb",
        &format!("{forum}/topic/14/l-ozalee/7"),
        Some("https://forum.example/api/topic/14/l-ozalee"),
    );
    check(
        "nodebb",
        &format!("{forum}/category/2/tea?page=2"),
        Some("https://forum.example/api/category/2/tea?page=2"),
    );
    check(
        "lemmy",
        "https://lemmy.example/post/501",
        Some("https://lemmy.example/api/v3/comment/list?post_id=501&sort=New&limit=50"),
    );
    check(
        "reddit",
        "https://www.reddit.com/r/lemonade/",
        Some("https://www.reddit.com/r/lemonade/new.json"),
    );
    check(
        "appstore",
        "https://apps.apple.com/fr/app/ozalee/id99?mt=8",
        Some("https://itunes.apple.com/fr/rss/customerreviews/page=1/id=99/sortby=mostrecent/json"),
    );
    let of_address = |url: &str| {
        let found = presets.address_in_json(&url.parse().unwrap());
        found.map(|(preset, url)| format!("{} {url}", preset.name))
    };
    assert_eq!(
        of_address("https://bsky.app/profile/zoe.example/post/3kxyz").as_deref(),
        Some(
            "bluesky https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread?uri=at://zoe.example/app.bsky.feed.post/3kxyz"
        )
    );
    assert_eq!(
        of_address("https://news.ycombinator.com/item?id=40010001").as_deref(),
        Some("hackernews https://hn.algolia.com/api/v1/items/40010001")
    );
    assert_eq!(of_address("https://forum.example/t/ozalee/812"), None);
    let discourse = presets.get("discourse").unwrap();
    let lists = discourse.lists_in_json(&"https://acme.example/board/".parse().unwrap());
    assert_eq!(lists[1].as_str(), "https://acme.example/board/posts.json");
}

/// Numbers that look like chance and are the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

/// Replaces values by others, here and there.
fn mutate(value: &mut Value, dice: &mut Dice) {
    if dice.below(12) == 0 {
        *value = match dice.below(9) {
            0 => Value::Null,
            1 => Value::Bool(true),
            2 => Value::from(u64::MAX),
            3 => Value::from(-1.5e300),
            4 => Value::from("<p>&#x110000;<blockquote><div>".repeat(20)),
            5 => Value::from("\u{0}//[]{}%\u{202e}é"),
            6 => Value::Array(vec![value.clone(), Value::Null, value.clone()]),
            7 => Value::Object([("children".to_owned(), value.clone())].into_iter().collect()),
            _ => Value::from("9".repeat(400)),
        };
        return;
    }
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| mutate(value, dice)),
        Value::Object(object) => object.values_mut().for_each(|value| mutate(value, dice)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn no_mutated_fixture_breaks_the_reader() {
    let presets = Presets::embedded();
    let mut dice = Dice(4);
    for (file, name, url) in FIXTURES.into_iter().filter(|(file, _, _)| is_json(file)) {
        let text = std::fs::read_to_string(folder().join(file)).unwrap();
        let (json, url) = (parse(&text).unwrap(), url.parse().unwrap());
        let preset = presets.get(name).unwrap();
        for _ in 0..25 {
            let mut mutated = json.clone();
            mutate(&mut mutated, &mut dice);
            for link in [None, Some("<>;rel=\"next"), Some(LINK_HEADER)] {
                let _ = read(preset, &mutated, &url, link);
            }
        }
        for _ in 0..20 {
            let end = dice.below(text.len());
            let cut = text.get(..end).unwrap_or_default();
            assert!(cut.trim().is_empty() || parse(cut).is_none() || end + 1 >= text.len());
        }
    }
}

#[test]
fn an_answer_without_records_is_told_from_one_that_is_not_understood() {
    let check = |name: &str, body: &str, expect: bool| {
        let presets = Presets::embedded();
        let preset = presets.get(name).unwrap();
        assert_eq!(has_no_records(preset, &parse(body).unwrap()), expect, "{name}: {body}");
    };
    check("hackernews", r#"{"hits": [], "nbHits": 0}"#, true);
    check("hackernews", r#"{"results": [1]}"#, false);
    check("hackernews", r#"{"message": "no"}"#, false);
    // Of an app that nobody reviewed.
    check("googleplay", r#"[["wrb.fr", "UsvDTd", null, null, "generic"]]"#, true);
    check("googleplay", r#"[["wrb.fr", "UsvDTd", "[]", null, "generic"]]"#, true);
    check("googleplay", r#"[["wrb.fr", "UsvDTd", "[[7]]", null, "generic"]]"#, false);
    check("googleplay", r#"[["er", null, 3]]"#, false);
}
