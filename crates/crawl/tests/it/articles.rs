//! Pages that are one article: our own, damaged ones, and the article-extraction benchmark where it is
//! at hand (`VIGIE_DATA`).

use std::collections::HashMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crawl::{Article, read_article};
use proptest::prelude::*;
use serde::Deserialize;
use url::Url;

use crate::corpus;
use crate::hostile::{apply, damage};

/// Pages of the benchmark that are read here; `examples/article_score.rs` reads all of them.
const PAGES_MAX: usize = 60;
/// So often that anything quadratic would be noticed.
const TIMES: usize = 1_500;
/// The F1 on these pages is 0.989.
const F1_MIN: f64 = 0.97;

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pages");
    let files = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let is_ours = |file: &PathBuf| name(file).starts_with("article_");
    let mut files: Vec<_> = files.filter(is_ours).collect();
    files.sort();
    files
}

fn name(file: &Path) -> String {
    file.file_name().unwrap().to_str().unwrap().to_owned()
}

fn read(html: &[u8]) -> Option<Article> {
    read_article(html, None, &Url::parse("https://source.example/2024/12/31/page.html").unwrap())
}

#[test]
fn every_page_is_read_as_its_snapshot_says() {
    assert!(fixtures().len() >= 10);
    for file in fixtures() {
        let article = read(&std::fs::read(&file).unwrap());
        let is_none = name(&file).starts_with("article_none_");
        assert_eq!(article.is_none(), is_none, "{}", file.display());
        insta::with_settings!({
            snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true,
        }, {
            insta::assert_snapshot!(name(&file), article.map_or_else(|| "no article".to_owned(), |article| shown(&article)));
        });
    }
}

/// Shows an article with only what is there.
fn shown(article: &Article) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            writeln!(out, "{name}: {}", value.replace('\n', "\n    | ")).unwrap();
        }
    };
    line("title", article.title.clone());
    line("author", article.author.clone());
    line("url", article.url.as_ref().map(ToString::to_string));
    line("lang", article.lang.clone());
    line("published", article.published.map(|at| at.to_rfc3339()));
    line("updated", article.updated.map(|at| at.to_rfc3339()));
    line("confidence", Some(article.confidence.to_string()));
    line("teaser", article.is_teaser.then(|| "yes".to_owned()));
    line("text", Some(article.text.clone()));
    line("tags", Some(article.details.tags.join(" | ")));
    article.details.links.iter().for_each(|link| line("link", Some(link.to_string())));
    line("image", article.details.image.then(|| "yes".to_owned()));
    out
}

