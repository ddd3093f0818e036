//! What the crate promises, tested from outside.

#![expect(clippy::unwrap_used, reason = "what cannot be read fails the test that needs it")]
#![expect(clippy::print_stdout, reason = "totals, and what was not run")]

mod corpus;
mod expectations;
mod fixtures;
mod hostile;
