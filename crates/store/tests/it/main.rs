//! The ledger's contract, verb by verb, and what a crash may not break.

mod fetch;
mod world;
