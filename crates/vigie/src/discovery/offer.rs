//! One thing that a site offers to read, and which of several is the best.

use std::cmp::Reverse;
use std::collections::HashSet;

use crawl::{Page, PageReader, Presets, Reading, sitemap};
use model::{Item, Kind, Problem, Timestamp};
use url::Url;

use super::{Worth, about};
use crate::command::{ToRead, read_page};

/// Of the items of an offer that stand in a better one, so many percent make it the same.
const SAME_PERCENT: usize = 70;

/// What an offer of the page itself is worth beside one of a page that it leads to: as much as thirty
/// times as many items.
const OWN_POINTS: u32 = 15;

/// How an offer is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Feed,
    /// A sitemap that announces articles.
    Sitemap,
    /// The interface of the site's software, in JSON.
    Interface,
    /// A page as people see it.
    Page,
}

/// What an offer brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum About {
    Posts,
    /// What is said about them.
    Comments,
}

/// An address that can be read.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) url: Url,
    pub(crate) reading: Reading,
    pub(crate) way: Way,
    pub(crate) about: About,
    pub(crate) kind: Option<Kind>,
    pub(crate) title: Option<String>,
    /// Whether the page that was asked for names it, and not one that it leads to.
    pub(crate) is_own: bool,
    /// What people call the software whose interface it is.
    pub(crate) software: Option<String>,
    pub(crate) worth: Worth,
    /// The place in the list, from 0, of a better offer that brings the same.
    pub(crate) same_as: Option<usize>,
}

impl Offer {
    /// Reads a page, or says why it cannot be read.
    pub(super) fn read(
        page: &Page,
        url: &Url,
        way: Way,
        preset: Option<&str>,
        presets: &Presets,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let read = ToRead {
            url: &page.url,
            content_type: page.content_type.as_deref(),
            link: page.link.as_deref(),
            preset: preset.map(str::to_owned),
            presets,
        };
        let mut reading = read_page(&page.body, read, now);
        let url = page.moved_to.as_ref().unwrap_or(url).clone();
        if reading.feed.is_none() && reading.page.is_none() {
            return Err(why_not(page, &mut reading));
        }
        let title = match (&reading.feed, &reading.page) {
            (Some(feed), _) => feed.title.as_str(),
            (None, Some(page)) => page.title.as_str(),
            (None, None) => "",
        };
        let title = Some(title.trim().to_owned()).filter(|title| !title.is_empty());
        let way = match &reading.feed {
            Some(_) if sitemap::contents(&page.body, &page.url).is_some() => Way::Sitemap,
            Some(_) => Way::Feed,
            None => way,
        };
        Ok(Self {
            about: about(&url, title.as_deref()),
            kind: reading.page.as_ref().and_then(|page| page.kind),
            worth: Worth::of(&reading, now),
            url,
            reading,
            way,
            title,
            is_own: false,
            software: None,
            same_as: None,
        })
    }

    /// Whether people speak there: a feed has the newest articles of a site, but seldom all posts of a
    /// board.
    pub(super) fn is_place(&self) -> bool {
        self.reading.page.is_some() && matches!(self.kind, Some(Kind::Forum | Kind::Review))
    }

    pub(crate) fn preset(&self) -> Option<&str> {
        match &self.reading.page.as_ref()?.reader {
            PageReader::Preset(name) => Some(name),
            PageReader::Standards | PageReader::Structure | PageReader::Article => None,
        }
    }

    /// Whether it leads to more than it shows, so that the past can be read.
    pub(crate) fn leads_on(&self) -> bool {
        let page = self.reading.page.as_ref();
        page.is_some_and(|page| page.next.is_some() || !page.topics.is_empty())
    }

