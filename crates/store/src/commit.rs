//! Who looks on as transactions that write are committed: rehearsals, which kill the process there. Nobody
//! does elsewhere, which costs a look at a pointer beside the disk's work.

use std::panic::Location;
use std::sync::OnceLock;

/// A transaction at one of its two moments.
#[derive(Debug, Clone, Copy)]
pub enum Commit {
    /// Its work is done, and none of it is kept yet.
    Before(&'static Location<'static>),
    /// All of it is kept.
    After(&'static Location<'static>),
}

static WITNESS: OnceLock<fn(Commit)> = OnceLock::new();

/// Calls a function before and after each commit of this process, with the place in the ledger's code that tells
/// the kinds of transactions apart. The first that is set stays.
pub fn witness_commits(witness: fn(Commit)) {
    WITNESS.get_or_init(|| witness);
}

pub(crate) fn tell(commit: Commit) {
    if let Some(witness) = WITNESS.get() {
        witness(commit);
    }
}
