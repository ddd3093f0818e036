//! Gets one page: politely (robots.txt, conditional requests, `Retry-After`) and within limits of
//! time, size and redirects. It keeps nothing but connections and what hosts said in robots.txt;
//! when to visit again is [`crate::schedule`]'s to say, what the page holds the extractor's.

mod cookies;
mod error;
mod guard;
mod headers;
mod limits;
mod live;
mod manners;
mod platform;
mod post;
mod trust;
mod unfold;
mod wall;
mod way;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use model::{Timestamp, Validators};
use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderValue, LINK, LOCATION, SET_COOKIE};
use reqwest::{Response, StatusCode};
use url::Url;
use xxhash_rust::xxh3::xxh3_128;

pub use cookies::Cookies;
pub use error::{FetchError, Refusal};
pub use guard::{Forbidden, Guard, is_public};
pub use limits::FetchLimits;
pub use manners::RobotsPolicy;
pub use platform::Answered;
pub use trust::{Authorities, BadAuthorities};
pub use way::{Passed, Turns, Way};
pub use wire::BadFetcher;

use error::host;
use manners::Manners;
use wire::{Body, Wire, within};

use crate::host::Answer;

const ACCEPT_FEEDS: &str = "application/rss+xml, application/atom+xml, application/feed+json, \
    application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.1";

/// Reads pages. One for the whole program: it shares connections and what robots.txt said.
#[derive(Debug)]
pub struct Fetcher {
    wire: Wire,
    manners: Manners,
    /// Kept by who visits many sources at a time.
    turns: Option<Arc<Turns>>,
    limits: FetchLimits,
}

/// What a visit brought.
#[expect(clippy::large_enum_variant, reason = "one at a time, and gone within the visit")]
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    Page(Page),
    /// Nothing new: the server said so (304), or the body is the last one, byte for byte.
    Unchanged {
        validators: Validators,
        fresh_for: Option<Duration>,
    },
}

/// A page as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Where it was found after all redirects: the base of its relative links.
    pub url: Url,
    /// The address to use from now on, where every redirect on the way was permanent. To believe
    /// only if the page holds what was hoped for: a login page can be moved to for good, too.
    pub moved_to: Option<Url>,
    pub status: u16,
    /// Verbatim.
    pub content_type: Option<String>,
    /// The `Link` header (RFC 8288), verbatim.
    pub link: Option<String>,
    /// The names of the cookies that it wants to set: they tell what software it is.
    pub cookies: Vec<String>,
    /// Decompressed; its characters are still to be decoded.
    pub body: Vec<u8>,
    /// To be given to the next visit once this body has been dealt with.
    pub validators: Validators,
    /// How long the server says that nothing will change.
    pub fresh_for: Option<Duration>,
}

impl Fetcher {
    /// Sets up a crawler. `user_agent` begins with the name that robots.txt files address and
    /// should say how to reach its owner: `Vigie/0.1 (+mailto:press@ozalee.example)`.
    pub fn new(
        limits: &FetchLimits,
        user_agent: &str,
        robots: RobotsPolicy,
        guard: Guard,
        authorities: Authorities,
    ) -> Result<Self, BadFetcher> {
        let agent = crate::robots::product_token(user_agent);
        if agent.is_empty() {
            return Err(BadFetcher::UserAgent(user_agent.to_owned()));
        }
        let manners = Manners::new(robots, agent.to_owned(), limits);
        let wire = Wire::new(limits, user_agent, guard, authorities)?;
        Ok(Self { wire, manners, turns: None, limits: *limits })
    }

    /// Lets redirects lead to other hosts only when these are free.
    #[must_use]
    pub fn with_turns(self, turns: Arc<Turns>) -> Self {
        Self { turns: Some(turns), ..self }
    }

