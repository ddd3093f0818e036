//! What is read of mentions, against sentences of our own and, where they are at hand, other people's.

#![expect(clippy::cast_precision_loss, reason = "figures for people")]
#![expect(clippy::print_stdout, reason = "figures, and what was not run")]
#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the message")]

mod asks;
mod language;
mod people;
mod properties;
mod relevance;
mod standing;
mod story;
mod theme;
mod tone;
