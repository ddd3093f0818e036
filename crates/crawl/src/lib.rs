//! Gets pages politely and reads items out of them: `fetch` gets, `extract` reads, `discover` finds what
//! a page offers, `schedule` says when to come again. Nothing here keeps anything: that is the ledger's.

mod article;
mod canonical;
pub mod charset;
pub mod dates;
pub mod discover;
mod extract;
mod fetch;
pub mod opml;
mod page;
mod plan;
mod preset;
mod rhythm;
mod robots;
mod schedule;
mod schema;
mod structure;
mod watch;

pub use article::{Article, read_article};
pub use canonical::canonical_url;
pub use extract::{FeedHead, PageContext, Reading, read};
pub use fetch::{
    BadFetcher, FetchError, FetchLimits, Fetched, Fetcher, Page, Refusal, RobotsPolicy,
};
pub use page::{PageHead, PageReader, Topic, Unread};
pub use plan::price_for;
pub use preset::{FEED, Preset, Presets};
pub use rhythm::{Appeared, Rhythm};
pub use schedule::{Bounds, PRICE, Visited, next_check};
#[doc(hidden)]
pub use structure::{read_by_structure, structure_shown};
pub use watch::{Judgement, Known, Saw, Shown, Usual};
