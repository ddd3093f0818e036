//! The crate from outside.

mod asks;
mod language;
mod theme;
