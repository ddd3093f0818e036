//! Where authors are shown, as every kind of source says it.

use crawl::{PageContext, Presets, read};
use model::{Kind, Source};
use url::Url;

/// Reads a body at an address of a site; returns the authors with the paths, or addresses elsewhere, at
/// which they are shown.
fn people(body: &str, content_type: &str, url: &str) -> Vec<(String, Option<String>)> {
    let url = Url::parse(url).unwrap();
    let source = Source {
        id: "source".into(),
        url: url.clone(),
        name: "source".to_owned(),
        kind: Kind::Forum,
        lang: None,
        preset: None,
        full_text: false,
        zone: None,
        every: None,
        since: None,
    };
    let presets = Presets::embedded();
    let page = PageContext {
        url: &url,
        content_type: Some(content_type),
        fetched_at: "2026-03-01T12:00:00Z".parse().unwrap(),
        source: &source,
        presets: &presets,
        link: None,
        dates: crawl::dates::DateHabits::default(),
    };
    let shown = |profile: &Url| {
        let is_own = profile.host() == url.host();
        if is_own { profile[url::Position::BeforePath..].to_owned() } else { profile.to_string() }
    };
    let person = |item: model::Item| {
        (item.author.unwrap_or_default(), item.details.author_url.as_ref().map(shown))
    };
    read(body.as_bytes(), &page).items.into_iter().map(person).collect()
}

fn check(body: &str, content_type: &str, expect: &[(&str, Option<&str>)]) {
    let found = people(body, content_type, "https://tea.example/feeds/all");
    let found: Vec<_> = found.iter().map(|(name, url)| (name.as_str(), url.as_deref())).collect();
    assert_eq!(found, expect, "{body}");
}

#[test]
fn atom_says_it_in_the_uri_and_lends_the_feeds() {
    let feed = r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://tea.example/blog/"><title>Tea</title>
        <author><name>Zoé</name><uri>https://zoe.example/</uri></author>
        <entry><id>1</id><title>one</title><author><name>Anne</name><uri>people/anne</uri></author></entry>
        <entry><id>2</id><title>two</title></entry>
        <entry><id>3</id><title>three</title><author><name>Marc</name></author></entry>
        <entry><id>4</id><title>four</title><author><name>Ida</name><uri>https://tea.example/</uri></author></entry>
        <entry><id>5</id><title>five</title><author><name>Jo</name><uri>/jo</uri></author>
          <author><name>Lou</name><uri>/lou</uri></author></entry>
        <entry><id>6</id><title>six</title><author><name>Kim</name><uri>javascript:alert(1)</uri></author></entry></feed>"#;
    let expect = [
        ("Anne", Some("/blog/people/anne")),
        ("Zoé", Some("https://zoe.example/")),
        ("Marc", None),
        ("Ida", None),
        ("Jo, Lou", None),
        ("Kim", None),
    ];
    check(feed, "application/atom+xml", &expect);
}

#[test]
fn rss_says_it_where_it_borrows_from_atom() {
    let feed = r#"<rss version="2.0" xmlns:a="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel><title>Tea</title><link>https://tea.example/</link>
        <item><title>one</title><a:author><a:name>Anne</a:name><a:uri>/u/anne</a:uri></a:author></item>
        <item><title>two</title><dc:creator>Marc</dc:creator></item></channel></rss>"#;
    check(feed, "application/rss+xml", &[("Anne", Some("/u/anne")), ("Marc", None)]);
}

#[test]
fn a_json_feed_says_it_in_the_url_of_its_authors() {
    let feed = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "Tea",
        "authors": [{"name": "Zoé", "url": "https://zoe.example/"}], "items": [
        {"id": "1", "content_text": "one", "authors": [{"name": "Anne", "url": "/u/anne"}]},
        {"id": "2", "content_text": "two"},
        {"id": "3", "content_text": "three", "author": {"name": "Marc", "url": "mailto:marc@tea.example"}}]}"#;
    let expect = [("Anne", Some("/u/anne")), ("Zoé", Some("https://zoe.example/")), ("Marc", None)];
    check(feed, "application/feed+json", &expect);
}

fn reviews(by: &[&str], around: impl Fn(&str, usize) -> String) -> String {
    let told = by.iter().enumerate().map(|(n, by)| around(by, n));
    let told = told.collect::<String>();
    format!(
        "<!doctype html><html><head><title>Tea</title></head><body><h1>Tea</h1>{told}</body></html>"
    )
}

#[test]
fn structured_data_says_it_in_url_id_or_same_as() {
    let page = reviews(
        &[
            r#"{"@type": "Person", "name": "Anne", "url": "/u/anne", "sameAs": "https://else.example/"}"#,
            r#"{"@type": "Person", "name": "Marc", "@id": "https://tea.example/u/marc"}"#,
            r##"{"@type": "Person", "name": "Ida", "@id": "#ida", "sameAs": ["https://ida.example/"]}"##,
            "\"Jo/Lou\"",
        ],
        |by, n| {
            format!(
                r#"<script type="application/ld+json">{{"@context": "https://schema.org", "@type": "Review",
                "@id": "/r/{n}", "reviewBody": "A fine tea, number {n}, that I drink every day.",
                "datePublished": "2026-02-0{}T10:00:00Z", "author": {by}}}</script>"#,
                n + 1
            )
        },
    );
    let expect = [
        ("Anne", Some("/u/anne")),
        ("Marc", Some("/u/marc")),
        ("Ida", Some("https://ida.example/")),
        ("Jo/Lou", None),
    ];
    check(&page, "text/html", &expect);
}

