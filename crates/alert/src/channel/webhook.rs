//! Events by HTTP POST: signed as Standard Webhooks says (standardwebhooks.com, version 1) where there are
//! secrets to sign with. No redirect is followed, and little is read of an answer.

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use hmac::{Hmac, KeyInit, Mac};
use model::{Secret, Timestamp};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{Client, ClientBuilder, Response, StatusCode};
use sha2::Sha256;
use url::Url;

use super::{OutletError, Parcel};
use crate::clean::one_line;

/// Standard Webhooks proposes 15 to 30 seconds.
const ANSWER_DEADLINE: Duration = Duration::from_secs(20);
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);
/// How long a connection is kept that nothing is sent on.
const IDLE_CONNECTION: Duration = Duration::from_secs(30);
/// How much of an answer is read: the reason of a refusal, and an answer's end, for the sake of its
/// connection.
const ANSWER_BYTES_MAX: usize = 16 << 10;
const REASON_CHARS_MAX: usize = 200;
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A key to sign with.
#[derive(Clone)]
pub struct SigningKey(Vec<u8>);

/// The text is no key to sign with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    #[error("does not begin with whsec_")]
    Prefix,
    #[error("is not base64 after whsec_")]
    Base64,
    #[error("has {found} bytes, and not 24 to 64")]
    Length { found: usize },
}

impl SigningKey {
    /// Reads a secret as Standard Webhooks writes it: `whsec_`, and base64.
    pub fn read(text: &str) -> Result<Self, BadKey> {
        let encoded = text.trim().strip_prefix("whsec_").ok_or(BadKey::Prefix)?;
        let key = STANDARD.decode(encoded).map_err(|_| BadKey::Base64)?;
        if KEY_BYTES.contains(&key.len()) {
            Ok(Self(key))
        } else {
            Err(BadKey::Length { found: key.len() })
        }
    }

    /// Signs a body that is sent at a time, in seconds since 1970: `v1,` and base64.
    pub fn sign(&self, id: &str, seconds: i64, body: &str) -> String {
        // HMAC takes keys of any length.
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0) else {
            return String::new();
        };
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body.as_bytes());
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Says why an address may not be asked, as far as it can be told before its name is resolved.
pub type Judge = Arc<dyn Fn(&Url) -> Result<(), String> + Send + Sync>;

/// The connections that events leave by. Which addresses they may lead to is decided by who makes the
/// client's beginnings, and by the judge.
#[derive(Clone)]
pub struct Wire {
    client: Client,
    judge: Judge,
}

/// The connections cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("no TLS: {0} (on Debian and others the package ca-certificates brings the roots)")]
pub struct BadWire(#[source] reqwest::Error);

impl Wire {
    /// `client` must resolve names only to addresses that may be asked, and follow no redirect.
    pub fn new(client: ClientBuilder, user_agent: &str, judge: Judge) -> Result<Self, BadWire> {
        // Chosen already where the crawler runs, which the error says.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = client
            .user_agent(user_agent)
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(ANSWER_DEADLINE)
            .pool_idle_timeout(IDLE_CONNECTION)
            .build()
            .map_err(BadWire)?;
        Ok(Self { client, judge })
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").finish_non_exhaustive()
    }
}

/// One address that takes JSON.
#[derive(Debug)]
pub struct Post {
    wire: Wire,
    url: Hidden,
    /// All sign, so that a receiver can go over from one to the next. Without any nothing is signed.
    keys: Vec<SigningKey>,
    bearer: Option<Secret>,
}

/// An address, which may be a secret as a whole.
struct Hidden(Url);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.host_str().unwrap_or_default())
    }
}

impl Post {
    pub fn new(wire: Wire, url: Url, keys: Vec<SigningKey>, bearer: Option<Secret>) -> Self {
        Self { wire, url: Hidden(url), keys, bearer }
    }

    pub(super) async fn send(&self, parcel: Parcel<'_>, now: Timestamp) -> Result<(), OutletError> {
        let url = &self.url.0;
        (self.wire.judge)(url).map_err(OutletError::away)?;
        let mut request = self
            .wire
            .client
            .post(url.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(token) = &self.bearer {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.reveal()))
                .map_err(|_| OutletError::away("the token can't be sent in a header"))?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        if !self.keys.is_empty() {
            let seconds = now.timestamp();
            let signatures: Vec<String> =
                self.keys.iter().map(|key| key.sign(parcel.id, seconds, parcel.payload)).collect();
            request = request
                .header("webhook-id", parcel.id)
                .header("webhook-timestamp", seconds.to_string())
                .header("webhook-signature", signatures.join(" "));
        }
        let sent = request.body(parcel.payload.to_owned()).send().await;
        let mut answer = sent.map_err(|error| OutletError::away(self.in_words(&error)))?;
        let (status, pause) = (answer.status(), retry_after(answer.headers(), now));
        let said = beginning(&mut answer).await;
        judged(status, pause, &self.host(), &said)
    }

