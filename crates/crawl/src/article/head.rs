//! The head of an article's page: its entries, address, language and tags.

use std::collections::HashMap;

use scraper::ElementRef;
use url::Url;

use super::ld::Described;
use super::outline::{line, line_of};
use crate::page::dom::Dom;

/// Entries of a page's head that are read.
const METAS_MAX: usize = 1000;
const VALUE_BYTES_MAX: usize = 4096;
/// A longer text is no title.
pub(super) const TITLE_CHARS_MAX: usize = 400;
const TAGS_MAX: usize = 100;

/// The entries of a page's head.
pub(super) struct Metas {
    values: HashMap<String, Vec<String>>,
    pub(super) title: Option<String>,
    canonical: Option<String>,
    lang: Option<String>,
}

impl Metas {
    pub(super) fn read(dom: &Dom) -> Self {
        let mut metas = Self {
            values: HashMap::new(),
            title: None,
            canonical: None,
            lang: dom
                .root()
                .attr("lang")
                .or_else(|| dom.root().attr("xml:lang"))
                .map(str::to_owned),
        };
        let mut left = METAS_MAX;
        for element in dom.root().descendent_elements() {
            let tag = element.value();
            match tag.name() {
                "meta" if left > 0 => {
                    left -= 1;
                    metas.add(element);
                }
                "title" if metas.title.is_none() && !is_in_picture(element) => {
                    metas.title = line_of(element, TITLE_CHARS_MAX);
                }
                "link" if metas.canonical.is_none() && has_word(tag.attr("rel"), "canonical") => {
                    metas.canonical = tag.attr("href").map(str::to_owned);
                }
                _ => {}
            }
        }
        metas
    }

    fn add(&mut self, element: ElementRef) {
        let tag = element.value();
        let Some(value) = tag.attr("content").and_then(|value| line(value, VALUE_BYTES_MAX)) else {
            return;
        };
        for attribute in ["property", "name", "itemprop", "http-equiv"] {
            if let Some(name) = tag.attr(attribute) {
                let name = name.trim().to_ascii_lowercase();
                self.values.entry(name).or_default().push(value.clone());
            }
        }
    }

    pub(super) fn get(&self, names: &[&str]) -> Option<&str> {
        let found = names.iter().find_map(|name| self.values.get(*name)?.first());
        found.map(String::as_str)
    }

    pub(super) fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn lang(&self, described: Option<&Described>) -> Option<String> {
        let lang = self
            .lang
            .as_deref()
            .or_else(|| self.get(&["content-language", "language", "dc.language"]));
        let lang =
            lang.or_else(|| described?.lang.as_deref()).or_else(|| self.get(&["og:locale"]))?;
        let lang = lang.split(',').next()?.trim().replace('_', "-");
        (!lang.is_empty() && lang.len() <= 35).then_some(lang)
    }

    pub(super) fn tags(&self, described: Option<&Described>) -> Vec<String> {
        let mut tags: Vec<String> = self.all("article:tag").to_vec();
        if tags.is_empty() {
            tags = described.map(|described| described.tags.clone()).unwrap_or_default();
        }
        let mut seen = std::collections::HashSet::new();
        tags.retain(|tag| !tag.is_empty() && tag.len() <= 200 && seen.insert(tag.clone()));
        tags.truncate(TAGS_MAX);
        tags
    }

    /// Whether the page's window is called so.
    pub(super) fn is_title(&self, headline: &str) -> bool {
        let headline = letters(headline);
        !headline.is_empty()
            && self.title.as_deref().is_some_and(|title| letters(title).contains(&headline))
    }

    /// Returns the article's own address, where the page tells it.
    pub(super) fn url(&self, dom: &Dom, described: Option<&Described>) -> Option<Url> {
        let said = [
            self.canonical.as_deref(),
            self.get(&["og:url"]),
            described.and_then(|d| d.url.as_deref()),
        ];
        let is_own =
            |url: &Url| url.path() != "/" || url.query().is_some() || dom.base.path() == "/";
        said.into_iter().flatten().filter_map(|url| dom.join(url)).find(is_own)
    }

    pub(super) fn site(&self, dom: &Dom, described: Option<&Described>) -> Vec<String> {
        let host = dom.base.host_str().unwrap_or_default().trim_start_matches("www.");
        let label = host.split('.').max_by_key(|label| label.len()).unwrap_or_default();
        let names = [
            self.get(&["og:site_name", "application-name"]),
            described.and_then(|described| described.publisher.as_deref()),
            Some(host),
            Some(label),
        ];
        names.into_iter().flatten().map(letters).filter(|name| !name.is_empty()).collect()
    }
}

fn is_in_picture(element: ElementRef) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|around| around.value().name() == "svg")
}

pub(super) fn has_word(words: Option<&str>, word: &str) -> bool {
    words.is_some_and(|words| {
        words.split_ascii_whitespace().any(|one| one.eq_ignore_ascii_case(word))
    })
}

/// Returns what tells two titles apart: their letters and digits.
pub(super) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
