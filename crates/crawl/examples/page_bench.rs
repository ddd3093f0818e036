//! Scores and times the readers of pages: `page_bench FOLDER [-v]` reads the pages of `FOLDER/expect.jsonl`
//! with the presets, without them, and by structure alone; `-v` tells every post that is not right.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a tool for its developers")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

#[path = "../tests/it/boards/score.rs"]
mod score;

use std::path::Path;
use std::time::Instant;

use crawl::{PageContext, Presets, Reading};

const ROUNDS: usize = 10;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("usage: page_bench FOLDER [-v]");
    let tells_all = arguments.any(|argument| argument == "-v");
    let cases = score::cases(Path::new(&folder));
    let none = Presets::default();
    run("with the presets", &cases, &Presets::embedded(), tells_all, crawl::read);
    run("without presets", &cases, &none, tells_all, crawl::read);
    run("by structure alone", &cases, &none, tells_all, crawl::read_by_structure);
}

fn run(
    name: &str,
    cases: &[score::Case],
    presets: &Presets,
    tells_all: bool,
    reader: impl Fn(&[u8], &PageContext) -> Reading,
) {
    let mut missed = Vec::new();
    let read = |body: &[u8], page: &PageContext| reader(body, page).items;
    let engines = score::scores(cases, presets, read, &mut |line| missed.push(line));
    println!("{name}\n{}", score::shown(&engines));
    if tells_all {
        println!("{}\n", missed.join("\n"));
        return;
    }
    let start = Instant::now();
    for _ in 0..ROUNDS {
        for case in cases {
            score::read(case, presets, read);
        }
    }
    let pages = (cases.len() * ROUNDS) as f64;
    println!("{:.0} pages/s\n", pages / start.elapsed().as_secs_f64());
}
