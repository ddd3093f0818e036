//! The crate from outside.

mod language;
