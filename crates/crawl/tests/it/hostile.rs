//! What a hostile or broken body may cost: a problem, never a panic, never more than linear time.
//! The sizes are such that anything quadratic would not end.

use std::path::Path;

use proptest::prelude::*;

use crate::corpus::read_body;

fn read(body: &str) -> crawl::Reading {
    read_body(body.as_bytes(), "https://source.example/feed", None)
}

fn in_a_feed(inside: &str) -> String {
    format!(
        "<rss version='2.0'><channel><title>t</title><item><title>x</title>{inside}</item></channel></rss>"
    )
}

#[test]
fn repeated_openings_are_read_in_linear_time() {
    let times = 20_000;
    for opening in [
        "<a ",
        "<a b=\"",
        "<a b='",
        "<!--",
        "<![CDATA[",
        "<?",
        "<!x [",
        "<",
        "&",
        "&#",
        "</a>",
        "<b>",
        "<item>",
        "<script>",
        "&lt;script&gt;",
        "&lt;style&gt;&lt;svg&gt;",
        "&lt;![CDATA[",
        "<a xmlns:a='b' xml:base='c/'>",
        "<p><i></p>",
        "&amp;amp;",
        "<description>",
        "&lt;p&gt;&lt;",
        "<media:group>",
        "<link/>",
        "<dc:creator>a</dc:creator>",
        "<a href='x'>",
        "&lt;a href=x&gt;&lt;img src=x&gt;",
        "<category term='a' label='b'>c</category>",
        "<link rel='related' href='x'/>",
        "<media:community><media:statistics views='1'/>",
    ] {
        read(&in_a_feed(&opening.repeat(times)));
        read(&in_a_feed(&format!("<description>{}</description>", opening.repeat(times))));
        read(&in_a_feed(&format!(
            "<description><![CDATA[{}]]></description>",
            opening.repeat(times)
        )));
    }
}

#[test]
fn a_hundred_thousand_attributes_on_one_element_are_passed_over() {
    let attributes = (0..100_000).fold(String::new(), |all, n| all + &format!(" a{n}=''"));
    let reading = read(&in_a_feed(&format!("<link{attributes}>http://a.example/</link>")));
    assert_eq!(reading.items.len(), 1);
    assert_eq!(reading.items[0].title, "x");
}

#[test]
fn entities_do_not_explode() {
    let long = "ha".repeat(2000);
    let references = "&a;".repeat(100_000);
    let body = format!(
        "<!DOCTYPE rss [<!ENTITY a \"{long}\">]>{}",
        in_a_feed(&format!("<description>{references}</description>"))
    );
    let reading = read(&body);
    assert!(reading.items[0].text.len() <= 1 << 20, "{}", reading.items[0].text.len());
}

#[test]
fn a_feed_has_at_most_ten_thousand_entries() {
    let items = "<item><title>x</title></item>".repeat(10_001);
    let reading = read(&format!("<rss version='2.0'><channel>{items}</channel></rss>"));
    assert_eq!(reading.items.len(), 10_000);
    let problem = reading.problems.last().unwrap();
    assert_eq!(problem.message, "has more than 10000 entries; the rest is left out");
}

#[test]
fn a_text_has_at_most_a_megabyte() {
    let reading = read(&in_a_feed(&format!("<description>{}</description>", "é".repeat(600_000))));
    assert_eq!(reading.items[0].text.len(), 1 << 20);
    assert_eq!(reading.problems[0].place, "entry 1");
}

#[test]
fn what_an_item_carries_has_limits() {
    let tags = (0..1000).fold(String::new(), |all, n| all + &format!("<category>{n}</category>"));
    let link = |n| format!("&lt;a href='{n}'&gt;{n}&lt;/a&gt;");
    let links = (0..5000).fold(String::new(), |all, n| all + &link(n));
    let thread = format!("<thr:in-reply-to ref='{}'/>", "x".repeat(5000));
    let body = in_a_feed(&format!("{tags}{thread}<description>x{links}</description>"));
    let details = &read(&body).items[0].details;
    assert_eq!((details.tags.len(), details.links.len()), (100, 200));
    assert_eq!((details.reply, &details.thread), (Some(true), &None));
}

#[test]
fn no_word_of_an_item_can_steer_a_terminal() {
    let json = r#"{"version": "https://jsonfeed.org/version/1.1", "title": "T\u001b[31m",
        "items": [{"id": "1", "title": "A\u001b]0;b\u0007", "content_text": "C\u001b[2J",
                   "tags": ["D\u001b[31m"], "authors": [{"name": "Zoé\u001b[31m\n Lannic"}]}]}"#;
    let reading = read(json);
    let item = &reading.items[0];
    assert_eq!(reading.feed.unwrap().title, "T[31m");
    assert_eq!((item.title.as_str(), item.text.as_str()), ("A]0;b", "C[2J"));
    assert_eq!(item.author.as_deref(), Some("Zoé[31m Lannic"));
    assert_eq!(item.details.tags, ["D[31m"]);
}

