//! One request and its answer, within the limits of time and size. What an answer means is decided
//! by its caller.

use std::future::Future;
use std::io;
use std::time::Duration;

use futures_util::stream::{Stream, try_unfold};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{Client, ClientBuilder, RequestBuilder, Response};
use tokio::time::timeout;
use tokio_util::bytes::Bytes;
use tokio_util::io::StreamReader;
use url::Url;

use super::error::{FetchError, Refusal, host, not_got, seconds};
use super::guard::Guard;
use super::limits::FetchLimits;
use super::unfold::{self, ACCEPTED, Coding};
use super::trust::Authorities;

/// How long a connection is kept that nothing is asked on.
const IDLE_CONNECTION: Duration = Duration::from_secs(20);
/// How many headers of an answer are read, and how many bytes of them over HTTP/2. Over HTTP/1.1 hyper
/// reads 400 KiB at most.
const HEADERS_MAX: usize = 100;
const HEADER_BYTES_MAX: u32 = 64 * 1024;

/// The connections of a crawler.
#[derive(Debug)]
pub(super) struct Wire {
    client: Client,
    user_agent: HeaderValue,
    guard: Guard,
    limits: FetchLimits,
}
    authorities: Authorities,

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
    pub(super) fn new(
        limits: &FetchLimits,
        user_agent: &str,
        guard: Guard,
    ) -> Result<Self, BadFetcher> {
        // The only place that chooses the process's TLS provider. Its error says that one was
        authorities: Authorities,
        // chosen already, which suits us.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let user_agent = HeaderValue::from_str(user_agent)
            .map_err(|_| BadFetcher::UserAgent(user_agent.to_owned()))?;
        let client = client(limits, &user_agent, &guard, &authorities).build();
        let client = client.map_err(BadFetcher::Tls)?;
        Ok(Self { client, user_agent, guard, authorities, limits: *limits })
    }

    /// Begins a request that asks to speak another protocol over its connection, which must be its own
    /// and not of HTTP/2.
    pub(super) fn upgrade(&self, url: &Url) -> Result<RequestBuilder, FetchError> {
        let client = client(&self.limits, &self.user_agent, &self.guard, &self.authorities);
        let client = client.http1_only().build().map_err(|error| self.cut(&error, url))?;
        Ok(client.get(url.clone()))
    }

    /// Asks for a page and waits for the headers of the answer. Every request of a crawler passes here,
    /// so rules about where requests may go belong here.
    pub(super) async fn get(
        &self,
        url: &Url,
        accept: &'static str,
        conditions: HeaderMap,
    ) -> Result<Response, FetchError> {
        let is_coding_chosen = conditions.contains_key(ACCEPT_ENCODING);
        let request = self.client.get(url.clone()).headers(conditions).header(ACCEPT, accept);
        let request =
            if is_coding_chosen { request } else { request.header(ACCEPT_ENCODING, ACCEPTED) };
        self.send(request, url).await
    }

    /// Begins a request that sends something.
    pub(super) fn post(&self, url: &Url) -> RequestBuilder {
        self.client.post(url.clone()).header(ACCEPT_ENCODING, ACCEPTED)
    }

    /// Sends a request and waits for the headers of the answer.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
        url: &Url,
    ) -> Result<Response, FetchError> {
        self.judge(url)?;
        let answer = within(self.limits.first_byte, url, "no answer from", request.send()).await?;
        answer.map_err(|error| self.cut(&error, url))
    }

    /// Decides whether an address may be asked, as far as it can be told before its name is resolved.
    pub(super) fn judge(&self, url: &Url) -> Result<(), FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            let scheme = url.scheme().to_owned();
            return Err(Refusal::Scheme { scheme }.into());
        }
        Ok(self.guard.judge(url).map_err(Refusal::Address)?)
    }

    /// Reads a body up to `bytes_max`, counted as it comes and once it is unfolded: a small answer that
    /// unfolds into a huge one is left as soon as it has, and so is one that never unfolds.
    pub(super) async fn body(
        &self,
        answer: Response,
        bytes_max: usize,
    ) -> Result<Body, FetchError> {
        let url = answer.url().clone();
        let coding = Coding::of(answer.headers());
        let mut body = Vec::new();
        let pieces = StreamReader::new(Box::pin(self.pieces(answer, bytes_max)));
        let read = unfold::read(pieces, coding, bytes_max, &mut body).await;
        let is_cut = body.len() > bytes_max;
        body.truncate(bytes_max);
        match read.map_err(|error| not_unfolded(error, &url)) {
            Ok(()) if !is_cut => Ok(Body::Whole(body)),
            Ok(()) | Err(FetchError::TooLarge { .. }) => Ok(Body::Cut(body)),
            Err(error) => Err(error),
        }
    }

    /// Returns a body piece by piece as it comes, an error in the place of what is over the limit.
    fn pieces(
        &self,
        answer: Response,
        bytes_max: usize,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send {
        try_unfold((answer, 0), move |(mut answer, received)| async move {
            let url = answer.url().clone();
            let chunk = within(self.limits.stall, &url, "no more from", answer.chunk());
            let chunk = chunk.await.map_err(io::Error::other)?;
            let chunk = chunk.map_err(|error| io::Error::other(self.cut(&error, &url)))?;
            let Some(chunk) = chunk else { return Ok(None) };
            let received = received + chunk.len();
            if received > bytes_max {
                return Err(io::Error::other(FetchError::TooLarge { limit_bytes: bytes_max }));
            }
            Ok(Some((chunk, (answer, received))))
        })
    }

    fn cut(&self, error: &reqwest::Error, url: &Url) -> FetchError {
        not_got(error, url, &self.limits)
    }
}

/// Says why a body did not come whole, or could not be unfolded.
fn not_unfolded(error: io::Error, url: &Url) -> FetchError {
    match error.downcast::<FetchError>() {
        Ok(error) => error,
        Err(error) => {
            let host = host(url);
            let reason = format!("the body from {host} came damaged or not whole: {error}");
            FetchError::unreachable(reason)
        }
    }
}

fn client(
    limits: &FetchLimits,
    user_agent: &HeaderValue,
    guard: &Guard,
    authorities: &Authorities,
) -> ClientBuilder {
    guard
        .client()
        .user_agent(user_agent.clone())
        .connect_timeout(limits.connect)
        // Between two pages of a round a connection is kept; with thousands of hosts not for long.
        .pool_idle_timeout(IDLE_CONNECTION)
        .pool_max_idle_per_host(1)
        .http1_max_headers(HEADERS_MAX)
        .http2_max_header_list_size(HEADER_BYTES_MAX)
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
    timeout(limit, wait).await.map_err(|_elapsed| FetchError::down(late()))
}
        .tls_certs_merge(authorities.added())
