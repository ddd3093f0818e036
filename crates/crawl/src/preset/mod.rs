//! Presets: how one kind of site is recognised and read, as data.

use url::Url;

use crate::page::PageDraft;
use crate::page::dom::Dom;

/// The presets that are built in, and those of the user's folder, which go before.
#[derive(Debug, Clone, Default)]
pub struct Presets {}

impl Presets {
    /// Tells whether there is a preset of this name.
    pub fn has(&self, _name: &str) -> bool {
        false
    }

    /// Returns the names of all, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::empty()
    }

    /// Reads a page with a preset: the one of this name, or the first that recognises it.
    pub(crate) fn read(
        &self,
        _dom: &Dom,
        _url: &Url,
        _name: Option<&str>,
    ) -> Option<(String, PageDraft)> {
        None
    }
}
