//! Gets pages politely and reads items out of them.

pub mod discover;
mod fetch;
pub mod opml;
mod robots;
pub mod schedule;

pub use fetch::{
    BadFetcher, FetchError, FetchLimits, Fetched, Fetcher, Page, Refusal, RobotsPolicy,
};