    /// Reads the page at `url` unless it is still what `known` describes.
    pub async fn fetch(
        &self,
        url: &Url,
        known: &Validators,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        let (mut cookies, mut way) = (Cookies::default(), Way::default());
        self.fetch_in_round(url, known, &mut cookies, &mut way, now).await
    }

    /// The same for one of the pages that are read in one round: gives back the cookies that the host
    /// set on the others, and keeps what it sets now. Tells which other hosts were asked on the way.
    pub async fn fetch_in_round(
        &self,
        url: &Url,
        known: &Validators,
        cookies: &mut Cookies,
        way: &mut Way,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        let visit = self.follow(url, known, cookies, way, now);
        within(self.limits.whole, url, "no complete answer from", visit).await?
    }

    /// Returns the pause between visits that the host's robots.txt asks for (`Crawl-delay`), as far
    /// as it is known from earlier visits.
    pub fn crawl_delay(&self, url: &Url, now: Timestamp) -> Option<Duration> {
        self.manners.crawl_delay(url, now)
    }

    async fn follow(
        &self,
        start: &Url,
        known: &Validators,
        cookies: &mut Cookies,
        way: &mut Way,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        let mut visited: Vec<(Url, Option<HeaderValue>)> = Vec::new();
        let mut url = start.clone();
        let mut permanent = true;
        loop {
            if !visited.is_empty() {
                let pause = self.crawl_delay(&url, now).unwrap_or_default();
                let pause = pause.max(self.limits.host_pause);
                Box::pin(way.enter(&url, start, self.turns.as_deref(), pause, now)).await?;
            }
            let told = |error: FetchError, way: &mut Way| {
                way.heard(&url, error.answer(true));
                told_of(&url, start, error)
            };
            if let Err(error) = self.admit(&url, now).await {
                return Err(told(error, way));
            }
            let cookie = cookies.header(&url);
            let mut asked = headers::conditions(known);
            if let Some(cookie) = &cookie {
                asked.insert(COOKIE, cookie.clone());
            }
            let answer = self.wire.get(&url, ACCEPT_FEEDS, asked).await;
            let answer = answer.map_err(|error| told(error, way))?;
            way.heard(&url, Answer::Given { is_prompt: true });
            cookies.take(&url, start, answer.headers(), now);
            let Some(hop) = hop(&answer, &url)? else {
                let moved = permanent && !visited.is_empty();
                let read = self.read(answer, &url, moved, known, now).await;
                return read.map_err(|error| told(error, way));
            };
            // With what was sent along: a page may lead back to itself once it has set its cookie.
            let sent = cookies.header(&hop.to);
            visited.push((url.clone(), cookie));
            if visited.iter().any(|step| step.0 == hop.to && step.1 == sent) {
                let reason = format!("{} redirects in a circle", host(&url));
                return Err(FetchError::unreachable(reason));
            }
            if visited.len() > self.limits.redirects {
                let reason = format!("more than {} redirects", self.limits.redirects);
                return Err(FetchError::unreachable(reason));
            }
            permanent &= hop.permanent;
            url = hop.to;
        }
    }

    /// Decides whether a page may be asked for at all.
    async fn admit(&self, url: &Url, now: Timestamp) -> Result<(), FetchError> {
        // Before its robots.txt is asked for there.
        self.wire.judge(url)?;
        self.manners.admit(&self.wire, url, now).await
    }

