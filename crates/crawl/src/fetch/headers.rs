//! What an answer's headers tell: validators, how long it stays fresh, when to come back.

use std::time::Duration;

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use model::{Timestamp, Validators};
use reqwest::header::{
    AGE, CACHE_CONTROL, DATE, ETAG, EXPIRES, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE,
    IF_NONE_MATCH, LAST_MODIFIED, RETRY_AFTER,
};

/// A longer validator is not kept: it would be stored and sent back with every visit.
const VALIDATOR_BYTES_MAX: usize = 1024;
/// Dates in headers are of whole seconds.
const SETTLED: TimeDelta = TimeDelta::seconds(2);

/// Nobody may silence a source for longer than this.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(168);

/// Cookies of one answer whose names are kept, and the bytes of a name.
const COOKIES_MAX: usize = 20;
const COOKIE_NAME_BYTES_MAX: usize = 100;

/// Returns the names of the cookies that an answer sets; their values say who reads, and are not kept.
pub(super) fn cookie_names<'h>(set: impl IntoIterator<Item = &'h HeaderValue>) -> Vec<String> {
    let names = set.into_iter().filter_map(|value| {
        let (name, _) = str::from_utf8(value.as_bytes()).ok()?.split_once('=')?;
        let name = name.trim();
        (name.len() <= COOKIE_NAME_BYTES_MAX).then(|| name.to_owned())
    });
    names.take(COOKIES_MAX).collect()
}

/// Returns one header's value, verbatim, where it is text.
pub(super) fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = str::from_utf8(headers.get(name)?.as_bytes()).ok()?;
    (!value.is_empty()).then(|| value.to_owned())
}

/// Returns the headers that ask "has this changed?" with what the server itself gave.
pub(super) fn conditions(known: &Validators) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut ask = |name, value: &Option<String>| {
        let value = value.as_ref().and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok());
        if let Some(value) = value {
            headers.insert(name, value);
        }
    };
    ask(IF_NONE_MATCH, &known.etag);
    ask(IF_MODIFIED_SINCE, &known.last_modified);
    headers
}

/// Returns the validators of a whole answer. None of an earlier answer's are kept: an old date
/// beside a new tag would ask about two different pages. Neither are those of a page that was modified as it
/// was sent: what it says a moment later would have the same (RFC 9110, section 8.8.2.2), also where a
/// tag is made of the date, as `WordPress` does.
pub(super) fn validators(headers: &HeaderMap, body_digest: Option<String>) -> Validators {
    let at = |name| text(headers, name).and_then(|date| http_date(&date));
    let is_settled = match (at(&LAST_MODIFIED), at(&DATE)) {
        (Some(modified), Some(sent)) => modified < sent - SETTLED,
        (None, _) | (_, None) => true,
    };
    if !is_settled {
        return Validators { body_digest, ..Validators::default() };
    }
    let short = |value: &String| value.len() <= VALIDATOR_BYTES_MAX;
    Validators {
        etag: text(headers, &ETAG).filter(short),
        last_modified: text(headers, &LAST_MODIFIED).filter(short),
        body_digest,
    }
}

/// Returns the validators after a 304, which need not repeat them (RFC 9111, section 4.3.4).
pub(super) fn confirmed(headers: &HeaderMap, known: &Validators) -> Validators {
    let given = validators(headers, known.body_digest.clone());
    Validators {
        etag: given.etag.or_else(|| known.etag.clone()),
        last_modified: given.last_modified.or_else(|| known.last_modified.clone()),
        body_digest: given.body_digest,
    }
}

/// Returns how long the answer stays fresh: `max-age` less the time spent in caches, else `Expires`
/// (RFC 9111, section 4.2.1). `None` where the server says nothing or forbids keeping it.
pub(super) fn fresh_for(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let control = text(headers, &CACHE_CONTROL).unwrap_or_default().to_ascii_lowercase();
    let directives = || control.split(',').map(str::trim);
    if directives().any(|directive| directive == "no-store" || directive == "no-cache") {
        return None;
    }
    let max_age = directives().find_map(|directive| directive.strip_prefix("max-age="));
    let fresh = if let Some(age) = max_age {
        let age: u64 = age.trim_matches('"').parse().ok()?;
        let spent = text(headers, &AGE).and_then(|age| age.parse().ok()).unwrap_or(0);
        Duration::from_secs(age.saturating_sub(spent))
    } else {
        let expires = http_date(&text(headers, &EXPIRES)?)?;
        let sent = text(headers, &DATE).and_then(|date| http_date(&date)).unwrap_or(now);
        (expires - sent).to_std().ok()?
    };
    (!fresh.is_zero()).then_some(fresh)
}

/// Returns the pause that `Retry-After` asks for, in seconds or as a date, at most a week.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = text(headers, &RETRY_AFTER)?;
    let value = value.trim();
    let pause = match value.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) if value.bytes().all(|byte| byte.is_ascii_digit()) => RETRY_AFTER_MAX,
        Err(_) => (http_date(value)? - now).to_std().unwrap_or_default(),
    };
    Some(pause.min(RETRY_AFTER_MAX))
}

