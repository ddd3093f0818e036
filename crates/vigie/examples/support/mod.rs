//! What benchmarks of the whole program share: the program itself, and a server that takes what it sends.

#![allow(dead_code, reason = "each example uses its part of it")]
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark prints what it measures by the clock"
)]

pub(crate) mod daemon;
pub(crate) mod sink;

pub(crate) type Failure = Box<dyn std::error::Error>;
