//! The crawler against a server on loopback that answers as badly as real ones do.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the message")]

mod fetch;
mod robots;
mod server;
