//! Walls: answers that ask for a proof that a person is reading. They are recognised, told to the owner
//! and never fought.

use reqwest::header::{HeaderMap, HeaderName};

use crate::page::asks_for_a_person;

/// How much of an answer is looked at.
pub(super) const LOOKED_AT_BYTES: usize = 64 * 1024;

/// What guards say in their headers: name, and words of the value.
static HEADERS: [(HeaderName, &[&str]); 2] = [
    // https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
    (HeaderName::from_static("cf-mitigated"), &["challenge"]),
    // https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-how-it-works.html
    (HeaderName::from_static("x-amzn-waf-action"), &["challenge", "captcha"]),
];

/// Whether an answer's headers say that it is a wall.
pub(super) fn in_headers(headers: &HeaderMap) -> bool {
    HEADERS.iter().any(|(name, words)| {
        let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.into_iter().any(|value| words.iter().any(|word| value.contains(word)))
    })
}

/// Whether an answer of this status may be a wall, so that it is worth reading.
pub(super) fn may_be(status: u16) -> bool {
    matches!(status, 401 | 403 | 405 | 406 | 429 | 503)
}

/// Whether the beginning of a body is that of a wall.
pub(super) fn in_body(beginning: &[u8]) -> bool {
    asks_for_a_person(&String::from_utf8_lossy(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_is_told_by_its_headers() {
        let check = |name: &'static str, value: &str, expect| {
            let headers = [(name.parse().unwrap(), value.parse().unwrap())].into_iter().collect();
            assert_eq!(in_headers(&headers), expect, "{name}: {value}");
        };
        check("cf-mitigated", "challenge", true);
        check("x-amzn-waf-action", "captcha", true);
        check("cf-ray", "8f00-CDG", false);
        check("server", "cloudflare", false);
    }

    #[test]
    fn a_wall_is_told_by_its_page_and_a_plain_refusal_is_none() {
        let check = |page: &str, expect| assert_eq!(in_body(page.as_bytes()), expect, "{page}");
        check("<title>Just a moment...</title><script>window._cf_chl_opt={}</script>", true);
        check("<script src='https://geo.captcha-delivery.com/captcha/'></script>", true);
        check("<h1>Vérifiez que vous êtes humain</h1>", true);
        check("<html><head><title>403 Forbidden</title></head><center>nginx</center>", false);
        check("<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>", false);
        check("", false);
    }
}
