//! Feeds of what was found, each at an address that is its secret: who has it may read it, and it is told to
//! nobody else. A wrong address is answered like one that never was.

use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::{FeedForm, Seq, Timestamp};
use url::form_urlencoded;

use crate::answer::{Refused, Trouble};
use crate::api::{Ask, Asked, Backend, header_text};

/// How the dates of HTTP are written (RFC 9110, section 5.6.7).
const DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");
/// How many entries are given if nothing is said, and at most.
const ENTRIES: usize = 50;
const ENTRIES_MAX: usize = 200;
/// How much of what a program calls itself is kept, in characters.
const AGENT_CHARS_MAX: usize = 200;
/// Longer than any address that was ever given out.
const TOKEN_BYTES_MAX: usize = 100;

/// Answers who fetches a feed.
pub type Feeds = Ask<FeedAsked, FeedAnswer>;

/// What is asked at a feed's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedAsked {
    /// What only this address has.
    pub token: String,
    pub form: FeedForm,
    /// How many entries, if a number is named.
    pub limit: Option<usize>,
    /// Only what was found before this position.
    pub before: Option<Seq>,
    pub coding: Coding,
    /// How the program that asks calls itself.
    pub agent: Option<String>,
    pub unless: Unless,
}

/// How a body is packed on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    Identity,
    Gzip,
}

/// What whoever asks has already (RFC 9110, section 13.1).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unless {
    /// `If-None-Match`, as it came.
    etags: Option<String>,
    modified_since: Option<Timestamp>,
}

/// What stands at a feed's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedAnswer {
    /// There is no such address.
    Unknown,
    /// Nobody may read it any more.
    Revoked,
    /// As whoever asks has it.
    Same(Marks),
    Written {
        marks: Marks,
        coding: Coding,
        body: Bytes,
    },
}

/// By what a state of a feed is known, and what leads on from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Without its quotes: letters and digits. It is weak, as it is the same in each coding.
    pub etag: String,
    /// Since when it is in this state; in whole seconds, and never in the future.
    pub modified: Option<Timestamp>,
    /// (relation, address).
    pub links: Vec<(&'static str, String)>,
}

impl FeedAsked {
    /// Returns how many entries to give.
    pub fn entries(&self) -> usize {
        self.limit.unwrap_or(ENTRIES)
    }
}

impl Coding {
    /// Returns what whoever asks takes (RFC 9110, section 12.5.3).
    fn read(headers: &HeaderMap) -> Self {
        let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
        let accepted = accepted.filter_map(|value| value.to_str().ok());
        let mut any = false;
        for one in accepted.flat_map(|value| value.split(',')) {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
            let is_taken = weight.is_ok_and(|weight| weight > 0.0);
            match name.trim().to_ascii_lowercase().as_str() {
                "gzip" | "x-gzip" if is_taken => return Self::Gzip,
                "gzip" | "x-gzip" => return Self::Identity,
                "*" => any = is_taken,
                _ => {}
            }
        }
        if any { Self::Gzip } else { Self::Identity }
    }
}

impl Unless {
    /// Says that a state is known.
    pub fn etag(etag: &str) -> Self {
        Self { etags: Some(format!("W/\"{etag}\"")), modified_since: None }
    }

    fn read(headers: &HeaderMap) -> Self {
        let since = header_text(headers, &header::IF_MODIFIED_SINCE);
        let since = since.and_then(|text| chrono::DateTime::parse_from_rfc2822(text).ok());
        Self {
            etags: header_text(headers, &header::IF_NONE_MATCH).map(str::to_owned),
            modified_since: since.map(|since| since.to_utc()),
        }
    }

    /// Whether whoever asks has this state. Where they name states, dates do not count.
    pub fn holds(&self, etag: &str, modified: Option<Timestamp>) -> bool {
        match (&self.etags, self.modified_since, modified) {
            (Some(etags), ..) => etags.split(',').map(str::trim).any(|known| {
                let known = known.strip_prefix("W/").unwrap_or(known);
                known == "*" || known.trim_matches('"') == etag
            }),
            (None, Some(since), Some(modified)) => modified <= since,
            (None, ..) => false,
        }
    }
}

