//! Asks a platform: with the owner's account where there is one, which no other host sees, and by the
//! platform's own words on how often.

use std::time::Duration;

use chrono::TimeDelta;
use model::{Secret, Timestamp, Validators};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap};
use reqwest::{Response, StatusCode};
use serde_json::Value;
use url::Url;

use super::error::{FetchError, Refusal, host};
use super::wire::{Body, within};
use super::{Fetched, Fetcher, failure, headers, hop};
use crate::platform::{Access, Asked, Asking, Said, Token};

const ACCEPT_DATA: &str = "application/json, application/atom+xml;q=0.9, application/rss+xml;q=0.9, \
    application/xml;q=0.8, text/xml;q=0.8, text/html;q=0.7, */*;q=0.1";

/// The largest body of an error that is read.
const ERROR_BYTES_MAX: usize = 64 << 10;
/// The largest answer that a token comes in.
const TOKEN_BYTES_MAX: usize = 64 << 10;
/// How long a token is good for that does not say so.
const TOKEN_LASTS: Duration = Duration::from_hours(1);
/// A token is got anew so long before it ends.
const TOKEN_MARGIN: Duration = Duration::from_mins(1);
/// A token that is said to last longer is asked for anew all the same.
const TOKEN_LASTS_MAX: u64 = 30 * 24 * 3600;

/// What a platform answered.
#[derive(Debug)]
pub struct Answered {
    pub fetched: Result<Fetched, FetchError>,
    /// How long the platform wants to be left alone.
    pub pause: Option<Duration>,
}

impl Answered {
    fn failed(error: FetchError) -> Self {
        Self { fetched: Err(error), pause: None }
    }
}

impl Fetcher {
    /// Reads what a platform answers at `url`, unless it is still what `known` describes.
    pub async fn ask(
        &self,
        url: &Url,
        known: &Validators,
        access: &Access,
        now: Timestamp,
    ) -> Answered {
        let visit = self.ask_twice(url, known, access, now);
        let answered = within(self.limits.whole, url, "no complete answer from", visit).await;
        answered.and_then(|visit| visit).unwrap_or_else(Answered::failed)
    }

    async fn ask_twice(
        &self,
        url: &Url,
        known: &Validators,
        access: &Access,
        now: Timestamp,
    ) -> Result<Answered, FetchError> {
        let token = self.token(access, now).await?;
        if let Some(answered) = self.ask_once(url, known, access, token.as_ref(), now).await? {
            return Ok(answered);
        }
        access.keep(None);
        let token = self.token(access, now).await?;
        let answered = self.ask_once(url, known, access, token.as_ref(), now).await?;
        answered.ok_or_else(|| refused(url, access, "a new token was refused too"))
    }

    /// Asks once; `None` where the token that was shown is no longer good and another can be got.
    async fn ask_once(
        &self,
        start: &Url,
        known: &Validators,
        access: &Access,
        token: Option<&Secret>,
        now: Timestamp,
    ) -> Result<Option<Answered>, FetchError> {
        let mut url = start.clone();
        for _ in 0..=self.limits.redirects {
            // Who is asked by its own account's rules is not visited by a robot.
            if !access.is_shown_at(&url) {
                self.admit(&url, now).await?;
            }
            let asked = access.asked(&url, token, now);
            let answer = self.put(&asked, known).await?;
            let Some(hop) = hop(&answer, &url)? else {
                return self.judge(answer, &url, start, known, access, now).await;
            };
            if asked.body.is_some() {
                let reason = format!("{} redirects what is sent to it", host(&url));
                return Err(FetchError::unreachable(reason));
            }
            url = access.bare(&hop.to);
        }
        let reason = format!("more than {} redirects", self.limits.redirects);
        Err(FetchError::unreachable(reason))
    }

    async fn put(&self, asked: &Asked, known: &Validators) -> Result<Response, FetchError> {
        let mut all = asked.headers.clone();
        let Some(body) = &asked.body else {
            all.extend(headers::conditions(known));
            return self.wire.get(&asked.url, ACCEPT_DATA, all).await;
        };
        let request = self.wire.post(&asked.url).headers(all).header(ACCEPT, ACCEPT_DATA);
        let request = request.header(CONTENT_TYPE, body.media_type).body(body.text.clone());
        self.wire.send(request, &asked.url).await
    }

