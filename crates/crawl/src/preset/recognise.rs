//! Which kind of site a page is of.

use std::sync::Arc;

use url::Url;

use super::Preset;
use super::site::Site;

/// How sure it is, in thousandths, by what tells it.
const BY_GENERATOR: u16 = 980;
const BY_SELECTOR: u16 = 960;
const BY_URL: u16 = 900;
/// The owner says so.
pub(super) const BY_NAME: u16 = 990;

/// A preset that may be the page's.
pub(super) struct Candidate<'p> {
    pub(super) preset: &'p Preset,
    pub(super) certainty: u16,
}

impl Candidate<'_> {
    /// Whether it is the page's even if nothing is read with it.
    pub(super) fn is_sure(&self) -> bool {
        self.certainty > BY_URL
    }
}

/// Returns the presets that recognise a page, the surest first.
pub(super) fn candidates<'p>(
    presets: &'p [Arc<Preset>],
    site: &Site<'_>,
    url: &Url,
) -> Vec<Candidate<'p>> {
    let generators = generators(site);
    let mut candidates: Vec<_> = presets
        .iter()
        .filter_map(|preset| {
            let certainty = certainty(preset, &generators, site, url)?;
            Some(Candidate { preset: preset.as_ref(), certainty })
        })
        .collect();
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.certainty));
    candidates
}

fn certainty(preset: &Preset, generators: &[String], site: &Site<'_>, url: &Url) -> Option<u16> {
    let recognise = &preset.recognise;
    let is_generator =
        |known: &String| generators.iter().any(|generator| generator.contains(known.as_str()));
    if recognise.generator.iter().any(is_generator) {
        Some(BY_GENERATOR)
    } else if site.has(&site.page, &recognise.selector) {
        Some(BY_SELECTOR)
    } else {
        recognise.url.iter().any(|known| known.is_match(url.as_str())).then_some(BY_URL)
    }
}

/// What the page says it was made with, in lower case.
fn generators(site: &Site<'_>) -> Vec<String> {
    let elements = site.page.own.iter().filter(|element| element.value().name() == "meta");
    elements
        .filter(|meta| meta.attr("name").is_some_and(|name| name.eq_ignore_ascii_case("generator")))
        .filter_map(|meta| Some(meta.attr("content")?.to_lowercase()))
        .collect()
}
