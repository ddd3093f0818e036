//! Whatever bytes come as a page, every reader comes back with texts and counts within bounds.

#![no_main]

use std::sync::LazyLock;

use crawl::dates::DateHabits;
use crawl::{PageContext, Presets};
use libfuzzer_sys::fuzz_target;
use model::{Kind, Source};

static PRESETS: LazyLock<Presets> = LazyLock::new(Presets::embedded);
static NONE: LazyLock<Presets> = LazyLock::new(Presets::default);
static SOURCE: LazyLock<Source> = LazyLock::new(|| Source {
    id: "fuzz".into(),
    url: "https://forum.example/viewtopic.php?t=1".parse().unwrap(),
    name: "fuzz".into(),
    kind: Kind::Web,
    lang: None,
    preset: None,
    full_text: false,
    zone: None,
    since: None,
    every: None,
});

fuzz_target!(|body: &[u8]| {
    let page = |presets| PageContext {
        url: &SOURCE.url,
        content_type: None,
        fetched_at: "2026-03-01T12:00:00Z".parse().unwrap(),
        source: &SOURCE,
        presets,
        link: None,
        dates: DateHabits::default(),
    };
    for reading in [
        crawl::read(body, &page(&PRESETS)),
        crawl::read(body, &page(&NONE)),
        crawl::read_by_structure(body, &page(&NONE)),
    ] {
        assert!(reading.items.len() <= 2000);
        let told: usize = reading.items.iter().map(|item| item.title.len() + item.text.len()).sum();
        assert!(told <= 64 * body.len() + 4096, "{told} of {}", body.len());
    }
});