    /// Turns the last answer of a visit into what it brought.
    async fn read(
        &self,
        mut answer: Response,
        url: &Url,
        moved: bool,
        known: &Validators,
        now: Timestamp,
    ) -> Result<Fetched, FetchError> {
        let status = answer.status();
        let fresh_for = headers::fresh_for(answer.headers(), now);
        // A 304 to a request without conditions would keep a page away from us for ever.
        if status == StatusCode::NOT_MODIFIED && !headers::conditions(known).is_empty() {
            let validators = headers::confirmed(answer.headers(), known);
            return Ok(Fetched::Unchanged { validators, fresh_for });
        }
        if !status.is_success() || wall::in_headers(answer.headers()) {
            let is_wall = Box::pin(self.is_wall(&mut answer)).await;
            let retry_after = headers::retry_after(answer.headers(), now);
            return Err(failure(status, url, retry_after, is_wall));
        }
        let Body::Whole(body) = self.wire.body(&mut answer, self.limits.body_bytes).await? else {
            return Err(FetchError::TooLarge { limit_bytes: self.limits.body_bytes });
        };
        let headers = answer.headers();
        let digest = digest(&body);
        let unchanged = known.body_digest.as_ref() == Some(&digest);
        let validators = headers::validators(headers, Some(digest));
        if unchanged {
            return Ok(Fetched::Unchanged { validators, fresh_for });
        }
        Ok(Fetched::Page(Page {
            moved_to: moved.then(|| url.clone()),
            url: url.clone(),
            status: status.as_u16(),
            content_type: headers::text(headers, &CONTENT_TYPE),
            link: headers::text(headers, &LINK),
            cookies: headers::cookie_names(headers.get_all(SET_COOKIE)),
            body,
            validators,
            fresh_for,
        }))
    }

    /// Whether an answer that brings no page asks for a proof that a person is reading.
    async fn is_wall(&self, answer: &mut Response) -> bool {
        if wall::in_headers(answer.headers()) {
            return true;
        }
        if !wall::may_be(answer.status().as_u16()) {
            return false;
        }
        match self.wire.body(answer, wall::LOOKED_AT_BYTES).await {
            Ok(Body::Whole(beginning) | Body::Cut(beginning)) => wall::in_body(&beginning),
            Err(_) => false,
        }
    }
}

/// Returns what an error at an address says of the one that was asked first: where a redirect led to
/// another host, that one's silence is not the first one's.
fn told_of(at: &Url, start: &Url, error: FetchError) -> FetchError {
    if at.origin() != start.origin()
        && let FetchError::Down { reason } = error
    {
        return FetchError::Unreachable { reason };
    }
    error
}

/// One redirect.
struct Hop {
    to: Url,
    permanent: bool,
}

/// Returns where an answer sends us, if it does.
fn hop(answer: &Response, from: &Url) -> Result<Option<Hop>, FetchError> {
    let permanent = match answer.status().as_u16() {
        301 | 308 => true,
        302 | 303 | 307 => false,
        _ => return Ok(None),
    };
    let target = headers::text(answer.headers(), &LOCATION);
    let target = target.and_then(|target| from.join(&target).ok());
    let Some(mut to) = target else {
        let reason = format!("{} redirects to nowhere ({})", host(from), answer.status());
        return Err(FetchError::unreachable(reason));
    };
    to.set_fragment(None);
    Ok(Some(Hop { to, permanent }))
}

/// Says what an answer that brings no page means for the next visit.
fn failure(
    status: StatusCode,
    url: &Url,
    retry_after: Option<Duration>,
    is_wall: bool,
) -> FetchError {
    let host = host(url).to_owned();
    let reason = format!("{host} answers {status}");
    match (status.as_u16(), retry_after) {
        (429, pause) | (503, pause @ Some(_)) => FetchError::Later { pause, reason },
        _ if is_wall => Refusal::Wall { host, status }.into(),
        (401 | 403 | 407 | 451, _) => FetchError::Refused { by: Refusal::Server { host, status } },
        (410, _) => FetchError::Gone { host },
        (500..600, _) => FetchError::Down { reason },
        (404, _) => FetchError::Missing { host },
        _ => FetchError::Unreachable { reason },
    }
}

/// Returns what a body is known by. To tell it from the one before it needs no cryptography: who could make
/// two alike could as well send the first twice. SHA-256 took a twelfth of the CPU of a fetch.
fn digest(body: &[u8]) -> String {
    format!("{:032x}", xxh3_128(body))
}