#[test]
fn repeated_openings_are_read_in_linear_time() {
    let prose =
        "<p>It beeps when it starts, beeps when it boils and beeps again, all night long.</p>";
    for opening in [
        "<p>a",
        "<li>Share",
        "<b>",
        "<a href='x'>a ",
        "<ul><li><a href='/x'>Another page of this site</a></li></ul>",
        "<h2><a href='x'>Another page</a></h2>",
        "<h1>A heading that is long enough</h1>",
        "<article><p>It beeps all night, and nobody knows why.</p></article>",
        "<div class='post'><p>9 Apr 2025, 20:00</p><p>It beeps all night, and nobody knows.</p></div>",
        "<input type='text'>",
        "<form><input type='password'></form>",
        "<time class='date'>a</time>",
        "<span class='author byline'>By</span>",
        "<meta property='article:tag' content='a'>",
        "<meta name='author' content='By By By By By'>",
        "<script type='application/ld+json'>{\"@type\":\"Article\",\"articleBody\":\"a b c d e f\"}</script>",
        "<blockquote class='twitter-tweet'>It beeps all night, and nobody knows.</blockquote>",
        "<title> | - | </title>",
        "<table><tr><td>a",
        "a<br><br>",
        "<svg><title>",
        "<select><option>",
    ] {
        let many = opening.repeat(TIMES);
        read(format!("<body>{prose}{many}{prose}").as_bytes());
        read(format!("<article><h1>a</h1>{many}{prose}").as_bytes());
    }
    let deep = "<div><h2><span class=author>".repeat(130);
    let paragraphs = prose.repeat(2000);
    read(format!("{deep}{paragraphs}").as_bytes());
    let lists = "<ul><li><a href='/x'>".repeat(130);
    let links = "<a href='//other.example/x'>words of a link</a> ".repeat(5000);
    read(format!("{prose}{lists}{links}").as_bytes());
    let list = "[".repeat(100_000);
    read(format!("<script type='application/ld+json'>{list}</script>{paragraphs}").as_bytes());
    let classes = "share-bar ".repeat(100_000);
    read(format!("<div class='{classes}' id='{classes}'>{paragraphs}</div>").as_bytes());
    let line = "By ".repeat(100_000);
    read(format!("<article><h1>{line}</h1><p class=byline>{line}</p>{paragraphs}").as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_damaged_page_never_breaks_the_reader(
        which in any::<prop::sample::Index>(),
        damages in prop::collection::vec(damage(), 1..6),
    ) {
        let files = fixtures();
        let mut body = std::fs::read(&files[which.index(files.len())]).unwrap();
        for damage in &damages {
            apply(&mut body, damage);
        }
        if let Some(article) = read(&body) {
            prop_assert!(!article.text.is_empty() && !article.text.contains("\n\n"));
            prop_assert!(article.text.trim() == article.text);
            prop_assert!(article.confidence <= 1000);
            prop_assert!(article.title.is_none_or(|title| !title.is_empty() && !title.contains('\n')));
            prop_assert!(article.author.is_none_or(|author| !author.is_empty() && !author.contains('\n')));
        }
    }
}

#[derive(Deserialize)]
struct Expected {
    file: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    article_body: String,
}

#[test]
fn articles_of_the_benchmark_are_found() {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("VIGIE_DATA").map_or(default, PathBuf::from).join("articles");
    if !folder.is_dir() {
        println!(
            "not run: articles_of_the_benchmark_are_found: {} is not here (VIGIE_DATA)",
            folder.display()
        );
        return;
    }
    let expected = folder.join("expect.jsonl");
    let pages = corpus::lines::<Expected>(&expected);
    let (mut both, mut found_only, mut expected_only, mut count) = (0.0, 0.0, 0.0, 0);
    for page in pages.filter(|page| !page.article_body.is_empty()).take(PAGES_MAX) {
        let body = std::fs::read(folder.join(&page.file)).unwrap();
        let article = read_article(&body, None, &Url::parse(&page.url).unwrap());
        let expect = shingles(&page.article_body);
        let text = article.map(|article| article.text).unwrap_or_default();
        let found = shingles(&text);
        let common: f64 = expect
            .iter()
            .map(|(shingle, count)| count.min(*found.get(shingle).unwrap_or(&0.0)))
            .sum();
        let [of_expect, of_found]: [f64; 2] = [expect.values().sum(), found.values().sum()];
        let all = (of_expect + of_found - common).max(1.0);
        both += common / all;
        found_only += (of_found - common) / all;
        expected_only += (of_expect - common) / all;
        count += 1;
    }
    let precision = both / (both + found_only);
    let recall = both / (both + expected_only);
    let f1 = 2.0 * precision * recall / (precision + recall);
    println!("articles: {count} pages, F1 {f1:.3}, precision {precision:.3}, recall {recall:.3}");
    assert!(f1 >= F1_MIN, "F1 {f1:.3}");
}

/// Counts the runs of four words of a text.
fn shingles(text: &str) -> HashMap<Vec<&str>, f64> {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut counts = HashMap::new();
    if !words.is_empty() {
        for shingle in words.windows(words.len().min(4)) {
            *counts.entry(shingle.to_vec()).or_default() += 1.0;
        }
    }
    counts
}