    fn in_words(&self, error: &reqwest::Error) -> String {
        let host = self.host();
        if error.is_timeout() && error.is_connect() {
            return format!("no connection to {host} within {} s", CONNECT_DEADLINE.as_secs());
        }
        if error.is_timeout() {
            return format!("no answer from {host} within {} s", ANSWER_DEADLINE.as_secs());
        }
        // The last cause is what happened; the others say that something did.
        let mut cause = error.source();
        while let Some(next) = cause.and_then(std::error::Error::source) {
            cause = Some(next);
        }
        let cause = cause.map_or_else(|| "the request failed".to_owned(), ToString::to_string);
        one_line(&format!("no answer from {host}: {cause}"), REASON_CHARS_MAX)
    }

    fn host(&self) -> String {
        self.url.0.host_str().unwrap_or_default().to_owned()
    }
}

/// Says what an answer means.
fn judged(
    status: StatusCode,
    pause: Option<Duration>,
    host: &str,
    said: &str,
) -> Result<(), OutletError> {
    if status.is_success() {
        return Ok(());
    }
    let colon = if said.is_empty() { "" } else { ": " };
    let reason = format!("{host} answers {status}{colon}{said}");
    Err(match status {
        StatusCode::GONE => OutletError::Gone { reason },
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            OutletError::Away { reason, pause }
        }
        status if status.is_server_error() => OutletError::Away { reason, pause },
        status if status.is_redirection() => {
            OutletError::Refused { reason: format!("{reason} (redirects are not followed)") }
        }
        _ => OutletError::Refused { reason },
    })
}

/// Reads when to come again (RFC 9110, section 10.2.3): seconds, or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some((date.to_utc() - now).to_std().unwrap_or_default())
}

/// Returns the beginning of an answer on one line, where it is plain text.
async fn beginning(answer: &mut Response) -> String {
    let mut body = Vec::new();
    // An answer that breaks off has said what it has said.
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
        if body.len() >= ANSWER_BYTES_MAX {
            body.truncate(ANSWER_BYTES_MAX);
            break;
        }
    }
    let text = String::from_utf8_lossy(&body);
    if text.trim_start().starts_with('<') {
        return String::new();
    }
    one_line(&text, REASON_CHARS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn a_body_is_signed_as_the_reference_libraries_sign_it() {
        // From the tests of the C# library of Standard Webhooks.
        let key = SigningKey::read(SECRET).unwrap();
        let signature =
            key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(format!("{key:?}"), "***");
    }

    #[test]
    fn what_is_no_secret_of_standard_webhooks_is_told() {
        let check = |text: &str, expect| assert_eq!(SigningKey::read(text).unwrap_err(), expect);
        check("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", BadKey::Prefix);
        check("whsec_thé", BadKey::Base64);
        check("whsec_c2hvcnQ=", BadKey::Length { found: 5 });
        let read = |text: &str| SigningKey::read(text).unwrap().sign("msg", 1, "{}");
        assert_eq!(read(&format!(" {SECRET}\n")), read(SECRET));
    }

    #[test]
    fn an_answer_means_what_its_status_says() {
        let pause = Some(Duration::from_secs(7));
        let check = |status: u16, expect: Result<(), OutletError>| {
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(judged(status, pause, "crm.example", "no"), expect);
        };
        let away = |reason: &str| Err(OutletError::Away { reason: reason.into(), pause });
        let refused = |reason: &str| Err(OutletError::Refused { reason: reason.into() });
        check(200, Ok(()));
        check(202, Ok(()));
        check(204, Ok(()));
        check(429, away("crm.example answers 429 Too Many Requests: no"));
        check(500, away("crm.example answers 500 Internal Server Error: no"));
        check(502, away("crm.example answers 502 Bad Gateway: no"));
        check(504, away("crm.example answers 504 Gateway Timeout: no"));
        check(400, refused("crm.example answers 400 Bad Request: no"));
        check(302, refused("crm.example answers 302 Found: no (redirects are not followed)"));
        let gone = OutletError::Gone { reason: "crm.example answers 410 Gone: no".into() };
        check(410, Err(gone));
    }

    #[test]
    fn a_wish_for_a_pause_is_read_in_both_forms() {
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let check = |text: &'static str, expect: Option<u64>| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(text))]);
            assert_eq!(retry_after(&headers, now), expect.map(Duration::from_secs), "{text}");
        };
        check("120", Some(120));
        check("Sun, 01 Mar 2026 12:05:00 GMT", Some(300));
        check("Sun, 01 Mar 2026 11:05:00 GMT", Some(0));
        check("soon", None);
        check("-5", None);
    }
}
