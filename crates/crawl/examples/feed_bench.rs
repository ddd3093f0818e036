//! Measures how fast feeds are read: `feed_bench FOLDER` reads every file in it, several times.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for its developers")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use crawl::dates::DateHabits;
use crawl::{PageContext, Presets, read};
use model::{Kind, Source, Timestamp};
use url::Url;

const ROUNDS: usize = 10;

fn main() {
    let folder = std::env::args().nth(1).expect("usage: feed_bench FOLDER");
    let mut files = Vec::new();
    collect(Path::new(&folder), &mut files);
    let bodies: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let url = Url::parse("http://127.0.0.1/").unwrap();
    let source = Source {
        id: "bench".into(),
        url: url.clone(),
        name: "bench".to_owned(),
        kind: Kind::News,
        lang: None,
        preset: None,
        full_text: false,
        zone: None,
        every: None,
        since: None,
    };
    let fetched_at = Timestamp::UNIX_EPOCH;
    let presets = Presets::default();
    let page = PageContext {
        url: &url,
        content_type: None,
        fetched_at,
        source: &source,
        presets: &presets,
        link: None,
        dates: DateHabits::default(),
    };
    let start = Instant::now();
    let mut items = 0;
    for _ in 0..ROUNDS {
        items += bodies.iter().map(|body| read(body, &page).items.len()).sum::<usize>();
    }
    let seconds = start.elapsed().as_secs_f64();
    let feeds = bodies.len() * ROUNDS;
    let bytes = bodies.iter().map(Vec::len).sum::<usize>() * ROUNDS;
    println!(
        "{feeds} feeds, {items} items: {:.0} feeds/s, {:.1} MB/s, {:.0} items/s",
        feeds as f64 / seconds,
        bytes as f64 / seconds / 1e6,
        items as f64 / seconds
    );
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_none_or(|extension| extension != "jsonl") {
            files.push(path);
        }
    }
}
