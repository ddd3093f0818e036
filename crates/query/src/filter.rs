//! Filters: what a query can ask about an item besides its words.
//!
//! An item satisfies a filter exactly when [`Filter::satisfied_by`] lists it; the matcher looks it
//! up in that list and the index stores the list, so the two cannot disagree.

use chrono::Timelike;
use model::{Country, Item, Kind, Lang, Tone};
use url::Url;

use crate::analysis;

/// A condition that an item meets or not, whatever its words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Filter {
    /// The item's address lies on this host or a sub-domain of it, and below the path, which
    /// begins with `/` and does not end with it.
    Site {
        host: String,
        path: Option<String>,
    },
    Lang(Lang),
    Country(Country),
    /// The source's id in lower case, or that of its family.
    Source(String),
    Kind(Kind),
    /// A tag, folded.
    Tag(String),
    /// The source's name for a conversation, verbatim.
    Thread(String),
    Tone(Tone),
    Has(Has),
    Reply(bool),
}

/// What an item can have or lack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Has {
    Rating,
    Image,
    Link,
}

impl Has {
    pub(crate) const ALL: [Self; 3] = [Self::Rating, Self::Image, Self::Link];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rating => "rating",
            Self::Image => "image",
            Self::Link => "link",
        }
    }

    fn is_in(self, item: &Item) -> bool {
        match self {
            Self::Rating => item.details.rating.is_some(),
            Self::Image => item.details.image,
            Self::Link => !item.details.links.is_empty(),
        }
    }
}

/// A quantity between two bounds, both included. An item without the quantity is in no interval.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Interval {
    pub quantity: Quantity,
    pub min: Option<i64>,
    pub max: Option<i64>,
}

/// A number that an item may carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quantity {
    /// The rating on a scale of 1 to 5, in thousandths.
    Stars,
    /// The rating on its own scale, in thousandths, where that scale ends at `best_milli`.
    RatingOutOf {
        best_milli: i64,
    },
    /// When the item says it was published, in seconds since 1970.
    Date,
    /// The minute of the day of that date, in UTC: 0 to 1439.
    Minute,
    Likes,
    Shares,
    Comments,
    Views,
    Followers,
}

impl Quantity {
    /// Returns the number that the item carries.
    pub fn of(self, item: &Item) -> Option<i64> {
        let count = |count: Option<u64>| count.map(|n| i64::try_from(n).unwrap_or(i64::MAX));
        let engagement = &item.details.engagement;
        match self {
            Self::Stars => item.details.rating.map(model::Rating::stars_milli),
            Self::RatingOutOf { best_milli } => item
                .details
                .rating
                .filter(|rating| rating.best_milli() == best_milli)
                .map(model::Rating::value_milli),
            Self::Date => item.published.map(|at| at.timestamp()),
            Self::Minute => item.published.map(|at| i64::from(at.num_seconds_from_midnight() / 60)),
            Self::Likes => count(engagement.likes),
            Self::Shares => count(engagement.shares),
            Self::Comments => count(engagement.comments),
            Self::Views => count(engagement.views),
            Self::Followers => count(engagement.followers),
        }
    }
}

impl Interval {
    pub fn holds(&self, item: &Item) -> bool {
        self.quantity.of(item).is_some_and(|number| {
            self.min.is_none_or(|min| number >= min) && self.max.is_none_or(|max| number <= max)
        })
    }
}

/// More names than this in a host, counted from the right, cannot be asked for.
const HOST_NAMES_MAX: usize = 10;
/// More segments than this in a path, counted from the left, cannot be asked for.
const PATH_SEGMENTS_MAX: usize = 8;
/// A longer host and path cannot be asked for.
const SITE_BYTES_MAX: usize = 1_000;

/// Why a text names no site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadSite {
    NotAnAddress,
    HasQuery,
    TooDeep,
}