/// Reads the three date forms that RFC 9110 (section 5.6.7) tells recipients to accept.
pub(super) fn http_date(text: &str) -> Option<Timestamp> {
    if let Ok(date) = DateTime::parse_from_rfc2822(text.trim()) {
        return Some(date.to_utc());
    }
    let obsolete = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];
    obsolete
        .into_iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text.trim(), form).ok())
        .map(|date| date.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn headers(lines: &[(HeaderName, &str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn freshness_is_max_age_less_the_age_and_else_expires() {
        let check = |lines: &[(HeaderName, &str)], expect: Option<u64>| {
            let expect = expect.map(Duration::from_secs);
            assert_eq!(fresh_for(&headers(lines), now()), expect, "{lines:?}");
        };
        check(&[], None);
        check(&[(CACHE_CONTROL, "public, Max-Age=600")], Some(600));
        check(&[(CACHE_CONTROL, "max-age=\"600\""), (AGE, "200")], Some(400));
        check(&[(CACHE_CONTROL, "max-age=600"), (AGE, "700")], None);
        check(&[(CACHE_CONTROL, "no-cache, max-age=600")], None);
        check(&[(CACHE_CONTROL, "max-age=soon")], None);
        check(&[(EXPIRES, "Sun, 01 Mar 2026 13:00:00 GMT")], Some(3600));
        let behind = (DATE, "Sun, 01 Mar 2026 10:00:00 GMT");
        check(&[(EXPIRES, "Sun, 01 Mar 2026 10:30:00 GMT"), behind], Some(1800));
        check(&[(EXPIRES, "0")], None);
        check(
            &[(CACHE_CONTROL, "max-age=60"), (EXPIRES, "Sun, 01 Mar 2026 13:00:00 GMT")],
            Some(60),
        );
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let check = |value, expect: Option<u64>| {
            let pause = retry_after(&headers(&[(RETRY_AFTER, value)]), now());
            assert_eq!(pause, expect.map(Duration::from_secs), "{value}");
        };
        check("120", Some(120));
        check("Sun, 01 Mar 2026 12:05:00 GMT", Some(300));
        check("Sunday, 01-Mar-26 12:05:00 GMT", Some(300));
        check("Sun Mar  1 12:05:00 2026", Some(300));
        check("Sun, 01 Mar 2026 11:00:00 GMT", Some(0));
        check("99999999999", Some(7 * 24 * 3600));
        check("99999999999999999999999999", Some(7 * 24 * 3600));
        check("-5", None);
        check("tomorrow", None);
    }

    #[test]
    fn a_304_keeps_what_it_does_not_repeat() {
        let known = Validators {
            etag: Some("\"a\"".into()),
            last_modified: Some("yesterday".into()),
            body_digest: Some("d".into()),
        };
        assert_eq!(confirmed(&HeaderMap::new(), &known), known);
        let renewed = confirmed(&headers(&[(ETAG, "W/\"b\"")]), &known);
        assert_eq!(renewed, Validators { etag: Some("W/\"b\"".into()), ..known });
    }

    #[test]
    fn a_whole_answer_drops_the_validators_it_does_not_give() {
        let given = validators(&headers(&[(ETAG, "\"b\"")]), Some("e".into()));
        assert_eq!(given.last_modified, None);
        let endless = "x".repeat(VALIDATOR_BYTES_MAX + 1);
        assert_eq!(validators(&headers(&[(ETAG, &endless)]), None), Validators::default());
    }

    #[test]
    fn a_page_that_was_modified_as_it_was_sent_is_asked_for_whole() {
        let check = |modified, expect: bool| {
            let sent = "Sun, 01 Mar 2026 12:00:05 GMT";
            let given = [(ETAG, "\"b\""), (LAST_MODIFIED, modified), (DATE, sent)];
            let given = validators(&headers(&given), None);
            assert_eq!((given.etag.is_some(), given.last_modified.is_some()), (expect, expect));
        };
        check("Sun, 01 Mar 2026 12:00:05 GMT", false);
        check("Sun, 01 Mar 2026 12:00:04 GMT", false);
        check("Sun, 01 Mar 2026 12:00:00 GMT", true);
        check("yesterday", true);
    }

    #[test]
    fn of_cookies_only_the_names_are_kept() {
        let set = ["phpbb3_x_sid=abc; path=/", " xf_csrf =1", "broken", "=", "é=1"];
        let set: Vec<_> =
            set.iter().map(|text| HeaderValue::from_bytes(text.as_bytes()).unwrap()).collect();
        assert_eq!(cookie_names(&set), ["phpbb3_x_sid", "xf_csrf", "", "é"]);
        let many = vec![HeaderValue::from_static("a=1"); 100];
        assert_eq!(cookie_names(&many).len(), COOKIES_MAX);
    }

    #[test]
    fn validators_are_sent_back_verbatim() {
        let known = Validators {
            etag: Some("W/unquoted".into()),
            last_modified: Some("Sun, 1 Mar 2026 9:00 CET".into()),
            body_digest: None,
        };
        let asked = conditions(&known);
        assert_eq!(asked[IF_NONE_MATCH], "W/unquoted");
        assert_eq!(asked[IF_MODIFIED_SINCE], "Sun, 1 Mar 2026 9:00 CET");
        let hostile = Validators { etag: Some("a\r\nX: y".into()), ..Validators::default() };
        assert!(conditions(&hostile).is_empty());
    }
}
