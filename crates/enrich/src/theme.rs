//! What a set of items is about, against what was said before: themes, and what people ask for.

mod asks;
mod cues;

pub use asks::{Ask, Asking, asks};
