//! The ledger's contract, verb by verb, and what a crash may not break.
#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up fails there and then")]

mod crash;
mod declare;
mod digest;
mod endpoint;
mod enrich;
mod family;
mod feed;
mod fetch;
mod heard;
mod history;
mod hold;
mod host;
mod identity;
mod mute;
mod open;
mod past;
mod push;
mod recipient;
mod recovery;
mod signal;
mod together;
mod walk;
mod watch;
mod withheld;
mod world;
