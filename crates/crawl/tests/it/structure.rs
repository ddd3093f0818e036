//! Pages whose makers nobody described: every fixture as it is read by its structure alone, and what
//! broken and hostile pages may cost.

use std::path::{Path, PathBuf};

use crawl::{PageContext, Presets};
use model::{Kind, Source};
use proptest::prelude::*;
use url::Url;

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pages");
    let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let is_ours =
        |file: &PathBuf| file.file_name().unwrap().to_str().unwrap().starts_with("structure_");
    let mut files: Vec<_> = files.filter(is_ours).collect();
    files.sort();
    files
}

/// Reads a page at the address that its `<base>` gives.
fn shown(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let base = text.split_once("<base href=\"").and_then(|(_, rest)| rest.split_once('"'));
    let url = base.and_then(|(base, _)| Url::parse(base).ok());
    let url = url.unwrap_or_else(|| Url::parse("https://forum.example/t/1").unwrap());
    let source = Source {
        id: "source".into(),
        url: url.clone(),
        name: "source".to_owned(),
        kind: Kind::Forum,
        lang: None,
        every: None,
        since: None,
        preset: None,
        full_text: false,
        zone: None,
    };
    let presets = Presets::default();
    let page = PageContext {
        url: &url,
        content_type: Some("text/html; charset=utf-8"),
        fetched_at: "2026-03-01T12:00:00Z".parse().unwrap(),
        source: &source,
        presets: &presets,
        link: None,
        dates: crawl::dates::DateHabits::default(),
    };
    crawl::structure_shown(body, &page)
}

#[test]
fn every_page_is_read_as_its_snapshot_says() {
    let files = fixtures();
    assert!(files.len() >= 20, "{} fixtures", files.len());
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        insta::with_settings!({
            snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true,
        }, {
            insta::assert_snapshot!(name, shown(&std::fs::read(&file).unwrap()));
        });
    }
}

#[test]
fn what_is_no_record_is_refused() {
    let refused: Vec<PathBuf> =
        fixtures().into_iter().filter(|file| file.to_str().unwrap().contains("refused")).collect();
    assert!(refused.len() >= 4);
    for file in refused {
        let shown = shown(&std::fs::read(&file).unwrap());
        assert!(!shown.contains("\nentry"), "{}: {shown}", file.display());
    }
}

#[test]
fn a_large_page_is_read_in_bounded_time() {
    let post = "<div class='post' id='p7'><a class='author' href='/user/1'>Ana</a> <time \
                datetime='2025-01-08T21:29:00Z'>8 January 2025</time><p>The bottles leak at the neck.</p>";
    let row = "<tr><td><a href='/t/7'>Tea</a></td><td>7</td><td>8 January 2025</td></tr>";
    for body in [
        format!("{post}</div>").repeat(3000),
        post.repeat(300),
        post.repeat(3000),
        format!("<table>{}</table>", row.repeat(5000)),
        "<div class='post'>8 January 2025 by Ana</div>".repeat(10_000),
        "<a href='?page=2'>2</a>".repeat(30_000),
        "<blockquote>".repeat(350) + &"8 January 2025, Ana wrote: tea<br>".repeat(3000),
        "<dt>Ana 8 January 2025<dd>The bottles leak at the neck.".repeat(5000),
        "8 January 2025 ".repeat(50_000),
        "<i class='star-5' title='4 of 5 stars'></i>".repeat(20_000),
    ] {
        // What takes for ever ends the test from outside.
        shown(body.as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_damaged_page_never_breaks_the_reader(
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 1..200_usize, any::<bool>()), 1..6),
    ) {
        let files = fixtures();
        let mut body = std::fs::read(&files[which.index(files.len())]).unwrap();
        for (at, length, repeats) in cuts {
            let at = at.index(body.len());
            let end = (at + length).min(body.len());
            if repeats {
                let piece = body[at..end].to_vec();
                body.splice(at..at, piece);
            } else {
                body.drain(at..end);
            }
            if body.is_empty() {
                break;
            }
        }
        shown(&body);
    }
}
