//! What hostile pages may cost the presets: a field, a post or the page, never a panic nor more time
//! than a bound. The sizes are such that anything quadratic would not end.

use proptest::prelude::*;

use super::pages::{fixture, fixtures};
use super::*;

fn read(text: &str, url: &str) -> Option<usize> {
    let url: Url = url.parse().unwrap();
    let dom = Dom::parse(text, &url).ok()?;
    let presets = Presets::embedded();
    Some(presets.read(&dom, &url, None).map_or(0, |(_, draft)| draft.entries.len()))
}

#[test]
fn a_page_of_endless_posts_is_read_to_a_limit() {
    let post = "<div id='p1' class='post'><p class='author'><a class='username'>a</a> » 1 Jan 2026</p>\
                <div class='postbody'><div class='content'>b<blockquote>c</blockquote></div></div></div>";
    let page = format!("<body id='phpbb'>{}", post.repeat(3_000));
    let read = read(&page, "https://forum.example/viewtopic.php?t=1").unwrap();
    assert!((1000..=2000).contains(&read), "{read}");
}

#[test]
fn siblings_ancestors_and_names_without_end_are_bounded() {
    let check = |inside: &str| {
        for around in ["<body id='phpbb'>", "<body class='single'><link href='/wp-content/'>"] {
            let page = format!("{around}{inside}");
            read(&page, "https://forum.example/viewtopic.php?t=1");
        }
    };
    check(&"<li class='comment' id='comment-1'>".repeat(5000));
    check(&"<strong>1</strong><a class='page-numbers'>2</a>".repeat(8_000));
    check(&"<div class='post pagination postbody content author'>".repeat(399));
    check(&format!(
        "{}{}",
        "<div class='post' id='p1'>".repeat(390),
        "<i class='username'>a </i>".repeat(20_000)
    ));
    check(&format!("<div class='post' id='p1'><p class='author'>{}", "word » 1 ".repeat(300_000)));
    check(&"<!-- -->".repeat(20_000));
    let classes = (0..100_000).fold(String::new(), |all, n| format!("{all} c{n}"));
    check(&format!("<p class='{classes}'>"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Pages with a part of them cut out, doubled, or spoilt are read without a panic.
    #[test]
    fn mutated_fixtures_do_not_panic(
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..400, 0u8..4), 1..8),
    ) {
        let files = fixtures();
        let (text, url) = fixture(&files[which.index(files.len())]);
        let mut chars: Vec<char> = text.chars().collect();
        for (at, length, how) in cuts {
            let start = at.index(chars.len());
            let end = (start + length).min(chars.len());
            match how {
                0 => drop(chars.drain(start..end)),
                1 => {
                    let again: Vec<char> = chars[start..end].to_vec();
                    chars.splice(start..start, again);
                }
                2 => chars[start..end].iter_mut().for_each(|c| *c = '>'),
                _ => chars.insert(start, '<'),
            }
            if chars.is_empty() {
                chars.push('a');
            }
        }
        let text: String = chars.into_iter().collect();
        read(&text, url.as_str());
    }
}
