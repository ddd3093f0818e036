//! What the crate promises, tested from outside: feeds of all kinds through the reader, and the
//! fetcher against a server on loopback that answers as badly as real ones do.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the message")]
#![expect(clippy::print_stdout, reason = "totals, and what was not run")]

mod articles;
mod boards;
mod connection;
mod corpus;
mod dates;
mod expectations;
mod fetch;
mod fetch_elsewhere;
mod fetch_http2;
mod fixtures;
mod hostile;
mod profiles;
mod robots;
mod schedule;
mod server;
mod structure;