pub(crate) async fn feed(
    State(asked): State<Asked>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let (token, ending) = name.rsplit_once('.').unwrap_or((&name, ""));
    let Some(form) = FeedForm::from_ending(ending).filter(|_| token.len() <= TOKEN_BYTES_MAX)
    else {
        return nothing();
    };
    let query = request.uri().query().unwrap_or_default();
    let number = |name: &str| {
        let value = form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name);
        value.map(|(_, value)| value.parse::<u32>()).transpose()
    };
    let (Ok(limit), Ok(before)) = (number("limit"), number("before")) else {
        let message = "`limit` and `before` are numbers";
        return private(Trouble::new(StatusCode::BAD_REQUEST, message).into_response());
    };
    let limit = limit.map(|limit| usize::try_from(limit).unwrap_or(ENTRIES_MAX));
    let headers = request.headers();
    let agent = header_text(headers, &header::USER_AGENT);
    let question = FeedAsked {
        token: token.to_owned(),
        form,
        limit: limit.map(|limit| limit.clamp(1, ENTRIES_MAX)),
        before: before.map(|before| Seq(before.into())),
        coding: Coding::read(headers),
        agent: agent.map(|agent| agent.chars().take(AGENT_CHARS_MAX).collect()),
        unless: Unless::read(headers),
    };
    let ask = move |backend: &Backend| match &backend.feeds {
        Some(feeds) => feeds(question),
        None => Err(Refused::Failed),
    };
    private(asked.answer(&asked.feeds, ask, |answer| rendered(answer, form)).await)
}

fn rendered(answer: FeedAnswer, form: FeedForm) -> Response {
    let (marks, mut response) = match answer {
        FeedAnswer::Unknown => return nothing(),
        FeedAnswer::Revoked => {
            let message = "this feed was revoked";
            return Trouble::new(StatusCode::GONE, message).into_response();
        }
        FeedAnswer::Same(marks) => (marks, StatusCode::NOT_MODIFIED.into_response()),
        FeedAnswer::Written { marks, coding, body } => {
            let mut response = body.into_response();
            let kind = HeaderValue::from_static(form.content_type());
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
            if coding == Coding::Gzip {
                let gzip = HeaderValue::from_static("gzip");
                response.headers_mut().insert(header::CONTENT_ENCODING, gzip);
            }
            (marks, response)
        }
    };
    let headers = response.headers_mut();
    let mut insert = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.append(name, value);
        }
    };
    insert(header::ETAG, format!("W/\"{}\"", marks.etag));
    insert(header::VARY, "accept-encoding".to_owned());
    if let Some(modified) = marks.modified {
        insert(header::LAST_MODIFIED, modified.format(DATE).to_string());
    }
    for (relation, address) in marks.links {
        insert(header::LINK, format!("<{address}>; rel=\"{relation}\""));
    }
    response
}

fn nothing() -> Response {
    private(Trouble::new(StatusCode::NOT_FOUND, "there is nothing here").into_response())
}

/// Keeps an answer between us and who asked: its address is all that one needs to have it.
fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
        (ROBOTS, "noindex"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_packed_only_for_who_takes_it() {
        let check = |accepted: &[&'static str], expect: Coding| {
            let mut headers = HeaderMap::new();
            for value in accepted {
                headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            }
            assert_eq!(Coding::read(&headers), expect, "{accepted:?}");
        };
        for packed in ["gzip", "br, GZIP;q=0.5", "x-gzip", "*", "deflate, *;q=0.1", "gzip ; q=1.0"]
        {
            check(&[packed], Coding::Gzip);
        }
        for plain in ["", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "gzip;q=x", "gzipped"] {
            check(&[plain], Coding::Identity);
        }
        check(&[], Coding::Identity);
        check(&["br", "gzip"], Coding::Gzip);
    }

    #[test]
    fn what_a_reader_has_already_is_known_by_name_else_by_date() {
        let check = |etags: Option<&'static str>, since: Option<&'static str>, expect: bool| {
            let mut headers = HeaderMap::new();
            for (name, value) in
                [(header::IF_NONE_MATCH, etags), (header::IF_MODIFIED_SINCE, since)]
            {
                if let Some(value) = value {
                    headers.insert(name, HeaderValue::from_static(value));
                }
            }
            let modified = "2026-03-01T12:00:00Z".parse().ok();
            assert_eq!(
                Unless::read(&headers).holds("abc", modified),
                expect,
                "{etags:?} {since:?}"
            );
        };
        let (same, older) = ("Sun, 01 Mar 2026 12:00:00 GMT", "Sun, 01 Mar 2026 11:59:59 GMT");
        check(None, None, false);
        check(Some("\"abc\""), None, true);
        check(Some("W/\"abc\""), None, true);
        check(Some("\"x\", \"abc\""), None, true);
        check(Some("*"), None, true);
        check(Some("\"x\""), None, false);
        check(Some("\"x\""), Some(same), false);
        check(Some("\"abc\""), Some(older), true);
        check(None, Some(same), true);
        check(None, Some(older), false);
        check(None, Some("yesterday"), false);
        let unknown = Unless { modified_since: "2026-03-01T12:00:00Z".parse().ok(), etags: None };
        assert!(!unknown.holds("abc", None));
    }
}
