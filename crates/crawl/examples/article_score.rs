//! Measures how well articles are found: `article_score FOLDER [OUT.jsonl]` reads the pages of the
//! article-extraction benchmark in it and writes what it read. The figures are those of its `score.py`:
//! multisets of runs of four words, each page's counts scaled to a sum of 1. Readability's test pages
//! are a second measure.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for its developers")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::collections::HashMap;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;
use url::Url;

const WORST: usize = 10;

/// Shares of what was expected or found on a page, or on all.
#[derive(Debug, Clone, Copy, Default)]
struct Score {
    both: f64,
    found_only: f64,
    expected_only: f64,
}

impl Score {
    fn of(expect: &str, found: &str) -> Self {
        let expect = shingles(expect);
        let found = shingles(found);
        let common =
            |shingle: &Vec<String>| expect[shingle].min(found.get(shingle).copied().unwrap_or(0));
        let both: usize = expect.keys().map(common).sum();
        let of_expect: usize = expect.values().sum();
        let of_found: usize = found.values().sum();
        let all = (of_expect + of_found - both).max(1) as f64;
        Self {
            both: both as f64 / all,
            found_only: (of_found - both) as f64 / all,
            expected_only: (of_expect - both) as f64 / all,
        }
    }

    fn add(&mut self, other: Self) {
        self.both += other.both;
        self.found_only += other.found_only;
        self.expected_only += other.expected_only;
    }

    fn precision(self) -> f64 {
        self.both / (self.both + self.found_only).max(1e-9)
    }

    fn recall(self) -> f64 {
        self.both / (self.both + self.expected_only).max(1e-9)
    }

    fn f1(self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        2.0 * precision * recall / (precision + recall).max(1e-9)
    }
}

/// Counts the runs of four words; a shorter text is one run.
fn shingles(text: &str) -> HashMap<Vec<String>, usize> {
    let words: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let mut counts = HashMap::new();
    if words.is_empty() {
        return counts;
    }
    for shingle in words.windows(words.len().min(4)) {
        *counts.entry(shingle.to_vec()).or_default() += 1;
    }
    counts
}

fn line_of(file: &str, article: Option<&crawl::Article>) -> Value {
    match article {
        None => serde_json::json!({ "file": file, "text": "" }),
        Some(article) => serde_json::json!({
            "file": file,
            "text": article.text,
            "title": article.title,
            "author": article.author,
            "url": article.url.as_ref().map(Url::as_str),
            "lang": article.lang,
            "published": article.published,
            "confidence": article.confidence,
            "is_teaser": article.is_teaser,
        }),
    }
}

/// Scores of one kind of pages.
#[derive(Default)]
struct Scores {
    total: Score,
    pages: Vec<(Score, String)>,
}

impl Scores {
    fn add(&mut self, expect: &str, found: &str, name: String) {
        let score = Score::of(expect, found);
        self.total.add(score);
        self.pages.push((score, name));
    }

    fn print(mut self, name: &str) {
        let exact = self.pages.iter().filter(|(score, _)| score.both > 0.9999).count();
        println!(
            "{name}: {} pages: F1 {:.3}, precision {:.3}, recall {:.3}, accuracy {:.3}",
            self.pages.len(),
            self.total.f1(),
            self.total.precision(),
            self.total.recall(),
            exact as f64 / self.pages.len().max(1) as f64,
        );
        self.pages.sort_by(|(one, _), (other, _)| one.f1().total_cmp(&other.f1()));
        for (score, name) in self.pages.iter().take(WORST) {
            let (precision, recall) = (score.precision(), score.recall());
            println!("  {:.3} (precision {precision:.3}, recall {recall:.3}) {name}", score.f1());
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("usage: article_score FOLDER [OUT.jsonl]");
    let mut out = arguments.next().map(|file| std::fs::File::create(file).unwrap());
    let folder = Path::new(&folder);
    let (mut benchmark, mut readability) = (Scores::default(), Scores::default());
    let (mut pages, mut time) = (0, Duration::ZERO);
    for line in std::fs::read_to_string(folder.join("expect.jsonl")).unwrap().lines() {
        let page: Value = serde_json::from_str(line).unwrap();
        let file = page["file"].as_str().unwrap();
        let body = std::fs::read(folder.join(file)).unwrap();
        let url = Url::parse(page["url"].as_str().unwrap_or("http://localhost/page")).unwrap();
        let start = Instant::now();
        let article = crawl::read_article(&body, None, &url);
        time += start.elapsed();
        pages += 1;
        if let Some(out) = &mut out {
            writeln!(out, "{}", line_of(file, article.as_ref())).unwrap();
        }
        let found = article.map(|article| article.text).unwrap_or_default();
        if let Some(expect) = page["article_body"].as_str() {
            benchmark.add(expect, &found, format!("{url} ({file})"));
        } else if let Ok(expect) =
            std::fs::read_to_string(folder.join(file).with_file_name("expected.html"))
        {
            // These keep captions, which we leave out.
            let text: String =
                scraper::Html::parse_document(&expect).root_element().text().collect();
            readability.add(&text, &found, file.to_owned());
        }
    }
    benchmark.print("article-extraction benchmark");
    readability.print("readability's test pages");
    println!("{:.0} pages/s", f64::from(pages) / time.as_secs_f64());
}
