//! One request and its answer, within the limits of time and size. What an answer means is decided
//! by its caller.

use std::future::Future;
use std::io;
use std::time::Duration;

use futures_util::stream::{Stream, try_unfold};
use futures_util::{FutureExt, TryFutureExt};
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, Entry, HeaderMap, HeaderValue};
use reqwest::{Client, ClientBuilder, Method, Request, RequestBuilder, Response};
use tokio::time::timeout;
use tokio_util::bytes::Bytes;
use tokio_util::io::StreamReader;
use url::Url;

use super::error::{FetchError, Refusal, host, not_got, seconds};
use super::guard::Guard;
use super::limits::FetchLimits;
use super::trust::Authorities;
use super::unfold::{self, ACCEPTED, Coding};

/// How long a connection is kept that nothing is asked on.
const IDLE_CONNECTION: Duration = Duration::from_secs(20);
/// How many bytes of headers of an answer are read over HTTP/2. Over HTTP/1.1 hyper reads 100 headers and
/// 400 KiB at most; to say so once more would cost each answer an allocation.
const HEADER_BYTES_MAX: u32 = 64 * 1024;
/// What a server says of the length of its answer is believed up to here before it has come.
const RESERVED_BYTES_MAX: usize = 64 * 1024;

/// The connections of a crawler.
#[derive(Debug)]
pub(super) struct Wire {
    client: Client,
    user_agent: HeaderValue,
    guard: Guard,
    authorities: Authorities,
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
    pub(super) fn new(
        limits: &FetchLimits,
        user_agent: &str,
        guard: Guard,
        authorities: Authorities,
    ) -> Result<Self, BadFetcher> {
        // The only place that chooses the process's TLS provider. Its error says that one was
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
        mut asked: HeaderMap,
    ) -> Result<Response, FetchError> {
        self.judge(url)?;
        asked.insert(ACCEPT, HeaderValue::from_static(accept));
        if let Entry::Vacant(coding) = asked.entry(ACCEPT_ENCODING) {
            coding.insert(HeaderValue::from_static(ACCEPTED));
        }
        let mut request = Request::new(Method::GET, url.clone());
        *request.headers_mut() = asked;
        self.answered(self.client.execute(request), url).await
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
        self.answered(request.send(), url).await
    }

    fn answered(
        &self,
        sent: impl Future<Output = reqwest::Result<Response>>,
        url: &Url,
    ) -> impl Future<Output = Result<Response, FetchError>> {
        let sent = sent.map_err(|error| self.cut(&error, url));
        within(self.limits.first_byte, url, "no answer from", sent).map(Result::flatten)
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
        answer: &mut Response,
        bytes_max: usize,
    ) -> Result<Body, FetchError> {
        match Coding::of(answer.headers()) {
            None => self.plain(answer, bytes_max).await,
            // What few answers need must not make every fetch large.
            Some(coding) => Box::pin(self.unfolded(answer, coding, bytes_max)).await,
        }
    }

    async fn plain(&self, answer: &mut Response, bytes_max: usize) -> Result<Body, FetchError> {
        let length = answer.content_length().and_then(|length| usize::try_from(length).ok());
        let length = length.unwrap_or_default().min(bytes_max).min(RESERVED_BYTES_MAX);
        let mut body = Vec::with_capacity(length);
        while let Some(piece) = self.piece(answer).await? {
            let room = bytes_max - body.len();
            if piece.len() > room {
                body.extend_from_slice(&piece[..room]);
                return Ok(Body::Cut(body));
            }
            body.extend_from_slice(&piece);
        }
        Ok(Body::Whole(body))
    }

    async fn unfolded(
        &self,
        answer: &mut Response,
        coding: Coding,
        bytes_max: usize,
    ) -> Result<Body, FetchError> {
        let mut body = Vec::new();
        let pieces = StreamReader::new(Box::pin(self.pieces(answer, bytes_max)));
        let read = unfold::read(pieces, coding, bytes_max, &mut body).await;
        let is_cut = body.len() > bytes_max;
        body.truncate(bytes_max);
        match read.map_err(|error| not_unfolded(error, answer.url())) {
            Ok(()) if !is_cut => Ok(Body::Whole(body)),
            Ok(()) | Err(FetchError::TooLarge { .. }) => Ok(Body::Cut(body)),
            Err(error) => Err(error),
        }
    }

    /// Returns a body piece by piece as it comes, an error in the place of what is over the limit.
    fn pieces(
        &self,
        answer: &mut Response,
        bytes_max: usize,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send {
        try_unfold((answer, 0), move |(answer, received)| async move {
            let piece = self.piece(answer).await.map_err(io::Error::other)?;
            let Some(piece) = piece else { return Ok(None) };
            let received = received + piece.len();
            if received > bytes_max {
                return Err(io::Error::other(FetchError::TooLarge { limit_bytes: bytes_max }));
            }
            Ok(Some((piece, (answer, received))))
        })
    }

    /// Waits for the next piece of a body; `None` at its end.
    async fn piece(&self, answer: &mut Response) -> Result<Option<Bytes>, FetchError> {
        match timeout(self.limits.stall, answer.chunk()).await {
            Ok(piece) => piece.map_err(|error| self.cut(&error, answer.url())),
            Err(_elapsed) => Err(late("no more from", answer.url(), self.limits.stall)),
        }
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
        .tls_certs_merge(authorities.added())
        .user_agent(user_agent.clone())
        .connect_timeout(limits.connect)
        // Between two pages of a round a connection is kept; with thousands of hosts not for long.
        .pool_idle_timeout(IDLE_CONNECTION)
        .pool_max_idle_per_host(1)
        .http2_max_header_list_size(HEADER_BYTES_MAX)
        .referer(false)
        // Servers of feeds send odd headers; one of them is no reason to lose the feed.
        .http1_ignore_invalid_headers_in_responses(true)
}

/// Waits no longer than `limit`; `what` begins the sentence that says what did not come.
///
/// No `async fn`: that would hold what it waits for twice, as its argument and as what it awaits.
pub(super) fn within<T>(
    limit: Duration,
    url: &Url,
    what: &str,
    wait: impl Future<Output = T>,
) -> impl Future<Output = Result<T, FetchError>> {
    timeout(limit, wait).map_err(move |_elapsed| late(what, url, limit))
}

fn late(what: &str, url: &Url, limit: Duration) -> FetchError {
    FetchError::down(format!("{what} {} within {}", host(url), seconds(limit)))
}