#[test]
fn a_thousand_bad_dates_are_not_a_thousand_problems() {
    let items = "<item><title>x</title><pubDate>never</pubDate></item>".repeat(1000);
    let reading = read(&format!("<rss version='2.0'><channel>{items}</channel></rss>"));
    assert_eq!((reading.items.len(), reading.problems.len()), (1000, 101));
    assert_eq!(reading.problems[100].message, "900 more problems like these");
}

#[test]
fn a_feed_cut_anywhere_gives_the_entries_before_the_cut() {
    let whole = std::fs::read(fixtures().join("rss20_full_content.xml")).unwrap();
    let items = read_body(&whole, "https://source.example/feed", None).items;
    let end_of_first = whole.windows(7).position(|w| w == b"</item>").unwrap() + 7;
    for end in end_of_first..whole.len() {
        let reading = read_body(&whole[..end], "https://source.example/feed", None);
        assert_eq!(reading.items[0], items[0], "cut at {end}");
        assert!(reading.items.len() == 1 || reading.items == items, "cut at {end}");
    }
}

fn fixtures() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/feeds")
}

/// One thing that may happen to a body on its way.
#[derive(Debug, Clone)]
pub(crate) enum Damage {
    Cut(prop::sample::Index),
    Drop(prop::sample::Index, usize),
    Repeat(prop::sample::Index, usize),
    Put(prop::sample::Index, Vec<u8>),
}

pub(crate) fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    let piece = prop_oneof![
        Just(b"<item>".to_vec()),
        Just(b"</item>".to_vec()),
        Just(b"<![CDATA[".to_vec()),
        Just(b"]]>".to_vec()),
        Just(b"\"'".to_vec()),
        Just(b"&#xffff;&amp".to_vec()),
        Just(b"<a:b xmlns:a='http://www.w3.org/2005/Atom'>".to_vec()),
        Just(b" xml:base='http://[' xml:lang='' type='xhtml' ".to_vec()),
        Just(b"\xff\xfe\0\xc3".to_vec()),
        prop::collection::vec(any::<u8>(), 1..8),
    ];
    prop_oneof![
        1 => at().prop_map(Damage::Cut),
        3 => (at(), 1..40_usize).prop_map(|(at, length)| Damage::Drop(at, length)),
        3 => (at(), 1..200_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
        6 => (at(), piece).prop_map(|(at, piece)| Damage::Put(at, piece)),
    ]
}

pub(crate) fn apply(body: &mut Vec<u8>, damage: &Damage) {
    if body.is_empty() {
        return;
    }
    match damage {
        Damage::Cut(at) => body.truncate(at.index(body.len())),
        Damage::Drop(at, length) => {
            let at = at.index(body.len());
            body.drain(at..(at + length).min(body.len()));
        }
        Damage::Repeat(at, length) => {
            let at = at.index(body.len());
            let piece = body[at..(at + length).min(body.len())].to_vec();
            body.splice(at..at, piece);
        }
        Damage::Put(at, piece) => {
            let at = at.index(body.len());
            body.splice(at..at, piece.iter().copied());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn a_damaged_feed_never_breaks_the_reader(
        which in any::<prop::sample::Index>(),
        damages in prop::collection::vec(damage(), 1..6),
    ) {
        let mut files: Vec<_> = fixtures().read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let mut body = std::fs::read(&files[which.index(files.len())]).unwrap();
        for damage in &damages {
            apply(&mut body, damage);
        }
        let reading = read_body(&body, "https://source.example/feed", None);
        for item in &reading.items {
            prop_assert!(!item.title.contains('\n'));
            prop_assert!(!item.text.contains("\n\n") && item.text.trim() == item.text);
            prop_assert!(item.details.tags.iter().all(|tag| !tag.is_empty() && !tag.contains('\n')));
            prop_assert!(!item.url.as_ref().is_some_and(|url| item.details.links.contains(url)));
        }
    }
}

#[test]
fn an_author_at_whom_feed_rs_panics_costs_nothing() {
    for author in [
        "Zoé<zoe@x.example>",
        "<zoe@x.example>é",
        "\u{ffff}zoe@x.example",
        "Rédaction é(zoe@x.example)",
    ] {
        let author = author.replace('<', "&lt;").replace('>', "&gt;");
        let reading =
            read(&in_a_feed(&format!("<author>{author}</author></item><item><title>y</title>")));
        let titles: Vec<&str> = reading.items.iter().map(|item| item.title.as_str()).collect();
        assert_eq!(titles, ["x", "y"], "{author}: {:?}", reading.problems);
    }
}
