//! Who may ask. A page in somebody's browser must not: it may have had its own name point here (DNS
//! rebinding), so the name that is asked for must be one of ours. There are no cross-origin headers,
//! and questions must be JSON, which a browser sends nowhere without them.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;
use url::Url;

use crate::answer::Trouble;

/// A shorter token can be guessed.
pub const TOKEN_BYTES_MIN: usize = 16;

/// What who asks must know. Its `Debug` is `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

/// The token can be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShortToken;

impl Token {
    pub fn new(text: impl Into<String>) -> Result<Self, ShortToken> {
        let text = text.into();
        if text.len() < TOKEN_BYTES_MIN { Err(ShortToken) } else { Ok(Self(text)) }
    }

    fn is(&self, given: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(given).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Where we listen, what we are called there, and what opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Door {
    pub listen: SocketAddr,
    /// What others reach us by, behind a proxy.
    pub public_url: Option<Url>,
    /// Without one, everything is open to who can reach the address.
    pub token: Option<Token>,
}

impl Door {
    /// Returns the answer to a request that may not come in.
    pub(crate) fn refusal<B>(&self, request: &Request<B>) -> Option<Response> {
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| request.uri().authority().map(Authority::as_str));
        if !host.is_some_and(|host| self.is_ours(host)) {
            let message = "this server does not go by the name that was asked for; its owner sets \
                           `public_url` in [web]";
            return Some(Trouble::new(StatusCode::MISDIRECTED_REQUEST, message).into_response());
        }
        let token = self.token.as_ref().filter(|_| !is_open(request.uri().path()))?;
        let given = request.headers().get(AUTHORIZATION).and_then(bearer);
        if given.is_some_and(|given| token.is(given)) {
            return None;
        }
        let message = "the token is missing or wrong; send the header `Authorization: Bearer …`";
        let mut response = Trouble::new(StatusCode::UNAUTHORIZED, message).into_response();
        let challenge = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        Some(response)
    }

    /// Returns whether a `Host` is one of our names, whatever the port.
    fn is_ours(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().trim_end_matches('.').to_ascii_lowercase();
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(&name);
        if self.public_host() == Some(name.as_str()) {
            return true;
        }
        match bare.parse::<IpAddr>() {
            // Nobody can make an address point elsewhere. Probes ask for one.
            Ok(address) => address.is_loopback() || !self.listen.ip().is_loopback(),
            Err(_) => name == "localhost",
        }
    }

    fn public_host(&self) -> Option<&str> {
        self.public_url.as_ref()?.host_str()
    }
}

/// What needs no token: a probe has none, a hub has that of its callback, a feed's address is its own, and a
/// link of a mail is signed.
fn is_open(path: &str) -> bool {
    path == "/healthz" || ["/websub/", "/f/", "/l/"].iter().any(|open| path.starts_with(open))
}

fn bearer(value: &HeaderValue) -> Option<&[u8]> {
    let (scheme, token) = value.as_bytes().split_at_checked("Bearer ".len())?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then(|| token.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(listen: &str, token: Option<&str>) -> Door {
        Door {
            listen: listen.parse().unwrap(),
            public_url: Some("https://vigie.example/".parse().unwrap()),
            token: token.map(|token| Token::new(token).unwrap()),
        }
    }

    #[test]
    fn only_our_own_names_are_answered() {
        let check = |listen: &str, host: &str, expect: bool| {
            assert_eq!(door(listen, None).is_ours(host), expect, "{host} at {listen}");
        };
        let here = "127.0.0.1:8765";
        check(here, "127.0.0.1:8765", true);
        check(here, "localhost", true);
        check(here, "LOCALHOST.:1", true);
        check(here, "[::1]:8765", true);
        check(here, "127.8.8.8", true);
        check(here, "vigie.example", true);
        check(here, "Vigie.Example:443", true);
        check(here, "evil.example", false);
        check(here, "localhost.evil.example", false);
        check(here, "127.0.0.1.evil.example", false);
        check(here, "192.168.1.7:8765", false);
        check(here, "", false);
        check(here, "a b", false);
        check("0.0.0.0:8765", "192.168.1.7:8765", true);
        check("0.0.0.0:8765", "evil.example", false);
    }

    #[test]
    fn a_token_opens_and_its_like_does_not() {
        const TOKEN: &str = "abcdefghijklmnop";
        let check = |path: &str, header: Option<&str>, expect: Option<u16>| {
            let mut request = Request::get(path).header(HOST, "localhost");
            if let Some(header) = header {
                request = request.header(AUTHORIZATION, header);
            }
            let refusal = door("127.0.0.1:8765", Some(TOKEN)).refusal(&request.body(()).unwrap());
            let status = refusal.map(|response| response.status().as_u16());
            assert_eq!(status, expect, "{path} {header:?}");
        };
        check("/metrics", None, Some(401));
        check("/metrics", Some("Bearer abcdefghijklmnop"), None);
        check("/metrics", Some("bearer  abcdefghijklmnop "), None);
        check("/metrics", Some("Bearer abcdefghijklmno"), Some(401));
        check("/metrics", Some("Bearer abcdefghijklmnoq"), Some(401));
        check("/metrics", Some("Basic abcdefghijklmnop"), Some(401));
        check("/metrics", Some("Bearer"), Some(401));
        check("/healthz", None, None);
        check("/healthz/", None, Some(401));
        check("/l/dQM", None, None);
        check("/l", None, Some(401));
        check("/f/abc.atom", None, None);
        check("/feeds", None, Some(401));
    }

    #[test]
    fn a_short_token_is_none_and_no_token_shows_itself() {
        assert_eq!(Token::new("short"), Err(ShortToken));
        let shown = format!("{:?}", door("127.0.0.1:1", Some("0123456789abcdef")));
        assert!(!shown.contains("0123456789abcdef"), "{shown}");
    }
}
