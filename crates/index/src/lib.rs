//! The full-text projection of the ledger, on tantivy.
//!
//! [`Index`] is the one writer: it follows the ledger, and every commit carries how far. [`Archive`]
//! reads, also beside a writer in another process. Nothing here is the truth: an index that is
//! damaged or follows another ledger is moved aside, and an empty one begins from position 0.

mod archive;
mod check;
mod checked;
mod checkpoint;
mod compile;
mod error;
mod expand;
mod expanded;
mod guard;
mod occurs;
mod patterned;
mod places;
mod reading;
mod schema;
mod writer;

pub use archive::{Archive, Found, FoundItem, SearchOptions, Sort};
pub use error::IndexError;
pub use writer::{Index, Opened, SetAside};
