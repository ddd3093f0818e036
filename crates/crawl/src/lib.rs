//! Gets pages politely and reads items out of them.

mod fetch;
mod robots;

pub use fetch::{
    BadFetcher, FetchError, FetchLimits, Fetched, Fetcher, Page, Refusal, RobotsPolicy,
};
