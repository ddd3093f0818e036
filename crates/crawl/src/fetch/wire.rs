//! One request and its answer, within the limits of time and size. What an answer means is decided
//! by its caller.

use std::future::Future;
use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response, redirect};
use tokio::time::timeout;
use url::Url;

use super::error::{FetchError, host, seconds, sentence};
use super::limits::FetchLimits;

/// The connections of a crawler.
#[derive(Debug)]
pub(super) struct Wire {
    client: Client,
    user_agent: HeaderValue,
    limits: FetchLimits,
}

/// The crawler cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum BadFetcher {
    #[error("the user agent {0:?} cannot be sent: it must begin with a name and be plain ASCII")]
    UserAgent(String),
    #[error("no TLS: {0} (on Debian and others the package ca-certificates brings the roots)")]
    Tls(#[source] reqwest::Error),
}

/// As much of a body as was read.
pub(super) enum Body {
    Whole(Vec<u8>),
    /// The limit was reached; the rest stays unread.
    Cut(Vec<u8>),
}

impl Wire {
    pub(super) fn new(limits: &FetchLimits, user_agent: &str) -> Result<Self, BadFetcher> {
        // The only place that chooses the process's TLS provider. Its error says that one was
        // chosen already, which suits us.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let user_agent = HeaderValue::from_str(user_agent)
            .map_err(|_| BadFetcher::UserAgent(user_agent.to_owned()))?;
        let client = client(limits, &user_agent).build().map_err(BadFetcher::Tls)?;
        Ok(Self { client, user_agent, limits: *limits })
    }

    /// Begins a request that asks to speak another protocol over its connection, which must be its own
    /// and not of HTTP/2.
    pub(super) fn upgrade(&self, url: &Url) -> Result<RequestBuilder, FetchError> {
        let client = client(&self.limits, &self.user_agent).http1_only().build();
        let client = client.map_err(|error| self.cut(&error, url))?;
        Ok(client.get(url.clone()))
    }

    /// Asks for a page and waits for the headers of the answer.
    pub(super) async fn get(
        &self,
        url: &Url,
        accept: &'static str,
        conditions: HeaderMap,
    ) -> Result<Response, FetchError> {
        self.send(self.client.get(url.clone()).headers(conditions).header(ACCEPT, accept), url)
            .await
    }

    /// Begins a request that sends something.
    pub(super) fn post(&self, url: &Url) -> RequestBuilder {
        self.client.post(url.clone())
    }

    /// Sends a request and waits for the headers of the answer.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        url: &Url,
    ) -> Result<Response, FetchError> {
        let answer = within(self.limits.first_byte, url, "no answer from", request.send()).await?;
        answer.map_err(|error| self.cut(&error, url))
    }

    /// Reads a body up to `bytes_max`, counted after decompression: a small answer that unfolds
    /// into a huge one is left as soon as it has.
    pub(super) async fn body(
        &self,
        mut answer: Response,
        bytes_max: usize,
    ) -> Result<Body, FetchError> {
        let url = answer.url().clone();
        let mut body = Vec::new();
        loop {
            let chunk = within(self.limits.stall, &url, "no more from", answer.chunk()).await?;
            match chunk.map_err(|error| self.cut(&error, &url))? {
                Some(chunk) if body.len() + chunk.len() > bytes_max => {
                    body.extend_from_slice(&chunk[..bytes_max - body.len()]);
                    return Ok(Body::Cut(body));
                }
                Some(chunk) => body.extend_from_slice(&chunk),
                None => return Ok(Body::Whole(body)),
            }
        }
    }

    fn cut(&self, error: &reqwest::Error, url: &Url) -> FetchError {
        FetchError::unreachable(sentence(error, url, &self.limits))
    }
}

fn client(limits: &FetchLimits, user_agent: &HeaderValue) -> ClientBuilder {
    Client::builder()
        .user_agent(user_agent.clone())
        .redirect(redirect::Policy::none())
        .connect_timeout(limits.connect)
        .referer(false)
        // Servers of feeds send odd headers; one of them is no reason to lose the feed.
        .http1_ignore_invalid_headers_in_responses(true)
}

/// Waits no longer than `limit`; `what` begins the sentence that says what did not come.
pub(super) async fn within<T>(
    limit: Duration,
    url: &Url,
    what: &str,
    wait: impl Future<Output = T>,
) -> Result<T, FetchError> {
    let late = || format!("{what} {} within {}", host(url), seconds(limit));
    timeout(limit, wait).await.map_err(|_elapsed| FetchError::unreachable(late()))
}
