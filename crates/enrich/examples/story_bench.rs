//! How well and how fast stories are told.
//!
//! `story_bench [bbc=FILE] [stream=FILE] [windows=10000,100000,1000000] [-v]`: scores the pairs made from
//! `fixtures/stories` by kind, on the half on which thresholds were chosen and on the other; with `bbc`
//! the items of the BBC edited after first sight.

#![allow(clippy::print_stdout, clippy::cast_precision_loss, reason = "figures for people")]

#[path = "../tests/it/story/pairs.rs"]
mod pairs;
#[path = "../tests/it/story/score.rs"]
mod score;

use pairs::Half;

fn main() {
    for half in [Half::Tuned, Half::Held] {
        let score = score::of_pairs(half, |pair, stories, placed| {
            let like = stories.compare(&score::print(&pair.first), &score::print(&pair.second));
            if half == Half::Tuned && std::env::args().any(|argument| argument == "-v") {
                println!(
                    "{} {} | {} | {placed:?} {like:?}",
                    pair.kind, pair.first.title, pair.second.title
                );
            }
        });
        println!("{half:?}: {score}");
    }
}
