//! What the crate promises, tested from outside.

mod corpus;
mod expectations;
mod fixtures;
mod hostile;
