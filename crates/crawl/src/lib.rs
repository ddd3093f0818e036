//! Gets pages politely and reads items out of them.

mod canonical;
pub mod charset;
pub mod dates;
pub mod extract;

pub use canonical::canonical_url;
