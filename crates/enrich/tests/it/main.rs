//! The crate from outside.

mod asks;
mod language;
mod people;
mod story;
mod theme;
