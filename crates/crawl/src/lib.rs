//! Gets pages politely and reads items out of them: `fetch` gets, `extract` reads, `discover` finds what
//! a page offers, `schedule` says when to come again. Nothing here keeps anything: that is the ledger's.

mod article;
mod canonical;
pub mod charset;
pub mod dates;
pub mod discover;
mod edition;
mod extract;
mod fetch;
mod host;
pub mod opml;
mod page;
mod plan;
pub mod platform;
mod preset;
mod rhythm;
mod robots;
mod schedule;
mod schema;
pub mod search;
pub mod sitemap;
pub mod stream;
mod structure;
mod watch;
pub mod websub;

pub use article::{Article, read_article};
pub use canonical::canonical_url;
pub use extract::{FeedHead, PageContext, Reading, read};
pub use fetch::{
    Answered, Authorities, BadAuthorities, BadFetcher, Cookies, FetchError, FetchLimits, Fetched,
    Fetcher, Forbidden, Guard, Page, Passed, Refusal, RobotsPolicy, Turns, Way, is_public,
};
pub use host::{Answer, after_quota, after_visit};
pub use page::{PageHead, PageReader, Topic, Unread};
pub use plan::price_for;
pub use platform::{Access, Login, Platform};
pub use preset::{FEED, Offered, OfferedAt, Preset, Presets, Seen};
pub use rhythm::{Appeared, Rhythm};
pub use schedule::{Bounds, PRICE, Visited, next_check};
#[doc(hidden)]
pub use structure::{read_by_structure, structure_shown};
pub use watch::{Judgement, Known, Saw, Shown, Usual};
