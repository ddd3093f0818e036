//! The query language: parse, explain, match one item against every saved query; the text analysis shared with the index.

pub mod analysis;
