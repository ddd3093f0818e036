//! Why a page did not come, sorted by what to do next, in sentences for people.

use std::error::Error;
use std::io;
use std::time::Duration;

use reqwest::StatusCode;
use rustls::CertificateError;
use url::Url;

use super::guard::Forbidden;
use super::limits::FetchLimits;
use crate::host::Answer;

/// What hyper says of them; its error is no type of ours to name.
const TOO_MANY_HEADERS: &str = "message head is too large";

/// Why a page did not come. Each variant is another next move; each message stands alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The server wants to be left alone, for this long if it says: do not come back before.
    #[error("{reason}{}", again(*pause))]
    Later { pause: Option<Duration>, reason: String },
    /// The host where a redirect leads is to be left alone for so long; who redirects there is not.
    #[error("{host}, where it leads, is left alone: {reason}{}", again(Some(*pause)))]
    Resting { host: String, pause: Duration, reason: String },
    /// We may not read this; only the owner of the site or of the source can change that.
    #[error("{by}")]
    Refused { by: Refusal },
    /// The page was taken away for good, the server says: the source needs a new address.
    #[error("{host} says that this page is gone for good (410)")]
    Gone { host: String },
    /// There is no such page now (404): some large sites say so for hours and then recover.
    #[error("{host} answers 404 Not Found")]
    Missing { host: String },
    /// The body is over the limit: raise it or leave the source.
    #[error("body over {}", size(*limit_bytes))]
    TooLarge { limit_bytes: usize },
    /// The host gives no answer, or fails: none of its pages would come. It may pass.
    #[error("{reason}")]
    Down { reason: String },
    /// This page did not come. It may pass: try again after a growing pause.
    #[error("{reason}")]
    Unreachable { reason: String },
}

/// Who says that we may not read a page.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("robots.txt of {host} asks robots not to read this page")]
    Robots { host: String },
    #[error("{host} refuses us the page ({status})")]
    Server { host: String, status: StatusCode },
    #[error(
        "{host} asks for a proof that a person is reading ({status}); it may offer a feed or an API instead"
    )]
    Wall { host: String, status: StatusCode },
    #[error("only http and https are read, not {scheme}")]
    Scheme { scheme: String },
    /// See the table of platforms in the documentation for what to do.
    #[error("{host} does not accept accounts.{account}: {said} (docs/platforms.md)")]
    Account { host: String, account: String, said: String },
    #[error(transparent)]
    Address(Forbidden),
}

impl From<Refusal> for FetchError {
    fn from(by: Refusal) -> Self {
        Self::Refused { by }
    }
}

impl FetchError {
    pub(super) fn unreachable(reason: impl Into<String>) -> Self {
        Self::Unreachable { reason: reason.into() }
    }

    pub(super) fn down(reason: impl Into<String>) -> Self {
        Self::Down { reason: reason.into() }
    }

    /// Returns what this says of the host that was asked.
    pub fn answer(&self, is_prompt: bool) -> Answer {
        match self {
            Self::Later { pause, reason } => {
                Answer::Later { pause: *pause, reason: reason.clone() }
            }
            Self::Down { reason } => Answer::Missing { reason: reason.clone() },
            Self::Refused { by: Refusal::Address(_) | Refusal::Scheme { .. } } => Answer::Unasked,
            Self::Refused {
                by:
                    Refusal::Robots { .. }
                    | Refusal::Server { .. }
                    | Refusal::Wall { .. }
                    | Refusal::Account { .. },
            }
            | Self::Resting { .. }
            | Self::Gone { .. }
            | Self::Missing { .. }
            | Self::TooLarge { .. }
            | Self::Unreachable { .. } => Answer::Given { is_prompt },
        }
    }
}

/// Says why a connection gave no answer, or not all of it.
pub(super) fn not_got(error: &reqwest::Error, url: &Url, limits: &FetchLimits) -> FetchError {
    match causes(error).find_map(|cause| cause.downcast_ref::<Forbidden>()) {
        Some(forbidden) => Refusal::Address(forbidden.clone()).into(),
        None => FetchError::down(sentence(error, url, limits)),
    }
}

fn sentence(error: &reqwest::Error, url: &Url, limits: &FetchLimits) -> String {
    let host = host(url);
    if error.is_connect() && error.is_timeout() {
        return format!("no connection to {host} within {}", seconds(limits.connect));
    }
    for cause in causes(error) {
        if cause.to_string().starts_with("dns error") {
            return format!("host not found: {host}");
        }
        if let Some(rustls::Error::InvalidCertificate(reason)) = cause.downcast_ref() {
            return format!("certificate not valid for {host}: {}", certificate(reason));
        }
        if let Some(error) = cause.downcast_ref::<io::Error>()
            && error.kind() == io::ErrorKind::ConnectionRefused
        {
            return format!("{host} accepts no connection");
        }
    }
    if causes(error).any(|cause| cause.to_string() == TOO_MANY_HEADERS) {
        return format!("{host} sends more headers than are read");
    }
    let detail = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    if error.is_connect() {
        format!("no connection to {host}: {detail}")
    } else if error.is_decode() || error.is_body() {
        format!("the body from {host} came damaged or not whole: {detail}")
    } else {
        format!("the connection to {host} was cut: {detail}")
    }
}

/// Every cause from the outermost in, entering what an [`io::Error`] wraps.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| inner(*cause))
}

fn inner<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => cause.source(),
    }
}

fn certificate(error: &CertificateError) -> String {
    use CertificateError as E;
    if matches!(error, E::Expired | E::ExpiredContext { .. }) {
        "it has expired".into()
    } else if matches!(error, E::NotValidForName | E::NotValidForNameContext { .. }) {
        "it is for another name".into()
    } else if matches!(error, E::UnknownIssuer) {
        "its issuer is not trusted here".into()
    } else if error.to_string().contains("CaUsedAsEndEntity") {
        "it is signed by itself".into()
    } else {
        error.to_string()
    }
}

/// The host that a message names: never the whole address, which may hold a password.
pub(super) fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the host")
}

pub(super) fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn again(pause: Option<Duration>) -> String {
    pause.map_or_else(String::new, |pause| format!("; to be asked again in {} s", pause.as_secs()))
}

fn size(bytes: usize) -> String {
    const MEBIBYTE: usize = 1024 * 1024;
    if bytes >= MEBIBYTE && bytes.is_multiple_of(MEBIBYTE) {
        format!("{} MiB", bytes / MEBIBYTE)
    } else {
        format!("{bytes} bytes")
    }
}
