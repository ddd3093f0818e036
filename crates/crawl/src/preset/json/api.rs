//! Where a site of a known kind offers more than the page that one was given.

use regex::Regex;
use url::Url;

use super::super::find::{FINDS_MAX, regexes};
use settings::{Entry, Section};

/// Addresses at which a kind of site answers in JSON.
#[derive(Debug, Clone, Default)]
pub(crate) struct Api {
    /// Lists of everything new, from the site's root.
    listing: Vec<String>,
    /// Its feeds, likewise.
    feeds: Vec<String>,
    /// What the addresses of pages become.
    instead: Vec<Instead>,
}

#[derive(Debug, Clone)]
struct Instead {
    /// What a page's address is like, without its host.
    from: Regex,
    /// With `$1` for the first group of `from`.
    to: String,
}

impl Api {
    /// Reads the `[api]` table; what is wrong with it is reported there.
    pub(in crate::preset) fn read(section: Section<'_, '_>) -> Self {
        let listing = section.texts("listing", FINDS_MAX);
        let feeds = section.texts("feeds", FINDS_MAX);
        for text in listing.iter().chain(&feeds).filter(|text| !text.value.starts_with('/')) {
            let message = format!("\"{}\" does not start at the site's root", text.value);
            section.problem_with(text, message, "begin it with a slash");
        }
        let mut instead = Vec::new();
        for entry in section.entries("instead", FINDS_MAX) {
            match entry {
                Entry::Table(table) => {
                    let from = regexes(&table, "from").into_iter().next();
                    let to = table.required_text("to", "write the address, with $1 for a group");
                    if !table.has("from") {
                        table.absent(&["from"], "`from` is missing", "write a regular expression");
                    }
                    instead.extend(from.zip(to).map(|(from, to)| Instead { from, to: to.value }));
                    table.finish();
                }
                Entry::Text(text) => {
                    let hint = "write { from = \"/t/(\\\\d+)\", to = \"/t/$1.json\" }";
                    section.problem_with(&text, "a text stands where a table is expected", hint);
                }
            }
        }
        section.finish();
        let listing = listing.into_iter().map(|text| text.value).collect();
        let feeds = feeds.into_iter().map(|text| text.value).collect();
        Self { listing, feeds, instead }
    }

    /// Returns the lists of a site whose root is at `root`.
    pub(crate) fn listings(&self, root: &Url) -> Vec<Url> {
        below(root, &self.listing)
    }

    /// Returns the feeds of a site whose root is at `root`.
    pub(crate) fn feeds(&self, root: &Url) -> Vec<Url> {
        below(root, &self.feeds)
    }

    /// Returns the address that answers in JSON what the page at `url` shows.
    pub(crate) fn instead(&self, url: &Url) -> Option<Url> {
        let own = &url[url::Position::BeforePath..];
        self.instead.iter().find_map(|Instead { from, to }| {
            let found = from.captures(own)?;
            let whole = found.get(0)?;
            let mut address = own[..whole.start()].to_owned();
            found.expand(to, &mut address);
            // An address with a scheme is another host's.
            let is_whole = to.contains("://");
            let address = if is_whole { &address[whole.start()..] } else { &address };
            url.join(address).ok().filter(Url::has_host)
        })
    }
}

fn below(root: &Url, paths: &[String]) -> Vec<Url> {
    let folder = root.path().trim_end_matches('/');
    paths.iter().filter_map(|path| root.join(&format!("{folder}{path}")).ok()).collect()
}
