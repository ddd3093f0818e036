//! Stories: how well they are told, and that a window that is made again tells the same.

mod pairs;
mod score;
mod streams;

use pairs::Half;

#[test]
fn copies_join_and_twins_do_not() {
    for half in [Half::Tuned, Half::Held] {
        let score = score::of_pairs(half, |_, _, _| {});
        assert!(score.precision() >= 0.99 && score.recall() >= 0.95, "{half:?}: {score}");
    }
}
