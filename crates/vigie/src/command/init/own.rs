//! What belongs to a brand itself: its site, and where its customers rate it. Each is looked at before it
//! is written, so that a first configuration has no source that fails.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::Result;
use crawl::Guard;
use ipnet::IpNet;
use model::{Kind, Problem, Timestamp};
use tokio::time::timeout;
use url::{Host, Url};

use super::super::add::address;
use super::super::toml::short_text;
use super::Init;
use crate::cli::Failure;
use crate::config::Crawl;
use crate::discovery::{Offer, Visits, discover};
use crate::{crawler, daemon};

/// How long a first configuration may wait for one site.
const LOOK_MAX: Duration = Duration::from_mins(1);
/// How long for one answer of it.
const ANSWER_MAX: Duration = Duration::from_secs(15);

/// A place of the brand's own.
pub(super) struct Own {
    /// The source's id.
    id: &'static str,
    /// What it is, for people.
    what: &'static str,
    kind: Kind,
    url: Url,
    looked: Result<Box<Offer>, String>,
}

/// Looks at the brand's own site and the page of its reviews, where the network answers.
pub(super) fn look(init: &Init, now: Timestamp) -> Result<Vec<Own>, Failure> {
    let Some(site) = &init.site else { return Ok(Vec::new()) };
    let site = address(site).map_err(|hint| {
        Failure::Usage(vec![Problem::new("--site", format!("\"{site}\" is no address")).hint(hint)])
    })?;
    let reviews = reviews_page(&site);
    let site = (("site", "its own site", Kind::Blog), Some(site));
    let reviews = (("reviews", "the page of its reviews on Trustpilot", Kind::Review), reviews);
    let runtime = daemon::runtime()?;
    let crawl = crawl(&init.to, within(init));
    let fetcher = crawler::fetcher(&crawl)?;
    let mut own = Vec::new();
    for ((id, what, kind), url) in [site, reviews] {
        let Some(url) = url else { continue };
        let looked = if init.offline {
            Err("was not looked at (--offline)".to_owned())
        } else {
            eprintln!("Looking at {url}:");
            let visits = Visits::new(&fetcher, &crawl, now, |url, outcome| {
                eprintln!("  {url}: {outcome}");
            });
            runtime.block_on(best(visits, &url, kind, now))
        };
        own.push(Own { id, what, kind, url, looked });
    }
    Ok(own)
}

/// The page where customers of a site rate it.
fn reviews_page(site: &Url) -> Option<Url> {
    let domain = site.domain().filter(|domain| domain.contains('.'))?;
    let domain = domain.strip_prefix("www.").unwrap_or(domain);
    format!("https://www.trustpilot.com/review/{domain}").parse().ok()
}

/// The address of the brand's own site, where that is one within a network: whoever writes its numbers
/// means it.
pub(super) fn within(init: &Init) -> Option<IpAddr> {
    let site = address(init.site.as_deref()?).ok()?;
    let at = match site.host()? {
        Host::Ipv4(at) => IpAddr::V4(at),
        Host::Ipv6(at) => IpAddr::V6(at),
        Host::Domain(_) => return None,
    };
    (!crawl::is_public(at)).then_some(at)
}

fn crawl(contact: &str, within: Option<IpAddr>) -> Crawl {
    let mut crawl = Crawl::of(contact);
    crawl.guard = Guard::allowing(within.map(IpNet::from).into_iter().collect());
    crawl.limits.whole = ANSWER_MAX;
    crawl
}

async fn best(
    visits: Visits<'_>,
    url: &Url,
    kind: Kind,
    now: Timestamp,
) -> Result<Box<Offer>, String> {
    let found = timeout(LOOK_MAX, discover(visits, url, None, now)).await;
    let found =
        found.map_err(|_elapsed| format!("did not answer within {} s", LOOK_MAX.as_secs()))?;
    let offers = found.map_err(|problem| problem.message)?.offers;
    let fits = |offer: &Offer| kind != Kind::Review || offer.kind == Some(Kind::Review);
    let best = offers.into_iter().find(fits).map(Box::new);
    best.ok_or_else(|| "has nothing there that can be read".to_owned())
}

impl Own {
    /// Writes its table, as a remark where it was not read.
    pub(super) fn written(&self) -> String {
        match &self.looked {
            Ok(offer) => {
                let kind = offer.kind.unwrap_or(self.kind);
                let name = offer.title.as_deref().unwrap_or(self.what);
                let preset =
                    offer.preset().map(|preset| format!("preset = {}\n", short_text(preset)));
                format!(
                    "# {}.\n[sources.{}]\nname = {}\nkind = {}\nurl = {}\n{}",
                    capital(self.what),
                    self.id,
                    short_text(name),
                    short_text(kind.as_str()),
                    short_text(offer.url.as_str()),
                    preset.unwrap_or_default(),
                )
            }
            Err(reason) => format!(
                "# {} {}.\n# `vigie add {}` looks there, and adds what it finds.\n",
                capital(self.what),
                in_a_remark(reason),
                self.url,
            ),
        }
    }

    /// Says in one line what has become of it.
    pub(super) fn told(&self) -> String {
        match &self.looked {
            Ok(offer) => format!("{}: {} ({})", self.what, offer.url, offer.told()),
            Err(reason) => {
                let reason = in_a_remark(reason);
                format!("not {}, which {reason}; later: vigie add {}", self.what, self.url)
            }
        }
    }
}

/// A stranger's words must not end the remark that they stand in.
fn in_a_remark(reason: &str) -> String {
    let plain = super::super::printable(reason);
    if plain.starts_with("was ") || plain.starts_with("did ") || plain.starts_with("has ") {
        plain
    } else {
        format!("could not be read: {plain}")
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_reviews_is_that_of_the_domain() {
        let check = |site: &str, expect: Option<&str>| {
            let page = reviews_page(&site.parse().unwrap());
            assert_eq!(page.as_ref().map(Url::as_str), expect, "{site}");
        };
        check(
            "https://www.ozalee.example/fr",
            Some("https://www.trustpilot.com/review/ozalee.example"),
        );
        check(
            "https://shop.ozalee.example",
            Some("https://www.trustpilot.com/review/shop.ozalee.example"),
        );
        check("http://127.0.0.1:80/", None);
        check("http://localhost/", None);
    }

    #[test]
    fn what_was_not_read_is_a_remark_whatever_the_reason_says() {
        let own = Own {
            id: "site",
            what: "its own site",
            kind: Kind::Blog,
            url: "https://ozalee.example/".parse().unwrap(),
            looked: Err("host not found:\n[mail]".to_owned()),
        };
        let written = own.written();
        assert!(written.lines().all(|line| line.starts_with('#')), "{written}");
        assert!(
            written.contains("# Its own site could not be read: host not found: [mail]"),
            "{written}"
        );
        assert!(written.contains("vigie add https://ozalee.example/"), "{written}");
        assert!(own.told().starts_with("not its own site, which could not be read"));
    }
}
