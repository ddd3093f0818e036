//! The crate from outside.

mod asks;
mod language;
mod people;
mod relevance;
mod story;
mod theme;
