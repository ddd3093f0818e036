//! What a site offers to read: its feeds and news sitemaps, the interface of its software, its boards and
//! pages of reviews, by nothing but its address. A bounded number of requests, one at a time with the
//! host's pause; nothing is kept.

mod offer;
mod visits;
mod worth;

use crawl::discover::{self, FoundBy, Place, PlaceKind};
use crawl::sitemap;
use crawl::{Offered, OfferedAt, Page, Seen, charset};
use model::{Kind, Problem, Timestamp};
use url::Url;

pub(crate) use offer::{Offer, Way};
pub(crate) use visits::{NotRead, Visits};
pub(crate) use worth::Worth;

use offer::{About, settle};

/// Feeds of one page that are tried; fewer where the site answers in JSON, which says more.
const FEEDS_TRIED_MAX: usize = 6;
const FEEDS_BESIDE_JSON_MAX: usize = 2;
/// Feeds that nothing tells of, but which are often there.
const GUESSES_MAX: usize = 6;
/// Requests for sitemaps, robots.txt included.
const SITEMAPS_TRIED_MAX: usize = 6;
/// Pages of a list of lists that are looked at.
const LISTS_MAX: usize = 2;
/// What lists more pages than this is a list of conversations.
const LISTS_OF_LISTS_MAX: usize = 5;

/// What was found at an address.
pub(crate) struct Found {
    /// The best first.
    pub(crate) offers: Vec<Offer>,
    /// How many addresses were asked.
    pub(crate) asked: usize,
}

/// Looks at an address, and around it, for what can be read there.
pub(crate) async fn discover(
    visits: Visits<'_>,
    url: &Url,
    preset: Option<&str>,
    now: Timestamp,
) -> Result<Found, Problem> {
    let mut search = Search { visits, preset, now, offers: Vec::new(), title: None };
    let itself = search.look_at(url).await?;
    search.guess_feeds(itself.as_ref()).await;
    let mut offers = search.offers;
    let mut reason = None;
    match itself.map(|itself| itself.offer) {
        Some(Ok(page)) if offers.is_empty() => offers.push(page),
        Some(Err(problem)) => reason = Some(problem),
        Some(Ok(_)) | None => {}
    }
    let asked = search.visits.asked();
    if offers.is_empty() {
        return Err(nothing(url, asked, reason));
    }
    settle(&mut offers, search.title.as_deref());
    Ok(Found { offers, asked })
}

/// Says that an address has nothing to read, what was done, and what may help.
fn nothing(url: &Url, asked: usize, reason: Option<Problem>) -> Problem {
    let looked = format!("{asked} addresses were asked: pages, feeds and sitemaps");
    let Some(Problem { message, hint, .. }) = reason else {
        let message = format!("nothing that can be read was found ({looked})");
        let hint = "give the address of a page with articles, posts or reviews on it";
        return Problem::new(url.as_str(), message).hint(hint);
    };
    let problem = Problem::new(url.as_str(), format!("nothing to read: {message} ({looked})"));
    match hint {
        Some(hint) => problem.hint(hint),
        None => problem,
    }
}

/// The page that was asked for.
struct Itself {
    page: Page,
    html: String,
    offer: Result<Offer, Problem>,
}

struct Search<'a> {
    visits: Visits<'a>,
    preset: Option<&'a str>,
    now: Timestamp,
    offers: Vec<Offer>,
    /// What the site calls itself.
    title: Option<String>,
}

