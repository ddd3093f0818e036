//! The index against the ledger's promises: it finds what the matcher finds, and survives what
//! happens to files and processes.

#![expect(clippy::unwrap_used, reason = "a test fails where it unwraps")]

mod agreement;
mod damage;
mod items;
mod kill;
mod language;
mod naive;
mod search;