    /// Returns in words how it is read.
    pub(crate) fn told(&self) -> String {
        let comments = match self.about {
            About::Posts => "",
            About::Comments => ", comments",
        };
        match (self.way, &self.software, &self.reading.page) {
            (Way::Feed, _, _) => format!("feed{comments}"),
            (Way::Sitemap, _, _) => "news sitemap".to_owned(),
            (Way::Interface, Some(software), _) => format!("interface of {software}{comments}"),
            (_, _, Some(page)) => format!("the page itself, {}", page.reader.told()),
            (_, _, None) => "page".to_owned(),
        }
    }

    /// Whether it has the beginnings of articles that are whole on their own pages.
    pub(crate) fn is_of_beginnings(&self) -> bool {
        let is_of_articles = !matches!(self.kind, Some(Kind::Forum | Kind::Review));
        self.way == Way::Feed
            && self.about == About::Posts
            && is_of_articles
            && self.worth.is_of_beginnings()
    }

    /// Whether it is a list of what another one has in its feed.
    fn lists_what_is_in(&self, feed: &Self) -> bool {
        self.way == Way::Page
            && self.reading.items.is_empty()
            && feed.way == Way::Feed
            && feed.url.host_str() == self.url.host_str()
            && feed.url.path().starts_with(self.url.path())
    }

    fn points(&self) -> u32 {
        // Who gives a site's address means the site more than its shop's reviews.
        let own = if self.is_own { OWN_POINTS } else { 0 };
        self.worth.points() + own + if self.leads_on() { 10 } else { 0 }
    }
}

/// Says why a body cannot be read.
fn why_not(page: &Page, reading: &mut Reading) -> Problem {
    let media_type = page.content_type.as_deref().unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text =
        ["text/", "application/json", "application/xml", "application/xhtml", "+xml", "+json"]
            .iter()
            .any(|text| media_type.contains(text));
    if !media_type.is_empty() && !is_text && reading.unread.is_none() {
        let message = format!("this is no page but a file ({media_type})");
        return Problem::new("page", message).hint("give the address of a page or of a feed");
    }
    reading.problems.pop().unwrap_or_else(|| Problem::new("page", "it says nothing"))
}

/// Puts the best first: what brings most and newest, with author and date; then comments; then what a
/// better one brings already. Gives those without a title the site's.
pub(super) fn settle(offers: &mut Vec<Offer>, site: Option<&str>) {
    offers.sort_by_key(|offer| (offer.about, Reverse(offer.points())));
    let known: Vec<HashSet<String>> =
        offers.iter().map(|offer| names(&offer.reading.items)).collect();
    for at in 0..offers.len() {
        let is_in = |better: &usize| {
            offers[*better].same_as.is_none()
                && (is_within(&known[at], &known[*better])
                    || offers[at].lists_what_is_in(&offers[*better]))
        };
        offers[at].same_as = (0..at).find(is_in);
    }
    let mut order: Vec<usize> = (0..offers.len()).collect();
    order.sort_by_key(|at| offers[*at].same_as.is_some());
    let place = |old: usize| order.iter().position(|at| *at == old);
    let mut settled: Vec<Offer> = order.iter().map(|at| offers[*at].clone()).collect();
    for offer in &mut settled {
        offer.same_as = offer.same_as.and_then(place);
        offer.title = offer.title.take().or_else(|| title(site, offer.about));
    }
    *offers = settled;
}

fn title(site: Option<&str>, of: About) -> Option<String> {
    let site = site?;
    Some(match of {
        About::Posts => site.to_owned(),
        About::Comments => format!("{site}: comments"),
    })
}

/// What the items of an offer are known by.
fn names(items: &[Item]) -> HashSet<String> {
    let name = |item: &Item| match &item.url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => item.title.clone(),
    };
    items.iter().map(name).filter(|name| !name.is_empty()).collect()
}

fn is_within(of: &HashSet<String>, better: &HashSet<String>) -> bool {
    let same = of.intersection(better).count();
    !of.is_empty() && same * 100 >= of.len() * SAME_PERCENT
}