impl Filter {
    /// Asks for the source of this id, in any case.
    pub fn source(id: &str) -> Self {
        Self::Source(id.to_lowercase())
    }

    /// Asks for the tag, however it is written.
    pub(crate) fn tag(written: &str) -> Self {
        Self::Tag(analysis::folded(written.trim().trim_start_matches('#')))
    }

    /// Reads `example.com`, `www.example.com/path/` or a whole address.
    pub(crate) fn site(written: &str) -> Result<Self, BadSite> {
        let address = match written.split_once("://") {
            Some((_, address)) => address,
            None => written,
        };
        let address = address.strip_prefix("*.").unwrap_or(address);
        // The URL parser brings host and path to the form that item addresses have: punycode,
        // lower case, percent-encoding.
        let url = Url::parse(&format!("http://{address}")).map_err(|_| BadSite::NotAnAddress)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BadSite::HasQuery);
        }
        let host = url.host_str().map(bare).ok_or(BadSite::NotAnAddress)?;
        let path = paths(&url).last().filter(|path| !path.is_empty());
        let deep = host.split('.').count() > HOST_NAMES_MAX
            || segments(&url).count() > PATH_SEGMENTS_MAX
            || host.len() + path.as_ref().map_or(0, String::len) > SITE_BYTES_MAX;
        if deep {
            return Err(BadSite::TooDeep);
        }
        Ok(Self::Site { host: host.to_owned(), path })
    }

    /// Returns every filter that the item satisfies, each once.
    pub fn satisfied_by(item: &Item) -> Vec<Self> {
        let mut filters = item.url.as_ref().map(sites).unwrap_or_default();
        besides_sites(item, |filter| {
            if !filters.contains(&filter) {
                filters.push(filter);
            }
        });
        filters
    }

    /// Returns the value as one word, the same for two filters only when they are equal.
    pub fn term(&self) -> String {
        match self {
            Self::Site { host, path: None } => host.clone(),
            Self::Site { host, path: Some(path) } => format!("{host}{path}"),
            Self::Lang(lang) => lang.as_str().to_owned(),
            Self::Country(country) => country.as_str().to_owned(),
            Self::Source(text) | Self::Tag(text) | Self::Thread(text) => text.clone(),
            Self::Kind(kind) => kind.as_str().to_owned(),
            Self::Tone(tone) => tone.as_str().to_owned(),
            Self::Has(has) => has.as_str().to_owned(),
            Self::Reply(reply) => reply.to_string(),
        }
    }

    /// Returns the name that a query writes before the colon.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Site { .. } => "site",
            Self::Lang(_) => "lang",
            Self::Country(_) => "country",
            Self::Source(_) => "source",
            Self::Kind(_) => "kind",
            Self::Tag(_) => "tag",
            Self::Thread(_) => "thread",
            Self::Tone(_) => "tone",
            Self::Has(_) => "has",
            Self::Reply(_) => "reply",
        }
    }
}

/// Calls `meets` with every filter that the item satisfies, other than its sites.
pub(crate) fn besides_sites(item: &Item, mut meets: impl FnMut(Filter)) {
    let details = &item.details;
    meets(Filter::source(item.source.as_str()));
    item.source.family().map(Filter::source).map(&mut meets);
    meets(Filter::Kind(item.kind));
    item.lang.clone().map(Filter::Lang).map(&mut meets);
    details.country.clone().map(Filter::Country).map(&mut meets);
    details.thread.clone().map(Filter::Thread).map(&mut meets);
    details.tone.map(Filter::Tone).map(&mut meets);
    details.reply.map(Filter::Reply).map(&mut meets);
    Has::ALL.into_iter().filter(|has| has.is_in(item)).map(Filter::Has).for_each(&mut meets);
    details.tags.iter().map(|tag| Filter::tag(tag)).for_each(meets);
}

