//! Cookies, for the length of one round of one source: some boards show nothing to those who do not give
//! back what they were handed. Only the source's own host gets any, and only what it set itself; nothing
//! is kept. Written here because a browser's jar does what must not be done: it keeps, and shares with
//! other hosts of the same domain.

use model::Timestamp;
use reqwest::header::{HeaderMap, HeaderValue, SET_COOKIE};
use url::{Origin, Url};

use super::headers::http_date;

/// How many are kept; the oldest goes first.
const COOKIES_MAX: usize = 30;
/// A longer one is not kept; RFC 6265 asks browsers for so much.
const COOKIE_BYTES_MAX: usize = 4096;
/// What is sent at most with one request: many servers take no longer header.
const SENT_BYTES_MAX: usize = 8192;

/// What one source's host has set in one round.
#[derive(Debug, Default)]
pub struct Cookies {
    held: Vec<Cookie>,
}

#[derive(Debug)]
struct Cookie {
    /// Who set it: scheme, host and port.
    by: Origin,
    name: String,
    value: String,
}

impl Cookies {
    /// Takes what an answer from `url` sets, if that is the host of the source at `start`.
    pub(super) fn take(&mut self, url: &Url, start: &Url, headers: &HeaderMap, now: Timestamp) {
        if !headers.contains_key(SET_COOKIE) || url.host_str() != start.host_str() {
            return;
        }
        for line in headers.get_all(SET_COOKIE) {
            if line.len() <= COOKIE_BYTES_MAX
                && let Ok(line) = line.to_str()
            {
                self.set(url, line, now);
            }
        }
    }

    fn set(&mut self, url: &Url, line: &str, now: Timestamp) {
        let mut parts = line.split(';').map(str::trim);
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
            return;
        };
        let (name, value) = (name.trim(), value.trim());
        if name.is_empty() {
            return;
        }
        let by = url.origin();
        self.held.retain(|cookie| !(cookie.name == name && cookie.by == by));
        if parts.any(|attribute| is_over(attribute, now)) {
            return;
        }
        if self.held.len() >= COOKIES_MAX {
            self.held.remove(0);
        }
        self.held.push(Cookie { by, name: name.to_owned(), value: value.to_owned() });
    }

    /// Returns what to send to an address.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let origin = url.origin();
        let mut sent = String::new();
        for Cookie { name, value, .. } in self.held.iter().filter(|cookie| cookie.by == origin) {
            if sent.len() + name.len() + value.len() + 3 > SENT_BYTES_MAX {
                break;
            }
            let separator = if sent.is_empty() { "" } else { "; " };
            sent = format!("{sent}{separator}{name}={value}");
        }
        (!sent.is_empty()).then(|| HeaderValue::from_str(&sent).ok()).flatten()
    }
}

/// Whether an attribute of a cookie takes it back.
fn is_over(attribute: &str, now: Timestamp) -> bool {
    let Some((name, value)) = attribute.split_once('=') else { return false };
    if name.eq_ignore_ascii_case("max-age") {
        value.parse::<i64>().is_ok_and(|seconds| seconds <= 0)
    } else if name.eq_ignore_ascii_case("expires") {
        // Old servers write the date with hyphens.
        http_date(&value.replace('-', " ")).is_some_and(|date| date <= now)
    } else {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    /// Returns what is sent to the last address after the others have set their lines.
    fn sent(set: &[(&str, &[&str])], to: &str) -> Option<String> {
        let start = url("https://forum.example/board");
        let now = "2026-03-01T12:00:00Z".parse().unwrap();
        let mut cookies = Cookies::default();
        for (from, lines) in set {
            let headers: HeaderMap =
                lines.iter().map(|line| (SET_COOKIE, line.parse().unwrap())).collect();
            cookies.take(&url(from), &start, &headers, now);
        }
        cookies.header(&url(to)).map(|value| value.to_str().unwrap().to_owned())
    }

    const BOARD: &str = "https://forum.example/board";

    #[test]
    fn what_a_board_sets_goes_back_to_it_and_to_nobody_else() {
        let set = [(BOARD, &["sid=a1; Path=/; HttpOnly; domain=.example", "lang = fr"][..])];
        assert_eq!(sent(&set, "https://forum.example/t/1").unwrap(), "sid=a1; lang=fr");
        for elsewhere in [
            "https://www.forum.example/",
            "https://example/",
            "http://forum.example/",
            "https://forum.example:8443/",
            "https://tracker.example/",
        ] {
            assert_eq!(sent(&set, elsewhere), None, "{elsewhere}");
        }
        let other = [("https://tracker.example/", &["id=1"][..])];
        assert_eq!(sent(&other, "https://tracker.example/"), None, "no host but the source's own");
    }

    #[test]
    fn a_cookie_is_replaced_and_taken_back() {
        let check = |lines: &[&str], expect: Option<&str>| {
            assert_eq!(sent(&[(BOARD, lines)], BOARD).as_deref(), expect, "{lines:?}");
        };
        check(&["sid=1", "sid=2"], Some("sid=2"));
        check(&["sid=1", "sid=; Max-Age=0"], None);
        check(&["sid=1", "sid=x; expires=Thu, 01-Jan-1970 00:00:01 GMT"], None);
        check(&["sid=1; Max-Age=3600; Expires=Thu, 01 Jan 2037 00:00:01 GMT"], Some("sid=1"));
        check(&["none", "=1", "empty="], Some("empty="));
    }

    #[test]
    fn neither_their_number_nor_their_length_is_theirs_to_choose() {
        let many: Vec<String> = (0..100).map(|n| format!("c{n}=1")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let kept = sent(&[(BOARD, &many)], BOARD).unwrap();
        assert!(kept.starts_with("c70=1; ") && kept.ends_with("; c99=1"), "{kept}");
        let long = format!("a={}", "x".repeat(COOKIE_BYTES_MAX));
        assert_eq!(sent(&[(BOARD, &[&long, "b=1"])], BOARD).unwrap(), "b=1");
        let wide: Vec<String> = (0..9).map(|n| format!("c{n}={}", "x".repeat(2000))).collect();
        let wide: Vec<&str> = wide.iter().map(String::as_str).collect();
        assert!(sent(&[(BOARD, &wide)], BOARD).unwrap().len() <= SENT_BYTES_MAX);
    }
}