impl Search<'_> {
    /// Looks at the address, and unless that is all that is meant, at its site.
    async fn look_at(&mut self, url: &Url) -> Result<Option<Itself>, Problem> {
        let page = match self.visits.get(url).await {
            Ok(page) => page,
            // A server may have nothing at its root, and a board in a folder.
            Err(NotRead::Missing { .. }) if url.path() == "/" => {
                self.sitemaps(url).await;
                self.usual_places(url).await;
                return Ok(None);
            }
            Err(error) => return Err(error.problem(url)),
        };
        let offer = self.read(&page, url, Way::Page);
        match offer {
            Ok(offer) if offer.reading.feed.is_some() => {
                self.offers.push(offer);
                return Ok(None);
            }
            _ => {}
        }
        if let Some(contents) = sitemap::contents(&page.body, &page.url) {
            self.follow(contents.maps, SITEMAPS_TRIED_MAX).await;
            return Ok(None);
        }
        let html = charset::decode(&page.body, page.content_type.as_deref()).text.into_owned();
        self.title = discover::title(&html);
        let itself = Itself { page, html, offer };
        self.page(&itself, None).await;
        self.offers.iter_mut().for_each(|offer| offer.is_own = true);
        if !itself.is_all_that_is_meant() {
            let site = itself.page.url.clone();
            if !itself.offer.as_ref().is_ok_and(Offer::is_place) {
                self.sitemaps(&site).await;
            }
            for place in discover::places(&itself.html, &site) {
                self.place(&place).await;
            }
            if self.offers.is_empty() {
                self.usual_places(&site).await;
            }
        }
        Ok(Some(itself))
    }

    /// Tries what a page offers: the interface of its software, its feeds, itself if people speak there.
    async fn page(&mut self, itself: &Itself, kind: Option<Kind>) {
        let Itself { page, html, offer } = itself;
        let seen =
            Seen { html, url: &page.url, link: page.link.as_deref(), cookies: &page.cookies };
        let offered = self.visits.crawl().presets.offered(seen, self.preset);
        let kind = kind.or(offered.as_ref().map(|offered| offered.kind));
        let at = offered.as_ref().map_or(&[][..], |offered| &offered.at);
        let mut has_interface = false;
        for OfferedAt { interfaces, .. } in at {
            for url in interfaces {
                has_interface |= self.interface(url, offered.as_ref()).await;
            }
            if has_interface {
                break;
            }
        }
        let tried_max = if has_interface { FEEDS_BESIDE_JSON_MAX } else { FEEDS_TRIED_MAX };
        let named = discover::feeds(html, &page.url).into_iter();
        let named = named.filter(|feed| feed.found_by != FoundBy::Guess).take(tried_max);
        let mut has_feed = false;
        for feed in named {
            has_feed |= self.feed(&feed.url, kind).await;
        }
        for OfferedAt { feeds, .. } in at.iter().filter(|_| !has_interface) {
            for url in feeds {
                has_feed = has_feed || self.feed(url, kind).await;
            }
        }
        if let Ok(offer) = offer
            && offer.is_place()
            && !has_interface
        {
            self.offers.push(offer.clone());
            self.lists(offer).await;
        }
    }

    /// Looks at the lists of a list of lists, such as all mailing lists of a server.
    async fn lists(&mut self, offer: &Offer) {
        let topics = offer.reading.page.as_ref().map_or(&[][..], |page| &page.topics);
        let is_of_lists = offer.reading.items.is_empty()
            && topics.len() <= LISTS_OF_LISTS_MAX
            && topics.iter().all(|topic| topic.active.is_none());
        if !is_of_lists {
            return;
        }
        for topic in topics.iter().take(LISTS_MAX) {
            let Ok(page) = self.visits.get(&topic.url).await else { continue };
            let html = charset::decode(&page.body, page.content_type.as_deref()).text.into_owned();
            let offer = self.read(&page, &topic.url, Way::Page);
            let kind = offer.as_ref().ok().and_then(|offer| offer.kind);
            for feed in discover::feeds(&html, &page.url).into_iter().take(FEEDS_BESIDE_JSON_MAX) {
                if feed.found_by != FoundBy::Guess
                    && self.feed(&feed.url, kind).await
                    && let Some(feed) = self.offers.last_mut()
                {
                    feed.title = feed.title.take().or_else(|| Some(topic.title.clone()));
                }
            }
            let mut offer = offer.ok().filter(Offer::is_place);
            if let Some(offer) = &mut offer {
                offer.title = offer.title.take().or_else(|| Some(topic.title.clone()));
            }
            self.offers.extend(offer);
        }
    }

    async fn place(&mut self, place: &Place) {
        let Ok(page) = self.visits.get(&place.url).await else { return };
        let mut offer = self.read(&page, &place.url, Way::Page);
        let kind = match place.kind {
            PlaceKind::Forum => Kind::Forum,
            PlaceKind::Review => Kind::Review,
            PlaceKind::News => Kind::News,
            PlaceKind::Blog => Kind::Blog,
        };
        if let Ok(offer) = &mut offer {
            if offer.reading.feed.is_some() {
                self.offers.push(offer.clone());
                return;
            }
            offer.title = offer.title.take().or_else(|| place.title.clone());
        }
        let html = charset::decode(&page.body, page.content_type.as_deref()).text.into_owned();
        self.page(&Itself { page, html, offer }, Some(kind)).await;
    }

    async fn usual_places(&mut self, site: &Url) {
        for place in discover::usual_places(site) {
            if self.offers.is_empty() {
                self.place(&place).await;
            }
        }
    }

    /// Looks for sitemaps of news: those that robots.txt names, else in the usual places.
    async fn sitemaps(&mut self, site: &Url) {
        let Ok(robots_url) = site.join("/robots.txt") else { return };
        let robots = self.visits.get(&robots_url).await;
        let named = robots.map(|robots| sitemap::in_robots(&robots.body, &robots.url));
        let mut maps = named.unwrap_or_default();
        if maps.is_empty() {
            maps = sitemap::usual_places(site).collect();
        }
        self.follow(maps, SITEMAPS_TRIED_MAX - 1).await;
    }

    /// Reads sitemaps, and those of news that they name.
    async fn follow(&mut self, maps: Vec<Url>, tried_max: usize) {
        let mut waiting = std::collections::VecDeque::from(maps);
        for _ in 0..tried_max {
            let Some(url) = waiting.pop_front() else { return };
            let Ok(page) = self.visits.get(&url).await else { continue };
            let Some(contents) = sitemap::contents(&page.body, &page.url) else { continue };
            if contents.news > 0 {
                self.offers.extend(self.read(&page, &url, Way::Sitemap).ok());
            }
            for map in contents.maps.into_iter().rev().filter(sitemap::is_of_news) {
                waiting.push_front(map);
            }
        }
    }

    /// Tries the feeds of which nothing tells, where none was found.
    async fn guess_feeds(&mut self, itself: Option<&Itself>) {
        let Some(Itself { page, html, .. }) = itself.filter(|_| self.offers.is_empty()) else {
            return;
        };
        let guesses = discover::feeds(html, &page.url).into_iter();
        let guesses = guesses.filter(|feed| feed.found_by == FoundBy::Guess);
        for guess in guesses.take(GUESSES_MAX) {
            if self.feed(&guess.url, None).await {
                return;
            }
        }
    }

    async fn interface(&mut self, url: &Url, offered: Option<&Offered>) -> bool {
        let Ok(page) = self.visits.get(url).await else { return false };
        let offer = self.read(&page, url, Way::Interface).ok();
        let offer = offer.filter(|offer| offer.preset().is_some());
        self.keep(offer.map(|offer| Offer {
            // Of "WordPress, with bbPress and WooCommerce" the first is enough.
            software: offered.and_then(|offered| {
                Some(offered.title.split([',', '(']).next()?.trim().to_owned())
            }),
            ..offer
        }))
    }

    async fn feed(&mut self, url: &Url, kind: Option<Kind>) -> bool {
        let Ok(page) = self.visits.get(url).await else { return false };
        let offer = self.read(&page, url, Way::Feed).ok();
        let offer = offer.filter(|offer| offer.reading.feed.is_some());
        self.keep(offer.map(|offer| Offer { kind: offer.kind.or(kind), ..offer }))
    }

    fn keep(&mut self, offer: Option<Offer>) -> bool {
        let is_new = |offer: &Offer| self.offers.iter().all(|known| known.url != offer.url);
        let offer = offer.filter(is_new);
        let is_kept = offer.is_some();
        self.offers.extend(offer);
        is_kept
    }

    /// Reads a page, or says why it cannot be read.
    fn read(&self, page: &Page, url: &Url, way: Way) -> Result<Offer, Problem> {
        Offer::read(page, url, way, self.preset, &self.visits.crawl().presets, self.now)
    }
}

impl Itself {
    /// Whether the address is that of one conversation or of the reviews of one thing: who gives it means
    /// no other page of the site.
    fn is_all_that_is_meant(&self) -> bool {
        let is_deep = self.page.url.path() != "/";
        let is_place = |offer: &Offer| offer.is_place() && !offer.reading.items.is_empty();
        is_deep && self.offer.as_ref().is_ok_and(is_place)
    }
}

/// Tells whether a feed or an interface brings what was said about what was written.
fn about(url: &Url, title: Option<&str>) -> About {
    let is_of_comments = |text: &str| {
        let text = text.to_lowercase();
        text.contains("comment") || text.contains("réponses")
    };
    if is_of_comments(url.as_str()) || title.is_some_and(is_of_comments) {
        About::Comments
    } else {
        About::Posts
    }
}