    /// Turns an answer into what it brought, and what it says of the answers to come.
    async fn judge(
        &self,
        mut answer: Response,
        url: &Url,
        start: &Url,
        known: &Validators,
        access: &Access,
        now: Timestamp,
    ) -> Result<Option<Answered>, FetchError> {
        let (status, said_in) = (answer.status(), answer.headers().clone());
        let quota = access.quota();
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            // The account stays out of the address that the page is known by.
            let fetched = self.read(answer, url, false, known, now).await;
            let body = match &fetched {
                Ok(Fetched::Page(page)) => page.body.as_slice(),
                _ => &[],
            };
            let said = quota.said(&said_in, body, now);
            return Ok(Some(Answered { fetched, pause: said.pause }));
        }
        let (Body::Whole(body) | Body::Cut(body)) =
            self.wire.body(&mut answer, ERROR_BYTES_MAX).await?;
        let said = quota.said(&said_in, &body, now);
        let is_shown = access.is_shown_at(start);
        let is_refused = is_shown && (status == StatusCode::UNAUTHORIZED || said.is_expired);
        if is_refused && access.asking().is_some() {
            return Ok(None);
        }
        let heard = Heard { status, said_in: &said_in, said: &said, is_refused };
        let (error, pause) = heard.failure(url, access, now);
        Ok(Some(Answered { fetched: Err(error), pause }))
    }

    /// Returns the token to show: the owner's, or one that is got for it.
    pub(super) async fn token(
        &self,
        access: &Access,
        now: Timestamp,
    ) -> Result<Option<Secret>, FetchError> {
        if let Some(token) = access.token(now) {
            return Ok(Some(token));
        }
        let Some(asking) = access.asking() else { return Ok(None) };
        let token = self.get_token(&asking, access, now).await?;
        access.keep(Some(token.clone()));
        Ok(Some(token.secret))
    }

    async fn get_token(
        &self,
        asking: &Asking<'_>,
        access: &Access,
        now: Timestamp,
    ) -> Result<Token, FetchError> {
        let url = &asking.url;
        let mut request = self.wire.post(url).header(ACCEPT, "application/json");
        if let Some((user, password)) = &asking.basic {
            request = request.basic_auth(user, Some(password.reveal()));
        }
        let request = request.header(CONTENT_TYPE, asking.content_type).body(asking.body.clone());
        let mut answer = self.wire.send(request, url).await?;
        let (status, said_in) = (answer.status(), answer.headers().clone());
        let (Body::Whole(body) | Body::Cut(body)) =
            self.wire.body(&mut answer, TOKEN_BYTES_MAX).await?;
        let said = access.quota().said(&said_in, &body, now);
        if !status.is_success() {
            let is_refused = matches!(status.as_u16(), 400 | 401 | 403);
            let heard = Heard { status, said_in: &said_in, said: &said, is_refused };
            return Err(heard.failure(url, access, now).0);
        }
        let json: Value = serde_json::from_slice(&body).unwrap_or_default();
        // Both ways of writing it are about: RFC 6749, section 5.1, and within `data`.
        let of = |key: &str| json.get(key).or_else(|| json.get("data")?.get(key));
        let Some(token) = of(asking.token).and_then(Value::as_str) else {
            return Err(refused(url, access, "it gives no token"));
        };
        let lasts =
            of("expires_in").and_then(Value::as_u64).map(|lasts| lasts.min(TOKEN_LASTS_MAX));
        let lasts = lasts.map_or(TOKEN_LASTS, Duration::from_secs).saturating_sub(TOKEN_MARGIN);
        let until = now + TimeDelta::from_std(lasts).unwrap_or_default();
        Ok(Token { secret: Secret::new(token), until })
    }
}

fn refused(url: &Url, access: &Access, said: &str) -> FetchError {
    let by = Refusal::Account {
        host: host(url).to_owned(),
        account: access.account().unwrap_or_default().to_owned(),
        said: access.hidden(said),
    };
    FetchError::Refused { by }
}

/// An answer that brings nothing.
struct Heard<'a> {
    status: StatusCode,
    said_in: &'a HeaderMap,
    said: &'a Said,
    is_refused: bool,
}

impl Heard<'_> {
    /// Says what it means for the next visit, in the platform's own words.
    fn failure(
        &self,
        url: &Url,
        access: &Access,
        now: Timestamp,
    ) -> (FetchError, Option<Duration>) {
        let Self { status, said_in, said, is_refused } = *self;
        let words = said.words.as_deref().map(|words| access.hidden(words));
        if is_refused {
            let words = words.unwrap_or_else(|| format!("it answers {status}"));
            return (refused(url, access, &words), None);
        }
        let asked = headers::retry_after(said_in, now).max(said.pause);
        if status == StatusCode::TOO_MANY_REQUESTS || said.is_spent {
            let asked = asked.or_else(|| access.quota().after_too_many(said_in, now));
            let why =
                words.map_or_else(|| status.to_string(), |words| format!("{status}: {words}"));
            let reason = format!("{} answers {why}", host(url));
            return (FetchError::Later { pause: asked, reason }, asked);
        }
        let error = match (failure(status, url, asked, false), words) {
            (FetchError::Unreachable { reason }, Some(words)) => {
                FetchError::Unreachable { reason: format!("{reason}: {words}") }
            }
            (FetchError::Down { reason }, Some(words)) => {
                FetchError::Down { reason: format!("{reason}: {words}") }
            }
            (FetchError::Refused { .. }, Some(words)) if access.account().is_some() => {
                refused(url, access, &words)
            }
            (error, _) => error,
        };
        (error, said.pause)
    }
}
