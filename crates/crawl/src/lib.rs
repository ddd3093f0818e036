//! Gets pages politely and reads items out of them.

mod canonical;
pub mod charset;
pub mod dates;
pub mod extract;
mod fetch;
mod robots;

pub use canonical::canonical_url;
pub use fetch::{
    BadFetcher, FetchError, FetchLimits, Fetched, Fetcher, Page, Refusal, RobotsPolicy,
};
