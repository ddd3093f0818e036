//! Presets for bodies in JSON.

use super::check::Section;

/// One shape of answer of a kind of site.
#[derive(Debug, Clone)]
pub(crate) struct Shape {}

/// Where a kind of site offers more than the page one was given.
#[derive(Debug, Clone)]
pub(crate) struct Api {}

/// A place in a JSON body.
#[derive(Debug, Clone)]
pub(crate) struct Path {}

impl Shape {
    /// Reads a `[[json]]` table; what is wrong with it is reported there.
    pub(super) fn read(_section: Section<'_, '_>) -> Option<Self> {
        None
    }
}

impl Api {
    /// Reads the `[api]` table.
    pub(super) fn read(_section: Section<'_, '_>) -> Option<Self> {
        None
    }
}

impl Path {
    /// Reads a path; one that is none is refused with the byte where it stops being one.
    pub(super) fn parse(_text: &str) -> Result<Self, (usize, String)> {
        Ok(Self {})
    }
}