#[test]
fn microdata_says_it_with_the_person_or_with_the_link_of_the_name() {
    let page = reviews(
        &[
            r#"<span itemprop=author itemscope itemtype="https://schema.org/Person"><a itemprop=url href="/u/anne"><span
               itemprop=name>Anne</span></a></span>"#,
            r#"<span itemprop=author>by <a href="/u/marc">Marc</a></span>"#,
            "<span itemprop=author>Ida</span>",
        ],
        |by, n| {
            format!(
                r#"<div itemscope itemtype="https://schema.org/Review">{by}<meta itemprop=datePublished
                content="2026-02-0{}T10:00:00Z"><p itemprop=reviewBody>A fine tea, number {n}, that I drink every day.</p></div>"#,
                n + 1
            )
        },
    );
    check(
        &page,
        "text/html",
        &[("Anne", Some("/u/anne")), ("Marc", Some("/u/marc")), ("Ida", None)],
    );
}

#[test]
fn microformats_say_it_in_the_card_of_the_author() {
    let page = reviews(
        &[
            r#"<a class="p-author h-card" href="https://anne.example/"><img class=u-photo src=a.png alt="">Anne</a>"#,
            r#"<div class="p-author h-card"><a class="p-name u-url" href="/u/marc">Marc</a></div>"#,
            r#"<span class="p-author">Ida</span>"#,
        ],
        |by, n| {
            format!(
                r#"<article class=h-entry>{by}<a class=u-url href="/e/{n}"><time class=dt-published
                datetime="2026-02-0{}T10:00:00Z">then</time></a><div class=e-content>A fine tea, number {n}, that I drink
                every day.</div></article>"#,
                n + 1
            )
        },
    );
    let expect =
        [("Anne", Some("https://anne.example/")), ("Marc", Some("/u/marc")), ("Ida", None)];
    check(&page, "text/html", &expect);
}

#[test]
fn an_article_says_it_in_its_byline() {
    let prose = "The harvest of the hills was late this year, and the makers of tea had to wait. "
        .repeat(12);
    let article = |head: &str, byline: &str| {
        format!(
            "<html><head><title>Late harvest</title>{head}</head><body><article><h1>Late harvest</h1>{byline}
             <time datetime=\"2026-02-01T10:00:00Z\">1 February</time><p>{prose}</p><p>{prose}</p></article></body></html>"
        )
    };
    let byline = r#"<p class=byline>By <a rel=author href="/author/anne">Anne Martin</a></p>"#;
    check(&article("", byline), "text/html", &[("Anne Martin", Some("/author/anne"))]);
    let named = article(r#"<meta name=author content="Anne Martin">"#, byline);
    check(&named, "text/html", &[("Anne Martin", Some("/author/anne"))]);
    let other = article(r#"<meta name=author content="Marc Dupont">"#, byline);
    check(&other, "text/html", &[("Marc Dupont", None)]);
    let told = r#"<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",
        "headline": "Late harvest", "author": {"@type": "Person", "name": "Anne Martin", "url": "https://anne.example/me"}}</script>"#;
    let told = article(told, "<p class=byline>By Anne Martin</p>");
    check(&told, "text/html", &[("Anne Martin", Some("https://anne.example/me"))]);
}

#[test]
fn a_board_that_nobody_described_says_it_where_the_name_leads() {
    let posts = ["Anne", "Marc", "Ida", "Anne"].iter().enumerate().map(|(n, name)| {
        let id = name.to_lowercase();
        format!(
            "<div class=post id=p{n}><div class=poster><a class=username href=\"/members/{id}\">{name}</a></div>\
             <span class=date>2026-02-0{} 10:00</span><div class=body>This is what I think of the tea, at some length, \
             in post number {n} of this long conversation.</div></div>",
            n + 1
        )
    });
    let page = format!(
        "<html><title>Tea</title><body><h1>Tea</h1>{}</body></html>",
        posts.collect::<String>()
    );
    let expect = [
        ("Anne", Some("/members/anne")),
        ("Marc", Some("/members/marc")),
        ("Ida", Some("/members/ida")),
        ("Anne", Some("/members/anne")),
    ];
    check(&page, "text/html", &expect);
}

#[test]
fn an_answer_in_json_that_nobody_described_says_it_with_the_author() {
    let json = r#"{"posts": [
        {"id": 1, "text": "A fine tea.", "createdAt": "2026-02-01T10:00:00Z",
         "author": {"name": "Anne", "url": "https://api.tea.example/users/1", "html_url": "/u/anne"}},
        {"id": 2, "text": "A bad tea.", "createdAt": "2026-02-02T10:00:00Z", "author": {"name": "Marc"}},
        {"id": 3, "text": "No tea.", "createdAt": "2026-02-03T10:00:00Z", "author": "Ida"}]}"#;
    check(json, "application/json", &[("Anne", Some("/u/anne")), ("Marc", None), ("Ida", None)]);
}

#[test]
fn what_leads_to_the_text_leads_to_no_person() {
    let feed = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>Tea</title><entry><id>1</id><title>one</title>
        <link href="https://tea.example/one"/><author><name>Anne</name><uri>https://tea.example/one?utm_source=x</uri></author>
        </entry></feed>"#;
    check(feed, "application/atom+xml", &[("Anne", None)]);
}

#[test]
fn an_address_without_end_is_none() {
    let feed = format!(
        r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>Tea</title><entry><id>1</id><title>one</title>
        <author><name>Anne</name><uri>https://tea.example/{}</uri></author></entry></feed>"#,
        "a".repeat(1_000_000)
    );
    check(&feed, "application/atom+xml", &[("Anne", None)]);
}
