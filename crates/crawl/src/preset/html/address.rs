//! Where a page, its posts and what they say lead.

use model::Details;
use url::Url;

use super::Reader;
use crate::canonical::canonical_url;
use crate::preset::find::{Find, Value};
use crate::preset::site::Scope;

/// What the links of one post may take together, in bytes: a long base would multiply short ones.
const LINKS_BYTES_MAX: usize = 32 << 10;

impl<'a> Reader<'a, '_> {
    /// Returns where a text leads, each address once.
    pub(super) fn links(&self, hrefs: &[String]) -> Vec<Url> {
        let mut links: Vec<Url> = Vec::new();
        let mut left = LINKS_BYTES_MAX;
        for link in hrefs.iter().filter_map(|href| self.join(href)) {
            let Some(link) = canonical_url(link.as_str(), None) else { continue };
            if links.len() == Details::LINKS_MAX || link.as_str().len() > left {
                break;
            }
            if !links.contains(&link) {
                left -= link.as_str().len();
                links.push(link);
            }
        }
        links
    }

    /// Returns the first address that is one.
    pub(super) fn address(&self, scope: &Scope<'a>, finds: &[Find]) -> Option<Url> {
        finds.iter().find_map(|find| {
            if find.css.is_none() && find.value == Value::Attribute("address".to_owned()) {
                return Some(self.strip(self.url.clone()));
            }
            let found = self.site.value(scope, std::slice::from_ref(find))?;
            if find.value == Value::Attribute("id".to_owned()) {
                let mut url = self.strip(self.url.clone());
                url.set_fragment(Some(&found.text));
                return Some(url);
            }
            self.join(&found.text)
        })
    }

    /// Returns the next page and the last one, which only a page before it can have.
    pub(super) fn other_pages(&self, next: &[Find], last: &[Find]) -> (Option<Url>, Option<Url>) {
        let next = self.other_page(next);
        let last = next.as_ref().and_then(|_| self.other_page(last));
        (next, last)
    }

    /// Returns the address of another page that continues this one.
    fn other_page(&self, finds: &[Find]) -> Option<Url> {
        let mut own = self.strip(self.url.clone());
        own.set_fragment(None);
        finds.iter().find_map(|find| {
            let mut url = self.address(&self.site.page, std::slice::from_ref(find))?;
            url.set_fragment(None);
            (url != own && url.host() == own.host()).then_some(url)
        })
    }

    /// Returns what a post answers: another's identifier on the page, or its address.
    pub(super) fn answered(&self, scope: &Scope<'a>, finds: &[Find]) -> Option<String> {
        let found = self.site.value(scope, finds)?;
        if let Some(id) = found.text.strip_prefix('#') {
            return (!id.is_empty()).then(|| id.to_owned());
        }
        let is_address = found.is_machine_s && found.text.contains(['/', '?']);
        if is_address { self.join(&found.text).map(String::from) } else { Some(found.text) }
    }

    pub(super) fn join(&self, href: &str) -> Option<Url> {
        // The page's own address with a fragment: a `<base>` must not lead it elsewhere.
        let url =
            if href.starts_with('#') { self.url.join(href).ok() } else { self.dom.join(href) };
        url.map(|url| self.strip(url))
    }

    /// Takes away the parameters that say who reads.
    pub(super) fn strip(&self, url: Url) -> Url {
        without(url, &self.preset.strip)
    }
}

/// Returns an address without some of its parameters.
pub(super) fn without(mut url: Url, names: &[String]) -> Url {
    let is_named = |name: &str| names.iter().any(|known| known == name);
    if url.query_pairs().any(|(name, _)| is_named(&name)) {
        let pairs = url.query().unwrap_or_default().split(['&', ';']);
        let kept: Vec<&str> =
            pairs.filter(|pair| !is_named(pair.split('=').next().unwrap_or(pair))).collect();
        let kept = kept.join("&");
        url.set_query((!kept.is_empty()).then_some(kept.as_str()));
    }
    url
}