/// Returns every host suffix with every path prefix: few, since both are short.
pub(crate) fn sites(url: &Url) -> Vec<Filter> {
    let mut sites = Vec::new();
    for path in paths(url) {
        hosts(url, |host| {
            if host.len() + path.len() <= SITE_BYTES_MAX {
                let path = (!path.is_empty()).then(|| path.clone());
                sites.push(Filter::Site { host: host.to_owned(), path });
            }
        });
    }
    sites
}

/// Calls `meets` with every domain that the address lies in, from the widest to its host.
pub(crate) fn hosts(url: &Url, mut meets: impl FnMut(&str)) {
    let Some(host) = url.host_str().map(bare) else { return };
    // The numbers of an IP address are no domains.
    if url.domain().is_none() {
        return meets(host);
    }
    let starts = host.rmatch_indices('.').map(|(dot, _)| dot + 1).chain([0]);
    starts.take(HOST_NAMES_MAX).map(|start| &host[start..]).for_each(meets);
}

/// Returns the path's prefixes by whole segments, from the empty one on.
fn paths(url: &Url) -> impl Iterator<Item = String> {
    let mut path = String::new();
    let longer = segments(url).take(PATH_SEGMENTS_MAX).map(move |segment| {
        path.push('/');
        path.push_str(segment);
        path.clone()
    });
    std::iter::once(String::new()).chain(longer)
}

fn segments(url: &Url) -> impl Iterator<Item = &str> {
    url.path().split('/').filter(|segment| !segment.is_empty())
}

/// Returns the host without `www.` and without the dot that may end a host name.
fn bare(host: &str) -> &str {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.strip_prefix("www.").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(written: &str) -> Result<String, BadSite> {
        Filter::site(written).map(|filter| filter.term())
    }

    #[test]
    fn a_site_is_read_however_it_is_written() {
        let check = |written, expect: &str| assert_eq!(site(written).as_deref(), Ok(expect));
        check("ozalee.example", "ozalee.example");
        check("WWW.Ozalee.Example/", "ozalee.example");
        check("*.ozalee.example", "ozalee.example");
        check("https://www.ozalee.example/blog/", "ozalee.example/blog");
        check("ozalée.example/thé", "xn--ozale-esa.example/th%C3%A9");
        check("127.0.0.1:8080", "127.0.0.1");
    }

    #[test]
    fn what_is_no_site_is_refused() {
        assert_eq!(site("a b"), Err(BadSite::NotAnAddress));
        assert_eq!(site(""), Err(BadSite::NotAnAddress));
        assert_eq!(site("ozalee.example/?page=2"), Err(BadSite::HasQuery));
        assert_eq!(site("a.example/1/2/3/4/5/6/7/8/9"), Err(BadSite::TooDeep));
        assert_eq!(site("k.j.i.h.g.f.e.d.c.b.example"), Err(BadSite::TooDeep));
    }

    #[test]
    fn an_address_lies_on_its_domains_and_below_its_folders() {
        let check = |url: &str, expect: &[&str]| {
            let mut terms: Vec<String> =
                sites(&Url::parse(url).unwrap()).iter().map(Filter::term).collect();
            terms.sort();
            assert_eq!(terms, expect, "{url}");
        };
        check(
            "https://www.blog.example/a//b/?x=1",
            &[
                "blog.example",
                "blog.example/a",
                "blog.example/a/b",
                "example",
                "example/a",
                "example/a/b",
            ],
        );
        check("http://blog.example.", &["blog.example", "example"]);
        check("http://127.0.0.1/", &["127.0.0.1"]);
        check("mailto:a@b.example", &[]);
    }

    #[test]
    fn a_hostile_address_makes_few_terms() {
        let url = format!("http://{}example/{}", "a.".repeat(100), "b/".repeat(1000));
        assert_eq!(sites(&Url::parse(&url).unwrap()).len(), 90);
        let url = format!("http://b.example/{}/c", "a".repeat(5000));
        assert_eq!(sites(&Url::parse(&url).unwrap()).len(), 2);
    }
}
